//! What is due by time, and how a stake is divided. Anybody may have it done; nobody's silence holds it up.

use crate::cost::{Costs, Sides};
use crate::decision::{keeper, Context, Outcome, View};
use crate::dispute;
use crate::error::EscrowError;
use crate::examination::honour_presentation;
use crate::ledger::{Pot, Purpose};
use crate::state::{Message, Status};
use crate::terms::Party;
use crate::Address;
use florin_units::Amount;

/// Does what is due.
///
/// Errors: [`EscrowError::NotAllowed`] where nothing is; [`EscrowError::RecordMissing`].
pub(crate) fn settle(outcome: &mut Outcome, status: Status, context: &Context) -> Result<(), EscrowError> {
    match status {
        Status::Complying => honour_presentation(outcome, context),
        Status::Expired => refund(outcome, context),
        Status::Decided => dispute::execute(outcome, context),
        Status::Releasing => release_retention(outcome, context),
        _ => Err(EscrowError::NotAllowed { message: Message::Settle, status }),
    }
}

/// The credit is over: what was not drawn goes back, and so does a title in custody.
fn refund(outcome: &mut Outcome, context: &Context) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = outcome.view;
    let (available, presented) = (escrow.book.available, escrow.book.presented);
    outcome.release(Pot::Available, available)?;
    outcome.release(Pot::Presented, presented)?;
    outcome.pay_refund(available.checked_add(presented)?, keeper(&terms, context))?;
    end(outcome, terms.beneficiary, context);
    Ok(())
}

/// The retention is over: what was held back is the beneficiary's.
fn release_retention(outcome: &mut Outcome, context: &Context) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = outcome.view;
    outcome.release(Pot::Retained, escrow.book.retained)?;
    outcome.pay_proceeds(escrow.book.retained, keeper(&terms, context))
}

/// Nothing can be drawn any more, and nothing is undecided.
fn end(outcome: &mut Outcome, title_to: Address, context: &Context) {
    outcome.deliver_title(title_to);
    outcome.view.presentation = None;
    outcome.view.dispute = None;
    let terms = outcome.view.terms;
    outcome.view.escrow.end(&terms, context.now);
}

/// What of the applicant's reserve answers for a dispute: all of it where the applicant has refused by a notice or disputes
/// what is retained; nothing where it has refused nothing.
fn answering_reserve(view: &View) -> Amount {
    let about_retention = view.escrow.is_about_retention(view.dispute.as_ref());
    let has_refused = view.presentation.is_some_and(|presentation| presentation.noticed);
    if about_retention || has_refused {
        view.escrow.book.reserve
    } else {
        Amount::ZERO
    }
}

/// Divides the stake and ends the credit. `award` is the beneficiary's part. The protocol's fee is taken of what was
/// not drawn before, out of the beneficiary's part; `costs` says of both parts and the applicant's reserve who bears the
/// dispute. What is retained keeps its
/// time, unless the stake is just that. A title in custody goes to the applicant where the beneficiary gets half or
/// more of what was presented, and back to the beneficiary where it gets less: nobody ends up with the goods and the
/// larger part of their price.
///
/// Errors: [`EscrowError::AboveStake`], arithmetic.
pub(crate) fn divide(
    outcome: &mut Outcome,
    award: Amount,
    costs: impl FnOnce(&mut Sides, Amount) -> Result<Costs, EscrowError>,
    keeper: Option<Address>,
    context: &Context,
) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = outcome.view;
    let book = escrow.book;
    let about_retention = escrow.is_about_retention(outcome.view.dispute.as_ref());
    let stake = escrow.stake(outcome.view.dispute.as_ref())?;
    if award > stake {
        return Err(EscrowError::AboveStake { amount: award, stake });
    }
    outcome.release(Pot::Bonds, book.bonds)?;
    let fee = if about_retention {
        outcome.release(Pot::Retained, book.retained)?;
        Amount::ZERO
    } else {
        outcome.release(Pot::Available, book.available)?;
        outcome.release(Pot::Presented, book.presented)?;
        outcome.draw(award)?
    };
    let mut parts = Sides { applicant: stake.checked_sub(award)?, beneficiary: award.checked_sub(fee)? };
    let reserve = answering_reserve(&outcome.view);
    let costs = costs(&mut parts, reserve)?;
    outcome.release(Pot::Reserve, reserve.checked_sub(costs.reserve)?)?;
    let (for_proceeds, for_refund) = if parts.beneficiary.is_zero() { (None, keeper) } else { (keeper, None) };
    outcome.pay_proceeds(parts.beneficiary, for_proceeds)?;
    outcome.pay_refund(parts.applicant, for_refund)?;
    outcome.pay(terms.account(Party::Applicant), costs.bonds.applicant, Purpose::Bond)?;
    outcome.pay(terms.account(Party::Beneficiary), costs.bonds.beneficiary, Purpose::Bond)?;
    outcome.pay(costs.arbiter, costs.fees, Purpose::Arbitration)?;
    // A title in custody is of what was presented.
    let goods = if book.presented.is_zero() { stake } else { book.presented };
    let is_half = award >= goods.saturating_sub(award);
    end(outcome, if is_half { terms.applicant } else { terms.beneficiary }, context);
    Ok(())
}
