//! `florin audit`: whether what stands on the chain is as it should be.

use florin_bindings::vaults;
use florin_client::{chain::Address, contract::CallError, error::ChainError};
use florin_units::Timestamp;
use serde_json::json;

use crate::{
    arguments::AuditCommand,
    error::CliError,
    exit::Exit,
    moment,
    output::Answer,
    record::{list, table, Record},
    session::{Session, Settings},
    words::Names,
};

/// The contract that has to govern the others, and itself.
const GOVERNOR: &str = "governor";
/// Contracts that must have a governor.
const GOVERNED: [&str; 6] = ["token", "oracle", "vaults", "escrow", "arbitration", GOVERNOR];

/// What is found, and how the program exits.
///
/// # Errors
/// A contract is missing or runs other code; those of the chain.
pub(crate) async fn run(settings: Settings, command: &AuditCommand) -> Result<(Answer, Exit), CliError> {
    let session = &settings.connect().await?;
    match command {
        AuditCommand::Roles => roles(session).await,
    }
}

/// Who holds the roles of a contract.
struct Holders {
    contract: String,
    address: Address,
    governor: Address,
    pending: Address,
    guardian: Address,
    until: Timestamp,
}

async fn roles(session: &Session) -> Result<(Answer, Exit), CliError> {
    let (book, now) = (session.book()?, session.now().await?);
    let governor = session.contract(GOVERNOR).await?;
    let names = Names::new(Some(&book));
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    for name in GOVERNED {
        // Also a contract that is not there is told.
        book.address(name)?;
    }
    for name in book.contracts.keys() {
        match holders(session, name).await? {
            Some(holders) => {
                findings.extend(holders.findings(&governor, &names, now));
                rows.push(holders.record(&names, now));
            }
            None if GOVERNED.contains(&name.as_str()) => findings.push(format!("{name} does not tell who governs it")),
            None => {}
        }
    }
    let data = json!({ "sound": findings.is_empty(), "contracts": list(&rows), "findings": findings });
    let mut text = table(&rows, "no contract has roles");
    for finding in &findings {
        text.push_str(&format!("found: {finding}\n"));
    }
    let exit = if findings.is_empty() { Exit::Success } else { Exit::Finding };
    Ok((Answer::new(data, text), exit))
}

/// None where the contract has no roles.
async fn holders(session: &Session, name: &str) -> Result<Option<Holders>, CliError> {
    let address = session.contract(name).await?;
    // The message is the same in all contracts that have it.
    let told = session.client.read(address, &vaults::role_holders()).await;
    let (governor, pending, guardian, until) = match told {
        Ok(told) => told,
        Err(CallError::Language { .. } | CallError::Decode { .. } | CallError::Chain(ChainError::Dispatch { .. })) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let until = Timestamp::from_raw(until);
    Ok(Some(Holders { contract: name.to_owned(), address, governor, pending, guardian, until }))
}

impl Holders {
    fn is_over(&self, now: Timestamp) -> bool {
        self.guardian != Address::zero() && self.until <= now
    }

    fn findings(&self, governor: &Address, names: &Names, now: Timestamp) -> Vec<String> {
        let contract = &self.contract;
        let mut findings = Vec::new();
        if self.governor != *governor {
            let who = names.show(&self.governor);
            findings.push(format!("{contract} is governed by {who} and not by the governor contract"));
        }
        if self.pending != Address::zero() {
            findings.push(format!("{} may take over {contract} as its governor", names.show(&self.pending)));
        }
        if self.is_over(now) {
            let (who, until) = (names.show(&self.guardian), moment::format(self.until.raw()));
            findings.push(format!("the term of {who} as guardian of {contract} is over since {until}"));
        }
        findings
    }

    fn record(&self, names: &Names, now: Timestamp) -> Record {
        let holder = |address: &Address| match *address == Address::zero() {
            true => "nobody".to_owned(),
            false => names.short(address),
        };
        let address = |address: &Address| json!(format!("{address:?}"));
        Record::new()
            .text("contract", "contract", self.contract.clone())
            .value("governor", "governor", holder(&self.governor), address(&self.governor))
            .value("pending", "named to govern", holder(&self.pending), address(&self.pending))
            .value("guardian", "guardian", holder(&self.guardian), address(&self.guardian))
            .moment("until", "until", self.until.raw())
            .hidden("over", json!(self.is_over(now)))
            .hidden("address", address(&self.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holders() -> Holders {
        Holders {
            contract: "token".to_owned(),
            address: Address::repeat_byte(1),
            governor: Address::repeat_byte(2),
            pending: Address::zero(),
            guardian: Address::repeat_byte(3),
            until: Timestamp::from_raw(100),
        }
    }

    fn found(holders: &Holders, now: u64) -> usize {
        holders.findings(&Address::repeat_byte(2), &Names::new(None), Timestamp::from_raw(now)).len()
    }

    #[test]
    fn what_is_not_as_it_should_be_is_found() {
        assert_eq!(found(&holders(), 99), 0);
        assert_eq!(found(&holders(), 100), 1);
        assert_eq!(found(&Holders { guardian: Address::zero(), ..holders() }, 100), 0);
        assert_eq!(found(&Holders { governor: Address::repeat_byte(9), ..holders() }, 0), 1);
        assert_eq!(found(&Holders { pending: Address::repeat_byte(9), ..holders() }, 0), 1);
    }
}
