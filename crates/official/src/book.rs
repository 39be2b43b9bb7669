//! The list that holds, and what is asked of it.

use std::fmt;

use menshen_core::ids::TenantId;
use menshen_core::official::{Channel, Fault, Likeness, Meaning, Verdict, check};
use menshen_core::time::Millis;
use menshen_ledger::{OfficialFile, OfficialList, Verifier, verify_official};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file that is to be opened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Its text, as it was signed.
    pub file: String,
    /// The public keys that are trusted, one a line.
    pub keys: String,
    /// Whose list is meant.
    pub tenant: TenantId,
    /// The newest number that was seen before.
    pub least: u64,
    /// The moment, by the device's clock.
    pub now: Millis,
}

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// It holds, and says this.
    Holds {
        /// What it says.
        file: Box<OfficialFile>,
        /// Id of the key that signed.
        key: String,
    },
    /// It does not: nothing is said from it.
    Fault(Fault),
}

/// What a text is to the tenant. Nothing is ever called safe.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// `official`, `lookalike` or `unknown`.
    pub verdict: &'static str,
    /// What a match means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Meaning>,
    /// How it imitates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<Likeness>,
    /// Is it a name that is the tenant's on the networks of `channels`, and was given without one?
    pub placeless: bool,
    /// The channels that it is, or imitates.
    pub channels: Vec<Channel>,
}

/// Why there is no answer. Names no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The text is no question.
    Question,
    /// The keys are none.
    Keys,
    /// No list was opened before.
    NoList,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Question => "question",
            Self::Keys => "keys",
            Self::NoList => "no_list",
        })
    }
}

/// What was opened last, and the hash of the file of an app that is being read.
#[derive(Default)]
pub struct Book {
    channels: Option<Vec<Channel>>,
    hasher: Sha256,
}

impl Book {
    /// Opens a file. Whatever was opened before is closed where it was to be replaced: a list that does not hold leaves none behind.
    ///
    /// # Errors
    /// [`NoAnswer::Keys`].
    pub fn open(&mut self, asked: &Asked) -> Result<Opened, NoAnswer> {
        let keys = Verifier::from_text(&asked.keys).map_err(|_| NoAnswer::Keys)?;
        let opened = match verify_official(asked.file.as_bytes(), &keys, asked.now) {
            Err(error) => Opened::Fault(error.fault()),
            Ok(found) if found.file.tenant != asked.tenant => Opened::Fault(Fault::OtherTenant),
            Ok(found) if found.file.number < asked.least => Opened::Fault(Fault::Older),
            Ok(found) => Opened::Holds {
                file: Box::new(found.file),
                key: found.key_id,
            },
        };
        match &opened {
            Opened::Holds { file, .. } => {
                if let OfficialList::Channels(channels) = &file.list {
                    self.channels = Some(channels.clone());
                }
            }
            Opened::Fault(_) => self.channels = None,
        }
        Ok(opened)
    }

    /// Tells what a text is to whoever's list was opened last.
    ///
    /// # Errors
    /// [`NoAnswer::NoList`].
    pub fn check(&self, text: &str) -> Result<Judged, NoAnswer> {
        let channels = self.channels.as_ref().ok_or(NoAnswer::NoList)?;
        let verdict = check(text, channels);
        let (meaning, how) = match &verdict {
            Verdict::Official { meaning, .. } => (Some(*meaning), None),
            Verdict::Lookalike { how, .. } => (None, Some(*how)),
            Verdict::Where { .. } | Verdict::Unknown => (None, None),
        };
        Ok(Judged {
            verdict: verdict.word(),
            meaning,
            how,
            placeless: matches!(verdict, Verdict::Where { .. }),
            channels: verdict.channels().into_iter().cloned().collect(),
        })
    }

    /// Takes in the next bytes of an app's file; however large it is, only these are in memory.
    pub fn read(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Returns the SHA-256 of what was read, in lower case, and begins another file.
    pub fn hash(&mut self) -> String {
        let digest = self.hasher.finalize_reset();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use menshen_core::official::ChannelText;
    use menshen_core::time::DAY;
    use menshen_ledger::{Signer, write_official};
    use uuid::Uuid;

    use super::*;

    const NOW: Millis = Millis(1_795_338_000_000);
    const TENANT: TenantId = TenantId(Uuid::from_u128(7));

    fn signer() -> Signer {
        Signer::new("menshen.example/audit", &[7; 32]).expect("a good name")
    }

    fn signed(list: OfficialList) -> String {
        let file = OfficialFile {
            tenant: TENANT,
            name: "Example".to_owned(),
            sandbox: false,
            number: 7,
            issued_at: NOW,
            expires_at: NOW.plus(7 * DAY),
            list,
        };
        let bytes = write_official(&file, &signer()).expect("a list that can be written");
        String::from_utf8(bytes).expect("JSON")
    }

    fn channels() -> String {
        let text: ChannelText =
            serde_json::from_str(r#"{"kind":"domain","value":"menshen.example"}"#)
                .expect("a channel");
        let channel = Channel::try_from(text).expect("a channel");
        signed(OfficialList::channels(vec![channel]))
    }

    fn asked(file: String) -> Asked {
        Asked {
            file,
            keys: signer().verifier().to_text(),
            tenant: TENANT,
            least: 7,
            now: NOW,
        }
    }

    #[test]
    fn a_list_that_holds_judges_as_the_service_does() {
        let mut book = Book::default();
        assert_eq!(book.check("menshen.example"), Err(NoAnswer::NoList));
        let opened = book.open(&asked(channels())).expect("good keys");
        assert!(matches!(opened, Opened::Holds { file, .. } if file.number == 7));
        let judge = |text| book.check(text).expect("a list").verdict;
        let verdicts = [
            "https://menshen.example/help",
            "menshen-support.example",
            "other.example",
        ];
        assert_eq!(verdicts.map(judge), ["official", "lookalike", "unknown"]);
    }

    #[test]
    fn a_list_that_does_not_hold_leaves_none_behind() {
        let good = channels();
        let changed = good.replacen("payload\":\"e", "payload\":\"f", 1);
        assert_ne!(changed, good);
        let with = |change: fn(&mut Asked)| {
            let mut asked = asked(good.clone());
            change(&mut asked);
            asked
        };
        let cases = [
            (asked(changed), Fault::BadSignature),
            (asked("{}".to_owned()), Fault::Malformed),
            (with(|a| a.tenant.0 = Uuid::nil()), Fault::OtherTenant),
            (with(|a| a.least = 8), Fault::Older),
            (with(|a| a.now = NOW.plus(7 * DAY)), Fault::Expired),
            (with(|a| a.now = NOW.plus(-DAY)), Fault::NotYet),
        ];
        for (case, fault) in cases {
            let mut book = Book::default();
            book.open(&asked(good.clone())).expect("good keys");
            assert_eq!(book.open(&case), Ok(Opened::Fault(fault)));
            assert_eq!(book.check("menshen.example"), Err(NoAnswer::NoList));
        }
    }

    #[test]
    fn what_is_no_key_opens_nothing() {
        let mut book = Book::default();
        let keys = "menshen.example+00000000+nothing".to_owned();
        let asked = Asked {
            keys,
            ..asked(channels())
        };
        assert_eq!(book.open(&asked), Err(NoAnswer::Keys));
        assert_eq!(book.check("menshen.example"), Err(NoAnswer::NoList));
    }

    #[test]
    fn announcements_take_no_channels_away() {
        let mut book = Book::default();
        book.open(&asked(channels())).expect("good keys");
        let news = signed(OfficialList::announcements(Vec::new()));
        assert!(matches!(book.open(&asked(news)), Ok(Opened::Holds { .. })));
        assert!(book.check("menshen.example").is_ok());
    }

    #[test]
    fn a_file_in_pieces_has_the_hash_of_the_whole() {
        let mut book = Book::default();
        for piece in ["a", "", "bc"] {
            book.read(piece.as_bytes());
        }
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(book.hash(), abc);
        // What comes next is another file.
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(book.hash(), nothing);
    }
}
