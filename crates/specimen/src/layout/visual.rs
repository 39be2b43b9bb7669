//! Fields with a small label above the value, as travel documents print them.

use jiff::civil::Date;
use menshen_document::Field;

use super::{BLACK, Sources};
use crate::page::{Ink, Page};

const LABEL: Ink = [92, 86, 100];
const LABEL_EM: f32 = 1.75;
const VALUE_EM: f32 = 2.9;
/// Empty paper at the right edge in millimetres.
const MARGIN: f32 = 4.0;

/// Prints label and value, the value's baseline at `at`, and notes the field.
pub fn field(
    page: &mut Page,
    sources: &Sources<'_>,
    field: Field,
    at: [f32; 2],
    label: &str,
    value: &str,
    printed: &str,
) {
    let style = sources.style(&sources.fonts.latin, LABEL_EM, LABEL);
    page.text(style, [at[0], at[1] - 3.2], label);
    // A long value is set smaller, as offices do, so that it stays on the page.
    let room = page.size[0] - MARGIN - at[0];
    let em = VALUE_EM.min(room / sources.fonts.latin_bold.width(printed, 0.0));
    let region = page.text(
        sources.style(&sources.fonts.latin_bold, em, BLACK),
        at,
        printed,
    );
    page.note(field, value, printed, region);
}

/// Returns `12 AUG 1990` (ICAO Doc 9303 part 3, 3.6 with the year in full).
pub fn date(date: Date) -> String {
    date.strftime("%d %b %Y").to_string().to_uppercase()
}
