//! Every what-if document for every persona, in both languages and both formats: complete, accessible, and with
//! the facts of the answer it was made from.

use std::sync::OnceLock;

use werkvorm::{
    BlockView, Broken, Comparison, DocumentFormat, MovementKind, Over, Plan, PlanOptions, Profile, Questions,
    RenderError, Robustness, RuleLineView, ShapeView, Sweep, Texts, Toward, Turn, TurnOptions, WhatIfView,
    builtin, render_comparison, render_plan, render_questions, render_robustness, render_sweep, render_turn,
    sweep_svg,
};

use super::documents::{check_markdown, check_page, escaped};
use super::markup::elements;
use super::{LANGUAGES, personas};

/// What is asked about one persona.
struct Answers<'e> {
    comparison: Comparison<'e>,
    sweeps: Vec<Sweep<'e>>,
    turns: Vec<Turn<'e>>,
    questions: Questions<'e>,
    robustness: Robustness<'e>,
    plans: Vec<Plan<'e>>,
}

fn answers(profile: &Profile, other: &Profile) -> Answers<'static> {
    let engine = builtin();
    let hurried = profile.clone().with("weeks_available", 2);
    // Over all phases, and without any answer about them.
    let mut whole = profile.clone();
    whole.answers.remove("phase");
    let plan =
        |profile: &Profile, steps_per_phase| engine.plan(profile, &PlanOptions { steps_per_phase }).unwrap();
    let advice = engine.recommend_top(profile, 1).unwrap();
    let turn = |method: &str, toward, changes| {
        engine.turn(profile, method, &TurnOptions { top: 3, toward, changes }).unwrap()
    };
    let ranked = [(6, Toward::In, 2), (30, Toward::In, 1), (1, Toward::In, 1)];
    let ranked = ranked.map(|(at, toward, changes)| turn(advice.others[at].id, toward, changes));
    let first = turn(advice.methods[0].id, Toward::Out, 1);
    let excluded = advice.excluded.first().map(|excluded| turn(excluded.id, Toward::In, 1));
    let range = Over::Range { question: "group_size".to_owned(), from: 1, to: 60, step: 3 };
    let over = [
        Over::All,
        Over::Question("weeks_available".to_owned()),
        Over::Question("trait".to_owned()),
        Over::Question("trust".to_owned()),
        range,
    ];
    Answers {
        comparison: engine.compare(&[profile, &hurried, other]).unwrap(),
        sweeps: over.iter().map(|over| engine.sweep(profile, over, 5).unwrap()).collect(),
        turns: ranked.into_iter().chain([first]).chain(excluded).collect(),
        questions: engine.ask(profile, 5).unwrap(),
        robustness: engine.robustness(profile).unwrap(),
        plans: vec![plan(profile, 2), plan(&hurried, 1), plan(&whole, 2)],
    }
}

/// Every persona with its answers; they are asked once for all tests.
fn asked() -> &'static [(&'static str, Answers<'static>)] {
    static ASKED: OnceLock<Vec<(&'static str, Answers<'static>)>> = OnceLock::new();
    ASKED.get_or_init(|| {
        let all: Vec<_> = personas().collect();
        let others = all.iter().cycle().skip(1);
        all.iter().zip(others).map(|((id, profile), (_, other))| (*id, answers(profile, other))).collect()
    })
}

fn each(check: impl Fn(&str, &Answers<'_>, &Texts<'_>)) {
    for (id, answers) in asked() {
        for language in LANGUAGES {
            check(id, answers, &Texts::new(builtin().pack(), language));
        }
    }
}

/// How one answer is written.
type Written<'a> = Box<dyn Fn(DocumentFormat) -> Result<String, RenderError> + 'a>;

/// Every document with its view.
fn documents<'a>(answers: &'a Answers<'a>, texts: &'a Texts<'a>) -> Vec<(WhatIfView, Written<'a>)> {
    let Answers { comparison, sweeps, turns, questions, robustness, plans } = answers;
    let mut all: Vec<(WhatIfView, Written<'a>)> = vec![
        (texts.comparison(comparison), Box::new(move |format| render_comparison(comparison, texts, format))),
        (texts.questions(questions), Box::new(move |format| render_questions(questions, texts, format))),
        (texts.robustness(robustness), Box::new(move |format| render_robustness(robustness, texts, format))),
    ];
    for sweep in sweeps {
        all.push((texts.sweep(sweep), Box::new(move |format| render_sweep(sweep, texts, format))));
    }
    for turn in turns {
        all.push((texts.turn(turn), Box::new(move |format| render_turn(turn, texts, format))));
    }
    for plan in plans {
        all.push((texts.plan(plan), Box::new(move |format| render_plan(plan, texts, format))));
    }
    all
}

fn blocks(view: &WhatIfView) -> impl Iterator<Item = &BlockView> {
    view.sections.iter().flat_map(|section| &section.blocks)
}

/// Everything that a block says, but for its picture.
fn said(block: &BlockView) -> Vec<&str> {
    match block {
        BlockView::Heading { text, .. } | BlockView::Text { text, .. } => vec![text],
        BlockView::List { items, .. } => items.iter().map(String::as_str).collect(),
        BlockView::Table { head, rows } => {
            let cells = rows.iter().flatten().flat_map(|cell| {
                [Some(&cell.text), cell.note.as_ref(), cell.moved.as_ref()].into_iter().flatten()
            });
            head.iter().chain(cells).map(String::as_str).collect()
        }
        BlockView::Rules { rules } => {
            let lines = rules.iter().flat_map(|line| {
                let RuleLineView { sign, about, because, short_sources, rule, place } = line;
                [about.as_ref(), rule.as_ref(), place.as_ref()]
                    .into_iter()
                    .flatten()
                    .chain([sign, because])
                    .chain(short_sources)
            });
            lines.map(String::as_str).collect()
        }
        BlockView::Picture { .. } => Vec::new(),
    }
}

#[test]
fn what_if_documents_are_complete_and_accessible() {
    each(|id, answers, texts| {
        for (view, written) in documents(answers, texts) {
            let id = format!("{id}, {}", view.kind);
            let page = written(DocumentFormat::Html).unwrap().replace("&#x2f;", "/");
            let markdown = written(DocumentFormat::Markdown).unwrap();
            check_page(&id, &page, texts);
            check_markdown(&id, &markdown);
            assert!(!markdown.contains('{') && !markdown.contains('['), "{id}: a text or a blank is missing");
            assert!(
                !markdown.contains(": .") && !markdown.contains(": ;"),
                "{id}: nothing stands after a colon"
            );
            let mut expected = vec![view.pack.version.as_str(), &view.pack.hash];
            expected.extend(view.lead.iter().map(String::as_str));
            expected.extend(view.profile.answers.iter().flat_map(|(question, answer)| [&**question, answer]));
            expected.extend(view.works.iter().map(|work| work.text.as_str()));
            for section in &view.sections {
                let drawn = matches!(section.blocks.as_slice(), [BlockView::Picture { .. }]);
                expected.extend(Some(section.title.as_str()).filter(|_| !drawn));
                assert!(!section.blocks.is_empty(), "{id}: nothing below {}", section.title);
            }
            expected.extend(blocks(&view).flat_map(said));
            for text in expected {
                assert!(markdown.contains(text), "{id}: the Markdown misses: {text}");
                assert!(page.contains(&escaped(text)), "{id}: the page misses: {text}");
            }
            for rows in markdown.split("\n\n").filter(|part| part.starts_with("| ")) {
                let columns: Vec<_> = rows.lines().map(|row| row.matches('|').count()).collect();
                assert!(columns.windows(2).all(|two| two[0] == two[1]), "{id}: a ragged table: {rows}");
            }
            let cites = blocks(&view).any(
                |block| matches!(block, BlockView::Rules { rules } if rules.iter().any(|line| line.rule.is_some())),
            );
            assert_eq!(cites, !view.works.is_empty(), "{id}: sources stand where rules are cited");
        }
    });
}

#[test]
fn a_comparison_says_which_rules_add_up_to_the_difference() {
    each(|id, answers, texts| {
        let comparison = &answers.comparison;
        let view = texts.comparison(comparison);
        let (mut lines, mut sums) = (Vec::new(), Vec::new());
        let mut counted = 0;
        for pair in view.sections[2].blocks.windows(2) {
            let BlockView::Rules { rules } = &pair[0] else { continue };
            lines.extend(rules.iter().filter_map(|line| line.rule.as_deref()));
            let points = rules.iter().filter(|line| line.sign != "!");
            let points: Vec<i64> = points.map(|line| line.sign.replace('−', "-").parse().unwrap()).collect();
            if points.is_empty() {
                continue;
            }
            let BlockView::Text { text, .. } = &pair[1] else { panic!("{id}: no sum after the rules") };
            let sum = texts.signed(points.iter().sum());
            let expected = texts.fill("what-if.sum", &[("difference", &sum)]);
            assert!(text.starts_with(expected.split('{').next().unwrap()), "{id}: {text} is not {sum}");
            sums.push(text);
            counted += 1;
        }
        assert!(counted > 10 && !sums.is_empty(), "{id}: {counted} sums");
        for method in &comparison.methods {
            let shown = method.standings.iter().any(|standing| (1..=10).contains(&standing.rank));
            for movement in method.movements.iter().filter(|_| shown) {
                if matches!(movement.kind, MovementKind::Same | MovementKind::StillRuledOut) {
                    continue;
                }
                for rule in &movement.rules {
                    assert!(lines.contains(&rule.rule), "{id}: {} is not named", rule.rule);
                }
            }
        }
        // The answers beside each other, and whether they can be changed.
        let BlockView::Table { head, rows } = view.sections[0].blocks.last().unwrap() else {
            panic!("{id}: no table of answers")
        };
        assert_eq!((head.len(), rows.len()), (5, comparison.differences.len()), "{id}");
    });
}

#[test]
fn a_plan_names_every_step_and_what_cannot_be_done() {
    each(|id, answers, texts| {
        for plan in &answers.plans {
            let view = texts.plan(plan);
            let BlockView::Table { rows, .. } = &view.sections[0].blocks[1] else { panic!("{id}: no table") };
            let steps: Vec<_> = plan.phases.iter().flat_map(|phase| &phase.steps).collect();
            assert_eq!(rows.len(), steps.len(), "{id}");
            let BlockView::Picture { picture } = &view.sections[0].blocks[0] else {
                panic!("{id}: no picture")
            };
            for (at, (row, step)) in rows.iter().zip(steps).enumerate() {
                assert_eq!(row[0].text, format!("{}. {}", at + 1, texts.of(step.name)), "{id}");
                let label = (at + 1).to_string();
                let drawn =
                    |shape: &ShapeView| matches!(shape, ShapeView::Label { text, .. } if *text == label);
                assert!(picture.shapes.iter().any(drawn), "{id}: step {label} is not drawn");
            }
            let no_rule = |broken: &Broken<'_>| matches!(broken, Broken::PartNotServed { candidates: 0, .. });
            let whole = plan.broken.iter().all(no_rule);
            assert_eq!(view.lead.contains(&texts.get("plan.whole")), whole, "{id}: {:?}", view.lead);
            if plan.broken.is_empty() {
                continue;
            }
            let BlockView::List { items, .. } = &view.sections[1].blocks[0] else { panic!("{id}: no list") };
            assert_eq!(items.len(), plan.broken.len(), "{id}");
            // What no rule speaks for is told as what it is: no reason to worry about the plan.
            for (item, broken) in items.iter().zip(&plan.broken) {
                if let Broken::PartNotServed { part, candidates: 0 } = broken {
                    let told = texts.fill("plan.broken-part-no-rule", &[("part", texts.of(part.label))]);
                    assert_eq!(*item, told, "{id}");
                }
            }
        }
    });
}

#[test]
fn a_sweep_shows_what_changes_most() {
    each(|id, answers, texts| {
        for sweep in &answers.sweeps {
            let view = texts.sweep(sweep);
            let tables: Vec<_> = blocks(&view)
                .filter_map(|block| if let BlockView::Table { rows, .. } = block { Some(rows) } else { None })
                .collect();
            let [rows] = tables.as_slice() else { panic!("{id}: one table") };
            assert!((2..=25).contains(&rows.len()), "{id}: {} rows", rows.len());
            for list in blocks(&view) {
                if let BlockView::List { items, .. } = list {
                    assert!(items.len() <= 20, "{id}: {} crossings", items.len());
                }
            }
            // Whenever another method is first, the row of that answer says so.
            let first_of = |standings: &[werkvorm::Stand]| {
                let at = standings.iter().position(|stand| stand.rank == 1);
                at.map(|at| texts.of(sweep.methods[at].label))
            };
            let stays = texts.fill("what-if.top-stays", &[("top", "5")]);
            let whole = sweep.question.as_ref().is_some_and(|question| question.id == "trust");
            for point in sweep.points.iter().filter(|_| whole) {
                let label = texts.change(point.change.as_ref().unwrap());
                let ends = |row: &&Vec<werkvorm::CellView>| {
                    let (_, answer) = row[0].text.split_once(". ").unwrap_or_default();
                    label.ends_with(&format!(": {answer}"))
                };
                let Some(row) = rows.iter().find(ends) else { panic!("{id}: no row for {label}") };
                let (now, then) = (first_of(&sweep.now.standings), first_of(&point.standings));
                let told = row[1].moved.as_deref().unwrap_or(&row[1].text);
                if now != then {
                    assert!(then.is_none_or(|then| told.contains(then)), "{id}: {label}: {told}");
                }
                let same = sweep.now.standings.iter().zip(&point.standings).all(|(now, then)| {
                    now.rank == then.rank || (now.rank.wrapping_sub(1) >= 5 && then.rank.wrapping_sub(1) >= 5)
                });
                assert_eq!(told == stays, same, "{id}: {label}: {told}");
            }
            let first = sweep.now.standings.iter().position(|stand| stand.rank == 1).unwrap();
            let name = texts.of(sweep.methods[first].label);
            assert!(view.lead[1].contains(name), "{id}: {:?}", view.lead);
        }
        let all = &answers.sweeps[0];
        let BlockView::Picture { picture } = &texts.sweep(all).sections[0].blocks[0] else {
            panic!("{id}: no picture")
        };
        let count = format!(" {} ", all.points.len() - 24);
        let told = picture
            .shapes
            .iter()
            .any(|shape| matches!(shape, ShapeView::Label { text, .. } if text.contains(&count)));
        assert!(told, "{id}: the picture says that {count} are left out");
        // Nothing that is left out does more than what is shown.
        let effect = |at: usize| all.points[at].entered.len() + all.points[at].left.len();
        let mut effects: Vec<_> = (0..all.points.len()).map(effect).collect();
        effects.sort_unstable();
        let least = effects[effects.len() - 24];
        let table = texts.sweep(all);
        for (point, effect) in all.points.iter().zip((0..).map(effect)).filter(|(_, effect)| *effect > least)
        {
            let label = texts.change(point.change.as_ref().unwrap());
            let shown = blocks(&table).flat_map(said).any(|text| text.ends_with(&label));
            assert!(shown, "{id}: {label} changes {effect}");
        }
    });
}

#[test]
fn pictures_are_self_contained_and_stay_within_their_frame() {
    each(|id, answers, texts| {
        for sweep in &answers.sweeps {
            let svg = sweep_svg(sweep, texts).unwrap();
            let found = elements(svg.trim_start());
            assert_eq!(found[0].name, "svg", "{id}");
            assert_eq!((found[1].name, found[2].name), ("title", "desc"), "{id}");
            assert!(!found[1].text.is_empty() && !found[2].text.is_empty(), "{id}");
            assert_eq!(found[0].attribute("role"), Some("img"), "{id}");
            assert!(svg.contains("xmlns=") && !svg.contains("<script") && !svg.contains("url("), "{id}");
            assert!(!svg.contains("href") && !svg.contains('{') && !svg.contains('['), "{id}");
            let size: i64 = found[0].attribute("font-size").unwrap().parse().unwrap();
            assert!(size >= 11 && svg.matches("font-size").count() == 1, "{id}");
            let BlockView::Picture { picture } = &texts.sweep(sweep).sections[0].blocks[0] else {
                panic!("{id}: no picture")
            };
            let within =
                |x: i64, y: i64| (0..=picture.width).contains(&x) && (0..=picture.height).contains(&y);
            for shape in &picture.shapes {
                let fits = match shape {
                    ShapeView::Box { x, y, width, height, .. } => {
                        within(*x, *y) && within(x + width, y + height)
                    }
                    ShapeView::Line { points, .. } => points.split(' ').all(|point| {
                        let (x, y) = point.split_once(',').unwrap();
                        within(x.parse().unwrap(), y.parse().unwrap())
                    }),
                    ShapeView::Label { x, y, anchor, text, .. } => {
                        // Letters are seldom wider than this.
                        let width = i64::try_from(text.chars().count()).unwrap() * 7;
                        let (from, to) = match *anchor {
                            "start" => (*x, x + width),
                            "end" => (x - width, *x),
                            _ => (x - width / 2, x + width / 2),
                        };
                        within(from, *y) && within(to, *y)
                    }
                };
                assert!(fits, "{id}: {shape:?} of {}", picture.title);
            }
        }
    });
}

#[test]
fn a_turn_says_what_it_takes_or_that_nothing_does() {
    let mut none = 0;
    let mut lifted = 0;
    for (id, answers) in asked() {
        for texts in LANGUAGES.map(|language| Texts::new(builtin().pack(), language)) {
            for turn in &answers.turns {
                let page = render_turn(turn, &texts, DocumentFormat::Markdown).unwrap();
                assert!(page.contains(texts.of(turn.method.label)), "{id}");
                assert_eq!(turn.already, page.contains(&texts.get("what-if.already")), "{id}");
                let lift = texts.get("what-if.heading-lift");
                assert_eq!(turn.lifted_by.is_some(), page.contains(&lift), "{id}");
                lifted += usize::from(turn.lifted_by.is_some());
                let sets =
                    turn.lifted_by.iter().chain([&turn.turned_by].into_iter().filter(|_| !turn.already));
                for sets in sets {
                    let key = if sets.searched == 1 { "what-if.no-set-of-one" } else { "what-if.no-set" };
                    let nothing = texts.fill(key, &[("count", &sets.searched.to_string())]);
                    if sets.adjustable.is_empty() || sets.given.is_empty() {
                        assert!(page.contains(&nothing), "{id}: {nothing}");
                        none += 1;
                    }
                    for set in sets.adjustable.iter().take(12).chain(sets.given.iter().take(12)) {
                        for change in &set.changes {
                            assert!(page.contains(&texts.change(change)), "{id}: {change:?}");
                        }
                        for share in set.rules.iter().take(5) {
                            assert!(page.contains(share.rule), "{id}: {}", share.rule);
                        }
                    }
                }
            }
        }
    }
    assert!(none > 0 && lifted > 0, "{none} times nothing, {lifted} times lifted");
}

#[test]
fn the_questions_and_the_firmness_say_their_numbers() {
    each(|id, answers, texts| {
        let page = render_questions(&answers.questions, texts, DocumentFormat::Markdown).unwrap();
        for telling in &answers.questions.questions {
            assert!(page.contains(texts.of(telling.question)), "{id}: {}", telling.id);
        }
        let first = answers.questions.questions.first().map(|telling| texts.of(telling.question));
        assert!(
            first.is_none_or(|first| texts.questions(&answers.questions).lead[0].contains(first)),
            "{id}"
        );
        let robustness = &answers.robustness;
        let view = texts.robustness(robustness);
        let shifts = &robustness.shifts;
        for (at, count) in [(1, shifts.first_stays), (2, shifts.three_stay)] {
            let numbers = [count, shifts.tried].map(|number| format!(" {number} "));
            assert!(view.lead[at].contains(&numbers[0]), "{id}: {}", view.lead[at]);
            assert!(view.lead[at].contains(&numbers[1]), "{id}: {}", view.lead[at]);
        }
        let tables: Vec<_> = blocks(&view)
            .filter_map(
                |block| if let BlockView::Table { rows, .. } = block { Some(rows.len()) } else { None },
            )
            .collect();
        assert_eq!(tables[0], robustness.weights.len(), "{id}");
        assert_eq!(tables.get(1).copied().unwrap_or(0), shifts.changing_first.len().min(15), "{id}");
    });
}

#[test]
fn any_top_and_any_profile_can_be_printed() {
    let engine = builtin();
    let (_, persona) = personas().next().unwrap();
    let empty = Profile::new();
    let texts = Texts::new(engine.pack(), LANGUAGES[0]);
    for profile in [persona, &empty] {
        for top in [0, 1, engine.pack().methods.len() + 1] {
            let questions = engine.ask(profile, top).unwrap();
            let page = render_questions(&questions, &texts, DocumentFormat::Html).unwrap();
            check_page("questions", &page.replace("&#x2f;", "/"), &texts);
            for question in ["weeks_available", "trust"] {
                let sweep = engine.sweep(profile, &Over::Question(question.to_owned()), top).unwrap();
                let page = render_sweep(&sweep, &texts, DocumentFormat::Html).unwrap();
                check_page(question, &page.replace("&#x2f;", "/"), &texts);
                elements(sweep_svg(&sweep, &texts).unwrap().trim_start());
                let wrong = texts.get("what-if.none-now");
                assert!(!page.contains(&wrong), "{question}, {top}: {wrong}");
            }
        }
        let same = engine.compare(&[profile, profile]).unwrap();
        let page = render_comparison(&same, &texts, DocumentFormat::Markdown).unwrap();
        assert!(page.contains(&texts.get("what-if.no-differences")), "{page}");
        assert!(page.contains(&texts.get("what-if.nothing-moves")), "{page}");
        render_robustness(&engine.robustness(profile).unwrap(), &texts, DocumentFormat::Html).unwrap();
    }
}
