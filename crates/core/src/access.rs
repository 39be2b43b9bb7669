//! Who may do what: scopes of keys, and whom a caller speaks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{ApiKeyId, ApplicantId, TenantId, VerificationId};

/// One permission of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read applicants and verifications, their states and reasons.
    #[serde(rename = "verifications:read")]
    VerificationsRead,
    /// Create applicants and verifications, hand in data and photos, submit.
    #[serde(rename = "verifications:write")]
    VerificationsWrite,
    /// Read what people handed in: typed data.
    #[serde(rename = "personal:read")]
    PersonalRead,
    /// Erase people and place legal holds.
    #[serde(rename = "privacy:write")]
    PrivacyWrite,
    /// Read and change the policy.
    #[serde(rename = "policy:write")]
    PolicyWrite,
    /// Create and revoke keys.
    #[serde(rename = "keys:write")]
    KeysWrite,
    /// Read the audit log and decision evidence.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Say where events are sent, and see what became of them.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
    /// Read what the search of lists of sanctioned people found, with the names on both sides.
    #[serde(rename = "screening:read")]
    ScreeningRead,
    /// Clear and confirm what it found.
    #[serde(rename = "screening:write")]
    ScreeningWrite,
    /// Create tenants and import lists: the operator's own.
    #[serde(rename = "operate")]
    Operate,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 11] = [
        Self::VerificationsRead,
        Self::VerificationsWrite,
        Self::PersonalRead,
        Self::PrivacyWrite,
        Self::PolicyWrite,
        Self::KeysWrite,
        Self::AuditRead,
        Self::WebhooksWrite,
        Self::ScreeningRead,
        Self::ScreeningWrite,
        Self::Operate,
    ];

    /// Returns the scope's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerificationsRead => "verifications:read",
            Self::VerificationsWrite => "verifications:write",
            Self::PersonalRead => "personal:read",
            Self::PrivacyWrite => "privacy:write",
            Self::PolicyWrite => "policy:write",
            Self::KeysWrite => "keys:write",
            Self::AuditRead => "audit:read",
            Self::WebhooksWrite => "webhooks:write",
            Self::ScreeningRead => "screening:read",
            Self::ScreeningWrite => "screening:write",
            Self::Operate => "operate",
        }
    }

    /// Returns the scope of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Who calls, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An integrator's server.
    Key {
        /// The key.
        key: ApiKeyId,
        /// Whose it is.
        tenant: TenantId,
        /// What it may do.
        scopes: BTreeSet<Scope>,
    },
    /// The person in front of the camera, by a short-lived token.
    Person {
        /// The integrator's tenant.
        tenant: TenantId,
        /// The person.
        applicant: ApplicantId,
        /// The only verification that the token is for, if it is for one.
        verification: Option<VerificationId>,
    },
}

impl Caller {
    /// Returns the tenant that the caller belongs to.
    pub const fn tenant(&self) -> TenantId {
        match self {
            Self::Key { tenant, .. } | Self::Person { tenant, .. } => *tenant,
        }
    }

    /// May the caller do this to this applicant (and verification)? A person may read and write what is their
    /// own and nothing else.
    pub fn may(
        &self,
        scope: Scope,
        applicant: Option<ApplicantId>,
        verification: Option<VerificationId>,
    ) -> bool {
        match self {
            Self::Key { scopes, .. } => scopes.contains(&scope),
            Self::Person {
                applicant: own,
                verification: only,
                ..
            } => {
                let allowed = matches!(scope, Scope::VerificationsRead | Scope::VerificationsWrite);
                let same_person = applicant == Some(*own);
                let same_case = only.is_none() || verification.is_none() || verification == *only;
                allowed && same_person && same_case
            }
        }
    }

    /// Returns who called, for the audit log.
    pub fn actor(&self) -> String {
        match self {
            Self::Key { key, .. } => format!("api_key:{key}"),
            Self::Person { applicant, .. } => format!("applicant:{applicant}"),
        }
    }
}
