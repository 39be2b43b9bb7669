//! The parameter `claims` (OpenID Connect Core 1.0, 5.5) as far as it asks for verified claims (OpenID Connect for Identity
//! Assurance 1.0, 5) and for a class of sign-in. What is not known is passed over; what is known and malformed is refused.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::context::Acr;
use super::fault::Fault;

/// Longest parameter that is read, in bytes.
const LONGEST: usize = 4 * 1024;

/// A claim about a person that can be asked for. Personal: each is told only where it is asked for and the person agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonClaim {
    /// The whole name as on the document.
    Name,
    /// The given names, where the record tells them apart.
    GivenName,
    /// The family name, where the record tells it apart.
    FamilyName,
    /// The date of birth.
    Birthdate,
    /// The nationality.
    Nationalities,
}

impl PersonClaim {
    /// Every claim.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::Birthdate,
        Self::Nationalities,
    ];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Birthdate => "birthdate",
            Self::Nationalities => "nationalities",
        }
    }

    /// Returns the claim of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.name() == name)
    }
}

/// Verified claims that are asked for, in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedAsked {
    /// Which trust frameworks will do; any where none is named.
    pub frameworks: Vec<String>,
    /// Is it asked when the person was verified?
    pub time: bool,
    /// How long ago that may be at most, in seconds.
    pub max_age: Option<u64>,
    /// Is it asked by what?
    pub evidence: bool,
    /// Which claims.
    pub claims: BTreeSet<PersonClaim>,
    /// Is something required of the verification that no record here can show? Then nothing is told.
    pub beyond: bool,
}

/// What the parameter asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsAsked {
    /// In the ID token.
    pub id_token: Option<VerifiedAsked>,
    /// At the userinfo endpoint.
    pub userinfo: Option<VerifiedAsked>,
}

impl ClaimsAsked {
    /// Reads the parameter; returns it with the class of sign-in that it insists on.
    ///
    /// # Errors
    /// [`Fault::InvalidRequest`] for what is no such parameter, [`Fault::UnmetAuthentication`] where it insists on classes of which
    /// none is known.
    pub fn read(text: &str) -> Result<(Self, Option<Acr>), Fault> {
        if text.len() > LONGEST {
            return Err(Fault::InvalidRequest("claims is too long"));
        }
        let value: Value = serde_json::from_str(text).map_err(|_| MALFORMED)?;
        let Value::Object(map) = value else {
            return Err(MALFORMED);
        };
        let part = |name: &str| match map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(part)) => Ok(Some(part)),
            Some(_) => Err(MALFORMED),
        };
        let (id_token, userinfo) = (part("id_token")?, part("userinfo")?);
        let acr = id_token.map(insisted).transpose()?.flatten();
        let asked = Self {
            id_token: id_token.map(verified).transpose()?.flatten(),
            userinfo: userinfo.map(verified).transpose()?.flatten(),
        };
        Ok((asked, acr))
    }

    /// Returns every claim that is asked for, wherever it is to be told.
    pub fn all(&self) -> BTreeSet<PersonClaim> {
        let parts = [&self.id_token, &self.userinfo];
        let parts = parts.into_iter().flatten();
        parts.flat_map(|part| part.claims.iter().copied()).collect()
    }

    /// Leaves only these claims.
    pub fn retain(&mut self, only: &BTreeSet<PersonClaim>) {
        for part in [&mut self.id_token, &mut self.userinfo] {
            if let Some(asked) = part {
                asked.claims.retain(|claim| only.contains(claim));
                if asked.claims.is_empty() {
                    *part = None;
                }
            }
        }
    }
}

const MALFORMED: Fault = Fault::InvalidRequest("claims is malformed");

/// Returns the weakest class of sign-in of those that are insisted on.
fn insisted(part: &Map<String, Value>) -> Result<Option<Acr>, Fault> {
    let Some(Value::Object(acr)) = part.get("acr") else {
        return Ok(None);
    };
    if acr.get("essential") != Some(&Value::Bool(true)) {
        return Ok(None);
    }
    let wanted = texts(acr)?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let known = wanted.iter().filter_map(|urn| Acr::parse(urn)).min();
    known.map(Some).ok_or(Fault::UnmetAuthentication)
}

/// Returns the texts of `value` or `values`.
fn texts(wanted: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(MALFORMED);
    match (wanted.get("value"), wanted.get("values")) {
        (Some(value), None) => Ok(vec![text(value)?]),
        (None, Some(Value::Array(values))) => values.iter().map(text).collect(),
        (None, None) => Ok(Vec::new()),
        _ => Err(MALFORMED),
    }
}

fn verified(part: &Map<String, Value>) -> Result<Option<VerifiedAsked>, Fault> {
    let asked = match part.get("verified_claims") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(asked)) => asked,
        // Several kinds of verification, of which there is one here.
        Some(Value::Array(several)) => match several.as_slice() {
            [Value::Object(asked)] => asked,
            _ => return Err(Fault::InvalidRequest("verified_claims must be one object")),
        },
        Some(_) => return Err(MALFORMED),
    };
    let (Some(Value::Object(verification)), Some(Value::Object(claims))) =
        (asked.get("verification"), asked.get("claims"))
    else {
        let fault = "verified_claims needs the objects verification and claims";
        return Err(Fault::InvalidRequest(fault));
    };
    let mut read = verification_of(verification)?;
    // A claim that must have a value would tell by its absence that it has another.
    let plain = |value: &Value| match value {
        Value::Null => true,
        Value::Object(wish) => !wish.contains_key("value") && !wish.contains_key("values"),
        _ => false,
    };
    let known = claims.iter().filter(|(_, value)| plain(value));
    read.claims = known
        .filter_map(|(name, _)| PersonClaim::parse(name))
        .collect();
    Ok((!read.claims.is_empty()).then_some(read))
}

fn verification_of(asked: &Map<String, Value>) -> Result<VerifiedAsked, Fault> {
    if !asked.contains_key("trust_framework") {
        let fault = "verification needs trust_framework";
        return Err(Fault::InvalidRequest(fault));
    }
    let mut read = VerifiedAsked {
        frameworks: Vec::new(),
        time: false,
        max_age: None,
        evidence: false,
        claims: BTreeSet::new(),
        beyond: false,
    };
    for (name, value) in asked {
        match (name.as_str(), value) {
            ("trust_framework", Value::Null) => {}
            ("trust_framework", Value::Object(wish)) => read.frameworks = texts(wish)?,
            ("time", Value::Null) => read.time = true,
            ("time", Value::Object(wish)) => {
                read.time = true;
                let age = wish.get("max_age").map(|age| age.as_u64().ok_or(MALFORMED));
                read.max_age = age.transpose()?;
                read.beyond |= wish
                    .keys()
                    .any(|key| key != "max_age" && key != "essential");
            }
            ("evidence", Value::Null) => read.evidence = true,
            ("evidence", Value::Array(kinds)) => {
                read.evidence = true;
                read.beyond |= !kinds.is_empty() && !kinds.iter().any(is_document);
            }
            ("trust_framework" | "time" | "evidence", _) => return Err(MALFORMED),
            // Not known here: nothing to tell, and where it is a condition, one that is not met.
            (_, Value::Null) => {}
            _ => read.beyond = true,
        }
    }
    Ok(read)
}

/// Is a document, without further conditions, the evidence that is asked for?
fn is_document(kind: &Value) -> bool {
    let Value::Object(kind) = kind else {
        return false;
    };
    let by_type = match kind.get("type") {
        Some(Value::Object(wish)) => texts(wish)
            .is_ok_and(|types| types.is_empty() || types.iter().any(|kind| kind == "document")),
        Some(Value::Null) | None => true,
        Some(_) => false,
    };
    let others = kind.iter().filter(|(name, _)| *name != "type");
    by_type && others.into_iter().all(|(_, value)| value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<(ClaimsAsked, Option<Acr>), Fault> {
        ClaimsAsked::read(&value.to_string())
    }

    fn in_userinfo(verification: Value, claims: Value) -> Result<Option<VerifiedAsked>, Fault> {
        let asked = json!({ "verification": verification, "claims": claims });
        let (asked, _) = read(&json!({ "userinfo": { "verified_claims": asked } }))?;
        Ok(asked.userinfo)
    }

    #[test]
    fn what_is_asked_for_is_read_and_what_is_not_known_is_passed_over() {
        let asked = in_userinfo(
            json!({ "trust_framework": { "value": "x" }, "time": { "max_age": 60 }, "evidence": null }),
            json!({ "given_name": null, "birthdate": { "essential": true }, "shoe_size": null }),
        );
        let asked = asked.unwrap().unwrap();
        assert_eq!(asked.frameworks, ["x"]);
        assert!(asked.time && asked.evidence && !asked.beyond);
        assert_eq!(asked.max_age, Some(60));
        let claims = [PersonClaim::GivenName, PersonClaim::Birthdate];
        assert_eq!(asked.claims, BTreeSet::from(claims));
        let (none, acr) = read(&json!({ "id_token": { "email": null }, "x": 1 })).unwrap();
        assert_eq!((none, acr), (ClaimsAsked::default(), None));
    }

    #[test]
    fn a_condition_that_no_record_can_show_is_not_met() {
        let claims = json!({ "name": null });
        for verification in [
            json!({ "trust_framework": null, "assurance_level": { "value": "high" } }),
            json!({ "trust_framework": null, "time": { "value": "2026-01-01T00:00:00Z" } }),
            json!({ "trust_framework": null, "evidence": [{ "type": { "value": "vouch" } }] }),
            json!({ "trust_framework": null, "evidence": [{ "type": { "value": "document" },
                "document_details": { "type": { "value": "passport" } } }] }),
        ] {
            let asked = in_userinfo(verification, claims.clone()).unwrap().unwrap();
            assert!(asked.beyond);
        }
        let document = json!({ "trust_framework": null, "assurance_level": null,
            "evidence": [{ "type": { "value": "document" } }] });
        assert!(!in_userinfo(document, claims).unwrap().unwrap().beyond);
    }

    #[test]
    fn a_claim_that_must_have_a_value_is_not_told() {
        let claims = json!({ "birthdate": { "value": "1990-01-31" }, "name": { "values": ["a"] } });
        let asked = in_userinfo(json!({ "trust_framework": null }), claims).unwrap();
        assert_eq!(asked, None);
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let whole =
            json!({ "verification": { "trust_framework": null }, "claims": { "name": null } });
        for bad in [
            json!([]),
            json!({ "userinfo": 1 }),
            json!({ "userinfo": { "verified_claims": 1 } }),
            json!({ "userinfo": { "verified_claims": [whole, whole] } }),
            json!({ "userinfo": { "verified_claims": { "claims": { "name": null } } } }),
            json!({ "userinfo": { "verified_claims": { "verification": {}, "claims": {} } } }),
            json!({ "userinfo": { "verified_claims": { "verification": { "trust_framework": 1 },
                "claims": { "name": null } } } }),
        ] {
            assert!(matches!(read(&bad), Err(Fault::InvalidRequest(_))), "{bad}");
        }
        assert!(ClaimsAsked::read("{").is_err());
        assert!(ClaimsAsked::read(&" ".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn a_class_of_sign_in_may_be_insisted_on() {
        let asked = |wish: Value| read(&json!({ "id_token": { "acr": wish } })).map(|(_, acr)| acr);
        let two = Acr::Two.urn();
        assert_eq!(
            asked(json!({ "essential": true, "value": two })),
            Ok(Some(Acr::Two))
        );
        let either = json!({ "essential": true, "values": [two, Acr::One.urn(), "x"] });
        assert_eq!(asked(either), Ok(Some(Acr::One)));
        assert_eq!(asked(json!({ "value": two })), Ok(None));
        let unknown = json!({ "essential": true, "values": ["x"] });
        assert_eq!(asked(unknown), Err(Fault::UnmetAuthentication));
    }
}
