//! Two faces to one score: by the leading embedder, or by the operator's cohort where there is one.

use menshen_calibration::{Cohort, Compared, Normaliser};
use menshen_core::card::{ComparisonPart, ModelCard};
use menshen_models::ComparisonEntry;

use crate::error::EngineError;
use crate::load::{Loaded, Loader};

/// The operator's cohort, with the cards that judge its scores.
pub(crate) struct Comparer {
    normaliser: Normaliser,
    /// The embedders of the cohort, the leading one first, by their place among all.
    pub(crate) embedders: Vec<usize>,
    lead: ModelCard,
    all: Option<ModelCard>,
}

impl Comparer {
    /// Reads the cohort that the manifest describes. `lead` is the embedder to trust most.
    ///
    /// # Errors
    /// A cohort that is broken or was made with other embedders than these: nobody is compared by it, and nobody without it, until
    /// the operator has said which.
    pub(crate) fn load(
        loader: &Loader,
        embedders: &[Loaded],
        lead: usize,
    ) -> Result<Option<Self>, EngineError> {
        let store = loader.store();
        let Some(bytes) = store.cohort()? else {
            return Ok(None);
        };
        let cohort = Cohort::decode(&bytes)?;
        let own: Vec<ComparisonPart> = (cohort.parts().iter())
            .map(|part| ComparisonPart {
                model: part.model.clone(),
                sha256: part.sha256.clone(),
                weight: 1.0,
            })
            .collect();
        let mut places = Vec::new();
        for part in &own {
            let place = embedders
                .iter()
                .position(|(_, card)| card.name == part.model);
            let place = place.ok_or_else(|| foreign(&part.model, "is not installed"))?;
            if store.manifest().entry(&part.model)?.sha256 != part.sha256 {
                return Err(foreign(&part.model, "is another file now"));
            }
            places.push(place);
        }
        if places.first() != Some(&lead) {
            let now = &embedders[lead].1.name;
            return Err(foreign(now, "is the embedder to trust most now"));
        }
        let entries = &store.manifest().comparisons;
        let of = |parts: &[ComparisonPart]| find(entries, parts);
        let by_lead = of(&own[..1]).ok_or_else(|| foreign(&own[0].model, "has no thresholds"))?;
        let by_all = if own.len() > 1 { of(&own) } else { None };
        let weights = match by_all {
            Some(entry) => entry.comparison.parts.iter().map(|p| p.weight).collect(),
            None => vec![1.0],
        };
        // What nothing is compared by is not measured either.
        places.truncate(weights.len());
        let cohort = cohort.first(weights.len());
        let normaliser = Normaliser::new(cohort, weights);
        let normaliser = normaliser.ok_or_else(|| foreign(&own[0].model, "has other weights"))?;
        let base = &embedders[lead].1;
        Ok(Some(Self {
            normaliser,
            embedders: places,
            lead: card(base, by_lead),
            all: by_all.map(|entry| card(base, entry)),
        }))
    }

    /// Returns the cards that judge its scores.
    pub(crate) fn cards(&self) -> impl Iterator<Item = &ModelCard> {
        std::iter::once(&self.lead).chain(&self.all)
    }

    /// Returns the card that judges a score, and the score.
    pub(crate) fn compare(&self, a: &[f32], b: &[f32]) -> (&ModelCard, f32) {
        match (self.normaliser.compare(a, b), &self.all) {
            (Compared::All(score), Some(all)) => (all, score),
            (Compared::All(score) | Compared::Lead(score), _) => (&self.lead, score),
        }
    }
}

/// The entry of a manifest that was measured with these embedders, whatever their weights.
fn find<'a>(
    entries: &'a [ComparisonEntry],
    parts: &[ComparisonPart],
) -> Option<&'a ComparisonEntry> {
    let same = |a: &ComparisonPart, b: &ComparisonPart| a.model == b.model && a.sha256 == b.sha256;
    entries.iter().find(|entry| {
        let own = &entry.comparison.parts;
        own.len() == parts.len() && own.iter().zip(parts).all(|(a, b)| same(a, b))
    })
}

/// The card of a comparison: the leading embedder's, with another name and other thresholds.
fn card(base: &ModelCard, entry: &ComparisonEntry) -> ModelCard {
    ModelCard {
        name: entry.name.clone(),
        output: "score in deviations from the faces of a cohort that are most alike".to_owned(),
        calibration: Some(entry.calibration.clone()),
        comparison: Some(entry.comparison.clone()),
        ..base.clone()
    }
}

fn foreign(model: &str, what: &'static str) -> EngineError {
    EngineError::ForeignCohort {
        model: model.to_owned(),
        what,
    }
}
