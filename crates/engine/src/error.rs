//! What can go wrong with the machine. A bad photo is no error: it is evidence.

use menshen_calibration::CohortError;
use menshen_models::ModelsError;
use menshen_vision::model::ModelError;
use menshen_vision::photo::EncodeError;
use menshen_vision::text::CharsetError;
use thiserror::Error;

/// Why the models could not be loaded or run.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A model's file could not be read or is another one.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// The file is no network that the engine can load.
    #[error("model {name}")]
    Network {
        /// The model.
        name: String,
        /// What the engine said.
        #[source]
        source: ModelError,
    },
    /// The recogniser's file does not carry its characters.
    #[error(transparent)]
    Charset(#[from] CharsetError),
    /// The shared library of the engine could not be opened, or a network failed.
    #[error(transparent)]
    Run(#[from] ModelError),
    /// A picture could not be written anew.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The operator's cohort cannot be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// The operator's cohort was made with other embedders than these.
    #[error(
        "compare with the cohort: {model} {what}; run `menshen calibrate` again, or take the cohort away with `menshen calibrate --remove`"
    )]
    ForeignCohort {
        /// The embedder that does not fit.
        model: String,
        /// Why not.
        what: &'static str,
    },
    /// No embedder of that name is installed.
    #[error("embedder {0} is not installed; see `menshen models list`")]
    NoSuchEmbedder(String),
    /// No embedder is installed at all.
    #[error("no embedder is installed; run `menshen models pull`")]
    NoEmbedder,
    /// No anti-spoof model is installed.
    #[error(
        "no anti-spoof model is installed; get one with `menshen models pull minifasnet-v2 minifasnet-v1se`"
    )]
    NoAntiSpoof,
}
