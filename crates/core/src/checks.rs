//! The checks: each a pure function from evidence and policy to findings. All of them always run;
//! [`crate::explain`] then leaves out what another finding explains.

pub(crate) mod consistency;
pub(crate) mod dates;
pub(crate) mod document;
pub(crate) mod duplicates;
pub(crate) mod face;
pub(crate) mod form;
pub(crate) mod live;
pub(crate) mod liveness;
pub(crate) mod matching;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod places;
pub(crate) mod prc;
pub(crate) mod quality;
pub(crate) mod screening;
