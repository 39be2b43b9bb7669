//! Opens the engine with the models and the runtime that the arguments name.

use menshen_engine::{Engine, EngineError, FaceEngine, Loader, ZoneEngine};
use menshen_models::ModelStore;

use crate::context::Context;
use crate::input::WrongUsage;
use crate::models::ready;

/// Loads all models.
pub fn open(context: &Context) -> anyhow::Result<Engine> {
    Ok(Engine::load(&loader(context, ready(context)?)?)?)
}

/// Loads the reader of machine-readable zones, which needs no installed model.
pub fn open_zones(context: &Context) -> anyhow::Result<ZoneEngine> {
    let store = ModelStore::open(&context.models_dir)?;
    Ok(ZoneEngine::load(&loader(context, store)?)?)
}

/// Loads the face models: the default ones, and whichever optional ones are installed.
pub fn open_face(context: &Context) -> anyhow::Result<FaceEngine> {
    Ok(FaceEngine::load(&loader(context, ready(context)?)?)?)
}

/// Loads the face models without the operator's cohort: to measure embedders, or to make a cohort.
pub fn open_embedders(context: &Context) -> anyhow::Result<FaceEngine> {
    Ok(FaceEngine::without_cohort(&loader(
        context,
        ready(context)?,
    )?)?)
}

/// Loads all models that are installed; fetches nothing.
pub fn open_installed(context: &Context) -> anyhow::Result<Engine> {
    let store = ModelStore::open(&context.models_dir)?;
    Ok(Engine::load(&loader(context, store)?)?)
}

/// Loads the face models that are installed; fetches nothing.
pub fn open_installed_face(context: &Context) -> anyhow::Result<FaceEngine> {
    let store = ModelStore::open(&context.models_dir)?;
    Ok(FaceEngine::load(&loader(context, store)?)?)
}

/// Returns the embedder that was asked for, or the one to trust most.
pub fn embedder(engine: &FaceEngine, name: Option<&str>) -> anyhow::Result<usize> {
    engine.embedder(name).map_err(|error| match error {
        EngineError::NoSuchEmbedder(_) => WrongUsage(error.to_string()).into(),
        error => error.into(),
    })
}

#[cfg(feature = "ort")]
fn loader(context: &Context, store: ModelStore) -> anyhow::Result<Loader> {
    Ok(match &context.ort_library {
        Some(library) => Loader::with_runtime(store, library)?,
        None => Loader::new(store),
    })
}

#[cfg(not(feature = "ort"))]
fn loader(context: &Context, store: ModelStore) -> anyhow::Result<Loader> {
    if context.ort_library.is_some() {
        let message = "this menshen was built without the ort feature".to_owned();
        return Err(WrongUsage(message).into());
    }
    Ok(Loader::new(store))
}
