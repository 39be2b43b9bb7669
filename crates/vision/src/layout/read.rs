//! Fields by the rules of the page's kind.

use std::collections::BTreeMap;

use image::RgbImage;
use menshen_core::evidence::Seen;
use menshen_document::mrz::Reading;
use menshen_document::{DocumentKind, Field};

use super::row::Piece;
use super::{prc, printed};
use crate::model::ModelError;
use crate::text::{Line, TextReader};

/// Reads the fields of a page of a known kind, in pixels of `page`. `mrz` only helps to find printed
/// fields; values are always what is printed.
pub(crate) fn read_fields(
    reader: &TextReader,
    page: &RgbImage,
    lines: &[Line],
    seen: &Seen,
    mrz: Option<&Reading>,
) -> Result<BTreeMap<Field, Piece>, ModelError> {
    match seen.kind {
        DocumentKind::PrcIdCard => prc::read(reader, page, lines, seen.side),
        DocumentKind::DrivingLicence => Ok(printed::read_licence(lines)),
        DocumentKind::Passport
        | DocumentKind::IdCardTd1
        | DocumentKind::IdCardTd2
        | DocumentKind::Visa => Ok(printed::read(lines, mrz)),
    }
}
