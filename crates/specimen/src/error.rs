//! What can go wrong while a specimen is drawn.

use std::path::PathBuf;

use menshen_document::DocumentKind;

/// Why no specimen was drawn.
#[derive(Debug, thiserror::Error)]
pub enum SpecimenError {
    /// A font is not installed.
    #[error(
        "find font {file}: install the Debian package {package}, or set MENSHEN_FONTS to a folder that holds it"
    )]
    FontMissing {
        /// File name of the font.
        file: &'static str,
        /// Debian package that brings it.
        package: &'static str,
    },
    /// A font file could not be read.
    #[error("read font {path}")]
    FontRead {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// A font file is not a font.
    #[error("parse font {path}")]
    FontParse {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: ab_glyph::InvalidFont,
    },
    /// The portrait is too small to print.
    #[error(
        "portrait of {width} x {height} pixels is too small, it needs at least {least} x {least}"
    )]
    PortraitTooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Least side in pixels.
        least: u32,
    },
    /// The face box does not lie in the portrait.
    #[error("the face box lies outside the portrait")]
    FaceOutside,
    /// A face's mesh has another number of points, or they are no face.
    #[error("the points are no mesh of a face that looks straight")]
    Mesh,
    /// No layout exists for this kind.
    #[error("no specimen layout for {0:?}")]
    KindNotDrawn(DocumentKind),
    /// A date ran out of the calendar.
    #[error("choose the document's dates")]
    Date(#[from] jiff::Error),
    /// The machine-readable zone could not be composed.
    #[error("compose the machine-readable zone")]
    Mrz(#[from] menshen_document::mrz::ComposeError),
    /// A degradation is not known.
    #[error("unknown degradation \"{name}\"; known: {known}")]
    UnknownDegradation {
        /// What was asked for.
        name: String,
        /// Every known one with its value.
        known: String,
    },
    /// A degradation has a wrong value.
    #[error("degradation {name}={value}: expected {expected}")]
    DegradationValue {
        /// Its name.
        name: String,
        /// What was given.
        value: String,
        /// What is expected.
        expected: &'static str,
    },
    /// A degradation is named twice.
    #[error("degradation {0} is given twice")]
    DegradationTwice(&'static str),
    /// A sheet that somebody holds up is not cut off, scanned or edited.
    #[error("a statement cannot show the degradation {0}")]
    StatementCannot(&'static str),
    /// The text of a statement could not be composed.
    #[error("compose the statement")]
    Statement(#[from] menshen_core::statement::NoStatement),
    /// A contradiction is not known.
    #[error("unknown contradiction \"{name}\"; known: {known}")]
    UnknownContradiction {
        /// What was asked for.
        name: String,
        /// Every known one.
        known: String,
    },
    /// A contradiction makes no sense on this document.
    #[error("a {kind:?} cannot show the contradiction {name}")]
    ContradictionImpossible {
        /// The contradiction's name.
        name: &'static str,
        /// The document.
        kind: DocumentKind,
    },
    /// The picture could not be encoded.
    #[error("encode the picture")]
    Encode(#[source] image::ImageError),
    /// The truth could not be written as JSON.
    #[error("write the truth as JSON")]
    Json(#[from] serde_json::Error),
    /// A file could not be written.
    #[error("write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

impl SpecimenError {
    /// Returns whether the arguments were wrong (exit code 2) rather than the machine (1).
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::PortraitTooSmall { .. }
                | Self::FaceOutside
                | Self::Mesh
                | Self::KindNotDrawn(_)
                | Self::UnknownDegradation { .. }
                | Self::DegradationValue { .. }
                | Self::DegradationTwice(_)
                | Self::StatementCannot(_)
                | Self::UnknownContradiction { .. }
                | Self::ContradictionImpossible { .. }
        )
    }
}
