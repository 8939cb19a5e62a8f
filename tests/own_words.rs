//! Each method is found by its own words: a profile written from what the documents say about when and with
//! whom to use a method puts that method in the top five.
//!
//! The profiles are readings of the documents alone; they were written without sight of cards and rules.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use serde::Deserialize;
use werkvorm::{Citation, Profile, builtin};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    method: String,
    name: String,
    source: Citation,
    profile: Profile,
}

fn cases() -> Vec<Case> {
    toml::from_str::<CaseFile>(include_str!("own-words.toml")).unwrap().cases
}

#[test]
fn every_method_has_a_case_with_a_source() {
    let pack = builtin().pack();
    let mut methods: Vec<_> = cases().into_iter().map(|case| case.method).collect();
    methods.sort();
    let known: Vec<_> = pack.methods.iter().map(|method| method.id.clone()).collect();
    assert_eq!(methods, known);
    for case in cases() {
        let document = pack.document(&case.source.document).unwrap();
        let cited = match &case.source.section {
            Some(cited) => document.sections.iter().any(|section| section.id == *cited),
            None => document.sections.is_empty(),
        };
        assert!(cited, "{}", case.method);
    }
}

#[test]
fn every_method_is_in_the_top_five_for_its_own_words() {
    let mut missed = Vec::new();
    for case in cases() {
        let advice = builtin()
            .recommend_top(&case.profile, 5)
            .unwrap_or_else(|problems| panic!("{}: {problems:?}", case.method));
        if !advice.methods.iter().any(|ranked| ranked.id == case.method) {
            let rank = advice.others.iter().find(|listed| listed.id == case.method).map(|listed| listed.rank);
            let better: Vec<_> = advice.methods.iter().map(|ranked| ranked.id).collect();
            missed.push(format!("{} at {rank:?} ({}), after {}", case.method, case.name, better.join(", ")));
        }
    }
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), cases().len(), missed.join("\n"));
}
