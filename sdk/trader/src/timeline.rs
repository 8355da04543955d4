//! What happens when, who may do something about it until then, and what follows where everybody is silent.
//!
//! No rule is written down here a second time. Where a credit stands at a moment, what is legal then, and who gets what
//! is asked of the contract's own rules ([`florin_trade::decide`]), on copies of the records, with the time moved
//! forward.

mod drawing;
mod silence;
mod table;

use florin_trade::{
    decision::View,
    dispute::Dispute,
    drawing::Acceptance,
    examination::Presentation,
    ledger::{Delivery, Purpose},
    right::Receivable,
    state::{Escrow, Message, Status},
    terms::{Agreement, DocumentKind},
    Address, EscrowError, EscrowId,
};
use florin_units::{Amount, Timestamp};

use crate::keccak;

pub use drawing::{message_word, role_word, status_word, Style};
pub use table::{callers, Act, Role, MESSAGES, STATUSES};

/// A credit's records, as the contract has them.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    /// Its number.
    pub id: EscrowId,
    /// The agreement that counts.
    pub agreement: &'a Agreement,
    /// The escrow.
    pub escrow: &'a Escrow,
    /// The presentation that is not decided.
    pub presentation: Option<&'a Presentation>,
    /// The dispute that is not executed.
    pub dispute: Option<&'a Dispute>,
    /// All acceptances, by their numbers, those that were paid included.
    pub acceptances: &'a [Acceptance],
    /// Who gets the proceeds.
    pub receivable: &'a Receivable,
}

impl Records<'_> {
    fn view(&self) -> View {
        View {
            id: self.id,
            terms: self.agreement.terms,
            escrow: *self.escrow,
            presentation: self.presentation.copied(),
            dispute: self.dispute.copied(),
            receivable: *self.receivable,
        }
    }
}

/// Records from which no time line can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelineError {
    /// The agreement is another one than the escrow's.
    #[error("the agreement is not the one that counts for this credit; read it from the contract again")]
    OtherAgreement,
    /// Not all acceptances are there.
    #[error("the credit has {expected} acceptances, and {given} were given; read all of them from the contract")]
    Acceptances {
        /// How many there are.
        expected: u8,
        /// How many were given.
        given: usize,
    },
    /// The records do not belong together.
    #[error("the records do not belong together ({0}); read all of them from the contract at one moment")]
    Records(EscrowError),
}

/// Somebody who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// An account.
    Account(Address),
    /// Whoever sends the message, and is not a party.
    Sender,
}

/// Money that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// To whom.
    pub to: Recipient,
    /// How much.
    pub amount: Amount,
    /// What for.
    pub purpose: Purpose,
    /// How: sent, or to be claimed.
    pub delivery: Delivery,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Goods were shipped, as the transport document says.
    Shipped,
    /// Documents were presented.
    Presented,
    /// The last moment that the transport document may bear.
    LatestShipment,
    /// The last moment at which documents of this shipment can be presented.
    LatestPresentation,
    /// The credit cannot be paid in any more.
    TooLateToFund,
    /// Time moves the credit on, without any message.
    Moves {
        /// Where it stood.
        from: Status,
        /// Where it stands then.
        to: Status,
    },
    /// The conditions hold without any proof: anybody may have all of it paid from here on.
    ConditionsHold,
    /// What is due by time is done, where somebody sends the message.
    Settled {
        /// Where the credit stands.
        status: Status,
    },
    /// An acceptance is paid, where somebody sends the message.
    Matured {
        /// Its number.
        number: u8,
    },
    /// From here on all money can be out, whatever anybody has done or left undone.
    AllOut,
}

impl Event {
    /// Whether it lies behind, and is only told.
    const fn is_past(self) -> bool {
        matches!(self, Self::Shipped | Self::Presented)
    }
}

/// A moment in the life of a credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub moment: Timestamp,
    /// What happens.
    pub event: Event,
    /// Who may act until then, and by which message, where everybody was silent before.
    pub until_then: Vec<Act>,
    /// Who gets what.
    pub payments: Vec<Payment>,
    /// Whom the registry gives the title to the goods.
    pub title_to: Option<Address>,
}

impl Entry {
    /// A moment at which nobody has to do anything.
    const fn mark(moment: Timestamp, event: Event) -> Self {
        Self { moment, event, until_then: Vec::new(), payments: Vec::new(), title_to: None }
    }
}

/// The life of a credit, as it is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The moment at which it was made.
    pub now: Timestamp,
    /// Where the credit stands.
    pub status: Status,
    /// What may be done now.
    pub acts: Vec<Act>,
    /// What has happened and what will, where everybody is silent, in the order of time.
    pub entries: Vec<Entry>,
    /// Which of them is next.
    pub next: Option<usize>,
    /// What the credit holds.
    pub held: Amount,
    /// What it holds once everybody was silent to the end: nothing, for each credit that the contract lets come about.
    pub left: Amount,
    /// The moment from which on all money can be out.
    pub t_max: Timestamp,
}

impl Timeline {
    /// The time line of a credit.
    ///
    /// # Errors
    /// [`TimelineError`], for records that do not belong together.
    pub fn new(records: &Records<'_>, now: Timestamp) -> Result<Self, TimelineError> {
        let Records { agreement, escrow, acceptances, .. } = *records;
        if agreement.hash(keccak) != escrow.agreement {
            return Err(TimelineError::OtherAgreement);
        }
        if acceptances.len() != usize::from(escrow.acceptances) {
            return Err(TimelineError::Acceptances { expected: escrow.acceptances, given: acceptances.len() });
        }
        let view = records.view();
        let (terms, status) = (&view.terms, escrow.status(&view.terms, now));
        let mut future = silence::run(&view, agreement, acceptances, now).map_err(TimelineError::Records)?;
        let t_max = escrow.t_max(terms, &agreement.dispute);
        let mut mark = |moment: Timestamp, event: Event| {
            future.entries.push(Entry::mark(moment, event));
        };
        if let Some(presentation) = view.presentation {
            if has_transport(agreement) {
                mark(presentation.shipped_at, Event::Shipped);
                let latest = presentation.shipped_at.after(terms.presentation_period);
                if status == Status::Discrepant && latest >= now && latest < terms.expiry {
                    mark(latest, Event::LatestPresentation);
                }
            }
            mark(presentation.presented_at, Event::Presented);
        }
        let is_before_funding = matches!(status, Status::Draft | Status::Signed);
        let can_ship = is_before_funding || matches!(status, Status::Funded | Status::Discrepant);
        if can_ship && has_transport(agreement) && terms.latest_shipment >= now {
            mark(terms.latest_shipment, Event::LatestShipment);
        }
        if is_before_funding && terms.expiry > now {
            mark(terms.expiry, Event::TooLateToFund);
        }
        if status != Status::Closed && t_max > now {
            mark(t_max, Event::AllOut);
        }
        let mut entries = future.entries;
        entries.sort_by_key(|entry| entry.moment);
        let next = entries.iter().position(|entry| entry.moment >= now && !entry.event.is_past());
        let held = |view: &View| view.escrow.book.held().unwrap_or(Amount::MAX);
        Ok(Self {
            now,
            status,
            acts: table::acts(&view, agreement, acceptances, now),
            entries,
            next,
            held: held(&view),
            left: held(&future.end),
            t_max,
        })
    }

    /// The next thing that happens.
    pub fn next_entry(&self) -> Option<&Entry> {
        self.entries.get(self.next?)
    }

    /// What everybody gets where everybody is silent, each recipient once.
    pub fn totals(&self) -> Vec<(Recipient, Amount)> {
        let mut totals = std::collections::BTreeMap::<Recipient, u128>::new();
        for payment in self.entries.iter().flat_map(|entry| &entry.payments) {
            let total = totals.entry(payment.to).or_default();
            *total = total.saturating_add(payment.amount.raw());
        }
        totals.into_iter().map(|(to, raw)| (to, Amount::from_raw(raw))).collect()
    }

    /// The moment at which the last money is out where everybody is silent and somebody settles what is due at once.
    pub fn silent_end(&self) -> Option<Timestamp> {
        self.entries.iter().filter(|entry| !entry.payments.is_empty()).map(|entry| entry.moment).max()
    }

    /// Who may do something by a message now.
    pub fn may(&self, message: Message) -> Vec<Role> {
        self.acts.iter().filter(|act| act.message == message).map(|act| act.by).collect()
    }
}

fn has_transport(agreement: &Agreement) -> bool {
    agreement.checklist.documents.iter().flatten().any(|document| document.kind == DocumentKind::Transport)
}
