//! Who may do what: scopes of keys, and whom a caller speaks for.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{ApiKeyId, ApplicantId, StaffId, TenantId, VerificationId};

/// One permission of an API key or of a role.
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
    /// Say which documents and faces a person must look at.
    #[serde(rename = "blocklist:write")]
    BlocklistWrite,
    /// Create tenants and import lists: the operator's own.
    #[serde(rename = "operate")]
    Operate,
    /// Say who works for the tenant, and as what.
    #[serde(rename = "staff:write")]
    StaffWrite,
    /// See the queues of cases, without pictures.
    #[serde(rename = "cases:read")]
    CasesRead,
    /// Claim cases, look at them and decide.
    #[serde(rename = "cases:work")]
    CasesWork,
    /// Confirm what takes two, and overturn.
    #[serde(rename = "cases:senior")]
    CasesSenior,
    /// Answer tickets.
    #[serde(rename = "tickets:answer")]
    TicketsAnswer,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 17] = [
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
        Self::BlocklistWrite,
        Self::Operate,
        Self::StaffWrite,
        Self::CasesRead,
        Self::CasesWork,
        Self::CasesSenior,
        Self::TicketsAnswer,
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
            Self::BlocklistWrite => "blocklist:write",
            Self::Operate => "operate",
            Self::StaffWrite => "staff:write",
            Self::CasesRead => "cases:read",
            Self::CasesWork => "cases:work",
            Self::CasesSenior => "cases:senior",
            Self::TicketsAnswer => "tickets:answer",
        }
    }

    /// Returns every scope that a key may have.
    pub fn of_keys() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|scope| !scope.needs_a_person())
    }

    /// Is it for a person who works for the tenant, never for a key? What somebody is asked to judge, no program
    /// judges in their place.
    pub const fn needs_a_person(self) -> bool {
        matches!(
            self,
            Self::CasesRead | Self::CasesWork | Self::CasesSenior | Self::TicketsAnswer
        )
    }

    /// Returns the scope of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What somebody does who works for a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the service: policy, keys, webhooks, staff, holds and erasure. Sees no cases.
    Operator,
    /// Decides cases and answers tickets.
    Reviewer,
    /// The same, and confirms what takes two.
    Senior,
    /// Reads the audit log, evidence files and queues; changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Reviewer, Self::Senior, Self::Auditor];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Reviewer => "reviewer",
            Self::Senior => "senior",
            Self::Auditor => "auditor",
        }
    }

    /// Returns what the role may do.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Operator => &[
                Scope::VerificationsRead,
                Scope::PrivacyWrite,
                Scope::PolicyWrite,
                Scope::KeysWrite,
                Scope::WebhooksWrite,
                Scope::StaffWrite,
            ],
            Self::Reviewer => &[
                Scope::VerificationsRead,
                Scope::CasesRead,
                Scope::CasesWork,
                Scope::TicketsAnswer,
                Scope::ScreeningRead,
            ],
            Self::Senior => &[
                Scope::VerificationsRead,
                Scope::CasesRead,
                Scope::CasesWork,
                Scope::CasesSenior,
                Scope::TicketsAnswer,
                Scope::BlocklistWrite,
                Scope::ScreeningRead,
                Scope::ScreeningWrite,
            ],
            Self::Auditor => &[
                Scope::VerificationsRead,
                Scope::CasesRead,
                Scope::AuditRead,
                Scope::ScreeningRead,
            ],
        }
    }
}

/// A word that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no such role")]
pub struct NoRole;

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(name: &str) -> Result<Self, NoRole> {
        let mut roles = Self::ALL.into_iter();
        roles.find(|role| role.name() == name).ok_or(NoRole)
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
    /// Somebody who works for the tenant.
    Staff {
        /// Who.
        staff: StaffId,
        /// For whom.
        tenant: TenantId,
        /// As what.
        role: Role,
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
            Self::Key { tenant, .. } | Self::Staff { tenant, .. } | Self::Person { tenant, .. } => {
                *tenant
            }
        }
    }

    /// Returns who works for the tenant, where the caller is such a person.
    pub const fn staff(&self) -> Option<(StaffId, Role)> {
        match self {
            Self::Staff { staff, role, .. } => Some((*staff, *role)),
            Self::Key { .. } | Self::Person { .. } => None,
        }
    }

    /// Was the caller given a scope? People's tokens carry none: they speak for one person only.
    pub fn has(&self, scope: Scope) -> bool {
        match self {
            Self::Key { scopes, .. } => scopes.contains(&scope) && !scope.needs_a_person(),
            Self::Staff { role, .. } => role.scopes().contains(&scope),
            Self::Person { .. } => false,
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
            Self::Key { .. } | Self::Staff { .. } => self.has(scope),
            Self::Person {
                applicant: own,
                verification: only,
                ..
            } => {
                let allowed = matches!(
                    scope,
                    Scope::VerificationsRead | Scope::VerificationsWrite | Scope::PersonalRead
                );
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
            Self::Staff { staff, .. } => format!("staff:{staff}"),
            Self::Person { applicant, .. } => format!("applicant:{applicant}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_ever_has_what_needs_a_person() {
        let key = Caller::Key {
            key: ApiKeyId::new(crate::time::Millis(1), [1; 10]),
            tenant: TenantId::new(crate::time::Millis(1), [2; 10]),
            scopes: Scope::ALL.into(),
        };
        for scope in Scope::ALL {
            assert_eq!(key.has(scope), !scope.needs_a_person(), "{scope:?}");
            assert_eq!(Scope::parse(scope.name()), Some(scope));
        }
    }

    #[test]
    fn whoever_runs_the_service_sees_no_case_and_whoever_audits_changes_nothing() {
        let may = |role: Role, scope| role.scopes().contains(&scope);
        for scope in [
            Scope::CasesRead,
            Scope::CasesWork,
            Scope::PersonalRead,
            Scope::AuditRead,
        ] {
            assert!(!may(Role::Operator, scope), "{scope:?}");
        }
        assert!(
            Role::Auditor
                .scopes()
                .iter()
                .all(|scope| scope.name().ends_with(":read"))
        );
        assert!(may(Role::Senior, Scope::CasesSenior) && !may(Role::Reviewer, Scope::CasesSenior));
    }
}
