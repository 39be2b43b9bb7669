//! `application/x-www-form-urlencoded`, read strictly: what two programs would read in two ways is refused.

use thiserror::Error;

/// Most parameters of a form: a request of OpenID Connect has fewer than thirty.
const MOST: usize = 64;

/// The parameters of a form or a query. May be secret, hence without `Debug`.
pub struct Form(Vec<(String, String)>);

/// Why a form was not read. Repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FormError {
    /// A parameter is there twice: nobody knows which one counts (RFC 6749, 3.1 and 3.2).
    #[error("a parameter is there twice")]
    Twice,
    /// More parameters than any request has.
    #[error("there are more than {MOST} parameters")]
    TooMany,
    /// A character that stands there in no form, a broken escape, or text that is not UTF-8.
    #[error("the form is not well encoded")]
    Broken,
}

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    /// [`FormError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, FormError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&') {
            if pair.is_empty() {
                continue;
            }
            if pairs.len() == MOST {
                return Err(FormError::TooMany);
            }
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match at {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &b""[..]),
            };
            let (name, value) = (decode(name)?, decode(value)?);
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(FormError::Twice);
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Returns a parameter. One without a value counts as left out (RFC 6749, 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

fn decode(bytes: &[u8]) -> Result<String, FormError> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err(FormError::Broken);
                };
                (high * 16 + low) as u8
            }
            0x21..=0x7e => byte,
            _ => return Err(FormError::Broken),
        });
    }
    String::from_utf8(plain).map_err(|_| FormError::Broken)
}

/// Writes parameters as a form, which is also how they stand in a query.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

fn escape(plain: &str, text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in plain.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            byte => {
                text.push('%');
                text.push(char::from(DIGITS[usize::from(byte >> 4)]));
                text.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<FormError> {
        Form::parse(text.as_bytes()).err()
    }

    #[test]
    fn what_two_programs_would_read_in_two_ways_is_refused() {
        for (text, expected) in [
            ("a=1&a=1", FormError::Twice),
            ("a=1&%61=2", FormError::Twice),
            ("a&a=", FormError::Twice),
            ("a=%", FormError::Broken),
            ("a=%4", FormError::Broken),
            ("a=%zz", FormError::Broken),
            ("a=%+1", FormError::Broken),
            ("a=%ff", FormError::Broken),
            ("a=é", FormError::Broken),
            ("a=1\r\n", FormError::Broken),
            ("a b=1", FormError::Broken),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
        let many: Vec<String> = (0..65).map(|n| format!("p{n}=1")).collect();
        assert_eq!(fault(&many.join("&")), Some(FormError::TooMany));
    }

    #[test]
    fn a_parameter_without_a_value_is_left_out() {
        let form = Form::parse(b"a=&b&c=x=y&d=a+b%2B&").ok().unwrap();
        assert_eq!(
            (form.get("a"), form.get("b"), form.get("e")),
            (None, None, None)
        );
        assert_eq!((form.get("c"), form.get("d")), (Some("x=y"), Some("a b+")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            pairs in proptest::collection::btree_map("\\PC{1,12}", "\\PC{1,40}", 0..20)
        ) {
            let text = encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let form = Form::parse(text.as_bytes()).ok().unwrap();
            for (name, value) in &pairs {
                prop_assert_eq!(form.get(name), Some(value.as_str()));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Form::parse(&bytes);
        }
    }
}
