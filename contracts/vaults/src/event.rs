//! Events: each carries the new state of what it changed, so that an indexer needs no history.

use florin_governance::migration::Standing;
use florin_stable::collateral::CollateralParams;
use florin_stable::pause::Pauses;
use florin_units::{Amount, Art, Price, Rad, Ray, Timestamp, Wad};
use ink::Address;

/// A position changed: opened, deposited to, withdrawn from, drawn on, repaid, closed, seized from, or got a lot's rest back.
#[ink::event]
pub struct PositionChanged {
    /// The position.
    #[ink(topic)]
    pub position: u64,
    /// Its owner.
    #[ink(topic)]
    pub owner: Address,
    /// Its collateral type.
    #[ink(topic)]
    pub collateral_type: u32,
    /// Collateral that it holds now, in raw units.
    pub collateral: Amount,
    /// Normalised debt that it has now.
    pub art: Art,
    /// Rate of the type: debt is `art * rate`.
    pub rate: Ray,
}

/// A position was liquidated.
#[ink::event]
pub struct Liquidated {
    /// The position.
    #[ink(topic)]
    pub position: u64,
    /// The keeper who did it.
    #[ink(topic)]
    pub keeper: Address,
    /// The auction of the seized lot; none where the position had no collateral.
    pub auction: Option<u64>,
    /// Debt that became deficit, exactly.
    pub closed: Rad,
    /// Collateral seized.
    pub lot: Amount,
    /// Coin to raise.
    pub tab: Wad,
    /// Market price that it was valued at.
    pub price: Price,
}

/// A lot was bought from.
#[ink::event]
pub struct Taken {
    /// The auction.
    #[ink(topic)]
    pub auction: u64,
    /// The buyer.
    #[ink(topic)]
    pub buyer: Address,
    /// The position that the lot was seized from.
    #[ink(topic)]
    pub position: u64,
    /// Collateral sold.
    pub sold: Amount,
    /// Coin paid.
    pub paid: Wad,
    /// Price for one whole token.
    pub price: Price,
    /// Collateral left for sale; zero where the auction has ended.
    pub lot: Amount,
    /// Coin left to raise; zero where the auction has ended.
    pub tab: Wad,
    /// Collateral that went back to the position.
    pub returned: Amount,
    /// What the ended auction failed to raise; it has been in the deficit since the liquidation.
    pub shortfall: Wad,
}

/// An auction was restarted.
#[ink::event]
pub struct Restarted {
    /// The auction.
    #[ink(topic)]
    pub auction: u64,
    /// The keeper who did it.
    #[ink(topic)]
    pub keeper: Address,
    /// Its first price now.
    pub top: Price,
    /// Its lowest price now.
    pub floor: Price,
}

/// A keeper was rewarded.
#[ink::event]
pub struct Rewarded {
    /// The keeper.
    #[ink(topic)]
    pub keeper: Address,
    /// Coin.
    pub amount: Wad,
    /// Whether the mint gate was shut, so that the reward waits to be claimed.
    pub deferred: bool,
}

/// A payout could not be delivered and waits to be claimed.
#[ink::event]
pub struct PayoutDeferred {
    /// Whose it is.
    #[ink(topic)]
    pub account: Address,
    /// The asset; zero for the native token.
    #[ink(topic)]
    pub asset: Address,
    /// Raw units.
    pub amount: Amount,
}

/// A deferred payout was claimed.
#[ink::event]
pub struct Claimed {
    /// Whose it was.
    #[ink(topic)]
    pub account: Address,
    /// The asset; zero for the native token.
    #[ink(topic)]
    pub asset: Address,
    /// Who got it.
    pub to: Address,
    /// Raw units.
    pub amount: Amount,
}

/// Surplus was netted against deficit.
#[ink::event]
pub struct Healed {
    /// How much of both.
    pub netted: Rad,
    /// Surplus left.
    pub surplus: Rad,
    /// Deficit left.
    pub deficit: Rad,
}

/// A collateral type's rate moved.
#[ink::event]
pub struct Accrued {
    /// The type.
    #[ink(topic)]
    pub collateral_type: u32,
    /// Its rate now.
    pub rate: Ray,
    /// The fee that went to the surplus.
    pub revenue: Rad,
}

/// A collateral type took over a price.
#[ink::event]
pub struct PriceSet {
    /// The type.
    #[ink(topic)]
    pub collateral_type: u32,
    /// Dollars in wad for one whole token.
    pub price: Price,
    /// How old the data is.
    pub updated_at: Timestamp,
}

/// A collateral type was added or its parameters were changed.
#[ink::event]
pub struct CollateralConfigured {
    /// The type.
    #[ink(topic)]
    pub collateral_type: u32,
    /// Its parameters now.
    pub params: CollateralParams,
}

/// The parameters of a collateral type may be loosened again.
#[ink::event]
pub struct DefenceEnded {
    /// The type.
    #[ink(topic)]
    pub collateral_type: u32,
}

/// What stands still changed.
#[ink::event]
pub struct PausesChanged {
    /// What stands still now.
    pub pauses: Pauses,
}

/// The holders of the roles changed.
#[ink::event]
pub struct RolesChanged {
    /// Who governs.
    #[ink(topic)]
    pub governor: Address,
    /// Who may take over; zero for nobody.
    pub pending_governor: Address,
    /// Who may pause; zero for nobody.
    pub guardian: Address,
    /// End of the guardian's term, in seconds since 1970.
    pub guardian_until: u64,
}

/// The contract began to stand still, works again, left to its successor, or took over from its predecessor.
#[ink::event]
pub struct StandingChanged {
    /// Where it stands now; a window that ends is no event.
    pub standing: Standing,
}

/// A page of records was copied from the predecessor.
#[ink::event]
pub struct Imported {
    /// Collateral types that are here now.
    pub collateral_types: u32,
    /// Positions, by number, that are here now.
    pub positions: u64,
    /// Auctions, by number, that are here now.
    pub auctions: u64,
}

/// The collateral of a type went to the successor.
#[ink::event]
pub struct HandedOver {
    /// The type.
    #[ink(topic)]
    pub collateral_type: u32,
    /// The successor.
    #[ink(topic)]
    pub successor: Address,
    /// Raw units.
    pub amount: Amount,
}
