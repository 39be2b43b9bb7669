//! Document numbers that no office hands out.

use jiff::{ToSpan, civil::Date};
use menshen_document::prc_id::check_character;

use crate::SpecimenError;
use crate::contradiction::Contradiction;
use crate::people::Sex;
use crate::rng::Rng;

/// Returns a PRC number with valid region, date, sex and check digit, unless a contradiction says
/// otherwise. The sequence code is 996-999: reserved for centenarians in GB 11643-1989, hence never
/// handed out with a birth date of our time.
pub fn prc(
    region: &str,
    birth: Date,
    sex: Sex,
    contradictions: &[Contradiction],
    rng: &mut Rng,
) -> Result<String, SpecimenError> {
    let has = |wanted| contradictions.contains(&wanted);
    let birth = if has(Contradiction::NumberBirth) {
        birth.checked_add(1.day())?
    } else {
        birth
    };
    let sex = if has(Contradiction::NumberSex) {
        sex.other()
    } else {
        sex
    };
    let sequence = match sex {
        Sex::Male => *rng.pick(&[997, 999]),
        Sex::Female => *rng.pick(&[996, 998]),
    };
    let body = format!("{region}{}{sequence}", birth.strftime("%Y%m%d"));
    let check = check_character(&body).expect("17 digits always have a check character");
    let last = if has(Contradiction::NumberChecksum) {
        wrong(check)
    } else {
        check
    };
    Ok(format!("{body}{last}"))
}

fn wrong(check: char) -> char {
    if check == '7' { '4' } else { '7' }
}

/// Returns a number of Utopia: a letter, then eight characters without I, O and Q.
pub fn utopian(rng: &mut Rng) -> String {
    let mut number = String::from("U");
    number.push(char::from(*rng.pick(b"ABCDEFGHJKLMNPRSTUVWXYZ")));
    for _ in 0..7 {
        number.push(char::from(*rng.pick(b"0123456789")));
    }
    number
}
