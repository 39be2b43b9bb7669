//! `menshen document`: photos of documents.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use menshen_core::evidence::{FieldEvidence, PageEvidence, PageQuality, PortraitEvidence};
use menshen_core::geometry::Quad;
use menshen_core::{Policy, judge_page};
use menshen_document::{DocumentKind, Field, Side};
use menshen_engine::Engine;
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, InputError};
use crate::mrz::MrzOut;
use crate::reasons::{self, ReasonOut, write_reasons};

/// Arguments of `menshen document`.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// Photos of documents, one side each
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// Day to judge dates by
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

#[derive(Debug, Default, Serialize)]
struct Line<'a> {
    file: &'a str,
    kind: Option<DocumentKind>,
    side: Option<Side>,
    country: Option<String>,
    size: [u32; 2],
    quad: Option<Quad>,
    corners_visible: [bool; 4],
    quality: Option<PageQuality>,
    fields: BTreeMap<Field, FieldEvidence>,
    mrz: Option<MrzOut>,
    portrait: Option<PortraitEvidence>,
    reasons: Vec<ReasonOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<InputError>,
}

/// Measures each photo.
pub fn run(args: &DocumentArgs, context: &Context) -> anyhow::Result<()> {
    let engine = engine::open(context)?;
    let today = context.today(args.today);
    args.images.iter().try_for_each(|path| {
        let file = path.to_string_lossy();
        let line = measure(&engine, path, &file, today)?;
        context.emit(&line, |out| print(out, &line, context))
    })
}

fn measure<'a>(
    engine: &Engine,
    path: &Path,
    file: &'a str,
    today: Date,
) -> anyhow::Result<Line<'a>> {
    let photo = match input::read_original(path) {
        Ok(photo) => photo,
        Err(error) => {
            return Ok(Line {
                file,
                error: Some(error),
                ..Line::default()
            });
        }
    };
    let page = engine.page(&photo)?.evidence;
    let reasons = reasons::with_texts(judge_page(&Policy::default(), &page, None, today));
    Ok(Line::of(page, file, reasons, today))
}

impl<'a> Line<'a> {
    fn of(page: PageEvidence, file: &'a str, reasons: Vec<ReasonOut>, today: Date) -> Self {
        let mrz = page.mrz.as_ref().and_then(|read| {
            let reading = menshen_document::mrz::parse(&read.lines).ok()?;
            Some(MrzOut::new(&reading, read.certain, today))
        });
        let kind = page.seen.map(|seen| seen.kind);
        let country = match kind {
            Some(DocumentKind::PrcIdCard) => Some("CHN".to_owned()),
            _ => mrz
                .as_ref()
                .map(|zone| zone.fields.issuing_state.clone())
                .or_else(|| {
                    page.fields
                        .get(&Field::IssuingState)
                        .map(|f| f.value.clone())
                }),
        };
        Self {
            file,
            kind,
            side: page.seen.map(|seen| seen.side),
            country,
            size: page.size,
            quad: page.quad,
            corners_visible: page.corners_visible,
            quality: Some(page.quality),
            fields: page.fields,
            mrz,
            portrait: page.portrait,
            reasons,
            error: None,
        }
    }
}

fn print(out: &mut dyn Write, line: &Line<'_>, context: &Context) -> std::io::Result<()> {
    let catalogue = context.catalogue();
    let kind = line
        .kind
        .map_or("-".to_owned(), |kind| catalogue.kind(kind));
    let side = line
        .side
        .map_or("-".to_owned(), |side| catalogue.side(side));
    writeln!(out, "{BOLD}{}{BOLD:#}", line.file)?;
    if let Some(error) = &line.error {
        return writeln!(out, "  {BAD}{}{BAD:#} {}", error.code, error.message);
    }
    writeln!(
        out,
        "  {kind}, {side}, {}",
        line.country.as_deref().unwrap_or("-")
    )?;
    if let Some(quality) = &line.quality {
        let blur = quality
            .blur
            .map_or("-".to_owned(), |blur| format!("{blur:.1} px"));
        writeln!(
            out,
            "  {DIM}blur {blur}, glare {:.3}, brightness {:.2}, shadow {:.2}, covered {:.3}, moiré {:.2}, page {:.0} px wide{DIM:#}",
            quality.glare,
            quality.brightness,
            quality.shadow,
            quality.covered,
            quality.moire,
            quality.page_width
        )?;
    }
    for (field, read) in &line.fields {
        let name = catalogue.field(*field);
        writeln!(
            out,
            "  {name}: {} {DIM}{:.2}{DIM:#}",
            read.value, read.confidence
        )?;
    }
    for text in line.mrz.iter().flat_map(|zone| &zone.lines) {
        writeln!(out, "  {text}")?;
    }
    write_reasons(out, &line.reasons, context.locale)
}
