//! What takes everybody's consent: a change of the agreement, and an end by agreement. Both are known by one hash,
//! which every required signer has signed with the escrow's nonce and a deadline; anybody may bring the signatures. To
//! consent to another hash, a part of the change for one, is to reject it.
//!
//! Source: UCP 600, article 10 (amendments need the agreement of all; partial acceptance is rejection).

use crate::cost::{Costs, Sides};
use crate::decision::{Context, Outcome, Screening};
use crate::digest;
use crate::error::EscrowError;
use crate::ledger::{Book, Pot, Purpose};
use crate::settlement::divide;
use crate::state::check_payment;
use crate::terms::{Agreement, Sealed, Terms};
use crate::validation::{check_fixed, Term, TermsError};
use crate::{Address, EscrowId, Hash};
use florin_units::{Amount, MathError, Timestamp};

/// The most consents that a message carries: applicant, beneficiary, confirmer.
pub const MAXIMUM_CONSENTS: usize = 3;
/// What a signer signs.
const CONSENT: &[u8] = b"Consent(uint256 escrow,bytes32 subject,uint256 nonce,uint256 deadline)";
/// First word of a division's hash, so that it is never taken for an agreement's.
const SPLIT: &[u8] = b"florin escrow split";

/// A consent. The contract has verified that the signer signed [`consent_hash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who consents.
    pub signer: Address,
    /// To what: hash of the complete new agreement, or of a division.
    pub subject: Hash,
    /// Amendments and divisions of the escrow before this one.
    pub nonce: u32,
    /// The last moment at which it counts.
    pub deadline: Timestamp,
}

/// The consents that a message carries.
pub type Consents = [Option<Consent>; MAXIMUM_CONSENTS];

/// Struct hash (EIP-712) of a consent, as it is signed. `keccak` is Keccak-256.
pub fn consent_hash(
    escrow: EscrowId,
    subject: &Hash,
    nonce: u32,
    deadline: Timestamp,
    keccak: impl Fn(&[u8]) -> Hash,
) -> Hash {
    let words = [
        keccak(CONSENT),
        digest::number(escrow),
        *subject,
        digest::number(u64::from(nonce)),
        digest::number(deadline.raw()),
    ];
    digest::words(&words, &keccak)
}

/// A division of a stake with its hash. Only hashing makes one. It names the stake, so that a consent given before a
/// drawing does not divide what is left after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreedSplit {
    agreement: Hash,
    of_retention: bool,
    stake: Amount,
    to_beneficiary: Amount,
    hash: Hash,
}

impl AgreedSplit {
    /// The division of an escrow's stake, of which the beneficiary gets so much. `agreement` is the hash of the
    /// agreement that counts, `of_retention` is [`crate::state::Escrow::is_about_retention`], `stake` is
    /// [`crate::state::Escrow::stake`] as it is divided, `keccak` is Keccak-256.
    pub fn new(
        agreement: Hash,
        of_retention: bool,
        stake: Amount,
        to_beneficiary: Amount,
        keccak: impl Fn(&[u8]) -> Hash,
    ) -> Self {
        let words = [
            keccak(SPLIT),
            agreement,
            digest::number(u64::from(of_retention)),
            digest::units(stake.raw()),
            digest::units(to_beneficiary.raw()),
        ];
        Self { agreement, of_retention, stake, to_beneficiary, hash: digest::words(&words, &keccak) }
    }

    /// The hash that is consented to.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The stake that is divided.
    pub const fn stake(&self) -> Amount {
        self.stake
    }

    /// What of the stake the beneficiary gets.
    pub const fn to_beneficiary(&self) -> Amount {
        self.to_beneficiary
    }
}

/// Checks that everybody whose consent is needed has given it to exactly this.
///
/// # Errors
/// [`EscrowError::MissingConsent`], [`EscrowError::PartialAcceptance`], [`EscrowError::WrongNonce`],
/// [`EscrowError::ConsentExpired`].
pub fn check_consents(
    terms: &Terms,
    subject: &Hash,
    nonce: u32,
    consents: &Consents,
    now: Timestamp,
) -> Result<(), EscrowError> {
    for signer in terms.signatories().into_iter().flatten() {
        let given = consents.iter().flatten().find(|consent| consent.signer == signer);
        let consent = given.ok_or(EscrowError::MissingConsent { signer })?;
        if consent.subject != *subject {
            let (expected, actual) = (*subject, consent.subject);
            return Err(EscrowError::PartialAcceptance { signer, expected, actual });
        }
        if consent.nonce != nonce {
            return Err(EscrowError::WrongNonce { expected: nonce, given: consent.nonce });
        }
        if now > consent.deadline {
            return Err(EscrowError::ConsentExpired { deadline: consent.deadline, now });
        }
    }
    Ok(())
}

/// What an amendment moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// What whoever brings it pays in.
    pub paid_in: Amount,
    /// What of it is for the applicant's reserve.
    pub for_reserve: Amount,
    /// What of the credit goes back to the applicant.
    pub credit_back: Amount,
    /// What of its reserve goes back to it.
    pub reserve_back: Amount,
}

impl Due {
    /// What it takes from one agreement to another: the difference of what can be drawn, and what the reserve lacks or has too
    /// much. Errors: arithmetic.
    pub fn between(old: &Terms, new: &Agreement, book: &Book) -> Result<Self, MathError> {
        let (before, after) = (old.limit()?, new.terms.limit()?);
        let for_reserve = new.dispute.reserve.saturating_sub(book.reserve);
        Ok(Self {
            paid_in: after.saturating_sub(before).checked_add(for_reserve)?,
            for_reserve,
            credit_back: before.saturating_sub(after),
            reserve_back: book.reserve.saturating_sub(new.dispute.reserve),
        })
    }
}

/// Puts a new agreement in the place of the old one. A larger credit is paid for in the same message, what a smaller
/// one has too much goes back, and so it is with the applicant's reserve. What was drawn, retained and accepted stays. Documents that were honoured count for the
/// old agreement only: in the new one another document may stand in the place.
///
/// Errors: [`EscrowError::Terms`], [`EscrowError::Condition`], those of [`check_consents`],
/// [`EscrowError::FeeAboveMaximum`], [`EscrowError::AttestorHoldsPart`], [`EscrowError::BelowDrawn`], [`EscrowError::MilestonesDiffer`],
/// [`EscrowError::WrongPayment`], [`EscrowError::Denied`].
pub(crate) fn amend(
    outcome: &mut Outcome,
    amended: &Sealed,
    consents: &Consents,
    received: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    let (old, drawn) = (outcome.view.terms, outcome.view.escrow.drawn);
    let new = amended.agreement().terms;
    check_consents(&old, &amended.hash(), outcome.view.escrow.amendments, consents, context.now)?;
    check_fixed(&old, &new)?;
    amended.agreement().validate(context.now)?;
    if !new.partial_drawings && !drawn.is_zero() {
        return Err(TermsError::Fixed { term: Term::PartialDrawings }.into());
    }
    let fee = outcome.view.escrow.snapshot.fee;
    if fee > new.maximum_fee {
        return Err(EscrowError::FeeAboveMaximum { fee, maximum: new.maximum_fee });
    }
    for share in outcome.view.receivable.shares.iter().flatten() {
        amended.agreement().checklist.check_holder(&share.holder)?;
    }
    let after = new.limit()?;
    let left = after.checked_sub(drawn).map_err(|_| EscrowError::BelowDrawn { limit: after, drawn })?;
    let checklist = &amended.agreement().checklist;
    if checklist.has_milestones() {
        let unpaid = checklist.unpaid(outcome.view.escrow.milestones)?;
        if unpaid != left {
            return Err(EscrowError::MilestonesDiffer { expected: left, actual: unpaid });
        }
    }
    let due = Due::between(&old, amended.agreement(), &outcome.view.escrow.book)?;
    check_payment(due.paid_in, received)?;
    if !due.paid_in.is_zero() {
        if context.screening == Screening::Denied {
            return Err(EscrowError::Denied { account: context.caller });
        }
        outcome.receive(context.caller, due.paid_in, Pot::Available)?;
        outcome.release(Pot::Available, due.for_reserve)?;
        outcome.hold(Pot::Reserve, due.for_reserve)?;
    }
    outcome.release(Pot::Available, due.credit_back)?;
    outcome.pay_refund(due.credit_back, None)?;
    outcome.release(Pot::Reserve, due.reserve_back)?;
    outcome.pay(old.applicant, due.reserve_back, Purpose::Reserve)?;
    let next = &mut outcome.view.escrow;
    next.agreement = amended.hash();
    next.amendments = next.amendments.checked_add(1).ok_or(MathError::Overflow)?;
    next.documents = 0;
    if left.is_zero() {
        // Nothing can be drawn any more.
        next.end(&old, context.now);
    }
    outcome.view.terms = new;
    Ok(())
}

/// Ends the credit by agreement. Bonds go back to whoever put them up.
///
/// Errors: [`EscrowError::OtherTerms`], [`EscrowError::OtherStake`], those of [`check_consents`],
/// [`EscrowError::AboveStake`].
pub(crate) fn agree(
    outcome: &mut Outcome,
    split: &AgreedSplit,
    consents: &Consents,
    context: &Context,
) -> Result<(), EscrowError> {
    let (terms, escrow) = (outcome.view.terms, outcome.view.escrow);
    if split.agreement != escrow.agreement {
        return Err(EscrowError::OtherTerms { expected: escrow.agreement, actual: split.agreement });
    }
    let stake = escrow.stake(outcome.view.dispute.as_ref())?;
    let of_retention = escrow.is_about_retention(outcome.view.dispute.as_ref());
    if split.stake != stake || split.of_retention != of_retention {
        return Err(EscrowError::OtherStake { expected: stake, actual: split.stake });
    }
    check_consents(&terms, &split.hash, escrow.amendments, consents, context.now)?;
    let dispute = outcome.view.dispute;
    let costs = |parts: &mut Sides, reserve| match dispute {
        Some(dispute) => Costs::of(&dispute, parts, reserve),
        None => Ok(Costs::none(reserve)),
    };
    divide(outcome, split.to_beneficiary, costs, None, context)?;
    // The same consents do not divide what is retained once more.
    let next = &mut outcome.view.escrow;
    next.amendments = next.amendments.checked_add(1).ok_or(MathError::Overflow)?;
    Ok(())
}
