//! Errors of the vault decisions, with stable codes.

use crate::collateral::ParameterError;
use crate::parameter::Parameter;
use crate::pause::Operation;
use crate::roles::RoleError;
use crate::{Address, AuctionId, CollateralTypeId, PositionId};
use florin_governance::migration::MigrationError;
use florin_units::{error_codes, Amount, Bps, MathError, Price, Seconds, Timestamp, Wad};
use parity_scale_codec::{Decode, Encode};

/// Why a vault decision was refused. The codec index is the stable code, see [`VaultError::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum VaultError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// The caller does not hold the role.
    #[codec(index = 1)]
    Role(RoleError),
    /// A parameter is out of its bounds.
    #[codec(index = 2)]
    Parameter(ParameterError),
    /// The operation is paused.
    #[codec(index = 3)]
    Paused {
        /// What stands still.
        operation: Operation,
    },
    /// Only the owner may do this.
    #[codec(index = 4)]
    NotOwner {
        /// Owner of the position.
        owner: Address,
        /// Who called.
        caller: Address,
    },
    /// Nothing was asked for, or so little that nothing would change.
    #[codec(index = 5)]
    ZeroAmount,
    /// There is no collateral type of this number.
    #[codec(index = 6)]
    UnknownCollateralType {
        /// The number.
        id: CollateralTypeId,
    },
    /// There is no position of this number.
    #[codec(index = 7)]
    UnknownPosition {
        /// The number.
        id: PositionId,
    },
    /// There is no running auction of this number.
    #[codec(index = 8)]
    UnknownAuction {
        /// The number.
        id: AuctionId,
    },
    /// The collateral type has been initialised before.
    #[codec(index = 9)]
    AlreadyInitialised,
    /// Asset and decimals of a collateral type cannot change.
    #[codec(index = 10)]
    AssetChanged,
    /// The collateral type has no price yet.
    #[codec(index = 11)]
    NoPrice,
    /// The price is too old.
    #[codec(index = 12)]
    StalePrice {
        /// When it was observed.
        updated_at: Timestamp,
        /// How old it may be.
        max_age: Seconds,
        /// The time of the call.
        now: Timestamp,
    },
    /// The price has come back after an outage and owners still have time to act.
    #[codec(index = 13)]
    PriceInGrace {
        /// End of the grace period.
        until: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The price is absurd for this collateral type.
    #[codec(index = 14)]
    PriceOutOfBounds {
        /// The price offered.
        price: Price,
        /// The lowest credible price.
        minimum: Price,
        /// The highest credible price.
        maximum: Price,
    },
    /// The stored price is younger than the one offered.
    #[codec(index = 15)]
    PriceNotNewer {
        /// When the stored price was observed.
        stored: Timestamp,
        /// When the offered price was observed.
        offered: Timestamp,
    },
    /// More collateral was asked for than there is.
    #[codec(index = 16)]
    InsufficientCollateral {
        /// Asked for.
        requested: Amount,
        /// Held.
        available: Amount,
    },
    /// A debt must be zero or at least the floor.
    #[codec(index = 17)]
    BelowDebtFloor {
        /// The debt that would be left.
        debt: Wad,
        /// The smallest debt.
        minimum: Wad,
    },
    /// The collateral type's debt would pass its line.
    #[codec(index = 18)]
    DebtCeilingExceeded {
        /// The debt of the type that would result.
        debt: Wad,
        /// The most that it may be now.
        line: Wad,
    },
    /// The position would be worth less than the safety ratio demands.
    #[codec(index = 19)]
    BelowSafetyRatio {
        /// Value of the collateral that would be left.
        value: Wad,
        /// Value that the debt demands.
        required: Wad,
    },
    /// The position is worth at least what the liquidation ratio demands.
    #[codec(index = 20)]
    NotLiquidatable {
        /// Value of the collateral.
        value: Wad,
        /// Value below which it is liquidated.
        required: Wad,
    },
    /// The position has no debt.
    #[codec(index = 21)]
    NoDebt,
    /// The sum of open auctions leaves no room.
    #[codec(index = 22)]
    AuctionCapReached {
        /// What the auction would have to raise.
        tab: Wad,
        /// What is left under the cap.
        room: Wad,
    },
    /// The auction has run out and must be restarted first.
    #[codec(index = 23)]
    AuctionStale {
        /// When it went stale.
        stale_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The auction is still running and its floor is not above the market.
    #[codec(index = 24)]
    AuctionNotStale {
        /// When it goes stale.
        stale_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The auction's price is above what the buyer would pay.
    #[codec(index = 25)]
    PriceAboveMaximum {
        /// The price now.
        price: Price,
        /// The buyer's limit.
        maximum: Price,
    },
    /// The rest of the tab would be too small to auction; take more, or all.
    #[codec(index = 26)]
    TabRemainderTooSmall {
        /// The tab that would be left.
        remainder: Wad,
        /// The smallest tab that may be left.
        minimum: Wad,
    },
    /// The rest of the lot would be too small to auction; take less, or all.
    #[codec(index = 27)]
    LotRemainderTooSmall {
        /// Value of the lot that would be left, at the auction's price.
        remainder: Wad,
        /// The smallest value that may be left.
        minimum: Wad,
    },
    /// Surplus or deficit is zero, there is nothing to net.
    #[codec(index = 28)]
    NothingToHeal,
    /// More was asked for than is owed to the account.
    #[codec(index = 29)]
    RewardUnavailable {
        /// Asked for.
        requested: Wad,
        /// Owed.
        available: Wad,
    },
    /// The ratio is not defined or too large to express.
    #[codec(index = 30)]
    RatioOutOfRange {
        /// The largest ratio that can be expressed.
        maximum: Bps,
    },
    /// The defensive track may not move this parameter there.
    #[codec(index = 31)]
    NotDefensive {
        /// Which.
        parameter: Parameter,
        /// What it is.
        current: u128,
        /// What it was to become.
        proposed: u128,
    },
    /// One vote may not move this parameter so far.
    #[codec(index = 32)]
    StepTooLarge {
        /// Which.
        parameter: Parameter,
        /// What it was to become.
        proposed: u128,
        /// The lowest value that one vote may set now.
        lowest: u128,
        /// The highest.
        highest: u128,
    },
    /// A vote has changed these parameters less than a day ago.
    #[codec(index = 33)]
    ChangedTooSoon {
        /// When they may be changed again.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The contract is being replaced by another.
    #[codec(index = 34)]
    Migration(MigrationError),
}

error_codes!(VaultError {
    Math = 0, "arithmetic error";
    Role = 1, "the caller does not hold the role";
    Parameter = 2, "a parameter is out of its bounds";
    Paused = 3, "the operation is paused";
    NotOwner = 4, "only the owner of the position may do this";
    ZeroAmount = 5, "the amount is zero or too small to change anything";
    UnknownCollateralType = 6, "there is no such collateral type";
    UnknownPosition = 7, "there is no such position";
    UnknownAuction = 8, "there is no such auction";
    AlreadyInitialised = 9, "the collateral type exists already";
    AssetChanged = 10, "asset and decimals of a collateral type cannot change";
    NoPrice = 11, "the collateral type has no price yet";
    StalePrice = 12, "the price is too old";
    PriceInGrace = 13, "the price has just come back, the grace period is running";
    PriceOutOfBounds = 14, "the price is outside its bounds";
    PriceNotNewer = 15, "a younger price is stored already";
    InsufficientCollateral = 16, "the position does not hold that much collateral";
    BelowDebtFloor = 17, "a debt must be zero or at least the floor";
    DebtCeilingExceeded = 18, "the debt ceiling of the collateral type is reached";
    BelowSafetyRatio = 19, "the position would fall below the safety ratio";
    NotLiquidatable = 20, "the position is not below the liquidation ratio";
    NoDebt = 21, "the position has no debt";
    AuctionCapReached = 22, "the open auctions leave no room";
    AuctionStale = 23, "the auction has run out and must be restarted";
    AuctionNotStale = 24, "the auction is still running";
    PriceAboveMaximum = 25, "the price is above the buyer's limit";
    TabRemainderTooSmall = 26, "the rest of the tab would be too small to auction";
    LotRemainderTooSmall = 27, "the rest of the lot would be too small to auction";
    NothingToHeal = 28, "there is nothing to net";
    RewardUnavailable = 29, "more was asked for than is owed";
    RatioOutOfRange = 30, "the ratio is not defined";
    NotDefensive = 31, "the defensive track may only lower risk";
    StepTooLarge = 32, "one vote may not move the parameter so far";
    ChangedTooSoon = 33, "a vote has changed these parameters less than a day ago";
    Migration = 34, "the contract is being replaced by another";
});

impl From<MathError> for VaultError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<RoleError> for VaultError {
    fn from(error: RoleError) -> Self {
        Self::Role(error)
    }
}

impl From<MigrationError> for VaultError {
    fn from(error: MigrationError) -> Self {
        Self::Migration(error)
    }
}

impl From<ParameterError> for VaultError {
    fn from(error: ParameterError) -> Self {
        Self::Parameter(error)
    }
}
