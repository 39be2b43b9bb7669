//! What browsers send back, as `PublicKeyCredential.toJSON()` writes it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use webauthn_rs_core::proto::{
    CollectedClientData, PublicKeyCredential, RegisterPublicKeyCredential,
};

use crate::Refused;

/// The answer to a registration.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Registration(pub(crate) RegisterPublicKeyCredential);

/// The answer to a question who somebody is.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Assertion(pub(crate) PublicKeyCredential);

impl Assertion {
    /// Returns the id of the credential that it says it is made with.
    pub fn credential_id(&self) -> &[u8] {
        &self.0.raw_id
    }

    /// Returns whose the authenticator says the credential is, in the words of the registration.
    pub fn handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        let PublicKeyCredential {
            id, raw_id, type_, ..
        } = &self.0;
        check_names(id, raw_id, type_)?;
        check_frame(&self.0.response.client_data_json)
    }
}

impl Registration {
    /// Returns the id that the browser says the new credential has.
    pub fn credential_id(&self) -> &[u8] {
        &self.0.raw_id
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        let RegisterPublicKeyCredential {
            id, raw_id, type_, ..
        } = &self.0;
        check_names(id, raw_id, type_)?;
        check_frame(&self.0.response.client_data_json)
    }
}

/// The two names of a credential are one, and it is of the one kind that there is. The library looks at neither.
fn check_names(id: &str, raw: &[u8], kind: &str) -> Result<(), Refused> {
    let same = id == BASE64_URL_SAFE_NO_PAD.encode(raw);
    match same && kind == "public-key" && !raw.is_empty() {
        true => Ok(()),
        false => Err(Refused::Malformed),
    }
}

/// Nothing made in a frame on another site's page is taken. The library asks for that at registration only.
fn check_frame(client_data: &[u8]) -> Result<(), Refused> {
    let data: CollectedClientData =
        serde_json::from_slice(client_data).map_err(|_| Refused::Malformed)?;
    let framed = data.cross_origin == Some(true) || data.unknown_keys.contains_key("topOrigin");
    match framed {
        true => Err(Refused::CrossOrigin),
        false => Ok(()),
    }
}
