//! `menshen specimen`: fictitious, marked documents with truth beside them.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use jiff::civil::Date;
use menshen_core::geometry::Rect;
use menshen_core::statement::Statement;
use menshen_document::DocumentKind;
use menshen_specimen::{
    Contradiction, Degradation, Fonts, Planned, Request, SpecimenError, StatementRequest,
};
use menshen_specimen::{draw, draw_statement, invent_statement, plan};
use serde::Serialize;

use crate::context::Context;
use crate::input::WrongUsage;
use crate::portraits::Portraits;
use crate::statement::read_statement;

/// Draw fictitious documents, marked SPECIMEN, with truth beside them.
///
/// Writes front.jpg (and back.jpg), truth.json and claims.json; for a statement statement.jpg, truth.json and
/// statement.json. The same seed and day draw the same document. Fonts come from the Debian packages fonts-noto-cjk, fonts-ocr-b and fonts-dejavu-core,
/// or from the folder in MENSHEN_FONTS.
#[derive(Args, Debug)]
#[command(
    after_help = "EXAMPLES:\n  menshen specimen prc-id --portrait me.jpg --out card\n  \
    menshen specimen passport --portrait me.jpg --out worn --degrade blur=2,glare=0.3,jpeg=50\n  \
    menshen specimen passport --portrait me.jpg --out wrong --contradict mrz-name,expires-in=20\n  \
    menshen specimen id-card --portrait me.jpg --out many --count 20\n  \
    menshen specimen statement --portrait me.jpg --out held --degrade rotate=10,blur=1 --lang zh-CN\n  \
    menshen specimen --set 2000 --seed 7 --portrait faces/ --out set"
)]
pub struct SpecimenArgs {
    /// What to draw.
    #[arg(value_enum, required_unless_present = "set")]
    pub kind: Option<KindArg>,
    /// Instead of one kind, a graded set of so many documents of all kinds: clean, degraded at known strength alone and
    /// together, and contradicting themselves.
    #[arg(long, value_name = "N", conflicts_with_all = ["kind", "count", "degrade", "contradict", "text", "face"],
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub set: Option<u32>,
    /// Of the set only the clean documents and those with one degradation, which `menshen eval quality --singles` judges.
    #[arg(long, requires = "set")]
    pub singles: bool,
    /// Picture that becomes the portrait (JPEG, PNG or WebP), or a folder of them of which each document's seed takes one.
    #[arg(long, value_name = "IMG")]
    pub portrait: PathBuf,
    /// The face's box in the portrait, in pixels; without it the largest face is looked for.
    #[arg(long, value_name = "X,Y,W,H", value_parser = parse_face)]
    pub face: Option<Rect>,
    /// Folder to write into; with --count, one folder a document inside it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Chooses person, number, dates, desk and camera.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many documents, with seeds that follow each other.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
    /// Day that dates of issue and expiry start from [default: today].
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// Degradations as NAME=VALUE,..: print, scan, grey, rotate, perspective, crop, finger, shadow, dark,
    /// glare, haze, motion, blur, moire, noise, size, edit-portrait, edit-field, jpeg. A wrong name or value lists what each takes.
    #[arg(long, value_name = "LIST", value_parser = parse_degradations)]
    pub degrade: Option<Degradations>,
    /// For a statement: what the sheet says, a statement.json; without it a person and a code are invented for each
    /// seed, in the language of --lang.
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Contradictions: number-sex, number-birth, number-checksum, mrz-name, mrz-number, mrz-birth,
    /// mrz-checksum, expired, expires-in=DAYS, under-age, front-twice, back-twice.
    #[arg(long, value_name = "LIST", value_parser = parse_contradictions)]
    pub contradict: Option<Contradictions>,
}

/// The value of `--degrade`; its own type because clap spreads a bare `Vec` over several options.
#[derive(Clone, Debug, Default)]
pub struct Degradations(pub Vec<Degradation>);

/// The value of `--contradict`.
#[derive(Clone, Debug, Default)]
pub struct Contradictions(pub Vec<Contradiction>);

/// Documents that can be drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    /// Card with the field positions of a PRC resident identity card, both sides.
    PrcId,
    /// Passport page of Utopia with a TD3 zone.
    Passport,
    /// Identity card of Utopia with a TD1 zone, both sides.
    IdCard,
    /// Larger identity card of Utopia with a TD2 zone.
    IdCardTd2,
    /// Driving licence of Utopia, both sides.
    DrivingLicence,
    /// A person who holds up a sheet with a dictated text; no document.
    Statement,
}

impl KindArg {
    /// Returns the kind of document, `None` for what is none.
    fn document(self) -> Option<DocumentKind> {
        match self {
            Self::PrcId => Some(DocumentKind::PrcIdCard),
            Self::Passport => Some(DocumentKind::Passport),
            Self::IdCard => Some(DocumentKind::IdCardTd1),
            Self::IdCardTd2 => Some(DocumentKind::IdCardTd2),
            Self::DrivingLicence => Some(DocumentKind::DrivingLicence),
            Self::Statement => None,
        }
    }
}

/// What was drawn, as `--json` names it.
#[derive(Serialize)]
#[serde(untagged)]
enum Drawn {
    Document(DocumentKind),
    Other(&'static str),
}

/// One line of `--json`.
#[derive(Serialize)]
struct Written<'a> {
    kind: Drawn,
    seed: u64,
    files: &'a [PathBuf],
}

/// Draws what was asked for.
///
/// # Errors
/// Wrong lists, an unreadable portrait, missing fonts, and folders that cannot be written.
pub fn run(args: &SpecimenArgs, ctx: &Context) -> anyhow::Result<()> {
    let jobs = jobs(args)?;
    let mut pen = Pen {
        fonts: Fonts::load(ctx.fonts_dir.as_deref())?,
        portraits: Portraits::new(&args.portrait, args.face, ctx)?,
        today: ctx.today(args.today),
    };
    let progress = progress(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        let folder = match jobs.len() {
            1 => args.out.clone(),
            _ => args.out.join(format!("{:04}", index + 1)),
        };
        let (kind, files) = match job {
            Job::Document(planned) => (
                Drawn::Document(planned.kind),
                pen.document(planned, &folder)?,
            ),
            Job::Statement {
                seed,
                degradations,
                text,
            } => {
                let statement = match text {
                    Some(statement) => statement.clone(),
                    None => invent_statement(ctx.locale, *seed, pen.today)?,
                };
                let files = pen.statement(&statement, *seed, degradations, &folder)?;
                (Drawn::Other("statement"), files)
            }
        };
        let written = Written {
            kind,
            seed: job.seed(),
            files: &files,
        };
        progress.suspend(|| report(&written, ctx))?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// One drawing.
enum Job {
    Document(Planned),
    Statement {
        seed: u64,
        degradations: Vec<Degradation>,
        /// What the sheet says; else it is invented.
        text: Option<Statement>,
    },
}

impl Job {
    fn seed(&self) -> u64 {
        match self {
            Self::Document(planned) => planned.seed,
            Self::Statement { seed, .. } => *seed,
        }
    }
}

/// Returns what is asked for.
fn jobs(args: &SpecimenArgs) -> anyhow::Result<Vec<Job>> {
    if let Some(count) = args.set {
        let planned = plan(count, args.seed).filter(|one| !args.singles || one.is_single());
        return Ok(planned.map(Job::Document).collect());
    }
    let document = args.kind.and_then(KindArg::document);
    let wrong = match document {
        Some(_) => args.text.as_ref().map(|_| "--text is for statements"),
        None => (args.contradict.as_ref()).map(|_| "--contradict is for documents"),
    };
    if let Some(wrong) = wrong {
        return Err(WrongUsage(wrong.to_owned()).into());
    }
    let text = args.text.as_deref().map(read_statement).transpose()?;
    let degradations = args.degrade.clone().unwrap_or_default().0;
    let contradictions = args.contradict.clone().unwrap_or_default().0;
    let job = |index: u32| {
        let seed = args.seed.wrapping_add(u64::from(index));
        match document {
            Some(kind) => Job::Document(Planned {
                kind,
                seed,
                degradations: degradations.clone(),
                contradictions: contradictions.clone(),
            }),
            None => Job::Statement {
                seed,
                degradations: degradations.clone(),
                text: text.clone(),
            },
        }
    };
    Ok((0..args.count).map(job).collect())
}

/// What all drawings of one call share.
struct Pen<'a> {
    fonts: Fonts,
    portraits: Portraits<'a>,
    today: Date,
}

impl Pen<'_> {
    fn document(&mut self, planned: &Planned, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let portrait = self.portraits.of(planned.seed)?;
        let request = Request {
            kind: planned.kind,
            seed: planned.seed,
            today: self.today,
            portrait: &portrait.photo.pixels,
            face: portrait.face,
            contradictions: &planned.contradictions,
            degradations: &planned.degradations,
        };
        let drawn = draw(&self.fonts, &request).map_err(usage_or_failure)?;
        Ok(drawn.write(folder)?)
    }

    fn statement(
        &mut self,
        statement: &Statement,
        seed: u64,
        degradations: &[Degradation],
        folder: &Path,
    ) -> anyhow::Result<Vec<PathBuf>> {
        let portrait = self.portraits.of(seed)?;
        let request = StatementRequest {
            statement,
            seed,
            portrait: &portrait.photo.pixels,
            face: portrait.face,
            degradations,
        };
        let drawn = draw_statement(&self.fonts, &request).map_err(usage_or_failure)?;
        Ok(drawn.write(folder)?)
    }
}

fn usage_or_failure(error: SpecimenError) -> anyhow::Error {
    if error.is_usage() {
        WrongUsage(error.to_string()).into()
    } else {
        error.into()
    }
}

/// One document takes about a second: a bar from two on.
fn progress(count: usize) -> ProgressBar {
    match count {
        1 => ProgressBar::hidden(),
        count => ProgressBar::new(count as u64),
    }
}

fn report(written: &Written<'_>, ctx: &Context) -> anyhow::Result<()> {
    if ctx.json {
        anstream::println!("{}", serde_json::to_string(written)?);
        return Ok(());
    }
    for file in written.files {
        anstream::println!("{}", file.display());
    }
    Ok(())
}

fn parse_degradations(text: &str) -> Result<Degradations, SpecimenError> {
    Degradation::parse_list(text).map(Degradations)
}

fn parse_contradictions(text: &str) -> Result<Contradictions, SpecimenError> {
    Contradiction::parse_list(text).map(Contradictions)
}

fn parse_face(text: &str) -> anyhow::Result<Rect> {
    let numbers: Vec<f32> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()?;
    let [x, y, width, height] = numbers[..] else {
        bail!("expected four numbers: x,y,width,height");
    };
    Ok(Rect {
        x,
        y,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        args: SpecimenArgs,
    }

    fn parse(more: &[&str]) -> Result<SpecimenArgs, clap::Error> {
        let always = [
            "menshen",
            "passport",
            "--portrait",
            "Cargo.toml",
            "--out",
            "o",
        ];
        Only::try_parse_from(always.iter().chain(more)).map(|only| only.args)
    }

    #[test]
    fn lists_and_face_are_read() {
        let more = [
            "--degrade",
            "blur=2,jpeg=50",
            "--contradict",
            "expired",
            "--face",
            "1,2,3,4",
        ];
        let args = parse(&more).expect("good arguments");
        assert_eq!(args.degrade.map(|list| list.0.len()), Some(2));
        assert_eq!(
            args.contradict.map(|list| list.0),
            Some(vec![Contradiction::Expired])
        );
        let face = Rect {
            x: 1.0,
            y: 2.0,
            width: 3.0,
            height: 4.0,
        };
        assert_eq!(args.face, Some(face));
    }

    #[test]
    fn a_wrong_list_is_wrong_usage_and_teaches() {
        let error = parse(&["--degrade", "blurr=2"]).expect_err("a typing error");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("moire"), "{error}");
        assert!(parse(&["--contradict", "mrz"]).is_err());
        assert!(parse(&["--count", "0"]).is_err());
        assert!(parse(&["--face", "1,2,3"]).is_err());
    }

    #[test]
    fn a_set_chooses_its_kinds_by_itself() {
        let set = |more: &[&str]| {
            let always = ["menshen", "--portrait", "Cargo.toml", "--out", "o"];
            Only::try_parse_from(always.iter().chain(more)).map(|only| only.args)
        };
        assert!(set(&[]).is_err(), "neither a kind nor a set");
        assert!(set(&["passport", "--set", "20"]).is_err());
        assert!(set(&["--set", "20", "--degrade", "blur=2"]).is_err());
        let count = |more: &[&str]| {
            let args = set(more).expect("good arguments");
            jobs(&args).expect("a plan").len()
        };
        assert_eq!(count(&["--set", "20", "--seed", "7"]), 20);
        assert_eq!(count(&["--set", "20", "--seed", "7", "--singles"]), 12);
        assert!(set(&["--singles"]).is_err(), "no set");
    }
}
