//! The ways that are open to somebody who signs in or confirms, as they are shown.

use menshen_core::account::{Way, WhyNot};
use serde::Serialize;
use utoipa::ToSchema;

/// A way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WayOut {
    /// `passkey`, `face`, `totp`, `email_code`, `sms_code` or `recovery_code`.
    #[schema(example = "totp")]
    pub factor: &'static str,
    /// Is it open now?
    pub open: bool,
    /// Why not: `wait`, `used_up` or `needs_known_device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<&'static str>,
    /// When it is open again, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
}

impl From<Way> for WayOut {
    fn from(way: Way) -> Self {
        let (why_not, retry_at) = match way.closed {
            None => (None, None),
            Some(WhyNot::Wait { until }) => (Some("wait"), Some(until.to_timestamp().to_string())),
            Some(WhyNot::UsedUp) => (Some("used_up"), None),
            Some(WhyNot::NeedsKnownDevice) => (Some("needs_known_device"), None),
        };
        Self {
            factor: way.factor.name(),
            open: way.closed.is_none(),
            why_not,
            retry_at,
        }
    }
}
