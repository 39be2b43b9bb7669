//! Reading machine-readable zones from pixels.
//!
//! Classic image processing finds bands of dense dark writing, in any direction and tilted by fifteen degrees. A small network of our own
//! says along each line which character is how likely where. What stands at each place follows from all of it together: the number of
//! places of a format, what each of them admits, and every check digit. Where another text explains pixels and check digits nearly as
//! well, the reading is not *certain*: it is never repaired into one.

mod alphabet;
mod band;
mod group;
mod joint;
mod places;
mod reader;
mod zone;

use image::RgbImage;
use menshen_core::evidence::MrzEvidence;
use menshen_core::geometry::{Point, Quad, Rect};
use menshen_document::mrz::Reading;

pub use self::reader::{NETWORK, ZoneReader};
use crate::model::ModelError;
use crate::parallel;
use crate::text::boxes::{TiltedRect, convex_hull, smallest_rectangle};
use crate::text::{TextBox, extract_sized, mean_height, mean_width};
use places::Step;
use zone::{ZoneReading, assemble};

/// Groups of lines read in one picture at most: a page of text must not cost much more than a zone.
const MAX_GROUPS: usize = 4;
/// Lines longer than this many heights are looked for among a detector's boxes.
const DETECTED_ASPECT: f32 = 7.0;
/// How a line is cut: margin above and below and at both ends, in heights of the capitals. As in training, in the middle of its range.
const MARGIN: f32 = 0.42;
const ENDS: f32 = 0.9;

/// A zone read from a picture.
#[derive(Clone, Debug)]
pub struct MrzRead {
    /// Lines, format and check digits.
    pub reading: Reading,
    /// For each line the confidence of each character, 0..=1.
    pub confidences: Vec<Vec<f32>>,
    /// The reader stands by every character: all check digits agree as the pixels say, no other text does that is nearly as
    /// probable, each character is sure, and they are large enough.
    pub certain: bool,
    /// How much less probable every other text is whose check digits agree (natural logarithm, 9.2 at most); 0 where none agree.
    pub margin: f32,
    /// Height of the capitals in pixels of the picture.
    pub char_height: f32,
    /// Corners of the zone in the order of reading.
    pub quad: Quad,
    /// By how much its text is turned clockwise against upright: 0, 90, 180 or 270 degrees.
    pub rotation: u16,
}

impl MrzRead {
    /// Returns the axis-parallel box around the zone, in pixels of the picture.
    pub fn region(&self) -> Rect {
        let (xs, ys) = (self.quad.map(|p| p.x), self.quad.map(|p| p.y));
        let least = |v: [f32; 4]| v.into_iter().fold(f32::MAX, f32::min);
        let most = |v: [f32; 4]| v.into_iter().fold(f32::MIN, f32::max);
        Rect {
            x: least(xs),
            y: least(ys),
            width: most(xs) - least(xs),
            height: most(ys) - least(ys),
        }
    }

    /// Returns the mean confidence of all characters, 0..=1.
    pub fn confidence(&self) -> f32 {
        let all = self.confidences.iter().flatten();
        all.clone().sum::<f32>() / all.count().max(1) as f32
    }

    /// Returns what `core` keeps of it.
    pub fn evidence(&self) -> MrzEvidence {
        MrzEvidence {
            lines: self.reading.lines().to_vec(),
            confidence: self.confidence(),
            certain: self.certain,
            char_height: self.char_height,
            region: self.region(),
        }
    }
}

/// Reads the zone of a picture in whichever of the four directions it stands, tilted by up to about
/// 15 degrees. `None` when there is none.
pub fn read_mrz(reader: &ZoneReader, photo: &RgbImage) -> Result<Option<MrzRead>, ModelError> {
    let look = Look { reader, photo };
    let mut best = None;
    for search in &band::SEARCHES {
        let lines = band::find_lines(photo, search);
        if look.read_lines(&lines, &mut best)? {
            break;
        }
    }
    Ok(best)
}

/// Tells whether a picture shows bands of writing that can be a zone, without reading them. Prose in even lines can look so,
/// and a zone in bad light may not.
pub fn has_bands(photo: &RgbImage) -> bool {
    let lines = band::find_lines(photo, &band::SEARCHES[0]);
    !group::groups(&lines).is_empty()
}

/// As [`read_mrz`], for a caller who has run a text detector on the picture already.
pub fn read_mrz_in(
    reader: &ZoneReader,
    photo: &RgbImage,
    boxes: &[TextBox],
) -> Result<Option<MrzRead>, ModelError> {
    let mut best = None;
    Look { reader, photo }.read_lines(&long_boxes(boxes), &mut best)?;
    Ok(best)
}

fn long_boxes(boxes: &[TextBox]) -> Vec<TiltedRect> {
    boxes
        .iter()
        .filter(|found| {
            let (width, height) = (mean_width(&found.corners), mean_height(&found.corners));
            width.max(height) >= DETECTED_ASPECT * width.min(height)
        })
        .filter_map(|found| smallest_rectangle(&convex_hull(&found.corners)))
        .collect()
}

/// What stays the same while one picture is read.
struct Look<'a> {
    reader: &'a ZoneReader,
    photo: &'a RgbImage,
}

impl Look<'_> {
    /// Reads groups of lines until one has valid check digits; tells whether one had. `best` keeps
    /// the best reading so far.
    fn read_lines(
        &self,
        lines: &[TiltedRect],
        best: &mut Option<MrzRead>,
    ) -> Result<bool, ModelError> {
        for group in group::groups(lines).into_iter().take(MAX_GROUPS) {
            let Some(found) = self.read_group(&group)? else {
                continue;
            };
            let valid = found.reading.valid();
            let better = |old: &MrzRead| found.confidence() > old.confidence();
            if valid || best.as_ref().is_none_or(better) {
                *best = Some(found);
            }
            if valid {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read_group(&self, group: &[TiltedRect]) -> Result<Option<MrzRead>, ModelError> {
        let lines: Vec<TiltedRect> = group
            .iter()
            .filter_map(|line| group::refine(self.photo, line))
            .collect();
        let upright = self.read_as(&lines)?;
        if upright
            .as_ref()
            .is_some_and(|(zone, _)| zone.reading.valid())
        {
            return Ok(upright.map(|(zone, height)| found(zone, &lines, height)));
        }
        let over: Vec<TiltedRect> = lines.iter().rev().map(group::turned).collect();
        let turned = self.read_as(&over)?;
        let likelihood = |read: &Option<(ZoneReading, f32)>| {
            read.as_ref().map_or(f32::MIN, |(zone, _)| zone.likelihood)
        };
        let (read, lines) = match likelihood(&turned) > likelihood(&upright) {
            true => (turned, over),
            false => (upright, lines),
        };
        Ok(read.map(|(zone, height)| found(zone, &lines, height)))
    }

    /// Reads lines in the direction in which they are given; returns the height of their capitals, too.
    fn read_as(&self, lines: &[TiltedRect]) -> Result<Option<(ZoneReading, f32)>, ModelError> {
        let steps: Vec<Vec<Step>> = parallel::map(lines.iter(), |line| self.look(line))
            .into_iter()
            .collect::<Result<_, _>>()?;
        let mut heights: Vec<f32> = lines.iter().map(|line| line.short).collect();
        heights.sort_by(f32::total_cmp);
        let Some(height) = heights.get(heights.len() / 2).copied() else {
            return Ok(None);
        };
        Ok(assemble(&steps, height).map(|zone| (zone, height)))
    }

    fn look(&self, line: &TiltedRect) -> Result<Vec<Step>, ModelError> {
        let quad = group::corners(line, MARGIN, ENDS);
        let aspect = mean_width(&quad) / mean_height(&quad).max(1.0);
        let width = (reader::HEIGHT as f32 * aspect).clamp(1.0, reader::WIDEST as f32) as u32;
        match extract_sized(self.photo, &quad, width, reader::HEIGHT) {
            Some(strip) => self.reader.read(&strip),
            None => Ok(Vec::new()),
        }
    }
}

fn found(zone: ZoneReading, lines: &[TiltedRect], char_height: f32) -> MrzRead {
    let lines = &lines[zone.lines.clone()];
    let corners: Vec<Quad> = lines.iter().map(|l| group::corners(l, 0.0, 0.0)).collect();
    let (first, last) = (corners[0], corners[corners.len() - 1]);
    MrzRead {
        reading: zone.reading,
        confidences: zone.confidences,
        certain: zone.certain,
        margin: zone.margin,
        char_height,
        quad: [first[0], first[1], last[2], last[3]],
        rotation: rotation(lines[0].along),
    }
}

fn rotation(along: Point) -> u16 {
    let quarters = (along.y.atan2(along.x) / std::f32::consts::FRAC_PI_2).round() as i32;
    (quarters.rem_euclid(4) * 90) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rotation_is_the_clockwise_turn_of_the_text() {
        let cases = [
            ((1.0, 0.2), 0),
            ((0.1, 1.0), 90),
            ((-1.0, 0.0), 180),
            ((0.0, -1.0), 270),
        ];
        for ((x, y), degrees) in cases {
            assert_eq!(rotation(Point { x, y }), degrees);
        }
    }
}
