use super::*;
use crate::reason::ReasonCode;
use crate::time::HOUR;

const START: Millis = Millis(1_000_000);

fn decision(outcome: Outcome) -> Decision {
    Decision {
        outcome,
        reasons: Vec::new(),
        policy_version: String::new(),
    }
}

fn processing() -> State {
    let state = State::new(START).collected(START).expect("open");
    state.submitted(START).expect("collected")
}

fn after(outcome: Outcome, retry_at: Option<Millis>) -> State {
    let verdict = Verdict::new(
        &Policy::default(),
        &decision(outcome),
        None,
        retry_at,
        START,
    );
    processing().decided(&verdict, START).expect("processing")
}

#[test]
fn a_verification_goes_from_nothing_to_verified() {
    let state = State::new(START);
    assert_eq!(state.status(), Status::NotStarted);
    assert!(state.submitted(START).is_err(), "nothing to submit");
    assert_eq!(processing().status(), Status::InProgress);
    assert_eq!(after(Outcome::Approved, None).status(), Status::Verified);
}

#[test]
fn a_decision_is_final() {
    let state = after(Outcome::Approved, None);
    let verdict = Verdict::Failed { retry: Retry::Now };
    assert!(state.decided(&verdict, START).is_err());
    assert!(state.collected(START).is_err());
    assert!(state.submitted(START).is_err());
}

#[test]
fn a_failure_can_be_retried_at_once_later_or_by_an_appeal_only() {
    let at = START.plus(HOUR);
    let now = after(Outcome::Retry, None);
    let later = after(Outcome::Retry, Some(at));
    let never = after(Outcome::Refused, None);
    assert!(now.collected(START).is_ok());
    assert_eq!(
        later.collected(START).expect_err("too early").retry_at,
        Some(at)
    );
    assert!(later.collected(at).is_ok());
    assert!(never.collected(at.plus(1_000 * HOUR)).is_err());
}

#[test]
fn nothing_changes_while_it_is_judged_or_reviewed() {
    for state in [processing(), after(Outcome::Review, None)] {
        assert!(state.collected(START).is_err());
        assert!(state.submitted(START).is_err());
        assert!(state.expired(Expiry::LeftLying, START).is_err());
        assert!(state.is_open());
    }
    assert_eq!(after(Outcome::Review, None).status(), Status::Pending);
}

#[test]
fn an_appeal_takes_what_failed_or_waits_to_a_second_person_and_says_until_when() {
    let due = START.plus(DAY);
    let failed = after(Outcome::Refused, None);
    for state in [failed, processing(), after(Outcome::Review, None)] {
        let state = state
            .appealed(due, START)
            .expect("it can be appealed against");
        let refused = state.collected(START).expect_err("an appeal is waiting");
        assert_eq!(refused.appeal, Some(due));
        let text = refused.to_string();
        assert_eq!(
            text,
            "a verification that is pending under appeal cannot be changed"
        );
        assert!(state.appealed(due, START).is_err(), "once");
    }
    assert!(after(Outcome::Approved, None).appealed(due, START).is_err());
    assert!(State::new(START).appealed(due, START).is_err());
}

#[test]
fn a_stuck_submission_is_taken_up_again_and_keeps_its_start() {
    let again = processing().requeued().expect("processing");
    assert_eq!(
        again,
        State::Processing {
            since: START,
            requeued: 1
        }
    );
    assert!(State::new(START).requeued().is_err());
}

#[test]
fn a_verification_ends_with_its_document() {
    let ends = START.plus(DAY);
    let mut policy = Policy::default();
    let verdict = |policy: &Policy| {
        Verdict::new(
            policy,
            &decision(Outcome::Approved),
            Some(ends),
            None,
            START,
        )
    };
    assert_eq!(verdict(&policy), Verdict::Verified { until: Some(ends) });
    policy.times.verified_days = 365;
    assert_eq!(verdict(&policy), Verdict::Verified { until: Some(ends) });
}

#[test]
fn quality_faults_and_reviews_never_count_as_attempts() {
    let blurred = Reason::new(ReasonCode::DocBlurred);
    let mismatch = Reason::new(ReasonCode::NameMismatch);
    assert!(!counts(Outcome::Retry, std::slice::from_ref(&blurred)));
    assert!(counts(Outcome::Retry, &[blurred, mismatch.clone()]));
    assert!(!counts(Outcome::Review, &[mismatch]));
}

#[test]
fn flows_ask_for_their_parts_and_first_verifications_for_their_levels() {
    use crate::policy::Part;
    let policy = Policy::default();
    let of = |level, flow| parts(&policy, level, flow).map(|parts| parts.len());
    assert_eq!(of("L1", Flow::First), Some(1));
    assert_eq!(of("L2", Flow::First), Some(3));
    assert_eq!(of("L9", Flow::First), None);
    let device = parts(&policy, "L2", Flow::NewDevice).expect("L2 exists");
    assert!(device.iter().eq([&Part::Face]));
}

#[test]
fn states_survive_being_stored() {
    for state in [
        processing(),
        after(Outcome::Retry, Some(START)),
        after(Outcome::Review, None),
    ] {
        let text = serde_json::to_string(&state).expect("states serialise");
        assert_eq!(
            serde_json::from_str::<State>(&text).expect("reads back"),
            state
        );
    }
}

#[test]
fn a_review_that_takes_too_long_is_told_once_and_shown_until_it_ends() {
    let times = &Policy::default().times;
    let pending = after(Outcome::Review, None);
    let due = START.plus(times.review());
    assert_eq!(pending.due(times, START), Some(due));
    assert!(!pending.is_late(times, due.plus(-1)) && pending.is_late(times, due));
    assert!(pending.missed(due.plus(-1)).is_err(), "it is in time");
    let missed = pending.missed(due).expect("overdue");
    assert_eq!(missed.status(), Status::Pending);
    assert_eq!(missed.due(times, due), None, "nobody looks twice");
    assert!(missed.missed(due).is_err() && missed.is_late(times, due));
    assert!(processing().missed(due).is_err());
    let stuck = START.plus(LATE_AFTER * times.stuck());
    assert!(!processing().is_late(times, START) && processing().is_late(times, stuck));
}

#[test]
fn a_state_that_was_written_before_it_could_be_overdue_reads() {
    let text = r#"{"state":"pending","since":1,"due":2,"queue":"review"}"#;
    let state: State = serde_json::from_str(text).expect("reads");
    assert!(state.missed(Millis(2)).is_ok());
}

/// A verdict on which enough people agree: at the first level one may approve alone.
fn settled(verdict: crate::review::Verdict) -> crate::review::Settled {
    use crate::access::Role;
    use crate::ids::{ApplicantId, StaffId, TenantId};
    use crate::policy::ReviewRules;
    use crate::review::{Case, Matter, Reviewer};
    let whose = (
        TenantId::new(START, [1; 10]),
        ApplicantId::new(START, [2; 10]),
    );
    let matter = Matter {
        queue: Queue::Review,
        level: "L1".to_owned(),
        codes: Vec::new(),
    };
    let who = Reviewer {
        tenant: whose.0,
        staff: StaffId::new(START, [3; 10]),
        role: Role::Reviewer,
        applicant: None,
    };
    let rules = ReviewRules::default();
    let case = Case::new(whose, matter, [].into(), START);
    let case = case.claimed(&who, &rules, START).expect("free");
    let voted = case.voted(&who, verdict, &rules, START).expect("held");
    voted.1.expect("one is enough")
}

#[test]
fn people_end_what_waits_for_them_where_the_machine_would_and_nothing_else() {
    use crate::review::Verdict as Said;
    let ends = START.plus(DAY);
    let policy = Policy::default();
    let pending = after(Outcome::Review, None);
    let refuse = Said::Refuse {
        codes: [ReasonCode::DocEdited].into(),
    };
    let ask = Said::AskAgain {
        steps: [crate::reason::Step::Selfie].into(),
        codes: [ReasonCode::FaceBlurred].into(),
    };
    let machine = Verdict::new(
        &policy,
        &decision(Outcome::Approved),
        Some(ends),
        None,
        START,
    );
    for (said, expected) in [
        (
            Said::Approve,
            processing().decided(&machine, START).expect("processing"),
        ),
        (refuse, after(Outcome::Refused, None)),
        (ask, State::Collecting { since: START }),
    ] {
        let settled = settled(said);
        let judged = pending.judged(&settled, &policy, Some(ends), START);
        assert_eq!(judged, Ok(expected));
        for other in [
            State::new(START),
            processing(),
            after(Outcome::Retry, None),
            after(Outcome::Approved, None),
        ] {
            assert!(other.judged(&settled, &policy, None, START).is_err());
        }
    }
}

#[test]
fn looking_again_approves_nobody() {
    let verified = after(Outcome::Approved, None);
    assert_eq!(
        verified.overturned(START),
        Ok(State::Expired {
            since: START,
            why: Expiry::Overturned
        })
    );
    let failed = after(Outcome::Refused, None).overturned(START);
    assert_eq!(
        failed,
        Ok(State::Failed {
            since: START,
            retry: Retry::Now
        })
    );
    assert!(after(Outcome::Review, None).overturned(START).is_err());
}
