//! How often a factor is looked at, whoever tries, however often a code is sent anew, and in however many sessions.

use axum::http::StatusCode;
use menshen_core::strikes::Tried;
use menshen_store::DigestKind;
use serde_json::{Value, json};

use crate::account_page::{NEW_PHONE, PASSWORD, PHONE, Page, said};
use crate::notices::Gateway;
use crate::support::{Answer, Service, on_both_with};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Was a guess looked at, or was it refused before?
fn looked_at(answer: &Answer) -> bool {
    match said(answer) {
        (401, _) => true,
        (429, "attempts_exhausted") | (409, "guesses_used_up" | "password_used_up") => false,
        other => panic!("{other:?} {}", answer.body),
    }
}

/// One wrong guess at a factor of an account.
async fn guess(page: &Page<'_>, login: &str, factor: &str) -> Answer {
    match factor {
        "password" => page.password(login, "this is not it at all").await,
        "reset" => {
            let body = json!({ "tenant": page.tenant, "login": login, "code": "000000", "password": PASSWORD });
            page.post("/v1/account/password-resets/finish", body).await
        }
        factor => {
            let wrong = if factor == "recovery_code" {
                "abcde-abcde"
            } else {
                "000000"
            };
            let body = json!({ "factor": factor, "code": wrong });
            page.post("/v1/account/session/factor", body).await
        }
    }
}

/// A browser in which the password was right.
async fn halfway<'a>(service: &'a Service, gateway: &'a Gateway) -> Page<'a> {
    let page = Page::new(service, gateway).await;
    let first = page.password(PHONE, PASSWORD).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    page
}

#[test]
fn ten_guesses_are_looked_at_in_an_hour_and_a_hundred_ever_at_each_factor() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        owner.open(PHONE).await;
        owner.totp().await;
        for factor in ["totp", "sms_code", "recovery_code", "password"] {
            let (mut first_hour, mut ever) = (0, 0);
            let start = service.app.now();
            let mut page = None;
            // A guess as soon as one is looked at, in another session each time one has ended.
            for _ in 0..400 {
                if page.is_none() && factor != "password" {
                    page = Some(halfway(&service, &gateway).await);
                }
                let answer = match &page {
                    Some(page) => guess(page, PHONE, factor).await,
                    None => guess(&Page::new(&service, &gateway).await, PHONE, factor).await,
                };
                if answer.body["code"] == "unauthenticated" {
                    page = None;
                    continue;
                }
                if looked_at(&answer) {
                    ever += 1;
                    first_hour += i32::from(service.app.now().0 - start.0 < HOUR);
                } else if answer.status == StatusCode::CONFLICT {
                    break;
                } else {
                    let at: jiff::Timestamp =
                        answer.body["retry_at"].as_str().unwrap().parse().unwrap();
                    service
                        .app
                        .clock
                        .advance(at.as_millisecond() - service.app.now().0);
                    page = None;
                }
            }
            assert!(first_hour <= 10, "{factor}: {first_hour} in the first hour");
            assert_eq!(ever, 100, "{factor}");
        }
        // The password was guessed at a hundred times: it is good no longer, and a code sets another one. But the codes were, too.
        let page = Page::new(&service, &gateway).await;
        let right = page.password(PHONE, PASSWORD).await;
        assert_eq!(said(&right), (409, "password_used_up"));
    });
}

#[test]
fn sixty_four_at_once_are_counted_exactly() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        owner.open(PHONE).await;
        owner.totp().await;
        let page = halfway(&service, &gateway).await;
        for factor in ["totp", "recovery_code", "sms_code"] {
            let all = (0..64).map(|_| guess(&page, PHONE, factor));
            let answers = futures_util::future::join_all(all).await;
            let n = answers.iter().filter(|answer| looked_at(answer)).count();
            assert_eq!(n, 5, "{factor}");
        }
        let stranger = Page::new(&service, &gateway).await;
        let all = (0..64).map(|_| guess(&stranger, PHONE, "password"));
        let answers = futures_util::future::join_all(all).await;
        let n = answers.iter().filter(|answer| looked_at(answer)).count();
        assert_eq!(n, 5, "password");
        let all = (0..64).map(|_| guess(&stranger, PHONE, "reset"));
        let answers = futures_util::future::join_all(all).await;
        let n = answers.iter().filter(|answer| looked_at(answer)).count();
        assert_eq!(n, 5, "what strangers try is not the owner's to pay for");
    });
}

#[test]
fn another_code_brings_no_new_guesses_and_each_is_good_once() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        owner.open(PHONE).await;
        let page = halfway(&service, &gateway).await;
        let first = page.sms().await;
        for _ in 0..3 {
            assert!(looked_at(&guess(&page, PHONE, "sms_code").await));
        }
        let second = page.sms().await;
        let old = page.factor("sms_code", &first).await;
        assert_eq!(said(&old), (401, "factor_wrong"), "another took its place");
        assert!(looked_at(&guess(&page, PHONE, "sms_code").await));
        let sixth = page.factor("sms_code", &second).await;
        assert_eq!(
            said(&sixth),
            (429, "attempts_exhausted"),
            "the right one, too"
        );
        service.app.clock.advance(MINUTE);
        let page = halfway(&service, &gateway).await;
        let code = page.sms().await;
        assert_eq!(page.factor("sms_code", &code).await.status, StatusCode::OK);
        let page = halfway(&service, &gateway).await;
        let again = page.factor("sms_code", &code).await;
        assert_eq!(said(&again), (401, "factor_wrong"), "used");
        let late = page.sms().await;
        service.app.clock.advance(10 * MINUTE);
        assert_eq!(
            said(&page.factor("sms_code", &late).await),
            (401, "factor_wrong")
        );
    });
}

#[test]
fn a_code_of_an_app_is_good_once_and_so_is_a_printed_one() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        owner.open(PHONE).await;
        let secret = owner.totp().await;
        let step_up = owner.confirmed("draw_recovery_codes", "").await;
        let drawn = owner
            .post(
                "/v1/account/factors/recovery-codes",
                json!({ "step_up": step_up }),
            )
            .await;
        let codes = drawn.body["recovery_codes"].as_array().unwrap().clone();
        assert_eq!(codes.len(), 10);
        let ways = owner.get("/v1/account/factors").await.body["ways"].clone();
        let named: Vec<&str> = ways
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w["factor"].as_str().unwrap())
            .collect();
        assert_eq!(named, ["totp", "sms_code", "recovery_code"]);
        service.app.clock.advance(30 * SECOND);
        let page = halfway(&service, &gateway).await;
        let code = page.shown(&secret);
        assert_eq!(page.factor("totp", &code).await.status, StatusCode::OK);
        let page = halfway(&service, &gateway).await;
        assert_eq!(
            said(&page.factor("totp", &code).await),
            (401, "factor_wrong")
        );
        let printed = codes[0].as_str().unwrap().to_uppercase();
        assert_eq!(
            page.factor("recovery_code", &printed).await.status,
            StatusCode::OK
        );
        let page = halfway(&service, &gateway).await;
        let again = page.factor("recovery_code", &printed).await;
        assert_eq!(said(&again), (401, "factor_wrong"));
        let left = owner.get("/v1/account/factors").await.body["recovery_codes_left"].clone();
        assert_eq!(left, Value::from(9));
    });
}

/// How many guesses the long run makes. The short one, of every day, is seeded alike.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment how long it may take"
)]
pub fn number(variable: &str, usual: usize) -> usize {
    let told = std::env::var(variable).ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// 64 guess at once, for weeks, at everything that can be guessed: at the second factors of an account whose password they know, and at
/// the password and the codes for another password of one of which they know nothing but the number; in new sessions, at new codes,
/// whenever an hour is over. `MENSHEN_TEST_GUESSES=1000000` is the long run.
#[test]
fn whoever_guesses_for_weeks_gets_no_more_than_the_caps() {
    let all = number("MENSHEN_TEST_GUESSES", 3_000);
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        owner.open(PHONE).await;
        owner.totp().await;
        let other = Page::new(&service, &gateway).await;
        other.open(NEW_PHONE).await;
        let stranger = Page::new(&service, &gateway).await;
        let codes = ["totp", "sms_code", "recovery_code"];
        let mut looked = std::collections::BTreeMap::<&str, Vec<i64>>::new();
        let (mut made, mut page) = (0, halfway(&service, &gateway).await);
        while made < all {
            // A guess at a password takes the time of a hash, whether it is looked at or not: they are fewer.
            let factor = match made / 64 % 50 {
                0 => "password",
                25 => "reset",
                turn => codes[turn % codes.len()],
            };
            let batch = (0..64).map(|_| async {
                match factor {
                    "password" | "reset" => guess(&stranger, NEW_PHONE, factor).await,
                    factor => guess(&page, PHONE, factor).await,
                }
            });
            for answer in futures_util::future::join_all(batch).await {
                made += 1;
                if answer.body["code"] == "unauthenticated" {
                    continue;
                }
                if looked_at(&answer) {
                    looked.entry(factor).or_default().push(service.app.now().0);
                }
            }
            // An hour goes by now and then; a new session and new codes with it.
            if made % (64 * 5) == 0 {
                service.app.clock.advance(HOUR);
                page = halfway(&service, &gateway).await;
                let body = json!({ "factor": "sms_code" });
                page.post("/v1/account/session/code", body).await;
                let body = json!({ "tenant": page.tenant, "login": NEW_PHONE });
                page.post("/v1/account/password-resets", body).await;
            }
        }
        assert_eq!(looked.len(), codes.len() + 2, "each was looked at");
        for (factor, times) in looked {
            let in_an_hour = |from: &i64| {
                let inside = |at: &&i64| (*from..from + HOUR).contains(*at);
                times.iter().filter(inside).count()
            };
            let most = times.iter().map(in_an_hour).max().unwrap_or(0);
            println!(
                "{factor}: {} of {made} guesses were looked at, at most {most} within an hour",
                times.len()
            );
            assert!(times.len() <= 100, "{factor}: {}", times.len());
            assert!(most <= 10, "{factor}: {most} within an hour");
        }
    });
}

/// The difference of the means of two rows of times, and its standard error (Welch).
fn welch(a: &[f64], b: &[f64]) -> (f64, f64) {
    let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
    let spread = |row: &[f64]| {
        let middle = mean(row);
        let squares = row.iter().map(|x| (x - middle).powi(2)).sum::<f64>();
        squares / (row.len() - 1) as f64 / row.len() as f64
    };
    (mean(a) - mean(b), (spread(a) + spread(b)).sqrt())
}

/// Known and unknown accounts, one after the other in a random order: do the times of the answers tell them apart? A busy machine says
/// nothing here, so the run of every day only prints; `MENSHEN_TEST_PAIRS=20000` is the long run, which judges. Answers come at full tenths of a
/// second, so that it takes hours: several runs beside each other, each with a `MENSHEN_TEST_SEED`, may share the pairs. What they print adds up:
/// t is the sum of the differences by the root of the sum of the squares of their errors.
#[test]
fn the_time_of_an_answer_does_not_tell_a_known_account() {
    let pairs = number("MENSHEN_TEST_PAIRS", 40);
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        let applicant = owner.open(PHONE).await;
        let page = Page::new(&service, &gateway).await;
        let unknown = "+8613800000077";
        let tenant = page.tenant.parse().unwrap();
        let digest = service
            .app
            .store
            .digest(tenant, DigestKind::AccountLogin, unknown.as_bytes());
        // What was counted is forgotten before each pair: what is measured is a guess that is looked at.
        let forget = async || {
            let mut tx = service.app.store.begin().await.unwrap();
            for whose in [&applicant, &digest] {
                for tried in [Tried::AccountPassword, Tried::Code] {
                    tx.forget_strikes(tried, whose).await.unwrap();
                }
            }
            tx.commit().await.unwrap();
            service.app.clock.advance(2 * HOUR);
        };
        let ask = async |path: &str, login: &str| {
            let body = match path {
                "/v1/account/session" => {
                    json!({ "tenant": page.tenant, "login": login, "password": "not it" })
                }
                "/v1/account/password-resets" => json!({ "tenant": page.tenant, "login": login }),
                _ => {
                    json!({ "tenant": page.tenant, "login": login, "code": "000000", "password": PASSWORD })
                }
            };
            let start = std::time::Instant::now();
            let answer = page.post(path, body).await;
            (
                start.elapsed().as_secs_f64() * 1e3,
                (answer.status, answer.bytes),
            )
        };
        for path in [
            "/v1/account/session",
            "/v1/account/password-resets",
            "/v1/account/password-resets/finish",
        ] {
            let (mut known, mut other) = (Vec::new(), Vec::new());
            let mut dice = number("MENSHEN_TEST_SEED", 7) as u64;
            for _ in 0..pairs {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let order = match dice >> 63 {
                    0 => [PHONE, unknown],
                    _ => [unknown, PHONE],
                };
                let mut bodies = Vec::new();
                forget().await;
                for login in order {
                    let (time, said) = ask(path, login).await;
                    if login == PHONE {
                        &mut known
                    } else {
                        &mut other
                    }
                    .push(time);
                    bodies.push(said);
                }
                assert!(bodies[0] == bodies[1], "{path}: {bodies:?}");
            }
            // Outliers are the machine's: the slowest tenth of both rows goes.
            for row in [&mut known, &mut other] {
                row.sort_by(f64::total_cmp);
                row.truncate(row.len() * 9 / 10);
            }
            let (difference, error) = welch(&known, &other);
            let t = difference / error;
            let middle = |row: &[f64]| row[row.len() / 2];
            println!(
                "{path}: {pairs} pairs, median {:.3} and {:.3} ms, difference {difference:.6} ms, error {error:.6}, t = {t:.2}",
                middle(&known),
                middle(&other)
            );
            assert!(pairs < 1_000 || t.abs() < 4.5, "{path}: t = {t}");
        }
    });
}
