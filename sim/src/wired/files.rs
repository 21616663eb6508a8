//! The `.sync` files between practice Google and practice Real Geeks.

/// The example of the repository, and variants that people would write.
pub const FILES: [&str; 8] = [
    include_str!("../../../examples/google-realgeeks/google-realgeeks.sync"),
    "sync google <-> realgeeks\n",
    "sync google <-> realgeeks\nprefer realgeeks\nmatch email or phone\n",
    "sync google <-> realgeeks\nprefer google\nmatch phone or email\nmap google.address -> realgeeks.address\n",
    "sync google <-> realgeeks\nprefer google\nmap google.label <-> realgeeks.tag\n",
    "sync google -> realgeeks\nwhen google.label == \"Clients\" then realgeeks exists\n",
    "sync google <-> realgeeks\nwhen realgeeks.unsubscribed then google.label += \"No mail\"\nwhen realgeeks.status == \"Closed Escrow\" then google.label += \"Clients\" undo\n",
    "sync google <-> realgeeks\nprefer realgeeks\nmap google.company <-> realgeeks.source_details\nmap google.biography <-> realgeeks.notes\nwhen google exists then realgeeks exists\n",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_compiles() {
        for file in FILES {
            assert!(crate::files::program("google-realgeeks", file).is_some(), "{file}");
        }
    }
}
