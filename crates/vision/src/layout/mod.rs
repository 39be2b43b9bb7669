//! What a page is and what it says: kind and side, which way is up, text by field.

mod area;
mod fold;
mod labels;
