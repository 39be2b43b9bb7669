//! The pages are taken in when the crate is built: others must build it anew.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
