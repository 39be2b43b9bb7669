//! Prints the text lines of pictures: `text MODELS MAX_SIDE IMAGE...`.
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |n: &str| std::fs::read(format!("{}/{n}", args[1])).expect("model");
    let reader = menshen_vision::TextReader::from_onnx(
        read("text-detection.onnx"),
        read("text-recognition.onnx"),
    )
    .expect("load");
    for file in &args[3..] {
        let Ok(photo) = image::open(file) else {
            continue;
        };
        let photo = photo.to_rgb8();
        let t = Instant::now();
        let boxes = reader
            .detect(&photo, args[2].parse().expect("n"))
            .expect("run");
        let td = t.elapsed();
        let quads: Vec<_> = boxes.iter().map(|b| b.corners).collect();
        let lines = reader.recognise_boxes(&photo, &quads).expect("run");
        println!("{file} {td:?} {:?}", t.elapsed() - td);
        for l in lines {
            println!(
                "  {:.2} {:?} ({:.0},{:.0})",
                l.confidence, l.text, l.corners[0].x, l.corners[0].y
            );
        }
    }
}
