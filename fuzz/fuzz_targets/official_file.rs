//! Any bytes as a signed list, and any text as the payload of one that is well signed: never a panic, and whatever is called valid is
//! written alike.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use menshen_core::time::Millis;
use menshen_ledger::{Signer, verify_official, write_official};

const SEED: [u8; 32] = [7; 32];
const TYPE: &str = "application/vnd.menshen.official.v1+json";
const NOW: Millis = Millis(1_795_338_000_000);

fuzz_target!(|payload: &[u8]| {
    let signer = Signer::new("log", &SEED).expect("a good name");
    let keys = signer.verifier();
    assert!(verify_official(payload, &keys, NOW).is_err());
    let mut signed = format!("DSSEv1 {} {TYPE} {} ", TYPE.len(), payload.len()).into_bytes();
    signed.extend(payload);
    let signature = SigningKey::from_bytes(&SEED).sign(&signed).to_bytes();
    let envelope = format!(
        r#"{{"payload":"{}","payloadType":"{TYPE}","signatures":[{{"keyid":"{}","sig":"{}"}}]}}"#,
        STANDARD.encode(payload),
        signer.key_id(),
        STANDARD.encode(signature),
    );
    if let Ok(verified) = verify_official(envelope.as_bytes(), &keys, NOW) {
        let again = write_official(&verified.file, &signer).expect("what was read can be written");
        assert_eq!(again.trim_ascii_end(), envelope.as_bytes());
    }
});
