//! The service's part of the policy: what is asked for, how often, how long.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::time::{DAY, HOUR, MINUTE};
use crate::verification::Flow;

/// What a verification may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Typed data.
    Data,
    /// Photos of a document.
    Document,
    /// The person's face.
    Face,
}

/// Parts in the order in which people go through them.
pub type Parts = BTreeSet<Part>;

/// What the flows of re-verification ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "policy.toml documents every key")]
pub struct FlowRules {
    pub stuck_state: Parts,
    pub new_device: Parts,
    pub face_fails: Parts,
    pub account_conflict: Parts,
    pub renewal: Parts,
}

impl FlowRules {
    /// Returns what a flow asks for; `None` for the first verification, where the level tells.
    pub const fn parts(&self, flow: Flow) -> Option<&Parts> {
        match flow {
            Flow::First => None,
            Flow::StuckState => Some(&self.stuck_state),
            Flow::NewDevice => Some(&self.new_device),
            Flow::FaceFails => Some(&self.face_fails),
            Flow::AccountConflict => Some(&self.account_conflict),
            Flow::Renewal => Some(&self.renewal),
        }
    }
}

/// How often one may fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptRules {
    /// Sliding windows; each holds by itself.
    pub windows: Vec<Window>,
}

/// One sliding window and the counted failures that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its length in minutes.
    pub minutes: u32,
    /// Failures of one applicant.
    pub applicant: u32,
    /// Failures from one device.
    pub device: u32,
    /// Failures from one network address.
    pub address: u32,
}

impl Window {
    /// Returns its length in milliseconds.
    pub const fn millis(&self) -> i64 {
        self.minutes as i64 * MINUTE
    }

    pub(super) const fn is_sound(&self) -> bool {
        self.minutes > 0 && self.applicant > 0 && self.device > 0 && self.address > 0
    }
}

/// How long things take and last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct TimeRules {
    pub stuck_minutes: u32,
    pub open_hours: u32,
    pub review_hours: u32,
    pub verified_days: u32,
    pub document_days: u32,
    pub biometric_days: u32,
}

impl TimeRules {
    /// Returns the milliseconds after which a submission without a verdict is taken up again.
    pub const fn stuck(&self) -> i64 {
        self.stuck_minutes as i64 * MINUTE
    }

    /// Returns the milliseconds after which an open verification expires.
    pub const fn open(&self) -> i64 {
        self.open_hours as i64 * HOUR
    }

    /// Returns the milliseconds that a review may take.
    pub const fn review(&self) -> i64 {
        self.review_hours as i64 * HOUR
    }

    /// Returns the milliseconds for which documents are kept.
    pub const fn keep_documents(&self) -> i64 {
        self.document_days as i64 * DAY
    }

    /// Returns the milliseconds for which face templates are kept.
    pub const fn keep_templates(&self) -> i64 {
        self.biometric_days as i64 * DAY
    }
}

/// How long support takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct SupportRules {
    pub ticket_hours: u32,
    pub code_hours: u32,
}

impl Default for SupportRules {
    /// 48 hours for an answer, seven days for a code.
    fn default() -> Self {
        Self {
            ticket_hours: 48,
            code_hours: 168,
        }
    }
}

impl SupportRules {
    /// Longest time in hours: a year.
    const LONGEST: u32 = 8_760;

    /// Returns the milliseconds for which the code of a contact holds.
    pub const fn code(&self) -> i64 {
        self.code_hours as i64 * HOUR
    }

    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn is_sound(&self) -> bool {
        [self.ticket_hours, self.code_hours]
            .iter()
            .all(|hours| (1..=Self::LONGEST).contains(hours))
    }
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn a_policy_written_whole_reads_back_with_the_same_identity() {
        let policy = Policy::from_toml("version = \"mine\"\n[page]\nblur_max = 0.3").expect("good");
        let again = Policy::from_toml(&policy.to_toml()).expect("reads back");
        assert_eq!(again, policy);
        assert_eq!(again.identity(), policy.identity());
    }

    #[test]
    fn hours_of_support_change_the_identity_only_where_they_are_set() {
        let usual = Policy::default();
        let same = Policy::from_toml("[support]\nticket_hours = 48").expect("good");
        let other = Policy::from_toml("[support]\nticket_hours = 24").expect("good");
        assert_eq!(same.identity(), usual.identity());
        assert_ne!(other.identity(), usual.identity());
        assert!(!usual.to_toml().contains("ticket_hours"));
        let again = Policy::from_toml(&other.to_toml()).expect("reads back");
        assert_eq!(again.support.ticket_hours, 24);
    }

    #[test]
    fn a_policy_without_windows_or_levels_is_refused() {
        for text in [
            "[attempts]\nwindows = []",
            "[levels]\nL1 = []",
            "[times]\nstuck_minutes = 0",
            "[support]\nticket_hours = 0",
            "[support]\ncode_hours = 10000",
        ] {
            assert!(Policy::from_toml(text).is_err(), "{text}");
        }
    }
}
