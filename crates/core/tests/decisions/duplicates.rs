//! The same person on another account: always a person's to decide, never refused and never approved.

use menshen_core::card::Grade;
use menshen_core::decide::{Decision, Outcome};
use menshen_core::duplicate::{Duplicates, FaceHit, FaceSearch, Missing};
use menshen_core::ids::{ApplicantId, BlockId};
use menshen_core::policy::{DuplicateRules, Part, Parts};
use menshen_core::question::{Judge, Question};
use menshen_core::reason::End;
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_core::{Evidence, Policy, ReasonCode};
use proptest::prelude::*;

use crate::support::{Case, embedder, prc_card};

fn question() -> Question {
    Question {
        parts: Parts::from([Part::Data, Part::Document, Part::Face]),
        flow: Flow::First,
        judge: Judge::Evidence,
        face_declined: false,
    }
}

fn judge(case: &Case) -> Decision {
    question().decide(
        &case.policy,
        &case.claims,
        &case.evidence,
        &case.cards,
        case.today,
    )
}

fn with(
    found: Option<Duplicates>,
    rules: impl Fn(&mut DuplicateRules),
) -> (Outcome, Vec<&'static str>) {
    let mut case = prc_card();
    rules(&mut case.policy.duplicates);
    case.evidence.duplicates = found;
    let decision = judge(&case);
    let codes = decision.reasons.iter().map(|reason| reason.code.as_str());
    (decision.outcome, codes.collect())
}

fn applicant(n: u8) -> ApplicantId {
    ApplicantId::new(Millis(1), [n; 10])
}

fn block(n: u8) -> BlockId {
    BlockId::new(Millis(1), [n; 10])
}

fn face(searched: u64, score: f32) -> FaceSearch {
    FaceSearch {
        model: "embedder".to_owned(),
        searched,
        others: vec![FaceHit {
            id: applicant(1),
            score,
        }],
        ..FaceSearch::default()
    }
}

fn of_face(face: FaceSearch) -> Option<Duplicates> {
    Some(Duplicates {
        face: Some(face),
        ..Duplicates::default()
    })
}

const CONFLICT: &str = "account_linked_conflict";
const BLOCKED: &str = "blocklist_hit";
const NOT_SEARCHED: &str = "duplicate_not_searched";

#[test]
fn what_is_found_goes_to_a_person() {
    let approved = (Outcome::Approved, vec![]);
    let review = |codes| (Outcome::Review, codes);
    let usual = |found| with(Some(found), |_| {});
    let nothing = Duplicates::default;
    assert_eq!(usual(nothing()), approved);
    let document = || Duplicates {
        document: vec![applicant(1)],
        ..nothing()
    };
    let identity = || Duplicates {
        identity: vec![applicant(1), applicant(2)],
        ..nothing()
    };
    let blocked = Duplicates {
        blocked: vec![block(1)],
        ..nothing()
    };
    assert_eq!(usual(document()), review(vec![CONFLICT]));
    assert_eq!(usual(identity()), review(vec![CONFLICT]));
    assert_eq!(usual(blocked), review(vec![BLOCKED]));
    let without = |found| {
        with(Some(found), |rules| {
            (rules.documents, rules.identities) = (false, false);
        })
    };
    assert_eq!(without(document()), approved);
    assert_eq!(without(identity()), approved);
}

#[test]
fn a_face_counts_from_the_score_that_the_number_of_faces_asks_for() {
    let card = embedder(Grade::Production);
    let rules = DuplicateRules::default();
    for searched in [1, 1_000, 1_000_000] {
        let score = rules.score(&card, searched).expect("calibrated");
        let at = |score| with(of_face(face(searched, score)), |_| {});
        assert_eq!(at(score).1, [CONFLICT], "{searched}");
        assert_eq!(at(score - 0.001).1, [""; 0], "{searched}");
        assert_eq!(at(f32::NAN).1, [CONFLICT], "{searched}");
    }
    let score = |searched| rules.score(&card, searched);
    assert!(score(1_000) > score(10) && score(1_000_000) > score(1_000));
    // A fixed score takes the card's place.
    let at = |score| {
        with(of_face(face(1_000_000, score)), |rules| {
            rules.face_score = 0.5
        })
        .1
    };
    assert_eq!((at(0.5), at(0.49)), (vec![CONFLICT], vec![]));
    let mut found = face(10, 0.99);
    found.blocked = vec![FaceHit {
        id: block(1),
        score: 0.99,
    }];
    found.others.clear();
    assert_eq!(with(of_face(found), |_| {}).1, [BLOCKED]);
    assert_eq!(
        with(of_face(face(10, 0.99)), |rules| rules.faces = false).1,
        [""; 0]
    );
}

#[test]
fn what_was_not_searched_is_not_approved() {
    for missing in [Missing::NotReady, Missing::NoVector, Missing::Uncalibrated] {
        let search = FaceSearch {
            missing: Some(missing),
            ..FaceSearch::default()
        };
        assert_eq!(
            with(of_face(search), |_| {}),
            (Outcome::Review, vec![NOT_SEARCHED])
        );
    }
    let unknown = FaceSearch {
        model: "another".to_owned(),
        ..face(1, 0.0)
    };
    assert_eq!(with(of_face(unknown), |_| {}).1, [NOT_SEARCHED]);
    let required = |rules: &mut DuplicateRules| rules.required = true;
    assert_eq!(with(None, required).1, [NOT_SEARCHED]);
    assert_eq!(
        with(Some(Duplicates::default()), required).1,
        [NOT_SEARCHED]
    );
    let partly = FaceSearch {
        uncompared: 1,
        ..face(1, 0.0)
    };
    assert_eq!(with(of_face(partly.clone()), |_| {}).1, [""; 0]);
    assert_eq!(with(of_face(partly), required).1, [NOT_SEARCHED]);
    assert_eq!(with(of_face(face(1, 0.0)), required).1, [""; 0]);
}

#[test]
fn whoever_must_put_something_right_is_not_told_that_nobody_searched() {
    let mut case = prc_card();
    case.policy.duplicates.required = true;
    case.evidence.selfie = None;
    let decision = judge(&case);
    assert_eq!(decision.outcome, Outcome::Retry);
    let codes: Vec<ReasonCode> = decision.reasons.iter().map(|reason| reason.code).collect();
    assert!(
        !codes.contains(&ReasonCode::DuplicateNotSearched),
        "{codes:?}"
    );
}

#[test]
fn the_new_codes_tell_nothing_and_end_before_a_person() {
    for code in [ReasonCode::BlocklistHit, ReasonCode::DuplicateNotSearched] {
        let spec = code.spec();
        assert_eq!(spec.end, End::Review);
        assert_eq!(spec.disclosure, menshen_core::reason::Disclosure::None);
        assert!(!spec.counts);
    }
}

#[test]
fn evidence_and_policies_of_before_stay_as_they_were() {
    let case = prc_card();
    let text = serde_json::to_string(&case.evidence).expect("evidence serialises");
    assert!(!text.contains("duplicates"));
    let read: Evidence = serde_json::from_str(&text).expect("evidence reads");
    assert_eq!(read, case.evidence);
    assert!(!Policy::default().to_toml().contains("duplicates"));
    let own = Policy::from_toml("[duplicates]\nfalse_hits = 0.01").expect("a policy");
    assert_ne!(own.identity(), Policy::default().identity());
    assert_eq!(Policy::from_toml(&own.to_toml()).expect("reads back"), own);
    for wrong in [
        "false_hits = 0.0",
        "false_hits = 0.5",
        "face_score = 1.5",
        "doubts = 1",
    ] {
        assert!(
            Policy::from_toml(&format!("[duplicates]\n{wrong}")).is_err(),
            "{wrong}"
        );
    }
    // What stands in the file is what stands in the code, of which the identity leaves it out.
    assert!(Policy::default().duplicates.is_usual());
}

fn hits<Id>(id: impl Fn(u8) -> Id + 'static) -> impl Strategy<Value = Vec<FaceHit<Id>>>
where
    Id: std::fmt::Debug,
{
    prop::collection::vec((any::<u8>(), any::<f32>()), 0..4).prop_map(move |hits| {
        hits.into_iter()
            .map(|(n, score)| FaceHit { id: id(n), score })
            .collect()
    })
}

fn anything() -> impl Strategy<Value = Duplicates> {
    let search = (hits(applicant), hits(block), any::<u64>(), any::<bool>()).prop_map(
        |(others, blocked, searched, known)| FaceSearch {
            model: if known { "embedder" } else { "another" }.to_owned(),
            searched,
            others,
            blocked,
            ..FaceSearch::default()
        },
    );
    let ids = || prop::collection::vec(any::<u8>().prop_map(applicant), 0..3);
    (ids(), ids(), prop::option::of(search)).prop_map(|(document, identity, face)| Duplicates {
        document,
        identity,
        face,
        ..Duplicates::default()
    })
}

proptest! {
    #[test]
    fn nothing_that_is_found_refuses_or_improves(found in anything(), faceless in any::<bool>()) {
        let mut case = prc_card();
        if faceless {
            case.evidence.selfie = None;
        }
        let before = judge(&case).outcome;
        case.evidence.duplicates = Some(found.clone());
        let after = judge(&case).outcome;
        prop_assert!(after == before || (before == Outcome::Approved && after == Outcome::Review));
        if !found.document.is_empty() {
            prop_assert!(after >= Outcome::Review);
        }
    }
}
