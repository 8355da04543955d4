//! `florin escrow examine`, `accept`, `notice` and `waive`: what the applicant does with what was presented.

use std::path::Path;

use florin_bindings::{
    escrow::{self, Error},
    Message,
};
use florin_trade::{
    examination::{Discrepancies, Presentation},
    state::{Stage, Status},
    Command, EscrowId,
};
use florin_trader::{hash, terms_file::TermsFile};
use serde_json::{json, Value};

use super::Subject;
use crate::{error::CliError, output::Answer, record::Record, session::Session, words::trade};

/// `florin escrow examine`.
pub(super) async fn examine(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let facts = subject.preview().and(examined(&subject)?);
    Ok(Answer::facts(&facts))
}

/// What was presented, how long it can be refused, and for what.
pub(super) fn examined(subject: &Subject) -> Result<Record, CliError> {
    let (presentation, id) = subject.presentation()?;
    let (file, status) = (subject.file(), subject.status());
    let named = |set: Discrepancies| trade::discrepancies(set, |place| file.label(place));
    let open = match status {
        Status::Examining => trade::nameable(presentation.documents).without(presentation.precluded),
        _ => Discrepancies::NONE,
    };
    let record = Record::new()
        .number("presentation", "presentation", id.number.into())
        .amount("amount", "drawn", presentation.amount.raw(), &subject.unit)
        .value(
            "milestone",
            "milestone",
            presentation.milestone.map_or("none".to_owned(), |it| it.to_string()),
            json!(presentation.milestone),
        )
        .moment("presented_at", "presented", presentation.presented_at.raw())
        .moment("shipped_at", "shipped", presentation.shipped_at.raw())
        .and(documents(subject, &presentation, &file));
    let record = match subject.escrow().stage {
        Stage::Examining { until } => record.moment("until", "silence honours it from", until.raw()).span(
            "left",
            "left to examine",
            until.since(subject.now).raw(),
        ),
        Stage::Discrepant { until } => record.moment("until", "refused for good from", until.raw()).span(
            "left",
            "left to waive, cure or dispute",
            until.since(subject.now).raw(),
        ),
        _ => record.hidden("until", Value::Null).hidden("left", Value::Null),
    };
    let reasons = presentation.noticed.then(|| hash::format(&presentation.reasons));
    Ok(record
        .flag("refused", "refused by a notice", presentation.noticed)
        .lines("named", "named", &named(presentation.discrepancies), json!(named(presentation.discrepancies)))
        .lines("can_be_named", "can be named", &named(open), json!(named(open)))
        .lines("precluded", "cannot be named", &named(presentation.precluded), json!(named(presentation.precluded)))
        .optional_text("reasons", "hash of the reasons", reasons, "none")
        .number("notices", "notices for this drawing", subject.escrow().notices.into()))
}

fn documents(subject: &Subject, presentation: &Presentation, file: &TermsFile) -> Record {
    let needed = |place: u8| presentation.documents & (1 << place) != 0;
    let rows: Vec<(String, Value)> = trade::required(file)
        .into_iter()
        .filter(|(place, _)| needed(*place))
        .map(|(place, required)| {
            let (label, issuer) = (file.label(place.into()), subject.names.short(&required.issuer.into()));
            let commitment = presentation.commitments.get(usize::from(place)).filter(|hash| **hash != [0; 32]);
            let told = commitment.map_or("missing".to_owned(), |commitment| hash::format(commitment));
            let json = json!({
                "place": place,
                "name": label,
                "kind": trade::kind(required.kind),
                "issuer": hash::format(&required.issuer),
                "commitment": commitment.map(|commitment| hash::format(commitment)),
            });
            (format!("{place} {label}, by {issuer}: {told}"), json)
        })
        .collect();
    let lines: Vec<String> = rows.iter().map(|(line, _)| line.clone()).collect();
    let list: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Record::new().lines("documents", "document", &lines, json!(list))
}

/// `florin escrow accept`.
pub(super) async fn accept(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let (_, presentation) = subject.presentation()?;
    let command = Command::Approve { presentation };
    let message = escrow::accept(id, presentation);
    decide(session, &subject, &command, &message, "Approve what was presented", "Approved", Record::new()).await
}

/// `florin escrow waive`.
pub(super) async fn waive(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let (_, presentation) = subject.presentation()?;
    let command = Command::Waive { presentation };
    let message = escrow::waive(id, presentation);
    decide(session, &subject, &command, &message, "Take refused documents", "Waived", Record::new()).await
}

/// `florin escrow notice`.
pub(super) async fn notice(
    session: &Session,
    id: EscrowId,
    names: &[String],
    reasons: &Path,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let (_, presentation) = subject.presentation()?;
    let file = subject.file();
    let mut discrepancies = Discrepancies::NONE;
    for name in names {
        discrepancies = discrepancies.with(trade::discrepancy(name, &file)?);
    }
    let (reasons_hash, _) = hash::of_file(reasons)?;
    let named = trade::discrepancies(discrepancies, |place| file.label(place));
    let facts = Record::new().lines("discrepancies", "you name", &named, json!(named)).text(
        "your_reasons",
        "hash of your reasons",
        hash::format(&reasons_hash),
    );
    let command = Command::Notice { presentation, discrepancies, reasons: reasons_hash };
    let message = escrow::notice(id, presentation, discrepancies, reasons_hash);
    decide(session, &subject, &command, &message, "Refuse what was presented", "Refused", facts).await
}

/// Shows what is decided about and what follows, and sends it.
async fn decide(
    session: &Session,
    subject: &Subject,
    command: &Command<'_>,
    message: &Message<(), Error>,
    heading: &str,
    done: &str,
    facts: Record,
) -> Result<Answer, CliError> {
    let me = session.settings.signer()?.account().to_address();
    let (_, then) = subject.foresee(session, command, me)?;
    let preview = subject.preview().and(examined(subject)?).and(facts).and(then);
    let offered = subject.offer(session, message, heading, preview).await?;
    subject.moved(offered, done)
}
