//! `florin gov vote` and `florin gov relay`: votes, sent by the voter or signed for somebody else to send.

use std::path::Path;

use florin_bindings::{governor, votes};
use florin_client::{
    chain::{Address, Hash},
    governance::{ballot_domain, sign_ballot},
};
use florin_governance::{proposal::Support, ProposalId};
use florin_units::{Seconds, U256};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use super::{offer, Subject};
use crate::{
    amount::Unit,
    arguments::{Choice, VoteArguments},
    commands::vault::event,
    error::CliError,
    moment,
    output::Answer,
    record::Record,
    send::Offered,
    session::Session,
    words,
};

/// How long a signed vote can be sent where nobody says.
const VALID_FOR: &str = "7d";

/// A signed vote, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ballot {
    /// The chain's first block.
    genesis_hash: Hash,
    /// The contract.
    governor: Address,
    proposal: ProposalId,
    support: Choice,
    voter: Address,
    /// Last moment at which it can be sent, in seconds since 1970.
    deadline: u64,
    reason: String,
    /// Key and signature, hexadecimal.
    signature: String,
}

impl From<Choice> for Support {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::For => Self::For,
            Choice::Against => Self::Against,
            Choice::Abstain => Self::Abstain,
            Choice::Slash => Self::AgainstAndSlash,
        }
    }
}

/// `florin gov vote`.
///
/// # Errors
/// The governor's refusal; those of the chain.
pub(super) async fn vote(session: &Session, arguments: &VoteArguments) -> Result<Answer, CliError> {
    let subject = Subject::load(session, arguments.proposal).await?;
    let support = Support::from(arguments.support);
    let voter = session.settings.signer()?.account().to_address();
    let reason = arguments.reason.clone().unwrap_or_default();
    let preview = preview(session, &subject, support, &voter, &reason).await?;
    if arguments.sign {
        return sign(session, &subject, arguments, reason, preview).await;
    }
    let message = governor::vote(subject.id, support, reason);
    let offered = offer(session, subject.governor, &message, "Vote", preview).await?;
    counted(&subject, offered)
}

/// Signs the vote instead of sending it.
async fn sign(
    session: &Session,
    subject: &Subject,
    arguments: &VoteArguments,
    reason: String,
    preview: Record,
) -> Result<Answer, CliError> {
    let signer = session.settings.signer()?;
    let span = moment::parse_span(arguments.valid_for.as_deref().unwrap_or(VALID_FOR))?;
    let deadline = subject.now.after(Seconds::from_raw(span));
    let preview = preview.moment("deadline", "can be sent until", deadline.raw());
    let text = format!("Sign a vote\n{}", preview.to_text());
    if session.settings.global.dry_run {
        return Ok(Answer::new(json!({ "sent": false, "preview": preview.to_json() }), text));
    }
    session.output().note(&text);
    let domain = ballot_domain(&session.client, subject.governor).await?;
    let signature = sign_ballot(&signer, &domain, subject.id, arguments.support.into(), deadline, &reason);
    let ballot = Ballot {
        genesis_hash: session.info.genesis_hash,
        governor: subject.governor,
        proposal: subject.id,
        support: arguments.support,
        voter: signer.account().to_address(),
        deadline: deadline.raw(),
        reason,
        signature: format!("0x{}", hex::encode(signature)),
    };
    let data = serde_json::to_value(&ballot)
        .map_err(|error| CliError::System { act: "write the ballot".to_owned(), cause: error.to_string() })?;
    let text = format!("{data:#}");
    Ok(Answer::new(data, text))
}

/// `florin gov relay`.
///
/// # Errors
/// The file is no ballot, or one for another governor; the governor's refusal; those of the chain.
pub(super) async fn relay(session: &Session, path: &Path) -> Result<Answer, CliError> {
    let bad = |cause: String| CliError::BallotFile { path: path.to_owned(), cause };
    let text = std::fs::read_to_string(path).map_err(|cause| bad(cause.to_string()))?;
    let ballot = Ballot::parse(&text).map_err(bad)?;
    let digits = ballot.signature.strip_prefix("0x").unwrap_or(&ballot.signature);
    let signature = hex::decode(digits).map_err(|error| bad(format!("the signature is not hexadecimal: {error}")))?;
    let contract = session.contract("governor").await?;
    if (ballot.governor, ballot.genesis_hash) != (contract, session.info.genesis_hash) {
        let place = |governor: &Address, genesis: &Hash| format!("{governor:?} on the chain {genesis:?}");
        return Err(CliError::OtherBallot {
            path: path.to_owned(),
            signed: place(&ballot.governor, &ballot.genesis_hash),
            here: place(&contract, &session.info.genesis_hash),
        });
    }
    let subject = Subject::load(session, ballot.proposal).await?;
    let support = Support::from(ballot.support);
    let preview = preview(session, &subject, support, &ballot.voter, &ballot.reason).await?.moment(
        "deadline",
        "can be sent until",
        ballot.deadline,
    );
    let message = governor::vote_by_signature(
        ballot.proposal,
        support,
        ballot.voter,
        ballot.deadline,
        ballot.reason.clone(),
        signature,
    );
    let offered = offer(session, subject.governor, &message, "Send a signed vote", preview).await?;
    counted(&subject, offered)
}

impl Ballot {
    /// Reads a ballot, also one that stands in the envelope of `--json`.
    fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let ballot = if value.get("schema_version").is_some() { value["data"].clone() } else { value };
        serde_json::from_value(ballot).map_err(|error| error.to_string())
    }
}

/// What would be voted, and with how much power.
async fn preview(
    session: &Session,
    subject: &Subject,
    support: Support,
    voter: &Address,
    reason: &str,
) -> Result<Record, CliError> {
    let tokens = session.client.read(subject.governor, &governor::summary()).await?.votes;
    let asked = votes::get_past_votes(*voter, U256::from(subject.record.snapshot));
    let power = session.client.read(tokens, &asked).await?;
    let record = subject
        .preview(session)
        .await
        .text("support", "vote", words::support(support))
        .address("voter", "voter", voter)
        .wide_amount("power", "power", power, &Unit::votes());
    Ok(match reason {
        "" => record.hidden("reason", json!("")),
        reason => record.value("reason", "reason", words::harmless(reason), json!(reason)),
    })
}

/// A vote as it was counted.
fn counted(subject: &Subject, offered: Offered) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: governor::VoteCast = event(&sent.receipt, subject.governor)?;
            let (tally, unit) = (&told.record.tally, Unit::votes());
            let result = Record::new()
                .number("proposal", "proposal", told.proposal.into())
                .address("voter", "voter", &told.voter)
                .text("support", "vote", words::support(told.support))
                .amount("power", "power", told.power, &unit)
                .amount("in_favour", "for now", tally.in_favour, &unit)
                .amount("opposed", "against now", tally.opposed().unwrap_or(u128::MAX), &unit)
                .amount("abstain", "abstain now", tally.abstain, &unit)
                .moment("ends_at", "vote ends", told.record.ends_at.raw());
            Ok(sent.answer("Voted", &result))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ballot() -> Ballot {
        Ballot {
            genesis_hash: Hash::repeat_byte(1),
            governor: Address::repeat_byte(2),
            proposal: 3,
            support: Choice::Slash,
            voter: Address::repeat_byte(4),
            deadline: 5,
            reason: "why".to_owned(),
            signature: "0x06".to_owned(),
        }
    }

    #[test]
    fn a_ballot_is_read_bare_and_in_its_envelope() {
        let value = serde_json::to_value(ballot()).expect("JSON");
        assert_eq!(value["support"], json!("slash"));
        assert_eq!(Ballot::parse(&value.to_string()), Ok(ballot()));
        let envelope = json!({ "schema_version": 1, "success": true, "data": value });
        assert_eq!(Ballot::parse(&envelope.to_string()), Ok(ballot()));
        for text in ["", "{}", "[]", "{ \"schema_version\": 1 }"] {
            assert!(Ballot::parse(text).is_err_and(|cause| !cause.contains('\n')), "{text}");
        }
    }
}
