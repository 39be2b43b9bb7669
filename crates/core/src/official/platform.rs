//! Networks and systems by name, and which address belongs to which account on them.

use std::fmt;

use url::Url;

use super::host;

/// Gives an enum its words on the wire, in both directions.
macro_rules! names {
    ($(#[doc = $doc:literal] $type:ident { $($name:ident $word:literal $meaning:literal,)* })*) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
            pub enum $type { $(#[doc = $meaning] $name,)* }

            impl $type {
                /// Every one.
                pub const ALL: &'static [Self] = &[$(Self::$name),*];

                /// Returns the name on the wire.
                pub const fn name(self) -> &'static str {
                    match self { $(Self::$name => $word,)* }
                }

                /// Returns the one of a name.
                pub fn parse(name: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|one| one.name() == name)
                }
            }

            impl fmt::Display for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.name())
                }
            }
        )*
    };
}

names! {
    #[doc = "A network on which a tenant has an account."]
    Social {
        Discord "discord" "Discord, by the code of an invitation.",
        Douyin "douyin" "Douyin.",
        Facebook "facebook" "Facebook.",
        Github "github" "GitHub.",
        Instagram "instagram" "Instagram.",
        Line "line" "LINE.",
        Linkedin "linkedin" "LinkedIn; `company/NAME` or `in/NAME`.",
        Medium "medium" "Medium.",
        Reddit "reddit" "Reddit; `r/NAME` or `user/NAME`.",
        Telegram "telegram" "Telegram.",
        Tiktok "tiktok" "TikTok.",
        Wechat "wechat" "WeChat, by the account's id.",
        Weibo "weibo" "Weibo.",
        Whatsapp "whatsapp" "WhatsApp, by the number's digits.",
        X "x" "X.",
        Xiaohongshu "xiaohongshu" "Xiaohongshu.",
        Youtube "youtube" "YouTube; a handle, or `channel/ID`.",
    }
    #[doc = "A system that an app is for."]
    System {
        Android "android" "Android, by the package's name.",
        Harmony "harmony" "HarmonyOS.",
        Ios "ios" "iOS or iPadOS, by the bundle's id, or `id` and the number in the App Store.",
        Linux "linux" "Linux.",
        Macos "macos" "macOS.",
        Windows "windows" "Windows.",
    }
}

/// Whose pages stand under which host. `www.`, `m.` and `mobile.` before it are the same.
const SITES: [(&str, Social); 27] = [
    ("discord.com", Social::Discord),
    ("discord.gg", Social::Discord),
    ("douyin.com", Social::Douyin),
    ("facebook.com", Social::Facebook),
    ("fb.com", Social::Facebook),
    ("fb.me", Social::Facebook),
    ("github.com", Social::Github),
    ("instagram.com", Social::Instagram),
    ("line.me", Social::Line),
    ("lin.ee", Social::Line),
    ("linkedin.com", Social::Linkedin),
    ("medium.com", Social::Medium),
    ("reddit.com", Social::Reddit),
    ("t.me", Social::Telegram),
    ("telegram.me", Social::Telegram),
    ("telegram.dog", Social::Telegram),
    ("tiktok.com", Social::Tiktok),
    ("twitter.com", Social::X),
    ("wa.me", Social::Whatsapp),
    ("weibo.cn", Social::Weibo),
    ("weibo.com", Social::Weibo),
    ("weixin.qq.com", Social::Wechat),
    ("whatsapp.com", Social::Whatsapp),
    ("x.com", Social::X),
    ("xhslink.com", Social::Xiaohongshu),
    ("xiaohongshu.com", Social::Xiaohongshu),
    ("youtube.com", Social::Youtube),
];
/// The shops of Android and of Apple.
const PLAY: &str = "play.google.com";
const APP_STORE: &str = "apps.apple.com";
/// First parts of a path that say what kind of account the second one names: two kinds are two accounts.
const SPACES: [&str; 11] = [
    "c", "channel", "company", "groups", "in", "joinchat", "r", "school", "showcase", "u", "user",
];

/// What an address on a site of many people names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// An account; the handle is empty on pages of the network itself.
    Account(Social, String),
    /// An app in a shop.
    App(System, String),
}

/// Returns the network whose pages stand under a host.
fn site(host: &str) -> Option<Social> {
    let plain = ["www.", "m.", "mobile."];
    let plain = plain.iter().find_map(|front| host.strip_prefix(front));
    let host = plain.unwrap_or(host);
    let found = SITES.iter().find(|(site, _)| *site == host);
    found.map(|(_, social)| *social)
}

/// Do pages or names of many people stand under a host, so that it is nobody's own?
pub(super) fn is_shared(host: &str) -> bool {
    site(host).is_some() || [PLAY, APP_STORE].contains(&host) || host::is_shared(host)
}

/// Returns what an address on such a site names; `None` for any other site.
pub(super) fn page(host: &str, url: &Url) -> Option<Page> {
    if host == PLAY {
        let id = url.query_pairs().find(|(key, _)| key == "id");
        let id = id.map(|(_, id)| id.into_owned()).unwrap_or_default();
        return Some(Page::App(System::Android, id));
    }
    let parts: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    if host == APP_STORE {
        let is_id = |part: &&String| {
            let digits = part.strip_prefix("id");
            digits.is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        let id = parts.iter().find(is_id).cloned().unwrap_or_default();
        return Some(Page::App(System::Ios, id));
    }
    let social = site(host)?;
    Some(Page::Account(social, account(social, &parts)))
}

fn account(social: Social, parts: &[String]) -> String {
    let (first, rest) = match parts {
        [] => return String::new(),
        [first, rest @ ..] => (first.as_str(), rest),
    };
    match rest.first() {
        // A preview of a channel, a page of invitation: the name comes second.
        Some(second) if social == Social::Telegram && first == "s" => handle(second),
        Some(second) if social == Social::Discord && first == "invite" => handle(second),
        Some(second) if SPACES.contains(&first) => format!("{first}/{}", handle(second)),
        _ => handle(first),
    }
}

/// Returns a handle as handles are compared: without the sign in front, and without case.
pub(super) fn handle(text: &str) -> String {
    let text = text.trim();
    text.strip_prefix('@').unwrap_or(text).to_lowercase()
}

/// Undoes the escapes of a part of a path; what is no escape, or no text, stays as it is.
fn decode(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        rest = match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                &tail[2..]
            }
            None => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
