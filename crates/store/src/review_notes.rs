//! Notes on cases: what reviewers tell each other, sealed with the key of the person that they are about.

use menshen_core::ids::{CaseId, NoteId, StaffId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::Subject;
use crate::{Opened, Purpose, ReviewCaseRow, Store, StoreError, Tx};

/// A note.
pub struct NoteRow {
    /// The id.
    pub id: NoteId,
    /// Who wrote it.
    pub staff_id: StaffId,
    /// What it says.
    pub text: Opened,
    /// When it was written.
    pub created_at: Millis,
}

const NOTE: &str = "review_note";
const TEXT: Column = Column::new(NOTE, "text_sealed");
const INSERT: &str = "INSERT INTO review_note (id, tenant_id, case_id, applicant_id, staff_id, text_sealed, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = "SELECT id, staff_id, text_sealed, created_at FROM review_note WHERE tenant_id = $1 AND case_id = $2 \
     ORDER BY id";

fn subject(row: &ReviewCaseRow) -> Subject {
    Subject {
        tenant: row.case.tenant,
        applicant: row.case.applicant,
    }
}

impl Store {
    /// Returns the notes on a case, oldest first.
    pub async fn list_review_notes(
        &self,
        case: &ReviewCaseRow,
    ) -> Result<Vec<NoteRow>, StoreError> {
        let mut conn = self.conn().await?;
        let rows = sqlx::query(LIST)
            .bind(case.case.tenant.to_string())
            .bind(case.id.to_string())
            .fetch_all(&mut *conn)
            .await
            .doing("list notes")?;
        let keys = &self.inner.keys;
        let key = subject(case)
            .key(&mut conn, keys, Purpose::Document)
            .await?;
        let read = |r: Reader<'_>| {
            let id: NoteId = r.parse("id")?;
            let sealed: Vec<u8> = r.get("text_sealed")?;
            Ok(NoteRow {
                text: key.open(TEXT, &id.to_string(), &sealed)?,
                id,
                staff_id: r.parse("staff_id")?,
                created_at: r.at("created_at")?,
            })
        };
        all(NOTE, &rows, read)
    }
}

impl Tx {
    /// Adds a note to a case.
    pub async fn add_review_note(
        &mut self,
        case: &ReviewCaseRow,
        staff: StaffId,
        text: &str,
        now: Millis,
    ) -> Result<NoteId, StoreError> {
        let store = self.store.clone();
        let (tenant, case_id): (TenantId, CaseId) = (case.case.tenant, case.id);
        let keys = &store.inner.keys;
        let key = subject(case)
            .key(self.conn(), keys, Purpose::Document)
            .await?;
        let id = NoteId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(case_id.to_string())
            .bind(case.case.applicant.to_string())
            .bind(staff.to_string())
            .bind(key.seal(TEXT, &id.to_string(), text.as_bytes())?)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(NOTE, "add note", source))?;
        Ok(id)
    }
}
