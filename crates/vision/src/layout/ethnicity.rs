//! The closed list of ethnic groups that PRC cards print.

/// GB/T 3304-1991, names without 族, as cards print them; then 其他 and 外国血统 (GA 461).
const GROUPS: [&str; 58] = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
    "其他",
    "外国血统",
];

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
    if let Some(exact) = GROUPS
        .iter()
        .find(|group| group.chars().eq(read.iter().copied()))
    {
        return Some(exact);
    }
    let mut near = GROUPS.iter().filter(|group| {
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
