//! Zones in a text file.

/// Splits a text into groups of lines separated by empty lines.
///
/// Lines are trimmed of white space at both ends; one of white space only is empty. A byte-order
/// mark is no character.
pub fn groups(text: &str) -> Vec<Vec<&str>> {
    let mut groups = Vec::new();
    let mut group = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if !line.is_empty() {
            group.push(line);
        } else if !group.is_empty() {
            groups.push(std::mem::take(&mut group));
        }
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn empty_lines_separate_groups_and_never_make_one() {
        let text = "\u{feff}\r\n\nA\r\nB\r\n \t\r\n\r\nC\n\n\n";
        assert_eq!(groups(text), [vec!["A", "B"], vec!["C"]]);
        assert!(groups(" \n\n").is_empty());
    }
}
