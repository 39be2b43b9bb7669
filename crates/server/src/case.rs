//! A verification with everything that its state needs: read once, changed by one transition, written back.

use std::sync::Arc;

use menshen_core::policy::{Parts, Policy};
use menshen_core::progress::Progress;
use menshen_core::reason::Step;
use menshen_core::time::Millis;
use menshen_core::verification::{Flow, Status, parts};
use menshen_core::{Claims, Reason};
use menshen_store::{StoreError, Tx, VerificationRow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::ApiError;

/// A verification, read.
#[derive(Clone)]
pub struct Case {
    /// Its row.
    pub row: VerificationRow,
    /// Its state and steps.
    pub progress: Progress,
    /// Why it is verified.
    pub flow: Flow,
    /// What it is judged by.
    pub policy: Arc<Policy>,
}

impl Case {
    /// Reads a row.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub async fn read(app: &App, row: VerificationRow) -> Result<Self, ApiError> {
        let policy = app.policy_of(row.tenant_id, &row.policy_identity).await?;
        Self::new(row, policy)
    }

    /// Reads a row whose policy is known.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub fn new(row: VerificationRow, policy: Arc<Policy>) -> Result<Self, ApiError> {
        let progress = serde_json::from_str(&row.state).map_err(ApiError::machine)?;
        let flow = from_word(&row.flow).map_err(ApiError::machine)?;
        Ok(Self {
            row,
            progress,
            flow,
            policy,
        })
    }

    /// Returns what the verification asks for. A level that the policy has lost asks for everything.
    pub fn parts(&self) -> Parts {
        use menshen_core::policy::Part::{Data, Document, Face};
        parts(&self.policy, &self.row.level, self.flow)
            .cloned()
            .unwrap_or_else(|| Parts::from([Data, Document, Face]))
    }

    /// Returns the steps that still need good material.
    pub fn missing(&self) -> Vec<Step> {
        self.progress.missing(&self.policy, &self.parts())
    }

    /// Returns what people are told.
    pub fn status(&self) -> Status {
        self.progress.state.status()
    }

    /// Writes the state back where nobody else has changed it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody has.
    pub async fn write(&mut self, tx: &mut Tx, now: Millis) -> Result<(), ApiError> {
        let expected = self.row.version;
        self.row.status = word(&self.status());
        self.row.state = serde_json::to_string(&self.progress).map_err(ApiError::machine)?;
        self.row.updated_at = now;
        self.row.due_at = self.due();
        self.row.version = tx.update_verification(&self.row, expected).await?;
        Ok(())
    }

    /// Returns when the service must look at it by itself.
    pub fn due(&self) -> Option<Millis> {
        let touched = self.row.updated_at;
        self.progress.due(&self.policy.times, touched)
    }

    /// Returns why the verification is as it is.
    ///
    /// # Errors
    /// The store's.
    pub async fn reasons(&self, app: &App) -> Result<Vec<Reason>, ApiError> {
        if self.row.codes.is_empty() {
            return Ok(Vec::new());
        }
        match app
            .store
            .find_reasons(self.row.tenant_id, self.row.id)
            .await
        {
            Ok(Some(sealed)) => serde_json::from_slice(&sealed).map_err(ApiError::machine),
            Ok(None) | Err(StoreError::Erased) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the typed data.
    ///
    /// # Errors
    /// The store's.
    pub async fn claims(&self, app: &App) -> Result<Option<Claims>, ApiError> {
        let sealed = app
            .store
            .find_claims(self.row.tenant_id, self.row.id)
            .await?;
        let read = |sealed: menshen_store::Opened| serde_json::from_slice(&sealed);
        sealed.map(read).transpose().map_err(ApiError::machine)
    }
}

/// Returns a unit value's name on the wire.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Returns the value of a name on the wire.
///
/// # Errors
/// serde's for a name that is none.
pub fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
}

/// Returns the codes of reasons, for plain columns and events.
pub fn codes(reasons: &[Reason]) -> Vec<String> {
    let mut codes: Vec<String> = reasons.iter().map(|r| r.code.as_str().to_owned()).collect();
    codes.dedup();
    codes
}
