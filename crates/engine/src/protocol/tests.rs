use menshen_core::evidence::{FaceEvidence, FieldEvidence, PageEvidence};
use menshen_core::geometry::Rect;
use menshen_core::live::{FrameEvidence, FrameFace};
use menshen_core::statement::{ReadLine, StatementEvidence};
use menshen_document::Field;
use proptest::prelude::*;

use super::*;

/// A frame without its length, as a reader hands it on.
fn inner(frame: &[u8], limit: usize) -> Vec<u8> {
    read_frame(&mut &frame[..], limit)
        .expect("our own frame is whole")
        .expect("there is one")
}

fn vectors() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-1.0e6_f32..1.0e6, 0..600)
}

fn looks() -> impl Strategy<Value = Look> {
    let near = prop::option::of((-10.0_f32..2000.0, 0.0_f32..900.0));
    let place = |(x, width)| Rect {
        x,
        y: x / 2.0,
        width,
        height: width,
    };
    let flags = any::<(Option<u32>, [bool; 4])>();
    (flags, near).prop_map(
        move |((crowd, [embed, spoof, covered, raster]), near)| Look {
            near: near.map(place),
            crowd,
            embed,
            spoof,
            covered,
            raster,
        },
    )
}

fn frames() -> impl Strategy<Value = FrameEvidence> {
    let face = prop::option::of((vectors(), prop::option::of(vectors())));
    (face, any::<Vec<u8>>(), 0.0_f32..9.0).prop_map(|(face, thumbnail, noise)| FrameEvidence {
        faces: u32::from(face.is_some()),
        face: face.map(|(points, embedding)| FrameFace {
            points: points.iter().map(|&x| [x, -x]).collect(),
            embedding,
            ..FrameFace::default()
        }),
        thumbnail,
        noise,
        ..FrameEvidence::default()
    })
}

fn requests() -> impl Strategy<Value = Request> {
    prop_oneof![
        any::<Vec<u8>>().prop_map(|bytes| Request::Page { bytes }),
        any::<Vec<u8>>().prop_map(|bytes| Request::Selfie { bytes }),
        (any::<Vec<u8>>(), prop::option::of(vectors()))
            .prop_map(|(bytes, template)| Request::Statement { bytes, template }),
        any::<Vec<u8>>().prop_map(|bytes| Request::Clean { bytes }),
        (any::<Vec<u8>>(), looks()).prop_map(|(bytes, look)| Request::Frame { bytes, look }),
        (vectors(), vectors()).prop_map(|(a, b)| Request::Compare { a, b }),
    ]
}

fn pages() -> impl Strategy<Value = PageEvidence> {
    let unreadable = prop::option::of("[a-z_]{1,20}");
    (unreadable, any::<[u32; 2]>(), ".{0,40}", 0.0_f32..1.0).prop_map(
        |(unreadable, size, value, confidence)| PageEvidence {
            unreadable,
            size,
            fields: [(
                Field::BirthDate,
                FieldEvidence {
                    value,
                    confidence,
                    ..FieldEvidence::default()
                },
            )]
            .into(),
            ..PageEvidence::default()
        },
    )
}

fn answers() -> impl Strategy<Value = Answer> {
    let clean = || prop::option::of(any::<Vec<u8>>());
    let vector = || prop::option::of(vectors());
    prop_oneof![
        (pages(), vector(), clean()).prop_map(|(evidence, portrait, clean)| Answer::Page {
            evidence,
            portrait,
            clean
        }),
        (any::<u32>(), vector(), clean()).prop_map(|(faces, embedding, clean)| Answer::Selfie {
            evidence: FaceEvidence {
                faces,
                ..FaceEvidence::default()
            },
            embedding,
            clean
        }),
        (".{0,40}", 0.0_f32..1.0, vector(), clean()).prop_map(
            |(text, confidence, embedding, clean)| Answer::Statement {
                evidence: StatementEvidence {
                    lines: vec![ReadLine {
                        text,
                        confidence,
                        ..ReadLine::default()
                    }],
                    ..StatementEvidence::default()
                },
                embedding,
                clean
            }
        ),
        prop::result::maybe_ok(any::<Vec<u8>>(), "[a-z_]{1,20}")
            .prop_map(|picture| Answer::Clean { picture }),
        frames().prop_map(|evidence| Answer::Frame {
            evidence: Box::new(evidence)
        }),
        ("[a-z0-9-]{1,20}", -1.0_f32..1.0)
            .prop_map(|(model, score)| Answer::Score { model, score }),
    ]
}

proptest! {
    #[test]
    fn a_request_comes_back_as_it_was_sent(request in requests()) {
        let frame = request.encode().expect("small enough");
        prop_assert_eq!(Request::decode(&inner(&frame, MAX_REQUEST_BYTES)).expect("ours"), request);
    }

    #[test]
    fn an_answer_comes_back_as_it_was_sent(answer in answers()) {
        let message = Message::Answer(answer);
        let frame = message.encode().expect("small enough");
        prop_assert_eq!(Message::decode(&inner(&frame, MAX_ANSWER_BYTES)).expect("ours"), message);
    }

    #[test]
    fn garbage_is_refused_and_never_panics(bytes in any::<Vec<u8>>()) {
        let _ = Request::decode(&bytes);
        let _ = Message::decode(&bytes);
        let _ = read_frame(&mut &bytes[..], MAX_REQUEST_BYTES);
    }

    #[test]
    fn a_changed_byte_never_panics(answer in answers(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut frame = Message::Answer(answer).encode().expect("small enough");
        let at = at.index(frame.len());
        frame[at] = byte;
        if let Ok(Some(frame)) = read_frame(&mut &frame[..], MAX_ANSWER_BYTES) {
            let _ = Message::decode(&frame);
        }
    }

    #[test]
    fn a_frame_that_is_cut_short_is_refused(request in requests(), at in any::<prop::sample::Index>()) {
        let frame = request.encode().expect("small enough");
        let cut = &frame[..at.index(frame.len())];
        let read = read_frame(&mut &cut[..], MAX_REQUEST_BYTES);
        let refused = read.is_err() || (cut.is_empty() && matches!(read, Ok(None)));
        prop_assert!(refused);
    }
}

#[test]
fn a_length_above_the_limit_is_refused_before_anything_is_read() {
    let read = read_frame(&mut &[0xff; 8][..], MAX_REQUEST_BYTES);
    assert!(matches!(read, Err(ProtocolError::TooLarge { .. })));
}

#[test]
fn a_request_above_the_limit_is_not_even_framed() {
    let bytes = vec![0; MAX_REQUEST_BYTES];
    let frame = Request::Page { bytes }.encode();
    assert!(matches!(frame, Err(ProtocolError::TooLarge { .. })));
}

#[test]
fn bytes_that_no_part_counts_are_refused() {
    let mut frame = Message::Failed.encode().expect("small");
    frame.push(0);
    let read = Message::decode(&frame[LENGTH_BYTES..]);
    assert!(matches!(read, Err(ProtocolError::Body)));
}

#[test]
fn what_is_said_of_a_request_holds_nothing_of_it() {
    let request = Request::Page {
        bytes: b"canary".to_vec(),
    };
    assert_eq!(format!("{request:?}"), "Page(6 bytes)");
}
