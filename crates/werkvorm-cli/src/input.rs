//! Where profiles and packs come from: files, folders, standard input and flags.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use clap::ArgMatches;
use werkvorm::rules::Sources;
use werkvorm::{
    Answer, Diagnostic, Engine, Label, Language, MAX_PACK_BYTES, MAX_PROFILE_BYTES, PACK_MARK, Pack, Profile,
    ProfileFormat, Texts, code, fold, locate_in_profile, pack_from_binary, pack_from_json, profile_too_large,
    read_profile,
};

use crate::arguments::{questions, word_of};
use crate::command_line::{COMMAND_LINE, CommandLine, flag};
use crate::failure::Failure;

/// What is settled before the command line is read in full: the rules and the language.
pub(crate) struct Start {
    engine: EngineSource,
    language: Language,
    pub(crate) command_line: CommandLine,
}

enum EngineSource {
    Builtin,
    Other(Box<Engine>),
}

impl Start {
    /// Finds `--pack`, `--rules` and `--lang` among the arguments.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, Failure> {
        let command_line = CommandLine::new(arguments);
        let language = match flag(arguments, "--lang").as_deref() {
            Some("nl") => Language::Nl,
            Some("en") => Language::En,
            _ => language_of_locale(),
        };
        let engine = match (flag(arguments, "--pack"), flag(arguments, "--rules")) {
            (None, None) => EngineSource::Builtin,
            (pack, rules) if command_line.is_about_rules() => {
                let flag = if pack.is_some() { "--pack" } else { "--rules" };
                let folder = rules.unwrap_or_else(|| "DIR".to_owned());
                return Err(Failure::Misuse(format!(
                    "`{flag}` is for advice; write the folder behind the command: `werkvorm rules check {folder}`"
                )));
            }
            (Some(_), Some(_)) => {
                return Err(Failure::Misuse(
                    "`--pack` and `--rules` exclude each other: give one of them".into(),
                ));
            }
            (Some(file), None) => EngineSource::Other(Box::new(engine(read_pack(&file)?)?)),
            (None, Some(folder)) => EngineSource::Other(Box::new(engine(build_folder(&folder)?.0)?)),
        };
        Ok(Self { engine, language, command_line })
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

fn language_of_locale() -> Language {
    let locale = sys_locale::get_locale().unwrap_or_default().to_lowercase();
    // Dutch is for whom this is made: without a locale, or with the one of bare machines, it is Dutch.
    let english = locale.starts_with("en");
    if english { Language::En } else { Language::Nl }
}

/// Reads a file up to a limit; more than the limit comes back as `None`.
fn read_limited(file: &str, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let limit_plus_one = limit as u64 + 1;
    let read = if file == "-" {
        std::io::stdin().lock().take(limit_plus_one).read_to_end(&mut bytes)
    } else if Path::new(file).is_dir() {
        let message = format!("`{file}` is a folder; give the name of a file in it");
        return Err(Failure::World { message, source: None });
    } else {
        std::fs::File::open(file).and_then(|f| f.take(limit_plus_one).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::world(format!("cannot read `{}`", shown(file)), error))?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// What a file is called in messages.
pub(crate) fn shown(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        // INVARIANT: valid up to there, so nothing is lost.
        let before = String::from_utf8_lossy(valid);
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        let label = Label {
            file: file.to_owned(),
            line: u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            length: 1,
            text: String::new(),
        };
        let message = format!("`{file}` is not UTF-8 text");
        let help = "save the file as UTF-8; in a spreadsheet or old editor that is a choice when saving";
        let problem = Diagnostic::error(&code::NOT_UTF8, message, help).with_label(label);
        let shown = error.as_bytes().get(..MAX_PROFILE_BYTES).unwrap_or(error.as_bytes());
        let text = String::from_utf8_lossy(shown).into_owned();
        Failure::Content { problems: vec![problem], texts: BTreeMap::from([(file.to_owned(), text)]) }
    })
}

fn read_pack(file: &str) -> Result<Pack, Failure> {
    let Some(bytes) = read_limited(file, MAX_PACK_BYTES)? else {
        let help = format!("a pack is at most {} MB", MAX_PACK_BYTES / 1024 / 1024);
        let problem = Diagnostic::error(&code::PACK_SIZE, format!("`{file}` is too large for a pack"), help);
        return Err(Failure::content(vec![problem.at_item(shown(file), "")]));
    };
    if bytes.starts_with(PACK_MARK) {
        return pack_from_binary(shown(file), &bytes).map_err(Failure::content);
    }
    let text = utf8(shown(file), bytes)?;
    pack_from_json(shown(file), &text).map_err(Failure::content)
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
    let not_there = |message: String| Failure::World { message, source: None };
    let path = Path::new(folder);
    if !path.exists() {
        return Err(not_there(format!("there is no folder `{folder}`")));
    }
    if !path.is_dir() {
        return Err(not_there(format!("`{folder}` is a file; give the folder that holds the rules")));
    }
    let has_seeds = path.join("seeds").is_dir();
    let read = if has_seeds || path.join("rules").is_dir() {
        Sources::read(path)
    } else {
        Sources::read_rules(path)
    };
    let (sources, found) = read.map_err(|error| Failure::world("cannot read the rules", error))?;
    if found.is_empty() && sources.below("rules/", ".rhai").next().is_none() {
        return Err(not_there(format!(
            "`{folder}` has no rule scripts: give a folder with `.rhai` files, or with `rules` and `seeds`"
        )));
    }
    Ok((sources, found, has_seeds))
}

/// The texts of sources, for showing problems.
pub(crate) fn texts_of(sources: &Sources) -> BTreeMap<String, String> {
    sources.below("", "").map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// A profile with the text it was written in.
pub(crate) struct ProfileInput<'s> {
    pub(crate) profile: Profile,
    command_line: &'s CommandLine,
    file: Option<String>,
    text: String,
    /// What is wrong with the form of the file.
    found: Vec<Diagnostic>,
    /// The questions that were answered by flags.
    flags: BTreeSet<String>,
    /// The criteria that were weighed by flags, and how.
    weighed: BTreeMap<String, String>,
}

impl<'s> ProfileInput<'s> {
    /// Reads the profile file, if any, and puts the flags over it.
    pub(crate) fn read(start: &'s Start, matches: &ArgMatches) -> Result<Self, Failure> {
        let mut input = Self::of_file(start, matches.get_one::<String>("profile"))?;
        for question in questions(start.engine().pack()) {
            if let Some(values) = matches.get_many::<String>(&question.argument) {
                let values: Vec<String> = values.cloned().collect();
                let answer = match values.as_slice() {
                    [one] => Answer::One(one.clone()),
                    _ => Answer::Many(values),
                };
                // A flag wins over the same question in the file, by whatever alias the file calls it.
                let same = |name: &str| is_called(name, question.id, question.aliases);
                input.profile.answers.retain(|name, _| !same(name));
                input.profile.answers.insert(question.id.to_owned(), answer);
                input.flags.insert(question.id.to_owned());
            }
        }
        for weight in matches.get_many::<String>("weight").into_iter().flatten() {
            input.weigh(start.engine().pack(), weight);
        }
        Ok(input)
    }

    /// Reads a profile file, if any; no flag says anything about it.
    pub(crate) fn of_file(start: &'s Start, file: Option<&String>) -> Result<Self, Failure> {
        let mut input = Self {
            profile: Profile::new(),
            command_line: &start.command_line,
            file: file.cloned(),
            text: String::new(),
            found: Vec::new(),
            flags: BTreeSet::new(),
            weighed: BTreeMap::new(),
        };
        if let Some(file) = file {
            input.read_file(file)?;
        }
        Ok(input)
    }

    fn read_file(&mut self, file: &str) -> Result<(), Failure> {
        let Some(bytes) = read_limited(file, MAX_PROFILE_BYTES)? else {
            return Err(Failure::content(vec![profile_too_large(shown(file))]));
        };
        let text = utf8(shown(file), bytes)?;
        self.text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let format = ProfileFormat::guess(shown(file), &self.text);
        (self.profile, self.found) = read_profile(shown(file), &self.text, format);
        Ok(())
    }

    fn weigh(&mut self, pack: &Pack, written: &str) {
        let criterion = written.split('=').next().unwrap_or("");
        let again = self.weighed.contains_key(criterion);
        let problem = match written.split_once('=') {
            None => Some((format!("`{written}` has no weight"), "write `--weight goal=2`")),
            Some(_) if again => {
                Some((format!("`{criterion}` is weighed a second time"), "keep one of the two weights"))
            }
            Some(_) => None,
        };
        if let Some((message, help)) = problem {
            let label = self.command_line.label("weight", written);
            self.found.push(Diagnostic::error(&code::WEIGHTS, message, help).with_label(label));
            return;
        }
        let value = written.split_once('=').map_or("", |(_, value)| value);
        let known = pack.criteria.iter().find(|known| is_called(criterion, &known.id, &known.aliases));
        if let Some(known) = known {
            self.profile.weights.retain(|name, _| !is_called(name, &known.id, &known.aliases));
        }
        self.profile.weights.insert(criterion.to_owned(), Answer::One(value.to_owned()));
        self.weighed.insert(criterion.to_owned(), written.to_owned());
    }

    /// The result of the engine, unless the file has problems; those of the file and of the engine together.
    pub(crate) fn judged<T>(&self, result: Result<T, Vec<Diagnostic>>) -> Result<T, Failure> {
        let problems = match result {
            Ok(fine) if self.found.is_empty() => return Ok(fine),
            other => other.err().unwrap_or_default(),
        };
        let file = shown(self.file.as_deref().unwrap_or(COMMAND_LINE));
        let mut all = self.found.clone();
        for problem in problems {
            all.extend(self.located(file, problem));
        }
        all.sort_by(|a, b| a.labels.first().cmp(&b.labels.first()));
        let texts = BTreeMap::from([
            (file.to_owned(), self.text.clone()),
            (COMMAND_LINE.to_owned(), self.command_line.text().to_owned()),
        ]);
        Err(Failure::Content { problems: all, texts })
    }

    /// A problem at the place where it is written: in the file, or else on the command line.
    fn located(&self, file: &str, mut problem: Diagnostic) -> Vec<Diagnostic> {
        // The engine puts the question for the file.
        let by_flag = |label: &Label| {
            let weight = self.weighed.get(&label.text).filter(|_| label.file == "weights");
            weight.or_else(|| self.flags.contains(&label.file).then_some(&label.text)).cloned()
        };
        if let Some(label) = problem.labels.first_mut()
            && let Some(written) = by_flag(label)
        {
            *label = self.command_line.label(&word_of(&label.file), &written);
            return vec![problem];
        }
        let mut located = locate_in_profile(file, &self.text, vec![problem]);
        for label in located.iter_mut().flat_map(|problem| &mut problem.labels) {
            if label.line == 0 {
                *label = self.command_line.label(&word_of(&label.file), &label.text);
            }
        }
        located
    }

    /// The profile as arguments of another command.
    pub(crate) fn arguments(&self) -> String {
        let flags = self.command_line.profile_flags();
        self.file
            .iter()
            .map(|file| crate::command_line::quoted(file))
            .chain(flags)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Whether a name means something with this id and these aliases.
pub(crate) fn is_called(name: &str, id: &str, aliases: &[String]) -> bool {
    let name = fold(name);
    name == fold(id) || aliases.iter().any(|alias| fold(alias) == name)
}
