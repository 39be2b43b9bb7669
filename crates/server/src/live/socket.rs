//! One connection of a live check: frames come, what to show goes, until the session is over or another connection takes over.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use menshen_core::live::{FrameEvidence, Say};
use menshen_core::time::Millis;
use menshen_store::{LiveRow, Store, StoreError};
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use super::finish::{Ahead, End, finish};
use super::message;
use super::rate::Bucket;
use super::say::SayOut;
use super::session::{KEEP_EVERY, Refused, Session, Taken, measure};
use crate::app::App;
use crate::problem::ApiError;
use crate::routes::live::LiveOverOut;

/// The subprotocol.
pub const PROTOCOL: &str = "menshen.live.v1";
/// Largest message that is read, in bytes: one that is too large for a frame is told so before it is cut off.
pub const LARGEST_READ: usize = 1 << 20;
/// How long a client may take to prove that it holds the session's key.
const GREETING: Duration = Duration::from_secs(5);
/// Longest rest between two looks at the time: what a clock that is set by hand can do to a session.
const LONGEST_REST: u64 = 250;
/// Shortest one, in milliseconds.
const SHORTEST_REST: u64 = 5;
/// How often the end is tried again where there is too much to do, and how long it waits.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(400);
/// How often a connection begins anew because the one before has just written.
const TAKE_OVERS: u32 = 10;

/// Why a connection is closed. `docs/live.md` lists them; they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    /// The session is over, and its end was told.
    Over,
    /// A message that means nothing.
    Bad,
    /// The client did not prove that it holds the session's key.
    NoProof,
    /// A frame was forged, or its number used again.
    Forged,
    /// The time ran out.
    OutOfTime,
    /// Another connection goes on with the session, or it has ended.
    TakenOver,
    /// A message was too large.
    TooLarge,
    /// Too many messages.
    TooMany,
    /// There is too much to do.
    Busy,
    /// The machine failed.
    Failed,
}

impl Close {
    const fn code(self) -> u16 {
        match self {
            Self::Over => 1000,
            Self::Failed => 1011,
            Self::Busy => 1013,
            Self::Bad => 4400,
            Self::NoProof => 4401,
            Self::Forged => 4403,
            Self::OutOfTime => 4408,
            Self::TakenOver => 4409,
            Self::TooLarge => 4413,
            Self::TooMany => 4429,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Failed => "machine_failed",
            Self::Busy => "busy",
            Self::Bad => "message_invalid",
            Self::NoProof => "no_proof",
            Self::Forged => "frame_forged",
            Self::OutOfTime => "expired",
            Self::TakenOver => "taken_over",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
        }
    }
}

/// Why a connection goes no further: it is closed with a code, or it is gone.
enum Ended {
    With(Close),
    Gone,
}

impl From<ApiError> for Ended {
    fn from(error: ApiError) -> Self {
        Self::With(match error {
            // Somebody else has written the session; or nothing of it can be read any more.
            ApiError::Stale | ApiError::Erased | ApiError::NotFound(_) => Close::TakenOver,
            ApiError::Busy => Close::Busy,
            error => {
                tracing::error!(%error, "a live check failed");
                Close::Failed
            }
        })
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl Refused {
    /// Returns its word, for counting.
    pub const fn word(self) -> &'static str {
        self.close().word()
    }

    const fn close(self) -> Close {
        match self {
            Self::Bad => Close::Bad,
            Self::Forged => Close::Forged,
            Self::TooLarge => Close::TooLarge,
            Self::TooMany => Close::TooMany,
        }
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Out<'a> {
    Hello { nonce: &'a str, next_seq: i64 },
    Say(SayOut),
    Over(LiveOverOut),
}

/// What a client says beside frames.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum In {
    Hello { mac: String },
    Abandon {},
}

/// Serves one connection until it ends.
pub async fn run(app: App, row: LiveRow, mut socket: WebSocket) {
    let permit = app.live_sockets.clone().try_acquire_owned();
    let ended = match &permit {
        Ok(_) => serve(&app, row, &mut socket).await,
        Err(_) => Err(Ended::With(Close::Busy)),
    };
    let close = match ended {
        Ok(()) => Close::Over,
        Err(Ended::With(close)) => close,
        Err(Ended::Gone) => return,
    };
    app.metrics.live_closed(close.word());
    let frame = CloseFrame {
        code: close.code(),
        reason: close.word().into(),
    };
    // It may be gone already; who is there reads why, and answers.
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        let _ = timeout(Duration::from_secs(1), async {
            while let Some(Ok(_)) = socket.recv().await {}
        })
        .await;
    }
}

async fn serve(app: &App, row: LiveRow, socket: &mut WebSocket) -> Result<(), Ended> {
    let session = Session::read(app, row).await?;
    let session = session.ok_or(Ended::With(Close::TakenOver))?;
    if app.now() >= session.row.expires_at {
        finish(app, session, End::OutOfTime, None).await?;
        return Err(Ended::With(Close::OutOfTime));
    }
    greet(&session, socket).await?;
    let session = take_over(app, session).await?;
    let mut connection = Connection {
        app,
        socket,
        session,
        bucket: Bucket::new(),
        working: None,
        waiting: None,
        ahead: None,
        looked: app.now(),
    };
    connection.stand().await?;
    connection.go_on().await?;
    connection.end().await
}

/// The client proves that it holds the session's key.
async fn greet(session: &Session, socket: &mut WebSocket) -> Result<(), Ended> {
    let nonce = Store::random_key()?;
    let hello = Out::Hello {
        nonce: &BASE64_URL_SAFE_NO_PAD.encode(*nonce),
        next_seq: session.row.next_seq,
    };
    send(socket, &hello).await?;
    let no_proof = Ended::With(Close::NoProof);
    let answer = timeout(GREETING, async {
        loop {
            match socket.recv().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_))) => return Err(Ended::With(Close::NoProof)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ended::Gone),
            }
        }
    });
    let Ok(answer) = answer.await else {
        return Err(no_proof);
    };
    let Ok(In::Hello { mac }) = serde_json::from_str(&answer?) else {
        return Err(no_proof);
    };
    let proof = BASE64_URL_SAFE_NO_PAD.decode(mac).unwrap_or_default();
    match message::greets(&session.held.key, session.row.id, &nonce, &proof) {
        true => Ok(()),
        false => Err(no_proof),
    }
}

/// Takes the session from whatever connection held it: that one's next step finds another version.
async fn take_over(app: &App, mut session: Session) -> Result<Session, Ended> {
    for _ in 0..TAKE_OVERS {
        session.row.connection += 1;
        match session.keep(app, app.now()).await {
            Ok(()) => return Ok(session),
            // The connection before has just written. What it has written, this one goes on with.
            Err(ApiError::Stale) => {
                let (tenant, id) = (session.row.tenant_id, session.row.id);
                let found = Session::find(app, tenant, id).await?;
                session = found.ok_or(Ended::With(Close::TakenOver))?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Ended::With(Close::Busy))
}

/// A frame that is being looked at.
struct Work {
    taken: Taken,
    answer: BoxFuture<'static, Result<FrameEvidence, ApiError>>,
}

struct Connection<'a> {
    app: &'a App,
    socket: &'a mut WebSocket,
    session: Session,
    bucket: Bucket,
    working: Option<Work>,
    /// The newest frame that came while another is looked at.
    waiting: Option<Taken>,
    ahead: Option<Ahead>,
    /// When it was last seen that nobody has taken over.
    looked: Millis,
}

/// What happens next.
#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, and for a moment"
)]
enum Next {
    Came(Option<Result<Message, axum::Error>>),
    Seen(Result<FrameEvidence, ApiError>),
    Time,
}

impl Connection<'_> {
    /// Tells a client what it must show now.
    async fn stand(&mut self) -> Result<(), Ended> {
        let now_ms = self.session.at(self.app.now());
        for say in self.session.held.live.standing(now_ms) {
            send(self.socket, &Out::Say(say.into())).await?;
        }
        Ok(())
    }

    async fn go_on(&mut self) -> Result<(), Ended> {
        while !self.session.held.live.is_over() {
            match self.next().await {
                Next::Came(message) => self.came(message).await?,
                Next::Seen(frame) => self.seen(frame).await?,
                Next::Time => self.time().await?,
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Next {
        let now_ms = self.session.at(self.app.now());
        let due = self.session.held.live.due_ms().unwrap_or(now_ms);
        let rest = u64::from(due.saturating_sub(now_ms)).clamp(SHORTEST_REST, LONGEST_REST);
        let working = async {
            match &mut self.working {
                Some(work) => (&mut work.answer).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // What was seen and what is due go before what comes: a flood holds nothing up.
            biased;
            frame = working => Next::Seen(frame),
            () = sleep(Duration::from_millis(rest)) => Next::Time,
            message = self.socket.recv() => Next::Came(message),
        }
    }

    async fn came(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Ended> {
        let at = Duration::from_millis(u64::from(self.session.at(self.app.now())));
        if !self.bucket.takes(at) {
            self.keep().await?;
            return Err(Ended::With(Close::TooMany));
        }
        match message {
            Some(Ok(Message::Binary(bytes))) => self.frame(&bytes).await,
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(In::Abandon {}) => {
                    let stopped = menshen_core::live::Stopped::Abandoned;
                    self.session.held.live.stop(stopped);
                    Ok(())
                }
                _ => self.refuse(Refused::Bad).await,
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Err(error)) if is_too_long(&error) => self.refuse(Refused::TooLarge).await,
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                self.keep().await?;
                Err(Ended::Gone)
            }
        }
    }

    async fn frame(&mut self, bytes: &Bytes) -> Result<(), Ended> {
        match self.session.receive(bytes, self.app.now()) {
            Ok(taken) => {
                // Only the newest waits: what is shown answers the present.
                if self.working.is_none() {
                    self.look_at(taken);
                } else if self.waiting.replace(taken).is_some() {
                    self.session.held.arrivals.passed_over();
                }
                Ok(())
            }
            Err(refused) => self.refuse(refused).await,
        }
    }

    fn look_at(&mut self, taken: Taken) {
        let (app, look) = (self.app.clone(), self.session.look());
        let jpeg = taken.jpeg.clone();
        self.working = Some(Work {
            taken,
            answer: async move { measure(&app, jpeg, look).await }.boxed(),
        });
    }

    /// A message that is no frame of the session ends the connection, and the session where it was forged.
    async fn refuse(&mut self, refused: Refused) -> Result<(), Ended> {
        self.app.metrics.live_refused(refused.word());
        match self.session.held.live.is_over() {
            true => self.end().await?,
            false => self.keep().await?,
        }
        Err(Ended::With(refused.close()))
    }

    async fn seen(&mut self, frame: Result<FrameEvidence, ApiError>) -> Result<(), Ended> {
        let Some(work) = self.working.take() else {
            return Ok(());
        };
        if let Some(waiting) = self.waiting.take() {
            self.look_at(waiting);
        }
        match frame {
            Ok(frame) => {
                let said = self.session.seen(&work.taken, frame, self.app.now());
                self.say(said).await
            }
            Err(ApiError::Busy) => {
                self.session.held.arrivals.passed_over();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn time(&mut self) -> Result<(), Ended> {
        let now = self.app.now();
        let said = self.session.tick(now);
        self.say(said).await?;
        if now.0 - self.looked.0 >= KEEP_EVERY {
            self.looked = now;
            let row = &self.session.row;
            let found = self.app.store.find_live(row.tenant_id, row.id).await?;
            if found.is_none_or(|found| found.version != row.version) {
                return Err(Ended::With(Close::TakenOver));
            }
        }
        Ok(())
    }

    /// Writes what must not be forgotten, then tells the client.
    async fn say(&mut self, said: Vec<Say>) -> Result<(), Ended> {
        if self.session.must_keep(&said, self.app.now()) {
            self.keep().await?;
        }
        for say in said {
            if self.ahead.is_none() && is_first_colour(&say) {
                self.ahead = Ahead::begin(self.app, &self.session);
            }
            send(self.socket, &Out::Say(say.into())).await?;
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), Ended> {
        Ok(self.session.keep(self.app, self.app.now()).await?)
    }

    /// The session is over: it is judged, and the client is told.
    async fn end(&mut self) -> Result<(), Ended> {
        self.keep().await?;
        let (tenant, id) = (self.session.row.tenant_id, self.session.row.id);
        for n in 1..=TRIES {
            let found = Session::find(self.app, tenant, id).await?;
            let session = found.ok_or(Ended::With(Close::TakenOver))?;
            match finish(self.app, session, End::Over, self.ahead.take()).await {
                Ok(over) => {
                    let out_of_time = over.state == menshen_store::LiveState::Expired;
                    send(self.socket, &Out::Over(over.into())).await?;
                    return match out_of_time {
                        true => Err(Ended::With(Close::OutOfTime)),
                        false => Ok(()),
                    };
                }
                Err(ApiError::Busy) if n < TRIES => sleep(PAUSE).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Ended::With(Close::Busy))
    }
}

const fn is_first_colour(say: &Say) -> bool {
    matches!(say, Say::Colour { n: 1, .. })
}

/// Was a message larger than what is read?
fn is_too_long(error: &axum::Error) -> bool {
    let text = std::error::Error::source(error).map(ToString::to_string);
    text.is_some_and(|text| text.contains("too long") || text.contains("too big"))
}

/// Longest time that a client may take to read what it is told.
const READING: Duration = Duration::from_secs(10);

async fn send(socket: &mut WebSocket, out: &Out<'_>) -> Result<(), Ended> {
    let text = serde_json::to_string(out).map_err(ApiError::machine)?;
    match timeout(READING, socket.send(Message::text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Ended::Gone),
    }
}
