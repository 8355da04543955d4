//! Shares, the protocol's fee, the tip, and what a drawing is divided into.
//!
//! Every share is taken of running totals: what a drawing pays is what all drawings together owe, less what those
//! before have paid. Many small drawings therefore come to the same as one large one, to the unit, whatever the order.

use crate::error::EscrowError;
use crate::validation::{check, Term, MAXIMUM_FEE};
use crate::{Address, NOBODY};
use florin_governance::roles::{Governor, Guardian, Permit};
use florin_governance::step::{Step, STEP_INTERVAL};
use florin_units::{mul_div_down, mul_div_up, Amount, Bps, MathError, Timestamp, BPS_ONE};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most of a payment that a tip may take.
pub const MAXIMUM_TIP_SHARE: Bps = Bps::from_raw(100);

/// What can change elsewhere, as it was when the credit was funded. Nothing that happens to the protocol's settings
/// later reaches an open credit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Snapshot {
    /// The protocol's share of what is drawn.
    pub fee: Bps,
    /// Who gets it.
    pub collector: Address,
    /// The smallest balance that an account of the asset can have; less is not pushed but kept to be claimed.
    pub minimum: Amount,
}

/// The furthest that one vote moves the protocol's fee.
pub const FEE_STEP: Step = Step::By(25);

/// The protocol's settings. They reach a credit when it is funded and never after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Settings {
    /// The share of what is drawn that new credits pay.
    pub fee: Bps,
    /// Who gets it.
    pub collector: Address,
    /// When a vote changed the fee last.
    pub voted_at: Timestamp,
    /// Whether no new credit can be drafted or funded. What is funded goes on.
    pub paused: bool,
}

impl Settings {
    /// The settings of a new contract.
    ///
    /// # Errors
    /// [`EscrowError::Terms`], where the fee is above what parties can accept at all, or nobody would get it.
    pub fn new(fee: Bps, collector: Address) -> Result<Self, EscrowError> {
        check(Term::MaximumFee, u128::from(fee.raw()), 0, u128::from(MAXIMUM_FEE.raw()))?;
        check(Term::Names, u128::from(collector == NOBODY), 0, 0)?;
        Ok(Self { fee, collector, ..Self::default() })
    }

    /// Another fee or collector, one step a vote and once a day.
    ///
    /// # Errors
    /// Those of [`Settings::new`]; [`EscrowError::StepTooLarge`], [`EscrowError::ChangedTooSoon`].
    pub fn change(
        &self,
        fee: Bps,
        collector: Address,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, EscrowError> {
        let next = Self { voted_at: now, paused: self.paused, ..Self::new(fee, collector)? };
        let next_at = self.voted_at.after(STEP_INTERVAL);
        if self.voted_at != Timestamp::ZERO && now < next_at {
            return Err(EscrowError::ChangedTooSoon { next_at, now });
        }
        let (lowest, highest) = FEE_STEP.range(u128::from(self.fee.raw()));
        let proposed = u128::from(fee.raw());
        if proposed < lowest || proposed > highest {
            return Err(EscrowError::StepTooLarge { proposed, lowest, highest });
        }
        Ok(next)
    }

    /// Stops new credits.
    #[must_use]
    pub fn pause(&self, _permit: &Permit<Guardian>) -> Self {
        Self { paused: true, ..*self }
    }

    /// Lets new credits begin again.
    #[must_use]
    pub fn resume(&self, _permit: &Permit<Governor>) -> Self {
        Self { paused: false, ..*self }
    }

    /// Lets a new credit begin.
    ///
    /// # Errors
    /// [`EscrowError::Paused`].
    pub fn check_open(&self) -> Result<(), EscrowError> {
        if self.paused {
            return Err(EscrowError::Paused);
        }
        Ok(())
    }

    /// What a credit that is funded now keeps of them.
    pub fn snapshot(&self, minimum: Amount) -> Snapshot {
        Snapshot { fee: self.fee, collector: self.collector, minimum }
    }
}

/// A share of an amount, rounded down, in favour of whoever keeps the rest; by less than one unit. Errors:
/// [`MathError`].
pub fn share_down(amount: Amount, share: Bps) -> Result<Amount, MathError> {
    mul_div_down(amount.raw(), u128::from(share.raw()), u128::from(BPS_ONE)).map(Amount::from_raw)
}

/// A share of an amount, rounded up, in favour of whoever gets the share; by less than one unit. Errors: [`MathError`].
pub fn share_up(amount: Amount, share: Bps) -> Result<Amount, MathError> {
    mul_div_up(amount.raw(), u128::from(share.raw()), u128::from(BPS_ONE)).map(Amount::from_raw)
}

/// The protocol's fee on what is drawn between two totals. The fee on a total is rounded up, in favour of the protocol,
/// by less than one unit over the whole life of a credit.
///
/// Errors: [`MathError`].
pub fn fee_between(before: Amount, after: Amount, fee: Bps) -> Result<Amount, MathError> {
    share_up(after, fee)?.checked_sub(share_up(before, fee)?)
}

/// What whoever sends a time-out's message earns of a payment: the tip of the terms, at most a hundredth of the
/// payment, rounded down in favour of the payee.
///
/// Errors: [`MathError`].
pub fn tip_down(tip: Amount, payment: Amount) -> Result<Amount, MathError> {
    Ok(tip.min(share_down(payment, MAXIMUM_TIP_SHARE)?))
}

/// The shares by which a drawing is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// The protocol's share of the whole; below one.
    pub fee: Bps,
    /// What is retained of the rest; below one.
    pub retention: Bps,
    /// What is paid at sight of what is left; at most one.
    pub sight: Bps,
}

/// What a drawing is divided into. The four parts are the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// To the protocol.
    pub fee: Amount,
    /// Held back until the retention ends.
    pub retained: Amount,
    /// Paid at once.
    pub sight: Amount,
    /// Paid at maturity.
    pub usance: Amount,
}

impl Division {
    /// Division of all that is drawn. The fee is rounded up; retention is a share of the rest, rounded down; what is
    /// paid at sight is a share of what is left then, rounded up. Each part grows by one unit at most where the one
    /// before it does, so no drawing, however small, makes a part smaller.
    fn of_total(drawn: Amount, rates: &Rates) -> Result<Self, MathError> {
        let fee = share_up(drawn, rates.fee)?;
        let proceeds = drawn.checked_sub(fee)?;
        let retained = share_down(proceeds, rates.retention)?;
        let payable = proceeds.checked_sub(retained)?;
        let sight = share_up(payable, rates.sight)?;
        Ok(Self { fee, retained, sight, usance: payable.checked_sub(sight)? })
    }

    /// Division of what is drawn between two totals.
    ///
    /// Errors: [`MathError`], also where `after` is below `before` or a rate is above one.
    pub fn between(before: Amount, after: Amount, rates: &Rates) -> Result<Self, MathError> {
        let (old, new) = (Self::of_total(before, rates)?, Self::of_total(after, rates)?);
        Ok(Self {
            fee: fee_between(before, after, rates.fee)?,
            retained: new.retained.checked_sub(old.retained)?,
            sight: new.sight.checked_sub(old.sight)?,
            usance: new.usance.checked_sub(old.usance)?,
        })
    }
}
