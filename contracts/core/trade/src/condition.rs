//! Conditions under which a credit is paid without a presentation: a tree of at most 32 nodes over at most ten facts.
//!
//! The tree is a flat list in which operands stand before their operator, so it is evaluated by one walk with a stack
//! of bits: no recursion, no heap, the same cost for every shape.

use crate::right::{Standing, Title};
use crate::terms::{bit, Checklist, Terms, MAXIMUM_DOCUMENTS};
use crate::{digest, Address, EscrowId, Hash, NOBODY};
use florin_units::{error_codes, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most nodes of a tree.
pub const MAXIMUM_NODES: usize = 32;
/// The most facts that a tree can ask for.
pub const MAXIMUM_FACTS: usize = 10;
/// The most signatures that can be brought at once.
pub const MAXIMUM_SIGNERS: usize = 8;
/// The most preimages that can be revealed at once.
pub const MAXIMUM_PREIMAGES: usize = 2;
/// The most values of an oracle that can be brought at once.
pub const MAXIMUM_READINGS: usize = 4;
/// The most titles that can be brought at once.
pub const MAXIMUM_TITLES: usize = 1;
/// What somebody signs for a condition.
const APPROVAL: &[u8] = b"Approval(uint256 escrow,bytes32 agreement)";
/// The most accounts that facts can name: one each, and an issuer of each document.
const MAXIMUM_NAMED: usize = MAXIMUM_FACTS + MAXIMUM_DOCUMENTS;

/// A node of the tree. An operator takes the results of the nodes before it, the nearest ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Node {
    /// Whether a fact holds.
    #[codec(index = 0)]
    Fact(u8),
    /// Whether all of so many hold.
    #[codec(index = 1)]
    All(u8),
    /// Whether one or more of so many hold.
    #[codec(index = 2)]
    Any(u8),
    /// Whether enough of so many hold.
    #[codec(index = 3)]
    AtLeast {
        /// How many have to hold.
        threshold: u8,
        /// Of how many.
        of: u8,
    },
}

/// What is brought to show that conditions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Proof {
    /// A signature.
    #[codec(index = 0)]
    Signature,
    /// A preimage.
    #[codec(index = 1)]
    Preimage,
    /// A value of an oracle.
    #[codec(index = 2)]
    Reading,
    /// A title.
    #[codec(index = 3)]
    Title,
}

/// Why conditions mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ConditionError {
    /// There is no node.
    #[codec(index = 0)]
    Empty,
    /// A node follows a gap in the list.
    #[codec(index = 1)]
    Gap {
        /// Place of the node.
        node: u8,
    },
    /// An operator over nothing would hold by itself.
    #[codec(index = 2)]
    EmptyGroup {
        /// Place of the node.
        node: u8,
    },
    /// An operator takes more results than there are.
    #[codec(index = 3)]
    MissingOperands {
        /// Place of the node.
        node: u8,
        /// What it takes.
        needed: u8,
        /// What there is.
        available: u8,
    },
    /// A threshold of none would hold by itself, one above the number of operands never.
    #[codec(index = 4)]
    ThresholdOutOfBounds {
        /// Place of the node.
        node: u8,
        /// The threshold.
        threshold: u8,
        /// Of how many.
        of: u8,
    },
    /// More than one result is left at the end.
    #[codec(index = 5)]
    Leftover {
        /// Results left.
        results: u8,
    },
    /// A node asks for a fact that is not there.
    #[codec(index = 6)]
    UnknownFact {
        /// The fact.
        fact: u8,
    },
    /// A fact about a document that is not required.
    #[codec(index = 7)]
    UnknownDocument {
        /// The fact.
        fact: u8,
    },
    /// A set of attestors needs none of its signatures, or more than it has members.
    #[codec(index = 8)]
    AttestorsOutOfBounds {
        /// The fact.
        fact: u8,
        /// Signatures needed.
        threshold: u8,
        /// Attestors who are different from each other.
        attestors: u8,
    },
    /// The facts ask for more than can be brought at once, so that they could never all be shown.
    #[codec(index = 9)]
    TooManyProofs {
        /// Of what.
        proof: Proof,
        /// How many are needed for all facts.
        needed: u8,
        /// How many can be brought.
        maximum: u8,
    },
    /// A fact about an account that is nobody's.
    #[codec(index = 10)]
    Nobody {
        /// The fact.
        fact: u8,
    },
}

error_codes!(ConditionError {
    Empty = 0, "there is no condition";
    Gap = 1, "a node follows a gap";
    EmptyGroup = 2, "an operator has no operands";
    MissingOperands = 3, "an operator takes more than there is";
    ThresholdOutOfBounds = 4, "a threshold is zero or above the number of operands";
    Leftover = 5, "more than one result is left";
    UnknownFact = 6, "there is no such fact";
    UnknownDocument = 7, "the fact is about a document that is not required";
    AttestorsOutOfBounds = 8, "the number of attestors needed is zero or more than there are";
    TooManyProofs = 9, "the facts ask for more than can be brought at once";
    Nobody = 10, "the fact is about an account that is nobody's";
});

/// The nodes, operands before operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Tree {
    /// The list; it ends with the first gap.
    pub nodes: [Option<Node>; MAXIMUM_NODES],
}

/// Results of nodes that no operator has taken yet; the lowest bit is the latest.
#[derive(Clone, Copy, Default)]
struct Stack {
    bits: u64,
    depth: u8,
}

impl Stack {
    /// Depth is at most the number of nodes, so no bit is ever shifted out.
    fn push(&mut self, result: bool) {
        self.bits = (self.bits << 1) | u64::from(result);
        self.depth = self.depth.saturating_add(1);
    }

    /// How many of the latest results hold. Errors: [`ConditionError::EmptyGroup`],
    /// [`ConditionError::MissingOperands`].
    fn take(&mut self, node: u8, of: u8) -> Result<u32, ConditionError> {
        if of == 0 {
            return Err(ConditionError::EmptyGroup { node });
        }
        let missing = ConditionError::MissingOperands { node, needed: of, available: self.depth };
        self.depth = self.depth.checked_sub(of).ok_or(missing)?;
        // Not more than the depth, which is at most 32.
        let taken = self.bits & ((1u64 << of) - 1);
        self.bits >>= of;
        Ok(taken.count_ones())
    }
}

impl Tree {
    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.iter().all(Option::is_none)
    }

    /// Evaluates the tree, each node once. `holds` tells whether a fact holds.
    ///
    /// # Errors
    /// [`ConditionError`], for a tree that means nothing; whether it does depends on its shape only.
    pub fn evaluate(&self, holds: impl Fn(u8) -> bool) -> Result<bool, ConditionError> {
        let mut stack = Stack::default();
        let mut ended = false;
        for (place, node) in self.nodes.iter().enumerate() {
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            let Some(node) = *node else {
                ended = true;
                continue;
            };
            if ended {
                return Err(ConditionError::Gap { node: place });
            }
            let result = match node {
                Node::Fact(fact) => holds(fact),
                Node::All(of) => stack.take(place, of)? == u32::from(of),
                Node::Any(of) => stack.take(place, of)? > 0,
                Node::AtLeast { threshold, of } => {
                    if threshold == 0 || threshold > of {
                        return Err(ConditionError::ThresholdOutOfBounds { node: place, threshold, of });
                    }
                    stack.take(place, of)? >= u32::from(threshold)
                }
            };
            stack.push(result);
        }
        match stack.depth {
            0 => Err(ConditionError::Empty),
            1 => Ok(stack.bits & 1 == 1),
            results => Err(ConditionError::Leftover { results }),
        }
    }
}

/// Struct hash (EIP-712) of a signature that a condition asks for: that this credit, by this agreement, may be paid.
/// `keccak` is Keccak-256.
pub fn approval_hash(escrow: EscrowId, agreement: &Hash, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    digest::words(&[keccak(APPROVAL), digest::number(escrow), *agreement], &keccak)
}

/// How an oracle's value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Comparison {
    /// It has to be this or more.
    #[codec(index = 0)]
    AtLeast,
    /// It has to be this or less.
    #[codec(index = 1)]
    AtMost,
}

/// What a title has to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum TitleFact {
    /// The applicant is owner and holder.
    #[codec(index = 0)]
    WithApplicant,
    /// The beneficiary is owner and holder.
    #[codec(index = 1)]
    WithBeneficiary,
    /// It was surrendered to its issuer, or retired after that.
    #[codec(index = 2)]
    Surrendered,
}

/// Something that is so or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Fact {
    /// Somebody has signed that the credit may be paid.
    #[codec(index = 0)]
    Signature {
        /// Who.
        by: Address,
    },
    /// Enough of the issuers of these documents have signed that the credit may be paid. Whoever issues several of them
    /// counts once.
    #[codec(index = 1)]
    Attestors {
        /// A bit for each document.
        documents: u8,
        /// How many signatures are needed.
        threshold: u8,
    },
    /// A document was part of a presentation that was honoured, and complied: one that was waived does not count. An
    /// amendment starts the count anew.
    #[codec(index = 2)]
    Document {
        /// Its place in the checklist.
        place: u8,
    },
    /// The moment has come.
    #[codec(index = 3)]
    After {
        /// The first moment at which it holds.
        moment: Timestamp,
    },
    /// The moment has not come yet.
    #[codec(index = 4)]
    Before {
        /// The first moment at which it does not hold any more.
        moment: Timestamp,
    },
    /// Somebody knows the preimage, of 32 bytes, of a Keccak-256 hash.
    #[codec(index = 5)]
    Preimage {
        /// The hash.
        hash: Hash,
    },
    /// A value of the oracle that stands beside the facts, observed not too long ago, compares.
    #[codec(index = 6)]
    Oracle {
        /// The feed.
        feed: u32,
        /// How it is compared.
        comparison: Comparison,
        /// With what, in the feed's unit.
        value: u128,
        /// How old it may be.
        maximum_age: Seconds,
    },
    /// The state of a title of the registry and the issuer that stand beside the facts.
    #[codec(index = 7)]
    Title {
        /// Hash of its document.
        document: Hash,
        /// What it has to be like.
        state: TitleFact,
    },
}

/// The facts that a tree asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Facts {
    /// The oracle whose values count; nobody where none does.
    pub oracle: Address,
    /// The registry whose titles count; nobody where none does.
    pub titles: Address,
    /// Whose titles count there; nobody where none does.
    pub title_issuer: Address,
    /// The list; nodes name a fact by its place.
    pub facts: [Option<Fact>; MAXIMUM_FACTS],
}

/// An oracle's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The feed.
    pub feed: u32,
    /// Its value.
    pub value: u128,
    /// When it was observed.
    pub observed_at: Timestamp,
}

/// What somebody brings to show that conditions hold. All of it was verified: signatures over this credit and its
/// agreement, hashes of what was revealed, values read from the oracle that stands beside the facts, and the record of
/// a title read from the registry that stands there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Who has signed.
    pub signers: [Option<Address>; MAXIMUM_SIGNERS],
    /// Hashes whose preimage was revealed.
    pub preimages: [Option<Hash>; MAXIMUM_PREIMAGES],
    /// Values of an oracle.
    pub readings: [Option<Reading>; MAXIMUM_READINGS],
    /// A title.
    pub title: Option<Title>,
}

impl Evidence {
    fn is_signed_by(&self, account: &Address) -> bool {
        self.signers.iter().flatten().any(|signer| signer == account)
    }
}

/// Everything by which facts are judged.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was brought.
    pub evidence: &'a Evidence,
    /// The documents and their issuers.
    pub checklist: &'a Checklist,
    /// The parties.
    pub terms: &'a Terms,
    /// A bit for each document that complied in presentations that were honoured.
    pub documents: u8,
    /// The time.
    pub now: Timestamp,
}

/// How many different values there are among those that facts can name.
fn distinct<T: Copy + PartialEq>(values: impl Iterator<Item = T>) -> usize {
    let mut seen = [None; MAXIMUM_NAMED];
    let mut count: usize = 0;
    for value in values {
        if seen.contains(&Some(value)) {
            continue;
        }
        if let Some(slot) = seen.get_mut(count) {
            *slot = Some(value);
        }
        count = count.saturating_add(1);
    }
    count
}

/// Errors: [`ConditionError::TooManyProofs`].
fn check_room(proof: Proof, needed: usize, maximum: usize) -> Result<(), ConditionError> {
    if needed <= maximum {
        return Ok(());
    }
    let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    Err(ConditionError::TooManyProofs { proof, needed: small(needed), maximum: small(maximum) })
}

/// Issuers of the documents in a mask, each of them once.
pub fn attestors(checklist: &Checklist, documents: u8) -> impl Iterator<Item = Address> + '_ {
    let chosen = move |place: usize| documents & bit(place) != 0;
    let issuers = checklist.documents.iter().enumerate();
    issuers.filter_map(move |(place, document)| {
        let issuer = document.filter(|_| chosen(place))?.issuer;
        let mut earlier = checklist.documents.iter().enumerate().take(place);
        let is_again = earlier.any(|(at, other)| chosen(at) && other.is_some_and(|other| other.issuer == issuer));
        (!is_again).then_some(issuer)
    })
}

impl Fact {
    /// Whether the fact holds.
    pub fn holds(&self, known: &Known<'_>) -> bool {
        let evidence = known.evidence;
        match *self {
            Self::Signature { by } => evidence.is_signed_by(&by),
            Self::Attestors { documents, threshold } => {
                let signed = attestors(known.checklist, documents).filter(|issuer| evidence.is_signed_by(issuer));
                signed.count() >= usize::from(threshold)
            }
            Self::Document { place } => known.documents & bit(usize::from(place)) != 0,
            Self::After { moment } => known.now >= moment,
            Self::Before { moment } => known.now < moment,
            Self::Preimage { hash } => evidence.preimages.iter().flatten().any(|revealed| *revealed == hash),
            Self::Oracle { feed, comparison, value, maximum_age } => {
                let mut readings = evidence.readings.iter().flatten();
                readings.any(|reading| {
                    // A value from the future is no observation.
                    let is_usable = reading.observed_at <= known.now;
                    let is_fresh = known.now.since(reading.observed_at) <= maximum_age;
                    let compares = match comparison {
                        Comparison::AtLeast => reading.value >= value,
                        Comparison::AtMost => reading.value <= value,
                    };
                    reading.feed == feed && is_usable && is_fresh && compares
                })
            }
            Self::Title { document, state } => evidence.title.is_some_and(|title| {
                let is_with = |party: Address| {
                    title.standing == Standing::Active && title.owner == party && title.holder == party
                };
                title.document == document
                    && match state {
                        TitleFact::WithApplicant => is_with(known.terms.applicant),
                        TitleFact::WithBeneficiary => is_with(known.terms.beneficiary),
                        TitleFact::Surrendered => matches!(title.standing, Standing::Surrendered | Standing::Retired),
                    }
            }),
        }
    }

    fn validate(&self, fact: u8, facts: &Facts, checklist: &Checklist) -> Result<(), ConditionError> {
        match *self {
            Self::Attestors { documents, threshold } => {
                if documents & !checklist.mask() != 0 {
                    return Err(ConditionError::UnknownDocument { fact });
                }
                let attestors = u8::try_from(attestors(checklist, documents).count()).unwrap_or(u8::MAX);
                if threshold == 0 || threshold > attestors {
                    return Err(ConditionError::AttestorsOutOfBounds { fact, threshold, attestors });
                }
                Ok(())
            }
            Self::Document { place } if checklist.mask() & bit(usize::from(place)) == 0 => {
                Err(ConditionError::UnknownDocument { fact })
            }
            Self::Signature { by: NOBODY } => Err(ConditionError::Nobody { fact }),
            Self::Oracle { .. } if facts.oracle == NOBODY => Err(ConditionError::Nobody { fact }),
            Self::Title { .. } if facts.titles == NOBODY || facts.title_issuer == NOBODY => {
                Err(ConditionError::Nobody { fact })
            }
            _ => Ok(()),
        }
    }

    /// Whose signature it asks for.
    pub fn signature(&self) -> Option<Address> {
        match *self {
            Self::Signature { by } => Some(by),
            _ => None,
        }
    }

    /// Of the issuers of which documents it asks for how many signatures.
    pub fn attestation(&self) -> Option<(u8, u8)> {
        match *self {
            Self::Attestors { documents, threshold } => Some((documents, threshold)),
            _ => None,
        }
    }

    /// Which preimage it asks for.
    pub fn preimage(&self) -> Option<Hash> {
        match *self {
            Self::Preimage { hash } => Some(hash),
            _ => None,
        }
    }

    /// Which title it asks for.
    pub fn title(&self) -> Option<Hash> {
        match *self {
            Self::Title { document, .. } => Some(document),
            _ => None,
        }
    }

    /// Which feed it asks for.
    pub fn feed(&self) -> Option<u32> {
        match *self {
            Self::Oracle { feed, .. } => Some(feed),
            _ => None,
        }
    }
}

/// The tree and its facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Conditions {
    /// The tree.
    pub tree: Tree,
    /// What it asks for.
    pub facts: Facts,
}

impl Conditions {
    /// Whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    fn fact(&self, place: u8) -> Option<Fact> {
        self.facts.facts.get(usize::from(place)).copied().flatten()
    }

    /// The facts that the tree asks for, each of them once. What stands beside them in the list shows nothing.
    pub fn asked(&self) -> impl Iterator<Item = Fact> + '_ {
        let facts = self.facts.facts.iter().enumerate();
        facts.filter_map(move |(place, fact)| {
            let node = Node::Fact(u8::try_from(place).ok()?);
            fact.filter(|_| self.tree.nodes.contains(&Some(node)))
        })
    }

    /// Everybody whose signature can show a fact that the tree asks for. Who is asked for by several facts comes with
    /// each of them.
    pub fn signers<'a>(&'a self, checklist: &'a Checklist) -> impl Iterator<Item = Address> + 'a {
        let attestations = self.asked().filter_map(|fact| fact.attestation());
        let issuers = attestations.flat_map(move |(documents, _)| attestors(checklist, documents));
        self.asked().filter_map(|fact| fact.signature()).chain(issuers)
    }

    /// All facts together can be shown by one [`Evidence`]. Of attestors as many count as are needed, or all of them
    /// where that comes to less, since whoever signs for several facts signs once. Errors:
    /// [`ConditionError::TooManyProofs`].
    fn check_proofs(&self, checklist: &Checklist) -> Result<(), ConditionError> {
        let attestations = || self.asked().filter_map(|fact| fact.attestation());
        let all = distinct(self.signers(checklist));
        let thresholds: usize = attestations().map(|(_, threshold)| usize::from(threshold)).sum();
        let signed = distinct(self.asked().filter_map(|fact| fact.signature()));
        check_room(Proof::Signature, all.min(signed.saturating_add(thresholds)), MAXIMUM_SIGNERS)?;
        let preimages = distinct(self.asked().filter_map(|fact| fact.preimage()));
        check_room(Proof::Preimage, preimages, MAXIMUM_PREIMAGES)?;
        let feeds = distinct(self.asked().filter_map(|fact| fact.feed()));
        check_room(Proof::Reading, feeds, MAXIMUM_READINGS)?;
        let titles = distinct(self.asked().filter_map(|fact| fact.title()));
        check_room(Proof::Title, titles, MAXIMUM_TITLES)
    }

    /// Whether the conditions hold.
    ///
    /// # Errors
    /// [`ConditionError`], for conditions that would not have been signed.
    pub fn hold(&self, known: &Known<'_>) -> Result<bool, ConditionError> {
        self.tree.evaluate(|place| self.fact(place).is_some_and(|fact| fact.holds(known)))
    }

    /// Checks that the tree has a meaning, every fact can be told, and all of them can be shown at once.
    ///
    /// # Errors
    /// [`ConditionError`].
    pub fn validate(&self, checklist: &Checklist) -> Result<(), ConditionError> {
        self.tree.evaluate(|_| false)?;
        for node in self.tree.nodes.iter().flatten() {
            if let Node::Fact(fact) = *node {
                self.fact(fact).ok_or(ConditionError::UnknownFact { fact })?.validate(fact, &self.facts, checklist)?;
            }
        }
        self.check_proofs(checklist)
    }
}
