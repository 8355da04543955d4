//! `florin account`.

use florin_client::{
    account::AccountId,
    chain::{Action, Chain, Limits, Weight},
    signer::{Signer, DEVELOPMENT_NAMES},
};
use serde_json::json;

use crate::{
    amount::Unit,
    arguments::AccountCommand,
    error::CliError,
    output::Answer,
    party::Party,
    record::{list as json_list, table, Record},
    send::{self, Offered},
    session::{Session, Settings},
};

/// Prefix of addresses where no chain says otherwise.
const GENERIC_PREFIX: u16 = 42;

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &AccountCommand) -> Result<Answer, CliError> {
    if let AccountCommand::List = command {
        return list();
    }
    let session = &settings.connect().await?;
    match command {
        AccountCommand::Show { who } => show(session, who.as_deref()).await,
        AccountCommand::Map => map(session).await,
        AccountCommand::Balance { who } => balance(session, who.as_deref()).await,
        AccountCommand::List => list(),
    }
}

async fn show(session: &Session, who: Option<&str>) -> Result<Answer, CliError> {
    let party = session.party_or_me(who)?;
    let chain = session.chain();
    let prefix = session.info.ss58_prefix;
    let record = match &party.account {
        Some(account) => Record::new()
            .account("account", "account", account, prefix)
            .text("public_key", "public key", format!("{account:?}"))
            .address("address", "address", &party.address)
            .flag("mapped", "known to contracts", chain.is_mapped(account).await?),
        None => {
            let code = chain.code_hash(&party.address).await?;
            Record::new().address("address", "address", &party.address).optional_text(
                "code_hash",
                "code",
                code.map(|hash| format!("{hash:?}")),
                "none: no contract",
            )
        }
    };
    let record = record.amount("balance", "balance", native_of(session, &party).await?, &session.native());
    // Where nothing is deployed there is no coin to show.
    let record = match session.contract("token").await {
        Ok(coin) => {
            let held = session.client.read(coin, &florin_bindings::token::balance_of(party.address)).await?;
            record.wide_amount("coin", "coin", held, &Unit::coin())
        }
        Err(_) => record.hidden("coin", serde_json::Value::Null),
    };
    Ok(Answer::facts(&record))
}

async fn balance(session: &Session, who: Option<&str>) -> Result<Answer, CliError> {
    let party = session.party_or_me(who)?;
    let held = native_of(session, &party).await?;
    let record = Record::new().value("owner", "owner", party.show(), json!(format!("{:?}", party.address))).amount(
        "balance",
        "balance",
        held,
        &session.native(),
    );
    Ok(Answer::facts(&record))
}

async fn native_of(session: &Session, party: &Party) -> Result<u128, CliError> {
    Ok(match &party.account {
        Some(account) => session.chain().balance(account).await?,
        None => session.chain().balance_of_address(&party.address).await?,
    })
}

fn list() -> Result<Answer, CliError> {
    let mut rows = Vec::new();
    for name in DEVELOPMENT_NAMES {
        let account: AccountId = Signer::dev(name)?.account();
        rows.push(
            Record::new()
                .text("name", "name", format!("dev:{name}"))
                .account("account", "account", &account, GENERIC_PREFIX)
                .address("address", "address", &account.to_address())
                .hidden("public_key", json!(format!("{account:?}"))),
        );
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "none")))
}

async fn map(session: &Session) -> Result<Answer, CliError> {
    let signer = session.settings.signer()?;
    let account = signer.account();
    let facts = Record::new().account("account", "account", &account, session.info.ss58_prefix).address(
        "address",
        "address",
        &account.to_address(),
    );
    if session.chain().is_mapped(&account).await? {
        let data = json!({ "sent": false, "result": facts.to_json() });
        return Ok(Answer::new(data, format!("Mapped already\n{}", facts.to_text())));
    }
    let limits = Limits { weight: Weight::default(), storage_deposit: u128::MAX };
    let prepared = send::prepared_raw(Action::MapAccount, Weight::default(), None, limits);
    match send::offer(session, &signer, "Tie the account to its address", facts.clone(), prepared).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => Ok(sent.answer("Mapped", &facts)),
    }
}
