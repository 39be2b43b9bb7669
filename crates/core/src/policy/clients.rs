//! Oldest versions of the programs that people use: one that is older is told so before it takes a photo.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::policy::Policy;
use crate::reason::{Param, Reason, ReasonCode};
use crate::verification::Flow;

/// Most numbers in a version.
const MOST_NUMBERS: usize = 4;
/// Longest name of a client.
const LONGEST: usize = 60;

/// A version: one to four numbers with dots. Missing ones are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version([u32; MOST_NUMBERS]);

/// Why a text is no version or names no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read a client: not NAME/VERSION with a version of one to four numbers")]
pub struct NoClient;

impl FromStr for Version {
    type Err = NoClient;

    fn from_str(text: &str) -> Result<Self, NoClient> {
        let mut numbers = [0; MOST_NUMBERS];
        for (n, part) in text.split('.').enumerate() {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| digits).ok_or(NoClient)?;
            *numbers.get_mut(n).ok_or(NoClient)? = number;
        }
        Ok(Self(numbers))
    }
}

impl TryFrom<String> for Version {
    type Error = NoClient;

    fn try_from(text: String) -> Result<Self, NoClient> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        match d {
            0 => write!(f, "{a}.{b}.{c}"),
            _ => write!(f, "{a}.{b}.{c}.{d}"),
        }
    }
}

/// A program that calls, as it names itself: `android/3.2.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl FromStr for Client {
    type Err = NoClient;

    fn from_str(text: &str) -> Result<Self, NoClient> {
        let (name, version) = text.split_once('/').ok_or(NoClient)?;
        let allowed = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == '-';
        let good = (1..=LONGEST).contains(&name.len()) && name.chars().all(allowed);
        let version = version.parse()?;
        good.then(|| Self {
            name: name.to_owned(),
            version,
        })
        .ok_or(NoClient)
    }
}

/// The oldest versions of one client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRule {
    /// For every flow.
    pub at_least: Version,
    /// For single flows that need more.
    #[serde(default)]
    pub flows: BTreeMap<Flow, Version>,
}

/// Returns why a client cannot go through a flow: it is too old. A client that the policy does not name may.
pub fn judge_client(policy: &Policy, flow: Flow, client: &Client) -> Option<Reason> {
    let rule = policy.clients.get(&client.name)?;
    let own = rule.flows.get(&flow).copied().unwrap_or(rule.at_least);
    let oldest = rule.at_least.max(own);
    (client.version < oldest).then(|| {
        Reason::new(ReasonCode::ClientOutdated).with("min", Param::Text(oldest.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(client: &str, flow: Flow) -> Option<Param> {
        let toml = "[clients.android]\nat_least = \"3.2\"\nflows = { new_device = \"3.10.1\" }";
        let policy = Policy::from_toml(toml).expect("a policy");
        let reason = judge_client(&policy, flow, &client.parse().expect("a client"));
        reason.map(|reason| reason.params["min"].clone())
    }

    #[test]
    fn an_old_client_hears_what_it_needs_for_its_flow() {
        let text = |text: &str| Some(Param::Text(text.to_owned()));
        assert_eq!(told("android/3.1.9", Flow::First), text("3.2.0"));
        assert_eq!(told("android/3.2.0", Flow::First), None);
        assert_eq!(told("android/3.9.7", Flow::NewDevice), text("3.10.1"));
        assert_eq!(told("android/3.10.1", Flow::NewDevice), None);
        assert_eq!(told("ios/0.1", Flow::First), None);
    }

    #[test]
    fn what_is_no_client_is_refused() {
        for text in [
            "",
            "android",
            "android/",
            "android/x",
            "android/1.",
            "Ä/1",
            "a/1.2.3.4.5",
            "a/-1",
        ] {
            assert_eq!(text.parse::<Client>(), Err(NoClient), "{text}");
        }
    }
}
