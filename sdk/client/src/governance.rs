//! What voters and bots need beyond the bindings: what a proposal would do, read from the event of its making, and votes and
//! delegations by signature.

use florin_bindings::{governor, votes, NoError};
use florin_governance::{
    action::Call,
    proposal::{Proposal, Support},
    signing::{Domain, GOVERNOR, VOTES},
    Hash as CoreHash, ProposalId,
};
use florin_units::Timestamp;
use sha3::{Digest, Keccak256};

use crate::{
    chain::{Address, Chain},
    contract::{decode_event, CallError, Client},
    error::ChainError,
    signer::Signer,
};

/// A proposal that cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GovernanceError {
    /// The chain could not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The governor or the vote token did not answer.
    #[error("the contract did not answer: {0}")]
    Question(#[from] CallError<NoError>),
    /// There is no such proposal.
    #[error("there is no proposal {id}; `florin gov list` shows those there are")]
    UnknownProposal {
        /// Its number.
        id: ProposalId,
    },
    /// The event of the proposal's making is not in the block in which it was made.
    #[error("block {block} does not hold the event of proposal {id}; ask a node that keeps old blocks")]
    EventMissing {
        /// Number of the proposal.
        id: ProposalId,
        /// The block.
        block: u64,
    },
    /// The event tells another description than the governor knows by its hash.
    #[error("the description of proposal {id} is not the one that the governor knows; ask another node")]
    OtherDescription {
        /// Number of the proposal.
        id: ProposalId,
    },
}

/// What was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The record as it is now.
    pub record: Proposal,
    /// What it would do.
    pub calls: Vec<Call>,
    /// What it is for.
    pub description: String,
    /// Whether the calls, with the code that their targets have now, are those that were voted on. Where not, the proposal cannot
    /// be executed.
    pub is_executable: bool,
}

/// Keccak-256.
pub fn keccak(bytes: &[u8]) -> CoreHash {
    Keccak256::digest(bytes).into()
}

/// Read a proposal: its record from the governor, calls and description from the event of its making, checked against the hashes.
///
/// # Errors
/// [`GovernanceError`].
pub async fn content<C: Chain>(
    client: &Client<C>,
    contract: Address,
    id: ProposalId,
) -> Result<Content, GovernanceError> {
    let record = client.read(contract, &governor::proposal(id)).await?;
    let record = record.ok_or(GovernanceError::UnknownProposal { id })?;
    // The snapshot is the block before.
    let block = u64::from(record.snapshot) + 1;
    let events = client.chain().events_at(block).await?;
    let made = events
        .iter()
        .filter_map(|(_, event)| decode_event::<governor::Proposed>(event, contract)?.ok())
        .find(|made| made.proposal == id)
        .ok_or(GovernanceError::EventMissing { id, block })?;
    if keccak(made.description.as_bytes()) != record.description {
        return Err(GovernanceError::OtherDescription { id });
    }
    let hash = client.read(contract, &governor::actions_hash(made.calls.clone(), record.predecessor)).await?;
    let is_executable = hash == record.actions;
    Ok(Content { record, calls: made.calls, description: made.description, is_executable })
}

/// A call of a message, as a proposal makes it; without native tokens.
pub fn call<T: parity_scale_codec::Decode, E: parity_scale_codec::Decode>(
    target: Address,
    message: &florin_bindings::Message<T, E>,
) -> Call {
    Call { target: target.0, value: 0, data: message.data().to_vec() }
}

/// Where votes by signature count. Errors: the chain's.
pub async fn ballot_domain<C: Chain>(client: &Client<C>, contract: Address) -> Result<Domain, GovernanceError> {
    let chain_id = client.read(contract, &governor::chain_id()).await?;
    Ok(Domain { name: GOVERNOR, chain_id, contract: contract.0 })
}

/// Where delegations by signature count. Errors: the chain's.
pub async fn delegation_domain<C: Chain>(client: &Client<C>, contract: Address) -> Result<Domain, GovernanceError> {
    let chain_id = client.read(contract, &votes::chain_id()).await?;
    Ok(Domain { name: VOTES, chain_id, contract: contract.0 })
}

/// Sign a vote with its reason that anyone may bring to the governor until the deadline.
pub fn sign_ballot(
    signer: &Signer,
    domain: &Domain,
    id: ProposalId,
    support: Support,
    deadline: Timestamp,
    reason: &str,
) -> Vec<u8> {
    let voter = signer.account().to_address();
    signer.sign_digest(&domain.ballot(id, support.number(), &voter.0, deadline, reason, keccak))
}

/// Sign a delegation that anyone may bring to the vote token until the deadline; the nonce is the token's `nonces`.
pub fn sign_delegation(
    signer: &Signer,
    domain: &Domain,
    delegate: Address,
    nonce: u64,
    deadline: Timestamp,
) -> Vec<u8> {
    let holder = signer.account().to_address();
    signer.sign_digest(&domain.delegation(&holder.0, &delegate.0, nonce, deadline, keccak))
}
