//! Draws one session of every kind of attack side by side, to be looked at.
//!
//! `attack_sheet MODELS PORTRAIT OUT [SEED]`: MODELS is a folder with the models, PORTRAIT a picture of somebody who looks
//! straight, or `-` for one that is drawn; writes the PNG picture OUT. Each row is a kind, in the order of `Species::ALL`; its columns
//! are rest, an asked turn to the left, asked closed eyes, an asked open mouth, a red and a blue screen.

use std::error::Error;
use std::path::Path;

use image::imageops::{self, FilterType};
use image::{RgbImage, imageops::replace};
use menshen_core::live::{Colour, Cue, Say};
use menshen_specimen::attack::{Puppet, Session, Species, drawn_portrait};
use menshen_vision::photo::{Limits, Photo};
use menshen_vision::{RtenModel, face};

type Done<T> = Result<T, Box<dyn Error>>;

/// Milliseconds and what the server says then.
const SCRIPT: [(u32, Say); 6] = [
    (800, cue(1, Cue::TurnLeft)),
    (4_000, cue(2, Cue::Blink)),
    (6_000, cue(3, Cue::MouthOpen)),
    (9_000, colour(1, Colour::Red)),
    (10_000, colour(2, Colour::Blue)),
    (11_000, Say::Done),
];

/// Size of a cell in pixels.
const CELL: [u32; 2] = [240, 180];

const fn cue(n: u32, cue: Cue) -> Say {
    Say::Cue {
        n,
        cue,
        within_ms: 7_000,
    }
}

const fn colour(n: u32, colour: Colour) -> Say {
    Say::Colour { n, colour }
}

fn main() -> Done<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [models, portrait, out, rest @ ..] = args.as_slice() else {
        return Err("attack_sheet MODELS PORTRAIT OUT [SEED]".into());
    };
    let seed = rest.first().map_or(Ok(1), |seed| seed.parse())?;
    let model = |name: &str| -> Done<RtenModel> {
        Ok(RtenModel::of_faces(std::fs::read(
            Path::new(models).join(name),
        )?)?)
    };
    let (detector, mesh) = (model("face-detection.onnx")?, model("face-mesh.onnx")?);
    let models = face::FaceModels {
        detector: &detector,
        mesh: &mesh,
        iris: None,
    };
    let picture = match portrait.as_str() {
        "-" => drawn_portrait(seed),
        path => Photo::decode(&std::fs::read(path)?, &Limits::default())?.pixels,
    };
    let found = face::find(&models, &picture, face::Upright::Sure)?.ok_or("no face")?;
    let puppet = Puppet::new(&picture, found.mesh.points())?;
    let n = Species::ALL.len() as u32;
    let mut sheet = RgbImage::new(6 * CELL[0], n * CELL[1]);
    for (row, species) in Species::ALL.into_iter().enumerate() {
        let moments = session(&models, species, &puppet, seed)?;
        for (column, moment) in moments.iter().enumerate() {
            let small = imageops::resize(moment, CELL[0], CELL[1], FilterType::Triangle);
            let at = [column as u32 * CELL[0], row as u32 * CELL[1]].map(i64::from);
            replace(&mut sheet, &small, at[0], at[1]);
        }
    }
    sheet.save(out)?;
    Ok(())
}

/// The moments of a session that show the most of what is asked for.
fn session(
    models: &face::FaceModels,
    species: Species,
    puppet: &Puppet,
    seed: u64,
) -> Done<[RgbImage; 6]> {
    let mut session = Session::new(species, puppet, puppet, seed);
    let mut said = SCRIPT.iter().peekable();
    // Lowest value of a measure, with its picture, for rest, turn, eyes and mouth.
    let mut best: [(f32, RgbImage); 4] =
        std::array::from_fn(|_| (f32::MAX, RgbImage::new(CELL[0], CELL[1])));
    let (mut red, mut blue) = (RgbImage::new(1, 1), RgbImage::new(1, 1));
    for at in (0..11_000).step_by(100) {
        while let Some((_, say)) = said.next_if(|(due, _)| *due <= at) {
            session.hear(say, at);
        }
        let picture = session.picture(at);
        match at {
            9_700 => red = picture.clone(),
            10_700 => blue = picture.clone(),
            _ => {}
        }
        let Some(found) = face::find(models, &picture, face::Upright::Sure)? else {
            continue;
        };
        let pose = face::pose(&found.mesh);
        let [left, right] = face::eyes_by_mesh(&found.mesh);
        let mouth = face::mouth_open(&found.mesh);
        let asked = match at {
            0..800 => (0, pose.yaw.abs() + 0.1),
            800..4_000 => (1, pose.yaw),
            4_000..6_000 => (2, left + right),
            6_000..9_000 => (3, -mouth),
            _ => continue,
        };
        if asked.1 < best[asked.0].0 {
            best[asked.0] = (asked.1, picture);
        }
    }
    let [rest, turn, eyes, mouth] = best.map(|(_, picture)| picture);
    Ok([rest, turn, eyes, mouth, red, blue])
}
