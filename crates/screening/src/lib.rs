//! Lists of sanctioned people, and how a person's name compares with the names on them.
//!
//! Files come as bytes from whoever calls; what comes back is a whole list or a typed error, never a
//! shorter list. A search returns measures with an explanation; what counts as an alert is policy.
//!
//! Pure: no clock, no I/O, no network, no threshold.

mod entity;
mod error;
mod index;
mod list;
mod name;

pub use entity::{BirthDate, Entity, Kind, ListName, ListedName, Strength};
pub use error::{ListError, ListProblem};
pub use index::{
    By, CountryRelation, DEFAULT_ALERT_SCORE, DateRelation, Explanation, Hit, Index, MAX_HITS,
    Query, TokenMatch,
};
pub use list::{List, ListVersion, OfacCsv, eu_xml, ofac_csv, ofac_xml, un_xml};
pub use name::Scheme;
