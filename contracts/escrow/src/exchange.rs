//! Quotes, orders and hash-time-locked legs: their cells and what their messages share.

use crate::error::Error;
use crate::escrow::Escrow;
use crate::event::*;
use crate::record::*;
use florin_shell::or_zero;
use florin_trade::ledger::{Payout, Purpose};
use florin_trade::swap::{exchange, Bound, Leg, LegCommand, LegOutcome, Quote};
use florin_trade::terms::Terms;
use florin_trade::{EscrowId, Hash as Hash32};
use ink::codegen::Env;
use ink::Address;

/// The most exchanges that one message tries: what is paid to one side must not grow so heavy, by assets that the other
/// side has chosen, that no block holds it. The last one is the beneficiary's own.
pub(crate) const MAXIMUM_EXCHANGES: u8 = 2;

impl Escrow {
    pub(crate) fn write_order(&mut self, escrow: u64, owner: Address, order: Option<PlacedOrder>) {
        match order {
            Some(placed) => {
                self.orders.insert((escrow, owner), &OrderRecord(placed));
            }
            None => self.orders.remove((escrow, owner)),
        }
        self.env().emit_event(OrderChanged { escrow, owner, order });
    }

    pub(crate) fn bound(&self) -> Bound {
        Bound { time: self.now(), block: self.env().block_number() }
    }

    pub(crate) fn leg_record(&self, leg: u64) -> Result<Leg, Error> {
        Ok(self.legs.get(leg).ok_or(Error::UnknownLeg { leg })?.0)
    }

    pub(crate) fn write_leg(&mut self, leg: u64, record: Leg, preimage: Option<Hash32>) {
        self.legs.insert(leg, &LegRecord(record));
        self.env().emit_event(LegChanged { leg, record, preimage });
    }

    pub(crate) fn move_leg(&mut self, leg: u64, command: &LegCommand, preimage: Option<Hash32>) -> Result<(), Error> {
        let record = self.leg_record(leg)?;
        let asset = Address::from(record.terms.asset);
        let moved: LegOutcome = record.decide(command, &self.env().caller().0, self.bound())?;
        let ledger = self.ledger_of(asset)?.received(moved.received)?;
        self.ledgers.insert(asset, &LedgerRecord(ledger));
        self.write_leg(leg, moved.leg, preimage);
        for payout in moved.payouts.iter() {
            self.release(asset, payout)?;
        }
        self.check_covered(asset)
    }

    pub(crate) fn write_quote(&mut self, number: u64, quote: Quote) {
        self.quotes.insert(number, &QuoteRecord(quote));
        self.env().emit_event(QuoteChanged { quote: number, record: quote });
    }

    /// Exchanges proceeds where their owner has placed an order and the dealer's quote meets it. Where it does not, or
    /// the other asset fails, the proceeds are paid as they are: an exchange never holds a payment up. `left` is how
    /// many more may be tried.
    pub(crate) fn is_exchanged(
        &mut self,
        escrow: EscrowId,
        terms: &Terms,
        payout: &Payout,
        left: &mut u8,
    ) -> Result<bool, Error> {
        let kept = match payout.purpose {
            Purpose::Proceeds => 0,
            Purpose::Share => 1,
            _ => return Ok(false),
        };
        if *left <= kept {
            return Ok(false);
        }
        let owner = Address::from(payout.account);
        let Some(OrderRecord(placed)) = self.orders.get((escrow, owner)) else { return Ok(false) };
        let Some(QuoteRecord(quote)) = self.quotes.get(placed.quote) else { return Ok(false) };
        let Ok(exchanged) = exchange(&placed.order, &quote, payout.amount, self.now()) else { return Ok(false) };
        let other = Address::from(quote.buy_asset);
        *left = left.saturating_sub(1);
        if self.check_covered(other).is_err() {
            return Ok(false);
        }
        self.write_quote(placed.quote, exchanged.quote);
        self.take_off(other, exchanged.to_owner.amount)?;
        self.env().emit_event(Exchanged {
            escrow,
            quote: placed.quote,
            owner,
            sold: payout.amount,
            bought: exchanged.to_owner.amount,
        });
        self.push(escrow, terms, &exchanged.to_dealer)?;
        let delivered = self.push_apart(other, or_zero(terms.compliance), &exchanged.to_owner)?;
        self.tell(other, None, &exchanged.to_owner, delivered);
        Ok(true)
    }
}
