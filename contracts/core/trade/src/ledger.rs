//! Money: the book of one escrow, the liabilities in one asset, and what is owed to accounts that it could not be
//! delivered to.
//!
//! Two equations hold after every message, to the unit:
//!
//! - of each escrow, `funded = paid + claimable + fees + dust + held`, where `held` is the sum of its pots;
//! - of each asset, `liabilities = sum of held + sum of claims`, and `liabilities + seed <= balance`.
//!
//! A payout is pushed. Where it cannot be delivered, or is too small for an account of the asset, its owner can claim
//! it; so no message fails because of one recipient.

use crate::decision::{Context, Screening};
use crate::digest;
use crate::error::EscrowError;
use crate::terms::require;
use crate::{Address, Hash};
use florin_governance::roles::{Governor, Permit};
use florin_units::{Amount, MathError, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most payouts of one message.
pub const MAXIMUM_PAYOUTS: usize = 16;
/// How long a compliance contract can keep a claim from being paid to another account than its owner's. What the asset refuses
/// its owner is out after that, whatever the compliance contract says.
pub const MAXIMUM_DELAY: Seconds = Seconds::from_raw(90 * 86_400);
/// What is signed to have a claim paid to somebody else.
const REDIRECTION: &[u8] =
    b"Redirection(address asset,address screening,address account,address to,uint256 nonce,uint256 deadline)";

/// What money is held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Pot {
    /// Not drawn yet.
    #[codec(index = 0)]
    Available,
    /// Under a presentation that is not decided.
    #[codec(index = 1)]
    Presented,
    /// Accepted, to be paid at maturity. No dispute and no agreement reaches it.
    #[codec(index = 2)]
    Accepted,
    /// Held back from drawings.
    #[codec(index = 3)]
    Retained,
    /// Bonds of a dispute and of its appeal.
    #[codec(index = 4)]
    Bonds,
    /// What the applicant has put up for the fees of disputes that it loses.
    #[codec(index = 5)]
    Reserve,
}

/// The money of one escrow, in raw units of its asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Book {
    /// All that ever came in.
    pub funded: Amount,
    /// Held: [`Pot::Available`].
    pub available: Amount,
    /// Held: [`Pot::Presented`].
    pub presented: Amount,
    /// Held: [`Pot::Accepted`].
    pub accepted: Amount,
    /// Held: [`Pot::Retained`].
    pub retained: Amount,
    /// Held: [`Pot::Bonds`].
    pub bonds: Amount,
    /// Held: [`Pot::Reserve`].
    pub reserve: Amount,
    /// All that was pushed to accounts.
    pub paid: Amount,
    /// All that could not be delivered and became claims, and fees of those who have ruled.
    pub claimable: Amount,
    /// All fees of the protocol, which are claims of their collector.
    pub fees: Amount,
    /// All that was too small to be pushed and became claims.
    pub dust: Amount,
}

impl Book {
    /// What is held. Errors: [`MathError::Overflow`].
    pub fn held(&self) -> Result<Amount, MathError> {
        let credit = self.undrawn()?.checked_add(self.retained)?.checked_add(self.accepted)?;
        credit.checked_add(self.bonds)?.checked_add(self.reserve)
    }

    /// What was not drawn. Errors: [`MathError::Overflow`].
    pub fn undrawn(&self) -> Result<Amount, MathError> {
        self.available.checked_add(self.presented)
    }

    /// What has left the pots, in whatever way. Errors: [`MathError::Overflow`].
    pub fn left(&self) -> Result<Amount, MathError> {
        self.paid.checked_add(self.claimable)?.checked_add(self.fees)?.checked_add(self.dust)
    }

    /// Whether the escrow's equation holds.
    pub fn is_balanced(&self) -> bool {
        let sum = self.held().and_then(|held| self.left().and_then(|left| held.checked_add(left)));
        sum == Ok(self.funded)
    }

    fn pot(&mut self, pot: Pot) -> &mut Amount {
        match pot {
            Pot::Available => &mut self.available,
            Pot::Presented => &mut self.presented,
            Pot::Accepted => &mut self.accepted,
            Pot::Retained => &mut self.retained,
            Pot::Bonds => &mut self.bonds,
            Pot::Reserve => &mut self.reserve,
        }
    }

    /// Money goes into a pot. Errors: [`MathError::Overflow`].
    pub(crate) fn put(&mut self, pot: Pot, amount: Amount) -> Result<(), MathError> {
        let pot = self.pot(pot);
        *pot = pot.checked_add(amount)?;
        Ok(())
    }

    /// Money leaves a pot. Errors: [`MathError::Overflow`] where there is less.
    pub(crate) fn take(&mut self, pot: Pot, amount: Amount) -> Result<(), MathError> {
        let pot = self.pot(pot);
        *pot = pot.checked_sub(amount)?;
        Ok(())
    }
}

/// What a payout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Purpose {
    /// The beneficiary's proceeds.
    #[codec(index = 0)]
    Proceeds,
    /// A part of them that was assigned.
    #[codec(index = 1)]
    Share,
    /// What the applicant gets back.
    #[codec(index = 2)]
    Refund,
    /// The protocol's fee.
    #[codec(index = 3)]
    Fee,
    /// For whoever sent a time-out's message.
    #[codec(index = 4)]
    Tip,
    /// A bond that goes back, or over to the other side.
    #[codec(index = 5)]
    Bond,
    /// For whoever has ruled.
    #[codec(index = 6)]
    Arbitration,
    /// A claim.
    #[codec(index = 7)]
    Claim,
    /// One side of an exchange of two assets.
    #[codec(index = 8)]
    Exchange,
    /// For whoever waited for the other side of an exchange.
    #[codec(index = 9)]
    Premium,
    /// What is left of the applicant's reserve.
    #[codec(index = 10)]
    Reserve,
}

/// How a payout is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Delivery {
    /// Sent at once; a claim where that fails.
    #[codec(index = 0)]
    Push,
    /// Added to the account's claim.
    #[codec(index = 1)]
    Accumulate,
}

/// Money that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Payout {
    /// To whom.
    pub account: Address,
    /// How much; never nothing.
    pub amount: Amount,
    /// What for.
    pub purpose: Purpose,
    /// How.
    pub delivery: Delivery,
}

/// The payouts of one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payouts {
    entries: [Option<Payout>; MAXIMUM_PAYOUTS],
}

impl Payouts {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Payout> + '_ {
        self.entries.iter().flatten()
    }

    /// Sum of those that are pushed. Errors: [`MathError::Overflow`].
    pub fn pushed(&self) -> Result<Amount, MathError> {
        let pushed = self.iter().filter(|payout| payout.delivery == Delivery::Push);
        let mut sum = Amount::ZERO;
        for payout in pushed {
            sum = sum.checked_add(payout.amount)?;
        }
        Ok(sum)
    }

    /// Adds one, unless there is nothing to pay. Errors: [`EscrowError::TooManyPayouts`], which no message reaches.
    pub(crate) fn add(&mut self, payout: Payout) -> Result<(), EscrowError> {
        if payout.amount.is_zero() {
            return Ok(());
        }
        let free = self.entries.iter_mut().find(|entry| entry.is_none());
        *free.ok_or(EscrowError::TooManyPayouts)? = Some(payout);
        Ok(())
    }
}

/// What the contract owes in one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct AssetLedger {
    /// All that escrows, legs and quotes hold, and all claims.
    pub liabilities: Amount,
    /// What keeps the contract's own account alive. It belongs to nobody, and stays.
    pub seed: Amount,
}

impl AssetLedger {
    /// The ledger after a message that received and paid so much. What accumulates stays a liability.
    ///
    /// # Errors
    /// Arithmetic, where more would be paid than is owed.
    pub fn moved(&self, received: Amount, payouts: &Payouts) -> Result<Self, EscrowError> {
        let liabilities = self.liabilities.checked_add(received)?.checked_sub(payouts.pushed()?)?;
        Ok(Self { liabilities, ..*self })
    }

    /// The ledger after a payout outside any escrow's book. Errors: arithmetic, where so much is not owed.
    pub fn released(&self, amount: Amount) -> Result<Self, EscrowError> {
        Ok(Self { liabilities: self.liabilities.checked_sub(amount)?, ..*self })
    }

    /// The ledger after a receipt outside any escrow's book. Errors: arithmetic.
    pub fn received(&self, amount: Amount) -> Result<Self, EscrowError> {
        Ok(Self { liabilities: self.liabilities.checked_add(amount)?, ..*self })
    }

    /// The ledger after a payout, pushed outside any escrow's book, that did not arrive and is owed again. Errors:
    /// arithmetic.
    pub fn deferred(&self, amount: Amount) -> Result<Self, EscrowError> {
        Ok(Self { liabilities: self.liabilities.checked_add(amount)?, ..*self })
    }

    /// The ledger with a larger seed, which is given to it for good. Errors: arithmetic.
    pub fn seeded(&self, amount: Amount) -> Result<Self, EscrowError> {
        Ok(Self { seed: self.seed.checked_add(amount)?, ..*self })
    }

    /// Checks that the seed keeps the contract's account alive, however much is paid out.
    ///
    /// # Errors
    /// [`EscrowError::SeedTooSmall`].
    pub fn check_seed(&self, minimum: Amount) -> Result<(), EscrowError> {
        if self.seed < minimum {
            return Err(EscrowError::SeedTooSmall { seed: self.seed, minimum });
        }
        Ok(())
    }

    /// What is there beyond what is owed and the seed.
    pub fn surplus(&self, balance: Amount) -> Amount {
        balance.saturating_sub(self.liabilities).saturating_sub(self.seed)
    }

    /// Checks, at the end of a message, that all that is owed is there.
    ///
    /// # Errors
    /// [`EscrowError::Insolvent`].
    pub fn check(&self, balance: Amount) -> Result<(), EscrowError> {
        let required = self.liabilities.checked_add(self.seed)?;
        if balance < required {
            return Err(EscrowError::Insolvent { required, balance });
        }
        Ok(())
    }

    /// Checks that a surplus, sent by mistake, can be taken out.
    ///
    /// # Errors
    /// [`EscrowError::AboveSurplus`].
    pub fn recover(&self, balance: Amount, amount: Amount, _permit: &Permit<Governor>) -> Result<(), EscrowError> {
        let surplus = self.surplus(balance);
        if amount > surplus {
            return Err(EscrowError::AboveSurplus { amount, surplus });
        }
        Ok(())
    }
}

/// What is owed to one account in one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Claim {
    /// How much.
    pub amount: Amount,
    /// How often it was paid. A signature that redirects it names this, so that it redirects one claim and none to
    /// come.
    pub redemptions: u32,
    /// Since when most of it has been owed without being paid.
    pub since: Timestamp,
}

impl Claim {
    /// The claim with more. As much as is there or more makes it new: a little that has waited takes no lot along, and a little
    /// that comes does not keep a lot waiting. Errors: arithmetic.
    pub fn credit(&self, amount: Amount, now: Timestamp) -> Result<Self, EscrowError> {
        let since = if amount >= self.amount { now } else { self.since };
        Ok(Self { amount: self.amount.checked_add(amount)?, since, ..*self })
    }

    /// Whether a compliance contract is asked before it is paid to another account than its owner's.
    pub fn is_screened(&self, now: Timestamp) -> bool {
        now < self.since.after(MAXIMUM_DELAY)
    }
}

/// What a payout that could not be delivered becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// The escrow's book.
    pub book: Book,
    /// The asset's ledger.
    pub ledger: AssetLedger,
    /// The account's claim.
    pub claim: Claim,
}

/// Turns a pushed payout of an escrow that did not arrive into a claim of its owner.
///
/// # Errors
/// Arithmetic, where so much was never paid.
pub fn return_undelivered(
    book: &Book,
    ledger: &AssetLedger,
    claim: &Claim,
    amount: Amount,
    now: Timestamp,
) -> Result<Undelivered, EscrowError> {
    let paid = book.paid.checked_sub(amount)?;
    let claimable = book.claimable.checked_add(amount)?;
    Ok(Undelivered {
        book: Book { paid, claimable, ..*book },
        ledger: ledger.deferred(amount)?,
        claim: claim.credit(amount, now)?,
    })
}

/// By whose word a claim is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// The caller's.
    ByCaller {
        /// Where to.
        to: Address,
    },
    /// A signature's, brought by anybody. The contract has verified who signed this redirection.
    BySignature {
        /// Who signed.
        signer: Address,
        /// Where to.
        to: Address,
        /// How often the claim was paid so far.
        nonce: u32,
        /// The last moment at which it counts.
        deadline: Timestamp,
    },
}

/// A claim that is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// The claim afterwards. Where the payout fails, nothing is written, and the claim stays what it was.
    pub claim: Claim,
    /// The ledger afterwards.
    pub ledger: AssetLedger,
    /// What is paid.
    pub payout: Payout,
}

/// Pays a whole claim, to its owner or to where the owner says. Only a payout to somebody else can be refused by the
/// compliance contract, so a refusal delays nothing that the owner can take itself; and only for [`MAXIMUM_DELAY`], so that
/// an asset and a compliance contract together hold nothing for ever.
///
/// # Errors
/// [`EscrowError::WrongCaller`], [`EscrowError::ConsentExpired`], [`EscrowError::WrongNonce`], [`EscrowError::Denied`],
/// [`EscrowError::NothingToClaim`].
pub fn redeem(
    account: &Address,
    claim: &Claim,
    ledger: &AssetLedger,
    redemption: &Redemption,
    context: &Context,
) -> Result<Redeemed, EscrowError> {
    let to = match *redemption {
        Redemption::ByCaller { to } => {
            // To its owner anybody may have it paid: who cannot ask for it, a contract for one, gets it all the same.
            if to != *account {
                require(account, &context.caller)?;
            }
            to
        }
        Redemption::BySignature { signer, to, nonce, deadline } => {
            require(account, &signer)?;
            if context.now > deadline {
                return Err(EscrowError::ConsentExpired { deadline, now: context.now });
            }
            if nonce != claim.redemptions {
                return Err(EscrowError::WrongNonce { expected: claim.redemptions, given: nonce });
            }
            to
        }
    };
    if to != *account && context.screening == Screening::Denied && claim.is_screened(context.now) {
        return Err(EscrowError::Denied { account: to });
    }
    let amount = claim.amount;
    if amount.is_zero() {
        return Err(EscrowError::NothingToClaim { account: *account });
    }
    let redemptions = claim.redemptions.checked_add(1).ok_or(MathError::Overflow)?;
    let next = Claim { amount: Amount::ZERO, redemptions, since: claim.since };
    let ledger = ledger.released(amount)?;
    let payout = Payout { account: to, amount, purpose: Purpose::Claim, delivery: Delivery::Push };
    Ok(Redeemed { claim: next, ledger, payout })
}

/// Struct hash (EIP-712) of a redirection, as the owner signs it. `screening` is the compliance contract of the credits
/// from which the claim is, nobody where they name none. `keccak` is Keccak-256.
pub fn redirection_hash(
    asset: &Address,
    screening: &Address,
    account: &Address,
    to: &Address,
    nonce: u32,
    deadline: Timestamp,
    keccak: impl Fn(&[u8]) -> Hash,
) -> Hash {
    let words = [
        keccak(REDIRECTION),
        digest::address(asset),
        digest::address(screening),
        digest::address(account),
        digest::address(to),
        digest::number(u64::from(nonce)),
        digest::number(deadline.raw()),
    ];
    digest::words(&words, &keccak)
}
