//! Names of people and how two of them relate.
//!
//! A comparison never gives a bare yes or no: what counts as the same name is policy, and a person
//! who is refused must learn at which character the names part.

mod align;
mod cantonese;
mod han;
mod key;
pub mod latin;
mod parts;
mod pinyin;
mod reading;
mod script;
pub mod spell;

use serde::{Serialize, Serializer};

pub use key::key;

use parts::{Folds, Parts, Unit};

/// How two names relate, the strongest kind of difference first in [`Relation`]'s order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameRelation {
    /// The relation.
    pub relation: Relation,
    /// For [`Relation::Different`]: the first character of the first name that differs from its
    /// closest reading of the second one, from 1, counted in the name as given (composed, NFC). One
    /// past the end when the first name is the beginning of the second.
    pub position: Option<usize>,
    /// Everything that had to be overlooked to relate them; all of it, when kinds combine.
    pub detail: Vec<Detail>,
}

/// How two names relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same letters; separators (spaces, hyphens, apostrophes, the minority middle dot in any
    /// form) may differ.
    Equal,
    /// The same letters in another form: case, width, accents, variants of Han characters.
    Variant,
    /// The same parts in another order.
    Order,
    /// The same name in another script or spelling.
    Transliteration,
    /// One is the other, cut where a machine-readable zone ends.
    Truncated,
    /// None of these.
    Different,
}

/// One difference that was overlooked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Separators stand elsewhere.
    Separators,
    /// Full-width or otherwise compatible forms.
    Width,
    /// Capital and small letters.
    Case,
    /// Accents on Latin or Greek letters.
    Accents,
    /// Traditional, simplified or otherwise different forms of a Han character.
    HanVariant,
    /// The parts stand in another order.
    Order,
    /// Hanyu Pinyin, in any spelling of ü.
    Pinyin,
    /// Pinyin with a reading that is unusual for this surname.
    UncommonReading,
    /// Wade-Giles, as in Taiwan.
    WadeGiles,
    /// Cantonese, as in Hong Kong and Macau.
    Cantonese,
    /// A surname in a customary spelling (LEE).
    CustomarySurname,
    /// Latin letters as machine-readable zones spell them.
    IcaoLatin,
    /// Cyrillic in Latin letters.
    Cyrillic,
    /// Greek in Latin letters.
    Greek,
    /// Cut at the end of a machine-readable zone.
    Truncated,
}

impl Detail {
    /// Returns the stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Separators => "separators",
            Self::Width => "width",
            Self::Case => "case",
            Self::Accents => "accents",
            Self::HanVariant => "han_variant",
            Self::Order => "order",
            Self::Pinyin => "pinyin",
            Self::UncommonReading => "uncommon_reading",
            Self::WadeGiles => "wade_giles",
            Self::Cantonese => "cantonese",
            Self::CustomarySurname => "customary_surname",
            Self::IcaoLatin => "icao_latin",
            Self::Cyrillic => "cyrillic",
            Self::Greek => "greek",
            Self::Truncated => "truncated",
        }
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl NameRelation {
    /// Tells whether the names may belong to one person: everything but [`Relation::Different`].
    pub fn is_related(&self) -> bool {
        self.relation != Relation::Different
    }

    fn related(relation: Relation, mut detail: Vec<Detail>) -> Self {
        detail.sort_unstable();
        detail.dedup();
        Self {
            relation,
            position: None,
            detail,
        }
    }

    fn different(position: usize) -> Self {
        Self {
            relation: Relation::Different,
            position: Some(position),
            detail: Vec::new(),
        }
    }
}

/// Longest name that is looked at, in characters. The longest name of any document is far shorter,
/// and the work grows with the square.
const MAX_LENGTH: usize = 200;

/// Says how two names relate.
///
/// Surname first or last is no difference of kind but [`Relation::Order`]. An empty name, and one of
/// more than 200 characters, is different from every name.
pub fn relation(a: &str, b: &str) -> NameRelation {
    let too_long = |name: &str| name.chars().nth(MAX_LENGTH).is_some();
    if too_long(a) || too_long(b) {
        return NameRelation::different(1);
    }
    let (left, right) = (Parts::of(a), Parts::of(b));
    if left.is_empty() || right.is_empty() {
        return NameRelation::different(1);
    }
    // Only one of the two is put in other orders; where the parts are cut elsewhere (JAB, AB J) it matters which.
    same_letters(&left, &right)
        .or_else(|| same_letters(&right, &left))
        .or_else(|| align::transliterated(&left, &right))
        .or_else(|| align::truncated(&left, &right))
        .unwrap_or_else(|| NameRelation::different(align::first_difference(&left, &right)))
}

/// Equal, a variant, or one of these in another order.
fn same_letters(left: &Parts, right: &Parts) -> Option<NameRelation> {
    let ours = left.in_order(&left.order());
    for order in right.orders() {
        let theirs = right.in_order(&order);
        if !agree(&ours, &theirs, Folds::ALL) {
            continue;
        }
        let moved = order != right.order();
        let mut detail = overlooked(&ours, &theirs);
        let relation = match (moved, detail.is_empty()) {
            (true, _) => Relation::Order,
            (false, true) => Relation::Equal,
            (false, false) => Relation::Variant,
        };
        if moved {
            detail.push(Detail::Order);
        } else if left.lengths() != right.lengths() {
            detail.push(Detail::Separators);
        }
        return Some(NameRelation::related(relation, detail));
    }
    None
}

/// The folds without which the two would not agree.
fn overlooked(ours: &[&Unit], theirs: &[&Unit]) -> Vec<Detail> {
    [
        (
            Detail::Width,
            Folds {
                width: false,
                ..Folds::ALL
            },
        ),
        (
            Detail::Case,
            Folds {
                case: false,
                ..Folds::ALL
            },
        ),
        (
            Detail::Accents,
            Folds {
                accents: false,
                ..Folds::ALL
            },
        ),
        (
            Detail::HanVariant,
            Folds {
                han: false,
                ..Folds::ALL
            },
        ),
    ]
    .into_iter()
    .filter(|(_, without)| !agree(ours, theirs, *without))
    .map(|(detail, _)| detail)
    .collect()
}

fn agree(ours: &[&Unit], theirs: &[&Unit], folds: Folds) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(one, other)| {
            let (a, b) = (one.folded(folds), other.folded(folds));
            (a == b || (folds.han && han::same(a, b)))
                && (folds.accents || one.marked == other.marked)
        })
}
