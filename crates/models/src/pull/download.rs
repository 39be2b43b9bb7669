//! Downloads by address: resumed where they broke off, and never longer than the manifest promises.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use crate::error::ModelsError;

/// Waits before a further try that follows one without a single new byte. A try that brought bytes is followed at
/// once and does not count.
const WAITS: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(2),
    Duration::from_secs(8),
];
/// To reach the server and to get the head of its answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// For one whole answer; a slow line resumes afterwards.
const TRY_TIMEOUT: Duration = Duration::from_secs(600);

/// Downloads `url` into `part`, which may already hold its beginning, until it has `bytes` bytes.
///
/// `progress` gets the bytes that are there.
pub(super) fn download(
    url: &str,
    part: &Path,
    bytes: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<(), ModelsError> {
    let agent: Agent = Agent::config_builder()
        .timeout_connect(Some(ANSWER_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_global(Some(TRY_TIMEOUT))
        .http_status_as_error(false)
        .build()
        .into();
    let mut idle = 0;
    loop {
        let before = size(part);
        let outcome = attempt(&agent, url, part, bytes, progress);
        match (outcome, size(part)) {
            (Ok(()), now) if now == bytes => return Ok(()),
            (Err(Failure::Final(error)), _) => return Err(error),
            (_, now) if now > before => idle = 0,
            (outcome, _) => {
                let Some(wait) = WAITS.get(idle) else {
                    let what = match outcome {
                        Err(Failure::Again(what)) => what,
                        _ => "the answer ends too early".to_owned(),
                    };
                    return Err(failed(url, what));
                };
                thread::sleep(*wait);
                idle += 1;
            }
        }
    }
}

/// Is another try worth it?
enum Failure {
    Again(String),
    Final(ModelsError),
}

fn attempt(
    agent: &Agent,
    url: &str,
    part: &Path,
    bytes: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let have = size(part);
    if have > bytes {
        fs::remove_file(part).map_err(|e| Failure::Final(ModelsError::file("remove", part)(e)))?;
        return Err(Failure::Again("the part on disk is too long".to_owned()));
    }
    if have == bytes {
        return Ok(());
    }
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    let response = request
        .call()
        .map_err(|error| Failure::Again(error.to_string()))?;
    let start = starting_point(&response, url, part, have)?;
    progress(start);
    append(response, part, start, bytes, url, progress)
}

/// Where in the file the answer begins: a server that ignores the range sends everything again.
fn starting_point(
    response: &Response<Body>,
    url: &str,
    part: &Path,
    have: u64,
) -> Result<u64, Failure> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(0),
        StatusCode::PARTIAL_CONTENT => {
            let range = response.headers().get(header::CONTENT_RANGE);
            let said = range.and_then(|v| v.to_str().ok()).unwrap_or_default();
            if said.starts_with(&format!("bytes {have}-")) {
                Ok(have)
            } else {
                Err(Failure::Final(failed(
                    url,
                    "the server sent another range".to_owned(),
                )))
            }
        }
        // The beginning on disk is no beginning of this file: start over.
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
            fs::remove_file(part)
                .map_err(|e| Failure::Final(ModelsError::file("remove", part)(e)))?;
            Err(Failure::Again(format!("the server answers {status}")))
        }
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::Again(format!("the server answers {status}")))
        }
        _ => Err(Failure::Final(failed(
            url,
            format!("the server answers {status}"),
        ))),
    }
}

fn append(
    response: Response<Body>,
    part: &Path,
    start: u64,
    bytes: u64,
    url: &str,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let disk = |action| move |e| Failure::Final(ModelsError::file(action, part)(e));
    let mut file = open_at(part, start).map_err(disk("write"))?;
    // One byte more shows that the answer is too long.
    let mut body = response
        .into_body()
        .into_reader()
        .take((bytes - start).saturating_add(1));
    let (mut block, mut have) = (vec![0; 1 << 16], start);
    loop {
        let n = match body.read(&mut block) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) => return Err(Failure::Again(error.to_string())),
        };
        have += n as u64;
        if have > bytes {
            drop(file);
            fs::remove_file(part).map_err(disk("remove"))?;
            let what = format!("the answer is longer than {bytes} bytes");
            return Err(Failure::Final(failed(url, what)));
        }
        file.write_all(&block[..n]).map_err(disk("write"))?;
        progress(have);
    }
    file.sync_all().map_err(disk("write"))
}

fn open_at(part: &Path, start: u64) -> std::io::Result<File> {
    if start == 0 {
        return File::create(part);
    }
    OpenOptions::new().append(true).open(part)
}

fn size(part: &Path) -> u64 {
    fs::metadata(part).map_or(0, |m| m.len())
}

fn failed(url: &str, what: String) -> ModelsError {
    ModelsError::Download {
        url: url.to_owned(),
        what,
    }
}
