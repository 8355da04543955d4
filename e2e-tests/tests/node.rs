//! Every scenario on a dev node, and what only a node can show.

use std::{
    future::Future,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use blake2::{digest::consts::U32, Blake2b, Digest};
use florin_bindings::vaults;
use florin_client::{
    account::AccountId,
    chain::{Action, Chain, DevChain, Hash, Limits, Receipt, Wait, Weight},
    contract::Client,
    error::ChainError,
    node::{NodeChain, Patience},
    signer::Signer,
};
use florin_e2e_tests::{
    for_each_scenario,
    harness::{coins, World, UNIT},
    scenarios::{self, check_books},
};
use florin_keeper::Suite;
use tokio::task::JoinHandle;

/// For how many blocks a transaction of the SDK can be included.
const LIFE_TIME: u64 = 64;

/// A node that ends with this value.
struct Node {
    process: Child,
    port: u16,
    url: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Node {
    /// A node that makes a block a transaction.
    fn start(arguments: &[&str]) -> Self {
        Self::start_at(free_port(), "instant", arguments)
    }

    /// A node that makes blocks otherwise, at a port.
    fn start_at(port: u16, sealing: &str, arguments: &[&str]) -> Self {
        let process = Command::new(program("florin-node"))
            .args(["--dev", "--sealing", sealing, "--clock", "manual"])
            .args(["--no-prometheus", "--rpc-port", &port.to_string()])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("florin-node starts; scripts/build makes it");
        Self { process, port, url: format!("ws://127.0.0.1:{port}") }
    }

    /// Connect, once it answers.
    async fn connect(&mut self) -> NodeChain {
        self.connect_with(Patience::default()).await
    }

    /// The same with a patience of one's own.
    async fn connect_with(&mut self, patience: Patience) -> NodeChain {
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            match NodeChain::connect_with(&self.url, patience).await {
                Ok(chain) => return chain,
                Err(ChainError::Unreachable { .. }) if Instant::now() < deadline => {
                    assert!(self.process.try_wait().expect("it can be asked").is_none(), "the node ended");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The transactions in its pool, encoded. The SDK never asks for them, so this does, by HTTP.
    fn pool(&self) -> Vec<Vec<u8>> {
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"author_pendingExtrinsics","params":[]}"#;
        let (port, length) = (self.port, request.len());
        let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("the node listens");
        socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a patience");
        let head = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        socket.write_all(format!("{head}{request}").as_bytes()).expect("asked");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("answered");
        let json = answer.find('{').zip(answer.rfind('}')).map(|(from, to)| &answer[from..=to]).expect("JSON");
        let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
        let transactions = json["result"].as_array().unwrap_or_else(|| panic!("no list: {json}"));
        let texts = transactions.iter().filter_map(serde_json::Value::as_str);
        texts.map(|text| hex::decode(text.trim_start_matches("0x")).expect("hexadecimal")).collect()
    }

    /// Waits until its pool holds so many transactions.
    async fn pool_of(&self, size: usize) -> Vec<Vec<u8>> {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let pool = self.pool();
            if pool.len() == size {
                return pool;
            }
            assert!(Instant::now() < deadline, "the pool holds {} transactions, not {size}", pool.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for the one transaction that its pool is to hold; its hash.
    async fn only_in_pool(&self) -> Hash {
        let pool = self.pool_of(1).await;
        Hash::from_slice(&Blake2b::<U32>::digest(&pool[0]))
    }
}

/// A port that is free now; a node takes it right after.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug/deps");
    folder.join(name)
}

/// Runs a test. Without optimisation the longest futures do not fit on a test's usual stack.
fn run<F: Future<Output = ()> + 'static>(test: impl FnOnce() -> F + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(test());
    });
    thread.expect("a thread").join().expect("the test passes");
}

/// Sends one native token from Alice, as a task of its own.
fn send(chain: &NodeChain, to: AccountId) -> JoinHandle<Result<Receipt, ChainError>> {
    let chain = chain.clone();
    tokio::spawn(async move {
        let transfer = [Action::Transfer { to, value: UNIT }];
        let limits = Limits { weight: Weight::default(), storage_deposit: 0 };
        chain.submit(&Signer::alice(), &transfer, &limits, Wait::Finalized).await
    })
}

/// What came of it.
async fn outcome(sending: JoinHandle<Result<Receipt, ChainError>>) -> Result<Receipt, ChainError> {
    let ended = tokio::time::timeout(Duration::from_secs(300), sending).await;
    ended.expect("the outcome is told in time").expect("the task ends")
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
    run(all_scenarios);
}

#[test]
fn a_node_goes_on_from_its_base_path() {
    run(a_suite_before_and_after_a_restart);
}

async fn a_suite_before_and_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a readable path");
    let mut node = Node::start(&["--base-path", path]);
    let chain = node.connect().await;
    let someone = AccountId([7; 32]);
    chain.fund(&someone, 123_456_789_000).await.expect("funded");
    let before = Box::pin(World::deploy(chain.clone())).await.expect("deployed");
    let owner = before.person(1).await.expect("an owner");
    let id = before.open(&owner, 100, 1_000).await.expect("opened");
    let head = chain.advance_seconds(3_600).await.expect("sealed");
    let genesis = chain.info().await.expect("info").genesis_hash;
    let position = before.suite.position(id).await.expect("read");
    let ledger = before.suite.ledger().await.expect("read");
    assert!(position.is_some(), "it is open");
    assert_eq!(before.coin_of(&owner).await.expect("read"), coins(1_000));
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

    // The suite is what it was, and works on.
    let suite = Suite { client: Client::new(chain), ..before.suite.clone() };
    let world = World { suite, ..before };
    assert_eq!(world.suite.position(id).await.expect("read"), position);
    assert_eq!(world.suite.ledger().await.expect("read"), ledger);
    assert_eq!(world.coin_of(&owner).await.expect("read"), coins(1_000));
    check_books(&world).await.expect("exact");
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(100))).await.expect("drawn");
    assert_eq!(world.coin_of(&owner).await.expect("read"), coins(1_100));
    check_books(&world).await.expect("exact");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_interval_sealing_the_chain_grows_by_itself() {
    let mut node = Node::start_at(free_port(), "200", &[]);
    let chain = node.connect().await;
    let later = chain.head().await.expect("head").number + 3;
    let deadline = Instant::now() + Duration::from_secs(120);
    while chain.head().await.expect("head").number < later {
        assert!(Instant::now() < deadline, "nobody asks for blocks, and none comes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let someone = AccountId([7; 32]);
    let receipt = outcome(send(&chain, someone)).await.expect("included");
    assert!(receipt.block.number > later, "{receipt:?}");
    assert_eq!(chain.balance(&someone).await.expect("balance"), UNIT);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_manual_sealing_a_transaction_waits_for_a_block() {
    let mut node = Node::start_at(free_port(), "manual", &[]);
    let chain = node.connect().await;
    let someone = AccountId([7; 32]);
    let before = chain.head().await.expect("head");
    let sending = send(&chain, someone);
    let transaction = node.only_in_pool().await;
    assert_eq!(chain.head().await.expect("head"), before);
    assert_eq!(chain.balance(&someone).await.expect("balance"), 0);
    assert!(!sending.is_finished(), "it is in no block");

    // The next block is the one that is asked for, and holds it.
    let sealed = chain.seal().await.expect("sealed");
    assert_eq!(sealed.number, before.number + 1);
    let receipt = outcome(sending).await.expect("included");
    assert_eq!((receipt.transaction, receipt.block), (transaction, sealed));
    assert_eq!(chain.balance(&someone).await.expect("balance"), UNIT);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_nobody_has_seen_is_unknown() {
    let mut node = Node::start_at(free_port(), "manual", &[]);
    let patience = Patience { inclusion: Duration::from_secs(1), search: Duration::from_secs(1) };
    let chain = node.connect_with(patience).await;
    let someone = AccountId([7; 32]);
    let is_unknown = |ended: Result<Receipt, ChainError>, hash: Hash| match ended {
        Err(ChainError::Unknown { transaction, .. }) => assert_eq!(transaction, hash),
        other => panic!("expected that nothing is known of {hash:?}, got {other:?}"),
    };

    // No block comes. That is no failure: a later one holds the transaction.
    let sending = send(&chain, someone);
    let transaction = node.only_in_pool().await;
    is_unknown(outcome(sending).await, transaction);
    chain.seal().await.expect("sealed");
    assert_eq!(chain.balance(&someone).await.expect("balance"), UNIT);

    // The node dies with the transaction in its pool.
    node.pool_of(0).await;
    let sending = send(&chain, someone);
    let transaction = node.only_in_pool().await;
    drop(node);
    is_unknown(outcome(sending).await, transaction);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_a_restarted_node_has_forgotten_expires() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a readable path");
    let arguments = ["--base-path", path];
    let mut node = Node::start_at(free_port(), "manual", &arguments);
    let patience = Patience { search: Duration::from_secs(600), ..Patience::default() };
    let chain = node.connect_with(patience).await;
    let someone = AccountId([7; 32]);
    let sending = send(&chain, someone);
    let transaction = node.only_in_pool().await;

    // The pool ends with the node; whoever sent the transaction searches the chain for it as soon as the node is back.
    let port = node.port;
    drop(node);
    let mut node = Node::start_at(port, "manual", &arguments);
    let fresh = node.connect().await;
    assert_eq!(node.pool(), Vec::<Vec<u8>>::new());
    for _ in 0..LIFE_TIME {
        assert!(!sending.is_finished(), "it can still be included");
        fresh.seal().await.expect("sealed");
    }
    assert_eq!(outcome(sending).await, Err(ChainError::Expired { transaction }));

    // It had no effect and can be sent again.
    assert_eq!(fresh.balance(&someone).await.expect("balance"), 0);
    let sending = send(&chain, someone);
    node.only_in_pool().await;
    fresh.seal().await.expect("sealed");
    outcome(sending).await.expect("included");
    assert_eq!(fresh.balance(&someone).await.expect("balance"), UNIT);
}

#[tokio::test]
async fn an_unreachable_node_is_said_to_be_one() {
    let nobody = "ws://127.0.0.1:1";
    match NodeChain::connect(nobody).await {
        Err(ChainError::Unreachable { url, cause }) => {
            assert_eq!(url, nobody);
            assert!(!cause.is_empty(), "it says what the connection said");
        }
        other => panic!("expected that nobody is there, got {other:?}"),
    }
}
