//! What would have to be different for a method, in one language.

use werkvorm_core::{ChangeSet, Citation, Effect, Sets, Toward, Turn};

use crate::what_if_describe::{aside, plain};
use crate::what_if_view::{BlockView, RuleLineView, SectionView, WhatIfView};
use crate::words::Words;

/// At most this many sets of each kind are shown.
const MAX_SETS: usize = 12;
/// At most this many rules are shown with a set.
const MAX_RULES: usize = 5;

impl Words<'_> {
    /// What turns a method, in this language.
    #[must_use]
    pub fn turn(&self, turn: &Turn<'_>) -> WhatIfView {
        let (method, top) = (self.of(turn.method.label), turn.top.to_string());
        let ask = |inward: &str, outward: &str| {
            let key = if turn.toward == Toward::In { inward } else { outward };
            self.fill(key, &[("top", &top)])
        };
        let mut lead = vec![if turn.now.rank == 0 {
            self.fill("what-if.method-ruled-out", &[("method", method)])
        } else {
            let standing = self.place_fit(turn.now.rank, turn.now.score.fit);
            self.fill("what-if.method-now", &[("method", method), ("standing", &standing)])
        }];
        lead.push(ask("what-if.ask-in", "what-if.ask-out"));
        if turn.already {
            lead.push(self.get("what-if.already"));
        }
        let mut cited = Vec::new();
        let mut sections = Vec::new();
        if let Some(sets) = &turn.lifted_by {
            let blocks = self.sets(sets, &mut cited);
            sections.push(SectionView { title: self.get("what-if.heading-lift"), blocks });
        }
        if !turn.already {
            let title = ask("what-if.heading-turn-in", "what-if.heading-turn-out");
            sections.push(SectionView { title, blocks: self.sets(&turn.turned_by, &mut cited) });
        }
        let cited: Vec<_> = cited.iter().collect();
        self.what_if("what-if.heading-turn", lead, &turn.profile, sections, &cited)
    }

    fn sets(&self, sets: &Sets<'_>, cited: &mut Vec<Citation>) -> Vec<BlockView> {
        let mut blocks = Vec::new();
        let partly = sets
            .partly_searched
            .map(|size| aside(self.fill("what-if.partly-searched", &[("count", &size.to_string())])));
        for (key, sets_of) in
            [("what-if.sets-adjustable", &sets.adjustable), ("what-if.sets-given", &sets.given)]
        {
            blocks.push(BlockView::Heading { level: 3, text: self.get(key) });
            if sets_of.is_empty() {
                let none = if sets.searched == 1 { "what-if.no-set-of-one" } else { "what-if.no-set" };
                blocks.push(plain(self.fill(none, &[("count", &sets.searched.to_string())])));
                blocks.extend(partly.clone());
            }
            for (at, set) in sets_of.iter().take(MAX_SETS).enumerate() {
                blocks.extend(self.set(at + 1, set, cited));
            }
            blocks.extend(self.left_out("what-if.left-out", sets_of.len(), MAX_SETS));
        }
        blocks
    }

    fn set(&self, number: usize, set: &ChangeSet<'_>, cited: &mut Vec<Citation>) -> Vec<BlockView> {
        let together = |one: String, other: String| {
            self.fill("what-if.and", &[("one", one.as_str()), ("other", other.as_str())])
        };
        let changes = set.changes.iter().map(|change| self.change(change)).reduce(together);
        let standing = self.place_fit(set.after.rank, set.after.score.fit);
        let shown = set.rules.iter().take(MAX_RULES);
        let rules: Vec<RuleLineView> = shown
            .filter_map(|share| {
                let rule = self.pack().rules.iter().find(|rule| rule.id == share.rule)?;
                cited.extend(rule.sources.iter().cloned());
                // A rule with points of its own either comes with them or goes; one along a curve can do more.
                let about = match rule.effect {
                    Effect::Points(points) if points.signum() == share.difference.signum() => {
                        Some("what-if.rule-added")
                    }
                    Effect::Points(_) => Some("what-if.rule-gone"),
                    _ => None,
                };
                self.rule_line(
                    rule.id.as_str(),
                    self.signed(share.difference),
                    about.map(|key| self.get(key)),
                )
            })
            .collect();
        let heading = format!("{number}. {}", changes.unwrap_or_default());
        let mut blocks = vec![
            BlockView::Heading { level: 4, text: heading },
            plain(self.fill("what-if.after", &[("standing", &standing)])),
        ];
        blocks.push(match rules.is_empty() {
            true => plain(self.get("what-if.own-points-stay")),
            false => BlockView::Rules { rules },
        });
        blocks.extend(self.left_out("what-if.more-rules", set.rules.len(), MAX_RULES));
        blocks
    }
}
