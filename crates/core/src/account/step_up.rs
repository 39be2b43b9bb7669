//! Sensitive actions: each is confirmed with a factor, for itself and for what is shown of it, and for nothing else.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NoFactor;

/// A word that names no action.
pub type NoAction = NoFactor;

/// What is to be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Another mail address or telephone.
    ChangeContact,
    /// Another password.
    ChangePassword,
    /// A factor more.
    AddFactor,
    /// A factor less.
    RemoveFactor,
    /// Other recovery codes.
    DrawRecoveryCodes,
    /// A device less.
    RemoveDevice,
    /// A copy of everything that is kept of the person.
    ExportData,
    /// The end of the account, and of everything personal in it.
    EraseAccount,
    /// Where money may go: the operator's own action, confirmed here.
    WithdrawalAddress,
    /// Money that goes: the operator's own action, confirmed here.
    Withdrawal,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 10] = [
        Self::ChangeContact,
        Self::ChangePassword,
        Self::AddFactor,
        Self::RemoveFactor,
        Self::DrawRecoveryCodes,
        Self::RemoveDevice,
        Self::ExportData,
        Self::EraseAccount,
        Self::WithdrawalAddress,
        Self::Withdrawal,
    ];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChangeContact => "change_contact",
            Self::ChangePassword => "change_password",
            Self::AddFactor => "add_factor",
            Self::RemoveFactor => "remove_factor",
            Self::DrawRecoveryCodes => "draw_recovery_codes",
            Self::RemoveDevice => "remove_device",
            Self::ExportData => "export_data",
            Self::EraseAccount => "erase_account",
            Self::WithdrawalAddress => "withdrawal_address",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// Is it the operator's own, which asks whether it was confirmed?
    pub const fn is_operators(self) -> bool {
        matches!(self, Self::WithdrawalAddress | Self::Withdrawal)
    }
}

impl FromStr for Action {
    type Err = NoAction;

    fn from_str(name: &str) -> Result<Self, NoAction> {
        let mut all = Self::ALL.into_iter();
        all.find(|action| action.name() == name).ok_or(NoFactor)
    }
}
