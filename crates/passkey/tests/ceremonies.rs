//! Registering and showing, and everything that is refused, with a browser and an authenticator in software.

#![allow(clippy::unwrap_used)]

mod support;

use menshen_passkey::{
    Allowed, Assertion, NewPasskey, Party, Person, Refused, Registration, Verification,
};
use serde_json::{Value, json};
use support::{BACKED_UP, Device, ELIGIBLE, PRESENT, Page, VERIFIED, base64};

const PERSON: Person<'_> = Person {
    handle: b"32 bytes that say nothing at all",
    name: "ada@example.com",
};

fn party() -> Party {
    Party::new("https://id.exchange.example/", "Exchange").unwrap()
}

fn page() -> Page {
    Page::new("https://id.exchange.example", "id.exchange.example")
}

fn register(device: &mut Device, page: &Page) -> Result<NewPasskey, Refused> {
    let party = party();
    let (options, state) = party.ask_to_register(PERSON, vec![]).unwrap();
    let answer = device.register(page, &options);
    let answer: Registration = serde_json::from_value(answer).unwrap();
    // What is kept between the two halves is text.
    let state = serde_json::to_string(&state).unwrap();
    party.registered(&serde_json::from_str(&state).unwrap(), &answer)
}

/// Shows a passkey; `change` alters the answer on its way.
fn show(
    device: &mut Device,
    new: &NewPasskey,
    page: &Page,
    change: impl Fn(&mut Value),
) -> Result<(bool, bool), Refused> {
    let party = party();
    let (options, state) = party.ask(&[], Verification::Required).unwrap();
    let mut answer = device.show(page, &options);
    change(&mut answer);
    let answer: Assertion = serde_json::from_value(answer).unwrap();
    let state = serde_json::to_string(&state).unwrap();
    let shown = party.shown(
        &serde_json::from_str(&state).unwrap(),
        &new.passkey,
        &answer,
    )?;
    Ok((shown.user_verified, shown.passkey.backed_up()))
}

#[test]
fn the_options_are_what_browsers_read() {
    let party = party();
    let known = vec![b"known".to_vec()];
    let (options, _) = party.ask_to_register(PERSON, known).unwrap();
    assert_eq!(
        options["rp"],
        json!({ "name": "Exchange", "id": "id.exchange.example" })
    );
    assert_eq!(options["user"]["id"], base64(PERSON.handle));
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"][0]["id"], base64(b"known"));
    let wanted = &options["authenticatorSelection"];
    assert_eq!(wanted["userVerification"], "preferred");
    assert_eq!(wanted["residentKey"], "preferred");
    let algorithms = options["pubKeyCredParams"].as_array().unwrap();
    let algorithms: Vec<_> = algorithms.iter().map(|one| one["alg"].as_i64()).collect();
    assert_eq!(algorithms, [Some(-7), Some(-35), Some(-257)]);
    let allowed = Allowed {
        id: b"one".to_vec(),
        transports: vec!["internal".to_owned(), "carrier_pigeon".to_owned()],
    };
    let (options, _) = party.ask(&[allowed], Verification::Preferred).unwrap();
    let allowed =
        json!([{ "type": "public-key", "id": base64(b"one"), "transports": ["internal"] }]);
    assert_eq!(options["allowCredentials"], allowed);
    assert_eq!(options["userVerification"], "preferred");
    assert_eq!(options["rpId"], "id.exchange.example");
    let (options, _) = party.ask(&[], Verification::Required).unwrap();
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["allowCredentials"], json!([]));
}

#[test]
fn every_kind_of_key_that_is_asked_for_registers_and_shows() {
    for algorithm in [-7, -35, -257] {
        let mut device = Device::with_algorithm(algorithm, b"an id");
        let new = register(&mut device, &page()).unwrap();
        assert_eq!(new.passkey.id(), b"an id");
        assert_eq!(new.transports, ["hybrid", "internal"]);
        assert!(new.user_verified);
        let shown = show(&mut device, &new, &page(), |_| ());
        assert_eq!(shown, Ok((true, false)), "{algorithm}");
        // Sealed and opened, it is the same.
        let kept = serde_json::to_vec(&new.passkey).unwrap();
        let again = NewPasskey {
            passkey: serde_json::from_slice(&kept).unwrap(),
            ..new
        };
        assert_eq!(show(&mut device, &again, &page(), |_| ()), shown);
    }
}

#[test]
fn what_the_device_did_is_told_each_time_and_judged_elsewhere() {
    for (at_first, later, expected) in [
        (PRESENT | VERIFIED, PRESENT | VERIFIED, Ok((true, false))),
        // A passkey that verified and does not now counts for less; it is no lie.
        (PRESENT | VERIFIED, PRESENT, Ok((false, false))),
        (PRESENT, PRESENT | VERIFIED, Ok((true, false))),
        (
            PRESENT | ELIGIBLE,
            PRESENT | ELIGIBLE | BACKED_UP,
            Ok((false, true)),
        ),
        (
            PRESENT | ELIGIBLE | BACKED_UP,
            PRESENT | ELIGIBLE,
            Ok((false, false)),
        ),
        (PRESENT, PRESENT | ELIGIBLE, Err(Refused::Backup)),
        (PRESENT | ELIGIBLE, PRESENT, Err(Refused::Backup)),
        (PRESENT, PRESENT | BACKED_UP, Err(Refused::Backup)),
        (PRESENT, VERIFIED, Err(Refused::Absent)),
    ] {
        let mut device = Device::phone(b"an id");
        device.flags = at_first;
        let new = register(&mut device, &page()).unwrap();
        assert_eq!(new.passkey.backup_eligible(), at_first & ELIGIBLE != 0);
        assert_eq!(new.passkey.backed_up(), at_first & BACKED_UP != 0);
        device.flags = later;
        let shown = show(&mut device, &new, &page(), |_| ());
        assert_eq!(shown, expected, "{at_first:#x} {later:#x}");
    }
    for (flags, refused) in [
        (VERIFIED, Refused::Absent),
        (PRESENT | BACKED_UP, Refused::Backup),
    ] {
        let mut device = Device::phone(b"an id");
        device.flags = flags;
        assert_eq!(register(&mut device, &page()).err(), Some(refused));
    }
}

#[test]
fn a_counter_goes_forward_or_there_may_be_a_copy() {
    let mut device = Device::token(b"an id");
    let mut new = register(&mut device, &page()).unwrap();
    for (counter, step, expected) in [
        (7, 1, Ok((true, false))),
        (100, 0, Ok((true, false))),
        (100, 0, Err(Refused::Counter)),
        (99, 0, Err(Refused::Counter)),
        (0, 0, Err(Refused::Counter)),
        (100, 1, Ok((true, false))),
    ] {
        (device.counter, device.step) = (counter, step);
        let party = party();
        let (options, state) = party.ask(&[], Verification::Required).unwrap();
        let answer = device.show(&page(), &options);
        let answer: Assertion = serde_json::from_value(answer).unwrap();
        let shown = party.shown(&state, &new.passkey, &answer);
        let flags = shown
            .as_ref()
            .map(|shown| (shown.user_verified, shown.passkey.backed_up()));
        assert_eq!(flags.map_err(|why| *why), expected, "{counter} {step}");
        if let Ok(shown) = shown {
            new.passkey = shown.passkey;
        }
    }
}

#[test]
fn what_was_made_elsewhere_is_refused() {
    let good = page();
    let foreign = "https://id.exchange.example.evil.example";
    for (made_on, refused) in [
        (
            Page {
                origin: foreign.to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "https://exchange.example".to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "https://a.id.exchange.example".to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "https://id.exchange.example:8443".to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "http://id.exchange.example".to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "android:apk-key-hash:AAAA".to_owned(),
                ..good.clone()
            },
            Refused::Origin,
        ),
        (
            Page {
                origin: "no address".to_owned(),
                ..good.clone()
            },
            Refused::Malformed,
        ),
        (
            Page {
                domain: "exchange.example".to_owned(),
                ..good.clone()
            },
            Refused::Domain,
        ),
        (
            Page {
                kind: Some("payment.get"),
                ..good.clone()
            },
            Refused::Type,
        ),
        (
            Page {
                cross_origin: true,
                ..good.clone()
            },
            Refused::CrossOrigin,
        ),
        (
            Page {
                top_origin: Some("https://evil.example"),
                ..good.clone()
            },
            Refused::CrossOrigin,
        ),
    ] {
        let mut device = Device::phone(b"an id");
        assert_eq!(
            register(&mut device, &made_on).err(),
            Some(refused),
            "{made_on:?}"
        );
        let new = register(&mut device, &good).unwrap();
        let shown = show(&mut device, &new, &made_on, |_| ());
        assert_eq!(shown, Err(refused), "{made_on:?}");
    }
    // The answer to one kind of question is none to the other.
    let mut device = Device::phone(b"an id");
    let new = register(&mut device, &good).unwrap();
    let create = Page {
        kind: Some("webauthn.create"),
        ..good.clone()
    };
    assert_eq!(show(&mut device, &new, &create, |_| ()), Err(Refused::Type));
    let get = Page {
        kind: Some("webauthn.get"),
        ..good
    };
    assert_eq!(register(&mut device, &get).err(), Some(Refused::Type));
}

#[test]
fn an_answer_to_an_earlier_question_or_of_another_key_is_refused() {
    let mut device = Device::phone(b"an id");
    let new = register(&mut device, &page()).unwrap();
    let party = party();
    let (first, _) = party.ask(&[], Verification::Required).unwrap();
    let (_, second) = party.ask(&[], Verification::Required).unwrap();
    let replayed = serde_json::from_value(device.show(&page(), &first)).unwrap();
    let shown = party.shown(&second, &new.passkey, &replayed);
    assert_eq!(shown.err(), Some(Refused::Challenge));
    let (options, state) = party.ask_to_register(PERSON, vec![]).unwrap();
    let answer: Registration =
        serde_json::from_value(device.register(&page(), &first_of(&options))).unwrap();
    assert_eq!(
        party.registered(&state, &answer).err(),
        Some(Refused::Challenge)
    );
    let mut twin = Device::phone(b"an id");
    assert_eq!(
        show(&mut twin, &new, &page(), |_| ()),
        Err(Refused::Signature)
    );
    let mut other = Device::phone(b"another id");
    assert_eq!(
        show(&mut other, &new, &page(), |_| ()),
        Err(Refused::Credential)
    );
    let (options, state) = party
        .ask_to_register(PERSON, vec![b"an id".to_vec()])
        .unwrap();
    let answer = serde_json::from_value(device.register(&page(), &options)).unwrap();
    assert!(
        party.registered(&state, &answer).is_err(),
        "registered before"
    );
}

/// Returns the same options with another challenge.
fn first_of(options: &Value) -> Value {
    let mut other = options.clone();
    other["challenge"] = base64(&[7; 32]).into();
    other
}

#[test]
fn an_answer_that_was_altered_on_its_way_is_refused() {
    let mut device = Device::phone(b"an id");
    let new = register(&mut device, &page()).unwrap();
    for (change, refused) in [
        (
            &(|a: &mut Value| a["id"] = "b3RoZXI".into()) as &dyn Fn(&mut Value),
            Refused::Malformed,
        ),
        (
            &|a: &mut Value| a["type"] = "password".into(),
            Refused::Malformed,
        ),
        (
            &|a: &mut Value| a["response"]["signature"] = "".into(),
            Refused::Signature,
        ),
        (
            &|a: &mut Value| a["response"]["authenticatorData"] = "AAAA".into(),
            Refused::Malformed,
        ),
        (
            &|a: &mut Value| a["response"]["clientDataJSON"] = base64(b"{}").into(),
            Refused::Malformed,
        ),
        (
            &|a: &mut Value| a["response"]["clientDataJSON"] = base64(b"[").into(),
            Refused::Malformed,
        ),
    ] {
        assert_eq!(show(&mut device, &new, &page(), change), Err(refused));
    }
    // A flag that somebody sets on the way breaks the signature.
    let verified = |answer: &mut Value| {
        let mut data = support::unbase64(&answer["response"]["authenticatorData"]);
        data[32] |= VERIFIED;
        answer["response"]["authenticatorData"] = base64(&data).into();
    };
    device.flags = PRESENT;
    assert_eq!(
        show(&mut device, &new, &page(), verified),
        Err(Refused::Signature)
    );
}

#[test]
fn refusals_have_a_word_each() {
    let mut words: Vec<_> = Refused::ALL.iter().map(|one| one.word()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Refused::ALL.len());
}
