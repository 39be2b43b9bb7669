//! The long bench: `cargo run --release -p menshen-gallery --example gallery_bench [PEOPLE [SAMPLES [LENGTH [QUERIES [CORES]]]]]`.
//!
//! Synthetic people: a random direction each, and samples around it. Searched for are other samples of people who are in
//! the gallery (mates) and of people who are not (strangers); what is found is compared with brute force in 32-bit numbers.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use menshen_core::card::Metric;
use menshen_gallery::Gallery;

/// Noise of a sample, as a part of the person's own length: mates then score about 1 / (1 + NOISE^2) = 0.67.
const NOISE: f64 = 0.7;
const NEAREST: usize = 10;

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let number = |place: usize, usual: usize| numbers.get(place).copied().unwrap_or(usual);
    let (people, samples, length) = (number(0, 250_000), number(1, 4), number(2, 128));
    let (queries, cores) = (number(3, 1_000), number(4, 2));
    let cores = NonZeroUsize::new(cores).expect("one core or more");
    let mut random = Random(20_261_126);
    let n = people * samples;
    let mut exact: Vec<f32> = Vec::with_capacity(n * length);
    let centres: Vec<Vec<f64>> = (0..people).map(|_| random.person(length)).collect();
    for centre in &centres {
        for _ in 0..samples {
            exact.extend(random.sample(centre));
        }
    }
    let begun = Instant::now();
    let mut gallery = Gallery::new(Metric::Cosine);
    for (key, vector) in exact.chunks_exact(length).enumerate() {
        gallery.put(key, vector).expect("a good vector");
    }
    println!(
        "{n} vectors of {length} ({people} people x {samples}), put in {:?}, {} MB",
        begun.elapsed(),
        gallery.bytes() / 1_000_000
    );
    let threshold = false_match_threshold(&mut random, &centres, length);
    let mut tally = Tally::default();
    for query in 0..queries {
        let mate = query % 2 == 0;
        let person = random.below(people);
        let wanted = match mate {
            true => random.sample(&centres[person]),
            false => {
                let stranger = random.person(length);
                random.sample(&stranger)
            }
        };
        let begun = Instant::now();
        let alarm = gallery
            .search(&wanted, threshold, 50, cores)
            .expect("searched");
        tally.alarm.push(begun.elapsed());
        let begun = Instant::now();
        let nearest = gallery.search(&wanted, -1.0, 50, cores).expect("searched");
        tally.nearest.push(begun.elapsed());
        let score = |key: usize| Metric::Cosine.score(&wanted, &exact[key * length..][..length]);
        // The few that come back are compared exactly, as the service does.
        let mut again: Vec<(f32, usize)> = nearest
            .iter()
            .map(|near| (score(near.key), near.key))
            .collect();
        again.sort_by(|a, b| b.0.total_cmp(&a.0));
        let told = alarm.iter().any(|near| score(near.key) >= threshold);
        tally.extra += alarm
            .iter()
            .filter(|near| score(near.key) < threshold)
            .count();
        match mate {
            true => tally.mates += 1,
            false => tally.strangers += 1,
        }
        match mate {
            true => tally.mates_told += usize::from(told),
            false => tally.strangers_told += usize::from(told),
        }
        if (query / 2) % 10 != 0 {
            continue;
        }
        // Brute force takes long, and is asked for one in ten.
        let mut all: Vec<(f32, usize)> = (0..n).map(|key| (score(key), key)).collect();
        all.select_nth_unstable_by(NEAREST, |a, b| b.0.total_cmp(&a.0));
        let truth = &all[..NEAREST];
        tally.nearest_all += NEAREST;
        tally.nearest_found += truth
            .iter()
            .filter(|(_, key)| again[..NEAREST].iter().any(|(_, k)| k == key))
            .count();
        let over: Vec<usize> = all
            .iter()
            .filter(|(score, _)| *score >= threshold)
            .map(|(_, key)| *key)
            .collect();
        tally.over_all += over.len();
        tally.over_found += over
            .iter()
            .filter(|key| alarm.iter().any(|near| near.key == **key))
            .count();
        if mate {
            tally.compared += 1;
            tally.mates_due += usize::from(!over.is_empty());
            tally.mates_missed += usize::from(!over.is_empty() && !told);
        }
    }
    tally.print(threshold);
}

/// Returns a score that no two of many random people reach, with a margin: what a card's calibration would give.
fn false_match_threshold(random: &mut Random, centres: &[Vec<f64>], length: usize) -> f32 {
    let mut most = 0.0_f32;
    for _ in 0..200_000 {
        let (a, b) = (random.below(centres.len()), random.below(centres.len()));
        if a != b {
            let (a, b) = (random.sample(&centres[a]), random.sample(&centres[b]));
            most = most.max(Metric::Cosine.score(&a, &b));
        }
    }
    println!("highest of 200000 impostor pairs: {most:.4} at length {length}");
    // The tail of a normal distribution: from 1 in 2e5 to 1 in 1e9 the deviation grows from 4.42 to 6.0.
    most * 6.0 / 4.42
}

#[derive(Default)]
struct Tally {
    alarm: Vec<Duration>,
    nearest: Vec<Duration>,
    nearest_all: usize,
    nearest_found: usize,
    over_all: usize,
    over_found: usize,
    mates: usize,
    compared: usize,
    mates_due: usize,
    mates_missed: usize,
    mates_told: usize,
    strangers: usize,
    strangers_told: usize,
    extra: usize,
}

impl Tally {
    fn print(mut self, threshold: f32) {
        println!("threshold {threshold:.4}");
        for (name, times) in [
            ("at the threshold", &mut self.alarm),
            ("the 50 nearest", &mut self.nearest),
        ] {
            times.sort();
            let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
            println!(
                "{name}: p50 {:?}, p99 {:?}, most {:?}, n={}",
                at(0.5),
                at(0.99),
                at(1.0),
                times.len()
            );
        }
        println!(
            "the {NEAREST} nearest by brute force: {} of {} found",
            self.nearest_found, self.nearest_all
        );
        println!(
            "over the threshold by brute force: {} of {} found, {} looked at in vain",
            self.over_found, self.over_all, self.extra
        );
        println!("mates: {} of {} told", self.mates_told, self.mates);
        println!(
            "of {} mates compared by brute force, {} reach the threshold and {} of these were missed",
            self.compared, self.mates_due, self.mates_missed
        );
        println!(
            "strangers: {} of {} told",
            self.strangers_told, self.strangers
        );
    }
}

/// Repeatable numbers (SplitMix64), normal by Box and Muller.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn person(&mut self, length: usize) -> Vec<f64> {
        (0..length).map(|_| self.normal()).collect()
    }

    fn sample(&mut self, centre: &[f64]) -> Vec<f32> {
        let values: Vec<f64> = centre.iter().map(|v| v + NOISE * self.normal()).collect();
        let length = values.iter().map(|v| v * v).sum::<f64>().sqrt();
        values.iter().map(|v| (v / length) as f32).collect()
    }
}
