//! The engine in the page: `vision` measures and `core` judges a picture before it is sent.
//!
//! The functions of [`Page`] are plain Rust, called by tests as by the browser. [`exports`](self) puts them behind a surface
//! of numbers, which the worker in `web/app/src/engine` calls.

mod answer;
#[cfg(target_arch = "wasm32")]
mod exports;
mod page;

pub use answer::{DocumentAnswer, FaceAnswer, ReasonAnswer};
pub use page::{NoPage, Page, Picture};
