//! Decisions as a whole: evidence and claims in, reasons out.

mod catalogue;
mod document;
mod duplicates;
mod live;
mod names;
mod person;
mod policy;
mod properties;
mod quality;
mod support;
