//! Everything Menshen remembers: every SQL text, the sealing of personal data, blobs, jobs, the outbox.
//!
//! One text for SQLite and PostgreSQL. Reads live on [`Store`], writes on [`Tx`]; [`Store::begin`] is
//! the only way to a transaction. Whatever is personal is sealed with a key of its subject before it is
//! written, so that a stolen disk is silent and erasure is the destruction of two keys.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api_keys;
mod applicants;
mod attachments;
mod attempts;
mod audit;
mod backup;
mod blobs;
mod blocklist;
mod captures;
mod case_codes;
mod columns;
mod config;
mod consents;
mod contacts;
mod decisions;
mod deliveries;
mod digest;
mod erase;
mod error;
mod gallery;
mod holds;
mod idempotency;
mod identity;
mod identity_change;
mod jobs;
mod marks;
mod migrate;
mod notices;
mod open;
mod outbox;
mod phrases;
mod planned;
mod random;
mod record;
mod restore;
mod retention;
mod review_cases;
mod review_notes;
mod review_queues;
mod rotate;
mod screening_hits;
mod screening_lists;
mod screening_runs;
mod seal;
mod secrets;
mod staff;
mod subject;
mod tables;
mod tenants;
mod ticket_messages;
mod tickets;
mod tokens;
mod tx;
mod uploads;
mod verifications;
mod webhooks;

pub use api_keys::{ApiKeyRow, ApiSecret, Caller, NewApiKey};
pub use applicants::{ApplicantRow, NewApplicant};
pub use attachments::{AttachedRow, AttachmentOwner, AttachmentRow, NewAttachment};
pub use attempts::{AttemptsOf, NewAttempt};
pub use audit::NewAuditEntry;
pub use backup::Saved;
pub use blobs::StagedBlob;
pub use blocklist::{BlockKind, BlockRow, Blocked, NewBlock};
pub use captures::{CaptureRow, NewCapture, Part, Recorded};
pub use case_codes::{CodeRow, NewCode, Way};
pub use config::{BlobConfig, StoreConfig};
pub use consents::ConsentRow;
pub use contacts::{Channel, ContactRow};
pub use decisions::{DecisionRow, NewDecision};
pub use deliveries::{DELIVER, DeliveryRow, DeliveryState, DeliveryTry, Tried};
pub use digest::DigestKind;
pub use error::StoreError;
pub use gallery::{FaceCursor, FaceOf, FaceRow};
pub use holds::HoldRow;
pub use idempotency::{Idempotency, TAKE_OVER};
pub use identity::{IdentityRow, NewFace, NewIdentity};
pub use jobs::{JobRow, JobState, QueueState};
pub use marks::{MarkKind, NewMark};
pub use notices::{NewNotice, NoticeRow, NoticeState};
pub use open::Store;
pub use outbox::{EventRow, OutboxState};
pub use restore::restore;
pub use review_cases::{NewReviewCase, ReviewCaseRow};
pub use review_notes::NoteRow;
pub use review_queues::{QueueFigures, ReviewFilter, ReviewerFigures};
pub use screening_hits::{
    Met, NewScreeningHit, ScreeningFinding, ScreeningHitRow, ScreeningHitState, ScreeningHitsAsked,
};
pub use screening_lists::{ListPart, NewScreeningList, ScreeningListRow};
pub use screening_runs::{ScreeningOutcome, ScreeningRunRow, ScreeningStep, VerifiedPerson};
pub use seal::{MasterKeys, Opened, Purpose};
pub use secrets::Secret;
pub use staff::StaffRow;
pub use tenants::{PolicyRow, TenantKind, TenantRow};
pub use ticket_messages::{Author, MessageRow, NewMessage};
pub use tickets::{NewTicket, TicketRow};
pub use tokens::ApplicantTokenRow;
pub use tx::Tx;
pub use uploads::{Appended, NewUpload, UploadRow};
pub use verifications::{NewVerification, VerificationRow};
pub use webhooks::{WebhookRow, WebhookSecret, WebhookState, WebhookTerms};
