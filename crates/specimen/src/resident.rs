//! What PRC cards say, by the thousand and without a picture: cards that agree with themselves and with the law, and cards that
//! do not.
//!
//! The rules are written here once more, from the law, so that a measurement does not compare the judge with itself.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use menshen_document::prc_card::{ETHNICITIES, FIRST_ISSUE};
use menshen_document::prc_id::check_character;
use menshen_document::prc_region::{self, Region};

use crate::SpecimenError;
use crate::people::{self, Sex};
use crate::rng::Rng;

/// What a card prints, and what its holder types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// 姓名.
    pub name: String,
    /// 性别, `M` or `F`.
    pub sex: &'static str,
    /// 民族.
    pub ethnicity: String,
    /// 出生.
    pub birth: Date,
    /// 住址.
    pub address: String,
    /// 公民身份号码.
    pub number: String,
    /// 签发机关.
    pub authority: String,
    /// First day of 有效期限.
    pub valid_from: Date,
    /// Last day of 有效期限; `None` is 长期.
    pub valid_until: Option<Date>,
    /// The number as its holder types it.
    pub typed_number: String,
}

/// What is wrong with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The printed sex is not the number's.
    Sex,
    /// The printed date of birth is not the number's.
    Birth,
    /// Validity lasts as it does for another age at issue.
    ValidityForAge,
    /// The number's region was abolished long before the birth.
    RegionAbolished,
    /// No region ever had the number's code.
    RegionUnknown,
    /// Office and address lie in different provinces.
    Authority,
    /// No such ethnic group.
    Ethnicity,
    /// The last day of validity has passed.
    Expired,
    /// The last day of validity is not after the first.
    EndsBeforeItBegins,
    /// The first day of validity lies before the birth.
    IssuedBeforeBirth,
    /// The first day of validity lies before the first card of this kind.
    IssuedTooEarly,
    /// The first day of validity is still to come.
    NotYetValid,
    /// The last character is not the check character.
    Checksum,
    /// The typed number has another sequence code and the check character for it.
    TypedNumber,
    /// Two neighbouring digits of the typed number are swapped.
    TypedSwap,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 15] = [
        Self::Sex,
        Self::Birth,
        Self::ValidityForAge,
        Self::RegionAbolished,
        Self::RegionUnknown,
        Self::Authority,
        Self::Ethnicity,
        Self::Expired,
        Self::EndsBeforeItBegins,
        Self::IssuedBeforeBirth,
        Self::IssuedTooEarly,
        Self::NotYetValid,
        Self::Checksum,
        Self::TypedNumber,
        Self::TypedSwap,
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Birth => "birth",
            Self::ValidityForAge => "validity-for-age",
            Self::RegionAbolished => "region-abolished",
            Self::RegionUnknown => "region-unknown",
            Self::Authority => "authority",
            Self::Ethnicity => "ethnicity",
            Self::Expired => "expired",
            Self::EndsBeforeItBegins => "ends-before-it-begins",
            Self::IssuedBeforeBirth => "issued-before-birth",
            Self::IssuedTooEarly => "issued-too-early",
            Self::NotYetValid => "not-yet-valid",
            Self::Checksum => "checksum",
            Self::TypedNumber => "typed-number",
            Self::TypedSwap => "typed-swap",
        }
    }
}

/// Days that a card is valid for yet, at least: more than any policy's window before expiry.
const DAYS_LEFT: i64 = 100;

/// Years between the end of a code and the birth, from which on nobody was given the code any more.
const LONG_SINCE: i16 = 8;

/// Age in years below which enough codes had been abolished before the birth.
const YOUNG: u32 = 30;

/// Returns the card of a seed; `None` for one without a fault.
///
/// # Errors
/// A day outside the calendar.
pub fn resident(seed: u64, today: Date, fault: Option<Fault>) -> Result<Resident, SpecimenError> {
    let mut rng = Rng::new(seed, 0xCA4D);
    let mut card = Draft::choose(&mut rng, today, fault)?;
    if let Some(fault) = fault {
        card.spoil(&mut rng, today, fault)?;
    }
    Ok(card.card)
}

struct Draft {
    card: Resident,
    sex: Sex,
}

impl Draft {
    fn choose(rng: &mut Rng, today: Date, fault: Option<Fault>) -> Result<Self, SpecimenError> {
        let (birth, valid_from, valid_until) = dates(rng, today, fault)?;
        let sex = *rng.pick(&[Sex::Male, Sex::Female]);
        let home = county(rng, |region| region.last_year.is_none());
        // One in three was given the number elsewhere than at home.
        let first = match rng.below(3) {
            0 => county(rng, |region| in_force(region, birth)),
            _ => home,
        };
        let first = match fault {
            Some(Fault::RegionAbolished) => county(rng, |region| long_gone(region, birth)),
            _ => first,
        };
        let given = *rng.pick(match sex {
            Sex::Male => &people::HAN_MALE,
            Sex::Female => &people::HAN_FEMALE,
        });
        let street = rng.pick(&people::STREETS);
        let number = number(first.code, birth, sequence(rng, sex));
        let card = Resident {
            name: format!("{}{given}", rng.pick(&people::HAN_SURNAMES)),
            sex: sex.letter(),
            ethnicity: (*rng.pick(&ETHNICITIES)).to_owned(),
            birth,
            address: format!(
                "{}{street}{}号",
                prc_region::full_name(home.code),
                rng.below(300) + 1
            ),
            typed_number: number.clone(),
            number,
            authority: office(home),
            valid_from,
            valid_until,
        };
        Ok(Self { card, sex })
    }

    fn spoil(&mut self, rng: &mut Rng, today: Date, fault: Fault) -> Result<(), SpecimenError> {
        let card = &mut self.card;
        match fault {
            Fault::Sex => card.sex = self.sex.other().letter(),
            Fault::Birth => card.birth = another_birth(rng, card.birth)?,
            Fault::ValidityForAge => {
                card.valid_until = another_term(rng, card, today)?;
            }
            // The card was drawn so.
            Fault::RegionAbolished | Fault::Expired => {}
            Fault::RegionUnknown => {
                let code = loop {
                    let code = format!("{:06}", rng.below(1_000_000));
                    if prc_region::find(&code).is_none()
                        && prc_region::find(&format!("{}00", &code[..4])).is_none()
                    {
                        break code;
                    }
                };
                card.number = number(&code, card.birth, sequence(rng, self.sex));
                card.typed_number.clone_from(&card.number);
            }
            Fault::Authority => card.authority = elsewhere(rng, &card.address),
            Fault::Ethnicity => {
                card.ethnicity =
                    (*rng.pick(&["汗", "滿", "土加", "罗马", "日本", "未知"])).to_owned();
            }
            Fault::EndsBeforeItBegins => {
                let before = i64::from(rng.below(2_000));
                card.valid_until = Some(card.valid_from.checked_sub(before.days())?);
            }
            Fault::IssuedBeforeBirth => {
                let before = i64::from(rng.below(2_000)) + 1;
                card.valid_from = card.birth.checked_sub(before.days())?;
            }
            Fault::IssuedTooEarly => {
                let before = i64::from(rng.below(4_000)) + 1;
                card.valid_from = FIRST_ISSUE.checked_sub(before.days())?;
            }
            Fault::NotYetValid => {
                let ahead = i64::from(rng.below(400)) + 1;
                card.valid_from = today.checked_add(ahead.days())?;
                card.valid_until = term(card.birth, card.valid_from)?;
            }
            Fault::Checksum => {
                let right = card.number.pop();
                let wrong = loop {
                    let wrong = *rng.pick(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
                    if Some(wrong) != right {
                        break wrong;
                    }
                };
                card.number.push(wrong);
                card.typed_number.clone_from(&card.number);
            }
            Fault::TypedNumber => {
                let body = &card.number[..14];
                let printed = &card.number[14..17];
                card.typed_number = loop {
                    let sequence = sequence(rng, self.sex);
                    let text = format!("{sequence:03}");
                    if text != *printed {
                        break with_check(&format!("{body}{text}"));
                    }
                };
            }
            Fault::TypedSwap => {
                let mut letters: Vec<char> = card.number.chars().collect();
                let places: Vec<usize> = (0..16)
                    .filter(|&at| letters[at] != letters[at + 1])
                    .collect();
                // A number of one digit only is no number: there is always such a place.
                let at = *rng.pick(&places);
                letters.swap(at, at + 1);
                card.typed_number = letters.into_iter().collect();
            }
        }
        Ok(())
    }
}

/// Day of birth, first and last day of validity of a card that is in force, or that has expired.
fn dates(
    rng: &mut Rng,
    today: Date,
    fault: Option<Fault>,
) -> Result<(Date, Date, Option<Date>), SpecimenError> {
    // Of the codes that were abolished none is older than a grown-up of forty.
    let oldest = match fault {
        Some(Fault::RegionAbolished) => YOUNG,
        _ => 95,
    };
    loop {
        let age = i64::from(rng.below((oldest - 18) * 365)) + 18 * 366;
        let birth = today.checked_sub(age.days())?;
        let most = FIRST_ISSUE.until(today)?.get_days();
        let from = today.checked_sub(i64::from(rng.below(most.unsigned_abs())).days())?;
        if from < birth {
            continue;
        }
        let until = term(birth, from)?;
        let least = today.checked_add(DAYS_LEFT.days())?;
        let wanted = match fault {
            Some(Fault::Expired) => until.is_some_and(|until| until < today),
            _ => until.is_none_or(|until| until > least),
        };
        if wanted {
            return Ok((birth, from, until));
        }
    }
}

/// The last day of a card for somebody of this age at its issue: 5 years below 16, 10 below 26, 20 below 46, then without end
/// (Resident Identity Card Law of 2003, article 5).
fn term(birth: Date, from: Date) -> Result<Option<Date>, SpecimenError> {
    let birthday = (from.month(), from.day()) >= (birth.month(), birth.day());
    let age = from.year() - birth.year() - i16::from(!birthday);
    let years: i16 = match age {
        ..16 => 5,
        16..26 => 10,
        26..46 => 20,
        _ => return Ok(None),
    };
    Ok(Some(from.checked_add(years.years())?))
}

/// A last day that the law gives to another age, and that has not passed.
fn another_term(
    rng: &mut Rng,
    card: &Resident,
    today: Date,
) -> Result<Option<Date>, SpecimenError> {
    let least = today.checked_add(DAYS_LEFT.days())?;
    let mut others = vec![None];
    for years in [5_i16, 10, 20, 15, 30] {
        others.push(Some(card.valid_from.checked_add(years.years())?));
    }
    others.retain(|until| *until != card.valid_until && until.is_none_or(|until| until > least));
    Ok(*rng.pick(&others))
}

/// Another day of birth, as forgers and bad readers choose it: the next day, another month, year or decade.
fn another_birth(rng: &mut Rng, birth: Date) -> Result<Date, SpecimenError> {
    Ok(match rng.below(4) {
        0 => birth.checked_add(1.day())?,
        1 => birth.checked_sub(1.month())?,
        2 => birth.checked_sub(1.year())?,
        _ => birth.checked_sub(10.years())?,
    })
}

fn number(region: &str, birth: Date, sequence: u32) -> String {
    with_check(&format!(
        "{region}{}{sequence:03}",
        birth.strftime("%Y%m%d")
    ))
}

fn with_check(digits: &str) -> String {
    let check = check_character(digits).expect("17 digits always have a check character");
    format!("{digits}{check}")
}

/// A sequence code of a sex: odd for men.
fn sequence(rng: &mut Rng, sex: Sex) -> u32 {
    2 * rng.below(500) + u32::from(sex == Sex::Male)
}

/// A county that a number may begin with.
fn county(rng: &mut Rng, fits: impl Fn(&Region) -> bool) -> Region {
    // Some entries only group what stands below them.
    let groups =
        |name: &str| matches!(name, "市辖区" | "县" | "市" | "市区") || name.contains("直辖");
    let fits = |region: &&Region| {
        let region: &Region = region;
        !region.code.ends_with("00") && !groups(region.name) && fits(region)
    };
    let counties: Vec<&Region> = prc_region::all().iter().filter(fits).collect();
    **rng.pick(&counties)
}

fn in_force(region: &Region, birth: Date) -> bool {
    region.last_year.is_none_or(|last| last >= birth.year())
}

fn long_gone(region: &Region, birth: Date) -> bool {
    region
        .last_year
        .is_some_and(|last| last + LONG_SINCE <= birth.year())
}

/// The office of a county.
fn office(home: Region) -> String {
    format!("{}公安局", home.name)
}

/// An office in another province than an address. Places of one name lie in several provinces, and contradict nothing: no
/// place that begins as the office does shares a province with one that begins as the address does.
fn elsewhere(rng: &mut Rng, address: &str) -> String {
    let begins = |name: &str| name.chars().take(2).collect::<String>();
    let provinces = |text: &str| -> BTreeSet<&'static str> {
        let alike = prc_region::all()
            .iter()
            .filter(|region| begins(region.name) == begins(text));
        alike.map(|region| &region.code[..2]).collect()
    };
    let home = provinces(address);
    loop {
        let strange = county(rng, |region| region.last_year.is_none());
        if provinces(strange.name).is_disjoint(&home) {
            return office(strange);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use menshen_document::prc_id::PrcId;

    use super::*;

    const TODAY: Date = date(2026, 11, 28);

    #[test]
    fn a_seed_draws_the_same_card_and_every_age_at_issue_occurs() {
        let card = |seed| resident(seed, TODAY, None).expect("a card");
        assert_eq!(card(7), card(7));
        let (mut years, mut long) = (BTreeSet::new(), 0);
        for seed in 0..2_000 {
            let card = card(seed);
            assert!(PrcId::parse(&card.number, TODAY).is_ok(), "{seed}");
            match card.valid_until {
                Some(until) => _ = years.insert(until.year() - card.valid_from.year()),
                None => long += 1,
            }
        }
        assert_eq!(Vec::from_iter(years), [5, 10, 20]);
        assert!(long > 100);
    }

    #[test]
    fn a_fault_changes_the_card_of_every_seed() {
        for fault in Fault::ALL {
            for seed in 0..40 {
                let good = resident(seed, TODAY, None).expect("a card");
                let bad = resident(seed, TODAY, Some(fault)).expect("a card");
                assert_ne!(good, bad, "{} {seed}", fault.name());
            }
        }
    }
}
