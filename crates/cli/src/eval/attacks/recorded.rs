//! Recordings that are played against another challenge: what frames show is kept, only their order and time are the
//! attacker's. No pixel is needed, so that many thousands can be tried.
//!
//! The attacker is given much: pictures reach the server without loss, and the store that knows earlier recordings again is
//! left out. What remains is what chance gives.

use menshen_core::live::{FrameEvidence, Say, Timed};

use super::chance::Chance;
use super::drive::Source;

/// How a recording is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it was, over and over.
    Verbatim,
    /// From its end to its beginning.
    Reversed,
    /// Pieces of half a second to three seconds in another order.
    Reordered,
    /// Faster or slower.
    Retimed,
    /// The beginning of one and the end of another recording of the same person.
    Spliced,
    /// The beginning of one and the end of another person's.
    CrossSession,
    /// Its first seconds over and over.
    Looped,
    /// One frame.
    Frozen,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 8] = [
        Self::Verbatim,
        Self::Reversed,
        Self::Reordered,
        Self::Retimed,
        Self::Spliced,
        Self::CrossSession,
        Self::Looped,
        Self::Frozen,
    ];

    /// Returns its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verbatim => "recording_verbatim",
            Self::Reversed => "recording_reversed",
            Self::Reordered => "recording_reordered",
            Self::Retimed => "recording_retimed",
            Self::Spliced => "recording_spliced",
            Self::CrossSession => "recording_cross_session",
            Self::Looped => "recording_looped",
            Self::Frozen => "recording_frozen",
        }
    }
}

/// A recording as it is played.
pub struct Played<'a> {
    frames: Vec<&'a FrameEvidence>,
}

impl<'a> Played<'a> {
    /// Prepares recordings, of which there is at least one with at least one frame.
    pub fn new(way: Way, recordings: &'a [Vec<Timed>], chance: &mut Chance) -> Self {
        let n = recordings.len() as u32;
        let first = chance.below(n);
        let other = (first + 1 + chance.below(n.saturating_sub(1))) % n.max(1);
        let (a, b) = (&recordings[first as usize], &recordings[other as usize]);
        let all = |list: &'a [Timed]| list.iter().map(|timed| &timed.frame).collect::<Vec<_>>();
        let frames = match way {
            Way::Verbatim => all(a),
            Way::Reversed => all(a).into_iter().rev().collect(),
            Way::Reordered => reordered(all(a), chance),
            Way::Retimed => retimed(&all(a), chance.between(0.5, 2.0)),
            Way::Spliced => {
                // The same person's other recording: its second half comes first.
                let at = cut(a, chance);
                [all(&a[at..]), all(&a[..at])].concat()
            }
            Way::CrossSession => {
                let (p, q) = (cut(a, chance), cut(b, chance));
                [all(&a[..p]), all(&b[q..])].concat()
            }
            Way::Looped => {
                let most = 20 + chance.below(50) as usize;
                all(&a[..most.min(a.len())])
            }
            Way::Frozen => vec![&a[chance.below(a.len() as u32) as usize].frame],
        };
        Self { frames }
    }
}

impl Source for Played<'_> {
    fn hear(&mut self, _: &Say, _: u32) {}

    fn look(
        &mut self,
        index: usize,
        _: u32,
        _: Option<&FrameEvidence>,
    ) -> anyhow::Result<Option<FrameEvidence>> {
        let n = self.frames.len();
        Ok(self
            .frames
            .get(index % n.max(1))
            .map(|frame| (*frame).clone()))
    }
}

/// A place in the middle half.
fn cut(list: &[Timed], chance: &mut Chance) -> usize {
    let n = list.len() as u32;
    (n / 4 + chance.below(n / 2)) as usize
}

fn reordered<'a>(frames: Vec<&'a FrameEvidence>, chance: &mut Chance) -> Vec<&'a FrameEvidence> {
    let mut pieces: Vec<&[&FrameEvidence]> = Vec::new();
    let mut rest = frames.as_slice();
    while !rest.is_empty() {
        let long = (5 + chance.below(26) as usize).min(rest.len());
        let (piece, after) = rest.split_at(long);
        pieces.push(piece);
        rest = after;
    }
    for i in (1..pieces.len()).rev() {
        pieces.swap(i, chance.below(i as u32 + 1) as usize);
    }
    pieces.concat()
}

fn retimed<'a>(frames: &[&'a FrameEvidence], speed: f32) -> Vec<&'a FrameEvidence> {
    let n = (frames.len() as f32 / speed) as usize;
    let at = |i: usize| (i as f32 * speed) as usize;
    (0..n.max(1))
        .filter_map(|i| frames.get(at(i)).copied())
        .collect()
}
