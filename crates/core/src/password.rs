//! What staff may sign in with: the form of a login, and passwords that nobody guesses first.

use std::borrow::Cow;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// Shortest password in characters. A second factor is always asked for; OWASP and NIST SP 800-63B-4 ask for 8 then.
pub const SHORTEST: usize = 12;
/// Longest password in characters; hashing takes as long for each.
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
    #[error("a password must have at least {SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("a password must have at most {LONGEST} characters")]
    Long,
    /// Anybody would try it.
    #[error(
        "this password is one of the commonest, or digits alone, or one run of keys; choose another"
    )]
    Common,
    /// It is the login or the name.
    #[error("the password must not be the login or the name")]
    LikeName,
}

impl Weak {
    /// Returns the word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short => "password_too_short",
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

/// Judges a password, already [`normal`], for somebody with a login and a name.
///
/// # Errors
/// [`Weak`].
pub fn judge(password: &str, login: &str, name: &str) -> Result<(), Weak> {
    match password.chars().count() {
        n if n < SHORTEST => return Err(Weak::Short),
        n if n > LONGEST => return Err(Weak::Long),
        _ => {}
    }
    let bare = letters(password);
    let local = login.split('@').next().unwrap_or_default();
    let own = [login, local, name].map(letters);
    if own.iter().any(|own| !own.is_empty() && *own == bare) {
        return Err(Weak::LikeName);
    }
    match is_common(password) {
        true => Err(Weak::Common),
        false => Ok(()),
    }
}

/// Shortest password of a person's account beside a second factor, and alone (NIST SP 800-63B-4, 3.1.1.2).
pub const SHORTEST_OF_TWO: usize = 8;
/// The same without one.
pub const SHORTEST_ALONE: usize = 15;

/// Judges a password, already [`normal`], of a person's account, for somebody with these names and addresses.
///
/// # Errors
/// [`Weak`].
pub fn judge_account(password: &str, names: &[&str], second_factor: bool) -> Result<(), Weak> {
    let shortest = match second_factor {
        true => SHORTEST_OF_TWO,
        false => SHORTEST_ALONE,
    };
    match password.chars().count() {
        n if n < shortest => return Err(Weak::Short),
        n if n > LONGEST => return Err(Weak::Long),
        _ => {}
    }
    let bare = letters(password);
    let own = names
        .iter()
        .flat_map(|name| [*name, name.split('@').next().unwrap_or(name)]);
    if own.map(letters).any(|own| !own.is_empty() && own == bare) {
        return Err(Weak::LikeName);
    }
    match is_common(password) {
        true => Err(Weak::Common),
        false => Ok(()),
    }
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

/// Returns a word without the digits that stand for letters.
fn unleet(word: &str) -> Cow<'_, str> {
    if !word.contains(|c: char| c.is_ascii_digit()) {
        return Cow::Borrowed(word);
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
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
    const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let next = |a: char, b: char| {
        let step = i64::from(u32::from(b)) - i64::from(u32::from(a));
        let on_row = ROWS.iter().any(|row| {
            let [a, b] = [row.find(a), row.find(b)];
            matches!((a, b), (Some(a), Some(b)) if a.abs_diff(b) == 1 || (a + b == row.len() - 1 && a.abs_diff(b) == row.len() - 1))
        });
        step.abs() <= 1 || on_row
    };
    let pairs = text.chars().zip(text.chars().skip(1));
    let (mut follow, mut all) = (0, 0);
    for (a, b) in pairs {
        all += 1;
        follow += u32::from(next(a, b));
    }
    // From one row to the next a step is missing.
    all > 0 && follow * 10 >= all * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Weak> {
        judge(
            &normal(password),
            "grace.hopper@example.com",
            "Grace Brewster Hopper",
        )
    }

    #[test]
    fn what_anybody_tries_first_is_refused() {
        for password in [
            "passwordpassword",
            "Password1234!",
            "P4ssw0rd2026!",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "123456789012",
            "112233445566",
            "abcdefghijklm",
            "zyxwvutsrqponm",
            "aaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "iloveyou123456",
            "Administrator1",
            "welcome2026!!",
            "!!!!!!!!!!!!!!",
            "20260101202601",
            "woaini1314520",
            "letmeinletmein",
            "correct horse battery staple",
        ] {
            assert_eq!(judged(password), Err(Weak::Common), "{password}");
        }
    }

    #[test]
    fn what_is_long_and_own_is_taken_in_every_script() {
        for password in [
            "nine pelicans under a bridge",
            "twelve-chars",
            "门前大桥下游过一群鸭快来",
            "Füße über Größe",
            &"correct horse ".repeat(9),
        ] {
            assert_eq!(judged(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_and_names_are_no_secret() {
        for (password, weak) in [
            ("门前大桥下游过一群鸭快", Weak::Short),
            (&"ab cd ".repeat(22)[..], Weak::Long),
            ("Grace.Hopper@example.com", Weak::LikeName),
            ("gracehopper!", Weak::LikeName),
            ("grace brewster hopper", Weak::LikeName),
        ] {
            assert_eq!(judged(password), Err(weak), "{password}");
        }
    }

    #[test]
    fn logins_are_compared_without_case_and_form() {
        assert_eq!(login(" Grace@Example.COM "), login("grace@example.com"));
        assert_eq!(login("ｇｒａｃｅ"), login("grace"));
        assert_eq!(login("İnci"), login("i\u{307}nci"));
        for none in ["ab", "a b c", "a\u{0}bc", &"x".repeat(255)] {
            assert_eq!(login(none), None);
        }
    }

    #[test]
    fn one_password_of_two_keyboards_is_one() {
        assert_eq!(normal("Gro\u{308}\u{df}e"), normal("Gr\u{f6}\u{df}e"));
    }
}
