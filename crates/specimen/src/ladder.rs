//! How strongly a degradation is drawn alone, and from which strength on a reason code is due.
//!
//! This table is the documented limit of every degradation: at a strength of `free` or weaker no reason code may come, at
//! `due` or stronger one of `codes` must. Where the two differ, what comes between depends on the document: how large its
//! letters are, how pale its print is. `menshen eval quality` judges by this table, `docs/quality.md` prints it.

use menshen_core::ReasonCode;

/// One degradation, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ladder {
    /// Its name on the command line.
    pub name: &'static str,
    /// What its number means.
    pub unit: &'static str,
    /// The strengths that a set draws, from weak to strong, in the words of the command line.
    pub steps: &'static [&'static str],
    /// The strength up to which no code may come; `None` where every strength is too much.
    pub free: Option<f32>,
    /// The strength from which on a code is due; `None` where none ever is.
    pub due: Option<f32>,
    /// The codes of which one is due.
    pub codes: &'static [ReasonCode],
    /// Why the limit lies there.
    pub because: &'static str,
}

/// Where a strength lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// So weak that no code may come.
    Free,
    /// Between the limits: either is right.
    Between,
    /// So strong that a code is due.
    Due,
}

/// Every degradation that is drawn alone.
pub const LADDERS: [Ladder; 19] = [
    Ladder {
        name: "blur",
        unit: "standard deviation of the defocus in page pixels (the page is 1,000 wide)",
        steps: &["0.4", "0.8", "3", "5", "8"],
        free: Some(0.8),
        due: Some(3.0),
        codes: &[ReasonCode::DocBlurred],
        because: "the policy's blur_max; dense print looks up to 1.8 times as soft as it is",
    },
    Ladder {
        name: "motion",
        unit: "length of the movement in page pixels; a blur's deviation is 0.29 of it",
        steps: &["3", "6", "12", "20", "35"],
        free: Some(3.0),
        due: Some(12.0),
        codes: &[ReasonCode::DocBlurred],
        because: "the policy's blur_max; thin print looks less soft, dense print softer",
    },
    Ladder {
        name: "glare",
        unit: "width of the burnt-out core over the page's width",
        steps: &["0.04", "0.08", "0.15", "0.25", "0.4"],
        free: Some(0.04),
        due: Some(0.25),
        codes: &[ReasonCode::DocGlare],
        because: "0.05 of the page (glare_max) are a core of 0.25; a smaller one counts where it lies over a needed field",
    },
    Ladder {
        name: "dark",
        unit: "remaining part of the brightness",
        steps: &["0.7", "0.5", "0.35", "0.22", "0.12"],
        free: Some(0.5),
        due: Some(0.35),
        codes: &[ReasonCode::DocTooDark],
        because: "the policy's brightness_min over the median of white paper",
    },
    Ladder {
        name: "shadow",
        unit: "part of the light that is gone in the middle of the band",
        steps: &["0.2", "0.4", "0.55", "0.7", "0.85"],
        free: Some(0.55),
        due: Some(0.7),
        codes: &[ReasonCode::DocShadow],
        because: "the policy's shadow_max",
    },
    Ladder {
        name: "haze",
        unit: "part of the veil in every pixel",
        steps: &["0.1", "0.25", "0.4", "0.6", "0.8"],
        free: Some(0.6),
        due: Some(0.8),
        codes: &[ReasonCode::DocLowContrast],
        because: "the policy's contrast_min over the contrast of black ink on white paper",
    },
    Ladder {
        name: "perspective",
        unit: "twice the part by which the far edge is shorter",
        steps: &["0.1", "0.2", "0.35", "0.5", "0.7"],
        free: Some(0.35),
        due: None,
        codes: &[],
        because: "a tilted page is laid flat; the outline of one that is tilted farther may be missed",
    },
    Ladder {
        name: "rotate",
        unit: "degrees clockwise",
        steps: &["5", "12", "25", "90", "180"],
        free: Some(180.0),
        due: None,
        codes: &[],
        because: "a turned page is turned back",
    },
    Ladder {
        name: "crop",
        unit: "what lies outside the picture",
        steps: &["corner", "edge"],
        free: None,
        due: Some(0.0),
        codes: &[ReasonCode::DocCornersMissing],
        because: "all four corners must be there",
    },
    Ladder {
        name: "finger",
        unit: "how far it reaches over the page's height",
        steps: &["0.08", "0.15", "0.25", "0.4"],
        free: Some(0.08),
        due: Some(0.25),
        codes: &[ReasonCode::DocCovered],
        because: "0.02 of the page (covered_max) are a reach of 0.15 of a card's height",
    },
    Ladder {
        name: "moire",
        unit: "depth of a screen's raster in the picture",
        steps: &["0.15", "0.3", "0.5", "0.7", "0.95"],
        free: None,
        due: Some(0.3),
        codes: &[ReasonCode::DocCopyOrScreen],
        because: "the policy's moire_max",
    },
    Ladder {
        name: "print",
        unit: "part of the page that is halftone dots of 4 page pixels",
        steps: &["0.3", "0.6", "0.9"],
        free: None,
        due: Some(0.3),
        codes: &[ReasonCode::DocCopyOrScreen],
        because: "the policy's moire_max",
    },
    Ladder {
        name: "scan",
        unit: "as print, on a scanner's bed",
        steps: &["0.3", "0.6", "0.9"],
        free: None,
        due: Some(0.3),
        codes: &[ReasonCode::DocCopyOrScreen],
        because: "the policy's moire_max",
    },
    Ladder {
        name: "grey",
        unit: "a copy without colour",
        steps: &["1"],
        free: None,
        due: Some(1.0),
        codes: &[ReasonCode::DocCopyOrScreen],
        because: "the policy's chroma_min",
    },
    Ladder {
        name: "size",
        unit: "long side of the picture in pixels, of which the page fills 0.74",
        steps: &["1600", "1100", "800", "560", "380"],
        free: Some(1100.0),
        due: Some(380.0),
        codes: &[ReasonCode::DocLowResolution],
        because: "the policy's page_width_min, text_height_min and mrz_height_min: a passport has the smallest letters",
    },
    Ladder {
        name: "noise",
        unit: "standard deviation in levels of 255",
        steps: &["4", "9", "16", "26", "40"],
        free: Some(9.0),
        due: None,
        codes: &[],
        because: "no code of its own: what cannot be read is said of the field",
    },
    Ladder {
        name: "jpeg",
        unit: "quality of the coder",
        steps: &["75", "50", "30", "15", "6"],
        free: Some(30.0),
        due: None,
        codes: &[],
        because: "no code of its own: what cannot be read is said of the field",
    },
    Ladder {
        name: "edit-portrait",
        unit: "JPEG quality that both files had before",
        steps: &["90", "75", "60", "45"],
        free: None,
        due: Some(60.0),
        codes: &[ReasonCode::DocEdited],
        because: "finer coding leaves no steps at the blocks' borders that outlive the next coding",
    },
    Ladder {
        name: "edit-field",
        unit: "JPEG quality that both files had before",
        steps: &["90", "75", "60", "45"],
        free: None,
        due: Some(60.0),
        codes: &[
            ReasonCode::DocEdited,
            ReasonCode::DocDataInconsistent,
            ReasonCode::DocSidesDiffer,
        ],
        because: "as edit-portrait; a field that the number or the zone repeats contradicts it at any quality",
    },
];

impl Ladder {
    /// Returns the ladder of a degradation.
    pub fn of(name: &str) -> Option<&'static Self> {
        LADDERS.iter().find(|ladder| ladder.name == name)
    }

    /// Tells where a value, as the truth writes it, lies.
    pub fn grade(&self, value: &str) -> Grade {
        let strength = self.strength(value);
        let is_due = self.due.is_some_and(|due| strength >= self.harm(due));
        let is_free = self.free.is_some_and(|free| strength <= self.harm(free));
        match (is_due, is_free) {
            (true, _) => Grade::Due,
            (false, true) => Grade::Free,
            (false, false) => Grade::Between,
        }
    }

    /// Returns a number that grows with the harm that a value does; words come in the order of the steps.
    pub fn strength(&self, value: &str) -> f32 {
        let number = value
            .split('@')
            .next()
            .and_then(|number| number.parse().ok());
        match number {
            Some(number) => self.harm(number),
            None => {
                let place = self.steps.iter().position(|step| *step == value);
                place.map_or(f32::NEG_INFINITY, |place| place as f32)
            }
        }
    }

    /// Of some degradations smaller numbers do more harm.
    fn harm(&self, number: f32) -> f32 {
        match self.name {
            "dark" | "size" | "jpeg" | "edit-portrait" | "edit-field" => -number,
            _ => number,
        }
    }
}

/// Returns the limits as a Markdown table, one row a degradation: what `docs/quality.md` prints.
pub fn limits_table() -> String {
    let mut out = String::from(
        "| degradation | its number | drawn | no code up to | a code from | the code | why there |\n|---|---|---|---|---|---|---|\n",
    );
    let number = |limit: Option<f32>| limit.map_or("-".to_owned(), |limit| limit.to_string());
    for ladder in &LADDERS {
        let codes: Vec<String> = (ladder.codes.iter())
            .map(|code| format!("`{}`", code.as_str()))
            .collect();
        let due = match (ladder.due, ladder.steps[0].parse::<f32>()) {
            // Words have no number: every one of them is too much.
            (Some(_), Err(_)) => "always".to_owned(),
            (due, _) => number(due),
        };
        out.push_str(&format!(
            "| `{}` | {} | {} | {} | {due} | {} | {} |\n",
            ladder.name,
            ladder.unit,
            ladder.steps.join(", "),
            number(ladder.free),
            if codes.is_empty() {
                "-".to_owned()
            } else {
                codes.join(" or ")
            },
            ladder.because
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Degradation;

    #[test]
    fn the_document_prints_the_limits_as_they_are() {
        let document = include_str!("../../../docs/quality.md");
        let table = limits_table();
        assert!(
            document.contains(&table),
            "docs/quality.md lacks this table:\n{table}"
        );
    }

    #[test]
    fn every_step_is_read_and_each_is_stronger_than_the_one_before() {
        for ladder in &LADDERS {
            for step in ladder.steps {
                let list = Degradation::parse_list(&format!("{}={step}", ladder.name));
                assert_eq!(list.expect("a good step").len(), 1, "{}", ladder.name);
            }
            let strengths = ladder.steps.iter().map(|step| ladder.strength(step));
            assert!(strengths.is_sorted_by(|a, b| a < b), "{}", ladder.name);
        }
    }

    #[test]
    fn a_ladder_that_has_a_limit_has_a_step_and_a_code_beyond_it() {
        for ladder in &LADDERS {
            let grades: Vec<Grade> = ladder.steps.iter().map(|step| ladder.grade(step)).collect();
            assert!(grades.is_sorted(), "{}: {grades:?}", ladder.name);
            assert_eq!(ladder.due.is_some(), grades.contains(&Grade::Due));
            assert_eq!(ladder.due.is_some(), !ladder.codes.is_empty());
            assert_eq!(ladder.free.is_some(), grades.contains(&Grade::Free));
        }
    }

    #[test]
    fn values_between_the_limits_are_neither() {
        let grade = |name, value| Ladder::of(name).expect("known").grade(value);
        assert_eq!(grade("blur", "2"), Grade::Between);
        assert_eq!(grade("size", "500"), Grade::Between);
        assert_eq!(grade("size", "200"), Grade::Due);
        assert_eq!(grade("crop", "corner"), Grade::Due);
        assert_eq!(grade("glare", "0.3@0.4:0.6"), Grade::Due);
    }
}
