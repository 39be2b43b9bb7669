//! What follows from a statement's photo: another try, or a person's eyes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use menshen_document::name::relation;
use menshen_document::name::spell::simplified;
use serde::{Deserialize, Serialize};

use super::nonce::narrow;
use super::{Comparison, NonceRead, Statement, StatementEvidence, compare, date};
use crate::card::ModelCards;
use crate::checks::names::is_accepted;
use crate::decide::{judge_face, judge_match};
use crate::policy::{NameRules, Policy};
use crate::reason::{End, Param, Reason, ReasonCode, Step, Why, sort};

/// What happens with a statement. It never approves anything: there is no such answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The person takes or writes it again.
    Again,
    /// A person looks at it, with all measures beside it.
    Person,
}

/// What follows from a statement's photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementVerdict {
    /// What was measured of the text.
    pub comparison: Comparison,
    /// What happens next.
    pub next: Next,
    /// Why; with [`Next::Person`] what that person should know. A reason that ends in [`End::Fix`] says that the sheet
    /// carries something else; one that ends in [`End::Again`] that the photo does not show it, as a hand that no machine
    /// reads may be the cause of. The latter may be handed to a person after some tries.
    pub reasons: Vec<Reason>,
}

/// Judges the photo of a statement. Pure: `today` is the day in the operator's time zone.
pub fn judge(
    policy: &Policy,
    statement: &Statement,
    evidence: &StatementEvidence,
    cards: &ModelCards,
    today: Date,
) -> StatementVerdict {
    let comparison = compare(policy, statement, &evidence.lines, today);
    let mut reasons = match &evidence.unreadable {
        Some(_) => vec![Reason::new(ReasonCode::PhotoUnreadable).at(Step::Form)],
        None => {
            let mut reasons = text_reasons(policy, &comparison, today);
            reasons.extend(face_reasons(policy, evidence, cards));
            reasons
        }
    };
    sort(&mut reasons);
    let again = |reason: &Reason| !matches!(reason.end, End::Hint | End::Review);
    let next = match reasons.iter().any(again) {
        true => Next::Again,
        false => Next::Person,
    };
    StatementVerdict {
        comparison,
        next,
        reasons,
    }
}

fn text_reasons(policy: &Policy, found: &Comparison, today: Date) -> Vec<Reason> {
    let rules = &policy.statement;
    let mut reasons = Vec::new();
    let why = match found {
        Comparison {
            nonce: NonceRead::Other,
            ..
        } => Some(Why::OtherCode),
        Comparison {
            nonce: NonceRead::None,
            ..
        } => Some(Why::NoCode),
        Comparison { name: false, .. } => Some(Why::NoName),
        Comparison { date: None, .. } => Some(Why::NoDate),
        Comparison { purpose_share, .. } if *purpose_share < rules.purpose_min => {
            Some(Why::NoPurpose)
        }
        _ => None,
    };
    if let Some(why) = why {
        let end = match why {
            Why::OtherCode => End::Fix,
            _ => End::Again,
        };
        let reason = Reason::new(ReasonCode::StatementTextMismatch)
            .why(why)
            .ending(end);
        reasons.push(match why {
            Why::NoPurpose => reason.measured(found.purpose_share, rules.purpose_min),
            _ => reason,
        });
    }
    if let Some(day) = found.date
        && date::distance(day, today) > rules.date_days
    {
        let reason = Reason::new(ReasonCode::StatementDateOld).with("date", Param::Date(day));
        reasons.push(reason.measured(day, today));
    }
    reasons
}

/// Judges the face, and its comparison where there is one.
fn face_reasons(policy: &Policy, evidence: &StatementEvidence, cards: &ModelCards) -> Vec<Reason> {
    let mut reasons = judge_face(policy, &evidence.face);
    match &evidence.face_match {
        Some(face_match) => {
            let card = cards.find(&face_match.model);
            reasons.extend(judge_match(policy, face_match, card).reasons);
        }
        None if evidence.face.largest.is_some() => {
            reasons.push(Reason::new(ReasonCode::FaceNotCompared).why(Why::NotRun));
        }
        None => {}
    }
    reasons
}

/// Places that are compared with a name in full, those that share most of its letters: one takes milliseconds of a core
/// where a page is full of them.
const MOST_COMPARED: usize = 64;

/// Does a name stand among lines, by the relations that the policy accepts of a printed name?
pub(super) fn holds_name(rules: &NameRules, name: &str, lines: &[String]) -> bool {
    let wanted = letters(name);
    if wanted.is_empty() {
        return false;
    }
    let mut own: BTreeMap<char, usize> = BTreeMap::new();
    for ch in &wanted {
        *own.entry(plain(*ch)).or_default() += 1;
    }
    // Words around it are the dictated sentence's. A name that runs over the end of a line is found, too.
    let read: Vec<char> = lines.iter().flat_map(|line| letters(line)).collect();
    // Cheap first: the comparison of names tries scripts, spellings and orders.
    let mut alike: Vec<(usize, &[char])> = read
        .windows(wanted.len())
        .map(|part| (shared(&own, part), part))
        .filter(|(count, _)| 2 * count >= wanted.len())
        .collect();
    alike.sort_by_key(|(count, _)| Reverse(*count));
    alike.truncate(MOST_COMPARED);
    let mut parts = alike
        .iter()
        .map(|(_, part)| part.iter().collect::<String>());
    parts.any(|part| is_accepted(&rules.accepted_print, &relation(name, &part)))
}

/// Returns how many characters two names share, each as often as both have it.
fn shared(own: &BTreeMap<char, usize>, part: &[char]) -> usize {
    let mut left = own.clone();
    let taken = part.iter().filter(|ch| {
        let left = left.get_mut(&plain(**ch)).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    });
    taken.count()
}

/// Returns a character without what writings of one name may differ in.
fn plain(ch: char) -> char {
    let ch = narrow(ch);
    simplified(ch.to_lowercase().next().unwrap_or(ch))
}

/// Returns the characters of a name without what may stand between them.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|ch| ch.is_alphanumeric()).collect()
}
