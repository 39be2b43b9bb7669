//! `menshen eval documents`: kind, outline, fields and zone of drawn specimens, by degradation.

use std::collections::BTreeMap;

use menshen_core::evidence::PageEvidence;
use menshen_core::geometry::Quad;
use serde::Serialize;

use super::EvalArgs;
use super::stats::Rate;
use super::truth::{self, SideTruth, Specimen};
use crate::context::{BOLD, Context};
use crate::engine;
use crate::input;
use crate::progress;

/// A corner this far off, as a part of the page's width, is wrong: fields would be read beside their place.
const CORNER_TOLERANCE: f32 = 0.02;

#[derive(Debug, Default)]
struct Counts {
    pages: u64,
    kinds: u64,
    quads: u64,
    fields: u64,
    fields_right: u64,
    zones: u64,
    zones_right: u64,
}

#[derive(Debug, Serialize)]
struct Row {
    eval: &'static str,
    dataset: String,
    degradation: String,
    kind_and_side: Rate,
    outline: Rate,
    fields: Rate,
    mrz: Rate,
}

/// Prints one row for each degradation.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let specimens = truth::load(&args.data)?;
    let engine = engine::open(context)?;
    let bar = progress::bar(specimens.len() as u64, "specimens");
    let mut counts = BTreeMap::<String, Counts>::new();
    for specimen in &specimens {
        for side in &specimen.sides {
            let counts = counts.entry(side.label()).or_default();
            let page = match input::read_original(&specimen.folder.join(&side.file)) {
                Ok(photo) => engine.page(&photo)?.evidence,
                Err(_) => PageEvidence::default(),
            };
            counts.add(specimen, side, &page);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    for (degradation, counts) in counts {
        let row = counts.row(args, degradation);
        context.emit(&row, |out| {
            writeln!(out, "{BOLD}{}{BOLD:#}", row.degradation)?;
            writeln!(out, "  kind and side {}", row.kind_and_side)?;
            writeln!(out, "  outline       {}", row.outline)?;
            writeln!(out, "  fields exact  {}", row.fields)?;
            writeln!(out, "  MRZ exact     {}", row.mrz)
        })?;
    }
    Ok(())
}

impl Counts {
    fn add(&mut self, specimen: &Specimen, truth: &SideTruth, page: &PageEvidence) {
        self.pages += 1;
        let seen = page
            .seen
            .is_some_and(|s| s.kind == specimen.kind && s.side == truth.side);
        self.kinds += u64::from(seen);
        self.quads += u64::from(page.quad.is_some_and(|quad| close(&quad, &truth.quad)));
        for (field, value) in &truth.fields {
            self.fields += 1;
            let read = page.fields.get(field).map(|field| field.value.as_str());
            self.fields_right += u64::from(read == Some(value.value.as_str()));
        }
        if let Some(zone) = &truth.mrz {
            self.zones += 1;
            let read = page.mrz.as_ref().map(|mrz| &mrz.lines);
            self.zones_right += u64::from(read == Some(&zone.lines));
        }
    }

    fn row(&self, args: &EvalArgs, degradation: String) -> Row {
        Row {
            eval: "documents",
            dataset: args.dataset_name(),
            degradation,
            kind_and_side: Rate::of(self.kinds, self.pages),
            outline: Rate::of(self.quads, self.pages),
            fields: Rate::of(self.fields_right, self.fields),
            mrz: Rate::of(self.zones_right, self.zones),
        }
    }
}

fn close(found: &Quad, truth: &Quad) -> bool {
    let width = (truth[1].x - truth[0].x).hypot(truth[1].y - truth[0].y);
    found
        .iter()
        .zip(truth)
        .all(|(a, b)| (a.x - b.x).hypot(a.y - b.y) <= CORNER_TOLERANCE * width)
}
