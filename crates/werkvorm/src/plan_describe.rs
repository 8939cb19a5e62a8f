//! From a plan to what people read of it in one language: the steps in a row, what cannot be done, and each
//! step with why, what it needs and what it brings.

use werkvorm_core::{
    Broken, Citation, Named, NeededOutcome, OutcomeFrom, Plan, PlanPhase, PlanStep, ResourceUse, Truth,
};

use crate::what_if_describe::{aside, plain};
use crate::what_if_view::{BlockView, CellView, SectionView, WhatIfView};
use crate::words::Words;

/// At most this many open questions are named.
const OPEN_SHOWN: usize = 5;

impl Words<'_> {
    /// A plan in this language.
    #[must_use]
    pub fn plan(&self, plan: &Plan<'_>) -> WhatIfView {
        let steps = || plan.phases.iter().flat_map(|phase| phase.steps.iter().map(move |step| (phase, step)));
        let count = steps().count();
        let lead_steps = match count {
            1 => self.get("plan.lead-one"),
            _ => self.fill("plan.lead", &[("steps", &count.to_string())]),
        };
        // Where no rule prefers a method, no other plan could do better.
        let no_rule = |broken: &Broken<'_>| matches!(broken, Broken::PartNotServed { candidates: 0, .. });
        let is_whole = plan.broken.iter().all(no_rule);
        let whole = match (is_whole, plan.optimal) {
            (true, _) => "plan.whole",
            (false, true) => "plan.not-whole",
            (false, false) => "plan.not-whole-perhaps",
        };
        let mut lead = vec![lead_steps, self.get(whole)];
        if !plan.optimal {
            lead.push(self.get("plan.not-optimal"));
        }
        let mut sections = vec![SectionView {
            title: self.get("plan.heading-line"),
            blocks: vec![BlockView::Picture { picture: self.plan_picture(plan) }, self.in_a_row(plan)],
        }];
        if !plan.broken.is_empty() {
            let items = plan.broken.iter().map(|broken| self.broken(broken)).collect();
            let title = if is_whole { "plan.heading-note" } else { "plan.heading-broken" };
            sections.push(SectionView {
                title: self.get(title),
                blocks: vec![BlockView::List { ordered: false, items }],
            });
        }
        let mut number = 0;
        for phase in plan.phases.iter().filter(|phase| !phase.steps.is_empty()) {
            let mut blocks = Vec::new();
            for step in &phase.steps {
                number += 1;
                blocks.extend(self.step(number, step, phase));
            }
            sections.push(SectionView { title: self.phase_name(phase), blocks });
        }
        if !plan.served.is_empty() || !plan.not_served.is_empty() {
            sections
                .push(SectionView { title: self.get("plan.heading-parts"), blocks: vec![self.parts(plan)] });
        }
        if !plan.resources.is_empty() {
            let title = self.get("plan.heading-resources");
            sections.push(SectionView { title, blocks: vec![self.resource_table(&plan.resources)] });
        }
        if !plan.open_questions.is_empty() {
            let open = plan.open_questions.iter().take(OPEN_SHOWN);
            let items = open.map(|open| self.of(open.question).to_owned()).collect();
            let mut blocks = vec![BlockView::List { ordered: false, items }];
            blocks.extend(self.left_out("label.and-more", plan.open_questions.len(), OPEN_SHOWN));
            sections.push(SectionView { title: self.get("heading.open-questions"), blocks });
        }
        sections.push(SectionView {
            title: self.get("plan.heading-how"),
            blocks: vec![aside(self.get("plan.how"))],
        });
        let mut cited: Vec<&Citation> = Vec::new();
        for (_, step) in steps() {
            cited.extend(step.reasons.iter().chain(&step.cautions).flat_map(|reason| reason.sources));
            cited.extend(step.guidelines.iter().flat_map(|advised| &advised.guideline.sources));
            cited.extend(step.resources.iter().map(|fact| &fact.source));
        }
        self.what_if("plan.heading", lead, &plan.profile, sections, &cited)
    }

    pub(crate) fn phase_name(&self, phase: &PlanPhase<'_>) -> String {
        let name = self.of(phase.phase.label);
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
        format!("{}{}", first.unwrap_or_default(), letters.as_str())
    }

    fn in_a_row(&self, plan: &Plan<'_>) -> BlockView {
        let mut rows = Vec::new();
        for phase in &plan.phases {
            for step in &phase.steps {
                let kind = step.kind.as_ref().map(|kind| self.of(kind.label).to_owned());
                rows.push(vec![
                    CellView::of(format!("{}. {}", rows.len() + 1, self.of(step.name))),
                    CellView::of(self.of(phase.phase.label).to_owned()),
                    CellView::of(kind.unwrap_or_default()),
                    CellView::of(step.score.fit.to_string()),
                    CellView::of(self.yields(step)),
                ]);
            }
        }
        let head = ["plan.step", "plan.phase", "plan.kind", "label.fit", "plan.yields"];
        BlockView::Table { head: head.iter().map(|key| self.get(key)).collect(), rows }
    }

    /// What a step brings, in words.
    pub(crate) fn yields(&self, step: &PlanStep<'_>) -> String {
        let yields: Vec<_> = step.yields.iter().map(|outcome| self.of(outcome.label)).collect();
        if yields.is_empty() { self.get("plan.yields-nothing") } else { yields.join(", ") }
    }

    fn step(&self, number: usize, step: &PlanStep<'_>, phase: &PlanPhase<'_>) -> Vec<BlockView> {
        let fit = self.fill("label.fit-of-100", &[("fit", &step.score.fit.to_string())]);
        let (rank, candidates) = (step.rank.to_string(), phase.candidates.to_string());
        let blanks = [("fit", fit.as_str()), ("rank", &rank), ("candidates", &candidates)];
        let mut blocks = vec![
            BlockView::Heading { level: 3, text: format!("{number}. {}", self.of(step.name)) },
            aside(self.fill("plan.fit", &blanks)),
        ];
        blocks.extend(self.pack().method(step.id).map(|method| plain(self.of(&method.what).to_owned())));
        let reasons = step.reasons.iter().chain(&step.cautions);
        let rules: Vec<_> = reasons
            .filter_map(|reason| {
                let sign = if reason.points == 0 { "!".to_owned() } else { self.signed(reason.points) };
                self.rule_line(reason.rule, sign, None)
            })
            .collect();
        if !rules.is_empty() {
            blocks.push(BlockView::Rules { rules });
        }
        let mut items = Vec::new();
        let serves: Vec<_> = step.serves.iter().map(|part| self.of(part.label)).collect();
        if !serves.is_empty() {
            items.push(format!("{}: {}.", self.get("plan.serves"), serves.join(", ")));
        }
        items.extend(step.needs_outcomes.iter().map(|needed| self.needed(needed)));
        items.extend(step.hands_over_from.map(|id| self.about_method("plan.hands-over", id)));
        items.push(format!("{}: {}.", self.get("plan.yields"), self.yields(step)));
        let needs: Vec<_> = step
            .needs
            .iter()
            .filter(|need| need.arranged != Truth::Holds)
            .map(|need| self.of(need.label))
            .collect();
        if !needs.is_empty() {
            items.push(self.fill("plan.arrange", &[("needs", &needs.join(", "))]));
        }
        items.extend(step.resources.iter().filter_map(|fact| self.figure(fact)));
        let unknown: Vec<_> = step.unknown_resources.iter().map(|id| self.question(id)).collect();
        if !unknown.is_empty() {
            items.push(self.fill("plan.takes-unknown", &[("numbers", &unknown.join(", "))]));
        }
        items.extend(step.guidelines.iter().map(|advised| {
            let guideline = self.guideline(advised);
            format!("{}: {}. {}", guideline.kind, guideline.title, guideline.text)
        }));
        blocks.push(BlockView::List { ordered: false, items });
        blocks
    }

    fn about_method(&self, key: &str, id: &str) -> String {
        self.fill(key, &[("method", &self.names_of(&[id]).join(""))])
    }

    fn needed(&self, needed: &NeededOutcome<'_>) -> String {
        let outcome = self.of(needed.outcome.label);
        let (key, method) = match needed.from {
            OutcomeFrom::Step(id) => ("plan.needs-from", self.names_of(&[id]).join("")),
            OutcomeFrom::Already => ("plan.needs-already", String::new()),
            OutcomeFrom::Missing => ("plan.needs-missing", String::new()),
            OutcomeFrom::NotKnown => ("plan.needs-not-known", String::new()),
        };
        self.fill(key, &[("outcome", outcome), ("method", &method)])
    }

    fn broken(&self, broken: &Broken<'_>) -> String {
        let named = |key: &str, name: &str, what: &Named<'_>| self.fill(key, &[(name, self.of(what.label))]);
        match broken {
            Broken::PhaseEmpty { phase } => named("plan.broken-phase", "name", phase),
            Broken::PhaseYieldsNothing { phase } => named("plan.broken-phase-nothing", "name", phase),
            Broken::ResourceExceeded { resource, available, known } => {
                let (known, available) = (self.number(*known), self.number(*available));
                let blanks =
                    [("resource", self.of(resource.label)), ("known", &known), ("available", &available)];
                self.fill("plan.broken-resource", &blanks)
            }
            Broken::PartNotServed { part, candidates } => {
                let key = if *candidates == 0 { "plan.broken-part-no-rule" } else { "plan.broken-part" };
                self.fill(key, &[("part", self.of(part.label))])
            }
            Broken::OutcomeMissing { method, outcome, not_known, .. } => {
                let key = if *not_known { "plan.broken-not-known" } else { "plan.broken-missing" };
                self.fill(key, &[("method", self.of(method.label)), ("outcome", self.of(outcome.label))])
            }
            Broken::StepUnfit { method, .. } => named("plan.broken-unfit", "method", method),
            Broken::NotClosed { outcome } => named("plan.broken-closed", "outcome", outcome),
        }
    }

    fn parts(&self, plan: &Plan<'_>) -> BlockView {
        let served = plan.served.iter().map(|served| {
            let by = self.names_of(&served.by).join(", ");
            vec![CellView::of(self.of(served.part.label).to_owned()), CellView::of(by)]
        });
        let none = self.get("plan.by-none");
        let not_served = plan
            .not_served
            .iter()
            .map(|part| vec![CellView::of(self.of(part.part.label).to_owned()), CellView::of(none.clone())]);
        let head = ["plan.part", "plan.by"].map(|key| self.get(key)).to_vec();
        BlockView::Table { head, rows: served.chain(not_served).collect() }
    }

    fn resource_table(&self, resources: &[ResourceUse<'_>]) -> BlockView {
        let rows = resources.iter().map(|resource| {
            let amount = |number: i64| format!("{} {}", self.number(number), self.of(resource.unit));
            let not_known = || self.get("plan.nothing-known");
            let known = if resource.known == 0 && resource.unknown_steps > 0 {
                not_known()
            } else {
                amount(resource.known)
            };
            vec![
                CellView::of(self.of(resource.label).to_owned()),
                CellView::of(resource.available.map_or_else(|| self.get("label.not-answered"), amount)),
                CellView::of(known),
                CellView::of(resource.unknown_steps.to_string()),
            ]
        });
        let head = ["plan.resource", "plan.available", "plan.known", "plan.unknown"];
        BlockView::Table { head: head.iter().map(|key| self.get(key)).collect(), rows: rows.collect() }
    }
}
