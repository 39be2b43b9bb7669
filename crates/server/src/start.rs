//! The first and every other start: keys, database, the sandbox tenant, the operator's link.

use std::fs;
use std::path::Path;

use menshen_core::Policy;
use menshen_ledger::Signer;
use menshen_store::{
    BlobConfig, NewApiKey, Saved, Secret, Store, StoreConfig, StoreError, TenantKind, TenantRow,
    restore,
};
use thiserror::Error;

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::config::{Blobs, Config};
use crate::demo::Demo;
use crate::engine::Engines;
use crate::keys::{self, KeyError};
use crate::outbound::{Outbound, OutboundError};
use crate::routes::tenants::tenant_scopes;
use crate::setup::SetupLink;
use crate::web::Pages;

/// Why the service did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data folder.
    #[error("make the data folder {path}")]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// The operating system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A key.
    #[error("load the keys")]
    Keys(#[from] KeyError),
    /// The log was signed before, and the key for it is gone: another one would sign what nobody trusts.
    #[error("the audit log was signed with a key that is not at {0}; put it there")]
    SigningKeyGone(std::path::PathBuf),
    /// The database or the blobs.
    #[error("open the store")]
    Store(#[from] StoreError),
    /// The mail server or the gateway.
    #[error("prepare messages to people")]
    Outbound(#[from] OutboundError),
}

/// What an operator is told on a start.
pub struct Greeting {
    /// Key files that were made just now: good for trying out, to be kept elsewhere for real.
    pub made_keys: Vec<std::path::PathBuf>,
    /// The first key of the sandbox tenant, where it was made just now.
    pub sandbox_key: Option<Secret>,
    /// The path of the operator's link.
    pub setup_path: String,
    /// The path of the page to try things out, where there is one.
    pub demo_path: Option<String>,
}

/// Opens the store of a configuration.
///
/// # Errors
/// [`StartError`].
pub async fn open_store(
    config: &Config,
    clock: &Clock,
) -> Result<(Store, Vec<std::path::PathBuf>), StartError> {
    make_folder(config)?;
    let master = keys::master(config)?;
    let opened = Store::open(&store_config(config), master.keys, clock.now()).await;
    if let (Err(StoreError::MasterKey { .. }), Some(path)) = (&opened, &master.made) {
        // It fits nothing, and would look like the one that does.
        let _ = fs::remove_file(path);
    }
    let store = opened?;
    Ok((store, master.made.into_iter().collect()))
}

/// Returns the key that signs decisions and checkpoints; it is made where there is none.
///
/// # Errors
/// [`StartError`].
pub fn signer(config: &Config) -> Result<Signer, StartError> {
    Ok(keys::signing(config)?.keys)
}

/// Restores a backup into the empty database of a configuration. No key is needed for it.
///
/// # Errors
/// [`StartError`].
pub async fn restore_backup(config: &Config, from: &Path) -> Result<Saved, StartError> {
    make_folder(config)?;
    Ok(restore(&store_config(config), from).await?)
}

/// Returns the store's part of a configuration.
pub fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        database: config.database_url().reveal().to_owned(),
        max_connections: config.database_connections,
        blobs: match &config.blobs {
            Blobs::Database => BlobConfig::Database,
            Blobs::Folder { path } => BlobConfig::Folder(path.clone()),
            Blobs::S3 {
                endpoint,
                bucket,
                region,
                access_key,
                secret_key,
            } => BlobConfig::S3 {
                endpoint: endpoint.clone().unwrap_or_default(),
                bucket: bucket.clone(),
                region: region.clone(),
                access_key: access_key.reveal().to_owned(),
                secret_key: secret_key.reveal().to_owned(),
                allow_http: endpoint
                    .as_ref()
                    .is_some_and(|at| at.starts_with("http://")),
            },
        },
    }
}

fn make_folder(config: &Config) -> Result<(), StartError> {
    keys::private_folder(&config.data_dir).map_err(|source| StartError::Folder {
        path: config.data_dir.clone(),
        source,
    })
}

/// Returns all tenants: the first one is the operator's own.
async fn oldest_first(store: &Store) -> Result<Vec<TenantRow>, StoreError> {
    let mut found: Vec<TenantRow> = Vec::new();
    loop {
        let after = found.last().map(|tenant| tenant.id);
        let page = store.list_tenants(after, 500).await?;
        if page.is_empty() {
            found.reverse();
            return Ok(found);
        }
        found.extend(page);
    }
}

/// Puts the service together.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    config: Config,
    clock: Clock,
    engines: Engines,
    pages: Pages,
) -> Result<(App, Greeting), StartError> {
    let outbound = Outbound::new(&config)?;
    let (store, mut made_keys) = open_store(&config, &clock).await?;
    let signing_key = config.signing_key_file();
    if !signing_key.exists() && store.find_newest_checkpoint().await?.is_some() {
        return Err(StartError::SigningKeyGone(signing_key));
    }
    let signing = keys::signing(&config)?;
    made_keys.extend(signing.made);
    let now = clock.now();
    let mut sandbox_key = None;
    let mut tenants = oldest_first(&store).await?;
    if tenants.is_empty() {
        let policy = Policy::default();
        let mut tx = store.begin().await?;
        let (toml, identity) = (policy.to_toml(), policy.identity());
        let tenant = tx
            .create_tenant("sandbox", TenantKind::Sandbox, &toml, &identity, now)
            .await?;
        let key = NewApiKey {
            label: "sandbox".to_owned(),
            scopes: tenant_scopes(),
            expires_at: None,
        };
        let (_, secret) = tx.create_api_key(&tenant, &key, now).await?;
        tx.commit().await?;
        sandbox_key = Some(secret);
        tenants.push(tenant);
    }
    let token = Secret::draw("")?;
    let setup_path = format!("/setup/{}", token.reveal());
    let demo = match pages.demo {
        Some(files) => Some(Demo::new(&store, &tenants, files, now).await?),
        None => None,
    };
    let demo_path = demo.as_ref().map(Demo::path);
    let app = App::new(Parts {
        store,
        engines,
        signer: signing.keys,
        clock,
        config,
        outbound,
        setup: SetupLink::new(token, tenants[0].id),
        demo,
        page_models: pages.models,
    });
    Ok((
        app,
        Greeting {
            made_keys,
            sandbox_key,
            setup_path,
            demo_path,
        },
    ))
}
