//! Isolates itself as a worker does, then tries what a decoder that was taken over would. Prints one line an attempt.
//!
//! `isolated PORT FOLDER FILE`: a port that listens here, a folder that may be written, a file that may be read.

use std::fs::{self, File};
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::process::Command;
use std::sync::mpsc;

use menshen_engine::isolate::{self, Limits};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, port, folder, file] = &args[..] else {
        panic!("isolated PORT FOLDER FILE");
    };
    let mut isolation = isolate::before_threads();
    println!("before: read {}", outcome(File::open(file)));
    println!(
        "before: create {}",
        outcome(File::create(format!("{folder}/a")))
    );
    // A thread from before must be held as well.
    let (go, gone) = mpsc::channel();
    std::thread::scope(|scope| {
        let early = scope.spawn(move || gone.recv().map(|()| attempts(port, folder, file)));
        isolate::before_requests(&mut isolation, &Limits::default());
        for missing in &isolation.missing {
            println!("missing: {missing}");
        }
        attempts(port, folder, file).for_each(|line| println!("main: {line}"));
        go.send(()).expect("the thread waits");
        let lines = early.join().expect("the thread ends").expect("it was told");
        lines.for_each(|line| println!("thread: {line}"));
        let late = std::thread::Builder::new().spawn_scoped(scope, || 1 + 1);
        println!("after: work {}", outcome(late.map(|thread| thread.join())));
    });
}

fn attempts(port: &str, folder: &str, file: &str) -> impl Iterator<Item = String> + use<> {
    let new = format!("{folder}/b");
    let tried = [
        (
            "connect",
            outcome(TcpStream::connect(format!("127.0.0.1:{port}"))),
        ),
        ("send", outcome(UdpSocket::bind("127.0.0.1:0"))),
        ("create", outcome(File::create(&new))),
        ("read", outcome(File::open(file))),
        ("list", outcome(fs::read_dir(folder))),
        ("remove", outcome(fs::remove_file(file))),
        ("run", outcome(Command::new("/bin/true").status())),
    ];
    tried
        .into_iter()
        .map(|(what, outcome)| format!("{what} {outcome}"))
}

fn outcome<T>(result: io::Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(_) => "refused",
    }
}
