//! What somebody shows to sign in.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One thing that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The password.
    Password,
    /// A passkey whose own device has checked who unlocks it: a pattern, a PIN, a finger.
    Passkey,
    /// A passkey whose device has checked nobody: something that is held, and nothing else.
    PasskeyHeld,
    /// A code of an authenticator app.
    Totp,
    /// A code that was sent to the mail address of the account.
    EmailCode,
    /// A code that was sent to its telephone.
    SmsCode,
    /// A printed recovery code.
    RecoveryCode,
    /// The face, live, beside the key of an enrolled device. Never alone.
    Face,
    /// The key of an enrolled device.
    DeviceKey,
}

/// A word that names no factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no such factor")]
pub struct NoFactor;

/// What a factor is (NIST SP 800-63B-4, 2): two of one kind are one factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Known,
    Held,
    Inherent,
}

/// How sure a session is of who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// One factor.
    One,
    /// Two of different kinds.
    Two,
    /// Two, of which a page of somebody else could have passed on none.
    TwoPhishingResistant,
}

impl Factor {
    /// Every factor.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::Passkey,
        Self::PasskeyHeld,
        Self::Totp,
        Self::EmailCode,
        Self::SmsCode,
        Self::RecoveryCode,
        Self::Face,
        Self::DeviceKey,
    ];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::PasskeyHeld => "passkey_held",
            Self::Totp => "totp",
            Self::EmailCode => "email_code",
            Self::SmsCode => "sms_code",
            Self::RecoveryCode => "recovery_code",
            Self::Face => "face",
            Self::DeviceKey => "device_key",
        }
    }

    const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Password => &[Kind::Known],
            // Unlocking it is the other factor.
            Self::Passkey => &[Kind::Held, Kind::Inherent],
            Self::PasskeyHeld
            | Self::Totp
            | Self::EmailCode
            | Self::SmsCode
            | Self::RecoveryCode
            | Self::DeviceKey => &[Kind::Held],
            Self::Face => &[Kind::Inherent],
        }
    }
}

impl FromStr for Factor {
    type Err = NoFactor;

    fn from_str(name: &str) -> Result<Self, NoFactor> {
        let mut all = Self::ALL.into_iter();
        all.find(|factor| factor.name() == name).ok_or(NoFactor)
    }
}

/// Returns how sure the factors make us that were shown; none where nothing was.
///
/// A face counts only beside something that is held: whoever looks like the owner, or has a picture that passes, has not their
/// device too (NIST SP 800-63B-4, 3.2.3; OWASP ASVS 5.0, 6.5.7).
pub fn assurance(shown: &[Factor]) -> Option<Assurance> {
    let held = |factor: &Factor| factor.kinds().contains(&Kind::Held);
    let any_held = shown.iter().any(held);
    let counted = shown
        .iter()
        .filter(|factor| **factor != Factor::Face || any_held);
    let kinds: BTreeSet<Kind> = counted.flat_map(|factor| factor.kinds()).copied().collect();
    match kinds.len() {
        0 => None,
        1 => Some(Assurance::One),
        _ if shown.contains(&Factor::Passkey) => Some(Assurance::TwoPhishingResistant),
        _ if shown.contains(&Factor::PasskeyHeld) => Some(Assurance::TwoPhishingResistant),
        _ => Some(Assurance::Two),
    }
}

/// Returns the methods of authentication in the words of RFC 8176, each once.
pub fn amr(shown: &[Factor]) -> Vec<&'static str> {
    let mut words: BTreeSet<&'static str> = BTreeSet::new();
    for factor in shown {
        words.extend(match factor {
            Factor::Password => &["pwd"][..],
            Factor::Passkey => &["pop", "user"],
            Factor::PasskeyHeld | Factor::DeviceKey => &["pop"],
            Factor::Totp | Factor::EmailCode | Factor::RecoveryCode => &["otp"],
            Factor::SmsCode => &["sms"],
            Factor::Face => &["face"],
        });
    }
    if assurance(shown) >= Some(Assurance::Two) {
        words.insert("mfa");
    }
    words.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_one_kind_are_one_and_a_face_alone_is_nothing() {
        use Factor::*;
        for (shown, expected) in [
            (&[][..], None),
            (&[Face], None),
            (&[Face, Password], Some(Assurance::One)),
            (&[Password], Some(Assurance::One)),
            (&[Totp, EmailCode], Some(Assurance::One)),
            (&[Password, Totp], Some(Assurance::Two)),
            (&[Password, RecoveryCode], Some(Assurance::Two)),
            (&[DeviceKey], Some(Assurance::One)),
            (&[DeviceKey, Face], Some(Assurance::Two)),
            (&[Password, DeviceKey, Face], Some(Assurance::Two)),
            (&[Passkey], Some(Assurance::TwoPhishingResistant)),
            (&[PasskeyHeld], Some(Assurance::One)),
            (
                &[Password, PasskeyHeld],
                Some(Assurance::TwoPhishingResistant),
            ),
        ] {
            assert_eq!(assurance(shown), expected, "{shown:?}");
        }
    }

    #[test]
    fn names_read_back_and_methods_are_those_of_the_rfc() {
        for factor in Factor::ALL {
            assert_eq!(factor.name().parse(), Ok(factor));
        }
        assert_eq!(
            amr(&[Factor::Password, Factor::Totp]),
            ["mfa", "otp", "pwd"]
        );
        assert_eq!(
            amr(&[Factor::DeviceKey, Factor::Face]),
            ["face", "mfa", "pop"]
        );
        assert_eq!(amr(&[Factor::Password]), ["pwd"]);
    }
}
