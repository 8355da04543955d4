//! `florin arbitration seats`: the panels in which the acting account sits, and what it has to do there. A seat comes
//! without asking, and who stands in the staked pool and is silent loses what it locks.

use florin_bindings::{arbitration, escrow};
use florin_client::chain::Address;
use florin_panels::{
    case::{Case, Stage, Status},
    Moment,
};
use florin_units::Timestamp;
use serde_json::{json, Value};

use super::{case::moment, Panels};
use crate::{
    commands::escrow::ESCROW,
    erc20,
    error::CliError,
    output::Answer,
    record::{list, moment_json, table, Record},
    words,
};

/// What a member of a panel has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Duty {
    /// One word for it.
    act: &'static str,
    /// What that is.
    text: &'static str,
    /// Until when; none where no time presses.
    until: Option<Timestamp>,
}

/// What the member in a place has to do now; nothing where no panel was drawn yet, or the case is over.
fn duty(case: &Case, place: u8, now: Moment) -> Option<Duty> {
    let has_committed = case.committed & 1u16.checked_shl(place.into()).unwrap_or(0) != 0;
    let (commit_until, reveal_until) = match case.stage {
        Stage::Sitting { commit_until, reveal_until } => (commit_until, reveal_until),
        _ => return None,
    };
    let duty = |act, text, until| Some(Duty { act, text, until });
    match (case.status(now), has_committed, case.has_revealed(place)) {
        (Status::Committing, false, _) => {
            duty("commit", "florin arbitration commit ESCROW AWARD --out FILE", Some(commit_until))
        }
        (Status::Committing, true, _) => duty("wait", "others can still commit; reveal after that", Some(commit_until)),
        (Status::Revealing, true, false) => duty("reveal", "florin arbitration reveal FILE", Some(reveal_until)),
        (Status::Revealing, false, _) => duty("none", "it was not committed to in time", None),
        (Status::Revealing, true, true) => duty("wait", "others can still reveal", Some(reveal_until)),
        (Status::Reportable, ..) => duty("report", "florin arbitration report ESCROW", Some(case.hearing.until)),
        (Status::Overdue, ..) => duty("close", "florin arbitration close ESCROW", None),
        _ => None,
    }
}

/// `florin arbitration seats`.
pub(super) async fn seats(panels: &Panels<'_>, from: u64, count: u64) -> Result<Answer, CliError> {
    let (session, me) = (panels.session, panels.me()?);
    let court = session.contract(ESCROW).await?;
    let client = &session.client;
    let (total, now) = (client.read(court, &escrow::count()).await?, moment(panels).await?);
    let mut rows = Vec::new();
    for number in from..total {
        if rows.len() as u64 >= count {
            break;
        }
        let Some(agreement) = client.read(court, &escrow::agreement(number)).await? else { continue };
        if Address::from(agreement.dispute.arbitration) != panels.contract {
            continue;
        }
        for is_appeal in [false, true] {
            // Without a first panel there is no appeal.
            let case = client.read(panels.contract, &arbitration::case(court, number, is_appeal)).await?;
            let Some(case) = case else { break };
            if !matches!(case.stage, Stage::Sitting { .. }) {
                continue;
            }
            let panel = client.read(panels.contract, &arbitration::panel(court, number, is_appeal)).await?;
            let panel = panel.unwrap_or_default();
            let Some((place, _)) = panel.seated().find(|(_, member)| *member == me.0) else { continue };
            let Some(duty) = duty(&case, place, now) else { continue };
            let unit = erc20::asset(session, &case.hearing.asset.into()).await?;
            let row = Record::new()
                .number("number", "dispute", number)
                .flag("is_appeal", "on appeal", is_appeal)
                .text("status", "status", words::name(&case.status(now)))
                .amount("stake", "it is about", case.hearing.stake.raw(), &unit)
                .amount("fee", "fee of the panel", case.hearing.fee.raw(), &unit)
                .hidden("place", json!(place))
                .hidden("court", json!(format!("{court:?}")));
            rows.push(to_do(row, &duty));
        }
    }
    Ok(Answer::new(list(&rows), table(&rows, "no seats in which anything is left to be done")))
}

fn to_do(row: Record, duty: &Duty) -> Record {
    let until = duty.until.map(Timestamp::raw);
    let shown = until.map_or("at any time".to_owned(), crate::moment::format);
    row.text("act", "to do", duty.act)
        .value("until", "until", shown, until.map_or(Value::Null, moment_json))
        .text("next", "next", duty.text)
}

#[cfg(test)]
mod tests {
    use florin_panels::hearing::Hearing;
    use florin_units::Amount;

    use super::*;

    fn at(time: u64) -> Moment {
        Moment { block: 1, time: Timestamp::from_raw(time) }
    }

    /// Three members: commit until 100, reveal until 180, heard until 200.
    fn case(committed: u16, revealed: u16) -> Case {
        let hearing = Hearing {
            pool: 1,
            seats: 3,
            is_appeal: false,
            from: Timestamp::from_raw(0),
            until: Timestamp::from_raw(200),
            stake: Amount::from_raw(1_000),
            asset: [1; 20],
            fee: Amount::from_raw(10),
            excluded: Default::default(),
        };
        let stage = Stage::Sitting { commit_until: Timestamp::from_raw(100), reveal_until: Timestamp::from_raw(180) };
        Case { hearing, stage, committed, revealed, collected: Amount::ZERO, calls: 1 }
    }

    #[test]
    fn members_are_told_what_they_have_to_do_and_until_when() {
        let told = |case: Case, place, time| duty(&case, place, at(time)).map(|duty| (duty.act, duty.until));
        let until = |time| Some(Timestamp::from_raw(time));
        assert_eq!(told(case(0b001, 0), 1, 50), Some(("commit", until(100))));
        assert_eq!(told(case(0b001, 0), 0, 50), Some(("wait", until(100))));
        assert_eq!(told(case(0b011, 0), 0, 120), Some(("reveal", until(180))));
        assert_eq!(told(case(0b011, 0b001), 0, 120), Some(("wait", until(180))));
        assert_eq!(told(case(0b011, 0), 2, 120), Some(("none", None)), "silent, and too late");
        assert_eq!(told(case(0b011, 0b011), 0, 190), Some(("report", until(200))));
        assert_eq!(told(case(0b011, 0), 0, 200), Some(("close", None)));
        for stage in [Stage::Reported, Stage::Closed] {
            assert_eq!(told(Case { stage, ..case(0, 0) }, 0, 50), None);
        }
    }

    #[test]
    fn what_is_to_be_done_is_shown_with_its_moment() {
        let duty = Duty { act: "reveal", text: "florin arbitration reveal FILE", until: Some(Timestamp::from_raw(60)) };
        let record = to_do(Record::new(), &duty);
        assert!(record.to_text().contains("1970-01-01T00:01:00Z"), "{}", record.to_text());
        assert_eq!(record.to_json()["act"], json!("reveal"));
        assert_eq!(to_do(Record::new(), &Duty { until: None, ..duty }).to_json()["until"], Value::Null);
    }
}
