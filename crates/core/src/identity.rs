//! What makes two accounts one: texts whose digests are compared. Who types the same in another way gives the same text.

use menshen_document::{Country, DocumentKind, name};

use crate::checks::numbers::fold;
use crate::claims::Claims;

/// Returns what names a document: kind, issuing state and number. `None` for a number without a character.
pub fn document_key(kind: DocumentKind, country: &str, number: &str) -> Option<String> {
    let number: String = fold(number).into_iter().collect();
    let kind = serde_json::to_value(kind).ok()?;
    let kind = kind.as_str()?;
    (!number.is_empty()).then(|| format!("{kind}|{}|{number}", state(country)))
}

/// Returns what names a person: name, date of birth and nationality, which is the issuing state's where none was typed.
/// `None` for a name without a letter.
pub fn person_key(claims: &Claims) -> Option<String> {
    let name = name::key(&claims.name);
    let nationality = claims.nationality.as_deref().unwrap_or(&claims.country);
    (!name.is_empty()).then(|| format!("{name}|{}|{}", claims.birth_date, state(nationality)))
}

fn state(code: &str) -> String {
    match Country::parse(code) {
        Ok(country) => country.code().to_owned(),
        Err(_) => code.trim().to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn claims(name: &str, nationality: Option<&str>) -> Claims {
        Claims {
            document: DocumentKind::Passport,
            country: "UTO".to_owned(),
            name: name.to_owned(),
            birth_date: date(1990, 1, 31),
            sex: None,
            nationality: nationality.map(str::to_owned),
            birth_country: None,
            number: "L898902C3".to_owned(),
            purpose: None,
            first: None,
        }
    }

    #[test]
    fn a_document_has_one_key_however_its_number_is_typed() {
        let of = |number| document_key(DocumentKind::Passport, "UTO", number);
        let key = of("L898902C3").expect("a key");
        assert_eq!(key, "passport|UTO|L898902C3");
        for typed in [
            "l898902c3",
            " L898 902 C3",
            "Ｌ８９８９０２Ｃ３",
            "L898902C3<",
        ] {
            assert_eq!(of(typed).as_ref(), Some(&key), "{typed}");
        }
        assert_ne!(of("L898902C4").as_ref(), Some(&key));
        assert_ne!(
            document_key(DocumentKind::Passport, "CHN", "L898902C3").as_ref(),
            Some(&key)
        );
        assert_ne!(
            document_key(DocumentKind::IdCardTd1, "UTO", "L898902C3").as_ref(),
            Some(&key)
        );
        assert_eq!(of(" - "), None);
    }

    #[test]
    fn a_person_has_one_key_however_the_name_is_typed() {
        let key = person_key(&claims("Ada Lovelace", Some("UTO")));
        assert_eq!(key.as_deref(), Some("ADA LOVELACE|1990-01-31|UTO"));
        assert_eq!(person_key(&claims("LOVELACE, ADA", None)), key);
        assert_ne!(person_key(&claims("Ada Lovelace", Some("CHN"))), key);
        assert_eq!(person_key(&claims("-", None)), None);
    }
}
