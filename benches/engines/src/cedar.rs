//! The same as policies of cedar: a contact is a resource, and a rule a policy that permits.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression as Expression, Schema,
    ValidationMode, Validator,
};

use crate::subject::{Contact, Rule, STATUS, URGENCY, When, email};

pub struct Cedar {
    policies: PolicySet,
    asks: Vec<(Request, Entities)>,
}

fn uid(text: &str) -> EntityUid {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Cedar {
    pub fn new(rules: &[Rule], contacts: &[Contact]) -> Self {
        let policies = file(rules).parse().unwrap_or_else(|error| panic!("{error}"));
        let ask = |(nth, contact): (usize, &Contact)| {
            let resource = uid(&format!("Contact::\"{nth}\""));
            let text = |text: String| Expression::new_string(text);
            let labels = contact.labels.iter().map(|label| text(format!("Label {label}")));
            let company = contact.company.map_or(String::new(), |company| format!("Company {company}"));
            let attributes = HashMap::from([
                ("label".to_owned(), Expression::new_set(labels)),
                ("company".to_owned(), text(company)),
                ("email".to_owned(), text(email(nth, contact))),
                ("born".to_owned(), Expression::new_long(contact.born.into())),
                ("status".to_owned(), text(STATUS[contact.status].to_owned())),
                ("urgency".to_owned(), text(URGENCY[contact.urgency].to_owned())),
            ]);
            let entity =
                Entity::new(resource.clone(), attributes, HashSet::new()).unwrap_or_else(|error| panic!("{error}"));
            let entities = Entities::from_entities([entity], None).unwrap_or_else(|error| panic!("{error}"));
            let request = Request::new(uid("App::\"one\""), uid("Action::\"sync\""), resource, Context::empty(), None);
            (request.unwrap_or_else(|error| panic!("{error}")), entities)
        };
        Self { policies, asks: contacts.iter().enumerate().map(ask).collect() }
    }

    /// For how many contacts each rule holds.
    pub fn matches(&self, rules: usize) -> Vec<usize> {
        let mut matches = vec![0; rules];
        let authorizer = Authorizer::new();
        for (request, entities) in &self.asks {
            let response = authorizer.is_authorized(request, &self.policies, entities);
            assert_eq!(response.diagnostics().errors().count(), 0);
            for policy in response.diagnostics().reason() {
                let id: &str = policy.as_ref();
                matches[id.trim_start_matches("policy").parse::<usize>().unwrap_or_else(|_| panic!("{id}"))] += 1;
            }
        }
        matches
    }
}

/// The rules as a file of policies.
pub fn file(rules: &[Rule]) -> String {
    rules.iter().map(policy).collect()
}

/// What policies may ask of a contact: the fields that the rules name, with their types.
pub fn validator() -> Validator {
    let (schema, _) = Schema::from_cedarschema_str(
        "entity App;
         entity Contact { label: Set<String>, company: String, email: String, born: Long, status: String, urgency: String };
         action sync appliesTo { principal: App, resource: Contact };",
    )
    .unwrap_or_else(|error| panic!("{error}"));
    Validator::new(schema)
}

/// Parses and validates: from text to policies that are known to have no error of types.
pub fn check(validator: &Validator, text: &str) -> PolicySet {
    let policies = text.parse().unwrap_or_else(|error| panic!("{error}"));
    let result = validator.validate(&policies, ValidationMode::default());
    assert!(result.validation_passed(), "{result}");
    policies
}

fn policy(rule: &Rule) -> String {
    let condition = match rule.when {
        When::LabelNotCompany { label, company } => {
            format!("resource.label.contains(\"Label {label}\") && resource.company != \"Company {company}\"")
        }
        When::LabelNotLabel { label, other } => {
            format!("resource.label.contains(\"Label {label}\") && !resource.label.contains(\"Label {other}\")")
        }
        When::CompanyBorn { company, born } => {
            format!("resource.company == \"Company {company}\" && resource.born >= {born}")
        }
        When::DomainOrLabel { domain, label } => {
            format!("resource.email like \"*@domain{domain}.example\" || resource.label.contains(\"Label {label}\")")
        }
        When::Status { status, urgency } => {
            format!("resource.status == \"{}\" && resource.urgency != \"{}\"", STATUS[status], URGENCY[urgency])
        }
    };
    format!("permit(principal, action, resource) when {{ {condition} }};\n")
}
