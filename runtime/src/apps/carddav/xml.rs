//! XML as far as WebDAV needs it: elements with names, namespaces and text.
//!
//! Safe against hostile answers: no document type, so no entities of the server's own; bounded depth.

use quick_xml::{
    NsReader,
    escape::resolve_xml_entity,
    events::Event,
    name::{Namespace, ResolveResult},
};

/// The namespace of WebDAV.
pub(super) const DAV: &str = "DAV:";
/// The namespace of CardDAV.
pub(super) const CARDDAV: &str = "urn:ietf:params:xml:ns:carddav";

/// The deepest element that is read. Answers of servers are less than ten deep.
const DEEPEST: usize = 64;

/// An element without its attributes, which WebDAV does not use in answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    namespace: String,
    name: String,
    children: Vec<Element>,
    text: String,
}

impl Element {
    /// Whether it has this name.
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// Its name without namespace.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The elements in it.
    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The elements in it, without it.
    pub(super) fn into_children(self) -> Vec<Self> {
        self.children
    }

    /// The elements in it with this name.
    pub(super) fn all<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The first element in it with this name.
    pub(super) fn first<'a>(&'a self, namespace: &'a str, name: &'a str) -> Option<&'a Self> {
        self.all(namespace, name).next()
    }

    /// Its own text, blanks included.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Takes the elements of a root, which is given as it is until then, and gives back those that stay in it.
pub(super) type Children<'a, E> = dyn FnMut(&Element, Element) -> Result<Option<Element>, E> + 'a;

/// Reads a document. The error is for people.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, String> {
    read(bytes, &mut |_, child| Ok(Some(child)))
}

/// Reads a document whose root may hold very many elements: each is handed over, with the root, as soon as it ends, and
/// stays in the root only if it is given back. So no more than one needs to be held at a time. The errors of the reader
/// are for people.
pub(super) fn read<E: From<String>>(bytes: &[u8], child: &mut Children<'_, E>) -> Result<Element, E> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not written in UTF-8".to_owned())?;
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
        let closed = match event {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err("it is nested too deeply".to_owned().into());
                }
                open.push(named(&namespace, start.local_name().as_ref()));
                None
            }
            Event::Empty(start) => Some(named(&namespace, start.local_name().as_ref())),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                append(&mut open, &text.into_inner());
                None
            }
            Event::CData(text) => {
                append(&mut open, &text.into_inner());
                None
            }
            Event::GeneralRef(reference) => {
                let char = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                match char {
                    Some(char) => append(&mut open, char.encode_utf8(&mut [0; 4])),
                    None => {
                        let name = reference.into_inner();
                        let known = resolve_xml_entity(&name);
                        append(&mut open, known.ok_or_else(|| "it uses an entity of its own".to_owned())?);
                    }
                }
                None
            }
            Event::DocType(_) => return Err("it has a document type, which no answer needs".to_owned().into()),
            Event::Eof => return Err("it breaks off".to_owned().into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
        };
        if let Some(closed) = closed {
            match open.as_mut_slice() {
                [] => return Ok(closed),
                [root] => {
                    if let Some(kept) = child(root, closed)? {
                        root.children.push(kept);
                    }
                }
                [.., parent] => parent.children.push(closed),
            }
        }
    }
}

fn named(namespace: &ResolveResult<'_>, name: &str) -> Element {
    let namespace = match namespace {
        ResolveResult::Bound(Namespace(namespace)) => (*namespace).to_owned(),
        _ => String::new(),
    };
    Element { namespace, name: name.to_owned(), ..Element::default() }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Text as it stands between tags.
pub(super) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
