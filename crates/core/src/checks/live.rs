//! A session of a live check: was everything done that was asked for, when it was asked for, by somebody who is there?

use crate::checks::liveness::{at, not_confirmed};
use crate::evidence::{CueEvidence, LiveEvidence, LivenessEvidence, ReliefEvidence, Signs};
use crate::finding::{Finding, at_least, at_most};
use crate::live::{BITS_MIN, Cue, NoLight, Stopped};
use crate::policy::{LivenessRules, SignEnd, SignRules};
use crate::reason::{End, Param, ReasonCode, Step, Why};

/// Frames from which the evenness of their intervals says something.
const EVEN_FROM: u32 = 30;

/// Returns what ended a session early; nothing else is worth saying then but signs of forgery.
pub(crate) fn stop(live: &LiveEvidence) -> Option<Finding> {
    Some(match live.stopped? {
        Stopped::WrongAction { asked, .. } | Stopped::NotDone { asked } => not_done(asked),
        Stopped::TimedOut => at(ReasonCode::ActionTimeout),
        Stopped::Abandoned => at(ReasonCode::LivenessMissing),
        Stopped::Broken => untrusted(Why::Forged, SignEnd::Refuse)?,
    })
}

/// Judges the challenge of a session that came to its end.
pub(crate) fn challenge(rules: &LivenessRules, live: &LiveEvidence, found: &mut Vec<Finding>) {
    if !at_least(live.bits, BITS_MIN) {
        found.push(unchecked(Why::Challenge).map(|r| r.measured(live.bits, BITS_MIN)));
    }
    let least = rules.challenge.reaction_min_ms;
    let answered = |cue: &&CueEvidence| {
        let limit = rules
            .challenge
            .cue_limit_ms
            .max(rules.challenge.accessible_cue_limit_ms);
        let within = cue.shown_ms.saturating_add(least)..=cue.shown_ms.saturating_add(limit);
        cue.began_ms.is_some_and(|began| within.contains(&began))
    };
    let missed = live.cues.iter().find(|cue| !answered(cue));
    found.extend(missed.map(|cue| not_done(cue.cue)));
    let shown = live.cues.len() as u32;
    if live.cues_left > 0 || shown < rules.challenge.cues_n {
        found
            .push(at(ReasonCode::ActionTimeout).map(|r| r.measured(shown, rules.challenge.cues_n)));
    }
}

/// Judges signs of forgery: they say something however far the session came.
pub(crate) fn forgery(rules: &SignRules, live: &LiveEvidence, found: &mut Vec<Finding>) {
    let timing = &live.timing;
    if live.replayed > rules.replayed_max {
        found.push(
            not_confirmed(Why::Replayed).map(|r| r.measured(live.replayed, rules.replayed_max)),
        );
    }
    if timing.bent > rules.bent_max {
        found.push(not_confirmed(Why::Times).map(|r| r.measured(timing.bent, rules.bent_max)));
    }
    let even = !at_least(timing.claimed_jitter_ms, rules.jitter_min_ms);
    if timing.frames >= EVEN_FROM && even {
        let measured = (timing.claimed_jitter_ms, rules.jitter_min_ms);
        found.extend(
            untrusted(Why::Even, SignEnd::Review)
                .map(|f| f.map(|r| r.measured(measured.0, measured.1))),
        );
    }
    if live.source.virtual_camera {
        found.extend(untrusted(Why::VirtualCamera, rules.virtual_camera));
    }
    if live.source.contradictory {
        found.extend(untrusted(Why::Contradictory, SignEnd::Review));
    }
}

/// Judges what the pictures show of a living face before a camera. A measure that should be there and is not is a person's
/// work: nothing passes for the lack of it.
pub(crate) fn signs(
    rules: &SignRules,
    liveness: &LivenessEvidence,
    live: &LiveEvidence,
    found: &mut Vec<Finding>,
) {
    let none = Signs::default();
    let signs = liveness.signs.as_ref().unwrap_or(&none);
    light(rules, signs, live, found);
    relief(rules, signs, live, found);
    if signs.cuts > rules.cuts_max {
        found.push(not_confirmed(Why::Cut).map(|r| r.measured(signs.cuts, rules.cuts_max)));
    }
    noise(rules, signs, found);
    let likelihood = rules.fused.likelihood(signs, liveness.spoof);
    if !at_most(likelihood, rules.fused.refuse) {
        found.push(not_confirmed(Why::Spoof).map(|r| r.measured(likelihood, rules.fused.refuse)));
    } else if !at_most(likelihood, rules.fused.review) {
        let finding = not_confirmed(Why::Spoof).map(|r| r.ending(End::Review));
        found.push(finding.map(|r| r.measured(likelihood, rules.fused.review)));
    }
}

/// Noise of a sensor is another one in each frame. A camera that smooths it away shows none, as a drawing does: how little there
/// is counts among the signs together.
fn noise(rules: &SignRules, signs: &Signs, found: &mut Vec<Finding>) {
    if signs.noise.is_none() {
        found.push(unchecked(Why::Noise));
    }
    if let Some(grain) = signs
        .grain
        .filter(|grain| !at_most(*grain, rules.grain_max))
    {
        found.push(not_confirmed(Why::Grain).map(|r| r.measured(grain, rules.grain_max)));
    }
}

fn light(rules: &SignRules, signs: &Signs, live: &LiveEvidence, found: &mut Vec<Finding>) {
    if live.no_light.is_some() || live.colours == 0 {
        // The operator who shows no colours at all knows it; everybody else's session lacks a measure.
        if live.no_light != Some(NoLight::Policy) {
            found.extend(ended(not_confirmed(Why::NoLight), rules.no_light));
        }
        return;
    }
    let Some(light) = &signs.light else {
        found.push(not_confirmed(Why::Light));
        return;
    };
    let over = light.face_gain / light.background_gain.abs().max(1e-4);
    let least = |measured: f32, limit: f32| (at_least(measured, limit), measured, limit);
    let follows = [
        least(light.response, rules.light_response_min),
        (
            at_most(light.chance, rules.light_chance_max),
            light.chance,
            rules.light_chance_max,
        ),
        least(over, rules.light_face_over_background),
        least(light.spread, rules.light_spread_min),
    ];
    let fails = follows.into_iter().find(|(holds, ..)| !holds);
    if let Some((_, measured, limit)) = fails {
        found.push(not_confirmed(Why::Light).map(|r| r.measured(measured, limit)));
    } else if !at_least(light.face_gain, rules.light_gain_min) {
        let finding = not_confirmed(Why::NoLight);
        let measured = (light.face_gain, rules.light_gain_min);
        found.extend(ended(
            finding.map(|r| r.measured(measured.0, measured.1)),
            rules.no_light,
        ));
    }
}

fn relief(rules: &SignRules, signs: &Signs, live: &LiveEvidence, found: &mut Vec<Finding>) {
    let turned = live
        .cues
        .iter()
        .any(|cue| matches!(cue.cue, Cue::TurnLeft | Cue::TurnRight));
    let enough = |relief: &&ReliefEvidence| at_least(relief.turn, rules.relief_turn_min);
    match signs.relief.as_ref().filter(enough) {
        Some(relief) if !at_least(relief.residual, rules.relief_min) => {
            let finding = not_confirmed(Why::Flat);
            found.push(finding.map(|r| r.measured(relief.residual, rules.relief_min)));
        }
        Some(_) => {}
        None if turned => found.push(unchecked(Why::NoRelief)),
        None => {}
    }
}

fn not_done(cue: Cue) -> Finding {
    at(ReasonCode::ActionNotDone).map(|r| r.with("action", Param::Action(cue.action())))
}

fn unchecked(why: Why) -> Finding {
    at(ReasonCode::LivenessNotChecked).map(|r| r.why(why))
}

/// Pictures from something else than a camera. `None` where the policy wants to hear nothing of it.
fn untrusted(why: Why, end: SignEnd) -> Option<Finding> {
    let finding = Finding::new(ReasonCode::CaptureSourceUntrusted, Step::Liveness);
    ended(finding.map(|r| r.why(why)), end)
}

fn ended(finding: Finding, end: SignEnd) -> Option<Finding> {
    match end {
        SignEnd::Ignore => None,
        SignEnd::Review => Some(finding.map(|r| r.ending(End::Review))),
        SignEnd::Refuse => Some(finding),
    }
}
