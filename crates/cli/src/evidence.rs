//! Files to evidence: each photo is measured on its own, side by side.

use std::path::{Path, PathBuf};

use menshen_core::Evidence;
use menshen_core::evidence::LivenessEvidence;
use menshen_engine::{Engine, Person, Side};
use menshen_vision::parallel;

use crate::input::{self, InputError};
use crate::liveness;

/// The files of one verification.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Photo of the side with the portrait.
    pub front: Option<PathBuf>,
    /// Photo of the other side.
    pub back: Option<PathBuf>,
    /// Picture of the person.
    pub selfie: Option<PathBuf>,
    /// Folder of frames of the person.
    pub frames: Option<PathBuf>,
    /// Frames a second.
    pub fps: f32,
}

type Measured = (Person, Option<LivenessEvidence>);

/// Measures all files. A photo that cannot be decoded is a result, an error is the machine's.
pub fn gather(engine: &Engine, files: &Files) -> anyhow::Result<Evidence> {
    let (front, back, person) = std::thread::scope(|scope| {
        let side = |file| match (&files.front, &files.back) {
            (Some(_), Some(_)) => parallel::beside(|| page(engine, file)),
            _ => page(engine, file),
        };
        let front = scope.spawn(move || side(files.front.as_deref()));
        let back = scope.spawn(move || side(files.back.as_deref()));
        let person = person(engine, files);
        (joined(front), joined(back), person)
    });
    let (front, back) = (front?, back?);
    let (person, liveness) = match person? {
        Some((person, liveness)) => (Some(person), liveness),
        None => (None, None),
    };
    let portrait = front.as_ref().and_then(|side| side.portrait.as_ref());
    let selfie = person.as_ref().and_then(|person| person.embedding.as_ref());
    let face_match = portrait.zip(selfie);
    let face_match = face_match.map(|(portrait, selfie)| engine.face.match_faces(portrait, selfie));
    let face_match = face_match.transpose()?;
    Ok(Evidence {
        front: front.map(|side| side.evidence),
        back: back.map(|side| side.evidence),
        selfie: person.map(|person| person.evidence),
        face_match,
        liveness,
        // The command line knows nobody else.
        duplicates: None,
        // It has no list to search: a policy that requires it sends the case to a person.
        screening: None,
    })
}

/// A panic in a thread goes on in the one that waits for it.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn page(engine: &Engine, path: Option<&Path>) -> anyhow::Result<Option<Side>> {
    let Some(path) = path else {
        return Ok(None);
    };
    Ok(Some(match input::read_original(path) {
        Ok(original) => engine.side(&original)?,
        Err(InputError { code, .. }) => Side::unreadable(&code),
    }))
}

fn person(engine: &Engine, files: &Files) -> anyhow::Result<Option<Measured>> {
    if let Some(folder) = &files.frames {
        let (liveness, best) = liveness::measure(&engine.face, folder, files.fps)?;
        let person = match best {
            Some(best) => engine.person(&best)?,
            None => Person::default(),
        };
        return Ok(Some((person, Some(liveness))));
    }
    let Some(path) = &files.selfie else {
        return Ok(None);
    };
    let person = match input::read_photo(path) {
        Ok(photo) => engine.person(&photo)?,
        Err(InputError { code, .. }) => Person::unreadable(&code),
    };
    Ok(Some((person, None)))
}
