//! What Real Geeks tells its partners: the bodies of the webhooks.
//!
//! Ids come without dashes in every third message, as they sometimes do. An `updated` body holds the id and what changed
//! and nothing else.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::lead::Lead;
use super::store::Store;
use crate::webhook::Message;

const SITE_DOMAIN: &str = "www.practice-homes.example.com";
const PARTNER: &str = "practice-partner";

impl Store {
    /// Tells that a lead is new: everything about it.
    pub(super) fn tell_created(&mut self, lead: &Lead, now: Timestamp) {
        let mut body = lead.show();
        body.insert("action".to_owned(), "created".into());
        if let Some(agent) = lead.agent.as_ref().and_then(|id| self.user(id)) {
            body.insert("agent_name".to_owned(), agent.name.into());
            body.insert("agent_email".to_owned(), agent.email.into());
        }
        self.tell("created", body, now);
    }

    /// Tells what changed about a lead.
    pub(super) fn tell_updated(&mut self, id: &str, changed: Map<String, Value>, now: Timestamp) {
        let mut body = Map::new();
        body.insert("id".to_owned(), id.into());
        body.extend(changed);
        self.tell("updated", body, now);
    }

    /// Tells what happened to a lead.
    pub(super) fn tell_activities(&mut self, id: &str, activities: &[Value], now: Timestamp) {
        let body = json!({"id": id, "action": "activity_added", "activities": activities});
        if let Value::Object(body) = body {
            self.tell("activity_added", body, now);
        }
    }

    /// Tells that the partner was switched on or off.
    pub(super) fn tell_integration(&mut self, on: bool, now: Timestamp) {
        let action = if on { "integration_enabled" } else { "integration_disabled" };
        let mut body = Map::new();
        body.insert("action".to_owned(), action.into());
        self.tell(action, body, now);
    }

    fn tell(&mut self, action: &'static str, mut body: Map<String, Value>, now: Timestamp) {
        self.told += 1;
        if self.told.is_multiple_of(3)
            && let Some(id) = body.get_mut("id")
        {
            *id = id.as_str().unwrap_or_default().replace('-', "").into();
        }
        body.insert("partner_id".to_owned(), PARTNER.into());
        body.insert("site_uuid".to_owned(), self.site.clone().into());
        body.insert("site_domain".to_owned(), SITE_DOMAIN.into());
        self.messages.push(Message::new(action, Value::Object(body), now));
    }
}
