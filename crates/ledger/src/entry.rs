//! One entry of the audit log: its canonical bytes, and the rule that keeps it free of personal data.

use std::collections::BTreeMap;

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::hash::Hash;

/// First byte of the canonical bytes; another encoding gets another number.
const ENCODING: u8 = 1;
/// Longest word, in bytes: enough for every name of an action, short of any text.
const MAX_WORD: usize = 64;
/// Most digits of a number. Counts fit; phone, card and document numbers do not.
const MAX_DIGITS: usize = 6;
/// Most details of one entry.
const MAX_DETAILS: usize = 16;

/// Something that was done, by whom and to what, in ids, codes and digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the log, from 0: the index of its leaf.
    pub seq: u64,
    /// When.
    pub at: Millis,
    /// The tenant that it concerns, if one.
    pub tenant: Option<TenantId>,
    /// Role and id, as `api_key:UUID`, or a role alone, as `operator` or `system`.
    pub actor: String,
    /// What was done, as `applicant.erased`.
    pub action: String,
    /// Kind and id of what it was done to, as `verification:UUID`.
    pub object: String,
    /// Whatever else must be provable.
    pub detail: BTreeMap<String, String>,
}

/// Where in an entry something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPart {
    /// The actor.
    Actor,
    /// The action.
    Action,
    /// The object.
    Object,
    /// The key of a detail.
    DetailKey,
    /// The value of a detail.
    DetailValue,
    /// How many details there are.
    Details,
}

/// Why an entry was refused. Names the part and never what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// The part is no id, code, number or digest, and might be personal.
    #[error("{0:?} of an audit entry is no id, code, small number or digest")]
    NotPlain(EntryPart),
    /// The line is no entry, or not written in the one way that entries are.
    #[error("the line is no audit entry in canonical form")]
    Malformed,
}

impl Entry {
    /// Checks that the entry carries nothing but words, ids, small numbers and digests.
    ///
    /// An action is words joined by points. Actor and object are a word, alone or followed by `:` and a
    /// fact; the value of a detail is a fact. A fact is a UUID, a digest of 16 or 64 hexadecimal digits, a
    /// number of at most 6 digits, a policy's identity (`version+16 digits`), or words in lower case with
    /// commas between them (a version is `v1.2.3`). Names, dates, addresses, mail, and numbers of phones and
    /// documents are none of these. The check cannot tell a name in lower case from a code: it is the
    /// second fence; the first is that callers hand in nothing but codes and ids.
    ///
    /// # Errors
    /// [`EntryError::NotPlain`] names the part.
    pub fn check(&self) -> Result<(), EntryError> {
        let parts = [
            (is_reference(&self.actor), EntryPart::Actor),
            (is_word(&self.action), EntryPart::Action),
            (is_reference(&self.object), EntryPart::Object),
            (self.detail.len() <= MAX_DETAILS, EntryPart::Details),
            (
                self.detail.keys().all(|key| is_word(key)),
                EntryPart::DetailKey,
            ),
            (
                self.detail.values().all(|value| is_fact(value)),
                EntryPart::DetailValue,
            ),
        ];
        match parts.into_iter().find(|(plain, _)| !plain) {
            Some((_, part)) => Err(EntryError::NotPlain(part)),
            None => Ok(()),
        }
    }

    /// Returns the bytes that are hashed.
    ///
    /// In this order: the byte 1; `seq` and `at` in eight bytes each; the byte 0, or 1 and the sixteen
    /// bytes of the tenant's id; actor, action and object; the number of details in four bytes; each key
    /// and value, in the order of the keys' bytes. Numbers have their highest byte first; each text is
    /// its length in four bytes and then its UTF-8. No two entries have the same bytes.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![ENCODING];
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.at.0.to_be_bytes());
        bytes.push(u8::from(self.tenant.is_some()));
        bytes.extend(self.tenant.iter().flat_map(|tenant| *tenant.0.as_bytes()));
        for text in [&self.actor, &self.action, &self.object] {
            push_text(&mut bytes, text);
        }
        bytes.extend(length(self.detail.len()));
        for (key, value) in &self.detail {
            push_text(&mut bytes, key);
            push_text(&mut bytes, value);
        }
        bytes
    }

    /// Returns the hash of the entry as a leaf of the tree.
    pub fn leaf(&self) -> Hash {
        Hash::leaf(&self.canonical_bytes())
    }
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(length(text.len()));
    bytes.extend(text.as_bytes());
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length)
        .expect("no text of an entry has four gigabytes")
        .to_be_bytes()
}

fn is_reference(text: &str) -> bool {
    match text.split_once(':') {
        Some((role, fact)) => is_word(role) && is_fact(fact),
        None => is_word(text),
    }
}

fn is_fact(text: &str) -> bool {
    is_id(text)
        || is_digest(text)
        || is_number(text)
        || is_policy_identity(text)
        || text.split(',').all(is_word)
}

fn is_word(text: &str) -> bool {
    let rest = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-');
    text.len() <= MAX_WORD
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(rest)
}

fn is_id(text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

/// A SHA-256, or the first eight bytes of one, as ids of keys are.
fn is_digest(text: &str) -> bool {
    let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    matches!(text.len(), 16 | 64) && text.bytes().all(digit)
}

fn is_number(text: &str) -> bool {
    (1..=MAX_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_policy_identity(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.rsplit_once('+').is_some_and(|(version, digest)| {
        version.len() <= MAX_WORD
            && version.bytes().all(plain)
            && digest.len() == 16
            && is_digest(digest)
    })
}

/// An entry as it is kept: with the root of the tree that ends with it.
///
/// The root ties the entry to everything before it, so that the first place of an alteration is known to
/// the entry, and not only to the nearest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEntry {
    /// The entry.
    pub entry: Entry,
    /// The root of the tree of this entry and all before it.
    pub root: Hash,
}

impl StoredEntry {
    /// Returns the entry as one line of an export, without the line's end.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("an entry holds nothing that JSON lacks")
    }

    /// Reads a line of an export. A line has one form only, so that no altered byte goes unseen.
    ///
    /// # Errors
    /// [`EntryError::Malformed`] for any line that [`Self::to_line`] would not write.
    pub fn from_line(line: &str) -> Result<Self, EntryError> {
        let read: Self = serde_json::from_str(line).map_err(|_| EntryError::Malformed)?;
        if read.to_line() == line {
            Ok(read)
        } else {
            Err(EntryError::Malformed)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry() -> Entry {
        Entry {
            seq: 7,
            at: Millis(1_763_800_000_000),
            tenant: Some(TenantId::new(Millis(1), [3; 10])),
            actor: "system".to_owned(),
            action: "decision.made".to_owned(),
            object: format!("verification:{}", TenantId::new(Millis(2), [4; 10])),
            detail: BTreeMap::from([("outcome".to_owned(), "approved".to_owned())]),
        }
    }

    fn with_value(value: &str) -> Result<(), EntryError> {
        let mut entry = entry();
        entry.detail.insert("value".to_owned(), value.to_owned());
        entry.check()
    }

    #[test]
    fn ids_codes_small_numbers_and_digests_are_let_in() {
        let digest = Hash::empty().to_string();
        for value in [
            "approved",
            "doc_glare,face_blurred",
            "42",
            "v0.1.0",
            "2026-11+0123456789abcdef",
            "0123456789abcdef",
            &digest,
            "0190163d-8694-739b-aea5-966c26f8ad90",
        ] {
            assert_eq!(with_value(value), Ok(()), "{value}");
        }
        let mut entry = entry();
        entry.actor = "api_key:0190163d-8694-739b-aea5-966c26f8ad90".to_owned();
        assert_eq!(entry.check(), Ok(()));
    }

    #[test]
    fn what_may_be_personal_is_refused_by_the_part_it_stands_in() {
        let long = "a".repeat(65);
        for value in [
            "",
            "Wei",
            "张伟",
            "zhang wei",
            "1990-01-31",
            "19900131",
            "11010519900131001X",
            "+8613800000000",
            "13800000000",
            "E12345678",
            "a@b.example",
            "192.168.0.1",
            "0190163D-8694-739B-AEA5-966C26F8AD90",
            "Zhang Wei+0123456789abcdef",
            &long,
        ] {
            let refused = Err(EntryError::NotPlain(EntryPart::DetailValue));
            assert_eq!(with_value(value), refused, "{value}");
        }
        let refusals = [
            (
                Entry {
                    actor: "Wei".into(),
                    ..entry()
                },
                EntryPart::Actor,
            ),
            (
                Entry {
                    action: "made it".into(),
                    ..entry()
                },
                EntryPart::Action,
            ),
            (
                Entry {
                    object: "person:Wei".into(),
                    ..entry()
                },
                EntryPart::Object,
            ),
            (
                Entry {
                    detail: [("Wei".into(), "a".into())].into(),
                    ..entry()
                },
                EntryPart::DetailKey,
            ),
            (
                Entry {
                    detail: (0..17).map(|n| (format!("k{n}"), "a".into())).collect(),
                    ..entry()
                },
                EntryPart::Details,
            ),
        ];
        for (entry, part) in refusals {
            assert_eq!(entry.check(), Err(EntryError::NotPlain(part)));
        }
    }

    #[test]
    fn the_canonical_bytes_are_a_promise() {
        let leaf = "cf8aed6bc06183a9eff38cb0a0cc816b688b0f90d966fe33515f347cc40e1193";
        assert_eq!(entry().leaf().to_string(), leaf);
    }

    #[test]
    fn a_line_has_one_form_only() {
        let stored = StoredEntry {
            entry: entry(),
            root: Hash::empty(),
        };
        let line = stored.to_line();
        assert_eq!(StoredEntry::from_line(&line), Ok(stored));
        for other in [
            line.replace(',', ", "),
            line.replace("e3b0", "E3B0"),
            line.replace("\"seq\":7", "\"seq\":7,\"seq\":7"),
            line.replace("00000000-", "{00000000-"),
            line.replace("approved", "\\u0061pproved"),
        ] {
            assert_ne!(other, line);
            assert_eq!(
                StoredEntry::from_line(&other),
                Err(EntryError::Malformed),
                "{other}"
            );
        }
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        let text = "[a-z:\u{4e00}-\u{4e10}]{0,5}";
        (
            0u64..3,
            0i64..3,
            any::<bool>(),
            text,
            text,
            prop::collection::btree_map(text, text, 0..3),
        )
            .prop_map(|(seq, at, tenant, actor, object, detail)| Entry {
                seq,
                at: Millis(at),
                tenant: tenant.then(|| TenantId::new(Millis(1), [3; 10])),
                actor,
                action: String::new(),
                object,
                detail,
            })
    }

    proptest! {
        #[test]
        fn two_entries_share_their_bytes_only_if_they_are_the_same(a in any_entry(), b in any_entry()) {
            prop_assert_eq!(a == b, a.canonical_bytes() == b.canonical_bytes());
        }

        #[test]
        fn any_text_is_an_entry_in_its_one_form_or_refused(entry in any_entry(), at in any::<usize>(), bit in 0u32..8) {
            let stored = StoredEntry { entry, root: Hash::empty() };
            let mut bytes = stored.to_line().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1u8 << bit;
            if let Ok(line) = String::from_utf8(bytes) {
                prop_assert_ne!(StoredEntry::from_line(&line), Ok(stored));
            }
        }
    }
}
