//! What a file says about its own history. Hints for a reviewer, never a verdict: honest pictures pass
//! through editors, too, and a careful forger leaves nothing.

mod blocks;
mod marks;

use image::RgbImage;
use menshen_core::evidence::FileTraces;

/// Reads the traces of editing from a file and from the pixels that were decoded from it.
///
/// `pixels` is the oriented picture. No text of the file is passed on: an editor is named from a fixed list.
pub fn read(bytes: &[u8], pixels: &RgbImage) -> FileTraces {
    let marks = marks::find(bytes);
    // Only a JPEG's own blocks can be out of step; the decoders' other formats have none.
    let disagreement = if bytes.starts_with(b"\xff\xd8") {
        blocks::disagreement(pixels)
    } else {
        None
    };
    FileTraces {
        editor: marks.editor.map(str::to_owned),
        camera: marks.camera,
        inconsistency: disagreement.map_or(0.0, |(strength, _)| strength),
        inconsistent_region: disagreement.map(|(_, region)| region),
    }
}

#[cfg(test)]
mod tests;
