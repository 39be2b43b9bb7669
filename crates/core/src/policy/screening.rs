//! Rules about lists of sanctioned people: whether they are searched, which of them, and what a person looks at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A list of sanctioned people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionList {
    /// Specially Designated Nationals of the Office of Foreign Assets Control (United States).
    OfacSdn,
    /// Consolidated list of the Security Council (United Nations).
    Un,
    /// Consolidated list of financial sanctions (European Union).
    Eu,
}

impl SanctionList {
    /// Every list.
    pub const ALL: [Self; 3] = [Self::OfacSdn, Self::Un, Self::Eu];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OfacSdn => "ofac_sdn",
            Self::Un => "un",
            Self::Eu => "eu",
        }
    }

    /// Returns the list of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}

/// Score from which a person looks at a hit. Measured in `docs/screening.md`: higher misses more of the listed, lower
/// finds more innocents. Never to be changed: a policy that does not name it was decided by it.
const ALERT_SCORE: f32 = 0.86;

/// Rules about lists of sanctioned people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScreeningRules {
    /// Must they be searched?
    pub required: bool,
    /// Those that must have been searched, and whose hits count.
    pub lists: BTreeSet<SanctionList>,
    /// Score from which a person looks at a hit, 0..=1.
    pub alert_score: f32,
}

impl Default for ScreeningRules {
    fn default() -> Self {
        Self {
            required: false,
            lists: SanctionList::ALL.into(),
            alert_score: ALERT_SCORE,
        }
    }
}

impl ScreeningRules {
    /// Has the operator said nothing?
    pub fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn a_policy_that_says_nothing_of_screening_keeps_its_identity() {
        let plain = Policy::from_toml("version = \"a\"").expect("a policy");
        assert!(!plain.to_toml().contains("[screening]"));
        let said = "version = \"a\"\n[screening]\nrequired = false\nalert_score = 0.86";
        let said = Policy::from_toml(said).expect("a policy");
        assert_eq!(said.identity(), plain.identity());
        let on = "version = \"a\"\n[screening]\nrequired = true\nlists = [\"un\"]\nalert_score = 1";
        let on = Policy::from_toml(on).expect("a policy");
        assert_ne!(on.identity(), plain.identity());
        let again = Policy::from_toml(&on.to_toml()).expect("reads back");
        assert_eq!(again.screening, on.screening);
        assert_eq!(again.identity(), on.identity());
    }

    #[test]
    fn screening_that_searches_nothing_is_refused() {
        for text in [
            "required = true\nlists = []",
            "required = true\nalert_score = 1.2",
            "required = true\nalert_score = nan",
            "required = true\nlists = [\"ours\"]",
        ] {
            let toml = format!("[screening]\n{text}");
            assert!(Policy::from_toml(&toml).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_have_one_name_in_every_place() {
        for list in SanctionList::ALL {
            let wire = serde_json::to_value(list).expect("a list serialises");
            assert_eq!(wire, list.name());
            assert_eq!(SanctionList::parse(list.name()), Some(list));
        }
    }
}
