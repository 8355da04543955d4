//! `florin escrow sign` and `decline`: in a file that goes from hand to hand, or on the chain.

use std::path::Path;

use florin_bindings::escrow;
use florin_client::chain::Address;
use florin_trade::{terms::Agreement, Command, EscrowId};
use florin_trader::{
    hash,
    signatures::{Signatures, Subject as Matter},
    terms_file::TermsFile,
};
use serde_json::{json, Value};

use super::{
    consent::divided,
    subject::{venue, Subject, ESCROW},
    terms::{agreed, check_hash},
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
    let preview = subject.preview().and(agreed(subject.agreement(), &subject.unit, &subject.names)).and(then);
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
    let preview = matter(session, &signatures).await?.person("signer", "you sign as", &me, &names).and(gathered(
        &signatures,
        path,
        &names,
    ));
    let signature = match wallet.sign(session, &signatory, &data, "Sign", &preview)? {
        Signed::Shown(answer) => return Ok(answer),
        Signed::By(signature) => signature,
    };
    signatures.add(me.0, &signature, now)?;
    signatures.write(path)?;
    let facts = gathered(&signatures, path, &names);
    Ok(Answer::new(facts.to_json(), format!("Signed\n{}", facts.to_text())))
}

/// What is signed in a file, in words.
async fn matter(session: &Session, signatures: &Signatures) -> Result<Record, CliError> {
    let names = Names::new(session.book().ok().as_ref());
    let agreement = signatures.agreement();
    let asset = agreement.terms.asset;
    let unit = crate::erc20::unit(session, &Address::from(asset.token), asset.decimals).await?;
    Ok(match *signatures.subject() {
        Matter::Terms => {
            Record::new().text("kind", "you sign", "terms of a credit").and(agreed(agreement, &unit, &names))
        }
        Matter::Amendment { escrow, .. } => {
            let subject = Subject::load(session, escrow).await?;
            let changes = changes(session, subject.agreement(), agreement, &unit.symbol)?;
            Record::new()
                .text("kind", "you sign", "an amendment")
                .number("escrow", "credit", escrow)
                .and(agreed(agreement, &unit, &names))
                .and(told_changes(&changes))
        }
        Matter::Division { escrow, division, .. } => Record::new()
            .text("kind", "you sign", "a division, after which nothing can be drawn")
            .number("escrow", "credit", escrow)
            .person("applicant", "applicant", &agreement.terms.applicant.into(), &names)
            .person("beneficiary", "beneficiary", &agreement.terms.beneficiary.into(), &names)
            .and(divided(&division, &unit)),
    })
}

/// Lines in which two agreements differ, as their files would have them.
///
/// # Errors
/// Terms that no file can say.
pub(super) fn changes(
    session: &Session,
    old: &Agreement,
    new: &Agreement,
    symbol: &str,
) -> Result<Vec<String>, CliError> {
    let aliases = Aliases::new(session);
    let text = |agreement: &Agreement| TermsFile::of(*agreement, Some(symbol.to_owned())).to_text(&aliases);
    Ok(difference(&text(old)?, &text(new)?))
}

/// Lines that only one of two texts has, those of the old one first. Comments say nothing.
fn difference(old: &str, new: &str) -> Vec<String> {
    fn lines(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }
    fn only<'a>(these: &[&'a str], those: &[&str]) -> Vec<&'a str> {
        let mut left = those.to_vec();
        let is_own = |line: &&&'a str| match left.iter().position(|other| other == *line) {
            // Each line of the other text stands for one of this.
            Some(place) => {
                left.remove(place);
                false
            }
            None => true,
        };
        these.iter().filter(is_own).copied().collect()
    }
    let (old, new) = (lines(old), lines(new));
    let gone = only(&old, &new).into_iter().map(|line| format!("- {line}"));
    let come = only(&new, &old).into_iter().map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

/// Changes as facts.
pub(super) fn told_changes(changes: &[String]) -> Record {
    Record::new().lines("changes", "change", changes, json!(changes))
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
    fn changes_are_lines_that_only_one_text_has() {
        let old = "# hash one\n[credit]\namount = \"1\"\ntip = \"0\"\n\n[[documents]]\n[[documents]]\n";
        let new = "# hash two\n[credit]\namount = \"2\"\ntip = \"0\"\n[[documents]]\n";
        assert_eq!(difference(old, new), ["- amount = \"1\"", "- [[documents]]", "+ amount = \"2\""]);
        assert!(difference(old, old).is_empty());
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        assert!(check_matter(Path::new("x"), true, "a division").is_ok());
        let error = check_matter(Path::new("x"), false, "a division").expect_err("another kind");
        assert!(error.to_string().contains("a division is meant"), "{error}");
    }
}
