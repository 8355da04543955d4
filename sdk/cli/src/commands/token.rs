//! `florin token`.

use florin_bindings::{shared::CoinError, token, Message};
use florin_client::{
    chain::Address,
    contract::{decode_events, CallError},
};
use florin_units::U256;
use parity_scale_codec::Decode;
use serde_json::json;

use crate::{
    amount::{AmountError, Unit},
    arguments::TokenCommand,
    error::CliError,
    output::Answer,
    record::{list, table, Record},
    refusal::Units,
    send::{self, Offered},
    session::{Session, Settings},
};

/// What stands for an allowance without limit.
const UNLIMITED: &str = "unlimited";
/// Length of a payment's reference.
const REFERENCE_BYTES: usize = 32;

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &TokenCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let coin = session.contract("token").await?;
    match command {
        TokenCommand::Balance { owner } => balance(session, coin, owner.as_deref()).await,
        TokenCommand::Transfer { to, amount } => transfer(session, coin, to, amount, None).await,
        TokenCommand::TransferWithReference { to, amount, reference } => {
            transfer(session, coin, to, amount, Some(reference)).await
        }
        TokenCommand::Approve { spender, amount } => approve(session, coin, spender, amount).await,
        TokenCommand::Allowance { owner, spender } => allowance(session, coin, owner, spender).await,
        TokenCommand::Supply => supply(session, coin).await,
        TokenCommand::Minters { accounts } => minters(session, coin, accounts).await,
    }
}

async fn balance(session: &Session, coin: Address, owner: Option<&str>) -> Result<Answer, CliError> {
    let owner = session.party_or_me(owner)?;
    let held = session.client.read(coin, &token::balance_of(owner.address)).await?;
    let record = Record::new()
        .value("owner", "owner", owner.show(), json!(format!("{:?}", owner.address)))
        .wide_amount("balance", "balance", held, &Unit::coin());
    Ok(Answer::facts(&record))
}

async fn transfer(
    session: &Session,
    coin: Address,
    to: &str,
    amount: &str,
    reference: Option<&str>,
) -> Result<Answer, CliError> {
    let to = session.party(to)?;
    let raw = Unit::coin().parse(amount)?;
    let value = U256::from(raw);
    let reference = reference.map(parse_reference).transpose()?;
    let signer = session.settings.signer()?;
    let held = session.client.read(coin, &token::balance_of(signer.account().to_address())).await?;
    let preview = Record::new().value("to", "to", to.show(), json!(format!("{:?}", to.address))).amount(
        "amount",
        "amount",
        raw,
        &Unit::coin(),
    );
    let preview = match &reference {
        Some(reference) => preview.text("reference", "reference", format!("0x{}", hex::encode(reference))),
        None => preview,
    };
    let preview = match held.checked_sub(value) {
        Some(rest) => preview.wide_amount("balance_after", "balance after", rest, &Unit::coin()),
        // The trial refuses, with both numbers.
        None => preview,
    };
    let message = match reference {
        Some(reference) => token::transfer_with_reference(to.address, value, reference),
        None => token::transfer(to.address, value),
    };
    match offer(session, coin, &message, "Send coin", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told = decode_events::<token::Transfer>(&sent.receipt, coin)
                .map_err(|error| CliError::Bindings { cause: format!("cannot read the event Transfer: {error}") })?;
            let told = told.into_iter().next_back().ok_or(CliError::NoEvent { event: "Transfer" })?;
            let result = Record::new().address("from", "from", &told.from).address("to", "to", &told.to).wide_amount(
                "amount",
                "amount",
                told.value,
                &Unit::coin(),
            );
            Ok(sent.answer("Sent", &result))
        }
    }
}

async fn approve(session: &Session, coin: Address, spender: &str, amount: &str) -> Result<Answer, CliError> {
    let spender = session.party(spender)?;
    let value = parse_allowance(amount)?;
    let facts = Record::new()
        .value("spender", "spender", spender.show(), json!(format!("{:?}", spender.address)))
        .wide_amount("allowance", "allowance", value, &Unit::coin());
    let message = token::approve(spender.address, value);
    match offer(session, coin, &message, "Let somebody move coin of yours", facts.clone()).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => Ok(sent.answer("Approved", &facts)),
    }
}

async fn allowance(session: &Session, coin: Address, owner: &str, spender: &str) -> Result<Answer, CliError> {
    let (owner, spender) = (session.party(owner)?, session.party(spender)?);
    let allowed = session.client.read(coin, &token::allowance(owner.address, spender.address)).await?;
    let record = Record::new()
        .value("owner", "owner", owner.show(), json!(format!("{:?}", owner.address)))
        .value("spender", "spender", spender.show(), json!(format!("{:?}", spender.address)))
        .wide_amount("allowance", "allowance", allowed, &Unit::coin());
    Ok(Answer::facts(&record))
}

async fn supply(session: &Session, coin: Address) -> Result<Answer, CliError> {
    let supply = session.client.read(coin, &token::total_supply()).await?;
    let paused = session.client.read(coin, &token::is_minting_paused()).await?;
    let record = Record::new().wide_amount("supply", "supply", supply, &Unit::coin()).flag(
        "minting_paused",
        "minting paused",
        paused,
    );
    Ok(Answer::facts(&record))
}

/// The coin does not list its minters, so all contracts of the address book are asked for, or those that are named.
async fn minters(session: &Session, coin: Address, accounts: &[String]) -> Result<Answer, CliError> {
    let named = !accounts.is_empty();
    let candidates = if named {
        accounts.iter().map(|account| session.party(account)).collect::<Result<Vec<_>, _>>()?
    } else {
        let book = session.book()?;
        book.contracts.keys().map(|name| session.party(name)).collect::<Result<Vec<_>, _>>()?
    };
    let unit = Unit::coin();
    let mut rows = Vec::new();
    for party in candidates {
        let (ceiling, limit, minted, burned, available) =
            match session.client.read(coin, &token::minter(party.address)).await {
                Ok(minter) => minter,
                Err(CallError::Refused { error: CoinError::NotMinter { .. }, .. }) if !named => continue,
                Err(error) => return Err(error.into()),
            };
        let name = party.alias.clone().unwrap_or_else(|| format!("{:?}", party.address));
        rows.push(
            Record::new()
                .text("minter", "minter", name)
                .amount("ceiling", "ceiling", ceiling, &unit)
                .amount("limit_per_day", "limit in 24 h", limit, &unit)
                .amount("minted", "minted", minted, &unit)
                .amount("burned", "burned", burned, &unit)
                .amount("available", "can mint now", available, &unit)
                .hidden("address", json!(format!("{:?}", party.address))),
        );
    }
    Ok(Answer::new(list(&rows), table(&rows, "no contract of the address book is a minter")))
}

async fn offer<T: Decode>(
    session: &Session,
    coin: Address,
    message: &Message<T, CoinError>,
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let signer = session.settings.signer()?;
    send::call(session, &signer, coin, 0, message, &Units::plain(), heading, preview).await
}

fn parse_allowance(text: &str) -> Result<U256, AmountError> {
    if text.eq_ignore_ascii_case(UNLIMITED) {
        return Ok(U256::MAX);
    }
    Unit::coin().parse(text).map(U256::from)
}

/// Text is padded with zeros at its end.
fn parse_reference(text: &str) -> Result<[u8; REFERENCE_BYTES], CliError> {
    let bad = |cause: String| CliError::Reference { text: text.to_owned(), cause };
    if let Some(digits) = text.strip_prefix("0x") {
        let bytes = hex::decode(digits).map_err(|error| bad(error.to_string()))?;
        let length = bytes.len();
        return bytes.try_into().map_err(|_| bad(format!("{length} bytes")));
    }
    let mut reference = [0; REFERENCE_BYTES];
    let place = reference.get_mut(..text.len()).ok_or_else(|| bad(format!("{} bytes", text.len())))?;
    place.copy_from_slice(text.as_bytes());
    Ok(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_text_or_hexadecimal() {
        let mut expected = [0; 32];
        expected[..9].copy_from_slice(b"invoice 7");
        assert_eq!(parse_reference("invoice 7").ok(), Some(expected));
        assert_eq!(parse_reference(&format!("0x{}", "ab".repeat(32))).ok(), Some([0xab; 32]));
        for text in ["0xab", "0xzz", "a text that is longer than thirty-two bytes"] {
            assert!(matches!(parse_reference(text), Err(CliError::Reference { .. })), "{text}");
        }
    }

    #[test]
    fn allowances_may_be_unlimited() {
        assert_eq!(parse_allowance("unlimited"), Ok(U256::MAX));
        assert_eq!(parse_allowance("0"), Ok(U256::zero()));
        assert!(parse_allowance("much").is_err());
    }
}
