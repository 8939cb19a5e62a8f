//! The engine: a checked pack, compiled once, asked many times.
//!
//! A profile is read into answers, the evaluator scores every method, and the explanation is written for
//! the methods that are shown.

use std::sync::OnceLock;

use crate::advice::{
    ADVICE_VERSION, Advice, Advised, Excluded, Explanation, FittingExample, FittingFactor, Listed, NotHolding,
};
use crate::answers::Answers;
use crate::board::Watchers;
use crate::check::check_with;
use crate::condition::Truth;
use crate::diagnostic::Diagnostic;
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::guidance::few;
use crate::pack::{Pack, Rule};
use crate::profile::Profile;
use crate::program::Program;
use crate::recipe::Recipe;
use crate::vocabulary::Vocabulary;

/// The facet that says what a method needs.
pub const NEED: &str = "need";
/// The facet that says what is arranged; it shares its values with [`NEED`].
pub const ARRANGED: &str = "at_hand";
/// The criterion that says whom it is about; the recipe starts from it.
pub const PEOPLE: &str = "target_group";
/// The facet that says where in a project a method belongs; the recipe puts methods in its order.
pub const PHASE: &str = "phase";
/// The number that says how many weeks there are; the recipe is tested after them.
pub const WEEKS: &str = "weeks_available";
/// How many methods an advice explains in full when nothing else is asked.
pub const DEFAULT_TOP: usize = 5;

/// A checked and compiled pack.
///
/// Immutable, `Send + Sync`, and built once; share it between threads.
#[derive(Debug)]
pub struct Engine {
    pub(crate) pack: Pack,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) program: Program,
    /// Made when what-if is asked for the first time.
    watchers: OnceLock<Watchers>,
}

impl Engine {
    /// Checks and compiles a pack.
    ///
    /// # Errors
    /// Every problem in the pack.
    pub fn new(pack: Pack) -> Result<Self, Vec<Diagnostic>> {
        let vocabulary = Vocabulary::new(&pack);
        let problems = check_with(&pack, &vocabulary);
        if problems.is_empty() { Ok(Self::compile(pack, vocabulary)) } else { Err(problems) }
    }

    /// Compiles a pack that was checked before, such as one that comes with a program and its tests.
    ///
    /// A pack that does not pass [`crate::check`] gives an engine all the same. Then a rule may count for what it
    /// does not say, and asking may panic.
    #[must_use]
    pub fn of_checked(pack: Pack) -> Self {
        let vocabulary = Vocabulary::new(&pack);
        Self::compile(pack, vocabulary)
    }

    fn compile(mut pack: Pack, vocabulary: Vocabulary) -> Self {
        // Order carries no meaning in a pack; sorted, it cannot leak into an answer.
        pack.methods.sort_by(|a, b| a.id.cmp(&b.id));
        pack.rules.sort_by(|a, b| a.id.cmp(&b.id));
        pack.guidelines.sort_by(|a, b| a.id.cmp(&b.id));
        let program = Program::new(&pack, &vocabulary);
        Self { pack, vocabulary, program, watchers: OnceLock::new() }
    }

    /// The pack the engine was built from.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Ranks the methods for a profile and explains the best [`DEFAULT_TOP`].
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn recommend(&self, profile: &Profile) -> Result<Advice<'_>, Vec<Diagnostic>> {
        self.recommend_top(profile, DEFAULT_TOP)
    }

    /// Ranks the methods for a profile and explains the best `top`.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn recommend_top(&self, profile: &Profile, top: usize) -> Result<Advice<'_>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let explainer = Explainer::new(self, evaluation.situation());
        let (best, rest) = evaluation.order.split_at(top.min(evaluation.order.len()));
        let methods = best.iter().enumerate().map(|(place, at)| explainer.ranked(*at, place + 1));
        let others = rest.iter().enumerate().map(|(place, at)| Listed {
            rank: best.len() + place + 1,
            id: &self.pack.methods[*at].id,
            name: &self.pack.methods[*at].name,
            score: explainer.score(evaluation.standings[*at]),
        });
        let ruled_out = (0..self.pack.methods.len()).filter(|at| evaluation.standings[*at].excluded);
        let excluded = ruled_out.map(|at| Excluded {
            id: &self.pack.methods[at].id,
            name: &self.pack.methods[at].name,
            score: explainer.score(evaluation.standings[at]),
            because: explainer.exclusions(at),
        });
        let applying = explainer.guidelines(best, true);
        Ok(Advice {
            advice_version: ADVICE_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            methods: methods.collect(),
            others: others.collect(),
            excluded: excluded.collect(),
            open_questions: explainer.open_questions(&evaluation, top),
            cautions: explainer.cautions(),
            guidelines: few(applying),
            reach: explainer.reach(),
        })
    }

    /// Explains one method for a profile, whether it ranks high, low, or is ruled out.
    ///
    /// # Errors
    /// Every problem in the profile, or that there is no such method.
    pub fn explain(&self, profile: &Profile, method: &str) -> Result<Explanation<'_>, Vec<Diagnostic>> {
        let (at, evaluation) = match (self.find_method(method), self.evaluate(profile)) {
            (Ok(at), Ok(evaluation)) => (at, evaluation),
            (found, evaluation) => {
                return Err(found.err().into_iter().chain(evaluation.err().unwrap_or_default()).collect());
            }
        };
        let explainer = Explainer::new(self, evaluation.situation());
        let rank = evaluation.rank(at);
        let mut not_holding: Vec<NotHolding<'_>> = explainer.not_holding(at);
        not_holding
            .sort_by_key(|n| (std::cmp::Reverse(n.reason.low.abs().max(n.reason.high.abs())), n.reason.rule));
        Ok(Explanation {
            advice_version: ADVICE_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            ranked_methods: evaluation.order.len(),
            method: explainer.ranked(at, rank),
            excluded: explainer.exclusions(at),
            guidelines: explainer.guidelines(&[at], false),
            not_holding,
        })
    }

    /// Every guideline that applies to a profile and its best `top` methods, most specific first, with why.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn guidelines(&self, profile: &Profile, top: usize) -> Result<Vec<Advised<'_>>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let best = &evaluation.order[..top.min(evaluation.order.len())];
        Ok(Explainer::new(self, evaluation.situation()).guidelines(best, true))
    }

    /// What helps and hinders people with this profile, closest first.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn factors(&self, profile: &Profile) -> Result<Vec<FittingFactor<'_>>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        Ok(Explainer::new(self, evaluation.situation()).factors(&evaluation))
    }

    /// The examples that share something with a profile: those that share most first, then by id.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn examples(&self, profile: &Profile) -> Result<Vec<FittingExample<'_>>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        Ok(Explainer::new(self, evaluation.situation()).examples())
    }

    /// Works out an advice in the steps of the recipe, for these methods or else the best few.
    ///
    /// # Errors
    /// Every problem in the profile, and every method that does not exist.
    pub fn recipe(&self, profile: &Profile, methods: &[&str]) -> Result<Recipe<'_>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut chosen = Vec::new();
        for written in methods {
            match self.find_method(written) {
                Ok(at) if chosen.contains(&at) => {}
                Ok(at) => chosen.push(at),
                Err(problem) => problems.push(problem),
            }
        }
        match self.evaluate(profile) {
            Ok(evaluation) if problems.is_empty() => Ok(crate::recipe::write(
                &Explainer::new(self, evaluation.situation()),
                &evaluation,
                profile,
                chosen,
            )),
            evaluation => {
                problems.extend(evaluation.err().unwrap_or_default());
                Err(problems)
            }
        }
    }

    /// Whether each rule of the pack holds for a profile, in the order of the pack.
    ///
    /// This is what tests of rules are written against.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn truths(&self, profile: &Profile) -> Result<Vec<(&Rule, Truth)>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let rules = self.program.rules.iter();
        let mut truths: Vec<_> = rules
            .map(|rule| (rule.rule as usize, evaluation.situation().outcome(&self.pack, rule).truth))
            .collect();
        truths.sort_unstable_by_key(|(rule, _)| *rule);
        Ok(truths.into_iter().map(|(rule, truth)| (&self.pack.rules[rule], truth)).collect())
    }

    /// The place of the method that somebody means.
    ///
    /// # Errors
    /// A diagnostic with the nearest method when nothing fits.
    pub(crate) fn find_method(&self, written: &str) -> Result<usize, Diagnostic> {
        let found = self.pack.find_method(written)?;
        Ok(self.pack.methods.iter().position(|method| method.id == found.id).unwrap_or(0))
    }

    pub(crate) fn watchers(&self) -> &Watchers {
        self.watchers.get_or_init(|| Watchers::new(&self.pack, &self.vocabulary, &self.program))
    }

    pub(crate) fn evaluate(&self, profile: &Profile) -> Result<Evaluation, Vec<Diagnostic>> {
        let answers = Answers::read(&self.pack, &self.vocabulary, profile)?;
        Ok(Evaluation::new(self, answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engine_can_be_shared() {
        fn shared<T: Send + Sync>() {}
        shared::<Engine>();
    }
}
