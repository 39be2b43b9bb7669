//! The vectors of Project Wycheproof through the crates that this one computes with: what the codes of authenticator apps, the
//! proofs of live checks, the signatures of deliveries, derived keys and the certificates of TLS stand on. Skipped without
//! `../shared`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use menshen_store::OidcAlg;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use crate::oidc::jwt;

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
    found.map(|text| serde_json::from_str(&text).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// Judges every test of a file, with the group that it stands in.
fn judge(file: &str, is_good: impl Fn(&Value, &Value) -> bool) {
    let Some(vectors) = vectors(file) else {
        return;
    };
    let mut n_judged = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let expected = test["result"] == "valid";
            let (id, comment) = (&test["tcId"], &test["comment"]);
            assert_eq!(is_good(group, test), expected, "{file} {id} {comment}");
            n_judged += 1;
        }
    }
    println!("{file}: {n_judged} tests");
    assert_eq!(vectors["numberOfTests"], n_judged);
}

/// Compares as many bytes as the group's tags have.
fn has_tag(computed: &[u8], group: &Value, test: &Value) -> bool {
    let length = group["tagSize"].as_u64().unwrap() as usize / 8;
    computed[..length] == bytes(&test["tag"])
}

#[test]
fn hmac_with_sha_1_is_that_of_the_vectors() {
    judge("hmac_sha1_test.json", |group, test| {
        let mut mac = Hmac::<Sha1>::new_from_slice(&bytes(&test["key"])).unwrap();
        mac.update(&bytes(&test["msg"]));
        has_tag(&mac.finalize().into_bytes(), group, test)
    });
}

#[test]
fn hmac_with_sha_256_is_that_of_the_vectors() {
    judge("hmac_sha256_test.json", |group, test| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&bytes(&test["key"])).unwrap();
        mac.update(&bytes(&test["msg"]));
        has_tag(&mac.finalize().into_bytes(), group, test)
    });
}

#[test]
fn hkdf_is_that_of_the_vectors_and_gives_no_more_than_it_may() {
    judge("hkdf_sha256_test.json", |_, test| {
        let mut derived = vec![0; test["size"].as_u64().unwrap() as usize];
        let (salt, secret) = (bytes(&test["salt"]), bytes(&test["ikm"]));
        let expanded = Hkdf::<Sha256>::new(Some(&salt), &secret)
            .expand(&bytes(&test["info"]), &mut derived)
            .is_ok();
        expanded && derived == bytes(&test["okm"])
    });
}

fn ecdsa(algorithm: &'static dyn VerificationAlgorithm, group: &Value, test: &Value) -> bool {
    let key = bytes(&group["publicKey"]["uncompressed"]);
    let key = UnparsedPublicKey::new(algorithm, key);
    key.verify(&bytes(&test["msg"]), &bytes(&test["sig"]))
        .is_ok()
}

#[test]
fn signatures_on_p_256_are_judged_as_the_vectors_say() {
    judge("ecdsa_secp256r1_sha256_test.json", |group, test| {
        ecdsa(&ECDSA_P256_SHA256_ASN1, group, test)
    });
    judge("ecdsa_secp256r1_sha256_p1363_test.json", |group, test| {
        ecdsa(&ECDSA_P256_SHA256_FIXED, group, test)
    });
}

/// The public keys of a group that we would read: those that say they sign, in one of our two ways.
fn signers(group: &Value) -> Vec<(String, Vec<u8>)> {
    let keys = group.get("public").or(group.get("private"));
    let keys = keys.expect("keys of a group");
    let all = keys["keys"]
        .as_array()
        .map_or(vec![keys], |all| all.iter().collect());
    let ours = all.into_iter().filter(|key| {
        let is = |name: &str, value: &str| key[name] == value;
        is("kty", "EC") && is("crv", "P-256") && is("alg", "ES256") && is("use", "sig")
    });
    let half = |key: &Value, name: &str| {
        let text = key[name].as_str().unwrap();
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    };
    let key = |key: &Value| {
        let point = [vec![4], half(key, "x"), half(key, "y")].concat();
        (key["kid"].as_str().unwrap().to_owned(), point)
    };
    ours.map(key).collect()
}

/// ID tokens are read in the two ways in which we sign them: what is valid and signed in another way is refused, too.
#[test]
fn signed_tokens_are_judged_as_the_vectors_say() {
    let mut n_taken = 0;
    for file in [
        "json_web_signature_test.json",
        "json_web_key_test.json",
        "json_web_crypto_test.json",
    ] {
        let Some(vectors) = vectors(file) else {
            return;
        };
        let (mut n_judged, mut n_of_others) = (0, 0);
        for group in vectors["testGroups"].as_array().unwrap() {
            let signers = signers(group);
            for test in group["tests"].as_array().unwrap() {
                let Some(token) = test["jws"].as_str() else {
                    // Encrypted tokens are none of ours.
                    continue;
                };
                let keys = signers.iter().map(|(kid, public)| jwt::Verifying {
                    kid: kid.clone(),
                    alg: OidcAlg::Es256,
                    public,
                });
                let taken = jwt::payload(keys, token).is_some();
                let valid = test["result"] == "valid";
                let (id, comment) = (&test["tcId"], &test["comment"]);
                assert!(valid || !taken, "{file} {id} {comment}");
                assert!(
                    taken || !valid || signers.is_empty(),
                    "{file} {id} {comment}"
                );
                n_judged += 1;
                n_taken += usize::from(taken);
                n_of_others += usize::from(valid && !taken);
            }
        }
        println!(
            "{file}: {n_judged} tests, {n_of_others} of them valid and signed in no way of ours"
        );
        assert!(n_judged > 0, "{file}");
    }
    assert!(n_taken > 0, "tokens of ours are taken");
}
