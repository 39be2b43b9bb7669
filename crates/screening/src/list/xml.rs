//! The XML of list files, entry by entry, behind limits.
//!
//! No document type is accepted, so there is nothing that an entity could grow into.

use std::collections::HashSet;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::{ListError, ListProblem};

/// Elements within elements. Official files stay below 8.
const MAX_DEPTH: usize = 16;
/// Bytes of one text, attribute or tag. Remarks of official files stay below 20,000.
const MAX_TEXT: usize = 64 << 10;
/// Attributes of one element. Official files stay below 20.
const MAX_ATTRIBUTES: usize = 64;
/// Elements of one entry. Official files stay below 2,000.
const MAX_NODES: usize = 20_000;

/// An element with everything in it.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The name without a prefix.
    pub name: String,
    /// Attributes by name without a prefix.
    pub attributes: Vec<(String, String)>,
    /// The text directly in it.
    pub text: String,
    /// The elements directly in it.
    pub children: Vec<Node>,
}

impl Node {
    /// Returns the children of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns every element at the end of a path of two names.
    pub fn within<'a, 'n>(
        &'a self,
        list: &'n str,
        item: &'n str,
    ) -> impl Iterator<Item = &'a Node> {
        self.all(list).flat_map(move |node| node.all(item))
    }

    /// Returns the text of a child, trimmed; nothing when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.all(name).next().map_or("", |child| child.text.trim())
    }

    /// Returns an attribute, trimmed; nothing when there is none.
    pub fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }
}

/// How a kind of list is laid out.
pub(super) struct Layout {
    /// What the file is called in errors.
    pub file: &'static str,
    /// The element around everything.
    pub root: &'static str,
    /// Elements that are handed out whole: entries, and heads with the file's date.
    pub records: &'static [&'static str],
}

/// Reads a file, handing out each record, and first the root with its attributes alone.
pub(super) fn read(
    layout: &Layout,
    bytes: &[u8],
    mut take: impl FnMut(Node) -> Result<(), ListProblem>,
) -> Result<(), ListError> {
    let text = super::text(layout.file, bytes)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk {
        layout,
        open: 0,
        seen_root: false,
        record: Vec::new(),
        nodes: 0,
    };
    loop {
        let event = reader.read_event().map_err(problem);
        let result = event.and_then(|event| walk.step(event, &mut take));
        match result {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(problem) => {
                let place = format!("byte {}", reader.buffer_position());
                return Err(ListError {
                    file: layout.file,
                    place,
                    problem,
                });
            }
        }
    }
}

struct Walk<'a> {
    layout: &'a Layout,
    open: usize,
    seen_root: bool,
    /// The record being read and the elements open in it.
    record: Vec<Node>,
    nodes: usize,
}

type Taken<'t> = &'t mut dyn FnMut(Node) -> Result<(), ListProblem>;

impl Walk<'_> {
    /// Takes one event; false at the end of the file.
    fn step(&mut self, event: Event<'_>, take: Taken<'_>) -> Result<bool, ListProblem> {
        match event {
            Event::Start(start) => self.start(&start, take)?,
            Event::End(_) => self.end(take)?,
            Event::Text(text) => {
                self.text(&text.xml10_content().map_err(|_| ListProblem::Encoding)?)?;
            }
            Event::CData(text) => self.text(&text.decode().map_err(|_| ListProblem::Encoding)?)?,
            Event::GeneralRef(reference) => self.text(&resolved(&reference)?)?,
            Event::DocType(_) => return Err(ListProblem::DocumentType),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().unwrap_or_default();
                if encoding.is_some_and(|name| !name.eq_ignore_ascii_case(b"utf-8")) {
                    return Err(ListProblem::Encoding);
                }
            }
            Event::Eof if self.open > 0 => {
                return Err(ListProblem::Cut("an element is still open"));
            }
            Event::Eof if !self.seen_root => {
                return Err(ListProblem::Unexpected {
                    expected: self.layout.root,
                });
            }
            Event::Eof => return Ok(false),
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        Ok(true)
    }

    fn start(&mut self, start: &BytesStart<'_>, take: Taken<'_>) -> Result<(), ListProblem> {
        self.open += 1;
        if self.open > MAX_DEPTH {
            return Err(ListProblem::TooDeep(MAX_DEPTH));
        }
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        if self.open == 1 {
            if self.seen_root || name != self.layout.root {
                return Err(ListProblem::Unexpected {
                    expected: self.layout.root,
                });
            }
            self.seen_root = true;
            return take(node(name, start)?);
        }
        if !self.record.is_empty() || self.layout.records.contains(&name.as_str()) {
            self.nodes = if self.record.is_empty() {
                0
            } else {
                self.nodes + 1
            };
            if self.nodes > MAX_NODES {
                return Err(ListProblem::TooMany(MAX_NODES, "elements in one entry"));
            }
            self.record.push(node(name, start)?);
        }
        Ok(())
    }

    fn end(&mut self, take: Taken<'_>) -> Result<(), ListProblem> {
        self.open = self.open.saturating_sub(1);
        let Some(done) = self.record.pop() else {
            return Ok(());
        };
        match self.record.last_mut() {
            Some(parent) => parent.children.push(done),
            None => take(done)?,
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ListProblem> {
        if self.open == 0 && !text.trim().is_empty() {
            return Err(ListProblem::Malformed("text outside the root"));
        }
        let Some(node) = self.record.last_mut() else {
            return Ok(());
        };
        if node.text.len() + text.len() > MAX_TEXT {
            return Err(ListProblem::TextTooLong(MAX_TEXT));
        }
        node.text.push_str(text);
        Ok(())
    }
}

fn node(name: String, start: &BytesStart<'_>) -> Result<Node, ListProblem> {
    if start.len() > MAX_TEXT {
        return Err(ListProblem::TextTooLong(MAX_TEXT));
    }
    let mut attributes = Vec::new();
    let mut seen = HashSet::new();
    // Our own check for repeats: the library's takes the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| ListProblem::Malformed("an attribute"))?;
        if attributes.len() == MAX_ATTRIBUTES {
            return Err(ListProblem::TooMany(
                MAX_ATTRIBUTES,
                "attributes of one element",
            ));
        }
        if !seen.insert(attribute.key.as_ref().to_vec()) {
            return Err(ListProblem::Malformed("an attribute stands twice"));
        }
        let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        attributes.push((
            key,
            value.map_err(|_| ListProblem::UnknownEntity)?.into_owned(),
        ));
    }
    Ok(Node {
        name,
        attributes,
        ..Node::default()
    })
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, ListProblem> {
    let malformed = ListProblem::Malformed("a character reference");
    if let Some(character) = reference.resolve_char_ref().map_err(|_| malformed)? {
        return Ok(character.to_string());
    }
    let known = match reference.as_ref() {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        _ => return Err(ListProblem::UnknownEntity),
    };
    Ok(known.to_owned())
}

/// What the library found, without the text that it found it in.
fn problem(error: quick_xml::Error) -> ListProblem {
    use quick_xml::errors::{Error, IllFormedError};
    match error {
        Error::Syntax(_) => ListProblem::Malformed("something is not closed"),
        Error::IllFormed(IllFormedError::MissingEndTag(_)) => {
            ListProblem::Cut("an element is still open")
        }
        Error::IllFormed(_) => ListProblem::Malformed("elements do not match"),
        Error::Encoding(_) => ListProblem::Encoding,
        _ => ListProblem::Malformed("not XML"),
    }
}
