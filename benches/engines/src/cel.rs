//! The same as expressions of CEL over variables.

use std::sync::Arc;

use cel::{Context, Program, Value};

use crate::subject::{Contact, Rule, STATUS, URGENCY, When, email};

pub struct Cel<'c> {
    programs: Vec<Program>,
    contexts: Vec<Context<'c, 'c>>,
}

impl Cel<'_> {
    pub fn new(rules: &[Rule], contacts: &[Contact]) -> Self {
        let compile = |rule: &Rule| {
            let source = expression(rule);
            Program::compile(&source).unwrap_or_else(|error| panic!("{source}: {error}"))
        };
        let context = |(nth, contact): (usize, &Contact)| {
            let text = |text: String| Value::String(Arc::new(text));
            let labels = contact.labels.iter().map(|label| text(format!("Label {label}"))).collect();
            let company = contact.company.map_or(String::new(), |company| format!("Company {company}"));
            let mut context = Context::default();
            context.add_variable_from_value("label", Value::List(Arc::new(labels)));
            context.add_variable_from_value("company", text(company));
            context.add_variable_from_value("email", text(email(nth, contact)));
            context.add_variable_from_value("born", Value::Int(contact.born.into()));
            context.add_variable_from_value("status", text(STATUS[contact.status].to_owned()));
            context.add_variable_from_value("urgency", text(URGENCY[contact.urgency].to_owned()));
            context
        };
        Self {
            programs: rules.iter().map(compile).collect(),
            contexts: contacts.iter().enumerate().map(context).collect(),
        }
    }

    /// For how many contacts each rule holds.
    pub fn matches(&self) -> Vec<usize> {
        let mut matches = vec![0; self.programs.len()];
        for context in &self.contexts {
            for (program, matches) in self.programs.iter().zip(&mut matches) {
                match program.execute(context) {
                    Ok(Value::Bool(holds)) => *matches += usize::from(holds),
                    other => panic!("{other:?}"),
                }
            }
        }
        matches
    }
}

fn expression(rule: &Rule) -> String {
    match rule.when {
        When::LabelNotCompany { label, company } => {
            format!("\"Label {label}\" in label && company != \"Company {company}\"")
        }
        When::LabelNotLabel { label, other } => {
            format!("\"Label {label}\" in label && !(\"Label {other}\" in label)")
        }
        When::CompanyBorn { company, born } => format!("company == \"Company {company}\" && born >= {born}"),
        When::DomainOrLabel { domain, label } => {
            format!("email.endsWith(\"@domain{domain}.example\") || \"Label {label}\" in label")
        }
        When::Status { status, urgency } => {
            format!("status == \"{}\" && urgency != \"{}\"", STATUS[status], URGENCY[urgency])
        }
    }
}
