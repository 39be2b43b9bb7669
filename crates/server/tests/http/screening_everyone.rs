//! Everyone is searched again when a list changes.

use axum::http::StatusCode;
use menshen_core::ids::TenantId;
use menshen_core::time::{MINUTE, SECOND};
use menshen_store::{NewApplicant, NewIdentity, NewVerification};
use serde_json::json;

use crate::listed::{Listed, SCREENED, live, un};
use crate::support::{Service, on_both, passport};

/// People of the long test; 100,000 for the figure in SECURITY.md.
#[expect(
    clippy::disallowed_methods,
    reason = "the person at the keyboard asks for more"
)]
fn many() -> usize {
    let asked = std::env::var("MENSHEN_TEST_SCREENED").ok();
    asked.map_or(450, |n| n.parse().unwrap())
}

/// Invented syllables: no two people have one name.
fn invented(n: usize) -> String {
    const ONSETS: [&str; 16] = [
        "B", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V", "W", "Z",
    ];
    const RHYMES: [&str; 8] = ["ado", "emi", "ika", "oru", "una", "abel", "into", "ost"];
    let word = |n: usize| {
        let (a, b) = (n % 128, n / 128 % 128);
        let tail = format!("{}{}", ONSETS[b % 16].to_lowercase(), RHYMES[b / 16]);
        format!("{}{}{tail}", ONSETS[a % 16], RHYMES[a / 16])
    };
    format!("{} {}", word(n), word(n.wrapping_mul(2_654_435_761) >> 7))
}

fn born(n: usize) -> String {
    format!("{}-{:02}-{:02}", 1950 + n % 50, 1 + n % 12, 1 + n % 28)
}

/// Writes verified people into the store, as decisions do.
async fn verified(service: &Service, tenant: TenantId, numbers: std::ops::Range<usize>) {
    let store = &service.app.store;
    let now = service.app.now();
    let mut tx = store.begin().await.unwrap();
    for n in numbers {
        let new = NewApplicant {
            tenant_id: tenant,
            external_id: n.to_string(),
            locale: "en".to_owned(),
        };
        let applicant = tx.create_applicant(&new, now).await.unwrap();
        let new = NewVerification {
            tenant_id: tenant,
            applicant_id: applicant.id,
            level: "L1".to_owned(),
            flow: "first".to_owned(),
            status: "verified".to_owned(),
            state: "{}".to_owned(),
            policy_identity: "p".to_owned(),
            due_at: None,
        };
        let row = tx.create_verification(&new, now).await.unwrap();
        let mut claims = passport(&invented(n));
        claims["birth_date"] = json!(born(n));
        let claims = claims.to_string();
        let identity = NewIdentity {
            tenant_id: tenant,
            applicant_id: applicant.id,
            verification_id: row.id,
            name: "",
            number: "",
            claims: claims.as_bytes(),
            face: None,
        };
        tx.record_identity(&identity, now).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn everyone_is_searched_when_a_list_changes_whatever_dies_meanwhile() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let n_people = many();
        let tenants = service.app.store.list_tenants(None, 1).await.unwrap();
        let tenant = tenants[0].id;
        for start in (0..n_people).step_by(1_000) {
            verified(&service, tenant, start..n_people.min(start + 1_000)).await;
        }
        // A list as long as the real ones together, for the figure; one in fifty of the people is on it.
        let listed = |n: usize| (n.to_string(), invented(n), born(n));
        let strangers = (n_people..n_people + n_people.min(50_000)).map(listed);
        let known = (0..n_people).step_by(50).map(listed);
        let people: Vec<_> = known.chain(strangers).collect();
        let n_listed = n_people.div_ceil(50);
        let people: Vec<Listed<'_>> = people
            .iter()
            .map(|(id, name, born)| Listed {
                id,
                name,
                born,
                why: "SPECIMEN",
            })
            .collect();
        // The policy has begun a search, too: of two of one moment none is the newest.
        service.app.clock.advance(SECOND);
        let answer = service.import(&operator, "un", un(&people)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        service.app.clock.advance(41 * SECOND);
        let began = std::time::Instant::now();
        // A step, then a node that dies with the next one in its hands, then one whose job is given up.
        while !moved(&service).await {
            menshen_server::do_one_job(&service.app).await.unwrap();
        }
        let dead = claim(&service).await;
        service.app.clock.advance(31 * SECOND);
        if n_people > 400 {
            menshen_server::do_one_job(&service.app).await.unwrap();
            assert!(dead.is_some(), "the search goes on");
            if let Some(job) = claim(&service).await {
                let mut tx = service.app.store.begin().await.unwrap();
                tx.fail_job(&job, service.app.now(), "machine")
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                service.app.clock.advance(6 * MINUTE);
            }
        }
        service.work().await;
        let took = began.elapsed();
        let run = service.get("/v1/screening/runs").await.body["items"][0].clone();
        assert_eq!(run["state"], "done", "{run}");
        assert_eq!(
            (&run["people"], &run["unread"]),
            (&json!(n_people), &json!(0))
        );
        println!(
            "{n_people} people, {} hits, {n_listed} listed, {took:?}",
            run["hits"]
        );
        let hits = run["hits"].as_u64().unwrap();
        assert!(hits >= n_listed as u64, "{hits}");
        // Another search finds nothing new, and the same people are not told twice.
        let told = service.n_events("screening.hit").await;
        assert_eq!(told as u64, hits.min(200));
        service.changed(&operator, &people[1..]).await;
        let run = service.get("/v1/screening/runs").await.body["items"][0].clone();
        assert_eq!(
            (&run["people"], &run["hits"]),
            (&json!(n_people), &json!(0))
        );
    });
}

async fn moved(service: &Service) -> bool {
    let runs = service.get("/v1/screening/runs").await.body;
    runs["items"][0]["people"] != 0
}

async fn claim(service: &Service) -> Option<menshen_store::JobRow> {
    let now = service.app.now();
    let store = &service.app.store;
    store
        .claim_job(&["search"], now, 30 * SECOND)
        .await
        .unwrap()
}
