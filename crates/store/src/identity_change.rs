//! What may change in a verified identity: a template is added, a document is renewed. The person stays.

use crate::error::{Doing, one_row};
use crate::identity::{CLAIMS, IDENTITY, TEMPLATE};
use crate::subject::Subject;
use crate::{DigestKind, NewIdentity, Purpose, StoreError, Tx};

const SET_TEMPLATE: &str = "UPDATE identity SET template_sealed = $1, face_model = $2, face_seq = $3 \
     WHERE tenant_id = $4 AND applicant_id = $5 AND template_sealed IS NULL";
const REFRESH: &str = "UPDATE identity SET template_sealed = $1, face_model = $2, face_seq = $3 \
     WHERE tenant_id = $4 AND applicant_id = $5";
const RENEW: &str = "UPDATE identity SET number_digest = $1, claims_sealed = $2 \
     WHERE tenant_id = $3 AND applicant_id = $4 AND name_digest = $5";

impl Tx {
    /// Adds the face to an identity that was verified without one. One that has a face keeps it.
    pub async fn add_template(&mut self, new: &NewIdentity<'_>) -> Result<(), StoreError> {
        let Some(face) = new.face else {
            return Ok(());
        };
        let store = self.store.clone();
        let (tenant, applicant) = (new.tenant_id, new.applicant_id);
        let seq = self.advance_gallery(tenant).await?;
        let subject = Subject { tenant, applicant };
        let key = subject
            .key(self.conn(), &store.inner.keys, Purpose::Biometric)
            .await?;
        sqlx::query(SET_TEMPLATE)
            .bind(key.seal(TEMPLATE, &applicant.to_string(), face.template)?)
            .bind(face.model.to_owned())
            .bind(seq)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("add template")
    }

    /// Replaces the face of an identity by one that was verified with the document: its owner looks different since.
    pub async fn refresh_template(&mut self, new: &NewIdentity<'_>) -> Result<(), StoreError> {
        let Some(face) = new.face else {
            return Ok(());
        };
        let store = self.store.clone();
        let (tenant, applicant) = (new.tenant_id, new.applicant_id);
        let seq = self.advance_gallery(tenant).await?;
        let subject = Subject { tenant, applicant };
        let key = subject
            .key(self.conn(), &store.inner.keys, Purpose::Biometric)
            .await?;
        let done = sqlx::query(REFRESH)
            .bind(key.seal(TEMPLATE, &applicant.to_string(), face.template)?)
            .bind(face.model.to_owned())
            .bind(seq)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .doing("refresh template")?;
        one_row(IDENTITY, &done)
    }

    /// Replaces the document of an identity. The name must be the one first verified.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for another name.
    pub async fn renew_identity(&mut self, new: &NewIdentity<'_>) -> Result<(), StoreError> {
        let store = self.store.clone();
        let (tenant, applicant) = (new.tenant_id, new.applicant_id);
        let subject = Subject { tenant, applicant };
        let key = subject
            .key(self.conn(), &store.inner.keys, Purpose::Document)
            .await?;
        let digest = |kind, text: &str| store.digest(tenant, kind, text.as_bytes());
        let done = sqlx::query(RENEW)
            .bind(digest(DigestKind::DocumentNumber, new.number))
            .bind(key.seal(CLAIMS, &applicant.to_string(), new.claims)?)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(digest(DigestKind::Name, new.name))
            .execute(self.conn())
            .await
            .doing("renew identity")?;
        one_row(IDENTITY, &done)
    }
}
