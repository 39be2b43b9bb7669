//! `menshen specimen`: fictitious, marked documents with truth beside them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use image::{ImageReader, Limits, RgbImage};
use jiff::civil::Date;
use menshen_core::geometry::Rect;
use menshen_document::DocumentKind;
use menshen_specimen::{Contradiction, Degradation, Fonts, Request, draw};
use serde::Serialize;

use crate::context::Context;

/// Draw fictitious documents, marked SPECIMEN, with truth beside them.
///
/// Writes front.jpg (and back.jpg), truth.json and claims.json. The same seed and day draw the same
/// document. Fonts come from the Debian packages fonts-noto-cjk, fonts-ocr-b and fonts-dejavu-core,
/// or from the folder in MENSHEN_FONTS.
#[derive(Args, Debug)]
#[command(
    after_help = "EXAMPLES:\n  menshen specimen prc-id --portrait me.jpg --out card\n  \
    menshen specimen passport --portrait me.jpg --out worn --degrade blur=2,glare=0.3,jpeg=50\n  \
    menshen specimen passport --portrait me.jpg --out wrong --contradict mrz-name,expires-in=20\n  \
    menshen specimen id-card --portrait me.jpg --out many --count 20"
)]
pub struct SpecimenArgs {
    /// What to draw.
    #[arg(value_enum)]
    pub kind: KindArg,
    /// Picture that becomes the portrait (JPEG, PNG or WebP).
    #[arg(long, value_name = "IMG")]
    pub portrait: PathBuf,
    /// The face's box in the portrait, in pixels; without it the picture's middle is printed.
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
    #[arg(
        long,
        value_name = "LIST",
        default_value = "",
        hide_default_value = true
    )]
    pub degrade: String,
    /// Contradictions: number-sex, number-birth, number-checksum, mrz-name, mrz-number, mrz-birth,
    /// mrz-checksum, expired, expires-in=DAYS, under-age.
    #[arg(
        long,
        value_name = "LIST",
        default_value = "",
        hide_default_value = true
    )]
    pub contradict: String,
}

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
}

impl From<KindArg> for DocumentKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::PrcId => Self::PrcIdCard,
            KindArg::Passport => Self::Passport,
            KindArg::IdCard => Self::IdCardTd1,
            KindArg::IdCardTd2 => Self::IdCardTd2,
            KindArg::DrivingLicence => Self::DrivingLicence,
        }
    }
}

/// One line of `--json`.
#[derive(Serialize)]
struct Written<'a> {
    kind: DocumentKind,
    seed: u64,
    files: &'a [PathBuf],
}

/// Draws what was asked for.
///
/// # Errors
/// Wrong lists, an unreadable portrait, missing fonts, and folders that cannot be written.
pub fn run(args: &SpecimenArgs, ctx: &Context) -> anyhow::Result<()> {
    let degradations = Degradation::parse_list(&args.degrade)?;
    let contradictions = Contradiction::parse_list(&args.contradict)?;
    let portrait = read_portrait(&args.portrait)?;
    let fonts = Fonts::load(ctx.fonts_dir.as_deref())?;
    let today = ctx.today(args.today);
    for index in 0..args.count {
        let seed = args.seed.wrapping_add(u64::from(index));
        let request = Request {
            kind: args.kind.into(),
            seed,
            today,
            portrait: &portrait,
            face: args.face,
            contradictions: &contradictions,
            degradations: &degradations,
        };
        let files = draw(&fonts, &request)?.write(&folder_of(args, index))?;
        report(
            &Written {
                kind: request.kind,
                seed,
                files: &files,
            },
            ctx,
        )?;
    }
    Ok(())
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

/// Reads the portrait behind the limits of a photograph: 64 megabytes of pixels.
fn read_portrait(path: &Path) -> anyhow::Result<RgbImage> {
    const SIDE: u32 = 12_000;
    const BYTES: u64 = 256 << 20;
    let what = || format!("read portrait {}", path.display());
    let mut reader = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .with_context(what)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(BYTES);
    reader.limits(limits);
    Ok(reader.decode().with_context(what)?.into_rgb8())
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
