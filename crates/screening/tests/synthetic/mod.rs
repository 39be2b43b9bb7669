//! Invented people of several cultures, and how their names come back differently. Everything follows from a seed.

pub mod bench;
pub mod names;
pub mod spell;
pub mod vary;

use jiff::civil::{Date, date};
use menshen_document::Country;
use menshen_screening::{BirthDate, Entity, Kind, ListName, ListedName, Strength};

/// A small generator of good quality (SplitMix64), so that the same seed gives the same people everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("below a usize")
    }

    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Picks early ones more often, as names are: by a density that falls as one over the rank.
    pub fn common<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let unit = self.below(1 << 30) as f64 / f64::from(1u32 << 30);
        let rank = ((from.len() as f64 + 8.0) / 8.0).powf(unit) * 8.0 - 8.0;
        &from[(rank as usize).min(from.len() - 1)]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Culture {
    Chinese,
    Russian,
    Arabic,
    Spanish,
    English,
}

/// A person, as she would name herself.
#[derive(Clone, Debug)]
pub struct Person {
    pub culture: Culture,
    /// Words of the name in Latin letters, as the list has them.
    pub latin: Vec<String>,
    /// The name in the person's own script, where it is another.
    pub native: Option<String>,
    pub born: Date,
    pub country: Country,
}

pub fn person(random: &mut Random) -> Person {
    use Culture::{Arabic, Chinese, English, Russian, Spanish};
    let culture = *random.pick(&[Chinese, Russian, Arabic, Spanish, English]);
    let (latin, native) = match culture {
        Chinese => names::chinese(random),
        Russian => names::russian(random),
        Arabic => names::arabic(random),
        Spanish => (names::spanish(random), None),
        English => (names::english(random), None),
    };
    let codes: &[&str] = match culture {
        Chinese => &["CHN", "CHN", "CHN", "HKG", "TWN", "SGP"],
        Russian => &["RUS", "RUS", "UKR", "BLR", "KAZ"],
        Arabic => &["IRQ", "SYR", "LBY", "EGY", "SAU", "YEM", "LBN"],
        Spanish => &["MEX", "COL", "VEN", "ESP", "ARG"],
        English => &["GBR", "USA", "ZAF", "IRL", "AUS"],
    };
    let country = Country::parse(codes[random.below(codes.len())]).expect("a code of the table");
    let year = i16::try_from(1940 + random.below(65)).expect("a year");
    let month = i8::try_from(1 + random.below(12)).expect("a month");
    let day = i8::try_from(1 + random.below(28)).expect("a day");
    Person {
        culture,
        latin,
        native,
        born: date(year, month, day),
        country,
    }
}

/// The person as a list has her. Of the dates of birth 70 % are exact, 15 % a year, 7 % a range and 8 % missing;
/// 70 % have a country; half of those with a script of their own also stand in it; 10 % have another alias.
pub fn listed(random: &mut Random, person: &Person, number: usize) -> Entity {
    let mut names = vec![ListedName {
        text: person.latin.join(" "),
        strength: Strength::Primary,
    }];
    if let Some(native) = person.native.clone().filter(|_| random.percent(50)) {
        names.push(ListedName {
            text: native,
            strength: Strength::Alias,
        });
    }
    if random.percent(10) {
        let other = self::person(random);
        names.push(ListedName {
            text: other.latin.join(" "),
            strength: Strength::Weak,
        });
    }
    let year = person.born.year();
    let birth_dates = match random.below(100) {
        0..70 => vec![BirthDate::Exact(person.born)],
        70..85 => vec![BirthDate::Year(year)],
        85..92 => {
            let from = year - i16::try_from(random.below(4)).expect("small");
            vec![BirthDate::Range { from, to: from + 3 }]
        }
        _ => Vec::new(),
    };
    let countries = if random.percent(70) {
        vec![person.country]
    } else {
        Vec::new()
    };
    Entity {
        list: ListName::OfacSdn,
        id: number.to_string(),
        kind: Kind::Person,
        names,
        birth_dates,
        countries,
        programmes: vec!["SYNTHETIC".to_owned()],
    }
}
