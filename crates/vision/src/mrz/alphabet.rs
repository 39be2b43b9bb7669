//! The 37 characters of a zone among the thousands that the recogniser knows.

use crate::text::Charset;

/// `0-9`, `A-Z`, `<`: a symbol is an index into this.
pub(super) const SYMBOLS: usize = 37;
/// The symbol of the filler.
pub(super) const FILLER: usize = 36;

/// Characters that the recogniser gives for a filler besides `<` itself.
const FILLER_LOOKS: &[char] = &['<', '＜', '〈', '‹', '《', '«', 'く'];
/// The filler seen upside down.
const FILLER_TURNED: &[char] = &['>', '＞', '〉', '›', '》', '»'];
/// Digits and the letters that the recogniser gives for them and the other way round. A digit zone
/// takes the digit, a letter zone the first letter.
const TWINS: &[(char, &[char])] = &[
    ('0', &['O', 'Q', 'D']),
    ('1', &['I', 'L']),
    ('2', &['Z']),
    ('5', &['S']),
    ('6', &['G']),
    ('8', &['B']),
];

/// Probability of each symbol at one place.
pub(super) type Weights = [f32; SYMBOLS];

/// Returns the character of a symbol.
pub(super) fn character(symbol: usize) -> char {
    match symbol {
        0..=9 => char::from(b'0' + symbol as u8),
        10..=35 => char::from(b'A' + (symbol - 10) as u8),
        _ => '<',
    }
}

/// Returns the symbol of a character of the zone's alphabet.
pub(super) fn symbol(ch: char) -> Option<usize> {
    match ch {
        '0'..='9' | 'A'..='Z' => ch.to_digit(36).map(|value| value as usize),
        '<' => Some(FILLER),
        _ => None,
    }
}

/// Returns for each symbol the one that stands for all that are easily taken for each other: a
/// glyph that is half `0` and half `O` is one glyph, not two.
pub(super) fn family(symbol: usize) -> usize {
    match character(symbol) {
        'O' => 0,
        'I' => 1,
        'Z' => 2,
        'S' => 5,
        'G' => 6,
        'B' => 8,
        _ => symbol,
    }
}

/// What may stand at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Letter,
    Digit,
    Sex,
    Any,
}

/// Moves the probability of characters that cannot stand in `zone` to their twins that can, and
/// drops the rest.
pub(super) fn within(zone: Zone, weights: &Weights) -> Weights {
    let mut moved = *weights;
    for (digit, letters) in TWINS {
        let digit = symbol(*digit).unwrap_or(FILLER);
        let letters: Vec<usize> = letters.iter().filter_map(|l| symbol(*l)).collect();
        match zone {
            Zone::Letter => moved[letters[0]] += weights[digit],
            Zone::Digit => letters.iter().for_each(|l| moved[digit] += weights[*l]),
            Zone::Sex | Zone::Any => {}
        }
    }
    for (index, weight) in moved.iter_mut().enumerate() {
        let fits = match zone {
            Zone::Letter => index >= 10,
            Zone::Digit => index < 10 || index == FILLER,
            Zone::Sex => matches!(character(index), 'M' | 'F' | 'X' | '<'),
            Zone::Any => true,
        };
        if !fits {
            *weight = 0.0;
        }
    }
    moved
}

/// Which of the recogniser's classes mean which symbol.
pub(super) struct Alphabet {
    /// Class and symbol.
    members: Vec<(usize, usize)>,
    turned: Vec<usize>,
    space: usize,
}

/// One step of the recogniser in terms of a zone's alphabet.
pub(super) struct Step {
    pub weights: Weights,
    /// Nothing stands here: the network's blank, or a space.
    pub blank: f32,
    /// A filler seen upside down.
    pub turned: f32,
}

impl Alphabet {
    pub(super) fn new(charset: &Charset) -> Self {
        let mut members = Vec::new();
        for index in 0..FILLER {
            let upper = character(index);
            let looks = [upper, upper.to_ascii_lowercase()];
            // A small letter is a capital misread in size, not in shape; digits have no case.
            let looks = if index < 10 { &looks[..1] } else { &looks[..] };
            let classes = charset.classes_of(looks);
            members.extend(classes.into_iter().map(|class| (class, index)));
        }
        let fillers = charset.classes_of(FILLER_LOOKS);
        members.extend(fillers.into_iter().map(|class| (class, FILLER)));
        Self {
            members,
            turned: charset.classes_of(FILLER_TURNED),
            space: charset.classes() - 1,
        }
    }

    pub(super) fn step(&self, row: &[f32]) -> Step {
        let mut weights = [0.0; SYMBOLS];
        for (class, symbol) in &self.members {
            weights[*symbol] += row[*class];
        }
        Step {
            weights,
            blank: row[Charset::BLANK] + row[self.space],
            turned: self.turned.iter().map(|class| row[*class]).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_characters_agree() {
        for index in 0..SYMBOLS {
            assert_eq!(symbol(character(index)), Some(index));
        }
        assert_eq!(symbol('a'), None);
    }

    #[test]
    fn a_letter_zone_turns_a_zero_into_an_o_and_a_digit_zone_the_other_way() {
        let mut weights = [0.0; SYMBOLS];
        weights[0] = 0.7;
        weights[symbol('O').unwrap()] = 0.2;
        let letters = within(Zone::Letter, &weights);
        assert!((letters[symbol('O').unwrap()] - 0.9).abs() < 1e-6 && letters[0] == 0.0);
        let digits = within(Zone::Digit, &weights);
        assert!((digits[0] - 0.9).abs() < 1e-6 && digits[symbol('O').unwrap()] == 0.0);
        assert_eq!(within(Zone::Any, &weights), weights);
    }

    #[test]
    fn small_letters_and_other_angles_count_as_what_they_mean() {
        let charset = Charset::new("aA«>".chars());
        let alphabet = Alphabet::new(&charset);
        // Blank, a, A, «, >, space.
        let step = alphabet.step(&[0.1, 0.2, 0.3, 0.15, 0.05, 0.2]);
        assert!((step.weights[10] - 0.5).abs() < 1e-6);
        assert!((step.weights[FILLER] - 0.15).abs() < 1e-6);
        assert!((step.blank - 0.3).abs() < 1e-6 && (step.turned - 0.05).abs() < 1e-6);
    }
}
