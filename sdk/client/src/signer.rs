//! Who signs: development accounts, or a secret from a file, the environment or standard input. Never from a command line,
//! where everybody on the machine can read it, and never printed.

use std::{
    io::BufRead,
    path::{Path, PathBuf},
    str::FromStr,
};

use florin_governance::signing;
use subxt_signer::{
    sr25519::{dev, Keypair},
    ExposeSecret, SecretString, SecretUri,
};

use crate::account::AccountId;

/// A key pair that signs transactions.
#[derive(Clone)]
pub struct Signer(pub(crate) Keypair);

impl core::fmt::Debug for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Signer({:?})", self.account())
    }
}

/// Names of the development accounts, which every development chain endows.
pub const DEVELOPMENT_NAMES: [&str; 6] = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];

impl Signer {
    /// The account that it signs for.
    pub fn account(&self) -> AccountId {
        AccountId(self.0.public_key().0)
    }

    /// Sign bytes as they are (the caller builds the payload).
    pub fn sign(&self, payload: &[u8]) -> [u8; 64] {
        self.0.sign(payload).0
    }

    /// Sign a digest of typed data (EIP-712) as contracts of the suite take it from a key of this kind: the public key, and its
    /// signature of the digest between `<Bytes>` and `</Bytes>`.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Vec<u8> {
        [&self.account().0[..], &self.sign(&signing::wrapped(digest))[..]].concat()
    }

    /// Alice, the development account that is sudo on a dev chain.
    pub fn alice() -> Self {
        Self(dev::alice())
    }

    /// Bob, a development account.
    pub fn bob() -> Self {
        Self(dev::bob())
    }

    /// Charlie, a development account.
    pub fn charlie() -> Self {
        Self(dev::charlie())
    }

    /// Dave, a development account.
    pub fn dave() -> Self {
        Self(dev::dave())
    }

    /// Eve, a development account.
    pub fn eve() -> Self {
        Self(dev::eve())
    }

    /// Ferdie, a development account.
    pub fn ferdie() -> Self {
        Self(dev::ferdie())
    }

    /// A development account by name (`alice` to `ferdie`, upper and lower case are the same) or by number (`7` is
    /// [`Signer::numbered`]).
    ///
    /// # Errors
    /// [`SignerError::UnknownDevelopmentAccount`] for any other name.
    pub fn dev(name: &str) -> Result<Self, SignerError> {
        match name.to_ascii_lowercase().as_str() {
            "alice" => Ok(Self::alice()),
            "bob" => Ok(Self::bob()),
            "charlie" => Ok(Self::charlie()),
            "dave" => Ok(Self::dave()),
            "eve" => Ok(Self::eve()),
            "ferdie" => Ok(Self::ferdie()),
            other => match other.parse() {
                Ok(number) => Self::numbered(number),
                Err(_) => Err(SignerError::UnknownDevelopmentAccount { name: name.to_owned() }),
            },
        }
    }

    /// One of four billion further development accounts: the development phrase with the path `//Florin//number`. No chain
    /// endows them.
    ///
    /// # Errors
    /// None that can happen: the secret is well-formed for each number.
    pub fn numbered(number: u32) -> Result<Self, SignerError> {
        Self::from_secret(&SecretString::from(format!("//Florin//{number}")))
    }

    /// Read a secret: a mnemonic phrase or a hexadecimal seed (`0x…`, 32 bytes), each with an optional derivation path
    /// (`//hard/soft`) and password (`///password`). A path alone belongs to the public development phrase.
    ///
    /// # Errors
    /// [`SignerError::Empty`] where nothing is there, [`SignerError::Malformed`] where it is no such secret. Neither repeats
    /// the text.
    pub fn from_secret(secret: &SecretString) -> Result<Self, SignerError> {
        let text = secret.expose_secret().trim();
        if text.is_empty() {
            return Err(SignerError::Empty);
        }
        let uri = SecretUri::from_str(text).map_err(|_| SignerError::Malformed)?;
        Keypair::from_uri(&uri).map(Self).map_err(|_| SignerError::Malformed)
    }
}

/// Where a signer's secret comes from. Its text form is what people give on a command line.
///
/// | text | source |
/// | --- | --- |
/// | `alice`, `dev:alice`, `dev:7` | a development account |
/// | `file:PATH` | the first line of a file that only its owner can read |
/// | `env:NAME` | an environment variable |
/// | `stdin:` | the first line of standard input |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerSource {
    /// A development account, by name or number.
    Development(String),
    /// The first line of a file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// The first line of standard input.
    StandardInput,
}

impl FromStr for SignerSource {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        if DEVELOPMENT_NAMES.iter().any(|name| text.eq_ignore_ascii_case(name)) {
            return Ok(Self::Development(text.to_ascii_lowercase()));
        }
        match text.split_once(':') {
            Some(("dev", name)) if !name.is_empty() => Ok(Self::Development(name.to_ascii_lowercase())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            Some(("stdin", "")) => Ok(Self::StandardInput),
            // The text may be a secret; the error must not repeat it.
            _ if looks_like_secret(text) => Err(SignerError::SecretInPlainSight),
            _ => Err(SignerError::UnknownSource),
        }
    }
}

impl core::fmt::Display for SignerSource {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Development(name) => write!(f, "dev:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::StandardInput => f.write_str("stdin:"),
        }
    }
}

impl SignerSource {
    /// Read the secret and make the signer.
    ///
    /// # Errors
    /// [`SignerError`] says which source could not be read, or that what it holds is no secret.
    pub fn load(&self) -> Result<Signer, SignerError> {
        match self {
            Self::Development(name) => Signer::dev(name),
            Self::File(path) => Signer::from_secret(&read_private_file(path)?),
            Self::Environment(name) => {
                let value = std::env::var(name).map_err(|cause| match cause {
                    std::env::VarError::NotPresent => SignerError::NotInEnvironment { name: name.clone() },
                    std::env::VarError::NotUnicode(_) => SignerError::Malformed,
                })?;
                Signer::from_secret(&SecretString::from(value))
            }
            Self::StandardInput => {
                let mut line = String::new();
                std::io::stdin()
                    .lock()
                    .read_line(&mut line)
                    .map_err(|cause| SignerError::StandardInput { cause: cause.to_string() })?;
                Signer::from_secret(&SecretString::from(line))
            }
        }
    }
}

fn looks_like_secret(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("0x") || text.starts_with('/') || text.split_whitespace().count() > 2
}

fn read_private_file(path: &Path) -> Result<SecretString, SignerError> {
    let unreadable = |cause: std::io::Error| SignerError::File { path: path.to_owned(), cause: cause.to_string() };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(SignerError::FileIsShared { path: path.to_owned(), mode: mode & 0o777 });
        }
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default().to_owned()))
}

/// No signer could be made. No variant carries a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// No development account of that name.
    #[error("no development account is called {name:?}; there are alice, bob, charlie, dave, eve, ferdie and numbers")]
    UnknownDevelopmentAccount {
        /// The name that was asked for.
        name: String,
    },
    /// The text names no source.
    #[error("not a signer; give a development account (alice), file:PATH, env:NAME or stdin:")]
    UnknownSource,
    /// A secret stands where everybody can read it.
    #[error(
        "a secret on the command line can be read by others and is kept in the shell's history; \
         put it into a file (chmod 600) and give file:PATH, or use env:NAME or stdin:"
    )]
    SecretInPlainSight,
    /// The file could not be read.
    #[error("cannot read the signer's file {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// Others than the owner have access to the file.
    #[error("others have access to the signer's file {} (mode {mode:o}); run chmod 600 on it", path.display())]
    FileIsShared {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set")]
    NotInEnvironment {
        /// Its name.
        name: String,
    },
    /// Standard input could not be read.
    #[error("cannot read the secret from standard input: {cause}")]
    StandardInput {
        /// What the system said.
        cause: String,
    },
    /// The source is empty.
    #[error("the source holds no secret")]
    Empty,
    /// The source holds something that is no secret.
    #[error("the source holds no valid secret; a mnemonic phrase or a seed of 32 bytes (0x…) is expected")]
    Malformed,
}
