//! Drawn archives, package clients that bring them, and a server that misbehaves to order.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Mutex;

use menshen_models::manifest::Archive;
use menshen_models::{Manifest, ModelsError, Packages, sha256_hex};

/// Bytes that no compression makes small, the same on every run.
pub fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

pub fn wheel(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*path, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn pack(members: &[(&str, &[u8])]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (path, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let path = format!("package/{path}");
        tar.append_data(&mut header, path, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The entry of an archive in a manifest.
pub fn archive_entry(package: &str, client: &str, bytes: &[u8]) -> String {
    format!(
        "[[archive]]\npackage = \"{package}\"\nclient = \"{client}\"\nversion = \"1.0\"\nfile = \"{package}.bin\"\nsha256 = \"{}\"\n",
        sha256_hex(bytes)
    )
}

/// The entry of a model that is ONNX already; `origin` is the place of its source.
pub fn model_entry(name: &str, set: &str, bytes: &[u8], origin: &str) -> String {
    let (hash, size) = (sha256_hex(bytes), bytes.len());
    format!(
        r#"
[[model]]
name = "{name}"
role = "text_detection"
set = "{set}"
licence = "drawn"
file = "{name}.onnx"
sha256 = "{hash}"
bytes = {size}
input = {{ width = 0, height = 0, colour = "rgb", layout = "nchw", mean = [0, 0, 0], scale = [1, 1, 1] }}
output = "none"
grade = "production"
[[model.source]]
{origin}
sha256 = "{hash}"
bytes = {size}
"#
    )
}

pub fn member(archive: &str, path: &str) -> String {
    format!("archive = \"{archive}\"\npath = \"{path}\"")
}

pub fn manifest(parts: &[String]) -> Manifest {
    Manifest::parse("drawn", &parts.concat()).unwrap()
}

/// Package clients that bring drawn archives and count the calls.
#[derive(Default)]
pub struct Drawn {
    pub archives: BTreeMap<String, Vec<u8>>,
    pub calls: RefCell<Vec<String>>,
}

impl Drawn {
    pub fn new(archives: &[(&str, &[u8])]) -> Self {
        let archives = archives.iter();
        Self {
            archives: archives.map(|(n, b)| (n.to_string(), b.to_vec())).collect(),
            calls: RefCell::default(),
        }
    }
}

impl Packages for Drawn {
    fn fetch(&self, archive: &Archive, into: &Path) -> Result<(), ModelsError> {
        self.calls.borrow_mut().push(archive.package.clone());
        fs::write(into.join(&archive.file), &self.archives[&archive.package]).unwrap();
        Ok(())
    }
}

/// What the server does with one request.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// Answers as asked, ranges included.
    Honest,
    /// Answers as asked, but hangs up after so many bytes.
    Cut(usize),
    /// Sends everything, whatever range was asked for.
    Everything,
    /// Sends a range that was not asked for.
    OtherRange,
    /// Only a status.
    Status(u16),
}

/// Serves `bytes` while `client` runs, one reply a request; returns the first byte that each request asked for.
pub fn serve<T>(
    bytes: &[u8],
    replies: &[Reply],
    client: impl FnOnce(&str) -> T,
) -> (T, Vec<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://127.0.0.1:{}/files/served.bin",
        listener.local_addr().unwrap().port()
    );
    let asked = Mutex::new(Vec::new());
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                asked.lock().unwrap().push(answer(stream, bytes, *reply));
            }
        });
        let outcome = client(&url);
        // Requests that did not come must not keep the server waiting; extra ones are seen in the list.
        let missing = replies.len() - asked.lock().unwrap().len();
        for _ in 0..missing {
            drop(TcpStream::connect(listener.local_addr().unwrap()));
        }
        outcome
    });
    (outcome, asked.into_inner().unwrap())
}

fn answer(mut stream: TcpStream, bytes: &[u8], reply: Reply) -> usize {
    let mut start = 0;
    for line in BufReader::new(stream.try_clone().unwrap()).lines() {
        let line = line.unwrap_or_default().to_ascii_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            start = range.trim_end_matches('-').parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let total = bytes.len();
    let partial = |from: usize| {
        format!(
            "206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}\r\nContent-Length: {}",
            total - 1,
            total - from
        )
    };
    let whole = format!("200 OK\r\nContent-Length: {total}");
    let (head, body) = match reply {
        Reply::Status(status) => (format!("{status} No\r\nContent-Length: 0"), &bytes[..0]),
        Reply::Everything => (whole, bytes),
        Reply::OtherRange => (partial(1), &bytes[1..]),
        Reply::Honest | Reply::Cut(_) if start > 0 => (partial(start), &bytes[start..]),
        Reply::Honest | Reply::Cut(_) => (whole, bytes),
    };
    let body = match reply {
        Reply::Cut(length) => &body[..length],
        _ => body,
    };
    // The client may hang up first; that is its right.
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes());
    let _ = stream.write_all(body);
    start
}
