//! Names of hosts as a browser takes them, and which part of one is its owner's.

/// Longest name of a host and of one label, in bytes (RFC 1035).
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Labels before a country's under which anyone registers a name: `com.cn`, `co.uk`. Not the whole of the Public Suffix List: what
/// is missing here makes the search for look-alikes blunter, and nothing official.
const SECOND: [&str; 14] = [
    "ac", "co", "com", "edu", "gob", "go", "gov", "ltd", "mil", "ne", "net", "nom", "or", "org",
];
/// Hosts below which anyone gets a name of their own.
const SHARED: [&str; 27] = [
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "fly.dev",
    "framer.app",
    "gitbook.io",
    "gitee.io",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "myshopify.com",
    "netlify.app",
    "notion.site",
    "onrender.com",
    "pages.dev",
    "r2.dev",
    "s3.amazonaws.com",
    "sites.google.com",
    "tumblr.com",
    "vercel.app",
    "web.app",
    "webflow.io",
    "weebly.com",
    "wixsite.com",
    "wordpress.com",
    "workers.dev",
    "zendesk.com",
];

/// Returns a host's name in the one form in which names are compared, ASCII in lower case: where a browser would go. `None` for
/// what is no name of two labels or more, and for addresses in numbers.
pub(super) fn ascii(text: &str) -> Option<String> {
    let host = idna::domain_to_ascii(text).ok()?;
    let host = host.strip_suffix('.').unwrap_or(&host);
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    let label =
        |label: &str| (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(plain);
    let (_, last) = host.rsplit_once('.')?;
    // A last label that begins with a digit is a number to browsers, and the name of nothing.
    let named = !last.starts_with(|ch: char| ch.is_ascii_digit());
    (host.len() <= LONGEST && named && host.split('.').all(label)).then(|| host.to_owned())
}

/// Returns a host's name as people read it.
pub(super) fn unicode(host: &str) -> String {
    idna::domain_to_unicode(host).0
}

/// Does anyone get a name of their own below a host?
pub(super) fn is_shared(host: &str) -> bool {
    SHARED.contains(&host)
}

/// Is a host another one, or below it?
pub(super) fn is_within(host: &str, of: &str) -> bool {
    let front = host.strip_suffix(of);
    front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Returns the number of labels at the end that are nobody's own.
fn n_public(labels: &[&str], host: &str) -> usize {
    let shared = SHARED
        .iter()
        .find(|shared| **shared != host && is_within(host, shared));
    if let Some(shared) = shared {
        return shared.split('.').count();
    }
    match labels {
        [.., second, last] if last.len() == 2 && SECOND.contains(second) => 2,
        _ => 1,
    }
}

/// Returns the labels that somebody has chosen, the owner's name last: `login.menshen.com.cn` is `login` and `menshen`.
pub(super) fn chosen(host: &str) -> Vec<&str> {
    let mut labels: Vec<&str> = host.split('.').collect();
    let n = n_public(&labels, host);
    labels.truncate(labels.len().saturating_sub(n));
    labels
}

/// Returns the part of a host under which everything is one owner's: `menshen.com.cn`.
pub(super) fn registrable(host: &str) -> &str {
    let labels: Vec<&str> = host.split('.').collect();
    let n = n_public(&labels, host) + 1;
    let front = labels.len().saturating_sub(n);
    let skipped: usize = labels[..front].iter().map(|label| label.len() + 1).sum();
    &host[skipped..]
}
