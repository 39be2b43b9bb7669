//! A signed list holds as it was written, for as long as it says, and in no other form.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use menshen_core::announcement::{Announcement, Kind, Texts};
use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::official::{self, Channel, ChannelText};
use menshen_core::time::{DAY, MINUTE, Millis};
use menshen_ledger::{
    OfficialError, OfficialFile, OfficialList, Signer, Verifier, verify_official, write_official,
};
use proptest::prelude::*;

const NOW: Millis = Millis(1_763_800_000_000);

fn signer() -> Signer {
    Signer::new("kyc.example/official", &[1; 32]).unwrap()
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

fn announcement(n: u8, starts: i64) -> Announcement {
    Announcement {
        id: AnnouncementId::new(NOW, [n; 10]),
        kind: Kind::Maintenance,
        starts_at: NOW.plus(starts),
        ends_at: NOW.plus(starts + DAY),
        text: Texts {
            zh_cn: "系统维护".to_owned(),
            en: "Maintenance".to_owned(),
        },
    }
}

fn of(list: OfficialList) -> OfficialFile {
    OfficialFile {
        tenant: TenantId::new(NOW, [3; 10]),
        name: "Menshen 门神".to_owned(),
        sandbox: false,
        number: 7,
        issued_at: NOW,
        expires_at: NOW.plus(7 * DAY),
        list,
    }
}

fn channels() -> OfficialFile {
    of(OfficialList::channels(vec![
        channel(official::Kind::Phone, "+86 400 123 4567"),
        channel(official::Kind::Domain, "menshen.com"),
        channel(official::Kind::Domain, "*.menshen.com"),
        channel(official::Kind::Domain, "menshen.com"),
    ]))
}

fn announcements() -> OfficialFile {
    of(OfficialList::announcements(vec![
        announcement(2, DAY),
        announcement(1, DAY),
        announcement(3, 0),
    ]))
}

fn opened(bytes: &[u8], keys: &Verifier, at: i64) -> Result<OfficialFile, OfficialError> {
    verify_official(bytes, keys, NOW.plus(at)).map(|verified| verified.file)
}

#[test]
fn both_lists_are_written_in_one_order_and_read_back_alike() {
    let keys = signer().verifier();
    for file in [
        channels(),
        announcements(),
        of(OfficialList::channels(Vec::new())),
    ] {
        let bytes = write_official(&file, &signer()).unwrap();
        assert_eq!(bytes, write_official(&file, &signer()).unwrap());
        let read = verify_official(&bytes, &keys, NOW).unwrap();
        assert_eq!((read.file, read.key_id), (file, signer().key_id()));
    }
    let OfficialList::Channels(channels) = channels().list else {
        panic!("channels")
    };
    assert_eq!(channels.len(), 3);
}

#[test]
fn a_list_holds_for_its_time_and_no_longer() {
    let bytes = write_official(&channels(), &signer()).unwrap();
    let keys = signer().verifier();
    for (at, error) in [
        (-5 * MINUTE - 1, Some(OfficialError::NotYet)),
        (-5 * MINUTE, None),
        (7 * DAY - 1, None),
        (7 * DAY, Some(OfficialError::Expired)),
    ] {
        assert_eq!(opened(&bytes, &keys, at).err(), error, "{at}");
    }
}

#[test]
fn another_key_is_unknown_and_another_kind_of_file_is_none() {
    let bytes = write_official(&channels(), &signer()).unwrap();
    let other = Signer::new("kyc.example/official", &[2; 32])
        .unwrap()
        .verifier();
    assert_eq!(opened(&bytes, &other, 0), Err(OfficialError::UnknownKey));
    assert!(opened(&bytes, &other.and(signer().verifier()), 0).is_ok());
    let keys = signer().verifier();
    assert!(menshen_ledger::verify_evidence(&bytes, &keys).is_err());
    for bytes in [&b""[..], b"{}", b"null", &bytes[..bytes.len() / 2]] {
        assert_eq!(opened(bytes, &keys, 0), Err(OfficialError::Malformed));
    }
}

#[test]
fn any_flipped_bit_is_found() {
    let keys = signer().verifier();
    for file in [channels(), announcements()] {
        let mut bytes = write_official(&file, &signer()).unwrap();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(opened(&bytes, &keys, 0).is_err(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn a_list_out_of_order_with_doubles_or_that_ends_before_it_begins_is_not_written() {
    let domain = |value| channel(official::Kind::Domain, value);
    let (a, b) = (domain("a.example"), domain("b.example"));
    for list in [
        OfficialList::Channels(vec![b.clone(), a.clone()]),
        OfficialList::Channels(vec![a.clone(), a.clone()]),
        OfficialList::Announcements(vec![announcement(1, DAY), announcement(1, 0)]),
        OfficialList::Announcements(vec![announcement(1, 0), announcement(1, 0)]),
        OfficialList::Announcements(vec![Announcement {
            ends_at: NOW.plus(-1),
            ..announcement(1, 0)
        }]),
    ] {
        let written = write_official(&of(list.clone()), &signer());
        assert_eq!(written, Err(OfficialError::NotWritable), "{list:?}");
    }
    let ended = OfficialFile {
        expires_at: NOW,
        ..channels()
    };
    assert_eq!(
        write_official(&ended, &signer()),
        Err(OfficialError::NotWritable)
    );
}

fn any_channel() -> impl Strategy<Value = Channel> {
    prop_oneof![
        "[a-z]{3,12}\\.example".prop_map(|host| channel(official::Kind::Domain, &host)),
        "[a-z]{3,12}@[a-z]{3,12}\\.example"
            .prop_map(|mail| channel(official::Kind::MailSender, &mail)),
        "\\+[1-9][0-9]{7,13}".prop_map(|number| channel(official::Kind::Phone, &number)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_listed_survives(
        all in prop::collection::vec(any_channel(), 0..20),
        name in any::<String>(),
        number in any::<u64>(),
        sandbox in any::<bool>(),
    ) {
        let file = OfficialFile { name, number, sandbox, ..of(OfficialList::channels(all)) };
        let bytes = write_official(&file, &signer()).unwrap();
        prop_assert_eq!(opened(&bytes, &signer().verifier(), 0), Ok(file));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(opened(&bytes, &signer().verifier(), 0).is_err());
    }
}
