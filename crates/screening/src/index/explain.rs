//! What a reviewer reads beside a score.

use std::fmt;

use serde::Serialize;

use crate::name::Scheme;
use crate::{Entity, Strength};

/// An entry that a person's name comes near.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit<'a> {
    /// The entry.
    pub entity: &'a Entity,
    /// 0 to 1: the name's score, raised or lowered by date of birth and country.
    pub score: f32,
    /// How the score came about.
    pub explanation: Explanation,
}

/// How a score came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// 0 to 1: the names alone.
    pub name_score: f32,
    /// The person's name that came nearest.
    pub query_name: String,
    /// The entry's name that came nearest.
    pub listed_name: String,
    /// How sure the list is of that name.
    pub strength: Strength,
    /// System in which the person's name was read.
    pub query_scheme: Scheme,
    /// System in which the entry's name was read.
    pub listed_scheme: Scheme,
    /// Which word matched which.
    pub tokens: Vec<TokenMatch>,
    /// Words of the person's name without a match.
    pub only_in_query: Vec<String>,
    /// Words of the entry's name without a match.
    pub only_in_list: Vec<String>,
    /// The matching words stand in another order.
    pub reordered: bool,
    /// The dates of birth.
    pub birth_date: DateRelation,
    /// The countries.
    pub country: CountryRelation,
}

/// Two words that match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TokenMatch {
    /// In the person's name, in the spelling that matched.
    pub query: String,
    /// In the entry's name, in the spelling that matched.
    pub listed: String,
    /// By what.
    pub by: By,
    /// 0 to 1.
    pub similarity: f32,
}

/// By what two words match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The same letters.
    Exact,
    /// One is the first letter of the other.
    Initial,
    /// Letters more, less, other or swapped: one or two.
    Typo,
    /// Another spelling of the same sounds.
    Phonetic,
    /// Only the consonants, where a script writes no vowels or spellings differ in them.
    Transliteration,
}

/// How the dates of birth relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateRelation {
    /// The same day.
    Same,
    /// The list knows the year or a range of years, and it fits.
    SameYear,
    /// As far apart as a slip of the pen: day and month swapped, one of the three differs, a year beside the list's.
    Close,
    /// Farther apart.
    Differs,
    /// One side does not know.
    Unknown,
}

/// How the countries relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryRelation {
    /// The person's is among the entry's.
    Same,
    /// It is not.
    Differs,
    /// One side does not know.
    Unknown,
}

impl fmt::Display for Explanation {
    /// Writes plain English, one fact after the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" against \"{}\"",
            self.query_name, self.listed_name
        )?;
        for token in &self.tokens {
            let by = match token.by {
                By::Exact => "equal",
                By::Initial => "initial",
                By::Typo => "typing error",
                By::Phonetic => "sounds alike",
                By::Transliteration => "same consonants",
            };
            write!(
                f,
                "; {} = {} ({by}, {:.2})",
                token.query, token.listed, token.similarity
            )?;
        }
        for (words, place) in [
            (&self.only_in_query, "in the query"),
            (&self.only_in_list, "on the list"),
        ] {
            if !words.is_empty() {
                write!(f, "; only {place}: {}", words.join(" "))?;
            }
        }
        if self.reordered {
            f.write_str("; another order")?;
        }
        f.write_str(match self.birth_date {
            DateRelation::Same => "; born the same day",
            DateRelation::SameYear => "; year of birth agrees",
            DateRelation::Close => "; date of birth nearly agrees",
            DateRelation::Differs => "; date of birth differs",
            DateRelation::Unknown => "; date of birth unknown",
        })?;
        f.write_str(match self.country {
            CountryRelation::Same => "; country agrees",
            CountryRelation::Differs => "; country differs",
            CountryRelation::Unknown => "; country unknown",
        })
    }
}
