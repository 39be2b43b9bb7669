//! Faces: find, mesh, measure, align, embed, compare.
//!
//! Every stage is a function of plain data in pixels of the oriented image, so that each can be
//! tested and drawn alone. "Left" and "right" are the picture's unless said otherwise.

mod detect;
mod embed;
mod mesh;
mod transform;

pub use detect::{Detection, count, detect, detect_crowd, detect_turned, largest};
pub use embed::{Embedding, align, compare, embed, embed_chip};
pub use mesh::{Mesh, POINTS, mesh, refine};
pub use transform::Similarity;
