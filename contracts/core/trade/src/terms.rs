//! The terms of a credit, fixed at signing: six cells, known together by one hash.
//!
//! The hash is made of the hashes of the cells, so that one cell can be shown and checked without the others.
//! Everything that is only read by people (goods, ports, the text of the contract) is behind [`Terms::details`].

use crate::calendar::Calendar;
use crate::condition::Conditions;
use crate::digest;
use crate::dispute::DisputeTerms;
use crate::error::EscrowError;
use crate::fee::{share_down, Rates, Snapshot};
use crate::{Address, Hash};
use florin_units::{Amount, Bps, MathError, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most documents that a credit may require.
pub const MAXIMUM_DOCUMENTS: usize = 8;
/// The most milestones of a credit.
pub const MAXIMUM_MILESTONES: usize = 8;
/// First word of what is hashed, so that terms are never taken for anything else.
const AGREEMENT: &[u8] = b"florin escrow agreement";
/// What a party signs before there is an escrow.
const SIGNING: &[u8] = b"Signing(bytes32 agreement,uint256 deadline)";

/// Struct hash (EIP-712) of a party's signature under an agreement, which anybody may bring until the deadline. What is
/// signed twice may be drafted twice: only the applicant, by paying in, makes a credit of it. `keccak` is Keccak-256.
pub fn signing_hash(agreement: &Hash, deadline: Timestamp, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    let words = [keccak(SIGNING), *agreement, digest::number(deadline.raw())];
    digest::words(&words, &keccak)
}

/// One of the two parties between which the money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Party {
    /// The buyer, whose money it is until it is drawn.
    #[codec(index = 0)]
    Applicant,
    /// The seller, who presents and draws.
    #[codec(index = 1)]
    Beneficiary,
}

impl Party {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Applicant => Self::Beneficiary,
            Self::Beneficiary => Self::Applicant,
        }
    }
}

/// The asset in which a credit is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Asset {
    /// Its ERC-20 contract.
    pub token: Address,
    /// Its decimals, which have to be the same when the credit is funded.
    pub decimals: u8,
}

/// How far what is drawn may differ from the amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Tolerance {
    /// Share of the amount that may be drawn above it.
    pub more: Bps,
    /// Share of the amount by which a single drawing may stay below it.
    pub less: Bps,
}

/// When a complying presentation is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Payment {
    /// At once.
    #[codec(index = 0)]
    Sight,
    /// At maturity: a time after shipment, or after presentation where no transport document is required.
    #[codec(index = 1)]
    Usance {
        /// Time from shipment to maturity.
        tenor: Seconds,
        /// Share that is paid at sight all the same.
        sight_share: Bps,
    },
}

/// How long documents may be examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Examination {
    /// Working days after the day of presentation.
    pub working_days: u8,
    /// The longest that it may last, whatever the calendar says.
    pub limit: Seconds,
}

/// Money held back from each drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Retention {
    /// Share of the proceeds.
    pub share: Bps,
    /// First moment at which it is due to the beneficiary, unless it is in dispute.
    pub until: Timestamp,
}

/// What decisions need to know of the terms. Parties, asset and title never change; the rest may be amended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Terms {
    /// The buyer.
    pub applicant: Address,
    /// The seller.
    pub beneficiary: Address,
    /// Somebody whose consent every amendment needs besides.
    pub confirmer: Option<Address>,
    /// What is paid.
    pub asset: Asset,
    /// The amount of the credit, in raw units of the asset.
    pub amount: Amount,
    /// How far drawings may differ from it.
    pub tolerance: Tolerance,
    /// Whether it may be drawn in several parts.
    pub partial_drawings: bool,
    /// When drawings are paid.
    pub payment: Payment,
    /// The latest date that the transport document may bear.
    pub latest_shipment: Timestamp,
    /// First moment at which nothing can be presented any more.
    pub expiry: Timestamp,
    /// Documents must be presented within this time after shipment.
    pub presentation_period: Seconds,
    /// How long documents may be examined.
    pub examination: Examination,
    /// How long, after a notice, the applicant may still waive and the beneficiary may still go to dispute.
    pub response: Seconds,
    /// What is held back.
    pub retention: Option<Retention>,
    /// The beneficiary's share of the stake where a dispute about a refused presentation ends without any ruling.
    pub default_split: Bps,
    /// The highest fee that the parties accept.
    pub maximum_fee: Bps,
    /// What whoever sends a time-out's message earns, out of what is paid; see [`crate::fee::tip_down`].
    pub tip: Amount,
    /// Registry of titles: the title to the goods goes to the applicant against payment. It is the one that the issuer
    /// of the transport document has issued to that document, so its hash need not be known when the terms are signed.
    pub title: Option<Address>,
    /// Contract that may refuse a funding or a redirection; it can stop nothing else.
    pub compliance: Option<Address>,
    /// Hash of everything else that was agreed.
    pub details: Hash,
}

impl Terms {
    /// The most that can ever be drawn: the amount and the tolerance above it. The tolerance is rounded down, in favour
    /// of the applicant. Errors: [`MathError`].
    pub fn limit(&self) -> Result<Amount, MathError> {
        self.amount.checked_add(share_down(self.amount, self.tolerance.more)?)
    }

    /// What the applicant pays in: the most that can be drawn, and its reserve for disputes. Errors: [`MathError`].
    pub fn paid_in(&self, rules: &DisputeTerms) -> Result<Amount, MathError> {
        self.limit()?.checked_add(rules.reserve)
    }

    /// The least that a single drawing must come to where partial drawings are not allowed. The tolerance is rounded
    /// down. Errors: [`MathError`].
    pub fn least(&self) -> Result<Amount, MathError> {
        self.amount.checked_sub(share_down(self.amount, self.tolerance.less)?)
    }

    /// Which party an account is.
    pub fn party(&self, account: &Address) -> Option<Party> {
        if *account == self.applicant {
            Some(Party::Applicant)
        } else if *account == self.beneficiary {
            Some(Party::Beneficiary)
        } else {
            None
        }
    }

    /// The account of a party.
    pub const fn account(&self, party: Party) -> Address {
        match party {
            Party::Applicant => self.applicant,
            Party::Beneficiary => self.beneficiary,
        }
    }

    /// Everybody whose consent an amendment needs.
    pub const fn signatories(&self) -> [Option<Address>; 3] {
        [Some(self.applicant), Some(self.beneficiary), self.confirmer]
    }

    /// When a drawing matures; none where it is paid at sight.
    pub fn maturity(&self, shipped_at: Timestamp) -> Option<Timestamp> {
        match self.payment {
            Payment::Sight => None,
            Payment::Usance { tenor, .. } => Some(shipped_at.after(tenor)),
        }
    }

    /// How a drawing is divided. What is released by conditions is paid at sight.
    pub fn rates(&self, snapshot: &Snapshot, at_sight: bool) -> Rates {
        let sight = match self.payment {
            Payment::Usance { sight_share, .. } if !at_sight => sight_share,
            Payment::Usance { .. } | Payment::Sight => Bps::ONE,
        };
        Rates { fee: snapshot.fee, retention: self.retention.map_or(Bps::ZERO, |retention| retention.share), sight }
    }

    /// Errors: [`EscrowError::NotParty`].
    pub(crate) fn require_party(&self, caller: &Address) -> Result<Party, EscrowError> {
        self.party(caller).ok_or(EscrowError::NotParty { caller: *caller })
    }
}

/// Errors: [`EscrowError::WrongCaller`].
pub(crate) fn require(expected: &Address, caller: &Address) -> Result<(), EscrowError> {
    if expected == caller {
        Ok(())
    } else {
        Err(EscrowError::WrongCaller { expected: *expected, caller: *caller })
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum DocumentKind {
    /// Commercial invoice.
    #[codec(index = 0)]
    Invoice,
    /// Transport document; its date is the date of shipment.
    #[codec(index = 1)]
    Transport,
    /// Insurance document.
    #[codec(index = 2)]
    Insurance,
    /// Certificate of inspection.
    #[codec(index = 3)]
    Inspection,
    /// Certificate of origin.
    #[codec(index = 4)]
    Origin,
    /// Packing list.
    #[codec(index = 5)]
    Packing,
    /// Customs declaration.
    #[codec(index = 6)]
    Customs,
    /// Anything else that the details name.
    #[codec(index = 7)]
    Other,
}

/// A document that has to be presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RequiredDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Who must have signed it: an attestor, or for papers of its own the beneficiary.
    pub issuer: Address,
}

/// An instalment that is paid once, against documents of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Milestone {
    /// What it pays.
    pub amount: Amount,
    /// A bit for each required document, the lowest for the first.
    pub documents: u8,
}

/// What has to be presented, for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Checklist {
    /// The documents, each in its place.
    pub documents: [Option<RequiredDocument>; MAXIMUM_DOCUMENTS],
    /// The milestones; without any, the beneficiary says what it draws.
    pub milestones: [Option<Milestone>; MAXIMUM_MILESTONES],
}

impl Checklist {
    /// The hash by which it is named in what issuers sign. `keccak` is Keccak-256.
    pub fn hash(&self, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
        digest::record(self, &keccak)
    }

    /// A bit for each required document.
    pub fn mask(&self) -> u8 {
        let present = self.documents.iter().enumerate().filter(|(_, document)| document.is_some());
        present.fold(0, |mask, (place, _)| mask | bit(place))
    }

    /// A milestone.
    pub fn milestone(&self, number: u8) -> Option<Milestone> {
        self.milestones.get(usize::from(number)).copied().flatten()
    }

    /// Whether it is drawn by milestones.
    pub fn has_milestones(&self) -> bool {
        self.milestones.iter().any(Option::is_some)
    }

    /// Those who attest for the parties what happened to the goods: who ships, inspects or clears them. None of them may have a
    /// position in what it attests.
    pub(crate) fn attestors(&self) -> impl Iterator<Item = Address> + '_ {
        let attested = [DocumentKind::Transport, DocumentKind::Inspection, DocumentKind::Customs];
        let documents = self.documents.iter().flatten().filter(move |one| attested.contains(&one.kind));
        documents.map(|one| one.issuer)
    }

    /// Checks that an account may have a part of the proceeds.
    ///
    /// # Errors
    /// [`EscrowError::AttestorHoldsPart`].
    pub fn check_holder(&self, account: &Address) -> Result<(), EscrowError> {
        if self.attestors().any(|attestor| attestor == *account) {
            return Err(EscrowError::AttestorHoldsPart { account: *account });
        }
        Ok(())
    }

    /// Sum of the milestones whose bit is not set. Errors: [`MathError::Overflow`].
    pub fn unpaid(&self, paid: u8) -> Result<Amount, MathError> {
        let mut sum = Amount::ZERO;
        for (place, milestone) in self.milestones.iter().enumerate() {
            if let Some(milestone) = milestone.filter(|_| paid & bit(place) == 0) {
                sum = sum.checked_add(milestone.amount)?;
            }
        }
        Ok(sum)
    }
}

/// The bit of a place; none beyond the eighth.
pub(crate) fn bit(place: usize) -> u8 {
    u32::try_from(place).ok().and_then(|place| 1u8.checked_shl(place)).unwrap_or(0)
}

/// Everything that the parties sign, a storage cell each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Agreement {
    /// The terms that most decisions need.
    pub terms: Terms,
    /// Documents and milestones.
    pub checklist: Checklist,
    /// How disputes are decided.
    pub dispute: DisputeTerms,
    /// Under what conditions it is paid without a presentation.
    pub conditions: Conditions,
    /// Working days.
    pub calendar: Calendar,
}

impl Agreement {
    /// The hash by which the agreement is known. `keccak` is Keccak-256.
    pub fn hash(&self, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
        let words = [
            keccak(AGREEMENT),
            digest::record(&self.terms, &keccak),
            digest::record(&self.checklist, &keccak),
            digest::record(&self.dispute, &keccak),
            digest::record(&self.conditions.tree, &keccak),
            digest::record(&self.conditions.facts, &keccak),
            digest::record(&self.calendar, &keccak),
        ];
        digest::words(&words, &keccak)
    }
}

/// An agreement with its hash. Only hashing makes one, so cells and hash cannot differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    agreement: Agreement,
    hash: Hash,
}

impl Sealed {
    /// Hashes an agreement. `keccak` is Keccak-256.
    pub fn new(agreement: Agreement, keccak: impl Fn(&[u8]) -> Hash) -> Self {
        Self { agreement, hash: agreement.hash(keccak) }
    }

    /// The cells.
    pub const fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// The hash.
    pub const fn hash(&self) -> Hash {
        self.hash
    }
}
