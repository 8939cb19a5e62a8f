//! Profiles beside each other, in one language.

use werkvorm_core::{Citation, Compared, Comparison, Difference, Movement, MovementKind, RuleDifference};

use crate::what_if_describe::{aside, plain};
use crate::what_if_view::{BlockView, CellView, RuleLineView, SectionView, WhatIfView};
use crate::words::Words;

/// Methods that are among this many in some profile are shown.
const SHOWN: usize = 10;

impl Words<'_> {
    /// A comparison in this language.
    #[must_use]
    pub fn comparison(&self, comparison: &Comparison<'_>) -> WhatIfView {
        let situations: Vec<_> = (0..comparison.profiles.len()).map(|at| self.situation(at)).collect();
        let lead = situations.iter().enumerate().map(|(at, situation)| {
            let first = comparison
                .methods
                .iter()
                .find(|method| method.standings.get(at).is_some_and(|it| it.rank == 1));
            let key = if first.is_some() { "what-if.situation-first" } else { "what-if.situation-none" };
            let method = first.map_or("", |method| self.of(method.name));
            self.fill(key, &[("situation", situation), ("method", method)])
        });
        let shown: Vec<_> = comparison
            .methods
            .iter()
            .filter(|method| method.standings.iter().any(|standing| (1..=SHOWN).contains(&standing.rank)))
            .collect();
        let mut cited = Vec::new();
        let sections = vec![
            SectionView {
                title: self.get("what-if.heading-differences"),
                blocks: self.differences(comparison, &situations),
            },
            SectionView {
                title: self.get("what-if.heading-beside"),
                blocks: vec![
                    aside(self.fill("what-if.beside-help", &[("limit", &SHOWN.to_string())])),
                    self.beside(&shown, &situations),
                ],
            },
            SectionView {
                title: self.get("what-if.heading-moved"),
                blocks: self.moved(&shown, &situations, &mut cited),
            },
        ];
        // The engine compares at least two.
        let first = &comparison.profiles[0];
        self.what_if("what-if.heading-compare", lead.collect(), first, sections, &cited)
    }

    fn situation(&self, at: usize) -> String {
        let letter = ('A'..='Z').nth(at).map(String::from).unwrap_or_default();
        self.fill("what-if.situation", &[("letter", &letter)])
    }

    fn differences(&self, comparison: &Comparison<'_>, situations: &[String]) -> Vec<BlockView> {
        let titles = comparison.profiles.iter().zip(situations).filter_map(|(profile, situation)| {
            let title = profile.title.as_ref()?.in_language(self.language());
            Some(self.fill("what-if.situation-named", &[("situation", situation), ("title", title)]))
        });
        let titles: Vec<_> = titles.collect();
        let mut blocks = vec![aside(self.get("what-if.against-first"))];
        // A profile and a change to it have one title, which then says nothing.
        let first = comparison.profiles.first().map(|profile| &profile.title);
        if comparison.profiles.iter().any(|profile| Some(&profile.title) != first) {
            blocks.push(BlockView::List { ordered: false, items: titles });
        }
        if comparison.differences.is_empty() {
            blocks.push(plain(self.get("what-if.no-differences")));
            return blocks;
        }
        let rows = comparison.differences.iter().map(|difference| {
            let (label, answers, adjustable) = match difference {
                Difference::Question { question, adjustable, answers } => {
                    let shown = answers.iter().map(|answer| {
                        answer.as_ref().map_or_else(|| self.get("label.not-answered"), |one| self.answer(one))
                    });
                    (self.of(question.label).to_owned(), shown.collect::<Vec<_>>(), *adjustable)
                }
                Difference::Weight { criterion, weights } => {
                    let label = self.fill("change.weight", &[("criterion", self.of(criterion.label))]);
                    (label, weights.iter().map(i64::to_string).collect(), true)
                }
            };
            let cells = [label].into_iter().chain(answers).chain([self.yes_or_no(adjustable)]);
            cells.map(CellView::of).collect()
        });
        let head = [self.get("label.question")].into_iter().chain(situations.iter().cloned());
        let head = head.chain([self.get("what-if.adjustable")]).collect();
        blocks.push(BlockView::Table { head, rows: rows.collect() });
        blocks
    }

    fn beside(&self, shown: &[&Compared<'_>], situations: &[String]) -> BlockView {
        let rows = shown.iter().map(|method| {
            let movements = [None].into_iter().chain(method.movements.iter().map(Some));
            let cells = method.standings.iter().zip(movements).map(|(standing, movement)| {
                let band = (standing.rank > 0).then(|| self.band(&standing.score));
                let told = movement.map(|movement| self.movement(movement));
                let arrow = movement.map_or("", |movement| match movement.kind {
                    MovementKind::Up | MovementKind::Possible => "↑ ",
                    MovementKind::Down | MovementKind::RuledOut => "↓ ",
                    MovementKind::Same | MovementKind::StillRuledOut => "",
                });
                // Only what moves stands out.
                let (moved, still) = told.into_iter().partition::<Vec<_>, _>(|_| !arrow.is_empty());
                let notes: Vec<_> = still.into_iter().chain(band).collect();
                CellView {
                    text: self.place_fit(standing.rank, standing.score.fit),
                    note: (!notes.is_empty()).then(|| notes.join("; ")),
                    moved: moved.first().map(|told| format!("{arrow}{told}")),
                }
            });
            [CellView::of(self.of(method.name).to_owned())].into_iter().chain(cells).collect()
        });
        let head = [self.get("label.method")].into_iter().chain(situations.iter().cloned()).collect();
        BlockView::Table { head, rows: rows.collect() }
    }

    fn moved<'e>(
        &self,
        shown: &[&Compared<'e>],
        situations: &[String],
        cited: &mut Vec<&'e Citation>,
    ) -> Vec<BlockView> {
        let mut blocks = Vec::new();
        for method in shown {
            let moves = |movement: &Movement<'_>| {
                !matches!(movement.kind, MovementKind::Same | MovementKind::StillRuledOut)
            };
            let movements = method.movements.iter().enumerate();
            let movements: Vec<_> = movements.filter(|(_, movement)| moves(movement)).collect();
            if movements.is_empty() {
                continue;
            }
            blocks.push(BlockView::Heading { level: 3, text: self.of(method.name).to_owned() });
            for (at, movement) in movements {
                if let (true, Some(situation)) = (situations.len() > 2, situations.get(at + 1)) {
                    blocks.push(BlockView::Heading { level: 4, text: situation.clone() });
                }
                blocks.extend(self.moved_once(method, at, movement, cited));
            }
        }
        if blocks.is_empty() { vec![plain(self.get("what-if.nothing-moves"))] } else { blocks }
    }

    /// Why a method moved between the first profile and another.
    fn moved_once<'e>(
        &self,
        method: &Compared<'e>,
        at: usize,
        movement: &Movement<'e>,
        cited: &mut Vec<&'e Citation>,
    ) -> Vec<BlockView> {
        let (Some(before), Some(after)) = (method.standings.first(), method.standings.get(at + 1)) else {
            return Vec::new();
        };
        let place = |standing: &werkvorm_core::RankedScore<'_>| self.place(standing.rank);
        let mut blocks = vec![plain(
            self.fill("what-if.from-to", &[("before", &place(before)), ("after", &place(after))]),
        )];
        let ruled_out = movement.ruled_out_by.iter().map(|reason| (reason, "what-if.rules-out"));
        let lifted =
            movement.no_longer_ruled_out_by.iter().map(|reason| (reason, "what-if.no-longer-rules-out"));
        let mut lines = Vec::new();
        for (reason, about) in ruled_out.chain(lifted) {
            cited.extend(reason.sources);
            lines.extend(self.rule_line(reason.rule, "!".to_owned(), Some(self.get(about))));
        }
        for rule in &movement.rules {
            cited.extend(rule.sources);
            lines.extend(self.rule_line(rule.rule, self.signed(rule.difference), Some(self.counted(rule))));
        }
        lines.extend(movement.limits.iter().map(|limit| RuleLineView {
            sign: self.signed(limit.difference),
            about: None,
            because: self.fill("movement.limit", &[("criterion", self.of(limit.label))]),
            short_sources: Vec::new(),
            rule: None,
            place: None,
        }));
        let counts = !movement.rules.is_empty();
        if !counts && movement.difference == 0 {
            blocks.push(plain(self.get("what-if.own-points-stay")));
        }
        if !lines.is_empty() {
            blocks.push(BlockView::Rules { rules: lines });
        }
        if counts {
            let [difference, before, after] = [
                self.signed(movement.difference),
                self.number(before.score.total),
                self.number(after.score.total),
            ];
            blocks.push(plain(self.fill(
                "what-if.sum",
                &[("difference", &difference), ("before", &before), ("after", &after)],
            )));
        }
        blocks
    }

    /// Whether a rule is new, gone, or counts otherwise.
    fn counted(&self, rule: &RuleDifference<'_>) -> String {
        let [before, after] = [rule.before, rule.after].map(|counted| counted.weight * counted.points);
        match (before, after) {
            (0, _) => self.get("what-if.rule-added"),
            (_, 0) => self.get("what-if.rule-gone"),
            _ => self.fill(
                "what-if.rule-changed",
                &[("before", &self.signed(before)), ("after", &self.signed(after))],
            ),
        }
    }
}
