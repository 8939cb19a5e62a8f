//! Writes what the benches measured into `docs/SPEED.md`, and draws the pictures again from their table.

use werkvorm_measure::{page, plot};

fn main() {
    if std::env::args().nth(1).as_deref() != Some("page") {
        eprintln!("usage: werkvorm-measure page");
        std::process::exit(2);
    }
    page::write();
    plot::draw(&plot::read());
}
