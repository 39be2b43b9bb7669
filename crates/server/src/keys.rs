//! Master keys and the signing key: read from a file or a command, made on the first start.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use menshen_ledger::Signer;
use menshen_store::{MasterKeys, Store, StoreError};
use thiserror::Error;

use crate::config::Config;

/// Why keys are not there. Never holds one.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A file could not be read, made or protected.
    #[error("{action} key file {path}")]
    File {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("key file {0} can be read by others; run `chmod 600` on it")]
    Open(PathBuf),
    /// The command failed.
    #[error("run the command of keys.command")]
    Command(#[source] std::io::Error),
    /// The command ended with an error.
    #[error("the command of keys.command ended with an error")]
    CommandFailed,
    /// What was read is no list of keys.
    #[error("keys must be 64 hexadecimal digits, one a line, the current one first")]
    Form,
    /// The keys are kept elsewhere.
    #[error("the keys come from keys.command: change them where that command finds them")]
    NotOurs,
    /// No randomness.
    #[error("draw a key")]
    Random(#[source] StoreError),
}

/// The name under which the service signs.
const SIGNER: &str = "menshen";

/// Keys, and whether they were made just now.
pub struct Loaded<T> {
    /// The keys.
    pub keys: T,
    /// The file that was made just now.
    pub made: Option<PathBuf>,
}

/// Reads the master keys. Where nothing is configured and no file is there, one is made.
///
/// # Errors
/// [`KeyError`].
pub fn master(config: &Config) -> Result<Loaded<MasterKeys>, KeyError> {
    if let Some(command) = &config.keys.command {
        let text = output(command)?;
        return Ok(Loaded {
            keys: MasterKeys::new(parse(&text)?),
            made: None,
        });
    }
    let path = config.key_file();
    let made = make(&path, config.keys.file.is_none())?;
    Ok(Loaded {
        keys: MasterKeys::new(parse(&read(&path)?)?),
        made: made.then_some(path),
    })
}

/// Reads the key that signs decisions and checkpoints, or makes it.
///
/// # Errors
/// [`KeyError`].
pub fn signing(config: &Config) -> Result<Loaded<Signer>, KeyError> {
    let path = config.signing_key_file();
    let made = make(&path, config.keys.signing_file.is_none())?;
    let seed = parse(&read(&path)?)?
        .into_iter()
        .next()
        .ok_or(KeyError::Form)?;
    Ok(Loaded {
        keys: Signer::new(SIGNER, &seed).map_err(|_| KeyError::Form)?,
        made: made.then_some(path),
    })
}

/// Reads a key file and returns how many keys are in it.
///
/// # Errors
/// [`KeyError`].
pub fn check_keys(path: &Path) -> Result<usize, KeyError> {
    parse(&read(path)?).map(|keys| keys.len())
}

/// The master keys in their file, the current one first. Without `Debug`.
pub struct KeyFile {
    path: PathBuf,
    keys: Vec<(String, [u8; 32])>,
}

impl KeyFile {
    /// Reads the file of a configuration.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::NotOurs`] where the keys come from a command.
    pub fn read(config: &Config) -> Result<Self, KeyError> {
        if config.keys.command.is_some() {
            return Err(KeyError::NotOurs);
        }
        let path = config.key_file();
        let keys = parse(&read(&path)?)?.into_iter().map(named).collect();
        Ok(Self { path, keys })
    }

    /// Returns the keys' ids, the current one's first.
    pub fn ids(&self) -> Vec<&str> {
        self.keys.iter().map(|(id, _)| id.as_str()).collect()
    }

    /// Draws a key, adds it as the last one and returns its id: it opens nothing yet and wraps nothing.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add(&mut self) -> Result<String, KeyError> {
        let key = named(*Store::random_key().map_err(KeyError::Random)?);
        let id = key.0.clone();
        self.keys.push(key);
        self.write()?;
        Ok(id)
    }

    /// Makes a key the current one; tells whether it is in the file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn promote(&mut self, id: &str) -> Result<bool, KeyError> {
        match self.keys.iter().position(|(own, _)| own == id) {
            None => Ok(false),
            Some(0) => Ok(true),
            Some(at) => {
                self.keys[..=at].rotate_right(1);
                self.write().map(|()| true)
            }
        }
    }

    /// Removes every key but the current one and those that are still needed; returns the ids of what went.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn drop_unneeded(&mut self, needed: &[String]) -> Result<Vec<String>, KeyError> {
        let ids = self.ids().into_iter().skip(1).map(str::to_owned);
        let gone: Vec<String> = ids.filter(|id| !needed.contains(id)).collect();
        if !gone.is_empty() {
            self.keys.retain(|(id, _)| !gone.contains(id));
            self.write()?;
        }
        Ok(gone)
    }

    fn write(&self) -> Result<(), KeyError> {
        let keys: Vec<[u8; 32]> = self.keys.iter().map(|(_, key)| *key).collect();
        write_keys(&self.path, &keys)
    }
}

fn named(key: [u8; 32]) -> (String, [u8; 32]) {
    let id = MasterKeys::new(vec![key]).current_id().map(str::to_owned);
    (id.unwrap_or_default(), key)
}

fn output(command: &[String]) -> Result<String, KeyError> {
    let (program, arguments) = command.split_first().ok_or(KeyError::CommandFailed)?;
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(KeyError::Command)?;
    if !output.status.success() {
        return Err(KeyError::CommandFailed);
    }
    String::from_utf8(output.stdout).map_err(|_| KeyError::Form)
}

fn parse(text: &str) -> Result<Vec<[u8; 32]>, KeyError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Vec<[u8; 32]> = lines
        .map(|line| key(line).ok_or(KeyError::Form))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        Err(KeyError::Form)
    } else {
        Ok(keys)
    }
}

fn key(line: &str) -> Option<[u8; 32]> {
    let digits = line.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let text = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(text, 16).ok()?;
    }
    Some(key)
}

fn file_error(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::File {
        action,
        path,
        source,
    }
}

fn read(path: &Path) -> Result<String, KeyError> {
    let metadata = fs::metadata(path).map_err(file_error("read", path))?;
    if is_open(&metadata) {
        return Err(KeyError::Open(path.to_owned()));
    }
    fs::read_to_string(path).map_err(file_error("read", path))
}

#[cfg(unix)]
fn is_open(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_metadata: &fs::Metadata) -> bool {
    false
}

/// Makes a key file where there is none and that is allowed; tells whether it did. A file that the operator has named
/// is never made: a misspelt path would seal everything with a key that nobody keeps.
fn make(path: &Path, allowed: bool) -> Result<bool, KeyError> {
    if path.exists() || !allowed {
        return Ok(false);
    }
    let seed = Store::random_key().map_err(KeyError::Random)?;
    write_keys(path, &[*seed])?;
    Ok(true)
}

/// Makes a folder, and those above it, for its owner alone.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Writes a key file whole, in the place of the one before.
fn write_keys(path: &Path, keys: &[[u8; 32]]) -> Result<(), KeyError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    private_folder(folder).map_err(file_error("make the folder of", path))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Written whole under another name first: a crash must not leave half a key.
    let draft = path.with_extension("draft");
    let _ = fs::remove_file(&draft);
    let mut file = options.open(&draft).map_err(file_error("make", path))?;
    for key in keys {
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(file, "{hex}").map_err(file_error("write", path))?;
    }
    file.sync_all().map_err(file_error("write", path))?;
    fs::rename(&draft, path).map_err(file_error("make", path))?;
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(file_error("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_lines_of_sixty_four_digits() {
        let line = "0123456789abcdef".repeat(4);
        assert_eq!(
            parse(&format!("{line}\n\n {line} \n"))
                .map(|keys| keys.len())
                .ok(),
            Some(2)
        );
        for bad in ["", "00", &line[1..], &format!("{line}0"), &"zz".repeat(32)] {
            assert!(matches!(parse(bad), Err(KeyError::Form)), "{bad}");
        }
    }
}
