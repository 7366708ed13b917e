//! The rules, and what is broken.

use std::fmt;

/// One thing that a provider owes to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// It says that it serves the type.
    ServesItsType,
    /// Reading what does not exist is `Gone`, before it is made and after it
    /// is deleted.
    AbsentIsGone,
    /// Looking for what does not exist finds nothing, before it is made and
    /// after it is deleted.
    FindsNoOther,
    /// A creation gives an id, and reading by it shows that id.
    GivesAnId,
    /// What is made becomes ready within twenty times its typical duration
    /// and ten minutes.
    BecomesReady,
    /// A read shows the fields that were sent, in the same canonical form.
    ShowsWhatWasSent,
    /// A read never shows fields that are write-only.
    HidesWriteOnly,
    /// A ready object has every output that the type declares.
    GivesItsOutputs,
    /// An object of a type with ownership tags shows its birth token.
    CarriesItsToken,
    /// A creation that is repeated with the same token makes no second
    /// object, for types that take one.
    SameTokenSameObject,
    /// A creation that would claim a unique key again is refused.
    KeyIsClaimedOnce,
    /// An object whose creation had no answer is found again, within the
    /// consistency window.
    FoundAgain,
    /// An object of another birth is not taken for it, for types with
    /// ownership tags.
    NotTakenForAnothers,
    /// A list shows what a direct read shows, in the order that was asked, and
    /// nothing for what does not exist.
    ListOmitsNothing,
    /// The objects of a lineage are listed with their tokens, and those of
    /// others are not, for types with ownership tags.
    OwnedIsListed,
    /// An update changes the named fields and nothing else; the object keeps
    /// its id and its fixed outputs.
    UpdatesInPlace,
    /// An update that is repeated changes nothing.
    RepeatedUpdateChangesNothing,
    /// Updating what does not exist is `Gone`.
    UpdateOfNothingIsGone,
    /// A deletion ends, within twenty times its typical duration and ten
    /// minutes.
    DeletionEnds,
    /// Deleting what does not exist is `Gone`.
    DeletedTwiceIsGone,
    /// What was deleted can be made again, once its key is free.
    CanBeMadeAgain,
    /// What is made again under the name of an object that is gone can be told
    /// from it, by whoever still asks for that one: it is `Gone`, or another
    /// token shows, or other outputs that the cloud makes up. For types whose
    /// objects are called by a name and have one of the two.
    NamesakesAreTold,
    /// A look-up gives every output that it declares.
    Answers,
    /// A look-up that is asked twice gives the same answer.
    AnswersAgain,
    /// An exception is needed: its rule is broken without it.
    ExceptionIsNeeded,
}

/// A rule that was not kept, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// The type of the object.
    pub ty: &'static str,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {:?}: {}", self.ty, self.rule, self.what)
    }
}
