use menshen_document::Side;
use menshen_vision::TextReader;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let m = "/tmp/models/";
    let reader = TextReader::from_onnx(
        std::fs::read(format!("{m}text-detection.onnx")).unwrap(),
        std::fs::read(format!("{m}text-recognition.onnx")).unwrap(),
    )
    .unwrap();
    let side: u32 = a[2].parse().unwrap();
    for f in &a[3..] {
        let img = image::open(f).unwrap().to_rgb8();
        let w = 1000u32;
        let h = (img.height() as f32 * 1000.0 / img.width() as f32).round() as u32;
        let img = if img.width() != w {
            image::imageops::resize(&img, w, h, image::imageops::FilterType::CatmullRom)
        } else {
            img
        };
        let t = Instant::now();
        let boxes = reader.detect(&img, side).unwrap();
        let t1 = t.elapsed();
        let qs: Vec<_> = boxes.iter().map(|b| b.corners).collect();
        let lines = reader.recognise_boxes(&img, &qs).unwrap();
        let t2 = t.elapsed();
        match a[1].as_str() {
            "lines" => {
                println!("## {f} {t1:?} {t2:?}");
                for l in &lines {
                    println!(
                        "{:5.0} {:5.0} {:5.0} {:5.0} {:.2} {}",
                        l.corners[0].x,
                        l.corners[0].y,
                        l.corners[2].x,
                        l.corners[2].y,
                        l.confidence,
                        l.text
                    );
                }
            }
            "prc" => {
                let s = if f.ends_with("_f.png") {
                    Side::Front
                } else {
                    Side::Back
                };
                let r = menshen_vision::layout::scratch_prc(&reader, &img, &lines, s);
                println!(
                    "{}",
                    serde_json::json!({"file": f, "fields": r.iter().map(|(k,v)| (serde_json::to_value(k).unwrap().as_str().unwrap().to_string(), v.0.clone())).collect::<std::collections::BTreeMap<_,_>>(), "conf": r.values().map(|v| v.1).fold(1.0f32, f32::min), "det_ms": t1.as_millis() as u64, "rec_ms": (t2-t1).as_millis() as u64, "all_ms": t.elapsed().as_millis() as u64})
                );
            }
            _ => {}
        }
    }
}
