//! `menshen eval prc`: PRC cards that contradict themselves, the law or what was typed, and cards that do not, judged by the
//! thousand. The facts go through the door through which those of pictures go ([`decide_parts`]); nothing is drawn.

use clap::Args;
use jiff::civil::Date;
use menshen_core::evidence::{
    Evidence, FieldEvidence, PageEvidence, PageQuality, PortraitEvidence, Seen,
};
use menshen_core::geometry::{Point, Rect};
use menshen_core::policy::{Part, Parts};
use menshen_core::reason::{End, ReasonCode};
use menshen_core::{Claims, ModelCards, Policy, decide_parts};
use menshen_document::mrz::Sex;
use menshen_document::{DocumentKind, Field, Side};
use menshen_specimen::resident::{Fault, Resident, resident};
use serde::Serialize;

use super::EvalArgs;
use super::report::{Bar, Figure};
use super::stats::Rate;
use crate::context::{BOLD, Context};
use crate::progress;

/// Arguments of `menshen eval prc`.
#[derive(Debug, Args)]
pub struct PrcArgs {
    /// How many cards of each sort: contradictory ones, each fault in turn, and consistent ones
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,
    /// Chooses the cards
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What became of the cards with one fault.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Line {
    fault: &'static str,
    codes: Vec<&'static str>,
    cards: u64,
    /// Cards on which one of the codes came.
    named: u64,
    /// Cards that were not approved, whatever the code.
    flagged: u64,
}

#[derive(Debug, Serialize)]
struct Report {
    eval: &'static str,
    seed: u64,
    today: Date,
    policy: String,
    /// Contradictory cards that were not approved.
    flagged: Rate,
    /// Contradictory cards whose fault was named.
    named: Rate,
    /// Consistent cards on which any code came.
    consistent_flagged: Rate,
    faults: Vec<Line>,
    /// Seeds of the first cards that were judged wrongly.
    wrong: Vec<String>,
}

/// Judges both sorts and prints what became of them.
pub fn run(args: &EvalArgs, own: &PrcArgs, context: &Context) -> anyhow::Result<()> {
    let today = context.today(args.today);
    let bar = progress::bar(2 * u64::from(own.count), "cards");
    let report = measure(&Policy::default(), own, today, &|| bar.inc(1))?;
    bar.finish_and_clear();
    context.emit(&report, |out| {
        writeln!(
            out,
            "{BOLD}PRC cards{BOLD:#} (seed {}, {today}, policy {})",
            report.seed, report.policy
        )?;
        writeln!(out, "  contradictory: flagged  {}", report.flagged)?;
        writeln!(out, "  contradictory: named    {}", report.named)?;
        writeln!(
            out,
            "  consistent: flagged     {}",
            report.consistent_flagged
        )?;
        for line in &report.faults {
            writeln!(
                out,
                "  {:<22} {:>5} cards, {:>5} flagged, {:>5} named ({})",
                line.fault,
                line.cards,
                line.flagged,
                line.named,
                line.codes.join(" or ")
            )?;
        }
        report
            .wrong
            .iter()
            .try_for_each(|wrong| writeln!(out, "  judged wrongly: {wrong}"))
    })
}

/// Judges both sorts by the default policy and returns what row 19 of the promises asks for.
pub fn figures(count: u32, seed: u64, today: Date) -> anyhow::Result<Vec<Figure>> {
    let own = PrcArgs { count, seed };
    let report = measure(&Policy::default(), &own, today, &|| ())?;
    let figure = |id: &str, what: &str, rate, bar| Figure {
        id: format!("prc.{id}"),
        what: what.to_owned(),
        rate,
        bar: Some(bar),
        bundled: false,
    };
    Ok(vec![
        figure(
            "flagged",
            "contradictory cards flagged",
            report.flagged,
            Bar::AtLeast(1.0),
        ),
        figure(
            "named",
            "their fault named",
            report.named,
            Bar::AtLeast(1.0),
        ),
        figure(
            "false",
            "consistent cards flagged",
            report.consistent_flagged,
            Bar::AtMost(0.0),
        ),
    ])
}

fn measure(
    policy: &Policy,
    own: &PrcArgs,
    today: Date,
    judged: &dyn Fn(),
) -> anyhow::Result<Report> {
    /// Cards that are named one by one.
    const TOLD: usize = 20;
    let mut lines: Vec<Line> = Fault::ALL.iter().map(|fault| line(*fault)).collect();
    let mut wrong = Vec::new();
    let mut tell = |text: String| {
        if wrong.len() < TOLD {
            wrong.push(text);
        }
    };
    let mut false_flags = 0;
    for (index, at) in (0..own.count).zip((0..Fault::ALL.len()).cycle()) {
        let seed = own
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(u64::from(index));
        let good = codes(policy, &resident(seed, today, None)?, today);
        if !good.is_empty() {
            false_flags += 1;
            tell(format!("consistent, seed {seed}: {}", names(&good)));
        }
        judged();
        let (fault, line) = (Fault::ALL[at], &mut lines[at]);
        let given = codes(policy, &resident(seed, today, Some(fault))?, today);
        line.cards += 1;
        line.flagged += u64::from(!given.is_empty());
        let named = given.iter().any(|code| line.codes.contains(&code.as_str()));
        line.named += u64::from(named);
        if !named {
            tell(format!("{}, seed {seed}: {}", fault.name(), names(&given)));
        }
        judged();
    }
    let all = u64::from(own.count);
    let sum = |pick: fn(&Line) -> u64| lines.iter().map(pick).sum::<u64>();
    Ok(Report {
        eval: "prc",
        seed: own.seed,
        today,
        policy: policy.identity(),
        flagged: Rate::of(sum(|line| line.flagged), all),
        named: Rate::of(sum(|line| line.named), all),
        consistent_flagged: Rate::of(false_flags, all),
        faults: lines,
        wrong,
    })
}

fn line(fault: Fault) -> Line {
    Line {
        fault: fault.name(),
        codes: expected(fault).iter().map(|code| code.as_str()).collect(),
        ..Line::default()
    }
}

/// Returns the codes of which one names a fault.
fn expected(fault: Fault) -> &'static [ReasonCode] {
    match fault {
        Fault::Sex
        | Fault::ValidityForAge
        | Fault::RegionAbolished
        | Fault::Authority
        | Fault::Ethnicity
        | Fault::EndsBeforeItBegins
        | Fault::IssuedBeforeBirth
        | Fault::IssuedTooEarly => &[ReasonCode::DocDataInconsistent],
        Fault::Birth => &[ReasonCode::DocDataInconsistent, ReasonCode::DobMismatch],
        Fault::Expired => &[ReasonCode::DocExpired],
        Fault::NotYetValid => &[ReasonCode::DocNotYetValid],
        Fault::RegionUnknown | Fault::Checksum => &[ReasonCode::DocNumberChecksum],
        Fault::TypedNumber => &[ReasonCode::NumberMismatch],
        Fault::TypedSwap => &[ReasonCode::DocNumberChecksum],
    }
}

fn names(codes: &[ReasonCode]) -> String {
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    match names.len() {
        0 => "no code".to_owned(),
        _ => names.join(", "),
    }
}

/// Returns the codes that hold a card's holder up.
fn codes(policy: &Policy, card: &Resident, today: Date) -> Vec<ReasonCode> {
    let parts = Parts::from([Part::Data, Part::Document]);
    let cards = ModelCards::default();
    let decision = decide_parts(
        policy,
        &parts,
        &claims(card),
        &evidence(card),
        &cards,
        today,
    );
    let reasons = decision
        .reasons
        .iter()
        .filter(|reason| reason.end != End::Hint);
    reasons.map(|reason| reason.code).collect()
}

fn claims(card: &Resident) -> Claims {
    Claims {
        document: DocumentKind::PrcIdCard,
        country: "CHN".to_owned(),
        name: card.name.clone(),
        birth_date: card.birth,
        sex: Some(match card.sex {
            "M" => Sex::Male,
            _ => Sex::Female,
        }),
        nationality: Some("CHN".to_owned()),
        birth_country: None,
        number: card.typed_number.clone(),
        purpose: None,
        first: None,
    }
}

/// What a reader sees of the card on two good photographs.
fn evidence(card: &Resident) -> Evidence {
    let until = match card.valid_until {
        Some(until) => until.to_string(),
        None => "长期".to_owned(),
    };
    let front = [
        (Field::Name, card.name.clone()),
        (Field::Sex, card.sex.to_owned()),
        (Field::Ethnicity, card.ethnicity.clone()),
        (Field::BirthDate, card.birth.to_string()),
        (Field::Address, card.address.clone()),
        (Field::DocumentNumber, card.number.clone()),
    ];
    let back = [
        (Field::Authority, card.authority.clone()),
        (Field::ValidFrom, card.valid_from.to_string()),
        (Field::ValidUntil, until),
    ];
    Evidence {
        front: Some(page(Side::Front, front)),
        back: Some(page(Side::Back, back)),
        ..Evidence::default()
    }
}

/// A photograph without a fault: 1,000 pixels of page, sharp, evenly lit, all four corners in it.
fn page<const N: usize>(side: Side, fields: [(Field, String); N]) -> PageEvidence {
    let rect = |x, y, width, height| Rect {
        x,
        y,
        width,
        height,
    };
    let read = |(row, (field, value)): (usize, (Field, String))| {
        let evidence = FieldEvidence {
            value,
            confidence: 0.97,
            region: rect(300.0, 100.0 + 60.0 * row as f32, 400.0, 40.0),
            glare: 0.0,
            blur: Some(0.8),
        };
        (field, evidence)
    };
    let corners = [
        (100.0, 80.0),
        (1100.0, 80.0),
        (1100.0, 710.0),
        (100.0, 710.0),
    ];
    PageEvidence {
        size: [1600, 1200],
        quad: Some(corners.map(|(x, y)| Point { x, y })),
        corners_visible: [true; 4],
        seen: Some(Seen {
            kind: DocumentKind::PrcIdCard,
            side,
            confidence: 0.95,
        }),
        quality: PageQuality {
            blur: Some(0.7),
            brightness: 0.65,
            contrast: 0.6,
            shadow: 0.1,
            chroma: 0.12,
            text_height: Some(24.0),
            page_width: 1000.0,
            ..PageQuality::default()
        },
        fields: fields.into_iter().enumerate().map(read).collect(),
        portrait: (side == Side::Front).then(|| PortraitEvidence {
            region: rect(750.0, 200.0, 160.0, 200.0),
            eye_distance: 70.0,
            sharpness: 0.5,
        }),
        ..PageEvidence::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_contradictory_card_is_flagged_and_no_consistent_one() {
        let own = PrcArgs {
            count: 450,
            seed: 3,
        };
        let report = measure(&Policy::default(), &own, date(2026, 11, 28), &|| ());
        let report = report.expect("every card can be drawn");
        assert_eq!(report.wrong, Vec::<String>::new());
        assert_eq!((report.flagged.hits, report.named.hits), (450, 450));
        assert_eq!(
            (report.consistent_flagged.hits, report.consistent_flagged.n),
            (0, 450)
        );
        assert!(report.faults.iter().all(|line| line.cards == 30));
    }
}
