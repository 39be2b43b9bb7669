//! Keys of devices: a browser or an app holds a private key that cannot be taken out of it, and signs a number of ours with it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{DeviceRow, NewDevice, Tx};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::ApiError;
use crate::sign_in::browser::Browser;

/// How long a number is good.
pub const NONCE: i64 = 5 * MINUTE;
/// What is signed before the number, so that nothing else that the key signs can be taken for it.
const CONTEXT: &str = "menshen.device.v1";
/// Bytes of an uncompressed point of P-256, and of a signature.
const POINT: usize = 65;
const SIGNATURE: usize = 64;
/// Longest name in characters.
const LONGEST_NAME: usize = 60;

/// A device shows that it holds its key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceProofIn {
    /// Its public key: an uncompressed point of P-256 in base64url without padding.
    #[schema(min_length = 87, max_length = 87)]
    pub key: String,
    /// The number, from `POST /v1/account/devices/nonce`.
    pub nonce: String,
    /// Signature (ECDSA, SHA-256, 64 bytes, base64url) over `menshen.device.v1`, a line feed, the tenant, a line feed, the number.
    #[schema(min_length = 86, max_length = 86)]
    pub signature: String,
    /// What its owner calls it, 1 to 60 characters; the browser's name where left out.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub name: Option<String>,
}

/// A proof whose signature is right; whether its number is ours shows when it is used.
pub struct Proven {
    key: Vec<u8>,
    nonce: String,
    name: Option<String>,
}

impl DeviceProofIn {
    /// Checks the signature.
    ///
    /// # Errors
    /// `device_key_invalid` for what is no key, `device_proof_wrong` for another signature, `name_invalid`.
    pub fn check(self, tenant: TenantId) -> Result<Proven, ApiError> {
        let bytes = |text: &str, length: usize| {
            let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
            decoded.filter(|bytes| bytes.len() == length)
        };
        let invalid = || {
            let detail = "key and signature must be base64url of 65 and 64 bytes";
            ApiError::invalid("device_key_invalid", detail)
        };
        let key = bytes(&self.key, POINT).ok_or_else(invalid)?;
        let signature = bytes(&self.signature, SIGNATURE).ok_or_else(invalid)?;
        let fits = |name: &String| {
            (1..=LONGEST_NAME).contains(&name.chars().count())
                && !name.chars().any(char::is_control)
        };
        if !self.name.as_ref().is_none_or(fits) {
            let detail = "name must have 1 to 60 characters";
            return Err(ApiError::invalid("name_invalid", detail));
        }
        let message = format!("{CONTEXT}\n{tenant}\n{}", self.nonce);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key)
            .verify(message.as_bytes(), &signature)
            .map_err(|_| WRONG)?;
        Ok(Proven {
            key,
            nonce: self.nonce,
            name: self.name,
        })
    }
}

const WRONG: ApiError = ApiError::Unproven {
    code: "device_proof_wrong",
    detail: "the signature is not this key's over this number, or the number was used or is too old",
};

impl Proven {
    /// Uses the number up; false where it is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn use_up(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        now: Millis,
    ) -> Result<bool, ApiError> {
        Ok(tx.use_nonce(tenant, &self.nonce, now).await?)
    }

    /// Returns the device of somebody that holds the key, revoked or not. The number is used up before.
    ///
    /// # Errors
    /// The store's.
    pub async fn held_by(
        &self,
        tx: &mut Tx,
        applicant: ApplicantId,
    ) -> Result<Option<DeviceRow>, ApiError> {
        Ok(tx.find_device_by_key(applicant, &self.key).await?)
    }

    /// Uses the number up and returns the device, where the account has seen it before.
    ///
    /// # Errors
    /// `device_proof_wrong` where the number is none, or the device was revoked; the store's.
    pub async fn known(
        &self,
        tx: &mut Tx,
        (tenant, applicant): (TenantId, ApplicantId),
        now: Millis,
    ) -> Result<Option<DeviceRow>, ApiError> {
        if !self.use_up(tx, tenant, now).await? {
            return Err(WRONG);
        }
        let found = self.held_by(tx, applicant).await?;
        if found.as_ref().is_some_and(|row| row.revoked_at.is_some()) {
            return Err(WRONG);
        }
        Ok(found)
    }

    /// Uses the number up and returns the device; one that was not seen before is kept, and not trusted.
    ///
    /// # Errors
    /// As [`Self::known`].
    pub async fn known_or_kept(
        &self,
        tx: &mut Tx,
        whom: (TenantId, ApplicantId),
        browser: &Browser,
        now: Millis,
    ) -> Result<DeviceRow, ApiError> {
        if let Some(mut row) = self.known(tx, whom, now).await? {
            tx.device_used(&mut row, now).await?;
            return Ok(row);
        }
        let new = NewDevice {
            public_key: &self.key,
            name: self.name.as_deref().unwrap_or(&browser.name),
            browser: &browser.name,
        };
        Ok(tx.create_device(whom, &new, now).await?)
    }
}

#[cfg(test)]
mod tests {
    use menshen_core::time::Millis;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    fn proof(tenant: TenantId, nonce: &str, signed: &str) -> DeviceProofIn {
        let rng = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &rng).unwrap();
        let message = format!("{CONTEXT}\n{tenant}\n{signed}");
        let signature = pair.sign(&rng, message.as_bytes()).unwrap();
        DeviceProofIn {
            key: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            nonce: nonce.to_owned(),
            signature: BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref()),
            name: None,
        }
    }

    #[test]
    fn only_the_key_itself_signs_its_number_for_its_tenant() {
        let tenant = TenantId::new(Millis(1), [1; 10]);
        let other = TenantId::new(Millis(1), [2; 10]);
        assert!(proof(tenant, "n", "n").check(tenant).is_ok());
        for wrong in [proof(tenant, "n", "m"), proof(other, "n", "n")] {
            assert!(matches!(
                wrong.check(tenant),
                Err(ApiError::Unproven { .. })
            ));
        }
        let mut swapped = proof(tenant, "n", "n");
        swapped.key = proof(tenant, "n", "n").key;
        assert!(swapped.check(tenant).is_err());
        for odd in ["", "AAAA", "not base64!"] {
            let mut odd_key = proof(tenant, "n", "n");
            odd_key.key = odd.to_owned();
            assert!(matches!(
                odd_key.check(tenant),
                Err(ApiError::Invalid { .. })
            ));
        }
    }
}
