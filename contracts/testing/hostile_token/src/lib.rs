//! An ERC-20 that misbehaves on demand. Tests use it as collateral; nobody else should.
//!
//! It speaks the Solidity ABI with the standard selectors, and SCALE so that the same client can drive it.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

/// The contract.
#[ink::contract]
#[allow(clippy::new_without_default)]
pub mod hostile_token {
    use ink::env::call::{build_call_ink, ExecutionInput, Selector};
    use ink::env::{CallFlags, ReturnFlags};
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::scale::{Decode, Encode, Input, Output};
    use ink::storage::Mapping;
    use ink::U256;

    /// Everything as the standard says.
    pub const HONEST: u8 = 0;
    /// Moves nothing and answers `false`.
    pub const RETURNS_FALSE: u8 = 1;
    /// Calls the prepared target with the prepared call data in the middle of a transfer.
    pub const REENTERS: u8 = 2;
    /// Keeps a share of every transfer.
    pub const TAKES_FEE: u8 = 3;
    /// Reverts.
    pub const REVERTS: u8 = 4;
    /// Moves everything and answers with no bytes at all, as some old tokens do.
    pub const RETURNS_NOTHING: u8 = 5;
    /// Moves nothing and answers `true`.
    pub const LIES: u8 = 6;
    /// Reverts where the prepared target would get something.
    pub const DENIES: u8 = 7;
    /// Computes until whatever it may use is used up.
    pub const SPINS: u8 = 8;
    /// Moves as the standard says, and reverts where it is asked for its decimals or for a balance.
    pub const FALLS_SILENT: u8 = 9;
    /// As `REENTERS`, in a call of its own: the chain ends that call, and the transfer goes on and counts it.
    pub const REENTERS_APART: u8 = 10;
    /// Reads what it has not stored until whatever it may use of the block's proof is used up.
    pub const READS: u8 = 11;
    /// Reads much of what it has not stored, and then moves what it should.
    pub const READS_AND_MOVES: u8 = 12;

    /// How much that is, in cells: with what a transfer takes nearly all that a contract is given whom nobody trusts.
    const MANY: u32 = 22;

    const BASIS_POINTS: u128 = 10_000;
    /// Bytes of the prepared call in one cell; the chain stores no more than 416 in one.
    const PART: usize = 320;

    /// Standard event: tokens have moved.
    #[ink(event)]
    pub struct Transfer {
        /// Who had them; zero when they were created.
        #[ink(topic)]
        from: Address,
        /// Who has them.
        #[ink(topic)]
        to: Address,
        /// How many raw units.
        value: U256,
    }

    /// Standard event: an allowance was set.
    #[ink(event)]
    pub struct Approval {
        /// Whose tokens.
        #[ink(topic)]
        owner: Address,
        /// Who may move them.
        #[ink(topic)]
        spender: Address,
        /// How many raw units.
        value: U256,
    }

    /// Why a call was refused.
    #[derive(Debug, PartialEq, Eq)]
    #[ink::error]
    pub enum Error {
        /// The balance is too small.
        InsufficientBalance(U256),
        /// The allowance is too small.
        InsufficientAllowance(U256),
        /// It was told to revert.
        ToldToRevert,
        /// A sum does not fit.
        Overflow,
    }

    /// The storage.
    #[ink(storage)]
    pub struct HostileToken {
        behaviour: u8,
        fee: u128,
        decimals: u8,
        total_supply: U256,
        target: Address,
        /// How many parts the prepared call has.
        parts: u32,
        call_data: Mapping<u32, Vec<u8>>,
        reentries: u32,
        reentries_refused: u32,
        balances: Mapping<Address, U256>,
        allowances: Mapping<(Address, Address), U256>,
    }

    /// Bytes that are written as they are.
    struct RawBytes<'a>(&'a [u8]);

    impl Encode for RawBytes<'_> {
        fn encode_to<T: Output + ?Sized>(&self, output: &mut T) {
            output.write(self.0);
        }
    }

    /// Whatever somebody has answered.
    struct Anything;

    impl Decode for Anything {
        fn decode<I: Input>(input: &mut I) -> Result<Self, ink::scale::Error> {
            while input.read_byte().is_ok() {}
            Ok(Self)
        }
    }

    impl HostileToken {
        /// A token with so many decimals; the supply, in raw units, belongs to the deployer.
        #[ink(constructor)]
        pub fn new(supply: U256, decimals: u8) -> Self {
            let mut token = Self {
                behaviour: HONEST,
                fee: 0,
                decimals,
                total_supply: supply,
                target: Address::zero(),
                parts: 0,
                call_data: Mapping::default(),
                reentries: 0,
                reentries_refused: 0,
                balances: Mapping::default(),
                allowances: Mapping::default(),
            };
            token.balances.insert(token.env().caller(), &supply);
            token
        }

        /// Sets how transfers behave (the constants of this module) and the fee in basis points. Anyone may call it.
        #[ink(message, name = "setBehaviour")]
        pub fn set_behaviour(&mut self, behaviour: u8, fee: u128) {
            self.behaviour = behaviour;
            self.fee = fee;
        }

        /// Whether an account may take part, as contracts that screen accounts answer: everybody but the prepared target.
        #[ink(message, name = "isAllowed")]
        pub fn is_allowed(&self, account: Address) -> bool {
            match self.behaviour {
                SPINS => spin(),
                _ => account != self.target,
            }
        }

        /// Takes a title into custody, as a registry of titles does; it has none, and never refuses.
        #[ink(message)]
        pub fn take(&mut self, issuer: Address, document: [u8; 32], escrow: u64, from: Address) -> Result<(), Error> {
            let _ = (issuer, document, escrow, from);
            Ok(())
        }

        /// Gives a title out of custody, as far as it behaves.
        #[ink(message)]
        pub fn deliver(&mut self, issuer: Address, document: [u8; 32], escrow: u64, to: Address) -> Result<(), Error> {
            let _ = (issuer, document, escrow, to);
            match self.behaviour {
                REVERTS => Err(Error::ToldToRevert),
                SPINS => spin(),
                READS => self.read_on(),
                READS_AND_MOVES => {
                    self.read_many();
                    Ok(())
                }
                _ => Ok(()),
            }
        }

        /// Answers a hearing, as a court does, with the prepared call data as it is.
        #[ink(message)]
        pub fn hearing(&self, escrow: u64) -> bool {
            let _ = escrow;
            answer(&self.prepared())
        }

        /// Sets what a re-entering transfer calls. Anyone may call it.
        #[ink(message, name = "setReentry")]
        pub fn set_reentry(&mut self, target: Address, call_data: Vec<u8>) {
            self.target = target;
            self.parts = 0;
            for part in call_data.chunks(PART) {
                self.call_data.insert(self.parts, &part.to_vec());
                self.parts = self.parts.saturating_add(1);
            }
        }

        /// Calls a contract in its own name, as a contract does that is a party to something. Reverts where that does.
        /// Anyone may call it.
        #[ink(message)]
        pub fn forward(&mut self, target: Address, call_data: Vec<u8>) -> Result<(), Error> {
            if call(target, &call_data) {
                Ok(())
            } else {
                Err(Error::ToldToRevert)
            }
        }

        /// Makes a call for this contract itself, and for nobody else.
        #[ink(message)]
        pub fn attempt(&self, target: Address, call_data: Vec<u8>) -> Result<(), Error> {
            if self.env().caller() == self.env().address() && call(target, &call_data) {
                Ok(())
            } else {
                Err(Error::ToldToRevert)
            }
        }

        /// How many re-entering calls came back with success, and with a failure that this token could see.
        #[ink(message)]
        pub fn reentries(&self) -> (u32, u32) {
            (self.reentries, self.reentries_refused)
        }

        /// Creates tokens for anyone who asks.
        #[ink(message)]
        pub fn mint(&mut self, to: Address, value: U256) -> Result<(), Error> {
            self.total_supply = self.total_supply.checked_add(value).ok_or(Error::Overflow)?;
            self.credit(to, value)?;
            self.env().emit_event(Transfer { from: Address::zero(), to, value });
            Ok(())
        }

        /// Name of the token.
        #[ink(message)]
        pub fn name(&self) -> String {
            String::from("Hostile token")
        }

        /// Symbol of the token.
        #[ink(message)]
        pub fn symbol(&self) -> String {
            String::from("HOST")
        }

        /// Decimals of the token.
        #[ink(message)]
        pub fn decimals(&self) -> u8 {
            self.speak();
            self.decimals
        }

        /// Raw units in existence.
        #[ink(message, name = "totalSupply")]
        pub fn total_supply(&self) -> U256 {
            self.total_supply
        }

        /// Raw units of one owner.
        #[ink(message, name = "balanceOf")]
        pub fn balance_of(&self, owner: Address) -> U256 {
            self.speak();
            self.held_by(owner)
        }

        /// Raw units of the owner that the spender may move.
        #[ink(message)]
        pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
            self.allowances.get((owner, spender)).unwrap_or_default()
        }

        /// Lets the spender move raw units of the caller.
        #[ink(message)]
        pub fn approve(&mut self, spender: Address, value: U256) -> bool {
            let owner = self.env().caller();
            self.allowances.insert((owner, spender), &value);
            self.env().emit_event(Approval { owner, spender, value });
            true
        }

        /// Moves raw units of the caller, as far as it behaves.
        #[ink(message)]
        pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Error> {
            let from = self.env().caller();
            self.act(from, to, value)
        }

        /// Moves raw units of the owner by allowance, as far as it behaves.
        #[ink(message, name = "transferFrom")]
        pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Error> {
            let spender = self.env().caller();
            let allowance = self.allowance(from, spender);
            let rest = allowance.checked_sub(value).ok_or(Error::InsufficientAllowance(allowance))?;
            self.allowances.insert((from, spender), &rest);
            self.act(from, to, value)
        }

        fn act(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Error> {
            match self.behaviour {
                RETURNS_FALSE => return Ok(false),
                LIES => return Ok(true),
                REVERTS => return Err(Error::ToldToRevert),
                DENIES if to == self.target => return Err(Error::ToldToRevert),
                SPINS => spin(),
                READS => self.read_on(),
                READS_AND_MOVES => self.read_many(),
                REENTERS => self.reenter(false),
                REENTERS_APART => self.reenter(true),
                _ => {}
            }
            let fee = match self.behaviour {
                TAKES_FEE => value.checked_mul(self.fee.into()).ok_or(Error::Overflow)? / BASIS_POINTS,
                _ => U256::zero(),
            };
            let balance = self.held_by(from);
            let rest = balance.checked_sub(value).ok_or(Error::InsufficientBalance(balance))?;
            self.balances.insert(from, &rest);
            let received = value.checked_sub(fee).ok_or(Error::Overflow)?;
            self.credit(to, received)?;
            self.env().emit_event(Transfer { from, to, value: received });
            if self.behaviour == RETURNS_NOTHING {
                ink::env::return_value_solidity(ReturnFlags::empty(), &());
            }
            Ok(true)
        }

        fn credit(&mut self, to: Address, value: U256) -> Result<(), Error> {
            let balance = self.held_by(to).checked_add(value).ok_or(Error::Overflow)?;
            self.balances.insert(to, &balance);
            Ok(())
        }

        fn held_by(&self, owner: Address) -> U256 {
            self.balances.get(owner).unwrap_or_default()
        }

        /// Reverts where it answers no question.
        fn speak(&self) {
            if self.behaviour == FALLS_SILENT {
                ink::env::return_value_solidity(ReturnFlags::REVERT, &())
            }
        }

        fn read_many(&self) {
            for place in 0..MANY {
                // Where nothing is stored, either.
                let _ = self.call_data.get(u32::MAX - place);
            }
        }

        /// Never ends by itself.
        fn read_on(&self) -> ! {
            let mut place = 0_u32;
            loop {
                // Where nothing is stored, either.
                let _ = self.call_data.get(place);
                place = place.wrapping_sub(1);
            }
        }

        /// The call data as they were prepared.
        fn prepared(&self) -> Vec<u8> {
            (0..self.parts).flat_map(|part| self.call_data.get(part).unwrap_or_default()).collect()
        }

        /// Calls the target; whatever comes back, the transfer goes on.
        fn reenter(&mut self, apart: bool) {
            let call_data = self.prepared();
            let done = if apart {
                let own = (ink::selector_bytes!("attempt"), self.target, call_data).encode();
                call(self.env().address(), &own)
            } else {
                call(self.target, &call_data)
            };
            if done {
                self.reentries = self.reentries.saturating_add(1);
            } else {
                self.reentries_refused = self.reentries_refused.saturating_add(1);
            }
        }
    }

    /// Calls a contract, which may call back; true where it did what it was told.
    fn call(target: Address, call_data: &[u8]) -> bool {
        let Some((selector, arguments)) = call_data.split_first_chunk::<4>() else { return false };
        let input = ExecutionInput::new(Selector::new(*selector)).push_arg(RawBytes(arguments));
        let answer = build_call_ink::<Environment>()
            .call(target)
            .call_flags(CallFlags::ALLOW_REENTRY)
            .exec_input(input)
            .returns::<Result<Anything, Anything>>()
            .try_invoke();
        matches!(answer, Ok(Ok(Ok(Anything))))
    }

    /// Ends the message with these bytes as they are.
    #[allow(unreachable_code)]
    fn answer(bytes: &[u8]) -> ! {
        ink::env::return_value(ReturnFlags::empty(), &RawBytes(bytes));
        unreachable!("the message has ended")
    }

    /// Never ends by itself.
    fn spin() -> ! {
        let mut hash = [0; 32];
        loop {
            ink::env::hash_bytes::<ink::env::hash::Keccak256>(&hash.clone(), &mut hash);
        }
    }
}
