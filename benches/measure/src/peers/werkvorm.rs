//! Werkvorm: the profile is encoded once, then ranked in memory that is used again.

use werkvorm_core::{Encoded, Engine, Pack, Profile, Ranking};

use crate::asking::{Evaluator, Said, TOP};

#[derive(Debug)]
pub struct Werkvorm {
    pub engine: Engine,
    ranking: Ranking,
}

impl Werkvorm {
    pub fn new(pack: &Pack) -> Self {
        Self { engine: Engine::new(pack.clone()).expect("the workload is valid"), ranking: Ranking::new() }
    }

    /// From a profile as it was written.
    pub fn answer_unread(&mut self, profile: &Profile, tell: impl FnMut(Said<'_>)) {
        let mut encoded = self.encode(profile);
        self.answer(&mut encoded, tell);
    }
}

impl Evaluator for Werkvorm {
    type Encoded = Encoded;

    fn encode(&self, profile: &Profile) -> Encoded {
        self.engine.encode(profile).expect("a profile of the workload is valid")
    }

    fn answer(&mut self, profile: &mut Encoded, mut tell: impl FnMut(Said<'_>)) {
        let Self { engine, ranking } = self;
        engine.rank(profile, TOP, ranking);
        for place in ranking.places() {
            tell(Said::Method(&engine.pack().methods[place.method].id, place.total));
            engine.holding(profile, ranking, place.method).for_each(|rule| tell(Said::Rule(&rule.id)));
        }
    }
}
