//! What a program says of itself beside a ticket, or to be told what helps: a closed list of words and bounded numbers, so that
//! nothing personal slips in.

use menshen_core::diagnosis::Probe;
use menshen_core::diagnostics::{
    Camera, FARTHEST_CLOCK, FASTEST, Failed, LARGEST_SIDE, Light, MOST_TRIED, MOST_WORN, Network,
    Page, Permission, SLOWEST, Surface, System, Tried, Worn,
};
use menshen_core::policy::{Client, Version};
use menshen_core::time::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::ApiError;

/// What a program says of itself and its surroundings. Nothing else is taken: what is personal has no place here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosticsIn {
    /// What did not work: `face_login`, `live_check`, `document_photo`, `upload`, `passkey`, `totp`, `mail_code` or `sms_code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "face_login")]
    pub failed: Option<Failed>,
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
    /// In what the person sees us: `app`, `browser`, or `web_view` inside another program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "browser")]
    pub surface: Option<Surface>,
    /// Does the person see the page? `visible` or `hidden`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "visible")]
    pub page: Option<Page>,
    /// `ready`, `dark`, `busy`, `absent` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "busy")]
    pub camera: Option<Camera>,
    /// May the program use the camera? `granted`, `denied`, `blocked` or `undecided`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "granted")]
    pub permission: Option<Permission>,
    /// Width of the camera's picture in pixels, 1 to 20000; with `camera_height`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 20_000)]
    pub camera_width: Option<u32>,
    /// Height of the camera's picture in pixels, 1 to 20000; with `camera_width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 20_000)]
    pub camera_height: Option<u32>,
    /// `dark`, `dim`, `normal` or `bright`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "dim")]
    pub light: Option<Light>,
    /// Mean luminance of the camera's picture, 0 black to 1 white. It goes before `light`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub luminance: Option<f32>,
    /// Contrast of the camera's picture, 0 to 1: a dirty lens lowers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub contrast: Option<f32>,
    /// What the person wears: `glasses`, `sunglasses`, `mask`, `hat`; none of them where the list is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, max_items = 4)]
    pub worn: Option<Vec<Worn>>,
    /// Does the person look different since the face was enrolled?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_changed: Option<bool>,
    /// May the program read files? `granted`, `denied`, `blocked` or `undecided`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "granted")]
    pub storage: Option<Permission>,
    /// `wifi`, `cellular`, `wired`, `offline` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "wifi")]
    pub network: Option<Network>,
    /// Milliseconds until this service last answered, at most 600000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 600_000)]
    pub network_ms: Option<u32>,
    /// Kilobits a second to the service, at most 10000000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000_000)]
    pub up_kbps: Option<u32>,
    /// Kilobits a second from the service, at most 10000000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000_000)]
    pub down_kbps: Option<u32>,
    /// Milliseconds by which the device's clock goes ahead of the service's, negative where it is behind; a hundred years at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    /// What was tried before: `updated`, `cleared_cache`, `reinstalled`, `restarted`, `other_network`, `other_device`,
    /// `better_light`, `wiped_lens`, `bare_face`, `automatic_time`, `checked_spam`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, max_items = 11)]
    pub tried: Vec<Tried>,
}

/// Says what is out of its range.
fn refused(range: &str) -> ApiError {
    ApiError::invalid("diagnostics_invalid", format!("diagnostics: {range}"))
}

fn ensure(holds: bool, range: &str) -> Result<(), ApiError> {
    match holds {
        true => Ok(()),
        false => Err(refused(range)),
    }
}

impl DiagnosticsIn {
    /// Returns what is sealed.
    ///
    /// # Errors
    /// `diagnostics_invalid` for a value out of its range; other words and keys do not even read.
    pub fn sealable(&self) -> Result<Vec<u8>, ApiError> {
        self.check()?;
        serde_json::to_vec(self).map_err(ApiError::machine)
    }

    /// Refuses values out of their range.
    ///
    /// # Errors
    /// `diagnostics_invalid`.
    pub fn check(&self) -> Result<(), ApiError> {
        self.client()?;
        let at_most = |value: Option<u32>, most| value.is_none_or(|value| value <= most);
        let side = |side: Option<u32>| side.is_none_or(|side| (1..=LARGEST_SIDE).contains(&side));
        let ratio = |ratio: Option<f32>| ratio.is_none_or(|ratio| (0.0..=1.0).contains(&ratio));
        let ahead = self.clock_ahead_ms.unwrap_or(0).unsigned_abs();
        let worn = self.worn.as_ref().map_or(0, Vec::len);
        ensure(
            at_most(self.network_ms, SLOWEST),
            "network_ms is at most 600000",
        )?;
        ensure(
            at_most(self.up_kbps, FASTEST) && at_most(self.down_kbps, FASTEST),
            "up_kbps and down_kbps are at most 10000000",
        )?;
        ensure(
            side(self.camera_width) && side(self.camera_height),
            "camera_width and camera_height are 1 to 20000",
        )?;
        ensure(
            self.camera_width.is_some() == self.camera_height.is_some(),
            "camera_width and camera_height come together",
        )?;
        ensure(
            ratio(self.luminance) && ratio(self.contrast),
            "luminance and contrast are 0 to 1",
        )?;
        ensure(
            ahead <= FARTHEST_CLOCK.unsigned_abs(),
            "clock_ahead_ms is a hundred years at most",
        )?;
        ensure(worn <= MOST_WORN, "worn has at most 4")?;
        ensure(self.tried.len() <= MOST_TRIED, "tried has at most 11")
    }

    /// Returns the program.
    fn client(&self) -> Result<Option<Client>, ApiError> {
        let client = self.app.as_deref().map(str::parse);
        client
            .transpose()
            .map_err(|_| refused("app is NAME/VERSION"))
    }

    /// Returns what is asked of the core.
    ///
    /// # Errors
    /// `diagnostics_invalid` for a value out of its range.
    pub fn probe(&self, now: Millis) -> Result<Probe, ApiError> {
        self.check()?;
        let ahead = self.clock_ahead_ms;
        Ok(Probe {
            failed: self.failed,
            flow: None,
            client: self.client()?,
            system: self.system,
            surface: self.surface,
            page: self.page,
            camera: self.camera,
            permission: self.permission,
            size: self
                .camera_width
                .zip(self.camera_height)
                .map(|(width, height)| [width, height]),
            light: self.light,
            luminance: self.luminance,
            contrast: self.contrast,
            worn: self
                .worn
                .as_ref()
                .map(|worn| worn.iter().copied().collect()),
            look_changed: self.look_changed,
            storage: self.storage,
            network: self.network,
            latency_ms: self.network_ms,
            up_kbps: self.up_kbps,
            down_kbps: self.down_kbps,
            client_time: ahead.map(|ahead| now.plus(ahead)),
            tried: self.tried.iter().copied().collect(),
        })
    }
}
