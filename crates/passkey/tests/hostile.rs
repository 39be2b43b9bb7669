//! Whatever a browser sends, nothing panics, and nothing is taken that was altered.

#![allow(clippy::unwrap_used)]

mod support;

use menshen_passkey::{Assertion, NewPasskey, Party, Person, Registration, Verification};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Device, Page, base64, unbase64};

struct World {
    party: Party,
    page: Page,
    device: Device,
    new: NewPasskey,
}

impl World {
    fn new() -> Self {
        let party = Party::new("https://id.exchange.example", "Exchange").unwrap();
        let page = Page::new("https://id.exchange.example", "id.exchange.example");
        let mut device = Device::phone(b"an id");
        let (options, state) = party.ask_to_register(PERSON, vec![]).unwrap();
        let answer = serde_json::from_value(device.register(&page, &options)).unwrap();
        let new = party.registered(&state, &answer).unwrap();
        Self {
            party,
            page,
            device,
            new,
        }
    }

    /// Hands in an answer to a registration after a change; was it taken?
    fn registered(&mut self, change: impl Fn(&mut Value)) -> bool {
        let (options, state) = self.party.ask_to_register(PERSON, vec![]).unwrap();
        let mut answer = self.device.register(&self.page, &options);
        change(&mut answer);
        let read = serde_json::from_value::<Registration>(answer);
        read.is_ok_and(|answer| self.party.registered(&state, &answer).is_ok())
    }

    /// The same with an answer to a question.
    fn shown(&mut self, change: impl Fn(&mut Value)) -> bool {
        let (options, state) = self.party.ask(&[], Verification::Required).unwrap();
        let mut answer = self.device.show(&self.page, &options);
        change(&mut answer);
        let read = serde_json::from_value::<Assertion>(answer);
        let passkey = &self.new.passkey;
        read.is_ok_and(|answer| self.party.shown(&state, passkey, &answer).is_ok())
    }
}

const PERSON: Person<'_> = Person {
    handle: b"somebody",
    name: "somebody",
};

/// The parts of an answer that are bytes.
const PARTS: [&str; 4] = [
    "attestationObject",
    "clientDataJSON",
    "authenticatorData",
    "signature",
];

/// Puts other bytes into a part that is there.
fn put(answer: &mut Value, part: &str, bytes: &[u8]) {
    if let Some(slot) = answer["response"].get_mut(part) {
        *slot = base64(bytes).into();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn bytes_of_any_kind_are_refused(
        part in prop::sample::select(PARTS.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut world = World::new();
        // A part that the answer does not have is left as it is.
        let taken = world.shown(|answer| put(answer, part, &bytes));
        prop_assert!(!taken || part == "attestationObject");
        let taken = world.registered(|answer| put(answer, part, &bytes));
        prop_assert!(!taken || ["authenticatorData", "signature"].contains(&part));
    }

    #[test]
    fn one_byte_that_is_altered_never_passes_at_sign_in(
        part in prop::sample::select(PARTS[1..].to_vec()),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let mut world = World::new();
        let taken = world.shown(|answer| {
            let mut bytes = unbase64(&answer["response"][part]);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            put(answer, part, &bytes);
        });
        prop_assert!(!taken, "{part}");
    }

    #[test]
    fn one_byte_that_is_altered_never_panics_at_registration(
        part in prop::sample::select(PARTS[..2].to_vec()),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        cut in any::<bool>(),
    ) {
        let mut world = World::new();
        world.registered(|answer| {
            let mut bytes = unbase64(&answer["response"][part]);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if cut {
                bytes.truncate(at);
            }
            put(answer, part, &bytes);
        });
    }

    #[test]
    fn json_of_any_kind_is_refused(text in "\\PC{0,200}") {
        prop_assert!(serde_json::from_str::<Assertion>(&text).is_err());
        prop_assert!(serde_json::from_str::<Registration>(&text).is_err());
    }
}

#[test]
fn depth_and_lengths_that_lie_are_refused() {
    let mut world = World::new();
    let deep: Vec<u8> = std::iter::repeat_n(0x81, 100_000).collect();
    let long = [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let tags: Vec<u8> = std::iter::repeat_n(0xc1, 100_000).collect();
    for bytes in [
        &deep[..],
        &long[..],
        &tags[..],
        &[0x9b; 9][..],
        &[0x5f; 1_000][..],
    ] {
        assert!(!world.registered(|answer| put(answer, "attestationObject", bytes)));
    }
    let nested = "[".repeat(100_000);
    assert!(!world.shown(|answer| put(answer, "clientDataJSON", nested.as_bytes())));
    assert!(serde_json::from_str::<Assertion>(&nested).is_err());
    let odd = json!({ "id": "", "rawId": "", "type": "public-key", "response": {
        "clientDataJSON": "", "authenticatorData": "", "signature": "", "userHandle": "" } });
    assert!(!world.shown(|answer| *answer = odd.clone()));
}
