//! What is asked for: drawn by chance, never known before it is shown.

use serde::{Deserialize, Serialize};

use crate::evidence::Action;
use crate::policy::ChallengeRules;

/// What a person is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cue {
    /// Turn the face towards the left edge of the picture as the camera takes it, not mirrored: to the person's own right.
    TurnLeft,
    /// Turn the face towards its right edge: to the person's own left.
    TurnRight,
    /// Lower the head and raise it again.
    Nod,
    /// Close both eyes and open them.
    Blink,
    /// Open the mouth.
    MouthOpen,
    /// Come closer to the camera.
    ComeCloser,
}

impl Cue {
    /// Every cue.
    pub const ALL: [Self; 6] = [
        Self::TurnLeft,
        Self::TurnRight,
        Self::Nod,
        Self::Blink,
        Self::MouthOpen,
        Self::ComeCloser,
    ];

    /// Returns the action that answers it.
    pub const fn action(self) -> Action {
        match self {
            Self::TurnLeft => Action::TurnLeft,
            Self::TurnRight => Action::TurnRight,
            Self::Nod => Action::Nod,
            Self::Blink => Action::Blink,
            Self::MouthOpen => Action::MouthOpen,
            Self::ComeCloser => Action::ComeCloser,
        }
    }
}

/// A colour that the whole screen shows. White is not among them: it only makes everything brighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Yellow.
    Yellow,
    /// Magenta.
    Magenta,
}

impl Colour {
    /// Every colour.
    pub const ALL: [Self; 5] = [
        Self::Red,
        Self::Green,
        Self::Blue,
        Self::Yellow,
        Self::Magenta,
    ];

    /// Returns red, green and blue in linear light, each 0 or 1. Shown as these very values of sRGB.
    pub const fn linear(self) -> [f32; 3] {
        match self {
            Self::Red => [1.0, 0.0, 0.0],
            Self::Green => [0.0, 1.0, 0.0],
            Self::Blue => [0.0, 0.0, 1.0],
            Self::Yellow => [1.0, 1.0, 0.0],
            Self::Magenta => [1.0, 0.0, 1.0],
        }
    }
}

/// Which way of doing the check was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The usual one.
    #[default]
    Usual,
    /// More time, larger pauses, only cues that need no quick movement, no colours.
    Accessible,
}

/// Why no colours are shown; another cue stands in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLight {
    /// The person is sensitive to flashing light, or said so.
    Photosensitive,
    /// It is so bright that a screen changes nothing.
    BrightSurroundings,
    /// The policy shows none.
    Policy,
}

impl NoLight {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Photosensitive, Self::BrightSurroundings, Self::Policy];
}

/// A cue and the pause before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCue {
    /// What is asked for.
    pub cue: Cue,
    /// How long the face rests before it is shown, in milliseconds.
    pub wait_ms: u32,
}

/// Colours of the screen, one after the other; no two neighbours are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightPlan {
    /// The colours.
    pub colours: Vec<Colour>,
    /// How long each stays, in milliseconds.
    pub step_ms: u32,
}

/// Everything that one session asks for. Known to the server alone until it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    /// Which way.
    pub mode: Mode,
    /// The cues in their order.
    pub cues: Vec<PlannedCue>,
    /// The cues that take the place of the colours where the surroundings turn out too bright for them.
    pub instead: Vec<PlannedCue>,
    /// The colours, shown after the cues.
    pub light: Option<LightPlan>,
    /// Why there are none.
    pub no_light: Option<NoLight>,
    /// Choice in order and timing, in bits.
    pub bits: f32,
    /// The same with `instead` in the place of the colours.
    pub bits_instead: f32,
}

/// Least choice of a challenge in bits: a guess passes once in a million times. Policies with fewer are refused, and so is a session
/// that was drawn with fewer.
pub(crate) const BITS_MIN: f32 = 20.0;

/// Steps of a pause in milliseconds: pauses differ by at least one frame of 10 a second.
const WAIT_STEP_MS: u32 = 100;

impl Challenge {
    /// Draws a challenge. `draw(n)` gives an even number below n, by chance that nobody can foresee.
    pub fn draw(
        rules: &ChallengeRules,
        mode: Mode,
        no_light: Option<NoLight>,
        mut draw: impl FnMut(u32) -> u32,
    ) -> Self {
        let from = rules.cues_of(mode);
        let no_light = no_light
            .or((rules.colours == 0).then_some(NoLight::Policy))
            .or((mode == Mode::Accessible).then_some(NoLight::Photosensitive));
        let (asked, instead) = (rules.cues_n as usize, rules.cues_instead as usize);
        let waits = rules.waits();
        let (mut bits, mut bits_instead) = (0.0f32, 0.0f32);
        let mut last = None;
        let mut one = |last: Option<Cue>| {
            let left: Vec<Cue> = from.iter().copied().filter(|c| Some(*c) != last).collect();
            let cue = left[draw(left.len() as u32) as usize];
            let wait_ms = rules.wait_ms[0] + draw(waits) * WAIT_STEP_MS;
            let choice = (left.len() as f32).log2() + (waits as f32).log2();
            (PlannedCue { cue, wait_ms }, choice)
        };
        let mut cues = Vec::with_capacity(asked + instead);
        for n in 0..asked + instead {
            let (planned, choice) = one(last);
            last = Some(planned.cue);
            bits_instead += choice;
            if n < asked || no_light.is_some() {
                bits += choice;
            }
            cues.push(planned);
        }
        let instead = match no_light {
            Some(_) => Vec::new(),
            None => cues.split_off(asked),
        };
        let light = no_light.is_none().then(|| {
            let mut colours: Vec<Colour> = Vec::with_capacity(rules.colours as usize);
            for _ in 0..rules.colours {
                let left: Vec<Colour> = (Colour::ALL.into_iter())
                    .filter(|c| Some(c) != colours.last())
                    .collect();
                bits += (left.len() as f32).log2();
                colours.push(left[draw(left.len() as u32) as usize]);
            }
            LightPlan {
                colours,
                step_ms: rules.colour_ms,
            }
        });
        Self {
            mode,
            cues,
            instead,
            light,
            no_light,
            bits,
            bits_instead,
        }
    }
}

impl ChallengeRules {
    /// Returns the cues that may be asked for.
    pub fn cues_of(&self, mode: Mode) -> &[Cue] {
        match mode {
            Mode::Usual => &self.cues,
            Mode::Accessible => &self.accessible_cues,
        }
    }

    /// Returns how many lengths of pause there are.
    pub fn waits(&self) -> u32 {
        (self.wait_ms[1].saturating_sub(self.wait_ms[0])) / WAIT_STEP_MS + 1
    }

    /// Returns the least choice of a challenge in bits, whichever way is chosen.
    pub fn bits_min(&self) -> f32 {
        let of = |mode, no_light| Challenge::draw(self, mode, no_light, |_| 0).bits;
        of(Mode::Usual, None)
            .min(of(Mode::Usual, Some(NoLight::Photosensitive)))
            .min(of(Mode::Accessible, None))
    }
}
