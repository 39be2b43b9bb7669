//! `blur=2,glare=0.3@0.4:0.6,crop=corner`: names, ranges and messages that teach.

use super::{Crop, Degradation};
use crate::SpecimenError;

/// A degradation as people write it.
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What its value looks like.
    pub expected: &'static str,
    read: fn(&str) -> Option<Degradation>,
}

/// Every degradation, in the order of application.
pub const KNOWN: [Known; 19] = [
    known("print", "a part of 0..1", |v| {
        part(v).map(Degradation::Print)
    }),
    known("scan", "a part of 0..1", |v| part(v).map(Degradation::Scan)),
    known("grey", "no value", |v| {
        matches!(v, "" | "1").then_some(Degradation::Grey)
    }),
    known("rotate", "degrees clockwise, -360..360", |v| {
        number(v, -360.0, 360.0).map(Degradation::Rotate)
    }),
    known("perspective", "a strength of 0..1", |v| {
        part(v).map(Degradation::Perspective)
    }),
    known("crop", "corner or edge", crop),
    known("finger", "a reach of 0..1 of the page's height", |v| {
        part(v).map(Degradation::Finger)
    }),
    known("shadow", "a depth of 0..1", |v| {
        part(v).map(Degradation::Shadow)
    }),
    known("dark", "the remaining brightness, 0..1", |v| {
        part(v).map(Degradation::Dark)
    }),
    known(
        "glare",
        "a width of 0..1 of the page's width, with @X:Y to place it",
        glare,
    ),
    known("haze", "a part of 0..1", |v| part(v).map(Degradation::Haze)),
    known(
        "motion",
        "a length of 0..200 px at 1000 px page width",
        |v| number(v, 0.0, 200.0).map(Degradation::Motion),
    ),
    known("blur", "a sigma of 0..50 px at 1000 px page width", |v| {
        number(v, 0.0, 50.0).map(Degradation::Blur)
    }),
    known("moire", "a strength of 0..1", |v| {
        part(v).map(Degradation::Moire)
    }),
    known("noise", "a sigma of 0..128 levels", |v| {
        number(v, 0.0, 128.0).map(Degradation::Noise)
    }),
    known("size", "a long side of 16..2400 px", |v| {
        v.parse()
            .ok()
            .filter(|n| (16..=2400).contains(n))
            .map(Degradation::Size)
    }),
    known(
        "edit-portrait",
        "the earlier files' JPEG quality of 1..100",
        |v| quality(v).map(Degradation::EditPortrait),
    ),
    known(
        "edit-field",
        "the earlier files' JPEG quality of 1..100",
        |v| quality(v).map(Degradation::EditField),
    ),
    known("jpeg", "a quality of 1..100", |v| {
        quality(v).map(Degradation::Jpeg)
    }),
];

const fn known(
    name: &'static str,
    expected: &'static str,
    read: fn(&str) -> Option<Degradation>,
) -> Known {
    Known {
        name,
        expected,
        read,
    }
}

/// Reads a list and sorts it into the order of application.
pub fn list(text: &str) -> Result<Vec<Degradation>, SpecimenError> {
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    let mut steps: Vec<Degradation> = items.map(item).collect::<Result<_, _>>()?;
    steps.sort_by_key(Degradation::stage);
    match steps
        .windows(2)
        .find(|pair| pair[0].stage() == pair[1].stage())
    {
        Some(pair) => Err(SpecimenError::DegradationTwice(pair[0].name())),
        None => Ok(steps),
    }
}

fn item(item: &str) -> Result<Degradation, SpecimenError> {
    let (name, value) = item.split_once('=').unwrap_or((item, ""));
    let (name, value) = (name.trim(), value.trim());
    let known = KNOWN
        .iter()
        .find(|known| known.name == name)
        .ok_or_else(|| SpecimenError::UnknownDegradation {
            name: name.to_owned(),
            known: known_names(),
        })?;
    (known.read)(value).ok_or_else(|| SpecimenError::DegradationValue {
        name: name.to_owned(),
        value: value.to_owned(),
        expected: known.expected,
    })
}

/// Returns all names with what they take, for messages and help.
pub fn known_names() -> String {
    let each: Vec<String> = KNOWN
        .iter()
        .map(|known| format!("{} ({})", known.name, known.expected))
        .collect();
    each.join(", ")
}

fn number(value: &str, low: f32, high: f32) -> Option<f32> {
    value
        .parse()
        .ok()
        .filter(|n: &f32| (low..=high).contains(n))
}

fn quality(value: &str) -> Option<u8> {
    value.parse().ok().filter(|n| (1..=100).contains(n))
}

fn part(value: &str) -> Option<f32> {
    number(value, 0.0, 1.0)
}

fn crop(value: &str) -> Option<Degradation> {
    match value {
        "corner" => Some(Degradation::Crop(Crop::Corner)),
        "edge" => Some(Degradation::Crop(Crop::Edge)),
        _ => None,
    }
}

fn glare(value: &str) -> Option<Degradation> {
    let Some((strength, place)) = value.split_once('@') else {
        return part(value).map(|strength| Degradation::Glare { strength, at: None });
    };
    let (x, y) = place.split_once(':')?;
    let at = Some([part(x)?, part(y)?]);
    part(strength).map(|strength| Degradation::Glare { strength, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_into_the_order_of_light() {
        let steps = list("jpeg=50,blur=2,glare=0.3@0.4:0.6,dark=0.4,rotate=12,crop=corner,grey")
            .expect("a good list");
        let names: Vec<&str> = steps.iter().map(Degradation::name).collect();
        assert_eq!(
            names,
            ["grey", "rotate", "crop", "dark", "glare", "blur", "jpeg"]
        );
    }

    #[test]
    fn the_table_stands_in_the_order_of_the_stages() {
        for (index, known) in KNOWN.iter().enumerate() {
            let value = ["0.5", "corner", "", "50"]
                .iter()
                .find_map(|value| (known.read)(value));
            assert_eq!(
                value.expect("one of these fits").stage(),
                index,
                "{}",
                known.name
            );
        }
    }

    #[test]
    fn an_unknown_name_teaches_the_known_ones() {
        let message = list("blurr=2").expect_err("a typing error").to_string();
        assert!(
            message.contains("blur (a sigma") && message.contains("jpeg"),
            "{message}"
        );
    }

    #[test]
    fn values_outside_their_range_are_refused_with_the_range() {
        for bad in [
            "blur=-1",
            "blur=NaN",
            "dark=2",
            "jpeg=0",
            "crop=left",
            "glare=0.3@2:0",
            "size=1",
        ] {
            let message = list(bad).expect_err(bad).to_string();
            assert!(message.contains("expected"), "{message}");
        }
        assert!(matches!(
            list("blur=1,blur=2"),
            Err(SpecimenError::DegradationTwice("blur"))
        ));
    }

    #[test]
    fn what_the_truth_says_reads_back_as_the_same_list() {
        let steps =
            list("print=0.2,grey,crop=edge,glare=0.3@0.4:0.6,size=900,noise=4").expect("good");
        let written: Vec<String> = steps
            .iter()
            .map(|step| format!("{}={}", step.truth().name, step.truth().value))
            .collect();
        assert_eq!(list(&written.join(",")).expect("its own words"), steps);
    }
}
