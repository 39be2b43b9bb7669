//! How many people sign in at once, and whether others notice.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::json;

use crate::account_guesses::number;
use crate::account_page::{Device, PASSWORD, PHONE, Page, SECOND};
use crate::notices::Gateway;
use crate::support::on_both_with;

/// Sign-ins a second.
const RATE: usize = 20;

/// The value below which so many of a hundred lie.
fn percentile(row: &mut [f64], hundredths: usize) -> f64 {
    row.sort_by(f64::total_cmp);
    row[(row.len() - 1) * hundredths / 100]
}

/// 20 people a second sign in with password and authenticator app, whether those before them have come in or not; beside them
/// another person asks for their session, fifty times a second. A busy machine says nothing here, so the run of every day only sees
/// that everybody gets in; `MENSHEN_TEST_SECONDS=30` is the long run, which judges.
#[test]
fn twenty_people_a_second_sign_in_and_nobody_else_waits() {
    let seconds = number("MENSHEN_TEST_SECONDS", 3);
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let mut people = Vec::new();
        for i in 0..seconds * RATE {
            let phone = format!("+861380001{i:04}");
            let page = Page::new(&service, &gateway).await;
            page.open(&phone).await;
            let secret = page.totp().await;
            people.push((phone, secret));
        }
        let other = Page::new(&service, &gateway).await;
        other.open(PHONE).await;
        // Each app shows another code than the one with which it was added.
        service.app.clock.advance(30 * SECOND);
        let start = Instant::now();
        let at = |i: usize| start + Duration::from_secs(1) * i as u32 / RATE as u32;
        let sign_ins = people.iter().enumerate().map(|(i, (phone, secret))| {
            let browser = Page {
                cookie: Default::default(),
                device: Device::new(),
                tenant: other.tenant.clone(),
                ..other
            };
            async move {
                tokio::time::sleep_until(at(i).into()).await;
                let first = browser.password(phone, PASSWORD).await;
                assert_eq!(first.status, StatusCode::OK, "{}", first.body);
                let body = json!({ "factor": "totp", "code": browser.shown(secret) });
                let second = browser.post("/v1/account/session/factor", body).await;
                assert_eq!(second.status, StatusCode::OK, "{}", second.body);
                at(i).elapsed().as_secs_f64() * 1e3
            }
        });
        let beside = (0..seconds * 50).map(|i| {
            let at = start + Duration::from_millis(20) * i as u32;
            let other = &other;
            async move {
                tokio::time::sleep_until(at.into()).await;
                let answer = other.get("/v1/account/session").await;
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
                at.elapsed().as_secs_f64() * 1e3
            }
        });
        let (mut sign_ins, mut beside) = tokio::join!(
            futures_util::future::join_all(sign_ins),
            futures_util::future::join_all(beside)
        );
        let rate = sign_ins.len() as f64 / start.elapsed().as_secs_f64();
        let (median, late) = (percentile(&mut sign_ins, 50), percentile(&mut sign_ins, 99));
        let (others, others_late) = (percentile(&mut beside, 50), percentile(&mut beside, 99));
        println!(
            "{seconds} s: {rate:.1} sign-ins a second, median {median:.0} ms, 99 of 100 within {late:.0} ms; \
             others' sessions: median {others:.1} ms, 99 of 100 within {others_late:.1} ms"
        );
        let judges = seconds >= 30;
        assert!(!judges || rate >= 0.95 * RATE as f64, "{rate} a second");
        assert!(!judges || late <= 1_000.0, "{late} ms");
        assert!(!judges || others_late <= 250.0, "others: {others_late} ms");
    });
}
