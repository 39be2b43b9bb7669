//! Names that editors and cameras leave in EXIF, XMP, PNG text and Photoshop blocks.

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub editor: Option<&'static str>,
    pub camera: bool,
}

/// Most metadata that is looked at, in bytes. Real blocks are below 64 kB each.
const MOST: usize = 512 * 1024;

/// What editors write (lower case) and how we name them. Cameras write their own names and versions, so
/// a name must be a whole product's, never a common word.
const EDITORS: [(&str, &str); 18] = [
    ("adobe photoshop", "Adobe Photoshop"),
    ("photoshop 3.0", "Adobe Photoshop"),
    ("photoshop express", "Adobe Photoshop Express"),
    ("adobe illustrator", "Adobe Illustrator"),
    ("lightroom", "Adobe Lightroom"),
    ("gimp", "GIMP"),
    ("paint.net", "Paint.NET"),
    ("affinity photo", "Affinity Photo"),
    ("pixelmator", "Pixelmator"),
    ("picsart", "PicsArt"),
    ("snapseed", "Snapseed"),
    ("canva", "Canva"),
    ("meitu", "Meitu"),
    ("faceapp", "FaceApp"),
    ("facetune", "Facetune"),
    ("photopea", "Photopea"),
    ("coreldraw", "CorelDRAW"),
    ("acdsee", "ACDSee"),
];

/// Searches the file's metadata, not its pixels: coded pixels spell anything by chance.
pub(super) fn find(bytes: &[u8]) -> Marks {
    let mut marks = Marks::default();
    let mut left = MOST;
    let mut look = |block: &[u8]| {
        let block = &block[..block.len().min(left)];
        left -= block.len();
        let text: Vec<u8> = block
            .iter()
            .filter(|&&b| b != 0)
            .map(u8::to_ascii_lowercase)
            .collect();
        if marks.editor.is_none() {
            let named = EDITORS
                .iter()
                .find(|(name, _)| contains(&text, name.as_bytes()));
            marks.editor = named.map(|(_, name)| *name);
        }
        marks.camera |= exif_camera(block);
    };
    if bytes.starts_with(b"\xff\xd8") {
        jpeg_blocks(bytes, &mut look);
    } else if bytes.starts_with(b"\x89PNG") {
        chunks(&bytes[8.min(bytes.len())..], Order::Png, &mut look);
    } else if bytes.starts_with(b"RIFF") {
        chunks(&bytes[12.min(bytes.len())..], Order::Riff, &mut look);
    }
    marks
}

fn contains(text: &[u8], name: &[u8]) -> bool {
    text.windows(name.len()).any(|window| window == name)
}

/// Passes application and comment segments before the first scan.
fn jpeg_blocks(bytes: &[u8], look: &mut impl FnMut(&[u8])) {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..).and_then(|b| b.first_chunk::<4>())
    {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xda || length < 2 {
            return;
        }
        if matches!(marker, 0xe1..=0xef | 0xfe) {
            look(bytes.get(at + 4..at + 2 + length).unwrap_or_default());
        }
        at += 2 + length;
    }
}

/// How chunks are laid out.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// Length (big endian), name, body, checksum.
    Png,
    /// Name, length (little endian), body, padding to even.
    Riff,
}

/// Passes the chunks that carry text or EXIF.
fn chunks(mut bytes: &[u8], order: Order, look: &mut impl FnMut(&[u8])) {
    while let Some((&head, rest)) = bytes.split_first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = head;
        let (name, length, behind) = match order {
            Order::Png => ([e, f, g, h], u32::from_be_bytes([a, b, c, d]) as usize, 4),
            Order::Riff => {
                let length = u32::from_le_bytes([e, f, g, h]) as usize;
                ([a, b, c, d], length, length % 2)
            }
        };
        let Some(body) = rest.get(..length) else {
            return;
        };
        if matches!(&name, b"tEXt" | b"iTXt" | b"eXIf" | b"EXIF" | b"XMP ") {
            look(body);
        }
        let Some(next) = rest.get(length.saturating_add(behind)..) else {
            return;
        };
        bytes = next;
    }
}

/// Tells whether an EXIF block's first directory names a make or model, or points to exposure data with a
/// time or aperture.
fn exif_camera(block: &[u8]) -> bool {
    let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let little = match tiff.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return false,
    };
    let word = |at: usize| {
        let b = tiff.get(at..at.checked_add(2)?)?;
        Some(if little {
            u16::from_le_bytes([b[0], b[1]])
        } else {
            u16::from_be_bytes([b[0], b[1]])
        })
    };
    let long = |at: usize| {
        let b = tiff.get(at..at.checked_add(4)?)?;
        let b = [b[0], b[1], b[2], b[3]];
        Some(if little {
            u32::from_le_bytes(b)
        } else {
            u32::from_be_bytes(b)
        } as usize)
    };
    // Make, model; then exposure time, aperture and sensitivity behind the EXIF pointer.
    let tags = |directory: usize| -> Vec<(u16, usize)> {
        let count = usize::from(word(directory).unwrap_or(0)).min(256);
        (0..count)
            .filter_map(|k| {
                Some((
                    word(directory + 2 + 12 * k)?,
                    long(directory + 10 + 12 * k)?,
                ))
            })
            .collect()
    };
    let first = long(4).map(tags).unwrap_or_default();
    let makes = first.iter().any(|(tag, _)| matches!(tag, 0x010f | 0x0110));
    let exposure = || {
        let pointer = first.iter().find(|(tag, _)| *tag == 0x8769);
        pointer.is_some_and(|(_, at)| {
            *at < tiff.len()
                && tags(*at)
                    .iter()
                    .any(|(tag, _)| matches!(tag, 0x829a | 0x829d | 0x8827))
        })
    };
    makes || exposure()
}
