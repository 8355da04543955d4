//! Queues what has been voted for and executes what is due, so that no decision waits for a person.

use std::collections::BTreeSet;

use florin_bindings::governor;
use florin_client::{
    chain::{Address, Chain},
    contract::{CallError, Client},
    governance::{content, GovernanceError},
    signer::Signer,
};
use florin_governance::{proposal::Status, ProposalId};

use crate::error::KeeperError;

/// Queues and executes proposals. It is not paid for this.
pub struct ExecuteKeeper<C> {
    client: Client<C>,
    governor: Address,
    signer: Signer,
    /// The first proposal that may still move; those before it are over.
    first: ProposalId,
    /// Proposals whose execution passed its trial and failed in a block. Whoever made such a call can do it again at the bot's cost,
    /// so the bot leaves it to people.
    given_up: BTreeSet<ProposalId>,
}

/// Why a proposal that is due was not executed.
#[derive(Clone, Debug, PartialEq)]
pub enum Stuck {
    /// A target has other code than the one that was voted on: it can never be executed again, unless the code comes back.
    OtherCode,
    /// The governor refused: a predecessor is open, or one of the calls fails now.
    Refused(governor::Error),
    /// The node does not have the event that holds the calls.
    NotTold,
    /// The chain or the node failed: the calls are too heavy for a block, they trap, or the node keeps no blocks that old.
    Failed {
        /// What was said.
        cause: String,
    },
    /// It failed in a block after its trial had succeeded; the bot does not try again.
    GivenUp,
}

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteReport {
    /// Proposals whose timelock began.
    pub queued: Vec<ProposalId>,
    /// Proposals that were executed.
    pub executed: Vec<ProposalId>,
    /// Proposals that are due and were not.
    pub stuck: Vec<(ProposalId, Stuck)>,
    /// Fees, in planck.
    pub fees: u128,
}

impl<C: Chain> ExecuteKeeper<C> {
    /// A keeper that acts for `signer`.
    pub fn new(client: Client<C>, governor: Address, signer: Signer) -> Self {
        Self { client, governor, signer, first: 0, given_up: BTreeSet::new() }
    }

    /// One round over all proposals that may still move. What somebody else did meanwhile is no error.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn step(&mut self) -> Result<ExecuteReport, KeeperError> {
        let mut report = ExecuteReport::default();
        let count = self.client.read(self.governor, &governor::summary()).await?.proposals;
        let mut all_over = true;
        for id in self.first..count {
            let status = self.client.read(self.governor, &governor::status(id)).await?;
            match status {
                Status::Succeeded => self.queue(id, &mut report).await?,
                Status::Ready => self.execute(id, &mut report).await?,
                Status::Defeated | Status::Expired | Status::Executed | Status::Cancelled => {
                    if all_over {
                        self.first = id + 1;
                    }
                    continue;
                }
                Status::Pending | Status::Active | Status::Queued => {}
            }
            all_over = false;
        }
        Ok(report)
    }

    async fn queue(&self, id: ProposalId, report: &mut ExecuteReport) -> Result<(), KeeperError> {
        match self.client.call(&self.signer, self.governor, 0, &governor::queue(id)).await {
            Ok(done) => {
                report.queued.push(id);
                report.fees += done.receipt.fee;
                Ok(())
            }
            // Somebody else was quicker.
            Err(CallError::Refused { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn execute(&mut self, id: ProposalId, report: &mut ExecuteReport) -> Result<(), KeeperError> {
        if self.given_up.contains(&id) {
            report.stuck.push((id, Stuck::GivenUp));
            return Ok(());
        }
        let content = match content(&self.client, self.governor, id).await {
            Ok(content) => content,
            Err(GovernanceError::EventMissing { .. } | GovernanceError::OtherDescription { .. }) => {
                report.stuck.push((id, Stuck::NotTold));
                return Ok(());
            }
            // One proposal that cannot be read or done holds up no other.
            Err(error) => {
                report.stuck.push((id, Stuck::Failed { cause: error.to_string() }));
                return Ok(());
            }
        };
        if !content.is_executable {
            report.stuck.push((id, Stuck::OtherCode));
            return Ok(());
        }
        let message = governor::execute(id, content.calls);
        if let Err(error) = self.client.dry_run(&self.signer.account(), self.governor, 0, &message).await {
            report.stuck.push((id, stuck(error)));
            return Ok(());
        }
        match self.client.call(&self.signer, self.governor, 0, &message).await {
            Ok(done) => {
                report.executed.push(id);
                report.fees += done.receipt.fee;
            }
            Err(error) => {
                // Where somebody else was quicker, nothing is lost by giving up.
                self.given_up.insert(id);
                report.stuck.push((id, stuck(error)));
            }
        }
        Ok(())
    }
}

fn stuck(error: CallError<governor::Error>) -> Stuck {
    match error {
        CallError::Refused { error, .. } => Stuck::Refused(error),
        error => Stuck::Failed { cause: error.to_string() },
    }
}
