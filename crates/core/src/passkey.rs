//! What people are told about passkeys, and what they call theirs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Passkeys that one person may have. Browsers are told of all of them in every question.
pub const MOST: u32 = 20;
/// Longest name in characters.
pub const LONGEST_NAME: usize = 60;

/// Why a passkey does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// What was shown proves nothing, or the question was over. Nobody is told which: the audit log knows.
    Refused,
    /// The question that a registration answers is over, was answered, or was never asked.
    Over,
    /// What came back is no passkey that is taken.
    NotTaken,
    /// Other devices may hold the key, and the policy wants none such.
    BackedUp,
    /// It is registered already.
    Known,
    /// The person has [`MOST`].
    TooMany,
    /// The service has no address that browsers make passkeys for.
    Unavailable,
    /// It counts as one factor, and is the only thing that was shown.
    OneFactor,
    /// A name that is empty, too long or not text.
    Name,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::Over,
        Self::NotTaken,
        Self::BackedUp,
        Self::Known,
        Self::TooMany,
        Self::Unavailable,
        Self::OneFactor,
        Self::Name,
    ];

    /// Returns its name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "passkey_refused",
            Self::Over => "passkey_over",
            Self::NotTaken => "passkey_not_taken",
            Self::BackedUp => "passkey_backed_up",
            Self::Known => "passkey_known",
            Self::TooMany => "passkeys_too_many",
            Self::Unavailable => "passkeys_unavailable",
            Self::OneFactor => "passkey_one_factor",
            Self::Name => "passkey_name_invalid",
        }
    }
}

/// What is said about passkeys in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyWords {
    /// What a passkey is.
    pub about: String,
    /// That it is unlocked as the device is, by a pattern or PIN of the device, too, and what it is without.
    pub lock: String,
    /// That one may be on other devices, too.
    pub elsewhere: String,
    /// What one is called that was given no name.
    pub unnamed: String,
    /// Why one does not do.
    pub faults: BTreeMap<Fault, String>,
}

/// Returns what somebody calls a passkey, as it is kept: without spaces around it, without control characters in it.
///
/// # Errors
/// [`Fault::Name`].
pub fn name(typed: &str) -> Result<String, Fault> {
    let name = typed.trim();
    let good = !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.chars().any(char::is_control);
    good.then(|| name.to_owned()).ok_or(Fault::Name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, Locale};

    #[test]
    fn a_name_is_short_text() {
        assert_eq!(name("  我的手机 "), Ok("我的手机".to_owned()));
        assert_eq!(name(&"字".repeat(60)), Ok("字".repeat(60)));
        for bad in ["", "   ", "a\u{0}b", "a\nb", &"字".repeat(61)] {
            assert_eq!(name(bad), Err(Fault::Name), "{bad:?}");
        }
    }

    #[test]
    fn everything_is_said_in_every_language() {
        for locale in Locale::ALL {
            let words = Catalogue::of(locale).passkeys();
            for fault in Fault::ALL {
                assert!(words.faults.contains_key(&fault), "{locale:?} {fault:?}");
            }
            assert!(words.faults[&Fault::TooMany].contains(&MOST.to_string()));
            assert!(words.faults[&Fault::Name].contains(&LONGEST_NAME.to_string()));
            let pattern = match locale {
                Locale::ZhCn => "图案",
                Locale::En => "pattern",
            };
            assert!(words.lock.contains(pattern) && words.lock.contains("PIN"));
            for text in [&words.about, &words.elsewhere, &words.unnamed] {
                assert!(!text.is_empty());
            }
        }
    }
}
