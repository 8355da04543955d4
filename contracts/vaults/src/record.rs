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
    PausesRecord(florin_stable::pause::Pauses);
    /// Who may change what.
    RolesRecord(florin_stable::roles::Roles);
    /// Parameters of a collateral type from a block on.
    ParamsRecord(ParamsSince);
}

/// Parameters of a collateral type from a block on.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ParamsSince {
    /// The block.
    pub since: u32,
    /// The parameters.
    pub params: florin_stable::collateral::CollateralParams,
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
