//! Whole photos through the whole chain, with the real networks and the specimen documents of the
//! evaluation data; skipped with a line where either is absent.

#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by environment"
)]

use std::path::PathBuf;

use menshen_document::{DocumentKind, Field, Side};
use menshen_vision::layout::{ExaminedPage, PageModels, examine_page};
use menshen_vision::mrz::ZoneReader;
use menshen_vision::photo::Limits;
use menshen_vision::{Photo, TextReader};

fn models_dir() -> Option<PathBuf> {
    let home =
        || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share/menshen/models"));
    let dir = std::env::var_os("MENSHEN_MODELS")
        .map(PathBuf::from)
        .or_else(home)?;
    dir.join("text-detection.onnx").is_file().then_some(dir)
}

fn documents_dir() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var_os("MENSHEN_SHARED").map_or(PathBuf::from(beside), PathBuf::from);
    let dir = shared.join("data/documents");
    dir.is_dir().then_some(dir)
}

fn reader() -> Option<TextReader> {
    let Some(dir) = models_dir() else {
        println!("skipped: the text models are absent");
        return None;
    };
    let read = |name: &str| std::fs::read(dir.join(name)).expect("read model");
    let (detector, recogniser) = (read("text-detection.onnx"), read("text-recognition.onnx"));
    Some(TextReader::from_onnx(detector, recogniser).expect("load models"))
}

fn zones() -> &'static ZoneReader {
    static ZONES: std::sync::OnceLock<ZoneReader> = std::sync::OnceLock::new();
    ZONES.get_or_init(|| ZoneReader::built_in().expect("the network loads"))
}

fn examine(reader: &TextReader, bytes: &[u8]) -> ExaminedPage {
    let models = PageModels {
        text: reader,
        zones: zones(),
        face: None,
    };
    let photo = Photo::decode(bytes, &Limits::default()).expect("a picture");
    examine_page(&models, bytes, &photo.pixels).expect("run models")
}

#[test]
fn specimens_are_named_by_kind_and_side() {
    let (Some(dir), Some(reader)) = (documents_dir(), reader()) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let cases = [
        (
            "arg0s/passports_Czech_Republic.png",
            Some((DocumentKind::Passport, Side::Front)),
        ),
        (
            "arg0s/visas_MRVA_ICAO_Example.png",
            Some((DocumentKind::Visa, Side::Front)),
        ),
        (
            "fastmrz/td2.jpg",
            Some((DocumentKind::IdCardTd2, Side::Front)),
        ),
        (
            "passporteye/100_id-si.jpg",
            Some((DocumentKind::IdCardTd1, Side::Back)),
        ),
        (
            "mindee/driver_license.jpg",
            Some((DocumentKind::DrivingLicence, Side::Front)),
        ),
        ("fastmrz/nomrz.jpg", None),
        ("passporteye/tesseract-test1.jpg", None),
        ("passporteye/pacman.jpg", None),
    ];
    for (file, wanted) in cases {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        let seen = examine(&reader, &bytes).evidence.seen;
        assert_eq!(seen.map(|seen| (seen.kind, seen.side)), wanted, "{file}");
    }
}

#[test]
fn the_printed_zone_of_a_passport_is_read_apart_from_its_machine_readable_zone() {
    let (Some(dir), Some(reader)) = (documents_dir(), reader()) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let bytes = std::fs::read(dir.join("passporteye/passport-td3.png")).unwrap();
    let page = examine(&reader, &bytes).evidence;
    let value = |field| page.fields.get(&field).map(|field| field.value.as_str());
    assert_eq!(value(Field::Surname), Some("ERIKSSON"));
    assert_eq!(value(Field::GivenNames), Some("ANNA MARIA"));
    assert_eq!(value(Field::BirthDate), Some("1974-08-12"));
    assert_eq!(value(Field::DocumentNumber), Some("L898902C3"));
    let zone = page.mrz.expect("the zone is readable").region;
    let surname = page.fields[&Field::Surname].region;
    assert!(surname.y + surname.height < zone.y, "{surname:?} {zone:?}");
}
