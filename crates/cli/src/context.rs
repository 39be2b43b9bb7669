//! What every command needs to know.

use std::path::PathBuf;

/// Options that stand before any command.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// One JSON object a line instead of text for people.
    pub json: bool,
    /// Never fetch anything.
    pub offline: bool,
    /// Where models lie, when not in the usual folder.
    pub models_dir: Option<PathBuf>,
}
