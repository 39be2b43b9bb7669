use image::{Rgb, RgbImage};

use super::read;

/// A soft picture with some structure, like paper under a lamp.
fn scene(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x + seed) as f32 / 23.0).sin() + ((y * 2 + seed) as f32 / 31.0).cos();
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).rotate_left(7)) >> 29;
        let value = 140.0 + 30.0 * wave + noise as f32;
        Rgb([value as u8, (value * 0.95) as u8, (value * 0.9) as u8])
    })
}

fn coded(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(picture)
        .expect("a picture in memory encodes");
    out
}

fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes)
        .expect("just coded")
        .into_rgb8()
}

fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, body, &jpeg[2..]].concat()
}

#[test]
fn an_editor_is_named_from_the_list_and_nothing_else_is_passed_on() {
    let plain = coded(&scene(64, 64, 0), 90);
    let pixels = decoded(&plain);
    let body = b"http://ns.adobe.com/xap/1.0/\0<xmp:CreatorTool>Adobe Photoshop 25.1 of Jane Doe";
    let edited = with_segment(&plain, 0xe1, body);
    assert_eq!(
        read(&edited, &pixels).editor.as_deref(),
        Some("Adobe Photoshop")
    );
    let private = with_segment(&plain, 0xfe, b"taken by Jane Doe at home");
    assert_eq!(read(&private, &pixels).editor, None);
    assert_eq!(read(&plain, &pixels).editor, None);
}

#[test]
fn names_in_the_coded_pixels_are_no_marks() {
    let plain = coded(&scene(64, 64, 0), 90);
    let with_tail = [&plain[..], b"GIMP Adobe Photoshop"].concat();
    assert_eq!(read(&with_tail, &decoded(&plain)).editor, None);
}

#[test]
fn a_camera_is_known_by_its_make() {
    let plain = coded(&scene(64, 64, 0), 90);
    let mut body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x04Cam\0".to_vec();
    body.extend([0; 4]);
    let pixels = decoded(&plain);
    assert!(read(&with_segment(&plain, 0xe1, &body), &pixels).camera);
    assert!(!read(&plain, &pixels).camera);
}

#[test]
fn cut_metadata_is_read_without_a_panic() {
    let plain = coded(&scene(64, 64, 0), 90);
    let pixels = decoded(&plain);
    let file = with_segment(&plain, 0xe1, b"Exif\0\0II*\0\xff\xff\xff\xff\x01\0");
    for length in 0..file.len().min(400) {
        read(&file[..length], &pixels);
    }
    for head in [&b"\x89PNG\r\n\x1a\n"[..], b"RIFF\xff\xff\xff\xffWEBP"] {
        let chunk = [head, b"\xff\xff\xff\xfftEXtabc"].concat();
        (0..chunk.len()).for_each(|length| drop(read(&chunk[..length], &pixels)));
    }
}

#[test]
fn a_part_pasted_from_another_jpeg_is_out_of_step() {
    let mut picture = decoded(&coded(&scene(768, 512, 0), 60));
    let other = decoded(&coded(&scene(400, 300, 77), 60));
    let honest = coded(&picture, 92);
    let honest_traces = read(&honest, &decoded(&honest));
    assert_eq!(honest_traces.inconsistency, 0.0);
    for (x, y, pixel) in other.enumerate_pixels() {
        picture.put_pixel(x + 203, y + 101, *pixel);
    }
    let forged = coded(&picture, 92);
    let traces = read(&forged, &decoded(&forged));
    assert!(traces.inconsistency > 0.1, "{}", traces.inconsistency);
    let region = traces.inconsistent_region.expect("a place");
    let (right, bottom) = (region.x + region.width, region.y + region.height);
    let inside = region.x >= 128.0 && region.y >= 64.0 && right <= 704.0 && bottom <= 448.0;
    assert!(inside, "{region:?}");
}
