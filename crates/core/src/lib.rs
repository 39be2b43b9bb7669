//! Claims, evidence, policy and the explained decision. Pure: no clock, no I/O, no randomness.

mod checks;
mod explain;
mod facts;
mod finding;
mod pages;

pub mod access;
pub mod account;
pub mod announcement;
pub mod appeal;
pub mod attachment;
pub mod attempts;
pub mod calendar;
pub mod capture;
pub mod card;
pub mod case_code;
pub mod catalogue;
pub mod claims;
pub mod decide;
pub mod diagnosis;
pub mod diagnostics;
pub mod duplicate;
pub mod entitlement;
pub mod event;
pub mod evidence;
pub mod geometry;
pub mod guess;
pub mod identity;
pub mod ids;
pub mod live;
pub mod notice;
pub mod official;
pub mod oidc;
pub mod passkey;
pub mod password;
pub mod phrase;
pub mod policy;
pub mod progress;
pub mod question;
pub mod reason;
pub mod report;
pub mod review;
pub mod sandbox;
pub mod statement;
pub mod strikes;
pub mod ticket;
pub mod time;
pub mod verification;

pub use capture::{CaptureRules, judge_capture_face, judge_capture_page, possible_kinds};
pub use card::{ModelCard, ModelCards};
pub use catalogue::{Catalogue, Locale, Text};
pub use claims::Claims;
pub use decide::{
    Decision, MatchVerdict, Outcome, decide, decide_parts, expiry, judge_face, judge_liveness,
    judge_match, judge_mrz, judge_page,
};
pub use evidence::Evidence;
pub use policy::Policy;
pub use reason::{Reason, ReasonCode};
