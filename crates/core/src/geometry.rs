//! Points and shapes in the *oriented* image: pixels, `f32`, origin at the top left, y down.

use serde::{Deserialize, Serialize};

/// A point in the oriented image, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the top edge.
    pub y: f32,
}

/// An axis-parallel rectangle in the oriented image, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// The four corners of a document in the oriented image: top left, top right, bottom right, bottom
/// left *of the document as one reads it* (so a document photographed upside down has its top left
/// corner at the bottom right of the image).
pub type Quad = [Point; 4];
