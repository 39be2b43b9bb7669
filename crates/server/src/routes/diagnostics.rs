//! What a program says of itself beside a ticket: a closed list of words and numbers, so that nothing personal slips in.

use menshen_core::diagnostics::{
    Camera, Light, MOST_TRIED, Network, Permission, SLOWEST, System, Tried,
};
use menshen_core::policy::{Client, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::ApiError;

/// What a program says of itself and its surroundings. Nothing else is taken: what is personal has no place here.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosticsIn {
    /// The program and its version, as in `Menshen-Client`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "android/3.2.0")]
    pub app: Option<String>,
    /// `android`, `ios`, `harmony`, `windows`, `macos`, `linux` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "android")]
    pub system: Option<System>,
    /// The system's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "15.0")]
    pub system_version: Option<Version>,
    /// `ready`, `dark`, `busy`, `absent` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "busy")]
    pub camera: Option<Camera>,
    /// May the program use the camera? `granted`, `denied`, `blocked` or `undecided`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "granted")]
    pub permission: Option<Permission>,
    /// `wifi`, `cellular`, `wired`, `offline` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "wifi")]
    pub network: Option<Network>,
    /// Milliseconds until this service last answered, at most 600000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 600_000)]
    pub network_ms: Option<u32>,
    /// `dark`, `dim`, `normal` or `bright`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "dim")]
    pub light: Option<Light>,
    /// What was tried before: `updated`, `cleared_cache`, `reinstalled`, `restarted`, `other_network`, `other_device`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, max_items = 6)]
    pub tried: Vec<Tried>,
}

impl DiagnosticsIn {
    /// Returns what is sealed.
    ///
    /// # Errors
    /// `diagnostics_invalid` for a value out of its range; other words and keys do not even read.
    pub fn sealable(&self) -> Result<Vec<u8>, ApiError> {
        let app = self.app.as_deref();
        let named = app.is_none_or(|app| app.parse::<Client>().is_ok());
        let fast = self.network_ms.is_none_or(|ms| ms <= SLOWEST);
        if !named || !fast || self.tried.len() > MOST_TRIED {
            let detail = format!(
                "diagnostics: app is NAME/VERSION, network_ms at most {SLOWEST}, tried at most {MOST_TRIED}"
            );
            return Err(ApiError::invalid("diagnostics_invalid", detail));
        }
        serde_json::to_vec(self).map_err(ApiError::machine)
    }
}
