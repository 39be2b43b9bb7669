//! Reasons as they are printed: the code with its texts, as JSON or for people.

use std::io::Write;

use menshen_core::{Catalogue, Locale, Reason, reason::End};
use serde::Serialize;

use crate::context::{BAD, BOLD, DIM, GOOD, WARN};

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
    zh_cn: menshen_core::Text,
    en: menshen_core::Text,
}

impl From<Reason> for ReasonOut {
    fn from(reason: Reason) -> Self {
        let catalogue = Catalogue::get();
        let text = Texts {
            zh_cn: catalogue.render(&reason, Locale::ZhCn),
            en: catalogue.render(&reason, Locale::En),
        };
        Self { reason, text }
    }
}

/// Returns reasons with their texts.
pub fn with_texts(reasons: Vec<Reason>) -> Vec<ReasonOut> {
    reasons.into_iter().map(ReasonOut::from).collect()
}
