//! The closed list of ethnic groups that PRC cards print.

use menshen_document::prc_card::ETHNICITIES;

/// Traditional and look-alike forms that the recogniser gives for these names.
const PLAIN: [(char, char); 20] = [
    ('漢', '汉'),
    ('維', '维'),
    ('爾', '尔'),
    ('壯', '壮'),
    ('鮮', '鲜'),
    ('滿', '满'),
    ('瑤', '瑶'),
    ('薩', '萨'),
    ('畬', '畲'),
    ('東', '东'),
    ('鄉', '乡'),
    ('納', '纳'),
    ('頗', '颇'),
    ('達', '达'),
    ('錫', '锡'),
    ('烏', '乌'),
    ('別', '别'),
    ('羅', '罗'),
    ('溫', '温'),
    ('門', '门'),
];

/// Returns the group that was most likely printed where `text` was read; `None` when no single one
/// is near. The list is closed and no field is compared with it, so snapping hides no forgery.
pub(crate) fn ethnic_group(text: &str) -> Option<&'static str> {
    let read: Vec<char> = text.chars().map(plain).collect();
    let read = read.strip_suffix(&['族']).unwrap_or(&read);
    if let Some(exact) = ETHNICITIES
        .iter()
        .find(|group| group.chars().eq(read.iter().copied()))
    {
        return Some(exact);
    }
    let mut near = ETHNICITIES.iter().filter(|group| {
        let length = group.chars().count();
        let differing = group.chars().zip(read).filter(|(a, b)| a != *b).count();
        length >= 2 && length == read.len() && differing == 1
    });
    match (near.next(), near.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn plain(ch: char) -> char {
    let entry = PLAIN.iter().find(|(from, _)| *from == ch);
    entry.map_or(ch, |(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_forms_and_one_misread_character_are_mended() {
        assert_eq!(ethnic_group("漢"), Some("汉"));
        assert_eq!(ethnic_group("维吾尓"), Some("维吾尔"));
        assert_eq!(ethnic_group("壯族"), Some("壮"));
    }

    #[test]
    fn what_is_near_to_none_or_to_two_stays_open() {
        assert_eq!(ethnic_group("犬"), None);
        assert_eq!(ethnic_group("布X"), None);
        assert_eq!(ethnic_group(""), None);
    }
}
