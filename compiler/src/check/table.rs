//! `using { "Open" = "open" }`: values translated one by one, and whether every value has a translation.

use syncc_grammar::tree::{Span, Value as Written};

use super::{Context, constant::Use, names::quoted, resolve::Place};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, Direction},
    schema::Scalar,
    value::{Value, shown},
};

impl Context<'_> {
    /// The rows, left value first. `places` are left and right; `turned` says that the file has them the other way round.
    pub(crate) fn table(
        &mut self,
        written: &[(Written, Written)],
        places: [&Place<'_>; 2],
        turned: bool,
        direction: Direction,
        span: Span,
    ) -> Option<Vec<(ConstId, ConstId)>> {
        let before = self.found.len();
        let mut rows: Vec<[Value; 2]> = Vec::new();
        for (one, other) in written {
            let (left, right) = if turned { (other, one) } else { (one, other) };
            let values =
                [(places[0], left), (places[1], right)].map(|(place, value)| self.constant(place, value, Use::Compare));
            let [Some(left_value), Some(right_value)] = values else { continue };
            if direction.to_right {
                self.refuse_more_mail(places[1], &right_value, right.span);
            }
            if direction.to_left {
                self.refuse_more_mail(places[0], &left_value, left.span);
            }
            // A row is of use in a direction if no earlier row has its value.
            let used = |index: usize, value: &Value| !rows.iter().any(|row| row[index] == *value);
            if !(direction.to_right && used(0, &left_value) || direction.to_left && used(1, &right_value)) {
                self.report(
                    Diagnostic::new(
                        Code::TableRow,
                        "this row is never used",
                        one.span.to(other.span),
                        "an earlier row has the value already",
                    )
                    .help("Remove the row, or change the value."),
                );
            }
            rows.push([left_value, right_value]);
        }
        if !self.failed_since(before) {
            if direction.to_right {
                self.total(places[0], places[1], rows.iter().map(|row| &row[0]).collect(), span);
            }
            if direction.to_left {
                self.total(places[1], places[0], rows.iter().map(|row| &row[1]).collect(), span);
            }
        }
        if self.failed_since(before) {
            return None;
        }
        let rows = rows.into_iter();
        Some(rows.map(|[left, right]| (self.tables.constant(left), self.tables.constant(right))).collect())
    }

    /// Reports values of a closed choice that have no row.
    fn total(&mut self, from: &Place<'_>, to: &Place<'_>, rows: Vec<&Value>, span: Span) {
        let (Scalar::Choice, Some(known)) = (from.field.ty.scalar(), &from.field.values) else { return };
        let listed: Vec<String> = rows.into_iter().filter_map(shown).collect();
        let missing: Vec<String> = known
            .iter()
            .filter(|value| !listed.iter().any(|row| row.trim() == value.trim()))
            .map(|value| quoted(value))
            .collect();
        if missing.is_empty() {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::TableGap,
                format!("`{}` can be {}, which has no translation", from.typed(), missing.join(" or ")),
                span,
                "values are missing after `using`",
            )
            .why(format!("Such a contact would keep an old value in `{}`.", to.typed()))
            .help(format!(
                "Add a row for {}, or let the values flow in the other direction only.",
                missing.join(" and for ")
            )),
        );
    }
}
