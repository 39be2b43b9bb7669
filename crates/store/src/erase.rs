//! Erasure: the keys of a subject are destroyed, so that what was sealed is noise, wherever a copy lies.
//! Rows stay, for the order of events must remain provable; what could tell who it was does not.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;

use crate::error::Doing;
use crate::subject::Subject;
use crate::{Purpose, StoreError, Tx};

const FORGET_IMAGES: &str = "UPDATE capture SET image_blob = NULL WHERE image_blob IN \
     (SELECT id FROM blob WHERE tenant_id = $1 AND applicant_id = $2 AND purpose = $3)";
const FORGET_ORIGINALS: &str = "UPDATE capture SET original_blob = NULL WHERE original_blob IN \
     (SELECT id FROM blob WHERE tenant_id = $1 AND applicant_id = $2 AND purpose = $3)";
const FORGET_STATEMENTS: &str = "UPDATE statement SET image_blob = NULL, digest = NULL, version = version + 1 WHERE image_blob IN \
     (SELECT id FROM blob WHERE tenant_id = $1 AND applicant_id = $2 AND purpose = $3)";
const FORGET_ATTACHED: &str = "UPDATE attachment SET image_blob = NULL WHERE image_blob IN \
     (SELECT id FROM blob WHERE tenant_id = $1 AND applicant_id = $2 AND purpose = $3)";
const FORGET_EMBEDDINGS: &str = "UPDATE capture SET embedding_sealed = NULL WHERE tenant_id = $1 AND \
     verification_id IN (SELECT id FROM verification WHERE applicant_id = $2)";
/// Whoever holds the secret and a photo could tell by its digest whose it is. The row's own id keeps it unique.
const FORGET_SELFIES: &str = "UPDATE capture SET digest = id WHERE tenant_id = $1 AND part = 'selfie' AND \
     verification_id IN (SELECT id FROM verification WHERE applicant_id = $2)";
const FORGET_CAPTURES: &str = "UPDATE capture SET digest = id WHERE tenant_id = $1 AND \
     verification_id IN (SELECT id FROM verification WHERE applicant_id = $2)";
const FORGET_SHEETS: &str = "UPDATE statement SET digest = NULL, version = version + 1 \
     WHERE tenant_id = $1 AND applicant_id = $2 AND digest IS NOT NULL";
/// The change takes a number, so that every node forgets the face, too.
const FORGET_TEMPLATE: &str = "UPDATE identity SET template_sealed = NULL, face_model = NULL, face_seq = $3 \
     WHERE tenant_id = $1 AND applicant_id = $2 AND face_model IS NOT NULL";
const DELETE_CHUNKS: &str = "DELETE FROM upload_chunk WHERE upload_id IN (SELECT u.id FROM upload u \
     JOIN verification v ON v.id = u.verification_id WHERE u.tenant_id = $1 AND v.applicant_id = $2)";
const DELETE_UPLOADS: &str = "DELETE FROM upload WHERE tenant_id = $1 AND verification_id IN \
     (SELECT id FROM verification WHERE applicant_id = $2)";
const DELETE_LIVE_CHUNKS: &str = "DELETE FROM live_chunk WHERE session_id IN \
     (SELECT id FROM live_session WHERE tenant_id = $1 AND applicant_id = $2)";
/// Whoever holds the secret and a recording could tell by a print whose it is.
const DELETE_LIVE_BANDS: &str = "DELETE FROM live_band WHERE session_id IN \
     (SELECT id FROM live_session WHERE tenant_id = $1 AND applicant_id = $2)";
const DELETE_LIVE_PRINTS: &str = "DELETE FROM live_print WHERE session_id IN \
     (SELECT id FROM live_session WHERE tenant_id = $1 AND applicant_id = $2)";
/// A session that runs ends: nothing of it can be read any more.
const END_LIVE: &str = "UPDATE live_session SET state = CASE state WHEN 'open' THEN 'expired' ELSE state END, \
     ended_at = COALESCE(ended_at, $3), secret_sealed = NULL, best_blob = NULL, version = version + 1 \
     WHERE tenant_id = $1 AND applicant_id = $2";
const FORGET_LIVE: &str = "UPDATE live_session SET device_digest = NULL, evidence_sealed = NULL, reasons_sealed = NULL, \
     version = version + 1 WHERE tenant_id = $1 AND applicant_id = $2";
/// Of no use without the key that opens them.
const DELETE_CODES: &str = "DELETE FROM appeal_code WHERE tenant_id = $1 AND applicant_id = $2";
const FORGET_DEVICES: &str = "UPDATE attempt SET device_digest = NULL, address_digest = NULL \
     WHERE tenant_id = $1 AND applicant_id = $2";
const FORGET_SUBMISSIONS: &str = "UPDATE verification SET submitted_from = NULL, version = version + 1 \
     WHERE tenant_id = $1 AND applicant_id = $2";
const FORGET_CONTACTS: &str = "UPDATE contact SET replaced_at = $3 \
     WHERE tenant_id = $1 AND applicant_id = $2 AND replaced_at IS NULL";
/// Nobody can look at the evidence any more.
const DROP_CASES: &str = "UPDATE review_case SET state = 'dropped', since = $3, claimed_by = NULL, claim_until = NULL, \
     closed_at = $3, version = version + 1 WHERE tenant_id = $1 AND applicant_id = $2 AND closed_at IS NULL";
const FORGET_STAFF: &str = "UPDATE staff SET applicant_id = NULL, version = version + 1 \
     WHERE tenant_id = $1 AND applicant_id = $2";
/// A digest tells whoever holds the secret that a person was here: it goes too.
const FORGET_IDENTITY: &str = "UPDATE identity SET name_digest = '', number_digest = '' \
     WHERE tenant_id = $1 AND applicant_id = $2";
/// The row's own id keeps the digest unique.
const FORGET_ATTACHMENTS: &str =
    "UPDATE attachment SET digest = id WHERE tenant_id = $1 AND applicant_id = $2";
/// A code of somebody who is gone proves nothing any more.
const FORGET_CODES: &str = "UPDATE case_code SET digest = id, expires_at = $3 \
     WHERE tenant_id = $1 AND applicant_id = $2";
const DELETE_GUESSES: &str = "DELETE FROM code_guess WHERE tenant_id = $1 AND applicant_id = $2";
/// Which entry a person's name came near tells who it was.
const FORGET_HITS: &str = "UPDATE screening_hit SET entry = '', entry_digest = '', detail_sealed = NULL, \
     reason_sealed = NULL, version = version + 1 WHERE tenant_id = $1 AND applicant_id = $2";
const DELETE_OIDC_TOKENS: &str = "DELETE FROM oidc_token WHERE grant_id IN \
     (SELECT id FROM oidc_grant WHERE tenant_id = $1 AND applicant_id = $2)";
const DELETE_OIDC_GRANTS: &str =
    "DELETE FROM oidc_grant WHERE tenant_id = $1 AND applicant_id = $2";
/// The external id becomes free for a new applicant; the row's own id keeps the digest unique.
const FORGET_APPLICANT: &str = "UPDATE applicant SET external_digest = 'erased|' || id, external_sealed = $3, \
     phrase_sealed = NULL, erased_at = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL";

impl Tx {
    /// Erases a person: destroys both keys and all photos, and what could tell who it was.
    ///
    /// Refused with [`StoreError::MustKeep`] before `until`, the end of the time the law wants the record
    /// kept, and with [`StoreError::Held`] under a legal hold. Twice is once.
    pub async fn erase(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        until: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        let seq = self.advance_gallery(tenant).await?;
        self.lock_applicant(tenant, applicant).await?;
        if now < until {
            return Err(StoreError::MustKeep);
        }
        self.refuse_held(tenant, applicant, now).await?;
        let subject = Subject { tenant, applicant };
        for purpose in [Purpose::Document, Purpose::Biometric] {
            self.destroy(subject, purpose, seq, now).await?;
        }
        for sql in [
            DELETE_CODES,
            FORGET_DEVICES,
            FORGET_SUBMISSIONS,
            FORGET_IDENTITY,
            FORGET_CAPTURES,
            FORGET_SHEETS,
            FORGET_ATTACHMENTS,
            DELETE_GUESSES,
            FORGET_STAFF,
            FORGET_HITS,
            FORGET_LIVE,
            DELETE_OIDC_TOKENS,
            DELETE_OIDC_GRANTS,
        ] {
            self.of_subject(sql, subject).await?;
        }
        self.forget_marks(tenant, applicant).await?;
        self.forget_account(tenant, applicant).await?;
        self.revoke_applicant_tokens(tenant, applicant, now).await?;
        for sql in [FORGET_CONTACTS, FORGET_CODES, DROP_CASES] {
            sqlx::query(sql)
                .bind(tenant.to_string())
                .bind(applicant.to_string())
                .bind(now.0)
                .execute(self.conn())
                .await
                .doing("forget contacts, codes and cases")?;
        }
        sqlx::query(FORGET_APPLICANT)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(Vec::<u8>::new())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("erase applicant")
    }

    /// Destroys a person's selfies and face templates, whose clock runs out before the documents'. Refused
    /// with [`StoreError::Held`] under a legal hold. Twice is once.
    pub async fn destroy_biometric(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let seq = self.advance_gallery(tenant).await?;
        self.lock_applicant(tenant, applicant).await?;
        self.refuse_held(tenant, applicant, now).await?;
        let subject = Subject { tenant, applicant };
        self.destroy(subject, Purpose::Biometric, seq, now).await
    }

    /// Makes a new biometric key where the old one was destroyed, so that faces can be kept again. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::Erased`] where the whole person was erased.
    pub async fn renew_biometric(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<(), StoreError> {
        self.lock_applicant(tenant, applicant).await?;
        let subject = Subject { tenant, applicant };
        let store = self.store.clone();
        let keys = &store.inner.keys;
        subject.key(self.conn(), keys, Purpose::Document).await?;
        subject
            .renew_key(self.conn(), keys, Purpose::Biometric)
            .await
    }

    async fn refuse_held(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let holds = self.list_holds(tenant, applicant).await?;
        if holds.iter().any(|hold| hold.is_in_force(now)) {
            return Err(StoreError::Held);
        }
        Ok(())
    }

    /// Destroys the key of a purpose and removes what was sealed with it, where removing is possible.
    async fn destroy(
        &mut self,
        subject: Subject,
        purpose: Purpose,
        seq: i64,
        now: Millis,
    ) -> Result<(), StoreError> {
        subject.destroy_key(self.conn(), purpose, now).await?;
        for sql in [
            FORGET_IMAGES,
            FORGET_ORIGINALS,
            FORGET_ATTACHED,
            FORGET_STATEMENTS,
        ] {
            sqlx::query(sql)
                .bind(subject.tenant.to_string())
                .bind(subject.applicant.to_string())
                .bind(purpose.as_str())
                .execute(self.conn())
                .await
                .doing("forget photos")?;
        }
        for (place, id) in self.blobs_of(subject, purpose).await? {
            self.remove_blob(place, id).await?;
        }
        // Uploads are short-lived: a half one is not worth keeping for the other purpose.
        for sql in [DELETE_CHUNKS, DELETE_UPLOADS] {
            self.of_subject(sql, subject).await?;
        }
        if purpose == Purpose::Biometric {
            for sql in [
                FORGET_EMBEDDINGS,
                FORGET_SELFIES,
                DELETE_LIVE_CHUNKS,
                DELETE_LIVE_BANDS,
                DELETE_LIVE_PRINTS,
            ] {
                self.of_subject(sql, subject).await?;
            }
            sqlx::query(END_LIVE)
                .bind(subject.tenant.to_string())
                .bind(subject.applicant.to_string())
                .bind(now.0)
                .execute(self.conn())
                .await
                .doing("end live checks")?;
            sqlx::query(FORGET_TEMPLATE)
                .bind(subject.tenant.to_string())
                .bind(subject.applicant.to_string())
                .bind(seq)
                .execute(self.conn())
                .await
                .doing("forget template")?;
        }
        Ok(())
    }

    async fn of_subject(&mut self, sql: &'static str, subject: Subject) -> Result<(), StoreError> {
        sqlx::query(sql)
            .bind(subject.tenant.to_string())
            .bind(subject.applicant.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("erase applicant")
    }
}
