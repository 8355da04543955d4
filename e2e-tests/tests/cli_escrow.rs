//! `florin escrow` as traders run it: two homes that share a node and nothing else but the files that they send each
//! other.

#[allow(dead_code)]
#[path = "cli/home.rs"]
mod home;
#[allow(dead_code)]
#[path = "cli/trade.rs"]
mod trade;

use std::fs;

use florin_client::signer::Signer;
use k256::ecdsa::SigningKey;
use serde_json::{json, Value};

use home::Home;
use trade::{contains, document, documents, fields, human, length, terms, Guest, Shipment};

/// Whether a warning is about a key.
fn warns(checked: &Value, key: &str) -> bool {
    checked["warnings"].as_array().is_some_and(|list| list.iter().any(|one| one["key"] == json!(key)))
}

/// What `florin escrow show` tells.
const SHOWN: &[&str] = &[
    "acceptances",
    "accepted",
    "agreement",
    "amount",
    "appeal_bond",
    "applicant",
    "asset",
    "available",
    "beneficiary",
    "bond",
    "bonds",
    "claimable",
    "conditions",
    "confirmer",
    "default_split",
    "dispute",
    "drawn",
    "dust",
    "escrow",
    "expiry",
    "fees",
    "funded",
    "latest_shipment",
    "limit",
    "maximum_fee",
    "milestones",
    "paid",
    "payment",
    "presentation",
    "presented",
    "required",
    "reserve",
    "retained",
    "retained_until",
    "shares",
    "status",
    "t_max",
    "timeline",
    "title",
    "unassigned",
    "your_claim",
];
/// Its time line.
const LINE: &[&str] = &["acts", "entries", "held", "if_silent", "left", "next", "now", "status", "t_max"];
/// A row of `florin escrow list`.
const LISTED: &[&str] =
    &["agreement", "amount", "applicant", "beneficiary", "drawn", "escrow", "expiry", "held", "status", "t_max"];

/// The file's one node serves one test, which goes through a credit in its order.
#[test]
fn a_credit_from_its_terms_to_the_last_of_the_money() {
    let buyer = Home::new();
    without_a_node(&buyer);
    let pool = a_suite(&buyer);
    let seller = Guest::new(&buyer, "bob");
    terms_are_checked(&buyer, pool);
    signed_in_a_file(&buyer, &seller);
    paid_in(&buyer, &seller);
    let first = presented(&buyer, &seller);
    refused_and_cured(&buyer, &seller, &first);
    accepted(&buyer, &seller);
    amended(&buyer, &seller);
    disputed(&buyer, &seller, &first);
    claimed(&buyer, &seller);
    listed(&buyer, &seller);
    titles(&seller);
    around_it(&buyer, &seller);
    signed_elsewhere(&buyer, &seller);
    kept(&buyer, &seller);
}

/// Documents are made, shown and sent without any chain.
fn without_a_node(home: &Home) {
    let template = home.ok("escrow template sight");
    let text = template["text"].as_str().expect("a template");
    assert!(text.contains("[[documents]]"), "{text}");
    fs::write(home.path("raw.toml"), text).expect("written");
    home.fails("escrow template gold", 2, "USAGE");
    home.fails("escrow show 0 --url ws://127.0.0.1:1", 8, "UNREACHABLE");

    let fields = "[[field]]\nname = \"weight\"\ntext = \"19.2 t\"\n\n[[field]]\nname = \"price\"\ntext = \"2100\"\n";
    fs::write(home.path("fields.toml"), fields).expect("written");
    let made = home.ok("document sheet fields.toml --out sheet.json");
    home.fails("document sheet fields.toml --out sheet.json", 2, "FILE_EXISTS");
    assert_eq!(length(&made["fields"]), Some(2));
    assert_eq!(home.ok("document show sheet.json")["commitment"], made["commitment"]);
    let shown = home.ok("document disclose sheet.json weight --out weight.json");
    assert_eq!(shown["content"], json!({ "text": "19.2 t" }));
    let proof = fs::read_to_string(home.path("weight.json")).expect("a proof");
    assert!(!proof.contains("2100"), "the proof shows nothing else: {proof}");
    let commitment = made["commitment"].as_str().expect("a hash");
    assert_eq!(home.ok(&format!("document verify weight.json --document {commitment}"))["valid"], json!(true));
    let other = format!("0x{}", "11".repeat(32));
    home.fails(&format!("document verify weight.json --document {other}"), 2, "INVALID_DOCUMENT");
    home.fails("document disclose sheet.json colour --out colour.json", 2, "INVALID_DOCUMENT");

    let identity = home.ok("document identity --out identity.txt");
    let recipient = identity["recipient"].as_str().expect("a recipient");
    home.ok(&format!("document encrypt sheet.json --to {recipient} --out sheet.age"));
    let read = home.ok("document decrypt sheet.age --identity identity.txt --out copy.json");
    assert_eq!(read["commitment"], made["commitment"]);

    let secret = home.ok("leg secret --out secret.txt");
    assert!(secret["keccak256"].as_str().is_some_and(|hash| hash.len() == 66), "{secret}");
    home.fails("leg secret --out secret.txt", 2, "FILE_EXISTS");
}

/// The project's plan with ferdie as collector, coin for both sides, and arbitrators.
fn a_suite(buyer: &Home) -> u64 {
    trade::a_suite(buyer, str::to_owned);

    // One sits on the panel, three on appeal, and three parties are barred.
    let members: Vec<String> = (1..=7).map(|number| format!("dev:{number}")).collect();
    let made = buyer.ok(&format!("arbitration pool make {}", members.join(" ")));
    let pool = made["result"]["pool"].as_u64().expect("a number");
    let shown = buyer.ok(&format!("arbitration pool show {pool}"));
    assert_eq!((&shown["size"], &shown["members"]), (&json!(7), &made["result"]["members"]));
    buyer.fails("arbitration pool show 77", 3, "UNKNOWN_POOL");
    pool
}

fn terms_are_checked(buyer: &Home, pool: u64) {
    fs::write(buyer.path("contract.txt"), "2,000 bags of coffee, FOB Santos\n").expect("written");
    let write = |name: &str, text: String| fs::write(buyer.path(name), text).expect("written");
    write("terms.toml", terms(pool));
    write("late.toml", terms(pool).replace("2027-03-26", "2026-03-27"));
    write("spelt.toml", terms(pool).replace("expiry", "expires"));
    write("staked.toml", terms(0));

    // A template has names that nobody here has.
    buyer.fails("escrow draft raw.toml", 2, "INVALID_TERMS");
    buyer.fails("escrow draft no.toml", 2, "INVALID_TERMS");
    let details = buyer.fails("escrow draft spelt.toml", 2, "INVALID_TERMS");
    assert!(details["key"].as_str().is_some_and(|key| key.contains("expir")), "{details}");
    buyer.fails("escrow draft late.toml", 2, "TERMS_OUT_OF_BOUNDS");

    let checked = buyer.ok("escrow draft terms.toml");
    assert_eq!((human(&checked, "amount"), human(&checked, "limit")), ("20000 FLRN", "20000 FLRN"), "{checked}");
    assert_eq!(human(&checked, "fee"), "0.5 %", "{checked}");
    assert!(checked["beneficiary_risks"].as_str().is_some_and(|text| text.contains("50 %")), "{checked}");
    assert!(warns(&checked, "disputes.panel") && !warns(&checked, "disputes.pool"), "{checked}");
    assert!(warns(&buyer.ok("escrow draft staked.toml"), "disputes.pool"), "nobody has joined the staked pool");
    let text = buyer.run("escrow draft terms.toml");
    assert!(text.output.starts_with("These terms can be signed\n"), "{text:?}");
    assert_eq!(buyer.ok("escrow list"), json!([]), "nothing was sent");
}

/// Whether a preview shows the complete terms, and what to look at, to whoever signs or pays.
fn shows_all(preview: &Value) {
    let terms = preview["terms"].as_str().unwrap_or_default();
    for key in
        ["token = ", "examination = ", "fallback = ", "details = ", "[[documents]]", "[calendar]", "offer_window = "]
    {
        assert!(terms.contains(key), "{key}: {preview}");
    }
    assert!(warns(preview, "disputes.panel"), "{preview}");
    assert!(preview["asset"].as_str().is_some_and(|token| terms.contains(token)), "{preview}");
}

fn signed_in_a_file(buyer: &Home, seller: &Guest) {
    let made = buyer.ok("escrow draft terms.toml --out signatures.json --valid-for 2d");
    assert_eq!((&made["complete"], length(&made["missing"])), (&json!(false), Some(2)), "{made}");
    shows_all(&made);
    shows_all(&buyer.ok("escrow sign signatures.json --dry-run")["preview"]);
    shows_all(&buyer.ok("escrow draft terms.toml --send --dry-run")["preview"]);
    // What is printed can be saved, and is the same agreement.
    let printed = buyer.run("escrow terms signatures.json");
    fs::write(buyer.path("printed.toml"), &printed.output).expect("written");
    assert_eq!(buyer.ok("escrow draft printed.toml")["agreement"], made["agreement"], "{printed:?}");
    buyer.fails("escrow draft terms.toml --out signatures.json", 2, "FILE_EXISTS");
    buyer.fails("escrow sign signatures.json", 2, "CONFIRMATION_REQUIRED");
    buyer.fails("escrow sign signatures.json --terms staked.toml --yes", 7, "OTHER_FILE");
    buyer.fails("escrow sign signatures.json --yes --account dev:dave", 2, "INVALID_SIGNATURES");
    let signed = buyer.ok("escrow sign signatures.json --terms terms.toml");
    assert_eq!(length(&signed["missing"]), Some(1), "{signed}");

    // The seller reads the same terms, and signs at home.
    seller.receive(buyer, &["signatures.json", "terms.toml", "contract.txt"]);
    let signed = seller.ok("escrow sign signatures.json --terms terms.toml");
    assert_eq!((&signed["complete"], &signed["subject"]), (&json!(true), &made["agreement"]), "{signed}");
    seller.send(buyer, &["signatures.json"]);
    let changed = fs::read_to_string(buyer.path("signatures.json")).expect("the file");
    let hash = made["agreement"].as_str().expect("a hash");
    fs::write(buyer.path("changed.json"), changed.replace(hash, &format!("0x{}", "22".repeat(32)))).expect("written");
    buyer.fails("escrow draft terms.toml --signatures changed.json --yes", 7, "FILE_CHANGED");
    buyer.fails("escrow draft staked.toml --signatures signatures.json --yes", 7, "OTHER_FILE");

    let drafted = buyer.ok("escrow draft terms.toml --signatures signatures.json");
    let result = &drafted["result"];
    assert_eq!((&result["escrow"], &result["status"]), (&json!(0), &json!("signed")), "{drafted}");
    assert_eq!(result["agreement"], made["agreement"]);
    buyer.fails("escrow sign 0 --yes", 3, "ALREADY_SIGNED");
    buyer.fails("escrow show 7", 3, "UNKNOWN_ESCROW");
}

fn paid_in(buyer: &Home, seller: &Guest) {
    let block = buyer.block();
    seller.fails("escrow fund 0 --yes", 3, "WRONG_CALLER");
    buyer.fails("escrow fund 0", 2, "CONFIRMATION_REQUIRED");
    buyer.fails("escrow fund 0 --terms staked.toml --yes", 7, "OTHER_FILE");
    let shown = buyer.ok("escrow fund 0 --dry-run");
    let preview = &shown["preview"];
    assert_eq!((human(preview, "limit"), &preview["then"]), ("20000 FLRN", &json!("funded")), "{shown}");
    assert!(preview["t_max"]["seconds"].is_u64(), "{shown}");
    shows_all(preview);
    let text = buyer.run("escrow fund 0 --dry-run");
    assert!(
        text.output.contains("default_split = \"50%\"") && text.output.contains("which calls itself FLRN"),
        "{text:?}"
    );
    let terms = buyer.ok("escrow terms 0");
    assert_eq!((&terms["escrow"], &terms["agreement"]), (&json!(0), &preview["agreement"]), "{terms}");
    let allowed = preview["with_it"][0].as_str().unwrap_or_default();
    assert_eq!(allowed, "allow escrow to move 20000 FLRN", "{shown}");
    assert_eq!(buyer.block(), block, "nothing was sent");
    let funded = buyer.ok("escrow fund 0 --terms terms.toml");
    let result = &funded["result"];
    assert_eq!((&result["status"], human(result, "available")), (&json!("funded"), "20000 FLRN"), "{funded}");
    assert_eq!(human(&buyer.ok("token balance"), "balance"), "35000 FLRN");
    buyer.fails("escrow fund 0 --yes", 3, "ALREADY_FUNDED");
    buyer.fails("escrow settle 0 --yes", 3, "NOT_ALLOWED");
}

/// Shipments are dated back.
const fn shipment(tag: &str) -> Shipment<'_> {
    Shipment { escrow: 0, tag, dated: Some("2027-01-08T00:00:00Z") }
}

fn presented(buyer: &Home, seller: &Guest) -> String {
    buyer.ok("node set-time 2027-01-11T10:00:00Z");
    seller.fails("escrow present 0 --amount 15000 --yes", 3, "MISSING_DOCUMENT");
    let papers = documents(seller, &shipment("one"));
    seller.fails_as("charlie", "document sign 0 inspection inspection-one.json --out x.json --yes", 3, "WRONG_ISSUER");
    seller.fails_as("dave", "document sign 0 letter inspection-one.json --out x.json --yes", 2, "UNKNOWN_DOCUMENT");
    seller.fails(&format!("escrow present 0 --amount 25000 {papers} --yes"), 3, "OVERDRAWN");
    seller.fails("escrow present 0 --amount 15000 --paper transport=inspection-one-paper.json --yes", 7, "OTHER_FILE");
    buyer.fails("escrow examine 0", 3, "NO_PRESENTATION");

    let shown = seller.ok(&format!("escrow present 0 --amount 15000 {papers} --dry-run"));
    assert_eq!((length(&shown["preview"]["documents"]), &shown["preview"]["found"]), (Some(3), &json!([])), "{shown}");
    let sent = seller.ok(&format!("escrow present 0 --amount 15000 {papers}"));
    let result = &sent["result"];
    assert_eq!((&result["status"], &result["presentation"]), (&json!("examining"), &json!(1)), "{sent}");
    assert_eq!((human(result, "presented"), human(result, "available")), ("15000 FLRN", "5000 FLRN"), "{sent}");
    assert!(human(result, "until").starts_with("2027-01-1"), "five working days later: {sent}");

    let examined = buyer.ok("escrow examine 0");
    let shown = seller.home.ok("document show invoice-one.json");
    assert_eq!(examined["documents"][0]["commitment"], shown["commitment"], "{examined}");
    assert_eq!(examined["documents"][1]["kind"], json!("transport"), "{examined}");
    assert!(contains(&examined["can_be_named"], "description"), "{examined}");
    assert_eq!(examined["precluded"], json!([]), "{examined}");
    assert!(examined["left"]["seconds"].as_u64().is_some_and(|left| left > 4 * 86_400), "{examined}");
    // What the seller shows of a document can be held against what was presented.
    seller.home.ok("document disclose invoice-one.json invoice-one.txt --out field.json");
    seller.send(buyer, &["field.json", "invoice-one.txt"]);
    let verified = buyer.ok("document verify field.json --escrow 0 --place invoice --file invoice-one.txt");
    assert_eq!((&verified["valid"], &verified["file_checked"]), (&json!(true), &json!(true)), "{verified}");
    let text = buyer.run("escrow show 0");
    assert!(text.output.contains("the applicant examines the documents"), "{text:?}");
    assert!(text.output.contains("If everybody is silent:"), "{text:?}");
    papers
}

fn refused_and_cured(buyer: &Home, seller: &Guest, papers: &str) {
    buyer.ok("node advance 1d");
    fs::write(buyer.path("reasons.txt"), "The certificate is of another lot.\n").expect("written");
    let named = "--discrepancy inspection --discrepancy description";
    seller.fails(&format!("escrow cure 0 {papers} --yes"), 2, "USAGE");
    buyer.fails("escrow notice 0 --reasons reasons.txt --yes", 2, "USAGE");
    buyer.fails("escrow notice 0 --discrepancy colour --reasons reasons.txt --yes", 2, "UNKNOWN_DOCUMENT");
    seller.receive(buyer, &["reasons.txt"]);
    seller.fails(&format!("escrow notice 0 {named} --reasons reasons.txt --yes"), 3, "WRONG_CALLER");
    let refused = buyer.ok(&format!("escrow notice 0 {named} --reasons reasons.txt"));
    assert_eq!(refused["result"]["status"], json!("discrepant"), "{refused}");
    buyer.fails(&format!("escrow notice 0 {named} --reasons reasons.txt --yes"), 3, "SECOND_NOTICE");
    let examined = buyer.ok("escrow examine 0");
    assert_eq!((&examined["refused"], length(&examined["named"])), (&json!(true), Some(2)), "{examined}");

    buyer.ok("node advance 1d");
    let better = document(seller, &shipment("two"), "inspection", Some("dave"));
    let papers = papers.replace("inspection-one-paper.json", &better);
    let shown = seller.ok(&format!("escrow cure 0 {papers} --dry-run"));
    let preview = &shown["preview"];
    assert_eq!((length(&preview["precluded"]), human(preview, "amount")), (Some(2), "15000 FLRN"), "{shown}");
    let cured = seller.ok(&format!("escrow cure 0 {papers}"));
    assert_eq!((&cured["result"]["presentation"], &cured["result"]["status"]), (&json!(2), &json!("examining")));
    // What stayed the same and was not named then complies.
    let details =
        buyer.fails("escrow notice 0 --discrepancy transport --reasons reasons.txt --yes", 3, "PRECLUDED_DISCREPANCY");
    assert_eq!(length(&details["discrepancies"]), Some(1), "{details}");
}

fn accepted(buyer: &Home, seller: &Guest) {
    let before = human(&seller.ok("token balance"), "balance").to_owned();
    assert_eq!(before, "5000 FLRN");
    seller.fails("escrow accept 0 --yes", 3, "WRONG_CALLER");
    let accepted = buyer.ok("escrow accept 0");
    let result = &accepted["result"];
    assert_eq!((&result["status"], human(result, "drawn")), (&json!("funded"), "15000 FLRN"), "{accepted}");
    assert_eq!(length(&result["paid_to"]), Some(2), "proceeds and fee: {accepted}");
    assert_eq!(
        (&result["accepts"], &result["titles"]),
        (&json!(null), &json!([])),
        "at sight, and no title: {accepted}"
    );
    assert_eq!(human(&seller.ok("token balance"), "balance"), "19925 FLRN");
    buyer.fails("escrow accept 0 --yes", 3, "NO_PRESENTATION");

    let shown = buyer.ok("escrow show 0");
    assert_eq!((human(&shown, "available"), human(&shown, "presented")), ("5000 FLRN", "0 FLRN"), "{shown}");
    assert_eq!((human(&shown, "paid"), human(&shown, "fees")), ("14925 FLRN", "75 FLRN"), "{shown}");
    assert_eq!((&shown["presentation"], &shown["dispute"]), (&json!(null), &json!(null)), "{shown}");
    let line = &shown["timeline"];
    assert_eq!((fields(&shown), fields(line)), (SHOWN.to_vec(), LINE.to_vec()));
    assert_eq!((&line["status"], &line["t_max"]), (&json!("funded"), &shown["t_max"]), "{shown}");
    assert!(line["entries"].as_array().is_some_and(|entries| !entries.is_empty()), "{shown}");
    assert_eq!(human(line, "held"), "5000 FLRN", "{shown}");
    assert!(line["if_silent"][0]["to"].is_string(), "what is not drawn goes back: {shown}");
    // Anybody may have the collector's fee paid to the collector.
    assert_eq!(human(&buyer.ok("escrow claim token --of ferdie")["result"], "amount"), "75 FLRN");
    assert_eq!(human(&buyer.ok("token balance ferdie"), "balance"), "75 FLRN");
    let details = buyer.fails("escrow claim token --of ferdie --yes", 3, "NOTHING_TO_CLAIM");
    assert_eq!(details["waiting"], json!([]), "nothing waits under a compliance contract either: {details}");
}

/// A later expiry, with the consent of both.
fn amended(buyer: &Home, seller: &Guest) {
    let later = fs::read_to_string(buyer.path("terms.toml")).expect("terms").replace("2027-03-26", "2027-04-02");
    fs::write(buyer.path("later.toml"), later).expect("written");
    let proposed = buyer.ok("escrow amend propose 0 later.toml --out amendment.json");
    assert_eq!(length(&proposed["changes"]), Some(2), "one line goes and one comes: {proposed}");
    assert_eq!(
        proposed["changed"],
        json!([{ "key": "credit.expiry", "before": "\"2027-03-26\"", "after": "\"2027-04-02\"" }]),
        "{proposed}"
    );
    // Documents that change places are another agreement, though its file has the same lines.
    let swapped = terms_with_issuers_swapped(buyer);
    fs::write(buyer.path("swapped.toml"), swapped).expect("written");
    let proposed = buyer.ok("escrow amend propose 0 swapped.toml --out swapped.json --dry-run");
    let changed = proposed["preview"]["changed"].as_array().cloned().unwrap_or_default();
    let keys: Vec<&str> = changed.iter().filter_map(|change| change["key"].as_str()).collect();
    assert_eq!(keys, ["documents[1].issuer", "documents[2].issuer"], "{proposed}");
    let shown = buyer.ok("escrow sign amendment.json --dry-run");
    shows_all(&shown["preview"]);
    assert!(contains(&shown["preview"]["changes"], "+ credit.expiry = \"2027-04-02\""), "{shown}");
    buyer.ok("escrow sign amendment.json");
    buyer.fails("escrow amend send amendment.json --yes", 3, "MISSING_CONSENT");
    seller.receive(buyer, &["amendment.json"]);
    let signed = seller.ok("escrow sign amendment.json");
    assert_eq!(signed["complete"], json!(true), "{signed}");
    seller.fails("escrow divide send amendment.json --yes", 7, "OTHER_FILE");
    let sent = seller.ok("escrow amend send amendment.json");
    assert_eq!(sent["result"]["status"], json!("funded"), "{sent}");
    seller.fails("escrow amend send amendment.json --yes", 3, "WRONG_NONCE");
    assert!(human(&buyer.ok("escrow show 0"), "expiry").starts_with("2027-04-03"), "the end of the second of April");
}

/// The terms, carrier and inspector in each other's place.
fn terms_with_issuers_swapped(buyer: &Home) -> String {
    let terms = fs::read_to_string(buyer.path("terms.toml")).expect("terms");
    let (carrier, inspector) = ("issuer = \"charlie\"", "issuer = \"dave\"");
    terms.replace(carrier, "issuer = \"\"").replace(inspector, carrier).replace("issuer = \"\"", inspector)
}

/// The rest is refused, disputed, and divided by an offer.
fn disputed(buyer: &Home, seller: &Guest, old: &str) {
    buyer.ok("node set-time 2027-01-18T10:00:00Z");
    seller.fails(&format!("escrow present 0 --amount 5000 {old} --yes"), 2, "INVALID_PAPER");
    let papers = documents(seller, &shipment("three"));
    let sent = seller.ok(&format!("escrow present 0 {papers}"));
    assert_eq!(human(&sent["result"], "presented"), "5000 FLRN", "all that can be drawn: {sent}");
    // What is being examined is not disputed.
    seller.fails("escrow dispute 0 --yes", 3, "NOT_ALLOWED");
    buyer.ok("escrow notice 0 --discrepancy quantity --reasons reasons.txt");
    buyer.fails("escrow dispute 0 --yes", 3, "WRONG_CALLER");
    let shown = seller.ok("escrow dispute 0 --dry-run");
    let preview = &shown["preview"];
    assert_eq!((human(preview, "stake"), human(preview, "bond")), ("5000 FLRN", "1000 FLRN"), "{shown}");
    assert_eq!(preview["with_it"][0], json!("allow escrow to move 1000 FLRN"), "{shown}");
    // What the seller goes into: where nobody acts it gets half of what was refused and its bond.
    let consequence = preview["consequence"].as_str().unwrap_or_default();
    assert!(consequence.contains("nothing can be presented any more"), "{shown}");
    for key in ["if_silent", "if_all_awarded", "if_nothing_awarded"] {
        assert!(length(&preview[key]).is_some_and(|payments| payments >= 2), "{key}: {shown}");
    }
    let raised = seller.ok("escrow dispute 0");
    assert_eq!(raised["result"]["status"], json!("negotiating"), "{raised}");
    buyer.fails("arbitration call 0 --yes", 3, "NO_HEARING");
    buyer.fails("arbitration show 0", 3, "UNKNOWN_CASE");

    seller.ok("escrow offer 0 4000");
    seller.fails("escrow offer 0 6000 --yes", 3, "ABOVE_STAKE");
    buyer.ok("escrow offer 0 2000");
    let dispute = buyer.ok("escrow show 0")["dispute"].clone();
    assert_eq!(
        (human(&dispute, "applicant_offer"), human(&dispute, "beneficiary_offer")),
        ("2000 FLRN", "4000 FLRN"),
        "{dispute}"
    );
    buyer.fails("escrow take-offer 0 3000 --yes", 3, "NO_SUCH_OFFER");
    let taken = buyer.ok("escrow take-offer 0 4000");
    let result = &taken["result"];
    assert_eq!((&result["status"], human(result, "drawn")), (&json!("closed"), "19000 FLRN"), "{taken}");
    for pot in ["available", "presented", "retained", "accepted", "bonds"] {
        assert_eq!(human(result, pot), "0 FLRN", "{pot}: {taken}");
    }
    // Nobody has ruled, so the bond goes back.
    assert_eq!(human(&seller.ok("token balance"), "balance"), "23905 FLRN");
    assert_eq!(human(&buyer.ok("token balance"), "balance"), "36000 FLRN");
    buyer.fails("escrow divide propose 0 1 --out division.json", 3, "NOT_ALLOWED");
}

/// The collector signs where the second fee goes, and somebody else brings it.
fn claimed(buyer: &Home, seller: &Guest) {
    let signed = buyer.ok("escrow redirect sign token --to charlie --out redirect.json --account dev:ferdie");
    assert_eq!(human(&signed, "amount"), "20 FLRN", "{signed}");
    seller.receive(buyer, &["redirect.json"]);
    let sent = seller.ok("escrow redirect send redirect.json");
    assert_eq!(human(&sent["result"], "amount"), "20 FLRN", "{sent}");
    assert_eq!(human(&buyer.ok("token balance charlie"), "balance"), "20 FLRN");
    seller.fails("escrow redirect send redirect.json --yes", 3, "NOTHING_TO_CLAIM");
    buyer.fails("escrow claim token --yes --account dev:ferdie", 3, "NOTHING_TO_CLAIM");
    // All that the contract holds is owed to nobody any more.
    assert_eq!(human(&buyer.ok("token balance escrow"), "balance"), "0 FLRN");
}

fn listed(buyer: &Home, seller: &Guest) {
    // A second one, which its seller does not want.
    let drafted = buyer.ok("escrow draft terms.toml --send");
    assert_eq!((&drafted["result"]["escrow"], &drafted["result"]["status"]), (&json!(1), &json!("draft")));
    buyer.ok("escrow sign 1 --terms terms.toml");
    let all = buyer.ok("escrow list");
    assert_eq!((length(&all), &all[0]["status"], &all[1]["status"]), (Some(2), &json!("closed"), &json!("draft")));
    assert_eq!(fields(&all[0]), LISTED);
    seller.ok("escrow decline 1");
    assert_eq!(length(&buyer.ok("escrow list --status closed")), Some(2));
    assert_eq!(buyer.ok("escrow list --status funded"), json!([]));
    assert_eq!(length(&seller.ok("escrow list --mine")), Some(2));
    assert_eq!(seller.ok_as("ferdie", "escrow list --mine"), json!([]));
    assert_eq!(buyer.ok("escrow list --from 1 --count 1")[0]["escrow"], json!(1));
    buyer.fails("escrow list --status open", 2, "USAGE");
    let table = buyer.run("escrow list");
    assert!(table.output.contains("alice") && table.output.contains("20000 FLRN"), "{table:?}");
}

fn titles(seller: &Guest) {
    seller.ok_as("charlie", "title issue transport-one.json --to bob");
    seller.fails_as("charlie", "title issue transport-one.json --to bob --yes", 3, "TITLE_EXISTS");
    let shown = seller.ok("title show transport-one-paper.json");
    assert_eq!(shown["owner"], shown["holder"], "{shown}");
    let trusted = seller.ok("title entrust transport-one-paper.json");
    assert!(trusted["result"]["custodian"].is_string(), "{trusted}");
    for surrender in ["title surrender", "escrow surrender"] {
        seller.fails_as("charlie", &format!("{surrender} transport-one-paper.json --yes"), 3, "NOT_OWNER");
    }
    seller.ok("title hand-over transport-one-paper.json --to alice");
    seller.fails("title show invoice-one.json --issuer charlie", 3, "UNKNOWN_TITLE");
    let there = seller.ok("title show transport-one-paper.json --registry title");
    assert_eq!(there["registry"], shown["registry"], "{there}");
    // The terms of this credit name no registry.
    seller.fails("title show transport-one-paper.json --escrow 0", 2, "USAGE");
    let missing = format!("escrow deliver-title 0 0x{} --yes", "33".repeat(32));
    seller.fails(&missing, 3, "NOTHING_TO_DELIVER");
}

fn around_it(buyer: &Home, seller: &Guest) {
    buyer.fails("leg show 0", 3, "UNKNOWN_LEG");
    let digest = format!("0x{}", "44".repeat(32));
    let spans = "--lock-within 4h --claim-within 8h --refund-after 12h --dry-run";
    let agree = format!(
        "leg agree --funder alice --claimer bob --asset token --amount 10 --premium 1 --digest {digest} {spans}"
    );
    let shown = buyer.ok(&agree);
    assert!(shown["preview"]["block_time"]["milliseconds"].is_u64(), "{shown}");
    let shown = buyer.ok(&format!("{agree} --block-time 6s"));
    let block = |key: &str| shown["preview"][key]["block"].as_u64().unwrap_or_default();
    assert_eq!(block("claim_until") - block("lock_until"), 2_400, "four hours later: {shown}");
    assert_eq!(buyer.ok("arbitration seats"), json!([]), "no panel was drawn");
    buyer.fails("escrow show-quote 0", 3, "UNKNOWN_QUOTE");
    buyer.fails("escrow assign 0 --to eve --share 40% --yes", 3, "NOT_OWNER");
    seller.fails("escrow assign 0 --to eve --share 0% --yes", 3, "NO_PART");
    let staked = buyer.ok("arbitration pool show 0");
    assert_eq!((&staked["size"], human(&staked, "seat_stake")), (&json!(0), "100 FLRN"), "{staked}");
}

/// What a wallet elsewhere has to sign.
fn digest(asked: &Value) -> [u8; 32] {
    florin_trader::hash::parse(asked["digest"].as_str().expect("a digest")).expect("a hash")
}

fn hexadecimal(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The seller signs with a Polkadot wallet, the inspector with an Ethereum wallet: they get what they sign as typed data and give
/// signatures back. Neither has an account here.
fn signed_elsewhere(buyer: &Home, seller: &Guest) {
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    let point = key.verifying_key().to_encoded_point(false);
    let inspector = hexadecimal(&florin_trader::keccak(&point.as_bytes()[1..])[12..]);
    let text = fs::read_to_string(buyer.path("terms.toml")).expect("terms");
    let text = text.replace("issuer = \"dave\"", &format!("issuer = \"{inspector}\""));
    let text = text.replace("amount = \"20000\"", "amount = \"5000\"");
    let text = text.replace("default_split", "reserve = \"100\"\ndefault_split");
    fs::write(buyer.path("elsewhere.toml"), text).expect("written");
    let made = buyer.ok("escrow draft elsewhere.toml --out elsewhere.json");
    buyer.ok("escrow sign elsewhere.json");

    buyer.fails("escrow sign 0 --typed-data", 2, "OTHER_COMMAND");
    buyer.fails("escrow sign elsewhere.json --typed-data --signer eve", 2, "INVALID_SIGNATURES");
    let asked = buyer.ok("escrow sign elsewhere.json --typed-data --signer bob");
    let typed = &asked["typed_data"];
    assert_eq!(
        (&typed["primaryType"], &typed["message"]["agreement"]),
        (&json!("Signing"), &made["agreement"]),
        "{asked}"
    );
    let printed = buyer.run("escrow sign elsewhere.json --typed-data --signer bob");
    let alone: Value = serde_json::from_str(&printed.output).expect("nothing but the typed data");
    assert_eq!(&alone, typed, "{printed:?}");
    let wrapped = florin_trader::signing::sr25519_message(&digest(&asked));
    let bring = |signer: &Signer| {
        format!("escrow sign elsewhere.json --signer bob --wallet-signature {}", hexadecimal(&signer.sign(&wrapped)))
    };
    buyer.fails(&bring(&Signer::eve()), 2, "INVALID_SIGNATURE");
    let signed = buyer.ok(&bring(&Signer::bob()));
    assert_eq!(signed["complete"], json!(true), "{signed}");
    let drafted = buyer.ok("escrow draft elsewhere.toml --signatures elsewhere.json");
    assert_eq!(
        (&drafted["result"]["escrow"], &drafted["result"]["status"]),
        (&json!(2), &json!("signed")),
        "{drafted}"
    );
    let before = human(&buyer.ok("token balance"), "balance").to_owned();
    buyer.ok("escrow fund 2");
    assert_eq!(human(&buyer.ok("escrow show 2"), "reserve"), "100 FLRN");
    assert_eq!((before.as_str(), human(&buyer.ok("token balance"), "balance")), ("36000 FLRN", "30900 FLRN"));

    let shipment = Shipment { escrow: 2, tag: "four", dated: None };
    let (invoice, bill) =
        (document(seller, &shipment, "invoice", None), document(seller, &shipment, "transport", Some("charlie")));
    fs::write(seller.home.path("inspection-four.txt"), "inspected\n").expect("written");
    seller.home.ok("document commit inspection-four.txt --out inspection-four.json");
    let sign = format!("document sign 2 inspection inspection-four.json --signer {inspector}");
    seller.fails(&format!("{sign} --typed-data"), 2, "MOMENT_REQUIRED");
    let sign = format!("{sign} --dated 2027-01-17T08:00:00Z");
    let asked = seller.ok(&format!("{sign} --typed-data"));
    assert_eq!(asked["typed_data"]["primaryType"], json!("Paper"), "{asked}");
    let (signature, recovery) = key.sign_prehash_recoverable(&digest(&asked)).expect("signed");
    let signature = [&signature.to_bytes()[..], &[27 + recovery.to_byte()]].concat();
    let sign = format!("{sign} --wallet-signature {}", hexadecimal(&signature));
    seller.fails(&sign, 2, "USAGE");
    seller.ok(&format!("{sign} --out inspection-four-paper.json"));
    let papers =
        format!("--paper invoice={invoice} --paper transport={bill} --paper inspection=inspection-four-paper.json");
    let sent = seller.ok(&format!("escrow present 2 {papers}"));
    assert_eq!(sent["result"]["status"], json!("examining"), "{sent}");
    let accepted = buyer.ok("escrow accept 2");
    let result = &accepted["result"];
    assert_eq!((&result["status"], human(result, "drawn")), (&json!("closed"), "5000 FLRN"), "{accepted}");
    // Nothing can be disputed any more, so what was put up for that comes back.
    assert_eq!(human(&buyer.ok("token balance"), "balance"), "31000 FLRN");

    // The collector says from elsewhere where its fee goes.
    let redirect = "escrow redirect sign token --to eve --until 2027-02-01T00:00:00Z --signer ferdie";
    seller.fails("escrow redirect sign token --to eve --signer ferdie --typed-data", 2, "MOMENT_REQUIRED");
    let asked = seller.ok(&format!("{redirect} --typed-data"));
    let signature = Signer::ferdie().sign_digest(&digest(&asked));
    seller.ok(&format!("{redirect} --wallet-signature {} --out to-eve.json", hexadecimal(&signature)));
    let sent = seller.ok("escrow redirect send to-eve.json");
    assert_eq!(human(&sent["result"], "amount"), "25 FLRN", "{sent}");
    assert_eq!(human(&buyer.ok("token balance eve"), "balance"), "25 FLRN");
}

/// What nobody has drawn goes back, and whoever has that done earns the tip.
fn kept(buyer: &Home, seller: &Guest) {
    let drafted = buyer.ok("escrow draft terms.toml --send");
    assert_eq!(drafted["result"]["escrow"], json!(3), "{drafted}");
    buyer.ok("escrow sign 3");
    seller.ok("escrow sign 3");
    buyer.ok("escrow fund 3");
    // A financier finds the credits of whose proceeds it has bought a part.
    seller.ok("escrow assign 2 --to ferdie --share 40%");
    let listed = seller.ok_as("ferdie", "escrow list --mine");
    assert_eq!((length(&listed), &listed[0]["escrow"]), (Some(1), &json!(2)), "{listed}");
    buyer.ok("node set-time 2027-04-12T10:00:00Z");
    let keeper = |line: &str| seller.ok_as("charlie", line);
    assert_eq!(human(&keeper("token balance"), "balance"), "20 FLRN");

    seller.fails_as("charlie", "escrow keep --once", 2, "CONFIRMATION_REQUIRED");
    seller.fails_as("charlie", "escrow keep --once --supplied none.json --yes", 2, "INVALID_FILE");
    seller.fails_as("charlie", "escrow keep --once --min-tip 5UNIT --yes", 2, "INVALID_AMOUNT");
    let shown = keeper("escrow keep --once --dry-run");
    let due = &shown["preview"]["due"];
    assert_eq!((length(due), &due[0]["escrow"], &due[0]["act"]), (Some(1), &json!(3), &json!("settle")), "{shown}");
    assert_eq!(human(&keeper("token balance"), "balance"), "20 FLRN", "nothing was sent");

    // Too little for this one.
    let report = keeper("escrow keep --once --min-tip 6FLRN");
    assert_eq!((length(&report["done"]), length(&report["unprofitable"])), (Some(0), Some(1)), "{report}");
    let report = keeper("escrow keep --once");
    assert_eq!((&report["examined"], &report["complete"]), (&json!(4), &json!(true)), "{report}");
    let done = &report["done"];
    assert_eq!((length(done), &done[0]["escrow"], &done[0]["act"]), (Some(1), &json!(3), &json!("settle")), "{report}");
    assert_eq!(human(&done[0], "tip"), "5 FLRN", "{report}");
    assert_eq!(human(&keeper("token balance"), "balance"), "25 FLRN");
    assert_eq!(keeper("escrow keep --once")["done"], json!([]), "it is over");
}
