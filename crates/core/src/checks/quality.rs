//! Quality of a document photo: can a person read everything on it?

use menshen_document::Field;

use crate::evidence::{FieldEvidence, PageEvidence, PageQuality};
use crate::finding::{Finding, at_least, at_most};
use crate::geometry::Rect;
use crate::pages::Page;
use crate::policy::{PageLimits, Policy, QualityLimits};
use crate::reason::{Class, End, ReasonCode, Why};

/// Judges a photo; `needed` are the fields that must be legible.
pub(crate) fn check(policy: &Policy, page: &Page, needed: &[Field]) -> Vec<Finding> {
    let (limits, evidence) = (policy.page.quality(), page.evidence);
    let mut judge = Judge::new(&limits, page);
    if !judge.readable() {
        return judge.found;
    }
    judge.exposure(&evidence.quality);
    if !is_found(policy, evidence) {
        judge.add(ReasonCode::DocNotFound);
        // An outline without known content may be a document on which a fault hides everything.
        if evidence.quad.is_some() {
            judge.visible(evidence, &[]);
        }
        return judge.found;
    }
    judge.visible(evidence, needed);
    judge.origin(&policy.page, evidence);
    judge.found
}

/// Judges a photo of which no text is known: an outline stands for the document.
pub(crate) fn check_capture(limits: &QualityLimits, page: &Page) -> Vec<Finding> {
    let evidence = page.evidence;
    let mut judge = Judge::new(limits, page);
    if !judge.readable() {
        return judge.found;
    }
    judge.exposure(&evidence.quality);
    if evidence.quad.is_some() {
        judge.visible(evidence, &[]);
    } else if evidence.quality.text_height.is_none() && evidence.portrait.is_none() {
        judge.add(ReasonCode::DocNotFound);
    }
    judge.found
}

/// Tells whether a page looks like a document at all.
pub(crate) fn is_found(policy: &Policy, page: &PageEvidence) -> bool {
    page.seen
        .is_some_and(|seen| at_least(seen.confidence, policy.document.kind_confidence))
}

/// Tells whether findings contain a fault of quality that makes reading unsure.
pub(crate) fn is_faulty(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| {
        let reason = &finding.reason;
        reason.class == Class::Quality && reason.end == End::Again
    })
}

struct Judge<'a> {
    page: &'a Page<'a>,
    limits: &'a QualityLimits,
    found: Vec<Finding>,
}

impl<'a> Judge<'a> {
    fn new(limits: &'a QualityLimits, page: &'a Page<'a>) -> Self {
        Self {
            page,
            limits,
            found: Vec::new(),
        }
    }

    /// Tells whether there is a picture at all, and says so where there is none.
    fn readable(&mut self) -> bool {
        let readable = self.page.evidence.unreadable.is_none();
        if !readable {
            self.add(ReasonCode::PhotoUnreadable);
        }
        readable
    }

    /// Everything that a document must show.
    fn visible(&mut self, evidence: &PageEvidence, needed: &[Field]) {
        self.outline(evidence);
        self.sharpness(evidence, needed);
        self.glare(evidence, needed);
        self.light_and_cover(&evidence.quality);
        self.resolution(evidence);
    }

    fn at(&self, code: ReasonCode) -> Finding {
        Finding::new(code, self.page.step)
    }

    fn add(&mut self, code: ReasonCode) {
        self.found.push(self.at(code));
    }

    fn upper(&mut self, code: ReasonCode, measured: f32, limit: f32, region: Option<Rect>) {
        if !at_most(measured, limit) {
            self.push(code, measured, limit, region);
        }
    }

    fn lower(&mut self, code: ReasonCode, measured: f32, limit: f32, region: Option<Rect>) {
        if !at_least(measured, limit) {
            self.push(code, measured, limit, region);
        }
    }

    fn push(&mut self, code: ReasonCode, measured: f32, limit: f32, region: Option<Rect>) {
        let finding = self.at(code).map(|r| r.measured(measured, limit));
        self.found.push(match region {
            Some(region) => finding.map(|r| r.region(region)),
            None => finding,
        });
    }

    fn exposure(&mut self, quality: &PageQuality) {
        let (limits, brightness) = (self.limits, quality.brightness);
        self.lower(
            ReasonCode::DocTooDark,
            brightness,
            limits.brightness_min,
            None,
        );
        // White paper is bright as well; over-exposure fades the print on it.
        if !at_least(quality.contrast, limits.bright_contrast_max) {
            self.upper(
                ReasonCode::DocTooBright,
                brightness,
                limits.brightness_max,
                None,
            );
        }
    }

    fn outline(&mut self, page: &PageEvidence) {
        // Without an outline nobody knows whether the corners are there.
        let visible = page.corners_visible.iter().filter(|seen| **seen).count();
        if page.quad.is_none() || visible < 4 {
            let visible = if page.quad.is_some() {
                visible as f32
            } else {
                0.0
            };
            self.push(ReasonCode::DocCornersMissing, visible, 4.0, None);
        }
    }

    /// What cannot be measured has no edge to measure, and is not sharp.
    fn page_blur(&mut self, blur: Option<f32>) -> bool {
        match blur {
            None => self.add(ReasonCode::DocBlurred),
            Some(blur) => self.upper(ReasonCode::DocBlurred, blur, self.limits.blur_max, None),
        }
        self.found
            .iter()
            .any(|f| f.reason.code == ReasonCode::DocBlurred)
    }

    fn sharpness(&mut self, page: &PageEvidence, needed: &[Field]) {
        if self.page_blur(page.quality.blur) {
            return;
        }
        let limit = self.limits.field_blur_max;
        for (field, read) in needed_fields(page, needed) {
            if let Some(blur) = read.blur.filter(|blur| !at_most(*blur, limit)) {
                let finding = self.at(ReasonCode::DocBlurred);
                self.found.push(
                    finding.map(|r| r.field(field).measured(blur, limit).region(read.region)),
                );
            }
        }
    }

    /// A reflection over a field that is needed is named with it; a large one elsewhere without.
    fn glare(&mut self, page: &PageEvidence, needed: &[Field]) {
        let (quality, limit) = (&page.quality, self.limits.field_glare_max);
        let before = self.found.len();
        for (field, read) in needed_fields(page, needed) {
            if !at_most(read.glare, limit) {
                let finding = self.at(ReasonCode::DocGlare);
                self.found.push(finding.map(|r| {
                    r.field(field)
                        .measured(read.glare, limit)
                        .region(read.region)
                }));
            }
        }
        if let Some(mrz) = &page.mrz {
            let covered: f32 = quality
                .glare_regions
                .iter()
                .map(|r| share(mrz.region, *r))
                .sum();
            self.upper(ReasonCode::DocGlare, covered, limit, Some(mrz.region));
        }
        if self.found.len() == before {
            let largest = largest(&quality.glare_regions);
            self.upper(
                ReasonCode::DocGlare,
                quality.glare,
                self.limits.glare_max,
                largest,
            );
        }
    }

    fn light_and_cover(&mut self, quality: &PageQuality) {
        let limits = self.limits;
        self.lower(
            ReasonCode::DocLowContrast,
            quality.contrast,
            limits.contrast_min,
            None,
        );
        self.upper(
            ReasonCode::DocShadow,
            quality.shadow,
            limits.shadow_max,
            quality.shadow_region,
        );
        let hidden = largest(&quality.covered_regions);
        self.upper(
            ReasonCode::DocCovered,
            quality.covered,
            limits.covered_max,
            hidden,
        );
    }

    /// The first that is too small names the limit: one sentence is enough.
    fn resolution(&mut self, page: &PageEvidence) {
        let limits = self.limits;
        let heights = [
            (Some(page.quality.page_width), limits.page_width_min),
            (
                page.mrz.as_ref().map(|mrz| mrz.char_height),
                limits.mrz_height_min,
            ),
            (page.quality.text_height, limits.text_height_min),
        ];
        let small = heights
            .into_iter()
            .filter_map(|(measured, limit)| Some((measured?, limit)))
            .find(|(measured, limit)| !at_least(*measured, *limit));
        if let Some((measured, limit)) = small {
            self.push(ReasonCode::DocLowResolution, measured, limit, None);
        }
    }

    /// Copies, screens and edited files.
    fn origin(&mut self, limits: &PageLimits, page: &PageEvidence) {
        let (quality, traces) = (&page.quality, &page.traces);
        let kind = page.seen.map(|seen| seen.kind);
        let coloured = kind.is_some_and(|kind| limits.coloured_kinds.contains(&kind));
        let before = self.found.len();
        if coloured {
            self.lower(
                ReasonCode::DocCopyOrScreen,
                quality.chroma,
                limits.chroma_min,
                None,
            );
        }
        self.because(before, Why::Grey);
        let before = self.found.len();
        self.upper(
            ReasonCode::DocCopyOrScreen,
            quality.moire,
            limits.moire_max,
            None,
        );
        self.because(before, Why::Raster);
        let before = self.found.len();
        let (measured, limit) = (traces.inconsistency, limits.inconsistency_max);
        self.upper(
            ReasonCode::DocEdited,
            measured,
            limit,
            traces.inconsistent_region,
        );
        self.because(before, Why::Compression);
        if traces.editor.is_some() {
            let finding = self.at(ReasonCode::DocEdited);
            self.found.push(finding.map(|r| r.why(Why::Editor)));
        }
    }

    /// Says which case it is in what was found since `before`.
    fn because(&mut self, before: usize, why: Why) {
        let late = self.found.split_off(before);
        self.found
            .extend(late.into_iter().map(|finding| finding.map(|r| r.why(why))));
    }
}

fn needed_fields<'a>(
    page: &'a PageEvidence,
    needed: &'a [Field],
) -> impl Iterator<Item = (Field, &'a FieldEvidence)> {
    needed
        .iter()
        .filter_map(|field| Some((*field, page.fields.get(field)?)))
}

fn largest(regions: &[Rect]) -> Option<Rect> {
    let area = |rect: &Rect| rect.width * rect.height;
    regions
        .iter()
        .copied()
        .max_by(|a, b| area(a).total_cmp(&area(b)))
}

/// Part of `of` that `by` covers, 0..=1.
fn share(of: Rect, by: Rect) -> f32 {
    let span = |a: f32, b: f32, c: f32, d: f32| ((a + b).min(c + d) - a.max(c)).max(0.0);
    let covered = span(of.x, of.width, by.x, by.width) * span(of.y, of.height, by.y, by.height);
    let area = of.width * of.height;
    if area > 0.0 { covered / area } else { 0.0 }
}
