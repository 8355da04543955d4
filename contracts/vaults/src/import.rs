//! How vaults copy their predecessor's records and take over from it. The code runs on the successor's storage but is not part of its
//! blob, which every draw would pay for: the contract `vaults_importer` carries it, and the successor calls it by delegation until it
//! has taken over. A successor with other records than its predecessor comes with an importer that converts.

use crate::error::Error;
use crate::event::{Imported, Rewarded};
use crate::external::{ask, asset_key, summary};
use crate::record::*;
use crate::steps::PAGE;
use crate::vaults::Vaults;
use florin_governance::migration::{MigrationError, Standing};
use florin_governance::step::Voted;
use florin_shell::coin::CoinError;
use florin_stable::auction::Auction;
use florin_stable::collateral::{CollateralParams, CollateralType};
use florin_stable::ledger::{Ledger, Recount};
use florin_stable::pause::Pauses;
use florin_stable::position::Position;
use florin_stable::VaultError;
use florin_units::{Amount, Wad};
use ink::codegen::Env;
use ink::prelude::vec::Vec;
use ink::Address;

impl Vaults {
    /// Copies a page of the predecessor's records: a collateral type, then so many positions by number, then so many auctions.
    /// Returns whether anything is left.
    ///
    /// Errors: `Migration`, `NoAnswer`, `TooManyTypesOfFeed`. Events: `Imported`, and `CollateralConfigured` for a type.
    pub fn copy_page(&mut self, count: u8) -> Result<bool, Error> {
        let predecessor = self.arriving()?;
        let (theirs, mut own) = (summary(predecessor)?, self.index());
        if own.collateral_types < theirs.collateral_types {
            self.copy_type(predecessor, own.collateral_types)?;
            own.collateral_types = own.collateral_types.saturating_add(1);
        } else if own.positions < theirs.positions {
            let arguments = (own.positions, count);
            let page: Vec<(u64, Position)> = ask(predecessor, ink::selector_bytes!("positions"), arguments)?;
            for (number, position) in page {
                self.positions.insert(number, &PositionRecord(position));
            }
            own.positions = own.positions.saturating_add(count.min(PAGE).into()).min(theirs.positions);
        } else {
            let last = own.auctions.saturating_add(count.min(PAGE).into()).min(theirs.auctions);
            for number in own.auctions..last {
                let auction: Option<Auction> = ask(predecessor, ink::selector_bytes!("auction"), number)?;
                if let Some(auction) = auction {
                    self.auctions.insert(number, &AuctionRecord(auction));
                }
            }
            own.auctions = last;
        }
        self.index.set(&own);
        let Index { collateral_types, positions, auctions, .. } = own;
        self.env().emit_event(Imported { collateral_types, positions, auctions });
        Ok(!is_complete(&own, &theirs))
    }

    /// Copies the rewards that wait for these keepers in the predecessor, each once.
    ///
    /// Errors: `Migration`, `NoAnswer`. Event: `Rewarded`, deferred.
    pub fn copy_rewards(&mut self, keepers: Vec<Address>) -> Result<(), Error> {
        let predecessor = self.arriving()?;
        for keeper in keepers {
            let arguments = (keeper, Address::zero());
            let (_, reward): (Amount, Wad) = ask(predecessor, ink::selector_bytes!("claimable"), arguments)?;
            if !reward.is_zero() && !self.rewards.contains(keeper) {
                let books = self.books();
                let open_rewards = books.open_rewards.checked_add(reward)?;
                self.ledger.set(&LedgerRecord(Ledger { open_rewards, ..books }));
                self.rewards.insert(keeper, &reward.raw());
                // The next successor finds its keepers in these events.
                self.env().emit_event(Rewarded { keeper, amount: reward, deferred: true });
            }
        }
        Ok(())
    }

    /// Takes over: the predecessor leaves, its books, pauses and collateral types hold here, every price's grace period begins, and
    /// the predecessor's place in the coin's gate moves here.
    ///
    /// Errors: `Migration` (`Incomplete` where records, rewards or debt are missing), `NoAnswer`, `Coin`. Events: `PausesChanged`,
    /// `StandingChanged`.
    pub fn take_over(&mut self) -> Result<(), Error> {
        let predecessor = self.arriving()?;
        let index = self.index();
        let complete = is_complete(&index, &summary(predecessor)?);
        let answer: Result<(Ledger, Pauses), Error> = ask(predecessor, ink::selector_bytes!("leave"), ())?;
        let (books, pauses) = answer?;
        let mut debt = Recount::default();
        for collateral_type in 0..index.collateral_types {
            debt.add_type(&self.kind(collateral_type)?)?;
        }
        self.resume(self.now())?;
        let is_exact = books.solvency_recount(&debt)?.is_exact();
        if !complete || !is_exact || self.books().open_rewards != books.open_rewards {
            return Err(MigrationError::Incomplete.into());
        }
        self.ledger.set(&LedgerRecord(books));
        // What a guardian has stopped here meanwhile stays stopped too.
        self.write_pauses(self.stopped().pauses.and(pauses));
        self.write_standing(Standing::Live);
        let taken: Result<(), CoinError> = ask(index.token, ink::selector_bytes!("succeed"), predecessor)?;
        taken.map_err(Error::Coin)
    }

    /// The predecessor that is being copied; it must be leaving to this contract, in the window in which copying began.
    fn arriving(&mut self) -> Result<Address, Error> {
        let Stopped { standing, predecessor, .. } = self.stopped();
        // A contract without a predecessor has nobody to ask.
        if !matches!(standing, Standing::Arriving { .. }) {
            return Err(MigrationError::NotArriving.into());
        }
        let answer: (Standing, Address, Address) = ask(predecessor, ink::selector_bytes!("standing"), ())?;
        let copying = standing.copy_from(answer.0, self.env().address().0, self.now())?;
        if copying != standing {
            self.write_standing(copying);
        }
        Ok(predecessor)
    }

    fn copy_type(&mut self, predecessor: Address, collateral_type: u32) -> Result<(), Error> {
        let kind: Option<CollateralType> = ask(predecessor, ink::selector_bytes!("collateral"), collateral_type)?;
        let kind = kind.ok_or(VaultError::UnknownCollateralType { id: collateral_type })?;
        if ask(predecessor, ink::selector_bytes!("is_defended"), collateral_type)? {
            self.defended.insert(collateral_type, &());
        }
        let key = asset_key(kind.params.asset);
        self.write_owed(key, self.owed_of(key).checked_add(kind.state.total_collateral)?);
        self.serve(kind.params.feed, collateral_type)?;
        let voted: Option<Voted<CollateralParams>> =
            ask(predecessor, ink::selector_bytes!("voted_params"), collateral_type)?;
        self.write_voted(collateral_type, voted.unwrap_or(Voted::first(kind.params)));
        self.configure(collateral_type, &kind)
    }
}

/// Whether everything that is numbered has been copied.
fn is_complete(own: &Index, theirs: &Index) -> bool {
    let counters = |index: &Index| (index.collateral_types, index.positions, index.auctions);
    counters(own) == counters(theirs)
}
