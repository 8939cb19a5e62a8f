//! Do's and don'ts, examples, factors, ways to reach people and the recipe: everything the documents name is
//! there, is shown only where it applies, and says where it comes from.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may stop at the first surprise")]

#[path = "guidance/documents.rs"]
mod documents;
#[path = "guidance/markup.rs"]
mod markup;
#[path = "guidance/office.rs"]
mod office;
#[path = "guidance/what_if.rs"]
mod what_if;
#[path = "guidance/words.rs"]
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use werkvorm::{
    Advised, Citation, DEFAULT_TOP, DocumentFormat, Effect, Engine, GuidelineKind, Language, NEED,
    OriginKind, Pack, Profile, Recipe, RecipeLine, Text, Texts, Truth, builtin,
};

const LANGUAGES: [Language; 2] = [Language::Nl, Language::En];

/// Every persona, by id.
fn personas() -> impl Iterator<Item = (&'static str, &'static Profile)> {
    builtin().pack().personas.iter().map(|persona| (persona.id.as_str(), &persona.profile))
}

/// Every persona as it is and in each of the four phases.
fn situations() -> Vec<(String, Profile)> {
    let phases = &builtin().pack().facet("phase").unwrap().values;
    let situations = personas().flat_map(|(id, profile)| {
        let in_phase = move |phase: &werkvorm::Value| {
            (format!("{id} in {}", phase.id), profile.clone().with("phase", [phase.id.as_str()]))
        };
        [(id.to_owned(), profile.clone())].into_iter().chain(phases.iter().map(in_phase))
    });
    situations.collect()
}

/// The profiles of all cases of rules.
fn case_profiles() -> Vec<Profile> {
    #[derive(Deserialize)]
    struct CaseFile {
        case: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        profile: Profile,
    }
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            } else if path.to_str().unwrap().ends_with(".cases.toml") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules"), &mut files);
    let read = |file: &PathBuf| {
        let cases: CaseFile = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        cases.case.into_iter().map(|case| case.profile)
    };
    files.iter().flat_map(read).collect()
}

fn coverage() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    toml::from_str(include_str!("coverage.toml")).unwrap()
}

#[test]
fn everything_the_documents_name_is_there_and_nothing_else() {
    let pack = builtin().pack();
    let guidelines = |kind| -> Vec<&str> {
        pack.guidelines.iter().filter(|g| g.kind == kind).map(|g| g.id.as_str()).collect()
    };
    let factors = |kind| -> Vec<&str> {
        pack.factors.iter().filter(|factor| factor.kind == kind).map(|factor| factor.id.as_str()).collect()
    };
    let ours = BTreeMap::from([
        ("dos", guidelines(GuidelineKind::Do)),
        ("donts", guidelines(GuidelineKind::Dont)),
        ("helps", factors(werkvorm::FactorKind::Helps)),
        ("hinders", factors(werkvorm::FactorKind::Hinders)),
        ("reach", pack.reach.iter().map(|reach| reach.id.as_str()).collect()),
        ("examples", pack.examples.iter().map(|example| example.id.as_str()).collect()),
    ]);
    let coverage = coverage();
    assert!(coverage.keys().eq(ours.keys()), "{:?}", coverage.keys());
    for (group, ours) in ours {
        let listed: Vec<&str> = coverage[group].values().flatten().map(String::as_str).collect();
        let unique: BTreeSet<&str> = listed.iter().copied().collect();
        assert_eq!(unique.len(), listed.len(), "{group}: an id is listed twice");
        assert!(coverage[group].values().all(|ids| !ids.is_empty()), "{group}: an entry has no id");
        assert_eq!(unique, ours.into_iter().collect(), "{group}");
    }
}

#[test]
fn every_entry_has_both_languages_and_a_source() {
    let pack = builtin().pack();
    let check = |id: &str, texts: &[&Text], sources: &[Citation]| {
        for text in texts {
            assert!(!text.nl.trim().is_empty() && !text.en.trim().is_empty(), "{id}");
            let is_name = text.nl.split_whitespace().count() < 5;
            assert!(is_name || text.nl != text.en, "{id} is not translated: {}", text.nl);
        }
        assert!(!sources.is_empty(), "{id} has no source");
        for citation in sources {
            let document = pack.document(&citation.document).unwrap_or_else(|| panic!("{id}: {citation:?}"));
            let cited = citation.section.as_ref();
            let found =
                cited.is_none_or(|cited| document.sections.iter().any(|section| section.id == *cited));
            assert!(found, "{id}: {citation:?}");
        }
    };
    for guideline in &pack.guidelines {
        check(&guideline.id, &[&guideline.title, &guideline.text], &guideline.sources);
    }
    for factor in &pack.factors {
        let instead = factor.instead.iter();
        let texts: Vec<_> = [&factor.title, &factor.text].into_iter().chain(instead).collect();
        check(&factor.id, &texts, &factor.sources);
        let is_hindrance = factor.kind == werkvorm::FactorKind::Hinders;
        assert_eq!(
            factor.instead.is_some(),
            is_hindrance,
            "{}: only a hindrance is turned around",
            factor.id
        );
    }
    for example in &pack.examples {
        let texts = [&example.title, &example.who, &example.what].into_iter().chain(&example.why);
        check(&example.id, &texts.collect::<Vec<_>>(), &example.sources);
        assert!(!example.methods.is_empty(), "{} names no method", example.id);
    }
    for reach in &pack.reach {
        check(&reach.id, &[&reach.title, &reach.text, &reach.places], &reach.sources);
    }
}

#[test]
fn every_entry_fits_one_situation_and_not_another() {
    let engine = builtin();
    let profiles: Vec<Profile> =
        personas().map(|(_, profile)| profile.clone()).chain(case_profiles()).collect();
    let mut fits: BTreeMap<String, usize> = BTreeMap::new();
    for profile in &profiles {
        let mut here: BTreeSet<String> = BTreeSet::new();
        for (rule, truth) in engine.truths(profile).unwrap() {
            if let (Effect::Guideline(id), Truth::Holds) = (&rule.effect, truth) {
                here.insert(format!("guidelines/{id}"));
            }
        }
        let factors = engine.factors(profile).unwrap();
        here.extend(factors.iter().map(|fitting| format!("factors/{}", fitting.factor.id)));
        let examples = engine.examples(profile).unwrap();
        here.extend(examples.iter().map(|fitting| format!("examples/{}", fitting.example.id)));
        here.extend(all_reach(engine, profile));
        here.into_iter().for_each(|id| *fits.entry(id).or_default() += 1);
    }
    let pack = engine.pack();
    let all = pack.guidelines.iter().map(|guideline| format!("guidelines/{}", guideline.id));
    let all = all.chain(pack.factors.iter().map(|factor| format!("factors/{}", factor.id)));
    let all = all.chain(pack.examples.iter().map(|example| format!("examples/{}", example.id)));
    let all = all.chain(pack.reach.iter().map(|reach| format!("reach/{}", reach.id)));
    let count = |id: &String| fits.get(id).copied().unwrap_or(0);
    let never: Vec<_> = all.clone().filter(|id| count(id) == 0).collect();
    let always: Vec<_> = all.filter(|id| count(id) == profiles.len()).collect();
    assert!(never.is_empty(), "never fits: {never:?}");
    assert!(always.is_empty(), "fits everywhere: {always:?}");
}

/// The ways to reach people that share an answer with a profile, also those that an advice does not show.
fn all_reach(engine: &Engine, profile: &Profile) -> Vec<String> {
    let advice = engine.recommend_top(profile, 1).unwrap();
    let answered = |facet: &str, value: &String| {
        let answers = advice.profile.answers.iter().filter(|answer| answer.question == facet);
        answers.flat_map(|answer| &answer.values).any(|named| named.id == value)
    };
    let reach = engine.pack().reach.iter().filter(|reach| {
        reach.facets.iter().any(|(facet, values)| values.iter().any(|value| answered(facet, value)))
    });
    reach.map(|reach| format!("reach/{}", reach.id)).collect()
}

#[test]
fn every_persona_in_every_phase_gets_what_it_needs() {
    let engine = builtin();
    for (name, profile) in situations() {
        let advice = engine.recommend(&profile).unwrap();
        let count = advice.guidelines.len();
        assert!((3..=8).contains(&count), "{name}: {count} guidelines");
        assert!(!advice.reach.is_empty(), "{name}: no way to reach people");
        for language in LANGUAGES {
            let texts = Texts::new(engine.pack(), language);
            let page = werkvorm::render(&advice, &texts, DocumentFormat::Markdown).unwrap();
            let none = page.matches(&texts.get("label.no-example-fits")).count();
            let without = advice.methods.iter().filter(|method| method.examples.is_empty()).count();
            assert_eq!(none, without, "{name}: a method has an example or says that none fits");
            for fitting in advice.methods.iter().flat_map(|method| &method.examples) {
                assert!(fitting.shared > 0, "{name}: {} fits nothing", fitting.example.id);
                assert!(page.contains(texts.of(&fitting.example.title)), "{name}: {}", fitting.example.id);
            }
        }
        check_recipe(&name, engine.pack(), &engine.recipe(&profile, &[]).unwrap());
    }
}

#[test]
fn every_method_makes_a_recipe() {
    let engine = builtin();
    let (_, profile) = personas().next().unwrap();
    for method in &engine.pack().methods {
        let recipe = engine.recipe(profile, &[&method.id]).unwrap();
        assert_eq!(recipe.methods.iter().map(|named| named.id).collect::<Vec<_>>(), [&method.id]);
        check_recipe(&method.id, engine.pack(), &recipe);
    }
    check_recipe("no answers", engine.pack(), &engine.recipe(&Profile::new(), &[]).unwrap());
}

/// Eleven steps, of which the first eight are filled in and the rest is open; every line can be traced.
fn check_recipe(name: &str, pack: &Pack, recipe: &Recipe<'_>) {
    assert_eq!(recipe.steps.len(), 11, "{name}");
    for step in &recipe.steps {
        assert_eq!(step.open, step.number > 8, "{name}: step {}", step.number);
        assert_eq!(step.parts.is_empty(), step.open, "{name}: step {}", step.number);
        assert!(!step.sources.is_empty(), "{name}: step {}", step.number);
        for part in &step.parts {
            assert!(!part.lines.is_empty(), "{name}: an empty part in step {}", step.number);
            assert!(part.lines.len() <= 12, "{name}: an endless part in step {}", step.number);
            for line in &part.lines {
                assert!(!line.text.nl.is_empty() && !line.text.en.is_empty(), "{name}: {line:?}");
                assert!(traceable(pack, line), "{name}: {line:?}");
            }
        }
    }
}

fn traceable(pack: &Pack, line: &RecipeLine<'_>) -> bool {
    let id = line.origin.id;
    let is_answer = line.origin.kind == OriginKind::Answer;
    let found = match line.origin.kind {
        OriginKind::Answer => pack.facet(id).is_some() || pack.number(id).is_some(),
        OriginKind::Card => pack.method(id).is_some(),
        OriginKind::Example => pack.examples.iter().any(|example| example.id == id),
        OriginKind::Factor => pack.factors.iter().any(|factor| factor.id == id),
        OriginKind::Guideline => pack.guideline(id).is_some(),
        OriginKind::Need => pack.facet(NEED).is_some_and(|facet| facet.value(id).is_some()),
        OriginKind::Reach => pack.reach.iter().any(|reach| reach.id == id),
        OriginKind::Rule => pack.rules.iter().any(|rule| rule.id == id),
        OriginKind::Step => pack.recipe.iter().any(|step| step.id == id),
    };
    found && line.sources.is_empty() == is_answer
}

#[test]
fn a_recipe_does_not_go_on_about_one_method() {
    for (name, profile) in situations() {
        let recipe = builtin().recipe(&profile, &[]).unwrap();
        for step in &recipe.steps {
            for method in &recipe.methods {
                let about = |line: &&RecipeLine<'_>| {
                    line.origin.kind == OriginKind::Rule
                        && line.origin.id.ends_with(&format!("/{}", method.id))
                };
                let parts = step.parts.iter().filter(|part| part.lines.iter().filter(about).count() > 5);
                assert_eq!(parts.count(), 0, "{name}: more than five reasons for {}", method.id);
            }
        }
        // What is worked out is not also named as what does not work.
        let hard =
            recipe.steps[1].parts.iter().flat_map(|part| &part.lines).filter_map(|line| line.about.as_ref());
        let names: Vec<_> = hard.collect();
        assert!(recipe.methods.iter().all(|method| !names.contains(&method.label)), "{name}");
    }
}

#[test]
fn guidelines_that_pull_apart_are_shown_together_with_how_to_choose() {
    let engine = builtin();
    for guideline in &engine.pack().guidelines {
        let Some(tension) = &guideline.tension else { continue };
        let other = engine.pack().guideline(&tension.other).unwrap();
        let back = other.tension.as_ref().unwrap_or_else(|| panic!("{} does not pull back", other.id));
        assert_eq!(back.other, guideline.id);
    }
    let mut seen = BTreeSet::new();
    for (name, profile) in situations() {
        let applying = engine.guidelines(&profile, DEFAULT_TOP).unwrap();
        let shown = engine.recommend(&profile).unwrap().guidelines;
        let place = |id: &str| shown.iter().position(|advised| advised.guideline.id == id);
        for (at, advised) in shown.iter().enumerate() {
            let guideline = advised.guideline;
            let Some(tension) = &guideline.tension else { continue };
            let applies = applying.iter().any(|other| other.guideline.id == tension.other);
            assert_eq!(advised.pulls_against, applies.then_some(tension.other.as_str()), "{name}");
            if !applies {
                continue;
            }
            let other = place(&tension.other).unwrap_or_else(|| panic!("{name}: {} is alone", guideline.id));
            assert_eq!(at.abs_diff(other), 1, "{name}: {} and {} stand apart", guideline.id, tension.other);
            for language in LANGUAGES {
                let choose = Texts::new(engine.pack(), language).guideline(advised).choose.unwrap();
                assert!(choose.contains(tension.choose.in_language(language)), "{name}: {choose}");
            }
            seen.insert(guideline.id.as_str());
        }
    }
    assert!(seen.len() >= 4, "hardly any tension is ever shown: {seen:?}");
}

#[test]
fn guidelines_come_in_the_documented_order() {
    let engine = builtin();
    for (name, profile) in situations() {
        let advice = engine.recommend(&profile).unwrap();
        let applying = engine.guidelines(&profile, DEFAULT_TOP).unwrap();
        // How specific the condition is, then how high the method ranks that the rule is about, then the id.
        let key = |advised: &Advised<'_>| {
            let rule = engine.pack().rules.iter().find(|rule| rule.id == advised.reason.rule).unwrap();
            let rank = rule.method.as_ref().and_then(|id| advice.methods.iter().position(|m| m.id == id));
            let general = advice.methods.len();
            (std::cmp::Reverse(advised.specificity), rank.unwrap_or(general), advised.guideline.id.clone())
        };
        let keys: Vec<_> = applying.iter().map(key).collect();
        assert!(keys.is_sorted(), "{name}: {keys:?}");
        // The few that are shown keep that order, but for one that comes along because it pulls the other way.
        let shown: Vec<_> = advice.guidelines.iter().collect();
        let came_along =
            |at: usize| at > 0 && shown[at].pulls_against == Some(shown[at - 1].guideline.id.as_str());
        let own: Vec<_> = (0..shown.len()).filter(|at| !came_along(*at)).map(|at| key(shown[at])).collect();
        assert!(own.is_sorted(), "{name}: {own:?}");
    }
}
