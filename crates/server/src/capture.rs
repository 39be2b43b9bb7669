//! A photo on its way: judged on arrival, then kept.

use axum::body::Bytes;
use menshen_core::evidence::{FaceEvidence, PageEvidence};

use menshen_core::progress::Material;
use menshen_core::reason::{Reason, Step};
use menshen_core::time::Millis;
use menshen_core::{judge_face, judge_page};
use menshen_document::Side;
use menshen_engine::{Answer, PoolError, Request, Standing};
use menshen_store::{
    CaptureRow, DigestKind, NewCapture, Opened, Part, Purpose, StagedBlob, StoreError, TenantKind,
    TenantRow, Tx, VerificationRow,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::case::{Case, codes};
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::today;

/// Returns where a part is put right.
pub const fn step(part: Part) -> Step {
    match part {
        Part::Front => Step::DocumentFront,
        Part::Back => Step::DocumentBack,
        Part::Selfie => Step::Selfie,
    }
}

/// What was measured in a photo.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// On a page of a document.
    Page(Box<PageEvidence>),
    /// On a person.
    Face(Box<FaceEvidence>),
    /// In a sandbox nothing is measured.
    Nothing,
}

/// A photo, judged by itself.
pub struct Judged {
    measured: Measured,
    embedding: Option<Vec<f32>>,
    embedder: Option<String>,
    clean: Option<Vec<u8>>,
    /// What was found.
    pub reasons: Vec<Reason>,
}

/// What is sealed of a photo.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// What was measured.
    pub measured: Measured,
    /// SHA-256 of the file as it came.
    pub sha256: [u8; 32],
    /// Its bytes.
    pub bytes: u64,
    /// The model that measured the face's vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
}

/// The vector of a face, and the model that measured it where that was noted.
pub struct Embedding {
    /// The model.
    pub model: Option<String>,
    /// The vector.
    pub vector: Vec<f32>,
}

/// Measures a photo in a process of its own and judges it by itself. A bad photo is a result.
///
/// # Errors
/// [`ApiError::Busy`] where all processes are at work, died or took too long: nothing is known of the photo.
pub async fn judge(
    app: &App,
    tenant: &TenantRow,
    case: &Case,
    part: Part,
    bytes: &Bytes,
) -> Result<Judged, ApiError> {
    if tenant.kind == TenantKind::Sandbox {
        return Ok(Judged {
            measured: Measured::Nothing,
            embedding: None,
            embedder: None,
            clean: None,
            reasons: Vec::new(),
        });
    }
    let engine = app.engine.as_ref().ok_or(ApiError::Busy)?;
    let bytes = bytes.to_vec();
    let request = match part {
        Part::Front | Part::Back => Request::Page { bytes },
        Part::Selfie => Request::Selfie { bytes },
    };
    let answer = engine
        .ask(request, standing(case))
        .await
        .map_err(|error| busy(app, &error))?;
    let day = today(app.now());
    let embedder = Some(engine.ready().embedder.clone());
    Ok(match answer {
        Answer::Page {
            evidence,
            portrait,
            clean,
        } => {
            let side = match part {
                Part::Back => Side::Back,
                _ => Side::Front,
            };
            let reasons = judge_page(&case.policy, &evidence, Some(side), day);
            let measured = Measured::Page(Box::new(evidence));
            Judged {
                measured,
                embedding: portrait,
                embedder,
                clean,
                reasons,
            }
        }
        Answer::Selfie {
            evidence,
            embedding,
            clean,
        } => {
            let reasons = judge_face(&case.policy, &evidence);
            let measured = Measured::Face(Box::new(evidence));
            Judged {
                measured,
                embedding,
                embedder,
                clean,
                reasons,
            }
        }
        Answer::Statement { .. }
        | Answer::Clean { .. }
        | Answer::Frame { .. }
        | Answer::Score { .. } => {
            return Err(ApiError::Busy);
        }
    })
}

/// Returns whether a good photo of the verification was measured before.
fn standing(case: &Case) -> Standing {
    let photos = [Step::DocumentFront, Step::DocumentBack, Step::Selfie];
    let begun = photos.iter().any(|step| case.progress.done.contains(step));
    if begun {
        Standing::Begun
    } else {
        Standing::New
    }
}

/// Returns the vector of a photo's face, where one was measured.
///
/// # Errors
/// [`ApiError::Erased`] where the person was erased; the store's.
pub async fn embedding(app: &App, row: &CaptureRow) -> Result<Option<Embedding>, ApiError> {
    let (tenant, id) = (row.tenant_id, row.id);
    let sealed = app.store.find_capture_evidence(tenant, id).await?;
    let sealed = sealed.ok_or(ApiError::NotFound("photo"))?;
    let kept: Kept = serde_json::from_slice(&sealed).map_err(ApiError::machine)?;
    let vector = app.store.find_capture_embedding(tenant, id).await;
    let vector = unless_destroyed(vector)?;
    let vector = vector.and_then(|bytes| from_bytes(&bytes));
    Ok(vector.map(|vector| Embedding {
        model: kept.embedder,
        vector,
    }))
}

/// Returns a face's vector; `None`, too, where only the biometric key was destroyed: the consent was withdrawn, or its
/// time ran out. Of somebody who was erased nothing else can be read either.
///
/// # Errors
/// The store's.
pub fn unless_destroyed(
    found: Result<Option<Opened>, StoreError>,
) -> Result<Option<Opened>, StoreError> {
    match found {
        Err(StoreError::Erased) => Ok(None),
        found => found,
    }
}

/// Checks that a face can be kept.
///
/// # Errors
/// `consent_withdrawn` where the person's biometric key was destroyed; the store's.
pub async fn face_is_kept(app: &App, row: &VerificationRow, part: Part) -> Result<(), ApiError> {
    let (tenant, applicant) = (row.tenant_id, row.applicant_id);
    let purpose = part.purpose();
    if purpose != Purpose::Biometric || app.store.has_key(tenant, applicant, purpose).await? {
        return Ok(());
    }
    let detail = "the person's face data were destroyed: record the consent `biometric_template` again first";
    Err(ApiError::conflict("consent_withdrawn", detail))
}

/// Counts and names what went wrong with a process, without anything of the photo.
pub fn busy(app: &App, error: &PoolError) -> ApiError {
    app.metrics.engine_failed(error);
    tracing::warn!(%error, "a photo was not judged");
    ApiError::Busy
}

/// Returns the digest by which the same bytes are known again.
pub fn digest(app: &App, case: &Case, bytes: &[u8]) -> String {
    app.store
        .digest(case.row.tenant_id, DigestKind::Photo, bytes)
}

/// A photo with everything found, its sealed pictures in their places: what is left to do is one transaction.
pub struct Prepared {
    part: Part,
    digest: String,
    evidence: Vec<u8>,
    embedding: Option<Vec<u8>>,
    reasons: Vec<u8>,
    codes: Vec<String>,
    image: Option<StagedBlob>,
    original: Option<StagedBlob>,
    usable: bool,
}

impl Prepared {
    /// Seals the pictures and puts them in their places.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(
        app: &App,
        case: &Case,
        part: Part,
        bytes: &Bytes,
        judged: Judged,
        now: Millis,
    ) -> Result<Self, ApiError> {
        let material = Material::of(&judged.reasons);
        let kept = Kept {
            measured: judged.measured,
            sha256: Sha256::digest(bytes).into(),
            bytes: bytes.len() as u64,
            embedder: judged.embedder.filter(|_| judged.embedding.is_some()),
        };
        let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
        let purpose = part.purpose();
        // A sandbox measures nothing and keeps no photo.
        let real = !matches!(kept.measured, Measured::Nothing);
        let original = (real && case.policy.originals.keep).then_some(&bytes[..]);
        let mut staged = [None, None];
        for (place, photo) in staged.iter_mut().zip([judged.clean.as_deref(), original]) {
            if let Some(photo) = photo {
                let blob = app
                    .store
                    .stage_blob(tenant, applicant, purpose, photo, now)
                    .await?;
                *place = Some(blob);
            }
        }
        let [image, original] = staged;
        Ok(Self {
            part,
            digest: digest(app, case, bytes),
            evidence: serde_json::to_vec(&kept).map_err(ApiError::machine)?,
            embedding: judged.embedding.as_deref().map(to_bytes),
            reasons: serde_json::to_vec(&judged.reasons).map_err(ApiError::machine)?,
            codes: codes(&judged.reasons),
            image,
            original,
            usable: material == Material::Good,
        })
    }

    /// Records it.
    ///
    /// # Errors
    /// The store's.
    pub async fn record(
        self,
        tx: &mut Tx,
        case: &Case,
        now: Millis,
    ) -> Result<CaptureRow, ApiError> {
        let new = NewCapture {
            tenant_id: case.row.tenant_id,
            applicant_id: case.row.applicant_id,
            verification_id: case.row.id,
            part: self.part,
            attempt: case.row.attempt,
            digest: self.digest,
            evidence: &self.evidence,
            embedding: self.embedding.as_deref(),
            reasons: &self.reasons,
            codes: self.codes,
            image: self.image,
            original: self.original,
            usable: self.usable,
        };
        Ok(tx.record_capture(new, now).await?.row().clone())
    }
}

/// Keeps a photo with everything found: in one transaction, but for the sealed picture, which lies ready before it.
///
/// # Errors
/// [`menshen_core::verification::NotNow`] where the verification takes nothing; the store's.
pub async fn keep(
    app: &App,
    case: &mut Case,
    part: Part,
    bytes: &Bytes,
    judged: Judged,
    act: Act,
) -> Result<(CaptureRow, Vec<Reason>), ApiError> {
    let now = app.now();
    let material = Material::of(&judged.reasons);
    case.progress = case.progress.clone().collected(step(part), material, now)?;
    let reasons = judged.reasons.clone();
    let prepared = Prepared::new(app, case, part, bytes, judged, now).await?;
    let mut tx = app.store.begin().await?;
    let row = prepared.record(&mut tx, case, now).await?;
    case.write(&mut tx, now).await?;
    let act = act
        .with("capture", row.id.to_string())
        .with("codes", codes(&reasons).join(","));
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    app.metrics.captured(part, material);
    Ok((row, reasons))
}

/// Returns a vector as bytes, little end first.
pub fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Returns a vector of its bytes; `None` where they are none.
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| {
        values
            .iter()
            .map(|value| f32::from_le_bytes(*value))
            .collect()
    })
}
