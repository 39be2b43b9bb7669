//! Real frames in the light of a screen: what a face before a screen reflects, added to a picture of somebody who sat before none.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use menshen_core::geometry::Rect;
use menshen_core::live::Colour;

use super::canvas::{Canvas, Light, encoded};
use super::scene::seen_by_camera;
use crate::SpecimenError;

/// Light of the screen on the face and on what is behind it, as parts of the light that is there: a phone at arm's length in a
/// room of 150 lux, and a wall two metres further.
const FACE: f32 = 0.22;
const BEHIND: f32 = 0.02;
/// JPEG quality of a frame.
const QUALITY: u8 = 88;

/// Returns a frame as a JPEG, with the face lit by a colour of the screen; `None` leaves the light as it is. `face` is the box of
/// the face in pixels.
///
/// # Errors
/// A picture that could not be encoded.
pub fn relit(
    frame: &RgbImage,
    face: &Rect,
    colour: Option<Colour>,
) -> Result<Vec<u8>, SpecimenError> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    let encode = |encoder: JpegEncoder<&mut Vec<u8>>, picture: &RgbImage| {
        let mut encoder = encoder;
        encoder.encode_image(picture).map_err(SpecimenError::Encode)
    };
    match colour {
        None => encode(encoder, frame)?,
        Some(colour) => {
            let mut canvas = Canvas::of(frame);
            shine(&mut canvas, face, seen_by_camera(colour.linear()));
            encode(encoder, &picture(&canvas))?;
        }
    }
    Ok(jpeg)
}

fn picture(canvas: &Canvas) -> RgbImage {
    RgbImage::from_fn(canvas.width as u32, canvas.height as u32, |x, y| {
        let light = canvas.pixels[y as usize * canvas.width + x as usize];
        image::Rgb(light.map(|c| encoded(c).round() as u8))
    })
}

/// Adds the light by how much each place faces the screen: the middle of the face most, its edge less, the rest hardly.
fn shine(canvas: &mut Canvas, face: &Rect, light: Light) {
    let (cx, cy) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    let (rx, ry) = (face.width * 0.55, face.height * 0.6);
    for y in 0..canvas.height {
        for x in 0..canvas.width {
            let (dx, dy) = ((x as f32 - cx) / rx, (y as f32 - cy) / ry);
            let square = dx * dx + dy * dy;
            // The cosine of a sphere's surface, down to the light that everything gets.
            let part = (1.0 - square).max(0.0).sqrt();
            let gain = BEHIND + (FACE - BEHIND) * part;
            let pixel = &mut canvas.pixels[y * canvas.width + x];
            for (channel, light) in pixel.iter_mut().zip(light) {
                *channel *= 1.0 + gain * light;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_takes_the_colour_and_the_wall_hardly() {
        let grey = RgbImage::from_pixel(200, 200, image::Rgb([120; 3]));
        let face = Rect {
            x: 60.0,
            y: 50.0,
            width: 80.0,
            height: 100.0,
        };
        let seen = |colour| {
            let jpeg = relit(&grey, &face, colour).expect("it encodes");
            image::load_from_memory(&jpeg).expect("a picture").to_rgb8()
        };
        let (plain, red) = (seen(None), seen(Some(Colour::Red)));
        let redder =
            |x, y| i32::from(red.get_pixel(x, y).0[0]) - i32::from(plain.get_pixel(x, y).0[0]);
        assert!(redder(100, 100) >= 6, "{}", redder(100, 100));
        assert!((0..=3).contains(&redder(10, 10)), "{}", redder(10, 10));
    }
}
