//! What a decision is asked: which parts, in which flow, by the engine or in a sandbox.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::card::ModelCards;
use crate::checks::duplicates::{self, Asked};
use crate::claims::Claims;
use crate::decide::{Decision, Outcome, decide_parts, outcome};
use crate::evidence::Evidence;
use crate::policy::{Part, Parts, Policy};
use crate::reason::{Reason, ReasonCode, sort};
use crate::sandbox;
use crate::verification::Flow;

/// What a decision is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is judged.
    pub parts: Parts,
    /// Why.
    pub flow: Flow,
    /// By what.
    pub judge: Judge,
    /// The person cannot or will not show the face: whatever else is good, a person decides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub face_declined: bool,
}

/// What a decision is made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// By evidence and policy.
    Evidence,
    /// By the magic names of a sandbox.
    Sandbox,
}

impl Question {
    /// Returns the decision. Pure: the same arguments give the same decision.
    ///
    /// An identity that stands on another account is a person's to decide, however well the evidence agrees.
    pub fn decide(
        &self,
        policy: &Policy,
        claims: &Claims,
        evidence: &Evidence,
        cards: &ModelCards,
        today: Date,
    ) -> Decision {
        let mut decision = match self.judge {
            Judge::Evidence => decide_parts(policy, &self.judged(), claims, evidence, cards, today),
            Judge::Sandbox => sandbox::decide(policy, &claims.name),
        };
        let mut reasons = self.duplicates(policy, evidence, cards);
        if decision.outcome > Outcome::Review {
            // Who must put something right first is searched when it comes again.
            reasons.retain(|reason| reason.code != ReasonCode::DuplicateNotSearched);
        }
        if self.flow == Flow::AccountConflict {
            reasons.push(Reason::new(ReasonCode::AccountLinkedConflict));
        }
        if self.face_declined && self.parts.contains(&Part::Face) {
            reasons.push(Reason::new(ReasonCode::FaceDeclined));
        }
        if !reasons.is_empty() {
            decision.reasons.extend(reasons);
            sort(&mut decision.reasons);
            decision.outcome = decision.outcome.max(outcome(&decision.reasons));
        }
        decision
    }

    /// Returns the parts that the machine looks at.
    fn judged(&self) -> Parts {
        let declined = |part: &Part| self.face_declined && *part == Part::Face;
        (self.parts.iter().copied())
            .filter(|part| !declined(part))
            .collect()
    }

    /// Judges whether the person has another account, or a place on the blocklist. A sandbox looks at no face.
    fn duplicates(&self, policy: &Policy, evidence: &Evidence, cards: &ModelCards) -> Vec<Reason> {
        // Whoever signs in opens no account.
        if self.flow == Flow::FaceLogin {
            return Vec::new();
        }
        let asked = match self.judge {
            Judge::Evidence if self.judged().contains(&Part::Face) => Asked::Face,
            Judge::Evidence | Judge::Sandbox => Asked::NoFace,
        };
        let found = evidence.duplicates.as_ref();
        duplicates::check(&policy.duplicates, found, asked, cards)
    }
}
