//! What people report as pretending to be the tenant: pages, numbers, messages. Anybody may, so nothing is believed of it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ticket::is_hidden;
use crate::time::Millis;

/// Longest address, number or text, and longest note, in characters.
pub const LONGEST: usize = 2_000;

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A page, by its address.
    Page,
    /// A sender of mail.
    Mail,
    /// A telephone number.
    Phone,
    /// The text of a message.
    Message,
    /// An account on a network.
    Social,
    /// An app.
    App,
    /// Something else.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Page,
        Self::Mail,
        Self::Phone,
        Self::Message,
        Self::Social,
        Self::App,
        Self::Other,
    ];
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It pretends to be the tenant, and is watched.
    AddedToWatch,
    /// It does not concern the tenant.
    NotOurs,
    /// It is the tenant's own.
    Genuine,
    /// It was reported before.
    Duplicate,
}

/// The state of a report. No personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Nobody has judged it.
    Open,
    /// Somebody has.
    Closed {
        /// When.
        at: Millis,
        /// How.
        outcome: Outcome,
    },
}

/// It is over: what was said of it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the report is closed")]
pub struct Closed;

impl State {
    /// Closes a report.
    ///
    /// # Errors
    /// [`Closed`] where it was before.
    pub const fn closed(self, outcome: Outcome, at: Millis) -> Result<Self, Closed> {
        match self {
            Self::Open => Ok(Self::Closed { at, outcome }),
            Self::Closed { .. } => Err(Closed),
        }
    }

    /// Returns it in a word: `open` or `closed`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed { .. } => "closed",
        }
    }
}

/// What somebody wrote. Personal: it has no `Debug`, and the store seals it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// The address, number or text.
    pub what: String,
    /// Whatever else they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Reported {
    /// Returns what somebody wrote as it is kept; `None` where it is empty or too long. What imitates a name is full of characters that
    /// are not to be seen, and must be kept as it is: they are written as their numbers, `{202e}`.
    pub fn read(what: &str, note: Option<&str>) -> Option<Self> {
        let what = shown(what).filter(|what| !what.is_empty())?;
        let note = match note {
            Some(note) => Some(shown(note)?).filter(|note| !note.is_empty()),
            None => None,
        };
        Some(Self { what, note })
    }
}

/// Returns a text with every hidden character as its number; `None` for one that is too long.
fn shown(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    for ch in text.chars() {
        match is_hidden(ch) && ch != '\n' {
            true => shown.push_str(&format!("{{{:04x}}}", u32::from(ch))),
            false => shown.push(ch),
        }
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_closed_once() {
        let closed = State::Open
            .closed(Outcome::NotOurs, Millis(1))
            .expect("open");
        assert_eq!(closed.word(), "closed");
        assert_eq!(closed.closed(Outcome::Genuine, Millis(2)), Err(Closed));
    }

    #[test]
    fn what_is_hidden_in_a_report_is_shown_and_nothing_empty_or_endless_is_taken() {
        let read = |what: &str| Reported::read(what, Some(" ")).map(|read| read.what);
        assert_eq!(
            read(" https://a\u{202e}b.com\r\n").as_deref(),
            Some("https://a{202e}b.com")
        );
        assert_eq!(read("a\nb").as_deref(), Some("a\nb"));
        assert!(read("  ").is_none());
        assert!(read(&"长".repeat(LONGEST)).is_some() && read(&"x".repeat(LONGEST + 1)).is_none());
    }
}
