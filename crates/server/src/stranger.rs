//! Whoever asks without saying who they are: only where they are is known, as a digest, so that nobody asks without end.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use menshen_core::guess::Capped;
use menshen_core::strikes::Tried;
use menshen_core::time::Millis;
use menshen_store::{DigestKind, Tx};

use crate::app::App;
use crate::problem::ApiError;
use crate::sign_in::browser::{address, network};

/// Somebody unknown.
pub struct Stranger {
    /// Digest of the network that they have to themselves. Those of whom it is not known share one.
    place: String,
}

impl FromRequestParts<App> for Stranger {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let network = address(parts, app).map_or_else(String::new, network);
        // Another digest than that of signing in: who reports a lot must not be kept from signing in.
        let place = format!("stranger {network}");
        let place = app.store.own_digest(DigestKind::Address, place.as_bytes());
        Ok(Self { place })
    }
}

impl Stranger {
    /// Counts something that they do, before it is done.
    ///
    /// # Errors
    /// [`ApiError::TooOften`]: then nothing was counted, once the transaction is dropped.
    pub async fn count(&self, tx: &mut Tx, now: Millis) -> Result<(), ApiError> {
        let counted = tx.count_strike(Tried::Address, &self.place, now).await?;
        counted.map_err(|capped| match capped {
            Capped::Wait { until } => ApiError::TooOften(until),
            // No address waits for ever; one that did would not be let in by it.
            Capped::Never => capped.into(),
        })
    }
}
