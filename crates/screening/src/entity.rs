//! One entry of a list, in the words of this crate.

use jiff::civil::Date;
use menshen_document::Country;
use serde::{Deserialize, Serialize};

use crate::error::ListProblem;

/// Most names of one entry, and as many dates, countries and programmes. Official entries have some hundred. Each is
/// compared with all before it, and the index counts names in 16 bits.
const MAX_EACH: usize = 2_000;

/// Which authority's list an entry is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListName {
    /// Specially Designated Nationals of the Office of Foreign Assets Control (United States).
    OfacSdn,
    /// Consolidated list of the Security Council (United Nations).
    UnConsolidated,
    /// Consolidated list of financial sanctions (European Union).
    EuConsolidated,
}

/// What an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A human being.
    Person,
    /// A company, a group, an authority.
    Organisation,
    /// A ship.
    Vessel,
    /// Anything else, aircraft among them, and what the list leaves open.
    Other,
}

/// How sure the list is that somebody goes by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The name of the entry.
    Primary,
    /// Another name.
    Alias,
    /// A name of low quality: a nickname, a broad or uncertain one.
    Weak,
}

/// A name as the list writes it, in any script.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListedName {
    /// The whole name.
    pub text: String,
    /// How sure the list is of it.
    pub strength: Strength,
}

/// A date of birth as far as the list knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BirthDate {
    /// The day.
    Exact(Date),
    /// The year.
    Year(i16),
    /// Both years included; "circa 1960" is 1959 to 1961.
    Range {
        /// First year.
        from: i16,
        /// Last year.
        to: i16,
    },
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The list.
    pub list: ListName,
    /// The list's own id of the entry.
    pub id: String,
    /// What it names.
    pub kind: Kind,
    /// All names, the primary one first.
    pub names: Vec<ListedName>,
    /// All dates of birth that the list holds possible.
    pub birth_dates: Vec<BirthDate>,
    /// Nationalities, citizenships and countries of birth or address. A country's name that no code list
    /// knows is left out: countries only ever colour a score.
    pub countries: Vec<Country>,
    /// Programmes, regimes or regulations under which it is listed.
    pub programmes: Vec<String>,
}

impl Entity {
    pub(crate) fn new(list: ListName, id: String, kind: Kind) -> Self {
        Self {
            list,
            id,
            kind,
            names: Vec::new(),
            birth_dates: Vec::new(),
            countries: Vec::new(),
            programmes: Vec::new(),
        }
    }

    /// Takes a name, without the white space around and within it; the same text again is no news.
    pub(crate) fn add_name(&mut self, text: &str, strength: Strength) -> Result<(), ListProblem> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || self.names.iter().any(|known| known.text == text) {
            return Ok(());
        }
        push(
            &mut self.names,
            ListedName { text, strength },
            "names of one entry",
        )
    }

    pub(crate) fn add_country(&mut self, country: Option<Country>) -> Result<(), ListProblem> {
        push_new(&mut self.countries, country, "countries of one entry")
    }

    pub(crate) fn add_birth_date(&mut self, date: Option<BirthDate>) -> Result<(), ListProblem> {
        push_new(&mut self.birth_dates, date, "dates of birth of one entry")
    }

    pub(crate) fn add_programme(&mut self, programme: &str) -> Result<(), ListProblem> {
        let programme = programme.trim();
        let named = (!programme.is_empty()).then(|| programme.to_owned());
        push_new(&mut self.programmes, named, "programmes of one entry")
    }

    /// Takes over what another entry with the same id knows. Where the two name different things, what they name is
    /// open: it is compared with people rather than left out.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), ListProblem> {
        if self.kind != other.kind {
            self.kind = Kind::Other;
        }
        for name in other.names {
            self.add_name(&name.text, name.strength)?;
        }
        for date in other.birth_dates {
            self.add_birth_date(Some(date))?;
        }
        for country in other.countries {
            self.add_country(Some(country))?;
        }
        for programme in &other.programmes {
            self.add_programme(programme)?;
        }
        Ok(())
    }
}

fn push_new<T: PartialEq>(
    known: &mut Vec<T>,
    new: Option<T>,
    what: &'static str,
) -> Result<(), ListProblem> {
    match new.filter(|new| !known.contains(new)) {
        Some(new) => push(known, new, what),
        None => Ok(()),
    }
}

fn push<T>(known: &mut Vec<T>, new: T, what: &'static str) -> Result<(), ListProblem> {
    if known.len() == MAX_EACH {
        return Err(ListProblem::TooMany(MAX_EACH, what));
    }
    known.push(new);
    Ok(())
}
