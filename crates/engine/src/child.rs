//! The child's side: models are loaded, the door is shut, then requests are answered until the parent closes the pipe.

use std::io::{self, Read, Write};

use menshen_core::evidence::FaceMatch;
use menshen_vision::face::Embedding;
use menshen_vision::liveness::Look;
use menshen_vision::{Photo, photo};
use thiserror::Error;

use crate::error::EngineError;
use crate::evidence::{Engine, Holder, Original, Person, Side};
use crate::face::FaceEngine;
use crate::isolate::{self, Isolation, Limits};
use crate::protocol::{
    Answer, MAX_REQUEST_BYTES, Message, ProtocolError, Ready, Request, read_frame, write_frame,
};

/// Most pixels of a re-encoded picture: more than a screen shows or a decision needs.
pub const CLEAN_PIXELS: u64 = 12_000_000;

/// JPEG quality of a re-encoded picture: print and skin stay as they are to the eye, at a third of the size of 98.
const CLEAN_QUALITY: u8 = 92;

/// Whatever keeps an engine from being loaded; the parent is told.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Why a child ends otherwise than by its parent's wish.
#[derive(Debug, Error)]
pub enum ChildError {
    /// The models could not be loaded or tried.
    #[error("start the engine")]
    Start(#[source] StartError),
    /// The parent said something that is no request, or went away.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

/// What a child has loaded.
pub enum Serving {
    /// Everything.
    All(Box<Engine>),
    /// The models that see faces: for frames of live checks.
    Faces(Box<FaceEngine>),
}

impl Serving {
    fn face(&self) -> &FaceEngine {
        match self {
            Self::All(engine) => &engine.face,
            Self::Faces(faces) => faces,
        }
    }

    /// Answers one request; `None` where it asks for models that are not loaded.
    fn answer(&self, request: Request) -> Option<Result<Answer, EngineError>> {
        match self {
            Self::All(engine) => Some(answer(engine, request)),
            Self::Faces(faces) => answer_faces(faces, request),
        }
    }
}

/// Serves a parent over standard input and output; returns when it closes the pipe. Nothing else may write to standard
/// output. No thread may have been started before: `load` is the place to start them.
pub fn run(
    limits: &Limits,
    load: impl FnOnce() -> Result<Serving, StartError>,
) -> Result<(), ChildError> {
    let mut isolation = isolate::before_threads();
    let mut out = io::stdout().lock();
    let started = load().and_then(|engine| {
        let engine = warmed_up(engine)?;
        let numbers = engine.face().lead_numbers()?;
        Ok((engine, numbers))
    });
    let (engine, lead_numbers) = match started {
        Ok(started) => started,
        Err(error) => {
            let reason = chain(&*error);
            send(&mut out, &Message::Broken { reason })?;
            return Err(ChildError::Start(error));
        }
    };
    end_with_the_pipe(&mut isolation);
    isolate::before_requests(&mut isolation, limits);
    let ready = ready(&engine, lead_numbers, isolation);
    send(&mut out, &Message::Ready(ready))?;
    serve(&engine, &mut io::stdin().lock(), &mut out)
}

fn serve(
    engine: &Serving,
    requests: &mut impl Read,
    out: &mut impl Write,
) -> Result<(), ChildError> {
    while let Some(frame) = read_frame(requests, MAX_REQUEST_BYTES)? {
        let request = Request::decode(&frame)?;
        drop(frame);
        let message = match engine.answer(request) {
            Some(Ok(answer)) => Message::Answer(answer),
            Some(Err(_)) | None => Message::Failed,
        };
        send(out, &message)?;
    }
    Ok(())
}

fn send(out: &mut impl Write, message: &Message) -> Result<(), ChildError> {
    let frame = message.encode()?;
    write_frame(out, &frame).map_err(|error| ProtocolError::from(error).into())
}

fn ready(engine: &Serving, lead_numbers: usize, isolation: Isolation) -> Ready {
    let face = engine.face();
    let embedder = face.embedder(None).expect("the warm-up has used it");
    Ready {
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        cards: face.cards(),
        embedder: face.embedder_card(embedder).name.clone(),
        lead_numbers: Some(lead_numbers),
        isolation,
    }
}

/// Runs the networks once, so that pools of threads exist and what libraries read of the system is read while that is
/// possible; the first request is the faster for it.
fn warmed_up(engine: Serving) -> Result<Serving, EngineError> {
    /// A grey PNG of 64 x 64 pixels.
    const GREY: &[u8] = include_bytes!("grey.png");
    let original = Original::decode(GREY.to_vec()).expect("the picture is part of the program");
    if let Serving::All(engine) = &engine {
        engine.side(&original)?;
    }
    engine.face().person(&original.photo)?;
    Ok(engine)
}

/// Answers one request. A bad photo is an answer; an error is the machine's.
pub fn answer(engine: &Engine, request: Request) -> Result<Answer, EngineError> {
    match request {
        Request::Page { bytes } => page(engine, bytes),
        Request::Selfie { bytes } => selfie(&engine.face, bytes),
        Request::Statement { bytes, template } => statement(engine, bytes, template),
        Request::Clean { bytes } => cleaned(&bytes),
        Request::Frame { bytes, look } => frame(&engine.face, &bytes, &look),
        Request::Compare { a, b } => score(&engine.face, a, b),
    }
}

/// Answers one request by the face models alone; `None` where it asks for others.
pub fn answer_faces(faces: &FaceEngine, request: Request) -> Option<Result<Answer, EngineError>> {
    match request {
        Request::Selfie { bytes } => Some(selfie(faces, bytes)),
        Request::Frame { bytes, look } => Some(frame(faces, &bytes, &look)),
        Request::Compare { a, b } => Some(score(faces, a, b)),
        Request::Page { .. } | Request::Statement { .. } | Request::Clean { .. } => None,
    }
}

fn frame(faces: &FaceEngine, bytes: &[u8], look: &Look) -> Result<Answer, EngineError> {
    let evidence = Box::new(faces.frame(bytes, look)?);
    Ok(Answer::Frame { evidence })
}

fn score(faces: &FaceEngine, a: Vec<f32>, b: Vec<f32>) -> Result<Answer, EngineError> {
    let FaceMatch { model, score } = faces.match_faces(&Embedding::new(a), &Embedding::new(b))?;
    Ok(Answer::Score { model, score })
}

fn page(engine: &Engine, bytes: Vec<u8>) -> Result<Answer, EngineError> {
    let (side, clean) = match Original::decode(bytes) {
        Ok(original) => {
            let (side, clean) = beside(|| engine.side(&original), || clean(&original.photo));
            (side?, Some(clean?))
        }
        Err(error) => (Side::unreadable(error.code()), None),
    };
    Ok(Answer::Page {
        evidence: side.evidence,
        portrait: side.portrait.map(numbers),
        clean,
    })
}

fn selfie(engine: &FaceEngine, bytes: Vec<u8>) -> Result<Answer, EngineError> {
    let (person, clean) = match Original::decode(bytes) {
        Ok(Original { photo, .. }) => {
            let (person, clean) = beside(|| engine.person(&photo), || clean(&photo));
            (person?, Some(clean?))
        }
        Err(error) => (Person::unreadable(error.code()), None),
    };
    Ok(Answer::Selfie {
        evidence: person.evidence,
        embedding: person.embedding.map(numbers),
        clean,
    })
}

fn statement(
    engine: &Engine,
    bytes: Vec<u8>,
    template: Option<Vec<f32>>,
) -> Result<Answer, EngineError> {
    let template = template.map(Embedding::new);
    let (holder, clean) = match Original::decode(bytes) {
        Ok(Original { photo, .. }) => {
            // Only when the writing was read it is known which way up the picture is kept.
            let (holder, upright) = engine.holder(&photo, template.as_ref())?;
            (holder, Some(clean(&upright)?))
        }
        Err(error) => (Holder::unreadable(error.code()), None),
    };
    Ok(Answer::Statement {
        evidence: holder.evidence,
        embedding: holder.embedding.map(numbers),
        clean,
    })
}

fn cleaned(bytes: &[u8]) -> Result<Answer, EngineError> {
    let limits = photo::Limits::default();
    let photo = photo::look(bytes, &limits).and_then(|_| Photo::decode(bytes, &limits));
    let picture = match photo {
        Ok(photo) => Ok(clean(&photo)?),
        Err(error) => Err(error.code().to_owned()),
    };
    Ok(Answer::Clean { picture })
}

fn clean(photo: &Photo) -> Result<Vec<u8>, EngineError> {
    Ok(photo.clean_jpeg(CLEAN_PIXELS, CLEAN_QUALITY)?)
}

fn numbers(embedding: Embedding) -> Vec<f32> {
    embedding.values().to_vec()
}

/// Does two things at once where the caller's pool has two threads. A plain thread: see `vision::parallel`.
fn beside<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    if rayon::current_num_threads() < 2 {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        let second = second.join();
        (
            first,
            second.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    })
}

/// An error and what caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

/// Ends the process as soon as the other end of standard input is closed, whatever it is doing then.
#[cfg(unix)]
fn end_with_the_pipe(isolation: &mut Isolation) {
    use rustix::event::{PollFd, PollFlags, poll};
    let watch = || {
        let stdin = io::stdin();
        loop {
            // No event is asked for: a pipe without a writer is always told.
            let mut pipe = [PollFd::new(&stdin, PollFlags::empty())];
            let polled = poll(&mut pipe, None);
            if polled.is_ok() && !pipe[0].revents().is_empty() {
                std::process::exit(0);
            }
        }
    };
    let watcher = std::thread::Builder::new().name("parent".to_owned());
    isolation.note("ends with its pipe", watcher.spawn(watch).map(drop));
}

/// Elsewhere the process ends when it next reads.
#[cfg(not(unix))]
fn end_with_the_pipe(isolation: &mut Isolation) {
    isolation.note("ends with its pipe", Err("only Unix is supported"));
}
