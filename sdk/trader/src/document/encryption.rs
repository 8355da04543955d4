//! Sheets for somebody else: encrypted for recipients (`age1…`), so that they can travel by any way. The format is
//! age's (age-encryption.org/v1, X25519, armoured as text), which other programs read too.

use std::{
    io::{Read, Write},
    path::Path,
};

use age::{
    armor::{ArmoredReader, ArmoredWriter, Format},
    secrecy::ExposeSecret,
    x25519, DecryptError, Decryptor, Encryptor,
};

use super::{Document, DocumentError};
use crate::file;

/// The longest sheet that is read: 256 fields with room for long texts. An encrypted file of a stranger must not fill
/// the memory.
const MAXIMUM_LENGTH: u64 = 64 * 1024 * 1024;

/// Why a sheet cannot be encrypted or decrypted. No variant holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptionError {
    /// Nobody could read it.
    #[error("no recipient is named; give at least one, which begins with age1")]
    NoRecipients,
    /// It is no recipient.
    #[error("{text:?} is no recipient; one begins with age1, ask whoever should read the document for it")]
    Recipient {
        /// The text.
        text: String,
    },
    /// The file has no identity.
    #[error(
        "the file holds no identity; a line that begins with AGE-SECRET-KEY-1 is expected, and an identity with a \
        passphrase is not read here"
    )]
    NoIdentity,
    /// It is encrypted for others.
    #[error(
        "none of your identities can read this; ask the sender to encrypt it for your recipient, which begins with \
        age1"
    )]
    NotForYou,
    /// It is locked with a passphrase.
    #[error(
        "this is locked with a passphrase, not encrypted for a recipient; ask the sender to encrypt it for your \
        recipient, which begins with age1"
    )]
    Passphrase,
    /// It is damaged, or was never encrypted.
    #[error("this is no encrypted document, or it was damaged on its way; ask for it again")]
    Damaged,
    /// It is far too long.
    #[error("this is longer than any document; attach long texts as files, which stay where they are")]
    TooLong,
    /// The system failed.
    #[error("the document could not be encrypted: {cause}; try again")]
    Failed {
        /// What the system said.
        cause: String,
    },
}

/// Keys by which somebody reads what was encrypted for it. They are never shown.
#[derive(Clone)]
pub struct Identities(Vec<x25519::Identity>);

impl core::fmt::Debug for Identities {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Identities({})", self.recipients().join(", "))
    }
}

impl Identities {
    /// Reads a file of identities, one a line, that only its owner may read. Empty lines and lines after `#` are passed
    /// over.
    ///
    /// # Errors
    /// [`DocumentError::File`], [`EncryptionError::NoIdentity`].
    pub fn load(path: &Path) -> Result<Self, DocumentError> {
        let text = file::read_private(path)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities: Result<Vec<x25519::Identity>, _> = lines.map(str::parse).collect();
        // The reason is left out: it may repeat what stands there.
        match identities {
            Ok(identities) if !identities.is_empty() => Ok(Self(identities)),
            _ => Err(EncryptionError::NoIdentity.into()),
        }
    }

    /// Makes an identity and writes it into a new file that only its owner may read; returns the recipient, which may
    /// be given to anybody.
    ///
    /// # Errors
    /// [`DocumentError::File`], also where the file is there already.
    pub fn create(path: &Path) -> Result<String, DocumentError> {
        let identity = x25519::Identity::generate();
        let recipient = identity.to_public().to_string();
        let secret = identity.to_string();
        file::create_private(path, &format!("# recipient: {recipient}\n{}\n", secret.expose_secret()))?;
        Ok(recipient)
    }

    /// Those for whom others encrypt.
    pub fn recipients(&self) -> Vec<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }
}

impl Document {
    /// Encrypts the sheet, with all salts, for recipients: each of them can read and show every field.
    ///
    /// # Errors
    /// [`EncryptionError`].
    pub fn encrypt(&self, recipients: &[&str]) -> Result<String, DocumentError> {
        let parse = |text: &&str| {
            let recipient = text.trim().parse::<x25519::Recipient>();
            recipient.map_err(|_| EncryptionError::Recipient { text: (*text).chars().take(80).collect() })
        };
        let recipients: Vec<x25519::Recipient> = recipients.iter().map(parse).collect::<Result<_, _>>()?;
        let known = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(known).map_err(|error| match error {
            age::EncryptError::MissingRecipients => EncryptionError::NoRecipients,
            other => EncryptionError::Failed { cause: other.to_string() },
        })?;
        let plain = self.to_json();
        if plain.len() as u64 > MAXIMUM_LENGTH {
            return Err(EncryptionError::TooLong.into());
        }
        let encrypted = seal(encryptor, plain.as_bytes());
        Ok(encrypted.map_err(|cause| EncryptionError::Failed { cause: cause.to_string() })?)
    }

    /// Decrypts a sheet, and checks that it is a document.
    ///
    /// # Errors
    /// [`EncryptionError`]; those of a sheet.
    pub fn decrypt(text: &str, identities: &Identities) -> Result<Self, DocumentError> {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(text.as_bytes())).map_err(refusal)?;
        if decryptor.is_scrypt() {
            return Err(EncryptionError::Passphrase.into());
        }
        let known = identities.0.iter().map(|identity| identity as &dyn age::Identity);
        let reader = decryptor.decrypt(known).map_err(refusal)?;
        let mut opened = String::new();
        reader.take(MAXIMUM_LENGTH + 1).read_to_string(&mut opened).map_err(|_| EncryptionError::Damaged)?;
        if opened.len() as u64 > MAXIMUM_LENGTH {
            return Err(EncryptionError::TooLong.into());
        }
        Self::parse(&opened, "the decrypted text")
    }
}

fn seal(encryptor: Encryptor, plain: &[u8]) -> std::io::Result<String> {
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armor)?;
    writer.write_all(plain)?;
    let bytes = writer.finish()?.finish()?;
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("armour is no text"))
}

fn refusal(error: DecryptError) -> EncryptionError {
    match error {
        DecryptError::NoMatchingKeys => EncryptionError::NotForYou,
        _ => EncryptionError::Damaged,
    }
}
