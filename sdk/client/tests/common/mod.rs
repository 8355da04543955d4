//! A chain that answers as a test tells it to, and remembers what was sent.

// Each test program uses a part of it.
#![allow(dead_code)]

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard},
};

use florin_client::{
    account::AccountId,
    chain::{
        Action, Address, Block, Chain, ChainEvent, ChainInfo, DryRun, ExecReturn, Hash, Limits, Receipt, Wait, Weight,
    },
    contract::{code_hash, salted_address},
    error::ChainError,
    signer::Signer,
};

/// What is behind [`ScriptedChain`].
#[derive(Default)]
pub(crate) struct State {
    /// Answers to trials, in order; when they run out, the call returns nothing wrong.
    pub(crate) trials: VecDeque<Result<DryRun, ChainError>>,
    /// Failures of submissions, in order; when they run out, submissions succeed.
    pub(crate) failures: VecDeque<Option<ChainError>>,
    /// Everything that was submitted, with its limits.
    pub(crate) sent: Vec<(AccountId, Vec<Action>, Limits)>,
    /// Accounts that are mapped.
    pub(crate) mapped: HashSet<AccountId>,
    /// Uploaded code by hash.
    pub(crate) codes: HashMap<Hash, Vec<u8>>,
    /// Contracts and their code.
    pub(crate) contracts: HashMap<Address, Hash>,
}

/// A chain without a machine.
#[derive(Default)]
pub(crate) struct ScriptedChain(Mutex<State>);

/// What a trial answers that consumed nothing and returned `data`.
pub(crate) fn returning(data: Vec<u8>) -> DryRun {
    DryRun {
        weight_required: Weight { ref_time: 1_000, proof_size: 100 },
        weight_consumed: Weight { ref_time: 900, proof_size: 90 },
        storage_deposit: 0,
        output: ExecReturn { reverted: false, data },
        created: None,
    }
}

/// What a trial answers whose contract refused with `data`.
pub(crate) fn reverting(data: Vec<u8>) -> DryRun {
    let mut tried = returning(data);
    tried.output.reverted = true;
    tried
}

/// A dispatch error of the revive pallet.
pub(crate) fn revive(name: &str) -> ChainError {
    ChainError::Dispatch { pallet: "Revive".into(), name: name.into(), detail: None }
}

impl ScriptedChain {
    /// What is behind.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics with the lock")
    }
}

fn block(number: usize) -> Block {
    Block { number: number as u64, hash: Hash::from_low_u64_be(number as u64), timestamp_ms: 0 }
}

impl Chain for ScriptedChain {
    async fn info(&self) -> Result<ChainInfo, ChainError> {
        Ok(ChainInfo {
            name: "script".into(),
            genesis_hash: Hash::repeat_byte(1),
            spec_version: 1,
            ss58_prefix: 42,
            native_decimals: 10,
            native_to_contract_ratio: 100_000_000,
            existential_deposit: 1,
        })
    }

    async fn head(&self) -> Result<Block, ChainError> {
        Ok(block(self.state().sent.len()))
    }

    async fn balance(&self, _: &AccountId) -> Result<u128, ChainError> {
        Ok(0)
    }

    async fn balance_of_address(&self, _: &Address) -> Result<u128, ChainError> {
        Ok(0)
    }

    async fn is_mapped(&self, account: &AccountId) -> Result<bool, ChainError> {
        Ok(self.state().mapped.contains(account))
    }

    async fn code_hash(&self, contract: &Address) -> Result<Option<Hash>, ChainError> {
        Ok(self.state().contracts.get(contract).copied())
    }

    async fn code_exists(&self, code_hash: &Hash) -> Result<bool, ChainError> {
        Ok(self.state().codes.contains_key(code_hash))
    }

    async fn dry_run(&self, origin: &AccountId, action: &Action) -> Result<DryRun, ChainError> {
        let mut state = self.state();
        if let Action::Instantiate { .. } = action {
            let created = created(&state, origin, action);
            return Ok(DryRun { created: Some(created), ..returning(vec![0]) });
        }
        state.trials.pop_front().unwrap_or_else(|| Ok(returning(vec![0])))
    }

    async fn submit(
        &self,
        signer: &Signer,
        actions: &[Action],
        limits: &Limits,
        _: Wait,
    ) -> Result<Receipt, ChainError> {
        let mut state = self.state();
        if let Some(Some(failure)) = state.failures.pop_front() {
            return Err(failure);
        }
        let mut events = Vec::new();
        for action in actions {
            match action {
                Action::MapAccount => {
                    state.mapped.insert(signer.account());
                }
                Action::Upload { code } => {
                    state.codes.insert(code_hash(code), code.clone());
                }
                Action::Instantiate { code_hash, .. } => {
                    let contract = created(&state, &signer.account(), action);
                    state.contracts.insert(contract, *code_hash);
                    events.push(ChainEvent::Instantiated { deployer: signer.account().to_address(), contract });
                }
                Action::Call { .. } | Action::Transfer { .. } => {}
            }
        }
        state.sent.push((signer.account(), actions.to_vec(), *limits));
        let number = state.sent.len();
        Ok(Receipt {
            transaction: Hash::from_low_u64_le(number as u64),
            block: block(number),
            weight: Weight::default(),
            fee: 1,
            events,
        })
    }

    async fn max_call_weight(&self) -> Result<Weight, ChainError> {
        Ok(Weight { ref_time: 10_000, proof_size: 1_000 })
    }

    async fn events_at(&self, _: u64) -> Result<Vec<(u32, ChainEvent)>, ChainError> {
        Ok(Vec::new())
    }
}

fn created(state: &State, deployer: &AccountId, action: &Action) -> Address {
    let Action::Instantiate { code_hash, data, salt, .. } = action else { return Address::zero() };
    let code = state.codes.get(code_hash).map(Vec::as_slice).unwrap_or_default();
    salted_address(&deployer.to_address(), code, data, &salt.unwrap_or_default())
}
