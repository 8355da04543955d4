//! What the issuer of a document signs: its commitment and date, for one drawing of one credit, in one place of one
//! checklist. The issuer sends the signed paper to the seller, who presents it; the document itself goes nowhere.

use std::path::Path;

use florin_trade::{
    examination::{paper_hash, PaperSubject},
    state::Escrow,
    terms::{Agreement, RequiredDocument, MAXIMUM_DOCUMENTS},
    Address, EscrowId, Hash,
};
use florin_units::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    file::{self, FileError},
    hash, keccak, moment,
    signing::{SignatureProblem, Venue},
    typed_data::TypedData,
};

/// What the first key of a file says.
pub const FORMAT: &str = "florin paper 1";

/// A paper that is to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Where the signature is to count.
    pub venue: Venue,
    /// What is signed.
    pub subject: PaperSubject,
    /// Who has to sign it.
    pub issuer: Address,
}

/// A paper that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaperError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no paper.
    #[error("{path} holds no signed paper: {cause}; ask the issuer to send it again")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// The credit does not ask for a document in this place.
    #[error("the credit asks for no document in place {place}; places are counted from 0, the first document is 0")]
    NotRequired {
        /// The place.
        place: u8,
    },
    /// The credit is drawn by milestones, and the paper names none, or the other way round.
    #[error(
        "{}",
        if *has_milestones {
            "the credit is drawn by milestones; say for which one the paper is"
        } else {
            "the credit has no milestones; leave the milestone out"
        }
    )]
    Milestone {
        /// Whether the credit is drawn by milestones.
        has_milestones: bool,
    },
    /// The milestone does not ask for this document.
    #[error(
        "milestone {milestone}, counted from 0, does not ask for the document in place {place}; no paper is needed"
    )]
    NotOfMilestone {
        /// The milestone.
        milestone: u8,
        /// Place of the document.
        place: u8,
    },
    /// The paper is for another milestone.
    #[error(
        "the paper is for another milestone than the one that is drawn; ask the issuer for one for this milestone"
    )]
    OtherMilestone {
        /// The one that is drawn.
        expected: Option<u8>,
        /// The paper's.
        found: Option<u8>,
    },
    /// The signature does not count.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    /// The paper is for another credit.
    #[error("the paper is for escrow {found}, and this is escrow {expected}; ask the issuer for one for this credit")]
    OtherEscrow {
        /// This one.
        expected: EscrowId,
        /// The paper's.
        found: EscrowId,
    },
    /// The paper counts elsewhere.
    #[error("the paper counts at another contract or on another chain; ask the issuer for one for this contract")]
    OtherVenue,
    /// The paper is for another drawing.
    #[error(
        "the paper is for drawing {found}, and the next one is {expected}; a paper supports one drawing, ask for a new \
        one"
    )]
    OtherDrawing {
        /// The next one.
        expected: u8,
        /// The paper's.
        found: u8,
    },
    /// The list of documents has changed since.
    #[error("the list of documents was amended since the paper was signed; ask the issuer for a new one")]
    OtherChecklist,
    /// Somebody else has to sign this document.
    #[error(
        "this document has to be signed by {}, and {} has signed the paper; a presentation with it would be discrepant",
        hash::format(expected),
        hash::format(found)
    )]
    OtherIssuer {
        /// Whom the credit names.
        expected: Address,
        /// Who has signed.
        found: Address,
    },
    /// The date lies ahead.
    #[error("the paper is dated {}, which is still to come; nobody can present it before", moment::format(*dated))]
    DatedInFuture {
        /// The date.
        dated: Timestamp,
    },
}

/// The document that a checklist asks for in a place. Errors: [`PaperError::NotRequired`].
fn required(agreement: &Agreement, place: u8) -> Result<RequiredDocument, PaperError> {
    let document = agreement.checklist.documents.get(usize::from(place)).copied().flatten();
    document.ok_or(PaperError::NotRequired { place })
}

/// Which document of which drawing a paper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Place of the document in the checklist, counted from zero.
    pub document: u8,
    /// The milestone that is drawn, counted from zero; none where the credit has none.
    pub milestone: Option<u8>,
}

impl Place {
    /// Errors: [`PaperError::NotRequired`], [`PaperError::Milestone`], [`PaperError::NotOfMilestone`].
    fn issuer(self, agreement: &Agreement) -> Result<Address, PaperError> {
        let issuer = required(agreement, self.document)?.issuer;
        let has_milestones = agreement.checklist.has_milestones();
        match self.milestone.map(|milestone| (milestone, agreement.checklist.milestone(milestone))) {
            None if !has_milestones => Ok(issuer),
            Some((_, Some(found))) if found.documents >> self.document & 1 == 1 => Ok(issuer),
            Some((milestone, _)) if has_milestones => {
                Err(PaperError::NotOfMilestone { milestone, place: self.document })
            }
            _ => Err(PaperError::Milestone { has_milestones }),
        }
    }
}

impl Paper {
    /// The paper for the next drawing of a credit: a document in its place, known by its commitment and dated.
    ///
    /// # Errors
    /// [`PaperError::NotRequired`], [`PaperError::Milestone`], [`PaperError::NotOfMilestone`].
    pub fn new(
        venue: Venue,
        id: EscrowId,
        agreement: &Agreement,
        escrow: &Escrow,
        place: Place,
        commitment: Hash,
        dated: Timestamp,
    ) -> Result<Self, PaperError> {
        let issuer = place.issuer(agreement)?;
        let Place { document, milestone } = place;
        let checklist = agreement.checklist.hash(keccak);
        let drawing = escrow.next_drawing();
        let subject = PaperSubject { escrow: id, drawing, checklist, milestone, document, commitment, dated };
        Ok(Self { venue, subject, issuer })
    }

    /// What the issuer signs.
    pub fn typed_data(&self) -> TypedData {
        TypedData::of(self.venue, |keccak| paper_hash(&self.subject, keccak))
    }

    /// The paper with the issuer's signature.
    ///
    /// # Errors
    /// [`PaperError::Signature`].
    pub fn sign(&self, signature: &[u8]) -> Result<SignedPaper, PaperError> {
        let signature = self.typed_data().check(&self.issuer, signature)?;
        Ok(SignedPaper { venue: self.venue, subject: self.subject, signer: self.issuer, signature })
    }
}

/// A paper as the issuer sends it. Its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPaper {
    venue: Venue,
    subject: PaperSubject,
    signer: Address,
    signature: Vec<u8>,
}

/// A paper as a file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    #[serde(with = "hash::text")]
    chain_id: [u8; 32],
    #[serde(with = "hash::text")]
    contract: Address,
    escrow: EscrowId,
    drawing: u8,
    #[serde(with = "hash::text")]
    checklist: Hash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    milestone: Option<u8>,
    document: u8,
    #[serde(with = "hash::text")]
    commitment: Hash,
    /// Seconds since 1970.
    dated: u64,
    #[serde(with = "hash::text")]
    signer: Address,
    signature: String,
}

impl SignedPaper {
    /// Where it counts.
    pub const fn venue(&self) -> &Venue {
        &self.venue
    }

    /// What was signed.
    pub const fn subject(&self) -> &PaperSubject {
        &self.subject
    }

    /// Who has signed.
    pub const fn signer(&self) -> Address {
        self.signer
    }

    /// The signature, as the contract takes it.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Checks that the paper can be presented under a credit as it stands now, for a milestone where it is drawn by
    /// them.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn check(
        &self,
        venue: &Venue,
        id: EscrowId,
        agreement: &Agreement,
        escrow: &Escrow,
        milestone: Option<u8>,
        now: Timestamp,
    ) -> Result<(), PaperError> {
        let subject = &self.subject;
        if self.venue != *venue {
            return Err(PaperError::OtherVenue);
        }
        if subject.escrow != id {
            return Err(PaperError::OtherEscrow { expected: id, found: subject.escrow });
        }
        if subject.checklist != agreement.checklist.hash(keccak) {
            return Err(PaperError::OtherChecklist);
        }
        if subject.milestone != milestone {
            return Err(PaperError::OtherMilestone { expected: milestone, found: subject.milestone });
        }
        let issuer = Place { document: subject.document, milestone }.issuer(agreement)?;
        if self.signer != issuer {
            return Err(PaperError::OtherIssuer { expected: issuer, found: self.signer });
        }
        let expected = escrow.next_drawing();
        if subject.drawing != expected {
            return Err(PaperError::OtherDrawing { expected, found: subject.drawing });
        }
        if subject.dated > now {
            return Err(PaperError::DatedInFuture { dated: subject.dated });
        }
        Ok(())
    }

    /// The paper as a text of JSON.
    pub fn to_json(&self) -> String {
        let stored = Stored {
            format: FORMAT.to_owned(),
            chain_id: self.venue.chain_id,
            contract: self.venue.contract,
            escrow: self.subject.escrow,
            drawing: self.subject.drawing,
            checklist: self.subject.checklist,
            milestone: self.subject.milestone,
            document: self.subject.document,
            commitment: self.subject.commitment,
            dated: self.subject.dated.raw(),
            signer: self.signer,
            signature: hash::format(&self.signature),
        };
        file::json(&stored)
    }

    /// Reads a text of JSON, and checks the signature.
    ///
    /// # Errors
    /// [`PaperError::Malformed`], [`PaperError::Signature`].
    pub fn from_json(text: &str) -> Result<Self, PaperError> {
        Self::parse(text, "the text")
    }

    fn parse(text: &str, path: &str) -> Result<Self, PaperError> {
        let malformed = |cause: String| PaperError::Malformed { path: path.to_owned(), cause };
        let stored: Stored = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if stored.format != FORMAT {
            return Err(malformed(format!("it is {:?}, not {FORMAT:?}", stored.format)));
        }
        if usize::from(stored.document) >= MAXIMUM_DOCUMENTS {
            return Err(PaperError::NotRequired { place: stored.document });
        }
        let signature = hash::parse_bytes(&stored.signature);
        let signature = signature.ok_or_else(|| malformed("the signature is not hexadecimal".to_owned()))?;
        let subject = PaperSubject {
            escrow: stored.escrow,
            drawing: stored.drawing,
            checklist: stored.checklist,
            milestone: stored.milestone,
            document: stored.document,
            commitment: stored.commitment,
            dated: Timestamp::from_raw(stored.dated),
        };
        let venue = Venue { chain_id: stored.chain_id, contract: stored.contract };
        Paper { venue, subject, issuer: stored.signer }.sign(&signature)
    }

    /// Reads a file, and checks the signature.
    ///
    /// # Errors
    /// [`PaperError::File`], those of [`SignedPaper::from_json`].
    pub fn read(path: &Path) -> Result<Self, PaperError> {
        Self::parse(&file::read(path)?, &path.display().to_string())
    }

    /// Writes it into a file.
    ///
    /// # Errors
    /// [`PaperError::File`].
    pub fn write(&self, path: &Path) -> Result<(), PaperError> {
        Ok(file::write(path, &self.to_json())?)
    }
}
