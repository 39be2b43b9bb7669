//! Why what came back is not right. For the audit log: a browser is told less.

use thiserror::Error;
use webauthn_rs_core::error::WebauthnError;

/// Why what came back is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// Its bytes are not what the specification says, or name the credential in two ways.
    #[error("check a passkey: not a message of this kind")]
    Malformed,
    /// It answers another question: to register where a sign-in was asked for, or the other way round.
    #[error("check a passkey: the answer to another kind of question")]
    Type,
    /// It answers a question that was not this one.
    #[error("check a passkey: the answer to another challenge")]
    Challenge,
    /// It was made on a page of another origin.
    #[error("check a passkey: made for another origin")]
    Origin,
    /// It was made in a frame on another site's page.
    #[error("check a passkey: made in a frame of another site")]
    CrossOrigin,
    /// It was made for another domain.
    #[error("check a passkey: made for another domain")]
    Domain,
    /// Nobody was there: no touch, no look.
    #[error("check a passkey: nobody was present")]
    Absent,
    /// A kind of key that was not offered.
    #[error("check a passkey: a kind of key that is not taken")]
    Algorithm,
    /// What it says about its maker does not hold, or is of a form that is not read.
    #[error("check a passkey: its attestation does not hold")]
    Attestation,
    /// It names another credential than the one that it is compared with.
    #[error("check a passkey: another credential")]
    Credential,
    /// The signature does not hold.
    #[error("check a passkey: the signature does not hold")]
    Signature,
    /// It says otherwise than before whether other devices may hold the key.
    #[error("check a passkey: its backup flags contradict each other")]
    Backup,
    /// Its counter stands still or goes back: there may be a copy.
    #[error("check a passkey: the counter does not go forward")]
    Counter,
}

impl Refused {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::Malformed,
        Self::Type,
        Self::Challenge,
        Self::Origin,
        Self::CrossOrigin,
        Self::Domain,
        Self::Absent,
        Self::Algorithm,
        Self::Attestation,
        Self::Credential,
        Self::Signature,
        Self::Backup,
        Self::Counter,
    ];

    /// Returns its word in the audit log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Type => "type",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::CrossOrigin => "cross_origin",
            Self::Domain => "domain",
            Self::Absent => "absent",
            Self::Algorithm => "algorithm",
            Self::Attestation => "attestation",
            Self::Credential => "credential",
            Self::Signature => "signature",
            Self::Backup => "backup",
            Self::Counter => "counter",
        }
    }

    /// Reads what the library says. Only the kind is kept: its texts may repeat what was sent.
    pub(crate) fn of(error: &WebauthnError) -> Self {
        use WebauthnError as E;
        match error {
            E::InvalidClientDataType => Self::Type,
            E::MismatchedChallenge => Self::Challenge,
            E::InvalidRPOrigin => Self::Origin,
            E::CredentialCrossOrigin => Self::CrossOrigin,
            E::InvalidRPIDHash => Self::Domain,
            E::UserNotPresent => Self::Absent,
            E::CredentialNotFound => Self::Credential,
            E::CredentialPossibleCompromise => Self::Counter,
            E::CredentialMayNotBeHardwareBound | E::CredentialBackupEligibilityInconsistent => {
                Self::Backup
            }
            E::AuthenticationFailure | E::SignatureInvalid => Self::Signature,
            E::COSEKeyInvalidType
            | E::COSEKeyEDUnsupported
            | E::COSEKeyRSANEInvalid
            | E::COSEKeyInvalidAlgorithm
            | E::SshPublicKeyEDUnsupported
            | E::RsaParametersInvalid
            | E::CredentialInsecureCryptography
            | E::CredentialAlteredAlgFromRequest => Self::Algorithm,
            E::ParseBase64Failure(_)
            | E::ParseCBORFailure(_)
            | E::ParseJSONFailure(_)
            | E::ParseNOMFailure
            | E::ParseInsufficientBytesAvailable
            | E::MissingAttestationCredentialData
            | E::COSEKeyInvalidCBORValue
            | E::COSEKeyECDSAXYInvalid
            | E::COSEKeyECDSAInvalidCurve
            | E::COSEKeyEDDSAXInvalid
            | E::COSEKeyEDDSAInvalidCurve
            | E::EcdsaPointInvalid => Self::Malformed,
            // What is left is about makers' certificates.
            _ => Self::Attestation,
        }
    }
}
