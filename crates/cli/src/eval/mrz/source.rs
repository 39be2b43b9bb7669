//! Where pictures of zones come from: files with their truth, or documents that are drawn while they are read.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::civil::Date;
use menshen_specimen::{Fonts, Planned, draw_zone};

use super::super::truth;
use super::read_truth;
use crate::input;

/// A picture of a zone, not yet there.
pub enum Picture<'a> {
    /// A file whose zone is known.
    File {
        /// Where it is.
        path: PathBuf,
        /// What it is called in results.
        name: PathBuf,
        /// What its zone says.
        mrz: Vec<String>,
    },
    /// A document that is drawn when it is opened.
    Drawn(&'a Pen, Planned),
}

/// What every drawing needs.
pub struct Pen {
    /// The fonts.
    pub fonts: Fonts,
    /// The day that dates are chosen by.
    pub today: Date,
}

/// The bytes of a picture's file and what its zone says.
pub struct Opened {
    /// The file.
    pub bytes: Vec<u8>,
    /// The lines.
    pub mrz: Vec<String>,
}

impl Picture<'_> {
    /// Says which one it is.
    pub fn name(&self) -> String {
        match self {
            Self::File { name, .. } => name.display().to_string(),
            Self::Drawn(_, planned) => format!("{:?} of seed {}", planned.kind, planned.seed),
        }
    }

    /// Returns its file.
    ///
    /// # Errors
    /// A file that cannot be read, a document that cannot be drawn.
    pub fn open(&self) -> anyhow::Result<Opened> {
        match self {
            Self::File { path, mrz, .. } => Ok(Opened {
                bytes: input::read_small_file(path)?,
                mrz: mrz.clone(),
            }),
            Self::Drawn(pen, planned) => pen.draw(planned),
        }
    }
}

impl Pen {
    fn draw(&self, planned: &Planned) -> anyhow::Result<Opened> {
        let drawn = draw_zone(&self.fonts, planned, self.today)?;
        let drawn = drawn.context("this kind of document has no zone")?;
        Ok(Opened {
            bytes: drawn.jpeg,
            mrz: drawn.lines,
        })
    }
}

/// Returns the pictures of `mrz_truth.jsonl`, and the sides of drawn specimens that have a zone.
pub fn files(data: &Path) -> anyhow::Result<Vec<Picture<'static>>> {
    let file = |name: PathBuf, mrz| Picture::File {
        path: data.join(&name),
        name,
        mrz,
    };
    let mut files = Vec::new();
    let listed = data.join("mrz_truth.jsonl");
    if listed.exists() {
        let rows = read_truth(&listed)?.into_iter();
        files.extend(rows.map(|row| file(row.file.into(), row.mrz)));
    }
    for specimen in truth::find(data)? {
        let folder = specimen.folder.strip_prefix(data)?;
        let sides = specimen.sides.into_iter();
        files.extend(sides.filter_map(|side| Some(file(folder.join(side.file), side.mrz?.lines))));
    }
    Ok(files)
}
