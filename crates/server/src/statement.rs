//! A hand-held statement: dictated for one appeal, read in a process of its own, kept sealed.

use std::sync::Arc;

use axum::body::Bytes;
use jiff::civil::Date;
use menshen_core::progress::Material;
use menshen_core::statement::{
    self, LONGEST_LINE, MOST_LINES, Nonce, ReadLine, Statement, StatementEvidence, StatementVerdict,
};
use menshen_core::time::Millis;
use menshen_core::{Claims, Locale, ModelCards, Policy, Reason, sandbox};
use menshen_engine::{Answer, Request, Standing};
use menshen_store::{Part, StatementRow, Store, TenantKind, TenantRow};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::capture;
use crate::case::Case;
use crate::problem::ApiError;

/// Longest name of a service on a sheet: people write it by hand.
const LONGEST_SERVICE: usize = 40;
/// After so many photos that no machine could read, a person looks at the last: a hand that nobody's machine reads is no
/// reason to turn somebody away.
const TRIES: i64 = 3;

/// Reason codes of a magic text that count.
const MOST_CODES: usize = 8;

/// One statement in every language, with one code.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dictated(pub Vec<Statement>);

/// What is sealed of a photo.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// What was measured.
    pub evidence: StatementEvidence,
    /// What follows.
    pub verdict: StatementVerdict,
    /// SHA-256 of the file as it came.
    pub sha256: [u8; 32],
    /// Its bytes.
    pub bytes: u64,
}

/// A photo, judged.
pub struct Judged {
    /// What was measured.
    pub evidence: StatementEvidence,
    /// What follows, by the language that it was written in.
    pub verdict: StatementVerdict,
    /// The clean photo.
    pub clean: Option<Vec<u8>>,
    seen: bool,
}

impl Judged {
    /// Returns what was found.
    pub fn reasons(&self) -> &[Reason] {
        &self.verdict.reasons
    }

    /// Need the photo not be taken again, after so many that came before? It never decides anything.
    pub fn is_usable(&self, before: i64) -> bool {
        let good = Material::of(self.reasons()) == Material::Good;
        good || self.seen && before + 1 >= TRIES
    }
}

/// Composes the statement of an appeal: the person's name, the operator's, the day at the operator's, and a code by chance.
///
/// # Errors
/// `name_absent` where the person's name is not known or no sheet can hold it.
pub async fn dictate(
    app: &App,
    tenant: &TenantRow,
    case: &Case,
    policy: &Policy,
    now: Millis,
) -> Result<Dictated, ApiError> {
    let absent =
        || ApiError::conflict("name_absent", "there is no name that could be written down");
    let name = match case.claims(app).await? {
        Some(claims) => claims.name,
        None => first_name(app, case).await?.ok_or_else(absent)?,
    };
    // The codes in the magic names of a sandbox are no writing.
    let name = match tenant.kind {
        TenantKind::Sandbox => name.replace('_', " "),
        TenantKind::Live => name,
    };
    let service = service(tenant);
    let random = Store::random_key()?;
    let nonce = Nonce::of_random(u64::from_le_bytes(
        random[..8].try_into().unwrap_or_default(),
    ));
    let day = policy.calendar.date(now);
    let compose = |locale| Statement::new(locale, &name, &service, day, nonce);
    let composed: Result<Vec<_>, _> = Locale::ALL.into_iter().map(compose).collect();
    composed.map(Dictated).map_err(|_| absent())
}

/// Returns the operator's name as it stands on a sheet.
pub fn service(tenant: &TenantRow) -> String {
    tenant.name.chars().take(LONGEST_SERVICE).collect()
}

async fn first_name(app: &App, case: &Case) -> Result<Option<String>, ApiError> {
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    let sealed = app.store.find_identity_claims(tenant, applicant).await?;
    let claims = sealed.map(|sealed| serde_json::from_slice::<Claims>(&sealed));
    let claims = claims.transpose().map_err(ApiError::machine)?;
    Ok(claims.map(|claims| claims.name))
}

/// Reads and judges the photo of a statement. A sandbox looks at none: a text that begins with `MAGIC` stands for what would
/// be read, and reason codes in its first line for what would be found.
///
/// # Errors
/// [`ApiError::Busy`] where all processes are at work, died or took too long: nothing is known of the photo.
pub async fn judge(
    app: &App,
    tenant: &TenantRow,
    case: &Case,
    row: &StatementRow,
    bytes: &Bytes,
) -> Result<Judged, ApiError> {
    let dictated = app.store.find_dictated(row).await?;
    let dictated = dictated.ok_or(ApiError::NotFound("statement"))?;
    let dictated: Dictated = serde_json::from_slice(&dictated).map_err(ApiError::machine)?;
    let policy = app.policy(tenant)?;
    let today = policy.calendar.date(app.now());
    let cards = app.engine.as_ref().map(|engine| engine.cards());
    let cards = cards.unwrap_or_default();
    let best = Best {
        dictated,
        policy,
        cards,
        today,
    };
    if tenant.kind == TenantKind::Sandbox {
        let (evidence, magic) = pretend(bytes);
        let (evidence, mut verdict) = best.of(evidence).await?;
        verdict.reasons = match &magic {
            Magic::Nothing => Vec::new(),
            Magic::Codes(reasons) => reasons.clone(),
            // A sandbox has no faces.
            Magic::Text => about_text(verdict.reasons),
        };
        return Ok(Judged {
            evidence,
            verdict,
            clean: None,
            seen: true,
        });
    }
    let engine = app.engine.as_ref().ok_or(ApiError::Busy)?;
    let request = Request::Statement {
        bytes: bytes.to_vec(),
        template: template(app, case).await?,
    };
    let answer = engine.ask(request, Standing::Begun).await;
    match answer.map_err(|error| capture::busy(app, &error))? {
        Answer::Statement {
            evidence, clean, ..
        } => {
            let (evidence, verdict) = best.of(evidence).await?;
            Ok(Judged {
                verdict,
                seen: evidence.unreadable.is_none() && clean.is_some(),
                evidence,
                clean,
            })
        }
        _ => Err(ApiError::Busy),
    }
}

/// What a photo is compared with.
struct Best {
    dictated: Dictated,
    policy: Arc<Policy>,
    cards: ModelCards,
    today: Date,
}

impl Best {
    /// Returns the evidence with its verdict. It was written in one language: the verdict in which most of the sentence was
    /// read is the one. Comparing takes a core some time, which no other request waits for.
    async fn of(
        self,
        evidence: StatementEvidence,
    ) -> Result<(StatementEvidence, StatementVerdict), ApiError> {
        let judged = tokio::task::spawn_blocking(move || {
            let own = self.dictated.0.iter();
            let judged = own
                .map(|own| statement::judge(&self.policy, own, &evidence, &self.cards, self.today));
            let share = |verdict: &StatementVerdict| verdict.comparison.purpose_share;
            let best = judged.max_by(|a, b| share(a).total_cmp(&share(b)));
            best.map(|verdict| (evidence, verdict))
        });
        let judged = judged.await.map_err(ApiError::machine)?;
        judged.ok_or(ApiError::NotFound("statement"))
    }
}

/// Returns the face that the photo should show: the document's portrait, else the selfie, else the face first verified.
async fn template(app: &App, case: &Case) -> Result<Option<Vec<f32>>, ApiError> {
    let (tenant, id) = (case.row.tenant_id, case.row.id);
    let rows = app.store.list_captures(tenant, id).await?;
    for part in [Part::Front, Part::Selfie] {
        let newest = rows
            .iter()
            .find(|row| row.part == part && row.replaced_at.is_none());
        let Some(row) = newest else { continue };
        let vector = app.store.find_capture_embedding(tenant, row.id).await?;
        if let Some(vector) = vector.and_then(|bytes| capture::from_bytes(&bytes)) {
            return Ok(Some(vector));
        }
    }
    let first = app
        .store
        .find_identity_template(tenant, case.row.applicant_id)
        .await?;
    Ok(first.and_then(|bytes| capture::from_bytes(&bytes)))
}

/// What a sandbox was told.
enum Magic {
    /// Nothing: every photo is fine.
    Nothing,
    /// What would be found.
    Codes(Vec<Reason>),
    /// What would be read.
    Text,
}

fn pretend(bytes: &Bytes) -> (StatementEvidence, Magic) {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if !first
        .split_whitespace()
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("magic"))
    {
        return (StatementEvidence::default(), Magic::Nothing);
    }
    let reasons: Vec<Reason> = sandbox::codes(first)
        .take(MOST_CODES)
        .map(Reason::new)
        .collect();
    let line = |text: &str| ReadLine {
        text: text.chars().take(LONGEST_LINE).collect(),
        confidence: 1.0,
        ..ReadLine::default()
    };
    let evidence = StatementEvidence {
        lines: lines.take(MOST_LINES).map(line).collect(),
        ..StatementEvidence::default()
    };
    match reasons.is_empty() {
        true => (evidence, Magic::Text),
        false => (evidence, Magic::Codes(reasons)),
    }
}

fn about_text(mut reasons: Vec<Reason>) -> Vec<Reason> {
    use menshen_core::ReasonCode::{StatementDateOld, StatementTextMismatch};
    reasons.retain(|reason| [StatementDateOld, StatementTextMismatch].contains(&reason.code));
    reasons
}
