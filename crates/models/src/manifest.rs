//! The manifest: for each model where it comes from, what it must hash to, and its card.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use menshen_core::card::{Calibration, Grade, ModelCard, Role};
use serde::{Deserialize, Serialize};

use crate::error::ModelsError;

mod calibrate;
mod cohort;
pub use calibrate::with_calibration;
pub use cohort::{CohortEntry, ComparisonEntry, with_cohort, without_cohort};

/// The manifest that is part of the program.
pub const EMBEDDED: &str = include_str!("../manifest.toml");

/// No published weight file of a face or text network of ours comes near this many bytes; larger ones are refused
/// before anything is written.
pub(crate) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Which models, and the packages and photographs that come with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Packages that carry models.
    #[serde(default, rename = "archive")]
    pub archives: Vec<Archive>,
    /// Photographs for a first run.
    #[serde(default, rename = "sample")]
    pub samples: Vec<Sample>,
    /// The models.
    #[serde(default, rename = "model")]
    pub models: Vec<Entry>,
    /// Thresholds that replace those of a model described elsewhere.
    #[serde(default, rename = "calibration")]
    pub calibrations: Vec<Recalibration>,
    /// Faces of the operator's own people, by which scores are normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<CohortEntry>,
    /// What was measured with them.
    #[serde(default, rename = "comparison")]
    pub comparisons: Vec<ComparisonEntry>,
}

/// A package client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// Python's; a wheel is a zip.
    Pip,
    /// Node's; a pack is a tar.gz whose members lie in one folder.
    Npm,
}

/// One version of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Its name.
    pub package: String,
    /// Who fetches it.
    pub client: Client,
    /// Its version.
    pub version: String,
    /// The file name that the client gives it.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
}

/// A photograph inside a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its name in the samples folder.
    pub file: String,
    /// The package.
    pub archive: String,
    /// Its path inside.
    pub path: String,
    /// SHA-256 of the photograph.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// When a model is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// On first use.
    Default,
    /// When asked for.
    Optional,
    /// Never: the operator puts it there.
    Local,
}

/// How the source becomes ONNX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convert {
    /// It is ONNX.
    #[default]
    None,
    /// One TFLite file.
    Tflite,
    /// Weight manifest, then shard.
    DlibResnet,
    /// One legacy torch file.
    MiniFasNet,
    /// Parameters, then symbol.
    Mxnet,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is and expects.
    #[serde(flatten)]
    pub card: ModelCard,
    /// When it is fetched.
    pub set: Set,
    /// Its licence as documented by its authors.
    pub licence: String,
    /// Its name in the models folder.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Size of that file, where known.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// How the sources become that file.
    #[serde(default)]
    pub convert: Convert,
    /// What it is made of, in the order that the converter asks for.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceFile>,
}

/// One published file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Where it is.
    #[serde(flatten)]
    pub origin: Origin,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Where a published file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Origin {
    /// Inside a package.
    Member {
        /// The package.
        archive: String,
        /// The path inside.
        path: String,
    },
    /// At an address.
    Address {
        /// HTTPS.
        url: String,
    },
}

/// New thresholds for a model that another manifest describes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalibration {
    /// The model's name.
    pub model: String,
    /// Its thresholds.
    #[serde(flatten)]
    pub calibration: Calibration,
}

impl SourceFile {
    /// The file's own name, without folders: what it is called in a folder given with `--from`.
    pub fn file_name(&self) -> &str {
        let (Origin::Member { path: place, .. } | Origin::Address { url: place }) = &self.origin;
        place.rsplit('/').next().unwrap_or(place)
    }
}

impl Manifest {
    /// Parses and checks the text of a manifest; `name` is used in errors.
    pub fn parse(name: &str, text: &str) -> Result<Self, ModelsError> {
        let manifest = Self::parse_part(name, text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Parses text that may speak of models and packages described elsewhere; `join` checks the whole.
    pub(crate) fn parse_part(name: &str, text: &str) -> Result<Self, ModelsError> {
        toml::from_str(text).map_err(|error| ModelsError::Manifest {
            name: name.to_owned(),
            source: Box::new(error),
        })
    }

    /// Adds the models and thresholds of an operator's manifest.
    pub fn join(mut self, other: Self) -> Result<Self, ModelsError> {
        self.archives.extend(other.archives);
        self.samples.extend(other.samples);
        self.models.extend(other.models);
        for new in other.calibrations {
            let entry = self.models.iter_mut().find(|m| m.card.name == new.model);
            let entry = entry
                .ok_or_else(|| rule(format!("{} is calibrated, but not described", new.model)))?;
            entry.card.calibration = Some(new.calibration);
        }
        self.cohort = other.cohort.or(self.cohort);
        self.comparisons.extend(other.comparisons);
        self.check()?;
        Ok(self)
    }

    /// Returns the model of that name.
    pub fn entry(&self, name: &str) -> Result<&Entry, ModelsError> {
        let found = self.models.iter().find(|m| m.card.name == name);
        found.ok_or_else(|| ModelsError::Unknown {
            name: name.to_owned(),
        })
    }

    pub(crate) fn archive(&self, package: &str) -> Result<&Archive, ModelsError> {
        let found = self.archives.iter().find(|a| a.package == package);
        found.ok_or_else(|| rule(format!("package {package} is not described")))
    }

    fn check(&self) -> Result<(), ModelsError> {
        let (mut names, mut files) = (BTreeSet::new(), BTreeSet::new());
        for entry in &self.models {
            let name = &entry.card.name;
            if !names.insert(name) || !files.insert(&entry.file) {
                return Err(rule(format!("model {name} or its file is described twice")));
            }
            check_entry(entry)?;
            for source in &entry.sources {
                check_source(self, name, source)?;
            }
        }
        for archive in &self.archives {
            check_hash(&archive.package, &archive.sha256)?;
            check_plain(&archive.package, &archive.file)?;
        }
        for sample in &self.samples {
            check_hash(&sample.file, &sample.sha256)?;
            check_plain(&sample.file, &sample.file)?;
            self.archive(&sample.archive)?;
        }
        cohort::check(self.cohort.as_ref(), &self.comparisons)
    }
}

impl Entry {
    /// The card as decisions must see it: an embedder without measured thresholds never approves.
    pub fn effective_card(&self) -> ModelCard {
        let mut card = self.card.clone();
        if card.role == Role::FaceEmbedding && card.calibration.is_none() {
            card.grade = Grade::Evaluation;
        }
        card
    }

    /// The command that gets this model, for error texts.
    pub(crate) fn command(&self) -> String {
        match self.set {
            Set::Default => "menshen models pull".to_owned(),
            Set::Optional => format!("menshen models pull {}", self.card.name),
            Set::Local => format!("cp YOUR_FILE {}", self.file),
        }
    }
}

fn check_entry(entry: &Entry) -> Result<(), ModelsError> {
    let name = &entry.card.name;
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(letters) {
        return Err(rule(format!("{name:?} is not a name of a-z, 0-9 and -")));
    }
    check_hash(name, &entry.sha256)?;
    check_plain(name, &entry.file)?;
    let wanted = match entry.convert {
        Convert::None | Convert::Tflite | Convert::MiniFasNet => 1,
        Convert::DlibResnet | Convert::Mxnet => 2,
    };
    let wanted = if entry.set == Set::Local { 0 } else { wanted };
    if entry.sources.len() != wanted {
        return Err(rule(format!("{name} needs {wanted} source files")));
    }
    check_card(&entry.card)
}

fn check_card(card: &ModelCard) -> Result<(), ModelsError> {
    let name = &card.name;
    if let Some(alignment) = &card.alignment {
        let points = alignment.mesh.len();
        let known = alignment.mesh.iter().all(|group| {
            // The mesh has 468 points, numbered from 0.
            !group.is_empty() && group.iter().all(|&index| index < 468)
        });
        if points < 2 || points != alignment.template.len() || !known {
            return Err(rule(format!("the alignment of {name} has odd points")));
        }
    }
    if card.role == Role::FaceEmbedding && (card.alignment.is_none() || card.metric.is_none()) {
        return Err(rule(format!("embedder {name} needs alignment and metric")));
    }
    if card.role == Role::AntiSpoof && card.crop_scale.is_none() {
        return Err(rule(format!("anti-spoof model {name} needs crop_scale")));
    }
    match &card.calibration {
        Some(calibration) => check_rising(name, calibration),
        None => Ok(()),
    }
}

/// Not-a-number fails the comparison and is refused too.
fn check_rising(name: &str, c: &Calibration) -> Result<(), ModelsError> {
    match c.fmr_1e2 <= c.fmr_1e3 && c.fmr_1e3 <= c.fmr_1e4 {
        true => Ok(()),
        false => Err(rule(format!("the thresholds of {name} do not rise"))),
    }
}

fn check_source(manifest: &Manifest, name: &str, source: &SourceFile) -> Result<(), ModelsError> {
    check_hash(name, &source.sha256)?;
    if source.bytes > MAX_FILE_BYTES {
        return Err(rule(format!("a source of {name} is too large")));
    }
    match &source.origin {
        Origin::Member { archive, .. } => manifest.archive(archive).map(|_| ()),
        Origin::Address { url } if url.starts_with("https://") => Ok(()),
        // Tests serve files themselves, without a certificate.
        Origin::Address { url } if url.starts_with("http://127.0.0.1:") => Ok(()),
        Origin::Address { .. } => Err(rule(format!("a source of {name} is not HTTPS"))),
    }
}

fn check_hash(name: &str, sha256: &str) -> Result<(), ModelsError> {
    let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if sha256.len() == 64 && sha256.chars().all(digit) {
        Ok(())
    } else {
        Err(rule(format!(
            "a hash of {name} is no SHA-256 in lower case"
        )))
    }
}

/// A file name must stay within its folder.
fn check_plain(name: &str, file: &str) -> Result<(), ModelsError> {
    let mut parts = Path::new(file).components();
    let plain = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    );
    if plain && !file.starts_with('.') && !file.contains(['\\', '/']) {
        Ok(())
    } else {
        Err(rule(format!("{name} has the file name {file:?}")))
    }
}

fn rule(what: String) -> ModelsError {
    ModelsError::ManifestRule { what }
}
