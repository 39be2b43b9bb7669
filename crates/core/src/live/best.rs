//! Which frame of a session is compared with the document: the best one of the very sequence that was judged.

use super::frame::FrameEvidence;

/// Degrees from straight at which a frame is worth nothing.
const TURNED: f32 = 20.0;
/// Opening of an eye, lid distance over eye width, from which it is open; `policy.toml` `face.eyes_open_min` is half of it.
const OPEN: f32 = 0.24;
/// Opening of the mouth from which a frame is worth nothing.
const MOUTH: f32 = 0.4;
/// Distance between the eyes in pixels from which nearer is no better for the embedder.
const NEAR: f32 = 120.0;
/// Edge energy from which a face is as sharp as press photographs are (0.2 to 0.6).
const SHARP: f32 = 0.4;

/// Returns what a frame is worth for the comparison, 0..=1: straight, sharp, near, eyes open, mouth shut. `None` where it shows
/// no face, or several.
pub fn worth(frame: &FrameEvidence) -> Option<f32> {
    let face = frame.face.as_ref().filter(|_| frame.faces == 1)?;
    let part = |value: f32| {
        if value.is_finite() {
            value.clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let turn = face.pose.yaw.hypot(face.pose.pitch);
    let straight = part(1.0 - turn / TURNED);
    let eyes = part(face.eyes_open[0].min(face.eyes_open[1]) / OPEN);
    let mouth = part(1.0 - face.mouth_open / MOUTH);
    let lit = part(1.0 - 2.0 * (face.brightness - 0.5).abs()) * part(1.0 - face.bright);
    let near = part(face.eye_distance / NEAR);
    let sharp = part(face.sharpness / SHARP);
    Some(part(
        straight * eyes * mouth * (0.5 + 0.5 * lit) * near * (0.2 + 0.8 * sharp),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Pose;
    use crate::live::FrameFace;

    fn face() -> FrameFace {
        FrameFace {
            eyes_open: [0.3; 2],
            sharpness: 0.4,
            eye_distance: 100.0,
            brightness: 0.5,
            ..FrameFace::default()
        }
    }

    fn of(face: FrameFace) -> f32 {
        let frame = FrameEvidence {
            faces: 1,
            face: Some(face),
            ..FrameEvidence::default()
        };
        worth(&frame).expect("there is a face")
    }

    #[test]
    fn straight_sharp_near_and_awake_is_worth_more() {
        let best = of(face());
        let turned = Pose {
            yaw: 12.0,
            ..Pose::default()
        };
        for worse in [
            FrameFace {
                pose: turned,
                ..face()
            },
            FrameFace {
                sharpness: 0.1,
                ..face()
            },
            FrameFace {
                eye_distance: 50.0,
                ..face()
            },
            FrameFace {
                eyes_open: [0.05, 0.3],
                ..face()
            },
            FrameFace {
                mouth_open: 0.3,
                ..face()
            },
            FrameFace {
                brightness: 0.1,
                ..face()
            },
            FrameFace {
                sharpness: f32::NAN,
                ..face()
            },
        ] {
            assert!(of(worse) < best);
        }
        assert_eq!(worth(&FrameEvidence::default()), None);
    }
}
