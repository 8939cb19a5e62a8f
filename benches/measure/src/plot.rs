//! The figures of `--bench scaling`: as a table in a file, and as pictures of it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use plotters::prelude::*;

/// What grows in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varied {
    Rules,
    Methods,
    Values,
    Profiles,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Best,
    Rank,
    Batch,
}

/// A figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub varied: Varied,
    pub at: usize,
    pub call: Call,
    /// Per profile.
    pub microseconds: f64,
}

impl Varied {
    pub const ALL: [Varied; 4] = [Varied::Rules, Varied::Methods, Varied::Values, Varied::Profiles];

    pub fn id(self) -> &'static str {
        match self {
            Varied::Rules => "rules",
            Varied::Methods => "methods",
            Varied::Values => "values",
            Varied::Profiles => "profiles",
        }
    }

    /// The heading of the picture, and what stands below its axis.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Varied::Rules => ("Time per profile by number of rules", "rules in the pack"),
            Varied::Methods => ("Time per profile by number of methods, 20,000 rules", "methods in the pack"),
            Varied::Values => {
                ("Time per profile by number of values, 20,000 rules", "values of nine facets together")
            }
            Varied::Profiles => (
                "Time per profile by number of profiles, 20,000 rules",
                "profiles asked together (rank and best: one by one)",
            ),
        }
    }
}

impl Call {
    const ALL: [Call; 3] = [Call::Best, Call::Rank, Call::Batch];

    fn id(self) -> &'static str {
        match self {
            Call::Best => "best",
            Call::Rank => "rank",
            Call::Batch => "rank_batch",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Call::Best => "best: five methods explained",
            Call::Rank => "rank: five methods in order",
            Call::Batch => "rank_batch: the same, together",
        }
    }

    /// Colours that differ for people who see few colours, and are dark enough on white.
    fn colour(self) -> RGBColor {
        match self {
            Call::Best => RGBColor(0xb3, 0x45, 0x00),
            Call::Rank => RGBColor(0x00, 0x5f, 0xa8),
            Call::Batch => RGBColor(0x00, 0x7a, 0x55),
        }
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn csv() -> PathBuf {
    root().join("docs/scaling.csv")
}

/// Writes figures as a table.
pub fn write(points: &[Point]) {
    let mut table = "varied,number,call,microseconds_per_profile\n".to_owned();
    for Point { varied, at, call, microseconds } in points {
        table += &format!("{},{at},{},{microseconds:.3}\n", varied.id(), call.id());
    }
    fs::write(csv(), table).expect("the table can be written");
}

/// The table, read again.
pub fn read() -> Vec<Point> {
    let table = fs::read_to_string(csv()).expect("docs/scaling.csv: run the bench `scaling` first");
    let point = |line: &str| {
        let mut cells = line.split(',');
        let (varied, at, call) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Point {
            varied: Varied::ALL.into_iter().find(|known| known.id() == varied)?,
            at: at.parse().ok()?,
            call: Call::ALL.into_iter().find(|known| known.id() == call)?,
            microseconds: cells.next()?.parse().ok()?,
        })
    };
    table.lines().skip(1).map(|line| point(line).expect("a line of docs/scaling.csv")).collect()
}

/// A picture for each thing that varies.
pub fn draw(points: &[Point]) {
    for varied in Varied::ALL {
        let own: Vec<&Point> = points.iter().filter(|point| point.varied == varied).collect();
        let svg = picture(varied, &own).expect("a picture in memory can be drawn");
        let path = root().join(format!("docs/scaling-{}.svg", varied.id()));
        fs::write(path, named(varied, &own, &svg)).expect("the picture can be written");
    }
}

const SIZE: (u32, u32) = (760, 440);
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// Microseconds: the same in every picture, so that they can be compared.
const UP: Range<f64> = 0.2..5000.0;

fn picture(varied: Varied, points: &[&Point]) -> Result<String, Box<dyn std::error::Error>> {
    let mut svg = String::new();
    let (heading, below) = varied.texts();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let numbers = points.iter().map(|point| point.at as f64);
        // A little more than what is there, so that nothing lies on the frame.
        let across = numbers.clone().fold(f64::MAX, f64::min) / 1.3..numbers.fold(0.0, f64::max) * 1.3;
        let font = |size: i32| ("sans-serif", size).into_font().color(&INK);
        let mut chart = ChartBuilder::on(&area)
            .caption(heading, font(22))
            .margin(14)
            .margin_right(24)
            .x_label_area_size(48)
            .y_label_area_size(72)
            .build_cartesian_2d(across.log_scale(), UP.log_scale())?;
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(INK)
            .label_style(font(16))
            .axis_desc_style(font(17))
            .x_desc(below)
            .y_desc("microseconds per profile")
            .x_label_formatter(&|value| grouped(*value))
            .y_label_formatter(&|value| grouped(*value))
            .draw()?;
        for call in Call::ALL {
            let colour = call.colour();
            let own: Vec<(f64, f64)> = points
                .iter()
                .filter(|point| point.call == call)
                .map(|point| (point.at as f64, point.microseconds))
                .collect();
            let (line, fill) = (colour.stroke_width(2), colour.filled());
            let series = chart.draw_series(LineSeries::new(own.iter().copied(), line))?.label(call.label());
            let stroke = move |at| EmptyElement::at(at) + PathElement::new(vec![(0, 0), (26, 0)], line);
            match call {
                Call::Best => series.legend(move |at| stroke(at) + TriangleMarker::new((13, 0), 6, fill)),
                Call::Rank => series.legend(move |at| stroke(at) + Circle::new((13, 0), 4, fill)),
                Call::Batch => series.legend(move |at| stroke(at) + Rectangle::new([(9, -4), (17, 4)], fill)),
            };
            let own = own.into_iter();
            match call {
                Call::Best => chart.draw_series(own.map(|at| TriangleMarker::new(at, 6, fill)))?,
                Call::Rank => chart.draw_series(own.map(|at| Circle::new(at, 4, fill)))?,
                Call::Batch => {
                    let square = |at| EmptyElement::at(at) + Rectangle::new([(-4, -4), (4, 4)], fill);
                    chart.draw_series(own.map(square))?
                }
            };
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .margin(12)
            .legend_area_size(32)
            .background_style(WHITE.mix(0.9))
            .border_style(GRID)
            .label_font(font(16))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}

/// A number as people write it.
pub fn grouped(value: f64) -> String {
    if value < 1.0 {
        return format!("{}", (value * 1000.0).round() / 1000.0);
    }
    let digits = format!("{value:.0}");
    let parts: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    parts.join(",")
}

/// A picture with a title and a description, for who does not see it.
fn named(varied: Varied, points: &[&Point], svg: &str) -> String {
    let (heading, below) = varied.texts();
    let ends = Call::ALL.map(|call| {
        let own: Vec<_> = points.iter().filter(|point| point.call == call).collect();
        let [first, .., last] = own.as_slice() else { return String::new() };
        format!(
            "{} takes {:.1} microseconds at {} and {:.1} at {}.",
            call.id(),
            first.microseconds,
            grouped(first.at as f64),
            last.microseconds,
            grouped(last.at as f64)
        )
    });
    let words = format!(
        "<title>{heading}</title>\n<desc>Lines on two logarithmic axes: {below}, and microseconds per profile. {}</desc>\n",
        ends.join(" ")
    );
    let (tag, rest) = svg.split_once(">\n").unwrap_or((svg, ""));
    format!("{tag} role=\"img\">\n{words}{rest}")
}
