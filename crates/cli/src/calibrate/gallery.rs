//! The operator's own pictures: who is on them, and their vectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use menshen_calibration::{LEAST_PEOPLE, Vectors, shuffled};
use menshen_core::card::ModelCard;
use menshen_engine::{Embedded, FaceEngine, Located};
use menshen_vision::parallel;
use serde::Deserialize;
use thiserror::Error;

use crate::input::{self, WrongUsage};
use crate::portraits::pictures;
use crate::progress;

/// Pictures that are compared with each other, at most: of a larger gallery people are drawn by the seed.
const MOST_PICTURES: usize = 5_000;

/// People with two pictures or more, at least: without them nobody knows what a threshold costs.
const LEAST_REPEATED: usize = 100;

/// Why a gallery cannot calibrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GalleryError {
    /// Too few people.
    #[error(
        "the gallery has {found} people with a face, {LEAST_PEOPLE} are needed: with a cohort of 100 to 200 people comparisons were worse than without"
    )]
    TooFewPeople {
        /// People with a picture that shows a face.
        found: usize,
    },
    /// Too few people with several pictures.
    #[error(
        "{found} people of the gallery have two pictures with a face, {LEAST_REPEATED} are needed: else it is not known how often a threshold refuses the right person"
    )]
    TooFewRepeated {
        /// People with two or more.
        found: usize,
    },
    /// Normalised scores tell these people apart no better than raw ones.
    #[error(
        "with this gallery as the cohort {normalised} of {genuine} genuine pairs are missed at FMR 1e-4, without it {raw}: nothing was written"
    )]
    NoGain {
        /// Genuine pairs below the threshold of normalised scores.
        normalised: u64,
        /// Genuine pairs below the threshold of raw scores.
        raw: u64,
        /// Genuine pairs.
        genuine: u64,
    },
}

/// Pictures with their vectors. Personal data.
pub struct Gallery {
    /// Vectors by each embedder, in the order of the names that were asked for.
    pub vectors: Vec<Vectors>,
    /// Who is on each picture.
    pub people: Vec<u32>,
    /// Pictures that could not be read or in which no mesh confirms a face.
    pub without_face: usize,
}

#[derive(Deserialize)]
struct Row {
    file: String,
    person: String,
}

/// Returns the files of each person: of a table with the columns `file` and `person`, or of a folder with one folder a person.
pub fn list(root: &Path, table: Option<&Path>) -> anyhow::Result<BTreeMap<String, Vec<PathBuf>>> {
    let mut people = BTreeMap::<String, Vec<PathBuf>>::new();
    if let Some(table) = table {
        let wrong = |error: csv::Error| WrongUsage(format!("{}: {error}", table.display()));
        let mut reader = csv::Reader::from_path(table).map_err(wrong)?;
        for row in reader.deserialize() {
            let Row { file, person } = row.map_err(wrong)?;
            people.entry(person).or_default().push(root.join(file));
        }
        return Ok(people);
    }
    let unreadable = || format!("read {}", root.display());
    for entry in std::fs::read_dir(root).with_context(unreadable)? {
        let folder = entry.with_context(unreadable)?.path();
        if folder.is_dir() {
            let name = folder.file_name().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            people.insert(name, pictures(&folder)?);
        }
    }
    Ok(people)
}

impl Gallery {
    /// Reads the pictures, as many as are compared. `embedders` are places among all, the leading one first.
    pub fn read(
        files: BTreeMap<String, Vec<PathBuf>>,
        engine: &FaceEngine,
        embedders: &[usize],
        seed: u64,
    ) -> anyhow::Result<Self> {
        let files: Vec<Vec<PathBuf>> = files.into_values().collect();
        let drawn = draw(&files, seed);
        let bar = progress::bar(drawn.len() as u64, "faces");
        let shown = parallel::map(drawn.iter(), |(_, path)| {
            let shown = embed(engine, path);
            bar.inc(1);
            shown
        });
        bar.finish_and_clear();
        let cards: Vec<&ModelCard> = engine.embedder_cards().collect();
        let mut gallery = Self {
            vectors: Vec::new(),
            people: Vec::new(),
            without_face: 0,
        };
        for &embedder in embedders {
            let metric = cards[embedder].metric;
            let metric = metric.context("an embedder's card names its metric")?;
            gallery.vectors.push(Vectors::new(metric));
        }
        let mut numbers = BTreeMap::new();
        for ((person, _), shown) in drawn.iter().zip(shown) {
            let Some(embedded) = shown? else {
                gallery.without_face += 1;
                continue;
            };
            let next = numbers.len() as u32;
            gallery.people.push(*numbers.entry(*person).or_insert(next));
            for (vectors, &embedder) in gallery.vectors.iter_mut().zip(embedders) {
                vectors.push(embedded.vectors[embedder].values())?;
            }
        }
        enough(gallery.count())?;
        let found = gallery.repeated();
        match found < LEAST_REPEATED {
            true => Err(GalleryError::TooFewRepeated { found }.into()),
            false => Ok(gallery),
        }
    }

    /// Returns how many people there are.
    pub fn count(&self) -> usize {
        self.people
            .iter()
            .max()
            .map_or(0, |&most| most as usize + 1)
    }

    fn repeated(&self) -> usize {
        let mut pictures = vec![0; self.count()];
        for &person in &self.people {
            pictures[person as usize] += 1;
        }
        pictures.into_iter().filter(|&n| n > 1).count()
    }

    /// Returns the first picture of each person; its place in the list is the person's number.
    pub fn firsts(&self) -> Vec<usize> {
        let mut next = 0;
        let pictures = self.people.iter().enumerate();
        pictures
            .filter(|&(_, &person)| {
                let first = person == next;
                next += u32::from(first);
                first
            })
            .map(|(picture, _)| picture)
            .collect()
    }
}

/// Refuses too few people.
pub fn enough(found: usize) -> Result<(), GalleryError> {
    match found < LEAST_PEOPLE {
        true => Err(GalleryError::TooFewPeople { found }),
        false => Ok(()),
    }
}

/// The pictures that are read, by person; whole people are left out where there are too many.
fn draw(files: &[Vec<PathBuf>], seed: u64) -> Vec<(usize, &PathBuf)> {
    let mut drawn = Vec::new();
    for person in shuffled(files.len(), seed) {
        if drawn.len() + files[person].len() <= MOST_PICTURES {
            drawn.extend(files[person].iter().map(|path| (person, path)));
        }
    }
    drawn.sort();
    drawn
}

fn embed(engine: &FaceEngine, path: &Path) -> anyhow::Result<Option<Embedded>> {
    let Ok(photo) = input::read_photo(path) else {
        return Ok(None);
    };
    let found = engine.embed_each(&photo)?;
    Ok(found.filter(|found| found.located == Located::Mesh))
}
