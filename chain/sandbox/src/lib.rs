//! The runtime in process behind the SDK's [`Chain`] trait: real contract code, real fees, nonces, weights and deposits, no
//! node. A transaction is signed, checked and executed exactly as in a block; each one gets a block of its own.
//!
//! What differs from a node: there is no network, no pool and no state root (blocks are not proven to anybody), and time
//! stands still until the caller moves it.

mod assets;
mod events;
mod machine;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use florin_client::{
    account::AccountId,
    chain::{
        Action, Address, Block, Chain, ChainEvent, ChainInfo, DevChain, DryRun, Hash, Limits, Receipt, Wait, Weight,
    },
    error::ChainError,
    signer::Signer,
};

use machine::Machine;

/// A chain in this process. Clones share one chain.
#[derive(Clone)]
pub struct Sandbox {
    machine: Arc<Mutex<Machine>>,
}

/// A state to come back to. Restoring one forgets those taken after it; it can be restored again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot(usize);

impl Sandbox {
    /// A fresh chain with the development genesis: Alice to Ferdie and their stashes hold ten million tokens each, Alice is
    /// sudo. Its clock starts at 2020-03-01T00:00:00Z.
    pub fn new() -> Self {
        Self { machine: Arc::new(Mutex::new(Machine::new())) }
    }

    /// Remember the present state.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.machine().snapshot())
    }

    /// Go back to a remembered state; blocks and clock included.
    ///
    /// # Errors
    /// [`UnknownSnapshot`] where a restore to an earlier state has forgotten it.
    pub fn restore(&self, snapshot: Snapshot) -> Result<(), UnknownSnapshot> {
        if self.machine().restore(snapshot.0) {
            Ok(())
        } else {
            Err(UnknownSnapshot(snapshot))
        }
    }

    // A panic in another test thread leaves the machine as it was before or after a whole transaction.
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

/// The snapshot was taken after one that has been restored since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is gone: an earlier snapshot was restored since")]
pub struct UnknownSnapshot(pub Snapshot);

impl Chain for Sandbox {
    async fn info(&self) -> Result<ChainInfo, ChainError> {
        Ok(self.machine().info())
    }

    async fn head(&self) -> Result<Block, ChainError> {
        Ok(self.machine().head())
    }

    async fn balance(&self, account: &AccountId) -> Result<u128, ChainError> {
        Ok(self.machine().balance(account))
    }

    async fn balance_of_address(&self, address: &Address) -> Result<u128, ChainError> {
        self.machine().balance_of_address(address)
    }

    async fn is_mapped(&self, account: &AccountId) -> Result<bool, ChainError> {
        Ok(self.machine().is_mapped(account))
    }

    async fn code_hash(&self, contract: &Address) -> Result<Option<Hash>, ChainError> {
        Ok(self.machine().code_hash(contract))
    }

    async fn code_exists(&self, code_hash: &Hash) -> Result<bool, ChainError> {
        Ok(self.machine().code_exists(code_hash))
    }

    async fn dry_run(&self, origin: &AccountId, action: &Action) -> Result<DryRun, ChainError> {
        self.machine().dry_run(origin, action)
    }

    async fn submit(
        &self,
        signer: &Signer,
        actions: &[Action],
        limits: &Limits,
        _wait: Wait,
    ) -> Result<Receipt, ChainError> {
        self.machine().submit(signer, actions, limits)
    }

    async fn max_call_weight(&self) -> Result<Weight, ChainError> {
        Ok(self.machine().max_call_weight())
    }

    async fn events_at(&self, number: u64) -> Result<Vec<(u32, ChainEvent)>, ChainError> {
        Ok(self.machine().events_at(number))
    }
}

impl DevChain for Sandbox {
    async fn seal(&self) -> Result<Block, ChainError> {
        Ok(self.machine().seal())
    }

    async fn advance_seconds(&self, seconds: u64) -> Result<Block, ChainError> {
        let mut machine = self.machine();
        let target = machine.head().timestamp_ms.saturating_add(seconds.saturating_mul(1_000));
        machine.set_time(target)
    }

    async fn set_time_ms(&self, timestamp_ms: u64) -> Result<Block, ChainError> {
        self.machine().set_time(timestamp_ms)
    }

    async fn fund(&self, account: &AccountId, amount: u128) -> Result<(), ChainError> {
        self.machine().fund(account, amount)
    }

    async fn create_asset(&self, id: u32, decimals: u8, minimum_balance: u128) -> Result<Address, ChainError> {
        assets::create(&mut self.machine(), id, decimals, minimum_balance)
    }

    async fn mint_asset(&self, id: u32, to: &AccountId, amount: u128) -> Result<(), ChainError> {
        assets::mint(&mut self.machine(), id, to, amount)
    }

    async fn freeze_asset(&self, id: u32, account: &AccountId, frozen: bool) -> Result<(), ChainError> {
        assets::freeze(&mut self.machine(), id, account, frozen)
    }
}
