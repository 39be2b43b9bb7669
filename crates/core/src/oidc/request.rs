//! An authorization request: the code flow with PKCE, and nothing else.

use serde::{Deserialize, Serialize};

use super::claims::ClaimsAsked;
use super::context::Acr;
use super::fault::Fault;
use super::form::Form;

/// Longest `state`, `nonce`, `scope` and `acr_values`, in bytes.
const LONGEST_STATE: usize = 1_024;
const LONGEST_NONCE: usize = 512;
const LONGEST_LIST: usize = 512;
/// Characters of a code challenge: SHA-256 in base64url without padding (RFC 7636, 4.2).
const CHALLENGE: usize = 43;
/// Characters of a code verifier (RFC 7636, 4.1).
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// What the person is to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// What is needed.
    #[default]
    Usual,
    /// Nothing: whoever must be asked is an error.
    None,
    /// Signing in, whether they have or not.
    Login,
    /// A page that asks them, whether it is needed or not.
    Ask,
}

/// What a client's app asked for, read. `state` and `nonce` are its own secrets.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Asked {
    /// Where the person goes back to.
    pub redirect_uri: String,
    /// What the app wants back with it.
    pub state: Option<String>,
    /// What the app wants in the ID token.
    pub nonce: Option<String>,
    /// SHA-256 of the verifier that the app will show, in base64url.
    pub code_challenge: String,
    /// What the person is to be shown.
    pub prompt: Prompt,
    /// How long ago the person may have signed in, in seconds.
    pub max_age: Option<u32>,
    /// How surely they must have.
    pub acr: Option<Acr>,
    /// Which verified claims are asked for.
    pub claims: ClaimsAsked,
    /// Whom the app expects, by an ID token that it was given before.
    pub subject: Option<String>,
}

impl Asked {
    /// Reads a request whose client and redirect URI are known to be right.
    ///
    /// # Errors
    /// [`Fault`], for the app to be told at its redirect URI.
    pub fn read(form: &Form, redirect_uri: &str) -> Result<Self, Fault> {
        if form.get("request").is_some() {
            return Err(Fault::RequestNotSupported);
        }
        if form.get("request_uri").is_some() {
            return Err(Fault::RequestUriNotSupported);
        }
        match form.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(Fault::UnsupportedResponseType),
            None => return Err(Fault::InvalidRequest("response_type is missing")),
        }
        if !matches!(form.get("response_mode"), None | Some("query")) {
            return Err(Fault::InvalidRequest("response_mode must be query"));
        }
        if !words(form, "scope")?.contains(&"openid") {
            return Err(Fault::InvalidScope);
        }
        let (claims, insisted) = match form.get("claims") {
            Some(text) => ClaimsAsked::read(text)?,
            None => (ClaimsAsked::default(), None),
        };
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            state: state(form)?,
            nonce: text(form, "nonce", LONGEST_NONCE, "nonce is malformed")?,
            code_challenge: challenge(form)?,
            prompt: prompt(form)?,
            max_age: max_age(form)?,
            acr: insisted.or(wished(form)?),
            claims,
            subject: None,
        })
    }

    /// Returns `state` of a request that may be refused for something else.
    pub fn state_of(form: &Form) -> Option<String> {
        state(form).ok().flatten()
    }
}

fn state(form: &Form) -> Result<Option<String>, Fault> {
    text(form, "state", LONGEST_STATE, "state is malformed")
}

/// Returns a text of visible characters and spaces (VSCHAR of RFC 6749, appendix A).
fn text(
    form: &Form,
    name: &str,
    longest: usize,
    fault: &'static str,
) -> Result<Option<String>, Fault> {
    let Some(value) = form.get(name) else {
        return Ok(None);
    };
    let visible = value.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if value.len() > longest || !visible {
        return Err(Fault::InvalidRequest(fault));
    }
    Ok(Some(value.to_owned()))
}

fn words<'a>(form: &'a Form, name: &str) -> Result<Vec<&'a str>, Fault> {
    let value = form.get(name).unwrap_or_default();
    if value.len() > LONGEST_LIST {
        return Err(Fault::InvalidRequest("a list of words is too long"));
    }
    Ok(value.split(' ').filter(|word| !word.is_empty()).collect())
}

fn challenge(form: &Form) -> Result<String, Fault> {
    if form.get("code_challenge_method") != Some("S256") {
        return Err(Fault::InvalidRequest("code_challenge_method must be S256"));
    }
    let challenge = form.get("code_challenge").unwrap_or_default();
    if !challenge_is_well_formed(challenge) {
        return Err(Fault::InvalidRequest(
            "code_challenge is missing or malformed",
        ));
    }
    Ok(challenge.to_owned())
}

/// Is it the length and alphabet of a code challenge by S256?
pub fn challenge_is_well_formed(challenge: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    challenge.len() == CHALLENGE && challenge.bytes().all(letter)
}

/// Is it the length and alphabet of a code verifier?
pub fn verifier_is_well_formed(verifier: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    VERIFIER.contains(&verifier.len()) && verifier.bytes().all(letter)
}

fn prompt(form: &Form) -> Result<Prompt, Fault> {
    let asked = words(form, "prompt")?;
    let known = ["none", "login", "consent", "select_account"];
    let alone = asked.len() == 1 || !asked.contains(&"none");
    if !alone || !asked.iter().all(|word| known.contains(word)) {
        return Err(Fault::InvalidRequest("prompt is not understood"));
    }
    Ok(match asked.as_slice() {
        [] => Prompt::Usual,
        ["none"] => Prompt::None,
        words if words.contains(&"login") => Prompt::Login,
        _ => Prompt::Ask,
    })
}

fn max_age(form: &Form) -> Result<Option<u32>, Fault> {
    let Some(text) = form.get("max_age") else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    seconds
        .map(Some)
        .ok_or(Fault::InvalidRequest("max_age must be seconds"))
}

/// Returns the weakest class of sign-in that is wished for; a wish of none that is known is passed over (5.5.1.1).
fn wished(form: &Form) -> Result<Option<Acr>, Fault> {
    let wished = words(form, "acr_values")?;
    Ok(wished.into_iter().filter_map(Acr::parse).min())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::encode;

    const GOOD: [(&str, &str); 6] = [
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "a b&c"),
        ("nonce", "n"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ];

    fn with(changes: &[(&str, &str)]) -> Result<Asked, Fault> {
        let kept = GOOD
            .iter()
            .filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let pairs = kept.chain(changes).copied();
        let form = Form::parse(encode(pairs).as_bytes()).ok().unwrap();
        Asked::read(&form, "https://a.example/cb")
    }

    fn fault(changes: &[(&str, &str)]) -> &'static str {
        with(changes).err().map_or("none", Fault::code)
    }

    #[test]
    fn a_good_request_is_read() {
        let asked = with(&[("max_age", "0"), ("prompt", "login"), ("login_hint", "x")])
            .ok()
            .unwrap();
        assert_eq!(asked.state.as_deref(), Some("a b&c"));
        assert_eq!((asked.max_age, asked.prompt), (Some(0), Prompt::Login));
        assert_eq!(asked.redirect_uri, "https://a.example/cb");
        let wish = format!("x {} {}", Acr::PhishingResistant.urn(), Acr::Two.urn());
        assert_eq!(
            with(&[("acr_values", &wish)]).ok().unwrap().acr,
            Some(Acr::Two)
        );
        assert_eq!(with(&[("acr_values", "x")]).ok().unwrap().acr, None);
    }

    #[test]
    fn another_flow_or_no_proof_key_is_refused() {
        for (changes, expected) in [
            (
                &[("response_type", "token")][..],
                "unsupported_response_type",
            ),
            (
                &[("response_type", "code id_token")],
                "unsupported_response_type",
            ),
            (&[("response_type", "")], "invalid_request"),
            (&[("response_mode", "fragment")], "invalid_request"),
            (&[("response_mode", "form_post")], "invalid_request"),
            (&[("scope", "email")], "invalid_scope"),
            (&[("scope", "OPENID")], "invalid_scope"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge_method", "")], "invalid_request"),
            (&[("code_challenge", "")], "invalid_request"),
            (
                &[(
                    "code_challenge",
                    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
                )],
                "invalid_request",
            ),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("prompt", "create")], "invalid_request"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("max_age", "+1")], "invalid_request"),
            (&[("max_age", "99999999999")], "invalid_request"),
            (&[("state", "a\nb")], "invalid_request"),
            (&[("request", "x")], "request_not_supported"),
            (&[("request_uri", "x")], "request_uri_not_supported"),
            (&[("claims", "x")], "invalid_request"),
        ] {
            assert_eq!(fault(changes), expected, "{changes:?}");
        }
        assert_eq!(fault(&[("prompt", "consent")]), "none");
    }

    #[test]
    fn a_verifier_is_as_the_rfc_has_it() {
        assert!(verifier_is_well_formed(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ));
        let long = "a".repeat(129);
        for bad in [
            "",
            "short",
            long.as_str(),
            "dBjftJeZ4CVP+mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ] {
            assert!(!verifier_is_well_formed(bad), "{bad}");
        }
    }
}
