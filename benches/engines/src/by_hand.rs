//! The same rules as somebody would write them who needs just these to be fast: names as numbers, labels and tags as bits,
//! no value that is unknown, no rule that is not one of these five.

use rustc_hash::FxHashMap;
use syncc_compiler::{
    ir::{End, FieldId, Program},
    value::Value,
};
use syncc_runtime::engine::Pair;

use crate::subject::{Rule, STATUS, Tally, URGENCY, When, day};

/// One contact, interned.
#[derive(Clone, Copy, Default)]
pub struct Row {
    labels: u128,
    done: u128,
    born: i32,
    company: u16,
    domain: u16,
    status: u8,
    urgency: u8,
}

/// The fields of both records, and names as numbers.
pub struct Names {
    label: FieldId,
    company: FieldId,
    birthday: FieldId,
    email: FieldId,
    tag: FieldId,
    status: FieldId,
    urgency: FieldId,
    labels: FxHashMap<String, u32>,
    tags: FxHashMap<String, u32>,
    companies: FxHashMap<String, u16>,
    domains: FxHashMap<String, u16>,
}

impl Names {
    pub fn new(program: &Program) -> Self {
        let field = |end: End, name: &str| program.side(end).field(name).unwrap_or_else(|| panic!("{name}"));
        let named = |what: &str, count: u32| (0..count).map(|nth| (format!("{what} {nth}"), nth)).collect();
        Self {
            label: field(End::Left, "label"),
            company: field(End::Left, "company"),
            birthday: field(End::Left, "birthday"),
            email: field(End::Left, "email"),
            tag: field(End::Right, "tag"),
            status: field(End::Right, "status"),
            urgency: field(End::Right, "urgency"),
            labels: named("Label", 100),
            tags: named("Tag", 100),
            companies: (0..40).map(|nth| (format!("Company {nth}"), nth + 1)).collect(),
            domains: (0..20).map(|nth| (format!("domain{nth}.example"), nth)).collect(),
        }
    }

    /// From the records to the row: what conditions ask for, and with `DONE` also what is so already.
    pub fn row<const DONE: bool>(&self, pair: &Pair) -> Row {
        let [Some(left), Some(right)] = &pair.now else { return Row::default() };
        let mut row = Row::default();
        for text in left.get(self.label).elements() {
            if let Some(label) = self.labels.get(text.key()) {
                row.labels |= 1 << label;
            } else if DONE && let Some(tag) = self.tags.get(text.key()) {
                row.done |= 1 << tag;
            }
        }
        if DONE {
            for text in right.get(self.tag).elements() {
                if let Some(tag) = self.tags.get(text.key()) {
                    row.done |= 1 << tag;
                }
            }
        }
        if let Value::Text(text) = left.get(self.company) {
            row.company = self.companies.get(text.key()).copied().unwrap_or(0);
        }
        if let Value::Text(text) = left.get(self.email) {
            row.domain =
                text.key().split_once('@').and_then(|(_, domain)| self.domains.get(domain)).copied().unwrap_or(99);
        }
        if let Value::Date(date) = left.get(self.birthday) {
            row.born = ordered(i32::from(date.year()), date.month().into(), date.day().into());
        }
        let nth = |names: &[&str; 5], value: &Value| match value {
            Value::Text(text) => names.iter().position(|name| *name == text.key()).unwrap_or(9) as u8,
            _ => 9,
        };
        row.status = nth(&STATUS, right.get(self.status));
        row.urgency = nth(&URGENCY, right.get(self.urgency));
        row
    }
}

/// A day as a number, in the order of days.
fn ordered(year: i32, month: i32, day: i32) -> i32 {
    year * 512 + month * 32 + day
}

/// The rules with their days as those of rows.
pub fn interned(rules: &[Rule]) -> Vec<Rule> {
    let with_day = |rule: &Rule| {
        let when = match rule.when {
            When::CompanyBorn { company, born } => {
                let parts: Vec<i32> = day(born).split('-').filter_map(|part| part.parse().ok()).collect();
                When::CompanyBorn { company, born: ordered(parts[0], parts[1], parts[2]) }
            }
            other => other,
        };
        Rule { when, ..*rule }
    };
    rules.iter().map(with_day).collect()
}

/// Whether a rule holds for a row.
#[inline(always)]
fn holds(when: When, row: &Row) -> bool {
    match when {
        When::LabelNotCompany { label, company } => {
            (row.labels >> label & 1 == 1) & (row.company != company as u16 + 1)
        }
        When::LabelNotLabel { label, other } => (row.labels >> label & 1 == 1) & (row.labels >> other & 1 == 0),
        When::CompanyBorn { company, born } => (row.company == company as u16 + 1) & (row.born >= born),
        When::DomainOrLabel { domain, label } => (row.domain == domain as u16) | (row.labels >> label & 1 == 1),
        When::Status { status, urgency } => (row.status == status as u8) & (row.urgency != urgency as u8),
    }
}

/// All rules on one row: which hold, as bits.
#[inline(never)]
pub fn one(rules: &[Rule], row: &Row) -> [u64; 2] {
    let mut all = [0; 2];
    for (all, rules) in all.iter_mut().zip(rules.chunks(64)) {
        for (nth, rule) in rules.iter().enumerate() {
            *all |= u64::from(holds(rule.when, row)) << nth;
        }
    }
    all
}

/// Contacts as columns. Labels and tags are two words each.
#[derive(Default)]
pub struct Columns {
    labels: [Vec<u64>; 2],
    done: [Vec<u64>; 2],
    born: Vec<i32>,
    company: Vec<u16>,
    domain: Vec<u16>,
    status: Vec<u8>,
    urgency: Vec<u8>,
}

impl Columns {
    pub fn read(names: &Names, pairs: &[Pair]) -> Self {
        let mut columns = Self::default();
        for pair in pairs {
            let row = names.row::<true>(pair);
            for (half, (labels, done)) in columns.labels.iter_mut().zip(&mut columns.done).enumerate() {
                labels.push((row.labels >> (64 * half)) as u64);
                done.push((row.done >> (64 * half)) as u64);
            }
            columns.born.push(row.born);
            columns.company.push(row.company);
            columns.domain.push(row.domain);
            columns.status.push(row.status);
            columns.urgency.push(row.urgency);
        }
        columns
    }

    /// All rules, a column at a time, a part of the contacts that stays near the processor after the other.
    pub fn tally(&self, rules: &[Rule]) -> Tally {
        const PART: usize = 2048;
        let mut tally = vec![[0, 0]; rules.len()];
        let mut start = 0;
        while start < self.born.len() {
            let end = (start + PART).min(self.born.len());
            for ((nth, rule), sum) in rules.iter().enumerate().zip(&mut tally) {
                self.rule(rule, nth, start, end, sum);
            }
            start = end;
        }
        tally
    }

    fn rule(&self, rule: &Rule, nth: usize, start: usize, end: usize, sum: &mut [usize; 2]) {
        let done = &self.done[nth / 64][start..end];
        let shift = nth % 64;
        let labels = |label: u32| (&self.labels[label as usize / 64][start..end], label % 64);
        match rule.when {
            When::LabelNotCompany { label, company } => {
                let (labels, bit) = labels(label);
                let company = company as u16 + 1;
                let truths = labels.iter().zip(&self.company[start..end]);
                count(
                    truths.map(|(labels, own)| labels >> bit & u64::from(*own != company)),
                    done,
                    shift,
                    rule.undo,
                    sum,
                );
            }
            When::LabelNotLabel { label, other } => {
                let ((labels, bit), (others, other)) = (labels(label), labels(other));
                let truths = labels.iter().zip(others);
                count(truths.map(|(labels, others)| labels >> bit & !(others >> other)), done, shift, rule.undo, sum);
            }
            When::CompanyBorn { company, born } => {
                let company = company as u16 + 1;
                let truths = self.company[start..end].iter().zip(&self.born[start..end]);
                count(
                    truths.map(|(own, day)| u64::from((*own == company) & (*day >= born))),
                    done,
                    shift,
                    rule.undo,
                    sum,
                );
            }
            When::DomainOrLabel { domain, label } => {
                let (labels, bit) = labels(label);
                let truths = labels.iter().zip(&self.domain[start..end]);
                count(
                    truths.map(|(labels, own)| labels >> bit | u64::from(*own == domain as u16)),
                    done,
                    shift,
                    rule.undo,
                    sum,
                );
            }
            When::Status { status, urgency } => {
                let truths = self.status[start..end].iter().zip(&self.urgency[start..end]);
                let truth = |(own, other): (&u8, &u8)| u64::from((*own == status as u8) & (*other != urgency as u8));
                count(truths.map(truth), done, shift, rule.undo, sum);
            }
        }
    }
}

/// Counts what holds (the last bit of each truth), and what is still to be done or taken back.
#[inline(always)]
fn count(truths: impl Iterator<Item = u64>, done: &[u64], shift: usize, undo: bool, sum: &mut [usize; 2]) {
    let undo = u64::from(undo);
    let (mut matches, mut work) = (0, 0);
    for (truth, done) in truths.zip(done) {
        let (truth, done) = (truth & 1, done >> shift & 1);
        matches += truth;
        work += truth & (done ^ 1) | (truth ^ 1) & done & undo;
    }
    sum[0] += matches as usize;
    sum[1] += work as usize;
}
