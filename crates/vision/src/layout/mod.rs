//! What a page is and what it says: kind and side, which way is up, text by field.

mod area;
mod ethnicity;
mod fold;
mod labels;
mod prc;
mod prc_back;
mod prc_front;
mod row;

use image::RgbImage;
use menshen_document::{Field, Side};
use std::collections::BTreeMap;
pub fn scratch_prc(
    reader: &crate::TextReader,
    page: &RgbImage,
    lines: &[crate::text::Line],
    side: Side,
) -> BTreeMap<Field, (String, f32)> {
    prc::read(reader, page, lines, side)
        .unwrap()
        .into_iter()
        .map(|(f, p)| (f, (p.text, p.confidence)))
        .collect()
}
