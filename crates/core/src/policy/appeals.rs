//! Rules about appeals.

use serde::{Deserialize, Serialize};

use crate::time::DAY;

/// What an appeal needs, how long it stays open, how many there may be. `policy.toml` documents each key with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key")]
pub struct AppealRules {
    pub statement: bool,
    pub open_days: u32,
    pub most: u32,
    pub window_days: u32,
    pub codes_a_day: u32,
}

impl Default for AppealRules {
    fn default() -> Self {
        Self {
            statement: true,
            open_days: 14,
            most: 3,
            window_days: 30,
            codes_a_day: 10,
        }
    }
}

impl AppealRules {
    /// Has the operator said nothing else than the default?
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the milliseconds after which an appeal that nobody touches and that nobody has to answer lapses.
    pub const fn open(&self) -> i64 {
        self.open_days as i64 * DAY
    }

    /// Returns the milliseconds within which [`Self::most`] appeals may be opened.
    pub const fn window(&self) -> i64 {
        self.window_days as i64 * DAY
    }

    pub(super) fn is_sound(&self) -> bool {
        let days = 1..=366;
        let counts = 1..=100;
        days.contains(&self.open_days)
            && days.contains(&self.window_days)
            && counts.contains(&self.most)
            && counts.contains(&self.codes_a_day)
    }
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn the_default_rules_are_those_of_the_file_and_leave_the_identity_alone() {
        let policy = Policy::default();
        assert!(policy.appeals.is_default());
        assert!(!policy.to_toml().contains("appeals"));
    }

    #[test]
    fn an_appeal_that_could_never_be_opened_is_refused() {
        for text in [
            "most = 0",
            "open_days = 0",
            "window_days = 9999",
            "codes_a_day = 0",
        ] {
            let text = format!("[appeals]\n{text}");
            assert!(Policy::from_toml(&text).is_err(), "{text}");
        }
        assert!(Policy::from_toml("[appeals]\nstatement = false").is_ok());
    }
}
