//! What would have to be different for a method to come into the top, or to leave it.
//!
//! Every set of one change is tried, then every set of two, and three when asked for. A set counts when it
//! works and no part of it does, and when no number in it goes further than it needs to. What the
//! organisation can change is kept apart from what is given: the first is a plan, the second a question
//! about the situation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::advice::{Named, PackName, Understood};
use crate::answers::State;
use crate::board::Board;
use crate::change::{Change, ChangeKind, Shift, Single, WHAT_IF_VERSION};
use crate::compare::RankedScore;
use crate::diagnostic::{Diagnostic, code};
use crate::engine::Engine;
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::profile::Profile;
use crate::vocabulary::Question;

/// Sets of at most this many changes are searched when nothing else is asked.
pub const DEFAULT_CHANGES: usize = 2;
/// Sets of more changes than this are never searched.
pub const MAX_CHANGES: usize = 3;
/// After this many sets the search for sets of three stops, and says so.
pub const MAX_TRIED: usize = 20_000_000;

/// What a method should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Toward {
    /// Come into the top.
    In,
    /// Leave the top.
    Out,
}

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnOptions {
    /// How many methods count as the top: at least 1.
    pub top: usize,
    /// Into it or out of it.
    pub toward: Toward,
    /// How many changes at once, at most: 1 to 3.
    pub changes: usize,
}

impl Default for TurnOptions {
    fn default() -> Self {
        Self { top: crate::DEFAULT_TOP, toward: Toward::In, changes: DEFAULT_CHANGES }
    }
}

/// The smallest sets of changes that turn a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Turn<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// The method.
    pub method: Named<'e>,
    /// Where it stands now.
    pub now: RankedScore<'e>,
    /// Into the top or out of it.
    pub toward: Toward,
    /// How many methods count as the top.
    pub top: usize,
    /// It is already so; then there is nothing to search.
    pub already: bool,
    /// Changes after which the method is no longer ruled out; nothing when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifted_by: Option<Sets<'e>>,
    /// Changes after which the method is in the top, or out of it.
    pub turned_by: Sets<'e>,
}

/// The smallest sets of changes that have an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sets<'e> {
    /// Sets of what the organisation can change.
    pub adjustable: Vec<ChangeSet<'e>>,
    /// Sets with something that is given: they say what if the situation were different.
    pub given: Vec<ChangeSet<'e>>,
    /// All sets of at most this many changes were tried; larger ones are of no use when both kinds have some.
    pub searched: usize,
    /// Sets of this many changes were tried too, but not all of them: there were more than the engine tries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partly_searched: Option<usize>,
}

/// Changes that have an effect together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeSet<'e> {
    /// The changes.
    pub changes: Vec<Change<'e>>,
    /// Where the method stands after them.
    pub after: RankedScore<'e>,
    /// The rules about the method that count differently then, strongest first.
    pub rules: Vec<RuleShare<'e>>,
}

/// A rule, and what it adds to a total or takes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleShare<'e> {
    /// Id of the rule.
    pub rule: &'e str,
    /// Weight × points then, less weight × points now.
    pub difference: i64,
}

/// What a method has to reach.
#[derive(Debug, Clone, Copy)]
enum Aim {
    Ranked,
    In(usize),
    Out(usize),
}

impl Engine {
    /// Searches the smallest sets of changes that bring a method into the top, or push it out.
    ///
    /// # Errors
    /// Every problem in the profile, a method that does not exist, and options that make no sense.
    pub fn turn(
        &self,
        profile: &Profile,
        method: &str,
        options: &TurnOptions,
    ) -> Result<Turn<'_>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        if !(1..=MAX_CHANGES).contains(&options.changes) {
            let message = format!("sets of {} changes cannot be searched", options.changes);
            let help = format!("write a number from 1 to {MAX_CHANGES}");
            problems.push(Diagnostic::error(&code::TURN_SIZE, message, help).at_item("changes", ""));
        }
        if options.top == 0 {
            let help = "write how many methods count as the top: 1 or more";
            let problem = Diagnostic::error(&code::TURN_SIZE, "a top of 0 methods has no place", help);
            problems.push(problem.at_item("top", ""));
        }
        let (at, evaluation) = match (self.find_method(method), self.evaluate(profile)) {
            (Ok(at), Ok(evaluation)) if problems.is_empty() => (at, evaluation),
            (found, evaluation) => {
                problems.extend(found.err());
                problems.extend(evaluation.err().unwrap_or_default());
                return Err(problems);
            }
        };
        let mut board = Board::new(self, &evaluation);
        let aim = match options.toward {
            Toward::In => Aim::In(options.top),
            Toward::Out => Aim::Out(options.top),
        };
        let already = reaches(&board, at, aim);
        let mut search = |aim| {
            let found = Search::new(self, &evaluation, at, aim).run(&mut board, options.changes);
            self.sets(&evaluation, at, found)
        };
        let lifted_by = evaluation.standings[at].excluded.then(|| search(Aim::Ranked));
        let turned_by = if already { Sets::none(options.changes) } else { search(aim) };
        let explainer = Explainer::new(self, evaluation.situation());
        Ok(Turn {
            what_if_version: WHAT_IF_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            method: self.named(at),
            now: RankedScore { rank: board.rank(at), score: explainer.score(evaluation.standings[at]) },
            toward: options.toward,
            top: options.top,
            already,
            lifted_by,
            turned_by,
        })
    }

    fn sets(&self, evaluation: &Evaluation, method: usize, found: Found) -> Sets<'_> {
        let shown = |sets: Vec<Vec<Single>>| {
            let mut shown: Vec<_> = sets.iter().map(|set| self.change_set(evaluation, method, set)).collect();
            // Giving something up comes last; the order of the search settles what is equal.
            let gives_up = |set: &ChangeSet<'_>| {
                set.changes.iter().filter(|change| change.kind == ChangeKind::Remove).count()
            };
            shown.sort_by_key(|set| (gives_up(set), set.after.rank == 0, set.after.rank));
            shown
        };
        Sets {
            adjustable: shown(found.adjustable),
            given: shown(found.given),
            searched: found.searched,
            partly_searched: found.partly_searched,
        }
    }

    fn change_set(&self, evaluation: &Evaluation, method: usize, set: &[Single]) -> ChangeSet<'_> {
        let mut answers = evaluation.answers.clone();
        for single in set {
            if let Some(state) = single.applied(&answers.state(single.question)) {
                answers = answers.with_state(&self.pack, &self.vocabulary, single.question, &state);
            }
        }
        let after = Evaluation::new(self, answers);
        let rules = self.rule_differences(method, [evaluation, &after]);
        let rank = after.rank(method);
        ChangeSet {
            changes: set.iter().map(|single| self.shown(single, &evaluation.answers)).collect(),
            after: RankedScore {
                rank,
                score: Explainer::new(self, after.situation()).score(after.standings[method]),
            },
            rules: rules.iter().map(|one| RuleShare { rule: one.rule, difference: one.difference }).collect(),
        }
    }
}

impl Sets<'_> {
    fn none(searched: usize) -> Self {
        Self { adjustable: Vec::new(), given: Vec::new(), searched, partly_searched: None }
    }
}

fn reaches(board: &Board<'_>, method: usize, aim: Aim) -> bool {
    match (aim, board.rank(method)) {
        (Aim::Ranked, rank) => rank > 0,
        (Aim::In(top), rank) => (1..=top).contains(&rank),
        (Aim::Out(top), rank) => rank == 0 || rank > top,
    }
}

/// The sets that were found.
struct Found {
    adjustable: Vec<Vec<Single>>,
    given: Vec<Vec<Single>>,
    searched: usize,
    partly_searched: Option<usize>,
}

/// The search for one method.
struct Search<'e> {
    engine: &'e Engine,
    method: usize,
    aim: Aim,
    /// Every change there is, and whether the organisation can make it.
    singles: Vec<(Single, bool)>,
    /// The answers as they are.
    now: Vec<State>,
    /// The sets that work, as places in `singles` in rising order.
    works: Vec<Vec<usize>>,
    tried: usize,
}

impl<'e> Search<'e> {
    fn new(engine: &'e Engine, evaluation: &Evaluation, method: usize, aim: Aim) -> Self {
        let singles: Vec<_> = engine
            .singles(&evaluation.answers, false)
            .into_iter()
            .map(|single| (single, engine.is_adjustable(single.question)))
            .collect();
        let now = singles.iter().map(|(single, _)| evaluation.answers.state(single.question)).collect();
        Self { engine, method, aim, singles, now, works: Vec::new(), tried: 0 }
    }

    fn run(mut self, board: &mut Board<'_>, most: usize) -> Found {
        let mut found =
            Found { adjustable: Vec::new(), given: Vec::new(), searched: most, partly_searched: None };
        for size in 1..=most {
            // Larger sets are only of use for the kind that has none yet.
            let wanted = [found.given.is_empty(), found.adjustable.is_empty()];
            if wanted == [false, false] {
                break;
            }
            let start = self.works.len();
            found.searched = size;
            let all = self.extend(board, &mut Vec::new(), 0, size, wanted);
            if !all {
                found.searched = size - 1;
                found.partly_searched = Some(size);
            }
            let works: Vec<_> = self.works[start..].to_vec();
            for set in works.iter().filter(|set| !self.goes_too_far(board, set)) {
                let singles = set.iter().map(|at| self.singles[*at].0).collect();
                let adjustable = set.iter().all(|at| self.singles[*at].1);
                if adjustable { &mut found.adjustable } else { &mut found.given }.push(singles);
            }
        }
        found
    }

    /// Tries every set that begins with `set`; whether all were tried.
    fn extend(
        &mut self,
        board: &mut Board<'_>,
        set: &mut Vec<usize>,
        from: usize,
        size: usize,
        wanted: [bool; 2],
    ) -> bool {
        for at in from..self.singles.len() {
            let (single, _) = self.singles[at];
            if !set.iter().all(|other| self.singles[*other].0.goes_with(&single)) {
                continue;
            }
            set.push(at);
            let last = set.len() == size;
            let adjustable = set.iter().all(|at| self.singles[*at].1);
            // A set of given changes can become no set of adjustable ones.
            let of_use = if last || !adjustable { wanted[usize::from(adjustable)] } else { true };
            let minimal = of_use && !self.works.iter().any(|smaller| contains(set, smaller));
            let mut all = true;
            if minimal && let Some(mut before) = board.change(&single) {
                if last {
                    self.tried += 1;
                    if reaches(board, self.method, self.aim) {
                        self.works.push(set.clone());
                    }
                } else {
                    all = self.extend(board, set, at + 1, size, wanted);
                }
                board.swap(single.question, &mut before);
            }
            set.pop();
            if !all || (size > DEFAULT_CHANGES && self.tried >= MAX_TRIED) {
                return false;
            }
        }
        true
    }

    /// Whether a set works as well with a number of it one stretch nearer to what it is now.
    fn goes_too_far(&self, board: &mut Board<'_>, set: &[usize]) -> bool {
        set.iter().any(|at| {
            let Some(nearer) = self.nearer(*at) else { return false };
            let singles = set.iter().map(|other| if other == at { nearer } else { self.singles[*other].0 });
            let singles: Vec<_> = singles.collect();
            let mut undo = Vec::new();
            for single in &singles {
                if let Some(before) = board.change(single) {
                    undo.push((single.question, before));
                }
            }
            let works = reaches(board, self.method, self.aim);
            for (question, mut before) in undo.into_iter().rev() {
                board.swap(question, &mut before);
            }
            works
        })
    }

    /// The same change of a number to the stretch next to its own, towards what is answered now.
    fn nearer(&self, at: usize) -> Option<Single> {
        let single = self.singles[at].0;
        let (Shift::Number(number, place), Question::Number(of)) = (single.shift, single.question) else {
            return None;
        };
        let stretches = self.engine.watchers().stretches(of);
        let now = self.now[at].number();
        let next = if now.is_some_and(|now| number < now) { place + 1 } else { place.checked_sub(1)? };
        let (from, to) = *stretches.get(next)?;
        // The stretch of the answer itself is no change.
        let nearest = match now {
            Some(now) if (from..=to).contains(&now) => return None,
            Some(now) => now.clamp(from, to),
            None => from,
        };
        Some(Single { question: single.question, shift: Shift::Number(nearest, next) })
    }
}

/// Whether a set has everything that a smaller one has; both in rising order.
fn contains(set: &[usize], smaller: &[usize]) -> bool {
    smaller.iter().all(|at| set.binary_search(at).is_ok())
}
