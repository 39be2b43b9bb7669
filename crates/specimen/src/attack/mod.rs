//! Sessions of a live check as pictures: a person before a camera, and those who only look like one.
//!
//! All of it is simulated: one portrait is laid over the mesh of its own face and moved, light is added up in linear light,
//! and what is between the face and the file (paper, a screen's raster, a camera) is modelled after its physics. It shows
//! which signs tell what apart and how surely; it is no substitute for people and things before real cameras.
//!
//! The same arguments give the same bytes.

mod actor;
mod canvas;
mod delaunay;
mod drawn;
mod flat;
mod head;
mod landmarks;
mod relit;
mod room;
mod scene;
mod sensor;
mod session;
mod species;

pub use drawn::{drawn_portrait, drawn_portrait_jpeg};
pub use head::Puppet;
pub use image::RgbImage as Picture;
pub use relit::relit;
pub use session::Session;
pub use species::Species;
