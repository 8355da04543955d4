//! What this node answers beyond ordinary Substrate RPC: sealing and time.

use std::sync::Arc;

use futures::{
    channel::{mpsc, oneshot},
    SinkExt,
};
use jsonrpsee::{
    core::async_trait,
    proc_macros::rpc,
    types::{error::INTERNAL_ERROR_CODE, error::INVALID_PARAMS_CODE, ErrorObjectOwned},
};
use sc_consensus_manual_seal::{rpc::CreatedBlock, EngineCommand};
use serde::{Deserialize, Serialize};
use sp_blockchain::HeaderBackend;
use sp_core::H256;

use crate::clock::Clock;
use florin_runtime::OpaqueBlock;

/// A block that was made on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// Its height.
    pub(crate) number: u32,
    /// Its hash.
    pub(crate) hash: H256,
    /// Its time, in milliseconds since 1970.
    pub(crate) timestamp_ms: u64,
}

/// Sealing and time, for development.
#[rpc(server)]
pub(crate) trait FlorinApi {
    /// Make and finalize a block with what is in the pool.
    #[method(name = "florin_seal")]
    async fn seal(&self) -> Result<Sealed, ErrorObjectOwned>;

    /// Set the time of the next block, in milliseconds since 1970, and make it.
    #[method(name = "florin_setTime")]
    async fn set_time(&self, timestamp_ms: u64) -> Result<Sealed, ErrorObjectOwned>;

    /// Move time forward by milliseconds and make a block.
    #[method(name = "florin_advanceTime")]
    async fn advance_time(&self, by_ms: u64) -> Result<Sealed, ErrorObjectOwned>;
}

/// Answers [`FlorinApiServer`].
pub(crate) struct Florin<C> {
    pub(crate) client: Arc<C>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) commands: mpsc::Sender<EngineCommand<H256>>,
}

#[async_trait]
impl<C> FlorinApiServer for Florin<C>
where
    C: HeaderBackend<OpaqueBlock> + 'static,
{
    async fn seal(&self) -> Result<Sealed, ErrorObjectOwned> {
        let (sender, receiver) = oneshot::channel::<Result<CreatedBlock<H256>, sc_consensus_manual_seal::Error>>();
        let command =
            EngineCommand::SealNewBlock { create_empty: true, finalize: true, parent_hash: None, sender: Some(sender) };
        self.commands.clone().send(command).await.map_err(internal)?;
        let hash = receiver.await.map_err(internal)?.map_err(internal)?.hash;
        let number = self
            .client
            .number(hash)
            .map_err(internal)?
            .ok_or_else(|| internal("the block that was just made is not in the database"))?;
        Ok(Sealed { number, hash, timestamp_ms: self.clock.now_ms() })
    }

    async fn set_time(&self, timestamp_ms: u64) -> Result<Sealed, ErrorObjectOwned> {
        self.clock.set_ms(timestamp_ms).map_err(invalid)?;
        self.seal().await
    }

    async fn advance_time(&self, by_ms: u64) -> Result<Sealed, ErrorObjectOwned> {
        self.clock.advance_ms(by_ms).map_err(invalid)?;
        self.seal().await
    }
}

fn internal(cause: impl ToString) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, cause.to_string(), None::<()>)
}

fn invalid(cause: impl ToString) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, cause.to_string(), None::<()>)
}
