//! Drawings: what may be drawn, what happens when a drawing is honoured, and acceptances that mature.

use crate::condition::{Conditions, Evidence, Known};
use crate::decision::{keeper, Context, Outcome, View};
use crate::error::EscrowError;
use crate::fee::Division;
use crate::ledger::Pot;
use crate::state::{Escrow, Stage};
use crate::terms::{bit, Checklist, Terms};
use florin_units::{Amount, MathError, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// A drawing that was honoured and is paid at maturity. Nothing takes it back: not a dispute, not an amendment, not an
/// agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Acceptance {
    /// What is paid, in raw units of the asset.
    pub amount: Amount,
    /// When.
    pub maturity: Timestamp,
    /// Whether it was.
    pub paid: bool,
}

/// Checks what a presentation would draw; returns the documents that it needs, a bit each. `available` is what can be
/// drawn, the amount of a presentation that this one replaces included.
///
/// # Errors
/// [`EscrowError::ZeroAmount`], [`EscrowError::MilestoneRequired`], [`EscrowError::UnknownMilestone`],
/// [`EscrowError::MilestonePaid`], [`EscrowError::MilestoneAmount`], [`EscrowError::NotDocumentary`],
/// [`EscrowError::Overdrawn`], [`EscrowError::PartialDrawing`].
pub fn check(
    terms: &Terms,
    checklist: &Checklist,
    escrow: &Escrow,
    available: Amount,
    amount: Amount,
    milestone: Option<u8>,
) -> Result<u8, EscrowError> {
    if amount.is_zero() {
        return Err(EscrowError::ZeroAmount);
    }
    let documents = match milestone {
        None if checklist.has_milestones() => return Err(EscrowError::MilestoneRequired),
        None => checklist.mask(),
        Some(milestone) => {
            let found = checklist.milestone(milestone).ok_or(EscrowError::UnknownMilestone { milestone })?;
            if escrow.milestones & bit(usize::from(milestone)) != 0 {
                return Err(EscrowError::MilestonePaid { milestone });
            }
            if found.amount != amount {
                return Err(EscrowError::MilestoneAmount { expected: found.amount, actual: amount });
            }
            found.documents
        }
    };
    // A presentation of nothing would be honoured by silence.
    if documents == 0 {
        return Err(EscrowError::NotDocumentary);
    }
    if amount > available {
        return Err(EscrowError::Overdrawn { amount, available });
    }
    let minimum = terms.least()?;
    if !terms.partial_drawings && amount < minimum {
        return Err(EscrowError::PartialDrawing { amount, minimum });
    }
    Ok(documents)
}

/// A drawing that is honoured.
#[derive(Clone, Copy)]
pub(crate) struct Drawing {
    /// Where the money is.
    pub(crate) pot: Pot,
    /// How much, fee and retention included.
    pub(crate) amount: Amount,
    /// When it matures; none where all of it is paid now.
    pub(crate) maturity: Option<Timestamp>,
    /// The documents that it brought and that comply.
    pub(crate) documents: u8,
    /// The milestone that it pays.
    pub(crate) milestone: Option<u8>,
    /// Whether nothing can be drawn after it.
    pub(crate) is_last: bool,
}

/// Honours a drawing: fee, retention, payment or acceptance, and the title to the applicant, all at once. Where nothing
/// can be drawn any more, what is left goes back.
///
/// Errors: arithmetic.
pub(crate) fn honour(outcome: &mut Outcome, drawing: &Drawing, context: &Context) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = outcome.view;
    let keeper = keeper(&terms, context);
    let rates = terms.rates(&escrow.snapshot, drawing.maturity.is_none());
    let division = Division::between(escrow.drawn, escrow.drawn.checked_add(drawing.amount)?, &rates)?;

    outcome.release(drawing.pot, drawing.amount)?;
    outcome.draw(drawing.amount)?;
    outcome.hold(Pot::Retained, division.retained)?;
    let mut payable = division.sight;
    match drawing.maturity {
        Some(maturity) if maturity > context.now && !division.usance.is_zero() => {
            outcome.hold(Pot::Accepted, division.usance)?;
            let next = &mut outcome.view.escrow;
            let number = next.acceptances;
            next.acceptances = number.checked_add(1).ok_or(MathError::Overflow)?;
            next.latest_maturity = next.latest_maturity.max(maturity);
            outcome.acceptance = Some((number, Acceptance { amount: division.usance, maturity, paid: false }));
        }
        _ => payable = payable.checked_add(division.usance)?,
    }
    outcome.pay_proceeds(payable, keeper)?;
    outcome.deliver_title(terms.applicant);
    outcome.view.presentation = None;

    let next = &mut outcome.view.escrow;
    next.drawings = next.drawings.saturating_add(1);
    next.notices = 0;
    next.documents |= drawing.documents;
    next.milestones |= drawing.milestone.map_or(0, |milestone| bit(usize::from(milestone)));
    let left = next.book.available;
    if drawing.is_last || !terms.partial_drawings || left.is_zero() {
        next.end(&terms, context.now);
        outcome.release(Pot::Available, left)?;
        outcome.pay_refund(left, None)?;
    } else {
        next.go_on(Stage::Open, &terms, context.now);
    }
    Ok(())
}

/// Pays an acceptance that has matured. Anybody may.
///
/// Errors: [`EscrowError::UnknownAcceptance`], [`EscrowError::AlreadyPaid`], [`EscrowError::NotMature`].
pub(crate) fn mature(
    outcome: &mut Outcome,
    number: u8,
    acceptance: &Acceptance,
    context: &Context,
) -> Result<(), EscrowError> {
    if number >= outcome.view.escrow.acceptances {
        return Err(EscrowError::UnknownAcceptance { number });
    }
    if acceptance.paid {
        return Err(EscrowError::AlreadyPaid { number });
    }
    if context.now < acceptance.maturity {
        return Err(EscrowError::NotMature { maturity: acceptance.maturity, now: context.now });
    }
    let keeper = keeper(&outcome.view.terms, context);
    outcome.release(Pot::Accepted, acceptance.amount)?;
    outcome.pay_proceeds(acceptance.amount, keeper)?;
    outcome.acceptance = Some((number, Acceptance { paid: true, ..*acceptance }));
    Ok(())
}

/// What conditions that hold would pay: what is left of the amount. The tolerance above it is for goods that were
/// measured; conditions measure none.
pub fn payable(terms: &Terms, escrow: &Escrow) -> Amount {
    terms.amount.saturating_sub(escrow.drawn).min(escrow.book.available)
}

/// Pays what is left of the amount because the conditions hold, and ends the credit. Anybody may, and earns the tip.
///
/// Errors: [`EscrowError::Condition`], [`EscrowError::ConditionsNotMet`], [`EscrowError::ZeroAmount`].
pub(crate) fn execute(
    outcome: &mut Outcome,
    conditions: &Conditions,
    checklist: &Checklist,
    evidence: &Evidence,
    context: &Context,
) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = outcome.view;
    let known = Known { evidence, checklist, terms: &terms, documents: escrow.documents, now: context.now };
    if !conditions.hold(&known)? {
        return Err(EscrowError::ConditionsNotMet);
    }
    let amount = payable(&terms, &escrow);
    if amount.is_zero() {
        return Err(EscrowError::ZeroAmount);
    }
    let drawing = Drawing { pot: Pot::Available, amount, maturity: None, documents: 0, milestone: None, is_last: true };
    honour(outcome, &drawing, context)
}
