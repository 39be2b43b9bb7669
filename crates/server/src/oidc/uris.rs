//! Addresses of apps to which browsers are sent. They are compared letter by letter (RFC 9700, 2.1), so they must mean one thing.

use menshen_store::OidcClientKind;
use reqwest::Url;

/// Longest address in bytes, and most addresses of an app.
const LONGEST: usize = 2_048;
pub const MOST: usize = 20;

/// Returns what is wrong with an address, where something is.
///
/// Taken are `https`; `http` on this device only, which is what an app there can listen on; and for an app that keeps no secret a
/// scheme of its own with a dot in it (RFC 8252, 7.1).
pub fn fault(text: &str, kind: OidcClientKind) -> Option<&'static str> {
    let visible = text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if text.len() > LONGEST
        || !visible
        || text.contains(['"', '<', '>', '\\', '^', '`', '{', '|', '}', '*'])
    {
        return Some(
            "an address has at most 2048 characters, all of them such as stand in addresses",
        );
    }
    let Ok(url) = Url::parse(text) else {
        return Some("an address must be absolute");
    };
    if url.fragment().is_some() || text.contains('#') {
        return Some("an address has no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("an address has no name and password");
    }
    let written = |text: &str| text.trim_end_matches('/').to_owned();
    if written(url.as_str()) != written(text) {
        return Some("an address is written as browsers write it");
    }
    match url.scheme() {
        "https" if url.has_host() => None,
        "http" if url.host_str().is_some_and(is_own_device) => None,
        "http" | "https" => Some("an address begins with https://"),
        scheme if kind == OidcClientKind::Public && scheme.contains('.') => None,
        _ => Some("a scheme of an app's own has a dot in it, and is for apps without a secret"),
    }
}

fn is_own_device(host: &str) -> bool {
    ["127.0.0.1", "[::1]", "localhost"].contains(&host)
}

/// Returns an address with more in its query.
pub fn with_query(address: &str, query: &str) -> String {
    let between = match address.contains('?') {
        true if address.ends_with(['?', '&']) => "",
        true => "&",
        false => "?",
    };
    format!("{address}{between}{query}")
}

/// Returns the host that people are shown, or the scheme of an app of their device.
pub fn shown(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host = url
        .as_ref()
        .map(|url| url.host_str().unwrap_or(url.scheme()));
    host.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_mean_one_thing_are_taken() {
        let confidential = |text| fault(text, OidcClientKind::Confidential).is_none();
        for good in [
            "https://exchange.example/cb",
            "https://exchange.example/cb?tenant=1",
            "http://127.0.0.1:8080/cb",
            "http://localhost/cb",
            "http://[::1]:8080/cb",
        ] {
            assert!(confidential(good), "{good}");
        }
        let long = format!("https://a.example/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "/cb",
            "exchange.example/cb",
            "http://exchange.example/cb",
            "http://localhost.evil.example/cb",
            "https://exchange.example/cb#x",
            "https://exchange.example/cb#",
            "https://user@exchange.example/cb",
            "https://*.exchange.example/cb",
            "https://exchange.example/ cb",
            "https:///exchange.example/cb",
            "https://EXCHANGE.example/cb",
            "https://exchange.example/a/../cb",
            "https://exchange.example:443/cb",
            "http://[::1]:80/cb",
            "https://exchange.example/\r\ncb",
            "https://exämple.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "com.example.app:/cb",
            long.as_str(),
        ] {
            assert!(!confidential(bad), "{bad}");
        }
        let public = |text| fault(text, OidcClientKind::Public).is_none();
        assert!(public("com.example.app:/cb"));
        assert!(!public("javascript:alert(1)") && !public("exampleapp:/cb"));
    }

    #[test]
    fn what_is_told_comes_behind_the_query_that_is_there() {
        assert_eq!(
            with_query("https://a.example/cb", "a=1"),
            "https://a.example/cb?a=1"
        );
        assert_eq!(
            with_query("https://a.example/cb?x=1", "a=1"),
            "https://a.example/cb?x=1&a=1"
        );
        assert_eq!(
            with_query("https://a.example/cb?", "a=1"),
            "https://a.example/cb?a=1"
        );
        assert_eq!(shown("https://a.example/cb"), "a.example");
        assert_eq!(shown("com.example.app:/cb"), "com.example.app");
    }
}
