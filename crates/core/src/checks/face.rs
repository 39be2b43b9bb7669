//! A picture of a person: is it one face, well lit, uncovered, straight, near and sharp?

use crate::evidence::{FaceEvidence, FaceMeasures, FaceQuality};
use crate::finding::{Finding, at_least, at_most};
use crate::policy::FaceLimits;
use crate::reason::{ReasonCode, Step, Why};

/// Judges a selfie.
pub(crate) fn check(limits: &FaceLimits, face: &FaceEvidence) -> Vec<Finding> {
    if face.unreadable.is_some() {
        return vec![at(ReasonCode::PhotoUnreadable)];
    }
    let Some(largest) = &face.largest else {
        return vec![at(ReasonCode::FaceNotFound)];
    };
    let mut found = Vec::new();
    match face.faces {
        0 => found.push(at(ReasonCode::FaceNotFound)),
        1 => {}
        n => found.push(at(ReasonCode::FaceMultiple).map(|r| r.measured(n, 1))),
    }
    pose(limits, largest, &mut found);
    place(limits, largest, &mut found);
    light(limits, &largest.quality, &mut found);
    cover(limits, &largest.quality, &mut found);
    eyes_and_focus(limits, largest, &mut found);
    hints(limits, &largest.quality, &mut found);
    let region = largest.region;
    found
        .into_iter()
        .map(|f| f.map(|r| r.region(region)))
        .collect()
}

fn pose(limits: &FaceLimits, face: &FaceMeasures, found: &mut Vec<Finding>) {
    let pose = face.pose;
    for (angle, limit, why) in [
        (pose.yaw, limits.yaw_max, Why::Turned),
        (pose.pitch, limits.pitch_max, Why::UpOrDown),
        (pose.roll, limits.roll_max, Why::Leaning),
    ] {
        upper(
            found,
            ReasonCode::FacePoseOrDistance,
            why,
            angle.abs(),
            limit,
        );
    }
}

fn place(limits: &FaceLimits, face: &FaceMeasures, found: &mut Vec<Finding>) {
    let code = ReasonCode::FacePoseOrDistance;
    let quality = &face.quality;
    // Both say "come closer": one sentence is enough.
    if at_least(face.eye_distance, limits.eye_distance_min) {
        lower(
            found,
            code,
            Why::TooFar,
            quality.face_height,
            limits.face_height_min,
        );
    } else {
        lower(
            found,
            code,
            Why::TooFar,
            face.eye_distance,
            limits.eye_distance_min,
        );
    }
    upper(
        found,
        code,
        Why::TooNear,
        quality.face_height,
        limits.face_height_max,
    );
    upper(
        found,
        code,
        Why::OffCentre,
        quality.off_centre,
        limits.off_centre_max,
    );
    lower(found, code, Why::CutOff, quality.inside, limits.inside_min);
}

fn light(limits: &FaceLimits, quality: &FaceQuality, found: &mut Vec<Finding>) {
    let code = ReasonCode::FaceLighting;
    if at_least(quality.brightness, limits.brightness_min) {
        upper(found, code, Why::Dark, quality.dark, limits.dark_max);
    } else {
        lower(
            found,
            code,
            Why::Dark,
            quality.brightness,
            limits.brightness_min,
        );
    }
    if at_most(quality.brightness, limits.brightness_max) {
        upper(found, code, Why::Bright, quality.bright, limits.bright_max);
    } else {
        upper(
            found,
            code,
            Why::Bright,
            quality.brightness,
            limits.brightness_max,
        );
    }
    upper(
        found,
        code,
        Why::Backlit,
        quality.backlight,
        limits.backlight_max,
    );
    upper(
        found,
        code,
        Why::OneSided,
        quality.half_lit,
        limits.half_lit_max,
    );
}

fn cover(limits: &FaceLimits, quality: &FaceQuality, found: &mut Vec<Finding>) {
    for (likelihood, limit, why) in [
        (quality.eyes_covered, limits.eyes_covered_max, Why::Eyes),
        (quality.mouth_covered, limits.mouth_covered_max, Why::Mouth),
        (
            quality.forehead_covered,
            limits.forehead_covered_max,
            Why::Forehead,
        ),
    ] {
        upper(found, ReasonCode::FaceCovered, why, likelihood, limit);
    }
}

fn eyes_and_focus(limits: &FaceLimits, face: &FaceMeasures, found: &mut Vec<Finding>) {
    let [left, right] = face.eyes_open;
    // One open eye suffices: a wink, a drooping lid or a glass eye is no fault of the picture.
    if !at_least(left, limits.eyes_open_min) && !at_least(right, limits.eyes_open_min) {
        let widest = left.max(right);
        found
            .push(at(ReasonCode::FaceEyesClosed).map(|r| r.measured(widest, limits.eyes_open_min)));
    }
    let sharpness = face.quality.sharpness;
    if !at_least(sharpness, limits.sharpness_min) {
        found
            .push(at(ReasonCode::FaceBlurred).map(|r| r.measured(sharpness, limits.sharpness_min)));
    }
}

fn hints(limits: &FaceLimits, quality: &FaceQuality, found: &mut Vec<Finding>) {
    for (code, shown, measured, limit) in [
        (
            ReasonCode::FaceGlasses,
            !at_most(quality.glasses, limits.glasses_hint),
            quality.glasses,
            limits.glasses_hint,
        ),
        (
            ReasonCode::FaceBackground,
            !at_most(quality.background_clutter, limits.background_hint),
            quality.background_clutter,
            limits.background_hint,
        ),
        (
            ReasonCode::FaceLensHaze,
            !at_least(quality.contrast, limits.contrast_hint),
            quality.contrast,
            limits.contrast_hint,
        ),
    ] {
        if shown {
            found.push(at(code).map(|r| r.measured(measured, limit)));
        }
    }
}

fn upper(found: &mut Vec<Finding>, code: ReasonCode, why: Why, measured: f32, limit: f32) {
    if !at_most(measured, limit) {
        found.push(at(code).map(|r| r.why(why).measured(measured, limit)));
    }
}

fn lower(found: &mut Vec<Finding>, code: ReasonCode, why: Why, measured: f32, limit: f32) {
    if !at_least(measured, limit) {
        found.push(at(code).map(|r| r.why(why).measured(measured, limit)));
    }
}

fn at(code: ReasonCode) -> Finding {
    Finding::new(code, Step::Selfie)
}
