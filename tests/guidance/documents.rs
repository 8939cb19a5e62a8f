//! Every document for every persona in both languages: complete, self-contained and accessible.

use std::io::{Cursor, Read};

use serde_json::{Value, json};
use werkvorm::{Advice, DocumentFormat, Recipe, Texts, builtin, recipe_docx, render, render_recipe, schema};

use super::markup::{Element, elements, violations};
use super::{LANGUAGES, personas};

/// The advice and recipe for every persona, in every language.
fn each(check: impl Fn(&str, &Advice<'_>, &Recipe<'_>, &Texts<'_>)) {
    let engine = builtin();
    for (id, profile) in personas() {
        let (advice, recipe) = (engine.recommend(profile).unwrap(), engine.recipe(profile, &[]).unwrap());
        for language in LANGUAGES {
            check(id, &advice, &recipe, &Texts::new(engine.pack(), language));
        }
    }
}

fn code(texts: &Texts<'_>) -> &'static str {
    match texts.language() {
        werkvorm::Language::Nl => "nl",
        werkvorm::Language::En => "en",
    }
}

/// As it stands in a page.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

#[test]
fn pages_are_self_contained_and_accessible() {
    each(|id, advice, recipe, texts| {
        for page in [
            render(advice, texts, DocumentFormat::Html).unwrap(),
            render_recipe(recipe, texts, DocumentFormat::Html).unwrap(),
        ] {
            check_page(id, &page.replace("&#x2f;", "/"), texts);
        }
    });
}

/// A page is complete, self-contained and accessible.
pub fn check_page(id: &str, page: &str, texts: &Texts<'_>) {
    let elements = elements(page);
    let named =
        |name: &str| elements.iter().filter(|element| element.name == name).collect::<Vec<&Element<'_>>>();
    assert_eq!(named("html")[0].attribute("lang"), Some(code(texts)), "{id}");
    assert!(!named("title")[0].text.trim().is_empty(), "{id}");
    for landmark in ["header", "main", "footer", "h1", "style"] {
        assert_eq!(named(landmark).len(), 1, "{id}: {landmark}");
    }
    // A picture may have a title of its own.
    let of_pictures =
        elements.windows(2).filter(|two| two[0].name == "svg" && two[1].name == "title").count();
    assert_eq!(named("title").len(), 1 + of_pictures, "{id}: title");
    // Nothing is fetched: no scripts, pictures, fonts or styles from elsewhere; addresses only as links.
    for banned in ["script", "link", "img", "iframe", "object", "form", "base"] {
        assert!(named(banned).is_empty(), "{id}: {banned}");
    }
    assert!(!page.contains("url(") && !page.contains("@import"), "{id}");
    for element in &elements {
        assert!(element.attribute("src").is_none() && !element.attributes.contains("onclick"), "{id}");
        if element.attributes.contains("http") {
            assert!(
                element.name == "a" || element.attribute("http-equiv").is_some(),
                "{id}: {}",
                element.attributes
            );
        }
        if element.text.contains("http") {
            assert_eq!(element.name, "a", "{id}: {}", element.text);
        }
    }
    assert!(page.contains("default-src 'none'"), "{id}");
    // Headings go down one step at a time, and are not empty.
    let mut level = 0;
    for heading in &elements {
        let mut letters = heading.name.chars();
        if let (Some('h'), Some(digit), None) =
            (letters.next(), letters.next().and_then(|c| c.to_digit(10)), letters.next())
        {
            assert!(digit <= level + 1, "{id}: h{digit} after h{level}: {}", heading.text);
            level = digit;
        }
    }
    for header in named("th") {
        assert!(matches!(header.attribute("scope"), Some("col" | "row")), "{id}");
    }
    for (at, table) in elements.iter().enumerate().filter(|(_, element)| element.name == "table") {
        let header = elements[at + 1..].iter().take(3).any(|element| element.name == "th");
        assert!(header, "{id}: a table without a header: {}", table.attributes);
    }
    for picture in named("svg") {
        assert_eq!(picture.attribute("role"), Some("img"), "{id}");
        assert!(picture.attribute("aria-label").is_some_and(|label| !label.is_empty()), "{id}");
    }
    let mut ids: Vec<_> = elements.iter().filter_map(|element| element.attribute("id")).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "{id}: an id twice");
    for link in named("a").into_iter().filter_map(|link| link.attribute("href")) {
        let target = link.strip_prefix('#');
        assert!(target.map_or(link.starts_with("http"), |target| ids.contains(&target)), "{id}: {link}");
    }
    // A text that is missing shows as its key in brackets; a blank as a name in braces.
    let body = &page[page.find("<body>").unwrap()..];
    assert!(!body.contains('[') && !body.contains('{'), "{id}: a text or a blank is missing");
}

#[test]
fn the_report_leaves_nothing_out() {
    each(|id, advice, _, texts| {
        let page = render(advice, texts, DocumentFormat::Html).unwrap();
        let markdown = render(advice, texts, DocumentFormat::Markdown).unwrap();
        let view = texts.advice(advice);
        let mut expected = vec![view.pack.version.clone(), view.pack.hash.clone()];
        expected.extend(
            view.profile.answers.iter().flat_map(|(question, answer)| [question.clone(), answer.clone()]),
        );
        for method in &view.methods {
            expected.extend([
                method.name.clone(),
                method.score.band_text.clone(),
                method.score.fit_text.clone(),
            ]);
            let reasons =
                [&method.pros, &method.cons, &method.not_known, &method.may_be_excluded, &method.cautions];
            expected.extend(reasons.into_iter().flatten().map(|reason| reason.because.clone()));
            expected.extend(method.needs.iter().map(|need| need.label.clone()));
            expected.extend(method.examples.iter().map(|example| example.what.clone()));
        }
        expected.extend(view.others.iter().map(|listed| listed.name.clone()));
        for exclusion in view.excluded.iter().flat_map(|excluded| &excluded.because) {
            expected.push(exclusion.reason.because.clone());
            expected.push(exclusion.broken.clone());
            expected.extend(exclusion.lifted.clone());
        }
        expected.extend(view.open_questions.iter().map(|open| open.question.clone()));
        expected.extend(
            view.guidelines.iter().flat_map(|guideline| [guideline.text.clone(), guideline.because.clone()]),
        );
        expected.extend(view.guidelines.iter().filter_map(|guideline| guideline.choose.clone()));
        expected.extend(view.reach.iter().flat_map(|reach| [reach.text.clone(), reach.places.clone()]));
        for work in &view.works {
            expected.push(work.text.clone());
            expected.extend(work.sections.clone());
            expected.extend(work.url.clone());
        }
        for text in expected {
            assert!(markdown.contains(&text), "{id}: the Markdown misses: {text}");
            let plain = page.replace("&#x2f;", "/");
            assert!(plain.contains(&escaped(&text)), "{id}: the page misses: {text}");
        }
        // Every reason names its rule.
        for reason in view.methods.iter().flat_map(|method| &method.pros) {
            assert!(page.replace("&#x2f;", "/").contains(&reason.rule), "{id}: {}", reason.rule);
        }
    });
}

#[test]
fn recipes_say_the_same_in_every_form() {
    each(|id, _, recipe, texts| {
        let view = texts.recipe(recipe);
        let page = render_recipe(recipe, texts, DocumentFormat::Html).unwrap().replace("&#x2f;", "/");
        let markdown = render_recipe(recipe, texts, DocumentFormat::Markdown).unwrap();
        let word = unpacked(&recipe_docx(recipe, texts).unwrap(), "word/document.xml");
        for step in &view.steps {
            assert!(
                markdown.contains(&format!("## {}. {}", step.number, step.title)),
                "{id}: {}",
                step.title
            );
            for part in &step.parts {
                let origins = part
                    .origin
                    .iter()
                    .chain(part.lines.iter().filter(|_| part.origin.is_none()).map(|l| &l.origin));
                let lines = part.lines.iter().flat_map(|line| line.about.iter().chain([&line.text]));
                for text in part.title.iter().chain(lines).chain(origins) {
                    assert!(markdown.contains(text), "{id}: the Markdown misses: {text}");
                    assert!(page.contains(&escaped(text)), "{id}: the page misses: {text}");
                    let text = text
                        .replace('&', "&amp;")
                        .replace('<', "&lt;")
                        .replace('\'', "&apos;")
                        .replace('"', "&quot;");
                    assert!(word.contains(&text), "{id}: the Word document misses: {text}");
                }
            }
        }
        let open = markdown.matches(&texts.get("recipe.open")).count();
        assert_eq!(open, 3, "{id}: three steps stay open");
    });
}

#[test]
fn markdown_has_its_headings_and_lists_in_place() {
    each(|id, advice, recipe, texts| {
        let pages = [
            render(advice, texts, DocumentFormat::Markdown).unwrap(),
            render_recipe(recipe, texts, DocumentFormat::Markdown).unwrap(),
        ];
        for page in pages {
            check_markdown(id, &page);
        }
    });
}

/// Headings and lists have room around them, and no text is missing.
pub fn check_markdown(id: &str, page: &str) {
    let lines: Vec<_> = page.lines().collect();
    assert!(lines[0].starts_with("# "), "{id}");
    assert!(!page.contains("{{") && !page.contains("[label.") && !page.contains("[heading."), "{id}");
    for (at, line) in lines.iter().enumerate().skip(1) {
        if line.starts_with('#') {
            let around = [lines[at - 1], lines.get(at + 1).copied().unwrap_or_default()];
            assert_eq!(around, ["", ""], "{id}: a heading needs room: {line}");
        }
        let follows_text = !lines[at - 1].is_empty() && !lines[at - 1].trim_start().starts_with('-');
        assert!(!(line.starts_with("- ") && follows_text), "{id}: a list needs room: {line}");
    }
}

#[test]
fn json_follows_the_schemas() {
    let pack = builtin().pack();
    let (of_advice, of_recipe) = (schema("advice", pack).unwrap(), schema("recipe", pack).unwrap());
    let empty = violations(&of_recipe, &of_recipe, &json!({}), "");
    assert!(empty.len() >= 5, "the schema asks for fields: {empty:?}");
    each(|id, advice, recipe, _| {
        for (schema, value) in
            [(&of_advice, serde_json::to_value(advice)), (&of_recipe, serde_json::to_value(recipe))]
        {
            let value: Value = value.unwrap();
            assert_eq!(violations(schema, schema, &value, id), Vec::<String>::new());
        }
    });
}

/// A part of a Word document.
pub fn unpacked(document: &[u8], part: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(document)).unwrap();
    let mut text = String::new();
    archive.by_name(part).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn word_documents_are_accessible() {
    each(|id, _, recipe, texts| {
        let document = recipe_docx(recipe, texts).unwrap();
        let body = unpacked(&document, "word/document.xml");
        for part in ["word/document.xml", "word/styles.xml", "word/numbering.xml", "docProps/core.xml"] {
            let xml = unpacked(&document, part);
            elements(&xml[xml.find("?>").map_or(0, |at| at + 2)..]);
        }
        let count = |mark: &str| body.matches(mark).count();
        assert_eq!(count("<w:pStyle w:val=\"Title\""), 1, "{id}");
        // The eleven steps, the answers and the sources.
        assert_eq!(count("<w:pStyle w:val=\"Heading1\""), 13, "{id}");
        assert!(count("<w:pStyle w:val=\"Heading2\"") >= 5, "{id}");
        assert!(count("<w:numPr>") >= 20, "{id}: real lists");
        assert_eq!(count("<w:tbl>"), count("<w:tblHeader"), "{id}: every table has a header row");
        assert_eq!(count("<w:tbl>"), 1, "{id}");
        let styles = unpacked(&document, "word/styles.xml");
        let language = if code(texts) == "nl" { "nl-NL" } else { "en-GB" };
        assert!(styles.contains(&format!("<w:lang w:val=\"{language}\"")), "{id}");
        for (level, name) in ["heading 1", "heading 2"].iter().enumerate() {
            assert!(styles.contains(&format!("<w:name w:val=\"{name}\"")), "{id}: {name}");
            assert!(styles.contains(&format!("<w:outlineLvl w:val=\"{level}\"")), "{id}: {name}");
        }
        let core = unpacked(&document, "docProps/core.xml");
        assert!(core.contains("<dc:title>") && core.contains(&format!("<dc:language>{language}")), "{id}");
        // Each numbered list counts from 1: as many numberings as there are lists.
        let numbering = unpacked(&document, "word/numbering.xml");
        let ordered = recipe.steps.iter().flat_map(|step| &step.parts).filter(|part| part.ordered).count();
        assert_eq!(numbering.matches("<w:startOverride").count(), ordered, "{id}");
        assert_eq!(document, recipe_docx(recipe, texts).unwrap(), "{id}: the same bytes each time");
    });
}
