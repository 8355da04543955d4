//! A chain behind a node's RPC. Everything is encoded and decoded by the metadata that the node serves, nothing by a runtime
//! known at compile time, so the same client talks to the development node and to Polkadot Hub.

mod calls;
mod dev;
mod events;
mod link;
mod runtime;
mod submit;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use parity_scale_codec::{Compact, Decode, Encode};
use primitive_types::U256;
use scale_value::Value;
use subxt::ext::scale_decode::DecodeAsType;
use tokio::sync::RwLock;

use crate::{
    account::AccountId,
    chain::{
        Action, Address, Block, Chain, ChainEvent, ChainInfo, DryRun, ExecReturn, Hash, Limits, Receipt, Wait, Weight,
    },
    error::ChainError,
    signer::Signer,
};

use events::WeightParts;
use link::{BlockId, Link};
use runtime::Runtime;

/// Where a development node listens.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";

/// Set in what a contract returns where it undid its changes.
const REVERTED: u32 = 1;

/// How patient a [`NodeChain`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long a transaction is followed that stands in the pool and in no block. After that its outcome is unknown.
    pub inclusion: Duration,
    /// How long the chain is searched for a transaction that the pool has lost sight of.
    pub search: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { inclusion: Duration::from_secs(600), search: Duration::from_secs(60) }
    }
}

/// A chain behind a node. Clones share one connection, which is opened again after it broke.
#[derive(Clone)]
pub struct NodeChain {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    genesis_hash: Hash,
    info: ChainInfo,
    patience: Patience,
    link: RwLock<Arc<Link>>,
    runtimes: Mutex<HashMap<u32, Arc<Runtime>>>,
}

impl core::fmt::Debug for NodeChain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NodeChain").field("url", &self.shared.url).field("info", &self.shared.info).finish()
    }
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountInfo {
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ReviveAccount {
    account_type: AccountType,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum AccountType {
    Contract(ContractInfo),
    #[allow(clippy::upper_case_acronyms)]
    EOA,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ContractInfo {
    code_hash: [u8; 32],
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct CallResult {
    weight_consumed: WeightParts,
    weight_required: WeightParts,
    storage_deposit: Deposit,
    result: Result<Returned, Value>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct InstantiateResult {
    weight_consumed: WeightParts,
    weight_required: WeightParts,
    storage_deposit: Deposit,
    result: Result<Created, Value>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum Deposit {
    Refund(u128),
    Charge(u128),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Returned {
    flags: u32,
    data: Vec<u8>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Created {
    result: Returned,
    addr: [u8; 20],
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct BlockWeights {
    per_class: PerClass,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct PerClass {
    normal: ClassWeights,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ClassWeights {
    max_extrinsic: Option<WeightParts>,
}

impl Deposit {
    fn signed(&self) -> i128 {
        match self {
            Self::Charge(amount) => i128::try_from(*amount).unwrap_or(i128::MAX),
            Self::Refund(amount) => i128::try_from(*amount).map_or(i128::MIN, |amount| -amount),
        }
    }
}

impl From<Returned> for ExecReturn {
    fn from(returned: Returned) -> Self {
        Self { reverted: returned.flags & REVERTED != 0, data: returned.data }
    }
}

impl NodeChain {
    /// Connect to a node (`ws://…` or `wss://…`) and check that its chain offers what the SDK needs.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] where nobody listens, [`ChainError::Incompatible`] where the chain lacks a pallet, a call or a
    /// runtime interface.
    pub async fn connect(url: &str) -> Result<Self, ChainError> {
        Self::connect_with(url, Patience::default()).await
    }

    /// [`NodeChain::connect`] with a patience of one's own.
    ///
    /// # Errors
    /// Those of [`NodeChain::connect`].
    pub async fn connect_with(url: &str, patience: Patience) -> Result<Self, ChainError> {
        let link = Link::open(url).await?;
        let genesis_hash = link.genesis_hash().await?;
        let best = link.best().await?;
        let (spec_version, transaction_version) = link.versions(best).await?;
        let metadata = fetch_metadata(&link, best).await?;
        let runtime = Runtime::new(genesis_hash, spec_version, transaction_version, &metadata)?;
        runtime.check()?;
        let info = ChainInfo {
            name: link.chain_name().await?,
            genesis_hash,
            spec_version,
            ss58_prefix: runtime.constant("System", "SS58Prefix")?,
            native_decimals: link.native_decimals().await?.unwrap_or(10),
            native_to_contract_ratio: runtime.constant::<u128>("Revive", "NativeToEthRatio")?,
            existential_deposit: runtime.constant("Balances", "ExistentialDeposit")?,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                url: url.to_owned(),
                genesis_hash,
                info,
                patience,
                link: RwLock::new(Arc::new(link)),
                runtimes: Mutex::new(HashMap::from([(spec_version, Arc::new(runtime))])),
            }),
        })
    }

    /// Refuse to go on with another chain than the one that is meant.
    ///
    /// # Errors
    /// [`ChainError::WrongNetwork`] with both hashes.
    pub fn expect_genesis(&self, expected: Hash) -> Result<(), ChainError> {
        let actual = self.shared.genesis_hash;
        if actual == expected {
            Ok(())
        } else {
            Err(ChainError::WrongNetwork { expected, actual })
        }
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// A block by its number; none where there is none, or where the node has forgotten its state.
    ///
    /// # Errors
    /// The node's.
    pub async fn block_at(&self, number: u64) -> Result<Option<Block>, ChainError> {
        let link = self.link().await?;
        let Some(hash) = link.block_hash(Some(number)).await? else { return Ok(None) };
        let found = match self.runtime(&link, hash).await {
            Ok(runtime) => block(&link, &runtime, BlockId { number, hash }).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(block) => Ok(Some(block)),
            Err(error @ ChainError::Unreachable { .. }) => Err(error),
            // A node that keeps no old states says so by an error of its own.
            Err(_) => Ok(None),
        }
    }

    /// The connection; a new one where the last has broken.
    async fn link(&self) -> Result<Arc<Link>, ChainError> {
        let link = self.shared.link.read().await.clone();
        if !link.is_broken() {
            return Ok(link);
        }
        let mut slot = self.shared.link.write().await;
        // Somebody else may have opened it while this task waited for the lock.
        if slot.is_broken() {
            let fresh = Link::open(&self.shared.url).await?;
            let actual = fresh.genesis_hash().await?;
            if actual != self.shared.genesis_hash {
                return Err(ChainError::WrongNetwork { expected: self.shared.genesis_hash, actual });
            }
            *slot = Arc::new(fresh);
        }
        Ok(slot.clone())
    }

    /// The runtime at a block; its metadata is fetched once a version.
    async fn runtime(&self, link: &Link, at: Hash) -> Result<Arc<Runtime>, ChainError> {
        let (spec_version, transaction_version) = link.versions(at).await?;
        let known = |shared: &Shared| {
            shared.runtimes.lock().unwrap_or_else(PoisonError::into_inner).get(&spec_version).cloned()
        };
        if let Some(runtime) = known(&self.shared) {
            return Ok(runtime);
        }
        let metadata = fetch_metadata(link, at).await?;
        let runtime = Runtime::new(self.shared.genesis_hash, spec_version, transaction_version, &metadata)?;
        let runtime = Arc::new(runtime);
        self.shared.runtimes.lock().unwrap_or_else(PoisonError::into_inner).insert(spec_version, runtime.clone());
        Ok(runtime)
    }

    /// Connection, best block and runtime, with which every reading starts.
    async fn now(&self) -> Result<(Arc<Link>, Hash, Arc<Runtime>), ChainError> {
        let link = self.link().await?;
        let best = link.best().await?;
        let runtime = self.runtime(&link, best).await?;
        Ok((link, best, runtime))
    }

    /// Bytes of a storage entry at the best block, and the runtime that can read them.
    async fn stored(
        &self,
        pallet: &str,
        entry: &str,
        keys: Vec<Value>,
    ) -> Result<(Arc<Runtime>, Option<Vec<u8>>), ChainError> {
        let (link, best, runtime) = self.now().await?;
        let key = runtime.storage_key(pallet, entry, keys)?;
        let bytes = link.storage(&key, best).await?;
        Ok((runtime, bytes))
    }
}

impl Chain for NodeChain {
    async fn info(&self) -> Result<ChainInfo, ChainError> {
        let (_, _, runtime) = self.now().await?;
        Ok(ChainInfo { spec_version: runtime.spec_version, ..self.shared.info.clone() })
    }

    async fn head(&self) -> Result<Block, ChainError> {
        let (link, best, runtime) = self.now().await?;
        block(&link, &runtime, link.header(best).await?).await
    }

    async fn balance(&self, account: &AccountId) -> Result<u128, ChainError> {
        let (runtime, bytes) = self.stored("System", "Account", vec![Value::from_bytes(account.0)]).await?;
        match bytes {
            Some(bytes) => Ok(runtime.decode_storage::<AccountInfo>("System", "Account", &bytes)?.data.free),
            None => Ok(0),
        }
    }

    async fn balance_of_address(&self, address: &Address) -> Result<u128, ChainError> {
        let (link, best, runtime) = self.now().await?;
        let arguments = runtime.arguments("ReviveApi", "balance", vec![Value::from_bytes(address)])?;
        let bytes = link.call("ReviveApi_balance", &arguments, best).await?;
        let what = || format!("the balance of {address:?}");
        let balance = U256::decode(&mut &*bytes)
            .map_err(|error| ChainError::Decode { what: what(), cause: error.to_string() })?;
        let planck = balance
            .checked_div(self.shared.info.native_to_contract_ratio.into())
            .and_then(|planck| u128::try_from(planck).ok());
        planck.ok_or_else(|| ChainError::Decode { what: what(), cause: "above 128 bits".into() })
    }

    async fn is_mapped(&self, account: &AccountId) -> Result<bool, ChainError> {
        if account.is_address_account() {
            return Ok(true);
        }
        let key = vec![Value::from_bytes(account.to_address())];
        Ok(self.stored("Revive", "OriginalAccount", key).await?.1.is_some())
    }

    async fn code_hash(&self, contract: &Address) -> Result<Option<Hash>, ChainError> {
        let (runtime, bytes) = self.stored("Revive", "AccountInfoOf", vec![Value::from_bytes(contract)]).await?;
        let Some(bytes) = bytes else { return Ok(None) };
        let account: ReviveAccount = runtime.decode_storage("Revive", "AccountInfoOf", &bytes)?;
        Ok(match account.account_type {
            AccountType::Contract(contract) => Some(Hash::from(contract.code_hash)),
            AccountType::EOA => None,
        })
    }

    async fn code_exists(&self, code_hash: &Hash) -> Result<bool, ChainError> {
        Ok(self.stored("Revive", "PristineCode", vec![Value::from_bytes(code_hash)]).await?.1.is_some())
    }

    async fn dry_run(&self, origin: &AccountId, action: &Action) -> Result<DryRun, ChainError> {
        let (link, best, runtime) = self.now().await?;
        // No bounds of its own: the chain tries with a whole block and any deposit. It maps an unmapped origin for the trial.
        let unbounded = || calls::option(None);
        match action {
            Action::Call { to, value, data } => {
                let arguments = vec![
                    Value::from_bytes(origin.0),
                    Value::from_bytes(to),
                    Value::u128(*value),
                    unbounded(),
                    unbounded(),
                    Value::from_bytes(data),
                ];
                let arguments = runtime.arguments("ReviveApi", "call", arguments)?;
                let bytes = link.call("ReviveApi_call", &arguments, best).await?;
                let tried: CallResult = runtime.decode_output("ReviveApi", "call", &bytes)?;
                let output = tried.result.map_err(|error| runtime.dispatch_error(&error))?;
                Ok(DryRun {
                    weight_required: tried.weight_required.into(),
                    weight_consumed: tried.weight_consumed.into(),
                    storage_deposit: tried.storage_deposit.signed(),
                    output: output.into(),
                    created: None,
                })
            }
            Action::Instantiate { code_hash, value, data, salt } => {
                let arguments = vec![
                    Value::from_bytes(origin.0),
                    Value::u128(*value),
                    unbounded(),
                    unbounded(),
                    Value::unnamed_variant("Existing", [Value::from_bytes(code_hash)]),
                    Value::from_bytes(data),
                    calls::option(salt.map(Value::from_bytes)),
                ];
                let arguments = runtime.arguments("ReviveApi", "instantiate", arguments)?;
                let bytes = link.call("ReviveApi_instantiate", &arguments, best).await?;
                let tried: InstantiateResult = runtime.decode_output("ReviveApi", "instantiate", &bytes)?;
                let created = tried.result.map_err(|error| runtime.dispatch_error(&error))?;
                let output = ExecReturn::from(created.result);
                Ok(DryRun {
                    weight_required: tried.weight_required.into(),
                    weight_consumed: tried.weight_consumed.into(),
                    storage_deposit: tried.storage_deposit.signed(),
                    created: (!output.reverted).then(|| Address::from(created.addr)),
                    output,
                })
            }
            Action::Upload { .. } | Action::MapAccount | Action::Transfer { .. } => {
                Err(ChainError::Invalid { reason: "only calls and instantiations can be tried".into() })
            }
        }
    }

    async fn submit(
        &self,
        signer: &Signer,
        actions: &[Action],
        limits: &Limits,
        wait: Wait,
    ) -> Result<Receipt, ChainError> {
        self.submit_call(signer, &calls::from_actions(actions, limits), wait).await
    }

    async fn max_call_weight(&self) -> Result<Weight, ChainError> {
        let (_, _, runtime) = self.now().await?;
        let weights: BlockWeights = runtime.constant("System", "BlockWeights")?;
        let most = weights.per_class.normal.max_extrinsic.map_or(
            // A chain without a bound for one transaction bounds it by the block all the same.
            Weight { ref_time: u64::MAX, proof_size: u64::MAX },
            Weight::from,
        );
        // What a transaction costs beside the call itself: its checks, mapping the account, the batch around both.
        let without_overhead = |most: u64| most - most / 50;
        Ok(Weight { ref_time: without_overhead(most.ref_time), proof_size: without_overhead(most.proof_size) })
    }

    async fn events_at(&self, number: u64) -> Result<Vec<(u32, ChainEvent)>, ChainError> {
        let link = self.link().await?;
        let Some(hash) = link.block_hash(Some(number)).await? else { return Ok(Vec::new()) };
        let runtime = self.runtime(&link, hash).await?;
        let key = runtime.storage_key("System", "Events", Vec::new())?;
        let bytes = link.storage(&key, hash).await?.unwrap_or_default();
        events::by_transaction(&runtime, bytes)
    }
}

/// A block with its own time.
async fn block(link: &Link, runtime: &Runtime, id: BlockId) -> Result<Block, ChainError> {
    let key = runtime.storage_key("Timestamp", "Now", Vec::new())?;
    let timestamp_ms = match link.storage(&key, id.hash).await? {
        Some(bytes) => runtime.decode_storage("Timestamp", "Now", &bytes)?,
        // The first block has no time.
        None => 0,
    };
    Ok(Block { number: id.number, hash: id.hash, timestamp_ms })
}

/// Metadata in the newest stable form that the runtime can give.
async fn fetch_metadata(link: &Link, at: Hash) -> Result<Vec<u8>, ChainError> {
    let undecodable = |error: parity_scale_codec::Error| ChainError::Decode {
        what: "the chain's metadata".into(),
        cause: error.to_string(),
    };
    let versions = link.call("Metadata_metadata_versions", &[], at).await?;
    let versions = Vec::<u32>::decode(&mut &*versions).map_err(undecodable)?;
    // The highest number stands for a form that is still being worked on.
    let version = versions.into_iter().filter(|version| *version != u32::MAX).max().unwrap_or(14);
    let answer = link.call("Metadata_metadata_at_version", &version.encode(), at).await?;
    let input = &mut &*answer;
    // An optional byte string: the metadata follows its length.
    match Option::<Compact<u32>>::decode(input).map_err(undecodable)? {
        Some(_) => Ok(input.to_vec()),
        None => Err(ChainError::Decode {
            what: "the chain's metadata".into(),
            cause: format!("the chain offers version {version} and then has none"),
        }),
    }
}
