//! The models that see faces.

use std::sync::OnceLock;

use menshen_core::ModelCards;
use menshen_core::card::{Grade, Metric, ModelCard, Role};
use menshen_core::evidence::{FaceEvidence, FaceMatch, FaceMeasures, LivenessEvidence};
use menshen_core::live::FrameEvidence;
use menshen_vision::face::{self, Embedded, Embedding, FaceModels, Located, Upright};
use menshen_vision::layout::Portrait;
use menshen_vision::liveness::{self, LivenessModels, Look};
use menshen_vision::{Model, Photo};

use crate::compare::Comparer;
use crate::error::EngineError;
use crate::evidence::Person;
use crate::live;
use crate::load::{Loaded, Loader};

/// A face's measures and the 468 points of its mesh: x, y in pixels, z in the same scale.
pub type Surface = (FaceMeasures, Vec<[f32; 3]>);

/// Finds, measures and compares faces.
pub struct FaceEngine {
    detector: Box<dyn Model>,
    mesh: Box<dyn Model>,
    iris: Box<dyn Model>,
    embedders: Vec<Loaded>,
    anti_spoof: Vec<Loaded>,
    comparer: Option<Comparer>,
    /// Numbers of a vector of the embedder to trust most, once it has run.
    lead_numbers: OnceLock<usize>,
}

impl FaceEngine {
    /// Loads the face models: the default ones, and whichever optional ones are installed; and the operator's cohort where there is
    /// one.
    ///
    /// # Errors
    /// Files that are missing, broken or others than described, the cohort's too.
    pub fn load(loader: &Loader) -> Result<Self, EngineError> {
        let mut engine = Self::without_cohort(loader)?;
        if let Ok(lead) = engine.embedder(None) {
            engine.comparer = Comparer::load(loader, &engine.embedders, lead)?;
        }
        Ok(engine)
    }

    /// Loads the face models alone, to measure embedders or to make a cohort.
    ///
    /// # Errors
    /// Files that are missing, broken or others than described.
    pub fn without_cohort(loader: &Loader) -> Result<Self, EngineError> {
        Ok(Self {
            detector: loader.load("face-detection")?.0,
            mesh: loader.load("face-mesh")?.0,
            iris: loader.load("iris")?.0,
            embedders: loader.installed(Role::FaceEmbedding)?,
            anti_spoof: loader.installed(Role::AntiSpoof)?,
            comparer: None,
            lead_numbers: OnceLock::new(),
        })
    }

    pub(crate) fn models(&self) -> FaceModels<'_> {
        FaceModels {
            detector: self.detector.as_ref(),
            mesh: self.mesh.as_ref(),
            iris: Some(self.iris.as_ref()),
        }
    }

    /// Returns the cards of all embedders that are loaded, and those of comparisons with the operator's cohort.
    pub fn cards(&self) -> ModelCards {
        let compared = self.comparer.iter().flat_map(Comparer::cards);
        self.embedder_cards().chain(compared).cloned().collect()
    }

    /// Returns the cards of the embedders in their order.
    pub fn embedder_cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.embedders.iter().map(|(_, card)| card)
    }

    /// Returns the embedder of that name, or the one to trust most: of production grade and calibrated
    /// before the rest, then in the manifest's order.
    pub fn embedder(&self, name: Option<&str>) -> Result<usize, EngineError> {
        let mut cards = self.embedder_cards();
        if let Some(name) = name {
            return cards
                .position(|card| card.name == name)
                .ok_or_else(|| EngineError::NoSuchEmbedder(name.to_owned()));
        }
        if self.embedders.is_empty() {
            return Err(EngineError::NoEmbedder);
        }
        let trusted =
            |card: &ModelCard| card.grade == Grade::Production && card.calibration.is_some();
        Ok(cards.position(trusted).unwrap_or(0))
    }

    /// Returns the card of an embedder.
    pub fn embedder_card(&self, embedder: usize) -> &ModelCard {
        &self.embedders[embedder].1
    }

    /// Measures a picture of a person.
    pub fn examine(&self, photo: &Photo) -> Result<FaceEvidence, EngineError> {
        Ok(face::examine(&self.models(), &photo.pixels)?)
    }

    /// Returns the measures of every face that is found, best first.
    pub fn faces(&self, photo: &Photo) -> Result<Vec<FaceMeasures>, EngineError> {
        let models = self.models();
        let mut faces = Vec::new();
        for detection in face::detect_crowd(models.detector, &photo.pixels)? {
            if let Some(mesh) = face::mesh(models.mesh, &photo.pixels, &detection)? {
                faces.push(face::measure(
                    &models,
                    &photo.pixels,
                    &face::Face { detection, mesh },
                )?);
            }
        }
        Ok(faces)
    }

    /// Returns the largest face's measures with the points of its surface (x, y in pixels, z in the same scale), for whoever
    /// draws it; `None` without a face.
    pub fn surface(&self, photo: &Photo) -> Result<Option<Surface>, EngineError> {
        let models = self.models();
        let Some(found) = face::find(&models, &photo.pixels, Upright::Sure)? else {
            return Ok(None);
        };
        let measures = face::measure(&models, &photo.pixels, &found)?;
        Ok(Some((measures, found.mesh.points().to_vec())))
    }

    /// Returns the vector of the largest face, or of what stands where one would be: it lets a batch
    /// score every picture and is no evidence for an approval. `None` for an empty picture.
    pub fn embed_any(
        &self,
        embedder: usize,
        photo: &Photo,
    ) -> Result<Option<Embedding>, EngineError> {
        let (model, card) = &self.embedders[embedder];
        let found = face::embed_any(&self.models(), model.as_ref(), card, &photo.pixels)?;
        Ok(found.map(|(embedding, _)| embedding))
    }

    /// Returns the vector of the largest face; `None` where no mesh confirms one.
    pub fn embed(&self, embedder: usize, photo: &Photo) -> Result<Option<Embedding>, EngineError> {
        let (model, card) = &self.embedders[embedder];
        let found = face::embed_any(&self.models(), model.as_ref(), card, &photo.pixels)?;
        Ok(found.and_then(|(embedding, located)| (located == Located::Mesh).then_some(embedding)))
    }

    /// Returns the vectors of the largest face by every embedder, in their order; otherwise as [`embed_any`](Self::embed_any).
    pub fn embed_each(&self, photo: &Photo) -> Result<Option<Embedded>, EngineError> {
        let all: Vec<usize> = (0..self.embedders.len()).collect();
        self.embed_by(&all, photo)
    }

    fn embed_by(&self, which: &[usize], photo: &Photo) -> Result<Option<Embedded>, EngineError> {
        let embedders = which.iter().map(|&which| {
            let (model, card) = &self.embedders[which];
            (model.as_ref(), card)
        });
        let embedders: Vec<_> = embedders.collect();
        Ok(face::embed_each(&self.models(), &embedders, &photo.pixels)?)
    }

    /// The embedders by which faces are compared, the leading one first.
    fn compared_by(&self) -> Result<Vec<usize>, EngineError> {
        match &self.comparer {
            Some(comparer) => Ok(comparer.embedders.clone()),
            None => Ok(vec![self.embedder(None)?]),
        }
    }

    /// Returns the vector of the largest face to [`match_faces`](Self::match_faces) by: that of the embedder to trust most, and behind
    /// it those of the others that faces are compared by. `None` where no mesh confirms a face.
    pub fn face_vector(&self, photo: &Photo) -> Result<Option<Embedding>, EngineError> {
        let found = self.embed_by(&self.compared_by()?, photo)?;
        let sure = found.filter(|found| found.located == Located::Mesh);
        Ok(sure.map(|found| joined(&found.vectors)))
    }

    /// Returns what [`face_vector`](Self::face_vector) does, also where no mesh confirms a face, as [`embed_any`](Self::embed_any).
    pub fn face_vector_any(&self, photo: &Photo) -> Result<Option<Embedding>, EngineError> {
        let found = self.embed_by(&self.compared_by()?, photo)?;
        Ok(found.map(|found| joined(&found.vectors)))
    }

    /// Returns the vector of a document's portrait, as [`face_vector`](Self::face_vector) does.
    pub fn portrait_vector(&self, portrait: &Portrait) -> Result<Option<Embedding>, EngineError> {
        let mut vectors = Vec::new();
        for which in self.compared_by()? {
            let (model, card) = &self.embedders[which];
            let (pixels, mesh) = (&portrait.pixels, &portrait.face.mesh);
            let Some(vector) = face::embed(model.as_ref(), card, pixels, mesh)? else {
                return Ok(None);
            };
            vectors.push(vector);
        }
        Ok(Some(joined(&vectors)))
    }

    /// Compares two faces, and names the card that judges the score: by the operator's cohort where there is one, else by the embedder to
    /// trust most. Takes what [`face_vector`](Self::face_vector) gives, or that embedder's vector alone.
    pub fn match_faces(&self, a: &Embedding, b: &Embedding) -> Result<FaceMatch, EngineError> {
        let (card, score) = match &self.comparer {
            Some(comparer) => comparer.compare(a.values(), b.values()),
            None => {
                let lead = self.embedder(None)?;
                let score = match a.values().len() == b.values().len() {
                    true => self.compare(lead, a, b),
                    // One of them was kept while there was a cohort of several embedders.
                    false => self.compare(lead, &self.lead_part(a)?, &self.lead_part(b)?),
                };
                (self.embedder_card(lead), score)
            }
        };
        Ok(FaceMatch {
            model: card.name.clone(),
            score,
        })
    }

    /// Returns how many numbers at the head of a [`face_vector`](Self::face_vector) are the embedder's to trust most.
    pub fn lead_numbers(&self) -> Result<usize, EngineError> {
        if let Some(numbers) = self.lead_numbers.get() {
            return Ok(*numbers);
        }
        let (model, card) = &self.embedders[self.embedder(None)?];
        let numbers = face::vector_numbers(model.as_ref(), card)?;
        Ok(*self.lead_numbers.get_or_init(|| numbers))
    }

    fn lead_part(&self, face: &Embedding) -> Result<Embedding, EngineError> {
        let (values, numbers) = (face.values(), self.lead_numbers()?);
        Ok(Embedding::new(values[..values.len().min(numbers)].to_vec()))
    }

    /// Returns how alike two vectors of one embedder are; higher is more alike.
    pub fn compare(&self, embedder: usize, a: &Embedding, b: &Embedding) -> f32 {
        let metric = self
            .embedder_card(embedder)
            .metric
            .unwrap_or(Metric::Cosine);
        face::compare(a, b, metric)
    }

    /// Measures a sequence of timed frames; `None` is a frame that could not be decoded.
    pub fn sequence(
        &self,
        frames: impl Iterator<Item = (f32, Option<Photo>)> + Send,
    ) -> Result<LivenessEvidence, EngineError> {
        let frames = frames.map(|(time, photo)| (time, photo.map(|photo| photo.pixels)));
        Ok(liveness::measure(&self.liveness()?, frames)?)
    }

    /// Measures one frame of a live check, a JPEG within [`live::LIMITS`].
    pub fn frame(&self, bytes: &[u8], look: &Look) -> Result<FrameEvidence, EngineError> {
        Ok(match live::decode(bytes) {
            Ok(photo) => liveness::look(&self.liveness()?, &photo.pixels, look)?,
            Err(error) => FrameEvidence {
                unreadable: Some(error.code().to_owned()),
                ..FrameEvidence::default()
            },
        })
    }

    /// The networks that watch a sequence. The eyes are followed by the mesh: two runs of the iris network would cost as
    /// much as everything else.
    fn liveness(&self) -> Result<LivenessModels<'_>, EngineError> {
        let (model, card) = &self.embedders[self.embedder(None)?];
        Ok(LivenessModels {
            face: FaceModels {
                iris: None,
                ..self.models()
            },
            embedder: Some((model.as_ref(), card)),
            spoof: &self.anti_spoof,
        })
    }

    /// Measures a picture of a person, the face's vector included.
    pub fn person(&self, photo: &Photo) -> Result<Person, EngineError> {
        Ok(Person {
            evidence: self.examine(photo)?,
            embedding: self.face_vector(photo)?,
        })
    }

    /// Returns the likelihood of a presentation attack by the anti-spoof models; `None` without a face.
    pub fn anti_spoof(&self, photo: &Photo) -> Result<Option<f32>, EngineError> {
        let Some(found) = face::find(&self.models(), &photo.pixels, Upright::Sure)? else {
            return Ok(None);
        };
        Ok(face::antispoof(
            &self.anti_spoof,
            &photo.pixels,
            &found.mesh.region(),
        )?)
    }

    /// Refuses where no anti-spoof model is installed.
    pub fn require_anti_spoof(&self) -> Result<(), EngineError> {
        match self.anti_spoof.is_empty() {
            true => Err(EngineError::NoAntiSpoof),
            false => Ok(()),
        }
    }
}

/// Vectors one behind the other.
fn joined(vectors: &[Embedding]) -> Embedding {
    let numbers = vectors.iter().flat_map(|vector| vector.values());
    Embedding::new(numbers.copied().collect())
}
