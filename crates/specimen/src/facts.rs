//! What a specimen says, chosen by the seed: person, number, dates.

use jiff::{ToSpan, civil::Date};
use menshen_document::DocumentKind;

use crate::contradiction::Contradiction;
use crate::people::{self, Sex};
use crate::rng::Rng;
use crate::{SpecimenError, number};

/// Youngest and oldest holder in whole years: long enough past 16 for a card of ten years, young
/// enough that the term is ten or twenty years and never 长期.
const AGES: [i16; 2] = [27, 41];

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
        // A card at the end of its ten years was issued to somebody of 16 to 25 years, the term's ages.
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use menshen_document::mrz::{self, Sex as MrzSex};
    use menshen_document::prc_card::{CardFacts, Finding, ValidUntil, age_on, findings};
    use menshen_document::prc_id::{PrcId, PrcIdError};
    use menshen_document::prc_region::full_name;

    use super::*;
    use crate::mrz::Zone;

    const TODAY: Date = date(2026, 11, 22);

    fn choose(kind: DocumentKind, seed: u64, contradictions: &[Contradiction]) -> Facts {
        Facts::choose(kind, seed, TODAY, contradictions).expect("facts")
    }

    fn judged(facts: &Facts) -> Result<Vec<Finding>, PrcIdError> {
        let number = PrcId::parse(&facts.number, TODAY)?;
        let sex = match facts.sex {
            Sex::Male => MrzSex::Male,
            Sex::Female => MrzSex::Female,
        };
        let card = CardFacts {
            number: Some(&number),
            sex: Some(sex),
            ethnicity: Some(facts.ethnicity),
            birth: Some(facts.birth),
            address: Some(&facts.place),
            authority: Some(&facts.authority),
            valid_from: Some(facts.issued),
            valid_until: Some(ValidUntil::Day(facts.expires)),
        };
        Ok(findings(&card, TODAY))
    }

    #[test]
    fn a_thousand_cards_agree_with_themselves_and_with_the_law() {
        for seed in 0..1000 {
            let facts = choose(DocumentKind::PrcIdCard, seed, &[]);
            assert_eq!(judged(&facts), Ok(vec![]), "seed {seed}");
            assert!(
                facts.place.starts_with(&full_name(&facts.number[..6])),
                "seed {seed}"
            );
            assert!(
                facts.expires > TODAY.saturating_add(1.year()),
                "seed {seed}"
            );
            assert!(facts.number[14..17] >= *"996", "seed {seed}");
        }
    }

    #[test]
    fn each_contradiction_of_a_card_is_the_only_one_found() {
        for seed in 0..200 {
            let judge = |wanted| judged(&choose(DocumentKind::PrcIdCard, seed, &[wanted]));
            assert_eq!(
                judge(Contradiction::NumberSex),
                Ok(vec![Finding::SexDiffers])
            );
            assert_eq!(
                judge(Contradiction::NumberBirth),
                Ok(vec![Finding::BirthDiffers])
            );
            assert_eq!(
                judge(Contradiction::NumberChecksum),
                Err(PrcIdError::Checksum)
            );
            for lawful in [
                Contradiction::Expired,
                Contradiction::ExpiresIn(20),
                Contradiction::UnderAge,
            ] {
                assert_eq!(judge(lawful), Ok(vec![]), "{lawful} {seed}");
            }
        }
    }

    #[test]
    fn expiry_and_age_are_as_far_off_as_asked() {
        for kind in [
            DocumentKind::PrcIdCard,
            DocumentKind::Passport,
            DocumentKind::DrivingLicence,
        ] {
            for seed in 0..50 {
                let days = |wanted| {
                    let facts = choose(kind, seed, &[wanted]);
                    TODAY.until(facts.expires).expect("two days").get_days()
                };
                assert_eq!(days(Contradiction::Expired), -30);
                assert_eq!(days(Contradiction::ExpiresIn(20)), 20);
                let young = choose(kind, seed, &[Contradiction::UnderAge]);
                assert_eq!(age_on(young.birth, TODAY), Some(17));
            }
        }
    }

    #[test]
    fn every_zone_is_valid_and_says_what_is_printed() {
        for kind in [
            DocumentKind::Passport,
            DocumentKind::IdCardTd1,
            DocumentKind::IdCardTd2,
        ] {
            for seed in 0..200 {
                let facts = choose(kind, seed, &[]);
                let zone = Zone::of(&facts, &[]).expect("it fits").expect("it has one");
                let reading = mrz::parse(&zone.lines).expect("a zone");
                assert!(reading.valid(), "{:?}", zone.lines);
                assert_eq!(reading.fields(TODAY).document_number, facts.number);
            }
        }
    }

    #[test]
    fn each_contradiction_of_a_zone_changes_only_its_part() {
        let facts = choose(DocumentKind::IdCardTd1, 3, &[]);
        let lines = |list: &[Contradiction]| {
            Zone::of(&facts, list)
                .expect("it fits")
                .expect("it has one")
                .lines
        };
        let (plain, parse) = (lines(&[]), |lines: &[String]| {
            mrz::parse(lines).expect("a zone")
        });
        for (wanted, changed) in [
            (Contradiction::MrzName, vec![2]),
            (Contradiction::MrzNumber, vec![0, 1]),
            (Contradiction::MrzBirth, vec![1]),
        ] {
            let other = lines(&[wanted]);
            let differing: Vec<usize> = (0..3).filter(|i| plain[*i] != other[*i]).collect();
            assert!(differing.iter().all(|line| changed.contains(line)) && !differing.is_empty());
            assert!(parse(&other).valid(), "{wanted}: its check digits agree");
        }
        assert!(!parse(&lines(&[Contradiction::MrzChecksum])).valid());
    }
}
