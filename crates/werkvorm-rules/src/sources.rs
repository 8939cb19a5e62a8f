//! The files that knowledge is written in, read once and then only text.
//!
//! Paths are relative to the folder that holds `rules` and `seeds`, with `/`, so that a pack built on one
//! computer is the same as on any other.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use werkvorm_core::{Diagnostic, Label, code};

/// The largest seed, script or case file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// How many files are read at most.
pub const MAX_FILES: usize = 20_000;

/// Something in the world that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`", path = path.display())]
pub struct ReadError {
    path: PathBuf,
    source: std::io::Error,
}

/// Seeds, scripts and cases by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: BTreeMap<String, String>,
}

impl Sources {
    /// Sources without any file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// Reads the `.toml` and `.rhai` files in the folders `rules` and `seeds` of a folder.
    ///
    /// # Errors
    /// When a folder cannot be read. Files that are too large or not text come back as diagnostics.
    pub fn read(root: &Path) -> Result<(Self, Vec<Diagnostic>), ReadError> {
        let mut sources = Self::new();
        let mut found = Vec::new();
        for part in ["rules", "seeds"] {
            let folder = root.join(part);
            if folder.is_dir() {
                sources.read_folder(&folder, part, &mut found)?;
            }
        }
        Ok((sources, found))
    }

    /// Reads a folder of rule scripts and their cases as if it were the folder `rules`.
    ///
    /// # Errors
    /// When the folder cannot be read. Files that are too large or not text come back as diagnostics.
    pub fn read_rules(folder: &Path) -> Result<(Self, Vec<Diagnostic>), ReadError> {
        let mut sources = Self::new();
        let mut found = Vec::new();
        sources.read_folder(folder, "rules", &mut found)?;
        Ok((sources, found))
    }

    fn read_folder(
        &mut self,
        folder: &Path,
        name: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), ReadError> {
        let error = |path: &Path| {
            let path = path.to_owned();
            move |source| ReadError { path, source }
        };
        let mut entries = std::fs::read_dir(folder)
            .and_then(|entries| entries.collect::<Result<Vec<_>, _>>())
            .map_err(error(folder))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let inside = format!("{name}/{}", entry.file_name().to_string_lossy());
            if path.is_dir() {
                self.read_folder(&path, &inside, found)?;
                continue;
            }
            if !inside.ends_with(".toml") && !inside.ends_with(".rhai") {
                continue;
            }
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&path).map_err(error(&path))?;
            file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(error(&path))?;
            let too_large = bytes.len() as u64 > MAX_FILE_BYTES || self.files.len() >= MAX_FILES;
            match String::from_utf8(bytes) {
                Ok(text) if !too_large => {
                    self.files.insert(inside, text);
                }
                other => {
                    let what = if too_large { "too large" } else { "not UTF-8 text" };
                    let line = other.err().map_or(1, |e| {
                        let valid = &e.as_bytes()[..e.utf8_error().valid_up_to()];
                        1 + valid.iter().filter(|byte| **byte == b'\n').count() as u32
                    });
                    let help =
                        format!("write seeds and scripts as UTF-8 text of at most {MAX_FILE_BYTES} bytes");
                    found.push(
                        Diagnostic::error(&code::SEED_UNREADABLE, format!("`{inside}` is {what}"), help)
                            .with_label(Label {
                                file: inside,
                                line,
                                column: 1,
                                length: 1,
                                text: what.to_owned(),
                            }),
                    );
                }
            }
        }
        Ok(())
    }

    /// The files below a folder with an ending, by path.
    pub fn below<'s>(&'s self, folder: &'s str, ending: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        let inside = move |path: &str| path.starts_with(folder) && path.ends_with(ending);
        self.files
            .iter()
            .filter(move |(path, _)| inside(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}
