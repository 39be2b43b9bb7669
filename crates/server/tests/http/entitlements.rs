//! What an account may do, through its life: nothing, a little, more, less for a while.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Service, on_both};

const POLICY: &str = r#"
    version = "limits"
    [entitlements.levels.none]
    deposit = { "*" = { single = "100" } }
    [entitlements.levels.L2]
    deposit = { "*" = {} }
    withdraw = { USDT = { single = "500", daily = "1000" } }
    [entitlements.restrictions.new_device]
    after_hours = 24
    actions = { withdraw = {} }
"#;

async fn ask(service: &Service, applicant: &str, action: &str, amount: &str, used: &str) -> Value {
    let body = json!({ "applicant": applicant, "action": action, "asset": "USDT", "amount": amount,
        "used_today": used });
    let answer = service.post("/v1/entitlements/check", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

async fn limits(service: &Service) {
    let put = service.put("/v1/policy", json!({ "toml": POLICY })).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
}

#[test]
fn limits_open_with_the_level_and_close_for_a_while() {
    on_both(|service| async move {
        limits(&service).await;
        let applicant = service.applicant("trader").await;
        let before = ask(&service, &applicant, "withdraw", "1", "0").await;
        assert_eq!(
            (&before["allowed"], &before["required_level"]),
            (&json!(false), &json!("L2"))
        );
        assert_eq!(before["reason"]["code"], "entitlement_limited");
        assert_eq!(
            ask(&service, &applicant, "deposit", "100", "0").await["allowed"],
            true
        );
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        let open = ask(&service, &applicant, "withdraw", "500", "500").await;
        assert_eq!(
            (&open["allowed"], &open["limit"]["daily"]),
            (&json!(true), &json!("1000"))
        );
        let most = ask(&service, &applicant, "withdraw", "500", "500.01").await;
        assert_eq!(
            (&most["allowed"], &most["limit"]["single"]),
            (&json!(false), &json!("500"))
        );
        // A new device: the person is warned first, then withdrawals are shut until a day after.
        let body = json!({ "applicant": applicant, "level": "L2", "flow": "new_device" });
        let warned = service.post("/v1/verifications", body.clone()).await;
        assert_eq!(warned.status, StatusCode::CONFLICT);
        assert_eq!(warned.body["code"], "limits_not_accepted");
        assert_eq!(warned.body["limits"][0]["actions"], json!(["withdraw"]));
        assert_eq!(warned.body["limits"][0]["hours_after"], 24);
        assert_eq!(
            ask(&service, &applicant, "withdraw", "1", "0").await["allowed"],
            true
        );
        let mut body = body;
        body["accept_limits"] = json!(true);
        let again = service.post("/v1/verifications", body).await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
        let shut = ask(&service, &applicant, "withdraw", "1", "0").await;
        assert_eq!(shut["reason"]["code"], "reverification_limits");
        assert_eq!(shut["restrictions"][0]["flow"], "new_device");
        assert_eq!(shut["restrictions"][0].get("until"), None);
        let id = again.body["id"].as_str().unwrap();
        let photo = service.photo(id, "selfie", b"again").await;
        assert_eq!(photo.status, StatusCode::CREATED, "{}", photo.body);
        assert_eq!(service.submit(id).await.status, StatusCode::ACCEPTED);
        service.work().await;
        assert_eq!(service.state(id).await["status"], "verified");
        let wait = ask(&service, &applicant, "withdraw", "1", "0").await;
        assert_eq!(wait["reason"]["code"], "recovery_cooldown");
        assert!(wait["restrictions"][0]["until"].is_string(), "{wait}");
        service.app.clock.advance(24 * 3_600_000);
        assert_eq!(
            ask(&service, &applicant, "withdraw", "1", "0").await["allowed"],
            true
        );
    });
}

#[test]
fn what_is_not_set_or_not_an_amount_is_never_allowed() {
    on_both(|service| async move {
        let applicant = service.applicant("trader").await;
        let body = |amount: &str| json!({ "applicant": applicant, "action": "withdraw", "asset": "USDT", "amount": amount });
        let unset = service.post("/v1/entitlements/check", body("1")).await;
        assert_eq!(
            (unset.status, &unset.body["code"]),
            (StatusCode::CONFLICT, &json!("entitlements_not_set"))
        );
        limits(&service).await;
        for amount in ["-1", "1e3", "", "0x10", "1.2.3", "NaN"] {
            let answer = service.post("/v1/entitlements/check", body(amount)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{amount}");
            assert_eq!(answer.body["code"], "amount_invalid");
        }
    });
}
