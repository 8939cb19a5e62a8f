//! The recipe: an advice worked out in the steps of the recipe book, to try out with the target group.
//!
//! Every line says where it comes from: an answer, a rule that held, a card, a factor, a guideline, a way to
//! reach people, an example, or the step itself. Lines of one kind form a part with a heading of its own. The
//! last steps stay open until the recipe was tried.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Answered, Named, Need, PackName, Ranked, Reason, Understood};
use crate::condition::Truth;
use crate::engine::{DEFAULT_TOP, PEOPLE, PHASE, WEEKS};
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::guidance::few;
use crate::pack::{Citation, Fact, Factor, FactorKind, GuidelineKind, Method, RecipeStepText, ValuesAllowed};
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
    pub parts: Vec<RecipePart<'e>>,
    /// Where the step comes from.
    pub sources: &'e [Citation],
}

/// Lines of a step that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecipePart<'e> {
    /// What they have in common; left out when the step has one kind of lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// They are done one after the other.
    pub ordered: bool,
    /// The lines; never empty.
    pub lines: Vec<RecipeLine<'e>>,
}

/// One line of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecipeLine<'e> {
    /// What it is about: a method, a question, a few words; may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
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
pub(crate) fn write<'e>(
    explainer: &Explainer<'e, '_>,
    evaluation: &Evaluation,
    profile: &Profile,
    chosen: Vec<usize>,
) -> Recipe<'e> {
    let methods =
        if chosen.is_empty() { evaluation.order.iter().take(METHODS).copied().collect() } else { chosen };
    let writer = Writer { explainer, evaluation, profile: explainer.understood(profile), methods };
    let pack = &explainer.engine.pack;
    let steps = pack.recipe.iter().enumerate().map(|(at, step)| {
        let mut parts = if step.open { Vec::new() } else { writer.parts(at + 1, step) };
        parts.retain(|part| !part.lines.is_empty());
        if parts.is_empty() && !step.open {
            parts.push(part(None, vec![own_line(step, step.empty.clone())]));
        }
        RecipeStep {
            number: at + 1,
            id: &step.id,
            title: &step.title,
            help: &step.help,
            open: step.open,
            parts,
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
    line(None, text, OriginKind::Step, &step.id, &step.sources)
}

fn part(title: Option<Text>, lines: Vec<RecipeLine<'_>>) -> RecipePart<'_> {
    RecipePart { title, ordered: false, lines }
}

fn line<'e>(
    about: Option<Text>,
    text: Text,
    kind: OriginKind,
    id: &'e str,
    sources: &'e [Citation],
) -> RecipeLine<'e> {
    RecipeLine { about, text, origin: Origin { kind, id }, sources: sources.iter().collect() }
}

/// What a rule says, as a line.
fn because<'e>(about: Option<Text>, reason: &Reason<'e>) -> RecipeLine<'e> {
    line(about, reason.because.clone(), OriginKind::Rule, reason.rule, reason.sources)
}

struct Writer<'e, 'v, 'x> {
    explainer: &'x Explainer<'e, 'v>,
    evaluation: &'x Evaluation,
    profile: Understood<'e>,
    methods: Vec<usize>,
}

impl<'e> Writer<'e, '_, '_> {
    /// What is known for a step, by its number.
    fn parts(&self, number: usize, step: &'e RecipeStepText) -> Vec<RecipePart<'e>> {
        match number {
            1 => vec![part(None, self.people(false))],
            2 => self.what_does_not_work(),
            3 => self.ingredients(),
            4 => self.preparation(),
            5 => vec![RecipePart { title: None, ordered: true, lines: self.order(step) }],
            6 => vec![part(None, self.how_long(step))],
            7 => vec![part(None, self.when_to_test())],
            8 => vec![part(None, self.who_judges())],
            _ => Vec::new(),
        }
    }

    fn methods(&self) -> impl Iterator<Item = (&'e Method, Ranked<'e>)> {
        let explainer = self.explainer;
        self.methods.iter().map(|at| (&explainer.engine.pack.methods[*at], explainer.ranked(*at, 0)))
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

    fn heading(&self, key: &str) -> Option<Text> {
        Some(self.phrase(key, &[]))
    }

    /// A heading about one method.
    fn heading_for(&self, key: &str, method: &Method) -> Option<Text> {
        Some(self.phrase(key, &[("method", &method.name)]))
    }

    /// The answers about whom it concerns, in words; with `who` only those that list several kinds of people.
    fn people(&self, who: bool) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let belongs = |answered: &&Answered<'e>| {
            let facet = pack.facet(answered.question);
            facet.is_some_and(|facet| {
                facet.criterion.as_deref() == Some(PEOPLE)
                    && (!who || facet.values_allowed == ValuesAllowed::Many)
            }) && !answered.values.is_empty()
        };
        let lines = self.profile.answers.iter().filter(belongs).map(|answered| {
            let join = |of: fn(&Text) -> &str| {
                answered.values.iter().map(|value| of(value.label)).collect::<Vec<_>>().join(", ")
            };
            let text = Text { nl: join(|text| &text.nl), en: join(|text| &text.en) };
            line(Some(answered.label.clone()), text, OriginKind::Answer, answered.question, &[])
        });
        lines.collect()
    }

    /// Hindrances that fit, what other methods ask that is hard here, and the don'ts.
    fn what_does_not_work(&self) -> Vec<RecipePart<'e>> {
        vec![
            part(
                self.heading("recipe.part-hinders"),
                self.factors(FactorKind::Hinders, |factor| Some(&factor.text)),
            ),
            part(self.heading("recipe.part-hard-here"), self.hard_here()),
            part(self.heading("recipe.part-donts"), self.guidelines(GuidelineKind::Dont)),
        ]
    }

    /// The rules that cost other methods points for whom it is about, each kind once with the method that
    /// fits least: first those that speak about several methods, of those the heaviest.
    fn hard_here(&self) -> Vec<RecipeLine<'e>> {
        let (pack, program) = (&self.explainer.engine.pack, &self.explainer.engine.program);
        let evaluation = self.evaluation;
        let shown = evaluation.order.iter().take(DEFAULT_TOP);
        let spared: Vec<usize> = shown.chain(&self.methods).copied().collect();
        // Per kind: its title, whether several methods have it, its points, and the method and rule to show.
        let mut kinds: Vec<(&'e Text, bool, i8, usize, usize)> = Vec::new();
        let by_method = (0..pack.methods.len()).filter(|method| !spared.contains(method));
        for (method, at) in by_method.flat_map(|method| program.rules_of(method).map(move |at| (method, at)))
        {
            let rule = &program.rules[at];
            let of_pack = &pack.rules[rule.rule as usize];
            let holds = evaluation.situation().truth(rule) == Truth::Holds;
            if rule.points >= 0 || of_pack.criterion != PEOPLE || !holds {
                continue;
            }
            match kinds.iter_mut().find(|(title, ..)| **title == *of_pack.title) {
                Some((_, several, points, least, shown)) => {
                    *several = true;
                    *points = rule.points.min(*points);
                    if evaluation.standings[method].total < evaluation.standings[*least].total {
                        (*least, *shown) = (method, at);
                    }
                }
                None => kinds.push((&of_pack.title, false, rule.points, method, at)),
            }
        }
        kinds.sort_by_key(|(title, several, points, ..)| (!several, *points, &title.nl));
        let lines = kinds.into_iter().take(LINES).map(|(_, several, _, method, at)| {
            let key = if several { "recipe.for-example" } else { "recipe.only-method" };
            let about = self.phrase(key, &[("method", &pack.methods[method].name)]);
            because(Some(about), &self.explainer.reason(at))
        });
        lines.collect()
    }

    fn factors(&self, kind: FactorKind, text: fn(&'e Factor) -> Option<&'e Text>) -> Vec<RecipeLine<'e>> {
        let fitting = self.explainer.factors_with(&self.methods).into_iter().map(|fitting| fitting.factor);
        let lines = fitting.filter(|factor| factor.kind == kind).filter_map(|factor| {
            let text = text(factor)?.clone();
            Some(line(Some(factor.title.clone()), text, OriginKind::Factor, &factor.id, &factor.sources))
        });
        lines.take(LINES).collect()
    }

    /// The few do's or don'ts that lead, with how to choose when two of them pull in different directions.
    fn guidelines(&self, kind: GuidelineKind) -> Vec<RecipeLine<'e>> {
        let applying = few(self.explainer.guidelines(&self.methods, true)).into_iter();
        let lines = applying.filter(|advised| advised.guideline.kind == kind).map(|advised| {
            let guideline = advised.guideline;
            let tension = guideline.tension.as_ref().filter(|_| advised.pulls_against.is_some());
            let other = tension.and_then(|tension| self.explainer.engine.pack.guideline(&tension.other));
            let text = match (tension, other) {
                (Some(tension), Some(other)) => {
                    let blanks = [("other", &other.title), ("choose", &tension.choose)];
                    let choose = self.phrase("label.choose", &blanks);
                    let text = &guideline.text;
                    Text {
                        nl: format!("{} {}", text.nl, choose.nl),
                        en: format!("{} {}", text.en, choose.en),
                    }
                }
                _ => guideline.text.clone(),
            };
            let about = Some(guideline.title.clone());
            line(about, text, OriginKind::Guideline, &guideline.id, &guideline.sources)
        });
        lines.collect()
    }

    /// What hinders turned around, what helps, what the methods bring these people, and the do's.
    fn ingredients(&self) -> Vec<RecipePart<'e>> {
        let turned = self.factors(FactorKind::Hinders, |factor| factor.instead.as_ref());
        let helps = self.factors(FactorKind::Helps, |factor| Some(&factor.text));
        let mut parts = vec![
            part(self.heading("recipe.part-turned"), turned),
            part(self.heading("recipe.part-helps"), helps),
        ];
        for (method, ranked) in self.methods() {
            let good = ranked.reasons.iter().filter(|reason| reason.points > 0 && reason.criterion == PEOPLE);
            let lines = good.take(LINES).map(|reason| because(None, reason));
            parts.push(part(self.heading_for("recipe.part-brings", method), lines.collect()));
        }
        parts.push(part(self.heading("recipe.part-dos"), self.guidelines(GuidelineKind::Do)));
        parts
    }

    /// Who opens the door; and per method what to arrange, its steps, what to mind, and how others did it.
    fn preparation(&self) -> Vec<RecipePart<'e>> {
        let reach = self.explainer.reach().into_iter().map(|fitting| {
            let reach = fitting.reach;
            let blanks = [("text", &reach.text), ("places", &reach.places)];
            let text = match self.list(&fitting.preconditions) {
                Some(needs) => self.phrase("recipe.reach-with", &[blanks[0], blanks[1], ("needs", &needs)]),
                None => self.phrase("recipe.reach", &blanks),
            };
            line(Some(reach.title.clone()), text, OriginKind::Reach, &reach.id, &reach.sources)
        });
        let mut parts = vec![part(self.heading("recipe.part-reach"), reach.collect())];
        for (method, ranked) in self.methods() {
            let missing = ranked.needs.iter().filter(|need| need.arranged != Truth::Holds);
            let needs = missing.map(|need| {
                let fails = need.arranged == Truth::Fails;
                let key = if fails { "recipe.arrange" } else { "recipe.check-arranged" };
                line(
                    None,
                    self.phrase(key, &[("need", need.label)]),
                    OriginKind::Need,
                    need.id,
                    &method.sources,
                )
            });
            parts.push(part(self.heading_for("recipe.part-arrange", method), needs.collect()));
            let steps = method.steps.iter();
            let steps =
                steps.map(|step| line(None, step.clone(), OriginKind::Card, &method.id, &method.sources));
            parts.push(RecipePart {
                title: self.heading_for("recipe.part-steps", method),
                ordered: true,
                lines: steps.collect(),
            });
            let cautions = ranked.cautions.iter().map(|reason| because(None, reason));
            let examples = ranked.examples.iter().take(1).map(|fitting| {
                let example = fitting.example;
                let text =
                    self.phrase("recipe.example", &[("title", &example.title), ("what", &example.what)]);
                line(None, text, OriginKind::Example, &example.id, &example.sources)
            });
            let lines = cautions.chain(examples).collect();
            parts.push(part(self.heading_for("recipe.part-mind", method), lines));
        }
        parts
    }

    /// The labels of needs that are not arranged yet, in a row.
    fn list(&self, needs: &[Need<'e>]) -> Option<Text> {
        let missing = || needs.iter().filter(|need| need.arranged != Truth::Holds);
        let join =
            |of: fn(&Text) -> &str| missing().map(|need| of(need.label)).collect::<Vec<_>>().join(", ");
        missing().next().map(|_| Text { nl: join(|text| &text.nl), en: join(|text| &text.en) })
    }

    /// First reach people, then each method in the order of its phases, then report back.
    fn order(&self, step: &'e RecipeStepText) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let mut methods = self.methods.clone();
        methods.sort_by_key(|at| (self.first_phase(*at), self.methods.iter().position(|other| other == at)));
        let reach = self.explainer.reach().into_iter().take(1).map(|fitting| {
            let text = self.phrase("recipe.first-reach", &[("title", &fitting.reach.title)]);
            line(None, text, OriginKind::Reach, &fitting.reach.id, &fitting.reach.sources)
        });
        let methods = methods.into_iter().map(|at| {
            let method = &pack.methods[at];
            let text = self.phrase("recipe.then-method", &[("method", &method.name)]);
            line(None, text, OriginKind::Card, &method.id, &method.sources)
        });
        let report = own_line(step, self.phrase("recipe.last-report", &[]));
        reach.chain(methods).chain([report]).collect()
    }

    /// The place of the first phase a method is for, in the order of the vocabulary.
    fn first_phase(&self, method: usize) -> usize {
        let pack = &self.explainer.engine.pack;
        let Some(facet) = pack.facet(PHASE) else { return 0 };
        let own = pack.methods[method].facets.get(PHASE);
        facet.values.iter().position(|v| own.is_some_and(|own| own.contains(&v.id))).unwrap_or(usize::MAX)
    }

    /// What the cards say about time, with who says so, or that they do not say; and the weeks there are.
    fn how_long(&self, step: &'e RecipeStepText) -> Vec<RecipeLine<'e>> {
        let pack = &self.explainer.engine.pack;
        let mut lines = Vec::new();
        for at in &self.methods {
            let method = &pack.methods[*at];
            for fact in method.facts.iter().filter(|fact| is_time(fact)) {
                let Some(number) = fact.number.as_deref().and_then(|id| pack.number(id)) else { continue };
                let text = self.figure(&number.label, &number.unit, fact.min, fact.max);
                let mut figure = line(Some(method.name.clone()), text, OriginKind::Card, &method.id, &[]);
                figure.sources.push(&fact.source);
                lines.push(figure);
            }
        }
        if lines.is_empty() {
            lines.push(own_line(step, step.empty.clone()));
        }
        lines.extend(self.weeks().map(|(weeks, id)| {
            let text = self.phrase("recipe.weeks-available", &[("weeks", &plain(weeks))]);
            line(None, text, OriginKind::Answer, id, &[])
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
            line(None, text, OriginKind::Answer, id, &[])
        });
        weeks.into_iter().collect()
    }

    /// People of the target group itself, and whoever opens the door.
    fn who_judges(&self) -> Vec<RecipeLine<'e>> {
        let mut lines = self.people(true);
        lines.extend(self.explainer.reach().into_iter().take(1).map(|fitting| {
            let text = self.phrase("recipe.invite", &[("title", &fitting.reach.title)]);
            line(None, text, OriginKind::Reach, &fitting.reach.id, &fitting.reach.sources)
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
