//! Tables of pairs of face pictures, and their scores.

use std::collections::BTreeMap;
use std::path::Path;

use menshen_engine::EngineError;
use menshen_vision::face::Embedding;
use menshen_vision::{Photo, parallel};
use serde::Deserialize;

use crate::input::{self, WrongUsage};
use crate::progress;

/// One row of a table of pairs; further columns are ignored.
#[derive(Clone, Debug, Deserialize)]
pub struct Pair {
    /// The first picture, relative to the root.
    pub file_x: String,
    /// The second picture, relative to the root.
    pub file_y: String,
    /// 1 where both show the same person.
    #[serde(default)]
    pub same: Option<u8>,
    /// Fold of a cross-validation.
    #[serde(default)]
    pub lfw_fold: Option<u32>,
}

/// Returns the rows of a CSV file with at least the columns `file_x` and `file_y`.
pub fn read(path: &Path) -> anyhow::Result<Vec<Pair>> {
    let mut reader = csv::Reader::from_path(path)
        .map_err(|error| WrongUsage(format!("cannot read {}: {error}", path.display())))?;
    reader
        .deserialize()
        .map(|row| row.map_err(|error| WrongUsage(format!("{}: {error}", path.display())).into()))
        .collect()
}

/// Returns each file that the pairs name, once, in order.
pub fn files(pairs: &[Pair]) -> Vec<&str> {
    let mut files: Vec<&str> = pairs
        .iter()
        .flat_map(|pair| [pair.file_x.as_str(), pair.file_y.as_str()])
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// Returns the embedding of each file below `root`; `None` where it shows no face or is no picture.
/// Reads each file once and uses all cores.
pub fn embed_all<'a>(
    root: &Path,
    files: &[&'a str],
    embed: impl Fn(&Photo) -> Result<Option<Embedding>, EngineError> + Sync,
) -> anyhow::Result<BTreeMap<&'a str, Option<Embedding>>> {
    let bar = progress::bar(files.len() as u64, "faces");
    let embedded = parallel::map(files.iter(), |&file| {
        let embedding = match input::read_photo(&root.join(file)) {
            Ok(photo) => embed(&photo)?,
            Err(_) => None,
        };
        bar.inc(1);
        Ok((file, embedding))
    });
    bar.finish_and_clear();
    embedded.into_iter().collect()
}
