//! Selfie, comparison and sequence of frames.

use menshen_core::card::Grade;
use menshen_core::evidence::Action;
use menshen_core::{Outcome, Policy};

use crate::support::{check, embedder, prc_card};

#[test]
fn each_fault_of_a_selfie_yields_its_own_reason_and_no_other() {
    check(&[
        (
            "no selfie",
            prc_card,
            |c| {
                c.evidence.selfie = None;
                c.evidence.face_match = None
            },
            &["selfie_missing@selfie"],
        ),
        (
            "no picture",
            prc_card,
            |c| {
                c.evidence.selfie.as_mut().expect("a selfie").unreadable = Some("text".into());
                c.evidence.face_match = None
            },
            &["photo_unreadable@selfie"],
        ),
        (
            "no face",
            prc_card,
            |c| {
                c.evidence.selfie = Some(Default::default());
                c.evidence.face_match = None
            },
            &["face_not_found@selfie"],
        ),
        (
            "two faces",
            prc_card,
            |c| c.evidence.selfie.as_mut().expect("a selfie").faces = 2,
            &["face_multiple@selfie"],
        ),
        (
            "turned",
            prc_card,
            |c| {
                c.face().pose.yaw = -40.0;
                c.face().quality.half_lit = 0.1;
                c.score(0.3)
            },
            &["face_pose_or_distance@selfie"],
        ),
        (
            "far",
            prc_card,
            |c| {
                c.face().eye_distance = 20.0;
                c.face().quality.face_height = 0.05
            },
            &["face_pose_or_distance@selfie"],
        ),
        (
            "dark",
            prc_card,
            |c| {
                c.face().quality.brightness = 0.05;
                c.face().quality.dark = 0.9;
                c.face().quality.sharpness = 0.02;
                c.score(0.3)
            },
            &["face_lighting@selfie"],
        ),
        (
            "back-lit",
            prc_card,
            |c| c.face().quality.backlight = 0.7,
            &["face_lighting@selfie"],
        ),
        (
            "mask",
            prc_card,
            |c| {
                c.face().quality.mouth_covered = 0.9;
                c.score(-0.1)
            },
            &["face_covered@selfie"],
        ),
        (
            "sunglasses",
            prc_card,
            |c| {
                let q = &mut c.face().quality;
                (q.eyes_covered, q.glasses) = (0.9, 0.9);
                c.face().eyes_open = [0.0; 2]
            },
            &["face_covered@selfie"],
        ),
        (
            "plain glasses are a hint",
            prc_card,
            |c| c.face().quality.glasses = 0.9,
            &["face_glasses@selfie"],
        ),
        (
            "clutter is a hint",
            prc_card,
            |c| c.face().quality.background_clutter = 0.9,
            &["face_background@selfie"],
        ),
        (
            "blurred",
            prc_card,
            |c| {
                c.face().quality.sharpness = 0.02;
                c.face().quality.contrast = 0.1
            },
            &["face_blurred@selfie"],
        ),
        (
            "eyes closed",
            prc_card,
            |c| c.face().eyes_open = [0.05, 0.04],
            &["face_eyes_closed@selfie"],
        ),
        (
            "a wink",
            prc_card,
            |c| c.face().eyes_open = [0.05, 0.3],
            &[],
        ),
    ]);
}

#[test]
fn the_comparison_of_faces_follows_the_embedders_own_calibration() {
    check(&[
        ("at the threshold", prc_card, |c| c.score(0.46), &[]),
        (
            "in the band",
            prc_card,
            |c| c.score(0.4),
            &["face_match_uncertain@selfie"],
        ),
        (
            "below the band",
            prc_card,
            |c| c.score(0.2),
            &["face_mismatch@selfie"],
        ),
        (
            "far below, on a blurred document",
            prc_card,
            |c| {
                c.front().quality.blur = Some(4.0);
                c.score(-0.05)
            },
            &["doc_blurred@document_front", "face_mismatch@selfie"],
        ),
        (
            "just below, on a blurred document",
            prc_card,
            |c| {
                c.front().quality.blur = Some(4.0);
                c.score(0.2)
            },
            &["doc_blurred@document_front"],
        ),
        (
            "below, on a blurred back",
            prc_card,
            |c| {
                c.back().quality.blur = Some(4.0);
                c.score(0.2)
            },
            &["doc_blurred@document_back", "face_mismatch@selfie"],
        ),
        (
            "an evaluation embedder",
            prc_card,
            |c| c.cards = [embedder(Grade::Evaluation)].into_iter().collect(),
            &["face_match_uncertain@selfie"],
        ),
        (
            "an unknown embedder",
            prc_card,
            |c| c.cards = Default::default(),
            &["face_match_uncertain@selfie"],
        ),
        (
            "no comparison",
            prc_card,
            |c| c.evidence.face_match = None,
            &["face_not_compared@selfie"],
        ),
        (
            "not a number",
            prc_card,
            |c| c.score(f32::NAN),
            &["face_not_compared@selfie"],
        ),
    ]);
}

#[test]
fn an_evaluation_embedder_sends_to_a_person_unless_the_policy_trusts_it() {
    let mut case = prc_card();
    case.cards = [embedder(Grade::Evaluation)].into_iter().collect();
    assert_eq!(case.decide().outcome, Outcome::Review);
    case.score(0.0);
    assert_eq!(case.decide().outcome, Outcome::Review);
    case.policy = Policy::from_toml("match.allow_evaluation_embedder = true").expect("a policy");
    assert_eq!(case.decide().outcome, Outcome::Retry);
    case.score(0.7);
    assert_eq!(case.decide().outcome, Outcome::Approved);
}

#[test]
fn a_sequence_shows_one_live_person_who_does_what_was_asked() {
    check(&[
        (
            "a good sequence",
            prc_card,
            |c| {
                c.liveness();
            },
            &[],
        ),
        (
            "required but missing",
            prc_card,
            |c| c.policy.liveness.required = true,
            &["liveness_missing@liveness"],
        ),
        (
            "the actions in order",
            prc_card,
            |c| {
                c.liveness();
                c.policy.liveness.actions = vec![Action::Blink, Action::Nod]
            },
            &[],
        ),
        (
            "the actions in another order",
            prc_card,
            |c| {
                c.liveness();
                c.policy.liveness.actions = vec![Action::Nod, Action::Blink]
            },
            &["action_not_done@liveness"],
        ),
        (
            "few frames",
            prc_card,
            |c| {
                let l = c.liveness();
                (l.frames, l.one_face) = (3, 3)
            },
            &["liveness_not_confirmed@liveness"],
        ),
        (
            "no frames",
            prc_card,
            |c| *c.liveness() = Default::default(),
            &["liveness_not_confirmed@liveness"],
        ),
        (
            "others walk by",
            prc_card,
            |c| {
                let l = c.liveness();
                (l.one_face, l.several_faces) = (30, 30)
            },
            &["face_multiple@liveness"],
        ),
        (
            "nobody there",
            prc_card,
            |c| {
                let l = c.liveness();
                (l.one_face, l.continuity) = (5, None)
            },
            &["face_not_found@liveness"],
        ),
        (
            "another person",
            prc_card,
            |c| c.liveness().continuity = Some(0.1),
            &["liveness_not_confirmed@liveness"],
        ),
        (
            "no embedder for continuity",
            prc_card,
            |c| c.liveness().continuity_model = None,
            &["liveness_not_checked@liveness"],
        ),
        (
            "frozen",
            prc_card,
            |c| c.liveness().frozen = 4.0,
            &["liveness_not_confirmed@liveness"],
        ),
        (
            "looped",
            prc_card,
            |c| c.liveness().repeated = 20,
            &["liveness_not_confirmed@liveness"],
        ),
        (
            "spoof",
            prc_card,
            |c| c.liveness().spoof = Some(0.9),
            &["liveness_not_confirmed@liveness"],
        ),
        ("no detector", prc_card, |c| c.liveness().spoof = None, &[]),
        (
            "no detector where one is required",
            prc_card,
            |c| {
                c.liveness().spoof = None;
                c.policy.liveness.spoof_required = true
            },
            &["liveness_not_checked@liveness"],
        ),
    ]);
}

#[test]
fn a_spoof_goes_to_a_person() {
    let mut case = prc_card();
    case.liveness().spoof = Some(0.9);
    assert_eq!(case.decide().outcome, Outcome::Review);
}
