//! Collateralised debt: positions, liquidation into Dutch auctions, the books that always balance.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod error;
mod event;
mod external;
pub mod import;
mod record;
mod steps;

/// Stack for decoding and deciding, in bytes.
#[cfg(all(target_arch = "riscv64", not(feature = "ink-as-dependency")))]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod vaults {
    use crate::error::Error;
    use crate::event::*;
    use crate::external;
    use crate::record::*;
    use crate::steps::PAGE;
    use florin_governance::migration::{MigrationError, Standing};
    use florin_governance::step::Voted;
    use florin_shell::history::PastValues;
    use florin_shell::{guardian_or_zero, optional, or_zero};
    use florin_stable::auction::Auction;
    use florin_stable::collateral::{Asset, CollateralParams, CollateralType};
    use florin_stable::ledger::{Ledger, SolvencyReport};
    use florin_stable::liquidation::{self, Take};
    use florin_stable::oracle::Quote;
    use florin_stable::parameter::Parameter;
    use florin_stable::pause::{Operation, Pauses};
    use florin_stable::position::Position;
    use florin_stable::roles::{Governor, Guardian, Roles};
    use florin_stable::vault;
    use florin_stable::VaultError;
    use florin_units::{Amount, Bps, Price, Seconds, Wad};
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Vaults {
        pub(crate) index: Lazy<Index, ManualKey<0x5641_0001>>,
        pub(crate) ledger: Lazy<LedgerRecord, ManualKey<0x5641_0002>>,
        pub(crate) stopped: Lazy<StoppedRecord, ManualKey<0x5641_0003>>,
        pub(crate) roles: Lazy<RolesRecord, ManualKey<0x5641_0004>>,
        pub(crate) collateral_types: Mapping<u32, CollateralRecord, ManualKey<0x5641_0005>>,
        pub(crate) positions: Mapping<u64, PositionRecord, ManualKey<0x5641_0006>>,
        pub(crate) auctions: Mapping<u64, AuctionRecord, ManualKey<0x5641_0007>>,
        pub(crate) types_of_feed: Mapping<u32, Vec<u32>, ManualKey<0x5641_0008>>,
        pub(crate) owed: Mapping<Address, u128, ManualKey<0x5641_0009>>,
        pub(crate) claims: Mapping<(Address, Address), u128, ManualKey<0x5641_000A>>,
        pub(crate) rewards: Mapping<Address, u128, ManualKey<0x5641_000B>>,
        pub(crate) past_lengths: Mapping<u32, u32, ManualKey<0x5641_000C>>,
        pub(crate) past_params: PastValues<u32, CollateralParams, ManualKey<0x5641_000D>>,
        pub(crate) defended: Mapping<u32, (), ManualKey<0x5641_000E>>,
        pub(crate) voted: Mapping<u32, VotedRecord, ManualKey<0x5641_000F>>,
        pub(crate) importer: Lazy<Address, ManualKey<0x5641_0010>>,
    }

    impl Vaults {
        /// Vaults over a coin and an oracle, without collateral types. The caller governs them until it hands the role on.
        #[ink(constructor)]
        pub fn new(token: Address, oracle: Address) -> Self {
            let mut vaults = Self::handle();
            vaults.begin(token, oracle, Stopped::default());
            vaults
        }

        /// Vaults that will take over from others, over the same coin and oracle. Until then the importer's code copies the others'
        /// records by `import`; after that it never runs again. The caller governs them until it hands the role on.
        ///
        /// Errors: `NoAnswer` of the predecessor.
        #[ink(constructor)]
        pub fn successor(predecessor: Address, importer: Address) -> Result<Self, Error> {
            let Index { token, oracle, .. } = external::summary(predecessor)?;
            let mut vaults = Self::handle();
            let standing = Standing::Arriving { window: 0 };
            vaults.begin(token, oracle, Stopped { standing, predecessor, ..Stopped::default() });
            vaults.importer.set(&importer);
            Ok(vaults)
        }

        /// The cells of the contract that runs, whichever code that is.
        pub fn handle() -> Self {
            Self {
                index: Lazy::new(),
                ledger: Lazy::new(),
                stopped: Lazy::new(),
                roles: Lazy::new(),
                collateral_types: Mapping::new(),
                positions: Mapping::new(),
                auctions: Mapping::new(),
                types_of_feed: Mapping::new(),
                owed: Mapping::new(),
                claims: Mapping::new(),
                rewards: Mapping::new(),
                past_lengths: Mapping::new(),
                past_params: Mapping::new(),
                defended: Mapping::new(),
                voted: Mapping::new(),
                importer: Lazy::new(),
            }
        }

        fn begin(&mut self, token: Address, oracle: Address, stopped: Stopped) {
            self.index.set(&Index { token, oracle, collateral_types: 0, positions: 0, auctions: 0 });
            self.ledger.set(&LedgerRecord(Ledger::default()));
            self.stopped.set(&StoppedRecord(stopped));
            self.roles.set(&RolesRecord(Roles::new(self.env().caller().0)));
        }

        /// Opens a position of the caller with a deposit (raw units of the collateral) and, unless it is zero, a first draw
        /// (wad). Native collateral comes with the call, a token is pulled by allowance. Returns the position's number.
        ///
        /// Errors: those of `deposit` and `draw`, `UnknownCollateralType`. Event: `PositionChanged`.
        #[ink(message, payable)]
        pub fn open(&mut self, collateral_type: u32, deposit: Amount, draw: Wad) -> Result<u64, Error> {
            let context = self.context()?;
            let kind = self.kind(collateral_type)?;
            let outcome = vault::open(&kind, &self.books(), collateral_type, deposit, draw, &context)?;
            let mut index = self.index();
            let position = index.positions;
            index.positions = position.saturating_add(1);
            self.index.set(&index);
            self.apply(position, &outcome)?;
            Ok(position)
        }

        /// Adds collateral to a position. Anyone may, whatever is paused.
        ///
        /// Errors: `ZeroAmount`, `UnknownPosition`, `ValueMismatch`, `CollateralTransferFailed`,
        /// `CollateralTransferMismatch`. Event: `PositionChanged`.
        #[ink(message, payable)]
        pub fn deposit(&mut self, position: u64, amount: Amount) -> Result<(), Error> {
            let context = self.context()?;
            let outcome = vault::deposit(&self.view(position)?, amount, &context)?;
            self.apply(position, &outcome)
        }

        /// Takes collateral out of the caller's position; a payout that cannot be delivered waits to be claimed.
        ///
        /// Errors: those of the core's `withdraw`. Events: `PositionChanged`, `PayoutDeferred`.
        #[ink(message)]
        pub fn withdraw(&mut self, position: u64, amount: Amount) -> Result<(), Error> {
            let context = self.context()?;
            let outcome = vault::withdraw(&self.view(position)?, amount, &context)?;
            self.apply(position, &outcome)
        }

        /// Creates debt on the caller's position and mints the coin to the caller.
        ///
        /// Errors: those of the core's `draw`, those of the mint gate in `Coin`. Event: `PositionChanged`.
        #[ink(message)]
        pub fn draw(&mut self, position: u64, amount: Wad) -> Result<(), Error> {
            let context = self.context()?;
            let outcome = vault::draw(&self.view(position)?, amount, &context)?;
            self.apply(position, &outcome)
        }

        /// Burns coin that the caller has allowed the vaults to burn, against a position's debt; more than the debt counts as
        /// the debt. Anyone may, whatever is paused. Returns the coin burned.
        ///
        /// Errors: `NoDebt`, `ZeroAmount`, `BelowDebtFloor`, `Coin`. Event: `PositionChanged`.
        #[ink(message)]
        pub fn repay(&mut self, position: u64, amount: Wad) -> Result<Wad, Error> {
            let context = self.context()?;
            let outcome = vault::repay(&self.view(position)?, amount, &context)?;
            self.apply(position, &outcome)?;
            Ok(outcome.transfers.burn.map_or(Wad::ZERO, |burn| burn.amount))
        }

        /// Repays all debt of the caller's position, by allowance, and takes all collateral out.
        ///
        /// Errors: `Paused`, `NotOwner`, `Coin`. Events: `PositionChanged`, `PayoutDeferred`.
        #[ink(message)]
        pub fn close(&mut self, position: u64) -> Result<(), Error> {
            let context = self.context()?;
            let outcome = vault::close(&self.view(position)?, &context)?;
            self.apply(position, &outcome)
        }

        /// Liquidates an unsafe position, in part or whole, for a reward. Returns the number of the auction; none where there
        /// was no collateral to sell.
        ///
        /// Errors: those of the core's `liquidate`. Events: `PositionChanged`, `Liquidated`, `Rewarded`.
        #[ink(message)]
        pub fn liquidate(&mut self, position: u64) -> Result<Option<u64>, Error> {
            let context = self.context()?;
            let outcome = liquidation::liquidate(&self.view(position)?, position, &context)?;
            let auction = outcome.auction.map(|auction| self.new_auction(&auction));
            self.write(position, &outcome.view);
            let (lot, tab) = outcome.auction.map_or((Amount::ZERO, Wad::ZERO), |auction| (auction.lot, auction.tab));
            let (closed, price) = (outcome.closed, outcome.price);
            self.env().emit_event(Liquidated {
                position,
                keeper: self.env().caller(),
                auction,
                closed,
                lot,
                tab,
                price,
            });
            self.reward(outcome.transfers.mint)?;
            Ok(auction)
        }

        /// Buys from an auction at its present price, up to an amount and a price. Returns collateral bought and coin paid.
        ///
        /// Errors: those of the core's `take`, `UnknownAuction`, `Coin`. Events: `Taken`, `PositionChanged`,
        /// `PayoutDeferred`.
        #[ink(message)]
        pub fn take(&mut self, auction: u64, max_collateral: Amount, max_price: Price) -> Result<(Amount, Wad), Error> {
            let context = self.context()?;
            let record = self.lot(auction)?;
            let view = self.view(record.position)?;
            let outcome = liquidation::take(&view, &record, &Take { max_collateral, max_price }, &context)?;
            match outcome.auction {
                Some(rest) => {
                    self.auctions.insert(auction, &AuctionRecord(rest));
                }
                None => self.auctions.remove(auction),
            }
            self.write(record.position, &outcome.view);
            let (lot, tab) = outcome.auction.map_or((Amount::ZERO, Wad::ZERO), |rest| (rest.lot, rest.tab));
            self.env().emit_event(Taken {
                auction,
                buyer: self.env().caller(),
                position: record.position,
                sold: outcome.sold,
                paid: outcome.paid,
                price: outcome.price,
                lot,
                tab,
                returned: outcome.returned,
                shortfall: outcome.shortfall,
            });
            self.settle(view.kind.params.asset, &outcome.transfers)?;
            Ok((outcome.sold, outcome.paid))
        }

        /// Restarts an auction that has run out, or whose floor the market has fallen below.
        ///
        /// Errors: those of the core's `redo`, `UnknownAuction`. Events: `Restarted`, `Rewarded`.
        #[ink(message)]
        pub fn redo(&mut self, auction: u64) -> Result<(), Error> {
            let context = self.context()?;
            let record = self.lot(auction)?;
            let outcome = liquidation::redo(&self.view(record.position)?, &record, &context)?;
            self.auctions.insert(auction, &AuctionRecord(outcome.auction));
            self.write(record.position, &outcome.view);
            let (top, floor) = (outcome.auction.top, outcome.auction.floor);
            self.env().emit_event(Restarted { auction, keeper: self.env().caller(), top, floor });
            self.reward(outcome.transfers.mint)?;
            Ok(())
        }

        /// Nets surplus against deficit. Anyone may.
        ///
        /// Errors: `NothingToHeal`. Event: `Healed`.
        #[ink(message)]
        pub fn heal(&mut self) -> Result<(), Error> {
            self.check_live()?;
            let (books, netted) = self.books().heal()?;
            self.ledger.set(&LedgerRecord(books));
            self.env().emit_event(Healed { netted, surplus: books.surplus, deficit: books.deficit });
            Ok(())
        }

        /// Brings a collateral type's rate up to now. Anyone may.
        ///
        /// Errors: `UnknownCollateralType`. Event: `Accrued`.
        #[ink(message)]
        pub fn accrue(&mut self, collateral_type: u32) -> Result<(), Error> {
            self.check_live()?;
            let (mut kind, mut books) = (self.kind(collateral_type)?, self.books());
            let revenue = vault::accrue(&mut kind, &mut books, self.now())?;
            self.collateral_types.insert(collateral_type, &CollateralRecord(kind));
            self.ledger.set(&LedgerRecord(books));
            self.env().emit_event(Accrued { collateral_type, rate: kind.state.rate, revenue });
            Ok(())
        }

        /// Takes over a price for all collateral types of a feed; a type that refuses it is left as it is, and `sync_price` tells why.
        /// Only the oracle.
        ///
        /// Errors: `NotOracle`. Event: `PriceSet`.
        #[ink(message)]
        pub fn on_price(&mut self, feed: u32, quote: Quote) -> Result<(), Error> {
            let caller = self.env().caller();
            if caller != self.index().oracle {
                return Err(Error::NotOracle { caller });
            }
            let served = self.types_of_feed.get(feed).unwrap_or_default();
            for collateral_type in served {
                // One type with narrow bounds does not hold up the others.
                let _ = self.set_price(collateral_type, &quote);
            }
            Ok(())
        }

        /// Fetches the price of a collateral type from the oracle. Anyone may.
        ///
        /// Errors: `UnknownCollateralType`, `Oracle`, those of the core's `set_price`. Event: `PriceSet`.
        #[ink(message)]
        pub fn sync_price(&mut self, collateral_type: u32) -> Result<(), Error> {
            let feed = self.kind(collateral_type)?.params.feed;
            let quote = external::price(self.index().oracle, feed)?;
            self.set_price(collateral_type, &quote)
        }

        /// Pays out what could not be delivered to the caller before, to any receiver; zero names the native token.
        ///
        /// Errors: `NothingToClaim`, `CollateralTransferFailed` where it cannot be delivered now. Event: `Claimed`.
        #[ink(message)]
        pub fn claim(&mut self, asset: Address, to: Address) -> Result<Amount, Error> {
            let account = self.env().caller();
            let amount = self.claims.take((account, asset)).map(Amount::from_raw).ok_or(Error::NothingToClaim)?;
            self.write_owed(asset, self.owed_of(asset).checked_sub(amount)?);
            self.env().emit_event(Claimed { account, asset, to, amount });
            let source = optional(asset).map_or(Asset::Native, Asset::Erc20);
            if !external::push(source, to, amount) {
                return Err(Error::CollateralTransferFailed { asset });
            }
            self.check_covered(source)?;
            Ok(amount)
        }

        /// Mints the rewards that the mint gate could not mint to the caller before. Returns the coin minted.
        ///
        /// Errors: `NothingToClaim`, `Coin` where the gate is still shut. Event: `Rewarded`.
        #[ink(message)]
        pub fn claim_reward(&mut self) -> Result<Wad, Error> {
            self.check_live()?;
            let keeper = self.env().caller();
            let amount = self.rewards.take(keeper).map(Wad::from_raw).ok_or(Error::NothingToClaim)?;
            self.ledger.set(&LedgerRecord(self.books().pay_reward(amount)?));
            self.env().emit_event(Rewarded { keeper, amount, deferred: false });
            external::mint(self.index().token, keeper, amount)?;
            Ok(amount)
        }

        /// Adds a collateral type under the next number. Only the governor.
        ///
        /// Errors: `Role`, `AlreadyInitialised`, `UnknownCollateralType` where a number would be left out, `Parameter`,
        /// `DecimalsMismatch`, `TooManyTypesOfFeed`. Event: `CollateralConfigured`.
        #[ink(message)]
        pub fn add_collateral(&mut self, collateral_type: u32, params: CollateralParams) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.check_live()?;
            let mut index = self.index();
            if collateral_type > index.collateral_types {
                return Err(VaultError::UnknownCollateralType { id: collateral_type }.into());
            }
            let existing = self.collateral_types.get(collateral_type).map(|record| record.0);
            let kind = CollateralType::initialise(existing.as_ref(), params, self.now(), &permit)?;
            index.collateral_types = index.collateral_types.saturating_add(1);
            self.index.set(&index);
            self.serve(params.feed, collateral_type)?;
            self.write_voted(collateral_type, Voted::first(params));
            self.configure(collateral_type, &kind)?;
            let actual = external::decimals(params.asset)?;
            if actual != params.decimals {
                return Err(Error::DecimalsMismatch { expected: params.decimals, actual });
            }
            Ok(())
        }

        /// Changes a collateral type's parameters, each at most one step and once a day; fees up to now accrue at the old ones. Only
        /// the governor.
        ///
        /// Errors: `Role`, `UnknownCollateralType`, `AssetChanged`, `Parameter`, `StepTooLarge`, `ChangedTooSoon`, `NotDefensive`
        /// while a defence stands. Event: `CollateralConfigured`.
        #[ink(message)]
        pub fn set_collateral_params(&mut self, collateral_type: u32, params: CollateralParams) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.check_live()?;
            let (old, now) = (self.kind(collateral_type)?, self.now());
            let defended = self.defended.contains(collateral_type);
            if defended {
                old.params.check_not_looser(&params)?;
            }
            let voted = self.voted_of(collateral_type, old.params);
            let (kind, books) = old.set_params(&self.books(), &voted, params, now, &permit)?;
            self.ledger.set(&LedgerRecord(books));
            self.write_voted(collateral_type, params.anchor(&voted, now, defended));
            self.configure(collateral_type, &kind)
        }

        /// Changes a collateral type's parameters at once by ones that can only lower risk: less debt, later, against more collateral.
        /// Only the guardian or the governor.
        ///
        /// Errors: `Role`, `UnknownCollateralType`, `NotDefensive`, `AssetChanged`, `Parameter`. Event: `CollateralConfigured`.
        #[ink(message)]
        pub fn tighten(&mut self, collateral_type: u32, params: CollateralParams) -> Result<(), Error> {
            let permit = self.permit::<Guardian>()?;
            self.check_live()?;
            let kind = self.kind(collateral_type)?;
            let (kind, books) = kind.tighten(&self.books(), params, self.now(), &permit)?;
            self.defended.insert(collateral_type, &());
            self.ledger.set(&LedgerRecord(books));
            self.configure(collateral_type, &kind)?;
            Ok(())
        }

        /// Ends the defence of a collateral type: its parameters may be loosened again. Until then no change may, so that a proposal that
        /// was made before the defence cannot undo it. Only the governor.
        ///
        /// Errors: `Role`, `UnknownCollateralType`. Event: `DefenceEnded`.
        #[ink(message)]
        pub fn end_defence(&mut self, collateral_type: u32) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.kind(collateral_type)?;
            self.defended.remove(collateral_type);
            self.env().emit_event(DefenceEnded { collateral_type });
            Ok(())
        }

        /// Stops an operation. Only the guardian or the governor. Errors: `Role`. Event: `PausesChanged`.
        #[ink(message)]
        pub fn pause(&mut self, operation: Operation) -> Result<(), Error> {
            let permit = self.permit::<Guardian>()?;
            self.write_pauses(self.stopped().pauses.pause(operation, &permit));
            Ok(())
        }

        /// Lets an operation go on. Only the governor. Errors: `Role`. Event: `PausesChanged`.
        #[ink(message)]
        pub fn unpause(&mut self, operation: Operation) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.write_pauses(self.stopped().pauses.unpause(operation, &permit));
            Ok(())
        }

        /// Names who may take over as governor; zero for nobody. Only the governor. Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn name_governor(&mut self, successor: Address) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            self.write_roles(self.holders().name_governor(optional(successor), &permit));
            Ok(())
        }

        /// Takes over as governor. Only the account that was named. Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn accept_governor(&mut self) -> Result<(), Error> {
            self.write_roles(self.holders().accept_governor(&self.env().caller().0)?);
            Ok(())
        }

        /// Sets the guardian and the end of its term, in seconds since 1970; the zero address for nobody. Only the governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let guardian = florin_shell::guardian(guardian, until, self.now())?;
            self.write_roles(self.holders().set_guardian(guardian, &permit));
            Ok(())
        }

        /// Governor, named successor, guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let roles = self.holders();
            let (guardian, until) = guardian_or_zero(roles.guardian);
            (Address::from(roles.governor), or_zero(roles.pending_governor), guardian, until)
        }

        /// What stands still.
        #[ink(message)]
        pub fn pauses(&self) -> Pauses {
            self.stopped().pauses
        }

        /// Stands still for a window, at most a day, while the successor copies; then leaves to it, or goes on as if nothing had
        /// been, with the grace period of every price. Only the governor.
        ///
        /// Errors: `Role`, `Migration`. Event: `StandingChanged`.
        #[ink(message)]
        pub fn begin_migration(&mut self, successor: Address, window: Seconds) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let now = self.now();
            let stopped = self.stopped();
            let standing = stopped.standing.begin(successor.0, window, stopped.windows, now, &permit)?;
            let windows = stopped.windows.saturating_add(1);
            self.stopped.set(&StoppedRecord(Stopped { windows, ..stopped }));
            self.write_standing(standing);
            // Where nobody takes over, owners can act again from the window's end on.
            self.resume(now.after(window))
        }

        /// Works again before the window's end, with the grace period of every price. Only the guardian or the governor.
        ///
        /// Errors: `Role`, `Migration`. Event: `StandingChanged`.
        #[ink(message)]
        pub fn call_off_migration(&mut self) -> Result<(), Error> {
            let permit = self.permit::<Guardian>()?;
            let now = self.now();
            let standing = self.stopped().standing.call_off(now, &permit)?;
            self.write_standing(standing);
            self.resume(now)
        }

        /// Leaves to the successor for good, and tells it the books and the pauses. Only the successor, within the window.
        ///
        /// Errors: `Migration`. Event: `StandingChanged`.
        #[ink(message)]
        pub fn leave(&mut self) -> Result<(Ledger, Pauses), Error> {
            let Stopped { standing, pauses, .. } = self.stopped();
            self.write_standing(standing.leave(self.env().caller().0, self.now())?);
            Ok((self.books(), pauses))
        }

        /// Pays the collateral of a type, all positions and lots together, to the successor that has taken over. Anyone may. What
        /// waits to be claimed stays, and can be claimed here for ever.
        ///
        /// Errors: `Migration`, `UnknownCollateralType`, `NothingToClaim` where it went before, `CollateralTransferFailed` or
        /// `CollateralTransferMismatch` where it does not move now. Event: `HandedOver`.
        #[ink(message)]
        pub fn hand_over(&mut self, collateral_type: u32) -> Result<Amount, Error> {
            let successor = Address::from(self.stopped().standing.successor()?);
            let mut kind = self.kind(collateral_type)?;
            let (asset, amount) = (kind.params.asset, core::mem::take(&mut kind.state.total_collateral));
            if amount.is_zero() {
                return Err(Error::NothingToClaim);
            }
            self.collateral_types.insert(collateral_type, &CollateralRecord(kind));
            let key = external::asset_key(asset);
            self.write_owed(key, self.owed_of(key).checked_sub(amount)?);
            self.env().emit_event(HandedOver { collateral_type, successor, amount });
            external::hand_over(asset, successor, amount)?;
            self.check_covered(asset)?;
            Ok(amount)
        }

        /// Takes native tokens, as a predecessor hands them over. Whoever else sends some gives them away.
        #[ink(message, payable)]
        pub fn receive_native(&mut self) {}

        /// Runs a message of the importer on this contract's storage: a page of the predecessor's records, or the last step. Anyone
        /// may, until this contract has taken over. Returns what the importer returns, and fails as it fails.
        ///
        /// Errors: `Migration` where this contract does not copy any more; the importer's.
        #[ink(message)]
        pub fn import(&mut self, call: Vec<u8>) -> Result<(), Error> {
            if !matches!(self.stopped().standing, Standing::Arriving { .. }) {
                return Err(MigrationError::NotArriving.into());
            }
            florin_shell::host::become_other(self.importer.get_or_default(), &call)
        }

        /// Where the contract stands between predecessor and successor now, whom it has taken over from, and the contract whose code
        /// copies; zero for nobody.
        #[ink(message)]
        pub fn standing(&self) -> (Standing, Address, Address) {
            let Stopped { standing, predecessor, .. } = self.stopped();
            (standing.at(self.now()), predecessor, self.importer.get_or_default())
        }

        /// The coin, the oracle, and the numbers of collateral types, positions and auctions ever made.
        #[ink(message)]
        pub fn summary(&self) -> Index {
            self.index()
        }

        /// A position as it is stored; none where it was never opened or is empty.
        #[ink(message)]
        pub fn position(&self, position: u64) -> Option<Position> {
            self.positions.get(position).map(|record| record.0)
        }

        /// Positions by number, from one on, at most so many (100 at the most).
        #[ink(message)]
        pub fn positions(&self, from: u64, count: u8) -> Vec<(u64, Position)> {
            let last = from.saturating_add(u64::from(count.min(PAGE)));
            (from..last).filter_map(|number| Some((number, self.position(number)?))).collect()
        }

        /// A collateral type as it is stored.
        #[ink(message)]
        pub fn collateral(&self, collateral_type: u32) -> Option<CollateralType> {
            self.collateral_types.get(collateral_type).map(|record| record.0)
        }

        /// A collateral type's parameters at the end of a block of the past, or now; none before it was added.
        #[ink(message)]
        pub fn params_at(&self, collateral_type: u32, block: u32) -> Option<CollateralParams> {
            self.params_of(collateral_type, block)
        }

        /// Whether a defence stands: the guardian has tightened parameters, and the governor has not ended it.
        #[ink(message)]
        pub fn is_defended(&self, collateral_type: u32) -> bool {
            self.defended.contains(collateral_type)
        }

        /// A collateral type's parameters as the last vote set them, and when: what the next one's steps are measured from.
        #[ink(message)]
        pub fn voted_params(&self, collateral_type: u32) -> Option<Voted<CollateralParams>> {
            self.voted.get(collateral_type).map(|record| record.0)
        }

        /// One of them as a plain number, in the unit that `Parameter` names.
        #[ink(message)]
        pub fn param_at(&self, collateral_type: u32, parameter: Parameter, block: u32) -> Option<u128> {
            self.params_of(collateral_type, block).map(|params| params.value(parameter))
        }

        /// A running auction.
        #[ink(message)]
        pub fn auction(&self, auction: u64) -> Option<Auction> {
            self.auctions.get(auction).map(|record| record.0)
        }

        /// The price of an auction now, for one whole token. Errors: `UnknownAuction`.
        #[ink(message)]
        pub fn auction_price(&self, auction: u64) -> Result<Price, Error> {
            let record = self.lot(auction)?;
            let kind = self.kind(record.collateral_type)?;
            Ok(record.price_at(&kind.params.auction, self.now())?)
        }

        /// A position's debt now, fees included, as it has to be paid. Errors: `UnknownPosition`.
        #[ink(message)]
        pub fn debt_of(&self, position: u64) -> Result<Wad, Error> {
            let view = self.view(position)?.accrued(self.now())?;
            Ok(view.position.debt_up(view.kind.state.rate)?)
        }

        /// Value of a position's collateral as a ratio of its debt now; none without debt. Errors: `UnknownPosition`.
        #[ink(message)]
        pub fn health(&self, position: u64) -> Result<Option<Bps>, Error> {
            let view = self.view(position)?.accrued(self.now())?;
            Ok(view.position.health(&view.kind)?)
        }

        /// The global books.
        #[ink(message)]
        pub fn ledger(&self) -> Ledger {
            self.books()
        }

        /// Both sides of the solvency equation. They are equal to the last digit, always.
        #[ink(message)]
        pub fn solvency(&self) -> Result<SolvencyReport, Error> {
            Ok(self.books().solvency()?)
        }

        /// What the contract owes of an asset: collateral, lots and deferred payouts; zero names the native token.
        #[ink(message)]
        pub fn liabilities(&self, asset: Address) -> Amount {
            self.owed_of(asset)
        }

        /// What waits to be claimed by an account: of an asset, and as rewards.
        #[ink(message)]
        pub fn claimable(&self, account: Address, asset: Address) -> (Amount, Wad) {
            let amount = self.claims.get((account, asset)).unwrap_or_default();
            (Amount::from_raw(amount), Wad::from_raw(self.rewards.get(account).unwrap_or_default()))
        }
    }
}
