//! From names to addresses, checked: a connection goes to what was checked and to nothing else.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use super::address::{Reach, reach};

/// Which addresses a connection may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Those of the internet.
    Public,
    /// Those of this machine and of private networks: for connections without TLS.
    Private,
    /// Both.
    Both,
}

impl Rule {
    /// May a connection go there?
    pub fn allows(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => self != Self::Private,
            Reach::Private => self != Self::Public,
            Reach::Never => false,
        }
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// It has no address.
    #[error("find the address of a name: it has none")]
    Unknown,
    /// One of its addresses is none that we may be sent to.
    #[error("find the address of a name: it is not allowed")]
    Refused,
}

/// Names that are set by hand; every other is asked of the system. Tests set them.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, Vec<IpAddr>>>);

impl Names {
    /// Sets the addresses of a name.
    pub fn set(&self, name: &str, addresses: &[IpAddr]) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.to_owned(), addresses.to_vec());
    }

    /// Returns the addresses of a name, where all of them are allowed.
    ///
    /// # Errors
    /// [`NameError`].
    pub async fn find(&self, name: &str, rule: Rule) -> Result<Vec<SocketAddr>, NameError> {
        let found: Vec<SocketAddr> = match self.own(name) {
            Some(own) => own.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect(),
            None => tokio::net::lookup_host((name, 0))
                .await
                .map_err(|_| NameError::Unknown)?
                .collect(),
        };
        if found.is_empty() {
            return Err(NameError::Unknown);
        }
        // One that is not allowed among others is a trick, or an error of theirs.
        match found.iter().all(|address| rule.allows(address.ip())) {
            true => Ok(found),
            false => Err(NameError::Refused),
        }
    }

    fn own(&self, name: &str) -> Option<Vec<IpAddr>> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).cloned()
    }
}

/// Finds the addresses for a client: asked once for each connection, which goes to one of those that were checked.
pub struct Checked {
    /// Where names are looked up.
    pub names: Arc<Names>,
    /// Which addresses are allowed.
    pub rule: Rule,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, rule) = (Arc::clone(&self.names), self.rule);
        Box::pin(async move {
            let found = names.find(name.as_str(), rule).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
