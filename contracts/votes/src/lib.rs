//! The vote token: an ERC-20 (both ABIs) whose supply is fixed when it is created, with delegation and the power of any past
//! block or moment.
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
pub mod votes {
    use crate::record::CheckpointRecord;
    use florin_governance::power::{self, Change, Moment, Past};
    use florin_governance::signing::{self, SignatureError, VOTES};
    use florin_shell::host;
    use florin_shell::votes::VotesError as Error;
    use florin_units::Timestamp as Time;
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use ink::U256;

    /// Tokens moved; `from` is zero where they were created. (ERC-20)
    #[ink(event)]
    pub struct Transfer {
        /// Who had them.
        #[ink(topic)]
        pub from: Address,
        /// Who has them.
        #[ink(topic)]
        pub to: Address,
        /// Raw units.
        pub value: U256,
    }

    /// An allowance was set. (ERC-20)
    #[ink(event)]
    pub struct Approval {
        /// Whose tokens.
        #[ink(topic)]
        pub owner: Address,
        /// Who may move them.
        #[ink(topic)]
        pub spender: Address,
        /// Raw units.
        pub value: U256,
    }

    /// A holder's tokens count for another account now. (ERC-5805)
    #[ink(event)]
    pub struct DelegateChanged {
        /// The holder.
        #[ink(topic)]
        pub delegator: Address,
        /// For whom they counted; the holder itself where nobody was named.
        #[ink(topic)]
        pub from_delegate: Address,
        /// For whom they count.
        #[ink(topic)]
        pub to_delegate: Address,
    }

    /// An account has other power now. (ERC-5805)
    #[ink(event)]
    pub struct DelegateVotesChanged {
        /// The account.
        #[ink(topic)]
        pub delegate: Address,
        /// Raw units before.
        pub previous_votes: U256,
        /// Raw units now.
        pub new_votes: U256,
    }

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Votes {
        total_supply: Lazy<u128, ManualKey<0x564F_0001>>,
        balances: Mapping<Address, u128, ManualKey<0x564F_0002>>,
        allowances: Mapping<(Address, Address), U256, ManualKey<0x564F_0003>>,
        delegates: Mapping<Address, Address, ManualKey<0x564F_0004>>,
        lengths: Mapping<Address, u32, ManualKey<0x564F_0005>>,
        checkpoints: Mapping<(Address, u32), CheckpointRecord, ManualKey<0x564F_0006>>,
        nonces: Mapping<Address, u64, ManualKey<0x564F_0007>>,
    }

    impl Votes {
        /// All vote tokens that will ever be, held by the caller, who distributes them. Nobody can make more.
        #[ink(constructor)]
        pub fn new(supply: u128) -> Self {
            let mut votes = Self {
                total_supply: Lazy::new(),
                balances: Mapping::new(),
                allowances: Mapping::new(),
                delegates: Mapping::new(),
                lengths: Mapping::new(),
                checkpoints: Mapping::new(),
                nonces: Mapping::new(),
            };
            let holder = votes.env().caller();
            votes.total_supply.set(&supply);
            votes.balances.insert(holder, &supply);
            let first = power::Checkpoint { since: votes.now(), power: supply };
            votes.lengths.insert(holder, &1);
            votes.checkpoints.insert((holder, 0), &CheckpointRecord(first));
            votes.env().emit_event(Transfer { from: Address::zero(), to: holder, value: supply.into() });
            votes
        }

        /// Name of the token.
        #[ink(message)]
        pub fn name(&self) -> String {
            String::from("Florin Vote")
        }

        /// Symbol of the token.
        #[ink(message)]
        pub fn symbol(&self) -> String {
            String::from("FLRV")
        }

        /// Decimals of the token: 18.
        #[ink(message)]
        pub fn decimals(&self) -> u8 {
            18
        }

        /// Raw units in existence, now and at any time.
        #[ink(message, name = "totalSupply")]
        pub fn total_supply(&self) -> U256 {
            self.total_supply.get_or_default().into()
        }

        /// Raw units of an owner.
        #[ink(message, name = "balanceOf")]
        pub fn balance_of(&self, owner: Address) -> U256 {
            self.balance(owner).into()
        }

        /// Raw units of the owner that the spender may move.
        #[ink(message)]
        pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
            self.allowances.get((owner, spender)).unwrap_or_default()
        }

        /// Moves raw units of the caller, and the power that they give.
        ///
        /// Errors: `ZeroAddress`, `AmountTooLarge`, `InsufficientBalance`. Events: `Transfer`, `DelegateVotesChanged`.
        #[ink(message)]
        pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Error> {
            self.move_tokens(self.env().caller(), to, value)?;
            Ok(true)
        }

        /// Lets the spender move raw units of the caller; the largest number stands for any amount and is never used up.
        ///
        /// Errors: `ZeroAddress`. Event: `Approval`.
        #[ink(message)]
        pub fn approve(&mut self, spender: Address, value: U256) -> Result<bool, Error> {
            self.set_allowance(self.env().caller(), spender, value)?;
            Ok(true)
        }

        /// Moves raw units of an owner who has allowed the caller to.
        ///
        /// Errors: those of `transfer`, `InsufficientAllowance`. Events: `Approval`, those of `transfer`.
        #[ink(message, name = "transferFrom")]
        pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Error> {
            let spender = self.env().caller();
            let available = self.allowance(from, spender);
            if available != U256::MAX {
                let rest =
                    available.checked_sub(value).ok_or(Error::InsufficientAllowance { requested: value, available })?;
                self.set_allowance(from, spender, rest)?;
            }
            self.move_tokens(from, to, value)?;
            Ok(true)
        }

        /// For whom an account's tokens count: itself, unless it has named another.
        #[ink(message)]
        pub fn delegates(&self, account: Address) -> Address {
            self.delegates.get(account).unwrap_or(account)
        }

        /// Has the caller's tokens, those of today and those to come, count for another account; for the caller again where it
        /// names itself. What others have delegated to the caller is not passed on.
        ///
        /// Errors: `ZeroAddress`. Events: `DelegateChanged`, `DelegateVotesChanged`.
        #[ink(message)]
        pub fn delegate(&mut self, delegatee: Address) -> Result<(), Error> {
            self.delegate_from(self.env().caller(), delegatee)
        }

        /// The same for a holder who has signed it (EIP-712 `Delegation`): 65 bytes of ECDSA, or 96 of an sr25519 key and its
        /// signature. Anyone may bring it, until the deadline (seconds since 1970, inclusive), and once.
        ///
        /// Errors: those of `delegate`, `MalformedSignature`, `MalleableSignature`, `SignatureExpired`, `WrongSigner`,
        /// `WrongNonce`. Events: those of `delegate`.
        #[ink(message, name = "delegateBySignature")]
        pub fn delegate_by_signature(
            &mut self,
            holder: Address,
            delegatee: Address,
            nonce: u64,
            deadline: u64,
            signature: Vec<u8>,
        ) -> Result<(), Error> {
            let deadline = Time::from_raw(deadline);
            signing::check_deadline(deadline, self.now().time)?;
            let expected = self.nonces(holder);
            if nonce != expected {
                return Err(SignatureError::WrongNonce { expected, given: nonce }.into());
            }
            let domain = host::domain(VOTES);
            let digest = domain.delegation(&holder.0, &delegatee.0, nonce, deadline, host::keccak);
            host::check_signature(holder, &digest, &signature)?;
            self.nonces.insert(holder, &expected.saturating_add(1));
            self.delegate_from(holder, delegatee)
        }

        /// The nonce that the account's next signature must name.
        #[ink(message)]
        pub fn nonces(&self, account: Address) -> u64 {
            self.nonces.get(account).unwrap_or_default()
        }

        /// The number of the chain that signatures must name, big-endian.
        #[ink(message, name = "chainId")]
        pub fn chain_id(&self) -> [u8; 32] {
            host::domain(VOTES).chain_id
        }

        /// Power of an account now, in raw units.
        #[ink(message, name = "getVotes")]
        pub fn get_votes(&self, account: Address) -> U256 {
            self.last(account).1.map_or(0, |checkpoint| checkpoint.power).into()
        }

        /// Power of an account at the end of a block of the past, in raw units.
        ///
        /// Errors: `BlockNotPast`.
        #[ink(message, name = "getPastVotes")]
        pub fn get_past_votes(&self, account: Address, block: U256) -> Result<U256, Error> {
            let present = self.now().block;
            let block = u32::try_from(block).map_err(|_| Error::BlockNotPast { block, present })?;
            self.past(account, Past::Block(block))
        }

        /// Power of an account at the end of the last block at or before a time of the past (seconds since 1970), in raw units.
        ///
        /// Errors: `TimeNotPast`.
        #[ink(message, name = "getPastVotesAtTime")]
        pub fn get_past_votes_at_time(&self, account: Address, time: u64) -> Result<U256, Error> {
            self.past(account, Past::Time(Time::from_raw(time)))
        }

        /// The clock that `getPastVotes` goes by: the height of the block. (ERC-6372)
        #[ink(message)]
        pub fn clock(&self) -> u64 {
            self.now().block.into()
        }

        /// What the clock counts. (ERC-6372)
        #[ink(message, name = "CLOCK_MODE")]
        pub fn clock_mode(&self) -> String {
            String::from("mode=blocknumber&from=default")
        }

        fn move_tokens(&mut self, from: Address, to: Address, value: U256) -> Result<(), Error> {
            not_zero(to)?;
            let amount = u128::try_from(value).map_err(|_| Error::AmountTooLarge { amount: value })?;
            let available = self.balance(from);
            let rest = available
                .checked_sub(amount)
                .ok_or(Error::InsufficientBalance { requested: value, available: available.into() })?;
            self.balances.insert(from, &rest);
            let more = self.balance(to).checked_add(amount).ok_or(Error::Arithmetic())?;
            self.balances.insert(to, &more);
            self.env().emit_event(Transfer { from, to, value });
            self.move_power(self.delegates(from), self.delegates(to), amount)
        }

        fn delegate_from(&mut self, holder: Address, delegatee: Address) -> Result<(), Error> {
            not_zero(delegatee)?;
            let former = self.delegates(holder);
            self.delegates.insert(holder, &delegatee);
            self.env().emit_event(DelegateChanged { delegator: holder, from_delegate: former, to_delegate: delegatee });
            self.move_power(former, delegatee, self.balance(holder))
        }

        fn move_power(&mut self, from: Address, to: Address, units: u128) -> Result<(), Error> {
            for (account, change) in power::moved(Some(from), Some(to), units).into_iter().flatten() {
                self.change_power(account, change)?;
            }
            Ok(())
        }

        fn change_power(&mut self, account: Address, change: Change) -> Result<(), Error> {
            let (length, last) = self.last(account);
            let written = power::change(length, last, change, self.now())?;
            self.checkpoints.insert((account, written.place), &CheckpointRecord(written.checkpoint));
            if written.length != length {
                self.lengths.insert(account, &written.length);
            }
            self.env().emit_event(DelegateVotesChanged {
                delegate: account,
                previous_votes: last.map_or(0, |checkpoint| checkpoint.power).into(),
                new_votes: written.checkpoint.power.into(),
            });
            Ok(())
        }

        fn past(&self, account: Address, asked: Past) -> Result<U256, Error> {
            let length = self.lengths.get(account).unwrap_or_default();
            let load = |place| self.checkpoints.get((account, place)).map(|record| record.0);
            Ok(power::power_at(length, load, asked, self.now())?.into())
        }

        fn last(&self, account: Address) -> (u32, Option<power::Checkpoint>) {
            let length = self.lengths.get(account).unwrap_or_default();
            let last = length.checked_sub(1).and_then(|place| self.checkpoints.get((account, place)));
            (length, last.map(|record| record.0))
        }

        fn set_allowance(&mut self, owner: Address, spender: Address, value: U256) -> Result<(), Error> {
            not_zero(spender)?;
            self.allowances.insert((owner, spender), &value);
            self.env().emit_event(Approval { owner, spender, value });
            Ok(())
        }

        fn balance(&self, owner: Address) -> u128 {
            self.balances.get(owner).unwrap_or_default()
        }

        fn now(&self) -> Moment {
            Moment { block: self.env().block_number(), time: Time::from_raw(self.env().block_timestamp()) }
        }
    }

    fn not_zero(account: Address) -> Result<(), Error> {
        if account == Address::zero() {
            return Err(Error::ZeroAddress());
        }
        Ok(())
    }
}
