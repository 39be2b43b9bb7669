//! Lists of sanctioned people: the files as they were imported, whole, each import a version of its own.

use menshen_core::ids::ScreeningListId;
use menshen_core::policy::SanctionList;
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, older_than};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// A file of a list, by a name of ours: `sdn.csv`, or `file` where the list is one file.
pub struct ListPart {
    /// Its name.
    pub name: String,
    /// Its bytes as they came.
    pub bytes: Vec<u8>,
}

/// A version of a list that is to be imported, read and found whole by the caller.
pub struct NewScreeningList<'a> {
    /// Which list.
    pub list: SanctionList,
    /// How its files are written.
    pub format: &'a str,
    /// SHA-256 of the files, as the reader of lists computes it.
    pub sha256: &'a str,
    /// The date that the files themselves carry.
    pub published: Option<String>,
    /// How many entries it has.
    pub entries: u64,
    /// Who imports it.
    pub by: &'a str,
    /// The files.
    pub parts: &'a [ListPart],
}

/// A version of a list, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningListRow {
    /// The id.
    pub id: ScreeningListId,
    /// Which list.
    pub list: SanctionList,
    /// How its files are written.
    pub format: String,
    /// SHA-256 of the files.
    pub sha256: String,
    /// The date that the files themselves carry.
    pub published: Option<String>,
    /// How many entries it has.
    pub entries: i64,
    /// How many bytes.
    pub size: i64,
    /// When it was imported.
    pub imported_at: Millis,
    /// Who imported it.
    pub imported_by: String,
    /// When another version took its place.
    pub replaced_at: Option<Millis>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, list, format, sha256, published, entries, size, imported_at, imported_by, replaced_at ",
            "FROM screening_list ",
            $where
        )
    };
}

const LIST: &str = "screening_list";
const CHUNK: &str = "screening_chunk";
/// Bytes of a piece: small enough for any database's rows.
const PIECE: usize = 1 << 20;
/// Versions of a list whose files are kept; of older ones stays what they were and who imported them.
const KEPT: i64 = 5;

const INSERT: &str = "INSERT INTO screening_list (id, list, format, sha256, published, entries, size, imported_at, \
     imported_by, replaced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)";
const REPLACE: &str =
    "UPDATE screening_list SET replaced_at = $1 WHERE list = $2 AND replaced_at IS NULL";
const INSERT_CHUNK: &str =
    "INSERT INTO screening_chunk (list_id, part, start, data) VALUES ($1, $2, $3, $4)";
const FORGET_OLD: &str = "DELETE FROM screening_chunk WHERE list_id IN (SELECT id FROM screening_list WHERE list = $1) \
     AND list_id NOT IN (SELECT id FROM screening_list WHERE list = $1 ORDER BY id DESC LIMIT $2)";
const IN_FORCE: &str = select!("WHERE replaced_at IS NULL ORDER BY list, id");
const PAGE: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
const CHUNKS: &str = "SELECT part, start, data FROM screening_chunk WHERE list_id = $1 AND (part > $2 OR (part = $2 AND start >= $3)) \
     ORDER BY part, start LIMIT $4";
/// Pieces read at once.
const SOME: i64 = 16;

impl Store {
    /// Returns the newest version of each list.
    pub async fn list_screening_in_force(&self) -> Result<Vec<ScreeningListRow>, StoreError> {
        in_force(&mut *self.conn().await?).await
    }

    /// Returns versions of all lists, newest first.
    pub async fn list_screening_lists(
        &self,
        after: Option<ScreeningListId>,
        limit: u32,
    ) -> Result<Vec<ScreeningListRow>, StoreError> {
        let rows = sqlx::query(PAGE)
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list screening lists")?;
        all(LIST, &rows, read)
    }

    /// Returns the files of a version, whole.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a piece is missing.
    pub async fn read_screening_list(
        &self,
        row: &ScreeningListRow,
    ) -> Result<Vec<ListPart>, StoreError> {
        let mut parts: Vec<ListPart> = Vec::new();
        loop {
            let (name, start) = match parts.last() {
                Some(part) => (part.name.clone(), part.bytes.len()),
                None => (String::new(), 0),
            };
            let rows = sqlx::query(CHUNKS)
                .bind(row.id.to_string())
                .bind(name)
                .bind(number(start)?)
                .bind(SOME)
                .fetch_all(&self.inner.pool)
                .await
                .doing("read a screening list")?;
            let last = rows.len() < SOME as usize;
            for piece in all(CHUNK, &rows, read_chunk)? {
                add(&mut parts, piece)?;
            }
            if last {
                break;
            }
        }
        let size: usize = parts.iter().map(|part| part.bytes.len()).sum();
        if number(size)? == row.size {
            Ok(parts)
        } else {
            Err(BROKEN)
        }
    }
}

impl Tx {
    /// Imports a version of a list, which takes the place of the one before.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where somebody else imports the same list at this moment.
    pub async fn import_screening_list(
        &mut self,
        new: &NewScreeningList<'_>,
        now: Millis,
    ) -> Result<ScreeningListId, StoreError> {
        let id = ScreeningListId::new(now, Store::random_id_bytes()?);
        let size: usize = new.parts.iter().map(|part| part.bytes.len()).sum();
        sqlx::query(REPLACE)
            .bind(now.0)
            .bind(new.list.name())
            .execute(self.conn())
            .await
            .doing("replace a screening list")?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.list.name())
            .bind(new.format.to_owned())
            .bind(new.sha256.to_owned())
            .bind(new.published.clone())
            .bind(i64::try_from(new.entries).map_err(|_| TOO_LONG)?)
            .bind(number(size)?)
            .bind(now.0)
            .bind(new.by.to_owned())
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(LIST, "import a screening list", source))?;
        for part in new.parts {
            for (n, piece) in part.bytes.chunks(PIECE).enumerate() {
                self.insert_piece(id, &part.name, n * PIECE, piece).await?;
            }
        }
        sqlx::query(FORGET_OLD)
            .bind(new.list.name())
            .bind(KEPT)
            .execute(self.conn())
            .await
            .doing("forget old screening lists")?;
        Ok(id)
    }

    /// Returns the newest version of each list, as this transaction sees them.
    pub async fn list_screening_in_force(&mut self) -> Result<Vec<ScreeningListRow>, StoreError> {
        in_force(self.conn()).await
    }

    async fn insert_piece(
        &mut self,
        id: ScreeningListId,
        part: &str,
        start: usize,
        piece: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query(INSERT_CHUNK)
            .bind(id.to_string())
            .bind(part.to_owned())
            .bind(number(start)?)
            .bind(piece.to_vec())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("import a screening list")
    }
}

const TOO_LONG: StoreError = StoreError::TooLong {
    action: "import a screening list",
};
const BROKEN: StoreError = StoreError::Corrupt {
    table: CHUNK,
    column: "start",
};

fn number(size: usize) -> Result<i64, StoreError> {
    i64::try_from(size).map_err(|_| TOO_LONG)
}

struct Piece {
    part: String,
    start: i64,
    data: Vec<u8>,
}

/// Appends a piece, which must begin where the one before ended.
fn add(parts: &mut Vec<ListPart>, piece: Piece) -> Result<(), StoreError> {
    if parts.last().is_none_or(|part| part.name != piece.part) {
        parts.push(ListPart {
            name: piece.part,
            bytes: Vec::new(),
        });
    }
    let part = parts.last_mut().ok_or(BROKEN)?;
    if number(part.bytes.len())? != piece.start {
        return Err(BROKEN);
    }
    part.bytes.extend(piece.data);
    Ok(())
}

async fn in_force(conn: &mut AnyConnection) -> Result<Vec<ScreeningListRow>, StoreError> {
    let rows = sqlx::query(IN_FORCE)
        .fetch_all(conn)
        .await
        .doing("list screening lists")?;
    all(LIST, &rows, read)
}

fn read_chunk(r: Reader<'_>) -> Result<Piece, StoreError> {
    Ok(Piece {
        part: r.get("part")?,
        start: r.get("start")?,
        data: r.get("data")?,
    })
}

fn read(r: Reader<'_>) -> Result<ScreeningListRow, StoreError> {
    let list: String = r.get("list")?;
    Ok(ScreeningListRow {
        id: r.parse("id")?,
        list: SanctionList::parse(&list).ok_or(StoreError::Corrupt {
            table: LIST,
            column: "list",
        })?,
        format: r.get("format")?,
        sha256: r.get("sha256")?,
        published: r.get("published")?,
        entries: r.get("entries")?,
        size: r.get("size")?,
        imported_at: r.at("imported_at")?,
        imported_by: r.get("imported_by")?,
        replaced_at: r.at_maybe("replaced_at")?,
    })
}
