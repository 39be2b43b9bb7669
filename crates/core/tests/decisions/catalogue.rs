//! Codes and texts: append-only names, a remedy in both languages, no placeholder left open.

use std::collections::BTreeSet;

use menshen_core::catalogue::{Catalogue, Locale};
use menshen_core::reason::{Class, Disclosure, Param, Why};
use menshen_core::{Reason, ReasonCode};
use menshen_document::{DocumentKind, Field, Side};

use crate::support::{TODAY, prc_card};

/// The placeholders that a text may carry.
const KNOWN: [&str; 15] = [
    "field", "side", "step", "date", "time", "days", "n", "chosen", "seen", "list", "action",
    "why", "min", "measured", "limit",
];

fn raw(locale: Locale) -> serde_json::Value {
    let text = match locale {
        Locale::ZhCn => include_str!("../../../../locales/zh-CN.json"),
        Locale::En => include_str!("../../../../locales/en.json"),
    };
    serde_json::from_str(text).expect("a catalogue is JSON")
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let pieces = text.split('{').skip(1);
    pieces
        .filter_map(|piece| piece.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn codes_are_append_only() {
    let codes: Vec<_> = ReasonCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.spec()))
        .collect();
    insta::assert_debug_snapshot!("codes", codes);
}

#[test]
fn the_name_on_the_wire_is_the_name_in_the_catalogue() {
    for code in ReasonCode::ALL {
        let wire = serde_json::to_value(code).expect("a code serialises");
        assert_eq!(wire, code.as_str());
    }
}

#[test]
fn every_code_has_title_remedy_and_operator_text_in_both_languages() {
    for locale in Locale::ALL {
        let raw = raw(locale);
        for code in ReasonCode::ALL {
            for part in ["title", "remedy", "operator"] {
                let text = raw["reasons"][code.as_str()][part]
                    .as_str()
                    .unwrap_or_default();
                assert!(
                    text.chars().count() >= 3,
                    "{} {part} {}",
                    code.as_str(),
                    locale.tag()
                );
                for name in placeholders(text) {
                    assert!(KNOWN.contains(&name), "{}: {{{name}}}", code.as_str());
                }
            }
        }
    }
}

#[test]
fn every_word_of_one_language_exists_in_the_other() {
    let (zh, en) = (raw(Locale::ZhCn), raw(Locale::En));
    for section in [
        "reasons",
        "kinds",
        "sides",
        "steps",
        "fields",
        "actions",
        "cues",
        "hints",
        "no_light",
        "why",
        "missing",
        "attachments",
        "tickets",
        "support",
        "official",
        "remedies",
        "camera_steps",
        "file_steps",
        "notices",
        "notice_words",
    ] {
        let keys = |value: &serde_json::Value| -> BTreeSet<String> {
            value[section]
                .as_object()
                .expect("a section")
                .keys()
                .cloned()
                .collect()
        };
        assert_eq!(keys(&zh), keys(&en), "{section}");
    }
}

#[test]
fn figures_stand_in_operator_texts_only() {
    for locale in Locale::ALL {
        for code in ReasonCode::ALL {
            for part in ["title", "remedy"] {
                let raw = raw(locale);
                let text = raw["reasons"][code.as_str()][part]
                    .as_str()
                    .unwrap_or_default();
                let shown = placeholders(text);
                assert!(
                    !shown.contains("measured") && !shown.contains("limit"),
                    "{}",
                    code.as_str()
                );
            }
        }
    }
}

#[test]
fn a_code_that_hides_its_cause_says_nothing_of_it_to_the_person() {
    for locale in Locale::ALL {
        for code in ReasonCode::ALL
            .iter()
            .filter(|c| c.spec().disclosure == Disclosure::None)
        {
            let reason = Reason::new(*code).why(Why::Spoof).field(Field::BirthDate);
            let text = Catalogue::of(locale).render(&reason);
            let bare = Catalogue::of(locale).render(&Reason::new(*code));
            assert_eq!(
                (text.title, text.remedy),
                (bare.title, bare.remedy),
                "{}",
                code.as_str()
            );
        }
    }
}

#[test]
fn a_person_sees_figures_only_where_the_code_is_told_in_full() {
    let reason = |code| {
        Reason::new(code)
            .measured(0.9, 0.5)
            .field(Field::BirthDate)
            .why(Why::Spoof)
    };
    let full = reason(ReasonCode::DocBlurred);
    assert_eq!(full.clone().disclosed(), full);
    let hidden = reason(ReasonCode::LivenessNotConfirmed).disclosed();
    assert_eq!(hidden, Reason::new(ReasonCode::LivenessNotConfirmed));
}

#[test]
fn quality_and_technical_codes_never_count_as_attempts() {
    for code in ReasonCode::ALL {
        let spec = code.spec();
        let free = matches!(spec.class, Class::Quality | Class::Technical);
        assert!(!(free && spec.counts), "{}", code.as_str());
    }
}

#[test]
fn texts_read_well_with_and_without_their_placeholders() {
    let mut lines = Vec::new();
    for locale in Locale::ALL {
        for code in ReasonCode::ALL {
            let text = Catalogue::of(locale).render(&Reason::new(*code));
            for part in [text.title, text.remedy, text.operator] {
                assert!(!part.contains(['{', '}']), "{part}");
                lines.push(format!("{} {}: {part}", locale.tag(), code.as_str()));
            }
        }
    }
    insta::assert_snapshot!("texts", lines.join("\n"));
}

#[test]
fn words_are_put_into_the_readers_language() {
    let reason = Reason::new(ReasonCode::DocTypeMismatch)
        .with("chosen", Param::Kind(DocumentKind::PrcIdCard))
        .with("seen", Param::Kind(DocumentKind::Passport));
    let remedy = |locale| Catalogue::of(locale).render(&reason).remedy;
    assert_eq!(
        remedy(Locale::ZhCn),
        "您选的是居民身份证，拍的像是护照。请改选类型或换证件。"
    );
    assert_eq!(
        remedy(Locale::En),
        "You chose a Chinese resident identity card, but this looks like a passport. Change the choice or the document."
    );
    let side = Reason::new(ReasonCode::DocSideMissing).with("side", Param::Side(Side::Back));
    assert_eq!(Catalogue::of(Locale::ZhCn).render(&side).title, "还缺背面");
    let expired = Reason::new(ReasonCode::DocExpired).with("date", Param::Date(TODAY));
    assert!(
        Catalogue::of(Locale::En)
            .render(&expired)
            .remedy
            .contains("2026-11-22")
    );
}

#[test]
fn a_whole_decision_reads_in_the_order_of_what_to_do() {
    let mut case = prc_card();
    case.claims.name = "张玮".into();
    case.front().quality.glare = 0.2;
    case.evidence.back = None;
    case.face().quality.backlight = 0.8;
    case.face().quality.glasses = 0.9;
    let decision = case.decide();
    let render = |locale| {
        let texts = decision
            .reasons
            .iter()
            .map(|reason| Catalogue::of(locale).render(reason));
        texts.collect::<Vec<_>>()
    };
    insta::assert_json_snapshot!("decision", decision.reasons);
    insta::assert_json_snapshot!("decision_texts", [render(Locale::ZhCn), render(Locale::En)]);
}
