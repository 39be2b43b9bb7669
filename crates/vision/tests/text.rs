//! The text engine with its real networks on real pages.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by environment"
)]

use std::path::PathBuf;
use std::sync::OnceLock;

use menshen_vision::TextReader;

fn models() -> PathBuf {
    match std::env::var_os("MENSHEN_MODELS") {
        Some(folder) => folder.into(),
        None => {
            let home = std::env::var_os("HOME").unwrap_or_default();
            PathBuf::from(home).join(".local/share/menshen/models")
        }
    }
}

fn shared() -> PathBuf {
    std::env::var_os("MENSHEN_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        PathBuf::from,
    )
}

/// The reader, loaded once for all tests; `None` and a line where there are no models.
fn reader() -> Option<&'static TextReader> {
    static READER: OnceLock<Option<TextReader>> = OnceLock::new();
    let loaded = READER.get_or_init(|| {
        let detector = std::fs::read(models().join("text-detection.onnx")).ok()?;
        let recogniser = std::fs::read(models().join("text-recognition.onnx")).ok()?;
        Some(TextReader::from_onnx(detector, recogniser).expect("the text models load"))
    });
    if loaded.is_none() {
        println!("skipped: the text models are absent");
    }
    loaded.as_ref()
}

fn page(name: &str) -> Option<image::RgbImage> {
    let path = shared().join("data/documents").join(name);
    if !path.exists() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(image::open(path).expect("a picture").to_rgb8())
}

#[test]
fn the_alphabet_holds_han_latin_and_filler() {
    let Some(reader) = reader() else { return };
    let charset = reader.charset();
    assert_eq!(charset.classes(), 18_710);
    assert_eq!(charset.classes_of(&['国', 'ñ', '<', 'Z']).len(), 4);
}

#[test]
fn a_page_is_found_and_read_line_by_line() {
    let (Some(reader), Some(page)) = (reader(), page("passporteye/100_pass-fin.png")) else {
        return;
    };
    let lines = reader.read_all(&page, 960).expect("the networks run");
    let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    for word in ["VIRTANEN", "XP8271602"] {
        assert!(
            text.iter().any(|line| line.contains(word)),
            "{word}: {text:?}"
        );
    }
    let name = lines
        .iter()
        .find(|line| line.text.contains("VIRTANEN"))
        .expect("found above");
    assert!(name.confidence > 0.8, "{}", name.confidence);
    let xs: Vec<f32> = name.chars.iter().map(|c| c.x).collect();
    assert!(
        xs.is_sorted() && xs.iter().all(|x| (0.0..=1.0).contains(x)),
        "{xs:?}"
    );
}

#[test]
fn a_masked_reading_answers_in_the_given_alphabet_only() {
    let (Some(reader), Some(page)) = (reader(), page("passporteye/100_pass-fin.png")) else {
        return;
    };
    let digits: Vec<char> = ('0'..='9').collect();
    let strip = image::imageops::crop_imm(&page, 0, 370, 600, 24).to_image();
    let line = reader
        .recognise_within(&strip, &digits)
        .expect("the network runs");
    assert!(
        line.text.chars().all(|c| c.is_ascii_digit()),
        "{}",
        line.text
    );
}
