//! Draws fictitious SPECIMEN documents with truth beside them, and degrades them at known strength.
//!
//! # Why a drawing cannot serve as a forgery
//! - **The mark is part of the drawing.** [`draw`] is the only way to a picture, and it stamps
//!   "SPECIMEN 样本" in letters a seventh of the page wide, from corner to corner, across text and
//!   portrait, with small print along two edges. No option, kind or degradation leaves it out, and
//!   a test finds it in the pixels of every drawn side.
//! - **Nothing imitates a state.** Travel documents are those of Utopia (UTO, the code that ICAO Doc
//!   9303 sets aside for examples). The card with the field positions of a PRC identity card has no
//!   emblem, no Great Wall, other colours, an invented heading and an invented office. Grounds are
//!   plain sine waves, seals are rings and rays.
//! - **No number is anybody's.** PRC numbers use the sequence codes 996-999, which GB 11643-1989 kept
//!   for centenarians, with a birth date in our lifetime; streets and offices do not exist.
//! - **The result is a small photograph** of a page 1,600 pixels wide on a drawn desk, not a print file.
//!
//! The crate reads neither clock nor environment: day, seed and font folder are arguments, and the same
//! arguments give the same bytes.

pub mod attack;
mod camera;
#[cfg(test)]
mod cartoon;
mod contradiction;
mod degrade;
mod error;
mod facts;
mod fonts;
mod hand;
mod holder;
mod ladder;
mod layout;
mod mark;
mod mrz;
mod number;
mod page;
mod people;
mod portrait;
pub mod resident;
mod rng;
mod selfie;
mod set;
mod statement;
#[cfg(test)]
mod tests;
mod truth;
mod zones;

use std::path::{Path, PathBuf};

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use jiff::civil::Date;
use menshen_core::geometry::Rect;
use menshen_document::{DocumentKind, Field, Side};

pub use contradiction::Contradiction;
pub use degrade::{Crop, Degradation, PrintedPortrait};
pub use error::SpecimenError;
pub use fonts::Fonts;
pub use ladder::{Grade, LADDERS, Ladder, limits_table};
pub use selfie::{selfie, upright};
pub use set::{Planned, plan};
pub use statement::{
    DrawnStatement, StatementRequest, StatementTruth, draw_statement, invent as invent_statement,
};
pub use truth::{ClaimsOut, DegradationTruth, FieldTruth, MrzTruth, Placed, SideTruth, Truth};
pub use zones::{DrawnZone, draw_zone, plan_zones};

use camera::{Bed, Camera, Shot};
use degrade::{Edit, Part};
use facts::Facts;
use layout::Sources;
use mrz::Zone;
use page::Page;

/// What to draw.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Kind of document.
    pub kind: DocumentKind,
    /// Chooses person, number, dates, desk and the way the camera is held.
    pub seed: u64,
    /// The day relative to which dates are chosen.
    pub today: Date,
    /// The picture that becomes the portrait.
    pub portrait: &'a RgbImage,
    /// The face's box in that picture; without it the picture's middle is printed.
    pub face: Option<Rect>,
    /// Contradictions to draw.
    pub contradictions: &'a [Contradiction],
    /// Degradations of every side's photograph, as [`Degradation::parse_list`] gives them.
    pub degradations: &'a [Degradation],
}

/// A drawn document: photographs and truth.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// One photograph a side.
    pub sides: Vec<DrawnSide>,
    /// What they really say.
    pub truth: Truth,
}

/// One photograph.
#[derive(Clone, Debug)]
pub struct DrawnSide {
    /// The side that it shows.
    pub side: Side,
    /// File name, `front.jpg` or `back.jpg`.
    pub file: &'static str,
    /// The JPEG file.
    pub jpeg: Vec<u8>,
}

/// Draws, photographs and degrades every side of a document.
///
/// # Errors
/// See [`SpecimenError`]; a face outside the portrait and an impossible contradiction among others.
pub fn draw(fonts: &Fonts, request: &Request<'_>) -> Result<Specimen, SpecimenError> {
    let facts = Facts::choose(
        request.kind,
        request.seed,
        request.today,
        request.contradictions,
    )?;
    let zone = Zone::of(&facts, request.contradictions)?;
    let sources = Sources {
        fonts,
        facts: &facts,
        picture: request.portrait,
        face: request.face,
        zone,
    };
    let mut specimen = Specimen {
        sides: Vec::new(),
        truth: Truth {
            specimen: mark::TEXT,
            seed: request.seed,
            today: request.today,
            kind: request.kind,
            country: facts.country(),
            contradictions: request
                .contradictions
                .iter()
                .map(ToString::to_string)
                .collect(),
            sides: Vec::new(),
            claims: ClaimsOut::of(&facts),
        },
    };
    let pages = layout::draw(&sources)?;
    let others = match Edit::all(request.degradations).next() {
        Some(_) => other(fonts, request)?,
        None => Vec::new(),
    };
    let sides: Vec<Side> = pages.iter().map(|(side, _)| *side).collect();
    for (slot, shown) in Contradiction::photographed(request.contradictions, &sides) {
        let of = |pages: &[(Side, Page)]| {
            let page = pages.iter().find(|(side, _)| *side == shown);
            page.map(|(_, page)| page.clone())
        };
        let Some(page) = of(&pages) else { continue };
        let (drawn, truth) = shoot(page, of(&others), slot, shown, request)?;
        specimen.sides.push(drawn);
        specimen.truth.sides.push(truth);
    }
    Ok(specimen)
}

/// Draws the document of somebody else, of which a forger takes parts: another person's data, the portrait mirrored.
fn other(fonts: &Fonts, request: &Request<'_>) -> Result<Vec<(Side, Page)>, SpecimenError> {
    let facts = Facts::choose(request.kind, !request.seed, request.today, &[])?;
    let mirrored = image::imageops::flip_horizontal(request.portrait);
    let face = request.face.map(|face| Rect {
        x: mirrored.width() as f32 - face.x - face.width,
        ..face
    });
    layout::draw(&Sources {
        fonts,
        facts: &facts,
        picture: &mirrored,
        face,
        zone: Zone::of(&facts, &[])?,
    })
}

/// Photographs a page for a slot; `other` is the same side of the document that edits take from.
fn shoot(
    mut page: Page,
    other: Option<Page>,
    slot: Side,
    shown: Side,
    request: &Request<'_>,
) -> Result<(DrawnSide, SideTruth), SpecimenError> {
    let seed = request.seed.wrapping_mul(2).wrapping_add(slot as u64);
    let list = request.degradations;
    degrade::degrade_page(&mut page.pixels, list);
    let mut camera = Camera {
        rotate: 0.0,
        perspective: 0.0,
        crop: None,
        bed: Bed::default(),
        seed,
    };
    degrade::degrade_camera(&mut camera, list);
    let mut shot = camera::photograph(&page, &camera);
    degrade::sensor(&mut shot.pixels, seed);
    degrade::degrade_shot(&mut shot, list, page.text_centre(), seed ^ 0x5EED);
    let edited = match other {
        Some(other) => edit(&mut shot, &mut page, other, &camera, request)?,
        None => Vec::new(),
    };
    let file = match slot {
        Side::Front => "front.jpg",
        Side::Back => "back.jpg",
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, degrade::jpeg_quality(list))
        .encode_image(&shot.pixels)
        .map_err(SpecimenError::Encode)?;
    let done = |step: &&Degradation| match step {
        Degradation::EditPortrait(_) => edited.contains(&Part::Portrait),
        Degradation::EditField(_) => edited.contains(&Part::Field),
        _ => true,
    };
    let steps = list.iter().filter(done).map(Degradation::truth).collect();
    let truth = truth::side(&page, &shot, shown, file.to_owned(), steps);
    let side = DrawnSide {
        side: shown,
        file,
        jpeg,
    };
    Ok((side, truth))
}

/// Puts parts of a photograph of another document into this one, as far as this side has them; returns which.
fn edit(
    shot: &mut Shot,
    page: &mut Page,
    other: Page,
    camera: &Camera,
    request: &Request<'_>,
) -> Result<Vec<Part>, SpecimenError> {
    /// Fields that are worth changing, of which the first that a side prints is changed.
    const WORTH: [Field; 4] = [
        Field::DocumentNumber,
        Field::BirthDate,
        Field::ValidUntil,
        Field::Authority,
    ];
    let mut taken = camera::photograph(&other, camera);
    degrade::sensor(&mut taken.pixels, camera.seed ^ 0x07E8);
    degrade::degrade_shot(
        &mut taken,
        request.degradations,
        other.text_centre(),
        camera.seed ^ 0x0DD5,
    );
    let mut done = Vec::new();
    for Edit { part, quality } in Edit::all(request.degradations) {
        let area = match part {
            Part::Portrait => page.portrait,
            Part::Field => {
                let field = WORTH.iter().find(|field| {
                    page.fields.contains_key(field) && other.fields.contains_key(field)
                });
                field.map(|field| {
                    let (own, new) = (page.fields[field].region, other.fields[field].clone());
                    let area = page::grown(page::union(own, new.region), own.height * 0.4);
                    page.fields.insert(*field, new);
                    area
                })
            }
        };
        let Some(area) = area else { continue };
        let area = shot.bounds(area);
        degrade::splice(&mut shot.pixels, &taken.pixels, area, quality)?;
        done.push(part);
    }
    Ok(done)
}

impl Specimen {
    /// Writes the photographs, `truth.json` and `claims.json` into a folder, which is made when it is
    /// not there; returns the files written.
    ///
    /// # Errors
    /// [`SpecimenError::Write`] names the file.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, SpecimenError> {
        let mut files: Vec<(&str, Vec<u8>)> = self
            .sides
            .iter()
            .map(|side| (side.file, side.jpeg.clone()))
            .collect();
        files.push(("truth.json", serde_json::to_vec_pretty(&self.truth)?));
        files.push((
            "claims.json",
            serde_json::to_vec_pretty(&self.truth.claims)?,
        ));
        write_files(folder, files)
    }
}

/// Writes files into a folder, which is made when it is not there; returns their paths.
fn write_files<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, Vec<u8>)>,
) -> Result<Vec<PathBuf>, SpecimenError> {
    std::fs::create_dir_all(folder).map_err(|source| SpecimenError::Write {
        path: folder.to_path_buf(),
        source,
    })?;
    let written = files.into_iter().map(|(name, bytes)| {
        let path = folder.join(name);
        match std::fs::write(&path, bytes) {
            Ok(()) => Ok(path),
            Err(source) => Err(SpecimenError::Write { path, source }),
        }
    });
    written.collect()
}
