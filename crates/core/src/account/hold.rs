//! A time in which an account may not do everything: whoever stole it must not empty it before its owner hears of that.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NoFactor;
use crate::time::Millis;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The account was recovered.
    Recovered,
    /// The password was set anew without the old one.
    PasswordReset,
    /// A factor was added, changed or removed.
    FactorChanged,
    /// An address of the account was changed.
    ContactChanged,
    /// Another device is trusted since.
    NewDevice,
}

impl HoldReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::Recovered,
        Self::PasswordReset,
        Self::FactorChanged,
        Self::ContactChanged,
        Self::NewDevice,
    ];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::PasswordReset => "password_reset",
            Self::FactorChanged => "factor_changed",
            Self::ContactChanged => "contact_changed",
            Self::NewDevice => "new_device",
        }
    }
}

impl FromStr for HoldReason {
    type Err = NoFactor;

    fn from_str(name: &str) -> Result<Self, NoFactor> {
        let mut all = Self::ALL.into_iter();
        all.find(|reason| reason.name() == name).ok_or(NoFactor)
    }
}

/// A hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// Since when.
    pub since: Millis,
    /// Until when.
    pub until: Millis,
}

impl Hold {
    /// Returns the hold that stands after another reason for one: the one that lasts longer.
    #[must_use]
    pub fn longer(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.until > self.until => other,
            _ => self,
        }
    }

    /// Does it stand still?
    pub fn stands(&self, now: Millis) -> bool {
        now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_never_made_shorter_by_another() {
        let hold = |reason, until| Hold {
            reason,
            since: Millis(0),
            until: Millis(until),
        };
        let long = hold(HoldReason::Recovered, 100);
        let short = hold(HoldReason::FactorChanged, 50);
        assert_eq!(short.longer(Some(long)), long);
        assert_eq!(long.longer(Some(short)), long);
        assert_eq!(short.longer(None), short);
        assert!(long.stands(Millis(99)) && !long.stands(Millis(100)));
    }
}
