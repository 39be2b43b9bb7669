//! Where the portraits of drawn documents come from: one picture, or a folder of which each document's seed chooses one.

use std::path::{Path, PathBuf};

use menshen_core::geometry::Rect;
use menshen_engine::FaceEngine;
use menshen_vision::Photo;

use crate::context::Context;
use crate::engine;
use crate::input::{self, WrongUsage};

/// Pictures that become portraits.
pub struct Portraits<'a> {
    paths: Vec<PathBuf>,
    /// Where the face is in all of them; else the largest is looked for.
    face: Option<Rect>,
    finder: Option<FaceEngine>,
    context: &'a Context,
    /// The one that was used last.
    last: Option<(usize, Portrait)>,
}

/// A picture with its face.
pub struct Portrait {
    /// The picture.
    pub photo: Photo,
    /// The face's box in it; without it the middle is printed.
    pub face: Option<Rect>,
}

impl<'a> Portraits<'a> {
    /// Takes a picture, or every JPEG, PNG and WebP file of a folder in the order of their names.
    ///
    /// # Errors
    /// A folder without pictures, or one that cannot be read.
    pub fn new(path: &Path, face: Option<Rect>, context: &'a Context) -> anyhow::Result<Self> {
        let paths = match path.is_dir() {
            true => pictures(path)?,
            false => vec![path.to_owned()],
        };
        if paths.is_empty() {
            let message = format!("{} holds no JPEG, PNG or WebP file", path.display());
            return Err(WrongUsage(message).into());
        }
        Ok(Self {
            paths,
            face,
            finder: None,
            context,
            last: None,
        })
    }

    /// Returns the portrait of a document.
    ///
    /// # Errors
    /// A picture that cannot be read; models that are missing.
    pub fn of(&mut self, seed: u64) -> anyhow::Result<&Portrait> {
        let index = (seed % self.paths.len() as u64) as usize;
        let kept = self.last.take().filter(|(last, _)| *last == index);
        let found = match kept {
            Some(kept) => kept,
            None => (index, self.read(index)?),
        };
        Ok(&self.last.insert(found).1)
    }

    fn read(&mut self, index: usize) -> anyhow::Result<Portrait> {
        let path = &self.paths[index];
        let photo = input::read_photo(path).map_err(|error| {
            WrongUsage(format!("portrait {}: {}", path.display(), error.message))
        })?;
        let face = match self.face {
            Some(face) => Some(face),
            None => self.find(&photo)?,
        };
        Ok(Portrait { photo, face })
    }

    /// Returns the largest face; where there is none, or no model to find it with, the middle is printed.
    fn find(&mut self, photo: &Photo) -> anyhow::Result<Option<Rect>> {
        let finder = match self.finder.take() {
            Some(finder) => finder,
            None => match engine::open_face(self.context) {
                Ok(finder) => finder,
                Err(error) if self.context.offline => {
                    anstream::eprintln!("the middle of the portrait is printed: {error:#}");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            },
        };
        let face = self.finder.insert(finder).examine(photo)?.largest;
        if face.is_none() {
            anstream::eprintln!("no face found: the middle of the portrait is printed");
        }
        Ok(face.map(|face| face.region))
    }
}

/// Returns the JPEG, PNG and WebP files of a folder in the order of their names.
pub fn pictures(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let ending = ending.map(str::to_ascii_lowercase);
        if matches!(ending.as_deref(), Some("jpg" | "jpeg" | "png" | "webp")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
