//! The service through its real router, on a real database, with a clock that the tests turn.

#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod appeal_verdicts;
mod appeals;
mod attachments;
mod attempts;
mod bodies;
mod calls;
mod codes;
mod desk;
mod duplicates;
mod entitlements;
mod life;
mod notices;
mod phrases;
mod pictures;
mod privacy;
mod receiver;
mod repeats;
mod review;
mod review_again;
mod review_claims;
mod review_looks;
mod review_matrix;
mod review_queues;
mod rules;
mod screening;
mod screening_approval;
mod staff;
mod story;
mod support;
mod tickets;
mod trust;
mod uploads;
mod webhooks;
