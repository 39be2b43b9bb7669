//! What makes a picture poor: light, what is worn, the lens, the camera; and a face that is not the one of then.

use super::{Advice, Probe, Remedy};
use crate::diagnostics::{Failed, Light, Worn};
use crate::policy::Policy;
use crate::reason::{Reason, ReasonCode, Why};

/// Returns what of it was seen, then what helps most people with such a picture.
pub(super) fn of(policy: &Policy, probe: &Probe) -> Vec<Remedy> {
    if !probe.needs_camera() {
        return Vec::new();
    }
    let mut told = Vec::new();
    told.extend(light(policy, probe));
    told.extend(worn(probe));
    told.extend(lens(policy, probe));
    told.extend(size(policy, probe));
    if probe.shows_face() {
        told.push(Remedy::usual(Advice::HoldUpright));
    }
    told.extend(look(probe));
    told.sort_by_key(|remedy| !remedy.seen);
    told
}

/// Which way the light is wrong.
#[derive(Clone, Copy)]
enum Wrong {
    Dark,
    Bright,
}

fn light(policy: &Policy, probe: &Probe) -> Option<Remedy> {
    use Wrong::{Bright, Dark};
    // Even light that is strong enough may come from behind.
    let unseen = probe.failed.map(|_| Remedy::usual(Advice::EvenLight));
    let Some(wrong) = wrong_light(policy, probe) else {
        return unseen;
    };
    Some(match (probe.failed, wrong) {
        (Some(Failed::FaceLogin | Failed::LiveCheck), wrong) => {
            let why = match wrong {
                Dark => Why::Dark,
                Bright => Why::Bright,
            };
            Remedy::reason(Reason::new(ReasonCode::FaceLighting).why(why))
        }
        (Some(Failed::DocumentPhoto), Dark) => Remedy::of(ReasonCode::DocTooDark),
        (Some(Failed::DocumentPhoto), Bright) => Remedy::of(ReasonCode::DocTooBright),
        _ => Remedy::seen(Advice::EvenLight),
    })
}

fn wrong_light(policy: &Policy, probe: &Probe) -> Option<Wrong> {
    let rules = &policy.diagnosis;
    if let Some(luminance) = known(probe.luminance) {
        return match luminance {
            dark if dark < rules.luminance_min => Some(Wrong::Dark),
            bright if bright > rules.luminance_max => Some(Wrong::Bright),
            _ => None,
        };
    }
    match probe.light? {
        Light::Dark | Light::Dim => Some(Wrong::Dark),
        Light::Bright => Some(Wrong::Bright),
        Light::Normal => None,
    }
}

/// A number that is none says nothing.
fn known(measured: Option<f32>) -> Option<f32> {
    measured.filter(|number| number.is_finite())
}

fn worn(probe: &Probe) -> Vec<Remedy> {
    if !probe.shows_face() {
        return Vec::new();
    }
    let Some(worn) = &probe.worn else {
        return vec![Remedy::usual(Advice::BareFace)];
    };
    let remedy = |worn: &Worn| match worn {
        Worn::Glasses => Remedy::of(ReasonCode::FaceGlasses),
        Worn::Sunglasses => Remedy::seen(Advice::TakeOffSunglasses),
        Worn::Mask => Remedy::seen(Advice::TakeOffMask),
        Worn::Hat => Remedy::seen(Advice::TakeOffHat),
    };
    worn.iter().map(remedy).collect()
}

fn lens(policy: &Policy, probe: &Probe) -> Option<Remedy> {
    match known(probe.contrast) {
        Some(contrast) if contrast >= policy.face.contrast_hint => None,
        Some(_) if probe.shows_face() => Some(Remedy::of(ReasonCode::FaceLensHaze)),
        Some(_) => Some(Remedy::seen(Advice::WipeLens)),
        None => probe.failed.map(|_| Remedy::usual(Advice::WipeLens)),
    }
}

fn size(policy: &Policy, probe: &Probe) -> Option<Remedy> {
    let [width, height] = probe.size?;
    let small = width.min(height) < policy.diagnosis.camera_side_min;
    small.then(|| Remedy::seen(Advice::LargerPicture))
}

/// Whoever looks different shows who they are in a stronger way, and is enrolled anew.
fn look(probe: &Probe) -> Option<Remedy> {
    if probe.failed != Some(Failed::FaceLogin) {
        return None;
    }
    match probe.look_changed {
        Some(true) => Some(Remedy::seen(Advice::RefreshTemplate)),
        Some(false) => None,
        None => Some(Remedy::usual(Advice::RefreshTemplate)),
    }
}
