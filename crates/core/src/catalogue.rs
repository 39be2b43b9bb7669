//! The texts of every reason, in every language, from the catalogues in `/locales`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use menshen_document::{DocumentKind, Field, Side};
use serde::{Deserialize, Serialize};

use crate::attachment::Fault;
use crate::diagnosis::{Advice, Cause, Remedy};
use crate::diagnostics::System;
use crate::evidence::Action;
use crate::live::{Cue, Hint, NoLight};
use crate::notice::{Notice, NoticeText, NoticeWords};
use crate::official::OfficialWords;
use crate::passkey::{self, PasskeyWords};
use crate::reason::{Param, Reason, ReasonCode, Step, Value};
use crate::statement::StatementWords;
use crate::ticket::Kind;

/// A language of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// Returns the tag of RFC 5646.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// What is said about one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What is wrong, in a few words.
    pub title: String,
    /// What to do about it.
    pub remedy: String,
    /// The exact finding with its figures; for operators only.
    pub operator: String,
}

/// What is said about one remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemedyText {
    /// What it is about, in a few words.
    pub title: String,
    /// What to do.
    pub text: String,
}

/// What is said about support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportWords {
    /// An answer should have come, and what the person can do.
    pub late: String,
    /// A code is ours.
    pub genuine: String,
    /// A code is not ours.
    pub unknown: String,
}

/// The texts of one language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    reasons: BTreeMap<ReasonCode, Text>,
    kinds: BTreeMap<String, String>,
    sides: BTreeMap<String, String>,
    steps: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
    actions: BTreeMap<String, String>,
    cues: BTreeMap<Cue, String>,
    hints: BTreeMap<Hint, String>,
    /// Why no colours are shown, announced before another cue comes in their place.
    no_light: BTreeMap<NoLight, String>,
    why: BTreeMap<String, String>,
    /// What stands for a placeholder that a reason does not fill.
    missing: BTreeMap<String, String>,
    notices: BTreeMap<Notice, NoticeText>,
    notice_words: NoticeWords,
    statement: StatementWords,
    /// Why a picture is not taken, and what is.
    attachments: BTreeMap<Fault, String>,
    tickets: BTreeMap<Kind, String>,
    support: SupportWords,
    official: OfficialWords,
    remedies: BTreeMap<Advice, RemedyText>,
    /// The way to a permission in the settings of each system.
    camera_steps: BTreeMap<System, String>,
    file_steps: BTreeMap<System, String>,
    passkeys: PasskeyWords,
    list_separator: String,
}

static ZH_CN: LazyLock<Catalogue> =
    LazyLock::new(|| read(include_str!("../../../locales/zh-CN.json")));
static EN: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../../../locales/en.json")));

fn read(text: &str) -> Catalogue {
    serde_json::from_str(text).expect("the embedded catalogues are valid: a test reads them")
}

impl Catalogue {
    /// Returns the texts of a language.
    pub fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::ZhCn => &ZH_CN,
            Locale::En => &EN,
        }
    }

    /// Returns the name of a kind of document.
    pub fn kind(&self, kind: DocumentKind) -> String {
        lookup(&self.kinds, kind)
    }

    /// Returns the name of a side.
    pub fn side(&self, side: Side) -> String {
        lookup(&self.sides, side)
    }

    /// Returns the name of a step.
    pub fn step(&self, step: Step) -> String {
        lookup(&self.steps, step)
    }

    /// Returns the name of a field.
    pub fn field(&self, field: Field) -> String {
        lookup(&self.fields, field)
    }

    /// Returns the name of an action.
    pub fn action(&self, action: Action) -> String {
        lookup(&self.actions, action)
    }

    /// Returns what a person is asked to do.
    pub fn cue(&self, cue: Cue) -> &str {
        let text = self.cues.get(&cue);
        text.expect("a test asks for every cue in every language")
    }

    /// Returns what would help, as a sentence.
    pub fn hint(&self, hint: Hint) -> &str {
        let text = self.hints.get(&hint);
        text.expect("a test gives every hint in every language")
    }

    /// Returns the announcement that no colours are shown.
    pub fn no_light(&self, why: NoLight) -> &str {
        let text = self.no_light.get(&why);
        text.expect("a test announces it in every language")
    }

    /// Returns a notice's texts and the words around every message.
    pub fn notice(&self, notice: Notice) -> (&NoticeText, &NoticeWords) {
        let text = self.notices.get(&notice);
        (
            text.expect("a test composes every notice in every language"),
            &self.notice_words,
        )
    }

    /// Returns the words of the text that a person writes on a sheet.
    pub fn statement(&self) -> &StatementWords {
        &self.statement
    }

    /// Returns what a kind of ticket is called.
    pub fn ticket(&self, kind: Kind) -> &str {
        let name = self.tickets.get(&kind);
        name.expect("a test names every kind in every language")
    }

    /// Returns what is said about support.
    pub fn support(&self) -> &SupportWords {
        &self.support
    }

    /// Returns what is said about official channels.
    pub fn official(&self) -> &OfficialWords {
        &self.official
    }

    /// Returns what a person is told of a remedy, with the way through the settings of their system.
    pub fn remedy(&self, remedy: &Remedy) -> RemedyText {
        let advice = match &remedy.cause {
            Cause::Advice(advice) => *advice,
            Cause::Reason(reason) => {
                let Text { title, remedy, .. } = self.render(reason);
                return RemedyText {
                    title,
                    text: remedy,
                };
            }
        };
        let RemedyText { title, text } = self
            .remedies
            .get(&advice)
            .expect("a test tells every remedy in every language");
        let steps = match advice {
            Advice::AllowFiles => &self.file_steps,
            _ => &self.camera_steps,
        };
        let steps = steps.get(&remedy.system).map_or("", String::as_str);
        RemedyText {
            title: title.clone(),
            text: text.replace("{steps}", steps),
        }
    }

    /// Returns what is said about passkeys.
    pub fn passkeys(&self) -> &PasskeyWords {
        &self.passkeys
    }

    /// Returns what a person is told of a passkey that does not do.
    pub fn passkey(&self, fault: passkey::Fault) -> &str {
        self.passkeys.faults.get(&fault).map_or("", String::as_str)
    }

    /// Returns what a person is told of a picture that is not taken.
    pub fn attachment(&self, fault: Fault) -> &str {
        self.attachments.get(&fault).map_or("", String::as_str)
    }

    /// Returns a reason's texts with every placeholder filled.
    pub fn render(&self, reason: &Reason) -> Text {
        let Some(text) = self.reasons.get(&reason.code) else {
            // A test proves that no code lacks its texts; a code is better than nothing.
            let code = reason.code.as_str().to_owned();
            return Text {
                title: code.clone(),
                remedy: code.clone(),
                operator: code,
            };
        };
        Text {
            title: self.fill(&text.title, reason),
            remedy: self.fill(&text.remedy, reason),
            operator: self.fill(&text.operator, reason),
        }
    }

    /// Replaces each `{name}`; what is no placeholder stays as it is.
    fn fill(&self, template: &str, reason: &Reason) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                continue;
            };
            filled.push_str(&self.placeholder(name, reason));
            rest = after;
        }
        filled.push_str(rest);
        tidy(&filled)
    }

    fn placeholder(&self, name: &str, reason: &Reason) -> String {
        let value = match name {
            "measured" => reason.measured.as_ref().map(plain),
            "limit" => reason.limit.as_ref().map(plain),
            "step" => Some(lookup(&self.steps, reason.step)),
            _ => reason.params.get(name).map(|param| self.param(param)),
        };
        value.unwrap_or_else(|| self.missing.get(name).cloned().unwrap_or_default())
    }

    fn param(&self, param: &Param) -> String {
        match param {
            Param::Kind(kind) => lookup(&self.kinds, kind),
            Param::Kinds(kinds) if kinds.is_empty() => {
                self.missing.get("list").cloned().unwrap_or_default()
            }
            Param::Kinds(kinds) => {
                let names: Vec<_> = kinds.iter().map(|kind| lookup(&self.kinds, kind)).collect();
                names.join(&self.list_separator)
            }
            Param::Side(side) => lookup(&self.sides, side),
            Param::Field(field) => lookup(&self.fields, field),
            Param::Action(action) => lookup(&self.actions, action),
            Param::Why(why) => lookup(&self.why, why),
            Param::Date(date) => date.to_string(),
            // Seconds say nothing to a person who waits for hours.
            Param::Time(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            Param::Count(count) => count.to_string(),
            Param::Text(text) => text.clone(),
        }
    }
}

/// Returns the word for a unit variant, by its name on the wire.
fn lookup(words: &BTreeMap<String, String>, key: impl Serialize) -> String {
    match serde_json::to_value(key) {
        Ok(serde_json::Value::String(name)) => words.get(&name).cloned().unwrap_or(name),
        _ => String::new(),
    }
}

/// Figures of operator texts: three decimals say all that a ratio knows, one all that hundreds of pixels know.
fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) => {
            let steps = if number.abs() < 100.0 { 1000.0 } else { 10.0 };
            ((number * steps).round() / steps).to_string()
        }
        Value::Date(date) => date.to_string(),
        Value::Text(text) => text.clone(),
    }
}

/// An empty placeholder leaves two spaces or one at an end.
fn tidy(text: &str) -> String {
    // A sentence in brackets inside a sentence has no full stop of its own.
    [
        ("  ", " "),
        (" ()", ""),
        ("（）", ""),
        (".)", ")"),
        ("。）", "）"),
    ]
    .iter()
    .fold(text.trim().to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}
