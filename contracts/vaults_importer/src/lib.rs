//! Copies the records of vaults to their successor. The successor runs this code on its own storage, by `import`, until it has taken
//! over; on storage of its own it does nothing. Not part of the vaults' code, which every draw pays for.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod vaults_importer {
    use florin_vaults::error::Error;
    use florin_vaults::vaults::Vaults;
    use ink::prelude::vec::Vec;

    /// No storage of its own: the cells are those of the contract that runs this code.
    #[ink(storage)]
    #[derive(Default)]
    pub struct VaultsImporter {}

    impl VaultsImporter {
        /// Code to be run by others.
        #[ink(constructor)]
        pub fn new() -> Self {
            Self {}
        }

        /// Copies a page of the predecessor's records: a collateral type, then so many positions by number, then so many auctions,
        /// at most 100. Anyone may, again and again, until it returns that there is nothing left.
        ///
        /// Errors: `Migration`, `NoAnswer`, `TooManyTypesOfFeed`. Events: `Imported`, and `CollateralConfigured` for a type.
        #[ink(message)]
        pub fn copy_page(&mut self, count: u8) -> Result<bool, Error> {
            Vaults::handle().copy_page(count)
        }

        /// Copies the rewards that wait for these keepers in the predecessor, each once. Anyone may.
        ///
        /// Errors: `Migration`, `NoAnswer`. Event: `Rewarded`, deferred.
        #[ink(message)]
        pub fn copy_rewards(&mut self, keepers: Vec<Address>) -> Result<(), Error> {
            Vaults::handle().copy_rewards(keepers)
        }

        /// Takes over: the predecessor leaves, its books, pauses and collateral types hold here, every price's grace period begins,
        /// and the predecessor's place in the coin's gate moves here. Anyone may, once everything has been copied.
        ///
        /// Errors: `Migration` (`Incomplete` where records, rewards or debt are missing), `NoAnswer`, `Coin`. Events:
        /// `PausesChanged`, `StandingChanged`.
        #[ink(message)]
        pub fn take_over(&mut self) -> Result<(), Error> {
            Vaults::handle().take_over()
        }
    }
}
