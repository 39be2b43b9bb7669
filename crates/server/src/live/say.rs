//! What a client is told, on either way.

use menshen_core::Catalogue;
use menshen_core::live::Say;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::reasons::TextOut;

/// One thing to show, with its words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SayOut {
    /// What: `say` is `cue` (`n`, `cue`, `within_ms`), `seen` (`n`), `colour` (`n`, `colour`), `no_colours` (`why`), `hint`
    /// (`hint`, none when nothing stands in the way) or `done`.
    #[serde(flatten)]
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub say: Say,
    /// The same in words, where a person is to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextOut>,
}

impl From<Say> for SayOut {
    fn from(say: Say) -> Self {
        let text = |of: &dyn Fn(&Catalogue) -> String| Some(TextOut::of(of));
        let text = match say {
            Say::Cue { cue, .. } => text(&|words| words.cue(cue).to_owned()),
            Say::Hint { hint: Some(hint) } => text(&|words| words.hint(hint).to_owned()),
            Say::NoColours { why } => text(&|words| words.no_light(why).to_owned()),
            Say::Seen { .. } | Say::Colour { .. } | Say::Hint { hint: None } | Say::Done => None,
        };
        Self { say, text }
    }
}
