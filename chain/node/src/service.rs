//! The parts of the node and how they are put together.

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use florin_runtime::{AccountId, Nonce, OpaqueBlock as Block, RuntimeApi};
use futures::{channel::mpsc, stream, FutureExt, StreamExt};
use parity_scale_codec::Decode;
use sc_client_api::StorageProvider;
use sc_consensus_manual_seal::{run_manual_seal, EngineCommand, ManualSealParams};
use sc_executor::WasmExecutor;
use sc_service::{error::Error, Configuration, TaskManager};
use sc_transaction_pool_api::TransactionPool;
use sp_blockchain::HeaderBackend;
use sp_core::{storage::StorageKey, H256};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::{
    clock::{Clock, ClockMode},
    rpc::{Florin, FlorinApiServer},
};

type Client = sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<sp_io::SubstrateHostFunctions>>;

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealing {
    /// As soon as a transaction arrives.
    Instant,
    /// At fixed intervals, also empty ones.
    Interval(Duration),
    /// Only on request.
    Manual,
}

impl FromStr for Sealing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "instant" => Ok(Self::Instant),
            "manual" => Ok(Self::Manual),
            number => match number.parse() {
                Ok(milliseconds) if milliseconds > 0 => Ok(Self::Interval(Duration::from_millis(milliseconds))),
                _ => Err(format!("'{number}' is no sealing; use 'instant', 'manual' or milliseconds between blocks")),
            },
        }
    }
}

/// What is this node's own on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) sealing: Sealing,
    pub(crate) clock: ClockMode,
    pub(crate) start_time_ms: u64,
    pub(crate) runtime_cache: Option<PathBuf>,
}

/// Start the node; it runs until the returned manager ends.
pub(crate) fn start(mut config: Configuration, options: Options) -> Result<TaskManager, Error> {
    // A development node has no peers.
    config.network.default_peers_set.in_peers = 0;
    config.network.default_peers_set.out_peers = 0;

    let mut executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder()
        .with_execution_method(config.executor.wasm_method)
        .with_max_runtime_instances(config.executor.max_runtime_instances)
        .with_runtime_cache_size(config.executor.runtime_cache_size);
    if let Some(folder) = &options.runtime_cache {
        std::fs::create_dir_all(folder)?;
        executor = executor.with_cache_path(folder);
    }
    let executor = executor.build();
    let (client, backend, keystore, mut task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(&config, None, executor, Vec::new())?;
    let client: Arc<Client> = Arc::new(client);

    let pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .build(),
    );

    let import_queue =
        sc_consensus_manual_seal::import_queue(Box::new(client.clone()), &task_manager.spawn_essential_handle(), None);
    let net_config =
        sc_network::config::FullNetworkConfiguration::<Block, H256, sc_network::Litep2pNetworkBackend>::new(
            &config.network,
            None,
        );
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: None,
            block_relay: None,
            metrics: sc_network::NotificationMetrics::new(None),
            gap_sync_body_policy: None,
        })?;

    let clock = Arc::new(Clock::new(
        options.clock,
        last_block_time(&client)?.unwrap_or(match options.clock {
            ClockMode::Manual => options.start_time_ms,
            ClockMode::System => 0,
        }),
    ));
    let (commands, requests) = mpsc::channel(1024);

    let proposer = sc_basic_authorship::ProposerFactory::new(
        task_manager.spawn_handle(),
        client.clone(),
        pool.clone(),
        None,
        None,
    );
    let on_their_own = match options.sealing {
        Sealing::Manual => stream::pending().boxed(),
        Sealing::Instant => pool.import_notification_stream().map(|_| seal(false)).boxed(),
        Sealing::Interval(interval) => stream::unfold((), move |()| async move {
            tokio::time::sleep(interval).await;
            Some((seal(true), ()))
        })
        .boxed(),
    };
    let block_clock = clock.clone();
    let authorship = run_manual_seal(ManualSealParams {
        block_import: client.clone(),
        env: proposer,
        client: client.clone(),
        pool: pool.clone(),
        commands_stream: stream::select(on_their_own, requests),
        select_chain: longest_chain(backend.clone()),
        consensus_data_provider: None,
        create_inherent_data_providers: move |_, ()| {
            let timestamp = sp_timestamp::InherentDataProvider::new(block_clock.now_ms().into());
            async move { Ok(timestamp) }
        },
    });
    task_manager.spawn_essential_handle().spawn_blocking("authorship", None, authorship.boxed());

    let rpc_builder = {
        let (client, pool) = (client.clone(), pool.clone());
        Box::new(move |_| {
            let mut module = jsonrpsee::RpcModule::new(());
            let florin = Florin { client: client.clone(), clock: clock.clone(), commands: commands.clone() };
            module.merge(florin.into_rpc()).map_err(|error| Error::Other(error.to_string()))?;
            let system = System::<_, _, Block>::new(client.clone(), pool.clone());
            module
                .merge(SystemApiServer::<H256, AccountId, Nonce>::into_rpc(system))
                .map_err(|error| Error::Other(error.to_string()))?;
            Ok(module)
        })
    };
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client,
        backend,
        task_manager: &mut task_manager,
        keystore: keystore.keystore(),
        transaction_pool: pool,
        rpc_builder,
        network,
        system_rpc_tx,
        tx_handler_controller,
        sync_service,
        telemetry: None,
        tracing_execute_block: None,
    })?;
    Ok(task_manager)
}

fn seal(create_empty: bool) -> EngineCommand<H256> {
    EngineCommand::SealNewBlock { create_empty, finalize: true, parent_hash: None, sender: None }
}

fn longest_chain(
    backend: Arc<sc_service::TFullBackend<Block>>,
) -> sc_consensus::LongestChain<sc_service::TFullBackend<Block>, Block> {
    sc_consensus::LongestChain::new(backend)
}

/// The time of the best block; none on a chain that has no block but the first.
fn last_block_time(client: &Client) -> Result<Option<u64>, Error> {
    let mut key = sp_io::hashing::twox_128(b"Timestamp").to_vec();
    key.extend_from_slice(&sp_io::hashing::twox_128(b"Now"));
    let value = client.storage(client.info().best_hash, &StorageKey(key))?;
    Ok(value.and_then(|data| u64::decode(&mut data.0.as_slice()).ok()).filter(|time| *time > 0))
}
