//! The bitmaps that were written by hand for nothing but this workload.

use werkvorm_core::{Pack, Profile};

use crate::asking::{Evaluator, Said};
use crate::hand_written::{HandWritten, Held, Scratch};

#[derive(Debug)]
pub struct ByHand {
    bitmaps: HandWritten,
    scratch: Scratch,
    methods: Vec<String>,
    rules: Vec<String>,
}

impl ByHand {
    pub fn new(pack: &Pack) -> Self {
        Self {
            bitmaps: HandWritten::new(pack),
            scratch: Scratch::default(),
            methods: pack.methods.iter().map(|method| method.id.clone()).collect(),
            rules: pack.rules.iter().map(|rule| rule.id.clone()).collect(),
        }
    }
}

impl Evaluator for ByHand {
    type Encoded = Held;

    fn encode(&self, profile: &Profile) -> Held {
        self.bitmaps.encode(profile)
    }

    fn answer(&mut self, profile: &mut Held, mut tell: impl FnMut(Said<'_>)) {
        self.bitmaps.rank(profile, &mut self.scratch);
        for (total, method) in self.scratch.best() {
            tell(Said::Method(&self.methods[*method as usize], i64::from(-total)));
            let holding = self.bitmaps.holding(&self.scratch, *method);
            holding.for_each(|rule| tell(Said::Rule(&self.rules[rule])));
        }
    }
}
