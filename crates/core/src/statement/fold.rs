//! How much of a text stands among lines, whatever its case, spaces and punctuation.

use super::nonce::narrow;

/// Returns the part of a text's characters that were read in their order: the longest common subsequence with the lines
/// one after the other, over the text's length; 0 for a text without letters.
///
/// Counted within a window of twice the text's length, so that a page of prose does not hold every sentence.
pub(super) fn share(text: &str, lines: &[String]) -> f32 {
    let wanted = folded(text);
    let read: Vec<char> = lines.iter().flat_map(|line| folded(line)).collect();
    if wanted.is_empty() {
        return 0.0;
    }
    let window = 2 * wanted.len();
    let step = (wanted.len() / 2).max(1);
    let starts = (0..read.len()).step_by(step);
    let best = starts
        .map(|start| common(&wanted, &read[start..(start + window).min(read.len())]))
        .max();
    best.unwrap_or(0) as f32 / wanted.len() as f32
}

fn folded(text: &str) -> Vec<char> {
    text.chars()
        .map(narrow)
        .filter(|ch| ch.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the length of the longest common subsequence.
fn common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0_usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (n, y) in b.iter().enumerate() {
            let above = row[n + 1];
            row[n + 1] = match x == y {
                true => diagonal + 1,
                false => above.max(row[n]),
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, lines: &[&str]) -> f32 {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        share(text, &lines)
    }

    #[test]
    fn a_sentence_is_found_over_the_end_of_a_line_and_with_a_slip() {
        let text = "Only for identity verification at Example";
        assert_eq!(
            of(text, &["ONLY for identity", "verification at EXAMPLE."]),
            1.0
        );
        let slipped = of(
            text,
            &["x", "0nly for identity verificatlon at Example", "y"],
        );
        assert!((0.9..1.0).contains(&slipped), "{slipped}");
        assert!(of(text, &["Pay to the bearer the sum of one million"]) < 0.55);
        assert_eq!(of(text, &[]), 0.0);
        assert_eq!(of("...", &["..."]), 0.0);
        assert_eq!(
            of("仅供 Example 身份验证使用", &["仅供Example身份验证使用。"]),
            1.0
        );
    }
}
