//! Frames that were seen before, in this or another session: what of a print is looked up, and what counts as the same.

use super::frame::FrameEvidence;

/// Bits of a print that may differ between a frame and the same frame written anew. Frames of two sessions of one person on one
/// chair differ in more; fewer would miss what was compressed twice. At most [`BANDS`] - 1, or look-ups would miss some.
pub const SAME_BITS: u32 = 8;
/// Parts into which a print is cut for look-ups: two prints that differ in fewer bits than there are parts have a part in common.
pub const BANDS: usize = 12;
/// Prints kept of a session at most, and kept or looked up each second.
pub const PRINTS_MOST: usize = 120;
/// Least time between two frames whose prints are kept, in milliseconds: some three a second.
pub const PRINT_EVERY_MS: u32 = 333;

/// Bits of a print.
const BITS: usize = 256;
/// A print with fewer bits set, or unset, is that of a picture without content: all of these are alike.
const CONTENT: u32 = 32;

/// Returns a frame's print, where it says something: a face is there and the picture is not one even area.
pub fn print(frame: &FrameEvidence) -> Option<[u8; BITS / 8]> {
    let print: [u8; BITS / 8] = frame.print.as_slice().try_into().ok()?;
    frame.face.as_ref()?;
    let set: u32 = print.iter().map(|byte| byte.count_ones()).sum();
    (CONTENT..=BITS as u32 - CONTENT)
        .contains(&set)
        .then_some(print)
}

/// Returns a print's parts, each with its number: what is looked up, as keyed digests.
pub fn bands(print: &[u8; BITS / 8]) -> [Vec<u8>; BANDS] {
    std::array::from_fn(|band| {
        let (from, to) = (band * BITS / BANDS, (band + 1) * BITS / BANDS);
        let bit = |n: usize| print[n / 8] >> (7 - n % 8) & 1;
        let mut bytes = vec![0; (to - from).div_ceil(8)];
        for n in from..to {
            bytes[(n - from) / 8] |= bit(n) << (7 - (n - from) % 8);
        }
        bytes.push(band as u8);
        bytes
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::live::FrameFace;

    #[test]
    fn an_even_picture_and_one_without_a_face_have_no_print() {
        let of = |byte: u8, face: bool| {
            print(&FrameEvidence {
                print: vec![byte; 32],
                face: face.then(FrameFace::default),
                ..FrameEvidence::default()
            })
        };
        assert!(of(0b1010_1010, true).is_some());
        assert!(of(0b1010_1010, false).is_none());
        assert!(of(0, true).is_none() && of(255, true).is_none());
        assert!(print(&FrameEvidence::default()).is_none());
    }

    proptest! {
        /// Whatever bits differ, up to the limit: a part is the same.
        #[test]
        fn like_prints_have_a_part_in_common(
            print in prop::array::uniform32(any::<u8>()), flips in prop::collection::vec(0usize..256, 0..=SAME_BITS as usize),
        ) {
            let mut other = print;
            for bit in flips {
                other[bit / 8] ^= 1 << (7 - bit % 8);
            }
            let common = bands(&print).iter().zip(bands(&other)).any(|(a, b)| *a == b);
            prop_assert!(common);
        }

        #[test]
        fn every_bit_is_in_one_part(print in prop::array::uniform32(any::<u8>()), bit in 0usize..256) {
            let mut other = print;
            other[bit / 8] ^= 1 << (7 - bit % 8);
            let differ = bands(&print).iter().zip(bands(&other)).filter(|(a, b)| *a != b).count();
            prop_assert_eq!(differ, 1);
        }
    }
}
