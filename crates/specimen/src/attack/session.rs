//! A session as a client's camera delivers it: it hears what the server says and gives one JPEG a moment.

use image::RgbImage;
use menshen_core::live::{Cue, Say};

use super::actor::{Actor, Manner, Stance};
use super::canvas::{Canvas, Light};
use super::flat::Flat;
use super::head::Puppet;
use super::scene::{Lighting, Scene, Swap, seen_by_camera};
use super::sensor::Sensor;
use super::species::Species;
use crate::SpecimenError;
use crate::rng::Rng;

/// A session that is drawn frame by frame.
#[derive(Debug)]
pub struct Session<'a> {
    species: Species,
    who: &'a Puppet,
    other: &'a Puppet,
    /// Whoever is seen, in the flesh or in the picture that is shown.
    actor: Actor,
    scene: Scene,
    /// Whoever holds the sheet or screen.
    hand: Actor,
    sheet: Option<Sheet>,
    sensor: Sensor,
    room: Light,
    /// Light of the screen on the face, as a part of the room's.
    gain: f32,
    /// Colours that the screen showed, with the second from which each is seen.
    shown: Vec<(f32, Light)>,
    /// Seconds from the server's word to the light of the screen.
    delay: f32,
    faked: Faked,
    flicker: Vec<[f32; 2]>,
    last: Option<f32>,
}

/// A flat thing with what it shows.
#[derive(Debug)]
struct Sheet {
    flat: Flat,
    /// The camera that recorded the picture.
    recorder: Sensor,
    /// A picture that does not change.
    still: Option<Canvas>,
    /// Light in the recording.
    light: Lighting,
    /// Colours in the recording, with their seconds.
    colours: Vec<(f32, Light)>,
}

/// How light is faked in pixels.
#[derive(Clone, Copy, Debug)]
struct Faked {
    /// Strength of the tint; 0 for none.
    strength: f32,
    /// Guessed delay behind the screen in seconds.
    delay: f32,
}

/// What a page shows while no colour is asked for: white and the camera's own picture.
const PAGE: Light = [0.35, 0.35, 0.35];

impl<'a> Session<'a> {
    /// Begins a session of a kind with somebody, and with somebody else where the kind needs two.
    pub fn new(species: Species, who: &'a Puppet, other: &'a Puppet, seed: u64) -> Self {
        let mut rng = Rng::new(seed, 307);
        // Light of the room and of the screen on the face, in lux: a dim evening to a bright office, a phone to a monitor.
        let room_lux = 60.0 * (500.0f32 / 60.0).powf(rng.unit());
        let screen_lux = rng.between(15.0, 80.0);
        let warm = rng.between(-0.12, 0.18);
        let level = room_lux / 200.0;
        let manner = match species {
            Species::BonaFide | Species::FaceSwap => Manner::person(&mut rng),
            _ => Manner {
                reaction: [0.3, 1.1],
                tremor: rng.between(0.3, 1.2),
                blinks: true,
            },
        };
        let hand = Manner {
            reaction: [0.3, 1.2],
            tremor: rng.between(0.6, 1.8),
            blinks: false,
        };
        let mut session = Self {
            species,
            who,
            other,
            actor: Actor::new(seed, manner),
            scene: Scene::any(seed),
            hand: Actor::new(seed ^ 0x4A, hand),
            sheet: None,
            sensor: match rng.below(3) {
                // A third of those who inject pictures do not think of a sensor's noise.
                0 if species.is_injected() && species != Species::PaintedNoise => {
                    Sensor::none(seed)
                }
                _ => Sensor::any(seed),
            },
            room: [level * (1.0 + warm), level, level * (1.0 - warm)],
            gain: screen_lux / room_lux * level,
            shown: Vec::new(),
            delay: rng.between(0.05, 0.2),
            faked: Faked {
                strength: rng.between(0.06, 0.3) * level,
                delay: rng.between(0.05, 0.35),
            },
            flicker: Vec::new(),
            last: None,
        };
        session.sheet = session.sheet(&mut rng, seed);
        session.scene.flat_light = species == Species::InjectedTintedFace;
        session.sensor.painted = species == Species::PaintedNoise;
        let mut at = 1.0;
        while at < 90.0 {
            at += rng.between(1.5, 6.0);
            session.flicker.push([at, at + rng.between(0.1, 0.5)]);
        }
        session
    }

    /// Hears what the server says, `at_ms` from the opening of the session.
    pub fn hear(&mut self, say: &Say, at_ms: u32) {
        let time = at_ms as f32 / 1000.0;
        match say {
            Say::Cue { cue, .. } => self.asked(*cue, time),
            Say::Colour { colour, .. } => {
                let light = seen_by_camera(colour.linear());
                self.shown.push((time + self.delay, light));
            }
            Say::Done => self.shown.push((time + self.delay, PAGE)),
            Say::Seen { .. } | Say::NoColours { .. } | Say::Hint { .. } => {}
        }
    }

    fn asked(&mut self, cue: Cue, time: f32) {
        let moves = !matches!(cue, Cue::Blink | Cue::MouthOpen);
        match self.species {
            Species::PrintHeld | Species::ScreenStill | Species::ScreenReplay => {}
            Species::PrintTilted | Species::PrintBent => {
                if moves {
                    self.hand.hear(cue, time);
                }
            }
            Species::CutOut => match moves {
                true => self.hand.hear(cue, time),
                false => self.actor.hear(cue, time),
            },
            _ => self.actor.hear(cue, time),
        }
    }

    /// Returns the JPEG of a moment. Moments must not go back.
    ///
    /// # Errors
    /// A picture that could not be encoded.
    pub fn frame(&mut self, at_ms: u32) -> Result<Vec<u8>, SpecimenError> {
        let picture = self.picture(at_ms);
        self.sensor.jpeg(&picture)
    }

    /// Returns the picture of a moment before it is encoded.
    pub fn picture(&mut self, at_ms: u32) -> RgbImage {
        let time = at_ms as f32 / 1000.0;
        let seconds = time - self.last.unwrap_or(time);
        self.last = Some(time);
        let seen = match self.sheet.is_some() {
            true => self.on_sheet(time, seconds),
            false => self.in_the_flesh(time),
        };
        self.sensor.shoot(seen, seconds)
    }

    /// Light of the real screen at a moment.
    fn screen(&self, time: f32) -> Light {
        lit(&self.shown, time).map(|c| c * self.gain)
    }

    fn in_the_flesh(&mut self, time: f32) -> Canvas {
        let stance = self.actor.stance(time);
        let swap = (self.species == Species::FaceSwap).then(|| Swap {
            other: self.other,
            part: self.swapped(&stance, time),
        });
        let faked =
            lit(&self.shown, time - self.faked.delay + self.delay).map(|c| c * self.faked.strength);
        let screen = match self.species {
            Species::InjectedPuppet | Species::InjectedTintedFrame => [0.0; 3],
            Species::InjectedTintedFace | Species::PaintedNoise => faked,
            _ => self.screen(time),
        };
        let light = Lighting {
            ambient: self.room,
            screen,
        };
        let mut canvas = self.scene.draw(self.who, &stance, &light, swap);
        if self.species == Species::InjectedTintedFrame {
            for pixel in &mut canvas.pixels {
                for k in 0..3 {
                    pixel[k] *= 1.0 + faked[k] / self.room[k].max(0.05);
                }
            }
        }
        canvas
    }

    /// How much of the other face shows: it fails on turned heads and flickers.
    fn swapped(&self, stance: &Stance, time: f32) -> f32 {
        let turned = ((stance.yaw.abs() - 18.0) / 10.0).clamp(0.0, 1.0);
        let lost = (self.flicker.iter()).any(|[from, to]| (*from..*to).contains(&time));
        0.95 * (1.0 - turned) * if lost { 0.15 } else { 1.0 }
    }

    fn on_sheet(&mut self, time: f32, seconds: f32) -> Canvas {
        let light = Lighting {
            ambient: self.room,
            screen: self.screen(time),
        };
        let held = self.hand.stance(time);
        let stance = self.actor.stance(time);
        let faked = lit(&self.shown, time - self.faked.delay + self.delay);
        let Some(sheet) = &mut self.sheet else {
            return Canvas::new(1, 1, [0.0; 3]);
        };
        let mut inner = sheet.light;
        match self.species {
            Species::ScreenReplay => {
                inner.screen = lit(&sheet.colours, time).map(|c| c * self.gain)
            }
            Species::ScreenPuppetLit => inner.screen = faked.map(|c| c * self.faked.strength),
            _ => inner.screen = [0.0; 3],
        }
        if let Some(still) = &sheet.still {
            return sheet.flat.draw(still, &held, &light, time);
        }
        let stance = match self.species {
            // Behind a photo only eyes and mouth move.
            Species::CutOut => Stance {
                near: 1.0,
                blink: stance.blink,
                mouth: stance.mouth,
                ..Stance::default()
            },
            _ => stance,
        };
        let scene = self.scene.draw(self.who, &stance, &inner, None);
        let picture = sheet.recorder.shoot(scene, seconds);
        sheet.flat.draw(&Canvas::of(&picture), &held, &light, time)
    }

    fn sheet(&mut self, rng: &mut Rng, seed: u64) -> Option<Sheet> {
        if !self.species.is_flat() {
            return None;
        }
        let flat = match self.species {
            Species::PrintBent => Flat::paper(seed, 1.0),
            Species::PrintHeld | Species::PrintTilted | Species::CutOut => Flat::paper(seed, 0.0),
            _ => Flat::screen(seed),
        };
        let mut recorder = match self.species {
            Species::ScreenReplay => Sensor::any(seed ^ 0x9E),
            _ => Sensor::none(seed),
        };
        let light = Lighting {
            ambient: [1.0; 3],
            screen: [0.0; 3],
        };
        let still = matches!(
            self.species,
            Species::PrintHeld | Species::PrintTilted | Species::PrintBent | Species::ScreenStill
        );
        let still = still.then(|| {
            let rest = Stance {
                near: 1.0,
                ..Stance::default()
            };
            let scene = self.scene.draw(self.who, &rest, &light, None);
            Canvas::of(&recorder.shoot(scene, 0.0))
        });
        let mut colours = Vec::new();
        if self.species == Species::ScreenReplay {
            self.record(rng, &mut colours);
        }
        Some(Sheet {
            flat,
            recorder,
            still,
            light,
            colours,
        })
    }

    /// Lets the recorded person answer a challenge of their own.
    fn record(&mut self, rng: &mut Rng, colours: &mut Vec<(f32, Light)>) {
        const CUES: [Cue; 6] = [
            Cue::TurnLeft,
            Cue::TurnRight,
            Cue::Nod,
            Cue::Blink,
            Cue::MouthOpen,
            Cue::ComeCloser,
        ];
        let mut at = 0.0;
        for _ in 0..3 {
            at += rng.between(1.4, 4.4);
            self.actor.hear(*rng.pick(&CUES), at);
            at += 2.0;
        }
        for _ in 0..6 {
            let colour = rng.pick(&menshen_core::live::Colour::ALL);
            colours.push((at, seen_by_camera(colour.linear())));
            at += 0.7;
        }
        colours.push((at, PAGE));
    }
}

/// The light that was shown last before a moment.
fn lit(shown: &[(f32, Light)], time: f32) -> Light {
    (shown.iter().rev())
        .find(|(from, _)| *from <= time)
        .map_or(PAGE, |(_, light)| *light)
}
