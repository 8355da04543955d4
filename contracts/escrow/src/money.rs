//! Money that comes in and leaves, and titles with it. What comes is measured, what leaves is pushed, and what cannot
//! be delivered waits to be claimed; so no message fails because of one recipient.

use crate::error::Error;
use crate::escrow::Escrow;
use crate::event::*;
use crate::exchange;
use crate::external;
use crate::record::*;
use crate::steps::screening;
use florin_shell::{erc20, optional, or_zero};
use florin_trade::decision::{Outcome, TitleMove};
use florin_trade::ledger::{
    redeem, return_undelivered, AssetLedger, Claim, Delivery as Way, Payout, Purpose, Redemption,
};
use florin_trade::right::TitleKey;
use florin_trade::swap::SwapError;
use florin_trade::terms::Terms;
use florin_trade::EscrowId;
use florin_units::Amount;
use ink::codegen::Env;
use ink::Address;

impl Escrow {
    pub(crate) fn ledger_of(&self, asset: Address) -> Result<AssetLedger, Error> {
        Ok(self.ledgers.get(asset).ok_or(Error::UnknownAsset { asset })?.0)
    }

    pub(crate) fn minimum_of(&self, asset: Address) -> Amount {
        Amount::from_raw(self.minimums.get(asset).unwrap_or_default())
    }

    /// What is owed to an account, of credits that name this compliance contract, or of all that name none.
    pub(crate) fn claim_on(&self, asset: Address, screening: Address, account: Address) -> Claim {
        self.claims.get((asset, screening, account)).map(|record| record.0).unwrap_or_default()
    }

    /// Pulls an amount that the caller has allowed; returns what has arrived, measured. Errors:
    /// [`Error::UnknownAsset`],
    /// [`Error::TransferRefused`].
    pub(crate) fn receive(&mut self, asset: Address, amount: Amount) -> Result<Amount, Error> {
        self.ledger_of(asset)?;
        let from = self.env().caller();
        let arrived = erc20::pull(asset, from, amount.raw()).ok_or(Error::TransferRefused { asset, from, amount })?;
        let arrived = Amount::from_raw(u128::try_from(arrived).unwrap_or(u128::MAX));
        self.env().emit_event(Received { asset, from, amount: arrived });
        Ok(arrived)
    }

    /// All that is owed must be there; of an asset that does not say, nothing is. Errors: `Insolvent`.
    pub(crate) fn check_covered(&self, asset: Address) -> Result<(), Error> {
        let held = erc20::balance(asset, self.env().address()).unwrap_or_default();
        let held = Amount::from_raw(u128::try_from(held).unwrap_or(u128::MAX));
        Ok(self.ledger_of(asset)?.check(held)?)
    }

    /// Makes the payouts of an escrow. The ledger has them already.
    pub(crate) fn pay_out(&mut self, escrow: EscrowId, terms: &Terms, outcome: &Outcome) -> Result<(), Error> {
        let asset = Address::from(terms.asset.token);
        let mut exchanges = exchange::MAXIMUM_EXCHANGES;
        for payout in outcome.payouts.iter() {
            let Payout { account, amount, purpose, delivery } = *payout;
            let account = Address::from(account);
            match delivery {
                Way::Accumulate if purpose == Purpose::Arbitration => {
                    let owed = Amount::from_raw(self.fees.get((escrow, account)).unwrap_or_default());
                    self.fees.insert((escrow, account), &owed.checked_add(amount)?.raw());
                    self.tell(asset, Some(escrow), payout, false);
                }
                Way::Accumulate => {
                    self.credit(asset, or_zero(terms.compliance), account, amount)?;
                    self.tell(asset, Some(escrow), payout, false);
                }
                Way::Push if self.is_exchanged(escrow, terms, payout, &mut exchanges)? => {}
                Way::Push => self.push(escrow, terms, payout)?,
            }
        }
        Ok(())
    }

    /// Pushes a payout of an escrow; what cannot be delivered becomes a claim.
    pub(crate) fn push(&mut self, escrow: EscrowId, terms: &Terms, payout: &Payout) -> Result<(), Error> {
        let (asset, account) = (Address::from(terms.asset.token), Address::from(payout.account));
        let delivered = erc20::push(asset, account, payout.amount.raw());
        if !delivered {
            let record = self.escrows.get(escrow).ok_or(Error::UnknownEscrow { escrow })?.0;
            let screening = or_zero(terms.compliance);
            let (ledger, claim) = (self.ledger_of(asset)?, self.claim_on(asset, screening, account));
            let returned = return_undelivered(&record.book, &ledger, &claim, payout.amount, self.now())?;
            let record = florin_trade::state::Escrow { book: returned.book, ..record };
            self.escrows.insert(escrow, &EscrowRecord(record));
            self.ledgers.insert(asset, &LedgerRecord(returned.ledger));
            self.claims.insert((asset, screening, account), &ClaimRecord(returned.claim));
        }
        self.tell(asset, Some(escrow), payout, delivered);
        Ok(())
    }

    /// Pushes what is owed outside any escrow's book and was taken off the ledger; what cannot be delivered becomes a
    /// claim, of credits with this compliance contract. Returns whether it was delivered, which is still to be told.
    pub(crate) fn push_apart(&mut self, asset: Address, screening: Address, payout: &Payout) -> Result<bool, Error> {
        let account = Address::from(payout.account);
        let delivered = erc20::push(asset, account, payout.amount.raw());
        if !delivered {
            let ledger = self.ledger_of(asset)?.deferred(payout.amount)?;
            self.ledgers.insert(asset, &LedgerRecord(ledger));
            self.credit(asset, screening, account, payout.amount)?;
        }
        Ok(delivered)
    }

    /// Moves titles. One that cannot be taken refuses the message; one that cannot be delivered waits, and money moves.
    pub(crate) fn move_titles(&mut self, escrow: EscrowId, terms: &Terms, outcome: &Outcome) -> Result<(), Error> {
        let Some(registry) = terms.title else { return Ok(()) };
        for title in outcome.titles.iter().flatten() {
            match *title {
                TitleMove::Take(key) => {
                    let taken = external::take(registry.into(), &key, escrow, terms.beneficiary.into());
                    taken.map_err(|reason| Error::TitleRefused {
                        registry: registry.into(),
                        document: key.document,
                        reason,
                    })?;
                    // Nothing that waited from before gives it away again.
                    self.deliveries.remove((escrow, key));
                    self.tell_title(escrow, &key, None, true);
                }
                TitleMove::Deliver(title, to) => self.hand_title(escrow, Delivery { registry, title, to }),
            }
        }
        Ok(())
    }

    /// Gives a title out of custody, or notes that it could not be.
    pub(crate) fn hand_title(&mut self, escrow: EscrowId, delivery: Delivery) {
        let Delivery { registry, title, to } = delivery;
        let done = external::deliver(registry.into(), &title, escrow, to.into());
        if done {
            self.deliveries.remove((escrow, title));
        } else {
            self.deliveries.insert((escrow, title), &DeliveryRecord(delivery));
        }
        self.tell_title(escrow, &title, Some(to.into()), done);
    }

    fn credit(&mut self, asset: Address, screening: Address, account: Address, amount: Amount) -> Result<(), Error> {
        let claim = self.claim_on(asset, screening, account).credit(amount, self.now())?;
        self.claims.insert((asset, screening, account), &ClaimRecord(claim));
        Ok(())
    }

    pub(crate) fn tell(&self, asset: Address, escrow: Option<EscrowId>, payout: &Payout, delivered: bool) {
        let Payout { account, amount, purpose, .. } = *payout;
        self.env().emit_event(Paid { asset, account: account.into(), escrow, amount, purpose, delivered });
    }

    fn tell_title(&self, escrow: EscrowId, key: &TitleKey, to: Option<Address>, done: bool) {
        let TitleKey { issuer, document } = *key;
        self.env().emit_event(TitleMoved { escrow, issuer: issuer.into(), document, to, done });
    }

    /// Pays a claim, and nothing else with it. Where it cannot be delivered nothing changes.
    pub(crate) fn redeem(
        &mut self,
        asset: Address,
        compliance: Address,
        account: Address,
        to: Address,
        by: Redemption,
    ) -> Result<(), Error> {
        let (claim, ledger) = (self.claim_on(asset, compliance, account), self.ledger_of(asset)?);
        let mut context = self.context();
        if to != account {
            context.screening = screening(optional(compliance).map(Address::from), to);
        }
        let redeemed = redeem(&account.0, &claim, &ledger, &by, &context)?;
        self.claims.insert((asset, compliance, account), &ClaimRecord(redeemed.claim));
        self.ledgers.insert(asset, &LedgerRecord(redeemed.ledger));
        let amount = redeemed.payout.amount;
        // Paid to this contract it would belong to nobody any more.
        if to == self.env().address() || !erc20::push(asset, to, amount.raw()) {
            return Err(Error::PayoutRefused { asset, to, amount });
        }
        self.tell(asset, None, &redeemed.payout, true);
        self.check_covered(asset)
    }

    /// Takes in what belongs to no escrow's book. Errors: `WrongPayment` where another amount arrives.
    pub(crate) fn take_in(&mut self, asset: Address, required: Amount) -> Result<(), Error> {
        let received = self.receive(asset, required)?;
        if received != required {
            return Err(SwapError::WrongPayment { required, received }.into());
        }
        let ledger = self.ledger_of(asset)?.received(received)?;
        self.ledgers.insert(asset, &LedgerRecord(ledger));
        Ok(())
    }

    /// Pays what belongs to no escrow's book; where it cannot be delivered it waits to be claimed.
    pub(crate) fn release(&mut self, asset: Address, payout: &Payout) -> Result<(), Error> {
        self.take_off(asset, payout.amount)?;
        let delivered = self.push_apart(asset, Address::zero(), payout)?;
        self.tell(asset, None, payout, delivered);
        Ok(())
    }

    /// Takes off the ledger what is about to be paid outside any escrow's book.
    pub(crate) fn take_off(&mut self, asset: Address, amount: Amount) -> Result<(), Error> {
        let ledger = self.ledger_of(asset)?.released(amount)?;
        self.ledgers.insert(asset, &LedgerRecord(ledger));
        Ok(())
    }

    /// Pays the fee for a ruling on an escrow. Where it cannot be delivered it becomes a claim, and is told as one: an
    /// arbitration fee that is told as not delivered is one that is still to be collected.
    pub(crate) fn pay_fee(
        &mut self,
        escrow: EscrowId,
        terms: &Terms,
        to: Address,
        amount: Amount,
    ) -> Result<(), Error> {
        let (asset, screening) = (Address::from(terms.asset.token), or_zero(terms.compliance));
        let payout = Payout { account: to.0, amount, purpose: Purpose::Arbitration, delivery: Way::Push };
        self.take_off(asset, amount)?;
        let delivered = self.push_apart(asset, screening, &payout)?;
        let purpose = if delivered { Purpose::Arbitration } else { Purpose::Claim };
        self.tell(asset, Some(escrow), &Payout { purpose, ..payout }, delivered);
        self.check_covered(asset)
    }

    pub(crate) fn write_asset(&mut self, asset: Address, ledger: AssetLedger) {
        self.ledgers.insert(asset, &LedgerRecord(ledger));
        self.env().emit_event(AssetChanged { asset, ledger, minimum: self.minimum_of(asset) });
    }
}
