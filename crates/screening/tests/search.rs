//! One kind of difference after the other, in a list of invented people.

use jiff::civil::date;
use menshen_document::Country;
use menshen_screening::{
    BirthDate, By, CountryRelation, DEFAULT_ALERT_SCORE, DateRelation, Entity, Hit, Index, Kind,
    ListName, ListedName, Query, Strength,
};
use proptest::prelude::*;

fn index() -> Index {
    let names = [
        "Wang Xiaoming",
        "曾建国",
        "Yuriy Anatolevich Tsvetkov",
        "Muhammad bin Khalid al-Baghdadi",
        "José María Núñez Ávila",
        "Benjamin Oliver Hartwell",
        "Jan van der Specimen",
    ];
    let entity = |(number, name): (usize, &&str)| Entity {
        list: ListName::UnConsolidated,
        id: number.to_string(),
        kind: Kind::Person,
        names: vec![ListedName {
            text: (*name).to_owned(),
            strength: Strength::Primary,
        }],
        birth_dates: vec![BirthDate::Exact(date(1970, 3, 12))],
        countries: vec![Country::parse("CHN").expect("a code")],
        programmes: Vec::new(),
    };
    Index::build(names.iter().enumerate().map(entity).collect())
}

fn query(name: &str) -> Query {
    Query {
        names: vec![name.to_owned()],
        ..Query::default()
    }
}

/// The best hit's id and score.
fn best(index: &Index, query: &Query) -> Option<(String, f32)> {
    index
        .search(query)
        .first()
        .map(|hit| (hit.entity.id.clone(), hit.score))
}

#[test]
fn a_name_is_found_however_it_comes_back() {
    let index = index();
    for (name, id) in [
        ("Wang Xiaoming", "0"),
        ("XIAOMING WANG", "0"),
        ("Wang Xiao-ming", "0"),
        ("WANGXIAOMING", "0"),
        ("王小明", "0"),
        ("Wang Hsiao-ming", "0"),
        ("Zeng Jianguo", "1"),
        ("Tseng Chien-kuo", "1"),
        ("Tsang Kin Kwok", "1"),
        ("曾建國", "1"),
        ("Юрий Анатольевич Цветков", "2"),
        ("Iurii Tsvetkov", "2"),
        ("Tsvetkov Yuri", "2"),
        ("Mohammed Khaled Al Bagdadi", "3"),
        ("محمد بن خالد البغدادي", "3"),
        ("Muhammad Khalid Albaghdadi", "3"),
        ("Jose Maria Nunez Avila", "4"),
        ("José Núñez Ávila", "4"),
        ("Benjamin O. Hartwell", "5"),
        ("Bejnamin Oliver Hartwel", "5"),
        ("Hartwell, Benjamin", "5"),
        ("Jan Vanderspecimen", "6"),
        ("Jan Specimen", "6"),
    ] {
        let found = best(&index, &query(name));
        let near = found
            .as_ref()
            .is_some_and(|(found, score)| found == id && *score >= DEFAULT_ALERT_SCORE);
        assert!(near, "{name}: {found:?}");
    }
}

#[test]
fn other_people_are_not_found() {
    let index = index();
    for name in [
        "Li Na",
        "Zhang Dawei",
        "Oleg Petrov",
        "Salim Haddad",
        "Anna Schmidt",
        "Benjamin Smith",
        "",
        "- -",
    ] {
        let found = best(&index, &query(name));
        assert!(
            found
                .as_ref()
                .is_none_or(|(_, score)| *score < DEFAULT_ALERT_SCORE),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn the_explanation_says_which_word_matched_which_and_by_what() {
    let index = index();
    let asked = Query {
        birth_date: Some(date(1970, 12, 3)),
        country: Country::parse("DEU").ok(),
        ..query("Hartwell B. Oliber")
    };
    let hits = index.search(&asked);
    let explanation = &hits.first().expect("a hit").explanation;
    let tokens: Vec<_> = explanation
        .tokens
        .iter()
        .map(|t| (t.query.as_str(), t.listed.as_str(), t.by))
        .collect();
    let expected = [
        ("HARTWELL", "HARTWELL", By::Exact),
        ("B", "BENJAMIN", By::Initial),
        ("OLIBER", "OLIVER", By::Typo),
    ];
    assert_eq!(tokens, expected);
    assert!(explanation.reordered);
    assert_eq!(
        (explanation.birth_date, explanation.country),
        (DateRelation::Close, CountryRelation::Differs)
    );
    let shown = explanation.to_string();
    assert!(
        shown.contains("OLIBER = OLIVER (typing error") && shown.contains("another order"),
        "{shown}"
    );
}

#[test]
fn the_date_of_birth_decides_between_people_of_one_name() {
    let index = index();
    let score = |born| {
        let asked = Query {
            birth_date: Some(born),
            ..query("Benjamin Hartwell")
        };
        best(&index, &asked).map_or(0.0, |(_, score)| score)
    };
    assert!(score(date(1970, 3, 12)) > DEFAULT_ALERT_SCORE);
    assert!(score(date(1990, 7, 1)) < DEFAULT_ALERT_SCORE);
}

proptest! {
    #[test]
    fn any_names_get_scores_from_0_to_1_in_order(names in prop::collection::vec("\\PC{0,40}", 0..4)) {
        let index = index();
        let scores: Vec<f32> =
            index.search(&Query { names, ..Query::default() }).iter().map(|hit: &Hit<'_>| hit.score).collect();
        prop_assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
        prop_assert!(scores.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn any_listed_name_is_found_by_itself(text in "[A-Z][a-z]{3,9} [A-Z][a-z]{3,9}") {
        let mut entity = index().entities()[0].clone();
        entity.names[0].text.clone_from(&text);
        let index = Index::build(vec![entity]);
        prop_assert!(best(&index, &query(&text)).is_some_and(|(_, score)| score > 0.999));
    }
}
