//! What a person is told without asking: which events speak to the person, and in what words.
//!
//! A message names the case and what is to be done, never a value that the person typed or that was measured: it
//! travels through servers of others. It has no link: a person who is used to links follows a swindler's. One has: it stops the
//! recovery of an account, with one button, and asks for nothing.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Locale};
use crate::event::EventName;
use crate::reason::{End, Reason};
use crate::time::Millis;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A person looks at the case.
    Pending,
    /// It failed.
    Failed,
    /// It is done.
    Verified,
    /// It is over.
    Expired,
    /// A person asks for a step once more.
    AskedAgain,
    /// The machine took it up again: it takes longer.
    Requeued,
    /// An answer was due and has not come: support can be asked.
    Overdue,
    /// Support has answered a ticket.
    TicketAnswered,
    /// The address that messages go to was replaced or removed; the old one is told.
    ContactChanged,
    /// An appeal was opened.
    AppealOpened,
    /// The code that proves whose address it is.
    AppealCode,
    /// An appeal was decided.
    AppealDecided,
    /// A code for the account: to open it, sign in, confirm or recover.
    AccountCode,
    /// Somebody wanted to open an account with an address that has one.
    AccountExists,
    /// Somebody signed in on a device that the account does not know.
    SignedInNewDevice,
    /// Somebody signed in from a network from which nobody did for long.
    SignedInNewNetwork,
    /// The account trusts another device.
    DeviceTrusted,
    /// A factor was added, changed or removed.
    FactorChanged,
    /// The password was changed.
    PasswordChanged,
    /// Somebody wants to recover the account; how to stop it.
    RecoveryStarted,
    /// The recovery was stopped.
    RecoveryStopped,
    /// The account was recovered.
    RecoveryDone,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 22] = [
        Self::Pending,
        Self::Failed,
        Self::Verified,
        Self::Expired,
        Self::AskedAgain,
        Self::Requeued,
        Self::Overdue,
        Self::TicketAnswered,
        Self::ContactChanged,
        Self::AppealOpened,
        Self::AppealCode,
        Self::AppealDecided,
        Self::AccountCode,
        Self::AccountExists,
        Self::SignedInNewDevice,
        Self::SignedInNewNetwork,
        Self::DeviceTrusted,
        Self::FactorChanged,
        Self::PasswordChanged,
        Self::RecoveryStarted,
        Self::RecoveryStopped,
        Self::RecoveryDone,
    ];

    /// Returns what the person is told of an event; `None` where it is no news to them.
    pub const fn of(event: EventName) -> Option<Self> {
        match event {
            EventName::VerificationPending => Some(Self::Pending),
            EventName::VerificationFailed => Some(Self::Failed),
            EventName::VerificationVerified => Some(Self::Verified),
            EventName::VerificationExpired => Some(Self::Expired),
            EventName::VerificationAskedAgain => Some(Self::AskedAgain),
            EventName::VerificationRequeued => Some(Self::Requeued),
            EventName::VerificationOverdue => Some(Self::Overdue),
            EventName::AppealOpened => Some(Self::AppealOpened),
            EventName::AppealDecided => Some(Self::AppealDecided),
            EventName::VerificationCreated
            | EventName::VerificationSubmitted
            | EventName::ApplicantErased
            | EventName::ConsentChanged
            | EventName::AppealChanged
            | EventName::EntitlementChanged
            | EventName::DuplicateFound
            | EventName::TicketUpdated
            | EventName::WebhookTest
            | EventName::ScreeningHit => None,
        }
    }

    /// Returns its name on the wire and in the catalogues.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Verified => "verified",
            Self::Expired => "expired",
            Self::AskedAgain => "asked_again",
            Self::Requeued => "requeued",
            Self::Overdue => "overdue",
            Self::TicketAnswered => "ticket_answered",
            Self::ContactChanged => "contact_changed",
            Self::AppealOpened => "appeal_opened",
            Self::AppealCode => "appeal_code",
            Self::AppealDecided => "appeal_decided",
            Self::AccountCode => "account_code",
            Self::AccountExists => "account_exists",
            Self::SignedInNewDevice => "signed_in_new_device",
            Self::SignedInNewNetwork => "signed_in_new_network",
            Self::DeviceTrusted => "device_trusted",
            Self::FactorChanged => "factor_changed",
            Self::PasswordChanged => "password_changed",
            Self::RecoveryStarted => "recovery_started",
            Self::RecoveryStopped => "recovery_stopped",
            Self::RecoveryDone => "recovery_done",
        }
    }

    /// Returns the notice of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }
}

/// What a message says beside its fixed words. Without `Debug`: phrase and code are the person's.
#[derive(Clone, Default, PartialEq)]
pub struct Facts {
    /// The phrase that the person has chosen, by which they know a real message.
    pub phrase: Option<String>,
    /// The verification's or the ticket's id, by which the person finds it in the app; none for news about the account.
    pub case: Option<String>,
    /// The code by which the person can check in the app who writes.
    pub code: Option<String>,
    /// Why it is so, first what must be done first.
    pub reasons: Vec<Reason>,
    /// When an answer is due or the next try is possible.
    pub at: Option<Millis>,
    /// The code that the message carries to its address; hidden wherever else the message is shown.
    pub secret: Option<String>,
}

/// What stands for a code where it is not to be read.
const HIDDEN: &str = "••••••";

/// A message, ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// For mail and the app: paragraphs, plain text.
    pub body: String,
    /// For an SMS.
    pub short: String,
}

/// Texts of one notice in a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeText {
    /// One line.
    pub subject: String,
    /// What has happened and what follows.
    pub body: String,
    /// The same in one short sentence.
    pub short: String,
}

/// Words around every message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeWords {
    /// Says the person's phrase; `{phrase}`.
    pub phrase: String,
    /// Names the case; `{case}`.
    pub case: String,
    /// Names the code; `{code}`.
    pub code: String,
    /// Stands before the reasons.
    pub reasons: String,
    /// Names a time; `{at}`.
    pub at: String,
    /// How to tell a real message.
    pub care: String,
    /// The same for the one message that has a link: it stops the recovery of an account.
    pub care_stop: String,
}

/// Most reasons in a message; the app shows all.
const MOST_REASONS: usize = 3;

/// Returns a message in a language.
pub fn compose(notice: Notice, locale: Locale, facts: &Facts) -> Message {
    let catalogue = Catalogue::of(locale);
    let (text, words) = catalogue.notice(notice);
    let secret = facts.secret.as_deref().unwrap_or(HIDDEN);
    let mut paragraphs = Vec::new();
    let phrase = facts.phrase.as_deref().unwrap_or_default();
    if !phrase.is_empty() {
        paragraphs.push(words.phrase.replace("{phrase}", phrase));
    }
    paragraphs.push(text.body.replace("{secret}", secret));
    let told = tell(catalogue, &facts.reasons);
    if !told.is_empty() {
        paragraphs.push(format!("{}\n{}", words.reasons, told.join("\n")));
    }
    if let Some(at) = facts.at {
        let at = at.to_timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string();
        paragraphs.push(words.at.replace("{at}", &at));
    }
    if let Some(case) = &facts.case {
        paragraphs.push(words.case.replace("{case}", case));
    }
    if let Some(code) = &facts.code {
        paragraphs.push(words.code.replace("{code}", code));
    }
    paragraphs.push(match notice {
        Notice::RecoveryStarted => words.care_stop.clone(),
        _ => words.care.clone(),
    });
    let mut short = text.short.replace("{secret}", secret);
    if !phrase.is_empty() {
        short = format!("[{phrase}] {short}");
    }
    if let Some(code) = &facts.code {
        short = format!("{short} ({code})");
    }
    Message {
        subject: text.subject.clone(),
        body: paragraphs.join("\n\n"),
        short,
    }
}

/// Returns a line for each reason that stands in the way and may be told.
fn tell(catalogue: &Catalogue, reasons: &[Reason]) -> Vec<String> {
    let blocks = |reason: &&Reason| reason.end != End::Hint;
    let mut lines: Vec<String> = Vec::new();
    for reason in reasons.iter().filter(blocks) {
        // What is not told in full has a neutral sentence, and that is all.
        let text = catalogue.render(&reason.clone().disclosed());
        let line = format!("- {} {}", text.title, text.remedy);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.truncate(MOST_REASONS);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ReasonCode;

    fn failed(reasons: Vec<Reason>) -> Facts {
        Facts {
            case: Some("0199".to_owned()),
            reasons,
            at: Some(Millis(1_764_000_000_000)),
            ..Facts::default()
        }
    }

    #[test]
    fn a_failure_says_why_and_what_to_do_in_both_languages() {
        let facts = failed(vec![Reason::new(ReasonCode::DocBlurred)]);
        for (locale, why, remedy) in [
            (Locale::En, "out of focus", "Lay the document flat"),
            (Locale::ZhCn, "文字发虚", "请把证件放平"),
        ] {
            let message = compose(Notice::Failed, locale, &facts);
            for part in [why, remedy, "0199", "2025-11-24 16:00 UTC"] {
                assert!(message.body.contains(part), "{part}: {}", message.body);
            }
        }
    }

    #[test]
    fn every_notice_has_words_that_fit_their_channel() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.name()), Some(notice));
            for locale in Locale::ALL {
                let message = compose(notice, locale, &Facts::default());
                // One SMS holds 70 characters of Chinese, 160 of English.
                let most = if locale == Locale::ZhCn { 70 } else { 160 };
                assert!(message.short.chars().count() <= most, "{}", message.short);
                assert!(!message.subject.contains('\n'));
                let all = format!("{}{}{}", message.subject, message.body, message.short);
                assert!(!all.contains('{') && !all.contains("://"), "{all}");
            }
        }
    }

    #[test]
    fn a_message_begins_with_the_phrase_and_bears_the_code() {
        let facts = Facts {
            phrase: Some("blue whale 42".to_owned()),
            code: Some("7KQ4-M2XA".to_owned()),
            ..Facts::default()
        };
        for locale in Locale::ALL {
            let message = compose(Notice::TicketAnswered, locale, &facts);
            let head = message.body.lines().next().unwrap_or_default();
            assert!(head.contains("blue whale 42"), "{}", message.body);
            assert!(message.body.contains("7KQ4-M2XA"), "{}", message.body);
            assert!(message.short.starts_with("[blue whale 42] "));
            assert!(message.short.ends_with("(7KQ4-M2XA)"), "{}", message.short);
            assert!(!message.subject.contains("whale"));
        }
    }

    #[test]
    fn a_code_stands_in_its_message_and_in_no_subject() {
        let facts = Facts {
            secret: Some("042424".to_owned()),
            ..Facts::default()
        };
        for locale in Locale::ALL {
            let message = compose(Notice::AppealCode, locale, &facts);
            assert!(message.body.contains("042424") && message.short.contains("042424"));
            assert!(!message.subject.contains("042424"));
            let shown = compose(Notice::AppealCode, locale, &Facts::default());
            assert!(shown.body.contains(HIDDEN) && shown.short.contains(HIDDEN));
        }
    }

    #[test]
    fn advice_that_never_blocks_is_left_to_the_app() {
        let mut hint = Reason::new(ReasonCode::DocBlurred);
        hint.end = End::Hint;
        let message = compose(Notice::Failed, Locale::En, &failed(vec![hint]));
        assert!(!message.body.contains("focus"), "{}", message.body);
    }
}
