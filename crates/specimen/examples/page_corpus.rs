//! Draws a corpus of pictures and judges each natively, for the browser's test to compare (web/app/test/engine.test.ts).
//!
//! `page_corpus OUT MODELS PHOTO [FILE..]`: writes pictures and `corpus.json` into OUT. MODELS is a folder with the models, PHOTO a
//! photograph of people, of which one becomes portrait and selfie; each FILE is judged as well, as `front:PATH`, `back:PATH`
//! or `face:PATH`.

use std::error::Error;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Instant;

use image::imageops::{self, FilterType};
use image::{ImageFormat, Rgb, RgbImage};
use menshen_core::geometry::Rect;
use menshen_core::{CaptureRules, Policy};
use menshen_document::{DocumentKind, Side};
use menshen_page::{Page, Picture};
use menshen_specimen::{Degradation, Fonts, Request, draw, selfie};
use menshen_vision::photo::{Limits, Photo};
use menshen_vision::{RtenModel, face};
use serde::Serialize;
use serde_json::{Value, json};

type Done<T> = Result<T, Box<dyn Error>>;

/// What is wrong with the drawn documents, by the words of `menshen specimen --degrade`; the first is nothing.
const FAULTS: [&str; 14] = [
    "",
    "blur=4",
    "glare=0.35",
    "dark=0.2",
    "shadow=0.85",
    "crop=corner",
    "crop=edge",
    "finger=0.5",
    "rotate=14",
    "perspective=0.35",
    "size=420",
    "haze=0.8",
    "motion=14",
    "jpeg=20",
];
const KINDS: [DocumentKind; 4] = [
    DocumentKind::PrcIdCard,
    DocumentKind::Passport,
    DocumentKind::IdCardTd1,
    DocumentKind::DrivingLicence,
];
/// Sides of frames as the worker scales them (web/app/src/engine/pixels.ts).
const DOCUMENT_FRAME: u32 = 1280;
const FACE_FRAME: u32 = 640;

/// One picture and what native code says of it.
#[derive(Serialize)]
struct Entry {
    file: String,
    /// `front`, `back` or `face`.
    task: &'static str,
    frame: bool,
    answer: Value,
    ms: f64,
}

struct Corpus {
    folder: PathBuf,
    page: Page,
    entries: Vec<Entry>,
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, models, photo, files @ ..] = arguments.as_slice() else {
        return Err("page_corpus OUT MODELS PHOTO [TASK:FILE..]".into());
    };
    let model = |name: &str| std::fs::read(Path::new(models).join(format!("{name}.onnx")));
    let rules = CaptureRules::of(&Policy::default());
    let mut page = Page::default();
    page.set_rules(&serde_json::to_vec(&rules)?)
        .map_err(|error| error.to_string())?;
    for (role, name) in ["face-detection", "face-mesh", "iris"]
        .into_iter()
        .enumerate()
    {
        page.load_model(role, model(name)?)
            .map_err(|error| error.to_string())?;
    }
    std::fs::create_dir_all(folder)?;
    let mut corpus = Corpus {
        folder: folder.into(),
        page,
        entries: Vec::new(),
    };
    let picture = Photo::decode(&std::fs::read(photo)?, &Limits::default())?.pixels;
    let detector = RtenModel::of_faces(model("face-detection")?)?;
    let found = face::detect_crowd(&detector, &picture)?;
    let person = found.iter().max_by(|a, b| a.score.total_cmp(&b.score));
    let person = person.ok_or("the photograph shows nobody")?.region;
    documents(&mut corpus, &picture, person)?;
    faces(&mut corpus, &picture, person)?;
    for file in files {
        let (task, path) = file.split_once(':').ok_or("a file is TASK:PATH")?;
        let name = format!("file-{}.bin", corpus.entries.len());
        let task = ["front", "back", "face"]
            .into_iter()
            .find(|known| *known == task);
        corpus.shot(
            &name,
            task.ok_or("front, back or face")?,
            std::fs::read(path)?,
        )?;
    }
    let whole = json!({ "rules": rules, "entries": corpus.entries });
    std::fs::write(
        corpus.folder.join("corpus.json"),
        serde_json::to_vec_pretty(&whole)?,
    )?;
    Ok(())
}

/// Writes what a camera of 1280 x 720 sees of a picture held not quite still: ten frames, as Y4M.
fn film(path: &Path, picture: &RgbImage) -> Done<()> {
    const WIDTH: u32 = 1280;
    const HEIGHT: u32 = 720;
    let scale = HEIGHT as f32 / picture.height() as f32;
    let width = (picture.width() as f32 * scale) as u32;
    let fitted = imageops::resize(picture, width, HEIGHT, FilterType::Triangle);
    let mut out = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F30:1 Ip A1:1 C420jpeg\n").into_bytes();
    for step in 0..10_i64 {
        // The table goes on beside the picture, or the picture's own border would be the strongest outline.
        let mut frame = RgbImage::from_pixel(WIDTH, HEIGHT, *picture.get_pixel(0, 0));
        let left = (i64::from(WIDTH) - i64::from(width)) / 2 + step;
        imageops::overlay(&mut frame, &fitted, left, step / 2);
        out.extend(b"FRAME\n");
        let mix = |p: &Rgb<u8>, [r, g, b]: [f32; 3], add: f32| {
            let [red, green, blue] = p.0.map(f32::from);
            (r * red + g * green + b * blue + add)
                .round()
                .clamp(0.0, 255.0) as u8
        };
        out.extend(frame.pixels().map(|p| mix(p, [0.299, 0.587, 0.114], 0.0)));
        let half = imageops::resize(&frame, WIDTH / 2, HEIGHT / 2, FilterType::Triangle);
        out.extend(
            half.pixels()
                .map(|p| mix(p, [-0.168_736, -0.331_264, 0.5], 128.0)),
        );
        out.extend(
            half.pixels()
                .map(|p| mix(p, [0.5, -0.418_688, -0.081_312], 128.0)),
        );
    }
    std::fs::write(path, out)?;
    Ok(())
}

fn documents(corpus: &mut Corpus, portrait: &RgbImage, face: Rect) -> Done<()> {
    let fonts = Fonts::load(None)?;
    for (number, fault) in FAULTS.into_iter().enumerate() {
        // Without a fault every kind and side, with one a kind in turn.
        let kinds = if fault.is_empty() {
            &KINDS[..]
        } else {
            &KINDS[number % KINDS.len()..][..1]
        };
        for kind in kinds {
            let specimen = draw(
                &fonts,
                &Request {
                    kind: *kind,
                    seed: 7 + number as u64,
                    today: jiff::civil::date(2026, 11, 1),
                    portrait,
                    face: Some(face),
                    contradictions: &[],
                    degradations: &Degradation::parse_list(fault)?,
                },
            )?;
            for drawn in specimen.sides {
                let task = if drawn.side == Side::Front {
                    "front"
                } else {
                    "back"
                };
                let name = format!("{kind:?}-{task}-{number}");
                if name == "PrcIdCard-front-0" {
                    let seen = Photo::decode(&drawn.jpeg, &Limits::default())?.pixels;
                    film(&corpus.folder.join("document.y4m"), &seen)?;
                }
                if drawn.side == Side::Front && number % 3 != 2 {
                    corpus.frame(&name, task, &drawn.jpeg, DOCUMENT_FRAME)?;
                }
                if drawn.side == Side::Front || fault.is_empty() {
                    corpus.shot(&format!("{name}.jpg"), task, drawn.jpeg)?;
                }
            }
        }
    }
    let wall = RgbImage::from_pixel(1280, 960, Rgb([140, 138, 130]));
    let wall = png(&wall)?;
    corpus.frame("wall", "front", &wall, DOCUMENT_FRAME)?;
    corpus.shot("wall.png", "front", wall)?;
    corpus.shot("cut.jpg", "front", vec![0xff, 0xd8, 0xff, 0xe0, 0, 16])
}

fn faces(corpus: &mut Corpus, crowd: &RgbImage, person: Rect) -> Done<()> {
    let whole = selfie(crowd, person)?;
    let clean = Photo::decode(&whole, &Limits::default())?.pixels;
    let (width, height) = clean.dimensions();
    film(&corpus.folder.join("face.y4m"), &clean)?;
    let light = |factor: f32, add: f32| {
        let mut out = clean.clone();
        out.pixels_mut()
            .flat_map(|p| &mut p.0)
            .for_each(|v| *v = (f32::from(*v) * factor + add) as u8);
        out
    };
    let half = |share: f32| {
        let mut out = clean.clone();
        for (_, _, pixel) in out.enumerate_pixels_mut().filter(|(x, ..)| *x < width / 2) {
            pixel.0 = pixel.0.map(|v| (f32::from(v) * share) as u8);
        }
        out
    };
    let pictures = [
        ("clean", clean.clone()),
        ("dark", light(0.12, 0.0)),
        ("bright", light(0.5, 160.0)),
        ("blurred", imageops::blur(&clean, 6.0)),
        ("one-sided", half(0.25)),
        (
            "far",
            imageops::resize(&clean, width / 6, height / 6, FilterType::Triangle),
        ),
        (
            "cut-off",
            imageops::crop_imm(&clean, width / 2, 0, width / 2, height).to_image(),
        ),
        ("on-its-side", imageops::rotate90(&clean)),
        ("crowd", crowd.clone()),
        (
            "nobody",
            RgbImage::from_pixel(640, 480, Rgb([90, 100, 110])),
        ),
    ];
    for (name, picture) in pictures {
        let file = png(&picture)?;
        corpus.frame(&format!("face-{name}"), "face", &file, FACE_FRAME)?;
        corpus.shot(&format!("face-{name}.png"), "face", file)?;
    }
    Ok(())
}

impl Corpus {
    fn shot(&mut self, file: &str, task: &'static str, bytes: Vec<u8>) -> Done<()> {
        self.judge(file, task, false, Picture::Shot(&bytes))?;
        std::fs::write(self.folder.join(file), bytes)?;
        Ok(())
    }

    /// Adds a picture as a frame, in a format that every decoder reads to the same pixels.
    fn frame(&mut self, name: &str, task: &'static str, bytes: &[u8], longest: u32) -> Done<()> {
        let (small, _) = Photo::decode(bytes, &Limits::default())?.working(longest);
        let (width, height) = small.dimensions();
        let rgba: Vec<u8> = small
            .pixels()
            .flat_map(|&Rgb([r, g, b])| [r, g, b, 255])
            .collect();
        let file = format!("{name}.frame.png");
        let picture = Picture::Frame {
            rgba: &rgba,
            width,
            height,
            scale: 1.0,
        };
        self.judge(&file, task, true, picture)?;
        std::fs::write(self.folder.join(&file), png(&small)?)?;
        Ok(())
    }

    fn judge(&mut self, file: &str, task: &'static str, frame: bool, picture: Picture) -> Done<()> {
        let began = Instant::now();
        let answer = match task {
            "face" => self.page.face(picture).map(serde_json::to_value),
            "back" => self
                .page
                .document(picture, Side::Back)
                .map(serde_json::to_value),
            _ => self
                .page
                .document(picture, Side::Front)
                .map(serde_json::to_value),
        };
        let answer = answer.map_err(|error| error.to_string())??;
        let ms = began.elapsed().as_secs_f64() * 1000.0;
        let file = file.to_owned();
        self.entries.push(Entry {
            file,
            task,
            frame,
            answer,
            ms,
        });
        Ok(())
    }
}

fn png(picture: &RgbImage) -> Done<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
