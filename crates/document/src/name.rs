//! Names of people and how two of them relate.

pub mod latin;
