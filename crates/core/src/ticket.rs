//! Tickets: what a person asks of support, and by when somebody answers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Millis;

/// Longest message in characters.
pub const LONGEST: usize = 4_000;
/// Most messages of a ticket. Whoever needs more needs another way than writing.
pub const MOST_MESSAGES: usize = 100;
/// Most tickets of one person that are not closed.
pub const MOST_OPEN: usize = 5;

/// What a ticket is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The face is not known at login.
    FaceLogin,
    /// Photos of the document are not taken.
    DocumentPhoto,
    /// Nothing goes on, or nobody answers.
    Stuck,
    /// The identity stands on another account.
    AccountConflict,
    /// Something else.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::FaceLogin,
        Self::DocumentPhoto,
        Self::Stuck,
        Self::AccountConflict,
        Self::Other,
    ];
}

/// Where a ticket is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody owes an answer.
    Open,
    /// It was answered; the person may write again.
    Answered,
    /// It is over.
    Closed,
}

/// Who closed a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// Whoever asked.
    Person,
    /// Whoever answered.
    Staff,
    /// Nobody: the person was erased.
    Erased,
}

/// The state of a ticket. No personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Somebody owes an answer.
    Open {
        /// Since the first message without an answer.
        since: Millis,
        /// By then.
        due: Millis,
        /// Has that passed, and was it told?
        overdue: bool,
    },
    /// It was answered.
    Answered {
        /// Since then.
        since: Millis,
    },
    /// It is over.
    Closed {
        /// Since then.
        since: Millis,
        /// By whom.
        by: ClosedBy,
    },
}

/// Why a transition was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is over.
    #[error("the ticket is closed; open another one")]
    Closed,
    /// Nobody has answered yet.
    #[error("the ticket waits for an answer; answer it before you close it")]
    Unanswered,
    /// The answer is not due yet, or that was told.
    #[error("the answer is not overdue")]
    InTime,
}

impl State {
    /// Returns a new ticket's state, with when an answer is due.
    pub const fn new(now: Millis, due: Millis) -> Self {
        Self::Open {
            since: now,
            due,
            overdue: false,
        }
    }

    /// Returns it in a word.
    pub const fn status(&self) -> Status {
        match self {
            Self::Open { .. } => Status::Open,
            Self::Answered { .. } => Status::Answered,
            Self::Closed { .. } => Status::Closed,
        }
    }

    /// Returns by when an answer is due, where somebody owes one.
    pub const fn due(&self) -> Option<Millis> {
        match *self {
            Self::Open { due, .. } => Some(due),
            Self::Answered { .. } | Self::Closed { .. } => None,
        }
    }

    /// Is an answer owed that should have come?
    pub fn is_overdue(&self, now: Millis) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Returns when the service must look at it by itself.
    pub const fn look(&self) -> Option<Millis> {
        match *self {
            Self::Open {
                due,
                overdue: false,
                ..
            } => Some(due),
            _ => None,
        }
    }

    /// The person writes again. What is owed stays due when it was: writing more must not put an answer off.
    ///
    /// # Errors
    /// [`Refused::Closed`].
    pub const fn asked(self, now: Millis, due: Millis) -> Result<Self, Refused> {
        match self {
            Self::Open { .. } => Ok(self),
            Self::Answered { .. } => Ok(Self::new(now, due)),
            Self::Closed { .. } => Err(Refused::Closed),
        }
    }

    /// Somebody answers.
    ///
    /// # Errors
    /// [`Refused::Closed`].
    pub const fn answered(self, now: Millis) -> Result<Self, Refused> {
        match self {
            Self::Open { .. } => Ok(Self::Answered { since: now }),
            Self::Answered { .. } => Ok(self),
            Self::Closed { .. } => Err(Refused::Closed),
        }
    }

    /// It ends. Whoever asked may end it at any time; whoever answers, only after an answer.
    ///
    /// # Errors
    /// [`Refused::Closed`] where it has ended before, [`Refused::Unanswered`].
    pub const fn closed(self, by: ClosedBy, now: Millis) -> Result<Self, Refused> {
        match (self, by) {
            (Self::Closed { .. }, _) => Err(Refused::Closed),
            (Self::Open { .. }, ClosedBy::Staff) => Err(Refused::Unanswered),
            _ => Ok(Self::Closed { since: now, by }),
        }
    }

    /// Nobody has answered in time; that is told once.
    ///
    /// # Errors
    /// [`Refused::InTime`].
    pub fn missed(self, now: Millis) -> Result<Self, Refused> {
        match self {
            Self::Open {
                since,
                due,
                overdue: false,
            } if due <= now => Ok(Self::Open {
                since,
                due,
                overdue: true,
            }),
            _ => Err(Refused::InTime),
        }
    }
}

/// Returns a message as it is kept; `None` where it is empty, too long, or holds characters that are not to be seen:
/// such a text reads otherwise than it is.
pub fn message(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let hidden = |ch: char| ch != '\n' && is_hidden(ch);
    let good = (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(hidden);
    good.then(|| text.to_owned())
}

/// Is it a control character, or one that turns or hides what stands beside it?
pub(crate) fn is_hidden(ch: char) -> bool {
    ch.is_control()
        || matches!(
            ch,
            '\u{00ad}'
                | '\u{061c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    const NOW: Millis = Millis(1_000_000);
    const DUE: Millis = Millis(1_000_000 + 48 * HOUR);

    fn open() -> State {
        State::new(NOW, DUE)
    }

    #[test]
    fn a_ticket_is_answered_asked_again_and_closed() {
        let answered = open().answered(NOW.plus(1)).expect("open");
        assert_eq!(answered.status(), Status::Answered);
        assert_eq!((answered.due(), answered.look()), (None, None));
        let again = answered
            .asked(NOW.plus(2), NOW.plus(2 + 24 * HOUR))
            .expect("answered");
        assert_eq!(again.due(), Some(NOW.plus(2 + 24 * HOUR)));
        let closed = answered.closed(ClosedBy::Staff, NOW).expect("answered");
        for refused in [
            closed.asked(NOW, DUE),
            closed.answered(NOW),
            closed.closed(ClosedBy::Person, NOW),
            closed.closed(ClosedBy::Erased, NOW),
        ] {
            assert_eq!(refused, Err(Refused::Closed));
        }
    }

    #[test]
    fn writing_more_does_not_put_an_answer_off() {
        let more = open()
            .asked(NOW.plus(40 * HOUR), NOW.plus(88 * HOUR))
            .expect("open");
        assert_eq!(more.due(), Some(DUE));
    }

    #[test]
    fn nobody_closes_what_they_have_not_answered_but_whoever_asked() {
        let by = |by| open().closed(by, NOW);
        assert_eq!(by(ClosedBy::Staff), Err(Refused::Unanswered));
        assert!(by(ClosedBy::Person).is_ok() && by(ClosedBy::Erased).is_ok());
    }

    #[test]
    fn an_answer_that_does_not_come_is_told_once() {
        assert_eq!(open().look(), Some(DUE));
        assert_eq!(open().missed(DUE.plus(-1)), Err(Refused::InTime));
        let missed = open().missed(DUE).expect("due");
        assert_eq!(missed.look(), None);
        assert_eq!(missed.missed(DUE.plus(HOUR)), Err(Refused::InTime));
        assert!(missed.is_overdue(DUE) && !open().is_overdue(NOW));
        let answered = missed.answered(DUE).expect("open");
        assert_eq!(answered.missed(DUE), Err(Refused::InTime));
    }

    #[test]
    fn a_message_holds_nothing_that_is_not_to_be_seen() {
        for (text, kept) in [
            (
                "  I am stuck.\r\nPlease help. ",
                Some("I am stuck.\nPlease help."),
            ),
            ("卡住了 👨‍👩‍👧", Some("卡住了 👨‍👩‍👧")),
            (" \n ", None),
            ("bell \u{7}", None),
            ("nul \0", None),
            ("escape \u{1b}[31m", None),
            ("turned \u{202e}gnp.exe", None),
            ("zero\u{200b}width", None),
        ] {
            assert_eq!(message(text).as_deref(), kept, "{text:?}");
        }
        assert!(message(&"长".repeat(LONGEST)).is_some());
        assert!(message(&"x".repeat(LONGEST + 1)).is_none());
    }
}
