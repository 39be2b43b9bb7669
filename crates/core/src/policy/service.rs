//! The service's part of the policy: what is asked for, how often, how long.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::calendar::{self, Calendar, TooFar};
use crate::time::{DAY, HOUR, MINUTE, Millis};
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
    /// Left out of the identity where it is as usual: it came later than the others.
    #[serde(default = "usual_recovery", skip_serializing_if = "is_usual_recovery")]
    pub recovery: Parts,
}

fn usual_recovery() -> Parts {
    [Part::Document, Part::Face].into()
}

fn is_usual_recovery(parts: &Parts) -> bool {
    *parts == usual_recovery()
}

/// What a sign-in by face asks for, whatever the policy says.
static FACE: LazyLock<Parts> = LazyLock::new(|| [Part::Face].into());

impl FlowRules {
    /// Returns what a flow asks for; `None` for the first verification, where the level tells.
    pub fn parts(&self, flow: Flow) -> Option<&Parts> {
        match flow {
            Flow::First => None,
            Flow::StuckState => Some(&self.stuck_state),
            Flow::NewDevice => Some(&self.new_device),
            Flow::FaceFails => Some(&self.face_fails),
            Flow::AccountConflict => Some(&self.account_conflict),
            Flow::Renewal => Some(&self.renewal),
            Flow::Recovery => Some(&self.recovery),
            Flow::FaceLogin => Some(&FACE),
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

/// Which photos are kept as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginalRules {
    /// All or none.
    pub keep: bool,
}

impl OriginalRules {
    /// Is it as the default policy has it?
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// What people may hand in as a file that they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRules {
    /// Of the document, the face, both or neither.
    pub accepted: Parts,
}

impl Default for FileRules {
    fn default() -> Self {
        Self {
            accepted: [Part::Document, Part::Face].into(),
        }
    }
}

impl FileRules {
    /// Is it as the default policy has it?
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn is_sound(&self) -> bool {
        !self.accepted.contains(&Part::Data)
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

/// Most business days that an answer may take: a year of five-day weeks and more.
pub(super) const MOST_BUSINESS_DAYS: u32 = 366;
/// Most hours that a ticket may take: a year.
pub(super) const MOST_TICKET_HOURS: u32 = 8_784;

/// When answers to people are due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceRules {
    /// Business days until an appeal is answered.
    pub appeal_business_days: u32,
    /// Hours until a ticket is answered.
    pub ticket_hours: u32,
    /// Which hours those are.
    pub ticket_clock: HourClock,
}

/// Which hours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HourClock {
    /// Every hour, at night and on holidays, too.
    Plain,
    /// Hours of working time only.
    Business,
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self {
            appeal_business_days: 3,
            ticket_hours: 48,
            ticket_clock: HourClock::Plain,
        }
    }
}

/// How long a code holds by which a person checks who contacts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct SupportRules {
    pub code_hours: u32,
}

impl Default for SupportRules {
    /// Seven days.
    fn default() -> Self {
        Self { code_hours: 168 }
    }
}

impl ServiceRules {
    /// Has the operator said nothing else than the default?
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns when an appeal that arrived at a moment is due.
    ///
    /// # Errors
    /// [`TooFar`] where the moment is no date any more.
    pub fn appeal_due(&self, calendar: &Calendar, from: Millis) -> Result<Millis, TooFar> {
        calendar::due(calendar, from, self.appeal_business_days)
    }

    /// Returns when a ticket that arrived at a moment is due.
    ///
    /// # Errors
    /// [`TooFar`] where the moment is no date any more.
    pub fn ticket_due(&self, calendar: &Calendar, from: Millis) -> Result<Millis, TooFar> {
        match self.ticket_clock {
            HourClock::Plain => Ok(calendar::due_plain_hours(from, self.ticket_hours)),
            HourClock::Business => calendar::due_hours(calendar, from, self.ticket_hours),
        }
    }

    pub(super) const fn is_sound(&self) -> bool {
        1 <= self.appeal_business_days
            && self.appeal_business_days <= MOST_BUSINESS_DAYS
            && 1 <= self.ticket_hours
            && self.ticket_hours <= MOST_TICKET_HOURS
    }
}

/// How a hand-held statement must read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatementRules {
    /// Days by which the date on the sheet may differ from today.
    pub date_days: u32,
    /// Part of the characters of the sentence about the purpose that must be read.
    pub purpose_min: f32,
}

impl Default for StatementRules {
    fn default() -> Self {
        Self {
            date_days: 3,
            purpose_min: 0.7,
        }
    }
}

impl StatementRules {
    /// Has the operator said nothing else than the default?
    pub fn is_default(&self) -> bool {
        *self == Self::default()
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
        (1..=Self::LONGEST).contains(&self.code_hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let same = Policy::from_toml("[support]\ncode_hours = 168").expect("good");
        let other = Policy::from_toml("[support]\ncode_hours = 24").expect("good");
        assert_eq!(same.identity(), usual.identity());
        assert_ne!(other.identity(), usual.identity());
        assert!(!usual.to_toml().contains("code_hours"));
        let again = Policy::from_toml(&other.to_toml()).expect("reads back");
        assert_eq!(again.support.code_hours, 24);
    }

    #[test]
    fn a_policy_without_windows_or_levels_is_refused() {
        for text in [
            "[attempts]\nwindows = []",
            "[levels]\nL1 = []",
            "[times]\nstuck_minutes = 0",
            "[support]\ncode_hours = 0",
            "[files]\naccepted = [\"data\"]",
            "[support]\ncode_hours = 10000",
        ] {
            assert!(Policy::from_toml(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_calendar_that_says_what_the_default_says_leaves_the_identity_alone() {
        let none = Policy::default();
        let said = "[calendar]\nzone = \"UTC\"\n[service]\nappeal_business_days = 3";
        let said = Policy::from_toml(said).expect("a policy");
        assert_eq!(said.identity(), none.identity());
        assert!(!none.to_toml().contains("calendar"));
        let other = Policy::from_toml("[calendar]\nzone = \"Asia/Shanghai\"").expect("a policy");
        assert_ne!(other.identity(), none.identity());
        assert_eq!(Policy::from_toml(&other.to_toml()).expect("again"), other);
        let other = Policy::from_toml("[service]\nticket_hours = 24").expect("a policy");
        assert_ne!(other.identity(), none.identity());
    }

    #[test]
    fn the_file_documents_the_defaults_of_calendar_and_service() {
        let policy = Policy::default();
        assert_eq!(policy.calendar, Calendar::default());
        assert_eq!(policy.service, ServiceRules::default());
        assert_eq!(policy.statement, StatementRules::default());
    }

    #[test]
    fn appeals_count_business_days_and_tickets_the_hours_of_the_policy() {
        let at = |text: &str| Millis::from(text.parse::<jiff::Timestamp>().expect(text));
        // A Friday.
        let from = at("2026-11-27T10:00:00Z");
        for (own, appeal, ticket) in [
            ("", "2026-12-03T00:00:00Z", "2026-11-29T10:00:00Z"),
            (
                "[service]\nticket_clock = \"business\"\nappeal_business_days = 1",
                "2026-12-01T00:00:00Z",
                "2026-12-01T10:00:00Z",
            ),
        ] {
            let policy = Policy::from_toml(own).expect("a policy");
            let (service, calendar) = (&policy.service, &policy.calendar);
            assert_eq!(service.appeal_due(calendar, from), Ok(at(appeal)));
            assert_eq!(service.ticket_due(calendar, from), Ok(at(ticket)));
        }
    }

    #[test]
    fn a_calendar_that_cannot_be_meant_is_refused() {
        for (text, why) in [
            ("zone = \"Mars/Olympus\"", "no time zone"),
            ("zone = \"Etc/Unknown\"", "no time zone"),
            ("zone = \"\"", "no time zone"),
            ("opens = \"18:00\"\ncloses = \"09:00\"", "later than"),
            ("opens = \"09:00\"\ncloses = \"09:00\"", "later than"),
            ("opens = \"9:00\"", "HH:MM"),
            ("closes = \"24:01\"", "HH:MM"),
            ("weekdays = []", "at least one working day"),
            ("weekdays = [\"Freitag\"]", "unknown variant"),
            ("holidays = [\"2026-02-30\"]", "date is not valid"),
            ("holidays = [\"0026-10-01\"]", "1970"),
            ("extra_days = [\"9999-12-31\"]", "2999"),
            (
                "holidays = [\"2026-10-01\"]\nextra_days = [\"2026-10-01\"]",
                "`holidays` and in `extra_days`",
            ),
            ("shut = true", "calendar.shut"),
        ] {
            let error = Policy::from_toml(&format!("[calendar]\n{text}")).expect_err(text);
            let source = std::error::Error::source(&error).map(ToString::to_string);
            let told = format!("{error}: {}", source.unwrap_or_default());
            assert!(told.contains(why), "{text}: {told}");
        }
        for text in [
            "appeal_business_days = 0",
            "ticket_hours = 0",
            "ticket_hours = 9000",
        ] {
            assert!(
                Policy::from_toml(&format!("[service]\n{text}")).is_err(),
                "{text}"
            );
        }
    }
}
