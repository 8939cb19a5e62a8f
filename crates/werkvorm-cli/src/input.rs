//! Where profiles and packs come from: files, folders, standard input and flags.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use clap::ArgMatches;
use werkvorm::rules::Sources;
use werkvorm::{
    About, Answer, Diagnostic, Engine, Label, Language, MAX_PACK_BYTES, MAX_PROFILE_BYTES, Pack, Profile,
    ProfileFormat, Texts, code, locate_in_profile, pack_from_json, profile_from_str, profile_too_large,
};

use crate::failure::Failure;

/// What is settled before the command line is read in full: the rules and the language.
pub(crate) struct Start {
    engine: EngineSource,
    pub(crate) language: Language,
}

enum EngineSource {
    Builtin,
    Other(Box<Engine>),
}

impl Start {
    /// Finds `--pack`, `--rules` and `--lang` among the arguments.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, Failure> {
        let language = match flag(arguments, "--lang").as_deref() {
            Some("nl") => Language::Nl,
            Some("en") => Language::En,
            _ => language_of_locale(),
        };
        let is_rules_command = arguments.get(1).is_some_and(|argument| argument == "rules");
        let engine = match (flag(arguments, "--pack"), flag(arguments, "--rules")) {
            _ if is_rules_command => EngineSource::Builtin,
            (Some(_), Some(_)) => {
                return Err(Failure::Input(
                    "`--pack` and `--rules` exclude each other: give one of them".into(),
                ));
            }
            (Some(file), None) => EngineSource::Other(Box::new(engine(read_pack(&file)?)?)),
            (None, Some(folder)) => {
                let (pack, _) = build_folder(&folder)?;
                EngineSource::Other(Box::new(engine(pack)?))
            }
            (None, None) => EngineSource::Builtin,
        };
        Ok(Self { engine, language })
    }

    pub(crate) fn engine(&self) -> &Engine {
        match &self.engine {
            EngineSource::Builtin => werkvorm::builtin(),
            EngineSource::Other(engine) => engine,
        }
    }

    pub(crate) fn texts(&self) -> Texts<'_> {
        Texts::new(self.engine().pack(), self.language)
    }
}

fn engine(pack: Pack) -> Result<Engine, Failure> {
    Engine::new(pack).map_err(Failure::content)
}

/// The value of a flag, before the command line is understood.
fn flag(arguments: &[OsString], name: &str) -> Option<String> {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy()).take_while(|a| a != "--");
    while let Some(argument) = arguments.next() {
        if argument == name {
            return arguments.next().map(Into::into);
        }
        if let Some(value) = argument.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
    }
    None
}

fn language_of_locale() -> Language {
    let locale = sys_locale::get_locale().unwrap_or_default().to_lowercase();
    // Dutch is for whom this is made: without a locale, or with the one of bare machines, it is Dutch.
    let english = locale.starts_with("en");
    if english { Language::En } else { Language::Nl }
}

/// Reads a file up to a limit; more than the limit comes back as `None`.
fn read_limited(file: &str, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    let cannot = |error| Failure::world(format!("cannot read `{file}`"), error);
    let mut bytes = Vec::new();
    let limit_plus_one = limit as u64 + 1;
    if file == "-" {
        std::io::stdin().lock().take(limit_plus_one).read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        if Path::new(file).is_dir() {
            return Err(Failure::Input(format!("`{file}` is a folder; give the name of a file in it")));
        }
        std::fs::File::open(file)
            .and_then(|f| f.take(limit_plus_one).read_to_end(&mut bytes))
            .map_err(cannot)?;
    }
    Ok((bytes.len() <= limit).then_some(bytes))
}

fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        let line =
            u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX);
        let label = Label { file: file.to_owned(), line, column: 1, length: 1, text: String::new() };
        let message = format!("`{file}` is not UTF-8 text");
        let help = "save the file as UTF-8; in a spreadsheet or old editor that is a choice when saving";
        Failure::content(vec![Diagnostic::error(&code::NOT_UTF8, message, help).with_label(label)])
    })
}

fn read_pack(file: &str) -> Result<Pack, Failure> {
    let Some(bytes) = read_limited(file, MAX_PACK_BYTES)? else {
        let help = format!("a pack is at most {} MB", MAX_PACK_BYTES / 1024 / 1024);
        let problem = Diagnostic::error(&code::PACK_SIZE, format!("`{file}` is too large for a pack"), help);
        return Err(Failure::content(vec![problem.at_item(file, "")]));
    };
    let text = utf8(file, bytes)?;
    pack_from_json(file, &text).map_err(Failure::content)
}

/// Builds a pack from a folder: with `seeds` in it, from seeds and rules; else its scripts with the built-in seeds.
pub(crate) fn build_folder(folder: &str) -> Result<(Pack, Sources), Failure> {
    let (sources, found, has_seeds) = read_folder(folder)?;
    let built = if has_seeds {
        werkvorm::rules::build(&sources)
    } else {
        werkvorm::rules::build_with_rules(werkvorm::builtin().pack(), &sources)
    };
    match built {
        Ok(pack) if found.is_empty() => Ok((pack, sources)),
        built => {
            let mut problems = found;
            problems.extend(built.err().unwrap_or_default());
            Err(Failure::Content { problems, texts: texts_of(&sources) })
        }
    }
}

fn read_folder(folder: &str) -> Result<(Sources, Vec<Diagnostic>, bool), Failure> {
    let path = Path::new(folder);
    if !path.exists() {
        return Err(Failure::World { message: format!("there is no folder `{folder}`"), source: None });
    }
    if !path.is_dir() {
        return Err(Failure::Input(format!("`{folder}` is a file; give the folder that holds the rules")));
    }
    let has_seeds = path.join("seeds").is_dir();
    let read = if has_seeds || path.join("rules").is_dir() {
        Sources::read(path)
    } else {
        Sources::read_rules(path)
    };
    let (sources, found) = read.map_err(|error| Failure::world("cannot read the rules", error))?;
    if found.is_empty() && sources.below("rules/", ".rhai").next().is_none() {
        let message = format!(
            "`{folder}` has no rule scripts: give a folder with `.rhai` files, or with `rules` and `seeds`"
        );
        return Err(Failure::Input(message));
    }
    Ok((sources, found, has_seeds))
}

/// The texts of sources, for showing problems.
pub(crate) fn texts_of(sources: &Sources) -> BTreeMap<String, String> {
    sources.below("", "").map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// A profile with the text it was written in.
pub(crate) struct ProfileInput {
    pub(crate) profile: Profile,
    file: String,
    text: String,
}

impl ProfileInput {
    /// Reads the profile file, if any, and puts the flags over it.
    pub(crate) fn read(start: &Start, matches: &ArgMatches) -> Result<Self, Failure> {
        let mut input = match matches.get_one::<String>("profile") {
            None => Self { profile: Profile::new(), file: "command line".into(), text: String::new() },
            Some(file) => Self::from_file(file)?,
        };
        let pack = start.engine().pack();
        for facet in pack.facets.iter().filter(|facet| facet.about.contains(&About::Profile)) {
            if let Some(values) = matches.get_many::<String>(&facet.id) {
                let values: Vec<String> = values.cloned().collect();
                let answer = match values.as_slice() {
                    [one] => Answer::One(one.clone()),
                    _ => Answer::Many(values),
                };
                input.replace(pack, &facet.id, answer);
            }
        }
        for number in pack.numbers.iter().filter(|number| number.about.contains(&About::Profile)) {
            if let Some(value) = matches.get_one::<String>(&number.id) {
                input.replace(pack, &number.id, Answer::One(value.clone()));
            }
        }
        for weight in matches.get_many::<String>("weight").into_iter().flatten() {
            let Some((criterion, value)) = weight.split_once('=') else {
                return Err(Failure::Input(format!(
                    "`--weight {weight}` has no `=`: write `--weight goal=2`"
                )));
            };
            input.profile.weights.insert(criterion.to_owned(), Answer::One(value.to_owned()));
        }
        Ok(input)
    }

    /// A flag wins over the same question in the file, by whatever alias the file calls it.
    fn replace(&mut self, pack: &Pack, id: &str, answer: Answer) {
        let aliases: Vec<&String> = pack
            .facet(id)
            .map(|facet| facet.aliases.iter().collect())
            .or_else(|| pack.number(id).map(|number| number.aliases.iter().collect()))
            .unwrap_or_default();
        let same = |name: &String| {
            let name = werkvorm::fold(name);
            name == werkvorm::fold(id) || aliases.iter().any(|alias| werkvorm::fold(alias) == name)
        };
        self.profile.answers.retain(|name, _| !same(name));
        self.profile.answers.insert(id.to_owned(), answer);
    }

    fn from_file(file: &str) -> Result<Self, Failure> {
        let shown = if file == "-" { "standard input" } else { file };
        let Some(bytes) = read_limited(file, MAX_PROFILE_BYTES)? else {
            return Err(Failure::content(vec![profile_too_large(shown)]));
        };
        let text = utf8(shown, bytes)?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        match profile_from_str(shown, &text, ProfileFormat::guess(file, &text)) {
            Ok(profile) => Ok(Self { profile, file: shown.to_owned(), text }),
            Err(problems) => {
                Err(Failure::Content { problems, texts: BTreeMap::from([(shown.to_owned(), text)]) })
            }
        }
    }

    /// Problems of the profile, at the place where they are written.
    pub(crate) fn failure(&self, problems: Vec<Diagnostic>, json: bool) -> Failure {
        let mut problems = locate_in_profile(&self.file, &self.text, problems);
        for label in problems.iter_mut().flat_map(|problem| &mut problem.labels) {
            if label.line == 0 {
                label.text.clone_from(&label.file);
                label.file = "command line".into();
            }
        }
        if json {
            return Failure::ContentJson(problems);
        }
        let texts = BTreeMap::from([(self.file.clone(), self.text.clone())]);
        Failure::Content { problems, texts }
    }
}
