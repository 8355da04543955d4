//! Titles to goods, each in the hands of an owner and a holder, as bills of lading are. Whoever issues a title hands
//! out the goods for it. Nobody governs this contract, and nothing in it can be changed.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod record;

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod title {
    use crate::record::TitleRecord;
    use florin_trade::right::{RightError as Error, Title as Record, TitleCommand, TitleKey};
    use florin_trade::Hash as Hash32;
    use ink::storage::traits::ManualKey;
    use ink::storage::Mapping;

    /// A title was issued, or has changed in any way.
    #[ink(event)]
    pub struct TitleChanged {
        /// Who issued it.
        #[ink(topic)]
        pub issuer: Address,
        /// Hash of the document.
        #[ink(topic)]
        pub document: Hash32,
        /// Who has changed it: owner, holder, issuer or custodian.
        #[ink(topic)]
        pub by: Address,
        /// The title now.
        pub title: Record,
    }

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Title {
        titles: Mapping<TitleKey, TitleRecord, ManualKey<0x5449_0001>>,
    }

    impl Title {
        /// A registry without titles.
        #[ink(constructor)]
        #[allow(clippy::new_without_default)]
        pub fn new() -> Self {
            Self { titles: Mapping::new() }
        }

        /// Issues a title to a document, by its hash, to somebody who owns and holds it. The caller is its issuer.
        ///
        /// Errors: `TitleExists`, `WrongRecipient`. Event: `TitleChanged`.
        #[ink(message)]
        pub fn issue(&mut self, document: Hash32, owner: Address) -> Result<(), Error> {
            let issuer = self.env().caller();
            let key = TitleKey { issuer: issuer.0, document };
            if self.titles.contains(key) {
                return Err(Error::TitleExists { document });
            }
            self.write(key, Record::issue(document, issuer.0, owner.0)?);
            Ok(())
        }

        /// Does with a title what its owner, holder or issuer may: nominate, endorse, hand over, reject, surrender,
        /// retire, restore, entrust.
        ///
        /// Errors: `UnknownTitle`, `WrongStanding`, `NotOwner`, `NotHolder`, `NotIssuer`, `NotNominated`,
        /// `WrongRecipient`, `NothingToReject`, `RejectBoth`. Event: `TitleChanged`.
        #[ink(message)]
        pub fn act(&mut self, issuer: Address, document: Hash32, command: TitleCommand) -> Result<(), Error> {
            let key = TitleKey { issuer: issuer.0, document };
            let title = self.record(key)?.decide(&command, &self.env().caller().0)?;
            self.write(key, title);
            Ok(())
        }

        /// Takes a title into custody for an escrow of the caller, which owner and holder have entrusted with it.
        ///
        /// Errors: `UnknownTitle`, `WrongStanding`, `NotOwner`, `NotHolder`, `NotCustodian`. Event: `TitleChanged`.
        #[ink(message)]
        pub fn take(&mut self, issuer: Address, document: Hash32, escrow: u64, from: Address) -> Result<(), Error> {
            let key = TitleKey { issuer: issuer.0, document };
            let title = self.record(key)?.take(escrow, &from.0, &self.env().caller().0)?;
            self.write(key, title);
            Ok(())
        }

        /// Gives a title that the caller has in custody for an escrow into one hand.
        ///
        /// Errors: `UnknownTitle`, `WrongStanding`, `WrongRecipient`. Event: `TitleChanged`.
        #[ink(message)]
        pub fn deliver(&mut self, issuer: Address, document: Hash32, escrow: u64, to: Address) -> Result<(), Error> {
            let key = TitleKey { issuer: issuer.0, document };
            let title = self.record(key)?.deliver(escrow, to.0, &self.env().caller().0)?;
            self.write(key, title);
            Ok(())
        }

        /// A title; none where this issuer has issued none to this document.
        #[ink(message)]
        pub fn title(&self, issuer: Address, document: Hash32) -> Option<Record> {
            self.titles.get(TitleKey { issuer: issuer.0, document }).map(|record| record.0)
        }

        fn record(&self, key: TitleKey) -> Result<Record, Error> {
            let record = self.titles.get(key).ok_or(Error::UnknownTitle { document: key.document })?;
            Ok(record.0)
        }

        fn write(&mut self, key: TitleKey, title: Record) {
            self.titles.insert(key, &TitleRecord(title));
            let by = self.env().caller();
            self.env().emit_event(TitleChanged { issuer: key.issuer.into(), document: key.document, by, title });
        }
    }
}
