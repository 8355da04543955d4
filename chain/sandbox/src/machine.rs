//! The runtime over a state in memory: one block a transaction, snapshots as nested storage transactions.

use std::collections::BTreeMap;

use florin_client::{
    account::AccountId,
    chain::{Action, Address, Block, ChainEvent, ChainInfo, DryRun, ExecReturn, Hash, Limits, Receipt, Weight},
    error::ChainError,
    signer::Signer,
};
use florin_runtime::{
    genesis, AllPalletsWithSystem, Balances, Executive, Revive, Runtime, RuntimeCall, RuntimeOrigin, System,
    TxExtension, UncheckedExtrinsic, EXISTENTIAL_DEPOSIT, NATIVE_TO_ETH_RATIO, SS58_PREFIX, VERSION,
};
use frame_support::{
    dispatch::DispatchClass,
    traits::{OnFinalize, OnInitialize},
};
use pallet_revive::{AddressMapper, Code, ExecConfig, StorageDeposit, TransactionLimits};
use parity_scale_codec::Encode;
use sp_core::{H160, H256};
use sp_io::{hashing, TestExternalities};
use sp_runtime::{
    generic::{self, Era},
    traits::StaticLookup,
    AccountId32, BuildStorage, Digest, DispatchError, MultiAddress, MultiSignature,
};

use crate::events;

/// 2020-03-01T00:00:00Z: the sandbox's time is nobody's wall clock.
const GENESIS_TIME_MS: u64 = 1_583_020_800_000;

/// Events of one block, each with the index of its transaction.
type BlockEvents = Vec<(u32, ChainEvent)>;

#[derive(Clone)]
struct Books {
    head: Block,
    events: BTreeMap<u64, BlockEvents>,
}

pub(crate) struct Machine {
    state: TestExternalities,
    books: Books,
    genesis_hash: Hash,
    // What to put back with each snapshot; the state's part is a storage transaction that is still open.
    snapshots: Vec<Books>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let storage = genesis::development().build_storage().unwrap_or_default();
        let mut state = TestExternalities::new(storage);
        let genesis_hash = H256(hashing::blake2_256(b"florin sandbox"));
        state.execute_with(|| frame_system::BlockHash::<Runtime>::insert(0u32, genesis_hash));
        let head = Block { number: 0, hash: genesis_hash, timestamp_ms: GENESIS_TIME_MS };
        let mut machine =
            Self { state, books: Books { head, events: BTreeMap::new() }, genesis_hash, snapshots: Vec::new() };
        machine.seal();
        machine
    }

    pub(crate) fn info(&self) -> ChainInfo {
        ChainInfo {
            name: "Florin sandbox".into(),
            genesis_hash: self.genesis_hash,
            spec_version: VERSION.spec_version,
            ss58_prefix: SS58_PREFIX,
            native_decimals: 10,
            native_to_contract_ratio: u128::from(NATIVE_TO_ETH_RATIO),
            existential_deposit: EXISTENTIAL_DEPOSIT,
        }
    }

    pub(crate) fn head(&self) -> Block {
        self.books.head
    }

    pub(crate) fn events_at(&self, number: u64) -> BlockEvents {
        self.books.events.get(&number).cloned().unwrap_or_default()
    }

    /// What a block leaves to a single transaction.
    pub(crate) fn max_call_weight(&mut self) -> Weight {
        let weights = florin_runtime::RuntimeBlockWeights::get();
        let normal = weights.get(DispatchClass::Normal);
        let available = normal.max_extrinsic.or(normal.max_total).unwrap_or(weights.max_block);
        // What a transaction costs beside the call itself, as the client of a node counts it: its checks, mapping the account,
        // the batch around both.
        let most = sdk_weight(available.saturating_sub(normal.base_extrinsic));
        let without_overhead = |most: u64| most - most / 50;
        Weight { ref_time: without_overhead(most.ref_time), proof_size: without_overhead(most.proof_size) }
    }

    pub(crate) fn snapshot(&mut self) -> usize {
        self.state.execute_with(sp_io::storage::start_transaction);
        self.snapshots.push(self.books.clone());
        self.snapshots.len()
    }

    pub(crate) fn restore(&mut self, snapshot: usize) -> bool {
        if snapshot == 0 || snapshot > self.snapshots.len() {
            return false;
        }
        while self.snapshots.len() > snapshot {
            self.state.execute_with(sp_io::storage::rollback_transaction);
            self.snapshots.pop();
        }
        self.state.execute_with(|| {
            sp_io::storage::rollback_transaction();
            sp_io::storage::start_transaction();
        });
        if let Some(books) = self.snapshots.last() {
            self.books = books.clone();
        }
        true
    }

    pub(crate) fn balance(&mut self, account: &AccountId) -> u128 {
        let account = AccountId32::new(account.0);
        self.state.execute_with(|| Balances::free_balance(&account))
    }

    pub(crate) fn balance_of_address(&mut self, address: &Address) -> Result<u128, ChainError> {
        let balance = self.state.execute_with(|| Revive::evm_balance(&H160(address.0)));
        (balance / NATIVE_TO_ETH_RATIO)
            .try_into()
            .map_err(|_| ChainError::Decode { what: format!("balance of {address:?}"), cause: "above 128 bits".into() })
    }

    pub(crate) fn is_mapped(&mut self, account: &AccountId) -> bool {
        let account = AccountId32::new(account.0);
        self.state.execute_with(|| <Runtime as pallet_revive::Config>::AddressMapper::is_mapped(&account))
    }

    pub(crate) fn code_hash(&mut self, contract: &Address) -> Option<Hash> {
        let code = self.state.execute_with(|| Revive::code(&H160(contract.0)));
        (!code.is_empty()).then(|| H256(hashing::keccak_256(&code)))
    }

    pub(crate) fn code_exists(&mut self, code_hash: &Hash) -> bool {
        let mut key = hashing::twox_128(b"Revive").to_vec();
        key.extend_from_slice(&hashing::twox_128(b"PristineCode"));
        key.extend_from_slice(code_hash.as_bytes());
        self.state.execute_with(|| sp_io::storage::exists(&key))
    }

    /// Make an empty block at the head's time.
    pub(crate) fn seal(&mut self) -> Block {
        self.block_at(self.books.head.timestamp_ms, |_| ())
    }

    /// Make an empty block at a later time.
    pub(crate) fn set_time(&mut self, timestamp_ms: u64) -> Result<Block, ChainError> {
        let last = self.books.head.timestamp_ms;
        if timestamp_ms < last {
            return Err(ChainError::Invalid {
                reason: format!("time cannot go back: the last block is at {last} ms, {timestamp_ms} ms was asked for"),
            });
        }
        Ok(self.block_at(timestamp_ms, |_| ()))
    }

    /// Open the next block, let `act` do its work in it, and close it. Only the state root is left out.
    fn block_at(&mut self, timestamp_ms: u64, act: impl FnOnce(&mut BlockEvents)) -> Block {
        let parent = self.books.head;
        let number = parent.number.saturating_add(1);
        let height = u32::try_from(number).unwrap_or(u32::MAX);
        let hash = H256(hashing::blake2_256(&(parent.hash, number, timestamp_ms).encode()));
        let mut collected = Vec::new();
        self.state.execute_with(|| {
            System::reset_events();
            System::initialize(&height, &parent.hash, &Digest::default());
            <AllPalletsWithSystem as OnInitialize<u32>>::on_initialize(height);
            // The block's first transaction sets its time, as on every chain. It cannot fail: time never goes back here.
            let set_time = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: timestamp_ms });
            let inherent = generic::UncheckedExtrinsic::new_bare(set_time);
            let _ = Executive::apply_extrinsic(inherent.into());
            act(&mut collected);
            System::note_finished_extrinsics();
            <AllPalletsWithSystem as OnFinalize<u32>>::on_finalize(height);
            frame_system::BlockHash::<Runtime>::insert(height, hash);
        });
        self.books.events.insert(number, collected);
        self.books.head = Block { number, hash, timestamp_ms };
        self.books.head
    }

    pub(crate) fn dry_run(&mut self, origin: &AccountId, action: &Action) -> Result<DryRun, ChainError> {
        let origin = AccountId32::new(origin.0);
        self.state.execute_with(|| {
            sp_io::storage::start_transaction();
            let result = dry_run(origin, action);
            sp_io::storage::rollback_transaction();
            result
        })
    }

    pub(crate) fn submit(
        &mut self,
        signer: &Signer,
        actions: &[Action],
        limits: &Limits,
    ) -> Result<Receipt, ChainError> {
        let calls = actions.iter().map(|action| runtime_call(action, limits)).collect::<Result<Vec<_>, _>>()?;
        let call = match <[RuntimeCall; 1]>::try_from(calls) {
            Ok([call]) => call,
            Err(calls) => RuntimeCall::Utility(pallet_utility::Call::batch_all { calls }),
        };
        self.execute(signer, call)
    }

    /// Sign, check and execute one transaction in a block of its own.
    pub(crate) fn execute(&mut self, signer: &Signer, call: RuntimeCall) -> Result<Receipt, ChainError> {
        let account = AccountId32::new(signer.account().0);
        let extrinsic = self.state.execute_with(|| sign(signer, &account, call));
        let transaction = H256(hashing::blake2_256(&extrinsic.encode()));
        let timestamp_ms = self.books.head.timestamp_ms;
        let mut outcome = None;
        let block = self.block_at(timestamp_ms, |collected| {
            let before = System::event_count();
            let applied = Executive::apply_extrinsic(extrinsic);
            let records: Vec<_> = System::read_events_no_consensus().skip(before as usize).collect();
            let summary = events::summarise(records.into_iter().map(|record| record.event));
            collected.extend(summary.events.iter().map(|event| (1, event.clone())));
            outcome = Some((applied, summary));
        });
        match outcome {
            Some((Ok(Ok(())), summary)) => {
                Ok(Receipt { transaction, block, weight: summary.weight, fee: summary.fee, events: summary.events })
            }
            Some((Ok(Err(error)), _)) => Err(dispatch_error(error)),
            Some((Err(invalid), _)) => Err(ChainError::Invalid { reason: format!("{invalid:?}") }),
            None => Err(ChainError::Dropped { transaction }),
        }
    }

    pub(crate) fn fund(&mut self, account: &AccountId, amount: u128) -> Result<(), ChainError> {
        let account = AccountId32::new(account.0);
        let now = self.state.execute_with(|| Balances::free_balance(&account));
        let new_free = now.checked_add(amount).ok_or_else(|| ChainError::Invalid {
            reason: format!("{amount} planck on top of {now} is more than an account can hold"),
        })?;
        self.as_root(RuntimeCall::Balances(pallet_balances::Call::force_set_balance {
            who: MultiAddress::Id(account),
            new_free,
        }))
    }

    /// Execute a call as root, as sudo would, in a block of its own.
    pub(crate) fn as_root(&mut self, call: RuntimeCall) -> Result<(), ChainError> {
        use sp_runtime::traits::Dispatchable;
        let mut result = Ok(());
        self.block_at(self.books.head.timestamp_ms, |_| {
            result = call.dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|failure| failure.error);
        });
        result.map_err(dispatch_error)
    }
}

fn runtime_weight(weight: Weight) -> frame_support::weights::Weight {
    frame_support::weights::Weight::from_parts(weight.ref_time, weight.proof_size)
}

pub(crate) fn sdk_weight(weight: frame_support::weights::Weight) -> Weight {
    Weight { ref_time: weight.ref_time(), proof_size: weight.proof_size() }
}

fn runtime_call(action: &Action, limits: &Limits) -> Result<RuntimeCall, ChainError> {
    Ok(match action {
        Action::Call { to, value, data } => RuntimeCall::Revive(pallet_revive::Call::call {
            dest: H160(to.0),
            value: *value,
            weight_limit: runtime_weight(limits.weight),
            storage_deposit_limit: limits.storage_deposit,
            data: data.clone(),
        }),
        Action::Upload { code } => RuntimeCall::Revive(pallet_revive::Call::upload_code {
            code: code.clone(),
            storage_deposit_limit: limits.storage_deposit,
        }),
        Action::Instantiate { code_hash, value, data, salt } => RuntimeCall::Revive(pallet_revive::Call::instantiate {
            value: *value,
            weight_limit: runtime_weight(limits.weight),
            storage_deposit_limit: limits.storage_deposit,
            code_hash: *code_hash,
            data: data.clone(),
            salt: *salt,
        }),
        Action::MapAccount => RuntimeCall::Revive(pallet_revive::Call::map_account {}),
        Action::Transfer { to, value } => RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
            dest: MultiAddress::Id(AccountId32::new(to.0)),
            value: *value,
        }),
    })
}

fn sign(signer: &Signer, account: &AccountId32, call: RuntimeCall) -> UncheckedExtrinsic {
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        frame_system::CheckNonce::from(System::account_nonce(account)),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        Default::default(),
        frame_system::WeightReclaim::new(),
    );
    let genesis_hash = frame_system::BlockHash::<Runtime>::get(0u32);
    let implicit =
        ((), VERSION.spec_version, VERSION.transaction_version, genesis_hash, genesis_hash, (), (), (), (), ());
    let payload = generic::SignedPayload::from_raw(call, extension, implicit);
    let signature = payload.using_encoded(|bytes| MultiSignature::Sr25519(signer.sign(bytes).into()));
    let (call, extension, _) = payload.deconstruct();
    let address = <<Runtime as frame_system::Config>::Lookup as StaticLookup>::unlookup(account.clone());
    generic::UncheckedExtrinsic::new_signed(call, address, signature, extension).into()
}

fn dry_run(origin: AccountId32, action: &Action) -> Result<DryRun, ChainError> {
    let limits = || TransactionLimits::WeightAndDeposit {
        weight_limit: <Runtime as frame_system::Config>::BlockWeights::get().max_block,
        deposit_limit: u128::MAX,
    };
    // The same as the runtime interface does for a node's callers.
    Revive::prepare_dry_run(&origin);
    let config = ExecConfig::new_substrate_tx().with_dry_run(None);
    let origin = RuntimeOrigin::signed(origin);
    match action {
        Action::Call { to, value, data } => {
            let value = Revive::convert_native_to_evm(*value);
            let tried = Revive::bare_call(origin, H160(to.0), value, limits(), data.clone(), &config);
            Ok(DryRun {
                weight_required: sdk_weight(tried.weight_required),
                weight_consumed: sdk_weight(tried.weight_consumed),
                storage_deposit: signed_deposit(&tried.storage_deposit),
                output: exec_return(tried.result.map_err(dispatch_error)?),
                created: None,
            })
        }
        Action::Instantiate { code_hash, value, data, salt } => {
            let value = Revive::convert_native_to_evm(*value);
            let code = Code::Existing(*code_hash);
            let tried = Revive::bare_instantiate(origin, value, limits(), code, data.clone(), *salt, &config);
            let created = tried.result.map_err(dispatch_error)?;
            Ok(DryRun {
                weight_required: sdk_weight(tried.weight_required),
                weight_consumed: sdk_weight(tried.weight_consumed),
                storage_deposit: signed_deposit(&tried.storage_deposit),
                created: (!created.result.did_revert()).then_some(created.addr),
                output: exec_return(created.result),
            })
        }
        Action::Upload { .. } | Action::MapAccount | Action::Transfer { .. } => {
            Err(ChainError::Invalid { reason: "only calls and instantiations can be tried".into() })
        }
    }
}

fn exec_return(value: pallet_revive::ExecReturnValue) -> ExecReturn {
    ExecReturn { reverted: value.did_revert(), data: value.data }
}

fn signed_deposit(deposit: &StorageDeposit<u128>) -> i128 {
    match deposit {
        StorageDeposit::Charge(amount) => i128::try_from(*amount).unwrap_or(i128::MAX),
        StorageDeposit::Refund(amount) => i128::try_from(*amount).map_or(i128::MIN, |amount| -amount),
    }
}

pub(crate) fn dispatch_error(error: DispatchError) -> ChainError {
    let (pallet, name, detail) = match &error {
        DispatchError::Module(module) => {
            let pallet = pallet_name(module.index).unwrap_or_else(|| format!("pallet {}", module.index));
            (pallet, module.message.map_or_else(|| format!("{:?}", module.error), str::to_owned), None)
        }
        other => ("System".to_owned(), <&'static str>::from(error).to_owned(), Some(format!("{other:?}"))),
    };
    ChainError::Dispatch { pallet, name, detail }
}

fn pallet_name(index: u8) -> Option<String> {
    use frame_support::traits::PalletsInfoAccess;
    AllPalletsWithSystem::infos()
        .into_iter()
        .find(|info| info.index == usize::from(index))
        .map(|info| info.name.to_owned())
}
