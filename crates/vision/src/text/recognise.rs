//! Reading one line of text.

use image::RgbImage;

use super::charset::Charset;
use crate::model::{Model, ModelError, Tensor};

/// Height of the recogniser's input in pixels.
pub(super) const STRIP_HEIGHT: u32 = 48;
/// Shorter strips are filled up with grey to this width. The network was trained on 320, but reads short
/// words as well without the filling, in less time.
const MIN_WIDTH: usize = 128;
/// Longer strips are squeezed: 48 x 2400 is over a hundred characters.
const MAX_WIDTH: u32 = 2400;
/// Alternatives kept for each character.
const ALTERNATIVES: usize = 5;

/// One character as read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadChar {
    /// The character.
    pub ch: char,
    /// Probability that the network gives it, 0..=1.
    pub confidence: f32,
    /// Where its middle stands along the line, 0..=1.
    pub x: f32,
    /// The most probable characters at this place with their probability, best first.
    pub alternatives: Vec<(char, f32)>,
}

/// What the network says about every place along a strip.
#[derive(Clone, Debug)]
pub struct StripReading {
    /// For each step one probability a class, step after step.
    probabilities: Vec<f32>,
    classes: usize,
    /// The strip's width in steps; steps after it are filling.
    length: f32,
}

impl StripReading {
    /// Returns the number of steps; a step is eight pixels of a strip 48 pixels high.
    pub fn steps(&self) -> usize {
        self.probabilities.len() / self.classes
    }

    /// Returns the probabilities of all classes at a step.
    pub fn at(&self, step: usize) -> &[f32] {
        &self.probabilities[step * self.classes..(step + 1) * self.classes]
    }

    /// Returns where the middle of a step lies along the strip, 0..=1.
    pub fn position(&self, step: usize) -> f32 {
        ((step as f32 + 0.5) / self.length).min(1.0)
    }
}

/// Runs the recogniser on an upright strip of any height.
pub(super) fn read_strip(
    recogniser: &dyn Model,
    charset: &Charset,
    strip: &RgbImage,
) -> Result<StripReading, ModelError> {
    let resized;
    let strip = if strip.height() == STRIP_HEIGHT && strip.width() <= MAX_WIDTH {
        strip
    } else {
        resized = fit(strip);
        &resized
    };
    let padded = (strip.width() as usize).max(MIN_WIDTH);
    let outputs = recogniser.run(to_tensor(strip, padded))?;
    let Ok([output]) = <[Tensor; 1]>::try_from(outputs) else {
        return Err(ModelError::Output);
    };
    let [1, steps, classes] = *output.shape.as_slice() else {
        return Err(ModelError::Output);
    };
    if classes != charset.classes() || steps == 0 || output.data.len() != steps * classes {
        return Err(ModelError::Output);
    }
    Ok(StripReading {
        probabilities: output.data,
        classes,
        length: steps as f32 * strip.width() as f32 / padded as f32,
    })
}

/// Resizes to the network's height, keeping the aspect ratio as far as the width allows.
fn fit(strip: &RgbImage) -> RgbImage {
    let height = strip.height().max(1) as f32;
    let width = (strip.width() as f32 * STRIP_HEIGHT as f32 / height).round() as u32;
    let width = width.clamp(1, MAX_WIDTH);
    image::imageops::resize(
        strip,
        width,
        STRIP_HEIGHT,
        image::imageops::FilterType::Triangle,
    )
}

/// Planes in the order blue, green, red, (byte / 255 - 0.5) / 0.5, as rapidocr 3.10 feeds these
/// weights; the filling is 0, a middle grey.
fn to_tensor(strip: &RgbImage, width: usize) -> Tensor {
    let plane = STRIP_HEIGHT as usize * width;
    let mut data = vec![0.0; 3 * plane];
    for (x, y, pixel) in strip.enumerate_pixels() {
        let at = y as usize * width + x as usize;
        for channel in 0..3 {
            data[channel * plane + at] = f32::from(pixel[2 - channel]) / 127.5 - 1.0;
        }
    }
    Tensor {
        shape: vec![1, 3, STRIP_HEIGHT as usize, width],
        data,
    }
}

/// Decodes greedily: the best class of each step, repeats joined, blanks dropped. `classes` are the
/// ones to choose from besides the blank; `None` for all of them.
pub(super) fn decode(
    reading: &StripReading,
    charset: &Charset,
    classes: Option<&[usize]>,
) -> Vec<ReadChar> {
    let mut read: Vec<ReadChar> = Vec::new();
    let mut previous = Charset::BLANK;
    for step in 0..reading.steps() {
        let row = reading.at(step);
        let class = best_class(row, classes);
        if let Some(ch) = charset.character(class) {
            let confidence = row[class];
            let same = class == previous;
            let place = ReadChar {
                ch,
                confidence,
                x: reading.position(step),
                alternatives: Vec::new(),
            };
            match read.last_mut() {
                Some(last) if same && last.confidence >= confidence => {}
                Some(last) if same => {
                    *last = ReadChar {
                        alternatives: best_characters(row, charset, classes),
                        ..place
                    };
                }
                _ => read.push(ReadChar {
                    alternatives: best_characters(row, charset, classes),
                    ..place
                }),
            }
        }
        previous = class;
    }
    read
}

fn best_class(row: &[f32], classes: Option<&[usize]>) -> usize {
    let mut best = Charset::BLANK;
    let mut consider = |class: usize| {
        if row[class] > row[best] {
            best = class;
        }
    };
    match classes {
        Some(classes) => classes.iter().copied().for_each(&mut consider),
        None => (1..row.len()).for_each(&mut consider),
    }
    best
}

fn best_characters(row: &[f32], charset: &Charset, classes: Option<&[usize]>) -> Vec<(char, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(ALTERNATIVES + 1);
    let mut consider = |class: usize| {
        let value = row[class];
        if best.len() == ALTERNATIVES && best.last().is_some_and(|last| value <= last.1) {
            return;
        }
        let place = best.partition_point(|other| other.1 >= value);
        best.insert(place, (class, value));
        best.truncate(ALTERNATIVES);
    };
    match classes {
        Some(classes) => classes.iter().copied().for_each(&mut consider),
        None => (1..row.len()).for_each(&mut consider),
    }
    best.into_iter()
        .filter_map(|(class, value)| charset.character(class).map(|ch| (ch, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(charset: &Charset, steps: &[&[(char, f32)]]) -> StripReading {
        let classes = charset.classes();
        let mut probabilities = vec![0.0; classes * steps.len()];
        for (step, entries) in steps.iter().enumerate() {
            for (ch, value) in *entries {
                let class = charset.classes_of(&[*ch]).first().copied().unwrap_or(0);
                probabilities[step * classes + class] = *value;
            }
        }
        StripReading {
            probabilities,
            classes,
            length: steps.len() as f32,
        }
    }

    fn text(read: &[ReadChar]) -> String {
        read.iter().map(|c| c.ch).collect()
    }

    #[test]
    fn repeats_are_joined_and_blanks_part_doubles() {
        let charset = Charset::new("AB".chars());
        let steps: [&[(char, f32)]; 6] = [
            &[('A', 0.6)],
            &[('A', 0.9), ('B', 0.1)],
            &[('\0', 1.0)],
            &[('A', 0.8)],
            &[('B', 0.7)],
            &[('\0', 1.0)],
        ];
        let read = decode(&reading(&charset, &steps), &charset, None);
        assert_eq!(text(&read), "AAB");
        assert_eq!(read[0].confidence, 0.9);
        assert_eq!(read[0].alternatives[..2], [('A', 0.9), ('B', 0.1)]);
        assert!((read[2].x - 0.75).abs() < 1e-6);
    }

    #[test]
    fn a_masked_line_keeps_to_its_alphabet() {
        let charset = Charset::new("O0".chars());
        let steps: [&[(char, f32)]; 2] = [&[('O', 0.2), ('0', 0.8)], &[('\0', 0.9), ('O', 0.1)]];
        let reading = reading(&charset, &steps);
        let letters = charset.classes_of(&['O']);
        let read = decode(&reading, &charset, Some(&letters));
        assert_eq!(text(&read), "O");
        assert_eq!(read[0].confidence, 0.2);
    }

    /// Gives one step for every eight columns, all blank.
    struct Blank;

    impl Model for Blank {
        fn run(&self, input: Tensor) -> Result<Vec<Tensor>, ModelError> {
            let steps = input.shape[3] / 8;
            let mut data = vec![0.0; steps * 4];
            data.iter_mut().step_by(4).for_each(|blank| *blank = 1.0);
            Ok(vec![Tensor {
                shape: vec![1, steps, 4],
                data,
            }])
        }
    }

    #[test]
    fn a_blank_strip_reads_as_nothing() {
        let charset = Charset::new("AB".chars());
        let strip = RgbImage::new(200, 96);
        let reading = read_strip(&Blank, &charset, &strip).unwrap();
        assert_eq!(reading.steps(), 16);
        assert!((reading.position(11) - 11.5 / 12.5).abs() < 1e-3);
        assert!(decode(&reading, &charset, None).is_empty());
    }

    #[test]
    fn a_network_with_another_alphabet_is_refused() {
        let charset = Charset::new("ABC".chars());
        let strip = RgbImage::new(300, 48);
        let result = read_strip(&Blank, &charset, &strip);
        assert!(matches!(result, Err(ModelError::Output)));
    }
}
