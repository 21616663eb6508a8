//! Random programs and pairs: more than the compiler lets through, because the engine must bear a damaged file.
//!
//! Both sides have the same eight fields; the one named `own` is never mapped and no rule names it.

use proptest::{collection::vec, option, prelude::*, sample::select};
use syncc_compiler::{
    ir::{
        Arrow, Atom, AtomId, Condition, ConstId, Direction, Effect, End, FieldId, IrField, Lens, Mapping, MatchTier,
        Origin, OtherWay, Piece, Prefer, Program, Rule, Side, Test, Tests, VERSION,
    },
    schema::{Can, Detects, Scalar, Type},
    value::{Canon, Consent, Number, Record, Text, Value},
};
use syncc_runtime::engine::{Base, Pair};

const TAGS: FieldId = FieldId(0);
const LISTS: FieldId = FieldId(1);
const STATUS: FieldId = FieldId(2);
const NOTE: FieldId = FieldId(3);
const ACTIVE: FieldId = FieldId(4);
const POINTS: FieldId = FieldId(5);
const MAIL: FieldId = FieldId(6);
/// Neither mapped nor ruled.
pub(crate) const OWN: FieldId = FieldId(7);

/// The texts first, so that they are constants 0 to 2 and "A" counts as "a" where it is an email.
fn constants() -> Vec<Value> {
    let text = |text: &str| Value::Text(Text::plain(text));
    let number = |number| Number::new(number).map_or(Value::Empty, Value::Number);
    vec![
        text("a"),
        text("b"),
        text("c"),
        Value::Bool(true),
        Value::Bool(false),
        number(1.0),
        number(2.0),
        Value::Consent(Consent::Subscribed),
        Value::Consent(Consent::Unsubscribed),
    ]
}
const TEXTS: [ConstId; 3] = [ConstId(0), ConstId(1), ConstId(2)];
const BOOLS: [ConstId; 2] = [ConstId(3), ConstId(4)];
const NUMBERS: [ConstId; 2] = [ConstId(5), ConstId(6)];
const STEPS: [ConstId; 2] = [ConstId(7), ConstId(8)];

fn types(end: End) -> [(&'static str, Type); 8] {
    let note = if end == End::Left { Scalar::Email } else { Scalar::Text };
    [
        ("tags", Type::Set(Scalar::Text)),
        ("lists", Type::Set(Scalar::Text)),
        ("status", Type::One(Scalar::Choice)),
        ("note", Type::One(note)),
        ("active", Type::One(Scalar::Bool)),
        ("points", Type::One(Scalar::Number)),
        ("mail", Type::One(Scalar::Consent)),
        ("own", Type::One(Scalar::Text)),
    ]
}

fn one_end() -> impl Strategy<Value = End> {
    select(End::BOTH.to_vec())
}

fn constant(of: &'static [ConstId]) -> impl Strategy<Value = ConstId> {
    select(of)
}

fn test() -> impl Strategy<Value = Test> {
    let field = (0..7u32).prop_map(FieldId);
    prop_oneof![
        1 => Just(Test::Exists),
        1 => Just(Test::Deleted),
        1 => field.prop_map(Test::Empty),
        1 => Just(Test::True(ACTIVE)),
        3 => constant(&TEXTS).prop_map(|c| Test::Equals(STATUS, c)),
        1 => constant(&TEXTS).prop_map(|c| Test::Contains(NOTE, c)),
        1 => constant(&TEXTS).prop_map(|c| Test::StartsWith(NOTE, c)),
        1 => constant(&TEXTS).prop_map(|c| Test::EndsWith(NOTE, c)),
        4 => constant(&TEXTS).prop_map(|c| Test::Has(TAGS, c)),
        1 => constant(&TEXTS).prop_map(|c| Test::Has(LISTS, c)),
        1 => constant(&NUMBERS).prop_map(|c| Test::Less(POINTS, c)),
        1 => constant(&NUMBERS).prop_map(|c| Test::AtMost(POINTS, c)),
        1 => constant(&STEPS).prop_map(|c| Test::Equals(MAIL, c)),
    ]
}

fn effect() -> impl Strategy<Value = Effect> {
    let set = || select(vec![TAGS, LISTS]);
    let single = || select(vec![STATUS, NOTE]);
    prop_oneof![
        2 => Just(Effect::Exists),
        1 => Just(Effect::Deleted),
        6 => (set(), constant(&TEXTS)).prop_map(|(field, c)| Effect::Add(field, c)),
        3 => (set(), constant(&TEXTS)).prop_map(|(field, c)| Effect::Remove(field, c)),
        3 => (single(), constant(&TEXTS)).prop_map(|(field, c)| Effect::Set(field, c)),
        1 => constant(&BOOLS).prop_map(|c| Effect::Set(ACTIVE, c)),
        1 => constant(&NUMBERS).prop_map(|c| Effect::Set(POINTS, c)),
        1 => constant(&STEPS).prop_map(|c| Effect::Set(MAIL, c)),
        1 => select(vec![TAGS, STATUS, NOTE, MAIL]).prop_map(Effect::Clear),
    ]
}

/// A condition with its tests in place: they become atoms when the program is put together.
#[derive(Clone, Debug)]
enum Tree {
    Test(End, Test),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (one_end(), test()).prop_map(|(end, test)| Tree::Test(end, test));
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            vec(inner.clone(), 1..3).prop_map(Tree::All),
            vec(inner, 1..3).prop_map(Tree::Any),
        ]
    })
}

#[derive(Clone, Debug)]
struct RawRule {
    from: End,
    own: Test,
    tree: Option<Tree>,
    effects: Vec<Effect>,
    undo: Option<Vec<Effect>>,
    back: Option<OtherWay>,
    exact: bool,
}

fn rule() -> impl Strategy<Value = RawRule> {
    let effects = || vec(effect(), 1..3);
    let back =
        (effects(), option::of(effects())).prop_map(|(make_true, make_false)| OtherWay { make_true, make_false });
    (
        one_end(),
        test(),
        option::weighted(0.4, tree()),
        effects(),
        option::weighted(0.4, effects()),
        option::weighted(0.4, back),
        any::<bool>(),
    )
        .prop_map(|(from, own, tree, effects, undo, back, exact)| RawRule {
            from,
            own,
            tree,
            effects,
            undo,
            back,
            exact,
        })
}

/// What takes an effect back, as the compiler would write it.
fn inverse(effect: &Effect) -> Option<Effect> {
    match effect {
        Effect::Add(field, c) => Some(Effect::Remove(*field, *c)),
        Effect::Remove(field, c) => Some(Effect::Add(*field, *c)),
        Effect::Set(field, c) if *c == BOOLS[0] => Some(Effect::Set(*field, BOOLS[1])),
        Effect::Set(field, c) if *c == BOOLS[1] => Some(Effect::Set(*field, BOOLS[0])),
        _ => None,
    }
}

fn atom_of(atoms: &mut Vec<Atom>, atom: Atom) -> Condition {
    let at = atoms.iter().position(|known| *known == atom).unwrap_or_else(|| {
        atoms.push(atom);
        atoms.len() - 1
    });
    Condition::Atom(AtomId(u32::try_from(at).unwrap()))
}

fn condition(tree: Tree, atoms: &mut Vec<Atom>) -> Condition {
    match tree {
        Tree::Test(end, test) => atom_of(atoms, Atom { end, test }),
        Tree::Not(inner) => Condition::Not(Box::new(condition(*inner, atoms))),
        Tree::All(parts) => Condition::All(parts.into_iter().map(|part| condition(part, atoms)).collect()),
        Tree::Any(parts) => Condition::Any(parts.into_iter().map(|part| condition(part, atoms)).collect()),
    }
}

/// Half of the rules are as the compiler writes them: `undo` is the inverse, `other-way` of a set test adds and removes.
fn finish(raw: RawRule, atoms: &mut Vec<Atom>, line: u32) -> Rule {
    let own = atom_of(atoms, Atom { end: raw.from, test: raw.own.clone() });
    let condition = match raw.tree {
        Some(tree) => Condition::All(vec![own, condition(tree, atoms)]),
        None => own,
    };
    let mut undo = raw.undo;
    let mut back = raw.back;
    if raw.exact {
        let inverses: Vec<Effect> = raw.effects.iter().filter_map(inverse).collect();
        undo = undo.filter(|_| !inverses.is_empty()).map(|_| inverses);
        if let Test::Has(field, c) = raw.own {
            back = back.map(|_| OtherWay {
                make_true: vec![Effect::Add(field, c)],
                make_false: Some(vec![Effect::Remove(field, c)]),
            });
        }
    }
    Rule {
        line,
        title: format!("rule {line}"),
        from: raw.from,
        condition,
        effects: raw.effects,
        undo,
        other_way: back,
        implicit: false,
    }
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![
        3 => Just(Direction { to_right: true, to_left: true }),
        1 => Just(Direction { to_right: true, to_left: false }),
        1 => Just(Direction { to_right: false, to_left: true }),
    ]
}

fn mappings() -> impl Strategy<Value = Vec<Mapping>> {
    let copy = |field: FieldId| Lens::Copy { left: field, right: field };
    let rows = || vec((constant(&TEXTS), constant(&TEXTS)), 1..4);
    let table = move |field: FieldId| rows().prop_map(move |rows| Lens::Table { left: field, right: field, rows });
    let composed = Lens::Compose {
        from: End::Left,
        pieces: vec![Piece::Field(STATUS), Piece::Text(", ".into()), Piece::Field(POINTS)],
        target: NOTE,
    };
    let lenses = [
        Just(copy(TAGS)).boxed(),
        prop_oneof![Just(copy(LISTS)), table(LISTS)].boxed(),
        prop_oneof![Just(copy(STATUS)), table(STATUS)].boxed(),
        prop_oneof![2 => Just(copy(NOTE)), 1 => Just(composed)].boxed(),
        Just(copy(ACTIVE)).boxed(),
        Just(copy(POINTS)).boxed(),
        Just(copy(MAIL)).boxed(),
    ];
    let each: Vec<_> = lenses.into_iter().map(|lens| option::of((lens, direction()))).collect();
    each.prop_map(|chosen| {
        chosen
            .into_iter()
            .flatten()
            .map(|(lens, direction)| Mapping { origin: Origin::Line(1), direction, lens })
            .collect()
    })
}

/// Any program over these fields.
pub(crate) fn program() -> impl Strategy<Value = Program> {
    let arrow = prop_oneof![4 => Just(Arrow::Both), 1 => Just(Arrow::Right), 1 => Just(Arrow::Left)];
    let prefer = prop_oneof![
        2 => Just(Prefer::Default),
        1 => one_end().prop_map(Prefer::End),
        1 => Just(Prefer::Latest),
    ];
    // Most apps can do everything; some cannot do one thing with all their fields.
    let can = || select(vec![0_u8, 0, 0, 0, 1, 2, 3, 4]);
    let sides = ([can(), can()], [prop::bool::weighted(0.9), prop::bool::weighted(0.9)]);
    (arrow, prefer, sides, vec(rule(), 0..5), mappings()).prop_map(|(arrow, prefer, (cans, creates), raw, mappings)| {
        let mut atoms = Vec::new();
        let mut rules: Vec<Rule> = raw.into_iter().zip(2..).map(|(raw, line)| finish(raw, &mut atoms, line)).collect();
        for from in End::BOTH {
            let given = rules.iter().any(|rule| rule.from == from || rule.other_way.is_some());
            if arrow.from(from) && !given {
                rules.push(Rule {
                    line: 1,
                    title: "all contacts".into(),
                    from,
                    condition: atom_of(&mut atoms, Atom { end: from, test: Test::Exists }),
                    effects: vec![Effect::Exists],
                    undo: None,
                    other_way: None,
                    implicit: true,
                });
            }
        }
        let side = |end: End| Side {
            name: ["left", "right"][end.index()].into(),
            app: "test".into(),
            account: "test".into(),
            object: "contacts".into(),
            instance: None,
            fields: types(end)
                .into_iter()
                .map(|(name, ty)| {
                    let cannot = cans[end.index()];
                    let can = Can {
                        set: cannot != 1 && !ty.is_set(),
                        clear: cannot != 2,
                        add: cannot != 3,
                        remove: cannot != 4,
                        ..Can::default()
                    };
                    IrField { name: name.into(), ty, means: None, can, lacks: Vec::new(), opt_out: false }
                })
                .collect(),
            detects: Detects { deleted: true, unsubscribed: false },
            creates: creates[end.index()],
            deletes: true,
        };
        Program {
            version: VERSION,
            edition: "2026".into(),
            name: "random".into(),
            sides: End::BOTH.map(side),
            arrow,
            prefer,
            every: 300,
            matching: vec![MatchTier { key: "note".into(), fields: [vec![NOTE], vec![NOTE]] }],
            constants: constants(),
            atoms,
            rules,
            mappings,
            bound: None,
            tests: Tests::default(),
        }
    })
}

fn value(ty: Type) -> BoxedStrategy<Value> {
    let spelt = move |texts: Vec<&'static str>| {
        select(texts).prop_map(move |text| Canon::default().scalar(ty.scalar(), text).unwrap_or_default())
    };
    let filled = match ty {
        Type::Set(scalar) => {
            vec(select(vec!["a", "b", "c"]), 0..3).prop_map(move |texts| Canon::default().set(scalar, texts)).boxed()
        }
        Type::One(Scalar::Bool) => spelt(vec!["true", "false"]).boxed(),
        Type::One(Scalar::Number) => spelt(vec!["0", "1", "2"]).boxed(),
        Type::One(Scalar::Consent) => spelt(vec!["subscribed", "pending", "unsubscribed", "cleaned"]).boxed(),
        Type::One(_) => spelt(vec!["a", "A", "b", "c"]).boxed(),
    };
    prop_oneof![8 => filled, 3 => Just(Value::Empty), 1 => Just(Value::Unknown)].boxed()
}

fn record(end: End) -> impl Strategy<Value = Record> {
    let values: Vec<_> = types(end).into_iter().map(|(_, ty)| value(ty)).collect();
    values.prop_map(Record::new)
}

/// A record and what it was: the same, with some fields changed.
fn history(end: End) -> impl Strategy<Value = [Record; 2]> {
    (record(end), record(end), vec(prop::bool::weighted(0.3), 8)).prop_map(|(now, other, changed)| {
        let mut base = now.clone();
        for (field, changed) in (0..).map(FieldId).zip(changed) {
            if changed {
                base.put(field, other.get(field).clone());
            }
        }
        [now, base]
    })
}

/// Any pair: linked, new, alone, deleted.
pub(crate) fn pair() -> impl Strategy<Value = Pair> {
    let there = || prop::bool::weighted(0.85);
    let based = prop_oneof![6 => Just([true, true]), 4 => Just([false, false]), 1 => Just([true, false]), 1 => Just([false, true])];
    (history(End::Left), history(End::Right), [there(), there()], based, option::of(one_end())).prop_map(
        |([left, left_base], [right, right_base], there, based, later)| {
            let pick = |chosen: [bool; 2], left: Record, right: Record| {
                [chosen[0].then_some(left), chosen[1].then_some(right)]
            };
            Pair {
                now: pick(there, left, right),
                base: (based != [false, false]).then(|| Base { sides: pick(based, left_base, right_base) }),
                later,
            }
        },
    )
}
