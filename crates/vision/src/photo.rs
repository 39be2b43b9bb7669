//! Bytes to an upright picture, behind limits.
//!
//! Everything that an uploader controls is bounded before the decoder runs: bytes, pixels, sides, memory
//! and, through the number of JPEG scans, time. Whatever a decoder does with hostile bytes comes back as
//! a [`PhotoError`].

mod clean;
mod jpeg;
mod look;
mod scale;
pub(crate) use scale::{resample, resized, shrink};
mod sniff;
mod turn;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegDecoder;
#[cfg(feature = "every-format")]
use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, ImageError, RgbImage};
use thiserror::Error;

pub use clean::EncodeError;
pub use look::look;
pub use sniff::PhotoFormat;

/// A decoded picture, turned as its EXIF orientation asks.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Oriented pixels.
    pub pixels: RgbImage,
}

/// What a photo may cost before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file in bytes.
    pub bytes: usize,
    /// Most pixels, width times height.
    pub pixels: u64,
    /// Longest side in pixels.
    pub side: u32,
    /// Most memory that file, decoder and pictures may hold together, in bytes (an estimate from the header).
    pub memory: u64,
    /// Most scans of one JPEG. Encoders write 10 to 15; each scan walks the whole picture again.
    pub scans: u32,
}

impl Default for Limits {
    /// 25 MB, 40 megapixels, 20,000 pixels a side, 256 MiB, 32 scans.
    fn default() -> Self {
        Self {
            bytes: 25_000_000,
            pixels: 40_000_000,
            side: 20_000,
            memory: 256 << 20,
            scans: 32,
        }
    }
}

/// Why bytes did not become a picture. Every variant is the file's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PhotoError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`Limits::bytes`].
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// The first bytes belong to no picture format that we know.
    #[error("the file is not a picture")]
    NotAnImage,
    /// A picture or document, but neither JPEG, PNG nor WebP (or a rare kind of these).
    #[error("the picture is neither a usual JPEG nor a PNG or WebP")]
    UnsupportedFormat,
    /// More pixels or a longer side than the limits allow.
    #[error("the picture of {width} x {height} pixels is too large")]
    TooManyPixels {
        /// Width that the header claims.
        width: u32,
        /// Height that the header claims.
        height: u32,
    },
    /// Decoding would need more memory than [`Limits::memory`].
    #[error("the picture needs too much memory")]
    TooMuchMemory,
    /// Decoding would take too long, e.g. a JPEG of hundreds of scans.
    #[error("the picture is coded in too many passes")]
    TooComplex,
    /// Behind the picture stands something that no camera writes.
    #[error("the file is a picture and something else as well")]
    NotOnlyAPicture,
    /// The file ends before the picture does.
    #[error("the file is cut short")]
    Truncated,
    /// The file breaks the rules of its format.
    #[error("the picture is damaged")]
    Corrupt,
    /// The decoder gave up in an unforeseen way.
    #[error("the picture cannot be decoded")]
    DecoderFault,
}

impl PhotoError {
    /// Returns the stable name of the error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat => "unsupported_format",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooMuchMemory => "too_much_memory",
            Self::TooComplex => "too_complex",
            Self::NotOnlyAPicture => "not_only_a_picture",
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::DecoderFault => "decoder_fault",
        }
    }
}

impl Photo {
    /// Decodes the first picture of a JPEG, PNG or WebP file and turns it upright.
    ///
    /// The format is told by the first bytes, never by a name. Transparent pixels are laid on white. Grey,
    /// palette, 16-bit, CMYK and YCCK pictures become 8-bit RGB.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        if bytes.is_empty() {
            return Err(PhotoError::Empty);
        }
        if bytes.len() > limits.bytes {
            return Err(PhotoError::TooLarge {
                limit: limits.bytes,
            });
        }
        let format = sniff::sniff(bytes)?;
        // The decoders are other people's code under hostile input: a panic in them is a bad file, not a bug
        // of the caller's. Nothing of ours outlives the closure half-changed.
        catch_unwind(AssertUnwindSafe(|| decode_as(format, bytes, limits)))
            .unwrap_or(Err(PhotoError::DecoderFault))
    }

    /// Returns the picture scaled so that its longer side is at most `max_side` pixels, and the factor from
    /// oriented pixels to its own (1.0 where the picture was small enough).
    pub fn working(&self, max_side: u32) -> (RgbImage, f32) {
        scale::shrink(&self.pixels, max_side)
    }
}

fn decode_as(format: PhotoFormat, bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    let reader = Cursor::new(bytes);
    match format {
        PhotoFormat::Jpeg => {
            let survey = jpeg::survey(bytes)?;
            check_size(survey.width, survey.height, limits)?;
            if survey.scans > limits.scans {
                return Err(PhotoError::TooComplex);
            }
            if survey.working_bytes() > limits.memory {
                return Err(PhotoError::TooMuchMemory);
            }
            read(JpegDecoder::new(reader).map_err(translate)?, bytes, limits)
        }
        #[cfg(feature = "every-format")]
        PhotoFormat::Png => {
            // Checked before the decoder is made: it allocates for the header's claim.
            let (width, height) = sniff::png_size(bytes)?;
            check_size(width, height, limits)?;
            let decoder = PngDecoder::with_limits(reader, image_limits(limits));
            read(decoder.map_err(translate)?, bytes, limits)
        }
        #[cfg(not(feature = "every-format"))]
        PhotoFormat::Png | PhotoFormat::WebP => Err(PhotoError::UnsupportedFormat),
        #[cfg(feature = "every-format")]
        PhotoFormat::WebP => read(WebPDecoder::new(reader).map_err(translate)?, bytes, limits),
    }
}

fn read<D: ImageDecoder>(
    mut decoder: D,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Photo, PhotoError> {
    let (width, height) = decoder.dimensions();
    check_size(width, height, limits)?;
    let rgb = u64::from(width) * u64::from(height) * 3;
    // At the peak the decoder's picture and our RGB copy live together, or two RGB copies while turning.
    let peak = decoder.total_bytes().max(rgb).saturating_add(rgb);
    if peak.saturating_add(bytes.len() as u64) > limits.memory {
        return Err(PhotoError::TooMuchMemory);
    }
    decoder
        .set_limits(image_limits(limits))
        .map_err(translate)?;
    // A broken EXIF block says nothing about the pixels.
    let orientation = decoder.orientation().ok();
    let picture = DynamicImage::from_decoder(decoder).map_err(translate)?;
    let pixels = to_rgb(picture);
    Ok(Photo {
        pixels: match orientation {
            Some(orientation) => turn::upright(pixels, orientation),
            None => pixels,
        },
    })
}

fn check_size(width: u32, height: u32, limits: &Limits) -> Result<(), PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::Corrupt);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels || width > limits.side || height > limits.side {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    Ok(())
}

fn image_limits(limits: &Limits) -> image::Limits {
    let mut out = image::Limits::no_limits();
    out.max_image_width = Some(limits.side);
    out.max_image_height = Some(limits.side);
    out.max_alloc = Some(limits.memory);
    out
}

/// Lays transparent pixels on white and brings every colour type to 8-bit RGB.
fn to_rgb(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    let (width, height) = rgba.dimensions();
    let mut out = RgbImage::new(width, height);
    for (to, from) in out.chunks_exact_mut(3).zip(rgba.chunks_exact(4)) {
        let alpha = u32::from(from[3]);
        for (to, &from) in to.iter_mut().zip(&from[..3]) {
            *to = ((u32::from(from) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    out
}

fn translate(error: ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooMuchMemory,
        ImageError::Unsupported(_) => PhotoError::UnsupportedFormat,
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::Truncated
        }
        error if ends_early(&error) => PhotoError::Truncated,
        _ => PhotoError::Corrupt,
    }
}

/// Tells whether somewhere in the chain of causes the bytes ran out.
fn ends_early(error: &ImageError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return error.kind() == std::io::ErrorKind::UnexpectedEof;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
