use std::path::PathBuf;
use std::time::Instant;

use image::metadata::Orientation;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

use super::{Limits, Photo, PhotoError, PhotoFormat, look};

/// A picture whose four quarters differ, so that every turn and flip shows.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        match (x < width / 2, y < height / 2) {
            (true, true) => Rgb([230, 20, 20]),
            (false, true) => Rgb([20, 230, 20]),
            (false, false) => Rgb([20, 20, 230]),
            (true, false) => Rgb([230, 230, 230]),
        }
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(picture)
        .expect("a picture in memory encodes");
    out
}

fn png(bytes: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::png::PngEncoder::new(&mut out)
        .write_image(bytes, width, height, colour)
        .expect("a picture in memory encodes");
    out
}

fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut out)
        .write_image(
            picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .expect("a picture in memory encodes");
    out
}

/// A little-endian TIFF block with nothing but the orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    out.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    out
}

fn jpeg_with_exif(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let plain = jpeg(picture, 95);
    let body = [b"Exif\0\0".to_vec(), exif(orientation)].concat();
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &body, &plain[2..]].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    })
}

fn png_with_exif(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let plain = png(picture, width, height, ExtendedColorType::Rgb8);
    let body = exif(orientation);
    let named = [b"eXIf".to_vec(), body.clone()].concat();
    let header_end = 8 + 25;
    [
        &plain[..header_end],
        &(body.len() as u32).to_be_bytes(),
        &named,
        &crc(&named).to_be_bytes(),
        &plain[header_end..],
    ]
    .concat()
}

/// Wraps a lossless WebP into the extended container with an EXIF chunk.
fn webp_with_exif(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let plain = webp(picture);
    let (width, height) = picture.dimensions();
    let mut body = b"WEBPVP8X\x0a\0\0\0\x08\0\0\0".to_vec();
    body.extend(&(width - 1).to_le_bytes()[..3]);
    body.extend(&(height - 1).to_le_bytes()[..3]);
    body.extend(&plain[12..]);
    let tag = exif(orientation);
    body.extend(b"EXIF");
    body.extend((tag.len() as u32).to_le_bytes());
    body.extend(tag);
    [
        b"RIFF".to_vec(),
        (body.len() as u32).to_le_bytes().to_vec(),
        body,
    ]
    .concat()
}

fn decode(bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    Photo::decode(bytes, &Limits::default()).map(|photo| photo.pixels)
}

fn corners(picture: &RgbImage) -> [Rgb<u8>; 4] {
    let (right, bottom) = (picture.width() - 3, picture.height() - 3);
    [(2, 2), (right, 2), (right, bottom), (2, bottom)].map(|(x, y)| *picture.get_pixel(x, y))
}

fn alike(a: Rgb<u8>, b: Rgb<u8>) -> bool {
    a.0.iter().zip(b.0).all(|(&a, b)| a.abs_diff(b) <= 12)
}

#[test]
fn every_orientation_is_applied_in_every_format() {
    let upright = quarters(48, 32);
    for value in 1..=8 {
        let turn = Orientation::from_exif(value).expect("1 to 8 are orientations");
        let mut wanted = image::DynamicImage::ImageRgb8(upright.clone());
        wanted.apply_orientation(turn);
        let wanted = wanted.into_rgb8();
        let files = [
            jpeg_with_exif(&upright, value),
            png_with_exif(&upright, value),
            webp_with_exif(&upright, value),
        ];
        for (format, file) in files.iter().enumerate() {
            let got = decode(file).expect("the file is whole");
            assert_eq!(
                got.dimensions(),
                wanted.dimensions(),
                "{value} in format {format}"
            );
            let pairs = corners(&got).into_iter().zip(corners(&wanted));
            assert!(
                pairs.into_iter().all(|(a, b)| alike(a, b)),
                "{value} in format {format}"
            );
        }
    }
}

#[test]
fn transparent_pixels_are_laid_on_white() {
    let mut picture = RgbaImage::from_pixel(4, 4, Rgba([0, 0, 0, 0]));
    picture.put_pixel(1, 1, Rgba([0, 0, 0, 128]));
    let file = png(&picture, 4, 4, ExtendedColorType::Rgba8);
    let got = decode(&file).expect("the file is whole");
    assert_eq!(got.get_pixel(0, 0), &Rgb([255, 255, 255]));
    assert_eq!(got.get_pixel(1, 1), &Rgb([127, 127, 127]));
}

#[test]
fn grey_and_deep_pictures_become_eight_bit_colour() {
    let grey = decode(&png(&[40; 16], 4, 4, ExtendedColorType::L8)).expect("whole");
    assert_eq!(grey.get_pixel(2, 2), &Rgb([40, 40, 40]));
    let deep: Vec<u8> = [0x8000_u16; 48]
        .iter()
        .flat_map(|v| v.to_ne_bytes())
        .collect();
    let deep = decode(&png(&deep, 4, 4, ExtendedColorType::Rgb16)).expect("whole");
    assert_eq!(deep.get_pixel(2, 2), &Rgb([128, 128, 128]));
}

#[test]
fn a_header_of_65535_by_65535_is_refused_before_anything_is_allocated() {
    let mut file = jpeg(&quarters(16, 16), 80);
    let frame = file
        .windows(2)
        .position(|w| w == [0xff, 0xc0])
        .expect("has a frame");
    file[frame + 5..frame + 9].fill(0xff);
    let started = Instant::now();
    let error = decode(&file).expect_err("four thousand megapixels");
    assert_eq!(error.code(), "too_many_pixels");
    let mut file = png(&quarters(16, 16), 16, 16, ExtendedColorType::Rgb8);
    file[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert_eq!(
        decode(&file).expect_err("the same").code(),
        "too_many_pixels"
    );
    assert!(started.elapsed().as_millis() < 50);
}

#[test]
fn what_is_no_picture_says_so_by_name() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "empty"),
        (b"surname,given names\n", "not_an_image"),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "not_an_image",
        ),
        (b"%PDF-1.7\n", "unsupported_format"),
        (b"GIF89a\x01\0\x01\0", "unsupported_format"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "unsupported_format"),
        (b"\xff\xd8", "truncated"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "truncated"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0d", "truncated"),
    ];
    for (bytes, code) in cases {
        assert_eq!(decode(bytes).expect_err("no picture").code(), code);
    }
}

#[test]
fn a_cut_upload_is_never_a_picture() {
    let picture = RgbImage::from_fn(200, 120, |x, y| {
        Rgb([
            (x * 7 % 251) as u8,
            (y * 13 % 241) as u8,
            ((x * y) % 239) as u8,
        ])
    });
    for (file, name) in [
        (jpeg(&picture, 90), "jpeg"),
        (png(&picture, 200, 120, ExtendedColorType::Rgb8), "png"),
        (webp(&picture), "webp"),
    ] {
        assert!(decode(&file).is_ok(), "{name}");
        for parts in [1, 5, 9, 30, 60, 90, 97] {
            let error = decode(&file[..file.len() * parts / 100]).expect_err(name);
            assert!(
                ["truncated", "corrupt"].contains(&error.code()),
                "{name} {parts} %: {error}"
            );
        }
    }
}

#[test]
fn limits_on_bytes_sides_memory_and_scans_are_kept() {
    let file = jpeg(&quarters(64, 48), 80);
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        Photo::decode(&file, &limits)
            .expect_err("over the limit")
            .code()
    };
    assert_eq!(with(|l| l.bytes = 100), "too_large");
    assert_eq!(with(|l| l.pixels = 64 * 48 - 1), "too_many_pixels");
    assert_eq!(with(|l| l.side = 63), "too_many_pixels");
    assert_eq!(with(|l| l.memory = 10_000), "too_much_memory");
    assert_eq!(with(|l| l.scans = 0), "too_complex");
}

#[test]
fn a_jpeg_of_hundreds_of_scans_is_refused_at_once() {
    let file = jpeg(&quarters(64, 48), 80);
    let scan = file
        .windows(2)
        .position(|w| w == [0xff, 0xda])
        .expect("has a scan");
    let (head, tail) = file.split_at(scan);
    let mut bomb = head.to_vec();
    for _ in 0..300 {
        bomb.extend(&tail[..tail.len() - 2]);
    }
    bomb.extend([0xff, 0xd9]);
    assert_eq!(decode(&bomb).expect_err("a bomb").code(), "too_complex");
}

#[test]
fn a_working_copy_keeps_the_shape_and_tells_its_scale() {
    let photo = Photo {
        pixels: quarters(400, 300),
    };
    let (small, scale) = photo.working(100);
    assert_eq!((small.dimensions(), scale), ((100, 75), 0.25));
    assert!(
        corners(&small)
            .into_iter()
            .zip(corners(&photo.pixels))
            .all(|(a, b)| alike(a, b))
    );
    let (same, scale) = photo.working(1600);
    assert_eq!((same.dimensions(), scale), ((400, 300), 1.0));
}

#[test]
fn bytes_flipped_at_random_never_panic() {
    let files = [
        jpeg(&quarters(40, 24), 70),
        png_with_exif(&quarters(40, 24), 6),
        webp_with_exif(&quarters(40, 24), 5),
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..1500 {
        let mut file = files[round % 3].clone();
        for _ in 0..=round % 5 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state >> 8) as usize % file.len();
            file[at] = state as u8;
        }
        let _ = look(&file, &Limits::default());
        if let Ok(picture) = decode(&file) {
            assert!(picture.width() > 0 && picture.height() > 0);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by environment"
)]
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("MENSHEN_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    if !root.is_dir() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(root)
}

#[test]
fn every_malformed_file_is_a_picture_or_a_typed_error_within_two_seconds() {
    let Some(root) = shared() else { return };
    let mut folders = vec![root.join("data/malformed")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder opens") {
            let path = entry.expect("the entry opens").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("the file opens");
            let started = Instant::now();
            let answer = decode(&bytes);
            let took = started.elapsed().as_secs_f32();
            assert!(took < 2.0, "{} took {took} s", path.display());
            assert_ne!(
                answer.err(),
                Some(PhotoError::DecoderFault),
                "{}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen >= 500, "only {seen} files");
}

#[test]
fn cmyk_pictures_have_the_colours_that_they_print() {
    let Some(root) = shared() else { return };
    let file = root.join("data/malformed/pillow_odd/pil_sample_cmyk.jpg");
    let Ok(bytes) = std::fs::read(file) else {
        println!("skipped: no CMYK sample");
        return;
    };
    let picture = decode(&bytes).expect("a usual CMYK file");
    assert!(picture.width() > 0);
}

#[test]
fn a_clean_picture_is_upright_and_carries_nothing_of_the_file() {
    let file = jpeg_with_exif(&quarters(64, 32), 6);
    let photo = Photo::decode(&file, &Limits::default()).expect("a whole picture");
    let clean = photo.clean_jpeg(12_000_000, 92).expect("it encodes");
    assert!(!clean.windows(4).any(|bytes| bytes == b"Exif"));
    let again = Photo::decode(&clean, &Limits::default()).expect("a whole picture");
    assert_eq!(again.pixels.dimensions(), (32, 64));
}

#[test]
fn a_clean_picture_has_no_more_pixels_than_asked_for() {
    for (width, height) in [(1000, 700), (4000, 3), (7, 1300)] {
        let pixels = quarters(width, height);
        let clean = Photo { pixels }.clean_jpeg(1000, 92).expect("it encodes");
        let small = Photo::decode(&clean, &Limits::default()).expect("a whole picture");
        assert!(small.pixels.width() * small.pixels.height() <= 1000);
    }
}

#[test]
fn a_look_tells_each_format_from_its_markers() {
    let picture = quarters(64, 32);
    let (width, height) = picture.dimensions();
    let small = Limits {
        side: 63,
        ..Limits::default()
    };
    for (file, format) in [
        (jpeg(&picture, 80), PhotoFormat::Jpeg),
        (
            png(picture.as_raw(), width, height, ExtendedColorType::Rgb8),
            PhotoFormat::Png,
        ),
        (webp(&picture), PhotoFormat::WebP),
        (webp_with_exif(&picture, 1), PhotoFormat::WebP),
    ] {
        assert_eq!(look(&file, &Limits::default()), Ok(format));
        let too_many = PhotoError::TooManyPixels { width, height };
        assert_eq!(look(&file, &small), Err(too_many));
        for cut in [0, 5, 20, file.len() / 2, file.len() - 3] {
            assert!(look(&file[..cut], &Limits::default()).is_err(), "{cut}");
        }
    }
}

#[test]
fn a_picture_with_another_file_behind_it_is_told_from_what_cameras_write() {
    let picture = quarters(64, 32);
    let jpeg = jpeg(&picture, 80);
    let png = png(picture.as_raw(), 64, 32, ExtendedColorType::Rgb8);
    let webp = webp(&picture);
    let zip = b"PK\x03\x04some file PK\x01\x02 PK\x05\x06 and its directory".as_slice();
    let film = b"\0\0\0\x18ftypmp42".as_slice();
    let second = jpeg.clone();
    let both = [second.as_slice(), zip].concat();
    for (file, tail, good) in [
        (&jpeg, b"".as_slice(), true),
        (&jpeg, &[0; 4096], true),
        (&jpeg, film, true),
        (&jpeg, second.as_slice(), true),
        (&jpeg, b"Image_UTC_Data SEFT", true),
        (&jpeg, zip, false),
        (&jpeg, &both, false),
        (&jpeg, b"<script>", false),
        (&jpeg, b"%PDF-1.7", false),
        (&png, &[0; 16], true),
        (&png, b"x", false),
        (&png, zip, false),
        (&png, second.as_slice(), false),
        (&webp, zip, false),
    ] {
        let whole = [file.as_slice(), tail].concat();
        let looked = look(&whole, &Limits::default());
        let refused = looked == Err(PhotoError::NotOnlyAPicture);
        assert!(looked.is_ok() == good && refused != good, "{looked:?}");
    }
}
