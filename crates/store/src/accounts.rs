//! People's accounts: what they sign in with and what stands over them.

use menshen_core::account::{Hold, HoldReason};
use menshen_core::ids::{ApplicantId, ContactId, InvitationCodeId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx};

/// An account, without its secrets.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Has it a password?
    pub has_password: bool,
    /// Has it an authenticator app?
    pub has_totp: bool,
    /// Since when its owner may sign in by face, where they may.
    pub face_since: Option<Millis>,
    /// When its password was last set by a code that was sent, and by nothing better since.
    pub reset_at: Option<Millis>,
    /// The code by which they were invited.
    pub invitation_id: Option<InvitationCodeId>,
    /// What stands over it, or stood.
    pub hold: Option<Hold>,
    /// When it was opened.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// A secret of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountSecret {
    /// The password's hash.
    Password,
    /// The secret of the authenticator app.
    Totp,
    /// The secret of an app that is being set up.
    TotpOffered,
}

const ACCOUNT: &str = "account";
const LOGIN: &str = "account_login";
const PASSWORD: Column = Column::new(ACCOUNT, "password_sealed");
const TOTP: Column = Column::new(ACCOUNT, "totp_sealed");
const OFFERED: Column = Column::new(ACCOUNT, "totp_offered_sealed");
const INSERT: &str = "INSERT INTO account (applicant_id, tenant_id, password_sealed, totp_sealed, totp_step, \
     totp_offered_sealed, face_since, reset_at, invitation_id, hold_reason, hold_since, hold_until, created_at, version) \
     VALUES ($1, $2, NULL, NULL, 0, NULL, NULL, NULL, $3, NULL, NULL, NULL, $4, 1)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT applicant_id, tenant_id, CASE WHEN password_sealed IS NULL THEN 0 ELSE 1 END AS has_password, ",
            "CASE WHEN totp_sealed IS NULL THEN 0 ELSE 1 END AS has_totp, face_since, reset_at, invitation_id, hold_reason, ",
            "hold_since, hold_until, created_at, version FROM account WHERE ",
            $where
        )
    };
}
const FIND: &str = select!("applicant_id = $1 AND tenant_id = $2");
const FIND_BY_LOGIN: &str = select!(
    "applicant_id = (SELECT applicant_id FROM account_login WHERE tenant_id = $1 AND digest = $2)"
);
const INSERT_LOGIN: &str = "INSERT INTO account_login (tenant_id, digest, applicant_id, contact_id) VALUES ($1, $2, $3, $4)";
const DELETE_LOGIN: &str =
    "DELETE FROM account_login WHERE tenant_id = $1 AND applicant_id = $2 AND contact_id = $3";
const LOGIN_CONTACTS: &str =
    "SELECT contact_id FROM account_login WHERE tenant_id = $1 AND applicant_id = $2";
const SET_PASSWORD: &str = "UPDATE account SET password_sealed = $1, version = version + 1 \
     WHERE applicant_id = $2 AND tenant_id = $3 AND version = $4";
const SET_RESET: &str = "UPDATE account SET reset_at = $1, totp_offered_sealed = NULL, version = version + 1 \
     WHERE applicant_id = $2 AND tenant_id = $3 AND version = $4";
const SET_TOTP: &str = "UPDATE account SET totp_sealed = $1, totp_offered_sealed = NULL, version = version + 1 \
     WHERE applicant_id = $2 AND tenant_id = $3 AND version = $4";
const SET_OFFERED: &str = "UPDATE account SET totp_offered_sealed = $1, version = version + 1 \
     WHERE applicant_id = $2 AND tenant_id = $3 AND version = $4";
const USE_STEP: &str = "UPDATE account SET totp_step = $1 WHERE applicant_id = $2 AND tenant_id = $3 AND totp_step < $1";
const SET_FACE: &str = "UPDATE account SET face_since = $1, version = version + 1 \
     WHERE applicant_id = $2 AND tenant_id = $3 AND version = $4";
const SET_HOLD: &str = "UPDATE account SET hold_reason = $1, hold_since = $2, hold_until = $3, version = version + 1 \
     WHERE applicant_id = $4 AND tenant_id = $5 AND version = $6";

impl AccountSecret {
    const fn column(self) -> SealedColumn {
        let (sql, column) = match self {
            Self::Password => (
                "SELECT applicant_id, password_sealed AS sealed FROM account WHERE applicant_id = $1 AND tenant_id = $2",
                PASSWORD,
            ),
            Self::Totp => (
                "SELECT applicant_id, totp_sealed AS sealed FROM account WHERE applicant_id = $1 AND tenant_id = $2",
                TOTP,
            ),
            Self::TotpOffered => (
                "SELECT applicant_id, totp_offered_sealed AS sealed FROM account WHERE applicant_id = $1 AND tenant_id = $2",
                OFFERED,
            ),
        };
        SealedColumn {
            sql,
            column,
            purpose: Purpose::Document,
        }
    }

    const fn set(self) -> (Column, &'static str) {
        match self {
            Self::Password => (PASSWORD, SET_PASSWORD),
            Self::Totp => (TOTP, SET_TOTP),
            Self::TotpOffered => (OFFERED, SET_OFFERED),
        }
    }
}

impl Store {
    /// Returns an account.
    pub async fn find_account(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<AccountRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, applicant).await
    }

    /// Returns the account that somebody signs in to with an address, normalised.
    pub async fn find_account_by_login(
        &self,
        tenant: TenantId,
        login: &str,
    ) -> Result<Option<AccountRow>, StoreError> {
        find_by_login(self, &mut *self.conn().await?, tenant, login).await
    }

    /// Returns a secret of an account in the clear.
    pub async fn find_account_secret(
        &self,
        account: &AccountRow,
        secret: AccountSecret,
    ) -> Result<Option<Opened>, StoreError> {
        let conn = &mut *self.conn().await?;
        let column = secret.column();
        column
            .open(self, conn, account.tenant_id, account.applicant_id)
            .await
    }
}

impl Tx {
    /// Opens the account of an applicant. The code by which they were invited is written once and never changed.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where there is one.
    pub async fn create_account(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        invitation: Option<InvitationCodeId>,
        now: Millis,
    ) -> Result<AccountRow, StoreError> {
        sqlx::query(INSERT)
            .bind(applicant.to_string())
            .bind(tenant.to_string())
            .bind(invitation.map(|id| id.to_string()))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(ACCOUNT, "open an account", source))?;
        Ok(AccountRow {
            applicant_id: applicant,
            tenant_id: tenant,
            has_password: false,
            has_totp: false,
            face_since: None,
            reset_at: None,
            invitation_id: invitation,
            hold: None,
            created_at: now,
            version: 1,
        })
    }

    /// Lets somebody sign in with an address of theirs, normalised.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where somebody of the tenant signs in with it.
    pub async fn add_account_login(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        login: &str,
        contact: ContactId,
    ) -> Result<(), StoreError> {
        let digest = self
            .store
            .digest(tenant, DigestKind::AccountLogin, login.as_bytes());
        sqlx::query(INSERT_LOGIN)
            .bind(tenant.to_string())
            .bind(digest)
            .bind(applicant.to_string())
            .bind(contact.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(LOGIN, "add a login", source))
    }

    /// Takes an address back that somebody signed in with.
    pub async fn remove_account_login(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        contact: ContactId,
    ) -> Result<(), StoreError> {
        sqlx::query(DELETE_LOGIN)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(contact.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("remove a login")
    }

    /// Returns the addresses that somebody signs in with: they have proven that these are theirs.
    pub async fn list_login_contacts(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
    ) -> Result<Vec<ContactId>, StoreError> {
        let rows = sqlx::query(LOGIN_CONTACTS)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(self.conn())
            .await
            .doing("list logins")?;
        all(LOGIN, &rows, |r| r.parse("contact_id"))
    }

    /// Returns an account.
    pub async fn find_account(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<AccountRow>, StoreError> {
        find(self.conn(), tenant, applicant).await
    }

    /// Returns the account that somebody signs in to with an address, normalised.
    pub async fn find_account_by_login(
        &mut self,
        tenant: TenantId,
        login: &str,
    ) -> Result<Option<AccountRow>, StoreError> {
        let store = self.store.clone();
        find_by_login(&store, self.conn(), tenant, login).await
    }

    /// Returns a secret of an account in the clear.
    pub async fn find_account_secret(
        &mut self,
        account: &AccountRow,
        secret: AccountSecret,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        let (tenant, applicant) = (account.tenant_id, account.applicant_id);
        let column = secret.column();
        column.open(&store, self.conn(), tenant, applicant).await
    }

    /// Sets or takes away a secret of an account; the row counts the change. An app that was set up is none that is offered.
    pub async fn set_account_secret(
        &mut self,
        account: &mut AccountRow,
        secret: AccountSecret,
        plain: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let (tenant, applicant) = (account.tenant_id, account.applicant_id);
        let (column, sql) = secret.set();
        let mut sealed = None;
        if let Some(plain) = plain {
            let subject = Subject { tenant, applicant };
            let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
            sealed = Some(key.await?.seal(column, &applicant.to_string(), plain)?);
        }
        let done = sqlx::query(sql)
            .bind(sealed)
            .bind(applicant.to_string())
            .bind(tenant.to_string())
            .bind(account.version)
            .execute(self.conn())
            .await
            .doing("set a secret of an account")?;
        one_row(ACCOUNT, &done)?;
        account.version += 1;
        match secret {
            AccountSecret::Password => account.has_password = plain.is_some(),
            AccountSecret::Totp => account.has_totp = plain.is_some(),
            AccountSecret::TotpOffered => {}
        }
        Ok(())
    }

    /// Notes that the password was set by a code that was sent, or by something better; an app that was offered is offered no more.
    pub async fn set_account_reset(
        &mut self,
        account: &mut AccountRow,
        at: Option<Millis>,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(SET_RESET)
            .bind(at.map(|at| at.0))
            .bind(account.applicant_id.to_string())
            .bind(account.tenant_id.to_string())
            .bind(account.version)
            .execute(self.conn())
            .await
            .doing("note a reset")?;
        one_row(ACCOUNT, &done)?;
        account.version += 1;
        account.reset_at = at;
        Ok(())
    }

    /// Uses the code of a step of time; false where it, or a later one, was used before.
    pub async fn use_account_totp_step(
        &mut self,
        account: &AccountRow,
        step: i64,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(USE_STEP)
            .bind(step)
            .bind(account.applicant_id.to_string())
            .bind(account.tenant_id.to_string())
            .execute(self.conn())
            .await
            .doing("use a code")?;
        Ok(done.rows_affected() == 1)
    }

    /// Says since when somebody may sign in by face, or that they may not.
    pub async fn set_account_face(
        &mut self,
        account: &mut AccountRow,
        since: Option<Millis>,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(SET_FACE)
            .bind(since.map(|at| at.0))
            .bind(account.applicant_id.to_string())
            .bind(account.tenant_id.to_string())
            .bind(account.version)
            .execute(self.conn())
            .await
            .doing("set face login")?;
        one_row(ACCOUNT, &done)?;
        account.version += 1;
        account.face_since = since;
        Ok(())
    }

    /// Puts a hold over an account, unless one stands that lasts longer.
    pub async fn hold_account(
        &mut self,
        account: &mut AccountRow,
        hold: Hold,
    ) -> Result<(), StoreError> {
        let hold = hold.longer(account.hold);
        let done = sqlx::query(SET_HOLD)
            .bind(hold.reason.name())
            .bind(hold.since.0)
            .bind(hold.until.0)
            .bind(account.applicant_id.to_string())
            .bind(account.tenant_id.to_string())
            .bind(account.version)
            .execute(self.conn())
            .await
            .doing("hold an account")?;
        one_row(ACCOUNT, &done)?;
        account.version += 1;
        account.hold = Some(hold);
        Ok(())
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
) -> Result<Option<AccountRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(applicant.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find an account")?;
    one(ACCOUNT, row, read)
}

async fn find_by_login(
    store: &Store,
    conn: &mut AnyConnection,
    tenant: TenantId,
    login: &str,
) -> Result<Option<AccountRow>, StoreError> {
    let digest = store.digest(tenant, DigestKind::AccountLogin, login.as_bytes());
    let row = sqlx::query(FIND_BY_LOGIN)
        .bind(tenant.to_string())
        .bind(digest)
        .fetch_optional(conn)
        .await
        .doing("find an account")?;
    one(ACCOUNT, row, read)
}

fn read(r: Reader<'_>) -> Result<AccountRow, StoreError> {
    let reason: Option<HoldReason> = r.parse_maybe("hold_reason")?;
    let times = (r.at_maybe("hold_since")?, r.at_maybe("hold_until")?);
    let hold = match (reason, times) {
        (Some(reason), (Some(since), Some(until))) => Some(Hold {
            reason,
            since,
            until,
        }),
        _ => None,
    };
    Ok(AccountRow {
        applicant_id: r.parse("applicant_id")?,
        tenant_id: r.parse("tenant_id")?,
        has_password: r.flag("has_password")?,
        has_totp: r.flag("has_totp")?,
        face_since: r.at_maybe("face_since")?,
        reset_at: r.at_maybe("reset_at")?,
        invitation_id: r.parse_maybe("invitation_id")?,
        hold,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
    })
}
