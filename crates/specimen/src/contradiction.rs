//! Contradictions drawn on purpose, one at a time or together.

use menshen_core::ReasonCode;
use menshen_document::{DocumentKind, Side};

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
    /// Both photographs show the front.
    FrontTwice,
    /// Both photographs show the back: it was taken where the front was asked for, too.
    BackTwice,
}

/// The names, as the command line takes them.
const KNOWN: &str = "number-sex, number-birth, number-checksum, mrz-name, mrz-number, mrz-birth, \
                     mrz-checksum, expired, expires-in=DAYS, under-age, front-twice, back-twice";

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
            Self::FrontTwice,
            Self::BackTwice,
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
            Self::FrontTwice => "front-twice",
            Self::BackTwice => "back-twice",
        }
    }

    /// Returns the codes of which one is due when the whole document is judged.
    pub fn codes(self) -> &'static [ReasonCode] {
        match self {
            Self::NumberSex | Self::NumberBirth => &[ReasonCode::DocDataInconsistent],
            // Who types what is printed is told that the number cannot be.
            Self::NumberChecksum => &[ReasonCode::DocNumberChecksum],
            // A zone on the other side makes two documents of it.
            Self::MrzName | Self::MrzNumber | Self::MrzBirth => {
                &[ReasonCode::DocDataInconsistent, ReasonCode::DocSidesDiffer]
            }
            Self::MrzChecksum => &[ReasonCode::DocMrzInvalid],
            Self::Expired => &[ReasonCode::DocExpired],
            Self::ExpiresIn(_) => &[ReasonCode::DocExpiringSoon],
            Self::UnderAge => &[ReasonCode::NotEligible],
            Self::FrontTwice | Self::BackTwice => &[ReasonCode::DocSameSideTwice],
        }
    }

    /// Returns which side stands in which photograph of a document with these sides.
    pub(crate) fn photographed(list: &[Self], sides: &[Side]) -> Vec<(Side, Side)> {
        let only = list.iter().find_map(|one| match one {
            Self::FrontTwice => Some(Side::Front),
            Self::BackTwice => Some(Side::Back),
            _ => None,
        });
        sides
            .iter()
            .map(|slot| (*slot, only.unwrap_or(*slot)))
            .collect()
    }

    /// Refuses a contradiction that this kind of document cannot show.
    pub(crate) fn check(self, kind: DocumentKind) -> Result<(), SpecimenError> {
        let has_number = kind == DocumentKind::PrcIdCard;
        let has_mrz = !matches!(kind, DocumentKind::PrcIdCard | DocumentKind::DrivingLicence);
        // Of the larger card only the front is drawn.
        let has_back = matches!(
            kind,
            DocumentKind::PrcIdCard | DocumentKind::IdCardTd1 | DocumentKind::DrivingLicence
        );
        let possible = match self {
            Self::NumberSex | Self::NumberBirth | Self::NumberChecksum => has_number,
            Self::MrzName | Self::MrzNumber | Self::MrzBirth | Self::MrzChecksum => has_mrz,
            Self::Expired | Self::ExpiresIn(_) | Self::UnderAge => true,
            Self::FrontTwice | Self::BackTwice => has_back,
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
        assert!(
            Contradiction::FrontTwice
                .check(DocumentKind::Passport)
                .is_err()
        );
    }

    #[test]
    fn a_side_taken_twice_stands_in_both_photographs() {
        let both = [Side::Front, Side::Back];
        let photographed = |list: &[Contradiction]| Contradiction::photographed(list, &both);
        assert_eq!(
            photographed(&[Contradiction::Expired, Contradiction::BackTwice]),
            [(Side::Front, Side::Back), (Side::Back, Side::Back)]
        );
        assert_eq!(
            photographed(&[Contradiction::Expired]),
            [(Side::Front, Side::Front), (Side::Back, Side::Back)]
        );
    }
}
