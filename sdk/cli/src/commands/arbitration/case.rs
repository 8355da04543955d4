//! Cases: called, drawn, reported, closed, paid for; and how far one has come.

use florin_bindings::{
    arbitration::{self, Error},
    escrow,
};
use florin_client::chain::{Address, Chain};
use florin_panels::{
    case::{Case, CaseId, Stage},
    hearing::Hearing,
    ArbitrationError, Moment,
};
use florin_units::Timestamp;
use serde_json::{json, Value};

use super::Panels;
use crate::{
    amount::Unit,
    arguments::CaseArguments,
    commands::vault::event,
    erc20,
    error::CliError,
    output::Answer,
    record::Record,
    send::Offered,
    words::{self, Names},
};

/// A case that a command is about.
pub(super) struct Subject {
    pub(super) id: CaseId,
    pub(super) case: Case,
    /// What its asset is counted in.
    pub(super) unit: Unit,
    pub(super) now: Moment,
}

impl Subject {
    /// Reads a case.
    ///
    /// # Errors
    /// No panel was called; those of the chain.
    pub(super) async fn load(panels: &Panels<'_>, id: CaseId) -> Result<Self, CliError> {
        let court = Address::from(id.court);
        let message = arbitration::case(court, id.number, id.is_appeal);
        let case = panels.session.client.read(panels.contract, &message).await?;
        let unknown = || panels.refused(&Error::Arbitration(ArbitrationError::UnknownCase { case: id }), None);
        let case = case.ok_or_else(unknown)?;
        let unit = erc20::asset(panels.session, &case.hearing.asset.into()).await?;
        Ok(Self { id, case, unit, now: moment(panels).await? })
    }

    pub(super) fn court(&self) -> Address {
        self.id.court.into()
    }

    /// How far it has come.
    pub(super) fn facts(&self, panels: &Panels<'_>) -> Record {
        let Case { hearing, stage, committed, revealed, collected, calls } = &self.case;
        let record = named(&self.id, panels)
            .text("status", "status", words::name(&self.case.status(self.now)))
            .and(heard(hearing, &self.unit, &panels.names))
            .number("calls", "panels called", (*calls).into())
            .number("committed", "have committed", committed.count_ones().into())
            .number("revealed", "have revealed", revealed.count_ones().into())
            .amount("collected", "fee collected", collected.raw(), &self.unit);
        match stage {
            Stage::Called { draw_block, called_at } => record.moment("called_at", "called", called_at.raw()).number(
                "draw_block",
                "decided by block",
                (*draw_block).into(),
            ),
            Stage::Sitting { commit_until, reveal_until } => record
                .moment("commit_until", "commit until", commit_until.raw())
                .moment("reveal_until", "reveal until", reveal_until.raw()),
            Stage::Reported | Stage::Closed => record,
        }
    }
}

/// The moment of the best block, in both clocks.
///
/// # Errors
/// Those of the chain.
pub(super) async fn moment(panels: &Panels<'_>) -> Result<Moment, CliError> {
    let head = panels.session.chain().head().await?;
    let block = u32::try_from(head.number).unwrap_or(u32::MAX);
    Ok(Moment { block, time: Timestamp::from_milliseconds(head.timestamp_ms) })
}

/// The case that the command line names.
///
/// # Errors
/// The court is nobody.
pub(super) fn case_id(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<CaseId, CliError> {
    let court = panels.session.party(&arguments.court)?.address;
    Ok(CaseId { court: court.0, number: arguments.escrow, is_appeal: arguments.appeal })
}

fn named(id: &CaseId, panels: &Panels<'_>) -> Record {
    Record::new().number("number", "dispute", id.number).flag("is_appeal", "on appeal", id.is_appeal).person(
        "court",
        "court",
        &id.court.into(),
        &panels.names,
    )
}

/// What the court has said of a dispute.
fn heard(hearing: &Hearing, unit: &Unit, names: &Names) -> Record {
    Record::new()
        .number("pool", "pool", hearing.pool.into())
        .number("seats", "members", hearing.seats.into())
        .asset("asset", "asset", &hearing.asset.into(), unit, names)
        .amount("stake", "it is about", hearing.stake.raw(), unit)
        .amount("fee", "fee of the panel", hearing.fee.raw(), unit)
        .moment("from", "heard from", hearing.from.raw())
        .moment("until", "heard until", hearing.until.raw())
}

/// `florin arbitration call`.
pub(super) async fn call(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<Answer, CliError> {
    let id = case_id(panels, arguments)?;
    let court = Address::from(id.court);
    // Every court answers this question as the escrow contract does.
    let hearing = panels.session.client.read(court, &escrow::hearing(id.number)).await?;
    let hearing = hearing.filter(|hearing| hearing.is_appeal == id.is_appeal);
    let none = || panels.refused(&Error::NoHearing { court, number: id.number }, None);
    let hearing = hearing.ok_or_else(none)?;
    let unit = erc20::asset(panels.session, &hearing.asset.into()).await?;
    let preview = named(&id, panels).and(heard(&hearing, &unit, &panels.names));
    let message = arbitration::call_panel(court, id.number, id.is_appeal);
    let offered = panels.offer(&message, Some(&unit), "Call a panel", preview).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::PanelCalled = event(&sent.receipt, panels.contract)?;
            let now = moment(panels).await?;
            let subject = Subject { id, case: told.case, unit, now };
            Ok(sent.answer("Called", &subject.facts(panels)))
        }
    }
}

/// `florin arbitration draw`.
pub(super) async fn draw(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<Answer, CliError> {
    let subject = Subject::load(panels, case_id(panels, arguments)?).await?;
    let CaseId { number, is_appeal, .. } = subject.id;
    let message = arbitration::draw_panel(subject.court(), number, is_appeal);
    let offered = panels.offer(&message, Some(&subject.unit), "Draw the panel", subject.facts(panels)).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::PanelDrawn = event(&sent.receipt, panels.contract)?;
            let members: Vec<Address> = told.panel.seated().map(|(_, member)| member.into()).collect();
            let subject = Subject { case: told.case, now: moment(panels).await?, ..subject };
            let shown: Vec<String> = members.iter().map(|member| panels.names.show(member)).collect();
            let list: Vec<Value> = members.iter().map(|member| json!(format!("{member:?}"))).collect();
            let result = subject.facts(panels).lines("panel", "member", &shown, json!(list));
            Ok(sent.answer("Drawn", &result))
        }
    }
}

/// `florin arbitration report`.
pub(super) async fn report(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<Answer, CliError> {
    let subject = Subject::load(panels, case_id(panels, arguments)?).await?;
    let CaseId { number, is_appeal, .. } = subject.id;
    let message = arbitration::report(subject.court(), number, is_appeal);
    let preview = subject.facts(panels).and(seats(panels, &subject).await?);
    let offered = panels.offer(&message, Some(&subject.unit), "Tell the court", preview).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::PanelReported = event(&sent.receipt, panels.contract)?;
            let subject = Subject { case: told.case, ..subject };
            Ok(sent.answer("Reported", &subject.facts(panels)))
        }
    }
}

/// `florin arbitration close`.
pub(super) async fn close(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<Answer, CliError> {
    let subject = Subject::load(panels, case_id(panels, arguments)?).await?;
    let CaseId { number, is_appeal, .. } = subject.id;
    let message = arbitration::close(subject.court(), number, is_appeal);
    let offered = panels.offer(&message, Some(&subject.unit), "Close a case", subject.facts(panels)).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::PanelClosed = event(&sent.receipt, panels.contract)?;
            let subject = Subject { case: told.case, ..subject };
            Ok(sent.answer("Closed", &subject.facts(panels)))
        }
    }
}

/// `florin arbitration collect`.
pub(super) async fn collect(panels: &Panels<'_>, number: u64, court: &str) -> Result<Answer, CliError> {
    let court = panels.session.party(court)?.address;
    let subject = Subject::load(panels, CaseId { court: court.0, number, is_appeal: false }).await?;
    let message = arbitration::collect(court, number);
    let unit = subject.unit.clone();
    let offered = panels.offer(&message, Some(&unit), "Collect fees", subject.facts(panels)).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::FeeCollected = event(&sent.receipt, panels.contract)?;
            let result = Record::new()
                .number("number", "dispute", told.number)
                .amount("received", "has come", told.received.raw(), &unit)
                .amount("share", "to each of the panel who has revealed", told.share.raw(), &unit)
                .amount("appeal_share", "to each of the appeal panel", told.appeal_share.raw(), &unit)
                .amount("rest", "to the collector", told.rest.raw(), &unit);
            Ok(sent.answer("Collected", &result))
        }
    }
}

/// `florin arbitration show`.
pub(super) async fn show(panels: &Panels<'_>, arguments: &CaseArguments) -> Result<Answer, CliError> {
    let subject = Subject::load(panels, case_id(panels, arguments)?).await?;
    let facts = subject.facts(panels).and(seats(panels, &subject).await?);
    Ok(Answer::facts(&facts))
}

/// Who sits, and what was committed and revealed.
async fn seats(panels: &Panels<'_>, subject: &Subject) -> Result<Record, CliError> {
    let (court, CaseId { number, is_appeal, .. }) = (subject.court(), subject.id);
    let client = &panels.session.client;
    let panel = client.read(panels.contract, &arbitration::panel(court, number, is_appeal)).await?;
    // What is stored may be of a former call.
    let panel = panel.filter(|_| !matches!(subject.case.stage, Stage::Called { .. })).unwrap_or_default();
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for (place, member) in panel.seated() {
        let member = Address::from(member);
        let has_committed = subject.case.committed & 1u16.checked_shl(place.into()).unwrap_or(0) != 0;
        let record = match subject.case.has_revealed(place) {
            true => client.read(panels.contract, &arbitration::seat(court, number, is_appeal, place)).await?,
            false => None,
        };
        let award = record.and_then(|record| record.award);
        let state = match (award, has_committed) {
            (Some(award), _) => format!("awards {}", subject.unit.short(award.raw())),
            (None, true) => "has committed".to_owned(),
            (None, false) => "is silent".to_owned(),
        };
        lines.push(format!("{place} {} {state}", panels.names.short(&member)));
        list.push(json!({
            "place": place,
            "member": format!("{member:?}"),
            "committed": has_committed,
            "award": award.map(|award| subject.unit.json(award.raw())),
        }));
    }
    Ok(Record::new().lines("panel", "member", &lines, json!(list)))
}
