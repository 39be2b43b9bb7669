//! Rules about people's accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PasskeyRules;
use crate::account::{Hold, HoldReason};
use crate::time::{HOUR, Millis};

/// How long money stays where it is, what a person agrees to, when a device is known. `policy.toml` documents each key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key")]
pub struct AccountRules {
    pub hold_hours: HoldHours,
    pub held_actions: Vec<String>,
    pub recovery_wait_hours: u32,
    pub recovery_open_days: u32,
    pub consents: BTreeMap<String, String>,
    pub unknown_device: UnknownDevice,
    pub unknown_network: UnknownNetwork,
    // A rule that came later leaves the identity of policies alone that say nothing of it.
    #[serde(skip_serializing_if = "Erasure::is_usual")]
    pub erasure: Erasure,
    pub codes_a_day: u32,
    pub passkeys: PasskeyRules,
}

/// Hours of a hold, by what it follows. 0 for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key")]
pub struct HoldHours {
    pub recovered: u32,
    pub password_reset: u32,
    pub factor_changed: u32,
    pub contact_changed: u32,
    pub new_device: u32,
}

/// What somebody must do on a device that the account does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownDevice {
    /// Show the live face against the one first verified; who was never verified shows two factors.
    #[default]
    Verify,
    /// Show two factors.
    TwoFactors,
}

/// What follows where somebody signs in from a network from which the account was not used for long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownNetwork {
    /// Nothing: it is noted.
    Nothing,
    /// The person is told.
    #[default]
    Tell,
    /// The person is told, and who was ever verified shows the live face, on a device that is trusted, too.
    Verify,
}

impl Default for HoldHours {
    fn default() -> Self {
        Self {
            recovered: 72,
            password_reset: 24,
            factor_changed: 24,
            contact_changed: 24,
            new_device: 24,
        }
    }
}

/// How somebody ends their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasure {
    /// They ask for it, and the operator does it: an account may have money in it, of which only the operator knows.
    #[default]
    Ask,
    /// They do it themselves, at once.
    Themselves,
}

impl Erasure {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for AccountRules {
    fn default() -> Self {
        Self {
            hold_hours: HoldHours::default(),
            held_actions: ["withdraw"].map(str::to_owned).to_vec(),
            recovery_wait_hours: 48,
            recovery_open_days: 7,
            consents: BTreeMap::new(),
            unknown_device: UnknownDevice::default(),
            unknown_network: UnknownNetwork::default(),
            erasure: Erasure::default(),
            codes_a_day: 20,
            passkeys: PasskeyRules::default(),
        }
    }
}

/// Longest hold and wait, in hours: a year.
const LONGEST: u32 = 8_784;

impl AccountRules {
    /// Has the operator said nothing else than the default?
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the hold that something brings; none where the policy wants none.
    pub fn hold(&self, reason: HoldReason, now: Millis) -> Option<Hold> {
        let hours = match reason {
            HoldReason::Recovered => self.hold_hours.recovered,
            HoldReason::PasswordReset => self.hold_hours.password_reset,
            HoldReason::FactorChanged => self.hold_hours.factor_changed,
            HoldReason::ContactChanged => self.hold_hours.contact_changed,
            HoldReason::NewDevice => self.hold_hours.new_device,
        };
        (hours > 0).then(|| Hold {
            reason,
            since: now,
            until: now.plus(i64::from(hours) * HOUR),
        })
    }

    /// Returns for how many milliseconds a recovery waits after the person was verified, so that the owner can stop it.
    pub const fn recovery_wait(&self) -> i64 {
        self.recovery_wait_hours as i64 * HOUR
    }

    pub(super) fn is_sound(&self) -> bool {
        let hours = &self.hold_hours;
        let all = [
            hours.recovered,
            hours.password_reset,
            hours.factor_changed,
            hours.contact_changed,
            hours.new_device,
            self.recovery_wait_hours,
        ];
        all.iter().all(|hours| *hours <= LONGEST)
            && (1..=90).contains(&self.recovery_open_days)
            && (1..=100).contains(&self.codes_a_day)
    }
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn the_default_rules_are_those_of_the_file_and_leave_the_identity_alone() {
        let policy = Policy::default();
        assert!(policy.accounts.is_default());
        assert!(!policy.to_toml().contains("[accounts"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in [
            "[accounts]\nrecovery_open_days = 0",
            "[accounts]\ncodes_a_day = 0",
            "[accounts.hold_hours]\nrecovered = 10000",
            "[accounts]\nunknown_device = \"nothing\"",
            "[accounts]\nunknown_network = \"two_factors\"",
            "[accounts]\nerasure = \"never\"",
            "[accounts.passkeys]\nbacked_up = \"never\"",
        ] {
            assert!(Policy::from_toml(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_said_of_nothing_is_not_written() {
        let policy = Policy::from_toml("[accounts]\ncodes_a_day = 9").expect("a policy");
        assert!(!policy.to_toml().contains("erasure"));
        let policy = Policy::from_toml("[accounts]\nerasure = \"themselves\"").expect("a policy");
        assert!(policy.to_toml().contains("erasure"));
    }
}
