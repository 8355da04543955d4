//! `florin upgrade execute`: from a proposal that is ready to an address book that names the successor.

use std::path::Path;

use florin_bindings::vaults;
use florin_client::{
    address_book::AddressBook,
    chain::Address,
    upgrade::{self, Progress, Succession, IMPORTER, NEXT, VAULTS},
};
use florin_governance::{
    migration::{MigrationError, Standing},
    proposal::{ProposalError, Status},
    ProposalId,
};
use florin_units::Timestamp;
use serde_json::{json, Map, Value};

use super::{elsewhere, is_spoiled, planned, succession, window_ended, Phase};
use crate::{
    amount::Unit,
    commands::{gov, vault},
    error::CliError,
    exit::Exit,
    output::Answer,
    record::{list, Record},
    refusal::{Explain, Refusal, Units},
    send::confirm,
    session::Session,
    words::Names,
};

/// Executes the proposal and carries the replacement out, as far as that has not been done.
///
/// # Errors
/// The proposal is not ready; the refusal of a step; those of the chain.
pub(super) async fn execute(session: &Session) -> Result<(Answer, Exit), CliError> {
    let mut book = session.book()?;
    let succession = begun(session, &book).await?;
    let mut phase = Phase::read(session, &succession).await?;
    let mut executed = None;
    if phase == Phase::Before {
        if is_spoiled(session, &succession).await? {
            // Nobody would have anything of another window.
            return Ok((window_ended(&succession, true), Exit::Finding));
        }
        let found = upgrade::proposal(&session.client, &succession).await?;
        let (id, record) = found.ok_or_else(not_proposed)?;
        match record.status(session.now().await?) {
            Status::Ready => {}
            Status::Executed => return Ok((window_ended(&succession, false), Exit::Finding)),
            status => return Err(not_ready(status).into()),
        }
        let answer = gov::execute(session, id).await?;
        if session.settings.global.dry_run {
            return Ok((answer, Exit::Success));
        }
        session.output().note(&answer.text);
        executed = Some((id, answer.data));
        phase = Phase::read(session, &succession).await?;
    }
    let until = match (phase, &executed) {
        (Phase::Moving { until }, _) => Some(until),
        (Phase::After, _) => None,
        (Phase::Elsewhere { successor }, _) => return Err(elsewhere(&successor).into()),
        (Phase::Before, Some(_)) => return Ok((window_ended(&succession, false), Exit::Finding)),
        (Phase::Before, None) => return Err(not_proposed().into()),
    };
    let todo = Todo::read(session, &succession, until).await?;
    if session.settings.global.dry_run {
        return Ok((todo.shown(session, &succession, &book)?, Exit::Success));
    }
    let steps = if todo.is_empty() {
        Vec::new()
    } else {
        session.output().note(&todo.preview(session, &succession, &book)?.1);
        confirm(session, "Do it?")?;
        carry_out(session, &succession, &book).await?
    };
    let kept = take_place(&mut book);
    if kept.is_some() {
        book.save()?;
    }
    let stuck = left(session, &succession).await?;
    let path = session.settings.book_path();
    Ok(Done { executed, steps, kept, stuck }.answer(&path, &succession))
}

/// The vaults and their successor: the one that the address book has, or, where it has taken the place already, whom it took it
/// from.
async fn begun(session: &Session, book: &AddressBook) -> Result<Succession, CliError> {
    if book.contracts.contains_key(NEXT) {
        return planned(session, book).await;
    }
    let successor = session.contract(VAULTS).await?;
    let (standing, predecessor, importer) = session.client.read(successor, &vaults::standing()).await?;
    if let Standing::Gone { successor } = standing {
        return Err(MigrationError::Gone { successor }.explain(&session.units(None)).into());
    }
    if predecessor == Address::zero() {
        return Err(CliError::NoSuccessor);
    }
    succession(session, predecessor, successor, importer).await
}

fn not_proposed() -> Refusal {
    Refusal {
        code: "NOT_PROPOSED".to_owned(),
        reason: "no proposal replaces the vaults by the successor of the address book".to_owned(),
        details: Map::new(),
        next: Some("florin upgrade queue vaults".to_owned()),
    }
}

fn not_ready(actual: Status) -> Refusal {
    let refusal = ProposalError::WrongStatus { actual, required: Status::Ready }.explain(&Units::plain());
    Refusal { next: Some("florin upgrade queue vaults tells what comes next".to_owned()), ..refusal }
}

/// Collateral types whose collateral the predecessor still has.
async fn left(session: &Session, succession: &Succession) -> Result<Vec<u32>, CliError> {
    let (client, predecessor) = (&session.client, succession.predecessor);
    let types = client.read(predecessor, &vaults::summary()).await?.collateral_types;
    let mut left = Vec::new();
    for id in 0..types {
        let kind = client.read(predecessor, &vaults::collateral(id)).await?;
        if kind.is_some_and(|kind| !kind.state.total_collateral.is_zero()) {
            left.push(id);
        }
    }
    Ok(left)
}

/// What carrying out has to do.
struct Todo {
    /// End of the window; none where the successor has taken over.
    until: Option<Timestamp>,
    /// Records of the predecessor.
    records: u64,
    /// Collateral types whose collateral has to move.
    left: Vec<u32>,
}

impl Todo {
    async fn read(session: &Session, succession: &Succession, until: Option<Timestamp>) -> Result<Self, CliError> {
        let index = session.client.read(succession.predecessor, &vaults::summary()).await?;
        let records = u64::from(index.collateral_types).saturating_add(index.positions).saturating_add(index.auctions);
        Ok(Self { until, records, left: left(session, succession).await? })
    }

    fn is_empty(&self) -> bool {
        self.until.is_none() && self.left.is_empty()
    }

    /// What would be done, for programs and for people.
    fn preview(
        &self,
        session: &Session,
        succession: &Succession,
        book: &AddressBook,
    ) -> Result<(Value, String), CliError> {
        let names = Names::new(Some(book));
        let account = session.settings.signer()?.account();
        let somebody = |address: &Address| (names.show(address), json!(format!("{address:?}")));
        let (predecessor, successor) = (somebody(&succession.predecessor), somebody(&succession.successor));
        let facts = Record::new().value("predecessor", "predecessor", predecessor.0, predecessor.1).value(
            "successor",
            "successor",
            successor.0,
            successor.1,
        );
        let facts = match self.until {
            Some(until) => facts.moment("until", "to be done before", until.raw()).number(
                "records",
                "records to copy",
                self.records,
            ),
            None => facts.hidden("until", Value::Null).hidden("records", json!(0)),
        };
        let types: Vec<String> = self.left.iter().map(u32::to_string).collect();
        let types = if types.is_empty() { "none".to_owned() } else { types.join(", ") };
        let facts = facts.value("collateral_types", "collateral to move, of types", types, json!(self.left)).account(
            "from",
            "from",
            &account,
            session.info.ss58_prefix,
        );
        let heading = "Carry out the replacement, in several transactions";
        Ok((facts.to_json(), format!("{heading}\n{}", facts.to_text())))
    }

    fn shown(&self, session: &Session, succession: &Succession, book: &AddressBook) -> Result<Answer, CliError> {
        let (preview, text) = self.preview(session, succession, book)?;
        Ok(Answer::new(json!({ "sent": false, "preview": preview }), text))
    }
}

/// Copies, takes over and moves, with a line for each step.
async fn carry_out(session: &Session, succession: &Succession, book: &AddressBook) -> Result<Vec<Record>, CliError> {
    let signer = session.settings.signer()?;
    let predecessor = succession.predecessor;
    let types = session.client.read(predecessor, &vaults::summary()).await?.collateral_types;
    let mut units = Vec::new();
    for id in 0..types {
        // A token that does not answer is not in the way of the others.
        let unit = vault::unit(session, predecessor, id).await;
        units.push(unit.unwrap_or_else(|_| Unit::new("raw units", 0)));
    }
    let first_block =
        book.contracts.values().find(|deployed| deployed.address == predecessor).map_or(0, |deployed| deployed.block);
    let (output, mut steps) = (*session.output(), Vec::new());
    let mut progress = |step: Progress| {
        let (text, record) = told(&step, &units);
        output.note(&text);
        steps.push(record);
    };
    upgrade::carry_out(&session.client, &signer, succession, first_block, &mut progress).await?;
    Ok(steps)
}

/// A step for people, and for programs.
fn told(step: &Progress, units: &[Unit]) -> (String, Record) {
    let record = |step: &str| Record::new().text("step", "step", step);
    match step {
        Progress::Copied { done, total } => (
            format!("  copied   {done} of {total} records"),
            record("copied").number("done", "done", *done).number("total", "of", *total),
        ),
        Progress::RewardsCopied { keepers } => (
            format!("  copied   the rewards of {keepers} keepers"),
            record("rewards_copied").hidden("keepers", json!(keepers)),
        ),
        Progress::TakenOver => ("  done     the successor has taken over".to_owned(), record("taken_over")),
        Progress::HandedOver { collateral_type, amount } => {
            let raw = Unit::new("raw units", 0);
            let unit = usize::try_from(*collateral_type).ok().and_then(|place| units.get(place)).unwrap_or(&raw);
            (
                format!("  moved    {}, all of type {collateral_type}", unit.exact(*amount)),
                record("handed_over")
                    .number("collateral_type", "type", (*collateral_type).into())
                    .amount("amount", "amount", *amount, unit),
            )
        }
        Progress::Stuck { collateral_type } => (
            format!("  stuck    the collateral of type {collateral_type} cannot be moved now"),
            record("stuck").number("collateral_type", "type", (*collateral_type).into()),
        ),
    }
}

/// The successor takes the place of the vaults in the address book; the former ones are kept under another name, which is told.
/// None where it has it already.
fn take_place(book: &mut AddressBook) -> Option<String> {
    let former = book.contracts.get(VAULTS)?.clone();
    let next = book.contracts.remove(NEXT)?;
    book.contracts.remove(IMPORTER);
    book.contracts.insert(VAULTS.to_owned(), next);
    let mut number = 1u32;
    let mut name = before(number);
    while book.contracts.contains_key(&name) {
        number = number.saturating_add(1);
        name = before(number);
    }
    book.contracts.insert(name.clone(), former);
    Some(name)
}

/// How the address book calls former vaults.
fn before(number: u32) -> String {
    format!("{VAULTS}_before_{number}")
}

/// What came of it.
struct Done {
    /// The proposal, where it was executed now, and the answer to that.
    executed: Option<(ProposalId, Value)>,
    steps: Vec<Record>,
    /// Name of the former vaults, where the address book was changed now.
    kept: Option<String>,
    /// Collateral types whose collateral could not be moved.
    stuck: Vec<u32>,
}

impl Done {
    fn answer(self, path: &Path, succession: &Succession) -> (Answer, Exit) {
        let Self { executed, steps, kept, stuck } = self;
        let sent = executed.is_some() || !steps.is_empty();
        let (proposal, execution) = executed.map_or((None, Value::Null), |(id, answer)| (Some(id), answer));
        let facts = Record::new()
            .hidden("outcome", json!(if stuck.is_empty() { "replaced" } else { "stuck" }))
            .address("predecessor", "predecessor", &succession.predecessor)
            .address("successor", "successor", &succession.successor)
            .hidden("proposal", json!(proposal))
            .hidden("execution", execution)
            .hidden("steps", list(&steps))
            .text("addresses", "address book", path.display().to_string());
        let facts = match kept {
            Some(name) => facts.text("kept_as", "former vaults as", name),
            None => facts.hidden("kept_as", Value::Null),
        };
        let (facts, exit) = if stuck.is_empty() {
            (facts.hidden("stuck", json!(stuck)), Exit::Success)
        } else {
            let types: Vec<String> = stuck.iter().map(u32::to_string).collect();
            let facts = facts.value("stuck", "not moved, of types", types.join(", "), json!(stuck)).text(
                "next",
                "next",
                "florin upgrade execute vaults, once these tokens can be moved",
            );
            (facts, Exit::Finding)
        };
        let heading = match (sent, stuck.is_empty()) {
            (_, false) => "The vaults are replaced, and some collateral has not moved yet",
            (true, true) => "The vaults are replaced",
            (false, true) => "The vaults are replaced already; nothing was sent",
        };
        let data = json!({ "sent": sent, "result": facts.to_json() });
        (Answer::new(data, format!("{heading}\n{}", facts.to_text())), exit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::{
        address_book::Deployed,
        chain::{ChainInfo, Hash},
    };

    fn book() -> AddressBook {
        let chain = ChainInfo {
            name: "dev".into(),
            genesis_hash: Hash::zero(),
            spec_version: 1,
            ss58_prefix: 42,
            native_decimals: 10,
            native_to_contract_ratio: 1,
            existential_deposit: 1,
        };
        let mut book = AddressBook::in_memory(&chain);
        for (name, byte) in [(VAULTS, 1), (NEXT, 2), (IMPORTER, 3), ("token", 4)] {
            let (address, code_hash) = (Address::repeat_byte(byte), Hash::repeat_byte(byte));
            let deployed = Deployed { bundle: name.to_owned(), address, code_hash, block: 1, layout: None };
            book.contracts.insert(name.to_owned(), deployed);
        }
        book
    }

    fn succession() -> Succession {
        let [token, oracle, governor, predecessor, successor, importer] = [1, 2, 3, 4, 5, 6].map(Address::repeat_byte);
        Succession { token, oracle, governor, predecessor, successor, importer }
    }

    #[test]
    fn the_successor_takes_the_place_in_the_address_book() {
        let mut book = book();
        assert_eq!(take_place(&mut book).as_deref(), Some("vaults_before_1"));
        let names = |book: &AddressBook| book.contracts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&book), ["token", "vaults", "vaults_before_1"]);
        assert_eq!(book.address(VAULTS), Ok(Address::repeat_byte(2)));
        assert_eq!(book.address("vaults_before_1"), Ok(Address::repeat_byte(1)));
        // A second time there is nothing to do.
        let before = book.clone();
        assert_eq!(take_place(&mut book), None);
        assert_eq!(book, before);
        // The next one keeps both.
        let next = book.contracts.get("token").cloned().expect("the coin");
        book.contracts.insert(NEXT.to_owned(), next);
        assert_eq!(take_place(&mut book).as_deref(), Some("vaults_before_2"));
        assert_eq!(book.address("vaults_before_2"), Ok(Address::repeat_byte(2)));
    }

    #[test]
    fn steps_are_told_in_both_forms() {
        let units = [Unit::new("UNIT", 18)];
        for (step, part, name) in [
            (Progress::Copied { done: 3, total: 7 }, "3 of 7", "copied"),
            (Progress::RewardsCopied { keepers: 2 }, "2 keepers", "rewards_copied"),
            (Progress::TakenOver, "taken over", "taken_over"),
            (
                Progress::HandedOver { collateral_type: 0, amount: 1_500_000_000_000_000_000 },
                "1.5 UNIT, all of type 0",
                "handed_over",
            ),
            (Progress::HandedOver { collateral_type: 1, amount: 5 }, "5 raw units", "handed_over"),
            (Progress::Stuck { collateral_type: 1 }, "type 1", "stuck"),
        ] {
            let (text, record) = told(&step, &units);
            assert!(text.contains(part), "{part}: {text}");
            assert_eq!(record.to_json()["step"], json!(name));
        }
    }

    #[test]
    fn what_came_of_it_is_told() {
        let done = |steps: usize, stuck: Vec<u32>| Done {
            executed: None,
            steps: vec![Record::new(); steps],
            kept: None,
            stuck,
        };
        let (answer, exit) = done(0, Vec::new()).answer(Path::new("book"), &succession());
        assert_eq!((&answer.data["sent"], exit), (&json!(false), Exit::Success));
        assert!(answer.text.contains("nothing was sent"), "{}", answer.text);
        let (answer, exit) = done(1, vec![1]).answer(Path::new("book"), &succession());
        assert_eq!((&answer.data["result"]["stuck"], exit), (&json!([1]), Exit::Finding));
        assert!(answer.text.contains("next"), "{}", answer.text);
    }

    #[test]
    fn a_proposal_that_is_not_ready_says_what_comes_next() {
        let refusal = not_ready(Status::Active);
        assert_eq!((refusal.code.as_str(), refusal.reason.as_str()), ("WRONG_STATUS", "the vote has not ended"));
        assert!(refusal.next.is_some_and(|next| next.contains("florin upgrade queue")));
    }
}
