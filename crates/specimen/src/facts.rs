//! What a specimen says, chosen by the seed: person, number, dates.

use jiff::{ToSpan, civil::Date};
use menshen_document::DocumentKind;

use crate::contradiction::Contradiction;
use crate::people::{self, Sex};
use crate::rng::Rng;
use crate::{SpecimenError, number};

/// Youngest and oldest holder in whole years: long enough past 16 for a card of ten years, young
/// enough that the term is ten or twenty years and never 长期.
const AGES: [i16; 2] = [26, 41];

/// Everything that is printed.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The kind of document.
    pub kind: DocumentKind,
    /// Surname as printed.
    pub surname: String,
    /// Given names as printed.
    pub given: String,
    /// The whole name as a person types it.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub birth: Date,
    /// 民族; empty outside China.
    pub ethnicity: &'static str,
    /// 住址, or the place of birth outside China.
    pub place: String,
    /// Number as printed.
    pub number: String,
    /// Office that issued it.
    pub authority: String,
    /// First day of validity.
    pub issued: Date,
    /// Last day of validity.
    pub expires: Date,
}

impl Facts {
    /// Chooses the facts of a seed and a day, with the contradictions that concern print.
    pub fn choose(
        kind: DocumentKind,
        seed: u64,
        today: Date,
        contradictions: &[Contradiction],
    ) -> Result<Self, SpecimenError> {
        for contradiction in contradictions {
            contradiction.check(kind)?;
        }
        let mut rng = Rng::new(seed, kind as u64 + 1);
        let sex = *rng.pick(&[Sex::Male, Sex::Female]);
        let validity = Validity::choose(kind, today, contradictions, &mut rng)?;
        match kind {
            DocumentKind::PrcIdCard => Self::chinese(sex, validity, contradictions, rng),
            DocumentKind::Visa => Err(SpecimenError::KindNotDrawn(kind)),
            _ => Ok(Self::utopian(kind, sex, validity, rng)),
        }
    }

    /// Returns the issuing state as an ICAO code.
    pub fn country(&self) -> &'static str {
        if self.kind == DocumentKind::PrcIdCard {
            "CHN"
        } else {
            "UTO"
        }
    }

    fn chinese(
        sex: Sex,
        validity: Validity,
        contradictions: &[Contradiction],
        mut rng: Rng,
    ) -> Result<Self, SpecimenError> {
        let surname = *rng.pick(&people::HAN_SURNAMES);
        let given = *rng.pick(match sex {
            Sex::Male => &people::HAN_MALE,
            Sex::Female => &people::HAN_FEMALE,
        });
        let (region, area, authority) = *rng.pick(&people::REGIONS);
        let street = rng.pick(&people::STREETS);
        let (house, flat) = (rng.below(180) + 1, rng.below(9) * 100 + rng.below(4) + 101);
        let ethnicity = *rng.pick(&people::ETHNICITIES);
        let number = number::prc(region, validity.birth, sex, contradictions, &mut rng)?;
        Ok(Self {
            kind: DocumentKind::PrcIdCard,
            surname: surname.to_owned(),
            given: given.to_owned(),
            name: format!("{surname}{given}"),
            sex,
            birth: validity.birth,
            ethnicity,
            place: format!("{area}{street}{house}号{flat}室"),
            number,
            authority: authority.to_owned(),
            issued: validity.issued,
            expires: validity.expires,
        })
    }

    fn utopian(kind: DocumentKind, sex: Sex, validity: Validity, mut rng: Rng) -> Self {
        let surname = *rng.pick(&people::LATIN_SURNAMES);
        let given = *rng.pick(match sex {
            Sex::Male => &people::LATIN_MALE,
            Sex::Female => &people::LATIN_FEMALE,
        });
        Self {
            kind,
            surname: surname.to_uppercase(),
            given: given.to_uppercase(),
            name: format!("{given} {surname}"),
            sex,
            birth: validity.birth,
            ethnicity: "",
            place: rng.pick(&people::TOWNS).to_uppercase(),
            number: number::utopian(&mut rng),
            authority: format!("SPECIMEN OFFICE {}", rng.below(90) + 10),
            issued: validity.issued,
            expires: validity.expires,
        }
    }
}

/// The three dates of a document.
struct Validity {
    birth: Date,
    issued: Date,
    expires: Date,
}

impl Validity {
    fn choose(
        kind: DocumentKind,
        today: Date,
        contradictions: &[Contradiction],
        rng: &mut Rng,
    ) -> Result<Self, SpecimenError> {
        let end = contradictions.iter().find_map(|c| match c {
            Contradiction::Expired => Some(-30),
            Contradiction::ExpiresIn(days) => Some(i64::from(*days)),
            _ => None,
        });
        let young = contradictions.contains(&Contradiction::UnderAge);
        // A card at the end of its ten years was issued to somebody of 16 to 25 years.
        let oldest = if end.is_some() { 34 } else { AGES[1] };
        let age = if young {
            17
        } else {
            AGES[0] + rng.below((oldest - AGES[0]) as u32) as i16
        };
        let birth = today
            .checked_sub(age.years())?
            .checked_sub((rng.below(300) as i64 + 20).days())?;
        let held = if young {
            100
        } else {
            rng.below(6 * 365) as i64 + 60
        };
        if let Some(days) = end {
            let expires = today.checked_add(days.days())?;
            let issued = expires.checked_sub(if young { 5 } else { 10 }.years())?;
            return Ok(Self {
                birth,
                issued,
                expires,
            });
        }
        let issued = today.checked_sub(held.days())?;
        let expires = issued.checked_add(term(kind, birth, issued).years())?;
        Ok(Self {
            birth,
            issued,
            expires,
        })
    }
}

/// Years of validity. On a PRC card by the age at issue (Resident Identity Card Law, article 5):
/// 5 below 16, 10 to 25, 20 to 45; elsewhere ten.
fn term(kind: DocumentKind, birth: Date, issued: Date) -> i16 {
    let birthday_passed = (issued.month(), issued.day()) >= (birth.month(), birth.day());
    let age = issued.year() - birth.year() - i16::from(!birthday_passed);
    match (kind, age) {
        (DocumentKind::PrcIdCard, ..=15) => 5,
        (DocumentKind::PrcIdCard, 26..) => 20,
        _ => 10,
    }
}
