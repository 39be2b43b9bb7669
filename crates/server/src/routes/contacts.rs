//! Where messages to a person go, and the messages.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use menshen_core::Locale;
use menshen_core::access::{Caller, Scope};
use menshen_core::ids::{ApplicantId, ContactId, NoticeId, TenantId, TicketId};
use menshen_core::notice::{Facts, Message, Notice, compose};
use menshen_core::time::Millis;
use menshen_store::{Channel, ContactRow, NewNotice, NoticeRow, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use super::reasons::TextOut;
use crate::app::App;
use crate::caller::{Allowed, Manage, Read};
use crate::contact::{Contact, masked};
use crate::input::{Id, Input};
use crate::notice::{facts, phrase, unless_erased};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Where messages to a person go.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactsIn {
    /// A mail address; none where left out.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub email: Option<String>,
    /// A telephone number in the form of E.164; none where left out.
    #[schema(pattern = r"^\+[1-9][0-9]{6,14}$", example = "+8613800000000")]
    pub phone: Option<String>,
}

impl ContactsIn {
    /// Reads the addresses.
    ///
    /// # Errors
    /// `email_invalid`, `phone_invalid`.
    pub fn read(&self) -> Result<Vec<Contact>, ApiError> {
        let email = self.email.as_deref().map(Contact::email).transpose()?;
        let phone = self.phone.as_deref().map(Contact::phone).transpose()?;
        Ok(email.into_iter().chain(phone).collect())
    }
}

/// An address, as much of it as its owner needs to know it again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactOut {
    /// `email` or `sms`.
    pub channel: String,
    /// The address, masked.
    #[schema(example = "a•••@example.com")]
    pub address: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// Returns where messages to a person go.
#[utoipa::path(get, path = "/v1/applicants/{id}/contacts", tag = "applicants", params(("id" = Uuid, Path)),
    responses((status = 200, body = [ContactOut]), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn list_contacts(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<ContactOut>>, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let (tenant, mut out) = (applicant.tenant_id, Vec::new());
    let rows = app.store.list_contacts(tenant, applicant.id).await?;
    for row in rows.into_iter().filter(in_use) {
        let address = app.store.find_address(tenant, row.id).await?;
        let address = address.map_or_else(String::new, |a| String::from_utf8_lossy(&a).into());
        out.push(ContactOut {
            channel: row.channel.as_str().to_owned(),
            address: masked(row.channel, &address),
            since: row.created_at.to_timestamp().to_string(),
        });
    }
    Ok(Json(out))
}

/// Sets where messages to a person go; what is left out is removed. An address that goes is told so.
#[utoipa::path(put, path = "/v1/applicants/{id}/contacts", tag = "applicants", params(("id" = Uuid, Path)),
    request_body = ContactsIn,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_contacts(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    Id(id): Id<Uuid>,
    input: Input<ContactsIn>,
) -> Result<StatusCode, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let wanted = input.value.read()?;
    let (who, now) = ((applicant.tenant_id, applicant.id), app.now());
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(who.0, who.1).await?;
    let missing = leave(&mut tx, who, wanted, now).await?;
    let act = Act::new(&allowed.caller, "contacts.changed", "applicant", id);
    add(&mut tx, who, &missing, now).await?;
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes addresses that are not wanted out of use and tells them; returns those that are wanted and not there yet.
async fn leave(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    mut wanted: Vec<Contact>,
    now: Millis,
) -> Result<Vec<Contact>, ApiError> {
    let rows = tx.list_contacts(tenant, applicant).await?;
    for row in rows.into_iter().filter(in_use) {
        let address = tx.find_address(tenant, row.id).await?;
        let same = |contact: &Contact| {
            let own = address.as_deref();
            contact.channel == row.channel && own == Some(contact.address.as_bytes())
        };
        if wanted.iter().any(same) {
            wanted.retain(|contact| !same(contact));
            continue;
        }
        farewell(tx, (tenant, applicant), &row, now).await?;
        // Whoever reads it signs in with it no more.
        tx.remove_account_login((tenant, applicant), row.id).await?;
    }
    Ok(wanted)
}

/// Takes an address out of use and tells it.
async fn farewell(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    row: &ContactRow,
    now: Millis,
) -> Result<(), ApiError> {
    tx.replace_contact(tenant, row.id, now).await?;
    let farewell = NewNotice {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: None,
        contact: Some((row.channel, row.id)),
        kind: Notice::ContactChanged.name().to_owned(),
        code_id: None,
    };
    record::post(tx, &farewell, now).await?;
    Ok(())
}

/// Takes the addresses of a way out of use and tells them; returns which these were.
///
/// # Errors
/// The store's.
pub async fn replace(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    channel: Channel,
    now: Millis,
) -> Result<Vec<ContactId>, ApiError> {
    let rows = tx.list_contacts(tenant, applicant).await?;
    let mut gone = Vec::new();
    for row in rows
        .iter()
        .filter(|row| in_use(row) && row.channel == channel)
    {
        farewell(tx, (tenant, applicant), row, now).await?;
        gone.push(row.id);
    }
    Ok(gone)
}

/// Adds addresses of a person.
///
/// # Errors
/// The store's.
pub async fn add(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    contacts: &[Contact],
    now: Millis,
) -> Result<(), ApiError> {
    for contact in contacts {
        add_one(tx, (tenant, applicant), contact, now).await?;
    }
    Ok(())
}

/// Adds an address of a person; returns its id.
///
/// # Errors
/// The store's.
pub async fn add_one(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    contact: &Contact,
    now: Millis,
) -> Result<ContactId, ApiError> {
    let (channel, address) = (contact.channel, &contact.address);
    Ok(tx
        .add_contact(tenant, applicant, channel, address, now)
        .await?)
}

/// Do messages still go there?
pub fn in_use(row: &ContactRow) -> bool {
    row.replaced_at.is_none()
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticesIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `app`, `email` or `sms`; `app` where left out.
    #[param(inline)]
    pub channel: Option<ChannelIn>,
}

/// A way of messages.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelIn {
    /// Shown in the app.
    App,
    /// By mail.
    Email,
    /// By SMS.
    Sms,
}

impl From<ChannelIn> for Channel {
    fn from(channel: ChannelIn) -> Self {
        match channel {
            ChannelIn::App => Self::App,
            ChannelIn::Email => Self::Email,
            ChannelIn::Sms => Self::Sms,
        }
    }
}

/// A message to a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeOut {
    /// The id; a mail bears it, too.
    pub id: Uuid,
    /// What it is about: `pending`, `failed`, `verified`, `expired`, `requeued`, `overdue`, `ticket_answered`,
    /// `contact_changed`.
    pub about: String,
    /// The verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Uuid>,
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Uuid>,
    /// One line.
    pub subject: TextOut,
    /// The whole.
    pub body: TextOut,
    /// Where it is: `ready`, `sent`, `failed`.
    pub state: String,
    /// Why it was given up, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was written, RFC 3339.
    pub created_at: String,
}

impl NoticeOut {
    fn new(row: NoticeRow, facts: &Facts, ticket: Option<TicketId>) -> Self {
        let text = |locale, part: fn(Message) -> String| {
            Notice::parse(&row.kind)
                .map_or_else(String::new, |notice| part(compose(notice, locale, facts)))
        };
        let both = |part: fn(Message) -> String| TextOut {
            zh_cn: text(Locale::ZhCn, part),
            en: text(Locale::En, part),
        };
        Self {
            id: row.id.0,
            subject: both(|message| message.subject),
            body: both(|message| message.body),
            verification: row.verification_id.map(|id| id.0),
            ticket: ticket.map(|id| id.0),
            state: row.state.as_str().to_owned(),
            error: row.error.clone(),
            created_at: row.created_at.to_timestamp().to_string(),
            about: row.kind,
        }
    }
}

/// Returns messages as they were told; with the codes in them where `shown`.
///
/// # Errors
/// The store's.
async fn told(
    app: &App,
    rows: Vec<NoticeRow>,
    phrase: Option<&str>,
    shown: bool,
) -> Result<Vec<NoticeOut>, ApiError> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let (mut facts, ticket) = unless_erased(facts(app, &row).await)?;
        facts.phrase = phrase.map(str::to_owned);
        facts.code = facts.code.filter(|_| shown);
        out.push(NoticeOut::new(row, &facts, ticket));
    }
    Ok(out)
}

/// Returns the newest messages to a person, as they see them in the app.
///
/// # Errors
/// The store's.
pub async fn notices_of(
    app: &App,
    (tenant, applicant): (TenantId, ApplicantId),
    most: u32,
) -> Result<Vec<NoticeOut>, ApiError> {
    let rows = app
        .store
        .list_notices(tenant, applicant, Channel::App, None, most)
        .await?;
    let phrase = unless_erased(phrase(app, (tenant, applicant)).await)?;
    told(app, rows, phrase.as_deref(), true).await
}

/// Lists messages to a person, newest first. Why a verification is as it is stands at the verification. The person's phrase
/// and codes stand in them for the person, and for keys with `personal:read`.
#[utoipa::path(get, path = "/v1/applicants/{id}/notices", tag = "applicants",
    params(("id" = Uuid, Path), NoticesIn),
    responses((status = 200, body = PageOut<NoticeOut>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list_notices(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
    Asked(asked): Asked<NoticesIn>,
) -> Result<Json<PageOut<NoticeOut>>, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let channel = asked.channel.map_or(Channel::App, Channel::from);
    let after = page.after.map(NoticeId);
    let (tenant, applicant) = (applicant.tenant_id, applicant.id);
    let rows = app
        .store
        .list_notices(tenant, applicant, channel, after, limit + 1)
        .await?;
    let own = matches!(allowed.caller, Caller::Person { .. });
    let shown = own || allowed.caller.has(Scope::PersonalRead);
    let phrase = match shown {
        true => unless_erased(phrase(&app, (tenant, applicant)).await)?,
        false => None,
    };
    let out = told(&app, rows, phrase.as_deref(), shown).await?;
    // Without phrase and codes they hold nothing that is only the person's.
    if shown {
        record::read_by_others(&app, &allowed.caller, "notices.read", applicant).await?;
    }
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}
