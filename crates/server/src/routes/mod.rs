//! Routes: one table, from which the OpenAPI document and the tests of permission are made.

pub mod account;
pub mod announcements;
pub mod appeal_attachments;
pub mod appeal_evidence;
pub mod appeal_proof;
pub mod appeal_statement;
pub mod appeal_statistics;
pub mod appeals;
pub mod applicants;
pub mod attachments;
pub mod audit;
pub mod blocklist;
pub mod captures;
pub mod channels;
pub mod contacts;
pub mod data;
pub mod decisions;
pub mod deliveries;
pub mod diagnosis;
pub mod diagnostics;
pub mod enrolment;
pub mod entitlements;
pub mod events;
pub mod face_refusal;
pub mod health;
pub mod hits;
pub mod keys;
pub mod live;
pub mod live_frames;
pub mod live_records;
pub mod live_socket;
pub mod models;
pub mod official;
pub mod oidc;
pub mod opening;
pub mod own_sign_in;
pub mod page;
pub mod phrases;
pub mod policy;
pub mod privacy;
pub mod public;
pub mod reasons;
pub mod reports;
pub mod review;
pub mod rules;
pub mod screening;
pub mod session;
pub mod sessions;
pub mod staff;
pub mod status;
pub mod support;
pub mod tenants;
pub mod threads;
pub mod tickets;
pub mod uploads;
pub mod verifications;
pub mod webhooks;

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use reasons::StepOut;

use crate::app::App;
use crate::problem::Problem;
use crate::sign_in::browser::{PEOPLE, STAFF};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Menshen",
        description = "Identity verification that explains itself. Errors are `application/problem+json`; lists are \
            pages with a cursor, newest first but for events and the audit log; every POST that creates something takes an `Idempotency-Key`.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    components(schemas(Problem)),
    security(("bearer" = []), ("session" = []), ("account" = []))
)]
struct Document;

/// Returns the routes and their description.
pub fn table() -> (Router<App>, utoipa::openapi::OpenApi) {
    let v1 = OpenApiRouter::new()
        .routes(routes!(
            applicants::create_applicant,
            applicants::list_applicants
        ))
        .routes(routes!(applicants::get_applicant, privacy::erase_applicant))
        .routes(routes!(applicants::create_token, applicants::revoke_tokens))
        .routes(routes!(contacts::put_contacts, contacts::list_contacts))
        .routes(routes!(contacts::list_notices))
        .routes(routes!(
            phrases::get_phrase,
            phrases::put_phrase,
            phrases::delete_phrase
        ))
        .routes(routes!(attachments::create_attachment))
        .routes(routes!(tickets::create_ticket, tickets::list_tickets))
        .routes(routes!(tickets::get_ticket))
        .routes(routes!(tickets::add_message))
        .routes(routes!(tickets::close_ticket))
        .routes(routes!(tickets::get_ticket_attachment))
        .routes(routes!(official::check_code))
        .routes(routes!(channels::create_channel, channels::list_channels))
        .routes(routes!(channels::remove_channel))
        .routes(routes!(
            announcements::create_announcement,
            announcements::list_announcements
        ))
        .routes(routes!(announcements::withdraw_announcement))
        .routes(routes!(public::get_channels))
        .routes(routes!(public::check_channel))
        .routes(routes!(public::get_announcements))
        .routes(routes!(public::report))
        .routes(routes!(reports::list_reports))
        .routes(routes!(reports::open_report))
        .routes(routes!(reports::close_report))
        .routes(routes!(diagnosis::diagnose))
        .routes(routes!(support::list_queue))
        .routes(routes!(support::open_ticket))
        .routes(routes!(support::answer_ticket))
        .routes(routes!(support::create_contact))
        .routes(routes!(support::close_answered))
        .routes(routes!(support::get_attachment))
        .routes(routes!(privacy::give_consent, privacy::list_consents))
        .routes(routes!(privacy::withdraw_consent))
        .routes(routes!(privacy::place_hold, privacy::list_holds))
        .routes(routes!(privacy::lift_hold))
        .routes(routes!(
            verifications::create_verification,
            verifications::list_verifications
        ))
        .routes(routes!(verifications::get_verification))
        .routes(routes!(rules::get_rules))
        .routes(routes!(verifications::submit_verification))
        .routes(routes!(appeals::create_appeal, appeals::list_appeals))
        .routes(routes!(appeals::get_appeal, appeals::withdraw_appeal))
        .routes(routes!(appeal_proof::send_appeal_code))
        .routes(routes!(appeal_proof::prove_appeal))
        .routes(routes!(appeal_proof::vouch_for_appeal))
        .routes(routes!(
            appeal_statement::dictate_statement,
            appeal_statement::put_statement
        ))
        .routes(routes!(appeal_attachments::attach_to_appeal))
        .routes(routes!(appeals::submit_appeal))
        .routes(routes!(appeal_statistics::appeal_statistics))
        .routes(routes!(data::put_data, data::get_data))
        .routes(routes!(captures::list_captures))
        .routes(routes!(captures::put_capture))
        .routes(routes!(captures::get_original))
        .routes(routes!(live::open_live, live_records::list_live))
        .routes(routes!(live::get_live, live::abandon_live))
        .routes(routes!(live_frames::post_live_frame))
        .routes(routes!(live_socket::live_socket))
        .routes(routes!(
            face_refusal::refuse_face,
            face_refusal::take_back_refusal
        ))
        .routes(routes!(uploads::create_upload, uploads::upload_options))
        .routes(routes!(
            uploads::upload_state,
            uploads::append_upload,
            uploads::end_upload
        ))
        .routes(routes!(decisions::list_decisions))
        .routes(routes!(decisions::get_decision_evidence))
        .routes(routes!(entitlements::check_entitlement))
        .routes(routes!(events::list_events))
        .routes(routes!(webhooks::create_webhook, webhooks::list_webhooks))
        .routes(routes!(
            webhooks::get_webhook,
            webhooks::put_webhook,
            webhooks::delete_webhook
        ))
        .routes(routes!(webhooks::rotate_webhook))
        .routes(routes!(deliveries::test_webhook))
        .routes(routes!(deliveries::list_deliveries))
        .routes(routes!(deliveries::resend_delivery))
        .routes(routes!(blocklist::create_block, blocklist::list_blocks))
        .routes(routes!(blocklist::remove_block))
        .routes(routes!(keys::create_key, keys::list_keys))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(staff::create_staff, staff::list_staff))
        .routes(routes!(staff::put_staff, staff::disable_staff))
        .routes(routes!(staff::renew_staff_secret))
        .routes(routes!(staff::invite_staff))
        .routes(routes!(enrolment::open_invitation))
        .routes(routes!(enrolment::enrol))
        .routes(routes!(
            session::sign_in,
            session::get_session,
            session::sign_out
        ))
        .routes(routes!(session::show_factor))
        .routes(routes!(own_sign_in::put_password))
        .routes(routes!(own_sign_in::draw_recovery_codes))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::end_session))
        .merge(account::table())
        .routes(routes!(review::queue::list_cases))
        .routes(routes!(review::case::get_case))
        .routes(routes!(
            review::case::claim_case,
            review::case::release_case
        ))
        .routes(routes!(review::images::get_image))
        .routes(routes!(review::case::add_note))
        .routes(routes!(review::decide::decide_case))
        .routes(routes!(review::queue::list_queues))
        .routes(routes!(review::queue::list_reviewers))
        .routes(routes!(review::statistics::review_statistics))
        .routes(routes!(tenants::create_tenant, tenants::list_tenants))
        .routes(routes!(policy::get_policy, policy::put_policy))
        .routes(routes!(policy::try_policy))
        .routes(routes!(models::list_models))
        .routes(routes!(status::get_health))
        .routes(routes!(screening::list_lists))
        .routes(routes!(screening::put_list))
        .routes(routes!(screening::list_runs))
        .routes(routes!(hits::list_hits))
        .routes(routes!(hits::get_hit))
        .routes(routes!(hits::clear_hit))
        .routes(routes!(hits::confirm_hit))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::get_checkpoint))
        .routes(routes!(audit::get_proof))
        .merge(oidc::table());
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(v1)
        .split_for_parts();
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    let session = "What a browser holds in which somebody of staff has signed in. Every method but GET, HEAD and OPTIONS \
        needs the header `Menshen-Console: 1` beside it.";
    let session = ApiKeyValue::with_description(STAFF.cookie, session);
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(session));
    components.add_security_scheme("session", session);
    let account = "What a browser holds in which a person has signed in to their account. Every method but GET, HEAD and OPTIONS \
        needs the header `Menshen-Page: 1` beside it.";
    let account = ApiKeyValue::with_description(PEOPLE.cookie, account);
    let account = SecurityScheme::ApiKey(ApiKey::Cookie(account));
    components.add_security_scheme("account", account);
    crate::openapi::complete(&mut document);
    (router, document)
}
