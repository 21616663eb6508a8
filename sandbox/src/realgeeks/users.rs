//! The people who work with the leads.

use serde_json::{Value, json};

/// An agent or a lender.
#[derive(Debug)]
pub(super) struct User {
    pub(super) id: &'static str,
    role: &'static str,
    admin: bool,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    phone: &'static str,
}

/// The users of the practice site.
pub(super) const USERS: &[User] = &[
    User {
        id: "5f0c9a52-6f43-4c9e-9d0f-5b1f0a3f7c01",
        role: "Agent",
        admin: true,
        name: "Kawika Palakiko",
        email: "kawika@practice-homes.example.com",
        phone: "808-555-0101",
    },
    User {
        id: "5f0c9a52-6f43-4c9e-9d0f-5b1f0a3f7c02",
        role: "Agent",
        admin: false,
        name: "Joanne Fairbanks",
        email: "joanne@practice-homes.example.com",
        phone: "808-555-0102",
    },
    User {
        id: "5f0c9a52-6f43-4c9e-9d0f-5b1f0a3f7c03",
        role: "Agent",
        admin: false,
        name: "Íñigo Muñoz",
        email: "inigo@practice-homes.example.com",
        phone: "808-555-0103",
    },
    User {
        id: "5f0c9a52-6f43-4c9e-9d0f-5b1f0a3f7c04",
        role: "Lender",
        admin: false,
        name: "Renee Lindqvist",
        email: "renee@practice-lending.example.com",
        phone: "808-555-0104",
    },
];

/// `GET users`.
pub(super) fn list() -> Value {
    let shown = |user: &User| {
        json!({
            "id": user.id,
            "role": user.role,
            "admin": user.admin,
            "name": user.name,
            "email": user.email,
            "signature": format!("{}\nPractice Homes", user.name),
            "phone_cell": user.phone,
        })
    };
    USERS.iter().map(shown).collect::<Vec<_>>().into()
}
