//! `florin escrow sign` and `decline`: in a file that goes from hand to hand, or on the chain.

use std::path::Path;

use florin_bindings::escrow;
use florin_client::chain::Address;
use florin_trade::{Command, EscrowId};
use florin_trader::{
    hash,
    signatures::{Signatures, Subject as Matter},
    terms_file::{changes, Change, TermsFile},
};
use serde_json::{json, Value};

use super::{
    consent::divided,
    subject::{venue, Subject, ESCROW},
    terms::{check_hash, in_full},
};
use crate::{
    error::CliError,
    output::Answer,
    record::Record,
    session::Session,
    wallet::{Signed, WalletArguments, WalletError},
    words::{trade::Aliases, Names},
};

/// `florin escrow sign`.
pub(super) async fn sign(
    session: &Session,
    what: &str,
    terms: Option<&Path>,
    wallet: &WalletArguments,
) -> Result<Answer, CliError> {
    match what.parse::<EscrowId>() {
        Ok(_) if wallet.is_elsewhere() => Err(WalletError::OnChain.into()),
        Ok(id) => on_chain(session, id, terms).await,
        Err(_) => in_file(session, Path::new(what), terms, wallet).await,
    }
}

async fn on_chain(session: &Session, id: EscrowId, terms: Option<&Path>) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let agreement = subject.escrow().agreement;
    if let Some(path) = terms {
        let meant = TermsFile::read(path, &Aliases::new(session))?;
        check_hash(path, &meant.hash(), &agreement)?;
    }
    let me = session.settings.signer()?.account().to_address();
    let (_, then) = subject.foresee(session, &Command::Sign { agreement }, me)?;
    let preview = subject.preview().and(in_full(session, subject.contract, &subject.file()).await?).and(then);
    let offered = subject.offer(session, &escrow::sign(id, agreement), "Sign a credit", preview).await?;
    subject.moved(offered, "Signed")
}

/// `florin escrow decline`.
pub(super) async fn decline(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let me = session.settings.signer()?.account().to_address();
    let (_, then) = subject.foresee(session, &Command::Decline, me)?;
    let preview = subject.preview().and(then);
    let offered = subject.offer(session, &escrow::decline(id), "Decline a credit", preview).await?;
    subject.moved(offered, "Declined")
}

/// Signs what a file holds; nothing is sent.
async fn in_file(
    session: &Session,
    path: &Path,
    terms: Option<&Path>,
    wallet: &WalletArguments,
) -> Result<Answer, CliError> {
    let mut signatures = Signatures::read(path)?;
    let contract = session.contract(ESCROW).await?;
    check_venue(session, contract, &signatures, path).await?;
    let now = session.now().await?;
    signatures.check_deadline(now)?;
    if let Some(meant) = terms {
        let file = TermsFile::read(meant, &Aliases::new(session))?;
        check_hash(path, &signatures.agreement().hash(florin_trader::keccak), &file.hash())?;
    }
    let signatory = wallet.signatory(session)?;
    let me = signatory.address;
    // Whoever is not asked is told before anything is shown.
    let data = signatures.typed_data_for(&me.0)?;
    let names = Names::new(session.book().ok().as_ref());
    let preview = matter(session, contract, &signatures)
        .await?
        .person("signer", "you sign as", &me, &names)
        .and(gathered(&signatures, path, &names));
    let signature = match wallet.sign(session, &signatory, &data, "Sign", &preview)? {
        Signed::Shown(answer) => return Ok(answer),
        Signed::By(signature) => signature,
    };
    signatures.add(me.0, &signature, now)?;
    signatures.write(path)?;
    let facts = gathered(&signatures, path, &names);
    Ok(Answer::new(facts.to_json(), format!("Signed\n{}", facts.to_text())))
}

/// What is signed in a file, in full.
async fn matter(session: &Session, contract: Address, signatures: &Signatures) -> Result<Record, CliError> {
    let names = Names::new(session.book().ok().as_ref());
    let agreement = signatures.agreement();
    let asset = agreement.terms.asset;
    let token = Address::from(asset.token);
    let unit = crate::erc20::unit(session, &token, asset.decimals).await?;
    let file = TermsFile::of(*agreement, Some(unit.symbol.clone()));
    Ok(match *signatures.subject() {
        Matter::Terms => {
            Record::new().text("kind", "you sign", "terms of a credit").and(in_full(session, contract, &file).await?)
        }
        Matter::Amendment { escrow, .. } => {
            let subject = Subject::load(session, escrow).await?;
            let changes = changes(subject.agreement(), agreement)?;
            Record::new()
                .text("kind", "you sign", "an amendment")
                .number("escrow", "credit", escrow)
                .and(in_full(session, contract, &file).await?)
                .and(told_changes(&changes, &names))
        }
        // Nothing can be drawn after it, so of the terms nothing is left but the agreement that it names.
        Matter::Division { escrow, division, .. } => Record::new()
            .text("kind", "you sign", "a division, after which nothing can be drawn")
            .number("escrow", "credit", escrow)
            .text("agreement", "agreement", hash::format(&agreement.hash(florin_trader::keccak)))
            .person("applicant", "applicant", &agreement.terms.applicant.into(), &names)
            .person("beneficiary", "beneficiary", &agreement.terms.beneficiary.into(), &names)
            .asset("asset", "asset", &token, &unit, &names)
            .and(divided(&division, &unit)),
    })
}

/// Changes of an agreement as facts: key, old and new value for people, and what goes and what comes for programs.
pub(super) fn told_changes(changes: &[Change], names: &Names) -> Record {
    let shown: Vec<String> = changes.iter().map(|change| names.annotate(&change.to_string())).collect();
    let lines: Vec<String> = changes.iter().flat_map(Change::lines).collect();
    let list: Vec<Value> = changes
        .iter()
        .map(|change| json!({ "key": change.key, "before": change.before, "after": change.after }))
        .collect();
    Record::new().lines("changes", "change", &shown, json!(lines)).hidden("changed", json!(list))
}

/// Who has signed in a file, who has not, and until when it counts.
pub(super) fn gathered(signatures: &Signatures, path: &Path, names: &Names) -> Record {
    let shown = |accounts: &[[u8; 20]]| match accounts {
        [] => "nobody".to_owned(),
        some => some.iter().map(|account| names.short(&(*account).into())).collect::<Vec<_>>().join(", "),
    };
    let list = |accounts: &[[u8; 20]]| Value::from(accounts.iter().map(|one| hash::format(one)).collect::<Vec<_>>());
    let signed: Vec<[u8; 20]> = signatures.signed().into_iter().map(|(signer, _)| signer).collect();
    let missing = signatures.missing();
    Record::new()
        .text("file", "file", path.display().to_string())
        .text("subject", "hash that is signed", hash::format(&signatures.subject_hash()))
        .value("signed_by", "signed by", shown(&signed), list(&signed))
        .value("missing", "still to sign", shown(&missing), list(&missing))
        .moment("deadline", "counts until", signatures.deadline().raw())
        .flag("complete", "complete", signatures.is_complete())
}

/// Checks that signatures count at this contract on this chain.
///
/// # Errors
/// [`CliError::OtherFile`]; those of the chain.
pub(super) async fn check_venue(
    session: &Session,
    contract: Address,
    signatures: &Signatures,
    path: &Path,
) -> Result<(), CliError> {
    let here = venue(session, contract).await?;
    let there = signatures.venue();
    if *there == here {
        return Ok(());
    }
    let place =
        |contract: &[u8; 20], chain: &[u8; 32]| format!("{} on chain {}", hash::format(contract), hash::format(chain));
    Err(CliError::OtherFile {
        path: path.to_owned(),
        found: place(&there.contract, &there.chain_id),
        expected: place(&here.contract, &here.chain_id),
    })
}

/// Checks that a file is of the kind that is meant.
///
/// # Errors
/// [`CliError::OtherFile`].
pub(super) fn check_matter(path: &Path, is_meant: bool, expected: &str) -> Result<(), CliError> {
    if is_meant {
        return Ok(());
    }
    let found = "something else".to_owned();
    Err(CliError::OtherFile { path: path.to_owned(), found, expected: expected.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_by_their_keys() {
        let change = |before: Option<&str>, after: Option<&str>| Change {
            key: "milestones[1].amount".to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let changes = [change(Some("\"2000\""), Some("\"18000\"")), change(None, Some("\"1\""))];
        let record = told_changes(&changes, &Names::new(None));
        let text = record.to_text();
        assert!(text.contains("milestones[1].amount: \"2000\" -> \"18000\""), "{text}");
        let json = record.to_json();
        let lines = [
            "- milestones[1].amount = \"2000\"",
            "+ milestones[1].amount = \"18000\"",
            "+ milestones[1].amount = \"1\"",
        ];
        assert_eq!(json["changes"], json!(lines));
        assert_eq!(json["changed"][1], json!({ "key": "milestones[1].amount", "before": null, "after": "\"1\"" }));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        assert!(check_matter(Path::new("x"), true, "a division").is_ok());
        let error = check_matter(Path::new("x"), false, "a division").expect_err("another kind");
        assert!(error.to_string().contains("a division is meant"), "{error}");
    }
}
