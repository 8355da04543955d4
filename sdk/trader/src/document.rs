//! A document with its fields. Others know it by one hash, its commitment: the root of a tree over salted hashes of the
//! fields. One field can be shown to somebody, with its salt and the way to the root, and no other field comes out with
//! it.
//!
//! The sheet with the salts is a file of its owner's alone. It is given to somebody else only encrypted
//! ([`encryption`]), or field by field ([`Proof`]).
//!
//! The name of a field is hashed with its value, so no value can be shown under another name. Empty places of the tree
//! are filled with salts too, so that a proof does not tell how many fields there are beyond a power of two.

pub mod encryption;

use std::path::Path;

use florin_trade::{
    disclosure::{branch_hash, field_hash, is_field_of, MAXIMUM_DEPTH},
    Hash,
};
use parity_scale_codec::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    file::{self, FileError},
    hash, keccak,
};

/// What the first key of a sheet's file says.
pub const SHEET_FORMAT: &str = "florin document 1";
/// What the first key of a proof's file says.
pub const PROOF_FORMAT: &str = "florin field 1";
/// The most fields of a document.
pub const MAXIMUM_FIELDS: usize = 1 << MAXIMUM_DEPTH;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Content {
    /// A text.
    #[codec(index = 0)]
    Text(String),
    /// A file, known by its hash; the file itself stays where it is.
    #[codec(index = 1)]
    File {
        /// How it is called, without its folders.
        name: String,
        /// Its length in bytes.
        length: u64,
        /// Keccak-256 of its bytes.
        #[serde(with = "hash::text")]
        hash: Hash,
    },
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// Why a document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no sheet or proof.
    #[error("{path} holds no {what}: {cause}; ask for the file again")]
    Malformed {
        /// The file.
        path: String,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        cause: String,
    },
    /// A document has fields.
    #[error("the document has no field; give it at least one, such as its number")]
    NoField,
    /// A name is there twice, or is none.
    #[error(
        "{name:?} cannot be the name of a field: {}",
        if name.trim().is_empty() { "it is empty" } else { "another field is called so" }
    )]
    Name {
        /// The name.
        name: String,
    },
    /// There is no room for more fields.
    #[error(
        "the document has {MAXIMUM_FIELDS} fields, which is the most; put several values into one field, or attach a \
        file"
    )]
    TooManyFields,
    /// There is no such field.
    #[error("the document has no field called {name:?}; it has: {}", known.join(", "))]
    UnknownField {
        /// The name.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// The system has no randomness.
    #[error(
        "the system gives no random numbers ({cause}), so no salts can be made; a commitment without them would tell \
        the fields to whoever guesses them"
    )]
    NoRandomness {
        /// What the system said.
        cause: String,
    },
    /// What the sheet holds is not what its commitment says.
    #[error(
        "the fields have the commitment {}, the file says {}; the file was changed, so look for an older copy",
        hash::format(found),
        hash::format(expected)
    )]
    OtherCommitment {
        /// What the file says.
        expected: Hash,
        /// What the fields come to.
        found: Hash,
    },
    /// The field is not one of the document.
    #[error(
        "{name:?} with this value is not a field of the document {}; do not rely on it, and ask for another proof",
        hash::format(commitment)
    )]
    NotAField {
        /// The name that the proof gives.
        name: String,
        /// The document.
        commitment: Hash,
    },
    /// It cannot be encrypted or decrypted.
    #[error(transparent)]
    Encryption(#[from] encryption::EncryptionError),
}

/// A document that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    fields: Vec<Field>,
}

impl Sheet {
    /// A sheet without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields so far.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Adds a field with a text.
    ///
    /// # Errors
    /// [`DocumentError::Name`], [`DocumentError::TooManyFields`].
    pub fn text(&mut self, name: &str, value: &str) -> Result<&mut Self, DocumentError> {
        self.add(name, Content::Text(value.to_owned()))
    }

    /// Adds a field with a file, which is hashed here and stays where it is.
    ///
    /// # Errors
    /// [`DocumentError::File`], [`DocumentError::Name`], [`DocumentError::TooManyFields`].
    pub fn file(&mut self, name: &str, path: &Path) -> Result<&mut Self, DocumentError> {
        let (hash, length) = hash::of_file(path)?;
        let called = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.add(name, Content::File { name: called, length, hash })
    }

    fn add(&mut self, name: &str, content: Content) -> Result<&mut Self, DocumentError> {
        let name = name.trim().to_owned();
        if name.is_empty() || self.fields.iter().any(|field| field.name == name) {
            return Err(DocumentError::Name { name });
        }
        if self.fields.len() >= MAXIMUM_FIELDS {
            return Err(DocumentError::TooManyFields);
        }
        self.fields.push(Field { name, content });
        Ok(self)
    }

    /// Salts every field. From now on the document is what it is: salting it again makes another one.
    ///
    /// # Errors
    /// [`DocumentError::NoField`], [`DocumentError::NoRandomness`].
    pub fn commit(&self) -> Result<Document, DocumentError> {
        if self.fields.is_empty() {
            return Err(DocumentError::NoField);
        }
        let mut salts = vec![Hash::default(); self.fields.len().next_power_of_two()];
        for salt in &mut salts {
            getrandom::fill(salt).map_err(|error| DocumentError::NoRandomness { cause: error.to_string() })?;
        }
        Ok(Document { fields: self.fields.clone(), salts: Salts(salts) })
    }
}

/// Salts, which are nobody's business: who has one can guess what a field says until it fits.
#[derive(Clone, PartialEq, Eq)]
struct Salts(Vec<Hash>);

impl core::fmt::Debug for Salts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} salts", self.0.len())
    }
}

/// A document with its salts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    fields: Vec<Field>,
    /// One for each place of the tree.
    salts: Salts,
}

/// A document as its file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    #[serde(with = "hash::text")]
    commitment: Hash,
    fields: Vec<Field>,
    #[serde(with = "hash::texts")]
    salts: Vec<Hash>,
}

impl Document {
    /// The fields.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The hash by which others know the document.
    pub fn commitment(&self) -> Hash {
        let mut level = self.leaves();
        while level.len() > 1 {
            level = above(&level);
        }
        // A document has at least one field.
        level.first().copied().unwrap_or_default()
    }

    /// The hashes at the bottom of the tree. A place without a field has the hash of nothing, which no field has.
    fn leaves(&self) -> Vec<Hash> {
        let leaf = |(place, salt): (usize, &Hash)| {
            let value = self.fields.get(place).map(Encode::encode).unwrap_or_default();
            field_hash(u8::try_from(place).unwrap_or(u8::MAX), salt, &value, keccak)
        };
        self.salts.0.iter().enumerate().map(leaf).collect()
    }

    /// Shows one field: what it says, and what proves that it belongs to the document. The salt of this field is in it.
    ///
    /// # Errors
    /// [`DocumentError::UnknownField`].
    pub fn disclose(&self, name: &str) -> Result<Proof, DocumentError> {
        let place = self.fields.iter().position(|field| field.name == name.trim());
        let place = place.ok_or_else(|| DocumentError::UnknownField {
            name: name.to_owned(),
            known: self.fields.iter().map(|field| field.name.clone()).collect(),
        })?;
        let (mut level, mut at, mut path) = (self.leaves(), place, Vec::new());
        while level.len() > 1 {
            path.extend(level.get(at ^ 1).copied());
            level = above(&level);
            at /= 2;
        }
        let commitment = level.first().copied().unwrap_or_default();
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        let Field { name, content } = self.fields[usize::from(place)].clone();
        Ok(Proof {
            format: PROOF_FORMAT.to_owned(),
            commitment,
            place,
            name,
            content,
            salt: self.salts.0[usize::from(place)],
            path,
        })
    }

    /// The sheet with its salts as a text of JSON. Who has it can show every field, so it goes nowhere as it is.
    pub(crate) fn to_json(&self) -> String {
        file::json(&Stored {
            format: SHEET_FORMAT.to_owned(),
            commitment: self.commitment(),
            fields: self.fields.clone(),
            salts: self.salts.0.clone(),
        })
    }

    pub(crate) fn parse(text: &str, path: &str) -> Result<Self, DocumentError> {
        let malformed = |cause: String| DocumentError::Malformed { path: path.to_owned(), what: "document", cause };
        // What the reader says of a mistake may repeat a line, and the line may be a salt.
        let stored: Stored =
            serde_json::from_str(text).map_err(|error| malformed(format!("line {} cannot be read", error.line())))?;
        if stored.format != SHEET_FORMAT {
            return Err(malformed(format!("it is {:?}, not {SHEET_FORMAT:?}", stored.format)));
        }
        let mut sheet = Sheet::new();
        for Field { name, content } in stored.fields {
            sheet.add(&name, content)?;
        }
        if sheet.fields.is_empty() {
            return Err(DocumentError::NoField);
        }
        if stored.salts.len() != sheet.fields.len().next_power_of_two() {
            return Err(malformed("salts are missing".to_owned()));
        }
        let document = Self { fields: sheet.fields, salts: Salts(stored.salts) };
        let found = document.commitment();
        if found != stored.commitment {
            return Err(DocumentError::OtherCommitment { expected: stored.commitment, found });
        }
        Ok(document)
    }

    /// Writes the sheet with its salts into a file that only its owner may read.
    ///
    /// # Errors
    /// [`DocumentError::File`].
    pub fn save(&self, path: &Path) -> Result<(), DocumentError> {
        Ok(file::write_private(path, &self.to_json())?)
    }

    /// Reads a sheet. A file that others may read is refused.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub fn load(path: &Path) -> Result<Self, DocumentError> {
        Self::parse(&file::read_private(path)?, &path.display().to_string())
    }
}

/// The level above a level of the tree.
fn above(level: &[Hash]) -> Vec<Hash> {
    level.chunks_exact(2).map(|pair| branch_hash(&pair[0], &pair[1], keccak)).collect()
}

/// One field of a document, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Which kind of file it is.
    pub format: String,
    /// The document, as the proof names it.
    #[serde(with = "hash::text")]
    pub commitment: Hash,
    /// Place of the field.
    pub place: u8,
    /// What it is called.
    pub name: String,
    /// What it says.
    pub content: Content,
    /// Its salt.
    #[serde(with = "hash::text")]
    pub salt: Hash,
    /// The neighbour at each level, from the field up.
    #[serde(with = "hash::texts")]
    pub path: Vec<Hash>,
}

impl Proof {
    /// Checks that the field belongs to a document: the one whose commitment was presented. The commitment that the
    /// proof names itself proves nothing.
    ///
    /// # Errors
    /// [`DocumentError::NotAField`].
    pub fn verify(&self, commitment: &Hash) -> Result<(), DocumentError> {
        let field = Field { name: self.name.clone(), content: self.content.clone() };
        let is_field = is_field_of(commitment, self.place, &self.salt, &field.encode(), &self.path, keccak);
        if is_field && self.commitment == *commitment {
            Ok(())
        } else {
            Err(DocumentError::NotAField { name: self.name.clone(), commitment: *commitment })
        }
    }

    /// Checks that a file is the one that the field names.
    ///
    /// # Errors
    /// [`DocumentError::File`]; [`DocumentError::NotAField`] for another file, or a field that names none.
    pub fn verify_file(&self, path: &Path) -> Result<(), DocumentError> {
        let found = hash::of_file(path)?;
        match &self.content {
            Content::File { length, hash, .. } if (*hash, *length) == found => Ok(()),
            _ => Err(DocumentError::NotAField { name: self.name.clone(), commitment: self.commitment }),
        }
    }

    /// The proof as a text of JSON.
    pub fn to_json(&self) -> String {
        file::json(self)
    }

    /// Reads a text of JSON. It proves nothing before it was verified.
    ///
    /// # Errors
    /// [`DocumentError::Malformed`].
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        let malformed =
            |cause: String| DocumentError::Malformed { path: "the text".to_owned(), what: "proof of a field", cause };
        let proof: Self = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if proof.format != PROOF_FORMAT {
            return Err(malformed(format!("it is {:?}, not {PROOF_FORMAT:?}", proof.format)));
        }
        Ok(proof)
    }
}
