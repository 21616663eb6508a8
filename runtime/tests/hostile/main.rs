//! Outside data that nobody meant to send: damaged, cut, doubled, or made to hurt.
//!
//! Each door takes what it is used to, changed at random in thousands of ways that are the same in every run, and every
//! input that once broke it (`kept/DOOR/`). `SYNCC_HOSTILE_CASES` sets how many for each door; `runtime/fuzz` looks for
//! more, led by what the code does with them.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

mod entries;
mod secrets;
#[path = "../side/mod.rs"]
mod side;

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use entries::{DOORS, seeds};

/// Pieces that mean something to one parser or another.
const PIECES: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\"",
    b"\"\"",
    b";",
    b",",
    b":",
    b"=",
    b"\\",
    b"\0",
    b"\xff",
    b"\xc3",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b"/>",
    b"&#0;",
    b"-1",
    b"99999999999999999999",
    b"null",
    b"BEGIN:VCARD\n",
    b"\xe2\x80\xae",
];

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % end.max(1)
    }

    /// The bytes with a few things changed.
    fn changed(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let (from, piece) = (self.below(bytes.len() + 1), PIECES[self.below(PIECES.len())]);
            let to = (from + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 => drop(bytes.splice(from..from, piece.iter().copied())),
                1 => drop(bytes.splice(from..to, piece.iter().copied())),
                2 => drop(bytes.drain(from..to)),
                3 => bytes.truncate(from),
                4 => {
                    let again = bytes[from..to].repeat(1 + self.below(40));
                    drop(bytes.splice(from..from, again));
                }
                _ => {
                    let other = &seeds[self.below(seeds.len())];
                    let cut = self.below(other.len() + 1);
                    drop(bytes.splice(from.., other[cut..].iter().copied()));
                }
            }
        }
        bytes
    }
}

#[test]
fn no_door_breaks_whatever_comes_in() {
    let cases = env::var("SYNCC_HOSTILE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(250);
    let seeds = seeds();
    for (name, door) in DOORS {
        let mut chance = Chance(7);
        let known = &seeds[name];
        let drawn = (0..cases).map(|_| chance.changed(known));
        for bytes in known.iter().cloned().chain(drawn) {
            if catch_unwind(AssertUnwindSafe(|| door(&bytes))).is_err() {
                panic!("`{name}` broke on {} bytes: {:?}", bytes.len(), String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[test]
fn what_once_broke_a_door_does_not_any_more() {
    for (name, door) in DOORS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/kept").join(name);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            door(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}
