//! What the commands of the service share: its configuration and its store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use menshen_server::{Clock, Config};
use menshen_store::Store;

use crate::input::WrongUsage;

/// Arguments of `menshen serve` and of the commands that work on its data.
#[derive(Clone, Debug, Args)]
pub struct ServiceArgs {
    /// Configuration, TOML; every key has a default, and `MENSHEN_*` variables lie over it
    #[arg(long, value_name = "FILE", env = "MENSHEN_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the embedded database and the generated keys
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl ServiceArgs {
    /// Reads the configuration.
    pub fn read(&self) -> anyhow::Result<Config> {
        let text = match &self.config {
            Some(path) => crate::input::read_text(path)?,
            None => String::new(),
        };
        let wrong = |error: menshen_server::ConfigError| WrongUsage(error.to_string());
        let mut config = Config::read(&text, &variables()).map_err(wrong)?;
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        Ok(config)
    }

    /// Reads the configuration of a service that has run before: a misspelt folder must not become a new service.
    pub fn read_existing(&self) -> anyhow::Result<Config> {
        let config = self.read()?;
        match missing(&config) {
            None => Ok(config),
            Some(path) => {
                let path = path.display();
                let message = format!("{path} is not there: is --config or --data-dir right?");
                Err(WrongUsage(message).into())
            }
        }
    }
}

/// Returns the file that a service makes on its first start and that is not there.
pub fn missing(config: &Config) -> Option<PathBuf> {
    let keys = config.keys.command.is_none().then(|| config.key_file());
    let mut files = keys.into_iter().chain(database_file(config));
    files.find(|path| !path.exists())
}

/// Returns the file of the embedded database, where it is that.
fn database_file(config: &Config) -> Option<PathBuf> {
    let url = config.database_url();
    url.reveal().strip_prefix("sqlite:").map(PathBuf::from)
}

/// Opens the store of a service that has run before.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let (store, _) = menshen_server::open_store(config, &Clock::system()).await?;
    Ok(store)
}

/// Returns the threads that wait for sockets and files.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.enable_all().build()?)
}

/// Returns a path with its size in mebibytes, for people.
pub fn size(path: &Path) -> String {
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn variables() -> BTreeMap<String, String> {
    let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(readable).collect()
}
