//! The test vectors of the specification (WebAuthn, level 3, "Test Vectors"), each taken or refused as said here. Skipped without
//! `../shared`.

#![allow(clippy::unwrap_used)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by environment"
)]

mod support;

use std::collections::BTreeMap;

use menshen_passkey::{Assertion, Party, Passkey, Person, Refused, Registration, Verification};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use support::base64;

/// What becomes of each vector, by the end of its anchor: registration, then sign-in.
const EXPECTED: [(&str, Result<(), Refused>); 15] = [
    ("none-es256", Ok(())),
    ("packed-self-es256", Ok(())),
    // We are in nobody's frame: a passkey that was made in another site's page is refused by our own rule.
    ("none-es256-crossOrigin", Err(Refused::CrossOrigin)),
    ("none-es256-topOrigin", Err(Refused::CrossOrigin)),
    ("none-es256-long-credential-id", Ok(())),
    ("packed-es256", Ok(())),
    ("packed-es384", Ok(())),
    // The library verifies no signature on P-521, Ed25519 or Ed448, and no RSA key but one of 2,048 bits (the vector's has 3,482):
    // none of them is asked for.
    ("packed-es512", Err(Refused::Algorithm)),
    ("packed-rs256", Err(Refused::Algorithm)),
    ("packed-eddsa", Err(Refused::Algorithm)),
    ("packed-ed448", Err(Refused::Algorithm)),
    // Statements of two makers that the library cannot check, so that it refuses them: it hashes none for a TPM's, and reads this
    // description of an Android key not. No attestation is asked for, and browsers then send none.
    ("tpm-es256", Err(Refused::Algorithm)),
    ("android-key-es256", Err(Refused::Attestation)),
    ("apple-es256", Ok(())),
    ("fido-u2f-es256", Ok(())),
];

#[test]
fn every_vector_is_taken_or_refused_as_it_should() {
    let Some(text) = shared() else { return };
    let vectors = read(&text);
    let names: Vec<&str> = vectors.iter().map(|(name, ..)| name.as_str()).collect();
    let expected: Vec<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected, "the vectors of the file");
    let done = vectors.iter().map(|(name, made, shown)| {
        let done = register(made).and_then(|passkey| show(&passkey, made, shown));
        (name.as_str(), done)
    });
    assert_eq!(done.collect::<Vec<_>>(), EXPECTED);
}

/// The two halves of a vector: names and bytes.
type Half = BTreeMap<String, Vec<u8>>;

fn party() -> Party {
    Party::new("https://example.org", "Example").unwrap()
}

fn register(made: &Half) -> Result<Passkey, Refused> {
    let party = party();
    let person = Person {
        handle: b"somebody",
        name: "somebody",
    };
    let (_, state) = party.ask_to_register(person, vec![]).unwrap();
    let answer = json!({
        "id": base64(&made["credential_id"]), "rawId": base64(&made["credential_id"]), "type": "public-key",
        "response": {
            "clientDataJSON": base64(&made["clientDataJSON"]),
            "attestationObject": base64(&made["attestationObject"]),
        },
    });
    let answer: Registration = serde_json::from_value(answer).unwrap();
    let state = with_challenge(&state, &made["challenge"]);
    Ok(party.registered(&state, &answer)?.passkey)
}

fn show(passkey: &Passkey, made: &Half, shown: &Half) -> Result<(), Refused> {
    let party = party();
    let (_, state) = party.ask(&[], Verification::Preferred).unwrap();
    let answer = json!({
        "id": base64(&made["credential_id"]), "rawId": base64(&made["credential_id"]), "type": "public-key",
        "response": {
            "clientDataJSON": base64(&shown["clientDataJSON"]),
            "authenticatorData": base64(&shown["authenticatorData"]),
            "signature": base64(&shown["signature"]),
            "userHandle": null,
        },
    });
    let answer: Assertion = serde_json::from_value(answer).unwrap();
    let state = with_challenge(&state, &shown["challenge"]);
    party.shown(&state, passkey, &answer).map(|_| ())
}

/// Returns a ceremony's state as if the challenge of a vector had been drawn.
fn with_challenge<T: Serialize + DeserializeOwned>(state: &T, challenge: &[u8]) -> T {
    let mut state = serde_json::to_value(state).unwrap();
    assert!(state["challenge"].is_string());
    state["challenge"] = base64(challenge).into();
    serde_json::from_value(state).unwrap()
}

/// Reads the sections: a heading with an anchor, and two blocks of lines `name = h'hexadecimal'`.
fn read(text: &str) -> Vec<(String, Half, Half)> {
    let sections = text.split("\n## ").skip(1).filter_map(|section| {
        let (heading, body) = section.split_once('\n')?;
        let name = heading
            .split_once("{#sctn-test-vectors-")?
            .1
            .strip_suffix("}")?;
        let mut halves = body.split("<xmp").skip(1).map(half);
        let (made, shown) = (halves.next()?, halves.next()?);
        Some((name.to_owned(), made, shown))
    });
    sections.collect()
}

fn half(block: &str) -> Half {
    let lines = block.split("</xmp>").next().unwrap().lines();
    let pairs = lines.filter_map(|line| {
        let (name, rest) = line.split_once(" = h'")?;
        let (hex, _) = rest.split_once('\'')?;
        Some((name.to_owned(), unhex(hex)))
    });
    pairs.collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn shared() -> Option<String> {
    let root = std::env::var("MENSHEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let file = format!("{root}/data/vectors/webauthn_spec/test_vectors.bs");
    let found = std::fs::read_to_string(file).ok();
    if found.is_none() {
        println!("skipped: ../shared is absent");
    }
    found
}
