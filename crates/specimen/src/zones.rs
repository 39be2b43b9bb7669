//! A set for reading machine-readable zones: documents that lie tilted, in any format, under the faults of ordinary photographs.
//!
//! Each document is turned by up to fifteen degrees and seen at a slant. Independently of each other it may be out of focus, noisy, under a
//! burnt-out spot at any place (on the zone, too) and in a smaller picture; every one is a JPEG of quality 40 to 95.

use image::{Rgb, RgbImage};
use jiff::civil::Date;
use menshen_document::DocumentKind;

use crate::degrade::Degradation;
use crate::rng::Rng;
use crate::set::Planned;
use crate::{Fonts, Request, SpecimenError, draw};

/// Kinds that have a zone, one of each size.
const KINDS: [DocumentKind; 3] = [
    DocumentKind::Passport,
    DocumentKind::IdCardTd1,
    DocumentKind::IdCardTd2,
];

/// Largest tilt in degrees.
const TILT: f32 = 15.0;

/// Returns the documents of a reading set, one after the other. The same seed plans the same set.
pub fn plan_zones(count: u32, seed: u64) -> impl Iterator<Item = Planned> {
    (0..count).map(move |index| planned(index, seed))
}

/// The side of a document that has a zone.
#[derive(Clone, Debug)]
pub struct DrawnZone {
    /// Its photograph, a JPEG file.
    pub jpeg: Vec<u8>,
    /// What the zone says.
    pub lines: Vec<String>,
}

/// Draws a planned document with a plain patch in the portrait's place, which no zone touches. `None` where no side has a zone.
///
/// # Errors
/// As [`draw`].
pub fn draw_zone(
    fonts: &Fonts,
    planned: &Planned,
    today: Date,
) -> Result<Option<DrawnZone>, SpecimenError> {
    let patch = RgbImage::from_pixel(210, 270, Rgb([150, 140, 135]));
    let request = Request {
        kind: planned.kind,
        seed: planned.seed,
        today,
        portrait: &patch,
        face: None,
        contradictions: &planned.contradictions,
        degradations: &planned.degradations,
    };
    let specimen = draw(fonts, &request)?;
    let mut sides = specimen.sides.into_iter().zip(specimen.truth.sides);
    Ok(sides.find_map(|(side, truth)| {
        Some(DrawnZone {
            jpeg: side.jpeg,
            lines: truth.mrz?.lines,
        })
    }))
}

fn planned(index: u32, seed: u64) -> Planned {
    let own = seed.wrapping_mul(1_000_003).wrapping_add(u64::from(index));
    let mut rng = Rng::new(own, 0x2E4D);
    let mut list = vec![
        Degradation::Rotate(rng.between(-TILT, TILT)),
        Degradation::Perspective(rng.between(0.0, 0.2)),
    ];
    if rng.unit() < 0.3 {
        list.push(Degradation::Glare {
            strength: rng.between(0.02, 0.08),
            at: Some([rng.unit(), rng.unit()]),
        });
    }
    if rng.unit() < 0.6 {
        list.push(Degradation::Blur(rng.between(0.3, 1.8)));
    }
    if rng.unit() < 0.6 {
        list.push(Degradation::Noise(rng.between(2.0, 14.0)));
    }
    if rng.unit() < 0.5 {
        list.push(Degradation::Size(1_200 + rng.below(1_000)));
    }
    list.push(Degradation::Jpeg(40 + rng.below(56) as u8));
    Planned {
        kind: KINDS[index as usize % KINDS.len()],
        seed: own,
        degradations: list,
        contradictions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_plans_the_same_set_and_a_larger_one_begins_alike() {
        let small: Vec<_> = plan_zones(30, 7).collect();
        assert_eq!(small, plan_zones(300, 7).take(30).collect::<Vec<_>>());
        assert_ne!(small, plan_zones(30, 8).collect::<Vec<_>>());
    }

    #[test]
    fn every_list_stands_in_the_order_of_light_and_within_its_ranges() {
        for one in plan_zones(300, 1) {
            let stages: Vec<_> = one.degradations.iter().map(Degradation::stage).collect();
            assert!(stages.is_sorted(), "{stages:?}");
            let written: Vec<String> = (one.degradations.iter().map(Degradation::truth))
                .map(|step| format!("{}={}", step.name, step.value))
                .collect();
            let read = Degradation::parse_list(&written.join(",")).expect("its own words");
            assert_eq!(read, one.degradations);
        }
    }
}
