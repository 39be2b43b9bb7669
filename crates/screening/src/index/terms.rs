//! On which terms two forms of names are compared.

use super::By;
use super::dictionary::{similarity, typed};
use crate::name::{Scheme, Word};

/// What may differ between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    /// Letters, sounds, vowels.
    Everything,
    /// Letters only: in Chinese names another sound is another name.
    Letters,
    /// Nothing.
    Nothing,
}

impl Terms {
    /// Returns the terms for a form of the person's name and one of a list; `None` where comparing them says nothing
    /// that another pair of forms does not say better.
    pub fn of(ours: (Scheme, bool), theirs: (Scheme, bool)) -> Option<Self> {
        match (ours.0, theirs.0) {
            (Scheme::Written, Scheme::Written) if ours.1 && theirs.1 => Some(Self::Letters),
            (Scheme::Written, Scheme::Written) => Some(Self::Everything),
            (Scheme::Han, Scheme::Han) | (Scheme::Pinyin, Scheme::Pinyin) => Some(Self::Nothing),
            (Scheme::Han, _) | (_, Scheme::Han) => None,
            (Scheme::Written, _) | (_, Scheme::Written) => Some(Self::Letters),
            _ => None,
        }
    }

    /// Compares two words on these terms.
    pub fn compare(self, a: &Word, b: &Word) -> Option<(f32, By)> {
        match self {
            Self::Everything => similarity(a, b),
            Self::Letters => typed(a, b),
            Self::Nothing => (a.letters == b.letters).then_some((1.0, By::Exact)),
        }
    }
}
