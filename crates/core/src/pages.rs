//! Which photo shows which side: people mix up the two slots, and that alone is no fault.

use menshen_document::{DocumentKind, Field, Side};

use crate::evidence::{Evidence, PageEvidence};
use crate::finding::Finding;
use crate::policy::Policy;
use crate::reason::{Param, ReasonCode, Step};

/// One photo of a document, at the side that it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// What was measured.
    pub evidence: &'a PageEvidence,
    /// The side that it shows, or was handed in as where nothing is known.
    pub side: Side,
    /// Where it is put right.
    pub step: Step,
}

impl<'a> Page<'a> {
    /// Returns a page at a side.
    pub fn new(evidence: &'a PageEvidence, side: Side) -> Self {
        Self {
            evidence,
            side,
            step: Step::of(side),
        }
    }
}

/// The photos of one document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages<'a> {
    /// The photos to judge, front first.
    pub pages: Vec<Page<'a>>,
    /// Sides that are missing or handed in twice.
    pub findings: Vec<Finding>,
}

impl<'a> Pages<'a> {
    /// Puts each photo at the side that it shows and says which sides are missing.
    pub fn arrange(policy: &Policy, kind: DocumentKind, evidence: &'a Evidence) -> Self {
        let slots = [(&evidence.front, Side::Front), (&evidence.back, Side::Back)];
        let mut pages: Vec<Page> = Vec::new();
        let mut twice = None;
        for (slot, side) in slots {
            let Some(page) = slot else { continue };
            let shown = page.seen.map_or(side, |seen| seen.side);
            let taken = pages.iter().any(|page| page.side == shown);
            match (taken, two_sided(kind)) {
                (false, _) => pages.push(Page::new(page, shown)),
                (true, true) => twice = Some(shown),
                // A second photo of a one-sided document still has to agree with the first.
                (true, false) => pages.push(Page::new(page, other(shown))),
            }
        }
        pages.sort_by_key(|page| page.side);
        let findings = missing(policy, kind, &pages, twice);
        Self { pages, findings }
    }
}

fn missing(
    policy: &Policy,
    kind: DocumentKind,
    pages: &[Page],
    twice: Option<Side>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for side in [Side::Front, Side::Back] {
        let wanted = side == Side::Front || (two_sided(kind) && policy.document.both_sides);
        if !wanted || pages.iter().any(|page| page.side == side) {
            continue;
        }
        let code = if twice.is_some() {
            ReasonCode::DocSameSideTwice
        } else {
            ReasonCode::DocSideMissing
        };
        let finding = Finding::new(code, Step::of(side));
        found.push(finding.map(|r| r.with("side", Param::Side(side))));
    }
    found
}

/// Tells whether a kind has a back that must be photographed.
pub(crate) fn two_sided(kind: DocumentKind) -> bool {
    kind.sides().contains(&Side::Back)
}

/// Where a kind carries its machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZonePlace {
    /// It has none.
    Nowhere,
    /// On this side.
    On(Side),
    /// On either side: issuers of TD2 cards differ.
    Either,
}

/// Returns where a kind carries its zone.
pub(crate) fn zone_place(kind: DocumentKind) -> ZonePlace {
    match (kind, kind.rules().zone) {
        (DocumentKind::IdCardTd2, _) => ZonePlace::Either,
        (_, Some(side)) => ZonePlace::On(side),
        (_, None) => ZonePlace::Nowhere,
    }
}

/// Returns the fields that must be read on a side of a kind.
pub(crate) fn mandatory(policy: &Policy, kind: DocumentKind, side: Side) -> &[Field] {
    let Some(fields) = policy.document.mandatory.get(&kind) else {
        return &[];
    };
    match side {
        Side::Front => &fields.front,
        Side::Back => &fields.back,
    }
}

const fn other(side: Side) -> Side {
    match side {
        Side::Front => Side::Back,
        Side::Back => Side::Front,
    }
}
