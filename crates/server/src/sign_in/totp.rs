//! Codes of authenticator apps: RFC 6238 with SHA-1, 30 seconds and six digits, which is what all of them compute.

use hmac::{Hmac, Mac as _};
use menshen_core::time::{Millis, SECOND};
use sha1::Sha1;

/// How long a code is shown.
const PERIOD: i64 = 30 * SECOND;
/// Steps before and after the present one whose codes are taken: clocks differ, and typing takes time.
const SKEW: i64 = 1;
const DIGITS: usize = 6;

/// Does it look like a code of an app?
pub fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the step whose code was typed, where it is one of the steps around now. Every step is looked at, whichever fits.
pub fn step_of(secret: &[u8], typed: &str, now: Millis) -> Option<i64> {
    let typed: u32 = typed.parse().ok().filter(|_| is_code(typed))?;
    let present = step_at(now);
    let steps = (present - SKEW)..=(present + SKEW);
    steps.fold(None, |found, step| match code(secret, step) == typed {
        true => Some(step),
        false => found,
    })
}

/// Returns the code of a step (RFC 4226, 5.3).
pub fn code(secret: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    let four = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
    (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
}

/// Returns the step of a moment.
const fn step_at(now: Millis) -> i64 {
    now.0.div_euclid(PERIOD)
}

/// Returns a secret as apps take it: base32 without padding (RFC 4648).
pub fn base32(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(secret.len().div_ceil(5) * 8);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for byte in secret {
        bits = (bits << 8) | u32::from(*byte);
        n_bits += 8;
        while n_bits >= 5 {
            n_bits -= 5;
            text.push(char::from(LETTERS[(bits >> n_bits & 31) as usize]));
        }
    }
    if n_bits > 0 {
        text.push(char::from(LETTERS[(bits << (5 - n_bits) & 31) as usize]));
    }
    text
}

/// Returns what an app reads from a QR code.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let (issuer, account) = (escape(issuer), escape(account));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: every row with SHA-1, the last six of its eight digits.
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            let now = Millis(seconds * SECOND);
            assert_eq!(code(SECRET, step_at(now)), expected);
            assert_eq!(
                step_of(SECRET, &format!("{expected:06}"), now),
                Some(step_at(now))
            );
        }
    }

    #[test]
    fn the_codes_of_a_counter_are_those_of_the_rfc_before() {
        // RFC 4226, appendix D.
        let codes = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (step, expected) in codes.into_iter().enumerate() {
            assert_eq!(code(SECRET, step as i64), expected, "{step}");
        }
    }

    #[test]
    fn a_code_is_taken_a_step_before_and_after_and_no_longer() {
        let now = Millis(2_000_000_000 * SECOND);
        for (steps, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let then = now.plus(steps * PERIOD);
            assert_eq!(step_of(SECRET, "279037", then).is_some(), taken, "{steps}");
        }
        for none in ["", "27903", "2790370", "+79037", "２７９０３７", "abcdef"] {
            assert_eq!(step_of(SECRET, none, now), None);
        }
    }

    #[test]
    fn the_secret_is_written_as_apps_read_it() {
        assert_eq!(base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(base32(b"f"), "MY");
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        let uri = uri(b"fooba", "Bank & Co", "Ada: 张伟");
        let start = "otpauth://totp/Bank%20%26%20Co:Ada%3A%20%E5%BC%A0%E4%BC%9F?secret=MZXW6YTB&issuer=Bank%20%26%20Co&";
        assert!(uri.starts_with(start), "{uri}");
    }
}
