//! `florin escrow dispute`, `offer`, `take-offer`, `appeal`, `rule` and `collect-fee`.

use florin_bindings::{
    escrow::{self, Error},
    Message,
};
use florin_trade::{
    decide as rules_decide,
    decision::{Screening, View},
    dispute::{Appeal, Dispute, DisputeTerms},
    ledger::Payout,
    state::{Phase, Stage},
    terms::Party,
    Command, Context, EscrowError, EscrowId,
};
use florin_trader::timeline::{Records, Timeline};
use florin_units::Amount;
use serde_json::{json, Value};

use super::{
    subject::{paid, paid_as, payments, Paid},
    Subject,
};
use crate::{
    amount::Unit,
    error::CliError,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::Offered,
    session::Session,
    words::{self, Names},
};

/// `florin escrow dispute`.
pub(super) async fn raise(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let rules = &subject.agreement().dispute;
    let me = session.settings.signer()?.account().to_address();
    let (outcome, then) = subject.foresee(session, &Command::Raise { rules, received: rules.bond }, me)?;
    let stake = outcome.view.dispute.map_or(Amount::ZERO, |dispute| dispute.stake);
    let preview = subject
        .preview()
        .amount("stake", "it is about", stake.raw(), &subject.unit)
        .amount("bond", "bond", rules.bond.raw(), &subject.unit)
        .amount("fee", "of it to whoever rules", rules.fee.raw(), &subject.unit)
        .number("offers", "offers of each side", rules.offers.into())
        .and(windows(&outcome.view.escrow.stage))
        .and(consequences(session, &subject, &outcome.view)?)
        .and(then);
    let offered = subject.offer_paying(session, rules.bond, &escrow::raise(id), "Go to dispute", preview).await?;
    subject.moved(offered, "In dispute")
}

/// What follows from a dispute: what nobody can do any more, what is paid where everybody is silent, and what where all
/// of the stake is awarded to the one side or to the other.
fn consequences(session: &Session, subject: &Subject, raised: &View) -> Result<Record, CliError> {
    let agreement = subject.agreement();
    let records = Records {
        id: raised.id,
        agreement,
        escrow: &raised.escrow,
        presentation: raised.presentation.as_ref(),
        dispute: raised.dispute.as_ref(),
        acceptances: &subject.picture.acceptances,
        receivable: &raised.receivable,
    };
    let timeline = Timeline::new(&records, subject.now)?;
    let silent: Vec<Paid> =
        timeline.totals().into_iter().map(|(to, amount)| Paid::in_all(&to, amount, &subject.unit)).collect();
    let dispute = raised.dispute.as_ref();
    let (stake, is_about_retention) =
        (dispute.map_or(Amount::ZERO, |dispute| dispute.stake), raised.escrow.is_about_retention(dispute));
    let ends = match is_about_retention {
        true => "what is held back waits for an award, which says what of it the beneficiary gets",
        false => {
            "nothing can be presented any more; an award says what of the stake the beneficiary gets, and ends the credit"
        }
    };
    let award = |to_beneficiary| -> Result<Vec<Paid>, CliError> {
        let payouts = awarded(raised, &agreement.dispute, to_beneficiary);
        let payouts = payouts.map_err(|error| subject.refused(session, &error))?;
        Ok(payouts.iter().map(|payout| Paid::of(payout, &subject.unit)).collect())
    };
    let (won, lost) = (award(stake)?, award(Amount::ZERO)?);
    let record = Record::new().text("consequence", "from then on", ends);
    let record = paid_as(record, "if_silent", "if all are silent", &silent, &subject.names);
    let record = match timeline.silent_end() {
        Some(end) => record.moment("silent_end", "all of that by", end.raw()),
        None => record.hidden("silent_end", Value::Null),
    };
    let record = paid_as(record, "if_all_awarded", "if all is awarded", &won, &subject.names);
    Ok(paid_as(record, "if_nothing_awarded", "if nothing is", &lost, &subject.names))
}

/// What the rules pay where a dispute that was just raised is decided by an award without any offer: the fallback rules,
/// and a party has it settled, so that no tip goes off.
fn awarded(raised: &View, rules: &DisputeTerms, to_beneficiary: Amount) -> Result<Vec<Payout>, EscrowError> {
    let Stage::Disputed(Phase::Heard { panel_until, .. }) = raised.escrow.stage else { return Ok(Vec::new()) };
    let by = |caller| Context { caller, now: panel_until, screening: Screening::Clear };
    let ruled = rules_decide(raised, &Command::RuleFallback { rules, to_beneficiary }, &by(rules.fallback))?;
    let settled = rules_decide(&ruled.view, &Command::Settle, &by(raised.terms.applicant))?;
    Ok(settled.payouts.iter().copied().collect())
}

/// Until when a dispute is where it is.
pub(super) fn windows(stage: &Stage) -> Record {
    let Stage::Disputed(phase) = stage else { return Record::new() };
    match phase {
        Phase::Heard { offers_until, panel_until, fallback_until } => Record::new()
            .moment("offers_until", "offers until", offers_until.raw())
            .moment("panel_until", "panel until", panel_until.raw())
            .moment("fallback_until", "fallback until", fallback_until.raw()),
        Phase::Ruled { appeal_until } => Record::new().moment("appeal_until", "appeal until", appeal_until.raw()),
        Phase::Appealed { until } => Record::new().moment("appeal_panel_until", "appeal panel until", until.raw()),
        Phase::Final => Record::new(),
    }
}

/// A dispute, as far as it has come.
pub(super) fn disputed(dispute: &Dispute, unit: &Unit, names: &Names) -> Record {
    let Dispute { raiser, raised_in, stake, bond, fee, applicant_offer, beneficiary_offer, ruling, appeal, .. } =
        dispute;
    let offer = |offer: &Option<Amount>| offer.map(Amount::raw);
    let party = |party: &Party| words::name(party);
    let members: Vec<[u8; 20]> = dispute.panel.iter().flatten().copied().collect();
    let shown: Vec<String> = members.iter().map(|member| names.short(&(*member).into())).collect();
    let record = Record::new()
        .text("raised_by", "raised by", party(raiser))
        .text("raised_in", "raised when", words::name(raised_in))
        .amount("stake", "it is about", stake.raw(), unit)
        .amount("bond", "bond", bond.raw(), unit)
        .amount("fee", "fee of whoever rules", fee.raw(), unit)
        .optional_amount("applicant_offer", "applicant's last offer", offer(applicant_offer), unit, "none")
        .optional_amount("beneficiary_offer", "beneficiary's last offer", offer(beneficiary_offer), unit, "none")
        .optional_amount("award", "ruled, to the beneficiary", ruling.map(|it| it.award.raw()), unit, "nothing yet")
        .lines("panel", "panel", &shown, json!(shown));
    match appeal {
        Some(Appeal { by, award, .. }) => record.text("appealed_by", "appealed by", party(by)).optional_amount(
            "appeal_award",
            "on appeal",
            award.map(Amount::raw),
            unit,
            "nothing yet",
        ),
        None => record.hidden("appealed_by", Value::Null).hidden("appeal_award", Value::Null),
    }
}

/// `florin escrow offer`.
pub(super) async fn offer(session: &Session, id: EscrowId, amount: &str) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let to_beneficiary = subject.parse(amount)?;
    let rules = &subject.agreement().dispute;
    let command = Command::Offer { rules, to_beneficiary };
    let message = escrow::offer(id, to_beneficiary);
    decide(session, &subject, &command, &message, ("Make an offer", "Offered"), to_beneficiary).await
}

/// `florin escrow take-offer`.
pub(super) async fn take_offer(session: &Session, id: EscrowId, amount: &str) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let to_beneficiary = subject.parse(amount)?;
    let command = Command::AcceptOffer { to_beneficiary };
    let message = escrow::accept_offer(id, to_beneficiary);
    decide(session, &subject, &command, &message, ("Take the other side's offer", "Taken"), to_beneficiary).await
}

/// `florin escrow rule`.
pub(super) async fn rule(session: &Session, id: EscrowId, amount: &str) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let to_beneficiary = subject.parse(amount)?;
    let rules = &subject.agreement().dispute;
    let command = Command::RuleFallback { rules, to_beneficiary };
    let message = escrow::rule_fallback(id, to_beneficiary);
    decide(session, &subject, &command, &message, ("Rule in the panel's place", "Ruled"), to_beneficiary).await
}

/// Shows the dispute and what an amount brings about, and sends it.
async fn decide(
    session: &Session,
    subject: &Subject,
    command: &Command<'_>,
    message: &Message<(), Error>,
    (heading, done): (&str, &str),
    to_beneficiary: Amount,
) -> Result<Answer, CliError> {
    let me = session.settings.signer()?.account().to_address();
    let (_, then) = subject.foresee(session, command, me)?;
    let dispute = subject.picture.dispute.as_ref();
    let told = dispute.map_or_else(Record::new, |dispute| disputed(dispute, &subject.unit, &subject.names));
    let preview = subject
        .preview()
        .and(told)
        .and(windows(&subject.escrow().stage))
        .amount("to_beneficiary", "to the beneficiary", to_beneficiary.raw(), &subject.unit)
        .and(then);
    let offered = subject.offer(session, message, heading, preview).await?;
    subject.moved(offered, done)
}

/// `florin escrow appeal`.
pub(super) async fn appeal(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let rules = &subject.agreement().dispute;
    let me = session.settings.signer()?.account().to_address();
    let bond = rules.appeal_bond;
    let (outcome, then) = subject.foresee(session, &Command::Appeal { rules, received: bond }, me)?;
    let dispute = subject.picture.dispute.as_ref();
    let told = dispute.map_or_else(Record::new, |dispute| disputed(dispute, &subject.unit, &subject.names));
    let preview = subject
        .preview()
        .and(told)
        .amount("appeal_bond", "bond of the appeal", bond.raw(), &subject.unit)
        .amount("appeal_fee", "of it to the appeal panel", rules.appeal_fee.raw(), &subject.unit)
        .number("appeal_panel", "members of the appeal panel", rules.appeal_panel().into())
        .and(windows(&outcome.view.escrow.stage))
        .and(then);
    let offered = subject.offer_paying(session, bond, &escrow::appeal(id), "Appeal", preview).await?;
    subject.moved(offered, "Appealed")
}

/// `florin escrow collect-fee`.
pub(super) async fn collect_fee(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let caller = session.settings.signer()?.account().to_address();
    let owed = session.client.read(subject.contract, &escrow::fee_of(id, caller)).await?;
    if owed == 0 {
        return Err(Error::NoFee { escrow: id, caller }.explain(&subject.units(session)).into());
    }
    let preview =
        subject.preview().person("to", "to", &caller, &subject.names).amount("amount", "fee", owed, &subject.unit);
    match subject.offer(session, &escrow::collect_fee(id), "Collect the fee for a ruling", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let asset = subject.terms().asset.token.into();
            let told = payments(&sent.receipt, subject.contract, &asset, &subject.unit)?;
            let result = paid(Record::new().number("escrow", "credit", id), "paid_to", &told, &subject.names);
            Ok(sent.answer("Collected", &result))
        }
    }
}
