//! What people do in the practice apps.

use std::fs::File;

use jiff::SignedDuration;
use syncc_compiler::ir::End;
use syncc_sandbox::Refusal;

use super::{
    log::What,
    net::State,
    plan::{Act, Deed},
};
use crate::event::By;

impl State {
    /// A person does something.
    pub(super) fn act(&mut self, deed: &Deed) {
        // Nobody does two things at once.
        self.pass(SignedDuration::from_millis(700));
        let refused = self.attempt(deed).err().map(|refusal| refusal.0);
        self.log(What::Did { end: deed.end, act: deed.act.clone(), refused });
        self.look(deed.end, By::Person);
    }

    fn attempt(&mut self, deed: &Deed) -> Result<(), Refusal> {
        let practice = self.practice(deed.end);
        let who = |nth: &u32| {
            let held = &self.held[deed.end.index()];
            let at = (*nth as usize).checked_rem(held.len());
            at.and_then(|at| held.keys().nth(at)).cloned().ok_or_else(|| Refusal("Nobody is there.".to_owned()))
        };
        match &deed.act {
            Act::Add(contact) => practice.add(contact).map(|_| ()),
            Act::Edit(nth, fields) => practice.edit(&who(nth)?, fields),
            Act::Delete(nth) => practice.delete(&who(nth)?),
            Act::Label(nth, label) => practice.label(&who(nth)?, label),
            Act::Unlabel(nth, label) => practice.unlabel(&who(nth)?, label),
            Act::Relabel(label, name) => practice.relabel(label, name.as_deref()),
            Act::Happen(nth, kind) => practice.happen(&who(nth)?, kind),
            Act::Export => self.export().map_err(|error| Refusal(error.to_string())),
        }
    }

    /// Exports the leads to the file that syncc reads, as of now by our clock: it was written on our machine.
    pub(super) fn export(&self) -> std::io::Result<()> {
        self.practice(End::Right).export_to(&self.export)?;
        let now = std::time::SystemTime::UNIX_EPOCH
            + std::time::Duration::from_millis(self.ours().as_millisecond().unsigned_abs());
        File::options().write(true).open(&self.export)?.set_modified(now)
    }
}
