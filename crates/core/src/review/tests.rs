//! The whole matrix: who, with which past, at which stage, holding it or not, wants to do what.

use std::collections::BTreeSet;

use super::*;
use crate::reason::{ReasonCode, Step};
use crate::time::{DAY, MINUTE};

const NOW: Millis = Millis(1_000_000_000);

fn tenant(n: u8) -> TenantId {
    TenantId::new(NOW, [n; 10])
}

fn person(n: u8) -> StaffId {
    StaffId::new(NOW, [n; 10])
}

fn applicant(n: u8) -> ApplicantId {
    ApplicantId::new(NOW, [n; 10])
}

fn reviewer(n: u8, role: Role) -> Reviewer {
    Reviewer {
        tenant: tenant(1),
        staff: person(n),
        role,
        applicant: None,
    }
}

fn rules() -> ReviewRules {
    ReviewRules::default()
}

fn matter(queue: Queue, level: &str, codes: &[&str]) -> Matter {
    Matter {
        queue,
        level: level.to_owned(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn case(level: &str, codes: &[&str]) -> Case {
    let whose = (tenant(1), applicant(1));
    Case::new(
        whose,
        matter(Queue::Review, level, codes),
        BTreeSet::new(),
        NOW,
    )
}

fn refuse() -> Verdict {
    let codes = BTreeSet::from([ReasonCode::NameMismatch]);
    Verdict::Refuse { codes }
}

fn ask_again() -> Verdict {
    Verdict::AskAgain {
        steps: BTreeSet::from([Step::Selfie]),
        codes: BTreeSet::from([ReasonCode::FaceBlurred]),
    }
}

fn verdicts() -> [Verdict; 3] {
    [Verdict::Approve, refuse(), ask_again()]
}

/// Somebody takes a case and votes.
fn vote(case: Case, n: u8, role: Role, verdict: Verdict) -> (Case, Option<Settled>) {
    let who = reviewer(n, role);
    let case = case.claimed(&who, &rules(), NOW).expect("free");
    case.voted(&who, verdict, &rules(), NOW).expect("held")
}

/// Somebody takes a case and lets it go.
fn look(case: Case, n: u8) -> Case {
    let who = reviewer(n, Role::Senior);
    let case = case.claimed(&who, &rules(), NOW).expect("free");
    case.released(&who, Release::Open, &rules(), NOW)
        .expect("held")
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Fresh,
    AfterReviewer,
    AfterSenior,
    Disputed,
    Decided,
    Dropped,
    Recheck,
    RecheckDisputed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Past {
    New,
    Voted,
    KnowsIt,
    LetGo,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Claim {
    Free,
    Mine,
    MineRanOut,
    Others,
    OthersRanOut,
}

const STAGES: [Stage; 8] = [
    Stage::Fresh,
    Stage::AfterReviewer,
    Stage::AfterSenior,
    Stage::Disputed,
    Stage::Decided,
    Stage::Dropped,
    Stage::Recheck,
    Stage::RecheckDisputed,
];
const PASTS: [Past; 4] = [Past::New, Past::Voted, Past::KnowsIt, Past::LetGo];
const CLAIMS: [Claim; 5] = [
    Claim::Free,
    Claim::Mine,
    Claim::MineRanOut,
    Claim::Others,
    Claim::OthersRanOut,
];
/// Whom the matrix asks about, and colleagues.
const ME: u8 = 1;
const ONE: u8 = 2;
const TWO: u8 = 3;

/// Brings a case to a stage by what people do; `None` where the past cannot be had there.
fn reached(stage: Stage, past: Past) -> Option<Case> {
    let first = if past == Past::Voted { ME } else { ONE };
    let mut start = case("L2", &[]);
    if matches!(stage, Stage::Recheck | Stage::RecheckDisputed) {
        let mut original = case("L1", &[]);
        if past == Past::KnowsIt {
            original = look(original, ME);
        }
        let (original, settled) = vote(original, first, Role::Reviewer, Verdict::Approve);
        assert!(settled.is_some(), "one may approve alone");
        let mut again = original.recheck(original.votes[0].clone(), NOW);
        if past == Past::LetGo {
            again = look(again, ME);
        }
        return Some(match stage {
            Stage::Recheck => again,
            _ => vote(again, TWO, Role::Reviewer, refuse()).0,
        });
    }
    if past == Past::KnowsIt {
        start.barred.insert(person(ME));
    }
    if past == Past::LetGo {
        start = look(start, ME);
    }
    let approve = Verdict::Approve;
    match (stage, past) {
        (Stage::Fresh | Stage::Dropped, Past::Voted) => None,
        (Stage::Fresh, _) => Some(start),
        (Stage::Dropped, _) => {
            start.state = State::Dropped { at: NOW };
            Some(start)
        }
        (Stage::Decided, _) => Some(vote(start, first, Role::Reviewer, refuse()).0),
        (Stage::AfterReviewer, _) => Some(vote(start, first, Role::Reviewer, approve).0),
        (Stage::AfterSenior, _) => Some(vote(start, first, Role::Senior, approve).0),
        (_, _) => {
            let waiting = vote(start, first, Role::Reviewer, approve).0;
            Some(vote(waiting, TWO, Role::Senior, refuse()).0)
        }
    }
}

fn held(mut case: Case, claim: Claim) -> Case {
    let (by, until) = match claim {
        Claim::Free => return case,
        Claim::Mine => (ME, NOW.plus(1)),
        Claim::MineRanOut => (ME, NOW),
        Claim::Others => (9, NOW.plus(1)),
        Claim::OthersRanOut => (9, NOW),
    };
    if !case.is_closed() {
        case.state = State::Claimed {
            by: person(by),
            since: NOW.plus(-MINUTE),
            until,
        };
    }
    case
}

/// May somebody like this have anything to do with a case at this stage? Said from the outside, without a case.
fn fit(who: &Reviewer, stage: Stage, past: Past) -> bool {
    let works = matches!(who.role, Role::Reviewer | Role::Senior);
    let own_tenant = who.tenant == tenant(1);
    let own_case = who.applicant == Some(applicant(1));
    let open = !matches!(stage, Stage::Decided | Stage::Dropped);
    let blind = match past {
        Past::New => true,
        Past::Voted | Past::KnowsIt => false,
        // Whoever let the case go before the first vote has seen it too early to be the second.
        Past::LetGo => !matches!(
            stage,
            Stage::AfterReviewer | Stage::AfterSenior | Stage::Disputed
        ),
    };
    let senior = matches!(
        stage,
        Stage::AfterReviewer | Stage::Disputed | Stage::RecheckDisputed
    );
    works && own_tenant && !own_case && open && blind && (!senior || who.role == Role::Senior)
}

/// What a vote must lead to, by the stage alone.
#[derive(Debug, PartialEq)]
enum Leads {
    Settles,
    Waits,
    Refused,
}

fn leads(stage: Stage, verdict: &Verdict) -> Leads {
    match (stage, verdict) {
        (Stage::Fresh, Verdict::Approve) => Leads::Waits,
        (Stage::Fresh, _) => Leads::Settles,
        (Stage::AfterReviewer | Stage::AfterSenior | Stage::Recheck, Verdict::Approve) => {
            Leads::Settles
        }
        (Stage::AfterReviewer | Stage::AfterSenior | Stage::Recheck, _) => Leads::Waits,
        (Stage::Disputed | Stage::RecheckDisputed, Verdict::AskAgain { .. }) => Leads::Refused,
        (Stage::Disputed | Stage::RecheckDisputed, _) => Leads::Settles,
        (Stage::Decided | Stage::Dropped, _) => Leads::Refused,
    }
}

#[test]
fn nobody_does_what_they_may_not_and_everybody_what_they_may() {
    let mut n_cells = 0;
    let mut n_allowed = 0;
    for stage in STAGES {
        for past in PASTS {
            let Some(reached) = reached(stage, past) else {
                continue;
            };
            for claim in CLAIMS {
                let case = held(reached.clone(), claim);
                for who in everybody() {
                    let cell = format!("{stage:?} {past:?} {claim:?} {who:?}");
                    let fit = fit(&who, stage, past);
                    let takes = fit && claim != Claim::Others;
                    let taken = case.clone().claimed(&who, &rules(), NOW);
                    assert_eq!(taken.is_ok(), takes, "take: {cell}");
                    let works = fit && claim == Claim::Mine;
                    let released = case.clone().released(&who, Release::Open, &rules(), NOW);
                    assert_eq!(released.is_ok(), works, "release: {cell}");
                    n_cells += 2;
                    n_allowed += u32::from(takes) + u32::from(works);
                    for verdict in verdicts() {
                        let expected = match works {
                            true => leads(stage, &verdict),
                            false => Leads::Refused,
                        };
                        let voted = case.clone().voted(&who, verdict.clone(), &rules(), NOW);
                        let found = match voted {
                            Ok((_, Some(settled))) => {
                                assert_eq!(settled.verdict(), &verdict, "{cell}");
                                Leads::Settles
                            }
                            Ok((_, None)) => Leads::Waits,
                            Err(_) => Leads::Refused,
                        };
                        assert_eq!(found, expected, "{verdict:?}: {cell}");
                        n_cells += 1;
                        n_allowed += u32::from(found != Leads::Refused);
                    }
                }
            }
        }
    }
    println!("{n_cells} cells, {n_allowed} allowed");
    assert_eq!(n_cells, 30 * 5 * 16 * 5);
}

fn everybody() -> Vec<Reviewer> {
    let mut all = Vec::new();
    for role in Role::ALL {
        for tenant in [tenant(1), tenant(2)] {
            for applicant in [None, Some(applicant(1))] {
                all.push(Reviewer {
                    tenant,
                    staff: person(ME),
                    role,
                    applicant,
                });
            }
        }
    }
    all
}

/// Every sequence of up to three votes by people of all roles: what it would let happen.
#[test]
fn no_sequence_of_votes_approves_above_the_limit_without_two_people_of_whom_one_is_senior() {
    let mut votes_of_one = Vec::new();
    for role in Role::ALL {
        for n in [1, 2, 3] {
            for verdict in verdicts() {
                votes_of_one.push(Vote {
                    staff: person(n),
                    role,
                    at: NOW,
                    verdict,
                });
            }
        }
    }
    let of = |level, codes: &[&str]| matter(Queue::Review, level, codes);
    let mut n_ended = 0;
    for matter in [
        of("L2", &[]),
        of("L1", &["doc_edited"]),
        of("nobody_knows_it", &[]),
    ] {
        let mut sequences: Vec<Vec<Vote>> = vec![Vec::new()];
        for _ in 0..3 {
            let longer = sequences.iter().flat_map(|sequence| {
                let more = votes_of_one.iter().cloned();
                more.map(|vote| [sequence.clone(), vec![vote]].concat())
            });
            sequences = longer.collect();
            for votes in &sequences {
                let ended = standing(&matter, &rules(), votes);
                let Some(Standing::Ended(Verdict::Approve)) = ended else {
                    continue;
                };
                let with = votes.iter().filter(|vote| vote.verdict == Verdict::Approve);
                let people: BTreeSet<StaffId> = with.clone().map(|vote| vote.staff).collect();
                let senior = with.clone().any(|vote| vote.role == Role::Senior);
                let works = with.clone().all(|vote| standing::works(vote.role));
                assert!(people.len() >= 2 && senior && works, "{votes:?}");
                n_ended += 1;
            }
        }
    }
    assert!(n_ended > 0);
}

#[test]
fn what_lets_a_sign_of_fraud_go_takes_two_at_any_level() {
    let eyes = |queue, level, codes: &[&str], verdict: &Verdict| {
        matter(queue, level, codes).eyes(&rules(), verdict)
    };
    let (one, two) = (Eyes::One, Eyes::TwoWithSenior);
    for (queue, level, codes, expected) in [
        (Queue::Review, "L1", &[][..], [one, one, one]),
        (Queue::Review, "L1", &["doc_damaged"], [one, one, one]),
        (Queue::Review, "L2", &["doc_damaged"], [two, one, one]),
        (Queue::Review, "L1", &["doc_edited"], [two, one, two]),
        (
            Queue::Review,
            "L1",
            &["account_linked_conflict"],
            [two, one, two],
        ),
        (
            Queue::Review,
            "L1",
            &["a_code_of_tomorrow"],
            [two, one, two],
        ),
        (Queue::Appeal, "L1", &["name_mismatch"], [two, one, one]),
        (Queue::Recheck, "L1", &[], [Eyes::Two; 3]),
    ] {
        let found = verdicts().map(|verdict| eyes(queue, level, codes, &verdict));
        assert_eq!(found, expected, "{queue:?} {level} {codes:?}");
    }
}

#[test]
fn a_claim_that_runs_out_frees_the_case_and_one_that_is_renewed_does_not() {
    let (me, other) = (reviewer(ME, Role::Reviewer), reviewer(ONE, Role::Reviewer));
    let claim = rules().claim();
    let claimed = case("L2", &[]).claimed(&me, &rules(), NOW).expect("free");
    let late = NOW.plus(claim);
    assert_eq!(claimed.holder(late.plus(-1)), Some(me.staff));
    assert_eq!(claimed.holder(late), None);
    let vote = claimed.clone().voted(&me, refuse(), &rules(), late);
    assert_eq!(vote.expect_err("ran out"), Refused::NotHeld);
    let held = claimed.clone().claimed(&me, &rules(), late.plus(-1));
    let held = held.expect("their own");
    assert_eq!(
        held.clone()
            .claimed(&other, &rules(), late)
            .expect_err("held"),
        Refused::Held
    );
    assert!(matches!(held.state, State::Claimed { since, .. } if since == NOW));
    assert!(claimed.claimed(&other, &rules(), late).is_ok());
}

#[test]
fn whoever_knows_the_person_never_gets_the_case_again() {
    let me = reviewer(ME, Role::Senior);
    let claimed = case("L2", &[]).claimed(&me, &rules(), NOW).expect("free");
    let free = claimed
        .released(&me, Release::Conflict, &rules(), NOW)
        .expect("held");
    let later = NOW.plus(DAY);
    let again = free.claimed(&me, &rules(), later);
    assert_eq!(again.expect_err("barred"), Refused::Barred);
}

#[test]
fn a_recheck_is_upheld_or_not_and_never_by_who_decided() {
    let (original, _) = vote(case("L1", &[]), ONE, Role::Reviewer, Verdict::Approve);
    let again = original.recheck(original.votes[0].clone(), NOW);
    let refused = again
        .clone()
        .claimed(&reviewer(ONE, Role::Senior), &rules(), NOW);
    assert_eq!(refused.expect_err("their own decision"), Refused::Voted);
    let (upheld, settled) = vote(again.clone(), TWO, Role::Reviewer, Verdict::Approve);
    assert_eq!(upheld.is_upheld(&settled.expect("settled")), Some(true));
    assert!(!upheld.is_disputed(&rules()));
    let (disputed, settled) = vote(again, TWO, Role::Reviewer, refuse());
    assert!(settled.is_none() && disputed.is_disputed(&rules()));
    let (ended, settled) = vote(disputed, 5, Role::Senior, refuse());
    assert_eq!(ended.is_upheld(&settled.expect("settled")), Some(false));
    assert!(ended.is_disputed(&rules()));
}
