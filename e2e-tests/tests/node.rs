//! Every scenario on a dev node, and what only a node can show.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use florin_client::{
    account::AccountId,
    chain::{Chain, DevChain},
    error::ChainError,
    node::NodeChain,
    signer::Signer,
};
use florin_e2e_tests::{for_each_scenario, scenarios};

/// A node that ends with this value.
struct Node {
    process: Child,
    url: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Node {
    fn start(arguments: &[&str]) -> Self {
        // A port that is free now; the node takes it right after.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let process = Command::new(program("florin-node"))
            .args([
                "--dev",
                "--sealing",
                "instant",
                "--clock",
                "manual",
                "--no-prometheus",
                "--rpc-port",
                &port.to_string(),
            ])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("florin-node starts; scripts/build makes it");
        Self { process, url: format!("ws://127.0.0.1:{port}") }
    }

    /// Connect, once it answers.
    async fn connect(&mut self) -> NodeChain {
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            match NodeChain::connect(&self.url).await {
                Ok(chain) => return chain,
                Err(ChainError::Unreachable { .. }) if Instant::now() < deadline => {
                    assert!(self.process.try_wait().expect("it can be asked").is_none(), "the node ended");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug/deps");
    folder.join(name)
}

macro_rules! on_a_node {
    ($($name:ident),*) => {
        async fn all_scenarios() {
            let mut node = Node::start(&[]);
            let chain = node.connect().await;
            $(
                println!("{}", stringify!($name));
                Box::pin(scenarios::$name(chain.clone())).await.expect(stringify!($name));
            )*
        }
    };
}

for_each_scenario!(on_a_node);

#[test]
fn every_scenario_on_one_node() {
    // Without optimisation the longest scenarios' futures do not fit on a test's usual stack.
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(all_scenarios());
    });
    thread.expect("a thread").join().expect("all scenarios pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_goes_on_from_its_base_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a readable path");
    let mut node = Node::start(&["--base-path", path]);
    let chain = node.connect().await;
    let someone = AccountId([7; 32]);
    chain.fund(&someone, 123_456_789_000).await.expect("funded");
    let head = chain.advance_seconds(3_600).await.expect("sealed");
    let genesis = chain.info().await.expect("info").genesis_hash;
    drop((chain, node));

    let mut node = Node::start(&["--base-path", path]);
    let chain = node.connect().await;
    assert_eq!(chain.info().await.expect("info").genesis_hash, genesis);
    assert_eq!(chain.balance(&someone).await.expect("balance"), 123_456_789_000);
    let again = chain.head().await.expect("head");
    assert_eq!((again.number, again.timestamp_ms), (head.number, head.timestamp_ms));
    let next = chain.seal().await.expect("sealed");
    assert_eq!(next.number, head.number + 1);
    assert!(next.timestamp_ms >= head.timestamp_ms, "time does not go back over a restart");
}

#[tokio::test]
async fn an_unreachable_node_is_said_to_be_one() {
    let refused = NodeChain::connect("ws://127.0.0.1:1").await;
    assert!(matches!(refused, Err(ChainError::Unreachable { .. })), "{:?}", refused.err());
    assert_ne!(Signer::alice().account(), Signer::bob().account());
}
