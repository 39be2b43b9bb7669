//! Statements of several people, read well and badly.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::catalogue::{Catalogue, Locale};
use crate::decide::judge_face;
use crate::evidence::FaceMeasures;
use crate::reason::{End, Param, ReasonCode, Why};
use crate::{ModelCards, Policy};

const TODAY: Date = date(2026, 11, 26);

fn statement(locale: Locale, name: &str) -> Statement {
    let nonce = Nonce::of_random(0x5eed_1234_5678_9abc);
    Statement::new(locale, name, "Example", TODAY, nonce).expect("a statement")
}

fn read(lines: &[String]) -> Vec<ReadLine> {
    let line = |text: &String| ReadLine {
        text: text.clone(),
        confidence: 0.9,
        ..ReadLine::default()
    };
    lines.iter().map(line).collect()
}

/// A face that the default policy has nothing against.
fn face() -> FaceEvidence {
    let mut face = FaceMeasures {
        region: Rect {
            x: 300.0,
            y: 150.0,
            width: 250.0,
            height: 300.0,
        },
        eye_distance: 110.0,
        eyes_open: [0.3, 0.3],
        ..FaceMeasures::default()
    };
    face.quality.sharpness = 0.4;
    face.quality.brightness = 0.5;
    face.quality.inside = 1.0;
    face.quality.contrast = 0.5;
    face.quality.face_height = 0.25;
    face.quality.off_centre = 0.2;
    let evidence = FaceEvidence {
        unreadable: None,
        size: [900, 1200],
        faces: 1,
        largest: Some(face),
    };
    let reasons = judge_face(&Policy::default(), &evidence);
    assert!(reasons.is_empty(), "{reasons:?}");
    evidence
}

fn evidence(lines: &[String]) -> StatementEvidence {
    StatementEvidence {
        size: [900, 1200],
        lines: read(lines),
        face: face(),
        ..StatementEvidence::default()
    }
}

/// What is told: codes with their ends and cases.
fn told(verdict: &StatementVerdict) -> Vec<(ReasonCode, End, Option<Why>)> {
    let why = |param: &Param| match param {
        Param::Why(why) => Some(*why),
        _ => None,
    };
    let reasons = verdict.reasons.iter();
    reasons
        .map(|reason| {
            (
                reason.code,
                reason.end,
                reason.params.get("why").and_then(why),
            )
        })
        .collect()
}

fn judged(statement: &Statement, evidence: &StatementEvidence) -> StatementVerdict {
    judge(
        &Policy::default(),
        statement,
        evidence,
        &ModelCards::default(),
        TODAY,
    )
}

const NOT_COMPARED: (ReasonCode, End, Option<Why>) =
    (ReasonCode::FaceNotCompared, End::Review, Some(Why::NotRun));

#[test]
fn the_text_is_dictated_in_the_persons_language() {
    let english = statement(Locale::En, "Anna Maria Eriksson").lines();
    assert_eq!(
        english[..3],
        [
            "I am Anna Maria Eriksson",
            "This photo is only for identity verification at Example",
            "2026-11-26",
        ]
    );
    let chinese = statement(Locale::ZhCn, "张伟").lines();
    assert_eq!(
        chinese[..3],
        [
            "本人 张伟",
            "此照片仅供 Example 身份验证使用",
            "2026年11月26日"
        ]
    );
    assert_eq!(chinese[3], english[3]);
    // What a name looks like changes nothing.
    let odd = statement(Locale::En, "{year} {service}").lines();
    assert_eq!(odd[0], "I am {year} {service}");
}

#[test]
fn names_that_no_sheet_holds_are_refused() {
    let new = |name: &str, service: &str| {
        Statement::new(Locale::En, name, service, TODAY, Nonce::of_random(1)).err()
    };
    for name in ["", "  ", "...", "a\nb", &"x".repeat(121)] {
        assert_eq!(new(name, "Example"), Some(NoStatement::Name), "{name:?}");
    }
    assert_eq!(new("A", &"x".repeat(41)), Some(NoStatement::Service));
}

#[test]
fn a_sheet_that_reads_well_goes_to_a_person_and_never_further() {
    for (locale, name) in [(Locale::En, "Anna Maria Eriksson"), (Locale::ZhCn, "张伟")] {
        let statement = statement(locale, name);
        let verdict = judged(&statement, &evidence(&statement.lines()));
        assert_eq!(verdict.comparison.nonce, NonceRead::Ours);
        assert_eq!(verdict.comparison.date, Some(TODAY));
        assert!(verdict.comparison.name && verdict.comparison.purpose_share == 1.0);
        assert_eq!(verdict.next, Next::Person);
        assert_eq!(told(&verdict), [NOT_COMPARED]);
    }
}

#[test]
fn what_people_and_machines_make_of_it_still_reads() {
    let statement = statement(Locale::En, "Zoë Müller-Lüdenscheidt");
    let nonce = statement.nonce().to_string();
    for lines in [
        vec![
            "iam ZOE MULLER LUDENSCHEIDT".to_owned(),
            "This photo is on1y for identity".to_owned(),
            "veriflcation at Example".to_owned(),
            "26.11.2026".to_owned(),
            nonce.to_lowercase(),
        ],
        vec![
            "I am Zoë Müller-".to_owned(),
            "Lüdenscheidt".to_owned(),
            nonce.replace('-', " — "),
            "This photo is only for identity verification at Example".to_owned(),
            "Nov 27, 2026".to_owned(),
        ],
    ] {
        let verdict = judged(&statement, &evidence(&lines));
        assert_eq!(told(&verdict), [NOT_COMPARED], "{lines:?}");
    }
}

#[test]
fn each_part_that_is_wrong_or_missing_is_told() {
    let statement = statement(Locale::En, "Anna Maria Eriksson");
    let other = Nonce::of_random(99).to_string();
    let lines = statement.lines();
    let mismatch = |end, why| (ReasonCode::StatementTextMismatch, end, Some(why));
    let old = (ReasonCode::StatementDateOld, End::Fix, None);
    for (place, text, expected) in [
        (3, other.as_str(), mismatch(End::Fix, Why::OtherCode)),
        (3, "", mismatch(End::Again, Why::NoCode)),
        (3, "XXX-XXX-XXX", mismatch(End::Again, Why::NoCode)),
        (
            0,
            "I am Anna Maria Erikson",
            mismatch(End::Again, Why::NoName),
        ),
        (0, "", mismatch(End::Again, Why::NoName)),
        (1, "Hello", mismatch(End::Again, Why::NoPurpose)),
        (2, "today", mismatch(End::Again, Why::NoDate)),
        (2, "2026-11-22", old),
        (2, "2026-11-30", old),
        (2, "2025-11-26", old),
    ] {
        let mut lines = lines.clone();
        text.clone_into(&mut lines[place]);
        let verdict = judged(&statement, &evidence(&lines));
        assert!(
            told(&verdict).contains(&expected),
            "{text}: {:?}",
            told(&verdict)
        );
        assert_eq!(verdict.next, Next::Again, "{text}");
    }
    // Three days are the default's window.
    for day in ["2026-11-23", "2026-11-29"] {
        let mut lines = lines.clone();
        day.clone_into(&mut lines[2]);
        assert_eq!(
            judged(&statement, &evidence(&lines)).next,
            Next::Person,
            "{day}"
        );
    }
}

#[test]
fn a_photo_without_face_or_with_another_one_is_not_enough() {
    let statement = statement(Locale::En, "Anna Maria Eriksson");
    let mut none = evidence(&statement.lines());
    none.face.largest = None;
    none.face.faces = 0;
    let verdict = judged(&statement, &none);
    assert_eq!(verdict.next, Next::Again);
    assert_eq!(verdict.reasons[0].code, ReasonCode::FaceNotFound);
    let mut compared = evidence(&statement.lines());
    compared.face_match = Some(FaceMatch {
        model: "unknown".to_owned(),
        score: 1.0,
    });
    let verdict = judged(&statement, &compared);
    // Without a card no score says anything: a person looks.
    assert_eq!(verdict.next, Next::Person);
    assert!(!verdict.reasons.is_empty());
}

#[test]
fn a_file_that_is_no_picture_is_told_alone() {
    let statement = statement(Locale::En, "Anna");
    let broken = StatementEvidence {
        unreadable: Some("not_an_image".to_owned()),
        ..StatementEvidence::default()
    };
    let verdict = judged(&statement, &broken);
    let codes: Vec<ReasonCode> = verdict.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(
        (codes, verdict.next),
        (vec![ReasonCode::PhotoUnreadable], Next::Again)
    );
}

#[test]
fn every_reason_has_its_words_in_both_languages() {
    let statement = statement(Locale::En, "Anna Maria Eriksson");
    let mut lines = statement.lines();
    lines[3] = Nonce::of_random(99).to_string();
    lines[2] = "2020-01-01".to_owned();
    let verdict = judged(&statement, &evidence(&lines));
    for locale in Locale::ALL {
        for reason in &verdict.reasons {
            let text = Catalogue::of(locale).render(reason);
            for part in [text.title, text.remedy, text.operator] {
                assert!(!part.is_empty() && !part.contains('{'), "{part}");
            }
        }
    }
}

#[test]
fn what_is_kept_reads_back_and_is_not_shown() {
    let statement = statement(Locale::ZhCn, "张伟");
    let text = serde_json::to_string(&statement).expect("written");
    assert_eq!(
        serde_json::from_str::<Statement>(&text).expect("read"),
        statement
    );
    let evidence = evidence(&statement.lines());
    let shown = format!(
        "{statement:?} {evidence:?} {:?} {:?}",
        statement.nonce(),
        evidence.lines[0]
    );
    assert!(
        !shown.contains("张伟") && !shown.contains(&statement.nonce().to_string()),
        "{shown}"
    );
    let damaged = text.replace("Example", "");
    assert!(serde_json::from_str::<Statement>(&damaged).is_err());
}

proptest! {
    #[test]
    fn another_cases_sheet_never_passes(a: u64, b: u64) {
        let of = |random| Statement::new(Locale::En, "Anna Maria Eriksson", "Example", TODAY, Nonce::of_random(random));
        let (ours, other) = (of(a).expect("ours"), of(b).expect("other"));
        prop_assume!(ours.nonce() != other.nonce());
        let verdict = judged(&ours, &evidence(&other.lines()));
        prop_assert_eq!(verdict.next, Next::Again);
        prop_assert_eq!(verdict.comparison.nonce, NonceRead::Other);
    }

    #[test]
    fn any_lines_are_judged_without_panic(lines in prop::collection::vec(".{0,200}", 0..60)) {
        judged(&statement(Locale::ZhCn, "张伟"), &evidence(&lines));
    }
}
