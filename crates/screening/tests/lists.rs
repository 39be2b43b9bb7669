//! The three kinds of list files: what is read, and what is refused. Everybody in them is invented.

use jiff::civil::date;
use menshen_screening::{
    BirthDate, Kind, ListError, ListProblem, OfacCsv, Strength, eu_xml, ofac_csv, ofac_xml, un_xml,
};
use proptest::prelude::*;

const SDN: &str = include_str!("data/sdn.xml");
const UN: &str = include_str!("data/un.xml");
const EU: &str = include_str!("data/eu.xml");
const CSV: OfacCsv<'static> = OfacCsv {
    sdn: include_bytes!("data/sdn.csv"),
    alt: include_bytes!("data/alt.csv"),
    add: include_bytes!("data/add.csv"),
};

fn names(entity: &menshen_screening::Entity) -> Vec<(&str, Strength)> {
    entity
        .names
        .iter()
        .map(|name| (name.text.as_str(), name.strength))
        .collect()
}

#[test]
fn the_american_list_is_read_and_entries_with_one_id_are_one() {
    let list = ofac_xml(SDN.as_bytes()).expect("a good file");
    assert_eq!(
        (list.version.entities, list.version.date),
        (2, Some(date(2026, 11, 2)))
    );
    assert_eq!(list.version.sha256.len(), 64);
    let first = &list.entities[0];
    assert_eq!(
        (first.id.as_str(), first.kind, list.entities[1].kind),
        ("9001", Kind::Person, Kind::Organisation)
    );
    let expected = [
        ("Fictus Secundus EXEMPLARIUS", Strength::Primary),
        ("Fiktus EKSEMPLARIJ", Strength::Alias),
        ("THE SPECIMEN & CO", Strength::Weak),
        ("SECUNDUS", Strength::Primary),
    ];
    assert_eq!(names(first), expected);
    let born = [
        BirthDate::Exact(date(1960, 3, 12)),
        BirthDate::Range {
            from: 1961,
            to: 1963,
        },
    ];
    assert_eq!(first.birth_dates, born);
    assert_eq!(
        first.countries.iter().map(|c| c.code()).collect::<Vec<_>>(),
        ["RUS"]
    );
    assert_eq!(first.programmes, ["SPECIMEN-1", "SPECIMEN-2"]);
}

#[test]
fn the_list_of_the_security_council_is_read() {
    let list = un_xml(UN.as_bytes()).expect("a good file");
    assert_eq!(
        (list.version.entities, list.version.date),
        (2, Some(date(2026, 11, 2)))
    );
    let expected = [
        ("FICTUS EXEMPLARIUS", Strength::Primary),
        ("样本", Strength::Alias),
        ("Fiktus", Strength::Alias),
        ("Exempla", Strength::Weak),
        ("Modela", Strength::Weak),
    ];
    assert_eq!(names(&list.entities[0]), expected);
    assert_eq!(
        list.entities[0].birth_dates,
        [BirthDate::Range {
            from: 1960,
            to: 1962
        }]
    );
}

#[test]
fn the_european_list_is_read_with_the_strong_name_first() {
    let list = eu_xml(EU.as_bytes()).expect("a good file");
    let entity = &list.entities[0];
    assert_eq!(
        (entity.id.as_str(), list.version.date),
        ("EU.0.1", Some(date(2026, 11, 2)))
    );
    assert_eq!(names(entity)[0].0, "Fictus Exemplarius");
    assert_eq!(
        entity
            .countries
            .iter()
            .map(|c| c.code())
            .collect::<Vec<_>>(),
        ["IRQ"]
    );
    assert_eq!(entity.birth_dates.len(), 2);
}

#[test]
fn the_classic_files_are_read_together() {
    let list = ofac_csv(CSV).expect("good files");
    let entity = &list.entities[0];
    let expected = [
        ("Fictus EXEMPLARIUS", Strength::Primary),
        ("MODELUS", Strength::Weak),
        ("Fiktus EKSEMPLARIJ", Strength::Alias),
    ];
    assert_eq!(names(entity), expected);
    assert_eq!(
        entity.birth_dates,
        [BirthDate::Exact(date(1960, 3, 12)), BirthDate::Year(1961)]
    );
    assert_eq!(
        entity
            .countries
            .iter()
            .map(|c| c.code())
            .collect::<Vec<_>>(),
        ["RUS", "IRQ"]
    );
    assert_eq!(list.entities[1].kind, Kind::Vessel);
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let refused = |read: fn(&[u8]) -> Result<menshen_screening::List, ListError>, text: &str| {
        let whole = text.trim_end().len();
        (0..whole).all(|end| read(&text.as_bytes()[..end]).is_err())
    };
    assert!(refused(ofac_xml, SDN) && refused(un_xml, UN) && refused(eu_xml, EU));
    let end = |bytes: &[u8]| {
        bytes
            .iter()
            .position(|byte| *byte == 0x1a)
            .expect("the end mark")
    };
    for cut in 0..=end(CSV.sdn) {
        assert!(
            ofac_csv(OfacCsv {
                sdn: &CSV.sdn[..cut],
                ..CSV
            })
            .is_err(),
            "{cut}"
        );
    }
    for cut in 0..=end(CSV.alt) {
        assert!(
            ofac_csv(OfacCsv {
                alt: &CSV.alt[..cut],
                ..CSV
            })
            .is_err(),
            "{cut}"
        );
    }
}

#[test]
fn hostile_and_wrong_files_are_refused_with_what_and_where() {
    let laughs =
        "<!DOCTYPE sdnList [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><sdnList>&b;</sdnList>";
    let deep = format!("<CONSOLIDATED_LIST>{}", "<a>".repeat(40));
    let wide = format!(
        "<export><sanctionEntity logicalId=\"{}\"/></export>",
        "1".repeat(70_000)
    );
    let many: String = (0..100).map(|n| format!(" a{n}=\"\"")).collect();
    let many = format!("<export><sanctionEntity{many}/></export>");
    let counted = SDN.replace("<Record_Count>3", "<Record_Count>4");
    let unknown = UN.replace("SPECIMEN FRONT", "&laugh;");
    let problem =
        |result: Result<menshen_screening::List, ListError>| result.expect_err("refused").problem;
    assert_eq!(
        problem(ofac_xml(laughs.as_bytes())),
        ListProblem::DocumentType
    );
    assert_eq!(problem(un_xml(deep.as_bytes())), ListProblem::TooDeep(16));
    assert_eq!(
        problem(eu_xml(wide.as_bytes())),
        ListProblem::TextTooLong(65_536)
    );
    assert_eq!(
        problem(eu_xml(many.as_bytes())),
        ListProblem::TooMany(64, "attributes of one element")
    );
    assert_eq!(
        problem(ofac_xml(counted.as_bytes())),
        ListProblem::Count {
            announced: 4,
            found: 3
        }
    );
    assert_eq!(
        problem(un_xml(unknown.as_bytes())),
        ListProblem::UnknownEntity
    );
    assert_eq!(problem(un_xml(&[0xff, 0xfe])), ListProblem::Encoding);
    assert_eq!(
        problem(un_xml(EU.as_bytes())),
        ListProblem::Unexpected {
            expected: "CONSOLIDATED_LIST"
        }
    );
    let orphan = OfacCsv {
        alt: b"7,1,\"aka\",\"NOBODY\",-0- \r\n\x1a",
        ..CSV
    };
    let error = ofac_csv(orphan).expect_err("refused");
    assert_eq!(
        (error.file, error.place.as_str(), error.problem),
        ("alt.csv", "record 1", ListProblem::Orphan)
    );
}

proptest! {
    #[test]
    fn no_bytes_bring_a_parser_down(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (ofac_xml(&bytes), un_xml(&bytes), eu_xml(&bytes));
        let _ = ofac_csv(OfacCsv { sdn: &bytes, alt: &bytes, add: &bytes });
    }

    #[test]
    fn no_change_of_a_good_file_brings_a_parser_down(place in 0usize..1_000, byte in any::<u8>()) {
        let changed = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            let place = place % bytes.len();
            bytes[place] = byte;
            bytes
        };
        let _ = (ofac_xml(&changed(SDN)), un_xml(&changed(UN)), eu_xml(&changed(EU)));
    }
}

/// An entry of the Security Council's list.
fn entry(tag: &str, inner: &str) -> String {
    format!("<{tag}><DATAID>1</DATAID><FIRST_NAME>FICTUS</FIRST_NAME>{inner}</{tag}>")
}

fn security_council(entries: &str) -> Result<menshen_screening::List, ListError> {
    un_xml(format!("<CONSOLIDATED_LIST>{entries}</CONSOLIDATED_LIST>").as_bytes())
}

#[test]
fn an_entry_with_more_names_than_any_has_is_refused() {
    let named = |n: usize| {
        let names: Vec<String> = (1..n).map(|n| format!("FICTUS {n}")).collect();
        let alias = |names: &[String]| {
            let names = names.join(";");
            format!("<INDIVIDUAL_ALIAS><ALIAS_NAME>{names}</ALIAS_NAME></INDIVIDUAL_ALIAS>")
        };
        // In two entries with one id, which are one.
        let (some, others) = names.split_at(n / 2);
        let some = entry("INDIVIDUAL", &alias(some));
        security_council(&(some + &entry("INDIVIDUAL", &alias(others))))
    };
    let list = named(2_000).expect("a good file");
    assert_eq!(list.entities[0].names.len(), 2_000);
    let refused = named(2_001).expect_err("too many names");
    let problem = ListProblem::TooMany(2_000, "names of one entry");
    assert_eq!(refused.problem, problem);
}

#[test]
fn entries_of_one_id_that_name_different_things_leave_open_what_it_is() {
    let entries = entry("ENTITY", "") + &entry("INDIVIDUAL", "");
    let list = security_council(&entries).expect("a good file");
    assert_eq!(list.entities[0].kind, Kind::Other);
    let entries = entry("INDIVIDUAL", "") + &entry("INDIVIDUAL", "");
    let list = security_council(&entries).expect("a good file");
    assert_eq!(list.entities[0].kind, Kind::Person);
}
