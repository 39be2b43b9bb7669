//! Is this ours? Official, an imitation of what is official, or unknown; never "safe".

use super::channel::{Channel, MailRule, is_mail_for_all};
use super::host;
use super::likeness::{Likeness, Look, likeness, n_wrong};
use super::value::{Value, read};
use super::words::Meaning;

/// What a text is to a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The tenant has named it. What that means is no promise about what stands there.
    Official {
        /// What the match means.
        meaning: Meaning,
        /// The channels that it is.
        channels: Vec<&'a Channel>,
    },
    /// It imitates what the tenant has named.
    Lookalike {
        /// How.
        how: Likeness,
        /// Which channel.
        of: &'a Channel,
    },
    /// A name that is the tenant's on these networks, and was given without saying where: it may be another's elsewhere.
    Where {
        /// The accounts.
        channels: Vec<&'a Channel>,
    },
    /// The tenant has not named it.
    Unknown,
}

impl<'a> Verdict<'a> {
    /// Returns the word for machines. A name without its place is as unknown as any other.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Official { .. } => "official",
            Self::Lookalike { .. } => "lookalike",
            Self::Where { .. } | Self::Unknown => "unknown",
        }
    }

    /// Returns the channels that it is about.
    pub fn channels(&self) -> Vec<&'a Channel> {
        match self {
            Self::Official { channels, .. } | Self::Where { channels } => channels.clone(),
            Self::Lookalike { of, .. } => vec![of],
            Self::Unknown => Vec::new(),
        }
    }
}

/// Tells what a text is to the tenant whose channels these are. An address is read as a browser reads it; a name on a network is
/// the tenant's only where the network is said with it.
pub fn check<'a>(text: &str, channels: &'a [Channel]) -> Verdict<'a> {
    let value = read(text);
    let of = |channel: &'a Channel| is(&value, channel).map(|meaning| (meaning, channel));
    let found: Vec<(Meaning, &Channel)> = channels.iter().filter_map(of).collect();
    if let Some(meaning) = found.iter().map(|(meaning, _)| *meaning).min() {
        let same = found.iter().filter(|(own, _)| *own == meaning);
        let channels = same.map(|(_, channel)| *channel).collect();
        return Verdict::Official { meaning, channels };
    }
    let placeless = |channel: &&Channel| match (&value, channel) {
        (Value::Name(name), Channel::Social { handle, .. }) => name == handle,
        _ => false,
    };
    let placeless: Vec<&Channel> = channels.iter().filter(placeless).collect();
    if !placeless.is_empty() {
        return Verdict::Where {
            channels: placeless,
        };
    }
    match imitated(&value, channels) {
        Some((how, of)) => Verdict::Lookalike { how, of },
        None => Verdict::Unknown,
    }
}

/// Returns what it means that a value is a channel, where it is.
fn is(value: &Value, channel: &Channel) -> Option<Meaning> {
    let (is, meaning) = match (value, channel) {
        (Value::Host { host, .. }, Channel::Domain(rule)) => (rule.covers(host), Meaning::Domain),
        (Value::Host { bare, .. }, Channel::App { id, .. }) => {
            (bare.as_ref() == Some(id), Meaning::AppId)
        }
        (Value::App(system, own), Channel::App { platform, id, .. }) => {
            (system == platform && own == id, Meaning::AppId)
        }
        (Value::File(hash), Channel::App { sha256, .. }) => (hash == sha256, Meaning::AppFile),
        (Value::Mail { local, host }, Channel::MailSender(rule)) => {
            (rule.covers(local, host), Meaning::MailSender)
        }
        (Value::Phone(number), Channel::Phone(own)) => (number == own, Meaning::Phone),
        (Value::Account(social, name), Channel::Social { platform, handle }) => {
            (social == platform && name == handle, Meaning::Social)
        }
        _ => (false, Meaning::Domain),
    };
    is.then_some(meaning)
}

/// Returns the channel that a value imitates most plainly, and how.
fn imitated<'a>(value: &Value, channels: &'a [Channel]) -> Option<(Likeness, &'a Channel)> {
    if let Value::Phone(number) = value {
        let near = |channel: &&Channel| match channel {
            Channel::Phone(own) => is_near_number(number, own),
            _ => false,
        };
        return channels.iter().find(near).map(|own| (Likeness::Typo, own));
    }
    if host_of(value).is_some_and(|host| is_own_place(host, channels)) {
        return None;
    }
    let looks = names(value);
    let ids = app_id(value);
    let mut best: Option<(Likeness, &Channel)> = None;
    for channel in channels {
        let own = own_names(channel);
        let pairs = looks
            .iter()
            .flat_map(|look| own.iter().map(move |own| (look, own)));
        let by_name = pairs.filter_map(|(look, own)| likeness(look, own));
        let by_id = ids.as_deref().and_then(|id| like_app(id, channel));
        let how = by_name.chain(by_id).min();
        best = match (how, best) {
            (Some(how), None) => Some((how, channel)),
            (Some(how), Some((least, _))) if how < least => Some((how, channel)),
            _ => best,
        };
    }
    best
}

fn host_of(value: &Value) -> Option<&str> {
    match value {
        Value::Host { host, .. } | Value::Mail { host, .. } => Some(host),
        _ => None,
    }
}

/// Is a host within what is the tenant's own, though not named? Nobody else can make names there, so it imitates nothing.
fn is_own_place(host: &str, channels: &[Channel]) -> bool {
    let own = |channel: &Channel| match channel {
        Channel::Domain(rule) => Some(host::registrable(rule.host()) == host::registrable(host)),
        Channel::MailSender(rule) => Some(
            !is_mail_for_all(rule.host())
                && host::registrable(rule.host()) == host::registrable(host),
        ),
        _ => None,
    };
    channels.iter().filter_map(own).any(|own| own)
}

/// Returns what names a value shows to people.
fn names(value: &Value) -> Vec<Look> {
    let of_host = |host: &str| -> Vec<Look> {
        let labels = host::chosen(host);
        labels
            .iter()
            .map(|label| Look::new(&host::unicode(label)))
            .collect()
    };
    match value {
        Value::Host { host, user, .. } => {
            let mut looks = of_host(host);
            looks.extend(user.split('.').map(Look::new));
            looks
        }
        Value::Mail { local, host } => {
            let mut looks = of_host(host);
            looks.push(Look::new(local));
            looks
        }
        Value::Account(_, name) | Value::Name(name) => {
            let last = name.rsplit('/').next().unwrap_or(name);
            vec![Look::new(last), Look::new(name)]
        }
        Value::App(_, id) => id.split('.').map(Look::new).collect(),
        Value::File(_) | Value::Phone(_) => Vec::new(),
    }
}

/// Returns the names of a channel by which others would pretend to be it.
fn own_names(channel: &Channel) -> Vec<Look> {
    let of_host = |host: &str| {
        let label = host::chosen(host).last().map(|label| host::unicode(label));
        label.map(|label| Look::new(&label))
    };
    let names: Vec<Look> = match channel {
        Channel::Domain(rule) => of_host(rule.host()).into_iter().collect(),
        // Where everyone gets an address, the name is in front; elsewhere `support` and the like stand there.
        Channel::MailSender(MailRule::One { local, host }) if is_mail_for_all(host) => {
            vec![Look::new(local)]
        }
        Channel::MailSender(rule) => of_host(rule.host()).into_iter().collect(),
        Channel::Social { handle, .. } => {
            vec![Look::new(handle.rsplit('/').next().unwrap_or(handle))]
        }
        Channel::App { id, .. } => {
            let labels: Vec<&str> = id.split('.').collect();
            let owner = labels.get(1).filter(|_| labels.len() > 2);
            owner.map(|label| Look::new(label)).into_iter().collect()
        }
        Channel::Phone(_) => Vec::new(),
    };
    let bare: Vec<Look> = names.iter().filter_map(Look::bare).collect();
    names.into_iter().chain(bare).filter(Look::is_own).collect()
}

fn app_id(value: &Value) -> Option<String> {
    match value {
        Value::App(_, id) => Some(id.clone()),
        Value::Host { bare, .. } => bare.clone(),
        _ => None,
    }
}

/// Returns how an app's id imitates another as a whole.
fn like_app(id: &str, channel: &Channel) -> Option<Likeness> {
    let Channel::App { id: own, .. } = channel else {
        return None;
    };
    // The number in a shop looks like any other.
    if !own.contains('.') {
        return None;
    }
    match id.eq_ignore_ascii_case(own) && id != own {
        true => Some(Likeness::Confusable),
        false => likeness(&Look::new(id), &Look::new(own)),
    }
}

/// Shortest numbers, in digits, of which one digit may be wrong: service numbers differ by one from those of others.
const LONG_NUMBER: usize = 7;
/// Digits of a country's code, at most.
const COUNTRY: usize = 3;

/// Is a number another with a digit wrong, or with another country's code?
fn is_near_number(number: &str, own: &str) -> bool {
    let digits = |text: &str| -> Vec<char> { text.chars().filter(char::is_ascii_digit).collect() };
    let (a, b) = (digits(number), digits(own));
    // The same number without its country's code is not told from another country's: unknown, and no imitation.
    let same_without = !number.starts_with('+') && b.ends_with(&a);
    if b.len() < LONG_NUMBER || same_without {
        return false;
    }
    let ends_alike = {
        let same = a
            .iter()
            .rev()
            .zip(b.iter().rev())
            .take_while(|(x, y)| x == y);
        let n = same.count();
        let both = number.starts_with('+') && own.starts_with('+');
        both && n >= LONG_NUMBER && a.len() - n <= COUNTRY && b.len() - n <= COUNTRY
    };
    (n_wrong(&a, &b) == 1 && a.len() >= LONG_NUMBER) || ends_alike
}
