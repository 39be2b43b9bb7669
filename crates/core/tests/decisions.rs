//! One door, many cases: what is changed in an approved case, and the reasons that must follow.

mod support;

use menshen_core::card::Grade;
use menshen_core::claims::FirstIdentity;
use menshen_core::evidence::{Action, FileTraces, Seen};
use menshen_core::geometry::Rect;
use menshen_core::{Outcome, Policy};
use menshen_document::mrz::Sex;
use menshen_document::{DocumentKind, Field, Side};

use support::{Case, embedder, passport, prc_card, resident_number, td1};

type Change = fn(&mut Case);
/// What the case shows, its base, the change, and the reasons as `code@step`.
type Row = (&'static str, fn() -> Case, Change, &'static [&'static str]);

fn reasons_of(case: &Case) -> Vec<String> {
    let name = |step| serde_json::to_value(step).expect("a step serialises");
    case.decide()
        .reasons
        .iter()
        .map(|r| {
            format!(
                "{}@{}",
                r.code.as_str(),
                name(r.step).as_str().unwrap_or_default()
            )
        })
        .collect()
}

fn check(rows: &[Row]) {
    for (what, base, change, expected) in rows {
        let mut case = base();
        change(&mut case);
        assert_eq!(reasons_of(&case), *expected, "{what}");
    }
}

#[test]
fn the_base_cases_are_approved_without_any_reason() {
    for (name, case) in [
        ("prc card", prc_card()),
        ("passport", passport()),
        ("td1", td1()),
    ] {
        let decision = case.decide();
        assert_eq!(decision.reasons, [], "{name}");
        assert_eq!(decision.outcome, Outcome::Approved, "{name}");
    }
}

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
fn each_missing_or_wrong_piece_of_a_document_has_its_own_reason() {
    check(&[
        (
            "no back",
            prc_card,
            |c| c.evidence.back = None,
            &["doc_side_missing@document_back"],
        ),
        (
            "no front",
            prc_card,
            |c| {
                c.evidence.front = None;
                c.evidence.face_match = None
            },
            &["doc_side_missing@document_front"],
        ),
        (
            "no photo of the document",
            td1,
            |c| {
                c.evidence.front = None;
                c.evidence.back = None;
                c.evidence.face_match = None
            },
            &[
                "doc_side_missing@document_front",
                "doc_side_missing@document_back",
            ],
        ),
        (
            "the slots are swapped",
            prc_card,
            |c| std::mem::swap(&mut c.evidence.front, &mut c.evidence.back),
            &[],
        ),
        (
            "the front twice",
            prc_card,
            |c| c.evidence.back = c.evidence.front.clone(),
            &["doc_same_side_twice@document_back"],
        ),
        (
            "the back twice",
            td1,
            |c| {
                c.evidence.front = c.evidence.back.clone();
                c.evidence.face_match = None
            },
            &["doc_same_side_twice@document_front"],
        ),
        (
            "a field nobody can read",
            prc_card,
            |c| c.field(Field::Sex).confidence = 0.3,
            &["doc_field_unreadable@document_front"],
        ),
        (
            "a field that is not there",
            prc_card,
            |c| {
                c.back().fields.remove(&Field::ValidUntil);
            },
            &["doc_field_unreadable@document_back"],
        ),
        (
            "a date that is none",
            prc_card,
            |c| c.field(Field::ValidFrom).value = "2018-15-06".into(),
            &["doc_field_unreadable@document_back"],
        ),
        (
            "a number misread",
            prc_card,
            |c| c.field(Field::DocumentNumber).value = "110105199001310012".into(),
            &["doc_field_unreadable@document_front"],
        ),
        (
            "no zone",
            passport,
            |c| c.front().mrz = None,
            &["doc_mrz_invalid@document_front"],
        ),
        (
            "a zone with a wrong digit",
            td1,
            |c| c.back().mrz.as_mut().expect("a zone").lines[0].replace_range(6..7, "3"),
            &["doc_mrz_invalid@document_back"],
        ),
        (
            "another kind",
            prc_card,
            |c| {
                c.evidence.front = passport().evidence.front;
            },
            &["doc_type_mismatch@document_front"],
        ),
        (
            "another kind by its zone",
            passport,
            |c| {
                c.front().mrz = td1().back().mrz.clone();
            },
            &["doc_type_mismatch@document_front"],
        ),
        (
            "a kind that is not accepted",
            prc_card,
            |c| {
                c.policy.document.accepted =
                    [("CHN".to_owned(), vec![DocumentKind::Passport])].into()
            },
            &["doc_type_unsupported@form"],
        ),
        (
            "another country",
            passport,
            |c| c.claims.country = "D".into(),
            &["doc_type_mismatch@document_front"],
        ),
        (
            "the portrait is gone",
            prc_card,
            |c| {
                c.front().portrait = None;
                c.evidence.face_match = None
            },
            &["portrait_unusable@document_front"],
        ),
        (
            "the portrait is small",
            prc_card,
            |c| {
                c.front()
                    .portrait
                    .as_mut()
                    .expect("a portrait")
                    .region
                    .width = 50.0
            },
            &["portrait_small@document_front"],
        ),
    ]);
}

#[test]
fn what_was_typed_is_compared_with_everything_that_was_read() {
    check(&[
        (
            "name",
            prc_card,
            |c| c.claims.name = "张玮".into(),
            &["name_mismatch@form"],
        ),
        (
            "name of a passport",
            passport,
            |c| c.claims.name = "Eriksen Anna Maria".into(),
            &["name_mismatch@form"],
        ),
        (
            "a name that was read unsurely",
            prc_card,
            |c| {
                c.claims.name = "张玮".into();
                c.field(Field::Name).confidence = 0.7
            },
            &["doc_field_unreadable@document_front"],
        ),
        (
            "a zone that is not certain of the name",
            passport,
            |c| {
                c.front().fields.clear();
                let zone = c.front().mrz.as_mut().expect("a zone");
                zone.certain = false;
                zone.lines[0] = zone.lines[0].replace("ERIKSSON", "ERIKSSDN");
            },
            &["doc_field_unreadable@document_front"],
        ),
        (
            "birth",
            passport,
            |c| c.claims.birth_date = jiff::civil::date(1974, 12, 8),
            &["dob_mismatch@form"],
        ),
        (
            "number",
            passport,
            |c| c.claims.number = "L898902C4".into(),
            &["number_mismatch@form"],
        ),
        (
            "number with spaces",
            passport,
            |c| c.claims.number = " l898902c3 ".into(),
            &[],
        ),
        (
            "a letter that the check digit takes for a digit",
            passport,
            |c| {
                c.front().fields.clear();
                c.claims.number = "L8989O2C3".into();
            },
            &["doc_field_unreadable@document_front"],
        ),
        (
            "sex",
            td1,
            |c| c.claims.sex = Some(Sex::Male),
            &["sex_mismatch@form"],
        ),
        (
            "nationality",
            td1,
            |c| c.claims.nationality = Some("SWE".into()),
            &["nationality_mismatch@form"],
        ),
        (
            "nationality of a PRC card",
            prc_card,
            |c| c.claims.nationality = Some("SGP".into()),
            &["nationality_mismatch@form"],
        ),
        (
            "resident number with a typing error",
            prc_card,
            |c| c.claims.number = "110105199001310012".into(),
            &["doc_number_checksum@form"],
        ),
        (
            "another resident number",
            prc_card,
            |c| c.claims.number = resident_number("19900131", "003"),
            &["number_mismatch@form"],
        ),
        (
            "empty name",
            prc_card,
            |c| c.claims.name = "  ".into(),
            &["form_field_invalid@form"],
        ),
        (
            "everything at once",
            td1,
            |c| {
                c.claims.name = "Ericsson Anna Maria".into();
                c.claims.number = "D23145891".into();
                c.claims.birth_date = jiff::civil::date(1975, 8, 12);
                c.front().quality.blur = Some(9.0);
            },
            &[
                "doc_blurred@document_front",
                "name_mismatch@form",
                "dob_mismatch@form",
                "number_mismatch@form",
            ],
        ),
        (
            "a mismatch read surely behind a fault",
            passport,
            |c| {
                c.claims.number = "X898902C3".into();
                c.front().quality.shadow = 0.9;
            },
            &["doc_shadow@document_front", "number_mismatch@form"],
        ),
        (
            "first identity",
            prc_card,
            |c| {
                c.claims.first = Some(FirstIdentity {
                    name: "张维".into(),
                    number: c.claims.number.clone(),
                })
            },
            &["identity_changed@form"],
        ),
        (
            "the same first identity",
            prc_card,
            |c| {
                c.claims.first = Some(FirstIdentity {
                    name: "张伟".into(),
                    number: c.claims.number.clone(),
                })
            },
            &[],
        ),
    ]);
}

#[test]
fn the_document_is_compared_with_itself() {
    check(&[
        (
            "birth against number",
            prc_card,
            |c| c.field(Field::BirthDate).value = "1990-01-30".into(),
            &["doc_data_inconsistent@document_front"],
        ),
        (
            "sex against number",
            prc_card,
            |c| {
                c.field(Field::Sex).value = "F".into();
                c.claims.sex = None
            },
            &["doc_data_inconsistent@document_front"],
        ),
        (
            "validity against age",
            prc_card,
            |c| c.field(Field::ValidUntil).value = "2028-05-06".into(),
            &["doc_data_inconsistent@document_back"],
        ),
        (
            "print against zone",
            passport,
            |c| c.field(Field::DocumentNumber).value = "M898902C3".into(),
            &["doc_data_inconsistent@document_front"],
        ),
        (
            "front against back",
            td1,
            |c| c.field(Field::DocumentNumber).value = "D23145899".into(),
            &["doc_sides_differ@document_back"],
        ),
        (
            "print that only looks different",
            passport,
            |c| c.field(Field::DocumentNumber).value = "L8989O2C3".into(),
            &[],
        ),
    ]);
}

#[test]
fn dates_decide_on_the_day_given() {
    check(&[
        (
            "last day",
            passport,
            |c| {
                c.today = jiff::civil::date(2012, 4, 15);
                c.policy.document.near_expiry_days = 0
            },
            &[],
        ),
        (
            "day after",
            passport,
            |c| c.today = jiff::civil::date(2012, 4, 16),
            &["doc_expired@document_front"],
        ),
        (
            "thirty days before",
            passport,
            |c| c.today = jiff::civil::date(2012, 3, 16),
            &[],
        ),
        (
            "twenty-nine days before",
            passport,
            |c| c.today = jiff::civil::date(2012, 3, 17),
            &["doc_expiring_soon@document_front"],
        ),
        (
            "an unsure date sends nobody away",
            prc_card,
            |c| {
                let field = c.field(Field::ValidUntil);
                (field.value, field.confidence) = ("2023-05-06".into(), 0.7);
            },
            &["doc_field_unreadable@document_back"],
        ),
        (
            "long-term",
            prc_card,
            |c| {
                let number = resident_number("19500131", "001");
                c.claims.birth_date = jiff::civil::date(1950, 1, 31);
                c.claims.number = number.clone();
                c.field(Field::BirthDate).value = "1950-01-31".into();
                c.field(Field::DocumentNumber).value = number;
                c.field(Field::ValidUntil).value = "长期".into();
            },
            &[],
        ),
        (
            "not yet valid",
            prc_card,
            |c| c.today = jiff::civil::date(2018, 5, 5),
            &["doc_not_yet_valid@document_back"],
        ),
        (
            "too young",
            prc_card,
            |c| {
                let number = resident_number("20150131", "001");
                c.claims.birth_date = jiff::civil::date(2015, 1, 31);
                c.claims.number = number.clone();
                c.field(Field::BirthDate).value = "2015-01-31".into();
                c.field(Field::DocumentNumber).value = number;
                c.field(Field::ValidFrom).value = "2024-05-06".into();
                c.field(Field::ValidUntil).value = "2029-05-06".into();
            },
            &["not_eligible@account"],
        ),
    ]);
}

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

#[test]
fn a_policy_may_send_a_code_to_a_person_instead() {
    let mut case = prc_card();
    case.front().quality.moire = 0.9;
    assert_eq!(case.decide().outcome, Outcome::Retry);
    case.policy = Policy::from_toml("to_review = [\"doc_copy_or_screen\"]").expect("a policy");
    assert_eq!(case.decide().outcome, Outcome::Review);
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
