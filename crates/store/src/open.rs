//! Opening the store: connections, tables, secrets, and the check that the master key fits.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions, Connection};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::blobs::Places;
use crate::digest::{DigestKind, digest};
use crate::error::Doing;
use crate::{MasterKeys, StoreConfig, StoreError, migrate, random, secrets};

/// What every SQLite connection is told. WAL and FULL: an acknowledged write survives a power cut.
/// `secure_delete` overwrites what is deleted. The time-out comes first, for the others may need it.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON";

/// What every PostgreSQL session is told. A node whose machine vanished says no goodbye: without this its open
/// transaction would hold the end of the audit log, and with it every writer of every node, until TCP gives up
/// after hours. Milliseconds, or seconds for the keepalives; a transaction of ours is never idle for a second.
const SESSION: &str = "SET idle_in_transaction_session_timeout = 30000; SET lock_timeout = 10000; \
     SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// Lets a transaction on PostgreSQL be idle while files are fetched or written between its statements.
pub(crate) const PATIENT: &str = "SET LOCAL idle_in_transaction_session_timeout = 0";

/// How long a caller waits for a connection before the service is called busy.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that answered so lately is not asked again before its next use: under load that would double the
/// trips to the server.
const FRESH: Duration = Duration::from_secs(1);

/// Which database is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Everything that Menshen remembers. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub pool: AnyPool,
    pub engine: Engine,
    pub keys: MasterKeys,
    /// Who may write. SQLite has one writer: ours queue in order instead of polling for the lock. On PostgreSQL
    /// writers wait for each other at the audit log, each with a connection in its hand: half of the connections
    /// is kept for those who read.
    pub writer: Arc<Semaphore>,
    /// The secret of all lookup digests.
    pub digest: Zeroizing<[u8; 32]>,
    /// The secret of values that belong to a tenant and to no subject.
    pub tenant_seal: Zeroizing<[u8; 32]>,
    /// Where sealed files lie.
    pub places: Places,
}

impl Store {
    /// Opens the store: brings the tables to this version, makes the secrets on first use, and checks
    /// that the master keys fit what was sealed before.
    pub async fn open(
        config: &StoreConfig,
        keys: MasterKeys,
        now: Millis,
    ) -> Result<Self, StoreError> {
        let (pool, engine) = connect(config).await?;
        migrate::migrate(&pool, engine).await?;
        let digest = secrets::ensure(&pool, &keys, "digest").await?;
        let tenant_seal = secrets::ensure(&pool, &keys, "tenant_seal").await?;
        let inner = Inner {
            pool,
            engine,
            keys,
            writer: Arc::new(Semaphore::new(writers(config, engine))),
            digest,
            tenant_seal,
            places: Places::open(&config.blobs)?,
        };
        let store = Self {
            inner: Arc::new(inner),
        };
        // What a node that died was working on need not wait for the next sweep.
        store.requeue_expired(now).await?;
        Ok(store)
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT COUNT(*) FROM secret")
            .fetch_one(&self.inner.pool)
            .await
            .map(|_| ())
            .doing("ping the database")
    }

    /// Closes all connections, after what is under way.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }

    /// Returns ten random bytes for a new id.
    pub fn random_id_bytes() -> Result<[u8; 10], StoreError> {
        random::id_bytes()
    }

    /// Returns a random number from 0 up to 1, without 1: for what is drawn by a share.
    pub fn random_share() -> Result<f32, StoreError> {
        random::share()
    }

    /// Returns 32 random bytes for a new key, wiped when dropped.
    pub fn random_key() -> Result<zeroize::Zeroizing<[u8; 32]>, StoreError> {
        random::key()
    }

    /// Returns a tenant's lookup digest of a value, in hexadecimal. It cannot be computed without the secret.
    pub fn digest(&self, tenant: TenantId, kind: DigestKind, value: &[u8]) -> String {
        digest(&self.inner.digest, tenant, kind, value)
    }

    /// Returns the installation's lookup digest of a value that belongs to no tenant, in hexadecimal.
    pub fn own_digest(&self, kind: DigestKind, value: &[u8]) -> String {
        digest(&self.inner.digest, TenantId(uuid::Uuid::nil()), kind, value)
    }

    pub(crate) async fn conn(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.inner.pool.acquire().await.doing("get a connection")
    }
}

/// Connects to the database that the configuration names.
pub(crate) async fn connect(config: &StoreConfig) -> Result<(AnyPool, Engine), StoreError> {
    sqlx::any::install_default_drivers();
    let (url, engine) = locate(&config.database)?;
    let options: AnyConnectOptions = url.parse().doing("read the database's address")?;
    let options = options.disable_statement_logging();
    let pool = AnyPoolOptions::new()
        .max_connections(connections(config))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                let told = match engine {
                    Engine::Sqlite => PRAGMAS,
                    Engine::Postgres => SESSION,
                };
                sqlx::raw_sql(told).execute(&mut *conn).await?;
                Ok(())
            })
        })
        // A full disk makes SQLite end a transaction by itself. The connection still counts it, refuses to begin
        // another, and would fail every request until the process ends: it is replaced instead.
        // A connection to a server may have died since its last use, too; one to a file has not.
        .before_acquire(move |conn, meta| {
            let clean = !conn.is_in_transaction();
            let rested = engine == Engine::Postgres && meta.idle_for > FRESH;
            Box::pin(async move { Ok(clean && (!rested || conn.ping().await.is_ok())) })
        })
        .connect_with(options)
        .await
        .doing("connect to the database")?;
    Ok((pool, engine))
}

fn connections(config: &StoreConfig) -> u32 {
    config.max_connections.max(2)
}

fn writers(config: &StoreConfig, engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => connections(config) as usize / 2,
    }
}

fn locate(database: &str) -> Result<(String, Engine), StoreError> {
    if database.starts_with("postgres://") || database.starts_with("postgresql://") {
        return Ok((database.to_owned(), Engine::Postgres));
    }
    match database.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => {
            make_private(Path::new(path))?;
            Ok((format!("sqlite:{}?mode=rwc", escape(path)), Engine::Sqlite))
        }
        _ => Err(StoreError::Config {
            what: "the database is neither sqlite:PATH nor postgres://",
        }),
    }
}

/// Makes the file before SQLite does, so that only its owner can read it; its companions inherit that.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(|_| ())
        .map_err(|source| StoreError::File {
            action: "create",
            path: path.to_owned(),
            source,
        })
}

/// Writes a path so that a URL's parser gives it back.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
