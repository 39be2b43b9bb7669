//! Signs on sequences whose truth is known, because they are computed.

use std::time::Instant;

use image::{Rgb, RgbImage};
use menshen_core::evidence::{LightEvidence, Pose, ReliefEvidence, Signs};
use menshen_core::geometry::Rect;
use menshen_core::live::{Colour, FrameEvidence, FrameFace, Patches, Shown, Timed};
use proptest::prelude::*;

use super::*;
use crate::face::canonical::rigid;

/// A value of -1..=1 that looks like chance, the same each time (Wellons's 32-bit mixer, 2018: no period shows in a picture).
fn dice(n: u32) -> f32 {
    let mixed = (n ^ (n >> 16)).wrapping_mul(0x7feb_352d);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x846c_a68b);
    ((mixed ^ (mixed >> 16)) >> 8) as f32 / 8_388_608.0 - 1.0
}

const SHOWN: [Colour; 6] = [
    Colour::Red,
    Colour::Blue,
    Colour::Green,
    Colour::Magenta,
    Colour::Yellow,
    Colour::Blue,
];

fn shown() -> Vec<Shown<Option<Colour>>> {
    let steps = SHOWN.iter().map(|colour| Some(*colour)).chain([None]);
    let at = |(i, what): (usize, Option<Colour>)| Shown {
        what,
        at_ms: 10_000 + 700 * i as u32,
    };
    steps.enumerate().map(at).collect()
}

/// Frames around the lit time: a face and a wall that follow given colours by their gains, with noise, a slow drift of the white
/// balance, and a head that moves.
fn lit(follows: &[Colour], [face, wall]: [f32; 2], lag: f32) -> Signs {
    let frames: Vec<Timed> = (0..60)
        .map(|i| {
            let time = 9.4 + i as f32 / 10.0;
            let step = ((time - lag - 10.0) / 0.7).floor();
            let colour = (step >= 0.0).then(|| follows.get(step as usize)).flatten();
            let light = colour.map_or([0.0; 3], |colour| colour.linear());
            let patch = |gain: f32, level: f32, n: u32| {
                let moved = 1.0 + 0.15 * (time * 2.0).sin();
                std::array::from_fn(|k| {
                    let drift = 1.0 + 0.01 * (time - 10.0) * [1.0, 0.0, -1.0][k];
                    let noise = 1.0 + 0.004 * dice(i * 97 + n * 13 + k as u32);
                    level * moved * drift * noise * (1.0 + gain * light[k])
                })
            };
            let patches = Patches {
                face: [
                    patch(face, 0.30, 1),
                    patch(face * 0.8, 0.25, 2),
                    patch(face * 0.7, 0.22, 3),
                    patch(face * 1.2, 0.28, 4),
                ],
                background: [patch(wall, 0.5, 5), patch(wall, 0.4, 6)],
            };
            let frame = FrameEvidence {
                patches: Some(patches),
                ..FrameEvidence::default()
            };
            Timed { time, frame }
        })
        .collect();
    sequence(&frames, &shown(), None).signs.expect("signs")
}

fn light_of(follows: &[Colour], gains: [f32; 2], lag: f32) -> LightEvidence {
    lit(follows, gains, lag).light.expect("light")
}

#[test]
fn a_face_before_the_screen_follows_its_colours_more_than_the_wall_does() {
    for (gain, lag) in [(0.25, 0.2), (0.08, 0.4), (0.05, 0.1)] {
        let light = light_of(&SHOWN, [gain, gain / 10.0], lag);
        assert!(light.response > 0.8, "{gain}: {light:?}");
        assert!(light.chance < 0.01, "{gain}: {light:?}");
        assert!(
            light.face_gain > 3.0 * light.background_gain.abs(),
            "{light:?}"
        );
        assert!((light.lag - lag).abs() <= 0.15, "{light:?}");
        assert!(light.spread > 0.05, "a head is not flat: {light:?}");
    }
}

#[test]
fn a_face_that_shows_other_colours_or_none_does_not_follow() {
    let mut other = SHOWN;
    other.reverse();
    for light in [
        light_of(&other, [0.25, 0.02], 0.2),
        light_of(&[], [0.25, 0.02], 0.2),
    ] {
        let passes = light.response >= 0.5 && light.chance <= 0.02;
        assert!(!passes, "{light:?}");
    }
}

#[test]
fn a_room_that_is_tinted_as_a_whole_follows_as_much_as_the_face() {
    let light = light_of(&SHOWN, [0.2, 0.2], 0.2);
    assert!(light.face_gain < 1.3 * light.background_gain, "{light:?}");
}

/// A face of the canonical points, turned by degrees, seen from 6 eye distances, with noise of a third of a pixel; flat where it
/// is printed.
fn turned(i: u32, yaw: f32, flat: bool) -> Timed {
    let (sin, cos) = yaw.to_radians().sin_cos();
    let points = rigid().enumerate().map(|(n, (_, [x, y, z]))| {
        let z = if flat { 0.3 } else { z };
        let (x, z) = (x * cos - z * sin, x * sin + z * cos);
        let near = 90.0 * 6.0 / (6.0 + z);
        let noise = |k: u32| dice(i * 1_009 + n as u32 * 17 + k) / 3.0;
        [320.0 + x * near + noise(1), 240.0 + y * near + noise(2)]
    });
    let face = FrameFace {
        pose: Pose {
            yaw,
            ..Pose::default()
        },
        eyes_open: [0.3; 2],
        eye_distance: 63.0 * cos,
        points: points.collect(),
        ..FrameFace::default()
    };
    let frame = FrameEvidence {
        faces: 1,
        face: Some(face),
        ..FrameEvidence::default()
    };
    Timed {
        time: i as f32 / 10.0,
        frame,
    }
}

fn relief_of(flat: bool) -> ReliefEvidence {
    let yaw = |i: u32| match i {
        0..20 => dice(i),
        _ => 32.0 * ((i - 20) as f32 / 10.0).min(1.0),
    };
    let frames: Vec<Timed> = (0..40).map(|i| turned(i, yaw(i), flat)).collect();
    let signs = sequence(&frames, &[], None).signs.expect("signs");
    signs.relief.expect("a turn")
}

#[test]
fn a_head_that_turns_has_depth_and_a_sheet_that_turns_has_none() {
    let (head, sheet) = (relief_of(false), relief_of(true));
    assert!(head.turn > 25.0 && sheet.turn > 25.0);
    assert!(head.residual > 0.1, "{head:?}");
    assert!(sheet.residual < 0.03, "{sheet:?}");
}

/// A drawn room with somebody in it, at a place, as a camera with noise takes it.
fn room(shift: f32, seed: u32) -> RgbImage {
    RgbImage::from_fn(320, 240, |x, y| {
        let head = ((x as f32 - 160.0 - shift) / 50.0).hypot((y as f32 - 120.0) / 65.0) < 1.0;
        let wall = 90.0 + 40.0 * (x as f32 / 40.0).sin() + 30.0 * (y as f32 / 55.0).cos();
        let level = if head { 170.0 - y as f32 / 4.0 } else { wall };
        let noise = 3.0 * dice(seed.wrapping_mul(1_000_003) ^ (y * 320 + x));
        Rgb([(level + noise).clamp(0.0, 255.0) as u8; 3])
    })
}

/// A plain wall as a camera with noise takes it, coded as a client does.
fn wall(seed: u32) -> RgbImage {
    let wall = RgbImage::from_fn(640, 480, |x, y| {
        let level = 110.0 + x as f32 / 20.0 + y as f32 / 25.0;
        let noise = 7.0 * dice(seed.wrapping_mul(1_000_003) ^ (y * 640 + x));
        Rgb([(level + noise).round() as u8; 3])
    });
    let mut jpeg = Vec::new();
    let mut coder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 92);
    coder.encode_image(&wall).expect("a JPEG");
    let limits = crate::photo::Limits::default();
    let photo = crate::Photo::decode(&jpeg, &limits).expect("our own JPEG");
    photo.pixels
}

#[test]
fn noise_that_is_painted_is_the_same_in_every_frame_and_a_sensors_never() {
    let likeness = |seed: fn(u32) -> u32| {
        let frame = |i: u32| {
            let grey = grey::Grey::of(&wall(seed(i)));
            let frame = FrameEvidence {
                noise: noise::noise(&grey),
                grain: noise::grain(&grey),
                ..FrameEvidence::default()
            };
            let time = i as f32 / 10.0;
            Timed { time, frame }
        };
        let frames: Vec<Timed> = (0..8).map(frame).collect();
        noise::likeness(&frames.iter().collect::<Vec<_>>()).expect("enough noise")
    };
    let (sensor, painted) = (likeness(|i| i), likeness(|_| 7));
    assert!(sensor.abs() < 0.3, "{sensor}");
    assert!(painted > 0.95, "{painted}");
}

#[test]
fn the_stripes_of_a_screen_beat_with_the_pixels_and_a_room_has_no_such_colours() {
    let face = Rect {
        x: 220.0,
        y: 140.0,
        width: 200.0,
        height: 220.0,
    };
    let screen = |strength: f32| {
        RgbImage::from_fn(640, 480, |x, y| {
            let level = 110.0 + x as f32 / 20.0 + y as f32 / 25.0;
            let noise = |k: u32| 4.0 * dice((y * 640 + x) * 3 + k);
            // Stripes of three colours, a third of their period apart; held a little askew.
            let turns = (x as f32 + 0.04 * y as f32) / 7.3;
            let stripe = |k: f32| (std::f32::consts::TAU * (turns + k / 3.0)).cos();
            let of = |k: u32| {
                let value = level + noise(k) + strength * stripe(k as f32);
                value.clamp(0.0, 255.0) as u8
            };
            Rgb([of(0), of(1), of(2)])
        })
    };
    let of = |image: RgbImage| moire::moire(&image, &face).expect("large enough");
    let (plain, shown) = (of(screen(0.0)), of(screen(4.0)));
    assert!(plain < 0.8, "{plain}");
    assert!(shown > 1.6, "{shown}");
    let (cloth, noisy) = (of(wall(1)), of(room(0.0, 1)));
    assert!(cloth < 1.0 && noisy < 1.0, "{cloth} {noisy}");
}

#[test]
fn a_print_knows_its_picture_again_and_no_other() {
    let of = |shift, seed| print::print(&room(shift, seed));
    let same = print_distance(&of(0.0, 1), &of(0.0, 2));
    assert!(same <= 8, "the same scene with other noise: {same}");
    let other = print_distance(&of(0.0, 1), &of(60.0, 1));
    assert!(other > 20, "somebody who has moved: {other}");
    assert_eq!(
        print_distance(&[1, 2], &[1]),
        256,
        "what cannot be compared is not alike"
    );
}

#[test]
fn actions_of_the_longest_session_are_told_in_milliseconds() {
    let frames: Vec<Timed> = (0..900).map(|i| turned(i, 10.0 * dice(i), false)).collect();
    let start = Instant::now();
    actions(&frames);
    let elapsed = start.elapsed();
    println!("{elapsed:?} for 900 frames");
    assert!(elapsed.as_millis() < 200, "{elapsed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a picture is, no measure panics, and none is anything but a number.
    #[test]
    fn any_picture_is_measured(width in 1..200_u32, height in 1..200_u32, seed: u32, x in -50.0..250.0_f32, size in 0.0..300.0_f32) {
        let image = RgbImage::from_fn(width, height, |x, y| {
            let at = |k: u32| (dice(seed ^ (y * width + x).wrapping_mul(3) ^ k) * 127.0 + 128.0) as u8;
            Rgb([at(0), at(1), at(2)])
        });
        let face = Rect { x, y: x / 2.0, width: size, height: size * 1.2 };
        let grey = grey::Grey::of(&image);
        prop_assert!(noise::noise(&grey).is_finite() && bands::bands(&grey).is_finite());
        prop_assert!(border::border(&image, &face).is_finite());
        prop_assert!(moire::moire(&image, &face).is_none_or(f32::is_finite));
        prop_assert_eq!(print::print(&image).len(), 32);
        noise::grain(&grey);
    }
}
