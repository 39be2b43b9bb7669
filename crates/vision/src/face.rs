//! Faces: find, mesh, measure, align, embed, compare.
//!
//! Every stage is a function of plain data in pixels of the oriented image, so that each can be
//! tested and drawn alone. "Left" and "right" are the picture's unless said otherwise. All functions
//! are free of state: call them from as many threads as there are pictures.

mod antispoof;
pub(crate) mod canonical;
mod components;
mod detect;
mod embed;
mod examine;
mod eyes;
mod mesh;
mod occlusion;
mod plane;
mod pose;
mod quality;
mod transform;
mod view;

pub use antispoof::antispoof;
pub(crate) use canonical::skull;
pub use detect::{
    Detection, count, detect, detect_crowd, detect_crowd_frame, detect_frame, detect_turned,
    largest, subject,
};
pub use embed::{Embedding, align, compare, embed, embed_chip, vector_numbers};
pub use examine::{
    Embedded, Face, FaceModels, Located, Upright, embed_any, embed_each, examine, examine_frame,
    eyes_open, find, measure,
};
pub(crate) use examine::{people, same_face};
pub use eyes::{eyes_by_iris, eyes_by_mesh, mouth_open};
pub(crate) use mesh::mesh_near;
pub use mesh::{Mesh, POINTS, mesh};
pub use pose::pose;
pub(crate) use quality::{covered, glance};
pub use quality::{face_sharpness, quality};
pub use transform::Similarity;
pub(crate) use transform::resize as shrink;
pub(crate) use view::{View, fill};
