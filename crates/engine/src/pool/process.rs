//! One child process, as its parent sees it.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::PoolConfig;
use super::spawner::Spawner;
use crate::protocol::{LENGTH_BYTES, MAX_ANSWER_BYTES, Message, ProtocolError, Ready};

/// How long a child may take to end when it is told to. It only has to notice that its pipe is closed.
const END_WITHIN: Duration = Duration::from_secs(1);

/// A child that is loaded.
pub(super) struct Process {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
}

impl Process {
    /// Starts a child and waits until it is ready.
    pub async fn start(config: &PoolConfig, spawner: &Spawner) -> Result<(Self, Ready), String> {
        let spawned = spawner.spawn(command(config)).await;
        let mut child = spawned.map_err(|error| format!("start the worker: {}", error.kind()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (to, from) = pipes.ok_or("the worker has no pipes")?;
        let mut process = Self { child, to, from };
        match timeout(config.ready_within, process.receive()).await {
            Ok(Ok(Message::Ready(ready))) => Ok((process, ready)),
            Ok(Ok(Message::Broken { reason })) => Err(reason),
            Ok(Ok(_)) => Err("the worker said something else".to_owned()),
            Ok(Err(_)) => Err(format!("the worker ended: {}", process.kill().await)),
            Err(_) => Err("the worker took too long to start".to_owned()),
        }
    }

    /// Sends a request and waits for the answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Message, ProtocolError> {
        self.to.write_all(request).await?;
        self.to.flush().await?;
        self.receive().await
    }

    async fn receive(&mut self) -> Result<Message, ProtocolError> {
        let mut length = [0; LENGTH_BYTES];
        self.from.read_exact(&mut length).await?;
        let size = u32::from_be_bytes(length) as usize;
        let limit = MAX_ANSWER_BYTES;
        if size > limit {
            return Err(ProtocolError::TooLarge { size, limit });
        }
        // Grows with what really comes, not with what the length promises.
        let mut frame = Vec::new();
        let from = &mut self.from;
        from.take(size as u64).read_to_end(&mut frame).await?;
        match frame.len() == size {
            true => Message::decode(&frame),
            false => Err(ProtocolError::Truncated),
        }
    }

    /// Returns the process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the child ends by itself.
    pub async fn ended(&mut self) -> String {
        said(self.child.wait().await)
    }

    /// Kills the child and returns how it ended.
    pub async fn kill(&mut self) -> String {
        // It may have ended already, and then the status says how.
        let _ = self.child.start_kill();
        self.ended().await
    }

    /// Ends the child in peace: it sees that its pipe is closed.
    pub async fn close(self) {
        let Self { mut child, to, .. } = self;
        drop(to);
        if timeout(END_WITHIN, child.wait()).await.is_err() {
            // Gone already, or gone as it is dropped.
            let _ = child.kill().await;
        }
    }
}

fn said(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(
        |error| error.kind().to_string(),
        |status| status.to_string(),
    )
}

fn command(config: &PoolConfig) -> Command {
    let mut command = Command::new(&config.program);
    command.args(&config.args);
    command.arg("--memory-bytes");
    command.arg(config.memory_bytes.to_string());
    // Secrets of the server live in its environment; a child that was taken over finds none.
    command.env_clear();
    // Each further arena of glibc reserves 64 MiB of address space, and keeps what it was given.
    command.env("MALLOC_ARENA_MAX", "2");
    if let Some(threads) = config.threads {
        let threads = threads.to_string();
        command.args(["--threads", &threads]);
        command.env("RTEN_NUM_THREADS", &threads);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    // What a decoder or allocator says as it dies may quote what it read.
    command.stderr(Stdio::null());
    // A terminal's interrupt is for the server, which then ends its children in order.
    #[cfg(unix)]
    command.process_group(0);
    command.kill_on_drop(true);
    command
}
