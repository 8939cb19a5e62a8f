//! What-if in words: changes, movements, crossings and places, as every output shows them.

use werkvorm_core::{
    Change, ChangeKind, Crossing, Event, MAX_WEIGHT, Movement, MovementKind, Named, Room, Stretch,
};

use crate::words::Words;

impl Words<'_> {
    /// A change to an answer. A number is shown with all numbers that give the same advice.
    #[must_use]
    pub fn change(&self, change: &Change<'_>) -> String {
        let question = self.of(change.label);
        if let Some(stretch) = &change.number {
            return self.stretch(change.question, stretch);
        }
        let value = change.value.as_ref().map(|value| self.of(value.label)).unwrap_or_default();
        let key = match change.kind {
            // Of a question that was open nothing can come with anything.
            ChangeKind::Add if change.was_open => "change.set",
            ChangeKind::Set => "change.set",
            ChangeKind::Add => "change.add",
            ChangeKind::Remove => "change.remove",
            ChangeKind::None => "change.none",
            ChangeKind::Unset => "change.unset",
        };
        self.fill(key, &[("question", question), ("value", value)])
    }

    /// A number with all numbers around it that give the same advice.
    #[must_use]
    pub fn stretch(&self, question: &str, stretch: &Stretch<'_>) -> String {
        let number = self.pack().number(question);
        let (lowest, highest) = number.map_or((stretch.from, stretch.to), |number| (number.min, number.max));
        let key = match (stretch.from == lowest, stretch.to == highest) {
            _ if stretch.from == stretch.to => "change.exactly",
            (true, true) => "change.anything",
            (true, false) => "change.at-most",
            (false, true) => "change.at-least",
            (false, false) => "change.between",
        };
        let named = if stretch.to == highest { stretch.from } else { stretch.to };
        let unit = self.of(number.map_or(stretch.unit, |number| number.unit_of(named)));
        let (from, to) = (self.number(stretch.from), self.number(stretch.to));
        let blanks =
            [("question", self.question(question)), ("from", from), ("to", to), ("unit", unit.to_owned())];
        self.fill(key, &blanks.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// Which way a method moved, and how far.
    #[must_use]
    pub fn movement(&self, movement: &Movement<'_>) -> String {
        let key = match (movement.kind, movement.places.abs()) {
            (MovementKind::Up, 1) => "movement.up-one",
            (MovementKind::Up, _) => "movement.up",
            (MovementKind::Down, 1) => "movement.down-one",
            (MovementKind::Down, _) => "movement.down",
            (MovementKind::Same, _) => "movement.same",
            (MovementKind::RuledOut, _) => "movement.ruled-out",
            (MovementKind::Possible, _) => "movement.possible",
            (MovementKind::StillRuledOut, _) => "movement.still-ruled-out",
        };
        self.fill(key, &[("places", &self.number(movement.places.abs()))])
    }

    /// Where the order turns.
    #[must_use]
    pub fn crossing(&self, crossing: &Crossing<'_>) -> String {
        let nobody = String::new();
        let name = |method: &Named<'_>| self.of(method.label).to_owned();
        let (key, method, below) = match &crossing.event {
            Event::Above { method, below } => ("crossing.above", name(method), name(below)),
            Event::Possible { method } => ("crossing.possible", name(method), nobody),
            Event::RuledOut { method } => ("crossing.ruled-out", name(method), nobody),
        };
        let (number, unit) = (self.number(crossing.from), self.of(crossing.unit));
        self.fill(key, &[("number", &number), ("unit", unit), ("method", &method), ("below", &below)])
    }

    /// A place in the order; 0 is ruled out.
    #[must_use]
    pub fn place(&self, rank: usize) -> String {
        if rank == 0 {
            return self.get("standing.ruled-out");
        }
        self.fill("standing.rank", &[("rank", &rank.to_string())])
    }

    /// How far a weight can move.
    #[must_use]
    pub fn room(&self, room: &Room<'_>) -> String {
        let key = match (room.from, room.to) {
            (0, MAX_WEIGHT) => "room.all",
            (from, to) if from == to => "room.only",
            _ => "room.between",
        };
        self.fill(key, &[("from", &room.from.to_string()), ("to", &room.to.to_string())])
    }

    /// Points with their sign.
    #[must_use]
    pub fn signed(&self, points: i64) -> String {
        if points > 0 { format!("+{}", self.number(points)) } else { self.number(points) }
    }
}
