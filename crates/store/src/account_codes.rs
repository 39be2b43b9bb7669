//! Codes that are sent to addresses of accounts, and the messages that carry them. Sealed with a key of the tenant: some of them
//! go to people who have no account yet. The newest of its purpose is the only one that counts.

use menshen_core::ids::{AccountCodeId, TenantId};
use menshen_core::time::Millis;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, one, words};
use crate::digest::derive;
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::{Channel, Opened, Store, StoreError, Tx};

/// What a code is for. One of another purpose is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// To open an account.
    Register,
    /// To sign in.
    SignIn,
    /// To confirm a sensitive action.
    StepUp,
    /// To set another password.
    Reset,
    /// To prove another address.
    Contact,
    /// To begin a recovery.
    Recover,
}

words!(CodePurpose {
    Register = "register",
    SignIn = "sign_in",
    StepUp = "step_up",
    Reset = "reset",
    Contact = "contact",
    Recover = "recover",
});

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// The code.
    Code,
    /// That there is an account of this address already.
    Exists,
}

words!(CodeKind { Code = "code", Exists = "exists" });

/// A message with a code, without both.
#[derive(Clone, Debug)]
pub struct AccountCodeRow {
    /// The id.
    pub id: AccountCodeId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Whose it is: an account's or a registration's id, and what it is about.
    pub whose: String,
    /// What it is for.
    pub purpose: CodePurpose,
    /// By which way it goes.
    pub channel: Channel,
    /// In which language.
    pub locale: String,
    /// What it says.
    pub kind: CodeKind,
    /// When it was drawn.
    pub created_at: Millis,
    /// When it is no longer good.
    pub expires_at: Millis,
    /// When it was used, or another took its place.
    pub ended_at: Option<Millis>,
}

/// A message with a code, to be kept.
pub struct NewAccountCode<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub whose: &'a str,
    /// What it is for.
    pub purpose: CodePurpose,
    /// By which way it goes.
    pub channel: Channel,
    /// In which language.
    pub locale: &'a str,
    /// What it says.
    pub kind: CodeKind,
    /// Where it goes; nowhere for an account that is not known, which must not be told from one that is.
    pub address: Option<&'a str>,
    /// The code.
    pub code: &'a str,
    /// When it is no longer good.
    pub expires_at: Millis,
}

const CODE: &str = "account_code";
const ADDRESS: Column = Column::new(CODE, "address_sealed");
const VALUE: Column = Column::new(CODE, "code_sealed");
const INSERT: &str = "INSERT INTO account_code (id, tenant_id, whose, purpose, channel, locale, kind, address_sealed, \
     code_sealed, created_at, expires_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)";
const END_EARLIER: &str = "UPDATE account_code SET ended_at = $1 WHERE tenant_id = $2 AND whose = $3 AND purpose = $4 \
     AND ended_at IS NULL";
/// Selects what [`read`] reads.
macro_rules! select {
    ($columns:literal, $where:literal) => {
        concat!(
            "SELECT ",
            $columns,
            "id, tenant_id, whose, purpose, channel, locale, kind, created_at, expires_at, ended_at FROM account_code WHERE ",
            $where
        )
    };
}
const FIND_CURRENT: &str = select!(
    "code_sealed, ",
    "tenant_id = $1 AND whose = $2 AND purpose = $3 AND ended_at IS NULL AND expires_at > $4 \
     AND kind = 'code' ORDER BY id DESC LIMIT 1"
);
const FIND_ADDRESS: &str = select!(
    "address_sealed, ",
    "tenant_id = $1 AND whose = $2 AND purpose = $3 AND ended_at IS NULL AND expires_at > $4 \
     AND kind = 'code' ORDER BY id DESC LIMIT 1"
);
const FIND: &str = select!(
    "address_sealed, code_sealed, ",
    "tenant_id = $1 AND id = $2"
);
/// Whatever they are about.
const TIMES: &str = "SELECT created_at FROM account_code WHERE tenant_id = $1 AND (whose = $2 OR whose LIKE $2 || '/%') \
     AND created_at > $3 ORDER BY created_at";
const PRUNE: &str = "DELETE FROM account_code WHERE created_at < $1";

/// A message that is ready to send: its row, where it goes, and its code.
pub struct CodeLetter {
    /// The row.
    pub row: AccountCodeRow,
    /// Where it goes; nowhere for an account that is not known.
    pub address: Option<Opened>,
    /// The code.
    pub code: Opened,
}

impl Store {
    /// The key of what belongs to accounts of a tenant, and to no person yet.
    pub(crate) fn account_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, "accounts")
    }

    /// Returns a message with its code.
    pub async fn find_code_letter(
        &self,
        tenant: TenantId,
        id: AccountCodeId,
    ) -> Result<Option<CodeLetter>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(id.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a code")?;
        let key = self.account_key(tenant);
        let letter = |r: Reader<'_>| {
            let id = id.to_string();
            let address: Option<Vec<u8>> = r.get("address_sealed")?;
            let address = address.map(|sealed| ADDRESS.open(&key, tenant, &id, &sealed));
            let code: Vec<u8> = r.get("code_sealed")?;
            Ok(CodeLetter {
                row: read(r)?,
                address: address.transpose()?,
                code: VALUE.open(&key, tenant, &id, &code)?,
            })
        };
        one(CODE, row, letter)
    }
}

impl Tx {
    /// Keeps a code, which takes the place of the earlier ones of its purpose.
    pub async fn create_account_code(
        &mut self,
        new: &NewAccountCode<'_>,
        now: Millis,
    ) -> Result<AccountCodeId, StoreError> {
        let key = self.store.account_key(new.tenant);
        let id = AccountCodeId::new(now, Store::random_id_bytes()?);
        let row = id.to_string();
        self.end_account_codes(new.tenant, new.whose, new.purpose, now)
            .await?;
        let address = (new.address)
            .map(|address| ADDRESS.seal(&key, new.tenant, &row, address.as_bytes()))
            .transpose()?;
        sqlx::query(INSERT)
            .bind(row.clone())
            .bind(new.tenant.to_string())
            .bind(new.whose.to_owned())
            .bind(new.purpose.as_str())
            .bind(new.channel.as_str())
            .bind(new.locale.to_owned())
            .bind(new.kind.as_str())
            .bind(address)
            .bind(VALUE.seal(&key, new.tenant, &row, new.code.as_bytes())?)
            .bind(now.0)
            .bind(new.expires_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CODE, "keep a code", source))?;
        Ok(id)
    }

    /// Is this the code that counts? Returns by which way it went; takes as long for a wrong one as for the right one.
    pub async fn account_code_is(
        &mut self,
        (tenant, whose): (TenantId, &str),
        purpose: CodePurpose,
        guess: &str,
        now: Millis,
    ) -> Result<Option<Channel>, StoreError> {
        let row = sqlx::query(FIND_CURRENT)
            .bind(tenant.to_string())
            .bind(whose.to_owned())
            .bind(purpose.as_str())
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find a code")?;
        let found = one(CODE, row, |r| {
            Ok((r.get::<Vec<u8>>("code_sealed")?, read(r)?))
        })?;
        let Some((sealed, row)) = found else {
            return Ok(None);
        };
        let key = self.store.account_key(tenant);
        let code = VALUE.open(&key, tenant, &row.id.to_string(), &sealed)?;
        Ok(code.is(guess.as_bytes()).then_some(row.channel))
    }

    /// Returns where the code went that counts.
    pub async fn account_code_address(
        &mut self,
        (tenant, whose): (TenantId, &str),
        purpose: CodePurpose,
        now: Millis,
    ) -> Result<Option<Opened>, StoreError> {
        let row = sqlx::query(FIND_ADDRESS)
            .bind(tenant.to_string())
            .bind(whose.to_owned())
            .bind(purpose.as_str())
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find a code")?;
        let read = |r: Reader<'_>| {
            let sealed: Option<Vec<u8>> = r.get("address_sealed")?;
            Ok((read(r)?, sealed))
        };
        let Some((row, Some(sealed))) = one(CODE, row, read)? else {
            return Ok(None);
        };
        let key = self.store.account_key(tenant);
        ADDRESS
            .open(&key, tenant, &row.id.to_string(), &sealed)
            .map(Some)
    }

    /// Ends the codes of a purpose: one was used.
    pub async fn end_account_codes(
        &mut self,
        tenant: TenantId,
        whose: &str,
        purpose: CodePurpose,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(END_EARLIER)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(whose.to_owned())
            .bind(purpose.as_str())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end codes")
    }

    /// Returns when codes of somebody were drawn after an instant, oldest first.
    pub async fn list_account_code_times(
        &mut self,
        (tenant, whose): (TenantId, &str),
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        let rows = sqlx::query(TIMES)
            .bind(tenant.to_string())
            .bind(whose.to_owned())
            .bind(since.0)
            .fetch_all(self.conn())
            .await
            .doing("list codes")?;
        all(CODE, &rows, |r| r.at("created_at"))
    }

    /// Removes codes that were drawn before an instant.
    pub async fn prune_account_codes(&mut self, before: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune codes")
    }
}

fn read(r: Reader<'_>) -> Result<AccountCodeRow, StoreError> {
    Ok(AccountCodeRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        whose: r.get("whose")?,
        purpose: r.parse("purpose")?,
        channel: r.parse("channel")?,
        locale: r.get("locale")?,
        kind: r.parse("kind")?,
        created_at: r.at("created_at")?,
        expires_at: r.at("expires_at")?,
        ended_at: r.at_maybe("ended_at")?,
    })
}
