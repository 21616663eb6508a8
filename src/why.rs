//! `syncc why`: everything that is known of one contact, and the reason for how it stands. Asks no app.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::{Contact, Of, Pending, Target},
    world::World,
};

use crate::{
    connect::{Access, Opened},
    exit::Exit,
    load,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    tables::{activity_json, activity_line, quoted},
    whom,
};

/// How many contacts are told of in full; of more it is asked which one is meant.
const MOST: usize = 5;

/// Show why a contact stands as it does: how it is linked, both sides, which rules hold, what was written
#[derive(Args)]
pub(crate) struct Why {
    /// An email, a phone number, a name or an id
    contact: String,
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Why {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.why(output).await)
    }

    async fn why(self, output: &Output) -> Result<Exit, String> {
        let loaded = load::Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut found = 0;
        for program in &programs {
            let opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &World::real(), Access::Look);
            let mut opened = match opened {
                Ok(opened) => opened,
                Err(why) if programs.len() == 1 => return Err(why),
                // Another connection of the workspace may know the contact.
                Err(_) => continue,
            };
            found += self.tell(program, &mut opened, output)?;
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        if found == 0 {
            complain(&whom::unknown(&self.contact));
            return Ok(Exit::Problems);
        }
        Ok(Exit::Fine)
    }

    /// Tells of the contacts of one connection that fit. How many there are.
    fn tell(&self, program: &Program, opened: &mut Opened, output: &Output) -> Result<usize, String> {
        let mut connection = opened.connection()?;
        let (picture, report) = connection.recall(Of::Typed(&self.contact)).map_err(|error| error.to_string())?;
        let found = picture.find(&self.contact);
        if found.len() > MOST && !output.json() {
            say(&format!("{}\n", whom::several(&picture, &self.contact, &found)));
            return Ok(found.len());
        }
        for index in &found {
            let contact = connection.contact(&picture, &report, *index).map_err(|error| error.to_string())?;
            let Some(contact) = contact else { continue };
            if output.json() {
                output.document(&as_json(program, &contact));
            } else {
                say(&as_text(program, &contact));
            }
        }
        Ok(found.len())
    }
}

fn as_text(program: &Program, contact: &Contact) -> String {
    let name = |end: End| program.side(end).name.as_str();
    let mut text = format!("{}\n", painted(Paint::Strong, &format!("{} ({})", contact.who, program.name)));
    for end in End::BOTH {
        let category = contact.categories[end.index()].and_then(|category| serde_json::to_value(category).ok());
        let stands = match (&contact.ids[end.index()], category.as_ref().and_then(Json::as_str)) {
            (None, _) => "not there".to_owned(),
            (Some(id), None) => format!("deleted  {}", painted(Paint::Faint, id)),
            (Some(id), Some(category)) => format!("{}  {}", category.replace('_', " "), painted(Paint::Faint, id)),
        };
        text.push_str(&format!("  {}: {stands}\n", name(end)));
    }
    text.push_str(&format!("  why: {}\n", contact.reason));
    if let Some(linked) = &contact.linked {
        text.push_str(&format!("  linked: {linked}\n"));
    }
    for end in End::BOTH {
        let mut fields = contact.fields.iter().filter(|field| field.end == end).peekable();
        if fields.peek().is_some() {
            text.push_str(&format!("{}\n", painted(Paint::Strong, &format!("  {} holds", name(end)))));
        }
        for field in fields {
            let now = field.now.as_deref().map_or_else(|| "not known".to_owned(), quoted);
            let was = field.base.as_deref().map_or_else(|| "not known".to_owned(), quoted);
            let changed = if field.changed { format!("  (was {was} when last in step)") } else { String::new() };
            text.push_str(&format!("    {}: {now}{}\n", field.name, painted(Paint::Change, &changed)));
        }
    }
    text.push_str(&format!("{}\n", painted(Paint::Strong, "  rules")));
    for rule in &contact.rules {
        let (sign, paint) = match rule.holds {
            Some(true) => ("holds", Paint::Good),
            Some(false) => ("does not hold", Paint::Faint),
            None => ("cannot be told", Paint::Change),
        };
        text.push_str(&format!(
            "    line {}: {}  {}\n",
            rule.line,
            painted(paint, sign),
            rule.title.replace('\n', " ")
        ));
        if !rule.not_so.is_empty() {
            text.push_str(&format!("        this is not so: {}\n", rule.not_so.join(", and ")));
        }
    }
    if !contact.pending.is_empty() {
        let head = if contact.held { "  when that is over, a run would" } else { "  a run would now" };
        text.push_str(&format!("{}\n", painted(Paint::Strong, head)));
        for Pending { end, to, before, after, why } in &contact.pending {
            let what = match to {
                Target::Made => "make the contact".to_owned(),
                Target::Deleted => "delete the contact".to_owned(),
                Target::Field(field) => format!("{field}: {} → {}", quoted(before), quoted(after)),
            };
            text.push_str(&format!("    {} {what}  {}\n", name(*end), painted(Paint::Faint, why)));
        }
    }
    for conflict in &contact.conflicts {
        text.push_str(&format!(
            "  conflict in {}: {} held {}, {} held {}; {} won ({})\n",
            conflict.fields[0],
            name(End::Left),
            quoted(&syncc_runtime::cycle::display(&conflict.values[0])),
            name(End::Right),
            quoted(&syncc_runtime::cycle::display(&conflict.values[1])),
            name(conflict.winner),
            conflict.why
        ));
    }
    if !contact.history.is_empty() {
        text.push_str(&format!("{}\n", painted(Paint::Strong, "  written last")));
        for activity in &contact.history {
            text.push_str(&format!("    {}\n", activity_line(program, activity)));
        }
    }
    text
}

fn as_json(program: &Program, contact: &Contact) -> Json {
    let name = |end: End| program.side(end).name.as_str();
    let sides = End::BOTH.map(|end| {
        let fields: Vec<_> = contact.fields.iter().filter(|field| field.end == end).collect();
        json!({
            "name": name(end), "id": contact.ids[end.index()], "category": contact.categories[end.index()], "fields": fields,
        })
    });
    json!({
        "version": 1,
        "connection": program.name,
        "who": contact.who,
        "sides": sides,
        "why": contact.reason,
        "linked": contact.linked,
        "rules": contact.rules,
        "held": contact.held,
        "pending": contact.pending.iter().map(|Pending { end, to, before, after, why }| {
            let (what, field) = match to {
                Target::Made => ("make", None),
                Target::Deleted => ("delete", None),
                Target::Field(field) => ("change", Some(field)),
            };
            json!({ "side": name(*end), "what": what, "field": field, "before": before, "after": after, "why": why })
        }).collect::<Vec<_>>(),
        "conflicts": contact.conflicts.iter().map(|conflict| json!({
            "id": conflict.id, "at": conflict.at.to_string(), "fields": conflict.fields, "winner": name(conflict.winner),
            "why": conflict.why,
        })).collect::<Vec<_>>(),
        "next_try": contact.troubles.iter().map(|trouble| trouble.next.to_string()).min(),
        "history": contact.history.iter().map(|activity| activity_json(program, activity)).collect::<Vec<_>>(),
    })
}
