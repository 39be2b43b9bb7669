//! A session of a live check on a simulated clock, as the server runs it.

use menshen_core::card::{Metric, ModelCards};
use menshen_core::evidence::{LiveEvidence, LivenessEvidence, SourceEvidence, TimingEvidence};
use menshen_core::live::{Challenge, FrameEvidence, Live, Say, Stopped, Timed};
use menshen_core::{Outcome, Policy, Reason, judge_liveness};
use menshen_engine::FaceEngine;
use menshen_engine::live::{actions, sequence};

use super::chance::Chance;

/// Milliseconds between frames: the client sends ten a second.
pub const STEP_MS: u32 = 100;
/// Longest session that is drawn, in frames; the policy ends them long before.
const FRAMES_MAX: usize = 900;

/// Where frames come from.
pub trait Source {
    /// Hears what the server says, in milliseconds from the opening of the session.
    fn hear(&mut self, say: &Say, at_ms: u32);
    /// Returns what the frame shows that is taken at a time; `None` when there are no more.
    fn look(
        &mut self,
        index: usize,
        at_ms: u32,
        before: Option<&FrameEvidence>,
    ) -> anyhow::Result<Option<FrameEvidence>>;
}

/// How evenly frames are taken and how they travel.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Deviation of the moments at which frames are taken, in milliseconds.
    pub jitter_ms: f32,
}

/// A session that has ended.
#[derive(Debug)]
pub struct Ended {
    /// What its frames show.
    pub frames: Vec<Timed>,
    /// What was asked and shown.
    pub live: Live,
    /// Everything as it is judged.
    pub evidence: LivenessEvidence,
}

/// What came of a session.
#[derive(Debug)]
pub struct Verdict {
    /// Where it leads.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Runs a session to its end.
pub fn run(
    policy: &Policy,
    challenge: Challenge,
    source: &mut dyn Source,
    pace: Pace,
    chance: &mut Chance,
    embedder: Option<(&str, Metric)>,
) -> anyhow::Result<Ended> {
    let rules = &policy.liveness.challenge;
    let mut live = Live::new(challenge, rules);
    let mut clock = Clock::new(pace, chance);
    let mut frames: Vec<Timed> = Vec::new();
    let mut now = 0;
    for index in 0..FRAMES_MAX {
        let (taken, arrived) = clock.next(chance);
        // Colours change by the server's clock, whether frames arrive or not.
        while let Some(due) = live.due_ms().filter(|due| *due <= taken) {
            for say in live.tick(due) {
                source.hear(&say, due + clock.down_ms);
            }
            now = due;
        }
        if live.is_over() {
            break;
        }
        let before = frames.last().map(|timed| &timed.frame);
        let Some(frame) = source.look(index, taken, before)? else {
            live.stop(Stopped::Abandoned);
            break;
        };
        let time = taken as f32 / 1000.0;
        frames.push(Timed { time, frame });
        let seen = actions(&frames);
        now = now.max(arrived);
        let Some(Timed { frame, .. }) = frames.last() else {
            break;
        };
        for say in live.frame(&policy.face, frame, &seen, taken, now) {
            source.hear(&say, now + clock.down_ms);
        }
    }
    // Whatever never ends was given up.
    live.stop(Stopped::TimedOut);
    let mut evidence = sequence(&frames, &live.colours, embedder);
    evidence.live = Some(told(&live, clock.timing(frames.len()), now));
    Ok(Ended {
        frames,
        live,
        evidence,
    })
}

/// Runs a session to its end and judges it by a policy.
pub fn judged(
    policy: &Policy,
    engine: &FaceEngine,
    challenge: Challenge,
    source: &mut dyn Source,
    pace: Pace,
    chance: &mut Chance,
) -> anyhow::Result<(Ended, Verdict)> {
    let card = engine.embedder_card(engine.embedder(None)?);
    let embedder = (card.name.as_str(), card.metric.unwrap_or(Metric::Cosine));
    let ended = run(policy, challenge, source, pace, chance, Some(embedder))?;
    let verdict = Verdict::of(policy, &ended.evidence, &engine.cards());
    Ok((ended, verdict))
}

impl Verdict {
    /// Judges what a session showed by a policy.
    pub fn of(policy: &Policy, evidence: &LivenessEvidence, cards: &ModelCards) -> Self {
        let reasons = judge_liveness(policy, evidence, cards);
        // The worst of its reasons, as everywhere.
        let ends = reasons.iter().map(|reason| Outcome::from(reason.end));
        Self {
            outcome: ends.max().unwrap_or(Outcome::Approved),
            reasons,
        }
    }
}

fn told(live: &Live, timing: TimingEvidence, ended_ms: u32) -> LiveEvidence {
    LiveEvidence {
        mode: live.challenge.mode,
        bits: live.challenge.bits,
        cues: live.cues.clone(),
        cues_left: live.cues_left(),
        wrong: match live.stopped() {
            Some(Stopped::WrongAction { done, .. }) => Some(done),
            _ => None,
        },
        colours: live
            .colours
            .iter()
            .filter(|shown| shown.what.is_some())
            .count() as u32,
        no_light: live.challenge.no_light,
        stopped: live.stopped(),
        ended_ms,
        // The store of earlier recordings is left out: nothing here may depend on having seen a recording before.
        replayed: 0,
        timing,
        source: SourceEvidence::default(),
    }
}

/// Times of frames: when they are taken, and when they arrive.
struct Clock {
    pace: Pace,
    index: u32,
    last_arrival: u32,
    /// Way of a frame to the server and its look, and way of a word back, in milliseconds.
    up_ms: f32,
    down_ms: u32,
    taken: Vec<f32>,
    arrived: Vec<f32>,
}

impl Clock {
    fn new(pace: Pace, chance: &mut Chance) -> Self {
        Self {
            pace,
            index: 0,
            last_arrival: 0,
            up_ms: chance.between(35.0, 70.0),
            down_ms: chance.between(10.0, 40.0) as u32,
            taken: Vec::new(),
            arrived: Vec::new(),
        }
    }

    fn next(&mut self, chance: &mut Chance) -> (u32, u32) {
        let early = (chance.bell() * self.pace.jitter_ms).clamp(-30.0, 30.0);
        let taken = (self.index * STEP_MS) as f32 + 40.0 + early;
        // One frame in fifty waits for the network.
        let late = if chance.below(50) == 0 { 120.0 } else { 0.0 };
        let arrived = taken + self.up_ms + chance.between(0.0, 20.0) + late;
        self.last_arrival = self.last_arrival.max(arrived as u32);
        self.index += 1;
        self.taken.push(taken);
        self.arrived.push(self.last_arrival as f32);
        (taken as u32, self.last_arrival)
    }

    fn timing(&self, frames: usize) -> TimingEvidence {
        let frames = frames.min(self.taken.len());
        let spread = |times: &[f32]| {
            let steps: Vec<f32> = times.windows(2).map(|w| w[1] - w[0]).collect();
            let n = steps.len().max(1) as f32;
            let mean = steps.iter().sum::<f32>() / n;
            (steps.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / n).sqrt()
        };
        TimingEvidence {
            frames: frames as u32,
            lost: 0,
            rate: 1000.0 / STEP_MS as f32,
            claimed_jitter_ms: spread(&self.taken[..frames]),
            arrival_jitter_ms: spread(&self.arrived[..frames]),
            bent: 0,
            reconnects: 0,
        }
    }
}
