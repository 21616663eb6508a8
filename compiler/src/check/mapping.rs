//! `map`: which field flows into which, and whether types and apps let it.

use syncc_grammar::tree::{self, Arrow, Chunk, Path, Span};

use super::{Context, capability::Need, constant::holding, names::quoted, resolve::Place, tables::Fragment};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Direction, End, Lens, Mapping, Origin, Piece},
    schema::{Scalar, Type},
};

/// What a `map` statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MapItem {
    /// `map none`
    NoDefaults,
    /// `map … off`
    Off {
        /// The fields, left first.
        fields: [String; 2],
        direction: Direction,
        /// All that is switched off, as written.
        span: Span,
    },
    /// A mapping. Its origin has no line yet.
    Map { mapping: Fragment<Mapping>, span: Span },
}

/// Why a value cannot flow from one field into another.
pub(crate) enum Obstacle {
    /// The value of one type is no value of the other.
    Types,
    /// A set on one side only.
    Sets,
    /// The other choice does not have these values.
    Values(Vec<String>),
    /// The app does not allow it.
    Need(Need, End),
    /// It could subscribe people again.
    MoreMail,
}

/// Why values cannot flow from `from` into `to`, if they cannot. Translated values are checked one by one.
pub(crate) fn obstacle(from: &Place<'_>, to: &Place<'_>, translated: bool) -> Option<Obstacle> {
    if from.field.ty.is_set() != to.field.ty.is_set() {
        return Some(Obstacle::Sets);
    }
    let (source, target) = (from.field.ty.scalar(), to.field.ty.scalar());
    let same_spelling = matches!(source, Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Choice | Scalar::Ref)
        && target == Scalar::Text;
    if !translated && source != target && !same_spelling {
        return Some(Obstacle::Types);
    }
    if !translated && let (Scalar::Choice, Some(source), Some(target)) = (target, &from.field.values, &to.field.values)
    {
        let missing: Vec<String> = source.iter().filter(|value| !target.contains(value)).cloned().collect();
        if !missing.is_empty() {
            return Some(Obstacle::Values(missing));
        }
    }
    if !from.field.can.read {
        return Some(Obstacle::Need(Need::Read, from.end));
    }
    let need = if to.field.ty.is_set() { Need::Add } else { Need::Set };
    if !need.met_by(to.field.can) {
        return Some(Obstacle::Need(need, to.end));
    }
    (to.is_unsubscribed_flag() && !translated).then_some(Obstacle::MoreMail)
}

/// The direction that an arrow between a field of the left end and one of the right end allows.
fn direction(arrow: Arrow) -> Direction {
    Direction { to_right: arrow != Arrow::Left, to_left: arrow != Arrow::Right }
}

impl<'a> Context<'a> {
    pub(crate) fn map(&mut self, map: &tree::Map) -> Option<MapItem> {
        match map {
            tree::Map::None(_) => Some(MapItem::NoDefaults),
            tree::Map::Fields { left, arrow, arrow_span, right, using, off } => {
                self.map_fields(left, *arrow, *arrow_span, right, using.as_deref(), *off)
            }
            tree::Map::Compose { template, template_span, target } => self.compose(template, *template_span, target),
        }
    }

    fn map_fields(
        &mut self,
        left: &Path,
        arrow: Arrow,
        arrow_span: Span,
        right: &Path,
        using: Option<&[(tree::Value, tree::Value)]>,
        off: Option<Span>,
    ) -> Option<MapItem> {
        let before = self.found.len();
        let (one, other) = (self.place(left), self.place(right));
        let (one, other) = (one?, other?);
        if one.end == other.end {
            let name = one.side.name.clone();
            let there = self.connection.name(one.end.other()).to_owned();
            self.report(
                Diagnostic::new(
                    Code::MapSameApp,
                    format!("both fields are of `{name}`"),
                    right.end.span,
                    format!("also `{name}`"),
                )
                .also(left.end.span, format!("`{name}`"))
                .help(format!("A mapping goes between `{name}` and `{there}`.")),
            );
            return None;
        }
        // From here on the left end of the `sync` line stands on the left.
        let turned = one.end == End::Right;
        let (one, other) = if turned { (other, one) } else { (one, other) };
        let written = direction(match (turned, arrow) {
            (true, Arrow::Left) => Arrow::Right,
            (true, Arrow::Right) => Arrow::Left,
            (_, arrow) => arrow,
        });
        let span = left.span.to(right.span);
        if off.is_some() {
            return Some(MapItem::Off { fields: [one.name, other.name], direction: written, span });
        }
        let allowed = self.allowed_by_sync(written, arrow_span)?;
        let direction = self.possible([&one, &other], allowed, arrow, arrow_span, turned, using.is_some())?;
        let fields = (self.index(&one), self.index(&other));
        let lens = match using {
            None => Lens::Copy { left: fields.0, right: fields.1 },
            Some(rows) => {
                let rows = self.table(rows, [&one, &other], turned, direction, span)?;
                Lens::Table { left: fields.0, right: fields.1, rows }
            }
        };
        (!self.failed_since(before)).then(|| self.mapping(direction, lens, span))
    }

    fn mapping(&mut self, direction: Direction, lens: Lens, span: Span) -> MapItem {
        let item = Mapping { origin: Origin::Line(0), direction, lens };
        MapItem::Map { mapping: Fragment { tables: std::mem::take(&mut self.tables), item }, span }
    }

    /// What the `sync` line leaves of a direction.
    fn allowed_by_sync(&mut self, written: Direction, arrow_span: Span) -> Option<Direction> {
        let arrow = self.connection.arrow;
        let allowed = Direction {
            to_right: written.to_right && arrow.from(End::Left),
            to_left: written.to_left && arrow.from(End::Right),
        };
        if allowed.to_right || allowed.to_left {
            return Some(allowed);
        }
        let from = if written.to_right { End::Left } else { End::Right };
        let (from, to) = (self.connection.name(from).to_owned(), self.connection.name(from.other()).to_owned());
        let sync = self.connection.arrow_span;
        self.report_with_sync(
            Diagnostic::new(
                Code::WrongWay,
                format!("contacts do not flow from `{from}` to `{to}` in this file"),
                arrow_span,
                format!("writes `{to}`"),
            )
            .help("Turn the arrow around, or write `<->` in the `sync` line."),
            sync,
            "only this way",
        );
        None
    }

    /// The direction, if values can flow every way that it says. `places` are left and right.
    fn possible(
        &mut self,
        places: [&Place<'a>; 2],
        wanted: Direction,
        arrow: Arrow,
        arrow_span: Span,
        turned: bool,
        translated: bool,
    ) -> Option<Direction> {
        let [left, right] = places;
        let forth = obstacle(left, right, translated);
        let back = obstacle(right, left, translated);
        let (failed, from, to, other_ok) = match (wanted.to_right, wanted.to_left, forth, back) {
            (true, _, Some(obstacle), back) => (obstacle, left, right, back.is_none()),
            (_, true, forth, Some(obstacle)) => (obstacle, right, left, forth.is_none()),
            _ => return Some(wanted),
        };
        let other_ok = other_ok && self.connection.arrow.from(to.end);
        // The arrow that would be possible, as it would be typed at this place.
        let typed = if (from.end == End::Left) == turned { "->" } else { "<-" };
        let mut diagnostic = self.blocked(&failed, from, to, arrow_span);
        let splittable = !matches!(failed, Obstacle::Sets);
        if other_ok {
            diagnostic = diagnostic.help(format!("The other direction is possible: write `{typed}`.")).fix(
                format!("write `{typed}`"),
                arrow_span,
                typed,
            );
        } else if arrow == Arrow::Both && splittable && !translated {
            diagnostic = diagnostic.help("Neither direction is possible.");
        }
        self.report(diagnostic);
        None
    }

    fn blocked(&self, obstacle: &Obstacle, from: &Place<'_>, to: &Place<'_>, span: Span) -> Diagnostic {
        let (source, target) = (from.typed(), to.typed());
        match obstacle {
            Obstacle::Types => {
                let diagnostic = Diagnostic::new(
                    Code::MapTypes,
                    format!("`{source}` cannot become `{target}`"),
                    span,
                    "the types do not fit",
                )
                .also(from.span, format!("holds {}", holding(from.field.ty)))
                .also(to.span, format!("holds {}", holding(to.field.ty)))
                .why("Nothing is converted silently: not every value of the one is a value of the other.");
                match (from.field.ty, to.field.ty) {
                    (
                        Type::One(Scalar::Number | Scalar::Date | Scalar::DateTime | Scalar::Bool),
                        Type::One(Scalar::Text),
                    ) => diagnostic
                        .help(format!("Its spelling can be put into a text: `map \"{{{source}}}\" -> {target}`.")),
                    (Type::One(_), Type::One(Scalar::Choice)) => {
                        diagnostic.help("Translate the values after the mapping: `using { \"…\" = \"…\" }`.")
                    }
                    _ => diagnostic,
                }
            }
            Obstacle::Sets => {
                let (set, single) = if from.field.ty.is_set() { (&source, &target) } else { (&target, &source) };
                Diagnostic::new(
                    Code::MapSet,
                    format!("`{set}` is a set and `{single}` is a single value"),
                    span,
                    "the two do not correspond",
                )
                .also(from.span, format!("holds {}", holding(from.field.ty)))
                .also(to.span, format!("holds {}", holding(to.field.ty)))
                .why("Which of several values should stand in the single one is not known.")
                .help("Write rules for the values that matter, such as `when … == \"…\" then … = \"…\"`.")
            }
            Obstacle::Values(missing) => Diagnostic::new(
                Code::MapTypes,
                format!("`{target}` does not have all values of `{source}`"),
                span,
                "the values differ",
            )
            .also(to.span, format!("has no {}", super::names::listed(missing.iter().map(String::as_str))))
            .help(format!(
                "Translate the values: `using {{ {} = … }}`.",
                missing.first().map_or_else(String::new, |value| quoted(value))
            )),
            Obstacle::Need(need, end) => {
                let place = if *end == from.end { from } else { to };
                Diagnostic::new(
                    need_code(*need),
                    need.missing(place),
                    span,
                    format!("`{source}` would flow into `{target}`"),
                )
            }
            Obstacle::MoreMail => Diagnostic::new(
                Code::MoreMail,
                format!("this could send mail to people who asked for none in `{}`", to.side.name),
                span,
                "moves a person to more mail",
            )
            .why("Consent only ever goes down by itself; this field could be set back to no."),
        }
    }

    fn compose(&mut self, template: &[Chunk], template_span: Span, target: &Path) -> Option<MapItem> {
        let before = self.found.len();
        let to = self.place(target);
        let mut from: Option<End> = None;
        let mut pieces = Vec::new();
        for chunk in template {
            match chunk {
                Chunk::Text(text) => pieces.push(Piece::Text(text.clone())),
                Chunk::Field(path) => {
                    let Some(place) = self.place(path) else { continue };
                    from.get_or_insert(place.end);
                    if to.as_ref().is_some_and(|to| to.end == place.end) {
                        self.composed_from_target(&place);
                    } else if place.field.ty.is_set() || matches!(place.field.ty.scalar(), Scalar::Address) {
                        self.report(
                            Diagnostic::new(
                                Code::ComposeType,
                                format!("`{}` cannot be put into a text", place.typed()),
                                path.span,
                                format!("holds {}", holding(place.field.ty)),
                            )
                            .help("Use fields that hold a single value."),
                        );
                    } else {
                        self.require(&place, Need::Read, path.span, None);
                        pieces.push(Piece::Field(self.index(&place)));
                    }
                }
            }
        }
        let to = to?;
        if to.field.ty != Type::One(Scalar::Text) {
            self.report(
                Diagnostic::new(
                    Code::ComposeType,
                    format!("`{}` does not hold free text", to.typed()),
                    target.span,
                    format!("holds {}", holding(to.field.ty)),
                )
                .help("Compose into a text field, such as notes."),
            );
        }
        self.require(&to, Need::Set, target.span, None);
        if !template.iter().any(|chunk| matches!(chunk, Chunk::Field(_))) {
            let example = self.connection.side(to.end.other()).map_or_else(String::new, |side| side.name.clone());
            self.report(
                Diagnostic::new(
                    Code::ComposeNothing,
                    "the text is composed of no field",
                    template_span,
                    "only fixed text",
                )
                .why("Every contact would get the same text.")
                .help(format!("Name fields in it, such as `\"{{{example}.email}}\"`.")),
            );
        }
        let written = Direction { to_right: to.end == End::Right, to_left: to.end == End::Left };
        self.allowed_by_sync(written, target.span)?;
        if self.failed_since(before) {
            return None;
        }
        let lens = Lens::Compose { from: from?, pieces, target: self.index(&to) };
        Some(self.mapping(written, lens, template_span.to(target.span)))
    }

    fn composed_from_target(&mut self, place: &Place<'_>) {
        let name = place.side.name.clone();
        let there = self.connection.name(place.end.other()).to_owned();
        self.report(
            Diagnostic::new(
                Code::MapSameApp,
                format!("`{}` is in the app that is written", place.typed()),
                place.span,
                format!("`{name}` is written"),
            )
            .help(format!("Compose the text of fields of `{there}`.")),
        );
    }
}

fn need_code(need: Need) -> Code {
    match need {
        Need::Read => Code::NoRead,
        Need::Add => Code::NoAdd,
        _ => Code::NoSet,
    }
}
