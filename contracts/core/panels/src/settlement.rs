//! What silence costs, and how fees are divided. Each division conserves every unit: what does not divide evenly, fewer
//! units than there are to divide among, goes to the collector, and so does what nobody has earned.

use crate::case::{Case, Message, Stage};
use crate::error::ArbitrationError;
use crate::Moment;
use florin_units::{Amount, MathError};

/// An amount divided evenly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// What each one gets.
    pub share: Amount,
    /// What is left over.
    pub rest: Amount,
}

/// Divides an amount evenly among so many, each share rounded down; among nobody all of it is left over.
///
/// # Errors
/// [`MathError::Overflow`], which no amount reaches.
pub fn divide_down(amount: Amount, among: u32) -> Result<Division, MathError> {
    let among = u128::from(among);
    let share = amount.raw().checked_div(among).unwrap_or(0);
    let divided = share.checked_mul(among).ok_or(MathError::Overflow)?;
    Ok(Division { share: Amount::from_raw(share), rest: amount.checked_sub(Amount::from_raw(divided))? })
}

/// How a fee that has come in is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The first panel's case.
    pub case: Case,
    /// What each member of the first panel gets that has revealed.
    pub share: Amount,
    /// What each member of the appeal panel gets that has revealed.
    pub appeal_share: Amount,
    /// What the collector gets.
    pub rest: Amount,
}

impl Case {
    /// What the members who have not revealed forfeit of the stakes that were locked, `seat_stake` for each seat, and
    /// what each one who has revealed gets of it. Where nobody has revealed nobody has earned it, and silence must not
    /// be free: the collector gets all. None where nothing was locked.
    ///
    /// # Errors
    /// Arithmetic.
    pub fn forfeits(&self, seat_stake: Amount) -> Result<Option<Division>, ArbitrationError> {
        if !self.hearing.is_staked() || !matches!(self.stage, Stage::Sitting { .. }) {
            return Ok(None);
        }
        let revealed = self.revealed.count_ones();
        let silent = u32::from(self.hearing.seats).checked_sub(revealed).ok_or(MathError::Overflow)?;
        let forfeited = seat_stake.raw().checked_mul(u128::from(silent)).ok_or(MathError::Overflow)?;
        Ok(Some(divide_down(Amount::from_raw(forfeited), revealed)?))
    }

    /// Divides what has come in from the court, in the asset of this case's hearing. This is the first panel's case,
    /// `appeal` the appeal panel's, where there is one. The first panel gets what is left of its fee, the appeal panel
    /// what comes beyond that. Both must have ended, so that it is known who has revealed.
    ///
    /// # Errors
    /// [`ArbitrationError::NotAllowed`], [`ArbitrationError::NothingReceived`], arithmetic.
    pub fn collect(&self, appeal: Option<&Self>, received: Amount, now: Moment) -> Result<Collected, ArbitrationError> {
        self.check(Message::Collect, now)?;
        if let Some(appeal) = appeal {
            appeal.check(Message::Collect, now)?;
        }
        if received.is_zero() {
            return Err(ArbitrationError::NothingReceived);
        }
        let own = received.min(self.hearing.fee.saturating_sub(self.collected));
        let first = divide_down(own, self.revealed.count_ones())?;
        let appealed = appeal.map_or(0, |appeal| appeal.revealed.count_ones());
        let second = divide_down(received.checked_sub(own)?, appealed)?;
        Ok(Collected {
            case: Self { collected: self.collected.checked_add(own)?, ..*self },
            share: first.share,
            appeal_share: second.share,
            rest: first.rest.checked_add(second.rest)?,
        })
    }
}
