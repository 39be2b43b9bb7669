//! Machine-readable zones read from pictures with the real networks.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by environment"
)]

use std::path::PathBuf;
use std::sync::OnceLock;

use image::RgbImage;
use image::imageops::{rotate90, rotate180, rotate270};
use menshen_vision::TextReader;
use menshen_vision::mrz::{MrzRead, read_mrz, read_mrz_in};

/// The reader, loaded once for all tests; `None` and a line where there are no models.
fn reader() -> Option<&'static TextReader> {
    static READER: OnceLock<Option<TextReader>> = OnceLock::new();
    let loaded = READER.get_or_init(|| {
        let folder = std::env::var_os("MENSHEN_MODELS").map_or_else(
            || {
                let home = std::env::var_os("HOME").unwrap_or_default();
                PathBuf::from(home).join(".local/share/menshen/models")
            },
            PathBuf::from,
        );
        let detector = std::fs::read(folder.join("text-detection.onnx")).ok()?;
        let recogniser = std::fs::read(folder.join("text-recognition.onnx")).ok()?;
        Some(TextReader::from_onnx(detector, recogniser).expect("the text models load"))
    });
    if loaded.is_none() {
        println!("skipped: the text models are absent");
    }
    loaded.as_ref()
}

fn documents() -> Option<PathBuf> {
    let shared = std::env::var_os("MENSHEN_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        PathBuf::from,
    );
    let folder = shared.join("data/documents");
    if !folder.exists() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(folder)
}

fn picture(folder: &std::path::Path, name: &str) -> RgbImage {
    let decoded = image::open(folder.join(name)).expect("a picture");
    decoded.to_rgb8()
}

fn read(reader: &TextReader, photo: &RgbImage) -> Option<MrzRead> {
    read_mrz(reader, photo).expect("the networks run")
}

#[test]
fn of_the_specimens_twenty_are_exact_and_no_wrong_one_is_certain() {
    let (Some(reader), Some(folder)) = (reader(), documents()) else {
        return;
    };
    let truth = std::fs::read_to_string(folder.join("mrz_truth.jsonl")).expect("the truth");
    let (mut exact, mut wrong) = (0, Vec::new());
    for line in truth.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("an object");
        let file = entry["file"].as_str().expect("a name");
        let want: Vec<&str> = entry["mrz"]
            .as_array()
            .expect("lines")
            .iter()
            .filter_map(serde_json::Value::as_str)
            .collect();
        match read(reader, &picture(&folder, file)) {
            Some(found) if found.reading.lines() == want => exact += 1,
            Some(found) if found.certain => wrong.push(file.to_owned()),
            _ => {}
        }
    }
    println!("{exact} of {} exact", truth.lines().count());
    assert!(exact >= 20, "{exact}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_passport_is_read_in_all_four_directions() {
    let (Some(reader), Some(folder)) = (reader(), documents()) else {
        return;
    };
    let upright = picture(&folder, "passporteye/100_pass-fin.png");
    let turned = [
        (0, upright.clone()),
        (90, rotate90(&upright)),
        (180, rotate180(&upright)),
        (270, rotate270(&upright)),
    ];
    for (degrees, photo) in turned {
        let found = read(reader, &photo).expect("a zone");
        assert!(found.reading.valid(), "{degrees}");
        assert_eq!(found.rotation, degrees);
        let region = found.region();
        let long = region.width.max(region.height);
        assert!(long > 500.0 && long < 601.0, "{degrees}: {region:?}");
    }
}

#[test]
fn documents_and_pictures_without_a_zone_give_none() {
    let (Some(reader), Some(folder)) = (reader(), documents()) else {
        return;
    };
    for name in [
        "fastmrz/nomrz.jpg",
        "mindee/driver_license.jpg",
        "passporteye/pacman.jpg",
    ] {
        assert!(read(reader, &picture(&folder, name)).is_none(), "{name}");
    }
}

#[test]
fn the_detectors_boxes_lead_to_the_same_zone() {
    let (Some(reader), Some(folder)) = (reader(), documents()) else {
        return;
    };
    let photo = picture(&folder, "fastmrz/td1.jpg");
    let boxes = reader.detect(&photo, 736).expect("the network runs");
    let found = read_mrz_in(reader, &photo, &boxes).expect("the networks run");
    let lines = found.expect("a zone").evidence().lines;
    assert_eq!(lines[0], "I<UTOD231458907<<<<<<<<<<<<<<<");
}

#[test]
fn blank_and_tiny_pictures_give_none() {
    let Some(reader) = reader() else { return };
    for (width, height) in [(1, 1), (3, 900), (640, 480)] {
        let photo = RgbImage::from_pixel(width, height, image::Rgb([200; 3]));
        assert!(read(reader, &photo).is_none(), "{width} x {height}");
    }
    assert!(read(reader, &RgbImage::new(0, 0)).is_none());
}
