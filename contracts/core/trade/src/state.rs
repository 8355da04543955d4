//! The escrow and its status. What is stored is the last thing that somebody did, with the moment at which it ends; the
//! status follows from that and the time, by one function that queries and messages share. One table says which message
//! is legal in which status, and one function gives the error for every other pair.

use crate::decision::{Context, Outcome, Screening, View};
use crate::dispute::{t_max, Dispute, DisputeTerms};
use crate::error::EscrowError;
use crate::fee::Snapshot;
use crate::ledger::{Book, Pot};
use crate::right::TitleKey;
use crate::terms::{require, Party, Sealed, Terms};
use crate::Hash;
use florin_units::{Amount, MathError, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most presentations of a credit, cures included.
pub const MAXIMUM_PRESENTATIONS: u8 = 250;
/// The most notices for one drawing. After them neither side can wear the other out, by refusing or by presenting again
/// and again: what is left are a waiver, and a dispute with its bond.
pub const MAXIMUM_NOTICES: u8 = 3;

/// How far a dispute has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Phase {
    /// Nobody has ruled.
    #[codec(index = 0)]
    Heard {
        /// First moment without offers, and with the panel.
        offers_until: Timestamp,
        /// First moment without the panel, and with the fallback.
        panel_until: Timestamp,
        /// First moment without anybody.
        fallback_until: Timestamp,
    },
    /// The panel has ruled.
    #[codec(index = 1)]
    Ruled {
        /// First moment without appeal.
        appeal_until: Timestamp,
    },
    /// A party has appealed.
    #[codec(index = 2)]
    Appealed {
        /// First moment at which the appeal panel was silent.
        until: Timestamp,
    },
    /// Nobody can change the ruling any more.
    #[codec(index = 3)]
    Final,
}

impl Phase {
    fn status(self, now: Timestamp) -> Status {
        match self {
            Self::Heard { offers_until, .. } if now < offers_until => Status::Negotiating,
            Self::Heard { panel_until, .. } if now < panel_until => Status::Hearing,
            Self::Heard { fallback_until, .. } if now < fallback_until => Status::Fallback,
            Self::Ruled { appeal_until } if now < appeal_until => Status::Ruled,
            Self::Appealed { until } if now < until => Status::Appealed,
            Self::Heard { .. } | Self::Ruled { .. } | Self::Appealed { .. } | Self::Final => Status::Decided,
        }
    }

    /// When it is decided where nobody does anything more; none where it was, by somebody's last word.
    const fn ends_at(self) -> Option<Timestamp> {
        match self {
            Self::Heard { fallback_until, .. } => Some(fallback_until),
            Self::Ruled { appeal_until } => Some(appeal_until),
            Self::Appealed { until } => Some(until),
            Self::Final => None,
        }
    }
}

/// The last thing that somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Stage {
    /// Drafted; not both parties have signed.
    #[codec(index = 0)]
    Draft {
        /// Whether the applicant has.
        applicant: bool,
        /// Whether the beneficiary has.
        beneficiary: bool,
    },
    /// Both have signed.
    #[codec(index = 1)]
    Signed,
    /// Funded, and no presentation is undecided.
    #[codec(index = 2)]
    Open,
    /// Presented.
    #[codec(index = 3)]
    Examining {
        /// First moment at which silence has honoured it.
        until: Timestamp,
    },
    /// Presented with discrepancies, which were noticed by the applicant or named by the beneficiary itself.
    #[codec(index = 4)]
    Discrepant {
        /// First moment at which it is refused for good.
        until: Timestamp,
    },
    /// In dispute.
    #[codec(index = 5)]
    Disputed(Phase),
    /// Nothing can be drawn any more. Retained and accepted money may be left.
    #[codec(index = 6)]
    Ended,
}

/// Where an escrow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Status {
    /// Waits for signatures.
    #[codec(index = 0)]
    Draft,
    /// Waits for money.
    #[codec(index = 1)]
    Signed,
    /// Can be drawn.
    #[codec(index = 2)]
    Funded,
    /// The applicant examines what was presented.
    #[codec(index = 3)]
    Examining,
    /// The applicant was silent: honour is due.
    #[codec(index = 4)]
    Complying,
    /// Refused; may be waived, cured or contested.
    #[codec(index = 5)]
    Discrepant,
    /// The refund is due.
    #[codec(index = 6)]
    Expired,
    /// In dispute; the parties make offers.
    #[codec(index = 7)]
    Negotiating,
    /// The panel sits.
    #[codec(index = 8)]
    Hearing,
    /// The panel was silent; the fallback may rule.
    #[codec(index = 9)]
    Fallback,
    /// The panel has ruled; a party may appeal.
    #[codec(index = 10)]
    Ruled,
    /// The appeal panel sits.
    #[codec(index = 11)]
    Appealed,
    /// The division of the stake is due.
    #[codec(index = 12)]
    Decided,
    /// All is drawn or refunded but what is retained.
    #[codec(index = 13)]
    Retaining,
    /// What was retained is due.
    #[codec(index = 14)]
    Releasing,
    /// Only accepted drawings are left.
    #[codec(index = 15)]
    Accepted,
    /// Nothing is held.
    #[codec(index = 16)]
    Closed,
}

/// A message, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Message {
    /// A party signs.
    #[codec(index = 0)]
    Sign,
    /// A party declines.
    #[codec(index = 1)]
    Decline,
    /// The applicant pays in.
    #[codec(index = 2)]
    Fund,
    /// The beneficiary presents, or cures.
    #[codec(index = 3)]
    Present,
    /// The applicant approves.
    #[codec(index = 4)]
    Approve,
    /// The applicant refuses.
    #[codec(index = 5)]
    Notice,
    /// The applicant waives.
    #[codec(index = 6)]
    Waive,
    /// Anybody does what is due by time.
    #[codec(index = 7)]
    Settle,
    /// Anybody has a matured acceptance paid.
    #[codec(index = 8)]
    Mature,
    /// Anybody has the credit paid by its conditions.
    #[codec(index = 9)]
    Execute,
    /// A party goes to dispute.
    #[codec(index = 10)]
    Raise,
    /// A party makes an offer.
    #[codec(index = 11)]
    Offer,
    /// A party takes the other's offer.
    #[codec(index = 12)]
    AcceptOffer,
    /// A panel's result.
    #[codec(index = 13)]
    Rule,
    /// A party appeals.
    #[codec(index = 14)]
    Appeal,
    /// The fallback rules.
    #[codec(index = 15)]
    RuleFallback,
    /// All amend.
    #[codec(index = 16)]
    Amend,
    /// All divide.
    #[codec(index = 17)]
    Agree,
}

impl Message {
    /// The table: in which statuses a message is legal.
    pub const fn is_legal_in(self, status: Status) -> bool {
        use Status as S;
        match self {
            Self::Sign => matches!(status, S::Draft),
            Self::Decline => matches!(status, S::Draft | S::Signed),
            Self::Fund => matches!(status, S::Signed),
            Self::Present => matches!(status, S::Funded | S::Discrepant),
            Self::Approve | Self::Notice => matches!(status, S::Examining),
            Self::Waive => matches!(status, S::Discrepant),
            Self::Settle => matches!(status, S::Complying | S::Expired | S::Decided | S::Releasing),
            Self::Mature => !matches!(status, S::Draft | S::Signed | S::Closed),
            Self::Execute | Self::Amend => matches!(status, S::Funded),
            Self::Raise => matches!(status, S::Funded | S::Discrepant | S::Retaining),
            Self::Offer | Self::AcceptOffer => matches!(status, S::Negotiating),
            Self::Rule => matches!(status, S::Hearing | S::Appealed),
            Self::Appeal => matches!(status, S::Ruled),
            Self::RuleFallback => matches!(status, S::Fallback),
            Self::Agree => matches!(
                status,
                S::Funded
                    | S::Examining
                    | S::Discrepant
                    | S::Expired
                    | S::Negotiating
                    | S::Hearing
                    | S::Fallback
                    | S::Retaining
            ),
        }
    }
}

/// An escrow as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Escrow {
    /// Hash of the agreement that counts.
    pub agreement: Hash,
    /// The last thing that somebody did.
    pub stage: Stage,
    /// The money.
    pub book: Book,
    /// All that was ever drawn, fees and retention included.
    pub drawn: Amount,
    /// What could have changed elsewhere since it was funded.
    pub snapshot: Snapshot,
    /// A bit for each milestone that was paid.
    pub milestones: u8,
    /// A bit for each document that complied in presentations that were honoured since the last amendment.
    pub documents: u8,
    /// Presentations so far.
    pub presentations: u8,
    /// Acceptances so far.
    pub acceptances: u8,
    /// The last maturity of them.
    pub latest_maturity: Timestamp,
    /// Amendments and divisions so far; the nonce of the next consents.
    pub amendments: u32,
    /// Drawings that were honoured so far. Documents name the drawing that they are for, so that none supports two.
    pub drawings: u8,
    /// Notices since the last drawing.
    pub notices: u8,
    /// The title in custody.
    pub title: Option<TitleKey>,
    /// When nothing could be drawn any more. Before that: when the last drawing was honoured, or the last word of a
    /// dispute was spoken.
    pub ended_at: Timestamp,
}

impl Escrow {
    /// A draft. Anybody may make one; it is nothing until both parties have signed.
    ///
    /// # Errors
    /// [`EscrowError::Terms`], [`EscrowError::Condition`].
    pub fn draft(sealed: &Sealed, now: Timestamp) -> Result<Self, EscrowError> {
        sealed.agreement().validate(now)?;
        Ok(Self {
            agreement: sealed.hash(),
            stage: Stage::Draft { applicant: false, beneficiary: false },
            book: Book::default(),
            drawn: Amount::ZERO,
            snapshot: Snapshot::default(),
            milestones: 0,
            documents: 0,
            presentations: 0,
            acceptances: 0,
            latest_maturity: Timestamp::ZERO,
            amendments: 0,
            drawings: 0,
            notices: 0,
            title: None,
            ended_at: Timestamp::ZERO,
        })
    }

    /// The number of the drawing that documents are presented for now, counted from one.
    pub const fn next_drawing(&self) -> u8 {
        self.drawings.saturating_add(1)
    }

    /// What a dispute or an agreement is about: what was not drawn; once nothing can be drawn any more, what is
    /// retained. The one never reaches the other, so nobody gets at what is retained before its time.
    ///
    /// # Errors
    /// Arithmetic.
    pub fn stake(&self, dispute: Option<&Dispute>) -> Result<Amount, MathError> {
        if self.is_about_retention(dispute) {
            Ok(self.book.retained)
        } else {
            self.book.undrawn()
        }
    }

    /// The moment at which what is retained is due: that of the terms, and at least a time to respond after the end of
    /// what could be drawn, so that no dispute about the rest uses it up. Where an amendment has taken the retention
    /// out of the terms, it is due at that end, and not disputed any more.
    pub fn retained_until(&self, terms: &Terms) -> Timestamp {
        terms.retention.map_or(self.ended_at, |retention| retention.until.max(self.ended_at.after(terms.response)))
    }

    /// Nothing can be drawn any more. Who settles late does not put off what is retained, and so not [`Self::t_max`].
    pub(crate) fn end(&mut self, terms: &Terms, now: Timestamp) {
        self.go_on(Stage::Ended, terms, now);
    }

    /// What stands there is over: now, or since the moment at which its time ended.
    pub(crate) fn go_on(&mut self, next: Stage, terms: &Terms, now: Timestamp) {
        let over_at = match self.stage {
            Stage::Draft { .. } | Stage::Signed => now,
            // Silence may have honoured the last drawing after the expiry.
            Stage::Open => terms.expiry.max(self.ended_at),
            Stage::Examining { until } | Stage::Discrepant { until } => until,
            Stage::Disputed(phase) => phase.ends_at().unwrap_or(self.ended_at),
            Stage::Ended => self.ended_at,
        };
        self.ended_at = over_at.min(now);
        self.stage = next;
    }

    /// Whether a dispute, or without one an agreement now, is about what is retained.
    pub fn is_about_retention(&self, dispute: Option<&Dispute>) -> bool {
        dispute.map_or(self.stage == Stage::Ended, |dispute| dispute.raised_in == Status::Retaining)
    }

    /// Where the escrow stands at a moment. A border of time belongs to the later status.
    pub fn status(&self, terms: &Terms, now: Timestamp) -> Status {
        match self.stage {
            Stage::Draft { .. } => Status::Draft,
            Stage::Signed => Status::Signed,
            Stage::Open if now < terms.expiry => Status::Funded,
            Stage::Examining { until } if now < until => Status::Examining,
            Stage::Examining { .. } => Status::Complying,
            Stage::Discrepant { until } if now < until => Status::Discrepant,
            Stage::Open | Stage::Discrepant { .. } => Status::Expired,
            Stage::Disputed(phase) => phase.status(now),
            Stage::Ended if !self.book.retained.is_zero() => {
                if now < self.retained_until(terms) {
                    Status::Retaining
                } else {
                    Status::Releasing
                }
            }
            Stage::Ended if !self.book.accepted.is_zero() => Status::Accepted,
            Stage::Ended => Status::Closed,
        }
    }

    /// The moment from which on all money can be out, whatever the parties and arbitrators do or leave undone: then
    /// anybody can settle what is left. An amendment may move it; what was accepted before keeps its maturity.
    pub fn t_max(&self, terms: &Terms, rules: &DisputeTerms) -> Timestamp {
        t_max(terms, rules).max(self.latest_maturity)
    }

    /// Lets a message through, or says why not.
    ///
    /// # Errors
    /// The one error that belongs to the pair of message and status; [`EscrowError::NotAllowed`] where no other says
    /// more.
    pub fn check(&self, message: Message, terms: &Terms, now: Timestamp) -> Result<Status, EscrowError> {
        use Status as S;
        let status = self.status(terms, now);
        if message.is_legal_in(status) {
            return Ok(status);
        }
        Err(match (message, status) {
            (Message::Sign, S::Signed) => EscrowError::AlreadySigned,
            (Message::Fund, S::Draft | S::Closed) => EscrowError::NotAllowed { message, status },
            (Message::Fund, _) => EscrowError::AlreadyFunded,
            (Message::Present, S::Examining | S::Complying) => EscrowError::PresentationOpen,
            (Message::Present, S::Expired) => EscrowError::CreditExpired { expiry: terms.expiry, now },
            (Message::Approve | Message::Notice, S::Complying) => {
                let ended_at = if let Stage::Examining { until } = self.stage { until } else { now };
                EscrowError::ExaminationOver { ended_at, now }
            }
            (Message::Notice, S::Discrepant) => EscrowError::SecondNotice,
            (Message::Raise, S::Negotiating | S::Hearing | S::Fallback | S::Ruled | S::Appealed | S::Decided) => {
                EscrowError::AlreadyDisputed
            }
            (Message::Appeal, S::Appealed) => EscrowError::AlreadyAppealed,
            _ => EscrowError::NotAllowed { message, status },
        })
    }
}

/// A party signs. Errors: [`EscrowError::NotParty`], [`EscrowError::OtherTerms`], [`EscrowError::AlreadySigned`].
pub(crate) fn sign(outcome: &mut Outcome, agreement: &Hash, context: &Context) -> Result<(), EscrowError> {
    let View { terms, escrow, .. } = &mut outcome.view;
    let party = terms.require_party(&context.caller)?;
    check_agreement(&escrow.agreement, agreement)?;
    let (applicant, beneficiary) = match (escrow.stage, party) {
        (Stage::Draft { applicant: false, beneficiary }, Party::Applicant) => (true, beneficiary),
        (Stage::Draft { applicant, beneficiary: false }, Party::Beneficiary) => (applicant, true),
        _ => return Err(EscrowError::AlreadySigned),
    };
    escrow.stage = if applicant && beneficiary { Stage::Signed } else { Stage::Draft { applicant, beneficiary } };
    Ok(())
}

/// Errors: [`EscrowError::OtherTerms`].
fn check_agreement(expected: &Hash, actual: &Hash) -> Result<(), EscrowError> {
    if expected == actual {
        Ok(())
    } else {
        Err(EscrowError::OtherTerms { expected: *expected, actual: *actual })
    }
}

/// A party declines. Errors: [`EscrowError::NotParty`].
pub(crate) fn decline(outcome: &mut Outcome, context: &Context) -> Result<(), EscrowError> {
    outcome.view.terms.require_party(&context.caller)?;
    let terms = outcome.view.terms;
    outcome.view.escrow.end(&terms, context.now);
    Ok(())
}

/// The applicant pays in the most that can be drawn by the agreement that it names, and its reserve for disputes.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::OtherTerms`], [`EscrowError::CreditExpired`],
/// [`EscrowError::Denied`], [`EscrowError::DecimalsChanged`], [`EscrowError::FeeAboveMaximum`],
/// [`EscrowError::WrongPayment`].
pub(crate) fn fund(
    outcome: &mut Outcome,
    agreement: &Hash,
    rules: &DisputeTerms,
    received: Amount,
    (snapshot, decimals): (&Snapshot, u8),
    context: &Context,
) -> Result<(), EscrowError> {
    let terms = outcome.view.terms;
    require(&terms.applicant, &context.caller)?;
    check_agreement(&outcome.view.escrow.agreement, agreement)?;
    if context.now >= terms.expiry {
        return Err(EscrowError::CreditExpired { expiry: terms.expiry, now: context.now });
    }
    if context.screening == Screening::Denied {
        return Err(EscrowError::Denied { account: context.caller });
    }
    if decimals != terms.asset.decimals {
        return Err(EscrowError::DecimalsChanged { expected: terms.asset.decimals, actual: decimals });
    }
    if snapshot.fee > terms.maximum_fee {
        return Err(EscrowError::FeeAboveMaximum { fee: snapshot.fee, maximum: terms.maximum_fee });
    }
    check_payment(terms.paid_in(rules)?, received)?;
    outcome.view.escrow.snapshot = *snapshot;
    outcome.view.escrow.stage = Stage::Open;
    outcome.receive(context.caller, received, Pot::Available)?;
    outcome.release(Pot::Available, rules.reserve)?;
    outcome.hold(Pot::Reserve, rules.reserve)
}

/// What comes must be what is due: less would be money that is not there, more would belong to nobody.
/// Errors: [`EscrowError::WrongPayment`].
pub(crate) fn check_payment(required: Amount, received: Amount) -> Result<(), EscrowError> {
    if received == required {
        Ok(())
    } else {
        Err(EscrowError::WrongPayment { required, received })
    }
}
