//! What a page is: agreement of the machine-readable zone, printed words, proportions, portrait and
//! colour. Several weak signs make a document; none of them alone does.

use std::collections::BTreeSet;

use image::RgbImage;
use menshen_core::evidence::Seen;
use menshen_document::mrz::{Format, Reading};
use menshen_document::{DocumentKind, Field, Side};

use super::fold::{find_like, fold};
use super::labels::{Label, label_hits};
use super::{prc_back, prc_front};
use crate::page::PageRect;
use crate::text::Line;

/// Width over height of ID-1 (ISO/IEC 7810: 85.60 x 53.98 mm).
const ID1: f32 = 85.60 / 53.98;
/// Width over height of TD3 (125 x 88 mm) and ID-2 (105 x 74 mm), which differ by 0.1 %.
const TD3: f32 = 125.0 / 88.0;
/// Relative difference within which a rectified page has a proportion: perspective does this much.
const SAME_SHAPE: f32 = 0.055;
/// Width of a face over the width of the page from which it is the holder's portrait and no emblem
/// or ghost image.
const PORTRAIT_WIDTH: f32 = 0.09;
/// Part of the upper left sixth that must be red for an emblem: the emblem's disc covers 0.2 of it.
const RED_PART: f32 = 0.05;

/// Words that a driving licence prints (EU languages, English, French, Spanish, Chinese).
const LICENCE: &[&str] = &[
    "driving licence",
    "driving license",
    "driver licence",
    "driver license",
    "drivers licence",
    "drivers license",
    "permis de conduire",
    "führerschein",
    "permiso de conducción",
    "permiso de conducir",
    "licencia de conducir",
    "patente di guida",
    "carta de condução",
    "rijbewijs",
    "prawo jazdy",
    "körkort",
    "kørekort",
    "førerkort",
    "ajokortti",
    "juhiluba",
    "vodičský preukaz",
    "řidičský průkaz",
    "vozačka dozvola",
    "vozniško dovoljenje",
    "vezetői engedély",
    "permis de conducere",
    "机动车驾驶证",
];
/// Words that a passport prints.
const PASSPORT: &[&str] = &[
    "passport",
    "passeport",
    "pasaporte",
    "reisepass",
    "passaporto",
    "passaporte",
    "paspoort",
    "putovnica",
    "paszport",
    "pasaport",
    "cestovní pas",
    "passi",
    "护照",
];
/// Words that an identity or residence card prints.
const IDENTITY: &[&str] = &[
    "identity card",
    "carte nationale d'identité",
    "carte d'identité",
    "personalausweis",
    "documento nacional de identidad",
    "documento de identidad",
    "carta d'identità",
    "carta di identità",
    "identiteitskaart",
    "osobna iskaznica",
    "osebna izkaznica",
    "občanský průkaz",
    "dowód osobisty",
    "letërnjoftim",
    "kimlik kartı",
    "şəxsiyyət vəsiqəsi",
    "henkilökortti",
    "identitetskort",
    "nationellt id",
    "residence permit",
    "aufenthaltstitel",
    "permesso di soggiorno",
    "titre de séjour",
    "permiso de residencia",
    "verblijfstitel",
    "cartão de cidadão",
    "cédula de identidad",
    "official travel document",
    "isikutunnistus",
    "personas apliecība",
    "asmens tapatybės kortelė",
    "border crosser",
];
/// Words of cards that prove no identity.
const OTHER_CARDS: &[&str] = &[
    "mastercard",
    "unionpay",
    "银联",
    "银行",
    "valid thru",
    "cardholder",
    "american express",
    "debit card",
    "credit card",
];

/// Everything that is known of a page before its kind.
#[derive(Clone, Copy, Debug)]
pub struct Cues<'a> {
    /// The upright page.
    pub pixels: &'a RgbImage,
    /// Lines as read, in pixels of `pixels`.
    pub lines: &'a [Line],
    /// The machine-readable zone, where one was read with some certainty.
    pub mrz: Option<&'a Reading>,
    /// The largest face, in pixels of `pixels`.
    pub face: Option<PageRect>,
}

/// Says what a page looks like; `None` when it does not look like a known document.
pub fn classify(cues: &Cues) -> Option<Seen> {
    let words = Words::new(cues);
    [by_prc(cues, &words), by_mrz(cues), by_words(&words)]
        .into_iter()
        .flatten()
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

fn seen(kind: DocumentKind, side: Side, confidence: f32) -> Option<Seen> {
    Some(Seen {
        kind,
        side,
        confidence: confidence.clamp(0.0, 1.0),
    })
}

/// What the printed words say.
struct Words {
    text: Vec<char>,
    /// Fields whose labels were read.
    fields: BTreeSet<Field>,
    /// Numbered entries of an EU driving licence (Directive 2006/126/EC, annex I).
    entries: BTreeSet<&'static str>,
    /// Heads and rows of the table on its back.
    table: LicenceTable,
    visa: bool,
    /// A line with fillers of a machine-readable zone, whether the zone could be read or not.
    fillers: bool,
    portrait: bool,
    id1: bool,
    td3: bool,
}

impl Words {
    fn new(cues: &Cues) -> Self {
        let text: Vec<char> = cues
            .lines
            .iter()
            .flat_map(|line| {
                let folded = fold(&line.text);
                // A mark between lines, so that no word is found across two of them.
                folded.chars().chain(['\n']).collect::<Vec<char>>()
            })
            .collect();
        let hits = cues.lines.iter().flat_map(|line| label_hits(&line.text));
        let fields = hits.filter_map(|hit| match hit.label {
            Label::Of(field) => Some(field),
            Label::Other => None,
        });
        let (width, height) = (cues.pixels.width() as f32, cues.pixels.height() as f32);
        let shape = |of: f32| (width / height.max(1.0) / of).ln().abs() < SAME_SHAPE;
        Self {
            text,
            fields: fields.collect(),
            entries: cues
                .lines
                .iter()
                .filter_map(|line| licence_entry(&line.text))
                .collect(),
            table: LicenceTable::of(cues.lines),
            visa: cues.lines.iter().any(|line| fold(&line.text) == "visa"),
            fillers: cues
                .lines
                .iter()
                .any(|line| line.text.matches('<').count() >= 2),
            portrait: cues
                .face
                .is_some_and(|face| face.width >= PORTRAIT_WIDTH * width),
            id1: shape(ID1),
            td3: shape(TD3),
        }
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| {
            let word: Vec<char> = fold(word).chars().collect();
            let most = if word.len() < 8 { 0 } else { word.len() / 7 };
            find_like(&self.text, &word, most).is_some()
        })
    }
}

/// Returns the number that opens a line of a driving licence: `1.`, `4a.`, ...
pub(crate) fn licence_entry(text: &str) -> Option<&'static str> {
    const ENTRIES: [&str; 11] = ["4a", "4b", "4c", "4d", "1", "2", "3", "5", "7", "8", "9"];
    let text = text.trim_start();
    ENTRIES.into_iter().find(|entry| {
        let rest = text
            .get(..entry.len())
            .filter(|head| head.eq_ignore_ascii_case(entry))
            .and_then(|_| text.get(entry.len()..));
        let lettered = entry.len() == 2;
        rest.is_some_and(|rest| {
            rest.starts_with('.')
                && !rest[1..].starts_with(|ch: char| ch.is_ascii_digit() && !lettered)
                || lettered && (rest.is_empty() || rest.starts_with(' '))
        })
    })
}

/// The table on the back of an EU driving licence: its columns have numbers for heads, its rows are categories of vehicles
/// (Directive 2006/126/EC, annex I).
#[derive(Clone, Copy, Debug, Default)]
struct LicenceTable {
    heads: usize,
    categories: usize,
}

impl LicenceTable {
    fn of(lines: &[Line]) -> Self {
        const HEADS: [&str; 4] = ["9.", "10.", "11.", "12."];
        const CATEGORIES: [&str; 16] = [
            "AM", "A1", "A2", "A", "B1", "B", "C1", "C", "D1", "D", "BE", "C1E", "CE", "D1E", "DE",
            "T",
        ];
        let words = || lines.iter().flat_map(|line| line.text.split_whitespace());
        // A row begins with its category; a letter elsewhere may be anything.
        let first = || {
            lines
                .iter()
                .filter_map(|line| line.text.split_whitespace().next())
        };
        let count = |known: &[&str], found: &mut dyn Iterator<Item = &str>| {
            let found: BTreeSet<&str> = found.filter(|word| known.contains(word)).collect();
            found.len()
        };
        Self {
            heads: count(&HEADS, &mut words()),
            categories: count(&CATEGORIES, &mut first()),
        }
    }

    /// Tells whether nothing but a licence has so much of it.
    fn is_one(self) -> bool {
        (self.heads >= 2 && self.categories >= 3) || self.categories >= 5
    }
}

fn by_prc(cues: &Cues, words: &Words) -> Option<Seen> {
    let (width, height) = (cues.pixels.width() as f32, cues.pixels.height() as f32);
    let front = prc_front::parse(cues.lines, width, height);
    let number = front.fields.get(&Field::DocumentNumber);
    let number = number.is_some_and(|piece| piece.text.len() == prc_front::NUMBER_LENGTH);
    let shape = if words.id1 { 0.1 } else { 0.0 };
    // Six labels; three of them, or two and a number, are on no other document.
    if front.labels >= 3 || (front.labels >= 2 && number) {
        let score = 0.4 + 0.08 * front.labels as f32 + if number { 0.1 } else { 0.0 } + shape;
        return seen(DocumentKind::PrcIdCard, Side::Front, score);
    }
    let back = prc_back::parse(cues.lines);
    let emblem = red_part(cues.pixels) > RED_PART;
    if back.labels >= 2 || (back.labels == 1 && emblem && back.fields.len() >= 2) {
        let score = 0.4 + 0.1 * back.labels as f32 + if emblem { 0.1 } else { 0.0 } + shape;
        return seen(DocumentKind::PrcIdCard, Side::Back, score);
    }
    None
}

/// Returns the part of the page's upper left sixth that is saturated red.
fn red_part(pixels: &RgbImage) -> f32 {
    let (width, height) = (pixels.width() / 3, pixels.height() / 2);
    let mut red = 0_u32;
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let [r, g, b] = pixels.get_pixel(x, y).0.map(i32::from);
            red += u32::from(r > g * 3 / 2 + 20 && r > b * 3 / 2 + 20);
        }
    }
    red as f32 / (width.div_ceil(2) * height.div_ceil(2)).max(1) as f32
}

fn by_mrz(cues: &Cues) -> Option<Seen> {
    let mrz = cues.mrz?;
    let (kind, side) = match mrz.format() {
        Format::Td3 => (DocumentKind::Passport, Side::Front),
        Format::Td1 => (DocumentKind::IdCardTd1, Side::Back),
        Format::Td2 | Format::FrenchId => (DocumentKind::IdCardTd2, Side::Front),
        Format::MrvA | Format::MrvB => (DocumentKind::Visa, Side::Front),
    };
    seen(kind, side, if mrz.valid() { 0.98 } else { 0.8 })
}

fn by_words(words: &Words) -> Option<Seen> {
    if words.any(OTHER_CARDS) {
        return None;
    }
    let labels = words.fields.len();
    let holder = [
        Field::Surname,
        Field::GivenNames,
        Field::Name,
        Field::BirthDate,
    ];
    let about_holder = words.portrait || holder.iter().any(|field| words.fields.contains(field));
    let side = if about_holder {
        Side::Front
    } else {
        Side::Back
    };
    let base = 0.3 + 0.05 * labels.min(6) as f32 + if words.portrait { 0.15 } else { 0.0 };
    let numbered =
        words.entries.len() >= 4 && (words.entries.contains("4a") || words.entries.contains("4b"));
    if (words.any(LICENCE) && (words.portrait || labels >= 2 || words.entries.len() >= 2))
        || numbered
    {
        let front = words.portrait || words.entries.contains("1") || words.entries.contains("2");
        let side = if front { Side::Front } else { side };
        return seen(DocumentKind::DrivingLicence, side, base + 0.2);
    }
    if words.table.is_one() && words.id1 && !words.portrait {
        let score = 0.4 + 0.05 * (words.table.heads + words.table.categories.min(6)) as f32;
        return seen(DocumentKind::DrivingLicence, Side::Back, score);
    }
    if words.any(IDENTITY) && (words.portrait || labels >= 2) {
        // A TD2 card carries its zone on the front; one without is a TD1 card seen at an angle.
        let kind = if words.td3 && words.fillers {
            DocumentKind::IdCardTd2
        } else {
            DocumentKind::IdCardTd1
        };
        return seen(kind, side, base + 0.15);
    }
    if words.visa && labels >= 2 {
        return seen(DocumentKind::Visa, Side::Front, base + 0.1);
    }
    if words.any(PASSPORT) && labels >= 3 {
        return seen(DocumentKind::Passport, Side::Front, base + 0.15);
    }
    // No word says what it is: labels and proportions must.
    match (words.id1, words.td3) {
        (true, _) if labels >= 3 => seen(DocumentKind::IdCardTd1, side, base),
        (_, true) if labels >= 4 => seen(DocumentKind::IdCardTd2, side, base),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::row::tests::line;

    fn judge(size: (u32, u32), texts: &[&str], face: bool) -> Option<(DocumentKind, Side)> {
        let pixels = RgbImage::from_pixel(size.0, size.1, image::Rgb([200; 3]));
        let lines: Vec<Line> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let top = 30.0 + at as f32 * 60.0;
                line(
                    text,
                    60.0,
                    top,
                    60.0 + 22.0 * text.chars().count() as f32,
                    top + 40.0,
                )
            })
            .collect();
        let portrait = PageRect {
            x: 700.0,
            y: 100.0,
            width: 150.0,
            height: 200.0,
        };
        let cues = Cues {
            pixels: &pixels,
            lines: &lines,
            mrz: None,
            face: face.then_some(portrait),
        };
        classify(&cues).map(|seen| (seen.kind, seen.side))
    }

    const CARD: (u32, u32) = (1000, 631);

    #[test]
    fn both_sides_of_a_prc_card_are_told_apart() {
        let front = ["姓名张三", "性别男民族汉", "出生1990年1月1日", "住址北京市"];
        let back = ["中华人民共和国", "居民身份证", "签发机关北京市公安局"];
        let prc = |side| Some((DocumentKind::PrcIdCard, side));
        assert_eq!(judge(CARD, &front, true), prc(Side::Front));
        assert_eq!(judge(CARD, &back, false), prc(Side::Back));
    }

    #[test]
    fn licences_are_known_by_words_or_numbered_entries() {
        let licence = Some((DocumentKind::DrivingLicence, Side::Front));
        assert_eq!(
            judge(CARD, &["PERMIS DE CONDUIRE", "1. MARTIN", "2. JEAN"], true),
            licence
        );
        let numbered = [
            "1. SMITH",
            "2. JOHN",
            "3. 01.02.1990",
            "4a. 01.01.2015",
            "5. AB123",
        ];
        assert_eq!(judge(CARD, &numbered, false), licence);
        let table = [
            "9.",
            "10.",
            "11.",
            "12.",
            "AM",
            "A1",
            "B 01.01.2015 01.01.2030",
            "C1",
        ];
        let back = Some((DocumentKind::DrivingLicence, Side::Back));
        assert_eq!(judge(CARD, &table, false), back);
        assert_eq!(
            judge(CARD, &table[..6], false),
            None,
            "too little of a table"
        );
        assert_eq!(judge((704, 1000), &table, false), None, "no card");
    }

    #[test]
    fn a_card_without_zone_is_known_by_words_labels_and_portrait() {
        let front = [
            "IDENTITY CARD",
            "Surname",
            "MARTIN",
            "Date of birth",
            "13 07 1990",
        ];
        let td1 = Some((DocumentKind::IdCardTd1, Side::Front));
        assert_eq!(judge(CARD, &front, true), td1);
    }

    #[test]
    fn prose_a_bank_card_and_a_passport_cover_are_no_documents() {
        let prose = [
            "The quick brown fox",
            "jumps over the lazy dog",
            "1. milk",
            "2. bread",
        ];
        assert_eq!(judge((1024, 800), &prose, false), None);
        assert_eq!(
            judge(
                CARD,
                &["world", "5412 7512 3412 3456", "Lee M. Cardholder"],
                false
            ),
            None
        );
        assert_eq!(
            judge((704, 1000), &["UNION EUROPEENNE", "PASSEPORT"], false),
            None
        );
        assert_eq!(judge(CARD, &[], true), None);
    }

    #[test]
    fn entries_are_numbers_with_a_dot_and_no_amounts() {
        assert_eq!(licence_entry("4a. 01.01.2015"), Some("4a"));
        assert_eq!(licence_entry("1.SMITH"), Some("1"));
        assert_eq!(licence_entry("1.50 EUR"), None);
        assert_eq!(licence_entry("12. ABC"), None);
    }
}
