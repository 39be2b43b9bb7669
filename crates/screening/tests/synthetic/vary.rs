//! The name of a listed person as it comes back: one change of a known kind.

use super::spell::{ARABIC_FAMILY, ARABIC_GIVEN, GIVEN, SURNAMES, capital, cyrillic};
use super::{Culture, Person, Random};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    Nothing,
    Order,
    Initial,
    Diacritics,
    Middle,
    Spelling,
    Script,
    Particles,
    OneTypo,
    TwoTypos,
}

pub const CHANGES: [Change; 10] = [
    Change::Nothing,
    Change::Order,
    Change::Initial,
    Change::Diacritics,
    Change::Middle,
    Change::Spelling,
    Change::Script,
    Change::Particles,
    Change::OneTypo,
    Change::TwoTypos,
];

/// Changes a name; `None` where this change makes nothing of this name (a script of its own for an English one).
/// `has_native`: the list has the name in its own script too.
pub fn vary(
    random: &mut Random,
    person: &Person,
    change: Change,
    has_native: bool,
) -> Option<String> {
    let mut words = person.latin.clone();
    let last = words.len() - 1;
    match change {
        Change::Nothing => {}
        Change::Order => {
            let by = 1 + random.below(last);
            words.rotate_left(by);
        }
        Change::Initial => {
            // The family name stays whole: the first of a Chinese name, else the last.
            let place = if person.culture == Culture::Chinese {
                1
            } else {
                random.below(last)
            };
            let first = words[place].chars().next()?;
            words[place] = format!("{first}.");
        }
        Change::Diacritics => {
            let plain: Vec<String> = words.iter().map(|word| plain(word)).collect();
            if plain == words {
                return None;
            }
            words = plain;
        }
        Change::Middle => {
            if words.len() < 3 {
                return None;
            }
            words.remove(1 + random.below(words.len() - 2));
        }
        Change::Spelling => return spelling(random, person, has_native),
        Change::Script => return person.native.clone(),
        Change::Particles => return particles(random, person),
        Change::OneTypo => typo(random, &mut words)?,
        Change::TwoTypos => {
            // Two errors in a name of eight letters are another name.
            if words.concat().len() < 9 {
                return None;
            }
            typo(random, &mut words)?;
            typo(random, &mut words)?;
        }
    }
    Some(words.join(" "))
}

fn plain(word: &str) -> String {
    let letters = word.chars().map(|c| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        'ñ' => 'n',
        'Á' => 'A',
        'Í' => 'I',
        'Ó' => 'O',
        other => other,
    });
    letters.collect()
}

/// Another system of Latin letters, or spaces elsewhere.
fn spelling(random: &mut Random, person: &Person, has_native: bool) -> Option<String> {
    match person.culture {
        Culture::Chinese => Some(chinese(random, person.native.as_deref()?, has_native)),
        Culture::Russian => {
            let system = 1 + random.below(2);
            let words = person
                .native
                .as_deref()?
                .split(' ')
                .map(|word| cyrillic(word, system));
            Some(words.collect::<Vec<_>>().join(" "))
        }
        Culture::Arabic => {
            let other = |word: &String| {
                let bare = word.strip_prefix("al-");
                let table = if bare.is_some() {
                    ARABIC_FAMILY
                } else {
                    ARABIC_GIVEN
                };
                let row = table.iter().find(|row| row[1] == bare.unwrap_or(word));
                (
                    bare.is_some(),
                    row.map_or(word.clone(), |row| row[2 + word.len() % 2].to_owned()),
                )
            };
            let words = person.latin.iter().map(other);
            Some(
                words
                    .map(|(al, word)| if al { format!("Al {word}") } else { word })
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        }
        Culture::Spanish | Culture::English => None,
    }
}

fn chinese(random: &mut Random, han: &str, has_native: bool) -> String {
    // Cantonese cannot be told from pinyin alone: only those whom the list also has in Han come back so.
    let system = if has_native {
        1 + random.below(3)
    } else {
        1 + random.below(2)
    };
    let mut characters = han.chars().map(|c| c.to_string());
    let first = characters.next().unwrap_or_default();
    let surname = SURNAMES
        .iter()
        .find(|row| row[0] == first)
        .map_or("", |row| row[system]);
    let of = |c: String| {
        GIVEN
            .iter()
            .find(|row| row[0] == c)
            .map_or("", |row| row[system])
    };
    let given: Vec<&str> = characters.map(of).collect();
    let capitals: Vec<String> = given.iter().map(|g| capital(g)).collect();
    match (system, random.below(3)) {
        (1, 0) => format!("{surname}{}", given.concat()),
        (1, 1) => format!("{surname} {}", capitals.join(" ")),
        (1, _) => format!("{} {surname}", capitals.join("-")),
        (2, _) => format!("{surname} {}", capital(&given.join("-"))),
        (_, 0) => format!("{} {surname}", capitals.join(" ")),
        _ => format!("{surname} {}", capitals.join(" ")),
    }
}

fn particles(random: &mut Random, person: &Person) -> Option<String> {
    let mut words = person.latin.clone();
    match person.culture {
        Culture::Arabic => {
            let last = words.pop()?;
            let bare = last.strip_prefix("al-")?;
            words.retain(|word| word != "bin");
            words.push(match random.below(3) {
                0 => bare.to_owned(),
                1 => format!("Al{}", bare.to_lowercase()),
                _ => format!("el-{bare}"),
            });
        }
        Culture::Spanish => {
            let place = words.len() - 1;
            words.insert(place, (*random.pick(&["de", "de la", "y"])).to_owned());
        }
        _ => return None,
    }
    Some(words.join(" "))
}

/// One letter more, less, other, or two swapped, anywhere in the name.
fn typo(random: &mut Random, words: &mut [String]) -> Option<()> {
    let place = random.below(words.len());
    let word = words.get_mut(place)?;
    let mut letters: Vec<char> = word.chars().collect();
    let letter = char::from(b'a' + u8::try_from(random.below(26)).ok()?);
    let at = random.below(letters.len());
    match random.below(4) {
        0 => letters.insert(at, letter),
        1 if letters.len() > 2 => drop(letters.remove(at)),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = letter,
    }
    *word = letters.into_iter().collect();
    Some(())
}
