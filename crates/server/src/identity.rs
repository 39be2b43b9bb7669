//! The identity that stands after a verification: kept once, and marked so that a second account of it is found.

use menshen_core::Claims;
use menshen_core::identity::{document_key, person_key};
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_store::{MarkKind, NewFace, NewIdentity, NewMark, Tx};

use crate::capture::{self, Embedding};
use crate::case::Case;
use crate::problem::ApiError;

/// May another account have the same document?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It may not: it is one person's.
    Refused,
    /// It may: the policy does not ask, as in a sandbox.
    Allowed,
}

/// Keeps the identity first verified. It is never overwritten: a face is added where there was none, a renewal changes the
/// document and keeps the person, and a face that failed is refreshed where document and live face were verified together. [`Tx::lock_gallery`] comes before.
///
/// # Errors
/// `document_taken` where the document is another applicant's and may not be shared; the store's.
pub async fn remember(
    tx: &mut Tx,
    case: &Case,
    claims: &Claims,
    selfie: Option<&Embedding>,
    sharing: Sharing,
    now: Millis,
) -> Result<(), ApiError> {
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    let mut claims = claims.clone();
    claims.first = None;
    let sealed = serde_json::to_vec(&claims).map_err(ApiError::machine)?;
    // A vector of a model that nobody noted is of no use to anybody.
    let face =
        selfie.and_then(|face| Some((face.model.as_deref()?, capture::to_bytes(&face.vector))));
    let identity = NewIdentity {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: case.row.id,
        name: &claims.name,
        number: &claims.number,
        claims: &sealed,
        face: face
            .as_ref()
            .map(|(model, template)| NewFace { model, template }),
    };
    // Whoever recovers an account changes nothing of it before the wait is over.
    if case.flow == Flow::Recovery {
        return Ok(());
    }
    tx.record_identity(&identity, now).await?;
    tx.add_template(&identity).await?;
    match case.flow {
        Flow::Renewal => tx.renew_identity(&identity).await?,
        // Document and live face together are stronger than the face alone, which failed.
        Flow::FaceFails => tx.refresh_template(&identity).await?,
        _ => {}
    }
    for (kind, key) in [
        (
            MarkKind::Document,
            document_key(claims.document, &claims.country, &claims.number),
        ),
        (MarkKind::Person, person_key(&claims)),
    ] {
        let Some(key) = key else { continue };
        let mark = NewMark {
            tenant_id: tenant,
            applicant_id: applicant,
            verification_id: case.row.id,
            kind,
            key: &key,
        };
        let own = tx.mark(&mark, now).await?;
        if !own && sharing == Sharing::Refused {
            let detail = "the document is verified on another account";
            return Err(ApiError::conflict("document_taken", detail));
        }
    }
    Ok(())
}
