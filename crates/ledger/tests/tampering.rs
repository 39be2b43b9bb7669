//! A log that was tampered with is never called whole, by whoever can write to it but cannot sign.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::time::Instant;

use menshen_core::ids::{TenantId, VerificationId};
use menshen_core::time::Millis;
use menshen_ledger::{
    Checkpoint, Entry, Frontier, InclusionProof, LogVerifier, ProofError, ProofFile, Signer,
    StoredEntry, Tampered, Trusted, Verified, verify_log,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A log as it was before anyone touched it.
struct Log {
    entries: Vec<StoredEntry>,
    /// By size.
    checkpoints: Vec<String>,
}

fn signer() -> Signer {
    Signer::new("kyc.example/audit", &[1; 32]).unwrap()
}

fn entry(seq: u64) -> Entry {
    let at = Millis(1_763_800_000_000 + seq as i64 * 1_000);
    let random = [seq as u8; 10];
    Entry {
        seq,
        at,
        tenant: (!seq.is_multiple_of(3)).then(|| TenantId::new(Millis(1), [3; 10])),
        actor: if seq.is_multiple_of(2) {
            "system"
        } else {
            "operator"
        }
        .to_owned(),
        action: "decision.made".to_owned(),
        object: format!("verification:{}", VerificationId::new(at, random)),
        detail: [("codes".to_owned(), "doc_glare,face_blurred".to_owned())].into(),
    }
}

/// Returns the entries with the roots that belong to them.
fn stored(entries: impl Iterator<Item = Entry>) -> Vec<StoredEntry> {
    let mut frontier = Frontier::default();
    let store = |entry: Entry| {
        frontier.append(entry.leaf());
        let root = frontier.root();
        StoredEntry { entry, root }
    };
    entries.map(store).collect()
}

/// A log with a checkpoint after every `every` entries and one at its end.
fn log(size: u64, every: u64) -> Log {
    let entries = stored((0..size).map(entry));
    let mut frontier = Frontier::default();
    let mut checkpoints = Vec::new();
    for stored in &entries {
        frontier.append(stored.entry.leaf());
        if frontier.size().is_multiple_of(every) || frontier.size() == size {
            checkpoints.push(Checkpoint::sign(
                frontier.head(),
                stored.entry.at,
                &signer(),
            ));
        }
    }
    Log {
        entries,
        checkpoints,
    }
}

fn trusted(checkpoints: &[String]) -> Result<Trusted, Tampered> {
    Trusted::open(checkpoints.iter().map(String::as_str), &signer().verifier())
}

fn verify(entries: &[StoredEntry], checkpoints: &[String]) -> Result<Verified, Tampered> {
    let lines: Vec<String> = entries.iter().map(StoredEntry::to_line).collect();
    let read = lines.iter().map(|line| StoredEntry::from_line(line));
    verify_log(read, &trusted(checkpoints)?)
}

/// Numbers and roots made right again, by someone who knows how but has no key.
fn made_consistent(entries: Vec<StoredEntry>) -> Vec<StoredEntry> {
    let renumber = |(seq, stored): (usize, StoredEntry)| Entry {
        seq: seq as u64,
        ..stored.entry
    };
    stored(entries.into_iter().enumerate().map(renumber))
}

/// Returns the log after a change that is one, and the first place that it changes.
fn change(
    mut entries: Vec<StoredEntry>,
    kind: u32,
    a: usize,
    b: usize,
) -> Option<(Vec<StoredEntry>, usize)> {
    let (a, b) = (a % entries.len(), b % entries.len());
    let (first, second) = (a.min(b), a.max(b));
    match kind {
        0 => drop(entries.remove(a)),
        1 if a != b => entries.swap(a, b),
        2 => entries.insert(second, entries[first].clone()),
        3 => entries.truncate(a),
        4 => entries[a].entry.at = entries[a].entry.at.plus(1),
        5 => entries[a].entry.tenant = None,
        6 => drop(entries[a].entry.detail.remove("codes")),
        7 => entries[a].entry.action.push('s'),
        8 => entries[a].root.0[b % 32] ^= 1,
        _ => return None,
    }
    let place = match kind {
        1 => first,
        // Of an entry and its copy side by side, the later one is wrong.
        2 => second + usize::from(first == second),
        _ => a,
    };
    Some((entries, place))
}

#[test]
fn a_whole_log_is_called_whole_with_what_was_signed() {
    for size in [1, 2, 7, 64, 300] {
        let Log {
            entries,
            checkpoints,
        } = log(size, 50);
        let verified = verify(&entries, &checkpoints).unwrap();
        assert_eq!((verified.head.size, verified.signed), (size, size));
        assert_eq!(verified.checkpoints, checkpoints.len());
        // What follows the newest checkpoint is said to be unsigned.
        let longer = log(size + 5, 1_000).entries;
        assert_eq!(verify(&longer, &checkpoints).unwrap().signed, size);
    }
    assert_eq!(verify(&[], &[]).unwrap().head, Frontier::default().head());
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_change_in_the_database_is_found_at_its_place(
        size in 1u64..300, every in 1u64..300, kind in 0u32..9, a in any::<usize>(), b in any::<usize>(),
    ) {
        let Log { entries, checkpoints } = log(size, every);
        if let Some((changed, place)) = change(entries.clone(), kind, a, b) && changed != entries {
            let found = verify(&changed, &checkpoints).unwrap_err();
            match found {
                // What is cut off is named by what is left.
                Tampered::RolledBack { size, .. } => prop_assert_eq!(size, changed.len() as u64),
                _ => prop_assert_eq!(found.place(), Some(place as u64), "{:?}", found),
            }
        }
    }

    #[test]
    fn a_change_by_someone_who_makes_all_roots_right_again_is_found_before_the_next_checkpoint(
        size in 1u64..300, every in 1u64..300, kind in 0u32..8, a in any::<usize>(), b in any::<usize>(),
    ) {
        let Log { entries, checkpoints } = log(size, every);
        if let Some((changed, place)) = change(entries.clone(), kind, a, b) {
            let changed = made_consistent(changed);
            if changed.starts_with(&entries) {
                // Something appended after the newest checkpoint is what a log is for. It is said to be unsigned.
                prop_assert_eq!(verify(&changed, &checkpoints).unwrap().signed, size);
            } else {
                let found = verify(&changed, &checkpoints).unwrap_err();
                let from = found.place().unwrap();
                prop_assert!(from <= place as u64 && place as u64 <= from + every, "{:?}", found);
            }
        }
    }

    #[test]
    fn any_flipped_bit_of_an_export_is_found(
        size in 1u64..300, seed in any::<usize>(), at in any::<usize>(), bit in 0u32..8,
    ) {
        let Log { entries, checkpoints } = log(size, 50);
        let place = seed % entries.len();
        let mut line = entries[place].to_line().into_bytes();
        let at = at % line.len();
        line[at] ^= 1u8 << bit;
        let line = String::from_utf8_lossy(&line).into_owned();
        let read = entries.iter().enumerate().map(|(n, stored)| {
            if n == place { StoredEntry::from_line(&line) } else { Ok(stored.clone()) }
        });
        let found = verify_log(read, &trusted(&checkpoints).unwrap()).unwrap_err();
        prop_assert_eq!(found.place(), Some(place as u64));
    }

    #[test]
    fn a_log_rolled_back_with_its_checkpoints_is_found_by_one_that_was_anchored_outside(
        size in 2u64..300, seed in any::<u64>(),
    ) {
        let Log { entries, checkpoints } = log(size, 1);
        let kept = 1 + (seed % (size - 1)) as usize;
        let anchored = checkpoints.last().unwrap().clone();
        prop_assert!(verify(&entries[..kept], &checkpoints[..kept]).is_ok());
        let all = [&checkpoints[..kept], &[anchored]].concat();
        let found = verify(&entries[..kept], &all);
        let kept = kept as u64;
        prop_assert_eq!(found, Err(Tampered::RolledBack { proven: kept, size: kept, signed: size }));
    }

    #[test]
    fn a_proof_holds_for_its_entry_only(size in 1u64..300, seed in any::<u64>(), other in any::<u64>()) {
        let Log { entries, checkpoints } = log(size, 1_000);
        let leaves: Vec<_> = entries.iter().map(|stored| stored.entry.leaf()).collect();
        let (at, other) = ((seed % size) as usize, (other % size) as usize);
        let proof = InclusionProof::of(&leaves, at).unwrap();
        let file = ProofFile::new(entries[at].entry.clone(), proof, checkpoints[0].clone());
        let keys = signer().verifier();
        prop_assert!(ProofFile::verify(&file.to_text(), &keys).is_ok());
        if at != other {
            let mut moved = file;
            moved.entry = entries[other].entry.clone();
            prop_assert_eq!(ProofFile::verify(&moved.to_text(), &keys), Err(ProofError::NotIncluded));
        }
    }
}

#[test]
fn a_forged_foreign_or_contradicting_checkpoint_is_named() {
    let Log {
        entries,
        checkpoints,
    } = log(10, 5);
    let forger = Signer::new("kyc.example/audit", &[2; 32]).unwrap();
    let elsewhere = Signer::new("other.example/audit", &[2; 32]).unwrap();
    let head = Frontier::default().head();
    let forged = vec![
        checkpoints[0].clone(),
        Checkpoint::sign(head, Millis(0), &forger),
    ];
    assert_eq!(
        verify(&entries, &forged).unwrap_err().code(),
        "checkpoint_forged"
    );

    let foreign = [
        checkpoints[0].clone(),
        Checkpoint::sign(head, Millis(0), &elsewhere),
    ];
    let keys = signer().verifier().and(elsewhere.verifier());
    let found = Trusted::open(foreign.iter().map(String::as_str), &keys);
    assert_eq!(found, Err(Tampered::OtherLog { nth: 2 }));

    let mut other = entries[4].clone();
    other.root.0[0] ^= 1;
    let head = menshen_ledger::Head {
        size: 5,
        root: other.root,
    };
    let split = vec![
        checkpoints[0].clone(),
        Checkpoint::sign(head, Millis(0), &signer()),
    ];
    assert_eq!(
        verify(&entries, &split),
        Err(Tampered::SplitView { size: 5 })
    );
}

#[test]
fn a_last_entry_that_was_never_signed_is_missed_by_the_right_edge() {
    let Log {
        entries,
        checkpoints,
    } = log(10, 100);
    let trusted = trusted(&checkpoints).unwrap();
    let mut verifier = LogVerifier::new(&trusted).unwrap();
    entries
        .iter()
        .for_each(|stored| verifier.push(stored).unwrap());
    let found = verifier.finish_at(edge(12).head());
    assert_eq!(
        found,
        Err(Tampered::EndDiffers {
            proven: 10,
            size: 10,
            kept: 12
        })
    );
}

fn edge(size: u64) -> Frontier {
    let mut frontier = Frontier::default();
    (0..size).for_each(|seq| frontier.append(entry(seq).leaf()));
    frontier
}

#[test]
fn a_verification_goes_on_where_the_newest_checkpoint_ends_and_nowhere_else() {
    let trusted = trusted(&log(10, 5).checkpoints).unwrap();
    let longer = log(15, 100).entries;
    let mut verifier = LogVerifier::resume(&trusted, edge(10)).unwrap();
    longer[10..]
        .iter()
        .for_each(|stored| verifier.push(stored).unwrap());
    let verified = verifier.finish_at(edge(15).head()).unwrap();
    assert_eq!((verified.head.size, verified.signed), (15, 10));

    let elsewhere = LogVerifier::resume(&trusted, edge(5)).err();
    assert_eq!(
        elsewhere,
        Some(Tampered::EndDiffers {
            proven: 0,
            size: 10,
            kept: 5
        })
    );
    assert!(LogVerifier::resume(&Trusted::default(), edge(0)).is_ok());
}

/// Entries and tamperings of the long run; `MENSHEN_LONG=1` asks for the long one.
#[expect(
    clippy::disallowed_methods,
    reason = "a test that can be asked to run longer"
)]
fn long_run() -> (u64, u32) {
    match std::env::var_os("MENSHEN_LONG") {
        Some(_) => (100_000, 1_000),
        None => (2_000, 200),
    }
}

#[test]
fn a_long_log_tampered_with_at_random_is_never_called_whole() {
    let (size, times) = long_run();
    let Log {
        entries,
        checkpoints,
    } = log(size, 1_000);
    let trusted = trusted(&checkpoints).unwrap();
    let started = Instant::now();
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]),
    );
    let mut found = std::collections::BTreeMap::<&str, u32>::new();
    while found.values().sum::<u32>() < times {
        let draw = (0u32..9, any::<bool>(), any::<usize>(), any::<usize>());
        let (kind, sly, a, b) = draw.new_tree(&mut runner).unwrap().current();
        let Some((mut changed, place)) = change(entries.clone(), kind, a, b) else {
            continue;
        };
        if sly {
            changed = made_consistent(changed);
        }
        if changed.starts_with(&entries) {
            continue;
        }
        let mut verifier = LogVerifier::new(&trusted).unwrap();
        let pushed = changed.iter().try_for_each(|stored| verifier.push(stored));
        let error = pushed
            .and_then(|()| verifier.finish())
            .expect_err("tampered with");
        assert!(error.place().unwrap() <= place as u64);
        *found.entry(error.code()).or_default() += 1;
    }
    println!(
        "{size} entries, {times} tamperings, all found in {:.1?}: {found:?}",
        started.elapsed()
    );
}
