//! The steps that messages share: load, check, write, emit, and the external transfers that come last.

use crate::error::Error;
use crate::event::*;
use crate::external::{self, asset_key};
use crate::record::*;
use crate::vaults::Vaults;
use florin_governance::migration::Standing;
use florin_governance::step::Voted;
use florin_shell::history;
use florin_shell::{guardian_or_zero, optional, or_zero};
use florin_stable::auction::Auction;
use florin_stable::collateral::{Asset, CollateralParams, CollateralType};
use florin_stable::ledger::Ledger;
use florin_stable::oracle::Quote;
use florin_stable::pause::Pauses;
use florin_stable::roles::{self, Permit, Role, Roles};
use florin_stable::vault::{CoinTransfer, CollateralTransfer, Context, Outcome, Transfers, View};
use florin_stable::VaultError;
use florin_units::{Amount, Timestamp};
use ink::codegen::Env;
use ink::{Address, U256};

/// The most positions or auctions in one page.
pub(crate) const PAGE: u8 = 100;
/// The most collateral types that one feed serves.
const TYPES_OF_FEED: u8 = 8;

impl Vaults {
    pub(crate) fn index(&self) -> Index {
        // The constructor writes the record.
        let nobody = Address::zero();
        self.index.get().unwrap_or(Index {
            token: nobody,
            oracle: nobody,
            collateral_types: 0,
            positions: 0,
            auctions: 0,
        })
    }

    pub(crate) fn books(&self) -> Ledger {
        self.ledger.get().map_or_else(Ledger::default, |record| record.0)
    }

    pub(crate) fn stopped(&self) -> Stopped {
        self.stopped.get().map_or_else(Stopped::default, |record| record.0)
    }

    /// Checks that the contract works: nothing changes while a successor copies it, or after.
    pub(crate) fn check_live(&self) -> Result<(), Error> {
        Ok(self.stopped().standing.check_live(self.now())?)
    }

    pub(crate) fn holders(&self) -> Roles {
        // The constructor writes the record; without it there is nobody who could do anything.
        self.roles.get().map_or(Roles::new([0; 20]), |record| record.0)
    }

    pub(crate) fn permit<R: Role>(&self) -> Result<Permit<R>, Error> {
        Ok(roles::check(&self.holders(), &self.env().caller().0, self.now())?)
    }

    pub(crate) fn kind(&self, collateral_type: u32) -> Result<CollateralType, Error> {
        let record = self.collateral_types.get(collateral_type);
        Ok(record.map(|record| record.0).ok_or(VaultError::UnknownCollateralType { id: collateral_type })?)
    }

    pub(crate) fn view(&self, position: u64) -> Result<View, Error> {
        let record = self.positions.get(position).ok_or(VaultError::UnknownPosition { id: position })?;
        Ok(View { kind: self.kind(record.0.collateral_type)?, position: record.0, ledger: self.books() })
    }

    pub(crate) fn lot(&self, auction: u64) -> Result<Auction, Error> {
        let record = self.auctions.get(auction);
        Ok(record.map(|record| record.0).ok_or(VaultError::UnknownAuction { id: auction })?)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_raw(self.env().block_timestamp())
    }

    pub(crate) fn context(&self) -> Result<Context, Error> {
        let Stopped { pauses, standing, .. } = self.stopped();
        let now = self.now();
        standing.check_live(now)?;
        Ok(Context { caller: self.env().caller().0, now, pauses })
    }

    /// Writes the outcome of a decision about a position, then moves what has to move.
    pub(crate) fn apply(&mut self, position: u64, outcome: &Outcome) -> Result<(), Error> {
        self.write(position, &outcome.view);
        self.settle(outcome.view.kind.params.asset, &outcome.transfers)
    }

    pub(crate) fn write(&mut self, position: u64, view: &View) {
        let View { kind, position: record, ledger } = view;
        self.collateral_types.insert(record.collateral_type, &CollateralRecord(*kind));
        self.ledger.set(&LedgerRecord(*ledger));
        if record.is_empty() {
            self.positions.remove(position);
        } else {
            self.positions.insert(position, &PositionRecord(*record));
        }
        self.env().emit_event(PositionChanged {
            position,
            owner: record.owner.into(),
            collateral_type: record.collateral_type,
            collateral: record.collateral,
            art: record.art,
            rate: kind.state.rate,
        });
    }

    /// Moves coin and collateral, in an order in which nothing is paid before everything is received.
    pub(crate) fn settle(&mut self, asset: Asset, transfers: &Transfers) -> Result<(), Error> {
        let key = asset_key(asset);
        let arriving = transfers.collateral_in.map_or(Amount::ZERO, |transfer| transfer.amount);
        self.write_owed(key, self.owed_of(key).checked_add(arriving)?);
        self.receive(asset, transfers.collateral_in)?;
        let token = self.index().token;
        if let Some(CoinTransfer { account, amount }) = transfers.burn {
            external::burn_from(token, account.into(), amount)?;
        }
        if let Some(CoinTransfer { account, amount }) = transfers.mint {
            external::mint(token, account.into(), amount)?;
        }
        if let Some(CollateralTransfer { account, amount }) = transfers.collateral_out {
            self.pay(asset, account.into(), amount)?;
        }
        if transfers.collateral_in.is_some() || transfers.collateral_out.is_some() {
            self.check_covered(asset)?;
        }
        Ok(())
    }

    /// What came with the call must be what the collateral transfer says, and nothing where a token is pulled.
    fn receive(&self, asset: Asset, transfer: Option<CollateralTransfer>) -> Result<(), Error> {
        let received = self.env().transferred_value();
        let expected = match (asset, transfer) {
            (Asset::Native, Some(CollateralTransfer { amount, .. })) => U256::from(amount.raw()),
            _ => U256::zero(),
        };
        if received != expected {
            return Err(Error::ValueMismatch { expected, received });
        }
        match (asset, transfer) {
            (Asset::Erc20(token), Some(CollateralTransfer { account, amount })) => {
                external::pull(token.into(), account.into(), amount)
            }
            _ => Ok(()),
        }
    }

    /// Pays collateral out; what cannot be delivered waits to be claimed.
    fn pay(&mut self, asset: Asset, to: Address, amount: Amount) -> Result<(), Error> {
        let key = asset_key(asset);
        let owed = self.owed_of(key);
        self.write_owed(key, owed.checked_sub(amount)?);
        if !external::push(asset, to, amount) {
            self.write_owed(key, owed);
            let waiting = Amount::from_raw(self.claims.get((to, key)).unwrap_or_default()).checked_add(amount)?;
            self.claims.insert((to, key), &waiting.raw());
            self.env().emit_event(PayoutDeferred { account: to, asset: key, amount });
        }
        Ok(())
    }

    /// Mints a keeper's reward; where the gate is shut it waits to be claimed, so that it never holds up a liquidation.
    pub(crate) fn reward(&mut self, reward: Option<CoinTransfer>) -> Result<(), Error> {
        let Some(CoinTransfer { account, amount }) = reward else { return Ok(()) };
        let keeper = Address::from(account);
        let deferred = external::mint(self.index().token, keeper, amount).is_err();
        if deferred {
            self.ledger.set(&LedgerRecord(self.books().defer_reward(amount)?));
            let waiting = self.rewards.get(keeper).unwrap_or_default();
            let waiting = florin_units::Wad::from_raw(waiting).checked_add(amount)?;
            self.rewards.insert(keeper, &waiting.raw());
        }
        self.env().emit_event(Rewarded { keeper, amount, deferred });
        Ok(())
    }

    pub(crate) fn new_auction(&mut self, auction: &Auction) -> u64 {
        let mut index = self.index();
        let number = index.auctions;
        index.auctions = number.saturating_add(1);
        self.index.set(&index);
        self.auctions.insert(number, &AuctionRecord(*auction));
        number
    }

    pub(crate) fn set_price(&mut self, collateral_type: u32, quote: &Quote) -> Result<(), Error> {
        let kind = self.kind(collateral_type)?.set_price(quote, self.now())?;
        self.collateral_types.insert(collateral_type, &CollateralRecord(kind));
        let (price, updated_at) = (quote.price, quote.updated_at);
        self.env().emit_event(PriceSet { collateral_type, price, updated_at });
        Ok(())
    }

    pub(crate) fn serve(&mut self, feed: u32, collateral_type: u32) -> Result<(), Error> {
        let mut served = self.types_of_feed.get(feed).unwrap_or_default();
        if served.len() >= usize::from(TYPES_OF_FEED) {
            return Err(Error::TooManyTypesOfFeed { maximum: TYPES_OF_FEED });
        }
        served.push(collateral_type);
        self.types_of_feed.insert(feed, &served);
        Ok(())
    }

    /// Writes a collateral type with new parameters, and keeps them where they can be asked for later.
    pub(crate) fn configure(&mut self, collateral_type: u32, kind: &CollateralType) -> Result<(), Error> {
        self.collateral_types.insert(collateral_type, &CollateralRecord(*kind));
        let (block, params) = (self.env().block_number(), kind.params);
        history::keep(&mut self.past_lengths, &mut self.past_params, collateral_type, block, params)?;
        self.env().emit_event(CollateralConfigured { collateral_type, params });
        Ok(())
    }

    /// Parameters at the end of a block; where that was before this contract took over, its predecessor knows.
    pub(crate) fn params_of(&self, collateral_type: u32, block: u32) -> Option<CollateralParams> {
        let own = history::at(&self.past_lengths, &self.past_params, collateral_type, block);
        own.or_else(|| {
            let predecessor = optional(self.stopped().predecessor)?;
            external::params_at(predecessor.into(), collateral_type, block).ok().flatten()
        })
    }

    pub(crate) fn voted_of(&self, collateral_type: u32, current: CollateralParams) -> Voted<CollateralParams> {
        self.voted.get(collateral_type).map_or(Voted::first(current), |record| record.0)
    }

    pub(crate) fn write_voted(&mut self, collateral_type: u32, voted: Voted<CollateralParams>) {
        self.voted.insert(collateral_type, &VotedRecord(voted));
    }

    /// Every collateral type goes on at a moment, with its grace period.
    pub(crate) fn resume(&mut self, moment: Timestamp) -> Result<(), Error> {
        for collateral_type in 0..self.index().collateral_types {
            let kind = self.kind(collateral_type)?.resume(moment);
            self.collateral_types.insert(collateral_type, &CollateralRecord(kind));
        }
        Ok(())
    }

    pub(crate) fn write_pauses(&mut self, pauses: Pauses) {
        self.stopped.set(&StoppedRecord(Stopped { pauses, ..self.stopped() }));
        self.env().emit_event(PausesChanged { pauses });
    }

    pub(crate) fn write_standing(&mut self, standing: Standing) {
        self.stopped.set(&StoppedRecord(Stopped { standing, ..self.stopped() }));
        self.env().emit_event(StandingChanged { standing });
    }

    pub(crate) fn write_roles(&mut self, roles: Roles) {
        self.roles.set(&RolesRecord(roles));
        let (guardian, guardian_until) = guardian_or_zero(roles.guardian);
        self.env().emit_event(RolesChanged {
            governor: roles.governor.into(),
            pending_governor: or_zero(roles.pending_governor),
            guardian,
            guardian_until,
        });
    }

    pub(crate) fn owed_of(&self, asset: Address) -> Amount {
        Amount::from_raw(self.owed.get(asset).unwrap_or_default())
    }

    pub(crate) fn write_owed(&mut self, asset: Address, owed: Amount) {
        self.owed.insert(asset, &owed.raw());
    }

    /// Nothing may end with less in hand than is owed.
    pub(crate) fn check_covered(&self, asset: Asset) -> Result<(), Error> {
        let key = asset_key(asset);
        let (owed, held) = (self.owed_of(key), external::balance(asset, self.env().address())?);
        if held < U256::from(owed.raw()) {
            return Err(Error::NotCovered { asset: key, owed, held });
        }
        Ok(())
    }
}
