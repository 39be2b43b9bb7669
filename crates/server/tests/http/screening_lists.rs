//! Lists are read whole, kept in every version, or refused.

use axum::http::{Method, StatusCode};
use menshen_core::time::HOUR;
use serde_json::{Value, json};

use crate::listed::{ADA, NOBODY, SCREENED, id, live, un};
use crate::support::on_both;

#[test]
fn a_list_that_is_cut_is_refused_and_nothing_is_half_done() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let whole = un(&[NOBODY, ADA]);
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            let answer = service.import(&operator, "un", whole[..cut].to_vec()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{cut}");
            assert_eq!(answer.body["code"], "list_refused", "{cut}");
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains("consolidated.xml"), "{detail}");
            assert!(!detail.contains("LOVELACE"), "{detail}");
        }
        for (list, status) in [("eu", 422), ("ofac_sdn", 422), ("ours", 404)] {
            let answer = service.import(&operator, list, whole.clone()).await;
            assert_eq!(answer.status.as_u16(), status, "{list}");
        }
        let lists = service.get("/v1/screening/lists").await.body;
        assert_eq!(lists["items"], json!([]));
        assert_eq!(
            service.get("/v1/screening/runs").await.body["items"][0]["people"],
            0
        );
        let tenants_own = service.import(&service.key, "un", whole).await;
        assert_eq!(tenants_own.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn every_version_of_a_list_is_kept_and_the_same_file_changes_nothing() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let first = service.import(&operator, "un", un(&[NOBODY])).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        assert_eq!(first.body["entries"], 1);
        assert_eq!(first.body["published"], "2026-11-02");
        service.app.clock.advance(HOUR);
        let again = service.import(&operator, "un", un(&[NOBODY])).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(id(&again.body), id(&first.body));
        let second = service.import(&operator, "un", un(&[NOBODY, ADA])).await;
        assert_eq!(second.status, StatusCode::CREATED);
        let lists = service.get("/v1/screening/lists").await.body;
        let lists = lists["items"].as_array().unwrap();
        let ids: Vec<&str> = lists.iter().map(id).collect();
        assert_eq!(ids, [id(&second.body), id(&first.body)]);
        assert!(lists[0]["replaced_at"].is_null() && lists[1]["replaced_at"].is_string());
        // The file as it came can be had again, in pieces and whole.
        let store = &service.app.store;
        let rows = store.list_screening_in_force().await.unwrap();
        let [row] = rows.as_slice() else {
            panic!("one is in force")
        };
        let parts = store.read_screening_list(row).await.unwrap();
        assert_eq!(parts[0].bytes, un(&[NOBODY, ADA]));
        let audit = service
            .call_as(&operator, Method::GET, "/v1/audit?limit=200", None, &[])
            .await;
        let imported = |entry: &&Value| entry["action"] == "screening.imported";
        let entries = audit
            .body
            .as_array()
            .unwrap()
            .iter()
            .filter(imported)
            .count();
        assert_eq!(entries, 2);
    });
}

#[test]
fn the_three_classic_files_are_one_list() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let file = |name: &str, rows: &str| {
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.csv\"\r\n\r\n{rows}\x1a\r\n"
            )
        };
        let row = "7,\"EXEMPLARIUS, Fictus\",\"individual\",\"SPECIMEN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n";
        let sdn = file("sdn", row);
        let alt = file("alt", "7,1,\"aka\",\"EKSEMPLARIJ, Fiktus\",-0- \r\n");
        let add = file("add", "7,1,-0- ,-0- ,\"Utopia\",-0- \r\n");
        let kind = "multipart/form-data; boundary=b";
        let send = async |files: &[&String]| {
            let mut form: String = files.iter().map(|file| file.as_str()).collect();
            form.push_str("--b--\r\n");
            service
                .import_as(&operator, "ofac_sdn", kind, form.into_bytes())
                .await
        };
        let two = send(&[&sdn, &alt]).await;
        assert_eq!(two.body["code"], "list_refused", "{}", two.body);
        let twice = send(&[&sdn, &sdn, &alt]).await;
        assert_eq!(twice.body["code"], "files_invalid", "{}", twice.body);
        let all = send(&[&sdn, &alt, &add]).await;
        assert_eq!(all.status, StatusCode::CREATED, "{}", all.body);
        assert_eq!(
            (&all.body["format"], &all.body["entries"]),
            (&json!("ofac_csv"), &json!(1))
        );
    });
}
