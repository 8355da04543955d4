//! A credit with all that commands need of it: its records, the unit of its asset, names, the time; and what comes of a
//! message.

use florin_bindings::{
    escrow::{self, Error},
    ContractEvent, Message,
};
use florin_client::{
    chain::{Address, Receipt},
    contract::decode_events,
    escrow::{domain, read, Picture},
};
use florin_trade::{
    decide,
    decision::{Screening, TitleMove},
    drawing::Acceptance,
    examination::{Presentation, PresentationId},
    ledger::{Delivery, Payout},
    right::TitleKey,
    state::{Escrow, Status},
    terms::{Agreement, Terms},
    Command, Context, EscrowError, EscrowId, Outcome,
};
use florin_trader::{
    amount, hash,
    signing::Venue,
    terms_file::TermsFile,
    timeline::{status_word, Recipient},
};
use florin_units::{Amount, MathError, Timestamp};
use parity_scale_codec::Decode;
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    commands::vault::event,
    erc20,
    error::CliError,
    moment,
    output::Answer,
    pay::{paying, Payment},
    record::{moment_json, Record},
    refusal::{Explain, Units},
    send::{self, Offered},
    session::Session,
    words::{self, Names},
};

/// Name of the escrow contract in the address book.
pub(crate) const ESCROW: &str = "escrow";

/// A credit that a command is about.
pub(crate) struct Subject {
    /// The contract.
    pub(crate) contract: Address,
    /// Its records.
    pub(crate) picture: Picture,
    /// What its asset is counted in.
    pub(crate) unit: Unit,
    /// Who is called how.
    pub(crate) names: Names,
    /// Time of the best block.
    pub(crate) now: Timestamp,
}

impl Subject {
    /// Reads a credit.
    ///
    /// # Errors
    /// There is none of this number; its asset does not answer; those of the chain.
    pub(crate) async fn load(session: &Session, id: EscrowId) -> Result<Self, CliError> {
        let contract = session.contract(ESCROW).await?;
        let picture = read(&session.client, contract, id).await?;
        let unknown = || Error::UnknownEscrow { escrow: id }.explain(&session.units(None));
        let picture = picture.ok_or_else(unknown)?;
        let asset = picture.agreement.terms.asset;
        let unit = erc20::unit(session, &Address::from(asset.token), asset.decimals).await?;
        let names = Names::new(session.book().ok().as_ref());
        Ok(Self { contract, picture, unit, names, now: session.now().await? })
    }

    /// Its number.
    pub(crate) fn id(&self) -> EscrowId {
        self.picture.id
    }

    /// The agreement that counts.
    pub(crate) fn agreement(&self) -> &Agreement {
        &self.picture.agreement
    }

    /// Its terms.
    pub(crate) fn terms(&self) -> &Terms {
        &self.picture.agreement.terms
    }

    /// The record.
    pub(crate) fn escrow(&self) -> &Escrow {
        &self.picture.escrow
    }

    /// Where it stands now.
    pub(crate) fn status(&self) -> Status {
        self.picture.status(self.now)
    }

    /// The terms as a file has them, documents called by what they are.
    pub(crate) fn file(&self) -> TermsFile {
        TermsFile::of(self.picture.agreement, Some(self.unit.symbol.clone()))
    }

    /// What its asset is counted in, as the crate of traders has it.
    pub(crate) fn trade_unit(&self) -> amount::Unit {
        amount::Unit::new(Some(&self.unit.symbol), self.unit.decimals)
    }

    /// Units of refusals.
    pub(crate) fn units(&self, session: &Session) -> Units {
        session.units(Some(self.unit.clone()))
    }

    /// Reads an amount of its asset.
    ///
    /// # Errors
    /// The text is no such amount.
    pub(crate) fn parse(&self, text: &str) -> Result<Amount, CliError> {
        Ok(Amount::from_raw(self.unit.parse(text)?))
    }

    /// A rule's refusal in the units of this credit.
    pub(crate) fn refused(&self, session: &Session, error: &EscrowError) -> CliError {
        error.explain(&self.units(session)).into()
    }

    /// A sum, which fits for every credit that there can be.
    ///
    /// # Errors
    /// Arithmetic.
    pub(crate) fn sum(&self, session: &Session, sum: Result<Amount, MathError>) -> Result<Amount, CliError> {
        sum.map_err(|error| self.refused(session, &EscrowError::Math(error)))
    }

    /// The presentation that is not decided, and how it is named.
    ///
    /// # Errors
    /// [`CliError::NoPresentation`].
    pub(crate) fn presentation(&self) -> Result<(Presentation, PresentationId), CliError> {
        let none = || CliError::NoPresentation { escrow: self.id(), status: status_word(self.status()) };
        let presentation = self.picture.presentation.ok_or_else(none)?;
        let id = PresentationId { number: self.escrow().presentations, amount: presentation.amount };
        Ok((presentation, id))
    }

    /// What every preview about a credit begins with.
    pub(crate) fn preview(&self) -> Record {
        let terms = self.terms();
        Record::new()
            .number("escrow", "credit", self.id())
            .text("status", "status", status_word(self.status()))
            .person("applicant", "applicant (buyer)", &terms.applicant.into(), &self.names)
            .person("beneficiary", "beneficiary (seller)", &terms.beneficiary.into(), &self.names)
            .asset("asset", "asset", &terms.asset.token.into(), &self.unit, &self.names)
    }

    /// What a message would do by the rules, sent by an account: where the credit stands then, who is paid what, what is
    /// accepted for later, and where titles go.
    /// The contract has the last word; it also looks at signatures, titles and money.
    ///
    /// # Errors
    /// The rule that is broken.
    pub(crate) fn foresee(
        &self,
        session: &Session,
        command: &Command<'_>,
        caller: Address,
    ) -> Result<(Outcome, Record), CliError> {
        let context = Context { caller: caller.0, now: self.now, screening: Screening::Clear };
        let outcome = decide(&self.picture.view(), command, &context).map_err(|error| self.refused(session, &error))?;
        let then = outcome.view.escrow.status(&outcome.view.terms, self.now);
        let payments: Vec<Paid> = outcome.payouts.iter().map(|payout| Paid::of(payout, &self.unit)).collect();
        let record = Record::new().text("then", "status then", status_word(then));
        let record = paid(record, "pays", &payments, &self.names)
            .and(accepts(outcome.acceptance, &self.unit))
            .and(titles(&outcome.titles, &self.names));
        Ok((outcome, record))
    }

    /// Tries, shows, confirms and sends a message about the credit.
    ///
    /// # Errors
    /// The contract's refusal; those of the chain.
    pub(crate) async fn offer<T: Decode>(
        &self,
        session: &Session,
        message: &Message<T, Error>,
        heading: &str,
        preview: Record,
    ) -> Result<Offered, CliError> {
        let signer = session.settings.signer()?;
        send::call(session, &signer, self.contract, 0, message, &self.units(session), heading, preview).await
    }

    /// The same for a message that takes an amount of the credit's asset in.
    ///
    /// # Errors
    /// The account holds less; those of [`Subject::offer`].
    pub(crate) async fn offer_paying<T: Decode>(
        &self,
        session: &Session,
        amount: Amount,
        message: &Message<T, Error>,
        heading: &str,
        preview: Record,
    ) -> Result<Offered, CliError> {
        let asset = Address::from(self.terms().asset.token);
        let payment = Payment { asset, amount, unit: self.unit.clone() };
        paying(session, (ESCROW, self.contract), payment, message, lacks_allowance, heading, preview).await
    }

    /// The answer of a command that moved the credit: where it stands now, what it holds, who was paid, where titles
    /// went, and what to do about those that could not be delivered.
    ///
    /// # Errors
    /// The transaction does not tell.
    pub(crate) fn moved(&self, offered: Offered, heading: &str) -> Result<Answer, CliError> {
        match offered {
            Offered::Shown(answer) => Ok(answer),
            Offered::Sent(sent) => Ok(sent.answer(heading, &self.after(&sent.receipt, self.terms())?)),
        }
    }

    /// The credit as a transaction left it, by these terms.
    ///
    /// # Errors
    /// The transaction does not tell.
    pub(crate) fn after(&self, receipt: &Receipt, terms: &Terms) -> Result<Record, CliError> {
        let told: escrow::EscrowMoved = event(receipt, self.contract)?;
        let at = Timestamp::from_milliseconds(receipt.block.timestamp_ms);
        let record = Record::new()
            .number("escrow", "credit", told.escrow)
            .text("status", "status", status_word(told.record.status(terms, at)))
            .and(money(&told.record, &self.unit));
        let asset = Address::from(terms.asset.token);
        let record = paid(record, "paid_to", &payments(receipt, self.contract, &asset, &self.unit)?, &self.names);
        let accepted = events::<escrow::AcceptanceChanged>(receipt, self.contract)?.into_iter().next_back();
        let accepted = accepted.map(|told| (told.number, told.acceptance));
        let moved = events::<escrow::TitleMoved>(receipt, self.contract)?;
        Ok(record.and(accepts(accepted, &self.unit)).and(titles_moved(&moved, &self.names)))
    }
}

/// Whether the contract refuses because it has not been allowed enough.
pub(crate) fn lacks_allowance(error: &Error) -> bool {
    matches!(error, Error::TransferRefused { .. })
}

/// Where signatures about credits count.
///
/// # Errors
/// Those of the chain.
pub(crate) async fn venue(session: &Session, contract: Address) -> Result<Venue, CliError> {
    let domain = domain(&session.client, contract).await?;
    Ok(Venue { chain_id: domain.chain_id, contract: domain.contract })
}

/// The money of a credit, pot by pot.
pub(crate) fn money(escrow: &Escrow, unit: &Unit) -> Record {
    let book = &escrow.book;
    Record::new()
        .amount("available", "can be drawn", book.available.raw(), unit)
        .amount("presented", "presented", book.presented.raw(), unit)
        .amount("accepted", "accepted, to mature", book.accepted.raw(), unit)
        .amount("retained", "held back", book.retained.raw(), unit)
        .amount("bonds", "bonds", book.bonds.raw(), unit)
        .amount("reserve", "applicant's reserve for disputes", book.reserve.raw(), unit)
        .amount("drawn", "drawn so far", escrow.drawn.raw(), unit)
        .amount("paid", "paid out so far", book.paid.raw(), unit)
        .amount("claimable", "became claims", book.claimable.raw(), unit)
        .hidden("funded", unit.json(book.funded.raw()))
        .hidden("fees", unit.json(book.fees.raw()))
        .hidden("dust", unit.json(book.dust.raw()))
}

/// A payment, in words.
pub(crate) struct Paid {
    /// None where it is whoever sends a message.
    to: Option<Address>,
    amount: String,
    json: Value,
    purpose: String,
    is_claim: bool,
}

impl Paid {
    /// What the rules pay.
    pub(crate) fn of(payout: &Payout, unit: &Unit) -> Self {
        Self {
            to: Some(payout.account.into()),
            amount: unit.short(payout.amount.raw()),
            json: unit.json(payout.amount.raw()),
            purpose: words::name(&payout.purpose),
            is_claim: payout.delivery == Delivery::Accumulate,
        }
    }

    /// All that somebody gets in the end, whatever for.
    pub(crate) fn in_all(to: &Recipient, amount: Amount, unit: &Unit) -> Self {
        let to = match to {
            Recipient::Account(account) => Some((*account).into()),
            Recipient::Sender => None,
        };
        let purpose = if to.is_some() { "in all" } else { "tips of whoever settles" };
        Self {
            to,
            amount: unit.short(amount.raw()),
            json: unit.json(amount.raw()),
            purpose: purpose.to_owned(),
            is_claim: false,
        }
    }
}

/// Payments that a transaction tells of. Those in another asset than the credit's are told in raw units.
///
/// # Errors
/// An event cannot be read.
pub(crate) fn payments(
    receipt: &Receipt,
    contract: Address,
    asset: &Address,
    unit: &Unit,
) -> Result<Vec<Paid>, CliError> {
    let other = Unit::new("raw units of another asset", 0);
    let told = events::<escrow::Paid>(receipt, contract)?;
    Ok(told
        .into_iter()
        .map(|told| {
            let unit = if told.asset == *asset { unit } else { &other };
            Paid {
                to: Some(told.account),
                amount: unit.short(told.amount.raw()),
                json: unit.json(told.amount.raw()),
                purpose: words::name(&told.purpose),
                is_claim: !told.delivered,
            }
        })
        .collect())
}

/// Facts with a line for each payment.
pub(crate) fn paid(record: Record, key: &'static str, payments: &[Paid], names: &Names) -> Record {
    paid_as(record, key, "pays", payments, names)
}

/// The same with another label.
pub(crate) fn paid_as(
    record: Record,
    key: &'static str,
    label: &'static str,
    payments: &[Paid],
    names: &Names,
) -> Record {
    let line = |paid: &Paid| {
        let claim = if paid.is_claim { ", to be claimed" } else { "" };
        let to = paid.to.map_or_else(|| "whoever sends the message".to_owned(), |to| names.short(&to));
        format!("{} to {to} ({}{claim})", paid.amount, paid.purpose)
    };
    let lines: Vec<String> = payments.iter().map(line).collect();
    let list = payments.iter().map(|paid| {
        json!({
            "to": paid.to.map(|to| format!("{to:?}")),
            "amount": paid.json,
            "purpose": paid.purpose,
            "claim": paid.is_claim,
        })
    });
    let list: Vec<Value> = list.collect();
    record.lines(key, label, &lines, json!(list))
}

/// A drawing that was accepted, and is paid when it matures; nothing where none is new.
fn accepts(acceptance: Option<(u8, Acceptance)>, unit: &Unit) -> Record {
    let new = acceptance.filter(|(_, acceptance)| !acceptance.paid);
    let Some((number, Acceptance { amount, maturity, .. })) = new else {
        return Record::new().hidden("accepts", Value::Null);
    };
    let (raw, matures) = (amount.raw(), maturity.raw());
    let text = format!("{}, paid at {} (acceptance {number})", unit.short(raw), moment::format(matures));
    let json = json!({ "number": number, "amount": unit.json(raw), "maturity": moment_json(matures) });
    Record::new().value("accepts", "accepted", text, json)
}

/// A title, as people call it.
fn title(key: &TitleKey, names: &Names) -> String {
    format!("the title to {}, issued by {}", hash::format(&key.document), names.short(&key.issuer.into()))
}

fn title_json(key: &TitleKey, to: Option<Address>, is_done: bool) -> Value {
    json!({
        "document": hash::format(&key.document),
        "issuer": hash::format(&key.issuer),
        "to": to.map(|to| format!("{to:?}")),
        "done": is_done,
    })
}

/// Where titles would go, a line each; into custody where `to` is null.
fn titles(moves: &[Option<TitleMove>], names: &Names) -> Record {
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for one in moves.iter().flatten() {
        match one {
            TitleMove::Take(key) => {
                lines.push(format!("{} goes into custody", title(key, names)));
                list.push(title_json(key, None, true));
            }
            TitleMove::Deliver(key, to) => {
                let to = Address::from(*to);
                lines.push(format!("{} goes to {}", title(key, names), names.show(&to)));
                list.push(title_json(key, Some(to), true));
            }
        }
    }
    Record::new().lines("titles", "title", &lines, json!(list))
}

/// Where titles have gone. Money does not wait for a registry, so who is to get a title that was not delivered is told
/// how to have that tried again.
fn titles_moved(moved: &[escrow::TitleMoved], names: &Names) -> Record {
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for told in moved {
        let key = TitleKey { issuer: told.issuer.0, document: told.document };
        let shown = title(&key, names);
        lines.push(match (told.to, told.done) {
            (None, _) => format!("{shown}, is in custody"),
            (Some(to), true) => format!("{shown}, has gone to {}", names.show(&to)),
            (Some(to), false) => format!(
                "{shown}, waits for {}: its registry has not delivered it. Try again: florin escrow deliver-title {} {} \
                 --issuer {:?}",
                names.show(&to),
                told.escrow,
                hash::format(&told.document),
                told.issuer
            ),
        });
        list.push(title_json(&key, told.to, told.done));
    }
    Record::new().lines("titles", "title", &lines, json!(list))
}

/// All events of a kind in a transaction.
///
/// # Errors
/// An event cannot be read.
pub(crate) fn events<E: ContractEvent>(receipt: &Receipt, contract: Address) -> Result<Vec<E>, CliError> {
    decode_events::<E>(receipt, contract)
        .map_err(|error| CliError::Bindings { cause: format!("cannot read the event {}: {error}", E::LABEL) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: TitleKey = TitleKey { issuer: [3; 20], document: [0xab; 32] };

    #[test]
    fn titles_are_told_with_where_they_go() {
        let names = Names::new(None);
        let moves = [Some(TitleMove::Deliver(KEY, [1; 20])), Some(TitleMove::Take(KEY))];
        let record = titles(&moves, &names);
        let text = record.to_text();
        assert!(text.contains(&format!("goes to {:?}", Address::repeat_byte(1))), "{text}");
        assert!(text.contains("issued by 0x0303") && text.contains("goes into custody"), "{text}");
        let json = record.to_json();
        assert_eq!((&json["titles"][0]["done"], &json["titles"][1]["to"]), (&json!(true), &Value::Null));
        assert_eq!(titles(&[None, None], &names).to_text(), "");
    }

    #[test]
    fn a_title_that_waits_is_told_with_what_to_do() {
        let (names, issuer) = (Names::new(None), Address::repeat_byte(3));
        let told = |to: Option<Address>, done| escrow::TitleMoved { escrow: 7, issuer, document: [0xab; 32], to, done };
        let to = Some(Address::repeat_byte(1));
        let record = titles_moved(&[told(None, true), told(to, true), told(to, false)], &names);
        let (text, json) = (record.to_text(), record.to_json());
        assert!(text.contains("is in custody") && text.contains("has gone to 0x0101"), "{text}");
        let next = format!("florin escrow deliver-title 7 0x{} --issuer {issuer:?}", "ab".repeat(32));
        assert!(text.contains(&next), "{text}");
        assert_eq!(json["titles"][2]["done"], json!(false));
    }

    #[test]
    fn what_is_accepted_is_told_with_its_maturity() {
        let unit = Unit::coin();
        let one = Acceptance {
            amount: Amount::from_raw(1_000_000_000_000_000_000),
            maturity: Timestamp::from_raw(60),
            paid: false,
        };
        let record = accepts(Some((2, one)), &unit);
        assert!(record.to_text().contains("1 FLRN, paid at 1970-01-01T00:01:00Z (acceptance 2)"), "{record:?}");
        assert_eq!(record.to_json()["accepts"]["number"], json!(2));
        for none in [None, Some((2, Acceptance { paid: true, ..one }))] {
            assert_eq!(accepts(none, &unit).to_json(), json!({ "accepts": null }));
        }
    }

    #[test]
    fn payments_are_told_with_what_they_are_for() {
        let unit = Unit::coin();
        let raw = 1_500_000_000_000_000_000;
        let one = |is_claim| Paid {
            to: Some(Address::repeat_byte(1)),
            amount: unit.short(raw),
            json: unit.json(raw),
            purpose: "proceeds".to_owned(),
            is_claim,
        };
        let record = paid(Record::new(), "pays", &[one(false), one(true)], &Names::new(None));
        let text = record.to_text();
        assert!(text.contains("1.5 FLRN to 0x0101") && text.contains("(proceeds, to be claimed)"), "{text}");
        let json = record.to_json();
        assert_eq!(json["pays"][0]["amount"]["human"], json!("1.5 FLRN"));
        assert_eq!((&json["pays"][0]["claim"], &json["pays"][1]["claim"]), (&json!(false), &json!(true)));
    }
}
