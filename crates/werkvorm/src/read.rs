//! Profiles and packs from text, with problems placed where they are written.

use serde::Deserialize;
use werkvorm_core::{Diagnostic, FORMAT_VERSION, Label, Pack, Profile, code};

/// The largest profile that is read, in bytes.
pub const MAX_PROFILE_BYTES: usize = 64 * 1024;
/// The largest pack that is read, in bytes.
pub const MAX_PACK_BYTES: usize = 512 * 1024 * 1024;

/// How a profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileFormat {
    /// JSON.
    Json,
    /// TOML.
    #[cfg(feature = "profiles")]
    Toml,
    /// YAML.
    #[cfg(feature = "profiles")]
    Yaml,
}

impl ProfileFormat {
    /// The format that goes with the ending of a file name, or else with how the text begins.
    #[must_use]
    pub fn guess(file: &str, text: &str) -> Self {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "json" => Self::Json,
            #[cfg(feature = "profiles")]
            "toml" => Self::Toml,
            #[cfg(feature = "profiles")]
            "yaml" | "yml" => Self::Yaml,
            _ if text.trim_start().starts_with('{') => Self::Json,
            #[cfg(feature = "profiles")]
            // The first line that says something: `key = …` or `[table]` in TOML, `key: …` in YAML.
            _ => {
                let said = text
                    .lines()
                    .map(str::trim)
                    .find(|line| !line.is_empty() && !line.starts_with('#'))
                    .unwrap_or("");
                let yaml = said.find(':').is_some_and(|colon| !said.get(..colon).unwrap_or("").contains('='));
                if yaml || said == "---" { Self::Yaml } else { Self::Toml }
            }
            #[cfg(not(feature = "profiles"))]
            _ => Self::Json,
        }
    }
}

/// Reads a profile from text. `file` is only used to say where problems are.
///
/// # Errors
/// When the text is too large or cannot be read. Whether the answers fit is up to the engine;
/// see [`locate_in_profile`] to place its problems.
pub fn profile_from_str(file: &str, text: &str, format: ProfileFormat) -> Result<Profile, Vec<Diagnostic>> {
    if text.len() > MAX_PROFILE_BYTES {
        return Err(vec![profile_too_large(file)]);
    }
    let (message, place) = match format {
        ProfileFormat::Json => match serde_json::from_str(text) {
            Ok(profile) => return Ok(profile),
            Err(error) => (error.to_string(), (error.line(), error.column())),
        },
        #[cfg(feature = "profiles")]
        ProfileFormat::Toml => match toml::from_str(text) {
            Ok(profile) => return Ok(profile),
            Err(error) => {
                (error.message().to_owned(), line_and_column(text, error.span().map_or(0, |span| span.start)))
            }
        },
        #[cfg(feature = "profiles")]
        ProfileFormat::Yaml => match serde_saphyr::from_str(text) {
            Ok(profile) => return Ok(profile),
            Err(error) => {
                let place = error.location().map_or((1, 1), |at| (at.line() as usize, at.column() as usize));
                (error.without_snippet().to_string(), place)
            }
        },
    };
    let name = match format {
        ProfileFormat::Json => "JSON",
        #[cfg(feature = "profiles")]
        ProfileFormat::Toml => "TOML",
        #[cfg(feature = "profiles")]
        ProfileFormat::Yaml => "YAML",
    };
    let message: Vec<_> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // The readers end with the place, which the label already says.
    let message = message.join(", ");
    let message = message.split(" at line ").next().unwrap_or("").trim_end_matches('.');
    let help = format!(
        "the profile was read as {name}; check quotes, commas and brackets at this place, or give the file another ending"
    );
    let label = Label {
        file: file.to_owned(),
        line: narrow(place.0.max(1)),
        column: narrow(place.1.max(1)),
        length: 1,
        text: String::new(),
    };
    Err(vec![
        Diagnostic::error(&code::PROFILE_SYNTAX, format!("this cannot be read: {message}"), help)
            .with_label(label),
    ])
}

/// The diagnostic for a profile over [`MAX_PROFILE_BYTES`].
#[must_use]
pub fn profile_too_large(file: &str) -> Diagnostic {
    let message = format!("`{file}` is larger than a profile can be");
    let help = format!(
        "a profile is a page of answers, at most {} kB; is this the right file?",
        MAX_PROFILE_BYTES / 1024
    );
    Diagnostic::error(&code::PROFILE_SIZE, message, help).at_item(file, "")
}

/// Points the problems of a profile at the lines they are written on.
#[must_use]
pub fn locate_in_profile(file: &str, text: &str, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for diagnostic in &mut diagnostics {
        for label in &mut diagnostic.labels {
            if label.line == 0 {
                *label = locate(file, text, label).unwrap_or_else(|| label.clone());
            }
        }
    }
    diagnostics
}

/// The word after the first place where the question stands as a key.
fn locate(file: &str, text: &str, label: &Label) -> Option<Label> {
    let question = &label.file;
    let as_key = |(at, _): &(usize, &str)| {
        let before = text
            .get(..*at)
            .and_then(|t| t.chars().next_back())
            .is_none_or(|c| c.is_whitespace() || "\"'{,[".contains(c));
        let after =
            text.get(at + question.len()..).unwrap_or("").trim_start_matches(['"', '\'', ']']).trim_start();
        before && (after.starts_with([':', '=']) || after.starts_with('\n'))
    };
    let (key, _) = text.match_indices(question.as_str()).find(as_key)?;
    let word = label.text.as_str();
    let after_key = key + if word == question { 0 } else { question.len() };
    let rest = text.get(after_key..)?;
    let (start, length) = match rest.find(word) {
        Some(at) if !word.is_empty() => (after_key + at, word.chars().count()),
        _ => (key, question.chars().count()),
    };
    let (line, column) = line_and_column(text, start);
    Some(Label {
        file: file.to_owned(),
        line: narrow(line),
        column: narrow(column),
        length: narrow(length),
        text: String::new(),
    })
}

/// Reads a pack from JSON. Whether it is right is checked when an engine is made of it.
///
/// # Errors
/// When it is too large, of another format version, or not in the shape of a pack.
pub fn pack_from_json(file: &str, json: &str) -> Result<Pack, Vec<Diagnostic>> {
    /// Only the version: the rest may be anything in another version.
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    if json.len() > MAX_PACK_BYTES {
        let help = format!("a pack is at most {} MB", MAX_PACK_BYTES / 1024 / 1024);
        return Err(vec![
            Diagnostic::error(&code::PACK_SIZE, format!("`{file}` is too large for a pack"), help)
                .at_item(file, ""),
        ]);
    }
    let version =
        serde_json::from_str::<Version>(json).map(|version| version.format_version).unwrap_or(FORMAT_VERSION);
    if version != FORMAT_VERSION {
        let message = format!("this pack has format version {version}");
        let help = format!(
            "this engine reads version {FORMAT_VERSION}: build the pack again from its seeds and rules"
        );
        return Err(vec![
            Diagnostic::error(&code::PACK_FORMAT, message, help).at_item(file, "format_version"),
        ]);
    }
    serde_json::from_str(json).map_err(|error| {
        let shown = error.to_string();
        let message = format!("this is not a pack: {}", shown.split(" at line ").next().unwrap_or(""));
        let help =
            "a pack is made by `werkvorm rules build`; the JSON Schema is printed by `werkvorm schema pack`";
        let label = Label {
            file: file.to_owned(),
            line: narrow(error.line().max(1)),
            column: narrow(error.column().max(1)),
            length: 1,
            text: String::new(),
        };
        vec![Diagnostic::error(&code::PACK_SHAPE, message, help).with_label(label)]
    })
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or("").chars().count() + 1)
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
