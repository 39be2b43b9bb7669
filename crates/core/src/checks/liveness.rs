//! A sequence of frames: one live person throughout, who did what was asked.

use crate::card::ModelCards;
use crate::checks::live;
use crate::checks::matching::usable;
use crate::evidence::{ActionEvent, LivenessEvidence};
use crate::finding::{Finding, at_least, at_most};
use crate::policy::LivenessRules;
use crate::reason::{End, Param, ReasonCode, Step, Why};

/// Judges a sequence that was, or was not, handed in.
pub(crate) fn check(
    rules: &LivenessRules,
    liveness: Option<&LivenessEvidence>,
    cards: &ModelCards,
) -> Vec<Finding> {
    match liveness {
        Some(liveness) => judge(rules, liveness, cards),
        None if rules.required => vec![at(ReasonCode::LivenessMissing)],
        None => Vec::new(),
    }
}

/// Judges one sequence.
pub(crate) fn judge(
    rules: &LivenessRules,
    liveness: &LivenessEvidence,
    cards: &ModelCards,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(session) = &liveness.live {
        live::forgery(&rules.signs, session, &mut found);
        if let Some(stop) = live::stop(session) {
            found.push(stop);
            return found;
        }
        live::challenge(rules, session, &mut found);
        live::signs(&rules.signs, liveness, session, &mut found);
    } else if rules.required {
        // Frames that nobody has asked for one by one may have been recorded at any time.
        found.push(at(ReasonCode::LivenessNotChecked).map(|r| r.why(Why::Challenge)));
    }
    frames(rules, liveness, &mut found);
    actions(rules, &liveness.events, &mut found);
    continuity(rules, liveness, cards, &mut found);
    if !at_most(liveness.frozen, rules.frozen_max) {
        let finding = not_confirmed(Why::Frozen);
        found.push(finding.map(|r| r.measured(liveness.frozen, rules.frozen_max)));
    }
    let repeated = part(liveness.repeated, liveness.frames);
    if !at_most(repeated, rules.repeated_max) {
        let finding = not_confirmed(Why::Repeated);
        found.push(finding.map(|r| r.measured(repeated, rules.repeated_max)));
    }
    spoof(rules, liveness.spoof, &mut found);
    found
}

fn frames(rules: &LivenessRules, liveness: &LivenessEvidence, found: &mut Vec<Finding>) {
    let total = liveness.frames;
    if total < rules.frames_min {
        found.push(not_confirmed(Why::TooFew).map(|r| r.measured(total, rules.frames_min)));
    }
    let unreadable = part(liveness.unreadable, total);
    if !at_most(unreadable, rules.unreadable_max) {
        let finding = at(ReasonCode::PhotoUnreadable);
        found.push(finding.map(|r| r.measured(unreadable, rules.unreadable_max)));
    }
    if liveness.several_faces > rules.several_faces_max {
        let (measured, limit) = (liveness.several_faces, rules.several_faces_max);
        found.push(at(ReasonCode::FaceMultiple).map(|r| r.measured(measured, limit)));
    }
    let one_face = part(liveness.one_face, total);
    if total > 0 && !at_least(one_face, rules.one_face_min) {
        let finding = at(ReasonCode::FaceNotFound);
        found.push(finding.map(|r| r.measured(one_face, rules.one_face_min)));
    }
}

fn part(n: u32, total: u32) -> f32 {
    match total {
        0 => 0.0,
        _ => n as f32 / total as f32,
    }
}

/// Walks through the events once, so that the actions must have been done in the order asked.
fn actions(rules: &LivenessRules, events: &[ActionEvent], found: &mut Vec<Finding>) {
    let mut rest = events.iter();
    for action in &rules.actions {
        let mut ahead = rest.clone();
        if ahead.any(|event| event.action == *action) {
            rest = ahead;
        } else {
            let finding = at(ReasonCode::ActionNotDone);
            found.push(finding.map(|r| r.with("action", Param::Action(*action))));
        }
    }
}

fn continuity(
    rules: &LivenessRules,
    liveness: &LivenessEvidence,
    cards: &ModelCards,
    found: &mut Vec<Finding>,
) {
    let card = liveness
        .continuity_model
        .as_deref()
        .and_then(|name| cards.find(name));
    let (Some((_, calibration)), Some(score)) = (card.and_then(usable), liveness.continuity) else {
        found.push(at(ReasonCode::LivenessNotChecked).map(|r| r.why(Why::OtherPerson)));
        return;
    };
    let limit = rules.continuity.of(calibration);
    if !at_least(score, limit) {
        found.push(not_confirmed(Why::OtherPerson).map(|r| r.measured(score, limit)));
    }
}

fn spoof(rules: &LivenessRules, spoof: Option<f32>, found: &mut Vec<Finding>) {
    match spoof {
        Some(likelihood) if at_most(likelihood, rules.spoof_max) => {}
        // The detector errs too often to send a person away: a person looks at it.
        Some(likelihood) => found.push(
            not_confirmed(Why::Spoof)
                .map(|r| r.ending(End::Review).measured(likelihood, rules.spoof_max)),
        ),
        None if rules.spoof_required => {
            found.push(at(ReasonCode::LivenessNotChecked).map(|r| r.why(Why::Spoof)));
        }
        None => {}
    }
}

pub(crate) fn not_confirmed(why: Why) -> Finding {
    at(ReasonCode::LivenessNotConfirmed).map(|r| r.why(why))
}

pub(crate) fn at(code: ReasonCode) -> Finding {
    Finding::new(code, Step::Liveness)
}
