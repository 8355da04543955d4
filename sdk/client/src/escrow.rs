//! Escrows: what is signed for them, and everything that is known of one, read at once.

use florin_bindings::escrow::{self, Consenting, Document, Signing};
use florin_bindings::NoError;
use florin_governance::signing::Domain;
use florin_trade::{
    amendment::consent_hash,
    condition::approval_hash,
    decision::View,
    dispute::Dispute,
    drawing::Acceptance,
    examination::{paper_hash, PaperSubject, Presentation},
    ledger::redirection_hash,
    right::Receivable,
    state::{Escrow, Status},
    terms::{signing_hash, Agreement},
    EscrowId, Hash, SIGNING_NAME,
};
use florin_units::Timestamp;

use crate::{
    chain::{Address, Chain},
    contract::{CallError, Client},
    error::ChainError,
    governance::keccak,
    signer::Signer,
};

/// Where signatures for escrows count.
///
/// # Errors
/// The chain's.
pub async fn domain<C: Chain>(client: &Client<C>, contract: Address) -> Result<Domain, CallError<NoError>> {
    let chain_id = client.read(contract, &escrow::chain_id()).await?;
    Ok(Domain { name: SIGNING_NAME, chain_id, contract: contract.0 })
}

/// Sign an agreement, so that anybody can draft it with the signature until the deadline.
pub fn sign_agreement(signer: &Signer, domain: &Domain, agreement: &Hash, deadline: Timestamp) -> Signing {
    let digest = domain.typed(&signing_hash(agreement, deadline, keccak), keccak);
    Signing { signer: signer.account().to_address(), deadline: deadline.raw(), signature: signer.sign_digest(&digest) }
}

/// Consent to an amendment, by the hash of the new agreement, or to a division, by its hash. `nonce` is the number of amendments
/// and divisions so far.
pub fn sign_consent(
    signer: &Signer,
    domain: &Domain,
    escrow: EscrowId,
    subject: &Hash,
    nonce: u32,
    deadline: Timestamp,
) -> Consenting {
    let digest = domain.typed(&consent_hash(escrow, subject, nonce, deadline, keccak), keccak);
    Consenting {
        signer: signer.account().to_address(),
        subject: *subject,
        nonce,
        deadline: deadline.raw(),
        signature: signer.sign_digest(&digest),
    }
}

/// Sign a document as its issuer.
pub fn sign_paper(signer: &Signer, domain: &Domain, paper: &PaperSubject) -> Document {
    let digest = domain.typed(&paper_hash(paper, keccak), keccak);
    Document {
        commitment: paper.commitment,
        dated: paper.dated.raw(),
        signer: signer.account().to_address(),
        signature: signer.sign_digest(&digest),
    }
}

/// Sign that a credit may be paid, as its conditions ask for it.
pub fn sign_approval(signer: &Signer, domain: &Domain, escrow: EscrowId, agreement: &Hash) -> (Address, Vec<u8>) {
    let digest = domain.typed(&approval_hash(escrow, agreement, keccak), keccak);
    (signer.account().to_address(), signer.sign_digest(&digest))
}

/// Sign that a claim is paid to another account; anybody can bring it until the deadline. `compliance` is the compliance contract of
/// the credits from which the claim is, zero where they name none; `nonce` is how often it was paid so far.
pub fn sign_redirection(
    signer: &Signer,
    domain: &Domain,
    asset: Address,
    compliance: Address,
    to: Address,
    nonce: u32,
    deadline: Timestamp,
) -> Vec<u8> {
    let account = signer.account().to_address();
    let hash = redirection_hash(&asset.0, &compliance.0, &account.0, &to.0, nonce, deadline, keccak);
    signer.sign_digest(&domain.typed(&hash, keccak))
}

/// Everything that is known of an escrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its number.
    pub id: EscrowId,
    /// The agreement that counts.
    pub agreement: Agreement,
    /// The record.
    pub escrow: Escrow,
    /// The presentation that is not decided.
    pub presentation: Option<Presentation>,
    /// The dispute that is not executed.
    pub dispute: Option<Dispute>,
    /// Who gets the proceeds.
    pub receivable: Receivable,
    /// All acceptances, by number.
    pub acceptances: Vec<Acceptance>,
}

impl Picture {
    /// The records as the rules take them.
    pub fn view(&self) -> View {
        let Self { id, agreement, escrow, presentation, dispute, receivable, .. } = self;
        View {
            id: *id,
            terms: agreement.terms,
            escrow: *escrow,
            presentation: *presentation,
            dispute: *dispute,
            receivable: *receivable,
        }
    }

    /// Where it stands at a moment.
    pub fn status(&self, now: Timestamp) -> Status {
        self.escrow.status(&self.agreement.terms, now)
    }

    /// By when all its money can be out, whatever anybody does or leaves undone.
    pub fn t_max(&self) -> Timestamp {
        self.escrow.t_max(&self.agreement.terms, &self.agreement.dispute)
    }
}

/// How often an escrow is read again where it changes between the questions.
const READINGS: u8 = 3;

/// Read an escrow; none where there is none of this number. The agreement that is returned is the one whose hash the record
/// names: what somebody signs by that hash is what was shown.
///
/// # Errors
/// The chain's; [`ChainError::Node`] where the node tells an agreement with another hash, again and again.
pub async fn read<C: Chain>(
    client: &Client<C>,
    contract: Address,
    id: EscrowId,
) -> Result<Option<Picture>, CallError<NoError>> {
    for _ in 0..READINGS {
        let Some(picture) = read_once(client, contract, id).await? else { return Ok(None) };
        // An amendment may have come between two questions; a node may also lie.
        if picture.agreement.hash(keccak) == picture.escrow.agreement {
            return Ok(Some(picture));
        }
    }
    let reason = "the agreement that it tells has another hash than the escrow's".to_owned();
    Err(ChainError::Node { request: format!("escrow {id}"), reason }.into())
}

async fn read_once<C: Chain>(
    client: &Client<C>,
    contract: Address,
    id: EscrowId,
) -> Result<Option<Picture>, CallError<NoError>> {
    let (Some(record), Some(agreement)) =
        (client.read(contract, &escrow::escrow(id)).await?, client.read(contract, &escrow::agreement(id)).await?)
    else {
        return Ok(None);
    };
    let mut acceptances = Vec::new();
    for number in 0..record.acceptances {
        acceptances.extend(client.read(contract, &escrow::acceptance(id, number)).await?);
    }
    Ok(Some(Picture {
        id,
        agreement,
        escrow: record,
        presentation: client.read(contract, &escrow::presentation(id)).await?,
        dispute: client.read(contract, &escrow::dispute(id)).await?,
        receivable: client.read(contract, &escrow::receivable(id)).await?,
        acceptances,
    }))
}
