//! The phrase by which a person knows a real message: they choose it once, and every message bears it.

use crate::ticket::is_hidden;

/// Fewest and most characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 4..=40;

/// What a phrase may hold besides letters, digits and single spaces. No point, slash, colon or at-sign: mail programs make
/// links of those, and a message of ours has none.
const MARKS: &str = "-'’!?·,，。！？、";

/// Returns a phrase as it is kept; `None` where it is none.
pub fn phrase(text: &str) -> Option<String> {
    let text = text.trim();
    let allowed = |ch: char| ch == ' ' || ch.is_alphanumeric() || MARKS.contains(ch);
    let good = LENGTH.contains(&text.chars().count())
        && text.chars().all(|ch| allowed(ch) && !is_hidden(ch))
        && text.chars().any(char::is_alphanumeric);
    good.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_short_plain_and_makes_no_link() {
        for (text, kept) in [
            (" blue whale 42 ", Some("blue whale 42")),
            ("蓝色的大鲸鱼", Some("蓝色的大鲸鱼")),
            ("don't panic!", Some("don't panic!")),
            ("abc", None),
            ("....", None),
            ("----", None),
            ("see evil.com", None),
            ("https://x", None),
            ("a@b c d", None),
            ("line\nbreak", None),
            ("turn\u{202e}ed", None),
        ] {
            assert_eq!(phrase(text).as_deref(), kept, "{text:?}");
        }
        assert!(phrase(&"长".repeat(40)).is_some() && phrase(&"x".repeat(41)).is_none());
    }
}
