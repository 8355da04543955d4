//! Open auctions as a keeper remembers them: read once, then kept by the events of the blocks that follow.

use std::collections::BTreeMap;

use florin_bindings::vaults;
use florin_client::chain::{Chain, ChainEvent};
use florin_stable::{auction::Auction, AuctionId};
use florin_units::Timestamp;

use crate::{error::KeeperError, suite::Suite};

/// The open auctions that a keeper knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuctionBook {
    open: BTreeMap<AuctionId, Auction>,
    /// The first auction that was not looked at yet.
    next: AuctionId,
    /// The first block whose events were not read yet; none before the first refresh.
    next_block: Option<u64>,
}

impl AuctionBook {
    /// Open auctions by number.
    pub fn open(&self) -> &BTreeMap<AuctionId, Auction> {
        &self.open
    }

    /// Catch up with the chain: what changed is read from the events of at most `limit` blocks, what is new from at most
    /// `limit` records. Returns whether all is read.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn refresh<C: Chain>(&mut self, suite: &Suite<C>, limit: u64) -> Result<bool, KeeperError> {
        let head = suite.client.chain().head().await?;
        // Events tell of changes only; where no auction is open there is nothing that could have changed.
        let unread = self.next_block.filter(|_| !self.open.is_empty());
        let first = unread.unwrap_or_else(|| head.number.saturating_add(1));
        let beyond = head.number.saturating_add(1).min(first.saturating_add(limit));
        for number in first..beyond {
            let mut changed = Vec::new();
            for (_, event) in suite.client.chain().events_at(number).await? {
                changed.extend(changed_by(suite, &event)?);
            }
            for id in changed {
                if self.open.contains_key(&id) {
                    self.reread(suite, id).await?;
                }
            }
        }
        self.next_block = Some(beyond.max(first));

        let (_, count) = suite.counts().await?;
        let last = count.min(self.next.saturating_add(limit));
        for id in self.next..last {
            self.reread(suite, id).await?;
            self.next = id.saturating_add(1);
        }
        Ok(beyond > head.number && last == count)
    }

    /// Read one auction again, or forget it where it has ended.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn reread<C: Chain>(&mut self, suite: &Suite<C>, id: AuctionId) -> Result<(), KeeperError> {
        match suite.auction(id).await? {
            Some(auction) => self.open.insert(id, auction),
            None => self.open.remove(&id),
        };
        Ok(())
    }

    /// When the oldest of the open auctions began.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.open.values().map(|auction| auction.started_at).min()
    }
}

/// The auction that an event tells of.
fn changed_by<C: Chain>(suite: &Suite<C>, event: &ChainEvent) -> Result<Option<AuctionId>, KeeperError> {
    if let Some(taken) = suite.as_vault_event::<vaults::Taken>(event)? {
        return Ok(Some(taken.auction));
    }
    Ok(suite.as_vault_event::<vaults::Restarted>(event)?.map(|restarted| restarted.auction))
}
