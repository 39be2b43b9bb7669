//! The bench itself: a list, variants of listed people, innocents, and what a search says of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use menshen_screening::{DEFAULT_ALERT_SCORE, Index, Query};

use super::vary::{CHANGES, Change, vary};
use super::{Culture, Person, Random, listed, person};

/// How large, and from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub entities: usize,
    pub variants: usize,
    pub innocents: usize,
    pub seed: u64,
}

/// What came out.
pub struct Report {
    pub build: Duration,
    /// The score of the right entry for each variant, with culture and change; 0 when it was not found.
    pub variants: Vec<(Culture, Change, f32, String)>,
    /// The best score for each innocent, with the explanation.
    pub innocents: Vec<(Culture, f32, String)>,
    /// Innocents whose best hit has every word of their name, letter by letter, and no other.
    pub namesakes: usize,
    /// Ascending.
    pub times: Vec<Duration>,
}

pub enum Dates {
    Known,
    Hidden,
}

pub fn run(size: Size, dates: &Dates) -> Report {
    let mut random = Random::new(size.seed);
    let people: Vec<Person> = (0..size.entities).map(|_| person(&mut random)).collect();
    let entities: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(number, person)| listed(&mut random, person, number))
        .collect();
    let start = Instant::now();
    let index = Index::build(entities);
    let build = start.elapsed();
    let mut times = Vec::new();
    let mut search = |query: Query| {
        let start = on_cpu();
        let hits = index.search(&query);
        times.push(on_cpu().saturating_sub(start));
        let found: Vec<(String, f32, String)> = hits
            .iter()
            .map(|hit| {
                (
                    hit.entity.id.clone(),
                    hit.score,
                    hit.explanation.to_string(),
                )
            })
            .collect();
        found
    };
    let mut variants = Vec::new();
    while variants.len() < size.variants {
        let number = random.below(people.len());
        let person = &people[number];
        let change = CHANGES[variants.len() % CHANGES.len()];
        let has_native = index.entities()[number]
            .names
            .iter()
            .any(|name| Some(&name.text) == person.native.as_ref());
        let Some(name) = vary(&mut random, person, change, has_native) else {
            continue;
        };
        let born = if random.percent(3) {
            slip(&mut random, person.born)
        } else {
            person.born
        };
        let mut asked = query(&name, born, person, dates);
        if random.percent(3) {
            asked.country = Some(super::person(&mut random).country);
        }
        let hits = search(asked);
        let right = hits.iter().find(|(id, ..)| *id == number.to_string());
        let why = right.map_or("not among the hits", |hit| hit.2.as_str());
        let shown = format!("{name} for {}: {why}", person.latin.join(" "));
        variants.push((
            person.culture,
            change,
            right.map_or(0.0, |hit| hit.1),
            shown,
        ));
    }
    let mut innocents = Vec::new();
    let mut namesakes = 0;
    while innocents.len() < size.innocents {
        let person = person(&mut random);
        let change = match random.below(10) {
            0 => Change::Spelling,
            1 => Change::Script,
            _ => Change::Nothing,
        };
        let Some(name) = vary(&mut random, &person, change, true) else {
            continue;
        };
        let hits = search(query(&name, person.born, &person, dates));
        let best = hits.into_iter().next();
        namesakes += usize::from(
            best.as_ref()
                .is_some_and(|hit| hit.1 >= DEFAULT_ALERT_SCORE && is_namesake(&hit.2)),
        );
        innocents.push(best.map_or((person.culture, 0.0, String::new()), |hit| {
            (person.culture, hit.1, hit.2)
        }));
    }
    times.sort_unstable();
    Report {
        build,
        variants,
        innocents,
        namesakes,
        times,
    }
}

fn query(name: &str, born: Date, person: &Person, dates: &Dates) -> Query {
    Query {
        names: vec![name.to_owned()],
        birth_date: matches!(dates, Dates::Known).then_some(born),
        country: Some(person.country),
    }
}

/// Time that this thread has spent on a core, so that other programs on the machine do not count; wall time where the
/// system does not say.
fn on_cpu() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = text.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn is_namesake(why: &str) -> bool {
    !why.contains("only ")
        && ["typing", "sounds", "consonants", "initial"]
            .iter()
            .all(|by| !why.contains(by))
}

/// A date as a list or a person may have it wrong.
fn slip(random: &mut Random, born: Date) -> Date {
    let changed = match random.below(2) {
        0 => born.with().year(born.year() + 1).build(),
        _ => born.with().day(1 + born.day() % 28).build(),
    };
    changed.unwrap_or(born)
}

/// The Wilson interval of 95 %, in percent: the share, its lower and its upper end.
pub fn wilson(hits: usize, of: usize) -> (f64, f64, f64) {
    let (n, z) = (of as f64, 1.959_964_f64);
    let p = hits as f64 / n;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (100.0 * p, 100.0 * (centre - half), 100.0 * (centre + half))
}

impl Report {
    pub fn recall(&self, threshold: f32) -> (f64, f64, f64) {
        let found = self
            .variants
            .iter()
            .filter(|variant| variant.2 >= threshold)
            .count();
        wilson(found, self.variants.len())
    }

    pub fn alerts(&self, threshold: f32) -> (f64, f64, f64) {
        let alerts = self
            .innocents
            .iter()
            .filter(|innocent| innocent.1 >= threshold)
            .count();
        wilson(alerts, self.innocents.len())
    }

    pub fn percentile(&self, part: f64) -> Duration {
        self.times[((self.times.len() - 1) as f64 * part) as usize]
    }

    /// Recall by change and by culture, alerts by culture, in percent.
    pub fn shares(&self, threshold: f32) -> BTreeMap<String, (f64, f64, f64)> {
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut count = |key: String, hit: bool| {
            let entry = counts.entry(key).or_default();
            entry.0 += usize::from(hit);
            entry.1 += 1;
        };
        for (culture, change, score, _) in &self.variants {
            count(format!("recall {change:?}"), *score >= threshold);
            count(format!("recall {culture:?}"), *score >= threshold);
        }
        for (culture, score, _) in &self.innocents {
            count(format!("alerts {culture:?}"), *score >= threshold);
        }
        counts
            .into_iter()
            .map(|(key, (hits, of))| (key, wilson(hits, of)))
            .collect()
    }
}
