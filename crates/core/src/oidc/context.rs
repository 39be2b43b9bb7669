//! How somebody has signed in, in the words of OpenID Connect, and what that means for what an app asked for.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::request::{Asked, Prompt};
use crate::account::{Assurance, Factor, assurance};
use crate::time::{Millis, SECOND};

/// How surely somebody is who they were before (`acr`), the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acr {
    /// One factor.
    One,
    /// Two factors.
    Two,
    /// Two factors, of which a page of somebody else could have passed on none.
    PhishingResistant,
}

impl Acr {
    /// Every class, the weakest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::PhishingResistant];

    /// Returns the class of the factors that somebody has shown; none where they count for nothing.
    pub fn of(shown: &[Factor]) -> Option<Self> {
        Some(match assurance(shown)? {
            Assurance::One => Self::One,
            Assurance::Two => Self::Two,
            Assurance::TwoPhishingResistant => Self::PhishingResistant,
        })
    }

    /// Returns its name on the wire.
    pub const fn urn(self) -> &'static str {
        match self {
            Self::One => "urn:menshen:acr:one",
            Self::Two => "urn:menshen:acr:two",
            Self::PhishingResistant => "urn:menshen:acr:two-phishing-resistant",
        }
    }

    /// Returns the class of a name.
    pub fn parse(urn: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.urn() == urn)
    }
}

/// How and when somebody has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// When.
    pub at: Millis,
    /// How surely.
    pub acr: Acr,
    /// Who, as the app knows them.
    pub subject: &'a str,
}

/// What a session lacks for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The app expects somebody else.
    Other,
    /// The person must sign in again.
    Fresh,
    /// The person must show more.
    Stronger,
}

/// Returns what a session lacks for a request that was begun at a moment, or this very moment where none is named. Whoever signed
/// in since has done so for it.
pub fn lack(asked: &Asked, begun: Option<Millis>, session: Shown<'_>, now: Millis) -> Option<Lack> {
    let other = |expected: &String| expected != session.subject;
    if asked.subject.as_ref().is_some_and(other) {
        return Some(Lack::Other);
    }
    let for_this = begun.is_some_and(|begun| session.at >= begun);
    let old = |seconds: u32| now.0.saturating_sub(session.at.0) > i64::from(seconds) * SECOND;
    let again = asked.prompt == Prompt::Login || asked.max_age.is_some_and(old);
    if again && !for_this {
        return Some(Lack::Fresh);
    }
    let weak = asked.acr.is_some_and(|least| session.acr < least);
    weak.then_some(Lack::Stronger)
}

/// What comes of a request at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The app gets its code.
    Code,
    /// The person is shown the page: they must sign in, or say what they share.
    Page,
    /// The app is told that it cannot be.
    Refuse(Fault),
}

/// Returns what comes of a request at once, with the session of the browser that brings it, where there is one. Nobody's claims
/// are told unasked.
pub fn next(asked: &Asked, session: Option<Shown<'_>>, now: Millis) -> Next {
    let silent = asked.prompt == Prompt::None;
    let does = session.is_some_and(|session| lack(asked, None, session, now).is_none());
    let shares = !asked.claims.all().is_empty();
    match (does, silent) {
        (false, true) => Next::Refuse(Fault::LoginRequired),
        (true, true) if shares => Next::Refuse(Fault::ConsentRequired),
        (true, _) if !shares && asked.prompt != Prompt::Ask => Next::Code,
        _ => Next::Page,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::ClaimsAsked;

    const NOW: Millis = Millis(1_000_000);

    fn asked(prompt: Prompt, max_age: Option<u32>, acr: Option<Acr>) -> Asked {
        Asked {
            prompt,
            max_age,
            acr,
            ..Asked::default()
        }
    }

    const fn session(at: i64, acr: Acr) -> Shown<'static> {
        Shown {
            at: Millis(at),
            acr,
            subject: "ada",
        }
    }

    fn of(asked: &Asked, begun: Option<i64>, at: i64, acr: Acr) -> Option<Lack> {
        lack(asked, begun.map(Millis), session(at, acr), NOW)
    }

    #[test]
    fn a_session_that_is_too_old_too_weak_or_somebody_elses_does_not_do() {
        let usual = asked(Prompt::Usual, None, None);
        assert_eq!(of(&usual, None, 0, Acr::One), None);
        let young = asked(Prompt::Usual, Some(10), None);
        assert_eq!(of(&young, None, 990_000, Acr::One), None);
        assert_eq!(of(&young, None, 989_999, Acr::One), Some(Lack::Fresh));
        let strong = asked(Prompt::Usual, None, Some(Acr::Two));
        assert_eq!(of(&strong, None, 0, Acr::One), Some(Lack::Stronger));
        assert_eq!(of(&strong, None, 0, Acr::PhishingResistant), None);
        let bobs = Asked {
            subject: Some("bob".to_owned()),
            ..usual
        };
        assert_eq!(of(&bobs, None, 0, Acr::Two), Some(Lack::Other));
    }

    #[test]
    fn who_is_asked_to_sign_in_again_does_so_once() {
        let login = asked(Prompt::Login, None, None);
        for again in [&login, &asked(Prompt::Usual, Some(0), None)] {
            assert_eq!(
                of(again, Some(900_000), 899_999, Acr::Two),
                Some(Lack::Fresh)
            );
            assert_eq!(of(again, Some(900_000), 900_000, Acr::Two), None);
        }
        // Begun this very moment: whoever signed in did so for something else.
        assert_eq!(of(&login, None, 1_000_000, Acr::Two), Some(Lack::Fresh));
    }

    #[test]
    fn nobody_is_shown_a_page_where_none_may_be_shown_and_no_claim_is_told_unasked() {
        let here = Some(session(999_000, Acr::One));
        let claims = json!({ "userinfo": { "verified_claims": {
            "verification": { "trust_framework": null }, "claims": { "name": null } } } });
        let (claims, _) = ClaimsAsked::read(&claims.to_string()).unwrap();
        let with = |prompt, shares: bool| Asked {
            claims: match shares {
                true => claims.clone(),
                false => ClaimsAsked::default(),
            },
            ..asked(prompt, None, None)
        };
        for (prompt, shares, who, expected) in [
            (Prompt::Usual, false, here, Next::Code),
            (Prompt::Usual, true, here, Next::Page),
            (Prompt::Usual, false, None, Next::Page),
            (Prompt::None, false, here, Next::Code),
            (
                Prompt::None,
                true,
                here,
                Next::Refuse(Fault::ConsentRequired),
            ),
            (
                Prompt::None,
                false,
                None,
                Next::Refuse(Fault::LoginRequired),
            ),
            (Prompt::Login, false, here, Next::Page),
            (Prompt::Ask, false, here, Next::Page),
        ] {
            assert_eq!(
                next(&with(prompt, shares), who, NOW),
                expected,
                "{prompt:?} {shares}"
            );
        }
    }

    #[test]
    fn classes_read_back_and_factors_that_count_for_nothing_have_none() {
        for class in Acr::ALL {
            assert_eq!(Acr::parse(class.urn()), Some(class));
        }
        assert_eq!(Acr::parse("1"), None);
        assert_eq!(Acr::of(&[]), None);
        assert_eq!(Acr::of(&[Factor::Password, Factor::Totp]), Some(Acr::Two));
    }
}
