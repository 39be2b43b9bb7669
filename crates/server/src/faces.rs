//! The faces of each tenant in this node's memory: read from the database at first use, followed from then on. What is
//! here only proposes: a face counts when the database still has it and the exact score reaches.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use menshen_core::card::{Metric, ModelCard};
use menshen_core::duplicate::{FaceHit, FaceSearch, Missing};
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::policy::DuplicateRules;
use menshen_core::time::Millis;
use menshen_gallery::{Gallery, Near, VectorError};
use menshen_store::{FaceCursor, FaceOf, FaceRow, Store};

use crate::capture::from_bytes;
use crate::problem::ApiError;

/// For how long one search reads faces; then whoever searches comes back. Well under the lease of a job.
const PATIENCE: Duration = Duration::from_secs(20);
/// Faces read at once.
const PAGE: u32 = 500;
/// People that a reviewer is shown, at most.
const MOST: usize = 20;

/// What is searched.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Among whom.
    pub tenant: TenantId,
    /// Whose face it is; it is not compared with itself.
    pub applicant: ApplicantId,
    /// The card of the model that measured it.
    pub card: &'a ModelCard,
    /// Its vector.
    pub vector: &'a [f32],
    /// How many numbers at the head of a vector are the model's; `None` where all are.
    pub numbers: Option<usize>,
    /// From which score on it is somebody's.
    pub rules: &'a DuplicateRules,
    /// When.
    pub now: Millis,
}

/// The faces of all tenants, each by itself.
#[derive(Default)]
pub struct Faces(Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<Book>>>>);

/// The faces of one tenant.
struct Book {
    model: String,
    numbers: Option<usize>,
    people: Gallery<FaceOf>,
    /// By themselves: any number of people who are nearer hide none of them.
    blocked: Gallery<FaceOf>,
    /// Those of other models, and those that do not open: they are there, and nobody can compare them.
    uncompared: HashSet<FaceOf>,
    cursor: FaceCursor,
    seq: i64,
}

impl Book {
    fn new(model: &str, metric: Metric, numbers: Option<usize>) -> Self {
        Self {
            model: model.to_owned(),
            numbers,
            people: Gallery::new(metric),
            blocked: Gallery::new(metric),
            uncompared: HashSet::new(),
            cursor: FaceCursor::default(),
            seq: -1,
        }
    }

    /// Reads what has changed; tells whether everything was read that stood when it began.
    async fn follow(&mut self, store: &Store, tenant: TenantId) -> Result<bool, ApiError> {
        let reach = store.gallery_seq(tenant).await?;
        if reach == self.seq {
            return Ok(true);
        }
        let begun = Instant::now();
        loop {
            let page = store.list_faces(tenant, &mut self.cursor, PAGE).await?;
            if page.is_empty() {
                self.seq = reach;
                return Ok(true);
            }
            for face in page {
                self.take(face);
            }
            if begun.elapsed() > PATIENCE {
                return Ok(false);
            }
        }
    }

    fn take(&mut self, face: FaceRow) {
        let of = face.of;
        let gallery = match of {
            FaceOf::Applicant(_) => &mut self.people,
            FaceOf::Block(_) => &mut self.blocked,
        };
        let Some(model) = face.model else {
            gallery.remove(of);
            self.uncompared.remove(&of);
            return;
        };
        let vector = face.template.filter(|_| model == self.model);
        let vector = vector.and_then(|bytes| from_bytes(&bytes));
        let numbers = self.numbers;
        let kept = vector.is_some_and(|vector| gallery.put(of, of_model(&vector, numbers)).is_ok());
        if kept {
            self.uncompared.remove(&of);
        } else {
            gallery.remove(of);
            self.uncompared.insert(of);
        }
    }
}

impl Faces {
    /// Compares a face with everybody's, this person's own left out. `None` while this node has not read all of them:
    /// whoever asks again goes on reading.
    ///
    /// # Errors
    /// The store's.
    pub async fn search(
        &self,
        store: &Store,
        wanted: Wanted<'_>,
    ) -> Result<Option<FaceSearch>, ApiError> {
        let Wanted { card, rules, .. } = wanted;
        let missing = |missing| {
            Ok(Some(FaceSearch {
                model: card.name.clone(),
                missing: Some(missing),
                ..FaceSearch::default()
            }))
        };
        let Some(metric) = card.metric else {
            return missing(Missing::Uncalibrated);
        };
        let mut book = self.book(wanted, metric).lock_owned().await;
        if book.model != card.name {
            *book = Book::new(&card.name, metric, wanted.numbers);
        }
        if !book.follow(store, wanted.tenant).await? {
            return Ok(None);
        }
        let own = FaceOf::Applicant(wanted.applicant);
        let people = book.people.len() - usize::from(book.people.contains(own));
        let searched = (people + book.blocked.len()) as u64;
        let uncompared = book.uncompared.len() - usize::from(book.uncompared.contains(&own));
        let Some(floor) = rules.score(card, searched) else {
            return missing(Missing::Uncalibrated);
        };
        let vector = of_model(wanted.vector, wanted.numbers).to_vec();
        // The book stays locked: a search takes every core, and two at once would take twice as long each.
        let near = tokio::task::spawn_blocking(move || {
            let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let mut near = book.people.search(&vector, floor, MOST + 1, cores)?;
            near.extend(book.blocked.search(&vector, floor, MOST, cores)?);
            Ok::<_, VectorError>(near)
        });
        let Ok(near) = near.await.map_err(ApiError::machine)? else {
            return missing(Missing::NoVector);
        };
        let mut search = FaceSearch {
            model: card.name.clone(),
            searched,
            uncompared: uncompared as u64,
            ..FaceSearch::default()
        };
        for Near { key, .. } in near.into_iter().filter(|near| near.key != own) {
            confirm(store, wanted, (metric, floor), key, &mut search).await?;
        }
        search.others.sort_by(|a, b| b.score.total_cmp(&a.score));
        search.others.truncate(MOST);
        search.blocked.sort_by(|a, b| b.score.total_cmp(&a.score));
        search.blocked.truncate(MOST);
        Ok(Some(search))
    }

    fn book(&self, wanted: Wanted<'_>, metric: Metric) -> Arc<tokio::sync::Mutex<Book>> {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Wanted { card, numbers, .. } = wanted;
        let fresh = || {
            Arc::new(tokio::sync::Mutex::new(Book::new(
                &card.name, metric, numbers,
            )))
        };
        Arc::clone(books.entry(wanted.tenant).or_insert_with(fresh))
    }
}

/// Returns what of a vector is the model's: behind it may stand those of others by which two faces are compared.
fn of_model(vector: &[f32], numbers: Option<usize>) -> &[f32] {
    &vector[..numbers.map_or(vector.len(), |numbers| numbers.min(vector.len()))]
}

/// Adds a proposed face where the database still has it and the exact score reaches.
async fn confirm(
    store: &Store,
    wanted: Wanted<'_>,
    (metric, floor): (Metric, f32),
    of: FaceOf,
    search: &mut FaceSearch,
) -> Result<(), ApiError> {
    let score = |model: &str, bytes: &[u8]| {
        let vector = from_bytes(bytes).filter(|_| model == wanted.card.name)?;
        let numbers = wanted.numbers;
        let score = metric.score(of_model(wanted.vector, numbers), of_model(&vector, numbers));
        (score >= floor).then_some(score)
    };
    match of {
        FaceOf::Applicant(id) => {
            let face = store.find_face(wanted.tenant, id).await?;
            let face = face.and_then(|face| face.model.zip(face.template));
            let found = face.and_then(|(model, template)| score(&model, &template));
            let hit = found.map(|score| FaceHit { id, score });
            search.others.extend(hit);
        }
        FaceOf::Block(id) => {
            let row = store.find_block(wanted.tenant, id).await?;
            let row = row.filter(|row| row.is_in_force(wanted.now));
            let face = row.as_ref().map(|row| row.face(store)).transpose()?;
            let found = face
                .flatten()
                .and_then(|(model, template)| score(model, &template));
            let hit = found.map(|score| FaceHit { id, score });
            search.blocked.extend(hit);
        }
    }
    Ok(())
}
