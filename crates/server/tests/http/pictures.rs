//! Pictures as far as their markers go: a sandbox looks at nothing else.

/// A PNG of that size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&size[..], &[8, 2, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", &header[..]), (b"IDAT", &[0; 20]), (b"IEND", &[])] {
        file.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        file.extend(name);
        file.extend(body);
        // A checksum that nobody computes before decoding.
        file.extend([0; 4]);
    }
    file
}

/// A JPEG of that size.
pub fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xc0, 0, 17, 8];
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    file.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0]);
    file.extend([0x12, 0x34, 0xff, 0xd9]);
    file
}

/// An archive with one file, as other programs find it behind anything.
pub fn zip() -> Vec<u8> {
    let mut file = b"PK\x03\x04\x14\0\0\0\0\0secret".to_vec();
    file.extend(b"PK\x01\x02secret");
    file.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    file
}
