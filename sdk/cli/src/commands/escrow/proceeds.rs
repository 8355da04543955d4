//! `florin escrow assign`, `pass-on`, `order` and `quote`: who gets the proceeds, and in which asset.

use florin_bindings::{
    escrow::{self, Error},
    Message,
};
use florin_client::chain::Address;
use florin_trade::{
    right::{Receivable, RightError},
    swap::{exchange, Order, Quote},
    EscrowError, EscrowId,
};
use florin_trader::amount::parse_share;
use florin_units::{Amount, Seconds, Timestamp};
use serde_json::{json, Value};

use super::{lacks_allowance, Subject, ESCROW};
use crate::{
    amount::{percent, Unit},
    arguments::{OrderArguments, QuoteArguments},
    commands::vault::event,
    erc20,
    error::CliError,
    moment,
    output::Answer,
    pay::{paying, Payment},
    record::Record,
    refusal::Explain,
    send::{self, Offered},
    session::Session,
    words::Names,
};

/// `florin escrow assign`.
pub(super) async fn assign(session: &Session, id: EscrowId, to: &str, share: &str) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let (to, part) = (session.party(to)?.address, parse_share(share)?);
    check_holder(session, &subject, to)?;
    let me = session.settings.signer()?.account().to_address();
    let assigned = subject.picture.receivable.assign(&subject.terms().beneficiary, to.0, part, &me.0);
    let preview = subject
        .preview()
        .person("to", "to", &to, &subject.names)
        .ratio("share", "of each payment to come", part.raw())
        .and(next(session, &subject, assigned)?);
    let offered = subject.offer(session, &escrow::assign(id, to, part), "Assign proceeds for good", preview).await?;
    changed(&subject, offered, "Assigned")
}

/// Errors: the account attests what is paid for.
fn check_holder(session: &Session, subject: &Subject, to: Address) -> Result<(), CliError> {
    let checked = subject.agreement().checklist.check_holder(&to.0);
    checked.map_err(|error| subject.refused(session, &error))
}

/// `florin escrow pass-on`.
pub(super) async fn pass_on(session: &Session, id: EscrowId, place: u8, to: &str) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let to = session.party(to)?.address;
    check_holder(session, &subject, to)?;
    let me = session.settings.signer()?.account().to_address();
    let passed = subject.picture.receivable.pass_on(place, to.0, &me.0);
    let preview = subject
        .preview()
        .number("place", "part", place.into())
        .person("to", "to", &to, &subject.names)
        .and(next(session, &subject, passed)?);
    let offered = subject.offer(session, &escrow::pass_on(id, place, to), "Pass proceeds on", preview).await?;
    changed(&subject, offered, "Passed on")
}

/// Who gets the proceeds after a change.
fn next(session: &Session, subject: &Subject, next: Result<Receivable, RightError>) -> Result<Record, CliError> {
    let next = next.map_err(|error| subject.refused(session, &EscrowError::Right(error)))?;
    Ok(shares(&next, subject))
}

/// Who gets the proceeds.
pub(super) fn shares(receivable: &Receivable, subject: &Subject) -> Record {
    let rows = receivable.shares.iter().enumerate().filter_map(|(place, share)| Some((place, (*share)?)));
    let rows: Vec<(String, Value)> = rows
        .map(|(place, share)| {
            let text =
                format!("{place} {} to {}", percent(share.part.raw()), subject.names.short(&share.holder.into()));
            let json = json!({
                "place": place,
                "holder": format!("{:?}", Address::from(share.holder)),
                "bps": share.part.raw(),
            });
            (text, json)
        })
        .collect();
    let lines: Vec<String> = rows.iter().map(|(line, _)| line.clone()).collect();
    let list: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    let unassigned = receivable.unassigned().map_or(0, |left| left.raw());
    Record::new().lines("shares", "part", &lines, json!(list)).ratio("unassigned", "to the beneficiary", unassigned)
}

fn changed(subject: &Subject, offered: Offered, heading: &str) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: escrow::ReceivableChanged = event(&sent.receipt, subject.contract)?;
            let result = Record::new().number("escrow", "credit", told.escrow).and(shares(&told.receivable, subject));
            Ok(sent.answer(heading, &result))
        }
    }
}

/// A quote with the units of both its assets.
struct Quoted {
    contract: Address,
    number: u64,
    quote: Quote,
    /// What the dealer takes.
    sells: Unit,
    /// What the dealer gives.
    buys: Unit,
    names: Names,
    now: Timestamp,
}

impl Quoted {
    async fn load(session: &Session, number: u64) -> Result<Self, CliError> {
        let contract = session.contract(ESCROW).await?;
        let quote = session.client.read(contract, &escrow::quote_of(number)).await?;
        let unknown = || Error::UnknownQuote { quote: number }.explain(&session.units(None));
        let quote = quote.ok_or_else(unknown)?;
        let sells = erc20::asset(session, &quote.sell_asset.into()).await?;
        let buys = erc20::asset(session, &quote.buy_asset.into()).await?;
        let names = Names::new(session.book().ok().as_ref());
        Ok(Self { contract, number, quote, sells, buys, names, now: session.now().await? })
    }

    fn facts(&self) -> Record {
        told(self.number, &self.quote, (&self.sells, &self.buys), &self.names).flag(
            "holds",
            "holds",
            self.now < self.quote.expires,
        )
    }
}

/// A quote in words.
fn told(number: u64, quote: &Quote, (sells, buys): (&Unit, &Unit), names: &Names) -> Record {
    Record::new()
        .number("quote", "quote", number)
        .person("dealer", "dealer", &quote.dealer.into(), names)
        .amount("gives", "still gives", quote.out.raw(), buys)
        .amount("takes", "for", quote.sell.raw(), sells)
        .moment("expires", "until", quote.expires.raw())
        .asset("gives_asset", "asset given", &quote.buy_asset.into(), buys, names)
        .asset("takes_asset", "asset taken", &quote.sell_asset.into(), sells, names)
}

/// `florin escrow show-quote`.
pub(super) async fn show_quote(session: &Session, number: u64) -> Result<Answer, CliError> {
    Ok(Answer::facts(&Quoted::load(session, number).await?.facts()))
}

/// `florin escrow order`.
pub(super) async fn order(session: &Session, arguments: &OrderArguments) -> Result<Answer, CliError> {
    let id = arguments.escrow;
    let subject = Subject::load(session, id).await?;
    let quoted = Quoted::load(session, arguments.quote).await?;
    let sell = subject.parse(&arguments.sell)?;
    let minimum = Amount::from_raw(quoted.buys.parse(&arguments.minimum)?);
    let expires = subject.now.after(Seconds::from_raw(moment::parse_span(&arguments.valid_for)?));
    let Quote { sell_asset, buy_asset, .. } = quoted.quote;
    let owner = session.settings.signer()?.account().to_address().0;
    let order = Order { owner, sell_asset, buy_asset, sell, minimum_out: minimum, expires };
    // An order that the quote does not meet is no mistake for the contract.
    let gives = exchange(&order, &quoted.quote, sell, subject.now).ok().map(|done| done.to_owner.amount.raw());
    let none = "nothing: proceeds would be paid as they are";
    let preview = subject
        .preview()
        .and(quoted.facts())
        .amount("sell", "you sell", sell.raw(), &subject.unit)
        .amount("minimum", "for at least", minimum.raw(), &quoted.buys)
        .optional_amount("gives_now", "now it gives for that", gives, &quoted.buys, none)
        .moment("order_expires", "your order holds until", expires.raw());
    let message = escrow::place_order(id, arguments.quote, sell, minimum, expires.raw());
    let offered = subject.offer(session, &message, "Have proceeds exchanged", preview).await?;
    ordered(&subject, offered, "Ordered")
}

/// `florin escrow cancel-order`.
pub(super) async fn cancel_order(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let preview = subject.preview().text("proceeds", "proceeds", "are paid as they are again");
    let offered = subject.offer(session, &escrow::cancel_order(id), "Cancel an order", preview).await?;
    ordered(&subject, offered, "Cancelled")
}

fn ordered(subject: &Subject, offered: Offered, heading: &str) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: escrow::OrderChanged = event(&sent.receipt, subject.contract)?;
            let result = Record::new().number("escrow", "credit", told.escrow).person(
                "owner",
                "owner",
                &told.owner,
                &subject.names,
            );
            let quote = told.order.map(|placed| placed.quote);
            let shown = quote.map_or("none".to_owned(), |quote| quote.to_string());
            Ok(sent.answer(heading, &result.value("quote", "by quote", shown, json!(quote))))
        }
    }
}

/// `florin escrow quote`.
pub(super) async fn quote(session: &Session, arguments: &QuoteArguments) -> Result<Answer, CliError> {
    let contract = session.contract(ESCROW).await?;
    let buy_asset = session.party(&arguments.gives_asset)?.address;
    let sell_asset = session.party(&arguments.takes_asset)?.address;
    let (buys, sells) = (erc20::asset(session, &buy_asset).await?, erc20::asset(session, &sell_asset).await?);
    let out = Amount::from_raw(buys.parse(&arguments.gives)?);
    let sell = Amount::from_raw(sells.parse(&arguments.takes)?);
    let now = session.now().await?;
    let expires = now.after(Seconds::from_raw(moment::parse_span(&arguments.valid_for)?));
    let dealer = session.settings.signer()?.account().to_address();
    let quote = Quote { dealer: dealer.0, sell_asset: sell_asset.0, buy_asset: buy_asset.0, sell, out, expires };
    quote.validate(now).map_err(|error| error.explain(&session.units(Some(buys.clone()))))?;
    let names = Names::new(session.book().ok().as_ref());
    let preview = Record::new()
        .amount("gives", "you give at most", out.raw(), &buys)
        .amount("takes", "for", sell.raw(), &sells)
        .asset("takes_asset", "asset taken", &sell_asset, &sells, &names)
        .moment("expires", "until, and not before", expires.raw());
    let payment = Payment { asset: buy_asset, amount: out, unit: buys.clone() };
    let message: Message<u64, Error> = escrow::quote(sell_asset, buy_asset, sell, out, expires.raw());
    let to = (ESCROW, contract);
    match paying(session, to, payment, &message, lacks_allowance, "Quote for proceeds", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let changed: escrow::QuoteChanged = event(&sent.receipt, contract)?;
            Ok(sent.answer("Quoted", &told(changed.quote, &changed.record, (&sells, &buys), &names)))
        }
    }
}

/// `florin escrow withdraw-quote`.
pub(super) async fn withdraw_quote(session: &Session, number: u64) -> Result<Answer, CliError> {
    let quoted = Quoted::load(session, number).await?;
    let signer = session.settings.signer()?;
    let units = session.units(Some(quoted.buys.clone()));
    let message = escrow::withdraw_quote(number);
    let (heading, preview) = ("Pay a quote back to its dealer", quoted.facts());
    match send::call(session, &signer, quoted.contract, 0, &message, &units, heading, preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let result = Record::new()
                .number("quote", "quote", number)
                .person("to", "paid to", &quoted.quote.dealer.into(), &quoted.names)
                .amount("amount", "amount", quoted.quote.out.raw(), &quoted.buys);
            Ok(sent.answer("Paid back", &result))
        }
    }
}
