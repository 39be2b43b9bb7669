//! Policies, keys, and what is no request.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::on_both;

#[test]
fn a_policy_is_read_changed_and_kept_by_open_verifications() {
    on_both(|service| async move {
        let old = service.get("/v1/policy").await.body["identity"].clone();
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let toml = "version = \"mine\"\n[levels]\nL2 = [\"data\"]";
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        assert!(put.body["identity"].as_str().unwrap().starts_with("mine+"));
        assert_eq!(service.get("/v1/policy").await.body, put.body);
        assert_eq!(service.state(&id).await["policy"], old);
        let state = service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(
            (&state["status"], &state["policy"]),
            (&json!("verified"), &old)
        );
        let other = service.applicant("two").await;
        let other = service.verification(&other, "L2", "first").await;
        assert_eq!(service.state(&other).await["policy"], put.body["identity"]);
        service.data(&other, "Ada Lovelace").await;
        assert_eq!(service.submit(&other).await.status, StatusCode::ACCEPTED);
    });
}

#[test]
fn a_page_is_told_what_it_may_take_and_nothing_that_helps_against_fraud() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let toml = "to_review = [\"doc_glare\", \"doc_edited\"]\n[page]\nblur_max = 1.5\n[files]\naccepted = [\"document\"]\n\
                    [document]\naccepted = { \"*\" = [\"passport\"], DE = [\"id_card_td1\"] }";
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let id = service.verification(&applicant, "L2", "first").await;
        // A policy that comes later judges later verifications.
        service.put("/v1/policy", json!({ "toml": "" })).await;
        let rules = service.get(&format!("/v1/verifications/{id}/rules")).await;
        assert_eq!(rules.status, StatusCode::OK, "{}", rules.body);
        assert_eq!(rules.body["page"]["blur_max"], json!(1.5));
        assert_eq!(rules.body["to_review"], json!(["doc_glare"]));
        assert_eq!(rules.body["files"], json!(["document"]));
        assert_eq!(
            rules.body["documents"],
            json!({ "*": ["passport"], "CHN": ["prc_id_card", "passport"], "D": ["id_card_td1"] })
        );
        let text = rules.body.to_string();
        for word in [
            "moire",
            "chroma",
            "inconsistency",
            "match",
            "spoof",
            "fmr",
            "frozen",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        // What the page is told is what `core` reads.
        let read: menshen_core::CaptureRules = serde_json::from_value(rules.body).unwrap();
        assert_eq!(read.face, menshen_core::Policy::default().face);
    });
}

#[test]
fn a_bad_policy_is_refused_by_the_name_of_its_key() {
    on_both(|service| async move {
        let before = service.get("/v1/policy").await.body;
        for (toml, key) in [
            ("[page]\nblur_maximum = 0.3", "blur_maximum"),
            ("[page]\nblur_max = \"much\"", "blur_max"),
            ("[times]\nstuck_minutes = 0", "times"),
            ("[attempts]\nwindows = []", "attempts"),
            ("[levels]\nL1 = []", "levels"),
            ("this is no TOML", ""),
            ("version = \"\\u0000\"", "version"),
            ("version = \"mine, and yours\"", "version"),
            ("[levels]\n\"L\\u0000\" = [\"data\"]", "levels"),
        ] {
            let put = service.put("/v1/policy", json!({ "toml": toml })).await;
            assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "{toml}");
            assert_eq!(put.body["code"], "policy_invalid");
            assert!(
                put.body["detail"].as_str().unwrap().contains(key),
                "{toml}: {}",
                put.body
            );
            let tried = service
                .post("/v1/policy/try", json!({ "toml": toml }))
                .await;
            assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(service.get("/v1/policy").await.body, before);
    });
}

#[test]
fn a_policy_is_tried_without_changing_anything() {
    on_both(|service| async move {
        for name in ["Ada Lovelace", "MAGIC face_mismatch", "MAGIC doc_expired"] {
            let applicant = service.applicant(name).await;
            let id = service.verification(&applicant, "L2", "first").await;
            service.whole_way(&id, name).await;
        }
        let gone = service.applicant("gone").await;
        let id = service.verification(&gone, "L1", "first").await;
        service.attempt(&id, "MAGIC name_mismatch", &[]).await;
        service.delete(&format!("/v1/applicants/{gone}")).await;
        let policy = service.get("/v1/policy").await.body;
        let verifications = service.get("/v1/verifications").await.body;
        let events = service.get("/v1/events").await.body;
        let toml = json!({ "toml": "to_review = [\"face_mismatch\"]" });
        let tried = service.post("/v1/policy/try", toml).await;
        assert_eq!(tried.status, StatusCode::OK, "{}", tried.body);
        let figures = ["cases", "same", "erased"].map(|name| tried.body[name].as_u64().unwrap());
        assert_eq!(figures[0] + figures[2], 4, "{}", tried.body);
        assert_eq!(figures[2], 1);
        let changed = tried.body["changed"].as_array().unwrap().len() as u64;
        assert_eq!(figures[1] + changed, figures[0]);
        assert_eq!(service.get("/v1/policy").await.body, policy);
        assert_eq!(service.get("/v1/verifications").await.body, verifications);
        assert_eq!(service.get("/v1/events").await.body, events);
    });
}

#[test]
fn nobody_hands_out_more_than_they_have() {
    on_both(|service| async move {
        let operator = service.operator().await;
        let (_, small) = service
            .key_for(&service.key, &["keys:write", "audit:read"])
            .await;
        let create = |key: String, scopes: Value| {
            let body = json!({ "label": "x", "scopes": scopes });
            let service = &service;
            async move {
                service
                    .call_as(&key, Method::POST, "/v1/keys", Some(body), &[])
                    .await
            }
        };
        for (key, scopes, status) in [
            (&small, json!(["audit:read"]), StatusCode::CREATED),
            (&small, json!([]), StatusCode::CREATED),
            (&small, json!(["personal:read"]), StatusCode::FORBIDDEN),
            (
                &small,
                json!(["audit:read", "operate"]),
                StatusCode::FORBIDDEN,
            ),
            (&service.key, json!(["operate"]), StatusCode::FORBIDDEN),
            (&operator, json!(["operate"]), StatusCode::CREATED),
            (
                &operator,
                json!(["everything"]),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
        ] {
            let answer = create(key.clone(), scopes.clone()).await;
            assert_eq!(answer.status, status, "{scopes} {}", answer.body);
        }
        let list = service.get("/v1/keys").await;
        let text = String::from_utf8(list.bytes).unwrap();
        assert!(
            !text.contains("mk_") && !text.contains("secret"),
            "secrets are shown once"
        );
    });
}

#[test]
fn the_setup_link_works_once() {
    on_both(|service| async move {
        let look = service
            .call_as("", Method::GET, &service.setup, None, &[])
            .await;
        assert_eq!(look.status, StatusCode::OK, "looking does not use it up");
        let wrong = service
            .call_as("", Method::POST, "/setup/guessed", None, &[])
            .await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND);
        let operator = service.operator().await;
        let tenants = service
            .call_as(&operator, Method::GET, "/v1/tenants", None, &[])
            .await;
        assert_eq!(tenants.status, StatusCode::OK);
        let again = service
            .call_as("", Method::POST, &service.setup, None, &[])
            .await;
        assert_eq!((again.status, again.bytes), (wrong.status, wrong.bytes));
    });
}

#[test]
fn a_list_of_one_applicant_keeps_its_pages() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        for _ in 0..3 {
            service.verification(&applicant, "L2", "first").await;
            service.app.clock.advance(8 * 24 * 3_600_000);
            service.work().await;
        }
        service.applicant("two").await;
        let path = format!("/v1/verifications?applicant={applicant}&status=verified&limit=1");
        let page = service.get(&path).await.body;
        assert_eq!(
            (page["items"][0]["id"].as_str(), page["next"].is_null()),
            (Some(id.as_str()), true)
        );
        let path = format!("/v1/verifications?applicant={applicant}&status=expired&limit=2");
        let page = service.get(&path).await.body;
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let next = page["next"].as_str().unwrap();
        let rest = service.get(&format!("{path}&after={next}")).await.body;
        assert_eq!(
            (
                rest["items"].as_array().unwrap().len(),
                rest["next"].is_null()
            ),
            (1, true)
        );
    });
}

#[test]
fn the_promise_to_integrators_is_the_one_in_the_repository() {
    let now = menshen_server::table().1.to_pretty_json().unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    #[expect(
        clippy::disallowed_methods,
        reason = "the person at the keyboard says that the promise changes"
    )]
    if std::env::var_os("MENSHEN_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == now,
        "openapi.json differs: look at the change, then run again with MENSHEN_BLESS=1"
    );
}

/// Two descriptions of one name become one, and nobody says which: programs that are made from the description would be wrong.
#[test]
fn each_name_of_the_description_is_given_once() {
    let mut names = std::collections::BTreeMap::<String, usize>::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            // From each derive to the name that it is for.
            for described in text.split("#[derive(").skip(1) {
                let (derived, rest) = described.split_once(")]").unwrap();
                let mut words = rest.split_whitespace();
                let named = words.find(|word| ["struct", "enum"].contains(word));
                if !derived.contains("ToSchema") || named.is_none() {
                    continue;
                }
                let name = words.next().unwrap();
                let end = name.find(|c: char| !c.is_alphanumeric());
                *names
                    .entry(name[..end.unwrap_or(name.len())].to_owned())
                    .or_default() += 1;
            }
        }
    }
    assert!(names.len() > 200, "{}", names.len());
    let twice: Vec<_> = names.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_program_that_is_too_old_hears_so_before_it_takes_a_photo() {
    on_both(|service| async move {
        let policy = "version = \"c\"\n[clients.android]\nat_least = \"3.2\"\nflows = { new_device = \"4.0\" }";
        let put = service.put("/v1/policy", json!({ "toml": policy })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let applicant = service.applicant("old app").await;
        let body = json!({ "applicant": applicant, "level": "L2" });
        let open = async |client: &str| {
            let headers = [("menshen-client", client)];
            let path = "/v1/verifications";
            service
                .call_as(
                    &service.key,
                    Method::POST,
                    path,
                    Some(body.clone()),
                    &headers,
                )
                .await
        };
        let old = open("android/3.1.99").await;
        assert_eq!(old.status, StatusCode::CONFLICT);
        assert_eq!(old.body["code"], "client_outdated");
        let remedy = old.body["reasons"][0]["remedy"]["en"].as_str().unwrap();
        assert!(remedy.contains("3.2.0"), "{remedy}");
        let broken = open("android 3").await;
        assert_eq!(broken.body["code"], "client_invalid");
        assert_eq!(open("android/3.2").await.status, StatusCode::CREATED);
    });
}
