//! Any text as an entry, a checkpoint, a proof, public keys or a frontier: never a panic, and what is read
//! is written alike. The text is also signed, so that what lies behind the signature is reached.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use menshen_ledger::{
    Checkpoint, Frontier, ProofFile, Signer, StoredEntry, Trusted, Verifier, verify_log,
};

const SEED: [u8; 32] = [7; 32];

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let _ = frontier.root();
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let keys = Signer::new("log", &SEED).expect("a good name").verifier();
    if let Ok(read) = Verifier::from_text(text) {
        assert_eq!(Verifier::from_text(&read.to_text()).as_ref(), Ok(&read));
    }
    assert!(Checkpoint::open(text, &keys).is_err());
    let _ = ProofFile::verify(text, &keys);
    let entries = text.lines().map(StoredEntry::from_line);
    let _ = verify_log(entries, &Trusted::default());
    let signed = sign(text, &keys);
    if let Ok(checkpoint) = Checkpoint::open(&signed, &keys) {
        assert_eq!(checkpoint.origin, "log");
        let _ = verify_log(
            text.lines().map(StoredEntry::from_line),
            &Trusted::open([signed.as_str()], &keys).expect("one that opens"),
        );
    }
});

/// The note of a text, as the format describes it.
fn sign(text: &str, keys: &Verifier) -> String {
    let line = keys.to_text();
    let hash = line.split('+').nth(1).expect("name+id+key");
    let hash = u32::from_str_radix(hash, 16)
        .expect("eight digits")
        .to_be_bytes();
    let signature = SigningKey::from_bytes(&SEED)
        .sign(text.as_bytes())
        .to_bytes();
    let blob = STANDARD.encode([&hash[..], &signature].concat());
    format!("{text}\n\u{2014} log {blob}\n")
}
