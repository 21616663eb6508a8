//! The messages that Real Geeks sends, on their way: late, twice, out of order, or lost.

use jiff::{SignedDuration, Timestamp};
use syncc_sandbox::Delivery;

use super::plan::Post;
use crate::chance::Chance;

/// The messages that are on their way.
pub(super) struct Letters {
    post: Post,
    secret: String,
    /// When each comes, in the order in which they were sent.
    under_way: Vec<(Timestamp, Delivery)>,
    /// Whether one was lost since this was last asked.
    lost: bool,
}

impl Letters {
    pub(super) fn new(post: Post, secret: String) -> Self {
        Self { post, secret, under_way: Vec::new(), lost: false }
    }

    /// What messages are signed with.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// Takes a message to the post. One that is lost comes back.
    pub(super) fn post(&mut self, letter: Delivery, now: Timestamp, chance: &mut Chance) -> Option<Delivery> {
        if self.post.lost > 0 && chance.once_in(self.post.lost) {
            self.lost = true;
            return Some(letter);
        }
        let copies = if self.post.twice > 0 && chance.once_in(self.post.twice) { 2 } else { 1 };
        for _ in 0..copies {
            let late = SignedDuration::from_secs(chance.below(self.post.late + 1).into());
            self.under_way.push((now.saturating_add(late).unwrap_or(now), letter.clone()));
        }
        None
    }

    /// The next message that is due.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Delivery> {
        let due = self.under_way.iter().enumerate().filter(|(_, (at, _))| *at <= now);
        let (at, _) = due.min_by_key(|(nth, (at, _))| (*at, *nth))?;
        Some(self.under_way.remove(at).1)
    }

    /// A message that could not be taken is sent again later.
    pub(super) fn again(&mut self, letter: Delivery) {
        self.under_way.push((Timestamp::MAX, letter));
    }

    /// From now on every message comes at once and once; those on their way come now. Whether one was lost before.
    pub(super) fn calm(&mut self) -> bool {
        self.post = Post::default();
        self.under_way.iter_mut().for_each(|(at, _)| *at = Timestamp::MIN);
        std::mem::take(&mut self.lost)
    }
}
