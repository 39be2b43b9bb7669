//! What people sign in as: a mail address or a telephone number, in the one form in which it is compared.

use menshen_store::Channel;

use crate::contact::Contact;
use crate::problem::ApiError;

/// Returns an address in the form in which it is compared: mail without case, telephones without what is put between digits.
///
/// # Errors
/// `login_invalid` for what is neither.
pub fn read(typed: &str) -> Result<Contact, ApiError> {
    let typed = typed.trim();
    let found = match typed.contains('@') {
        true => Contact::email(&typed.to_lowercase()),
        false => Contact::phone(&digits(typed)),
    };
    found.map_err(|_| {
        ApiError::invalid(
            "login_invalid",
            "a mail address, or a telephone number with + and the country first",
        )
    })
}

fn digits(typed: &str) -> String {
    let between = |c: &char| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}');
    typed.chars().filter(between).collect()
}

/// Returns the one address of a pair of which one is left out.
///
/// # Errors
/// `login_invalid` where there is none, or both.
pub fn one_of(email: Option<&str>, phone: Option<&str>) -> Result<Contact, ApiError> {
    let found = match (email, phone) {
        (Some(email), None) => read(email).ok().filter(|c| c.channel == Channel::Email),
        (None, Some(phone)) => read(phone).ok().filter(|c| c.channel == Channel::Sms),
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::invalid(
            "login_invalid",
            "either email, an address such as name@example.com, or phone, with + and the country first",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form() {
        let form = |typed: &str| read(typed).ok().map(|contact| contact.address);
        assert_eq!(form(" Ada@Example.COM "), form("ada@example.com"));
        assert_eq!(form("+86 138-0000 (0042)"), form("+8613800000042"));
        for none in ["", "ada", "ada@", "13800000042", "+0123", "a b@example.com"] {
            assert_eq!(form(none), None, "{none}");
        }
    }
}
