//! Core records as storage cells.

use ink::Address;

florin_shell::storage_cell! {
    /// How a feed makes its price.
    ConfigRecord(florin_stable::oracle::FeedConfig);
    /// What the feeders of a feed reported last.
    ReportsRecord(florin_stable::oracle::Reports);
    /// The price of a feed.
    StateRecord(florin_stable::oracle::FeedState);
    /// Who may change what.
    RolesRecord(florin_stable::roles::Roles);
    /// The feeders of a feed, by slot.
    FeedersRecord(florin_stable::oracle::Feeders);
    /// A feed in the shadow of another.
    ShadowRecord(florin_stable::shadow::Shadow);
    /// The contracts that are told of each new price of a feed.
    ListenersRecord([Option<Address>; LISTENERS]);
}

/// The most contracts that are told of a feed's prices.
pub const LISTENERS: usize = 4;
