//! What is official, what imitates it, what is neither: many cases through the one door.

use proptest::prelude::*;

use super::value::{Value, read};
use super::{Channel, ChannelError, ChannelText, Fault, Kind, Likeness, Meaning, Verdict, check};
use crate::{Catalogue, Locale};

fn text(kind: Kind, value: &str) -> ChannelText {
    ChannelText {
        kind,
        value: value.to_owned(),
        platform: None,
        sha256: None,
        release: None,
    }
}

fn of(kind: Kind, value: &str) -> Channel {
    Channel::try_from(text(kind, value)).expect("a channel")
}

fn on(platform: &str, value: &str) -> Channel {
    let text = ChannelText {
        platform: Some(platform.to_owned()),
        ..text(Kind::Social, value)
    };
    Channel::try_from(text).expect("an account")
}

fn app(platform: &str, value: &str, sha256: &str) -> Channel {
    let text = ChannelText {
        platform: Some(platform.to_owned()),
        sha256: Some(sha256.to_owned()),
        release: Some("3.2.0".to_owned()),
        ..text(Kind::App, value)
    };
    Channel::try_from(text).expect("an app")
}

fn hash() -> String {
    "0123456789abcdef".repeat(4)
}

/// What an exchange would name.
fn ours() -> Vec<Channel> {
    vec![
        of(Kind::Domain, "menshen.com"),
        of(Kind::Domain, "*.menshen.com"),
        of(Kind::Domain, "okx.com"),
        of(Kind::Domain, "门神交易.中国"),
        of(Kind::MailSender, "*@menshen.com"),
        of(Kind::MailSender, "notice@mail.okx.com"),
        of(Kind::Phone, "+86 400-123-4567"),
        of(Kind::Phone, "95588"),
        on("telegram", "@Menshen_Official"),
        on("x", "menshen"),
        on("linkedin", "company/menshen"),
        app("android", "com.menshen.app", &hash()),
        app("ios", "id1234567890", &"f".repeat(64)),
    ]
}

/// A verdict in words.
fn said(value: &str) -> String {
    match check(value, &ours()) {
        Verdict::Official { meaning, .. } => format!("{meaning:?}"),
        Verdict::Lookalike { how, .. } => format!("like {how:?}"),
        Verdict::Where { .. } => "where".to_owned(),
        Verdict::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn what_is_official_is_known_in_every_form_and_nothing_else_is() {
    for (value, expected) in [
        // Addresses, as a browser reads them.
        ("menshen.com", "Domain"),
        (" https://MENSHEN.com/login?next=/ ", "Domain"),
        ("HTTPS:\\\\menshen.com\\login", "Domain"),
        ("http:menshen.com", "Domain"),
        ("menshen.com.", "Domain"),
        ("https://evil.io@menshen.com/", "Domain"),
        ("menshen.com:8443/x", "Domain"),
        ("https://www.menshen.com", "Domain"),
        ("a.b.menshen.com", "Domain"),
        ("ｍｅｎｓｈｅｎ．ｃｏｍ", "Domain"),
        ("https://men\u{ad}shen。com", "Domain"),
        ("https://%6denshen.com", "Domain"),
        ("https://门神交易.中国/下载", "Domain"),
        ("xn--tlq248ckun720a.xn--fiqs8s", "Domain"),
        // One host is named, those below it are not.
        ("okx.com", "Domain"),
        ("www.okx.com", "unknown"),
        // Mail.
        ("help@menshen.com", "MailSender"),
        ("Menshen <Help@MENSHEN.com>", "MailSender"),
        ("mailto:help@menshen.com?subject=x", "MailSender"),
        ("notice@mail.okx.com", "MailSender"),
        ("other@mail.okx.com", "unknown"),
        ("help@a.menshen.com", "unknown"),
        // Numbers.
        ("+864001234567", "Phone"),
        ("0086 (400) 123 4567", "Phone"),
        ("tel:+86-400-123-4567;ext=1", "Phone"),
        ("＋８６ ４００ １２３ ４５６７", "Phone"),
        ("95588", "Phone"),
        ("4001234567", "unknown"),
        ("95589", "unknown"),
        // Accounts.
        ("https://t.me/menshen_official", "Social"),
        ("t.me/s/Menshen_Official?before=1", "Social"),
        ("https://twitter.com/Menshen/status/1", "Social"),
        ("https://mobile.x.com/menshen", "Social"),
        ("telegram:@menshen_official", "Social"),
        ("X @menshen", "Social"),
        ("https://www.linkedin.com/company/menshen/about", "Social"),
        ("@menshen", "where"),
        ("menshen_official", "where"),
        // Apps.
        ("com.menshen.app", "AppId"),
        ("android:com.menshen.app", "AppId"),
        (
            "https://play.google.com/store/apps/details?hl=zh&id=com.menshen.app",
            "AppId",
        ),
        (
            "https://apps.apple.com/cn/app/menshen/id1234567890?l=en",
            "AppId",
        ),
        (
            "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
            "AppFile",
        ),
    ] {
        assert_eq!(said(value), expected, "{value}");
    }
}

#[test]
fn what_imitates_is_told_with_how() {
    for (value, expected) in [
        // Letters that look alike.
        ("https://mеnshеn.com", "like Confusable"),
        ("xn--mnshn-zwed.com", "like Confusable"),
        ("rnenshen.com", "like Confusable"),
        ("m3nshen.net", "like Confusable"),
        ("ménshen.com", "like Confusable"),
        ("men-shen.com", "like Confusable"),
        ("0kx.io", "like Confusable"),
        ("https://t.me/rnenshen", "like Confusable"),
        ("com.Menshen.app", "like Confusable"),
        // The name elsewhere.
        ("menshen.net", "like Elsewhere"),
        ("menshen.com.cn", "like Elsewhere"),
        ("menshen.com.evil.io", "like Elsewhere"),
        ("https://menshen.com@evil.io/", "like Elsewhere"),
        ("https://menshen.evil.io/login", "like Elsewhere"),
        ("menshen.github.io", "like Elsewhere"),
        ("okx.com.login-now.io", "like Elsewhere"),
        ("https://instagram.com/menshen", "like Elsewhere"),
        ("https://t.me/menshen", "like Elsewhere"),
        ("https://www.linkedin.com/in/menshen", "like Elsewhere"),
        ("menshen@gmail.com", "like Elsewhere"),
        ("https://com.menshen.app/", "like Elsewhere"),
        ("com.menshen.wallet", "like Elsewhere"),
        ("ios:com.menshen.app", "like Elsewhere"),
        // Words around it.
        ("menshen-support.com", "like ExtraWords"),
        ("supportmenshen.io", "like ExtraWords"),
        ("https://t.me/menshen_help", "like ExtraWords"),
        ("menshen.support@gmail.com", "like ExtraWords"),
        ("okx-login.net", "like ExtraWords"),
        ("okxsupport.net", "like ExtraWords"),
        ("okx2026.net", "like ExtraWords"),
        ("门神交易官方.com", "like ExtraWords"),
        ("Menshen 客服", "like ExtraWords"),
        // A slip.
        ("menshem.com", "like Typo"),
        ("mnesehn.com", "like Typo"),
        ("https://mennshen.com", "like Typo"),
        ("menshem-login.com", "like Typo"),
        ("https://x.com/menshan", "like Typo"),
        ("com.menshen.apps", "like Elsewhere"),
        ("+86 400-123-4568", "like Typo"),
        ("+852 400-123-4567", "like Typo"),
    ] {
        assert_eq!(said(value), expected, "{value}");
    }
}

#[test]
fn what_has_nothing_to_do_with_it_is_unknown() {
    for value in [
        "",
        "  ",
        "https://",
        "example.com",
        "https://bank.example",
        "http://192.0.2.7/x",
        "localhost",
        "javascript:alert(1)",
        "data:text/html,x",
        "tg://resolve?domain=x",
        "bookx.com",
        "books.io",
        "support@gmail.com",
        "+1 415 555 0123",
        "12",
        "@somebody",
        "https://x.com/",
        "https://t.me",
        "com.example.other",
        "android:",
        "support",
        "https://[::1]/",
        "ftp://example.com",
        "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f",
    ] {
        assert_eq!(said(value), "unknown", "{value}");
    }
    assert_eq!(check("menshen.com", &[]), Verdict::Unknown);
}

#[test]
fn what_is_imitated_is_the_channel_that_is_named() {
    let ours = ours();
    let of = |value: &str| {
        let channels = check(value, &ours).channels();
        channels
            .iter()
            .map(|channel| channel.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("okx-login.net"), ["okx.com"]);
    assert_eq!(of("+86 400-123-4568"), ["+864001234567"]);
    assert_eq!(of("@menshen"), ["x @menshen"]);
    assert_eq!(of("a.menshen.com"), ["*.menshen.com"]);
    let release = format!("android com.menshen.app 3.2.0 sha256:{}", hash());
    assert_eq!(of("com.menshen.app"), [release]);
}

#[test]
fn a_channel_is_kept_in_one_form_or_refused() {
    let kept =
        |text: ChannelText| Channel::try_from(text).map(|channel| ChannelText::from(channel).value);
    for (kind, value, expected) in [
        (Kind::Domain, " Menshen.COM. ", Ok("menshen.com")),
        (
            Kind::Domain,
            "*.bücher.example",
            Ok("*.xn--bcher-kva.example"),
        ),
        (
            Kind::Domain,
            "https://menshen.com",
            Err(ChannelError::Domain),
        ),
        (Kind::Domain, "menshen", Err(ChannelError::Domain)),
        (Kind::Domain, "127.0.0.1", Err(ChannelError::Domain)),
        (Kind::Domain, "*.com", Err(ChannelError::Domain)),
        (Kind::Domain, "*.com.cn", Err(ChannelError::Domain)),
        (Kind::Domain, "a b.com", Err(ChannelError::Domain)),
        (Kind::Domain, "t.me", Err(ChannelError::Shared)),
        (Kind::Domain, "www.x.com", Err(ChannelError::Shared)),
        (Kind::Domain, "*.github.io", Err(ChannelError::Shared)),
        (Kind::Domain, "menshen.github.io", Ok("menshen.github.io")),
        (Kind::MailSender, "Help@Menshen.com", Ok("help@menshen.com")),
        (Kind::MailSender, "*@menshen.com", Ok("*@menshen.com")),
        (
            Kind::MailSender,
            "*@gmail.com",
            Err(ChannelError::MailSender),
        ),
        (
            Kind::MailSender,
            "menshen@gmail.com",
            Ok("menshen@gmail.com"),
        ),
        (
            Kind::MailSender,
            "@menshen.com",
            Err(ChannelError::MailSender),
        ),
        (
            Kind::MailSender,
            "a b@menshen.com",
            Err(ChannelError::MailSender),
        ),
        (Kind::Phone, "+86 400 123 4567", Ok("+864001234567")),
        (Kind::Phone, "0086-400-123-4567", Ok("+864001234567")),
        (Kind::Phone, "+12", Err(ChannelError::Phone)),
        (Kind::Phone, "call us", Err(ChannelError::Phone)),
        (Kind::Social, "x", Err(ChannelError::Platform)),
        (Kind::App, "com.example", Err(ChannelError::Platform)),
    ] {
        let expected = expected.map(str::to_owned);
        assert_eq!(kept(text(kind, value)), expected, "{kind:?} {value}");
    }
    for handle in [
        "",
        "@",
        "a b",
        "a/b/c",
        "/a",
        "turn\u{202e}ed",
        &"x".repeat(65),
    ] {
        let text = ChannelText {
            platform: Some("x".to_owned()),
            ..text(Kind::Social, handle)
        };
        assert_eq!(kept(text), Err(ChannelError::Handle), "{handle:?}");
    }
    let app = |id: &str, sha256: Option<&str>, release: Option<&str>| ChannelText {
        platform: Some("android".to_owned()),
        sha256: sha256.map(str::to_owned),
        release: release.map(str::to_owned),
        ..text(Kind::App, id)
    };
    let hash = hash();
    for (text, error) in [
        (app("a b", Some(&hash), Some("1")), ChannelError::AppId),
        (app("com.a", None, Some("1")), ChannelError::Sha256),
        (
            app("com.a", Some(&hash[1..]), Some("1")),
            ChannelError::Sha256,
        ),
        (app("com.a", Some(&hash), None), ChannelError::Release),
        (
            app("com.a", Some(&hash), Some("1 beta")),
            ChannelError::Release,
        ),
    ] {
        assert_eq!(kept(text), Err(error));
    }
    let extra = ChannelText {
        platform: Some("x".to_owned()),
        ..text(Kind::Domain, "menshen.com")
    };
    assert_eq!(kept(extra), Err(ChannelError::Fields));
}

#[test]
fn everything_that_is_said_has_words_in_every_language() {
    for locale in Locale::ALL {
        let words = Catalogue::of(locale).official();
        assert!(
            Meaning::ALL
                .iter()
                .all(|meaning| words.official.contains_key(meaning))
        );
        assert!(
            Likeness::ALL
                .iter()
                .all(|how| words.lookalike.contains_key(how))
        );
        assert!(
            Fault::ALL
                .iter()
                .all(|fault| words.file.faults.contains_key(fault))
        );
        assert_eq!((words.kinds.len(), words.announcements.len()), (5, 3));
        for verdict in ["official", "lookalike", "unknown"] {
            assert!(words.verdicts.contains_key(verdict), "{verdict}");
        }
        // Whatever it is: nothing is called safe, and nobody is told to trust.
        let ours = ours();
        for value in ["menshen.com", "menshen.net", "example.com", "@menshen"] {
            let text = words.text(&check(value, &ours)).to_lowercase();
            assert!(text.chars().count() > 20, "{value}");
            assert!(
                !text.contains("is safe") && !text.contains("是安全的"),
                "{text}"
            );
        }
    }
}

/// Any text, and texts that come near to what is read.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z:/@.%\\\\?#+0-9 -]{0,60}",
        "(https?:[/\\\\]{0,3})?[a-zа-я0-9.@:-]{1,40}(/[ -~]{0,20})?",
        "(x|telegram|android|mailto|tel):[ -~]{0,30}",
        "[+0-9 ()-]{0,24}",
    ]
}

/// Channels of every kind, as operators would write them.
fn channel() -> impl Strategy<Value = Channel> {
    let name = "[a-z][a-z0-9]{2,20}";
    prop_oneof![
        (name, "(com|io|com\\.cn|example)", any::<bool>()).prop_map(|(name, ending, below)| {
            let front = if below { "*." } else { "" };
            of(Kind::Domain, &format!("{front}my{name}.{ending}"))
        }),
        (name, name).prop_map(|(a, b)| of(Kind::MailSender, &format!("{a}@my{b}.com"))),
        "\\+[1-9][0-9]{7,13}".prop_map(|number| of(Kind::Phone, &number)),
        (name, 0..super::Social::ALL.len())
            .prop_map(|(name, nth)| on(super::Social::ALL[nth].name(), &name)),
        (name, "[0-9a-f]{64}").prop_map(|(name, hash)| app(
            "ios",
            &format!("com.{name}.app"),
            &hash
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_and_what_is_official_is_equal_to_what_is_named(value in hostile()) {
        let ours = ours();
        if let Verdict::Official { meaning: Meaning::Domain, channels } = check(&value, &ours) {
            let Value::Host { host, .. } = read(&value) else {
                panic!("a website without a host");
            };
            let named = |channel: &&Channel| matches!(channel, Channel::Domain(rule) if rule.covers(&host));
            prop_assert!(channels.iter().all(named));
        }
    }

    #[test]
    fn a_channel_is_read_back_alike(channel in channel()) {
        let text = ChannelText::from(channel.clone());
        prop_assert_eq!(Channel::try_from(text), Ok(channel.clone()));
        let json = serde_json::to_string(&channel).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Channel>(&json).expect("a channel"), channel);
    }

    #[test]
    fn a_channel_is_official_by_its_own_text(channel in channel(), others in prop::collection::vec(channel(), 0..8)) {
        let text = ChannelText::from(channel.clone());
        let value = match &text.platform {
            Some(platform) => format!("{platform}:{}", text.value),
            None => text.value.replace("*.", "www."),
        };
        let all: Vec<Channel> = others.into_iter().chain([channel.clone()]).collect();
        let verdict = check(&value, &all);
        prop_assert_eq!(verdict.word(), "official", "{}", value);
        prop_assert!(verdict.channels().contains(&&channel));
    }

    #[test]
    fn a_name_with_one_letter_changed_is_never_official_and_told_as_an_imitation(
        at in 0_usize..7,
        letter in "[a-z]",
    ) {
        let mut name: Vec<char> = "menshen".chars().collect();
        let letter = letter.chars().next().expect("a letter");
        prop_assume!(name[at] != letter);
        name[at] = letter;
        let name: String = name.into_iter().collect();
        prop_assert_eq!(check(&format!("https://{name}.com/"), &ours()).word(), "lookalike", "{}", name);
        prop_assert_eq!(check(&format!("help@{name}.com"), &ours()).word(), "lookalike");
    }
}
