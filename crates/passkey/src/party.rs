//! The service, as browsers and authenticators know it: a domain and an origin.

use std::time::Duration;

use thiserror::Error;
use tracing::subscriber::{NoSubscriber, with_default};
use url::{Host, Url};
use webauthn_rs_core::WebauthnCore;

/// How long a browser waits for the person. The state behind it should be kept as long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Why an address can have no passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoParty {
    /// Not an address.
    #[error("read the address of the service: not an address")]
    Unreadable,
    /// Browsers offer passkeys over TLS only, and on this machine.
    #[error("read the address of the service: passkeys need https")]
    Plain,
    /// A passkey belongs to a domain; an address in numbers has none.
    #[error("read the address of the service: passkeys need a name, not a number")]
    Number,
}

/// The service, as browsers and authenticators know it.
pub struct Party {
    pub(crate) core: WebauthnCore,
    id: String,
}

impl Party {
    /// Returns the service at an address, such as `https://id.exchange.example`, under a name that people are shown. Passkeys belong
    /// to exactly the address' host: no subdomain, no other port.
    ///
    /// # Errors
    /// [`NoParty`] where no browser would make passkeys for the address.
    pub fn new(address: &str, name: &str) -> Result<Self, NoParty> {
        let address = Url::parse(address).map_err(|_| NoParty::Unreadable)?;
        let Some(Host::Domain(host)) = address.host() else {
            return Err(NoParty::Number);
        };
        let id = host.to_owned();
        let local = id == "localhost" || id.ends_with(".localhost");
        if address.scheme() != "https" && !(address.scheme() == "http" && local) {
            return Err(NoParty::Plain);
        }
        let origin = address.origin().ascii_serialization();
        let origin = Url::parse(&origin).map_err(|_| NoParty::Unreadable)?;
        let (subdomains, ports) = (Some(false), Some(false));
        let origins = vec![origin];
        let core =
            WebauthnCore::new_unsafe_experts_only(name, &id, origins, PATIENCE, subdomains, ports);
        Ok(Self { core, id })
    }

    /// Returns the domain that its passkeys belong to.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Does something with the library, and keeps to itself what that would log: it writes bytes of hostile messages, in which ids of
/// credentials stand.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    with_default(NoSubscriber::default(), work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_passkeys_where_browsers_make_them() {
        for (address, expected) in [
            ("https://id.exchange.example", Ok("id.exchange.example")),
            (
                "https://id.exchange.example:8443/",
                Ok("id.exchange.example"),
            ),
            ("http://localhost:8470", Ok("localhost")),
            ("http://id.localhost", Ok("id.localhost")),
            ("http://id.exchange.example", Err(NoParty::Plain)),
            ("ftp://id.exchange.example", Err(NoParty::Plain)),
            ("https://192.0.2.7", Err(NoParty::Number)),
            ("https://[2001:db8::1]", Err(NoParty::Number)),
            ("mailto:a@b.example", Err(NoParty::Number)),
            ("id.exchange.example", Err(NoParty::Unreadable)),
            ("", Err(NoParty::Unreadable)),
        ] {
            let party = Party::new(address, "Exchange");
            let id = party.as_ref().map(Party::id).map_err(|error| *error);
            assert_eq!(id, expected, "{address}");
        }
    }
}
