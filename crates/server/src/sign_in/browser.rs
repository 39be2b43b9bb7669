//! The browser behind a request: where it is, what it is, what cookie it holds, and that it is our own page that asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponseParts, ResponseParts};
use menshen_core::time::SECOND;
use menshen_store::DigestKind;

use crate::app::App;
use crate::problem::ApiError;

/// Whose door it is: staff and people have cookies and pages of their own, and neither opens anything to the other.
#[derive(Debug)]
pub struct Door {
    /// The cookie's name: browsers take one that begins so only with `Secure`, `Path=/` and without `Domain`.
    pub cookie: &'static str,
    /// Whoever comes from an exchange's page to log in there must bring the cookie of people along: `Lax`. Every request that
    /// changes anything needs the header beside it.
    same_site: &'static str,
    /// What only a page of the same origin can send: no form can, and no other page without asking first.
    header: &'static str,
    /// How a request is refused that lacks it.
    missing: (&'static str, &'static str),
}

/// The door of staff.
pub const STAFF: Door = Door {
    cookie: "__Host-menshen_staff",
    same_site: "Strict",
    header: "menshen-console",
    missing: (
        "console_header_missing",
        "pages that call with the cookie must send Menshen-Console: 1",
    ),
};

/// The door of people.
pub const PEOPLE: Door = Door {
    cookie: "__Host-menshen",
    same_site: "Lax",
    header: "menshen-page",
    missing: (
        "page_header_missing",
        "pages that call with the cookie must send Menshen-Page: 1",
    ),
};

impl Door {
    /// Does a request say that it comes from a page behind this door?
    pub fn is_named(&self, parts: &Parts) -> bool {
        parts.headers.contains_key(self.header)
    }
}

/// Our own page, in somebody's browser.
pub struct Browser {
    /// Digest of its network address, where that is known.
    pub address: Option<String>,
    /// The network around that address, which is kept as a digest only.
    pub network: Option<String>,
    /// Browser and system, in words of a fixed list: `firefox,linux`.
    pub name: String,
    /// What its cookie holds.
    pub held: Option<String>,
}

impl FromRequestParts<App> for Browser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Self::at(&STAFF, parts, app)
    }
}

impl Browser {
    /// Returns the browser that comes to a door.
    ///
    /// # Errors
    /// [`ApiError::NotYou`] where another site asks.
    pub fn at(door: &Door, parts: &Parts, app: &App) -> Result<Self, ApiError> {
        check(door, parts, app)?;
        let address = address(parts, app);
        let digest = |text: String| app.store.own_digest(DigestKind::Address, text.as_bytes());
        Ok(Self {
            address: address.map(network).map(digest),
            network: address.map(neighbourhood),
            name: name(text(parts, &header::USER_AGENT).unwrap_or_default()),
            held: held(door, parts).map(str::to_owned),
        })
    }
}

/// Refuses what another site makes a browser send.
///
/// # Errors
/// [`ApiError::NotYou`].
pub fn check(door: &Door, parts: &Parts, app: &App) -> Result<(), ApiError> {
    let foreign = || ApiError::NotYou {
        code: "origin_foreign",
        detail: "this is for pages of this service".to_owned(),
    };
    // Browsers say where a request comes from since 2020 or 2023; older ones say nothing, and the rest holds.
    let site = text(parts, &HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return Err(foreign());
    }
    if parts.headers.contains_key(header::ORIGIN) {
        let origin = text(parts, &header::ORIGIN).unwrap_or_default();
        if !is_own(origin, parts, app) {
            return Err(foreign());
        }
    }
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    if !safe && text(parts, &HeaderName::from_static(door.header)) != Some("1") {
        let (code, detail) = door.missing;
        return Err(ApiError::NotYou {
            code,
            detail: detail.to_owned(),
        });
    }
    Ok(())
}

/// Is an origin that of this service: the host that was asked, or the address that the operator names?
fn is_own(origin: &str, parts: &Parts, app: &App) -> bool {
    let host = text(parts, &header::HOST).or(parts.uri.authority().map(|host| host.as_str()));
    let asked = origin.split_once("://").map(|(_, host)| host);
    let named = app.config.public_url.as_deref();
    let named = named.is_some_and(|url| url.trim_end_matches('/').eq_ignore_ascii_case(origin));
    named || matches!((asked, host), (Some(asked), Some(host)) if asked.eq_ignore_ascii_case(host))
}

/// Returns what the cookie holds. Two of them are none: which one is ours nobody knows.
pub fn held<'a>(door: &Door, parts: &'a Parts) -> Option<&'a str> {
    let all = parts.headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|value| value.to_str().ok());
    let pairs = pairs.flat_map(|value| value.split(';'));
    let mut ours = pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == door.cookie && !value.is_empty()).then_some(value)
    });
    let first = ours.next();
    first.filter(|_| ours.next().is_none())
}

/// Returns the address of whoever asks: the last that a trusted proxy names, or the peer's.
pub fn address(parts: &Parts, app: &App) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
    let proxies = &app.config.trusted_proxies;
    let forwarded = peer.filter(|peer| proxies.contains(peer)).and_then(|_| {
        let told = text(parts, &HeaderName::from_static("x-forwarded-for"))?;
        told.rsplit(',').next()?.trim().parse().ok()
    });
    forwarded.or(peer)
}

/// Returns the network that somebody has to themselves: an address, or with IPv6 its first half.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let first = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(first).to_string()
        }
    }
}

/// Returns the network around an address, as one provider gives it to one place: the first 24 bits, 48 with IPv6.
fn neighbourhood(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) & !0xff).to_string(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 80 << 80).to_string(),
    }
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

/// Returns browser and system in words of a fixed list: enough to know one's own again, too little to be anybody's mark.
fn name(agent: &str) -> String {
    let of = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(part, _)| agent.contains(part));
        found.map_or("other", |(_, word)| word)
    };
    // Edge calls itself Chrome, Chrome calls itself Safari.
    let browser = of(&[
        ("Edg", "edge"),
        ("Firefox/", "firefox"),
        ("Chrome/", "chrome"),
        ("CriOS/", "chrome"),
        ("FxiOS/", "firefox"),
        ("Safari/", "safari"),
    ]);
    // Android calls itself Linux, iPads call themselves Macs.
    let system = of(&[
        ("Android", "android"),
        ("iPhone", "ios"),
        ("iPad", "ios"),
        ("Windows", "windows"),
        ("Mac OS X", "macos"),
        ("Linux", "linux"),
        ("CrOS", "linux"),
    ]);
    format!("{browser},{system}")
}

/// The cookie, as it is given to the browser or taken from it.
pub struct SetCookie(String);

impl SetCookie {
    /// Returns a cookie with a value, for so many milliseconds.
    pub fn new(door: &Door, value: &str, lasts: i64) -> Self {
        let (cookie, seconds) = (door.cookie, lasts / SECOND);
        let same_site = door.same_site;
        Self(format!(
            "{cookie}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}"
        ))
    }

    /// Returns what takes the cookie from the browser.
    pub fn none(door: &Door) -> Self {
        Self::new(door, "", 0)
    }
}

impl IntoResponseParts for SetCookie {
    type Error = std::convert::Infallible;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, Self::Error> {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart_whatever_they_call_themselves() {
        for (agent, said) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "firefox,linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
                "edge,windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
                "chrome,android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "safari,ios",
            ),
            ("curl/8.0", "other,other"),
        ] {
            assert_eq!(name(agent), said);
        }
    }

    #[test]
    fn an_address_of_version_6_is_its_network() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn the_network_around_an_address_is_as_wide_as_a_provider_gives_it() {
        let around = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(around("192.0.2.7"), "192.0.2.0");
        assert_eq!(around("::ffff:192.0.2.7"), "192.0.2.0");
        assert_eq!(around("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
    }
}
