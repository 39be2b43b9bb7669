//! Ways out of the service: mail and SMS, by the servers that the operator names and no others; events, to the
//! addresses that integrators name, where they are allowed.

mod address;
mod hook;
mod mail;
mod names;
mod signature;
mod sms;

use menshen_core::ids::NoticeId;
use menshen_core::notice::Message;
use menshen_core::time::Millis;
use menshen_store::Channel;
use thiserror::Error;

pub use hook::{Delivery, HookError, Hooks, Refused};
pub use mail::Mailer;
pub use signature::signatures;
pub use sms::Gateway;

use crate::config::Config;

/// Why a way out cannot be opened: the configuration says something that cannot be.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The sender's address.
    #[error("read mail.from: not an address such as \"Name <name@example.com>\"")]
    From,
    /// TLS for the mail server.
    #[error("prepare TLS for mail.host")]
    MailTls(#[source] lettre::transport::smtp::Error),
    /// The template of the gateway's body.
    #[error("read sms.body: not a template of `to` and `text`")]
    Template(#[source] minijinja::Error),
    /// A template that gives what its own content type forbids.
    #[error(
        "read sms.body: it does not give JSON; write {{{{ to }}}} and {{{{ text }}}} without quotes"
    )]
    NoJson,
    /// The gateway's address or headers.
    #[error("read sms: {0}")]
    Gateway(&'static str),
    /// The HTTP client.
    #[error("prepare the client of sms.url")]
    Client(#[source] reqwest::Error),
    /// The HTTP client of deliveries.
    #[error("prepare the client of webhooks")]
    Webhooks(#[source] reqwest::Error),
}

/// Why a message did not go out, as a code. Never what the other side said: it may quote the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// It may go out later.
    #[error("a message cannot go out now: {0}")]
    Later(&'static str),
    /// It will never go out.
    #[error("a message can never go out: {0}")]
    Never(&'static str),
}

/// A message with its address.
pub struct Letter<'a> {
    /// The same in every sending, so that a second copy can be told from news.
    pub id: NoticeId,
    /// The address.
    pub to: &'a str,
    /// The words.
    pub message: &'a Message,
    /// When it was written.
    pub at: Millis,
}

/// The ways that are open.
pub struct Outbound {
    hooks: Hooks,
    mailer: Option<Mailer>,
    gateway: Option<Gateway>,
}

impl Outbound {
    /// Opens the ways that a configuration names. Nothing is sent and nobody is asked yet.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub fn new(config: &Config) -> Result<Self, OutboundError> {
        Ok(Self {
            hooks: Hooks::new(&config.webhooks)?,
            mailer: config.mail.as_ref().map(Mailer::new).transpose()?,
            gateway: config.sms.as_ref().map(Gateway::new).transpose()?,
        })
    }

    /// Returns the clients of deliveries to integrators.
    pub const fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// Sets the addresses of a name by hand, for deliveries to integrators; for tests.
    pub fn set_name(&self, name: &str, addresses: &[std::net::IpAddr]) {
        self.hooks.names().set(name, addresses);
    }

    /// Is a way open?
    pub const fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::App => true,
            Channel::Email => self.mailer.is_some(),
            Channel::Sms => self.gateway.is_some(),
        }
    }

    /// Returns the mail server's client, where there is one.
    pub const fn mailer(&self) -> Option<&Mailer> {
        self.mailer.as_ref()
    }

    /// Sends a message. What was sent once may be sent again after a crash, with the same id.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, channel: Channel, letter: &Letter<'_>) -> Result<(), SendError> {
        match (channel, &self.mailer, &self.gateway) {
            (Channel::Email, Some(mailer), _) => mailer.send(letter).await,
            (Channel::Sms, _, Some(gateway)) => gateway.send(letter).await,
            _ => Err(SendError::Never("channel_absent")),
        }
    }
}
