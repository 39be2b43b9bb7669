//! Measures folders of JPEG frames as a live check does, and how long that takes: `frames MODELS FPS FOLDER..`.
//!
//! For each folder a line of signs; then the time of a frame as several sessions at once would see it, one thread each.

use std::path::{Path, PathBuf};
use std::time::Instant;

use menshen_core::card::Metric;
use menshen_core::evidence::LivenessEvidence;
use menshen_core::live::Timed;
use menshen_engine::live::{Look, print_distance, sequence};
use menshen_engine::{FaceEngine, Loader};
use menshen_models::ModelStore;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let mut args = std::env::args().skip(1);
    let usage = "frames MODELS FPS FOLDER..";
    let models = args.next().ok_or(usage)?;
    let rate: f32 = args.next().ok_or(usage)?.parse()?;
    let folders: Vec<PathBuf> = args.map(PathBuf::from).collect();
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()?;
    let faces = FaceEngine::load(&Loader::new(ModelStore::open(Path::new(&models))?))?;
    let metric = faces.embedder_cards().next().and_then(|card| card.metric);
    for folder in &folders {
        let files = files(folder)?;
        let frames = session(&faces, &files, rate)?;
        let embedder = Some(("embedder", metric.unwrap_or(Metric::Cosine)));
        print(folder, &frames, &sequence(&frames, &[], embedder));
    }
    for threads in [1, 2] {
        speed(&faces, &folders, threads)?;
    }
    split(&faces, &folders[0])
}

/// Files of a folder in the order of their names.
fn files(folder: &Path) -> Result<Vec<Vec<u8>>, Failed> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .flatten()
        .map(|e| e.path())
        .collect();
    paths.sort();
    Ok(paths.iter().map(std::fs::read).collect::<Result<_, _>>()?)
}

fn session(faces: &FaceEngine, files: &[Vec<u8>], rate: f32) -> Result<Vec<Timed>, Failed> {
    let mut frames: Vec<Timed> = Vec::new();
    for (i, bytes) in files.iter().enumerate() {
        let look = Look::after(i, frames.last().map(|timed| &timed.frame));
        let frame = faces.frame(bytes, &look)?;
        frames.push(Timed {
            time: i as f32 / rate,
            frame,
        });
    }
    Ok(frames)
}

fn print(folder: &Path, frames: &[Timed], evidence: &LivenessEvidence) {
    let signs = evidence.signs.clone().unwrap_or_default();
    let number = |value: Option<f32>| value.map_or("-".to_owned(), |v| format!("{v:.3}"));
    let relief = signs.relief.map_or("-".to_owned(), |r| {
        format!("{:.4}/{:.0}/{}", r.residual, r.turn, r.frames)
    });
    let apart = |steps: usize| {
        let pairs = frames.iter().zip(frames.iter().skip(steps));
        let mut all: Vec<u32> = pairs
            .map(|(a, b)| print_distance(&a.frame.print, &b.frame.print))
            .collect();
        all.sort_unstable();
        let at = |part: f32| all.get((all.len() as f32 * part) as usize).copied();
        [at(0.1), at(0.5)].map(Option::unwrap_or_default)
    };
    println!(
        "{:14} n {:3} one {:3} several {:2} frozen {:.2} repeated {} cuts {} grain {} noise {} moire {} border {} bands {} flicker {} relief {relief} cont {} spoof {} print {:?} {:?}",
        folder.file_name().unwrap_or_default().to_string_lossy(),
        evidence.frames,
        evidence.one_face,
        evidence.several_faces,
        evidence.frozen,
        evidence.repeated,
        signs.cuts,
        number(signs.grain),
        number(signs.noise),
        number(signs.moire),
        number(signs.border),
        number(signs.bands),
        number(signs.flicker),
        number(evidence.continuity),
        number(evidence.spoof),
        apart(1),
        apart(3),
    );
    let events = evidence.events.iter();
    let events: Vec<String> = events
        .map(|e| format!("{:?} {:.1}-{:.1}", e.action, e.start, e.end))
        .collect();
    println!("{:14}   {}", "", events.join(", "));
}

/// Every thread is a session of its own over all folders.
fn speed(faces: &FaceEngine, folders: &[PathBuf], threads: usize) -> Result<(), Failed> {
    let all: Vec<Vec<Vec<u8>>> = folders.iter().map(|f| files(f)).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    let work = || -> Vec<f32> {
        let mut times = Vec::new();
        for files in &all {
            let mut before = None;
            for (i, bytes) in files.iter().enumerate() {
                let begun = Instant::now();
                before = faces.frame(bytes, &Look::after(i, before.as_ref())).ok();
                times.push(begun.elapsed().as_secs_f32() * 1000.0);
            }
        }
        times
    };
    let mut times = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| menshen_vision::parallel::beside(work)))
            .collect();
        let times = handles.into_iter().filter_map(|handle| handle.join().ok());
        times.flatten().collect::<Vec<f32>>()
    });
    let seconds = begun.elapsed().as_secs_f32();
    times.sort_by(f32::total_cmp);
    let at = |part: f32| times[((times.len() - 1) as f32 * part) as usize];
    let mean = times.iter().sum::<f32>() / times.len() as f32;
    println!(
        "{threads} threads: {} frames, mean {mean:.1} ms, median {:.1}, p95 {:.1}, {:.1} frames/s",
        times.len(),
        at(0.5),
        at(0.95),
        times.len() as f32 / seconds
    );
    Ok(())
}

/// What each part of a look costs: the median time with it less that without.
fn split(faces: &FaceEngine, folder: &Path) -> Result<(), Failed> {
    let files = files(folder)?;
    let first = faces.frame(&files[0], &Look::default())?;
    let near = first.face.map(|face| face.region);
    let usual = Look {
        near,
        ..Look::default()
    };
    let time = |look: Look| -> Result<f32, Failed> {
        let mut times = Vec::new();
        for bytes in files.iter().cycle().take(60) {
            let begun = Instant::now();
            faces.frame(bytes, &look)?;
            times.push(begun.elapsed().as_secs_f32() * 1000.0);
        }
        times.sort_by(f32::total_cmp);
        Ok(times[times.len() / 2])
    };
    let base = time(usual)?;
    println!("usual look {base:.2} ms (JPEG, mesh, light, noise)");
    let parts = [
        (
            "search",
            Look {
                near: None,
                ..usual
            },
        ),
        (
            "crowd",
            Look {
                crowd: Some(0),
                ..usual
            },
        ),
        (
            "embed",
            Look {
                embed: true,
                ..usual
            },
        ),
        (
            "spoof",
            Look {
                spoof: true,
                ..usual
            },
        ),
        (
            "covered",
            Look {
                covered: true,
                ..usual
            },
        ),
        (
            "raster",
            Look {
                raster: true,
                ..usual
            },
        ),
    ];
    for (name, look) in parts {
        println!("  {name} {:+.2} ms", time(look)? - base);
    }
    let begun = Instant::now();
    for bytes in files.iter().cycle().take(60) {
        let broken = &bytes[..bytes.len().min(200)];
        faces.frame(broken, &usual)?;
    }
    println!(
        "  refused {:.3} ms",
        begun.elapsed().as_secs_f32() * 1000.0 / 60.0
    );
    Ok(())
}
