//! Searching for one person: what was found as evidence, and the alerts as rows.

use std::sync::Arc;
use std::time::Duration;

use menshen_core::Claims;
use menshen_core::event::EventName;
use menshen_core::evidence::{ScreeningEvidence, ScreeningHit};
use menshen_core::ids::{ApplicantId, ScreeningHitId, ScreeningListId, TenantId, VerificationId};
use menshen_core::policy::{SanctionList, ScreeningRules};
use menshen_core::time::Millis;
use menshen_document::Country;
use menshen_screening::{BirthDate, Entity, Hit, ListName, MAX_HITS, Query};
use menshen_store::{Met, NewScreeningHit, ScreeningHitRow, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::index::{Searchable, searchable};
use crate::app::App;
use crate::case::{Case, word};
use crate::problem::{ApiError, chain};
use crate::record::{self, Act};

/// How long a decision waits for an index that is being made. Then it goes to a person.
const PATIENCE: Duration = Duration::from_secs(20);
/// Names, dates, countries and programmes of an entry that are kept with a hit, each.
const KEPT: usize = 20;

/// What was found for one person.
pub struct Found {
    /// For the decision.
    pub evidence: ScreeningEvidence,
    /// What a person must look at, and what somebody has cleared.
    pub alerts: Vec<Alert>,
    /// By which rules.
    rules: ScreeningRules,
    /// The versions that were searched; none where nothing was.
    ids: Option<Vec<ScreeningListId>>,
}

/// An entry near enough for the policy.
pub struct Alert {
    list: SanctionList,
    list_id: ScreeningListId,
    entry: String,
    entry_digest: String,
    score: f32,
    detail: Vec<u8>,
    pub(super) exception: Option<ScreeningHitId>,
}

/// What stands on both sides of a hit: personal, and sealed where it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HitDetail {
    /// How the score came about, in plain English.
    pub explanation: String,
    /// Names of the entry, the primary one first.
    pub names: Vec<String>,
    /// Its dates of birth: a day, a year, or two years.
    pub birth_dates: Vec<String>,
    /// Its countries, ICAO codes.
    pub countries: Vec<String>,
    /// Why it is listed, in the list's own words.
    pub programmes: Vec<String>,
}

/// Returns whom to look for. The name as typed agrees with the document, or the verification fails by that.
pub fn query(claims: &Claims) -> Query {
    let first = claims.first.as_ref().map(|first| first.name.clone());
    let mut names = vec![claims.name.clone()];
    names.extend(first.filter(|name| *name != claims.name));
    let country = claims.nationality.as_deref().unwrap_or(&claims.country);
    Query {
        names,
        birth_date: Some(claims.birth_date),
        country: Country::parse(country).ok(),
    }
}

/// Returns the rules to search by: those of a verification's policy, or where it asks for no search, of the policy in
/// force. Whoever is open while a tenant turns screening on would be searched by neither it nor the search of everyone.
async fn rules(app: &App, case: &Case) -> Result<Option<ScreeningRules>, ApiError> {
    if case.policy.screening.required {
        return Ok(Some(case.policy.screening.clone()));
    }
    let tenant = app.store.find_tenant(case.row.tenant_id).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let in_force = app.policy(&tenant)?.screening.clone();
    Ok(in_force.required.then_some(in_force))
}

/// Searches for the person of a verification, where its policy or the one in force asks for that. What cannot be searched
/// is told as evidence that names no list.
///
/// # Errors
/// The store's: then it is tried again. So is a search that failed and is no evidence, as only the policy in force asks
/// for it.
pub async fn of_case(app: &App, case: &Case, claims: &Claims) -> Result<Option<Found>, ApiError> {
    let Some(rules) = rules(app, case).await? else {
        return Ok(None);
    };
    let looked = match tokio::time::timeout(PATIENCE, searchable(app)).await {
        Ok(Ok(lists)) => look_aside(lists, query(claims), rules.clone()).await,
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ApiError::Busy),
    };
    let mut found = match looked {
        Ok(found) => found,
        Err(error) if !case.policy.screening.required => return Err(error),
        Err(error) => {
            tracing::error!(verification.id = %case.row.id, error = %chain(&error), "lists were not searched");
            return Ok(Some(Found {
                evidence: ScreeningEvidence::default(),
                alerts: Vec::new(),
                rules,
                ids: None,
            }));
        }
    };
    let known = app
        .store
        .list_applicant_screening_hits(case.row.tenant_id, case.row.applicant_id)
        .await?;
    except(&mut found, &known, app.now());
    Ok(Some(found))
}

async fn look_aside(
    lists: Arc<Searchable>,
    query: Query,
    rules: ScreeningRules,
) -> Result<Found, ApiError> {
    let looked = tokio::task::spawn_blocking(move || look(&lists, &query, &rules));
    looked.await.map_err(ApiError::machine)
}

/// Searches for one person. Takes milliseconds of a core.
pub fn look(lists: &Searchable, query: &Query, rules: &ScreeningRules) -> Found {
    let hits = match lists.lists.is_empty() {
        true => Vec::new(),
        false => lists.index.search(query),
    };
    let mut found = Found {
        evidence: ScreeningEvidence {
            lists: lists
                .lists
                .iter()
                .map(|(list, (_, sha256))| (*list, sha256.clone()))
                .collect(),
            hits: Vec::with_capacity(hits.len()),
            cut: hits.len() >= MAX_HITS,
        },
        alerts: Vec::new(),
        rules: rules.clone(),
        ids: Some(lists.ids.clone()),
    };
    for hit in &hits {
        let list = of(hit.entity.list);
        found.evidence.hits.push(ScreeningHit {
            list,
            entry: hit.entity.id.clone(),
            score: hit.score,
            exception: None,
        });
        let Some((list_id, _)) = lists.lists.get(&list) else {
            continue;
        };
        if rules.lists.contains(&list) && hit.score >= rules.alert_score {
            found.alerts.push(alert(list, *list_id, hit));
        }
    }
    found
}

const fn of(list: ListName) -> SanctionList {
    match list {
        ListName::OfacSdn => SanctionList::OfacSdn,
        ListName::UnConsolidated => SanctionList::Un,
        ListName::EuConsolidated => SanctionList::Eu,
    }
}

fn alert(list: SanctionList, list_id: ScreeningListId, hit: &Hit<'_>) -> Alert {
    let entity = hit.entity;
    let detail = HitDetail {
        explanation: hit.explanation.to_string(),
        names: some(entity.names.iter().map(|name| name.text.clone())),
        birth_dates: some(entity.birth_dates.iter().map(birth_date)),
        countries: some(entity.countries.iter().map(|c| c.code().to_owned())),
        programmes: some(entity.programmes.iter().cloned()),
    };
    Alert {
        list,
        list_id,
        entry: entity.id.clone(),
        entry_digest: digest(entity),
        score: hit.score,
        detail: serde_json::to_vec(&detail).expect("texts are JSON"),
        exception: None,
    }
}

fn some(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.take(KEPT).collect()
}

fn birth_date(date: &BirthDate) -> String {
    match date {
        BirthDate::Exact(day) => day.to_string(),
        BirthDate::Year(year) => year.to_string(),
        BirthDate::Range { from, to } => format!("{from} to {to}"),
    }
}

/// Returns the digest of what a list says of an entry: with another one it is looked at anew.
fn digest(entity: &Entity) -> String {
    let bytes = serde_json::to_vec(entity).expect("an entry holds nothing that JSON lacks");
    menshen_ledger::Hash::of(&bytes).to_string()
}

/// Marks the alerts that somebody has cleared.
fn except(found: &mut Found, known: &[ScreeningHitRow], now: Millis) {
    for alert in &mut found.alerts {
        // Newest first: what was found about an entry last counts.
        let newest = known
            .iter()
            .find(|row| row.list == alert.list && row.entry == alert.entry);
        alert.exception = newest
            .filter(|row| row.covers(&alert.entry_digest, now))
            .map(|row| row.id);
        let same = |hit: &&mut ScreeningHit| hit.list == alert.list && hit.entry == alert.entry;
        if let Some(hit) = found.evidence.hits.iter_mut().find(same) {
            hit.exception = alert.exception;
        }
    }
}

/// Whose name it is.
#[derive(Clone, Copy)]
pub struct Whose {
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub applicant: ApplicantId,
    /// The verification that is judged, or by which the person was first verified.
    pub verification: VerificationId,
}

impl Found {
    /// Was anything searched at all? Lists that are not there are no reason against it: the policy tells.
    pub const fn was_searched(&self) -> bool {
        self.ids.is_some()
    }

    /// Must somebody look at a hit before the person is approved?
    pub fn is_open(&self) -> bool {
        let open = |alert: &Alert| alert.exception.is_none();
        self.alerts.iter().any(open) || self.may_have_more()
    }

    /// Where even the last of as many hits as are named is an alert, the next one may be one, too.
    fn may_have_more(&self) -> bool {
        let reaches = |hit: &ScreeningHit| hit.score >= self.rules.alert_score;
        self.evidence.cut && self.evidence.hits.iter().all(reaches)
    }

    /// Was a list left out that the rules name and that is in force? Its kept files do not read.
    ///
    /// # Errors
    /// The store's.
    pub async fn lacks_one(&self, app: &App) -> Result<bool, ApiError> {
        let rows = app.store.list_screening_in_force().await?;
        let mut wanted = rows
            .iter()
            .map(|row| &row.list)
            .filter(|list| self.rules.lists.contains(list));
        Ok(wanted.any(|list| !self.evidence.lists.contains_key(list)))
    }

    /// Returns the names of the lists that were searched, for the audit log.
    pub fn lists(&self) -> String {
        let names: Vec<&str> = self.evidence.lists.keys().map(|list| list.name()).collect();
        names.join(",")
    }

    /// Checks that what was searched is in force still: whoever is verified while a list changes would otherwise be
    /// searched in neither.
    ///
    /// # Errors
    /// [`ApiError::Stale`]: search again.
    pub async fn check(&self, tx: &mut Tx) -> Result<(), ApiError> {
        let Some(ids) = &self.ids else { return Ok(()) };
        let rows = tx.list_screening_in_force().await?;
        if rows.iter().map(|row| row.id).eq(ids.iter().copied()) {
            return Ok(());
        }
        Err(ApiError::Stale)
    }
}

/// Notes the alerts that are news, with their audit entries and events; returns how many.
///
/// # Errors
/// [`ApiError::Stale`] where an exception was taken back since the search; [`ApiError::Erased`].
pub async fn note(
    tx: &mut Tx,
    whose: Whose,
    alerts: &[Alert],
    now: Millis,
) -> Result<i64, ApiError> {
    let mut n_new = 0;
    for alert in alerts {
        let new = NewScreeningHit {
            tenant_id: whose.tenant,
            applicant_id: whose.applicant,
            verification_id: whose.verification,
            list: alert.list,
            list_id: alert.list_id,
            entry: &alert.entry,
            entry_digest: &alert.entry_digest,
            score_permille: (f64::from(alert.score) * 1_000.0).round() as i64,
            detail: &alert.detail,
        };
        match (tx.meet_screening_hit(&new, now).await?, alert.exception) {
            (Met::New(id), None) => {
                tell(tx, whose, alert, id, now).await?;
                n_new += 1;
            }
            (Met::Known(_), None) => {}
            (Met::Known(row), Some(_)) if row.covers(&alert.entry_digest, now) => {}
            _ => return Err(ApiError::Stale),
        }
    }
    Ok(n_new)
}

async fn tell(
    tx: &mut Tx,
    whose: Whose,
    alert: &Alert,
    id: ScreeningHitId,
    now: Millis,
) -> Result<(), ApiError> {
    let act = Act::system(Some(whose.tenant), "screening.hit", "screening_hit", id.0)
        .with("list", alert.list.name())
        .with("version", alert.list_id.to_string())
        .with("applicant", whose.applicant.to_string());
    record::audit(tx, act, now).await?;
    let payload = json!({
        "hit": id,
        "applicant": whose.applicant,
        "verification": whose.verification,
        "list": alert.list,
        "at": now.to_timestamp(),
    });
    let name = word(&EventName::ScreeningHit);
    tx.append_event(whose.tenant, &name, &payload.to_string(), now)
        .await?;
    Ok(())
}
