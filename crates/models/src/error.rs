//! What can go wrong between a published weight file and a network that is ready to load.

use std::path::PathBuf;

use thiserror::Error;

/// Why a model could not be fetched, converted, kept or read.
#[derive(Debug, Error)]
pub enum ModelsError {
    /// The bytes are not the format they should be: cut, damaged or hostile.
    #[error("read {format} weights: {what}")]
    Malformed {
        /// The format that was expected.
        format: &'static str,
        /// What is wrong with the bytes.
        what: String,
    },
    /// The file is well formed, but holds something the converter does not know.
    #[error("convert {format} weights: no rule for {what}")]
    Unsupported {
        /// The format of the source.
        format: &'static str,
        /// The operator, data type or layer that has no rule.
        what: String,
    },
    /// The manifest text is not TOML of the expected shape.
    #[error("parse model manifest {name}")]
    Manifest {
        /// The manifest's name or path.
        name: String,
        /// What the parser said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The manifest parses, but contradicts itself.
    #[error("check model manifest: {what}")]
    ManifestRule {
        /// The broken rule and the entry that breaks it.
        what: String,
    },
    /// A file of the store could not be read or written.
    #[error("{action} {path}")]
    File {
        /// What was being done, e.g. `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A file does not have the hash that the manifest promises.
    #[error("verify {name}: SHA-256 is {found}, the manifest says {expected}")]
    WrongHash {
        /// The archive, source or model file.
        name: String,
        /// What the manifest says, in hexadecimal.
        expected: String,
        /// What the bytes have, in hexadecimal.
        found: String,
    },
    /// An archive is larger than any real one, or lacks a member.
    #[error("unpack {name}: {what}")]
    Archive {
        /// The archive.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A package client is not installed.
    #[error("find {client}: it is not installed; {install}")]
    ClientMissing {
        /// `pip` or `npm`.
        client: &'static str,
        /// How to install it.
        install: &'static str,
    },
    /// A package client ran and failed.
    #[error("fetch {package} with {client}: {said}")]
    ClientFailed {
        /// `pip` or `npm`.
        client: &'static str,
        /// Package and version.
        package: String,
        /// The last lines of its error output.
        said: String,
    },
    /// A download by address failed after all tries.
    #[error("download {url}: {what}")]
    Download {
        /// The address.
        url: String,
        /// What happened.
        what: String,
    },
    /// A source file is not in the folder that was given.
    #[error("find {file} in {folder}")]
    NotInFolder {
        /// The source file's name.
        file: String,
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// No manifest entry has this name.
    #[error("find model {name}: no manifest entry has this name")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// The model is described but its file is not there.
    #[error("load model {name}: it is not installed; get it with `{command}`")]
    Missing {
        /// The model.
        name: String,
        /// The command that gets it.
        command: String,
    },
    /// No folder was named and the environment has no home.
    #[error("choose the models folder: set MENSHEN_MODELS or HOME")]
    NoFolder,
}

impl ModelsError {
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
