//! A proposal as people want to see it.

use florin_client::chain::Address;
use florin_governance::{
    proposal::{Progress, Proposal, Status},
    ProposalId,
};
use florin_units::{mul_div_down, Timestamp, BPS_ONE};
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    moment,
    record::{moment_json, Record},
    words::{self, Names},
};

/// What comes next, or came last, and when.
fn until(record: &Proposal, now: Timestamp) -> (&'static str, Timestamp) {
    let queue_by = record.ends_at.after(record.grace);
    let ready_at = record.ready_at();
    match (record.status(now), record.progress) {
        (Status::Pending, _) => ("vote begins", record.starts_at),
        (Status::Active, _) => ("vote ends", record.ends_at),
        (Status::Defeated, _) => ("vote ended", record.ends_at),
        (Status::Succeeded, _) => ("queue before", queue_by),
        (Status::Queued, _) => ("ready", ready_at.unwrap_or(Timestamp::ZERO)),
        (Status::Ready, _) => ("execute before", execute_by(record).unwrap_or(Timestamp::ZERO)),
        (Status::Executed | Status::Cancelled, Progress::Executed { at } | Progress::Cancelled { at }) => ("on", at),
        (Status::Expired | Status::Executed | Status::Cancelled, _) => ("on", execute_by(record).unwrap_or(queue_by)),
    }
}

/// End of the time in which a queued proposal can be executed.
fn execute_by(record: &Proposal) -> Option<Timestamp> {
    record.ready_at().map(|ready| ready.after(record.grace))
}

/// Number, status, what comes next, and the votes so far.
fn head(id: ProposalId, record: &Proposal, now: Timestamp) -> Record {
    let (what, at) = until(record, now);
    Record::new()
        .number("proposal", "proposal", id.into())
        .text("status", "status", words::status(record.status(now)))
        .value("until", "until", format!("{what} {}", moment::format(at.raw())), moment_json(at.raw()))
}

/// A proposal in a list.
pub(super) fn row(id: ProposalId, record: &Proposal, title: Option<String>, now: Timestamp) -> Record {
    let votes = Unit::votes();
    head(id, record, now)
        .amount("in_favour", "for", record.tally.in_favour, &votes)
        .amount("opposed", "against", record.tally.opposed().unwrap_or(u128::MAX), &votes)
        .amount("abstain", "abstain", record.tally.abstain, &votes)
        .optional_text("title", "title", title, "(this node does not have it)")
}

/// A proposal with all that is known of it but its calls.
pub(super) fn whole(
    id: ProposalId,
    record: &Proposal,
    description: &str,
    (names, native): (&Names, &Unit),
    now: Timestamp,
) -> Record {
    let proposer = Address::from(record.proposer);
    let predecessor = record.predecessor.map_or_else(|| "none".to_owned(), |number| number.to_string());
    let facts = head(id, record, now)
        .value("proposer", "proposer", names.show(&proposer), json!(format!("{proposer:?}")))
        .amount("deposit", "deposit", record.deposit, native)
        .flag("settled", "deposit settled", record.settled)
        .flag("slashed", "deposit slashed", record.is_slashed().unwrap_or(false))
        .value("predecessor", "executed after", predecessor, json!(record.predecessor))
        .number("snapshot", "power as of block", record.snapshot.into());
    described(votes(dates(facts, record), record), description)
}

fn dates(facts: Record, record: &Proposal) -> Record {
    let queue_by = record.ends_at.after(record.grace);
    let (queued_at, closed_at) = match record.progress {
        Progress::Made => (None, None),
        Progress::Queued { at } => (Some(at), None),
        Progress::Executed { at } | Progress::Cancelled { at } => (None, Some(at)),
    };
    let facts = facts
        .moment("starts_at", "vote begins", record.starts_at.raw())
        .moment("ends_at", "vote ends", record.ends_at.raw())
        .number("extensions", "times put off", record.extensions.into())
        .moment("queue_by", "to be queued before", queue_by.raw())
        .span("timelock", "timelock", record.timelock.raw())
        .span("grace", "time to act", record.grace.raw());
    let facts = maybe(facts, ("queued_at", "queued"), queued_at);
    let facts = maybe(facts, ("ready_at", "can be executed from"), record.ready_at());
    let facts = maybe(facts, ("execute_by", "to be executed before"), execute_by(record));
    let label = if matches!(record.progress, Progress::Cancelled { .. }) { "cancelled" } else { "executed" };
    maybe(facts, ("closed_at", label), closed_at)
}

/// A moment that people see only where there is one.
fn maybe(facts: Record, (key, label): (&'static str, &'static str), at: Option<Timestamp>) -> Record {
    match at {
        Some(at) => facts.moment(key, label, at.raw()),
        None => facts.hidden(key, Value::Null),
    }
}

fn votes(facts: Record, record: &Proposal) -> Record {
    let (tally, unit) = (&record.tally, Unit::votes());
    let present = tally.in_favour.saturating_add(tally.abstain);
    let decided = tally.in_favour.saturating_add(tally.opposed().unwrap_or(u128::MAX));
    // Without votes there is no share.
    let share = mul_div_down(tally.in_favour, u128::from(BPS_ONE), decided).ok();
    facts
        .amount("in_favour", "for", tally.in_favour, &unit)
        .amount("against", "against", tally.against, &unit)
        .amount("slash", "against, deposit lost", tally.slash, &unit)
        .amount("abstain", "abstain", tally.abstain, &unit)
        .amount("present", "for and abstain", present, &unit)
        .amount("quorum", "quorum", record.quorum, &unit)
        .flag("quorum_reached", "quorum reached", present >= record.quorum)
        .optional_ratio("share", "share of for", share.and_then(|bps| u32::try_from(bps).ok()), "no votes")
        .ratio("threshold", "has to be above", record.threshold.raw())
        .flag("carried", "carried by these votes", record.is_carried())
}

fn described(facts: Record, description: &str) -> Record {
    let text = words::harmless(description);
    let mut label = "description";
    let mut facts = facts;
    for line in text.trim().lines() {
        facts = facts.value("description", label, line, Value::Null);
        // What follows stands below the first line.
        label = " ";
    }
    facts.hidden("description", json!(description)).hidden("title", json!(words::title(description)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_governance::proposal::Tally;
    use florin_units::{Bps, Seconds};

    fn proposal() -> Proposal {
        Proposal {
            proposer: [1; 20],
            deposit: 1,
            actions: [0; 32],
            description: [0; 32],
            predecessor: None,
            snapshot: 1,
            quorum: 10,
            threshold: Bps::from_raw(5_000),
            starts_at: Timestamp::from_raw(100),
            ends_at: Timestamp::from_raw(200),
            extensions: 0,
            late_extension: Seconds::from_raw(10),
            timelock: Seconds::from_raw(50),
            grace: Seconds::from_raw(30),
            tally: Tally { against: 4, in_favour: 12, abstain: 0, slash: 0 },
            progress: Progress::Made,
            settled: false,
        }
    }

    #[test]
    fn each_status_has_its_next_moment() {
        let queued = Proposal { progress: Progress::Queued { at: Timestamp::from_raw(210) }, ..proposal() };
        let done = Proposal { progress: Progress::Executed { at: Timestamp::from_raw(270) }, ..proposal() };
        let lost = Proposal { tally: Tally::default(), ..proposal() };
        for (record, now, expected) in [
            (proposal(), 50, ("vote begins", 100)),
            (proposal(), 100, ("vote ends", 200)),
            (proposal(), 200, ("queue before", 230)),
            (proposal(), 230, ("on", 230)),
            (lost, 200, ("vote ended", 200)),
            (queued, 210, ("ready", 260)),
            (queued, 260, ("execute before", 290)),
            (queued, 290, ("on", 290)),
            (done, 400, ("on", 270)),
        ] {
            let (what, at) = until(&record, Timestamp::from_raw(now));
            assert_eq!((what, at.raw()), expected, "{now}");
        }
    }

    #[test]
    fn votes_are_set_against_quorum_and_threshold() {
        let facts = whole(3, &proposal(), "A\n\nB", (&Names::new(None), &Unit::new("UNIT", 18)), Timestamp::ZERO);
        let json = facts.to_json();
        assert_eq!((&json["share"]["bps"], &json["quorum_reached"]), (&json!(7_500), &json!(true)));
        assert_eq!((&json["title"], &json["description"]), (&json!("A"), &json!("A\n\nB")));
        assert_eq!((&json["ready_at"], &json["until"]["seconds"]), (&Value::Null, &json!(100)));
        let empty = Proposal { tally: Tally::default(), ..proposal() };
        assert_eq!(votes(Record::new(), &empty).to_json()["share"], Value::Null);
    }
}
