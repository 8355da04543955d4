//! Terms as files: what is read, what is written, what is refused and in which words, and what is advised.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::*;
use florin_trade::{
    calendar::{Calendar, HOLIDAY_BYTES},
    condition::{
        Comparison, ConditionError, Conditions, Fact, Facts, Node, TitleFact, Tree, MAXIMUM_FACTS, MAXIMUM_NODES,
    },
    dispute::DisputeTerms,
    terms::{
        Agreement, Asset, Checklist, DocumentKind, Examination, Milestone, Payment, RequiredDocument, Retention, Terms,
        Tolerance,
    },
    validation::{Term, TermsError},
    Address, EscrowError,
};
use florin_trader::{
    keccak,
    names::NoNames,
    terms_file::{changes, template::Template, Change, Problem, TermsFile, TermsFileError, UnwritableError, Warning},
    Names,
};
use florin_units::{Amount, Bps, Seconds, Timestamp};
use parity_scale_codec::Decode;
use proptest::prelude::*;

/// 4 January 2027, a Monday.
const NOW: Timestamp = Timestamp::from_raw(20_822 * DAY);
/// Whom templates name.
const PEOPLE: [&str; 23] = [
    "buyer",
    "seller",
    "client",
    "contractor",
    "bank",
    "usdt",
    "titles",
    "carrier",
    "inspector",
    "chamber",
    "insurer",
    "customs agent",
    "engineer",
    "laboratory",
    "surveyor",
    "harbour master",
    "oracle",
    "arbitration",
    "arbitration chamber",
    "institute of engineers",
    "guard",
    "another",
    "last",
];

/// An address book in which everybody in the templates is somebody.
struct Book;

impl Names for Book {
    fn address(&self, text: &str) -> Result<Address, String> {
        let place = PEOPLE.iter().position(|name| *name == text);
        place.map(|place| [place as u8 + 0x41; 20]).ok_or_else(|| format!("{text:?} is in no address book"))
    }

    fn name(&self, address: &Address) -> Option<String> {
        PEOPLE.get(usize::from(address[0].checked_sub(0x41)?)).map(|name| (*name).to_owned())
    }
}

/// A folder with the contract that templates speak of.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("contract.pdf"), b"goods, ports, packing").unwrap();
    folder
}

fn parse(text: &str) -> Result<TermsFile, TermsFileError> {
    TermsFile::parse(text, folder().path(), &Book)
}

fn template(template: Template) -> TermsFile {
    parse(template.text()).unwrap()
}

#[test]
fn templates_are_read_and_the_contract_takes_them() {
    for one in Template::ALL {
        let file = template(one);
        assert_eq!(file.check(NOW), Ok(()), "{}", one.name());
        assert_eq!(file.symbol.as_deref(), Some("USDT"));
        assert_eq!(Template::named(one.name()), Some(one));
        assert!(!one.purpose().is_empty());
    }
    assert_eq!(template(Template::SightWithTitle).agreement.terms.details, keccak(b"goods, ports, packing"));
    assert_eq!(Template::named("nothing"), None);
}

#[test]
fn a_template_that_nobody_has_filled_in_is_refused() {
    for one in Template::ALL {
        let error = TermsFile::parse(one.text(), folder().path(), &NoNames).unwrap_err();
        assert!(matches!(error, TermsFileError::Wrong { problem: Problem::Name(_), .. }), "{error}");
        let error = TermsFile::parse(one.text(), Path::new("/nowhere"), &Book).unwrap_err();
        assert!(matches!(error, TermsFileError::Wrong { problem: Problem::File(_), .. }), "{error}");
    }
}

#[test]
fn templates_say_what_their_comments_say() {
    let sight = template(Template::SightWithTitle).agreement;
    assert_eq!(sight.terms.tolerance, Tolerance { more: bps(500), less: bps(500) });
    assert_eq!(sight.terms.title, Some(Book.address("titles").unwrap()));
    // The last day is over at midnight of the calendar, eight hours before it is in universal time.
    assert_eq!(sight.terms.expiry.raw(), (20_938 + 1) * DAY - 8 * 3_600);
    assert_eq!(sight.terms.latest_shipment.raw(), (20_903 + 1) * DAY - 8 * 3_600 - 1);
    let usance = template(Template::Usance).agreement;
    assert_eq!(usance.terms.payment, Payment::Usance { tenor: days(90), sight_share: bps(2_000) });
    assert_eq!((usance.dispute.offer_window, usance.dispute.panel_window), (days(5), days(14)));
    let steps = template(Template::Milestones).agreement;
    assert_eq!(steps.checklist.milestones[2].map(|one| one.documents), Some(0b1110));
    assert_eq!(steps.terms.retention.map(|one| one.share), Some(bps(1_000)));
    let conditions = template(Template::Conditions).agreement;
    assert_eq!(conditions.checklist, Checklist::default());
    let nodes: Vec<Node> = conditions.conditions.tree.nodes.iter().flatten().copied().collect();
    let expected = [
        Node::Fact(0),
        Node::Fact(1),
        Node::Fact(2),
        Node::Fact(3),
        Node::AtLeast { threshold: 2, of: 3 },
        Node::Any(2),
        Node::Fact(4),
        Node::All(2),
        Node::Fact(5),
        Node::Fact(6),
        Node::All(2),
        Node::Any(2),
    ];
    assert_eq!(nodes, expected);
    let oracle = Fact::Oracle {
        feed: 1,
        comparison: Comparison::AtMost,
        value: 125_000_000,
        maximum_age: Seconds::from_raw(3_600),
    };
    assert_eq!(conditions.conditions.facts.facts[6], Some(oracle));
}

#[test]
fn what_is_written_reads_back_and_names_stand_beside() {
    for one in Template::ALL {
        let file = template(one);
        let text = file.to_text(&Book).unwrap();
        assert!(text.contains("# seller") || text.contains("# contractor"), "{text}");
        // Without any names: addresses are written out.
        let again = TermsFile::parse(&text, Path::new("."), &NoNames).unwrap();
        assert_eq!(again.agreement, file.agreement);
        assert_eq!((again.hash(), again.symbol), (file.hash(), file.symbol.clone()));
        let labels = |file: &TermsFile| (0..8).map(|place| file.label(place)).collect::<Vec<_>>();
        assert_eq!(labels(&TermsFile::parse(&text, Path::new("."), &NoNames).unwrap()), labels(&file));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terms.toml");
        file.write(&path, &Book).unwrap();
        assert_eq!(TermsFile::read(&path, &NoNames).unwrap().agreement, file.agreement);
    }
}

/// A small file of which tests change one line.
const SMALL: &str = r#"format = "florin terms 1"
[parties]
applicant = "buyer"
beneficiary = "seller"
[asset]
token = "usdt"
decimals = 6
[credit]
amount = "1000.00"
payment = "sight"
expiry = "2027-03-01"
maximum_fee = "1%"
tip = "1"
[[documents]]
kind = "invoice"
issuer = "seller"
[[documents]]
kind = "transport"
issuer = "carrier"
[calendar]
weekend = ["Saturday", "Sunday"]
offset = "+08:00"
[disputes]
arbitration = "arbitration"
fallback = "arbitration chamber"
pool = 1
bond = "100"
fee = "40"
appeal_bond = "200"
appeal_fee = "80"
default_split = "50%"
"#;

#[test]
fn what_the_trade_has_an_answer_to_may_be_left_out() {
    let Agreement { terms, dispute, conditions, calendar, .. } = parse(SMALL).unwrap().agreement;
    assert_eq!(terms.examination, Examination { working_days: 5, limit: days(14) });
    assert_eq!((terms.presentation_period, terms.response), (days(21), days(7)));
    assert_eq!(terms.tolerance, Tolerance::default());
    assert!(terms.partial_drawings, "article 31 a");
    assert_eq!(terms.latest_shipment.raw(), terms.expiry.raw() - 1);
    assert_eq!((terms.retention, terms.title, terms.compliance, terms.confirmer), (None, None, None, None));
    assert_eq!((dispute.panel, dispute.offers), (3, 3));
    assert_eq!(conditions, Conditions::default());
    assert_eq!((calendar.weekend, calendar.offset_minutes), (WEEKEND, 480));
    assert_eq!(calendar.holidays, [0; HOLIDAY_BYTES]);
    assert_eq!(parse(SMALL).unwrap().check(NOW), Ok(()));
}

#[test]
fn money_and_parties_are_never_guessed() {
    for key in [
        "applicant",
        "beneficiary",
        "token",
        "decimals",
        "amount",
        "payment",
        "expiry",
        "maximum_fee",
        "tip",
        "weekend",
        "offset",
        "arbitration",
        "fallback",
        "pool",
        "bond",
        "fee",
        "appeal_bond",
        "appeal_fee",
        "default_split",
    ] {
        let text: String = SMALL
            .lines()
            .filter(|line| !line.starts_with(&format!("{key} =")))
            .map(|line| format!("{line}\n"))
            .collect();
        let error = parse(&text).unwrap_err();
        let TermsFileError::Wrong { at, problem: Problem::Missing { .. } } = &error else { panic!("{key}: {error}") };
        assert!(at.key.ends_with(key) && at.line.is_some(), "{error}");
    }
    for table in ["[parties]", "[asset]", "[credit]", "[calendar]", "[disputes]"] {
        let from = SMALL.find(table).unwrap();
        let until = SMALL[from + 1..].find("\n[").map_or(SMALL.len(), |place| from + 1 + place);
        let text = format!("{}{}", &SMALL[..from], &SMALL[until..]);
        assert!(matches!(parse(&text), Err(TermsFileError::Wrong { problem: Problem::Missing { .. }, .. })), "{table}");
    }
}

#[test]
fn dates_mean_days_of_the_calendar_and_moments_mean_themselves() {
    let with = |line: &str, value: &str| {
        let text = SMALL.replace("expiry = \"2027-03-01\"", &format!("expiry = \"2027-03-01\"\n{line} = {value}"));
        parse(&text).unwrap().agreement.terms
    };
    let midnight = 20_878 * DAY - 8 * 3_600;
    assert_eq!(parse(SMALL).unwrap().agreement.terms.expiry.raw(), midnight + DAY);
    for value in ["\"2027-02-28\"", "2027-02-28", "\"2027-02-28T23:59:59+08:00\"", "2027-02-28T15:59:59Z"] {
        assert_eq!(with("latest_shipment", value).latest_shipment.raw(), midnight - 1, "{value}");
    }
    let retention =
        |value: &str| with("retention", &format!("{{ share = \"5%\", release = {value} }}")).retention.unwrap();
    assert_eq!(retention("\"2027-03-01\""), Retention { share: bps(500), until: Timestamp::from_raw(midnight) });
    assert_eq!(retention("\"2027-03-01T00:00:00+08:00\"").until.raw(), midnight);
}

/// The file with one line in another's place.
fn changed(line: &str, other: &str) -> String {
    assert!(SMALL.contains(line), "{line}");
    SMALL.replace(line, other)
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_key() {
    let cases: [(&str, &str, &str); 40] = [
        (
            "payment = \"sight\"",
            "payment = \"cash\"",
            "line 10: `credit.payment`: \"cash\" is not known here; write \"sight\"",
        ),
        (
            "amount = \"1000.00\"",
            "amount = 1000",
            "line 9: `credit.amount`: a number without quotes stands where an amount",
        ),
        (
            "amount = \"1000.00\"",
            "amount = \"1,000\"",
            "line 9: `credit.amount`: \"1,000\" is no amount: unexpected character",
        ),
        ("amount = \"1000.00\"", "amount = \"1000 EUR\"", "names the unit EUR, and the file does not say"),
        ("amount = \"1000.00\"", "amont = \"1000.00\"", "line 8: `credit.amount`: this is missing"),
        (
            "tip = \"1\"",
            "tip = \"1\"\ntolerence = \"5%\"",
            "line 14: `credit.tolerence`: there is no such key, is `tolerance` meant?",
        ),
        ("tip = \"1\"", "tip = \"1\"\nxyz = 1", "line 14: `credit.xyz`: there is no such key; keys here are: amount, "),
        ("tip = \"1\"", "tip = \"1\"\ntolerance = 5", "where a share is expected; write it like \"10%\""),
        ("tip = \"1\"", "tip = \"1\"\ntolerance = \"5\"", "\"5\" is no share: the sign % is missing"),
        (
            "tip = \"1\"",
            "tip = \"1\"\ntolerance = { most = \"5%\" }",
            "`credit.tolerance.most`: there is no such key, is `more` meant?",
        ),
        (
            "tip = \"1\"",
            "tip = \"1\"\nresponse = \"a week\"",
            "line 14: `credit.response`: \"a week\" is no span of time",
        ),
        ("tip = \"1\"", "tip = \"1\"\nexamination = \"5 days\"", "\"5 days\" is no number of working days"),
        ("tip = \"1\"", "tip = \"1\"\npartial_drawings = \"yes\"", "a text stands where true or false is expected"),
        ("tip = \"1\"", "tip = \"1\"\ndetails = \"0x12\"", "is not 0x and 64 hexadecimal digits"),
        ("tip = \"1\"", "tip = \"1\"\ndetails = { file = \"none.pdf\" }", "`credit.details.file`: cannot read"),
        ("tip = \"1\"", "tip = \"1\"\nretention = \"5%\"", "a text stands where a table is expected"),
        ("expiry = \"2027-03-01\"", "expiry = \"1 March\"", "line 11: `credit.expiry`: \"1 March\" is no date"),
        ("expiry = \"2027-03-01\"", "expiry = \"2027-02-29\"", "is no date"),
        ("expiry = \"2027-03-01\"", "expiry = \"2027-03-01T12:00:00\"", "does not say in which time zone"),
        ("expiry = \"2027-03-01\"", "expiry = 2027-03-01T12:00:00", "does not say in which time zone"),
        (
            "applicant = \"buyer\"",
            "applicant = \"mallory\"",
            "line 3: `parties.applicant`: \"mallory\" is in no address book",
        ),
        ("applicant = \"buyer\"", "applicant = 7", "where an address or a name is expected"),
        (
            "decimals = 6",
            "decimals = 300",
            "line 7: `asset.decimals`: 300 is out of range; write a number from 0 to 255",
        ),
        ("decimals = 6", "decimals = -1", "-1 is out of range"),
        ("kind = \"invoice\"", "kind = \"letter\"", "line 15: `documents[1].kind`: \"letter\" is not known here"),
        (
            "kind = \"transport\"",
            "kind = \"transport\"\nname = \"Commercial Invoice\"",
            "`documents[2].name`: \"Commercial Invoice\" stands here twice",
        ),
        ("kind = \"invoice\"", "kind = \"invoice\"\nname = \"#1\"", "cannot be a name"),
        ("kind = \"transport\"", "kind = \"transport\"\nplace = 0", "`documents[2].place`: place 0 is taken"),
        ("kind = \"transport\"", "kind = \"transport\"\nplace = 8", "8 is out of range; write a number from 0 to 7"),
        ("offset = \"+08:00\"", "offset = \"8\"", "\"8\" is no difference to universal time"),
        (
            "offset = \"+08:00\"",
            "offset = \"+08:00\"\nholidays = [\"2027-01-01\", \"2035-01-01\"]",
            "2035-01-01 is not within the 2560 days",
        ),
        ("offset = \"+08:00\"", "offset = \"+08:00\"\nholidays = \"2027-01-01\"", "where a list is expected"),
        (
            "weekend = [\"Saturday\", \"Sunday\"]",
            "weekend = [\"Caturday\"]",
            "`calendar.weekend[1]`: \"Caturday\" is not known here",
        ),
        ("pool = 1", "pool = \"1\"", "where a whole number is expected"),
        ("decimals = 6", "decimals = 6\nsymbol = \"\\u001b[2J\"", "cannot be a name"),
        ("tip = \"1\"", "tip = \"1\"\n\"x\\u001by\" = 1", "`credit.x\u{fffd}y`: there is no such key"),
        ("format = \"florin terms 1\"", "format = \"florin terms 2\"", "line 1: `format`: this is \"florin terms 2\""),
        ("[parties]", "[partys]", "`parties`: this is missing"),
        (
            "default_split = \"50%\"",
            "default_split = \"50%\"\n[oracle]\nfeed = 1",
            "line 32: `oracle`: there is no such key",
        ),
        (
            "[calendar]",
            "[[milestones]]\namount = \"1\"\ndocuments = [\"letter\"]\n[calendar]",
            "no document is called \"letter\"; there are: \"commercial invoice\", \"transport document\"",
        ),
    ];
    for (line, other, expected) in cases {
        let error = parse(&changed(line, other)).expect_err(other).to_string();
        assert!(error.contains(expected), "{other}\n  says:     {error}\n  expected: {expected}");
    }
    let error = parse("[credit\namount").unwrap_err();
    assert!(matches!(&error, TermsFileError::Syntax { line: Some(1), .. }), "{error}");
    assert!(matches!(TermsFile::read(Path::new("/nowhere/at/all"), &Book), Err(TermsFileError::File(_))));
}

#[test]
fn more_documents_milestones_or_holidays_than_a_credit_has_are_refused() {
    let document = "[[documents]]\nkind = \"other\"\nissuer = \"seller\"\n";
    let six = document.repeat(6);
    assert!(parse(&changed("[calendar]", &format!("{six}[calendar]"))).is_ok(), "names are numbered");
    let error = parse(&changed("[calendar]", &format!("{six}{document}[calendar]"))).unwrap_err();
    assert!(error.to_string().contains("there are 9 documents, a credit has 8 at most"), "{error}");
    let milestone = "[[milestones]]\namount = \"1\"\ndocuments = [\"commercial invoice\"]\n";
    let error = parse(&changed("[calendar]", &format!("{}[calendar]", milestone.repeat(9)))).unwrap_err();
    assert!(error.to_string().contains("there are 9 milestones, a credit has 8 at most"), "{error}");
}

/// The small file with conditions in it.
fn with_conditions(text: &str) -> String {
    changed("[calendar]", &format!("[conditions]\n{text}\n[calendar]"))
}

#[test]
fn conditions_that_say_nothing_or_too_much_are_refused() {
    for (text, expected) in [
        ("any = [{ }]", "this says nothing that is known"),
        ("any = [{ signature = \"seller\", after = \"2027-01-31\" }]", "this says signature and after"),
        ("all = []\nany = []", "this says all and any"),
        ("at_least = 2", "there is no such key"),
        ("of = [{ after = \"2027-01-31\" }]", "`conditions.at_least`: this is missing"),
        ("fact = 0", "there is no list of facts"),
        ("signature = \"seller\"\n[[conditions.facts]]\nafter = \"2027-01-31\"", "the facts are listed"),
        ("any = [{ signature = \"seller\", by = 1 }]", "`conditions.any[1].by`: there is no such key"),
        ("any = [{ document = \"letter\" }]", "no document is called \"letter\""),
        ("attestors = [\"transport document\"]", "`conditions.threshold`: this is missing"),
        ("feed = 1\nmaximum_age = \"1 hour\"", "write at_least or at_most, one of them"),
        ("feed = 1\nat_least = \"1\"\nat_most = \"2\"\nmaximum_age = \"1 hour\"", "write at_least or at_most"),
        ("feed = 1\nat_least = \"1.5\"\nmaximum_age = \"1 hour\"", "digits after the point"),
        ("title = \"0x12\"\nstate = \"surrendered\"", "is not 0x and 64 hexadecimal digits"),
        ("signatur = \"seller\"", "`conditions.signatur`: there is no such key"),
        ("any = \"all\"", "where a list is expected"),
    ] {
        let error = parse(&with_conditions(text)).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}\n  says:     {error}\n  expected: {expected}");
    }
    let signatures = |count: usize| {
        let one = |place: usize| format!("{{ preimage = \"0x{}\" }}, ", format!("{place:02x}").repeat(32));
        format!("any = [{}]", (0..count).map(one).collect::<String>())
    };
    let error = parse(&with_conditions(&signatures(11))).unwrap_err().to_string();
    assert!(error.contains("there are 11 different facts in the conditions, a credit has 10 at most"), "{error}");
    let many = format!("any = [{}]", "{ after = \"2027-01-31\" }, ".repeat(32));
    let error = parse(&with_conditions(&many)).unwrap_err().to_string();
    assert!(error.contains("there are 33 parts in the conditions"), "{error}");
    assert!(parse(&with_conditions(&format!("any = [{}]", "{ after = \"2027-01-31\" }, ".repeat(31)))).is_ok());
}

#[test]
fn days_in_conditions_are_over_or_have_not_begun() {
    let file = parse(&with_conditions("all = [{ after = \"2027-01-31\" }, { before = \"2027-02-15\" }]")).unwrap();
    let midnight = |day: u64| Timestamp::from_raw(day * DAY - 8 * 3_600);
    let facts = file.agreement.conditions.facts.facts;
    assert_eq!(facts[0], Some(Fact::After { moment: midnight(20_850) }));
    assert_eq!(facts[1], Some(Fact::Before { moment: midnight(20_864) }));
}

#[test]
fn equal_facts_are_one_fact() {
    let file =
        parse(&with_conditions("all = [{ signature = \"inspector\" }, { any = [{ signature = \"inspector\" }] }]"))
            .unwrap();
    let conditions = file.agreement.conditions;
    assert_eq!(conditions.facts.facts.iter().flatten().count(), 1);
    assert_eq!(
        conditions.tree.nodes[..4],
        [Some(Node::Fact(0)), Some(Node::Fact(0)), Some(Node::Any(1)), Some(Node::All(2))]
    );
}

#[test]
fn the_rule_about_the_expiry_speaks_as_article_29_does() {
    let file = parse(&changed("2027-03-01", "2027-02-28")).unwrap();
    let complaint = file.check(NOW).unwrap_err();
    let expected = "line 11: `credit.expiry` 2027-02-28 is a Sunday in the calendar; \
                    article 29 would move it to Monday 2027-03-01: write that day";
    assert_eq!(complaint.to_string(), expected);
    let holidays = "offset = \"+08:00\"\nholidays = [\"2027-03-01\", \"2027-03-02\"]";
    let complaint = parse(&changed("offset = \"+08:00\"", holidays)).unwrap().check(NOW).unwrap_err();
    assert!(complaint.to_string().contains("2027-03-01 (Monday) is a holiday in the calendar"), "{complaint}");
    assert!(complaint.advice.contains("Wednesday 2027-03-03"), "{complaint}");
}

/// Terms that break one rule, the rule, and words that the sentence about it must have.
type Case = (Term, fn(&mut Agreement), &'static str, &'static [&'static str]);

fn signature(by: Address) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.tree.nodes[0] = Some(Node::Fact(0));
    conditions.facts.facts[0] = Some(Fact::Signature { by });
    conditions
}

#[rustfmt::skip]
const CASES: [Case; 55] = [
    (Term::Amount, |a| a.terms.amount = Amount::ZERO, "credit.amount", &["nothing could be drawn", "write what"]),
    (Term::Amount, |a| a.terms.amount = Amount::MAX, "credit.amount", &["more than any credit can hold", "USDT"]),
    (Term::ToleranceMore, |a| a.terms.tolerance.more = bps(1_001), "credit.tolerance", &["10.01%", "at most 10%", "article 30"]),
    (Term::ToleranceLess, |a| a.terms.tolerance.less = bps(5_000), "credit.tolerance", &["50%", "at most 10%"]),
    (Term::Decimals, |a| a.terms.asset.decimals = 25, "asset.decimals", &["25", "at most 24"]),
    (Term::LatestShipment, |a| a.terms.latest_shipment = at(70), "credit.latest_shipment", &["2024-01-22", "after the expiry 2024-01-11", "write 2024-01-11"]),
    (Term::Expiry, |a| a.terms.expiry = at(0), "credit.expiry", &["2023-11-12", "is over", "it is 2023-11-13"]),
    (Term::Expiry, |a| a.terms.expiry = at(4 * 365), "credit.expiry", &["more than three years", "not after 2026-11-11"]),
    (Term::PresentationPeriod, |a| a.terms.presentation_period = days(366), "credit.presentation_period", &["366 days", "too long", "365 days"]),
    (Term::PresentationPeriod, |a| a.terms.presentation_period = Seconds::ZERO, "credit.presentation_period", &["0 seconds", "too short", "1 day"]),
    (Term::WorkingDays, |a| a.terms.examination.working_days = 11, "credit.examination", &["11 working days", "1 working day to 10 working days", "article 14 b"]),
    (Term::ExaminationLimit, |a| a.terms.examination.limit = days(9), "credit.examination_limit", &["9 days", "10 days", "60 days", "5 working days"]),
    (Term::Response, |a| a.terms.response = days(61), "credit.response", &["61 days", "60 days"]),
    (Term::Tenor, |a| a.terms.payment = Payment::Usance { tenor: days(731), sight_share: Bps::ZERO }, "credit.payment.tenor", &["731 days", "730 days"]),
    (Term::SightShare, |a| a.terms.payment = Payment::Usance { tenor: days(90), sight_share: Bps::ONE }, "credit.payment.sight_share", &["100%", "payment = \"sight\"", "99.99%"]),
    (Term::RetentionShare, |a| a.terms.retention = Some(Retention { share: bps(5_001), until: at(70) }), "credit.retention.share", &["50.01%", "0.01% to 50%"]),
    (Term::RetentionUntil, |a| a.terms.retention = Some(Retention { share: bps(500), until: at(50) }), "credit.retention.release", &["2024-01-02", "before the expiry 2024-01-11", "2024-01-12 or a later"]),
    (Term::RetentionUntil, |a| a.terms.retention = Some(Retention { share: bps(500), until: at(2_000) }), "credit.retention.release", &["five years", "not after 2029-01-10"]),
    (Term::DefaultSplit, |a| a.terms.default_split = bps(10_001), "disputes.default_split", &["100.01%", "at most 100%"]),
    (Term::MaximumFee, |a| a.terms.maximum_fee = bps(501), "credit.maximum_fee", &["5.01%", "at most 5%"]),
    (Term::Tip, |a| a.terms.tip = amount(AMOUNT), "credit.tip", &["1000 USDT", "at most 10 USDT"]),
    (Term::Weekend, |a| a.calendar.weekend = 0x7f, "calendar.weekend", &["every day", "Saturday"]),
    (Term::CalendarOffset, |a| a.calendar.offset_minutes = 900, "calendar.offset", &["+15:00", "14 hours"]),
    (Term::Names, |a| a.dispute.fallback = APPLICANT, "parties.applicant", &["`disputes.fallback`", "0x0101"]),
    (Term::Names, |a| a.terms.confirmer = Some(BENEFICIARY), "parties.beneficiary", &["`parties.confirmer`"]),
    (Term::Names, |a| a.dispute.arbitration = [0; 20], "disputes.arbitration", &["zero address"]),
    (Term::WaysToBePaid, |a| a.checklist = Checklist::default(), "documents", &["no condition", "[[documents]]", "[conditions]"]),
    (Term::TransportDocuments, |a| a.checklist.documents[3] = a.checklist.documents[1], "documents", &["2 transport documents", "other"]),
    (Term::TransportDocuments, |a| { a.terms.title = Some(REGISTRY); a.terms.partial_drawings = false; a.checklist.documents[1] = None }, "documents", &["no transport document", "carrier"]),
    (Term::AttestorIsParty, |a| a.checklist.documents[1] = Some(RequiredDocument { kind: DocumentKind::Transport, issuer: BENEFICIARY }), "documents[2].issuer", &["\"transport document\"", "by a party to itself"]),
    (Term::MilestoneSum, |a| { by_milestones(a); a.checklist.milestones[0] = None }, "milestones", &["800 USDT", "1000 USDT"]),
    (Term::MilestoneAmount, |a| { by_milestones(a); a.checklist.milestones[1] = Some(Milestone { amount: Amount::ZERO, documents: 1 }) }, "milestones[2]", &["\"milestone 2\" pays 0 USDT", "up to 1000 USDT"]),
    (Term::MilestoneDocuments, |a| { by_milestones(a); a.checklist.milestones[2] = Some(Milestone { amount: amount(1), documents: 0 }) }, "milestones[3]", &["names no document", "silence"]),
    (Term::MilestoneDocuments, |a| { by_milestones(a); a.checklist.milestones[0] = Some(Milestone { amount: amount(1), documents: 0x80 }) }, "milestones[1]", &["does not ask for"]),
    (Term::ToleranceMore, |a| { by_milestones(a); a.terms.tolerance.more = bps(1) }, "credit.tolerance", &["each milestone pays exactly", "0%"]),
    (Term::PartialDrawings, |a| a.terms.title = Some(REGISTRY), "credit.partial_drawings", &["cannot go over in parts", "partial_drawings = false"]),
    (Term::PartialDrawings, |a| { by_milestones(a); a.terms.partial_drawings = false }, "credit.partial_drawings", &["drawn one by one", "partial_drawings = true"]),
    (Term::Conditions, |a| { by_milestones(a); a.conditions = signature(INSPECTOR) }, "conditions", &["beside milestones"]),
    (Term::Conditions, |a| { a.terms.title = Some(REGISTRY); a.terms.partial_drawings = false; a.conditions = signature(INSPECTOR) }, "conditions", &["beside a title"]),
    (Term::Panel, |a| a.dispute.panel = 2, "disputes.panel", &["2 members", "two halves", "write 1 or 3"]),
    (Term::Panel, |a| a.dispute.panel = 7, "disputes.panel", &["7 members", "write 1, 3 or 5"]),
    (Term::Panel, |a| a.dispute.panel = 0, "disputes.panel", &["0 members", "write 1, 3 or 5"]),
    (Term::Offers, |a| a.dispute.offers = 9, "disputes.offers", &["9", "at most 8"]),
    (Term::OfferWindow, |a| a.dispute.offer_window = days(31), "disputes.offer_window", &["31 days", "30 days"]),
    (Term::PanelWindow, |a| a.dispute.panel_window = days(61), "disputes.panel_window", &["61 days", "60 days"]),
    (Term::AppealWindow, |a| a.dispute.appeal_window = days(31), "disputes.appeal_window", &["31 days", "30 days"]),
    (Term::AppealPanelWindow, |a| a.dispute.appeal_panel_window = days(91), "disputes.appeal_panel_window", &["91 days", "90 days"]),
    (Term::FallbackWindow, |a| a.dispute.fallback_window = Seconds::ZERO, "disputes.fallback_window", &["too short", "1 day"]),
    (Term::Bond, |a| a.dispute.bond = amount(1), "disputes.bond", &["0.000001 USDT", "at least 10 USDT"]),
    (Term::ArbitrationFee, |a| a.dispute.fee = amount(50_000_001), "disputes.fee", &["50.000001 USDT", "at most 50 USDT"]),
    (Term::AppealBond, |a| a.dispute.appeal_bond = amount(AMOUNT + 1), "disputes.appeal_bond", &["at most 1000 USDT"]),
    (Term::AppealFee, |a| a.dispute.appeal_fee = amount(60_000_001), "disputes.appeal_fee", &["at most 60 USDT"]),
    (Term::Reserve, |a| a.dispute.reserve = amount(AMOUNT * 2), "disputes.reserve", &["the fees of disputes", "2000 USDT"]),
    (Term::Title, |a| { a.terms.title = Some([0; 20]); a.terms.partial_drawings = false }, "credit.title", &["zero address", "registry"]),
    (Term::IssuerIsApplicant, |a| a.checklist.documents[0] = Some(RequiredDocument { kind: DocumentKind::Invoice, issuer: APPLICANT }), "documents[1].issuer", &["\"commercial invoice\"", "keep it back"]),
];

fn is_readable(sentence: &str) {
    for debris in ["{", "OutOfBounds", "Term::", "Some(", "None", "[0,", "  "] {
        assert!(!sentence.contains(debris) || sentence.contains("[\"Saturday"), "{sentence}");
    }
    assert!(sentence.contains("; "), "what to do next: {sentence}");
}

#[test]
fn every_rule_that_terms_break_is_told_in_the_words_of_the_trade() {
    for (number, (expected, change, key, words)) in CASES.into_iter().enumerate() {
        let mut agreement = agreement();
        change(&mut agreement);
        let file = TermsFile::of(agreement, Some("USDT".to_owned()));
        let complaint = file.check(at(0)).expect_err("a broken rule");
        let EscrowError::Terms(TermsError::OutOfBounds { term, .. }) = *complaint.error else {
            panic!("case {number}: {complaint:?}")
        };
        assert_eq!(term, expected, "case {number}");
        let sentence = complaint.to_string();
        assert_eq!(complaint.at.key, key, "case {number}: {sentence}");
        for word in words {
            assert!(sentence.contains(word), "case {number} lacks {word:?}: {sentence}");
        }
        is_readable(&sentence);
    }
    let mut issuer = agreement();
    issuer.checklist.documents[2] = Some(RequiredDocument { kind: DocumentKind::Inspection, issuer: [0; 20] });
    let complaint = TermsFile::of(issuer, None).check(at(0)).unwrap_err();
    assert_eq!(complaint.at.key, "documents[3].issuer");
    assert!(
        complaint.problem.contains("\"certificate of inspection\" would be issued by the zero address"),
        "{complaint}"
    );
}

/// Every value of a type that is told apart by its first byte.
fn all<T: Decode>() -> Vec<T> {
    let of = |index: u8| {
        let bytes = [&[index][..], &[1; 64]].concat();
        T::decode(&mut bytes.as_slice()).ok()
    };
    (0..=u8::MAX).map_while(of).collect()
}

#[test]
fn every_term_has_sentences() {
    let terms = all::<Term>();
    assert_eq!(terms.len(), 48);
    let tested: Vec<Term> = CASES.iter().map(|case| case.0).collect();
    let untested =
        [Term::Applicant, Term::Beneficiary, Term::Confirmer, Term::Asset, Term::Issuer, Term::ExpiryWorkingDay];
    let file = TermsFile::of(agreement(), Some("USDT".to_owned()));
    for term in terms {
        assert!(tested.contains(&term) || untested.contains(&term), "{term:?} has no case");
        for error in [
            TermsError::OutOfBounds { term, actual: 0, minimum: 1, maximum: 2 },
            TermsError::OutOfBounds { term, actual: 3, minimum: 1, maximum: 2 },
            TermsError::OutOfBounds { term, actual: u128::MAX, minimum: 0, maximum: 0 },
            TermsError::Fixed { term },
        ] {
            let complaint = file.explain(&error.into(), at(0));
            assert!(!complaint.at.key.is_empty() && !complaint.problem.is_empty() && !complaint.advice.is_empty());
            is_readable(&complaint.to_string());
        }
    }
    for term in [Term::Applicant, Term::Beneficiary, Term::Confirmer, Term::Asset, Term::Title] {
        let complaint = file.explain(&TermsError::Fixed { term }.into(), at(0));
        assert!(complaint.advice.contains("draft another one"), "{complaint}");
    }
}

#[test]
fn every_condition_error_has_a_sentence() {
    let errors = all::<ConditionError>();
    assert_eq!(errors.len(), 11);
    let file = TermsFile::of(agreement(), None);
    for error in errors {
        let complaint = file.explain(&error.into(), at(0));
        assert!(complaint.at.key.starts_with("conditions"));
        is_readable(&complaint.to_string());
    }
}

#[test]
fn broken_conditions_are_told_with_their_line() {
    for (text, line, expected) in [
        ("any = [\n  { signature = \"seller\" },\n  { all = [] },\n]", 23, "an empty list, which would hold by itself"),
        ("at_least = 3\nof = [{ signature = \"seller\" }]", 20, "need 3 of 1 to hold, which is so never"),
        ("at_least = 0\nof = [{ signature = \"seller\" }]", 20, "need 0 of 1 to hold, which is so always"),
        ("any = [\n  { document = \"#5\" },\n]", 22, "a document that the credit does not require"),
        ("any = [\n  { attestors = [\"commercial invoice\", \"transport document\"], threshold = 3 },\n]", 22, "need 3 signatures of 2"),
        ("any = [\n  { feed = 1, at_least = \"1\", maximum_age = \"1 hour\" },\n]", 22, "set `conditions.oracle`"),
        ("any = [\n  { title = \"0x1111111111111111111111111111111111111111111111111111111111111111\", state = \"surrendered\" },\n]", 22, "`conditions.titles`"),
    ] {
        let complaint = parse(&with_conditions(text)).unwrap().check(NOW).expect_err(text);
        assert_eq!(complaint.at.line, Some(line), "{complaint}");
        assert!(complaint.to_string().contains(expected), "{complaint}");
    }
    let preimages = |count: usize| {
        let one = |place: usize| format!("{{ preimage = \"0x{}\" }}, ", format!("{place:02x}").repeat(32));
        format!("any = [{}]", (0..count).map(one).collect::<String>())
    };
    let complaint = parse(&with_conditions(&preimages(3))).unwrap().check(NOW).unwrap_err();
    assert!(complaint.to_string().contains("ask for 3 preimages, and 2 can be brought at once"), "{complaint}");
    let unknown = "fact = 3\n[[conditions.facts]]\nsignature = \"inspector\"";
    let complaint = parse(&with_conditions(unknown)).unwrap().check(NOW).unwrap_err();
    assert!(complaint.to_string().contains("ask for fact 3, which is not listed"), "{complaint}");
}

fn warns(change: impl Fn(&mut Agreement), expected: impl Fn(&Warning) -> bool) {
    // A credit about which there is little to say.
    let mut quiet = agreement();
    quiet.calendar.holidays[0] = 1;
    quiet.terms.expiry = at(61);
    let known = TermsFile::of(quiet, Some("USDT".to_owned())).warnings(at(0));
    assert!(!known.iter().any(&expected), "{known:?}");
    change(&mut quiet);
    let found = TermsFile::of(quiet, Some("USDT".to_owned())).warnings(at(0));
    assert!(found.iter().any(&expected), "{found:?}");
    for warning in found {
        let text = warning.to_string();
        assert!(text.starts_with(&format!("`{}`: ", warning.key())), "{text}");
        assert!(!text.contains("  ") && !text.contains("Some("), "{text}");
    }
}

#[test]
fn advice_is_given_where_it_is_due() {
    warns(
        |a| a.dispute.bond = amount(AMOUNT / 100),
        |one| matches!(one, Warning::LowBond { better, .. } if better.raw() == AMOUNT / 20),
    );
    warns(|a| a.dispute.fee = Amount::ZERO, |one| *one == Warning::NoFee { is_appeal: false });
    warns(|a| a.dispute.appeal_fee = Amount::ZERO, |one| *one == Warning::NoFee { is_appeal: true });
    warns(
        |a| a.dispute.fallback = TOKEN,
        |one| matches!(one, Warning::UselessFallback { is } if is == "the asset's contract"),
    );
    warns(
        |a| a.dispute.fallback = *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07",
        |one| matches!(one, Warning::UselessFallback { .. }),
    );
    warns(|a| a.dispute.fallback = INSPECTOR, |one| matches!(one, Warning::JudgeAndIssuer { .. }));
    warns(|a| a.dispute.panel = 1, |one| *one == Warning::PanelOfOne);
    warns(|a| a.terms.default_split = Bps::ZERO, |one| *one == Warning::OneSidedSplit { to_beneficiary: false });
    warns(|a| a.terms.default_split = Bps::ONE, |one| *one == Warning::OneSidedSplit { to_beneficiary: true });
    warns(|a| a.terms.tip = Amount::ZERO, |one| *one == Warning::NoTip);
    warns(|a| a.terms.details = [0; 32], |one| *one == Warning::NoDetails);
    warns(|a| a.calendar.holidays = [0; HOLIDAY_BYTES], |one| *one == Warning::NoHolidays);
    warns(
        |a| a.calendar.first_day -= 2_559,
        |one| matches!(one, Warning::ShortCalendar { last } if last == "2023-11-13"),
    );
    warns(|a| a.terms.latest_shipment = before(a.terms.expiry), |one| *one == Warning::OpenShipment);
    warns(
        |a| {
            a.terms.title = Some(REGISTRY);
            a.checklist.documents[1] = None
        },
        |one| *one == Warning::TitleWithoutTransport,
    );
    warns(
        |a| {
            by_usance(a);
            a.checklist.documents[1] = None
        },
        |one| *one == Warning::MaturityFromPresentation,
    );
    warns(
        |a| a.checklist.documents[3] = Some(RequiredDocument { kind: DocumentKind::Other, issuer: FACTOR }),
        |one| matches!(one, Warning::SoftClause { issuer: FACTOR, .. }),
    );
    warns(|a| a.dispute.appeal_panel_window = days(90), |one| matches!(one, Warning::LongHold { .. }));
    warns(
        |a| a.conditions = signature(INSPECTOR),
        |one| *one == Warning::SoftSignature { by: INSPECTOR, is_applicant: false },
    );
    warns(
        |a| a.conditions = signature(APPLICANT),
        |one| *one == Warning::SoftSignature { by: APPLICANT, is_applicant: true },
    );
    warns(|a| a.conditions = signature(BENEFICIARY), |one| *one == Warning::SelfRelease);
    let after = |day: u64| {
        let mut conditions = signature(INSPECTOR);
        conditions.facts.facts[0] = Some(Fact::After { moment: at(day) });
        conditions
    };
    warns(|a| a.conditions = after(5), |one| *one == Warning::ReleasedByTime);
    warns(|a| a.conditions = after(70), |one| matches!(one, Warning::TooLateToHold { .. }));
    warns(
        |a| {
            a.conditions = signature(INSPECTOR);
            a.conditions.facts.facts[4] = Some(Fact::Before { moment: at(1) })
        },
        |one| *one == Warning::UnusedFact { place: 4 },
    );
}

fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_raw(moment.raw() - 1)
}

#[test]
fn a_tight_expiry_is_told_with_the_day_that_would_do() {
    let mut agreement = agreement();
    agreement.terms.latest_shipment = at(50);
    let file = TermsFile::of(agreement, None);
    let tight = file.warnings(at(0)).into_iter().find(|one| matches!(one, Warning::TightExpiry { .. })).unwrap();
    // Shipped on the last day, presented within 21 days: day 71 is a Tuesday.
    assert_eq!(tight, Warning::TightExpiry { left: 10, period: days(21), better: "Tuesday 2024-01-23".to_owned() });
}

#[test]
fn an_examination_that_holidays_cut_short_is_told() {
    let mut agreement = agreement();
    // A fortnight of holidays, from the third Monday on.
    agreement.calendar.holidays[2] = 0b1110_0000;
    agreement.calendar.holidays[1] = 0xff;
    let warnings = TermsFile::of(agreement, None).warnings(at(0));
    let cut = warnings.iter().find(|one| matches!(one, Warning::CutExamination { .. }));
    assert!(cut.is_some(), "{warnings:?}");
    agreement.terms.examination.limit = days(30);
    let warnings = TermsFile::of(agreement, None).warnings(at(0));
    assert!(!warnings.iter().any(|one| matches!(one, Warning::CutExamination { .. })), "{warnings:?}");
}

#[test]
fn one_party_that_must_sign_is_a_soft_clause_and_the_seller_is_not() {
    let warnings = template(Template::SightWithTitle).warnings(NOW);
    let soft = |warning: &Warning| {
        if let Warning::SoftClause { documents, .. } = warning {
            Some(documents.join(" and "))
        } else {
            None
        }
    };
    let soft: Vec<String> = warnings.iter().filter_map(soft).collect();
    assert_eq!(soft, ["bill of lading", "certificate of inspection", "certificate of origin"]);
    let others = warnings.iter().filter(|one| !matches!(one, Warning::SoftClause { .. })).count();
    assert_eq!(others, 0, "{warnings:?}");
}

#[test]
fn advice_about_milestones_names_those_that_are_lost() {
    let warnings = template(Template::Milestones).warnings(NOW);
    let texts: Vec<String> = warnings.iter().map(Warning::to_string).collect();
    let engineer =
        "can sign \"design approved\" and \"handover record\", and without them the milestones \"design\" and \
                    \"handover\" are worth nothing to the seller";
    assert!(texts.iter().any(|text| text.contains(engineer)), "{texts:?}");
}

#[test]
fn a_way_beside_it_makes_a_signature_soft_no_more() {
    let text = "any = [{ signature = \"inspector\" }, { signature = \"engineer\" }]";
    let warnings = parse(&with_conditions(text)).unwrap().warnings(NOW);
    assert!(!warnings.iter().any(|one| matches!(one, Warning::SoftSignature { .. })), "{warnings:?}");
}

#[test]
fn what_no_file_can_say_is_not_written() {
    let mut weekend = agreement();
    weekend.calendar.weekend = 0x80;
    assert_eq!(TermsFile::of(weekend, None).to_text(&NoNames), Err(UnwritableError::Weekend));
    for nodes in
        [vec![None, Some(Node::Fact(0))], vec![Some(Node::All(2))], vec![Some(Node::Fact(0)), Some(Node::Fact(0))]]
    {
        let mut shapeless = agreement();
        for (slot, node) in shapeless.conditions.tree.nodes.iter_mut().zip(nodes) {
            *slot = node;
        }
        let error = TermsFile::of(shapeless, None).to_text(&NoNames);
        assert!(matches!(error, Err(UnwritableError::Conditions(_))), "{error:?}");
    }
}

/// What a change of an agreement looks like.
fn shown(agreement: &Agreement, change: impl FnOnce(&mut Agreement)) -> Vec<String> {
    let mut changed = *agreement;
    change(&mut changed);
    changes(agreement, &changed).unwrap().iter().map(Change::to_string).collect()
}

#[test]
fn what_is_swapped_in_a_list_shows() {
    let mut agreement = agreement();
    by_milestones(&mut agreement);
    let swapped = shown(&agreement, |changed| {
        let [first, second, ..] = &mut changed.checklist.milestones;
        let (first, second) = (first.as_mut().unwrap(), second.as_mut().unwrap());
        core::mem::swap(&mut first.amount, &mut second.amount);
    });
    assert_eq!(swapped, ["milestones[0].amount: \"200\" -> \"500\"", "milestones[1].amount: \"500\" -> \"200\""]);
    let swapped = shown(&agreement, |changed| {
        let [_, second, third, ..] = &mut changed.checklist.documents;
        let (second, third) = (second.as_mut().unwrap(), third.as_mut().unwrap());
        core::mem::swap(&mut second.issuer, &mut third.issuer);
    });
    let [carrier, inspector] = [CARRIER, INSPECTOR].map(|issuer| florin_trader::hash::format(&issuer));
    assert_eq!(
        swapped,
        [
            format!("documents[1].issuer: \"{carrier}\" -> \"{inspector}\""),
            format!("documents[2].issuer: \"{inspector}\" -> \"{carrier}\""),
        ]
    );
    let swapped = shown(&agreement, |changed| changed.checklist.documents.swap(1, 2));
    assert_eq!(swapped.len(), 4, "kind and issuer of both: {swapped:?}");
    assert!(shown(&agreement, |_| {}).is_empty());
}

#[test]
fn what_is_added_and_taken_out_shows_in_its_place() {
    let mut agreement = agreement();
    by_milestones(&mut agreement);
    let added = shown(&agreement, |changed| {
        changed.checklist.documents[5] = Some(RequiredDocument { kind: DocumentKind::Origin, issuer: INSPECTOR });
        changed.checklist.milestones[0].as_mut().unwrap().documents |= 1 << 5;
    });
    let issuer = florin_trader::hash::format(&INSPECTOR);
    assert_eq!(
        added,
        [
            "milestones[0].documents: \"#5\" is new".to_owned(),
            "documents[5].kind: \"origin\" is new".to_owned(),
            format!("documents[5].issuer: \"{issuer}\" is new"),
        ]
    );
    // The others keep their places.
    let removed = shown(&agreement, |changed| changed.checklist.documents[0] = None);
    assert_eq!(removed.len(), 2, "{removed:?}");
    assert!(removed.iter().all(|line| line.starts_with("documents[0].") && line.ends_with(" is taken out")));
}

#[test]
fn a_date_that_means_another_moment_shows() {
    let agreement = agreement();
    let moved = |calendar: &mut Calendar| calendar.offset_minutes = 480;
    let eight_hours = |moment: Timestamp| Timestamp::from_raw(moment.raw() - 8 * 3_600);
    let same_moment = shown(&agreement, |changed| moved(&mut changed.calendar));
    assert_eq!(same_moment, ["calendar.offset: \"+00:00\" -> \"+08:00\""]);
    // Both files have the same date, each in the time of its own place.
    let same_date = shown(&agreement, |changed| {
        moved(&mut changed.calendar);
        changed.terms.expiry = eight_hours(agreement.terms.expiry);
    });
    assert_eq!(same_date.len(), 2, "{same_date:?}");
    assert!(same_date[0].starts_with("credit.expiry: "), "{same_date:?}");
}

fn address() -> impl Strategy<Value = Address> {
    prop_oneof![any::<[u8; 20]>(), (0u8..4).prop_map(|byte| [byte; 20])].boxed()
}

/// Moments of which some are edges of days.
fn moment() -> impl Strategy<Value = Timestamp> {
    let near =
        (0u64..4_000_000_000, -1i64..=1).prop_map(|(second, step)| (second / DAY * DAY).saturating_add_signed(step));
    let half_hour = (0u64..2_000_000).prop_map(|count| count * 1_800);
    prop_oneof![any::<u64>(), 0u64..4_000_000_000, near, half_hour].prop_map(Timestamp::from_raw).boxed()
}

fn span() -> impl Strategy<Value = Seconds> {
    prop_oneof![any::<u64>(), (0u64..400).prop_map(|days| days * DAY)].prop_map(Seconds::from_raw).boxed()
}

fn money() -> impl Strategy<Value = Amount> {
    prop_oneof![any::<u128>(), 0u128..10_000_000].prop_map(Amount::from_raw).boxed()
}

fn share() -> impl Strategy<Value = Bps> {
    any::<u32>().prop_map(Bps::from_raw)
}

fn kind() -> impl Strategy<Value = DocumentKind> {
    prop::sample::select(all::<DocumentKind>())
}

fn checklists() -> impl Strategy<Value = Checklist> {
    let document = (kind(), address()).prop_map(|(kind, issuer)| RequiredDocument { kind, issuer });
    let milestone = (money(), any::<u8>()).prop_map(|(amount, documents)| Milestone { amount, documents });
    let documents = prop::array::uniform8(prop::option::of(document));
    (documents, prop::array::uniform8(prop::option::of(milestone)))
        .prop_map(|(documents, milestones)| Checklist { documents, milestones })
}

fn fact() -> impl Strategy<Value = Fact> {
    let comparison = prop_oneof![Just(Comparison::AtLeast), Just(Comparison::AtMost)];
    let state = prop::sample::select(all::<TitleFact>());
    prop_oneof![
        address().prop_map(|by| Fact::Signature { by }),
        (any::<u8>(), any::<u8>()).prop_map(|(documents, threshold)| Fact::Attestors { documents, threshold }),
        any::<u8>().prop_map(|place| Fact::Document { place }),
        moment().prop_map(|moment| Fact::After { moment }),
        moment().prop_map(|moment| Fact::Before { moment }),
        any::<[u8; 32]>().prop_map(|hash| Fact::Preimage { hash }),
        (any::<u32>(), comparison, any::<u128>(), span())
            .prop_map(|(feed, comparison, value, maximum_age)| Fact::Oracle { feed, comparison, value, maximum_age }),
        (any::<[u8; 32]>(), state).prop_map(|(document, state)| Fact::Title { document, state }),
    ]
}

/// An expression in a list: facts, and groups over what stands before them.
fn tree(facts: u8) -> impl Strategy<Value = Vec<Node>> {
    let leaf = (0..facts.max(1)).prop_map(|fact| vec![Node::Fact(fact)]).boxed();
    leaf.prop_recursive(4, MAXIMUM_NODES as u32, 4, |inner| {
        (prop::collection::vec(inner, 0..4), 0u8..4, 0u8..3).prop_map(|(operands, threshold, kind)| {
            let of = operands.len() as u8;
            let operator = match kind {
                0 => Node::All(of),
                1 => Node::Any(of),
                _ => Node::AtLeast { threshold, of },
            };
            operands.concat().into_iter().chain([operator]).collect()
        })
    })
    .prop_filter("a list has 32 nodes at most", |nodes: &Vec<Node>| nodes.len() <= MAXIMUM_NODES)
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let facts = prop::collection::vec(prop::option::weighted(0.8, fact()), 0..=MAXIMUM_FACTS);
    let with_tree = facts.prop_flat_map(|facts| {
        let nodes = prop::option::weighted(0.8, tree(facts.len() as u8));
        (Just(facts), nodes, address(), address(), address())
    });
    with_tree.prop_map(|(given, nodes, oracle, titles, title_issuer)| {
        let mut tree = Tree::default();
        for (slot, node) in tree.nodes.iter_mut().zip(nodes.unwrap_or_default()) {
            *slot = Some(node);
        }
        let mut facts = Facts { oracle, titles, title_issuer, ..Facts::default() };
        facts.facts[..given.len()].copy_from_slice(&given);
        Conditions { tree, facts }
    })
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let first_day = prop_oneof![any::<u32>(), 10_000u32..30_000, 2_930_000u32..2_933_000];
    let holidays = prop_oneof![
        Just(vec![0; HOLIDAY_BYTES]),
        prop::collection::vec(any::<u8>(), HOLIDAY_BYTES),
        prop::collection::vec(prop_oneof![9 => Just(0u8), 1 => any::<u8>()], HOLIDAY_BYTES),
    ];
    let offset = prop_oneof![any::<i16>(), (-28i16..=28).prop_map(|halves| halves * 30)];
    (0u8..128, offset, first_day, holidays).prop_map(|(weekend, offset_minutes, first_day, holidays)| Calendar {
        weekend,
        offset_minutes,
        first_day,
        holidays: holidays.try_into().unwrap(),
    })
}

prop_compose! {
    fn any_terms()(
        (applicant, beneficiary, confirmer) in (address(), address(), prop::option::of(address())),
        (token, decimals) in (address(), prop_oneof![any::<u8>(), 0u8..=24]),
        (amount, tip) in (money(), money()),
        (more, less, default_split, maximum_fee) in (share(), share(), share(), share()),
        partial_drawings in any::<bool>(),
        usance in prop::option::of((span(), share())),
        (latest_shipment, expiry) in (moment(), moment()),
        (presentation_period, limit, response) in (span(), span(), span()),
        working_days in any::<u8>(),
        retention in prop::option::of((share(), moment())),
        (title, compliance) in (prop::option::of(address()), prop::option::of(address())),
        details in any::<[u8; 32]>(),
    ) -> Terms {
        Terms {
            applicant, beneficiary, confirmer,
            asset: Asset { token, decimals },
            amount,
            tolerance: Tolerance { more, less },
            partial_drawings,
            payment: usance.map_or(Payment::Sight, |(tenor, sight_share)| Payment::Usance { tenor, sight_share }),
            latest_shipment, expiry, presentation_period,
            examination: Examination { working_days, limit },
            response,
            retention: retention.map(|(share, until)| Retention { share, until }),
            default_split, maximum_fee, tip, title, compliance, details,
        }
    }
}

prop_compose! {
    fn any_rules()(
        (arbitration, fallback, pool) in (address(), address(), any::<u32>()),
        (panel, offers) in (any::<u8>(), any::<u8>()),
        spans in prop::array::uniform5(span()),
        amounts in prop::array::uniform5(money()),
    ) -> DisputeTerms {
        let [offer_window, panel_window, appeal_window, appeal_panel_window, fallback_window] = spans;
        let [bond, fee, appeal_bond, appeal_fee, reserve] = amounts;
        DisputeTerms {
            arbitration, fallback, pool, panel, offers,
            offer_window, panel_window, appeal_window, appeal_panel_window, fallback_window,
            bond, fee, appeal_bond, appeal_fee, reserve,
        }
    }
}

fn agreements() -> impl Strategy<Value = Agreement> {
    // Boxed, since strategies within strategies fill the stack of a test.
    let parts =
        (any_terms().boxed(), checklists().boxed(), any_rules().boxed(), conditions().boxed(), calendar().boxed());
    parts
        .prop_map(|(terms, checklist, dispute, conditions, calendar)| Agreement {
            terms,
            checklist,
            dispute,
            conditions,
            calendar,
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the contract could hold, also what it would never take.
    #[test]
    fn any_agreement_that_is_written_is_read_as_the_same_agreement(
        agreement in agreements(),
        symbol in prop::option::of("[A-Za-z0-9$ ₮]{0,6}"),
    ) {
        let file = TermsFile::of(agreement, symbol.map(|symbol| symbol.trim().to_owned()));
        let text = file.to_text(&Book).unwrap();
        let again = match TermsFile::parse(&text, Path::new("."), &NoNames) {
            Ok(again) => again,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        prop_assert_eq!(&again.agreement, &file.agreement, "{}", text);
        prop_assert_eq!(again.hash(), file.hash());
        prop_assert_eq!(again.to_text(&Book).unwrap(), text);
    }

    /// No text makes the reader fail in any other way than by saying what is wrong.
    #[test]
    fn any_damage_to_a_file_is_told(place in 0usize..4_000, with in "[ -~\n]{0,3}", length in 0usize..20) {
        for one in Template::ALL {
            let text = one.text();
            let from = (0..=place % text.len()).rev().find(|place| text.is_char_boundary(*place)).unwrap();
            let until = (from + length..=text.len()).find(|place| text.is_char_boundary(*place)).unwrap_or(text.len());
            let damaged = format!("{}{with}{}", &text[..from], &text[until..]);
            match TermsFile::parse(&damaged, Path::new("."), &Book) {
                Ok(file) => {
                    let _ = file.check(NOW).map_err(|complaint| is_readable(&complaint.to_string()));
                    let _ = file.warnings(NOW).iter().map(Warning::to_string).count();
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    /// Whichever part of an agreement is another one, it shows, and nothing else does.
    #[test]
    fn any_change_of_an_agreement_shows(agreement in agreements(), other in agreements(), part in 0usize..5) {
        let mut changed = agreement;
        match part {
            0 => changed.terms = Terms { default_split: agreement.terms.default_split, ..other.terms },
            1 => changed.checklist = other.checklist,
            2 => changed.dispute = other.dispute,
            3 => changed.conditions = other.conditions,
            _ => changed.calendar = other.calendar,
        }
        // Amounts are told in whole units of the asset, which no amendment changes.
        changed.terms.asset = agreement.terms.asset;
        let found = changes(&agreement, &changed).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(found.is_empty(), changed == agreement);
        let tables: [&[&str]; 5] =
            [&["parties", "credit"], &["documents", "milestones"], &["disputes"], &["conditions"], &["calendar"]];
        for change in found {
            prop_assert!(tables[part].iter().any(|table| change.key.starts_with(table)), "{}", change);
        }
    }

    /// Advice and explanations never fail, whatever the terms are.
    #[test]
    fn any_agreement_can_be_judged(agreement in agreements(), now in 0u64..5_000_000_000) {
        let file = TermsFile::of(agreement, None);
        let now = Timestamp::from_raw(now);
        if let Err(complaint) = file.check(now) {
            prop_assert!(!complaint.to_string().is_empty());
        }
        for warning in file.warnings(now) {
            prop_assert!(warning.to_string().starts_with('`'));
        }
    }
}
