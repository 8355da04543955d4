//! Presentation and examination, as documentary credits have them.
//!
//! What code can judge is judged when documents are presented: who has signed them, what dates they bear, what is
//! drawn. What only a reader can judge is left to the applicant, who has the examination window for it. Silence means
//! honour. A refusal is one notice that names every discrepancy; there is no second one for the same documents. A
//! refused presentation can be waived by the applicant, or cured by another presentation before the expiry.
//!
//! Sources: UCP 600, articles 14 (standard for examination), 16 (discrepant documents, waiver and notice), 31 (partial
//! drawings).

use crate::calendar::Calendar;
use crate::decision::{Context, Outcome, Record};
use crate::digest;
use crate::drawing::{self, honour, Drawing};
use crate::error::EscrowError;
use crate::ledger::Pot;
use crate::right::TitleKey;
use crate::state::{Stage, MAXIMUM_NOTICES, MAXIMUM_PRESENTATIONS};
use crate::terms::{bit, require, Checklist, DocumentKind, Terms, MAXIMUM_DOCUMENTS};
use crate::{Address, EscrowId, Hash};
use florin_units::{Amount, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// What an issuer signs.
const PAPER: &[u8] =
    b"Paper(uint256 escrow,uint256 drawing,bytes32 checklist,uint256 milestone,uint256 document,bytes32 commitment,uint256 dated)";

/// A set of discrepancies, a bit each. The lowest eight are the documents of the checklist, in their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Discrepancies(pub u16);

impl Discrepancies {
    /// None.
    pub const NONE: Self = Self(0);
    /// Shipped after the latest date. Checked when documents are presented.
    pub const LATE_SHIPMENT: Self = Self(1 << 8);
    /// Presented too long after shipment. Checked when documents are presented.
    pub const LATE_PRESENTATION: Self = Self(1 << 9);
    /// The goods are described in another way.
    pub const DESCRIPTION: Self = Self(1 << 10);
    /// The quantity is another one.
    pub const QUANTITY: Self = Self(1 << 11);
    /// The documents do not bear out the amount.
    pub const AMOUNT: Self = Self(1 << 12);
    /// Documents contradict each other.
    pub const CONFLICT: Self = Self(1 << 13);
    /// The insurance is not enough.
    pub const INSURANCE: Self = Self(1 << 14);
    /// Something else that the reasons name.
    pub const OTHER: Self = Self(1 << 15);
    /// Those of no single document, which only the applicant can find.
    const GENERAL: Self = Self(
        Self::DESCRIPTION.0 | Self::QUANTITY.0 | Self::AMOUNT.0 | Self::CONFLICT.0 | Self::INSURANCE.0 | Self::OTHER.0,
    );
    /// Those that are checked when documents are presented.
    const CHECKED: Self = Self(Self::LATE_SHIPMENT.0 | Self::LATE_PRESENTATION.0);

    /// The discrepancy of a document.
    pub fn of_document(place: usize) -> Self {
        Self(u16::from(bit(place)))
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The documents among them, a bit each.
    pub const fn documents(self) -> u8 {
        let [documents, _] = self.0.to_le_bytes();
        documents
    }

    /// All of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those of this set that are in the other too.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// A document as it is presented: known by a commitment, so that its contents stay with the parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Paper {
    /// Root of the salted hashes of its fields, see [`crate::disclosure`].
    pub commitment: Hash,
    /// Its date.
    pub dated: Timestamp,
    /// Who has signed [`paper_hash`]; the contract has verified it.
    pub signer: Address,
}

/// Documents, each in the place that it has in the checklist.
pub type Papers = [Option<Paper>; MAXIMUM_DOCUMENTS];

/// What comes with a presentation.
#[derive(Clone, Copy, Debug)]
pub struct Presenting<'a> {
    /// What is required.
    pub checklist: &'a Checklist,
    /// Working days.
    pub calendar: &'a Calendar,
    /// What is drawn, in raw units of the asset.
    pub amount: Amount,
    /// For which milestone.
    pub milestone: Option<u8>,
    /// The documents. Those that are not required are not looked at.
    pub papers: &'a Papers,
    /// Presented on approval: discrepancies that code finds do not refuse the presentation but wait for the applicant's
    /// waiver.
    pub on_approval: bool,
}

/// A presentation as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Presentation {
    /// What is drawn.
    pub amount: Amount,
    /// For which milestone.
    pub milestone: Option<u8>,
    /// The documents that it needs, a bit each.
    pub documents: u8,
    /// Date of shipment; of presentation where no transport document is required.
    pub shipped_at: Timestamp,
    /// When it was presented.
    pub presented_at: Timestamp,
    /// What was found or noticed.
    pub discrepancies: Discrepancies,
    /// Whether the applicant has refused it. What was presented on approval with discrepancies was never examined.
    pub noticed: bool,
    /// What cannot be noticed any more: what an earlier notice has left unnamed, of documents that are still the same; where all
    /// are, everything.
    pub precluded: Discrepancies,
    /// Hash of the reasons of the notice.
    pub reasons: Hash,
    /// Commitments of the documents, zero where there is none.
    pub commitments: [Hash; MAXIMUM_DOCUMENTS],
}

/// Which presentation somebody speaks about. A cure takes the place of what was refused, so what was said of the one
/// must not count for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct PresentationId {
    /// Its number, counted from one: [`crate::state::Escrow::presentations`] once it was presented.
    pub number: u8,
    /// What it draws.
    pub amount: Amount,
}

/// What code finds in a presentation.
struct Findings {
    discrepancies: Discrepancies,
    first: Option<EscrowError>,
    shipped_at: Option<Timestamp>,
    /// The title to the goods, where the transport document is there.
    title: Option<TitleKey>,
    commitments: [Hash; MAXIMUM_DOCUMENTS],
}

impl Findings {
    fn add(&mut self, discrepancy: Discrepancies, error: EscrowError) {
        self.discrepancies = self.discrepancies.with(discrepancy);
        self.first = self.first.or(Some(error));
    }
}

/// Reads the documents on their face. Errors: [`EscrowError::DatedInFuture`], which nobody can waive, for a maturity
/// could be put off by it.
fn read(terms: &Terms, presenting: &Presenting<'_>, required: u8, now: Timestamp) -> Result<Findings, EscrowError> {
    let mut found = Findings {
        discrepancies: Discrepancies::NONE,
        first: None,
        shipped_at: None,
        title: None,
        commitments: [[0; 32]; MAXIMUM_DOCUMENTS],
    };
    let pairs = presenting.checklist.documents.iter().zip(presenting.papers.iter());
    for (place, (document, paper)) in pairs.enumerate() {
        let number = u8::try_from(place).unwrap_or(u8::MAX);
        let Some(document) = document.filter(|_| required & bit(place) != 0) else { continue };
        let Some(paper) = *paper else {
            found.add(Discrepancies::of_document(place), EscrowError::MissingDocument { document: number });
            continue;
        };
        if let Some(slot) = found.commitments.get_mut(place) {
            *slot = paper.commitment;
        }
        if paper.signer != document.issuer {
            let (expected, actual) = (document.issuer, paper.signer);
            let error = EscrowError::WrongIssuer { document: number, expected, actual };
            found.add(Discrepancies::of_document(place), error);
            continue;
        }
        if paper.dated > now {
            return Err(EscrowError::DatedInFuture { document: number, dated: paper.dated, now });
        }
        if document.kind == DocumentKind::Transport {
            found.shipped_at = Some(paper.dated);
            found.title = Some(TitleKey { issuer: document.issuer, document: paper.commitment });
        }
    }
    if let Some(shipped_at) = found.shipped_at {
        if shipped_at > terms.latest_shipment {
            let latest = terms.latest_shipment;
            found.add(Discrepancies::LATE_SHIPMENT, EscrowError::LateShipment { shipped_at, latest });
        }
        let latest = shipped_at.after(terms.presentation_period);
        if now > latest {
            found.add(Discrepancies::LATE_PRESENTATION, EscrowError::LatePresentation { latest, now });
        }
    }
    Ok(found)
}

/// The beneficiary presents; after a refusal, that cures it.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::CreditExpired`], [`EscrowError::TooManyPresentations`],
/// [`EscrowError::TooManyNotices`], those
/// of [`drawing::check`]; where it is not on approval, [`EscrowError::MissingDocument`], [`EscrowError::WrongIssuer`],
/// [`EscrowError::LateShipment`], [`EscrowError::LatePresentation`]; [`EscrowError::DatedInFuture`].
pub(crate) fn present(
    outcome: &mut Outcome,
    presenting: &Presenting<'_>,
    context: &Context,
) -> Result<(), EscrowError> {
    let (terms, now) = (outcome.view.terms, context.now);
    require(&terms.beneficiary, &context.caller)?;
    if now >= terms.expiry {
        return Err(EscrowError::CreditExpired { expiry: terms.expiry, now });
    }
    // What a refused presentation has set aside is free again.
    let refused = outcome.view.escrow.book.presented;
    outcome.release(Pot::Presented, refused)?;
    outcome.hold(Pot::Available, refused)?;

    let escrow = &outcome.view.escrow;
    if escrow.presentations >= MAXIMUM_PRESENTATIONS {
        return Err(EscrowError::TooManyPresentations { maximum: MAXIMUM_PRESENTATIONS });
    }
    if escrow.notices >= MAXIMUM_NOTICES {
        return Err(EscrowError::TooManyNotices { maximum: MAXIMUM_NOTICES });
    }
    let Presenting { checklist, amount, milestone, .. } = *presenting;
    let documents = drawing::check(&terms, checklist, escrow, escrow.book.available, amount, milestone)?;
    let found = read(&terms, presenting, documents, now)?;
    if let Some(error) = found.first.filter(|_| !presenting.on_approval) {
        return Err(error);
    }
    outcome.release(Pot::Available, amount)?;
    outcome.hold(Pot::Presented, amount)?;
    // The title comes into custody before anything is examined, so that payment and delivery can be one act.
    outcome.take_title(found.title);
    let precluded =
        outcome.view.presentation.map_or(Discrepancies::NONE, |refused| precluded(&refused, &found, amount, milestone));
    let stage = if found.discrepancies.is_empty() {
        let until = presenting.calendar.window_end(now, terms.examination.working_days, terms.examination.limit);
        Stage::Examining { until }
    } else {
        Stage::Discrepant { until: refused_until(&terms, now) }
    };
    let next = &mut outcome.view.escrow;
    next.stage = stage;
    next.presentations = next.presentations.saturating_add(1);
    outcome.view.presentation = Some(Presentation {
        amount,
        milestone,
        documents,
        shipped_at: found.shipped_at.unwrap_or(now),
        presented_at: now,
        discrepancies: found.discrepancies,
        noticed: false,
        precluded,
        reasons: [0; 32],
        commitments: found.commitments,
    });
    Ok(())
}

/// What a notice about a cure cannot name: what was not named in the refused presentation, of documents that are the
/// same. Where nothing at all is another than it was, that is everything. One notice has to name everything. What was
/// presented on approval with discrepancies had no notice, so it precludes no more than what was precluded before.
fn precluded(refused: &Presentation, found: &Findings, amount: Amount, milestone: Option<u8>) -> Discrepancies {
    let pairs = refused.commitments.iter().zip(found.commitments.iter()).enumerate();
    let same = pairs.filter(|(_, (old, new))| old == new && **old != [0; 32]);
    let mut same = same.fold(Discrepancies::NONE, |same, (place, _)| same.with(Discrepancies::of_document(place)));
    let is_whole = same.documents() == refused.documents;
    if is_whole && (refused.amount, refused.milestone) == (amount, milestone) {
        same = same.with(Discrepancies::GENERAL);
    }
    if refused.noticed {
        same.without(refused.discrepancies)
    } else {
        same.within(refused.precluded)
    }
}

/// How long a refused presentation can be waived, cured or contested: until the expiry, and at least for the time to
/// respond.
fn refused_until(terms: &Terms, now: Timestamp) -> Timestamp {
    terms.expiry.max(now.after(terms.response))
}

/// The applicant approves: honour at once. Errors: [`EscrowError::WrongCaller`], [`EscrowError::RecordMissing`],
/// [`EscrowError::OtherPresentation`].
pub(crate) fn approve(outcome: &mut Outcome, named: &PresentationId, context: &Context) -> Result<(), EscrowError> {
    require(&outcome.view.terms.applicant, &context.caller)?;
    named_presentation(outcome, named)?;
    honour_presentation(outcome, context)
}

/// The applicant waives the discrepancies: honour at once. A title that is not there it cannot waive: nobody ends up with
/// the goods and their price. With everybody's consent what was not drawn is divided.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::RecordMissing`], [`EscrowError::OtherPresentation`],
/// [`EscrowError::TitleNotInCustody`].
pub(crate) fn waive(outcome: &mut Outcome, named: &PresentationId, context: &Context) -> Result<(), EscrowError> {
    require(&outcome.view.terms.applicant, &context.caller)?;
    named_presentation(outcome, named)?;
    if outcome.view.terms.title.is_some() && outcome.view.escrow.title.is_none() {
        return Err(EscrowError::TitleNotInCustody);
    }
    honour_presentation(outcome, context)
}

/// The applicant refuses, once, naming everything.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::RecordMissing`], [`EscrowError::OtherPresentation`],
/// [`EscrowError::EmptyNotice`], [`EscrowError::UnknownDiscrepancy`], [`EscrowError::RefutedDiscrepancy`],
/// [`EscrowError::PrecludedDiscrepancy`].
pub(crate) fn notice(
    outcome: &mut Outcome,
    named: &PresentationId,
    discrepancies: Discrepancies,
    reasons: Hash,
    context: &Context,
) -> Result<(), EscrowError> {
    let terms = outcome.view.terms;
    require(&terms.applicant, &context.caller)?;
    let mut presentation = named_presentation(outcome, named)?;
    if discrepancies.is_empty() {
        return Err(EscrowError::EmptyNotice);
    }
    let documents = Discrepancies(u16::from(u8::MAX));
    let unknown = discrepancies.within(documents).without(Discrepancies(u16::from(presentation.documents)));
    if !unknown.is_empty() {
        return Err(EscrowError::UnknownDiscrepancy { bits: unknown.0 });
    }
    let refuted = discrepancies.within(Discrepancies::CHECKED);
    if !refuted.is_empty() {
        return Err(EscrowError::RefutedDiscrepancy { bits: refuted.0 });
    }
    let precluded = discrepancies.within(presentation.precluded);
    if !precluded.is_empty() {
        return Err(EscrowError::PrecludedDiscrepancy { bits: precluded.0 });
    }
    presentation.discrepancies = discrepancies;
    presentation.noticed = true;
    presentation.reasons = reasons;
    outcome.view.presentation = Some(presentation);
    let next = &mut outcome.view.escrow;
    next.notices = next.notices.saturating_add(1);
    next.stage = Stage::Discrepant { until: refused_until(&terms, context.now) };
    Ok(())
}

/// Honours what was presented. A document that was missing or discrepant and is waived is paid for but was not
/// presented as agreed, so no condition counts it. Errors: [`EscrowError::RecordMissing`], arithmetic.
pub(crate) fn honour_presentation(outcome: &mut Outcome, context: &Context) -> Result<(), EscrowError> {
    let presentation = presentation_of(outcome)?;
    let drawing = Drawing {
        pot: Pot::Presented,
        amount: presentation.amount,
        maturity: outcome.view.terms.maturity(presentation.shipped_at),
        documents: presentation.documents & !presentation.discrepancies.documents(),
        milestone: presentation.milestone,
        is_last: false,
    };
    honour(outcome, &drawing, context)
}

fn presentation_of(outcome: &Outcome) -> Result<Presentation, EscrowError> {
    outcome.view.presentation.ok_or(EscrowError::RecordMissing { record: Record::Presentation })
}

/// The presentation, where it is the one that was named. Errors: [`EscrowError::RecordMissing`],
/// [`EscrowError::OtherPresentation`].
fn named_presentation(outcome: &Outcome, named: &PresentationId) -> Result<Presentation, EscrowError> {
    let presentation = presentation_of(outcome)?;
    let expected = PresentationId { number: outcome.view.escrow.presentations, amount: presentation.amount };
    if *named != expected {
        return Err(EscrowError::OtherPresentation { expected, actual: *named });
    }
    Ok(presentation)
}

/// A document, as its issuer signs it: for one drawing of one escrow, in a place of one checklist. So it supports no
/// second drawing, and an amendment does not make another kind of document of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperSubject {
    /// The escrow.
    pub escrow: EscrowId,
    /// The drawing, counted from one: [`crate::state::Escrow::next_drawing`].
    pub drawing: u8,
    /// [`Checklist::hash`].
    pub checklist: Hash,
    /// The milestone that is drawn; none where the credit has none.
    pub milestone: Option<u8>,
    /// Its place in the checklist.
    pub document: u8,
    /// Root of the salted hashes of its fields.
    pub commitment: Hash,
    /// Its date.
    pub dated: Timestamp,
}

/// Struct hash (EIP-712) of a document, as its issuer signs it. `keccak` is Keccak-256.
pub fn paper_hash(paper: &PaperSubject, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    let words = [
        keccak(PAPER),
        digest::number(paper.escrow),
        digest::number(u64::from(paper.drawing)),
        paper.checklist,
        // Counted from one, zero for none.
        digest::number(paper.milestone.map_or(0, |milestone| u64::from(milestone).saturating_add(1))),
        digest::number(u64::from(paper.document)),
        paper.commitment,
        digest::number(paper.dated.raw()),
    ];
    digest::words(&words, &keccak)
}
