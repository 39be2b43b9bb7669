//! Answers that come as long after the question, whatever was done for them: what is read of an account that is there takes time, and
//! that time would tell that there is one.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// When an answer comes: long after the work is done, on a machine that is not overloaded.
const AFTER: Duration = Duration::from_millis(100);

/// Does something, and answers when the time has come.
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let until = Instant::now() + AFTER;
    let answer = work.await;
    sleep_until(until).await;
    answer
}
