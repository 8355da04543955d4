//! Core records as storage cells.

florin_shell::storage_cell! {
    /// A collateral type.
    CollateralRecord(florin_stable::collateral::CollateralType);
    /// A position.
    PositionRecord(florin_stable::position::Position);
    /// A lot for sale.
    AuctionRecord(florin_stable::auction::Auction);
    /// The global books.
    LedgerRecord(florin_stable::ledger::Ledger);
    /// What stands still.
    StoppedRecord(Stopped);
    /// Who may change what.
    RolesRecord(florin_stable::roles::Roles);
    /// Parameters of a collateral type as the last vote set them.
    VotedRecord(florin_governance::step::Voted<florin_stable::collateral::CollateralParams>);
}

/// What stands still, and whether the whole contract does: both are asked for by every message about a position, so they share a
/// cell.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Stopped {
    /// Operations that are paused.
    pub pauses: florin_stable::pause::Pauses,
    /// Between predecessor and successor.
    pub standing: florin_governance::migration::Standing,
    /// Whom this contract has taken over from, or will; zero for nobody.
    pub predecessor: ink::Address,
    /// How many windows there were in which it stood still for a successor.
    pub windows: u32,
}

/// What the constructor fixes and the counters: read by nearly every message, so they share a cell.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Index {
    /// The coin.
    pub token: ink::Address,
    /// The oracle.
    pub oracle: ink::Address,
    /// Number of collateral types; the next one's number.
    pub collateral_types: u32,
    /// Number of positions ever opened; the next one's number.
    pub positions: u64,
    /// Number of auctions ever started; the next one's number.
    pub auctions: u64,
}
