//! Splits a body that arrives piece by piece into items: the lines of NDJSON, or the elements of a JSON array. It finds only
//! where an item ends; others check whether it is JSON.

use crate::domain::batch::MAX_ITEM_BYTES;
use crate::server::service::batch::Item;

/// The way in which a body separates its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Lines,
    Array,
}

/// A splitter that takes a body byte by byte and holds one item at a time.
pub struct Splitter {
    format: Format,
    item: Vec<u8>,
    is_too_long: bool,
    /// The position of the next item, from 1.
    line: i64,
    /// The number of bytes of a byte order mark that have come.
    mark: usize,
    place: Place,
    /// The number of objects and arrays that are open inside the item.
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

/// The byte order mark that some editors put in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

impl Splitter {
    pub fn new(format: Format) -> Self {
        let item = Vec::new();
        let place = Place::Before;
        Self { format, item, is_too_long: false, line: 1, mark: 0, place, depth: 0, in_string: false, is_escaped: false }
    }

    /// Takes a byte. Returns the item that it ends, if any, or the reason why the body cannot be read on.
    pub fn push(&mut self, byte: u8) -> Result<Option<Item>, &'static str> {
        if BYTE_ORDER_MARK.get(self.mark) == Some(&byte) {
            self.mark += 1;
            return Ok(None);
        }
        self.mark = BYTE_ORDER_MARK.len();
        match self.format {
            Format::Lines if byte == b'\n' => Ok(self.end(true)),
            Format::Lines => {
                self.keep(byte);
                Ok(None)
            }
            Format::Array => self.push_to_array(byte),
        }
    }

    fn push_to_array(&mut self, byte: u8) -> Result<Option<Item>, &'static str> {
        let is_inside = self.in_string || self.depth > 0;
        match (self.place, byte) {
            (Place::Before | Place::After, b' ' | b'\t' | b'\r' | b'\n') => Ok(None),
            (Place::Before, b'[') => {
                self.place = Place::Inside;
                Ok(None)
            }
            (Place::Before, _) => Err("The body must be a JSON array, or NDJSON with Content-Type: application/x-ndjson."),
            (Place::After, _) => Err("The body goes on after its array."),
            (Place::Inside, b',') if !is_inside => Ok(self.end(true)),
            (Place::Inside, b']') if !is_inside => {
                self.place = Place::After;
                Ok(self.end(false))
            }
            (Place::Inside, _) => {
                self.follow(byte);
                self.keep(byte);
                Ok(None)
            }
        }
    }

    /// Follows where strings, objects and arrays begin and end.
    fn follow(&mut self, byte: u8) {
        match (self.in_string, byte) {
            (true, _) if self.is_escaped => self.is_escaped = false,
            (true, b'\\') => self.is_escaped = true,
            (_, b'"') => self.in_string = !self.in_string,
            (false, b'{' | b'[') => self.depth += 1,
            (false, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.item.len() < MAX_ITEM_BYTES {
            self.item.push(byte);
        } else {
            self.is_too_long |= !byte.is_ascii_whitespace();
        }
    }

    /// Returns the number of lines (blank ones included) or elements that have ended.
    pub fn ended(&self) -> i64 {
        self.line - 1
    }

    /// Ends an item. Even an empty one counts in an array, if a comma follows: it is an item that cannot be read.
    fn end(&mut self, is_separated: bool) -> Option<Item> {
        let line = self.line;
        self.line += 1;
        let content = std::mem::take(&mut self.item);
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let is_blank = content.iter().all(u8::is_ascii_whitespace) && !is_too_long;
        let is_item = !is_blank || (self.format == Format::Array && is_separated);
        is_item.then_some(Item { line, content, is_too_long })
    }

    /// Ends the body. Returns the last item, if there is one left.
    pub fn finish(mut self) -> Result<Option<Item>, &'static str> {
        match (self.format, self.place) {
            (Format::Lines, _) => Ok(self.end(false)),
            (Format::Array, Place::After) => Ok(None),
            (Format::Array, _) => Err("The body ends before its array does."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(format: Format, body: &str) -> (Vec<(i64, String)>, Result<(), &'static str>) {
        let mut splitter = Splitter::new(format);
        let mut items = Vec::new();
        let mut keep = |item: Option<Item>| {
            items.extend(item.map(|item| (item.line, String::from_utf8(item.content).unwrap())));
        };
        for byte in body.bytes() {
            match splitter.push(byte) {
                Ok(item) => keep(item),
                Err(error) => return (items, Err(error)),
            }
        }
        let end = splitter.finish().map(&mut keep);
        (items, end)
    }

    #[test]
    fn lines_are_items_and_blank_ones_are_none() {
        let (items, end) = split(Format::Lines, "\u{feff}{\"a\":1}\r\n\n  \nnonsense\n{}");
        assert_eq!(items, [(1, "{\"a\":1}\r".into()), (4, "nonsense".into()), (5, "{}".into())]);
        assert_eq!(end, Ok(()));
    }

    #[test]
    fn elements_are_items_whatever_their_strings_hold() {
        let cases: [(&str, &[&str]); 8] = [
            ("[]", &[]),
            (" [ ] ", &[]),
            (r#"[{"a":[1,{"b":","}]},{}]"#, &[r#"{"a":[1,{"b":","}]}"#, "{}"]),
            (r#"["]\",[", 2]"#, &[r#""]\",[""#, " 2"]),
            (r#"["\\",1]"#, &[r#""\\""#, "1"]),
            ("[1,,2]", &["1", "", "2"]),
            ("[1, ]", &["1"]),
            ("\u{feff}[1]", &["1"]),
        ];
        for (body, expected) in cases {
            let (items, end) = split(Format::Array, body);
            assert_eq!(items.into_iter().map(|(_, item)| item).collect::<Vec<_>>(), expected, "{body}");
            assert_eq!(end, Ok(()), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_no_array_or_does_not_end_is_refused() {
        for body in ["", "{}", "[{}", "[{},", "[{\"a", "[] x", "[]]"] {
            assert!(split(Format::Array, body).1.is_err(), "{body}");
        }
        assert_eq!(split(Format::Array, "[{},{").0, [(1, "{}".into())]);
    }

    #[test]
    fn only_the_beginning_of_a_long_item_is_held() {
        let mut splitter = Splitter::new(Format::Lines);
        for _ in 0..3 * MAX_ITEM_BYTES {
            assert!(splitter.push(b'x').unwrap().is_none());
        }
        let item = splitter.push(b'\n').unwrap().unwrap();
        assert!(item.is_too_long && item.content.len() == MAX_ITEM_BYTES);
        assert!(splitter.item.is_empty());
    }
}
