//! `florin doctor`: each thing that the other commands rely on, one after the other.

use florin_bindings::oracle;
use florin_client::{
    address_book::AddressBook,
    bundle::Bundles,
    chain::{Block, Chain},
};
use serde_json::{json, Value};

use crate::{
    error::CliError,
    exit::Exit,
    output::Answer,
    record::{list, table, Record},
    session::{Session, Settings},
};

/// How a check went.
enum Outcome {
    /// As it should be.
    Good,
    /// Works, and may not be what is meant.
    Odd,
    /// Commands that need it fail.
    Bad(Box<CliError>),
}

struct Check {
    name: &'static str,
    detail: String,
    outcome: Outcome,
}

/// The checks, and how the program exits: as the first command would that needs what is not as it should be.
///
/// # Errors
/// None but those of the settings; what is wrong with the rest is what it tells.
pub(crate) async fn run(settings: Settings) -> Result<(Answer, Exit), CliError> {
    let mut checks = Checks::default();
    let network = format!("{} at {}", settings.name, settings.network.url);
    checks.good("network", network);
    match settings.clone().connect().await {
        Ok(session) => {
            checks.take("chain", chain(&session).await);
            match session.book() {
                Ok(book) => contracts(&session, &book, &mut checks).await,
                Err(error) => checks.bad("addresses", error),
            }
            account(&session, &mut checks).await;
        }
        Err(error) => checks.bad("node", error),
    }
    Ok(checks.answer())
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn good(&mut self, name: &'static str, detail: String) {
        self.0.push(Check { name, detail, outcome: Outcome::Good });
    }

    fn odd(&mut self, name: &'static str, detail: String) {
        self.0.push(Check { name, detail, outcome: Outcome::Odd });
    }

    fn bad(&mut self, name: &'static str, error: CliError) {
        self.0.push(Check { name, detail: error.to_string(), outcome: Outcome::Bad(Box::new(error)) });
    }

    fn take(&mut self, name: &'static str, outcome: Result<String, CliError>) {
        match outcome {
            Ok(detail) => self.good(name, detail),
            Err(error) => self.bad(name, error),
        }
    }

    fn answer(&self) -> (Answer, Exit) {
        let rows: Vec<Record> = self.0.iter().map(Check::record).collect();
        let failed = self.0.iter().find_map(|check| match &check.outcome {
            Outcome::Bad(error) => Some(error.exit()),
            _ => None,
        });
        let exit = failed.unwrap_or(Exit::Success);
        let data = json!({ "healthy": failed.is_none(), "checks": list(&rows) });
        let mut text = table(&rows, "nothing to check");
        for check in &self.0 {
            if let Outcome::Bad(error) = &check.outcome {
                if let Some(hint) = error.hint() {
                    text.push_str(&format!("next: {hint}\n"));
                }
            }
        }
        (Answer::new(data, text), exit)
    }
}

impl Check {
    fn record(&self) -> Record {
        let (state, code) = match &self.outcome {
            Outcome::Good => ("ok", Value::Null),
            Outcome::Odd => ("look", Value::Null),
            Outcome::Bad(error) => ("failed", json!(error.code())),
        };
        Record::new()
            .text("check", "check", self.name)
            .text("state", "state", state)
            .text("detail", "detail", self.detail.clone())
            .hidden("code", code)
    }
}

async fn chain(session: &Session) -> Result<String, CliError> {
    let Block { number, .. } = session.chain().head().await?;
    let info = &session.info;
    Ok(format!("{} version {}, block {number}, genesis {:?}", info.name, info.spec_version, info.genesis_hash))
}

async fn contracts(session: &Session, book: &AddressBook, checks: &mut Checks) {
    checks.good("addresses", session.settings.book_path().display().to_string());
    let bundles = Bundles::find();
    for (name, deployed) in &book.contracts {
        match session.contract(name).await {
            Err(error) => checks.bad("contract", error),
            Ok(address) => match bundles.load(&deployed.bundle) {
                Ok(bundle) if bundle.code_hash == deployed.code_hash => {
                    checks.good("contract", format!("{name} at {address:?} runs the code of this build"));
                }
                Ok(_) => checks.odd("contract", format!("{name} at {address:?} runs the code of another build")),
                Err(error) => checks.odd("contract", format!("{name} at {address:?}; {error}")),
            },
        }
    }
    if let Some(id) = &book.pending {
        checks.odd("deployment", format!("interrupted at {id}; run florin deploy again"));
    }
    if let (Ok(contract), Ok(now)) = (session.contract("oracle").await, session.now().await) {
        match session.client.read(contract, &oracle::price(0)).await {
            Ok(quote) => {
                let age = crate::moment::format_span(now.since(quote.updated_at).raw());
                checks.good("price", format!("feed 0 was updated {age} ago"));
            }
            // Stale prices stop draws and liquidations, not the commands.
            Err(error) => checks.odd("price", CliError::from(error).to_string()),
        }
    }
}

async fn account(session: &Session, checks: &mut Checks) {
    let Ok(Some(source)) = session.settings.source() else {
        checks.odd("account", "nobody is named to act; commands that send need --account".to_owned());
        return;
    };
    let Some(account) = session.settings.known_account() else {
        checks.odd("account", format!("{source} cannot be read, or only once"));
        return;
    };
    let shown = account.to_ss58(session.info.ss58_prefix);
    match session.chain().balance(&account).await {
        Ok(balance) if balance > session.info.existential_deposit => {
            checks.good("account", format!("{shown} holds {}", session.native().short(balance)));
        }
        Ok(balance) => {
            checks.odd("account", format!("{shown} holds {}, no fee can be paid", session.native().short(balance)));
        }
        Err(error) => checks.bad("account", error.into()),
    }
}
