//! The 37 characters of a zone.

/// `0-9`, `A-Z`, `<`: a symbol is an index into this.
pub(super) const SYMBOLS: usize = 37;
/// The symbol of the filler.
pub(super) const FILLER: usize = 36;

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
}
