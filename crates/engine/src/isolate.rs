//! What holds a process that reads hostile pixels: no network, no files, no other programs, bounded memory.
//!
//! Two steps, since the models must be read before nothing can be read any more: [`before_threads`] first of all,
//! [`before_requests`] when all is loaded. What a system cannot do is named in [`Isolation::missing`], never passed
//! over in silence.

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
use elsewhere as system;

/// What holds a process, and what could not be had on this system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// Fences that stand.
    pub on: Vec<String>,
    /// Fences that do not, and why.
    pub missing: Vec<String>,
}

impl Isolation {
    pub(crate) fn note<E: std::fmt::Display>(&mut self, fence: &str, outcome: Result<(), E>) {
        match outcome {
            Ok(()) => self.on.push(fence.to_owned()),
            Err(error) => self.missing.push(format!("{fence}: {error}")),
        }
    }
}

/// What a process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Writable memory in bytes: heap, stacks and mappings together.
    pub memory_bytes: u64,
}

impl Limits {
    /// Memory of a child where nobody says otherwise, in bytes. Measured with the default models: 150 MB when loaded,
    /// 360 MB at a photo of 40 megapixels; the rest is for optional models and other engines.
    pub const MEMORY_BYTES: u64 = 3 << 29;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: Self::MEMORY_BYTES,
        }
    }
}

/// Takes what can be taken while files must still be read: the process ends with its parent, leaves no core, shows its
/// memory to nobody, gains no rights and writes no file. Must run before the first thread is started.
pub fn before_threads() -> Isolation {
    system::before_threads()
}

/// Shuts the door: from here on no file, socket or program can be opened by any thread, and memory is bounded.
pub fn before_requests(isolation: &mut Isolation, limits: &Limits) {
    system::before_requests(isolation, limits);
}
