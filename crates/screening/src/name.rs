//! A name as an index sees it: words that can be compared, whatever the script.

mod arabic;
mod chinese;
mod distance;
mod fold;
mod form;

pub(crate) use arabic::vowels_agree as vowels_agree_across;
pub(crate) use distance::distance;
pub(crate) use fold::vowels_agree;
pub use form::Scheme;
pub(crate) use form::{Form, Word, forms, is_particle};
