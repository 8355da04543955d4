//! `florin-node`: a development node for Florin. Blocks are sealed on demand, at intervals or by RPC; time can be set and
//! moved; the state lives in a temporary folder (`--dev`) or in a base path that is kept.

// `sc_service::Error` is what the service returns; its size is not ours to change.
#![allow(clippy::result_large_err)]

mod clock;
mod rpc;
mod service;

use std::path::PathBuf;

use clap::Parser;
use sc_cli::SubstrateCli;
use sc_service::ChainType;

use clock::ClockMode;
use service::{Options, Sealing};

/// The node's command line: sealing and clock, and what every Substrate node understands.
#[derive(Debug, Parser)]
struct Cli {
    /// When to make blocks: `instant` (one as soon as a transaction arrives), `manual` (only by RPC), or a number of
    /// milliseconds between blocks.
    #[arg(long, default_value = "instant")]
    sealing: Sealing,

    /// Whose time blocks bear: `system` (this machine's clock, moved forward by RPC) or `manual` (it stands still until
    /// it is moved by RPC).
    #[arg(long, default_value = "system")]
    clock: ClockMode,

    /// Where a manual clock starts on a new chain, in milliseconds since 1970.
    #[arg(long, default_value_t = clock::DEFAULT_START_MS, value_name = "MS")]
    start_time: u64,

    /// Where compiled runtimes are kept between runs, so that only the first start takes long. None by default for a
    /// machine without a home folder.
    #[arg(long, env = "FLORIN_RUNTIME_CACHE", value_name = "PATH")]
    runtime_cache: Option<PathBuf>,

    #[command(flatten)]
    run: sc_cli::RunCmd,
}

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Florin node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        "SECURITY.md".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        match id {
            "" | "dev" => Ok(Box::new(development_spec()?)),
            path => Ok(Box::new(sc_service::GenericChainSpec::<sc_service::NoExtension>::from_json_file(path.into())?)),
        }
    }
}

/// The development chain: the runtime of this build, its development genesis.
fn development_spec() -> Result<sc_service::GenericChainSpec, String> {
    let code = florin_runtime::WASM_BINARY
        .ok_or("this node was built without its runtime (SKIP_WASM_BUILD); build it again with scripts/build")?;
    let mut properties = sc_service::Properties::new();
    properties.insert("tokenSymbol".into(), "UNIT".into());
    properties.insert("tokenDecimals".into(), 10.into());
    properties.insert("ss58Format".into(), florin_runtime::SS58_PREFIX.into());
    Ok(sc_service::GenericChainSpec::builder(code, Default::default())
        .with_name("Florin Development")
        .with_id("florin_dev")
        .with_chain_type(ChainType::Development)
        .with_genesis_config_preset_name("development")
        .with_properties(properties)
        .build())
}

/// The user's cache folder.
fn default_runtime_cache() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("florin").join("compiled-runtimes"))
}

fn main() -> sc_cli::Result<()> {
    let cli = Cli::parse();
    let options = Options {
        sealing: cli.sealing,
        clock: cli.clock,
        start_time_ms: cli.start_time,
        runtime_cache: cli.runtime_cache.clone().or_else(default_runtime_cache),
    };
    let runner = cli.create_runner(&cli.run)?;
    runner.run_node_until_exit(|config| async move { service::start(config, options).map_err(sc_cli::Error::Service) })
}
