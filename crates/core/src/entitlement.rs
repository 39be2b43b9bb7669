//! May this account do this, with this amount, now? If not: why, what would help, and until when.

use std::collections::BTreeSet;

use crate::account::Hold;
use crate::policy::entitlements::{Actions, Amount, EntitlementRules, Limit, of_asset};
use crate::reason::{Param, Reason, ReasonCode};
use crate::time::Millis;
use crate::verification::{Expiry, Flow, State};

/// The level of an account that has reached none.
pub const NO_LEVEL: &str = "none";

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The action.
    pub action: String,
    /// The asset.
    pub asset: String,
    /// How much of it.
    pub amount: Amount,
    /// How much the same action took of the same asset today, as the operator counts.
    pub used_today: Amount,
}

/// What stands over an account while its owner is verified again, and for a while after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Why.
    pub flow: Flow,
    /// Since then.
    pub since: Millis,
    /// Until then; none before the person is verified.
    pub until: Option<Millis>,
}

/// An account: the levels it has reached and what stands over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Levels that are verified now.
    pub levels: BTreeSet<String>,
    /// What stands over it now.
    pub restrictions: Vec<Restriction>,
    /// What stands over how it is signed in to, where people sign in here.
    pub account: AccountStanding,
}

/// What stands over an account that people sign in to here. By default nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountStanding {
    /// Actions that are shut meanwhile.
    pub held_actions: Vec<String>,
    /// A recovery, or a change of how its owner signs in, was not long ago.
    pub hold: Option<Hold>,
    /// Why the session that asks may only read: it has ended, or its device or network is none that the account knows.
    pub unknown: Option<ReasonCode>,
}

impl AccountStanding {
    /// Returns why an action is shut, and until when.
    fn shuts(&self, action: &str) -> Option<Reason> {
        if !self.held_actions.iter().any(|held| held == action) {
            return None;
        }
        if let Some(code) = self.unknown {
            return Some(Reason::new(code));
        }
        self.hold.map(|hold| cooling(hold.until))
    }
}

/// A verification as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its level.
    pub level: String,
    /// Why it was done.
    pub flow: Flow,
    /// When it was opened.
    pub opened: Millis,
    /// Its state.
    pub state: State,
}

impl Standing {
    /// Returns the standing that follows from a person's verifications, newest first.
    ///
    /// Of each flow the newest counts: one that was begun and left lying still stands over the account, or an
    /// intruder would lift a restriction by walking away.
    pub fn of(rules: &EntitlementRules, cases: &[Case], now: Millis) -> Self {
        let mut standing = Self::default();
        let mut seen = BTreeSet::new();
        // What the sign-in begins lifts nobody, and narrows nobody whose account somebody else claims.
        for case in cases.iter().filter(|case| !case.flow.is_of_sign_in()) {
            if let State::Verified { until, .. } = case.state
                && until.is_none_or(|until| until > now)
            {
                standing.levels.insert(case.level.clone());
            }
            let Some(rule) = rules.restrictions.get(&case.flow) else {
                continue;
            };
            if !seen.insert(case.flow) {
                continue;
            }
            let until = match case.state {
                State::Verified { since, .. } => Some(since.plus(rule.after())),
                // It was completed: when it ran out, a level was lost and nothing else.
                State::Expired {
                    why: Expiry::RanOut,
                    ..
                } => continue,
                _ => None,
            };
            if until.is_none_or(|until| until > now) {
                standing.restrictions.push(Restriction {
                    flow: case.flow,
                    since: case.opened,
                    until,
                });
            }
        }
        standing
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Is it allowed?
    pub allowed: bool,
    /// The bounds that hold now; none where the action is shut.
    pub limit: Option<Limit>,
    /// Why it is not allowed.
    pub reason: Option<Reason>,
    /// The first level that would allow it.
    pub level: Option<String>,
    /// What stands in the way.
    pub restriction: Option<Restriction>,
}

/// Answers. What the rules do not name is not allowed.
pub fn check(rules: &EntitlementRules, standing: &Standing, ask: &Ask) -> Answer {
    let limit = standing
        .levels
        .iter()
        .map(String::as_str)
        .chain([NO_LEVEL])
        .filter_map(|level| rules.levels.get(level))
        .filter_map(|actions| of(actions, ask))
        .reduce(Limit::wider);
    let fits = |limit: Option<Limit>| limit.is_some_and(|it| it.fits(ask.amount, ask.used_today));
    if !fits(limit) {
        let mut levels = rules.levels.iter();
        let better = levels.find(|(_, actions)| fits(of(actions, ask)));
        return Answer {
            allowed: false,
            limit,
            reason: Some(Reason::new(ReasonCode::EntitlementLimited)),
            level: better.map(|(level, _)| level.clone()),
            restriction: None,
        };
    }
    if let Some(reason) = standing.account.shuts(&ask.action) {
        return Answer {
            allowed: false,
            limit: None,
            reason: Some(reason),
            level: None,
            restriction: None,
        };
    }
    let mut narrowest = limit;
    for restriction in &standing.restrictions {
        let Some(rule) = rules.restrictions.get(&restriction.flow) else {
            continue;
        };
        if !rule.actions.contains_key(&ask.action) {
            continue;
        }
        let over = of(&rule.actions, ask);
        narrowest = narrowest.zip(over).map(|(a, b)| a.narrower(b));
        if !fits(over) {
            return Answer {
                allowed: false,
                limit: narrowest,
                reason: Some(why(restriction)),
                level: None,
                restriction: Some(*restriction),
            };
        }
    }
    Answer {
        allowed: true,
        limit: narrowest,
        reason: None,
        level: None,
        restriction: None,
    }
}

fn of(actions: &Actions, ask: &Ask) -> Option<Limit> {
    of_asset(actions.get(&ask.action)?, &ask.asset)
}

fn why(restriction: &Restriction) -> Reason {
    match restriction.until {
        None => Reason::new(ReasonCode::ReverificationLimits),
        Some(until) => cooling(until),
    }
}

/// A waiting time runs until then.
fn cooling(until: Millis) -> Reason {
    let time = until.to_timestamp();
    let mut reason = Reason::new(ReasonCode::RecoveryCooldown).with("time", Param::Time(time));
    reason.retry_at = Some(time);
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::time::{DAY, HOUR};

    const RULES: &str = r#"
        [entitlements.levels.none]
        deposit = { "*" = { single = "100" } }
        [entitlements.levels.L1]
        deposit = { "*" = {} }
        withdraw = { USDT = { daily = "1000" } }
        [entitlements.levels.L2]
        deposit = { "*" = {} }
        withdraw = { USDT = { single = "50000", daily = "100000" }, BTC = { daily = "1.5" } }
        [entitlements.restrictions.new_device]
        after_hours = 24
        actions = { withdraw = { USDT = { single = "10" } } }
    "#;
    const NOW: Millis = Millis(1_795_338_000_000);

    fn case(level: &str, flow: Flow, state: State) -> Case {
        let level = level.to_owned();
        let opened = NOW.plus(-2 * DAY);
        Case {
            level,
            flow,
            opened,
            state,
        }
    }

    fn verified(level: &str, flow: Flow, since: Millis) -> Case {
        case(level, flow, State::Verified { since, until: None })
    }

    fn ask(cases: &[Case], action: &str, asset: &str, amount: &str, used: &str) -> Answer {
        let rules = Policy::from_toml(RULES).expect("a policy").entitlements;
        let read = |text: &str| text.parse().expect("an amount");
        let ask = Ask {
            action: action.to_owned(),
            asset: asset.to_owned(),
            amount: read(amount),
            used_today: read(used),
        };
        check(&rules, &Standing::of(&rules, cases, NOW), &ask)
    }

    fn told(answer: &Answer) -> (bool, Option<ReasonCode>, Option<&str>) {
        let code = answer.reason.as_ref().map(|reason| reason.code);
        (answer.allowed, code, answer.level.as_deref())
    }

    #[test]
    fn the_level_decides_and_the_next_one_is_named() {
        let limited = Some(ReasonCode::EntitlementLimited);
        let l1 = [verified("L1", Flow::First, NOW)];
        let l2 = [verified("L2", Flow::First, NOW), l1[0].clone()];
        for (cases, action, asset, amount, used, expected) in [
            (&[][..], "deposit", "BTC", "100", "0", (true, None, None)),
            (
                &[],
                "deposit",
                "BTC",
                "100.1",
                "0",
                (false, limited, Some("L1")),
            ),
            (
                &[],
                "withdraw",
                "USDT",
                "1",
                "0",
                (false, limited, Some("L1")),
            ),
            (&l1, "withdraw", "USDT", "1000", "0", (true, None, None)),
            (
                &l1,
                "withdraw",
                "USDT",
                "1000",
                "0.01",
                (false, limited, Some("L2")),
            ),
            (
                &l1,
                "withdraw",
                "BTC",
                "0.1",
                "0",
                (false, limited, Some("L2")),
            ),
            (&l2, "withdraw", "BTC", "1.5", "0", (true, None, None)),
            (
                &l2,
                "withdraw",
                "BTC",
                "1.500000000000000001",
                "0",
                (false, limited, None),
            ),
            (&l2, "withdraw", "DOGE", "1", "0", (false, limited, None)),
            (&l2, "borrow", "USDT", "1", "0", (false, limited, None)),
        ] {
            let answer = ask(cases, action, asset, amount, used);
            assert_eq!(told(&answer), expected, "{action} {asset} {amount} {used}");
        }
    }

    #[test]
    fn a_re_verification_narrows_while_it_lasts_and_a_while_after() {
        let first = verified("L2", Flow::First, NOW.plus(-30 * DAY));
        let open = case("L2", Flow::NewDevice, State::Collecting { since: NOW });
        let left = State::Expired {
            since: NOW,
            why: Expiry::LeftLying,
        };
        let left = case("L2", Flow::NewDevice, left);
        let fresh = verified("L2", Flow::NewDevice, NOW.plus(-HOUR));
        let old = verified("L2", Flow::NewDevice, NOW.plus(-24 * HOUR));
        let shut = Some(ReasonCode::ReverificationLimits);
        let wait = Some(ReasonCode::RecoveryCooldown);
        for (newest, amount, expected) in [
            (&open, "10", (true, None)),
            (&open, "11", (false, shut)),
            (&left, "11", (false, shut)),
            (&fresh, "11", (false, wait)),
            (&old, "11", (true, None)),
        ] {
            let answer = ask(
                &[newest.clone(), first.clone()],
                "withdraw",
                "USDT",
                amount,
                "0",
            );
            let (allowed, code, _) = told(&answer);
            assert_eq!((allowed, code), expected, "{newest:?} {amount}");
        }
        let answer = ask(&[fresh, first.clone()], "withdraw", "BTC", "1", "0");
        assert!(
            !answer.allowed,
            "an asset that a restriction does not name is shut"
        );
        let until = answer.restriction.and_then(|over| over.until);
        assert_eq!(until, Some(NOW.plus(23 * HOUR)));
        let answer = ask(&[open, first], "deposit", "BTC", "1000", "0");
        assert!(answer.allowed, "an action that it does not name stays open");
    }

    #[test]
    fn a_re_verification_that_was_completed_and_ran_out_restricts_no_more() {
        let first = verified("L2", Flow::First, NOW.plus(-30 * DAY));
        for (why, allowed) in [
            (Expiry::RanOut, true),
            (Expiry::Overturned, false),
            (Expiry::LeftLying, false),
            (Expiry::Erased, false),
        ] {
            let state = State::Expired { since: NOW, why };
            let cases = [case("L2", Flow::NewDevice, state), first.clone()];
            let answer = ask(&cases, "withdraw", "USDT", "11", "0");
            assert_eq!(answer.allowed, allowed, "{why:?}");
        }
    }

    #[test]
    fn a_hold_and_an_unknown_device_shut_what_moves_money_and_nothing_else() {
        use crate::account::HoldReason;
        let rules = Policy::from_toml(RULES).expect("a policy").entitlements;
        let mut standing = Standing::of(&rules, &[verified("L2", Flow::First, NOW)], NOW);
        let until = NOW.plus(HOUR);
        standing.account = AccountStanding {
            held_actions: vec!["withdraw".to_owned()],
            hold: Some(Hold {
                reason: HoldReason::Recovered,
                since: NOW,
                until,
            }),
            unknown: None,
        };
        let asked = |action: &str, standing: &Standing| {
            let ask = Ask {
                action: action.to_owned(),
                asset: "USDT".to_owned(),
                amount: "1".parse().expect("an amount"),
                used_today: Amount::default(),
            };
            let answer = check(&rules, standing, &ask);
            (answer.allowed, answer.reason)
        };
        let (allowed, reason) = asked("withdraw", &standing);
        let reason = reason.expect("a reason");
        assert!(!allowed && reason.code == ReasonCode::RecoveryCooldown);
        assert_eq!(reason.retry_at, Some(until.to_timestamp()));
        assert!(asked("deposit", &standing).0);
        for code in [ReasonCode::DeviceUnknown, ReasonCode::NetworkUnknown] {
            standing.account.unknown = Some(code);
            let reason = asked("withdraw", &standing).1.map(|reason| reason.code);
            assert_eq!(reason, Some(code));
        }
        standing.account = AccountStanding::default();
        assert!(asked("withdraw", &standing).0);
    }

    #[test]
    fn without_rules_nothing_is_allowed() {
        let rules = EntitlementRules::default();
        let ask = Ask {
            action: "deposit".to_owned(),
            asset: "BTC".to_owned(),
            amount: Amount::default(),
            used_today: Amount::default(),
        };
        assert!(!check(&rules, &Standing::default(), &ask).allowed);
    }

    #[test]
    fn a_level_that_has_run_out_counts_no_more() {
        let state = State::Verified {
            since: NOW.plus(-DAY),
            until: Some(NOW),
        };
        let answer = ask(
            &[case("L2", Flow::First, state)],
            "withdraw",
            "USDT",
            "1",
            "0",
        );
        assert_eq!(told(&answer).2, Some("L1"));
    }
}
