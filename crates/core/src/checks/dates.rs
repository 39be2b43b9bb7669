//! Dates: birth, age, first and last day of validity.

use jiff::civil::Date;
use menshen_document::Field;
use menshen_document::mrz::DocumentDate;
use menshen_document::prc_card::ValidUntil;

use crate::checks::document::unreadable;
use crate::claims::Claims;
use crate::facts::{Fact, Facts, Verdict, compare, surest};
use crate::finding::Finding;
use crate::policy::Policy;
use crate::reason::{End, Param, ReasonCode, Step, Why};

/// Compares the typed date of birth with print, zone and number.
pub(crate) fn check_birth(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let typed = claims.birth_date;
    match compare(&facts.births, |date| date.agrees_with(typed)) {
        Verdict::Unknown => Vec::new(),
        Verdict::Confirmed => partly_unknown(facts),
        Verdict::Unsure(fact) => {
            vec![unreadable(fact.origin, Field::BirthDate).map(|r| r.region(fact.region))]
        }
        Verdict::Differs(fact) => {
            let finding = Finding::new(ReasonCode::DobMismatch, Step::Form);
            vec![
                finding
                    .from(fact.origin)
                    .firm()
                    .map(|r| r.field(Field::BirthDate).region(fact.region)),
            ]
        }
    }
}

/// A date of which the document itself leaves a part open confirms nothing about that part.
fn partly_unknown(facts: &Facts) -> Vec<Finding> {
    match facts.births.iter().find(|fact| fact.value.full().is_some()) {
        Some(_) => Vec::new(),
        None => facts
            .births
            .first()
            .map(|fact| unreadable(fact.origin, Field::BirthDate).map(|r| r.ending(End::Review)))
            .into_iter()
            .collect(),
    }
}

/// Is the holder of an age that the rules allow? Only a sure date, or one that the typed date
/// confirms, ends a verification for good.
pub(crate) fn check_age(
    policy: &Policy,
    claims: &Claims,
    facts: &Facts,
    today: Date,
) -> Vec<Finding> {
    let Some(fact) = surest(&facts.births) else {
        return Vec::new();
    };
    let sure = fact.firm || fact.value.agrees_with(claims.birth_date);
    let Some(birth) = fact.value.full().filter(|_| sure) else {
        return Vec::new();
    };
    Vec::from_iter(under_age(policy, claims, birth, today).map(|found| found.from(fact.origin)))
}

/// The same where no document is asked for: the date counts as it was typed.
pub(crate) fn check_typed_age(policy: &Policy, claims: &Claims, today: Date) -> Vec<Finding> {
    let found = under_age(policy, claims, claims.birth_date, today);
    Vec::from_iter(found.map(|found| found.from(Step::Form)))
}

fn under_age(policy: &Policy, claims: &Claims, birth: Date, today: Date) -> Option<Finding> {
    let minimum = policy.minimum_age(&claims.country);
    let age = full_years(birth, today);
    (age < i32::from(minimum)).then(|| {
        let finding = Finding::new(ReasonCode::NotEligible, Step::Account);
        finding.firm().map(|r| {
            r.why(Why::Age)
                .measured(u32::try_from(age).unwrap_or(0), u32::from(minimum))
        })
    })
}

/// Returns full years of age; negative before birth. Who is born on 29 February comes of age on
/// 1 March in other years.
pub(crate) fn full_years(birth: Date, today: Date) -> i32 {
    let years = i32::from(today.year()) - i32::from(birth.year());
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    if had_birthday { years } else { years - 1 }
}

/// Returns the last day of validity by the surest source.
pub(crate) fn last_day(facts: &Facts) -> Option<Date> {
    match surest(&facts.valid_until)?.value {
        ValidUntil::Day(last) => Some(last),
        ValidUntil::LongTerm => None,
    }
}

/// Is the document valid today, and for long enough?
pub(crate) fn check_validity(policy: &Policy, facts: &Facts, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(from) = surest(&facts.valid_from).filter(|fact| fact.value > today) {
        found.push(about_date(
            from,
            ReasonCode::DocNotYetValid,
            Field::ValidFrom,
            from.value,
        ));
    }
    let Some(fact) = surest(&facts.valid_until) else {
        return found;
    };
    let ValidUntil::Day(last) = fact.value else {
        return found;
    };
    let window = i32::from(policy.document.near_expiry_days);
    let days_left = days_between(today, last);
    if days_left < 0 {
        let finding = about_date(fact, ReasonCode::DocExpired, Field::ValidUntil, last);
        found.push(finding.map(|r| r.measured(last, today)));
    } else if days_left < window {
        let finding = about_date(fact, ReasonCode::DocExpiringSoon, Field::ValidUntil, last);
        let limit = u32::from(policy.document.near_expiry_days);
        found.push(finding.map(|r| {
            r.with("days", Param::Count(limit))
                .measured(days_left.unsigned_abs(), limit)
        }));
    }
    found
}

/// An unsure reading sends nobody to renew a document: that field is asked for again.
fn about_date<T>(fact: &Fact<T>, code: ReasonCode, field: Field, date: Date) -> Finding {
    if !fact.firm {
        return unreadable(fact.origin, field).map(|r| r.region(fact.region));
    }
    Finding::new(code, fact.origin).firm().map(|r| {
        r.field(field)
            .with("date", Param::Date(date))
            .region(fact.region)
    })
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MIN, |span| span.get_days())
}

/// Tells whether two dates of birth on one document contradict each other.
pub(crate) fn births_agree(a: &DocumentDate, b: &DocumentDate) -> bool {
    match (a.full(), b.full()) {
        (Some(full), _) => b.agrees_with(full),
        (_, Some(full)) => a.agrees_with(full),
        (None, None) => a.year() == b.year() || a.year().is_none() || b.year().is_none(),
    }
}
