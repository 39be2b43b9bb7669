//! Configuration: a TOML file, then `MENSHEN_*` variables over it, then nothing: every key has a default.

mod oidc;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

pub use oidc::Oidc;

/// Why the configuration was refused. Names the key, never its value: it may be a secret.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is not valid TOML, or a key is unknown or of another type.
    #[error("read configuration: {0}")]
    File(String),
    /// A variable that is no key, or has a value of another type.
    #[error("read configuration: variable {name} {problem}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Keys that do not go together.
    #[error("read configuration: {0}")]
    Together(&'static str),
}

/// Everything that an operator may set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address that people and integrators use, without a slash at the end.
    pub public_url: Option<String>,
    /// Folder of the embedded database, generated keys and temporary data.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; without it SQLite in the data folder.
    pub database: Option<Secret>,
    /// Connections to the database.
    pub database_connections: u32,
    /// Where sealed images are kept.
    pub blobs: Blobs,
    /// The mail server that messages to people go to; none are mailed without it.
    pub mail: Option<Mail>,
    /// The gateway that sends SMS; none are sent without it.
    pub sms: Option<Sms>,
    /// How events reach integrators.
    pub webhooks: Webhooks,
    /// The pages.
    pub web: Web,
    /// What apps are told in which people sign in with their account.
    pub oidc: Oidc,
    /// Where the master keys come from.
    pub keys: Keys,
    /// The processes that look at photos.
    pub engine: EngineConfig,
    /// Limits that keep the service standing.
    pub limits: Limits,
    /// Proxies whose `Forwarded` and `X-Forwarded-For` headers are believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// Returns the value, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Where sealed images are kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Blobs {
    /// In the database.
    #[default]
    Database,
    /// In a folder.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// In an S3-compatible store.
    S3 {
        /// Its address, where it is not the usual one of the region.
        endpoint: Option<String>,
        /// The bucket.
        bucket: String,
        /// The region.
        region: String,
        /// Identifies the account.
        access_key: Secret,
        /// Proves it.
        secret_key: Secret,
    },
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port; the usual one of the security where left out: 465, 587, 25.
    pub port: Option<u16>,
    /// How the way to it is kept.
    #[serde(default)]
    pub security: MailSecurity,
    /// The account, where the server wants one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// The sender, as `Name <name@example.com>`.
    pub from: String,
}

/// How the way to a mail server is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS after a greeting; without it nothing is sent.
    Starttls,
    /// None: for a relay on this machine.
    None,
}

/// A gateway that sends SMS.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where to POST. May hold a key.
    pub url: Secret,
    /// Headers of the request, such as `Authorization`.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// What the body is.
    #[serde(default = "json")]
    pub content_type: String,
    /// The body: a template of `to`, the number from `+` on, and `text`.
    pub body: String,
}

fn json() -> String {
    "application/json".to_owned()
}

/// How events reach integrators.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// May they go to addresses of this machine and of private networks, there without TLS, too?
    pub allow_private: bool,
    /// Longest time for a delivery, in seconds.
    pub timeout_s: u64,
}

/// The pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Origins of integrators' pages that the capture element may stand on, `https://exchange.example`.
    pub embed_on: Vec<String>,
}

/// Where the master keys come from: 32 bytes each in hexadecimal, a line each, the current one first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// A file that only its owner may read.
    pub file: Option<PathBuf>,
    /// A command and its arguments that prints them.
    pub command: Option<Vec<String>>,
    /// The key that signs decisions and checkpoints, a file of the same form: the same on every node. Without it one is
    /// made in the data folder.
    pub signing_file: Option<PathBuf>,
}

/// The processes that look at photos.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineConfig {
    /// How many; 0 serves sandbox tenants only.
    pub workers: usize,
    /// How many photos may wait for one.
    pub queue: usize,
    /// Memory of each, in mebibytes.
    pub memory_mib: u64,
    /// Longest time for a photo, in seconds.
    pub timeout_s: u64,
}

/// Limits that keep the service standing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests worked on at the same time; more are told to come back.
    pub in_flight: usize,
    /// Connections of live checks at the same time; more are told to come back.
    pub live_checks: usize,
    /// Longest time for a request, in seconds.
    pub request_s: u64,
    /// Largest photo in mebibytes.
    pub photo_mib: usize,
    /// Hours for which an unfinished upload is kept.
    pub upload_hours: u32,
    /// Seconds that open requests have when the service stops.
    pub stop_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8470)),
            public_url: None,
            data_dir: PathBuf::from("menshen-data"),
            database: None,
            database_connections: 16,
            blobs: Blobs::default(),
            mail: None,
            sms: None,
            webhooks: Webhooks::default(),
            web: Web::default(),
            oidc: Oidc::default(),
            keys: Keys::default(),
            engine: EngineConfig::default(),
            limits: Limits::default(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_private: false,
            timeout_s: 15,
        }
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            workers: 1,
            queue: 8,
            memory_mib: 1_536,
            timeout_s: 20,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 256,
            live_checks: 64,
            request_s: 60,
            photo_mib: 20,
            upload_hours: 24,
            stop_s: 20,
        }
    }
}

/// Keys that a variable may set, and how: `MENSHEN_` and the key in capitals, `__` between tables.
const VARIABLES: [(&str, &[&str], Shape); 26] = [
    ("MENSHEN_LISTEN", &["listen"], Shape::Text),
    ("MENSHEN_PUBLIC_URL", &["public_url"], Shape::Text),
    ("MENSHEN_DATA_DIR", &["data_dir"], Shape::Text),
    ("MENSHEN_DATABASE", &["database"], Shape::Text),
    (
        "MENSHEN_DATABASE_CONNECTIONS",
        &["database_connections"],
        Shape::Number,
    ),
    ("MENSHEN_BLOBS__KIND", &["blobs", "kind"], Shape::Text),
    ("MENSHEN_BLOBS__PATH", &["blobs", "path"], Shape::Text),
    (
        "MENSHEN_BLOBS__ENDPOINT",
        &["blobs", "endpoint"],
        Shape::Text,
    ),
    ("MENSHEN_BLOBS__BUCKET", &["blobs", "bucket"], Shape::Text),
    ("MENSHEN_BLOBS__REGION", &["blobs", "region"], Shape::Text),
    (
        "MENSHEN_BLOBS__ACCESS_KEY",
        &["blobs", "access_key"],
        Shape::Text,
    ),
    (
        "MENSHEN_BLOBS__SECRET_KEY",
        &["blobs", "secret_key"],
        Shape::Text,
    ),
    ("MENSHEN_MAIL__HOST", &["mail", "host"], Shape::Text),
    ("MENSHEN_MAIL__PORT", &["mail", "port"], Shape::Number),
    ("MENSHEN_MAIL__SECURITY", &["mail", "security"], Shape::Text),
    ("MENSHEN_MAIL__USER", &["mail", "user"], Shape::Text),
    ("MENSHEN_MAIL__PASSWORD", &["mail", "password"], Shape::Text),
    ("MENSHEN_MAIL__FROM", &["mail", "from"], Shape::Text),
    ("MENSHEN_SMS__URL", &["sms", "url"], Shape::Text),
    (
        "MENSHEN_SMS__CONTENT_TYPE",
        &["sms", "content_type"],
        Shape::Text,
    ),
    ("MENSHEN_SMS__BODY", &["sms", "body"], Shape::Text),
    ("MENSHEN_KEYS__FILE", &["keys", "file"], Shape::Text),
    (
        "MENSHEN_KEYS__SIGNING_FILE",
        &["keys", "signing_file"],
        Shape::Text,
    ),
    (
        "MENSHEN_ENGINE__WORKERS",
        &["engine", "workers"],
        Shape::Number,
    ),
    (
        "MENSHEN_ENGINE__MEMORY_MIB",
        &["engine", "memory_mib"],
        Shape::Number,
    ),
    (
        "MENSHEN_LIMITS__IN_FLIGHT",
        &["limits", "in_flight"],
        Shape::Number,
    ),
];
/// Variables of the command line, which are no keys of the service.
const OTHERS: [&str; 6] = [
    "MENSHEN_CONFIG",
    "MENSHEN_FONTS",
    "MENSHEN_MODELS",
    "MENSHEN_LOCALE",
    "MENSHEN_LOG",
    "MENSHEN_ORT_LIBRARY",
];

#[derive(Clone, Copy)]
enum Shape {
    Text,
    Number,
}

impl Config {
    /// Reads a file's text and lays the variables over it. Variables that do not begin with `MENSHEN_` are
    /// passed over.
    ///
    /// # Errors
    /// [`ConfigError`] names the key at fault: a misspelt one would silently leave a default standing.
    pub fn read(text: &str, variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        // A syntax error's own text would quote the line, and the line may hold a secret.
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text[..at.min(text.len())].lines().count().max(1);
            ConfigError::File(format!("not valid TOML in line {line}"))
        })?;
        for (name, value) in variables {
            lay_over(&mut table, name, value)?;
        }
        let config: Self = toml::Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::File(error.message().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.keys.file.is_some() && self.keys.command.is_some() {
            return Err(ConfigError::Together(
                "set keys.file or keys.command, not both",
            ));
        }
        if let Some(mail) = &self.mail {
            if mail.user.is_some() != mail.password.is_some() {
                return Err(ConfigError::Together(
                    "set mail.user and mail.password, or neither",
                ));
            }
            if mail.user.is_some() && mail.security == MailSecurity::None {
                return Err(ConfigError::Together(
                    "mail.password would travel in the clear: set mail.security",
                ));
            }
        }
        if !(1..=20).contains(&self.webhooks.timeout_s) {
            return Err(ConfigError::Together("webhooks.timeout_s must be 1 to 20"));
        }
        if !self.web.embed_on.iter().all(|origin| is_origin(origin)) {
            return Err(ConfigError::Together(
                "web.embed_on must list origins: https:// and a name, without a path",
            ));
        }
        self.oidc.check()?;
        if self.limits.in_flight == 0 || self.limits.photo_mib == 0 {
            return Err(ConfigError::Together("limits of 0 would refuse everything"));
        }
        Ok(())
    }

    /// Returns the database's address.
    pub fn database_url(&self) -> Secret {
        self.database.clone().unwrap_or_else(|| {
            Secret(format!(
                "sqlite:{}",
                self.data_dir.join("menshen.db").display()
            ))
        })
    }

    /// Returns the file of the master keys: the one that was set, or a generated one.
    pub fn key_file(&self) -> PathBuf {
        let own = || self.data_dir.join("keys").join("master.key");
        self.keys.file.clone().unwrap_or_else(own)
    }

    /// Returns the file of the key that signs decisions and checkpoints.
    pub fn signing_key_file(&self) -> PathBuf {
        let own = || self.data_dir.join("keys").join("signing.key");
        self.keys.signing_file.clone().unwrap_or_else(own)
    }

    /// Returns a path inside the data folder.
    pub fn data(&self, name: &str) -> PathBuf {
        self.data_dir.join(Path::new(name))
    }
}

/// Is a text an origin as browsers send it?
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".:-[]".contains(c);
        !host.is_empty() && host.chars().all(fits)
    })
}

fn lay_over(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    if !name.starts_with("MENSHEN_") || OTHERS.contains(&name) || name.starts_with("MENSHEN_TEST_")
    {
        return Ok(());
    }
    let problem = |problem| ConfigError::Variable {
        name: name.chars().take(60).collect(),
        problem,
    };
    let known = VARIABLES.iter().find(|(known, ..)| *known == name);
    let (_, path, shape) = known.ok_or_else(|| problem("is no key of the configuration"))?;
    let value = match shape {
        Shape::Text => toml::Value::String(value.to_owned()),
        Shape::Number => {
            let number = value.parse().map_err(|_| problem("is not a number"))?;
            toml::Value::Integer(number)
        }
    };
    let (last, tables) = path.split_last().expect("every variable names a key");
    let mut at = table;
    for inner in tables {
        let next = at
            .entry(*inner)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        at = next
            .as_table_mut()
            .ok_or_else(|| problem("goes into what is no table"))?;
    }
    at.insert((*last).to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Config::read(text, &variables.iter().map(own).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_gives_the_defaults() {
        assert_eq!(read("", &[]), Ok(Config::default()));
        assert_eq!(
            read("", &[("PATH", "/bin"), ("MENSHEN_MODELS", "m")]),
            Ok(Config::default())
        );
    }

    #[test]
    fn variables_lie_over_the_file() {
        let config = read(
            "listen = \"127.0.0.1:1\"\n[engine]\nworkers = 3",
            &[
                ("MENSHEN_LISTEN", "127.0.0.1:2"),
                ("MENSHEN_ENGINE__MEMORY_MIB", "900"),
            ],
        );
        let config = config.expect("good configuration");
        assert_eq!(config.listen.port(), 2);
        assert_eq!((config.engine.workers, config.engine.memory_mib), (3, 900));
    }

    #[test]
    fn blobs_can_be_set_by_variables_alone() {
        let config = read(
            "",
            &[
                ("MENSHEN_BLOBS__KIND", "folder"),
                ("MENSHEN_BLOBS__PATH", "b"),
            ],
        );
        let folder = Blobs::Folder {
            path: PathBuf::from("b"),
        };
        assert_eq!(config.expect("good configuration").blobs, folder);
    }

    /// Returns the keys of a table, which a refusal lists; `before` is what the table must hold in any case.
    fn keys_of(before: &str) -> Vec<String> {
        let refusal = read(&format!("{before}\nno_such_key = 1"), &[]).expect_err("unknown key");
        let (_, listed) = refusal.split_once("expected").expect("a list of keys");
        let words = listed.split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    }

    #[test]
    fn every_key_and_variable_is_explained() {
        let document = include_str!("../../../docs/operate.md");
        let s3 = "kind = 's3'\nbucket = 'b'\nregion = 'r'\naccess_key = 'a'\nsecret_key = 's'";
        let mut names = keys_of("");
        for (table, needs) in [
            ("keys", ""),
            ("engine", ""),
            ("webhooks", ""),
            ("web", ""),
            ("oidc", ""),
            ("limits", ""),
            ("mail", "host = 'h'\nfrom = 'f'"),
            ("sms", "url = 'u'\nbody = 'b'"),
            ("blobs", "kind = 'folder'\npath = 'p'"),
            ("blobs", s3),
        ] {
            let keys = keys_of(&format!("[{table}]\n{needs}"));
            assert!(!keys.is_empty(), "{table}");
            names.extend(keys.into_iter().map(|key| format!("{table}.{key}")));
        }
        let variables = VARIABLES.iter().map(|(name, ..)| *name).chain(OTHERS);
        names.extend(variables.map(str::to_owned));
        for name in names {
            assert!(document.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn faults_name_the_key_and_no_value() {
        let secret = "postgres://u:hunter2@h/d";
        for (text, variables, expected) in [
            ("databse = 'hunter2'", vec![], "databse"),
            ("", vec![("MENSHEN_DATABSE", secret)], "MENSHEN_DATABSE"),
            (
                "",
                vec![("MENSHEN_ENGINE__WORKERS", "hunter2")],
                "MENSHEN_ENGINE__WORKERS",
            ),
            ("a = 1\ndatabase = 'hunter2", vec![], "line 2"),
        ] {
            let error = read(text, &variables).expect_err("a fault");
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let config = read(&format!("database = '{secret}'"), &[]).expect("good");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
