//! Signed lists in the page: `ledger` opens them, `core` tells what is official, without asking anybody. So a page that was kept judges
//! without network exactly as the service and the command line do.
//!
//! The functions of [`Book`] are plain Rust, called by tests as by the browser. `exports.rs` puts them behind a surface of numbers, which
//! `web/app/src/help/book.ts` calls.

mod book;
#[cfg(target_arch = "wasm32")]
mod exports;

pub use book::{Asked, Book, Judged, NoAnswer, Opened};
