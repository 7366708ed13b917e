//! The conformance suite: a good provider passes, and every rule is broken by
//! a provider that was made to break it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use mlplat_core::facts::{
    Canon, LOOKUP, OnChange, OutputFact, OutputLife, Recovery, Refs, Scope, TYPE, Tagging, Type,
    Unique, f, opt, w,
};
use mlplat_core::provider::conformance::{Broken, Rule, Sample, check, check_lookup};
use mlplat_core::provider::{
    ErrorKind, Find, Kept, KeyedService, Made, Observed, Owned, Provider, ProviderError, Reader,
    Request, Status, Target,
};
use mlplat_core::world::SystemWorld;
use mlplat_core::{Output, Resource};
use serde_json::{Map, Value, json};

static BOX: Type = Type {
    name: "shelf.Box",
    provider: "shelf",
    token: true,
    recovery: Recovery::UniqueName,
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("Labels", OnChange::InPlace).canon(Canon::Set),
        opt("Size", OnChange::InPlace),
        opt("Code", OnChange::WriteOnly).secret(),
    ],
    outputs: &[
        OutputFact::fixed("Id", "box-{hex17}"),
        OutputFact {
            life: OutputLife::ChangesWith(&["Size"]),
            ..OutputFact::fixed("Price", "")
        },
    ],
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Account,
        code: "Exists",
        held_after_delete_s: 30,
    }],
    create: w(10, &["coming", "there"], 0),
    ..TYPE
};

static COUNT: Type = Type {
    name: "shelf.Count",
    outputs: &[OutputFact::fixed("Boxes", "")],
    ..LOOKUP
};

/// What the shelf does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    ServesNothing,
    AbsentIsInvalid,
    NeverGone,
    FindsAnything,
    NoId,
    OtherId,
    NeverReady,
    DropsAField,
    ShowsWriteOnly,
    DropsAnOutput,
    DropsTheToken,
    ForgetsTokens,
    SharesKeys,
    FindsNothing,
    TakesAnothers,
    ListsOutOfOrder,
    OwnsNothing,
    OwnsEverything,
    UpdatesNothing,
    UpdatesTooMuch,
    CountsUpdates,
    UpdatesTheAbsent,
    LeavesForEver,
    DeletesTwice,
    DeletesTwiceInvalid,
    NeverAgain,
    AnswersInPart,
    AnswersAnew,
}

#[derive(Clone)]
struct Item {
    inputs: Map<String, Value>,
    token: String,
    lineage: String,
    deleted: bool,
}

struct Shelf {
    fault: Fault,
    items: Mutex<BTreeMap<String, Item>>,
}

impl Shelf {
    fn with(fault: Fault) -> Self {
        Self {
            fault,
            items: Mutex::default(),
        }
    }

    fn items(&self) -> MutexGuard<'_, BTreeMap<String, Item>> {
        self.items.lock().unwrap()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn shown(&self, id: &str, item: &Item) -> Observed {
        let mut inputs = item.inputs.clone();
        if !self.is(Fault::ShowsWriteOnly) {
            inputs.remove("Code");
        }
        if self.is(Fault::DropsAField) {
            inputs.remove("Labels");
        }
        let mut outputs = Map::from_iter([("Id".to_owned(), json!(id))]);
        if !self.is(Fault::DropsAnOutput) {
            outputs.insert("Price".to_owned(), inputs["Size"].clone());
        }
        let status = match self.fault {
            Fault::NeverReady => Status::Coming("coming".to_owned()),
            _ if item.deleted => Status::Leaving("leaving".to_owned()),
            _ => Status::Ready,
        };
        Observed {
            id: match self.fault {
                Fault::OtherId => format!("the-{id}"),
                _ => id.to_owned(),
            },
            status,
            inputs,
            outputs,
            token: (!self.is(Fault::DropsTheToken)).then(|| item.token.clone()),
        }
    }

    fn of(&self, target: &Target) -> Result<Item, ProviderError> {
        let item = self.items().get(&target.id).cloned();
        item.ok_or_else(|| match self.fault {
            Fault::AbsentIsInvalid => invalid("NoSuchBox"),
            _ => ProviderError::gone(&target.id),
        })
    }
}

fn invalid(code: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Invalid, code, "no")
}

#[async_trait]
impl Reader for Shelf {
    fn types(&self) -> &[&'static Type] {
        static TYPES: [&Type; 2] = [&BOX, &COUNT];
        match self.fault {
            Fault::ServesNothing => &[],
            _ => &TYPES,
        }
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let item = self.of(target)?;
        Ok(self.shown(&target.id, &item))
    }

    async fn read_many(&self, targets: &[Target]) -> Result<Vec<Option<Observed>>, ProviderError> {
        let items = self.items();
        let each = targets.iter();
        let each = each.map(|t| items.get(&t.id).map(|item| self.shown(&t.id, item)));
        let mut seen: Vec<_> = each.collect();
        if self.is(Fault::ListsOutOfOrder) {
            seen.sort_by_key(Option::is_none);
        }
        Ok(seen)
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        let items = self.items();
        let same = |item: &Item| {
            item.inputs.get("Name") == find.inputs.get("Name")
                && (item.token == find.token || self.is(Fault::TakesAnothers))
        };
        let found = items.iter().find(|(_, item)| same(item));
        let found = found.map(|(id, item)| self.shown(id, item));
        Ok(match self.fault {
            Fault::FindsNothing => None,
            Fault::FindsAnything if found.is_none() => {
                let item = Item {
                    inputs: find.inputs.clone(),
                    token: find.token.clone(),
                    lineage: String::new(),
                    deleted: false,
                };
                Some(self.shown("box-0", &item))
            }
            _ => found,
        })
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        let items = self.items();
        let ours = items.iter().filter(|(_, item)| match self.fault {
            Fault::OwnsNothing => false,
            Fault::OwnsEverything => true,
            _ => item.lineage == lineage,
        });
        let each = ours.map(|(id, item)| Owned {
            ty: BOX.name.to_owned(),
            id: id.clone(),
            token: item.token.clone(),
        });
        Ok(each.collect())
    }

    async fn look_up(
        &self,
        _: &'static Type,
        _: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let mut items = self.items();
        if self.is(Fault::AnswersAnew) {
            let item = Item {
                inputs: Map::new(),
                token: String::new(),
                lineage: String::new(),
                deleted: false,
            };
            let id = format!("box-{}", items.len());
            items.insert(id, item);
        }
        let count = ("Boxes".to_owned(), json!(items.len()));
        let answer = (!self.is(Fault::AnswersInPart)).then_some(count);
        Ok(answer.into_iter().collect())
    }
}

#[async_trait]
impl Provider for Shelf {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        let mut items = self.items();
        let made = |id: &str| Made {
            id: id.to_owned(),
            now: None,
        };
        let forgets = self.is(Fault::ForgetsTokens);
        if let Some((id, _)) = items.iter().find(|(_, i)| i.token == request.token)
            && !forgets
        {
            return Ok(made(id));
        }
        let mut named = items
            .values()
            .filter(|item| item.inputs.get("Name") == request.inputs.get("Name"));
        let free = self.is(Fault::SharesKeys) || forgets;
        if named.next().is_some() && !free {
            return Err(invalid("Exists"));
        }
        // The number of the last box is kept on the shelf.
        let last = items.keys().filter_map(|id| id.strip_prefix("box-"));
        let last = last.filter_map(|number| number.parse::<u32>().ok()).max();
        let number = last.unwrap_or(0) + 1;
        if self.is(Fault::NeverAgain) && number > 0 && request.lineage == "used" {
            return Err(invalid("Exists"));
        }
        let id = match self.fault {
            Fault::NoId => String::new(),
            _ => format!("box-{number}"),
        };
        let item = Item {
            inputs: request.inputs.clone(),
            token: request.token.clone(),
            lineage: request.lineage.clone(),
            deleted: false,
        };
        items.insert(id.clone(), item);
        Ok(made(&id))
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        if self.is(Fault::UpdatesTheAbsent) && !self.items().contains_key(&target.id) {
            return Ok(());
        }
        self.of(target)?;
        let mut items = self.items();
        let item = items.get_mut(&target.id).unwrap();
        let mut sent = fields.iter();
        let again = sent.all(|field| item.inputs.get(field) == request.inputs.get(field));
        if again && self.is(Fault::CountsUpdates) {
            item.inputs.insert("Labels".to_owned(), json!(["again"]));
        }
        for field in fields {
            if !self.is(Fault::UpdatesNothing) {
                let value = request.inputs.get(field).cloned();
                item.inputs.insert(field.clone(), value.unwrap());
            }
        }
        if self.is(Fault::UpdatesTooMuch) {
            item.inputs.insert("Labels".to_owned(), json!([]));
        }
        Ok(())
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        let absent = self.of(target).is_err();
        match self.fault {
            Fault::DeletesTwice if absent => return Ok(()),
            Fault::DeletesTwiceInvalid if absent => return Err(invalid("NoSuchBox")),
            Fault::NeverGone => return Ok(()),
            Fault::LeavesForEver => {
                self.items().get_mut(&target.id).unwrap().deleted = true;
                return Ok(());
            }
            _ => {}
        }
        self.of(target)?;
        let item = self.items().remove(&target.id);
        if self.is(Fault::NeverAgain) {
            // The name stays taken by what nobody can see.
            let item = Item {
                token: "nobody's".to_owned(),
                lineage: "nobody's".to_owned(),
                ..item.unwrap()
            };
            self.items().insert("hidden".to_owned(), item);
        }
        Ok(())
    }
}

fn sample() -> Sample {
    let inputs = json!({"Name": "a", "Labels": ["x", "y"], "Size": 1, "Code": "0000"});
    Sample::new(&BOX, inputs).changing("Size", json!(2))
}

async fn broken(fault: Fault) -> Vec<Broken> {
    let shelf = Shelf::with(fault);
    let world = SystemWorld::new();
    let mut broken = check(&shelf, &world, &sample()).await;
    let count = Sample::new(&COUNT, json!({}));
    broken.extend(check_lookup(&shelf, &world, &count).await);
    broken
}

#[tokio::test(start_paused = true)]
async fn a_good_provider_keeps_every_rule() {
    assert_eq!(broken(Fault::None).await, []);
}

/// Which rule notices which fault.
const NOTICED: [(Fault, Rule); 28] = [
    (Fault::ServesNothing, Rule::ServesItsType),
    (Fault::AbsentIsInvalid, Rule::AbsentIsGone),
    (Fault::NeverGone, Rule::AbsentIsGone),
    (Fault::FindsAnything, Rule::FindsNoOther),
    (Fault::NoId, Rule::GivesAnId),
    (Fault::OtherId, Rule::GivesAnId),
    (Fault::NeverReady, Rule::BecomesReady),
    (Fault::DropsAField, Rule::ShowsWhatWasSent),
    (Fault::ShowsWriteOnly, Rule::HidesWriteOnly),
    (Fault::DropsAnOutput, Rule::GivesItsOutputs),
    (Fault::DropsTheToken, Rule::CarriesItsToken),
    (Fault::ForgetsTokens, Rule::SameTokenSameObject),
    (Fault::SharesKeys, Rule::KeyIsClaimedOnce),
    (Fault::FindsNothing, Rule::FoundAgain),
    (Fault::TakesAnothers, Rule::NotTakenForAnothers),
    (Fault::ListsOutOfOrder, Rule::ListOmitsNothing),
    (Fault::OwnsNothing, Rule::OwnedIsListed),
    (Fault::OwnsEverything, Rule::OwnedIsListed),
    (Fault::UpdatesNothing, Rule::UpdatesInPlace),
    (Fault::UpdatesTooMuch, Rule::UpdatesInPlace),
    (Fault::CountsUpdates, Rule::RepeatedUpdateChangesNothing),
    (Fault::UpdatesTheAbsent, Rule::UpdateOfNothingIsGone),
    (Fault::LeavesForEver, Rule::DeletionEnds),
    (Fault::DeletesTwice, Rule::DeletedTwiceIsGone),
    (Fault::DeletesTwiceInvalid, Rule::DeletedTwiceIsGone),
    (Fault::NeverAgain, Rule::CanBeMadeAgain),
    (Fault::AnswersInPart, Rule::Answers),
    (Fault::AnswersAnew, Rule::AnswersAgain),
];

#[tokio::test(start_paused = true)]
async fn every_fault_is_noticed_by_its_rule() {
    for (fault, rule) in NOTICED {
        let broken = broken(fault).await;
        let rules: Vec<_> = broken.iter().map(|broken| broken.rule).collect();
        assert!(rules.contains(&rule), "{fault:?}: {broken:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_exception_holds_and_has_to_be_needed() {
    let world = SystemWorld::new();
    let excepted = sample().except(Rule::OwnedIsListed, "the shelf has no list");
    let shelf = Shelf::with(Fault::OwnsNothing);
    assert_eq!(check(&shelf, &world, &excepted).await, []);
    let idle = check(&Shelf::with(Fault::None), &world, &excepted).await;
    assert_eq!(idle.len(), 1);
    assert_eq!(
        idle[0].to_string(),
        "shelf.Box: ExceptionIsNeeded: OwnedIsListed is kept, though it is excepted because the shelf has no list"
    );
}

// --- a keyed service ---

static NOTE: Type = Type {
    name: "drawer.Note",
    provider: "drawer",
    recovery: Recovery::NaturalKey(&["Drawer", "Title"]),
    fields: &[
        f("Drawer", OnChange::Replace, Refs::No),
        f("Title", OnChange::Replace, Refs::No),
        f("Text", OnChange::InPlace, Refs::No),
    ],
    outputs: &[OutputFact::fixed("Place", "")],
    unique: &[Unique {
        fields: &["Title"],
        scope: Scope::Parent("Drawer"),
        code: "AlreadyExists",
        held_after_delete_s: 0,
    }],
    ..TYPE
};

/// A service that cannot keep tokens.
static PLAIN_NOTE: Type = Type {
    tags: Tagging::Never,
    ..NOTE
};

#[derive(Resource, Clone)]
#[resource(facts = NOTE, handle = NoteHandle { place: String })]
#[allow(dead_code)]
struct Note {
    drawer: Output<String>,
    title: Output<String>,
    text: Output<String>,
}

#[derive(Default)]
struct Drawers(Mutex<BTreeMap<String, Kept>>);

#[async_trait]
impl KeyedService for Drawers {
    type Resource = Note;

    async fn get(&self, key: &str) -> Result<Kept, ProviderError> {
        let kept = self.0.lock().unwrap().get(key).cloned();
        kept.ok_or_else(|| ProviderError::gone(key))
    }

    async fn put(&self, key: &str, note: ResolvedNote, tag: &str) -> Result<(), ProviderError> {
        let inputs = json!({"Drawer": note.drawer, "Title": note.title, "Text": note.text});
        let kept = Kept::new(inputs, json!({"Place": key})).tag(tag);
        self.0.lock().unwrap().insert(key.to_owned(), kept);
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), ProviderError> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn keys(&self) -> Result<Vec<String>, ProviderError> {
        Ok(self.0.lock().unwrap().keys().cloned().collect())
    }
}

#[tokio::test(start_paused = true)]
async fn a_keyed_service_keeps_the_rules() {
    let inputs = json!({"Drawer": "d", "Title": "t", "Text": "a"});
    let sample = Sample::new(&NOTE, inputs).changing("Text", json!("b"));
    let broken = check(&Drawers::default(), &SystemWorld::new(), &sample).await;
    assert_eq!(broken, []);
}

/// Shows whatever token is asked for.
struct Echo(Drawers);

#[async_trait]
impl Reader for Echo {
    fn types(&self) -> &[&'static Type] {
        self.0.types()
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        let seen = self.0.read(target).await?;
        let token = Some(target.token.clone());
        Ok(Observed { token, ..seen })
    }

    async fn find(&self, find: &Find) -> Result<Option<Observed>, ProviderError> {
        self.0.find(find).await
    }

    async fn owned(&self, lineage: &str) -> Result<Vec<Owned>, ProviderError> {
        self.0.owned(lineage).await
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        self.0.look_up(ty, inputs).await
    }
}

#[async_trait]
impl Provider for Echo {
    async fn create(&self, request: &Request) -> Result<Made, ProviderError> {
        self.0.create(request).await
    }

    async fn update(
        &self,
        target: &Target,
        request: &Request,
        fields: &[String],
    ) -> Result<(), ProviderError> {
        self.0.update(target, request, fields).await
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        self.0.delete(target).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_namesake_that_is_not_told_is_noticed() {
    let inputs = json!({"Drawer": "d", "Title": "t", "Text": "a"});
    let sample = Sample::new(&NOTE, inputs);
    let echo = Echo(Drawers::default());
    let broken = check(&echo, &SystemWorld::new(), &sample).await;
    let rules: Vec<_> = broken.iter().map(|broken| broken.rule).collect();
    assert_eq!(rules, [Rule::NamesakesAreTold], "{broken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_keyed_service_never_takes_what_somebody_else_made() {
    let drawers = Drawers::default();
    let request = |token: &str| Request {
        ty: &NOTE,
        inputs: match json!({"Drawer": "d", "Title": "t", "Text": "a"}) {
            Value::Object(inputs) => inputs,
            _ => unreachable!(),
        },
        token: token.to_owned(),
        lineage: String::new(),
        stack: String::new(),
        path: String::new(),
    };
    let made = drawers.create(&request("mine")).await.unwrap();
    assert_eq!(made.id, "d/t");
    let refused = drawers.create(&request("other")).await.unwrap_err();
    assert_eq!(refused.code, "AlreadyExists");
    let target = Target {
        ty: &PLAIN_NOTE,
        id: made.id,
        inputs: Map::new(),
        token: "other".to_owned(),
    };
    let gone = drawers.delete(&target).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::Gone);
    assert_eq!(drawers.0.lock().unwrap().len(), 1);
}
