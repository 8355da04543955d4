//! Signatures of the parties, gathered in one file that goes from hand to hand: under terms, under an amendment, under
//! a division by agreement. The file holds in full what is signed, so that everybody can read it before signing, and
//! anybody can bring it to the contract.

use std::path::Path;

use florin_trade::{
    amendment::{consent_hash, AgreedSplit},
    terms::{signing_hash, Agreement},
    Address, EscrowId, Hash,
};
use florin_units::{Amount, Timestamp};
use parity_scale_codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    file::{self, FileError},
    hash, keccak,
    signing::{SignatureProblem, Venue},
    typed_data::TypedData,
};

/// What the first key of a file says.
pub const FORMAT: &str = "florin signatures 1";

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An agreement, before there is a credit: by both parties.
    Terms,
    /// The agreement in place of the one that counts: by everybody whose consent an amendment needs.
    Amendment {
        /// The credit.
        escrow: EscrowId,
        /// Amendments and divisions before this one.
        nonce: u32,
    },
    /// A division of what was not drawn, or of what is retained, under the agreement that counts: by the same.
    Division {
        /// The credit.
        escrow: EscrowId,
        /// Amendments and divisions before.
        nonce: u32,
        /// Who gets what.
        division: Division,
    },
}

/// How a stake is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// Whether it is what is retained that is divided, and not what was not drawn.
    pub of_retention: bool,
    /// What is divided.
    pub stake: Amount,
    /// What of it the beneficiary gets.
    pub to_beneficiary: Amount,
}

/// Why a file of signatures cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignaturesError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file holds no signatures.
    #[error("{path} holds no signatures: {cause}; ask for the file again")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// What the file says it is about is not what it holds.
    #[error(
        "the file says that {} is signed, and what it holds has the hash {}; somebody has changed it, so sign \
         nothing and ask for it again",
        hash::format(expected),
        hash::format(found)
    )]
    OtherContents {
        /// What the file says.
        expected: Hash,
        /// What it holds.
        found: Hash,
    },
    /// Somebody signs who is not asked.
    #[error(
        "{} is not among those who sign this: {}",
        hash::format(signer), signatories.iter().map(|one| hash::format(one)).collect::<Vec<_>>().join(", ")
    )]
    NotAsked {
        /// Who.
        signer: Address,
        /// Those who are.
        signatories: Vec<Address>,
    },
    /// The signature does not count.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    /// A file about something else.
    #[error("the other file is about something else; signatures under one thing do not count under another")]
    OtherSubject,
    /// More is divided than there is.
    #[error("the beneficiary would get more than what is divided; write at most the stake")]
    AboveStake,
}

/// Signatures under one thing. Each of them was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    venue: Venue,
    subject: Subject,
    agreement: Agreement,
    deadline: Timestamp,
    gathered: Vec<(Address, Vec<u8>)>,
}

impl Signatures {
    /// Signatures of both parties under terms, which anybody may bring until the deadline.
    pub fn under_terms(venue: Venue, agreement: Agreement, deadline: Timestamp) -> Self {
        Self { venue, subject: Subject::Terms, agreement, deadline, gathered: Vec::new() }
    }

    /// Consents to an amendment: the complete new agreement.
    pub fn under_amendment(
        venue: Venue,
        escrow: EscrowId,
        nonce: u32,
        amended: Agreement,
        deadline: Timestamp,
    ) -> Self {
        let subject = Subject::Amendment { escrow, nonce };
        Self { venue, subject, agreement: amended, deadline, gathered: Vec::new() }
    }

    /// Consents to a division of a stake under the agreement that counts.
    ///
    /// # Errors
    /// [`SignaturesError::AboveStake`].
    pub fn under_division(
        venue: Venue,
        escrow: EscrowId,
        nonce: u32,
        agreement: Agreement,
        division: Division,
        deadline: Timestamp,
    ) -> Result<Self, SignaturesError> {
        if division.to_beneficiary > division.stake {
            return Err(SignaturesError::AboveStake);
        }
        let subject = Subject::Division { escrow, nonce, division };
        Ok(Self { venue, subject, agreement, deadline, gathered: Vec::new() })
    }

    /// Where the signatures count.
    pub const fn venue(&self) -> &Venue {
        &self.venue
    }

    /// What is signed.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The agreement: the one that is signed, the amended one, or the one under which a stake is divided.
    pub const fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// The last moment at which the signatures count.
    pub const fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// The hash that is signed or consented to: of the agreement, or of the division.
    pub fn subject_hash(&self) -> Hash {
        let agreement = self.agreement.hash(keccak);
        match self.subject {
            Subject::Terms | Subject::Amendment { .. } => agreement,
            Subject::Division { division: Division { of_retention, stake, to_beneficiary }, .. } => {
                AgreedSplit::new(agreement, of_retention, stake, to_beneficiary, keccak).hash()
            }
        }
    }

    /// Everybody who has to sign.
    pub fn signatories(&self) -> Vec<Address> {
        let terms = &self.agreement.terms;
        match self.subject {
            // What a confirmer has to agree with is a change of what was signed.
            Subject::Terms => vec![terms.applicant, terms.beneficiary],
            _ => terms.signatories().into_iter().flatten().collect(),
        }
    }

    /// What somebody signs.
    ///
    /// # Errors
    /// [`SignaturesError::NotAsked`].
    pub fn typed_data_for(&self, signer: &Address) -> Result<TypedData, SignaturesError> {
        let signatories = self.signatories();
        if !signatories.contains(signer) {
            return Err(SignaturesError::NotAsked { signer: *signer, signatories });
        }
        let (subject, deadline) = (self.subject_hash(), self.deadline);
        Ok(TypedData::of(self.venue, |keccak| match self.subject {
            Subject::Terms => signing_hash(&subject, deadline, keccak),
            Subject::Amendment { escrow, nonce } | Subject::Division { escrow, nonce, .. } => {
                consent_hash(escrow, &subject, nonce, deadline, keccak)
            }
        }))
    }

    /// Adds a signature, once it was checked. Who has signed already keeps the first one.
    ///
    /// # Errors
    /// [`SignaturesError::NotAsked`], [`SignaturesError::Signature`], also after the deadline.
    pub fn add(&mut self, signer: Address, signature: &[u8], now: Timestamp) -> Result<(), SignaturesError> {
        if now > self.deadline {
            return Err(SignatureProblem::Expired { deadline: self.deadline }.into());
        }
        self.keep(signer, signature)
    }

    fn keep(&mut self, signer: Address, signature: &[u8]) -> Result<(), SignaturesError> {
        let canonical = self.typed_data_for(&signer)?.check(&signer, signature)?;
        if self.signature_of(&signer).is_none() {
            self.gathered.push((signer, canonical));
        }
        Ok(())
    }

    /// The signature of somebody.
    pub fn signature_of(&self, signer: &Address) -> Option<&[u8]> {
        self.gathered.iter().find(|(known, _)| known == signer).map(|(_, signature)| signature.as_slice())
    }

    /// The signatures, in the order of those who sign, as the contract takes them.
    pub fn signed(&self) -> Vec<(Address, &[u8])> {
        let signed = |signer: Address| Some((signer, self.signature_of(&signer)?));
        self.signatories().into_iter().filter_map(signed).collect()
    }

    /// Who has not signed.
    pub fn missing(&self) -> Vec<Address> {
        self.signatories().into_iter().filter(|signer| self.signature_of(signer).is_none()).collect()
    }

    /// Whether everybody has signed.
    pub fn is_complete(&self) -> bool {
        self.missing().is_empty()
    }

    /// Checks that the contract would still take the signatures.
    ///
    /// # Errors
    /// [`SignatureProblem::Expired`].
    pub fn check_deadline(&self, now: Timestamp) -> Result<(), SignaturesError> {
        if now > self.deadline {
            return Err(SignatureProblem::Expired { deadline: self.deadline }.into());
        }
        Ok(())
    }

    /// Takes the signatures of another file about the same thing.
    ///
    /// # Errors
    /// [`SignaturesError::OtherSubject`].
    pub fn merge(&mut self, other: &Self) -> Result<(), SignaturesError> {
        let about = |one: &Self| (one.venue, one.subject, one.agreement, one.deadline);
        if about(self) != about(other) {
            return Err(SignaturesError::OtherSubject);
        }
        for (signer, signature) in &other.gathered {
            if self.signature_of(signer).is_none() {
                self.gathered.push((*signer, signature.clone()));
            }
        }
        Ok(())
    }

    /// The file as a text of JSON.
    pub fn to_json(&self) -> String {
        let (kind, escrow, nonce, division) = match self.subject {
            Subject::Terms => (Kind::Terms, None, None, None),
            Subject::Amendment { escrow, nonce } => (Kind::Amendment, Some(escrow), Some(nonce), None),
            Subject::Division { escrow, nonce, division } => {
                (Kind::Division, Some(escrow), Some(nonce), Some(division))
            }
        };
        file::json(&Stored {
            format: FORMAT.to_owned(),
            kind,
            chain_id: self.venue.chain_id,
            contract: self.venue.contract,
            escrow,
            nonce,
            of_retention: division.map(|division| division.of_retention),
            stake: division.map(|division| division.stake.raw().to_string()),
            to_beneficiary: division.map(|division| division.to_beneficiary.raw().to_string()),
            deadline: self.deadline.raw(),
            agreement: hash::format(&self.agreement.encode()),
            agreement_hash: self.agreement.hash(keccak),
            signed_hash: self.subject_hash(),
            signatures: self
                .signed()
                .into_iter()
                .map(|(signer, signature)| StoredSignature { signer, signature: hash::format(signature) })
                .collect(),
        })
    }

    /// Reads a text of JSON, compares the hashes with what it holds, and checks every signature.
    ///
    /// # Errors
    /// [`SignaturesError`].
    pub fn from_json(text: &str) -> Result<Self, SignaturesError> {
        Self::parse(text, "the text")
    }

    fn parse(text: &str, path: &str) -> Result<Self, SignaturesError> {
        let malformed = |cause: &str| SignaturesError::Malformed { path: path.to_owned(), cause: cause.to_owned() };
        let stored: Stored = serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        if stored.format != FORMAT {
            return Err(malformed(&format!("it is {:?}, not {FORMAT:?}", stored.format)));
        }
        let bytes =
            hash::parse_bytes(&stored.agreement).ok_or_else(|| malformed("the agreement is not hexadecimal"))?;
        let agreement = Agreement::decode_all(&mut bytes.as_slice());
        let agreement = agreement.map_err(|_| malformed("the agreement cannot be read"))?;
        let amount = |text: &Option<String>| {
            let raw = text.as_ref().and_then(|text| text.parse().ok());
            raw.map(Amount::from_raw).ok_or_else(|| malformed("an amount of the division is missing"))
        };
        let division = match (stored.kind, stored.of_retention, &stored.stake, &stored.to_beneficiary) {
            (Kind::Division, Some(of_retention), stake, to_beneficiary) => {
                let (stake, to_beneficiary) = (amount(stake)?, amount(to_beneficiary)?);
                Some(Division { of_retention, stake, to_beneficiary })
            }
            (Kind::Division, None, ..) => return Err(malformed("it does not say what is divided")),
            (_, None, None, None) => None,
            _ => return Err(malformed("only a division divides a stake")),
        };
        let subject = match (stored.kind, stored.escrow, stored.nonce, division) {
            (Kind::Terms, None, None, None) => Subject::Terms,
            (Kind::Amendment, Some(escrow), Some(nonce), None) => Subject::Amendment { escrow, nonce },
            (Kind::Division, Some(escrow), Some(nonce), Some(division)) => {
                if division.to_beneficiary > division.stake {
                    return Err(SignaturesError::AboveStake);
                }
                Subject::Division { escrow, nonce, division }
            }
            (Kind::Terms, ..) => return Err(malformed("terms are signed before there is an escrow")),
            _ => return Err(malformed("the escrow or the nonce is missing")),
        };
        let venue = Venue { chain_id: stored.chain_id, contract: stored.contract };
        let deadline = Timestamp::from_raw(stored.deadline);
        let mut read = Self { venue, subject, agreement, deadline, gathered: Vec::new() };
        for (expected, found) in
            [(stored.agreement_hash, agreement.hash(keccak)), (stored.signed_hash, read.subject_hash())]
        {
            if expected != found {
                return Err(SignaturesError::OtherContents { expected, found });
            }
        }
        for StoredSignature { signer, signature } in &stored.signatures {
            let bytes = hash::parse_bytes(signature).ok_or_else(|| malformed("a signature is not hexadecimal"))?;
            read.keep(*signer, &bytes)?;
        }
        Ok(read)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`SignaturesError`].
    pub fn read(path: &Path) -> Result<Self, SignaturesError> {
        Self::parse(&file::read(path)?, &path.display().to_string())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`SignaturesError::File`].
    pub fn write(&self, path: &Path) -> Result<(), SignaturesError> {
        Ok(file::write(path, &self.to_json())?)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Terms,
    Amendment,
    Division,
}

/// A file of signatures.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    kind: Kind,
    #[serde(with = "hash::text")]
    chain_id: [u8; 32],
    #[serde(with = "hash::text")]
    contract: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    escrow: Option<EscrowId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of_retention: Option<bool>,
    /// Raw units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stake: Option<String>,
    /// Raw units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_beneficiary: Option<String>,
    /// Seconds since 1970.
    deadline: u64,
    /// As the contract encodes it (SCALE).
    agreement: String,
    #[serde(with = "hash::text")]
    agreement_hash: Hash,
    #[serde(with = "hash::text")]
    signed_hash: Hash,
    signatures: Vec<StoredSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSignature {
    #[serde(with = "hash::text")]
    signer: Address,
    signature: String,
}
