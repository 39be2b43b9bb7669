//! Frames that were there in another session.

use std::collections::BTreeSet;

use menshen_core::live::{PRINT_EVERY_MS, PRINTS_MOST, SAME_BITS, Timed, bands, print};
use menshen_core::time::Millis;
use menshen_engine::live::print_distance;
use menshen_store::{NewPrint, Print, Tx};

use super::session::Session;
use crate::problem::ApiError;

/// Counts the frames that look like ones of other sessions of the tenant, and keeps the prints of some of these for the next.
/// The caller holds the lock of the tenant's gallery: of two sessions that end at once, the second finds the first.
///
/// # Errors
/// The store's.
pub async fn look_up(tx: &mut Tx, session: &Session, now: Millis) -> Result<u32, ApiError> {
    // Frames that hardly differ have one print: it is looked up once.
    let prints: Vec<Print> = session
        .frames
        .iter()
        .filter_map(|timed| print(&timed.frame))
        .collect();
    let distinct: BTreeSet<Print> = prints.iter().copied().collect();
    let known = tx
        .find_prints(&session.row, distinct.iter().flat_map(bands))
        .await?;
    let seen: BTreeSet<&Print> = distinct
        .iter()
        .filter(|print| is_known(print, &known))
        .collect();
    let replayed = prints.iter().filter(|print| seen.contains(print)).count();
    tx.keep_prints(&session.row, &some(&session.frames), now)
        .await?;
    Ok(u32::try_from(replayed).unwrap_or(u32::MAX))
}

fn is_known(print: &Print, known: &[Print]) -> bool {
    known
        .iter()
        .any(|other| print_distance(print, other) <= SAME_BITS)
}

/// Returns the prints that are kept: some three a second, and none that repeats the one before.
fn some(frames: &[Timed]) -> Vec<NewPrint> {
    let mut kept: Vec<NewPrint> = Vec::new();
    let mut last = f32::NEG_INFINITY;
    for timed in frames {
        let due = (timed.time - last) * 1_000.0 >= PRINT_EVERY_MS as f32;
        let Some(print) = print(&timed.frame).filter(|_| due) else {
            continue;
        };
        if kept.last().is_some_and(|before| before.print == print) {
            continue;
        }
        last = timed.time;
        kept.push(NewPrint {
            n: kept.len() as i64,
            bands: bands(&print),
            print,
        });
        if kept.len() >= PRINTS_MOST {
            break;
        }
    }
    kept
}
