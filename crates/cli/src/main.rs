//! The `menshen` command: from photos and typed data to an explained decision.

mod context;
mod eval;

fn main() {}
