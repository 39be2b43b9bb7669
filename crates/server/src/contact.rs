//! Addresses of people: checked when they come in, masked when they are shown.

use menshen_store::Channel;

use crate::problem::ApiError;

/// Longest mail address, RFC 5321.
const LONGEST: usize = 254;

/// An address that a message can go to.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// By which way.
    pub channel: Channel,
    /// The address.
    pub address: String,
}

impl Contact {
    /// Reads a mail address.
    ///
    /// # Errors
    /// `email_invalid`.
    pub fn email(text: &str) -> Result<Self, ApiError> {
        let address: Option<lettre::Address> = text.parse().ok();
        match address {
            Some(address) if text.len() <= LONGEST && text.is_ascii() => Ok(Self {
                channel: Channel::Email,
                address: address.to_string(),
            }),
            _ => Err(ApiError::invalid(
                "email_invalid",
                "email must be an address such as name@example.com",
            )),
        }
    }

    /// Reads a telephone number in the form of E.164.
    ///
    /// # Errors
    /// `phone_invalid`.
    pub fn phone(text: &str) -> Result<Self, ApiError> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let length = (7..=15).contains(&digits.len());
        let only = digits.bytes().all(|byte| byte.is_ascii_digit());
        if length && only && !digits.starts_with('0') {
            return Ok(Self {
                channel: Channel::Sms,
                address: text.to_owned(),
            });
        }
        Err(ApiError::invalid(
            "phone_invalid",
            "phone must be + and 7 to 15 digits, country first",
        ))
    }
}

/// Returns as much of an address as tells its owner which one it is, and nobody else.
pub fn masked(channel: Channel, address: &str) -> String {
    match (channel, address.rsplit_once('@')) {
        (Channel::Email, Some((name, domain))) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}•••@{domain}")
        }
        _ => {
            let chars: Vec<char> = address.chars().collect();
            let (start, end) = (chars.len().min(3), chars.len().saturating_sub(2));
            let head: String = chars[..start].iter().collect();
            let tail: String = chars[end.max(start)..].iter().collect();
            format!("{head}•••{tail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        for (text, good) in [
            ("ada@example.com", true),
            ("a.b+c@sub.example.com", true),
            ("ada@example.com\r\nBcc: x@y.z", false),
            ("ada", false),
            ("ada@", false),
            ("<ada@example.com>", false),
            ("", false),
        ] {
            assert_eq!(Contact::email(text).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("+8613800000000", true),
            ("+12025550123", true),
            ("13800000000", false),
            ("+0123456789", false),
            ("+86 138", false),
            ("+1234567890123456", false),
        ] {
            assert_eq!(Contact::phone(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn what_is_shown_does_not_tell_a_stranger() {
        assert_eq!(
            masked(Channel::Email, "ada@example.com"),
            "a•••@example.com"
        );
        assert_eq!(masked(Channel::Sms, "+8613800000042"), "+86•••42");
        assert_eq!(masked(Channel::Sms, "+1"), "+1•••");
    }
}
