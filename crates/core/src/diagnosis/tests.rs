//! Probe in, codes out in their order.

use proptest::prelude::*;

use super::*;
use crate::catalogue::{Catalogue, Locale};
use crate::time::{DAY, MINUTE, SECOND};

const NOW: Millis = Millis(1_795_338_000_000);

fn policy() -> Policy {
    let toml = "[clients.android]\nat_least = \"3.2\"\nflows = { new_device = \"3.4\" }";
    Policy::from_toml(toml).expect("a policy")
}

fn codes(probe: &Probe) -> Vec<&'static str> {
    let told = diagnose(&policy(), probe, NOW);
    told.iter().map(Remedy::code).collect()
}

fn of(failed: Failed) -> Probe {
    Probe {
        failed: Some(failed),
        ..Probe::default()
    }
}

/// A probe of a face login in which everything is seen to be well.
fn good_face() -> Probe {
    Probe {
        client: "android/3.2.0".parse().ok(),
        system: Some(System::Android),
        surface: Some(Surface::App),
        page: Some(Page::Visible),
        camera: Some(Camera::Ready),
        permission: Some(Permission::Granted),
        size: Some([1280, 720]),
        light: Some(Light::Normal),
        luminance: Some(0.5),
        contrast: Some(0.3),
        worn: Some(BTreeSet::new()),
        look_changed: Some(false),
        storage: Some(Permission::Undecided),
        network: Some(Network::Wifi),
        latency_ms: Some(80),
        up_kbps: Some(5_000),
        down_kbps: Some(20_000),
        client_time: Some(NOW),
        tried: [Tried::BetterLight].into(),
        ..of(Failed::FaceLogin)
    }
}

const LADDER: [&str; 6] = [
    "update",
    "clear_cache",
    "restart",
    "other_network",
    "other_device",
    "reinstall",
];

/// What stands before the ladder and the way to support.
fn own(probe: &Probe) -> Vec<&'static str> {
    let mut told = codes(probe);
    assert_eq!(told.pop(), Some("write_to_support"));
    told.retain(|code| !LADDER.contains(code));
    told
}

/// What comes after what is special to the probe.
fn ladder(probe: &Probe) -> Vec<&'static str> {
    let mut told = codes(probe);
    told.retain(|code| LADDER.contains(code));
    told
}

#[test]
fn who_says_nothing_is_told_the_ladder_and_then_support() {
    let mut expected = LADDER.to_vec();
    expected.push("write_to_support");
    assert_eq!(codes(&Probe::default()), expected);
}

#[test]
fn what_failed_says_what_usually_helps() {
    let face = [
        "even_light",
        "bare_face",
        "wipe_lens",
        "hold_upright",
        "refresh_template",
        "other_way",
    ];
    let cases: [(Failed, &[&str]); 8] = [
        (Failed::FaceLogin, &face),
        (Failed::LiveCheck, &face[..4]),
        (Failed::DocumentPhoto, &["even_light", "wipe_lens"]),
        (Failed::Upload, &["upload_incomplete"]),
        (Failed::Passkey, &["device_unlock", "other_way"]),
        (
            Failed::Totp,
            &["automatic_time", "next_code", "recovery_code", "other_way"],
        ),
        (
            Failed::MailCode,
            &["look_in_spam", "check_address", "newest_code", "other_way"],
        ),
        (
            Failed::SmsCode,
            &[
                "check_signal",
                "unblock_senders",
                "check_address",
                "newest_code",
                "other_way",
            ],
        ),
    ];
    for (failed, expected) in cases {
        assert_eq!(own(&of(failed)), expected, "{failed:?}");
    }
    for failed in [Failed::Totp, Failed::MailCode, Failed::SmsCode] {
        assert_eq!(ladder(&of(failed)), [""; 0], "{failed:?}");
    }
}

/// Changes a good probe in one way and returns what is told besides what a good one is told.
fn changed(change: impl Fn(&mut Probe)) -> Vec<&'static str> {
    let mut probe = good_face();
    change(&mut probe);
    let usual = ["hold_upright", "other_way"];
    let mut told = own(&probe);
    told.retain(|code| !usual.contains(code));
    told
}

#[test]
fn one_fault_is_one_remedy() {
    type Change = fn(&mut Probe);
    let cases: &[(Change, &[&str])] = &[
        (|_| {}, &[]),
        (
            |p| p.permission = Some(Permission::Denied),
            &["allow_camera"],
        ),
        (
            |p| p.permission = Some(Permission::Blocked),
            &["allow_camera"],
        ),
        (
            |p| p.permission = Some(Permission::Undecided),
            &["allow_camera"],
        ),
        (|p| p.camera = Some(Camera::Absent), &["camera_unavailable"]),
        (|p| p.camera = Some(Camera::Failed), &["camera_unavailable"]),
        (|p| p.camera = Some(Camera::Busy), &["free_camera"]),
        (|p| p.camera = Some(Camera::Dark), &["uncover_camera"]),
        (|p| p.page = Some(Page::Hidden), &["show_page"]),
        (
            |p| p.client = "android/3.1.9".parse().ok(),
            &["client_outdated"],
        ),
        (|p| p.flow = Some(Flow::NewDevice), &["client_outdated"]),
        (|p| p.client = "web/0.1".parse().ok(), &[]),
        (|p| p.network = Some(Network::Offline), &["go_online"]),
        (
            |p| p.client_time = Some(NOW.plus(3 * MINUTE)),
            &["set_clock"],
        ),
        (
            |p| p.client_time = Some(NOW.plus(-3 * MINUTE)),
            &["set_clock"],
        ),
        (|p| p.client_time = Some(NOW.plus(2 * MINUTE)), &[]),
        (
            |p| p.client_time = Some(NOW.plus(2 * MINUTE + 1)),
            &["set_clock"],
        ),
        (|p| p.client_time = Some(Millis(i64::MIN)), &["set_clock"]),
        (|p| p.luminance = Some(0.1), &["face_lighting"]),
        (|p| p.luminance = Some(0.95), &["face_lighting"]),
        // What was measured goes before a word.
        (|p| p.light = Some(Light::Dark), &[]),
        (
            |p| (p.luminance, p.light) = (None, Some(Light::Dim)),
            &["face_lighting"],
        ),
        (
            |p| (p.luminance, p.light) = (Some(f32::NAN), Some(Light::Bright)),
            &["face_lighting"],
        ),
        (|p| p.worn = Some([Worn::Glasses].into()), &["face_glasses"]),
        (
            |p| p.worn = Some([Worn::Hat, Worn::Mask, Worn::Sunglasses].into()),
            &["take_off_sunglasses", "take_off_mask", "take_off_hat"],
        ),
        (|p| p.contrast = Some(0.05), &["face_lens_haze"]),
        (|p| p.size = Some([640, 360]), &["larger_picture"]),
        (|p| p.size = Some([480, 640]), &[]),
        (|p| p.look_changed = Some(true), &["refresh_template"]),
        (|p| p.latency_ms = Some(3_001), &["faster_network"]),
        (|p| p.up_kbps = Some(20), &["faster_network"]),
        (|p| p.down_kbps = Some(20), &["faster_network"]),
        // Files have no part in a login.
        (|p| p.storage = Some(Permission::Blocked), &[]),
        // A view inside another program is named only where something is missing in it.
        (|p| p.surface = Some(Surface::WebView), &[]),
        (
            |p| (p.surface, p.camera) = (Some(Surface::WebView), Some(Camera::Absent)),
            &["camera_unavailable", "open_in_browser"],
        ),
        // What may not be used is not called broken.
        (
            |p| (p.permission, p.camera) = (Some(Permission::Blocked), Some(Camera::Absent)),
            &["allow_camera"],
        ),
    ];
    for (n, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(changed(change), *expected, "case {n}");
    }
}

#[test]
fn many_faults_stand_in_the_order_of_what_must_come_first() {
    let probe = Probe {
        permission: Some(Permission::Denied),
        storage: Some(Permission::Denied),
        page: Some(Page::Hidden),
        client: "android/3.0".parse().ok(),
        system: Some(System::Android),
        network: Some(Network::Offline),
        client_time: Some(NOW.plus(DAY)),
        luminance: Some(0.05),
        contrast: Some(0.05),
        size: Some([320, 240]),
        latency_ms: Some(60_000),
        ..of(Failed::DocumentPhoto)
    };
    assert_eq!(
        codes(&probe),
        [
            "allow_camera",
            "show_page",
            "client_outdated",
            "go_online",
            "allow_files",
            "set_clock",
            "doc_too_dark",
            "wipe_lens",
            "larger_picture",
            "faster_network",
            "clear_cache",
            "restart",
            "other_device",
            "reinstall",
            "write_to_support",
        ]
    );
}

#[test]
fn a_wrong_clock_stops_codes_of_apps_and_comes_first_there() {
    let probe = Probe {
        client_time: Some(NOW.plus(-121 * SECOND)),
        ..of(Failed::Totp)
    };
    let told = diagnose(&policy(), &probe, NOW);
    assert!(told[0].blocks && told[0].code() == "set_clock", "{told:?}");
    assert_eq!(
        own(&probe),
        ["set_clock", "next_code", "recovery_code", "other_way"]
    );
    let elsewhere = Probe {
        failed: Some(Failed::MailCode),
        ..probe
    };
    assert!(
        diagnose(&policy(), &elsewhere, NOW)
            .iter()
            .all(|r| !r.blocks)
    );
}

#[test]
fn what_was_tried_is_not_told_again_unless_the_fault_is_still_seen() {
    let tried = |tried: &[Tried]| Probe {
        tried: tried.iter().copied().collect(),
        ..Probe::default()
    };
    for (n, done) in [
        Tried::Updated,
        Tried::ClearedCache,
        Tried::Restarted,
        Tried::OtherNetwork,
        Tried::OtherDevice,
        Tried::Reinstalled,
    ]
    .into_iter()
    .enumerate()
    {
        let mut rest = LADDER.to_vec();
        rest.remove(n);
        assert_eq!(ladder(&tried(&[done])), rest, "{done:?}");
    }
    assert_eq!(codes(&tried(Tried::ALL)), ["write_to_support"]);
    let spam = Probe {
        tried: [Tried::CheckedSpam].into(),
        ..of(Failed::MailCode)
    };
    assert_eq!(codes(&spam)[0], "check_address");
    let still = Probe {
        tried: Tried::ALL.iter().copied().collect(),
        luminance: Some(0.05),
        client: "android/1".parse().ok(),
        ..of(Failed::FaceLogin)
    };
    let expected = [
        "client_outdated",
        "face_lighting",
        "hold_upright",
        "refresh_template",
        "other_way",
        "write_to_support",
    ];
    assert_eq!(codes(&still), expected);
}

#[test]
fn a_page_is_not_installed_and_a_passkey_needs_a_browser() {
    let probe = Probe {
        surface: Some(Surface::Browser),
        ..of(Failed::Passkey)
    };
    assert_eq!(ladder(&probe), LADDER[..5]);
    let inside = Probe {
        surface: Some(Surface::WebView),
        ..probe
    };
    assert_eq!(codes(&inside)[0], "open_in_browser");
}

#[test]
fn an_old_program_hears_which_version_it_needs_and_not_to_update_besides() {
    let probe = Probe {
        client: "android/3.2".parse().ok(),
        flow: Some(Flow::NewDevice),
        ..Probe::default()
    };
    let told = diagnose(&policy(), &probe, NOW);
    let text = Catalogue::of(Locale::En).remedy(&told[0]);
    assert!(told[0].blocks && text.text.contains("3.4.0"), "{text:?}");
    assert!(!codes(&probe).contains(&"update"));
}

#[test]
fn names_of_advice_are_those_of_no_reason() {
    for advice in Advice::ALL {
        assert_eq!(ReasonCode::parse(advice.as_str()), None, "{advice:?}");
        let wire = serde_json::to_value(advice).expect("advice serialises");
        assert_eq!(wire, advice.as_str());
    }
}

#[test]
fn every_remedy_is_told_in_every_language_with_the_steps_of_every_system() {
    for locale in Locale::ALL {
        let catalogue = Catalogue::of(locale);
        for advice in Advice::ALL {
            let mut told = BTreeSet::new();
            for system in System::ALL {
                let remedy = Remedy {
                    system: *system,
                    ..Remedy::usual(*advice)
                };
                let text = catalogue.remedy(&remedy);
                assert!(text.title.chars().count() >= 3, "{advice:?}");
                assert!(text.text.chars().count() >= 10, "{advice:?}");
                assert!(!text.text.contains(['{', '}']), "{text:?}");
                told.insert(text.text);
            }
            let by_system = matches!(advice, Advice::AllowCamera | Advice::AllowFiles);
            let expected = if by_system { System::ALL.len() } else { 1 };
            assert_eq!(told.len(), expected, "{advice:?} {}", locale.tag());
        }
    }
}

fn word<T: Copy + std::fmt::Debug + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = Option<T>> {
    prop::option::of(prop::sample::select(all))
}

fn any_probe() -> impl Strategy<Value = Probe> {
    const FLOWS: &[Flow] = &[Flow::First, Flow::NewDevice];
    const CLIENTS: &[&str] = &["android/1", "android/9", "web/1"];
    let words = (
        word(Failed::ALL),
        word(FLOWS),
        word(CLIENTS),
        word(System::ALL),
        word(Surface::ALL),
        word(Page::ALL),
        word(Camera::ALL),
        word(Permission::ALL),
        word(Permission::ALL),
        word(Light::ALL),
        word(Network::ALL),
    );
    let numbers = (
        any::<Option<[u32; 2]>>(),
        any::<Option<f32>>(),
        any::<Option<f32>>(),
        any::<Option<bool>>(),
        any::<[Option<u32>; 3]>(),
        any::<Option<i64>>(),
    );
    let sets = (
        prop::option::of(prop::sample::subsequence(Worn::ALL, 0..=Worn::ALL.len())),
        prop::sample::subsequence(Tried::ALL, 0..=Tried::ALL.len()),
    );
    (words, numbers, sets).prop_map(|(words, numbers, (worn, tried))| {
        let (failed, flow, client, system, surface, page, camera, permission, storage, light, net) =
            words;
        let (size, luminance, contrast, look_changed, [latency_ms, up_kbps, down_kbps], time) =
            numbers;
        Probe {
            failed,
            flow,
            client: client.and_then(|client| client.parse().ok()),
            system,
            surface,
            page,
            camera,
            permission,
            size,
            light,
            luminance,
            contrast,
            worn: worn.map(|worn| worn.into_iter().collect()),
            look_changed,
            storage,
            network: net,
            latency_ms,
            up_kbps,
            down_kbps,
            client_time: time.map(Millis),
            tried: tried.into_iter().collect(),
        }
    })
}

proptest! {
    #[test]
    fn any_probe_gives_each_remedy_once_what_blocks_first_and_support_last(probe in any_probe()) {
        let told = diagnose(&policy(), &probe, NOW);
        let codes: Vec<_> = told.iter().map(Remedy::code).collect();
        let once: BTreeSet<_> = codes.iter().collect();
        prop_assert_eq!(once.len(), codes.len(), "{:?}", codes);
        prop_assert_eq!(codes.last(), Some(&"write_to_support"));
        prop_assert!(told.iter().map(|remedy| remedy.blocks).is_sorted_by(|a, b| a >= b), "{:?}", codes);
        prop_assert!(told.iter().all(|remedy| remedy.seen || !remedy.blocks), "{:?}", codes);
        prop_assert_eq!(told.clone(), diagnose(&policy(), &probe, NOW));
        let reinstall = codes.iter().position(|code| *code == "reinstall");
        prop_assert!(reinstall.is_none_or(|at| at + 2 == codes.len()), "{:?}", codes);
        for locale in Locale::ALL {
            for remedy in &told {
                let text = Catalogue::of(locale).remedy(remedy);
                prop_assert!(!text.title.is_empty() && !text.text.contains(['{', '}']), "{:?}", text);
            }
        }
    }
}
