//! What a court answers when it is asked for the hearing of a dispute.

use crate::award::MAXIMUM_APPEAL_PANEL;
use crate::error::ArbitrationError;
use crate::pool::STAKED_POOL;
use crate::Address;
use florin_units::{mul_div_down, Amount, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most accounts that a hearing keeps out of its panel: three parties, and the members of the first panel.
pub const MAXIMUM_EXCLUDED: usize = 8;
/// The shortest time that a panel can sit: an hour.
pub const MINIMUM_SITTING: Seconds = Seconds::from_raw(3_600);
/// The longest time that a panel can sit, and that stakes can be locked for it: ninety days.
pub const MAXIMUM_SITTING: Seconds = Seconds::from_raw(90 * 86_400);
/// A seat of the staked pool earns at least the stake that it locks, divided by this.
const MINIMUM_FEE_DIVISOR: u128 = 20;
/// Room for a court's answer, in bytes: a hearing, and the marks of an answer that was given and is one.
pub const MAXIMUM_ANSWER: usize = 256;

/// How a dispute is to be decided, as the court in which it is says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Hearing {
    /// The pool from which the panel is drawn.
    pub pool: u32,
    /// Members of the panel.
    pub seats: u8,
    /// Whether it is the appeal panel.
    pub is_appeal: bool,
    /// First moment at which the panel can be called and drawn.
    pub from: Timestamp,
    /// First moment at which the court takes no report any more.
    pub until: Timestamp,
    /// The most that can be awarded, in raw units of the asset.
    pub stake: Amount,
    /// In what the stake and the fee are counted.
    pub asset: Address,
    /// What this panel gets, in raw units of the asset, once the court pays it.
    pub fee: Amount,
    /// Who may not sit: the parties, and on appeal the members of the first panel.
    pub excluded: [Option<Address>; MAXIMUM_EXCLUDED],
}

impl Hearing {
    /// Whether its members put a stake behind their word.
    pub const fn is_staked(&self) -> bool {
        self.pool == STAKED_POOL
    }

    /// Whether an account is kept out of the panel.
    pub fn excludes(&self, account: &Address) -> bool {
        self.excluded.iter().flatten().any(|excluded| excluded == account)
    }

    /// Checks that a panel of the staked pool is paid for: in the asset of the stakes, at least the twentieth of a
    /// seat's stake, rounded down, for each seat. Who could have it sit for nothing could have its members lose their
    /// stakes to him, or keep them busy.
    ///
    /// Errors: [`ArbitrationError::WrongAsset`], [`ArbitrationError::FeeTooSmall`], arithmetic.
    pub fn check_paid(&self, token: &Address, seat_stake: Amount) -> Result<(), ArbitrationError> {
        if !self.is_staked() {
            return Ok(());
        }
        if self.asset != *token {
            return Err(ArbitrationError::WrongAsset { expected: *token, actual: self.asset });
        }
        let seats = u128::from(self.seats);
        let minimum = Amount::from_raw(mul_div_down(seat_stake.raw(), seats, MINIMUM_FEE_DIVISOR)?);
        if self.fee < minimum {
            return Err(ArbitrationError::FeeTooSmall { fee: self.fee, minimum });
        }
        Ok(())
    }

    /// The time that is left for a panel, where there can be one now.
    ///
    /// Errors: [`ArbitrationError::WrongSeats`], [`ArbitrationError::NotYetHeard`],
    /// [`ArbitrationError::TooLittleTime`], [`ArbitrationError::TooMuchTime`].
    pub(crate) fn check(&self, now: Timestamp) -> Result<Seconds, ArbitrationError> {
        if self.seats == 0 || usize::from(self.seats) > MAXIMUM_APPEAL_PANEL {
            return Err(ArbitrationError::WrongSeats { seats: self.seats });
        }
        if now < self.from {
            return Err(ArbitrationError::NotYetHeard { from: self.from, now });
        }
        let left = self.until.since(now);
        if left < MINIMUM_SITTING {
            return Err(ArbitrationError::TooLittleTime { left, required: MINIMUM_SITTING });
        }
        if left > MAXIMUM_SITTING {
            return Err(ArbitrationError::TooMuchTime { left, maximum: MAXIMUM_SITTING });
        }
        Ok(left)
    }
}
