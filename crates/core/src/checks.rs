//! The checks: each a pure function from evidence and policy to findings. All of them always run;
//! [`crate::explain`] then leaves out what another finding explains.

pub(crate) mod face;
pub(crate) mod liveness;
pub(crate) mod matching;
