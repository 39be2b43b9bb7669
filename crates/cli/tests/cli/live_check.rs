//! The whole protocol of a live check against a real service with its real engine: a client that streams what its camera sees.
//!
//! Three cameras: a clip of a real person, whose face is lit by what the screen shows; a drawn person who is there (simulated);
//! and a puppet of the same portrait in place of the camera's picture, which does all that is asked and knows no light.

mod camera;
mod client;
mod service;

use menshen_specimen::attack::Species;
use serde_json::Value;

use camera::{Camera, Clip, Drawn};
use client::{Ended, Way};
use service::Place;

/// Sessions that a client opens until one asks for what a clip can show.
const TRIES: u32 = 30;

#[test]
fn a_person_passes_and_a_puppet_does_not() {
    let Some(place) = Place::start(service::USUAL) else {
        return;
    };
    for (species, way) in [
        (Species::BonaFide, Way::Socket),
        (Species::BonaFide, Way::Requests),
    ] {
        let ended = last_of(3, |n| {
            place.check(&mut Drawn::new(&place.people, species, 3 + n), way)
        });
        assert_eq!(ended.state(), "done", "{way:?}: {ended:?}");
        assert!(ended.within_ms < 2_000, "{ended:?}");
        println!(
            "{way:?}: verdict {} ms after the last frame",
            ended.within_ms
        );
    }
    let ended = place.check(
        &mut Drawn::new(&place.people, Species::InjectedPuppet, 5),
        Way::Socket,
    );
    assert_eq!(ended.state(), "again", "{ended:?}");
    // The person learns that it failed and what helps, and nothing of which sign it was.
    let told = &ended.over["reasons"];
    assert_eq!(told[0]["code"], Value::Null, "{told}");
    assert!(
        told[0]["remedy"]["zh-CN"]
            .as_str()
            .is_some_and(|text| text.contains("前置摄像头"))
    );
    for word in ["light", "relief", "grain", "colour", "measured"] {
        assert!(
            !ended.over.to_string().contains(&format!("\"{word}\"")),
            "{word}: {}",
            ended.over
        );
    }
    // The operator learns it all.
    let found = place.found(&ended);
    assert!(
        found.contains("the face does not follow the colours of the screen"),
        "{found}"
    );
}

#[test]
fn a_clip_of_a_real_person_passes() {
    let Some(clip) = Clip::cut("tran/real.mp4") else {
        return;
    };
    let Some(place) = Place::start(service::TURNS) else {
        return;
    };
    let mut tries = 0;
    let ended = loop {
        tries += 1;
        let ended = place.check(&mut clip.play(&place.engine, u64::from(tries)), Way::Socket);
        // A clip cannot do what it does not show: only sessions that ask for a turn to the right count.
        if !ended.given_up || tries == TRIES {
            break ended;
        }
    };
    println!("the clip was asked for what it shows in session {tries}");
    assert_eq!(ended.state(), "done", "{ended:?} {:?}", place.found(&ended));
}

#[test]
fn a_clip_of_a_screen_does_not_pass() {
    let Some(clip) = Clip::cut("tran/fake.mp4") else {
        return;
    };
    let Some(place) = Place::start(service::TURNS) else {
        return;
    };
    for n in 0..3 {
        let ended = place.check(&mut clip.run(n), Way::Socket);
        assert_eq!(ended.state(), "again", "{ended:?}");
    }
}

/// A drawn person may be unlucky, as real ones are: one in ten is asked to try again. Returns the first session that passed, or the last.
fn last_of(most: u64, mut check: impl FnMut(u64) -> Ended) -> Ended {
    let mut n = 0;
    loop {
        let ended = check(n);
        n += 1;
        if ended.state() == "done" || n == most {
            return ended;
        }
        println!("again: {}", ended.over);
    }
}
