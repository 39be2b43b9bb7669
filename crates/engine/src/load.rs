//! Files of the models folder to networks, on the engine that was asked for.

use menshen_core::card::{ModelCard, Role};
use menshen_models::ModelStore;
use menshen_vision::text::Charset;
use menshen_vision::{Model, TextReader, parallel};

use crate::error::EngineError;

pub(crate) type Loaded = (Box<dyn Model>, ModelCard);

/// Makes networks of the models in a folder.
pub struct Loader {
    store: ModelStore,
    #[cfg(feature = "ort")]
    runtime: Option<menshen_vision::model::OrtRuntime>,
}

impl Loader {
    /// Loads for the built-in engine.
    pub fn new(store: ModelStore) -> Self {
        Self {
            store,
            #[cfg(feature = "ort")]
            runtime: None,
        }
    }

    /// Loads for ONNX Runtime in a shared library.
    #[cfg(feature = "ort")]
    pub fn with_runtime(store: ModelStore, library: &std::path::Path) -> Result<Self, EngineError> {
        let runtime = Some(menshen_vision::model::OrtRuntime::open(library)?);
        Ok(Self { store, runtime })
    }

    /// The folder that models come from.
    pub(crate) fn store(&self) -> &ModelStore {
        &self.store
    }

    pub(crate) fn network(
        &self,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Box<dyn Model>, EngineError> {
        let failed = |source| EngineError::Network {
            name: name.to_owned(),
            source,
        };
        #[cfg(feature = "ort")]
        if let Some(runtime) = &self.runtime {
            let threads = rayon::current_num_threads();
            return Ok(Box::new(runtime.load(&bytes, threads).map_err(failed)?));
        }
        Ok(Box::new(
            menshen_vision::RtenModel::from_bytes(bytes).map_err(failed)?,
        ))
    }

    pub(crate) fn load(&self, name: &str) -> Result<Loaded, EngineError> {
        let (bytes, card) = self.store.load(name)?;
        Ok((self.network(name, bytes)?, card))
    }

    /// Loads every installed model of a role, in the manifest's order.
    pub(crate) fn installed(&self, role: Role) -> Result<Vec<Loaded>, EngineError> {
        let entries = self.store.installed(role);
        let loaded = parallel::map(entries.iter(), |entry| self.load(&entry.card.name));
        loaded.into_iter().collect()
    }

    pub(crate) fn text_reader(&self) -> Result<TextReader, EngineError> {
        const RECOGNISER: &str = "text-recognition";
        let (detector, recogniser) = rayon::join(
            || self.load("text-detection"),
            || {
                let (bytes, _) = self.store.load(RECOGNISER)?;
                let charset = Charset::from_onnx(&bytes)?;
                Ok::<_, EngineError>((self.network(RECOGNISER, bytes)?, charset))
            },
        );
        let (recogniser, charset) = recogniser?;
        Ok(TextReader::new(detector?.0, recogniser, charset))
    }
}
