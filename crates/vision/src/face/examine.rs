//! A photo of a person to evidence.

use image::RgbImage;
use menshen_core::evidence::{FaceEvidence, FaceMeasures};

use super::canonical::over_eyes;
use super::components::components;
use super::detect::{Detection, count, detect, detect_crowd, detect_frame, detect_turned, subject};
use super::embed::{Embedding, align_points, embed, embed_chip};
use super::eyes::{eyes_by_iris, eyes_by_mesh, mouth_open};
use super::mesh::{Mesh, mesh};
use super::pose::pose;
use super::quality::quality;
use crate::model::{Model, ModelError};
use menshen_core::card::ModelCard;
use menshen_core::geometry::{Point, Rect};

/// The networks that read a face.
#[derive(Clone, Copy)]
pub struct FaceModels<'a> {
    /// MediaPipe's short-range detector.
    pub detector: &'a dyn Model,
    /// MediaPipe's face landmarks.
    pub mesh: &'a dyn Model,
    /// MediaPipe's iris landmarks; without it the eye opening comes from the mesh.
    pub iris: Option<&'a dyn Model>,
}

/// A face that was found and meshed.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// The detector's view.
    pub detection: Detection,
    /// The surface.
    pub mesh: Mesh,
}

/// Which way up a picture may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upright {
    /// As it is.
    Sure,
    /// On any of its four sides.
    Unknown,
}

/// Returns the face that a picture is about (see [`subject`]) with its mesh. A detection that the mesh network does not
/// confirm is passed over.
pub fn find(
    models: &FaceModels,
    image: &RgbImage,
    upright: Upright,
) -> Result<Option<Face>, ModelError> {
    let found = match upright {
        Upright::Sure => detect(models.detector, image)?,
        Upright::Unknown => detect_turned(models.detector, image)?,
    };
    confirmed(models, image, found)
}

fn confirmed(
    models: &FaceModels,
    image: &RgbImage,
    mut found: Vec<Detection>,
) -> Result<Option<Face>, ModelError> {
    while let Some(detection) = subject(&found, image).copied() {
        if let Some(mesh) = mesh(models.mesh, image, &detection)? {
            return Ok(Some(Face { detection, mesh }));
        }
        found.retain(|face| *face != detection);
    }
    Ok(None)
}

/// Returns everything that is measured on a photo of a person: the number of faces and the largest.
pub fn examine(models: &FaceModels, image: &RgbImage) -> Result<FaceEvidence, ModelError> {
    evidence_of(models, image, detect_crowd(models.detector, image)?)
}

fn evidence_of(
    models: &FaceModels,
    image: &RgbImage,
    found: Vec<Detection>,
) -> Result<FaceEvidence, ModelError> {
    let size = [image.width(), image.height()];
    let faces = people(models, image, &found)?;
    let Some(face) = confirmed(models, image, found)? else {
        return Ok(FaceEvidence {
            size,
            ..FaceEvidence::default()
        });
    };
    Ok(FaceEvidence {
        unreadable: None,
        size,
        faces: faces.max(1),
        largest: Some(measure(models, image, &face)?),
    })
}

/// Returns what is measured on a frame of a running camera: as [`examine`], without the search for small faces.
pub fn examine_frame(models: &FaceModels, image: &RgbImage) -> Result<FaceEvidence, ModelError> {
    evidence_of(models, image, detect_frame(models.detector, image)?)
}

/// Score from which a face beside the subject counts as a person.
const SURE: f32 = 0.5;

/// Returns how many people a picture shows: faces that the detector is sure of and, where there seem to be
/// several, that the mesh network confirms, too. Hair and patterns often look like a second face to the
/// detector alone, and being told to be alone when one is alone helps nobody.
pub(crate) fn people(
    models: &FaceModels,
    image: &RgbImage,
    found: &[Detection],
) -> Result<u32, ModelError> {
    let mut sure: Vec<Detection> = found.iter().copied().filter(|f| f.score >= SURE).collect();
    sure.sort_by(|a, b| b.score.total_cmp(&a.score));
    if count(&sure) < 2 {
        return Ok(count(&sure));
    }
    let mut confirmed: Vec<Detection> = Vec::new();
    for face in sure {
        let again = confirmed
            .iter()
            .any(|other| same_place(&face.region, &other.region));
        if !again && mesh(models.mesh, image, &face)?.is_some() {
            confirmed.push(face);
        }
    }
    Ok(count(&confirmed))
}

/// Does a mesh show the face that was detected?
pub(crate) fn same_face(found: &Detection, mesh: &Mesh) -> bool {
    same_place(&found.region, &mesh.region())
}

/// Two boxes of which one holds the other's centre show one face, found at two sizes: heads do not
/// stand inside each other.
fn same_place(a: &Rect, b: &Rect) -> bool {
    let holds = |outer: &Rect, inner: &Rect| {
        let (x, y) = (inner.x + inner.width / 2.0, inner.y + inner.height / 2.0);
        (outer.x..outer.x + outer.width).contains(&x)
            && (outer.y..outer.y + outer.height).contains(&y)
    };
    holds(a, b) || holds(b, a)
}

/// Returns the measures of one face.
pub fn measure(
    models: &FaceModels,
    image: &RgbImage,
    face: &Face,
) -> Result<FaceMeasures, ModelError> {
    let mesh = &face.mesh;
    let pose = pose(mesh);
    Ok(FaceMeasures {
        region: mesh.region(),
        score: face.detection.score,
        pose,
        eyes_open: eyes_open(models, image, mesh)?,
        mouth_open: mouth_open(mesh),
        eye_distance: mesh.eye_distance(),
        quality: quality(image, mesh),
        components: components(image, mesh, &pose),
    })
}

/// Returns the opening of both eyes, by the iris network where it is there.
pub fn eyes_open(
    models: &FaceModels,
    image: &RgbImage,
    mesh: &Mesh,
) -> Result<[f32; 2], ModelError> {
    match models.iris {
        Some(iris) => eyes_by_iris(iris, image, mesh),
        None => Ok(eyes_by_mesh(mesh)),
    }
}

/// How surely an embedding shows the person's face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Located {
    /// A mesh confirmed by its network.
    Mesh,
    /// The detector's eyes alone.
    Detection,
    /// Nothing was found: the middle of the picture, as if it were a portrait. Never evidence for
    /// an approval; it lets a batch score every image.
    Centre,
}

/// A face's vectors by several embedders.
pub struct Embedded {
    /// One for each embedder, in their order.
    pub vectors: Vec<Embedding>,
    /// How surely they show the person's face.
    pub located: Located,
    /// The face's box, in pixels of the picture; `None` where nothing was found.
    pub region: Option<Rect>,
}

/// Returns the embedding of the largest face; with no face at all, that of the picture's middle.
/// `None` only for an empty picture or a card without alignment.
pub fn embed_any(
    models: &FaceModels,
    embedder: &dyn Model,
    card: &ModelCard,
    image: &RgbImage,
) -> Result<Option<(Embedding, Located)>, ModelError> {
    let mut found = embed_each(models, &[(embedder, card)], image)?;
    let vector = found.as_mut().and_then(|found| found.vectors.pop());
    Ok(vector.zip(found.map(|found| found.located)))
}

/// Returns the embeddings of the largest face, which is looked for once, by each embedder; otherwise as [`embed_any`].
pub fn embed_each(
    models: &FaceModels,
    embedders: &[(&dyn Model, &ModelCard)],
    image: &RgbImage,
) -> Result<Option<Embedded>, ModelError> {
    let found = detect(models.detector, image)?;
    let doubtful = subject(&found, image).copied();
    if let Some(face) = confirmed(models, image, found)? {
        let vectors = embedders.iter();
        let vectors = vectors.map(|(model, card)| embed(*model, card, image, &face.mesh));
        return Ok(all(vectors)?.map(|vectors| Embedded {
            vectors,
            located: Located::Mesh,
            region: Some(face.mesh.region()),
        }));
    }
    let (eyes, located) = match &doubtful {
        Some(face) => ([face.keypoints[0], face.keypoints[1]], Located::Detection),
        None => (portrait_eyes(image), Located::Centre),
    };
    let Some(point) = over_eyes(eyes) else {
        return Ok(None);
    };
    let vectors = embedders.iter().map(|(model, card)| {
        let chip = align_points(image, &point, card);
        chip.map(|chip| embed_chip(*model, card, &chip)).transpose()
    });
    Ok(all(vectors)?.map(|vectors| Embedded {
        vectors,
        located,
        region: doubtful.map(|face| face.region),
    }))
}

/// Returns every vector; `None` where one of them is missing.
fn all(
    vectors: impl Iterator<Item = Result<Option<Embedding>, ModelError>>,
) -> Result<Option<Vec<Embedding>>, ModelError> {
    let vectors: Vec<Option<Embedding>> = vectors.collect::<Result<_, _>>()?;
    Ok(vectors.into_iter().collect())
}

/// Where the eyes lie in a usual portrait: a fifth of the picture's shorter side apart, a little
/// above the middle.
fn portrait_eyes(image: &RgbImage) -> [Point; 2] {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let half = width.min(height) / 10.0;
    let y = height / 2.0 - half / 2.0;
    [-half, half].map(|dx| Point {
        x: width / 2.0 + dx,
        y,
    })
}
