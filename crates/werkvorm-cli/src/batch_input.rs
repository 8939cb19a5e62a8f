//! Where the profiles of a batch come from: lines of text or the rows of a table, a few at a time.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};

use serde::{Deserialize, Serialize};
use werkvorm::MAX_PROFILE_BYTES;

use crate::failure::Failure;
use crate::input::shown;

/// However small the profiles of a batch are meant to be, no more of them is in memory than this.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What some editors put in front of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One profile as JSON.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) row: u64,
    /// The line it stands on; the rows of a table stand on none.
    pub(crate) line: Option<u64>,
    pub(crate) text: Vec<u8>,
}

/// How far the input was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Profiles that were read.
    pub(crate) rows: u64,
    /// Lines that were read.
    pub(crate) lines: u64,
    /// Bytes that were read, of lines.
    pub(crate) bytes: u64,
}

/// Profiles one after another.
pub(crate) enum Input {
    Lines(Lines),
    #[cfg(feature = "arrow")]
    Table(crate::batch_columns::Table),
}

impl Input {
    /// The next profiles, at most so many; none at the end.
    pub(crate) fn next(&mut self, most: usize) -> Result<Vec<Given>, Failure> {
        let mut given: Vec<Given> = Vec::new();
        let mut bytes = 0;
        while given.len() < most && bytes < MOST_BYTES {
            let next = match self {
                Self::Lines(lines) => lines.next()?,
                #[cfg(feature = "arrow")]
                Self::Table(table) => table.next()?,
            };
            let Some(next) = next else { break };
            bytes += next.text.len();
            given.push(next);
        }
        Ok(given)
    }

    /// How far it was read.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Lines(lines) => lines.place,
            #[cfg(feature = "arrow")]
            Self::Table(table) => table.place(),
        }
    }

    /// Goes on at a place where an earlier run was.
    pub(crate) fn go_to(&mut self, place: Place) -> Result<(), Failure> {
        match self {
            Self::Lines(lines) => lines.go_to(place),
            #[cfg(feature = "arrow")]
            Self::Table(table) => table.go_to(place),
        }
    }

    /// How much was read, and of how much if that is known: in bytes of lines, or in rows of a table.
    pub(crate) fn progress(&self) -> (u64, Option<u64>) {
        match self {
            Self::Lines(lines) => (lines.place.bytes, lines.length),
            #[cfg(feature = "arrow")]
            Self::Table(table) => (table.place().rows, table.length()),
        }
    }
}

/// Lines of text, each a profile; empty lines are nothing.
pub(crate) struct Lines {
    file: String,
    reader: Box<dyn Lined>,
    length: Option<u64>,
    place: Place,
}

/// A file, or standard input, which has no way back.
trait Lined: BufRead {
    fn seek_to(&mut self, at: u64) -> std::io::Result<()>;
}

impl Lined for BufReader<File> {
    fn seek_to(&mut self, at: u64) -> std::io::Result<()> {
        self.seek(SeekFrom::Start(at)).map(|_| ())
    }
}

impl Lined for std::io::StdinLock<'static> {
    fn seek_to(&mut self, _: u64) -> std::io::Result<()> {
        Err(std::io::ErrorKind::NotSeekable.into())
    }
}

/// A buffer with a text, for tests.
#[cfg(test)]
impl Lined for &'static [u8] {
    fn seek_to(&mut self, at: u64) -> std::io::Result<()> {
        *self = self.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or_default();
        Ok(())
    }
}

impl Lines {
    pub(crate) fn open(file: &str) -> Result<Self, Failure> {
        let (reader, length): (Box<dyn Lined>, _) = if file == "-" {
            (Box::new(std::io::stdin().lock()), None)
        } else {
            let cannot = |error| Failure::world(format!("cannot read `{file}`"), error);
            let opened = File::open(file).map_err(cannot)?;
            let length = opened.metadata().map_err(cannot)?.len();
            (Box::new(BufReader::with_capacity(256 * 1024, opened)), Some(length))
        };
        Ok(Self { file: file.to_owned(), reader, length, place: Place::default() })
    }

    fn next(&mut self) -> Result<Option<Given>, Failure> {
        loop {
            let Some(mut text) = self.line()? else { return Ok(None) };
            if self.place.lines == 1 && text.starts_with(MARK) {
                text.drain(..MARK.len());
            }
            if !text.trim_ascii().is_empty() || text.len() > MAX_PROFILE_BYTES {
                self.place.rows += 1;
                let line = Some(self.place.lines);
                return Ok(Some(Given { row: self.place.rows, line, text }));
            }
        }
    }

    /// The next line without its end; of a long one no more than shows that it is too long.
    fn line(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut line = Vec::new();
        let mut begun = false;
        loop {
            let read = self.reader.fill_buf();
            let buffer = match read {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read
                    .map_err(|error| Failure::world(format!("cannot read `{}`", shown(&self.file)), error))?,
            };
            if buffer.is_empty() {
                self.place.lines += u64::from(begun);
                return Ok(begun.then_some(line));
            }
            begun = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            // The first byte beyond the limit is kept, and one more for the end of a line from Windows.
            let room = (MAX_PROFILE_BYTES + 2).saturating_sub(line.len());
            line.extend(part.iter().take(room));
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            self.place.bytes += used as u64;
            if end.is_some() {
                self.place.lines += 1;
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(line));
            }
        }
    }

    fn go_to(&mut self, place: Place) -> Result<(), Failure> {
        let went = self.reader.seek_to(place.bytes);
        went.map_err(|error| Failure::world(format!("cannot go on in `{}`", shown(&self.file)), error))?;
        self.place = place;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static [u8]) -> Lines {
        Lines { file: "f".into(), reader: Box::new(text), length: None, place: Place::default() }
    }

    fn check(text: &'static [u8], want: &[(u64, u64, &str)]) {
        let mut input = Input::Lines(lines(text));
        let all: Vec<_> =
            std::iter::from_fn(|| input.next(2).ok().filter(|given| !given.is_empty())).flatten().collect();
        let shown: Vec<_> = all
            .iter()
            .map(|given| (given.row, given.line.unwrap(), String::from_utf8_lossy(&given.text).into_owned()))
            .collect();
        let want: Vec<_> = want.iter().map(|(row, line, text)| (*row, *line, (*text).to_owned())).collect();
        assert_eq!(shown, want);
        assert_eq!(input.place().bytes, text.len() as u64);
    }

    #[test]
    fn lines_and_rows() {
        check(b"", &[]);
        check(b"\n \r\n\t\n", &[]);
        check(b"a\nb", &[(1, 1, "a"), (2, 2, "b")]);
        check(b"\n\na\r\n\nb\n", &[(1, 3, "a"), (2, 5, "b")]);
        check(b"\xef\xbb\xbf\n\xef\xbb\xbfa\n", &[(1, 2, "\u{feff}a")]);
        check(b"\xef\xbb\xbf{}\n", &[(1, 1, "{}")]);
    }

    #[test]
    fn a_long_line_is_not_kept() {
        for length in
            [MAX_PROFILE_BYTES - 1, MAX_PROFILE_BYTES, MAX_PROFILE_BYTES + 1, 10 * MAX_PROFILE_BYTES]
        {
            for end in ["\n", "\r\n"] {
                let text = format!("{}{end}b", "a".repeat(length)).leak();
                let mut lines = lines(text.as_bytes());
                let first = lines.next().unwrap().unwrap();
                assert_eq!(first.text.len() > MAX_PROFILE_BYTES, length > MAX_PROFILE_BYTES, "{length}");
                assert!(first.text.len() <= MAX_PROFILE_BYTES + 2);
                assert_eq!(lines.next().unwrap().unwrap().text, b"b");
            }
        }
    }

    #[test]
    fn goes_on_where_it_was() {
        let text = b"a\n\nb\nc\n";
        let mut first = lines(text);
        first.next().unwrap();
        first.next().unwrap();
        let mut second = lines(text);
        second.go_to(first.place).unwrap();
        let given = second.next().unwrap().unwrap();
        assert_eq!((given.row, given.line, given.text.as_slice()), (3, Some(4), &b"c"[..]));
    }
}
