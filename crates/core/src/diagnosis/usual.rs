//! What helps most people: with what failed, and then in the order in which support would say it.

use super::{Advice, Probe, Remedy};
use crate::diagnostics::{Failed, Surface};
use crate::policy::Policy;
use crate::reason::ReasonCode;

/// Update, clear the cache, restart, another network, another device; installing anew comes last, as it may lose what is kept.
const LADDER: [Advice; 6] = [
    Advice::Update,
    Advice::ClearCache,
    Advice::Restart,
    Advice::OtherNetwork,
    Advice::OtherDevice,
    Advice::Reinstall,
];

/// Returns what is wrong with a network that is there.
pub(super) fn network(policy: &Policy, probe: &Probe) -> Option<Remedy> {
    let rules = &policy.diagnosis;
    let late = probe.latency_ms.is_some_and(|ms| ms > rules.latency_max_ms);
    let little = |rate: Option<u32>, least| rate.is_some_and(|rate| rate < least);
    let slow = late
        || little(probe.up_kbps, rules.up_min_kbps)
        || little(probe.down_kbps, rules.down_min_kbps);
    match probe.failed {
        // A file that did not arrive says it by itself.
        Some(Failed::Upload) => Some(Remedy::of(ReasonCode::UploadIncomplete)),
        // Codes are small, and come by other networks.
        Some(Failed::Totp | Failed::MailCode | Failed::SmsCode) => None,
        _ => slow.then(|| Remedy::seen(Advice::FasterNetwork)),
    }
}

/// Returns what helps with what failed, then the ladder.
pub(super) fn of(probe: &Probe) -> impl Iterator<Item = Remedy> {
    let own = of_failed(probe.failed).iter();
    let ladder: &[Advice] = match probe.failed {
        // Neither a cache nor an installation has a part in codes.
        Some(Failed::Totp | Failed::MailCode | Failed::SmsCode) => &[],
        _ => &LADDER,
    };
    // A page is not installed.
    let installed = !matches!(probe.surface, Some(Surface::Browser | Surface::WebView));
    let ladder = ladder.iter();
    let ladder = ladder.filter(move |advice| installed || **advice != Advice::Reinstall);
    own.chain(ladder).copied().map(Remedy::usual)
}

const fn of_failed(failed: Option<Failed>) -> &'static [Advice] {
    match failed {
        Some(Failed::FaceLogin) => &[Advice::OtherWay],
        Some(Failed::Passkey) => &[Advice::DeviceUnlock, Advice::OtherWay],
        Some(Failed::Totp) => &[
            Advice::AutomaticTime,
            Advice::NextCode,
            Advice::RecoveryCode,
            Advice::OtherWay,
        ],
        Some(Failed::MailCode) => &[
            Advice::LookInSpam,
            Advice::CheckAddress,
            Advice::NewestCode,
            Advice::OtherWay,
        ],
        Some(Failed::SmsCode) => &[
            Advice::CheckSignal,
            Advice::UnblockSenders,
            Advice::CheckAddress,
            Advice::NewestCode,
            Advice::OtherWay,
        ],
        None | Some(Failed::LiveCheck | Failed::DocumentPhoto | Failed::Upload) => &[],
    }
}
