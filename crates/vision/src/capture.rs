//! What a page measures before anything is sent: everything that needs no network for text.
//!
//! A *shot* is the picture that will be handed in, at full size; the stages are those of [`crate::layout::examine_page`] and
//! [`crate::face::examine`], so that the numbers are the server's. A *frame* of a running camera was scaled down, and is
//! measured in the time that a frame has. Evidence of frames comes back in the pixels of the camera's own picture.

use image::RgbImage;
use menshen_core::evidence::{FaceEvidence, PageEvidence, PageQuality};
use menshen_core::geometry::{Quad, Rect};

use crate::face::{self, FaceModels, Upright};
use crate::layout::{on_page, portrait_of, whole};
use crate::model::ModelError;
use crate::mrz;
use crate::page::{FoundPage, OUTLINE, Page, Survey, exposure, find_page, rectify};

/// A frame of a camera, scaled down.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Its pixels.
    pub pixels: &'a RgbImage,
    /// Pixels of the camera's picture that one of them is wide.
    pub scale: f32,
}

/// Returns the colours of pixels of four bytes (red, green, blue, alpha), rows from above; a camera's are opaque. `None` where
/// the bytes are not those of the size.
pub fn opaque(rgba: &[u8], width: u32, height: u32) -> Option<RgbImage> {
    let (pixels, rest) = rgba.as_chunks::<4>();
    let whole = rest.is_empty() && pixels.len() as u64 == u64::from(width) * u64::from(height);
    let colours = || pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    whole
        .then(colours)
        .and_then(|colours| RgbImage::from_raw(width, height, colours))
}

/// What a picture of a document shows without being read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapturedPage {
    /// Everything measured. No text, no kind, no traces of editing.
    pub evidence: PageEvidence,
    /// Long side over short of a document seen from straight above; `None` where it is seen aslant or not at all.
    pub ratio: Option<f32>,
    /// Bands of writing like those of a machine-readable zone were seen. Not looked for on frames.
    pub zone: bool,
}

/// Measures a photo of a document. The portrait is looked for where the face models are there.
pub fn page_shot(
    models: Option<&FaceModels>,
    photo: &RgbImage,
) -> Result<CapturedPage, ModelError> {
    let outline = find_page(photo);
    let found = outline.unwrap_or_else(|| whole(photo));
    let Some(page) = rectify(photo, &found.quad) else {
        return Ok(CapturedPage::sized(photo));
    };
    let portrait = match models {
        Some(models) => portrait_of_either_way(models, photo, &page)?,
        None => None,
    };
    let evidence = PageEvidence {
        size: [photo.width(), photo.height()],
        quad: outline.map(|found| found.quad),
        corners_visible: outline.map_or([false; 4], |found| found.corners_visible),
        quality: Survey::new(&page, photo).quality(),
        portrait,
        ..PageEvidence::default()
    };
    Ok(CapturedPage {
        evidence,
        ratio: ratio(&found),
        zone: mrz::has_bands(&page.pixels),
    })
}

/// Measures a frame of a document.
///
/// A camera's picture is not cropped along a document: where no outline is seen there is none, and only the light is
/// measured. The height of print and patterns of screens are not looked for.
pub fn page_frame(frame: Frame) -> CapturedPage {
    let Frame { pixels, scale } = frame;
    let outline = find_page(pixels).filter(|found| found.confidence >= OUTLINE);
    let page = outline.and_then(|found| Some((found, rectify(pixels, &found.quad)?)));
    let mut captured = CapturedPage::sized(pixels);
    match page {
        None => captured.evidence.quality = exposure(pixels),
        Some((found, page)) => {
            captured.evidence.quad = Some(found.quad);
            captured.evidence.corners_visible = found.corners_visible;
            captured.evidence.quality = Survey::new(&page, pixels).legibility();
            captured.ratio = ratio(&found);
        }
    }
    enlarge_page(&mut captured.evidence, scale);
    captured
}

/// Measures a frame of a person: the face that it is about, and others as far as they are seen at once.
pub fn face_frame(models: &FaceModels, frame: Frame) -> Result<FaceEvidence, ModelError> {
    let mut evidence = face::examine_frame(models, frame.pixels)?;
    enlarge_face(&mut evidence, frame.scale);
    Ok(evidence)
}

impl CapturedPage {
    fn sized(picture: &RgbImage) -> Self {
        let evidence = PageEvidence {
            size: [picture.width(), picture.height()],
            ..PageEvidence::default()
        };
        Self {
            evidence,
            ..Self::default()
        }
    }
}

/// Which way up a page lies is for the reader of its text to say: the portrait is looked for both ways.
fn portrait_of_either_way(
    models: &FaceModels,
    photo: &RgbImage,
    page: &Page,
) -> Result<Option<menshen_core::evidence::PortraitEvidence>, ModelError> {
    for turns in [0, 2] {
        let turned = page.rotated(turns);
        let Some(face) = face::find(models, &turned.pixels, Upright::Sure)? else {
            continue;
        };
        let face = on_page(&face.mesh.region(), turned.zoom);
        if let Some((_, evidence)) = portrait_of(models, photo, &turned, face)? {
            return Ok(Some(evidence));
        }
    }
    Ok(None)
}

/// Opposite sides of an outline that differ by more than this part show that the document is seen aslant, so that its
/// proportions are not those of the outline. At the distance of a hand 6 % are a tilt of 5 degrees.
const ASLANT: f32 = 0.06;

fn ratio(found: &FoundPage) -> Option<f32> {
    let seen = found.confidence >= OUTLINE && found.corners_visible.iter().all(|seen| *seen);
    let side = |a: usize, b: usize| length(&found.quad, a, b);
    let (level, upright) = ([side(0, 1), side(2, 3)], [side(1, 2), side(3, 0)]);
    let aslant = |[a, b]: [f32; 2]| (a - b).abs() > ASLANT * a.max(b);
    (seen && !aslant(level) && !aslant(upright)).then(|| {
        let (width, height) = (level[0] + level[1], upright[0] + upright[1]);
        width.max(height) / width.min(height).max(1.0)
    })
}

fn length(quad: &Quad, a: usize, b: usize) -> f32 {
    (quad[b].x - quad[a].x).hypot(quad[b].y - quad[a].y)
}

fn enlarge_page(evidence: &mut PageEvidence, scale: f32) {
    let PageQuality {
        glare_regions,
        shadow_region,
        covered_regions,
        page_width,
        ..
    } = &mut evidence.quality;
    let regions = glare_regions.iter_mut().chain(covered_regions);
    regions
        .chain(shadow_region)
        .for_each(|rect| enlarge(rect, scale));
    *page_width *= scale;
    for point in evidence.quad.iter_mut().flatten() {
        (point.x, point.y) = (point.x * scale, point.y * scale);
    }
    evidence.size = enlarged(evidence.size, scale);
}

fn enlarge_face(evidence: &mut FaceEvidence, scale: f32) {
    evidence.size = enlarged(evidence.size, scale);
    if let Some(face) = &mut evidence.largest {
        enlarge(&mut face.region, scale);
        face.eye_distance *= scale;
    }
}

fn enlarge(rect: &mut Rect, scale: f32) {
    for value in [&mut rect.x, &mut rect.y, &mut rect.width, &mut rect.height] {
        *value *= scale;
    }
}

fn enlarged(size: [u32; 2], scale: f32) -> [u32; 2] {
    size.map(|side| (side as f32 * scale).round() as u32)
}
