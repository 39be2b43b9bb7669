//! Importing a list: read whole, kept as it came, and everyone is searched again; or refused, and nothing is done.

use menshen_core::ids::TenantId;
use menshen_core::policy::SanctionList;
use menshen_core::time::{Millis, SECOND};
use menshen_screening::{List, ListError, OfacCsv, eu_xml, ofac_csv, ofac_xml, un_xml};
use menshen_store::{
    ListPart, NewScreeningList, ScreeningListRow, Store, StoreError, TenantKind, TenantRow, Tx,
};
use thiserror::Error;
use uuid::Uuid;

use crate::jobs::{self, Everyone};
use crate::problem::{ApiError, chain};
use crate::record::{self, Act};

/// Largest list in bytes, all files together. The largest official one has some 30 MB.
pub const LARGEST: usize = 128 << 20;
/// Name of the file of a list that is one file.
pub const WHOLE: &str = "file";
/// Names of the three files of the classic form of OFAC's list.
pub const CLASSIC: [&str; 3] = ["sdn.csv", "alt.csv", "add.csv"];
/// How long after a change everyone is searched. By then every decision that saw the lists before has ended: the
/// database ends a transaction that is idle for 30 seconds. Shorter, and somebody who is verified at this moment is
/// searched by neither.
const SETTLED: i64 = 40 * SECOND;

/// Why files are no list.
#[derive(Debug, Error)]
pub enum NoList {
    /// They do not read.
    #[error("refuse the list")]
    Unread(#[from] ListError),
    /// There are other files than these.
    #[error("expected one XML file, or for ofac_sdn the three files sdn.csv, alt.csv and add.csv")]
    OtherFiles,
}

/// Reads the files of a list; returns how they are written, too.
///
/// # Errors
/// [`NoList`]: there is no half a list.
pub fn read(list: SanctionList, parts: &[ListPart]) -> Result<(&'static str, List), NoList> {
    let part = |name: &str| {
        let found = parts.iter().find(|part| part.name == name);
        found.map(|part| part.bytes.as_slice())
    };
    let whole = part(WHOLE).filter(|_| parts.len() == 1);
    Ok(match (list, whole) {
        (SanctionList::Un, Some(bytes)) => ("un_xml", un_xml(bytes)?),
        (SanctionList::Eu, Some(bytes)) => ("eu_xml", eu_xml(bytes)?),
        (SanctionList::OfacSdn, Some(bytes)) => ("ofac_xml", ofac_xml(bytes)?),
        (SanctionList::OfacSdn, None) => match CLASSIC.map(part) {
            [Some(sdn), Some(alt), Some(add)] if parts.len() == CLASSIC.len() => {
                ("ofac_csv", ofac_csv(OfacCsv { sdn, alt, add })?)
            }
            _ => return Err(NoList::OtherFiles),
        },
        (_, None) => return Err(NoList::OtherFiles),
    })
}

/// A list after its import.
pub struct Imported {
    /// The version in force.
    pub row: ScreeningListRow,
    /// Was it in force before?
    pub known: bool,
}

/// Imports a list and plans that everyone is searched again. The files that are in force already change nothing.
/// `act` says who does it, and `clock` what time it is: reading a list may take long.
///
/// # Errors
/// `list_refused` with what is wrong; then nothing has happened.
pub async fn import_list(
    store: &Store,
    list: SanctionList,
    parts: Vec<ListPart>,
    act: impl FnOnce(Uuid) -> Act,
    clock: impl Fn() -> Millis,
) -> Result<Imported, ApiError> {
    let read = tokio::task::spawn_blocking(move || {
        let read = read(list, &parts);
        read.map(|(format, read)| (format, read.version, parts))
    });
    let read = read.await.map_err(ApiError::machine)?;
    let refused = |error: NoList| ApiError::invalid("list_refused", chain(&error));
    let (format, version, parts) = read.map_err(refused)?;
    let same = |row: &ScreeningListRow| row.list == list && row.sha256 == version.sha256;
    if let Some(row) = store
        .list_screening_in_force()
        .await?
        .into_iter()
        .find(same)
    {
        return Ok(Imported { row, known: true });
    }
    let tenants = live_tenants(store).await?;
    let mut tx = store.begin().await?;
    let now = clock();
    let act = act(Uuid::nil());
    let by = act.actor().to_owned();
    let new = NewScreeningList {
        list,
        format,
        sha256: &version.sha256,
        published: version.date.map(|date| date.to_string()),
        entries: version.entities as u64,
        by: &by,
        parts: &parts,
    };
    let id = tx.import_screening_list(&new, now).await.map_err(busy)?;
    let act = act.on("screening_list", id.0);
    let act = act
        .with("list", list.name())
        .with("sha256", version.sha256.clone());
    record::audit(&mut tx, act, now).await?;
    // The files are written: only now does the wait begin.
    let now = clock();
    for tenant in tenants {
        search_everyone(&mut tx, tenant, now).await?;
    }
    tx.commit().await.map_err(busy)?;
    let rows = store.list_screening_in_force().await?;
    let row = rows.into_iter().find(|row| row.id == id);
    let row = row.ok_or(ApiError::Stale)?;
    Ok(Imported { row, known: false })
}

/// Imports a list for whoever sits at the machine, as [`import_list`] does.
///
/// # Errors
/// The same.
pub async fn import_by_hand(
    store: &Store,
    list: SanctionList,
    parts: Vec<ListPart>,
    clock: impl Fn() -> Millis,
) -> Result<Imported, ApiError> {
    let act = |id| Act::system(None, "screening.imported", "screening_list", id);
    import_list(store, list, parts, act, clock).await
}

/// Somebody else imports the same list.
fn busy(error: StoreError) -> ApiError {
    match error {
        StoreError::Duplicate { .. } => ApiError::Stale,
        error => error.into(),
    }
}

/// Plans that everyone of a tenant is searched.
///
/// # Errors
/// The store's.
pub async fn search_everyone(tx: &mut Tx, tenant: TenantId, now: Millis) -> Result<(), ApiError> {
    let at = now.plus(SETTLED);
    let work = Everyone {
        tenant,
        run: tx.begin_screening_run(tenant, at, now).await?,
        after: None,
    };
    tx.enqueue_job(jobs::SEARCH, &work.to_payload()?, at, now)
        .await?;
    Ok(())
}

/// Tenants read at once.
const BATCH: u32 = 200;

async fn live_tenants(store: &Store) -> Result<Vec<TenantId>, ApiError> {
    let mut live = Vec::new();
    let mut after = None;
    loop {
        let rows = store.list_tenants(after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        let real = |row: &TenantRow| row.kind == TenantKind::Live;
        live.extend(rows.iter().filter(|row| real(row)).map(|row| row.id));
        if last {
            return Ok(live);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, bytes: &[u8]) -> ListPart {
        ListPart {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn files_of_another_number_or_name_are_no_list() {
        for (list, parts) in [
            (SanctionList::Un, vec![]),
            (SanctionList::Un, vec![part("sdn.csv", b"")]),
            (SanctionList::Eu, vec![part(WHOLE, b""), part("more", b"")]),
            (
                SanctionList::OfacSdn,
                vec![part("sdn.csv", b""), part("alt.csv", b"")],
            ),
        ] {
            let read = read(list, &parts);
            assert!(matches!(read, Err(NoList::OtherFiles)), "{list:?}");
        }
        for list in SanctionList::ALL {
            let read = read(list, &[part(WHOLE, b"<other/>")]);
            assert!(matches!(read, Err(NoList::Unread(_))), "{list:?}");
        }
    }
}
