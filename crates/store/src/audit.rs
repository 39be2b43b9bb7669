//! The audit log: entries, the right edge of their tree, signed checkpoints. `menshen_ledger` says what they are.

use std::collections::BTreeMap;

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use menshen_ledger::{
    Checkpoint, Entry, EntryError, Frontier, Hash, Head, InclusionProof, LogVerifier, ProofFile,
    Signer, StoredEntry, Tampered, Trusted, Verified, Verifier,
};
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one};
use crate::error::Doing;
use crate::{Store, StoreError, Tx};

/// Something that was done, to be written down: an [`Entry`] that has no place in the log yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuditEntry {
    /// When.
    pub at: Millis,
    /// The tenant that it concerns, if one.
    pub tenant: Option<TenantId>,
    /// Role and id, as `api_key:UUID`, or a role alone.
    pub actor: String,
    /// What was done, as `applicant.erased`.
    pub action: String,
    /// Kind and id of what it was done to, as `verification:UUID`.
    pub object: String,
    /// Whatever else must be provable: ids, codes, small numbers, digests.
    pub detail: BTreeMap<String, String>,
}

impl NewAuditEntry {
    fn at_place(self, seq: u64) -> Entry {
        Entry {
            seq,
            at: self.at,
            tenant: self.tenant,
            actor: self.actor,
            action: self.action,
            object: self.object,
            detail: self.detail,
        }
    }
}

const ENTRY: &str = "audit_entry";
const CHECKPOINT: &str = "audit_checkpoint";
const EDGE: &str = "audit_edge";
/// Entries that are read at once.
const PAGE: u32 = 1_000;

/// Changes nothing, and keeps every other writer from appending until this transaction ends.
const LOCK_EDGE: &str = "UPDATE audit_edge SET edge = edge WHERE id = 1";
const MAKE_EDGE: &str =
    "INSERT INTO audit_edge (id, edge) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
const FIND_EDGE: &str = "SELECT edge FROM audit_edge WHERE id = 1";
const SET_EDGE: &str = "UPDATE audit_edge SET edge = $1 WHERE id = 1";
const INSERT: &str = "INSERT INTO audit_entry (seq, tenant_id, at, line) VALUES ($1, $2, $3, $4)";
const LIST: &str = "SELECT seq, line FROM audit_entry WHERE seq >= $1 ORDER BY seq LIMIT $2";
const NEWEST: &str = "SELECT at FROM audit_entry ORDER BY seq DESC LIMIT 1";
const LIST_OF_TENANT: &str = "SELECT seq, line FROM audit_entry WHERE tenant_id = $1 AND seq >= $2 \
     ORDER BY seq LIMIT $3";
const INSERT_CHECKPOINT: &str = "INSERT INTO audit_checkpoint (size, at, note, edge) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (size) DO NOTHING";
const NEWEST_CHECKPOINT: &str =
    "SELECT note, edge FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
const LIST_CHECKPOINTS: &str = "SELECT note FROM audit_checkpoint ORDER BY size";

impl Tx {
    /// Appends an entry to the audit log, together with everything else that this transaction writes.
    ///
    /// It is written as the last thing before the commit: every writer of the log waits for the one before,
    /// so that the wait is short and no two can wait for each other.
    ///
    /// # Errors
    /// [`StoreError::AuditEntry`] where a part of it might be personal.
    pub fn append_audit(&mut self, entry: NewAuditEntry) -> Result<(), StoreError> {
        let checked = entry.clone().at_place(0).check();
        checked.map_err(|source| StoreError::AuditEntry { source })?;
        self.audit.push(entry);
        Ok(())
    }

    /// Writes what was appended, after the log's right edge.
    pub(crate) async fn write_audit(&mut self, mut edge: Frontier) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.audit);
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            let entry = entry.at_place(edge.size());
            edge.append(entry.leaf());
            let root = edge.root();
            insert(self.conn(), StoredEntry { entry, root }).await?;
        }
        sqlx::query(SET_EDGE)
            .bind(edge.to_bytes())
            .execute(self.conn())
            .await
            .doing("append to the audit log")?;
        Ok(())
    }
}

impl Store {
    /// Signs what the audit log is now and returns the checkpoint's text, or that of the newest one where
    /// nothing was appended since. `keys` are those that may have signed the newest one: the signer's own, and
    /// the ones before it where it was replaced.
    ///
    /// # Errors
    /// [`StoreError::AuditTampered`] where the log does not go on from the newest checkpoint: what was
    /// rewritten is never signed.
    pub async fn checkpoint(
        &self,
        signer: &Signer,
        keys: &Verifier,
        now: Millis,
    ) -> Result<String, StoreError> {
        let (trusted, from, note) = self.newest_checkpoint(keys).await?;
        let verifier = LogVerifier::resume(&trusted, from).map_err(tampered)?;
        let (edge, verified) = self.follow(verifier).await?.map_err(tampered)?;
        if let Some(note) = note
            && verified.signed == verified.head.size
        {
            return Ok(note);
        }
        let note = Checkpoint::sign(verified.head, now, signer);
        let size = verified.head.size;
        sqlx::query(INSERT_CHECKPOINT)
            .bind(place(size))
            .bind(now.0)
            .bind(note.clone())
            .bind(edge.to_bytes())
            .execute(&self.inner.pool)
            .await
            .doing("record a checkpoint")?;
        Ok(note)
    }

    async fn newest_checkpoint(
        &self,
        keys: &Verifier,
    ) -> Result<(Trusted, Frontier, Option<String>), StoreError> {
        let row = sqlx::query(NEWEST_CHECKPOINT)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the newest checkpoint")?;
        let read = |r: Reader<'_>| Ok((r.get::<String>("note")?, read_edge(r)?));
        let Some((note, edge)) = one(CHECKPOINT, row, read)? else {
            return Ok((Trusted::default(), Frontier::default(), None));
        };
        let trusted = Trusted::open([note.as_str()], keys).map_err(tampered)?;
        Ok((trusted, edge, Some(note)))
    }

    /// Returns the text of the newest checkpoint, where there is one.
    pub async fn find_newest_checkpoint(&self) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(NEWEST_CHECKPOINT)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the newest checkpoint")?;
        one(CHECKPOINT, row, |r| r.get("note"))
    }

    /// Returns the texts of all checkpoints, oldest first.
    pub async fn list_checkpoints(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(LIST_CHECKPOINTS)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list checkpoints")?;
        all(CHECKPOINT, &rows, |r| r.get("note"))
    }

    /// Returns entries of the audit log from a place on, in order.
    pub async fn list_audit(&self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let rows = self.page(from, limit).await?;
        rows.into_iter().map(whole).collect()
    }

    /// Returns when the newest entry was made, where there is one.
    pub async fn newest_audit(&self) -> Result<Option<Millis>, StoreError> {
        let row = sqlx::query(NEWEST)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the newest audit entry")?;
        one(ENTRY, row, |r| r.at("at"))
    }

    /// Returns entries that concern a tenant from a place on, in order.
    pub async fn list_audit_of(
        &self,
        tenant: TenantId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let rows = sqlx::query(LIST_OF_TENANT)
            .bind(tenant.to_string())
            .bind(place(from))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list audit entries")?;
        let mut entries = Vec::new();
        for read in all(ENTRY, &rows, read_entry)? {
            let stored = whole(read)?;
            // The column only finds the entry; the line says whose it is.
            if stored.entry.tenant == Some(tenant) {
                entries.push(stored);
            }
        }
        Ok(entries)
    }

    /// Holds the whole log against its checkpoints and those that were anchored outside.
    ///
    /// # Errors
    /// Only where the database fails; what is wrong with the log is the answer.
    pub async fn verify_audit(
        &self,
        verifier: &Verifier,
        anchored: &[String],
    ) -> Result<Result<Verified, Tampered>, StoreError> {
        let kept = self.list_checkpoints().await?;
        let notes = kept.iter().chain(anchored).map(String::as_str);
        let trusted = match Trusted::open(notes, verifier) {
            Ok(trusted) => trusted,
            Err(tampered) => return Ok(Err(tampered)),
        };
        let verifier = match LogVerifier::new(&trusted) {
            Ok(verifier) => verifier,
            Err(tampered) => return Ok(Err(tampered)),
        };
        let followed = self.follow(verifier).await?;
        Ok(followed.map(|(_, verified)| verified))
    }

    /// Returns the proof of an entry under the newest checkpoint; `None` where none covers it yet.
    ///
    /// # Errors
    /// [`StoreError::AuditTampered`] where the entries are not the ones that were signed.
    pub async fn prove_audit(
        &self,
        seq: u64,
        verifier: &Verifier,
    ) -> Result<Option<ProofFile>, StoreError> {
        let Some(note) = self.list_checkpoints().await?.pop() else {
            return Ok(None);
        };
        let signed = Checkpoint::open(&note, verifier);
        let signed = signed.map_err(|source| tampered(Tampered::Checkpoint { nth: 1, source }))?;
        let (leaves, entry) = self.leaves(signed.head.size, seq).await?;
        let Some(entry) = entry else { return Ok(None) };
        if Head::of(&leaves) != signed.head {
            let size = signed.head.size;
            let (from, to) = (0, size.saturating_sub(1));
            return Err(tampered(Tampered::Rewritten { from, to, size }));
        }
        let proof = usize::try_from(seq)
            .ok()
            .and_then(|seq| InclusionProof::of(&leaves, seq));
        Ok(proof.map(|proof| ProofFile::new(entry, proof, note)))
    }

    /// Returns the hashes of the first entries, and one of these.
    async fn leaves(&self, size: u64, seq: u64) -> Result<(Vec<Hash>, Option<Entry>), StoreError> {
        let (mut leaves, mut found, mut from) = (Vec::new(), None, 0);
        while from < size {
            let page = self.list_audit(from, PAGE).await?;
            let Some(last) = page.last() else { break };
            from = last.entry.seq + 1;
            for stored in page.into_iter().filter(|stored| stored.entry.seq < size) {
                leaves.push(stored.entry.leaf());
                if stored.entry.seq == seq {
                    found = Some(stored.entry);
                }
            }
        }
        Ok((leaves, found))
    }

    /// Pushes every entry from where the verification stands to the right edge. Others may append meanwhile: the
    /// edge is read after the entries, and what it has more is read, too.
    async fn follow(
        &self,
        mut verifier: LogVerifier<'_>,
    ) -> Result<Result<(Frontier, Verified), Tampered>, StoreError> {
        loop {
            let place = verifier.place();
            let page = self.page(place, PAGE).await?;
            let end = page.is_empty();
            for (_, read) in page {
                let place = verifier.place();
                let read = read.map_err(|_| Tampered::Malformed { place });
                if let Err(tampered) = read.and_then(|stored| verifier.push(&stored)) {
                    return Ok(Err(tampered));
                }
            }
            if !end {
                continue;
            }
            let kept = find_edge(&mut *self.conn().await?)
                .await?
                .unwrap_or_default();
            if kept.size() <= verifier.place() || self.page(place, 1).await?.is_empty() {
                let edge = verifier.edge().clone();
                let finished = verifier.finish_at(kept.head());
                return Ok(finished.map(|verified| (edge, verified)));
            }
        }
    }

    async fn page(
        &self,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Result<StoredEntry, EntryError>)>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(place(from))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list audit entries")?;
        all(ENTRY, &rows, read_entry)
    }
}

/// Takes the one lock of the log and returns its right edge.
pub(crate) async fn lock_edge(conn: &mut AnyConnection) -> Result<Frontier, StoreError> {
    let lock = sqlx::query(LOCK_EDGE).execute(&mut *conn).await;
    if lock.doing("lock the audit log")?.rows_affected() == 0 {
        sqlx::query(MAKE_EDGE)
            .bind(Frontier::default().to_bytes())
            .execute(&mut *conn)
            .await
            .doing("begin the audit log")?;
        let lock = sqlx::query(LOCK_EDGE).execute(&mut *conn).await;
        lock.doing("lock the audit log")?;
    }
    let edge = find_edge(conn).await?;
    edge.ok_or(StoreError::Missing { table: EDGE })
}

async fn find_edge(conn: &mut AnyConnection) -> Result<Option<Frontier>, StoreError> {
    let row = sqlx::query(FIND_EDGE)
        .fetch_optional(conn)
        .await
        .doing("find the audit log's edge")?;
    one(EDGE, row, read_edge)
}

fn read_edge(r: Reader<'_>) -> Result<Frontier, StoreError> {
    let bytes: Vec<u8> = r.get("edge")?;
    Frontier::from_bytes(&bytes).map_err(|_| StoreError::Corrupt {
        table: r.table,
        column: "edge",
    })
}

async fn insert(conn: &mut AnyConnection, stored: StoredEntry) -> Result<(), StoreError> {
    sqlx::query(INSERT)
        .bind(place(stored.entry.seq))
        .bind(stored.entry.tenant.map(|tenant| tenant.to_string()))
        .bind(stored.entry.at.0)
        .bind(stored.to_line())
        .execute(conn)
        .await
        .map(|_| ())
        .doing("append to the audit log")
}

fn read_entry(r: Reader<'_>) -> Result<(u64, Result<StoredEntry, EntryError>), StoreError> {
    let seq: i64 = r.get("seq")?;
    let line: String = r.get("line")?;
    let corrupt = |_| StoreError::Corrupt {
        table: ENTRY,
        column: "seq",
    };
    let seq = u64::try_from(seq).map_err(corrupt)?;
    let read = StoredEntry::from_line(&line);
    // A line under another number is no entry of this place.
    let read = read.and_then(|stored| match stored.entry.seq == seq {
        true => Ok(stored),
        false => Err(EntryError::Malformed),
    });
    Ok((seq, read))
}

fn whole(read: (u64, Result<StoredEntry, EntryError>)) -> Result<StoredEntry, StoreError> {
    read.1.map_err(|_| StoreError::Corrupt {
        table: ENTRY,
        column: "line",
    })
}

fn tampered(source: Tampered) -> StoreError {
    StoreError::AuditTampered { source }
}

/// A place as the database counts.
fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
