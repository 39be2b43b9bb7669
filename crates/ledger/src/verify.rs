//! The whole log against what was signed: nothing flipped, dropped, swapped, doubled, cut off or rolled back.

use menshen_core::time::Millis;
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::{EntryError, StoredEntry};
use crate::key::Verifier;
use crate::tree::{Frontier, Head};

/// What a log is held against: checkpoints that were opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    /// By size, smallest first; all of one origin.
    checkpoints: Vec<Checkpoint>,
}

/// What is wrong with a log, and where first. Places count from 0, as `seq` does.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Tampered {
    /// A line is no entry.
    #[error("entry {place} is no audit entry in canonical form")]
    Malformed {
        /// The place.
        place: u64,
    },
    /// Another entry stands here than belongs here: one was dropped, doubled, moved or put in.
    #[error("entry {place} is missing or moved: the one that stands there says it is {found}")]
    Misplaced {
        /// The place.
        place: u64,
        /// The place that the entry found there names.
        found: u64,
    },
    /// The entry, or the root kept with it, was altered.
    #[error("entry {place} was altered")]
    Altered {
        /// The place.
        place: u64,
    },
    /// The entries are consistent among themselves, but others than were signed.
    #[error("entries {from} to {to} are not the ones that were signed at size {size}")]
    Rewritten {
        /// The first place that may be altered.
        from: u64,
        /// The last place that may be altered.
        to: u64,
        /// The size of the checkpoint that shows it.
        size: u64,
    },
    /// The log is shorter than it was when it was signed.
    #[error(
        "the log ends at {size} entries, but {signed} were signed; the first {proven} are proven"
    )]
    RolledBack {
        /// Entries that a checkpoint proves.
        proven: u64,
        /// Entries that there are.
        size: u64,
        /// Entries that were signed.
        signed: u64,
    },
    /// The log does not end where its own right edge says.
    #[error("the log has {size} entries and does not end as its right edge says, which has {kept}")]
    EndDiffers {
        /// Entries that a checkpoint proves.
        proven: u64,
        /// Entries that there are.
        size: u64,
        /// Entries of the right edge.
        kept: u64,
    },
    /// A checkpoint is forged or damaged.
    #[error("checkpoint {nth} is forged or damaged")]
    Checkpoint {
        /// Which one, from 1, in the order handed in.
        nth: usize,
        /// What is wrong with it.
        #[source]
        source: CheckpointError,
    },
    /// A checkpoint of another log.
    #[error("checkpoint {nth} belongs to another log than the first")]
    OtherLog {
        /// Which one, from 1, in the order handed in.
        nth: usize,
    },
    /// Two checkpoints of one size name two roots: two logs were shown under one name.
    #[error("two checkpoints of size {size} disagree")]
    SplitView {
        /// The size.
        size: u64,
    },
}

impl Tampered {
    /// Returns the stable word for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Misplaced { .. } => "misplaced",
            Self::Altered { .. } => "altered",
            Self::Rewritten { .. } => "rewritten",
            Self::RolledBack { .. } => "rolled_back",
            Self::EndDiffers { .. } => "end_differs",
            Self::Checkpoint { .. } => "checkpoint_forged",
            Self::OtherLog { .. } => "other_log",
            Self::SplitView { .. } => "split_view",
        }
    }

    /// Returns the first place that is, or may be, wrong; `None` where a checkpoint is.
    pub const fn place(&self) -> Option<u64> {
        match self {
            Self::Malformed { place } | Self::Misplaced { place, .. } | Self::Altered { place } => {
                Some(*place)
            }
            Self::Rewritten { from, .. } => Some(*from),
            // What is missing need not have stood at the end.
            Self::RolledBack { proven, .. } | Self::EndDiffers { proven, .. } => Some(*proven),
            Self::Checkpoint { .. } | Self::OtherLog { .. } | Self::SplitView { .. } => None,
        }
    }
}

/// What was proven of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its size and root.
    pub head: Head,
    /// Entries that the newest checkpoint covers. What comes after it is consistent, but not signed yet.
    pub signed: u64,
    /// When the newest checkpoint was signed.
    pub signed_at: Option<Millis>,
    /// Checkpoints that agree with the entries.
    pub checkpoints: usize,
}

impl Trusted {
    /// Opens signed checkpoints, in any order: those kept beside the log, and those anchored outside.
    ///
    /// # Errors
    /// [`Tampered`] where one is forged, of another log, or contradicts another.
    pub fn open<'a>(
        signed: impl IntoIterator<Item = &'a str>,
        verifier: &Verifier,
    ) -> Result<Self, Tampered> {
        let mut checkpoints: Vec<Checkpoint> = Vec::new();
        for (n, text) in signed.into_iter().enumerate() {
            let nth = n + 1;
            let opened = Checkpoint::open(text, verifier);
            let opened = opened.map_err(|source| Tampered::Checkpoint { nth, source })?;
            if checkpoints
                .first()
                .is_some_and(|first| first.origin != opened.origin)
            {
                return Err(Tampered::OtherLog { nth });
            }
            checkpoints.push(opened);
        }
        checkpoints.sort_by_key(|checkpoint| (checkpoint.head.size, checkpoint.at));
        for pair in checkpoints.windows(2) {
            let size = pair[0].head.size;
            if size == pair[1].head.size && pair[0].head != pair[1].head {
                return Err(Tampered::SplitView { size });
            }
        }
        Ok(Self { checkpoints })
    }
}

/// A verification on its way: entries go in one by one, so that a log of any length fits.
#[derive(Clone, Debug)]
pub struct LogVerifier<'a> {
    trusted: &'a Trusted,
    frontier: Frontier,
    /// Checkpoints that agreed so far.
    agreed: usize,
}

impl<'a> LogVerifier<'a> {
    /// Begins at the first entry.
    ///
    /// # Errors
    /// [`Tampered::Rewritten`] where an empty log was signed with a root that it cannot have.
    pub fn new(trusted: &'a Trusted) -> Result<Self, Tampered> {
        let mut verifier = Self {
            trusted,
            frontier: Frontier::default(),
            agreed: 0,
        };
        verifier.compare()?;
        Ok(verifier)
    }

    /// Begins where a right edge ends, which must be the one of the newest checkpoint: what comes before it was
    /// verified when that was signed.
    ///
    /// # Errors
    /// [`Tampered::EndDiffers`] where the edge is not what the newest checkpoint signs.
    pub fn resume(trusted: &'a Trusted, edge: Frontier) -> Result<Self, Tampered> {
        let empty = Frontier::default().head();
        let newest = trusted
            .checkpoints
            .last()
            .map_or(empty, |newest| newest.head);
        if edge.head() != newest {
            return Err(Tampered::EndDiffers {
                proven: 0,
                size: newest.size,
                kept: edge.size(),
            });
        }
        Ok(Self {
            trusted,
            frontier: edge,
            agreed: trusted.checkpoints.len(),
        })
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`Tampered`], with the place.
    pub fn push(&mut self, stored: &StoredEntry) -> Result<(), Tampered> {
        let place = self.place();
        let found = stored.entry.seq;
        if found != place {
            return Err(Tampered::Misplaced { place, found });
        }
        self.frontier.append(stored.entry.leaf());
        if self.frontier.root() != stored.root {
            return Err(Tampered::Altered { place });
        }
        self.compare()
    }

    /// Returns the place of the next entry.
    pub const fn place(&self) -> u64 {
        self.frontier.size()
    }

    /// Ends the verification: the log has no further entry.
    ///
    /// # Errors
    /// [`Tampered`] where more entries were signed than came.
    pub fn finish(self) -> Result<Verified, Tampered> {
        let head = self.frontier.head();
        self.finish_at(head)
    }

    /// Ends the verification of a log that says where it ends, as [`Frontier::head`] of its right edge does. Of
    /// the entries after the newest checkpoint it shows, but does not prove, that none is missing.
    ///
    /// # Errors
    /// [`Tampered`] where more entries were signed than came, or the end is another.
    pub fn finish_at(self, kept: Head) -> Result<Verified, Tampered> {
        let head = self.frontier.head();
        let (size, proven) = (head.size, self.proven());
        let newest = self.trusted.checkpoints.last();
        if let Some(newest) = newest.filter(|newest| newest.head.size > size) {
            let signed = newest.head.size;
            return Err(Tampered::RolledBack {
                proven,
                size,
                signed,
            });
        }
        if kept != head {
            let kept = kept.size;
            return Err(Tampered::EndDiffers { proven, size, kept });
        }
        Ok(Verified {
            head,
            signed: proven,
            signed_at: newest.map(|newest| newest.at),
            checkpoints: self.agreed,
        })
    }

    /// Returns the right edge so far.
    pub const fn edge(&self) -> &Frontier {
        &self.frontier
    }

    /// Returns how many entries the newest checkpoint that agreed covers.
    fn proven(&self) -> u64 {
        let agreed = self.trusted.checkpoints[..self.agreed].last();
        agreed.map_or(0, |checkpoint| checkpoint.head.size)
    }

    /// Holds the tree so far against the checkpoints of its size.
    fn compare(&mut self) -> Result<(), Tampered> {
        let size = self.frontier.size();
        while let Some(checkpoint) = self.trusted.checkpoints.get(self.agreed) {
            if checkpoint.head.size != size {
                break;
            }
            if checkpoint.head.root != self.frontier.root() {
                let from = self.proven();
                let to = size.saturating_sub(1);
                return Err(Tampered::Rewritten { from, to, size });
            }
            self.agreed += 1;
        }
        Ok(())
    }
}

/// Verifies a whole log from its first entry; entries are read from lines with [`StoredEntry::from_line`].
///
/// # Errors
/// [`Tampered`] names the first place.
pub fn verify_log(
    entries: impl IntoIterator<Item = Result<StoredEntry, EntryError>>,
    trusted: &Trusted,
) -> Result<Verified, Tampered> {
    let mut verifier = LogVerifier::new(trusted)?;
    for entry in entries {
        let place = verifier.place();
        let entry = entry.map_err(|_| Tampered::Malformed { place })?;
        verifier.push(&entry)?;
    }
    verifier.finish()
}
