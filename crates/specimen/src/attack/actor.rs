//! Who moves: a person (or somebody's puppet) that hears cues and answers them in its own time.

use menshen_core::live::Cue;

use crate::rng::Rng;

/// How a head is held at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stance {
    /// Degrees; positive towards the picture's right.
    pub yaw: f32,
    /// Degrees; positive up.
    pub pitch: f32,
    /// Degrees; positive clockwise.
    pub roll: f32,
    /// Offset of the whole body from rest, in pixels.
    pub shift: [f32; 2],
    /// How much nearer than at rest: 1.3 is seen 1.3 times as large.
    pub near: f32,
    /// Closing of the eyes, 0..=1.
    pub blink: f32,
    /// Opening of the mouth, 0..=1.
    pub mouth: f32,
}

/// One movement from rest and back. Seconds.
#[derive(Clone, Copy, Debug)]
struct Movement {
    cue: Cue,
    start: f32,
    rise: f32,
    hold: f32,
    fall: f32,
    size: f32,
}

impl Movement {
    /// How far it is done at a time, 0..=size.
    fn at(&self, time: f32) -> f32 {
        let since = time - self.start;
        let back = since - self.rise - self.hold;
        let smooth = |t: f32| {
            let t = t.clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        self.size * (smooth(since / self.rise) - smooth(back / self.fall))
    }
}

/// How somebody moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Shortest and longest time from a cue to the movement, in seconds.
    pub reaction: [f32; 2],
    /// Size of involuntary movement; 1 is a usual person, 0 stands like stone.
    pub tremor: f32,
    /// Does it blink unasked?
    pub blinks: bool,
}

impl Manner {
    /// A person: most react within a second, one in ten takes up to two.
    pub fn person(rng: &mut Rng) -> Self {
        let slow = rng.below(10) == 0;
        Self {
            reaction: if slow { [1.0, 2.0] } else { [0.25, 0.9] },
            tremor: rng.between(0.5, 1.6),
            blinks: true,
        }
    }
}

/// Somebody who moves.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    rng: Rng,
    manner: Manner,
    phases: [f32; 12],
    movements: Vec<Movement>,
    next_blink: f32,
}

impl Actor {
    /// Returns somebody at rest.
    pub fn new(seed: u64, manner: Manner) -> Self {
        let mut rng = Rng::new(seed, 301);
        let phases = std::array::from_fn(|_| rng.between(0.0, std::f32::consts::TAU));
        let next_blink = rng.between(0.5, 4.0);
        Self {
            rng,
            manner,
            phases,
            movements: Vec::new(),
            next_blink,
        }
    }

    /// Hears a cue at a time in seconds, and will answer it.
    pub fn hear(&mut self, cue: Cue, time: f32) {
        let [soon, late] = self.manner.reaction;
        let start = time + self.rng.between(soon, late);
        self.act(cue, start);
    }

    /// Plans a movement that begins at a time.
    pub fn act(&mut self, cue: Cue, start: f32) {
        let rng = &mut self.rng;
        // Sizes: degrees of a turn or nod, parts of closing or opening, growth in the picture.
        let (rise, hold, fall, size) = match cue {
            Cue::TurnLeft | Cue::TurnRight => (
                rng.between(0.45, 0.8),
                rng.between(0.4, 0.9),
                rng.between(0.45, 0.8),
                rng.between(28.0, 40.0),
            ),
            Cue::Nod => (
                rng.between(0.3, 0.5),
                rng.between(0.05, 0.2),
                rng.between(0.35, 0.55),
                rng.between(17.0, 26.0),
            ),
            Cue::Blink => (0.12, rng.between(0.2, 0.45), 0.15, rng.between(0.96, 1.0)),
            Cue::MouthOpen => (
                rng.between(0.25, 0.4),
                rng.between(0.6, 1.1),
                rng.between(0.25, 0.4),
                rng.between(0.8, 1.1),
            ),
            Cue::ComeCloser => (
                rng.between(0.6, 1.0),
                rng.between(0.6, 1.2),
                rng.between(0.6, 1.0),
                rng.between(0.38, 0.55),
            ),
        };
        self.movements.push(Movement {
            cue,
            start,
            rise,
            hold,
            fall,
            size,
        });
    }

    /// Returns how the head is held at a time in seconds. Times must not go back.
    pub fn stance(&mut self, time: f32) -> Stance {
        while self.manner.blinks && time + 1.0 >= self.next_blink {
            self.movements.push(Movement {
                cue: Cue::Blink,
                start: self.next_blink,
                rise: 0.08,
                hold: 0.05,
                fall: 0.12,
                size: 1.0,
            });
            self.next_blink += self.rng.between(2.2, 6.5);
        }
        let mut stance = self.rest(time);
        for movement in &self.movements {
            let part = movement.at(time);
            match movement.cue {
                Cue::TurnLeft => stance.yaw -= part,
                Cue::TurnRight => stance.yaw += part,
                Cue::Nod => stance.pitch -= part,
                Cue::Blink => stance.blink = stance.blink.max(part),
                Cue::MouthOpen => stance.mouth = stance.mouth.max(part),
                Cue::ComeCloser => stance.near += part,
            }
        }
        stance
    }

    /// Breath, pulse and the hand that holds the phone: sums of slow sines of unrelated periods.
    fn rest(&self, time: f32) -> Stance {
        let sway = |k: usize, period: f32| {
            let tau = std::f32::consts::TAU;
            (time / period * tau + self.phases[k]).sin() * 0.7
                + (time / (period * 0.37) * tau + self.phases[(k + 5) % 12]).sin() * 0.3
        };
        let t = self.manner.tremor;
        Stance {
            yaw: 1.4 * t * sway(0, 3.1),
            pitch: 1.1 * t * sway(1, 4.3),
            roll: 0.9 * t * sway(2, 5.7),
            shift: [4.0 * t * sway(3, 2.3), 3.0 * t * sway(4, 2.9)],
            near: 1.0 + 0.012 * t * sway(5, 6.1),
            blink: 0.0,
            mouth: 0.0,
        }
    }
}
