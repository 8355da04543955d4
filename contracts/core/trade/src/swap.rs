//! The leg in another currency, in one of two ways.
//!
//! A **quoted swap**: a dealer deposits what it gives and quotes it until a moment. Proceeds meet an order of their
//! owner, which names the least that it wants. Where no quote is good enough or all are too old, the owner gets the
//! proceeds as they are; a swap never holds up a payment.
//!
//! A **hash-time-locked leg**: the funder locks an amount that the claimer gets against a preimage. The claimer could
//! also let it lapse when prices have moved, and has that choice for nothing unless it pays for it; so it puts up a
//! premium first, which comes back with the claim and goes to the funder who waited where there is none. Claims end
//! some time before refunds begin, in blocks and in time, so that whoever delays transactions cannot have both; and
//! some time after the last lock, so that whoever locks at the last moment leaves the other one the time to claim.

use crate::error::EscrowError;
use crate::ledger::{Delivery, Payout, Payouts, Purpose};
use crate::{Address, Hash, DAY};
use florin_units::{error_codes, mul_div_down, mul_div_up, Amount, MathError, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The shortest time between the last claim and the first refund: an hour.
pub const MINIMUM_GAP: Seconds = Seconds::from_raw(3_600);
/// The fewest blocks between them.
pub const MINIMUM_GAP_BLOCKS: u32 = 100;
/// The longest time from an agreement to the first refund: 90 days.
pub const MAXIMUM_LOCK: Seconds = Seconds::from_raw(90 * DAY);
/// The most blocks between them: 90 days at a block every two seconds.
pub const MAXIMUM_LOCK_BLOCKS: u32 = 3_888_000;

/// Why a leg does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum SwapError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// There is nothing to exchange.
    #[codec(index = 1)]
    ZeroAmount,
    /// The order is over.
    #[codec(index = 2)]
    OrderExpired {
        /// First moment at which it was.
        expires: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The quote is over.
    #[codec(index = 3)]
    QuoteExpired {
        /// First moment at which it was.
        expires: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The quote is for less than what is to be exchanged.
    #[codec(index = 4)]
    QuoteTooSmall {
        /// What is to be exchanged.
        amount: Amount,
        /// What the dealer still takes.
        available: Amount,
    },
    /// The dealer would give less than the order wants.
    #[codec(index = 5)]
    BelowMinimumOut {
        /// What the dealer would give.
        out: Amount,
        /// The least that is wanted.
        minimum: Amount,
    },
    /// The quote still holds; a dealer cannot take it back.
    #[codec(index = 6)]
    QuoteHolds {
        /// First moment at which it does not.
        expires: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The leg is not where it would have to be.
    #[codec(index = 7)]
    WrongStage {
        /// Where it would have to be.
        expected: LegStage,
        /// Where it is.
        actual: LegStage,
    },
    /// Somebody else may do this.
    #[codec(index = 8)]
    WrongCaller {
        /// Who.
        expected: Address,
        /// Who called.
        caller: Address,
    },
    /// Another amount must come in.
    #[codec(index = 9)]
    WrongPayment {
        /// What must come.
        required: Amount,
        /// What came.
        received: Amount,
    },
    /// The moment is past.
    #[codec(index = 10)]
    TooLate {
        /// First moment or block at which it was.
        until: Bound,
        /// Now.
        now: Bound,
    },
    /// The moment has not come.
    #[codec(index = 11)]
    TooEarly {
        /// First moment and block at which it has.
        from: Bound,
        /// Now.
        now: Bound,
    },
    /// This is not the preimage.
    #[codec(index = 12)]
    WrongPreimage {
        /// The hash that was agreed.
        expected: Hash,
        /// Hash of what was given.
        actual: Hash,
    },
    /// Claims must end well after the lock, and refunds begin well after that.
    #[codec(index = 13)]
    GapTooSmall {
        /// End of claims.
        claim_until: Bound,
        /// Beginning of refunds.
        refund_from: Bound,
    },
    /// Money would be locked for too long.
    #[codec(index = 14)]
    TooFarAhead {
        /// Beginning of refunds.
        refund_from: Bound,
        /// The latest that it may be.
        latest: Bound,
    },
    /// The quote is for other assets.
    #[codec(index = 15)]
    OtherAssets {
        /// What the dealer takes.
        sell: Address,
        /// What it gives.
        buy: Address,
    },
}

error_codes!(SwapError {
    Math = 0, "arithmetic error";
    ZeroAmount = 1, "there is nothing to exchange";
    OrderExpired = 2, "the order is over";
    QuoteExpired = 3, "the quote is over";
    QuoteTooSmall = 4, "the quote is for less than what is to be exchanged";
    BelowMinimumOut = 5, "the dealer would give less than the order wants";
    QuoteHolds = 6, "the quote still holds";
    WrongStage = 7, "the leg is not where it would have to be";
    WrongCaller = 8, "somebody else may do this";
    WrongPayment = 9, "another amount must come in";
    TooLate = 10, "the moment is past";
    TooEarly = 11, "the moment has not come";
    WrongPreimage = 12, "this is not the preimage";
    GapTooSmall = 13, "claims must end well after the lock and well before refunds begin";
    TooFarAhead = 14, "the money would be locked for too long";
    OtherAssets = 15, "the quote is for other assets";
});

impl From<MathError> for SwapError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// What the owner of proceeds wants for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Order {
    /// Whose proceeds.
    pub owner: Address,
    /// The asset that it sells.
    pub sell_asset: Address,
    /// The asset that it wants.
    pub buy_asset: Address,
    /// An amount of them, in raw units.
    pub sell: Amount,
    /// The least that it wants for that amount; for another one in proportion.
    pub minimum_out: Amount,
    /// First moment at which it wants nothing any more.
    pub expires: Timestamp,
}

/// What a dealer gives. Its whole `out` is deposited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Quote {
    /// Who.
    pub dealer: Address,
    /// The asset that it takes.
    pub sell_asset: Address,
    /// The asset that it gives.
    pub buy_asset: Address,
    /// What it still takes, in raw units.
    pub sell: Amount,
    /// What it still gives, in raw units of the other asset.
    pub out: Amount,
    /// First moment at which the quote does not hold any more.
    pub expires: Timestamp,
}

impl Quote {
    /// Checks a new quote.
    ///
    /// # Errors
    /// [`SwapError::ZeroAmount`], [`SwapError::QuoteExpired`], [`SwapError::OtherAssets`] where both are one.
    pub fn validate(&self, now: Timestamp) -> Result<(), SwapError> {
        if self.sell.is_zero() || self.out.is_zero() {
            return Err(SwapError::ZeroAmount);
        }
        if self.sell_asset == self.buy_asset {
            return Err(SwapError::OtherAssets { sell: self.sell_asset, buy: self.buy_asset });
        }
        if now >= self.expires {
            return Err(SwapError::QuoteExpired { expires: self.expires, now });
        }
        Ok(())
    }
}

impl Order {
    /// Checks a new order against the quote that it means.
    ///
    /// # Errors
    /// [`SwapError::ZeroAmount`]: without a least amount the owner would take anything; [`SwapError::OtherAssets`].
    pub fn validate(&self, quote: &Quote) -> Result<(), SwapError> {
        if self.sell.is_zero() || self.minimum_out.is_zero() {
            return Err(SwapError::ZeroAmount);
        }
        if (self.sell_asset, self.buy_asset) != (quote.sell_asset, quote.buy_asset) {
            return Err(SwapError::OtherAssets { sell: quote.sell_asset, buy: quote.buy_asset });
        }
        Ok(())
    }
}

/// An exchange: both sides of it happen, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The quote afterwards.
    pub quote: Quote,
    /// In the asset of the proceeds.
    pub to_dealer: Payout,
    /// In the other asset.
    pub to_owner: Payout,
}

/// Exchanges proceeds. What the owner gets is rounded down, in favour of the dealer; the least that it wants is rounded
/// up, in its own favour.
///
/// # Errors
/// [`SwapError::OtherAssets`], [`SwapError::ZeroAmount`], [`SwapError::OrderExpired`], [`SwapError::QuoteExpired`],
/// [`SwapError::QuoteTooSmall`],
/// [`SwapError::BelowMinimumOut`], arithmetic. Whoever gets one pays the proceeds out as they are.
pub fn exchange(order: &Order, quote: &Quote, amount: Amount, now: Timestamp) -> Result<Exchange, SwapError> {
    order.validate(quote)?;
    if amount.is_zero() {
        return Err(SwapError::ZeroAmount);
    }
    if now >= order.expires {
        return Err(SwapError::OrderExpired { expires: order.expires, now });
    }
    if now >= quote.expires {
        return Err(SwapError::QuoteExpired { expires: quote.expires, now });
    }
    let sell = quote.sell.checked_sub(amount);
    let sell = sell.map_err(|_| SwapError::QuoteTooSmall { amount, available: quote.sell })?;
    let out = Amount::from_raw(mul_div_down(quote.out.raw(), amount.raw(), quote.sell.raw())?);
    let minimum = Amount::from_raw(mul_div_up(order.minimum_out.raw(), amount.raw(), order.sell.raw())?);
    if out < minimum {
        return Err(SwapError::BelowMinimumOut { out, minimum });
    }
    Ok(Exchange {
        quote: Quote { sell, out: quote.out.checked_sub(out)?, ..*quote },
        to_dealer: pushed(quote.dealer, amount, Purpose::Exchange),
        to_owner: pushed(order.owner, out, Purpose::Exchange),
    })
}

/// What is left of a quote that does not hold any more goes back to its dealer. Anybody may have it done.
///
/// # Errors
/// [`SwapError::QuoteHolds`], [`SwapError::ZeroAmount`].
pub fn withdraw(quote: &Quote, now: Timestamp) -> Result<(Quote, Payout), SwapError> {
    let is_used_up = quote.sell.is_zero();
    if now < quote.expires && !is_used_up {
        return Err(SwapError::QuoteHolds { expires: quote.expires, now });
    }
    if quote.out.is_zero() {
        return Err(SwapError::ZeroAmount);
    }
    let next = Quote { sell: Amount::ZERO, out: Amount::ZERO, ..*quote };
    Ok((next, pushed(quote.dealer, quote.out, Purpose::Exchange)))
}

fn pushed(account: Address, amount: Amount, purpose: Purpose) -> Payout {
    Payout { account, amount, purpose, delivery: Delivery::Push }
}

/// A moment in both of a chain's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Bound {
    /// Time of a block.
    pub time: Timestamp,
    /// Height of a block.
    pub block: u32,
}

impl Bound {
    /// Whether neither of the clocks has reached the bound.
    fn is_before(self, bound: Self) -> bool {
        self.time < bound.time && self.block < bound.block
    }

    /// Whether both have.
    fn is_after(self, bound: Self) -> bool {
        self.time >= bound.time && self.block >= bound.block
    }

    /// So much later by both clocks.
    fn later(self, time: Seconds, blocks: u32) -> Self {
        Self { time: self.time.after(time), block: self.block.saturating_add(blocks) }
    }
}

/// By which hash the two chains of a leg know the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum SecretHash {
    /// Keccak-256, as chains of Ethereum's kind have it.
    #[codec(index = 0)]
    Keccak256,
    /// SHA-256, as Bitcoin and Lightning have it.
    #[codec(index = 1)]
    Sha256,
}

/// What was agreed about a hash-time-locked leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct LegTerms {
    /// Who locks the amount.
    pub funder: Address,
    /// Who gets it against the preimage.
    pub claimer: Address,
    /// The asset.
    pub asset: Address,
    /// The amount, in raw units.
    pub amount: Amount,
    /// What the claimer puts up for its choice, in raw units of the same asset.
    pub premium: Amount,
    /// Hash of the preimage.
    pub digest: Hash,
    /// Which hash that is.
    pub hash: SecretHash,
    /// First moment at which the amount cannot be locked any more.
    pub lock_until: Bound,
    /// First moment, by either clock, at which it cannot be claimed any more.
    pub claim_until: Bound,
    /// First moment, by both clocks, at which it goes back.
    pub refund_from: Bound,
}

impl LegTerms {
    /// Checks that an account is one of the two sides.
    ///
    /// # Errors
    /// [`SwapError::WrongCaller`].
    pub fn check_side(&self, account: &Address) -> Result<(), SwapError> {
        if *account == self.funder {
            return Ok(());
        }
        check_caller(&self.claimer, account)
    }
}

/// How far a leg has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum LegStage {
    /// Agreed; the premium is to come.
    #[codec(index = 0)]
    Agreed,
    /// The premium is there; the amount is to come.
    #[codec(index = 1)]
    Bonded,
    /// Both are there.
    #[codec(index = 2)]
    Locked,
    /// Claimed.
    #[codec(index = 3)]
    Claimed,
    /// Gone back.
    #[codec(index = 4)]
    Refunded,
}

/// A hash-time-locked leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Leg {
    /// What was agreed.
    pub terms: LegTerms,
    /// How far it has come.
    pub stage: LegStage,
}

/// What can be done with a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum LegCommand {
    /// The claimer puts up the premium.
    #[codec(index = 0)]
    Bond {
        /// What has come, measured.
        received: Amount,
    },
    /// The funder locks the amount.
    #[codec(index = 1)]
    Lock {
        /// What has come, measured.
        received: Amount,
    },
    /// Anybody brings the preimage; the claimer gets the amount and its premium. See [`LegCommand::claim`].
    #[codec(index = 2)]
    Claim {
        /// Hash of what was brought, by the hash of the terms. What was brought has exactly 32 bytes.
        digest: Hash,
    },
    /// Anybody has the amount and the premium given to the funder, or the premium back to the claimer where nothing was
    /// locked. Where not even the premium came it only ends the leg, whose record can go then.
    #[codec(index = 3)]
    Refund,
}

impl LegCommand {
    /// Brings a preimage. It has 32 bytes, no more and no fewer: a longer one could count on this chain and be too long
    /// for the other. `hash` is the hash of the terms.
    pub fn claim(preimage: &Hash, hash: impl Fn(&[u8]) -> Hash) -> Self {
        Self::Claim { digest: hash(preimage.as_slice()) }
    }
}

/// The result of a decision about a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegOutcome {
    /// The leg afterwards.
    pub leg: Leg,
    /// What came in.
    pub received: Amount,
    /// What leaves.
    pub payouts: Payouts,
}

impl Leg {
    /// A leg as agreed now.
    ///
    /// # Errors
    /// [`SwapError::ZeroAmount`] without amount or premium; [`SwapError::GapTooSmall`]; [`SwapError::TooFarAhead`].
    pub fn agree(terms: LegTerms, now: Bound) -> Result<Self, SwapError> {
        if terms.amount.is_zero() || terms.premium.is_zero() {
            return Err(SwapError::ZeroAmount);
        }
        terms.premium.checked_add(terms.amount)?;
        let LegTerms { lock_until, claim_until, refund_from, .. } = terms;
        let is_well_after = |later: Bound, bound: Bound| later.is_after(bound.later(MINIMUM_GAP, MINIMUM_GAP_BLOCKS));
        if !is_well_after(claim_until, lock_until) || !is_well_after(refund_from, claim_until) {
            return Err(SwapError::GapTooSmall { claim_until, refund_from });
        }
        let latest = now.later(MAXIMUM_LOCK, MAXIMUM_LOCK_BLOCKS);
        if !latest.is_after(refund_from) {
            return Err(SwapError::TooFarAhead { refund_from, latest });
        }
        Ok(Self { terms, stage: LegStage::Agreed })
    }

    /// Decides about a leg. Times are compared in both clocks: who acts must be in time by both, what is given back
    /// must be due by both.
    ///
    /// # Errors
    /// [`SwapError`].
    pub fn decide(&self, command: &LegCommand, caller: &Address, now: Bound) -> Result<LegOutcome, SwapError> {
        let terms = &self.terms;
        let mut payouts = Payouts::default();
        let (stage, received) = match *command {
            LegCommand::Bond { received } => {
                self.check_stage(LegStage::Agreed)?;
                check_caller(&terms.claimer, caller)?;
                check_in_time(terms.lock_until, now)?;
                check_amount(terms.premium, received)?;
                (LegStage::Bonded, received)
            }
            LegCommand::Lock { received } => {
                self.check_stage(LegStage::Bonded)?;
                check_caller(&terms.funder, caller)?;
                check_in_time(terms.lock_until, now)?;
                check_amount(terms.amount, received)?;
                (LegStage::Locked, received)
            }
            LegCommand::Claim { digest } => {
                self.check_stage(LegStage::Locked)?;
                check_in_time(terms.claim_until, now)?;
                if digest != terms.digest {
                    return Err(SwapError::WrongPreimage { expected: terms.digest, actual: digest });
                }
                add(&mut payouts, pushed(terms.claimer, terms.amount, Purpose::Exchange))?;
                add(&mut payouts, pushed(terms.claimer, terms.premium, Purpose::Premium))?;
                (LegStage::Claimed, Amount::ZERO)
            }
            LegCommand::Refund if matches!(self.stage, LegStage::Agreed | LegStage::Bonded) => {
                // The funder did not lock: the claimer owes it nothing.
                check_due(terms.lock_until, now)?;
                if self.stage == LegStage::Bonded {
                    add(&mut payouts, pushed(terms.claimer, terms.premium, Purpose::Premium))?;
                }
                (LegStage::Refunded, Amount::ZERO)
            }
            LegCommand::Refund => {
                self.check_stage(LegStage::Locked)?;
                check_due(terms.refund_from, now)?;
                add(&mut payouts, pushed(terms.funder, terms.amount, Purpose::Refund))?;
                add(&mut payouts, pushed(terms.funder, terms.premium, Purpose::Premium))?;
                (LegStage::Refunded, Amount::ZERO)
            }
        };
        Ok(LegOutcome { leg: Self { stage, ..*self }, received, payouts })
    }

    /// What the leg holds. Errors: [`MathError::Overflow`].
    pub fn held(&self) -> Result<Amount, MathError> {
        match self.stage {
            LegStage::Bonded => Ok(self.terms.premium),
            LegStage::Locked => self.terms.premium.checked_add(self.terms.amount),
            LegStage::Agreed | LegStage::Claimed | LegStage::Refunded => Ok(Amount::ZERO),
        }
    }

    fn check_stage(&self, expected: LegStage) -> Result<(), SwapError> {
        if self.stage == expected {
            Ok(())
        } else {
            Err(SwapError::WrongStage { expected, actual: self.stage })
        }
    }
}

/// A leg has two payouts at most, far fewer than there is room for.
fn add(payouts: &mut Payouts, payout: Payout) -> Result<(), SwapError> {
    payouts.add(payout).map_err(|_: EscrowError| SwapError::Math(MathError::Overflow))
}

fn check_caller(expected: &Address, caller: &Address) -> Result<(), SwapError> {
    if expected == caller {
        Ok(())
    } else {
        Err(SwapError::WrongCaller { expected: *expected, caller: *caller })
    }
}

fn check_amount(required: Amount, received: Amount) -> Result<(), SwapError> {
    if required == received {
        Ok(())
    } else {
        Err(SwapError::WrongPayment { required, received })
    }
}

fn check_in_time(until: Bound, now: Bound) -> Result<(), SwapError> {
    if now.is_before(until) {
        Ok(())
    } else {
        Err(SwapError::TooLate { until, now })
    }
}

fn check_due(from: Bound, now: Bound) -> Result<(), SwapError> {
    if now.is_after(from) {
        Ok(())
    } else {
        Err(SwapError::TooEarly { from, now })
    }
}
