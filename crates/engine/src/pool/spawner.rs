//! One thread that starts all children and lives as long as the pool.
//!
//! Linux ends a child "with its parent" when the *thread* that started it ends. The runtime's threads come and go, so
//! that children of theirs would be killed at random.

use std::io;
use std::sync::mpsc;
use std::thread;

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Order = (Command, oneshot::Sender<io::Result<Child>>);

/// Starts processes.
pub(super) struct Spawner {
    orders: mpsc::Sender<Order>,
}

impl Spawner {
    /// Starts the thread; it ends when this is dropped.
    pub fn start() -> io::Result<Self> {
        let (orders, ordered) = mpsc::channel::<Order>();
        let runtime = Handle::current();
        thread::Builder::new()
            .name("engine spawner".to_owned())
            .spawn(move || {
                let _inside = runtime.enter();
                for (mut command, reply) in ordered {
                    // A child that nobody waits for any more is killed as it is dropped.
                    let _ = reply.send(command.spawn());
                }
            })?;
        Ok(Self { orders })
    }

    /// Starts a process.
    pub async fn spawn(&self, command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the thread that starts workers has ended");
        let (reply, child) = oneshot::channel();
        self.orders.send((command, reply)).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}
