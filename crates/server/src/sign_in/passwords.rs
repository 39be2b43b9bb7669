//! Passwords are hashed on threads of their own, a few at a time: each takes 19 MiB and tens of milliseconds.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use menshen_core::password;
use menshen_store::Store;

use crate::app::App;
use crate::problem::ApiError;

/// Memory in KiB, passes and lanes: the memory that OWASP's cheat sheet of password storage names first for Argon2id, and twice its passes:
/// with those it names a whole sign-in was answered in 25 ms, and a guess is to cost 50.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 4;
const LANES: u32 = 1;
/// How many are hashed at the same time.
pub const AT_ONCE: usize = 2;
/// Longest text that is hashed, in bytes: no password that is set is longer, with each character in all its parts.
const LONGEST: usize = password::LONGEST * 32;

/// Returns the hash of a password, with its salt and parameters.
///
/// # Errors
/// The machine's.
pub async fn hash(app: &App, password: &str) -> Result<String, ApiError> {
    let password = password::normal(password);
    on_a_thread(app, move || make(&password)).await?
}

/// Is it the password? Without a hash, too, it takes as long, and is not.
///
/// # Errors
/// The machine's.
pub async fn is(app: &App, hash: Option<&str>, password: &str) -> Result<bool, ApiError> {
    let typed: String = match password.len() <= LONGEST {
        true => password::normal(password),
        false => String::new(),
    };
    let hash = hash.map(str::to_owned);
    on_a_thread(app, move || {
        let known = hash.is_some() && !typed.is_empty();
        // Made on first use, before any answer depends on it.
        let nobodys = nobodys()?;
        let hash = hash.as_deref().unwrap_or(nobodys);
        let hash = PasswordHash::new(hash).map_err(failed)?;
        let same = argon2()?.verify_password(typed.as_bytes(), &hash).is_ok();
        Ok(known && same)
    })
    .await?
}

async fn on_a_thread<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let _turn = app.hashing.acquire().await.map_err(ApiError::machine)?;
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(ApiError::machine)
}

fn argon2() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY, PASSES, LANES, None);
    let params = params.map_err(|error| failed(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn make(password: &str) -> Result<String, ApiError> {
    let drawn = Store::random_key().map_err(ApiError::machine)?;
    let salt = SaltString::encode_b64(&drawn[..16]).map_err(failed)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(failed)
}

/// Returns the hash of a password that nobody has.
fn nobodys() -> Result<&'static str, ApiError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let made = make("nobody's")?;
    Ok(HASH.get_or_init(|| made))
}

fn failed(error: argon2::password_hash::Error) -> ApiError {
    // The crate's errors say nothing of what was hashed; without its `std` they are no errors of the standard library.
    ApiError::machine(std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_hash_says_how_it_was_made_and_is_never_the_same() {
        let start = Instant::now();
        let hash = make("correct horse").unwrap();
        println!("hashed in {:?}", start.elapsed());
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=4,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, make("correct horse").unwrap());
        let is = |typed: &str| {
            let hash = PasswordHash::new(&hash).unwrap();
            argon2()
                .unwrap()
                .verify_password(typed.as_bytes(), &hash)
                .is_ok()
        };
        assert!(is("correct horse") && !is("Correct horse") && !is(""));
    }
}
