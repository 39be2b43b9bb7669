//! The pictures of a data set, their people, and their vectors, clean and as a document's portrait.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use menshen_calibration::Vectors;
use menshen_core::card::ModelCard;
use menshen_engine::{Embedded, FaceEngine, Located};
use menshen_specimen::PrintedPortrait;
use menshen_vision::photo::Limits;
use menshen_vision::{Photo, parallel};

use crate::eval::EvalArgs;
use crate::input;
use crate::pairs::{self, Pair};
use crate::progress;

/// Pictures with a face, in the order of their names.
pub struct Data {
    /// The tables' rows, of all people.
    pub pairs: Vec<Pair>,
    /// Names of the pictures.
    pub files: Vec<String>,
    /// Who is on each.
    pub people: Vec<u32>,
    /// Is each in `pairs.csv`?
    pub listed: Vec<bool>,
    /// Is each in `pairs_eastasian.csv`?
    pub group: Vec<bool>,
    /// Vectors by each embedder.
    pub clean: Vec<Vectors>,
    /// The same pictures as a document's portrait.
    pub degraded: Vec<Vectors>,
    /// Pictures that could not be read or give no vector.
    pub unreadable: usize,
    /// Pictures in which no mesh confirms a face: clean, and degraded. They are scored all the same.
    pub unsure: [usize; 2],
}

impl Data {
    /// Reads every picture that the tables name.
    pub fn read(args: &EvalArgs, engine: &FaceEngine) -> anyhow::Result<Self> {
        let pairs = pairs::read(&args.data.join("pairs.csv"))?;
        let table = args.data.join("pairs_eastasian.csv");
        let group = if table.exists() {
            pairs::read(&table)?
        } else {
            Vec::new()
        };
        let (listed, grouped) = (files(&pairs), files(&group));
        let all: Vec<&str> = listed.union(&grouped).copied().collect();
        let shown = embed(engine, &args.data, &all)?;
        let cards: Vec<&ModelCard> = engine.embedder_cards().collect();
        let mut data = Self {
            files: Vec::new(),
            people: Vec::new(),
            listed: Vec::new(),
            group: Vec::new(),
            clean: empty(&cards)?,
            degraded: empty(&cards)?,
            unreadable: 0,
            unsure: [0; 2],
            pairs: Vec::new(),
        };
        let mut numbers = BTreeMap::new();
        for (file, shown) in all.iter().zip(shown) {
            let Some([clean, degraded]) = shown else {
                data.unreadable += 1;
                continue;
            };
            let next = numbers.len() as u32;
            let person = Path::new(file).parent().unwrap_or(Path::new(""));
            data.people.push(*numbers.entry(person).or_insert(next));
            data.files.push((*file).to_owned());
            data.listed.push(listed.contains(file));
            data.group.push(grouped.contains(file));
            let sides = [
                (&mut data.clean, &clean, 0),
                (&mut data.degraded, &degraded, 1),
            ];
            for (vectors, embedded, side) in sides {
                data.unsure[side] += usize::from(embedded.located != Located::Mesh);
                for (vectors, vector) in vectors.iter_mut().zip(&embedded.vectors) {
                    let failed = || format!("the vector of {file}");
                    vectors.push(vector.values()).with_context(failed)?;
                }
            }
        }
        data.pairs = pairs;
        Ok(data)
    }

    /// Returns how many people there are.
    pub fn count(&self) -> usize {
        self.people
            .iter()
            .max()
            .map_or(0, |&most| most as usize + 1)
    }

    /// Returns the first picture of each person that `take` wants, and who they are.
    pub fn firsts(&self, take: impl Fn(u32) -> bool) -> (Vec<usize>, Vec<u32>) {
        let mut seen = BTreeSet::new();
        let pictures = self.people.iter().enumerate();
        pictures
            .filter(|&(_, &person)| take(person) && seen.insert(person))
            .map(|(picture, &person)| (picture, person))
            .unzip()
    }
}

fn files(pairs: &[Pair]) -> BTreeSet<&str> {
    pairs::files(pairs).into_iter().collect()
}

fn empty(cards: &[&ModelCard]) -> anyhow::Result<Vec<Vectors>> {
    let metrics = cards.iter().map(|card| {
        let metric = card.metric.context("an embedder's card names its metric")?;
        Ok(Vectors::new(metric))
    });
    metrics.collect()
}

/// Each picture's vectors, clean and degraded; `None` for one that cannot be read or shows nothing to make a portrait of.
fn embed(
    engine: &FaceEngine,
    root: &Path,
    files: &[&str],
) -> anyhow::Result<Vec<Option<[Embedded; 2]>>> {
    let bar = progress::bar(files.len() as u64, "faces");
    let shown = parallel::map(files.iter(), |file| {
        let shown = match input::read_photo(&root.join(file)) {
            Ok(photo) => both(engine, &photo)?,
            Err(_) => None,
        };
        bar.inc(1);
        Ok(shown)
    });
    bar.finish_and_clear();
    shown.into_iter().collect()
}

fn both(engine: &FaceEngine, photo: &Photo) -> anyhow::Result<Option<[Embedded; 2]>> {
    let Some(clean) = engine.embed_each(photo)? else {
        return Ok(None);
    };
    let Some(face) = clean.region else {
        return Ok(None);
    };
    let jpeg = PrintedPortrait::USUAL.of(&photo.pixels, face)?;
    let portrait = Photo::decode(&jpeg, &Limits::default())?;
    let degraded = engine.embed_each(&portrait)?;
    Ok(degraded.map(|degraded| [clean, degraded]))
}

/// Writes a file of results.
pub fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("write {}", path.display()))
}
