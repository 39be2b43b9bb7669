//! Proofs: that an entry stands in the log (RFC 9162, section 2.1.3), and that a log only grew (2.1.4).

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::tree::{Head, root_of, split};

/// The proof that a leaf stands at an index of a tree of a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Index of the leaf, from 0.
    pub index: u64,
    /// Leaves of the tree.
    pub size: u64,
    /// The siblings on the way from the leaf to the root.
    pub path: Vec<Hash>,
}

impl InclusionProof {
    /// Returns the proof for a leaf of the tree over these leaf hashes; `None` where there is no such leaf.
    pub fn of(leaves: &[Hash], index: usize) -> Option<Self> {
        (index < leaves.len()).then(|| Self {
            index: index as u64,
            size: leaves.len() as u64,
            path: inclusion_path(leaves, index),
        })
    }

    /// Tells whether the proof leads from this leaf to the root of this tree.
    pub fn verify(&self, leaf: &Hash, head: &Head) -> bool {
        if self.size != head.size || self.index >= self.size {
            return false;
        }
        let (mut index, mut last) = (self.index, self.size - 1);
        let mut node = *leaf;
        for sibling in &self.path {
            if last == 0 {
                return false;
            }
            if index & 1 == 1 || index == last {
                node = Hash::node(sibling, &node);
                // A node without a right sibling moves up as it is.
                while index & 1 == 0 && index != 0 {
                    (index, last) = (index >> 1, last >> 1);
                }
            } else {
                node = Hash::node(&node, sibling);
            }
            (index, last) = (index >> 1, last >> 1);
        }
        last == 0 && node == head.root
    }
}

fn inclusion_path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (inclusion_path(left, index), root_of(right)),
        Some(index) => (inclusion_path(right, index), root_of(left)),
    };
    path.push(sibling);
    path
}

/// The proof that a tree of one size begins with the tree of a smaller size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// Leaves of the earlier tree.
    pub old_size: u64,
    /// Leaves of the later tree.
    pub new_size: u64,
    /// The nodes from which both roots follow.
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    /// Returns the proof from the first `old_size` of these leaf hashes to all; `None` where there are fewer.
    pub fn of(leaves: &[Hash], old_size: usize) -> Option<Self> {
        let path = match old_size {
            0 => Vec::new(),
            size if size > leaves.len() => return None,
            size => consistency_path(leaves, size, true),
        };
        Some(Self {
            old_size: old_size as u64,
            new_size: leaves.len() as u64,
            path,
        })
    }

    /// Tells whether the proof leads to the roots of both trees.
    pub fn verify(&self, old: &Head, new: &Head) -> bool {
        if (self.old_size, self.new_size) != (old.size, new.size) || old.size > new.size {
            return false;
        }
        match old.size {
            // Every tree begins with the empty one, whose root is known.
            0 => self.path.is_empty() && old.root == Hash::empty() && (new.size > 0 || old == new),
            size if size == new.size => self.path.is_empty() && old == new,
            _ => self.leads(&old.root, &new.root),
        }
    }

    fn leads(&self, old_root: &Hash, new_root: &Hash) -> bool {
        let mut path = self.path.iter();
        // The earlier tree is one complete subtree: its root is the first node, and known.
        let first = if self.old_size.is_power_of_two() {
            Some(old_root)
        } else {
            path.next()
        };
        let Some(first) = first else { return false };
        let shift = (self.old_size - 1).trailing_ones();
        let (mut index, mut last) = ((self.old_size - 1) >> shift, (self.new_size - 1) >> shift);
        let (mut old, mut new) = (*first, *first);
        for node in path {
            if last == 0 {
                return false;
            }
            if index & 1 == 1 || index == last {
                old = Hash::node(node, &old);
                new = Hash::node(node, &new);
                while index & 1 == 0 && index != 0 {
                    (index, last) = (index >> 1, last >> 1);
                }
            } else {
                new = Hash::node(&new, node);
            }
            (index, last) = (index >> 1, last >> 1);
        }
        last == 0 && old == *old_root && new == *new_root
    }
}

/// `whole`: the earlier tree is all of what the caller still looks at, so that its root is known.
fn consistency_path(leaves: &[Hash], old_size: usize, whole: bool) -> Vec<Hash> {
    if old_size == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![root_of(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, node) = match old_size.checked_sub(left.len()) {
        None | Some(0) => (consistency_path(left, old_size, whole), root_of(right)),
        Some(old_size) => (consistency_path(right, old_size, false), root_of(left)),
    };
    path.push(node);
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(size: usize) -> Vec<Hash> {
        (0..size).map(|n| Hash::leaf(&n.to_be_bytes())).collect()
    }

    /// The proof with one bit of one hash flipped, and the path shortened, lengthened and turned.
    fn altered(path: &[Hash], bit: usize) -> Vec<Vec<Hash>> {
        let mut others = vec![[path, &[Hash::empty()]].concat()];
        if !path.is_empty() {
            let mut flipped = path.to_vec();
            flipped[bit / 256 % path.len()].0[bit % 256 / 8] ^= 1 << (bit % 8);
            others.push(flipped);
            others.push(path[1..].to_vec());
            others.push(path[..path.len() - 1].to_vec());
        }
        if path.len() > 1 {
            others.push(path.iter().rev().copied().collect());
        }
        others
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_at_its_index_and_size_only() {
        for size in 1..=65 {
            let (leaves, head) = (leaves(size), Head::of(&leaves(size)));
            for index in 0..size {
                let proof = InclusionProof::of(&leaves, index).expect("within the tree");
                assert!(proof.verify(&leaves[index], &head));
                for other in (0..size as u64 + 2).filter(|other| *other != index as u64) {
                    let moved = InclusionProof {
                        index: other,
                        ..proof.clone()
                    };
                    assert!(!moved.verify(&leaves[index], &head), "{size} {index}");
                }
                for other in [proof.size - 1, proof.size + 1, 2 * proof.size] {
                    let resized = InclusionProof {
                        size: other,
                        ..proof.clone()
                    };
                    assert!(!resized.verify(&leaves[index], &head), "{size} {index}");
                }
            }
            assert!(InclusionProof::of(&leaves, size).is_none());
        }
    }

    #[test]
    fn every_two_small_trees_are_proven_consistent_and_no_others() {
        for size in 0..=65 {
            let (leaves, new) = (leaves(size), Head::of(&leaves(size)));
            for old_size in 0..=size {
                let old = Head::of(&leaves[..old_size]);
                let proof = ConsistencyProof::of(&leaves, old_size).expect("not larger");
                assert!(proof.verify(&old, &new), "{old_size} of {size}");
                let root = Hash([7; 32]);
                assert!(!proof.verify(&Head { root, ..old }, &new));
                assert!(old_size == 0 || !proof.verify(&old, &Head { root, ..new }));
                let (shorter, longer) = (old.size.wrapping_sub(1), new.size + 1);
                assert!(!proof.verify(
                    &Head {
                        size: shorter,
                        ..old
                    },
                    &new
                ));
                assert!(!proof.verify(
                    &old,
                    &Head {
                        size: longer,
                        ..new
                    }
                ));
            }
            assert!(ConsistencyProof::of(&leaves, size + 1).is_none());
        }
    }

    proptest! {
        #[test]
        fn an_altered_inclusion_proof_fails(size in 1usize..300, seed in any::<usize>(), bit in any::<usize>()) {
            let (leaves, index) = (leaves(size), seed % size);
            let head = Head::of(&leaves);
            let proof = InclusionProof::of(&leaves, index).expect("within the tree");
            prop_assert!(proof.verify(&leaves[index], &head));
            for path in altered(&proof.path, bit) {
                let altered = InclusionProof { path, ..proof.clone() };
                prop_assert!(!altered.verify(&leaves[index], &head));
            }
            let mut leaf = leaves[index];
            leaf.0[bit % 32] ^= 1 << (bit / 32 % 8);
            prop_assert!(!proof.verify(&leaf, &head));
        }

        #[test]
        fn an_altered_consistency_proof_fails(size in 2usize..300, seed in any::<usize>(), bit in any::<usize>()) {
            let (leaves, old_size) = (leaves(size), 1 + seed % (size - 1));
            let (old, new) = (Head::of(&leaves[..old_size]), Head::of(&leaves));
            let proof = ConsistencyProof::of(&leaves, old_size).expect("not larger");
            prop_assert!(proof.verify(&old, &new));
            for path in altered(&proof.path, bit) {
                let altered = ConsistencyProof { path, ..proof.clone() };
                prop_assert!(!altered.verify(&old, &new));
            }
        }
    }
}
