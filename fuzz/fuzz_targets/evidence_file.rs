//! Any bytes as a file of evidence, and any text as the payload of one that is well signed: never a panic,
//! and whatever is called valid has a verdict that follows from it.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use menshen_ledger::{ENGINE, Signer, verify_evidence, write_evidence};

const SEED: [u8; 32] = [7; 32];
const TYPE: &str = "application/vnd.menshen.evidence.v1+json";

fuzz_target!(|payload: &[u8]| {
    let signer = Signer::new("log", &SEED).expect("a good name");
    let keys = signer.verifier();
    assert!(verify_evidence(payload, &keys).is_err());
    let mut signed = format!("DSSEv1 {} {TYPE} {} ", TYPE.len(), payload.len()).into_bytes();
    signed.extend(payload);
    let signature = SigningKey::from_bytes(&SEED).sign(&signed).to_bytes();
    let envelope = format!(
        r#"{{"payload":"{}","payloadType":"{TYPE}","signatures":[{{"keyid":"{}","sig":"{}"}}]}}"#,
        STANDARD.encode(payload),
        signer.key_id(),
        STANDARD.encode(signature),
    );
    if let Ok(verified) = verify_evidence(envelope.as_bytes(), &keys)
        && verified.engine == ENGINE
    {
        let again = write_evidence(&verified.case, &verified.policy, &signer);
        assert!(again.is_ok_and(|bytes| verify_evidence(&bytes, &keys).is_ok()));
    }
});
