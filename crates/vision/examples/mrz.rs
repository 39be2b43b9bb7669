//! Reads the zones of pictures and compares them with known ones:
//! `mrz MODELS TRUTH.jsonl [FIRST COUNT]` where each line has `file` (relative to the truth) and
//! `mrz` (an array of lines, or absent when the picture has none).

use std::path::Path;
use std::time::Instant;

use menshen_vision::mrz::read_mrz;
use menshen_vision::{Photo, TextReader};
use serde_json::Value;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let model = |name: &str| std::fs::read(Path::new(&args[1]).join(name)).expect("a model");
    let reader =
        TextReader::from_onnx(model("text-detection.onnx"), model("text-recognition.onnx"))
            .expect("the text models load");
    let truth = std::fs::read_to_string(&args[2]).expect("the truth");
    let root = Path::new(&args[2]).parent().unwrap_or(Path::new("."));
    let number =
        |index: usize, or: usize| args.get(index).map_or(or, |n| n.parse().expect("a number"));
    let (mut n, mut exact, mut valid, mut certain, mut wrong) = (0, 0, 0, 0, 0);
    let mut times = Vec::new();
    for line in truth.lines().skip(number(3, 0)).take(number(4, usize::MAX)) {
        let entry: Value = serde_json::from_str(line).expect("a JSON object");
        let file = entry["file"].as_str().expect("a file name");
        let photo = match image::open(root.join(file)) {
            Ok(picture) => Photo {
                pixels: picture.to_rgb8(),
            },
            Err(error) => {
                println!("{file}: {error}");
                continue;
            }
        };
        let lines: Vec<&str> = entry["mrz"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let start = Instant::now();
        let read = read_mrz(&reader, &photo.pixels).expect("the networks run");
        times.push(start.elapsed());
        n += 1;
        let Some(read) = read else {
            exact += usize::from(lines.is_empty());
            println!(
                "{} {file} none {:?}",
                if lines.is_empty() { "ok  " } else { "MISS" },
                times[times.len() - 1]
            );
            continue;
        };
        let same = read.reading.lines() == lines;
        exact += usize::from(same);
        valid += usize::from(read.reading.valid());
        certain += usize::from(read.certain);
        wrong += usize::from(read.certain && !same);
        println!(
            "{} {file} {:?} valid {} certain {} h {:.1} conf {:.3} min {:.2} turn {} {:?} {}",
            if same {
                "ok  "
            } else if read.certain {
                "FALSE"
            } else {
                "diff"
            },
            read.reading.format(),
            read.reading.valid(),
            read.certain,
            read.char_height,
            read.confidence(),
            read.confidences
                .iter()
                .flatten()
                .copied()
                .fold(1.0, f32::min),
            read.rotation,
            times[times.len() - 1],
            entry
                .get("h")
                .map(|_| line.split("\"h\"").last().unwrap_or(""))
                .unwrap_or("")
        );
        if !same {
            for (i, got) in read.reading.lines().iter().enumerate() {
                let want = lines.get(i).copied().unwrap_or("-");
                if got != want {
                    println!("     got  {got}\n     want {want}");
                }
            }
        }
    }
    times.sort();
    println!(
        "{n} pictures, {exact} exact, {valid} valid, {certain} certain, {wrong} wrong but certain; median {:?}",
        times.get(times.len() / 2)
    );
}
