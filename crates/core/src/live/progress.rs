//! A session as it goes: what is shown next, and whether what was asked for was done.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::challenge::{Challenge, Colour, Cue, LightPlan, Mode, NoLight};
use super::frame::FrameEvidence;
use super::hint::{Hint, hint};
use crate::evidence::{Action, ActionEvent, CueEvidence};
use crate::policy::{ChallengeRules, FaceLimits};

/// What the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "say")]
pub enum Say {
    /// Do this now.
    Cue {
        /// Number of the cue in the session, from 1 on.
        n: u32,
        /// What to do.
        cue: Cue,
        /// How long there is, in milliseconds.
        within_ms: u32,
    },
    /// It was done.
    Seen {
        /// Number of the cue.
        n: u32,
    },
    /// Show this colour on the whole screen.
    Colour {
        /// Number of the colour in the session, from 1 on.
        n: u32,
        /// The colour.
        colour: Colour,
    },
    /// No colours are shown, and another cue comes in their place.
    NoColours {
        /// Why.
        why: NoLight,
    },
    /// What would help; `None` when nothing stands in the way any more.
    Hint {
        /// The hint.
        hint: Option<Hint>,
    },
    /// Everything was shown; send no more frames.
    Done,
}

/// Something that was shown, and when: milliseconds from the opening of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown<T> {
    /// What.
    pub what: T,
    /// When it was sent.
    pub at_ms: u32,
}

/// Why a session ended before everything was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Stopped {
    /// Another action than the one asked for.
    #[error("another action than the one asked for")]
    WrongAction {
        /// What was asked for.
        asked: Cue,
        /// What was done.
        done: Action,
    },
    /// The action was not seen in its time.
    #[error("the action was not seen")]
    NotDone {
        /// What was asked for.
        asked: Cue,
    },
    /// The session's time ran out.
    #[error("the time ran out")]
    TimedOut,
    /// The person, or the client, gave it up.
    #[error("given up")]
    Abandoned,
    /// The frames are not what a client of ours sends: numbers, sizes, sums.
    #[error("the frames are not a client's")]
    Broken,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// The face rests before the next cue.
    Resting {
        /// Since when nothing moved and nothing stood in the way.
        since_ms: Option<u32>,
    },
    /// A cue is shown.
    Asked {
        /// Since when.
        since_ms: u32,
    },
    /// Colours are shown.
    Lit {
        /// Since when the present one.
        since_ms: u32,
    },
    /// Everything was shown.
    Done,
    /// It ended before.
    Stopped {
        /// Why.
        why: Stopped,
    },
}

/// A session. A value of plain data: what happens to it is the caller's frames and times, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// What it asks for.
    pub challenge: Challenge,
    /// Where it stands.
    pub state: State,
    /// Cues that were shown, with their answers.
    pub cues: Vec<CueEvidence>,
    /// Colours that were shown; `None` is the end of the last one.
    pub colours: Vec<Shown<Option<Colour>>>,
    /// The hint that the client shows.
    pub hint: Option<Hint>,
    /// Whether something hides eyes, mouth or forehead, as of the newest frame in which it was looked for.
    covered: Option<[f32; 3]>,
    /// When advice was first given that hides no movement.
    advised_ms: Option<u32>,
    /// Shortest time of an answer after its cue, in milliseconds.
    reaction_min_ms: u32,
    /// Longest time for an answer, in milliseconds.
    cue_limit_ms: u32,
    /// Longest session, in milliseconds.
    session_ms: u32,
}

/// An action is over when it ended so long ago, in milliseconds: three frames of ten a second.
const OVER_MS: u32 = 300;
/// A turn that has come so far, as a part of what counts, is asked for a little more.
const NEARLY: f32 = 0.45;
/// Where so much of the face is over-exposed, or its median is so bright, a screen adds nothing that a camera can show.
const DAZZLED: (f32, f32) = (0.10, 0.80);
/// Degrees from the middle up to which a face looks straight while it rests.
const STRAIGHT: f32 = 16.0;
/// Time in a session to take off a hat or move the lamp, in milliseconds. After it the cues come all the same: a fringe is no
/// hat, and what still hides the face is found in the frame that is compared.
const PATIENCE_MS: u32 = 4_000;

impl Live {
    /// Begins a session.
    pub fn new(challenge: Challenge, rules: &ChallengeRules) -> Self {
        let cue_limit_ms = match challenge.mode {
            Mode::Usual => rules.cue_limit_ms,
            Mode::Accessible => rules.accessible_cue_limit_ms,
        };
        Self {
            challenge,
            state: State::Resting { since_ms: None },
            cues: Vec::new(),
            colours: Vec::new(),
            hint: None,
            covered: None,
            advised_ms: None,
            reaction_min_ms: rules.reaction_min_ms,
            cue_limit_ms,
            session_ms: rules.session_ms,
        }
    }

    /// Returns whether nothing more is expected.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Stopped { .. })
    }

    /// Returns why it ended before its end.
    pub const fn stopped(&self) -> Option<Stopped> {
        match self.state {
            State::Stopped { why } => Some(why),
            _ => None,
        }
    }

    /// Ends it before its end; what is over stays as it is.
    pub fn stop(&mut self, why: Stopped) {
        if !self.is_over() {
            self.state = State::Stopped { why };
        }
    }

    /// Returns how many cues were not shown.
    pub fn cues_left(&self) -> u32 {
        (self.challenge.cues.len() as u32).saturating_sub(self.cues.len() as u32)
    }

    /// Takes a frame that was taken at `taken_ms` and is looked at now, with all actions seen so far.
    pub fn frame(
        &mut self,
        limits: &FaceLimits,
        frame: &FrameEvidence,
        actions: &[ActionEvent],
        taken_ms: u32,
        now_ms: u32,
    ) -> Vec<Say> {
        let mut said = self.tick(now_ms);
        if self.is_over() {
            return said;
        }
        self.covered = (frame.face.as_ref())
            .and_then(|f| f.covered)
            .or(self.covered);
        let in_the_way = hint(limits, frame, self.covered);
        let next = match self.state {
            State::Resting { since_ms } => self.rest(
                frame,
                actions,
                in_the_way,
                since_ms,
                [taken_ms, now_ms],
                &mut said,
            ),
            State::Asked { since_ms } => {
                self.answer(frame, actions, in_the_way, since_ms, &mut said)
            }
            State::Lit { .. } => in_the_way,
            State::Done | State::Stopped { .. } => None,
        };
        if self.is_over() || next != self.hint {
            self.hint = next;
            if !self.is_over() {
                said.push(Say::Hint { hint: next });
            }
        }
        said
    }

    /// Takes that time has passed: colours change and limits run out whether frames arrive or not.
    pub fn tick(&mut self, now_ms: u32) -> Vec<Say> {
        let mut said = Vec::new();
        if !self.is_over() && now_ms >= self.session_ms {
            self.stop(Stopped::TimedOut);
        }
        match self.state {
            State::Asked { since_ms } if now_ms >= since_ms + self.cue_limit_ms => {
                let asked = self.cues.last().map_or(Cue::Blink, |cue| cue.cue);
                self.stop(Stopped::NotDone { asked });
            }
            State::Lit { since_ms } => {
                let step_ms = self
                    .challenge
                    .light
                    .as_ref()
                    .map_or(0, |light| light.step_ms);
                if now_ms >= since_ms + step_ms {
                    self.next_colour(now_ms, &mut said);
                }
            }
            _ => {}
        }
        said
    }

    /// Returns when [`Live::tick`] has something to do at the latest, in milliseconds.
    pub fn due_ms(&self) -> Option<u32> {
        let step = match self.state {
            State::Asked { since_ms } => since_ms + self.cue_limit_ms,
            State::Lit { since_ms } => {
                since_ms
                    + self
                        .challenge
                        .light
                        .as_ref()
                        .map_or(0, |light| light.step_ms)
            }
            State::Resting { .. } => self.session_ms,
            State::Done | State::Stopped { .. } => return None,
        };
        Some(step.min(self.session_ms))
    }

    /// Returns what a client must be shown that connects again.
    pub fn standing(&self, now_ms: u32) -> Vec<Say> {
        let mut said = Vec::new();
        match self.state {
            State::Asked { since_ms } => said.extend(self.cues.last().map(|shown| Say::Cue {
                n: self.cues.len() as u32,
                cue: shown.cue,
                within_ms: (since_ms + self.cue_limit_ms).saturating_sub(now_ms),
            })),
            State::Lit { .. } => {
                said.extend(self.lit().map(|(n, colour)| Say::Colour { n, colour }))
            }
            State::Done => said.push(Say::Done),
            State::Resting { .. } | State::Stopped { .. } => {}
        }
        said.push(Say::Hint { hint: self.hint });
        said
    }

    /// The colour that is shown, with its number.
    fn lit(&self) -> Option<(u32, Colour)> {
        let last = self.colours.last()?;
        Some((self.colours.len() as u32, last.what?))
    }

    /// Waits until the face has rested for as long as the next cue asks for.
    fn rest(
        &mut self,
        frame: &FrameEvidence,
        actions: &[ActionEvent],
        in_the_way: Option<Hint>,
        since_ms: Option<u32>,
        [taken_ms, now_ms]: [u32; 2],
        said: &mut Vec<Say>,
    ) -> Option<Hint> {
        let moving = actions.iter().any(|event| {
            event.action != Action::Blink && millis(event.end).saturating_add(OVER_MS) > taken_ms
        });
        let straight = (frame.face.as_ref()).is_some_and(|face| face.pose.yaw.abs() <= STRAIGHT);
        let held = match in_the_way {
            Some(hint) if frame.face.is_none() || hint.hides() || self.waits(taken_ms) => {
                Some(hint)
            }
            _ if !straight => Some(Hint::LookStraight),
            _ if moving => Some(Hint::HoldStill),
            _ => None,
        };
        if held.is_some() {
            self.state = State::Resting { since_ms: None };
            return held;
        }
        let since = since_ms.unwrap_or(taken_ms);
        self.state = State::Resting {
            since_ms: Some(since),
        };
        let Some(planned) = self.challenge.cues.get(self.cues.len()).copied() else {
            self.light(frame, now_ms, said);
            return in_the_way;
        };
        if taken_ms.saturating_sub(since) >= planned.wait_ms {
            self.cues.push(CueEvidence {
                cue: planned.cue,
                shown_ms: now_ms,
                began_ms: None,
            });
            self.state = State::Asked { since_ms: now_ms };
            said.push(Say::Cue {
                n: self.cues.len() as u32,
                cue: planned.cue,
                within_ms: self.cue_limit_ms,
            });
            return None;
        }
        in_the_way
    }

    /// Is there still time to follow advice?
    fn waits(&mut self, taken_ms: u32) -> bool {
        let advised = *self.advised_ms.get_or_insert(taken_ms);
        taken_ms < advised.saturating_add(PATIENCE_MS)
    }

    /// Begins with the colours, or puts a cue in their place where it is too bright for them.
    fn light(&mut self, frame: &FrameEvidence, now_ms: u32, said: &mut Vec<Say>) {
        let dazzled = (frame.face.as_ref())
            .is_some_and(|face| face.bright > DAZZLED.0 || face.brightness > DAZZLED.1);
        if self.challenge.light.is_some() && dazzled {
            let why = NoLight::BrightSurroundings;
            self.challenge.light = None;
            self.challenge.no_light = Some(why);
            self.challenge.bits = self.challenge.bits_instead;
            let instead = std::mem::take(&mut self.challenge.instead);
            self.challenge.cues.extend(instead);
            said.push(Say::NoColours { why });
            return;
        }
        self.next_colour(now_ms, said);
    }

    /// Shows the next colour; after the last one everything was shown.
    fn next_colour(&mut self, now_ms: u32, said: &mut Vec<Say>) {
        let next = self
            .challenge
            .light
            .as_ref()
            .and_then(|LightPlan { colours, .. }| colours.get(self.colours.len()).copied());
        if next.is_some() || !self.colours.is_empty() {
            self.colours.push(Shown {
                what: next,
                at_ms: now_ms,
            });
        }
        match next {
            Some(colour) => {
                self.state = State::Lit { since_ms: now_ms };
                let n = self.colours.len() as u32;
                said.push(Say::Colour { n, colour });
            }
            None => {
                self.state = State::Done;
                said.push(Say::Done);
            }
        }
    }

    /// Looks for the answer to the cue that is shown, and for any other action.
    fn answer(
        &mut self,
        frame: &FrameEvidence,
        actions: &[ActionEvent],
        in_the_way: Option<Hint>,
        since_ms: u32,
        said: &mut Vec<Say>,
    ) -> Option<Hint> {
        let asked = self.cues.last().map(|shown| shown.cue)?;
        let wanted = asked.action();
        let after = |event: &&ActionEvent| millis(event.start) >= since_ms + self.reaction_min_ms;
        let done = actions
            .iter()
            .filter(after)
            .find(|event| event.action == wanted);
        if let Some(event) = done {
            let began = millis(event.start);
            if let Some(shown) = self.cues.last_mut() {
                shown.began_ms = Some(began);
            }
            self.state = State::Resting { since_ms: None };
            said.push(Say::Seen {
                n: self.cues.len() as u32,
            });
            return None;
        }
        let wrong = actions.iter().find(|event| {
            let answered = millis(event.end) >= since_ms
                && millis(event.start).saturating_add(OVER_MS) >= since_ms;
            answered && event.action != wanted && is_wrong(asked, event.action)
        });
        if let Some(event) = wrong {
            self.stop(Stopped::WrongAction {
                asked,
                done: event.action,
            });
            return None;
        }
        // While somebody turns, half of what a resting face must be does not hold.
        match (in_the_way, nearly(asked, frame)) {
            (Some(hint @ (Hint::NoFace | Hint::SeveralFaces | Hint::TooDark)), _) => Some(hint),
            (_, true) => Some(Hint::TurnFurther),
            _ => None,
        }
    }
}

/// Does an action contradict a cue? Blinking is nobody's will, coming closer happens on the way, and a moving head is seen
/// with an opening mouth or as nodding.
const fn is_wrong(asked: Cue, done: Action) -> bool {
    match done {
        Action::TurnLeft | Action::TurnRight | Action::Shake => true,
        Action::Nod | Action::MouthOpen => matches!(asked, Cue::Blink),
        Action::Blink | Action::ComeCloser => false,
    }
}

/// Degrees of yaw that count as a turn from rest (`vision::liveness`), of which [`NEARLY`] is on the way.
const TURN: f32 = 18.0;

/// Is the face on its way to what was asked for?
fn nearly(asked: Cue, frame: &FrameEvidence) -> bool {
    let Some(face) = &frame.face else {
        return false;
    };
    let towards = match asked {
        Cue::TurnLeft => -face.pose.yaw,
        Cue::TurnRight => face.pose.yaw,
        _ => return false,
    };
    (NEARLY * TURN..TURN).contains(&towards)
}

/// Milliseconds of seconds; what is not a time is none.
fn millis(seconds: f32) -> u32 {
    (seconds.max(0.0) * 1000.0) as u32
}
