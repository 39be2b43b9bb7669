//! Reasons as they are printed: the code with its texts, as JSON or for people.

use std::io::Write;

use anstyle::Style;
use menshen_core::reason::End;
use menshen_core::{Catalogue, Locale, Reason, Text};
use serde::Serialize;

use crate::context::{BAD, BOLD, DIM, WARN};

/// A reason with its texts in both languages.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonOut {
    #[serde(flatten)]
    reason: Reason,
    text: Texts,
}

#[derive(Clone, Debug, Serialize)]
struct Texts {
    #[serde(rename = "zh-CN")]
    zh_cn: Text,
    en: Text,
}

impl From<Reason> for ReasonOut {
    fn from(reason: Reason) -> Self {
        let render = |locale| Catalogue::of(locale).render(&reason);
        let text = Texts {
            zh_cn: render(Locale::ZhCn),
            en: render(Locale::En),
        };
        Self { reason, text }
    }
}

/// Returns reasons with their texts.
pub fn with_texts(reasons: Vec<Reason>) -> Vec<ReasonOut> {
    reasons.into_iter().map(ReasonOut::from).collect()
}

/// Writes reasons for people: what is wrong, what to do, what was measured.
pub fn write_reasons(
    out: &mut dyn Write,
    reasons: &[ReasonOut],
    locale: Locale,
) -> std::io::Result<()> {
    for ReasonOut { reason, text } in reasons {
        let text = match locale {
            Locale::ZhCn => &text.zh_cn,
            Locale::En => &text.en,
        };
        let style = style_of(reason.end);
        let code = reason.code.as_str();
        writeln!(
            out,
            "  {style}{BOLD}{}{BOLD:#}{style:#} {DIM}{code}{DIM:#}",
            text.title
        )?;
        writeln!(out, "    {}", text.remedy)?;
        writeln!(out, "    {DIM}{}{DIM:#}", text.operator)?;
    }
    Ok(())
}

fn style_of(end: End) -> Style {
    match end {
        End::Hint => DIM,
        End::Review | End::Wait => WARN,
        End::Again | End::Fix | End::Final => BAD,
    }
}
