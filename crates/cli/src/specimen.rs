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
    Contradiction, Degradation, Fonts, Request, SpecimenError, StatementRequest,
};
use menshen_specimen::{draw, draw_statement, invent_statement};
use menshen_vision::Photo;
use serde::Serialize;

use crate::context::Context;
use crate::engine;
use crate::input::{self, WrongUsage};
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
    menshen specimen statement --portrait me.jpg --out held --degrade rotate=10,blur=1 --lang zh-CN"
)]
pub struct SpecimenArgs {
    /// What to draw.
    #[arg(value_enum)]
    pub kind: KindArg,
    /// Picture that becomes the portrait (JPEG, PNG or WebP).
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
    /// Degradations as NAME=VALUE,..: print, grey, rotate, perspective, crop, finger, shadow, dark,
    /// glare, haze, motion, blur, moire, noise, size, jpeg. A wrong name or value lists what each takes.
    #[arg(long, value_name = "LIST", value_parser = parse_degradations)]
    pub degrade: Option<Degradations>,
    /// For a statement: what the sheet says, a statement.json; without it a person and a code are invented for each
    /// seed, in the language of --lang.
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Contradictions: number-sex, number-birth, number-checksum, mrz-name, mrz-number, mrz-birth,
    /// mrz-checksum, expired, expires-in=DAYS, under-age.
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
    let portrait = input::read_photo(&args.portrait).map_err(|error| {
        WrongUsage(format!(
            "portrait {}: {}",
            args.portrait.display(),
            error.message
        ))
    })?;
    let fonts = Fonts::load(ctx.fonts_dir.as_deref())?;
    let today = ctx.today(args.today);
    let face = match args.face {
        Some(face) => Some(face),
        None => find_face(&portrait, ctx)?,
    };
    let pen = Pen {
        fonts: &fonts,
        portrait: &portrait,
        face,
        today,
        text: args.text.as_deref().map(read_statement).transpose()?,
    };
    let progress = progress(args.count);
    for index in 0..args.count {
        let seed = args.seed.wrapping_add(u64::from(index));
        let folder = folder_of(args, index);
        let (kind, files) = match args.kind.document() {
            Some(kind) => (
                Drawn::Document(kind),
                pen.document(args, kind, seed, &folder)?,
            ),
            None => (
                Drawn::Other("statement"),
                pen.statement(args, seed, &folder, ctx)?,
            ),
        };
        let written = Written {
            kind,
            seed,
            files: &files,
        };
        progress.suspend(|| report(&written, ctx))?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// What all drawings of one call share.
struct Pen<'a> {
    fonts: &'a Fonts,
    portrait: &'a Photo,
    face: Option<Rect>,
    today: Date,
    text: Option<Statement>,
}

impl Pen<'_> {
    fn document(
        &self,
        args: &SpecimenArgs,
        kind: DocumentKind,
        seed: u64,
        folder: &Path,
    ) -> anyhow::Result<Vec<PathBuf>> {
        if args.text.is_some() {
            return Err(WrongUsage("--text is for statements".to_owned()).into());
        }
        let request = Request {
            kind,
            seed,
            today: self.today,
            portrait: &self.portrait.pixels,
            face: self.face,
            contradictions: &args.contradict.clone().unwrap_or_default().0,
            degradations: &args.degrade.clone().unwrap_or_default().0,
        };
        let drawn = draw(self.fonts, &request).map_err(usage_or_failure)?;
        Ok(drawn.write(folder)?)
    }

    fn statement(
        &self,
        args: &SpecimenArgs,
        seed: u64,
        folder: &Path,
        ctx: &Context,
    ) -> anyhow::Result<Vec<PathBuf>> {
        if args.contradict.is_some() {
            return Err(WrongUsage("--contradict is for documents".to_owned()).into());
        }
        let statement = match &self.text {
            Some(statement) => statement.clone(),
            None => invent_statement(ctx.locale, seed, self.today)?,
        };
        let request = StatementRequest {
            statement: &statement,
            seed,
            portrait: &self.portrait.pixels,
            face: self.face,
            degradations: &args.degrade.clone().unwrap_or_default().0,
        };
        let drawn = draw_statement(self.fonts, &request).map_err(usage_or_failure)?;
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

/// Returns the largest face; where there is none, or no model to find it with, the middle is printed.
fn find_face(portrait: &Photo, ctx: &Context) -> anyhow::Result<Option<Rect>> {
    let engine = match engine::open_face(ctx) {
        Ok(engine) => engine,
        Err(error) if ctx.offline => {
            anstream::eprintln!("the middle of the portrait is printed: {error:#}");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let face = engine.examine(portrait)?.largest;
    if face.is_none() {
        anstream::eprintln!("no face found: the middle of the portrait is printed");
    }
    Ok(face.map(|face| face.region))
}

/// One document takes about a second: a bar from two on.
fn progress(count: u32) -> ProgressBar {
    if count == 1 {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(count.into())
    }
}

fn folder_of(args: &SpecimenArgs, index: u32) -> PathBuf {
    if args.count == 1 {
        args.out.clone()
    } else {
        args.out.join(format!("{:04}", index + 1))
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
}
