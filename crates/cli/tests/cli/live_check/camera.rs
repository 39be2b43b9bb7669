//! Cameras: people who are drawn, and clips of people who were filmed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use menshen_core::geometry::Rect;
use menshen_core::live::{Colour, Cue, Say};
use menshen_engine::FaceEngine;
use menshen_specimen::attack::{Puppet, Session, Species, relit};
use menshen_vision::Photo;
use menshen_vision::photo::Limits;
use serde_json::Value;

/// What a client shows and sees.
pub trait Camera {
    /// Returns width and height of its frames.
    fn size(&self) -> [u32; 2] {
        [640, 480]
    }
    /// The server has said something.
    fn hear(&mut self, said: &Value, at_ms: u32);
    /// Returns the JPEG of a moment; `None` where the camera cannot do what was asked.
    fn frame(&mut self, at_ms: u32) -> Option<Vec<u8>>;
}

fn say(said: &Value) -> Option<Say> {
    serde_json::from_value(said.clone()).ok()
}

/// Somebody who is drawn frame by frame.
pub struct Drawn<'a>(Session<'a>);

impl<'a> Drawn<'a> {
    pub fn new(people: &'a [Puppet], species: Species, seed: u64) -> Self {
        Self(Session::new(species, &people[0], &people[1], seed))
    }
}

impl Camera for Drawn<'_> {
    fn hear(&mut self, said: &Value, at_ms: u32) {
        if let Some(say) = say(said) {
            self.0.hear(&say, at_ms);
        }
    }

    fn frame(&mut self, at_ms: u32) -> Option<Vec<u8>> {
        Some(self.0.frame(at_ms).unwrap())
    }
}

/// A clip cut into its frames, thirty a second.
pub struct Clip {
    _folder: tempfile::TempDir,
    frames: Vec<PathBuf>,
}

impl Clip {
    /// Cuts a clip of the evaluation data; `None`, with a line, where it or ffmpeg is absent.
    pub fn cut(name: &str) -> Option<Self> {
        let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/spoof/videos");
        let clip = clip.join(name);
        if !clip.is_file() {
            println!("skipped: ../shared/data is absent");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "error", "-i"])
            .arg(&clip)
            .args(["-q:v", "3"])
            .arg(folder.path().join("%05d.jpg"))
            .stdout(Stdio::null())
            .status();
        if !done.is_ok_and(|status| status.success()) {
            println!("skipped: ffmpeg is not there");
            return None;
        }
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut frames: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        frames.sort();
        Some(Self {
            _folder: folder,
            frames,
        })
    }

    /// Plays it by what is asked, where it shows that.
    pub fn play<'a>(&'a self, engine: &'a FaceEngine, seed: u64) -> Player<'a> {
        Player {
            clip: self,
            engine,
            at: 3.0,
            part: 0,
            moving: false,
            colour: None,
            face: None,
            dice: seed,
        }
    }

    /// Plays it as it is.
    pub fn run(&self, from: usize) -> Runner<'_> {
        Runner {
            clip: self,
            at: from * 20,
        }
    }

    fn bytes(&self, at: usize) -> Option<Vec<u8>> {
        Some(std::fs::read(self.frames.get(at)?).unwrap())
    }
}

/// Frames of the clip `tran/real.mp4` from which its person looks straight ahead, and the turn that follows (by eye, see
/// video/events.csv of the evaluation data): thirty a second.
const PARTS: [(f32, f32, Option<Cue>); 2] =
    [(3.0, 58.0, Some(Cue::TurnRight)), (174.0, 230.0, None)];

/// Width and height of both clips, as nearly as a client says it.
const CLIP: [u32; 2] = [368, 656];

/// A clip that waits where its person rests, slowly, and goes on at its own speed when it is asked for what comes next.
pub struct Player<'a> {
    clip: &'a Clip,
    engine: &'a FaceEngine,
    at: f32,
    part: usize,
    moving: bool,
    colour: Option<Colour>,
    face: Option<Rect>,
    dice: u64,
}

impl Camera for Player<'_> {
    fn size(&self) -> [u32; 2] {
        CLIP
    }

    fn hear(&mut self, said: &Value, _: u32) {
        match say(said) {
            Some(Say::Cue { cue, .. }) if PARTS[self.part].2 == Some(cue) => self.moving = true,
            // It shows nothing of the kind: the end of the clip.
            Some(Say::Cue { .. }) => self.at = f32::MAX,
            Some(Say::Colour { colour, .. }) => self.colour = Some(colour),
            Some(Say::Done) => self.colour = None,
            _ => {}
        }
    }

    fn frame(&mut self, _: u32) -> Option<Vec<u8>> {
        let jpeg = self.clip.bytes(self.at as usize)?;
        self.step();
        let photo = Photo::decode(&jpeg, &Limits::default()).unwrap();
        // A face does not move far within a second.
        if self.face.is_none() || self.dice.is_multiple_of(5) {
            let found = self.engine.surface(&photo).unwrap();
            self.face = found.map(|(face, _)| face.region).or(self.face);
        }
        self.dice += 1;
        Some(relit(&photo.pixels, &self.face?, self.colour).unwrap())
    }
}

impl Player<'_> {
    /// Three frames of the clip are a tenth of a second; at rest it is played at a third of its speed.
    fn step(&mut self) {
        let (_, end, _) = PARTS[self.part];
        if !self.moving {
            // Where the rest has run out before the cue came, the clip is of no use.
            self.at = if self.at + 1.0 > end {
                f32::MAX
            } else {
                self.at + 1.0
            };
            return;
        }
        self.at += 3.0;
        let next = PARTS[self.part + 1].0;
        if self.at >= next {
            self.at = next;
            self.part += 1;
            self.moving = false;
        }
    }
}

/// A clip that runs as it was filmed.
pub struct Runner<'a> {
    clip: &'a Clip,
    at: usize,
}

impl Camera for Runner<'_> {
    fn size(&self) -> [u32; 2] {
        CLIP
    }

    fn hear(&mut self, _: &Value, _: u32) {}

    fn frame(&mut self, _: u32) -> Option<Vec<u8>> {
        let jpeg = self.clip.bytes(self.at);
        self.at += 3;
        jpeg
    }
}
