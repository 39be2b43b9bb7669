//! The decision: evidence against policy, with every reason at once.

use std::collections::BTreeSet;

use jiff::civil::Date;
use menshen_document::Side;
use serde::{Deserialize, Serialize};

use crate::card::{ModelCard, ModelCards};
use crate::checks::{
    consistency, dates, document, face, form, liveness, matching, names, numbers, places, prc,
    quality, screening,
};
use crate::claims::Claims;
use crate::evidence::{Evidence, FaceEvidence, FaceMatch, LivenessEvidence, PageEvidence};
use crate::explain::explain;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::pages::{Page, Pages, ZonePlace, mandatory, zone_place};
use crate::policy::{Part, Parts, Policy};
use crate::reason::{End, Reason, ReasonCode, Step, sort};

/// What becomes of a verification, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything agrees.
    Approved,
    /// A person looks at it.
    Review,
    /// The person can put it right.
    Retry,
    /// It is over.
    Refused,
}

/// An outcome with everything that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What becomes of the verification.
    pub outcome: Outcome,
    /// Every reason, first what the person must do first.
    pub reasons: Vec<Reason>,
    /// The policy's version and hash, see [`Policy::identity`].
    pub policy_version: String,
}

/// Judges the evidence of one verification by all parts. Pure: the same arguments give the same decision.
pub fn decide(
    policy: &Policy,
    claims: &Claims,
    evidence: &Evidence,
    cards: &ModelCards,
    today: Date,
) -> Decision {
    let all = Parts::from([Part::Data, Part::Document, Part::Face]);
    decide_parts(policy, &all, claims, evidence, cards, today)
}

/// Judges the parts that a level or a flow asks for, as [`decide`] does. The typed data is judged whatever
/// the parts: nothing can be compared with data that is wrong by itself.
pub fn decide_parts(
    policy: &Policy,
    parts: &Parts,
    claims: &Claims,
    evidence: &Evidence,
    cards: &ModelCards,
    today: Date,
) -> Decision {
    let mut findings = form::check(policy, claims, today);
    findings.extend(form::check_first(claims));
    findings.extend(document::check_accepted(policy, claims));
    if parts.contains(&Part::Document) {
        findings.extend(check_document(policy, claims, evidence, today));
    } else {
        findings.extend(dates::check_typed_age(policy, claims, today));
    }
    if parts.contains(&Part::Face) {
        findings.extend(check_person(policy, evidence, cards));
    }
    // Whatever is asked for: whoever is on a list is on it in every flow.
    findings.extend(screening::check(
        &policy.screening,
        evidence.screening.as_ref(),
    ));
    let reasons = conclude(&policy.to_review, findings);
    Decision {
        outcome: outcome(&reasons),
        reasons,
        policy_version: policy.identity(),
    }
}

fn check_document(
    policy: &Policy,
    claims: &Claims,
    evidence: &Evidence,
    today: Date,
) -> Vec<Finding> {
    let kind = claims.document;
    let pages = Pages::arrange(policy, kind, evidence);
    let mut facts = Facts::default();
    let mut findings = pages.findings.clone();
    for page in &pages.pages {
        let quality = quality::check(policy, page, mandatory(policy, kind, page.side));
        let other_kind = document::check_kind(policy, page, kind);
        // What stands on another document says nothing about this one.
        if other_kind.is_empty() {
            facts.add(policy, page, kind, &quality, today);
        }
        findings.extend(quality);
        findings.extend(other_kind);
        findings.extend(document::check_fields(policy, page, kind, today));
        if page.side == Side::Front {
            findings.extend(matching::check_portrait(&policy.portrait, page.evidence));
        }
    }
    findings.extend(document::check_zone(&pages, kind, today));
    findings.extend(document::check_formats(&facts, kind));
    findings.extend(document::check_complete(&facts, kind));
    findings.extend(names::check(policy, claims, &facts));
    findings.extend(numbers::check(claims, &facts));
    findings.extend(dates::check_birth(claims, &facts));
    findings.extend(dates::check_age(policy, claims, &facts, today));
    findings.extend(dates::check_validity(policy, &facts, today));
    findings.extend(places::check_sex(claims, &facts));
    findings.extend(places::check_nationality(claims, &facts));
    findings.extend(places::check_birth_country(claims, &facts));
    findings.extend(places::check_issuer(claims, &facts));
    findings.extend(consistency::check(&facts));
    findings.extend(prc::check(&facts, today));
    findings
}

fn check_person(policy: &Policy, evidence: &Evidence, cards: &ModelCards) -> Vec<Finding> {
    let mut findings = match &evidence.selfie {
        Some(selfie) => face::check(&policy.face, selfie),
        None => vec![Finding::new(ReasonCode::SelfieMissing, Step::Selfie)],
    };
    findings.extend(matching::check(
        &policy.matching,
        evidence.face_match.as_ref(),
        cards,
    ));
    findings.extend(liveness::check(
        &policy.liveness,
        evidence.liveness.as_ref(),
        cards,
    ));
    findings
}

/// Returns the last day on which the document is valid, by the surest source; `None` for one without an end and
/// where none was read.
pub fn expiry(policy: &Policy, claims: &Claims, evidence: &Evidence, today: Date) -> Option<Date> {
    dates::last_day(&facts_of(policy, claims, evidence, today))
}

/// Returns what the document says about its holder, from all photos that show its kind.
pub(crate) fn facts_of(
    policy: &Policy,
    claims: &Claims,
    evidence: &Evidence,
    today: Date,
) -> Facts {
    let kind = claims.document;
    let mut facts = Facts::default();
    for page in &Pages::arrange(policy, kind, evidence).pages {
        let quality = quality::check(policy, page, mandatory(policy, kind, page.side));
        if document::check_kind(policy, page, kind).is_empty() {
            facts.add(policy, page, kind, &quality, today);
        }
    }
    facts
}

/// Judges one photo of a document by itself: quality, legibility, zone and validity.
///
/// `slot` is the side that it should show; `None` takes the side that it does show.
pub fn judge_page(
    policy: &Policy,
    page: &PageEvidence,
    slot: Option<Side>,
    today: Date,
) -> Vec<Reason> {
    let shown = page.seen.map(|seen| seen.side);
    let page = Page::new(page, slot.or(shown).unwrap_or(Side::Front));
    let kind = page.evidence.seen.map(|seen| seen.kind);
    let needed = kind.map_or(&[][..], |kind| mandatory(policy, kind, page.side));
    let mut findings = quality::check(policy, &page, needed);
    let Some(kind) = kind else {
        return conclude(&policy.to_review, findings);
    };
    let mut facts = Facts::default();
    facts.add(policy, &page, kind, &findings, today);
    findings.extend(document::check_fields(policy, &page, kind, today));
    if page.side == Side::Front {
        findings.extend(matching::check_portrait(&policy.portrait, page.evidence));
    }
    if zone_place(kind) == ZonePlace::On(page.side) || page.evidence.mrz.is_some() {
        let pages = Pages {
            pages: vec![page],
            findings: Vec::new(),
        };
        findings.extend(document::check_zone(&pages, kind, today));
    }
    findings.extend(document::check_formats(&facts, kind));
    findings.extend(dates::check_validity(policy, &facts, today));
    findings.extend(consistency::check(&facts));
    findings.extend(prc::check(&facts, today));
    conclude(&policy.to_review, findings)
}

/// Judges the zone of one photo, which must be there and agree with its check digits.
pub fn judge_mrz(policy: &Policy, page: &PageEvidence, today: Date) -> Vec<Reason> {
    let shown = page.seen.map_or(Side::Front, |seen| seen.side);
    let step = Step::of(shown);
    if page.unreadable.is_some() {
        return vec![Reason::new(ReasonCode::PhotoUnreadable).at(step)];
    }
    let mut findings = Vec::new();
    if crate::facts::zone(page, today).is_none() {
        findings.push(document::zone_fault(page, step));
    }
    conclude(&policy.to_review, findings)
}

/// Judges a picture of a person by itself.
pub fn judge_face(policy: &Policy, face: &FaceEvidence) -> Vec<Reason> {
    conclude(&policy.to_review, face::check(&policy.face, face))
}

/// A comparison of two faces, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchVerdict {
    /// The score from which the policy accepts; `None` for an embedder without calibration.
    pub threshold: Option<f32>,
    /// Does the score reach it? Never true without a threshold.
    pub same: bool,
    /// Why the comparison alone does not approve.
    pub reasons: Vec<Reason>,
}

/// Judges one comparison by the card of the embedder that made it.
pub fn judge_match(
    policy: &Policy,
    face_match: &FaceMatch,
    card: Option<&ModelCard>,
) -> MatchVerdict {
    let rules = &policy.matching;
    let threshold = card
        .and_then(matching::usable)
        .map(|(_, calibration)| rules.accept.of(calibration));
    MatchVerdict {
        threshold,
        same: threshold.is_some_and(|threshold| face_match.score >= threshold),
        reasons: conclude(&policy.to_review, matching::judge(rules, face_match, card)),
    }
}

/// Judges a sequence of frames by itself.
pub fn judge_liveness(
    policy: &Policy,
    liveness: &LivenessEvidence,
    cards: &ModelCards,
) -> Vec<Reason> {
    conclude(
        &policy.to_review,
        liveness::judge(&policy.liveness, liveness, cards),
    )
}

impl From<End> for Outcome {
    /// Returns what a single reason with this end leads to.
    fn from(end: End) -> Self {
        match end {
            End::Hint => Self::Approved,
            End::Review => Self::Review,
            End::Wait | End::Again | End::Fix => Self::Retry,
            End::Final => Self::Refused,
        }
    }
}

/// Returns the outcome that reasons lead to: the worst of theirs.
pub fn outcome(reasons: &[Reason]) -> Outcome {
    let ends = reasons.iter().map(|reason| Outcome::from(reason.end));
    ends.max().unwrap_or(Outcome::Approved)
}

/// Applies the policy's softening, leaves out what is explained, and sorts the rest.
pub(crate) fn conclude(
    to_review: &BTreeSet<ReasonCode>,
    mut findings: Vec<Finding>,
) -> Vec<Reason> {
    for finding in &mut findings {
        let reason = &mut finding.reason;
        let blocks = !matches!(reason.end, End::Hint | End::Final);
        if blocks && to_review.contains(&reason.code) {
            reason.end = End::Review;
        }
    }
    let mut reasons: Vec<Reason> = explain(findings)
        .into_iter()
        .map(|finding| finding.reason)
        .collect();
    sort(&mut reasons);
    reasons
}
