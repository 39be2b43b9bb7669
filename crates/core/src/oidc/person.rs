//! A name's family part and given part, where the record itself tells them apart.

use menshen_document::name::spell::is_han;

/// Family name and given name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameParts {
    /// The family name.
    pub family: String,
    /// The given names.
    pub given: String,
}

/// Chinese surnames of two characters that are in use, in simplified and traditional forms.
const COMPOUND: &[&str] = &[
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲",
    "公孙", "公孫", "轩辕", "軒轅", "令狐", "钟离", "鍾離", "宇文", "长孙", "長孫", "慕容", "司徒",
    "司空", "夏侯", "端木", "南宫", "南宮", "独孤", "獨孤", "呼延", "鲜于", "鮮于", "闻人", "聞人",
    "澹台", "澹臺", "赫连", "赫連", "拓跋", "百里", "东郭", "東郭", "西门", "西門", "申屠", "太史",
    "濮阳", "濮陽", "第五", "万俟", "萬俟", "公冶", "仲孙", "仲孫", "范姜", "范薑",
];
/// Where a name of Han characters begins with the surname and has no more than this many characters after a surname of one.
const GIVEN: std::ops::RangeInclusive<usize> = 1..=2;
/// States whose documents write such names so.
const CHINESE: [&str; 4] = ["CHN", "HKG", "MAC", "TWN"];

/// Returns the parts of a name as it stands on a document of a state (ICAO code), or none where only a guess would part it:
/// a name in Latin letters without a comma has its surname first in one country and last in another.
pub fn name_parts(name: &str, country: &str) -> Option<NameParts> {
    let name = name.trim();
    let told = name
        .split_once("<<")
        .or_else(|| name.split_once([',', '，']));
    if let Some((family, given)) = told {
        let (family, given) = (plain(family), plain(given));
        let whole = !family.is_empty() && !given.is_empty() && !given.contains(',');
        return whole.then_some(NameParts { family, given });
    }
    let characters: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    if !CHINESE.contains(&country) || !characters.iter().all(|c| is_han(*c)) {
        return None;
    }
    let text: String = characters.iter().collect();
    let compound = COMPOUND.iter().any(|surname| text.starts_with(surname));
    let n_family = if compound { 2 } else { 1 };
    let n_given = characters.len().checked_sub(n_family)?;
    GIVEN.contains(&n_given).then(|| NameParts {
        family: characters[..n_family].iter().collect(),
        given: characters[n_family..].iter().collect(),
    })
}

fn plain(part: &str) -> String {
    let words = part.split(|c: char| c.is_whitespace() || c == '<');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_parted_where_the_record_parts_it_and_nowhere_else() {
        for (name, country, expected) in [
            ("LOVELACE, ADA KING", "GBR", Some(("LOVELACE", "ADA KING"))),
            ("LOVELACE<<ADA<KING", "GBR", Some(("LOVELACE", "ADA KING"))),
            ("Ada Lovelace", "GBR", None),
            ("LOVELACE,", "GBR", None),
            ("a, b, c", "GBR", None),
            ("张伟", "CHN", Some(("张", "伟"))),
            ("王 小明", "CHN", Some(("王", "小明"))),
            ("欧阳修", "CHN", Some(("欧阳", "修"))),
            ("歐陽震華", "HKG", Some(("歐陽", "震華"))),
            ("张", "CHN", None),
            ("迪丽热巴", "CHN", None),
            ("山本太郎", "JPN", None),
            ("", "CHN", None),
        ] {
            let found = name_parts(name, country);
            let found = found.as_ref().map(|parts| (&*parts.family, &*parts.given));
            assert_eq!(found, expected, "{name}");
        }
    }
}
