//! Degradations of known strength.
//!
//! Each is one named step with one number. Whatever order they are written in, they act in the order
//! in which light meets them: the page itself (a copy), the camera's place, things over the page,
//! light, optics, sensor, an edit of the file, compression. Lengths are "page pixels": pixels where the page is 1,000
//! wide, the unit of the evidence. Light is scaled on sRGB-encoded values, because evidence measures
//! those: `dark=0.4` leaves 0.4 of the median luma, `shadow=0.5` a darkest-over-brightest of 0.5.

mod edit;
mod light;
mod optics;
mod page;
mod parse;
mod portrait;

use image::RgbImage;

use crate::camera::{Bed, Camera, Shot};
use crate::truth::DegradationTruth;

pub use edit::{Edit, Part, splice};
pub use portrait::PrintedPortrait;

/// What the frame cuts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crop {
    /// One corner of the page lies outside the picture.
    Corner,
    /// A whole edge lies outside.
    Edge,
}

/// One degradation. The order of the variants is the order of application.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Degradation {
    /// Halftone copy: 0..=1, how much of the page is dots of 4 page pixels.
    Print(f32),
    /// A halftone copy on a scanner's bed: 0..=1, how much of the page is dots of 4 page pixels.
    Scan(f32),
    /// The page is a grey copy.
    Grey,
    /// Clockwise turn of the page in degrees.
    Rotate(f32),
    /// 0..=1: the far edge is shorter than the near one by half of this part.
    Perspective(f32),
    /// Part of the page lies outside the frame.
    Crop(Crop),
    /// A finger over the lower edge: 0..=1, how far it reaches over the page's height.
    Finger(f32),
    /// A soft band of shadow: 0..=1, how much of the light it takes.
    Shadow(f32),
    /// Remaining part of the brightness, 0..=1.
    Dark(f32),
    /// A burnt-out spot.
    Glare {
        /// Width of the burnt-out core over the page's width, 0..=1.
        strength: f32,
        /// Its centre from the top left corner, in parts of width and height; `None`: over the text.
        at: Option<[f32; 2]>,
    },
    /// A veil of stray light: 0..=1, its part in every pixel.
    Haze(f32),
    /// A straight movement of this many page pixels while the shutter is open.
    Motion(f32),
    /// Out of focus: standard deviation of a Gaussian in page pixels.
    Blur(f32),
    /// Pattern of a re-photographed screen, 0..=1.
    Moire(f32),
    /// Sensor noise: standard deviation in levels of 0..=255.
    Noise(f32),
    /// Long side of the picture in pixels (never enlarged).
    Size(u32),
    /// The portrait is another picture's, put there after the photograph: JPEG quality that both files had before, 1..=100.
    EditPortrait(u8),
    /// A printed field is another picture's, put there after the photograph: JPEG quality that both files had before, 1..=100.
    EditField(u8),
    /// JPEG quality, 1..=100.
    Jpeg(u8),
}

/// JPEG quality of a picture that is not degraded.
const JPEG_QUALITY: u8 = 92;

impl Degradation {
    /// Reads a list such as `blur=2,glare=0.3,crop=corner` and puts it in the order of application.
    ///
    /// # Errors
    /// Unknown names, wrong values and repeated names are refused; the message teaches what is known.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, crate::SpecimenError> {
        parse::list(text)
    }

    /// Returns its name on the command line.
    pub fn name(&self) -> &'static str {
        parse::KNOWN[self.stage()].name
    }

    /// Returns its place in the order of application.
    pub(crate) fn stage(&self) -> usize {
        match self {
            Self::Print(_) => 0,
            Self::Scan(_) => 1,
            Self::Grey => 2,
            Self::Rotate(_) => 3,
            Self::Perspective(_) => 4,
            Self::Crop(_) => 5,
            Self::Finger(_) => 6,
            Self::Shadow(_) => 7,
            Self::Dark(_) => 8,
            Self::Glare { .. } => 9,
            Self::Haze(_) => 10,
            Self::Motion(_) => 11,
            Self::Blur(_) => 12,
            Self::Moire(_) => 13,
            Self::Noise(_) => 14,
            Self::Size(_) => 15,
            Self::EditPortrait(_) => 16,
            Self::EditField(_) => 17,
            Self::Jpeg(_) => 18,
        }
    }

    /// Returns name and value for the truth.
    pub fn truth(&self) -> DegradationTruth {
        let value = match self {
            Self::Grey => String::from("1"),
            Self::Crop(Crop::Corner) => String::from("corner"),
            Self::Crop(Crop::Edge) => String::from("edge"),
            Self::Glare { strength, at: None } => strength.to_string(),
            Self::Glare {
                strength,
                at: Some([x, y]),
            } => format!("{strength}@{x}:{y}"),
            Self::Size(pixels) => pixels.to_string(),
            Self::EditPortrait(quality) | Self::EditField(quality) | Self::Jpeg(quality) => {
                quality.to_string()
            }
            Self::Print(v)
            | Self::Scan(v)
            | Self::Rotate(v)
            | Self::Perspective(v)
            | Self::Finger(v)
            | Self::Shadow(v)
            | Self::Dark(v)
            | Self::Haze(v)
            | Self::Motion(v)
            | Self::Blur(v)
            | Self::Moire(v)
            | Self::Noise(v) => v.to_string(),
        };
        DegradationTruth {
            name: self.name(),
            value,
        }
    }
}

/// Turns the page into the copy that is photographed.
pub fn degrade_page(pixels: &mut RgbImage, list: &[Degradation]) {
    for step in list {
        match step {
            Degradation::Print(strength) | Degradation::Scan(strength) => {
                page::halftone(pixels, *strength);
            }
            Degradation::Grey => page::grey(pixels),
            _ => {}
        }
    }
}

/// Places the camera.
pub fn degrade_camera(camera: &mut Camera, list: &[Degradation]) {
    for step in list {
        match step {
            Degradation::Rotate(degrees) => camera.rotate = *degrees,
            Degradation::Perspective(strength) => camera.perspective = *strength,
            Degradation::Crop(crop) => camera.crop = Some(*crop),
            Degradation::Scan(_) => camera.bed = Bed::Scanner,
            _ => {}
        }
    }
}

/// Applies everything that happens between page and file, except the coding. `text` is the middle of
/// the page's text in parts of width and height: where glare strikes when no place is given.
pub fn degrade_shot(shot: &mut Shot, list: &[Degradation], text: [f32; 2], seed: u64) {
    for step in list {
        let page = shot.page_width() / 1000.0;
        match *step {
            Degradation::Finger(reach) => light::finger(shot, reach),
            Degradation::Shadow(depth) => light::shadow(shot, depth),
            Degradation::Dark(rest) => light::dark(&mut shot.pixels, rest),
            Degradation::Glare { strength, at } => {
                light::glare(shot, strength, at.unwrap_or(text));
            }
            Degradation::Haze(part) => light::haze(&mut shot.pixels, part),
            Degradation::Motion(length) => optics::motion(&mut shot.pixels, length * page),
            Degradation::Blur(sigma) => optics::blur(&mut shot.pixels, sigma * page),
            Degradation::Moire(strength) => optics::moire(&mut shot.pixels, strength),
            Degradation::Noise(sigma) => optics::noise(&mut shot.pixels, sigma, seed),
            Degradation::Size(long) => shot.shrink(long),
            _ => {}
        }
    }
}

/// Returns the quality to code with.
pub fn jpeg_quality(list: &[Degradation]) -> u8 {
    list.iter()
        .find_map(|step| match step {
            Degradation::Jpeg(quality) => Some(*quality),
            _ => None,
        })
        .unwrap_or(JPEG_QUALITY)
}

/// Adds the noise of a good sensor in good light, so that even an undegraded picture is no drawing.
pub fn sensor(pixels: &mut RgbImage, seed: u64) {
    optics::noise(pixels, 1.0, seed);
}
