//! Files to evidence: each photo is measured on its own, side by side.

use std::path::{Path, PathBuf};

use menshen_core::Evidence;
use menshen_core::evidence::{FaceEvidence, FaceMatch, LivenessEvidence, PageEvidence};
use menshen_vision::face::Embedding;
use menshen_vision::{Photo, parallel};

use crate::engine::Engine;
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

struct Person {
    face: FaceEvidence,
    liveness: Option<LivenessEvidence>,
    embedding: Option<Embedding>,
}

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
    let (front, portrait) = front?;
    let (back, _) = back?;
    let person = person?;
    let selfie = person.as_ref().and_then(|person| person.embedding.as_ref());
    let embedder = engine.face.embedder(None)?;
    let face_match = portrait.zip(selfie).map(|(portrait, selfie)| FaceMatch {
        model: engine.face.embedder_card(embedder).name.clone(),
        score: engine.face.compare(embedder, &portrait, selfie),
    });
    let (selfie, liveness) = match person {
        Some(person) => (Some(person.face), person.liveness),
        None => (None, None),
    };
    Ok(Evidence {
        front,
        back,
        selfie,
        face_match,
        liveness,
    })
}

/// A panic in a thread goes on in the one that waits for it.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

type Side = (Option<PageEvidence>, Option<Embedding>);

fn page(engine: &Engine, path: Option<&Path>) -> anyhow::Result<Side> {
    let Some(path) = path else {
        return Ok((None, None));
    };
    let photo = match input::read_original(path) {
        Ok(photo) => photo,
        Err(InputError { code, .. }) => {
            let page = PageEvidence {
                unreadable: Some(code),
                ..PageEvidence::default()
            };
            return Ok((Some(page), None));
        }
    };
    let page = engine.page(&photo)?;
    let embedding = match &page.portrait {
        Some(portrait) => engine
            .face
            .embed_portrait(engine.face.embedder(None)?, portrait)?,
        None => None,
    };
    Ok((Some(page.evidence), embedding))
}

fn person(engine: &Engine, files: &Files) -> anyhow::Result<Option<Person>> {
    if let Some(folder) = &files.frames {
        let (liveness, best) = liveness::measure(&engine.face, folder, files.fps)?;
        let Some(best) = best else {
            let face = FaceEvidence::default();
            return Ok(Some(Person {
                face,
                liveness: Some(liveness),
                embedding: None,
            }));
        };
        return selfie(engine, &best).map(|person| {
            Some(Person {
                liveness: Some(liveness),
                ..person
            })
        });
    }
    let Some(path) = &files.selfie else {
        return Ok(None);
    };
    match input::read_photo(path) {
        Ok(photo) => selfie(engine, &photo).map(Some),
        Err(InputError { code, .. }) => {
            let face = FaceEvidence {
                unreadable: Some(code),
                ..FaceEvidence::default()
            };
            Ok(Some(Person {
                face,
                liveness: None,
                embedding: None,
            }))
        }
    }
}

fn selfie(engine: &Engine, photo: &Photo) -> anyhow::Result<Person> {
    let face = engine.face.examine(photo)?;
    let embedding = engine.face.embed(engine.face.embedder(None)?, photo)?;
    Ok(Person {
        face,
        liveness: None,
        embedding,
    })
}
