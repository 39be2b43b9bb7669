//! A file of evidence holds only as long as nothing in it was altered and its verdict follows from it.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

#[path = "../../core/tests/decisions/support.rs"]
#[expect(
    dead_code,
    reason = "written for the tests of core, which use all of it"
)]
mod support;

use menshen_core::access::Role;
use menshen_core::ids::{CaseId, DecisionId, StaffId, TenantId, VerificationId};
use menshen_core::policy::{Part, Parts};
use menshen_core::question::{Judge, Question};
use menshen_core::review::{Queue, Verdict as Said, Vote};
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_core::{Outcome, Policy, ReasonCode};
use menshen_ledger::{
    CaseFile, EvidenceError, Hash, Human, InputFile, Signer, Verifier, verify_evidence,
    write_evidence,
};
use proptest::prelude::*;
use support::{Case, passport, prc_card, td1};

const NOW: Millis = Millis(1_763_800_000_000);

fn signer() -> Signer {
    Signer::new("kyc.example/evidence", &[1; 32]).unwrap()
}

fn parts(of: &[Part]) -> Parts {
    of.iter().copied().collect()
}

fn all() -> Parts {
    parts(&[Part::Data, Part::Document, Part::Face])
}

fn file(case: &Case, parts: Parts) -> CaseFile {
    let now = NOW;
    let Case {
        policy,
        claims,
        evidence,
        cards,
        today,
    } = case.clone();
    let question = Question {
        parts,
        flow: Flow::First,
        judge: Judge::Evidence,
        face_declined: false,
    };
    CaseFile {
        decision_id: DecisionId::new(now, [1; 10]),
        verification_id: VerificationId::new(now, [2; 10]),
        tenant_id: TenantId::new(now, [3; 10]),
        made_at: now,
        today,
        inputs: vec![
            InputFile::of("front", b"a photo"),
            InputFile::of("selfie", b"a face"),
        ],
        decision: question.decide(&policy, &claims, &evidence, &cards, today),
        question,
        claims,
        evidence,
        cards,
        human: None,
    }
}

/// The same case after people have looked at it.
fn reviewed(case: &Case, votes: Vec<Vote>, verdict: Said) -> CaseFile {
    let machine = write_evidence(&file(case, all()), &case.policy, &signer()).unwrap();
    let human = Human {
        case: CaseId::new(NOW, [4; 10]),
        queue: Queue::Review,
        level: "L2".to_owned(),
        saw: Hash::of(&machine),
        votes,
        verdict,
    };
    CaseFile {
        human: Some(human),
        ..file(case, all())
    }
}

fn vote(n: u8, role: Role, verdict: Said) -> Vote {
    Vote {
        staff: StaffId::new(NOW, [n; 10]),
        role,
        at: NOW,
        verdict,
    }
}

fn write(case: &Case) -> Result<Vec<u8>, EvidenceError> {
    write_evidence(&file(case, all()), &case.policy, &signer())
}

fn refused(bytes: &[u8], keys: &Verifier) -> EvidenceError {
    verify_evidence(bytes, keys).err().expect("refused")
}

#[test]
fn a_written_file_is_read_back_alike_and_its_verdict_follows_again() {
    for base in [prc_card, passport, td1] {
        for which in [
            &all(),
            &parts(&[Part::Data]),
            &parts(&[Part::Data, Part::Document]),
        ] {
            let case = base();
            let file = file(&case, which.clone());
            let bytes = write_evidence(&file, &case.policy, &signer()).unwrap();
            let read = verify_evidence(&bytes, &signer().verifier()).unwrap();
            assert_eq!(read.case.decision.outcome, Outcome::Approved);
            assert!(read.case == file && read.policy == case.policy);
            assert_eq!(read.key_id, signer().key_id());
        }
    }
}

#[test]
fn a_policy_stands_in_the_file_in_full() {
    let mut case = prc_card();
    case.policy = Policy::from_toml("version = \"own\"\n[face]\nyaw_max = 17.3\n").unwrap();
    let bytes = write(&case).unwrap();
    let read = verify_evidence(&bytes, &signer().verifier()).unwrap();
    assert_eq!(read.policy.identity(), case.policy.identity());
    assert_eq!(read.policy, case.policy);
}

#[test]
fn any_flipped_bit_is_found() {
    let mut bytes = write(&prc_card()).unwrap();
    let keys = signer().verifier();
    // Every bit of the beginning and the end, and some of each kind between.
    let size = bytes.len() * 8;
    let bits = (0..size).filter(|bit| *bit < 1_000 || size - bit < 2_500 || bit % 97 == 0);
    for bit in bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(verify_evidence(&bytes, &keys).is_err(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(verify_evidence(&bytes, &keys).is_ok());
    for cut in 0..bytes.len() - 1 {
        assert_eq!(refused(&bytes[..cut], &keys).code(), "malformed");
    }
}

#[test]
fn another_key_is_unknown_even_under_the_same_name() {
    let bytes = write(&prc_card()).unwrap();
    let other = Signer::new("kyc.example/evidence", &[2; 32]).unwrap();
    assert_eq!(refused(&bytes, &other.verifier()).code(), "unknown_key");
    assert!(verify_evidence(&bytes, &other.verifier().and(signer().verifier())).is_ok());
}

#[test]
fn a_decision_that_does_not_follow_is_not_written_and_the_error_names_codes_only() {
    let mut case = prc_card();
    case.evidence.selfie = None;
    let mut file = file(&case, all());
    file.decision.outcome = Outcome::Approved;
    file.decision.reasons.clear();
    let error = write_evidence(&file, &case.policy, &signer()).expect_err("does not follow");
    let EvidenceError::VerdictDiffers(difference) = &error else {
        panic!("{error}")
    };
    assert_eq!(difference.recorded.outcome, Outcome::Approved);
    assert_eq!(difference.recomputed.outcome, Outcome::Retry);
    assert_eq!(difference.reason, Some(ReasonCode::SelfieMissing));
    assert!(!format!("{error:?}").contains("张伟"));
}

#[test]
fn a_reason_that_differs_in_a_measure_alone_is_a_difference() {
    let mut case = prc_card();
    case.front().quality.blur = Some(9.5);
    let mut file = file(&case, all());
    let reason = file
        .decision
        .reasons
        .iter_mut()
        .find(|reason| reason.measured.is_some());
    let reason = reason.unwrap();
    reason.measured = Some(9.499_999.into());
    let error = write_evidence(&file, &case.policy, &signer()).expect_err("differs");
    assert_eq!(error.code(), "verdict_differs");
}

#[test]
fn a_decision_by_another_policy_is_refused() {
    let case = prc_card();
    let other = Policy::from_toml("[face]\nyaw_max = 17.3\n").unwrap();
    let error = write_evidence(&file(&case, all()), &other, &signer()).expect_err("another");
    assert_eq!(error.code(), "policy_differs");
}

#[test]
fn people_are_believed_where_their_votes_lead_to_their_verdict() {
    let (reviewer, senior) = (Role::Reviewer, Role::Senior);
    let refuse = || Said::Refuse {
        codes: [ReasonCode::DocDamaged].into(),
    };
    let approve = || Said::Approve;
    let mut case = prc_card();
    case.policy.to_review.insert(ReasonCode::DocBlurred);
    case.front().quality.blur = Some(9.5);
    let outcome = file(&case, all()).decision.outcome;
    assert_eq!(outcome, Outcome::Review);
    for (votes, verdict, holds) in [
        (vec![vote(1, reviewer, refuse())], refuse(), true),
        (vec![vote(1, reviewer, approve())], approve(), false),
        (
            vec![vote(1, reviewer, approve()), vote(2, senior, approve())],
            approve(),
            true,
        ),
        (
            vec![vote(1, reviewer, approve()), vote(2, reviewer, approve())],
            approve(),
            false,
        ),
        (
            vec![vote(1, senior, approve()), vote(1, senior, approve())],
            approve(),
            false,
        ),
        (
            vec![
                vote(1, senior, approve()),
                vote(2, Role::Operator, approve()),
            ],
            approve(),
            false,
        ),
        (
            vec![vote(1, reviewer, approve()), vote(2, senior, refuse())],
            refuse(),
            false,
        ),
        (vec![vote(1, reviewer, refuse())], approve(), false),
        (Vec::new(), approve(), false),
    ] {
        let said = format!("{votes:?} {verdict:?}");
        let file = reviewed(&case, votes, verdict);
        match write_evidence(&file, &case.policy, &signer()) {
            Ok(bytes) if holds => {
                let read = verify_evidence(&bytes, &signer().verifier()).unwrap();
                assert!(read.case == file && read.policy == case.policy, "{said}");
            }
            Err(error) if !holds => assert_eq!(error.code(), "votes_differ", "{said}"),
            Ok(_) => panic!("written: {said}"),
            Err(error) => panic!("{error}: {said}"),
        }
    }
}

#[test]
fn nobody_was_asked_about_what_the_machine_decided_alone() {
    let case = prc_card();
    let votes = vec![
        vote(1, Role::Senior, Said::Approve),
        vote(2, Role::Senior, Said::Approve),
    ];
    let file = reviewed(&case, votes, Said::Approve);
    assert_eq!(file.decision.outcome, Outcome::Approved);
    let error = write_evidence(&file, &case.policy, &signer()).expect_err("nobody was asked");
    assert_eq!(error.code(), "votes_differ");
}

#[test]
fn a_measure_that_is_not_a_number_is_refused_when_written() {
    for wrong in [f32::NAN, f32::INFINITY] {
        let mut case = prc_card();
        case.front().quality.glare = wrong;
        assert_eq!(write(&case).expect_err("no number").code(), "not_writable");
    }
}

/// Any number of 32 bits that JSON can name.
fn number() -> impl Strategy<Value = f32> {
    any::<u32>()
        .prop_map(f32::from_bits)
        .prop_filter("finite", |number| number.is_finite())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_survives_exactly(numbers in prop::collection::vec(number(), 12)) {
        let mut case = td1();
        let measures = case.front();
        measures.quality.blur = Some(numbers[0]);
        measures.quality.glare = numbers[1];
        measures.quality.shadow = numbers[2];
        measures.quality.moire = numbers[3];
        measures.quality.page_width = numbers[4];
        measures.traces.inconsistency = numbers[5];
        let face = case.face();
        face.pose.yaw = numbers[6];
        face.eyes_open = [numbers[7], numbers[8]];
        face.quality.backlight = numbers[9];
        case.score(numbers[10]);
        case.liveness().spoof = Some(numbers[11]);
        let bytes = write(&case).unwrap();
        let read = verify_evidence(&bytes, &signer().verifier()).unwrap();
        prop_assert!(read.case.evidence == case.evidence);
        prop_assert_eq!(read.case.evidence.face_match.unwrap().score.to_bits(), numbers[10].to_bits());
    }
}
