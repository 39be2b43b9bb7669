//! Registering a passkey.

use menshen_core::ids::{ApplicantId, CeremonyId, TenantId};
use menshen_core::passkey::{self, Fault};
use menshen_core::policy::{PasskeyFlags, judge_passkey};
use menshen_core::{Catalogue, Locale};
use menshen_passkey::{Person, Refused, Registering, Registration};
use menshen_store::{
    ApplicantRow, CeremonyPurpose, Channel, NewPasskey, PasskeyRow, StoreError, TenantRow, Tx,
};
use uuid::Uuid;

use super::ceremony::{self, Asked};
use super::{handle, party, read};
use crate::account::caller;
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Begins the registration of a passkey of somebody who has signed in.
///
/// # Errors
/// [`Fault::Unavailable`], [`Fault::TooMany`]; the store's.
pub async fn begin_registration(
    app: &App,
    tenant: &TenantRow,
    applicant: &ApplicantRow,
) -> Result<Asked, ApiError> {
    let party = party(app, tenant)?;
    let (whose, most) = ((tenant.id, applicant.id), passkey::MOST);
    let known = app
        .store
        .open_passkeys(whose.0, whose.1, None, most)
        .await?;
    if known.len() >= most as usize {
        return Err(Fault::TooMany.into());
    }
    let known = known
        .iter()
        .map(|one| Ok(read(one)?.id().to_vec()))
        .collect::<Result<_, ApiError>>()?;
    let name = account_name(app, tenant, applicant).await?;
    let person = Person {
        handle: &handle(app, whose.0, whose.1),
        name: &name,
    };
    let asked = party.ask_to_register(person, known);
    let (options, state) = asked.map_err(ApiError::machine)?;
    let whom = (whose.0, Some(whose.1));
    ceremony::keep(app, whom, CeremonyPurpose::Register, &state, options).await
}

/// Returns what a device calls the account when it lets its owner choose: their own address, which the device knows better than we.
async fn account_name(
    app: &App,
    tenant: &TenantRow,
    applicant: &ApplicantRow,
) -> Result<String, ApiError> {
    let contacts = app.store.list_contacts(tenant.id, applicant.id).await?;
    let in_use = |channel| {
        let mut all = contacts.iter();
        all.rfind(|one| one.channel == channel && one.replaced_at.is_none())
    };
    let Some(contact) = in_use(Channel::Email).or_else(|| in_use(Channel::Sms)) else {
        return Ok(tenant.name.clone());
    };
    let address = app.store.find_address(tenant.id, contact.id).await?;
    let address = address.as_ref().and_then(|address| address.as_text());
    Ok(address.unwrap_or(&tenant.name).to_owned())
}

/// A passkey that was registered.
pub struct Registered {
    /// The row.
    pub row: PasskeyRow,
    /// What its owner calls it.
    pub name: String,
}

/// Takes the answer to a registration. Returns the passkey with the transaction that keeps it, which the caller commits when it
/// has done what goes with another factor.
///
/// # Errors
/// [`Fault`]: `Name`, `Over`, `NotTaken`, `Known`, `TooMany`, `BackedUp`; the store's. What was refused is in the audit log.
pub async fn finish_registration(
    app: &App,
    (tenant, applicant): (&TenantRow, &ApplicantRow),
    ceremony: CeremonyId,
    answer: &Registration,
    name: Option<&str>,
) -> Result<(Registered, Tx), ApiError> {
    let name = match name {
        Some(typed) => passkey::name(typed)?,
        None => unnamed(&applicant.locale).to_owned(),
    };
    let whose = (tenant.id, applicant.id);
    let taken = ceremony::take_of(app, whose, ceremony, CeremonyPurpose::Register).await?;
    let taken = taken.ok_or(Fault::Over)?;
    let state: Registering = serde_json::from_slice(&taken.state).map_err(ApiError::machine)?;
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(whose.0, whose.1).await?;
    if tx.count_passkeys(whose.0, whose.1).await? >= u64::from(passkey::MOST) {
        return Err(Fault::TooMany.into());
    }
    let known = tx.find_passkey_by_credential(tenant.id, answer.credential_id());
    if known.await?.is_some() {
        return Err(Fault::Known.into());
    }
    let made = match party(app, tenant)?.registered(&state, answer) {
        Ok(made) => made,
        Err(why) => return refuse(tx, whose, why, Fault::NotTaken, app).await,
    };
    let flags = PasskeyFlags {
        user_verified: made.user_verified,
        backup_eligible: made.passkey.backup_eligible(),
    };
    let factor = match judge_passkey(&app.policy(tenant)?.accounts.passkeys, flags) {
        Ok(factor) => factor,
        Err(fault) => return refuse(tx, whose, Refused::Backup, fault, app).await,
    };
    let credential = serde_json::to_vec(&made.passkey).map_err(ApiError::machine)?;
    let new = NewPasskey {
        tenant: whose.0,
        applicant: whose.1,
        credential_id: made.passkey.id(),
        credential: &credential,
        name: &name,
        backup_eligible: flags.backup_eligible,
        backed_up: made.passkey.backed_up(),
        transports: made
            .transports
            .iter()
            .map(|&word| word.to_owned())
            .collect(),
    };
    let now = app.now();
    let row = tx.create_passkey(new, now).await.map_err(known_or)?;
    let act = Act::new(
        &caller(whose.0, whose.1),
        "passkey.registered",
        "passkey",
        row.id.0,
    );
    let act = act.with("worth", factor.name());
    record::audit(&mut tx, act, now).await?;
    Ok((Registered { row, name }, tx))
}

/// Somebody else registered it at the same moment.
fn known_or(error: StoreError) -> ApiError {
    match error {
        StoreError::Duplicate { .. } => Fault::Known.into(),
        error => error.into(),
    }
}

/// Returns what a passkey is called that was given no name, in its owner's language.
fn unnamed(locale: &str) -> &'static str {
    let mut all = Locale::ALL.into_iter();
    let locale = all.find(|one| one.tag() == locale).unwrap_or(Locale::ZhCn);
    &Catalogue::of(locale).passkeys().unnamed
}

async fn refuse<T>(
    mut tx: Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    why: Refused,
    fault: Fault,
    app: &App,
) -> Result<T, ApiError> {
    let act = Act::new(
        &caller(tenant, applicant),
        "passkey.not_registered",
        "passkey",
        Uuid::nil(),
    );
    record::audit(&mut tx, act.with("why", why.word()), app.now()).await?;
    tx.commit().await?;
    Err(fault.into())
}
