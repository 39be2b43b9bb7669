//! A session of a live check from its first frame to its end, by its public door.

use std::collections::BTreeSet;

use menshen_core::Policy;
use menshen_core::evidence::{Action, ActionEvent};
use menshen_core::geometry::Rect;
use menshen_core::live::*;
use proptest::prelude::*;

/// Numbers by chance, the same for the same seed (xorshift).
fn chance(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed | 1;
    move |n| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % n
    }
}

fn drawn(seed: u64, mode: Mode, no_light: Option<NoLight>) -> Challenge {
    Challenge::draw(
        &Policy::default().liveness.challenge,
        mode,
        no_light,
        chance(seed),
    )
}

fn straight() -> FrameEvidence {
    FrameEvidence {
        size: [640, 480],
        faces: 1,
        face: Some(FrameFace {
            region: Rect {
                x: 220.0,
                y: 140.0,
                width: 200.0,
                height: 220.0,
            },
            eyes_open: [0.3, 0.3],
            sharpness: 0.5,
            eye_distance: 90.0,
            brightness: 0.5,
            ..FrameFace::default()
        }),
        ..FrameEvidence::default()
    }
}

/// A person who answers each cue after a while, and what the service said.
struct Actor {
    live: Live,
    actions: Vec<ActionEvent>,
    said: Vec<Say>,
}

/// How a cue is answered: milliseconds after it, and by what.
type Answer = fn(Cue) -> Option<(u32, Action)>;

const AS_ASKED: Answer = |cue| Some((500, cue.action()));

fn act(challenge: Challenge, frame: &FrameEvidence, answer: Answer) -> Actor {
    let policy = Policy::default();
    let mut actor = Actor {
        live: Live::new(challenge, &policy.liveness.challenge),
        actions: Vec::new(),
        said: Vec::new(),
    };
    for now in (0..95_000).step_by(100) {
        // What was done is seen a moment after it began.
        let seen = |event: &&ActionEvent| event.start + 0.2 <= now as f32 / 1_000.0;
        let seen: Vec<_> = actor.actions.iter().filter(seen).copied().collect();
        let said = actor.live.frame(&policy.face, frame, &seen, now, now);
        for say in &said {
            if let Say::Cue { cue, .. } = say
                && let Some((after, action)) = answer(*cue)
            {
                let start = (now + after) as f32 / 1_000.0;
                actor.actions.push(ActionEvent {
                    action,
                    start,
                    end: start + 0.6,
                });
            }
        }
        actor.said.extend(said);
        if actor.live.is_over() {
            break;
        }
    }
    actor
}

#[test]
fn a_person_who_does_what_is_asked_comes_to_the_end() {
    for seed in 1..40 {
        for (mode, no_light) in [
            (Mode::Usual, None),
            (Mode::Usual, Some(NoLight::Photosensitive)),
            (Mode::Accessible, None),
        ] {
            let actor = act(drawn(seed, mode, no_light), &straight(), AS_ASKED);
            assert_eq!(actor.live.state, State::Done, "{:?}", actor.said);
            assert_eq!(actor.live.cues_left(), 0);
            assert!(actor.live.cues.iter().all(|cue| cue.began_ms.is_some()));
            let colours = actor
                .said
                .iter()
                .filter(|say| matches!(say, Say::Colour { .. }));
            let wanted = if no_light
                .or((mode == Mode::Accessible).then_some(NoLight::Policy))
                .is_none()
            {
                6
            } else {
                0
            };
            assert_eq!(colours.count(), wanted);
        }
    }
}

#[test]
fn one_cue_is_shown_at_a_time_and_never_before_the_face_has_rested() {
    let actor = act(drawn(7, Mode::Usual, None), &straight(), AS_ASKED);
    let mut waited = 0;
    for (planned, shown) in actor.live.challenge.cues.iter().zip(&actor.live.cues) {
        assert!(shown.shown_ms >= waited + planned.wait_ms);
        waited = shown.began_ms.expect("answered");
    }
}

#[test]
fn a_wrong_turn_ends_the_session() {
    let opposite: Answer = |cue| match cue {
        Cue::TurnLeft => Some((500, Action::TurnRight)),
        Cue::TurnRight => Some((500, Action::TurnLeft)),
        cue => Some((500, cue.action())),
    };
    let mut challenge = drawn(3, Mode::Usual, None);
    challenge.cues[0].cue = Cue::TurnLeft;
    let actor = act(challenge, &straight(), opposite);
    let why = Stopped::WrongAction {
        asked: Cue::TurnLeft,
        done: Action::TurnRight,
    };
    assert_eq!(actor.live.stopped(), Some(why));
}

#[test]
fn who_does_nothing_is_told_what_was_not_seen() {
    let actor = act(drawn(3, Mode::Usual, None), &straight(), |_| None);
    let asked = actor.live.challenge.cues[0].cue;
    assert_eq!(actor.live.stopped(), Some(Stopped::NotDone { asked }));
}

#[test]
fn an_action_before_its_cue_is_no_answer() {
    let mut challenge = drawn(3, Mode::Usual, None);
    challenge.cues[0].cue = Cue::TurnLeft;
    let actor = act(challenge, &straight(), |_| Some((0, Action::TurnLeft)));
    assert!(actor.live.stopped().is_some());
    assert_eq!(actor.live.cues[0].began_ms, None);
}

#[test]
fn nothing_is_asked_of_a_face_that_is_not_there() {
    let nobody = FrameEvidence {
        size: [640, 480],
        ..FrameEvidence::default()
    };
    let actor = act(drawn(3, Mode::Usual, None), &nobody, AS_ASKED);
    assert_eq!(actor.live.stopped(), Some(Stopped::TimedOut));
    assert_eq!(
        actor.said.first(),
        Some(&Say::Hint {
            hint: Some(Hint::NoFace)
        })
    );
    assert_eq!(actor.live.cues, []);
}

#[test]
fn where_it_is_too_bright_another_cue_takes_the_place_of_the_colours() {
    let mut bright = straight();
    if let Some(face) = &mut bright.face {
        face.bright = 0.2;
    }
    let actor = act(drawn(5, Mode::Usual, None), &bright, AS_ASKED);
    assert_eq!(actor.live.state, State::Done);
    let why = NoLight::BrightSurroundings;
    assert!(actor.said.contains(&Say::NoColours { why }));
    assert_eq!(actor.live.challenge.no_light, Some(why));
    assert_eq!((actor.live.cues.len(), actor.live.colours.len()), (4, 0));
    // Its worth is that of a session without colours, and no more.
    let without = drawn(5, Mode::Usual, Some(NoLight::Photosensitive));
    assert!((actor.live.challenge.bits - without.bits).abs() < 1e-3);
}

#[test]
fn colours_change_by_the_clock_without_frames() {
    let policy = Policy::default();
    let challenge = drawn(9, Mode::Usual, None);
    let mut actor = act(challenge, &straight(), AS_ASKED);
    actor.live.state = State::Lit { since_ms: 20_000 };
    actor.live.colours.truncate(1);
    let mut now = 20_000;
    while let Some(due) = actor.live.due_ms() {
        assert!(due > now && due <= policy.liveness.challenge.session_ms);
        now = due;
        actor.live.tick(now);
    }
    assert_eq!(actor.live.state, State::Done);
    assert_eq!(actor.live.colours.len(), 7);
    assert_eq!(actor.live.colours[6].what, None);
}

#[test]
fn who_connects_again_sees_what_is_shown() {
    let mut actor = act(drawn(3, Mode::Usual, None), &straight(), AS_ASKED);
    actor.live.state = State::Asked { since_ms: 5_000 };
    let said = actor.live.standing(6_000);
    assert!(
        matches!(
            said[0],
            Say::Cue {
                within_ms: 6_000,
                ..
            }
        ),
        "{said:?}"
    );
}

#[test]
fn what_is_covered_or_dark_is_told() {
    let limits = Policy::default().face;
    let with = |change: fn(&mut FrameFace)| {
        let mut frame = straight();
        change(frame.face.as_mut().expect("a face"));
        hint(
            &limits,
            &frame,
            frame.face.as_ref().and_then(|face| face.covered),
        )
    };
    assert_eq!(with(|_| {}), None);
    assert_eq!(with(|face| face.brightness = 0.05), Some(Hint::TooDark));
    assert_eq!(with(|face| face.backlight = 0.8), Some(Hint::Backlit));
    assert_eq!(
        with(|face| face.region.height = 30.0),
        Some(Hint::ComeCloser)
    );
    assert_eq!(
        with(|face| face.region.x = -150.0),
        Some(Hint::MoveIntoOval)
    );
    assert_eq!(
        with(|face| face.covered = Some([0.0, 0.0, 0.9])),
        Some(Hint::UncoverForehead)
    );
    assert_eq!(
        with(|face| face.covered = Some([0.9, 0.0, 0.0])),
        Some(Hint::UncoverEyes)
    );
}

#[test]
fn a_room_without_light_is_told_where_no_face_is_found() {
    let limits = Policy::default().face;
    let without_face = |thumbnail: Vec<u8>| {
        let frame = FrameEvidence {
            faces: 0,
            face: None,
            thumbnail,
            ..straight()
        };
        (hint(&limits, &frame, None), frame)
    };
    let lamp = |part: usize| {
        (0..1024)
            .map(|at| if at < part { 250 } else { 12 })
            .collect()
    };
    let dark = without_face(vec![20; 1024]);
    assert_eq!(dark.0, Some(Hint::TooDark));
    assert_eq!(without_face(lamp(60)).0, Some(Hint::TooDark));
    for lit in [vec![90; 1024], lamp(300), Vec::new()] {
        assert_eq!(without_face(lit).0, Some(Hint::NoFace));
    }
    // Nobody is seen: light is waited for as long as it takes, and nothing is asked for.
    let actor = act(drawn(7, Mode::Usual, None), &dark.1, AS_ASKED);
    assert_eq!(actor.live.stopped(), Some(Stopped::TimedOut));
    assert!(actor.live.cues.is_empty());
    let hints: Vec<_> = (actor.said.iter())
        .filter(|say| matches!(say, Say::Hint { .. }))
        .collect();
    assert_eq!(
        hints,
        [&Say::Hint {
            hint: Some(Hint::TooDark)
        }]
    );
}

#[test]
fn what_hides_no_movement_is_told_and_waited_for_only_a_moment() {
    let with = |change: fn(&mut FrameFace)| {
        let mut frame = straight();
        change(frame.face.as_mut().expect("a face"));
        act(drawn(7, Mode::Usual, None), &frame, AS_ASKED)
    };
    let usual = with(|_| {}).live;
    for change in [
        (|face| face.covered = Some([0.0, 0.0, 0.9])) as fn(&mut FrameFace),
        |face| face.brightness = 0.05,
        |face| face.backlight = 0.8,
    ] {
        let actor = with(change);
        assert_eq!(actor.live.state, State::Done, "{:?}", actor.said);
        assert!(matches!(actor.said[0], Say::Hint { hint: Some(_) }));
        let late = actor.live.cues[0].shown_ms - usual.cues[0].shown_ms;
        assert_eq!(late, 4_000, "only before the first cue");
        let between = |live: &Live| live.cues[2].shown_ms - live.cues[0].shown_ms;
        assert_eq!(between(&actor.live), between(&usual));
    }
    // Whoever is too far away for a movement to be seen is never asked for one.
    let far = with(|face| face.region.height = 30.0);
    assert_eq!(far.live.stopped(), Some(Stopped::TimedOut));
    assert!(far.live.cues.is_empty());
}

#[test]
fn every_text_is_there_in_every_language() {
    for locale in menshen_core::Locale::ALL {
        let catalogue = menshen_core::Catalogue::of(locale);
        let hints = Hint::ALL.map(|hint| catalogue.hint(hint));
        let cues = Cue::ALL.map(|cue| catalogue.cue(cue));
        let skipped = NoLight::ALL.map(|why| catalogue.no_light(why));
        assert!(
            hints
                .iter()
                .chain(&cues)
                .chain(&skipped)
                .all(|text| text.chars().count() > 4)
        );
    }
}

#[test]
fn a_challenge_holds_at_least_twenty_bits_whichever_way_is_chosen() {
    assert!(Policy::default().liveness.challenge.bits_min() >= 20.0);
    let few = "[liveness.challenge]\ncues_n = 1\ncolours = 2";
    assert!(
        Policy::from_toml(few).is_err(),
        "too little is left to chance"
    );
    let mut seen = BTreeSet::new();
    for seed in 1..2_000 {
        let challenge = drawn(seed * 7_919, Mode::Usual, None);
        for pair in challenge.cues.windows(2) {
            assert_ne!(pair[0].cue, pair[1].cue);
        }
        seen.insert(serde_json::to_string(&challenge).expect("it serialises"));
    }
    assert_eq!(seen.len(), 1_999, "no two are alike");
}

proptest! {
    #[test]
    fn whatever_arrives_a_session_ends_and_is_never_passed_by_noise(
        seed: u64, faces in 0..3_u32, yaw in -90.0..90.0_f32, jumps in proptest::collection::vec((0..4_000_u32, 0..4_000_u32, 0..7_usize), 1..200),
    ) {
        let policy = Policy::default();
        let mut live = Live::new(drawn(seed, Mode::Usual, None), &policy.liveness.challenge);
        let mut frame = straight();
        frame.faces = faces;
        if let Some(face) = &mut frame.face {
            face.pose.yaw = yaw;
        }
        let kinds = [Action::Blink, Action::Nod, Action::Shake, Action::TurnLeft, Action::TurnRight, Action::MouthOpen, Action::ComeCloser];
        let (mut now, mut actions) = (0_u32, Vec::new());
        for (step, back, kind) in jumps {
            now = now.saturating_add(step);
            let taken = now.saturating_sub(back);
            let start = taken as f32 / 1_000.0;
            actions.push(ActionEvent { action: kinds[kind], start, end: start + 0.3 });
            live.frame(&policy.face, &frame, &actions, taken, now);
        }
        live.tick(u32::MAX);
        prop_assert!(live.is_over());
        let text = serde_json::to_string(&live).expect("it serialises");
        prop_assert_eq!(serde_json::from_str::<Live>(&text).expect("reads back"), live);
    }

    #[test]
    fn frames_are_stored_and_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let frame = FrameEvidence { thumbnail: bytes.clone(), print: bytes.clone(), grain: bytes, ..straight() };
        let text = serde_json::to_string(&Timed { time: 1.5, frame: frame.clone() }).expect("it serialises");
        prop_assert_eq!(serde_json::from_str::<Timed>(&text).expect("reads back").frame, frame);
    }
}
