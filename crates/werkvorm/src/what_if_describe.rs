//! From what-if answers to what people read of them in one language: what they share, and the open questions
//! and the firmness of an advice. The other three: `compare_describe.rs`, `sweep_describe.rs` and
//! `turn_describe.rs`.

use werkvorm_core::{
    Change, ChangeKind, Citation, MAX_WEIGHT, Named, PossibleAnswer, Questions, Robustness, Room, Score,
    Telling, Text, Understood,
};

use crate::what_if_view::{BlockView, CellView, RuleLineView, SectionView, WhatIfView};
use crate::words::Words;

/// At most this many changes that bring another method to the first place are listed.
const MAX_CHANGING: usize = 15;

impl Words<'_> {
    /// The open questions in this language.
    #[must_use]
    pub fn questions(&self, questions: &Questions<'_>) -> WhatIfView {
        let top = questions.top.to_string();
        let (telling, silent): (Vec<_>, Vec<_>) =
            questions.questions.iter().partition(|telling| telling.expected_thousandths > 0);
        let lead = match telling.first() {
            Some(first) => self.fill("what-if.question-first", &[("question", self.of(first.question))]),
            None if silent.is_empty() => self.get("label.no-open-questions"),
            None => self.fill("what-if.question-none", &[("top", &top)]),
        };
        let mut sections = vec![SectionView {
            title: self.get("what-if.heading-measure"),
            blocks: vec![
                plain(self.fill("what-if.measure", &[("top", &top)])),
                aside(self.get("what-if.measure-shares")),
            ],
        }];
        if questions.top > 0 {
            let title = self.fill("what-if.heading-top-now", &[("top", &top)]);
            sections.push(SectionView { title, blocks: vec![self.in_order(&questions.now)] });
        }
        if !telling.is_empty() {
            let blocks = telling.iter().enumerate();
            let blocks = blocks.flat_map(|(at, telling)| self.telling(at + 1, telling, questions)).collect();
            sections.push(SectionView { title: self.get("heading.open-questions"), blocks });
        }
        if !silent.is_empty() {
            let items = silent.iter().map(|telling| self.of(telling.question).to_owned()).collect();
            let blocks = vec![
                aside(self.fill("what-if.silent-help", &[("top", &top)])),
                BlockView::List { ordered: false, items },
            ];
            sections.push(SectionView { title: self.get("what-if.heading-silent"), blocks });
        }
        self.what_if("what-if.heading-questions", vec![lead], &questions.profile, sections, &[])
    }

    fn telling(&self, number: usize, telling: &Telling<'_>, all: &Questions<'_>) -> Vec<BlockView> {
        let places = self.decimal(telling.expected_thousandths);
        let blanks = [("places", places.as_str()), ("top", &all.top.to_string())];
        // Answers that do the same need one line together, and neighbouring numbers one name.
        let mut groups: Vec<(&PossibleAnswer<'_>, String, Vec<Change<'_>>)> = Vec::new();
        for answer in &telling.answers {
            let outcome = self.outcome(answer, all);
            let same = |(one, known, _): &&mut (&PossibleAnswer<'_>, String, _)| {
                one.places == answer.places && *known == outcome
            };
            let Some(group) = groups.iter_mut().find(same) else {
                groups.push((answer, outcome, vec![answer.change.clone()]));
                continue;
            };
            let before = group.2.last_mut().and_then(|change| change.number.as_mut());
            match (before, &answer.change.number) {
                (Some(before), Some(next)) if before.to + 1 == next.from => before.to = next.to,
                _ => group.2.push(answer.change.clone()),
            }
        }
        // Those that change nothing come last.
        groups.sort_by_key(|(answer, ..)| answer.places == 0);
        let rows = groups.iter().map(|(answer, outcome, changes)| {
            // Of a question that is open, a value stands alone.
            let label = |change: &Change<'_>| match &change.value {
                Some(value) => self.of(value.label).to_owned(),
                None => self.answer_of(change),
            };
            let labels: Vec<_> = changes.iter().map(label).collect();
            let places = answer.places.to_string();
            [labels.join("; "), places, outcome.clone()].map(CellView::of).to_vec()
        });
        let head = ["label.answer", "what-if.places", "what-if.outcome"].map(|key| self.get(key)).to_vec();
        vec![
            BlockView::Heading { level: 3, text: format!("{number}. {}", self.of(telling.question)) },
            plain(self.fill("what-if.expected", &blanks)),
            aside(self.of(telling.help).to_owned()),
            BlockView::Table { head, rows: rows.collect() },
        ]
    }

    /// What an answer does to the top.
    fn outcome(&self, answer: &PossibleAnswer<'_>, all: &Questions<'_>) -> String {
        let (now, top) = (&all.now, all.top.to_string());
        let missing = |some: &[Named<'_>], others: &[Named<'_>]| {
            let gone = some.iter().filter(|method| others.iter().all(|other| other.id != method.id));
            gone.map(|method| self.of(method.label).to_owned()).collect::<Vec<_>>()
        };
        let (enters, leaves) = (missing(&answer.top, now), missing(now, &answer.top));
        let mut parts = Vec::new();
        if answer.top.first() != now.first() {
            parts.push(self.first_place(answer.top.first()));
        }
        parts.extend(self.some("what-if.enters", &enters));
        parts.extend(self.some("what-if.leaves", &leaves));
        if parts.is_empty() {
            let key = if answer.places > 0 { "what-if.top-reordered" } else { "what-if.top-stays" };
            parts.push(self.fill(key, &[("top", &top)]));
        }
        parts.extend(self.some("what-if.ruled-out", &self.names_of(&answer.ruled_out)));
        parts.join("; ")
    }

    /// How firm an advice stands, in this language.
    #[must_use]
    pub fn robustness(&self, robustness: &Robustness<'_>) -> WhatIfView {
        let shifts = &robustness.shifts;
        let count = |key: &str, count: usize| {
            self.fill(key, &[("count", &count.to_string()), ("tried", &shifts.tried.to_string())])
        };
        let lead = vec![
            self.first_now(robustness.top.first()),
            count("what-if.first-stays", shifts.first_stays),
            count("what-if.three-stay", shifts.three_stay),
        ];
        let room = |room: &Room<'_>, count: usize| CellView {
            text: self.room(room),
            note: Some(self.outside(room, &robustness.top, count)).filter(|note| !note.is_empty()),
            moved: None,
        };
        let rows = robustness.weights.iter().map(|weight| {
            vec![
                CellView::of(self.of(weight.label).to_owned()),
                CellView::of(weight.weight.to_string()),
                room(&weight.first, 1),
                room(&weight.three, robustness.top.len()),
            ]
        });
        let head = ["what-if.criterion", "what-if.weight-now", "what-if.first-place", "what-if.first-three"];
        let weights =
            BlockView::Table { head: head.iter().map(|key| self.get(key)).collect(), rows: rows.collect() };
        let sections = vec![
            SectionView {
                title: self.fill("what-if.heading-top-now", &[("top", &robustness.top.len().to_string())]),
                blocks: vec![self.in_order(&robustness.top)],
            },
            SectionView {
                title: self.get("what-if.heading-weights"),
                blocks: vec![aside(self.get("what-if.weights-help")), weights],
            },
            SectionView { title: self.get("what-if.heading-shifts"), blocks: self.shifts(robustness) },
        ];
        self.what_if("what-if.heading-robustness", lead, &robustness.profile, sections, &[])
    }

    fn shifts(&self, robustness: &Robustness<'_>) -> Vec<BlockView> {
        let changing = &robustness.shifts.changing_first;
        let mut blocks = vec![aside(self.get("what-if.shifts-help"))];
        if changing.is_empty() {
            blocks.push(plain(self.get("what-if.first-always-stays")));
            return blocks;
        }
        let rows = changing.iter().take(MAX_CHANGING).map(|one| {
            let first = one.first.as_ref().map(|method| self.of(method.label).to_owned());
            vec![
                CellView::of(self.change(&one.change)),
                CellView::of(first.unwrap_or_else(|| self.get("what-if.none-left"))),
                CellView::of(self.yes_or_no(one.change.adjustable)),
            ]
        });
        let head = ["what-if.change", "what-if.then-first", "what-if.adjustable"];
        blocks.extend([
            BlockView::Heading { level: 3, text: self.get("what-if.heading-changing-first") },
            BlockView::Table { head: head.iter().map(|key| self.get(key)).collect(), rows: rows.collect() },
        ]);
        blocks.extend(self.left_out("what-if.left-out", changing.len(), MAX_CHANGING));
        blocks
    }

    /// What changes just outside the room of a weight: the new first place, or who comes into the few on top.
    fn outside(&self, room: &Room<'_>, now: &[Named<'_>], count: usize) -> String {
        let sides =
            [(room.from - 1, &room.below, room.from > 0), (room.to + 1, &room.above, room.to < MAX_WEIGHT)];
        let told = sides.into_iter().filter(|(.., bounded)| *bounded).map(|(weight, then, _)| {
            let new: Vec<_> = then
                .iter()
                .take(count)
                .filter(|method| count == 1 || now.iter().all(|other| other.id != method.id))
                .map(|method| self.of(method.label).to_owned())
                .collect();
            let outcome = match (count, new.as_slice()) {
                (1, _) => self.first_place(then.first()),
                (_, new) => self.some("what-if.enters", new).unwrap_or_default(),
            };
            self.fill("what-if.at-weight", &[("weight", &weight.to_string()), ("outcome", &outcome)])
        });
        told.collect::<Vec<_>>().join(" ")
    }

    /// A what-if answer with the parts that all of them have.
    pub(crate) fn what_if(
        &self,
        kind: &str,
        lead: Vec<String>,
        profile: &Understood<'_>,
        sections: Vec<SectionView>,
        cited: &[&Citation],
    ) -> WhatIfView {
        WhatIfView {
            language: self.code(),
            kind: self.get(kind),
            lead,
            profile: self.profile(profile),
            sections,
            works: self.works(cited),
            pack: self.pack_view(),
        }
    }

    /// A change without the name of its question, for where that stands above it.
    pub(crate) fn answer_of(&self, change: &Change<'_>) -> String {
        match (&change.value, change.kind) {
            (Some(value), ChangeKind::Set) => self.of(value.label).to_owned(),
            _ => self.below(change.label, self.change(change)),
        }
    }

    /// A text that begins with a question and a colon, without these.
    pub(crate) fn below(&self, question: &Text, text: String) -> String {
        let rest = text.strip_prefix(self.of(question)).and_then(|rest| rest.strip_prefix(": "));
        rest.map_or_else(|| text.clone(), str::to_owned)
    }

    /// A place with a fit; only that it is ruled out when it has no place.
    pub(crate) fn place_fit(&self, rank: usize, fit: i64) -> String {
        let place = self.place(rank);
        if rank == 0 {
            return place;
        }
        let fit = self.fill("label.fit-of-100", &[("fit", &fit.to_string())]);
        self.fill("what-if.place-fit", &[("place", &place), ("fit", &fit)])
    }

    /// The band of a score.
    pub(crate) fn band(&self, score: &Score<'_>) -> String {
        let band = self.pack().bands.iter().find(|band| band.id == score.band);
        band.map(|band| self.of(&band.label).to_owned()).unwrap_or_default()
    }

    /// Who is first now.
    pub(crate) fn first_now(&self, first: Option<&Named<'_>>) -> String {
        first.map_or_else(
            || self.get("what-if.none-now"),
            |first| self.fill("what-if.first-now", &[("method", self.of(first.label))]),
        )
    }

    /// Who comes first after a change.
    pub(crate) fn first_place(&self, first: Option<&Named<'_>>) -> String {
        first.map_or_else(
            || self.get("what-if.none-left"),
            |first| self.fill("what-if.first-becomes", &[("method", self.of(first.label))]),
        )
    }

    /// A text about methods; nothing when there are none.
    pub(crate) fn some(&self, key: &str, methods: &[String]) -> Option<String> {
        (!methods.is_empty()).then(|| self.fill(key, &[("methods", &methods.join(", "))]))
    }

    /// The names of methods.
    pub(crate) fn names_of(&self, methods: &[&str]) -> Vec<String> {
        let known = methods.iter().filter_map(|id| self.pack().method(id));
        known.map(|method| self.of(&method.name).to_owned()).collect()
    }

    fn in_order(&self, methods: &[Named<'_>]) -> BlockView {
        if methods.is_empty() {
            return plain(self.get("what-if.none-now"));
        }
        let items = methods.iter().map(|method| self.of(method.label).to_owned()).collect();
        BlockView::List { ordered: true, items }
    }

    /// How many are not shown, when some are not.
    pub(crate) fn left_out(&self, key: &str, all: usize, shown: usize) -> Option<BlockView> {
        let count = all.saturating_sub(shown);
        let blanks = [("count", count.to_string()), ("shown", shown.to_string())];
        (count > 0).then(|| aside(self.fill(key, &blanks.each_ref().map(|(name, n)| (*name, n.as_str())))))
    }

    pub(crate) fn yes_or_no(&self, yes: bool) -> String {
        self.get(if yes { "value.yes" } else { "value.no" })
    }

    /// Thousandths as a number with one decimal; what is more than nothing never becomes 0.
    fn decimal(&self, thousandths: i64) -> String {
        let tenths = (thousandths + 50).div_euclid(100);
        let shown = |tenths: i64| {
            let (whole, tenths) = (self.number(tenths.div_euclid(10)), tenths.rem_euclid(10).to_string());
            self.fill("what-if.decimal", &[("whole", &whole), ("tenths", &tenths)])
        };
        match tenths {
            0 if thousandths > 0 => self.fill("what-if.below-tenth", &[("tenth", &shown(1))]),
            _ => shown(tenths),
        }
    }

    /// A rule with what it adds or takes.
    pub(crate) fn rule_line(&self, rule: &str, sign: String, about: Option<String>) -> Option<RuleLineView> {
        let rule = self.pack().rules.iter().find(|known| known.id == rule)?;
        Some(RuleLineView {
            sign,
            about,
            because: self.of(&rule.because).to_owned(),
            short_sources: self.short_citations(&rule.sources),
            rule: Some(rule.id.clone()),
            place: Some(format!("{}:{}", rule.place.file, rule.place.line)),
        })
    }
}

impl CellView {
    /// A cell that only says this.
    pub(crate) fn of(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// A paragraph that answers.
pub(crate) fn plain(text: String) -> BlockView {
    BlockView::Text { text, aside: false }
}

/// A paragraph that explains.
pub(crate) fn aside(text: String) -> BlockView {
    BlockView::Text { text, aside: true }
}

#[cfg(test)]
mod tests {
    use werkvorm_core::Language;

    use crate::builtin::builtin;
    use crate::words::Words;

    #[test]
    fn thousandths_become_a_number_of_the_language() {
        let check = |thousandths, nl: &str, en: &str| {
            let shown =
                |language| Words::new(builtin().pack(), language).decimal(thousandths).replace("than ", "");
            assert_eq!(shown(Language::Nl).replace("minder dan ", "< "), nl);
            assert_eq!(shown(Language::En).replace("less ", "< "), en);
        };
        check(0, "0,0", "0.0");
        check(49, "< 0,1", "< 0.1");
        check(50, "0,1", "0.1");
        check(1449, "1,4", "1.4");
        check(1450, "1,5", "1.5");
        check(12_000, "12,0", "12.0");
    }
}
