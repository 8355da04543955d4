//! The members of a panel, and the median of what they award.

use crate::error::PanelError;
use crate::Address;
use florin_units::Amount;
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most members of a panel.
pub const MAXIMUM_PANEL: usize = 5;
/// The most members of an appeal panel: twice as many and one.
pub const MAXIMUM_APPEAL_PANEL: usize = 2 * MAXIMUM_PANEL + 1;

/// A member of a panel and what it has revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Seat {
    /// Who.
    pub member: Address,
    /// What it awards, in raw units of the hearing's asset; none where it has revealed nothing.
    pub award: Option<Amount>,
}

/// Who sits in a panel.
pub type Seats = [Option<Seat>; MAXIMUM_APPEAL_PANEL];

/// The award of a panel of so many members: the median of what was revealed. Of two in the middle it is the mean,
/// rounded down, by half a unit. An award above the stake counts as none: a single member could otherwise have the
/// whole panel refused.
///
/// # Errors
/// [`PanelError::WrongPanelSize`], [`PanelError::SeatTwice`]; [`PanelError::PanelSilent`] where not more than half have
/// revealed.
pub fn panel_award_down(seats: &Seats, size: u8, stake: Amount) -> Result<Amount, PanelError> {
    let actual = u8::try_from(seats.iter().flatten().count()).unwrap_or(u8::MAX);
    if actual != size {
        return Err(PanelError::WrongPanelSize { expected: size, actual });
    }
    let mut awards = [Amount::MAX; MAXIMUM_APPEAL_PANEL];
    let mut free = awards.iter_mut();
    let mut revealed: u8 = 0;
    for (place, seat) in seats.iter().flatten().enumerate() {
        if seats.iter().flatten().take(place).any(|earlier| earlier.member == seat.member) {
            return Err(PanelError::SeatTwice { member: seat.member });
        }
        let Some(award) = seat.award.filter(|award| *award <= stake) else { continue };
        if let Some(slot) = free.next() {
            *slot = award;
            revealed = revealed.saturating_add(1);
        }
    }
    let required = size / 2 + 1;
    if revealed < required {
        return Err(PanelError::PanelSilent { revealed, required });
    }
    // Free places hold the largest number there is, so they stand last.
    awards.sort_unstable();
    let place = usize::from(revealed);
    let lower = awards.get((place - 1) / 2).copied().unwrap_or(Amount::ZERO).raw();
    let upper = awards.get(place / 2).copied().unwrap_or(Amount::ZERO).raw();
    Ok(Amount::from_raw(lower.midpoint(upper)))
}
