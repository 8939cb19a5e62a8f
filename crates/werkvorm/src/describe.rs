//! From an advice, explanation, card or recipe to what people read of it in one language.

use werkvorm_core::{
    Advice, Advised, Citation, CriterionScore, DocumentKind, Example, Excluded, Exclusion, Explanation,
    FittingReach, GuidelineKind, MAX_CRITERION_SCORE, Method, Need, NotHolding, OriginKind, Pack, Ranked,
    Reason, Recipe, RecipeLine, RecipePart, Score, Truth, Understood,
};

use crate::view::{
    AdviceView, CardView, CriterionView, ExampleView, ExcludedView, ExclusionView, ExplanationView,
    GuidelineView, ListedView, MethodView, NeedView, OpenView, PackView, ProfileView, ReachView, ReasonView,
    RecipeLineView, RecipePartView, RecipeStepView, RecipeView, ScoreView, SourceView, WorkView,
};
use crate::words::Words;

impl<'p> Words<'p> {
    /// An advice in this language.
    #[must_use]
    pub fn advice(&self, advice: &Advice<'_>) -> AdviceView {
        let mut cited = Vec::new();
        for ranked in &advice.methods {
            cite_method(ranked, &mut cited);
        }
        let excluded = advice.excluded.iter().flat_map(|excluded| &excluded.because);
        excluded.for_each(|exclusion| cited.extend(exclusion.reason.sources));
        advice.cautions.iter().for_each(|reason| cited.extend(reason.sources));
        advice.guidelines.iter().for_each(|advised| cited.extend(&advised.guideline.sources));
        advice.reach.iter().for_each(|fitting| cited.extend(&fitting.reach.sources));
        AdviceView {
            language: self.code(),
            profile: self.profile(&advice.profile),
            methods: advice.methods.iter().map(|ranked| self.method(ranked)).collect(),
            others: advice
                .others
                .iter()
                .map(|listed| ListedView {
                    rank: listed.rank,
                    id: listed.id.to_owned(),
                    name: self.of(listed.name).to_owned(),
                    score: self.score(&listed.score),
                })
                .collect(),
            excluded: advice.excluded.iter().map(|excluded| self.excluded(excluded)).collect(),
            open_questions: advice
                .open_questions
                .iter()
                .map(|open| OpenView {
                    id: open.id.to_owned(),
                    label: self.of(open.label).to_owned(),
                    question: self.of(open.question).to_owned(),
                })
                .collect(),
            cautions: advice.cautions.iter().map(|reason| self.reason(reason)).collect(),
            guidelines: advice.guidelines.iter().map(|advised| self.guideline(advised)).collect(),
            reach: advice.reach.iter().map(|fitting| self.reach(fitting)).collect(),
            documents: self.documents(&cited),
            works: self.works(&cited),
            sources: self.sources(cited),
            pack: self.pack_view(),
        }
    }

    /// An explanation in this language.
    #[must_use]
    pub fn explanation(&self, explanation: &Explanation<'_>) -> ExplanationView {
        let mut cited = Vec::new();
        cite_method(&explanation.method, &mut cited);
        explanation.excluded.iter().for_each(|exclusion| cited.extend(exclusion.reason.sources));
        explanation.not_holding.iter().for_each(|rule| cited.extend(rule.reason.sources));
        let missing = |rule: &NotHolding<'_>| {
            let parts: Vec<_> = rule.missing.iter().map(|condition| self.condition(condition)).collect();
            self.fill(
                "label.lifted-when",
                &[("condition", &parts.join(&format!(" {} ", self.get("condition.and"))))],
            )
        };
        ExplanationView {
            language: self.code(),
            profile: self.profile(&explanation.profile),
            method: self.method(&explanation.method),
            ranked_methods: explanation.ranked_methods,
            excluded: explanation.excluded.iter().map(|exclusion| self.exclusion(exclusion)).collect(),
            not_holding: explanation
                .not_holding
                .iter()
                .map(|rule| (self.reason(&rule.reason), missing(rule)))
                .collect(),
            sources: self.sources(cited),
            pack: self.pack_view(),
        }
    }

    /// The card of a method in this language.
    #[must_use]
    pub fn card(&self, method: &Method) -> CardView {
        let mut paragraphs = vec![
            (self.get("heading.what"), vec![self.of(&method.what).to_owned()]),
            (self.get("heading.when"), vec![self.of(&method.when).to_owned()]),
            (self.get("heading.with-whom"), vec![self.of(&method.with_whom).to_owned()]),
        ];
        for facet in &self.pack().facets {
            let listed = method.facets.get(&facet.id).into_iter().flatten();
            let facts = method.facts.iter().filter(|fact| fact.facet.as_deref() == Some(&facet.id));
            let mut values: Vec<String> = listed.map(|value| self.value(&facet.id, value)).collect();
            for fact in facts {
                let value = self.value(&facet.id, fact.value.as_deref().unwrap_or_default());
                if !values.contains(&value) {
                    values.push(format!("{value} ({})", self.citation(&fact.source)));
                }
            }
            if !values.is_empty() {
                paragraphs.push((self.of(&facet.label).to_owned(), vec![values.join("; ")]));
            }
        }
        let figures: Vec<_> = method.facts.iter().filter_map(|fact| self.figure(fact)).collect();
        let rest = [
            (self.get("heading.figures"), figures),
            (
                self.get("heading.cautions"),
                method.cautions.iter().map(|text| self.of(text).to_owned()).collect(),
            ),
            (self.get("heading.combines-with"), self.names(&method.combines_with)),
            (
                self.get("heading.aliases"),
                vec![method.aliases.join(", ")].into_iter().filter(|a| !a.is_empty()).collect(),
            ),
        ];
        paragraphs.extend(rest.into_iter().filter(|(_, lines): &(String, Vec<String>)| !lines.is_empty()));
        if method.category_assigned {
            paragraphs.push((self.get("heading.category"), vec![self.get("label.category-assigned")]));
        }
        let facts = method.facts.iter().map(|fact| &fact.source);
        CardView {
            id: method.id.clone(),
            name: self.of(&method.name).to_owned(),
            paragraphs,
            steps: method.steps.iter().map(|step| self.of(step).to_owned()).collect(),
            sources: self.sources(method.sources.iter().chain(facts).collect()),
        }
    }

    fn names(&self, methods: &[String]) -> Vec<String> {
        let names =
            methods.iter().filter_map(|id| self.pack().method(id)).map(|method| self.of(&method.name));
        let names = names.collect::<Vec<_>>().join(", ");
        if names.is_empty() { Vec::new() } else { vec![names] }
    }

    pub(crate) fn figure(&self, fact: &werkvorm_core::Fact) -> Option<String> {
        let number = self.pack().number(fact.number.as_deref()?)?;
        let unit = self.of(number.unit_of(fact.max.or(fact.min).unwrap_or(0)));
        let shown = |n: Option<i64>| n.map(|n| self.number(n)).unwrap_or_default();
        let (min, max) = (shown(fact.min), shown(fact.max));
        let blanks = [("min", min.as_str()), ("max", max.as_str()), ("value", min.as_str()), ("unit", unit)];
        let key = match (fact.min, fact.max) {
            (Some(min), Some(max)) if min == max => "value.exactly",
            (Some(_), Some(_)) => "value.range",
            (Some(_), None) => "value.at-least",
            _ => "value.at-most",
        };
        let note = fact.note.as_ref().map(|note| format!(" — {}", self.of(note))).unwrap_or_default();
        Some(format!(
            "{}: {}{note} ({})",
            self.of(&number.label),
            self.fill(key, &blanks),
            self.citation(&fact.source)
        ))
    }

    pub(crate) fn code(&self) -> &'static str {
        match self.language() {
            werkvorm_core::Language::Nl => "nl",
            werkvorm_core::Language::En => "en",
        }
    }

    pub(crate) fn pack_view(&self) -> PackView {
        let Pack { title, version, hash, .. } = self.pack();
        PackView { title: self.of(title).to_owned(), version: version.clone(), hash: hash.clone() }
    }

    pub(crate) fn profile(&self, profile: &Understood<'_>) -> ProfileView {
        let weighted = profile.weights.iter().any(|weight| weight.weight != 1);
        let weights = profile.weights.iter().filter(|_| weighted);
        ProfileView {
            title: profile.title.as_ref().map(|title| title.in_language(self.language()).to_owned()),
            made_up: profile.made_up,
            answers: profile
                .answers
                .iter()
                .map(|answered| (self.of(answered.label).to_owned(), self.answer(answered)))
                .collect(),
            weights: weights.map(|weight| (self.of(weight.label).to_owned(), weight.weight)).collect(),
        }
    }

    fn method(&self, ranked: &Ranked<'_>) -> MethodView {
        let card = self.pack().method(ranked.id);
        let reasons = |for_it: bool| {
            let counted = ranked.reasons.iter().filter(move |reason| (reason.points > 0) == for_it);
            counted.map(|reason| self.reason(reason)).collect()
        };
        let all = |reasons: &[Reason<'_>]| reasons.iter().map(|reason| self.reason(reason)).collect();
        MethodView {
            rank: ranked.rank,
            id: ranked.id.to_owned(),
            name: self.of(ranked.name).to_owned(),
            what: card.map(|card| self.of(&card.what).to_owned()).unwrap_or_default(),
            score: self.score(&ranked.score),
            criteria: ranked.criteria.iter().map(|criterion| self.criterion(criterion)).collect(),
            pros: reasons(true),
            cons: reasons(false),
            not_known: all(&ranked.not_known),
            may_be_excluded: all(&ranked.may_be_excluded),
            cautions: all(&ranked.cautions),
            needs: self.needs(&ranked.needs),
            steps: card
                .map(|card| card.steps.iter().map(|step| self.of(step).to_owned()).collect())
                .unwrap_or_default(),
            examples: ranked.examples.iter().map(|fitting| self.example(fitting.example)).collect(),
            combines_with: ranked.combines_with.iter().map(|named| self.of(named.label).to_owned()).collect(),
            short_sources: self.short_citations(ranked.sources),
            sources: self.citations(ranked.sources),
        }
    }

    fn score(&self, score: &Score<'_>) -> ScoreView {
        let range = &score.range;
        let band = self.pack().bands.iter().find(|band| band.id == score.band);
        let (low, high) = (range.fit_low.to_string(), range.fit_high.to_string());
        ScoreView {
            total: score.total,
            fit: score.fit,
            fit_low: range.fit_low,
            fit_high: range.fit_high,
            fit_text: self.fill("label.fit-of-100", &[("fit", &score.fit.to_string())]),
            range_text: (range.low != range.high)
                .then(|| self.fill("label.range", &[("low", &low), ("high", &high)])),
            band: score.band.to_owned(),
            band_text: band.map(|band| self.of(&band.label).to_owned()).unwrap_or_default(),
        }
    }

    fn criterion(&self, criterion: &CriterionScore<'_>) -> CriterionView {
        let limit = MAX_CRITERION_SCORE.to_string();
        let key = if criterion.points > 0 { "label.clamped" } else { "label.clamped-low" };
        CriterionView {
            label: self.of(criterion.label).to_owned(),
            score: criterion.score,
            weight: criterion.weight,
            points: criterion.points,
            limited: (criterion.points != criterion.score).then(|| self.fill(key, &[("limit", &limit)])),
        }
    }

    fn reason(&self, reason: &Reason<'_>) -> ReasonView {
        let signed = |points: i64| if points < 0 { format!("−{}", -points) } else { format!("+{points}") };
        let points_text = match (reason.low, reason.high) {
            (0, 0) => String::new(),
            (low, high) if low == high => signed(low),
            (low, 0) => signed(low),
            (0, high) => signed(high),
            (low, high) => format!("{}…{}", signed(low), signed(high)),
        };
        ReasonView {
            points: reason.points,
            points_text,
            title: self.of(reason.title).to_owned(),
            because: self.of(reason.because).to_owned(),
            rule: reason.rule.to_owned(),
            place: format!("{}:{}", reason.place.file, reason.place.line),
            questions: reason.questions.iter().map(|id| self.question(id)).collect(),
            short_sources: self.short_citations(reason.sources),
            sources: self.citations(reason.sources),
        }
    }

    /// A guideline that applies, in this language.
    #[must_use]
    pub fn guideline(&self, advised: &Advised<'_>) -> GuidelineView {
        let guideline = advised.guideline;
        let tension = guideline.tension.as_ref().filter(|_| advised.pulls_against.is_some());
        let choose = tension.map(|tension| {
            let other = self.pack().guideline(&tension.other).map_or("", |other| self.of(&other.title));
            self.fill("label.choose", &[("other", other), ("choose", self.of(&tension.choose))])
        });
        let methods = advised.methods.iter().filter_map(|id| self.pack().method(id));
        GuidelineView {
            kind: self.guideline_kind(guideline.kind),
            kind_id: guideline.kind,
            title: self.of(&guideline.title).to_owned(),
            text: self.of(&guideline.text).to_owned(),
            id: guideline.id.clone(),
            because: self.of(advised.reason.because).to_owned(),
            choose,
            methods: methods.map(|method| self.of(&method.name).to_owned()).collect(),
            rule: advised.reason.rule.to_owned(),
            short_sources: self.short_citations(&guideline.sources),
            sources: self.citations(&guideline.sources),
        }
    }

    /// "Do" or "Don't".
    #[must_use]
    pub fn guideline_kind(&self, kind: GuidelineKind) -> String {
        self.get(match kind {
            GuidelineKind::Do => "label.do",
            GuidelineKind::Dont => "label.dont",
        })
    }

    fn reach(&self, fitting: &FittingReach<'_>) -> ReachView {
        let reach = fitting.reach;
        ReachView {
            id: reach.id.clone(),
            title: self.of(&reach.title).to_owned(),
            text: self.of(&reach.text).to_owned(),
            places: self.of(&reach.places).to_owned(),
            fits: fitting.fits.iter().map(|named| self.of(named.label).to_owned()).collect(),
            preconditions: self.needs(&fitting.preconditions),
            short_sources: self.short_citations(&reach.sources),
            sources: self.citations(&reach.sources),
        }
    }

    fn needs(&self, needs: &[Need<'_>]) -> Vec<NeedView> {
        let shown = needs.iter().map(|need| NeedView {
            label: self.of(need.label).to_owned(),
            arranged: need.arranged,
            arranged_text: self.get(match need.arranged {
                Truth::Holds => "label.need-in-place",
                Truth::Fails => "label.need-not-in-place",
                Truth::NotKnown => "label.need-not-known",
            }),
        });
        shown.collect()
    }

    /// A recipe in this language.
    #[must_use]
    pub fn recipe(&self, recipe: &Recipe<'_>) -> RecipeView {
        let mut cited = Vec::new();
        for step in &recipe.steps {
            cited.extend(step.sources);
            step.parts.iter().flat_map(|part| &part.lines).for_each(|line| cited.extend(&line.sources));
        }
        let steps = recipe.steps.iter().map(|step| RecipeStepView {
            number: step.number,
            id: step.id.to_owned(),
            title: self.of(step.title).to_owned(),
            help: self.of(step.help).to_owned(),
            open: step.open,
            parts: step.parts.iter().map(|part| self.recipe_part(part)).collect(),
        });
        RecipeView {
            language: self.code(),
            profile: self.profile(&recipe.profile),
            methods: recipe.methods.iter().map(|named| self.of(named.label).to_owned()).collect(),
            steps: steps.collect(),
            works: self.works(&cited),
            pack: self.pack_view(),
        }
    }

    fn recipe_part(&self, part: &RecipePart<'_>) -> RecipePartView {
        let lines: Vec<_> = part.lines.iter().map(|line| self.recipe_line(line)).collect();
        let shared = lines.first().map(|line| line.origin.clone());
        let all_share = lines.len() > 1 && lines.iter().all(|line| Some(&line.origin) == shared.as_ref());
        RecipePartView {
            title: part.title.as_ref().map(|title| self.of(title).to_owned()),
            ordered: part.ordered,
            origin: shared.filter(|_| all_share),
            lines,
        }
    }

    fn recipe_line(&self, line: &RecipeLine<'_>) -> RecipeLineView {
        let kind = match line.origin.kind {
            OriginKind::Answer => "origin.answer",
            OriginKind::Card => "origin.card",
            OriginKind::Example => "origin.example",
            OriginKind::Factor => "origin.factor",
            OriginKind::Guideline => "origin.guideline",
            OriginKind::Need => "origin.need",
            OriginKind::Reach => "origin.reach",
            OriginKind::Rule => "origin.rule",
            OriginKind::Step => "origin.step",
        };
        let cited: Vec<_> = line.sources.iter().map(|citation| (*citation).clone()).collect();
        let parts = [self.get(kind)].into_iter().chain(self.short_citations(&cited));
        RecipeLineView {
            about: line.about.as_ref().map(|about| self.of(about).to_owned()),
            text: self.of(&line.text).to_owned(),
            origin: parts.collect::<Vec<_>>().join("; "),
            id: line.origin.id.to_owned(),
        }
    }

    /// An example in this language.
    #[must_use]
    pub fn example(&self, example: &Example) -> ExampleView {
        ExampleView {
            title: self.of(&example.title).to_owned(),
            what: self.of(&example.what).to_owned(),
            why: example.why.as_ref().map(|why| self.of(why).to_owned()),
            short_sources: self.short_citations(&example.sources),
            sources: self.citations(&example.sources),
        }
    }

    fn excluded(&self, excluded: &Excluded<'_>) -> ExcludedView {
        ExcludedView {
            id: excluded.id.to_owned(),
            name: self.of(excluded.name).to_owned(),
            because: excluded.because.iter().map(|exclusion| self.exclusion(exclusion)).collect(),
        }
    }

    fn exclusion(&self, exclusion: &Exclusion<'_>) -> ExclusionView {
        let and = format!(" {} ", self.get("condition.and"));
        let broken: Vec<_> = exclusion.broken.iter().map(|condition| self.condition(condition)).collect();
        let lifted = exclusion.lifted_by.iter().map(|condition| self.condition(condition));
        ExclusionView {
            reason: self.reason(&exclusion.reason),
            broken: self.fill("label.broken-condition", &[("condition", &broken.join(&and))]),
            lifted: lifted
                .map(|condition| self.fill("label.lifted-when", &[("condition", &condition)]))
                .collect(),
        }
    }

    fn citations(&self, citations: &[Citation]) -> Vec<String> {
        citations.iter().map(|citation| self.citation(citation)).collect()
    }

    /// Each cited document once, its short name first.
    fn documents(&self, cited: &[&Citation]) -> Vec<String> {
        let is_cited = |id: &str| cited.iter().any(|citation| citation.document == id);
        let documents = self.pack().documents.iter().filter(|document| is_cited(&document.id));
        documents
            .map(|document| {
                let whole = self.citation(&Citation { document: document.id.clone(), section: None });
                document.short.as_ref().map_or_else(|| whole.clone(), |short| format!("{short}: {whole}"))
            })
            .collect()
    }

    /// Each cited document once, with the cited sections in its own order.
    pub(crate) fn works(&self, cited: &[&Citation]) -> Vec<WorkView> {
        let is_cited = |document: &str, section: Option<&str>| {
            cited.iter().any(|citation| {
                citation.document == document && (section.is_none() || citation.section.as_deref() == section)
            })
        };
        let documents = self.pack().documents.iter().filter(|document| is_cited(&document.id, None));
        let written = documents.map(|document| {
            let sections =
                document.sections.iter().filter(|section| is_cited(&document.id, Some(&section.id)));
            WorkView {
                short: document.short.clone(),
                text: self.citation(&Citation { document: document.id.clone(), section: None }),
                url: document.url.clone(),
                sections: sections.map(Self::section).collect(),
            }
        });
        written.collect()
    }

    /// Each cited source once: the documents before public pages, both in the order of the pack.
    fn sources(&self, cited: Vec<&Citation>) -> Vec<SourceView> {
        let place = |citation: &Citation| {
            let document =
                self.pack().documents.iter().position(|document| document.id == citation.document)?;
            let sections = &self.pack().documents.get(document)?.sections;
            Some((
                document,
                sections.iter().position(|section| Some(&section.id) == citation.section.as_ref()),
            ))
        };
        let mut cited: Vec<_> = cited.into_iter().map(|citation| (place(citation), citation)).collect();
        cited.sort();
        cited.dedup();
        let written = cited.into_iter().map(|(_, citation)| {
            let document = self.pack().document(&citation.document);
            let url = document.and_then(|document| document.url.clone());
            let public = document.is_some_and(|document| document.kind == DocumentKind::Web || url.is_some());
            SourceView { text: self.citation(citation), url: url.filter(|_| public) }
        });
        written.collect()
    }
}

fn cite_method<'a>(ranked: &'a Ranked<'_>, cited: &mut Vec<&'a Citation>) {
    cited.extend(ranked.sources);
    for reason in
        ranked.reasons.iter().chain(&ranked.not_known).chain(&ranked.may_be_excluded).chain(&ranked.cautions)
    {
        cited.extend(reason.sources);
    }
    ranked.examples.iter().for_each(|fitting| cited.extend(&fitting.example.sources));
}
