//! Hanyu Pinyin of Han characters as travel documents spell it (GB/T 28039-2011), and Wade-Giles.

use pinyin::ToPinyinMulti;

use super::han;

/// Surnames whose reading as a surname differs from the everyday one, or that are compound with an
/// unusual reading; syllables by character, alternatives separated by a slash.
const SURNAMES: &[(&str, &str)] = &[
    ("万俟", "mo qi"),
    ("尉迟", "yu chi"),
    ("单于", "chan yu"),
    ("长孙", "zhang sun"),
    ("令狐", "ling hu"),
    ("澹台", "tan tai"),
    ("宰父", "zai fu"),
    ("亓官", "qi guan"),
    ("乐正", "yue zheng"),
    ("皇甫", "huang fu"),
    ("呼延", "hu yan"),
    ("单", "shan"),
    ("曾", "zeng"),
    ("仇", "qiu"),
    ("解", "xie"),
    ("区", "ou"),
    ("朴", "piao"),
    ("查", "zha"),
    ("任", "ren"),
    ("缪", "miao"),
    ("员", "yun"),
    ("宁", "ning"),
    ("尹", "yin"),
    ("冼", "xian"),
    ("洗", "xian"),
    ("逄", "pang"),
    ("繁", "po"),
    ("谌", "chen/shen"),
    ("佴", "nai"),
    ("种", "chong"),
    ("秘", "bi/mi"),
    ("冯", "feng"),
    ("折", "she"),
    ("褚", "chu"),
    ("隗", "wei/kui"),
    ("那", "na"),
    ("哈", "ha"),
    ("盛", "sheng"),
    ("石", "shi"),
    ("晁", "chao"),
    ("车", "che"),
    ("卜", "bu"),
    ("覃", "qin/tan"),
    ("贾", "jia"),
    ("俞", "yu"),
    ("句", "gou/ju"),
    ("阚", "kan"),
    ("黑", "hei/he"),
    ("牟", "mu/mou"),
    ("沈", "shen"),
    ("臧", "zang"),
    ("么", "yao"),
    ("幺", "yao"),
    ("尉", "wei/yu"),
    ("万", "wan"),
    ("殷", "yin"),
    ("费", "fei/bi"),
    ("薄", "bo"),
    ("叶", "ye"),
    ("都", "du"),
    ("靓", "jing"),
    ("乜", "nie"),
    ("角", "jue/jiao"),
    ("瞿", "qu"),
    ("於", "yu"),
];

/// Returns the usual readings of each character at the beginning of a name that form a surname of
/// the table, in its order; empty when there is none.
pub(super) fn surname_readings(name: &[char]) -> Vec<Vec<String>> {
    let begins = |surname: &str| {
        let mut rest = name.iter();
        surname
            .chars()
            .all(|c| rest.next().is_some_and(|n| han::same(c, *n)))
    };
    let found = SURNAMES.iter().find(|(surname, _)| begins(surname));
    let syllables = found
        .map_or("", |(_, syllables)| syllables)
        .split_whitespace();
    syllables
        .map(|one| one.split('/').map(str::to_owned).collect())
        .collect()
}

/// Returns every reading of a character: pinyin in small letters, without tones, ü as ü.
pub(super) fn readings(character: char) -> Vec<String> {
    let mut readings: Vec<String> = character
        .to_pinyin_multi()
        .into_iter()
        .flatten()
        .map(|reading| reading.plain().replace('v', "ü"))
        .collect();
    readings.sort_unstable();
    readings.dedup();
    readings
}

/// Returns the spellings of a syllable on documents. ü after l and n has been YU since 2012 (LYU,
/// NYU) and U in LUE and NUE; older documents carry V or U, typed text ü itself.
pub(super) fn spellings(syllable: &str) -> Vec<String> {
    let one = |text: &str| text.to_owned();
    match syllable {
        "lü" => ["LYU", "LV", "LU", "LÜ"].map(one).to_vec(),
        "nü" => ["NYU", "NV", "NU", "NÜ"].map(one).to_vec(),
        "lüe" | "lue" => ["LUE", "LVE", "LYUE", "LÜE"].map(one).to_vec(),
        "nüe" | "nue" => ["NUE", "NVE", "NYUE", "NÜE"].map(one).to_vec(),
        "ê" => vec![one("E")],
        other => vec![other.to_uppercase()],
    }
}

/// Syllables that Wade-Giles does not spell initial by final.
const WADE_GILES_WHOLE: &[(&str, &[&str])] = &[
    ("zhi", &["CHIH"]),
    ("chi", &["CHIH"]),
    ("shi", &["SHIH"]),
    ("ri", &["JIH"]),
    ("zi", &["TZU", "TSU"]),
    ("ci", &["TZU", "TSU"]),
    ("si", &["SSU", "SZU", "SZE"]),
    ("er", &["ERH"]),
    ("yi", &["I", "YI"]),
    ("ye", &["YEH"]),
    ("you", &["YU"]),
    ("yan", &["YEN"]),
    ("yong", &["YUNG"]),
    ("yue", &["YUEH"]),
    ("ge", &["KO", "KE"]),
    ("ke", &["KO", "KE"]),
    ("he", &["HO"]),
    ("e", &["O", "E"]),
    ("guo", &["KUO"]),
    ("kuo", &["KUO"]),
    ("huo", &["HUO"]),
    ("shuo", &["SHUO"]),
    ("gui", &["KUEI", "KWEI"]),
    ("kui", &["KUEI"]),
    ("lü", &["LU", "LÜ"]),
    ("nü", &["NU", "NÜ"]),
    ("lüe", &["LUEH"]),
    ("nüe", &["NUEH"]),
];

/// Initials of pinyin, the longer first, with their Wade-Giles spelling; apostrophes are gone, as on
/// documents.
const WADE_GILES_INITIALS: &[(&str, &str)] = &[
    ("zh", "CH"),
    ("ch", "CH"),
    ("sh", "SH"),
    ("b", "P"),
    ("d", "T"),
    ("g", "K"),
    ("j", "CH"),
    ("q", "CH"),
    ("x", "HS"),
    ("r", "J"),
    ("z", "TS"),
    ("c", "TS"),
];

/// Finals that differ.
const WADE_GILES_FINALS: &[(&str, &str)] = &[
    ("ian", "IEN"),
    ("ie", "IEH"),
    ("ong", "UNG"),
    ("iong", "IUNG"),
    ("ue", "UEH"),
    ("uo", "O"),
];

/// Returns the Wade-Giles spellings of a pinyin syllable, as Taiwan's documents carry them.
pub(super) fn wade_giles(syllable: &str) -> Vec<String> {
    if let Some((_, whole)) = WADE_GILES_WHOLE
        .iter()
        .find(|(known, _)| *known == syllable)
    {
        return whole.iter().map(|&spelling| spelling.to_owned()).collect();
    }
    let (initial, rest) = WADE_GILES_INITIALS
        .iter()
        .find_map(|(from, to)| Some(((*to).to_owned(), syllable.strip_prefix(from)?)))
        .unwrap_or_else(|| {
            let consonant = syllable
                .chars()
                .next()
                .filter(|c| "pmftnlkhsyw".contains(*c));
            let split = consonant.map_or(0, char::len_utf8);
            let (head, rest) = syllable.split_at(split);
            (head.to_uppercase(), rest)
        });
    let known = WADE_GILES_FINALS.iter().find(|(from, _)| *from == rest);
    vec![initial + &known.map_or_else(|| rest.to_uppercase(), |(_, to)| (*to).to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_hold_the_surname_readings() {
        for (surname, reading) in [
            ('单', "shan"),
            ('曾', "zeng"),
            ('仇', "qiu"),
            ('呂', "lü"),
            ('女', "nü"),
            ('略', "lüe"),
        ] {
            assert!(
                readings(surname).iter().any(|r| r == reading),
                "{surname} {:?}",
                readings(surname)
            );
        }
        assert_eq!(surname_readings(&['尉', '遲', '恭']), [["yu"], ["chi"]]);
        assert!(surname_readings(&['王']).is_empty());
    }

    #[test]
    fn every_surname_has_as_many_syllables_as_characters_all_of_them_readings() {
        for (surname, syllables) in SURNAMES {
            let syllables: Vec<&str> = syllables.split_whitespace().collect();
            assert_eq!(surname.chars().count(), syllables.len(), "{surname}");
            for (character, options) in surname.chars().zip(syllables) {
                // The first alternative is in every dictionary; others may be regional.
                let (first, known) = (options.split('/').next(), readings(character));
                assert!(
                    known.iter().any(|r| Some(r.as_str()) == first),
                    "{character} {known:?}"
                );
            }
        }
    }

    #[test]
    fn wade_giles_spells_well_known_names() {
        for (pinyin, expected) in [
            ("jiang", "CHIANG"),
            ("xu", "HSU"),
            ("cai", "TSAI"),
            ("zheng", "CHENG"),
            ("deng", "TENG"),
            ("guo", "KUO"),
            ("xiong", "HSIUNG"),
            ("qian", "CHIEN"),
            ("luo", "LO"),
            ("xie", "HSIEH"),
            ("wu", "WU"),
            ("ren", "JEN"),
            ("xue", "HSUEH"),
            ("yan", "YEN"),
            ("zhong", "CHUNG"),
            ("ma", "MA"),
        ] {
            assert_eq!(wade_giles(pinyin), [expected], "{pinyin}");
        }
    }
}
