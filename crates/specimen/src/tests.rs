//! Whole drawings: the mark, the truth, the degradations.

use std::sync::LazyLock;

use image::{GrayImage, RgbImage};
use jiff::civil::{Date, date};
use menshen_core::geometry::{Point, Quad};
use menshen_document::{DocumentKind, Field};

use super::*;
use crate::cartoon;

static FONTS: LazyLock<Fonts> =
    LazyLock::new(|| Fonts::load(None).expect("the Debian font packages that the README installs"));

const TODAY: Date = date(2026, 11, 22);

const KINDS: [DocumentKind; 5] = [
    DocumentKind::PrcIdCard,
    DocumentKind::Passport,
    DocumentKind::IdCardTd1,
    DocumentKind::IdCardTd2,
    DocumentKind::DrivingLicence,
];

fn specimen(kind: DocumentKind, seed: u64, degrade: &str) -> Specimen {
    let portrait = cartoon::face();
    let degradations = Degradation::parse_list(degrade).expect("a good list");
    let request = Request {
        kind,
        seed,
        today: TODAY,
        portrait: &portrait,
        face: None,
        contradictions: &[],
        degradations: &degradations,
    };
    draw(&FONTS, &request).expect("a drawing")
}

/// A card as it is, drawn once.
static PLAIN: LazyLock<Specimen> = LazyLock::new(|| specimen(DocumentKind::PrcIdCard, 5, ""));

fn card(degrade: &str) -> Specimen {
    if degrade.is_empty() {
        PLAIN.clone()
    } else {
        specimen(DocumentKind::PrcIdCard, 5, degrade)
    }
}

fn pixels(specimen: &Specimen, side: usize) -> RgbImage {
    let jpeg = &specimen.sides[side].jpeg;
    image::load_from_memory(jpeg)
        .expect("our own JPEG")
        .into_rgb8()
}

/// Samples the page under the quad at a size of 500 x 320: bilinear in the corners, enough for the
/// small perspective of an undegraded picture.
fn flatten(picture: &RgbImage, quad: &Quad) -> RgbImage {
    RgbImage::from_fn(500, 320, |x, y| {
        let point = inside(quad, (x as f32 + 0.5) / 500.0, (y as f32 + 0.5) / 320.0);
        let (px, py) = (point.x.max(0.0) as u32, point.y.max(0.0) as u32);
        *picture.get_pixel(px.min(picture.width() - 1), py.min(picture.height() - 1))
    })
}

fn inside(quad: &Quad, u: f32, v: f32) -> Point {
    let mix = |a: Point, b: Point, t: f32| Point {
        x: a.x + (b.x - a.x) * t,
        y: a.y + (b.y - a.y) * t,
    };
    mix(mix(quad[0], quad[1], u), mix(quad[3], quad[2], u), v)
}

fn luma(pixel: &image::Rgb<u8>) -> f32 {
    let [r, g, b] = pixel.0.map(f32::from);
    0.299 * r + 0.587 * g + 0.114 * b
}

fn median_luma(picture: &RgbImage) -> f32 {
    let mut values: Vec<f32> = picture.pixels().map(luma).collect();
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

fn front_page(specimen: &Specimen) -> RgbImage {
    flatten(&pixels(specimen, 0), &specimen.truth.sides[0].quad)
}

/// Mean of red minus green over light paper, under the mark and beside it.
fn redness(page: &RgbImage, mark: &GrayImage) -> (f32, f32) {
    let mut sums = [(0.0, 0u32); 2];
    for (x, y, pixel) in page.enumerate_pixels() {
        let covered = mark
            .get_pixel(x * mark.width() / 500, y * mark.height() / 320)
            .0[0];
        let class = match covered {
            0 => 0,
            255 => 1,
            _ => continue,
        };
        if luma(pixel) > 120.0 {
            sums[class].0 += f32::from(pixel.0[0]) - f32::from(pixel.0[1]);
            sums[class].1 += 1;
        }
    }
    let [beside, under] = sums.map(|(sum, count)| sum / count.max(1) as f32);
    (under, beside)
}

#[test]
fn every_photograph_of_every_side_carries_the_mark_in_its_pixels() {
    for kind in KINDS {
        let specimen = specimen(kind, 3, "");
        for (index, side) in specimen.truth.sides.iter().enumerate() {
            let page = flatten(&pixels(&specimen, index), &side.quad);
            let height = (page::WIDTH as f32 * aspect(&side.quad)) as u32;
            let mark = mark::coverage(&FONTS, page::WIDTH, height);
            let (under, beside) = redness(&page, &mark);
            assert!(
                under > beside + 25.0,
                "{kind:?} {:?}: {under} {beside}",
                side.side
            );
        }
    }
}

fn aspect(quad: &Quad) -> f32 {
    let length = |a: Point, b: Point| (a.x - b.x).hypot(a.y - b.y);
    (length(quad[0], quad[3]) + length(quad[1], quad[2]))
        / (length(quad[0], quad[1]) + length(quad[3], quad[2]))
}

#[test]
fn the_mark_runs_across_the_page_through_the_portrait_edge_and_the_text() {
    for kind in KINDS {
        let portrait = cartoon::face();
        let facts = Facts::choose(kind, 3, TODAY, &[]).expect("facts");
        let zone = Zone::of(&facts, &[]).expect("a zone");
        let sources = Sources {
            fonts: &FONTS,
            facts: &facts,
            picture: &portrait,
            face: None,
            zone,
        };
        let pages = layout::draw(&sources).expect("pages");
        let (_, page) = &pages[0];
        let (width, height) = page.pixels.dimensions();
        let mark = mark::coverage(&FONTS, width, height);
        let columns = |x: u32| (0..height).any(|y| mark.get_pixel(x, y).0[0] > 200);
        assert!(
            (0..width / 5).any(columns) && (width * 4 / 5..width).any(columns),
            "{kind:?}"
        );
        let part = mark.iter().filter(|v| **v > 200).count() as f32 / (width * height) as f32;
        assert!((0.05..0.2).contains(&part), "{kind:?} {part}");
        let touched = page
            .fields
            .values()
            .filter(|field| covered(&mark, field.region) > 0.0);
        assert!(touched.count() >= 1, "{kind:?}: the mark meets no field");
        let portrait = page.portrait.expect("a portrait");
        assert!((0.01..0.3).contains(&covered(&mark, portrait)), "{kind:?}");
    }
}

/// Part of a rectangle that the mark covers.
fn covered(mark: &GrayImage, area: Rect) -> f32 {
    let (w, h) = (area.width as u32, area.height as u32);
    let part = image::imageops::crop_imm(mark, area.x as u32, area.y as u32, w, h).to_image();
    part.iter().filter(|v| **v > 200).count() as f32 / (w * h).max(1) as f32
}

#[test]
fn the_same_seed_draws_the_same_bytes_and_another_seed_another_person() {
    let (first, again, other) = (
        specimen(DocumentKind::Passport, 4, "size=600"),
        specimen(DocumentKind::Passport, 4, "size=600"),
        specimen(DocumentKind::Passport, 5, "size=600"),
    );
    assert_eq!(first.sides[0].jpeg, again.sides[0].jpeg);
    assert_eq!(first.truth, again.truth);
    assert_ne!(first.truth.claims.number, other.truth.claims.number);
}

/// Part of a quad's pixels darker than 110.
fn dark_part(picture: &RgbImage, quad: &Quad) -> f32 {
    let points = (0..40).flat_map(|i| (0..40).map(move |j| (i as f32 / 39.0, j as f32 / 39.0)));
    let dark = points.filter(|(u, v)| {
        let point = inside(quad, *u, *v);
        let pixel = picture.get_pixel_checked(point.x as u32, point.y as u32);
        pixel.is_some_and(|pixel| luma(pixel) < 110.0)
    });
    dark.count() as f32 / 1600.0
}

#[test]
fn the_boxes_of_fields_follow_every_geometry() {
    for degrade in [
        "",
        "rotate=35",
        "rotate=90",
        "rotate=180,perspective=0.5",
        "size=1200",
    ] {
        let specimen = card(degrade);
        for (index, side) in specimen.truth.sides.iter().enumerate() {
            let picture = pixels(&specimen, index);
            assert_eq!([picture.width(), picture.height()], side.size);
            for (field, truth) in &side.fields {
                let dark = dark_part(&picture, &truth.placed.quad);
                assert!(dark > 0.06, "{degrade} {field:?}: only {dark} is ink");
            }
            // Just within the middle of each edge lies paper, just outside the dark desk.
            let page = |u, v| {
                let point = inside(&side.quad, u, v);
                luma(picture.get_pixel(point.x as u32, point.y as u32))
            };
            for (u, v) in [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)] {
                let step = |by: f32| page(0.5 + (u - 0.5) * by, 0.5 + (v - 0.5) * by);
                assert!(step(0.985) > step(1.015) + 60.0, "{degrade} edge {u} {v}");
            }
        }
    }
}

#[test]
fn every_kind_prints_what_its_claims_say() {
    for kind in KINDS {
        let truth = specimen(kind, 9, "size=300").truth;
        let value = |field| {
            truth
                .sides
                .iter()
                .find_map(|side| side.fields.get(&field))
                .map(|f| f.value.clone())
        };
        assert_eq!(
            value(Field::DocumentNumber),
            Some(truth.claims.number.clone()),
            "{kind:?}"
        );
        let born = value(Field::BirthDate);
        assert_eq!(born, Some(truth.claims.birth_date.to_string()), "{kind:?}");
        let name = value(Field::Name).unwrap_or_else(|| {
            let part = |field| value(field).expect("a name has two parts");
            format!("{} {}", part(Field::GivenNames), part(Field::Surname))
        });
        assert_eq!(name, truth.claims.name.to_uppercase(), "{kind:?}");
    }
}

#[test]
fn all_names_and_places_have_letters_in_the_fonts() {
    use crate::people::*;
    let han = [
        &HAN_SURNAMES[..],
        &HAN_MALE,
        &HAN_FEMALE,
        &STREETS,
        &ETHNICITIES,
    ]
    .concat();
    assert!(han.iter().all(|text| FONTS.han.covers(text)));
    assert!(
        REGIONS
            .iter()
            .all(|(_, area, office)| FONTS.han.covers(area) && FONTS.han.covers(office))
    );
    let latin = [&LATIN_SURNAMES[..], &LATIN_MALE, &LATIN_FEMALE, &TOWNS].concat();
    assert!(
        latin
            .iter()
            .all(|text| FONTS.latin_bold.covers(&text.to_uppercase()))
    );
    assert!(FONTS.ocr_b.covers("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"));
    assert!(FONTS.han_bold.covers(mark::TEXT) && FONTS.han.covers(mark::SMALL_PRINT));
}

#[test]
fn dark_leaves_the_named_part_of_the_brightness() {
    let (plain, dark) = (
        median_luma(&front_page(&card(""))),
        median_luma(&front_page(&card("dark=0.4"))),
    );
    assert!((dark / plain - 0.4).abs() < 0.01, "{plain} {dark}");
}

#[test]
fn shadow_takes_the_named_part_of_the_light() {
    let (plain, shadow) = (front_page(&card("")), front_page(&card("shadow=0.5")));
    let ratio = |x: u32, y: u32| luma(shadow.get_pixel(x, y)) / luma(plain.get_pixel(x, y));
    // The band's middle runs through 0.62 of the width at half height; the left edge is free.
    assert!((ratio(310, 160) - 0.5).abs() < 0.06, "{}", ratio(310, 160));
    assert!((ratio(12, 160) - 1.0).abs() < 0.06, "{}", ratio(12, 160));
}

#[test]
fn glare_burns_out_the_named_width_at_the_named_place() {
    let page = front_page(&card("glare=0.3@0.5:0.5"));
    let burnt = (0..500)
        .filter(|x| luma(page.get_pixel(*x, 160)) > 250.0)
        .count() as f32
        / 500.0;
    // The core is 0.3 wide; light paper burns out some way into the soft edge, too.
    assert!((0.3..0.5).contains(&burnt), "{burnt}");
    assert!(luma(page.get_pixel(20, 300)) < 250.0);
}

#[test]
fn blur_has_the_named_sigma_at_the_edge_of_the_page() {
    for sigma in [2.0_f32, 4.0] {
        let specimen = card(&format!("blur={sigma},rotate=0"));
        let picture = pixels(&specimen, 0);
        let quad = &specimen.truth.sides[0].quad;
        // Across the left edge in steps of one page pixel; the rise from 16 to 84 % is two sigma wide.
        let profile: Vec<f32> = (-40..40)
            .map(|step| inside(quad, step as f32 / 1000.0, 0.3))
            .map(|p| average(&picture, p))
            .collect();
        let (low, high) = (profile[20], profile[70]);
        let at = |level: f32| {
            profile
                .iter()
                .position(|v| *v > low + (high - low) * level)
                .expect("the edge rises")
        };
        let measured = (at(0.84) - at(0.16)) as f32 / 2.0;
        assert!(
            (measured - sigma).abs() <= 1.0,
            "asked {sigma}, measured {measured}"
        );
    }
}

fn average(picture: &RgbImage, at: Point) -> f32 {
    (-3..=3)
        .map(|d| luma(picture.get_pixel(at.x as u32, (at.y + d as f32) as u32)))
        .sum::<f32>()
        / 7.0
}

#[test]
fn grey_takes_the_colour_of_the_page_and_not_of_the_desk() {
    let page = front_page(&card("grey"));
    let chroma =
        |p: &image::Rgb<u8>| p.0.iter().max().expect("three") - p.0.iter().min().expect("three");
    let mean = page.pixels().map(|p| f32::from(chroma(p))).sum::<f32>() / 160_000.0;
    assert!(mean < 5.0, "{mean}");
}

#[test]
fn a_finger_hides_the_lower_edge_and_part_of_the_number() {
    let (plain, finger) = (front_page(&card("")), front_page(&card("finger=0.3")));
    let changed =
        |x: u32, y: u32| (luma(plain.get_pixel(x, y)) - luma(finger.get_pixel(x, y))).abs() > 25.0;
    let part = (0..500)
        .flat_map(|x| (0..320).map(move |y| (x, y)))
        .filter(|(x, y)| changed(*x, *y))
        .count();
    let part = part as f32 / 160_000.0;
    assert!((0.02..0.1).contains(&part), "{part}");
    assert!(changed(312, 312));
}

#[test]
fn jpeg_and_size_make_the_file_smaller_and_noise_and_moire_make_it_larger() {
    let length = |degrade: &str| card(degrade).sides[0].jpeg.len();
    let plain = length("");
    assert!(length("jpeg=40") < plain / 2);
    assert!(length("size=800") < plain / 2);
    assert!(length("noise=12") > plain);
    assert!(length("moire=0.6") > plain);
}

#[test]
fn a_halftone_copy_breaks_tones_into_dots() {
    let (plain, print) = (front_page(&card("")), front_page(&card("print=1")));
    let difference = plain
        .pixels()
        .zip(print.pixels())
        .map(|(a, b)| (luma(a) - luma(b)).abs())
        .sum::<f32>()
        / 160_000.0;
    assert!(difference > 8.0, "{difference}");
}

#[test]
fn motion_and_haze_soften_the_text() {
    let contrast = |degrade: &str| {
        let page = front_page(&card(degrade));
        let mut values: Vec<f32> = page.pixels().map(luma).collect();
        values.sort_by(f32::total_cmp);
        values[values.len() * 95 / 100] - values[values.len() / 100]
    };
    let plain = contrast("");
    assert!((contrast("haze=0.5") / plain - 0.5).abs() < 0.06);
    assert!(contrast("motion=25") < plain - 5.0);
}

#[test]
fn the_files_are_written_and_the_claims_stand_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let specimen = specimen(DocumentKind::IdCardTd1, 2, "size=400");
    let files = specimen
        .write(&folder.path().join("new/deep"))
        .expect("written");
    let names: Vec<_> = files
        .iter()
        .filter_map(|f| f.file_name()?.to_str())
        .collect();
    assert_eq!(
        names,
        ["front.jpg", "back.jpg", "truth.json", "claims.json"]
    );
    let read = |index: usize| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(&files[index]).expect("a file")).expect("JSON")
    };
    let (truth, claims) = (read(2), read(3));
    assert_eq!(truth["claims"], claims);
    assert_eq!(claims["document"], "id_card_td1");
    assert_eq!(
        truth["sides"][1]["mrz"]["lines"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(truth["sides"][0]["degradations"][0]["name"], "size");
}

#[test]
fn a_side_taken_twice_is_another_photograph_of_the_same_side() {
    let portrait = cartoon::face();
    let request = Request {
        kind: DocumentKind::PrcIdCard,
        seed: 5,
        today: TODAY,
        portrait: &portrait,
        face: None,
        contradictions: &[Contradiction::FrontTwice],
        degradations: &[],
    };
    let drawn = draw(&FONTS, &request).expect("a drawing");
    let files: Vec<_> = drawn
        .sides
        .iter()
        .map(|side| (side.side, side.file))
        .collect();
    assert_eq!(
        files,
        [(Side::Front, "front.jpg"), (Side::Front, "back.jpg")]
    );
    let said = |side: usize| drawn.truth.sides[side].fields[&Field::Name].value.clone();
    assert_eq!(said(0), said(1));
    assert_eq!(drawn.sides[0].jpeg, PLAIN.sides[0].jpeg);
    assert_ne!(drawn.sides[0].jpeg, drawn.sides[1].jpeg);
}

#[test]
fn an_edited_portrait_is_another_one_and_nothing_else_is() {
    // The cartoon is its own mirror image: a dark patch on one cheek tells them apart.
    let mut portrait = cartoon::face();
    let (width, height) = portrait.dimensions();
    for (x, y) in (width / 4..width / 2).flat_map(|x| (height / 4..height / 2).map(move |y| (x, y)))
    {
        portrait.put_pixel(x, y, image::Rgb([20; 3]));
    }
    let drawn = |degradations: &str| {
        let request = Request {
            kind: DocumentKind::PrcIdCard,
            seed: 5,
            today: TODAY,
            portrait: &portrait,
            face: None,
            contradictions: &[],
            degradations: &Degradation::parse_list(degradations).expect("a good list"),
        };
        draw(&FONTS, &request).expect("a drawing")
    };
    let (unedited, edited) = (drawn(""), drawn("edit-portrait=60"));
    let steps = |side: usize| edited.truth.sides[side].degradations.len();
    assert_eq!((steps(0), steps(1)), (1, 0), "the back has no portrait");
    let (plain, pixels) = (pixels(&unedited, 0), pixels(&edited, 0));
    let area = unedited.truth.sides[0].portrait.expect("a portrait").region;
    let inside = |x: u32, y: u32, margin: f32| {
        let (x, y) = (x as f32, y as f32);
        x > area.x - margin
            && y > area.y - margin
            && x < area.x + area.width + margin
            && y < area.y + area.height + margin
    };
    let (mut in_it, mut around) = ((0.0, 0.0), (0.0, 0.0));
    for (x, y, pixel) in pixels.enumerate_pixels() {
        let apart = (luma(pixel) - luma(plain.get_pixel(x, y))).abs();
        let sum = match (inside(x, y, 0.0), inside(x, y, 16.0)) {
            (true, _) => &mut in_it,
            (false, false) => &mut around,
            (false, true) => continue,
        };
        *sum = (sum.0 + apart, sum.1 + 1.0);
    }
    let mean = |(total, n): (f32, f32)| total / n;
    assert!(mean(in_it) > 6.0, "{}", mean(in_it));
    assert!(mean(around) < 2.5, "{}", mean(around));
}

#[test]
fn an_edited_field_says_what_another_document_says() {
    let edited = card("edit-field=75");
    let number = |specimen: &Specimen| {
        let field = &specimen.truth.sides[0].fields[&Field::DocumentNumber];
        field.value.clone()
    };
    assert_ne!(number(&edited), number(&PLAIN));
    assert_eq!(
        edited.truth.claims, PLAIN.truth.claims,
        "the holder types the truth"
    );
    let other_end = |specimen: &Specimen| {
        let field = &specimen.truth.sides[1].fields[&Field::ValidUntil];
        field.value.clone()
    };
    assert_ne!(
        other_end(&edited),
        other_end(&PLAIN),
        "the back has no number"
    );
}

#[test]
fn a_scan_lies_straight_on_a_white_bed() {
    let scan = card("scan=0.6");
    let picture = pixels(&scan, 0);
    let corner = luma(picture.get_pixel(20, 20));
    assert!(corner > 225.0, "{corner}");
    let [a, b, ..] = scan.truth.sides[0].quad;
    let lean = ((b.y - a.y) / (b.x - a.x)).atan().to_degrees();
    assert!(lean.abs() < 0.7, "{lean}");
}
