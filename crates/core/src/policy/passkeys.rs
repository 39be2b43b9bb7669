//! What a passkey is worth.

use serde::{Deserialize, Serialize};

use crate::account::Factor;
use crate::passkey::Fault;

/// Rules about passkeys. `policy.toml` documents each key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key")]
pub struct PasskeyRules {
    pub backed_up: BackedUp,
}

/// What a passkey is worth whose key other devices may hold: whoever gets into the cloud or the password manager may have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackedUp {
    /// As much as any.
    #[default]
    Allow,
    /// One factor, whatever the device has verified.
    SecondFactor,
    /// Nothing: it is neither registered nor taken.
    Refuse,
}

/// What an authenticator says of a passkey that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyFlags {
    /// Has the device made sure who is there, by a face, a finger, a pattern or a PIN of its own?
    pub user_verified: bool,
    /// May other devices hold the key? That never changes, while whether they do changes from day to day.
    pub backup_eligible: bool,
}

/// Returns what a passkey is worth: both factors where the device has verified who is there, the possession of a key where not.
///
/// # Errors
/// [`Fault::BackedUp`] where the policy takes none whose key other devices may hold.
pub const fn judge_passkey(rules: &PasskeyRules, flags: PasskeyFlags) -> Result<Factor, Fault> {
    if flags.backup_eligible {
        match rules.backed_up {
            BackedUp::Allow => {}
            BackedUp::SecondFactor => return Ok(Factor::PasskeyHeld),
            BackedUp::Refuse => return Err(Fault::BackedUp),
        }
    }
    Ok(match flags.user_verified {
        true => Factor::Passkey,
        false => Factor::PasskeyHeld,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_worth_what_the_device_did_and_the_policy_allows() {
        use BackedUp::{Allow, Refuse, SecondFactor};
        for (backed_up, user_verified, backup_eligible, worth) in [
            (Allow, true, false, Ok(Factor::Passkey)),
            (Allow, true, true, Ok(Factor::Passkey)),
            (Allow, false, false, Ok(Factor::PasskeyHeld)),
            (Allow, false, true, Ok(Factor::PasskeyHeld)),
            (SecondFactor, true, false, Ok(Factor::Passkey)),
            (SecondFactor, true, true, Ok(Factor::PasskeyHeld)),
            (SecondFactor, false, true, Ok(Factor::PasskeyHeld)),
            (Refuse, true, false, Ok(Factor::Passkey)),
            (Refuse, false, false, Ok(Factor::PasskeyHeld)),
            (Refuse, true, true, Err(Fault::BackedUp)),
            (Refuse, false, true, Err(Fault::BackedUp)),
        ] {
            let flags = PasskeyFlags {
                user_verified,
                backup_eligible,
            };
            let judged = judge_passkey(&PasskeyRules { backed_up }, flags);
            assert_eq!(judged, worth, "{backed_up:?} {flags:?}");
        }
    }
}
