//! Addresses of integrators that are told of events. Address and secrets are sealed with a key of the tenant: an
//! address may hold a token, and whoever has a secret can forge events.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::ids::{TenantId, WebhookId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, older_than, one, words};
use crate::digest::derive;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{Opened, Store, StoreError, Tx, random};

/// Whether an address is told of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// It is.
    Enabled,
    /// It is not, until it is enabled again.
    Disabled,
    /// It never will be again.
    Deleted,
}

words!(WebhookState { Enabled = "enabled", Disabled = "disabled", Deleted = "deleted" });

/// What an address is told, and whether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTerms {
    /// Where to.
    pub url: String,
    /// Which events, by name; all of them where none is named.
    pub events: Vec<String>,
    /// Whether.
    pub state: WebhookState,
    /// Why it is not, as a code.
    pub reason: Option<String>,
}

/// An address of an integrator.
#[derive(Clone, Debug)]
pub struct WebhookRow {
    /// The id.
    pub id: WebhookId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Which events, by name; all of them where none is named.
    pub events: Vec<String>,
    /// Whether it is told of events.
    pub state: WebhookState,
    /// Why it is not, as a code.
    pub reason: Option<String>,
    /// How often it let us wait in vain since it last answered.
    pub stalls: i64,
    /// Nothing is sent before: it let us wait in vain.
    pub rest_until: Millis,
    /// When it was made.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
    url_sealed: Vec<u8>,
    secrets_sealed: Vec<u8>,
}

/// A secret that deliveries are signed with: `whsec_` and 32 bytes in base64. Without `Debug`; wiped when dropped.
pub struct WebhookSecret {
    text: Zeroizing<String>,
    /// Until when it signs; for ever where it is the newest.
    until: Option<Millis>,
}

impl WebhookSecret {
    fn draw() -> Result<Self, StoreError> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(PREFIX);
        BASE64_STANDARD.encode_string(&random::key()?[..], &mut text);
        Ok(Self { text, until: None })
    }

    /// Reads a line: the secret, and until when it signs where that has an end.
    fn read(line: &str) -> Result<Self, StoreError> {
        let (text, until) = match line.split_once(' ') {
            None => (line, None),
            Some((text, until)) => (text, Some(until.parse().map_err(|_| DAMAGED)?)),
        };
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            until: until.map(Millis),
        })
    }

    fn write(&self, to: &mut String) {
        to.push_str(&self.text);
        if let Some(Millis(until)) = self.until {
            to.push(' ');
            to.push_str(&until.to_string());
        }
        to.push('\n');
    }

    /// Returns the secret as its owner is shown it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Returns the bytes that sign.
    pub fn key(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let text = self.text.strip_prefix(PREFIX).ok_or(DAMAGED)?;
        let key = BASE64_STANDARD.decode(text).map_err(|_| DAMAGED)?;
        Ok(Zeroizing::new(key))
    }
}

/// What a secret begins with, by the specification.
const PREFIX: &str = "whsec_";
const DAMAGED: StoreError = StoreError::Damaged {
    table: WEBHOOK,
    column: "secrets_sealed",
};

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, url_sealed, secrets_sealed, events, state, reason, stalls, rest_until, ",
            "created_at, version FROM webhook ",
            $where
        )
    };
}

const WEBHOOK: &str = "webhook";
const URL: Column = Column::new(WEBHOOK, "url_sealed");
const SECRETS: Column = Column::new(WEBHOOK, "secrets_sealed");
const INSERT: &str = "INSERT INTO webhook (id, tenant_id, url_sealed, secrets_sealed, events, state, reason, \
     stalls, rest_until, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2 AND state <> 'deleted'");
const LIST: &str =
    select!("WHERE tenant_id = $1 AND state <> 'deleted' AND id < $2 ORDER BY id DESC LIMIT $3");
const SET: &str = "UPDATE webhook SET url_sealed = $1, events = $2, state = $3, reason = $4, stalls = 0, \
     rest_until = 0, version = version + 1 WHERE id = $5 AND version = $6";
const SET_SECRETS: &str =
    "UPDATE webhook SET secrets_sealed = $1, version = version + 1 WHERE id = $2 AND version = $3";
const SET_STATE: &str = "UPDATE webhook SET state = $1, reason = $2, version = version + 1 WHERE id = $3 AND version = $4";
const REST: &str = "UPDATE webhook SET stalls = $1, rest_until = $2, version = version + 1 \
     WHERE id = $3 AND version = $4";
const DELETE: &str = "UPDATE webhook SET url_sealed = $1, secrets_sealed = $1, state = 'deleted', \
     version = version + 1 WHERE id = $2 AND version = $3";
const LISTENERS: &str =
    "SELECT id, events FROM webhook WHERE tenant_id = $1 AND state = 'enabled' ORDER BY id";
const COUNT: &str = "SELECT COUNT(*) AS n FROM webhook WHERE tenant_id = $1 AND state <> 'deleted'";

impl WebhookRow {
    /// Returns where to send.
    pub fn url(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = store.webhook_key(self.tenant_id);
        URL.open(&key, self.tenant_id, &self.id.to_string(), &self.url_sealed)
    }

    /// Has nobody set the address since an earlier reading of the row, not even to the same one?
    pub fn was_not_set_since(&self, earlier: &Self) -> bool {
        self.url_sealed == earlier.url_sealed
    }

    /// Returns the secrets that sign at an instant, the newest first.
    pub fn secrets(&self, store: &Store, now: Millis) -> Result<Vec<WebhookSecret>, StoreError> {
        let key = store.webhook_key(self.tenant_id);
        let row = self.id.to_string();
        let opened = SECRETS.open(&key, self.tenant_id, &row, &self.secrets_sealed)?;
        let text = opened.as_text().ok_or(DAMAGED)?;
        let mut secrets: Vec<_> = text
            .lines()
            .map(WebhookSecret::read)
            .collect::<Result<_, _>>()?;
        secrets.retain(|secret| secret.until.is_none_or(|until| until > now));
        Ok(secrets)
    }
}

impl Store {
    /// Returns an address of a tenant.
    pub async fn find_webhook(
        &self,
        tenant: TenantId,
        id: WebhookId,
    ) -> Result<Option<WebhookRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a tenant's addresses, newest first.
    pub async fn list_webhooks(
        &self,
        tenant: TenantId,
        after: Option<WebhookId>,
        limit: u32,
    ) -> Result<Vec<WebhookRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list webhooks")?;
        all(WEBHOOK, &rows, read)
    }

    fn webhook_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, WEBHOOK)
    }

    fn seal_secrets(
        &self,
        tenant: TenantId,
        id: WebhookId,
        secrets: &[WebhookSecret],
    ) -> Result<Vec<u8>, StoreError> {
        let mut text = Zeroizing::new(String::with_capacity(512));
        for secret in secrets {
            secret.write(&mut text);
        }
        let key = self.webhook_key(tenant);
        SECRETS.seal(&key, tenant, &id.to_string(), text.as_bytes())
    }
}

impl Tx {
    /// Returns an address of a tenant.
    pub async fn find_webhook(
        &mut self,
        tenant: TenantId,
        id: WebhookId,
    ) -> Result<Option<WebhookRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns how many addresses a tenant has.
    pub async fn count_webhooks(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .fetch_one(self.conn())
            .await
            .doing("count webhooks")?;
        let n: i64 = Reader::new(WEBHOOK, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Adds an address; returns it with its secret, which is shown once.
    pub async fn create_webhook(
        &mut self,
        tenant: TenantId,
        terms: &WebhookTerms,
        now: Millis,
    ) -> Result<(WebhookRow, WebhookSecret), StoreError> {
        let store = self.store.clone();
        let id = WebhookId::new(now, Store::random_id_bytes()?);
        let secret = WebhookSecret::draw()?;
        let secrets_sealed = store.seal_secrets(tenant, id, std::slice::from_ref(&secret))?;
        let row = WebhookRow {
            id,
            tenant_id: tenant,
            events: terms.events.clone(),
            state: terms.state,
            reason: terms.reason.clone(),
            stalls: 0,
            rest_until: Millis(0),
            created_at: now,
            version: 1,
            url_sealed: seal_url(&store, tenant, id, &terms.url)?,
            secrets_sealed,
        };
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(row.url_sealed.clone())
            .bind(row.secrets_sealed.clone())
            .bind(row.events.join(","))
            .bind(row.state.as_str())
            .bind(row.reason.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(WEBHOOK, "create webhook", source))?;
        Ok((row, secret))
    }

    /// Sets what an address is told, and whether. It is no longer known to let us wait.
    pub async fn set_webhook(
        &mut self,
        row: &WebhookRow,
        terms: &WebhookTerms,
    ) -> Result<(), StoreError> {
        let url = seal_url(&self.store, row.tenant_id, row.id, &terms.url)?;
        let done = sqlx::query(SET)
            .bind(url)
            .bind(terms.events.join(","))
            .bind(terms.state.as_str())
            .bind(terms.reason.clone())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("set webhook")?;
        one_row(WEBHOOK, &done)
    }

    /// Draws another secret and returns it. The ones before go on signing until an instant.
    pub async fn rotate_webhook(
        &mut self,
        row: &WebhookRow,
        until: Millis,
        now: Millis,
    ) -> Result<WebhookSecret, StoreError> {
        let store = self.store.clone();
        let mut secrets = row.secrets(&store, now)?;
        for old in &mut secrets {
            old.until = Some(old.until.map_or(until, |own| own.min(until)));
        }
        secrets.retain(|old| old.until > Some(now));
        secrets.insert(0, WebhookSecret::draw()?);
        secrets.truncate(MOST_SECRETS);
        let sealed = store.seal_secrets(row.tenant_id, row.id, &secrets)?;
        let done = sqlx::query(SET_SECRETS)
            .bind(sealed)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("rotate webhook")?;
        one_row(WEBHOOK, &done)?;
        Ok(secrets.swap_remove(0))
    }

    /// Stops telling an address, with the code of why.
    pub async fn disable_webhook(
        &mut self,
        row: &WebhookRow,
        reason: &str,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(SET_STATE)
            .bind(WebhookState::Disabled.as_str())
            .bind(reason.to_owned())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("disable webhook")?;
        one_row(WEBHOOK, &done)
    }

    /// Notes how often an address let us wait in vain, and until when it is left alone.
    pub async fn rest_webhook(
        &mut self,
        row: &WebhookRow,
        stalls: i64,
        until: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(REST)
            .bind(stalls)
            .bind(until.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("rest webhook")?;
        one_row(WEBHOOK, &done)
    }

    /// Forgets address and secrets; the row stays for what was delivered.
    pub async fn delete_webhook(&mut self, row: &WebhookRow) -> Result<(), StoreError> {
        let done = sqlx::query(DELETE)
            .bind(Vec::<u8>::new())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("delete webhook")?;
        one_row(WEBHOOK, &done)
    }

    /// Returns the addresses of a tenant that are told of an event.
    pub(crate) async fn listeners(
        &mut self,
        tenant: TenantId,
        event: &str,
    ) -> Result<Vec<WebhookId>, StoreError> {
        let rows = sqlx::query(LISTENERS)
            .bind(tenant.to_string())
            .fetch_all(self.conn())
            .await
            .doing("list listeners")?;
        let read = |r: Reader<'_>| Ok((r.parse::<WebhookId>("id")?, r.list("events")?));
        let wants = |events: &[String]| events.is_empty() || events.iter().any(|own| own == event);
        let rows = all(WEBHOOK, &rows, read)?.into_iter();
        Ok(rows
            .filter(|(_, own)| wants(own))
            .map(|(id, _)| id)
            .collect())
    }
}

/// Secrets that sign at the same time, at most: each is a signature in the header.
const MOST_SECRETS: usize = 4;

fn seal_url(
    store: &Store,
    tenant: TenantId,
    id: WebhookId,
    url: &str,
) -> Result<Vec<u8>, StoreError> {
    let key = store.webhook_key(tenant);
    URL.seal(&key, tenant, &id.to_string(), url.as_bytes())
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: WebhookId,
) -> Result<Option<WebhookRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find webhook")?;
    one(WEBHOOK, row, read)
}

fn read(r: Reader<'_>) -> Result<WebhookRow, StoreError> {
    Ok(WebhookRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        events: r.list("events")?,
        state: r.parse("state")?,
        reason: r.get("reason")?,
        stalls: r.get("stalls")?,
        rest_until: r.at("rest_until")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
        url_sealed: r.get("url_sealed")?,
        secrets_sealed: r.get("secrets_sealed")?,
    })
}
