//! The one interface to a chain. Two back ends stand behind it: a node ([`crate::node::NodeChain`]) and the in-process
//! sandbox (crate `florin-sandbox`). Everything above this trait is written once.

use std::future::Future;

use crate::{account::AccountId, error::ChainError, signer::Signer};

/// The 20-byte address of a contract or of a mapped account.
pub type Address = primitive_types::H160;
/// A 32-byte hash: of a block, an extrinsic or a code blob.
pub type Hash = primitive_types::H256;

/// Two-dimensional cost of execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Weight {
    /// Computation, in picoseconds of reference hardware.
    pub ref_time: u64,
    /// Proof of storage, in bytes.
    pub proof_size: u64,
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: Hash,
    /// The block's own time, in milliseconds since 1970.
    pub timestamp_ms: u64,
}

/// What identifies a chain and how it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainInfo {
    /// Name that the chain gives itself.
    pub name: String,
    /// Hash of the first block.
    pub genesis_hash: Hash,
    /// Version of the runtime.
    pub spec_version: u32,
    /// Prefix of SS58 addresses.
    pub ss58_prefix: u16,
    /// Decimals of the native token as accounts hold it (10: one unit is 10^10 planck).
    pub native_decimals: u8,
    /// Contracts see native amounts in 18 decimals: one planck is this many contract units.
    pub native_to_contract_ratio: u128,
    /// Least balance that keeps an account alive, in planck.
    pub existential_deposit: u128,
}

/// One act of an account. Several in one submission are one atomic transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call a contract.
    Call {
        /// The contract.
        to: Address,
        /// Native tokens to send along, in planck.
        value: u128,
        /// Selector and arguments.
        data: Vec<u8>,
    },
    /// Upload a code blob.
    Upload {
        /// PolkaVM blob.
        code: Vec<u8>,
    },
    /// Create a contract from uploaded code.
    Instantiate {
        /// Hash of the uploaded blob.
        code_hash: Hash,
        /// Native tokens to send along, in planck.
        value: u128,
        /// Selector and arguments of the constructor.
        data: Vec<u8>,
        /// Makes the address depend on deployer, code and salt alone.
        salt: Option<[u8; 32]>,
    },
    /// Tie the account to its 20-byte address; contracts can then be called.
    MapAccount,
    /// Send native tokens, in planck.
    Transfer {
        /// Receiver.
        to: AccountId,
        /// Amount in planck.
        value: u128,
    },
}

/// How much an act may cost at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Upper bound of the weight of a call or instantiation.
    pub weight: Weight,
    /// Upper bound of the storage deposit, in planck.
    pub storage_deposit: u128,
}

/// What a contract returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecReturn {
    /// The contract undid its changes: `data` is an error.
    pub reverted: bool,
    /// Returned bytes, as the contract encoded them.
    pub data: Vec<u8>,
}

/// Result of trying an act without doing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// Weight to allow for (the highest at any time of the execution).
    pub weight_required: Weight,
    /// Weight that was used up.
    pub weight_consumed: Weight,
    /// Storage deposit in planck: positive is charged, negative refunded.
    pub storage_deposit: i128,
    /// What the contract returned.
    pub output: ExecReturn,
    /// Address of the contract that an instantiation would create.
    pub created: Option<Address>,
}

/// An event of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainEvent {
    /// Emitted by a contract.
    Contract {
        /// The contract.
        contract: Address,
        /// Indexed fields, the first is the signature.
        topics: Vec<Hash>,
        /// The other fields.
        data: Vec<u8>,
    },
    /// A contract was created.
    Instantiated {
        /// Its creator.
        deployer: Address,
        /// The new contract.
        contract: Address,
    },
    /// Emitted by a pallet.
    Pallet {
        /// Name of the pallet.
        pallet: String,
        /// Name of the event.
        name: String,
    },
}

/// How far a submission is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Until it stands in a block that may still be replaced.
    Best,
    /// Until it stands in a block that cannot be replaced.
    #[default]
    Finalized,
}

/// Proof that a transaction succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the transaction.
    pub transaction: Hash,
    /// The block that holds it.
    pub block: Block,
    /// Weight that it used, as the chain booked it.
    pub weight: Weight,
    /// Fee that was paid, in planck.
    pub fee: u128,
    /// Its events, in order.
    pub events: Vec<ChainEvent>,
}

/// A chain.
pub trait Chain: Send + Sync {
    /// Who the chain is and how it counts.
    fn info(&self) -> impl Future<Output = Result<ChainInfo, ChainError>> + Send;
    /// The best block.
    fn head(&self) -> impl Future<Output = Result<Block, ChainError>> + Send;
    /// Free native balance of an account, in planck.
    fn balance(&self, account: &AccountId) -> impl Future<Output = Result<u128, ChainError>> + Send;
    /// Native balance of an address (contract or mapped account) as contracts see it, in planck, rounded down.
    fn balance_of_address(&self, address: &Address) -> impl Future<Output = Result<u128, ChainError>> + Send;
    /// Whether the account can call contracts without being mapped first.
    fn is_mapped(&self, account: &AccountId) -> impl Future<Output = Result<bool, ChainError>> + Send;
    /// Hash of the code of a contract; none where there is no contract.
    fn code_hash(&self, contract: &Address) -> impl Future<Output = Result<Option<Hash>, ChainError>> + Send;
    /// Whether code with this hash is uploaded.
    fn code_exists(&self, code_hash: &Hash) -> impl Future<Output = Result<bool, ChainError>> + Send;
    /// Try a call or an instantiation at the best block without doing it. `origin` need not be mapped.
    ///
    /// # Errors
    /// [`ChainError::Dispatch`] where the chain refuses (out of gas, unknown contract, trap); a revert by the contract is
    /// no error here but [`ExecReturn::reverted`].
    fn dry_run(&self, origin: &AccountId, action: &Action) -> impl Future<Output = Result<DryRun, ChainError>> + Send;
    /// Sign, submit and follow `actions` as one atomic transaction. Returns only when its outcome is known.
    ///
    /// # Errors
    /// [`ChainError::Dispatch`] where it was included and failed; [`ChainError::Dropped`], [`ChainError::Expired`] where it
    /// can no longer be included; [`ChainError::Unknown`] where the connection broke before the outcome was seen.
    fn submit(
        &self,
        signer: &Signer,
        actions: &[Action],
        limits: &Limits,
        wait: Wait,
    ) -> impl Future<Output = Result<Receipt, ChainError>> + Send;
    /// The most weight that one call may have. Unless the back end knows better, what Polkadot Hub grants: three quarters of a
    /// block less what initialisation is assumed to use, less two per cent for the transaction's own checks.
    fn max_call_weight(&self) -> impl Future<Output = Result<Weight, ChainError>> + Send {
        async { Ok(Weight { ref_time: 1_372_000_000_000, proof_size: 7_193_231 }) }
    }
    /// Events of a block, each with the index of its transaction.
    fn events_at(&self, number: u64) -> impl Future<Output = Result<Vec<(u32, ChainEvent)>, ChainError>> + Send;
}

/// A chain for development: time and blocks are at the caller's command.
pub trait DevChain: Chain {
    /// Make a block now.
    fn seal(&self) -> impl Future<Output = Result<Block, ChainError>> + Send;
    /// Move the clock forward and make a block at the new time.
    fn advance_seconds(&self, seconds: u64) -> impl Future<Output = Result<Block, ChainError>> + Send;
    /// Set the time of the next block, in milliseconds since 1970 (never before the last block), and make it.
    fn set_time_ms(&self, timestamp_ms: u64) -> impl Future<Output = Result<Block, ChainError>> + Send;
    /// Give an account native tokens out of nothing, in planck.
    fn fund(&self, account: &AccountId, amount: u128) -> impl Future<Output = Result<(), ChainError>> + Send;
    /// Create a fungible asset whose ERC-20 precompile answers at the returned address.
    fn create_asset(
        &self,
        id: u32,
        decimals: u8,
        minimum_balance: u128,
    ) -> impl Future<Output = Result<Address, ChainError>> + Send;
    /// Issue units of an asset to an account.
    fn mint_asset(&self, id: u32, to: &AccountId, amount: u128) -> impl Future<Output = Result<(), ChainError>> + Send;
    /// Freeze or thaw an account's holding of an asset.
    fn freeze_asset(
        &self,
        id: u32,
        account: &AccountId,
        frozen: bool,
    ) -> impl Future<Output = Result<(), ChainError>> + Send;
}
