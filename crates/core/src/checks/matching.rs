//! The comparison of two faces, judged by the calibration of the embedder that made it.

use crate::card::{Calibration, Grade, ModelCard, ModelCards, Role};
use crate::evidence::{FaceMatch, PageEvidence};
use crate::finding::{Finding, at_least};
use crate::policy::{MatchRules, OperatingPoint, PortraitLimits};
use crate::reason::{End, Reason, ReasonCode, Step, Why};

/// Judges the portrait on the document's front, without which nothing can be compared.
pub(crate) fn check_portrait(limits: &PortraitLimits, page: &PageEvidence) -> Vec<Finding> {
    let unusable = || Finding::new(ReasonCode::PortraitUnusable, Step::DocumentFront);
    let Some(portrait) = page.portrait else {
        return vec![unusable().map(|r| r.why(Why::NotFound))];
    };
    let mut found = Vec::new();
    for (measured, limit) in [
        (portrait.eye_distance, limits.eye_distance_min),
        (portrait.sharpness, limits.sharpness_min),
    ] {
        if !at_least(measured, limit) {
            found.push(unusable().map(|r| r.why(Why::Unclear).measured(measured, limit)));
        }
    }
    let width = portrait.region.width;
    if found.is_empty() && !at_least(width, limits.face_width_review) {
        found.push(
            Finding::new(ReasonCode::PortraitSmall, Step::DocumentFront)
                .map(|r| r.measured(width, limits.face_width_review)),
        );
    }
    found
        .into_iter()
        .map(|f| f.map(|r| r.region(portrait.region)))
        .collect()
}

/// Judges a comparison that was, or was not, handed in.
pub(crate) fn check(
    rules: &MatchRules,
    face_match: Option<&FaceMatch>,
    cards: &ModelCards,
) -> Vec<Finding> {
    match face_match {
        None => vec![not_compared()],
        Some(found) => judge(rules, found, cards.find(&found.model)),
    }
}

/// Judges one comparison by the card of the embedder that made it.
pub(crate) fn judge(
    rules: &MatchRules,
    face_match: &FaceMatch,
    card: Option<&ModelCard>,
) -> Vec<Finding> {
    let score = face_match.score;
    if !score.is_finite() {
        return vec![not_compared()];
    }
    let Some((card, calibration)) = card.and_then(usable) else {
        return vec![uncertain(Why::Uncalibrated)];
    };
    let (accept, review) = (rules.accept.of(calibration), rules.review.of(calibration));
    let trusted = card.grade == Grade::Production || rules.allow_evaluation_embedder;
    if !at_least(score, review) {
        // An evaluation embedder is evidence for a reviewer in both directions.
        let end = if trusted { End::Again } else { End::Review };
        let reason = Reason::new(ReasonCode::FaceMismatch)
            .ending(end)
            .measured(score, review);
        let found: Finding = reason.into();
        return vec![if is_far(score, calibration) {
            found.firm()
        } else {
            found
        }];
    }
    if !trusted {
        return vec![uncertain(Why::Evaluation).map(|r| r.measured(score, accept))];
    }
    if !at_least(score, accept) {
        return vec![uncertain(Why::Band).map(|r| r.measured(score, accept))];
    }
    Vec::new()
}

/// Returns the calibration of an embedder whose thresholds can be used: finite and in order.
pub(crate) fn usable(card: &ModelCard) -> Option<(&ModelCard, &Calibration)> {
    let calibration = card.calibration.as_ref()?;
    let scores = [
        calibration.fmr_1e2,
        calibration.fmr_1e3,
        calibration.fmr_1e4,
    ];
    let sane = scores.iter().all(|score| score.is_finite()) && scores.is_sorted();
    (sane && card.role == Role::FaceEmbedding).then_some((card, calibration))
}

/// Tells whether a score lies as far below the review threshold as acceptance lies above it: there
/// stand most impostors and hardly a genuine pair, however poor the photo.
fn is_far(score: f32, calibration: &Calibration) -> bool {
    let review = OperatingPoint::Fmr1e2.of(calibration);
    let accept = OperatingPoint::Fmr1e4.of(calibration);
    score < review - (accept - review)
}

fn uncertain(why: Why) -> Finding {
    Finding::new(ReasonCode::FaceMatchUncertain, Step::Selfie).map(|r| r.why(why))
}

fn not_compared() -> Finding {
    Finding::new(ReasonCode::FaceNotCompared, Step::Selfie).map(|r| r.why(Why::NotRun))
}
