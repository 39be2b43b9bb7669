//! The engine: models loaded once, and the few calls that the commands make.

use anyhow::Context as _;
use menshen_core::ModelCards;
use menshen_core::card::{Grade, Metric, ModelCard, Role};
use menshen_core::evidence::{FaceEvidence, FaceMeasures, LivenessEvidence};
use menshen_models::ModelStore;
use menshen_vision::face::{self, Embedding, FaceModels, Located, Upright};
use menshen_vision::layout::{self, ExaminedPage, PageModels, Portrait};
use menshen_vision::liveness::{self, LivenessModels};
use menshen_vision::mrz::{self, MrzRead};
use menshen_vision::text::Charset;
use menshen_vision::{Model, Photo, TextReader, parallel};

use crate::context::Context;
use crate::input::{Original, WrongUsage};

type Loaded = (Box<dyn Model>, ModelCard);

/// Makes networks of bytes, on the engine that was asked for.
struct Loader {
    store: ModelStore,
    #[cfg(feature = "ort")]
    runtime: Option<menshen_vision::model::OrtRuntime>,
}

impl Loader {
    /// Opens the folder of models and fetches the default set where it is missing and that is allowed.
    #[cfg(feature = "ort")]
    fn open(context: &Context) -> anyhow::Result<Self> {
        let open = menshen_vision::model::OrtRuntime::open;
        let runtime = context.ort_library.as_deref().map(open).transpose()?;
        Ok(Self {
            store: crate::models::ready(context)?,
            runtime,
        })
    }

    /// Opens the folder of models and fetches the default set where it is missing and that is allowed.
    #[cfg(not(feature = "ort"))]
    fn open(context: &Context) -> anyhow::Result<Self> {
        if context.ort_library.is_some() {
            let message = "this menshen was built without the ort feature".to_owned();
            return Err(WrongUsage(message).into());
        }
        Ok(Self {
            store: crate::models::ready(context)?,
        })
    }

    fn network(&self, bytes: Vec<u8>) -> anyhow::Result<Box<dyn Model>> {
        #[cfg(feature = "ort")]
        if let Some(runtime) = &self.runtime {
            return Ok(Box::new(
                runtime.load(&bytes, rayon::current_num_threads())?,
            ));
        }
        Ok(Box::new(menshen_vision::RtenModel::from_bytes(bytes)?))
    }

    fn load(&self, name: &str) -> anyhow::Result<Loaded> {
        let (bytes, card) = self.store.load(name)?;
        let network = self
            .network(bytes)
            .with_context(|| format!("model {name}"))?;
        Ok((network, card))
    }

    /// Loads every installed model of a role, in the manifest's order.
    fn installed(&self, role: Role) -> anyhow::Result<Vec<Loaded>> {
        let entries = self.store.installed(role);
        let loaded = parallel::map(entries.iter(), |entry| self.load(&entry.card.name));
        loaded.into_iter().collect()
    }
}

/// Reads text and machine-readable zones.
pub struct TextEngine {
    reader: TextReader,
}

impl TextEngine {
    /// Loads the text models.
    pub fn open(context: &Context) -> anyhow::Result<Self> {
        Self::load(&Loader::open(context)?)
    }

    fn load(loader: &Loader) -> anyhow::Result<Self> {
        let (detector, recogniser) = rayon::join(
            || loader.load("text-detection"),
            || {
                let (bytes, _) = loader.store.load("text-recognition")?;
                let charset = Charset::from_onnx(&bytes)?;
                anyhow::Ok((loader.network(bytes)?, charset))
            },
        );
        let (recogniser, charset) = recogniser?;
        Ok(Self {
            reader: TextReader::new(detector?.0, recogniser, charset),
        })
    }

    /// Reads the machine-readable zone of a photo.
    pub fn read_mrz(&self, photo: &Photo) -> anyhow::Result<Option<MrzRead>> {
        Ok(mrz::read_mrz(&self.reader, &photo.pixels)?)
    }
}

/// Finds, measures and compares faces.
pub struct FaceEngine {
    detector: Box<dyn Model>,
    mesh: Box<dyn Model>,
    iris: Box<dyn Model>,
    embedders: Vec<Loaded>,
    anti_spoof: Vec<Loaded>,
}

impl FaceEngine {
    /// Loads the face models: the default ones, and whichever optional ones are installed.
    pub fn open(context: &Context) -> anyhow::Result<Self> {
        Self::load(&Loader::open(context)?)
    }

    fn load(loader: &Loader) -> anyhow::Result<Self> {
        Ok(Self {
            detector: loader.load("face-detection")?.0,
            mesh: loader.load("face-mesh")?.0,
            iris: loader.load("iris")?.0,
            embedders: loader.installed(Role::FaceEmbedding)?,
            anti_spoof: loader.installed(Role::AntiSpoof)?,
        })
    }

    fn models(&self) -> FaceModels<'_> {
        FaceModels {
            detector: self.detector.as_ref(),
            mesh: self.mesh.as_ref(),
            iris: Some(self.iris.as_ref()),
        }
    }

    /// Returns the cards of all embedders that are loaded.
    pub fn cards(&self) -> ModelCards {
        self.embedder_cards().cloned().collect()
    }

    /// Returns the cards of the embedders in their order.
    pub fn embedder_cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.embedders.iter().map(|(_, card)| card)
    }

    /// Returns the embedder of that name, or the one to trust most: of production grade and calibrated
    /// before the rest, then in the manifest's order.
    pub fn embedder(&self, name: Option<&str>) -> anyhow::Result<usize> {
        let mut cards = self.embedder_cards();
        if let Some(name) = name {
            return cards.position(|card| card.name == name).ok_or_else(|| {
                let message =
                    format!("embedder {name} is not installed; see `menshen models list`");
                WrongUsage(message).into()
            });
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
    pub fn examine(&self, photo: &Photo) -> anyhow::Result<FaceEvidence> {
        Ok(face::examine(&self.models(), &photo.pixels)?)
    }

    /// Returns the measures of every face that is found, best first.
    pub fn faces(&self, photo: &Photo) -> anyhow::Result<Vec<FaceMeasures>> {
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

    /// Returns the vector of the largest face, or of what stands where one would be: it lets a batch
    /// score every picture and is no evidence for an approval. `None` for an empty picture.
    pub fn embed_any(&self, embedder: usize, photo: &Photo) -> anyhow::Result<Option<Embedding>> {
        let (model, card) = &self.embedders[embedder];
        let found = face::embed_any(&self.models(), model.as_ref(), card, &photo.pixels)?;
        Ok(found.map(|(embedding, _)| embedding))
    }

    /// Returns the vector of the largest face; `None` where no mesh confirms one.
    pub fn embed(&self, embedder: usize, photo: &Photo) -> anyhow::Result<Option<Embedding>> {
        let (model, card) = &self.embedders[embedder];
        let found = face::embed_any(&self.models(), model.as_ref(), card, &photo.pixels)?;
        Ok(found.and_then(|(embedding, located)| (located == Located::Mesh).then_some(embedding)))
    }

    /// Returns the vector of a document's portrait.
    pub fn embed_portrait(
        &self,
        embedder: usize,
        portrait: &Portrait,
    ) -> anyhow::Result<Option<Embedding>> {
        let (model, card) = &self.embedders[embedder];
        Ok(face::embed(
            model.as_ref(),
            card,
            &portrait.pixels,
            &portrait.face.mesh,
        )?)
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
    ) -> anyhow::Result<LivenessEvidence> {
        let embedder = self.embedder(None)?;
        let (model, card) = &self.embedders[embedder];
        let models = LivenessModels {
            face: self.models(),
            embedder: Some((model.as_ref(), card)),
            spoof: &self.anti_spoof,
        };
        let frames = frames.map(|(time, photo)| (time, photo.map(|photo| photo.pixels)));
        Ok(liveness::measure(&models, frames)?)
    }

    /// Returns the likelihood of a presentation attack by the anti-spoof models; `None` without a face.
    pub fn anti_spoof(&self, photo: &Photo) -> anyhow::Result<Option<f32>> {
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
    pub fn require_anti_spoof(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.anti_spoof.is_empty(),
            "no anti-spoof model is installed; get one with `menshen models pull minifasnet-v2 minifasnet-v1se`"
        );
        Ok(())
    }
}

/// Everything: text and faces.
pub struct Engine {
    /// Reads text.
    text: TextEngine,
    /// Measures faces.
    pub face: FaceEngine,
}

impl Engine {
    /// Loads all models.
    pub fn open(context: &Context) -> anyhow::Result<Self> {
        let loader = Loader::open(context)?;
        let (text, face) = rayon::join(|| TextEngine::load(&loader), || FaceEngine::load(&loader));
        Ok(Self {
            text: text?,
            face: face?,
        })
    }

    /// Measures a photo of one side of a document.
    pub fn page(&self, Original { bytes, photo }: &Original) -> anyhow::Result<ExaminedPage> {
        let models = PageModels {
            text: &self.text.reader,
            face: Some(self.face.models()),
        };
        Ok(layout::examine_page(&models, bytes, &photo.pixels)?)
    }
}
