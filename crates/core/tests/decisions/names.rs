//! Names in every script that a document prints.

use menshen_core::Policy;
use menshen_core::reason::Param;
use menshen_document::Field;

use crate::support::{Case, check, passport, prc_card};

/// The passport of a holder whose zone carries this name.
fn holder(case: &mut Case, zone: &str) {
    case.front().fields.remove(&Field::Surname);
    case.front().fields.remove(&Field::GivenNames);
    let line = format!("P<UTO{zone}");
    case.front().mrz.as_mut().expect("a zone").lines[0] = format!("{line:<<44}");
}

#[test]
fn the_typed_name_is_taken_in_the_script_and_spelling_of_the_document() {
    check(&[
        (
            "pinyin for a printed Han name",
            prc_card,
            |c| c.claims.name = "Zhang Wei".into(),
            &["name_mismatch@form"],
        ),
        (
            "traditional for simplified",
            prc_card,
            |c| c.claims.name = "張偉".into(),
            &[],
        ),
        (
            "given names first",
            passport,
            |c| c.claims.name = "Anna Maria Eriksson".into(),
            &[],
        ),
        (
            "a name too few",
            passport,
            |c| c.claims.name = "Eriksson Anna".into(),
            &["name_mismatch@form"],
        ),
        (
            "Han characters for a name in a zone",
            passport,
            |c| {
                holder(c, "ZHANG<<WEI");
                c.claims.name = "张伟".into()
            },
            &["name_mismatch@form"],
        ),
        (
            "an umlaut that the zone spells out",
            passport,
            |c| {
                holder(c, "MUELLER<<JOERG");
                c.claims.name = "Müller Jörg".into()
            },
            &[],
        ),
        (
            "Han characters printed in a passport beside the zone",
            passport,
            |c| {
                holder(c, "ZHANG<<WEI");
                let mut name = c.front().fields[&Field::DocumentNumber].clone();
                name.value = "张伟".into();
                c.front().fields.insert(Field::Name, name);
                c.claims.name = "张伟".into();
            },
            &[],
        ),
        (
            "a print that is not the zone's name",
            passport,
            |c| {
                c.field(Field::Surname).value = "LINDQVIST".into();
            },
            &["doc_data_inconsistent@document_front"],
        ),
    ]);
}

#[test]
fn a_mismatch_names_its_position_and_shows_no_value() {
    let mut case = prc_card();
    case.claims.name = "张玮".into();
    case.claims.number = case.claims.number.replace("010105", "010106");
    let decision = case.decide();
    let name = decision
        .reasons
        .iter()
        .find(|r| r.field == Some(Field::Name));
    let name = name.expect("the name differs");
    assert_eq!(name.params["n"], Param::Count(2));
    let text = serde_json::to_string(&decision).expect("a decision serialises");
    for value in ["张", "玮", "1990", "110105"] {
        assert!(!text.contains(value), "{value} is shown");
    }
}

#[test]
fn a_policy_may_accept_romanisation_and_refuse_order() {
    let mut case = passport();
    case.claims.name = "Anna Maria Eriksson".into();
    case.policy = Policy::from_toml("name.accepted_zone = [\"equal\"]").expect("a policy");
    assert_eq!(case.decide().reasons.len(), 1);
    let mut case = prc_card();
    case.claims.name = "Zhang Wei".into();
    let policy = "name.accepted_print = [\"equal\", \"romanisation\"]";
    case.policy = Policy::from_toml(policy).expect("a policy");
    assert_eq!(case.decide().reasons, []);
}
