//! One place in the pool: keeps a child alive and hands it one request after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use super::process::Process;
use super::spawner::Spawner;
use super::{Counted, PoolConfig, PoolError, Shared};
use crate::protocol::{Answer, Kind, Message, Ready};

/// Pauses before a child is started again after it failed to start, or died without having answered anything; the last
/// one stays. A child that died of a request is replaced at once: whoever sends such requests must not slow the others.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// A request in the queue.
pub(super) struct Job {
    pub frame: Vec<u8>,
    pub kind: Kind,
    /// Told when a worker begins.
    pub taken: oneshot::Sender<()>,
    pub reply: oneshot::Sender<Result<Answer, PoolError>>,
    pub _place: Counted,
}

/// One place in the pool.
pub(super) struct Worker {
    pub index: usize,
    pub config: Arc<PoolConfig>,
    pub shared: Arc<Shared>,
    pub spawner: Arc<Spawner>,
    pub queue: Arc<AsyncMutex<mpsc::UnboundedReceiver<Job>>>,
    pub stopped: watch::Receiver<bool>,
}

/// Why a child is no longer used.
enum End {
    /// The pool is stopped and the queue is empty.
    Stopped,
    /// It died of a request, or had to be killed.
    OfRequest,
    /// It died while it waited.
    Idle,
}

impl Worker {
    /// Works until the pool is stopped. Tells how the first start went.
    pub async fn run(mut self, first: mpsc::Sender<Result<Ready, String>>) {
        let mut first = Some(first);
        let mut known = None;
        let mut failures = 0;
        while let Some(started) = self.start(failures).await {
            let started = started.and_then(|(process, ready)| match &known {
                // Evidence of other models must not mix with what was measured before.
                Some(known) if *known != ready => Err("the models changed".to_owned()),
                _ => Ok((process, ready)),
            });
            if let Some(first) = first.take() {
                let ready = started.as_ref().map(|(_, ready)| ready.clone());
                // Where nobody waits any more, the pool is being dropped.
                let _ = first.try_send(ready.map_err(Clone::clone));
            }
            match started {
                Ok((process, ready)) => {
                    self.tell(&ready);
                    known = Some(ready);
                    match self.serve(process, &mut failures).await {
                        End::Stopped => return,
                        End::OfRequest => {}
                        End::Idle => failures += 1,
                    }
                }
                Err(reason) => {
                    error!(worker = self.index, reason, "engine worker cannot start");
                    failures += 1;
                }
            }
        }
    }

    fn tell(&self, ready: &Ready) {
        let (worker, engine) = (self.index, &ready.engine);
        info!(worker, engine, "engine worker is ready");
        for missing in &ready.isolation.missing {
            warn!(worker, missing, "engine worker is not fully isolated");
        }
    }

    /// Starts a child, after a pause where that failed before; `None` once the pool is stopped.
    async fn start(&mut self, failures: usize) -> Option<Result<(Process, Ready), String>> {
        let pause = PAUSES[failures.min(PAUSES.len() - 1)];
        let (config, spawner) = (&self.config, &self.spawner);
        let started = async {
            sleep(pause).await;
            Process::start(config, spawner).await
        };
        tokio::select! {
            // Also where the pool is gone, which drops the sender.
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
            started = started => Some(started),
        }
    }

    async fn serve(&self, mut process: Process, failures: &mut usize) -> End {
        let _ready = Counted::new(&self.shared, |shared| &shared.ready);
        self.shared.processes()[self.index] = process.id();
        let end = loop {
            let job = tokio::select! {
                biased;
                status = process.ended() => {
                    warn!(worker = self.index, status, "engine worker died while it waited");
                    break End::Idle;
                }
                job = self.next() => job,
            };
            let Some(job) = job else {
                process.close().await;
                break End::Stopped;
            };
            if !self.work(&mut process, job).await {
                break End::OfRequest;
            }
            *failures = 0;
        };
        self.shared.processes()[self.index] = None;
        end
    }

    /// Waits for a request; `None` once the pool is stopped and nothing is left.
    async fn next(&self) -> Option<Job> {
        self.queue.lock().await.recv().await
    }

    /// Has the child answer and tells whether it can go on.
    async fn work(&self, process: &mut Process, job: Job) -> bool {
        if job.reply.is_closed() {
            return true;
        }
        let working = Counted::new(&self.shared, |shared| &shared.working);
        // Where nobody waits any more, the child still finishes: it cannot be interrupted but by its death.
        let _ = job.taken.send(());
        let exchanged = timeout(self.config.timeout, process.exchange(&job.frame)).await;
        let (answer, goes_on) = match exchanged {
            Ok(Ok(Message::Answer(answer))) if answer.kind() == job.kind => (Ok(answer), true),
            Ok(Ok(Message::Failed)) => (Err(PoolError::Failed), true),
            Ok(Ok(_) | Err(_)) => (Err(PoolError::Died), false),
            Err(_) => (Err(PoolError::TimedOut), false),
        };
        if !goes_on {
            let status = process.kill().await;
            warn!(worker = self.index, status, answer = ?answer, "engine worker is replaced");
        }
        drop(working);
        // The asker may have gone.
        let _ = job.reply.send(answer);
        goes_on
    }
}
