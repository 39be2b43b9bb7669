//! What a client says of its camera. A hostile one says what it likes: a bad answer is a sign, a good one none.

use serde::{Deserialize, Serialize};

use crate::evidence::SourceEvidence;

/// A camera as the client describes it. The label may name a device's owner: personal data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// The device's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<f32>,
}

/// Largest side of a camera's picture in pixels, and fastest camera in frames a second; more is not said in earnest.
const LARGEST: u32 = 16_384;
const FASTEST: f32 = 480.0;
/// A client that sends so many times as many frames as its camera takes, sends frames that no camera took. A browser's figure
/// is a wish as often as a measure.
const FASTER: f32 = 1.5;

const VIRTUAL: &str = include_str!("virtual_cameras.txt");

impl Camera {
    /// Returns what the description shows, beside the sizes of the frames that came and their rate a second.
    pub fn judge(&self, sizes: &[[u32; 2]], rate: f32) -> SourceEvidence {
        let label = self.label.as_deref().unwrap_or_default();
        SourceEvidence {
            virtual_camera: is_virtual(label),
            unnamed: label.trim().is_empty(),
            contradictory: self.contradicts(sizes, rate),
        }
    }

    fn contradicts(&self, sizes: &[[u32; 2]], rate: f32) -> bool {
        let sides = [self.width, self.height];
        let told = sides.iter().all(|side| (1..=LARGEST).contains(side));
        let rate_told = self
            .frame_rate
            .is_none_or(|told| told > 0.0 && told <= FASTEST && rate <= told * FASTER);
        let [small, large] = sorted(sides);
        // A page makes frames smaller and may turn them, and enlarges none.
        let fits = |size: &[u32; 2]| {
            let [less, more] = sorted(*size);
            less <= small && more <= large
        };
        let one_size = sizes
            .windows(2)
            .all(|pair| sorted(pair[0]) == sorted(pair[1]));
        !(told && rate_told && one_size && sizes.iter().all(fits))
    }
}

fn sorted([a, b]: [u32; 2]) -> [u32; 2] {
    [a.min(b), a.max(b)]
}

/// Is a label that of software which passes pictures on as a camera's?
pub fn is_virtual(label: &str) -> bool {
    let words = words(label);
    let lines = VIRTUAL.lines().map(str::trim);
    let mut names = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    names.any(|name| {
        let name: Vec<&str> = name.split_whitespace().collect();
        words.windows(name.len()).any(|run| run == name)
    })
}

/// Returns a text's words in small letters: OBSBOT makes cameras, and is not OBS.
fn words(label: &str) -> Vec<String> {
    let label = label.to_lowercase();
    let words = label.split(|ch: char| !(ch.is_alphanumeric() || ch == '_'));
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_is_told_from_cameras() {
        for label in [
            "OBS Virtual Camera",
            "OBS-Camera",
            "ManyCam Virtual Webcam",
            "Snap Camera",
            "XSplit VCam",
            "Dummy video device (0x0000) v4l2loopback",
            "DroidCam Source 3",
            "e2eSoft iVCam",
            "NDI Webcam Video 1",
            "mmhmm Camera",
            "CamTwist (2VUY)",
            "fake_device_0",
        ] {
            assert!(is_virtual(label), "{label}");
        }
        for label in [
            "FaceTime HD Camera (Built-in)",
            "OBSBOT Tiny 2",
            "Logitech BRIO (046d:085e)",
            "camera2 1, facing front",
            "Front Camera",
            "Integrated Webcam",
            "HUAWEI Camera",
            "Sandisk Indian Webcam",
            "",
        ] {
            assert!(!is_virtual(label), "{label}");
        }
    }

    #[test]
    fn a_camera_that_contradicts_its_frames_is_a_sign() {
        let camera = Camera {
            label: Some("Front Camera".to_owned()),
            width: 1280,
            height: 720,
            frame_rate: Some(30.0),
        };
        let of =
            |camera: &Camera, sizes: &[[u32; 2]], rate| camera.judge(sizes, rate).contradictory;
        assert!(!of(&camera, &[[640, 360]; 3], 10.0));
        assert!(!of(&camera, &[[360, 640], [640, 360]], 10.0), "turned");
        assert!(of(&camera, &[[1920, 1080]], 10.0), "larger than the camera");
        assert!(of(&camera, &[[640, 360], [320, 240]], 10.0), "two sizes");
        assert!(of(&camera, &[], 60.0), "faster than the camera");
        for frame_rate in [Some(0.0), Some(-1.0), Some(f32::NAN), Some(f32::INFINITY)] {
            let camera = Camera {
                frame_rate,
                ..camera.clone()
            };
            assert!(of(&camera, &[], 10.0), "{frame_rate:?}");
        }
        let nothing = Camera::default().judge(&[], 0.0);
        assert!(nothing.unnamed && nothing.contradictory && !nothing.virtual_camera);
    }
}
