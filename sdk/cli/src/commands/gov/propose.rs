//! `florin gov propose`: a file with calls, as a deployment plan has them, becomes a proposal.

use std::path::Path;

use florin_bindings::governor;
use florin_client::{
    chain::Address,
    contract::VerifyError,
    metadata::ContractMetadata,
    plan::{CallStep, DeploymentPlan, DEPLOYER},
};
use florin_governance::{action::Call, ProposalId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calls::{describe, is_same_in_all_builds, with_calls};
use crate::{
    commands::{
        message::{find_metadata, metadata_of_build},
        vault::event,
    },
    error::CliError,
    network::place_and_cause,
    output::Answer,
    party::Party,
    record::Record,
    send::{self, Offered},
    session::Session,
};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Motion {
    /// One line.
    title: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// Number of the proposal that must be executed before.
    predecessor: Option<ProposalId>,
    /// What it does.
    #[serde(default, rename = "call")]
    calls: Vec<CallStep>,
}

impl Motion {
    fn load(path: &Path) -> Result<Self, CliError> {
        let bad = |cause: String| CliError::ProposalFile { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(|cause| bad(cause.to_string()))?;
        Self::parse(&text).map_err(bad)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let motion: Self = toml::from_str(text).map_err(|error| place_and_cause(&error, text))?;
        let title = motion.title.trim();
        if title.is_empty() || title.contains('\n') {
            return Err("the title must be one line".to_owned());
        }
        for step in &motion.calls {
            if step.by.is_some() || step.id.is_some() {
                return Err(format!("{} has `by` or `id`; the governor makes all calls of a proposal", step.id()));
            }
        }
        Ok(motion)
    }

    /// What the chain keeps: the title is the first line.
    fn text(&self) -> String {
        format!("{}\n\n{}", self.title.trim(), self.description.trim()).trim_end().to_owned()
    }
}

/// What a file says, as it is written.
#[derive(Serialize)]
struct Written<'a> {
    title: &'a str,
    description: &'a str,
    #[serde(rename = "call")]
    calls: Vec<WrittenCall<'a>>,
}

#[derive(Serialize)]
struct WrittenCall<'a> {
    contract: &'a str,
    message: &'a str,
    args: &'a [String],
}

/// A file that [`Draft::load`] reads, with calls of the governor without native tokens.
///
/// # Errors
/// None that can happen: all of it is text.
pub(crate) fn proposal_text(title: &str, description: &str, calls: &[CallStep]) -> Result<String, CliError> {
    let calls = calls.iter().map(|CallStep { contract, message, args, .. }| WrittenCall { contract, message, args });
    toml::to_string_pretty(&Written { title, description, calls: calls.collect() })
        .map_err(|error| CliError::System { act: "write the proposal".to_owned(), cause: error.to_string() })
}

/// `florin gov propose`.
///
/// # Errors
/// The file; the governor's refusal; those of the chain.
pub(super) async fn propose(session: &Session, path: &Path) -> Result<Answer, CliError> {
    Draft::load(session, path).await?.offer(session).await
}

/// A file's proposal with its calls encoded.
pub(crate) struct Draft {
    motion: Motion,
    governor: Address,
    calls: Vec<Call>,
}

impl Draft {
    /// Reads a file and encodes its calls.
    ///
    /// # Errors
    /// The file; those of the chain.
    pub(crate) async fn load(session: &Session, path: &Path) -> Result<Self, CliError> {
        let motion = Motion::load(path)?;
        let governor = session.contract("governor").await?;
        let proposer = session.settings.signer()?.account().to_address();
        let mut calls = Vec::with_capacity(motion.calls.len());
        for step in &motion.calls {
            calls.push(encode(session, path, &proposer, step).await?);
        }
        Ok(Self { motion, governor, calls })
    }

    /// What it would do.
    pub(crate) fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Tries, shows, confirms and makes the proposal.
    ///
    /// # Errors
    /// The governor's refusal; those of the chain.
    pub(crate) async fn offer(self, session: &Session) -> Result<Answer, CliError> {
        let Self { motion, governor: contract, calls } = self;
        let signer = session.settings.signer()?;
        let rules = session.client.read(contract, &governor::current_rules()).await?;
        let starts_at = session.now().await?.after(rules.voting_delay);
        let (native, text) = (session.native_in_contracts(), motion.text());
        let predecessor = motion.predecessor.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let preview = Record::new()
            .text("title", "title", motion.title.trim())
            .hidden("description", json!(text))
            .value("predecessor", "executed after", predecessor, json!(motion.predecessor))
            .amount("deposit", "deposit", rules.deposit, &native)
            .moment("starts_at", "vote begins", starts_at.raw())
            .moment("ends_at", "vote ends", starts_at.after(rules.voting_period).raw());
        let preview = with_calls(preview, &describe(session, contract, &calls).await?);
        // Where the deposit is no whole number of the chain's units, the governor says so.
        let value = rules.deposit.checked_div(session.info.native_to_contract_ratio).unwrap_or(0);
        let message = governor::propose(calls, text, motion.predecessor);
        let units = session.units(None);
        match send::call(session, &signer, contract, value, &message, &units, "Make a proposal", preview).await? {
            Offered::Shown(answer) => Ok(answer),
            Offered::Sent(sent) => {
                let told: governor::Proposed = event(&sent.receipt, contract)?;
                let result = Record::new()
                    .number("proposal", "proposal", told.proposal.into())
                    .address("proposer", "proposer", &told.proposer)
                    .amount("deposit", "deposit", told.record.deposit, &native)
                    .moment("starts_at", "vote begins", told.record.starts_at.raw())
                    .moment("ends_at", "vote ends", told.record.ends_at.raw());
                Ok(sent.answer("Proposed", &result))
            }
        }
    }
}

/// Metadata by which a call of the file is encoded: of the code that its target runs, or of this build where that is the same.
async fn metadata_for(session: &Session, target: &Party, message: &str) -> Result<ContractMetadata, CliError> {
    match find_metadata(session, target, None).await {
        Err(error @ CliError::Verify(VerifyError::OtherCode { .. })) if is_same_in_all_builds(message) => {
            metadata_of_build(session, &target.address)?.ok_or(error)
        }
        found => found,
    }
}

/// A call of the file, encoded by the metadata of its contract.
async fn encode(session: &Session, path: &Path, proposer: &Address, step: &CallStep) -> Result<Call, CliError> {
    let bad =
        |cause: String| CliError::ProposalFile { path: path.to_owned(), cause: format!("{}: {cause}", step.id()) };
    let target = session.party(&step.contract)?;
    let planck = step.value.as_deref().map_or(Ok(0), |text| session.native().parse(text))?;
    let value = planck.checked_mul(session.info.native_to_contract_ratio);
    let value = value.ok_or_else(|| bad("the value is too large".to_owned()))?;
    if step.message.is_empty() {
        if value == 0 || !step.args.is_empty() {
            return Err(bad("a payment has a value and no args; any other call has a message".to_owned()));
        }
        return Ok(Call { target: target.address.0, value, data: Vec::new() });
    }
    let metadata = metadata_for(session, &target, &step.message).await?;
    let spec = metadata.message(&step.message)?;
    if !spec.mutates || (value > 0 && !spec.payable) {
        let cause = if spec.mutates { "the message takes no native tokens" } else { "the message changes nothing" };
        return Err(bad(cause.to_owned()));
    }
    let book = session.book()?;
    let address = |name: &str| match name {
        DEPLOYER => Some(format!("{proposer:?}")),
        name => book.contracts.get(name).map(|deployed| format!("{:?}", deployed.address)),
    };
    let now = session.now().await?.raw();
    let args = step.args.iter().map(|text| DeploymentPlan::resolve(text, address, now));
    let args = args.collect::<Result<Vec<String>, _>>().map_err(|error| bad(error.to_string()))?;
    Ok(Call { target: target.address.0, value, data: metadata.encode_message(&step.message, &args)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "[[call]]\ncontract = \"token\"\nmessage = \"resumeMinting\"\n";

    #[test]
    fn a_file_has_title_and_calls() {
        let text = format!("title = \"On\"\ndescription = \"\"\"\nLet it go on.\n\"\"\"\npredecessor = 3\n\n{CALL}");
        let motion = Motion::parse(&text).expect("a proposal");
        assert_eq!((motion.text().as_str(), motion.predecessor), ("On\n\nLet it go on.", Some(3)));
        assert_eq!(motion.calls.first().map(|step| step.message.as_str()), Some("resumeMinting"));
        let bare = Motion::parse(&format!("title = \"On\"\n{CALL}")).expect("a proposal");
        assert_eq!(bare.text(), "On");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let step = |message: &str, args: &[&str]| CallStep {
            contract: "vaults".to_owned(),
            message: message.to_owned(),
            args: args.iter().map(|&text| text.to_owned()).collect(),
            value: None,
            by: None,
            id: None,
        };
        let calls = vec![step("begin_migration", &["0x0101", "7200"]), step("heal", &[])];
        let description = "It says \"why\",\nand what's more:\n\n- a '''quote'''";
        let text = proposal_text("Replace", description, &calls).expect("text");
        let motion = Motion::parse(&text).expect("a proposal");
        assert_eq!((motion.title.as_str(), motion.description.as_str()), ("Replace", description), "{text}");
        assert_eq!((motion.calls, motion.predecessor), (calls, None));
    }

    #[test]
    fn what_is_no_proposal_is_told_in_one_line() {
        for (text, part) in [
            (String::new(), "title"),
            (format!("title = \" \"\n{CALL}"), "one line"),
            (format!("title = \"a\\nb\"\n{CALL}"), "one line"),
            (format!("title = \"On\"\n{CALL}by = \"alice\"\n"), "the governor makes"),
            ("title = \"On\"\nauthor = \"me\"\n".to_owned(), "author"),
        ] {
            let cause = Motion::parse(&text).expect_err("no proposal");
            assert!(cause.contains(part) && !cause.contains('\n'), "{cause}");
        }
    }
}
