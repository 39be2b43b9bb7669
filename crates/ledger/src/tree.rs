//! The tree of RFC 9162, section 2.1, and its right edge.

use thiserror::Error;

use crate::hash::Hash;

/// A tree told apart from every other: how many leaves it has, and its root.
///
/// Neither is enough without the other: trees of several sizes can share the nodes of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Leaves of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Head {
    /// Returns the head of the tree over these leaf hashes, from scratch.
    pub fn of(leaves: &[Hash]) -> Self {
        Self {
            size: leaves.len() as u64,
            root: root_of(leaves),
        }
    }
}

/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// It holds the roots of the complete subtrees from left to right, one for each bit that is set in the
/// size, so that a million entries need 20 hashes at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The bytes are no frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read frontier: {bytes} bytes do not fit the size that they state")]
pub struct FrontierError {
    /// How many bytes there were.
    pub bytes: usize,
}

impl Frontier {
    /// Returns how many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash, with as many hashes as there are trailing ones in the size.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop();
            node = Hash::node(&left.expect("each bit of the size has its peak"), &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// Returns the size and the root of the tree.
    pub fn head(&self) -> Head {
        Head {
            size: self.size,
            root: self.root(),
        }
    }

    /// Returns the root of the tree.
    pub fn root(&self) -> Hash {
        let folded = self.peaks.iter().rev().copied();
        let root = folded.reduce(|right, left| Hash::node(&left, &right));
        root.unwrap_or_else(Hash::empty)
    }

    /// Returns the frontier as bytes: the size in eight bytes, highest first, then the peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flat_map(|peak| peak.0));
        bytes
    }

    /// Reads a frontier from its bytes.
    ///
    /// # Errors
    /// [`FrontierError`] when there are fewer or more hashes than the size asks for.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let wrong = FrontierError { bytes: bytes.len() };
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(wrong)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, left_over) = rest.as_chunks::<32>();
        if !left_over.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(wrong);
        }
        let peaks = peaks.iter().copied().map(Hash).collect();
        Ok(Self { size, peaks })
    }
}

/// Returns the root of the tree over these leaf hashes, from scratch.
pub(crate) fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Hash::node(&root_of(left), &root_of(right))
        }
    }
}

/// Returns the largest power of two below a size of two or more: where a tree divides.
pub(crate) const fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The eight leaves of the test vectors of Certificate Transparency.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    /// The roots of the first one to eight of them, as published with that project.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let mut frontier = Frontier::default();
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            frontier.append(Hash::leaf(leaf));
            assert_eq!(frontier.root().to_string(), root);
        }
    }

    proptest! {
        #[test]
        fn appending_gives_the_tree_that_is_made_from_scratch(size in 0usize..600, pause in 0usize..600) {
            let leaves: Vec<Hash> = (0..size).map(|n| Hash::leaf(&n.to_be_bytes())).collect();
            let mut frontier = Frontier::default();
            for (n, leaf) in leaves.iter().enumerate() {
                if n == pause {
                    frontier = Frontier::from_bytes(&frontier.to_bytes()).expect("its own bytes");
                }
                frontier.append(*leaf);
            }
            prop_assert_eq!(frontier.head(), Head::of(&leaves));
        }

        #[test]
        fn any_bytes_are_a_frontier_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(frontier) = Frontier::from_bytes(&bytes) {
                prop_assert_eq!(frontier.to_bytes(), bytes);
            }
        }
    }
}
