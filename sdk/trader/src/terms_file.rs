//! The terms of a credit as a file that people read, write and send to each other: TOML, with amounts in whole units of
//! the asset, shares in per cent, spans in days, and moments as dates of the credit's own calendar.
//!
//! | a date under | means |
//! | --- | --- |
//! | `credit.expiry` | the last day on which documents can be presented |
//! | `credit.latest_shipment` | the last day that the transport document may bear |
//! | `credit.retention.release` | the day from whose beginning on what was held back is due |
//! | `after` in a condition | the condition holds once the day is over |
//! | `before` in a condition | the condition holds until the day begins |
//!
//! A moment of RFC 3339 (`2027-03-01T17:00:00+08:00`) means just that moment. Addresses are hexadecimal, or names that
//! the caller resolves. What the trade has a usual answer to may be left out (five working days to examine, 21 days
//! from shipment to presentation, a week to respond); money and parties may not. [`template`] has complete files to
//! start from.
//!
//! Reading and writing are exact: an agreement that is written and read again is the same agreement, to its hash.

mod advice;
mod changes;
mod explain;
mod reader;
pub mod template;
mod tree;
mod writer;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use florin_trade::{
    calendar::Calendar,
    condition::ConditionError,
    terms::{Agreement, DocumentKind, Sealed, MAXIMUM_DOCUMENTS, MAXIMUM_MILESTONES},
    EscrowError, Hash,
};
use florin_units::{Seconds, Timestamp};

use crate::{
    amount::{AmountError, Unit},
    file::{self, FileError},
    hash::{keccak, HexError},
    moment::{self, MomentError, When},
    names::{NameError, Names},
    text::harmless,
};

pub use advice::Warning;
pub use changes::{changes, Change, ChangesError};

/// What the first key of a file says.
pub const FORMAT: &str = "florin terms 1";

/// Terms with what a file says beyond them: how documents and milestones are called, and where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsFile {
    /// The terms.
    pub agreement: Agreement,
    /// What the asset is called; none where nobody has said.
    pub symbol: Option<String>,
    documents: [Option<String>; MAXIMUM_DOCUMENTS],
    milestones: [Option<String>; MAXIMUM_MILESTONES],
    places: Places,
}

/// Where things stand in the file, by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places {
    keys: BTreeMap<String, usize>,
    nodes: Vec<Option<usize>>,
    facts: Vec<Option<usize>>,
}

impl TermsFile {
    /// Reads a file. Names of other files in it are taken from its own folder.
    ///
    /// # Errors
    /// [`TermsFileError`].
    pub fn read(path: &Path, names: &dyn Names) -> Result<Self, TermsFileError> {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Self::parse(&file::read(path)?, &folder, names)
    }

    /// Reads a text. Names of other files in it are taken from a folder.
    ///
    /// # Errors
    /// [`TermsFileError`].
    pub fn parse(text: &str, folder: &Path, names: &dyn Names) -> Result<Self, TermsFileError> {
        reader::read(text, folder, names)
    }

    /// Terms that come from elsewhere, from the chain for one. Documents are called by what they are.
    pub fn of(agreement: Agreement, symbol: Option<String>) -> Self {
        let documents = reader::document_names(&agreement);
        let mut milestones = <[Option<String>; MAXIMUM_MILESTONES]>::default();
        for (place, slot) in milestones.iter_mut().enumerate() {
            *slot = agreement.checklist.milestones[place].map(|_| reader::milestone_name(place));
        }
        // What an asset calls itself is its contract's word.
        let symbol = symbol.map(|symbol| harmless(symbol.trim()));
        Self { agreement, symbol, documents, milestones, places: Places::default() }
    }

    /// Writes the terms as a text that reads back as the same agreement. Addresses are written out, since a name may
    /// mean somebody else in another address book; their names stand beside them.
    ///
    /// # Errors
    /// [`UnwritableError`], for terms that no file can say and nobody should sign.
    pub fn to_text(&self, names: &dyn Names) -> Result<String, UnwritableError> {
        writer::write(self, names)
    }

    /// Writes the terms into a file.
    ///
    /// # Errors
    /// [`UnwritableError`].
    pub fn write(&self, path: &Path, names: &dyn Names) -> Result<(), UnwritableError> {
        Ok(file::write(path, &self.to_text(names)?)?)
    }

    /// Checks the terms as the contract will when they are drafted.
    ///
    /// # Errors
    /// The first rule that is broken, in words, with the key and what to write instead.
    pub fn check(&self, now: Timestamp) -> Result<(), Complaint> {
        self.agreement.validate(now).map_err(|error| self.explain(&error, now))
    }

    /// What the contract has against the terms, in words.
    pub fn explain(&self, error: &EscrowError, now: Timestamp) -> Complaint {
        explain::explain(self, error, now)
    }

    /// What somebody who has seen credits go wrong would say about the terms. None of it is an error.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        advice::warnings(self, now)
    }

    /// The agreement with its hash.
    pub fn sealed(&self) -> Sealed {
        Sealed::new(self.agreement, keccak)
    }

    /// The hash by which the agreement is known.
    pub fn hash(&self) -> Hash {
        self.agreement.hash(keccak)
    }

    /// The line of a key, where the file has it.
    pub fn line(&self, key: &str) -> Option<usize> {
        self.places.keys.get(key).copied()
    }

    fn at(&self, key: impl Into<String>) -> At {
        let key = key.into();
        At { line: self.line(&key), key }
    }

    /// How a document is called, by its place in the checklist; `#2` where there is none in that place.
    pub fn label(&self, place: usize) -> String {
        let is_there = self.agreement.checklist.documents.get(place).is_some_and(Option::is_some);
        match self.documents.get(place).and_then(Option::as_ref) {
            Some(name) if is_there => name.clone(),
            // The usual names are what a reader takes where none stands.
            None if is_there => {
                reader::document_names(&self.agreement).get(place).cloned().flatten().unwrap_or_default()
            }
            _ => format!("#{place}"),
        }
    }

    /// How a milestone is called, by its place.
    pub fn milestone_label(&self, place: usize) -> String {
        let name = self.milestones.get(place).and_then(Option::as_ref);
        name.map_or_else(|| reader::milestone_name(place), String::clone)
    }

    /// What amounts are counted in. The decimals are those of the terms, whatever is said beside them.
    pub fn unit(&self) -> Unit {
        Unit { symbol: self.symbol.clone(), decimals: self.agreement.terms.asset.decimals }
    }
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The line, counted from one; none for what the file does not have.
    pub line: Option<usize>,
    /// The key with its tables, such as `credit.expiry`.
    pub key: String,
}

impl core::fmt::Display for At {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "`{}`", self.key)
    }
}

/// A rule of the contract that the terms break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at} {problem}; {advice}")]
pub struct Complaint {
    /// Where.
    pub at: At,
    /// What is wrong, to be read after the key.
    pub problem: String,
    /// What to write instead.
    pub advice: String,
    /// The rule, as the contract names it.
    pub error: Box<EscrowError>,
}

/// A file that holds no terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsFileError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no TOML.
    #[error(
        "{}{cause}; put that right first, a template shows how it is written",
        line.map(|line| format!("line {line}: ")).unwrap_or_default()
    )]
    Syntax {
        /// The line, where it is known.
        line: Option<usize>,
        /// What is wrong.
        cause: String,
    },
    /// A key says what it cannot say.
    #[error("{at}: {problem}")]
    Wrong {
        /// Where.
        at: At,
        /// What is wrong.
        problem: Problem,
    },
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file is of another kind or version.
    #[error(
        "this is {found:?}, and {FORMAT:?} is expected; is it the right file, and the right version of this program?"
    )]
    Format {
        /// What it says.
        found: String,
    },
    /// Something has to be said and is not.
    #[error("this is missing, and nobody can guess it; {advice}")]
    Missing {
        /// What to write.
        advice: &'static str,
    },
    /// There is no such key.
    #[error(
        "there is no such key{}; {}",
        nearest.as_ref().map(|near| format!(", is `{near}` meant?")).unwrap_or_default(), known_keys(known)
    )]
    Unknown {
        /// The key that is spelt most like it.
        nearest: Option<String>,
        /// Keys that there are.
        known: Vec<String>,
    },
    /// The value is of another kind.
    #[error("{found} stands where {expected} is expected; write it like {example}")]
    Kind {
        /// What is there.
        found: &'static str,
        /// What should be there.
        expected: &'static str,
        /// An example.
        example: &'static str,
    },
    /// It is none of a few words.
    #[error("{found:?} is not known here; write {}", known.join(", "))]
    Word {
        /// What it says.
        found: String,
        /// What it can say.
        known: Vec<String>,
    },
    /// It is no amount or share.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// It is no date, moment or span.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// It names nobody.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It is no hash.
    #[error(transparent)]
    Hash(#[from] HexError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// There are more than a credit can have.
    #[error("there are {given} {what}, a credit has {maximum} at most; leave some out, or draft a second credit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        given: usize,
        /// At most.
        maximum: usize,
    },
    /// A number is too small or too large for what it counts.
    #[error("{found} is out of range; write a number from {minimum} to {maximum}")]
    Range {
        /// The number.
        found: String,
        /// The least.
        minimum: u64,
        /// The most.
        maximum: u64,
    },
    /// Two are called the same.
    #[error("{name:?} stands here twice; give each of them its own name")]
    Twice {
        /// The name.
        name: String,
    },
    /// A name that means something else.
    #[error("{name:?} cannot be a name; a name is not empty, does not begin with # and has letters that can be seen")]
    Reserved {
        /// The name.
        name: String,
    },
    /// Two documents or milestones claim one place.
    #[error("place {place} is taken by another one; give each its own place, or none of them any")]
    PlaceTaken {
        /// The place, counted from zero as the contract does.
        place: u64,
    },
    /// There is no document of this name.
    #[error("no document is called {name:?}; there are: {}", known.join(", "))]
    UnknownDocument {
        /// The name.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// A holiday that the calendar's list cannot hold.
    #[error(
        "{holiday} is not within the {days} days of the calendar's list, which begins with {first}; \
         leave holidays out that are over before the credit begins, or set `calendar.first_day` to an earlier day"
    )]
    HolidayOutside {
        /// The holiday.
        holiday: String,
        /// The first day of the list.
        first: String,
        /// Days of the list.
        days: u64,
    },
    /// A condition that says nothing, or several things at once.
    #[error(
        "a condition says exactly one thing, and this says {found}; write one of all, any, at_least with of, \
         signature, attestors, document, after, before, preimage, feed, title or fact"
    )]
    NotOneThing {
        /// What it says.
        found: String,
    },
    /// A fact is written in two ways.
    #[error(
        "the facts are listed under [[conditions.facts]], so conditions name them by number; write {{ fact = 0 }}"
    )]
    FactsAreListed,
    /// A fact is named by number, and there is no list.
    #[error("there is no list of facts; write the fact itself, such as {{ signature = \"inspector\" }}")]
    NoFacts,
}

fn known_keys(known: &[String]) -> String {
    if known.is_empty() {
        "nothing belongs here".to_owned()
    } else {
        format!("keys here are: {}", known.join(", "))
    }
}

/// Terms that no file can say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnwritableError {
    /// The conditions have no shape.
    #[error("the conditions mean nothing ({0}), so they cannot be written down; do not sign these terms")]
    Conditions(ConditionError),
    /// The weekend names a day that weeks do not have.
    #[error("the weekend names a day that weeks do not have, so it cannot be written down; do not sign these terms")]
    Weekend,
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Which moment of a day a date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// The first moment of the day.
    Begin,
    /// The last second of the day.
    Last,
    /// The first moment after the day.
    End,
}

impl Edge {
    fn moment(self, when: When, calendar: &Calendar) -> Timestamp {
        let day = match when {
            When::Moment(moment) => return moment,
            When::Date(day) => u32::try_from(day).unwrap_or(u32::MAX),
        };
        match self {
            Self::Begin => calendar.start_of(day),
            Self::End => calendar.start_of(day.saturating_add(1)),
            Self::Last => before(calendar.start_of(day.saturating_add(1))),
        }
    }

    /// The day whose edge a moment is.
    fn day(self, moment: Timestamp, calendar: &Calendar) -> Option<u64> {
        let day = match self {
            Self::Begin | Self::Last => calendar.day_of(moment),
            Self::End => calendar.day_of(before(moment)),
        };
        let day = u64::from(day);
        (self.moment(When::Date(day), calendar) == moment).then_some(day)
    }

    /// The moment as a date of the calendar where it is one, else as a moment of universal time.
    fn text(self, moment: Timestamp, calendar: &Calendar) -> String {
        let date = self.day(moment, calendar).and_then(moment::format_date);
        date.unwrap_or_else(|| moment::format(moment))
    }
}

fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_raw(moment.raw().saturating_sub(1))
}

/// A number of days.
const fn days(days: u64) -> Seconds {
    Seconds::from_raw(days * moment::DAY)
}

/// The word for a kind of document, and what people call it.
const KINDS: [(DocumentKind, &str, &str); 8] = [
    (DocumentKind::Invoice, "invoice", "commercial invoice"),
    (DocumentKind::Transport, "transport", "transport document"),
    (DocumentKind::Insurance, "insurance", "insurance document"),
    (DocumentKind::Inspection, "inspection", "certificate of inspection"),
    (DocumentKind::Origin, "origin", "certificate of origin"),
    (DocumentKind::Packing, "packing", "packing list"),
    (DocumentKind::Customs, "customs", "customs declaration"),
    (DocumentKind::Other, "other", "other document"),
];

/// What people call a kind of document.
pub fn kind_name(kind: DocumentKind) -> &'static str {
    KINDS.iter().find(|(known, _, _)| *known == kind).map_or("document", |(_, _, name)| name)
}

/// A path in a file, from the folder in which the file is.
fn beside(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
