//! What the documents say, against what was typed and against each other.

use menshen_core::claims::FirstIdentity;
use menshen_core::evidence::Evidence;
use menshen_core::policy::{Part, Parts};
use menshen_core::{ModelCards, Outcome, Policy, decide_parts};
use menshen_document::mrz::Sex;
use menshen_document::{DocumentKind, Field};

use crate::support::{check, passport, prc_card, reasons_of, resident_number, td1};

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
            "unknown country code",
            td1,
            |c| c.claims.nationality = Some("ZZZ".into()),
            &["form_field_invalid@form"],
        ),
        (
            "Germany by either code",
            passport,
            |c| {
                c.claims.country = "DEU".into();
                let zone = c.front().mrz.as_mut().expect("a zone");
                zone.lines[0] = zone.lines[0].replace("P<UTO", "P<D<<");
            },
            &[],
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
fn where_no_document_is_asked_for_the_typed_date_tells_the_age() {
    let mut case = passport();
    let judged = |case: &crate::support::Case| {
        let data = Parts::from([Part::Data]);
        let (none, cards) = (Evidence::default(), ModelCards::default());
        decide_parts(&case.policy, &data, &case.claims, &none, &cards, case.today)
    };
    assert_eq!(judged(&case).outcome, Outcome::Approved);
    let majority = i16::from(case.policy.minimum_age(&case.claims.country));
    let years =
        |n: i16| jiff::civil::date(case.today.year() - n, case.today.month(), case.today.day());
    let (grown, child) = (years(majority), years(majority - 1));
    case.claims.birth_date = grown;
    assert_eq!(judged(&case).outcome, Outcome::Approved);
    case.claims.birth_date = child;
    let decision = judged(&case);
    assert_eq!(decision.outcome, Outcome::Refused);
    assert_eq!(
        decision.reasons[0].code,
        menshen_core::ReasonCode::NotEligible
    );
}

#[test]
fn a_name_that_is_printed_in_parts_is_a_whole_name() {
    let mut case = passport();
    let policy = "[document.mandatory.passport]\nfront = [\"name\"]";
    case.policy = Policy::from_toml(policy).expect("a policy");
    assert_eq!(reasons_of(&case), [""; 0]);
    case.front().fields.remove(&Field::GivenNames);
    assert_eq!(reasons_of(&case), ["doc_field_unreadable@document_front"]);
}
