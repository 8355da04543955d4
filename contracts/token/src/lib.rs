//! The coin: an ERC-20 (both ABIs) whose supply grows through one mint gate and nowhere else.
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
pub mod token {
    use crate::record::{MinterRecord, RolesRecord, VotedRecord};
    use florin_governance::step::Voted;
    use florin_shell::coin::CoinError as Error;
    use florin_shell::history::{self, PastValues};
    use florin_shell::{guardian_or_zero, optional, or_zero};
    use florin_stable::mint_gate::{Limits, MintGateError, Minter, Provenance};
    use florin_stable::roles::{self, Governor, Guardian, Permit, Role, Roles};
    use florin_units::{Timestamp as Time, Wad};
    use ink::prelude::string::String;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use ink::U256;

    /// Coin moved; `from` is zero where it was created, `to` where it was destroyed. (ERC-20)
    #[ink(event)]
    pub struct Transfer {
        /// Who had it.
        #[ink(topic)]
        pub from: Address,
        /// Who has it.
        #[ink(topic)]
        pub to: Address,
        /// Raw units.
        pub value: U256,
    }

    /// An allowance was set. (ERC-20)
    #[ink(event)]
    pub struct Approval {
        /// Whose coin.
        #[ink(topic)]
        pub owner: Address,
        /// Who may move it.
        #[ink(topic)]
        pub spender: Address,
        /// Raw units.
        pub value: U256,
    }

    /// Coin moved as the payment that the reference names; follows the [`Transfer`] of the same coin.
    #[ink(event)]
    pub struct Payment {
        /// Who paid.
        #[ink(topic)]
        pub from: Address,
        /// Who was paid.
        #[ink(topic)]
        pub to: Address,
        /// What both know the payment by.
        #[ink(topic)]
        pub reference: [u8; 32],
        /// Raw units.
        pub value: U256,
    }

    /// A minter was added or its limits were changed.
    #[ink(event)]
    pub struct MinterSet {
        /// The minter.
        #[ink(topic)]
        pub minter: Address,
        /// The most that may be outstanding, in raw units.
        pub ceiling: u128,
        /// The most that may be minted in any 24 hours, in raw units.
        pub limit_per_day: u128,
        /// What its coin stands on: 0 vaults, 1 peg, 2 reserve, 3 bridge.
        pub provenance: u8,
    }

    /// The governor has named who may take over a minter's place.
    #[ink(event)]
    pub struct SuccessorNamed {
        /// The minter.
        #[ink(topic)]
        pub minter: Address,
        /// Who may; zero for nobody.
        #[ink(topic)]
        pub successor: Address,
    }

    /// The limits of a minter may be raised again.
    #[ink(event)]
    pub struct DefenceEnded {
        /// The minter.
        #[ink(topic)]
        pub minter: Address,
    }

    /// Minting was paused or resumed.
    #[ink(event)]
    pub struct MintingPaused {
        /// Whether it stands still.
        pub paused: bool,
    }

    /// The holders of the roles changed.
    #[ink(event)]
    pub struct RolesChanged {
        /// Who governs.
        #[ink(topic)]
        pub governor: Address,
        /// Who may take over; zero for nobody.
        pub pending_governor: Address,
        /// Who may pause; zero for nobody.
        pub guardian: Address,
        /// End of the guardian's term, in seconds since 1970.
        pub guardian_until: u64,
    }

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Token {
        total_supply: Lazy<u128, ManualKey<0x544F_0001>>,
        balances: Mapping<Address, u128, ManualKey<0x544F_0002>>,
        allowances: Mapping<(Address, Address), U256, ManualKey<0x544F_0003>>,
        minters: Mapping<Address, MinterRecord, ManualKey<0x544F_0004>>,
        roles: Lazy<RolesRecord, ManualKey<0x544F_0005>>,
        minting_paused: Lazy<bool, ManualKey<0x544F_0006>>,
        defended: Mapping<Address, (), ManualKey<0x544F_0007>>,
        voted: Mapping<Address, VotedRecord, ManualKey<0x544F_0008>>,
        past_lengths: Mapping<Address, u32, ManualKey<0x544F_0009>>,
        past_limits: PastValues<Address, Limits, ManualKey<0x544F_000A>>,
        successors: Mapping<Address, Address, ManualKey<0x544F_000B>>,
    }

    impl Token {
        /// A coin without supply and without minters. The caller governs it until it hands the role on.
        #[ink(constructor)]
        pub fn new() -> Self {
            let mut token = Self {
                total_supply: Lazy::new(),
                balances: Mapping::new(),
                allowances: Mapping::new(),
                minters: Mapping::new(),
                roles: Lazy::new(),
                minting_paused: Lazy::new(),
                defended: Mapping::new(),
                voted: Mapping::new(),
                past_lengths: Mapping::new(),
                past_limits: Mapping::new(),
                successors: Mapping::new(),
            };
            token.total_supply.set(&0);
            token.roles.set(&RolesRecord(Roles::new(token.env().caller().0)));
            token
        }

        /// Name of the coin.
        #[ink(message)]
        pub fn name(&self) -> String {
            String::from("Florin")
        }

        /// Symbol of the coin.
        #[ink(message)]
        pub fn symbol(&self) -> String {
            String::from("FLRN")
        }

        /// Decimals of the coin: 18.
        #[ink(message)]
        pub fn decimals(&self) -> u8 {
            18
        }

        /// Raw units in existence.
        #[ink(message, name = "totalSupply")]
        pub fn total_supply(&self) -> U256 {
            self.supply().raw().into()
        }

        /// Raw units of an owner.
        #[ink(message, name = "balanceOf")]
        pub fn balance_of(&self, owner: Address) -> U256 {
            self.balance(owner).raw().into()
        }

        /// Raw units of the owner that the spender may move.
        #[ink(message)]
        pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
            self.allowances.get((owner, spender)).unwrap_or_default()
        }

        /// Moves raw units of the caller.
        ///
        /// Errors: `ZeroAddress`, `AmountTooLarge`, `InsufficientBalance`. Event: `Transfer`.
        #[ink(message)]
        pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Error> {
            self.move_coin(self.env().caller(), to, value)?;
            Ok(true)
        }

        /// Moves raw units of the caller as a payment that both sides know by a reference.
        ///
        /// Errors: those of `transfer`. Events: `Transfer`, `Payment`.
        #[ink(message, name = "transferWithReference")]
        pub fn transfer_with_reference(
            &mut self,
            to: Address,
            value: U256,
            reference: [u8; 32],
        ) -> Result<bool, Error> {
            let from = self.env().caller();
            self.move_coin(from, to, value)?;
            self.env().emit_event(Payment { from, to, reference, value });
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
        /// Errors: those of `transfer`, `InsufficientAllowance`. Events: `Approval`, `Transfer`.
        #[ink(message, name = "transferFrom")]
        pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Error> {
            self.spend_allowance(from, value)?;
            self.move_coin(from, to, value)?;
            Ok(true)
        }

        /// Creates coin through the caller's place in the mint gate.
        ///
        /// Errors: `MintingPaused`, `NotMinter`, `CeilingExceeded`, `BucketExceeded`, `ZeroAmount`, `ZeroAddress`.
        /// Event: `Transfer` from zero.
        #[ink(message)]
        pub fn mint(&mut self, to: Address, amount: u128) -> Result<(), Error> {
            if self.minting_paused.get_or_default() {
                return Err(Error::MintingPaused());
            }
            not_zero(to)?;
            let minter = self.env().caller();
            let record = self.minter_of(minter)?.mint(Wad::from_raw(amount), self.now())?;
            let supply = self.supply().checked_add(Wad::from_raw(amount))?;
            let balance = self.balance(to).checked_add(Wad::from_raw(amount))?;
            self.minters.insert(minter, &MinterRecord(record));
            self.total_supply.set(&supply.raw());
            self.balances.insert(to, &balance.raw());
            self.env().emit_event(Transfer { from: Address::zero(), to, value: amount.into() });
            Ok(())
        }

        /// Destroys coin of the caller.
        ///
        /// Errors: `ZeroAmount`, `InsufficientBalance`. Event: `Transfer` to zero.
        #[ink(message)]
        pub fn burn(&mut self, amount: u128) -> Result<(), Error> {
            let caller = self.env().caller();
            self.destroy(caller, caller, amount)
        }

        /// Destroys coin of an owner who has allowed the caller to. Where the caller is a minter, this makes room under its
        /// ceiling.
        ///
        /// Errors: those of `burn`, `InsufficientAllowance`. Events: `Approval`, `Transfer` to zero.
        #[ink(message, name = "burnFrom")]
        pub fn burn_from(&mut self, owner: Address, amount: u128) -> Result<(), Error> {
            self.spend_allowance(owner, amount.into())?;
            self.destroy(owner, self.env().caller(), amount)
        }

        /// Adds a minter, with a full bucket, or changes its limits, each at most one step up and once a day; provenance is 0 vaults,
        /// 1 peg, 2 reserve, 3 bridge and cannot change. A minter that is to mint no more gets limits of zero. Only the governor.
        ///
        /// Errors: `NotAuthorised`, `UnknownProvenance`, `ProvenanceChanged`, `NotDefensive` while a defence stands,
        /// `LimitTooLarge`, `StepTooLarge`, `ChangedTooSoon`. Event: `MinterSet`.
        #[ink(message, name = "setMinter")]
        pub fn set_minter(
            &mut self,
            minter: Address,
            ceiling: u128,
            limit_per_day: u128,
            provenance: u8,
        ) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            not_zero(minter)?;
            let limits = Limits { ceiling: Wad::from_raw(ceiling), limit_per_day: Wad::from_raw(limit_per_day) };
            let (source, now) = (provenance_of(provenance)?, self.now());
            let (record, voted) = match self.minters.get(minter) {
                None => (Minter::new(source, limits, now, &permit)?, Voted::first(limits)),
                Some(MinterRecord(known)) if known.provenance == source => {
                    let defended = self.defended.contains(minter);
                    if defended {
                        known.check_not_higher(limits)?;
                    }
                    let voted = self.voted.get(minter).map_or(Voted::first(known.limits), |record| record.0);
                    (known.set_limits(&voted, limits, now, &permit)?, limits.anchor(&voted, now, defended))
                }
                Some(_) => return Err(Error::ProvenanceChanged()),
            };
            self.voted.insert(minter, &VotedRecord(voted));
            self.write_minter(minter, record)
        }

        /// Lowers a minter's limits at once. Only the guardian or the governor.
        ///
        /// Errors: `NotAuthorised`, `GuardianExpired`, `NotMinter`, `NotDefensive`. Event: `MinterSet`.
        #[ink(message, name = "lowerLimits")]
        pub fn lower_limits(&mut self, minter: Address, ceiling: u128, limit_per_day: u128) -> Result<(), Error> {
            let permit = self.permit::<Guardian>()?;
            let limits = Limits { ceiling: Wad::from_raw(ceiling), limit_per_day: Wad::from_raw(limit_per_day) };
            let record = self.minter_of(minter)?.lower_limits(limits, self.now(), &permit)?;
            self.defended.insert(minter, &());
            self.write_minter(minter, record)
        }

        /// Names who may take over a minter's place in the gate; zero for nobody. Only the governor.
        ///
        /// Errors: `NotAuthorised`, `NotMinter`. Event: `SuccessorNamed`.
        #[ink(message, name = "nameSuccessor")]
        pub fn name_successor(&mut self, minter: Address, successor: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.minter_of(minter)?;
            self.successors.insert(minter, &successor);
            self.env().emit_event(SuccessorNamed { minter, successor });
            Ok(())
        }

        /// Takes over a minter's place: its limits, its counts, what its bucket holds, and a defence that stands. Only the successor
        /// that the governor named.
        ///
        /// Errors: `NotSuccessor`, `NotMinter`, `MinterExists`. Events: `MinterSet` of both, `SuccessorNamed`.
        #[ink(message)]
        pub fn succeed(&mut self, minter: Address) -> Result<(), Error> {
            let caller = self.env().caller();
            if self.successors.get(minter) != Some(caller) || caller == Address::zero() {
                return Err(Error::NotSuccessor { caller });
            }
            if self.minters.contains(caller) {
                return Err(MintGateError::AlreadyMinter { account: caller.0 }.into());
            }
            let (left, taken) = self.minter_of(minter)?.pass_on(self.now())?;
            if self.defended.contains(minter) {
                self.defended.insert(caller, &());
            }
            if let Some(voted) = self.voted.get(minter) {
                self.voted.insert(caller, &voted);
            }
            self.voted.insert(minter, &VotedRecord(Voted { at: self.now(), value: left.limits }));
            self.successors.remove(minter);
            self.env().emit_event(SuccessorNamed { minter, successor: Address::zero() });
            self.write_minter(minter, left)?;
            self.write_minter(caller, taken)
        }

        /// Ends the defence of a minter: its limits may be raised again. Until then no change may, so that a proposal that was made before
        /// the defence cannot undo it. Only the governor.
        ///
        /// Errors: `NotAuthorised`, `NotMinter`. Event: `DefenceEnded`.
        #[ink(message, name = "endDefence")]
        pub fn end_defence(&mut self, minter: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.minter_of(minter)?;
            self.defended.remove(minter);
            self.env().emit_event(DefenceEnded { minter });
            Ok(())
        }

        /// Ceiling, daily limit, coin ever minted and ever burned through the minter, and what it can mint now; all raw units.
        ///
        /// Errors: `NotMinter`.
        #[ink(message)]
        pub fn minter(&self, minter: Address) -> Result<(u128, u128, u128, u128, u128), Error> {
            let record = self.minter_of(minter)?;
            let available = record.available(self.now())?;
            let Limits { ceiling, limit_per_day } = record.limits;
            Ok((ceiling.raw(), limit_per_day.raw(), record.minted.raw(), record.burned.raw(), available.raw()))
        }

        /// Ceiling and daily limit of a minter at the end of a block of the past, or now; raw units.
        ///
        /// Errors: `NotMinter` where it was none then.
        #[ink(message, name = "limitsAt")]
        pub fn limits_at(&self, minter: Address, block: u32) -> Result<(u128, u128), Error> {
            let limits = history::at(&self.past_lengths, &self.past_limits, minter, block);
            let Limits { ceiling, limit_per_day } = limits.ok_or(Error::NotMinter { account: minter })?;
            Ok((ceiling.raw(), limit_per_day.raw()))
        }

        /// Who may take over a minter's place; zero for nobody.
        #[ink(message, name = "successorOf")]
        pub fn successor_of(&self, minter: Address) -> Address {
            self.successors.get(minter).unwrap_or_default()
        }

        /// Stops minting. Only the guardian or the governor.
        ///
        /// Errors: `NotAuthorised`. Event: `MintingPaused`.
        #[ink(message, name = "pauseMinting")]
        pub fn pause_minting(&mut self) -> Result<(), Error> {
            self.permit::<Guardian>()?;
            self.set_paused(true);
            Ok(())
        }

        /// Lets minting go on. Only the governor.
        ///
        /// Errors: `NotAuthorised`. Event: `MintingPaused`.
        #[ink(message, name = "resumeMinting")]
        pub fn resume_minting(&mut self) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.set_paused(false);
            Ok(())
        }

        /// Whether minting stands still.
        #[ink(message, name = "isMintingPaused")]
        pub fn is_minting_paused(&self) -> bool {
            self.minting_paused.get_or_default()
        }

        /// Names who may take over as governor; zero for nobody. Only the governor.
        ///
        /// Errors: `NotAuthorised`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn name_governor(&mut self, successor: Address) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let roles = self.roles().name_governor(optional(successor), &permit);
            self.write_roles(roles);
            Ok(())
        }

        /// Takes over as governor. Only the account that was named.
        ///
        /// Errors: `NotAuthorised`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn accept_governor(&mut self) -> Result<(), Error> {
            let roles = self.roles().accept_governor(&self.env().caller().0)?;
            self.write_roles(roles);
            Ok(())
        }

        /// Sets the guardian and the end of its term, in seconds since 1970; the zero address for nobody. Only the governor.
        ///
        /// Errors: `NotAuthorised`, `TermOutOfBounds`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let guardian = florin_shell::guardian(guardian, until, self.now())?;
            let roles = self.roles().set_guardian(guardian, &permit);
            self.write_roles(roles);
            Ok(())
        }

        /// Governor, named successor, guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let roles = self.roles();
            let (guardian, until) = guardian_or_zero(roles.guardian);
            (Address::from(roles.governor), or_zero(roles.pending_governor), guardian, until)
        }

        fn move_coin(&mut self, from: Address, to: Address, value: U256) -> Result<(), Error> {
            not_zero(to)?;
            let amount = wad(value)?;
            let rest = self.balance_less(from, amount)?;
            self.balances.insert(from, &rest.raw());
            let more = self.balance(to).checked_add(amount)?;
            self.balances.insert(to, &more.raw());
            self.env().emit_event(Transfer { from, to, value });
            Ok(())
        }

        fn destroy(&mut self, owner: Address, burner: Address, amount: u128) -> Result<(), Error> {
            let burned = Wad::from_raw(amount);
            if burned.is_zero() {
                return Err(Error::ZeroAmount());
            }
            let rest = self.balance_less(owner, burned)?;
            let supply = self.supply().checked_sub(burned)?;
            if let Some(MinterRecord(minter)) = self.minters.get(burner) {
                self.minters.insert(burner, &MinterRecord(minter.burn(burned)?));
            }
            self.balances.insert(owner, &rest.raw());
            self.total_supply.set(&supply.raw());
            self.env().emit_event(Transfer { from: owner, to: Address::zero(), value: amount.into() });
            Ok(())
        }

        fn set_allowance(&mut self, owner: Address, spender: Address, value: U256) -> Result<(), Error> {
            not_zero(spender)?;
            self.allowances.insert((owner, spender), &value);
            self.env().emit_event(Approval { owner, spender, value });
            Ok(())
        }

        fn spend_allowance(&mut self, owner: Address, value: U256) -> Result<(), Error> {
            let spender = self.env().caller();
            let available = self.allowance(owner, spender);
            if available == U256::MAX {
                return Ok(());
            }
            let rest =
                available.checked_sub(value).ok_or(Error::InsufficientAllowance { requested: value, available })?;
            self.set_allowance(owner, spender, rest)
        }

        fn balance(&self, owner: Address) -> Wad {
            Wad::from_raw(self.balances.get(owner).unwrap_or_default())
        }

        fn balance_less(&self, owner: Address, amount: Wad) -> Result<Wad, Error> {
            let available = self.balance(owner);
            available.checked_sub(amount).map_err(|_| Error::InsufficientBalance {
                requested: amount.raw().into(),
                available: available.raw().into(),
            })
        }

        fn supply(&self) -> Wad {
            Wad::from_raw(self.total_supply.get_or_default())
        }

        fn minter_of(&self, account: Address) -> Result<Minter, Error> {
            self.minters.get(account).map(|record| record.0).ok_or(Error::NotMinter { account })
        }

        /// Writes a minter with other limits, and keeps them where they can be asked for later.
        fn write_minter(&mut self, minter: Address, record: Minter) -> Result<(), Error> {
            let block = self.env().block_number();
            history::keep(&mut self.past_lengths, &mut self.past_limits, minter, block, record.limits)?;
            self.minters.insert(minter, &MinterRecord(record));
            let Limits { ceiling, limit_per_day } = record.limits;
            let provenance = number_of(record.provenance);
            let (ceiling, limit_per_day) = (ceiling.raw(), limit_per_day.raw());
            self.env().emit_event(MinterSet { minter, ceiling, limit_per_day, provenance });
            Ok(())
        }

        fn roles(&self) -> Roles {
            // The constructor writes the record; a contract without it has nobody who could do anything.
            self.roles.get().map_or(Roles::new([0; 20]), |record| record.0)
        }

        fn write_roles(&mut self, roles: Roles) {
            self.roles.set(&RolesRecord(roles));
            let (guardian, guardian_until) = guardian_or_zero(roles.guardian);
            self.env().emit_event(RolesChanged {
                governor: Address::from(roles.governor),
                pending_governor: or_zero(roles.pending_governor),
                guardian,
                guardian_until,
            });
        }

        fn set_paused(&mut self, paused: bool) {
            self.minting_paused.set(&paused);
            self.env().emit_event(MintingPaused { paused });
        }

        fn permit<R: Role>(&self) -> Result<Permit<R>, Error> {
            Ok(roles::check(&self.roles(), &self.env().caller().0, self.now())?)
        }

        fn now(&self) -> Time {
            Time::from_raw(self.env().block_timestamp())
        }
    }

    impl Default for Token {
        fn default() -> Self {
            Self::new()
        }
    }

    fn wad(value: U256) -> Result<Wad, Error> {
        u128::try_from(value).map(Wad::from_raw).map_err(|_| Error::AmountTooLarge { amount: value })
    }

    fn not_zero(account: Address) -> Result<(), Error> {
        if account == Address::zero() {
            return Err(Error::ZeroAddress());
        }
        Ok(())
    }

    fn number_of(provenance: Provenance) -> u8 {
        match provenance {
            Provenance::Vaults => 0,
            Provenance::Peg => 1,
            Provenance::Reserve => 2,
            Provenance::Bridge => 3,
        }
    }

    fn provenance_of(number: u8) -> Result<Provenance, Error> {
        match number {
            0 => Ok(Provenance::Vaults),
            1 => Ok(Provenance::Peg),
            2 => Ok(Provenance::Reserve),
            3 => Ok(Provenance::Bridge),
            _ => Err(Error::UnknownProvenance { number }),
        }
    }
}
