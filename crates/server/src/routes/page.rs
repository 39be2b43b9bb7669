//! Pages of lists: newest first, with a cursor.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::problem::ApiError;

/// Records on a page where nothing is asked for, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200; 50 where left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

impl PageIn {
    /// Returns how many records are asked for.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for a number out of range.
    pub fn limit(&self) -> Result<u32, ApiError> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("limit must be 1 to {MOST}");
        Err(ApiError::invalid("query_invalid", detail))
    }
}

/// One page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOut<T> {
    /// The records, newest first.
    pub items: Vec<T>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<Uuid>,
}

impl<T> PageOut<T> {
    /// Returns a page of what a store gave for one record more than the limit.
    pub fn new<R>(rows: Vec<R>, limit: u32, id: impl Fn(&R) -> Uuid, out: impl Fn(R) -> T) -> Self {
        let more = rows.len() > limit as usize;
        let mut rows = rows;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(id);
        let items = rows.into_iter().map(out).collect();
        Self { items, next }
    }
}

/// A query string, whose faults are told as problems.
pub struct Asked<T>(pub T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(asked) = query.map_err(|_| {
            ApiError::invalid("query_invalid", "the query has an unknown or mistyped key")
        })?;
        Ok(Self(asked))
    }
}
