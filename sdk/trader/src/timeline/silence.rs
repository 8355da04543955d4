//! Silence: the time moves on, parties and arbitrators do nothing, and a stranger settles what is due at once.

use florin_trade::{
    condition::{Evidence, Fact, Known},
    decide,
    decision::{Screening, TitleMove, View},
    drawing::Acceptance,
    state::{Message, Phase, Stage, Status},
    terms::Agreement,
    Address, Command, Context, EscrowError, Outcome,
};
use florin_units::Timestamp;

use super::{table, Entry, Event, Payment, Recipient};

/// More steps than any credit has: presentations are counted in one byte, each has an acceptance at most, and a few
/// more.
const MAXIMUM_STEPS: usize = 1_024;

/// What follows.
pub(super) struct Silence {
    pub(super) entries: Vec<Entry>,
    pub(super) end: View,
}

/// Somebody who is not in the deal, so that a tip is told from all else.
pub(super) fn stranger(view: &View, agreement: &Agreement) -> Address {
    let terms = &view.terms;
    let named = [terms.applicant, terms.beneficiary, agreement.dispute.arbitration, agreement.dispute.fallback];
    let others = [view.escrow.snapshot.collector].into_iter().chain(terms.confirmer);
    let holders = view.receivable.shares.iter().flatten().map(|share| share.holder);
    let named: Vec<Address> = named.into_iter().chain(others).chain(holders).collect();
    // More bytes than names.
    (1..=u8::MAX).rev().map(|byte| [byte; 20]).find(|address| !named.contains(address)).unwrap_or_default()
}

/// Moments at which the status may change or an acceptance matures. The rules say what happens then; this only says
/// when to ask them.
fn moments(view: &View, acceptances: &[Acceptance]) -> Vec<Timestamp> {
    let mut found = vec![view.terms.expiry];
    if !view.escrow.book.retained.is_zero() {
        found.push(view.escrow.retained_until(&view.terms));
    }
    found.extend(acceptances.iter().filter(|acceptance| !acceptance.paid).map(|acceptance| acceptance.maturity));
    match view.escrow.stage {
        Stage::Examining { until } | Stage::Discrepant { until } => found.push(until),
        Stage::Disputed(Phase::Heard { offers_until, panel_until, fallback_until }) => {
            found.extend([offers_until, panel_until, fallback_until]);
        }
        Stage::Disputed(Phase::Ruled { appeal_until }) => found.push(appeal_until),
        Stage::Disputed(Phase::Appealed { until }) => found.push(until),
        Stage::Disputed(Phase::Final) | Stage::Draft { .. } | Stage::Signed | Stage::Open | Stage::Ended => {}
    }
    found
}

pub(super) fn run(
    view: &View,
    agreement: &Agreement,
    acceptances: &[Acceptance],
    now: Timestamp,
) -> Result<Silence, EscrowError> {
    let (mut view, mut acceptances, mut at) = (*view, acceptances.to_vec(), now);
    let sender = stranger(&view, agreement);
    let mut entries = Vec::new();
    let mut told = false;
    for _ in 0..MAXIMUM_STEPS {
        let status = view.escrow.status(&view.terms, at);
        if let Some((event, outcome)) = due(&view, &acceptances, status, sender, at)? {
            let (payments, title_to) = (payments(&outcome, sender), title_to(&outcome));
            entries.push(Entry { payments, title_to, ..Entry::mark(at, event) });
            apply(&mut view, &mut acceptances, &outcome);
            continue;
        }
        let Some(next) = moments(&view, &acceptances).into_iter().filter(|moment| *moment > at).min() else { break };
        let held = if told { None } else { conditions_hold(&view, agreement, status, at, next) };
        if let Some(moment) = held {
            told = true;
            entries.push(Entry::mark(moment, Event::ConditionsHold));
        }
        let to = view.escrow.status(&view.terms, next);
        if to != status {
            let until_then = table::acts(&view, agreement, &acceptances, at);
            entries.push(Entry { until_then, ..Entry::mark(next, Event::Moves { from: status, to }) });
        }
        at = next;
    }
    Ok(Silence { entries, end: view })
}

/// The message that anybody may send at a moment, and what it does.
fn due(
    view: &View,
    acceptances: &[Acceptance],
    status: Status,
    caller: Address,
    now: Timestamp,
) -> Result<Option<(Event, Outcome)>, EscrowError> {
    let context = Context { caller, now, screening: Screening::Clear };
    if Message::Settle.is_legal_in(status) {
        return Ok(Some((Event::Settled { status }, decide(view, &Command::Settle, &context)?)));
    }
    if !Message::Mature.is_legal_in(status) {
        return Ok(None);
    }
    let mature = |(_, acceptance): &(usize, &Acceptance)| !acceptance.paid && acceptance.maturity <= now;
    let Some((place, acceptance)) = acceptances.iter().enumerate().find(mature) else { return Ok(None) };
    let number = u8::try_from(place).unwrap_or(u8::MAX);
    let command = Command::Mature { number, acceptance: *acceptance };
    Ok(Some((Event::Matured { number }, decide(view, &command, &context)?)))
}

/// Takes over what an outcome has changed, as the contract writes it.
fn apply(view: &mut View, acceptances: &mut Vec<Acceptance>, outcome: &Outcome) {
    *view = outcome.view;
    let Some((number, acceptance)) = outcome.acceptance else { return };
    match acceptances.get_mut(usize::from(number)) {
        Some(slot) => *slot = acceptance,
        None => acceptances.push(acceptance),
    }
}

fn payments(outcome: &Outcome, sender: Address) -> Vec<Payment> {
    let payment = |payout: &florin_trade::ledger::Payout| {
        let to = if payout.account == sender { Recipient::Sender } else { Recipient::Account(payout.account) };
        Payment { to, amount: payout.amount, purpose: payout.purpose, delivery: payout.delivery }
    };
    outcome.payouts.iter().map(payment).collect()
}

fn title_to(outcome: &Outcome) -> Option<Address> {
    let delivered = |title: &TitleMove| if let TitleMove::Deliver(_, to) = title { Some(*to) } else { None };
    outcome.titles.iter().flatten().find_map(delivered)
}

/// The first moment, from one up to another, at which the conditions hold without any proof.
fn conditions_hold(
    view: &View,
    agreement: &Agreement,
    status: Status,
    from: Timestamp,
    until: Timestamp,
) -> Option<Timestamp> {
    let conditions = &agreement.conditions;
    if !Message::Execute.is_legal_in(status) || conditions.is_empty() {
        return None;
    }
    let evidence = Evidence::default();
    let holds = |now: &Timestamp| {
        let known = Known {
            evidence: &evidence,
            checklist: &agreement.checklist,
            terms: &view.terms,
            documents: view.escrow.documents,
            now: *now,
        };
        conditions.hold(&known) == Ok(true)
    };
    let after = |fact: &Fact| if let Fact::After { moment } = fact { Some(*moment) } else { None };
    let mut moments: Vec<Timestamp> = conditions.facts.facts.iter().flatten().filter_map(after).collect();
    moments.push(from);
    moments.sort_unstable();
    moments.into_iter().filter(|moment| *moment >= from && *moment < until).find(holds)
}
