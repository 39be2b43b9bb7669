//! A fresh store for each test: on SQLite always, on PostgreSQL where `MENSHEN_TEST_POSTGRES` names a server.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeSet;

use menshen_core::ids::{DecisionId, TenantId};
use menshen_core::review::{Case, Matter, Queue};
use menshen_core::time::Millis;
use menshen_store::{
    ApplicantRow, BlobConfig, DigestKind, MasterKeys, NewApplicant, NewCapture, NewReviewCase,
    NewVerification, Part, Recorded, Store, StoreConfig, TenantKind, TenantRow, VerificationRow,
};
use tempfile::TempDir;

/// The instant at which every test begins.
pub const NOW: Millis = Millis(1_790_000_000_000);
/// The master key of every test.
pub const KEY: [u8; 32] = [42; 32];

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A store, its configuration, and the folder that goes with it.
pub struct World {
    pub store: Store,
    pub config: StoreConfig,
    pub folder: TempDir,
    pub on: On,
}

impl World {
    /// Opens a new, empty store with blobs in the database; none where the server is not there.
    pub async fn new(on: On) -> Option<Self> {
        Self::with_blobs(on, |_| BlobConfig::Database).await
    }

    /// Opens a new, empty store with blobs elsewhere.
    pub async fn with_blobs(on: On, blobs: impl Fn(&TempDir) -> BlobConfig) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let config = StoreConfig {
            database: new_database(on, &folder).await?,
            blobs: blobs(&folder),
            max_connections: 8,
        };
        let store = open(&config).await;
        Some(Self {
            store,
            config,
            folder,
            on,
        })
    }

    /// Creates a tenant.
    pub async fn tenant(&self) -> TenantRow {
        let mut tx = self.store.begin().await.unwrap();
        let tenant = tx
            .create_tenant("Tenant", TenantKind::Sandbox, "policy = 1", "p1", NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        tenant
    }

    /// Creates an applicant.
    pub async fn applicant(&self, tenant: TenantId, external_id: &str) -> ApplicantRow {
        let mut tx = self.store.begin().await.unwrap();
        let new = NewApplicant {
            tenant_id: tenant,
            external_id: external_id.to_owned(),
            locale: "en".to_owned(),
        };
        let applicant = tx.create_applicant(&new, NOW).await.unwrap();
        tx.commit().await.unwrap();
        applicant
    }

    /// Creates a verification.
    pub async fn verification(&self, applicant: &ApplicantRow) -> VerificationRow {
        let mut tx = self.store.begin().await.unwrap();
        let row = tx
            .create_verification(&new_verification(applicant), NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        row
    }
}

/// Returns a verification to be created.
pub fn new_verification(applicant: &ApplicantRow) -> NewVerification {
    NewVerification {
        tenant_id: applicant.tenant_id,
        applicant_id: applicant.id,
        level: "L2".to_owned(),
        flow: "first".to_owned(),
        status: "not_started".to_owned(),
        state: "{}".to_owned(),
        policy_identity: "p1".to_owned(),
        due_at: None,
    }
}

/// Returns a case to be opened about a decision.
pub fn new_case(row: &VerificationRow, decision: DecisionId) -> NewReviewCase {
    let matter = Matter {
        queue: Queue::Review,
        level: row.level.clone(),
        codes: vec!["doc_damaged".to_owned()],
    };
    let whose = (row.tenant_id, row.applicant_id);
    NewReviewCase {
        case: Case::new(whose, matter, BTreeSet::new(), NOW),
        verification_id: row.id,
        decision_id: decision,
        kind: None,
        policy_identity: "p1".to_owned(),
        judged: None,
        due_at: NOW.plus(1_000),
    }
}

/// Opens a store with the master key of every test.
pub async fn open(config: &StoreConfig) -> Store {
    match Store::open(config, MasterKeys::new(vec![KEY]), NOW).await {
        Ok(store) => store,
        Err(error) => panic!("open the store: {error:?}"),
    }
}

/// Returns the address of a new, empty database; none where the server is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment where servers are"
)]
pub async fn new_database(on: On, folder: &TempDir) -> Option<String> {
    let name = format!(
        "t{}",
        folder.path().file_name()?.to_str()?.trim_start_matches('.')
    );
    if on == On::Sqlite {
        return Some(format!("sqlite:{}/{name}.db", folder.path().to_str()?));
    }
    let Ok(server) = std::env::var("MENSHEN_TEST_POSTGRES") else {
        println!("skipped: MENSHEN_TEST_POSTGRES names no PostgreSQL server");
        return None;
    };
    let name = format!("menshen_{}_{}", std::process::id(), name.to_lowercase());
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&server).await.unwrap();
    let name = format!("{name}_{}", unique());
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\"")))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let (base, query) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = base.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}?{query}"))
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Runs a test on both databases.
#[macro_export]
macro_rules! on_both {
    ($($name:ident)*) => {
        $(
            mod $name {
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn on_sqlite() {
                    if let Some(world) = super::support::World::new(super::support::On::Sqlite).await {
                        super::cases::$name(world).await;
                    }
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn on_postgres() {
                    if let Some(world) = super::support::World::new(super::support::On::Postgres).await {
                        super::cases::$name(world).await;
                    }
                }
            }
        )*
    };
}

/// Records a photo with all that goes with one.
pub async fn record_photo(
    store: &Store,
    verification: &VerificationRow,
    part: Part,
    bytes: &[u8],
    now: Millis,
) -> Recorded {
    let (tenant, applicant) = (verification.tenant_id, verification.applicant_id);
    let purpose = part.purpose();
    let image = store
        .stage_blob(tenant, applicant, purpose, bytes, now)
        .await;
    let original = store
        .stage_blob(tenant, applicant, purpose, bytes, now)
        .await;
    let new = NewCapture {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: verification.id,
        part,
        attempt: 1,
        digest: store.digest(tenant, DigestKind::Photo, bytes),
        evidence: b"evidence",
        embedding: Some(b"embedding"),
        reasons: b"reasons",
        codes: vec!["blur".to_owned()],
        image: Some(image.unwrap()),
        original: Some(original.unwrap()),
        usable: true,
    };
    let mut tx = store.begin().await.unwrap();
    let recorded = tx.record_capture(new, now).await.unwrap();
    tx.commit().await.unwrap();
    recorded
}

/// Runs a statement behind the store's back.
pub async fn sql(world: &World, text: &str) {
    let pool = sqlx::AnyPool::connect(&world.config.database)
        .await
        .unwrap();
    let done = sqlx::query(sqlx::AssertSqlSafe(text)).execute(&pool).await;
    assert!(done.unwrap().rows_affected() > 0);
    pool.close().await;
}

/// Returns a bucket on the server that `MENSHEN_TEST_S3` names.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment where servers are"
)]
pub fn s3_bucket() -> Option<BlobConfig> {
    let Ok(endpoint) = std::env::var("MENSHEN_TEST_S3") else {
        println!("skipped: MENSHEN_TEST_S3 names no S3 server");
        return None;
    };
    Some(BlobConfig::S3 {
        endpoint,
        bucket: format!("menshen-test/{}-{}", std::process::id(), unique()),
        region: "us-east-1".to_owned(),
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        allow_http: true,
    })
}
