//! Backups: one file, the same for both databases, taken of a live store. Nothing is unsealed for it.
//!
//! A tar archive: `tables/NAME.jsonl` with a row a line, `blobs/ID` with the sealed files, and at last
//! `end.json` with the digests of all before, so that a cut or damaged backup is known as one.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::TryStreamExt;
use menshen_core::ids::BlobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Transaction};
use tempfile::NamedTempFile;

use crate::blobs::Place;
use crate::columns::{Reader, all, one};
use crate::digest::hex;
use crate::error::Doing;
use crate::open::{Engine, PATIENT};
use crate::tables::{Holds, TABLES, Table};
use crate::{Store, StoreError, migrate};

/// The format of the archive. A new one needs a new number.
pub(crate) const FORMAT: u32 = 1;

/// How much a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Rows of all tables.
    pub rows: u64,
    /// Sealed files.
    pub blobs: u64,
}

/// The last entry: what came before it.
#[derive(Serialize, Deserialize)]
pub(crate) struct End {
    pub format: u32,
    pub tables_version: i64,
    /// Names and SHA-256 digests, in the archive's order.
    pub entries: Vec<(String, String)>,
}

const SNAPSHOT: &str = "begin the backup's snapshot";
const LIST_BLOBS: &str = "SELECT id, place FROM blob ORDER BY id";
const BLOB_DATA: &str = "SELECT data FROM blob_data WHERE id = $1";

impl Store {
    /// Writes one consistent backup of the store as it is now; others read and write meanwhile. The file
    /// appears when it is whole.
    pub async fn backup(&self, to: &Path) -> Result<Saved, StoreError> {
        let at = |source| failed("write", to, source);
        let folder = to.parent().filter(|f| !f.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(at)?;
        let mut archive = Archive {
            tar: tar::Builder::new(file),
            path: to,
            entries: Vec::new(),
        };
        let mut snapshot = self.snapshot().await?;
        let mut saved = Saved::default();
        for table in TABLES {
            let (text, rows) = write_table(&mut snapshot, table, to).await?;
            archive.append_file(format!("tables/{}.jsonl", table.name), text)?;
            saved.rows += rows;
        }
        saved.blobs = self.save_blobs(&mut snapshot, &mut archive).await?;
        snapshot
            .rollback()
            .await
            .doing("end the backup's snapshot")?;
        archive.finish()?;
        Ok(saved)
    }

    /// Begins a transaction that sees the store as it is now, for as long as it reads.
    async fn snapshot(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = match self.inner.engine {
            // A reader of a WAL keeps the state of its first read.
            Engine::Sqlite => "BEGIN DEFERRED",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let begun = self.inner.pool.begin_with(begin).await;
        let mut snapshot = begun.doing(SNAPSHOT)?;
        if self.inner.engine == Engine::Postgres {
            let told = sqlx::raw_sql(PATIENT).execute(&mut *snapshot);
            told.await.doing(SNAPSHOT)?;
        }
        Ok(snapshot)
    }

    async fn save_blobs(
        &self,
        snapshot: &mut Transaction<'static, Any>,
        archive: &mut Archive<'_>,
    ) -> Result<u64, StoreError> {
        let rows = sqlx::query(LIST_BLOBS)
            .fetch_all(&mut **snapshot)
            .await
            .doing("list blobs")?;
        let mut saved = 0;
        for (id, place) in all("blob", &rows, |r| {
            Ok((r.parse::<BlobId>("id")?, r.parse::<Place>("place")?))
        })? {
            let sealed = match place {
                Place::Database => {
                    let row = sqlx::query(BLOB_DATA)
                        .bind(id.to_string())
                        .fetch_optional(&mut **snapshot)
                        .await
                        .doing("read blob")?;
                    one("blob_data", row, |r| r.get::<Vec<u8>>("data"))?
                }
                Place::Folder | Place::S3 => self.inner.places.get(place, id).await?,
            };
            // None where the person was erased since the snapshot: then nobody may have it.
            if let Some(sealed) = sealed {
                archive.append_bytes(format!("blobs/{id}"), &sealed)?;
                saved += 1;
            }
        }
        Ok(saved)
    }
}

/// Writes a table's rows to a file without a name; returns it and their number.
async fn write_table(
    snapshot: &mut Transaction<'static, Any>,
    table: &Table,
    path: &Path,
) -> Result<(File, u64), StoreError> {
    let at = |source| failed("write", path, source);
    let mut text = std::io::BufWriter::new(tempfile::tempfile().map_err(at)?);
    let columns: Vec<_> = table.columns.iter().map(|(column, _)| *column).collect();
    // Made of our own constants only: no value ever becomes part of a statement.
    let sql = AssertSqlSafe(format!("SELECT {} FROM {}", columns.join(", "), table.name));
    let mut rows = sqlx::query(sql).fetch(&mut **snapshot);
    let mut count = 0;
    while let Some(row) = rows.try_next().await.doing("read a table")? {
        let line = Value::Array(values(table, &row)?);
        writeln!(text, "{line}").map_err(at)?;
        count += 1;
    }
    let file = text.into_inner().map_err(|e| at(e.into_error()))?;
    Ok((file, count))
}

fn values(table: &Table, row: &AnyRow) -> Result<Vec<Value>, StoreError> {
    let r = Reader::new(table.name, row);
    let value = |(column, holds): &(&'static str, Holds)| {
        Ok(match holds {
            Holds::Text => r.get::<Option<String>>(column)?.into(),
            Holds::Int => r.get::<Option<i64>>(column)?.into(),
            Holds::Bytes => r
                .get::<Option<Vec<u8>>>(column)?
                .map(|bytes| BASE64_STANDARD.encode(bytes))
                .into(),
        })
    };
    table.columns.iter().map(value).collect()
}

struct Archive<'a> {
    tar: tar::Builder<NamedTempFile>,
    path: &'a Path,
    entries: Vec<(String, String)>,
}

impl Archive<'_> {
    fn append_bytes(&mut self, name: String, bytes: &[u8]) -> Result<(), StoreError> {
        let digest = hex(&Sha256::digest(bytes));
        self.append(&name, bytes.len() as u64, bytes)?;
        self.entries.push((name, digest));
        Ok(())
    }

    fn append_file(&mut self, name: String, mut file: File) -> Result<(), StoreError> {
        let at = |source| failed("write", self.path, source);
        let mut hasher = Sha256::new();
        file.rewind().map_err(at)?;
        let size = std::io::copy(&mut file, &mut hasher).map_err(at)?;
        file.rewind().map_err(at)?;
        self.append(&name, size, file)?;
        self.entries.push((name, hex(&hasher.finalize())));
        Ok(())
    }

    fn append(
        &mut self,
        name: &str,
        size: u64,
        data: impl std::io::Read,
    ) -> Result<(), StoreError> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        self.tar
            .append_data(&mut header, name, data)
            .map_err(|source| failed("write", self.path, source))
    }

    /// Writes the last entry, and gives the file its name when all of it is on the disk.
    fn finish(mut self) -> Result<(), StoreError> {
        let at = |source| failed("write", self.path, source);
        let end = End {
            format: FORMAT,
            tables_version: migrate::latest(),
            entries: std::mem::take(&mut self.entries),
        };
        let text = serde_json::to_vec(&end).map_err(|e| at(e.into()))?;
        self.append("end.json", text.len() as u64, text.as_slice())?;
        let file = self.tar.into_inner().map_err(at)?;
        file.as_file().sync_all().map_err(at)?;
        file.persist(self.path).map_err(|e| at(e.error))?;
        Ok(())
    }
}

pub(crate) fn failed(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File {
        action,
        path: path.to_owned(),
        source,
    }
}
