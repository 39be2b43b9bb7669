//! Why a list file was refused.

use thiserror::Error;

/// A list file was refused as a whole.
#[derive(Debug, Error)]
#[error("read the list file {file}, at {place}")]
pub struct ListError {
    /// Which of the files: `sdn.xml`, `alt.csv`, ...
    pub file: &'static str,
    /// Where: a byte offset or a record number, never a name.
    pub place: String,
    /// What is wrong.
    #[source]
    pub problem: ListProblem,
}

/// What is wrong with a list file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListProblem {
    /// More bytes than any such list has.
    #[error("the file has more than {0} bytes")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("the text is not UTF-8")]
    Encoding,
    /// Not well-formed.
    #[error("the file is not well-formed: {0}")]
    Malformed(&'static str),
    /// The file ends before its end.
    #[error("the file ends before its end: {0}")]
    Cut(&'static str),
    /// Elements within elements, deeper than any such list.
    #[error("elements are nested deeper than {0}")]
    TooDeep(usize),
    /// A document type, which could define entities that grow.
    #[error("the file has a document type declaration")]
    DocumentType,
    /// An entity that XML does not predefine.
    #[error("the file uses an entity that it would have to define")]
    UnknownEntity,
    /// One text or attribute is longer than any such list has.
    #[error("a text is longer than {0} bytes")]
    TextTooLong(usize),
    /// More elements in one entry, or more entries, than any such list has.
    #[error("there are more than {0} {1}")]
    TooMany(usize, &'static str),
    /// Another kind of file.
    #[error("expected {expected}")]
    Unexpected {
        /// What should be there.
        expected: &'static str,
    },
    /// The file says how many entries it has, and has another number.
    #[error("the file announces {announced} entries and has {found}")]
    Count {
        /// What it says.
        announced: u64,
        /// What it has.
        found: u64,
    },
    /// A record belongs to an entry that is not there.
    #[error("a record belongs to an entry that is missing")]
    Orphan,
    /// No entry at all.
    #[error("the list is empty")]
    Empty,
}
