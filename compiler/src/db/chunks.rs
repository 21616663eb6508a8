//! A file cut into chunks of about a hundred statements, so that an edit reads one of them again and not the file.
//!
//! Law: the statements of the chunks, one behind the other, are those of the whole file. It holds because a file is only cut
//! where each half is split alone as it is in the whole ([`syncc_grammar::cut_behind`]), and a cut that an edit makes
//! impossible is given up.

use std::sync::Arc;

use syncc_grammar::{MAX_FILE, Skeleton, cut_behind, file_errors, split, tree::Span};

/// So many statements make a chunk, and twice as many at most.
const STATEMENTS: usize = 100;

/// A part of a file: whole statements, and what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: Arc<str>,
    /// Its statements and comments. Spans count from its start.
    pub(crate) skeleton: Skeleton,
    /// Whether it has characters that no file may have.
    pub(crate) has_errors: bool,
}

impl Part {
    /// Of no file.
    pub(crate) fn empty() -> Self {
        Self { text: Arc::from(""), skeleton: Skeleton::default(), has_errors: false }
    }
}

/// The parts of a file that is new.
pub(crate) fn parts(text: &str) -> Vec<Arc<Part>> {
    if text.len() > MAX_FILE {
        return Vec::new();
    }
    let skeleton = split(text);
    // What grows a little is not cut: the next edit may shrink it.
    let most = if skeleton.pieces.len() <= 2 * STATEMENTS { usize::MAX } else { STATEMENTS };
    let mut parts = Vec::new();
    let (mut start, mut count) = (0, 0);
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut part = |start: u32, end: u32| {
        let span = Span::new(start, end);
        let own = text.get(start as usize..end as usize).unwrap_or_default();
        let has_errors = !skeleton.errors.is_empty() && !file_errors(own).is_empty();
        parts.push(Arc::new(Part { text: own.into(), skeleton: skeleton.part(span), has_errors }));
    };
    for piece in &skeleton.pieces {
        count += 1;
        if count >= most
            && let Some(cut) = cut_behind(text, piece)
        {
            part(start, cut);
            (start, count) = (cut, 0);
        }
    }
    part(start, length);
    parts
}

/// Which parts of a file an edit touches, and what stands there then.
pub(crate) struct Edit {
    /// The parts that are no more.
    pub(crate) gone: std::ops::Range<usize>,
    /// Those in their place.
    pub(crate) came: Vec<Arc<Part>>,
}

/// How a file in parts becomes another text. `before` is all that the parts say.
pub(crate) fn edit(parts: &[Arc<Part>], before: &str, after: &str) -> Edit {
    let anew = || Edit { gone: 0..parts.len(), came: self::parts(after) };
    let start = common(before.as_bytes(), after.as_bytes());
    let most = before.len().min(after.len()) - start;
    let end = common_end(before.as_bytes(), after.as_bytes()).min(most);
    // Where each part starts, and where the last one ends.
    let starts: Vec<usize> = std::iter::once(0)
        .chain(parts.iter().scan(0, |at, part| {
            *at += part.text.len();
            Some(*at)
        }))
        .collect();
    if parts.is_empty() || starts.last() != Some(&before.len()) || after.len() > MAX_FILE {
        return anew();
    }
    let first = starts.partition_point(|at| *at <= start).saturating_sub(1).min(parts.len() - 1);
    let last = starts.partition_point(|at| *at < before.len() - end).max(first + 1).min(parts.len());
    let mut gone = first..last;
    loop {
        let (Some(from), Some(to)) = (starts.get(gone.start), starts.get(gone.end)) else { return anew() };
        let to = after.len() - (before.len() - to);
        let Some(text) = after.get(*from..to) else { return anew() };
        let came = self::parts(text);
        let holds = |left: Option<&Arc<Part>>, right: Option<&Arc<Part>>| match (left, right) {
            (Some(left), Some(right)) => is_cut(left, right),
            _ => true,
        };
        if !holds(gone.start.checked_sub(1).and_then(|before| parts.get(before)), came.first()) {
            gone.start -= 1;
        } else if !holds(came.last(), parts.get(gone.end)) {
            gone.end += 1;
        } else {
            return Edit { gone, came };
        }
    }
}

/// Whether the file can be cut between two parts.
fn is_cut(left: &Part, right: &Part) -> bool {
    let Some(piece) = left.skeleton.pieces.last() else { return false };
    // Of what comes behind, only how it starts matters.
    let head = right.skeleton.pieces.first().map_or(0, |piece| piece.span.end as usize);
    let rest = right.text.get(head..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
    let head = right.text.get(..head + rest.len()).unwrap_or_default();
    let joined = [left.text.as_ref(), head].concat();
    cut_behind(&joined, piece).is_some_and(|cut| cut as usize == left.text.len())
}

/// How many bytes two texts start with alike. At a character.
fn common(one: &[u8], other: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = one.chunks(BLOCK).zip(other.chunks(BLOCK)).take_while(|(one, other)| one == other);
    let start = blocks.map(|(one, _)| one.len()).sum::<usize>();
    let (one, other) = (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    start + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts end with alike.
fn common_end(one: &[u8], other: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = one.rchunks(BLOCK).zip(other.rchunks(BLOCK)).take_while(|(one, other)| one == other);
    let end = blocks.map(|(one, _)| one.len()).sum::<usize>();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    end + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    /// What makes statements, and what takes them apart.
    const SNIPPETS: &[&str] = &[
        "when a.b == \"c\" then d.e = \"f\"\n",
        "when a.b == \"c\"\n  then d.e = \"f\" # why\n",
        "# a title\n",
        "# more of it\n",
        "map a.b as\n",
        "map a.b <-> c.d\n",
        "wen a.b == \"c\" then d exists\n",
        "sync a <-> b\n",
        "when",
        "when : x\n",
        ":",
        " as ",
        "\"",
        "'",
        "„",
        "/*",
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "\u{FEFF}",
        "\u{7}",
        "test \"t\" { given a { when: \"b\" } expect c exists }\n",
    ];

    fn text() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(select(SNIPPETS), 0..40)
    }

    /// A text, its statements with their titles, and its comments.
    type Cut = (String, Vec<(Span, Option<String>)>, Vec<Span>);

    /// The statements of the parts as those of one file.
    fn joined(parts: &[Arc<Part>]) -> Cut {
        let (mut text, mut pieces, mut comments) = (String::new(), Vec::new(), Vec::new());
        for part in parts {
            let start = u32::try_from(text.len()).unwrap();
            pieces.extend(part.skeleton.pieces.iter().map(|one| (one.span.shift(start), one.title.clone())));
            comments.extend(part.skeleton.comments.iter().map(|one| one.span.shift(start)));
            text.push_str(&part.text);
        }
        (text, pieces, comments)
    }

    fn whole(text: &str) -> Cut {
        let skeleton = split(text);
        let pieces = skeleton.pieces.into_iter().map(|one| (one.span, one.title)).collect();
        (text.to_owned(), pieces, skeleton.comments.into_iter().map(|one| one.span).collect())
    }

    /// Cut wherever that is possible: what files of a hundred times as many statements go through.
    fn in_small_parts(text: &str) -> Vec<Arc<Part>> {
        let skeleton = split(text);
        let cuts: Vec<u32> = skeleton.pieces.iter().filter_map(|piece| cut_behind(text, piece)).collect();
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([u32::try_from(text.len()).unwrap()]);
        starts.zip(ends).flat_map(|(start, end)| parts(&text[start as usize..end as usize])).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn each_half_of_a_file_is_split_as_in_the_whole(snippets in text()) {
            let text = snippets.concat();
            prop_assert_eq!(joined(&in_small_parts(&text)), whole(&text));
        }

        #[test]
        fn after_an_edit_the_parts_are_those_of_the_whole(
            snippets in text(),
            at in 0..40_usize,
            gone in 0..4_usize,
            came in prop::collection::vec(select(SNIPPETS), 0..4),
        ) {
            let before = snippets.concat();
            let mut after = snippets.clone();
            let at = at.min(after.len());
            let end = (at + gone).min(after.len());
            after.splice(at..end, came);
            let after = after.concat();
            let mut all = in_small_parts(&before);
            let edit = edit(&all, &before, &after);
            all.splice(edit.gone, edit.came);
            prop_assert_eq!(joined(&all), whole(&after));
        }
    }
}
