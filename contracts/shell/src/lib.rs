//! What the ink! shells share: core records as storage cells, role messages' conversions, the coin's errors, tokens
//! that nobody vouches for, signatures and calls of the chain that ink! does not offer.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod coin;
pub mod erc20;
pub mod history;
pub mod host;
pub mod votes;

use florin_governance::roles::{Guardianship, RoleError};
use florin_units::Timestamp;
use ink::Address;

/// Reserves a contract's stack. The linker's own choice, two pages, is too small for records of 256-bit numbers: the
/// contract would trap.
#[cfg(target_arch = "riscv64")]
pub use polkavm_derive::min_stack_size;

/// Wraps core records, which know nothing of ink!, so that they can be stored: one record, one cell.
#[macro_export]
macro_rules! storage_cell {
    ($($(#[$doc:meta])* $name:ident($record:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[ink::scale_derive(Encode, Decode, TypeInfo)]
        pub struct $name(pub $record);

        #[cfg(feature = "std")]
        impl ink::storage::traits::StorageLayout for $name {
            fn layout(key: &ink::primitives::Key) -> ink::metadata::layout::Layout {
                use ink::metadata::layout::{Layout, LayoutKey, LeafLayout};
                Layout::Leaf(LeafLayout::from_key::<Self>(LayoutKey::from(key)))
            }
        }
    )*};
}

/// The guardian and the end of its term, or nobody for the zero address. Errors: [`RoleError::TermOutOfBounds`].
pub fn guardian(account: Address, until: u64, now: Timestamp) -> Result<Option<Guardianship>, RoleError> {
    optional(account).map(|account| Guardianship::new(account, Timestamp::from_raw(until), now)).transpose()
}

/// The guardian and the end of its term; zeros for nobody.
pub fn guardian_or_zero(guardian: Option<Guardianship>) -> (Address, u64) {
    guardian.map_or((Address::zero(), 0), |guardian| (guardian.account.into(), guardian.until.raw()))
}

/// The account, or nobody for the zero address.
pub fn optional(account: Address) -> Option<florin_stable::Address> {
    (account != Address::zero()).then_some(account.0)
}

/// The account, or the zero address for nobody.
pub fn or_zero(account: Option<florin_stable::Address>) -> Address {
    account.map_or(Address::zero(), Address::from)
}
