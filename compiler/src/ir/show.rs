//! A program as text in the language: every effective rule and mapping, with where each comes from.

use super::show_value::{quoted, show_value};
use super::{
    Arrow, Atom, Condition, ConstId, Direction, Effect, End, FieldId, Lens, Mapping, Origin, Piece, Prefer, Program,
    Rule, Test,
};

impl Program {
    /// The whole program in the language, a statement a line, comments saying where it comes from.
    #[must_use]
    pub fn show(&self) -> String {
        let [left, right] = &self.sides;
        let arrow = match self.arrow {
            Arrow::Both => "<->",
            Arrow::Right => "->",
            Arrow::Left => "<-",
        };
        let mut text = format!("sync {} {arrow} {}\n", left.name, right.name);
        text.push_str(&match self.prefer {
            Prefer::Default => format!("prefer {}  # the left end, as nothing is written\n", left.name),
            Prefer::End(end) => format!("prefer {}\n", self.side(end).name),
            Prefer::Latest => "prefer latest\n".to_owned(),
        });
        let keys: Vec<_> = self.matching.iter().map(|tier| tier.key.as_str()).collect();
        text.push_str(&format!("match {}\n", keys.join(" or ")));
        text.push_str(&format!("every {}\n\n", duration(self.every)));
        for rule in &self.rules {
            text.push_str(&self.show_rule(rule));
            text.push('\n');
        }
        if !self.rules.is_empty() && !self.mappings.is_empty() {
            text.push('\n');
        }
        for mapping in &self.mappings {
            text.push_str(&self.show_mapping(mapping));
            text.push('\n');
        }
        text
    }

    /// One rule in the language, with its line.
    #[must_use]
    pub fn show_rule(&self, rule: &Rule) -> String {
        let to = rule.from.other();
        let effects = |effects: &[Effect], end| {
            effects.iter().map(|effect| self.show_effect(effect, end)).collect::<Vec<_>>().join(", ")
        };
        let mut text =
            format!("when {} then {}", self.show_condition(&rule.condition, false), effects(&rule.effects, to));
        if let Some(undo) = &rule.undo {
            text.push_str(&format!(" undo {}", effects(undo, to)));
        }
        if rule.other_way.is_some() {
            text.push_str(" other-way");
        }
        let source = if rule.implicit { "by default" } else { "written" };
        format!("{text}  # {source} on line {}", rule.line)
    }

    /// A condition in the language.
    #[must_use]
    pub fn show_condition(&self, condition: &Condition, nested: bool) -> String {
        let join = |all: &[Condition], word: &str| {
            let parts: Vec<_> = all.iter().map(|one| self.show_condition(one, true)).collect();
            let text = parts.join(&format!(" {word} "));
            if nested { format!("({text})") } else { text }
        };
        match condition {
            Condition::Atom(id) => match self.atoms.get(id.index()) {
                Some(atom) => self.show_atom(atom, false),
                None => String::new(),
            },
            Condition::Not(inner) => match &**inner {
                Condition::Atom(id) => {
                    self.atoms.get(id.index()).map(|atom| self.show_atom(atom, true)).unwrap_or_default()
                }
                other => format!("not ({})", self.show_condition(other, false)),
            },
            Condition::All(all) => join(all, "and"),
            Condition::Any(any) => join(any, "or"),
        }
    }

    /// An atom in the language, or its opposite.
    #[must_use]
    pub fn show_atom(&self, atom: &Atom, negated: bool) -> String {
        let name = &self.side(atom.end).name;
        let field = |field: FieldId| self.show_field(atom.end, field);
        let compare = |one: FieldId, op: &str, constant: ConstId| {
            let text = format!("{} {op} {}", field(one), self.show_constant(constant));
            if negated { format!("not ({text})") } else { text }
        };
        match &atom.test {
            Test::Exists => {
                if negated {
                    format!("not ({name} exists)")
                } else {
                    format!("{name} exists")
                }
            }
            Test::Deleted => {
                if negated {
                    format!("not ({name} deleted)")
                } else {
                    format!("{name} deleted")
                }
            }
            Test::Empty(one) => format!("{} is {}empty", field(*one), if negated { "not " } else { "" }),
            Test::True(one) => format!("{}{}", if negated { "not " } else { "" }, field(*one)),
            Test::Equals(one, constant) | Test::Has(one, constant) => {
                format!("{} {} {}", field(*one), if negated { "!=" } else { "==" }, self.show_constant(*constant))
            }
            Test::Less(one, constant) => compare(*one, "<", *constant),
            Test::AtMost(one, constant) => compare(*one, "<=", *constant),
            Test::Contains(one, constant) => compare(*one, "contains", *constant),
            Test::StartsWith(one, constant) => compare(*one, "starts-with", *constant),
            Test::EndsWith(one, constant) => compare(*one, "ends-with", *constant),
        }
    }

    /// An effect on the record at this end, in the language.
    #[must_use]
    pub fn show_effect(&self, effect: &Effect, end: End) -> String {
        let field = |field: FieldId| self.show_field(end, field);
        match effect {
            Effect::Exists => format!("{} exists", self.side(end).name),
            Effect::Deleted => format!("{} deleted", self.side(end).name),
            Effect::Add(one, constant) => format!("{} += {}", field(*one), self.show_constant(*constant)),
            Effect::Remove(one, constant) => format!("{} -= {}", field(*one), self.show_constant(*constant)),
            Effect::Set(one, constant) => format!("{} = {}", field(*one), self.show_constant(*constant)),
            Effect::Clear(one) => format!("{} = \"\"", field(*one)),
        }
    }

    /// One mapping in the language, with where it comes from.
    #[must_use]
    pub fn show_mapping(&self, mapping: &Mapping) -> String {
        let text = match &mapping.lens {
            Lens::Copy { left, right } => self.show_pair(mapping.direction, *left, *right),
            Lens::Table { left, right, rows } => {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(left, right)| format!("{} = {}", self.show_constant(*left), self.show_constant(*right)))
                    .collect();
                format!("{} using {{ {} }}", self.show_pair(mapping.direction, *left, *right), rows.join(", "))
            }
            Lens::Name { whole_end, whole, parts } => {
                let parts: Vec<_> = parts.iter().map(|(_, field)| self.show_field(whole_end.other(), *field)).collect();
                let (whole, parts) = (self.show_field(*whole_end, *whole), parts.join(" + "));
                let arrow = arrow(mapping.direction);
                match whole_end {
                    End::Left => format!("{whole} {arrow} {parts}"),
                    End::Right => format!("{parts} {arrow} {whole}"),
                }
            }
            Lens::Compose { from, pieces, target } => {
                let pieces: String = pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                        Piece::Field(field) => format!("{{{}}}", self.show_field(*from, *field)),
                    })
                    .collect();
                format!("{} -> {}", quoted(&pieces), self.show_field(from.other(), *target))
            }
        };
        match &mapping.origin {
            Origin::Meaning(meaning) => format!("map {text}  # by default, both are {meaning}"),
            Origin::Line(line) => format!("map {text}  # written on line {line}"),
        }
    }

    fn show_pair(&self, direction: Direction, left: FieldId, right: FieldId) -> String {
        format!("{} {} {}", self.show_field(End::Left, left), arrow(direction), self.show_field(End::Right, right))
    }

    /// A field in the language: `google.label`, `copper."Lead score"`.
    #[must_use]
    pub fn show_field(&self, end: End, field: FieldId) -> String {
        let side = self.side(end);
        let name = side.fields.get(field.index()).map_or("", |field| field.name.as_str());
        let plain = |part: &str| {
            part.starts_with(|first: char| first.is_alphabetic() || first == '_')
                && part.chars().all(|one| one.is_alphanumeric() || one == '_')
        };
        if name.split('.').all(plain) {
            format!("{}.{name}", side.name)
        } else {
            format!("{}.{}", side.name, quoted(name))
        }
    }

    fn show_constant(&self, id: ConstId) -> String {
        show_value(self.constant(id))
    }
}

fn arrow(direction: Direction) -> &'static str {
    match (direction.to_right, direction.to_left) {
        (true, false) => "->",
        (false, true) => "<-",
        _ => "<->",
    }
}

fn duration(seconds: u64) -> String {
    for (unit, length) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] {
        if seconds >= length && seconds.is_multiple_of(length) {
            let count = seconds / length;
            return if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") };
        }
    }
    format!("{seconds} seconds")
}
