//! Rules of the second-generation resident identity card: what its fields must say of each other.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use serde::{Serialize, Serializer};

use crate::mrz::Sex;
use crate::prc_id::PrcId;
use crate::prc_region;

/// First day on which the Resident Identity Card Law was in force; no card of this kind is older.
pub const FIRST_ISSUE: Date = date(2004, 1, 1);

/// Years of validity by age at issue, in full years: `(from age, years)`; `None` is long-term.
/// Resident Identity Card Law, article 5.
pub const VALIDITY_BY_AGE: [(i16, Option<i16>); 4] =
    [(0, Some(5)), (16, Some(10)), (26, Some(20)), (46, None)];

/// The 56 ethnic groups as cards print them (GB/T 3304), and the words for those outside them.
pub const ETHNICITIES: [&str; 60] = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
    "穿青人",
    "革家人",
    "其他",
    "外国血统",
];

/// The end of a card's validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValidUntil {
    /// The last day.
    Day(Date),
    /// 长期.
    LongTerm,
}

/// What a card says, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFacts<'a> {
    /// 公民身份号码.
    pub number: Option<&'a PrcId>,
    /// 性别.
    pub sex: Option<Sex>,
    /// 民族, without 族.
    pub ethnicity: Option<&'a str>,
    /// 出生.
    pub birth: Option<Date>,
    /// 住址.
    pub address: Option<&'a str>,
    /// 签发机关.
    pub authority: Option<&'a str>,
    /// First day of 有效期限.
    pub valid_from: Option<Date>,
    /// End of 有效期限.
    pub valid_until: Option<ValidUntil>,
}

/// Two facts of a card that cannot both be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The printed sex is not the one in the number.
    SexDiffers,
    /// The printed date of birth is not the one in the number.
    BirthDiffers,
    /// The printed ethnic group is none of [`ETHNICITIES`].
    EthnicityUnknown,
    /// The length of validity is not the one for the age at issue.
    ValidityForAge {
        /// Age in full years on the first day of validity.
        age: i16,
        /// Years that the law gives; `None` is long-term.
        expected: Option<i16>,
    },
    /// The first day of validity lies before the birth.
    IssuedBeforeBirth,
    /// The first day of validity lies before any card of this kind was issued.
    IssuedTooEarly,
    /// The first day of validity lies in the future.
    IssuedInFuture,
    /// The last day of validity is not after the first.
    EndsBeforeItBegins,
    /// The number's region was abolished before the birth, and numbers are given at birth.
    RegionAbolished {
        /// Last year in which the code was in force.
        last_year: i16,
    },
    /// The issuing authority and the address lie in different provinces.
    AuthorityElsewhere,
}

/// Years after its abolition in which a region's code may still have been given out: registries
/// moved over slowly, the ones of the new Chongqing over several years.
const REGION_GRACE_YEARS: i16 = 5;

/// Returns every contradiction between the facts of a card; what was not read contradicts nothing.
pub fn findings(facts: &CardFacts<'_>, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(number) = facts.number {
        if facts.sex.is_some_and(|sex| sex != number.sex()) {
            found.push(Finding::SexDiffers);
        }
        if facts.birth.is_some_and(|birth| birth != number.birth()) {
            found.push(Finding::BirthDiffers);
        }
        found.extend(region_abolished(number));
    }
    if facts
        .ethnicity
        .is_some_and(|group| !ETHNICITIES.contains(&group.trim_end_matches('族')))
    {
        found.push(Finding::EthnicityUnknown);
    }
    if let (Some(authority), Some(address)) = (facts.authority, facts.address)
        && lie_apart(authority, address)
    {
        found.push(Finding::AuthorityElsewhere);
    }
    if let Some(from) = facts.valid_from {
        found.extend(issue_findings(facts, from, today));
    }
    found
}

/// Returns the end of validity that the law gives to someone born on `birth` for a card that is
/// valid from `from`; `None` when `from` lies before the birth.
pub fn valid_until(birth: Date, from: Date) -> Option<ValidUntil> {
    match years_of_validity(age_on(birth, from)?) {
        Some(years) => from
            .checked_add(years_span(years))
            .ok()
            .map(ValidUntil::Day),
        None => Some(ValidUntil::LongTerm),
    }
}

/// Returns the age in full years on a day, or `None` before the birth.
pub fn age_on(birth: Date, day: Date) -> Option<i16> {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    let age = day.year() - birth.year() - i16::from(before_birthday);
    (day >= birth).then_some(age)
}

/// Reads 有效期限: two dates or a date and 长期, in the forms `2010.05.06-2020.05.06`, with any of
/// `-–—－~至` between and `.`, `-`, `/` or 年月日 within.
pub fn parse_validity(text: &str) -> Option<(Date, ValidUntil)> {
    let long_term = text.contains("长期") || text.contains("長期");
    let groups: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let day = |at: usize| {
        let (year, month, day) = (groups.get(at)?, groups.get(at + 1)?, groups.get(at + 2)?);
        let year = (year.len() == 4).then(|| year.parse().ok())??;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let from = day(0)?;
    match (long_term, groups.len()) {
        (true, 3) => Some((from, ValidUntil::LongTerm)),
        (false, 6) => Some((from, ValidUntil::Day(day(3)?))),
        _ => None,
    }
}

impl ValidUntil {
    /// Reads one end of validity: `长期`, or a date as `YYYY-MM-DD`, `YYYY.MM.DD` or `YYYYMMDD`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if matches!(text, "长期" | "長期") {
            return Some(Self::LongTerm);
        }
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, '-' | '.' | '/'))
            .collect();
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part =
            |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<i16>().ok());
        let (month, day) = (
            i8::try_from(part(4, 6)?).ok()?,
            i8::try_from(part(6, 8)?).ok()?,
        );
        Date::new(part(0, 4)?, month, day).ok().map(Self::Day)
    }

    /// Returns the last day, or `None` for a long-term card.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::LongTerm => None,
        }
    }
}

impl std::fmt::Display for ValidUntil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::LongTerm => f.write_str("长期"),
        }
    }
}

impl Serialize for ValidUntil {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn issue_findings(facts: &CardFacts<'_>, from: Date, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    if from < FIRST_ISSUE {
        found.push(Finding::IssuedTooEarly);
    }
    if from > today {
        found.push(Finding::IssuedInFuture);
    }
    if facts
        .valid_until
        .and_then(ValidUntil::day)
        .is_some_and(|until| until <= from)
    {
        found.push(Finding::EndsBeforeItBegins);
    }
    let Some(birth) = facts.number.map(PrcId::birth).or(facts.birth) else {
        return found;
    };
    match (age_on(birth, from), facts.valid_until) {
        (None, _) => found.push(Finding::IssuedBeforeBirth),
        (Some(age), Some(until)) if !lasts(from, until, years_of_validity(age)) => {
            found.push(Finding::ValidityForAge {
                age,
                expected: years_of_validity(age),
            });
        }
        _ => {}
    }
    found
}

fn years_of_validity(age: i16) -> Option<i16> {
    VALIDITY_BY_AGE
        .iter()
        .rev()
        .find(|(from, _)| age >= *from)
        .and_then(|(_, years)| *years)
}

/// Tells whether a card lasts as long as it should. One of 29 February may end a day later, on 1
/// March, where the last year has no such day.
fn lasts(from: Date, until: ValidUntil, years: Option<i16>) -> bool {
    match (until, years) {
        (ValidUntil::LongTerm, None) => true,
        (ValidUntil::Day(day), Some(years)) => {
            let Ok(end) = from.checked_add(years_span(years)) else {
                return false;
            };
            let leap_day = (from.month(), from.day()) == (2, 29) && end.day() == 28;
            day == end || (leap_day && end.tomorrow().ok() == Some(day))
        }
        _ => false,
    }
}

fn years_span(years: i16) -> Span {
    years.years()
}

fn region_abolished(number: &PrcId) -> Option<Finding> {
    let last_year = prc_region::find(number.region())?.last_year?;
    (last_year.saturating_add(REGION_GRACE_YEARS) < number.birth().year())
        .then_some(Finding::RegionAbolished { last_year })
}

/// Both belong to the household register, so a place that only exists elsewhere contradicts.
/// Names that occur in several provinces, and those that are not found, contradict nothing.
fn lie_apart(authority: &str, address: &str) -> bool {
    let (one, other) = (
        prc_region::provinces_beginning(authority),
        prc_region::provinces_beginning(address),
    );
    !one.is_empty() && !other.is_empty() && !one.iter().any(|province| other.contains(province))
}
