//! What an account may do at each level, and what stays shut while a person is verified again. The operator's figures:
//! without them nothing is said, and nothing is allowed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::HOUR;
use crate::verification::Flow;

/// Decimals that an amount may have: as many as any coin in use.
const DECIMALS: usize = 18;
const ONE: u128 = 10_u128.pow(DECIMALS as u32);
/// Digits before the point; with the decimals they fit into 128 bits.
const MOST_DIGITS: usize = 20;

/// An amount of an asset: 0 or more, exact, in units of 10^-18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(u128);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read an amount: not 1 to 20 digits and up to 18 decimals")]
pub struct NoAmount;

impl Amount {
    /// The smallest amount that is more than nothing.
    pub const SMALLEST: Self = Self(1);

    /// Returns the sum; the largest amount where it would be larger.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let lengths = whole.len() <= MOST_DIGITS && part.len() <= DECIMALS;
        if !digits(whole) || !digits(part) || !lengths {
            return Err(NoAmount);
        }
        let whole: u128 = whole.parse().map_err(|_| NoAmount)?;
        let part: u128 = format!("{part:0<DECIMALS$}")
            .parse()
            .map_err(|_| NoAmount)?;
        let whole = whole.checked_mul(ONE).ok_or(NoAmount)?;
        whole.checked_add(part).map(Self).ok_or(NoAmount)
    }
}

impl TryFrom<String> for Amount {
    type Error = NoAmount;

    fn try_from(text: String) -> Result<Self, NoAmount> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / ONE, self.0 % ONE);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:0DECIMALS$}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

/// Bounds of one action with one asset; without both it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limit {
    /// At once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single: Option<Amount>,
    /// Within the day that the operator counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily: Option<Amount>,
}

impl Limit {
    /// Does an amount fit, after `used` of the same day?
    pub fn fits(self, amount: Amount, used: Amount) -> bool {
        self.single.is_none_or(|most| amount <= most)
            && self.daily.is_none_or(|most| used.plus(amount) <= most)
    }

    /// Returns the wider bounds of two.
    pub fn wider(self, other: Self) -> Self {
        let wider = |a: Option<Amount>, b: Option<Amount>| a.zip(b).map(|(a, b)| a.max(b));
        Self {
            single: wider(self.single, other.single),
            daily: wider(self.daily, other.daily),
        }
    }

    /// Returns the narrower bounds of two.
    pub fn narrower(self, other: Self) -> Self {
        let narrower = |a: Option<Amount>, b: Option<Amount>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            single: narrower(self.single, other.single),
            daily: narrower(self.daily, other.daily),
        }
    }
}

/// Bounds by asset; `*` stands for every other one.
pub type Assets = BTreeMap<String, Limit>;
/// Assets by action: `deposit`, `trade`, `withdraw`, whatever the operator calls them.
pub type Actions = BTreeMap<String, Assets>;

/// What an account may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntitlementRules {
    /// By level; `none` before any.
    pub levels: BTreeMap<String, Actions>,
    /// By flow of re-verification.
    pub restrictions: BTreeMap<Flow, RestrictionRule>,
}

impl EntitlementRules {
    /// Has the operator said nothing?
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.restrictions.is_empty()
    }
}

/// What stays shut while a person is verified again, and for how long after it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestrictionRule {
    /// Bounds of the actions that are named; an asset that is not among those of a named action is shut.
    pub actions: Actions,
    /// Hours for which it stands after the person was verified.
    pub after_hours: u32,
}

impl RestrictionRule {
    /// Returns for how long it stands after the person was verified, in milliseconds.
    pub const fn after(&self) -> i64 {
        self.after_hours as i64 * HOUR
    }
}

/// Returns the bounds of an asset.
pub fn of_asset(assets: &Assets, asset: &str) -> Option<Limit> {
    assets.get(asset).or_else(|| assets.get("*")).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, shown) in [
            ("0", "0"),
            ("0.1", "0.1"),
            ("1.50", "1.5"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("99999999999999999999", "99999999999999999999"),
        ] {
            assert_eq!(text.parse::<Amount>().expect(text).to_string(), shown);
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "１",
            "0.0000000000000000001",
            "999999999999999999999",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NoAmount), "{text}");
        }
        let third: Amount = "0.3".parse().expect("an amount");
        let sum = Amount::default().plus("0.1".parse().expect("an amount"));
        assert_eq!(sum.plus("0.2".parse().expect("an amount")), third);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(units in 0..10_u128.pow(38)) {
            let amount = Amount(units);
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }

        #[test]
        fn a_narrower_limit_never_lets_more_through(a in 0..1_000_u128, b in 0..1_000_u128, ask in 0..2_000_u128) {
            let limit = |most| Limit { single: Some(Amount(most)), daily: None };
            let (narrow, wide) = (limit(a).narrower(limit(b)), limit(a).wider(limit(b)));
            let fits = |limit: Limit| limit.fits(Amount(ask), Amount::default());
            prop_assert_eq!(fits(narrow), fits(limit(a)) && fits(limit(b)));
            prop_assert_eq!(fits(wide), fits(limit(a)) || fits(limit(b)));
        }
    }
}
