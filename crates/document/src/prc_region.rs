//! Administrative regions by the six digits that begin a resident identity number (GB/T 2260).
//!
//! A number keeps the code of its first issue, so codes that were abolished since stay good. The
//! data file says where its facts come from.

use std::collections::HashMap;
use std::sync::OnceLock;

/// All codes: `code<TAB>name[<TAB>last year]`, ascending by code.
const DATA: &str = include_str!("../data/prc_regions.tsv");

/// The last year whose revisions are in the data. Later codes are unknown to it.
pub const DATA_YEAR: i16 = 2021;

/// A region of GB/T 2260.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The six digits.
    pub code: &'static str,
    /// The name of its last revision, without the regions above it.
    pub name: &'static str,
    /// The last year in which the code was in force; `None` when it still is.
    pub last_year: Option<i16>,
}

/// Returns the region with this code, whether it is in force or not.
pub fn find(code: &str) -> Option<Region> {
    let regions = all();
    regions
        .binary_search_by(|region| region.code.cmp(code))
        .ok()
        .and_then(|i| regions.get(i))
        .copied()
}

/// Returns the full name from the province down, as far as `code` is known: `浙江省杭州市西湖区`.
pub fn full_name(code: &str) -> String {
    let level = |digits: usize| {
        code.get(..digits)
            .and_then(|head| find(&format!("{head:0<6}")))
    };
    let mut name = String::new();
    let mut last = "";
    for region in [level(2), level(4), level(6)].into_iter().flatten() {
        // 市辖区 and its like only group what stands below them.
        let groups = [
            "市辖区",
            "县",
            "市",
            "市区",
            "省直辖县级行政区划",
            "自治区直辖县级行政区划",
        ];
        if region.code != last && !groups.contains(&region.name) {
            name.push_str(region.name);
            last = region.code;
        }
    }
    name
}

/// Returns the first two digits of every region whose name begins `text` (with or without its last
/// character, the rank: 杭州市公安局 or 杭州公安局), province or below.
pub(crate) fn provinces_beginning(text: &str) -> Vec<&'static str> {
    let first = text.chars().next().unwrap_or_default();
    let mut provinces: Vec<&str> = by_first_character()
        .get(&first)
        .into_iter()
        .flatten()
        .filter(|region| {
            let short = region.name.char_indices().next_back().map_or(0, |(i, _)| i);
            let stem = region.name.get(..short).unwrap_or_default();
            text.starts_with(region.name) || (stem.chars().count() >= 2 && text.starts_with(stem))
        })
        .filter_map(|region| region.code.get(..2))
        .collect();
    provinces.dedup();
    provinces
}

fn by_first_character() -> &'static HashMap<char, Vec<Region>> {
    static INDEX: OnceLock<HashMap<char, Vec<Region>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<char, Vec<Region>> = HashMap::new();
        for region in all() {
            let first = region.name.chars().next().unwrap_or_default();
            index.entry(first).or_default().push(*region);
        }
        index
    })
}

/// Returns every region that has or had a code, ascending by code.
pub fn all() -> &'static [Region] {
    static REGIONS: OnceLock<Vec<Region>> = OnceLock::new();
    REGIONS.get_or_init(|| DATA.lines().filter_map(region).collect())
}

fn region(line: &'static str) -> Option<Region> {
    let mut columns = line.split('\t');
    let (code, name) = (columns.next()?, columns.next()?);
    let last_year = columns.next().and_then(|year| year.parse().ok());
    Some(Region {
        code,
        name,
        last_year,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_ascending_and_every_line_is_a_region() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().len(), lines);
        assert!(lines > 7_000, "{lines}");
        assert!(all().windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(
            all()
                .iter()
                .all(|r| r.code.len() == 6 && r.code.bytes().all(|b| b.is_ascii_digit()))
        );
    }

    #[test]
    fn abolished_regions_are_known_with_their_last_year() {
        assert_eq!(
            find("110104").map(|r| (r.name, r.last_year.is_some())),
            Some(("宣武区", true))
        );
        assert_eq!(find("510202").map(|r| r.last_year), Some(Some(1996)));
        assert_eq!(find("330106").map(|r| r.last_year), Some(None));
        assert_eq!(find("000000"), None);
    }

    #[test]
    fn full_names_skip_what_only_groups() {
        assert_eq!(full_name("330106"), "浙江省杭州市西湖区");
        assert_eq!(full_name("110101"), "北京市东城区");
        assert_eq!(full_name("441900"), "广东省东莞市");
        assert_eq!(full_name("830000"), "台湾省");
        assert_eq!(full_name("é"), "");
    }
}
