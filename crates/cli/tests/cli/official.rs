//! A signed list is checked through the binary, without a service: what holds, what does not, what is on it.

use menshen_core::announcement::{Announcement, Kind, Texts};
use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::official::{self, Channel, ChannelText};
use menshen_core::time::{DAY, Millis};
use menshen_ledger::{OfficialFile, OfficialList, Signer, write_official};
use menshen_server::Clock;
use tempfile::TempDir;

use crate::shared::{Run, menshen};

fn signer(seed: u8) -> Signer {
    Signer::new("kyc.example", &[seed; 32]).unwrap()
}

fn tenant() -> TenantId {
    TenantId::new(Millis(1_763_800_000_000), [3; 10])
}

fn channel(kind: official::Kind, value: &str) -> Channel {
    let text = ChannelText {
        kind,
        value: value.to_owned(),
        platform: None,
        sha256: None,
        release: None,
    };
    Channel::try_from(text).unwrap()
}

/// A folder with signed lists of now and of last month, and the public key.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let now = Clock::system().now();
        let channels = OfficialList::channels(vec![
            channel(official::Kind::Domain, "menshen.com"),
            channel(official::Kind::Phone, "+86 400 123 4567"),
        ]);
        let announcements = OfficialList::announcements(vec![Announcement {
            id: AnnouncementId::new(now, [1; 10]),
            kind: Kind::Maintenance,
            starts_at: now,
            ends_at: now.plus(DAY),
            text: Texts {
                zh_cn: "系统维护".to_owned(),
                en: "The app is down for an hour".to_owned(),
            },
        }]);
        folder.put("channels", now, channels.clone(), 1);
        folder.put("announcements", now, announcements, 1);
        folder.put("old", now.plus(-30 * DAY), channels.clone(), 1);
        folder.put("stranger", now, channels, 2);
        std::fs::write(folder.path("keys"), signer(1).verifier().to_text()).unwrap();
        let list = std::fs::read_to_string(folder.path("channels")).unwrap();
        let sig = list.find("\"sig\":\"").unwrap() + 10;
        let mut forged = list.into_bytes();
        forged[sig] = if forged[sig] == b'A' { b'B' } else { b'A' };
        std::fs::write(folder.path("forged"), forged).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn put(&self, name: &str, at: Millis, list: OfficialList, seed: u8) {
        let file = OfficialFile {
            tenant: tenant(),
            name: "Menshen 门神".to_owned(),
            sandbox: false,
            number: 7,
            issued_at: at,
            expires_at: at.plus(7 * DAY),
            list,
        };
        let bytes = write_official(&file, &signer(seed)).unwrap();
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, what: &str, file: &str, further: &[&str]) -> Run {
        let (file, keys) = (self.path(file), self.path("keys"));
        let mut args = vec!["official", what, &file];
        args.extend(further);
        args.extend(["--key", &keys]);
        menshen(&args)
    }
}

#[test]
fn a_list_that_holds_is_printed_in_both_languages() {
    let folder = Folder::new();
    for (file, language, words) in [
        (
            "channels",
            "en",
            ["valid", "Website", "menshen.com", "+864001234567"],
        ),
        (
            "channels",
            "zh-CN",
            ["有效", "网站", "menshen.com", "Menshen 门神"],
        ),
        (
            "announcements",
            "en",
            ["valid", "Maintenance", "down for an hour", "number"],
        ),
        (
            "announcements",
            "zh-CN",
            ["有效", "维护", "系统维护", "编号"],
        ),
    ] {
        let run = folder.run("verify", file, &["--lang", language]);
        assert_eq!(run.code, 0, "{}", run.err);
        for word in words {
            assert!(run.out.contains(word), "{word}: {}", run.out);
        }
    }
    let line = folder.run("verify", "channels", &["--json"]).line();
    assert_eq!(line["valid"], true);
    assert_eq!(line["tenant"], tenant().to_string());
    assert_eq!(
        (&line["number"], &line["announcements"]),
        (&7.into(), &serde_json::Value::Null)
    );
    assert_eq!(line["channels"][0]["value"], "menshen.com");
}

#[test]
fn a_list_that_does_not_hold_ends_with_code_3_and_says_why_and_nothing_else() {
    let folder = Folder::new();
    let tenant = tenant().to_string();
    let other = TenantId::new(Millis(1), [4; 10]).to_string();
    for (file, further, why) in [
        ("forged", vec![], "bad_signature"),
        ("old", vec![], "expired"),
        ("stranger", vec![], "unknown_key"),
        ("keys", vec![], "malformed"),
        ("channels", vec!["--tenant", &other], "other_tenant"),
        ("channels", vec!["--at-least", "8"], "older"),
    ] {
        for (what, value) in [("verify", None), ("check", Some("menshen.com"))] {
            let args: Vec<&str> = value.into_iter().chain(further.clone()).collect();
            let run = folder.run(what, file, &args);
            assert_eq!(run.code, 3, "{file} {}{}", run.out, run.err);
            assert!(!run.out.contains("menshen.com"), "{}", run.out);
            let json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
            let run = folder.run(what, file, &json);
            assert_eq!(run.code, 3);
            let line = &run.lines()[0];
            assert_eq!(
                (&line["valid"], &line["why"]),
                (&false.into(), &why.into()),
                "{line}"
            );
        }
    }
    let run = folder.run(
        "verify",
        "channels",
        &["--tenant", &tenant, "--at-least", "7"],
    );
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn what_is_on_a_list_what_imitates_it_and_what_is_not_end_with_codes_of_their_own() {
    let folder = Folder::new();
    for (value, code, verdict, english, chinese) in [
        (
            "https://menshen.com/login",
            0,
            "official",
            "On our list",
            "在我们的名单上",
        ),
        (
            "https://rnenshen.com/login",
            4,
            "lookalike",
            "NOT on our list",
            "请勿打开",
        ),
        (
            "https://example.com",
            5,
            "unknown",
            "not on our list",
            "不在我们的名单上",
        ),
    ] {
        let run = folder.run("check", "channels", &[value]);
        assert_eq!(run.code, code, "{value} {}", run.err);
        assert!(run.out.contains(english), "{}", run.out);
        let run = folder.run("check", "channels", &[value, "--lang", "zh-CN"]);
        assert_eq!(run.code, code);
        assert!(run.out.contains(chinese), "{}", run.out);
        let run = folder.run("check", "channels", &[value, "--json"]);
        let line = &run.lines()[0];
        assert_eq!(
            (run.code, &line["verdict"]),
            (code, &verdict.into()),
            "{line}"
        );
    }
    let run = folder.run("check", "announcements", &["menshen.com"]);
    assert_eq!(run.code, 2, "{}", run.out);
}

#[test]
fn a_key_may_stand_on_the_command_line() {
    let folder = Folder::new();
    let (file, key) = (folder.path("channels"), signer(1).verifier().to_text());
    let run = menshen(&["official", "verify", &file, "--key", key.trim()]);
    assert_eq!(run.code, 0, "{}", run.err);
    let wrong = signer(2).verifier().to_text();
    let run = menshen(&["official", "verify", &file, "--key", wrong.trim()]);
    assert_eq!(run.code, 3, "{}", run.out);
    let run = menshen(&["official", "verify", &file, "--key", "no-such-file"]);
    assert_eq!(run.code, 2, "{}", run.out);
}
