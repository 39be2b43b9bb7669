//! Deliveries to addresses that integrators name. Hostile by assumption: the address may point inside, its name may
//! change its mind, its server may redirect, stall or answer without end.

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::OutboundError;
use super::names::{Checked, NameError, Names, Rule};
use crate::config::Webhooks;

/// Longest address in bytes.
const LONGEST_URL: usize = 2_048;
/// How much of an answer is read before the connection is closed.
const MOST_ANSWER: usize = 64 * 1024;
/// For how long an answer is read after its status.
const HEAR: Duration = Duration::from_millis(500);
/// Ports below 1024 that a receiver may have. On others stand mail servers, name servers, shells.
const LOW_PORTS: [u16; 2] = [80, 443];
/// How long the name of a new address is looked up.
const LOOK_UP: Duration = Duration::from_secs(5);

/// A delivery, signed.
pub struct Delivery<'a> {
    /// The event's id, the same in every try.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub timestamp: i64,
    /// Signatures, with spaces between them.
    pub signature: &'a str,
    /// The body: JSON without personal data.
    pub body: String,
}

/// Why an address is not taken. The texts name rules and never the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// Why a delivery had no answer, as a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookError {
    /// The address is none that we may be sent to.
    Refused,
    /// Nobody listens, or the way there is broken.
    Unreachable,
    /// No answer came in time.
    TimedOut,
}

impl HookError {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "address_refused",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
        }
    }
}

/// The clients of deliveries.
pub struct Hooks {
    names: Arc<Names>,
    tls: (Client, Rule),
    /// Without TLS, and only to private addresses.
    plain: Option<(Client, Rule)>,
}

impl Hooks {
    /// Returns the clients of a configuration.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub fn new(config: &Webhooks) -> Result<Self, OutboundError> {
        let names = Arc::new(Names::default());
        let of = |rule| Ok((client(config, &names, rule)?, rule));
        let (tls, plain) = match config.allow_private {
            false => (of(Rule::Public)?, None),
            true => (of(Rule::Both)?, Some(of(Rule::Private)?)),
        };
        Ok(Self { names, tls, plain })
    }

    /// Returns where names are looked up.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Reads an address and looks its name up.
    ///
    /// # Errors
    /// [`Refused`] names the broken rule.
    pub async fn check(&self, text: &str) -> Result<(), Refused> {
        let (url, (_, rule)) = self.read(text)?;
        let Some(name) = url.domain() else {
            return Ok(());
        };
        let found = tokio::time::timeout(LOOK_UP, self.names.find(name, *rule)).await;
        match found {
            Ok(Ok(_)) => Ok(()),
            // Whether there is such a name inside is nobody's business.
            _ => Err(Refused("url must lead to public addresses only")),
        }
    }

    /// Reads an address, and chooses the client for it.
    fn read(&self, text: &str) -> Result<(Url, &(Client, Rule)), Refused> {
        let url = Url::parse(text).map_err(|_| Refused("url is no address"))?;
        if text.len() > LONGEST_URL {
            return Err(Refused("url is longer than 2048 bytes"));
        }
        let way = match (url.scheme(), &self.plain) {
            ("https", _) => &self.tls,
            ("http", Some(plain)) => plain,
            _ => return Err(Refused("url must begin with https://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused("url must hold no name and no password"));
        }
        if url.fragment().is_some() {
            return Err(Refused("url must have no fragment"));
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if port < 1024 && !LOW_PORTS.contains(&port) {
            return Err(Refused("url must have port 443, 80, or one from 1024 on"));
        }
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match literal.parse::<IpAddr>() {
            Ok(address) if !way.1.allows(address) => {
                Err(Refused("url must lead to public addresses only"))
            }
            Err(_) if url.domain().is_none_or(str::is_empty) => Err(Refused("url has no host")),
            _ => Ok((url, way)),
        }
    }

    /// Sends a delivery; returns the HTTP status of the answer, whatever it is.
    ///
    /// # Errors
    /// [`HookError`].
    pub async fn send(&self, url: &str, delivery: Delivery<'_>) -> Result<u16, HookError> {
        let (url, (client, _)) = self.read(url).map_err(|_| HookError::Refused)?;
        let answer = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("menshen/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", delivery.id)
            .header("webhook-timestamp", delivery.timestamp)
            .header("webhook-signature", delivery.signature)
            .body(delivery.body)
            .send()
            .await
            .map_err(|error| why(&error))?;
        let status = answer.status().as_u16();
        // The answer is the status: whoever goes on talking holds no lane with it.
        let _ = tokio::time::timeout(HEAR, hear_out(answer)).await;
        Ok(status)
    }
}

fn client(config: &Webhooks, names: &Arc<Names>, rule: Rule) -> Result<Client, OutboundError> {
    // A process has one provider; another client may have chosen the same before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let names = Arc::clone(names);
    Client::builder()
        .timeout(Duration::from_secs(config.timeout_s))
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        // Each try looks its name up and connects to what was found: nothing is left open.
        .pool_max_idle_per_host(0)
        .dns_resolver(Checked { names, rule })
        .build()
        .map_err(OutboundError::Webhooks)
}

/// Reads what the receiver has to say, up to a limit, so that it does not see a broken connection.
async fn hear_out(mut answer: Response) {
    let mut heard = 0;
    while let Ok(Some(piece)) = answer.chunk().await {
        heard += piece.len();
        if heard > MOST_ANSWER {
            break;
        }
    }
}

fn why(error: &reqwest::Error) -> HookError {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.downcast_ref() == Some(&NameError::Refused) {
            return HookError::Refused;
        }
        source = cause.source();
    }
    match error.is_timeout() {
        true => HookError::TimedOut,
        false => HookError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Addresses that nobody may send us to, in IPv4.
    const INSIDE: [[u8; 4]; 26] = [
        [0, 0, 0, 0],
        [0, 1, 2, 3],
        [10, 0, 0, 1],
        [10, 255, 255, 254],
        [100, 64, 0, 1],
        [100, 100, 100, 200],
        [127, 0, 0, 1],
        [127, 1, 2, 3],
        [168, 63, 129, 16],
        [169, 254, 169, 254],
        [169, 254, 170, 2],
        [172, 16, 0, 1],
        [172, 31, 255, 254],
        [192, 0, 0, 192],
        [192, 0, 2, 1],
        [192, 88, 99, 1],
        [192, 168, 0, 1],
        [192, 168, 255, 254],
        [198, 18, 0, 1],
        [198, 51, 100, 1],
        [203, 0, 113, 1],
        [224, 0, 0, 1],
        [239, 255, 255, 250],
        [240, 0, 0, 1],
        [255, 255, 255, 254],
        [255, 255, 255, 255],
    ];
    /// The same in IPv6.
    const INSIDE_V6: [&str; 16] = [
        "::",
        "::1",
        "::2",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff05::2",
        "4000::1",
    ];

    /// Every way to write an address of IPv4 that parsers of the web know, and every way to hide it in IPv6.
    fn forms(address: Ipv4Addr) -> Vec<String> {
        let [a, b, c, d] = address.octets();
        let n = address.to_bits();
        let six = |high: u128| format!("[{}]", Ipv6Addr::from_bits(high | u128::from(n)));
        let (six_to_four, teredo) = (0x2002_u128 << 112, 0x2001_0000_u128 << 96);
        vec![
            format!("{address}"),
            format!("{address}."),
            format!("{n}"),
            format!("0x{n:x}"),
            format!("0{n:o}"),
            format!("{a}.{}", n & 0xff_ffff),
            format!("{a}.{b}.{}", n & 0xffff),
            format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a}.{b}.{c}.{d}%2e"),
            format!("{a}\u{3002}{b}\u{3002}{c}\u{3002}{d}"),
            six(0xffff << 32),
            six(0),
            six(0x0064_ff9b << 96),
            six(0x0064_ff9b_0001 << 80),
            format!(
                "[{}]",
                Ipv6Addr::from_bits(six_to_four | u128::from(n) << 80)
            ),
            format!("[{}]", Ipv6Addr::from_bits(teredo | u128::from(!n))),
        ]
    }

    fn hostile() -> Vec<String> {
        let mut urls: Vec<String> = INSIDE
            .iter()
            .flat_map(|octets| forms(Ipv4Addr::from(*octets)))
            .map(|host| format!("https://{host}/hook"))
            .collect();
        urls.extend(INSIDE_V6.map(|address| format!("https://[{address}]/hook")));
        let low = (1..1024)
            .step_by(11)
            .filter(|port| !LOW_PORTS.contains(port));
        urls.extend(low.map(|port| format!("https://1.1.1.1:{port}/hook")));
        for scheme in [
            "http",
            "ftp",
            "file",
            "gopher",
            "ws",
            "wss",
            "data",
            "javascript",
            "unix",
        ] {
            urls.push(format!("{scheme}://1.1.1.1/hook"));
        }
        for odd in [
            "user@1.1.1.1",
            "user:pass@1.1.1.1",
            ":pass@1.1.1.1",
            "1.1.1.1@127.0.0.1",
            "1.1.1.1\\@127.0.0.1#",
        ] {
            urls.push(format!("https://{odd}/hook"));
        }
        for name in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "inside.test",
            "mixed.test",
            "mapped.test",
            "none.test",
            " ",
        ] {
            urls.push(format!("https://{name}/hook"));
        }
        urls.push("https://1.1.1.1/#fragment".to_owned());
        urls.push(format!("https://1.1.1.1/{}", "a".repeat(LONGEST_URL)));
        urls
    }

    #[tokio::test]
    async fn no_address_of_the_list_is_taken_and_none_is_sent_to() {
        let hooks = Hooks::new(&Webhooks::default()).unwrap();
        let set = |name: &str, addresses: &[&str]| {
            let addresses: Vec<_> = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
            hooks.names().set(name, &addresses);
        };
        for name in ["localhost", "localhost."] {
            set(name, &["127.0.0.1", "::1"]);
        }
        set("inside.test", &["192.168.1.1"]);
        set("mixed.test", &["1.1.1.1", "10.0.0.1"]);
        set("mapped.test", &["::ffff:1.1.1.1"]);
        set("none.test", &[]);
        let urls = hostile();
        assert!(urls.len() >= 500, "{}", urls.len());
        for url in &urls {
            assert!(hooks.check(url).await.is_err(), "{url}");
            let delivery = Delivery {
                id: "1",
                timestamp: 0,
                signature: "",
                body: String::new(),
            };
            let sent = hooks.send(url, delivery).await;
            let nowhere = [Err(HookError::Refused), Err(HookError::Unreachable)];
            assert!(nowhere.contains(&sent), "{url} {sent:?}");
            assert!(url.contains("none.test") || sent == nowhere[0], "{url}");
        }
        println!("{} hostile addresses, 0 taken", urls.len());
        set("good.test", &["1.1.1.1", "2606:4700::1111"]);
        for url in [
            "https://good.test/hook",
            "https://good.test:8443/?a=b",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(hooks.check(url).await, Ok(()), "{url}");
        }
    }

    /// Answers one request with a status, and with a body that has no end.
    async fn drip(listener: tokio::net::TcpListener) {
        let (mut stream, _) = listener.accept().await.unwrap();
        let n_read = stream.read(&mut [0; 4_096]).await.unwrap();
        assert!(n_read > 0);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n";
        stream.write_all(head).await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    }

    #[tokio::test]
    async fn a_body_without_end_holds_nobody_up() {
        let config = Webhooks {
            allow_private: true,
            timeout_s: 15,
        };
        let hooks = Hooks::new(&config).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let delivery = Delivery {
            id: "1",
            timestamp: 0,
            signature: "",
            body: String::new(),
        };
        let sent = async {
            let most = Duration::from_secs(5);
            tokio::time::timeout(most, hooks.send(&url, delivery)).await
        };
        tokio::select! {
            sent = sent => assert_eq!(sent.unwrap(), Ok(200)),
            () = drip(listener) => {}
        }
    }
}
