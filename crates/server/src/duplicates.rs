//! Has this person another account, or a place on the blocklist? What is found is evidence; `core` judges it.

use menshen_core::Claims;
use menshen_core::card::ModelCards;
use menshen_core::decide::Outcome;
use menshen_core::duplicate::{Duplicates, FaceSearch, Missing};
use menshen_core::event::EventName;
use menshen_core::identity::{document_key, person_key};
use menshen_core::ids::ApplicantId;
use menshen_core::policy::{Part, Policy};
use menshen_core::question::{Judge, Question};
use menshen_core::time::Millis;
use menshen_core::{Decision, ReasonCode};
use menshen_store::{MarkKind, Tx, VerificationRow};

use crate::app::App;
use crate::capture::Embedding;
use crate::case::word;
use crate::faces::Wanted;
use crate::identity::Sharing;
use crate::problem::ApiError;

/// Accounts and entries that are told of, at most.
const MOST: u32 = 100;

/// Who is looked for.
pub struct Person<'a> {
    /// The verification.
    pub row: &'a VerificationRow,
    /// What it is judged by.
    pub policy: &'a Policy,
    /// What is asked.
    pub question: &'a Question,
    /// What was typed.
    pub claims: &'a Claims,
    /// The selfie's vector, where there is one.
    pub selfie: Option<&'a Embedding>,
    /// The models' cards.
    pub cards: &'a ModelCards,
}

/// What to do while this node has not read all faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Come back.
    Wait,
    /// Go on, and let a person look at it.
    Over,
}

/// What was found, and up to which change of the tenant's gallery nothing was missed.
pub struct Looked {
    /// What was found.
    pub found: Duplicates,
    /// The number of the last change that was seen.
    pub seq: i64,
}

/// Is another account with the same data a hit? In a sandbox the policy must say so.
fn is_searched(policy: &Policy, question: &Question) -> bool {
    question.judge == Judge::Evidence || policy.duplicates.sandbox
}

/// May another account be verified with the same document?
pub fn sharing(policy: &Policy, question: &Question) -> Sharing {
    match policy.duplicates.documents && is_searched(policy, question) {
        true => Sharing::Refused,
        false => Sharing::Allowed,
    }
}

impl Person<'_> {
    /// May another account be verified with the same document?
    pub fn sharing(&self) -> Sharing {
        sharing(self.policy, self.question)
    }

    /// Looks for the same document, identity and face on other accounts and on the blocklist. Faces are searched where
    /// `so_far`, what comes out without them, is not that something must be put right first.
    ///
    /// # Errors
    /// [`ApiError::Busy`] while this node has not read all faces and has patience; the store's.
    pub async fn look(
        &self,
        app: &App,
        so_far: Outcome,
        patience: Patience,
    ) -> Result<Looked, ApiError> {
        // Before anything is read: what changes meanwhile has a higher number.
        let seq = app.store.gallery_seq(self.row.tenant_id).await?;
        let mut found = Duplicates::default();
        self.look_document(app, &mut found).await?;
        self.look_identity(app, &mut found).await?;
        let face = self.question.judge == Judge::Evidence
            && self.question.parts.contains(&Part::Face)
            && self.policy.duplicates.faces
            && so_far <= Outcome::Review;
        if face {
            found.face = Some(self.look_face(app, patience).await?);
        }
        Ok(Looked { found, seq })
    }

    async fn look_document(&self, app: &App, found: &mut Duplicates) -> Result<(), ApiError> {
        let Claims {
            document,
            country,
            number,
            ..
        } = self.claims;
        let Some(key) = document_key(*document, country, number) else {
            return Ok(());
        };
        let (store, tenant) = (&app.store, self.row.tenant_id);
        if self.sharing() == Sharing::Refused {
            let mut ids = store
                .list_marked(tenant, MarkKind::Document, &key, MOST)
                .await?;
            ids.extend(store.list_unmarked(tenant, number, MOST).await?);
            found.document = self.others(ids);
        }
        let now = app.now();
        let blocked = store
            .list_blocked_documents(tenant, &key, now, MOST)
            .await?;
        found.blocked = blocked.into_iter().map(|row| row.id).collect();
        Ok(())
    }

    async fn look_identity(&self, app: &App, found: &mut Duplicates) -> Result<(), ApiError> {
        let asked = self.policy.duplicates.identities && is_searched(self.policy, self.question);
        let Some(key) = person_key(self.claims).filter(|_| asked) else {
            return Ok(());
        };
        let tenant = self.row.tenant_id;
        let ids = app
            .store
            .list_marked(tenant, MarkKind::Person, &key, MOST)
            .await?;
        // Whoever was verified as this person before has been told apart from the namesakes.
        if !ids.contains(&self.row.applicant_id) {
            found.identity = self.others(ids);
        }
        Ok(())
    }

    fn others(&self, mut ids: Vec<ApplicantId>) -> Vec<ApplicantId> {
        ids.retain(|id| *id != self.row.applicant_id);
        ids.sort();
        ids.dedup();
        ids
    }

    async fn look_face(&self, app: &App, patience: Patience) -> Result<FaceSearch, ApiError> {
        let missing = |missing| FaceSearch {
            missing: Some(missing),
            ..FaceSearch::default()
        };
        let Some(Embedding { model, vector }) = self.selfie else {
            return Ok(missing(Missing::NoVector));
        };
        let Some(card) = model.as_deref().and_then(|model| self.cards.find(model)) else {
            return Ok(missing(Missing::Uncalibrated));
        };
        let wanted = Wanted {
            tenant: self.row.tenant_id,
            applicant: self.row.applicant_id,
            card,
            vector,
            numbers: app.engine.as_ref().and_then(|e| e.ready().lead_numbers),
            rules: &self.policy.duplicates,
            now: app.now(),
        };
        let Some(mut search) = app.faces.search(&app.store, wanted).await? else {
            return match patience {
                Patience::Wait => Err(ApiError::Busy),
                Patience::Over => Ok(missing(Missing::NotReady)),
            };
        };
        let own = app.store.find_face(wanted.tenant, wanted.applicant).await?;
        if own.is_some() {
            // No new face comes into the gallery: this one was searched when it came.
            search.others.clear();
        }
        Ok(search)
    }
}

/// Tells the integrator of other accounts, where the decision says that there are.
///
/// # Errors
/// The store's.
pub async fn tell(
    tx: &mut Tx,
    row: &VerificationRow,
    found: Option<&Duplicates>,
    decision: &Decision,
    now: Millis,
) -> Result<(), ApiError> {
    let others = found.map(Duplicates::others).unwrap_or_default();
    let conflict = |reason: &menshen_core::Reason| reason.code == ReasonCode::AccountLinkedConflict;
    if others.is_empty() || !decision.reasons.iter().any(conflict) {
        return Ok(());
    }
    let payload = serde_json::json!({
        "verification": row.id,
        "applicant": row.applicant_id,
        "others": others,
        "codes": [ReasonCode::AccountLinkedConflict.as_str()],
        "at": now.to_timestamp(),
    });
    let name = word(&EventName::DuplicateFound);
    tx.append_event(row.tenant_id, &name, &payload.to_string(), now)
        .await?;
    Ok(())
}
