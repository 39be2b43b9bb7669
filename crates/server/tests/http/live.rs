//! Live checks by WebSocket.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::live_support::{Came, Client, Socket, World, connected, listen, on_both, state};

/// Returns the codes of what ended a session, as staff reads them.
async fn ended_with(world: &World, client: &Client) -> String {
    let audit = world
        .call(Method::GET, "/v1/audit?limit=200", None)
        .await
        .body;
    let entries = audit.as_array().unwrap();
    let object = format!("live:{}", client.session);
    let of = |entry: &&Value| entry["object"] == object.as_str() && entry["action"] == "live.ended";
    let entry = entries.iter().rev().find(of).unwrap_or(&Value::Null);
    entry["detail"]["codes"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn who_does_what_is_asked_is_done_and_the_best_frame_is_the_picture() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "one").await;
        let apps = [&world.service.app];
        let mut socket = Socket::connect(at, &mut client).await;
        let code = socket.go_on(&world, &mut client, &apps).await;
        let over = client.over.clone().unwrap();
        assert_eq!((code, &over["state"]), (1000, &json!("done")), "{over}");
        assert_eq!(over["reasons"], json!([]), "{over}");
        let cues = client.said.iter().filter(|said| said["say"] == "cue");
        assert_eq!(cues.count(), 4, "one more in the place of the colours");
        assert!(client.said.iter().all(|said| said["say"] != "colour"));
        let cue = client
            .said
            .iter()
            .find(|said| said["say"] == "cue")
            .unwrap();
        assert!(
            cue["text"]["zh-CN"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        let captures = format!("/v1/verifications/{}/captures", client.verification);
        let captures = world.call(Method::GET, &captures, None).await.body;
        assert_eq!(captures[0]["part"], "selfie", "{captures}");
        assert_eq!(
            crate::support::next(&world.state(&client.verification).await),
            ["form", "document_front"]
        );
        assert_eq!(state(&world, &client).await["state"], "done");
        // Once.
        let mut again = Socket::try_connect(at, &client.path("/socket"), &client.secret)
            .await
            .unwrap();
        assert_eq!(again.closed(&mut client).await, 4409);
        let bytes = client.frame();
        let posted = client.post(&world, bytes).await;
        assert_eq!(
            (posted.status, &posted.body["code"]),
            (StatusCode::CONFLICT, &json!("live_over"))
        );
        let metrics = world.service.get("/metrics").await;
        let metrics = String::from_utf8(metrics.bytes).unwrap();
        assert!(
            metrics.contains("menshen_live_sessions_total{outcome="),
            "{metrics}"
        );
    });
}

#[test]
fn colours_are_shown_one_after_the_other() {
    on_both(|world| async move {
        let (applicant, id) = world.person("colours").await;
        let token = world.token(&applicant).await;
        let change = |body: &mut Value| body["photosensitive"] = json!(false);
        let mut client = Client::open_with(&world, &id, &token, change).await;
        let at = listen(&world.service.app).await;
        let mut socket = Socket::connect(at, &mut client).await;
        let apps = [&world.service.app];
        assert_eq!(socket.go_on(&world, &mut client, &apps).await, 1000);
        let of = |what: &str| {
            client
                .said
                .iter()
                .filter(|said| said["say"] == what)
                .count()
        };
        assert_eq!(
            (of("cue"), of("seen"), of("colour"), of("done")),
            (3, 3, 6, 1)
        );
        // No face of these frames follows any colour.
        assert_eq!(client.over.as_ref().unwrap()["state"], "again");
    });
}

#[test]
fn a_reconnect_after_every_frame_goes_on_where_it_was_on_either_node() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "reconnects").await;
        let other = world.node().await;
        let there = listen(&other).await;
        let apps = [&world.service.app, &other];
        let mut code = None;
        for n in 0..600 {
            let at = if n % 3 == 2 { there } else { at };
            let mut socket = Socket::connect(at, &mut client).await;
            // What came is kept when the connection goes: the next one knows its number.
            code = socket.frame(&world, &mut client, &apps).await;
            if client.over.is_some() || code.is_some() {
                break;
            }
            socket.leave(&mut client).await;
            if client.over.is_some() {
                break;
            }
        }
        let over = client.over.clone().unwrap_or_default();
        assert_eq!(
            over["state"],
            "done",
            "{code:?} {over} {:?}",
            client.said.last()
        );
        let seen = client
            .said
            .iter()
            .filter(|said| said["say"] == "seen")
            .count();
        assert_eq!(seen, 4);
    });
}

#[test]
fn the_newest_connection_goes_on_and_the_older_one_is_told() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "taken over").await;
        let apps = [&world.service.app];
        let mut first = Socket::connect(at, &mut client).await;
        for _ in 0..12 {
            assert_eq!(first.frame(&world, &mut client, &apps).await, None);
        }
        let mut second = Socket::connect(at, &mut client).await;
        let mut heard = 0;
        while heard < 1 {
            if let Came::Said(said) = second.next().await {
                heard += u32::from(said["type"] == "say");
                client.hear(&said);
            }
        }
        // It looks once a second.
        world.advance(1_100);
        assert_eq!(first.closed(&mut client).await, 4409);
        client.person.passes(1_100);
        client.claimed += 1_100;
        let code = second.go_on(&world, &mut client, &apps).await;
        assert_eq!(
            (code, &client.over.as_ref().unwrap()["state"]),
            (1000, &json!("done"))
        );
    });
}

#[test]
fn whoever_has_no_key_gets_nowhere() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "no key").await;
        let path = client.path("/socket");
        let (stranger, _) = world.person("stranger").await;
        let stranger = world.token(&stranger).await;
        for (token, status) in [(stranger.as_str(), 404), ("mt_nobodys", 401), ("", 401)] {
            let refused = Socket::try_connect(at, &path, token).await.err();
            assert_eq!(refused, Some(status), "{token}");
        }
        let secret = client.secret.clone();
        for greeting in [
            json!({ "type": "hello", "mac": "AAAA" }),
            json!({ "type": "hello" }),
            json!([1]),
        ] {
            let mut socket = Socket::try_connect(at, &path, &secret).await.unwrap();
            assert!(matches!(socket.next().await, Came::Said(_)));
            socket.say(greeting).await;
            assert_eq!(socket.closed(&mut client).await, 4401);
        }
        let mut socket = Socket::try_connect(at, &path, &secret).await.unwrap();
        socket.greet(&mut client, [1; 32]).await;
        assert_eq!(socket.closed(&mut client).await, 4401);
        let mut socket = Socket::try_connect(at, &path, &secret).await.unwrap();
        assert!(matches!(socket.next().await, Came::Said(_)));
        let frame = client.frame();
        socket.send(frame).await;
        assert_eq!(
            socket.closed(&mut client).await,
            4401,
            "a frame is no greeting"
        );
        // None of it has cost the session anything.
        assert_eq!(state(&world, &client).await["state"], "open");
    });
}

/// Sends a message after some frames; returns the code with which the connection is closed.
async fn after_some(
    world: &World,
    client: &mut Client,
    at: std::net::SocketAddr,
    bytes: Vec<u8>,
) -> u16 {
    let mut socket = Socket::connect(at, client).await;
    for _ in 0..3 {
        let apps = [&world.service.app];
        assert_eq!(socket.frame(world, client, &apps).await, None);
    }
    socket.send(bytes).await;
    socket.closed(client).await
}

#[test]
fn forged_and_repeated_frames_end_the_session() {
    on_both(|world| async move {
        let at = listen(&world.service.app).await;
        type Forge = fn(&mut Client) -> Vec<u8>;
        let forged: [(&str, Forge); 4] = [
            ("a flipped bit", |client| {
                let mut bytes = client.frame();
                bytes[50] ^= 1;
                bytes
            }),
            ("a number that was used", |client| {
                let jpeg = client.person.shown();
                client.message(0, client.claimed, &jpeg)
            }),
            ("another key", |client| {
                let key = std::mem::replace(&mut client.key, [9; 32]);
                let bytes = client.frame();
                client.key = key;
                bytes
            }),
            ("random bytes", |_| vec![7; 5_000]),
        ];
        for (what, forge) in forged {
            let (applicant, id) = world.person(what).await;
            let token = world.token(&applicant).await;
            let mut client = Client::open(&world, &id, &token).await;
            let mut socket = Socket::connect(at, &mut client).await;
            for _ in 0..3 {
                let apps = [&world.service.app];
                assert_eq!(socket.frame(&world, &mut client, &apps).await, None);
            }
            let bytes = forge(&mut client);
            socket.send(bytes).await;
            assert_eq!(socket.closed(&mut client).await, 4403, "{what}");
            assert!(
                ended_with(&world, &client)
                    .await
                    .contains("capture_source_untrusted"),
                "{what}"
            );
            let state = state(&world, &client).await;
            assert_eq!(state["state"], "again", "{what}");
            assert!(
                !state.to_string().contains("untrusted"),
                "the person is not told: {state}"
            );
        }
    });
}

#[test]
fn what_is_no_message_closes_the_connection_and_not_the_session() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "noise").await;
        assert_eq!(after_some(&world, &mut client, at, vec![1; 12]).await, 4400);
        assert_eq!(
            after_some(&world, &mut client, at, vec![1; (300 << 10) + 1]).await,
            4413
        );
        for text in [
            json!({ "type": "nonsense" }),
            json!("x"),
            json!({ "type": "abandon", "more": 1 }),
        ] {
            let mut socket = Socket::connect(at, &mut client).await;
            socket.say(text).await;
            assert_eq!(socket.closed(&mut client).await, 4400);
        }
        // Thousands of messages: the connection is closed long before.
        let mut socket = Socket::connect(at, &mut client).await;
        for _ in 0..5_000 {
            let bytes = client.frame();
            if !socket.send(bytes).await {
                break;
            }
        }
        let code = socket.closed(&mut client).await;
        assert!([4429, 0].contains(&code), "{code}");
        let state = state(&world, &client).await;
        assert_eq!(state["state"], "open", "{state}");
        client.seq = state["next_seq"].as_u64().unwrap() as u32;
        let over = client.posts(&world).await;
        assert!(
            ["done", "again"].contains(&over["state"].as_str().unwrap()),
            "{over}"
        );
    });
}

#[test]
fn time_runs_out_and_what_is_given_up_is_over() {
    on_both(|world| async move {
        let (at, mut client) = connected(&world, "late").await;
        let apps = [&world.service.app];
        let mut socket = Socket::connect(at, &mut client).await;
        assert_eq!(socket.frame(&world, &mut client, &apps).await, None);
        world.advance(90_000);
        assert_eq!(socket.closed(&mut client).await, 4408);
        assert_eq!(client.over.as_ref().unwrap()["state"], "expired");
        let (at, mut client) = connected(&world, "later").await;
        world.advance(90_001);
        let mut socket = Socket::try_connect(at, &client.path("/socket"), &client.secret)
            .await
            .unwrap();
        assert_eq!(
            socket.closed(&mut client).await,
            4408,
            "nobody came in time"
        );
        let (at, mut client) = connected(&world, "given up").await;
        let mut socket = Socket::connect(at, &mut client).await;
        assert_eq!(socket.frame(&world, &mut client, &apps).await, None);
        socket.say(json!({ "type": "abandon" })).await;
        assert_eq!(socket.closed(&mut client).await, 1000);
        assert_eq!(client.over.as_ref().unwrap()["state"], "again");
        // Nobody holds it, and the sweep ends it.
        let (_, client) = connected(&world, "left lying").await;
        world.advance(150_000);
        world.service.work().await;
        assert_eq!(state(&world, &client).await["state"], "expired");
    });
}
