//! Voting power. Each holding counts for one delegate: the holder itself unless it has named another. Delegation is one step
//! deep, what was delegated to an account is not passed on by it, so there are no loops and nothing counts twice.
//!
//! Every change leaves a checkpoint. A question about the past is answered by a binary search over the account's own checkpoints:
//! its cost does not depend on how many others vote.

use crate::history;
use florin_units::{error_codes, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// A moment, as blocks tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Moment {
    /// Height of the block.
    pub block: u32,
    /// Time of the block.
    pub time: Timestamp,
}

/// Power from a block on, until the next checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Checkpoint {
    /// When it changed.
    pub since: Moment,
    /// Power after all changes of that block, in raw units of the vote token.
    pub power: u128,
}

/// What a question about the past goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Past {
    /// The end of this block.
    #[codec(index = 0)]
    Block(u32),
    /// The end of the last block at or before this time.
    #[codec(index = 1)]
    Time(Timestamp),
}

/// Why power cannot be told or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum PowerError {
    /// The block or moment is not over: its power may still change.
    #[codec(index = 0)]
    NotPast {
        /// What was asked for.
        asked: Past,
        /// The present.
        now: Moment,
    },
    /// More power than there is, or less than nothing.
    #[codec(index = 1)]
    OutOfRange {
        /// Power before.
        power: u128,
        /// What was to be added or taken.
        change: u128,
    },
}

error_codes!(PowerError {
    NotPast = 0, "only power of the past can be told";
    OutOfRange = 1, "voting power out of range";
});

/// How power changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// By so much more.
    Gain(u128),
    /// By so much less.
    Loss(u128),
}

/// Where the next checkpoint goes, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Place in the account's history.
    pub place: u32,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Checkpoints of the account afterwards.
    pub length: u32,
}

/// Changes the power of an account whose history has `length` checkpoints, the last of which is `last`. Several changes in one
/// block share a checkpoint.
///
/// # Errors
/// [`PowerError::OutOfRange`].
pub fn change(length: u32, last: Option<Checkpoint>, change: Change, now: Moment) -> Result<Written, PowerError> {
    let before = last.map_or(0, |checkpoint| checkpoint.power);
    let power = match change {
        Change::Gain(more) => before.checked_add(more),
        Change::Loss(less) => before.checked_sub(less),
    };
    let amount = match change {
        Change::Gain(amount) | Change::Loss(amount) => amount,
    };
    let out_of_range = PowerError::OutOfRange { power: before, change: amount };
    let power = power.ok_or(out_of_range)?;
    let checkpoint = Checkpoint { since: now, power };
    let since = last.map(|last| last.since.block);
    let (place, length) = history::place(length, since, now.block).ok_or(out_of_range)?;
    Ok(Written { place, checkpoint, length })
}

/// Power at a block or time of the past, from a history of `length` checkpoints that `load` gives by place. Reads at most
/// `1 + log2(length)` of them.
///
/// # Errors
/// [`PowerError::NotPast`] for the present block and later.
pub fn power_at(
    length: u32,
    load: impl Fn(u32) -> Option<Checkpoint>,
    asked: Past,
    now: Moment,
) -> Result<u128, PowerError> {
    let is_past = match asked {
        Past::Block(block) => block < now.block,
        Past::Time(time) => time < now.time,
    };
    if !is_past {
        return Err(PowerError::NotPast { asked, now });
    }
    let is_after = |checkpoint: &Checkpoint| match asked {
        Past::Block(block) => checkpoint.since.block > block,
        Past::Time(time) => checkpoint.since.time > time,
    };
    Ok(history::latest(length, load, is_after).map_or(0, |checkpoint| checkpoint.power))
}

/// The changes of power when units move between holders with these delegates. Nothing changes where both have the same one.
pub fn moved<Account: PartialEq>(
    from: Option<Account>,
    to: Option<Account>,
    units: u128,
) -> [Option<(Account, Change)>; 2] {
    if from == to || units == 0 {
        return [None, None];
    }
    [from.map(|account| (account, Change::Loss(units))), to.map(|account| (account, Change::Gain(units)))]
}
