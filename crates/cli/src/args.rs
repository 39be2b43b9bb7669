//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use menshen_models::ModelStore;

use crate::context::Context;

/// Identity verification that explains itself: photos and typed data in, a decision with every
/// reason out. Nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "menshen", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Settings that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  menshen verify --sample                          the whole way on a drawn person
  menshen verify --claims me.json --front f.jpg --back b.jpg --selfie s.jpg
  menshen document f.jpg --json | jq .reasons      what is wrong with a photo
  menshen mrz passport.jpg                         read the machine-readable lines
  menshen specimen passport --portrait p.jpg --out try --degrade blur=3,rotate=8

Exit code: 0 the tool did its work, whatever the outcome; 1 the machine failed; 2 wrong usage. `official` also answers by
its exit code; its help says how.";

/// Settings that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Print one JSON object a line, for machines
    #[arg(long, global = true)]
    json: bool,
    /// Never fetch models; fail with a line that says what is missing
    #[arg(long, global = true)]
    offline: bool,
    /// Folder of the models
    #[arg(long, global = true, env = "MENSHEN_MODELS", value_name = "DIR")]
    models_dir: Option<PathBuf>,
    /// Run the networks with ONNX Runtime from this shared library (needs a build with `--features ort`)
    #[arg(long, global = true, env = "MENSHEN_ORT_LIBRARY", value_name = "FILE")]
    ort_library: Option<PathBuf>,
    /// Threads to use; by default as many as the machine has
    #[arg(long, global = true, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
    /// Folder of fonts for drawn specimens, looked at before the system's
    #[arg(long, global = true, env = "MENSHEN_FONTS", value_name = "DIR")]
    fonts_dir: Option<PathBuf>,
    /// Language of texts for people
    #[arg(long, global = true, value_enum, default_value_t = Language::default())]
    lang: Language,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Language {
    /// English
    #[default]
    En,
    /// 简体中文
    #[value(name = "zh-CN", alias = "zh")]
    Zh,
}

impl Global {
    /// Returns the settings.
    pub fn context(&self) -> anyhow::Result<Context> {
        Ok(Context {
            json: self.json,
            offline: self.offline,
            threads: self.threads,
            models_dir: self.models_dir()?,
            ort_library: self.ort_library.clone(),
            fonts_dir: self.fonts_dir.clone(),
            locale: match self.lang {
                Language::En => menshen_core::Locale::En,
                Language::Zh => menshen_core::Locale::ZhCn,
            },
        })
    }
}

impl Global {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is the one site that reads the environment"
    )]
    fn models_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.models_dir {
            Some(folder) => Ok(folder.clone()),
            None => Ok(ModelStore::default_dir(|name| std::env::var_os(name))?),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide on a person: photos of the document, a selfie and the typed data
    Verify(crate::verify::VerifyArgs),
    /// Measure photos of documents: kind, quality, fields, reasons
    Document(crate::document::DocumentArgs),
    /// Read machine-readable zones from pictures or text
    Mrz(crate::mrz::MrzArgs),
    /// Check identity numbers of the People's Republic of China (GB 11643)
    PrcId(crate::prc_id::PrcIdArgs),
    /// Say how two names relate
    Name(crate::name::NameArgs),
    /// Measure the face in pictures: pose, eyes, light, what covers it
    Face(crate::face::FaceArgs),
    /// Compare faces: two pictures, or a table of pairs
    Match(crate::matching::MatchArgs),
    /// Measure a sequence of frames: actions, one face throughout, signs of a recording
    Liveness(crate::liveness::LivenessArgs),
    /// Read photos of a person who holds a sheet with a dictated text
    Statement(crate::statement::StatementArgs),
    /// Draw fictitious documents, marked SPECIMEN, with their truth beside them
    Specimen(crate::specimen::SpecimenArgs),
    /// Fetch, list and check the models
    Models(crate::models::ModelsArgs),
    /// Check the audit log: is it whole, does an entry stand in it?
    Audit(crate::audit::AuditArgs),
    /// Check a decision's file: is it signed, does its verdict follow again?
    Evidence(crate::evidence_file::EvidenceArgs),
    /// Check a tenant's signed list of official channels or announcements, and whether something is on it
    Official(crate::official::OfficialArgs),
    /// Measure how well faces of your own people are told apart, and compare by what was found
    Calibrate(crate::calibrate::CalibrateArgs),
    /// Measure the engine on data with known truth
    Eval(crate::eval::EvalCommand),
    /// Run the verification service
    Serve(crate::serve::ServeArgs),
    /// Check everything that the service needs, and say what to do
    Doctor(crate::service::ServiceArgs),
    /// Save the whole service in one file, while it serves
    Backup(crate::backup::BackupArgs),
    /// Bring a backup into an empty database, of either kind
    Restore(crate::backup::BackupArgs),
    /// List, add and rotate the master keys
    Keys(crate::keys::KeysArgs),
    /// Check a policy, and try it on past cases
    Policy(crate::policy::PolicyArgs),
    /// Import lists of sanctioned people
    Screening(crate::screening::ScreeningArgs),
    /// Measure photos for a server that asks over standard input
    #[command(hide = true)]
    EngineWorker(crate::worker::WorkerArgs),
    /// Print a completion script for a shell
    Completions {
        /// Shell to complete in
        shell: Shell,
    },
}
