//! Restoring a backup into an empty database, of either kind. No key is needed: nothing is unsealed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::ids::BlobId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Row, Transaction};

use crate::backup::{End, FORMAT, Saved, failed};
use crate::blobs::Places;
use crate::digest::hex;
use crate::error::Doing;
use crate::open::{Engine, PATIENT, connect};
use crate::tables::{Holds, TABLES, Table};
use crate::{StoreConfig, StoreError, migrate};

const INSERT_DATA: &str = "INSERT INTO blob_data (id, data) VALUES ($1, $2)";

/// Restores a backup into the empty database and the place of files of a configuration. All or nothing:
/// the whole archive is checked first, and the rows are committed together.
pub async fn restore(config: &StoreConfig, from: &Path) -> Result<Saved, StoreError> {
    check(from)?;
    let places = Places::open(&config.blobs)?;
    let (pool, engine) = connect(config).await?;
    migrate::migrate(&pool, engine).await?;
    let mut tx = begin(&pool, engine).await?;
    for table in TABLES {
        if count(&mut tx, table).await? > 0 {
            return Err(StoreError::Backup {
                what: "the database is not empty",
            });
        }
    }
    let mut saved = Saved::default();
    let mut archive = tar::Archive::new(open(from)?);
    let at = |source| failed("read", from, source);
    for entry in archive.entries().map_err(at)? {
        let entry = entry.map_err(at)?;
        let name = name(&entry, from)?;
        if let Some(table) = table(&name) {
            saved.rows += read_table(&mut tx, table, entry, &places, from).await?;
        } else if let Some(id) = name.strip_prefix("blobs/") {
            let id = id.parse().map_err(|_| DAMAGED)?;
            read_blob(&mut tx, &places, id, entry, from).await?;
            saved.blobs += 1;
        }
    }
    tx.commit().await.doing("commit the restored rows")?;
    pool.close().await;
    Ok(saved)
}

const DAMAGED: StoreError = StoreError::Backup {
    what: "the file is damaged",
};

/// Checks that the archive is whole: every entry has the digest that its last entry says.
fn check(from: &Path) -> Result<(), StoreError> {
    let at = |source| failed("read", from, source);
    let mut archive = tar::Archive::new(open(from)?);
    let mut found = Vec::new();
    let mut end: Option<End> = None;
    for entry in archive.entries().map_err(at)? {
        let mut entry = entry.map_err(at)?;
        let name = name(&entry, from)?;
        if name == "end.json" {
            end = Some(serde_json::from_reader(entry).map_err(|_| DAMAGED)?);
            continue;
        }
        let mut hasher = Sha256::new();
        std::io::copy(&mut entry, &mut hasher).map_err(at)?;
        found.push((name, hex(&hasher.finalize())));
    }
    let end = end.ok_or(StoreError::Backup {
        what: "the file was cut: its end is missing",
    })?;
    if end.format != FORMAT || end.tables_version != migrate::latest() {
        return Err(StoreError::Backup {
            what: "the file is of another version",
        });
    }
    if end.entries == found {
        Ok(())
    } else {
        Err(DAMAGED)
    }
}

async fn begin(pool: &AnyPool, engine: Engine) -> Result<Transaction<'static, Any>, StoreError> {
    const BEGIN: &str = "begin a transaction";
    match engine {
        Engine::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await.doing(BEGIN),
        Engine::Postgres => {
            let mut tx = pool.begin().await.doing(BEGIN)?;
            sqlx::raw_sql(PATIENT)
                .execute(&mut *tx)
                .await
                .doing(BEGIN)?;
            Ok(tx)
        }
    }
}

async fn count(conn: &mut AnyConnection, table: &Table) -> Result<i64, StoreError> {
    // Made of our own constants only, as below.
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) AS n FROM {}", table.name));
    let row = sqlx::query(sql).fetch_one(conn).await.doing("count rows")?;
    row.try_get("n").doing("count rows")
}

/// Inserts a table's rows; files are named in the place where they will lie.
async fn read_table(
    conn: &mut AnyConnection,
    table: &Table,
    entry: impl Read,
    places: &Places,
    from: &Path,
) -> Result<u64, StoreError> {
    let columns: Vec<_> = table.columns.iter().map(|(column, _)| *column).collect();
    let marks: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let (columns, marks) = (columns.join(", "), marks.join(", "));
    let sql = format!("INSERT INTO {} ({columns}) VALUES ({marks})", table.name);
    let mut rows = 0;
    for line in BufReader::new(entry).lines() {
        let line = line.map_err(|source| failed("read", from, source))?;
        let values: Vec<Value> = serde_json::from_str(&line).map_err(|_| DAMAGED)?;
        if values.len() != table.columns.len() {
            return Err(DAMAGED);
        }
        let mut query = sqlx::query(AssertSqlSafe(sql.as_str()));
        for ((column, holds), value) in table.columns.iter().zip(values) {
            let value = match (table.name, *column) {
                ("blob", "place") => places.current().as_str().into(),
                _ => value,
            };
            query = match holds {
                Holds::Text => query.bind(text(value)?),
                Holds::Int => query.bind(int(&value)?),
                Holds::Bytes => query.bind(bytes(value)?),
            };
        }
        query.execute(&mut *conn).await.doing("insert a row")?;
        rows += 1;
    }
    Ok(rows)
}

async fn read_blob(
    conn: &mut AnyConnection,
    places: &Places,
    id: BlobId,
    mut entry: impl Read,
    from: &Path,
) -> Result<(), StoreError> {
    let mut sealed = Vec::new();
    let at = |source| failed("read", from, source);
    entry.read_to_end(&mut sealed).map_err(at)?;
    if let Some(data) = places.put(id, sealed).await? {
        sqlx::query(INSERT_DATA)
            .bind(id.to_string())
            .bind(data)
            .execute(conn)
            .await
            .doing("insert a blob")?;
    }
    Ok(())
}

fn text(value: Value) -> Result<Option<String>, StoreError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(DAMAGED),
    }
}

fn int(value: &Value) -> Result<Option<i64>, StoreError> {
    match value {
        Value::Null => Ok(None),
        value => value.as_i64().map(Some).ok_or(DAMAGED),
    }
}

fn bytes(value: Value) -> Result<Option<Vec<u8>>, StoreError> {
    let decode = |text: String| BASE64_STANDARD.decode(text).map_err(|_| DAMAGED);
    text(value)?.map(decode).transpose()
}

fn table(entry: &str) -> Option<&'static Table> {
    let name = entry.strip_prefix("tables/")?.strip_suffix(".jsonl")?;
    TABLES.iter().find(|table| table.name == name)
}

fn name(entry: &tar::Entry<'_, impl Read>, from: &Path) -> Result<String, StoreError> {
    let path = entry
        .path()
        .map_err(|source| failed("read", from, source))?;
    path.to_str().map(str::to_owned).ok_or(DAMAGED)
}

fn open(from: &Path) -> Result<BufReader<File>, StoreError> {
    File::open(from)
        .map(BufReader::new)
        .map_err(|source| failed("open", from, source))
}
