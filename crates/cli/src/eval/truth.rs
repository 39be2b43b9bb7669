//! The truth beside drawn specimens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use menshen_core::geometry::{Quad, Rect};
use menshen_document::{DocumentKind, Field, Side};
use serde::Deserialize;
use serde_json::Value;

use crate::input::WrongUsage;

/// One drawn document.
#[derive(Debug, Deserialize)]
pub struct Specimen {
    /// Its folder.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Its kind.
    pub kind: DocumentKind,
    /// The day it was drawn for.
    pub today: Date,
    /// What is wrong with it on purpose, in the words of the command line.
    pub contradictions: Vec<String>,
    /// What an honest holder types.
    pub claims: Value,
    /// Its photographs.
    pub sides: Vec<SideTruth>,
}

/// One photograph of one side.
#[derive(Debug, Deserialize)]
pub struct SideTruth {
    /// Its file.
    pub file: PathBuf,
    /// Which side it shows.
    pub side: Side,
    /// The document's corners in the photograph.
    pub quad: Quad,
    /// What it says.
    pub fields: BTreeMap<Field, FieldTruth>,
    /// Its machine-readable zone.
    pub mrz: Option<MrzTruth>,
    /// Its portrait.
    pub portrait: Option<Placed>,
    /// What was done to it.
    pub degradations: Vec<Degradation>,
}

/// A field of a drawn document.
#[derive(Debug, Deserialize)]
pub struct FieldTruth {
    /// Its value as a reader reports it.
    pub value: String,
    /// Where it stands in the photograph.
    #[serde(rename = "box")]
    pub region: Rect,
}

/// The zone of a drawn document.
#[derive(Debug, Deserialize)]
pub struct MrzTruth {
    /// Its lines.
    pub lines: Vec<String>,
    /// Its corners in the photograph.
    pub quad: Quad,
    /// The upright rectangle around them.
    #[serde(rename = "box")]
    pub region: Rect,
}

/// Where something stands in a photograph.
#[derive(Debug, Deserialize)]
pub struct Placed {
    /// The upright rectangle around it.
    #[serde(rename = "box")]
    pub region: Rect,
}

/// A degradation with its strength.
#[derive(Debug, Deserialize)]
pub struct Degradation {
    /// Its name.
    pub name: String,
    /// Its strength.
    pub value: String,
}

impl SideTruth {
    /// Returns the degradations as one label, `clean` where there are none.
    pub fn label(&self) -> String {
        if self.degradations.is_empty() {
            return "clean".to_owned();
        }
        let parts: Vec<_> = self
            .degradations
            .iter()
            .map(|d| format!("{}={}", d.name, d.value))
            .collect();
        parts.join(",")
    }
}

/// Returns every specimen in `root` and its folders, in order of their paths; a folder without any is wrong usage.
pub fn load(root: &Path) -> anyhow::Result<Vec<Specimen>> {
    let specimens = find(root)?;
    if specimens.is_empty() {
        let message = format!(
            "{} holds no truth.json; draw some with `menshen specimen`",
            root.display()
        );
        return Err(WrongUsage(message).into());
    }
    Ok(specimens)
}

/// Returns every specimen in `root` and its folders, in order of their paths.
pub fn find(root: &Path) -> anyhow::Result<Vec<Specimen>> {
    let mut specimens = Vec::new();
    collect(root, &mut specimens)?;
    specimens.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(specimens)
}

fn collect(folder: &Path, specimens: &mut Vec<Specimen>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, specimens)?;
        } else if path.file_name().is_some_and(|name| name == "truth.json") {
            let text = fs::read_to_string(&path)?;
            let mut specimen: Specimen = serde_json::from_str(&text)
                .map_err(|error| WrongUsage(format!("{}: {error}", path.display())))?;
            specimen.folder = folder.to_owned();
            specimens.push(specimen);
        }
    }
    Ok(())
}
