//! Checks what a pack says about plans.
//!
//! Apart from the other checks, because the search relies on more than references: sums that only grow, and
//! few enough outcomes for a set of bits.

use crate::check::Checker;
use crate::diagnostic::code;
use crate::pack::About;
use crate::plan_data::{PlanningOutcome, PlanningResource};
use crate::plan_search::MAX_MEMBERS;
use crate::vocabulary::suggest;

impl Checker<'_> {
    /// The section of a pack about plans.
    pub(crate) fn planning(&mut self) {
        let planning = &self.pack.plan;
        if let Some(kind) = &planning.kind {
            self.plan_kind(kind);
        }
        for (at, resource) in planning.resources.iter().enumerate() {
            let item = format!("plan/resources/{at}");
            self.plan_resource(&item, resource);
            if planning.resources.iter().take(at).any(|other| other.available == resource.available) {
                let message = format!("`{}` is counted twice", resource.available);
                let help = "keep one of the two resources: what is used is added up in one place";
                self.report(&code::PLAN_SHAPE, &item, &resource.available, message, help);
            }
        }
        self.unique("plan/outcomes", planning.outcomes.iter().map(|outcome| outcome.id.as_str()));
        for outcome in &planning.outcomes {
            self.plan_outcome(outcome);
        }
        let mut closing = planning.outcomes.iter().filter(|outcome| outcome.closes);
        if let (Some(first), Some(second)) = (closing.next(), closing.next()) {
            let message = format!("`{}` and `{}` both close a plan", first.id, second.id);
            let help = "a plan ends with one thing: take `closes` out of the other";
            self.report(&code::PLAN_SHAPE, &format!("plan/outcomes/{}", second.id), "closes", message, help);
        }
        if planning.outcomes.len() > MAX_MEMBERS {
            let message = format!("a plan with {} outcomes", planning.outcomes.len());
            let help =
                format!("name at most {MAX_MEMBERS} outcomes; a chain of four or five is easier to follow");
            self.report(&code::PLAN_SHAPE, "plan/outcomes", "", message, help);
        }
    }

    fn plan_kind(&mut self, kind: &str) {
        match self.pack.facet(kind) {
            None => {
                let help = suggest(kind, self.pack.facets.iter().map(|facet| facet.id.as_str()));
                self.unknown("plan/kind", "facet", kind, help);
            }
            Some(facet) if !facet.about.contains(&About::Method) || !facet.takes_one() => {
                let message = format!("`{kind}` does not say of what kind a method is");
                let help = "name a facet about methods that takes one value";
                self.report(&code::WRONG_SUBJECT, "plan/kind", kind, message, help);
            }
            Some(_) => {}
        }
    }

    fn plan_resource(&mut self, item: &str, resource: &PlanningResource) {
        self.asked_number(item, &resource.available);
        let needed = &resource.needed;
        match self.pack.number(needed) {
            None => {
                let help = suggest(needed, self.pack.numbers.iter().map(|number| number.id.as_str()));
                self.unknown(item, "number", needed, help);
            }
            Some(number) if !number.about.contains(&About::Method) => {
                let message = format!("`{needed}` describes profiles and not methods");
                let help =
                    format!("use a number about methods, or add `\"method\"` to `about` of `{needed}`");
                self.report(&code::WRONG_SUBJECT, item, needed, message, help);
            }
            // The search stops as soon as a sum is too large, so that no step may give something back.
            Some(number) if number.min < 0 => {
                let message = format!("`{needed}` can be below zero");
                let help = "a step takes nothing or something: let `min` of the number be 0 or more";
                self.report(&code::PLAN_SHAPE, item, needed, message, help);
            }
            Some(_) => {}
        }
    }

    fn plan_outcome(&mut self, outcome: &PlanningOutcome) {
        let item = format!("plan/outcomes/{}", outcome.id);
        self.id(&item, &outcome.id, '-');
        self.texts(&item, [("label", &outcome.label), ("help", &outcome.help)]);
        self.citations(&item, &outcome.sources, true);
        self.facet_values(&format!("{item}/yielded_by"), &outcome.yielded_by, Some(About::Method));
        self.facet_values(&format!("{item}/needed_by"), &outcome.needed_by, Some(About::Method));
        self.facet_values(&format!("{item}/already"), &outcome.already, Some(About::Profile));
        if outcome.yielded_by.is_empty() {
            let message = format!("no step can yield `{}`", outcome.id);
            let help = "write in `yielded_by` what stands on the cards of methods that yield it";
            self.report(&code::PLAN_SHAPE, &item, "yielded_by", message, help);
        }
    }
}
