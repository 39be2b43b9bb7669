//! Han characters and the forms in which one character is written.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Lines of a simplified form and every other form that is written so; see the file's head.
const DATA: &str = include_str!("../../data/han_variants.txt");

/// Tells whether this is a Han character (the unified blocks up to extension H, and 〇).
pub(super) fn is_han(character: char) -> bool {
    matches!(u32::from(character),
        0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_23af)
}

/// Tells whether two characters are forms of one, such as 吕 and 呂.
pub(super) fn same(a: char, b: char) -> bool {
    a == b || forms(a).any(|form| forms(b).any(|other| form == other))
}

/// The simplified forms of a character, itself included.
pub(super) fn forms(character: char) -> impl Iterator<Item = char> {
    let known = simplified().get(&character).map_or(&[][..], Vec::as_slice);
    std::iter::once(character).chain(known.iter().copied())
}

fn simplified() -> &'static HashMap<char, Vec<char>> {
    static TABLE: OnceLock<HashMap<char, Vec<char>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<char, Vec<char>> = HashMap::new();
        for line in DATA.lines().filter(|line| !line.starts_with('#')) {
            let mut characters = line.chars();
            if let Some(first) = characters.next() {
                characters.for_each(|form| table.entry(form).or_default().push(first));
            }
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_character_are_the_same_and_look_alikes_are_not() {
        for (a, b) in [
            ('吕', '呂'),
            ('黃', '黄'),
            ('後', '后'),
            ('髙', '高'),
            ('發', '髮'),
            ('溫', '温'),
        ] {
            assert!(same(a, b) && same(b, a), "{a} {b}");
        }
        for (a, b) in [
            ('己', '已'),
            ('末', '未'),
            ('邱', '丘'),
            ('喆', '哲'),
            ('吕', '侣'),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
