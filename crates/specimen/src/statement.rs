//! A photo of a person who holds up a sheet with a dictated text, marked SPECIMEN, with its truth.
//!
//! The sheet carries the mark of every drawn page; the writing is a font's, led by an unsteady hand. It is easier to read
//! than most people's and harder than print: what is measured on it is a bound from above.

use std::path::{Path, PathBuf};

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use menshen_core::Locale;
use menshen_core::geometry::{Quad, Rect};
use menshen_core::statement::{Nonce, Statement};
use serde::Serialize;

use crate::camera::{self, Hold, Shot};
use crate::degrade::{self, Degradation};
use crate::error::SpecimenError;
use crate::fonts::{Fonts, Typeface};
use crate::hand::Hand;
use crate::holder;
use crate::mark;
use crate::page::Page;
use crate::people;
use crate::rng::{Rng, mix};
use crate::truth::DegradationTruth;

/// A sheet of A5, lying.
const SHEET: [f32; 2] = [210.0, 148.0];
/// Margin left and right, in millimetres.
const MARGIN: f32 = 14.0;
/// Largest and smallest height of an em in millimetres.
const EM: [f32; 2] = [13.0, 6.0];
/// Distance of baselines in ems.
const LINE: f32 = 1.5;
/// Inks: blue, black, dark blue.
const INKS: [[u8; 3]; 3] = [[32, 52, 140], [28, 28, 34], [20, 30, 90]];

/// What to draw.
#[derive(Clone, Debug)]
pub struct StatementRequest<'a> {
    /// What the sheet says.
    pub statement: &'a Statement,
    /// Chooses hand, ink, paper and how the sheet is held.
    pub seed: u64,
    /// The picture of the person.
    pub portrait: &'a RgbImage,
    /// The face's box in that picture; without it the middle is taken for it.
    pub face: Option<Rect>,
    /// Degradations of the photograph; `rotate` and `perspective` move the sheet alone.
    pub degradations: &'a [Degradation],
}

/// A drawn statement.
#[derive(Clone, Debug)]
pub struct DrawnStatement {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// What it shows.
    pub truth: StatementTruth,
    /// What the sheet says, as `menshen statement --text` takes it.
    pub statement: Statement,
}

/// What a drawn statement shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatementTruth {
    /// Always the mark's text: this file belongs to a SPECIMEN.
    pub specimen: &'static str,
    /// The seed that draws it again.
    pub seed: u64,
    /// File name beside the truth.
    pub file: &'static str,
    /// Width and height of the picture in pixels.
    pub size: [u32; 2],
    /// The lines as they stand on the sheet, top to bottom.
    pub lines: Vec<String>,
    /// Corners of the sheet in the picture.
    pub sheet: Quad,
    /// The face's box in the picture, before degradations.
    pub face: Rect,
    /// What was done to the picture, in the order of application.
    pub degradations: Vec<DegradationTruth>,
}

/// Returns a statement of an invented person, for a seed and a day.
///
/// # Errors
/// A name that no sheet can hold, which no list of ours has.
pub fn invent(
    locale: Locale,
    seed: u64,
    today: jiff::civil::Date,
) -> Result<Statement, SpecimenError> {
    let mut rng = Rng::new(seed, 211);
    let name = match locale {
        Locale::ZhCn => {
            let given = match rng.below(2) {
                0 => rng.pick(&people::HAN_MALE),
                _ => rng.pick(&people::HAN_FEMALE),
            };
            format!("{}{given}", rng.pick(&people::HAN_SURNAMES))
        }
        Locale::En => {
            let given = match rng.below(2) {
                0 => rng.pick(&people::LATIN_MALE),
                _ => rng.pick(&people::LATIN_FEMALE),
            };
            format!("{given} {}", rng.pick(&people::LATIN_SURNAMES))
        }
    };
    let nonce = Nonce::of_random(mix(seed ^ 0x57A7_E3E7));
    Ok(Statement::new(
        locale,
        &name,
        "Utopia Exchange",
        today,
        nonce,
    )?)
}

/// Draws the photograph.
///
/// # Errors
/// See [`SpecimenError`]; a face outside the portrait among others.
pub fn draw_statement(
    fonts: &Fonts,
    request: &StatementRequest<'_>,
) -> Result<DrawnStatement, SpecimenError> {
    let list = request.degradations;
    let mut page = sheet(fonts, request.statement, request.seed)?;
    let lines = page.1;
    degrade::degrade_page(&mut page.0.pixels, list);
    let (person, face) = holder::stand(request.portrait, request.face)?;
    let mut shot = camera::hold(person, &page.0, &how(request.seed, list)?);
    holder::thumbs(&mut shot, face);
    degrade::sensor(&mut shot.pixels, request.seed);
    degrade::degrade_shot(&mut shot, list, [0.5; 2], request.seed ^ 0x5EED);
    let jpeg = encode(&shot, list)?;
    Ok(DrawnStatement {
        truth: StatementTruth {
            specimen: mark::TEXT,
            seed: request.seed,
            file: FILE,
            size: [shot.pixels.width(), shot.pixels.height()],
            lines,
            sheet: shot.quad,
            face,
            degradations: list.iter().map(Degradation::truth).collect(),
        },
        jpeg,
        statement: request.statement.clone(),
    })
}

const FILE: &str = "statement.jpg";

fn encode(shot: &Shot, list: &[Degradation]) -> Result<Vec<u8>, SpecimenError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, degrade::jpeg_quality(list))
        .encode_image(&shot.pixels)
        .map_err(SpecimenError::Encode)?;
    Ok(jpeg)
}

/// Returns how the sheet is held: a little askew, never quite before the middle.
fn how(seed: u64, list: &[Degradation]) -> Result<Hold, SpecimenError> {
    let mut rng = Rng::new(seed, 212);
    let mut hold = Hold {
        rotate: rng.between(-3.0, 3.0),
        perspective: rng.between(0.0, 0.05),
        width: rng.between(0.74, 0.84),
        centre: [rng.between(0.48, 0.52), rng.between(0.70, 0.73)],
    };
    for step in list {
        match step {
            Degradation::Rotate(degrees) => hold.rotate += degrees,
            Degradation::Perspective(strength) => hold.perspective += strength * 0.5,
            Degradation::Crop(_)
            | Degradation::Scan(_)
            | Degradation::EditPortrait(_)
            | Degradation::EditField(_) => {
                return Err(SpecimenError::StatementCannot(step.name()));
            }
            _ => {}
        }
    }
    Ok(hold)
}

/// Returns the sheet with its writing, and the lines as they stand on it.
fn sheet(
    fonts: &Fonts,
    statement: &Statement,
    seed: u64,
) -> Result<(Page, Vec<String>), SpecimenError> {
    let mut rng = Rng::new(seed, 213);
    let white = rng.between(238.0, 250.0) as u8;
    let mut page = Page::new(SHEET, 0.8, [white, white, white.saturating_sub(4)]);
    if rng.below(2) == 0 {
        let mut y = 20.0;
        while y < SHEET[1] - 8.0 {
            page.fill([0.0, y, SHEET[0], 0.35], [150, 180, 215], 0.55);
            y += 11.0;
        }
    }
    let texts = statement.lines();
    let whole = texts.concat();
    let face = match fonts.latin.covers(&whole) {
        true => &fonts.latin,
        false => &fonts.han,
    };
    let (em, lines) = fit(face, &texts);
    let hand = Hand {
        face,
        em,
        ink: *rng.pick(&INKS),
        slant: rng.between(0.0, 0.22),
    };
    let height = lines.len() as f32 * LINE * em;
    let top = (SHEET[1] - height) / 2.0;
    for (n, line) in lines.iter().enumerate() {
        let at = [
            MARGIN + rng.between(0.0, 5.0),
            top + em + n as f32 * LINE * em,
        ];
        hand.write(&mut page, at, line, &mut rng);
    }
    // The mark crosses the writing as it crosses a portrait: paler, or a detector takes its letters for a part of the lines.
    let scale = page.scale();
    page.portrait = Some(Rect {
        x: 0.0,
        y: 8.0 * scale,
        width: SHEET[0] * scale,
        height: (SHEET[1] - 16.0) * scale,
    });
    mark::stamp(&mut page, fonts);
    Ok((page, lines))
}

/// Returns the largest writing that fits on the sheet, and its lines.
fn fit(face: &Typeface, texts: &[String; 4]) -> (f32, Vec<String>) {
    let [mut em, least] = EM;
    loop {
        let lines: Vec<String> = texts.iter().flat_map(|text| wrap(face, em, text)).collect();
        let height = lines.len() as f32 * LINE * em;
        if height <= SHEET[1] - 12.0 || em <= least {
            return (em, lines);
        }
        em -= 0.5;
    }
}

/// Breaks a text where the sheet ends, between words or Han characters.
fn wrap(face: &Typeface, em: f32, text: &str) -> Vec<String> {
    // A hand writes wider than the font by up to a twentieth.
    let room = (SHEET[0] - 2.0 * MARGIN - 6.0) / 1.07;
    let hand = Hand {
        face,
        em,
        ink: [0; 3],
        slant: 0.0,
    };
    let mut lines = vec![String::new()];
    for word in words(text) {
        let last = lines.last_mut().expect("there is always a line");
        let longer = format!("{last}{word}");
        if hand.width(longer.trim_end()) <= room || last.is_empty() {
            *last = longer;
        } else {
            lines.push(word.trim_start().to_owned());
        }
    }
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

/// Cuts a text after spaces and after each Han character.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for ch in text.chars() {
        words.last_mut().expect("never empty").push(ch);
        if ch == ' ' || !ch.is_ascii() && !ch.is_lowercase() && !ch.is_uppercase() {
            words.push(String::new());
        }
    }
    words
}

impl DrawnStatement {
    /// Writes the photograph, `truth.json` and `statement.json` into a folder, which is made when it is not there;
    /// returns the files written.
    ///
    /// # Errors
    /// [`SpecimenError::Write`] names the file.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, SpecimenError> {
        let files = [
            (FILE, self.jpeg.clone()),
            ("truth.json", serde_json::to_vec_pretty(&self.truth)?),
            (
                "statement.json",
                serde_json::to_vec_pretty(&self.statement)?,
            ),
        ];
        crate::write_files(folder, files)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::civil::date;

    use super::*;
    use crate::cartoon;

    static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
        Fonts::load(None).expect("the Debian font packages that the README installs")
    });

    fn drawn(locale: Locale, seed: u64, degrade: &str) -> Result<DrawnStatement, SpecimenError> {
        let portrait = cartoon::face();
        let degradations = Degradation::parse_list(degrade).expect("a good list");
        let statement = invent(locale, seed, date(2026, 11, 26)).expect("a statement");
        let request = StatementRequest {
            statement: &statement,
            seed,
            portrait: &portrait,
            face: None,
            degradations: &degradations,
        };
        draw_statement(&FONTS, &request)
    }

    #[test]
    fn the_same_seed_draws_the_same_photograph_and_another_one_another() {
        let a = drawn(Locale::ZhCn, 3, "").expect("drawn");
        assert_eq!(a.jpeg, drawn(Locale::ZhCn, 3, "").expect("drawn").jpeg);
        let b = drawn(Locale::ZhCn, 4, "").expect("drawn");
        assert_ne!(a.statement.nonce(), b.statement.nonce());
        assert_ne!(a.jpeg, b.jpeg);
    }

    #[test]
    fn the_sheet_carries_the_whole_text_and_lies_in_the_picture() {
        for (locale, seed) in [(Locale::En, 1), (Locale::En, 2), (Locale::ZhCn, 3)] {
            let drawn = drawn(locale, seed, "rotate=12,perspective=0.3").expect("drawn");
            let spaceless = |text: String| text.replace(' ', "");
            let wanted = spaceless(drawn.statement.lines().concat());
            assert_eq!(spaceless(drawn.truth.lines.concat()), wanted);
            let [width, height] = drawn.truth.size.map(|side| side as f32);
            for corner in drawn.truth.sheet {
                assert!((0.0..width).contains(&corner.x) && (0.0..height).contains(&corner.y));
            }
        }
    }

    #[test]
    fn the_mark_reddens_the_sheet() {
        let drawn = drawn(Locale::En, 1, "").expect("drawn");
        let pixels = image::load_from_memory(&drawn.jpeg)
            .expect("our own JPEG")
            .into_rgb8();
        let reddish = pixels.enumerate_pixels().filter(|(_, y, pixel)| {
            let [r, g, b] = pixel.0.map(i32::from);
            *y > 800 && r > 200 && r - g > 18 && r - b > 10
        });
        // The band of large letters crosses the sheet: some hundredths of the picture.
        assert!(reddish.count() > 20_000);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for list in ["crop=edge", "scan=0.5", "edit-portrait=60", "edit-field=60"] {
            assert!(matches!(
                drawn(Locale::En, 1, list),
                Err(SpecimenError::StatementCannot(_))
            ));
        }
        let statement = invent(Locale::En, 1, date(2026, 11, 26)).expect("a statement");
        let tiny = RgbImage::new(40, 40);
        let request = StatementRequest {
            statement: &statement,
            seed: 1,
            portrait: &tiny,
            face: None,
            degradations: &[],
        };
        let refused = draw_statement(&FONTS, &request);
        assert!(matches!(
            refused,
            Err(SpecimenError::PortraitTooSmall { .. })
        ));
    }
}
