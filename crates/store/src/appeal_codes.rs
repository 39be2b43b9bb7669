//! Codes that prove whose an address is. They are sealed, go out once, and the newest of an appeal is the only one that
//! counts.

use menshen_core::ids::{AppealCodeId, AppealId, ApplicantId, ContactId, NoticeId, TenantId};
use menshen_core::time::Millis;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::SealedColumn;
use crate::{AppealRow, Opened, Purpose, Store, StoreError, Tx, random};

/// A code, without the code.
#[derive(Clone, Debug)]
pub struct AppealCodeRow {
    /// The id.
    pub id: AppealCodeId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Where it went.
    pub contact_id: ContactId,
    /// When it was drawn.
    pub created_at: Millis,
    /// When it is no longer good.
    pub expires_at: Millis,
    /// When it was used, or another took its place.
    pub ended_at: Option<Millis>,
}

impl AppealCodeRow {
    /// Is it good?
    pub fn is_good(&self, now: Millis) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// Where a code goes, and how long it is good.
#[derive(Clone, Copy, Debug)]
pub struct NewAppealCode {
    /// The address.
    pub contact: ContactId,
    /// The message that carries it.
    pub notice: NoticeId,
    /// When it is no longer good.
    pub expires_at: Millis,
}

/// Digits of a code.
const DIGITS: u32 = 6;
const CODE: &str = "appeal_code";
const VALUE: Column = Column::new(CODE, "code_sealed");
const INSERT: &str = "INSERT INTO appeal_code (id, tenant_id, applicant_id, appeal_id, contact_id, notice_id, \
     code_sealed, created_at, expires_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)";
const END_ALL: &str = "UPDATE appeal_code SET ended_at = $1 WHERE appeal_id = $2 AND tenant_id = $3 \
     AND ended_at IS NULL";
const END: &str =
    "UPDATE appeal_code SET ended_at = $1 WHERE id = $2 AND tenant_id = $3 AND ended_at IS NULL";
const FIND_CURRENT: &str = "SELECT id, tenant_id, contact_id, created_at, expires_at, ended_at FROM appeal_code \
     WHERE tenant_id = $1 AND appeal_id = $2 AND ended_at IS NULL ORDER BY id DESC LIMIT 1";
const FIND_OF_NOTICE: &str = "SELECT id, tenant_id, contact_id, created_at, expires_at, ended_at FROM appeal_code \
     WHERE tenant_id = $1 AND notice_id = $2";
const LIST_TIMES: &str = "SELECT created_at FROM appeal_code \
     WHERE tenant_id = $1 AND applicant_id = $2 AND created_at > $3 ORDER BY created_at";
const PRUNE: &str = "DELETE FROM appeal_code WHERE created_at < $1";
const SEALED: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, code_sealed AS sealed FROM appeal_code WHERE id = $1 AND tenant_id = $2",
    column: VALUE,
    purpose: Purpose::Document,
};

impl Store {
    /// Draws a code of six digits.
    pub fn draw_appeal_code() -> Result<Zeroizing<String>, StoreError> {
        let space = 10_u32.pow(DIGITS);
        // Numbers above the last whole multiple would make small codes likelier.
        let whole = u32::MAX - u32::MAX % space;
        loop {
            let drawn = u32::from_le_bytes(random::bytes()?);
            if drawn < whole {
                let code = format!("{:0width$}", drawn % space, width = DIGITS as usize);
                return Ok(Zeroizing::new(code));
            }
        }
    }

    /// Returns the code that a message carries.
    pub async fn find_appeal_code_of_notice(
        &self,
        tenant: TenantId,
        notice: NoticeId,
    ) -> Result<Option<AppealCodeRow>, StoreError> {
        let row = sqlx::query(FIND_OF_NOTICE)
            .bind(tenant.to_string())
            .bind(notice.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the code of a message")?;
        one(CODE, row, read)
    }

    /// Returns a code in the clear.
    pub async fn open_appeal_code(
        &self,
        code: &AppealCodeRow,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED
            .open(self, &mut *self.conn().await?, code.tenant_id, code.id)
            .await
    }
}

impl Tx {
    /// Keeps a code, which takes the place of the appeal's earlier ones.
    pub async fn create_appeal_code(
        &mut self,
        appeal: &AppealRow,
        new: &NewAppealCode,
        code: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.end_appeal_codes(appeal.tenant_id, appeal.id, now)
            .await?;
        let store = self.store.clone();
        let id = AppealCodeId::new(now, Store::random_id_bytes()?).to_string();
        let keys = &store.inner.keys;
        let key = appeal.subject().key(self.conn(), keys, Purpose::Document);
        let sealed = key.await?.seal(VALUE, &id, code.as_bytes())?;
        sqlx::query(INSERT)
            .bind(id)
            .bind(appeal.tenant_id.to_string())
            .bind(appeal.applicant_id.to_string())
            .bind(appeal.id.to_string())
            .bind(new.contact.to_string())
            .bind(new.notice.to_string())
            .bind(sealed)
            .bind(now.0)
            .bind(new.expires_at.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(CODE, "keep a code", source))
    }

    /// Returns the code of an appeal that may still count.
    pub async fn find_appeal_code(
        &mut self,
        tenant: TenantId,
        appeal: AppealId,
    ) -> Result<Option<AppealCodeRow>, StoreError> {
        let row = sqlx::query(FIND_CURRENT)
            .bind(tenant.to_string())
            .bind(appeal.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find code")?;
        one(CODE, row, read)
    }

    /// Is this the code? Takes as long for a wrong one as for the right one.
    pub async fn appeal_code_is(
        &mut self,
        code: &AppealCodeRow,
        guess: &str,
    ) -> Result<bool, StoreError> {
        let store = self.store.clone();
        let opened = SEALED
            .open(&store, self.conn(), code.tenant_id, code.id)
            .await?;
        Ok(opened.is_some_and(|own| own.is(guess.as_bytes())))
    }

    /// Uses a code up.
    pub async fn end_appeal_code(
        &mut self,
        code: &AppealCodeRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(END)
            .bind(now.0)
            .bind(code.id.to_string())
            .bind(code.tenant_id.to_string())
            .execute(self.conn())
            .await
            .doing("use up a code")?;
        one_row(CODE, &done)
    }

    /// Ends every code of an appeal.
    pub async fn end_appeal_codes(
        &mut self,
        tenant: TenantId,
        appeal: AppealId,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(END_ALL)
            .bind(now.0)
            .bind(appeal.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end codes")
    }

    /// Returns when codes for a person were drawn after an instant, oldest first.
    pub async fn list_appeal_code_times(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        let rows = sqlx::query(LIST_TIMES)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(since.0)
            .fetch_all(self.conn())
            .await
            .doing("list codes")?;
        all(CODE, &rows, |r| r.at("created_at"))
    }

    /// Removes codes that were drawn before an instant.
    pub async fn prune_appeal_codes(&mut self, before: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune codes")
    }
}

fn read(r: Reader<'_>) -> Result<AppealCodeRow, StoreError> {
    Ok(AppealCodeRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        contact_id: r.parse("contact_id")?,
        created_at: r.at("created_at")?,
        expires_at: r.at("expires_at")?,
        ended_at: r.at_maybe("ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_digits_and_differ() {
        let drawn: std::collections::BTreeSet<String> = (0..200)
            .map(|_| Store::draw_appeal_code().unwrap().to_string())
            .collect();
        assert!(drawn.iter().all(|code| code.len() == 6));
        assert!(
            drawn
                .iter()
                .all(|code| code.bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(drawn.len() > 190, "{}", drawn.len());
    }
}
