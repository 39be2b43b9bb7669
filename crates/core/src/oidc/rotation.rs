//! When the keys that sign ID tokens change.

use crate::time::{DAY, Millis};

/// How long a key signs, in milliseconds.
pub const LASTS: i64 = 90 * DAY;
/// How long a key is published before it signs, in milliseconds: longer than anybody keeps a copy of the published keys, which is ten
/// minutes by what we say of them and a day at the most by what libraries do.
pub const PUBLISHED_BEFORE: i64 = DAY;
/// How long a key is published after it has signed for the last time, in milliseconds: longer than an ID token is good, with
/// clocks that differ, and long enough for the hint of a sign-out on the same day.
pub const KEPT: i64 = DAY;

/// Returns from when the next key is to sign, where it must be made now; the newest key signs from `newest` on.
pub fn next_active_from(newest: Millis, now: Millis) -> Option<Millis> {
    let due = newest.plus(LASTS);
    (due.plus(-PUBLISHED_BEFORE) <= now).then(|| due.max(now.plus(PUBLISHED_BEFORE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_published_a_day_before_it_signs() {
        let newest = Millis(1_000);
        let due = newest.plus(LASTS);
        assert_eq!(next_active_from(newest, due.plus(-DAY - 1)), None);
        assert_eq!(next_active_from(newest, due.plus(-DAY)), Some(due));
        // The sweep did not run for a month: the next key is known for a day all the same.
        let late = due.plus(30 * DAY);
        assert_eq!(next_active_from(newest, late), Some(late.plus(DAY)));
    }
}
