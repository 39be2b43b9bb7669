//! The log and the files of evidence, checked through the binary.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use menshen_core::ids::{DecisionId, TenantId, VerificationId};
use menshen_core::policy::{Part, Parts};
use menshen_core::question::{Judge, Question};
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_core::{Claims, Evidence, ModelCards, Policy, decide};
use menshen_ledger::{
    CaseFile, Checkpoint, Entry, Frontier, InclusionProof, InputFile, ProofFile, Signer,
    StoredEntry, write_evidence,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::shared::{Run, menshen};

const NOW: Millis = Millis(1_763_800_000_000);

fn signer() -> Signer {
    Signer::new("kyc.example", &[1; 32]).unwrap()
}

/// A folder with a log of ten entries, its checkpoint, a proof, a file of evidence and the public key.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut frontier = Frontier::default();
        let mut lines = String::new();
        let mut leaves = Vec::new();
        for seq in 0..10 {
            frontier.append(entry(seq).leaf());
            leaves.push(entry(seq).leaf());
            let (entry, root) = (entry(seq), frontier.root());
            lines += &format!("{}\n", StoredEntry { entry, root }.to_line());
        }
        let checkpoint = Checkpoint::sign(frontier.head(), NOW, &signer());
        let proof = InclusionProof::of(&leaves, 3).unwrap();
        let proof = ProofFile::new(entry(3), proof, checkpoint.clone());
        folder.write("log.jsonl", lines);
        folder.write("checkpoint", checkpoint);
        folder.write("proof.json", proof.to_text());
        folder.write(
            "keys",
            format!("# trusted\n{}", signer().verifier().to_text()),
        );
        folder.write("front.jpg", "a photo");
        let (case, policy) = case();
        folder.write(
            "decision.json",
            write_evidence(&case, &policy, &signer()).unwrap(),
        );
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from));
        self.write(name, text.replacen(from, to, 1));
    }

    fn verify(&self, further: &[&str]) -> Run {
        let (log, checkpoint, keys) = (
            self.path("log.jsonl"),
            self.path("checkpoint"),
            self.path("keys"),
        );
        let args: [&Path; 8] = [
            "audit".as_ref(),
            "verify".as_ref(),
            "--entries".as_ref(),
            &log,
            "--checkpoint".as_ref(),
            &checkpoint,
            "--key".as_ref(),
            &keys,
        ];
        let further = further.iter().map(Path::new);
        menshen(&args.into_iter().chain(further).collect::<Vec<_>>())
    }

    fn check(&self, args: &[&str]) -> Value {
        let in_folder = |word: &&str| match self.path(word) {
            path if path.exists() => path,
            _ => PathBuf::from(word),
        };
        let mut args: Vec<PathBuf> = args.iter().map(in_folder).collect();
        args.extend(["--json".into(), "--key".into(), self.path("keys")]);
        menshen(&args).line()
    }
}

fn entry(seq: u64) -> Entry {
    Entry {
        seq,
        at: NOW,
        tenant: Some(TenantId::new(NOW, [3; 10])),
        actor: "operator".to_owned(),
        action: "policy.changed".to_owned(),
        object: "policy:2026-11+0123456789abcdef".to_owned(),
        detail: [("count".to_owned(), "7".to_owned())].into(),
    }
}

/// A decision about someone who handed in nothing but a form.
fn case() -> (CaseFile, Policy) {
    let (policy, evidence, cards) = (
        Policy::default(),
        Evidence::default(),
        ModelCards::default(),
    );
    let claims = r#"{"document": "passport", "country": "UTO", "name": "Eriksson Anna Maria",
        "birth_date": "1974-08-12", "number": "L898902C3"}"#;
    let claims = Claims::from_json(claims).unwrap();
    let today = date(2026, 11, 22);
    let case = CaseFile {
        decision_id: DecisionId::new(NOW, [1; 10]),
        verification_id: VerificationId::new(NOW, [2; 10]),
        tenant_id: TenantId::new(NOW, [3; 10]),
        made_at: NOW,
        today,
        inputs: vec![InputFile::of("front", b"a photo")],
        question: Question {
            parts: Parts::from([Part::Data, Part::Document, Part::Face]),
            flow: Flow::First,
            judge: Judge::Evidence,
            face_declined: false,
        },
        decision: decide(&policy, &claims, &evidence, &cards, today),
        claims,
        evidence,
        cards,
        human: None,
    };
    (case, policy)
}

#[test]
fn a_whole_log_is_valid_and_says_how_much_of_it_is_signed() {
    let folder = Folder::new();
    let found = folder.verify(&["--json"]).line();
    assert_eq!(found["valid"], true);
    assert_eq!((&found["size"], &found["signed"]), (&10.into(), &10.into()));
    assert_eq!(found["signed_at"], "2025-11-22T08:26:40Z");
    assert!(found["why"].is_null());
    let text = folder.verify(&[]).out;
    assert!(text.contains("10 entries, 10 of them signed"), "{text}");
}

#[test]
fn a_log_that_was_changed_or_cut_is_not_valid_and_the_place_is_named() {
    let folder = Folder::new();
    folder.change(
        "log.jsonl",
        "\"seq\":4,\"at\":1763800000000",
        "\"seq\":4,\"at\":1763800000001",
    );
    let found = folder.verify(&["--json"]).line();
    assert_eq!(
        (&found["valid"], &found["why"]),
        (&false.into(), &"altered".into())
    );
    assert_eq!(found["place"], 4);

    let folder = Folder::new();
    let text = std::fs::read_to_string(folder.path("log.jsonl")).unwrap();
    let cut: String = text
        .lines()
        .take(9)
        .map(|line| format!("{line}\n"))
        .collect();
    folder.write("log.jsonl", cut);
    let found = folder.verify(&["--json"]).line();
    assert_eq!(found["why"], "rolled_back");
    assert!(folder.verify(&[]).out.contains("not valid"));

    folder.write("log.jsonl", [0xff, b'\n', 0]);
    assert_eq!(folder.verify(&["--json"]).line()["why"], "malformed");
}

#[test]
fn a_checkpoint_by_another_key_is_called_forged() {
    let folder = Folder::new();
    let other = Signer::new("kyc.example", &[2; 32]).unwrap();
    folder.write(
        "checkpoint",
        Checkpoint::sign(Frontier::default().head(), NOW, &other),
    );
    let found = folder.verify(&["--json"]).line();
    assert_eq!(
        (&found["valid"], &found["why"]),
        (&false.into(), &"checkpoint_forged".into())
    );
}

#[test]
fn a_proof_shows_its_entry_and_fails_for_another() {
    let folder = Folder::new();
    let found = folder.check(&["audit", "proof", "proof.json"]);
    assert_eq!(
        (&found["valid"], &found["size"]),
        (&true.into(), &10.into())
    );
    assert_eq!(found["entry"]["action"], "policy.changed");
    folder.change("proof.json", "\"count\":\"7\"", "\"count\":\"8\"");
    let found = folder.check(&["audit", "proof", "proof.json"]);
    assert_eq!(
        (&found["valid"], &found["why"]),
        (&false.into(), &"not_included".into())
    );
}

#[test]
fn a_file_of_evidence_is_judged_again_and_nothing_personal_is_printed() {
    let folder = Folder::new();
    let found = folder.check(&[
        "evidence",
        "verify",
        "decision.json",
        "--input",
        "front.jpg",
    ]);
    assert_eq!(
        (&found["valid"], &found["outcome"]),
        (&true.into(), &"retry".into())
    );
    assert!(
        found["codes"]
            .as_array()
            .unwrap()
            .contains(&"selfie_missing".into())
    );
    let text = found.to_string();
    assert!(!text.contains("riksson") && !text.contains("L898902C3") && !text.contains("1974"));

    let found = folder.check(&["evidence", "verify", "decision.json", "--input", "keys"]);
    assert_eq!(
        (&found["valid"], &found["why"]),
        (&false.into(), &"input_unknown".into())
    );
}

#[test]
fn a_file_of_evidence_that_was_changed_is_not_valid() {
    let folder = Folder::new();
    folder.change("decision.json", "\"sig\":\"", "\"sig\":\"A");
    let found = folder.check(&["evidence", "verify", "decision.json"]);
    assert_eq!(
        (&found["valid"], &found["why"]),
        (&false.into(), &"malformed".into())
    );
}

#[test]
fn files_that_are_not_there_and_keys_that_are_none_are_wrong_usage() {
    let folder = Folder::new();
    folder.write("keys", "no key\n");
    let run = folder.verify(&[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("line 1"), "{}", run.err);
    let run = menshen(&["evidence", "verify", "none.json", "--key", "none"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(menshen(&["audit", "verify", "--entries", "none"]).code, 2);
}
