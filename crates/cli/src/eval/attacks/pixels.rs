//! Attacks and people that are drawn frame by frame, looked at as the server does.

use menshen_core::live::{FrameEvidence, Say};
use menshen_engine::FaceEngine;
use menshen_engine::live::Look;
use menshen_specimen::attack::{Puppet, Session, Species};

use super::chance::Chance;
use super::drive::{Pace, Source};

/// A drawn session whose frames are measured.
pub struct Drawn<'a> {
    /// Who sits for it, by number.
    pub who: usize,
    session: Session<'a>,
    engine: &'a FaceEngine,
}

impl<'a> Drawn<'a> {
    /// Begins a session of a kind with people that the seed chooses.
    pub fn new(engine: &'a FaceEngine, people: &'a [Puppet], species: Species, seed: u64) -> Self {
        let mut chance = Chance::new(seed, 21);
        let n = people.len() as u32;
        let who = chance.below(n);
        let other = (who + 1 + chance.below(n.saturating_sub(1))) % n.max(1);
        let (who, other) = (who as usize, other as usize);
        Self {
            who,
            session: Session::new(species, &people[who], &people[other], seed),
            engine,
        }
    }
}

impl Source for Drawn<'_> {
    fn hear(&mut self, say: &Say, at_ms: u32) {
        self.session.hear(say, at_ms);
    }

    fn look(
        &mut self,
        index: usize,
        at_ms: u32,
        before: Option<&FrameEvidence>,
    ) -> anyhow::Result<Option<FrameEvidence>> {
        let jpeg = self.session.frame(at_ms)?;
        let look = Look::after(index, before);
        Ok(Some(self.engine.frame(&jpeg, &look)?))
    }
}

/// Returns how evenly frames come: cameras tremble, half of the programs that feed pictures in do not.
pub fn pace(species: Species, chance: &mut Chance) -> Pace {
    let even = species.is_injected() && chance.below(2) == 0;
    Pace {
        jitter_ms: if even { 0.0 } else { chance.between(1.5, 8.0) },
    }
}
