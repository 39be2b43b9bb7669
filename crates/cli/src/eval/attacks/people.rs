//! Whoever sits for the bench: portraits that look straight, as puppets.

use std::fs;
use std::path::{Path, PathBuf};

use menshen_core::evidence::{Action, FaceMeasures};
use menshen_core::live::{Cue, Say, Timed};
use menshen_engine::FaceEngine;
use menshen_engine::live::{Look, actions};
use menshen_specimen::attack::{Puppet, Session, Species, drawn_portrait_jpeg};
use menshen_vision::photo::Limits;
use menshen_vision::{Photo, parallel};

use super::chance::Chance;
use crate::input;

/// What a portrait must be so that a head can be made of it: degrees, openings, pixels.
const TURN_MAX: f32 = 9.0;
const PITCH_MAX: f32 = 12.0;
const MOUTH_MAX: f32 = 0.12;
const EYES_MIN: f32 = 0.2;
const EYE_DISTANCE_MIN: f32 = 26.0;
/// Likelihood from which something hides part of the face.
const COVERED_MAX: f32 = 0.5;

/// Returns at most `n` puppets of pictures below a folder, one of each folder of pictures, in an order that the seed chooses.
/// Without a folder they are drawn people.
pub fn gather(
    engine: &FaceEngine,
    folder: Option<&Path>,
    n: usize,
    seed: u64,
) -> anyhow::Result<Vec<Puppet>> {
    let Some(folder) = folder else {
        let mut puppets = Vec::new();
        // Not everybody who is drawn does.
        for i in 0..4 * n as u64 {
            if puppets.len() == n {
                break;
            }
            let jpeg = drawn_portrait_jpeg(seed.wrapping_add(i))?;
            let photo = Photo::decode(&jpeg, &Limits::default())?;
            puppets.extend(puppet(engine, &photo));
        }
        return Ok(puppets);
    };
    let mut files = Vec::new();
    one_of_each(folder, &mut files, 0)?;
    files.sort();
    let mut chance = Chance::new(seed, 11);
    for i in (1..files.len()).rev() {
        files.swap(i, chance.below(i as u32 + 1) as usize);
    }
    let mut puppets = Vec::new();
    // In batches, so that no more pictures are looked at than are needed.
    for batch in files.chunks(16) {
        let look = |path: &PathBuf| puppet(engine, &input::read_photo(path).ok()?);
        puppets.extend(parallel::map(batch.iter(), look).into_iter().flatten());
        if puppets.len() >= n {
            break;
        }
    }
    puppets.truncate(n);
    Ok(puppets)
}

/// The first picture of every folder below one, three folders deep at most.
fn one_of_each(folder: &Path, files: &mut Vec<PathBuf>, depth: u32) -> anyhow::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.flatten().map(|e| e.path()).collect();
    entries.sort();
    let picture = |path: &PathBuf| {
        let ending = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        path.is_file() && matches!(ending, "jpg" | "jpeg" | "png" | "webp")
    };
    match depth {
        // A flat folder of pictures: every one is somebody.
        0 => files.extend(entries.iter().filter(|p| picture(p)).cloned()),
        _ => files.extend(entries.iter().find(|p| picture(p)).cloned()),
    }
    for entry in entries.iter().filter(|e| e.is_dir() && depth < 3) {
        one_of_each(entry, files, depth + 1)?;
    }
    Ok(())
}

fn puppet(engine: &FaceEngine, photo: &Photo) -> Option<Puppet> {
    let (measures, points) = engine.surface(photo).ok()??;
    let puppet = straight(&measures).then(|| Puppet::new(&photo.pixels, &points).ok())??;
    opens_its_mouth(engine, &puppet).ok()?.then_some(puppet)
}

/// Between two frames of the trial, and its length, in milliseconds.
const TRIAL: (u32, u32) = (200, 3_600);

/// Is it seen when the puppet opens its mouth? Teeth of somebody who smiled are drawn into the opening, and the mesh takes them for
/// closed lips: nobody, in the flesh or as an attacker, would choose that portrait.
fn opens_its_mouth(engine: &FaceEngine, puppet: &Puppet) -> anyhow::Result<bool> {
    let mut session = Session::new(Species::BonaFide, puppet, puppet, 1);
    let asked = Say::Cue {
        n: 1,
        cue: Cue::MouthOpen,
        within_ms: TRIAL.1,
    };
    session.hear(&asked, 0);
    let mut frames: Vec<Timed> = Vec::new();
    for at_ms in (0..TRIAL.1).step_by(TRIAL.0 as usize) {
        let near = frames.last().and_then(|timed| timed.frame.face.as_ref());
        let look = Look {
            near: near.map(|face| face.region),
            ..Look::default()
        };
        let frame = engine.frame(&session.frame(at_ms)?, &look)?;
        let time = at_ms as f32 / 1000.0;
        frames.push(Timed { time, frame });
    }
    let seen = actions(&frames);
    Ok(seen.iter().any(|event| event.action == Action::MouthOpen))
}

fn straight(face: &FaceMeasures) -> bool {
    let quality = &face.quality;
    let covered = [
        quality.eyes_covered,
        quality.mouth_covered,
        quality.forehead_covered,
    ];
    face.pose.yaw.abs() <= TURN_MAX
        && face.pose.pitch.abs() <= PITCH_MAX
        && face.mouth_open <= MOUTH_MAX
        && face.eyes_open.iter().all(|open| *open >= EYES_MIN)
        && face.eye_distance >= EYE_DISTANCE_MIN
        && covered.iter().all(|likely| *likely <= COVERED_MAX)
}
