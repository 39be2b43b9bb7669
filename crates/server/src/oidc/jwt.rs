//! Signed tokens (RFC 7515, RFC 7519): the two ways of signing that we use, and nothing else. A token says by which key it was signed;
//! how that key signs is ours to know, so that no header chooses it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use menshen_store::{OidcAlg, OidcKeyRow};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::problem::ApiError;

/// A key that was just made.
pub struct Made {
    /// PKCS #8.
    pub private: Zeroizing<Vec<u8>>,
    /// Raw: an uncompressed point of P-256, or 32 bytes of Ed25519.
    pub public: Vec<u8>,
}

/// A public key, as it is published (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkOut {
    /// `EC` or `OKP`.
    pub kty: &'static str,
    /// `P-256` or `Ed25519`.
    pub crv: &'static str,
    /// The key, or the first half of it.
    pub x: String,
    /// The other half of a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// By which name tokens call it.
    pub kid: String,
    /// `ES256` or `EdDSA`.
    pub alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Deserialize)]
struct HeaderRead {
    alg: String,
    kid: String,
}

/// Bytes of an uncompressed point of P-256: 4, x, y.
const POINT: usize = 65;
/// Longest token that is read.
const LONGEST: usize = 16 * 1024;

/// Makes a key.
///
/// # Errors
/// The machine's.
pub fn make(alg: OidcAlg) -> Result<Made, ApiError> {
    let random = SystemRandom::new();
    let pkcs8 = match alg {
        OidcAlg::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
        OidcAlg::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
    };
    let pkcs8 = pkcs8.map_err(|_| failed("make a key of ID tokens"))?;
    let private = Zeroizing::new(pkcs8.as_ref().to_vec());
    let public = match alg {
        OidcAlg::Es256 => es256(&private)?.public_key().as_ref().to_vec(),
        OidcAlg::EdDsa => eddsa(&private)?.public_key().as_ref().to_vec(),
    };
    Ok(Made { private, public })
}

/// Returns a signed token.
///
/// # Errors
/// The machine's.
pub fn sign(row: &OidcKeyRow, private: &[u8], claims: &impl Serialize) -> Result<String, ApiError> {
    let header = Header {
        alg: row.alg.as_str(),
        typ: "JWT",
        kid: &row.id.to_string(),
    };
    let mut text = encoded(&header)?;
    text.push('.');
    text.push_str(&encoded(claims)?);
    let signature = match row.alg {
        OidcAlg::Es256 => es256(private)?
            .sign(&SystemRandom::new(), text.as_bytes())
            .map_err(|_| failed("sign an ID token"))?,
        OidcAlg::EdDsa => eddsa(private)?.sign(text.as_bytes()),
    };
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Ok(text)
}

/// A public key, as far as reading a token needs it.
pub struct Verifying<'a> {
    /// By which name tokens call it.
    pub kid: String,
    /// How it signs.
    pub alg: OidcAlg,
    /// Raw: an uncompressed point of P-256, or 32 bytes of Ed25519.
    pub public: &'a [u8],
}

/// Returns what a token says, where one of the keys signed it; whether it is good still is the caller's to ask.
pub fn read<T: DeserializeOwned>(keys: &[OidcKeyRow], token: &str) -> Option<T> {
    let keys = keys.iter().map(|row| Verifying {
        kid: row.id.to_string(),
        alg: row.alg,
        public: &row.public,
    });
    serde_json::from_slice(&payload(keys, token)?).ok()
}

/// Returns the bytes that a token signs, where one of the keys signed them.
pub fn payload<'a>(mut keys: impl Iterator<Item = Verifying<'a>>, token: &str) -> Option<Vec<u8>> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let header: HeaderRead = serde_json::from_slice(&decode(header)?).ok()?;
    let key = keys.find(|key| key.kid == header.kid)?;
    if key.alg.as_str() != header.alg {
        return None;
    }
    let algorithm: &dyn VerificationAlgorithm = match key.alg {
        OidcAlg::Es256 => &ECDSA_P256_SHA256_FIXED,
        OidcAlg::EdDsa => &ED25519,
    };
    UnparsedPublicKey::new(algorithm, key.public)
        .verify(signed.as_bytes(), &decode(signature)?)
        .ok()?;
    decode(claims)
}

/// Returns a key as it is published.
///
/// # Errors
/// The machine's where what is stored is no key.
pub fn published(row: &OidcKeyRow) -> Result<JwkOut, ApiError> {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let (kty, crv, x, y) = match row.alg {
        OidcAlg::Es256 if row.public.len() == POINT => {
            let (x, y) = row.public[1..].split_at(POINT / 2);
            ("EC", "P-256", encode(x), Some(encode(y)))
        }
        OidcAlg::EdDsa => ("OKP", "Ed25519", encode(&row.public), None),
        OidcAlg::Es256 => return Err(failed("read a stored public key")),
    };
    Ok(JwkOut {
        kty,
        crv,
        x,
        y,
        kid: row.id.to_string(),
        alg: row.alg.as_str(),
        usage: "sig",
    })
}

/// Returns the first half of an access token's hash, by which an ID token names it (OpenID Connect Core 1.0, 3.1.3.6). The hash is
/// that of the signature: SHA-512 with Ed25519.
pub fn half_hash(alg: OidcAlg, token: &str) -> String {
    let hash: Vec<u8> = match alg {
        OidcAlg::Es256 => Sha256::digest(token).to_vec(),
        OidcAlg::EdDsa => Sha512::digest(token).to_vec(),
    };
    BASE64_URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

fn encoded(value: &impl Serialize) -> Result<String, ApiError> {
    let json = serde_json::to_vec(value).map_err(ApiError::machine)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

fn es256(private: &[u8]) -> Result<EcdsaKeyPair, ApiError> {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &random);
    pair.map_err(|_| failed("read a stored private key"))
}

fn eddsa(private: &[u8]) -> Result<Ed25519KeyPair, ApiError> {
    Ed25519KeyPair::from_pkcs8(private).map_err(|_| failed("read a stored private key"))
}

/// The library's errors say nothing of keys, and nothing else either.
fn failed(doing: &'static str) -> ApiError {
    ApiError::machine(std::io::Error::other(doing))
}
