//! A batch under way: a folder beside the file that is to come, from which a run that was stopped goes on.
//!
//! The folder has the rows and the bad rows so far, and says how much of both counts. What was written after
//! that is cut off when a run goes on, so that it ends with the bytes of a run that was never stopped.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::batch_input::Place;
use crate::failure::Failure;

/// What the folder is called, behind the name of the file.
const ENDING: &str = ".partial";
const LOCK: &str = "lock";
const STATE: &str = "job.json";
const NEW_STATE: &str = "job.json.new";
const ROWS: &str = "rows";
const BAD: &str = "bad";
const JOINED: &str = "joined";
/// Everything that can be in the folder; a folder with something else is not ours.
const OURS: [&str; 6] = [LOCK, STATE, NEW_STATE, ROWS, BAD, JOINED];

/// What makes a batch what it is: only the same batch goes on where it was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The version of this program.
    pub(crate) version: String,
    pub(crate) input: String,
    pub(crate) input_bytes: u64,
    /// Nanoseconds since 1970, as text.
    pub(crate) input_changed: String,
    pub(crate) input_format: String,
    pub(crate) output_format: String,
    pub(crate) rules: String,
    pub(crate) top: usize,
    pub(crate) explain: String,
}

/// How far a batch is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    job: Job,
    place: Place,
    good: u64,
    bad: u64,
    rows_bytes: u64,
    bad_bytes: u64,
}

/// Makes the second file of the rows in the first.
pub(crate) type Joining = Box<dyn FnOnce(&Path, &Path) -> Result<(), Failure>>;

/// A batch under way, which nobody else touches.
pub(crate) struct Partial {
    folder: PathBuf,
    state: State,
    rows: File,
    bad: File,
    /// Locked as long as it is open.
    _lock: File,
}

impl Partial {
    /// Begins, or goes on with what an earlier run of the same batch has done.
    pub(crate) fn open(output: &Path, job: Job, goes_on: bool, restart: bool) -> Result<Self, Failure> {
        let folder = folder_of(output);
        let name = folder.display().to_string();
        let cannot = |error| Failure::world(format!("cannot write `{name}`"), error);
        if !is_ours(&folder).map_err(cannot)? {
            let message =
                format!("`{name}` holds something else than a batch: move it, or write to another file");
            return Err(Failure::Misuse(message));
        }
        if let Err(error) = std::fs::create_dir(&folder)
            && !folder.is_dir()
        {
            return Err(cannot(error));
        }
        let at = |name: &str| folder.join(name);
        let open = |name: &str| {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(at(name))
                .map_err(cannot)
        };
        let lock = open(LOCK)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another run is writing `{}`: wait for it", output.display());
                return Err(Failure::Misuse(message));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        let fresh = State { job, place: Place::default(), good: 0, bad: 0, rows_bytes: 0, bad_bytes: 0 };
        let earlier = if restart { None } else { read(&at(STATE), &name)? };
        let state = match earlier {
            Some(earlier) if earlier.job != fresh.job => {
                return Err(another(&name, &earlier.job, &fresh.job));
            }
            Some(earlier) if goes_on => earlier,
            _ => fresh,
        };
        let (mut rows, mut bad) = (open(ROWS)?, open(BAD)?);
        for (file, bytes) in [(&mut rows, state.rows_bytes), (&mut bad, state.bad_bytes)] {
            if file.metadata().map_err(cannot)?.len() < bytes {
                return Err(damaged(&name));
            }
            file.set_len(bytes).map_err(cannot)?;
            file.seek(SeekFrom::End(0)).map_err(cannot)?;
        }
        let partial = Self { folder, state, rows, bad, _lock: lock };
        partial.keep()?;
        Ok(partial)
    }

    pub(crate) fn place(&self) -> Place {
        self.state.place
    }

    pub(crate) fn good(&self) -> u64 {
        self.state.good
    }

    pub(crate) fn bad(&self) -> u64 {
        self.state.bad
    }

    /// Adds what was made of the profiles up to a place.
    pub(crate) fn add(
        &mut self,
        rows: &[u8],
        good: u64,
        bad_rows: &[u8],
        bad: u64,
        place: Place,
    ) -> Result<(), Failure> {
        let written = self
            .rows
            .write_all(rows)
            .and_then(|()| self.bad.write_all(bad_rows))
            .and_then(|()| self.rows.sync_data())
            .and_then(|()| if bad > 0 { self.bad.sync_data() } else { Ok(()) });
        written.map_err(|error| self.cannot(error))?;
        let state = &mut self.state;
        state.place = place;
        state.good += good;
        state.bad += bad;
        state.rows_bytes += rows.len() as u64;
        state.bad_bytes += bad_rows.len() as u64;
        self.keep()
    }

    /// Writes how far it is, whole or not at all.
    fn keep(&self) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(&self.state)
            .map_err(|error| Failure::world("cannot write JSON", error))?;
        let new = self.folder.join(NEW_STATE);
        let written = File::create(&new)
            .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_data()))
            .and_then(|()| std::fs::rename(&new, self.folder.join(STATE)));
        written.map_err(|error| self.cannot(error))
    }

    fn cannot(&self, error: std::io::Error) -> Failure {
        Failure::world(format!("cannot write `{}`", self.folder.display()), error)
    }

    /// Puts everything in its place: the bad rows first, so that who sees the file has all there is.
    ///
    /// `join` makes the file of the rows that are there, when it is not those rows as they are.
    pub(crate) fn finish(self, output: &Path, bad_file: &Path, join: Option<Joining>) -> Result<(), Failure> {
        let (rows, joined) = (self.folder.join(ROWS), self.folder.join(JOINED));
        let whole = match join {
            Some(join) => {
                join(&rows, &joined)?;
                joined
            }
            None => rows,
        };
        if self.state.bad > 0 {
            put(&self.folder.join(BAD), bad_file)?;
        } else if bad_file.is_file() {
            // It is of an earlier run, which may be replaced.
            std::fs::remove_file(bad_file)
                .map_err(|error| Failure::world(format!("cannot remove `{}`", bad_file.display()), error))?;
        }
        put(&whole, output)?;
        std::fs::remove_dir_all(&self.folder).map_err(|error| self.cannot(error))
    }

    /// Throws away what nobody can go on with.
    pub(crate) fn discard(self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// The folder of a batch that writes to a file.
pub(crate) fn folder_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

fn is_ours(folder: &Path) -> std::io::Result<bool> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
        Ok(mut entries) => entries.try_fold(true, |ours, entry| {
            let name = entry?.file_name();
            Ok(ours && OURS.iter().any(|known| name == *known))
        }),
    }
}

fn read(file: &Path, folder: &str) -> Result<Option<State>, Failure> {
    match std::fs::read(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::world(format!("cannot read `{}`", file.display()), error)),
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| damaged(folder)),
    }
}

fn damaged(folder: &str) -> Failure {
    Failure::Misuse(format!(
        "`{folder}` cannot be gone on with, because part of it is gone: add `--restart` to throw it away and begin again"
    ))
}

fn another(folder: &str, there: &Job, now: &Job) -> Failure {
    let [there, now] = [there, now].map(|job| serde_json::to_value(job).unwrap_or_default());
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let differences = there.as_object().into_iter().flatten().filter_map(|(name, there)| {
        let now = now.get(name)?;
        let name = name.replace('_', " ");
        (there != now).then(|| format!("{name} is `{}` there and `{}` now", shown(there), shown(now)))
    });
    Failure::Misuse(format!(
        "`{folder}` belongs to another batch: {}; add `--restart` to throw it away and begin again",
        differences.collect::<Vec<_>>().join(", ")
    ))
}

/// Moves a file to its place, whole or not at all.
pub(crate) fn put(from: &Path, to: &Path) -> Result<(), Failure> {
    let cannot = |error| Failure::world(format!("cannot write `{}`", to.display()), error);
    // A file that is replaced is as readable as it was.
    if let Ok(there) = std::fs::metadata(to) {
        std::fs::set_permissions(from, there.permissions()).map_err(cannot)?;
    }
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
            let mut beside = to.as_os_str().to_owned();
            beside.push(format!(".{}.part", std::process::id()));
            let copied = std::fs::copy(from, &beside)
                .and_then(|_| File::open(&beside)?.sync_all())
                .and_then(|()| std::fs::rename(&beside, to));
            copied.map_err(|error| {
                drop(std::fs::remove_file(&beside));
                cannot(error)
            })
        }
        moved => moved.map_err(cannot),
    }
}
