//! A camera for tests of clients of live checks: a drawn person, or an attack, that does what a client shows.
//!
//! `live_camera MODELS [SPECIES] [SEED]`: MODELS is a folder with the models, SPECIES a name of `Species` (`bona_fide` where left
//! out). Each line of standard input is `{"at_ms": 1200}`, with `"say": {..}` where the server's word was shown since: what is
//! shown counts, not what was meant. The answer to each is a JPEG of 640 x 480 pixels on standard output, after its length as four
//! bytes, the highest first. Moments must not go back.
//!
//! `live_camera MODELS portrait` writes the portrait of whoever it is, for a document of theirs.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;

use menshen_core::live::Say;
use menshen_specimen::attack::{Puppet, Session, Species, drawn_portrait, drawn_portrait_jpeg};
use menshen_vision::{RtenModel, face};
use serde::Deserialize;

type Done<T> = Result<T, Box<dyn Error>>;

/// Portraits that are drawn until two are taken for faces.
const PORTRAITS: u64 = 50;

/// A moment of which a picture is wanted.
#[derive(Deserialize)]
struct Moment {
    at_ms: u32,
    #[serde(default)]
    say: Vec<Say>,
}

fn main() -> Done<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [models, rest @ ..] = args.as_slice() else {
        return Err("live_camera MODELS [SPECIES] [SEED]".into());
    };
    let wanted = rest.first().map_or("bona_fide", String::as_str);
    let people = people(Path::new(models))?;
    let [(seed, who), (_, other), ..] = people.as_slice() else {
        return Err("no drawn portrait is taken for a face".into());
    };
    if wanted == "portrait" {
        return Ok(std::io::stdout().write_all(&drawn_portrait_jpeg(*seed)?)?);
    }
    let species = Species::ALL.into_iter().find(|one| one.name() == wanted);
    let species = species.ok_or("no such species")?;
    let seed = rest.get(1).map_or(Ok(3), |seed| seed.parse())?;
    play(&mut Session::new(species, who, other, seed))
}

/// Answers every line with a picture until there is none.
fn play(session: &mut Session<'_>) -> Done<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Moment { at_ms, say } = serde_json::from_str(&line?)?;
        say.iter().for_each(|say| session.hear(say, at_ms));
        let jpeg = session.frame(at_ms)?;
        out.write_all(&u32::try_from(jpeg.len())?.to_be_bytes())?;
        out.write_all(&jpeg)?;
        out.flush()?;
    }
    Ok(())
}

/// Two drawn people, with the seeds by which they are drawn.
fn people(folder: &Path) -> Done<Vec<(u64, Puppet)>> {
    let model = |name: &str| -> Done<RtenModel> {
        Ok(RtenModel::of_faces(std::fs::read(folder.join(name))?)?)
    };
    let (detector, mesh) = (model("face-detection.onnx")?, model("face-mesh.onnx")?);
    let models = face::FaceModels {
        detector: &detector,
        mesh: &mesh,
        iris: None,
    };
    let mut people = Vec::new();
    for seed in 1..PORTRAITS {
        let picture = drawn_portrait(seed);
        let Some(found) = face::find(&models, &picture, face::Upright::Sure)? else {
            continue;
        };
        let puppet = Puppet::new(&picture, found.mesh.points()).ok();
        people.extend(puppet.map(|puppet| (seed, puppet)));
        if people.len() == 2 {
            break;
        }
    }
    Ok(people)
}
