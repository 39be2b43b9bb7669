//! Systems whose fences we do not know: everything is named as missing.

use super::{Isolation, Limits};

pub(super) fn before_threads() -> Isolation {
    let mut isolation = Isolation::default();
    isolation.note("isolation", Err("only Linux is supported"));
    isolation
}

pub(super) fn before_requests(_: &mut Isolation, _: &Limits) {}
