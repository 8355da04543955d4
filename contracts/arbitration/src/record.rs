//! Core records as storage cells.

florin_shell::storage_cell! {
    /// Who may change what.
    RolesRecord(florin_governance::roles::Roles);
    /// A pool.
    PoolRecord(florin_panels::pool::Pool);
    /// The place and the stake of an account in the staked pool.
    MembershipRecord(florin_panels::pool::Membership);
    /// A case.
    CaseRecord(florin_panels::case::Case);
    /// Who sits in its panel.
    PanelRecord(florin_panels::draw::Panel);
    /// What the member at a place has committed to and revealed.
    SeatCell(florin_panels::case::SeatRecord);
    /// What is owed in an asset.
    LedgerRecord(florin_panels::ledger::AssetLedger);
}

/// What the constructor fixes, the collector, and the counter of pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Index {
    /// The asset of stakes.
    pub token: ink::Address,
    /// What a seat in the staked pool locks, in raw units of it.
    pub seat_stake: u128,
    /// Who gets what nobody has earned and what does not divide.
    pub collector: ink::Address,
    /// Number of the next pool.
    pub pools: u32,
}
