//! Lines of text on a page as rows of characters that know where they stand.

use menshen_core::geometry::Point;

use super::area::Area;
use super::labels::is_han;
use crate::text::Line;

/// Two boxes share a row when this part of the lower one's height lies beside the other.
const SHARED_HEIGHT: f32 = 0.5;

/// A character on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glyph {
    pub ch: char,
    /// The recogniser's probability, 0..=1.
    pub confidence: f32,
    pub area: Area,
}

/// Characters that stand side by side, left to right; a space parts what the detector parted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub glyphs: Vec<Glyph>,
}

/// A stretch of text with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Piece {
    pub text: String,
    /// Mean over the characters, 0..=1.
    pub confidence: f32,
    pub area: Area,
}

impl Row {
    /// Places the characters of one line.
    pub fn new(line: &Line) -> Self {
        let glyphs = line.chars.iter().map(|read| Glyph {
            ch: read.ch,
            confidence: read.confidence,
            area: glyph_area(line, read.ch, read.x),
        });
        Self {
            glyphs: glyphs.collect(),
        }
    }

    pub fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.ch).collect()
    }

    /// Returns the smallest area around all characters.
    pub fn area(&self) -> Area {
        area_of(&self.glyphs)
    }

    /// Returns the characters `start..end` (clamped) without spaces around them.
    pub fn piece(&self, start: usize, end: usize) -> Piece {
        let end = end.min(self.glyphs.len());
        let mut part = &self.glyphs[start.min(end)..end];
        while let [first, rest @ ..] = part
            && first.ch == ' '
        {
            part = rest;
        }
        while let [rest @ .., last] = part
            && last.ch == ' '
        {
            part = rest;
        }
        piece_of(part)
    }

    /// Returns the characters for which `keep` holds, as one piece.
    pub fn kept(&self, start: usize, end: usize, keep: impl Fn(char) -> bool) -> Piece {
        let end = end.min(self.glyphs.len());
        let part: Vec<Glyph> = self.glyphs[start.min(end)..end]
            .iter()
            .filter(|glyph| keep(glyph.ch))
            .copied()
            .collect();
        piece_of(&part)
    }
}

impl Piece {
    /// Joins two stretches of one field, without a space between them.
    pub fn followed_by(self, next: Piece) -> Piece {
        if next.text.is_empty() {
            return self;
        }
        if self.text.is_empty() {
            return next;
        }
        let (a, b) = (self.text.chars().count(), next.text.chars().count());
        Piece {
            confidence: (self.confidence * a as f32 + next.confidence * b as f32) / (a + b) as f32,
            area: self.area.joined(&next.area),
            text: self.text + &next.text,
        }
    }
}

fn piece_of(glyphs: &[Glyph]) -> Piece {
    let read: Vec<f32> = glyphs
        .iter()
        .filter(|glyph| glyph.ch != ' ')
        .map(|glyph| glyph.confidence)
        .collect();
    Piece {
        text: glyphs.iter().map(|glyph| glyph.ch).collect(),
        confidence: read.iter().sum::<f32>() / read.len().max(1) as f32,
        area: area_of(glyphs),
    }
}

fn area_of(glyphs: &[Glyph]) -> Area {
    let mut areas = glyphs.iter().map(|glyph| glyph.area);
    let first = areas.next().unwrap_or_default();
    areas.fold(first, |all, area| all.joined(&area))
}

fn glyph_area(line: &Line, ch: char, x: f32) -> Area {
    let [a, b, c, d] = line.corners;
    let between = |from: Point, to: Point| Point {
        x: from.x + (to.x - from.x) * x,
        y: from.y + (to.y - from.y) * x,
    };
    let (top, bottom) = (between(a, b), between(d, c));
    let height = (bottom.y - top.y).abs();
    // The detector's boxes are about 1.3 times as high as a Han character, which is square.
    let half = height * if is_han(ch) { 0.38 } else { 0.22 };
    let middle = (top.x + bottom.x) / 2.0;
    let edge = Area::around(&line.corners);
    Area {
        left: (middle - half).max(edge.left),
        top: top.y.min(bottom.y),
        right: (middle + half).min(edge.right),
        bottom: top.y.max(bottom.y),
    }
}

/// Joins lines that stand side by side, top to bottom.
pub(crate) fn rows(lines: &[&Line]) -> Vec<Row> {
    let mut parts: Vec<(Area, &Line)> = lines
        .iter()
        .map(|line| (Area::around(&line.corners), *line))
        .collect();
    parts.sort_by(|a, b| a.0.middle().y.total_cmp(&b.0.middle().y));
    let mut groups: Vec<Vec<(Area, &Line)>> = Vec::new();
    for (area, line) in parts {
        let place = groups.iter_mut().rev().take(3).find(|group| {
            group.iter().any(|(other, _)| beside(&area, other))
                && group
                    .iter()
                    .all(|(other, _)| area.shared_width(other) < area.height())
        });
        match place {
            Some(group) => group.push((area, line)),
            None => groups.push(vec![(area, line)]),
        }
    }
    groups.into_iter().map(join).collect()
}

fn beside(a: &Area, b: &Area) -> bool {
    a.shared_height(b) > SHARED_HEIGHT * a.height().min(b.height())
}

fn join(mut group: Vec<(Area, &Line)>) -> Row {
    group.sort_by(|a, b| a.0.left.total_cmp(&b.0.left));
    let mut glyphs: Vec<Glyph> = Vec::new();
    for (area, line) in group {
        if let Some(last) = glyphs.last() {
            let gap = Area {
                left: last.area.right.min(area.left),
                right: area.left,
                top: area.top,
                bottom: area.bottom,
            };
            glyphs.push(Glyph {
                ch: ' ',
                confidence: 1.0,
                area: gap,
            });
        }
        glyphs.extend(Row::new(line).glyphs);
    }
    Row { glyphs }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::text::ReadChar;

    /// A line as the recogniser would give it: evenly spaced, all characters at 0.99.
    pub(crate) fn line(text: &str, left: f32, top: f32, right: f32, bottom: f32) -> Line {
        let count = text.chars().count().max(1) as f32;
        let chars: Vec<ReadChar> = text
            .chars()
            .enumerate()
            .map(|(at, ch)| ReadChar {
                ch,
                confidence: 0.99,
                x: (at as f32 + 0.5) / count,
                alternatives: Vec::new(),
            })
            .collect();
        let area = Area {
            left,
            top,
            right,
            bottom,
        };
        Line {
            text: text.to_owned(),
            confidence: if chars.is_empty() { 0.0 } else { 0.99 },
            chars,
            corners: area.corners(),
        }
    }

    #[test]
    fn boxes_side_by_side_become_one_row() {
        let (a, b, c) = (
            line("民族汉", 300.0, 101.0, 400.0, 141.0),
            line("性别男", 60.0, 100.0, 180.0, 140.0),
            line("姓名张三", 60.0, 40.0, 260.0, 80.0),
        );
        let rows = rows(&[&a, &b, &c]);
        let texts: Vec<String> = rows.iter().map(Row::text).collect();
        assert_eq!(texts, ["姓名张三", "性别男 民族汉"]);
    }

    #[test]
    fn a_piece_knows_its_place() {
        let whole = line("出生1990年", 100.0, 0.0, 380.0, 40.0);
        let piece = Row::new(&whole).piece(2, 6);
        assert_eq!(piece.text, "1990");
        assert!(
            piece.area.left > 170.0 && piece.area.right < 350.0,
            "{piece:?}"
        );
    }
}
