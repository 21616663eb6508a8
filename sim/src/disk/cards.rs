//! A folder of cards, edited line by line.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use super::book::{Book, Fields, Row};

/// A folder of cards.
pub(super) struct Cards {
    path: PathBuf,
}

/// The property of a card by the name that lists have for its field; names are two of one kind.
const PROPERTIES: [(&str, &str); 6] = [
    ("email", "EMAIL"),
    ("phone", "TEL"),
    ("company", "ORG"),
    ("title", "TITLE"),
    ("note", "NOTE"),
    ("mine", "X-MINE"),
];

impl Cards {
    /// A folder with nobody in it.
    pub(super) fn new(path: PathBuf) -> io::Result<Self> {
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    /// The lines of a card, each whole.
    fn lines(&self, name: &str) -> io::Result<Vec<String>> {
        let text = fs::read_to_string(self.path.join(name))?;
        let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn write(&self, name: &str, lines: &[String]) -> io::Result<()> {
        fs::write(self.path.join(name), lines.iter().map(|line| format!("{line}\r\n")).collect::<String>())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".vcf") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// The property of a line, without its group and its parameters.
fn property(line: &str) -> String {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().to_uppercase()
}

fn value(line: &str) -> &str {
    line.split_once(':').map_or("", |(_, value)| value)
}

/// The parts between semicolons that are not escaped, as they are meant.
fn parts(value: &str) -> Vec<String> {
    let (mut parts, mut chars) = (vec![String::new()], value.chars());
    while let Some(char) = chars.next() {
        let last = parts.len() - 1;
        match char {
            '\\' => match chars.next() {
                Some('n' | 'N') => parts[last].push('\n'),
                Some(escaped) => parts[last].push(escaped),
                None => {}
            },
            ';' => parts.push(String::new()),
            char => parts[last].push(char),
        }
    }
    parts
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace(';', "\\;").replace(',', "\\,")
}

/// The lines of a name.
fn name_lines(given: &str, family: &str) -> [String; 2] {
    let whole = format!("{given} {family}");
    [format!("N:{};{};;;", escaped(family), escaped(given)), format!("FN:{}", escaped(whole.trim()))]
}

fn fields(lines: &[String]) -> Fields {
    let mut fields = Fields::new();
    for line in lines {
        let (property, parts) = (property(line), parts(value(line)));
        let mut put = |name: &str, nth: usize| {
            let text = parts.get(nth).filter(|text| !text.is_empty());
            if let Some(text) = text {
                fields.entry(name.to_owned()).or_insert_with(|| text.clone());
            }
        };
        if property == "N" {
            put("family_name", 0);
            put("given_name", 1);
        }
        if let Some((name, _)) = PROPERTIES.iter().find(|(_, of)| *of == property) {
            put(name, 0);
        }
    }
    fields
}

impl Book for Cards {
    fn rows(&self) -> io::Result<Vec<Row>> {
        let row = |place: String| Ok(Row { fields: fields(&self.lines(&place)?), place });
        self.names()?.into_iter().map(row).collect()
    }

    fn set(&self, place: &str, field: &str, value: &str) -> io::Result<()> {
        let mut lines = self.lines(place)?;
        if let Some((_, of)) = PROPERTIES.iter().find(|(name, _)| *name == field) {
            let at = lines.iter().position(|line| property(line) == *of);
            let line = format!("{of}:{}", escaped(value));
            match (at, value.is_empty()) {
                (Some(at), true) => drop(lines.remove(at)),
                (Some(at), false) => lines[at] = line,
                (None, true) => {}
                (None, false) => lines.insert(lines.len().saturating_sub(1), line),
            }
        } else {
            let was = fields(&lines);
            let of = |name: &str| {
                if name == field { value.to_owned() } else { was.get(name).cloned().unwrap_or_default() }
            };
            let name = name_lines(&of("given_name"), &of("family_name"));
            lines.retain(|line| !["N", "FN"].contains(&property(line).as_str()));
            name.into_iter().for_each(|line| lines.insert(2.min(lines.len()), line));
        }
        self.write(place, &lines)
    }

    fn make(&self, fields: &Fields, number: u32) -> io::Result<()> {
        let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let mut lines = vec!["BEGIN:VCARD".to_owned(), "VERSION:3.0".to_owned(), format!("UID:card-{number}")];
        lines.extend(name_lines(&of("given_name"), &of("family_name")));
        let filled = PROPERTIES.iter().filter(|(name, _)| fields.contains_key(*name));
        lines.extend(filled.map(|(name, property)| format!("{property}:{}", escaped(&of(name)))));
        lines.push("END:VCARD".to_owned());
        self.write(&format!("{number}.vcf"), &lines)
    }

    fn delete(&self, place: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(place))
    }

    fn rename(&self, place: &str, number: u32) -> io::Result<()> {
        fs::rename(self.path.join(place), self.path.join(format!("renamed-{number}.vcf")))
    }

    fn swap(&self, place: &str, other: &str) -> io::Result<()> {
        let aside = self.path.join("aside.tmp");
        fs::rename(self.path.join(place), &aside)?;
        fs::rename(self.path.join(other), self.path.join(place))?;
        fs::rename(&aside, self.path.join(other))
    }

    fn bytes(&self) -> io::Result<BTreeMap<String, Vec<u8>>> {
        self.names()?.into_iter().map(|name| Ok((name.clone(), fs::read(self.path.join(name))?))).collect()
    }
}
