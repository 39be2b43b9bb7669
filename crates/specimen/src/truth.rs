//! What a specimen really says and how it was photographed, as JSON beside the pictures.

use std::collections::BTreeMap;

use menshen_core::geometry::{Quad, Rect};
use menshen_document::{DocumentKind, Field, Side};
use serde::Serialize;

use crate::camera::Shot;
use crate::facts::Facts;
use crate::page::Page;

/// Everything about one specimen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Always the mark's text: this file belongs to a SPECIMEN.
    pub specimen: &'static str,
    /// The seed that draws it again.
    pub seed: u64,
    /// The day it was drawn for.
    pub today: jiff::civil::Date,
    /// Kind of document.
    pub kind: DocumentKind,
    /// Issuing state as an ICAO code.
    pub country: &'static str,
    /// Contradictions drawn on purpose.
    pub contradictions: Vec<String>,
    /// Each drawn side.
    pub sides: Vec<SideTruth>,
    /// What an honest holder types.
    pub claims: ClaimsOut,
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideTruth {
    /// File name beside the truth.
    pub file: String,
    /// The side that it shows.
    pub side: Side,
    /// Width and height of the picture in pixels.
    pub size: [u32; 2],
    /// Corners of the page (of the sharp rectangle, where the card's own corners are round); they may
    /// lie outside the picture.
    pub quad: Quad,
    /// Text by field.
    pub fields: BTreeMap<Field, FieldTruth>,
    /// The machine-readable zone.
    pub mrz: Option<MrzTruth>,
    /// The printed portrait.
    pub portrait: Option<Placed>,
    /// What was done to the picture, in the order of application.
    pub degradations: Vec<DegradationTruth>,
}

/// Where something stands in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// Its corners: top left, top right, bottom right, bottom left as one reads the page.
    pub quad: Quad,
    /// The upright rectangle around them.
    #[serde(rename = "box")]
    pub region: Rect,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldTruth {
    /// The value as evidence carries it.
    pub value: String,
    /// The letters on the page; lines are separated by a line break.
    pub printed: String,
    /// Where.
    #[serde(flatten)]
    pub placed: Placed,
}

/// The machine-readable zone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MrzTruth {
    /// Its lines.
    pub lines: Vec<String>,
    /// Where.
    #[serde(flatten)]
    pub placed: Placed,
}

/// One degradation with its strength in the units of the command line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DegradationTruth {
    /// Its name.
    pub name: &'static str,
    /// Its value as written.
    pub value: String,
}

/// A ready `claims.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimsOut {
    /// Kind of document.
    pub document: DocumentKind,
    /// Issuing state as an ICAO code.
    pub country: &'static str,
    /// Name as printed in Chinese, or given names and surname.
    pub name: String,
    /// Day of birth, `YYYY-MM-DD`.
    pub birth_date: jiff::civil::Date,
    /// `M` or `F`.
    pub sex: &'static str,
    /// Nationality as an ICAO code.
    pub nationality: &'static str,
    /// Country of birth, which our documents do not print.
    pub birth_country: Option<&'static str>,
    /// Number as printed.
    pub number: String,
}

impl ClaimsOut {
    /// Returns what an honest holder of this document types.
    pub fn of(facts: &Facts) -> Self {
        Self {
            document: facts.kind,
            country: facts.country(),
            name: facts.name.clone(),
            birth_date: facts.birth,
            sex: facts.sex.letter(),
            nationality: facts.country(),
            birth_country: None,
            number: facts.number.clone(),
        }
    }
}

/// Returns where everything of a page stands in its shot.
pub fn side(
    page: &Page,
    shot: &Shot,
    side: Side,
    file: String,
    degradations: Vec<DegradationTruth>,
) -> SideTruth {
    let (width, height) = shot.pixels.dimensions();
    let fields = page.fields.iter().map(|(field, printed)| {
        let truth = FieldTruth {
            value: printed.value.clone(),
            printed: printed.printed.clone(),
            placed: place(shot, printed.region),
        };
        (*field, truth)
    });
    SideTruth {
        file,
        side,
        size: [width, height],
        quad: shot.quad,
        fields: fields.collect(),
        mrz: page.mrz.as_ref().map(|(lines, region)| MrzTruth {
            lines: lines.clone(),
            placed: place(shot, *region),
        }),
        portrait: page.portrait.map(|region| place(shot, region)),
        degradations,
    }
}

fn place(shot: &Shot, region: Rect) -> Placed {
    Placed {
        quad: shot.quad_of(region),
        region: shot.bounds(region),
    }
}
