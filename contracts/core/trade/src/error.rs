//! Errors of the escrow decisions, with stable codes.

use crate::condition::ConditionError;
use crate::decision::Record;
use crate::examination::PresentationId;
use crate::right::RightError;
use crate::state::{Message, Status};
use crate::validation::TermsError;
use crate::{Address, Hash};
use florin_panels::PanelError;
use florin_units::{error_codes, Amount, Bps, MathError, Timestamp};
use parity_scale_codec::{Decode, Encode};

/// Why an escrow decision was refused. The codec index is the stable code, see [`EscrowError::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum EscrowError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// The terms are out of their bounds.
    #[codec(index = 1)]
    Terms(TermsError),
    /// The conditions mean nothing.
    #[codec(index = 2)]
    Condition(ConditionError),
    /// A right does not move.
    #[codec(index = 3)]
    Right(RightError),
    /// The escrow does not stand where this message is legal.
    #[codec(index = 4)]
    NotAllowed {
        /// The message.
        message: Message,
        /// Where the escrow stands.
        status: Status,
    },
    /// Only one account may do this.
    #[codec(index = 5)]
    WrongCaller {
        /// Which.
        expected: Address,
        /// Who called.
        caller: Address,
    },
    /// Only the applicant and the beneficiary may do this.
    #[codec(index = 6)]
    NotParty {
        /// Who called.
        caller: Address,
    },
    /// Another agreement is meant.
    #[codec(index = 7)]
    OtherTerms {
        /// Hash of the agreement that counts.
        expected: Hash,
        /// Hash given.
        actual: Hash,
    },
    /// The party has signed.
    #[codec(index = 8)]
    AlreadySigned,
    /// The credit was funded.
    #[codec(index = 9)]
    AlreadyFunded,
    /// The credit is over.
    #[codec(index = 10)]
    CreditExpired {
        /// First moment at which nothing can be presented.
        expiry: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// Another amount must come in.
    #[codec(index = 11)]
    WrongPayment {
        /// What must come.
        required: Amount,
        /// What came.
        received: Amount,
    },
    /// The protocol's fee is above what the parties accept.
    #[codec(index = 12)]
    FeeAboveMaximum {
        /// The fee now.
        fee: Bps,
        /// What they accept.
        maximum: Bps,
    },
    /// The asset has other decimals than the terms say.
    #[codec(index = 13)]
    DecimalsChanged {
        /// In the terms.
        expected: u8,
        /// Now.
        actual: u8,
    },
    /// The compliance contract refuses the account.
    #[codec(index = 14)]
    Denied {
        /// The account.
        account: Address,
    },
    /// There is nothing to draw, or nothing was asked for.
    #[codec(index = 15)]
    ZeroAmount,
    /// More would be drawn than the credit has.
    #[codec(index = 16)]
    Overdrawn {
        /// Asked for.
        amount: Amount,
        /// What can be drawn.
        available: Amount,
    },
    /// Partial drawings are not allowed, and this is less than the tolerance lets pass.
    #[codec(index = 17)]
    PartialDrawing {
        /// Asked for.
        amount: Amount,
        /// The least.
        minimum: Amount,
    },
    /// The credit is drawn by milestones, and none was named.
    #[codec(index = 18)]
    MilestoneRequired,
    /// There is no such milestone.
    #[codec(index = 19)]
    UnknownMilestone {
        /// The milestone.
        milestone: u8,
    },
    /// The milestone was paid.
    #[codec(index = 20)]
    MilestonePaid {
        /// The milestone.
        milestone: u8,
    },
    /// The milestone has another amount.
    #[codec(index = 21)]
    MilestoneAmount {
        /// The milestone's.
        expected: Amount,
        /// Asked for.
        actual: Amount,
    },
    /// A presentation is undecided.
    #[codec(index = 22)]
    PresentationOpen,
    /// Documents were presented as often as they can be.
    #[codec(index = 23)]
    TooManyPresentations {
        /// At most.
        maximum: u8,
    },
    /// A required document is missing.
    #[codec(index = 24)]
    MissingDocument {
        /// Its place in the checklist.
        document: u8,
    },
    /// A document was signed by somebody else.
    #[codec(index = 25)]
    WrongIssuer {
        /// Its place in the checklist.
        document: u8,
        /// Who must have signed it.
        expected: Address,
        /// Who has.
        actual: Address,
    },
    /// A document bears a date of the future.
    #[codec(index = 26)]
    DatedInFuture {
        /// Its place in the checklist.
        document: u8,
        /// The date.
        dated: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The goods were shipped too late.
    #[codec(index = 27)]
    LateShipment {
        /// Date of the transport document.
        shipped_at: Timestamp,
        /// The latest date.
        latest: Timestamp,
    },
    /// The documents were presented too long after shipment.
    #[codec(index = 28)]
    LatePresentation {
        /// The latest moment.
        latest: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// A notice must name at least one discrepancy.
    #[codec(index = 29)]
    EmptyNotice,
    /// The notice names a discrepancy that this presentation cannot have.
    #[codec(index = 30)]
    UnknownDiscrepancy {
        /// The bits that are none.
        bits: u16,
    },
    /// The notice names a discrepancy that was checked at presentation and is not there.
    #[codec(index = 31)]
    RefutedDiscrepancy {
        /// The bits that are refuted.
        bits: u16,
    },
    /// The presentation was refused; what was not named then cannot be named now.
    #[codec(index = 32)]
    SecondNotice,
    /// The examination is over, silence has honoured the presentation.
    #[codec(index = 33)]
    ExaminationOver {
        /// First moment at which it was.
        ended_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// There is no such acceptance.
    #[codec(index = 34)]
    UnknownAcceptance {
        /// Its number.
        number: u8,
    },
    /// The acceptance has not matured.
    #[codec(index = 35)]
    NotMature {
        /// When it does.
        maturity: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The acceptance was paid.
    #[codec(index = 36)]
    AlreadyPaid {
        /// Its number.
        number: u8,
    },
    /// The conditions do not hold.
    #[codec(index = 37)]
    ConditionsNotMet,
    /// There is or was a dispute.
    #[codec(index = 38)]
    AlreadyDisputed,
    /// There is an appeal; there is no second one.
    #[codec(index = 39)]
    AlreadyAppealed,
    /// The side has made all its offers.
    #[codec(index = 40)]
    TooManyOffers {
        /// At most.
        maximum: u8,
    },
    /// More than the stake.
    #[codec(index = 41)]
    AboveStake {
        /// Given.
        amount: Amount,
        /// The stake.
        stake: Amount,
    },
    /// The other side's last offer is another one, or there is none.
    #[codec(index = 42)]
    NoSuchOffer {
        /// Its last offer.
        standing: Option<Amount>,
        /// The offer that was meant.
        named: Amount,
    },
    /// The panel has another number of members.
    #[codec(index = 43)]
    WrongPanelSize {
        /// What it must have.
        expected: u8,
        /// What it has.
        actual: u8,
    },
    /// Somebody sits twice.
    #[codec(index = 44)]
    SeatTwice {
        /// Who.
        member: Address,
    },
    /// A member of the appeal panel sat in the panel.
    #[codec(index = 45)]
    SeatedBefore {
        /// Who.
        member: Address,
    },
    /// Too few members have revealed an award.
    #[codec(index = 46)]
    PanelSilent {
        /// How many have.
        revealed: u8,
        /// How many must have.
        required: u8,
    },
    /// Somebody has not consented.
    #[codec(index = 47)]
    MissingConsent {
        /// Who.
        signer: Address,
    },
    /// Somebody has consented to something else; to accept a part is to reject the whole.
    #[codec(index = 48)]
    PartialAcceptance {
        /// Who.
        signer: Address,
        /// Hash of what was brought.
        expected: Hash,
        /// Hash of what was consented to.
        actual: Hash,
    },
    /// The consent or redirection was used, or is for later.
    #[codec(index = 49)]
    WrongNonce {
        /// The nonce that counts.
        expected: u32,
        /// The nonce given.
        given: u32,
    },
    /// The consent or redirection is no longer valid.
    #[codec(index = 50)]
    ConsentExpired {
        /// The last moment at which it is.
        deadline: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The amended credit would be smaller than what was drawn.
    #[codec(index = 51)]
    BelowDrawn {
        /// The most that could be drawn.
        limit: Amount,
        /// What was drawn.
        drawn: Amount,
    },
    /// The milestones that are left do not come to what is left of the credit.
    #[codec(index = 52)]
    MilestonesDiffer {
        /// What is left of the credit.
        expected: Amount,
        /// What the milestones come to.
        actual: Amount,
    },
    /// The title is not in custody; without it no money can be disputed.
    #[codec(index = 53)]
    TitleNotInCustody,
    /// The notice names what an earlier one has not named, in a document that is still the same.
    #[codec(index = 54)]
    PrecludedDiscrepancy {
        /// The bits that are precluded.
        bits: u16,
    },
    /// A record that the decision needs was not there.
    #[codec(index = 55)]
    RecordMissing {
        /// Which.
        record: Record,
    },
    /// Money would have got lost or come from nowhere.
    #[codec(index = 56)]
    Unbalanced {
        /// What has found no place.
        in_flight: Amount,
    },
    /// More payouts than one message can make.
    #[codec(index = 57)]
    TooManyPayouts,
    /// The contract has less than it owes.
    #[codec(index = 58)]
    Insolvent {
        /// Liabilities and seed.
        required: Amount,
        /// What it has.
        balance: Amount,
    },
    /// The seed is below what keeps the account alive.
    #[codec(index = 59)]
    SeedTooSmall {
        /// Given.
        seed: Amount,
        /// The asset's minimum.
        minimum: Amount,
    },
    /// More than what is there beyond liabilities and seed.
    #[codec(index = 60)]
    AboveSurplus {
        /// Asked for.
        amount: Amount,
        /// What is there.
        surplus: Amount,
    },
    /// There is nothing to claim.
    #[codec(index = 61)]
    NothingToClaim {
        /// Of whom.
        account: Address,
    },
    /// The credit requires no documents; it is paid by its conditions only.
    #[codec(index = 62)]
    NotDocumentary,
    /// Another presentation stands there than the one that was meant.
    #[codec(index = 63)]
    OtherPresentation {
        /// The one that stands there.
        expected: PresentationId,
        /// The one that was meant.
        actual: PresentationId,
    },
    /// Another stake is divided than the one that was consented to.
    #[codec(index = 64)]
    OtherStake {
        /// The stake now.
        expected: Amount,
        /// The stake that the division names.
        actual: Amount,
    },
    /// Documents for one drawing were refused as often as they can be; what is left are a waiver and a dispute.
    #[codec(index = 65)]
    TooManyNotices {
        /// At most.
        maximum: u8,
    },
    /// One vote may not move a setting so far.
    #[codec(index = 66)]
    StepTooLarge {
        /// What it was to become.
        proposed: u128,
        /// The lowest that it may become now.
        lowest: u128,
        /// The highest that it may become now.
        highest: u128,
    },
    /// A vote has changed the settings less than a day ago.
    #[codec(index = 67)]
    ChangedTooSoon {
        /// When they may be changed again.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// No new credit can be drafted or funded; what is funded goes on.
    #[codec(index = 68)]
    Paused,
    /// Who attests what is paid for gets no part of the proceeds.
    #[codec(index = 69)]
    AttestorHoldsPart {
        /// Who.
        account: Address,
    },
}

error_codes!(EscrowError {
    Math = 0, "arithmetic error";
    Terms = 1, "the terms are out of their bounds";
    Condition = 2, "the conditions mean nothing";
    Right = 3, "the title or receivable does not move";
    NotAllowed = 4, "the escrow does not stand where this message is legal";
    WrongCaller = 5, "somebody else may do this";
    NotParty = 6, "only the applicant and the beneficiary may do this";
    OtherTerms = 7, "another agreement is meant";
    AlreadySigned = 8, "the party has signed";
    AlreadyFunded = 9, "the credit was funded";
    CreditExpired = 10, "the credit has expired";
    WrongPayment = 11, "another amount must come in";
    FeeAboveMaximum = 12, "the fee is above what the parties accept";
    DecimalsChanged = 13, "the asset has other decimals than the terms say";
    Denied = 14, "the compliance contract refuses the account";
    ZeroAmount = 15, "there is nothing to draw";
    Overdrawn = 16, "more would be drawn than the credit has";
    PartialDrawing = 17, "partial drawings are not allowed";
    MilestoneRequired = 18, "the credit is drawn by milestones";
    UnknownMilestone = 19, "there is no such milestone";
    MilestonePaid = 20, "the milestone was paid";
    MilestoneAmount = 21, "the milestone has another amount";
    PresentationOpen = 22, "a presentation is undecided";
    TooManyPresentations = 23, "documents were presented as often as they can be";
    MissingDocument = 24, "a required document is missing";
    WrongIssuer = 25, "a document was signed by somebody else";
    DatedInFuture = 26, "a document bears a date of the future";
    LateShipment = 27, "the goods were shipped too late";
    LatePresentation = 28, "the documents were presented too long after shipment";
    EmptyNotice = 29, "a notice must name at least one discrepancy";
    UnknownDiscrepancy = 30, "the notice names a discrepancy that this presentation cannot have";
    RefutedDiscrepancy = 31, "the notice names a discrepancy that was checked and is not there";
    SecondNotice = 32, "the presentation was refused before";
    ExaminationOver = 33, "the examination is over, silence has honoured the presentation";
    UnknownAcceptance = 34, "there is no such acceptance";
    NotMature = 35, "the acceptance has not matured";
    AlreadyPaid = 36, "the acceptance was paid";
    ConditionsNotMet = 37, "the conditions do not hold";
    AlreadyDisputed = 38, "there is a dispute";
    AlreadyAppealed = 39, "there is an appeal";
    TooManyOffers = 40, "the side has made all its offers";
    AboveStake = 41, "this is more than the stake";
    NoSuchOffer = 42, "the other side's last offer is another one";
    WrongPanelSize = 43, "the panel has another number of members";
    SeatTwice = 44, "somebody sits twice in the panel";
    SeatedBefore = 45, "a member of the appeal panel sat in the panel";
    PanelSilent = 46, "too few members have revealed an award";
    MissingConsent = 47, "somebody has not consented";
    PartialAcceptance = 48, "somebody has consented to something else";
    WrongNonce = 49, "the consent was used, or is for later";
    ConsentExpired = 50, "the consent is no longer valid";
    BelowDrawn = 51, "the amended credit would be smaller than what was drawn";
    MilestonesDiffer = 52, "the milestones that are left do not come to what is left of the credit";
    TitleNotInCustody = 53, "the title is not in custody";
    PrecludedDiscrepancy = 54, "the notice names what an earlier one has not named";
    RecordMissing = 55, "a record that the decision needs was not there";
    Unbalanced = 56, "money would have got lost or come from nowhere";
    TooManyPayouts = 57, "more payouts than one message can make";
    Insolvent = 58, "the contract has less than it owes";
    SeedTooSmall = 59, "the seed is below what keeps the account alive";
    AboveSurplus = 60, "there is no such surplus";
    NothingToClaim = 61, "there is nothing to claim";
    NotDocumentary = 62, "the credit requires no documents";
    OtherPresentation = 63, "another presentation stands there than the one that was meant";
    OtherStake = 64, "another stake is divided than the one that was consented to";
    TooManyNotices = 65, "documents for this drawing were refused as often as they can be";
    StepTooLarge = 66, "one vote may not move a setting so far";
    ChangedTooSoon = 67, "a vote has changed the settings less than a day ago";
    Paused = 68, "no new credit can be drafted or funded now";
    AttestorHoldsPart = 69, "who attests what is paid for gets no part of the proceeds";
});

impl From<MathError> for EscrowError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<TermsError> for EscrowError {
    fn from(error: TermsError) -> Self {
        Self::Terms(error)
    }
}

impl From<ConditionError> for EscrowError {
    fn from(error: ConditionError) -> Self {
        Self::Condition(error)
    }
}

impl From<PanelError> for EscrowError {
    fn from(error: PanelError) -> Self {
        match error {
            PanelError::WrongPanelSize { expected, actual } => Self::WrongPanelSize { expected, actual },
            PanelError::SeatTwice { member } => Self::SeatTwice { member },
            PanelError::PanelSilent { revealed, required } => Self::PanelSilent { revealed, required },
        }
    }
}

impl From<RightError> for EscrowError {
    fn from(error: RightError) -> Self {
        Self::Right(error)
    }
}
