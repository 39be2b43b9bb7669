use super::*;
use crate::Policy;
use crate::time::{DAY, HOUR, MINUTE};
use crate::verification::{Queue, Retry};

const NOW: Millis = Millis(1_764_000_000_000);

fn failed() -> verification::State {
    verification::State::Failed {
        since: NOW,
        retry: Retry::Appeal,
    }
}

fn open(opening: &Opening<'_>) -> Result<State, CannotOpen> {
    let policy = Policy::default();
    State::open(&policy.appeals, &policy.times, opening, NOW)
}

fn opening<'a>(state: &'a verification::State, codes: &'a [ReasonCode]) -> Opening<'a> {
    Opening {
        state,
        codes,
        disputed: codes.first().copied(),
        open: false,
        earlier: &[],
    }
}

fn opened() -> State {
    open(&opening(&failed(), &[ReasonCode::DocDamaged])).expect("it failed")
}

fn collecting() -> State {
    let proof = Proof::Code {
        channel: Channel::Sms,
    };
    opened().proven(proof, NOW).expect("opened")
}

fn waiting() -> State {
    collecting()
        .handed_in(NOW.plus(3 * DAY), NOW)
        .expect("collecting")
}

fn asked() -> State {
    waiting()
        .asked(BTreeSet::from([Step::DocumentFront]), NOW)
        .expect("waiting")
}

#[test]
fn what_failed_or_waits_too_long_can_be_appealed_against_and_nothing_else() {
    let times = Policy::default().times;
    let at = |state| appealable(&state, &times, NOW);
    assert_eq!(at(failed()), Ok(()));
    let pending = |due| verification::State::Pending {
        since: NOW,
        due,
        queue: Queue::Review,
        overdue: false,
    };
    assert_eq!(at(pending(NOW)), Ok(()));
    let from = NOW.plus(1);
    let early = CannotOpen::NothingWrong { from: Some(from) };
    assert_eq!(at(pending(from)), Err(early));
    let processing = |since| verification::State::Processing { since, requeued: 1 };
    assert_eq!(at(processing(NOW.plus(-2 * MINUTE))), Ok(()));
    assert!(at(processing(NOW)).is_err());
    let verified = verification::State::Verified {
        since: NOW,
        until: None,
    };
    for state in [verification::State::new(NOW), verified] {
        assert_eq!(at(state), Err(CannotOpen::NothingWrong { from: None }));
    }
}

#[test]
fn a_reason_must_be_quoted_and_be_one_of_the_verdicts() {
    let state = failed();
    let codes = [ReasonCode::DocDamaged, ReasonCode::NameMismatch];
    let quoting = |disputed| {
        let opening = Opening {
            disputed,
            ..opening(&state, &codes)
        };
        open(&opening).map(|_| ())
    };
    assert_eq!(quoting(Some(ReasonCode::NameMismatch)), Ok(()));
    for other in [Some(ReasonCode::DocBlurred), None] {
        assert_eq!(quoting(other), Err(CannotOpen::OtherReason));
    }
    assert!(open(&opening(&state, &[])).is_ok(), "the waiting itself");
}

#[test]
fn one_is_open_at_a_time_and_three_a_month() {
    let state = failed();
    let codes = [ReasonCode::DocDamaged];
    let with = |open_now, days: &[i64]| {
        let earlier: Vec<Millis> = days.iter().map(|day| NOW.plus(-day * DAY)).collect();
        let opening = Opening {
            open: open_now,
            earlier: &earlier,
            ..opening(&state, &codes)
        };
        open(&opening).map(|_| ())
    };
    assert_eq!(with(true, &[]), Err(CannotOpen::Open));
    assert_eq!(with(false, &[1, 2, 40]), Ok(()));
    let until = NOW.plus(27 * DAY);
    assert_eq!(with(false, &[3, 1, 2]), Err(CannotOpen::TooMany { until }));
    assert_eq!(
        with(false, &[1, 2, 3, 4]),
        Err(CannotOpen::TooMany {
            until: NOW.plus(27 * DAY)
        })
    );
    assert_eq!(with(false, &[1, 2, 30]), Ok(()), "the oldest has left");
}

#[test]
fn an_appeal_goes_the_whole_way_and_once() {
    let due = NOW.plus(HOUR);
    let again = asked().handed_in(due, NOW).expect("asked");
    assert!(matches!(again, State::Waiting { due: at, .. } if at == due));
    let decided = again.decided(Outcome::Overturned, Some(ReasonCode::DocDamaged), NOW);
    let decided = decided.expect("waiting");
    assert!(!decided.is_open());
    let twice = decided.clone().decided(Outcome::Upheld, None, NOW);
    assert_eq!(twice.expect_err("once").state, Word::Decided);
    assert!(decided.lapsed(Ending::Erased, NOW).is_err());
}

#[test]
fn each_state_takes_only_its_own_steps() {
    type Try = fn(State) -> bool;
    let tries: [Try; 8] = [
        |s| s.sent(Channel::Email).is_ok(),
        |s| s.proven(Proof::Vouched, NOW).is_ok(),
        |s| s.collects().is_ok(),
        |s| s.handed_in(NOW, NOW).is_ok(),
        |s| s.asked(BTreeSet::new(), NOW).is_ok(),
        |s| s.decided(Outcome::Upheld, None, NOW).is_ok(),
        |s| s.withdrawn(NOW).is_ok(),
        |s| s.lapsed(Ending::LeftLying, NOW).is_ok(),
    ];
    let decided = waiting()
        .decided(Outcome::Upheld, None, NOW)
        .expect("waiting");
    let withdrawn = opened().withdrawn(NOW).expect("opened");
    let lapsed = opened().lapsed(Ending::LeftLying, NOW).expect("opened");
    for (state, taken) in [
        (opened(), "11....11"),
        (collecting(), "..11..11"),
        (waiting(), "....11.."),
        (asked(), "..11..11"),
        (decided, "........"),
        (withdrawn, "........"),
        (lapsed, "........"),
    ] {
        let found = tries.map(|tried| if tried(state.clone()) { '1' } else { '.' });
        let found: String = found.iter().collect();
        assert_eq!(found, taken, "{state:?}");
        let text = serde_json::to_string(&state).expect("states serialise");
        assert_eq!(
            serde_json::from_str::<State>(&text).expect("reads back"),
            state
        );
    }
}

#[test]
fn only_what_the_person_must_do_is_looked_at_again() {
    let rules = Policy::default().appeals;
    let due = |state: State| state.due(&rules, NOW);
    assert_eq!(due(opened()), Some(NOW.plus(14 * DAY)));
    assert_eq!(due(asked()), Some(NOW.plus(14 * DAY)));
    assert_eq!(due(waiting()), None, "a person's turn does not run out");
}

#[test]
fn what_was_not_named_can_be_disputed_without_being_named() {
    let reasons = [
        Reason::new(ReasonCode::FaceGlasses),
        Reason::new(ReasonCode::DocDamaged),
        Reason::new(ReasonCode::DocEdited),
    ];
    let (codes, hidden) = quotable(&reasons);
    assert_eq!(codes, [ReasonCode::DocDamaged], "a hint is no reason");
    assert_eq!(hidden, Some(ReasonCode::DocEdited));
    assert!(takes_two(&reasons));
    assert!(!takes_two(&reasons[..2]));
}
