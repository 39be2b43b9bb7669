mod drawn;

use image::{Rgb, RgbImage};
use menshen_core::evidence::PageQuality;
use menshen_core::geometry::{Point, Quad, Rect};

use super::{PageRect, Survey, find_page, portrait_crop, quality, rectify, rectify_at};
use drawn::{Ground, card, photograph, placed};

const SIZE: [u32; 2] = [1200, 900];

fn away(a: &Quad, b: &Quad) -> f32 {
    let pairs = || a.iter().zip(b);
    pairs()
        .map(|(a, b)| (a.x - b.x).hypot(a.y - b.y))
        .fold(0.0, f32::max)
}

/// Largest corner error when the card may also be read upside down.
fn error(found: &Quad, truth: &Quad) -> f32 {
    let turned = std::array::from_fn(|i| truth[(i + 2) % 4]);
    away(found, truth).min(away(found, &turned))
}

#[test]
fn a_card_is_found_on_every_ground_turned_and_tilted() {
    let card = card();
    for (ground, degrees, tilt) in [
        (Ground::Dark, 0.0, 0.0),
        (Ground::Dark, 15.0, 0.12),
        (Ground::White, -7.0, 0.1),
        (Ground::Wood, 4.0, 0.08),
        (Ground::Wood, 88.0, 0.05),
        (Ground::Checks, -12.0, 0.1),
    ] {
        let quad = placed(SIZE, 800.0, degrees, tilt);
        let photo = photograph(&card, &quad, ground, SIZE);
        let found = find_page(&photo).expect("there is a card");
        let error = error(&found.quad, &quad);
        assert!(error < 3.0, "{ground:?} {degrees} {tilt}: {error} px");
        assert_eq!(found.corners_visible, [true; 4], "{ground:?} {degrees}");
        assert!(found.confidence > 0.3);
    }
}

#[test]
fn a_corner_outside_the_picture_is_found_but_not_visible() {
    let mut quad = placed(SIZE, 900.0, -10.0, 0.05);
    let shift = quad[0].x + 40.0;
    quad.iter_mut().for_each(|p| p.x -= shift);
    let found = find_page(&photograph(&card(), &quad, Ground::Dark, SIZE)).expect("a card");
    assert!(error(&found.quad, &quad) < 4.0);
    assert_eq!(
        found.corners_visible.iter().filter(|seen| !**seen).count(),
        1
    );
}

#[test]
fn a_card_whose_edge_is_cut_off_has_two_corners_left() {
    let mut quad = placed(SIZE, 900.0, 0.5, 0.03);
    quad.iter_mut().for_each(|p| p.x -= 260.0);
    let found = find_page(&photograph(&card(), &quad, Ground::Dark, SIZE)).expect("a card");
    assert_eq!(
        found.corners_visible.iter().filter(|seen| !**seen).count(),
        2,
        "{found:?}"
    );
}

#[test]
fn a_picture_cropped_along_the_card_is_the_card() {
    let small = image::imageops::thumbnail(&card(), 1000, 631);
    let found = find_page(&small).expect("a card");
    let at = |x, y| Point { x, y };
    let frame = [
        at(0.0, 0.0),
        at(999.0, 0.0),
        at(999.0, 630.0),
        at(0.0, 630.0),
    ];
    assert!(error(&found.quad, &frame) < 12.0, "{:?}", found.quad);
    assert_eq!(found.corners_visible, [true; 4]);
}

#[test]
fn an_even_or_tiny_picture_has_no_page() {
    assert_eq!(
        find_page(&RgbImage::from_pixel(800, 600, Rgb([90, 90, 90]))),
        None
    );
    assert_eq!(find_page(&RgbImage::new(1, 1)), None);
    assert_eq!(find_page(&RgbImage::new(3000, 20)), None);
}

#[test]
fn page_and_image_rectangles_map_onto_each_other_however_the_page_is_turned() {
    let quad = placed(SIZE, 800.0, 12.0, 0.1);
    let photo = photograph(&card(), &quad, Ground::Dark, SIZE);
    let page = rectify(&photo, &quad).expect("a quad");
    assert_eq!(page.pixels.dimensions(), (1000, 631));
    let rect = PageRect {
        x: 100.0,
        y: 200.0,
        width: 50.0,
        height: 30.0,
    };
    let there = page.to_image_rect(rect);
    let back = page.to_page_rect(there).expect("no horizon here");
    assert!(
        back.x <= 100.5 && back.x + back.width >= 149.5 && back.width < 80.0,
        "{back:?}"
    );
    let whole = page.to_image_rect(PageRect {
        x: 0.0,
        y: 0.0,
        width: 1000.0,
        height: page.height(),
    });
    for turns in 0..4 {
        let turned = page.rotated(turns);
        let same = turned.to_image_rect(PageRect {
            x: 0.0,
            y: 0.0,
            width: 1000.0,
            height: turned.height(),
        });
        assert!((same.x - whole.x).abs() < 1.0 && (same.width - whole.width).abs() < 2.0);
    }
    // A mark at the upper left comes to the upper right after one quarter turn clockwise.
    let turned = page.rotated(1);
    let corner = turned.to_image.map(Point { x: 1000.0, y: 0.0 });
    assert!((corner.x - quad[0].x).hypot(corner.y - quad[0].y) < 1.0);
}

#[test]
fn a_portrait_is_cut_with_its_margin_and_inside_the_picture() {
    let photo = RgbImage::new(300, 200);
    let face = |x, y| Rect {
        x,
        y,
        width: 40.0,
        height: 60.0,
    };
    let cut = portrait_crop(&photo, face(100.0, 80.0), 0.5).expect("inside");
    assert_eq!(cut.dimensions(), (80, 120));
    let cut = portrait_crop(&photo, face(-20.0, -30.0), 0.0).expect("half inside");
    assert_eq!(cut.dimensions(), (20, 30));
    assert!(portrait_crop(&photo, face(400.0, 80.0), 0.1).is_none());
}

fn plain() -> (RgbImage, Quad) {
    let quad = placed(SIZE, 1000.0, 3.0, 0.05);
    (photograph(&card(), &quad, Ground::Dark, SIZE), quad)
}

fn measure(photo: &RgbImage, quad: &Quad) -> PageQuality {
    quality(&rectify(photo, quad).expect("a quad"), photo)
}

/// Asserts that all measures but the named ones are those of the plain picture.
fn others_stay(plain: &PageQuality, now: &PageQuality, but: &[&str]) {
    let pairs = [
        (
            "blur",
            plain.blur.unwrap_or(9.0),
            now.blur.unwrap_or(9.0),
            0.35,
        ),
        ("glare", plain.glare, now.glare, 0.01),
        ("brightness", plain.brightness, now.brightness, 0.05),
        ("shadow", plain.shadow, now.shadow, 0.1),
        ("covered", plain.covered, now.covered, 0.005),
        ("chroma", plain.chroma, now.chroma, 0.04),
        ("moire", plain.moire, now.moire, 0.1),
    ];
    for (name, before, after, tolerance) in pairs {
        let stays = (before - after).abs() <= tolerance;
        assert!(
            stays || but.contains(&name),
            "{name}: {before} became {after}"
        );
    }
}

#[test]
fn a_plain_photograph_has_no_fault() {
    let (photo, quad) = plain();
    let quality = measure(&photo, &quad);
    assert!(
        quality.blur.expect("there is text") < 1.0,
        "{:?}",
        quality.blur
    );
    assert_eq!(
        (quality.glare, quality.covered, quality.shadow),
        (0.0, 0.0, 0.0)
    );
    assert!(quality.moire < 0.05 && quality.contrast > 0.3);
    let wanted = drawn::LETTER as f32 * 1000.0 / drawn::CARD[0] as f32;
    let height = quality.text_height.expect("there is text") * 1000.0 / quality.page_width;
    assert!((height / wanted - 1.0).abs() < 0.2, "{height} for {wanted}");
}

#[test]
fn blur_is_measured_in_page_pixels_and_moves_nothing_else() {
    let (photo, quad) = plain();
    let before = measure(&photo, &quad);
    let scale = before.page_width / 1000.0;
    let mut last = before.blur.expect("there is text");
    for sigma in [1.0, 2.0, 3.0, 4.0_f32] {
        let soft = imageproc::filter::gaussian_blur_f32(&photo, sigma * scale);
        let now = measure(&soft, &quad);
        let blur = now.blur.expect("there is text");
        assert!(blur > last, "{blur} after {last}");
        assert!(
            (blur - sigma).abs() < 0.35 * sigma + 0.4,
            "{blur} for {sigma}"
        );
        others_stay(&before, &now, &["blur"]);
        last = blur;
    }
}

#[test]
fn a_field_has_its_own_blur() {
    let (mut photo, quad) = plain();
    let soft = imageproc::filter::gaussian_blur_f32(&photo, 3.0);
    for (x, y, pixel) in photo.enumerate_pixels_mut().filter(|(_, y, _)| *y > 450) {
        *pixel = *soft.get_pixel(x, y);
    }
    let page = rectify(&photo, &quad).expect("a quad");
    let survey = Survey::new(&page, &photo);
    let band = |y: f32| PageRect {
        x: 50.0,
        y,
        width: 560.0,
        height: 150.0,
    };
    let (above, below) = (survey.blur_of(band(60.0)), survey.blur_of(band(430.0)));
    assert!(
        above.expect("text") < 1.0 && below.expect("text") > 1.8,
        "{above:?} {below:?}"
    );
    assert_eq!(survey.blur_of(PageRect::default()), None);
}

#[test]
fn a_reflection_is_measured_where_it_lies() {
    let (mut photo, quad) = plain();
    let before = measure(&photo, &quad);
    for (x, y, pixel) in photo.enumerate_pixels_mut() {
        let distance = (x as f32 - 500.0).hypot((y as f32 - 400.0) * 1.4) / 120.0;
        let light = 270.0 * (-(distance - 1.0).max(0.0).powi(2) * 8.0).exp();
        pixel.0 = pixel
            .0
            .map(|value| (f32::from(value) + light).min(255.0) as u8);
    }
    let now = measure(&photo, &quad);
    assert!((0.05..0.2).contains(&now.glare), "{}", now.glare);
    others_stay(&before, &now, &["glare", "brightness", "chroma"]);
    let spot = now.glare_regions[0];
    let centre = (spot.x + spot.width / 2.0, spot.y + spot.height / 2.0);
    assert!(
        (centre.0 - 500.0).abs() < 30.0 && (centre.1 - 400.0).abs() < 30.0,
        "{centre:?}"
    );
    let page = rectify(&photo, &quad).expect("a quad");
    let survey = Survey::new(&page, &photo);
    let at = page.to_page_rect(spot).expect("no horizon");
    assert!(survey.glare_in(at) > 0.5);
    assert_eq!(
        survey.glare_in(PageRect {
            x: 800.0,
            y: 500.0,
            width: 100.0,
            height: 50.0
        }),
        0.0
    );
}

#[test]
fn white_paper_is_no_reflection() {
    let mut white = card();
    for pixel in white.pixels_mut().filter(|p| p.0[0] > 200 && p.0[2] > 200) {
        *pixel = Rgb([255, 255, 255]);
    }
    let quad = placed(SIZE, 1000.0, 0.0, 0.0);
    assert_eq!(
        measure(&photograph(&white, &quad, Ground::Dark, SIZE), &quad).glare,
        0.0
    );
    // Nor is a white panel on a tinted card.
    let mut panel = card();
    for y in 900..1200 {
        for x in 100..900 {
            panel.put_pixel(x, y, Rgb([255, 255, 255]));
        }
    }
    assert_eq!(
        measure(&photograph(&panel, &quad, Ground::Dark, SIZE), &quad).glare,
        0.0
    );
}

#[test]
fn darkness_scales_brightness_and_moves_nothing_else() {
    let (photo, quad) = plain();
    let before = measure(&photo, &quad);
    for rest in [0.6, 0.4, 0.2] {
        let mut dark = photo.clone();
        dark.iter_mut()
            .for_each(|value| *value = (f32::from(*value) * rest) as u8);
        let now = measure(&dark, &quad);
        assert!((now.brightness - rest * before.brightness).abs() < 0.02);
        others_stay(&before, &now, &["brightness", "chroma"]);
    }
}

#[test]
fn a_shadow_has_its_depth_and_the_portrait_is_none() {
    let (photo, quad) = plain();
    let before = measure(&photo, &quad);
    for depth in [0.3, 0.5, 0.7] {
        let mut shaded = photo.clone();
        for (x, _, pixel) in shaded.enumerate_pixels_mut() {
            let edge = ((x as f32 - 420.0) / 120.0).clamp(0.0, 1.0);
            pixel.0 = pixel
                .0
                .map(|v| (f32::from(v) * (1.0 - depth * (1.0 - edge))) as u8);
        }
        let now = measure(&shaded, &quad);
        assert!(
            (now.shadow - depth).abs() < 0.08,
            "{} for {depth}",
            now.shadow
        );
        assert!(now.shadow_region.is_some());
        others_stay(&before, &now, &["shadow", "brightness", "chroma"]);
    }
    let mut grey = photo;
    for pixel in grey.pixels_mut() {
        pixel.0 = [(super::plane::luma(pixel.0) * 255.0) as u8; 3];
    }
    let now = measure(&grey, &quad);
    assert_eq!(now.shadow, 0.0, "the portrait of a grey copy");
    assert!(now.chroma < 0.01 && before.chroma > 0.015);
}

#[test]
fn a_finger_over_the_edge_covers_and_the_printed_portrait_does_not() {
    let (mut photo, quad) = plain();
    let before = measure(&photo, &quad);
    let edge = (quad[2].y + quad[3].y) / 2.0;
    for (x, y, pixel) in photo.enumerate_pixels_mut() {
        let across = (x as f32 - 400.0).abs() / 70.0;
        if across < 1.0 && y as f32 > edge - 150.0 {
            let light = 0.7 + 0.3 * (1.0 - across * across).sqrt();
            pixel.0 = [214.0, 158.0, 132.0].map(|v: f32| (v * light) as u8);
        }
    }
    let now = measure(&photo, &quad);
    assert!((0.02..0.06).contains(&now.covered), "{}", now.covered);
    assert_eq!(now.covered_regions.len(), 1);
    others_stay(&before, &now, &["covered", "chroma"]);
}

#[test]
fn a_screen_raster_is_seen_and_coarse_coding_is_not() {
    let (photo, quad) = plain();
    let before = measure(&photo, &quad);
    let mut screen = photo.clone();
    for (x, y, pixel) in screen.enumerate_pixels_mut() {
        let (x, y) = (x as f32, y as f32);
        let (a, b) = ((x + 0.07 * y) / 3.4, (y - 0.07 * x) / 3.4);
        let tau = std::f32::consts::TAU;
        let light = 0.9 + 0.05 * ((a * tau).sin() + (b * tau).sin());
        pixel.0 = pixel.0.map(|value| (f32::from(value) * light) as u8);
    }
    let now = measure(&screen, &quad);
    assert!(now.moire > 0.3, "{}", now.moire);
    others_stay(&before, &now, &["moire", "brightness"]);
    for coarse in [30, 60] {
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, coarse)
            .encode_image(&photo)
            .expect("a picture in memory encodes");
        let coded = image::load_from_memory(&bytes)
            .expect("just coded")
            .into_rgb8();
        others_stay(&before, &measure(&coded, &quad), &[]);
    }
}

#[test]
fn few_pixels_are_small_text_and_not_blur() {
    let quad = placed([500, 375], 420.0, 3.0, 0.05);
    let photo = photograph(&card(), &quad, Ground::Dark, [500, 375]);
    let now = measure(&photo, &quad);
    assert!(
        now.text_height.is_none_or(|height| height < 13.0),
        "{:?}",
        now.text_height
    );
    assert!(now.blur.is_none_or(|blur| blur < 1.6), "{:?}", now.blur);
}

#[test]
fn impossible_outlines_give_no_page() {
    let photo = RgbImage::new(50, 50);
    let at = |x, y| Point { x, y };
    assert!(rectify(&photo, &[at(0.0, 0.0); 4]).is_none());
    let line = [at(0.0, 0.0), at(10.0, 10.0), at(20.0, 20.0), at(30.0, 30.0)];
    assert!(rectify_at(&photo, &line, 1000).is_none());
    let nothing = [at(f32::NAN, 0.0), at(9.0, 0.0), at(9.0, 9.0), at(0.0, 9.0)];
    assert!(rectify(&photo, &nothing).is_none());
}
