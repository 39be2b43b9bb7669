//! What can be judged of a photo before it is sent, by a page that reads no text.
//!
//! [`CaptureRules`] are the part of a policy that a person's device is told: how sharp, light, large and complete a picture
//! must be. What helps against fraud (comparison, liveness, copies, edited files) never leaves the server. The checks are
//! those of [`crate::judge_page`] and [`crate::judge_face`]; what needs text is left out rather than guessed, and the
//! server's verdict decides.

use std::collections::BTreeSet;

use menshen_document::{DocumentKind, Side};
use serde::{Deserialize, Serialize};

use crate::checks::{face, matching, quality};
use crate::decide::conclude;
use crate::evidence::{FaceEvidence, PageEvidence};
use crate::pages::{Page, ZonePlace, zone_place};
use crate::policy::{FaceLimits, Policy, PortraitLimits, QualityLimits};
use crate::reason::{Reason, ReasonCode};

/// Limits by which a page judges pictures before they are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaptureRules {
    /// Of a document's photo.
    pub page: QualityLimits,
    /// Of the portrait on the document.
    pub portrait: PortraitLimits,
    /// Of a selfie.
    pub face: FaceLimits,
    /// Codes of these checks that go to a person instead of asking for another picture.
    pub to_review: BTreeSet<ReasonCode>,
}

impl CaptureRules {
    /// Returns what a policy lets the page judge.
    pub fn of(policy: &Policy) -> Self {
        let told = |code: &&ReasonCode| JUDGED.contains(code);
        Self {
            page: policy.page.quality(),
            portrait: policy.portrait.clone(),
            face: policy.face.clone(),
            to_review: policy.to_review.iter().filter(told).copied().collect(),
        }
    }
}

/// Every code that the two judges below can give. The rest of a policy's `to_review` is nobody's business.
const JUDGED: &[ReasonCode] = {
    use ReasonCode::*;
    &[
        PhotoUnreadable,
        DocNotFound,
        DocTooDark,
        DocTooBright,
        DocCornersMissing,
        DocBlurred,
        DocGlare,
        DocLowContrast,
        DocShadow,
        DocCovered,
        DocLowResolution,
        PortraitUnusable,
        PortraitSmall,
        FaceNotFound,
        FaceMultiple,
        FacePoseOrDistance,
        FaceLighting,
        FaceCovered,
        FaceEyesClosed,
        FaceBlurred,
        FaceGlasses,
        FaceBackground,
        FaceLensHaze,
    ]
};

/// Judges a photo of a document of which nothing was read, as [`crate::judge_page`] judges its quality.
///
/// An outline stands for the document, since its text is not known. A picture without one is judged for its light, and called
/// empty only where it shows no print and no portrait either.
pub fn judge_capture_page(rules: &CaptureRules, page: &PageEvidence, side: Side) -> Vec<Reason> {
    let mut findings = quality::check_capture(&rules.page, &Page::new(page, side));
    // A portrait that was not looked for, or not found, says nothing: the page may stand on its head.
    if side == Side::Front && page.portrait.is_some() {
        findings.extend(matching::check_portrait(&rules.portrait, page));
    }
    conclude(&rules.to_review, findings)
}

/// Proportions further apart than this are of two formats: ID-1 and ID-3 differ by 11 %, an outline seen from straight above
/// is off by 3 % at most.
const FORMAT_TOLERANCE: f32 = 0.06;

/// Returns the kinds of document that a picture does not contradict, by what can be told without reading it: the proportions
/// of the page (long side over short, where known) and bands like those of a machine-readable zone. All of them where nothing
/// is known.
pub fn possible_kinds(side: Side, ratio: Option<f32>, zone: bool) -> Vec<DocumentKind> {
    let shaped = |kind: &DocumentKind| {
        let alike = |(width, height): &(f32, f32)| {
            ratio.is_none_or(|ratio| (ratio * height / width - 1.0).abs() <= FORMAT_TOLERANCE)
        };
        kind.rules().sizes.iter().any(alike)
    };
    // A zone that is not seen may be there all the same.
    let zoned = |kind: &DocumentKind| {
        !zone
            || matches!(zone_place(*kind), ZonePlace::Either)
            || zone_place(*kind) == ZonePlace::On(side)
    };
    let sided = |kind: &DocumentKind| kind.sides().contains(&side);
    let possible = |kind: &DocumentKind| shaped(kind) && zoned(kind) && sided(kind);
    DocumentKind::ALL.into_iter().filter(possible).collect()
}

/// Judges a picture of a person, as [`crate::judge_face`] does.
pub fn judge_capture_face(rules: &CaptureRules, face: &FaceEvidence) -> Vec<Reason> {
    conclude(&rules.to_review, face::check(&rules.face, face))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{PageQuality, Seen};
    use crate::geometry::Point;
    use crate::{judge_face, judge_page};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn outline() -> Option<crate::geometry::Quad> {
        let at = |x, y| Point { x, y };
        Some([
            at(0.0, 0.0),
            at(800.0, 0.0),
            at(800.0, 500.0),
            at(0.0, 500.0),
        ])
    }

    fn codes(reasons: &[Reason]) -> Vec<ReasonCode> {
        reasons.iter().map(|reason| reason.code).collect()
    }

    prop_compose! {
        fn quality()(
            blur in proptest::option::of(0.0..6.0_f32), glare in 0.0..0.2_f32, brightness in 0.0..1.0_f32,
            contrast in 0.0..1.0_f32, shadow in 0.0..1.0_f32, covered in 0.0..0.2_f32,
            text_height in proptest::option::of(1.0..40.0_f32), page_width in 100.0..2000.0_f32,
        ) -> PageQuality {
            // No copy and no screen: those are not for the page to say.
            PageQuality { blur, glare, brightness, contrast, shadow, covered, chroma: 1.0, text_height, page_width, ..PageQuality::default() }
        }
    }

    proptest! {
        #[test]
        fn of_a_document_page_and_server_say_the_same(quality in quality(), corners: [bool; 4], back: bool) {
            let policy = Policy::default();
            let side = if back { Side::Back } else { Side::Front };
            let seen = Seen { kind: DocumentKind::DrivingLicence, side, confidence: 1.0 };
            let page = PageEvidence {
                quad: outline(),
                corners_visible: corners,
                seen: Some(seen),
                quality,
                ..PageEvidence::default()
            };
            let here = judge_capture_page(&CaptureRules::of(&policy), &page, side);
            prop_assert!(here.iter().all(|reason| JUDGED.contains(&reason.code)));
            let mut there = judge_page(&policy, &page, Some(side), date(2026, 11, 1));
            // The portrait and the fields are missing here because nothing was looked for.
            there.retain(|reason| JUDGED.contains(&reason.code) && reason.code != ReasonCode::PortraitUnusable);
            prop_assert_eq!(here, there);
        }
    }

    #[test]
    fn what_cannot_be_known_is_not_said() {
        let rules = CaptureRules::of(&Policy::default());
        let quality = PageQuality {
            brightness: 0.6,
            contrast: 0.5,
            ..PageQuality::default()
        };
        let empty = PageEvidence {
            quality,
            ..PageEvidence::default()
        };
        let judged = judge_capture_page(&rules, &empty, Side::Front);
        assert_eq!(codes(&judged), [ReasonCode::DocNotFound]);
        // Print without an outline may be a document; the server reads it.
        let mut print = empty.clone();
        print.quality.text_height = Some(12.0);
        assert_eq!(judge_capture_page(&rules, &print, Side::Front), []);
    }

    #[test]
    fn a_selfie_is_judged_as_by_the_server() {
        let policy = Policy::from_toml("to_review = [\"face_glasses\", \"face_blurred\"]")
            .expect("a policy");
        let face = FaceEvidence {
            faces: 2,
            largest: Some(crate::evidence::FaceMeasures::default()),
            ..FaceEvidence::default()
        };
        let there = judge_face(&policy, &face);
        assert_eq!(judge_capture_face(&CaptureRules::of(&policy), &face), there);
        assert!(there.iter().all(|reason| JUDGED.contains(&reason.code)));
    }

    #[test]
    fn kinds_are_told_by_format_and_zone() {
        use DocumentKind::*;
        for (side, ratio, zone, kinds) in [
            (
                Side::Front,
                Some(1.586),
                false,
                // A visa of the larger format is six per cent off, which does not rule it out.
                &[IdCardTd1, Visa, PrcIdCard, DrivingLicence][..],
            ),
            (
                Side::Front,
                Some(1.42),
                false,
                &[Passport, IdCardTd2, Visa, DrivingLicence][..],
            ),
            (
                Side::Front,
                Some(1.42),
                true,
                &[Passport, IdCardTd2, Visa][..],
            ),
            (Side::Back, Some(1.6), true, &[IdCardTd1][..]),
            (
                Side::Back,
                None,
                false,
                &[IdCardTd1, PrcIdCard, DrivingLicence][..],
            ),
            (Side::Front, Some(2.2), false, &[][..]),
        ] {
            assert_eq!(
                possible_kinds(side, ratio, zone),
                kinds,
                "{side:?} {ratio:?} {zone}"
            );
        }
    }
}
