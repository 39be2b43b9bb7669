//! A session as it goes: read from the database, moved by frames and time, written back.

use std::sync::Arc;

use axum::body::Bytes;
use menshen_core::Policy;
use menshen_core::ids::{LiveId, TenantId};
use menshen_core::live::{
    Arrivals, Camera, FrameEvidence, Live, Say, State, Stopped, Timed, worth,
};
use menshen_core::time::Millis;
use menshen_engine::live::{Look, actions};
use menshen_engine::{Answer, Request, Standing};
use menshen_store::{LiveRow, LiveState, LiveStep, Purpose};
use serde::{Deserialize, Serialize};

use super::message::{self, Message};
use super::{LARGEST_MESSAGE, MOST_BYTES, MOST_FRAMES};
use crate::app::App;
use crate::capture;
use crate::problem::ApiError;

/// A session is written at least so often while frames come, in milliseconds: what a node that dies takes with it.
pub const KEEP_EVERY: i64 = 1_000;
/// A frame takes the place of the best one so far when it is worth so many times as much: each is a sealed file.
const BETTER: f32 = 1.1;

/// What is sealed of a session while it runs.
#[derive(Serialize, Deserialize)]
pub struct Held {
    /// The session's key.
    pub key: [u8; 32],
    /// What it asks for and where it stands.
    pub live: Live,
    /// Times of the frames so far.
    pub arrivals: Arrivals,
    /// What the client says of its camera.
    pub camera: Camera,
    /// Messages that were taken.
    pub messages: u32,
    /// Their bytes.
    pub bytes: u64,
    /// The best frame so far: its number among those looked at, and its worth.
    pub best: Option<(u32, f32)>,
}

impl Drop for Held {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// A session that runs.
pub struct Session {
    /// Its row.
    pub row: LiveRow,
    /// What its verification is judged by.
    pub policy: Arc<Policy>,
    /// What is sealed of it.
    pub held: Held,
    /// What the frames so far have shown.
    pub frames: Vec<Timed>,
    /// How many of them are written.
    kept: usize,
    kept_at: Millis,
    /// The best frame's file, where it came over this connection.
    pub best: Option<Bytes>,
    best_is_new: bool,
}

/// Why a message is no frame of this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is too short to be one.
    Bad,
    /// Its proof is wrong, or its number was used.
    Forged,
    /// It is larger than a message may be.
    TooLarge,
    /// The session has had as many as it may have.
    TooMany,
}

/// A frame that was taken, to be looked at.
pub struct Taken {
    /// The file.
    pub jpeg: Bytes,
    /// When it was taken, in milliseconds from the opening.
    pub taken_ms: u32,
}

impl Session {
    /// Reads a session that runs; `None` for one that has ended.
    ///
    /// # Errors
    /// [`ApiError::Erased`] where the person's biometric key was destroyed; the store's.
    pub async fn read(app: &App, row: LiveRow) -> Result<Option<Self>, ApiError> {
        if row.state != LiveState::Open {
            return Ok(None);
        }
        let store = &app.store;
        let Some(sealed) = store.find_live_secret(row.tenant_id, row.id).await? else {
            return Ok(None);
        };
        let held: Held = serde_json::from_slice(&sealed).map_err(ApiError::machine)?;
        let mut frames: Vec<Timed> = Vec::new();
        for chunk in store.list_live_chunks(&row).await? {
            let some: Vec<Timed> = serde_json::from_slice(&chunk).map_err(ApiError::machine)?;
            frames.extend(some);
        }
        let verification = store.find_verification(row.tenant_id, row.verification_id);
        let verification = verification.await?;
        let verification = verification.ok_or(ApiError::NotFound("verification"))?;
        let policy = app.policy_of(row.tenant_id, &verification.policy_identity);
        Ok(Some(Self {
            policy: policy.await?,
            kept: frames.len(),
            kept_at: app.now(),
            frames,
            held,
            row,
            best: None,
            best_is_new: false,
        }))
    }

    /// Finds a session of a tenant and reads it; `None` for one that has ended.
    ///
    /// # Errors
    /// The same as [`Session::read`]'s.
    pub async fn find(app: &App, tenant: TenantId, id: LiveId) -> Result<Option<Self>, ApiError> {
        match app.store.find_live(tenant, id).await? {
            Some(row) => Self::read(app, row).await,
            None => Ok(None),
        }
    }

    /// Returns a time in milliseconds from the session's opening.
    pub fn at(&self, now: Millis) -> u32 {
        let passed = now.0.saturating_sub(self.row.opened_at.0);
        u32::try_from(passed.max(0)).unwrap_or(u32::MAX)
    }

    /// Checks a message and takes its frame. Whatever has no proof changes nothing but the session's end.
    ///
    /// # Errors
    /// [`Refused`]; the session is over where the message was forged, or was one too many.
    pub fn receive(&mut self, bytes: &Bytes, now: Millis) -> Result<Taken, Refused> {
        if bytes.len() > LARGEST_MESSAGE {
            return Err(Refused::TooLarge);
        }
        let Some(read) = message::read(bytes) else {
            return Err(Refused::Bad);
        };
        let Message {
            seq,
            claimed_ms,
            jpeg,
            ..
        } = read;
        if !read.is_proven(&self.held.key, self.row.id) || i64::from(seq) < self.row.next_seq {
            self.held.live.stop(Stopped::Broken);
            return Err(Refused::Forged);
        }
        self.row.next_seq = i64::from(seq) + 1;
        self.held.messages += 1;
        self.held.bytes += bytes.len() as u64;
        if self.held.messages > MOST_FRAMES || self.held.bytes > MOST_BYTES {
            self.held.live.stop(Stopped::Broken);
            return Err(Refused::TooMany);
        }
        let arrival_ms = self.at(now);
        Ok(Taken {
            taken_ms: self.held.arrivals.arrived(seq, claimed_ms, arrival_ms),
            jpeg: bytes.slice_ref(jpeg),
        })
    }

    /// Returns what is to be looked for in the next frame.
    pub fn look(&self) -> Look {
        let before = self.frames.last().map(|timed| &timed.frame);
        Look::after(self.frames.len(), before)
    }

    /// A frame was looked at; returns what the client is told.
    pub fn seen(&mut self, taken: &Taken, frame: FrameEvidence, now: Millis) -> Vec<Say> {
        let lit = matches!(self.held.live.state, State::Lit { .. });
        // The screen's colours lie on a face that is lit by them.
        if let Some(worth) = worth(&frame).filter(|_| !lit) {
            let better = self.held.best.is_none_or(|(_, best)| worth > best * BETTER);
            if better && worth > 0.0 {
                self.held.best = Some((self.frames.len() as u32, worth));
                self.best = Some(taken.jpeg.clone());
                self.best_is_new = true;
            }
        }
        let now_ms = self.at(now);
        self.frames.push(Timed {
            time: taken.taken_ms as f32 / 1_000.0,
            frame,
        });
        let done = actions(&self.frames);
        let Some(newest) = self.frames.last() else {
            return Vec::new();
        };
        let limits = &self.policy.face;
        let live = &mut self.held.live;
        let said = live.frame(limits, &newest.frame, &done, taken.taken_ms, now_ms);
        self.noted(said)
    }

    /// Time has passed; returns what the client is told.
    pub fn tick(&mut self, now: Millis) -> Vec<Say> {
        let now_ms = self.at(now);
        let said = self.held.live.tick(now_ms);
        self.noted(said)
    }

    /// Notes that something was asked for: from then on the session counts as a try.
    fn noted(&mut self, said: Vec<Say>) -> Vec<Say> {
        let asks = |say: &Say| matches!(say, Say::Cue { .. } | Say::Colour { .. });
        self.row.cue_shown |= said.iter().any(asks);
        said
    }

    /// Returns whether it must be written before the client is told: what is shown, no node may forget.
    pub fn must_keep(&self, said: &[Say], now: Millis) -> bool {
        let shown = said.iter().any(|say| !matches!(say, Say::Hint { .. }));
        let waits = self.frames.len() > self.kept && now.0 - self.kept_at.0 >= KEEP_EVERY;
        shown || waits
    }

    /// Writes what has happened.
    ///
    /// # Errors
    /// [`ApiError::Stale`] where another connection has gone on with the session, or it has ended; the store's.
    pub async fn keep(&mut self, app: &App, now: Millis) -> Result<(), ApiError> {
        let secret = serde_json::to_vec(&self.held).map_err(ApiError::machine)?;
        let secret = zeroize::Zeroizing::new(secret);
        let fresh = &self.frames[self.kept..];
        let frames = match fresh {
            [] => None,
            fresh => Some(serde_json::to_vec(fresh).map_err(ApiError::machine)?),
        };
        let best = match &self.best {
            Some(file) if self.best_is_new => {
                let (tenant, applicant) = (self.row.tenant_id, self.row.applicant_id);
                let purpose = Purpose::Biometric;
                let staged = app.store.stage_blob(tenant, applicant, purpose, file, now);
                Some(staged.await?)
            }
            _ => None,
        };
        let step = LiveStep {
            secret: &secret,
            frames: frames.as_deref(),
            best,
        };
        let mut tx = app.store.begin().await?;
        let mut row = self.row.clone();
        tx.step_live(&mut row, step).await?;
        tx.commit().await?;
        self.row = row;
        self.kept = self.frames.len();
        self.kept_at = now;
        self.best_is_new = false;
        Ok(())
    }

    /// Returns the best frame's file and its number.
    ///
    /// # Errors
    /// The store's.
    pub async fn best(&self, app: &App) -> Result<Option<(u32, Bytes)>, ApiError> {
        let Some((index, _)) = self.held.best else {
            return Ok(None);
        };
        if let Some(file) = &self.best {
            return Ok(Some((index, file.clone())));
        }
        let Some(blob) = self.row.best_blob else {
            return Ok(None);
        };
        let file = app.store.open_blob(self.row.tenant_id, blob).await?;
        Ok(file.map(|file| (index, Bytes::copy_from_slice(&file))))
    }
}

/// Looks at a frame in a process of its own.
///
/// # Errors
/// [`ApiError::Busy`] where nobody could: nothing is known of the frame.
pub async fn measure(app: &App, jpeg: Bytes, look: Look) -> Result<FrameEvidence, ApiError> {
    let engine = app.live_engine.as_ref().ok_or(ApiError::Busy)?;
    let start = std::time::Instant::now();
    let request = Request::Frame {
        bytes: jpeg.to_vec(),
        look,
    };
    let answer = engine.ask(request, Standing::Begun).await;
    let answer = answer.map_err(|error| capture::busy(app, &error))?;
    app.metrics.frame_seen(start.elapsed().as_secs_f64());
    match answer {
        Answer::Frame { evidence } => Ok(*evidence),
        _ => Err(ApiError::Busy),
    }
}
