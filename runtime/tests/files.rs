//! Files that are apps, on a real disk: CSV files and folders of vCards.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

#[path = "files/adopting.rs"]
mod adopting;
#[path = "files/connection.rs"]
mod connection;
#[path = "files/csv.rs"]
mod csv_file;
#[path = "files/csv_identity.rs"]
mod csv_identity;
#[path = "files/meanwhile.rs"]
mod meanwhile;
#[path = "files/meddled.rs"]
mod meddled;
#[path = "files/merging.rs"]
mod merging;
#[path = "files/opt_out.rs"]
mod opt_out;
#[path = "files/planning.rs"]
mod planning;
#[path = "files/reading.rs"]
mod reading;
#[path = "files/renamed.rs"]
mod renamed;
#[path = "files/rest.rs"]
mod rest;
mod side;
#[path = "files/vcard.rs"]
mod vcard_folder;
