//! Addresses that messages to a person go to. One of each channel at a time; replaced ones stay, sealed, for as
//! long as the person's data does: the first one proves who opened the account.

use menshen_core::ids::{ApplicantId, ContactId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, words};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// The way of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Shown in the app.
    App,
    /// By mail.
    Email,
    /// By SMS.
    Sms,
}

words!(Channel { App = "app", Email = "email", Sms = "sms" });

/// An address, without the address.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// The id.
    pub id: ContactId,
    /// What kind of address.
    pub channel: Channel,
    /// Since when.
    pub created_at: Millis,
    /// When another took its place, or none.
    pub replaced_at: Option<Millis>,
}

const CONTACT: &str = "contact";
const ADDRESS: Column = Column::new(CONTACT, "address_sealed");
const INSERT: &str = "INSERT INTO contact (id, tenant_id, applicant_id, channel, address_sealed, created_at, \
     replaced_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)";
const LIST: &str = "SELECT id, channel, created_at, replaced_at FROM contact \
     WHERE tenant_id = $1 AND applicant_id = $2 ORDER BY id";
const REPLACE: &str =
    "UPDATE contact SET replaced_at = $1 WHERE id = $2 AND tenant_id = $3 AND replaced_at IS NULL";
const SEALED_ADDRESS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, address_sealed AS sealed FROM contact WHERE id = $1 AND tenant_id = $2",
    column: ADDRESS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a person's addresses, oldest first, replaced ones too.
    pub async fn list_contacts(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<ContactRow>, StoreError> {
        list(&mut *self.conn().await?, tenant, applicant).await
    }

    /// Returns an address in the clear.
    pub async fn find_address(
        &self,
        tenant: TenantId,
        contact: ContactId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_ADDRESS
            .open(self, &mut *self.conn().await?, tenant, contact)
            .await
    }
}

impl Tx {
    /// Returns a person's addresses, oldest first, replaced ones too.
    pub async fn list_contacts(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<ContactRow>, StoreError> {
        list(self.conn(), tenant, applicant).await
    }

    /// Returns an address in the clear.
    pub async fn find_address(
        &mut self,
        tenant: TenantId,
        contact: ContactId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_ADDRESS
            .open(&store, self.conn(), tenant, contact)
            .await
    }

    /// Adds an address. The caller holds the applicant's lock and has replaced the one before.
    pub async fn add_contact(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        channel: Channel,
        address: &str,
        now: Millis,
    ) -> Result<ContactId, StoreError> {
        let store = self.store.clone();
        let id = ContactId::new(now, Store::random_id_bytes()?);
        let subject = Subject { tenant, applicant };
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        let sealed = key
            .await?
            .seal(ADDRESS, &id.to_string(), address.as_bytes())?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(channel.as_str())
            .bind(sealed)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CONTACT, "add contact", source))?;
        Ok(id)
    }

    /// Takes an address out of use.
    pub async fn replace_contact(
        &mut self,
        tenant: TenantId,
        contact: ContactId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(REPLACE)
            .bind(now.0)
            .bind(contact.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("replace contact")?;
        one_row(CONTACT, &done)
    }
}

async fn list(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
) -> Result<Vec<ContactRow>, StoreError> {
    let rows = sqlx::query(LIST)
        .bind(tenant.to_string())
        .bind(applicant.to_string())
        .fetch_all(conn)
        .await
        .doing("list contacts")?;
    all(CONTACT, &rows, read)
}

fn read(r: Reader<'_>) -> Result<ContactRow, StoreError> {
    Ok(ContactRow {
        id: r.parse("id")?,
        channel: r.parse("channel")?,
        created_at: r.at("created_at")?,
        replaced_at: r.at_maybe("replaced_at")?,
    })
}
