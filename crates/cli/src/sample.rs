//! The sample of a first run: a drawn card with one photo of a person, another photo as the selfie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use menshen_core::Claims;
use menshen_document::DocumentKind;
use menshen_engine::FaceEngine;
use menshen_specimen::{Fonts, Request};

use crate::context::Context;
use crate::evidence::Files;
use crate::input;

/// Photographs that the face package carries; the person stands in both.
const PORTRAIT: (&str, [f32; 2]) = ("sample1.jpg", [1557.0, 334.0]);
const SELFIE: (&str, [f32; 2]) = ("sample3.jpg", [1186.0, 372.0]);
/// Another person, to try what happens with the wrong selfie.
const OTHER: (&str, [f32; 2]) = ("sample3.jpg", [690.0, 460.0]);

/// The drawn person, always the same one.
const SEED: u64 = 1;

/// Returns the folder of the drawn person.
pub fn folder(context: &Context) -> PathBuf {
    context.models_dir.join("samples").join("drawn")
}

/// Draws the sample into a folder beside the models; returns what to verify.
pub fn draw(
    context: &Context,
    engine: &FaceEngine,
    today: Date,
) -> anyhow::Result<(Claims, Files)> {
    let photos = context.models_dir.join("samples");
    let folder = folder(context);
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;

    let (portrait, face, roll) = person(engine, &photos, PORTRAIT)?;
    let portrait = menshen_specimen::upright(&portrait.pixels, face, roll);
    let fonts = Fonts::load(context.fonts_dir.as_deref())?;
    let request = Request {
        kind: DocumentKind::PrcIdCard,
        seed: SEED,
        today,
        portrait: &portrait,
        face: Some(face),
        contradictions: &[],
        degradations: &[],
    };
    menshen_specimen::draw(&fonts, &request)?.write(&folder)?;

    for (file, who) in [("selfie.jpg", SELFIE), ("other.jpg", OTHER)] {
        let (photo, face, _) = person(engine, &photos, who)?;
        let path = folder.join(file);
        fs::write(&path, menshen_specimen::selfie(&photo.pixels, face)?)
            .with_context(|| format!("write {}", path.display()))?;
    }

    if !context.json {
        anstream::eprintln!("drawn in {}", folder.display());
    }
    let claims = Claims::from_json(&input::read_text(&folder.join("claims.json"))?)?;
    let files = Files {
        front: Some(folder.join("front.jpg")),
        back: Some(folder.join("back.jpg")),
        selfie: Some(folder.join("selfie.jpg")),
        ..Files::default()
    };
    Ok((claims, files))
}

/// Returns the photo, the box of the face nearest to a known point, and its lean in degrees.
fn person(
    engine: &FaceEngine,
    photos: &Path,
    (file, [x, y]): (&str, [f32; 2]),
) -> anyhow::Result<(menshen_vision::Photo, menshen_core::geometry::Rect, f32)> {
    let path = photos.join(file);
    let Ok(photo) = input::read_photo(&path) else {
        bail!(
            "no sample photograph {}; run `menshen models pull`",
            path.display()
        );
    };
    let far = |face: &menshen_core::geometry::Rect| {
        (face.x + face.width / 2.0 - x).hypot(face.y + face.height / 2.0 - y)
    };
    let faces = engine.faces(&photo)?;
    let nearest = faces
        .into_iter()
        .min_by(|a, b| far(&a.region).total_cmp(&far(&b.region)));
    let face = nearest.with_context(|| format!("no face in {}", path.display()))?;
    Ok((photo, face.region, face.pose.roll))
}
