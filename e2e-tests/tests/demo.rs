//! A short replay around the fall of 12 March 2020, and the program around it.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use assert_cmd::{assert::OutputAssertExt, cargo::CommandCargoExt};
use florin_e2e_tests::demo::{
    picture,
    prices::{self, Hour},
    replay,
    summary::{table, Summary, SCHEMA},
    DemoError, Settings, KEEPERS, MAXIMUM_VAULTS,
};
use florin_sandbox::Sandbox;
use florin_units::{human::parse_units, Rad, Wad};

/// 12 March, 00:00.
const THE_DAY: usize = 264;

fn hours(from: usize, count: usize) -> Vec<Hour> {
    prices::parse(prices::MARCH_2020).expect("the month").into_iter().skip(from).take(count).collect()
}

fn settings(vaults: u32, hours: Vec<Hour>) -> Settings {
    Settings { vaults, hours, chain: "test".to_owned() }
}

/// On a thread with room for futures that are not optimised.
fn run<T: Send + 'static>(future: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(64 << 20).spawn(future).expect("a thread").join().expect("it ends")
}

/// Each element is closed, in order, and there is one root.
fn assert_well_formed(text: &str) {
    let mut open = Vec::new();
    let mut roots = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>') || before.contains("&gt;"), "a stray bracket in {before:?}");
        assert!(!open.is_empty() || before.trim().is_empty(), "text outside of the root: {before:?}");
        let (tag, next) = after.split_once('>').expect("a tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag:?}");
        rest = next;
        if tag.starts_with(['?', '!']) {
            continue;
        }
        let name = |tag: &str| tag.split([' ', '\n', '/']).next().unwrap_or_default().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name(closed)), "closed out of order");
        } else {
            roots += usize::from(open.is_empty());
            if !tag.ends_with('/') {
                open.push(name(tag));
            }
        }
    }
    assert_eq!((roots, open), (1, Vec::<String>::new()));
    assert!(rest.trim().is_empty());
}

/// The books of a day on which a third of the price is lost. That every coin lies in somebody's account and that all debts
/// add up to the books' total is checked by the replay itself, which would have failed.
#[test]
fn the_fall_of_12_march_leaves_exact_books() {
    let (replayed, title) = run(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let settings = settings(40, hours(THE_DAY, 30));
        (runtime.block_on(replay(Sandbox::new(), &settings)).expect("it ends"), "12 March 2020")
    });
    let (statistics, ending) = (&replayed.statistics, &replayed.ending);
    assert_eq!((statistics.solvency_exact, statistics.solvency_checks), (30, 30));
    assert!(statistics.vaults_liquidated() > 10 && statistics.vaults_liquidated() < 40, "{statistics:?}");
    assert!(statistics.vaults_whole() > 0 && statistics.vaults_partial() > 0);
    assert!(statistics.liquidations >= 20 && statistics.sales >= statistics.liquidations);
    let average = statistics.average_sale().expect("fits").expect("there were sales");
    assert!((9_000..10_000).contains(&average.raw()), "sold at {average:?} of the market");
    assert!(statistics.closed > Rad::ZERO && statistics.paid > statistics.closed.to_wad_down().expect("fits"));
    assert!(statistics.rewards > Wad::ZERO);
    assert_eq!(statistics.samples.len(), 30);
    let (first, last) = (statistics.samples[0], statistics.samples[29]);
    assert!(last.debt < first.debt && last.collateral < first.collateral);
    // The market and the debt that vanished by liquidation explain what is left: nobody repaid anything.
    let liquidations: u32 = statistics.samples.iter().map(|sample| sample.liquidations).sum();
    assert_eq!(u64::from(liquidations), statistics.liquidations);
    assert_eq!(ending.keepers.len(), KEEPERS.len());
    assert!(ending.keepers.iter().all(|keeper| keeper.profit > 0), "{:?}", ending.keepers);

    let text = picture::render(title, &statistics.samples).expect("drawn");
    assert_well_formed(&text);
    let json = serde_json::to_value(Summary::new(statistics, ending).expect("fits")).expect("writes");
    assert_eq!(json["schema"], SCHEMA);
    assert_eq!(json["hours"], 30);
    assert_eq!(json["vaults_liquidated"], statistics.vaults_liquidated());
    assert!(table(statistics, ending).expect("fits").to_string().contains("exact 30 / 30 times"));
}

/// The same month gives the same result, whatever the machine does.
#[test]
fn a_replay_is_the_same_each_time() {
    let once = || {
        run(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let settings = settings(12, hours(THE_DAY + 6, 8));
            let mut replayed = runtime.block_on(replay(Sandbox::new(), &settings)).expect("it ends");
            replayed.ending.seconds = 0;
            replayed
        })
    };
    let first = once();
    assert!(first.statistics.liquidations > 0);
    assert_eq!(first, once());
}

#[tokio::test]
async fn impossible_replays_are_refused_before_anything_is_deployed() {
    for vaults in [0, MAXIMUM_VAULTS + 1] {
        let refused = replay(Sandbox::new(), &settings(vaults, hours(0, 1))).await;
        assert!(matches!(refused, Err(DemoError::Vaults { given, .. }) if given == vaults), "{refused:?}");
    }
    let refused = replay(Sandbox::new(), &settings(1, Vec::new())).await;
    assert!(matches!(refused, Err(DemoError::Hours { .. })), "{refused:?}");
}

fn program() -> Command {
    let mut program = Command::cargo_bin("florin-demo").expect("it is built");
    program.env("FLORIN_CONTRACTS", Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/contracts"));
    program
}

#[test]
fn the_program_writes_report_and_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("pictures").join("march.svg");
    let output = program()
        .args(["--vaults", "6", "--from", "270", "--hours", "6", "--json", "--picture"])
        .arg(&picture)
        .assert()
        .success()
        .get_output()
        .clone();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON on standard output");
    assert_eq!(json["schema"], SCHEMA);
    assert_eq!((&json["hours"], &json["vaults"]), (&6.into(), &6.into()));
    assert_eq!(json["solvency_exact"], json["solvency_checks"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("6/6 h"), "progress goes to standard error");
    assert_well_formed(&std::fs::read_to_string(picture).expect("it was written"));
}

#[test]
fn the_second_act_tells_how_holders_decide() {
    let output = program().args(["--governance", "--json"]).assert().success().get_output().clone();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON on standard output");
    assert_eq!(json["schema"], "florin.demo.governance.1");
    let steps = json["steps"].as_array().expect("steps");
    let told = |who: &str, what: &str| {
        steps.iter().any(|step| step["who"] == who && step["what"].as_str().is_some_and(|text| text.contains(what)))
    };
    assert!(told("the guardian", "at once and without a vote"));
    assert!(told("the thief", "is refused"));
    assert!(told("the bot", "would undo the defence"));
    let days: Vec<u64> = steps.iter().filter_map(|step| step["day"].as_u64()).collect();
    assert!(days.is_sorted() && days.last().is_some_and(|day| *day >= 24), "four decisions of six days: {days:?}");
}

#[test]
fn the_third_act_ships_goods_and_pays_for_them() {
    let output = program().args(["--trade", "--json"]).assert().success().get_output().clone();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON on standard output");
    assert_eq!(json["schema"], "florin.demo.trade.1");
    let timeline: Vec<&str> = json["timeline"].as_array().expect("lines").iter().filter_map(|it| it.as_str()).collect();
    assert!(timeline.iter().any(|line| line.contains("now: ")), "{timeline:?}");
    assert!(timeline.iter().any(|line| line.contains("the buyer")), "{timeline:?}");
    let stories = json["stories"].as_array().expect("stories");
    assert_eq!(stories.len(), 5);
    for story in stories {
        assert_eq!(story["are_books_exact"], true, "{story}");
        let amount = |field: &str| parse_units(story[field].as_str().expect(field), 18).expect(field);
        // What was paid in is what came out, to the unit; the seller's bonds have gone back.
        let shares = ["seller_got", "buyer_got_back", "fees_and_tips", "financier_gained"].map(amount);
        assert_eq!(shares.iter().sum::<u128>(), amount("paid_in"), "{story}");
    }
    let got: Vec<(&str, &str, &str)> = stories
        .iter()
        .map(|story| {
            let text = |field: &str| story[field].as_str().expect("an amount");
            (text("seller_got"), text("buyer_got_back"), text("fees_and_tips"))
        })
        .collect();
    let expected = [
        ("19900", "0", "100"),
        ("19390", "0", "105"),
        ("7955", "11995", "50"),
        ("8950", "0", "1050"),
        ("3975", "16000", "25"),
    ];
    assert_eq!(got, expected);
    let days: Vec<u64> = stories.iter().filter_map(|story| story["days"].as_u64()).collect();
    assert!(days[1] >= 89 && days[2] >= 59 && (20..60).contains(&days[4]), "{days:?}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for part in
        ["the bot: calls the panel", "the bot: settles", "the seller: appeals", "the financier: pays the seller"]
    {
        assert!(told.contains(part), "{part} in\n{told}");
    }
}

/// A node that ends with this value.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the program reports, less what differs from chain to chain: names and times, and the keepers' profits, from which fees
/// are paid.
fn report(arguments: &[&str], picture: &Path) -> serde_json::Value {
    let output = program()
        .args(["--vaults", "6", "--from", "270", "--hours", "5", "--json", "--picture"])
        .arg(picture)
        .args(arguments)
        .assert()
        .success()
        .get_output()
        .clone();
    let mut json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let fields = json.as_object_mut().expect("an object");
    for name in ["chain", "seconds", "keeper_profit", "keepers"] {
        fields.remove(name).expect(name);
    }
    json
}

#[test]
fn a_node_tells_the_same_story_as_the_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = |name: &str| folder.path().join(name);
    // A port that is free now; the node takes it right after.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let test = std::env::current_exe().expect("this test has a path");
    let node: PathBuf = test.parent().and_then(Path::parent).expect("target/debug/deps").join("florin-node");
    let _node = Node(
        Command::new(node)
            .args(["--dev", "--sealing", "instant", "--clock", "manual", "--no-prometheus", "--rpc-port"])
            .arg(port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("florin-node starts; scripts/build makes it"),
    );
    let on_node = report(&["--chain", "node", "--url", &format!("ws://127.0.0.1:{port}")], &picture("node.svg"));
    let on_sandbox = report(&[], &picture("sandbox.svg"));
    assert_eq!(on_node, on_sandbox);
    assert_ne!(on_node["sales"], 0);
    let read = |name: &str| std::fs::read_to_string(picture(name)).expect("it was written");
    assert_eq!(read("node.svg"), read("sandbox.svg"));
}

#[test]
fn the_program_says_what_is_wrong() {
    for (arguments, word) in [
        (["--vaults", "0"], "choose 1 to 1000"),
        (["--hours", "0"], "no hour to replay"),
        (["--from", "744"], "no hour to replay"),
    ] {
        let output = program().args(arguments).assert().failure().code(1).get_output().clone();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with("error: ") && said.contains(word), "{said}");
        assert!(output.stdout.is_empty());
    }
    let output = program().args(["--chain", "moon"]).assert().failure().code(2).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stderr).contains("possible values: sandbox, node"));
}
