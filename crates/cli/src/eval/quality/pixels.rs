//! What the pixels of a drawn page show, with the reading taken from the truth: so that a verdict on quality is measured apart
//! from the reader of text, in an eighth of the time.

use menshen_core::evidence::{FieldEvidence, MrzEvidence, PageEvidence, PortraitEvidence, Seen};
use menshen_core::geometry::{Point, Quad, Rect};
use menshen_document::DocumentKind;
use menshen_engine::Original;
use menshen_vision::capture::page_shot;
use menshen_vision::model::ModelError;
use menshen_vision::page::{Page, Survey, find_page, rectify};
use menshen_vision::traces;

use crate::eval::truth::SideTruth;

/// Millimetres between the lines of a machine-readable zone, and between its characters (ICAO Doc 9303-3).
const LINE: f32 = 6.35;
const PITCH: f32 = 2.54;

/// Measures a photograph; kind, text, zone and portrait are those of the truth where an outline was found, none elsewhere.
pub fn measure(
    original: &Original,
    kind: DocumentKind,
    truth: &SideTruth,
) -> Result<PageEvidence, ModelError> {
    let photo = &original.photo.pixels;
    let found = find_page(photo).and_then(|found| Some((found, rectify(photo, &found.quad)?)));
    let Some((found, page)) = found else {
        let mut evidence = page_shot(None, photo)?.evidence;
        evidence.traces = traces::read(&original.bytes, photo);
        return Ok(evidence);
    };
    let page = page.rotated(quarter_turns(&found.quad, &truth.quad));
    let survey = Survey::new(&page, photo);
    Ok(PageEvidence {
        size: [photo.width(), photo.height()],
        quad: Some(found.quad),
        corners_visible: found.corners_visible,
        seen: Some(Seen {
            kind,
            side: truth.side,
            confidence: 1.0,
        }),
        quality: survey.quality(),
        fields: (truth.fields.iter())
            .map(|(field, text)| (*field, read(&text.value, text.region, &page, &survey)))
            .collect(),
        mrz: truth.mrz.as_ref().map(|zone| MrzEvidence {
            lines: zone.lines.clone(),
            confidence: 1.0,
            certain: true,
            char_height: char_height(&zone.lines, &zone.quad),
            region: zone.region,
        }),
        portrait: truth.portrait.as_ref().map(|portrait| PortraitEvidence {
            region: portrait.region,
            // As on a printed portrait: the eyes are a quarter of its width apart.
            eye_distance: 0.25 * portrait.region.width,
            sharpness: 1.0,
        }),
        traces: traces::read(&original.bytes, photo),
        ..PageEvidence::default()
    })
}

fn read(value: &str, region: Rect, page: &Page, survey: &Survey) -> FieldEvidence {
    let place = page.to_page_rect(region);
    FieldEvidence {
        value: value.to_owned(),
        confidence: 1.0,
        region,
        glare: place.map_or(0.0, |place| survey.glare_in(place)),
        blur: place.and_then(|place| survey.blur_of(place)),
    }
}

/// Height of the zone's characters in pixels: what is left of the zone beside the steps between its lines.
fn char_height(lines: &[String], quad: &Quad) -> f32 {
    let side = |a: usize, b: usize| (quad[b].x - quad[a].x).hypot(quad[b].y - quad[a].y);
    let longest = lines.iter().map(String::len).max().unwrap_or(1);
    let scale = side(0, 1) / (longest as f32 * PITCH);
    side(0, 3) - lines.len().saturating_sub(1) as f32 * LINE * scale
}

/// How many quarter turns bring an outline, found anyhow, to stand as the true one does.
fn quarter_turns(found: &Quad, truth: &Quad) -> u32 {
    let far = |turns: &u32| {
        let at = |k: usize| found[(k + 4 - *turns as usize) % 4];
        let apart = |k: usize| {
            let Point { x, y } = at(k);
            (x - truth[k].x).hypot(y - truth[k].y)
        };
        (0..4).map(apart).sum::<f32>()
    };
    (0..4).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners(points: [(f32, f32); 4]) -> Quad {
        points.map(|(x, y)| Point { x, y })
    }

    #[test]
    fn an_outline_is_turned_until_its_corners_are_the_true_ones() {
        let truth = corners([(0.0, 0.0), (90.0, 0.0), (90.0, 60.0), (0.0, 60.0)]);
        for turns in 0..4 {
            let found: Quad = std::array::from_fn(|k| truth[(k + turns) % 4]);
            assert_eq!(quarter_turns(&found, &truth), turns as u32);
        }
    }

    #[test]
    fn the_height_of_characters_is_that_of_the_zone_without_its_steps() {
        let lines = vec!["A".repeat(44); 2];
        let (width, height) = (44.0 * PITCH * 10.0, LINE * 10.0 + 28.0);
        let quad = corners([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]);
        assert!((char_height(&lines, &quad) - 28.0).abs() < 0.1);
    }
}
