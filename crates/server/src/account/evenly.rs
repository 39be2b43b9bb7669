//! Answers that come at a full tenth of a second after the question, whatever was done for them: what is read of an account that is
//! there takes time, and that time would tell that there is one.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// At whose multiples answers come: longer than the work takes on a machine that is not overloaded.
const STEP: Duration = Duration::from_millis(100);

/// Does something, and answers when the time has come.
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let answer = work.await;
    rest(begun).await;
    answer
}

/// The same where it is refused; what is right is answered at once.
pub async fn evenly_refused<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let answer = work.await;
    if answer.is_err() {
        rest(begun).await;
    }
    answer
}

async fn rest(begun: Instant) {
    let mut until = begun + STEP;
    while until < Instant::now() {
        until += STEP;
    }
    sleep_until(until).await;
}
