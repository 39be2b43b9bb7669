//! The engine: models loaded once, and the few calls that the commands make.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use menshen_core::card::{Grade, Metric, ModelCard, Role};
use menshen_core::evidence::{FaceEvidence, LivenessEvidence, PageEvidence, PortraitEvidence};
use menshen_core::ModelCards;
use menshen_models::{ModelStore, Network};
use menshen_vision::face::{self, Embedding};
use menshen_vision::{Model, Photo, TextReader};
use rayon::prelude::*;

use crate::context::Context;
use crate::input::WrongUsage;
use crate::models::PullBars;

type Loaded = (Box<dyn Model>, ModelCard);

/// Makes networks of bytes, on the engine that was asked for.
struct Loader {
    store: ModelStore,
    #[cfg(feature = "ort")]
    runtime: Option<menshen_vision::model::OrtRuntime>,
}

impl Loader {
    /// Opens the folder of models and fetches the default set where it is missing and that is allowed.
    fn open(context: &Context) -> anyhow::Result<Self> {
        let store = ModelStore::open(&context.models_dir)?;
        let network = if context.offline { Network::Offline } else { Network::Online };
        let mut bars = PullBars::new("fetching the default models, once");
        store.ensure_default(network, &mut |progress| bars.show(&progress))?;
        Self::with_store(store, context)
    }

    #[cfg(feature = "ort")]
    fn with_store(store: ModelStore, context: &Context) -> anyhow::Result<Self> {
        let open = menshen_vision::model::OrtRuntime::open;
        let runtime = context.ort_library.as_deref().map(open).transpose()?;
        Ok(Self { store, runtime })
    }

    #[cfg(not(feature = "ort"))]
    fn with_store(store: ModelStore, context: &Context) -> anyhow::Result<Self> {
        if context.ort_library.is_some() {
            let message = "this menshen was built without the ort feature".to_owned();
            return Err(WrongUsage(message).into());
        }
        Ok(Self { store })
    }

    fn network(&self, bytes: Vec<u8>) -> anyhow::Result<Box<dyn Model>> {
        #[cfg(feature = "ort")]
        if let Some(runtime) = &self.runtime {
            return Ok(Box::new(runtime.load(&bytes, rayon::current_num_threads())?));
        }
        Ok(Box::new(menshen_vision::RtenModel::from_bytes(bytes)?))
    }

    fn load(&self, name: &str) -> anyhow::Result<Loaded> {
        let (bytes, card) = self.store.load(name)?;
        let network = self.network(bytes).with_context(|| format!("model {name}"))?;
        Ok((network, card))
    }

    /// Loads every installed model of a role, in the manifest's order.
    fn installed(&self, role: Role) -> anyhow::Result<Vec<Loaded>> {
        let names: Vec<_> =
            self.store.installed(role).into_iter().map(|entry| entry.card.name.clone()).collect();
        names.par_iter().map(|name| self.load(name)).collect()
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
                let charset = menshen_vision::text::Charset::from_onnx(&bytes)?;
                anyhow::Ok((loader.network(bytes)?, charset))
            },
        );
        let (recogniser, charset) = recogniser?;
        Ok(Self { reader: TextReader::new(detector?.0, recogniser, charset) })
    }

    /// Reads the machine-readable zone of a photo.
    pub fn read_mrz(&self, photo: &Photo) -> anyhow::Result<Option<menshen_vision::mrz::MrzRead>> {
        Ok(menshen_vision::mrz::read_mrz(&self.reader, &photo.pixels)?)
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
