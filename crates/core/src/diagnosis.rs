//! Diagnosis before blame: what a program says of itself and its surroundings in, ordered remedies out. Asking is no attempt,
//! and no answer refuses anybody.
//!
//! The order is that in which support would go: what blocks comes first, then what was seen, then what helps most people, at
//! the end the way to a person. What was tried is not told again, unless it is seen that the fault is still there.

mod advice;
mod blocks;
mod picture;
mod usual;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use advice::Advice;

use crate::diagnostics::{
    Camera, Failed, Light, Network, Page, Permission, Surface, System, Tried, Worn,
};
use crate::policy::{Client, Policy};
use crate::reason::{Reason, ReasonCode};
use crate::time::Millis;
use crate::verification::Flow;

/// What a program says. What it does not say is neither good nor bad.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Probe {
    /// What did not work.
    pub failed: Option<Failed>,
    /// Which flow the person goes through, for the version that it needs.
    pub flow: Option<Flow>,
    /// The program.
    pub client: Option<Client>,
    /// The system, for the way to its settings.
    pub system: Option<System>,
    /// In what the person sees us.
    pub surface: Option<Surface>,
    /// Whether they see the page.
    pub page: Option<Page>,
    /// The camera.
    pub camera: Option<Camera>,
    /// May the program use it?
    pub permission: Option<Permission>,
    /// Width and height of its picture, in pixels.
    pub size: Option<[u32; 2]>,
    /// How much light there is, in a word.
    pub light: Option<Light>,
    /// The same as mean luminance of its picture, 0..=1. It goes before the word.
    pub luminance: Option<f32>,
    /// Contrast of its picture, 0..=1, as `face.contrast_hint` of the policy has it.
    pub contrast: Option<f32>,
    /// What the person wears; none that hides anything where the set is empty.
    pub worn: Option<BTreeSet<Worn>>,
    /// Does the person look different since the face was enrolled?
    pub look_changed: Option<bool>,
    /// May the program read files?
    pub storage: Option<Permission>,
    /// The network.
    pub network: Option<Network>,
    /// Milliseconds until the service last answered.
    pub latency_ms: Option<u32>,
    /// Kilobits a second to the service.
    pub up_kbps: Option<u32>,
    /// Kilobits a second from the service.
    pub down_kbps: Option<u32>,
    /// The device's clock.
    pub client_time: Option<Millis>,
    /// What was tried before.
    pub tried: BTreeSet<Tried>,
}

impl Probe {
    /// Does it need a camera? Where nothing is said, it may.
    const fn needs_camera(&self) -> bool {
        matches!(
            self.failed,
            None | Some(Failed::FaceLogin | Failed::LiveCheck | Failed::DocumentPhoto)
        )
    }

    /// Is it about the person's face?
    const fn shows_face(&self) -> bool {
        matches!(self.failed, Some(Failed::FaceLogin | Failed::LiveCheck))
    }

    /// Returns by how many milliseconds the device's clock goes ahead of the server's, negative where it is behind.
    pub const fn clock_ahead(&self, now: Millis) -> Option<i64> {
        match self.client_time {
            Some(Millis(time)) => Some(time.saturating_sub(now.0)),
            None => None,
        }
    }
}

/// What a remedy is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A reason of the catalogue, with its own texts.
    Reason(Box<Reason>),
    /// Something to do that no verification is refused for.
    Advice(Advice),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// What it is about.
    pub cause: Cause,
    /// Does nothing work before it is done?
    pub blocks: bool,
    /// Was the fault seen in the probe? Otherwise it is what helps most people.
    pub seen: bool,
    /// Whose settings its steps are about.
    pub system: System,
}

impl Remedy {
    /// Returns its name for machines: that of the reason where it is one of the catalogue.
    pub fn code(&self) -> &'static str {
        match &self.cause {
            Cause::Reason(reason) => reason.code.as_str(),
            Cause::Advice(advice) => advice.as_str(),
        }
    }

    fn usual(advice: Advice) -> Self {
        Self {
            cause: Cause::Advice(advice),
            blocks: false,
            seen: false,
            system: System::Other,
        }
    }

    fn seen(advice: Advice) -> Self {
        Self {
            seen: true,
            ..Self::usual(advice)
        }
    }

    fn reason(reason: Reason) -> Self {
        Self {
            cause: Cause::Reason(Box::new(reason)),
            blocks: false,
            seen: true,
            system: System::Other,
        }
    }

    fn of(code: ReasonCode) -> Self {
        Self::reason(Reason::new(code))
    }

    fn blocking(self) -> Self {
        Self {
            blocks: true,
            ..self
        }
    }
}

/// Returns what to do, in the order in which it should be tried. No code comes twice, whatever blocks comes first, and the
/// last one is always to write to support.
pub fn diagnose(policy: &Policy, probe: &Probe, now: Millis) -> Vec<Remedy> {
    let mut told = blocks::of(policy, probe, now);
    told.extend(picture::of(policy, probe));
    told.extend(usual::network(policy, probe));
    told.retain(|remedy| remedy.seen || !was_tried(remedy, probe));
    let more = usual::of(probe).filter(|remedy| !was_tried(remedy, probe));
    let more: Vec<_> = more.filter(|remedy| !covered(remedy, &told)).collect();
    told.extend(more);
    told.push(Remedy::usual(Advice::WriteToSupport));
    // What blocks one way to sign in does not block another; the order within each stays.
    told.sort_by_key(|remedy| !remedy.blocks);
    let system = probe.system.unwrap_or(System::Other);
    for remedy in &mut told {
        remedy.system = system;
    }
    told
}

/// Has the person done it? What only helps most people is not told to them again.
fn was_tried(remedy: &Remedy, probe: &Probe) -> bool {
    let Cause::Advice(advice) = remedy.cause else {
        return false;
    };
    let done = advice.is_done_by();
    done.is_some_and(|done| probe.tried.contains(&done))
}

/// Has something more exact been told already?
fn covered(remedy: &Remedy, told: &[Remedy]) -> bool {
    let codes: &[&str] = match remedy.cause {
        Cause::Advice(Advice::Update) => &["client_outdated"],
        Cause::Advice(Advice::OtherNetwork) => {
            &["go_online", "faster_network", "upload_incomplete"]
        }
        Cause::Advice(Advice::AutomaticTime) => &["set_clock"],
        _ => &[],
    };
    told.iter().any(|told| codes.contains(&told.code()))
}
