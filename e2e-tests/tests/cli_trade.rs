//! `florin escrow`, `arbitration`, `title` and `leg` as traders, arbitrators, carriers and dealers run them: what comes
//! of credits on which sides do not agree, that are paid later, by conditions, against a title, or in another asset.

#[allow(dead_code)]
#[path = "cli/home.rs"]
mod home;
#[allow(dead_code)]
#[path = "cli/trade.rs"]
mod trade;

use std::{fs, os::unix::fs::PermissionsExt};

use florin_client::{chain::DevChain, error::ChainError, node::NodeChain, signer::Signer};
use serde_json::{json, Value};

use home::Home;
use trade::{documents, human, length, Guest, Shipment};

/// Accounts that arbitrate, by number, and the one that buys proceeds and deals.
const ARBITRATORS: [u32; 7] = [1, 2, 3, 4, 5, 6, 7];
const DEALER: &str = "8";

/// Credits, in the order in which they are drafted.
const APPEALED: u64 = 0;
const UNHEARD: u64 = 1;
const USANCE: u64 = 2;
const SIGNED_FOR: u64 = 3;
const SECRET: u64 = 4;
const WITH_TITLE: u64 = 5;
const UNDELIVERED: u64 = 6;

/// Arbitrators in a home of their own, and how their pool lists them.
struct Panel {
    guest: Guest,
    pool: u64,
    members: Vec<Value>,
}

impl Panel {
    /// Who sits, by the numbers of their accounts.
    fn seated(&self, drawn: &Value) -> Vec<String> {
        let drawn = drawn.as_array().expect("a list");
        let place = |member: &Value| self.members.iter().position(|known| known == member).expect("of the pool");
        drawn.iter().map(|member| (place(member) + 1).to_string()).collect()
    }

    /// Somebody of the pool who does not sit.
    fn idle(&self, seated: &[String]) -> String {
        let all = ARBITRATORS.map(|number| number.to_string());
        all.into_iter().find(|member| !seated.contains(member)).expect("more than sit")
    }
}

/// The file's one node serves one test, which goes through the credits in their order.
#[test]
fn credits_come_to_their_end_whatever_parties_do() {
    let buyer = Home::new();
    let panel = a_suite(&buyer);
    let seller = Guest::new(&buyer, "bob");
    staked(&buyer, &seller);
    legs(&buyer, &seller);
    called_and_drawn(&buyer, &seller, &panel);
    appealed(&buyer, &seller, &panel);
    fees(&buyer, &panel);
    silent_panel(&buyer, &seller, &panel);
    fallback(&buyer, &seller);
    assigned_and_exchanged(&buyer, &seller, panel.pool);
    waived(&buyer, &seller);
    matured(&buyer, &seller);
    retention_divided(&buyer, &seller);
    signed_for(&buyer, &seller, panel.pool);
    shown_by_a_secret(&buyer, &seller);
    delivered_against_payment(&buyer, &seller, panel.pool);
    passed_from_hand_to_hand(&buyer, &seller);
    not_delivered(&buyer, &seller);
    released(&buyer, &seller);
    leg_refunded(&buyer, &seller);
}

fn balance(home: &Home, who: &str) -> String {
    human(&home.ok(&format!("token balance {who}")), "balance").to_owned()
}

fn address(signer: &Signer) -> String {
    format!("{:?}", signer.account().to_address())
}

fn numbered(number: u32) -> Signer {
    Signer::numbered(number).expect("an account")
}

/// What an answer says that somebody is paid for a purpose.
fn paid_to<'a>(list: &'a Value, who: &Signer, purpose: &str) -> &'a str {
    let account = json!(address(who));
    let mut all = list.as_array().expect("payments").iter();
    let found = all.find(|paid| paid["to"] == account && paid["purpose"] == json!(purpose));
    found.map(|paid| human(paid, "amount")).unwrap_or_default()
}

/// Only its owner may read a file with a secret.
fn is_private(home: &Home, name: &str) -> bool {
    fs::metadata(home.path(name)).expect("there").permissions().mode() & 0o777 == 0o600
}

fn share(home: &Home, name: &str, mode: u32) {
    fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).expect("changed");
}

fn on_the_chain<T>(home: &Home, act: impl AsyncFnOnce(NodeChain) -> Result<T, ChainError>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let url = format!("ws://127.0.0.1:{}", home.port);
    runtime.block_on(Box::pin(async move { act(NodeChain::connect(&url).await?).await })).expect("it is done")
}

fn seal(home: &Home, blocks: usize) {
    on_the_chain(home, async |chain| {
        for _ in 0..blocks {
            chain.seal().await?;
        }
        Ok(())
    });
}

/// Address of a contract of the suite.
fn in_book(home: &Home, name: &str) -> String {
    let text = fs::read_to_string(home.path("addresses/dev.json")).expect("the address book");
    let book: Value = serde_json::from_str(&text).expect("JSON");
    book["contracts"][name]["address"].as_str().expect("an address").to_owned()
}

/// The project's suite, an asset of six decimals, a registry of titles that can misbehave, and a pool.
fn a_suite(buyer: &Home) -> Panel {
    let more = r#"
[[contract]]
name = "euro"
bundle = "hostile_token"
args = ["0", "6"]

[[contract]]
name = "registry"
bundle = "hostile_token"
args = ["0", "18"]

# --- who may do what
"#;
    let admit = r#"
[[call]]
contract = "arbitration"
message = "admit"
args = ["${account:dave}"]

# --- feed 0"#;
    trade::a_suite(buyer, |text| text.replace("\n# --- who may do what\n", more).replace("\n# --- feed 0", admit));
    buyer.ok("vault open 4000UNIT --draw 150000");
    buyer.ok(&format!("call escrow admit_asset {}", in_book(buyer, "euro")));
    on_the_chain(buyer, async |chain| {
        for number in ARBITRATORS.into_iter().chain([8]) {
            chain.fund(&numbered(number).account(), 1_000_000_000_000_000_000_000).await?;
        }
        Ok(())
    });
    let members = ARBITRATORS.map(|number| format!("dev:{number}"));
    let made = buyer.ok(&format!("arbitration pool make {}", members.join(" ")));
    let pool = made["result"]["pool"].as_u64().expect("a number");
    let members = made["result"]["members"].as_array().expect("a list").clone();
    fs::write(buyer.path("contract.txt"), "2,000 bags of coffee, FOB Santos\n").expect("written");
    Panel { guest: Guest::new(buyer, "1"), pool, members }
}

/// The staked pool: a seat costs a hundred.
fn staked(buyer: &Home, seller: &Guest) {
    buyer.ok("token transfer dave 300");
    let fails = |line: &str, code: &str| seller.fails_as("dave", &format!("{line} --yes"), 3, code);
    seller.fails("arbitration join 100 --yes", 3, "NOT_ADMITTED");
    fails("arbitration join 50", "STAKE_TOO_SMALL");
    fails("arbitration withdraw 10", "ABOVE_FREE_STAKE");
    let shown = seller.ok_as("dave", "arbitration join 150 --dry-run");
    let preview = &shown["preview"];
    assert_eq!((human(preview, "pays_in"), human(preview, "seat_stake")), ("150 FLRN", "100 FLRN"), "{shown}");
    assert_eq!(preview["with_it"][1], json!("allow arbitration to move 150 FLRN"), "{shown}");
    assert!(preview["risk"].as_str().is_some_and(|risk| risk.contains("does not reveal")), "{shown}");
    let joined = seller.ok_as("dave", "arbitration join 150");
    assert_eq!((human(&joined["result"], "free"), &joined["result"]["position"]), ("150 FLRN", &json!(0)), "{joined}");
    let added = seller.ok_as("dave", "arbitration join 100");
    assert_eq!(human(&added["result"], "free"), "250 FLRN", "{added}");
    let pool = buyer.ok("arbitration pool show 0");
    assert_eq!((&pool["size"], human(&pool["stakes"][0], "free")), (&json!(1), "250 FLRN"), "{pool}");

    fails("arbitration withdraw 300", "ABOVE_FREE_STAKE");
    fails("arbitration withdraw 200", "STAKE_TOO_SMALL");
    let taken = seller.ok_as("dave", "arbitration withdraw 150");
    assert_eq!(human(&taken["result"], "free"), "100 FLRN", "{taken}");
    assert_eq!(balance(buyer, "dave"), "200 FLRN");
    let left = seller.ok_as("dave", "arbitration leave");
    assert_eq!((human(&left["result"], "free"), &left["result"]["position"]), ("100 FLRN", &json!(null)), "{left}");
    fails("arbitration leave", "NOT_MEMBER");
    // Who has left takes all of it out.
    seller.ok_as("dave", "arbitration withdraw 100");
    assert_eq!(balance(buyer, "dave"), "300 FLRN");
}

/// Two legs by the same terms: the buyer funds, the seller claims. One is claimed; the other one waits for its end.
fn legs(buyer: &Home, seller: &Guest) {
    let secret = seller.ok("leg secret --out leg.txt");
    assert!(is_private(&seller.home, "leg.txt"));
    let text = fs::read_to_string(seller.home.path("leg.txt")).expect("a secret");
    let known = text.trim();
    assert!(!secret.to_string().contains(known), "only its hashes are told");
    let digest = secret["sha256"].as_str().expect("a hash");
    let sides = format!("--funder alice --claimer bob --asset token --digest {digest} --hash sha256");
    let spans = "--lock-within 20m --claim-within 90m --refund-after 150m --block-time 36s";
    let agree = format!("leg agree {sides} --amount 500 --premium 10");
    seller.fails(&format!("{agree} --lock-within 20m --claim-within 30m --refund-after 40m --yes"), 3, "GAP_TOO_SMALL");
    seller.fails_as("charlie", &format!("{agree} {spans} --yes"), 3, "WRONG_CALLER");
    for number in [0, 1] {
        let agreed = seller.ok(&format!("{agree} {spans}"));
        assert_eq!((&agreed["result"]["leg"], &agreed["result"]["stage"]), (&json!(number), &json!("agreed")));
    }
    // The claimer puts up its premium first, and nobody can put it up in its place.
    buyer.fails("leg bond 0 --yes", 3, "WRONG_CALLER");
    seller.fails_as("charlie", "leg bond 0 --yes", 3, "WRONG_CALLER");
    buyer.fails("leg lock 0 --yes", 3, "WRONG_STAGE");
    for number in [0, 1] {
        let bonded = seller.ok(&format!("leg bond {number}"));
        assert_eq!(bonded["result"]["stage"], json!("bonded"), "{bonded}");
        assert_eq!(human(&bonded["preview"], "pays_in"), "10 FLRN", "{bonded}");
    }
    assert_eq!(balance(buyer, "bob"), "4980 FLRN");
    seller.fails("leg lock 0 --yes", 3, "WRONG_CALLER");
    seller.fails("leg claim 0 --secret leg.txt --yes", 3, "WRONG_STAGE");
    let before = balance(buyer, "alice");
    assert_eq!(before, "204700 FLRN");
    for number in [0, 1] {
        let locked = buyer.ok(&format!("leg lock {number}"));
        assert_eq!(locked["result"]["stage"], json!("locked"), "{locked}");
    }
    assert_eq!(balance(buyer, "alice"), "203700 FLRN");
    leg_claimed(buyer, seller, known);
}

fn leg_claimed(buyer: &Home, seller: &Guest, known: &str) {
    buyer.fails("leg refund 0 --yes", 3, "TOO_EARLY");
    seller.ok("leg secret --out other.txt");
    seller.fails("leg claim 0 --secret other.txt --yes", 3, "WRONG_PREIMAGE");
    share(&seller.home, "leg.txt", 0o644);
    seller.fails("leg claim 0 --secret leg.txt --yes", 2, "FILE_IS_SHARED");
    share(&seller.home, "leg.txt", 0o600);
    let shown = seller.ok("leg claim 0 --secret leg.txt --dry-run");
    assert!(!shown.to_string().contains(known), "it is told only when it is brought: {shown}");
    let pays = &shown["preview"]["pays"];
    assert_eq!(
        (paid_to(pays, &Signer::bob(), "exchange"), paid_to(pays, &Signer::bob(), "premium")),
        ("500 FLRN", "10 FLRN"),
        "{shown}"
    );
    let claimed = seller.ok("leg claim 0 --secret leg.txt");
    assert_eq!((&claimed["result"]["stage"], &claimed["result"]["secret"]), (&json!("claimed"), &json!(known)));
    assert_eq!(balance(buyer, "bob"), "5490 FLRN");
    seller.fails("leg claim 0 --secret leg.txt --yes", 3, "WRONG_STAGE");
    assert_eq!(buyer.ok("leg show 1")["stage"], json!("locked"));
}

/// Whoever waited gets the amount and the premium, once both clocks have come to it.
fn leg_refunded(buyer: &Home, seller: &Guest) {
    seller.fails("leg claim 1 --secret leg.txt --yes", 3, "TOO_LATE");
    let details = buyer.fails("leg refund 1 --yes", 3, "TOO_EARLY");
    let blocks = |of: &str| details[of]["block"].as_u64().expect("a block");
    assert!(details["now"]["seconds"].as_u64() > details["from"]["seconds"].as_u64(), "blocks are missing: {details}");
    seal(buyer, usize::try_from(blocks("from") - blocks("now")).expect("some"));
    let before = buyer.ok("token balance");
    let refunded = seller.ok_as("charlie", "leg refund 1");
    assert_eq!(refunded["result"]["stage"], json!("refunded"), "{refunded}");
    let pays = &refunded["preview"]["pays"];
    assert_eq!(
        (paid_to(pays, &Signer::alice(), "refund"), paid_to(pays, &Signer::alice(), "premium")),
        ("500 FLRN", "10 FLRN"),
        "{refunded}"
    );
    assert_eq!(raw(&buyer.ok("token balance")["balance"]) - raw(&before["balance"]), 510 * WHOLE);
    buyer.fails("leg refund 1 --yes", 3, "WRONG_STAGE");
}

/// Raw units of a whole coin.
const WHOLE: u128 = 1_000_000_000_000_000_000;

fn raw(amount: &Value) -> u128 {
    amount["raw"].as_str().and_then(|text| text.parse().ok()).expect("an amount")
}

/// Terms for a longer time than those of the other test.
fn terms(pool: u64) -> String {
    trade::terms(pool).replace("2027-02-26", "2027-06-30").replace("2027-03-26", "2027-07-30")
}

/// A credit that both have signed and the buyer has paid in.
fn credit(buyer: &Home, seller: &Guest, number: u64, terms: &str) {
    let name = format!("terms-{number}.toml");
    fs::write(buyer.path(&name), terms).expect("written");
    let drafted = buyer.ok(&format!("escrow draft {name} --send"));
    assert_eq!(drafted["result"]["escrow"], json!(number), "{drafted}");
    buyer.ok(&format!("escrow sign {number}"));
    seller.ok(&format!("escrow sign {number}"));
    buyer.ok(&format!("escrow fund {number}"));
}

/// Documents for a drawing, presented.
fn presented(seller: &Guest, number: u64, tag: &str, amount: &str) {
    let papers = documents(seller, &Shipment { escrow: number, tag, dated: None });
    let sent = seller.ok(&format!("escrow present {number} --amount {amount} {papers}"));
    assert_eq!(sent["result"]["status"], json!("examining"), "{sent}");
}

fn refused(buyer: &Home, number: u64) {
    fs::write(buyer.path("reasons.txt"), "Short weight.\n").expect("written");
    buyer.ok(&format!("escrow notice {number} --discrepancy quantity --reasons reasons.txt"));
}

/// A panel of one for a refused drawing.
fn called_and_drawn(buyer: &Home, seller: &Guest, panel: &Panel) {
    credit(buyer, seller, APPEALED, &terms(panel.pool));
    presented(seller, APPEALED, "short", "8000");
    refused(buyer, APPEALED);
    let raised = seller.ok("escrow dispute 0");
    assert_eq!(human(&raised["preview"], "stake"), "20000 FLRN", "all that is not drawn: {raised}");
    buyer.ok("escrow offer 0 5000");
    seller.ok("escrow offer 0 9000");
    let charlie = |line: &str| seller.ok_as("charlie", line);
    seller.fails_as("charlie", "arbitration call 0 --yes", 3, "NO_HEARING");
    buyer.ok("node advance 5d");
    buyer.fails("escrow offer 0 6000 --yes", 3, "NOT_ALLOWED");
    seller.fails_as("charlie", "arbitration draw 0 --yes", 3, "UNKNOWN_CASE");
    let shown = charlie("arbitration call 0 --dry-run");
    let preview = &shown["preview"];
    assert_eq!((&preview["seats"], human(preview, "fee")), (&json!(1), "300 FLRN"), "{shown}");
    let called = charlie("arbitration call 0");
    assert_eq!((&called["result"]["status"], &called["result"]["calls"]), (&json!("called"), &json!(1)), "{called}");
    seller.fails_as("charlie", "arbitration call 0 --yes", 3, "NOT_ALLOWED");
    // The hash of a block that is still to come decides.
    seller.fails_as("charlie", "arbitration draw 0 --yes", 3, "NOT_ALLOWED");
    for _ in 0..4 {
        buyer.ok("node seal");
    }
    let drawn = charlie("arbitration draw 0");
    assert_eq!(length(&drawn["result"]["panel"]), Some(1), "{drawn}");
    awarded(buyer, panel, &panel.seated(&drawn["result"]["panel"]));
}

/// The member commits and reveals; nobody else can do either in its place.
fn awarded(buyer: &Home, panel: &Panel, seated: &[String]) {
    let (guest, member) = (&panel.guest, seated[0].as_str());
    let other = panel.idle(seated);
    let commit = |award: &str| format!("arbitration commit 0 {award} --out award.json");
    let waits_for = |act: &str| {
        let seats = guest.ok_as(member, "arbitration seats");
        assert_eq!((length(&seats), &seats[0]["act"]), (Some(1), &json!(act)), "{seats}");
    };
    waits_for("commit");
    guest.fails_as(&other, &format!("{} --yes", commit("6000")), 3, "NOT_SEATED");
    // Nobody could reveal that, and the contract does not see it.
    let details = guest.fails_as(member, &format!("{} --yes", commit("20001")), 3, "ABOVE_STAKE");
    assert_eq!(human(&details, "stake"), "20000 FLRN", "{details}");
    guest.fails_as(member, &commit("6000"), 2, "CONFIRMATION_REQUIRED");
    guest.ok_as(member, &format!("{} --dry-run", commit("6000")));
    assert!(!guest.home.path("award.json").exists(), "nothing was committed, so nothing is kept");
    committed(guest, member, "0 6000", "award.json");
    waits_for("reveal");
    guest.fails_as(member, &format!("{} --yes", commit("7000")), 2, "FILE_EXISTS");
    guest.fails_as(member, "arbitration commit 0 7000 --out second.json --yes", 3, "NOT_ALLOWED");
    assert!(!guest.home.path("second.json").exists());

    // Until it is revealed nobody sees what it is.
    let shown = buyer.ok("arbitration show 0");
    assert_eq!((&shown["status"], &shown["committed"]), (&json!("revealing"), &json!(1)), "{shown}");
    assert_eq!((&shown["panel"][0]["committed"], &shown["panel"][0]["award"]), (&json!(true), &json!(null)));
    buyer.fails("arbitration report 0 --yes", 3, "NOT_ALLOWED");
    guest.fails_as(&other, "arbitration reveal award.json --yes", 7, "OTHER_FILE");
    share(&guest.home, "award.json", 0o644);
    guest.fails_as(member, "arbitration reveal award.json --yes", 2, "FILE_IS_SHARED");
    share(&guest.home, "award.json", 0o600);
    let text = fs::read_to_string(guest.home.path("award.json")).expect("an award");
    let mut changed: Value = serde_json::from_str(&text).expect("JSON");
    changed["award"] = json!((7000 * WHOLE).to_string());
    fs::write(guest.home.path("changed.json"), changed.to_string()).expect("written");
    share(&guest.home, "changed.json", 0o600);
    guest.fails_as(member, "arbitration reveal changed.json --yes", 3, "OTHER_COMMITMENT");
    let revealed = guest.ok_as(member, "arbitration reveal award.json");
    assert_eq!(human(&revealed["result"], "award"), "6000 FLRN", "{revealed}");
    guest.fails_as(member, "arbitration reveal award.json --yes", 3, "NOT_ALLOWED");
    let reported = buyer.ok("arbitration report 0");
    assert_eq!(reported["result"]["status"], json!("reported"), "{reported}");
    assert_eq!(human(&reported["preview"]["panel"][0], "award"), "6000 FLRN", "{reported}");
}

/// A member commits: award and salt are in a file that only it may read, and are told to nobody.
fn committed(guest: &Guest, member: &str, case: &str, file: &str) {
    let sent = guest.ok_as(member, &format!("arbitration commit {case} --out {file}"));
    assert!(is_private(&guest.home, file));
    let text = fs::read_to_string(guest.home.path(file)).expect("an award");
    let written: Value = serde_json::from_str(&text).expect("JSON");
    let salt = written["salt"].as_str().expect("a salt");
    assert!(salt.len() == 66 && !sent.to_string().contains(salt), "{sent}");
    assert!(sent["result"]["award"].is_null(), "{sent}");
}

/// The seller appeals. Of three one comes too late, two decide, and who was further off pays for both panels.
fn appealed(buyer: &Home, seller: &Guest, panel: &Panel) {
    let dispute = buyer.ok("escrow show 0")["dispute"].clone();
    assert_eq!((human(&dispute, "award"), length(&dispute["panel"])), ("6000 FLRN", Some(1)), "{dispute}");
    buyer.fails("escrow settle 0 --yes", 3, "NOT_ALLOWED");
    seller.fails_as("eve", "escrow rule 0 5000 --yes", 3, "NOT_ALLOWED");
    seller.fails_as("charlie", "escrow appeal 0 --yes", 3, "NOT_PARTY");
    let shown = seller.ok("escrow appeal 0 --dry-run");
    let preview = &shown["preview"];
    assert_eq!((human(preview, "appeal_bond"), &preview["appeal_panel"]), ("1500 FLRN", &json!(3)), "{shown}");
    let told = seller.ok("escrow appeal 0");
    assert_eq!((&told["result"]["status"], human(&told["result"], "bonds")), (&json!("appealed"), "2500 FLRN"));
    buyer.fails("escrow appeal 0 --yes", 3, "ALREADY_APPEALED");
    assert_eq!(balance(buyer, "bob"), "2990 FLRN");

    buyer.fails("arbitration call 0 --yes", 3, "NO_HEARING");
    buyer.ok("arbitration call 0 --appeal");
    seal(buyer, 4);
    let drawn = buyer.ok("arbitration draw 0 --appeal");
    let seated = panel.seated(&drawn["result"]["panel"]);
    let guest = &panel.guest;
    committed(guest, &seated[0], "0 --appeal 10000", "first.json");
    committed(guest, &seated[1], "0 --appeal 11000", "second.json");
    let again = "arbitration commit 0 --appeal 9000 --out third.json --yes";
    guest.fails_as(&seated[0], again, 3, "ALREADY_COMMITTED");
    guest.fails_as(&seated[0], "arbitration reveal first.json --yes", 3, "NOT_ALLOWED");
    let until = |name: &str| human(&buyer.ok("arbitration show 0 --appeal"), name).to_owned();
    buyer.ok(&format!("node set-time {}", until("commit_until")));
    guest.fails_as(&seated[2], again, 3, "NOT_ALLOWED");
    assert!(!guest.home.path("third.json").exists(), "there is nothing to keep");
    guest.ok_as(&seated[0], "arbitration reveal first.json");
    guest.fails_as(&seated[0], "arbitration reveal first.json --yes", 3, "ALREADY_REVEALED");
    guest.ok_as(&seated[1], "arbitration reveal second.json");
    buyer.fails("arbitration report 0 --appeal --yes", 3, "NOT_ALLOWED");
    buyer.ok(&format!("node set-time {}", until("reveal_until")));
    buyer.ok("arbitration report 0 --appeal");

    buyer.fails("arbitration collect 0 --yes", 3, "COURT_REFUSED");
    let before = buyer.ok("token balance");
    let settled = seller.ok_as("charlie", "escrow settle 0");
    assert_eq!((&settled["result"]["status"], human(&settled["result"], "drawn")), (&json!("closed"), "10500 FLRN"));
    assert_eq!(settled["preview"]["then"], json!("closed"), "{settled}");
    // 10,500 less 52.5 of fee and 5 of tip, and both bonds; the buyer's rest is less by 300 and 700.
    assert_eq!(balance(buyer, "bob"), "15932.5 FLRN");
    assert_eq!(raw(&buyer.ok("token balance")["balance"]) - raw(&before["balance"]), 8_500 * WHOLE);
    assert_eq!(balance(buyer, "charlie"), "5 FLRN");
}

/// Who has revealed shares what both panels have earned.
fn fees(buyer: &Home, panel: &Panel) {
    let sat = panel.seated(&rows(&buyer.ok("arbitration show 0")["panel"]));
    let heard = buyer.ok("arbitration show 0 --appeal")["panel"].clone();
    let appeal = panel.seated(&rows(&heard));
    assert_eq!(human(&heard[0], "award"), "10000 FLRN", "{heard}");
    assert!(!appeal.contains(&sat[0]), "nobody of the first panel hears the appeal");
    panel.guest.fails_as(&sat[0], "arbitration claim token --yes", 3, "NOTHING_TO_CLAIM");
    buyer.fails("escrow collect-fee 0 --yes --account dev:eve", 3, "NO_FEE");
    let collected = buyer.ok("arbitration collect 0");
    let result = &collected["result"];
    assert_eq!((human(result, "received"), human(result, "share")), ("1000 FLRN", "300 FLRN"), "{collected}");
    assert_eq!((human(result, "appeal_share"), human(result, "rest")), ("350 FLRN", "0 FLRN"), "{collected}");
    buyer.fails("arbitration collect 0 --yes", 3, "COURT_REFUSED");

    let claimed = panel.guest.ok_as(&sat[0], "arbitration claim token");
    assert_eq!(human(&claimed["result"], "amount"), "300 FLRN", "{claimed}");
    assert_eq!(balance(buyer, &format!("dev:{}", sat[0])), "300 FLRN");
    panel.guest.ok_as(&appeal[1], "arbitration claim token --to eve");
    assert_eq!(balance(buyer, "eve"), "350 FLRN");
    panel.guest.fails_as(&appeal[1], "arbitration claim token --yes", 3, "NOTHING_TO_CLAIM");
    panel.guest.fails_as(&appeal[2], "arbitration claim token --yes", 3, "NOTHING_TO_CLAIM");
}

/// The members of rows.
fn rows(rows: &Value) -> Value {
    rows.as_array().expect("rows").iter().map(|row| row["member"].clone()).collect()
}

/// The member says nothing: the case is closed, and earns it nothing.
fn silent_panel(buyer: &Home, seller: &Guest, panel: &Panel) {
    credit(buyer, seller, UNHEARD, &terms(panel.pool));
    seller.ok("escrow dispute 1");
    buyer.ok("node advance 5d");
    buyer.ok("arbitration call 1");
    seal(buyer, 4);
    let drawn = buyer.ok("arbitration draw 1");
    let member = panel.seated(&drawn["result"]["panel"]).remove(0);
    let until = |name: &str| human(&drawn["result"], name).to_owned();
    buyer.ok(&format!("node set-time {}", until("commit_until")));
    panel.guest.fails_as(&member, "arbitration commit 1 6000 --out late.json --yes", 3, "NOT_ALLOWED");
    assert!(!panel.guest.home.path("late.json").exists());
    seller.fails_as("eve", "escrow rule 1 4000 --yes", 3, "NOT_ALLOWED");
    buyer.fails("arbitration close 1 --yes", 3, "NOT_ALLOWED");
    buyer.ok(&format!("node set-time {}", until("reveal_until")));
    buyer.fails("arbitration report 1 --yes", 3, "COURT_REFUSED");
    buyer.ok(&format!("node set-time {}", until("until")));
    let closed = buyer.ok("arbitration close 1");
    assert_eq!(closed["result"]["status"], json!("closed"), "{closed}");
    buyer.fails("arbitration close 1 --yes", 3, "NOT_ALLOWED");
    buyer.fails("arbitration call 1 --yes", 3, "NO_HEARING");
}

/// Then the fallback has the last word, and collects its fee itself.
fn fallback(buyer: &Home, seller: &Guest) {
    seller.fails("escrow rule 1 20000 --yes", 3, "WRONG_CALLER");
    seller.fails_as("eve", "escrow rule 1 20001 --yes", 3, "ABOVE_STAKE");
    let ruled = seller.ok_as("eve", "escrow rule 1 4000");
    assert_eq!(ruled["result"]["status"], json!("decided"), "{ruled}");
    assert_eq!(human(&ruled["preview"], "to_beneficiary"), "4000 FLRN", "{ruled}");
    seller.fails("escrow appeal 1 --yes", 3, "NOT_ALLOWED");
    seller.fails_as("eve", "escrow collect-fee 1 --yes", 3, "NO_FEE");
    let before = buyer.ok("token balance");
    let settled = buyer.ok("escrow settle 1");
    let paid = &settled["result"]["paid_to"];
    assert_eq!(paid_to(paid, &Signer::bob(), "proceeds"), "3980 FLRN", "{settled}");
    // The seller has asked for everything by saying nothing, so its bond pays, and the buyer gets the rest of it.
    assert_eq!(paid_to(paid, &Signer::alice(), "bond"), "700 FLRN", "{settled}");
    assert_eq!(raw(&buyer.ok("token balance")["balance"]) - raw(&before["balance"]), 16_700 * WHOLE);
    assert_eq!(balance(buyer, "bob"), "18912.5 FLRN");
    seller.fails("escrow collect-fee 1 --yes", 3, "NO_FEE");
    let collected = seller.ok_as("eve", "escrow collect-fee 1");
    assert_eq!(human(&collected["preview"], "amount"), "300 FLRN", "{collected}");
    assert_eq!(balance(buyer, "eve"), "650 FLRN");
    buyer.fails("arbitration collect 1 --yes", 3, "COURT_REFUSED");
}

/// A fifth at sight, the rest after ninety days; a tenth held back.
fn usance(pool: u64) -> String {
    let payment = "payment = { tenor = \"90 days\", sight_share = \"20%\" }\n\
                   retention = { share = \"10%\", release = \"2027-09-30\" }";
    terms(pool).replace("payment = \"sight\"", payment)
}

/// Of each payment two fifths are somebody else's; the seller's own go to a dealer, who gives euros.
fn assigned_and_exchanged(buyer: &Home, seller: &Guest, pool: u64) {
    credit(buyer, seller, USANCE, &usance(pool));
    seller.fails_as("charlie", "escrow assign 2 --to dev:8 --share 40% --yes", 3, "NOT_OWNER");
    let assigned = seller.ok("escrow assign 2 --to dev:8 --share 40%");
    let result = &assigned["result"];
    assert_eq!((human(result, "unassigned"), &result["shares"][0]["bps"]), ("60 %", &json!(4000)), "{assigned}");
    seller.fails("escrow assign 2 --to eve --share 61% --yes", 3, "ABOVE_UNASSIGNED");
    seller.fails("escrow pass-on 2 0 --to dev:9 --yes", 3, "NOT_HOLDER");
    seller.fails_as(DEALER, "escrow pass-on 2 1 --to dev:9 --yes", 3, "UNKNOWN_SHARE");
    // Who inspects the goods has no part in what is paid for them.
    seller.fails_as(DEALER, "escrow pass-on 2 0 --to dave --yes", 3, "ATTESTOR_HOLDS_PART");
    let passed = seller.ok_as(DEALER, "escrow pass-on 2 0 --to dev:9");
    assert_eq!(passed["result"]["shares"][0]["holder"], json!(address(&numbered(9))), "{passed}");

    quoted(buyer, seller);
    presented(seller, USANCE, "lot", "10000");
    let accepted = buyer.ok("escrow accept 2");
    let result = &accepted["result"];
    // 10,000 less 50 of fee, less a tenth: a fifth of 8,955 at sight.
    assert_eq!((human(result, "retained"), human(result, "accepted")), ("995 FLRN", "7164 FLRN"), "{accepted}");
    assert_eq!(paid_to(&result["paid_to"], &numbered(9), "share"), "716.4 FLRN", "{accepted}");
    assert_eq!(balance(buyer, "dev:9"), "716.4 FLRN");
    assert_eq!((balance(buyer, "dev:8"), balance(buyer, "bob")), ("1074.6 FLRN".to_owned(), "18912.5 FLRN".to_owned()));
    assert_eq!(euros(buyer, &Signer::bob()), 967_140_000);
    let left = buyer.ok("escrow show-quote 0");
    assert_eq!((left["gives"]["raw"].as_str(), human(&left, "takes")), (Some("8032860000"), "8925.4 FLRN"), "{left}");
}

/// Millionths of a euro that somebody has.
fn euros(home: &Home, who: &Signer) -> u64 {
    let read = home.ok(&format!("read euro balanceOf {}", address(who)));
    read["returned"].as_u64().expect("an amount")
}

/// Nine euros for ten coins, and an order by it.
fn quoted(buyer: &Home, seller: &Guest) {
    buyer.ok(&format!("call euro mint {} 9500000000", address(&numbered(8))));
    let quote = "escrow quote --gives-asset euro --gives 9000 --takes-asset token --takes 10000";
    seller.fails_as(DEALER, &format!("{quote} --valid-for 0s --yes"), 3, "QUOTE_EXPIRED");
    let poor = quote.replace("--gives 9000", "--gives 9501");
    seller.fails_as(DEALER, &format!("{poor} --valid-for 10d --yes"), 3, "INSUFFICIENT_BALANCE");
    let quoted = seller.ok_as(DEALER, &format!("{quote} --valid-for 10d"));
    assert_eq!((&quoted["result"]["quote"], human(&quoted["result"], "takes")), (&json!(0), "10000 FLRN"), "{quoted}");
    assert_eq!(euros(buyer, &numbered(8)), 500_000_000);
    assert_eq!(buyer.ok("escrow show-quote 0")["holds"], json!(true));
    seller.fails_as(DEALER, "escrow withdraw-quote 0 --yes", 3, "QUOTE_HOLDS");

    let order = "escrow order 2 --quote 0 --sell 1000 --minimum";
    seller.fails_as("charlie", &format!("{order} 890 --yes"), 3, "NOT_PAYEE");
    seller.fails(&format!("{order} 0 --yes"), 3, "ZERO_AMOUNT");
    seller.fails("escrow order 2 --quote 7 --sell 1000 --minimum 890 --yes", 3, "UNKNOWN_QUOTE");
    // An order that asks for more than the quote gives is none that anybody refuses: the preview tells.
    let shown = seller.ok(&format!("{order} 901 --dry-run"));
    assert_eq!(shown["preview"]["gives_now"], json!(null), "{shown}");
    let placed = seller.ok(&format!("{order} 890"));
    assert_eq!(placed["preview"]["gives_now"]["raw"], json!("900000000"), "{placed}");
    assert_eq!(placed["result"]["quote"], json!(0), "{placed}");
}

/// The buyer takes refused documents all the same. The order was taken back, so coin is paid.
fn waived(buyer: &Home, seller: &Guest) {
    let cancelled = seller.ok("escrow cancel-order 2");
    assert_eq!(cancelled["result"]["quote"], json!(null), "{cancelled}");
    presented(seller, USANCE, "rest", "5000");
    buyer.fails("escrow waive 2 --yes", 3, "NOT_ALLOWED");
    refused(buyer, USANCE);
    seller.fails("escrow waive 2 --yes", 3, "WRONG_CALLER");
    let shown = buyer.ok("escrow waive 2 --dry-run");
    assert_eq!(paid_to(&shown["preview"]["pays"], &Signer::bob(), "proceeds"), "537.3 FLRN", "{shown}");
    let waived = buyer.ok("escrow waive 2");
    let result = &waived["result"];
    assert_eq!((&result["status"], human(result, "accepted")), (&json!("funded"), "10746 FLRN"), "{waived}");
    assert_eq!((balance(buyer, "bob"), balance(buyer, "dev:9")), ("19449.8 FLRN".to_owned(), "1074.6 FLRN".to_owned()));
    buyer.fails("escrow waive 2 --yes", 3, "NO_PRESENTATION");
}

/// Acceptances are paid when they mature, to whoever has the proceeds. What is left of a quote goes back.
fn matured(buyer: &Home, seller: &Guest) {
    let charlie = |line: &str| seller.ok_as("charlie", line);
    seller.fails_as("charlie", "escrow mature 2 2 --yes", 3, "UNKNOWN_ACCEPTANCE");
    let details = seller.fails_as("charlie", "escrow mature 2 0 --yes", 3, "NOT_MATURE");
    let maturity = human(&details, "maturity").to_owned();
    assert_eq!(human(&buyer.ok("escrow show 2")["acceptances"][0], "maturity"), maturity);
    buyer.ok(&format!("node set-time {maturity}"));
    let paid = charlie("escrow mature 2 0");
    assert_eq!((human(&paid["preview"], "amount"), human(&paid["result"], "accepted")), ("7164 FLRN", "3582 FLRN"));
    // 7,164 less 5 of tip, in five parts.
    assert_eq!((balance(buyer, "bob"), balance(buyer, "dev:9")), ("23745.2 FLRN".to_owned(), "3938.2 FLRN".to_owned()));
    assert_eq!(balance(buyer, "charlie"), "10 FLRN");
    seller.fails_as("charlie", "escrow mature 2 0 --yes", 3, "ALREADY_PAID");

    let back = charlie("escrow withdraw-quote 0");
    assert_eq!(back["result"]["amount"]["raw"], json!("8032860000"), "{back}");
    assert_eq!(euros(buyer, &numbered(8)), 8_532_860_000);
    seller.fails_as(DEALER, "escrow withdraw-quote 0 --yes", 3, "ZERO_AMOUNT");
}

/// What was not drawn goes back; what is held back is disputed and divided; what was accepted stays.
fn retention_divided(buyer: &Home, seller: &Guest) {
    buyer.ok("node set-time 2027-08-02T10:00:00Z");
    let before = buyer.ok("token balance");
    let settled = seller.ok_as("charlie", "escrow settle 2");
    assert_eq!(
        (&settled["result"]["status"], human(&settled["result"], "retained")),
        (&json!("retaining"), "1492.5 FLRN")
    );
    seller.fails_as("charlie", "escrow settle 2 --yes", 3, "NOT_ALLOWED");
    seller.fails("escrow dispute 2 --yes", 3, "WRONG_CALLER");
    let raised = buyer.ok("escrow dispute 2");
    assert_eq!(human(&raised["preview"], "stake"), "1492.5 FLRN", "{raised}");

    buyer.fails("escrow divide propose 2 1500 --out too-much.json", 3, "ABOVE_STAKE");
    let proposed = buyer.ok("escrow divide propose 2 500 --out division.json");
    assert_eq!(
        (&proposed["of_retention"], human(&proposed, "to_applicant")),
        (&json!(true), "992.5 FLRN"),
        "{proposed}"
    );
    buyer.fails("escrow divide propose 2 600 --out division.json", 2, "FILE_EXISTS");
    let alone = buyer.ok("escrow sign division.json");
    assert_eq!(length(&alone["missing"]), Some(1), "{alone}");
    buyer.fails("escrow divide send division.json --yes", 3, "MISSING_CONSENT");
    buyer.fails("escrow amend send division.json --yes", 7, "OTHER_FILE");
    seller.receive(buyer, &["division.json"]);
    seller.ok("escrow sign division.json");
    let sent = seller.ok_as("charlie", "escrow divide send division.json");
    assert_eq!(
        (human(&sent["result"], "retained"), human(&sent["result"], "accepted")),
        ("0 FLRN", "3582 FLRN"),
        "{sent}"
    );
    seller.fails("escrow divide send division.json --yes", 3, "NOT_ALLOWED");
    // 5,000 less 5 of tip, and 992.5; the bond has come back.
    let grown = raw(&buyer.ok("token balance")["balance"]) - raw(&before["balance"]);
    assert_eq!(grown, 5_987 * WHOLE + WHOLE / 2);
    let paid = seller.ok("escrow mature 2 1");
    assert_eq!(paid["result"]["status"], json!("closed"), "{paid}");
    // Two fifths of 500 and of 3,582; a party earns no tip.
    assert_eq!((balance(buyer, "bob"), balance(buyer, "dev:9")), ("26194.4 FLRN".to_owned(), "5571 FLRN".to_owned()));
}

/// Paid where two have signed, or where somebody knows a secret while a price is high enough.
fn conditional(pool: u64, hash: &str) -> String {
    format!(
        r#"format = "florin terms 1"

[parties]
applicant = "alice"
beneficiary = "bob"

[asset]
token = "token"
decimals = 18
symbol = "FLRN"

[credit]
amount = "5000"
payment = "sight"
expiry = "2027-12-17"
maximum_fee = "1%"
tip = "5"
details = {{ file = "contract.txt" }}

[conditions]
oracle = "oracle"
any = [
    {{ all = [{{ signature = "alice" }}, {{ signature = "dave" }}] }},
    {{ all = [
        {{ preimage = "{hash}" }},
        {{ feed = 0, at_least = "120", decimals = 18, maximum_age = "1 hour" }},
    ] }},
]

[calendar]
weekend = ["Saturday", "Sunday"]
offset = "+00:00"

[disputes]
arbitration = "arbitration"
fallback = "eve"
pool = {pool}
panel = 1
bond = "500"
fee = "300"
appeal_bond = "1000"
appeal_fee = "700"
default_split = "50%"
"#
    )
}

/// Both signatures pay: one in a file, one by sending the message.
fn signed_for(buyer: &Home, seller: &Guest, pool: u64) {
    let secret = seller.ok("leg secret --out key.txt");
    let hash = secret["keccak256"].as_str().expect("a hash");
    for number in [SIGNED_FOR, SECRET] {
        credit(buyer, seller, number, &conditional(pool, hash));
    }
    buyer.fails("escrow execute 2 --yes", 3, "NOT_ALLOWED");
    seller.fails_as("dave", "escrow execute 3 --yes", 3, "CONDITIONS_NOT_MET");
    let shown = buyer.ok("escrow attest 3 --out approval.json --dry-run");
    assert_eq!(
        (&shown["preview"]["asked"], human(&shown["preview"], "amount")),
        (&json!(true), "5000 FLRN"),
        "{shown}"
    );
    let shown = seller.ok_as("charlie", "escrow attest 3 --out approval.json --dry-run");
    assert_eq!(shown["preview"]["asked"], json!(false), "nobody waits for it: {shown}");
    buyer.fails("escrow attest 3 --out approval.json", 2, "CONFIRMATION_REQUIRED");
    assert!(!buyer.path("approval.json").exists());
    let block = buyer.block();
    buyer.ok("escrow attest 3 --out approval.json");
    assert_eq!(buyer.block(), block, "nothing was sent");
    buyer.fails("escrow attest 3 --out approval.json --yes", 2, "FILE_EXISTS");

    seller.receive(buyer, &["approval.json"]);
    let with_it = "--signature approval.json";
    seller.fails(&format!("escrow execute 3 {with_it} --yes"), 3, "CONDITIONS_NOT_MET");
    seller.fails_as("dave", &format!("escrow execute 4 {with_it} --yes"), 7, "OTHER_FILE");
    let text = fs::read_to_string(seller.home.path("approval.json")).expect("a signature");
    let other = text.replace(&address(&Signer::alice()), &address(&Signer::dave()));
    fs::write(seller.home.path("forged.json"), other).expect("written");
    seller.fails("escrow execute 3 --signature approval.json --signature forged.json --yes", 3, "WRONG_SIGNER");
    let before = raw(&buyer.ok("token balance dave")["balance"]);
    let shown = seller.ok_as("dave", &format!("escrow execute 3 {with_it} --dry-run"));
    let preview = &shown["preview"];
    assert_eq!((length(&preview["signatures"]), &preview["then"]), (Some(2), &json!("closed")), "{shown}");
    assert_eq!(paid_to(&preview["pays"], &Signer::bob(), "proceeds"), "4970 FLRN", "{shown}");
    seller.ok_as("dave", &format!("escrow execute 3 {with_it}"));
    // 5,000 less 25 of fee and 5 for whoever has sent it.
    assert_eq!(balance(buyer, "bob"), "31164.4 FLRN");
    assert_eq!(raw(&buyer.ok("token balance dave")["balance"]) - before, 5 * WHOLE);
}

/// The secret pays while the price is high enough; before that no node hears it.
fn shown_by_a_secret(buyer: &Home, seller: &Guest) {
    let known = fs::read_to_string(seller.home.path("key.txt")).expect("a secret").trim().to_owned();
    let execute = "escrow execute 4 --preimage-file key.txt";
    fs::write(seller.home.path("short.txt"), "0xabab").expect("written");
    seller.fails("escrow execute 4 --preimage-file short.txt --yes", 2, "FILE_IS_SHARED");
    share(&seller.home, "short.txt", 0o600);
    seller.fails("escrow execute 4 --preimage-file short.txt --yes", 2, "INVALID_FILE");
    seller.fails("escrow execute 4 --preimage-file other.txt --yes", 3, "CONDITIONS_NOT_MET");
    let details = seller.fails(&format!("{execute} --yes"), 3, "CONDITIONS_NOT_MET");
    assert!(!details.to_string().contains(&known));
    for feeder in ["bob", "charlie"] {
        buyer.ok(&format!("oracle report 0 130 --account dev:{feeder}"));
    }
    seller.fails("escrow execute 4 --yes", 3, "CONDITIONS_NOT_MET");
    let shown = seller.ok(&format!("{execute} --dry-run"));
    let preview = &shown["preview"];
    assert_eq!((&preview["preimages"], &preview["feeds"]), (&json!(1), &json!([0])), "{shown}");
    assert!(!shown.to_string().contains(&known), "it is told only when it is brought: {shown}");
    let paid = seller.ok(execute);
    assert_eq!(paid["result"]["status"], json!("closed"), "{paid}");
    assert_eq!(balance(buyer, "bob"), "36139.4 FLRN");
    seller.fails(&format!("{execute} --yes"), 3, "NOT_ALLOWED");
}

/// One drawing, with the title to the goods in a registry.
fn titled(pool: u64, registry: &str) -> String {
    let with = format!(
        "payment = \"sight\"\ntitle = \"{registry}\"\n\
                        retention = {{ share = \"10%\", release = \"2028-02-29\" }}"
    );
    let text = terms(pool).replace("partial_drawings = true", "partial_drawings = false");
    let text = text.replace("2027-06-30", "2027-11-30").replace("2027-07-30", "2027-12-17");
    text.replace("payment = \"sight\"", &with)
}

/// The seller's money and the buyer's title change hands in one transaction.
fn delivered_against_payment(buyer: &Home, seller: &Guest, pool: u64) {
    credit(buyer, seller, WITH_TITLE, &titled(pool, "title"));
    credit(buyer, seller, UNDELIVERED, &titled(pool, "registry"));
    let papers = documents(seller, &Shipment { escrow: WITH_TITLE, tag: "goods", dated: None });
    let present = format!("escrow present 5 {papers}");
    seller.fails(&format!("{present} --yes"), 3, "TITLE_REFUSED");
    seller.fails("escrow dispute 5 --yes", 3, "TITLE_NOT_IN_CUSTODY");
    let issued = seller.ok_as("charlie", "title issue transport-goods.json --to bob");
    assert_eq!(issued["result"]["owner"], json!(address(&Signer::bob())), "{issued}");
    let details = seller.fails(&format!("{present} --yes"), 3, "TITLE_REFUSED");
    assert!(details["reason"].as_str().is_some_and(|reason| reason.contains("custodian")), "{details}");
    let title = "transport-goods-paper.json";
    seller.fails_as("charlie", &format!("title entrust {title} --yes"), 3, "NOT_OWNER");
    seller.ok(&format!("title entrust {title}"));
    seller.ok(&present);
    let shown = seller.ok(&format!("title show {title}"));
    assert!(shown["standing"].as_str().is_some_and(|text| text.contains("custody")), "{shown}");
    seller.fails(&format!("title hand-over {title} --to dave --yes"), 3, "WRONG_STANDING");
    assert_eq!(buyer.ok("escrow show 5")["title"]["issuer"], json!(address(&Signer::charlie())));

    let accepted = buyer.ok("escrow accept 5");
    assert_eq!(human(&accepted["result"], "retained"), "1990 FLRN", "{accepted}");
    assert_eq!(balance(buyer, "bob"), "54049.4 FLRN");
    seller.send(buyer, &[title]);
    let shown = buyer.ok(&format!("title show {title}"));
    let alice = json!(address(&Signer::alice()));
    assert_eq!((&shown["owner"], &shown["holder"]), (&alice, &alice), "{shown}");
    seller.fails(&format!("escrow deliver-title 5 {title} --yes"), 3, "NOTHING_TO_DELIVER");
}

/// Owner and holder in two persons; what was received is given back; the carrier gets it for the goods.
fn passed_from_hand_to_hand(buyer: &Home, seller: &Guest) {
    let act = |who: &str, line: &str| {
        let (act, rest) = line.split_once(' ').unwrap_or((line, ""));
        seller.ok_as(who, &format!("title {act} transport-goods-paper.json {rest}"))["result"].clone()
    };
    let fails = |who: &str, line: &str, code: &str| {
        let (act, rest) = line.split_once(' ').unwrap_or((line, ""));
        seller.fails_as(who, &format!("title {act} transport-goods-paper.json {rest} --yes"), 3, code);
    };
    let is = |title: &Value, owner: &Signer, holder: &Signer| {
        assert_eq!((&title["owner"], &title["holder"]), (&json!(address(owner)), &json!(address(holder))), "{title}");
    };
    let [alice, dave, eve] = [Signer::alice(), Signer::dave(), Signer::eve()];
    fails("bob", "nominate --to eve", "NOT_OWNER");
    is(&act("alice", "hand-over --to dave"), &alice, &dave);
    fails("alice", "endorse --to eve", "NOT_HOLDER");
    fails("dave", "endorse --to eve", "NOT_NOMINATED");
    let named = act("alice", "nominate --to eve");
    assert_eq!(named["nominee"], json!(address(&eve)), "{named}");
    is(&act("dave", "endorse --to eve"), &eve, &dave);
    fails("alice", "surrender", "NOT_OWNER");
    fails("eve", "surrender", "NOT_HOLDER");
    // Eve does not want the goods; dave hands back what it holds.
    is(&act("eve", "reject --what ownership"), &alice, &dave);
    fails("alice", "reject --what ownership", "NOTHING_TO_REJECT");
    is(&act("dave", "hand-over --to alice"), &alice, &alice);
    is(&act("alice", "reject --what holding"), &alice, &dave);
    is(&act("dave", "hand-over --to alice"), &alice, &alice);
    is(&act("alice", "endorse --to eve --holder eve"), &eve, &eve);
    fails("eve", "reject --what holding", "REJECT_BOTH");
    is(&act("eve", "reject"), &alice, &alice);

    fails("charlie", "retire", "WRONG_STANDING");
    act("alice", "surrender");
    fails("alice", "hand-over --to dave", "WRONG_STANDING");
    fails("alice", "retire", "NOT_ISSUER");
    is(&act("charlie", "restore"), &alice, &alice);
    buyer.ok("escrow surrender transport-goods-paper.json");
    let retired = act("charlie", "retire");
    assert!(retired["standing"].as_str().is_some_and(|text| text.contains("taken back")), "{retired}");
    fails("charlie", "restore", "WRONG_STANDING");
}

/// A registry that delivers nothing holds up no money, and is asked again.
fn not_delivered(buyer: &Home, seller: &Guest) {
    let papers = documents(seller, &Shipment { escrow: UNDELIVERED, tag: "stuck", dated: None });
    seller.ok(&format!("escrow present 6 {papers}"));
    buyer.ok("call registry setBehaviour 4 0");
    let accepted = buyer.ok("escrow accept 6");
    assert_eq!(human(&accepted["result"], "drawn"), "20000 FLRN", "{accepted}");
    assert_eq!(balance(buyer, "bob"), "71959.4 FLRN");
    let deliver = "escrow deliver-title 6 transport-stuck-paper.json";
    let tried = seller.ok_as("charlie", deliver);
    assert_eq!(tried["preview"]["to"], json!(address(&Signer::alice())), "{tried}");
    assert_eq!(tried["result"]["delivered"], json!(false), "{tried}");
    buyer.ok("call registry setBehaviour 0 0");
    assert_eq!(seller.ok_as("charlie", deliver)["result"]["delivered"], json!(true));
    seller.fails_as("charlie", &format!("{deliver} --yes"), 3, "NOTHING_TO_DELIVER");
}

/// What is held back is the seller's at its time.
fn released(buyer: &Home, seller: &Guest) {
    buyer.ok("node set-time 2028-02-28T23:59:59Z");
    seller.fails_as("charlie", "escrow settle 5 --yes", 3, "NOT_ALLOWED");
    buyer.ok("node set-time 2028-02-29T00:00:00Z");
    assert_eq!(buyer.ok("escrow show 5")["status"], json!("releasing"));
    let settled = seller.ok_as("charlie", "escrow settle 5");
    assert_eq!(settled["result"]["status"], json!("closed"), "{settled}");
    seller.ok("escrow settle 6");
    assert_eq!((balance(buyer, "bob"), balance(buyer, "charlie")), ("75934.4 FLRN".to_owned(), "20 FLRN".to_owned()));
    // Nothing is left but the collector's fees: 52.5, 20, 75, twice 25 and twice 100.
    assert_eq!(human(&buyer.ok("escrow claim token --of ferdie")["result"], "amount"), "397.5 FLRN");
}
