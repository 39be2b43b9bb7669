//! What happened, by name: told to integrators and kept for webhooks. Names are append-only.

use serde::{Deserialize, Serialize};

use crate::verification::Status;

/// An event's name on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventName {
    /// A verification was opened.
    #[serde(rename = "verification.created")]
    VerificationCreated,
    /// Everything was handed in.
    #[serde(rename = "verification.submitted")]
    VerificationSubmitted,
    /// A person looks at it.
    #[serde(rename = "verification.pending")]
    VerificationPending,
    /// It failed.
    #[serde(rename = "verification.failed")]
    VerificationFailed,
    /// It is done.
    #[serde(rename = "verification.verified")]
    VerificationVerified,
    /// It is over.
    #[serde(rename = "verification.expired")]
    VerificationExpired,
    /// A person asks for a step once more.
    #[serde(rename = "verification.asked_again")]
    VerificationAskedAgain,
    /// The machine took it up again.
    #[serde(rename = "verification.requeued")]
    VerificationRequeued,
    /// An answer was due and has not come.
    #[serde(rename = "verification.overdue")]
    VerificationOverdue,
    /// Everything personal of an applicant was destroyed.
    #[serde(rename = "applicant.erased")]
    ApplicantErased,
    /// A consent was given or withdrawn.
    #[serde(rename = "consent.changed")]
    ConsentChanged,
    /// An appeal was opened.
    #[serde(rename = "appeal.opened")]
    AppealOpened,
    /// An appeal has moved on: handed in, asked for one more step, withdrawn, lapsed.
    #[serde(rename = "appeal.changed")]
    AppealChanged,
    /// An appeal was decided.
    #[serde(rename = "appeal.decided")]
    AppealDecided,
    /// What an applicant may do has changed.
    #[serde(rename = "entitlement.changed")]
    EntitlementChanged,
    /// The identity or face stands on another account, too.
    #[serde(rename = "duplicate.found")]
    DuplicateFound,
    /// A ticket has news.
    #[serde(rename = "ticket.updated")]
    TicketUpdated,
    /// Nothing: an integrator tries an address.
    #[serde(rename = "webhook.test")]
    WebhookTest,
    /// A person's name comes near an entry of a list of sanctioned people, and nobody has looked at that.
    #[serde(rename = "screening.hit")]
    ScreeningHit,
}

impl EventName {
    /// Returns the event of a verification that has reached a status by a verdict or a submission; `None`
    /// before anything was handed in.
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::NotStarted => None,
            Status::InProgress => Some(Self::VerificationSubmitted),
            Status::Pending => Some(Self::VerificationPending),
            Status::Failed => Some(Self::VerificationFailed),
            Status::Verified => Some(Self::VerificationVerified),
            Status::Expired => Some(Self::VerificationExpired),
        }
    }
}
