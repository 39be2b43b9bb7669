//! The lists in force, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use menshen_core::ids::ScreeningListId;
use menshen_core::policy::SanctionList;
use menshen_screening::{Index, Kind, List};
use menshen_store::{ListPart, ScreeningListRow, StoreError};
use tokio::sync::Semaphore;

use super::import;
use crate::app::App;
use crate::problem::{ApiError, chain};

/// Everyone on the lists in force. It never changes: another version of a list makes another.
pub struct Searchable {
    /// The versions that were in force when it was made, whether they could be read or not.
    pub ids: Vec<ScreeningListId>,
    /// Those that are in it, each with the SHA-256 of its files.
    pub lists: BTreeMap<SanctionList, (ScreeningListId, String)>,
    /// The entries.
    pub index: Index,
}

/// What a node holds of the lists. Cheap to make, and filled when somebody searches.
pub struct Lists {
    held: Arc<Mutex<Option<Arc<Searchable>>>>,
    /// Who makes the index: once, however many wait for it.
    making: Arc<tokio::sync::Mutex<()>>,
    /// Who imports: a list and what is read of it take much memory.
    pub importing: Semaphore,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            held: Arc::default(),
            making: Arc::default(),
            importing: Semaphore::new(1),
        }
    }
}

impl Lists {
    fn of(&self, ids: &[ScreeningListId]) -> Option<Arc<Searchable>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().filter(|held| held.ids == ids)
    }
}

/// Returns everyone on the lists in force; made in seconds where they have changed. A list whose files are damaged
/// is not in it, so that it counts as not searched.
///
/// # Errors
/// The store's, or the machine's where the index could not be made.
pub async fn searchable(app: &App) -> Result<Arc<Searchable>, ApiError> {
    let rows = app.store.list_screening_in_force().await?;
    let ids: Vec<ScreeningListId> = rows.iter().map(|row| row.id).collect();
    if let Some(held) = app.lists.of(&ids) {
        return Ok(held);
    }
    let turn = Arc::clone(&app.lists.making).lock_owned().await;
    if let Some(held) = app.lists.of(&ids) {
        return Ok(held);
    }
    let mut files = Vec::new();
    for row in rows {
        match app.store.read_screening_list(&row).await {
            Ok(parts) => files.push((row, parts)),
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(list = row.list.name(), error = %chain(&error), "a list is not searched");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let held = Arc::clone(&app.lists.held);
    // Whoever waits may give up; the index is there for the next one all the same.
    let made = tokio::task::spawn_blocking(move || {
        let made = Arc::new(make(ids, files));
        *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        drop(turn);
        made
    });
    made.await.map_err(ApiError::machine)
}

fn make(ids: Vec<ScreeningListId>, files: Vec<(ScreeningListRow, Vec<ListPart>)>) -> Searchable {
    let mut lists = BTreeMap::new();
    let mut entities = Vec::new();
    for (row, parts) in files {
        let Some(list) = read_again(&row, &parts) else {
            continue;
        };
        lists.insert(row.list, (row.id, row.sha256));
        // People are compared with people, and with what a list leaves open.
        let human = |kind| matches!(kind, Kind::Person | Kind::Other);
        entities.extend(
            list.entities
                .into_iter()
                .filter(|entity| human(entity.kind)),
        );
    }
    Searchable {
        ids,
        lists,
        index: Index::build(entities),
    }
}

/// Reads a list that was read when it was imported, and is the same still.
fn read_again(row: &ScreeningListRow, parts: &[ListPart]) -> Option<List> {
    let list = row.list.name();
    match import::read(row.list, parts) {
        Ok((_, read)) if read.version.sha256 == row.sha256 => return Some(read),
        Ok(_) => tracing::error!(list, "a list is not searched: its files have changed"),
        Err(error) => {
            tracing::error!(list, error = %chain(&error), "a list is not searched");
        }
    }
    None
}
