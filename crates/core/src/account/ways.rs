//! The ways to sign in that an account has, the best first, and why one of them is not open now.

use serde::{Deserialize, Serialize};

use super::Factor;
use crate::time::Millis;

/// Why a way is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It was tried too often: it is open again later.
    Wait {
        /// From then on.
        until: Millis,
    },
    /// It was tried too often ever: another way, or recovery, gives a new one.
    UsedUp,
    /// It needs a device that the account knows.
    NeedsKnownDevice,
}

/// A way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What is shown.
    pub factor: Factor,
    /// Why not now.
    pub closed: Option<WhyNot>,
}

/// What an account has, and the device that asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a factor that is there or not"
)]
pub struct Enrolled {
    /// A passkey.
    pub passkey: bool,
    /// An authenticator app.
    pub totp: bool,
    /// A mail address.
    pub email: bool,
    /// A telephone.
    pub phone: bool,
    /// Recovery codes that are left.
    pub recovery_codes: bool,
    /// Face login is on.
    pub face: bool,
    /// The device that asks is one that the account knows.
    pub known_device: bool,
}

/// Returns the second factors of an account, first what is hardest to steal, last what is for emergencies. A face stands behind
/// the passkey and before everything that is typed: fast, and one of several.
pub fn ways(enrolled: &Enrolled, closed: impl Fn(Factor) -> Option<WhyNot>) -> Vec<Way> {
    let has = [
        (Factor::Passkey, enrolled.passkey),
        (Factor::Face, enrolled.face),
        (Factor::Totp, enrolled.totp),
        (Factor::EmailCode, enrolled.email),
        (Factor::SmsCode, enrolled.phone),
        (Factor::RecoveryCode, enrolled.recovery_codes),
    ];
    has.into_iter()
        .filter(|(_, has)| *has)
        .map(|(factor, _)| Way {
            factor,
            closed: match factor {
                Factor::Face if !enrolled.known_device => Some(WhyNot::NeedsKnownDevice),
                factor => closed(factor),
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_is_one_way_of_several_and_needs_a_known_device() {
        let enrolled = Enrolled {
            totp: true,
            email: true,
            face: true,
            ..Enrolled::default()
        };
        let found = ways(&enrolled, |_| None);
        let factors: Vec<Factor> = found.iter().map(|way| way.factor).collect();
        assert_eq!(factors, [Factor::Face, Factor::Totp, Factor::EmailCode]);
        assert_eq!(found[0].closed, Some(WhyNot::NeedsKnownDevice));
        let known = Enrolled {
            known_device: true,
            ..enrolled
        };
        assert_eq!(ways(&known, |_| None)[0].closed, None);
        let tired = ways(&known, |factor| {
            (factor == Factor::Face).then_some(WhyNot::UsedUp)
        });
        assert_eq!(tired[0].closed, Some(WhyNot::UsedUp));
        assert_eq!(tired[1].closed, None);
    }
}
