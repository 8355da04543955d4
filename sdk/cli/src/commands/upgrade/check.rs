//! `florin upgrade check`: whether a successor may be voted for.

use florin_client::{
    address_book::AddressBook,
    bundle::Bundles,
    chain::Address,
    contract::VerifyError,
    upgrade::{self, Finding, Succession, IMPORTER, NEXT, VAULTS},
};
use florin_governance::migration::Standing;
use serde_json::{json, Value};

use super::{layout_words, same_layout};
use crate::{
    error::CliError, exit::Exit, moment, output::Answer, record::Record, refusal::code_of, session::Session,
    words::Names,
};

/// What was found about a successor.
pub(super) struct Check {
    facts: Record,
    findings: Vec<Found>,
}

/// Something that is not as it should be, or not as one might think.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    code: String,
    text: String,
    /// Whether it speaks against a vote for the successor.
    counts: bool,
}

impl Check {
    /// Looks at the chain and at the build.
    ///
    /// # Errors
    /// Those of the chain and of the bundles.
    pub(super) async fn make(
        session: &Session,
        book: &AddressBook,
        succession: &Succession,
        layout_changed: bool,
    ) -> Result<Self, CliError> {
        let bundles = Bundles::find();
        let build = bundles.load(VAULTS)?;
        let layout = book.contracts.get(VAULTS).and_then(|deployed| deployed.layout);
        let findings = upgrade::findings(&session.client, &bundles, succession, layout).await?;
        let names = Names::new(Some(book));
        let findings = findings.iter().map(|finding| Found::new(finding, succession, &names, layout_changed)).collect();
        let same = same_layout(layout, build.layout_hash());
        let facts = Record::new()
            .address("predecessor", "predecessor", &succession.predecessor)
            .address("successor", "successor", &succession.successor)
            .address("importer", "copied by", &succession.importer)
            .text("code_hash", "code of this build", format!("{:?}", build.code_hash))
            .value("same_layout", "layout of records", layout_words(same), json!(same));
        Ok(Self { facts, findings })
    }

    /// [`Exit::Finding`] where something speaks against it.
    pub(super) fn exit(&self) -> Exit {
        match self.findings.iter().any(|found| found.counts) {
            true => Exit::Finding,
            false => Exit::Success,
        }
    }

    /// What was found, a line each.
    pub(super) fn answer(&self) -> Answer {
        let is_sound = self.exit() == Exit::Success;
        let facts = self.facts.clone().flag("sound", "may be voted for", is_sound);
        let mut text = facts.to_text();
        for Found { text: line, counts, .. } in &self.findings {
            let what = if *counts { "found" } else { "told" };
            text.push_str(&format!("{what}: {line}\n"));
        }
        let findings: Vec<Value> = self.findings.iter().map(Found::to_json).collect();
        Answer::new(facts.hidden("findings", Value::Array(findings)).to_json(), text)
    }
}

impl Found {
    fn new(finding: &Finding, succession: &Succession, names: &Names, layout_changed: bool) -> Self {
        let is_meant = layout_changed && matches!(finding, Finding::OtherLayout { .. });
        Self { code: code_of(finding), text: said(finding, succession, names), counts: !is_meant }
    }

    fn to_json(&self) -> Value {
        json!({ "code": self.code, "text": self.text, "counts": self.counts })
    }
}

/// A finding in plain words.
fn said(finding: &Finding, succession: &Succession, names: &Names) -> String {
    match finding {
        Finding::OtherCode { contract, cause: VerifyError::OtherCode { contract: address, expected, actual } } => {
            format!("{contract} at {address:?} runs code {actual:?}, that of this build is {expected:?}")
        }
        Finding::OtherCode { contract, cause: VerifyError::NoContract { contract: address } } => {
            format!("there is no contract at {address:?}, where {contract} should be")
        }
        Finding::OtherCode { contract, cause } => format!("the code of {contract} cannot be looked at: {cause}"),
        Finding::OtherStanding { standing, predecessor, importer } => {
            let mut wrong: Vec<String> = other_standing(standing, names).into_iter().collect();
            if *predecessor != succession.predecessor {
                wrong.push(format!("follows {} and not {VAULTS}", somebody(predecessor, names)));
            }
            if *importer != succession.importer {
                wrong.push(format!("copies by the code of {} and not of {IMPORTER}", somebody(importer, names)));
            }
            format!("{NEXT} {}", wrong.join(", and "))
        }
        Finding::OtherSuite { token, oracle } => format!(
            "{NEXT} has {} as its coin and {} as its oracle; {VAULTS} has another",
            names.show(token),
            names.show(oracle)
        ),
        Finding::OtherGovernor { governor, pending } => {
            let mut text = format!("{NEXT} is governed by {}", names.show(governor));
            if *governor != succession.governor {
                text.push_str(" and not by the governor contract");
            }
            if *pending != Address::zero() {
                text.push_str(&format!(", and {} may take over as its governor", names.show(pending)));
            }
            text
        }
        Finding::OtherGuardian { expected, actual } => {
            let (expected, actual) = (guardian(expected, names), guardian(actual, names));
            format!("the guardian of {VAULTS} is {expected}, that of {NEXT} is {actual}")
        }
        Finding::OtherLayout { expected, actual } => format!(
            "{NEXT} stores records in another shape (layout {actual:?}) than {VAULTS} (layout {expected:?}); where that is \
             meant, read the importer and give --layout-changed"
        ),
        Finding::OtherRecord { record } => format!("{record} was copied, and is not what {VAULTS} has"),
    }
}

/// What is wrong with where a successor stands; none where it waits to take over.
fn other_standing(standing: &Standing, names: &Names) -> Option<String> {
    match standing {
        Standing::Live => Some("works already".to_owned()),
        Standing::Leaving { successor, .. } => {
            Some(format!("stands still itself for {}", names.show(&Address::from(*successor))))
        }
        Standing::Gone { successor } => Some(format!("has left to {} itself", names.show(&Address::from(*successor)))),
        Standing::Arriving { .. } => None,
    }
}

fn somebody(who: &Address, names: &Names) -> String {
    match *who == Address::zero() {
        true => "nobody".to_owned(),
        false => names.show(who),
    }
}

fn guardian((who, until): &(Address, u64), names: &Names) -> String {
    match *who == Address::zero() {
        true => "nobody".to_owned(),
        false => format!("{} until {}", names.show(who), moment::format(*until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::chain::Hash;

    fn succession() -> Succession {
        let [token, oracle, governor, predecessor, successor, importer] = [1, 2, 3, 4, 5, 6].map(Address::repeat_byte);
        Succession { token, oracle, governor, predecessor, successor, importer }
    }

    fn found(finding: &Finding, layout_changed: bool) -> Found {
        Found::new(finding, &succession(), &Names::new(None), layout_changed)
    }

    fn check(findings: Vec<Found>) -> Check {
        Check { facts: Record::new(), findings }
    }

    #[test]
    fn findings_are_told_in_words() {
        let (it, stranger) = (succession(), Address::repeat_byte(9));
        let arriving = Standing::Arriving { window: 0 };
        let standing = |standing, predecessor, importer| Finding::OtherStanding { standing, predecessor, importer };
        let code = VerifyError::OtherCode {
            contract: it.successor,
            expected: Hash::repeat_byte(1),
            actual: Hash::repeat_byte(2),
        };
        let none = VerifyError::NoContract { contract: it.importer };
        for (finding, parts) in [
            (Finding::OtherCode { contract: NEXT, cause: code }, ["vaults_next at 0x0505", "0x0202"]),
            (Finding::OtherCode { contract: IMPORTER, cause: none }, ["no contract at 0x0606", "vaults_importer"]),
            (standing(Standing::Live, it.predecessor, it.importer), ["vaults_next works already", "already"]),
            (standing(arriving, stranger, it.importer), ["follows 0x0909", "not vaults"]),
            (
                standing(Standing::Live, stranger, stranger),
                ["works already, and follows", ", and copies by the code of"],
            ),
            (Finding::OtherSuite { token: stranger, oracle: it.oracle }, ["0x0909", "its oracle"]),
            (
                Finding::OtherGovernor { governor: stranger, pending: Address::zero() },
                ["0x0909", "not by the governor"],
            ),
            (Finding::OtherGovernor { governor: it.governor, pending: stranger }, ["0x0303", "0x0909"]),
            (
                Finding::OtherGuardian { expected: (stranger, 86_400), actual: (Address::zero(), 0) },
                ["until 1970-01-02", "nobody"],
            ),
            (Finding::OtherRecord { record: "auction 3".to_owned() }, ["auction 3", "not what vaults has"]),
        ] {
            let found = found(&finding, true);
            for part in parts {
                assert!(found.text.contains(part), "{part}: {}", found.text);
            }
            assert!(found.counts && !found.text.contains('\n'), "{}", found.text);
        }
        let right = Finding::OtherGovernor { governor: it.governor, pending: stranger };
        assert!(!found(&right, false).text.contains("and not by"));
    }

    #[test]
    fn a_layout_that_is_meant_is_told_and_does_not_count() {
        let layout = Finding::OtherLayout { expected: Hash::repeat_byte(1), actual: Hash::repeat_byte(2) };
        let (meant, not_meant) = (check(vec![found(&layout, true)]), check(vec![found(&layout, false)]));
        assert_eq!((meant.exit(), not_meant.exit()), (Exit::Success, Exit::Finding));
        assert!(meant.answer().text.contains("told: ") && not_meant.answer().text.contains("found: "));
        let told = meant.answer().data;
        assert_eq!((&told["sound"], &told["findings"][0]["code"]), (&json!(true), &json!("OTHER_LAYOUT")));
        assert_eq!(check(Vec::new()).exit(), Exit::Success);
    }
}
