//! Machine-readable zones read from pictures with the network that is inside.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by environment"
)]

use std::path::PathBuf;
use std::sync::OnceLock;

use image::RgbImage;
use image::imageops::{rotate90, rotate180, rotate270};
use menshen_vision::mrz::{MrzRead, ZoneReader, read_mrz};

/// The reader, loaded once for all tests.
fn reader() -> &'static ZoneReader {
    static READER: OnceLock<ZoneReader> = OnceLock::new();
    READER.get_or_init(|| ZoneReader::built_in().expect("the network loads"))
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

fn read(reader: &ZoneReader, photo: &RgbImage) -> Option<MrzRead> {
    read_mrz(reader, photo).expect("the networks run")
}

#[test]
fn of_the_specimens_twenty_two_are_exact_and_no_wrong_one_is_certain() {
    let (reader, Some(folder)) = (reader(), documents()) else {
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
    assert!(exact >= 22, "{exact}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_passport_is_read_in_all_four_directions() {
    let (reader, Some(folder)) = (reader(), documents()) else {
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
    let (reader, Some(folder)) = (reader(), documents()) else {
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
fn blank_and_tiny_pictures_give_none() {
    let reader = reader();
    for (width, height) in [(1, 1), (3, 900), (640, 480)] {
        let photo = RgbImage::from_pixel(width, height, image::Rgb([200; 3]));
        assert!(read(reader, &photo).is_none(), "{width} x {height}");
    }
    assert!(read(reader, &RgbImage::new(0, 0)).is_none());
}
