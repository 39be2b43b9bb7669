//! Secrets of the whole store, wrapped by the master key, and tokens that are shown once.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sqlx::{AnyConnection, AnyPool};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::columns::{Reader, one};
use crate::error::Doing;
use crate::{MasterKeys, Opened, Store, StoreError, random};

/// A token that is shown once: only its hash is kept. Without `Debug` or `Display`.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Draws a token with a prefix that says what it is.
    pub fn draw(prefix: &str) -> Result<Self, StoreError> {
        let drawn = random::key()?;
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(prefix);
        BASE64_URL_SAFE_NO_PAD.encode_string(&drawn[..], &mut text);
        Ok(Self(text))
    }

    /// Is this the token? Takes as long for a wrong one as for the right one.
    pub fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// Returns the token's text, to be handed to its owner and to nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

const INSERT: &str = "INSERT INTO secret (name, master_key_id, wrapped, version) VALUES ($1, $2, $3, 1) \
     ON CONFLICT (name) DO NOTHING";
const FIND: &str = "SELECT master_key_id, wrapped FROM secret WHERE name = $1";

impl Store {
    /// Returns the store's own secret of a name: 32 random bytes, made on first use, the same for ever
    /// on all nodes. A new master key wraps it anew.
    pub async fn named_secret(&self, name: &'static str) -> Result<Opened, StoreError> {
        let key = ensure(&self.inner.pool, &self.inner.keys, name).await?;
        Ok(Opened::new(key.to_vec()))
    }
}

/// Returns what the wrapped key of a secret is bound to.
pub(crate) fn bound(name: &str) -> String {
    format!("menshen.secret.v1|{name}")
}

/// Returns a secret, and makes it where it does not exist. Nodes that race keep the first.
pub(crate) async fn ensure(
    pool: &AnyPool,
    keys: &MasterKeys,
    name: &str,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut conn = pool.acquire().await.doing("get a connection")?;
    if let Some(found) = find(&mut conn, keys, name).await? {
        return Ok(found);
    }
    let (master, wrapped) = keys.wrap(&*random::key()?, &bound(name))?;
    sqlx::query(INSERT)
        .bind(name)
        .bind(master)
        .bind(wrapped)
        .execute(&mut *conn)
        .await
        .doing("insert secret")?;
    find(&mut conn, keys, name)
        .await?
        .ok_or(StoreError::Missing { table: "secret" })
}

async fn find(
    conn: &mut AnyConnection,
    keys: &MasterKeys,
    name: &str,
) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(name)
        .fetch_optional(conn)
        .await
        .doing("find secret")?;
    let read = |r: Reader<'_>| {
        Ok((
            r.get::<String>("master_key_id")?,
            r.get::<Vec<u8>>("wrapped")?,
        ))
    };
    one("secret", row, read)?
        .map(|(master, wrapped)| keys.unwrap(&master, &wrapped, &bound(name)))
        .transpose()
}
