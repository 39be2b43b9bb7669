//! What a page is and what it says: kind and side, which way is up, text by field.

mod area;
mod ethnicity;
mod fold;
mod labels;
mod prc_back;
mod prc_front;
mod row;
