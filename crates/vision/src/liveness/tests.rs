use menshen_core::card::Metric;
use menshen_core::evidence::{Action, ActionEvent, LivenessEvidence, Pose};
use menshen_core::live::{FrameEvidence, FrameFace, Timed};

use super::*;

const FAKE: Option<(&str, Metric)> = Some(("fake", Metric::Cosine));

fn one(time: f32, face: FrameFace) -> Timed {
    let frame = FrameEvidence {
        faces: 1,
        face: Some(face),
        ..FrameEvidence::default()
    };
    Timed { time, frame }
}

/// Ten frames a second of a face whose signals are given by a function of time.
fn acted(seconds: f32, act: impl Fn(f32) -> FrameFace) -> LivenessEvidence {
    let times = (0..(seconds * 10.0) as usize).map(|i| i as f32 / 10.0);
    let frames: Vec<Timed> = times.map(|time| one(time, act(time))).collect();
    sequence(&frames, &[], FAKE)
}

/// A face at rest whose camera hangs a little high, with a tremor of one degree.
fn resting(time: f32) -> FrameFace {
    FrameFace {
        pose: Pose {
            yaw: 2.0 + (time * 9.0).sin(),
            pitch: -8.0 + (time * 7.0).cos(),
            roll: 0.0,
        },
        eyes_open: [0.27, 0.25],
        mouth_open: 0.03,
        sharpness: 0.6,
        eye_distance: 90.0,
        embedding: Some(vec![1.0, 0.0]),
        ..FrameFace::default()
    }
}

/// A bump of height 1 between two times, with soft flanks.
fn bump(time: f32, from: f32, to: f32) -> f32 {
    if time <= from || time >= to {
        return 0.0;
    }
    let part = (time - from) / (to - from);
    (std::f32::consts::PI * part).sin().sqrt()
}

fn done(evidence: &LivenessEvidence) -> Vec<Action> {
    evidence.events.iter().map(|e| e.action).collect()
}

fn only(evidence: &LivenessEvidence) -> ActionEvent {
    assert_eq!(evidence.events.len(), 1, "{:?}", evidence.events);
    evidence.events[0]
}

#[test]
fn a_resting_face_does_nothing() {
    assert_eq!(acted(6.0, resting).events, []);
}

#[test]
fn a_turn_has_its_side_start_and_end() {
    for (sign, action) in [(1.0, Action::TurnRight), (-1.0, Action::TurnLeft)] {
        let evidence = acted(8.0, |time| {
            let mut face = resting(time);
            face.pose.yaw += sign * 35.0 * bump(time, 3.0, 5.0);
            face
        });
        let turn = only(&evidence);
        assert_eq!(turn.action, action);
        assert!(
            (turn.start - 3.1).abs() < 0.25 && (turn.end - 4.9).abs() < 0.25,
            "{turn:?}"
        );
    }
}

#[test]
fn a_turn_that_loses_the_face_for_half_a_second_is_one_turn() {
    let frames: Vec<Timed> = (0..80)
        .map(|i| {
            let time = i as f32 / 10.0;
            let mut face = resting(time);
            face.pose.yaw += 50.0 * bump(time, 3.0, 5.0);
            face.eye_distance *= face.pose.yaw.to_radians().cos();
            let mut timed = one(time, face);
            if (3.8..4.3).contains(&time) {
                timed.frame = FrameEvidence::default();
            }
            timed
        })
        .collect();
    assert_eq!(done(&sequence(&frames, &[], None)), [Action::TurnRight]);
}

#[test]
fn who_comes_closer_and_stays_came_closer_once_and_swaying_is_nothing() {
    let nearer = |growth: f32| {
        acted(8.0, move |time| {
            let mut face = resting(time);
            let way = ((time - 2.0) / 0.8).clamp(0.0, 1.0);
            face.eye_distance *= 1.0 + growth * way;
            face
        })
    };
    assert_eq!(nearer(0.1).events, []);
    let event = only(&nearer(0.4));
    assert_eq!(event.action, Action::ComeCloser);
    assert!(
        event.start > 1.9 && event.start < 2.5 && event.end < 4.0,
        "{event:?}"
    );
}

#[test]
fn a_nod_goes_down_and_comes_back() {
    let evidence = acted(6.0, |time| {
        let mut face = resting(time);
        face.pose.pitch -= 18.0 * bump(time, 2.0, 3.0);
        face
    });
    assert_eq!(only(&evidence).action, Action::Nod);
}

#[test]
fn looking_up_or_down_for_long_is_no_nod() {
    for (height, until) in [(18.0, 3.0), (-18.0, 5.5)] {
        let evidence = acted(8.0, |time| {
            let mut face = resting(time);
            face.pose.pitch += height * bump(time, 2.0, until);
            face
        });
        assert_eq!(evidence.events, []);
    }
}

#[test]
fn a_shaking_head_shakes_and_does_not_turn() {
    let evidence = acted(6.0, |time| {
        let mut face = resting(time);
        if (2.0..4.0).contains(&time) {
            face.pose.yaw += 22.0 * ((time - 2.0) * std::f32::consts::TAU).sin();
        }
        face
    });
    assert_eq!(only(&evidence).action, Action::Shake);
}

#[test]
fn slow_turns_to_both_sides_are_turns_and_no_shake() {
    let evidence = acted(12.0, |time| {
        let mut face = resting(time);
        face.pose.yaw += 35.0 * bump(time, 2.0, 5.0) - 35.0 * bump(time, 6.5, 9.5);
        face
    });
    assert_eq!(done(&evidence), [Action::TurnRight, Action::TurnLeft]);
}

#[test]
fn a_blink_of_one_frame_counts_and_a_wink_does_not() {
    let close = |closed: [f32; 2]| {
        acted(5.0, move |time| {
            let mut face = resting(time);
            if (time - 2.5).abs() < 0.05 {
                face.eyes_open = closed;
            }
            face
        })
    };
    let blink = only(&close([0.06, 0.07]));
    assert_eq!(blink.action, Action::Blink);
    assert!(blink.start < 2.5 && blink.end > 2.5 && blink.end - blink.start < 0.25);
    assert_eq!(close([0.06, 0.26]).events, []);
}

#[test]
fn a_syllable_is_no_open_mouth_but_a_second_is() {
    let open = |until: f32| {
        acted(5.0, move |time| {
            let mut face = resting(time);
            face.mouth_open += 0.7 * bump(time, 2.0, until);
            face
        })
    };
    assert_eq!(open(2.3).events, []);
    assert_eq!(only(&open(3.0)).action, Action::MouthOpen);
}

#[test]
fn another_person_in_one_frame_breaks_continuity() {
    let evidence = acted(3.0, |time| {
        let mut face = resting(time);
        if (time - 1.5).abs() < 0.05 {
            face.embedding = Some(vec![0.1, 1.0]);
        }
        face
    });
    assert!(evidence.continuity.is_some_and(|c| c < 0.2));
    assert_eq!(evidence.continuity_model.as_deref(), Some("fake"));
}

#[test]
fn the_best_frame_is_straight_with_open_eyes() {
    let evidence = acted(3.0, |time| {
        let mut face = resting(time);
        face.pose.yaw = if (time - 1.5).abs() < 0.05 { 0.0 } else { 20.0 };
        face
    });
    assert_eq!(evidence.best_frame, Some(15));
}

#[test]
fn an_empty_or_unreadable_sequence_measures_nothing() {
    let nothing = sequence(&[], &[], None);
    assert_eq!((nothing.frames, nothing.best_frame), (0, None));
    let frame = FrameEvidence {
        unreadable: Some("corrupt".to_owned()),
        ..FrameEvidence::default()
    };
    let time = f32::NAN;
    let evidence = sequence(&[Timed { time, frame }], &[], None);
    assert_eq!((evidence.frames, evidence.unreadable), (1, 1));
    assert_eq!((evidence.continuity, evidence.best_frame), (None, None));
}

/// A drawn scene whose content moves with `shift`, with noise of one grey level.
fn scene(shift: f32, noise: u32) -> image::RgbImage {
    image::RgbImage::from_fn(320, 240, |x, y| {
        let wave = ((x as f32 + shift) / 25.0).sin() * 60.0 + (y as f32 / 18.0).cos() * 40.0;
        let grain = (x * 7919 + y * 104_729 + noise * 31_337) % 3;
        image::Rgb([(128.0 + wave) as u8 + grain as u8; 3])
    })
}

fn stills(shifts: impl Iterator<Item = f32>) -> LivenessEvidence {
    let frame = |(i, shift): (usize, f32)| Timed {
        time: i as f32 / 10.0,
        frame: FrameEvidence {
            thumbnail: picture::thumbnail(&scene(shift, i as u32)),
            ..FrameEvidence::default()
        },
    };
    let frames: Vec<Timed> = shifts.enumerate().map(frame).collect();
    sequence(&frames, &[], None)
}

#[test]
fn a_still_picture_with_coding_noise_is_frozen() {
    let evidence = stills((0..20).map(|_| 0.0));
    assert!(evidence.frozen > 1.8, "{}", evidence.frozen);
    assert_eq!(evidence.repeated, 0);
}

#[test]
fn a_moving_picture_is_neither_frozen_nor_repeated() {
    let evidence = stills((0..20).map(|i| i as f32 * 1.7));
    assert_eq!((evidence.frozen, evidence.repeated), (0.0, 0));
}

#[test]
fn a_loop_repeats_its_frames() {
    let evidence = stills((0..30).map(|i| (i % 10) as f32 * 4.0));
    assert_eq!(evidence.repeated, 20);
}
