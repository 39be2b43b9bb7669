//! Transactions: what is written together is there together, or not at all.

use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use crate::error::Doing;
use crate::open::Engine;
use crate::{Store, StoreError};

/// A transaction under way. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    inner: Transaction<'static, Any>,
    pub(crate) store: Store,
    // After the transaction, so that the next writer starts when this one has been told to stop.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Store {
    /// Begins a transaction that may write. On SQLite it takes the write lock at once: a transaction that
    /// reads first and then writes would otherwise lose to a faster one.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let pool = &self.inner.pool;
        let (inner, turn) = match self.inner.engine {
            Engine::Sqlite => {
                let turn = self.inner.writer.clone().acquire_owned().await;
                let turn = turn.expect("the semaphore is never closed");
                (pool.begin_with("BEGIN IMMEDIATE").await, Some(turn))
            }
            Engine::Postgres => (pool.begin().await, None),
        };
        Ok(Tx {
            inner: inner.doing("begin a transaction")?,
            store: self.clone(),
            _turn: turn,
        })
    }
}

impl Tx {
    /// Commits. When this returns `Ok`, the writes survive a power cut.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await.doing("commit")
    }

    /// Returns the store that the transaction belongs to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
