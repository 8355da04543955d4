//! A hearing, members and dice, as all tests share them.
#![allow(dead_code, clippy::unwrap_used)]

use florin_panels::award::{Seat, Seats, MAXIMUM_APPEAL_PANEL};
use florin_panels::case::{Case, CaseId};
use florin_panels::hearing::{Hearing, MAXIMUM_EXCLUDED};
use florin_panels::pool::STAKED_POOL;
use florin_panels::{Address, Hash, Moment};
use florin_units::{Amount, Timestamp};
use sha3::{Digest, Keccak256};

pub(crate) const CONTRACT: Address = [1; 20];
pub(crate) const COURT: Address = [2; 20];
pub(crate) const TOKEN: Address = [3; 20];
pub(crate) const OTHER: Address = [4; 20];
pub(crate) const COLLECTOR: Address = [5; 20];
pub(crate) const HOUR: u64 = 3_600;
pub(crate) const DAY: u64 = 24 * HOUR;
/// Seconds of a block.
pub(crate) const BLOCK: u64 = 6;
/// What a seat takes of a stake.
pub(crate) const SEAT_STAKE: u128 = 1_000;

pub(crate) fn keccak(bytes: &[u8]) -> Hash {
    Keccak256::digest(bytes).into()
}

pub(crate) fn amount(raw: u128) -> Amount {
    Amount::from_raw(raw)
}

/// A moment, so many seconds after the beginning of the test, which is in block 1,000.
pub(crate) fn at(seconds: u64) -> Moment {
    let block = 1_000 + u32::try_from(seconds / BLOCK).unwrap();
    Moment { block, time: Timestamp::from_raw(1_700_000_000 + seconds) }
}

/// The account of a number.
pub(crate) fn account(number: u32) -> Address {
    let mut account = [0xac; 20];
    account[16..].copy_from_slice(&number.to_be_bytes());
    account
}

/// Three seats of the staked pool, for ten days.
pub(crate) fn hearing() -> Hearing {
    Hearing {
        pool: STAKED_POOL,
        seats: 3,
        is_appeal: false,
        from: at(0).time,
        until: at(10 * DAY).time,
        stake: amount(1_000_000),
        asset: TOKEN,
        fee: amount(500),
        excluded: [None; MAXIMUM_EXCLUDED],
    }
}

pub(crate) fn case_id() -> CaseId {
    CaseId { court: COURT, number: 7, is_appeal: false }
}

/// A case that was called at the beginning.
pub(crate) fn called(hearing: Hearing) -> Case {
    Case::call(None, hearing, at(0)).unwrap()
}

/// A case whose panel was drawn four blocks after the call.
pub(crate) fn sitting(hearing: Hearing) -> Case {
    called(hearing).draw(&hearing, at(4 * BLOCK)).unwrap().1
}

/// Seats of members in a row, with what they have revealed.
pub(crate) fn seats(awards: &[Option<u128>]) -> Seats {
    let mut seats = [None; MAXIMUM_APPEAL_PANEL];
    for ((slot, number), award) in seats.iter_mut().zip(0..).zip(awards) {
        *slot = Some(Seat { member: account(number), award: award.map(amount) });
    }
    seats
}

/// A generator that needs no dependency and is the same everywhere (xorshift64*).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides
    }

    /// One in so many.
    pub(crate) fn one_in(&mut self, many: u64) -> bool {
        self.roll(many) == 0
    }
}
