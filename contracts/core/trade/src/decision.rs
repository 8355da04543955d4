//! One way in for every message: find the status, check that it lets the message through, decide, check that all money
//! is accounted for. A decision works on a copy, so one that fails has changed nothing.

use crate::amendment::{self, AgreedSplit, Consents};
use crate::condition::{Conditions, Evidence};
use crate::dispute::{self, Dispute, DisputeTerms, Seats};
use crate::drawing::{self, Acceptance};
use crate::error::EscrowError;
use crate::examination::{self, Discrepancies, Presentation, PresentationId, Presenting};
use crate::fee::{fee_between, tip_down, Snapshot};
use crate::ledger::{Delivery, Payout, Payouts, Pot, Purpose};
use crate::right::{Receivable, TitleKey};
use crate::settlement;
use crate::state::{self, Escrow, Message, Stage};
use crate::terms::{Checklist, Sealed, Terms};
use crate::{Address, EscrowId, Hash};
use florin_units::{Amount, Timestamp};
use parity_scale_codec::{Decode, Encode};

/// What the compliance contract says of an account that pays in, or of one to which a claim is redirected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Screening {
    /// It may, or nobody was asked.
    #[codec(index = 0)]
    Clear,
    /// It may not. An answer that does not come counts as this one.
    #[codec(index = 1)]
    Denied,
}

/// What a decision has to know about the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who calls.
    pub caller: Address,
    /// Time of the block.
    pub now: Timestamp,
    /// What the compliance contract of the terms says, where there is one.
    pub screening: Screening,
}

/// A record that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Record {
    /// The presentation.
    #[codec(index = 0)]
    Presentation,
    /// The dispute.
    #[codec(index = 1)]
    Dispute,
}

/// The records that a decision reads and may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Number of the escrow.
    pub id: EscrowId,
    /// Its terms.
    pub terms: Terms,
    /// The escrow itself.
    pub escrow: Escrow,
    /// The presentation that is not decided.
    pub presentation: Option<Presentation>,
    /// The dispute that is not executed.
    pub dispute: Option<Dispute>,
    /// Who gets the proceeds.
    pub receivable: Receivable,
}

impl View {
    /// An escrow that was just drafted.
    pub fn new(id: EscrowId, terms: Terms, escrow: Escrow) -> Self {
        Self { id, terms, escrow, presentation: None, dispute: None, receivable: Receivable::default() }
    }
}

/// A message. Besides what the sender says it carries the fixed cells of the agreement that it alone reads, so that no
/// message loads more than it needs.
#[derive(Clone, Copy, Debug)]
pub enum Command<'a> {
    /// A party signs the agreement that it names.
    Sign {
        /// Hash of the agreement.
        agreement: Hash,
    },
    /// A party does not want it any more, before it is funded.
    Decline,
    /// The applicant pays in.
    Fund {
        /// Hash of the agreement that it means.
        agreement: Hash,
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// What has come, measured.
        received: Amount,
        /// What can change elsewhere, now.
        snapshot: Snapshot,
        /// The asset's decimals, now.
        decimals: u8,
    },
    /// The beneficiary presents documents, for the first time or to cure discrepancies.
    Present(&'a Presenting<'a>),
    /// The applicant says that the presentation complies.
    Approve {
        /// The presentation that it means.
        presentation: PresentationId,
    },
    /// The applicant refuses, naming every discrepancy.
    Notice {
        /// The presentation that it means.
        presentation: PresentationId,
        /// All of them.
        discrepancies: Discrepancies,
        /// Hash of the reasons.
        reasons: Hash,
    },
    /// The applicant takes the documents in spite of the discrepancies.
    Waive {
        /// The presentation that it means.
        presentation: PresentationId,
    },
    /// Anybody does what is due by time.
    Settle,
    /// Anybody has an acceptance paid that has matured.
    Mature {
        /// Its number.
        number: u8,
        /// Its record.
        acceptance: Acceptance,
    },
    /// Anybody has the credit paid because its conditions hold.
    Execute {
        /// The conditions.
        conditions: &'a Conditions,
        /// Documents and issuers.
        checklist: &'a Checklist,
        /// What shows that they hold.
        evidence: &'a Evidence,
    },
    /// A party goes to dispute.
    Raise {
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// What has come as bond, measured.
        received: Amount,
    },
    /// A party makes an offer.
    Offer {
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// What of the stake the beneficiary should get.
        to_beneficiary: Amount,
    },
    /// A party takes the other side's last offer.
    AcceptOffer {
        /// The offer that it means.
        to_beneficiary: Amount,
    },
    /// The arbitration contract reports what a panel has revealed.
    Rule {
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// Members and what they award.
        seats: &'a Seats,
    },
    /// A party appeals.
    Appeal {
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// What has come as bond, measured.
        received: Amount,
    },
    /// The fallback rules where the panel was silent.
    RuleFallback {
        /// How disputes are decided.
        rules: &'a DisputeTerms,
        /// What of the stake the beneficiary gets.
        to_beneficiary: Amount,
    },
    /// Anybody brings an amendment to which all have consented.
    Amend {
        /// The complete new agreement.
        amended: &'a Sealed,
        /// The consents.
        consents: &'a Consents,
        /// What has come for a larger credit, measured.
        received: Amount,
    },
    /// Anybody brings a division to which all have consented.
    Agree {
        /// The division.
        split: &'a AgreedSplit,
        /// The consents.
        consents: &'a Consents,
    },
}

impl Command<'_> {
    /// Which message it is.
    pub const fn message(&self) -> Message {
        match self {
            Self::Sign { .. } => Message::Sign,
            Self::Decline => Message::Decline,
            Self::Fund { .. } => Message::Fund,
            Self::Present(_) => Message::Present,
            Self::Approve { .. } => Message::Approve,
            Self::Notice { .. } => Message::Notice,
            Self::Waive { .. } => Message::Waive,
            Self::Settle => Message::Settle,
            Self::Mature { .. } => Message::Mature,
            Self::Execute { .. } => Message::Execute,
            Self::Raise { .. } => Message::Raise,
            Self::Offer { .. } => Message::Offer,
            Self::AcceptOffer { .. } => Message::AcceptOffer,
            Self::Rule { .. } => Message::Rule,
            Self::Appeal { .. } => Message::Appeal,
            Self::RuleFallback { .. } => Message::RuleFallback,
            Self::Amend { .. } => Message::Amend,
            Self::Agree { .. } => Message::Agree,
        }
    }
}

/// What must have come in with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// From whom.
    pub account: Address,
    /// How much, measured as growth of the contract's balance.
    pub amount: Amount,
}

/// What happens to a title at the registry that the terms name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleMove {
    /// The escrow takes it into custody from the beneficiary; where the registry refuses, the message is refused.
    Take(TitleKey),
    /// The escrow gives it out of custody; where the registry refuses, money moves all the same, and it can be tried
    /// again.
    Deliver(TitleKey, Address),
}

/// The most moves of titles in one message: a cure may bring another transport document.
pub const MAXIMUM_TITLE_MOVES: usize = 2;

/// The result of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The new records. Those equal to the old ones need not be written; those that are none now can be removed.
    pub view: View,
    /// What leaves.
    pub payouts: Payouts,
    /// What must have come in.
    pub receipt: Option<Receipt>,
    /// An acceptance that is new or was paid, with its number.
    pub acceptance: Option<(u8, Acceptance)>,
    /// What happens to titles, in this order.
    pub titles: [Option<TitleMove>; MAXIMUM_TITLE_MOVES],
    /// Money taken out of a pot that has not found its place yet; nothing at the end.
    in_flight: Amount,
}

impl Outcome {
    fn new(view: &View) -> Self {
        Self {
            view: *view,
            payouts: Payouts::default(),
            receipt: None,
            acceptance: None,
            titles: [None; MAXIMUM_TITLE_MOVES],
            in_flight: Amount::ZERO,
        }
    }

    /// The transport document of a presentation is known: its title comes into custody, and one that was there for
    /// another document goes back.
    pub(crate) fn take_title(&mut self, key: Option<TitleKey>) {
        if self.view.terms.title.is_none() || key == self.view.escrow.title {
            return;
        }
        self.deliver_title(self.view.terms.beneficiary);
        if let Some(key) = key {
            self.view.escrow.title = Some(key);
            self.move_title(TitleMove::Take(key));
        }
    }

    /// A title in custody goes to a party.
    pub(crate) fn deliver_title(&mut self, to: Address) {
        if let Some(key) = self.view.escrow.title.take() {
            self.move_title(TitleMove::Deliver(key, to));
        }
    }

    /// There are as many places as one message has moves.
    fn move_title(&mut self, title: TitleMove) {
        if let Some(slot) = self.titles.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(title);
        }
    }

    /// How much must have come in.
    pub fn received(&self) -> Amount {
        self.receipt.map_or(Amount::ZERO, |receipt| receipt.amount)
    }

    /// Money comes in, for a pot. Errors: arithmetic.
    pub(crate) fn receive(&mut self, account: Address, amount: Amount, pot: Pot) -> Result<(), EscrowError> {
        let book = &mut self.view.escrow.book;
        book.funded = book.funded.checked_add(amount)?;
        book.put(pot, amount)?;
        self.receipt = Some(Receipt { account, amount });
        Ok(())
    }

    /// Takes money out of a pot. Errors: arithmetic, where there is less.
    pub(crate) fn release(&mut self, pot: Pot, amount: Amount) -> Result<(), EscrowError> {
        self.view.escrow.book.take(pot, amount)?;
        self.in_flight = self.in_flight.checked_add(amount)?;
        Ok(())
    }

    /// Puts money that was taken out into a pot. Errors: arithmetic, where less was taken out.
    pub(crate) fn hold(&mut self, pot: Pot, amount: Amount) -> Result<(), EscrowError> {
        self.in_flight = self.in_flight.checked_sub(amount)?;
        self.view.escrow.book.put(pot, amount)?;
        Ok(())
    }

    /// Pays money that was taken out. Errors: arithmetic, where less was taken out; [`EscrowError::TooManyPayouts`].
    pub(crate) fn pay(&mut self, account: Address, amount: Amount, purpose: Purpose) -> Result<(), EscrowError> {
        self.in_flight = self.in_flight.checked_sub(amount)?;
        let minimum = self.view.escrow.snapshot.minimum;
        let book = &mut self.view.escrow.book;
        let (total, delivery) = if purpose == Purpose::Fee {
            (&mut book.fees, Delivery::Accumulate)
        } else if purpose == Purpose::Arbitration {
            // Whoever ruled collects it for this one dispute, and so knows what it was paid for.
            (&mut book.claimable, Delivery::Accumulate)
        } else if amount < minimum {
            (&mut book.dust, Delivery::Accumulate)
        } else {
            (&mut book.paid, Delivery::Push)
        };
        *total = total.checked_add(amount)?;
        self.payouts.add(Payout { account, amount, purpose, delivery })
    }

    /// Books a drawing of money that was taken out and pays the protocol's fee on it; returns the fee. Errors:
    /// arithmetic.
    pub(crate) fn draw(&mut self, amount: Amount) -> Result<Amount, EscrowError> {
        let escrow = &mut self.view.escrow;
        let before = escrow.drawn;
        escrow.drawn = before.checked_add(amount)?;
        let fee = fee_between(before, escrow.drawn, escrow.snapshot.fee)?;
        let collector = escrow.snapshot.collector;
        self.pay(collector, fee, Purpose::Fee)?;
        Ok(fee)
    }

    /// Pays the tip out of a payment, where the caller earns one; returns what is left. Errors: arithmetic.
    fn tip(&mut self, amount: Amount, keeper: Option<Address>) -> Result<Amount, EscrowError> {
        let Some(keeper) = keeper else { return Ok(amount) };
        let tip = tip_down(self.view.terms.tip, amount)?;
        self.pay(keeper, tip, Purpose::Tip)?;
        Ok(amount.checked_sub(tip)?)
    }

    /// Pays proceeds to whoever has a part of the receivable, and the rest to the beneficiary. Errors: arithmetic.
    pub(crate) fn pay_proceeds(&mut self, amount: Amount, keeper: Option<Address>) -> Result<(), EscrowError> {
        let amount = self.tip(amount, keeper)?;
        let divided = self.view.receivable.divide_down(amount)?;
        for (account, part) in divided.parts.into_iter().flatten() {
            self.pay(account, part, Purpose::Share)?;
        }
        self.pay(self.view.terms.beneficiary, divided.rest, Purpose::Proceeds)
    }

    /// Pays back to the applicant. Errors: arithmetic.
    pub(crate) fn pay_refund(&mut self, amount: Amount, keeper: Option<Address>) -> Result<(), EscrowError> {
        let amount = self.tip(amount, keeper)?;
        self.pay(self.view.terms.applicant, amount, Purpose::Refund)
    }

    /// Where nothing can be disputed any more the applicant's reserve goes back.
    ///
    /// Errors: [`EscrowError::Unbalanced`], which would be a mistake of this crate.
    fn finish(mut self) -> Result<Self, EscrowError> {
        let Escrow { stage, book, .. } = self.view.escrow;
        if stage == Stage::Ended && book.retained.is_zero() {
            self.release(Pot::Reserve, book.reserve)?;
            self.pay(self.view.terms.applicant, book.reserve, Purpose::Reserve)?;
        }
        if !self.in_flight.is_zero() || !self.view.escrow.book.is_balanced() {
            return Err(EscrowError::Unbalanced { in_flight: self.in_flight });
        }
        Ok(self)
    }
}

/// Who earns a tip by calling: anybody but the two parties, whose own business it is.
pub(crate) fn keeper(terms: &Terms, context: &Context) -> Option<Address> {
    terms.party(&context.caller).is_none().then_some(context.caller)
}

/// Decides about a message.
///
/// # Errors
/// [`EscrowError`]: where the status does not let the message through, the error that [`state`] names for the pair;
/// else the first rule of the message that is broken.
pub fn decide(view: &View, command: &Command<'_>, context: &Context) -> Result<Outcome, EscrowError> {
    let status = view.escrow.check(command.message(), &view.terms, context.now)?;
    let mut outcome = Outcome::new(view);
    let next = &mut outcome;
    match *command {
        Command::Sign { agreement } => state::sign(next, &agreement, context)?,
        Command::Decline => state::decline(next, context)?,
        Command::Fund { agreement, rules, received, snapshot, decimals } => {
            state::fund(next, &agreement, rules, received, (&snapshot, decimals), context)?;
        }
        Command::Present(presenting) => examination::present(next, presenting, context)?,
        Command::Approve { presentation } => examination::approve(next, &presentation, context)?,
        Command::Notice { presentation, discrepancies, reasons } => {
            examination::notice(next, &presentation, discrepancies, reasons, context)?;
        }
        Command::Waive { presentation } => examination::waive(next, &presentation, context)?,
        Command::Settle => settlement::settle(next, status, context)?,
        Command::Mature { number, acceptance } => drawing::mature(next, number, &acceptance, context)?,
        Command::Execute { conditions, checklist, evidence } => {
            drawing::execute(next, conditions, checklist, evidence, context)?;
        }
        Command::Raise { rules, received } => dispute::raise(next, status, rules, received, context)?,
        Command::Offer { rules, to_beneficiary } => dispute::offer(next, rules, to_beneficiary, context)?,
        Command::AcceptOffer { to_beneficiary } => dispute::accept_offer(next, to_beneficiary, context)?,
        Command::Rule { rules, seats } => dispute::rule(next, status, rules, seats, context)?,
        Command::Appeal { rules, received } => dispute::appeal(next, rules, received, context)?,
        Command::RuleFallback { rules, to_beneficiary } => {
            dispute::rule_fallback(next, rules, to_beneficiary, context)?
        }
        Command::Amend { amended, consents, received } => amendment::amend(next, amended, consents, received, context)?,
        Command::Agree { split, consents } => amendment::agree(next, split, consents, context)?,
    }
    outcome.finish()
}
