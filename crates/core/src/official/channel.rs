//! One channel of a tenant: read strictly, kept in one form.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use super::phone::phone;
use super::platform::{Social, System};
use super::{host, platform};
use crate::ticket::is_hidden;

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A website.
    Domain,
    /// Whom mail comes from.
    MailSender,
    /// A telephone number.
    Phone,
    /// An account on a network.
    Social,
    /// An app, by its id and by the hash of a release.
    App,
}

/// A channel as it is written: by an operator, in the database, in the signed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelText {
    /// What it is.
    pub kind: Kind,
    /// `example.com` or `*.example.com` for all below; `help@example.com` or `*@example.com`; a number; a handle; an app's id.
    pub value: String,
    /// The network of an account, the system of an app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// SHA-256 of an app's file, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The release that this file is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

/// A channel of a tenant, in the one form in which channels are compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "ChannelText", into = "ChannelText")]
pub enum Channel {
    /// Websites.
    Domain(HostRule),
    /// Whom mail comes from.
    MailSender(MailRule),
    /// A telephone number: digits, with `+` where the country's code is among them.
    Phone(String),
    /// An account.
    Social {
        /// Where.
        platform: Social,
        /// Its name, in lower case, without `@`.
        handle: String,
    },
    /// A release of an app.
    App {
        /// The system that it is for.
        platform: System,
        /// The app's id, with its case.
        id: String,
        /// SHA-256 of the file, in lower case.
        sha256: String,
        /// Which release.
        release: String,
    },
}

/// Which hosts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostRule {
    /// This one and no other.
    One(String),
    /// All that are below this one, without it.
    Below(String),
}

/// Which senders of mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailRule {
    /// This one.
    One {
        /// In front of the `@`, in lower case.
        local: String,
        /// Behind it.
        host: String,
    },
    /// Everyone at this host.
    All(String),
}

/// Why something is no channel. Names the rule, never what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// No name of a host.
    #[error("a domain is the name of a host, or `*.` and the name above all that are meant")]
    Domain,
    /// A host that is not the tenant's alone.
    #[error("others have pages or names under this host; name the account as `social` instead")]
    Shared,
    /// No sender of mail.
    #[error("a mail sender is `name@host`, or `*@host` where the host is yours alone")]
    MailSender,
    /// No number.
    #[error("a phone number has 3 to 15 digits, with `+` in front of a country's code")]
    Phone,
    /// Not a network or system that is known.
    #[error("a social account or an app needs a platform that is known")]
    Platform,
    /// No name of an account.
    #[error("a handle has 1 to 64 letters, digits, `.`, `-`, `_`, and `/` behind the kind")]
    Handle,
    /// No id of an app.
    #[error("an app's id has 3 to 150 letters, digits, `.`, `-` and `_`")]
    AppId,
    /// No hash.
    #[error("an app needs the SHA-256 of its file, 64 hexadecimal digits")]
    Sha256,
    /// No name of a release.
    #[error("an app's release has 1 to 40 letters, digits, `.`, `+`, `-` and `_`")]
    Release,
    /// A key that this kind of channel does not have.
    #[error("this kind of channel has no platform, sha256 or release")]
    Fields,
}

/// Hosts of mail where everyone gets an address.
const MAIL_FOR_ALL: [&str; 35] = [
    "126.com",
    "139.com",
    "163.com",
    "189.cn",
    "aliyun.com",
    "aol.com",
    "foxmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "sina.cn",
    "sina.com",
    "sohu.com",
    "tutanota.com",
    "vip.163.com",
    "vip.qq.com",
    "yahoo.co.jp",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "yeah.net",
];

/// Does everyone get an address at a host of mail?
pub(super) fn is_mail_for_all(host: &str) -> bool {
    MAIL_FOR_ALL.contains(&host)
}

impl HostRule {
    fn read(text: &str) -> Result<Self, ChannelError> {
        let text = text.trim();
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let host = host::ascii(name).ok_or(ChannelError::Domain)?;
        // Nobody owns `*.com.cn`.
        if host::chosen(&host).is_empty() {
            return Err(ChannelError::Domain);
        }
        if platform::is_shared(&host) {
            return Err(ChannelError::Shared);
        }
        Ok(match below {
            true => Self::Below(host),
            false => Self::One(host),
        })
    }

    /// Returns the host that it names.
    pub fn host(&self) -> &str {
        match self {
            Self::One(host) | Self::Below(host) => host,
        }
    }

    pub(super) fn covers(&self, host: &str) -> bool {
        match self {
            Self::One(own) => own == host,
            Self::Below(own) => own != host && host::is_within(host, own),
        }
    }
}

impl MailRule {
    fn read(text: &str) -> Result<Self, ChannelError> {
        let (local, name) = text
            .trim()
            .rsplit_once('@')
            .ok_or(ChannelError::MailSender)?;
        let host = host::ascii(name).ok_or(ChannelError::MailSender)?;
        if local == "*" {
            let own = !is_mail_for_all(&host) && !host::chosen(&host).is_empty();
            return match own && !platform::is_shared(&host) {
                true => Ok(Self::All(host)),
                false => Err(ChannelError::MailSender),
            };
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-=".contains(&byte);
        let good = (1..=64).contains(&local.len()) && local.bytes().all(plain);
        let local = local.to_ascii_lowercase();
        good.then_some(Self::One { local, host })
            .ok_or(ChannelError::MailSender)
    }

    /// Returns the host behind the `@`.
    pub fn host(&self) -> &str {
        match self {
            Self::One { host, .. } | Self::All(host) => host,
        }
    }

    pub(super) fn covers(&self, local: &str, at: &str) -> bool {
        match self {
            Self::One { local: own, host } => own == local && host == at,
            Self::All(host) => host == at,
        }
    }
}

impl Channel {
    /// Returns what it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Domain(_) => Kind::Domain,
            Self::MailSender(_) => Kind::MailSender,
            Self::Phone(_) => Kind::Phone,
            Self::Social { .. } => Kind::Social,
            Self::App { .. } => Kind::App,
        }
    }

    fn app(text: ChannelText) -> Result<Self, ChannelError> {
        let platform = text.platform.as_deref().and_then(System::parse);
        let platform = platform.ok_or(ChannelError::Platform)?;
        let id = text.value.trim().to_owned();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(3..=150).contains(&id.len()) || !id.bytes().all(plain) {
            return Err(ChannelError::AppId);
        }
        let sha256 = text.sha256.ok_or(ChannelError::Sha256)?;
        let sha256 = file_hash(&sha256).ok_or(ChannelError::Sha256)?;
        let release = text.release.unwrap_or_default().trim().to_owned();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".+_-".contains(&byte);
        if !(1..=40).contains(&release.len()) || !release.bytes().all(plain) {
            return Err(ChannelError::Release);
        }
        Ok(Self::App {
            platform,
            id,
            sha256,
            release,
        })
    }
}

/// Returns the hash that a text is, in lower case.
pub(super) fn file_hash(text: &str) -> Option<String> {
    let text = text.trim();
    let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| text.to_ascii_lowercase())
}

fn account(text: &ChannelText) -> Result<Channel, ChannelError> {
    let platform = text.platform.as_deref().and_then(Social::parse);
    let platform = platform.ok_or(ChannelError::Platform)?;
    let value: String = text.value.nfkc().collect();
    let handle: String = platform::handle(&value).nfkc().collect();
    let plain = |ch: char| (ch.is_alphanumeric() || "._-/".contains(ch)) && !is_hidden(ch);
    let named = handle.split('/').all(|part| !part.is_empty()) && handle.matches('/').count() < 2;
    let good = (1..=64).contains(&handle.chars().count()) && handle.chars().all(plain) && named;
    good.then_some(Channel::Social { platform, handle })
        .ok_or(ChannelError::Handle)
}

impl TryFrom<ChannelText> for Channel {
    type Error = ChannelError;

    fn try_from(text: ChannelText) -> Result<Self, ChannelError> {
        let of_app = text.sha256.is_some() || text.release.is_some();
        let extra = match text.kind {
            Kind::App => false,
            Kind::Social => of_app,
            Kind::Domain | Kind::MailSender | Kind::Phone => of_app || text.platform.is_some(),
        };
        if extra {
            return Err(ChannelError::Fields);
        }
        match text.kind {
            Kind::Domain => HostRule::read(&text.value).map(Self::Domain),
            Kind::MailSender => MailRule::read(&text.value).map(Self::MailSender),
            Kind::Phone => phone(&text.value)
                .map(Self::Phone)
                .ok_or(ChannelError::Phone),
            Kind::Social => account(&text),
            Kind::App => Self::app(text),
        }
    }
}

impl From<Channel> for ChannelText {
    fn from(channel: Channel) -> Self {
        let kind = channel.kind();
        let (value, platform, file) = match channel {
            Channel::Domain(HostRule::One(host)) => (host, None, None),
            Channel::Domain(HostRule::Below(host)) => (format!("*.{host}"), None, None),
            Channel::MailSender(MailRule::One { local, host }) => {
                (format!("{local}@{host}"), None, None)
            }
            Channel::MailSender(MailRule::All(host)) => (format!("*@{host}"), None, None),
            Channel::Phone(number) => (number, None, None),
            Channel::Social { platform, handle } => (handle, Some(platform.name()), None),
            Channel::App {
                platform,
                id,
                sha256,
                release,
            } => (id, Some(platform.name()), Some((sha256, release))),
        };
        let (sha256, release) = file.unzip();
        Self {
            kind,
            value,
            platform: platform.map(str::to_owned),
            sha256,
            release,
        }
    }
}

/// As people read it, on one line.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = ChannelText::from(self.clone());
        match self {
            Self::Social { platform, handle } => write!(f, "{platform} @{handle}"),
            Self::App {
                platform,
                id,
                sha256,
                release,
            } => write!(f, "{platform} {id} {release} sha256:{sha256}"),
            Self::Domain(_) | Self::MailSender(_) | Self::Phone(_) => f.write_str(&text.value),
        }
    }
}
