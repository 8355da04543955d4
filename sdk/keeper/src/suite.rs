//! The contracts that the keepers work with, and the few questions that they ask them.

use florin_bindings::{token, vaults, ContractEvent, Message};
use florin_client::{
    account::AccountId,
    address_book::{AddressBook, AddressBookError},
    chain::{Address, Chain, ChainEvent, Receipt},
    contract::{decode_event, decode_events, CallError, Client, Preview},
    error::ChainError,
    signer::Signer,
};
use florin_stable::{
    auction::Auction, collateral::CollateralType, ledger::Ledger, position::Position, AuctionId, CollateralTypeId,
    PositionId,
};
use florin_units::{Timestamp, Wad, U256};
use parity_scale_codec::Decode;

use crate::error::KeeperError;

/// The contracts of one deployment on one chain.
pub struct Suite<C> {
    /// Calls them.
    pub client: Client<C>,
    /// The coin.
    pub token: Address,
    /// The oracle.
    pub oracle: Address,
    /// The vaults.
    pub vaults: Address,
}

impl<C> Clone for Suite<C> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), ..*self }
    }
}

impl<C: Chain> Suite<C> {
    /// The contracts that an address book knows as `token`, `oracle` and `vaults`.
    ///
    /// # Errors
    /// [`AddressBookError::UnknownContract`].
    pub fn from_book(client: Client<C>, book: &AddressBook) -> Result<Self, AddressBookError> {
        Ok(Self {
            client,
            token: book.address("token")?,
            oracle: book.address("oracle")?,
            vaults: book.address("vaults")?,
        })
    }

    /// Time of the best block.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn now(&self) -> Result<Timestamp, KeeperError> {
        Ok(Timestamp::from_milliseconds(self.client.chain().head().await?.timestamp_ms))
    }

    /// A collateral type as it is stored.
    ///
    /// # Errors
    /// [`KeeperError::UnknownCollateralType`]; those of the chain.
    pub async fn collateral_type(&self, id: CollateralTypeId) -> Result<CollateralType, KeeperError> {
        let found = self.client.read(self.vaults, &vaults::collateral(id)).await?;
        found.ok_or(KeeperError::UnknownCollateralType { id })
    }

    /// The books of the vaults.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn ledger(&self) -> Result<Ledger, KeeperError> {
        Ok(self.client.read(self.vaults, &vaults::ledger()).await?)
    }

    /// How many positions were ever opened, and how many auctions ever started.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn counts(&self) -> Result<(PositionId, AuctionId), KeeperError> {
        let index = self.client.read(self.vaults, &vaults::summary()).await?;
        Ok((index.positions, index.auctions))
    }

    /// Positions by number, from one on, at most so many.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn positions(&self, from: PositionId, count: u8) -> Result<Vec<(PositionId, Position)>, KeeperError> {
        Ok(self.client.read(self.vaults, &vaults::positions(from, count)).await?)
    }

    /// A position; none where it is empty.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn position(&self, id: PositionId) -> Result<Option<Position>, KeeperError> {
        Ok(self.client.read(self.vaults, &vaults::position(id)).await?)
    }

    /// An auction; none where it has ended.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn auction(&self, id: AuctionId) -> Result<Option<Auction>, KeeperError> {
        Ok(self.client.read(self.vaults, &vaults::auction(id)).await?)
    }

    /// Coin of an account.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn coin_of(&self, owner: Address) -> Result<Wad, KeeperError> {
        let balance = self.client.read(self.token, &token::balance_of(owner)).await?;
        Ok(saturated(balance))
    }

    /// Coin that an owner lets the vaults burn.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn allowance(&self, owner: Address) -> Result<Wad, KeeperError> {
        let allowance = self.client.read(self.token, &token::allowance(owner, self.vaults)).await?;
        Ok(saturated(allowance))
    }

    /// Let the vaults burn any amount of the signer's coin: what buying at auctions needs once.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn allow_burning(&self, signer: &Signer) -> Result<Receipt, KeeperError> {
        let message = token::approve(self.vaults, U256::MAX);
        Ok(self.client.call(signer, self.token, 0, &message).await?.receipt)
    }

    /// Try a message to the vaults as an account. The inner error is the vaults' refusal.
    pub(crate) async fn try_vaults<T: Decode>(
        &self,
        origin: &AccountId,
        message: &Message<T, vaults::Error>,
    ) -> Result<Result<Preview<T>, vaults::Error>, KeeperError> {
        match self.client.dry_run(origin, self.vaults, 0, message).await {
            Ok(preview) => Ok(Ok(preview)),
            Err(CallError::Refused { error, .. }) => Ok(Err(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Send what was tried. None where the contract refused after all, because somebody else was quicker.
    pub(crate) async fn send<T: Decode, E: Decode>(
        &self,
        signer: &Signer,
        contract: Address,
        message: &Message<T, E>,
        preview: &Preview<T>,
    ) -> Result<Option<Receipt>, KeeperError> {
        let data = message.data().to_vec();
        match self.client.send_raw(signer, contract, 0, data, &preview.limits).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(ChainError::Dispatch { pallet, name, .. }) if pallet == "Revive" && name == "ContractReverted" => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Events of one kind that the vaults emitted in a transaction.
    pub(crate) fn vault_events<Ev: ContractEvent>(&self, receipt: &Receipt) -> Result<Vec<Ev>, KeeperError> {
        decode_events(receipt, self.vaults)
            .map_err(|error| KeeperError::Event { contract: self.vaults, cause: error.to_string() })
    }

    /// The one event of a kind that tells what a transaction has done.
    pub(crate) fn vault_event<Ev: ContractEvent>(&self, receipt: &Receipt) -> Result<Ev, KeeperError> {
        let event = self.vault_events(receipt)?.into_iter().next();
        event.ok_or(KeeperError::NoEvent { contract: self.vaults, event: Ev::LABEL })
    }

    /// The event, where it is of this kind and from the vaults.
    pub(crate) fn as_vault_event<Ev: ContractEvent>(&self, event: &ChainEvent) -> Result<Option<Ev>, KeeperError> {
        decode_event(event, self.vaults)
            .transpose()
            .map_err(|error| KeeperError::Event { contract: self.vaults, cause: error.to_string() })
    }
}

/// An amount of the ERC-20 interface as coin; the coin itself never passes 128 bits, an allowance may.
fn saturated(amount: U256) -> Wad {
    u128::try_from(amount).map_or(Wad::MAX, Wad::from_raw)
}
