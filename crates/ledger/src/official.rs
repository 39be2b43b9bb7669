//! What a tenant says of itself in public, as one signed file: its official channels, or its announcements. Whoever has the file and the
//! public key can check it without any network, also when the service's own pages cannot be reached or trusted.

use menshen_core::announcement::Announcement;
use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::official::{Channel, Fault};
use menshen_core::time::{MINUTE, Millis};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::envelope::{self, EnvelopeError};
use crate::key::{Signer, Verifier};

/// Name and version of the form.
const FORMAT: &str = "menshen-official/1";
/// The payload's type in the envelope.
const PAYLOAD_TYPE: &str = "application/vnd.menshen.official.v1+json";
/// How far the clocks of the signer and of whoever checks may be apart, in milliseconds.
const SKEW: i64 = 5 * MINUTE;

/// One list of a tenant at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialFile {
    /// Whose it is. One key signs for all tenants of a service: whoever checks must know which one they mean.
    pub tenant: TenantId,
    /// What the tenant is called.
    pub name: String,
    /// Is it a tenant for trying out?
    pub sandbox: bool,
    /// Grows with every change of the list, so that an older one is known.
    pub number: u64,
    /// From when on it holds.
    pub issued_at: Millis,
    /// Until when. A list that was kept for longer may miss what was taken off it.
    pub expires_at: Millis,
    /// What is listed.
    pub list: OfficialList,
}

/// What is listed, in one order and nothing twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficialList {
    /// Every official channel, by kind and then by name.
    Channels(Vec<Channel>),
    /// Announcements, by when they begin and then by id.
    Announcements(Vec<Announcement>),
}

/// What the payload holds, in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    format: String,
    file: OfficialFile,
}

/// Why a file was refused. Names no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OfficialError {
    /// Not the form of a signed list, or not in its one order.
    #[error("the file is no list in the form {FORMAT}")]
    Malformed,
    /// In the name of a trusted key, but not signed by it.
    #[error("the list's signature does not fit its content")]
    BadSignature,
    /// Signed by no key that is trusted.
    #[error("the list is signed by no key that is known here")]
    UnknownKey,
    /// It holds from a later moment on.
    #[error("the list is from the future")]
    NotYet,
    /// It holds no longer.
    #[error("the list has expired")]
    Expired,
    /// What is written would not be read back.
    #[error("the list cannot be written and read back")]
    NotWritable,
}

impl OfficialError {
    /// Returns the fault that people are told; a list that cannot be written is malformed to whoever would read it.
    pub const fn fault(self) -> Fault {
        match self {
            Self::Malformed | Self::NotWritable => Fault::Malformed,
            Self::BadSignature => Fault::BadSignature,
            Self::UnknownKey => Fault::UnknownKey,
            Self::NotYet => Fault::NotYet,
            Self::Expired => Fault::Expired,
        }
    }
}

impl From<EnvelopeError> for OfficialError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Malformed => Self::Malformed,
            EnvelopeError::BadSignature => Self::BadSignature,
            EnvelopeError::UnknownKey => Self::UnknownKey,
        }
    }
}

/// A file that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedOfficial {
    /// What it says.
    pub file: OfficialFile,
    /// Id of the key that signed.
    pub key_id: String,
}

impl OfficialList {
    /// Returns a list of channels in its order.
    pub fn channels(mut channels: Vec<Channel>) -> Self {
        channels.sort();
        channels.dedup();
        Self::Channels(channels)
    }

    /// Returns a list of announcements in its order.
    pub fn announcements(mut announcements: Vec<Announcement>) -> Self {
        announcements.sort_by_key(place);
        Self::Announcements(announcements)
    }

    /// Is everything in its place, once, and what it should be?
    fn is_in_order(&self) -> bool {
        match self {
            Self::Channels(channels) => channels.is_sorted_by(|a, b| a < b),
            Self::Announcements(all) => {
                let good = all.iter().all(|one| one.check().is_ok());
                good && all.is_sorted_by(|a, b| place(a) < place(b))
            }
        }
    }
}

const fn place(one: &Announcement) -> (Millis, AnnouncementId) {
    (one.starts_at, one.id)
}

/// Returns the signed file of a list. The same list has the same bytes, on every node.
///
/// # Errors
/// [`OfficialError::NotWritable`] where it would not be found valid at its own time.
pub fn write(file: &OfficialFile, signer: &Signer) -> Result<Vec<u8>, OfficialError> {
    let payload = serde_json::to_vec(&Payload {
        format: FORMAT.to_owned(),
        file: file.clone(),
    });
    let payload = payload.map_err(|_| OfficialError::NotWritable)?;
    check(&payload).map_err(|_| OfficialError::NotWritable)?;
    Ok(envelope::seal(&payload, PAYLOAD_TYPE, signer))
}

/// Returns what a file says, after checking its signature, its form and its time.
///
/// # Errors
/// [`OfficialError`].
pub fn verify(
    bytes: &[u8],
    verifier: &Verifier,
    now: Millis,
) -> Result<VerifiedOfficial, OfficialError> {
    let (payload, key_id) = envelope::open(bytes, PAYLOAD_TYPE, verifier)?;
    let file = check(&payload)?;
    if file.issued_at > now.plus(SKEW) {
        return Err(OfficialError::NotYet);
    }
    if file.expires_at <= now {
        return Err(OfficialError::Expired);
    }
    Ok(VerifiedOfficial { file, key_id })
}

/// Reads a payload strictly: one content has one text.
fn check(payload: &[u8]) -> Result<OfficialFile, OfficialError> {
    let read: Payload = serde_json::from_slice(payload).map_err(|_| OfficialError::Malformed)?;
    let again = serde_json::to_vec(&read).map_err(|_| OfficialError::Malformed)?;
    let file = read.file;
    let good = read.format == FORMAT
        && again == payload
        && file.issued_at < file.expires_at
        && file.list.is_in_order();
    good.then_some(file).ok_or(OfficialError::Malformed)
}
