//! `florin escrow present` and `cure`: documents in their places, each known by its hash and signed by its issuer.

use std::path::Path;

use florin_bindings::escrow::{self, Document};
use florin_client::chain::Address;
use florin_trade::{
    examination::{Discrepancies, Paper, Papers, Presenting},
    state::{Stage, Status},
    terms::{RequiredDocument, MAXIMUM_DOCUMENTS},
    Command, Hash,
};
use florin_trader::{
    document, hash,
    paper::{PaperError, SignedPaper},
    signing::Venue,
    terms_file::TermsFile,
};
use florin_units::{Amount, Timestamp};
use serde_json::{json, Value};

use super::{venue, Subject};
use crate::{
    arguments::PresentArguments, error::CliError, moment, output::Answer, record::Record, send::Offered,
    session::Session, words::trade,
};

/// A document that is brought.
struct Brought {
    place: u8,
    required: RequiredDocument,
    commitment: Hash,
    dated: Timestamp,
    signer: Address,
    signature: Vec<u8>,
}

/// `florin escrow present` and `florin escrow cure`.
pub(super) async fn present(
    session: &Session,
    arguments: &PresentArguments,
    is_cure: bool,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, arguments.escrow).await?;
    let me = session.settings.signer()?.account().to_address();
    // What is cured has to be there, and to be refused.
    let refused = if is_cure { Some(subject.presentation()?.0) } else { None };
    if is_cure && subject.status() != Status::Discrepant {
        let message = format!(
            "what was presented under credit {} is not refused; present anew with florin escrow present",
            arguments.escrow
        );
        return Err(CliError::CommandLine { message });
    }
    let milestone = arguments.milestone.or(refused.and_then(|refused| refused.milestone));
    let amount = match &arguments.amount {
        Some(text) => subject.parse(text)?,
        None => usual_amount(session, &subject, milestone, refused.map(|refused| refused.amount))?,
    };
    let (venue, file) = (venue(session, subject.contract).await?, subject.file());
    let brought = arguments.papers.iter().map(|text| bring(text, &subject, milestone, &venue, &file, me));
    let brought = brought.collect::<Result<Vec<Brought>, _>>()?;
    let on_approval = arguments.on_approval;

    let mut papers = Papers::default();
    let mut documents: Vec<Option<Document>> = vec![None; MAXIMUM_DOCUMENTS];
    for one in &brought {
        let place = usize::from(one.place);
        papers[place] = Some(Paper { commitment: one.commitment, dated: one.dated, signer: one.signer.0 });
        documents[place] = Some(Document {
            commitment: one.commitment,
            dated: one.dated.raw(),
            signer: one.signer,
            signature: one.signature.clone(),
        });
    }
    let agreement = subject.agreement();
    let presenting = Presenting {
        checklist: &agreement.checklist,
        calendar: &agreement.calendar,
        amount,
        milestone,
        papers: &papers,
        on_approval,
    };
    let (outcome, then) = subject.foresee(session, &Command::Present(&presenting), me)?;
    let found = outcome.view.presentation.map_or(Discrepancies::NONE, |next| next.discrepancies);
    let precluded = outcome.view.presentation.map_or(Discrepancies::NONE, |next| next.precluded);
    let until = match outcome.view.escrow.stage {
        Stage::Examining { until } => Some((until, "silence honours it from")),
        Stage::Discrepant { until } => Some((until, "refused for good from")),
        _ => None,
    };
    let named = |set| trade::discrepancies(set, |place| file.label(place));
    let mut preview = subject
        .preview()
        .amount("amount", "drawn", amount.raw(), &subject.unit)
        .value("milestone", "milestone", milestone.map_or("none".to_owned(), |it| it.to_string()), json!(milestone))
        .and(documents_of(&brought, &file, &subject));
    if let Some(refused) = refused {
        preview =
            preview.lines("named", "was named", &named(refused.discrepancies), json!(named(refused.discrepancies)));
    }
    preview = preview.lines("found", "found wrong", &named(found), json!(named(found))).lines(
        "precluded",
        "cannot be named",
        &named(precluded),
        json!(named(precluded)),
    );
    preview = match until {
        Some((until, label)) => preview.moment("until", label, until.raw()),
        None => preview.hidden("until", Value::Null),
    };
    if outcome.titles.iter().any(Option::is_some) {
        preview = preview.value("title", "with it", "the title to the goods goes into custody", json!(true));
    }
    let heading = if is_cure { "Cure what was refused" } else { "Present documents" };
    let message = escrow::present(arguments.escrow, amount, milestone, documents, on_approval);
    match subject.offer(session, &message, heading, preview.and(then)).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let number = subject.escrow().presentations.saturating_add(1);
            let result = subject.after(&sent.receipt, subject.terms())?;
            let result = result.number("presentation", "presentation", number.into());
            let result = match until {
                Some((until, label)) => result.moment("until", label, until.raw()),
                None => result.hidden("until", Value::Null),
            };
            Ok(sent.answer("Presented", &result))
        }
    }
}

/// What is drawn where nobody says: the milestone's amount, that of the refused documents, all that can be drawn.
fn usual_amount(
    session: &Session,
    subject: &Subject,
    milestone: Option<u8>,
    refused: Option<Amount>,
) -> Result<Amount, CliError> {
    let milestone = milestone.and_then(|number| subject.agreement().checklist.milestone(number));
    match milestone.map(|milestone| milestone.amount).or(refused) {
        Some(amount) => Ok(amount),
        None => subject.sum(session, subject.escrow().book.undrawn()),
    }
}

/// Reads `PLACE=FILE`: a paper that the issuer has signed; one's own document needs only its sheet.
fn bring(
    text: &str,
    subject: &Subject,
    milestone: Option<u8>,
    venue: &Venue,
    file: &TermsFile,
    me: Address,
) -> Result<Brought, CliError> {
    let (place, path) = split(text)?;
    let place = trade::place(place, file)?;
    let required = trade::required(file).into_iter().find(|(known, _)| *known == place);
    let required = required.map(|(_, required)| required).ok_or(PaperError::NotRequired { place })?;
    let path = Path::new(path);
    match SignedPaper::read(path) {
        Ok(paper) => {
            let found = paper.subject().document;
            if found != place {
                let told = |place: u8| format!("the document in place {place} ({})", file.label(place.into()));
                return Err(CliError::OtherFile { path: path.to_owned(), found: told(found), expected: told(place) });
            }
            paper.check(venue, subject.id(), subject.agreement(), subject.escrow(), milestone, subject.now)?;
            let of = paper.subject();
            Ok(Brought {
                place,
                required,
                commitment: of.commitment,
                dated: of.dated,
                signer: paper.signer().into(),
                signature: paper.signature().to_vec(),
            })
        }
        // Whoever sends the message signs by it.
        Err(PaperError::Malformed { .. }) if required.issuer == me.0 => Ok(Brought {
            place,
            required,
            commitment: document::Document::load(path)?.commitment(),
            dated: subject.now,
            signer: me,
            signature: Vec::new(),
        }),
        Err(error) => Err(error.into()),
    }
}

fn split(text: &str) -> Result<(&str, &str), CliError> {
    let parts = text.split_once('=').filter(|(place, path)| !place.trim().is_empty() && !path.is_empty());
    parts.ok_or_else(|| CliError::CommandLine {
        message: format!("{text:?} is no document; write PLACE=FILE, such as invoice=invoice.json"),
    })
}

/// The documents, a line each.
fn documents_of(brought: &[Brought], file: &TermsFile, subject: &Subject) -> Record {
    let mut sorted: Vec<&Brought> = brought.iter().collect();
    sorted.sort_by_key(|one| one.place);
    let line = |one: &&Brought| {
        let (label, by) = (file.label(one.place.into()), subject.names.short(&one.signer));
        format!("{} {label}, by {by}, dated {}", one.place, moment::format(one.dated.raw()))
    };
    let lines: Vec<String> = sorted.iter().map(line).collect();
    let list = sorted.iter().map(|one| {
        json!({
            "place": one.place,
            "name": file.label(one.place.into()),
            "kind": trade::kind(one.required.kind),
            "commitment": hash::format(&one.commitment),
            "dated": crate::record::moment_json(one.dated.raw()),
            "signer": format!("{:?}", one.signer),
        })
    });
    let list: Vec<Value> = list.collect();
    Record::new().lines("documents", "document", &lines, json!(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_brought_by_place() {
        assert_eq!(split("invoice=a=b.json").ok(), Some(("invoice", "a=b.json")));
        for text in ["", "invoice", "=file", "invoice="] {
            let error = split(text).expect_err("no document");
            assert_eq!(error.code(), "USAGE", "{text}");
            assert!(error.to_string().contains("PLACE=FILE"), "{error}");
        }
    }
}
