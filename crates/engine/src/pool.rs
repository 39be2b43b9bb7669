//! Engine children behind a bounded queue. Hostile pixels are decoded there and never here; a child that dies or takes
//! too long is killed and replaced, and its request gets an error.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use menshen_core::ModelCards;
use thiserror::Error;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::isolate::Limits;
use crate::protocol::{Answer, ProtocolError, Ready, Request};

mod process;
mod spawner;
mod worker;

use spawner::Spawner;
use worker::{Job, Worker};

/// How children are started and what they may cost.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// The program.
    pub program: PathBuf,
    /// Its arguments: the command that ends in [`child::run`](crate::child::run), and where the models are. The pool
    /// adds `--memory-bytes N` and, where `threads` is set, `--threads N`.
    pub args: Vec<OsString>,
    /// Number of children.
    pub workers: usize,
    /// Threads of each child; by default as many as the machine has cores.
    pub threads: Option<NonZeroUsize>,
    /// Most requests that wait while all children work.
    pub queue: usize,
    /// Writable memory of a child, in bytes.
    pub memory_bytes: u64,
    /// Longest that a request may wait, and longest that a child may work on it.
    pub timeout: Duration,
    /// Longest that a child may take to load its models.
    pub ready_within: Duration,
}

/// Memory of a child that sees faces alone, in bytes: frames are small.
const LIVE_MEMORY_BYTES: u64 = 1 << 30;

impl PoolConfig {
    /// Starts one child for each two cores, with room for four requests a child to wait, 1.5 GiB, 10 seconds a request
    /// and 60 to start.
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers = cores.div_ceil(2);
        Self {
            program: program.into(),
            args: args.into_iter().collect(),
            workers,
            threads: None,
            queue: 4 * workers,
            memory_bytes: Limits::MEMORY_BYTES,
            timeout: Duration::from_secs(10),
            ready_within: Duration::from_secs(60),
        }
    }

    /// Starts children for frames of live checks, to which `--faces` is said: one for each core, with one thread each, since
    /// there are always several frames to look at and one alone gains little by more. A frame that could not be looked at
    /// within 2 seconds is worth nothing any more.
    pub fn live(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let mut config = Self::new(program, args);
        config.args.push("--faces".into());
        Self {
            workers: cores,
            threads: Some(NonZeroUsize::MIN),
            // Ten frames a second of four people for each core.
            queue: 16 * cores,
            memory_bytes: LIVE_MEMORY_BYTES,
            timeout: Duration::from_secs(2),
            ..config
        }
    }
}

/// Why there is no answer. None of these says anything about the person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PoolError {
    /// The queue is full, or the request waited in it for too long.
    #[error("all engine workers are busy")]
    Busy,
    /// The child died of this request: memory, a signal, or an answer that is none.
    #[error("the engine worker died")]
    Died,
    /// The child took too long and was killed.
    #[error("the engine worker took too long")]
    TimedOut,
    /// The networks failed on this request.
    #[error("the engine failed")]
    Failed,
    /// The request is larger than a frame may be.
    #[error("the request is too large for the engine")]
    TooLarge,
    /// The children cannot be started, or the pool is stopped.
    #[error("the engine is not ready: {0}")]
    NotReady(String),
}

/// What a request belongs to. When there is too much to do, the pool finishes what it has begun: half-measured
/// people who are sent away have cost as much as those who were served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was measured for it before; it may fill half of the queue.
    New,
    /// It continues what was measured before; it may fill the whole queue.
    Begun,
}

/// What the pool is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Children that there should be.
    pub workers: usize,
    /// Children that are loaded.
    pub ready: usize,
    /// Requests that are being worked on.
    pub working: usize,
    /// Requests that wait.
    pub waiting: usize,
}

/// Engine children behind a bounded queue.
pub struct Pool {
    config: Arc<PoolConfig>,
    shared: Arc<Shared>,
    ready: Ready,
    jobs: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    stop: watch::Sender<bool>,
    workers: AsyncMutex<JoinSet<()>>,
}

/// What the workers and the pool both see.
#[derive(Default)]
struct Shared {
    ready: AtomicUsize,
    working: AtomicUsize,
    /// Requests from their acceptance to their end.
    inside: AtomicUsize,
    /// Process ids of the children, by worker.
    processes: Mutex<Vec<Option<u32>>>,
}

impl Shared {
    fn processes(&self) -> MutexGuard<'_, Vec<Option<u32>>> {
        self.processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A count that goes down again when this is dropped.
struct Counted {
    shared: Arc<Shared>,
    of: fn(&Shared) -> &AtomicUsize,
}

impl Counted {
    fn new(shared: &Arc<Shared>, of: fn(&Shared) -> &AtomicUsize) -> Self {
        of(shared).fetch_add(1, Ordering::SeqCst);
        Self {
            shared: Arc::clone(shared),
            of,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.of)(&self.shared).fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pool {
    /// Starts the children and waits until all are ready; fails with what the first of them says that is not.
    pub async fn start(config: PoolConfig) -> Result<Self, PoolError> {
        let not_ready = |error: std::io::Error| PoolError::NotReady(error.to_string());
        let count = config.workers.max(1);
        let config = Arc::new(config);
        let shared = Arc::new(Shared::default());
        shared.processes().resize(count, None);
        let spawner = Arc::new(Spawner::start().map_err(not_ready)?);
        let (jobs, queue) = mpsc::unbounded_channel();
        let queue = Arc::new(AsyncMutex::new(queue));
        let (stop, stopped) = watch::channel(false);
        let (first, mut firsts) = mpsc::channel(count);
        let mut workers = JoinSet::new();
        for index in 0..count {
            let worker = Worker {
                index,
                config: Arc::clone(&config),
                shared: Arc::clone(&shared),
                spawner: Arc::clone(&spawner),
                queue: Arc::clone(&queue),
                stopped: stopped.clone(),
            };
            workers.spawn(worker.run(first.clone()));
        }
        drop(first);
        let mut ready = None;
        for _ in 0..count {
            let first: Option<Result<Ready, String>> = firsts.recv().await;
            let first = first.unwrap_or_else(|| Err("a worker ended".to_owned()));
            let first = first.map_err(PoolError::NotReady)?;
            if ready.get_or_insert_with(|| first.clone()) != &first {
                return Err(PoolError::NotReady("the models changed".to_owned()));
            }
        }
        Ok(Self {
            config,
            shared,
            ready: ready.ok_or(PoolError::NotReady("there is no worker".to_owned()))?,
            jobs: Mutex::new(Some(jobs)),
            stop,
            workers: AsyncMutex::new(workers),
        })
    }

    /// Has a child answer. Refuses at once where the queue is full. A request is never tried twice.
    pub async fn ask(&self, request: Request, standing: Standing) -> Result<Answer, PoolError> {
        let place = self.place(standing)?;
        let frame = request.encode().map_err(|error| match error {
            ProtocolError::TooLarge { .. } => PoolError::TooLarge,
            _ => PoolError::Failed,
        })?;
        let kind = request.kind();
        drop(request);
        let (taken, is_taken) = oneshot::channel();
        let (reply, answer) = oneshot::channel();
        let job = Job {
            frame,
            kind,
            taken,
            reply,
            _place: place,
        };
        let stopped = || PoolError::NotReady("it is stopping".to_owned());
        self.jobs()
            .as_ref()
            .is_some_and(|jobs| jobs.send(job).is_ok())
            .then_some(())
            .ok_or_else(stopped)?;
        match timeout(self.config.timeout, is_taken).await {
            // Dropping `answer` tells the worker to pass the request over.
            Err(_) => return Err(PoolError::Busy),
            Ok(taken) => taken.map_err(|_| stopped())?,
        }
        answer.await.unwrap_or(Err(PoolError::Died))
    }

    /// Takes a place in the pool, unless all are taken.
    fn place(&self, standing: Standing) -> Result<Counted, PoolError> {
        let place = Counted::new(&self.shared, |shared| &shared.inside);
        let queue = match standing {
            Standing::New => self.config.queue.div_ceil(2),
            Standing::Begun => self.config.queue,
        };
        let most = self.config.workers.max(1) + queue;
        match self.shared.inside.load(Ordering::SeqCst) <= most {
            true => Ok(place),
            false => Err(PoolError::Busy),
        }
    }

    /// Returns the cards of the embedders that the children have loaded.
    pub fn cards(&self) -> ModelCards {
        self.ready.cards.clone()
    }

    /// Returns what the children said of themselves: version, cards, embedder, isolation.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Returns the number of requests that wait or are being worked on.
    pub fn depth(&self) -> usize {
        self.shared.inside.load(Ordering::SeqCst)
    }

    /// Returns what the pool is doing.
    pub fn status(&self) -> PoolStatus {
        let working = self.shared.working.load(Ordering::SeqCst);
        PoolStatus {
            workers: self.config.workers.max(1),
            ready: self.shared.ready.load(Ordering::SeqCst),
            working,
            waiting: self.depth().saturating_sub(working),
        }
    }

    /// Returns the process ids of the children that run.
    pub fn process_ids(&self) -> Vec<u32> {
        self.shared.processes().iter().flatten().copied().collect()
    }

    /// Takes no further request, finishes those that were accepted, and ends the children. Dropping the pool instead
    /// kills them.
    pub async fn stop(&self) {
        self.jobs().take();
        // Nobody listens where all workers have ended.
        let _ = self.stop.send(true);
        let mut workers = self.workers.lock().await;
        let rounds = u32::try_from(self.depth())
            .unwrap_or(u32::MAX)
            .saturating_add(2);
        let finish = async { while workers.join_next().await.is_some() {} };
        if timeout(self.config.timeout.saturating_mul(rounds), finish)
            .await
            .is_err()
        {
            workers.shutdown().await;
        }
    }

    fn jobs(&self) -> MutexGuard<'_, Option<mpsc::UnboundedSender<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
