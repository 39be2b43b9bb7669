//! A graded set: which documents are drawn, how strongly each is degraded, and what is wrong with it.
//!
//! Of twenty documents two are clean, ten have one degradation at one of the steps of its ladder, four have two to four weak ones
//! together, and four contradict themselves or the rules. The same seed plans the same set; the first documents of a larger set are
//! those of a smaller one.

use menshen_document::DocumentKind;

use crate::contradiction::Contradiction;
use crate::degrade::Degradation;
use crate::ladder::{LADDERS, Ladder};
use crate::rng::Rng;

/// Documents of one round.
const ROUND: u32 = 20;

const KINDS: [DocumentKind; 5] = [
    DocumentKind::Passport,
    DocumentKind::PrcIdCard,
    DocumentKind::IdCardTd1,
    DocumentKind::IdCardTd2,
    DocumentKind::DrivingLicence,
];

/// Distance of a single degradation's step from the one before.
const STRIDE: usize = 29;

/// Steps of a ladder, from its weak end, that are drawn together with those of others.
const WEAK: u32 = 2;

/// One document of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its seed, which also chooses one of several portraits.
    pub seed: u64,
    /// Degradations of every side, in the order of application.
    pub degradations: Vec<Degradation>,
    /// What is wrong with it.
    pub contradictions: Vec<Contradiction>,
}

impl Planned {
    /// Tells whether it is clean or has one degradation, so that there is a documented limit to judge it by.
    pub fn is_single(&self) -> bool {
        self.degradations.len() <= 1 && self.contradictions.is_empty()
    }
}

/// Returns the documents of a set, one after the other.
pub fn plan(count: u32, seed: u64) -> impl Iterator<Item = Planned> {
    (0..count).map(move |index| planned(index, seed))
}

fn planned(index: u32, seed: u64) -> Planned {
    let own = seed.wrapping_mul(1_000_003).wrapping_add(u64::from(index));
    let mut rng = Rng::new(own, 0x5E7);
    // Kinds take turns within each place of a round, so that every one meets everything.
    let (place, round) = (index % ROUND, index / ROUND);
    let kind = KINDS[((place + round) % KINDS.len() as u32) as usize];
    let (degradations, contradictions) = match place {
        0..=1 => (Vec::new(), Vec::new()),
        2..=11 => (single(round * 10 + place - 2), Vec::new()),
        12..=15 => (several(&mut rng), Vec::new()),
        _ => (Vec::new(), vec![contradiction(kind, &mut rng)]),
    };
    Planned {
        kind,
        seed: own,
        degradations,
        contradictions,
    }
}

/// The `turn`-th single degradation: all steps of all ladders, one after the other.
fn single(turn: u32) -> Vec<Degradation> {
    let steps: Vec<_> = steps().collect();
    // A stride that has no factor in common with their number meets all before it repeats one.
    let (name, step) = steps[turn as usize * STRIDE % steps.len()];
    read(name, step)
}

fn steps() -> impl Iterator<Item = (&'static str, &'static str)> {
    (LADDERS.iter()).flat_map(|ladder| ladder.steps.iter().map(|step| (ladder.name, *step)))
}

fn several(rng: &mut Rng) -> Vec<Degradation> {
    let mut ladders: Vec<&Ladder> = LADDERS.iter().filter(|ladder| is_weak(ladder)).collect();
    let mut found = Vec::new();
    for _ in 0..2 + rng.below(3) {
        let ladder = ladders.swap_remove(rng.below(ladders.len() as u32) as usize);
        found.extend(read(ladder.name, ladder.steps[rng.below(WEAK) as usize]));
    }
    found.sort_by_key(Degradation::stage);
    found
}

/// Tells whether the first steps of a ladder are mere blemishes. A cut corner is none, nor is a finger, a copy or an edit.
fn is_weak(ladder: &Ladder) -> bool {
    ladder.free.is_some() && ladder.name != "finger"
}

/// Reads a step of a ladder; a test reads all.
fn read(name: &str, step: &str) -> Vec<Degradation> {
    Degradation::parse_list(&format!("{name}={step}")).unwrap_or_default()
}

fn contradiction(kind: DocumentKind, rng: &mut Rng) -> Contradiction {
    let all = [
        Contradiction::NumberSex,
        Contradiction::NumberBirth,
        Contradiction::NumberChecksum,
        Contradiction::MrzName,
        Contradiction::MrzNumber,
        Contradiction::MrzBirth,
        Contradiction::MrzChecksum,
        Contradiction::Expired,
        Contradiction::ExpiresIn(20),
        Contradiction::UnderAge,
        Contradiction::FrontTwice,
        Contradiction::BackTwice,
    ];
    let possible: Vec<_> = all
        .into_iter()
        .filter(|one| one.check(kind).is_ok())
        .collect();
    *rng.pick(&possible)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_plans_the_same_set_and_a_larger_one_begins_alike() {
        let small: Vec<_> = plan(40, 7).collect();
        let large: Vec<_> = plan(400, 7).take(40).collect();
        assert_eq!(small, large);
        assert_ne!(small, plan(40, 8).collect::<Vec<_>>());
    }

    #[test]
    fn every_step_of_every_ladder_is_drawn_alone_and_every_contradiction_once() {
        let set: Vec<_> = plan(1_400, 1).collect();
        let alone: BTreeSet<String> = (set.iter())
            .filter(|one| one.degradations.len() == 1)
            .map(|one| format!("{:?}", one.degradations))
            .collect();
        let steps = steps().count();
        assert_ne!(steps % STRIDE, 0);
        assert!(alone.len() >= steps, "{} of {steps}", alone.len());
        let wrong: BTreeSet<&str> = (set.iter())
            .flat_map(|one| one.contradictions.iter().map(|one| one.name()))
            .collect();
        assert_eq!(wrong.len(), 12);
        let kinds = |wanted| set.iter().filter(|one| one.kind == wanted).count();
        assert!(KINDS.iter().all(|kind| kinds(*kind) == 280));
        let together = set
            .iter()
            .map(|one| one.degradations.len())
            .filter(|n| *n > 1);
        assert_eq!(together.clone().count(), 280);
        assert!(together.max() == Some(4));
        for one in &set {
            assert!(
                one.contradictions
                    .iter()
                    .all(|wrong| wrong.check(one.kind).is_ok())
            );
        }
    }
}
