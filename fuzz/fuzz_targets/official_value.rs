//! Any text as something to be checked, and as a channel: never a panic, nothing official but what is named, and what is read is written
//! alike. The first line is a channel, the rest is checked against it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_core::official::{Channel, ChannelText, Kind, check};

fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, text));
    let kinds = [
        (Kind::Domain, None),
        (Kind::MailSender, None),
        (Kind::Phone, None),
        (Kind::Social, Some("telegram")),
        (Kind::App, Some("android")),
    ];
    let mut channels = Vec::new();
    for (kind, platform) in kinds {
        let is_app = kind == Kind::App;
        let written = ChannelText {
            kind,
            value: first.to_owned(),
            platform: platform.map(str::to_owned),
            sha256: is_app.then(|| "0".repeat(64)),
            release: is_app.then(|| "1".to_owned()),
        };
        if let Ok(channel) = Channel::try_from(written) {
            let again = Channel::try_from(ChannelText::from(channel.clone()));
            assert_eq!(again.as_ref(), Ok(&channel));
            channels.push(channel);
        }
    }
    let verdict = check(rest, &channels);
    assert!(verdict.word() == "unknown" || !verdict.channels().is_empty());
    let _ = check(rest, &[]);
});
