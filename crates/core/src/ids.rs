//! Identifiers. Each kind of record has its own type, so that two ids cannot be swappable.
//!
//! All are UUIDs of version 7: in the order of their making. Whoever makes one hands in time and randomness.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Millis;

macro_rules! ids {
    ($($name:ident $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub Uuid);

            impl $name {
                /// Returns a new id of a time and 10 random bytes.
                pub fn new(now: Millis, random: [u8; 10]) -> Self {
                    let millis = u64::try_from(now.0).unwrap_or(0);
                    Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl FromStr for $name {
                type Err = uuid::Error;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    text.parse().map(Self)
                }
            }
        )*
    };
}

ids! {
    TenantId "An operator's customer: everything below belongs to one.";
    ApiKeyId "A key by which an integrator's server calls.";
    ApplicantId "A person who is verified.";
    VerificationId "One verification of an applicant.";
    CaptureId "One photo handed in.";
    UploadId "One resumable upload.";
    DecisionId "One decision.";
    JobId "One piece of work to be done later.";
    EventId "Something that happened, to be told to the integrator.";
    BlobId "A sealed file.";
    AttemptId "One submission of an applicant.";
    ConsentId "A consent that was given.";
    HoldId "A legal hold.";
    ContactId "An address that messages to a person go to.";
    NoticeId "A message to a person.";
    WebhookId "An address of an integrator that is told of events.";
    DeliveryId "An event on its way to such an address.";
    BlockId "An entry of a tenant's blocklist.";
    StaffId "Somebody who works for a tenant.";
    SessionId "A browser in which such a person has signed in.";
    AttachmentId "A picture that a person attached.";
    TicketId "A question to support, with its thread.";
    MessageId "One message of a thread.";
    CodeId "A code that proves a contact.";
    GuessId "A code that was asked about and is none.";
    CaseId "A case that people decide.";
    NoteId "A note on a case.";
    ScreeningListId "One version of a list of sanctioned people.";
    ScreeningHitId "An entry of such a list that a person's name comes near.";
    ScreeningRunId "One search of everyone of a tenant.";
    AppealId "An appeal against a verdict.";
    StatementId "A statement that a person is asked to write down and photograph.";
    AppealCodeId "A code that was sent to an address for an appeal.";
    LiveId "One session of a live check.";
    ChannelId "An official channel of a tenant.";
    AnnouncementId "An announcement of a tenant.";
    ReportId "What somebody reported as pretending to be the tenant.";
    AccountSessionId "A browser in which a person has signed in, or is about to.";
    DeviceId "A device whose key a person has enrolled.";
    RegistrationId "An account that is about to be opened.";
    InvitationCodeId "A code by which somebody was invited to open an account.";
    AccountCodeId "A code that was sent to an address of an account.";
    StepUpId "A sensitive action that a person has confirmed with a factor.";
    RecoveryId "A person's way back into an account.";
    PasskeyId "A passkey with which a person signs in.";
    CeremonyId "A question to a browser about a passkey, for one answer.";
    OidcClientId "An app that people sign in to.";
    OidcGrantId "One sign-in of a person to such an app.";
    OidcKeyId "A key that signs ID tokens.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = ApplicantId::new(Millis(1_000), [255; 10]);
        let late = ApplicantId::new(Millis(2_000), [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<ApplicantId>(), Ok(early));
        assert_eq!(early.0.get_version_num(), 7);
    }
}
