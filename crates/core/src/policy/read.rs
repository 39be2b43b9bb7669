//! Reads a policy file over the defaults.

use std::collections::BTreeSet;

use menshen_document::Country;
use thiserror::Error;
use toml::{Table, Value};

use super::{ChallengeRules, DEFAULT_POLICY, Policy};
use crate::entitlement::NO_LEVEL;
use crate::live::{BITS_MIN, Cue};
use crate::reason::{End, ReasonCode};

/// Why a policy was refused.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// Not TOML.
    #[error("read policy: not valid TOML")]
    Syntax(#[source] Box<toml::de::Error>),
    /// A key that no policy has.
    #[error("read policy: unknown key `{key}`")]
    UnknownKey {
        /// The key with its tables.
        key: String,
    },
    /// A value of another type, or a word that is not in the list.
    #[error("read policy: a value has the wrong type or word")]
    Type(#[source] Box<toml::de::Error>),
    /// A value out of its range.
    #[error("read policy: `{key}` must be {range}")]
    Range {
        /// The key with its tables.
        key: String,
        /// What it must be.
        range: &'static str,
    },
}

/// Tables whose keys are data (countries, kinds): anything may stand there, the type decides.
const OPEN_TABLES: [&str; 7] = [
    "levels",
    "accounts.consents",
    "clients",
    "entitlements",
    "document.accepted",
    "document.minimum_age",
    "document.mandatory",
];

/// Numbers that are no ratio: degrees, pixels, page pixels, seconds. Any finite number from 0 on.
const FREE_NUMBERS: [&str; 17] = [
    "page.blur_max",
    "page.field_blur_max",
    "page.text_height_min",
    "page.mrz_height_min",
    "page.page_width_min",
    "portrait.face_width_review",
    "portrait.eye_distance_min",
    "face.yaw_max",
    "face.pitch_max",
    "face.roll_max",
    "face.eye_distance_min",
    "face.off_centre_max",
    "face.backlight_max",
    "liveness.frozen_max",
    "liveness.signs.light_face_over_background",
    "liveness.signs.relief_turn_min",
    "liveness.signs.jitter_min_ms",
];

pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    let syntax = |error| PolicyError::Syntax(Box::new(error));
    let mut table: Table = DEFAULT_POLICY.parse().map_err(syntax)?;
    let own: Table = text.parse().map_err(syntax)?;
    merge(&mut table, own, "")?;
    check_numbers(&table, "")?;
    let policy: Policy = Value::Table(table)
        .try_into()
        .map_err(|error| PolicyError::Type(Box::new(error)))?;
    check_rules(&policy)?;
    Ok(policy)
}

/// Lays a file's keys over the defaults; tables are merged, everything else is replaced.
fn merge(base: &mut Table, own: Table, path: &str) -> Result<(), PolicyError> {
    for (name, value) in own {
        let key = join(path, &name);
        match (base.get_mut(&name), value) {
            (Some(Value::Table(base)), Value::Table(own)) => merge(base, own, &key)?,
            // `25` where the default says `22.0` is a number all the same.
            (Some(slot @ Value::Float(_)), Value::Integer(number)) => {
                *slot = Value::Float(number as f64);
            }
            (Some(slot), value) => *slot = value,
            (None, value) if OPEN_TABLES.iter().any(|open| path.starts_with(open)) => {
                base.insert(name, value);
            }
            (None, _) => return Err(PolicyError::UnknownKey { key }),
        }
    }
    Ok(())
}

/// Refuses limits that would silently switch a check off, such as `nan` or a ratio above 1.
fn check_numbers(table: &Table, path: &str) -> Result<(), PolicyError> {
    for (name, value) in table {
        let key = join(path, name);
        match value {
            Value::Table(inner) => check_numbers(inner, &key)?,
            Value::Float(number) if FREE_NUMBERS.contains(&key.as_str()) => {
                let range = "a finite number, 0 or more";
                ensure(number.is_finite() && *number >= 0.0, &key, range)?;
            }
            Value::Float(number) => {
                ensure((0.0..=1.0).contains(number), &key, "a ratio from 0 to 1")?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_rules(policy: &Policy) -> Result<(), PolicyError> {
    let matching = &policy.matching;
    let reading = &policy.reading;
    ensure(
        matching.accept >= matching.review,
        "match.accept",
        "at least as strict as `match.review`",
    )?;
    ensure(
        reading.mismatch_confidence >= reading.field_confidence
            && reading.mismatch_confidence_under_fault >= reading.mismatch_confidence,
        "reading.mismatch_confidence",
        "between `field_confidence` and `mismatch_confidence_under_fault`",
    )?;
    for (table, keys) in [
        (
            "document.accepted",
            policy.document.accepted.keys().collect::<Vec<_>>(),
        ),
        (
            "document.minimum_age",
            policy.document.minimum_age.keys().collect(),
        ),
    ] {
        for key in keys {
            let known = key == "*" || Country::parse(key).is_ok();
            ensure(known, &join(table, key), "under a country code or `*`")?;
        }
    }
    ensure(
        policy.levels.values().all(|parts| !parts.is_empty()) && !policy.levels.is_empty(),
        "levels",
        "at least one level, each with at least one part",
    )?;
    let windows = &policy.attempts.windows;
    ensure(
        !windows.is_empty() && windows.iter().all(|window| window.is_sound()),
        "attempts.windows",
        "at least one window, its minutes and limits 1 or more",
    )?;
    ensure(
        policy.times.stuck_minutes > 0 && policy.times.open_hours > 0,
        "times",
        "at least one minute until stuck and one hour open",
    )?;
    ensure(
        policy.service.is_sound(),
        "service",
        "1 to 366 business days for an appeal and 1 to 8784 hours for a ticket",
    )?;
    ensure(policy.support.is_sound(), "support", "hours from 1 to 8760")?;
    ensure(
        policy.files.is_sound(),
        "files.accepted",
        "`document`, `face`, both or neither",
    )?;
    ensure(
        policy.review.claim_minutes > 0,
        "review.claim_minutes",
        "at least one minute",
    )?;
    let hits = policy.duplicates.false_hits;
    ensure(
        (1e-6..=0.1).contains(&hits),
        "duplicates.false_hits",
        "a ratio from 0.000001 to 0.1",
    )?;
    ensure(
        policy.appeals.is_sound(),
        "appeals",
        "1 to 366 days and 1 to 100 appeals and codes",
    )?;
    ensure(
        policy.accounts.is_sound(),
        "accounts",
        "at most 8784 hours, 1 to 90 days, 1 to 100 codes a day",
    )?;
    ensure(
        policy.diagnosis.is_sound(),
        "diagnosis.luminance_min",
        "below `luminance_max`",
    )?;
    let rules = &policy.entitlements;
    let levels = rules.levels.keys();
    ensure(
        levels
            .into_iter()
            .all(|level| level == NO_LEVEL || policy.levels.contains_key(level)),
        "entitlements.levels",
        "by levels of the policy, or `none`",
    )?;
    ensure(
        (rules.restrictions.keys()).all(|flow| flow.is_again() && !flow.is_of_sign_in()),
        "entitlements.restrictions",
        "by flows of re-verification",
    )?;
    ensure(
        !policy.screening.lists.is_empty(),
        "screening.lists",
        "at least one list",
    )?;
    check_challenge(&policy.liveness.challenge)?;
    ensure(
        policy.liveness.signs.fused.is_sound(),
        "liveness.signs.fused",
        "ratios, each sign's first figure another than its second one",
    )?;
    let softened = |code: &ReasonCode| code.spec().end != End::Final;
    ensure(
        policy.to_review.iter().all(softened),
        "to_review",
        "a list without codes that are final",
    )
}

fn check_challenge(rules: &ChallengeRules) -> Result<(), PolicyError> {
    /// Longest session in milliseconds.
    const LONGEST: u32 = 90_000;
    let distinct = |cues: &[Cue]| cues.iter().collect::<BTreeSet<_>>().len();
    for (key, cues) in [
        ("liveness.challenge.cues", &rules.cues),
        ("liveness.challenge.accessible_cues", &rules.accessible_cues),
    ] {
        let sound = distinct(cues) == cues.len() && cues.len() >= 2;
        ensure(sound, key, "at least two cues, each once")?;
    }
    let [least, most] = rules.wait_ms;
    ensure(
        (300..=10_000).contains(&least) && (least..=10_000).contains(&most),
        "liveness.challenge.wait_ms",
        "a shortest and a longest rest from 300 to 10000",
    )?;
    ensure(
        (1..=8).contains(&rules.cues_n) && (1..=8).contains(&rules.cues_instead),
        "liveness.challenge.cues_n",
        "1 to 8 cues, and 1 to 8 in the place of colours",
    )?;
    ensure(
        rules.colours <= 12 && (300..=2_000).contains(&rules.colour_ms),
        "liveness.challenge.colours",
        "at most 12 colours of 300 to 2000 milliseconds",
    )?;
    ensure(
        (5_000..=LONGEST).contains(&rules.session_ms),
        "liveness.challenge.session_ms",
        "5000 to 90000",
    )?;
    let limits = [rules.cue_limit_ms, rules.accessible_cue_limit_ms];
    ensure(
        limits.iter().all(|limit| (1_000..=30_000).contains(limit)),
        "liveness.challenge.cue_limit_ms",
        "1000 to 30000",
    )?;
    ensure(
        rules.reaction_min_ms <= 1_000,
        "liveness.challenge.reaction_min_ms",
        "at most 1000",
    )?;
    ensure(
        rules.bits_min() >= BITS_MIN,
        "liveness.challenge",
        "at least 20 bits of choice in cues, rests and colours, whichever way is chosen",
    )
}

fn ensure(holds: bool, key: &str, range: &'static str) -> Result<(), PolicyError> {
    if holds {
        return Ok(());
    }
    Err(PolicyError::Range {
        key: key.to_owned(),
        range,
    })
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
