//! The command `florin` as people and programs run it: the real programs, a real node, a home folder of their own.

#[path = "cli/home.rs"]
mod home;

use std::{collections::BTreeSet, fs, net::TcpListener, path::Path, process::Stdio};

use florin_client::{chain::DevChain, node::NodeChain, signer::Signer};
use serde_json::{json, Value};

use home::{project, Home};

/// Names of an answer's fields, without their values; what programs rely on.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.contains_key("raw") => "amount".to_owned(),
        Value::Object(fields) if fields.contains_key("human") => "value".to_owned(),
        Value::Object(fields) => {
            let mut fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| match shape(value) {
                    shape if shape.is_empty() => name.clone(),
                    shape => format!("{name}:{shape}"),
                })
                .collect();
            fields.sort_unstable();
            format!("{{{}}}", fields.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        _ => String::new(),
    }
}

fn human<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]["human"].as_str().unwrap_or_default()
}

fn outcomes(deployed: &Value) -> Vec<&str> {
    let steps = deployed["result"]["steps"].as_array().expect("steps");
    steps.iter().filter_map(|step| step["outcome"].as_str()).collect()
}

/// The file's one node serves one test, which goes through what people do in its order.
#[test]
fn from_an_empty_home_to_a_liquidation() {
    let home = Home::new();
    without_a_node(&home);
    a_node(&home);
    before_deployment(&home);
    deployment(&home);
    prices(&home);
    coin_from_a_position(&home);
    collateral_of_another_asset(&home);
    bad_input(&home);
    any_contract(&home);
    two_processes_at_once(&home);
    other_networks(&home);
    liquidation(&home);
    governance(&home);
    replacement(&home);
    forms_of_answers(&home);
    a_chain_started_anew(&home);
}

fn without_a_node(home: &Home) {
    assert_eq!(home.ok("node status"), json!({ "running": false }));
    home.fails("node stop", 2, "NODE_NOT_RUNNING");
    let details = home.fails("token supply --url ws://127.0.0.1:1", 8, "UNREACHABLE");
    assert_eq!(details["url"], json!("ws://127.0.0.1:1"));
    home.fails("node start --sealing often", 2, "INVALID_SEALING");
    home.fails("node start --clock broken", 2, "USAGE");
    home.fails("node start --start-time yesterday", 2, "INVALID_TIME");
    home.fails_with(&[("FLORIN_NODE", Path::new("/no/such/program"))], "node start", 2, "NO_NODE_PROGRAM");
    let socket = TcpListener::bind(("127.0.0.1", home.port)).expect("the port is free");
    home.fails(&format!("node start --rpc-port {}", home.port), 2, "PORT_TAKEN");
    drop(socket);
    let doctor = home.run("doctor --json --url ws://127.0.0.1:1");
    assert_eq!(doctor.code, 8, "{doctor:?}");
    assert!(doctor.output.contains("\"healthy\":false"), "{doctor:?}");
}

fn a_node(home: &Home) {
    let started = home.start_node();
    assert_eq!((&started["answers"], &started["block"]), (&json!(true), &json!(0)));
    home.fails("node start", 2, "NODE_RUNNING");
    let status = home.ok("node status");
    assert_eq!(status["url"], json!(format!("ws://127.0.0.1:{}", home.port)));
    assert_eq!(status["pid"], started["pid"]);
    let before = home.ok("node seal");
    let after = home.ok("node advance 1h30m");
    let seconds = |block: &Value| block["time"]["seconds"].as_u64().expect("a time");
    assert_eq!(seconds(&after) - seconds(&before), 5_400);
    assert_eq!(after["block"], json!(2));
    let set = home.ok("node set-time 2020-03-12T10:00:00Z");
    assert_eq!(human(&set, "time"), "2020-03-12T10:00:00Z");
    home.fails("node advance soon", 2, "INVALID_TIME");
    home.fails("node set-time 2019-01-01", 2, "INVALID_TIME");
}

fn before_deployment(home: &Home) {
    home.fails("token supply", 2, "NOT_DEPLOYED");
    home.fails("deploy", 2, "NO_PLAN");
    let plan = home.plan("deploy.toml", without_handover);
    let block = home.block();
    let shown = home.ok("deploy --dry-run");
    assert_eq!((&shown["sent"], &shown["preview"]["kept"]), (&json!(false), &json!(0)));
    assert_eq!(shown["preview"]["steps"][0], json!({ "act": "create", "kind": "contract", "step": "token" }));
    home.fails("deploy", 2, "CONFIRMATION_REQUIRED");
    let nowhere = Path::new("/no/such/folder");
    home.fails_with(&[("FLORIN_CONTRACTS", nowhere)], "deploy --yes", 2, "MISSING_BUNDLE");
    home.fails("deploy --yes --plan no.toml", 2, "INVALID_PLAN");
    home.plan("twice.toml", |text| text.replace("name = \"oracle\"", "name = \"token\""));
    home.fails("deploy --yes --plan twice.toml", 2, "INVALID_PLAN");
    assert_eq!(home.block(), block, "nothing was sent");
    assert!(!home.path("addresses").exists(), "{plan} was only shown");
}

/// The plan without the calls that hand the roles over: what comes first is set up by the deployer.
fn without_handover(plan: &str) -> String {
    let hands_over = |call: &str| call.contains("\"name_governor\"") || call.contains("\"accept_role\"");
    let calls: Vec<&str> = plan.split("[[call]]").filter(|call| !hands_over(call)).collect();
    calls.join("[[call]]")
}

fn deployment(home: &Home) {
    // A deployment that stops in the middle.
    home.plan("broken.toml", |text| text.replace("message = \"add_feeder\"", "message = \"add_nobody\""));
    home.fails("deploy --yes --plan broken.toml", 2, "INVALID_PLAN");
    let done = home.ok("deploy --dry-run")["preview"]["kept"].as_u64().expect("a number");
    assert!(done > 3, "contracts and the calls before the broken one");
    let look = home.run("doctor --json");
    assert_eq!(look.code, 0, "{look:?}");

    // It goes on where it stopped, and a finished one does nothing.
    let rest = home.ok("deploy");
    let kept = outcomes(&rest).iter().filter(|outcome| **outcome == "kept").count();
    assert_eq!((&rest["sent"], kept as u64), (&json!(true), done));
    assert_eq!(outcomes(&rest).iter().filter(|outcome| **outcome == "created").count(), 0);
    let block = home.block();
    let again = home.ok("deploy");
    assert_eq!((&again["sent"], home.block()), (&json!(false), block.clone()));
    assert!(outcomes(&again).iter().all(|outcome| *outcome == "kept"));
    assert_eq!(again["result"]["contracts"], rest["result"]["contracts"]);

    // What was interrupted after it was sent and before it was written down is found, not done twice.
    let path = home.path("addresses/dev.json");
    let whole = fs::read_to_string(&path).expect("the address book");
    home.book("addresses/dev.json", |book| {
        book["contracts"].as_object_mut().expect("contracts").remove("vaults");
        let steps = book["steps"].as_array_mut().expect("steps");
        let place = steps.iter().position(|step| step.as_str().is_some_and(|step| step.contains("add_feed(")));
        let step = steps.remove(place.expect("the plan adds a feed"));
        book["pending"] = step;
    });
    let found = home.ok("deploy");
    assert_eq!(home.block(), block, "nothing was sent");
    let created: Vec<&Value> = found["result"]["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter(|step| step["outcome"] == json!("created"))
        .collect();
    assert_eq!(created.len(), 1);
    assert_eq!(created[0]["fee"]["raw"], json!("0"));
    let addresses = |deployed: &Value| -> Vec<Value> {
        let contracts = deployed["result"]["contracts"].as_array().expect("contracts");
        contracts.iter().map(|contract| contract["address"].clone()).collect()
    };
    assert_eq!(addresses(&found), addresses(&rest));
    fs::write(&path, whole).expect("written");

    let healthy = home.ok("doctor");
    assert_eq!(healthy["healthy"], json!(true));
    let contracts = home.ok("contract list");
    assert!(contracts.as_array().expect("a list").iter().all(|row| row["state"] == json!("as deployed")));
    assert_eq!(contracts.as_array().map(Vec::len), Some(8));
    let minters = home.ok("token minters");
    assert_eq!(minters[0]["minter"], json!("vaults"));
}

fn report(home: &Home, price: &str) {
    for feeder in ["bob", "charlie"] {
        let reported = home.ok(&format!("oracle report 0 {price} --account dev:{feeder}"));
        assert_eq!(reported["sent"], json!(true));
    }
}

fn prices(home: &Home) {
    home.ok("node advance 10m");
    report(home, "$99.5");
    let price = home.ok("oracle price");
    assert_eq!((human(&price, "price"), &price["feed"]), ("99.5 USD", &json!(0)));
    assert_eq!(home.ok("oracle feeds")[0]["usable"], json!("yes"));
    let details = home.fails("oracle report 0 99 --yes --account dev:ferdie", 3, "NOT_FEEDER");
    assert!(details["caller"].is_string());
    home.fails("oracle report 0 99FLRN --yes --account dev:bob", 2, "INVALID_AMOUNT");
    // Two hours without a report, then one that is back in time.
    home.ok("node advance 4h");
    let old = home.run("oracle price --json");
    assert_eq!(old.code, 3, "{old:?}");
    report(home, "100");
    assert_eq!(human(&home.ok("oracle price"), "price"), "100 USD");
    home.ok("node advance 11m");
}

/// Debt is rounded up and the ratio down, so five to one is a little less.
const RATIO: &str = "499.99 %";

fn coin_from_a_position(home: &Home) {
    let block = home.block();
    let shown = home.ok("vault open 500UNIT --draw 10000FLRN --dry-run");
    assert_eq!((&shown["sent"], human(&shown["preview"], "ratio")), (&json!(false), RATIO));
    home.fails("vault open 500 --draw 10000", 2, "CONFIRMATION_REQUIRED");
    assert_eq!(home.block(), block, "nothing was sent");
    assert_eq!(home.ok("vault list"), json!([]));

    let opened = home.ok("vault open 500UNIT --draw 10000FLRN");
    assert_eq!((&opened["sent"], &opened["result"]["position"]), (&json!(true), &json!(0)));
    assert!(human(&opened["result"], "debt").starts_with("10000"), "{opened}");
    assert!(opened["transaction"]["hash"].as_str().is_some_and(|hash| hash.len() == 66));

    let shown = home.ok("vault show 0");
    assert_eq!(human(&shown, "collateral"), "500 UNIT");
    assert_eq!(human(&shown, "ratio"), RATIO);
    assert!(human(&shown, "liquidation_price").starts_with("29"), "{shown}");
    let text = home.run("vault show 0");
    assert!(text.output.contains("  liquidation price    29.000000… USD\n"), "{text:?}");
    assert_eq!(home.ok("vault list --owner me").as_array().map(Vec::len), Some(1));
    assert_eq!(home.ok("vault list --owner bob"), json!([]));

    home.ok("vault deposit 0 10");
    home.ok("vault draw 0 1000");
    home.ok("vault withdraw 0 10UNIT");
    let repaid = home.ok("vault repay 0 500");
    assert!(human(&repaid["result"], "debt").starts_with("10500"), "{repaid}");
    let sent = home.ok("token transfer bob 25.5");
    assert_eq!(human(&sent["result"], "amount"), "25.5 FLRN");
    assert_eq!(human(&home.ok("token balance bob"), "balance"), "25.5 FLRN");
    assert_eq!(human(&home.ok("token balance"), "balance"), "10474.5 FLRN");
    home.ok("token transfer-with-reference bob 1 invoice-7");
    home.ok("token approve bob 3");
    assert_eq!(human(&home.ok("token allowance me bob"), "allowance"), "3 FLRN");
    assert_eq!(human(&home.ok("token supply"), "supply"), "10500 FLRN");
    let books = home.ok("vault solvency");
    assert_eq!((&books["exact"], human(&books, "left")), (&json!(true), human(&books, "right")));
    assert_eq!(home.ok("vault types")[0]["fee_per_year"]["bps"], json!(500));
    assert_eq!(human(&home.ok("account balance token"), "balance"), "0 UNIT");
}

/// Six decimals, and collateral that the vaults pull: what they have to be allowed is in the same transaction.
fn collateral_of_another_asset(home: &Home) {
    let url = format!("ws://127.0.0.1:{}", home.port);
    let made = async {
        let chain = NodeChain::connect(&url).await?;
        let asset = chain.create_asset(77, 6, 1).await?;
        chain.mint_asset(77, &Signer::eve().account(), 2_000_000_000).await?;
        Ok::<_, florin_client::error::ChainError>(asset)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let asset = runtime.block_on(Box::pin(made)).expect("an asset");
    let native = home.ok("read vaults collateral 0")["returned"]["params"].clone();
    assert_eq!(native["asset"], json!("Native"));
    home.ok(&format!(
        "call vaults add_collateral 1 {{ asset: Erc20({asset:?}), decimals: 6, feed: 0, safety_ratio: 15000, \
         liquidation_ratio: 14500, target_ratio: 17000, debt_ceiling: wad:1000000, gap: wad:100000, line_interval: 3600, \
         debt_floor: wad:100, stability_fee: ray:1, penalty: 1300, seizure: 12500, auction: {{ top: 10500, floor: 9100, \
         curve: Linear {{ duration: 14400 }}, duration: 3600 }}, tip: wad:2, keeper_share: 100, auction_cap: wad:100000, \
         max_price_age: 10800, grace: 600, minimum_price: wad:0.01, maximum_price: wad:1000000 }}"
    ));
    home.ok("call vaults sync_price 1");
    home.fails("vault open 1000 --type 1 --yes --account dev:eve", 2, "NOT_MAPPED");
    home.ok("account map --account dev:eve");
    let shown = home.ok("vault open 1000 --type 1 --draw 500 --dry-run --account dev:eve");
    let allowed = shown["preview"]["with_it"][0].as_str().unwrap_or_default();
    assert!(allowed.starts_with("allow vaults to move 1000 "), "{shown}");
    let opened = home.ok("vault open 1000 --type 1 --draw 500 --account dev:eve");
    assert_eq!(opened["result"]["collateral"]["raw"], json!("1000000000"));
    let position = opened["result"]["position"].as_u64().expect("a number");
    home.fails("vault open 5000 --type 1 --yes --account dev:eve", 3, "COLLATERAL_TRANSFER_FAILED");
    home.fails("vault open 0.0000001 --type 1 --yes --account dev:eve", 2, "INVALID_AMOUNT");
    home.fails("vault open 5UNIT --type 1 --yes --account dev:eve", 2, "INVALID_AMOUNT");
    home.ok(&format!("vault withdraw {position} max --account dev:eve"));
    // No fee accrues on this type, so what was drawn is what is owed.
    let closed = home.ok(&format!("vault close {position} --account dev:eve"));
    assert_eq!((human(&closed["result"], "debt"), &closed["result"]["collateral"]["raw"]), ("0 FLRN", &json!("0")));
    assert_eq!(home.ok("vault types").as_array().map(Vec::len), Some(2));
}

fn bad_input(home: &Home) {
    let block = home.block();
    // The contract's own reasons, with the values.
    let details = home.fails("vault draw 0 2000000 --yes", 3, "DEBT_CEILING_EXCEEDED");
    assert!(human(&details, "line").starts_with("1010000"), "{details}");
    let details = home.fails("vault draw 0 50000 --yes", 3, "BELOW_SAFETY_RATIO");
    assert_eq!(human(&details, "value"), "50000 USD", "{details}");
    let details = home.fails("token transfer bob 1000000 --yes", 3, "INSUFFICIENT_BALANCE");
    assert_eq!(human(&details, "requested"), "1000000 FLRN");
    assert_eq!(details["available"]["raw"], json!("10473500000000000000000"));
    home.fails("vault draw 0 100 --yes --account dev:bob", 3, "NOT_OWNER");
    home.fails("vault liquidate 0 --yes", 3, "NOT_LIQUIDATABLE");
    home.fails("vault show 77", 3, "UNKNOWN_POSITION");
    home.fails("vault open 1 --type 9 --yes", 3, "UNKNOWN_COLLATERAL_TYPE");

    // Texts that mean nothing.
    home.fails("token transfer bobby 5 --yes", 2, "INVALID_ADDRESS");
    home.fails("token balance 0x1234", 2, "INVALID_ADDRESS");
    home.fails("token balance 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", 2, "INVALID_ADDRESS");
    for amount in ["5UNIT", "1e18", "1,5", "0x10", "0.0000000000000000001"] {
        home.fails(&format!("token transfer bob {amount} --yes"), 2, "INVALID_AMOUNT");
    }
    home.fails("vault draw zero 5", 2, "USAGE");
    home.fails("vault drw 0 5", 2, "USAGE");
    home.fails("token transfer bob 5 --wait long", 2, "USAGE");
    home.fails("token transfer-with-reference bob 1 0x12 --yes", 2, "INVALID_REFERENCE");

    // Whoever acts has nothing to pay with.
    home.fails("token approve bob 1 --yes --account dev:7", 4, "CHAIN_REFUSED");

    // Who acts.
    home.fails("token balance me --account dev:mallory", 2, "INVALID_ACCOUNT");
    home.fails("token balance me --account file:/no/such/file", 2, "INVALID_ACCOUNT");
    let seed = format!("0x{}", "7".repeat(64));
    let secret = home.fails(&format!("token supply --account {seed}"), 2, "SECRET_ON_COMMAND_LINE");
    assert!(!secret.to_string().contains("77777"));

    // Files.
    assert_eq!(home.block(), block, "nothing was sent");
    home.fails("token supply --addresses no.json", 2, "NOT_DEPLOYED");
    fs::write(home.path("bad.json"), "{").expect("written");
    home.fails("token supply --addresses bad.json", 2, "INVALID_ADDRESS_BOOK");
    let book = home.book("code.json", |book| book["contracts"]["token"]["code_hash"] = json!(format!("0x{:064}", 1)));
    let details = home.fails(&format!("token transfer bob 1 --yes --addresses {book}"), 7, "CODE_HASH_MISMATCH");
    assert_eq!(details["expected"], json!(format!("0x{:064}", 1)));
    home.fails(&format!("deploy --yes --addresses {book}"), 7, "CODE_HASH_MISMATCH");
    let sick = home.run(&format!("doctor --addresses {book}"));
    assert_eq!(sick.code, 7, "{sick:?}");
    let book = home.book("gone.json", |book| book["contracts"]["token"]["address"] = json!(format!("0x{:040}", 1)));
    home.fails(&format!("token supply --addresses {book}"), 7, "NO_CONTRACT");

    // A bundle that is not what it says, and one of another build.
    let bundles = project().join("target/contracts");
    let folder = home.path("bundles");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["token", "oracle", "vaults", "votes", "governor", "title", "arbitration", "escrow"] {
        let name = format!("florin_{name}.contract");
        fs::copy(bundles.join(&name), folder.join(&name)).expect("copied");
    }
    let token = folder.join("florin_token.contract");
    let text = fs::read_to_string(&token).expect("a bundle");
    let mut bundle: Value = serde_json::from_str(&text).expect("JSON");
    let environment = [("FLORIN_CONTRACTS", folder.as_path())];
    bundle["source"]["hash"] = json!(format!("0x{:064}", 1));
    fs::write(&token, bundle.to_string()).expect("written");
    home.fails_with(&environment, "deploy --yes", 7, "BUNDLE_HASH_MISMATCH");
    fs::write(&token, "{}").expect("written");
    home.fails_with(&environment, "deploy --yes", 2, "INVALID_BUNDLE");
    fs::copy(folder.join("florin_oracle.contract"), &token).expect("copied");
    home.fails_with(&environment, "deploy --yes", 7, "CODE_HASH_MISMATCH");
    home.fails_with(&environment, "read token name", 7, "CODE_HASH_MISMATCH");
    fs::remove_file(&token).expect("removed");
    home.fails_with(&environment, "read token name", 2, "MISSING_BUNDLE");
}

fn any_contract(home: &Home) {
    let messages = home.ok("contract messages token");
    let transfer =
        messages["messages"].as_array().expect("messages").iter().find(|row| row["name"] == json!("transfer"));
    let transfer = transfer.expect("the coin can be sent");
    assert_eq!((&transfer["mutates"], &transfer["verb"]), (&json!(true), &json!("call")));
    assert_eq!(transfer["arguments"][0], json!({ "name": "to", "type": "H160" }));

    assert_eq!(home.ok("read token symbol")["returned"], json!("FLRN"));
    // What not every reader of JSON keeps exactly is text.
    assert_eq!(home.ok("read token balanceOf @me")["returned"], json!("10473500000000000000000"));
    assert_eq!(home.ok("read vaults position 77")["returned"], json!(null));
    let position = home.ok("read vaults position 0");
    assert_eq!(position["returned"]["collateral_type"], json!(0));

    let block = home.block();
    let shown = home.ok("call token transfer @bob wad:2 --dry-run");
    assert_eq!((&shown["sent"], &shown["preview"]["returns"]), (&json!(false), &json!(true)));
    assert_eq!(home.block(), block, "nothing was sent");
    let sent = home.ok("call token transfer @bob wad:2");
    let event = &sent["result"]["events"][0];
    assert_eq!((&event["event"], &event["fields"]["value"]), (&json!("Transfer"), &json!("2000000000000000000")));
    assert_eq!(human(&home.ok("token balance bob"), "balance"), "28.5 FLRN");
    // The code is the one that the command for the same message gives.
    let details = home.fails("call vaults draw 0 wad:2000000 --yes", 3, "DEBT_CEILING_EXCEEDED");
    assert!(details["error"]["Vault"]["DebtCeilingExceeded"].is_object(), "{details}");
    let token = home.ok("account show token")["address"].clone();
    let address = token.as_str().expect("an address");
    assert_eq!(home.ok(&format!("read {address} decimals"))["returned"], json!(18));

    home.fails("call token symbol", 2, "OTHER_COMMAND");
    home.fails("read token transfer @bob 1", 2, "OTHER_COMMAND");
    home.fails("read token balance", 2, "INVALID_MESSAGE");
    home.fails("read token balanceOf", 2, "INVALID_MESSAGE");
    home.fails("read token balanceOf seven", 2, "INVALID_MESSAGE");
    home.fails("read token balanceOf @mallory", 2, "INVALID_ADDRESS");
    home.fails("call token transfer @bob amount:1:x --yes", 2, "USAGE");
    home.fails("call token transfer @bob 1 --value 5 --yes", 2, "USAGE");
    home.fails(&format!("read 0x{:040} name", 1), 7, "NO_CONTRACT");
    fs::write(home.path("metadata.json"), "{}").expect("written");
    home.fails("read token symbol --metadata metadata.json", 2, "INVALID_METADATA");
    let nowhere = [("FLORIN_CONTRACTS", Path::new("/no/such/folder"))];
    home.fails_with(&nowhere, &format!("read {address} symbol --addresses no.json"), 2, "NO_METADATA");
}

/// Two processes that share nothing but an account send at once: whoever finds the nonce taken signs anew.
fn two_processes_at_once(home: &Home) {
    let held = || -> u128 {
        let balance = home.ok("token balance eve")["balance"]["raw"].clone();
        balance.as_str().and_then(|raw| raw.parse().ok()).expect("raw units")
    };
    let before = held();
    let mut hashes = BTreeSet::new();
    for _ in 0..5 {
        for sent in home.ok_at_once("token transfer eve 0.01", 2) {
            assert_eq!((&sent["sent"], human(&sent["result"], "amount")), (&json!(true), "0.01 FLRN"));
            hashes.insert(sent["transaction"]["hash"].as_str().expect("a hash").to_owned());
        }
    }
    assert_eq!(hashes.len(), 10, "each process has a transaction of its own");
    assert_eq!(held() - before, 100_000_000_000_000_000);
}

fn other_networks(home: &Home) {
    let node = format!("ws://127.0.0.1:{}", home.port);
    let added = home.ok(&format!("network add here {node} --signer dev:bob"));
    assert!(added["genesis_hash"].is_string());
    home.fails(&format!("network add here {node}"), 2, "NETWORK_EXISTS");
    home.fails("network add ../here ws://127.0.0.1:1", 2, "INVALID_NETWORK");
    home.fails("network add far ws://127.0.0.1:1", 8, "UNREACHABLE");
    home.fails("network use far", 2, "UNKNOWN_NETWORK");
    home.fails("token supply --url http://127.0.0.1", 2, "INVALID_NETWORK");
    assert_eq!(human(&home.ok("token balance --network here --addresses addresses/dev.json"), "balance"), "28.5 FLRN");
    home.ok("network use here");
    assert_eq!(home.ok("network ls").as_array().map(Vec::len), Some(2));
    home.ok("network use dev");

    // An address book of another chain, and a node that is another chain's.
    let other = format!("0x{:064}", 1);
    let book = home.book("other.json", |book| book["genesis_hash"] = json!(other));
    let details = home.fails(&format!("token transfer bob 1 --yes --addresses {book}"), 7, "WRONG_NETWORK");
    assert_eq!(details["expected"], json!(other));
    home.fails(&format!("deploy --yes --addresses {book}"), 7, "WRONG_NETWORK");
    let settings = home.path(".config/florin/networks.toml");
    let genesis = added["genesis_hash"].as_str().expect("a hash");
    let text = fs::read_to_string(&settings).expect("settings").replace(genesis, &other);
    fs::write(&settings, text).expect("written");
    home.fails("token supply --network here", 7, "WRONG_NETWORK");
    fs::write(&settings, "current = 7").expect("written");
    home.fails("token supply", 2, "INVALID_NETWORK");
    // The node can be stopped all the same.
    assert_eq!(home.ok("node status")["running"], json!(true));
    fs::remove_file(&settings).expect("removed");
}

fn liquidation(home: &Home) {
    home.ok("node advance 1h");
    report(home, "100");
    let opened = home.ok("vault open 100UNIT --draw 6600 --account dev:ferdie");
    let position = opened["result"]["position"].as_u64().expect("a number");
    home.ok("node advance 1h");
    report(home, "80");
    // The oracle waits for its interval, the vaults for nothing.
    let shown = home.ok(&format!("vault show {position}"));
    assert_eq!(human(&shown, "price"), "80 USD");
    let preview = home.ok(&format!("vault liquidate {position} --dry-run --account dev:dave"));
    assert_eq!(preview["sent"], json!(false));
    let done = home.ok(&format!("vault liquidate {position} --account dev:dave"));
    assert_eq!((&done["sent"], &done["result"]["auction"]), (&json!(true), &json!(0)));
    assert_eq!(home.ok("token balance dave")["balance"], done["result"]["reward"]);
    let auctions = home.ok("vault auctions");
    assert_eq!(auctions.as_array().map(Vec::len), Some(1));
    let lot = auctions[0]["lot"]["raw"].as_str().expect("a lot").to_owned();

    let bought = home.ok("vault take 0 --amount 5UNIT");
    assert_eq!(human(&bought["result"], "sold"), "5 UNIT");
    let rest = home.ok("vault auctions");
    assert_ne!(rest[0]["lot"]["raw"], json!(lot));
    home.fails("vault take 0 --max-price 1 --yes", 3, "PRICE_ABOVE_MAXIMUM");
    home.fails("vault redo 0 --yes", 3, "AUCTION_NOT_STALE");
    home.fails("vault take 7 --yes", 3, "UNKNOWN_AUCTION");
    home.ok("vault take 0");
    assert_eq!(home.ok("vault auctions"), json!([]));
    home.ok("vault heal");
    assert_eq!(home.ok("vault solvency")["exact"], json!(true));

    home.ok("vault repay 0 1000");
    let closed = home.run("vault close 0 --yes --json");
    assert_eq!(closed.code, 3, "not all of the debt is there to be repaid: {closed:?}");
}

/// Holders decide: from a proposal to its execution, and who holds which role.
fn governance(home: &Home) {
    handover(home);
    power(home);
    let rules = home.ok("read governor current_rules")["returned"].clone();
    proposal(home, &rules);
    votes(home, &rules);
    execution(home, &rules);
    // All this takes days, after which the price is too old.
    report(home, "100");
    home.ok("node advance 11m");
}

fn handover(home: &Home) {
    let open = home.run("audit roles --json");
    assert_eq!(open.code, 9, "{open:?}");
    assert!(open.output.contains("\"sound\":false"), "{open:?}");
    home.plan("deploy.toml", str::to_owned);
    assert_eq!(home.ok("deploy")["sent"], json!(true));
    let audit = home.ok("audit roles");
    assert_eq!((&audit["sound"], &audit["findings"]), (&json!(true), &json!([])));
    assert_eq!(audit["contracts"].as_array().map(Vec::len), Some(6));
    home.fails("call vaults unpause Draws --yes", 3, "NOT_GOVERNOR");
}

fn power(home: &Home) {
    home.ok("call votes transfer @bob wad:1000000");
    let mine = home.ok("gov power");
    assert_eq!((human(&mine, "power"), human(&mine, "share")), ("99000000 FLRV", "99 %"));
    home.ok("gov delegate bob");
    assert_eq!(human(&home.ok("gov power"), "power"), "0 FLRV");
    assert_eq!(human(&home.ok("gov power bob"), "power"), "100000000 FLRV");
    home.ok("gov delegate me");
    home.fails("gov delegate mallory --yes", 2, "INVALID_ADDRESS");
    // Power counts as of the block before: what came back in the last block counts from the next one on.
    home.ok("node seal");
}

fn seconds(rules: &Value, name: &str) -> u64 {
    rules[name].as_u64().expect("a span of time")
}

/// Lets the time pass that a rule asks for.
fn pass(home: &Home, rules: &Value, name: &str) {
    home.ok(&format!("node advance {}s", seconds(rules, name) + 60));
}

/// The rules with a vote that is an hour longer.
fn longer(rules: &Value) -> Value {
    let mut rules = rules.clone();
    rules["voting_period"] = json!(seconds(&rules, "voting_period") + 3_600);
    rules
}

/// A structure as an argument.
fn structure(value: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = value.as_object().expect("fields").iter().map(|(name, value)| format!("{name}: {}", text(value)));
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

fn proposal(home: &Home, rules: &Value) {
    let arguments = structure(&longer(rules));
    let call = format!("[[call]]\ncontract = \"governor\"\nmessage = \"set_rules\"\nargs = [\"{arguments}\"]\n");
    let text = format!("title = \"A longer vote\"\ndescription = \"An hour more.\"\n\n{call}");
    fs::write(home.path("longer.toml"), text).expect("written");
    home.fails("gov propose no.toml --yes", 2, "INVALID_PROPOSAL");
    home.fails("gov show 0", 3, "UNKNOWN_PROPOSAL");
    home.fails("gov propose longer.toml", 2, "CONFIRMATION_REQUIRED");
    home.fails("gov propose longer.toml --yes --account dev:charlie", 3, "TOO_LITTLE_POWER");
    let block = home.block();
    let shown = home.ok("gov propose longer.toml --dry-run");
    let call = &shown["preview"]["calls"][0];
    assert_eq!((&call["message"], &call["refusal"]), (&json!("set_rules"), &json!(null)), "{shown}");
    assert_eq!(call["changes"].as_array().map(Vec::len), Some(1), "{shown}");
    assert_eq!(call["changes"][0]["name"], json!("voting period"));
    assert_eq!(home.block(), block, "nothing was sent");
    let made = home.ok("gov propose longer.toml");
    assert_eq!(made["result"]["proposal"], json!(0));
    let listed = home.ok("gov list");
    assert_eq!((&listed[0]["status"], &listed[0]["title"]), (&json!("pending"), &json!("A longer vote")));
}

fn votes(home: &Home, rules: &Value) {
    home.fails("gov vote 0 for --yes", 3, "WRONG_STATUS");
    pass(home, rules, "voting_delay");
    // Bob signs, Alice pays.
    let ballot = home.ok("gov vote 0 against --sign --valid-for 1h --reason enough --account dev:bob");
    fs::write(home.path("ballot.json"), ballot.to_string()).expect("written");
    let relayed = home.ok("gov relay ballot.json");
    assert_eq!(relayed["result"]["voter"], ballot["voter"]);
    assert_eq!(human(&relayed["result"], "power"), "1000000 FLRV");
    home.fails("gov relay ballot.json --yes", 3, "ALREADY_VOTED");
    home.fails("gov relay longer.toml --yes", 2, "INVALID_BALLOT");
    let voted = home.ok("gov vote 0 for");
    assert_eq!(human(&voted["result"], "in_favour"), "99000000 FLRV");
    home.fails("gov queue 0 --yes", 3, "WRONG_STATUS");
}

fn execution(home: &Home, rules: &Value) {
    pass(home, rules, "voting_period");
    let shown = home.ok("gov show 0");
    assert_eq!((&shown["status"], &shown["unchanged"]), (&json!("succeeded"), &json!(true)));
    home.ok("gov queue 0");
    home.fails("gov execute 0 --yes", 3, "WRONG_STATUS");
    pass(home, rules, "timelock");
    let text = home.run("gov show 0");
    assert!(text.output.contains("1. governor.set_rules\n"), "{text:?}");
    assert!(!text.output.contains("refused now"), "{text:?}");
    let done = home.ok("gov execute 0");
    assert_eq!(done["result"]["status"], json!("executed"));
    assert_eq!(home.ok("read governor current_rules")["returned"], longer(rules));
    let settled = home.ok("gov settle 0");
    assert_eq!(human(&settled["result"], "returned"), human(&shown, "deposit"));
    home.fails("gov settle 0 --yes", 3, "ALREADY_SETTLED");
}

/// The vaults are replaced by a successor, from its deployment to the last of the money; each command goes on where the replacement is.
fn replacement(home: &Home) {
    let rules = home.ok("read governor current_rules")["returned"].clone();
    home.fails("upgrade check vaults", 2, "NO_SUCCESSOR");
    let shown = home.ok("upgrade plan vaults --dry-run");
    assert_eq!(shown["sent"], json!(false));
    let planned = home.ok("upgrade plan vaults --window 1h");
    assert_eq!((&planned["sent"], &planned["result"]["same_layout"]), (&json!(true), &json!(true)), "{planned}");
    let block = home.block();
    assert_eq!(home.ok("upgrade plan vaults --window 1h")["sent"], json!(false));
    assert_eq!(home.block(), block, "nothing was sent");
    let checked = home.ok("upgrade check vaults");
    assert_eq!((&checked["sound"], &checked["findings"]), (&json!(true), &json!([])), "{checked}");
    // A voter without the developer's address book names the successor.
    let book = home.book("voter.json", |book| {
        let contracts = book["contracts"].as_object_mut().expect("contracts");
        contracts.retain(|name, _| name != "vaults_next" && name != "vaults_importer");
    });
    let successor = planned["result"]["successor"].as_str().expect("an address");
    let voter = home.ok(&format!("upgrade check vaults --successor {successor} --addresses {book}"));
    assert_eq!(voter["sound"], json!(true), "{voter}");
    home.fails("upgrade execute vaults --yes", 3, "NOT_PROPOSED");

    let proposed = home.ok("upgrade queue vaults");
    let id = proposed["result"]["proposal"].as_u64().expect("a number");
    let waiting = home.ok("upgrade queue vaults");
    assert_eq!((&waiting["sent"], &waiting["result"]["status"]), (&json!(false), &json!("pending")), "{waiting}");
    let told = home.run(&format!("gov show {id}"));
    assert!(told.output.contains("begin_migration"), "{told:?}");
    pass(home, &rules, "voting_delay");
    home.ok(&format!("gov vote {id} for"));
    pass(home, &rules, "voting_period");
    home.ok("upgrade queue vaults");
    home.fails("upgrade execute vaults --yes", 3, "WRONG_STATUS");
    pass(home, &rules, "timelock");
    let before = home.ok("vault list");
    let done = home.ok("upgrade execute vaults");
    assert_eq!((&done["sent"], &done["result"]["outcome"]), (&json!(true), &json!("replaced")), "{done}");
    assert_eq!(done["result"]["kept_as"], json!("vaults_before_1"));
    let again = home.ok("upgrade execute vaults");
    assert_eq!((&again["sent"], &again["result"]["outcome"]), (&json!(false), &json!("replaced")), "{again}");
    // What owners had, they have.
    let after = home.ok("vault list");
    let rows = |list: &Value| list.as_array().map(Vec::len);
    assert_eq!(rows(&before), rows(&after));
    assert_eq!(home.ok("audit roles")["sound"], json!(true));
    report(home, "100");
    home.ok("node advance 11m");
}

/// What commands answer, by the names of the fields; `amount` and `value` stand for the forms that amounts and times have.
/// Fields are added and never removed: any other change here breaks programs that rely on them.
const FORMS: &str = include_str!("cli/forms.txt");

fn forms_of_answers(home: &Home) {
    let mut forms: Vec<(&str, String)> = Vec::new();
    for line in FORMS.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix("    "), forms.last_mut()) {
            (Some(more), Some((_, form))) if form.is_empty() => more.clone_into(form),
            (Some(more), Some((_, form))) => *form = format!("{form} {more}"),
            _ => forms.push((line, String::new())),
        }
    }
    for (line, form) in forms {
        assert_eq!(shape(&home.ok(line)), form, "{line}");
    }
}

fn a_chain_started_anew(home: &Home) {
    let stopped = home.ok("node stop");
    assert_eq!(stopped["running"], json!(false));
    home.fails("node stop", 2, "NODE_NOT_RUNNING");
    let url = format!("--url ws://127.0.0.1:{}", home.port);
    home.fails(&format!("token supply {url}"), 8, "UNREACHABLE");
    home.start_node();
    home.fails("token supply", 7, "CHAIN_STARTED_ANEW");
    home.fails("deploy --yes", 7, "CHAIN_STARTED_ANEW");
    let deployed = home.ok("deploy --reset");
    assert_eq!(deployed["sent"], json!(true));
    assert!(home.path("addresses/dev.json.old").exists());
    assert_eq!(human(&home.ok("token supply"), "supply"), "0 FLRN");
    home.ok("node stop");
    assert_eq!(home.ok("node status"), json!({ "running": false }));
}

#[test]
fn the_reference_is_what_the_program_says() {
    let written = fs::read_to_string(project().join("docs/cli.md")).expect("docs/cli.md");
    let page = Home::new().run("help-md");
    assert_eq!(page.code, 0, "{page:?}");
    assert!(written == page.output, "write docs/cli.md anew: florin help-md > docs/cli.md");
}

#[test]
fn help_needs_neither_node_nor_settings() {
    let home = Home::new();
    for line in
        ["--help", "help", "help vault open", "vault open --help", "help exit-codes", "help amounts", "--version"]
    {
        let run = home.run(line);
        assert_eq!((run.code, run.errors.as_str()), (0, ""), "{run:?}");
        assert!(run.output.contains("florin") || run.output.contains("done") || run.output.contains("FLRN"), "{run:?}");
    }
    assert!(home.run("help environment").output.contains("FLORIN_NODE"));
    home.fails("help vault drw", 2, "NO_TOPIC");
    home.fails("vlt", 2, "USAGE");
    let bare = home.run("");
    assert_eq!((bare.code, bare.output.as_str()), (2, ""), "{bare:?}");
    assert!(bare.errors.contains("Usage: florin"), "{bare:?}");
    assert!(home.ok("account list").as_array().is_some_and(|accounts| accounts.len() == 6));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::new();
    let mut child =
        home.command("help-md").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("florin starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
}
