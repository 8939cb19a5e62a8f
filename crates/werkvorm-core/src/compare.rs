//! Two or more profiles beside each other: what moved, and exactly which rules moved it.
//!
//! The first profile is the one the others are held against. Everything that differs is counted with its
//! weight, and what the bounds of a criterion hold back is counted too, so that the differences of the rules
//! add up to the difference of the score.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Answered, Named, PackName, Reason, Score, Understood};
use crate::change::WHAT_IF_VERSION;
use crate::condition::Truth;
use crate::diagnostic::{Diagnostic, code};
use crate::engine::Engine;
use crate::evaluate::{Evaluation, Outcome, clamp};
use crate::explain::Explainer;
use crate::pack::{Citation, Place};
use crate::profile::Profile;
use crate::program::Kind;
use crate::text::Text;

/// At least this many profiles are compared.
pub const MIN_COMPARED: usize = 2;
/// At most this many profiles are compared.
pub const MAX_COMPARED: usize = 8;

/// Profiles beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profiles; the others are held against the first.
    pub profiles: Vec<Understood<'e>>,
    /// The answers and weights that are not the same everywhere.
    pub differences: Vec<Difference<'e>>,
    /// Every method, in the order of the first profile; those that are ruled out there come last.
    pub methods: Vec<Compared<'e>>,
}

/// A question or weight that profiles answer differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference<'e> {
    /// A question.
    Question {
        /// Its id and what people read.
        #[serde(flatten)]
        question: Named<'e>,
        /// The organisation can change it.
        adjustable: bool,
        /// The answer of each profile; nothing where it is left open.
        answers: Vec<Option<Answered<'e>>>,
    },
    /// The weight of a criterion.
    Weight {
        /// Its id and what people read.
        #[serde(flatten)]
        criterion: Named<'e>,
        /// The weight in each profile.
        weights: Vec<i64>,
    },
}

/// A method in every profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Compared<'e> {
    /// Id of the method.
    pub id: &'e str,
    /// Its name.
    pub name: &'e Text,
    /// Where it stands in each profile.
    pub standings: Vec<RankedScore<'e>>,
    /// What moved it, for each profile but the first.
    pub movements: Vec<Movement<'e>>,
}

/// A place with a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RankedScore<'e> {
    /// Place among the methods that are not ruled out, from 1; 0 when it is ruled out.
    pub rank: usize,
    /// Score, fit and band.
    #[serde(flatten)]
    pub score: Score<'e>,
}

/// How a method moved from the first profile to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Movement<'e> {
    /// Which way.
    pub kind: MovementKind,
    /// How many places up; below 0: down; 0 when it is ruled out on either side.
    pub places: i64,
    /// How much more the total is; the rules and limits below add up to it.
    pub difference: i64,
    /// The rules that count differently, strongest first.
    pub rules: Vec<RuleDifference<'e>>,
    /// What the bounds of the criteria add or take.
    pub limits: Vec<LimitDifference<'e>>,
    /// Rules that rule it out in the other profile and not in the first.
    pub ruled_out_by: Vec<Reason<'e>>,
    /// Rules that rule it out in the first profile and not in the other.
    pub no_longer_ruled_out_by: Vec<Reason<'e>>,
}

/// Which way a method moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Nearer the first place.
    Up,
    /// Further from the first place.
    Down,
    /// It stays where it is.
    Same,
    /// It is ruled out now.
    RuledOut,
    /// It is no longer ruled out.
    Possible,
    /// It is ruled out in both.
    StillRuledOut,
}

/// A rule that counts differently in two profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleDifference<'e> {
    /// Id of the rule.
    pub rule: &'e str,
    /// A few words.
    pub title: &'e Text,
    /// Why, in a sentence.
    pub because: &'e Text,
    /// Id of the criterion the points count for.
    pub criterion: &'e str,
    /// What it does in the first profile.
    pub before: Counted,
    /// What it does in the other profile.
    pub after: Counted,
    /// Weight × points in the other profile, less weight × points in the first.
    pub difference: i64,
    /// Who says so.
    pub sources: &'e [Citation],
    /// Where the rule is written.
    pub place: &'e Place,
}

/// What a rule gives in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counted {
    /// Whether it holds.
    pub truth: Truth,
    /// The points it gives.
    pub points: i64,
    /// How much its criterion weighs.
    pub weight: i64,
}

/// What the bounds of a criterion do to the difference between two profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitDifference<'e> {
    /// Id of the criterion.
    pub criterion: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// Weight × what the bounds add or take in the other profile, less the same in the first.
    pub difference: i64,
}

impl Engine {
    /// Holds profiles against the first of them.
    ///
    /// # Errors
    /// Every problem in the profiles (a label says in which), and fewer than two or more than eight of them.
    pub fn compare(&self, profiles: &[&Profile]) -> Result<Comparison<'_>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        if !(MIN_COMPARED..=MAX_COMPARED).contains(&profiles.len()) {
            let message = match profiles.len() {
                1 => "one profile cannot be compared".to_owned(),
                count => format!("{count} profiles cannot be compared"),
            };
            let help = format!("give {MIN_COMPARED} to {MAX_COMPARED} profiles, or one with changes to it");
            problems.push(Diagnostic::error(&code::COMPARE_COUNT, message, help).at_item("profiles", ""));
        }
        let mut evaluations = Vec::new();
        for (at, profile) in profiles.iter().enumerate() {
            match self.evaluate(profile) {
                Ok(evaluation) => evaluations.push(evaluation),
                Err(mut found) => {
                    for label in found.iter_mut().flat_map(|problem| &mut problem.labels) {
                        label.file = format!("profiles/{}/{}", at + 1, label.file);
                    }
                    problems.extend(found);
                }
            }
        }
        let [first, others @ ..] = evaluations.as_slice() else { return Err(problems) };
        if !problems.is_empty() {
            return Err(problems);
        }
        let explainers: Vec<_> =
            evaluations.iter().map(|evaluation| Explainer::new(self, evaluation.situation())).collect();
        let understood: Vec<_> = explainers
            .iter()
            .zip(profiles)
            .map(|(explainer, profile)| explainer.understood(profile))
            .collect();
        let ranks: Vec<Vec<usize>> = evaluations.iter().map(Evaluation::ranks).collect();
        let ruled_out = (0..self.pack.methods.len()).filter(|at| first.standings[*at].excluded);
        let order = first.order.iter().copied().chain(ruled_out);
        let methods = order.map(|at| Compared {
            id: &self.pack.methods[at].id,
            name: &self.pack.methods[at].name,
            standings: explainers
                .iter()
                .zip(evaluations.iter().zip(&ranks))
                .map(|(explainer, (evaluation, ranks))| RankedScore {
                    rank: ranks[at],
                    score: explainer.score(evaluation.standings[at]),
                })
                .collect(),
            movements: others
                .iter()
                .zip(ranks.iter().skip(1))
                .map(|(other, after)| self.movement(at, [first, other], [ranks[0][at], after[at]]))
                .collect(),
        });
        Ok(Comparison {
            what_if_version: WHAT_IF_VERSION,
            pack: explainers[0].pack_name(),
            differences: self.differences(&understood),
            methods: methods.collect(),
            profiles: understood,
        })
    }

    fn differences<'e>(&'e self, profiles: &[Understood<'e>]) -> Vec<Difference<'e>> {
        let facets = self.pack.facets.iter().map(|facet| (&facet.id, &facet.label, facet.adjustable));
        let numbers = self.pack.numbers.iter().map(|number| (&number.id, &number.label, number.adjustable));
        let questions = facets.chain(numbers).filter_map(|(id, label, adjustable)| {
            let answer = |profile: &Understood<'e>| {
                profile.answers.iter().find(|answered| answered.question == *id).cloned()
            };
            let answers: Vec<_> = profiles.iter().map(answer).collect();
            let differ = answers.windows(2).any(|pair| pair[0] != pair[1]);
            let question = Named { id, label };
            differ.then_some(Difference::Question { question, adjustable, answers })
        });
        let weights = self.pack.criteria.iter().enumerate().filter_map(|(at, criterion)| {
            let weights: Vec<_> = profiles.iter().map(|profile| profile.weights[at].weight).collect();
            let differ = weights.windows(2).any(|pair| pair[0] != pair[1]);
            let criterion = Named { id: &criterion.id, label: &criterion.label };
            differ.then_some(Difference::Weight { criterion, weights })
        });
        questions.chain(weights).collect()
    }

    /// What moved a method from one evaluation to another.
    fn movement(&self, method: usize, sides: [&Evaluation; 2], ranks: [usize; 2]) -> Movement<'_> {
        let kind = match (ranks, ranks[1].cmp(&ranks[0])) {
            ([0, 0], _) => MovementKind::StillRuledOut,
            ([_, 0], _) => MovementKind::RuledOut,
            ([0, _], _) => MovementKind::Possible,
            (_, std::cmp::Ordering::Less) => MovementKind::Up,
            (_, std::cmp::Ordering::Equal) => MovementKind::Same,
            (_, std::cmp::Ordering::Greater) => MovementKind::Down,
        };
        let moved =
            !matches!(kind, MovementKind::RuledOut | MovementKind::Possible | MovementKind::StillRuledOut);
        let place = |rank: usize| i64::try_from(rank).unwrap_or(i64::MAX);
        Movement {
            kind,
            places: if moved { place(ranks[0]) - place(ranks[1]) } else { 0 },
            difference: sides[1].standings[method].total - sides[0].standings[method].total,
            rules: self.rule_differences(method, sides),
            limits: self.limit_differences(method, sides),
            ruled_out_by: self.ruling_out(method, sides[1], sides[0]),
            no_longer_ruled_out_by: self.ruling_out(method, sides[0], sides[1]),
        }
    }

    /// The rules about a method that count differently, strongest first.
    pub(crate) fn rule_differences(&self, method: usize, sides: [&Evaluation; 2]) -> Vec<RuleDifference<'_>> {
        let mut differences = Vec::new();
        let same_weights = sides[0].answers.weights == sides[1].answers.weights;
        for compiled in self.program.rules[self.program.rules_of(method)].iter() {
            let outcomes = sides.map(|side| side.situation().outcome(&self.pack, compiled));
            if same_weights && outcomes[0].points == outcomes[1].points {
                continue;
            }
            let rule = &self.pack.rules[compiled.rule as usize];
            let criterion = self.vocabulary.criterion(&rule.criterion).unwrap_or(0);
            let count = |side: &Evaluation, outcome: Outcome| Counted {
                truth: outcome.truth,
                points: outcome.points,
                weight: side.answers.weights[criterion],
            };
            let (before, after) = (count(sides[0], outcomes[0]), count(sides[1], outcomes[1]));
            let difference = after.weight * after.points - before.weight * before.points;
            if difference != 0 {
                differences.push(RuleDifference {
                    rule: &rule.id,
                    title: &rule.title,
                    because: &rule.because,
                    criterion: &rule.criterion,
                    before,
                    after,
                    difference,
                    sources: &rule.sources,
                    place: &rule.place,
                });
            }
        }
        differences.sort_by_key(|one| (std::cmp::Reverse(one.difference.abs()), one.rule));
        differences
    }

    /// What the bounds of the criteria add to the difference or take from it.
    fn limit_differences(&self, method: usize, sides: [&Evaluation; 2]) -> Vec<LimitDifference<'_>> {
        let criteria = self.pack.criteria.iter().enumerate();
        let limits = criteria.filter_map(|(at, criterion)| {
            let held_back = sides.map(|side| {
                let points = side.sums[method * self.pack.criteria.len() + at].points;
                side.answers.weights[at] * (clamp(points) - points)
            });
            let difference = held_back[1] - held_back[0];
            let limit = LimitDifference { criterion: &criterion.id, label: &criterion.label, difference };
            (difference != 0).then_some(limit)
        });
        limits.collect()
    }

    /// The rules that rule a method out in one evaluation and not in another.
    fn ruling_out(&self, method: usize, here: &Evaluation, there: &Evaluation) -> Vec<Reason<'_>> {
        let explainer = Explainer::new(self, here.situation());
        let rules = self.program.rules_of(method).filter(|at| {
            let rule = &self.program.rules[*at];
            let holds = |side: &Evaluation| side.situation().truth(rule) == Truth::Holds;
            rule.kind == Kind::Exclude && holds(here) && !holds(there)
        });
        rules.map(|at| explainer.reason(at)).collect()
    }
}
