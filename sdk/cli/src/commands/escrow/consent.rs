//! `florin escrow amend` and `divide`: what takes the consent of all, gathered in a file.

use std::path::Path;

use florin_bindings::escrow::{self, Consenting};
use florin_trade::{
    amendment::{AgreedSplit, Consent, Consents, Due},
    state::Message,
    terms::{Agreement, Sealed},
    Command, EscrowError, EscrowId,
};
use florin_trader::{
    keccak,
    signatures::{Division, Signatures, Subject as Matter},
    terms_file::{changes, TermsFile},
};
use florin_units::{Amount, Seconds, Timestamp};
use serde_json::json;

use super::{
    sign::{check_matter, check_venue, gathered, told_changes},
    subject::venue,
    terms::in_full,
    Subject,
};
use crate::{
    amount::Unit, error::CliError, files, moment, output::Answer, record::Record, send::Offered, session::Session,
    words::trade::Aliases,
};

/// `florin escrow amend propose`.
pub(super) async fn propose_amendment(
    session: &Session,
    id: EscrowId,
    terms: &Path,
    out: &Path,
    valid_for: &str,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    check_legal(session, &subject, Message::Amend)?;
    let file = TermsFile::read(terms, &Aliases::new(session))?;
    file.check(subject.now)?;
    let nonce = subject.escrow().amendments;
    let deadline = deadline(&subject, valid_for)?;
    let venue = venue(session, subject.contract).await?;
    let signatures = Signatures::under_amendment(venue, id, nonce, file.agreement, deadline);
    let facts = amended(session, &subject, &file).await?;
    propose(session, &subject, &signatures, out, facts)
}

/// What an amendment changes and what it costs, with the complete new terms.
///
/// # Errors
/// Terms that no file can say; a change that does not show; those of the chain.
async fn amended(session: &Session, subject: &Subject, file: &TermsFile) -> Result<Record, CliError> {
    let due = due(session, subject, &file.agreement)?;
    let back = subject.sum(session, due.credit_back.checked_add(due.reserve_back))?;
    let changed = changes(subject.agreement(), &file.agreement)?;
    Ok(in_full(session, subject.contract, file)
        .await?
        .amount("due", "to be paid in", due.paid_in.raw(), &subject.unit)
        .amount("back", "goes back", back.raw(), &subject.unit)
        .and(told_changes(&changed, &subject.names)))
}

/// What an amendment moves. Errors: arithmetic.
fn due(session: &Session, subject: &Subject, new: &Agreement) -> Result<Due, CliError> {
    let due = Due::between(subject.terms(), new, &subject.escrow().book);
    due.map_err(|error| subject.refused(session, &EscrowError::from(error)))
}

/// `florin escrow divide propose`.
pub(super) async fn propose_division(
    session: &Session,
    id: EscrowId,
    amount: &str,
    out: &Path,
    valid_for: &str,
) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    check_legal(session, &subject, Message::Agree)?;
    let dispute = subject.picture.dispute.as_ref();
    let stake = subject.sum(session, subject.escrow().stake(dispute))?;
    let to_beneficiary = subject.parse(amount)?;
    if to_beneficiary > stake {
        return Err(subject.refused(session, &EscrowError::AboveStake { amount: to_beneficiary, stake }));
    }
    let of_retention = subject.escrow().is_about_retention(dispute);
    let division = Division { of_retention, stake, to_beneficiary };
    let nonce = subject.escrow().amendments;
    let deadline = deadline(&subject, valid_for)?;
    let venue = venue(session, subject.contract).await?;
    let agreement = *subject.agreement();
    let signatures = Signatures::under_division(venue, id, nonce, agreement, division, deadline)?;
    let facts = divided(&division, &subject.unit);
    propose(session, &subject, &signatures, out, facts)
}

/// Who gets what by a division.
pub(super) fn divided(division: &Division, unit: &Unit) -> Record {
    let Division { of_retention, stake, to_beneficiary } = *division;
    let rest = stake.saturating_sub(to_beneficiary);
    Record::new()
        .value(
            "of_retention",
            "divides",
            if of_retention { "what is held back" } else { "all that is not drawn" },
            json!(of_retention),
        )
        .amount("stake", "divided", stake.raw(), unit)
        .amount("to_beneficiary", "to the beneficiary", to_beneficiary.raw(), unit)
        .amount("to_applicant", "to the applicant", rest.raw(), unit)
}

fn check_legal(session: &Session, subject: &Subject, message: Message) -> Result<(), CliError> {
    let checked = subject.escrow().check(message, subject.terms(), subject.now);
    checked.map(|_| ()).map_err(|error| subject.refused(session, &error))
}

fn deadline(subject: &Subject, valid_for: &str) -> Result<Timestamp, CliError> {
    Ok(subject.now.after(Seconds::from_raw(moment::parse_span(valid_for)?)))
}

/// Writes a file that waits for signatures.
fn propose(
    session: &Session,
    subject: &Subject,
    signatures: &Signatures,
    out: &Path,
    facts: Record,
) -> Result<Answer, CliError> {
    files::check_new(out)?;
    let facts = Record::new().number("escrow", "credit", subject.id()).and(facts).and(gathered(
        signatures,
        out,
        &subject.names,
    ));
    if session.settings.global.dry_run {
        return Ok(Answer::new(json!({ "sent": false, "preview": facts.to_json() }), facts.to_text()));
    }
    signatures.write(out)?;
    Ok(Answer::new(facts.to_json(), format!("The file waits for signatures\n{}", facts.to_text())))
}

/// A file with consents, and the credit that it is about.
struct Gathered {
    signatures: Signatures,
    subject: Subject,
}

impl Gathered {
    async fn load(session: &Session, path: &Path, is_amendment: bool) -> Result<Self, CliError> {
        let signatures = Signatures::read(path)?;
        let id = match (*signatures.subject(), is_amendment) {
            (Matter::Amendment { escrow, .. }, true) | (Matter::Division { escrow, .. }, false) => Some(escrow),
            _ => None,
        };
        check_matter(path, id.is_some(), if is_amendment { "an amendment" } else { "a division" })?;
        let subject = Subject::load(session, id.unwrap_or_default()).await?;
        check_venue(session, subject.contract, &signatures, path).await?;
        signatures.check_deadline(subject.now)?;
        Ok(Self { signatures, subject })
    }

    fn nonce(&self) -> u32 {
        match *self.signatures.subject() {
            Matter::Amendment { nonce, .. } | Matter::Division { nonce, .. } => nonce,
            Matter::Terms => 0,
        }
    }

    /// As rules take them.
    fn consents(&self) -> Consents {
        let mut consents = Consents::default();
        let (subject, nonce, deadline) = (self.signatures.subject_hash(), self.nonce(), self.signatures.deadline());
        for (slot, (signer, _)) in consents.iter_mut().zip(self.signatures.signed()) {
            *slot = Some(Consent { signer, subject, nonce, deadline });
        }
        consents
    }

    /// As the contract takes them.
    fn brought(&self) -> Vec<Consenting> {
        let (subject, nonce, deadline) = (self.signatures.subject_hash(), self.nonce(), self.signatures.deadline());
        let signed = self.signatures.signed().into_iter();
        signed
            .map(|(signer, signature)| Consenting {
                signer: signer.into(),
                subject,
                nonce,
                deadline: deadline.raw(),
                signature: signature.to_vec(),
            })
            .collect()
    }
}

/// `florin escrow amend send`.
pub(super) async fn send_amendment(session: &Session, path: &Path) -> Result<Answer, CliError> {
    let file = Gathered::load(session, path, true).await?;
    let Gathered { signatures, subject } = &file;
    let agreement = *signatures.agreement();
    let due = due(session, subject, &agreement)?.paid_in;
    let me = session.settings.signer()?.account().to_address();
    let (sealed, consents) = (Sealed::new(agreement, keccak), file.consents());
    let command = Command::Amend { amended: &sealed, consents: &consents, received: due };
    let (_, then) = subject.foresee(session, &command, me)?;
    let preview = subject
        .preview()
        .and(amended(session, subject, &TermsFile::of(agreement, Some(subject.unit.symbol.clone()))).await?)
        .and(gathered(signatures, path, &subject.names))
        .and(then);
    let message = escrow::amend(subject.id(), agreement, file.brought());
    match subject.offer_paying(session, due, &message, "Amend a credit", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => Ok(sent.answer("Amended", &subject.after(&sent.receipt, &agreement.terms)?)),
    }
}

/// `florin escrow divide send`.
pub(super) async fn send_division(session: &Session, path: &Path) -> Result<Answer, CliError> {
    let file = Gathered::load(session, path, false).await?;
    let Gathered { signatures, subject } = &file;
    let division = match *signatures.subject() {
        Matter::Division { division, .. } => division,
        _ => Division { of_retention: false, stake: Amount::ZERO, to_beneficiary: Amount::ZERO },
    };
    let Division { of_retention, stake, to_beneficiary } = division;
    let me = session.settings.signer()?.account().to_address();
    // What was signed was signed under the agreement of the file.
    let split = AgreedSplit::new(signatures.agreement().hash(keccak), of_retention, stake, to_beneficiary, keccak);
    let consents = file.consents();
    let (_, then) = subject.foresee(session, &Command::Agree { split: &split, consents: &consents }, me)?;
    let preview = subject
        .preview()
        .and(divided(&division, &subject.unit))
        .and(gathered(signatures, path, &subject.names))
        .and(then);
    let message = escrow::agree(subject.id(), stake, to_beneficiary, file.brought());
    let offered = subject.offer(session, &message, "Divide what is left", preview).await?;
    subject.moved(offered, "Divided")
}
