//! Lists of sanctioned people in the service: imported whole, searched in memory, hits noted with their exceptions.
//!
//! A node keeps the lists in force as one index, made from the database when it first needs them and again when they
//! change. What could not be searched is evidence, too: the policy sends it to a person.

mod approval;
mod import;
mod index;
mod search;

pub use approval::{for_approval, still_clear};
pub use import::{CLASSIC, Imported, LARGEST, WHOLE, import_by_hand, import_list, search_everyone};
pub use index::{Lists, searchable};
pub use search::{Alert, Found, HitDetail, Whose, look, note, of_case, query};
