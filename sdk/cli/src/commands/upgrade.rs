//! `florin upgrade`: a contract is replaced by that of this build, from the deployment of a successor to the last of the money.

mod check;
mod execute;
mod plan;

use std::path::Path;

use florin_bindings::vaults;
use florin_client::{
    address_book::AddressBook,
    chain::{Address, Hash},
    upgrade::{self, Succession, IMPORTER, NEXT, VAULTS},
};
use florin_governance::{
    action::Call,
    migration::Standing,
    proposal::{Proposal, Status},
    ProposalId,
};
use florin_units::{Seconds, Timestamp};
use serde_json::{json, Map, Value};

use crate::{
    arguments::{Module, UpgradeCommand},
    commands::gov::{self, Draft},
    error::CliError,
    exit::Exit,
    output::Answer,
    record::Record,
    refusal::Refusal,
    session::{Session, Settings},
    words,
};
use check::Check;

/// Runs a command; what it brought about, and how the program exits.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &UpgradeCommand) -> Result<(Answer, Exit), CliError> {
    let session = &settings.connect().await?;
    match command {
        UpgradeCommand::Plan { module: Module::Vaults, window, out, again } => {
            Ok((plan::plan(session, window, out, *again).await?, Exit::Success))
        }
        UpgradeCommand::Check { module: Module::Vaults, successor, layout_changed } => {
            let book = session.book()?;
            let succession = match successor {
                Some(text) => named(session, text).await?,
                None => planned(session, &book).await?,
            };
            let check = Check::make(session, &book, &succession, *layout_changed).await?;
            Ok((check.answer(), check.exit()))
        }
        UpgradeCommand::Queue { module: Module::Vaults, file, layout_changed } => {
            queue(session, file, *layout_changed).await
        }
        UpgradeCommand::Execute { module: Module::Vaults } => execute::execute(session).await,
    }
}

/// The vaults and the successor that the address book has for them.
///
/// # Errors
/// [`CliError::NoSuccessor`]; a contract is missing or runs other code; those of the chain.
async fn planned(session: &Session, book: &AddressBook) -> Result<Succession, CliError> {
    let place = |name: &str| book.contracts.get(name).map(|deployed| deployed.address);
    let (Some(successor), Some(importer)) = (place(NEXT), place(IMPORTER)) else { return Err(CliError::NoSuccessor) };
    let predecessor = session.contract(VAULTS).await?;
    succession(session, predecessor, successor, importer).await
}

/// The vaults and a successor that somebody else has deployed, which tells whose code copies.
async fn named(session: &Session, text: &str) -> Result<Succession, CliError> {
    let (predecessor, successor) = (session.contract(VAULTS).await?, session.party(text)?.address);
    let (_, _, importer) = session.client.read(successor, &vaults::standing()).await?;
    succession(session, predecessor, successor, importer).await
}

/// These vaults among the other contracts of the address book.
async fn succession(
    session: &Session,
    predecessor: Address,
    successor: Address,
    importer: Address,
) -> Result<Succession, CliError> {
    Ok(Succession {
        token: session.contract("token").await?,
        oracle: session.contract("oracle").await?,
        governor: session.contract("governor").await?,
        predecessor,
        successor,
        importer,
    })
}

/// `florin upgrade queue`.
async fn queue(session: &Session, file: &Path, layout_changed: bool) -> Result<(Answer, Exit), CliError> {
    let book = session.book()?;
    let succession = planned(session, &book).await?;
    match Phase::read(session, &succession).await? {
        Phase::Before => {
            if is_spoiled(session, &succession).await? {
                return Ok((window_ended(&succession, true), Exit::Finding));
            }
        }
        Phase::Moving { .. } | Phase::After => return Ok((under_way(&succession), Exit::Success)),
        Phase::Elsewhere { successor } => return Err(elsewhere(&successor).into()),
    }
    let now = session.now().await?;
    let found = upgrade::proposal(&session.client, &succession).await?;
    match found.map(|(id, record)| (id, record, record.status(now))) {
        // Where one was executed, its window has ended before anything was copied.
        None | Some((_, _, Status::Defeated | Status::Expired | Status::Cancelled | Status::Executed)) => {}
        Some((id, _, Status::Succeeded)) => return Ok((gov::queue(session, id).await?, Exit::Success)),
        Some((id, record, Status::Pending | Status::Active | Status::Queued | Status::Ready)) => {
            return Ok((told(id, &record, now), Exit::Success));
        }
    }
    let check = Check::make(session, &book, &succession, layout_changed).await?;
    match check.exit() {
        Exit::Success => Ok((propose(session, &succession, file).await?, Exit::Success)),
        exit => Ok((check.answer(), exit)),
    }
}

/// Whether the successor of vaults that work has copied something in a window: that is not true any more.
async fn is_spoiled(session: &Session, succession: &Succession) -> Result<bool, CliError> {
    let (standing, ..) = session.client.read(succession.successor, &vaults::standing()).await?;
    Ok(matches!(standing, Standing::Arriving { window } if window > 0))
}

/// Makes the proposal of a file, which has to be the one about this successor.
async fn propose(session: &Session, succession: &Succession, file: &Path) -> Result<Answer, CliError> {
    let bad = |cause: String| CliError::ProposalFile { path: file.to_owned(), cause };
    if !file.is_file() {
        return Err(bad("there is no such file; florin upgrade plan vaults writes it".to_owned()));
    }
    let draft = Draft::load(session, file).await?;
    if !draft.calls().iter().any(|call| begins(call, succession)) {
        let successor = succession.successor;
        return Err(bad(format!(
            "it does not replace the vaults by {successor:?}; florin upgrade plan vaults writes it anew"
        )));
    }
    draft.offer(session).await
}

/// Whether a call has the predecessor stand still for the successor.
fn begins(call: &Call, succession: &Succession) -> bool {
    let begin = |(successor, window): (Address, Seconds)| vaults::begin_migration(successor, window);
    let named = gov::arguments(call, begin).map(|(successor, _)| successor);
    Address::from(call.target) == succession.predecessor && named == Some(succession.successor)
}

/// How far a replacement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The predecessor works.
    Before,
    /// The predecessor stands still for the successor.
    Moving {
        /// End of the window.
        until: Timestamp,
    },
    /// The successor has taken over.
    After,
    /// The predecessor stands still for another successor, or has left to it.
    Elsewhere {
        /// Which.
        successor: Address,
    },
}

impl Phase {
    async fn read(session: &Session, succession: &Succession) -> Result<Self, CliError> {
        let (standing, ..) = session.client.read(succession.predecessor, &vaults::standing()).await?;
        Ok(Self::of(standing, &succession.successor))
    }

    /// From where the predecessor stands.
    fn of(predecessor: Standing, heir: &Address) -> Self {
        match predecessor {
            Standing::Leaving { successor, until, .. } if successor == heir.0 => Self::Moving { until },
            Standing::Gone { successor } if successor == heir.0 => Self::After,
            Standing::Leaving { successor, .. } | Standing::Gone { successor } => {
                Self::Elsewhere { successor: Address::from(successor) }
            }
            // Vaults that have not taken over themselves have nothing to be copied; the contracts say so.
            Standing::Live | Standing::Arriving { .. } => Self::Before,
        }
    }
}

/// Where a proposal stands about which nothing is to be done now.
fn told(id: ProposalId, record: &Proposal, now: Timestamp) -> Answer {
    let status = record.status(now);
    let facts = Record::new()
        .number("proposal", "proposal", id.into())
        .text("status", "status", words::status(status))
        .moment("starts_at", "vote begins", record.starts_at.raw())
        .moment("ends_at", "vote ends", record.ends_at.raw());
    let facts = match record.ready_at() {
        Some(at) => facts.moment("ready_at", "can be executed from", at.raw()),
        None => facts.hidden("ready_at", Value::Null),
    };
    unsent("Nothing is to be sent now", &facts.text("next", "next", next_step(status, id)))
}

/// An answer about something that was only looked at.
fn unsent(heading: &str, facts: &Record) -> Answer {
    Answer::new(json!({ "sent": false, "result": facts.to_json() }), format!("{heading}\n{}", facts.to_text()))
}

/// Votes are over, and the replacement is being carried out, or has been.
fn under_way(succession: &Succession) -> Answer {
    let facts = Record::new()
        .hidden("outcome", json!("under_way"))
        .address("predecessor", "predecessor", &succession.predecessor)
        .address("successor", "successor", &succession.successor)
        .text("next", "next", "florin upgrade execute vaults");
    unsent("The proposal has been executed", &facts)
}

/// What somebody who wants the replacement does next.
fn next_step(status: Status, id: ProposalId) -> String {
    match status {
        Status::Pending => format!("wait until the vote begins, then: florin gov vote {id} for"),
        Status::Active => format!("florin gov vote {id} for (or against, abstain, slash)"),
        Status::Queued => "wait until then, then: florin upgrade execute vaults".to_owned(),
        Status::Ready | Status::Executed => "florin upgrade execute vaults".to_owned(),
        Status::Succeeded | Status::Defeated | Status::Expired | Status::Cancelled => {
            "florin upgrade queue vaults".to_owned()
        }
    }
}

/// A proposal was executed, and the predecessor works all the same. A successor that has copied nothing can be proposed again.
fn window_ended(succession: &Succession, spoiled: bool) -> Answer {
    let next = if spoiled { "florin upgrade plan vaults --again" } else { "florin upgrade queue vaults" };
    let facts = Record::new()
        .hidden("outcome", json!("window_ended"))
        .address("predecessor", "predecessor", &succession.predecessor)
        .address("successor", "successor", &succession.successor)
        .flag("spoiled", "needs another successor", spoiled)
        .text("next", "next", next);
    unsent("The window has ended before the successor took over; the vaults go on with all that they had", &facts)
}

fn elsewhere(successor: &Address) -> Refusal {
    Refusal {
        code: "OTHER_SUCCESSOR".to_owned(),
        reason: format!("the vaults are left to {successor:?}, and not to the successor of the address book"),
        details: Map::from_iter([("successor".to_owned(), json!(format!("{successor:?}")))]),
        next: Some("give the address book of whoever deployed that one with --addresses".to_owned()),
    }
}

/// Whether two layouts are the same; none where one of them is not known.
fn same_layout(old: Option<Hash>, new: Option<Hash>) -> Option<bool> {
    Some(old? == new?)
}

/// The same in words.
const fn layout_words(same: Option<bool>) -> &'static str {
    match same {
        Some(true) => "as before",
        Some(false) => "another one",
        None => "not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::governance::call;

    fn succession() -> Succession {
        let [token, oracle, governor, predecessor, successor, importer] = [1, 2, 3, 4, 5, 6].map(Address::repeat_byte);
        Succession { token, oracle, governor, predecessor, successor, importer }
    }

    #[test]
    fn the_phase_is_where_the_predecessor_stands() {
        let heir = Address::repeat_byte(5);
        let until = Timestamp::from_raw(9);
        for (standing, phase) in [
            (Standing::Live, Phase::Before),
            (Standing::Leaving { successor: heir.0, until, window: 1 }, Phase::Moving { until }),
            (Standing::Gone { successor: heir.0 }, Phase::After),
            (
                Standing::Leaving { successor: [7; 20], until, window: 1 },
                Phase::Elsewhere { successor: Address::repeat_byte(7) },
            ),
            (Standing::Gone { successor: [7; 20] }, Phase::Elsewhere { successor: Address::repeat_byte(7) }),
        ] {
            assert_eq!(Phase::of(standing, &heir), phase);
        }
    }

    #[test]
    fn a_file_about_another_successor_is_not_proposed() {
        let (it, window) = (succession(), Seconds::from_raw(7_200));
        let begin = |target, successor| call(target, &vaults::begin_migration(successor, window));
        assert!(begins(&begin(it.predecessor, it.successor), &it));
        assert!(!begins(&begin(it.predecessor, it.importer), &it));
        assert!(!begins(&begin(it.successor, it.successor), &it));
        assert!(!begins(&call(it.predecessor, &vaults::call_off_migration()), &it));
    }

    #[test]
    fn every_status_has_a_next_step() {
        assert!(next_step(Status::Active, 3).contains("florin gov vote 3"));
        assert!(next_step(Status::Queued, 3).contains("florin upgrade execute"));
        assert_eq!(next_step(Status::Defeated, 3), "florin upgrade queue vaults");
        let next = |spoiled| window_ended(&succession(), spoiled).data["result"]["next"].clone();
        assert_eq!(next(true), json!("florin upgrade plan vaults --again"));
        assert_eq!(next(false), json!("florin upgrade queue vaults"));
    }

    #[test]
    fn layouts_are_compared_where_both_are_known() {
        let (one, other) = (Some(Hash::repeat_byte(1)), Some(Hash::repeat_byte(2)));
        assert_eq!((same_layout(one, one), same_layout(one, other)), (Some(true), Some(false)));
        assert_eq!(layout_words(same_layout(None, one)), "not known");
    }
}
