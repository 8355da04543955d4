//! Lists of arbitrators. Anybody makes a named one, with members that never change, and parties name it in their terms.
//! Pool number zero is joined with a stake, by whoever the governor has admitted.
//!
//! Members of a pool stand at the places from zero on, without a gap, so that a draw costs the same whatever their
//! number. Where one leaves, the last one takes its place.

use crate::case::{DRAW_BLOCKS, DRAW_DELAY};
use crate::error::ArbitrationError;
use crate::Address;
use florin_units::{Amount, MathError};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// Number of the pool whose members put a stake behind their word.
pub const STAKED_POOL: u32 = 0;
/// The most members of a named pool.
pub const MAXIMUM_NAMED: usize = 64;
/// The address behind which nobody is.
const NOBODY: Address = [0; 20];

/// Checks the members of a new named pool, and counts them.
///
/// # Errors
/// [`ArbitrationError::EmptyPool`], [`ArbitrationError::PoolTooLarge`], [`ArbitrationError::ZeroAddress`],
/// [`ArbitrationError::MemberTwice`].
pub fn check_members(members: &[Address]) -> Result<u32, ArbitrationError> {
    if members.is_empty() {
        return Err(ArbitrationError::EmptyPool);
    }
    let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
    if members.len() > MAXIMUM_NAMED {
        return Err(ArbitrationError::PoolTooLarge { members: count });
    }
    for (place, member) in members.iter().enumerate() {
        if *member == NOBODY {
            return Err(ArbitrationError::ZeroAddress);
        }
        if members.iter().take(place).any(|earlier| earlier == member) {
            return Err(ArbitrationError::MemberTwice { member: *member });
        }
    }
    Ok(count)
}

/// A pool as it is stored; its members stand beside it, by place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Pool {
    /// How many members it has.
    pub members: u32,
    /// The last block at which a panel can be drawn that was called by now. Until it is over nobody joins, leaves or
    /// changes its free stake: whoever knows the hash could otherwise choose who sits. A named pool never changes.
    pub settling_until: u32,
}

impl Pool {
    /// A pool of so many members.
    pub const fn of(members: u32) -> Self {
        Self { members, settling_until: 0 }
    }

    /// A panel is called from it.
    #[must_use]
    pub fn called(self, block: u32) -> Self {
        let last = block.saturating_add(DRAW_DELAY).saturating_add(DRAW_BLOCKS);
        Self { settling_until: self.settling_until.max(last), ..self }
    }

    /// Checks that it may change in a block.
    ///
    /// # Errors
    /// [`ArbitrationError::PoolSettling`].
    pub fn check_settled(&self, block: u32) -> Result<(), ArbitrationError> {
        if block <= self.settling_until {
            return Err(ArbitrationError::PoolSettling { until: self.settling_until, block });
        }
        Ok(())
    }

    /// Makes room for one more. Returns its place.
    ///
    /// # Errors
    /// [`ArbitrationError::PoolSettling`], arithmetic.
    pub fn join(&self, block: u32) -> Result<(Self, u32), ArbitrationError> {
        self.check_settled(block)?;
        let members = self.members.checked_add(1).ok_or(MathError::Overflow)?;
        Ok((Self { members, ..*self }, self.members))
    }

    /// Takes one out. Returns the last place, whose member takes the place that is free now.
    ///
    /// # Errors
    /// [`ArbitrationError::PoolSettling`], arithmetic.
    pub fn leave(&self, block: u32) -> Result<(Self, u32), ArbitrationError> {
        self.check_settled(block)?;
        let members = self.members.checked_sub(1).ok_or(MathError::Overflow)?;
        Ok((Self { members, ..*self }, members))
    }
}

/// The place and the stake of an account in the staked pool. Amounts are raw units of the stake's asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Membership {
    /// Its place in the list; none where it has left or was dismissed, and gets no new seats.
    pub position: Option<u32>,
    /// What is free: can be withdrawn, or locked for a seat.
    pub stake: Amount,
    /// What is locked for seats.
    pub locked: Amount,
    /// For how many.
    pub seats: u32,
}

impl Membership {
    /// Whether it can be drawn: it is in the list, and its free stake covers one more seat.
    pub fn can_sit(&self, seat_stake: Amount) -> bool {
        self.position.is_some() && self.stake >= seat_stake
    }

    /// Whether nothing is left to remember.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// It joins at a place, with a stake that covers a seat.
    ///
    /// # Errors
    /// [`ArbitrationError::AlreadyMember`], [`ArbitrationError::StakeTooSmall`], [`ArbitrationError::ZeroAmount`],
    /// arithmetic.
    pub fn join(&self, position: u32, amount: Amount, seat_stake: Amount) -> Result<Self, ArbitrationError> {
        if self.position.is_some() {
            return Err(ArbitrationError::AlreadyMember);
        }
        let stake = self.stake.checked_add(not_zero(amount)?)?;
        check_stake(stake, seat_stake)?;
        Ok(Self { position: Some(position), stake, ..*self })
    }

    /// It adds to its stake.
    ///
    /// # Errors
    /// [`ArbitrationError::NotMember`], [`ArbitrationError::ZeroAmount`], [`ArbitrationError::PoolSettling`],
    /// arithmetic.
    pub fn add(&self, amount: Amount, pool: &Pool, block: u32) -> Result<Self, ArbitrationError> {
        self.place()?;
        pool.check_settled(block)?;
        Ok(Self { stake: self.stake.checked_add(not_zero(amount)?)?, ..*self })
    }

    /// It takes free stake out. While it is in the list, what it keeps must cover a seat.
    ///
    /// # Errors
    /// [`ArbitrationError::ZeroAmount`], [`ArbitrationError::AboveFreeStake`], [`ArbitrationError::StakeTooSmall`] and
    /// [`ArbitrationError::PoolSettling`] of a member in the list.
    pub fn withdraw(
        &self,
        amount: Amount,
        seat_stake: Amount,
        pool: &Pool,
        block: u32,
    ) -> Result<Self, ArbitrationError> {
        let rest = self.stake.checked_sub(not_zero(amount)?);
        let stake = rest.map_err(|_| ArbitrationError::AboveFreeStake { amount, available: self.stake })?;
        if self.position.is_some() {
            pool.check_settled(block)?;
            check_stake(stake.checked_add(self.locked)?, seat_stake)?;
        }
        Ok(Self { stake, ..*self })
    }

    /// Its place.
    ///
    /// # Errors
    /// [`ArbitrationError::NotMember`].
    pub fn place(&self) -> Result<u32, ArbitrationError> {
        self.position.ok_or(ArbitrationError::NotMember)
    }

    /// The same at another place, or at none.
    #[must_use]
    pub fn moved(self, position: Option<u32>) -> Self {
        Self { position, ..self }
    }

    /// It gets a seat. Errors: [`ArbitrationError::AboveFreeStake`], arithmetic.
    pub fn lock(&self, seat_stake: Amount) -> Result<Self, ArbitrationError> {
        let above = ArbitrationError::AboveFreeStake { amount: seat_stake, available: self.stake };
        let stake = self.stake.checked_sub(seat_stake).map_err(|_| above)?;
        let seats = self.seats.checked_add(1).ok_or(MathError::Overflow)?;
        Ok(Self { stake, locked: self.locked.checked_add(seat_stake)?, seats, ..*self })
    }

    /// A seat ends, and what was locked for it is free again. Errors: arithmetic.
    pub fn release(&self, seat_stake: Amount) -> Result<Self, ArbitrationError> {
        let ended = self.forfeit(seat_stake)?;
        Ok(Self { stake: ended.stake.checked_add(seat_stake)?, ..ended })
    }

    /// A seat ends, and what was locked for it is lost. Errors: arithmetic.
    pub fn forfeit(&self, seat_stake: Amount) -> Result<Self, ArbitrationError> {
        let seats = self.seats.checked_sub(1).ok_or(MathError::Overflow)?;
        Ok(Self { locked: self.locked.checked_sub(seat_stake)?, seats, ..*self })
    }
}

fn not_zero(amount: Amount) -> Result<Amount, ArbitrationError> {
    if amount.is_zero() {
        return Err(ArbitrationError::ZeroAmount);
    }
    Ok(amount)
}

fn check_stake(stake: Amount, required: Amount) -> Result<(), ArbitrationError> {
    if stake < required {
        return Err(ArbitrationError::StakeTooSmall { stake, required });
    }
    Ok(())
}
