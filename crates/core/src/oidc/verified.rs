//! The claim `verified_claims`: what of a verified person is told, with how it was verified, and nothing that was not asked for.

use std::collections::BTreeSet;

use menshen_document::{Country, DocumentKind};
use serde::Serialize;

use super::claims::{PersonClaim, VerifiedAsked};
use super::person::name_parts;
use crate::claims::Claims;
use crate::time::{Millis, SECOND};

/// A person who is verified at this moment, by a document.
pub struct Subject<'a> {
    /// What was verified.
    pub claims: &'a Claims,
    /// When.
    pub since: Millis,
    /// By which rules, as the operator names them.
    pub framework: &'a str,
}

/// Verified claims, as they are told. Personal.
#[derive(Serialize)]
pub struct VerifiedClaims {
    /// How they were verified.
    pub verification: Verification,
    /// The claims.
    pub claims: PersonClaims,
}

/// How a person was verified.
#[derive(Serialize)]
pub struct Verification {
    /// By which rules.
    pub trust_framework: String,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// By what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<[VerificationEvidence; 1]>,
}

/// What a person showed.
#[derive(Serialize)]
pub struct VerificationEvidence {
    /// `document`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_details: Option<DocumentDetails>,
}

/// Which document it was.
#[derive(Serialize)]
pub struct DocumentDetails {
    /// `idcard`, `passport` or `driving_permit`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// Claims about a person. Personal.
#[derive(Default, PartialEq, Serialize)]
pub struct PersonClaims {
    /// The whole name as on the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The given names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The date of birth, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// ISO 3166-1 alpha-2 codes; ICAO's where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationalities: Option<Vec<String>>,
}

impl VerifiedClaims {
    /// Returns what is told, or none where a condition is not met or nothing is left to tell.
    pub fn of(asked: &VerifiedAsked, subject: &Subject<'_>, now: Millis) -> Option<Self> {
        let frameworks = &asked.frameworks;
        let framework = frameworks.is_empty() || frameworks.iter().any(|f| f == subject.framework);
        let age = now.0.saturating_sub(subject.since.0) / SECOND;
        let old = |most: u64| u64::try_from(age).is_ok_and(|age| age > most);
        if asked.beyond || !framework || asked.max_age.is_some_and(old) {
            return None;
        }
        let claims = claims_of(&asked.claims, subject.claims);
        if claims == PersonClaims::default() {
            return None;
        }
        let evidence = || VerificationEvidence {
            kind: "document",
            document_details: document(subject.claims.document),
        };
        Some(Self {
            verification: Verification {
                trust_framework: subject.framework.to_owned(),
                time: asked.time.then(|| subject.since.to_timestamp().to_string()),
                evidence: asked.evidence.then(|| [evidence()]),
            },
            claims,
        })
    }
}

fn claims_of(asked: &BTreeSet<PersonClaim>, record: &Claims) -> PersonClaims {
    let wants = |claim| asked.contains(&claim);
    let parts = || name_parts(&record.name, &record.country);
    let nationality = || {
        // The card is given to citizens only.
        let citizen = (record.document == DocumentKind::PrcIdCard).then_some("CHN");
        let code = record.nationality.as_deref().or(citizen)?;
        let country = Country::parse(code).ok()?;
        Some(vec![country.alpha2().unwrap_or(country.code()).to_owned()])
    };
    let told = |claim, value: &dyn Fn() -> Option<String>| wants(claim).then(value).flatten();
    PersonClaims {
        name: told(PersonClaim::Name, &|| Some(record.name.clone())),
        given_name: told(PersonClaim::GivenName, &|| Some(parts()?.given)),
        family_name: told(PersonClaim::FamilyName, &|| Some(parts()?.family)),
        birthdate: told(PersonClaim::Birthdate, &|| {
            Some(record.birth_date.to_string())
        }),
        nationalities: wants(PersonClaim::Nationalities)
            .then(nationality)
            .flatten(),
    }
}

/// Returns a kind of document in the words of the specification; cards of the format TD1 and TD2 may be residence permits, too.
const fn document(kind: DocumentKind) -> Option<DocumentDetails> {
    let kind = match kind {
        DocumentKind::Passport => "passport",
        DocumentKind::PrcIdCard => "idcard",
        DocumentKind::DrivingLicence => "driving_permit",
        DocumentKind::IdCardTd1 | DocumentKind::IdCardTd2 | DocumentKind::Visa => return None,
    };
    Some(DocumentDetails { kind })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;

    fn record() -> Claims {
        Claims {
            document: DocumentKind::Passport,
            country: "UTO".to_owned(),
            name: "LOVELACE, ADA".to_owned(),
            birth_date: date(1990, 1, 31),
            sex: None,
            nationality: Some("GBR".to_owned()),
            birth_country: None,
            number: "L898902C3".to_owned(),
            purpose: None,
            first: None,
        }
    }

    fn asked(claims: &[PersonClaim]) -> VerifiedAsked {
        VerifiedAsked {
            frameworks: Vec::new(),
            time: false,
            max_age: None,
            evidence: false,
            claims: claims.iter().copied().collect(),
            beyond: false,
        }
    }

    fn told(asked: &VerifiedAsked) -> Value {
        let subject = Subject {
            claims: &record(),
            since: Millis(0),
            framework: "test",
        };
        let told = VerifiedClaims::of(asked, &subject, Millis(10 * SECOND));
        serde_json::to_value(told).unwrap()
    }

    #[test]
    fn only_what_is_asked_for_is_told() {
        let birthdate = asked(&[PersonClaim::Birthdate]);
        let expected = json!({ "verification": { "trust_framework": "test" },
            "claims": { "birthdate": "1990-01-31" } });
        assert_eq!(told(&birthdate), expected);
        let all = VerifiedAsked {
            time: true,
            evidence: true,
            ..asked(&PersonClaim::ALL)
        };
        let expected = json!({
            "verification": { "trust_framework": "test", "time": "1970-01-01T00:00:00Z",
                "evidence": [{ "type": "document", "document_details": { "type": "passport" } }] },
            "claims": { "name": "LOVELACE, ADA", "given_name": "ADA", "family_name": "LOVELACE",
                "birthdate": "1990-01-31", "nationalities": ["GB"] },
        });
        assert_eq!(told(&all), expected);
        assert!(!told(&all).to_string().contains("L898902C3"));
    }

    #[test]
    fn a_condition_that_is_not_met_tells_nothing() {
        let name = || asked(&[PersonClaim::Name]);
        let other = VerifiedAsked {
            frameworks: vec!["other".to_owned()],
            ..name()
        };
        let young = |max_age| VerifiedAsked {
            max_age: Some(max_age),
            ..name()
        };
        let beyond = VerifiedAsked {
            beyond: true,
            ..name()
        };
        for nothing in [other, young(9), beyond, asked(&[])] {
            assert_eq!(told(&nothing), Value::Null);
        }
        assert_ne!(told(&young(10)), Value::Null);
    }
}
