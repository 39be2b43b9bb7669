//! A photo of a document to evidence: the whole chain, with the text detector run once.

use std::collections::BTreeMap;

use image::RgbImage;
use menshen_core::evidence::{FieldEvidence, MrzEvidence, PageEvidence, PortraitEvidence};
use menshen_core::geometry::{Point, Quad, Rect};
use menshen_document::Field;
use menshen_document::mrz::{Format, Reading};

use super::area::Area;
use super::kind::{Cues, classify};
use super::read::read_fields;
use super::row::Piece;
use super::upright::{Turned, upright};
use crate::face::{self, Face, FaceModels, Upright};
use crate::model::ModelError;
use crate::mrz::{MrzRead, ZoneReader, read_mrz, read_mrz_in};
use crate::page::{FoundPage, PAGE_WIDTH, Page, PageRect, Survey, find_page, rectify, rectify_at};
use crate::text::{Line, TextBox, TextReader, mean_height, mean_width};
use crate::traces;

/// Longer side of the detector's input in pixels: on the longest page (TD3, 125 mm) small labels (2 mm) are
/// still ten pixels high. The detector's time grows with its square.
const DETECTOR_SIDE: u32 = 640;
/// The same for a card in the format ID-1 (85.6 mm), on which labels of 2 mm are as high with fewer pixels.
const DETECTOR_SIDE_CARD: u32 = 448;
/// Proportions of such a card, long side over short (ISO/IEC 7810), and how near a rectified page comes to them.
const CARD_RATIO: f32 = 85.6 / 53.98;
const CARD_TOLERANCE: f32 = 0.01;
/// Most lines read on one page; the longest first. A page of prose must not cost seconds.
const MAX_LINES: usize = 64;
/// A zone whose check digits do not all agree counts for the kind of the page from this confidence.
const MRZ_CONFIDENCE: f32 = 0.7;
/// Width to which a page is rectified when its zone did not read at page resolution, where the photo
/// has more to give.
const FINE_WIDTH: u32 = 2000;
/// The photo has more to give when its page is this much wider than page resolution.
const FINER: f32 = 1.3;
/// Fewest characters on a side of a document: an emblem side has about 40.
const MIN_CHARACTERS: usize = 20;
/// An outline of this part of the picture leaves nothing else to look at.
const WHOLE: f32 = 0.85;
/// Capitals of a valid zone from this height in pixels on do not read better when they are larger.
const CLEAR_HEIGHT: f32 = 24.0;
/// A box this many times longer than high and over this part of the page's width may be a line of a zone:
/// those of TD1, the shortest, are 17 times longer and take 0.85 of the width.
const ZONE_ASPECT: f32 = 12.0;
const ZONE_WIDTH: f32 = 0.6;
/// Fewest fillers in a zone whose check digits do not agree.
const MIN_FILLERS: usize = 4;
/// Margin around the portrait's face in multiples of the face, and the crop's largest width in pixels.
const PORTRAIT_MARGIN: f32 = 0.6;
const PORTRAIT_WIDTH: u32 = 640;

/// The networks that read a page.
#[derive(Clone, Copy)]
pub struct PageModels<'a> {
    /// Detector and recogniser of text.
    pub text: &'a TextReader,
    /// Recogniser of machine-readable zones.
    pub zones: &'a ZoneReader,
    /// For the portrait; without them none is looked for.
    pub face: Option<FaceModels<'a>>,
}

/// What was found in one photo of a document.
#[derive(Clone, Debug, Default)]
pub struct ExaminedPage {
    /// Everything measured.
    pub evidence: PageEvidence,
    /// The portrait for the comparison with the selfie.
    pub portrait: Option<Portrait>,
}

/// The portrait on a document, cut out upright at the photo's resolution.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// The crop.
    pub pixels: RgbImage,
    /// The face in pixels of the crop.
    pub face: Face,
}

/// Measures everything on a photo of a document. `file` is the file that `photo` was decoded from; it tells
/// of editing.
pub fn examine_page(
    models: &PageModels,
    file: &[u8],
    photo: &RgbImage,
) -> Result<ExaminedPage, ModelError> {
    let mut page = measure(models, photo)?;
    page.evidence.traces = traces::read(file, photo);
    Ok(page)
}

fn measure(models: &PageModels, photo: &RgbImage) -> Result<ExaminedPage, ModelError> {
    let size = [photo.width(), photo.height()];
    let Some(sheet) = lay_flat(models, photo)? else {
        let evidence = PageEvidence {
            size,
            ..PageEvidence::default()
        };
        return Ok(ExaminedPage {
            evidence,
            portrait: None,
        });
    };
    let (page, lines) = (&sheet.page, &sheet.lines);
    let mrz = zone(models.zones, photo, &sheet)?;
    let reading = mrz
        .as_ref()
        .filter(|zone| zone.counts())
        .map(|zone| &zone.read.reading);
    let face = match &models.face {
        Some(networks) if !without_portrait(reading) => {
            face::find(networks, &page.pixels, Upright::Sure)?
        }
        _ => None,
    };
    let face = face.map(|face| on_page(&face.mesh.region(), page.zoom));
    let seen = classify(&Cues {
        pixels: &page.pixels,
        lines,
        mrz: reading,
        face,
    });
    let pieces = match &seen {
        Some(seen) => read_fields(models.text, &page.pixels, lines, seen, reading)?,
        None => BTreeMap::new(),
    };
    let portrait = match (&models.face, face) {
        (Some(networks), Some(face)) => portrait(networks, photo, page, face)?,
        _ => None,
    };
    // A frame around nothing that we know is no outline of a document.
    let outline = Some(sheet.found).filter(|found| found.confidence > 0.0 || seen.is_some());
    let survey = Survey::new(page, photo);
    let evidence = PageEvidence {
        unreadable: None,
        size,
        quad: outline.map(|found| found.quad),
        corners_visible: outline.map_or([false; 4], |found| found.corners_visible),
        seen,
        quality: survey.quality(),
        fields: fields_evidence(pieces, page, &survey),
        mrz: mrz.map(|zone| zone.evidence()),
        portrait: portrait.as_ref().map(|(_, evidence)| *evidence),
        ..PageEvidence::default()
    };
    Ok(ExaminedPage {
        evidence,
        portrait: portrait.map(|(portrait, _)| portrait),
    })
}

/// A TD1 zone stands on the side that has no portrait (ICAO 9303-5, 4.2); looking for one there costs as
/// much as reading four lines.
fn without_portrait(mrz: Option<&Reading>) -> bool {
    mrz.is_some_and(|reading| reading.valid() && reading.format() == Format::Td1)
}

/// An upright page with its text.
struct Sheet {
    /// The outline, its corners in the order of reading; confidence 0 where it is the picture's frame.
    found: FoundPage,
    page: Page,
    /// In pixels of the page; without the lines of `zone`.
    lines: Vec<Line>,
    /// A zone that was valid at first sight.
    zone: Option<MrzRead>,
}

impl Sheet {
    /// Counts the characters that were read with some certainty.
    fn characters(&self) -> usize {
        let sure = self.lines.iter().filter(|line| line.confidence > 0.6);
        let zone = self.zone.iter().flat_map(|zone| zone.reading.lines());
        sure.map(|line| line.chars.len()).sum::<usize>() + zone.map(String::len).sum::<usize>()
    }
}

/// Finds, rectifies and turns the page and reads its lines. `None` for a picture too small for it.
///
/// Where hardly any text stands inside the outline, it was that of a portrait or of something beside
/// the document: the whole picture is read instead, if that gives more.
fn lay_flat(models: &PageModels, photo: &RgbImage) -> Result<Option<Sheet>, ModelError> {
    let found = find_page(photo);
    let first = match found {
        Some(found) => sheet(models, photo, Some(found))?,
        None => None,
    };
    let written = |sheet: &Option<Sheet>| sheet.as_ref().map_or(0, Sheet::characters);
    let tight = found.is_some_and(|found| area(&found.quad) > WHOLE * area(&frame(photo)));
    if written(&first) >= MIN_CHARACTERS || tight {
        return Ok(first);
    }
    let whole = sheet(models, photo, None)?;
    Ok(if written(&whole) > written(&first) || first.is_none() {
        whole
    } else {
        first
    })
}

/// Reads the page inside an outline, or the whole picture.
fn sheet(
    models: &PageModels,
    photo: &RgbImage,
    found: Option<FoundPage>,
) -> Result<Option<Sheet>, ModelError> {
    let found = found.unwrap_or_else(|| whole(photo));
    let Some(flat) = rectify(photo, &found.quad) else {
        return Ok(None);
    };
    let reader = models.text;
    let boxes = reader.detect(&flat.pixels, detector_side(&found, &flat))?;
    let turned = upright(reader, &flat.pixels, &boxes)?;
    let turns = turned.quarter_turns;
    let page = flat.rotated(turns);
    let zone = zone_first(models.zones, &page, &turned.boxes)?;
    let lines = read_rest(reader, &page, turned, zone.as_ref())?;
    let found = FoundPage {
        quad: turned_corners(found.quad, turns),
        corners_visible: turned_corners(found.corners_visible, turns),
        ..found
    };
    Ok(Some(Sheet {
        found,
        page,
        lines,
        zone,
    }))
}

/// Returns how large a page the detector looks at. A picture without an outline may hold anything of any size.
fn detector_side(found: &FoundPage, page: &Page) -> u32 {
    let (width, height) = (page.pixels.width() as f32, page.pixels.height() as f32);
    let ratio = width.max(height) / width.min(height).max(1.0);
    if found.confidence > 0.0 && (ratio / CARD_RATIO - 1.0).abs() < CARD_TOLERANCE {
        DETECTOR_SIDE_CARD
    } else {
        DETECTOR_SIDE
    }
}

/// Reads a zone where the boxes look like one. A valid one need not be read again as ordinary lines,
/// which are the longest of a page.
fn zone_first(
    reader: &ZoneReader,
    page: &Page,
    boxes: &[Quad],
) -> Result<Option<MrzRead>, ModelError> {
    let width = ZONE_WIDTH * page.pixels.width() as f32;
    let like_a_line = |quad: &&Quad| {
        mean_width(quad) > width && mean_width(quad) > ZONE_ASPECT * mean_height(quad)
    };
    let alike: Vec<TextBox> = boxes.iter().filter(like_a_line).map(sure_box).collect();
    if alike.len() < 2 {
        return Ok(None);
    }
    let read = read_mrz_in(reader, &page.pixels, &alike)?;
    Ok(read.filter(|read| read.reading.valid()))
}

/// Reads the boxes that were not read yet, longest first: the cores end together.
fn read_rest(
    reader: &TextReader,
    page: &Page,
    turned: Turned,
    zone: Option<&MrzRead>,
) -> Result<Vec<Line>, ModelError> {
    let zone = zone.map(MrzRead::region);
    let in_zone = |quad: &Quad| zone.is_some_and(|zone| holds(&zone, middle(quad)));
    let mut todo: Vec<usize> = (0..turned.boxes.len())
        .filter(|index| turned.lines[*index].is_none() && !in_zone(&turned.boxes[*index]))
        .collect();
    todo.sort_by(|a, b| mean_width(&turned.boxes[*b]).total_cmp(&mean_width(&turned.boxes[*a])));
    todo.truncate(MAX_LINES);
    let boxes: Vec<Quad> = todo.iter().map(|index| turned.boxes[*index]).collect();
    let read = reader.recognise_boxes(&page.pixels, &boxes)?;
    let mut lines = turned.lines;
    for (index, line) in todo.into_iter().zip(read) {
        lines[index] = Some(line);
    }
    let lines = lines
        .into_iter()
        .flatten()
        .filter(|line| !line.text.is_empty())
        .collect();
    Ok(lines)
}

fn middle(quad: &Quad) -> Point {
    Point {
        x: quad.iter().map(|p| p.x).sum::<f32>() / 4.0,
        y: quad.iter().map(|p| p.y).sum::<f32>() / 4.0,
    }
}

fn holds(rect: &Rect, point: Point) -> bool {
    (rect.x..=rect.x + rect.width).contains(&point.x)
        && (rect.y..=rect.y + rect.height).contains(&point.y)
}

/// The picture itself as a page. A picture of a document's proportions was cropped along it, so its
/// corners are there; any other one has no corners of a document.
pub(crate) fn whole(photo: &RgbImage) -> FoundPage {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let ratio = width.max(height) / width.min(height).max(1.0);
    FoundPage {
        quad: frame(photo),
        corners_visible: [(1.35..=1.65).contains(&ratio); 4],
        confidence: 0.0,
    }
}

fn frame(photo: &RgbImage) -> Quad {
    let (x, y) = (photo.width() as f32, photo.height() as f32);
    [(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)].map(|(x, y)| Point { x, y })
}

/// Area of a quadrilateral in square pixels (shoelace formula).
fn area(quad: &Quad) -> f32 {
    let cross = |i: usize| quad[i].x * quad[(i + 1) % 4].y - quad[(i + 1) % 4].x * quad[i].y;
    (0..4).map(cross).sum::<f32>().abs() / 2.0
}

/// Puts that corner first which is the document's own upper left one once the page is turned.
fn turned_corners<T: Copy>(corners: [T; 4], quarter_turns: u32) -> [T; 4] {
    std::array::from_fn(|i| corners[(i + 4 - quarter_turns as usize % 4) % 4])
}

/// Brings a box from pixels of the rectified picture into page space.
pub(crate) fn on_page(rect: &Rect, zoom: f32) -> PageRect {
    PageRect {
        x: rect.x / zoom,
        y: rect.y / zoom,
        width: rect.width / zoom,
        height: rect.height / zoom,
    }
}

/// A machine-readable zone and where it stands in the photo.
struct Zone {
    read: MrzRead,
    /// In pixels of the photo.
    region: Rect,
    char_height: f32,
}

impl Zone {
    /// Is it sure enough to say what the page is? Prose can look like a zone; its check digits or
    /// its fillers give it away.
    fn counts(&self) -> bool {
        let fillers = self
            .read
            .reading
            .lines()
            .iter()
            .flat_map(|line| line.chars());
        self.read.reading.valid()
            || (self.read.confidence() > MRZ_CONFIDENCE
                && fillers.filter(|ch| *ch == '<').count() >= MIN_FILLERS)
    }

    fn evidence(&self) -> MrzEvidence {
        MrzEvidence {
            region: self.region,
            char_height: self.char_height,
            ..self.read.evidence()
        }
    }
}

/// Reads the zone from the lines that were found on the page, from the page without them where that fails,
/// from a finer page where the photo has more to give, and from the photo itself where the outline may
/// have cut it off.
fn zone(reader: &ZoneReader, photo: &RgbImage, sheet: &Sheet) -> Result<Option<Zone>, ModelError> {
    let page = &sheet.page.pixels;
    let mut best = match &sheet.zone {
        Some(read) => Some(read.clone()),
        None if !may_have_zone(&sheet.lines) => return Ok(None),
        None => {
            let corners = sheet.lines.iter().map(|line| &line.corners);
            read_mrz_in(reader, page, &corners.map(sure_box).collect::<Vec<_>>())?
        }
    }
    .map(|read| placed(read, &sheet.page));
    let valid = |zone: &Option<Zone>| zone.as_ref().is_some_and(|zone| zone.read.reading.valid());
    if !valid(&best) {
        let again = read_mrz(reader, page)?.map(|read| placed(read, &sheet.page));
        keep_better(&mut best, again);
    }
    let fine_enough = |zone: &Zone| {
        let valid = zone.read.reading.valid() && zone.read.char_height >= CLEAR_HEIGHT;
        zone.read.certain || valid
    };
    let quad = sheet.found.quad;
    if !best.as_ref().is_some_and(fine_enough)
        && sheet.page.source_width > FINER * PAGE_WIDTH
        && let Some(fine) = rectify_at(photo, &quad, FINE_WIDTH)
    {
        let again = read_mrz(reader, &fine.pixels)?.map(|read| placed(read, &fine));
        keep_better(&mut best, again);
    }
    if best.is_none() && area(&quad) < WHOLE * area(&frame(photo)) {
        let (working, scale) = crate::photo::shrink(photo, FINE_WIDTH);
        let again = read_mrz(reader, &working)?.map(|read| unscaled(read, scale));
        keep_better(&mut best, again);
    }
    Ok(best)
}

fn sure_box(corners: &Quad) -> TextBox {
    TextBox {
        corners: *corners,
        score: 1.0,
    }
}

/// Is there a line that could belong to a zone? Saves the search on pages without one.
fn may_have_zone(lines: &[Line]) -> bool {
    lines.iter().any(|line| {
        let (mut fits, mut fillers, mut all) = (0, 0, 0);
        for ch in line.text.chars().filter(|ch| *ch != ' ') {
            all += 1;
            fits += usize::from(ch.is_ascii_uppercase() || ch.is_ascii_digit() || ch == '<');
            fillers += usize::from(matches!(ch, '<' | '«' | '《' | '〈'));
        }
        fillers >= 2 || (all >= 26 && fits * 10 >= all * 9)
    })
}

fn keep_better(best: &mut Option<Zone>, again: Option<Zone>) {
    let rank = |zone: &Zone| (zone.read.certain, zone.read.reading.valid());
    let better = match (&best, &again) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => {
            rank(new) > rank(old)
                || (rank(new) == rank(old) && new.read.confidence() > old.read.confidence())
        }
    };
    if better {
        *best = again;
    }
}

fn placed(read: MrzRead, page: &Page) -> Zone {
    let region = page.to_image_rect(on_page(&read.region(), page.zoom));
    let char_height = read.char_height / page.zoom * page.source_scale();
    Zone {
        read,
        region,
        char_height,
    }
}

fn unscaled(read: MrzRead, scale: f32) -> Zone {
    let region = read.region();
    Zone {
        region: Rect {
            x: region.x / scale,
            y: region.y / scale,
            width: region.width / scale,
            height: region.height / scale,
        },
        char_height: read.char_height / scale,
        read,
    }
}

/// Cuts the portrait out of the photo, upright and at its own resolution, and finds its face again
/// there.
pub(crate) fn portrait(
    networks: &FaceModels,
    photo: &RgbImage,
    page: &Page,
    face: PageRect,
) -> Result<Option<(Portrait, PortraitEvidence)>, ModelError> {
    let around = Area {
        left: face.x,
        top: face.y,
        right: face.x + face.width,
        bottom: face.y + face.height,
    }
    .grown(PORTRAIT_MARGIN * face.width, PORTRAIT_MARGIN * face.height);
    let corners = around.corners().map(|corner| page.to_image.map(corner));
    let wanted = (around.width() * page.source_scale()).round() as u32;
    let crop = rectify_at(photo, &corners, wanted.min(PORTRAIT_WIDTH));
    let Some(crop) = crop else { return Ok(None) };
    let Some(face) = face::find(networks, &crop.pixels, Upright::Sure)? else {
        return Ok(None);
    };
    let to_source = crop.source_width / crop.pixels.width() as f32;
    let evidence = PortraitEvidence {
        region: crop.to_image_rect(on_page(&face.mesh.region(), crop.zoom)),
        eye_distance: face.mesh.eye_distance() * to_source,
        sharpness: face::face_sharpness(&crop.pixels, &face.mesh),
    };
    Ok(Some((
        Portrait {
            pixels: crop.pixels,
            face,
        },
        evidence,
    )))
}

/// Brings the fields into the photo and measures glare and blur over each.
fn fields_evidence(
    pieces: BTreeMap<Field, Piece>,
    page: &Page,
    survey: &Survey,
) -> BTreeMap<Field, FieldEvidence> {
    let evidence = pieces.into_iter().map(|(field, piece)| {
        let area = piece.area;
        let rect = PageRect {
            x: area.left / page.zoom,
            y: area.top / page.zoom,
            width: area.width() / page.zoom,
            height: area.height() / page.zoom,
        };
        let evidence = FieldEvidence {
            value: piece.text,
            confidence: piece.confidence,
            region: page.to_image_rect(rect),
            glare: survey.glare_in(rect),
            blur: survey.blur_of(rect),
        };
        (field, evidence)
    });
    evidence.collect()
}
