//! Resident identity numbers against the evaluation data, and ten thousand cards of each kind.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by environment"
)]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use menshen_document::mrz::Sex;
use menshen_document::prc_card::{self, CardFacts, Finding, ValidUntil};
use menshen_document::prc_id::{self, PrcId, PrcIdError};
use serde_json::Value;

const TODAY: Date = date(2026, 11, 22);

#[test]
fn every_verdict_of_the_numbers_comes_out() {
    let root = std::env::var("MENSHEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{root}/data/prc/prc_id.jsonl")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    for (index, line) in text.lines().enumerate() {
        let truth: Value = serde_json::from_str(line).expect("the data is JSON");
        let found = match PrcId::parse(truth["id"].as_str().expect("a number"), TODAY) {
            Ok(id) => serde_json::json!({"valid": true, "birth": id.birth(), "sex": id.sex(),
                "region": id.region(), "why": null}),
            Err(error) => serde_json::json!({"valid": false, "birth": null, "sex": null,
                "region": null, "why": error.why()}),
        };
        // The data names how a number was spoiled; ours names what is wrong with it.
        let why = match truth["why"].as_str() {
            Some("digit_changed") => Some("checksum"),
            Some("length_17") => Some("length"),
            Some("region_000000") => Some("region"),
            other => other,
        };
        assert_eq!(found["why"].as_str(), why, "line {}", index + 1);
        for key in ["valid", "birth", "sex", "region"] {
            assert_eq!(found[key], truth[key], "line {} {key}", index + 1);
        }
    }
}

/// A repeatable sequence of numbers (a linear congruential generator, Knuth's MMIX constants).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn day(&mut self, from: Date, to: Date) -> Date {
        let days = (to - from).get_days();
        from + i64::try_from(self.below(days as u64 + 1))
            .expect("a few years of days")
            .days()
    }
}

const PLACES: [(&str, &str, &str); 4] = [
    (
        "330106",
        "浙江省杭州市西湖区某路1号",
        "杭州市公安局西湖分局",
    ),
    ("110105", "北京市朝阳区某街2号", "北京市公安局朝阳分局"),
    (
        "510107",
        "四川省成都市武侯区某巷3号",
        "成都市公安局武侯区分局",
    ),
    (
        "440305",
        "广东省深圳市南山区某道4号",
        "深圳市公安局南山分局",
    ),
];

struct Card {
    number: PrcId,
    place: usize,
    from: Date,
    until: ValidUntil,
}

fn consistent_card(sequence: &mut Sequence) -> Card {
    let birth = sequence.day(date(1930, 1, 1), date(2020, 12, 31));
    let from = sequence.day(birth.max(prc_card::FIRST_ISSUE), TODAY);
    let place = sequence.below(4) as usize;
    let head = format!(
        "{}{}{:03}",
        PLACES[place].0,
        birth.strftime("%Y%m%d"),
        sequence.below(1000)
    );
    let check = prc_id::check_character(&head).expect("17 digits");
    Card {
        number: PrcId::parse(&format!("{head}{check}"), TODAY).expect("a good number"),
        place,
        from,
        until: prc_card::valid_until(birth, from).expect("issued after birth"),
    }
}

impl Card {
    fn facts(&self) -> CardFacts<'_> {
        CardFacts {
            number: Some(&self.number),
            sex: Some(self.number.sex()),
            ethnicity: Some("汉"),
            birth: Some(self.number.birth()),
            address: Some(PLACES[self.place].1),
            authority: Some(PLACES[self.place].2),
            valid_from: Some(self.from),
            valid_until: Some(self.until),
        }
    }
}

#[test]
fn ten_thousand_consistent_cards_are_not_flagged() {
    let mut sequence = Sequence(1);
    for _ in 0..10_000 {
        let card = consistent_card(&mut sequence);
        assert_eq!(
            prc_card::findings(&card.facts(), TODAY),
            [],
            "{:?} {:?}",
            card.from,
            card.until
        );
    }
}

#[test]
fn ten_thousand_contradictory_cards_are_each_flagged_for_what_they_are() {
    let mut sequence = Sequence(2);
    for round in 0..10_000 {
        let card = consistent_card(&mut sequence);
        let mut facts = card.facts();
        let expected = match round % 6 {
            0 => {
                let male = card.number.sex() == Sex::Male;
                facts.sex = Some(if male { Sex::Female } else { Sex::Male });
                "sex_differs"
            }
            1 => {
                let days = i64::try_from(sequence.below(400)).expect("small") + 1;
                facts.birth = Some(card.number.birth() - days.days());
                "birth_differs"
            }
            2 => {
                let age = prc_card::age_on(card.number.birth(), card.from).expect("born");
                let right = card.until;
                let ends = [5, 10, 20].map(|y: i16| ValidUntil::Day(card.from + y.years()));
                let wrong: Vec<_> = ends
                    .into_iter()
                    .chain([ValidUntil::LongTerm])
                    .filter(|e| *e != right)
                    .collect();
                facts.valid_until = Some(sequence.pick(&wrong));
                assert!(age >= 0);
                "validity_for_age"
            }
            3 => {
                facts.authority = Some(PLACES[(card.place + 1) % 4].2);
                "authority_elsewhere"
            }
            4 => {
                facts.valid_from = Some(TODAY + 1.day());
                facts.valid_until = None;
                "issued_in_future"
            }
            _ => {
                facts.valid_until = Some(ValidUntil::Day(card.from));
                "ends_before_it_begins"
            }
        };
        let found = serde_json::to_value(prc_card::findings(&facts, TODAY)).expect("plain data");
        let named = |f: &Value| f["finding"] == expected;
        assert!(
            found.as_array().expect("a list").iter().any(named),
            "{expected}: {found}"
        );
    }
}

#[test]
fn validity_follows_the_age_at_issue_to_the_day() {
    let birth = date(2000, 5, 6);
    let until = |from| prc_card::valid_until(birth, from).expect("issued after birth");
    assert_eq!(until(date(2016, 5, 5)), ValidUntil::Day(date(2021, 5, 5)));
    assert_eq!(until(date(2016, 5, 6)), ValidUntil::Day(date(2026, 5, 6)));
    assert_eq!(until(date(2026, 5, 5)), ValidUntil::Day(date(2036, 5, 5)));
    assert_eq!(until(date(2026, 5, 6)), ValidUntil::Day(date(2046, 5, 6)));
    assert_eq!(until(date(2046, 5, 6)), ValidUntil::LongTerm);
    assert_eq!(prc_card::valid_until(birth, date(2000, 5, 5)), None);
}

#[test]
fn a_card_of_the_leap_day_may_end_on_either_neighbour() {
    let facts = |until| CardFacts {
        birth: Some(date(2000, 1, 1)),
        valid_from: Some(date(2020, 2, 29)),
        valid_until: Some(ValidUntil::Day(until)),
        ..CardFacts::default()
    };
    let findings = |until| prc_card::findings(&facts(until), TODAY);
    assert_eq!(findings(date(2030, 2, 28)), []);
    assert_eq!(findings(date(2030, 3, 1)), []);
    let wrong = Finding::ValidityForAge {
        age: 20,
        expected: Some(10),
    };
    assert_eq!(findings(date(2030, 3, 2)), [wrong]);
}

#[test]
fn a_code_abolished_long_before_the_birth_is_a_finding() {
    let number = |birth: &str| {
        let head = format!("510202{birth}002");
        let check = prc_id::check_character(&head).expect("17 digits");
        PrcId::parse(&format!("{head}{check}"), TODAY).expect("abolished codes stay valid")
    };
    let findings = |id: &PrcId| {
        prc_card::findings(
            &CardFacts {
                number: Some(id),
                ..CardFacts::default()
            },
            TODAY,
        )
    };
    assert_eq!(findings(&number("19800101")), []);
    assert_eq!(findings(&number("19980101")), []);
    assert_eq!(
        findings(&number("20100101")),
        [Finding::RegionAbolished { last_year: 1996 }]
    );
}

#[test]
fn validity_is_read_as_printed() {
    let from = date(2010, 5, 6);
    let ten = Some((from, ValidUntil::Day(date(2020, 5, 6))));
    for text in [
        "2010.05.06-2020.05.06",
        "2010.05.06 — 2020.05.06",
        "2010年5月6日至2020年5月6日",
        "2010-05-06~2020-05-06",
    ] {
        assert_eq!(prc_card::parse_validity(text), ten, "{text}");
    }
    let long = Some((from, ValidUntil::LongTerm));
    assert_eq!(prc_card::parse_validity("2010.05.06-长期"), long);
    for text in [
        "",
        "长期",
        "2010.05.06",
        "2010.13.06-2020.05.06",
        "2010.05.06-2020.05",
        "99999.1.1-长期",
    ] {
        assert_eq!(prc_card::parse_validity(text), None, "{text}");
    }
    assert_eq!(ValidUntil::parse("长期"), Some(ValidUntil::LongTerm));
    assert_eq!(
        ValidUntil::parse("2020-05-06"),
        Some(ValidUntil::Day(date(2020, 5, 6)))
    );
    assert_eq!(ValidUntil::parse("2020-05-6"), None);
}

#[test]
fn errors_never_repeat_the_number() {
    let error = PrcId::parse("110105194912310021", TODAY).expect_err("a wrong check character");
    assert_eq!(error, PrcIdError::Checksum);
    assert!(!error.to_string().contains("1949"));
}
