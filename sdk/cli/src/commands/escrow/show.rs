//! `florin escrow show` and `list`.

use florin_bindings::escrow;
use florin_client::chain::Address;
use florin_trade::{
    drawing::Acceptance,
    right::Receivable,
    state::{Escrow, Status},
    terms::{Agreement, MAXIMUM_MILESTONES},
    EscrowId,
};
use florin_trader::{
    hash,
    terms_file::TermsFile,
    timeline::{
        message_word, role_word, status_word, Act, Entry, Event, Payment, Recipient, Records, Style, Timeline, STATUSES,
    },
};
use florin_units::{Amount, Timestamp};
use serde_json::{json, Map, Value};

use super::{
    dispute::{disputed, windows},
    due::conditions,
    examine::examined,
    proceeds::shares,
    subject::money,
    terms::agreed,
    Subject, ESCROW,
};
use crate::{
    amount::Unit,
    erc20,
    error::CliError,
    moment,
    output::Answer,
    record::{list as json_list, moment_json, table, Record},
    refusal::code_of,
    session::Session,
    words::{
        self,
        trade::{self, Aliases},
        Names,
    },
};

/// Columns of a time line.
const WIDTH: usize = 100;

/// `florin escrow show`.
pub(super) async fn show(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let asset = Address::from(subject.terms().asset.token);
    // Whose claim, where it is known without asking for a secret.
    let me = session.settings.known_account().map(|account| account.to_address());
    let claim = match me {
        Some(me) => {
            let screening = subject.terms().compliance.map_or_else(Address::zero, Address::from);
            let claim = escrow::claim_of(asset, screening, me);
            Some(session.client.read(subject.contract, &claim).await?.amount)
        }
        None => None,
    };
    let picture = &subject.picture;
    let records = Records {
        id,
        agreement: &picture.agreement,
        escrow: &picture.escrow,
        presentation: picture.presentation.as_ref(),
        dispute: picture.dispute.as_ref(),
        acceptances: &picture.acceptances,
        receivable: &picture.receivable,
    };
    let timeline = Timeline::new(&records, subject.now)?;
    let style = Style { width: WIDTH, unicode: true, offset_minutes: subject.agreement().calendar.offset_minutes };
    let drawing = timeline.draw(&style, &subject.trade_unit(), &Aliases::new(session)).join("\n");

    let (unit, names) = (&subject.unit, &subject.names);
    let facts = Record::new()
        .number("escrow", "credit", id)
        .text("status", "status", status_word(timeline.status))
        .and(agreed(subject.agreement(), unit, names))
        .and(checklist(&subject))
        .lines("conditions", "condition", &conditions(&subject), json!(conditions(&subject)))
        .and(money(subject.escrow(), unit))
        .and(held_back(&subject))
        .optional_amount("your_claim", "your claim in the asset", claim.map(Amount::raw), unit, "nobody acts")
        .and(shares(&picture.receivable, &subject))
        .and(acceptances(&picture.acceptances, unit));
    let presented = picture.presentation.map(|_| examined(&subject)).transpose()?;
    let contested = picture.dispute.map(|it| disputed(&it, unit, names).and(windows(&subject.escrow().stage)));
    let title = subject.escrow().title.map(
        |key| json!({ "issuer": format!("{:?}", Address::from(key.issuer)), "document": hash::format(&key.document) }),
    );

    let mut data = facts.to_json();
    if let Some(data) = data.as_object_mut() {
        data.insert("presentation".to_owned(), presented.as_ref().map_or(Value::Null, Record::to_json));
        data.insert("dispute".to_owned(), contested.as_ref().map_or(Value::Null, Record::to_json));
        data.insert("title".to_owned(), title.unwrap_or(Value::Null));
        data.insert("timeline".to_owned(), told(&timeline, unit));
    }
    let mut text = facts.to_text();
    for (heading, record) in [("Presented", &presented), ("In dispute", &contested)] {
        if let Some(record) = record {
            text.push_str(&format!("\n{heading}\n{}", record.to_text()));
        }
    }
    text.push_str(&format!("\n{drawing}\n"));
    Ok(Answer::new(data, text))
}

/// Until when something is held back, where it is.
fn held_back(subject: &Subject) -> Record {
    if subject.escrow().book.retained.is_zero() {
        return Record::new().hidden("retained_until", Value::Null);
    }
    let until = subject.escrow().retained_until(subject.terms());
    Record::new().moment("retained_until", "held back until", until.raw())
}

/// Documents and milestones that the terms ask for.
fn checklist(subject: &Subject) -> Record {
    let file = subject.file();
    let documents = trade::required(&file);
    let lines: Vec<String> = documents
        .iter()
        .map(|(place, document)| {
            let issuer = subject.names.short(&document.issuer.into());
            format!("{place} {}, by {issuer}", file.label((*place).into()))
        })
        .collect();
    let list: Vec<Value> = documents
        .iter()
        .map(|(place, document)| {
            json!({
                "place": place,
                "name": file.label((*place).into()),
                "kind": trade::kind(document.kind),
                "issuer": hash::format(&document.issuer),
            })
        })
        .collect();
    Record::new().lines("required", "document", &lines, json!(list)).and(milestones(subject, &file))
}

fn milestones(subject: &Subject, file: &TermsFile) -> Record {
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for place in 0..MAXIMUM_MILESTONES {
        let number = u8::try_from(place).unwrap_or(u8::MAX);
        let Some(milestone) = subject.agreement().checklist.milestone(number) else { continue };
        let is_paid = subject.escrow().milestones & (1u8 << number) != 0;
        let amount = milestone.amount.raw();
        let paid = if is_paid { ", paid" } else { "" };
        lines.push(format!("{number} {}{paid}", subject.unit.short(amount)));
        list.push(json!({
            "number": number,
            "name": file.milestone_label(place),
            "amount": subject.unit.json(amount),
            "documents": (0u8..8).filter(|document| milestone.documents & (1u8 << document) != 0).collect::<Vec<_>>(),
            "paid": is_paid,
        }));
    }
    Record::new().lines("milestones", "milestone", &lines, json!(list))
}

fn acceptances(acceptances: &[Acceptance], unit: &Unit) -> Record {
    let line = |(number, one): (usize, &Acceptance)| {
        let state = if one.paid { "paid" } else { "matures" };
        format!("{number} {}, {state} {}", unit.short(one.amount.raw()), moment::format(one.maturity.raw()))
    };
    let lines: Vec<String> = acceptances.iter().enumerate().map(line).collect();
    let list = acceptances.iter().enumerate().map(|(number, one)| {
        json!({
            "number": number,
            "amount": unit.json(one.amount.raw()),
            "maturity": moment_json(one.maturity.raw()),
            "paid": one.paid,
        })
    });
    let list: Vec<Value> = list.collect();
    Record::new().lines("acceptances", "acceptance", &lines, json!(list))
}

/// A time line for programs.
fn told(timeline: &Timeline, unit: &Unit) -> Value {
    let entries: Vec<Value> = timeline.entries.iter().map(|entry| told_entry(entry, unit)).collect();
    let totals: Vec<Value> = timeline
        .totals()
        .into_iter()
        .map(|(to, amount)| json!({ "to": recipient(&to), "amount": unit.json(amount.raw()) }))
        .collect();
    json!({
        "now": moment_json(timeline.now.raw()),
        "status": status_word(timeline.status),
        "acts": told_acts(&timeline.acts, unit),
        "entries": entries,
        "next": timeline.next,
        "if_silent": totals,
        "held": unit.json(timeline.held.raw()),
        "left": unit.json(timeline.left.raw()),
        "t_max": moment_json(timeline.t_max.raw()),
    })
}

fn told_acts(acts: &[Act], unit: &Unit) -> Vec<Value> {
    let act = |act: &Act| {
        json!({
            "by": role_word(act.by),
            "message": message_word(act.message),
            "pays_in": unit.json(act.pays.raw()),
        })
    };
    acts.iter().map(act).collect()
}

fn told_entry(entry: &Entry, unit: &Unit) -> Value {
    let payments: Vec<Value> = entry.payments.iter().map(|payment| told_payment(payment, unit)).collect();
    json!({
        "moment": moment_json(entry.moment.raw()),
        "event": code_of(&entry.event).to_lowercase(),
        "of": particulars(&entry.event),
        "until_then": told_acts(&entry.until_then, unit),
        "payments": payments,
        "title_to": entry.title_to.map(|to| hash::format(&to)),
    })
}

/// What an event is about.
fn particulars(event: &Event) -> Value {
    match event {
        Event::Moves { from, to } => json!({ "from": status_word(*from), "to": status_word(*to) }),
        Event::Settled { status } => json!({ "status": status_word(*status) }),
        Event::Matured { number } => json!({ "number": number }),
        _ => Value::Object(Map::new()),
    }
}

fn told_payment(payment: &Payment, unit: &Unit) -> Value {
    json!({
        "to": recipient(&payment.to),
        "amount": unit.json(payment.amount.raw()),
        "purpose": words::name(&payment.purpose),
        "delivery": words::name(&payment.delivery),
    })
}

fn recipient(to: &Recipient) -> Value {
    match to {
        Recipient::Account(account) => json!(hash::format(account)),
        // Whoever sends the message.
        Recipient::Sender => Value::Null,
    }
}

/// `florin escrow list`.
pub(super) async fn list(
    session: &Session,
    mine: bool,
    status: Option<&str>,
    from: u64,
    count: u64,
) -> Result<Answer, CliError> {
    let wanted = status.map(parse_status).transpose()?;
    let me = if mine { Some(session.settings.signer()?.account().to_address()) } else { None };
    let contract = session.contract(ESCROW).await?;
    let (names, now) = (Names::new(session.book().ok().as_ref()), session.now().await?);
    let total = session.client.read(contract, &escrow::count()).await?;
    let mut units: Vec<(Address, Unit)> = Vec::new();
    let mut rows = Vec::new();
    for id in from..total {
        if rows.len() as u64 >= count {
            break;
        }
        let Some(record) = session.client.read(contract, &escrow::escrow(id)).await? else { continue };
        let Some(agreement) = session.client.read(contract, &escrow::agreement(id)).await? else { continue };
        let stands = record.status(&agreement.terms, now);
        if wanted.is_some_and(|wanted| wanted != stands) {
            continue;
        }
        if let Some(me) = &me {
            if !has_part(session, contract, id, &agreement, me).await? {
                continue;
            }
        }
        let asset = Address::from(agreement.terms.asset.token);
        let known = units.iter().find(|(known, _)| *known == asset).map(|(_, unit)| unit.clone());
        let unit = match known {
            Some(unit) => unit,
            None => {
                let unit = erc20::unit(session, &asset, agreement.terms.asset.decimals).await?;
                units.push((asset, unit.clone()));
                unit
            }
        };
        rows.push(row(id, &record, &agreement, &unit, &names, now));
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "no credits")))
}

fn row(id: EscrowId, record: &Escrow, agreement: &Agreement, unit: &Unit, names: &Names, now: Timestamp) -> Record {
    let terms = &agreement.terms;
    let party = |account: &[u8; 20]| (names.short(&(*account).into()), json!(hash::format(account)));
    let (applicant, beneficiary) = (party(&terms.applicant), party(&terms.beneficiary));
    let held = record.book.held().unwrap_or(Amount::MAX);
    Record::new()
        .number("escrow", "credit", id)
        .text("status", "status", status_word(record.status(terms, now)))
        .value("applicant", "applicant", applicant.0, applicant.1)
        .value("beneficiary", "beneficiary", beneficiary.0, beneficiary.1)
        .amount("amount", "amount", terms.amount.raw(), unit)
        .amount("drawn", "drawn", record.drawn.raw(), unit)
        .amount("held", "held", held.raw(), unit)
        .moment("expiry", "expires", terms.expiry.raw())
        .hidden("agreement", json!(hash::format(&record.agreement)))
        .hidden("t_max", moment_json(record.t_max(terms, &agreement.dispute).raw()))
}

/// Whether an account has a part in a credit: it is named in the agreement, or is paid a part of the proceeds.
///
/// # Errors
/// Those of the chain.
async fn has_part(
    session: &Session,
    contract: Address,
    id: EscrowId,
    agreement: &Agreement,
    account: &Address,
) -> Result<bool, CliError> {
    if is_named(agreement, account) {
        return Ok(true);
    }
    let receivable = session.client.read(contract, &escrow::receivable(id)).await?;
    Ok(holds(&receivable, account))
}

/// Whether an account is named in an agreement: as a party, confirmer, issuer or fallback, or as somebody whose
/// signature its conditions ask for.
fn is_named(agreement: &Agreement, account: &Address) -> bool {
    let parties = agreement.terms.signatories().into_iter().flatten();
    let issuers = agreement.checklist.documents.iter().flatten().map(|document| document.issuer);
    let signers = agreement.conditions.signers(&agreement.checklist);
    parties.chain(issuers).chain(signers).chain([agreement.dispute.fallback]).any(|named| named == account.0)
}

/// Whether an account is paid a part of the proceeds.
fn holds(receivable: &Receivable, account: &Address) -> bool {
    receivable.shares.iter().flatten().any(|share| share.holder == account.0)
}

fn parse_status(text: &str) -> Result<Status, CliError> {
    let found = STATUSES.iter().find(|status| status_word(**status).eq_ignore_ascii_case(text.trim()));
    found.copied().ok_or_else(|| CliError::CommandLine {
        message: format!(
            "{text:?} is no status; there are: {}",
            STATUSES.iter().map(|status| status_word(*status)).collect::<Vec<_>>().join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use florin_units::Bps;

    use super::*;

    #[test]
    fn statuses_are_read() {
        assert_eq!(parse_status("examining").ok(), Some(Status::Examining));
        assert_eq!(parse_status(" Funded ").ok(), Some(Status::Funded));
        let error = parse_status("open").expect_err("no status");
        assert!(error.to_string().contains("draft, signed, funded"), "{error}");
    }

    #[test]
    fn a_financier_has_a_part() {
        let (beneficiary, financier, stranger) = ([1; 20], [2; 20], Address::repeat_byte(3));
        let receivable = Receivable::default();
        let assigned = receivable.assign(&beneficiary, financier, Bps::from_raw(4_000), &beneficiary).expect("a part");
        assert!(holds(&assigned, &financier.into()) && !holds(&assigned, &stranger));
        assert!(!holds(&receivable, &financier.into()));
    }

    #[test]
    fn events_have_names_and_particulars() {
        let moves = Event::Moves { from: Status::Examining, to: Status::Complying };
        assert_eq!(code_of(&moves).to_lowercase(), "moves");
        assert_eq!(particulars(&moves), json!({ "from": "examining", "to": "complying" }));
        assert_eq!(code_of(&Event::LatestShipment).to_lowercase(), "latest_shipment");
        assert_eq!(particulars(&Event::AllOut), json!({}));
        assert_eq!(recipient(&Recipient::Sender), Value::Null);
    }

    #[test]
    fn acceptances_say_when_they_mature() {
        let unit = Unit::coin();
        let one = Acceptance {
            amount: Amount::from_raw(1_000_000_000_000_000_000),
            maturity: Timestamp::from_raw(60),
            paid: false,
        };
        let record = acceptances(&[one, Acceptance { paid: true, ..one }], &unit);
        assert!(record.to_text().contains("0 1 FLRN, matures 1970-01-01T00:01:00Z"), "{}", record.to_text());
        assert_eq!(record.to_json()["acceptances"][1]["paid"], json!(true));
    }
}
