//! What measures pictures: children of this process, behind a queue. Tests bring a script in their place.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use menshen_core::ModelCards;
use menshen_engine::pool::PoolStatus;
use menshen_engine::protocol::Ready;
use menshen_engine::{Answer, Pool, PoolError, Request, Standing};

/// Whoever answers requests about pictures.
pub trait Engine: Send + Sync {
    /// Has a request answered. A bad picture is an answer; an error says nothing of it.
    fn ask(&self, request: Request, standing: Standing)
    -> BoxFuture<'_, Result<Answer, PoolError>>;

    /// Returns what it says of itself: version, cards, embedder.
    fn ready(&self) -> &Ready;

    /// Returns what it is doing.
    fn status(&self) -> PoolStatus;

    /// Can it answer at all?
    fn is_ready(&self) -> bool {
        self.status().ready > 0
    }

    /// Returns the cards of its embedders.
    fn cards(&self) -> ModelCards {
        self.ready().cards.clone()
    }
}

impl Engine for Pool {
    fn ask(
        &self,
        request: Request,
        standing: Standing,
    ) -> BoxFuture<'_, Result<Answer, PoolError>> {
        Self::ask(self, request, standing).boxed()
    }

    fn ready(&self) -> &Ready {
        Self::ready(self)
    }

    fn status(&self) -> PoolStatus {
        Self::status(self)
    }
}

/// The engines of a service; none where only sandboxes are served.
#[derive(Default)]
pub struct Engines {
    /// Looks at photos.
    pub photos: Option<Box<dyn Engine>>,
    /// Looks at frames of live checks, which must not wait for photos.
    pub frames: Option<Box<dyn Engine>>,
}
