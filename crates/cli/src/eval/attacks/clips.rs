//! Real clips of live people and of attacks: cut into frames, looked at once, played against challenges.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use menshen_core::evidence::{Action, ActionEvent};
use menshen_core::live::{Challenge, Cue, FrameEvidence, Mode, NoLight, PlannedCue, Say, Timed};
use menshen_core::{Outcome, Policy};
use menshen_engine::FaceEngine;
use menshen_engine::live::{Look, actions};
use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::drive::{self, Pace, Source};

/// Frames of a clip that are looked at: half a minute.
const FRAMES_MAX: usize = 300;
/// Challenges drawn as a server does, for each clip.
const DRAWN: u64 = 20;
/// Longest rest before a cue that is built to match a clip, in milliseconds.
const REST_MAX: u32 = 8_000;

#[derive(Deserialize)]
struct Label {
    file: PathBuf,
    label: String,
    kind: String,
}

/// What came of one clip.
#[derive(Debug, Serialize)]
pub struct Clip {
    /// The clip, as its truth names it.
    pub file: PathBuf,
    /// What it shows.
    pub label: String,
    /// Frames looked at.
    pub frames: usize,
    /// Actions seen.
    pub actions: Vec<Action>,
    /// Cues built to match what it shows; none where it shows nothing that can be asked for.
    pub matching: Vec<Cue>,
    /// Where the matching challenge leads, with its reasons; colours are left out of it, because the clip shows none.
    pub outcome: Option<(Outcome, Vec<String>)>,
    /// Challenges drawn by chance that accepted it, of how many.
    pub accepted: [u64; 2],
}

struct Shown<'a>(&'a [FrameEvidence]);

impl Source for Shown<'_> {
    fn hear(&mut self, _: &Say, _: u32) {}

    fn look(
        &mut self,
        index: usize,
        _: u32,
        _: Option<&FrameEvidence>,
    ) -> anyhow::Result<Option<FrameEvidence>> {
        Ok(self.0.get(index).cloned())
    }
}

/// Judges every clip of `labels.csv` in a folder. `None` where there is no such file or no ffmpeg.
pub fn judge(
    engine: &FaceEngine,
    policy: &Policy,
    folder: &Path,
    scratch: &Path,
) -> anyhow::Result<Option<Vec<Clip>>> {
    let path = folder.join("labels.csv");
    if !path.is_file() {
        return Ok(None);
    }
    let mut clips = Vec::new();
    for row in csv::Reader::from_path(&path)?.deserialize() {
        let Label { file, label, kind } = row?;
        if kind != "video" {
            continue;
        }
        let Some(frames) = cut(&folder.join(&file), &scratch.join(clips.len().to_string()))? else {
            return Ok(None);
        };
        clips.push(one(engine, policy, file, label, &frames)?);
    }
    Ok(Some(clips))
}

/// Cuts a clip into ten frames a second within 640 x 480 pixels; `None` without ffmpeg.
fn cut(clip: &Path, into: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    fs::create_dir_all(into)?;
    let size = "fps=10,scale=640:480:force_original_aspect_ratio=decrease";
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-i"])
        .arg(clip)
        .args(["-vf", size, "-q:v", "3"])
        .arg(into.join("%05d.jpg"))
        .stdout(Stdio::null())
        .status();
    if !done.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let mut files: Vec<_> = fs::read_dir(into)?.flatten().map(|e| e.path()).collect();
    files.sort();
    files.truncate(FRAMES_MAX);
    Ok(Some(files))
}

fn one(
    engine: &FaceEngine,
    policy: &Policy,
    file: PathBuf,
    label: String,
    files: &[PathBuf],
) -> anyhow::Result<Clip> {
    let mut frames: Vec<FrameEvidence> = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let look = Look::after(index, frames.last());
        frames.push(engine.frame(&fs::read(path)?, &look)?);
    }
    let timed: Vec<Timed> = (frames.iter().enumerate())
        .map(|(i, frame)| Timed {
            time: i as f32 / 10.0,
            frame: frame.clone(),
        })
        .collect();
    let seen = actions(&timed);
    let matching = matching(policy, &seen, &frames)?;
    let outcome = match matching.cues.is_empty() {
        true => None,
        false => Some(judged(engine, policy, matching.clone(), &frames, 1)?),
    };
    let mut accepted = [0, DRAWN];
    for seed in 0..DRAWN {
        let mut chance = Chance::new(seed, 31);
        let rules = &policy.liveness.challenge;
        let challenge = Challenge::draw(rules, Mode::Usual, None, |n| chance.below(n));
        let (outcome, _) = judged(engine, policy, challenge, &frames, seed)?;
        accepted[0] += u64::from(outcome == Outcome::Approved);
    }
    Ok(Clip {
        file,
        label,
        frames: frames.len(),
        actions: seen.iter().map(|event| event.action).collect(),
        matching: matching.cues.iter().map(|planned| planned.cue).collect(),
        outcome,
        accepted,
    })
}

/// A challenge that asks for what a clip shows, just before it shows it: at most as many cues as the policy asks for.
fn matching(
    policy: &Policy,
    seen: &[ActionEvent],
    frames: &[FrameEvidence],
) -> anyhow::Result<Challenge> {
    let mut challenge = Challenge {
        mode: Mode::Usual,
        cues: Vec::new(),
        instead: Vec::new(),
        light: None,
        no_light: Some(NoLight::Policy),
        // It was not drawn: what it would be worth is not what is tried here.
        bits: 20.0,
        bits_instead: 20.0,
    };
    let most = policy.liveness.challenge.cues_n as usize;
    for cue in seen.iter().filter_map(|event| asked_by(event.action)) {
        if challenge.cues.len() == most {
            break;
        }
        for wait_ms in (0..REST_MAX).step_by(300) {
            let mut tried = challenge.clone();
            tried.cues.push(PlannedCue { cue, wait_ms });
            if answered(policy, &tried, frames)? == tried.cues.len() {
                challenge = tried;
                break;
            }
        }
    }
    Ok(challenge)
}

const fn asked_by(action: Action) -> Option<Cue> {
    match action {
        Action::TurnLeft => Some(Cue::TurnLeft),
        Action::TurnRight => Some(Cue::TurnRight),
        Action::Nod => Some(Cue::Nod),
        Action::Blink => Some(Cue::Blink),
        Action::MouthOpen => Some(Cue::MouthOpen),
        Action::ComeCloser => Some(Cue::ComeCloser),
        Action::Shake => None,
    }
}

fn answered(
    policy: &Policy,
    challenge: &Challenge,
    frames: &[FrameEvidence],
) -> anyhow::Result<usize> {
    let mut chance = Chance::new(1, 32);
    let pace = Pace { jitter_ms: 3.0 };
    let mut source = Shown(frames);
    let ended = drive::run(
        policy,
        challenge.clone(),
        &mut source,
        pace,
        &mut chance,
        None,
    )?;
    Ok(ended
        .live
        .cues
        .iter()
        .filter(|cue| cue.began_ms.is_some())
        .count())
}

fn judged(
    engine: &FaceEngine,
    policy: &Policy,
    challenge: Challenge,
    frames: &[FrameEvidence],
    seed: u64,
) -> anyhow::Result<(Outcome, Vec<String>)> {
    let mut policy = policy.clone();
    // A short clip shows fewer actions than a session asks for: what it shows is what it is judged by.
    if challenge.no_light == Some(NoLight::Policy) {
        let rules = &mut policy.liveness.challenge;
        rules.cues_n = rules.cues_n.min(challenge.cues.len() as u32);
    }
    let mut chance = Chance::new(seed, 32);
    let pace = Pace { jitter_ms: 3.0 };
    let mut source = Shown(frames);
    let (_, verdict) = drive::judged(&policy, engine, challenge, &mut source, pace, &mut chance)?;
    let reasons = verdict.reasons.iter().map(super::report::words).collect();
    Ok((verdict.outcome, reasons))
}
