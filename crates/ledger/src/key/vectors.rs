//! The vectors of Project Wycheproof for Ed25519, through the check that every signature of ours goes through. Skipped without
//! `../shared`.

use serde_json::Value;

use super::{KeyId, PublicKey, Signed, Verifier, VerifyingKey};

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by environment"
)]
fn vectors(file: &str) -> Option<Value> {
    let root = std::env::var("MENSHEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let found = std::fs::read_to_string(format!("{root}/data/vectors/wycheproof/{file}")).ok();
    if found.is_none() {
        println!("skipped: ../shared is absent");
    }
    found.map(|text| serde_json::from_str(&text).expect("the vectors are JSON"))
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("a text of digits").as_bytes();
    let pairs = digits.chunks(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits"))
        .collect()
}

/// Is a signature good to whoever was given the public key as text?
fn is_good(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = key.try_into().ok().map(VerifyingKey::from_bytes);
    let Some(Ok(key)) = key else {
        return false;
    };
    let id = KeyId::new("vectors", &key).expect("a name");
    let text = PublicKey {
        id: id.clone(),
        key,
    }
    .to_string();
    let (Ok(keys), Ok(signature)) = (Verifier::from_text(&text), signature.try_into()) else {
        return false;
    };
    keys.check(&id, message, signature) == Signed::Well
}

#[test]
fn signatures_of_the_vectors_are_judged_as_they_say() {
    let Some(file) = vectors("ed25519_test.json") else {
        return;
    };
    let mut n_judged = 0;
    for group in file["testGroups"].as_array().expect("groups") {
        let key = bytes(&group["publicKey"]["pk"]);
        for test in group["tests"].as_array().expect("tests") {
            let good = is_good(&key, &bytes(&test["msg"]), &bytes(&test["sig"]));
            let expected = test["result"] == "valid";
            assert_eq!(good, expected, "{} {}", test["tcId"], test["comment"]);
            n_judged += 1;
        }
    }
    println!("{n_judged} signatures");
    assert_eq!(file["numberOfTests"], n_judged);
}
