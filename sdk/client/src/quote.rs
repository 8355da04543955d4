//! What a call to the vaults would do, before it is made: the records of one block, and the core's own decisions on them. At that
//! block's time the chain does to the unit what a quote says. Quotes do not look at pauses.

use florin_bindings::{vaults, NoError};
use florin_stable::{
    auction::Auction,
    collateral::CollateralType,
    ledger::Ledger,
    liquidation::{LiquidationOutcome, Take, TakeOutcome},
    quote::{self, PositionPreview},
    vault::View,
    AuctionId, CollateralTypeId, PositionId, VaultError,
};
use florin_units::{Amount, Timestamp, Wad};

use crate::{
    chain::{Address, Chain},
    contract::{CallError, Client},
    error::ChainError,
};

/// How often records are read anew because a block came in between.
const ATTEMPTS: u32 = 8;

/// Quotes over the vaults of one suite.
pub struct Quotes<C> {
    client: Client<C>,
    vaults: Address,
}

/// Why there is no quote.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuoteError {
    /// The chain could not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The vaults could not be asked.
    #[error(transparent)]
    Question(#[from] CallError<NoError>),
    /// The vaults would refuse, for this reason; or they have no such position, auction or collateral type.
    #[error("the vaults would refuse: {0}")]
    Refused(#[from] VaultError),
    /// Blocks come faster than the records can be read.
    #[error("the records changed in each of {attempts} attempts to read them; try again")]
    Restless {
        /// How often it was tried.
        attempts: u32,
    },
}

impl<C: Chain> Quotes<C> {
    /// Quotes over the vaults at this address.
    pub fn new(client: Client<C>, vaults: Address) -> Self {
        Self { client, vaults }
    }

    /// A position with its collateral type and the books, all of one block, and that block's time.
    ///
    /// # Errors
    /// [`QuoteError::Refused`] with `UnknownPosition` where it is empty; [`QuoteError::Restless`]; those of the chain.
    pub async fn view(&self, position: PositionId) -> Result<(View, Timestamp), QuoteError> {
        self.steadily(|| async {
            let found = self.client.read(self.vaults, &vaults::position(position)).await?;
            let position = found.ok_or(VaultError::UnknownPosition { id: position })?;
            let (kind, ledger) = self.type_and_ledger(position.collateral_type).await?;
            Ok(View { kind, position, ledger })
        })
        .await
    }

    /// What opening a position would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_open(
        &self,
        owner: Address,
        collateral_type: CollateralTypeId,
        deposit: Amount,
        draw: Wad,
    ) -> Result<PositionPreview, QuoteError> {
        let ((kind, ledger), now) = self.steadily(|| self.type_and_ledger(collateral_type)).await?;
        Ok(quote::preview_open(&kind, &ledger, owner.0, collateral_type, deposit, draw, now)?)
    }

    /// What a deposit would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_deposit(&self, position: PositionId, amount: Amount) -> Result<PositionPreview, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_deposit(&view, amount, now)?)
    }

    /// What a withdrawal by the owner would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_withdraw(&self, position: PositionId, amount: Amount) -> Result<PositionPreview, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_withdraw(&view, amount, now)?)
    }

    /// What a draw by the owner would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_draw(&self, position: PositionId, amount: Wad) -> Result<PositionPreview, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_draw(&view, amount, now)?)
    }

    /// What a repayment would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_repay(&self, position: PositionId, amount: Wad) -> Result<PositionPreview, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_repay(&view, amount, now)?)
    }

    /// What closing by the owner would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_close(&self, position: PositionId) -> Result<PositionPreview, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_close(&view, now)?)
    }

    /// What a liquidation by this keeper would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_liquidation(
        &self,
        position: PositionId,
        keeper: Address,
    ) -> Result<LiquidationOutcome, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::preview_liquidation(&view, position, keeper.0, now)?)
    }

    /// What a purchase from an auction by this buyer would do.
    ///
    /// # Errors
    /// [`QuoteError`].
    pub async fn preview_take(
        &self,
        auction: AuctionId,
        command: &Take,
        buyer: Address,
    ) -> Result<TakeOutcome, QuoteError> {
        let ((view, auction), now) = self.steadily(|| self.auction(auction)).await?;
        Ok(quote::preview_take(&view, &auction, command, buyer.0, now)?)
    }

    /// The most that the owner can draw now; zero where nothing can be drawn.
    ///
    /// # Errors
    /// [`QuoteError`], not for a draw that is refused.
    pub async fn maximum_draw(&self, position: PositionId) -> Result<Wad, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::maximum_draw(&view, now))
    }

    /// The most collateral that the owner can withdraw now; zero where nothing can be.
    ///
    /// # Errors
    /// [`QuoteError`], not for a withdrawal that is refused.
    pub async fn maximum_withdrawal(&self, position: PositionId) -> Result<Amount, QuoteError> {
        let (view, now) = self.view(position).await?;
        Ok(quote::maximum_withdrawal(&view, now))
    }

    async fn type_and_ledger(&self, id: CollateralTypeId) -> Result<(CollateralType, Ledger), QuoteError> {
        let kind = self.client.read(self.vaults, &vaults::collateral(id)).await?;
        let kind = kind.ok_or(VaultError::UnknownCollateralType { id })?;
        Ok((kind, self.client.read(self.vaults, &vaults::ledger()).await?))
    }

    async fn auction(&self, id: AuctionId) -> Result<(View, Auction), QuoteError> {
        let auction = self.client.read(self.vaults, &vaults::auction(id)).await?;
        let auction = auction.ok_or(VaultError::UnknownAuction { id })?;
        let position = self.client.read(self.vaults, &vaults::position(auction.position)).await?;
        let position = position.ok_or(VaultError::UnknownPosition { id: auction.position })?;
        let (kind, ledger) = self.type_and_ledger(position.collateral_type).await?;
        Ok((View { kind, position, ledger }, auction))
    }

    /// Records that were read while no block came in between, and the time of the block that they are of.
    async fn steadily<T, F: std::future::Future<Output = Result<T, QuoteError>>>(
        &self,
        read: impl Fn() -> F,
    ) -> Result<(T, Timestamp), QuoteError> {
        let mut before = self.client.chain().head().await?;
        for _ in 0..ATTEMPTS {
            let records = read().await;
            let after = self.client.chain().head().await?;
            if before == after {
                return Ok((records?, Timestamp::from_milliseconds(after.timestamp_ms)));
            }
            before = after;
        }
        Err(QuoteError::Restless { attempts: ATTEMPTS })
    }
}
