//! Why panels and arbitration refuse, with stable codes.

use crate::case::{CaseId, Message, Status};
use crate::{Address, Hash};
use florin_units::{error_codes, Amount, MathError, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode};

/// Why a panel has awarded nothing. The codec index is the stable code, see [`PanelError::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum PanelError {
    /// The panel has another number of members.
    #[codec(index = 0)]
    WrongPanelSize {
        /// What it must have.
        expected: u8,
        /// What it has.
        actual: u8,
    },
    /// Somebody sits twice.
    #[codec(index = 1)]
    SeatTwice {
        /// Who.
        member: Address,
    },
    /// Too few members have revealed an award.
    #[codec(index = 2)]
    PanelSilent {
        /// How many have.
        revealed: u8,
        /// How many must have.
        required: u8,
    },
}

error_codes!(PanelError {
    WrongPanelSize = 0, "the panel has another number of members";
    SeatTwice = 1, "somebody sits twice in the panel";
    PanelSilent = 2, "too few members have revealed an award";
});

/// Why a message of arbitration was refused. The codec index is the stable code, see [`ArbitrationError::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ArbitrationError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// No panel was called for this case.
    #[codec(index = 1)]
    UnknownCase {
        /// The case.
        case: CaseId,
    },
    /// The case does not stand where this message is legal.
    #[codec(index = 2)]
    NotAllowed {
        /// The message.
        message: Message,
        /// Where the case stands.
        status: Status,
    },
    /// The court says something else than when the panel was called. It can be called again once this call has lapsed.
    #[codec(index = 3)]
    OtherHearing,
    /// A panel has between one and eleven members.
    #[codec(index = 4)]
    WrongSeats {
        /// What the court asks for.
        seats: u8,
    },
    /// The panel may not be drawn yet.
    #[codec(index = 5)]
    NotYetHeard {
        /// From when on.
        from: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The court's window leaves too little time.
    #[codec(index = 6)]
    TooLittleTime {
        /// What is left.
        left: Seconds,
        /// The least.
        required: Seconds,
    },
    /// The court's window is longer than stakes can be locked.
    #[codec(index = 7)]
    TooMuchTime {
        /// What is left.
        left: Seconds,
        /// The most.
        maximum: Seconds,
    },
    /// There is no such pool.
    #[codec(index = 8)]
    UnknownPool {
        /// Its number.
        pool: u32,
    },
    /// A pool needs a member.
    #[codec(index = 9)]
    EmptyPool,
    /// A named pool has at most 64 members.
    #[codec(index = 10)]
    PoolTooLarge {
        /// Given.
        members: u32,
    },
    /// A pool names somebody twice.
    #[codec(index = 11)]
    MemberTwice {
        /// Who.
        member: Address,
    },
    /// Nobody is behind the zero address.
    #[codec(index = 12)]
    ZeroAddress,
    /// A panel can be drawn from the staked pool, which must not change before.
    #[codec(index = 13)]
    PoolSettling {
        /// The last block at which it can.
        until: u32,
        /// The block of the call.
        block: u32,
    },
    /// The draw has found too few members who may sit.
    #[codec(index = 14)]
    PoolTooSmall {
        /// The pool.
        pool: u32,
        /// Seats to fill.
        seats: u8,
    },
    /// The chain does not know the hash of the block that decides.
    #[codec(index = 15)]
    HashUnknown {
        /// The block.
        block: u32,
    },
    /// The governor has not admitted the account to the staked pool, or not as a court.
    #[codec(index = 16)]
    NotAdmitted {
        /// Who.
        account: Address,
    },
    /// The account is in the staked pool.
    #[codec(index = 17)]
    AlreadyMember,
    /// The account is not in the staked pool.
    #[codec(index = 18)]
    NotMember,
    /// The stake does not cover a seat.
    #[codec(index = 19)]
    StakeTooSmall {
        /// What it would be, in raw units.
        stake: Amount,
        /// What a seat takes.
        required: Amount,
    },
    /// More than the free stake.
    #[codec(index = 20)]
    AboveFreeStake {
        /// Asked for, in raw units.
        amount: Amount,
        /// What is free.
        available: Amount,
    },
    /// The account does not sit in the panel.
    #[codec(index = 21)]
    NotSeated {
        /// Who.
        account: Address,
    },
    /// The member has committed.
    #[codec(index = 22)]
    AlreadyCommitted {
        /// Its place.
        place: u8,
    },
    /// The member has not committed.
    #[codec(index = 23)]
    NotCommitted {
        /// Its place.
        place: u8,
    },
    /// The member has revealed.
    #[codec(index = 24)]
    AlreadyRevealed {
        /// Its place.
        place: u8,
    },
    /// The member has committed to something else.
    #[codec(index = 25)]
    OtherCommitment {
        /// What it has committed to.
        expected: Hash,
        /// What it reveals comes to.
        actual: Hash,
    },
    /// The award is more than the stake.
    #[codec(index = 26)]
    AboveStake {
        /// The award, in raw units.
        award: Amount,
        /// The stake.
        stake: Amount,
    },
    /// Nothing was asked for.
    #[codec(index = 27)]
    ZeroAmount,
    /// The court has paid nothing.
    #[codec(index = 28)]
    NothingReceived,
    /// Nothing is owed to the account.
    #[codec(index = 29)]
    NothingToClaim,
    /// The contract would have less than it owes.
    #[codec(index = 30)]
    Insolvent {
        /// Liabilities, in raw units.
        required: Amount,
        /// What it has.
        balance: Amount,
    },
    /// A panel of the staked pool must be paid in the asset of the stakes.
    #[codec(index = 31)]
    WrongAsset {
        /// The asset of the stakes.
        expected: Address,
        /// The hearing's.
        actual: Address,
    },
    /// A panel of the staked pool must be paid more.
    #[codec(index = 32)]
    FeeTooSmall {
        /// The hearing's fee.
        fee: Amount,
        /// At least.
        minimum: Amount,
    },
    /// A panel was called as often as it can be for one hearing.
    #[codec(index = 33)]
    TooManyCalls {
        /// At most.
        maximum: u8,
    },
}

error_codes!(ArbitrationError {
    Math = 0, "arithmetic error";
    UnknownCase = 1, "no panel was called for this case";
    NotAllowed = 2, "the case does not stand where this message is legal";
    OtherHearing = 3, "the court says something else than when the panel was called";
    WrongSeats = 4, "a panel has between one and eleven members";
    NotYetHeard = 5, "the panel may not be drawn yet";
    TooLittleTime = 6, "the court's window leaves too little time";
    TooMuchTime = 7, "the court's window is longer than stakes can be locked";
    UnknownPool = 8, "there is no such pool";
    EmptyPool = 9, "a pool needs a member";
    PoolTooLarge = 10, "a named pool has at most 64 members";
    MemberTwice = 11, "a pool names somebody twice";
    ZeroAddress = 12, "nobody is behind the zero address";
    PoolSettling = 13, "a panel can be drawn from the staked pool, which must not change before";
    PoolTooSmall = 14, "the draw has found too few members who may sit";
    HashUnknown = 15, "the chain does not know the hash of the block that decides";
    NotAdmitted = 16, "the governor has not admitted the account";
    AlreadyMember = 17, "the account is in the staked pool";
    NotMember = 18, "the account is not in the staked pool";
    StakeTooSmall = 19, "the stake does not cover a seat";
    AboveFreeStake = 20, "this is more than the free stake";
    NotSeated = 21, "the account does not sit in the panel";
    AlreadyCommitted = 22, "the member has committed";
    NotCommitted = 23, "the member has not committed";
    AlreadyRevealed = 24, "the member has revealed";
    OtherCommitment = 25, "the member has committed to something else";
    AboveStake = 26, "the award is more than the stake";
    ZeroAmount = 27, "nothing was asked for";
    NothingReceived = 28, "the court has paid nothing";
    NothingToClaim = 29, "nothing is owed to the account";
    Insolvent = 30, "the contract has less than it owes";
    WrongAsset = 31, "a panel of the staked pool must be paid in the asset of the stakes";
    FeeTooSmall = 32, "a panel of the staked pool must be paid more";
    TooManyCalls = 33, "a panel was called as often as it can be for one hearing";
});

impl From<MathError> for ArbitrationError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}
