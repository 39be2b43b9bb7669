//! Live checks whose connections tear, and clients that want too much.

use menshen_core::live::FrameEvidence;
use serde_json::json;

use crate::live_support::{Socket, connected, on_both, state};

#[test]
fn a_connection_torn_at_any_moment_costs_nothing() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "torn").await;
        let apps = [&world.service.app];
        let mut torn = [0; 5];
        for n in 0..700 {
            if state(&world, &client).await["state"] != "open" {
                break;
            }
            let moment = n % torn.len();
            torn[moment] += 1;
            let path = client.path("/socket");
            let mut socket = Socket::try_connect(at, &path, &client.secret)
                .await
                .unwrap();
            // 0: before anything was said; 1: before the proof.
            if moment == 1 {
                socket.next().await;
            }
            if moment > 1 {
                let key = client.key;
                socket.greet(&mut client, key).await;
            }
            // 2: right after it; 3: while a frame is on its way; 4: after some.
            match moment {
                3 => {
                    world.advance(100);
                    client.person.passes(100);
                    let bytes = client.frame();
                    socket.send(bytes).await;
                }
                4 => {
                    for _ in 0..4 {
                        if socket.frame(&world, &mut client, &apps).await.is_some() {
                            break;
                        }
                    }
                }
                _ => {}
            }
            drop(socket);
        }
        let state = state(&world, &client).await;
        assert_eq!(state["state"], "done", "{state} {:?}", client.said);
        assert!(torn.iter().all(|n| *n > 3), "{torn:?}");
        let cues = client.said.iter().filter(|said| said["say"] == "cue");
        let asked = cues.filter_map(|cue| cue["n"].as_u64()).max();
        assert_eq!(asked, Some(4), "each was asked for, and none anew");
    });
}

#[test]
fn more_frames_or_bytes_than_a_session_may_have_end_it() {
    on_both(|world| async move {
        let nobody = FrameEvidence {
            size: [640, 480],
            ..FrameEvidence::default()
        };
        let small = [&[0xff, 0xd8][..], &serde_json::to_vec(&nobody).unwrap()].concat();
        let mut large = small.clone();
        large.resize(290 << 10, b' ');
        for (what, jpeg, millis, most) in [
            ("frames", small, 85, 1_000),
            ("bytes", large, 100, 40_000_000 / (290 << 10)),
        ] {
            let (at, mut client) = connected(&world, what).await;
            let mut socket = Socket::connect(at, &mut client).await;
            for seq in 0..=most {
                world.advance(millis);
                let claimed = 7_000 + seq * millis as u32;
                socket.send(client.message(seq, claimed, &jpeg)).await;
                // No flood: the clock goes on with what is read.
                if seq % 20 == 19 {
                    socket.caught_up().await;
                }
            }
            assert_eq!(socket.closed(&mut client).await, 4429, "{what}");
            let state = state(&world, &client).await;
            assert_eq!(state["state"], "again", "{what}");
            assert_eq!(state["next_seq"], most + 1, "{what}: not before");
        }
    });
}

#[test]
fn who_comes_when_all_places_are_taken_is_told_to_come_again() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "busy").await;
        let places = world.service.app.live_sockets.clone();
        let n = places.available_permits() as u32;
        let taken = places.acquire_many_owned(n).await.unwrap();
        let path = client.path("/socket");
        let mut socket = Socket::try_connect(at, &path, &client.secret)
            .await
            .unwrap();
        assert_eq!(socket.closed(&mut client).await, 1013);
        assert_eq!(state(&world, &client).await["state"], "open");
        drop(taken);
        let mut socket = Socket::connect(at, &mut client).await;
        let apps = [&world.service.app];
        assert_eq!(socket.go_on(&world, &mut client, &apps).await, 1000);
        assert_eq!(client.over.unwrap()["state"], json!("done"));
    });
}
