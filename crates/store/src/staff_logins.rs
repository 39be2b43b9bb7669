//! What people who work for a tenant sign in with.

use menshen_core::ids::{StaffId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{DigestKind, Opened, Store, StoreError, Tx};

/// How somebody signs in.
pub struct LoginRow {
    /// Who.
    pub staff_id: StaffId,
    /// For whom they work.
    pub tenant_id: TenantId,
    /// Counts the changes: of everything but the last code's step.
    pub version: i64,
    login_sealed: Vec<u8>,
    password_sealed: Vec<u8>,
    totp_sealed: Vec<u8>,
}

/// What somebody signs in with from now on.
pub struct NewLogin<'a> {
    /// The login, normalised.
    pub login: &'a str,
    /// The password's hash.
    pub password_hash: &'a str,
    /// The secret of the authenticator app.
    pub totp: &'a [u8],
    /// The step of the code that was used to set it up.
    pub totp_step: i64,
}

const LOGIN: &str = "staff_login";
const RECOVERY: &str = "staff_recovery_code";
const LOGIN_NAME: Column = Column::new(LOGIN, "login_sealed");
const PASSWORD: Column = Column::new(LOGIN, "password_sealed");
const TOTP: Column = Column::new(LOGIN, "totp_sealed");

const INSERT: &str = "INSERT INTO staff_login (staff_id, tenant_id, login_digest, login_sealed, password_sealed, \
     totp_sealed, totp_step, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT l.staff_id, l.tenant_id, l.login_sealed, l.password_sealed, l.totp_sealed, l.version ",
            "FROM staff_login l JOIN staff s ON s.id = l.staff_id WHERE s.disabled_at IS NULL AND ",
            $where
        )
    };
}
const FIND: &str = select!("l.login_digest = $1");
const FIND_OF: &str = select!("l.staff_id = $1");
const SET_PASSWORD: &str = "UPDATE staff_login SET password_sealed = $1, version = version + 1 \
     WHERE staff_id = $2 AND version = $3";
const USE_STEP: &str =
    "UPDATE staff_login SET totp_step = $1 WHERE staff_id = $2 AND totp_step < $1";
const DELETE: &str = "DELETE FROM staff_login WHERE staff_id = $1";
const DELETE_CODES: &str = "DELETE FROM staff_recovery_code WHERE staff_id = $1";
const INSERT_CODE: &str = "INSERT INTO staff_recovery_code (staff_id, tenant_id, digest, used_at) \
     VALUES ($1, $2, $3, NULL)";
const USE_CODE: &str = "UPDATE staff_recovery_code SET used_at = $1 \
     WHERE staff_id = $2 AND digest = $3 AND used_at IS NULL";
const COUNT_CODES: &str =
    "SELECT COUNT(*) AS n FROM staff_recovery_code WHERE staff_id = $1 AND used_at IS NULL";

impl LoginRow {
    /// Returns what they sign in as, normalised.
    pub fn login(&self, store: &Store) -> Result<Opened, StoreError> {
        self.open(store, LOGIN_NAME, &self.login_sealed)
    }

    /// Returns the password's hash.
    pub fn password_hash(&self, store: &Store) -> Result<Opened, StoreError> {
        self.open(store, PASSWORD, &self.password_sealed)
    }

    /// Returns the secret of the authenticator app.
    pub fn totp(&self, store: &Store) -> Result<Opened, StoreError> {
        self.open(store, TOTP, &self.totp_sealed)
    }

    fn open(&self, store: &Store, column: Column, sealed: &[u8]) -> Result<Opened, StoreError> {
        let key = store.staff_key(self.tenant_id);
        column.open(&key, self.tenant_id, &self.staff_id.to_string(), sealed)
    }
}

impl Store {
    /// Returns how somebody signs in who is let in, by what they sign in as.
    pub async fn find_login(&self, login: &str) -> Result<Option<LoginRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(self.own_digest(DigestKind::Login, login.as_bytes()))
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a login")?;
        one(LOGIN, row, read)
    }

    /// Returns how somebody signs in who is let in.
    pub async fn find_login_of(&self, staff: StaffId) -> Result<Option<LoginRow>, StoreError> {
        find_of(&mut *self.conn().await?, staff).await
    }

    /// Returns how many recovery codes somebody has left.
    pub async fn count_recovery_codes(&self, staff: StaffId) -> Result<i64, StoreError> {
        let row = sqlx::query(COUNT_CODES)
            .bind(staff.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("count recovery codes")?;
        Ok(one(RECOVERY, row, |r| r.get("n"))?.unwrap_or(0))
    }

    fn recovery_digest(&self, staff: StaffId, code: &str) -> String {
        self.own_digest(
            DigestKind::RecoveryCode,
            format!("{staff} {code}").as_bytes(),
        )
    }
}

impl Tx {
    /// Sets what somebody signs in with.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where somebody of the installation has this login.
    pub async fn set_login(
        &mut self,
        (tenant, staff): (TenantId, StaffId),
        new: &NewLogin<'_>,
    ) -> Result<(), StoreError> {
        let key = self.store.staff_key(tenant);
        let row = staff.to_string();
        let login = new.login.as_bytes();
        let digest = self.store.own_digest(DigestKind::Login, login);
        sqlx::query(INSERT)
            .bind(row.clone())
            .bind(tenant.to_string())
            .bind(digest)
            .bind(LOGIN_NAME.seal(&key, tenant, &row, login)?)
            .bind(PASSWORD.seal(&key, tenant, &row, new.password_hash.as_bytes())?)
            .bind(TOTP.seal(&key, tenant, &row, new.totp)?)
            .bind(new.totp_step)
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(LOGIN, "set a login", source))
    }

    /// Returns how somebody signs in who is let in.
    pub async fn find_login_of(&mut self, staff: StaffId) -> Result<Option<LoginRow>, StoreError> {
        find_of(self.conn(), staff).await
    }

    /// Sets another password over the one that was read.
    pub async fn set_password(&mut self, row: &LoginRow, hash: &str) -> Result<(), StoreError> {
        let key = self.store.staff_key(row.tenant_id);
        let staff = row.staff_id.to_string();
        let sealed = PASSWORD.seal(&key, row.tenant_id, &staff, hash.as_bytes())?;
        let done = sqlx::query(SET_PASSWORD)
            .bind(sealed)
            .bind(staff)
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("set a password")?;
        one_row(LOGIN, &done)
    }

    /// Uses the code of a step of time; false where it, or a later one, was used before.
    pub async fn use_totp_step(&mut self, staff: StaffId, step: i64) -> Result<bool, StoreError> {
        let done = sqlx::query(USE_STEP)
            .bind(step)
            .bind(staff.to_string())
            .execute(self.conn())
            .await
            .doing("use a code")?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps other recovery codes in place of the ones before.
    pub async fn set_recovery_codes(
        &mut self,
        (tenant, staff): (TenantId, StaffId),
        codes: &[String],
    ) -> Result<(), StoreError> {
        self.delete(DELETE_CODES, staff).await?;
        for code in codes {
            let digest = self.store.recovery_digest(staff, code);
            sqlx::query(INSERT_CODE)
                .bind(staff.to_string())
                .bind(tenant.to_string())
                .bind(digest)
                .execute(self.conn())
                .await
                .map_err(|source| insert_error(RECOVERY, "keep a recovery code", source))?;
        }
        Ok(())
    }

    /// Uses a recovery code up; false where it is none of theirs, or was used before.
    pub async fn use_recovery_code(
        &mut self,
        staff: StaffId,
        code: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let digest = self.store.recovery_digest(staff, code);
        let done = sqlx::query(USE_CODE)
            .bind(now.0)
            .bind(staff.to_string())
            .bind(digest)
            .execute(self.conn())
            .await
            .doing("use a recovery code")?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends everything by which somebody signs in: login, invitation, recovery codes, sessions, and what was counted.
    pub async fn end_login(&mut self, staff: StaffId) -> Result<(), StoreError> {
        self.end_invitations(staff).await?;
        self.delete(DELETE_CODES, staff).await?;
        self.delete(DELETE, staff).await?;
        self.end_sessions_of(staff, None).await?;
        self.forget_factor_strikes(staff).await
    }

    async fn delete(&mut self, sql: &'static str, staff: StaffId) -> Result<(), StoreError> {
        sqlx::query(sql)
            .bind(staff.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end a login")
    }
}

async fn find_of(conn: &mut AnyConnection, staff: StaffId) -> Result<Option<LoginRow>, StoreError> {
    let row = sqlx::query(FIND_OF)
        .bind(staff.to_string())
        .fetch_optional(conn)
        .await
        .doing("find a login")?;
    one(LOGIN, row, read)
}

fn read(r: Reader<'_>) -> Result<LoginRow, StoreError> {
    Ok(LoginRow {
        staff_id: r.parse("staff_id")?,
        tenant_id: r.parse("tenant_id")?,
        version: r.get("version")?,
        login_sealed: r.get("login_sealed")?,
        password_sealed: r.get("password_sealed")?,
        totp_sealed: r.get("totp_sealed")?,
    })
}
