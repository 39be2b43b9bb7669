//! The fences of Linux.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getrlimit, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};

use super::{Isolation, Limits, filter};

/// Address space beyond the writable memory, in bytes: the program, and what allocators reserve and never touch.
const RESERVED_BYTES: u64 = 1 << 30;

/// Standard input, output and error are open; a fourth descriptor cannot be had.
const DESCRIPTORS: u64 = 3;

pub(super) fn before_threads() -> Isolation {
    let mut isolation = Isolation::default();
    isolation.note(
        "ends with its parent",
        set_parent_process_death_signal(Some(Signal::KILL)),
    );
    isolation.note(
        "not dumpable",
        set_dumpable_behavior(DumpableBehavior::NotDumpable),
    );
    isolation.note("no core file", lower(Resource::Core, 0));
    isolation.note("no new rights", rustix::thread::set_no_new_privs(true));
    isolation.note("landlock", landlock(&["/"]));
    isolation
}

pub(super) fn before_requests(isolation: &mut Isolation, limits: &Limits) {
    let memory = limits.memory_bytes;
    isolation.note("no file grows", lower(Resource::Fsize, 0));
    isolation.note("landlock, nothing readable", landlock(&[]));
    isolation.note("no new descriptor", lower(Resource::Nofile, DESCRIPTORS));
    isolation.note("memory", lower(Resource::Data, memory));
    isolation.note(
        "address space",
        lower(Resource::As, memory.saturating_add(RESERVED_BYTES)),
    );
    // Last, since it refuses all of the above.
    isolation.note("system calls", filter::install());
}

/// Lowers a limit for good; one that is lower already stays.
fn lower(resource: Resource, most: u64) -> rustix::io::Result<()> {
    let most = getrlimit(resource)
        .maximum
        .map_or(most, |old| old.min(most));
    let limit = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(resource, limit)
}

/// Lets this thread and those that it starts do nothing with files but read below `readable`, and nothing with TCP,
/// abstract sockets and signals to others, as far as the kernel knows these.
fn landlock(readable: &[&str]) -> Result<(), String> {
    let abi = ABI::V6;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(|rules| rules.create())
        .and_then(|rules| rules.add_rules(path_beneath_rules(readable, read)))
        .and_then(|rules| rules.restrict_self())
        .map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => Err("this kernel enforces a part of it".to_owned()),
        RulesetStatus::NotEnforced => Err("this kernel does not have it".to_owned()),
    }
}
