//! What a case is about, side by side: for whoever holds it, and nobody else.

use menshen_core::decide::judge_match;
use menshen_core::review::{Beside, Queue, Reviewer, beside};
use menshen_core::time::Millis;
use menshen_ledger::CaseFile;
use menshen_store::{CaptureRow, DecisionRow, NoteRow, ReviewCaseRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::images::belongs;
use crate::app::App;
use crate::problem::ApiError;
use crate::review::Read;
use crate::routes::appeal_evidence::{self, AppealEvidenceOut};
use crate::routes::reasons::{Audience, BoxOut, ReasonOut, part, show};

/// What a case is about. Personal.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceOut {
    /// Each field, typed and read, with the place where they part.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub beside: serde_json::Value,
    /// What the machine found, with figures, and the place on the photo.
    pub reasons: Vec<ReasonOut>,
    /// All that was measured.
    #[schema(value_type = serde_json::Value)]
    pub measured: serde_json::Value,
    /// The comparison of the faces, where there was one.
    pub faces: Option<FacesOut>,
    /// The photos that the decision was about.
    pub photos: Vec<PhotoOut>,
    /// Other applicants whose document has the same number.
    pub duplicates: Vec<Uuid>,
    /// When the machine decided, RFC 3339.
    pub decided_at: String,
    /// What was decided about the verification before the case was opened, newest first; who looks again is not shown what
    /// people have said.
    pub history: Vec<EarlierOut>,
    /// What the person brings with their appeal, where the case is one.
    pub appeal: Option<AppealEvidenceOut>,
    /// Notes of colleagues; those of people who have voted only in a dispute.
    pub notes: Vec<NoteOut>,
    /// What was said, in a dispute. Before, nobody knows what the other has said.
    pub votes: Vec<VoteOut>,
}

/// A decision that was made before.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarlierOut {
    /// The id.
    pub id: Uuid,
    /// On which submission.
    pub attempt: i64,
    /// `approved`, `review`, `retry` or `refused`.
    pub outcome: String,
    /// The codes of its reasons.
    pub codes: Vec<String>,
    /// The case in which people decided; none where the machine did.
    pub case: Option<Uuid>,
    /// When, RFC 3339.
    pub at: String,
}

/// A comparison of two faces.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacesOut {
    /// The model that compared them.
    pub model: String,
    /// How alike they are.
    pub score: f32,
    /// From where on the policy accepts, where the model is calibrated.
    pub accepted_from: Option<f32>,
}

/// A photo of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoOut {
    /// The id.
    pub id: Uuid,
    /// `front`, `back` or `selfie`.
    pub part: String,
    /// Is there a picture to look at? A sandbox keeps none.
    pub image: bool,
    /// When it arrived, RFC 3339.
    pub created_at: String,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteOut {
    /// The id.
    pub id: Uuid,
    /// Who wrote it.
    pub staff: Uuid,
    /// What it says.
    pub text: String,
    /// When it was written, RFC 3339.
    pub created_at: String,
}

/// What somebody has said.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoteOut {
    /// Who.
    pub staff: Uuid,
    /// `approve`, `refuse` or `ask_again`.
    pub verdict: String,
    /// Why.
    pub codes: Vec<String>,
    /// When, RFC 3339.
    pub at: String,
}

/// Returns what a case is about.
///
/// # Errors
/// The store's, [`ApiError::Erased`] among them.
pub async fn gather(app: &App, read: &Read, who: &Reviewer) -> Result<EvidenceOut, ApiError> {
    let (file, _) = read.file(app).await?;
    let row = &read.row;
    let tenant = row.case.tenant;
    let photos = app.store.list_captures(tenant, row.verification_id).await?;
    let number = &file.claims.number;
    let same = app.store.list_identities_by_number(tenant, number).await?;
    let others = same.into_iter().map(|row| row.applicant_id);
    let notes = app.store.list_review_notes(row).await?;
    let earlier = app
        .store
        .list_verification_decisions(tenant, row.verification_id)
        .await?;
    let fields: Vec<Beside> = beside(&read.policy, &file.claims, &file.evidence, file.today);
    Ok(EvidenceOut {
        beside: serde_json::to_value(&fields).map_err(ApiError::machine)?,
        reasons: placed(show(&file.decision.reasons, Audience::Operator), &fields),
        measured: serde_json::to_value(&file.evidence).map_err(ApiError::machine)?,
        faces: faces(read, &file),
        photos: newest(photos.into_iter().filter(|photo| belongs(row, photo))),
        duplicates: others
            .filter(|other| *other != row.case.applicant)
            .map(|other| other.0)
            .collect(),
        decided_at: text(file.made_at),
        history: history(row, earlier),
        appeal: appeal_evidence::gather(app, row).await?,
        notes: notes
            .iter()
            .filter(|note| shown(read, note, who))
            .map(note)
            .collect(),
        votes: if row.disputed {
            votes(read)
        } else {
            Vec::new()
        },
    })
}

/// Says on which photo a place is that is put right in the form: where the field was read.
fn placed(mut reasons: Vec<ReasonOut>, fields: &[Beside]) -> Vec<ReasonOut> {
    let findings = reasons
        .iter_mut()
        .filter_map(|reason| reason.finding.as_mut());
    for finding in findings.filter(|finding| finding.part.is_none()) {
        let mut read = fields.iter().flat_map(|field| &field.read);
        let there = read.find(|read| finding.region == Some(BoxOut::from(read.region)));
        finding.part = there.and_then(|read| part(read.step));
    }
    reasons
}

fn history(row: &ReviewCaseRow, earlier: Vec<DecisionRow>) -> Vec<EarlierOut> {
    let blind = row.case.matter.queue == Queue::Recheck;
    let shown = |decision: &DecisionRow| {
        decision.created_at <= row.opened_at && !(blind && decision.case_id.is_some())
    };
    let out = earlier
        .into_iter()
        .filter(shown)
        .map(|decision| EarlierOut {
            id: decision.id.0,
            attempt: decision.attempt,
            outcome: decision.outcome,
            codes: decision.codes,
            case: decision.case_id.map(|id| id.0),
            at: text(decision.created_at),
        });
    out.collect()
}

fn text(at: Millis) -> String {
    at.to_timestamp().to_string()
}

fn faces(read: &Read, file: &CaseFile) -> Option<FacesOut> {
    let compared = file.evidence.face_match.as_ref()?;
    let card = file.cards.find(&compared.model);
    let verdict = judge_match(&read.policy, compared, card);
    Some(FacesOut {
        model: compared.model.clone(),
        score: compared.score,
        accepted_from: verdict.threshold,
    })
}

/// Returns the newest photo of each part; photos come newest first.
fn newest(photos: impl Iterator<Item = CaptureRow>) -> Vec<PhotoOut> {
    let mut kept: Vec<PhotoOut> = Vec::new();
    for photo in photos {
        let part = photo.part.as_str();
        if kept.iter().all(|other| other.part != part) {
            kept.push(PhotoOut {
                id: photo.id.0,
                part: part.to_owned(),
                image: photo.image_blob.is_some(),
                created_at: text(photo.created_at),
            });
        }
    }
    kept
}

/// Is a note shown? What a first has written would tell the second what they think.
fn shown(read: &Read, note: &NoteRow, who: &Reviewer) -> bool {
    let votes = &read.row.case.votes;
    let voted = votes.iter().any(|vote| vote.staff == note.staff_id);
    read.row.disputed || note.staff_id == who.staff || !voted
}

fn note(note: &NoteRow) -> NoteOut {
    NoteOut {
        id: note.id.0,
        staff: note.staff_id.0,
        text: note.text.as_text().unwrap_or_default().to_owned(),
        created_at: text(note.created_at),
    }
}

fn votes(read: &Read) -> Vec<VoteOut> {
    let votes = read.row.case.votes.iter().map(|vote| VoteOut {
        staff: vote.staff.0,
        verdict: vote.verdict.name().to_owned(),
        codes: vote
            .verdict
            .codes()
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect(),
        at: text(vote.at),
    });
    votes.collect()
}

#[cfg(test)]
mod tests {
    use menshen_core::geometry::Rect;
    use menshen_core::reason::Step;
    use menshen_core::review::Read as Reading;
    use menshen_core::{Reason, ReasonCode};
    use menshen_document::Field;

    use super::*;

    const PLACE: Rect = Rect {
        x: 10.0,
        y: 20.0,
        width: 300.0,
        height: 40.0,
    };

    fn found(reason: Reason) -> (Option<&'static str>, Option<BoxOut>) {
        let read = Reading {
            value: "ADA".to_owned(),
            step: Step::DocumentBack,
            source: "print",
            sure: true,
            region: PLACE,
            differs_at: Some(1),
        };
        let fields = [Beside {
            field: Field::Name,
            typed: Some("EDA".to_owned()),
            read: vec![read],
        }];
        let shown = placed(show(&[reason], Audience::Operator), &fields);
        let finding = shown[0].finding.as_ref().unwrap();
        (finding.part, finding.region)
    }

    #[test]
    fn a_place_is_on_the_photo_where_it_was_seen() {
        let of = |step| Reason::new(ReasonCode::NameMismatch).at(step);
        let there = Some(BoxOut::from(PLACE));
        assert_eq!(
            found(of(Step::DocumentFront).region(PLACE)),
            (Some("front"), there)
        );
        assert_eq!(found(of(Step::Form).region(PLACE)), (Some("back"), there));
        assert_eq!(found(of(Step::Form)), (None, None));
        assert_eq!(found(of(Step::Liveness)), (Some("selfie"), None));
    }
}
