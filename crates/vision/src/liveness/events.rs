//! What a person did in front of the camera, told from pose, eyes and mouth over time, relative to
//! the person's own resting position.
//!
//! The limits are set so that talking people do nothing but blink and speak; they were checked on
//! clips of talking people and one clip with timed turns, none of which shows how wide a stranger's
//! movements are. They err towards "not done".

use menshen_core::evidence::{Action, ActionEvent};
use menshen_core::live::Timed;

use super::near::approaches;
use super::signal::{
    Stretch, bounds, extremes, median_of_three, quantile, resting_levels, stretches,
};

/// Signals of one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Signals {
    /// Degrees, positive towards the picture's right.
    pub yaw: f32,
    /// Degrees, positive up.
    pub pitch: f32,
    /// Opening of both eyes.
    pub eyes: [f32; 2],
    /// Opening of the mouth.
    pub mouth: f32,
    /// Distance between the eyes as if the face looked straight, in pixels.
    pub distance: f32,
}

/// One frame in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    /// Seconds.
    pub time: f32,
    /// `None` where nobody was seen.
    pub face: Option<Signals>,
}

/// A turn reaches this far from rest, in degrees, and is over below the second figure.
const TURN: (f32, f32) = (18.0, 9.0);
/// Shortest turn in seconds.
const TURN_TIME: f32 = 0.3;
/// A nod reaches this far below rest, in degrees, and is over above the second figure.
const NOD: (f32, f32) = (9.0, 4.0);
/// Shortest and longest nod in seconds; longer is looking down.
const NOD_TIME: (f32, f32) = (0.15, 2.5);
/// A face that turns further than this from rest while its pitch dips does not nod, in degrees:
/// the pitch of a turned face is uncertain.
const NOD_YAW: f32 = 14.0;
/// Each swing of a shaking head, in degrees, and the widest one.
const SHAKE: (f32, f32) = (7.0, 15.0);
/// Longest swing of a shaking head in seconds.
const SWING_TIME: f32 = 1.1;
/// Each side's distance from rest, in degrees.
const SHAKE_SIDE: f32 = 4.0;
/// A closed eye shows less than this part of its usual opening; it is open again above the second.
const BLINK: (f32, f32) = (0.55, 0.75);
/// Longest blink in seconds.
const BLINK_TIME: f32 = 1.2;
/// Half of the time around a frame in which the usual opening is taken, in seconds.
const USUAL_TIME: f32 = 1.5;
/// A head lowered further than this from rest hides its eyes, in degrees.
const LOWERED: f32 = -16.0;
/// Smallest usual opening: below it the eyes are not to be seen.
const SEEN_OPENING: f32 = 0.1;
/// An open mouth reaches this far above rest, and is closed below the second figure.
const MOUTH: (f32, f32) = (0.28, 0.15);
/// Shortest opening of the mouth in seconds; syllables are shorter.
const MOUTH_TIME: f32 = 0.4;
/// Longest time without a face inside a movement, in seconds: a far turn loses the face.
const GAP: f32 = 0.8;

/// The signals of the frames that show a face, as deviations from rest.
struct Track {
    times: Vec<f32>,
    yaw: Vec<f32>,
    pitch: Vec<f32>,
    eyes: Vec<[f32; 2]>,
    mouth: Vec<f32>,
    /// As it is, no deviation.
    distance: Vec<f32>,
}

/// Returns the actions in frames, in order of their start, in seconds of the frames' clock. Of a session that is still
/// running: an action is there as soon as it counts, and its end moves on while it lasts.
pub fn actions(frames: &[Timed]) -> Vec<ActionEvent> {
    let mut order: Vec<&Timed> = frames.iter().filter(|f| f.time.is_finite()).collect();
    order.sort_by(|p, q| p.time.total_cmp(&q.time));
    let sample = |timed: &&Timed| Sample {
        time: timed.time,
        face: timed.frame.face.as_ref().map(|face| Signals {
            yaw: face.pose.yaw,
            pitch: face.pose.pitch,
            eyes: face.eyes_open,
            mouth: face.mouth_open,
            // A turned face shows its eyes nearer to each other; beyond 60 degrees the mesh guesses.
            distance: face.eye_distance / face.pose.yaw.to_radians().cos().max(0.5),
        }),
    };
    events(&order.iter().map(sample).collect::<Vec<_>>())
}

fn events(samples: &[Sample]) -> Vec<ActionEvent> {
    let Some(track) = Track::new(samples) else {
        return Vec::new();
    };
    let shakes = track.shakes();
    let mut found = track.turns();
    found.retain(|turn| !shakes.iter().any(|shake| holds(shake, turn)));
    found.extend(track.nods());
    found.extend(track.blinks());
    found.extend(track.mouths());
    found.extend(shakes);
    found.extend(approaches(&track.times, &track.distance));
    found.sort_by(|p, q| p.start.total_cmp(&q.start));
    found
}

/// Does a turn belong to a shaking head: a short one, begun inside it or just beside it?
fn holds(shake: &ActionEvent, turn: &ActionEvent) -> bool {
    let near = turn.start >= shake.start - SWING_TIME && turn.start <= shake.end + SWING_TIME / 2.0;
    near && turn.end - turn.start <= SWING_TIME
}

impl Track {
    fn new(samples: &[Sample]) -> Option<Self> {
        let seen: Vec<(f32, Signals)> = samples
            .iter()
            .filter_map(|s| Some((s.time, s.face?)))
            .collect();
        // Three frames are the least that can show a movement and rest.
        if seen.len() < 3 {
            return None;
        }
        let times: Vec<f32> = seen.iter().map(|(time, _)| *time).collect();
        let of = |value: fn(&Signals) -> f32| -> Vec<f32> {
            seen.iter().map(|(_, s)| value(s)).collect()
        };
        let steady = |value: fn(&Signals) -> f32| {
            let mut values = median_of_three(&of(value));
            let rest = resting_levels(&times, &values);
            values.iter_mut().zip(rest).for_each(|(v, rest)| *v -= rest);
            values
        };
        Some(Self {
            yaw: steady(|s| s.yaw),
            pitch: steady(|s| s.pitch),
            eyes: seen.iter().map(|(_, s)| s.eyes).collect(),
            mouth: steady(|s| s.mouth),
            distance: of(|s| s.distance),
            times,
        })
    }

    fn stretches(&self, values: &[f32], limits: (f32, f32)) -> Vec<Stretch> {
        stretches(&self.times, values, limits.0, limits.1, GAP)
    }

    fn event(&self, action: Action, stretch: Stretch) -> ActionEvent {
        let (start, end) = bounds(&self.times, stretch);
        ActionEvent { action, start, end }
    }

    fn turns(&self) -> Vec<ActionEvent> {
        let left: Vec<f32> = self.yaw.iter().map(|yaw| -yaw).collect();
        let sides = [(Action::TurnRight, &self.yaw), (Action::TurnLeft, &left)];
        let found = sides.into_iter().flat_map(|(action, values)| {
            let stretches = self.stretches(values, TURN).into_iter();
            stretches.map(move |s| self.event(action, s))
        });
        found.filter(|e| e.end - e.start >= TURN_TIME).collect()
    }

    fn nods(&self) -> Vec<ActionEvent> {
        let down: Vec<f32> = self.pitch.iter().map(|pitch| -pitch).collect();
        let stretches = self.stretches(&down, NOD).into_iter();
        let last = self.times.len() - 1;
        let straight = |s: &Stretch| {
            let mut away: Vec<f32> = self.yaw[s.first..=s.last].iter().map(|y| y.abs()).collect();
            quantile(&mut away, 0.5) < NOD_YAW
        };
        // Both the way down and the way back must have been seen.
        let whole = |s: &Stretch| s.first > 0 && s.last < last;
        stretches
            .filter(|s| whole(s) && straight(s))
            .map(|s| self.event(Action::Nod, s))
            .filter(|e| (NOD_TIME.0..=NOD_TIME.1).contains(&(e.end - e.start)))
            .collect()
    }

    /// Runs of at least three quick swings of the yaw to both sides of rest.
    fn shakes(&self) -> Vec<ActionEvent> {
        let points = extremes(&self.yaw, SHAKE.0);
        let quick =
            |i: usize| self.times[points[i + 1].at] - self.times[points[i].at] <= SWING_TIME;
        let mut found = Vec::new();
        let mut first = 0;
        for i in 0..points.len() {
            if i + 1 < points.len() && quick(i) {
                continue;
            }
            found.extend(self.shake(&points[first..=i]));
            first = i + 1;
        }
        found
    }

    fn shake(&self, run: &[super::signal::Extreme]) -> Option<ActionEvent> {
        let widest = run.windows(2).map(|w| (w[1].value - w[0].value).abs());
        let wide = widest.fold(0.0, f32::max) >= SHAKE.1;
        let right = run.iter().any(|e| e.value >= SHAKE_SIDE);
        let left = run.iter().any(|e| e.value <= -SHAKE_SIDE);
        let (first, last) = (run.first()?.at, run.last()?.at);
        (run.len() >= 4 && wide && right && left)
            .then(|| self.event(Action::Shake, Stretch { first, last }))
    }

    fn blinks(&self) -> Vec<ActionEvent> {
        let closed: Vec<f32> = (0..self.times.len())
            .map(|i| 1.0 - self.openness(i))
            .collect();
        self.stretches(&closed, (1.0 - BLINK.0, 1.0 - BLINK.1))
            .into_iter()
            .filter(|s| s.first > 0 && s.last + 1 < self.times.len())
            .map(|s| self.event(Action::Blink, s))
            .filter(|e| e.end - e.start <= BLINK_TIME)
            .collect()
    }

    /// Opening of the wider eye as a part of what is usual around this frame; 1 where the eyes
    /// cannot be judged (a lowered or turned head hides them).
    fn openness(&self, at: usize) -> f32 {
        let hidden = self.pitch[at] < LOWERED || self.yaw[at].abs() > TURN.0;
        if hidden {
            return 1.0;
        }
        let time = self.times[at];
        let from = self.times[..at].partition_point(|t| *t < time - USUAL_TIME);
        let to = at + self.times[at..].partition_point(|t| *t <= time + USUAL_TIME);
        let sides = [0, 1].map(|side| {
            let mut around: Vec<f32> = self.eyes[from..to].iter().map(|eyes| eyes[side]).collect();
            let usual = quantile(&mut around, 0.6);
            if usual < SEEN_OPENING {
                1.0
            } else {
                self.eyes[at][side] / usual
            }
        });
        sides[0].max(sides[1])
    }

    fn mouths(&self) -> Vec<ActionEvent> {
        self.stretches(&self.mouth, MOUTH)
            .into_iter()
            .map(|s| self.event(Action::MouthOpen, s))
            .filter(|e| e.end - e.start >= MOUTH_TIME)
            .collect()
    }
}
