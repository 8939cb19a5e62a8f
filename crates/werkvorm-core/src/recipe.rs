//! The recipe: an advice worked out in the steps of the recipe book, to try out with the target group.
//!
//! Every line says where it comes from: an answer, a rule that held, a card, a factor, a guideline, a way to
//! reach people, an example, or the step itself. The last steps stay open until the recipe was tried.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Answered, Named, PackName, Understood};
use crate::condition::Truth;
use crate::engine::{PEOPLE, PHASE, WEEKS};
use crate::explain::Explainer;
use crate::guidance::few;
use crate::pack::{Citation, Fact, FactorKind, GuidelineKind, RecipeStepText};
use crate::profile::Profile;
use crate::text::Text;

/// The version of the recipe format.
pub const RECIPE_VERSION: u32 = 1;

/// How many methods a recipe works out when none are named.
const METHODS: usize = 2;
/// How many lines of one kind a step shows.
const LINES: usize = 5;

/// An advice worked out as a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recipe<'e> {
    /// Version of this format.
    pub recipe_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// The methods that are worked out.
    pub methods: Vec<Named<'e>>,
    /// The steps, in order.
    pub steps: Vec<RecipeStep<'e>>,
}

/// One step of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecipeStep<'e> {
    /// From 1.
    pub number: usize,
    /// Id of the step.
    pub id: &'e str,
    /// What to do in this step.
    pub title: &'e Text,
    /// A sentence or two of explanation.
    pub help: &'e Text,
    /// It stays open until the recipe was tried.
    pub open: bool,
    /// What is filled in.
    pub lines: Vec<RecipeLine<'e>>,
    /// Where the step comes from.
    pub sources: &'e [Citation],
}

/// One line of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecipeLine<'e> {
    /// What it is about: a method, a question, a few words; may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<&'e Text>,
    /// What it says.
    pub text: Text,
    /// Where it comes from.
    pub origin: Origin<'e>,
    /// Who says so; empty for an answer of the profile.
    pub sources: Vec<&'e Citation>,
}

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Origin<'e> {
    /// What kind of thing.
    pub kind: OriginKind,
    /// Its id.
    pub id: &'e str,
}

/// What a line can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// An answer of the profile.
    Answer,
    /// The card of a method.
    Card,
    /// An example.
    Example,
    /// Something that helps or hinders.
    Factor,
    /// A do or a don't.
    Guideline,
    /// Something a method needs.
    Need,
    /// A way to reach people.
    Reach,
    /// A rule that held.
    Rule,
    /// The step of the recipe itself.
    Step,
}

/// Writes the recipe for these methods, or for the best few when there are none.
pub(crate) fn write<'e>(explainer: &Explainer<'e, '_>, profile: &Profile, chosen: Vec<usize>) -> Recipe<'e> {
    let methods = if chosen.is_empty() {
        explainer.evaluation.order.iter().take(METHODS).copied().collect()
    } else {
        chosen
    };
    let writer = Writer { explainer, profile: explainer.understood(profile), methods };
    let pack = &explainer.engine.pack;
    let steps = pack.recipe.iter().enumerate().map(|(at, step)| {
        let mut lines = if step.open { Vec::new() } else { writer.lines(at + 1) };
        if lines.is_empty() && !step.open {
            lines.push(own_line(step, step.empty.clone()));
        }
        RecipeStep {
            number: at + 1,
            id: &step.id,
            title: &step.title,
            help: &step.help,
            open: step.open,
            lines,
            sources: &step.sources,
        }
    });
    let steps = steps.collect();
    let named = writer.methods.iter().map(|at| &pack.methods[*at]);
    let methods = named.map(|method| Named { id: &method.id, label: &method.name }).collect();
    Recipe {
        recipe_version: RECIPE_VERSION,
        pack: explainer.pack_name(),
        profile: writer.profile,
        methods,
        steps,
    }
}

fn own_line(step: &RecipeStepText, text: Text) -> RecipeLine<'_> {
    let origin = Origin { kind: OriginKind::Step, id: &step.id };
    RecipeLine { about: None, text, origin, sources: step.sources.iter().collect() }
}

struct Writer<'e, 'v, 'x> {
    explainer: &'x Explainer<'e, 'v>,
    profile: Understood<'e>,
    methods: Vec<usize>,
}

impl<'e> Writer<'e, '_, '_> {
    /// What is known for a step, by its number.
    fn lines(&self, step: usize) -> Vec<RecipeLine<'e>> {
        match step {
            1 => self.target_group(),
            2 => self.what_does_not_work(),
            3 => self.ingredients(),
            4 => self.preparation(),
            5 => self.order(),
            6 => self.how_long(),
            7 => self.when_to_test(),
            8 => self.who_judges(),
            _ => Vec::new(),
        }
    }

    fn line(
        &self,
        about: Option<&'e Text>,
        text: Text,
        kind: OriginKind,
        id: &'e str,
        sources: &'e [Citation],
    ) -> RecipeLine<'e> {
        RecipeLine { about, text, origin: Origin { kind, id }, sources: sources.iter().collect() }
    }

    /// A text of the pack with its blanks filled in, in both languages.
    fn phrase(&self, key: &str, blanks: &[(&str, &Text)]) -> Text {
        let pack = &self.explainer.engine.pack;
        let text =
            pack.texts.get(key).cloned().unwrap_or_else(|| Text { nl: key.to_owned(), en: key.to_owned() });
        blanks.iter().fold(text, |text, (name, value)| {
            let blank = format!("{{{name}}}");
            Text { nl: text.nl.replace(&blank, &value.nl), en: text.en.replace(&blank, &value.en) }
        })
    }

    /// The answers about one criterion, in words.
    fn answers(&self, criterion: &str) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let belongs = |answered: &&Answered<'e>| {
            let facet = pack.facet(answered.question).and_then(|facet| facet.criterion.as_deref());
            facet == Some(criterion) && !answered.values.is_empty()
        };
        let lines = self.profile.answers.iter().filter(belongs).map(|answered| {
            let join = |of: fn(&Text) -> &str| {
                answered.values.iter().map(|value| of(value.label)).collect::<Vec<_>>().join(", ")
            };
            let text = Text { nl: join(|text| &text.nl), en: join(|text| &text.en) };
            self.line(Some(answered.label), text, OriginKind::Answer, answered.question, &[])
        });
        lines.collect()
    }

    fn target_group(&self) -> Vec<RecipeLine<'e>> {
        self.answers(PEOPLE)
    }

    /// Hindrances that fit, what other methods ask that is hard here, and the don'ts.
    fn what_does_not_work(&self) -> Vec<RecipeLine<'e>> {
        let hinders = self.factors(FactorKind::Hinders, |factor| Some(&factor.text));
        let donts = self.guidelines(GuidelineKind::Dont);
        hinders.into_iter().chain(self.hard_here()).chain(donts).collect()
    }

    /// The rules that cost other methods points for whom it is about, each kind once, heaviest first.
    fn hard_here(&self) -> Vec<RecipeLine<'e>> {
        let (pack, program) = (&self.explainer.engine.pack, &self.explainer.engine.program);
        let mut seen: Vec<(i32, &'e Text, usize)> = Vec::new();
        for (at, rule) in program.rules.iter().enumerate().take(program.general_rules().start) {
            let of_pack = &pack.rules[rule.rule as usize];
            let about_people = of_pack.criterion == PEOPLE;
            let holds = self.explainer.evaluation.truths[rule.condition as usize] == Truth::Holds;
            if rule.points < 0
                && about_people
                && holds
                && !seen.iter().any(|(_, title, _)| **title == of_pack.title)
            {
                seen.push((rule.points, &of_pack.title, at));
            }
        }
        seen.sort_by_key(|(points, title, _)| (*points, &title.nl));
        let lines = seen.into_iter().take(LINES).map(|(_, title, at)| {
            let reason = self.explainer.reason(at);
            self.line(Some(title), reason.because.clone(), OriginKind::Rule, reason.rule, reason.sources)
        });
        lines.collect()
    }

    fn factors(
        &self,
        kind: FactorKind,
        text: fn(&'e crate::pack::Factor) -> Option<&'e Text>,
    ) -> Vec<RecipeLine<'e>> {
        let fitting = self.explainer.factors().into_iter().map(|fitting| fitting.factor);
        let lines = fitting.filter(|factor| factor.kind == kind).filter_map(|factor| {
            let text = text(factor)?.clone();
            Some(self.line(Some(&factor.title), text, OriginKind::Factor, &factor.id, &factor.sources))
        });
        lines.take(LINES).collect()
    }

    fn guidelines(&self, kind: GuidelineKind) -> Vec<RecipeLine<'e>> {
        let applying = few(self.explainer.guidelines(&self.methods, true)).into_iter();
        let lines = applying.filter(|advised| advised.guideline.kind == kind).map(|advised| {
            let guideline = advised.guideline;
            let text = guideline.text.clone();
            self.line(Some(&guideline.title), text, OriginKind::Guideline, &guideline.id, &guideline.sources)
        });
        lines.collect()
    }

    /// What hinders turned around, what helps, what the methods bring these people, and the do's.
    fn ingredients(&self) -> Vec<RecipeLine<'e>> {
        let turned = self.factors(FactorKind::Hinders, |factor| factor.instead.as_ref());
        let helps = self.factors(FactorKind::Helps, |factor| Some(&factor.text));
        let brings = self.methods.iter().flat_map(|at| {
            let ranked = self.explainer.ranked(*at, 0);
            let good = ranked.reasons.into_iter().filter(|r| r.points > 0 && r.criterion == PEOPLE);
            let name = &self.explainer.engine.pack.methods[*at].name;
            good.map(move |reason| (name, reason)).collect::<Vec<_>>()
        });
        let brings = brings.map(|(name, reason)| {
            self.line(Some(name), reason.because.clone(), OriginKind::Rule, reason.rule, reason.sources)
        });
        turned.into_iter().chain(helps).chain(brings).chain(self.guidelines(GuidelineKind::Do)).collect()
    }

    /// Who opens the door, what to arrange, the steps of each method, and how others did it.
    fn preparation(&self) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let mut lines: Vec<_> = self
            .explainer
            .reach()
            .into_iter()
            .map(|fitting| {
                let reach = fitting.reach;
                let text = self.phrase("recipe.reach", &[("text", &reach.text), ("places", &reach.places)]);
                self.line(Some(&reach.title), text, OriginKind::Reach, &reach.id, &reach.sources)
            })
            .collect();
        for at in &self.methods {
            let method = &pack.methods[*at];
            let ranked = self.explainer.ranked(*at, 0);
            for need in ranked.needs.iter().filter(|need| need.arranged != Truth::Holds) {
                let key =
                    if need.arranged == Truth::Fails { "recipe.arrange" } else { "recipe.check-arranged" };
                let text = self.phrase(key, &[("need", need.label)]);
                lines.push(self.line(Some(&method.name), text, OriginKind::Need, need.id, &method.sources));
            }
            let steps = method.steps.iter().map(|step| {
                self.line(Some(&method.name), step.clone(), OriginKind::Card, &method.id, &method.sources)
            });
            lines.extend(steps);
            let cautions = ranked.cautions.iter().map(|reason| {
                let text = reason.because.clone();
                self.line(Some(&method.name), text, OriginKind::Rule, reason.rule, reason.sources)
            });
            lines.extend(cautions);
            for fitting in ranked.examples.iter().take(1) {
                let example = fitting.example;
                let text =
                    self.phrase("recipe.example", &[("title", &example.title), ("what", &example.what)]);
                lines.push(self.line(
                    Some(&method.name),
                    text,
                    OriginKind::Example,
                    &example.id,
                    &example.sources,
                ));
            }
        }
        lines
    }

    /// First reach people, then each method in the order of its phases, then report back.
    fn order(&self) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let mut methods = self.methods.clone();
        methods.sort_by_key(|at| (self.first_phase(*at), self.methods.iter().position(|other| other == at)));
        let reach = self.explainer.reach().into_iter().take(1).map(|fitting| {
            let text = self.phrase("recipe.first-reach", &[("title", &fitting.reach.title)]);
            self.line(None, text, OriginKind::Reach, &fitting.reach.id, &fitting.reach.sources)
        });
        let methods = methods.into_iter().map(|at| {
            let method = &pack.methods[at];
            let text = self.phrase("recipe.then-method", &[("method", &method.name)]);
            self.line(None, text, OriginKind::Card, &method.id, &method.sources)
        });
        let report = pack.recipe.get(4).map(|step| own_line(step, self.phrase("recipe.last-report", &[])));
        reach.chain(methods).chain(report).collect()
    }

    /// The place of the first phase a method is for, in the order of the vocabulary.
    fn first_phase(&self, method: usize) -> usize {
        let pack = &self.explainer.engine.pack;
        let Some(facet) = pack.facet(PHASE) else { return 0 };
        let own = pack.methods[method].facets.get(PHASE);
        facet.values.iter().position(|v| own.is_some_and(|own| own.contains(&v.id))).unwrap_or(usize::MAX)
    }

    /// What the cards say about time, with who says so; and the weeks there are.
    fn how_long(&self) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let mut lines = Vec::new();
        for at in &self.methods {
            let method = &pack.methods[*at];
            for fact in method.facts.iter().filter(|fact| is_time(fact)) {
                let Some(number) = fact.number.as_deref().and_then(|id| pack.number(id)) else { continue };
                let text = self.figure(&number.label, &number.unit, fact.min, fact.max);
                let mut line = self.line(Some(&method.name), text, OriginKind::Card, &method.id, &[]);
                line.sources.push(&fact.source);
                lines.push(line);
            }
        }
        lines.extend(self.weeks().map(|(weeks, id)| {
            let text = self.phrase("recipe.weeks-available", &[("weeks", &plain(weeks))]);
            self.line(None, text, OriginKind::Answer, id, &[])
        }));
        lines
    }

    fn figure(&self, label: &Text, unit: &Text, min: Option<i64>, max: Option<i64>) -> Text {
        let (key, low, high) = match (min, max) {
            (Some(min), Some(max)) if min == max => ("value.exactly", min, max),
            (Some(min), Some(max)) => ("value.range", min, max),
            (Some(min), None) => ("value.at-least", min, min),
            (None, Some(max)) => ("value.at-most", max, max),
            (None, None) => return label.clone(),
        };
        let (low, high) = (plain(low), plain(high));
        let blanks = [("min", &low), ("max", &high), ("value", &low), ("unit", unit)];
        let value = self.phrase(key, &blanks);
        Text { nl: format!("{}: {}", label.nl, value.nl), en: format!("{}: {}", label.en, value.en) }
    }

    /// The weeks there are, with the id of the number.
    fn weeks(&self) -> Option<(i64, &'e str)> {
        let answered = self.profile.answers.iter().find(|answered| answered.question == WEEKS)?;
        Some((answered.number?, answered.question))
    }

    fn when_to_test(&self) -> Vec<RecipeLine<'e>> {
        let weeks = self.weeks().filter(|(weeks, _)| *weeks > 0).map(|(weeks, id)| {
            let text = self.phrase("recipe.test-after", &[("weeks", &plain(weeks))]);
            self.line(None, text, OriginKind::Answer, id, &[])
        });
        weeks.into_iter().collect()
    }

    /// People of the target group itself, and whoever opens the door.
    fn who_judges(&self) -> Vec<RecipeLine<'e>> {
        let mut lines = self.answers(PEOPLE);
        lines.extend(self.explainer.reach().into_iter().take(1).map(|fitting| {
            let text = self.phrase("recipe.invite", &[("title", &fitting.reach.title)]);
            self.line(None, text, OriginKind::Reach, &fitting.reach.id, &fitting.reach.sources)
        }));
        lines
    }
}

/// Facts about time: numbers whose unit is minutes or weeks, by their ids.
fn is_time(fact: &Fact) -> bool {
    fact.number.as_deref().is_some_and(|id| id.contains("weeks") || id.contains("minutes"))
}

fn plain(number: i64) -> Text {
    Text { nl: number.to_string(), en: number.to_string() }
}
