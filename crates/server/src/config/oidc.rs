//! What apps are told in which people sign in with their account.

use serde::Deserialize;

use super::ConfigError;

/// What apps are told in which people sign in with their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// The rules by which people are verified, by the name that apps know them by. No verified claim is told without it.
    pub trust_framework: Option<String>,
}

/// Longest name in bytes.
const LONGEST: usize = 200;

impl Oidc {
    /// Checks the name.
    ///
    /// # Errors
    /// [`ConfigError::Together`].
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let named = |name: &String| {
            let visible = name.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
            (1..=LONGEST).contains(&name.len()) && visible
        };
        match self.trust_framework.as_ref().is_none_or(named) {
            true => Ok(()),
            false => Err(ConfigError::Together(
                "oidc.trust_framework must be 1 to 200 visible characters",
            )),
        }
    }
}
