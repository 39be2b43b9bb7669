//! Which finding explains which: one fault yields one reason, and not every consequence of it.
//!
//! A blurred page cannot be read, and who is told "out of focus" need not be told that four fields
//! are illegible, too. The table below says so, row by row. Three rules keep it safe:
//!
//! 1. A finding that is *firm* (a difference that was read with high confidence) is left out by
//!    `hides_firm` rows only, never because of a fault of quality.
//! 2. A finding is never left out in favour of a milder one, so that leaving out cannot improve the
//!    outcome.
//! 3. The table has no cycle, so that of several findings at least one always stays.

use crate::decide::Outcome;
use crate::finding::Finding;
use crate::reason::ReasonCode::{self, *};
use crate::reason::Step;

/// Where cause and effect must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// On the same photo.
    SamePhoto,
    /// About the same field, wherever it was read or typed.
    SameField,
    /// The cause on the document's front, where the portrait is.
    FromPortraitSide,
    /// Anywhere.
    Anywhere,
}

/// One row of the table.
struct Rule {
    causes: &'static [ReasonCode],
    effects: &'static [ReasonCode],
    scope: Scope,
    hides_firm: bool,
}

const fn same_photo(causes: &'static [ReasonCode], effects: &'static [ReasonCode]) -> Rule {
    Rule {
        causes,
        effects,
        scope: Scope::SamePhoto,
        hides_firm: false,
    }
}

/// What cannot be read or seen on a page that has a fault.
const ILLEGIBLE: &[ReasonCode] = &[
    DocFieldUnreadable,
    DocMrzInvalid,
    PortraitUnusable,
    PortraitSmall,
];

/// The comparison of faces.
const COMPARED: &[ReasonCode] = &[FaceMismatch, FaceMatchUncertain, FaceNotCompared];

/// The table: causes, what they explain, where.
const RULES: &[Rule] = &[
    // A file that is no picture says nothing; a picture without a document says nothing about one.
    same_photo(&[PhotoUnreadable], &[DocNotFound]),
    same_photo(
        &[
            PhotoUnreadable,
            DocNotFound,
            DocSideMissing,
            DocSameSideTwice,
        ],
        ILLEGIBLE,
    ),
    // Light. In the dark nothing is sharp, coloured, complete or recognisable; burnt out neither.
    same_photo(
        &[DocTooDark, DocTooBright],
        &[
            DocNotFound,
            DocBlurred,
            DocLowContrast,
            DocShadow,
            DocCovered,
            DocCopyOrScreen,
            DocCornersMissing,
            DocTypeMismatch,
            DocLowResolution,
            DocEdited,
        ],
    ),
    same_photo(&[DocTooBright], &[DocGlare]),
    same_photo(&[DocTooDark, DocTooBright], ILLEGIBLE),
    same_photo(&[DocShadow], &[DocLowContrast, DocCovered]),
    same_photo(&[DocShadow], ILLEGIBLE),
    same_photo(
        &[DocGlare],
        &[
            DocNotFound,
            DocLowContrast,
            DocCovered,
            DocShadow,
            DocTypeMismatch,
        ],
    ),
    same_photo(&[DocGlare], ILLEGIBLE),
    // What is cut off or hidden.
    same_photo(&[DocCornersMissing], &[DocCovered, DocTypeMismatch]),
    same_photo(&[DocCornersMissing], ILLEGIBLE),
    same_photo(&[DocCovered], &[DocTypeMismatch]),
    same_photo(&[DocCovered], ILLEGIBLE),
    // Whatever hides the content of an outline is why no document was known in it.
    same_photo(
        &[
            DocShadow,
            DocCornersMissing,
            DocCovered,
            DocLowResolution,
            DocLowContrast,
        ],
        &[DocNotFound],
    ),
    // Sharpness. Few pixels look soft; soft edges have little contrast.
    same_photo(
        &[DocLowResolution],
        &[DocBlurred, DocLowContrast, DocTypeMismatch],
    ),
    same_photo(&[DocLowResolution], ILLEGIBLE),
    same_photo(
        &[DocBlurred],
        &[DocNotFound, DocLowContrast, DocTypeMismatch],
    ),
    same_photo(&[DocBlurred], ILLEGIBLE),
    same_photo(&[DocLowContrast], ILLEGIBLE),
    // A copy or screen has the raster and flat light of one.
    same_photo(&[DocCopyOrScreen], &[DocLowContrast, DocShadow]),
    same_photo(&[DocCopyOrScreen], ILLEGIBLE),
    // Another document: what stands on it is compared with nothing. This is no fault of quality.
    Rule {
        causes: &[DocTypeMismatch],
        effects: &[
            DocFieldUnreadable,
            DocMrzInvalid,
            PortraitUnusable,
            PortraitSmall,
            NameMismatch,
            DobMismatch,
            NumberMismatch,
            NationalityMismatch,
            SexMismatch,
            DocDataInconsistent,
            DocExpired,
            DocExpiringSoon,
            DocNotYetValid,
        ],
        scope: Scope::SamePhoto,
        hides_firm: true,
    },
    // A zone that fails was not read, and neither was what it alone says.
    same_photo(&[DocMrzInvalid], &[DocFieldUnreadable]),
    Rule {
        causes: &[DocTypeMismatch],
        effects: &[DocSidesDiffer],
        scope: Scope::Anywhere,
        hides_firm: true,
    },
    // Two documents: every comparison of one with the other is the same finding.
    Rule {
        causes: &[DocSidesDiffer],
        effects: &[DocDataInconsistent],
        scope: Scope::Anywhere,
        hides_firm: true,
    },
    // What was typed is wrong in itself: that it also differs from the document follows.
    Rule {
        causes: &[DocNumberChecksum, FormFieldInvalid],
        effects: &[
            NumberMismatch,
            NameMismatch,
            DobMismatch,
            NationalityMismatch,
        ],
        scope: Scope::SameField,
        hides_firm: true,
    },
    // Portrait and selfie: without a good picture of both, a comparison says nothing.
    Rule {
        causes: &[
            PhotoUnreadable,
            DocNotFound,
            DocSideMissing,
            DocSameSideTwice,
            DocTypeMismatch,
            DocTooDark,
            DocTooBright,
            DocShadow,
            DocGlare,
            DocCornersMissing,
            DocCovered,
            DocLowResolution,
            DocBlurred,
            DocLowContrast,
            DocCopyOrScreen,
            PortraitUnusable,
        ],
        effects: COMPARED,
        scope: Scope::FromPortraitSide,
        hides_firm: false,
    },
    same_photo(
        &[
            FaceMultiple,
            FaceLighting,
            FacePoseOrDistance,
            FaceBlurred,
            FaceEyesClosed,
        ],
        COMPARED,
    ),
    // A covered face, or none, cannot be compared at all, however sure the score looks.
    Rule {
        causes: &[PhotoUnreadable, SelfieMissing, FaceNotFound, FaceCovered],
        effects: COMPARED,
        scope: Scope::SamePhoto,
        hides_firm: true,
    },
    same_photo(
        &[FaceMultiple, FaceLighting, FaceCovered, FacePoseOrDistance],
        &[FaceBlurred],
    ),
    same_photo(&[FacePoseOrDistance], &[FaceCovered, FaceEyesClosed]),
    same_photo(&[FaceLighting, FaceCovered, FaceBlurred], &[FaceEyesClosed]),
    same_photo(&[FaceLighting], &[FaceCovered, FaceLensHaze]),
    same_photo(&[FaceBlurred, FaceCovered], &[FaceLensHaze]),
    same_photo(&[FaceCovered], &[FaceGlasses]),
    // Frames.
    same_photo(
        &[LivenessMissing, PhotoUnreadable],
        &[LivenessNotConfirmed, LivenessNotChecked],
    ),
    same_photo(&[PhotoUnreadable], &[FaceNotFound]),
    same_photo(
        &[FaceMultiple, FaceNotFound],
        &[LivenessNotConfirmed, LivenessNotChecked],
    ),
    same_photo(&[FaceMultiple], &[FaceNotFound]),
    same_photo(&[LivenessNotConfirmed], &[LivenessNotChecked]),
];

/// Leaves out every finding that another one explains.
pub(crate) fn explain(findings: Vec<Finding>) -> Vec<Finding> {
    let explained = |effect: &Finding| findings.iter().any(|cause| explains(cause, effect));
    let keep: Vec<bool> = findings.iter().map(|finding| !explained(finding)).collect();
    findings
        .into_iter()
        .zip(keep)
        .filter_map(|(finding, keep)| keep.then_some(finding))
        .collect()
}

fn explains(cause: &Finding, effect: &Finding) -> bool {
    Outcome::from(cause.reason.end) >= Outcome::from(effect.reason.end)
        && RULES.iter().any(|rule| {
            rule.causes.contains(&cause.reason.code)
                && rule.effects.contains(&effect.reason.code)
                && (rule.hides_firm || !effect.firm)
                && in_scope(rule.scope, cause, effect)
        })
}

fn in_scope(scope: Scope, cause: &Finding, effect: &Finding) -> bool {
    match scope {
        Scope::SamePhoto => cause.origin == effect.origin,
        Scope::SameField => cause.reason.field == effect.reason.field,
        Scope::FromPortraitSide => cause.origin == Step::DocumentFront,
        Scope::Anywhere => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that a code explains, directly.
    fn effects(cause: ReasonCode) -> impl Iterator<Item = ReasonCode> {
        RULES
            .iter()
            .filter(move |rule| rule.causes.contains(&cause))
            .flat_map(|rule| rule.effects.iter().copied())
    }

    fn reaches(from: ReasonCode, to: ReasonCode, depth: usize) -> bool {
        depth > 0 && effects(from).any(|next| next == to || reaches(next, to, depth - 1))
    }

    #[test]
    fn the_table_has_no_cycle() {
        for code in ReasonCode::ALL {
            assert!(
                !reaches(*code, *code, 8),
                "{} explains itself",
                code.as_str()
            );
        }
    }

    #[test]
    fn a_final_reason_and_a_change_of_identity_are_never_explained_away() {
        for cause in ReasonCode::ALL {
            for effect in effects(*cause) {
                assert!(![NotEligible, IdentityChanged].contains(&effect));
            }
        }
    }
}
