//! Contradictions drawn on purpose, one at a time or together.

use menshen_document::DocumentKind;

use crate::SpecimenError;

/// A way in which a specimen disagrees with itself or with the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// The PRC number encodes the other sex.
    NumberSex,
    /// The PRC number encodes a birth date one day later.
    NumberBirth,
    /// The PRC number's last character is not its check digit.
    NumberChecksum,
    /// The machine-readable zone carries another given name, its check digits agree.
    MrzName,
    /// The machine-readable zone carries another document number, its check digits agree.
    MrzNumber,
    /// The machine-readable zone carries a birth date one day later, its check digits agree.
    MrzBirth,
    /// One check digit of the machine-readable zone is wrong.
    MrzChecksum,
    /// The last day of validity was 30 days before "today".
    Expired,
    /// The last day of validity is this many days after "today".
    ExpiresIn(u16),
    /// The holder is 17 years old.
    UnderAge,
}

/// The names, as the command line takes them.
const KNOWN: &str = "number-sex, number-birth, number-checksum, mrz-name, mrz-number, mrz-birth, \
                     mrz-checksum, expired, expires-in=DAYS, under-age";

impl Contradiction {
    /// Reads a list such as `number-sex,expires-in=20`.
    ///
    /// # Errors
    /// An unknown name is answered with the known ones.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, SpecimenError> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(Self::parse)
            .collect()
    }

    fn parse(item: &str) -> Result<Self, SpecimenError> {
        let unknown = || SpecimenError::UnknownContradiction {
            name: item.to_owned(),
            known: KNOWN.to_owned(),
        };
        if let Some(days) = item.strip_prefix("expires-in=") {
            return days.parse().map(Self::ExpiresIn).map_err(|_| unknown());
        }
        [
            Self::NumberSex,
            Self::NumberBirth,
            Self::NumberChecksum,
            Self::MrzName,
            Self::MrzNumber,
            Self::MrzBirth,
            Self::MrzChecksum,
            Self::Expired,
            Self::UnderAge,
        ]
        .into_iter()
        .find(|known| known.name() == item)
        .ok_or_else(unknown)
    }

    /// Returns the name without its value.
    pub fn name(self) -> &'static str {
        match self {
            Self::NumberSex => "number-sex",
            Self::NumberBirth => "number-birth",
            Self::NumberChecksum => "number-checksum",
            Self::MrzName => "mrz-name",
            Self::MrzNumber => "mrz-number",
            Self::MrzBirth => "mrz-birth",
            Self::MrzChecksum => "mrz-checksum",
            Self::Expired => "expired",
            Self::ExpiresIn(_) => "expires-in",
            Self::UnderAge => "under-age",
        }
    }

    /// Refuses a contradiction that this kind of document cannot show.
    pub(crate) fn check(self, kind: DocumentKind) -> Result<(), SpecimenError> {
        let has_number = kind == DocumentKind::PrcIdCard;
        let has_mrz = !matches!(kind, DocumentKind::PrcIdCard | DocumentKind::DrivingLicence);
        let possible = match self {
            Self::NumberSex | Self::NumberBirth | Self::NumberChecksum => has_number,
            Self::MrzName | Self::MrzNumber | Self::MrzBirth | Self::MrzChecksum => has_mrz,
            Self::Expired | Self::ExpiresIn(_) | Self::UnderAge => true,
        };
        if possible {
            Ok(())
        } else {
            Err(SpecimenError::ContradictionImpossible {
                name: self.name(),
                kind,
            })
        }
    }
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ExpiresIn(days) => write!(f, "expires-in={days}"),
            other => f.write_str(other.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_an_unknown_name_teaches_the_known_ones() {
        let list = Contradiction::parse_list("number-sex, expires-in=20").expect("known names");
        assert_eq!(
            list,
            [Contradiction::NumberSex, Contradiction::ExpiresIn(20)]
        );
        let error = Contradiction::parse_list("mrz-nam")
            .expect_err("a typing error")
            .to_string();
        assert!(
            error.contains("mrz-name") && error.contains("expires-in=DAYS"),
            "{error}"
        );
    }

    #[test]
    fn a_licence_has_no_machine_readable_zone_to_contradict() {
        assert!(
            Contradiction::MrzName
                .check(DocumentKind::DrivingLicence)
                .is_err()
        );
        assert!(Contradiction::MrzName.check(DocumentKind::Passport).is_ok());
    }
}
