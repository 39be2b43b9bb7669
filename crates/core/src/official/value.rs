//! What somebody hands in to be checked: an address, a mail address, a number, an account, an app, a file's hash.

use url::Url;

use super::channel::file_hash;
use super::phone::phone;
use super::platform::{self, Page, Social, System};
use super::{LONGEST, host};

/// What a text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// The SHA-256 of a file.
    File(String),
    /// An app; its system.
    App(System, String),
    /// An account on a network.
    Account(Social, String),
    /// A mail address.
    Mail { local: String, host: String },
    /// A telephone number.
    Phone(String),
    /// A website. `bare` where nothing but a name was typed: ids of apps look alike. `user` stands in front of the host, where browsers
    /// look at it for nothing and people take it for the host.
    Host {
        host: String,
        bare: Option<String>,
        user: String,
    },
    /// Anything else, as a name that may be an account's anywhere.
    Name(String),
}

/// Returns what a text is.
pub(super) fn read(text: &str) -> Value {
    let text: String = text.trim().chars().take(LONGEST).collect();
    if let Some(hash) = file_hash(&text) {
        return Value::File(hash);
    }
    let found = named(&text)
        .or_else(|| mail(&text))
        .or_else(|| phone(&text).map(Value::Phone))
        .or_else(|| address(&text));
    found.unwrap_or_else(|| Value::Name(platform::handle(&text)))
}

/// Reads `telegram:menshen`, `telegram @menshen` and `android:com.example.app`.
fn named(text: &str) -> Option<Value> {
    let (word, rest) = match text.split_once(':') {
        Some((word, rest)) => (word, rest.trim()),
        None => text
            .split_once(' ')
            .map(|(word, rest)| (word, rest.trim()))
            .filter(|(_, rest)| rest.starts_with('@'))?,
    };
    let word = word.trim().to_lowercase();
    if rest.is_empty() || rest.starts_with("//") {
        return None;
    }
    if let Some(system) = System::parse(&word) {
        return Some(Value::App(system, rest.to_owned()));
    }
    let social = Social::parse(&word)?;
    Some(Value::Account(social, platform::handle(rest)))
}

/// Reads a mail address, alone, in a `mailto:` or behind a name: `Menshen <help@example.com>`.
fn mail(text: &str) -> Option<Value> {
    let inner = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    let text = inner.map_or(text, |(_, inner)| inner);
    let scheme = text.split_at_checked(7);
    let text = match scheme {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => {
            rest.split('?').next().unwrap_or_default()
        }
        _ => text,
    };
    let (local, name) = text.trim().rsplit_once('@')?;
    // Whatever has these is an address of the web with a name in front of its host.
    let plain = |ch: char| !ch.is_whitespace() && !"@:/\\<>()[],;\"".contains(ch);
    if local.is_empty() || !local.chars().all(plain) {
        return None;
    }
    Some(Value::Mail {
        local: local.to_lowercase(),
        host: host::ascii(name)?,
    })
}

/// Schemes whose addresses browsers read as those of hosts, however many slashes there are and whichever way they lean.
const WEB: [&str; 5] = ["http:", "https:", "ws:", "wss:", "ftp:"];

/// Reads an address of the web as a browser does, whose reading alone decides where somebody ends.
fn address(text: &str) -> Option<Value> {
    let lower = text.to_ascii_lowercase();
    let whole = WEB.iter().any(|scheme| lower.starts_with(scheme));
    let (url, bare) = if whole {
        (Url::parse(text).ok()?, None)
    } else if lower.contains("://") {
        return None;
    } else {
        let nothing_else = !text.contains(['/', '?', '#', ':', '\\', '@']);
        let url = Url::parse(&format!("https://{text}")).ok()?;
        (url, nothing_else.then(|| text.to_owned()))
    };
    let host = host::ascii(url.host_str()?)?;
    Some(match platform::page(&host, &url) {
        Some(Page::Account(social, handle)) => Value::Account(social, handle),
        Some(Page::App(system, id)) => Value::App(system, id),
        None => {
            let user = url.username().to_owned();
            Value::Host { host, bare, user }
        }
    })
}
