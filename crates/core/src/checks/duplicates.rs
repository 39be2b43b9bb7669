//! The same person on another account, or on the blocklist: a person looks at it, whatever the score. Nothing here refuses.

use std::cmp::Ordering;

use crate::card::ModelCards;
use crate::duplicate::{Duplicates, FaceHit, FaceSearch};
use crate::policy::DuplicateRules;
use crate::reason::{Reason, ReasonCode, Why};

/// Is a face part of what is judged?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It is.
    Face,
    /// It is not.
    NoFace,
}

/// Judges what was found. Without a search nothing is said, unless the policy requires one.
pub(crate) fn check(
    rules: &DuplicateRules,
    found: Option<&Duplicates>,
    asked: Asked,
    cards: &ModelCards,
) -> Vec<Reason> {
    let Some(found) = found else {
        return rules
            .required
            .then(|| not_searched(Why::NotRun))
            .into_iter()
            .collect();
    };
    let mut reasons = Vec::new();
    let document = rules.documents && !found.document.is_empty();
    let identity = rules.identities && !found.identity.is_empty();
    if document || identity {
        reasons.push(Reason::new(ReasonCode::AccountLinkedConflict));
    }
    if !found.blocked.is_empty() {
        reasons.push(Reason::new(ReasonCode::BlocklistHit));
    }
    match &found.face {
        _ if !rules.faces => {}
        Some(search) => reasons.extend(check_face(rules, search, cards)),
        None if rules.required && asked == Asked::Face => reasons.push(not_searched(Why::NotRun)),
        None => {}
    }
    reasons
}

fn check_face(rules: &DuplicateRules, search: &FaceSearch, cards: &ModelCards) -> Vec<Reason> {
    if search.missing.is_some() {
        return vec![not_searched(Why::NotRun)];
    }
    let card = cards.find(&search.model);
    let Some(score) = card.and_then(|card| rules.score(card, search.searched)) else {
        return vec![not_searched(Why::Uncalibrated)];
    };
    let hits = [
        (ReasonCode::AccountLinkedConflict, highest(&search.others)),
        (ReasonCode::BlocklistHit, highest(&search.blocked)),
    ];
    let hits = hits.into_iter().filter_map(|(code, found)| {
        // A score that is no number is no reason to look away.
        let found = found.filter(|found| found.partial_cmp(&score) != Some(Ordering::Less))?;
        Some(Reason::new(code).measured(found, score))
    });
    let mut reasons: Vec<Reason> = hits.collect();
    if rules.required && search.uncompared > 0 {
        reasons.push(not_searched(Why::NotRun));
    }
    reasons
}

fn highest<Id>(hits: &[FaceHit<Id>]) -> Option<f32> {
    hits.iter().map(|hit| hit.score).max_by(f32::total_cmp)
}

fn not_searched(why: Why) -> Reason {
    Reason::new(ReasonCode::DuplicateNotSearched).why(why)
}
