//! Reading machine-readable zones from pixels.
//!
//! Classic image processing finds bands of dense dark writing; the text detector is asked only
//! where that fails. Each line is read at least twice, cut and scaled differently: what both looks
//! agree on, with every check digit right, is *certain*.

mod alphabet;
mod band;
mod group;
mod line;
mod zone;

use image::RgbImage;
use menshen_core::evidence::MrzEvidence;
use menshen_core::geometry::{Point, Quad, Rect};
use menshen_document::mrz::Reading;

use crate::model::ModelError;
use crate::parallel;
use crate::text::boxes::{TiltedRect, convex_hull, smallest_rectangle};
use crate::text::{TextBox, TextReader, extract_sized, mean_height, mean_width};
use alphabet::Alphabet;
use line::LineReading;
use zone::{Looks, ZoneReading, assemble};

/// Longest side of the detector's input when the bands gave nothing, in pixels: 0.3 s on two cores,
/// and 44 characters across it are still 14 pixels apart.
const DETECTOR_SIDE: u32 = 672;
/// Groups of lines read in one picture at most: a page of text must not cost much more than a zone.
const MAX_GROUPS: usize = 4;
/// Lengths of lines in zones.
const LENGTHS: [usize; 3] = [30, 36, 44];
/// A first look may be off by this many glyphs and still belong to a length.
const LENGTH_SLACK: usize = 4;
/// Lines longer than this many heights are looked for by the detector.
const DETECTED_ASPECT: f32 = 7.0;

/// How a line is cut: margin above and below, at both ends (in capitals' heights), and stretch along
/// the line. The first two are the independent looks; the others are tried when the number of
/// glyphs does not come out.
const CUTS: [(f32, f32, f32); 4] = [
    (0.65, 0.9, 1.0),
    (0.42, 0.5, 0.84),
    (0.5, 1.1, 1.2),
    (0.28, 0.3, 1.0),
];

/// Glyphs that a line of a zone without fillers has on a first look.
const PROMISING: std::ops::RangeInclusive<usize> = 27..=47;

/// A zone read from a picture.
#[derive(Clone, Debug)]
pub struct MrzRead {
    /// Lines, format and check digits.
    pub reading: Reading,
    /// For each line the confidence of each character, 0..=1.
    pub confidences: Vec<Vec<f32>>,
    /// The reader stands by every character: all check digits agree, two looks at every line gave
    /// the same with high confidence, and the characters are large enough.
    pub certain: bool,
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
pub fn read_mrz(reader: &TextReader, photo: &RgbImage) -> Result<Option<MrzRead>, ModelError> {
    let gray = image::imageops::grayscale(photo);
    let look = Look::new(reader, photo);
    let mut best = None;
    for side in band::SIDES {
        let lines = band::find_lines(&gray, side);
        if look.read_lines(&lines, &mut best)? {
            return Ok(best);
        }
    }
    let boxes = reader.detect(photo, DETECTOR_SIDE)?;
    look.read_lines(&long_boxes(&boxes), &mut best)?;
    Ok(best)
}

/// Tells whether a picture shows bands of writing that can be a zone, without reading them. Prose in even lines can look so,
/// and a zone in bad light may not.
pub fn has_bands(photo: &RgbImage) -> bool {
    let gray = image::imageops::grayscale(photo);
    let lines = band::find_lines(&gray, band::SIDES[0]);
    !group::groups(&lines).is_empty()
}

/// As [`read_mrz`], for a caller who has run the text detector on the picture already.
pub fn read_mrz_in(
    reader: &TextReader,
    photo: &RgbImage,
    boxes: &[TextBox],
) -> Result<Option<MrzRead>, ModelError> {
    let mut best = None;
    Look::new(reader, photo).read_lines(&long_boxes(boxes), &mut best)?;
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
    reader: &'a TextReader,
    photo: &'a RgbImage,
    alphabet: Alphabet,
}

impl<'a> Look<'a> {
    fn new(reader: &'a TextReader, photo: &'a RgbImage) -> Self {
        Self {
            reader,
            photo,
            alphabet: Alphabet::new(reader.charset()),
        }
    }

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
        let Some(first) = self.first_looks(&lines)? else {
            return Ok(None);
        };
        let (lines, first) = self.upright(lines, first)?;
        let Some((length, range)) = choose(&first) else {
            return Ok(None);
        };
        let lines = &lines[range.clone()];
        let looks = self.look_again(lines, &first[range], length)?;
        let mut heights: Vec<f32> = lines.iter().map(|line| line.short).collect();
        heights.sort_by(f32::total_cmp);
        let char_height = heights[heights.len() / 2];
        let zone = assemble(&looks, char_height);
        Ok(zone.map(|zone| found(zone, lines, char_height)))
    }

    /// Takes the first look at all lines; `None` when the two lowest look like ordinary text, which
    /// has neither fillers, whichever way up, nor the pitch of a zone.
    fn first_looks(&self, lines: &[TiltedRect]) -> Result<Option<Vec<LineReading>>, ModelError> {
        let mut lowest = Vec::new();
        for line in lines.iter().rev().take(2) {
            lowest.push(self.look(line, CUTS[0])?);
            if lowest.last().is_some_and(is_promising) {
                lowest.reverse();
                let rest = &lines[..lines.len() - lowest.len()];
                let mut looks = self.look_at(rest, CUTS[0])?;
                looks.append(&mut lowest);
                return Ok(Some(looks));
            }
        }
        Ok(None)
    }

    /// Turns the lines over if they stand on their heads.
    fn upright(
        &self,
        lines: Vec<TiltedRect>,
        first: Vec<LineReading>,
    ) -> Result<(Vec<TiltedRect>, Vec<LineReading>), ModelError> {
        let forward: usize = first.iter().map(LineReading::fillers).sum();
        let backward: usize = first.iter().map(|line| line.turned).sum();
        if forward > backward {
            return Ok((lines, first));
        }
        let over: Vec<TiltedRect> = lines.iter().rev().map(group::turned).collect();
        let second = self.look_at(&over, CUTS[0])?;
        let sum = |looks: &[LineReading]| looks.iter().map(LineReading::confidence).sum::<f32>();
        if backward > 0 || sum(&second) > sum(&first) {
            Ok((over, second))
        } else {
            Ok((lines, first))
        }
    }

    /// Looks at each line until two looks have exactly `length` glyphs, or the cuts are used up.
    fn look_again(
        &self,
        lines: &[TiltedRect],
        first: &[LineReading],
        length: usize,
    ) -> Result<Vec<Looks>, ModelError> {
        let look = |(line, first): (&TiltedRect, &LineReading)| {
            let mut looks = Looks::default();
            looks.add(first.clone(), length);
            for cut in &CUTS[1..] {
                if looks.whole.len() >= 2 {
                    break;
                }
                looks.add(self.look(line, *cut)?, length);
            }
            Ok(looks)
        };
        parallel::map(lines.iter().zip(first), look)
            .into_iter()
            .collect()
    }

    fn look_at(
        &self,
        lines: &[TiltedRect],
        cut: (f32, f32, f32),
    ) -> Result<Vec<LineReading>, ModelError> {
        parallel::map(lines.iter(), |line| self.look(line, cut))
            .into_iter()
            .collect()
    }

    fn look(&self, line: &TiltedRect, cut: (f32, f32, f32)) -> Result<LineReading, ModelError> {
        const HEIGHT: u32 = 48;
        const WIDEST: f32 = 2000.0;
        let (across, along, stretch) = cut;
        let quad = group::corners(line, across, along);
        let aspect = mean_width(&quad) / mean_height(&quad).max(1.0);
        let width = (HEIGHT as f32 * aspect * stretch).clamp(8.0, WIDEST) as u32;
        match extract_sized(self.photo, &quad, width, HEIGHT) {
            Some(strip) => {
                let reading = self.reader.probabilities(&strip)?;
                Ok(LineReading::new(&self.alphabet, &reading))
            }
            None => Ok(LineReading::default()),
        }
    }
}

impl Looks {
    fn add(&mut self, look: LineReading, length: usize) {
        if look.glyphs.len() == length && look.is_regular() {
            self.whole.push(look);
        } else if let Some(fitted) = look.fitted(length) {
            self.fitted.push(fitted);
        }
    }
}

fn is_promising(look: &LineReading) -> bool {
    look.fillers() + look.turned >= 2 || PROMISING.contains(&look.glyphs.len()) && look.is_regular()
}

/// Chooses the length that fits best and the lines that have it: three of 30, two of 36 or 44.
fn choose(first: &[LineReading]) -> Option<(usize, std::ops::Range<usize>)> {
    let mut best: Option<(usize, usize, std::ops::Range<usize>)> = None;
    for length in LENGTHS {
        let n_lines = if length == 30 { 3 } else { 2 };
        for start in 0..(first.len() + 1).saturating_sub(n_lines) {
            let range = start..start + n_lines;
            let off = |line: &LineReading| line.glyphs.len().abs_diff(length);
            let worst = first[range.clone()].iter().map(off).max()?;
            let fillers: usize = first[range.clone()].iter().map(|l| l.fillers()).sum();
            if worst > LENGTH_SLACK || fillers == 0 {
                continue;
            }
            let total = first[range.clone()].iter().map(off).sum::<usize>();
            // Of equally good sets the lowest: a zone is the last thing on a page.
            if best.as_ref().is_none_or(|(old, ..)| total <= *old) {
                best = Some((total, length, range));
            }
        }
    }
    best.map(|(_, length, range)| (length, range))
}

fn found(zone: ZoneReading, lines: &[TiltedRect], char_height: f32) -> MrzRead {
    let corners: Vec<Quad> = lines.iter().map(|l| group::corners(l, 0.0, 0.0)).collect();
    let (first, last) = (corners[0], corners[corners.len() - 1]);
    MrzRead {
        reading: zone.reading,
        confidences: zone.confidences,
        certain: zone.certain,
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
