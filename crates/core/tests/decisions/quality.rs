//! Photos of documents: each fault has its own reason.

use menshen_core::evidence::{FileTraces, Seen};
use menshen_core::geometry::Rect;
use menshen_core::{Outcome, Policy};
use menshen_document::{DocumentKind, Field, Side};

use crate::support::{Case, check, passport, prc_card, reasons_of};

/// A page on which nothing can be read any more, as vision would hand it over.
fn illegible(case: &mut Case) {
    let page = case.front();
    page.fields.clear();
    page.portrait = None;
    page.mrz = None;
    page.quality.text_height = None;
    case.evidence.face_match = None;
}

#[test]
fn each_fault_of_a_document_photo_yields_its_own_reason_and_no_other() {
    check(&[
        (
            "blur",
            prc_card,
            |c| {
                illegible(c);
                c.front().quality.blur = Some(6.0)
            },
            &["doc_blurred@document_front"],
        ),
        (
            "blur beyond measuring",
            prc_card,
            |c| {
                illegible(c);
                c.front().quality.blur = None
            },
            &["doc_blurred@document_front"],
        ),
        (
            "blur of one field",
            prc_card,
            |c| c.field(Field::Name).blur = Some(5.0),
            &["doc_blurred@document_front"],
        ),
        (
            "glare on a field",
            prc_card,
            |c| {
                let f = c.field(Field::BirthDate);
                f.glare = 0.6;
                f.confidence = 0.2
            },
            &["doc_glare@document_front"],
        ),
        (
            "glare on nothing that is needed",
            prc_card,
            |c| c.front().quality.glare = 0.03,
            &[],
        ),
        (
            "glare on much",
            prc_card,
            |c| c.back().quality.glare = 0.3,
            &["doc_glare@document_back"],
        ),
        (
            "glare on the zone",
            passport,
            |c| {
                c.front().quality.glare_regions = vec![Rect {
                    x: 200.0,
                    y: 590.0,
                    width: 300.0,
                    height: 120.0,
                }];
                let zone = c.front().mrz.as_mut().expect("a zone");
                zone.lines[1].replace_range(3..6, "8<8");
            },
            &["doc_glare@document_front"],
        ),
        (
            "dark",
            prc_card,
            |c| {
                illegible(c);
                let q = &mut c.front().quality;
                (q.brightness, q.contrast, q.blur, q.chroma) = (0.08, 0.1, Some(4.0), 0.005);
            },
            &["doc_too_dark@document_front"],
        ),
        (
            "so dark that nothing is found",
            prc_card,
            |c| {
                illegible(c);
                c.front().seen = None;
                c.front().quad = None;
                c.front().quality.brightness = 0.03;
            },
            &["doc_too_dark@document_front"],
        ),
        (
            "bright",
            prc_card,
            |c| {
                illegible(c);
                let q = &mut c.front().quality;
                (q.brightness, q.glare, q.contrast) = (0.99, 0.9, 0.05);
            },
            &["doc_too_bright@document_front"],
        ),
        (
            "haze",
            prc_card,
            |c| {
                illegible(c);
                c.front().quality.contrast = 0.1
            },
            &["doc_low_contrast@document_front"],
        ),
        (
            "shadow",
            prc_card,
            |c| {
                c.front().quality.shadow = 0.9;
                c.field(Field::Name).confidence = 0.1
            },
            &["doc_shadow@document_front"],
        ),
        (
            "a corner outside",
            prc_card,
            |c| {
                c.front().corners_visible[2] = false;
                c.front().quality.covered = 0.1;
                c.front().fields.remove(&Field::DocumentNumber);
            },
            &["doc_corners_missing@document_front"],
        ),
        (
            "no outline",
            passport,
            |c| c.front().quad = None,
            &["doc_corners_missing@document_front"],
        ),
        (
            "a finger",
            prc_card,
            |c| {
                c.front().quality.covered = 0.1;
                c.front().fields.remove(&Field::Name);
            },
            &["doc_covered@document_front"],
        ),
        (
            "few pixels",
            prc_card,
            |c| {
                illegible(c);
                let q = &mut c.front().quality;
                (q.page_width, q.text_height, q.blur) = (200.0, Some(5.0), Some(4.0));
            },
            &["doc_low_resolution@document_front"],
        ),
        (
            "a small zone",
            passport,
            |c| {
                let zone = c.front().mrz.as_mut().expect("a zone");
                (zone.char_height, zone.certain) = (5.6, false);
                zone.lines[0] = zone.lines[0].replace("ERIKSSON", "ERIKSSDN");
            },
            &["doc_low_resolution@document_front"],
        ),
        (
            "no document",
            prc_card,
            |c| {
                illegible(c);
                c.front().seen = None
            },
            &["doc_not_found@document_front"],
        ),
        (
            "an outline out of focus",
            prc_card,
            |c| {
                illegible(c);
                c.front().seen = None;
                c.front().quality.blur = None;
            },
            &["doc_blurred@document_front"],
        ),
        (
            "an outline of few pixels",
            prc_card,
            |c| {
                illegible(c);
                c.front().seen = None;
                c.front().quality.page_width = 200.0;
            },
            &["doc_low_resolution@document_front"],
        ),
        (
            "no picture",
            prc_card,
            |c| {
                *c.front() = Default::default();
                c.front().unreadable = Some("truncated".into());
                c.evidence.face_match = None
            },
            &["photo_unreadable@document_front"],
        ),
        (
            "a grey copy",
            prc_card,
            |c| c.front().quality.chroma = 0.004,
            &["doc_copy_or_screen@document_front"],
        ),
        (
            "a grey passport, whose flat light looks like a shadow",
            passport,
            |c| (c.front().quality.chroma, c.front().quality.shadow) = (0.0005, 0.75),
            &["doc_copy_or_screen@document_front"],
        ),
        (
            "white paper",
            passport,
            |c| c.front().quality.brightness = 1.0,
            &[],
        ),
        (
            "a screen",
            prc_card,
            |c| c.back().quality.moire = 0.9,
            &["doc_copy_or_screen@document_back"],
        ),
        (
            "an editor's mark",
            prc_card,
            |c| {
                c.front().traces = FileTraces {
                    editor: Some("photoshop".into()),
                    ..FileTraces::default()
                }
            },
            &["doc_edited@document_front"],
        ),
        (
            "a patched region",
            prc_card,
            |c| c.front().traces.inconsistency = 0.9,
            &["doc_edited@document_front"],
        ),
        (
            "not a number",
            prc_card,
            |c| c.front().quality.shadow = f32::NAN,
            &["doc_shadow@document_front"],
        ),
    ]);
}

#[test]
fn a_kind_seen_unsurely_is_explained_by_the_fault_of_the_photo() {
    let mut case = prc_card();
    case.front().seen = Some(Seen {
        kind: DocumentKind::DrivingLicence,
        side: Side::Front,
        confidence: 0.6,
    });
    case.front().quality.brightness = 0.05;
    assert_eq!(reasons_of(&case), ["doc_too_dark@document_front"]);
}
#[test]
fn a_policy_may_send_a_code_to_a_person_instead() {
    let mut case = prc_card();
    case.front().quality.moire = 0.9;
    assert_eq!(case.decide().outcome, Outcome::Retry);
    case.policy = Policy::from_toml("to_review = [\"doc_copy_or_screen\"]").expect("a policy");
    assert_eq!(case.decide().outcome, Outcome::Review);
}
