//! Files that are apps, on a real disk: CSV files and folders of vCards.

#[path = "files/csv.rs"]
mod csv_file;
mod side;
#[path = "files/vcard.rs"]
mod vcard_folder;
