//! What every command needs to know: how to print, where the models are, which engine runs them.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use jiff::civil::Date;
use menshen_core::{Catalogue, Locale};
use serde::Serialize;
use thiserror::Error;

/// Settings shared by all commands, read once from the arguments and the environment.
#[derive(Clone, Debug)]
pub struct Context {
    /// One JSON object a line instead of text for people.
    pub json: bool,
    /// Never fetch anything.
    pub offline: bool,
    /// Threads to use; by default as many as the machine has.
    pub threads: Option<NonZeroUsize>,
    /// Folder of the models.
    pub models_dir: PathBuf,
    /// Shared library of ONNX Runtime, when that engine is to be used.
    pub ort_library: Option<PathBuf>,
    /// Language of texts for people.
    pub locale: Locale,
    /// Folder of fonts for drawing, before the usual ones.
    pub fonts_dir: Option<PathBuf>,
}

impl Context {
    /// Sets up the thread pool as asked.
    pub fn start_threads(&self) -> anyhow::Result<()> {
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads.get())
                .build_global()?;
        }
        Ok(())
    }

    /// Returns the day that was asked for, or this machine's.
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is the one site that reads the clock"
    )]
    pub fn today(&self, asked: Option<Date>) -> Date {
        asked.unwrap_or_else(|| jiff::Zoned::now().date())
    }

    /// Returns the texts in the person's language.
    pub fn catalogue(&self) -> &'static Catalogue {
        Catalogue::of(self.locale)
    }

    /// Prints one result: a JSON line, or whatever `text` writes for people.
    pub fn emit<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, value)?;
            out.write_all(b"\n")?;
        } else {
            text(&mut out)?;
        }
        out.flush()?;
        Ok(())
    }
}

/// What a command has found and said, as the exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the answer was given")]
pub struct Exit(pub u8);

/// Bold, for headings.
pub const BOLD: Style = Style::new().bold();
/// Green, for what is in order.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Yellow, for what needs a look.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Red, for what stops.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Dim, for details.
pub const DIM: Style = Style::new().dimmed();
