//! People of a trade, each in a home of its own on one node, and what they send each other.

use std::fs;

use serde_json::{json, Value};

use crate::home::Home;

/// Somebody on the buyer's node, in a home of its own with the address book. Others can act there too.
pub(crate) struct Guest {
    pub(crate) home: Home,
    node: String,
    who: String,
}

impl Guest {
    pub(crate) fn new(buyer: &Home, who: &str) -> Self {
        let (home, node) = (Home::new(), format!("ws://127.0.0.1:{}", buyer.port));
        fs::create_dir_all(home.path("addresses")).expect("a folder");
        let guest = Self { home, node, who: who.to_owned() };
        guest.receive(buyer, &["addresses/dev.json"]);
        guest
    }

    pub(crate) fn line(&self, who: &str, line: &str) -> String {
        format!("{line} --url {} --account dev:{who}", self.node)
    }

    pub(crate) fn ok(&self, line: &str) -> Value {
        self.ok_as(&self.who, line)
    }

    pub(crate) fn ok_as(&self, who: &str, line: &str) -> Value {
        self.home.ok(&self.line(who, line))
    }

    pub(crate) fn fails(&self, line: &str, exit: i32, code: &str) -> Value {
        self.fails_as(&self.who, line, exit, code)
    }

    pub(crate) fn fails_as(&self, who: &str, line: &str, exit: i32, code: &str) -> Value {
        self.home.fails(&self.line(who, line), exit, code)
    }

    /// The buyer sends files.
    pub(crate) fn receive(&self, buyer: &Home, names: &[&str]) {
        carry(buyer, &self.home, names);
    }

    /// The buyer gets files.
    pub(crate) fn send(&self, buyer: &Home, names: &[&str]) {
        carry(&self.home, buyer, names);
    }
}

fn carry(from: &Home, to: &Home, names: &[&str]) {
    for name in names {
        fs::copy(from.path(name), to.path(name)).expect("copied");
    }
}

pub(crate) fn human<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]["human"].as_str().unwrap_or_default()
}

pub(crate) fn length(list: &Value) -> Option<usize> {
    list.as_array().map(Vec::len)
}

pub(crate) fn contains(list: &Value, wanted: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|one| one.as_str() == Some(wanted)))
}

/// Names of an answer's fields, which programs rely on: they are added to and never removed.
pub(crate) fn fields(value: &Value) -> Vec<&str> {
    let fields = value.as_object().expect("an object");
    let mut fields: Vec<&str> = fields.keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

/// The project's plan, changed, with ferdie as collector; coin for both sides.
pub(crate) fn a_suite(buyer: &Home, change: impl Fn(&str) -> String) {
    buyer.start_node();
    buyer.ok("node set-time 2027-01-04T09:00:00Z");
    let to_governor = "args = [\"50\", \"${governor}\"]";
    let to_ferdie = "args = [\"50\", \"${account:ferdie}\"]";
    let plan = buyer.plan("deploy.toml", |text| change(&text.replace(to_governor, to_ferdie)));
    let text = fs::read_to_string(buyer.path(&plan)).expect("the plan");
    assert!(text.contains("${account:ferdie}\"]"), "the plan names a collector as before");
    buyer.ok("deploy");
    assert_eq!(buyer.ok("audit roles")["sound"], json!(true));
    buyer.ok("node advance 11m");
    buyer.ok("vault open 1000UNIT --draw 60000");
    buyer.ok("token transfer bob 5000");
}

/// Coffee at sight, in parts; invoice, bill of lading, inspection.
pub(crate) fn terms(pool: u64) -> String {
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
amount = "20000"
partial_drawings = true
payment = "sight"
latest_shipment = "2027-02-26"
expiry = "2027-03-26"
presentation_period = "21 days"
examination = "5 working days"
examination_limit = "14 days"
response = "7 days"
maximum_fee = "1%"
tip = "5"
details = {{ file = "contract.txt" }}

[[documents]]
kind = "invoice"
issuer = "bob"

[[documents]]
kind = "transport"
issuer = "charlie"

[[documents]]
kind = "inspection"
issuer = "dave"

[calendar]
weekend = ["Saturday", "Sunday"]
offset = "+00:00"

[disputes]
arbitration = "arbitration"
fallback = "eve"
pool = {pool}
panel = 1
offers = 3
bond = "1000"
fee = "300"
appeal_bond = "1500"
appeal_fee = "700"
default_split = "50%"
"#
    )
}

/// What documents are of.
pub(crate) struct Shipment<'a> {
    /// Number of the credit.
    pub(crate) escrow: u64,
    /// Its name.
    pub(crate) tag: &'a str,
    /// When others date theirs; none for now.
    pub(crate) dated: Option<&'a str>,
}

/// A document of one file. The seller's own needs no signature, the others are signed by their issuers for the next
/// drawing.
pub(crate) fn document(seller: &Guest, shipment: &Shipment<'_>, place: &str, issuer: Option<&str>) -> String {
    let Shipment { escrow, tag, dated } = shipment;
    let name = format!("{place}-{tag}");
    fs::write(seller.home.path(&format!("{name}.txt")), format!("{place} of shipment {tag}\n")).expect("written");
    seller.home.ok(&format!("document commit {name}.txt --out {name}.json"));
    let Some(issuer) = issuer else { return format!("{name}.json") };
    let dated = dated.map_or(String::new(), |moment| format!("--dated {moment}"));
    let sign = format!("document sign {escrow} {place} {name}.json {dated} --out {name}-paper.json");
    let signed = seller.ok_as(issuer, &sign);
    assert_eq!(signed["place"], json!(if place == "transport" { 1 } else { 2 }), "{signed}");
    format!("{name}-paper.json")
}

/// All three as arguments.
pub(crate) fn documents(seller: &Guest, shipment: &Shipment<'_>) -> String {
    let documents = [("invoice", None), ("transport", Some("charlie")), ("inspection", Some("dave"))];
    let brought =
        documents.map(|(place, issuer)| format!("--paper {place}={}", document(seller, shipment, place, issuer)));
    brought.join(" ")
}
