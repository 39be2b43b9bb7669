//! A person in front of a camera, and an engine that reads what the person does from the frame itself.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use menshen_core::ModelCards;
use menshen_core::evidence::{FaceEvidence, FaceMeasures, FaceQuality, Pose};
use menshen_core::geometry::Rect;
use menshen_core::live::{FrameEvidence, FrameFace};
use menshen_engine::pool::PoolStatus;
use menshen_engine::protocol::Ready;
use menshen_engine::{Answer as Measured, PoolError, Request, Standing};
use menshen_server::Engine;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

/// Reads a frame's measures from its own bytes, behind the two of a JPEG.
pub struct Scripted {
    ready: Ready,
    seen: watch::Sender<u32>,
}

impl Scripted {
    pub fn boxed(seen: &watch::Sender<u32>) -> Box<dyn Engine> {
        Box::new(Self {
            ready: Ready {
                engine: "scripted".to_owned(),
                cards: ModelCards::default(),
                embedder: "none".to_owned(),
                lead_numbers: None,
                isolation: menshen_engine::isolate::Isolation::default(),
            },
            seen: seen.clone(),
        })
    }
}

impl Engine for Scripted {
    fn ask(&self, request: Request, _: Standing) -> BoxFuture<'_, Result<Measured, PoolError>> {
        let answer = match request {
            Request::Frame { bytes, .. } => {
                self.seen.send_modify(|seen| *seen += 1);
                let evidence = bytes
                    .get(2..)
                    .and_then(|text| serde_json::from_slice(text).ok());
                let unreadable = || FrameEvidence {
                    unreadable: Some("not_a_picture".to_owned()),
                    ..FrameEvidence::default()
                };
                let evidence = Box::new(evidence.unwrap_or_else(unreadable));
                Ok(Measured::Frame { evidence })
            }
            Request::Selfie { bytes } => Ok(Measured::Selfie {
                evidence: portrait(),
                embedding: None,
                clean: Some(bytes),
            }),
            _ => Err(PoolError::Failed),
        };
        async move { answer }.boxed()
    }

    fn ready(&self) -> &Ready {
        &self.ready
    }

    fn status(&self) -> PoolStatus {
        PoolStatus {
            workers: 1,
            ready: 1,
            ..PoolStatus::default()
        }
    }
}

fn portrait() -> FaceEvidence {
    let quality = FaceQuality {
        sharpness: 0.5,
        brightness: 0.5,
        contrast: 0.5,
        face_height: 0.5,
        inside: 1.0,
        ..FaceQuality::default()
    };
    FaceEvidence {
        size: [640, 480],
        faces: 1,
        largest: Some(FaceMeasures {
            score: 0.9,
            eyes_open: [0.3; 2],
            eye_distance: 90.0,
            quality,
            ..FaceMeasures::default()
        }),
        ..FaceEvidence::default()
    }
}

/// Somebody who does what is asked.
pub struct Person {
    /// Milliseconds since the beginning.
    now: u32,
    doing: Option<(String, u32)>,
    /// What is done in place of what is asked for.
    pub instead: Option<&'static str>,
    prints: u64,
    n: u64,
}

impl Person {
    pub fn new(prints: u64) -> Self {
        Self {
            now: 0,
            doing: None,
            instead: None,
            prints,
            n: 0,
        }
    }

    /// The frames that somebody else has sent before.
    pub fn recorded(&mut self, prints: u64) {
        self.prints = prints;
        self.n = 0;
    }

    pub fn passes(&mut self, millis: u32) {
        self.now += millis;
    }

    /// What was asked for was seen.
    pub fn rests(&mut self) {
        self.doing = None;
    }

    pub fn asked(&mut self, cue: &str) {
        let cue = self.instead.unwrap_or(cue).to_owned();
        self.doing = Some((cue, self.now + 400));
    }

    /// Returns a frame's file.
    pub fn shown(&mut self) -> Vec<u8> {
        let frame = self.looks();
        self.n += 1;
        [&[0xff, 0xd8][..], &serde_json::to_vec(&frame).unwrap()].concat()
    }

    fn looks(&self) -> FrameEvidence {
        let mut face = FrameFace {
            region: Rect {
                x: 220.0,
                y: 140.0,
                width: 200.0,
                height: 220.0,
            },
            eyes_open: [0.3; 2],
            sharpness: 0.5,
            eye_distance: 90.0,
            brightness: 0.5,
            ..FrameFace::default()
        };
        if let Some((cue, start)) = &self.doing {
            // Once more, until it was seen: frames may be lost.
            let at = (self.now as f32 - *start as f32) % 2_500.0;
            let far = |long: f32| (at / 200.0).min((long - at) / 200.0).clamp(0.0, 1.0);
            match cue.as_str() {
                "turn_left" => {
                    face.pose = Pose {
                        yaw: -28.0 * far(1_200.0),
                        ..Pose::default()
                    }
                }
                "turn_right" => {
                    face.pose = Pose {
                        yaw: 28.0 * far(1_200.0),
                        ..Pose::default()
                    }
                }
                "nod" => {
                    face.pose = Pose {
                        pitch: -14.0 * far(1_000.0),
                        ..Pose::default()
                    }
                }
                "blink" => face.eyes_open = [0.3 - 0.28 * far(600.0); 2],
                "mouth_open" => face.mouth_open = 0.7 * far(1_200.0),
                _ => {}
            }
        }
        let picture = Sha256::digest([self.prints.to_be_bytes(), self.n.to_be_bytes()].concat());
        FrameEvidence {
            size: [640, 480],
            faces: 1,
            face: Some(face),
            thumbnail: picture.repeat(32),
            print: picture.to_vec(),
            noise: 1.0,
            ..FrameEvidence::default()
        }
    }
}
