//! The models folder: what is described, what is there, and reading it with its hash checked.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use menshen_core::card::{Calibration, ModelCard, Role};
use serde::Serialize;

use crate::disk;
use crate::error::ModelsError;
use crate::hash;
use crate::manifest::{
    CohortEntry, ComparisonEntry, EMBEDDED, Entry, Manifest, Set, with_calibration, with_cohort,
    without_cohort,
};

/// An operator's own manifest in the models folder.
pub const OPERATOR_MANIFEST: &str = "models.toml";
/// How the name of a cohort's file begins and ends; between them stand the first digits of its hash.
const COHORT: &str = "cohort-";
const COHORT_END: &str = ".bin";
/// Where the photographs for a first run lie, in the models folder.
const SAMPLES: &str = "samples";

/// A folder of models and the manifest that describes them.
#[derive(Clone, Debug)]
pub struct ModelStore {
    dir: PathBuf,
    manifest: Manifest,
}

/// What is known of one model's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// It is there with the promised hash.
    Ok,
    /// It is not there.
    Missing,
    /// It is there, but is another file.
    WrongHash {
        /// What it hashes to.
        found: String,
    },
    /// It is there, but cannot be read.
    Unreadable,
}

/// The answer of a check for one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The model.
    pub name: String,
    /// When it is fetched.
    pub set: Set,
    /// What is wrong, if anything.
    #[serde(flatten)]
    pub status: Status,
}

impl ModelStore {
    /// Opens a folder, which need not exist yet, with the program's manifest and the operator's, if there is one.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, ModelsError> {
        let manifest = Manifest::parse("manifest.toml", EMBEDDED)?;
        Self::with_manifest(dir, manifest)
    }

    /// Opens a folder with another manifest in place of the program's.
    pub fn with_manifest(dir: impl Into<PathBuf>, manifest: Manifest) -> Result<Self, ModelsError> {
        let dir = dir.into();
        let path = dir.join(OPERATOR_MANIFEST);
        let manifest = match fs::read_to_string(&path) {
            Ok(text) => manifest.join(Manifest::parse_part(&path.to_string_lossy(), &text)?)?,
            Err(error) if error.kind() == ErrorKind::NotFound => manifest,
            Err(error) => return Err(ModelsError::file("read", path)(error)),
        };
        Ok(Self { dir, manifest })
    }

    /// Returns the folder to use where none is named: `$MENSHEN_MODELS`, or `menshen/models` in the data folder of
    /// the XDG base directory specification. `variable` looks up the environment.
    pub fn default_dir(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<PathBuf, ModelsError> {
        let set = |name: &str| variable(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        if let Some(dir) = set("MENSHEN_MODELS") {
            return Ok(dir);
        }
        // The specification asks to ignore a relative path here.
        let data = set("XDG_DATA_HOME").filter(|p| p.is_absolute());
        let data = data.or_else(|| set("HOME").map(|home| home.join(".local/share")));
        let data = data.ok_or(ModelsError::NoFolder)?;
        Ok(data.join("menshen/models"))
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where `pull` keeps the photographs for a first run.
    pub fn samples_dir(&self) -> PathBuf {
        self.dir.join(SAMPLES)
    }

    /// What is described.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the described models in the manifest's order.
    pub fn list(&self) -> &[Entry] {
        &self.manifest.models
    }

    /// Returns the models of a role whose file is there, in the manifest's order. Does not hash.
    pub fn installed(&self, role: Role) -> Vec<&Entry> {
        let models = self.manifest.models.iter();
        models
            .filter(|entry| entry.card.role == role && self.is_installed(entry))
            .collect()
    }

    /// Is the model's file there? Does not hash.
    pub fn is_installed(&self, entry: &Entry) -> bool {
        self.path(entry).is_file()
    }

    /// Hashes every file and says how it stands.
    pub fn check(&self) -> Vec<Checked> {
        let models = self.manifest.models.iter();
        models
            .map(|entry| Checked {
                name: entry.card.name.clone(),
                set: entry.set,
                status: self.status(entry),
            })
            .collect()
    }

    /// Reads a model once: its bytes, with their hash checked, and its card.
    pub fn load(&self, name: &str) -> Result<(Vec<u8>, ModelCard), ModelsError> {
        let entry = self.manifest.entry(name)?;
        let path = self.path(entry);
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(entry),
            _ => ModelsError::file("read", &path)(error),
        })?;
        hash::verify(&entry.file, &bytes, &entry.sha256)?;
        Ok((bytes, entry.effective_card()))
    }

    /// Keeps new thresholds of a model in the operator's manifest; they count from the next `open`.
    pub fn record_calibration(
        &self,
        model: &str,
        calibration: &Calibration,
    ) -> Result<(), ModelsError> {
        self.manifest.entry(model)?;
        self.rewrite(|text| with_calibration(text, model, calibration))
    }

    /// Reads the operator's cohort, with its hash checked; `None` where the manifest describes none.
    pub fn cohort(&self) -> Result<Option<Vec<u8>>, ModelsError> {
        let Some(entry) = &self.manifest.cohort else {
            return Ok(None);
        };
        let path = self.dir.join(&entry.file);
        let bytes = fs::read(&path).map_err(ModelsError::file("read", &path))?;
        hash::verify(&entry.file, &bytes, &entry.sha256)?;
        Ok(Some(bytes))
    }

    /// Keeps a cohort, which nobody but this account may read, and what was measured with it, in place of the last one. They count
    /// from the next `open`.
    pub fn record_cohort(
        &self,
        bytes: &[u8],
        comparisons: &[ComparisonEntry],
    ) -> Result<CohortEntry, ModelsError> {
        let sha256 = hash::sha256_hex(bytes);
        let file = format!("{COHORT}{}{COHORT_END}", &sha256[..16]);
        let entry = CohortEntry { file, sha256 };
        disk::create_dir(&self.dir)?;
        disk::write_private(&self.dir.join(&entry.file), bytes, &self.dir)?;
        self.rewrite(|text| with_cohort(text, &entry, comparisons))?;
        self.remove_cohorts(Some(&entry.file))?;
        Ok(entry)
    }

    /// Takes the cohort away, and what was measured with it. Returns how many files of cohorts were deleted.
    pub fn remove_cohort(&self) -> Result<usize, ModelsError> {
        if self.dir.join(OPERATOR_MANIFEST).exists() {
            self.rewrite(without_cohort)?;
        }
        self.remove_cohorts(None)
    }

    fn remove_cohorts(&self, except: Option<&str>) -> Result<usize, ModelsError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries.map_err(ModelsError::file("read", &self.dir))?,
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry.map_err(ModelsError::file("read", &self.dir))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let ours = name.starts_with(COHORT) && name.ends_with(COHORT_END);
            if ours && except != Some(name) {
                fs::remove_file(entry.path()).map_err(ModelsError::file("delete", entry.path()))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn rewrite(
        &self,
        change: impl FnOnce(&str) -> Result<String, ModelsError>,
    ) -> Result<(), ModelsError> {
        let path = self.dir.join(OPERATOR_MANIFEST);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.map_err(ModelsError::file("read", &path))?,
        };
        let text = change(&text)?;
        // Text that the next `open` would refuse must never replace text that it accepts.
        Manifest::parse_part(&path.to_string_lossy(), &text)?;
        disk::create_dir(&self.dir)?;
        disk::write_atomically(&path, text.as_bytes(), &self.dir)
    }

    /// Returns the first model of the default set whose file is absent or of another size. Does not hash: `load`
    /// does.
    pub(crate) fn first_missing_default(&self) -> Option<&Entry> {
        let mut models = self.manifest.models.iter();
        models.find(|entry| entry.set == Set::Default && !self.looks_present(entry))
    }

    fn looks_present(&self, entry: &Entry) -> bool {
        let found = fs::metadata(self.path(entry)).ok().filter(|m| m.is_file());
        found.is_some_and(|m| entry.bytes.is_none_or(|size| size == m.len()))
    }

    pub(crate) fn path(&self, entry: &Entry) -> PathBuf {
        self.dir.join(&entry.file)
    }

    pub(crate) fn status(&self, entry: &Entry) -> Status {
        match hash::sha256_of_file(&self.path(entry)) {
            Ok(found) if found == entry.sha256 => Status::Ok,
            Ok(found) => Status::WrongHash { found },
            Err(error) if error.kind() == ErrorKind::NotFound => Status::Missing,
            Err(_) => Status::Unreadable,
        }
    }
}

pub(crate) fn missing(entry: &Entry) -> ModelsError {
    ModelsError::Missing {
        name: entry.card.name.clone(),
        command: entry.command(),
    }
}
