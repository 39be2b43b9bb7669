//! What people are told about official channels, in every language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, Likeness};
use crate::announcement;

/// What it means that something is official. The order is that in which one of several is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// A website of the tenant's.
    Domain,
    /// A sender of mail; anybody can write it on theirs.
    MailSender,
    /// A number; anybody can show it when they call.
    Phone,
    /// An account on that network.
    Social,
    /// The id of an app; anybody can give it to a file.
    AppId,
    /// The very file of a release.
    AppFile,
}

impl Meaning {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Domain,
        Self::MailSender,
        Self::Phone,
        Self::Social,
        Self::AppId,
        Self::AppFile,
    ];
}

/// Why a signed file does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Not the form.
    Malformed,
    /// The signature does not fit.
    BadSignature,
    /// Signed by no key that is trusted.
    UnknownKey,
    /// Its time has not come.
    NotYet,
    /// Its time is over.
    Expired,
    /// Another tenant's than the one that was asked for.
    OtherTenant,
    /// Older than one that was seen before.
    Older,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::BadSignature,
        Self::UnknownKey,
        Self::NotYet,
        Self::Expired,
        Self::OtherTenant,
        Self::Older,
    ];
}

/// What is said about a signed file by the command line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileWords {
    /// It holds.
    pub valid: String,
    /// It does not.
    pub not_valid: String,
    /// Nothing is said from a file that does not hold.
    pub nothing_said: String,
    /// Of a tenant for trying out.
    pub sandbox: String,
    /// Whose it is.
    pub tenant: String,
    /// Its number.
    pub number: String,
    /// From when on.
    pub issued: String,
    /// Until when.
    pub expires: String,
    /// By which key.
    pub key: String,
    /// A list without entries.
    pub empty: String,
    /// A file of announcements holds no channels.
    pub no_channels: String,
    /// Why it does not hold.
    pub faults: BTreeMap<Fault, String>,
}

/// What is said about official channels.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialWords {
    /// What kinds of channels are called.
    pub kinds: BTreeMap<Kind, String>,
    /// What a match means.
    pub official: BTreeMap<Meaning, String>,
    /// How something imitates, and what to do.
    pub lookalike: BTreeMap<Likeness, String>,
    /// The name of a verdict.
    pub verdicts: BTreeMap<String, String>,
    /// A name without its network.
    pub where_is_it: String,
    /// What is not named.
    pub unknown: String,
    /// A report has arrived.
    pub received: String,
    /// What kinds of announcements are called.
    pub announcements: BTreeMap<announcement::Kind, String>,
    /// About a signed file.
    pub file: FileWords,
}

impl OfficialWords {
    /// Returns what a verdict tells a person.
    pub fn text(&self, verdict: &super::Verdict<'_>) -> &str {
        use super::Verdict::{Lookalike, Official, Unknown, Where};
        let text = match verdict {
            Official { meaning, .. } => self.official.get(meaning),
            Lookalike { how, .. } => self.lookalike.get(how),
            Where { .. } => Some(&self.where_is_it),
            Unknown => Some(&self.unknown),
        };
        text.expect("a test gives every verdict a text in every language")
    }
}
