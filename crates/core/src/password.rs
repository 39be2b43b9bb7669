//! What people and staff may sign in with: the form of a login, and passwords that nobody guesses first.

mod guess;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// Shortest password of staff in characters. A second factor is always asked for; OWASP and NIST SP 800-63B-4 ask for 8 then.
pub const SHORTEST: usize = 12;
/// Shortest password of an account in characters where nothing else is asked for (NIST SP 800-63B-4, 3.1.1.2).
pub const SHORTEST_ALONE: usize = 15;
/// The same where a second factor is always asked for.
pub const SHORTEST_BESIDE: usize = 8;
/// Longest password in characters; hashing takes as long for each. NIST and OWASP ASVS ask that 64 be taken.
pub const LONGEST: usize = 128;
/// Longest login in characters: that of a mail address.
pub const LONGEST_LOGIN: usize = 254;
const SHORTEST_LOGIN: usize = 3;

/// Words that the commonest passwords are made of, without what people put around them.
const COMMON: &str = include_str!("../data/common_passwords.txt");

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Weak {
    /// Too short.
    #[error("a password must have at least {least} characters")]
    Short {
        /// How many it must have here.
        least: usize,
    },
    /// Too long.
    #[error("a password must have at most {LONGEST} characters")]
    Long,
    /// Anybody would try it.
    #[error(
        "this password is one of the commonest, or made of them, of dates and of runs of keys; choose another"
    )]
    Common,
    /// It is made of the login, the name or the service's name.
    #[error("the password must not be made of the login, the name or the name of the service")]
    LikeName,
}

impl Weak {
    /// Returns the word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short { .. } => "password_too_short",
            Self::Long => "password_too_long",
            Self::Common => "password_common",
            Self::LikeName => "password_like_name",
        }
    }
}

/// Returns a password as it is hashed: what looks alike is alike, whichever keyboard wrote it (NFC).
pub fn normal(password: &str) -> String {
    password.nfc().collect()
}

/// Returns a login as it is compared: without case, without the forms of one character (NFKC); none where it cannot be one.
pub fn login(typed: &str) -> Option<String> {
    let login = folded(typed.trim());
    let length = (SHORTEST_LOGIN..=LONGEST_LOGIN).contains(&login.chars().count());
    let odd = |c: char| c.is_whitespace() || c.is_control();
    (length && !login.contains(odd)).then_some(login)
}

fn folded(text: &str) -> String {
    // Folding can bring forth what another pass changes again.
    let once: String = text.nfkc().collect::<String>().to_lowercase();
    once.nfkc().collect()
}

/// What a password of an account stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The password opens the account by itself.
    Alone,
    /// A second factor is always asked for, too.
    BesideAnother,
}

impl Guard {
    const fn shortest(self) -> usize {
        match self {
            Self::Alone => SHORTEST_ALONE,
            Self::BesideAnother => SHORTEST_BESIDE,
        }
    }
}

/// Judges a password of an account, already [`normal`]. Every character is taken and none is asked for; a password is refused as a
/// whole, never for a word in it. The names are those that somebody would try: login, name, address, number, service.
///
/// # Errors
/// [`Weak`].
pub fn judge_account(password: &str, names: &[&str], guard: Guard) -> Result<(), Weak> {
    has_length(password, guard.shortest())?;
    is_hard(password, names)
}

/// Judges a password of staff, already [`normal`], for somebody with a login and a name.
///
/// # Errors
/// [`Weak`].
pub fn judge(password: &str, login: &str, name: &str) -> Result<(), Weak> {
    has_length(password, SHORTEST)?;
    is_hard(password, &[login, name])?;
    // Stricter than for accounts: digits around a common word do not help.
    match is_common(password) {
        true => Err(Weak::Common),
        false => Ok(()),
    }
}

/// Every character counts as one, whatever it takes in bytes.
fn has_length(password: &str, least: usize) -> Result<(), Weak> {
    match password.chars().count() {
        n if n < least => Err(Weak::Short { least }),
        n if n > LONGEST => Err(Weak::Long),
        _ => Ok(()),
    }
}

/// Refuses what somebody would come to who may try online only.
fn is_hard(password: &str, names: &[&str]) -> Result<(), Weak> {
    let (bare, own) = (letters(password), guess::own_words(names));
    if own.contains(&bare) || names.iter().any(|name| is_local(name, &bare)) {
        return Err(Weak::LikeName);
    }
    if guess::is_leaked(&bare) || guess::magnitude(password, &[]) < guess::ONLINE {
        return Err(Weak::Common);
    }
    match guess::magnitude(password, &own) < guess::ONLINE {
        true => Err(Weak::LikeName),
        false => Ok(()),
    }
}

/// Is it the part of a mail address before the `@`?
fn is_local(name: &str, bare: &str) -> bool {
    let local = letters(name.split('@').next().unwrap_or_default());
    !local.is_empty() && local == bare
}

/// Returns letters and digits alone, without case.
fn letters(text: &str) -> String {
    folded(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

fn is_common(password: &str) -> bool {
    let bare = letters(password);
    if bare.is_empty() || repeats(&bare) || runs(&bare) {
        return true;
    }
    let word = unleet(bare.trim_matches(|c: char| c.is_ascii_digit()));
    // What is left of "Password2026!" is "password"; of "passwordpassword", too.
    let word = period(&word);
    word.is_empty()
        || COMMON
            .lines()
            .any(|common| common == word || common == bare)
}

/// Returns a word without the digits and signs that stand for letters.
fn unleet(word: &str) -> Cow<'_, str> {
    if !word.contains(|c: char| c.is_ascii_digit() || "@$".contains(c)) {
        return Cow::Borrowed(word);
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    Cow::Owned(word.chars().map(letter).collect())
}

/// Returns the shortest part that a text is whole repeats of.
fn period(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    for end in ends {
        let part = &text[..end];
        if text.len().is_multiple_of(end)
            && text.as_bytes().chunks(end).all(|c| c == part.as_bytes())
        {
            return part;
        }
    }
    text
}

/// Is it a short part again and again: `aaaaaaaaaaaa`, `abcabcabcabc`?
fn repeats(text: &str) -> bool {
    period(text).chars().count() <= 4 && text.chars().count() > 4
}

/// Does each character follow the one before, on the keyboard or in the alphabet: `123456789012`, `zyxwvutsrqpo`?
fn runs(text: &str) -> bool {
    let pairs = text.chars().zip(text.chars().skip(1));
    let (mut follow, mut all) = (0, 0);
    for (a, b) in pairs {
        all += 1;
        follow += u32::from(guess::follows(a, b));
    }
    // From one row to the next a step is missing.
    all > 0 && follow * 10 >= all * 8
}
