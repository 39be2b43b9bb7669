//! How one name imitates another: by letters that look alike, in another place, with words around it, by a slip.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// How something imitates an official channel, the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// It is written with letters that look alike, or with hyphens between.
    Confusable,
    /// It is the same name in another place: under another ending, on another network, in front of another host.
    Elsewhere,
    /// It is the name with other words or signs around it.
    ExtraWords,
    /// It is the name with a letter or two wrong.
    Typo,
}

impl Likeness {
    /// Every way.
    pub const ALL: [Self; 4] = [
        Self::Confusable,
        Self::Elsewhere,
        Self::ExtraWords,
        Self::Typo,
    ];
}

/// Words that stand beside names and are nobody's name. What is official and consists of one of them alone is not searched for
/// elsewhere: everybody has a `support`.
const WORDS: [&str; 82] = [
    "account",
    "accounts",
    "admin",
    "airdrop",
    "android",
    "anquan",
    "api",
    "app",
    "apps",
    "asia",
    "auth",
    "bonus",
    "chat",
    "claim",
    "cn",
    "com",
    "contact",
    "customer",
    "denglu",
    "desk",
    "download",
    "email",
    "eu",
    "exchange",
    "global",
    "gmail",
    "group",
    "guanfang",
    "gw",
    "help",
    "helpdesk",
    "hk",
    "home",
    "hotmail",
    "html",
    "id",
    "info",
    "ios",
    "kefu",
    "kyc",
    "login",
    "m",
    "mail",
    "mobile",
    "my",
    "net",
    "news",
    "noreply",
    "notice",
    "official",
    "online",
    "org",
    "outlook",
    "pay",
    "portal",
    "pro",
    "qq",
    "recovery",
    "safe",
    "secure",
    "security",
    "service",
    "services",
    "shop",
    "signin",
    "site",
    "support",
    "team",
    "trade",
    "update",
    "us",
    "verify",
    "verification",
    "vip",
    "wallet",
    "web",
    "www",
    "xyz",
    "官方",
    "客服",
    "安全",
    "登录",
];

/// Shortest name in which any letters around count as words, in characters; shorter ones stand in too many others.
const LONG: usize = 5;
/// Shortest name of which one letter may be wrong, and two.
const ONE_WRONG: usize = 4;
const TWO_WRONG: usize = 7;
/// Longest name that is looked at, in characters: nobody reads further, and the time that a check takes grows with it.
const LOOKED_AT: usize = 256;
/// Most letters that may be wrong.
const MOST_WRONG: usize = 2;

/// A name, with what it looks like.
#[derive(Debug)]
pub(super) struct Look {
    /// In lower case.
    plain: String,
    /// Letters that look alike are one, and signs between them none.
    folded: Vec<char>,
    /// The pieces between signs, folded, where there are several.
    pieces: Vec<Vec<char>>,
}

impl Look {
    /// Returns how a name looks.
    pub fn new(name: &str) -> Self {
        let name: String = name.trim().chars().take(LOOKED_AT).collect();
        let plain = name.to_lowercase();
        let pieces: Vec<Vec<char>> = plain
            .split(|ch: char| !ch.is_alphanumeric() && !is_combining_mark(ch))
            .filter(|piece| !piece.is_empty())
            .map(fold)
            .collect();
        Self {
            folded: fold(&plain),
            pieces: match pieces.len() {
                0 | 1 => Vec::new(),
                _ => pieces,
            },
            plain,
        }
    }

    /// Is it a name that is somebody's own?
    pub fn is_own(&self) -> bool {
        let least = match self.is_dense() {
            true => 2,
            false => 3,
        };
        self.folded.len() >= least && !is_word(&self.folded)
    }

    /// Returns the name without the words beside it, `menshen` of `menshen_official`, where there are any.
    pub fn bare(&self) -> Option<Self> {
        let pieces = self.plain.split(|ch: char| !ch.is_alphanumeric());
        let pieces = pieces.filter(|piece| !piece.is_empty());
        let (words, own): (Vec<&str>, Vec<&str>) = pieces.partition(|piece| is_word(&fold(piece)));
        (!words.is_empty() && !own.is_empty()).then(|| Self::new(&own.join("-")))
    }

    /// Does each of its signs stand for a word, as Chinese ones do?
    fn is_dense(&self) -> bool {
        self.folded
            .iter()
            .any(|ch| matches!(ch, '\u{3400}'..='\u{9fff}'))
    }

    fn is_long(&self) -> bool {
        self.folded.len() >= LONG || self.is_dense()
    }
}

/// Returns what a name looks like: the skeleton of Unicode's UTS #39, with digits that stand for letters, accents and signs gone.
fn fold(text: &str) -> Vec<char> {
    let alike = |ch: char| match ch {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        _ => ch,
    };
    let letters = skeleton(text)
        .filter(|ch| !is_combining_mark(*ch))
        .flat_map(char::to_lowercase)
        .map(alike)
        .filter(|ch| ch.is_alphanumeric())
        .collect::<String>();
    letters
        .replace("vv", "w")
        .replace("cl", "d")
        .chars()
        .collect()
}

fn is_word(folded: &[char]) -> bool {
    static FOLDED: LazyLock<BTreeSet<Vec<char>>> =
        LazyLock::new(|| WORDS.iter().map(|word| fold(word)).collect());
    FOLDED.contains(folded)
}

/// Returns how one name imitates another that is official, where it does. What is the very same name imitates from elsewhere.
pub(super) fn likeness(look: &Look, own: &Look) -> Option<Likeness> {
    if look.plain == own.plain {
        return Some(Likeness::Elsewhere);
    }
    if look.folded == own.folded {
        return Some(Likeness::Confusable);
    }
    if look.pieces.contains(&own.folded) || has_around(look, own) {
        return Some(Likeness::ExtraWords);
    }
    let slipped = is_slip(&look.folded, &own.folded);
    let piece = own.folded.len() >= LONG
        && look
            .pieces
            .iter()
            .any(|piece| n_wrong(piece, &own.folded) == 1);
    (slipped || piece).then_some(Likeness::Typo)
}

/// Does a name stand among other letters: any, where it is long, and else words that stand beside names, or digits?
fn has_around(look: &Look, own: &Look) -> bool {
    let (all, name) = (&look.folded, &own.folded);
    if name.is_empty() || all.len() <= name.len() {
        return false;
    }
    if own.is_long() {
        return all.windows(name.len()).any(|part| part == name);
    }
    let behind = all.strip_prefix(&name[..]);
    let before = all.strip_suffix(&name[..]);
    let around = behind.or(before);
    let digits = look.plain.chars().any(|ch| ch.is_ascii_digit());
    around.is_some_and(|rest| is_word(rest) || digits)
}

fn is_slip(a: &[char], b: &[char]) -> bool {
    let most = match b.len() {
        TWO_WRONG.. => MOST_WRONG,
        ONE_WRONG.. => 1,
        _ => 0,
    };
    (1..=most).contains(&n_wrong(a, b))
}

/// Returns how many letters are wrong, missing, too many or swapped with their neighbour (optimal string alignment); any number above
/// [`MOST_WRONG`] where there are more.
pub(super) fn n_wrong(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > MOST_WRONG {
        return MOST_WRONG + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(x != y);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(a: &str, b: &str) -> usize {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        n_wrong(&chars(a), &chars(b))
    }

    #[test]
    fn wrong_letters_are_counted() {
        for (a, b, n) in [
            ("menshen", "menshen", 0),
            ("menshem", "menshen", 1),
            ("mneshen", "menshen", 1),
            ("menshn", "menshen", 1),
            ("mennshen", "menshen", 1),
            ("manshan", "menshen", 2),
            ("", "ab", 2),
            ("a", "abcd", 3),
        ] {
            assert_eq!(wrong(a, b), n, "{a} {b}");
            assert_eq!(wrong(b, a), n, "{b} {a}");
        }
    }

    #[test]
    fn what_looks_alike_folds_alike() {
        for (a, b) in [
            ("rnenshen", "menshen"),
            ("ｍｅｎｓｈｅｎ", "menshen"),
            ("mеnshеn", "menshen"),
            ("ménshèn", "menshen"),
            ("m3nsh3n", "menshen"),
            ("0kx", "okx"),
            ("bitvvave", "bitwave"),
            ("paypa1", "paypal"),
        ] {
            assert_eq!(fold(&a.to_lowercase()), fold(b), "{a} {b}");
        }
        assert_ne!(fold("menshen"), fold("menshon"));
    }
}
