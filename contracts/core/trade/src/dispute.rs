//! Disputes with an end: offers, a panel, one appeal to a larger panel of other people, a fallback where the panel was
//! silent, and an end that is known at signing where everybody was. Each step has its last moment from the start, so
//! the moment by which all money can be out, [`t_max`], is known before anybody pays.
//!
//! Where everybody was silent, what was retained is released, and what is undrawn goes back, but for a presentation
//! that was refused: there silence alone would decide for the side that refused, so it is divided by the split that was
//! agreed at signing.
//!
//! The last offers decide who pays for it: the side whose last offer is further from the award bears the fee. Who
//! raises a dispute puts up a bond for it. A side that made no offer is taken at its extreme: the applicant at nothing,
//! the beneficiary at the whole stake. A raiser without a case therefore loses its bond, and one with a case gets it
//! back with the fee: out of the other side's part of the stake, and where the applicant has lost all of it out of the
//! reserve that it has paid in for that. The reserve answers for what the applicant has refused or held back, and for
//! nothing else. The beneficiary has put up nothing but the goods, so an applicant that is awarded all that was retained
//! bears the fee itself.

use crate::cost::{Costs, Sides};
use crate::decision::{keeper, Context, Outcome, Record, View};
use crate::error::EscrowError;
use crate::fee::share_down;
use crate::ledger::Pot;
use crate::settlement::divide;
use crate::state::{check_payment, Phase, Stage, Status};
use crate::terms::{require, Party, Payment, Terms};
use crate::Address;
use florin_panels::hearing::{Hearing, MAXIMUM_EXCLUDED};
use florin_units::{Amount, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

pub use florin_panels::award::{panel_award_down, Seat, Seats, MAXIMUM_APPEAL_PANEL, MAXIMUM_PANEL};

/// The most signatories of terms.
const MAXIMUM_PARTIES: u32 = 3;

/// How disputes are decided, fixed at signing: nobody can put another arbitrator in a place while a dispute runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct DisputeTerms {
    /// The contract that seats panels, has them commit and reveal, and reports what they revealed.
    pub arbitration: Address,
    /// Who rules where the panel was silent.
    pub fallback: Address,
    /// The pool of arbitrators from which panels are drawn: a number at the arbitration contract.
    pub pool: u32,
    /// Members of the panel; the appeal panel has twice as many and one.
    pub panel: u8,
    /// Offers that each side may make.
    pub offers: u8,
    /// Time for offers.
    pub offer_window: Seconds,
    /// Time for the panel.
    pub panel_window: Seconds,
    /// Time to appeal.
    pub appeal_window: Seconds,
    /// Time for the appeal panel.
    pub appeal_panel_window: Seconds,
    /// Time for the fallback.
    pub fallback_window: Seconds,
    /// What whoever raises a dispute puts up, in raw units of the asset.
    pub bond: Amount,
    /// What whoever rules first gets of it.
    pub fee: Amount,
    /// What whoever appeals puts up.
    pub appeal_bond: Amount,
    /// What the appeal panel gets of it.
    pub appeal_fee: Amount,
    /// What the applicant pays in beside the credit, for the fees of disputes that it loses about what it has refused or what
    /// is retained. The rest goes back when nothing can be disputed any more. Without it a refusal costs the applicant nothing, however wrong it is.
    pub reserve: Amount,
}

impl DisputeTerms {
    /// Members of the appeal panel.
    pub const fn appeal_panel(&self) -> u8 {
        self.panel.saturating_mul(2).saturating_add(1)
    }

    /// Whether panels are drawn as by other terms: by the same contract, from the same pool, as large.
    pub fn draws_as(&self, other: &Self) -> bool {
        (self.arbitration, self.pool, self.panel) == (other.arbitration, other.pool, other.panel)
    }

    /// The first moment at which a dispute raised at a moment is decided, everybody being as slow as can be.
    pub fn decided_by(&self, raised_at: Timestamp) -> Timestamp {
        let heard = raised_at.after(self.offer_window).after(self.panel_window);
        let by_fallback = heard.after(self.fallback_window);
        let by_appeal = heard.after(self.appeal_window).after(self.appeal_panel_window);
        by_fallback.max(by_appeal)
    }
}

/// The moment from which on all money of a credit can be out, whatever the parties and arbitrators do or leave undone.
///
/// The last presentation comes before the expiry. Its examination lasts for the limit at most, a refusal is final after
/// the time to respond, and until then a dispute can be raised; one about the retention can be raised until that ends.
/// The last maturity is a tenor after the last presentation, for goods are shipped before documents are presented.
pub fn t_max(terms: &Terms, rules: &DisputeTerms) -> Timestamp {
    let refused = terms.expiry.after(terms.examination.limit).after(terms.response);
    let undrawn = rules.decided_by(refused);
    let decided = match terms.retention {
        None => undrawn,
        // After a dispute about the rest there is still time for one about what is retained.
        Some(retention) => rules.decided_by(retention.until.max(undrawn.after(terms.response))),
    };
    let matured = match terms.payment {
        Payment::Sight => Timestamp::ZERO,
        Payment::Usance { tenor, .. } => terms.expiry.after(tenor),
    };
    decided.max(matured)
}

/// What somebody ruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Ruling {
    /// What of the stake the beneficiary gets.
    pub award: Amount,
    /// Who gets the fee: the arbitration contract for its panel, or the fallback.
    pub arbiter: Address,
}

/// An appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Appeal {
    /// Who appeals.
    pub by: Party,
    /// What it put up.
    pub bond: Amount,
    /// What the appeal panel gets of it.
    pub fee: Amount,
    /// What the appeal panel awards.
    pub award: Option<Amount>,
}

/// A dispute as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Dispute {
    /// Who raised it.
    pub raiser: Party,
    /// Where the escrow stood then. That decides where nobody rules.
    pub raised_in: Status,
    /// What it is about.
    pub stake: Amount,
    /// What the raiser put up.
    pub bond: Amount,
    /// What whoever rules first gets of it.
    pub fee: Amount,
    /// The applicant's last offer: what the beneficiary should get. Nothing is an offer, none is none.
    pub applicant_offer: Option<Amount>,
    /// The beneficiary's last offer.
    pub beneficiary_offer: Option<Amount>,
    /// Offers of the applicant so far.
    pub applicant_offers: u8,
    /// Offers of the beneficiary so far.
    pub beneficiary_offers: u8,
    /// The first ruling.
    pub ruling: Option<Ruling>,
    /// The appeal against it.
    pub appeal: Option<Appeal>,
    /// Who sat in the panel.
    pub panel: [Option<Address>; MAXIMUM_PANEL],
}

impl Dispute {
    /// What the beneficiary gets: what the appeal panel awarded, else what was ruled first, else nothing that anybody
    /// has ruled.
    pub fn award(&self) -> Option<Amount> {
        let appealed = self.appeal.and_then(|appeal| appeal.award);
        appealed.or(self.ruling.map(|ruling| ruling.award))
    }

    /// The side whose last offer is further from an award, and so pays. Where both are as far, it is the raiser.
    pub fn further(&self, award: Amount) -> Party {
        let applicant = self.applicant_offer.unwrap_or(Amount::ZERO).raw().abs_diff(award.raw());
        let beneficiary = self.beneficiary_offer.unwrap_or(self.stake).raw().abs_diff(award.raw());
        match applicant.cmp(&beneficiary) {
            core::cmp::Ordering::Greater => Party::Applicant,
            core::cmp::Ordering::Less => Party::Beneficiary,
            core::cmp::Ordering::Equal => self.raiser,
        }
    }
}

fn dispute_of(outcome: &Outcome) -> Result<Dispute, EscrowError> {
    outcome.view.dispute.ok_or(EscrowError::RecordMissing { record: Record::Dispute })
}

/// A party goes to dispute, with a bond. What was drawn and accepted is out of it, and so is what is retained until its
/// own time.
///
/// About what was not drawn only the beneficiary may: a dispute keeps documents from being presented, and the
/// applicant, who can refuse them by a notice, could otherwise hold up a seller who has shipped until the credit has
/// expired. About what is retained only the applicant may, for the beneficiary gets it by waiting.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::TitleNotInCustody`], [`EscrowError::WrongPayment`].
pub(crate) fn raise(
    outcome: &mut Outcome,
    status: Status,
    rules: &DisputeTerms,
    received: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    let terms = outcome.view.terms;
    let raiser = if status == Status::Retaining { Party::Applicant } else { Party::Beneficiary };
    require(&terms.account(raiser), &context.caller)?;
    // What is awarded and the title go together, so it must be there to go. What is retained is of goods that went
    // over.
    if terms.title.is_some() && outcome.view.escrow.title.is_none() && status != Status::Retaining {
        return Err(EscrowError::TitleNotInCustody);
    }
    check_payment(rules.bond, received)?;
    let stake = outcome.view.escrow.stake(None)?;
    outcome.receive(context.caller, received, Pot::Bonds)?;
    outcome.view.dispute = Some(Dispute {
        raiser,
        raised_in: status,
        stake,
        bond: rules.bond,
        fee: rules.fee,
        applicant_offer: None,
        beneficiary_offer: None,
        applicant_offers: 0,
        beneficiary_offers: 0,
        ruling: None,
        appeal: None,
        panel: [None; MAXIMUM_PANEL],
    });
    let offers_until = context.now.after(rules.offer_window);
    let panel_until = offers_until.after(rules.panel_window);
    let fallback_until = panel_until.after(rules.fallback_window);
    outcome.view.escrow.stage = Stage::Disputed(Phase::Heard { offers_until, panel_until, fallback_until });
    Ok(())
}

/// A party makes an offer. It does not move the clock. One that meets the other side's last offer takes it.
///
/// Errors: [`EscrowError::NotParty`], [`EscrowError::AboveStake`], [`EscrowError::TooManyOffers`],
/// [`EscrowError::RecordMissing`].
pub(crate) fn offer(
    outcome: &mut Outcome,
    rules: &DisputeTerms,
    to_beneficiary: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    let party = outcome.view.terms.require_party(&context.caller)?;
    let mut dispute = dispute_of(outcome)?;
    if to_beneficiary > dispute.stake {
        return Err(EscrowError::AboveStake { amount: to_beneficiary, stake: dispute.stake });
    }
    let (own, count, other) = match party {
        Party::Applicant => (&mut dispute.applicant_offer, &mut dispute.applicant_offers, dispute.beneficiary_offer),
        Party::Beneficiary => {
            (&mut dispute.beneficiary_offer, &mut dispute.beneficiary_offers, dispute.applicant_offer)
        }
    };
    if *count >= rules.offers {
        return Err(EscrowError::TooManyOffers { maximum: rules.offers });
    }
    *count = count.saturating_add(1);
    *own = Some(to_beneficiary);
    let met = other.filter(|other| match party {
        Party::Applicant => to_beneficiary >= *other,
        Party::Beneficiary => to_beneficiary <= *other,
    });
    match met {
        Some(agreed) => divide(outcome, agreed, |parts, reserve| Costs::of(&dispute, parts, reserve), None, context),
        None => {
            outcome.view.dispute = Some(dispute);
            Ok(())
        }
    }
}

/// A party takes the other side's last offer, which it names so that a newer one is not taken by mistake.
///
/// Errors: [`EscrowError::NotParty`], [`EscrowError::NoSuchOffer`], [`EscrowError::RecordMissing`].
pub(crate) fn accept_offer(
    outcome: &mut Outcome,
    to_beneficiary: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    let party = outcome.view.terms.require_party(&context.caller)?;
    let dispute = dispute_of(outcome)?;
    let standing = match party {
        Party::Applicant => dispute.beneficiary_offer,
        Party::Beneficiary => dispute.applicant_offer,
    };
    if standing != Some(to_beneficiary) {
        return Err(EscrowError::NoSuchOffer { standing, named: to_beneficiary });
    }
    divide(outcome, to_beneficiary, |parts, reserve| Costs::of(&dispute, parts, reserve), None, context)
}

/// Checks that a pool of arbitrators is large enough: for the appeal panel when the parties and the first panel are
/// barred.
///
/// Errors: how many members it must have.
pub fn check_pool(rules: &DisputeTerms, members: u32) -> Result<(), u32> {
    let barred = u32::from(rules.panel).saturating_add(MAXIMUM_PARTIES);
    let required = u32::from(rules.appeal_panel()).saturating_add(barred);
    if members < required {
        return Err(required);
    }
    Ok(())
}

/// What the arbitration contract has to know to seat a panel; none where none is to sit now. It is the same at every
/// moment of the window.
pub fn hearing(view: &View, rules: &DisputeTerms, now: Timestamp) -> Option<Hearing> {
    let dispute = view.dispute?;
    let Stage::Disputed(phase) = view.escrow.stage else { return None };
    let (is_appeal, seats, from, until, fee) = match phase {
        Phase::Heard { offers_until, panel_until, .. } => (false, rules.panel, offers_until, panel_until, dispute.fee),
        Phase::Appealed { until } => {
            let from = Timestamp::from_raw(until.raw().saturating_sub(rules.appeal_panel_window.raw()));
            (true, rules.appeal_panel(), from, until, dispute.appeal?.fee)
        }
        Phase::Ruled { .. } | Phase::Final => return None,
    };
    if now < from || now >= until {
        return None;
    }
    let mut excluded = [None; MAXIMUM_EXCLUDED];
    let barred = view.terms.signatories().into_iter().chain(dispute.panel).flatten();
    for (slot, account) in excluded.iter_mut().zip(barred) {
        *slot = Some(account);
    }
    let Terms { asset, .. } = view.terms;
    let stake = dispute.stake;
    Some(Hearing { pool: rules.pool, seats, is_appeal, from, until, stake, asset: asset.token, fee, excluded })
}

/// The arbitration contract reports what a panel has revealed. After the first panel there is time to appeal; what the
/// appeal panel awards is final.
///
/// What a signatory of the terms reveals counts as nothing. (A part of the receivable is no reason to leave somebody
/// out: the beneficiary could assign one to a member that it fears.)
///
/// Errors: [`EscrowError::WrongCaller`], those of [`panel_award_down`], [`EscrowError::SeatedBefore`],
/// [`EscrowError::RecordMissing`].
pub(crate) fn rule(
    outcome: &mut Outcome,
    status: Status,
    rules: &DisputeTerms,
    seats: &Seats,
    context: &Context,
) -> Result<(), EscrowError> {
    require(&rules.arbitration, &context.caller)?;
    let mut dispute = dispute_of(outcome)?;
    let is_appeal = status == Status::Appealed;
    let size = if is_appeal { rules.appeal_panel() } else { rules.panel };
    let signatories = outcome.view.terms.signatories();
    let mut heard = *seats;
    for seat in heard.iter_mut().flatten() {
        let member = seat.member;
        if signatories.contains(&Some(member)) {
            seat.award = None;
        }
        if dispute.panel.iter().flatten().any(|earlier| *earlier == member) {
            return Err(EscrowError::SeatedBefore { member });
        }
    }
    let award = panel_award_down(&heard, size, dispute.stake)?;
    let phase = if is_appeal {
        dispute.appeal = dispute.appeal.map(|appeal| Appeal { award: Some(award), ..appeal });
        Phase::Final
    } else {
        dispute.ruling = Some(Ruling { award, arbiter: rules.arbitration });
        for (slot, seat) in dispute.panel.iter_mut().zip(seats.iter().flatten()) {
            *slot = Some(seat.member);
        }
        Phase::Ruled { appeal_until: context.now.after(rules.appeal_window) }
    };
    let terms = outcome.view.terms;
    outcome.view.dispute = Some(dispute);
    outcome.view.escrow.go_on(Stage::Disputed(phase), &terms, context.now);
    Ok(())
}

/// A party appeals, once in a dispute, with a bond. Where the appeal panel is silent the first ruling stands.
///
/// Errors: [`EscrowError::NotParty`], [`EscrowError::WrongPayment`], [`EscrowError::RecordMissing`].
pub(crate) fn appeal(
    outcome: &mut Outcome,
    rules: &DisputeTerms,
    received: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    let by = outcome.view.terms.require_party(&context.caller)?;
    let dispute = dispute_of(outcome)?;
    check_payment(rules.appeal_bond, received)?;
    outcome.receive(context.caller, received, Pot::Bonds)?;
    let appeal = Appeal { by, bond: rules.appeal_bond, fee: rules.appeal_fee, award: None };
    outcome.view.dispute = Some(Dispute { appeal: Some(appeal), ..dispute });
    let until = context.now.after(rules.appeal_panel_window);
    outcome.view.escrow.stage = Stage::Disputed(Phase::Appealed { until });
    Ok(())
}

/// The fallback rules. There is no appeal against it.
///
/// Errors: [`EscrowError::WrongCaller`], [`EscrowError::AboveStake`], [`EscrowError::RecordMissing`].
pub(crate) fn rule_fallback(
    outcome: &mut Outcome,
    rules: &DisputeTerms,
    to_beneficiary: Amount,
    context: &Context,
) -> Result<(), EscrowError> {
    require(&rules.fallback, &context.caller)?;
    let dispute = dispute_of(outcome)?;
    if to_beneficiary > dispute.stake {
        return Err(EscrowError::AboveStake { amount: to_beneficiary, stake: dispute.stake });
    }
    let terms = outcome.view.terms;
    let ruling = Ruling { award: to_beneficiary, arbiter: rules.fallback };
    outcome.view.dispute = Some(Dispute { ruling: Some(ruling), ..dispute });
    outcome.view.escrow.go_on(Stage::Disputed(Phase::Final), &terms, context.now);
    Ok(())
}

/// Divides the stake by what was ruled. Where nobody has: what was retained is the beneficiary's; of what was not drawn
/// a presentation that the applicant has refused by a notice is divided by the split of the terms, and the rest goes
/// back. A presentation in which code has found something missing earns nothing by silence. Anybody may.
///
/// Errors: [`EscrowError::RecordMissing`], arithmetic.
pub(crate) fn execute(outcome: &mut Outcome, context: &Context) -> Result<(), EscrowError> {
    let dispute = dispute_of(outcome)?;
    let terms = outcome.view.terms;
    let refused = outcome.view.presentation.filter(|presentation| presentation.noticed);
    let award = match (dispute.award(), dispute.raised_in) {
        (Some(award), _) => award,
        (None, Status::Retaining) => dispute.stake,
        // What the applicant has refused is divided; what was not presented was not shipped.
        (None, _) => refused.map_or(Ok(Amount::ZERO), |refused| share_down(refused.amount, terms.default_split))?,
    };
    let costs = |parts: &mut Sides, reserve| Costs::of(&dispute, parts, reserve);
    divide(outcome, award, costs, keeper(&terms, context), context)
}
