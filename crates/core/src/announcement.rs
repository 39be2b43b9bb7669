//! What a tenant announces in public: notices, maintenance, warnings. Nothing personal; it is signed and read by everybody.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::AnnouncementId;
use crate::ticket::is_hidden;
use crate::time::{DAY, Millis};

/// Longest text of one language, in characters.
pub const LONGEST: usize = 2_000;
/// Longest time for which one announcement stands, in milliseconds. A mistyped year would stand for ever.
pub const LASTS: i64 = 400 * DAY;
/// How long after its end it is still told, in milliseconds: whoever asks a day later must find that the maintenance was real.
pub const AFTER: i64 = 7 * DAY;
/// Announcements of a tenant that are still told, at most: a feed is read whole, by people too.
pub const MOST: usize = 100;

/// What is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something to know.
    Notice,
    /// The service is, or will be, out of reach or changed between the two times.
    Maintenance,
    /// Somebody pretends to be the tenant, or another danger.
    Warning,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Notice, Self::Maintenance, Self::Warning];
}

/// The same text in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    /// English.
    pub en: String,
}

/// An announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// The id.
    pub id: AnnouncementId,
    /// What it is.
    pub kind: Kind,
    /// From when on it holds.
    pub starts_at: Millis,
    /// Until when.
    pub ends_at: Millis,
    /// What it says.
    pub text: Texts,
}

/// Why something is no announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// A text is empty, too long, or has characters that are not to be seen.
    #[error("each text must have 1 to 2000 characters, and none that is not to be seen")]
    Text,
    /// The end is not after the beginning, or too long after it.
    #[error("ends_at must come after starts_at, by 400 days at most")]
    Times,
    /// It is over before it is made.
    #[error("ends_at must not have passed")]
    Over,
}

impl Texts {
    /// Returns the texts as they are kept.
    ///
    /// # Errors
    /// [`Refused::Text`].
    pub fn tidy(&self) -> Result<Self, Refused> {
        let tidy = |text: &str| {
            let text = text.replace("\r\n", "\n");
            let text = text.trim();
            let hidden = |ch: char| ch != '\n' && is_hidden(ch);
            let good = (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(hidden);
            good.then(|| text.to_owned()).ok_or(Refused::Text)
        };
        Ok(Self {
            zh_cn: tidy(&self.zh_cn)?,
            en: tidy(&self.en)?,
        })
    }
}

impl Announcement {
    /// Checks what stands in it by itself: whoever writes and whoever reads a signed feed asks this.
    ///
    /// # Errors
    /// [`Refused::Text`] and [`Refused::Times`].
    pub fn check(&self) -> Result<(), Refused> {
        if self.text.tidy()? != self.text {
            return Err(Refused::Text);
        }
        let latest = self.starts_at.plus(LASTS);
        match self.starts_at < self.ends_at && self.ends_at <= latest {
            true => Ok(()),
            false => Err(Refused::Times),
        }
    }

    /// Checks that it can be announced now.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn announced(self, now: Millis) -> Result<Self, Refused> {
        self.check()?;
        match self.ends_at > now {
            true => Ok(self),
            false => Err(Refused::Over),
        }
    }

    /// Is it still told at an instant?
    pub fn is_told(&self, at: Millis) -> bool {
        self.ends_at.plus(AFTER) > at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_338_000_000);

    fn of(starts: i64, ends: i64, en: &str) -> Announcement {
        Announcement {
            id: AnnouncementId::new(NOW, [1; 10]),
            kind: Kind::Maintenance,
            starts_at: NOW.plus(starts),
            ends_at: NOW.plus(ends),
            text: Texts {
                zh_cn: "维护".to_owned(),
                en: en.to_owned(),
            },
        }
    }

    #[test]
    fn an_announcement_has_texts_and_an_end_that_is_to_come() {
        for (starts, ends, en, said) in [
            (0, 1, "x", Ok(())),
            (-DAY, DAY, "two\nlines", Ok(())),
            (0, LASTS, "x", Ok(())),
            (0, LASTS + 1, "x", Err(Refused::Times)),
            (1, 1, "x", Err(Refused::Times)),
            (2, 1, "x", Err(Refused::Times)),
            (-2, 0, "x", Err(Refused::Over)),
            (0, 1, " x", Err(Refused::Text)),
            (0, 1, "", Err(Refused::Text)),
            (0, 1, "turn\u{202e}ed", Err(Refused::Text)),
        ] {
            let announced = of(starts, ends, en).announced(NOW);
            assert_eq!(announced.map(|_| ()), said, "{starts} {ends} {en:?}");
        }
        let most = "字".repeat(LONGEST);
        assert!(of(0, 1, &most).check().is_ok() && of(0, 1, &format!("{most}字")).check().is_err());
    }

    #[test]
    fn it_is_told_for_a_week_after_its_end_and_times_at_the_end_of_their_range_do_not_overflow() {
        let told = of(-DAY, 1, "x");
        assert!(told.is_told(NOW) && told.is_told(NOW.plus(AFTER)));
        assert!(!told.is_told(NOW.plus(AFTER + 1)));
        let late = Announcement {
            starts_at: Millis(i64::MAX - 1),
            ends_at: Millis(i64::MAX),
            ..of(0, 1, "x")
        };
        assert!(late.check().is_ok() && late.is_told(NOW));
    }
}
