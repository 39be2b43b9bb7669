//! A live check, judged: a good session passes, and every sign by itself stops it or brings a person.

use menshen_core::evidence::*;
use menshen_core::live::{Cue, Mode, NoLight, Stopped};
use menshen_core::policy::SignEnd;
use menshen_core::reason::{Param, Why};
use menshen_core::{Outcome, judge_liveness};

use crate::support::{Case, good_liveness, prc_card};

fn good_session() -> LivenessEvidence {
    let cue = |cue, shown_ms| CueEvidence {
        cue,
        shown_ms,
        began_ms: Some(shown_ms + 600),
    };
    LivenessEvidence {
        frames: 140,
        one_face: 140,
        signs: Some(Signs {
            light: Some(LightEvidence {
                frames: 42,
                response: 0.9,
                chance: 0.0,
                lag: 0.2,
                face_gain: 0.12,
                background_gain: 0.02,
                spread: 0.2,
            }),
            relief: Some(ReliefEvidence {
                residual: 0.3,
                turn: 30.0,
                frames: 9,
            }),
            cuts: 0,
            grain: Some(0.02),
            noise: Some(1.4),
            moire: Some(0.05),
            border: Some(0.1),
            bands: Some(0.005),
            flicker: Some(0.01),
        }),
        live: Some(LiveEvidence {
            mode: Mode::Usual,
            bits: 31.5,
            cues: vec![
                cue(Cue::TurnLeft, 1_500),
                cue(Cue::Nod, 4_800),
                cue(Cue::MouthOpen, 8_100),
            ],
            colours: 6,
            ended_ms: 14_000,
            timing: TimingEvidence {
                frames: 140,
                rate: 10.0,
                claimed_jitter_ms: 4.0,
                arrival_jitter_ms: 12.0,
                ..TimingEvidence::default()
            },
            ..LiveEvidence::default()
        }),
        ..good_liveness()
    }
}

fn session(case: &mut Case) -> &mut LiveEvidence {
    let liveness = case.evidence.liveness.get_or_insert_with(good_session);
    liveness.live.as_mut().expect("a session")
}

fn signs(case: &mut Case) -> &mut Signs {
    let liveness = case.evidence.liveness.get_or_insert_with(good_session);
    liveness.signs.as_mut().expect("signs")
}

fn case() -> Case {
    let mut case = prc_card();
    case.policy.liveness.required = true;
    case.evidence.liveness = Some(good_session());
    case
}

#[test]
fn a_good_session_is_approved() {
    let decision = case().decide();
    assert_eq!(
        decision.outcome,
        Outcome::Approved,
        "{:?}",
        decision.reasons
    );
}

#[test]
fn frames_that_nobody_asked_for_are_a_persons_to_judge_where_a_live_check_is_required() {
    let mut case = case();
    case.evidence.liveness = Some(good_liveness());
    assert_eq!(case.decide().outcome, Outcome::Review);
}

type Sign = (&'static str, fn(&mut Case), Outcome, &'static str);

const SIGNS: &[Sign] = &[
    (
        "an answer before its cue",
        |c| session(c).cues[1].began_ms = Some(4_000),
        Outcome::Retry,
        "action_not_done",
    ),
    (
        "an answer as if known before",
        |c| session(c).cues[1].began_ms = Some(4_850),
        Outcome::Retry,
        "action_not_done",
    ),
    (
        "no answer",
        |c| session(c).cues[2].began_ms = None,
        Outcome::Retry,
        "action_not_done",
    ),
    (
        "a cue that was never shown",
        |c| session(c).cues_left = 1,
        Outcome::Retry,
        "action_timeout",
    ),
    (
        "fewer cues than the policy asks for",
        |c| {
            session(c).cues.pop();
        },
        Outcome::Retry,
        "action_timeout",
    ),
    (
        "too little choice",
        |c| session(c).bits = 12.0,
        Outcome::Review,
        "liveness_not_checked",
    ),
    (
        "another action",
        |c| {
            session(c).stopped = Some(Stopped::WrongAction {
                asked: Cue::TurnLeft,
                done: Action::TurnRight,
            })
        },
        Outcome::Retry,
        "action_not_done",
    ),
    (
        "time ran out",
        |c| session(c).stopped = Some(Stopped::TimedOut),
        Outcome::Retry,
        "action_timeout",
    ),
    (
        "given up",
        |c| session(c).stopped = Some(Stopped::Abandoned),
        Outcome::Retry,
        "liveness_missing",
    ),
    (
        "forged frames",
        |c| session(c).stopped = Some(Stopped::Broken),
        Outcome::Retry,
        "capture_source_untrusted",
    ),
    (
        "frames of another session",
        |c| session(c).replayed = 9,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "impossible times",
        |c| session(c).timing.bent = 9,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "times of a machine",
        |c| session(c).timing.claimed_jitter_ms = 0.0,
        Outcome::Review,
        "capture_source_untrusted",
    ),
    (
        "no times",
        |c| session(c).timing.claimed_jitter_ms = f32::NAN,
        Outcome::Review,
        "capture_source_untrusted",
    ),
    (
        "a virtual camera",
        |c| session(c).source.virtual_camera = true,
        Outcome::Retry,
        "capture_source_untrusted",
    ),
    (
        "a client that contradicts itself",
        |c| session(c).source.contradictory = true,
        Outcome::Review,
        "capture_source_untrusted",
    ),
    (
        "no colours, for the eyes' sake",
        |c| session(c).no_light = Some(NoLight::Photosensitive),
        Outcome::Review,
        "liveness_not_confirmed",
    ),
    (
        "colours that were not measured",
        |c| signs(c).light = None,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "a face that does not answer",
        |c| light(c).response = 0.1,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "an answer to any colours",
        |c| light(c).chance = 0.4,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "a room that answers as the face does",
        |c| light(c).background_gain = 0.12,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "an answer that is no number",
        |c| light(c).response = f32::NAN,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "a flat face",
        |c| relief(c).residual = 0.01,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "a turn without depth",
        |c| signs(c).relief = None,
        Outcome::Review,
        "liveness_not_checked",
    ),
    (
        "a cut",
        |c| signs(c).cuts = 3,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "painted noise",
        |c| signs(c).grain = Some(0.95),
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "noise that was not measured",
        |c| signs(c).noise = None,
        Outcome::Review,
        "liveness_not_checked",
    ),
    (
        "light that lies flat on the face",
        |c| light(c).spread = 0.01,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
    (
        "light that is too weak to tell",
        |c| light(c).face_gain = 0.03,
        Outcome::Review,
        "liveness_not_confirmed",
    ),
    (
        "a screen by many signs",
        |c| {
            let s = signs(c);
            (s.moire, s.border, s.bands) = (Some(1.5), Some(1.0), Some(1.0))
        },
        Outcome::Review,
        "liveness_not_confirmed",
    ),
    (
        "no signs at all",
        |c| c.liveness().signs = None,
        Outcome::Retry,
        "liveness_not_confirmed",
    ),
];

fn light(case: &mut Case) -> &mut LightEvidence {
    signs(case).light.as_mut().expect("light")
}

fn relief(case: &mut Case) -> &mut ReliefEvidence {
    signs(case).relief.as_mut().expect("relief")
}

#[test]
fn every_sign_by_itself_is_enough() {
    for (what, change, outcome, code) in SIGNS {
        let mut case = case();
        change(&mut case);
        let decision = case.decide();
        assert_eq!(decision.outcome, *outcome, "{what}: {:?}", decision.reasons);
        let codes: Vec<_> = decision.reasons.iter().map(|r| r.code.as_str()).collect();
        assert!(codes.contains(code), "{what}: {codes:?}");
    }
}

#[test]
fn a_policy_says_what_a_session_without_colours_leads_to() {
    let mut case = case();
    session(&mut case).no_light = Some(NoLight::Photosensitive);
    for (end, outcome) in [
        (SignEnd::Ignore, Outcome::Approved),
        (SignEnd::Review, Outcome::Review),
        (SignEnd::Refuse, Outcome::Retry),
    ] {
        case.policy.liveness.signs.no_light = end;
        assert_eq!(case.decide().outcome, outcome);
    }
}

#[test]
fn who_did_not_do_what_was_asked_is_told_which_action_and_nothing_of_signs() {
    let mut case = case();
    let live = session(&mut case);
    live.stopped = Some(Stopped::NotDone { asked: Cue::Nod });
    signs(&mut case).cuts = 7;
    let liveness = case.evidence.liveness.clone().expect("there");
    let reasons = judge_liveness(&case.policy, &liveness, &case.cards);
    let told = reasons
        .iter()
        .map(|r| (r.code.as_str(), r.params.get("action")));
    let nod = Param::Action(Action::Nod);
    assert_eq!(told.collect::<Vec<_>>(), [("action_not_done", Some(&nod))]);
}

#[test]
fn the_signs_stay_with_the_operator() {
    for (_, change, _, _) in SIGNS {
        let mut case = case();
        change(&mut case);
        for reason in case.decide().reasons {
            let shown = reason.disclosed();
            let told = format!("{shown:?}");
            for why in [
                Why::Light,
                Why::Flat,
                Why::Cut,
                Why::Grain,
                Why::Noise,
                Why::Replayed,
                Why::Times,
                Why::Even,
            ] {
                assert!(!told.contains(&format!("{why:?}")), "{told}");
            }
        }
    }
}
