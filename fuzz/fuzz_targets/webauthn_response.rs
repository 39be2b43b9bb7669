//! Any bytes in the place of each part of a browser's answer about a passkey, and as the whole of it: never a panic, and nothing
//! is taken at sign-in, for nobody here has the key. The first byte says which part.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use menshen_passkey::{
    Asserting, Assertion, Party, Passkey, Person, Registering, Registration, Verification,
};
use serde_json::{Value, json};

/// The service, both kinds of questions, and a registered key, whose private half was thrown away.
struct World {
    party: Party,
    registering: Registering,
    asserting: Asserting,
    passkey: Passkey,
}

/// An answer to a registration, and the challenge that it answers.
const VECTOR: &str = include_str!("../seeds/webauthn_response/vector.json");

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let party = Party::new("https://example.org", "Example").expect("a good address");
    let person = Person {
        handle: b"somebody",
        name: "somebody",
    };
    let (_, state) = party.ask_to_register(person, vec![]).expect("a person");
    let vector: Value = serde_json::from_str(VECTOR).expect("the vector is JSON");
    let mut known = serde_json::to_value(state).expect("a state is JSON");
    known["challenge"] = vector["challenge"].clone();
    let registering: Registering = serde_json::from_value(known).expect("a state");
    let answer: Registration = serde_json::from_value(vector["answer"].clone()).expect("an answer");
    let passkey = party.registered(&registering, &answer).expect("the vector is good").passkey;
    let (_, asserting) = party.ask(&[], Verification::Required).expect("a question");
    World {
        party,
        registering,
        asserting,
        passkey,
    }
});

fuzz_target!(|bytes: &[u8]| {
    let world = &*WORLD;
    let Some((part, bytes)) = bytes.split_first() else {
        return;
    };
    let vector: Value = serde_json::from_str(VECTOR).expect("the vector is JSON");
    let mut made = vector["answer"].clone();
    let mut shown = json!({
        "id": made["id"], "rawId": made["id"], "type": "public-key",
        "response": { "clientDataJSON": "", "authenticatorData": "", "signature": "" },
    });
    let coded = Value::from(URL_SAFE_NO_PAD.encode(bytes));
    match part % 5 {
        0 => made["response"]["attestationObject"] = coded,
        1 => {
            made["response"]["clientDataJSON"] = coded.clone();
            shown["response"]["clientDataJSON"] = coded;
        }
        2 => shown["response"]["authenticatorData"] = coded,
        3 => shown["response"]["signature"] = coded,
        _ => match serde_json::from_slice::<Value>(bytes) {
            Ok(whole) => (made, shown) = (whole.clone(), whole),
            Err(_) => return,
        },
    }
    if let Ok(answer) = serde_json::from_value::<Registration>(made) {
        let _ = world.party.registered(&world.registering, &answer);
    }
    if let Ok(answer) = serde_json::from_value::<Assertion>(shown) {
        let shown = world.party.shown(&world.asserting, &world.passkey, &answer);
        assert!(shown.is_err(), "nobody has the key");
    }
});
