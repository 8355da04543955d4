//! Events: each carries the new state of what it changed, so that an indexer needs no history.

use florin_panels::award::Seats;
use florin_panels::case::{Case, SeatRecord};
use florin_panels::draw::Panel;
use florin_panels::pool::Membership;
use florin_units::Amount;
use ink::prelude::vec::Vec;
use ink::Address;

/// A named pool was made.
#[ink::event]
pub struct PoolMade {
    /// Its number.
    #[ink(topic)]
    pub pool: u32,
    /// Who made it.
    #[ink(topic)]
    pub maker: Address,
    /// Its members, by place.
    pub members: Vec<Address>,
}

/// An account may join the staked pool now, or may not any more.
#[ink::event]
pub struct AccountAdmitted {
    /// The account.
    #[ink(topic)]
    pub account: Address,
    /// Whether it may.
    pub admitted: bool,
}

/// The staked pool sits for a court now, or does not any more.
#[ink::event]
pub struct CourtAdmitted {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Whether it does.
    pub admitted: bool,
}

/// The place or the stake of an account in the staked pool changed.
#[ink::event]
pub struct MembershipChanged {
    /// The account.
    #[ink(topic)]
    pub account: Address,
    /// What it has there now.
    pub membership: Membership,
}

/// A panel was called.
#[ink::event]
pub struct PanelCalled {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// The case now.
    pub case: Case,
}

/// A panel was drawn.
#[ink::event]
pub struct PanelDrawn {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// The case now.
    pub case: Case,
    /// Who sits.
    pub panel: Panel,
}

/// A member of a panel has committed or revealed.
#[ink::event]
pub struct SeatChanged {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// The member.
    #[ink(topic)]
    pub member: Address,
    /// The case now.
    pub case: Case,
    /// Its seat now.
    pub seat: SeatRecord,
}

/// A court has taken what a panel has revealed.
#[ink::event]
pub struct PanelReported {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// The case now.
    pub case: Case,
    /// Members and what they award.
    pub seats: Seats,
}

/// A case has ended without a report.
#[ink::event]
pub struct PanelClosed {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// The case now.
    pub case: Case,
}

/// A court has paid fees. Amounts are raw units of the asset.
#[ink::event]
pub struct FeeCollected {
    /// The court.
    #[ink(topic)]
    pub court: Address,
    /// Number of the dispute there.
    #[ink(topic)]
    pub number: u64,
    /// In what it has paid.
    #[ink(topic)]
    pub asset: Address,
    /// What has come in, measured.
    pub received: Amount,
    /// What each member of the first panel got that has revealed.
    pub share: Amount,
    /// What each member of the appeal panel got that has revealed.
    pub appeal_share: Amount,
    /// What the collector got.
    pub rest: Amount,
}

/// An account can claim more.
#[ink::event]
pub struct Credited {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// The account.
    #[ink(topic)]
    pub account: Address,
    /// What it can claim now, in raw units.
    pub claim: Amount,
}

/// An account has claimed all that it could.
#[ink::event]
pub struct Claimed {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// The account.
    #[ink(topic)]
    pub account: Address,
    /// Where it was paid.
    #[ink(topic)]
    pub to: Address,
    /// How much, in raw units.
    pub amount: Amount,
}

/// Somebody else gets what nobody has earned.
#[ink::event]
pub struct CollectorChanged {
    /// Who.
    #[ink(topic)]
    pub collector: Address,
}

/// The holders of the roles changed.
#[ink::event]
pub struct RolesChanged {
    /// Who governs.
    #[ink(topic)]
    pub governor: Address,
    /// Who may take over; zero for nobody.
    pub pending_governor: Address,
    /// Who may dismiss courts; zero for nobody.
    pub guardian: Address,
    /// End of the guardian's term, in seconds since 1970.
    pub guardian_until: u64,
}
