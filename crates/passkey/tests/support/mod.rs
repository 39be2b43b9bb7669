//! A browser and an authenticator in software: they do what the specification says, or something else where a test says so.

#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

/// Flags of the authenticator data (WebAuthn, 6.1).
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
pub const ELIGIBLE: u8 = 0x08;
pub const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// The page that asks, in a browser that may lie about it.
#[derive(Clone, Debug)]
pub struct Page {
    pub origin: String,
    pub domain: String,
    /// What the client data says it is, where it is not what was asked for.
    pub kind: Option<&'static str>,
    pub cross_origin: bool,
    pub top_origin: Option<&'static str>,
}

impl Page {
    pub fn new(origin: &str, domain: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            domain: domain.to_owned(),
            kind: None,
            cross_origin: false,
            top_origin: None,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let mut data = json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        if let Some(top) = self.top_origin {
            data["topOrigin"] = top.into();
        }
        data.to_string().into_bytes()
    }
}

enum Key {
    Elliptic(EcdsaKeyPair, i8),
    Rsa(RsaKeyPair),
}

/// One credential on a device.
pub struct Device {
    key: Key,
    pub id: Vec<u8>,
    pub handle: Vec<u8>,
    pub flags: u8,
    pub counter: u32,
    /// How much further the counter is each time.
    pub step: u32,
    pub transports: Vec<&'static str>,
}

impl Device {
    /// A telephone that verifies who is there, with a key on the curve P-256 and no counter.
    pub fn phone(id: &[u8]) -> Self {
        Self::with(elliptic(-7), id)
    }

    /// A security key that counts.
    pub fn token(id: &[u8]) -> Self {
        Self {
            counter: 7,
            step: 1,
            transports: vec!["usb"],
            ..Self::phone(id)
        }
    }

    /// The same as a telephone with a key on P-384 or, as computers of some years ago, an RSA key.
    pub fn with_algorithm(algorithm: i64, id: &[u8]) -> Self {
        let key = match algorithm {
            -7 => elliptic(-7),
            -35 => elliptic(-35),
            _ => Key::Rsa(RsaKeyPair::from_der(&BASE64_STANDARD.decode(RSA).unwrap()).unwrap()),
        };
        Self::with(key, id)
    }

    fn with(key: Key, id: &[u8]) -> Self {
        Self {
            key,
            id: id.to_vec(),
            handle: Vec::new(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            step: 0,
            transports: vec!["internal", "hybrid"],
        }
    }

    /// Answers the options of a registration.
    pub fn register(&mut self, page: &Page, options: &Value) -> Value {
        self.handle = unbase64(&options["user"]["id"]);
        let client_data = page.client_data("webauthn.create", options);
        let mut data = self.data(page, ATTESTED);
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(&client_data),
                "attestationObject": base64(&attestation(&data)),
                "transports": self.transports,
                "publicKeyAlgorithm": -7,
            },
        })
    }

    /// Answers a question who somebody is.
    pub fn show(&mut self, page: &Page, options: &Value) -> Value {
        self.counter += self.step;
        let client_data = page.client_data("webauthn.get", options);
        let data = self.data(page, 0);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(&client_data),
                "authenticatorData": base64(&data),
                "signature": base64(&self.sign(&signed)),
                "userHandle": base64(&self.handle),
            },
        })
    }

    fn data(&self, page: &Page, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, page.domain.as_bytes()).as_ref().to_vec();
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Elliptic(key, _) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// The public key in COSE (RFC 9053).
    fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::Elliptic(key, algorithm) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if *algorithm == -7 { 1 } else { 2 };
                let mut cose = vec![0xa5, 0x01, 0x02, 0x03];
                cose.extend(head(1, (-1 - i32::from(*algorithm)) as usize));
                cose.extend([0x20, curve, 0x21]);
                cose.extend(bytes(x));
                cose.push(0x22);
                cose.extend(bytes(y));
                cose
            }
            Key::Rsa(key) => {
                let public = key.public();
                let components = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(public);
                let mut cose = vec![0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20];
                cose.extend(bytes(&components.n));
                cose.push(0x21);
                cose.extend(bytes(&components.e));
                cose
            }
        }
    }
}

fn elliptic(algorithm: i8) -> Key {
    let random = SystemRandom::new();
    let signing = match algorithm {
        -7 => &ECDSA_P256_SHA256_ASN1_SIGNING,
        _ => &ECDSA_P384_SHA384_ASN1_SIGNING,
    };
    let document = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(signing, document.as_ref(), &random).unwrap();
    Key::Elliptic(key, algorithm)
}

/// An attestation object without an attestation (WebAuthn, 8.7).
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut object = vec![0xa3];
    object.extend(text("fmt"));
    object.extend(text("none"));
    object.extend(text("attStmt"));
    object.push(0xa0);
    object.extend(text("authData"));
    object.extend(bytes(data));
    object
}

/// The head of a CBOR item (RFC 8949, 3).
fn head(major: u8, n: usize) -> Vec<u8> {
    let major = major << 5;
    match n {
        0..24 => vec![major | n as u8],
        24..256 => vec![major | 24, n as u8],
        _ => {
            let mut head = vec![major | 25];
            head.extend((n as u16).to_be_bytes());
            head
        }
    }
}

fn bytes(of: &[u8]) -> Vec<u8> {
    [head(2, of.len()), of.to_vec()].concat()
}

fn text(of: &str) -> Vec<u8> {
    [head(3, of.len()), of.as_bytes().to_vec()].concat()
}

pub fn base64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn unbase64(text: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text.as_str().unwrap())
        .unwrap()
}

/// A key of 2,048 bits that was drawn for these tests and opens nothing.
const RSA: &str = concat!(
    "MIIEowIBAAKCAQEAvbFQhidaQqoX5dX+D7SofihVt7CjaXCq8Obz+lbfsuH4vFomLf3pPLXXUSBdkooC1iSVts0zgeQALI4vHqGj",
    "kl0x/uCQ+YgOJyNiX1pZVoZi0gC5gpSGOUWI9VYamy1ykkXErkkQCk9T9PtmI4kfSovdCn5z5mgBD64L3dP1y3I16uNcGDuZJgzQ",
    "AldFy9eN/zIdpLRzcokLneimCPrcZXHsWm5ET8OEj1wFI4ilrIbi4mI96ukey5EZVGh+VyTeKeaXSW91QU5+OjU7iS6K4F+04m2o",
    "wsrr2EvPpFFl/5SpiJLG69GTABm2+Gwjj0ftsuVCTcEnpsW8onxfjKSnCQIDAQABAoIBAAsfQqKpsNs1nb2XiLQzNOmNZAs8vjQV",
    "i6b2JP98XlTezCaqXXs3Bu4iQPvsJc23WFe7IOkX39QsQg4FZIILWwEfBD+sEJavkW7eM6t2FhoNOpg9Znh0zL2TvruYdGpn+tlU",
    "jGXl+Zy1I9h6cLXBhDYVfHIb/HUvC22NLaZwbK9kiq00BsJCKezD4l1hqU85VgIfBqpXlyPve43xNHJyu9xePD+I3+SufJ8bPqa7",
    "rnRk+Dmf6Qw9cqwKNduAXC7vfS1IL28js+fYwkoKex+xOY2PI8SXrqRNSBzA+Izj1YBY0krJMyNsmPyfHQetCNMdQ6RsYBi7iSnc",
    "CmjmAdOcYtUCgYEA9YAyWptT+h5k7Vbt43tnqN3zzo1Kv257YBeITNVcwZ4zonbnt/T0MCql3ijPCWNYYGWIjWhQrYRSdNZ3jmWY",
    "El08fpjKdHK7Lna9kt/pSrPG/2rB2qDerp3FJuwr+WjUA/1Uz0+7ZibDp5BiEJX7h/9zCQVK++ermlQlc6kk/V0CgYEAxc4d1zbK",
    "WdTJPNdY1obpuEYk4RGWskESIPke6qB+T5pF0JBBuiXgLnOcROe6DDSclrwFYzJSbcU2VS/Ol67n0mHtw6it/n0QUYO8mfno4Try",
    "POkucMpyp4sqjP3fp/he8pLmCAvDLnBYNbHXSTjLUpLT/ARe7UGx76e+/IZxCZ0CgYEAoMkHMYRNaaCCZVbrknL+HwDObtbmv51y",
    "PCrtX7TVfRFJq/vIIxjQ3MLxwyBjCDkCZo/Y8RQC0sG450CXKLGs+UoLFram0cFaikHGQu1W80/u4tVehPubHC3EM4u1+TEIulwu",
    "MWB80ZhNx+6t60Lva9CH3L6Ur4q5PughZzC+QxkCgYA8B4Z01tLoGjSMO0phqIXrf5YXm8/g/vByg0gHqndKzyXa2rynsnDrh/hn",
    "zO9gXuMat6rm5NGxMIWBqsWGsPT3mvKeS2Wqcuft5Q3qqLYtDEeRhq6qWjYbdJeQPEeQ4UZnVX9r963fPQb4HKWaOhsyTw74T5dD",
    "Z4mJkp3aYy6Q3QKBgBle2aXLcHae61vyO2XiBQz40YjhURpL4RIayDt/haC7PHhQD89QvSMBTTpj+TOdUsSBno3zYewwmXMnPrge",
    "GtFG/SBQyKR7FJHW95QOKty4xmjblR97QP4Vjb4gNB87aQC5x/0NzqZ6SB/WtdOHG68SPTOmS3+8+TQO80FCHwlD",
);
