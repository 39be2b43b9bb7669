//! Faces on real photographs, where the evaluation data and the models are at hand.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by the environment"
)]

use std::path::PathBuf;

use image::RgbImage;
use menshen_core::card::{Alignment, ColourOrder, Grade, Input, Layout, Metric, ModelCard, Role};
use menshen_vision::face::{
    Embedding, FaceModels, Located, Upright, antispoof, compare, embed_any, examine, find, pose,
};
use menshen_vision::liveness::{LivenessModels, measure};
use menshen_vision::{Model, RtenModel};

fn shared() -> Option<PathBuf> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let path =
        std::env::var_os("MENSHEN_SHARED").map_or_else(|| PathBuf::from(usual), PathBuf::from);
    if !path.join("data").is_dir() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(path.join("data"))
}

fn model(name: &str) -> Option<RtenModel> {
    let folder = match std::env::var_os("MENSHEN_MODELS") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".local/share/menshen/models"),
    };
    let bytes = std::fs::read(folder.join(format!("{name}.onnx"))).ok();
    if bytes.is_none() {
        println!("skipped: the model {name} is absent");
    }
    Some(RtenModel::from_bytes(bytes?).expect("the installed model loads"))
}

struct Engine {
    detector: RtenModel,
    mesh: RtenModel,
    iris: RtenModel,
}

impl Engine {
    fn load() -> Option<Self> {
        Some(Self {
            detector: model("face-detection")?,
            mesh: model("face-mesh")?,
            iris: model("iris")?,
        })
    }

    fn models(&self) -> FaceModels<'_> {
        FaceModels {
            detector: &self.detector,
            mesh: &self.mesh,
            iris: Some(&self.iris),
        }
    }
}

fn open(path: PathBuf) -> RgbImage {
    let bytes = std::fs::read(&path).expect("the evaluation photo is there");
    image::load_from_memory(&bytes)
        .expect("the evaluation photo decodes")
        .to_rgb8()
}

fn mobileface() -> ModelCard {
    let eye = |points: [u32; 4]| points.to_vec();
    ModelCard {
        name: "mobileface-v2".to_owned(),
        role: Role::FaceEmbedding,
        input: Input {
            width: 112,
            height: 112,
            colour: ColourOrder::Rgb,
            layout: Layout::Nchw,
            mean: [0.0; 3],
            scale: [1.0; 3],
        },
        crop_scale: None,
        alignment: Some(Alignment {
            mesh: vec![
                eye([33, 133, 159, 145]),
                eye([263, 362, 386, 374]),
                vec![1],
                vec![61],
                vec![291],
            ],
            template: vec![
                [38.2946, 51.6963],
                [73.5318, 51.5014],
                [56.0252, 71.7366],
                [41.5493, 92.3655],
                [70.7299, 92.2041],
            ],
        }),
        metric: Some(Metric::Cosine),
        mirror: true,
        output: "embedding".to_owned(),
        grade: Grade::Production,
        calibration: None,
        comparison: None,
    }
}

fn spoof_models() -> Option<Vec<(Box<dyn Model>, ModelCard)>> {
    let all = [("minifasnet-v2", 2.7), ("minifasnet-v1se", 4.0)];
    all.into_iter()
        .map(|(name, scale)| {
            let mut card = mobileface();
            card.input.colour = ColourOrder::Bgr;
            (card.input.width, card.input.height) = (80, 80);
            card.crop_scale = Some(scale);
            Some((Box::new(model(name)?) as Box<dyn Model>, card))
        })
        .collect()
}

#[test]
fn turned_tilted_and_closed_faces_measure_as_their_names_say() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let face = |name: &str| {
        let path = data.join("headpose/inspireface_pose_eyes").join(name);
        examine(&engine.models(), &open(path))
            .unwrap()
            .largest
            .unwrap()
    };
    assert!(face("pose_left_face.jpeg").pose.yaw < -30.0);
    assert!(face("pose_right_face.png").pose.yaw > 30.0);
    assert!(face("pose_rise_face.jpeg").pose.pitch > 10.0);
    assert!(face("pose_lower_face.jpeg").pose.pitch < -10.0);
    assert!(face("pose_left_wryneck.png").pose.roll < -30.0);
    assert!(face("pose_right_wryneck.png").pose.roll > 30.0);
    let closed = face("reaction_close_eyes.jpeg").eyes_open;
    let open = face("reaction_open_eyes.png").eyes_open;
    assert!(closed.iter().all(|v| *v < 0.15) && open.iter().all(|v| *v > 0.25));
    let wink = face("reaction_close_open_eyes.jpeg").eyes_open;
    assert!((wink[0] < 0.15) != (wink[1] < 0.15));
}

#[test]
fn head_pose_agrees_with_the_labels_within_six_degrees_on_average() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let folder = data.join("headpose/aflw2000");
    let table = std::fs::read_to_string(folder.join("pose.csv")).unwrap();
    let mut errors = [0.0f32; 3];
    let mut n = 0.0;
    for line in table.lines().skip(1) {
        let (file, angles) = line.split_once(',').unwrap();
        let angles: Vec<f32> = angles.split(',').map(|v| v.parse().unwrap()).collect();
        let image = open(folder.join(file));
        let face = find(&engine.models(), &image, Upright::Sure)
            .unwrap()
            .unwrap();
        let pose = pose(&face.mesh);
        // The set counts yaw towards the picture's left.
        let error = [
            pose.yaw + angles[0],
            pose.pitch - angles[1],
            pose.roll - angles[2],
        ];
        errors
            .iter_mut()
            .zip(error)
            .for_each(|(sum, e)| *sum += e.abs());
        n += 1.0;
    }
    println!(
        "mean absolute error yaw, pitch, roll: {:?} of {n}",
        errors.map(|e| e / n)
    );
    assert!(errors.iter().all(|e| e / n < 6.0));
}

#[test]
fn a_photo_on_its_side_gives_the_face_where_it_lies() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let upright = open(data.join("headpose/inspireface_pose_eyes/emotion_sad.png"));
    let straight = find(&engine.models(), &upright, Upright::Sure)
        .unwrap()
        .unwrap();
    let turned = image::imageops::rotate90(&upright);
    let lying = find(&engine.models(), &turned, Upright::Unknown)
        .unwrap()
        .unwrap();
    let (p, q) = (straight.mesh.at(1), lying.mesh.at(1));
    let expected = (upright.height() as f32 - p.y, p.x);
    let tolerance = 0.05 * straight.mesh.region().width;
    assert!((q.x - expected.0).hypot(q.y - expected.1) < tolerance);
}

#[test]
fn a_small_portrait_in_a_large_picture_is_found() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let portrait = open(data.join("headpose/inspireface_pose_eyes/emotion_sad.png"));
    let small = image::imageops::thumbnail(&portrait, 200, 200);
    let mut page = RgbImage::from_pixel(1600, 1100, image::Rgb([225, 230, 220]));
    image::imageops::overlay(&mut page, &small, 90, 420);
    let face = find(&engine.models(), &page, Upright::Sure)
        .unwrap()
        .unwrap();
    let nose = face.mesh.at(1);
    assert!((90.0..290.0).contains(&nose.x) && (420.0..620.0).contains(&nose.y));
}

#[test]
fn people_beside_each_other_are_counted() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let folder = data.join("headpose/inspireface_pose_eyes");
    let mut group = RgbImage::from_pixel(1200, 500, image::Rgb([200; 3]));
    for (i, name) in [
        "emotion_sad.png",
        "emotion_happy.png",
        "reaction_open_eyes.png",
    ]
    .iter()
    .enumerate()
    {
        let person = image::imageops::thumbnail(&open(folder.join(name)), 360, 400);
        image::imageops::overlay(&mut group, &person, 20 + 400 * i as i64, 50);
    }
    assert_eq!(examine(&engine.models(), &group).unwrap().faces, 3);
    let wall = RgbImage::from_pixel(640, 480, image::Rgb([180; 3]));
    let nobody = examine(&engine.models(), &wall).unwrap();
    assert_eq!((nobody.faces, nobody.largest), (0, None));
}

#[test]
fn genuine_pairs_score_above_impostor_pairs_and_no_image_stays_without_score() {
    let (Some(data), Some(engine), Some(embedder)) =
        (shared(), Engine::load(), model("mobileface-v2"))
    else {
        return;
    };
    let card = mobileface();
    let root = data.join("faces/lfw");
    let vector = |file: &str| -> Embedding {
        let image = open(root.join(file));
        let found = embed_any(&engine.models(), &embedder, &card, &image).unwrap();
        found.unwrap().0
    };
    let table = std::fs::read_to_string(root.join("pairs.csv")).unwrap();
    let right = table
        .lines()
        .skip(1)
        .step_by(60)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|columns| (vector(columns[0]), vector(columns[1]), columns[2] == "1"))
        .filter(|(a, b, same)| (compare(a, b, Metric::Cosine) > 0.25) == *same)
        .count();
    println!("{right} of 40 pairs on the right side of 0.25");
    assert!(right >= 38);
}

#[test]
fn a_picture_without_a_face_is_scored_but_flagged() {
    let (Some(engine), Some(embedder)) = (Engine::load(), model("mobileface-v2")) else {
        return;
    };
    let wall = RgbImage::from_pixel(150, 150, image::Rgb([90, 120, 60]));
    let found = embed_any(&engine.models(), &embedder, &mobileface(), &wall).unwrap();
    assert_ne!(found.unwrap().1, Located::Mesh);
}

#[test]
fn the_living_still_scores_below_both_fakes() {
    let (Some(data), Some(engine), Some(models)) = (shared(), Engine::load(), spoof_models())
    else {
        return;
    };
    let score = |name: &str| {
        let image = open(data.join("spoof/stills").join(name));
        let face = find(&engine.models(), &image, Upright::Unknown)
            .unwrap()
            .unwrap();
        antispoof(&models, &image, &face.mesh.region())
            .unwrap()
            .unwrap()
    };
    let live = score("minivision-ai_image_T1.jpg");
    let fakes = ["F1", "F2"].map(|f| score(&format!("minivision-ai_image_{f}.jpg")));
    println!("live {live}, fakes {fakes:?}");
    assert!(live < 0.3 && fakes.iter().all(|fake| *fake > 0.5));
}

#[test]
fn one_photo_shown_for_two_seconds_is_frozen_and_its_holes_are_counted() {
    let (Some(data), Some(engine), Some(embedder)) =
        (shared(), Engine::load(), model("mobileface-v2"))
    else {
        return;
    };
    let card = mobileface();
    let photo = open(data.join("headpose/inspireface_pose_eyes/emotion_sad.png"));
    let photo = image::imageops::thumbnail(&photo, 320, 320);
    let models = LivenessModels {
        face: engine.models(),
        embedder: Some((&embedder, &card)),
        spoof: &[],
    };
    let frames = (0..10).map(|i| (i as f32 / 5.0, (i != 4).then(|| photo.clone())));
    let evidence = measure(&models, frames).unwrap();
    assert_eq!(
        (evidence.frames, evidence.unreadable, evidence.one_face),
        (10, 1, 9)
    );
    assert!(evidence.frozen > 1.7 && evidence.events.is_empty() && evidence.spoof.is_none());
    assert!(evidence.continuity.is_some_and(|c| c > 0.99));
}

/// Fills a polygon of mesh points with one colour and a little grain.
fn paint(
    image: &mut RgbImage,
    mesh: &menshen_vision::face::Mesh,
    outline: &[usize],
    colour: [u8; 3],
) {
    let corners: Vec<_> = outline.iter().map(|&i| mesh.at(i)).collect();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let edges = corners.iter().zip(corners.iter().cycle().skip(1));
        let crossed = edges.filter(|(a, b)| {
            (a.y > py) != (b.y > py) && px < (b.x - a.x) * (py - a.y) / (b.y - a.y) + a.x
        });
        if crossed.count() % 2 == 1 {
            let grain = ((x * 31 + y * 17) % 7) as u8;
            *pixel = image::Rgb(colour.map(|c| c.saturating_add(grain)));
        }
    }
}

const SUNGLASSES: [usize; 20] = [
    70, 63, 105, 66, 107, 9, 336, 296, 334, 293, 300, 340, 347, 348, 349, 6, 120, 119, 118, 111,
];
const MASK: [usize; 22] = [
    234, 93, 132, 58, 172, 136, 150, 149, 176, 152, 400, 378, 365, 397, 288, 361, 323, 454, 330,
    195, 101, 116,
];
const HAT: [usize; 14] = [
    21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 334, 9, 105,
];

#[test]
fn sunglasses_mask_and_hat_hide_their_own_region_and_a_bare_face_hides_nothing() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let bare = open(data.join("headpose/aflw2000/image00050.jpg"));
    let mesh = find(&engine.models(), &bare, Upright::Sure)
        .unwrap()
        .unwrap()
        .mesh;
    let judged = |outline: &[usize], colour: [u8; 3]| {
        let mut image = bare.clone();
        paint(&mut image, &mesh, outline, colour);
        let q = menshen_vision::face::quality(&image, &mesh);
        [q.eyes_covered, q.mouth_covered, q.forehead_covered].map(|v| v > 0.5)
    };
    assert_eq!(judged(&[], [0; 3]), [false; 3]);
    assert_eq!(judged(&SUNGLASSES, [20, 20, 24]), [true, false, false]);
    assert_eq!(judged(&MASK, [120, 160, 200]), [false, true, false]);
    assert_eq!(judged(&HAT, [30, 40, 90]), [false, false, true]);
}

#[test]
fn blur_light_and_place_move_their_own_measure() {
    let (Some(data), Some(engine)) = (shared(), Engine::load()) else {
        return;
    };
    let photo = open(data.join("headpose/inspireface_pose_eyes/emotion_sad.png"));
    let mesh = find(&engine.models(), &photo, Upright::Sure)
        .unwrap()
        .unwrap()
        .mesh;
    let quality = |image: &RgbImage| menshen_vision::face::quality(image, &mesh);
    let usual = quality(&photo);
    let pixel = mesh.region().height / 128.0;
    let blurred = [1.0, 2.0, 3.0].map(|s| {
        let soft = image::imageops::blur(&photo, s * pixel);
        quality(&soft).sharpness
    });
    println!("sharpness {} then {blurred:?}", usual.sharpness);
    assert!(usual.sharpness > blurred[0] && blurred[0] > blurred[1] && blurred[1] > blurred[2]);
    assert!(usual.sharpness > 0.5 && blurred[2] < 0.25);
    let mut dark = photo.clone();
    dark.iter_mut().for_each(|v| *v /= 8);
    assert!(quality(&dark).dark > 0.5 && usual.dark < 0.1);
    let mut half = photo.clone();
    let nose = mesh.at(1).x;
    for (x, _, pixel) in half.enumerate_pixels_mut() {
        if x as f32 > nose {
            pixel.0.iter_mut().for_each(|v| *v /= 8);
        }
    }
    assert!(quality(&half).half_lit > usual.half_lit + 0.2);
}
