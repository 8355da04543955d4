//! `florin escrow settle`, `mature`, `execute`, `attest` and `deliver-title`: what anybody may have done.

use std::path::{Path, PathBuf};

use florin_bindings::{
    escrow::{self, Proofs},
    oracle, title, Message,
};
use florin_client::{chain::Address, contract::CallError, error::ChainError};
use florin_trade::{
    condition::{approval_hash, Conditions, Evidence, Fact, Reading},
    drawing::{payable, Acceptance},
    terms::{Checklist, DocumentKind},
    Command, EscrowError, EscrowId, Hash,
};
use florin_trader::{hash, keccak, signing::Venue, typed_data::TypedData};
use parity_scale_codec::Decode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    subject::{events, venue},
    Subject,
};
use crate::{
    error::CliError,
    files,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::Offered,
    session::Session,
    wallet::{Signed, WalletArguments},
    words::{self, trade},
};

/// What the first key of a file with an approval says.
const FORMAT: &str = "florin approval 1";

/// `florin escrow settle`.
pub(super) async fn settle(session: &Session, id: EscrowId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let me = session.settings.signer()?.account().to_address();
    let (_, then) = subject.foresee(session, &Command::Settle, me)?;
    let preview = subject.preview().and(then);
    let offered = subject.offer(session, &escrow::settle(id), "Do what is due", preview).await?;
    subject.moved(offered, "Settled")
}

/// `florin escrow mature`.
pub(super) async fn mature(session: &Session, id: EscrowId, number: u8) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let me = session.settings.signer()?.account().to_address();
    let unknown = || subject.refused(session, &EscrowError::UnknownAcceptance { number });
    let acceptance: Acceptance = *subject.picture.acceptances.get(usize::from(number)).ok_or_else(unknown)?;
    let (_, then) = subject.foresee(session, &Command::Mature { number, acceptance }, me)?;
    let preview = subject
        .preview()
        .number("acceptance", "acceptance", number.into())
        .amount("amount", "amount", acceptance.amount.raw(), &subject.unit)
        .moment("maturity", "matures", acceptance.maturity.raw())
        .and(then);
    let offered = subject.offer(session, &escrow::mature(id, number), "Have an acceptance paid", preview).await?;
    subject.moved(offered, "Paid")
}

/// A signature that a credit may be paid, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    format: String,
    chain_id: String,
    contract: String,
    escrow: EscrowId,
    agreement: String,
    signer: Address,
    signature: String,
}

impl Approval {
    /// Reads the signature for a credit: who has signed it, and the bytes.
    fn read(path: &Path, subject: &Subject, venue: &Venue) -> Result<(Address, Vec<u8>), CliError> {
        let approval: Self = files::parse(path, &files::read(path)?)?;
        approval.check(path, subject.id(), &subject.escrow().agreement, venue)
    }

    fn check(
        self,
        path: &Path,
        escrow: EscrowId,
        agreement: &Hash,
        venue: &Venue,
    ) -> Result<(Address, Vec<u8>), CliError> {
        let unusable = |cause: &str| CliError::File { path: path.to_owned(), cause: cause.to_owned() };
        if self.format != FORMAT {
            return Err(unusable("it holds no approval; florin escrow attest writes one"));
        }
        let told = |escrow: EscrowId, agreement: &str, contract: &str| {
            format!("credit {escrow} by the agreement {agreement} at {contract}")
        };
        let (hash, contract) = (hash::format(agreement), hash::format(&venue.contract));
        let is_here = self.chain_id == hash::format(&venue.chain_id) && self.contract == contract;
        if !is_here || self.escrow != escrow || self.agreement != hash {
            return Err(CliError::OtherFile {
                path: path.to_owned(),
                found: told(self.escrow, &self.agreement, &self.contract),
                expected: told(escrow, &hash, &contract),
            });
        }
        let bytes = self.signature.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        Ok((self.signer, bytes.ok_or_else(|| unusable("the signature is not hexadecimal"))?))
    }
}

/// `florin escrow attest`.
pub(super) async fn attest(
    session: &Session,
    id: EscrowId,
    out: Option<&Path>,
    wallet: &WalletArguments,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let out = wallet.new_file(out)?;
    let signatory = wallet.signatory(session)?;
    let me = signatory.address;
    let agreement = subject.agreement();
    let is_asked = agreement.conditions.signers(&agreement.checklist).any(|asked| asked == me.0);
    let preview = subject
        .preview()
        .person("signer", "you sign as", &me, &subject.names)
        .flag("asked", "the conditions ask for it", is_asked)
        .amount("amount", "would be paid", payable(subject.terms(), subject.escrow()).raw(), &subject.unit);
    let venue = venue(session, subject.contract).await?;
    let data = TypedData::of(venue, |keccak| approval_hash(id, &subject.escrow().agreement, keccak));
    let signature = match wallet.sign(session, &signatory, &data, "Sign that the credit may be paid", &preview)? {
        Signed::Shown(answer) => return Ok(answer),
        Signed::By(signature) => signature,
    };
    let approval = Approval {
        format: FORMAT.to_owned(),
        chain_id: hash::format(&venue.chain_id),
        contract: hash::format(&venue.contract),
        escrow: id,
        agreement: hash::format(&subject.escrow().agreement),
        signer: me,
        signature: hash::format(&signature),
    };
    files::create(out, &files::json(&approval)?)?;
    let facts = Record::new().text("file", "file", out.display().to_string()).number("escrow", "credit", id).person(
        "signer",
        "signed by",
        &me,
        &subject.names,
    );
    Ok(Answer::new(facts.to_json(), format!("Signed\n{}", facts.to_text())))
}

/// `florin escrow execute`.
pub(super) async fn execute(
    session: &Session,
    id: EscrowId,
    signatures: &[PathBuf],
    preimages: &[PathBuf],
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let venue = venue(session, subject.contract).await?;
    let me = session.settings.signer()?.account().to_address();
    let agreement = subject.agreement();
    let mut proofs = Proofs { signatures: Vec::new(), preimages: Vec::new(), feeds: Vec::new(), title: None };
    for path in signatures {
        proofs.signatures.push(Approval::read(path, &subject, &venue)?);
    }
    // Whoever sends the message signs by it.
    let is_there = proofs.signatures.iter().any(|(signer, _)| *signer == me);
    if !is_there && agreement.conditions.signers(&agreement.checklist).any(|asked| asked == me.0) {
        proofs.signatures.push((me, Vec::new()));
    }
    for path in preimages {
        proofs.preimages.push(preimage(path)?);
    }
    (proofs.feeds, proofs.title) = read_for(&agreement.conditions);
    // Nobody hears a secret, the node neither, where it would gain nothing.
    let evidence = evidence(session, &agreement.conditions, &proofs).await?;
    let (conditions, checklist) = (&agreement.conditions, &agreement.checklist);
    let (_, then) = subject.foresee(session, &Command::Execute { conditions, checklist, evidence: &evidence }, me)?;
    let signers: Vec<String> = proofs.signatures.iter().map(|(signer, _)| subject.names.short(signer)).collect();
    let preview = subject
        .preview()
        .amount("amount", "paid", payable(subject.terms(), subject.escrow()).raw(), &subject.unit)
        .lines("signatures", "signed by", &signers, json!(signers))
        .number("preimages", "secrets brought", proofs.preimages.len() as u64)
        .value("feeds", "feeds read", shown(&proofs.feeds), json!(proofs.feeds))
        .optional_text("title", "title read", proofs.title.map(|title| hash::format(&title)), "none")
        .and(then);
    let offered = subject.offer(session, &escrow::execute(id, proofs), "Pay by the conditions", preview).await?;
    subject.moved(offered, "Paid")
}

/// The feeds and the title that the contract has to read. What is read for a fact that the tree does not ask for would
/// fail the message where its contract does not answer, and shows nothing.
fn read_for(conditions: &Conditions) -> (Vec<u32>, Option<Hash>) {
    let mut feeds = Vec::new();
    for feed in conditions.asked().filter_map(|fact| fact.feed()) {
        if !feeds.contains(&feed) {
            feeds.push(feed);
        }
    }
    (feeds, conditions.asked().find_map(|fact| fact.title()))
}

/// What is brought, as the rules judge it; oracle and registry are asked as the contract will ask them.
async fn evidence(session: &Session, conditions: &Conditions, proofs: &Proofs) -> Result<Evidence, CliError> {
    let mut evidence = Evidence::default();
    for (slot, (signer, _)) in evidence.signers.iter_mut().zip(&proofs.signatures) {
        *slot = Some(signer.0);
    }
    for (slot, preimage) in evidence.preimages.iter_mut().zip(&proofs.preimages) {
        *slot = Some(keccak(preimage));
    }
    for (slot, feed) in evidence.readings.iter_mut().zip(&proofs.feeds) {
        let quote = ask(session, conditions.facts.oracle.into(), &oracle::price(*feed)).await?;
        *slot = quote.map(|it| Reading { feed: *feed, value: it.price.raw(), observed_at: it.updated_at });
    }
    if let Some(document) = proofs.title {
        let message = title::title(conditions.facts.title_issuer.into(), document);
        evidence.title = ask(session, conditions.facts.titles.into(), &message).await?.flatten();
    }
    Ok(evidence)
}

/// Asks a contract that the parties have chosen; none where it does not answer as it should.
async fn ask<T: Decode, E: Decode + core::fmt::Debug>(
    session: &Session,
    contract: Address,
    message: &Message<T, E>,
) -> Result<Option<T>, CliError> {
    match session.client.read(contract, message).await {
        Ok(answer) => Ok(Some(answer)),
        Err(CallError::Chain(error)) if !matches!(error, ChainError::Dispatch { .. }) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

fn shown(numbers: &[u32]) -> String {
    match numbers {
        [] => "none".to_owned(),
        some => some.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// A preimage in a file: 32 bytes, hexadecimal.
fn preimage(path: &Path) -> Result<Hash, CliError> {
    let text = files::read_private(path)?;
    let unusable =
        || CliError::File { path: path.to_owned(), cause: "it is not 0x and 64 hexadecimal digits".to_owned() };
    // The error of a hash would repeat the text, which is a secret.
    hash::parse(text.trim()).map_err(|_| unusable())
}

/// `florin escrow deliver-title`.
pub(super) async fn deliver_title(
    session: &Session,
    id: EscrowId,
    document: &str,
    issuer: Option<&str>,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let (document, signer) = trade::document(document)?;
    let issuer = match issuer {
        Some(issuer) => session.party(issuer)?.address,
        None => signer.or_else(|| carrier(&subject.agreement().checklist)).unwrap_or_default().into(),
    };
    let waiting = session.client.read(subject.contract, &escrow::delivery(id, issuer, document)).await?;
    let nothing = || escrow::Error::NothingToDeliver { escrow: id, document }.explain(&subject.units(session));
    let delivery = waiting.ok_or_else(nothing)?;
    let preview = subject
        .preview()
        .text("document", "document", hash::format(&document))
        .person("issuer", "issued by", &issuer, &subject.names)
        .person("to", "to", &delivery.to.into(), &subject.names)
        .person("registry", "registry", &delivery.registry.into(), &subject.names);
    let message = escrow::deliver_title(id, issuer, document);
    match subject.offer(session, &message, "Deliver a title", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let moved = events::<escrow::TitleMoved>(&sent.receipt, subject.contract)?.into_iter().next_back();
            let moved = moved.ok_or(CliError::NoEvent { event: "TitleMoved" })?;
            let result = Record::new()
                .number("escrow", "credit", moved.escrow)
                .text("document", "document", hash::format(&moved.document))
                .flag("delivered", "delivered", moved.done);
            let result = match moved.done {
                true => result,
                false => result.text("next", "next", "ask whoever runs the registry, and try again; the money is out"),
            };
            Ok(sent.answer(if moved.done { "Delivered" } else { "The registry has not delivered it" }, &result))
        }
    }
}

/// Who issues the transport document, to which there is a title.
fn carrier(checklist: &Checklist) -> Option<[u8; 20]> {
    let mut documents = checklist.documents.iter().flatten();
    documents.find(|document| document.kind == DocumentKind::Transport).map(|document| document.issuer)
}

/// Facts that conditions ask for, a line each.
pub(super) fn conditions(subject: &Subject) -> Vec<String> {
    let facts = subject.agreement().conditions.facts.facts;
    let line = |(place, fact): (usize, &Fact)| {
        let names = &subject.names;
        match *fact {
            Fact::Signature { by } => format!("{place} {} has signed", names.short(&by.into())),
            Fact::Attestors { documents, threshold } => {
                format!("{place} {threshold} issuers of documents have signed (bits {documents:08b})")
            }
            Fact::Document { place: document } => format!("{place} document {document} was honoured"),
            Fact::After { moment } => format!("{place} from {} on", crate::moment::format(moment.raw())),
            Fact::Before { moment } => format!("{place} before {}", crate::moment::format(moment.raw())),
            Fact::Preimage { hash } => format!("{place} the preimage of {} is known", hash::format(&hash)),
            Fact::Oracle { feed, comparison, value, .. } => {
                format!("{place} feed {feed} is {} {value} raw units", words::name(&comparison))
            }
            Fact::Title { document, state } => {
                format!("{place} the title to {} is {}", hash::format(&document), words::name(&state))
            }
        }
    };
    let numbered = facts.iter().enumerate().filter_map(|(place, fact)| Some((place, fact.as_ref()?)));
    numbered.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_trade::{
        condition::{Comparison, Node, TitleFact},
        terms::RequiredDocument,
    };
    use florin_units::Seconds;

    fn approval() -> Approval {
        Approval {
            format: FORMAT.to_owned(),
            chain_id: hash::format(&[1; 32]),
            contract: hash::format(&[2; 20]),
            escrow: 3,
            agreement: hash::format(&[4; 32]),
            signer: Address::repeat_byte(5),
            signature: "0x0607".to_owned(),
        }
    }

    #[test]
    fn an_approval_counts_for_one_credit() {
        let (path, venue) = (Path::new("x"), Venue { chain_id: [1; 32], contract: [2; 20] });
        let text = files::json(&approval()).expect("text");
        let read: Approval = files::parse(path, &text).expect("an approval");
        assert_eq!(read, approval());
        assert_eq!(read.check(path, 3, &[4; 32], &venue).ok(), Some((Address::repeat_byte(5), vec![6, 7])));
        for (escrow, agreement, venue) in [
            (4, [4; 32], venue),
            (3, [5; 32], venue),
            (3, [4; 32], Venue { chain_id: [9; 32], ..venue }),
            (3, [4; 32], Venue { contract: [9; 20], ..venue }),
        ] {
            let error = approval().check(path, escrow, &agreement, &venue).expect_err("another credit");
            assert_eq!(error.code(), "OTHER_FILE");
        }
        let other = Approval { format: "a ballot".to_owned(), ..approval() };
        assert_eq!(
            other.check(path, 3, &[4; 32], &venue).map_err(|error| error.code()),
            Err("INVALID_FILE".to_owned())
        );
    }

    #[test]
    fn signers_are_those_that_the_tree_asks_for() {
        let mut checklist = Checklist::default();
        for (slot, issuer) in checklist.documents.iter_mut().zip([[1; 20], [2; 20], [3; 20]]) {
            *slot = Some(RequiredDocument { kind: DocumentKind::Other, issuer });
        }
        let mut conditions = Conditions::default();
        let facts = [
            Fact::Signature { by: [9; 20] },
            Fact::Attestors { documents: 0b101, threshold: 1 },
            Fact::Signature { by: [8; 20] },
        ];
        for (slot, fact) in conditions.facts.facts.iter_mut().zip(facts) {
            *slot = Some(fact);
        }
        for (slot, node) in conditions.tree.nodes.iter_mut().zip([Node::Fact(0), Node::Fact(1), Node::All(2)]) {
            *slot = Some(node);
        }
        let signers: Vec<[u8; 20]> = conditions.signers(&checklist).collect();
        assert_eq!(signers, [[9; 20], [1; 20], [3; 20]], "the third fact stands beside the tree");
    }

    #[test]
    fn only_what_the_tree_asks_for_is_read() {
        let feed =
            |feed| Fact::Oracle { feed, comparison: Comparison::AtLeast, value: 1, maximum_age: Seconds::from_raw(60) };
        let mut conditions = Conditions::default();
        let title = Fact::Title { document: [7; 32], state: TitleFact::Surrendered };
        for (slot, fact) in conditions.facts.facts.iter_mut().zip([feed(1), feed(2), feed(1), title]) {
            *slot = Some(fact);
        }
        let nodes = [Node::Fact(0), Node::Fact(2), Node::Any(2)];
        for (slot, node) in conditions.tree.nodes.iter_mut().zip(nodes) {
            *slot = Some(node);
        }
        assert_eq!(read_for(&conditions), (vec![1], None), "feed 2 and the title stand beside the tree");
        conditions.tree.nodes[1] = Some(Node::Fact(3));
        assert_eq!(read_for(&conditions), (vec![1], Some([7; 32])));
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        files::create_private(&path, &format!("0x{}\n", "ab".repeat(32))).expect("written");
        assert_eq!(preimage(&path).ok(), Some([0xab; 32]));
        std::fs::write(&path, "0xabab").expect("written");
        let error = preimage(&path).expect_err("too short");
        assert!(!error.to_string().contains("abab"), "{error}");
    }
}
