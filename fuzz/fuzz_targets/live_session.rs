//! Any frames at any times, as JSON or made of raw numbers: nothing panics, every session ends, and what is stored of it reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_core::geometry::Rect;
use menshen_core::live::{Challenge, FrameEvidence, FrameFace, Live, Mode, Patches, Timed};
use menshen_core::{ModelCards, Policy, judge_liveness};
use menshen_vision::liveness::{actions, sequence};

/// A frame whose numbers are the fuzzer's: infinite and not-a-number ones, too.
fn raw(bytes: &[u8; 40]) -> Timed {
    let mut numbers = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b));
    let mut next = || numbers.next().unwrap_or_default();
    let time = next();
    let mut face = FrameFace {
        region: Rect { x: next(), y: 140.0, width: next(), height: 220.0 },
        eyes_open: [next(); 2],
        mouth_open: next(),
        eye_distance: next(),
        brightness: next(),
        points: vec![[next(), 1.0]; 10],
        ..FrameFace::default()
    };
    face.pose.yaw = next();
    face.pose.pitch = next();
    let frame = FrameEvidence {
        size: [640, 480],
        faces: u32::from(bytes[39] % 3),
        face: (bytes[38] % 5 > 0).then_some(face),
        thumbnail: bytes.to_vec(),
        grain: bytes[..32].to_vec(),
        patches: (bytes[37] % 2 == 0).then(Patches::default),
        ..FrameEvidence::default()
    };
    Timed { time, frame }
}

fuzz_target!(|bytes: &[u8]| {
    let policy = Policy::default();
    let rules = &policy.liveness.challenge;
    let mut chance = bytes.iter().copied().cycle();
    let draw = |n: u32| u32::from(chance.next().unwrap_or_default()) % n.max(1);
    let mut live = Live::new(Challenge::draw(rules, Mode::Usual, None, draw), rules);
    let frames: Vec<Timed> = match serde_json::from_slice(bytes) {
        Ok(frames) => frames,
        Err(_) => bytes.as_chunks::<40>().0.iter().map(raw).collect(),
    };
    let mut now = 0u32;
    for (i, timed) in frames.iter().enumerate() {
        // Times jump as far as the fuzzer wants, forth and back.
        let taken = (timed.time.clamp(0.0, 4.0e6) * 1_000.0) as u32;
        now = now.max(taken.min(now.saturating_add(3_000)));
        let done = actions(&frames[..=i]);
        live.frame(&policy.face, &timed.frame, &done, taken, now);
    }
    live.tick(u32::MAX);
    assert!(live.is_over());
    let evidence = sequence(&frames, &live.colours, None);
    judge_liveness(&policy, &evidence, &ModelCards::default());
    let text = serde_json::to_string(&live).expect("it serialises");
    assert_eq!(serde_json::from_str::<Live>(&text).expect("reads back"), live);
});
