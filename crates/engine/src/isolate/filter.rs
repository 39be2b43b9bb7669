//! The system calls that a loaded engine needs; the kernel refuses all others.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Op,
    SeccompCondition as Condition, SeccompFilter, SeccompRule,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Memory, waiting, clocks, signals to oneself, threads that end, and the pipes that are open already.
const PLAIN: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Refuses everything but what a loaded engine needs, in every thread that there is and will be.
pub(super) fn install() -> Result<(), seccompiler::Error> {
    // Its flags lie in memory, where no filter can look. Told that it does not exist, the C library takes `clone`.
    // First, since the other filter refuses further ones.
    let unknown = SeccompAction::Errno(libc::ENOSYS as u32);
    let clone3 = Rules::from([(libc::SYS_clone3, Vec::new())]);
    apply(clone3, SeccompAction::Allow, unknown)?;
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    apply(allowed()?, refused, SeccompAction::Allow)
}

fn apply(
    rules: Rules,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into()?;
    let filter: BpfProgram = SeccompFilter::new(rules, otherwise, matched, arch)?.try_into()?;
    seccompiler::apply_filter_all_threads(&filter)
}

fn allowed() -> Result<Rules, BackendError> {
    let mut rules: Rules = PLAIN.iter().map(|&call| (call, Vec::new())).collect();
    let executable = Op::MaskedEq(libc::PROT_EXEC as u64);
    let thread = libc::CLONE_THREAD as u64;
    let only = [
        // Threads, no processes.
        (libc::SYS_clone, 0, Op::MaskedEq(thread), thread),
        // No new code.
        (libc::SYS_mmap, 2, executable.clone(), 0),
        (libc::SYS_mprotect, 2, executable, 0),
        // The name of a thread.
        (libc::SYS_prctl, 0, Op::Eq, libc::PR_SET_NAME as u64),
        // `abort`.
        (libc::SYS_tgkill, 0, Op::Eq, u64::from(std::process::id())),
    ];
    for (call, argument, op, value) in only {
        let condition = Condition::new(argument, Length::Qword, op, value)?;
        rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
    }
    // Must pass here to be answered by the other filter.
    rules.insert(libc::SYS_clone3, Vec::new());
    Ok(rules)
}
