//! What keeps anything from working: permission, camera, the page, the program's version, the network, the clock.

use super::{Advice, Probe, Remedy};
use crate::diagnostics::{Camera, Failed, Network, Page, Permission, Surface};
use crate::policy::{Policy, judge_client};
use crate::reason::ReasonCode;
use crate::time::{Millis, SECOND};
use crate::verification::Flow;

/// Returns what of it was seen.
pub(super) fn of(policy: &Policy, probe: &Probe, now: Millis) -> Vec<Remedy> {
    let found = [
        permission(probe),
        files(probe),
        camera(probe),
        view(probe),
        page(probe),
        client(policy, probe),
        offline(probe),
        clock(policy, probe, now),
    ];
    found.into_iter().flatten().collect()
}

fn permission(probe: &Probe) -> Option<Remedy> {
    let refused = probe.needs_camera() && is_shut(probe);
    refused.then(|| Remedy::seen(Advice::AllowCamera).blocking())
}

/// Does the permission keep the camera shut?
fn is_shut(probe: &Probe) -> bool {
    probe
        .permission
        .is_some_and(|permission| permission != Permission::Granted)
}

/// Files are needed only where one is picked, and then there is still the camera.
fn files(probe: &Probe) -> Option<Remedy> {
    let refused = matches!(
        probe.storage,
        Some(Permission::Denied | Permission::Blocked)
    );
    let remedy = Remedy::seen(Advice::AllowFiles);
    match probe.failed {
        Some(Failed::Upload) if refused => Some(remedy.blocking()),
        None | Some(Failed::DocumentPhoto) if refused => Some(remedy),
        _ => None,
    }
}

/// A camera that may not be used is not called broken.
fn camera(probe: &Probe) -> Option<Remedy> {
    if !probe.needs_camera() || is_shut(probe) {
        return None;
    }
    let remedy = match probe.camera? {
        Camera::Ready => return None,
        Camera::Dark => Remedy::seen(Advice::UncoverCamera),
        Camera::Busy => Remedy::seen(Advice::FreeCamera),
        Camera::Absent | Camera::Failed => Remedy::of(ReasonCode::CameraUnavailable),
    };
    Some(remedy.blocking())
}

/// Other programs' views of the web often have neither camera nor passkeys.
fn view(probe: &Probe) -> Option<Remedy> {
    let inside = probe.surface == Some(Surface::WebView);
    let broken = probe.camera.is_some_and(|camera| camera != Camera::Ready);
    let no_camera = probe.needs_camera() && (is_shut(probe) || broken);
    let lacks = no_camera || probe.failed == Some(Failed::Passkey);
    (inside && lacks).then(|| Remedy::seen(Advice::OpenInBrowser).blocking())
}

/// A page that nobody sees gets neither pictures nor a touch of the finger.
fn page(probe: &Probe) -> Option<Remedy> {
    let needed = probe.needs_camera() || probe.failed == Some(Failed::Passkey);
    let hidden = needed && probe.page == Some(Page::Hidden);
    hidden.then(|| Remedy::seen(Advice::ShowPage).blocking())
}

fn client(policy: &Policy, probe: &Probe) -> Option<Remedy> {
    let flow = probe.flow.unwrap_or(Flow::First);
    let reason = judge_client(policy, flow, probe.client.as_ref()?)?;
    Some(Remedy::reason(reason).blocking())
}

fn offline(probe: &Probe) -> Option<Remedy> {
    let offline = probe.network == Some(Network::Offline);
    offline.then(|| Remedy::seen(Advice::GoOnline).blocking())
}

/// A wrong clock stops the codes of authenticator apps, which follow from it; elsewhere it is worth a word.
fn clock(policy: &Policy, probe: &Probe, now: Millis) -> Option<Remedy> {
    let ahead = probe.clock_ahead(now)?;
    let limit = i64::from(policy.diagnosis.clock_seconds) * SECOND;
    if ahead.saturating_abs() <= limit {
        return None;
    }
    let remedy = Remedy::seen(Advice::SetClock);
    match probe.failed {
        Some(Failed::Totp) => Some(remedy.blocking()),
        _ => Some(remedy),
    }
}
