//! A program with every type of the catalogue, made of their facts.
//!
//! Each type stands in it once, under its own name, with every field set that it has: what a field refers to is the
//! one object of that type, what a type needs is made before it. Nothing is listed by hand, so a type that is new to
//! the catalogue is in every proof from the day on which it is.

use std::collections::BTreeMap;

use mlplat_aws::catalog;
use mlplat_core::Stack;
use mlplat_core::facts::{Canon, Data, Field, Join, Kind, OnChange, Type};
use mlplat_core::wiring::{Expr, Generated, NodeId, NodeRef, Output, Resource};
use mlplat_sim::harness::{Scenario, Stage};
use serde_json::{Value, json};

/// Any type of the catalogue, by its number: what `derive(Resource)` makes of a struct.
#[derive(Clone)]
struct Any<const N: usize>(BTreeMap<String, Expr>);

impl<const N: usize> Resource for Any<N> {
    type Handle = NodeRef;
    type Resolved = Value;
    // Numbers beyond the last are never added.
    const TYPE: &'static Type = catalog()[if N < catalog().len() { N } else { 0 }];

    fn members(&self) -> BTreeMap<String, Expr> {
        self.0.clone()
    }

    fn handle(node: NodeRef) -> NodeRef {
        node
    }
}

macro_rules! numbered {
    ($($number:literal)*) => {
        fn add(stack: &mut Stack, name: &str, number: usize, inputs: BTreeMap<String, Expr>) -> NodeRef {
            match number {
                $($number => stack.add(name, Any::<$number>(inputs)),)*
                _ => panic!("the catalogue has grown beyond these numbers: add some"),
            }
        }
    };
}

numbered! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
    40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77
    78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99
}

/// Fields that stay as they are: with them deletions would be refused, or something of AWS's own would stay behind.
const OFF: [&str; 3] = [
    "DeletionProtection",
    "DeletionProtectionEnabled",
    "EnabledLogTypes",
];

struct Made {
    ty: &'static Type,
    node: NodeId,
    inputs: BTreeMap<String, Expr>,
}

/// The program while it is being made.
struct Writer<'a> {
    stack: &'a mut Stack,
    /// Which values fields have: another edition has others wherever an update can set them.
    edition: u32,
    made: Vec<Made>,
    /// Types whose inputs are being put together.
    open: Vec<&'static str>,
    /// Fields that are not required stay unset.
    bare: bool,
}

/// The facts of a type, and its number.
fn numbered_type(name: &str) -> (usize, &'static Type) {
    let found = catalog().iter().enumerate().find(|(_, ty)| ty.name == name);
    let (number, ty) = found.unwrap_or_else(|| panic!("{name} is not in the catalogue"));
    (number, ty)
}

/// Whether somebody's needs lead through a field.
fn leads(ty: &Type, field: &Field) -> bool {
    let mut steps = catalog().iter().flat_map(|one| {
        let needs = one.needs.iter().flat_map(|need| need.path);
        needs.map(move |step| (one.name, step))
    });
    steps.any(|(of, step)| match step {
        Join::Follow(name) => of == ty.name && *name == field.name,
        Join::Back(back, name) => *back == ty.name && *name == field.name,
        _ => false,
    })
}

/// Whether making an object of a type needs one of another type.
fn leads_to(ty: &Type, other: &str) -> bool {
    let required = ty.fields.iter().filter(|field| field.required);
    let mut targets = required.filter_map(|field| field.refs.targets().first().copied());
    ty.name == other
        || targets.any(|target| target != ty.name && leads_to(numbered_type(target).1, other))
}

impl Writer<'_> {
    /// The one object of a type.
    fn make(&mut self, name: &str) -> usize {
        if let Some(at) = self.made.iter().position(|made| made.ty.name == name) {
            return at;
        }
        let (number, ty) = numbered_type(name);
        self.open.push(ty.name);
        let mut inputs = BTreeMap::new();
        let bare = self.bare;
        let set = |field: &&Field| field.required || !bare || leads(ty, field);
        for field in ty.fields.iter().filter(set) {
            if let Some(value) = self.value(ty, field) {
                inputs.insert(field.name.to_owned(), value);
            }
        }
        let path = ty.name.to_lowercase().replace('.', "-");
        let node = add(self.stack, &path, number, inputs.clone()).0;
        self.open.pop();
        self.made.push(Made { ty, node, inputs });
        let at = self.made.len() - 1;
        self.meet(at);
        at
    }

    fn value(&mut self, ty: &Type, field: &Field) -> Option<Expr> {
        let named = ty.name_rule.is_some_and(|rule| rule.field == field.name);
        let target = field.refs.targets().first().copied();
        match target {
            // A name is generated, a reference to what waits for this one is left out.
            _ if named => None,
            Some(target) => {
                let around = self
                    .open
                    .iter()
                    .any(|open| leads_to(numbered_type(target).1, open));
                assert!(!(field.required && around), "{} needs itself", ty.name);
                let target = (!around).then(|| self.make(target))?;
                Some(self.reference(field, target))
            }
            None if field.secret => {
                let key = format!("{}-{}", ty.name, field.name);
                let secret = Output::generated(key, Generated::alphanumeric(24));
                Some(secret.expr().clone())
            }
            None => {
                let wanted = wanted(ty, field).map(Value::from);
                let value = wanted.or_else(|| literal(ty, field, self.edition));
                value.map(Expr::Literal)
            }
        }
    }

    /// The output of an object by which others name it.
    fn reference(&self, field: &Field, target: usize) -> Expr {
        let made = &self.made[target];
        let same = made
            .ty
            .output(field.name)
            .or_else(|| made.ty.output(made.ty.id));
        let output = same.unwrap_or_else(|| panic!("{} has no id", made.ty.name));
        let attr = Expr::Attr {
            node: made.node,
            output: output.name,
        };
        match field.canon {
            Canon::Set => Expr::list([attr]),
            _ => attr,
        }
    }

    /// Makes what has to be there though no field refers to it.
    fn meet(&mut self, at: usize) {
        for need in self.made[at].ty.needs {
            let mut here = vec![at];
            for join in need.path {
                let mut next = Vec::new();
                for one in here {
                    match join {
                        Join::Follow(field) => next.extend(self.followed(one, field)),
                        Join::Where(field, value) => {
                            let is = self.made[one].inputs.get(*field);
                            let is = matches!(is, Some(Expr::Literal(is)) if is == value);
                            next.extend(is.then_some(one));
                        }
                        Join::Back(ty, _) => next.push(self.make(ty)),
                        Join::BackAny(pairs) => next.push(self.make(pairs[0].0)),
                        // Who offers it is no concern of a cloud alone.
                        Join::Offered(_) => {}
                    }
                }
                here = next;
            }
        }
    }

    fn followed(&self, at: usize, field: &str) -> Vec<usize> {
        let mut named = Vec::new();
        if let Some(expr) = self.made[at].inputs.get(field) {
            expr.visit_attrs(&mut |node, _| named.push(node));
        }
        let each = named.into_iter();
        each.filter_map(|node| self.made.iter().position(|made| made.node == node))
            .collect()
    }
}

/// The value that somebody needs a field of a type to have, whatever it is itself: a node group needs the add-on
/// `vpc-cni` of its cluster.
fn wanted(ty: &Type, field: &Field) -> Option<&'static str> {
    let needs = catalog().iter().flat_map(|one| one.needs);
    let unconditional = needs.filter(|need| !matches!(need.path.first(), Some(Join::Where(..))));
    unconditional
        .flat_map(|need| need.path.windows(2))
        .find_map(|step| match step {
            [Join::Back(of, _), Join::Where(name, value)]
                if *of == ty.name && *name == field.name =>
            {
                Some(*value)
            }
            _ => None,
        })
}

/// A value of a field that refers to nothing; none for fields that decide on data, which stay unset.
fn literal(ty: &Type, field: &Field, edition: u32) -> Option<Value> {
    if ty.data != Data::None && ty.data.fields().contains(&field.name) {
        return None;
    }
    if OFF.contains(&field.name) {
        return Some(json!(false));
    }
    let same_ever_after = field.change == OnChange::Replace;
    let edition = if same_ever_after { 1 } else { edition };
    let place = ty.fields.iter().position(|one| one.name == field.name);
    let place = place.unwrap_or_default() + 1;
    Some(match (field.change, field.canon) {
        (OnChange::OneStepUp, _) => json!(format!("1.{}", 29 + edition)),
        (OnChange::AtLeast, _) => json!(10 * place + edition as usize),
        // Subnets lie in the network, whichever number the field has.
        (_, Canon::Cidr) => json!(format!("10.{place}.{edition}.0/24")),
        (_, Canon::Policy | Canon::Json) => json!(format!(
            r#"{{"Number":{}}}"#,
            100 * place + edition as usize
        )),
        (_, Canon::Set) => json!([format!("value-{place}-{edition}")]),
        (_, Canon::DnsName) => json!(format!("name-{place}-{edition}.example.com")),
        _ if field.name == "Tags" => json!({"edition": edition.to_string()}),
        _ => json!(format!("value-{place}-{edition}")),
    })
}

/// The whole program in an edition.
pub fn every_type(stack: &mut Stack, edition: u32) {
    some_types(stack, edition, |_| true);
}

/// The part of it that some types need.
pub fn some_types(stack: &mut Stack, edition: u32, wanted: impl Fn(&Type) -> bool) {
    write(stack, edition, false, wanted);
}

fn write(stack: &mut Stack, edition: u32, bare: bool, wanted: impl Fn(&Type) -> bool) {
    let mut writer = Writer {
        bare,
        stack,
        edition,
        made: Vec::new(),
        open: Vec::new(),
    };
    for ty in catalog().iter().filter(|ty| wanted(ty)) {
        writer.make(ty.name);
    }
}

/// The resource types of the catalogue.
pub fn resources() -> impl Iterator<Item = &'static Type> {
    let all = catalog().iter().copied();
    all.filter(|ty| ty.kind == Kind::Resource)
}

pub fn stage(edition: u32) -> Stage {
    Stage::deploy(move |stack| every_type(stack, edition))
}

/// The program of one type and what it needs.
pub fn stage_of(ty: &'static str, edition: u32) -> Stage {
    Stage::deploy(move |stack| some_types(stack, edition, |one| one.name == ty))
}

/// The same with nothing set that can be left out.
pub fn bare_stage_of(ty: &'static str) -> Stage {
    Stage::deploy(move |stack| write(stack, 1, true, |one| one.name == ty))
}

pub fn scenario(name: &str, stages: Vec<Stage>) -> Scenario {
    Scenario::new(name, catalog(), stages)
}
