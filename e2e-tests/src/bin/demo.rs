//! `florin-demo`: replays March 2020 of ether on the real contracts, on the sandbox or on a dev node. Progress goes to standard
//! error, the report to standard output, the picture to a file. Exits with 1 where it failed, or where the solvency equation
//! was not exact in an hour. Two other acts show how holders decide and how goods are shipped and paid for.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use florin_client::{chain::Chain, error::ChainError, node::NodeChain};
use florin_e2e_tests::demo::{
    governance,
    picture::{self, PictureError},
    prices::{self, human_time, PriceError},
    replay,
    summary::{table, Summary},
    trade, DemoError, Replay, Settings,
};
use florin_sandbox::Sandbox;
use florin_units::MathError;

/// Without optimisation the futures of a replay do not fit on a thread's usual stack.
const STACK: usize = 64 << 20;
/// How long a node may take to answer: one that was just started compiles its runtime.
const NODE_PATIENCE: Duration = Duration::from_secs(120);

#[derive(Parser)]
#[command(name = "florin-demo", about = "Replays March 2020 of ether, hour by hour, on the real contracts")]
struct Arguments {
    /// Where to run it.
    #[arg(long, value_enum, default_value_t = Kind::Sandbox)]
    chain: Kind,
    /// Address of the node.
    #[arg(long, default_value = "ws://127.0.0.1:9944")]
    url: String,
    /// Show how holders decide, instead of the month: a fee, a type of collateral, an attack that is stopped.
    #[arg(long)]
    governance: bool,
    /// Show how goods are shipped and paid for, instead of the month: five credits, from agreement to money.
    #[arg(long, conflicts_with = "governance")]
    trade: bool,
    /// Borrowers, each with a vault.
    #[arg(long, default_value_t = 240, value_name = "N")]
    vaults: u32,
    /// Hours to replay at most.
    #[arg(long, default_value_t = 744, value_name = "N")]
    hours: usize,
    /// The first hour, counted from the beginning of the month; 264 is 12 March.
    #[arg(long, default_value_t = 0, value_name = "N")]
    from: usize,
    /// The picture's file.
    #[arg(long, default_value = "march-2020.svg", value_name = "PATH")]
    picture: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// In this process.
    Sandbox,
    /// A dev node with a manual clock that stands at 1 March 2020 or before.
    Node,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Demo(Box<DemoError>),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error("cannot reckon: {0}")]
    Math(#[from] MathError),
    #[error("cannot write the report: {0}")]
    Json(#[from] serde_json::Error),
    #[error("cannot start: {0}")]
    Start(#[from] std::io::Error),
    #[error("the replay broke off")]
    BrokeOff,
    #[error("the solvency equation was exact only {exact} of {checks} times")]
    NotSolvent { exact: u64, checks: u64 },
    #[error("the books were not exact at the end of {story:?}")]
    NotExact { story: &'static str },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        Self::Demo(Box::new(error))
    }
}

fn start(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()?;
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || runtime.block_on(run(&arguments)))?;
    thread.join().map_err(|_| Failure::BrokeOff)?
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.governance {
        return govern(arguments).await;
    }
    if arguments.trade {
        return ship(arguments).await;
    }
    let month = prices::parse(prices::MARCH_2020)?;
    let available = month.len();
    let hours: Vec<_> = month.into_iter().skip(arguments.from).take(arguments.hours).collect();
    let (Some(first), Some(last)) = (hours.first().copied(), hours.last().copied()) else {
        return Err(DemoError::Hours { available }.into());
    };
    let settings = |chain: String| Settings { vaults: arguments.vaults, hours: hours.clone(), chain };
    let Replay { statistics, ending } = match arguments.chain {
        Kind::Sandbox => replay(Sandbox::new(), &settings("the sandbox".to_owned())).await?,
        Kind::Node => {
            let chain = connect(&arguments.url).await?;
            let name = chain.info().await?.name;
            replay(chain, &settings(name)).await?
        }
    };
    let title = format!("Ether, {} to {} 2020", human_time(first.time), human_time(last.time));
    picture::write(&arguments.picture, &title, &statistics.samples)?;
    eprintln!("picture: {}", arguments.picture.display());
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&Summary::new(&statistics, &ending)?)?);
    } else {
        println!("{}", table(&statistics, &ending)?);
    }
    let (exact, checks) = (statistics.solvency_exact, statistics.solvency_checks);
    if exact == checks {
        Ok(())
    } else {
        Err(Failure::NotSolvent { exact, checks })
    }
}

async fn govern(arguments: &Arguments) -> Result<(), Failure> {
    let played = match arguments.chain {
        Kind::Sandbox => governance::act(Sandbox::new()).await,
        Kind::Node => governance::act(connect(&arguments.url).await?).await,
    };
    let act = played.map_err(DemoError::from)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&act)?);
    } else {
        println!("{}", governance::table(&act));
    }
    Ok(())
}

async fn ship(arguments: &Arguments) -> Result<(), Failure> {
    let played = match arguments.chain {
        Kind::Sandbox => trade::act(Sandbox::new()).await,
        Kind::Node => trade::act(connect(&arguments.url).await?).await,
    };
    let act = played.map_err(DemoError::from)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&act)?);
    } else {
        println!("{}\n\n{}", act.timeline.join("\n"), trade::table(&act));
    }
    match act.stories.iter().find(|story| !story.are_books_exact) {
        Some(story) => Err(Failure::NotExact { story: story.story }),
        None => Ok(()),
    }
}

/// Connects as soon as the node answers.
async fn connect(url: &str) -> Result<NodeChain, ChainError> {
    let deadline = Instant::now() + NODE_PATIENCE;
    loop {
        match NodeChain::connect(url).await {
            Err(ChainError::Unreachable { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            outcome => return outcome,
        }
    }
}
