//! What every request shares.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use menshen_core::Policy;
use menshen_core::ids::TenantId;
use menshen_core::policy::PolicyError;
use menshen_core::time::Millis;
use menshen_ledger::Signer;
use menshen_store::{Store, TenantRow};

use crate::clock::Clock;
use crate::config::Config;
use crate::demo::Demo;
use crate::engine::{Engine, Engines};
use crate::faces::Faces;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::problem::ApiError;
use crate::screening::Lists;
use crate::setup::SetupLink;
use crate::sign_in::passwords;
use crate::web::Held;

/// The running service. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the service is made of.
pub struct Inner {
    /// Everything that lasts.
    pub store: Store,
    /// Looks at photos; none where only sandboxes are served.
    pub engine: Option<Box<dyn Engine>>,
    /// Looks at frames of live checks; none where only sandboxes are served.
    pub live_engine: Option<Box<dyn Engine>>,
    /// Turns to hold a live check's connection.
    pub live_sockets: Arc<tokio::sync::Semaphore>,
    /// Signs decisions and checkpoints.
    pub signer: Signer,
    /// Tells the time.
    pub clock: Clock,
    /// What the operator has set.
    pub config: Config,
    /// The ways out to people.
    pub outbound: Outbound,
    /// The lists of sanctioned people in force.
    pub lists: Lists,
    /// What is counted.
    pub metrics: Metrics,
    /// The faces that this node has read.
    pub faces: Faces,
    /// The operator's first way in.
    pub setup: SetupLink,
    /// The way to try things out, where there is one.
    pub demo: Option<Demo>,
    /// The networks that pages fetch, by file name.
    pub page_models: BTreeMap<String, Held>,
    /// Wakes the loop that takes up jobs.
    pub wake: tokio::sync::Notify,
    /// Turns to hash a password.
    pub hashing: tokio::sync::Semaphore,
    /// Policies that were read, by identity: they never change.
    policies: Mutex<HashMap<String, Arc<Policy>>>,
    /// The minute whose sweep this node has planned.
    pub swept: std::sync::atomic::AtomicI64,
}

/// The parts that [`App::new`] puts together.
pub struct Parts {
    /// Everything that lasts.
    pub store: Store,
    /// What looks at pictures.
    pub engines: Engines,
    /// Signs decisions and checkpoints.
    pub signer: Signer,
    /// Tells the time.
    pub clock: Clock,
    /// What the operator has set.
    pub config: Config,
    /// The ways out to people.
    pub outbound: Outbound,
    /// The operator's first way in.
    pub setup: SetupLink,
    /// The way to try things out, where there is one.
    pub demo: Option<Demo>,
    /// The networks that pages fetch, by file name.
    pub page_models: BTreeMap<String, Vec<u8>>,
}

/// Policies kept read; a tenant rarely has more than a few.
const KEPT_POLICIES: usize = 256;

impl App {
    /// Puts the service together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store,
            engine: parts.engines.photos,
            live_engine: parts.engines.frames,
            live_sockets: Arc::new(tokio::sync::Semaphore::new(parts.config.limits.live_checks)),
            signer: parts.signer,
            clock: parts.clock,
            config: parts.config,
            outbound: parts.outbound,
            lists: Lists::default(),
            metrics: Metrics::default(),
            faces: Faces::default(),
            setup: parts.setup,
            demo: parts.demo,
            page_models: (parts.page_models.into_iter())
                .map(|(name, bytes)| (name, Held::new(bytes)))
                .collect(),
            wake: tokio::sync::Notify::new(),
            hashing: tokio::sync::Semaphore::new(passwords::AT_ONCE),
            policies: Mutex::default(),
            swept: std::sync::atomic::AtomicI64::new(0),
        }))
    }

    /// Returns the time.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Returns the policy that a tenant judges new verifications by.
    ///
    /// # Errors
    /// The machine's where a stored policy does not read: no other one is taken in its place.
    pub fn policy(&self, tenant: &TenantRow) -> Result<Arc<Policy>, ApiError> {
        self.read_policy(&tenant.policy_identity, &tenant.policy_toml)
            .map_err(ApiError::machine)
    }

    /// Returns the policy of an identity, which a verification keeps from its start to its end.
    ///
    /// # Errors
    /// The machine's where it is not there or does not read.
    pub async fn policy_of(
        &self,
        tenant: TenantId,
        identity: &str,
    ) -> Result<Arc<Policy>, ApiError> {
        if let Some(policy) = self.kept(identity) {
            return Ok(policy);
        }
        let row = self.store.find_policy(tenant, identity).await?;
        let row = row.ok_or(ApiError::NotFound("policy"))?;
        self.read_policy(&row.identity, &row.toml)
            .map_err(ApiError::machine)
    }

    /// Returns the version of the engine that measures.
    pub fn engine_version(&self) -> String {
        let ready = self.engine.as_ref().map(|engine| engine.ready());
        ready.map_or_else(|| "sandbox".to_owned(), |ready| ready.engine.clone())
    }

    fn kept(&self, identity: &str) -> Option<Arc<Policy>> {
        let policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        policies.get(identity).cloned()
    }

    fn read_policy(&self, identity: &str, toml: &str) -> Result<Arc<Policy>, PolicyError> {
        if let Some(policy) = self.kept(identity) {
            return Ok(policy);
        }
        let policy = Arc::new(Policy::from_toml(toml)?);
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        if policies.len() >= KEPT_POLICIES {
            policies.clear();
        }
        policies.insert(identity.to_owned(), Arc::clone(&policy));
        Ok(policy)
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
