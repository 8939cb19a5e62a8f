//! Beyond the ranking: the do's and don'ts that matter here, ways to reach people, what helps and hinders.
//!
//! Guidelines are brought up by rules. The more a rule asks, the more it is about this situation; among
//! equals, what is about a method that ranks high comes first. An advice shows the few that lead.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::advice::{Advised, FittingFactor, FittingReach, Named};
use crate::condition::Truth;
use crate::engine::DEFAULT_TOP;
use crate::evaluate::Evaluation;
use crate::explain::Explainer;
use crate::pack::{About, Factor};
use crate::program::Kind;

/// At most this many guidelines are shown with an advice.
const GUIDELINES_SHOWN: usize = 8;
/// At most this many ways to reach people are shown with an advice.
const REACH_SHOWN: usize = 3;

/// What was found about a guideline.
struct Found<'e> {
    /// Its best rule: how specific that is, how close the method it is about, and the rule.
    lead: (Reverse<usize>, usize, usize),
    /// Ids of the methods it is about.
    methods: Vec<&'e str>,
}

impl<'e> Explainer<'e, '_> {
    /// Every guideline that applies to the profile and these methods, most specific first; with `general`
    /// also those about the whole advice.
    pub(crate) fn guidelines(&self, methods: &[usize], general: bool) -> Vec<Advised<'e>> {
        let program = &self.engine.program;
        let pack = &self.engine.pack;
        let general_rules = if general { program.general_rules() } else { 0..0 };
        let of_methods = methods.iter().enumerate().flat_map(|(place, method)| {
            program.rules_of(*method).map(move |rule| (place, Some(*method), rule))
        });
        let all = of_methods.chain(general_rules.map(|rule| (methods.len(), None, rule)));
        let mut found: BTreeMap<usize, Found<'e>> = BTreeMap::new();
        for (closeness, method, rule) in all {
            let compiled = &program.rules[rule];
            let Kind::Guideline(guideline) = compiled.kind else { continue };
            if self.situation.truth(compiled) != Truth::Holds {
                continue;
            }
            let lead = (Reverse(program.asks_at_least(compiled.condition as usize)), closeness, rule);
            let slot = found.entry(guideline as usize).or_insert(Found { lead, methods: Vec::new() });
            slot.lead = slot.lead.min(lead);
            let about = method.map(|method| pack.methods[method].id.as_str());
            slot.methods.extend(about.filter(|id| !slot.methods.contains(id)));
        }
        let mut applying: Vec<_> = found.iter().collect();
        // Guidelines stand in the order of their ids, so the place settles ties.
        applying.sort_unstable_by_key(|(guideline, Found { lead: (specific, closeness, _), .. })| {
            (*specific, *closeness, **guideline)
        });
        let applies = |id: &str| found.keys().any(|guideline| pack.guidelines[*guideline].id == id);
        let advised =
            applying.into_iter().map(|(guideline, Found { lead: (specific, _, rule), methods })| {
                let guideline = &pack.guidelines[*guideline];
                let other = guideline.tension.as_ref().map(|tension| tension.other.as_str());
                Advised {
                    guideline,
                    reason: self.reason(*rule),
                    specificity: specific.0,
                    methods: methods.clone(),
                    pulls_against: other.filter(|id| applies(id)),
                }
            });
        advised.collect()
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
            preconditions: self.arranged(&program.reach_needs[at]).collect(),
        });
        shown.collect()
    }

    /// What helps and hinders here, for the methods that an advice shows.
    pub(crate) fn factors(&self, evaluation: &Evaluation) -> Vec<FittingFactor<'e>> {
        let shown = evaluation.order.len().min(DEFAULT_TOP);
        self.factors_with(&evaluation.order[..shown])
    }

    /// What helps and hinders here: what shares most with the profile first. A factor that is about methods
    /// only, such as a room, fits when one of these methods has to do with it.
    pub(crate) fn factors_with(&self, methods: &[usize]) -> Vec<FittingFactor<'e>> {
        let factors = self.engine.pack.factors.iter().zip(&self.engine.program.factor_atoms);
        let mut fitting: Vec<_> = factors
            .map(|(factor, atoms)| {
                let of_profile = self.holding(atoms);
                let shared = of_profile.len();
                let fits =
                    if self.is_about_methods(factor) { self.on_cards(factor, methods) } else { of_profile };
                (shared, FittingFactor { factor, fits })
            })
            .filter(|(_, fitting)| !fitting.fits.is_empty())
            .collect();
        fitting.sort_by_key(|(shared, fitting)| (Reverse(*shared), &fitting.factor.id));
        fitting.into_iter().map(|(_, fitting)| fitting).collect()
    }

    /// Whether nothing that a factor has to do with can be answered in a profile.
    fn is_about_methods(&self, factor: &Factor) -> bool {
        let asked = |id: &String| {
            self.engine.pack.facet(id).is_some_and(|facet| facet.about.contains(&About::Profile))
        };
        !factor.facets.keys().any(asked)
    }

    /// The values of a factor that stand on the card of one of these methods.
    fn on_cards(&self, factor: &'e Factor, methods: &[usize]) -> Vec<Named<'e>> {
        let pack = &self.engine.pack;
        let stands = |facet: &str, value: &String| {
            methods
                .iter()
                .any(|at| pack.methods[*at].facets.get(facet).is_some_and(|own| own.contains(value)))
        };
        let values =
            factor.facets.iter().flat_map(|(id, values)| values.iter().map(move |value| (id, value)));
        let named = values.filter(|(facet, value)| stands(facet, value)).filter_map(|(facet, value)| {
            let value = pack.facet(facet)?.value(value)?;
            Some(Named { id: &value.id, label: &value.label })
        });
        named.collect()
    }

    /// The values among these that hold in the profile.
    fn holding(&self, atoms: &[usize]) -> Vec<Named<'e>> {
        let holds = atoms.iter().filter(|atom| self.situation.answers.values[**atom] == Truth::Holds);
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
