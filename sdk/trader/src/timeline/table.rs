//! Who may send which message where. The statuses are the contract's table; the callers are those whom its rules ask
//! for, and a test asks the rules about every pair.

use florin_trade::{
    decide,
    decision::{Screening, View},
    drawing::Acceptance,
    examination::{Discrepancies, PresentationId, Presenting},
    fee::Snapshot,
    state::{Message, Status},
    terms::Agreement,
    Address, Command, Context,
};
use florin_units::{Amount, Timestamp};

use super::silence::stranger;

/// All messages.
pub const MESSAGES: [Message; 18] = [
    Message::Sign,
    Message::Decline,
    Message::Fund,
    Message::Present,
    Message::Approve,
    Message::Notice,
    Message::Waive,
    Message::Settle,
    Message::Mature,
    Message::Execute,
    Message::Raise,
    Message::Offer,
    Message::AcceptOffer,
    Message::Rule,
    Message::Appeal,
    Message::RuleFallback,
    Message::Amend,
    Message::Agree,
];

/// All statuses.
pub const STATUSES: [Status; 17] = [
    Status::Draft,
    Status::Signed,
    Status::Funded,
    Status::Examining,
    Status::Complying,
    Status::Discrepant,
    Status::Expired,
    Status::Negotiating,
    Status::Hearing,
    Status::Fallback,
    Status::Ruled,
    Status::Appealed,
    Status::Decided,
    Status::Retaining,
    Status::Releasing,
    Status::Accepted,
    Status::Closed,
];

/// A part that somebody has in a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The buyer.
    Applicant,
    /// The seller.
    Beneficiary,
    /// The contract that seats panels.
    Arbitration,
    /// Who rules where the panel was silent.
    Fallback,
    /// Whoever has the consent of everybody whose consent is needed.
    AllTogether,
    /// Anybody.
    Anyone,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Applicant, Self::Beneficiary, Self::Arbitration, Self::Fallback, Self::AllTogether, Self::Anyone];

    fn account(self, view: &View, agreement: &Agreement) -> Address {
        match self {
            Self::Applicant => view.terms.applicant,
            Self::Beneficiary => view.terms.beneficiary,
            Self::Arbitration => agreement.dispute.arbitration,
            Self::Fallback => agreement.dispute.fallback,
            Self::AllTogether | Self::Anyone => stranger(view, agreement),
        }
    }
}

/// Something that somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub by: Role,
    /// By which message.
    pub message: Message,
    /// What has to be paid in with it.
    pub pays: Amount,
}

/// Who may send a message in a status; nobody where it is not legal there.
pub const fn callers(message: Message, status: Status) -> &'static [Role] {
    if !message.is_legal_in(status) {
        return &[];
    }
    match message {
        Message::Fund | Message::Approve | Message::Notice | Message::Waive => &[Role::Applicant],
        Message::Present => &[Role::Beneficiary],
        // About what is retained only the buyer has something to win, about the rest only the seller.
        Message::Raise if matches!(status, Status::Retaining) => &[Role::Applicant],
        Message::Raise => &[Role::Beneficiary],
        Message::Sign | Message::Decline | Message::Offer | Message::AcceptOffer | Message::Appeal => {
            &[Role::Applicant, Role::Beneficiary]
        }
        Message::Rule => &[Role::Arbitration],
        Message::RuleFallback => &[Role::Fallback],
        Message::Amend | Message::Agree => &[Role::AllTogether],
        Message::Settle | Message::Mature | Message::Execute => &[Role::Anyone],
    }
}

/// What may be done at a moment: what the table has, less what the rules would refuse whatever is said with the
/// message.
pub(super) fn acts(view: &View, agreement: &Agreement, acceptances: &[Acceptance], now: Timestamp) -> Vec<Act> {
    let status = view.escrow.status(&view.terms, now);
    let mut acts = Vec::new();
    for message in MESSAGES {
        for by in callers(message, status) {
            let trial = Trial { view, agreement, acceptances, now, caller: by.account(view, agreement) };
            if let Some(pays) = trial.pays(message) {
                acts.push(Act { by: *by, message, pays });
            }
        }
    }
    acts
}

/// A message that is sent to a copy, to see whether the rules take it.
struct Trial<'a> {
    view: &'a View,
    agreement: &'a Agreement,
    acceptances: &'a [Acceptance],
    now: Timestamp,
    caller: Address,
}

impl Trial<'_> {
    /// What has to be paid in with a message; none where it is refused.
    fn pays(&self, message: Message) -> Option<Amount> {
        let Agreement { terms, dispute: rules, conditions, .. } = self.agreement;
        let escrow = &self.view.escrow;
        let presented = self.view.presentation.map_or(Amount::ZERO, |presentation| presentation.amount);
        let presentation = PresentationId { number: escrow.presentations, amount: presented };
        match message {
            Message::Sign => self.send(&Command::Sign { agreement: escrow.agreement }),
            Message::Decline => self.send(&Command::Decline),
            Message::Fund => {
                let (agreement, received) = (escrow.agreement, terms.paid_in(rules).ok()?);
                let (snapshot, decimals) = (Snapshot::default(), terms.asset.decimals);
                self.send(&Command::Fund { agreement, rules, received, snapshot, decimals })
            }
            Message::Present => self.present(),
            Message::Approve => self.send(&Command::Approve { presentation }),
            Message::Notice => {
                let (discrepancies, reasons) = (Discrepancies::OTHER, [0; 32]);
                self.send(&Command::Notice { presentation, discrepancies, reasons })
            }
            Message::Waive => self.send(&Command::Waive { presentation }),
            Message::Settle => self.send(&Command::Settle),
            Message::Mature => {
                let mut numbered = (0u8..).zip(self.acceptances);
                numbered.find_map(|(number, one)| self.send(&Command::Mature { number, acceptance: *one }))
            }
            Message::Execute => (!conditions.is_empty()).then_some(Amount::ZERO),
            Message::Raise => self.send(&Command::Raise { rules, received: rules.bond }),
            Message::Offer => self.send(&Command::Offer { rules, to_beneficiary: Amount::ZERO }),
            Message::AcceptOffer => {
                let offers = self.view.dispute.map(|dispute| [dispute.applicant_offer, dispute.beneficiary_offer]);
                let offers = offers.into_iter().flatten().flatten();
                let mut trials = offers.map(|to_beneficiary| self.send(&Command::AcceptOffer { to_beneficiary }));
                trials.find_map(|pays| pays)
            }
            Message::Appeal => self.send(&Command::Appeal { rules, received: rules.appeal_bond }),
            Message::RuleFallback => self.send(&Command::RuleFallback { rules, to_beneficiary: Amount::ZERO }),
            // What is brought with these cannot be tried: awards, and consents to something that nobody has written
            // yet.
            Message::Rule | Message::Amend | Message::Agree => Some(Amount::ZERO),
        }
    }

    /// Documents on approval, of which none is there yet: refused only where nothing can be presented at all.
    fn present(&self) -> Option<Amount> {
        let Agreement { checklist, calendar, .. } = self.agreement;
        let escrow = &self.view.escrow;
        let unpaid = |number: &u8| checklist.milestone(*number).is_some() && escrow.milestones & (1 << number) == 0;
        let milestone = (0..8).find(unpaid);
        let amount = match milestone.and_then(|number| checklist.milestone(number)) {
            Some(milestone) => milestone.amount,
            None => escrow.book.undrawn().ok()?,
        };
        let papers = Default::default();
        let presenting = Presenting { checklist, calendar, amount, milestone, papers: &papers, on_approval: true };
        self.send(&Command::Present(&presenting))
    }

    fn send(&self, command: &Command<'_>) -> Option<Amount> {
        let context = Context { caller: self.caller, now: self.now, screening: Screening::Clear };
        decide(self.view, command, &context).ok().map(|outcome| outcome.received())
    }
}
