//! The rules of review: how long a case is held, what takes two people, how much is looked at again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::time::MINUTE;

/// The rules of review. `policy.toml` documents each key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct ReviewRules {
    pub claim_minutes: u32,
    pub single_approval_levels: BTreeSet<String>,
    pub recheck_share: f32,
}

impl Default for ReviewRules {
    /// Returns the rules of `policy.toml`, which a test compares.
    fn default() -> Self {
        Self {
            claim_minutes: 30,
            single_approval_levels: BTreeSet::from(["L1".to_owned()]),
            recheck_share: 0.05,
        }
    }
}

impl ReviewRules {
    /// Are they those of `policy.toml`?
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the milliseconds for which a claim is held.
    pub const fn claim(&self) -> i64 {
        self.claim_minutes as i64 * MINUTE
    }

    /// Is a decision that one person made looked at again? `drawn` lies from 0 up to 1, without 1.
    pub fn rechecks(&self, drawn: f32) -> bool {
        drawn < self.recheck_share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn what_is_unset_is_the_default_and_leaves_the_identity_alone() {
        let policy = Policy::default();
        assert!(policy.review.is_default(), "{:?}", policy.review);
        assert!(!policy.to_toml().contains("[review]"));
        let other = Policy::from_toml("[review]\nrecheck_share = 1").expect("good");
        assert_ne!(other.identity(), policy.identity());
        let again = Policy::from_toml(&other.to_toml()).expect("reads back");
        assert_eq!(again, other);
    }

    #[test]
    fn rules_that_hold_nothing_are_refused() {
        for text in [
            "[review]\nclaim_minutes = 0",
            "[review]\nrecheck_share = 1.5",
            "[review]\nrecheck_share = nan",
            "[review]\nfour_eyes = false",
        ] {
            assert!(Policy::from_toml(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_of_nothing_rechecks_nothing_and_one_of_all_rechecks_all() {
        let of = |recheck_share| ReviewRules {
            recheck_share,
            ..ReviewRules::default()
        };
        for drawn in [0.0, 0.04, 0.5, 0.999_999_9] {
            assert!(!of(0.0).rechecks(drawn) && of(1.0).rechecks(drawn));
        }
        assert!(of(0.05).rechecks(0.049) && !of(0.05).rechecks(0.05));
    }
}
