//! The connection: requests, and what their failures mean.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::de::DeserializeOwned;
use subxt::{
    config::{
        substrate::{SubstrateConfig, SubstrateHeader},
        RpcConfigFor,
    },
    rpcs::{
        self,
        client::{rpc_params, RpcClient, RpcParams, RpcSubscription},
        methods::legacy::{LegacyRpcMethods, TransactionStatus},
    },
    utils::AccountId32,
};

use crate::{account::AccountId, chain::Hash, error::ChainError};

/// What JSON-RPC answers where a method does not exist.
const METHOD_NOT_FOUND: i32 = -32601;

type Methods = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;

/// Height and hash of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockId {
    pub(super) number: u64,
    pub(super) hash: Hash,
}

/// One WebSocket connection. It does not come back by itself once it broke; [`super::NodeChain`] opens another.
pub(super) struct Link {
    url: String,
    client: RpcClient,
    methods: Methods,
    broken: AtomicBool,
}

impl Link {
    pub(super) async fn open(url: &str) -> Result<Self, ChainError> {
        let client = RpcClient::from_insecure_url(url)
            .await
            .map_err(|error| ChainError::Unreachable { url: url.to_owned(), cause: cause_of(&error) })?;
        let methods = Methods::new(client.clone());
        Ok(Self { url: url.to_owned(), client, methods, broken: AtomicBool::new(false) })
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// What a failed request means. Remembers when it was the connection.
    pub(super) fn explain(&self, request: &str, error: rpcs::Error) -> ChainError {
        match error {
            rpcs::Error::User(answer) if answer.code == METHOD_NOT_FOUND => {
                ChainError::Node { request: request.to_owned(), reason: "the node has no such method".into() }
            }
            rpcs::Error::User(answer) => ChainError::Node { request: request.to_owned(), reason: reason_of(&answer) },
            rpcs::Error::Client(_) | rpcs::Error::DisconnectedWillReconnect(_) => {
                self.broken.store(true, Ordering::Relaxed);
                ChainError::Unreachable { url: self.url.clone(), cause: cause_of(&error) }
            }
            other => ChainError::Decode { what: format!("the answer to {request}"), cause: cause_of(&other) },
        }
    }

    /// A request that the legacy methods do not know.
    pub(super) async fn request<R: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<R, ChainError> {
        self.client.request(method, params).await.map_err(|error| self.explain(method, error))
    }

    pub(super) async fn genesis_hash(&self) -> Result<Hash, ChainError> {
        self.methods.genesis_hash().await.map_err(|error| self.explain("chain_getBlockHash", error))
    }

    pub(super) async fn chain_name(&self) -> Result<String, ChainError> {
        self.methods.system_chain().await.map_err(|error| self.explain("system_chain", error))
    }

    /// Decimals of the native token, where the chain tells.
    pub(super) async fn native_decimals(&self) -> Result<Option<u8>, ChainError> {
        let properties =
            self.methods.system_properties().await.map_err(|error| self.explain("system_properties", error))?;
        // A chain with several tokens gives a list, the native one first.
        let decimals = properties.get("tokenDecimals").and_then(|value| match value.as_array() {
            Some(list) => list.first().and_then(serde_json::Value::as_u64),
            None => value.as_u64(),
        });
        Ok(decimals.and_then(|decimals| u8::try_from(decimals).ok()))
    }

    /// How many other nodes this one is connected to.
    pub(super) async fn peers(&self) -> Result<usize, ChainError> {
        let health = self.methods.system_health().await.map_err(|error| self.explain("system_health", error))?;
        Ok(health.peers)
    }

    pub(super) async fn best(&self) -> Result<Hash, ChainError> {
        self.block_hash(None).await?.ok_or_else(|| missing("the best block's hash"))
    }

    pub(super) async fn finalized(&self) -> Result<BlockId, ChainError> {
        let hash = self
            .methods
            .chain_get_finalized_head()
            .await
            .map_err(|error| self.explain("chain_getFinalizedHead", error))?;
        self.header(hash).await
    }

    /// Hash of the block at a height of the best chain, or of the best block.
    pub(super) async fn block_hash(&self, number: Option<u64>) -> Result<Option<Hash>, ChainError> {
        self.methods
            .chain_get_block_hash(number.map(Into::into))
            .await
            .map_err(|error| self.explain("chain_getBlockHash", error))
    }

    pub(super) async fn header(&self, hash: Hash) -> Result<BlockId, ChainError> {
        let header: Option<SubstrateHeader<Hash>> =
            self.methods.chain_get_header(Some(hash)).await.map_err(|error| self.explain("chain_getHeader", error))?;
        let header = header.ok_or_else(|| missing(&format!("the header of block {hash:?}")))?;
        Ok(BlockId { number: header.number, hash })
    }

    /// The block's extrinsics, encoded.
    pub(super) async fn body(&self, hash: Hash) -> Result<Vec<Vec<u8>>, ChainError> {
        let details =
            self.methods.chain_get_block(Some(hash)).await.map_err(|error| self.explain("chain_getBlock", error))?;
        let details = details.ok_or_else(|| missing(&format!("the body of block {hash:?}")))?;
        Ok(details.block.extrinsics.into_iter().map(|extrinsic| extrinsic.0).collect())
    }

    /// Version of the runtime and of its transactions at a block.
    pub(super) async fn versions(&self, at: Hash) -> Result<(u32, u32), ChainError> {
        let version = self
            .methods
            .state_get_runtime_version(Some(at))
            .await
            .map_err(|error| self.explain("state_getRuntimeVersion", error))?;
        Ok((version.spec_version, version.transaction_version))
    }

    pub(super) async fn storage(&self, key: &[u8], at: Hash) -> Result<Option<Vec<u8>>, ChainError> {
        self.methods.state_get_storage(key, Some(at)).await.map_err(|error| self.explain("state_getStorage", error))
    }

    pub(super) async fn call(&self, function: &str, arguments: &[u8], at: Hash) -> Result<Vec<u8>, ChainError> {
        self.methods
            .state_call(function, Some(arguments), Some(at))
            .await
            .map_err(|error| self.explain(function, error))
    }

    /// The account's next nonce, counting what waits in the pool.
    pub(super) async fn next_nonce(&self, account: &AccountId) -> Result<u64, ChainError> {
        self.methods
            .system_account_next_index(&AccountId32(account.0))
            .await
            .map_err(|error| self.explain("system_accountNextIndex", error))
    }

    /// Hand a transaction to the pool and follow it. The raw error tells a refusal from a broken connection.
    pub(super) async fn watch(
        &self,
        extrinsic: &[u8],
    ) -> Result<RpcSubscription<TransactionStatus<Hash>>, rpcs::Error> {
        self.methods.author_submit_and_watch_extrinsic(extrinsic).await
    }
}

/// No parameters.
pub(super) fn no_params() -> RpcParams {
    rpc_params![]
}

/// One number as parameter.
pub(super) fn number_param(number: u64) -> RpcParams {
    rpc_params![number]
}

/// What the node said, with the details that it keeps apart.
pub(super) fn reason_of(answer: &rpcs::UserError) -> String {
    match answer.data.as_deref().map(|data| data.get().trim_matches('"')) {
        Some(data) => format!("{}: {data}", answer.message),
        None => answer.message.clone(),
    }
}

fn missing(what: &str) -> ChainError {
    ChainError::Node { request: what.to_owned(), reason: "the node does not have it (any more)".into() }
}

/// The layers of the client each put their name before the cause; one does not help whoever reads it.
fn cause_of(error: &rpcs::Error) -> String {
    let text = error.to_string();
    text.trim_start_matches("RPC error: client error: ").to_owned()
}
