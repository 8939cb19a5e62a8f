//! Beyond the ranking: the do's and don'ts that matter here, ways to reach people, what helps and hinders.
//!
//! Guidelines are brought up by rules. The more a rule asks, the more it is about this situation; among
//! equals, what is about a method that ranks high comes first. An advice shows the few that lead.

use std::cmp::Reverse;

use crate::advice::{Advised, FittingFactor, FittingReach, Named};
use crate::condition::Truth;
use crate::explain::Explainer;
use crate::program::Kind;

/// At most this many guidelines are shown with an advice.
const GUIDELINES_SHOWN: usize = 8;
/// At most this many ways to reach people are shown with an advice.
const REACH_SHOWN: usize = 3;

impl<'e> Explainer<'e, '_> {
    /// Every guideline that applies to the profile and these methods, most specific first; with `general`
    /// also those about the whole advice.
    pub(crate) fn guidelines(&self, methods: &[usize], general: bool) -> Vec<Advised<'e>> {
        let program = &self.engine.program;
        let pack = &self.engine.pack;
        // Per guideline: how specific its best rule is, how close it is, the rule, and all its methods.
        let mut found: Vec<Option<(usize, Reverse<usize>, usize, Vec<&'e str>)>> =
            vec![None; pack.guidelines.len()];
        let general_rules = if general { program.general_rules() } else { 0..0 };
        let of_methods = methods.iter().enumerate().flat_map(|(place, method)| {
            program.rules_of(*method).map(move |rule| (place, Some(*method), rule))
        });
        let all = of_methods.chain(general_rules.map(|rule| (methods.len(), None, rule)));
        for (place, method, at) in all {
            let rule = &program.rules[at];
            let condition = rule.condition as usize;
            let Kind::Guideline(guideline) = rule.kind else { continue };
            if self.evaluation.truths[condition] != Truth::Holds {
                continue;
            }
            let specificity = program.asks_at_least(condition);
            let slot = &mut found[guideline as usize];
            let about = method.map(|method| pack.methods[method].id.as_str());
            match slot {
                None => *slot = Some((specificity, Reverse(place), at, about.into_iter().collect())),
                Some((best, closest, rule, methods)) => {
                    if (specificity, Reverse(place)) > (*best, *closest) {
                        (*best, *closest, *rule) = (specificity, Reverse(place), at);
                    }
                    methods.extend(about.filter(|id| !methods.contains(id)));
                }
            }
        }
        let applies = |id: &str| {
            let place = pack.guidelines.iter().position(|guideline| guideline.id == id);
            place.is_some_and(|at| found[at].is_some())
        };
        let mut advised: Vec<_> = found
            .iter()
            .zip(&pack.guidelines)
            .filter_map(|(found, guideline)| Some((found.as_ref()?, guideline)))
            .map(|((specificity, closeness, rule, methods), guideline)| {
                let other = guideline.tension.as_ref().map(|tension| tension.other.as_str());
                let advised = Advised {
                    guideline,
                    reason: self.reason(*rule),
                    specificity: *specificity,
                    methods: methods.clone(),
                    pulls_against: other.filter(|id| applies(id)),
                };
                (*closeness, advised)
            })
            .collect();
        advised.sort_by_key(|(Reverse(closeness), advised)| {
            (Reverse(advised.specificity), *closeness, &advised.guideline.id)
        });
        advised.into_iter().map(|(_, advised)| advised).collect()
    }

    /// The ways to reach people that share most with the profile.
    pub(crate) fn reach(&self) -> Vec<FittingReach<'e>> {
        let program = &self.engine.program;
        let mut fitting: Vec<_> = self
            .engine
            .pack
            .reach
            .iter()
            .enumerate()
            .map(|(at, reach)| (self.holding(&program.reach_atoms[at]), at, reach))
            .filter(|(fits, ..)| !fits.is_empty())
            .collect();
        fitting.sort_by_key(|(fits, _, reach)| (Reverse(fits.len()), &reach.id));
        fitting.truncate(REACH_SHOWN);
        let shown = fitting.into_iter().map(|(fits, at, reach)| FittingReach {
            reach,
            fits,
            preconditions: self.arranged(&program.reach_needs[at]),
        });
        shown.collect()
    }

    /// What helps and hinders here: what shares most with the profile first.
    pub(crate) fn factors(&self) -> Vec<FittingFactor<'e>> {
        let factors = self.engine.pack.factors.iter().zip(&self.engine.program.factor_atoms);
        let mut fitting: Vec<_> = factors
            .map(|(factor, atoms)| FittingFactor { factor, fits: self.holding(atoms) })
            .filter(|fitting| !fitting.fits.is_empty())
            .collect();
        fitting.sort_by_key(|fitting| (Reverse(fitting.fits.len()), &fitting.factor.id));
        fitting
    }

    /// The values among these that hold in the profile.
    fn holding(&self, atoms: &[usize]) -> Vec<Named<'e>> {
        let holds = atoms.iter().filter(|atom| self.evaluation.atoms[**atom] == Truth::Holds);
        let named = holds.map(|atom| {
            let (facet, value) = self.engine.vocabulary.place_of(*atom);
            let value = &self.engine.pack.facets[facet].values[value];
            Named { id: &value.id, label: &value.label }
        });
        named.collect()
    }
}

/// The few guidelines that lead. One that pulls against another is shown together with it, or not at all
/// when there is no room for both.
pub(crate) fn few(applying: Vec<Advised<'_>>) -> Vec<Advised<'_>> {
    let mut shown: Vec<Advised<'_>> = Vec::new();
    for advised in &applying {
        if shown.iter().any(|other| other.guideline.id == advised.guideline.id) {
            continue;
        }
        let opposite =
            advised.pulls_against.and_then(|id| applying.iter().find(|other| other.guideline.id == id));
        let opposite =
            opposite.filter(|other| shown.iter().all(|known| known.guideline.id != other.guideline.id));
        if shown.len() + 1 + usize::from(opposite.is_some()) > GUIDELINES_SHOWN {
            continue;
        }
        shown.push(advised.clone());
        shown.extend(opposite.cloned());
    }
    shown
}
