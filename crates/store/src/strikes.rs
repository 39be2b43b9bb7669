//! Tries to sign in, counted exactly: each count is read and written under its row's lock.

use menshen_core::guess::Capped;
use menshen_core::ids::StaffId;
use menshen_core::strikes::{Strikes, Tried};
use menshen_core::time::{DAY, Millis};

use crate::columns::{Reader, one};
use crate::error::Doing;
use crate::{StoreError, Tx};

const STRIKE: &str = "strike";
const MAKE: &str = "INSERT INTO strike (tried, whose, run, waits, last_at) VALUES ($1, $2, 0, 0, NULL) \
     ON CONFLICT (tried, whose) DO NOTHING";
/// Changes nothing, and makes others who count the same wait.
const LOCK: &str = "UPDATE strike SET run = run WHERE tried = $1 AND whose = $2";
const FIND: &str = "SELECT run, waits, last_at FROM strike WHERE tried = $1 AND whose = $2";
const WRITE: &str =
    "UPDATE strike SET run = $1, waits = $2, last_at = $3 WHERE tried = $4 AND whose = $5";
const FORGET: &str = "DELETE FROM strike WHERE tried = $1 AND whose = $2";
/// The others stay: only a right one ends their row. Those of nobody, whose address or registration was tried, go after a while.
const PRUNE: &str = "DELETE FROM strike WHERE last_at <= $1 AND tried IN ('password', 'address')";
const PRUNE_NOBODYS: &str = "DELETE FROM strike WHERE last_at <= $1 AND tried IN ('account_password', 'code') \
     AND whose NOT IN (SELECT applicant_id FROM account) \
     AND whose NOT IN (SELECT 'reset/' || applicant_id FROM account)";
/// How long those of nobody are kept: longer than the longest row of waits.
const NOBODYS: i64 = 60 * DAY;

const fn word(tried: Tried) -> &'static str {
    match tried {
        Tried::Password => "password",
        Tried::Factor => "factor",
        Tried::Address => "address",
        Tried::AccountPassword => "account_password",
        Tried::Totp => "totp",
        Tried::Code => "code",
        Tried::RecoveryCode => "recovery_code",
        Tried::Face => "face",
    }
}

impl Tx {
    /// Counts a try before it is looked at. Whoever counts several in one transaction begins with the address, that no two
    /// wait for each other.
    ///
    /// # Errors
    /// The store's; inside, from when on a try is looked at.
    pub async fn count_strike(
        &mut self,
        tried: Tried,
        whose: &str,
        now: Millis,
    ) -> Result<Result<(), Capped>, StoreError> {
        let counted = self.strikes(tried, whose).await?.counted(tried, now);
        match counted {
            Ok(strikes) => self.put_strikes(tried, whose, strikes).await.map(Ok),
            Err(capped) => Ok(Err(capped)),
        }
    }

    /// Tells whether a try would be looked at. Counts nothing.
    ///
    /// # Errors
    /// The store's; inside, from when on a try is looked at.
    pub async fn may_try(
        &mut self,
        tried: Tried,
        whose: &str,
        now: Millis,
    ) -> Result<Result<(), Capped>, StoreError> {
        let strikes = self.strikes(tried, whose).await?;
        Ok(strikes.counted(tried, now).map(|_| ()))
    }

    /// Notes that the account's last try was right.
    pub async fn right_strike(&mut self, tried: Tried, whose: &str) -> Result<(), StoreError> {
        let strikes = self.strikes(tried, whose).await?;
        self.put_strikes(tried, whose, strikes.right()).await
    }

    /// Takes one try back.
    pub async fn take_strike_back(&mut self, tried: Tried, whose: &str) -> Result<(), StoreError> {
        let strikes = self.strikes(tried, whose).await?;
        self.put_strikes(tried, whose, strikes.taken_back()).await
    }

    /// Forgets what was counted for somebody's second factor: they get another.
    pub(crate) async fn forget_factor_strikes(&mut self, staff: StaffId) -> Result<(), StoreError> {
        self.forget_strikes(Tried::Factor, &staff.to_string()).await
    }

    /// Forgets what was counted for a factor: its owner has another one since.
    pub async fn forget_strikes(&mut self, tried: Tried, whose: &str) -> Result<(), StoreError> {
        sqlx::query(FORGET)
            .bind(word(tried))
            .bind(whose.to_owned())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("forget strikes")
    }

    /// Removes what was counted long ago; returns how many.
    pub async fn prune_strikes(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE_NOBODYS)
            .bind(now.plus(-NOBODYS).0)
            .execute(self.conn())
            .await
            .doing("prune strikes")?;
        sqlx::query(PRUNE)
            .bind(now.plus(-2 * DAY).0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune strikes")
    }

    async fn strikes(&mut self, tried: Tried, whose: &str) -> Result<Strikes, StoreError> {
        for sql in [MAKE, LOCK] {
            sqlx::query(sql)
                .bind(word(tried))
                .bind(whose.to_owned())
                .execute(self.conn())
                .await
                .doing("lock strikes")?;
        }
        let row = sqlx::query(FIND)
            .bind(word(tried))
            .bind(whose.to_owned())
            .fetch_optional(self.conn())
            .await
            .doing("find strikes")?;
        one(STRIKE, row, read)?.ok_or(StoreError::Missing { table: STRIKE })
    }

    async fn put_strikes(
        &mut self,
        tried: Tried,
        whose: &str,
        strikes: Strikes,
    ) -> Result<(), StoreError> {
        sqlx::query(WRITE)
            .bind(i64::from(strikes.run))
            .bind(i64::from(strikes.rows))
            .bind(strikes.last.map(|at| at.0))
            .bind(word(tried))
            .bind(whose.to_owned())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("count a try")
    }
}

fn read(r: Reader<'_>) -> Result<Strikes, StoreError> {
    let count = |column| {
        let number: i64 = r.get(column)?;
        u32::try_from(number).map_err(|_| StoreError::Corrupt {
            table: STRIKE,
            column,
        })
    };
    Ok(Strikes {
        run: count("run")?,
        rows: count("waits")?,
        last: r.at_maybe("last_at")?,
    })
}
