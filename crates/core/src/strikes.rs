//! How often somebody may try to sign in: a few times, then waits that grow, and never for ever.
//!
//! Nobody of staff is locked out for good: whoever knows a login could lock its owner out. A factor of a person's account is,
//! after a hundred wrong ones in a row (fifty of a face), which takes weeks: then another factor or recovery gives a new one.
//! A try is counted before it is looked at, in a transaction that commits; a right one takes its count back.

use crate::guess::Capped;
use crate::time::{DAY, HOUR, MINUTE, Millis, SECOND};

/// What is tried, with how much patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The password of a login, known or not.
    Password,
    /// The second factor of an account whose password was right. What guesses here knows the password.
    Factor,
    /// Anything, from one address.
    Address,
    /// The password of a person's account, known or not.
    AccountPassword,
    /// A code of a person's authenticator app.
    Totp,
    /// A code that was sent to an address of a person, whichever code it is.
    Code,
    /// A printed recovery code of a person.
    RecoveryCode,
    /// A person's face, at sign-in.
    Face,
}

impl Tried {
    /// What somebody tries of a person's account.
    pub const OF_ACCOUNTS: [Self; 5] = [
        Self::AccountPassword,
        Self::Totp,
        Self::Code,
        Self::RecoveryCode,
        Self::Face,
    ];
}

/// Tries in a row before a wait, how long the row is remembered, and the waits; the last one stays.
struct Terms {
    most: u32,
    /// A pause as long as this begins another row. None: only a right try does.
    forget: Option<i64>,
    waits: &'static [i64],
    /// After the first row: as long as this between any two.
    pause: i64,
    /// So many in a row of rows, and none is looked at any more.
    ever: Option<u32>,
}

/// Five, a minute, five, and hours after that: ten before a wait of an hour, a hundred ever (NIST SP 800-63B-4, 3.2.2).
const OF_AN_ACCOUNT: Terms = Terms {
    most: 5,
    forget: None,
    waits: &[MINUTE, HOUR, HOUR, 4 * HOUR, DAY],
    pause: 0,
    ever: Some(100),
};

impl Tried {
    const fn terms(self) -> Terms {
        match self {
            // Nine are looked at before an hour has passed, then five an hour: 12 characters do not fall to that.
            Self::Password => Terms {
                most: 5,
                forget: Some(15 * MINUTE),
                waits: &[MINUTE, HOUR],
                pause: 0,
                ever: None,
            },
            // Each falls once in 333,333 times: three codes of six digits are good at any moment.
            Self::Factor => Terms {
                most: 5,
                forget: None,
                waits: &[MINUTE, HOUR, 4 * HOUR, DAY],
                pause: 0,
                ever: None,
            },
            // Offices share an address.
            Self::Address => Terms {
                most: 30,
                forget: Some(15 * MINUTE),
                waits: &[15 * MINUTE, HOUR],
                pause: 0,
                ever: None,
            },
            Self::AccountPassword | Self::Totp | Self::Code | Self::RecoveryCode => OF_AN_ACCOUNT,
            // Five, then half a minute before each, fifty ever (NIST SP 800-63B-4, 3.2.3); the waits are longer than asked for.
            Self::Face => Terms {
                most: 5,
                forget: None,
                waits: &[15 * MINUTE, HOUR, 4 * HOUR, DAY],
                pause: 30 * SECOND,
                ever: Some(50),
            },
        }
    }
}

/// Tries that were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strikes {
    /// In this row.
    pub run: u32,
    /// Rows that ended in a wait, one after the other.
    pub rows: u32,
    /// When the last one was.
    pub last: Option<Millis>,
}

impl Strikes {
    /// Counts a try that is going to be looked at.
    ///
    /// # Errors
    /// [`Capped`]: from when on the next one is looked at, or that none is; then nothing is counted.
    pub fn counted(mut self, tried: Tried, now: Millis) -> Result<Self, Capped> {
        let terms = tried.terms();
        let last = self.last.unwrap_or(now);
        let all = (self.rows.saturating_mul(terms.most)).saturating_add(self.run);
        if terms.ever.is_some_and(|ever| all >= ever) {
            return Err(Capped::Never);
        }
        let pause = last.plus(terms.pause);
        if self.rows > 0 && now < pause {
            return Err(Capped::Wait { until: pause });
        }
        if self.run >= terms.most {
            let until = last.plus(self.wait(&terms));
            if now < until {
                return Err(Capped::Wait { until });
            }
            self.run = 0;
            self.rows = self.rows.saturating_add(1);
        }
        if let Some(pause) = terms.forget {
            if now >= last.plus(pause) {
                self.run = 0;
            }
            // A day without tries, and the waits are short again.
            if now >= last.plus(DAY) {
                self.rows = 0;
            }
        }
        self.run += 1;
        self.last = Some(now);
        Ok(self)
    }

    /// The try was right, and the account's: the next row begins, and waits are short again.
    #[must_use]
    pub const fn right(self) -> Self {
        Self {
            run: 0,
            rows: 0,
            last: self.last,
        }
    }

    /// The try was right, and says nothing about the others: it alone is taken back.
    #[must_use]
    pub const fn taken_back(self) -> Self {
        Self {
            run: self.run.saturating_sub(1),
            ..self
        }
    }

    fn wait(&self, terms: &Terms) -> i64 {
        let place = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let wait = terms.waits.get(place).or(terms.waits.last());
        wait.copied().unwrap_or(DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_338_000_000);

    /// Tries every so often for so long; returns how many were looked at.
    fn looked_at(tried: Tried, every: i64, long: i64) -> u32 {
        let (mut strikes, mut n) = (Strikes::default(), 0);
        for at in (0..long).step_by(usize::try_from(every).expect("a pause")) {
            if let Ok(counted) = strikes.counted(tried, NOW.plus(at)) {
                strikes = counted;
                n += 1;
            }
        }
        n
    }

    #[test]
    fn few_are_looked_at_and_the_waits_grow() {
        let second = 1_000;
        for (tried, long, n) in [
            (Tried::Password, MINUTE, 5),
            (Tried::Password, HOUR, 10),
            (Tried::Password, 2 * HOUR, 15),
            (Tried::Factor, HOUR, 10),
            (Tried::Factor, DAY, 20),
            (Tried::Factor, 10 * DAY, 65),
            (Tried::Address, HOUR, 60),
            (Tried::AccountPassword, HOUR, 10),
            (Tried::Totp, DAY, 25),
            (Tried::Face, 10 * MINUTE, 5),
            (Tried::Face, HOUR, 10),
        ] {
            assert_eq!(looked_at(tried, second, long), n, "{tried:?} {long}");
        }
    }

    #[test]
    fn nobody_waits_who_errs_now_and_then() {
        assert_eq!(looked_at(Tried::Password, 16 * MINUTE, DAY), 90);
    }

    #[test]
    fn a_clock_that_was_set_back_frees_nobody() {
        let mut strikes = Strikes::default();
        for _ in 0..5 {
            strikes = strikes.counted(Tried::Password, NOW).expect("looked at");
        }
        let until = NOW.plus(MINUTE);
        for now in [NOW.plus(-DAY), NOW, until.plus(-1)] {
            let wait = Err(Capped::Wait { until });
            assert_eq!(strikes.counted(Tried::Password, now), wait);
        }
        assert!(strikes.counted(Tried::Password, until).is_ok());
    }

    #[test]
    fn a_factor_of_an_account_ends_after_so_many_and_a_right_one_begins_anew() {
        for (tried, ever) in [(Tried::Totp, 100), (Tried::Code, 100), (Tried::Face, 50)] {
            assert_eq!(looked_at(tried, HOUR, 400 * DAY), ever, "{tried:?}");
        }
        let mut strikes = Strikes::default();
        for day in 0..99 {
            let counted = strikes.counted(Tried::Totp, NOW.plus(day * 2 * DAY));
            strikes = counted.expect("looked at");
        }
        let late = NOW.plus(400 * DAY);
        let right = strikes.right();
        assert!(right.counted(Tried::Totp, late).is_ok());
        let last = strikes.counted(Tried::Totp, late).expect("the hundredth");
        assert_eq!(
            last.counted(Tried::Totp, late.plus(DAY)),
            Err(Capped::Never)
        );
    }

    #[test]
    fn a_right_one_ends_the_row_of_an_account_and_is_one_less_for_an_address() {
        let of = |n: u32| {
            (0..n).fold(Strikes::default(), |strikes, _| {
                strikes.counted(Tried::Address, NOW).expect("looked at")
            })
        };
        assert_eq!(of(4).right().run, 0);
        assert_eq!(of(4).taken_back().run, 3);
    }
}
