//! Transactions: what is written together is there together, or not at all.

use menshen_core::ids::{BlobId, EventId, TenantId};
use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use crate::audit::lock_edge;
use crate::blobs::Place;
use crate::error::Doing;
use crate::open::{ACQUIRE_TIMEOUT, Engine};
use crate::{NewAuditEntry, Store, StoreError};

/// A transaction under way. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    inner: Transaction<'static, Any>,
    pub(crate) store: Store,
    /// Files to be removed when this has committed.
    pub(crate) doomed: Vec<(Place, BlobId)>,
    /// Audit entries to be appended as the last thing before this commits.
    pub(crate) audit: Vec<NewAuditEntry>,
    /// Events that get their places then, too.
    pub(crate) events: Vec<(TenantId, EventId)>,
    // After the transaction, so that the next writer starts when this one has been told to stop.
    turn: OwnedSemaphorePermit,
}

const BEGIN: &str = "begin a transaction";

impl Store {
    /// Begins a transaction that may write. On SQLite it takes the write lock at once: a transaction that
    /// reads first and then writes would otherwise lose to a faster one.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let pool = &self.inner.pool;
        let turn = self.inner.writer.clone().acquire_owned();
        let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, turn).await;
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut).doing(BEGIN)?;
        let turn = turn.expect("the semaphore is never closed");
        let inner = match self.inner.engine {
            Engine::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => pool.begin().await,
        };
        Ok(Tx {
            inner: inner.doing(BEGIN)?,
            store: self.clone(),
            doomed: Vec::new(),
            audit: Vec::new(),
            events: Vec::new(),
            turn,
        })
    }
}

impl Tx {
    /// Commits. When this returns `Ok`, the writes survive a power cut.
    ///
    /// Files that the transaction removed go after it. Where that fails, the commit stands all the same, and
    /// [`Store::sweep_blobs`] tries again: a file without a row is not an error that the caller could mend.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.write_in_order().await?;
        self.inner.commit().await.doing("commit")?;
        drop(self.turn);
        for (place, id) in self.doomed {
            if self.store.inner.places.remove(place, id).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Writes what others read in the order of commits, under the lock that they take one after the other.
    async fn write_in_order(&mut self) -> Result<(), StoreError> {
        if self.audit.is_empty() && self.events.is_empty() {
            return Ok(());
        }
        let edge = lock_edge(self.conn()).await?;
        self.number_events().await?;
        self.write_audit(edge).await
    }

    /// Returns the store that the transaction belongs to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
