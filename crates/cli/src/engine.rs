//! Opens the engine with the models and the runtime that the arguments name.

use menshen_engine::{Engine, EngineError, FaceEngine, Loader, TextEngine};

use crate::context::Context;
use crate::input::WrongUsage;

/// Loads all models.
pub fn open(context: &Context) -> anyhow::Result<Engine> {
    Ok(Engine::load(&loader(context)?)?)
}

/// Loads the text models.
pub fn open_text(context: &Context) -> anyhow::Result<TextEngine> {
    Ok(TextEngine::load(&loader(context)?)?)
}

/// Loads the face models: the default ones, and whichever optional ones are installed.
pub fn open_face(context: &Context) -> anyhow::Result<FaceEngine> {
    Ok(FaceEngine::load(&loader(context)?)?)
}

/// Returns the embedder that was asked for, or the one to trust most.
pub fn embedder(engine: &FaceEngine, name: Option<&str>) -> anyhow::Result<usize> {
    engine.embedder(name).map_err(|error| match error {
        EngineError::NoSuchEmbedder(_) => WrongUsage(error.to_string()).into(),
        error => error.into(),
    })
}

/// Opens the folder of models and fetches the default set where it is missing and that is allowed.
#[cfg(feature = "ort")]
fn loader(context: &Context) -> anyhow::Result<Loader> {
    let store = crate::models::ready(context)?;
    Ok(match &context.ort_library {
        Some(library) => Loader::with_runtime(store, library)?,
        None => Loader::new(store),
    })
}

/// Opens the folder of models and fetches the default set where it is missing and that is allowed.
#[cfg(not(feature = "ort"))]
fn loader(context: &Context) -> anyhow::Result<Loader> {
    if context.ort_library.is_some() {
        let message = "this menshen was built without the ort feature".to_owned();
        return Err(WrongUsage(message).into());
    }
    Ok(Loader::new(crate::models::ready(context)?))
}
