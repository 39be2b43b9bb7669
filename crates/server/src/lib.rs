//! The service: routes, configuration, jobs, limits.
//!
//! A handler checks who calls, loads, decides and records; every change is written in one transaction with its
//! event and its audit entry. Photos are measured in processes of their own.

mod account;
mod app;
mod appeal;
mod assets;
mod attachment;
mod attempts;
mod caller;
mod capture;
mod case;
mod client;
mod clock;
mod config;
mod contact;
mod demo;
mod duplicates;
mod engine;
mod erase;
mod faces;
mod identity;
mod input;
mod jobs;
mod keys;
mod live;
mod metrics;
mod notice;
mod official;
mod oidc;
mod once;
mod openapi;
mod outbound;
mod problem;
mod record;
mod review;
mod routes;
mod screening;
mod serve;
mod setup;
mod sign_in;
mod start;
mod statement;
mod stranger;
mod ticket;
#[cfg(test)]
mod vectors;
mod verdict;
mod web;

use jiff::civil::Date;
use menshen_core::time::Millis;

pub use app::{App, Parts};
pub use clock::Clock;
pub use config::{
    Blobs, Config, ConfigError, EngineConfig, Keys, Limits, Mail, MailSecurity, Oidc, Secret, Sms,
    Web, Webhooks,
};
pub use engine::{Engine, Engines};
pub use faces::{Faces, Wanted};
pub use jobs::any as do_one_job;
pub use keys::{KeyError, KeyFile, check_keys};
pub use outbound::{Mailer, Outbound, OutboundError};
pub use routes::policy::{ChangeOut, TryOut, try_on};
pub use routes::table;
pub use routes::tenants::tenant_scopes;
pub use screening::{Imported, LARGEST as LARGEST_LIST, WHOLE as WHOLE_LIST, import_by_hand};
pub use serve::{router, serve};
pub use setup::SetupLink;
pub use start::{Greeting, StartError, open_store, restore_backup, signer, start, store_config};
pub use web::Pages;

/// Returns the day by which documents are judged: today in UTC.
fn today(now: Millis) -> Date {
    now.to_timestamp().to_zoned(jiff::tz::TimeZone::UTC).date()
}
