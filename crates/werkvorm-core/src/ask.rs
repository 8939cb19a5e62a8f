//! Which open question to answer next: the one whose answers can change the top most.
//!
//! The measure: how many places of the top get another method, on average over the possible answers. Possible
//! answers are equally likely unless the vocabulary gives them shares. Of a facet that takes several values
//! each value alone is a possible answer, and so is none of them; of a number every stretch that gives
//! another advice.

use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Named, PackName, Understood};
use crate::board::Board;
use crate::change::{Change, Shift, Single, WHAT_IF_VERSION};
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::explain::Explainer;
use crate::profile::Profile;
use crate::text::Text;
use crate::vocabulary::{Question, is_asked, question_id, questions};

/// The open questions of a profile, the most telling first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Questions<'e> {
    /// Version of this format.
    pub what_if_version: u32,
    /// The pack it rests on.
    pub pack: PackName<'e>,
    /// The profile as it was understood.
    pub profile: Understood<'e>,
    /// How many methods count as the top.
    pub top: usize,
    /// The top as it is.
    pub now: Vec<Named<'e>>,
    /// Every open question, the most telling first.
    pub questions: Vec<Telling<'e>>,
}

/// An open question, and what its answers would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Telling<'e> {
    /// Id of the facet or number.
    pub id: &'e str,
    /// What people read.
    pub label: &'e Text,
    /// The question itself.
    pub question: &'e Text,
    /// A sentence or two of explanation.
    pub help: &'e Text,
    /// It takes several values at once.
    pub takes_several: bool,
    /// How many places of the top get another method on average, in thousandths of a place, rounded half up.
    pub expected_thousandths: i64,
    /// The possible answers, in the order of the vocabulary.
    pub answers: Vec<PossibleAnswer<'e>>,
}

/// An answer that is possible, and what it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PossibleAnswer<'e> {
    /// The answer, as a change to the profile.
    pub change: Change<'e>,
    /// How likely it is, next to the shares of the other answers.
    pub share: u32,
    /// How many places of the top get another method.
    pub places: usize,
    /// The top after this answer.
    pub top: Vec<Named<'e>>,
    /// Ids of the methods that it rules out.
    pub ruled_out: Vec<&'e str>,
}

impl Engine {
    /// The open questions of a profile in the order of how much their answers could change the best `top`.
    ///
    /// # Errors
    /// Every problem in the profile.
    pub fn ask(&self, profile: &Profile, top: usize) -> Result<Questions<'_>, Vec<Diagnostic>> {
        let evaluation = self.evaluate(profile)?;
        let answers = &evaluation.answers;
        let mut board = Board::new(self, &evaluation);
        let now = board.top(top);
        let named = |methods: &[usize]| methods.iter().map(|at| self.named(*at)).collect::<Vec<_>>();
        let open = questions(&self.pack)
            .filter(|question| is_asked(&self.pack, *question) && answers.is_open(*question));
        let mut found = Vec::new();
        for question in open {
            let Some((text, help)) = self.question_text(question) else { continue };
            let mut possible = Vec::new();
            for single in self.singles_of(question, answers, false) {
                let seen = board.with(&single, |board| {
                    let ruled_out = (0..self.pack.methods.len())
                        .filter(|at| board.is_excluded(*at) && !evaluation.standings[*at].excluded);
                    (board.top(top), ruled_out.map(|at| self.pack.methods[at].id.as_str()).collect())
                });
                let Some((best, ruled_out)) = seen else { continue };
                possible.push(PossibleAnswer {
                    change: self.shown(&single, answers),
                    share: self.share(&single),
                    places: places_changed(&now, &best),
                    top: named(&best),
                    ruled_out,
                });
            }
            let weight: i64 = possible.iter().map(|answer| i64::from(answer.share)).sum();
            let places = |answer: &PossibleAnswer<'_>| i64::try_from(answer.places).unwrap_or(0);
            let moved: i64 = possible.iter().map(|answer| i64::from(answer.share) * places(answer)).sum();
            let telling = Telling {
                id: question_id(&self.pack, question),
                label: self.label(question),
                question: text,
                help,
                takes_several: matches!(question, Question::Facet(at) if !self.pack.facets[at].takes_one()),
                expected_thousandths: (2 * 1000 * moved + weight).div_euclid((2 * weight).max(1)),
                answers: possible,
            };
            found.push((moved, weight.max(1), telling));
        }
        // Fractions are compared whole; the order of the vocabulary settles what is equal.
        found.sort_by(|(moved, weight, _), (other, of, _)| (other * weight).cmp(&(moved * of)));
        let explainer = Explainer::new(self, evaluation.situation());
        Ok(Questions {
            what_if_version: WHAT_IF_VERSION,
            pack: explainer.pack_name(),
            profile: explainer.understood(profile),
            top,
            now: named(&now),
            questions: found.into_iter().map(|(_, _, telling)| telling).collect(),
        })
    }

    fn question_text(&self, question: Question) -> Option<(&Text, &Text)> {
        match question {
            Question::Facet(at) => {
                let facet = &self.pack.facets[at];
                Some((facet.question.as_ref()?, &facet.help))
            }
            Question::Number(at) => {
                let number = &self.pack.numbers[at];
                Some((number.question.as_ref()?, &number.help))
            }
        }
    }

    /// How likely an answer is, next to the others.
    fn share(&self, single: &Single) -> u32 {
        match (single.question, single.shift) {
            (Question::Facet(at), Shift::Value(value) | Shift::Add(value)) => {
                self.pack.facets[at].values[value].share.unwrap_or(1)
            }
            _ => 1,
        }
    }
}

/// How many places have another method, or one where there was none.
fn places_changed(now: &[usize], then: &[usize]) -> usize {
    let both = now.iter().zip(then).filter(|(one, other)| one != other).count();
    both + now.len().abs_diff(then.len())
}
