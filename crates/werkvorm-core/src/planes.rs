//! Rules as bits: 512 of them are judged at once.
//!
//! A condition is an alternative of terms, and a term asks each facet and number at most a few things. Every
//! term of a rule has a bit, and 512 bits are a *block*. Every facet is a *lane*: for each of its values it has a
//! row of bits, which terms of the block it lets pass when that value holds and no other. So a profile, once
//! read, is a list of rows, and what holds in a block is what all of these rows let pass. When several values of a
//! facet hold, their rows are joined first. Not knowing takes a second plane: what may still hold. It is only
//! filled when something is open.
//!
//! A number is a lane too: its answer lies between two of the bounds that the block asks for, and for each such
//! stretch there is a row. The few terms that ask a second thing of one facet are turned one by one.
//!
//! Blocks stand together in *bundles*, and a bundle is judged when somebody wants it: a ranking leaves out
//! the bundles whose methods cannot come among the best.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::answers::Answers;
use crate::condition::Truth;
use crate::program::{Atom, Literal, Program, narrow};
use crate::vocabulary::Vocabulary;

const WORDS: usize = 8;
/// How many bits are judged together.
pub(crate) const BLOCK: usize = 64 * WORDS;

/// A number is looked up in a block from one of at most so many places, so that nothing is searched.
const FINGERS: usize = 256;

/// Bits of one block. Aligned, so that no row lies in two lines of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Row([u64; WORDS]);
const FULL: Row = Row([u64::MAX; WORDS]);
const EMPTY: Row = Row([0; WORDS]);

/// The terms of all rules, as bits.
#[derive(Debug, Default)]
pub(crate) struct Planes {
    lanes: Vec<Lane>,
    /// How many rows a block has: which bits are in use, and then the rows of each lane.
    height: usize,
    /// The rows of all blocks, block after block.
    rows: Vec<Row>,
    blocks: Vec<Block>,
    bundles: Vec<Bundle>,
    /// Of each second and further term: the bit of its rule, counted from the first of the bundle.
    owners: Vec<u32>,
    /// What terms ask of a facet besides a first thing: the bit in the block, and the place in `repeated`.
    repeats: Vec<(u32, u32)>,
    /// The literals of those, each once.
    repeated: Vec<Literal>,
    numbers: Vec<NumberLane>,
    /// The bounds of all number lanes.
    bounds: Vec<i64>,
    /// Per number: some of its bounds in all blocks, at most [`FINGERS`].
    marks: Vec<Vec<i64>>,
    /// Of all number lanes: how many of its bounds are not above each mark, from none on.
    fingers: Vec<u16>,
    /// The rows of all number lanes.
    number_rows: Vec<Row>,
}

/// What terms ask of one facet. Its rows in a block: idle, shut, wide, and one per value that is asked for.
///
/// *Idle* is what passes when no value holds, *shut* what surely passes and *wide* what may pass when nothing is
/// known of the facet.
#[derive(Debug)]
struct Lane {
    /// The atoms of its values.
    atoms: Range<usize>,
    /// The place of its first row in a block.
    row: usize,
    /// Per value: the place of its row among those of the lane; 0 when nothing asks for it.
    places: Vec<usize>,
}

/// Where what belongs to a block ends, in the lists of all blocks.
#[derive(Debug)]
struct Block {
    numbers: usize,
    repeats: usize,
}

/// What a block asks of one number. Its rows: idle, and one per stretch.
#[derive(Debug)]
struct NumberLane {
    number: usize,
    bounds: Range<usize>,
    /// The place of its first finger.
    finger: usize,
    row: usize,
}

/// Rules that are judged together.
#[derive(Debug)]
struct Bundle {
    blocks: Range<usize>,
    /// How many rules it has: as many bits from the first, for the first term of each. Other terms follow.
    rules: usize,
    owners: Range<usize>,
}

/// What is so for one profile: a bit per rule in each plane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The rules that hold.
    pub(crate) holds: Vec<u64>,
    /// The rules that hold or may hold; empty when nothing is open.
    pub(crate) possible: Vec<u64>,
}

/// A profile as the rows it picks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Something is not known.
    is_open: bool,
    /// What surely passes passes all of these.
    surely: Vec<u32>,
    /// What may pass passes all of these.
    maybe: Vec<u32>,
    /// The lanes with several values that hold or may hold.
    several: Vec<Several>,
    /// The rows of those values.
    picked: Vec<u32>,
    /// The truth of each literal that is turned one by one.
    repeated: Vec<Truth>,
    /// Per number: how many marks are not above its answer.
    marks: Vec<usize>,
}

/// A lane with several values that hold or may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Several {
    idle: u32,
    /// Where the values that hold end in the list, and where those that may hold do.
    held: u32,
    end: u32,
}

impl Asked {
    pub(crate) fn new(program: &Program, vocabulary: &Vocabulary, answers: &Answers) -> Self {
        let mut asked = Self {
            is_open: answers.values.contains(&Truth::NotKnown) || answers.numbers.contains(&None),
            ..Self::default()
        };
        for lane in &program.layout.planes.lanes {
            asked.pick(lane, &answers.values[lane.atoms.clone()]);
        }
        let repeated = program.layout.planes.repeated.iter();
        asked.repeated = repeated.map(|literal| program.literal(vocabulary, answers, *literal)).collect();
        let numbers = program.layout.planes.marks.iter().zip(&answers.numbers);
        asked.marks = numbers
            .map(|(marks, number)| number.map_or(0, |n| marks.partition_point(|mark| *mark <= n)))
            .collect();
        asked
    }

    fn pick(&mut self, lane: &Lane, values: &[Truth]) {
        let row = |place: usize| narrow(lane.row + place);
        let from = self.picked.len();
        let mut open = 0;
        let asked_for = || values.iter().zip(&lane.places).filter(|(_, place)| **place > 0);
        let of =
            |wanted| asked_for().filter(move |(truth, _)| **truth == wanted).map(|(_, place)| row(*place));
        self.picked.extend(of(Truth::Holds));
        let held = self.picked.len();
        self.picked.extend(of(Truth::NotKnown));
        open += self.picked.len() - held;
        let (surely, maybe) = match (held - from, open) {
            (0, 0) => (row(0), row(0)),
            (1, 0) => (self.picked[from], self.picked[from]),
            (0, open) if open == asked_for().count() => (row(1), row(2)),
            _ => {
                let end = narrow(self.picked.len());
                self.several.push(Several { idle: row(0), held: narrow(held), end });
                return;
            }
        };
        self.picked.truncate(from);
        self.surely.push(surely);
        self.maybe.push(maybe);
    }
}

impl Judged {
    /// Makes room for what an engine judges; what was there before stays until it is judged again.
    pub(crate) fn ready(&mut self, planes: &Planes, asked: &Asked, possible: bool) {
        let words = planes.blocks.len() * WORDS;
        self.holds.resize(words, 0);
        self.possible.resize(if possible && asked.is_open { words } else { 0 }, 0);
    }

    /// The truth of a rule, by its bit.
    pub(crate) fn truth(&self, bit: u32) -> Truth {
        let (word, bit) = (bit as usize / 64, 1 << (bit % 64));
        if self.holds[word] & bit != 0 {
            Truth::Holds
        } else if self.possible.get(word).is_some_and(|word| word & bit != 0) {
            Truth::NotKnown
        } else {
            Truth::Fails
        }
    }

    /// Visits the rules that hold, of those between two bits, in order.
    pub(crate) fn each_holding(&self, among: Range<usize>, visit: impl FnMut(usize)) {
        each_bit(|at| self.holds[at], among, visit);
    }

    /// The rules that hold, of those between two bits, in order.
    pub(crate) fn holding(&self, among: Range<usize>) -> impl Iterator<Item = usize> {
        let words = among.start / 64..among.end.div_ceil(64);
        words.flat_map(move |at| {
            let mut left = self.holds[at] & mask(at, &among);
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| 64 * at + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                bit
            })
        })
    }

    /// Visits the rules that are not known, of those between two bits, in order.
    pub(crate) fn each_open(&self, among: Range<usize>, visit: impl FnMut(usize)) {
        if !self.possible.is_empty() {
            each_bit(|at| self.possible[at] & !self.holds[at], among, visit);
        }
    }
}

/// The bits of a word that lie between two places; some of the word must.
fn mask(at: usize, among: &Range<usize>) -> u64 {
    let first = 64 * at;
    let mut mask = u64::MAX;
    if first < among.start {
        mask <<= among.start - first;
    }
    if among.end < first + 64 {
        mask &= (1 << (among.end - first)) - 1;
    }
    mask
}

/// Visits the bits that are set between two places. A plain loop: it is gone through for every profile.
fn each_bit(word_at: impl Fn(usize) -> u64, among: Range<usize>, mut visit: impl FnMut(usize)) {
    for at in among.start / 64..among.end.div_ceil(64) {
        let mut left = word_at(at) & mask(at, &among);
        while left != 0 {
            visit(64 * at + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// Puts conditions into planes.
struct Maker<'p> {
    program: &'p Program,
    planes: Planes,
    /// Every atom, also those of single values.
    atoms: Vec<Atom>,
    /// Per facet: its lane.
    lanes: Vec<usize>,
    /// Literals that are turned one by one, with their places.
    repeated: BTreeMap<Literal, u32>,
}

impl Planes {
    /// Puts the conditions of rules into planes: per bundle the condition of each rule.
    pub(crate) fn new(
        program: &Program,
        vocabulary: &Vocabulary,
        numbers: usize,
        bundles: &[Vec<u32>],
    ) -> Self {
        let of_values = (0..program.value_atoms).map(|atom| program.atom(narrow(2 * atom), vocabulary));
        let mut maker = Maker {
            program,
            planes: Self { height: 1, ..Self::default() },
            atoms: of_values.chain(program.atoms.iter().cloned()).collect(),
            lanes: Vec::new(),
            repeated: BTreeMap::new(),
        };
        maker.lay_lanes(vocabulary);
        maker.mark_numbers(numbers);
        bundles.iter().for_each(|rules| maker.add_bundle(rules));
        let mut planes = maker.planes;
        planes.rows.shrink_to_fit();
        planes.blocks.shrink_to_fit();
        planes.numbers.shrink_to_fit();
        planes.owners.shrink_to_fit();
        planes.repeats.shrink_to_fit();
        planes.bounds.shrink_to_fit();
        planes.fingers.shrink_to_fit();
        planes.number_rows.shrink_to_fit();
        planes
    }
}

impl Maker<'_> {
    /// Finds out which values are asked for: each gets a row.
    fn lay_lanes(&mut self, vocabulary: &Vocabulary) {
        let mut asked: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        for literal in &self.program.literals {
            let Atom::AnyOf(facet, values) = &self.atoms[(literal >> 1) as usize] else { continue };
            let asked = asked.entry(*facet).or_insert_with(|| vec![false; vocabulary.values_of(*facet)]);
            values.iter().for_each(|value| asked[*value] = true);
        }
        let planes = &mut self.planes;
        for (facet, asked) in asked {
            self.lanes.resize(facet + 1, 0);
            self.lanes[facet] = planes.lanes.len();
            let row = planes.height;
            planes.height += 3;
            let places = asked.iter().map(|asked| {
                planes.height += usize::from(*asked);
                if *asked { planes.height - 1 - row } else { 0 }
            });
            let places = places.collect();
            let first = vocabulary.atom(facet, 0).unwrap_or(0);
            planes.lanes.push(Lane { atoms: first..first + asked.len(), row, places });
        }
    }

    /// Marks where answers to numbers are looked up from.
    fn mark_numbers(&mut self, numbers: usize) {
        let mut marks = vec![Vec::new(); numbers];
        for atom in &self.program.atoms {
            if let Atom::AtLeast(number, bound) = atom {
                marks[*number].push(*bound);
            }
        }
        for marks in &mut marks {
            marks.sort_unstable();
            let every = marks.len().div_ceil(FINGERS).max(1);
            *marks = marks.iter().copied().step_by(every).collect();
        }
        self.planes.marks = marks;
    }

    fn add_bundle(&mut self, rules: &[u32]) {
        let program = self.program;
        let more = rules.iter().enumerate().flat_map(|(owner, condition)| {
            program.terms_of(*condition as usize).skip(1).map(move |term| (narrow(owner), term))
        });
        let more: Vec<_> = more.collect();
        let first = rules.iter().map(|condition| program.term(*condition as usize, 0));
        let terms: Vec<_> = first.chain(more.iter().map(|(_, term)| Some(*term))).collect();
        let (block, owner) = (self.planes.blocks.len(), self.planes.owners.len());
        self.planes.owners.extend(more.iter().map(|(owner, _)| *owner));
        terms.chunks(BLOCK).for_each(|terms| self.add_block(terms));
        self.planes.bundles.push(Bundle {
            blocks: block..self.planes.blocks.len(),
            rules: rules.len(),
            owners: owner..self.planes.owners.len(),
        });
    }

    /// Adds a block of terms; a condition without terms never holds.
    fn add_block(&mut self, terms: &[Option<&[Literal]>]) {
        let Self { planes, atoms, lanes, repeated, .. } = self;
        let start = planes.rows.len();
        planes.rows.resize(start + planes.height, EMPTY);
        let rows = &mut planes.rows[start..];
        // While terms are added, the first row of a lane says which ask nothing or the opposite of something,
        // the third which ask for any value or for its opposite, and those of the values which ask for them.
        planes.lanes.iter().for_each(|lane| rows[lane.row] = FULL);
        let mut bounds: Vec<(usize, usize, i64, bool)> = Vec::new();
        let mut used: Vec<usize> = Vec::new();
        for (bit, term) in terms.iter().enumerate() {
            let Some(term) = term else { continue };
            set(&mut rows[0].0, bit);
            used.clear();
            for literal in *term {
                let negated = literal & 1 == 1;
                let (facet, values) = match &atoms[(literal >> 1) as usize] {
                    Atom::AnyOf(facet, values) => (*facet, values),
                    Atom::AtLeast(number, bound) => {
                        bounds.push((*number, bit, *bound, negated));
                        continue;
                    }
                };
                if used.contains(&facet) {
                    let place = repeated.entry(*literal).or_insert_with(|| {
                        planes.repeated.push(*literal);
                        narrow(planes.repeated.len() - 1)
                    });
                    planes.repeats.push((narrow(bit), *place));
                    continue;
                }
                used.push(facet);
                let Lane { row, places, .. } = &planes.lanes[lanes[facet]];
                if !negated {
                    clear(&mut rows[*row].0, bit);
                }
                for value in values {
                    set(&mut rows[row + places[*value]].0, bit);
                    set(&mut rows[row + 2].0, bit);
                }
            }
        }
        let ends = planes.lanes.iter().skip(1).map(|lane| lane.row).chain([planes.height]);
        for (lane, end) in planes.lanes.iter().zip(ends) {
            let (idle, asks) = (rows[lane.row].0, rows[lane.row + 2].0);
            for word in 0..WORDS {
                rows[lane.row + 1].0[word] = idle[word] & !asks[word];
                rows[lane.row + 2].0[word] |= idle[word];
                rows[lane.row + 3..end].iter_mut().for_each(|row| row.0[word] ^= idle[word]);
            }
        }
        bounds.sort_unstable();
        bounds.chunk_by(|a, b| a.0 == b.0).for_each(|own| planes.add_number(own));
        planes.blocks.push(Block { numbers: planes.numbers.len(), repeats: planes.repeats.len() });
    }
}

impl Planes {
    /// From the number, the bit, the bound, and whether it must be below.
    fn add_number(&mut self, asked: &[(usize, usize, i64, bool)]) {
        let (mut idle, mut row) = (FULL, FULL);
        let mut turns: Vec<(i64, usize)> = Vec::new();
        for own in asked.chunk_by(|a, b| a.1 == b.1) {
            // All bounds of a term on one number come down to: at least this, and less than that.
            let bit = own[0].1;
            let low = own.iter().filter(|(_, _, _, below)| !below).map(|(_, _, bound, _)| *bound).max();
            let high = own.iter().filter(|(_, _, _, below)| *below).map(|(_, _, bound, _)| *bound).min();
            clear(&mut idle.0, bit);
            if low.is_some() {
                clear(&mut row.0, bit);
            }
            if low.zip(high).is_none_or(|(low, high)| low < high) {
                turns.extend([low, high].into_iter().flatten().map(|bound| (bound, bit)));
            }
        }
        turns.sort_unstable();
        let (first, first_row) = (self.bounds.len(), self.number_rows.len());
        self.number_rows.extend([idle, row]);
        for turns in turns.chunk_by(|a, b| a.0 == b.0) {
            turns.iter().for_each(|(_, bit)| row.0[bit / 64] ^= 1 << (bit % 64));
            self.bounds.push(turns[0].0);
            self.number_rows.push(row);
        }
        let (number, bounds) = (asked[0].0, first..self.bounds.len());
        let finger = self.fingers.len();
        let own = &self.bounds[bounds.clone()];
        let below = |mark: &i64| own.partition_point(|bound| bound <= mark);
        let fingers = std::iter::once(0).chain(self.marks[number].iter().map(below));
        // A block has at most two bounds per bit.
        self.fingers.extend(fingers.map(|finger| u16::try_from(finger).unwrap_or(0)));
        self.numbers.push(NumberLane { number, bounds, finger, row: first_row });
    }

    /// How many bits there are.
    pub(crate) fn bits(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// The bits of the rules of a bundle.
    pub(crate) fn bits_of(&self, bundle: usize) -> Range<usize> {
        let Bundle { blocks, rules, .. } = &self.bundles[bundle];
        blocks.start * BLOCK..blocks.start * BLOCK + rules
    }

    /// The words of the rules of a bundle; what is not a rule is not set in them.
    pub(crate) fn words_of(&self, bundle: usize) -> Range<usize> {
        let Range { start, end } = self.bundles[bundle].blocks;
        start * WORDS..end * WORDS
    }

    /// Judges the rules of a bundle; what is only possible when there is room for it.
    pub(crate) fn judge(&self, bundle: usize, answers: &Answers, asked: &Asked, judged: &mut Judged) {
        let Bundle { blocks, rules, owners } = &self.bundles[bundle];
        let words = blocks.start * WORDS..blocks.end * WORDS;
        let Judged { holds, possible } = judged;
        let holds = &mut holds[words.clone()];
        if possible.is_empty() {
            for (block, holds) in blocks.clone().zip(holds.chunks_exact_mut(WORDS)) {
                self.judge_block::<false>(block, answers, asked, holds, &mut []);
            }
        } else {
            let possible = &mut possible[words];
            let both = holds.chunks_exact_mut(WORDS).zip(possible.chunks_exact_mut(WORDS));
            for (block, (holds, possible)) in blocks.clone().zip(both) {
                self.judge_block::<true>(block, answers, asked, holds, possible);
            }
            join_terms(possible, *rules, &self.owners[owners.clone()]);
        }
        join_terms(holds, *rules, &self.owners[owners.clone()]);
    }

    fn judge_block<const OPEN: bool>(
        &self,
        block: usize,
        answers: &Answers,
        asked: &Asked,
        holds_out: &mut [u64],
        possible_out: &mut [u64],
    ) {
        let rows = &self.rows[block * self.height..(block + 1) * self.height];
        let mut holds = rows[0];
        for row in &asked.surely {
            and(&mut holds, &rows[*row as usize]);
        }
        let mut possible = rows[0];
        if OPEN {
            for row in &asked.maybe {
                and(&mut possible, &rows[*row as usize]);
            }
        }
        let mut from = 0;
        for Several { idle, held, end } in &asked.several {
            // Per term: whether all rows let it pass, and whether any does. A term that asks for the opposite
            // must pass all of them, one that asks for a value any.
            let (mut all, mut any) = (FULL, EMPTY);
            for row in &asked.picked[from..*held as usize] {
                and(&mut all, &rows[*row as usize]);
                or(&mut any, &rows[*row as usize]);
            }
            let (mut all_open, mut any_open) = (all, any);
            for row in &asked.picked[*held as usize..*end as usize] {
                and(&mut all_open, &rows[*row as usize]);
                or(&mut any_open, &rows[*row as usize]);
            }
            from = *end as usize;
            let idle = &rows[*idle as usize];
            and(&mut holds, &all_or_any(idle, &all_open, &any));
            if OPEN {
                and(&mut possible, &all_or_any(idle, &all, &any_open));
            }
        }
        let before = block.checked_sub(1).map(|before| &self.blocks[before]);
        let own = &self.blocks[block];
        for lane in &self.numbers[before.map_or(0, |before| before.numbers)..own.numbers] {
            match answers.numbers[lane.number] {
                Some(number) => {
                    let bounds = &self.bounds[lane.bounds.clone()];
                    let mut stretch = usize::from(self.fingers[lane.finger + asked.marks[lane.number]]);
                    while bounds.get(stretch).is_some_and(|bound| *bound <= number) {
                        stretch += 1;
                    }
                    let row = &self.number_rows[lane.row + 1 + stretch];
                    and(&mut holds, row);
                    if OPEN {
                        and(&mut possible, row);
                    }
                }
                None => and(&mut holds, &self.number_rows[lane.row]),
            }
        }
        holds_out.copy_from_slice(&holds.0);
        if OPEN {
            possible_out.copy_from_slice(&possible.0);
        }
        for (bit, literal) in &self.repeats[before.map_or(0, |before| before.repeats)..own.repeats] {
            let truth = asked.repeated[*literal as usize];
            if truth != Truth::Holds {
                clear(holds_out, *bit as usize);
            }
            if OPEN && truth == Truth::Fails {
                clear(possible_out, *bit as usize);
            }
        }
    }
}

/// A rule holds when one of its terms does: second and further terms are counted for their rules, and taken away.
fn join_terms(words: &mut [u64], rules: usize, owners: &[u32]) {
    let end = rules + owners.len();
    let mut from = rules;
    while from < end {
        let (at, shift) = (from / 64, from % 64);
        let mut word = words[at] >> shift << shift;
        words[at] ^= word;
        if end < 64 * (at + 1) {
            word &= (1 << (end % 64)) - 1;
        }
        while word != 0 {
            let bit = 64 * at + word.trailing_zeros() as usize;
            set(words, owners[bit - rules] as usize);
            word &= word - 1;
        }
        from = 64 * (at + 1);
    }
}

fn set(words: &mut [u64], at: usize) {
    words[at / 64] |= 1 << (at % 64);
}

fn clear(words: &mut [u64], at: usize) {
    words[at / 64] &= !(1 << (at % 64));
}

fn or(all: &mut Row, row: &Row) {
    all.0.iter_mut().zip(row.0).for_each(|(all, row)| *all |= row);
}

fn and(all: &mut Row, row: &Row) {
    all.0.iter_mut().zip(row.0).for_each(|(all, row)| *all &= row);
}

/// Where idle, what all let pass, and elsewhere what any lets pass.
fn all_or_any(idle: &Row, all: &Row, any: &Row) -> Row {
    Row(std::array::from_fn(|at| (idle.0[at] & all.0[at]) | (!idle.0[at] & any.0[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_between() {
        let words = [u64::MAX, 0b1011, u64::MAX];
        let is_set = |bit: &usize| words[bit / 64] >> (bit % 64) & 1 == 1;
        for (from, to) in
            [(0, 0), (0, 1), (3, 64), (63, 65), (64, 128), (5, 190), (0, 192), (190, 192), (128, 192)]
        {
            let mut found = Vec::new();
            each_bit(|at| words[at], from..to, |bit| found.push(bit));
            assert_eq!(found, (from..to).filter(is_set).collect::<Vec<_>>(), "{from}..{to}");
            let judged = Judged { holds: words.to_vec(), possible: Vec::new() };
            assert_eq!(judged.holding(from..to).collect::<Vec<_>>(), found, "{from}..{to}");
        }
    }

    #[test]
    fn further_terms_are_counted_for_their_rules() {
        for rules in [1, 63, 64, 65, 120] {
            // Three terms more, of which the first and the last hold; what follows them is not in use.
            let mut words = vec![0; 3];
            set(&mut words, rules);
            set(&mut words, rules + 2);
            let last = narrow(rules - 1);
            join_terms(&mut words, rules, &[0, 0, last]);
            let mut found = Vec::new();
            each_bit(|at| words[at], 0..192, |bit| found.push(bit));
            found.dedup();
            assert_eq!(found, if rules == 1 { vec![0] } else { vec![0, rules - 1] });
        }
    }
}
