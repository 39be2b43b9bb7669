//! Evidence of people who do not exist, drawn by code: each base case is approved as it stands.

use jiff::civil::{Date, date};
use menshen_core::card::{
    Calibration, ColourOrder, Grade, Input, Layout, Metric, ModelCard, ModelCards, Role,
};
use menshen_core::evidence::*;
use menshen_core::geometry::{Point, Rect};
use menshen_core::{Claims, Decision, Evidence, Policy, decide};
use menshen_document::mrz::Sex;
use menshen_document::{DocumentKind, Field, Side, prc_id};

/// The day on which every test judges.
pub const TODAY: Date = date(2026, 11, 22);

/// A verification with everything that judges it.
#[derive(Clone)]
pub struct Case {
    pub policy: Policy,
    pub claims: Claims,
    pub evidence: Evidence,
    pub cards: ModelCards,
    pub today: Date,
}

impl Case {
    pub fn decide(&self) -> Decision {
        decide(
            &self.policy,
            &self.claims,
            &self.evidence,
            &self.cards,
            self.today,
        )
    }

    pub fn front(&mut self) -> &mut PageEvidence {
        self.evidence.front.as_mut().expect("the case has a front")
    }

    pub fn back(&mut self) -> &mut PageEvidence {
        self.evidence.back.as_mut().expect("the case has a back")
    }

    pub fn field(&mut self, field: Field) -> &mut FieldEvidence {
        let evidence = &mut self.evidence;
        let pages = [&mut evidence.front, &mut evidence.back];
        pages
            .into_iter()
            .flatten()
            .find_map(|page| page.fields.get_mut(&field))
            .expect("the case has the field")
    }

    pub fn face(&mut self) -> &mut FaceMeasures {
        let selfie = self
            .evidence
            .selfie
            .as_mut()
            .expect("the case has a selfie");
        selfie.largest.as_mut().expect("the selfie has a face")
    }

    pub fn liveness(&mut self) -> &mut LivenessEvidence {
        self.evidence.liveness.get_or_insert_with(good_liveness)
    }

    pub fn score(&mut self, score: f32) {
        self.evidence
            .face_match
            .as_mut()
            .expect("the case has a comparison")
            .score = score;
    }
}

/// Returns a resident number of Beijing Chaoyang with its check character.
pub fn resident_number(birth: &str, running: &str) -> String {
    let digits = format!("110105{birth}{running}");
    let check = prc_id::check_character(&digits).expect("seventeen digits");
    format!("{digits}{check}")
}

pub fn prc_card() -> Case {
    let number = resident_number("19900131", "001");
    let front = fields(&[
        (Field::Name, "张伟"),
        (Field::Sex, "M"),
        (Field::Ethnicity, "汉"),
        (Field::BirthDate, "1990-01-31"),
        (Field::Address, "北京市朝阳区样本路1号"),
        (Field::DocumentNumber, &number),
    ]);
    let back = fields(&[
        (Field::Authority, "北京市公安局朝阳分局"),
        (Field::ValidFrom, "2018-05-06"),
        (Field::ValidUntil, "2038-05-06"),
    ]);
    Case {
        policy: Policy::default(),
        claims: Claims {
            document: DocumentKind::PrcIdCard,
            country: "CHN".to_owned(),
            name: "张伟".to_owned(),
            birth_date: date(1990, 1, 31),
            sex: Some(Sex::Male),
            nationality: Some("CHN".to_owned()),
            birth_country: None,
            number,
            purpose: None,
            first: None,
        },
        evidence: Evidence {
            front: Some(page(DocumentKind::PrcIdCard, Side::Front, front, None)),
            back: Some(page(DocumentKind::PrcIdCard, Side::Back, back, None)),
            ..person()
        },
        cards: [embedder(Grade::Production)].into_iter().collect(),
        today: TODAY,
    }
}

/// The specimen of ICAO Doc 9303-4, judged while it was valid.
pub fn passport() -> Case {
    let lines = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ];
    let printed = fields(&[
        (Field::Surname, "ERIKSSON"),
        (Field::GivenNames, "ANNA MARIA"),
        (Field::DocumentNumber, "L898902C3"),
    ]);
    Case {
        claims: Claims {
            document: DocumentKind::Passport,
            country: "UTO".to_owned(),
            name: "Eriksson Anna Maria".to_owned(),
            birth_date: date(1974, 8, 12),
            sex: Some(Sex::Female),
            nationality: Some("UTO".to_owned()),
            number: "L898902C3".to_owned(),
            ..prc_card().claims
        },
        evidence: Evidence {
            front: Some(page(
                DocumentKind::Passport,
                Side::Front,
                printed,
                Some(zone(&lines)),
            )),
            ..person()
        },
        today: date(2011, 1, 1),
        ..prc_card()
    }
}

/// The specimen of ICAO Doc 9303-5 with a front that prints the same.
pub fn td1() -> Case {
    let lines = [
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ];
    let printed = fields(&[(Field::DocumentNumber, "D23145890")]);
    let kind = DocumentKind::IdCardTd1;
    let passport = passport();
    Case {
        claims: Claims {
            document: kind,
            number: "D23145890".to_owned(),
            ..passport.claims.clone()
        },
        evidence: Evidence {
            front: Some(page(kind, Side::Front, printed, None)),
            back: Some(page(kind, Side::Back, fields(&[]), Some(zone(&lines)))),
            ..person()
        },
        ..passport
    }
}

pub fn zone(lines: &[&str]) -> MrzEvidence {
    MrzEvidence {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        confidence: 0.98,
        certain: true,
        char_height: 20.0,
        region: rect(100.0, 600.0, 900.0, 100.0),
    }
}

pub fn embedder(grade: Grade) -> ModelCard {
    ModelCard {
        name: "embedder".to_owned(),
        role: Role::FaceEmbedding,
        input: Input {
            width: 112,
            height: 112,
            colour: ColourOrder::Rgb,
            layout: Layout::Nchw,
            mean: [0.0; 3],
            scale: [1.0; 3],
        },
        crop_scale: None,
        alignment: None,
        metric: Some(Metric::Cosine),
        mirror: true,
        output: "vector of 128".to_owned(),
        grade,
        calibration: Some(Calibration {
            dataset: "drawn for tests".to_owned(),
            genuine_pairs: 1_000,
            impostor_pairs: 100_000,
            fmr_1e2: 0.27,
            fmr_1e3: 0.37,
            fmr_1e4: 0.46,
            fnmr: None,
            scores_95: None,
        }),
        comparison: None,
    }
}

fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

fn fields(values: &[(Field, &str)]) -> Vec<(Field, FieldEvidence)> {
    let read = |(row, (field, value)): (usize, &(Field, &str))| {
        let evidence = FieldEvidence {
            value: (*value).to_owned(),
            confidence: 0.97,
            region: rect(300.0, 100.0 + 60.0 * row as f32, 400.0, 40.0),
            glare: 0.0,
            blur: Some(0.8),
        };
        (*field, evidence)
    };
    values.iter().enumerate().map(read).collect()
}

fn page(
    kind: DocumentKind,
    side: Side,
    fields: Vec<(Field, FieldEvidence)>,
    mrz: Option<MrzEvidence>,
) -> PageEvidence {
    let corner = |x, y| Point { x, y };
    PageEvidence {
        size: [1600, 1200],
        quad: Some([
            corner(100.0, 80.0),
            corner(1100.0, 80.0),
            corner(1100.0, 710.0),
            corner(100.0, 710.0),
        ]),
        corners_visible: [true; 4],
        seen: Some(Seen {
            kind,
            side,
            confidence: 0.95,
        }),
        quality: PageQuality {
            blur: Some(0.7),
            brightness: 0.65,
            contrast: 0.6,
            shadow: 0.1,
            chroma: 0.12,
            text_height: Some(24.0),
            page_width: 1000.0,
            ..PageQuality::default()
        },
        fields: fields.into_iter().collect(),
        mrz,
        portrait: (side == Side::Front).then(|| PortraitEvidence {
            region: rect(750.0, 200.0, 160.0, 200.0),
            eye_distance: 70.0,
            sharpness: 0.5,
        }),
        ..PageEvidence::default()
    }
}

fn person() -> Evidence {
    let quality = FaceQuality {
        sharpness: 0.5,
        brightness: 0.55,
        contrast: 0.5,
        face_height: 0.45,
        inside: 1.0,
        ..FaceQuality::default()
    };
    Evidence {
        selfie: Some(FaceEvidence {
            unreadable: None,
            size: [960, 1280],
            faces: 1,
            largest: Some(FaceMeasures {
                region: rect(300.0, 350.0, 380.0, 500.0),
                score: 0.97,
                eyes_open: [0.3, 0.31],
                mouth_open: 0.02,
                eye_distance: 160.0,
                quality,
                ..FaceMeasures::default()
            }),
        }),
        face_match: Some(FaceMatch {
            model: "embedder".to_owned(),
            score: 0.7,
        }),
        ..Evidence::default()
    }
}

pub fn good_liveness() -> LivenessEvidence {
    let event = |action, start: f32| ActionEvent {
        action,
        start,
        end: start + 0.5,
    };
    LivenessEvidence {
        frames: 60,
        one_face: 60,
        events: vec![event(Action::Blink, 1.0), event(Action::Nod, 3.0)],
        continuity: Some(0.6),
        continuity_model: Some("embedder".to_owned()),
        frozen: 0.1,
        spoof: Some(0.05),
        best_frame: Some(10),
        ..LivenessEvidence::default()
    }
}

/// A change of an approved case.
pub type Change = fn(&mut Case);
/// What the case shows, its base, the change, and the reasons as `code@step`.
pub type Row = (&'static str, fn() -> Case, Change, &'static [&'static str]);

/// Returns the reasons as `code@step`.
pub fn reasons_of(case: &Case) -> Vec<String> {
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

/// Changes each base case and compares the reasons.
pub fn check(rows: &[Row]) {
    for (what, base, change, expected) in rows {
        let mut case = base();
        change(&mut case);
        assert_eq!(reasons_of(&case), *expected, "{what}");
    }
}
