//! From data to the lines of a zone.

use thiserror::Error;

use super::check::check_digit;
use super::date::DocumentDate;
use super::fields::Sex;
use super::layout::{Format, Part};
use crate::name::latin;

/// What a zone is to say. Names may hold any Latin letters; they are transliterated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MrzInput {
    /// The format.
    pub format: Format,
    /// One or two letters: `P`, `V`, `I`, `A` or `C` and an optional second one.
    pub document_code: String,
    /// ICAO code of the issuing state.
    pub issuing_state: String,
    /// Primary identifier.
    pub surname: String,
    /// Secondary identifiers; may be empty.
    pub given_names: String,
    /// Document number; more than nine characters only on TD1 and TD2.
    pub document_number: String,
    /// ICAO code of the nationality (not used by a French card).
    pub nationality: String,
    /// Date of birth.
    pub birth_date: DocumentDate,
    /// Sex.
    pub sex: Sex,
    /// Date of expiry (not used by a French card).
    pub expiry_date: DocumentDate,
    /// Optional data; the personal number of a TD3 zone.
    pub optional_data: String,
    /// Optional data of the second line of a TD1 zone; empty for every other format.
    pub second_optional_data: String,
}

/// Why data cannot be written as a zone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ComposeError {
    /// A part holds a character that cannot stand there, or lacks one that must.
    #[error("a machine-readable zone cannot express this content of {part:?}")]
    Content {
        /// The part.
        part: Part,
    },
    /// A part that must not be cut is too long for its field.
    #[error("the content of {part:?} is too long for this format")]
    TooLong {
        /// The part.
        part: Part,
    },
    /// Document code and issuing state are those of another format of the same size.
    #[error("document code and issuing state belong to another format")]
    Code,
}

/// Writes the lines of a zone: transliterates and, where it must, cuts the name after Doc 9303-4,
/// 4.2.3, carries a long number over to the optional data, and computes every check digit.
///
/// # Errors
/// [`ComposeError`] when a part does not fit or has characters that no zone can hold.
pub fn compose(input: &MrzInput) -> Result<Vec<String>, ComposeError> {
    let mut zone = Zone::new(input.format);
    zone.put(
        Part::DocumentCode,
        &letters(&input.document_code, Part::DocumentCode)?,
    )?;
    zone.put(
        Part::IssuingState,
        &letters(&input.issuing_state, Part::IssuingState)?,
    )?;
    zone.put_names(input)?;
    zone.put_number(input)?;
    zone.put(
        Part::Nationality,
        &letters(&input.nationality, Part::Nationality)?,
    )?;
    zone.put(Part::Birth, &input.birth_date.to_mrz())?;
    zone.put(Part::Sex, sex(input.sex))?;
    zone.put(Part::Expiry, &input.expiry_date.to_mrz())?;
    let second = data(&input.second_optional_data, Part::SecondOptional)?;
    if !second.is_empty() && input.format.span(Part::SecondOptional).is_none() {
        return Err(ComposeError::TooLong {
            part: Part::SecondOptional,
        });
    }
    zone.put(Part::SecondOptional, &second)?;
    zone.check(Part::Birth, Part::BirthCheck);
    zone.check(Part::Expiry, Part::ExpiryCheck);
    if !zone.part(Part::Optional).bytes().all(|b| b == b'<') {
        // Without a personal number its check digit stays a filler (Doc 9303-4, 4.2.2.2).
        zone.check(Part::Optional, Part::OptionalCheck);
    }
    zone.check_composite();
    zone.finish()
}

/// The lines while they are written.
struct Zone {
    format: Format,
    lines: Vec<String>,
}

impl Zone {
    fn new(format: Format) -> Self {
        let (lines, width) = format.size();
        Self {
            format,
            lines: vec!["<".repeat(width); lines],
        }
    }

    /// Writes `text` from the first position of a part; a part that the format lacks is left out.
    fn put(&mut self, part: Part, text: &str) -> Result<(), ComposeError> {
        let Some((line, columns)) = self.format.span(part) else {
            return Ok(());
        };
        if text.len() > columns.len() {
            return Err(ComposeError::TooLong { part });
        }
        if let Some(line) = self.lines.get_mut(line) {
            line.replace_range(columns.start..columns.start + text.len(), text);
        }
        Ok(())
    }

    fn part(&self, part: Part) -> &str {
        self.format
            .span(part)
            .and_then(|(line, columns)| self.lines.get(line)?.get(columns))
            .unwrap_or_default()
    }

    fn put_names(&mut self, input: &MrzInput) -> Result<(), ComposeError> {
        let mut surname = components(&input.surname)?;
        let mut given = components(&input.given_names)?;
        if surname.is_empty() {
            // Doc 9303-3, 4.6: a name that is not divided is written as primary identifier.
            surname = std::mem::take(&mut given);
        }
        if surname.is_empty() {
            return Err(ComposeError::Content { part: Part::Names });
        }
        let width = |part| self.format.span(part).map(|(_, columns)| columns.len());
        let room = width(Part::Names).unwrap_or_default();
        match width(Part::GivenNames) {
            None => self.put(Part::Names, &name_field(&surname, &given, room)),
            Some(given_room) => {
                self.put(Part::Names, &cut(&surname.join("<"), room))?;
                self.put(Part::GivenNames, &cut(&given.join("<<"), given_room))
            }
        }
    }

    fn put_number(&mut self, input: &MrzInput) -> Result<(), ComposeError> {
        let number = data(&input.document_number, Part::Number)?;
        let optional = data(&input.optional_data, Part::Optional)?;
        if number.is_empty() {
            return Err(ComposeError::Content { part: Part::Number });
        }
        let splits = matches!(self.format, Format::Td1 | Format::Td2) && number.len() > 9;
        if !splits {
            self.put(Part::Number, &number)?;
            self.check(Part::Number, Part::NumberCheck);
            return self.put(Part::Optional, &optional);
        }
        let (head, tail) = number.split_at(9);
        let digit = check_digit(&number).ok_or(ComposeError::Content { part: Part::Number })?;
        if tail.contains('<') {
            // A reader would take the filler for the end of the number.
            return Err(ComposeError::Content { part: Part::Number });
        }
        self.put(Part::Number, head)?;
        let gap = if optional.is_empty() { "" } else { "<" };
        self.put(Part::Optional, &format!("{tail}{digit}{gap}{optional}"))
    }

    fn check(&mut self, data: Part, check: Part) {
        if let Some(digit) = check_digit(self.part(data)) {
            // A check digit is one character and fits wherever the part exists.
            let _ = self.put(check, digit.encode_utf8(&mut [0; 4]));
        }
    }

    fn check_composite(&mut self) {
        let spans = self.format.composite();
        let covered: String = spans
            .iter()
            .filter_map(|s| self.lines.get(s.0)?.get(s.1..s.2))
            .collect();
        if let Some(digit) = check_digit(&covered) {
            let _ = self.put(Part::CompositeCheck, digit.encode_utf8(&mut [0; 4]));
        }
    }

    /// Gives the lines away, unless a reader would take them for another format.
    fn finish(self) -> Result<Vec<String>, ComposeError> {
        let read = super::reading::parse(&self.lines).map_err(|_| ComposeError::Code)?;
        if read.format() == self.format {
            Ok(self.lines)
        } else {
            Err(ComposeError::Code)
        }
    }
}

fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "M",
        Sex::Female => "F",
        Sex::Unspecified => "<",
    }
}

/// Capitals of a code made of letters only, at least one.
fn letters(text: &str, part: Part) -> Result<String, ComposeError> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic()) {
        Ok(text.to_ascii_uppercase())
    } else {
        Err(ComposeError::Content { part })
    }
}

/// Capitals of a number or of optional data; spaces and punctuation become fillers (Doc 9303-3, 4.1).
fn data(text: &str, part: Part) -> Result<String, ComposeError> {
    let filler = |c: char| matches!(c, ' ' | '-' | '/' | '.' | '<').then_some('<');
    let alphanumeric = |c: char| c.is_ascii_alphanumeric().then(|| c.to_ascii_uppercase());
    text.trim()
        .chars()
        .map(|c| alphanumeric(c).or_else(|| filler(c)))
        .collect::<Option<String>>()
        .ok_or(ComposeError::Content { part })
}

/// Transliterated components of a name; apostrophes vanish, hyphens and spaces separate.
fn components(name: &str) -> Result<Vec<String>, ComposeError> {
    latin::mrz_components(name).ok_or(ComposeError::Content { part: Part::Names })
}

/// The name field of `room` positions, cut where it must be.
fn name_field(surname: &[String], given: &[String], room: usize) -> String {
    let primary = surname.join("<");
    if given.is_empty() {
        return cut(&primary, room);
    }
    let secondary = given.join("<");
    let field = |primary_room: usize| {
        let primary = cut(&primary, primary_room);
        let rest = room.saturating_sub(primary.len() + 2);
        format!("{primary}<<{}", cut(&secondary, rest))
    };
    if primary.len() + 2 + secondary.len() <= room {
        return field(primary.len());
    }
    // Two fillers and one letter of the given names always stay. Where initials leave a filler on
    // the last position, the surname gives up letters until one of them stands there.
    let longest = primary.len().min(room.saturating_sub(3));
    let whole = (1..=longest)
        .rev()
        .map(field)
        .find(|field| field.len() == room);
    whole.unwrap_or_else(|| field(longest))
}

/// Cuts a text of components to `room` positions so that the last one holds a letter, which is how
/// a zone says that something may be missing.
fn cut(text: &str, room: usize) -> String {
    let Some(head) = text.get(..room).filter(|_| text.len() > room) else {
        return text.to_owned();
    };
    if !head.ends_with('<') {
        return head.to_owned();
    }
    // A filler would fall on the last position: the longest component before it gives up a letter,
    // and the next component's first letter moves in.
    let mut pieces: Vec<&str> = head.split('<').collect();
    let longest = pieces
        .iter()
        .enumerate()
        .max_by_key(|(_, piece)| piece.len())
        .map(|(i, _)| i);
    if let Some(piece) = longest.and_then(|i| pieces.get_mut(i))
        && piece.len() > 1
    {
        *piece = piece.get(..piece.len() - 1).unwrap_or(piece);
        let next = text
            .get(room..)
            .and_then(|rest| rest.trim_start_matches('<').chars().next());
        return pieces.join("<") + &next.map(String::from).unwrap_or_default();
    }
    head.trim_end_matches('<').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrz::parse;
    use jiff::civil::date;

    fn anna(format: Format) -> MrzInput {
        MrzInput {
            format,
            document_code: "P".to_owned(),
            issuing_state: "UTO".to_owned(),
            surname: "Eriksson".to_owned(),
            given_names: "Anna Maria".to_owned(),
            document_number: "L898902C".to_owned(),
            nationality: "UTO".to_owned(),
            birth_date: date(1969, 8, 6).into(),
            sex: Sex::Female,
            expiry_date: date(1994, 6, 23).into(),
            optional_data: "ZE184226B".to_owned(),
            second_optional_data: String::new(),
        }
    }

    fn td3_names(surname: &str, given_names: &str) -> String {
        let input = MrzInput {
            surname: surname.to_owned(),
            given_names: given_names.to_owned(),
            ..anna(Format::Td3)
        };
        compose(&input)
            .map(|lines| lines[0][5..].to_owned())
            .unwrap_or_else(|e| e.to_string())
    }

    #[test]
    fn the_passport_of_doc_9303_comes_out() {
        assert_eq!(
            compose(&anna(Format::Td3)).expect("it fits"),
            [
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L898902C<3UTO6908061F9406236ZE184226B<<<<<14"
            ]
        );
    }

    #[test]
    fn a_long_number_goes_on_in_the_optional_data() {
        let input = MrzInput {
            document_code: "I".to_owned(),
            document_number: "D23145890734".to_owned(),
            optional_data: "AB".to_owned(),
            second_optional_data: "X1".to_owned(),
            ..anna(Format::Td1)
        };
        let lines = compose(&input).expect("it fits");
        assert_eq!(lines[0], "I<UTOD23145890<7349<AB<<<<<<<<");
        let reading = parse(&lines).expect("a zone");
        assert!(reading.valid(), "{:?}", reading.checks());
        let fields = reading.fields(date(2026, 11, 22));
        assert_eq!(fields.document_number, "D23145890734");
        assert_eq!(fields.optional_data.as_deref(), Some("AB"));
        assert_eq!(fields.second_optional_data.as_deref(), Some("X1"));
    }

    #[test]
    fn names_are_transliterated() {
        assert_eq!(
            td3_names("Müller-Groß", "Zoë"),
            "MUELLER<GROSS<<ZOE<<<<<<<<<<<<<<<<<<<<<"
        );
        assert_eq!(
            td3_names("D’Artagnan", "Jean-Luc"),
            "DARTAGNAN<<JEAN<LUC<<<<<<<<<<<<<<<<<<<<"
        );
        assert_eq!(
            td3_names("", "Sukarno"),
            "SUKARNO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"
        );
    }

    #[test]
    fn long_names_are_cut_with_a_letter_at_the_end() {
        for (surname, given, expected) in [
            (
                "Nilavadhanananda",
                "Chayapa Dejthamrong Krasuang",
                "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
            ),
            (
                "Bennelong Wooloomooloo Warrandyte Warnambool",
                "Dingo Potoroo",
                "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D",
            ),
        ] {
            assert_eq!(td3_names(surname, given), expected);
        }
        let long = "A".repeat(35);
        assert_eq!(td3_names(&long, "B C"), format!("{}<<B<C", "A".repeat(34)));
        assert_eq!(cut("ABCD<EF<GH", 5), "ABC<E");
        assert_eq!(cut("A<B<C", 4), "A<B");
    }

    #[test]
    fn what_a_zone_cannot_hold_is_refused() {
        let refused = |change: &dyn Fn(&mut MrzInput)| {
            let mut input = anna(Format::Td3);
            change(&mut input);
            compose(&input)
        };
        let long = |part| Err(ComposeError::TooLong { part });
        let content = |part| Err(ComposeError::Content { part });
        assert_eq!(
            refused(&|i| i.document_number = "1234567890".into()),
            long(Part::Number)
        );
        assert_eq!(
            refused(&|i| i.optional_data = "X".repeat(15)),
            long(Part::Optional)
        );
        assert_eq!(refused(&|i| i.surname = "王".into()), content(Part::Names));
        assert_eq!(
            refused(&|i| i.nationality = "U1O".into()),
            content(Part::Nationality)
        );
        assert_eq!(
            refused(&|i| i.document_code = "V".into()),
            Err(ComposeError::Code)
        );
    }
}
