//! Spellings of Cantonese names in Hong Kong and Macau.
//!
//! No standard binds them: the government's own romanisation is applied by habit, so a syllable of
//! Jyutping stands for every spelling in use for its initial and its final, those of Macau (IP, IONG,
//! CHAO, KUOK) among them.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::han;

/// Jyutping syllables without tones and the characters read so; see the file's head.
const DATA: &str = include_str!("../../data/cantonese.tsv");

/// Initials, the longer first.
const INITIALS: &[(&str, &[&str])] = &[
    ("ng", &["NG", ""]),
    ("gw", &["KW", "GW", "KU"]),
    ("kw", &["KW", "KU"]),
    ("b", &["P", "B"]),
    ("p", &["P"]),
    ("m", &["M"]),
    ("f", &["F"]),
    ("d", &["T", "D"]),
    ("t", &["T"]),
    ("n", &["N"]),
    ("l", &["L"]),
    ("g", &["K", "G"]),
    ("k", &["K"]),
    ("h", &["H"]),
    ("z", &["CH", "TS", "J"]),
    ("c", &["CH", "TS"]),
    ("s", &["S", "SH"]),
    ("j", &["Y", "I"]),
    ("w", &["W"]),
];

/// Finals.
const FINALS: &[(&str, &[&str])] = &[
    ("aa", &["A", "AH"]),
    ("aai", &["AI"]),
    ("aau", &["AU", "AO"]),
    ("aam", &["AM"]),
    ("aan", &["AN"]),
    ("aang", &["ANG"]),
    ("aap", &["AP"]),
    ("aat", &["AT"]),
    ("aak", &["AK"]),
    ("ai", &["AI"]),
    ("au", &["AU", "OW", "AO"]),
    ("am", &["AM", "UM"]),
    ("an", &["AN", "UN"]),
    ("ang", &["ANG"]),
    ("ap", &["AP", "UP"]),
    ("at", &["AT"]),
    ("ak", &["AK", "UK"]),
    ("e", &["E", "EH"]),
    ("ei", &["EI", "EE", "I", "AY"]),
    ("eng", &["ENG", "EANG"]),
    ("ek", &["EK"]),
    ("i", &["I", "EE", "ZE", "Z"]),
    ("iu", &["IU", "IO"]),
    ("im", &["IM"]),
    ("in", &["IN"]),
    ("ing", &["ING", "ENG"]),
    ("ip", &["IP"]),
    ("it", &["IT"]),
    ("ik", &["IK", "EK"]),
    ("o", &["O", "OR", "AW"]),
    ("oi", &["OI", "OY"]),
    ("ou", &["O", "OU", "OO"]),
    ("on", &["ON"]),
    ("ong", &["ONG"]),
    ("ot", &["OT"]),
    ("ok", &["OK"]),
    ("u", &["U", "OO"]),
    ("ui", &["UI"]),
    ("un", &["UN", "OON"]),
    ("ung", &["UNG"]),
    ("ut", &["UT"]),
    ("uk", &["UK"]),
    ("oe", &["EUH"]),
    ("oeng", &["EUNG", "OUNG", "EONG"]),
    ("oek", &["EUK", "EOK"]),
    ("eoi", &["UI"]),
    ("eon", &["UN", "EON"]),
    ("eot", &["UT"]),
    ("yu", &["U", "UE"]),
    ("yun", &["UEN", "UN"]),
    ("yut", &["UET", "UT"]),
];

/// Whole syllables: the ones without a vowel, and spellings that rules do not give.
const WHOLE: &[(&str, &[&str])] = &[
    ("m", &["M", "NG"]),
    ("ng", &["NG"]),
    ("ji", &["YI", "YEE", "I"]),
    ("jip", &["YIP", "IP"]),
];

/// Returns the spellings of a character's Cantonese readings, or else of the forms it is written in;
/// empty for a rare character.
pub(super) fn spellings(character: char) -> Vec<String> {
    let known = han::forms(character).find_map(|form| readings().get(&form));
    let mut spellings: Vec<String> = known
        .into_iter()
        .flatten()
        .flat_map(|r| syllable(r))
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

fn syllable(jyutping: &str) -> Vec<String> {
    if let Some((_, whole)) = WHOLE.iter().find(|(known, _)| *known == jyutping) {
        return whole.iter().map(|&spelling| spelling.to_owned()).collect();
    }
    let (initials, rest) = INITIALS
        .iter()
        .find_map(|(from, to)| Some((*to, jyutping.strip_prefix(from)?)))
        .filter(|(_, rest)| !rest.is_empty())
        .unwrap_or((&[""], jyutping));
    let finals = FINALS
        .iter()
        .find(|(from, _)| *from == rest)
        .map_or(&[][..], |(_, to)| *to);
    initials
        .iter()
        .flat_map(|i| finals.iter().map(move |f| format!("{i}{f}")))
        .collect()
}

fn readings() -> &'static HashMap<char, Vec<&'static str>> {
    static TABLE: OnceLock<HashMap<char, Vec<&'static str>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<char, Vec<&str>> = HashMap::new();
        for (reading, characters) in DATA.lines().filter_map(|line| line.split_once('\t')) {
            characters
                .chars()
                .for_each(|c| table.entry(c).or_default().push(reading));
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_surnames_are_spelled_as_on_their_documents() {
        for (surname, expected) in [
            ('陳', "CHAN"),
            ('黃', "WONG"),
            ('李', "LEE"),
            ('張', "CHEUNG"),
            ('吳', "NG"),
            ('周', "CHOW"),
            ('鄭', "CHENG"),
            ('許', "HUI"),
            ('余', "YU"),
            ('葉', "YIP"),
            ('馮', "FUNG"),
            ('郭', "KWOK"),
            ('曾', "TSANG"),
            ('梁', "LEUNG"),
            ('徐', "TSUI"),
            ('司', "SZE"),
        ] {
            assert!(
                spellings(surname).iter().any(|s| s == expected),
                "{surname} {:?}",
                spellings(surname)
            );
        }
    }

    #[test]
    fn every_reading_of_the_data_has_a_spelling() {
        for (reading, _) in DATA.lines().filter_map(|line| line.split_once('\t')) {
            assert!(!syllable(reading).is_empty(), "{reading}");
        }
    }
}
