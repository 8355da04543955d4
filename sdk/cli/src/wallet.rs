//! Signing without sending, by the acting account or by a wallet elsewhere: a wallet gets what it signs as typed data and gives a
//! signature back. No secret of it comes near this program.

use std::path::Path;

use clap::Args;
use florin_client::{account::AccountId, chain::Address};
use florin_trader::{
    hash,
    signing::{self, SignatureProblem},
    typed_data::TypedData,
};
use serde_json::json;

use crate::{error::CliError, files, output::Answer, record::Record, send::confirm, session::Session};

/// Bytes of an sr25519 signature without the public key, as Polkadot wallets give it.
const BARE_SR25519: usize = 64;

/// Who signs, where it is not the acting account.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WalletArguments {
    /// Sign nothing: print what a wallet elsewhere signs (EIP-712 typed data, and its digest for Polkadot wallets).
    #[arg(long, group = "wallet")]
    pub(crate) typed_data: bool,
    /// Take a signature that a wallet elsewhere has made: 0x and the bytes as it gives them.
    #[arg(long, group = "wallet", value_name = "HEX", value_parser = bytes)]
    pub(crate) wallet_signature: Option<Bytes>,
    /// Whose wallet it is [default: the acting account's].
    #[arg(long, requires = "wallet", value_name = "ACCOUNT")]
    pub(crate) signer: Option<String>,
}

/// Bytes that were given as hexadecimal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(Vec<u8>);

fn bytes(text: &str) -> Result<Bytes, String> {
    let digits = text.trim().strip_prefix("0x").ok_or("it has to begin with 0x")?;
    hex::decode(digits).map(Bytes).map_err(|error| error.to_string())
}

/// A signature of a wallet elsewhere that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WalletError {
    /// It does not count.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    /// It lacks the public key, and the address does not tell it.
    #[error(
        "a signature of 64 bytes is a Polkadot wallet's, and {signer:?} tells no public key; give --signer as SS58"
    )]
    NoPublicKey {
        /// Whose it is said to be.
        signer: Address,
    },
    /// What is signed depends on the moment, and two commands have to mean the same one.
    #[error(
        "a wallet elsewhere takes its time, and has to sign what is written in the end; name the moment with {option}"
    )]
    NoMoment {
        /// The option.
        option: &'static str,
    },
    /// A wallet elsewhere signs no transaction here.
    #[error("a credit on the chain is signed by a transaction; florin escrow draft TERMS --out FILE is for wallets elsewhere")]
    OnChain,
}

impl WalletError {
    /// The error's code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Signature(_) => "INVALID_SIGNATURE",
            Self::NoPublicKey { .. } => "NO_PUBLIC_KEY",
            Self::NoMoment { .. } => "MOMENT_REQUIRED",
            Self::OnChain => "OTHER_COMMAND",
        }
    }
}

/// Somebody who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signatory {
    /// The address by which contracts know it.
    pub(crate) address: Address,
    /// The account, where it is known.
    account: Option<AccountId>,
}

/// What came of signing.
pub(crate) enum Signed {
    /// Nothing was signed; what would be is shown.
    Shown(Answer),
    /// A signature that counts, as contracts take it.
    By(Vec<u8>),
}

impl WalletArguments {
    /// Whether a wallet elsewhere signs.
    pub(crate) const fn is_elsewhere(&self) -> bool {
        self.typed_data || self.wallet_signature.is_some()
    }

    /// Checks that what is signed does not depend on when a command runs.
    ///
    /// # Errors
    /// [`WalletError::NoMoment`].
    pub(crate) const fn check_moment(&self, is_named: bool, option: &'static str) -> Result<(), WalletError> {
        if self.is_elsewhere() && !is_named {
            return Err(WalletError::NoMoment { option });
        }
        Ok(())
    }

    /// Checks that a file that will be written is new; where nothing is signed none is written.
    ///
    /// # Errors
    /// [`CliError::FileExists`]; [`CliError::CommandLine`] where no file is named.
    pub(crate) fn new_file<'a>(&self, out: Option<&'a Path>) -> Result<&'a Path, CliError> {
        match out {
            Some(path) => files::check_new(path).map(|()| path),
            None if self.typed_data => Ok(Path::new("")),
            None => Err(CliError::CommandLine { message: "name the file to write with --out".to_owned() }),
        }
    }

    /// Who signs.
    ///
    /// # Errors
    /// The text names nobody; nobody acts.
    pub(crate) fn signatory(&self, session: &Session) -> Result<Signatory, CliError> {
        let party = session.party_or_me(self.signer.as_deref())?;
        Ok(Signatory { address: party.address, account: party.account })
    }

    /// Has something signed after it was shown. `heading` says what is done, such as "Sign a document".
    ///
    /// # Errors
    /// [`WalletError`]; not confirmed; nobody acts.
    pub(crate) fn sign(
        &self,
        session: &Session,
        signatory: &Signatory,
        data: &TypedData,
        heading: &str,
        preview: &Record,
    ) -> Result<Signed, CliError> {
        let text = format!("{heading}; nothing is sent\n{}", preview.to_text());
        let digest = hash::format(&data.digest());
        if self.typed_data {
            session.output().note(&format!(
                "{text}\nAn Ethereum wallet signs what follows (eth_signTypedData_v4), a Polkadot wallet the bytes {digest}; give \
                 the signature to the same command with --wallet-signature"
            ));
            let typed = data.to_json();
            let pretty = serde_json::to_string_pretty(&typed).unwrap_or_else(|_| typed.to_string());
            let told = json!({ "typed_data": typed, "digest": digest, "preview": preview.to_json() });
            return Ok(Signed::Shown(Answer::new(told, pretty)));
        }
        if session.settings.global.dry_run {
            return Ok(Signed::Shown(Answer::new(json!({ "sent": false, "preview": preview.to_json() }), text)));
        }
        session.output().note(&text);
        if let Some(Bytes(given)) = &self.wallet_signature {
            return Ok(Signed::By(taken(signatory, data, given)?));
        }
        confirm(session, "Sign it?")?;
        Ok(Signed::By(session.settings.signer()?.sign_digest(&data.digest())))
    }
}

/// A wallet's signature in its canonical form.
fn taken(signatory: &Signatory, data: &TypedData, given: &[u8]) -> Result<Vec<u8>, WalletError> {
    let Signatory { address, account } = *signatory;
    let Ok(bare) = <[u8; BARE_SR25519]>::try_from(given) else { return Ok(data.check(&address.0, given)?) };
    let account = account.ok_or(WalletError::NoPublicKey { signer: address })?;
    Ok(data.check(&address.0, &signing::sr25519(&account.0, &bare))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::signer::Signer;
    use florin_trade::terms::signing_hash;
    use florin_trader::signing::{sr25519_message, Venue};
    use florin_units::Timestamp;

    fn data() -> TypedData {
        let venue = Venue { chain_id: [1; 32], contract: [2; 20] };
        TypedData::of(venue, |keccak| signing_hash(&[3; 32], Timestamp::from_raw(4), keccak))
    }

    #[test]
    fn a_polkadot_wallet_gives_a_bare_signature_and_its_account_tells_the_key() {
        let (alice, data) = (Signer::alice(), data());
        let account = alice.account();
        let bare = alice.sign(&sr25519_message(&data.digest()));
        let known = Signatory { address: account.to_address(), account: Some(account) };
        assert_eq!(taken(&known, &data, &bare), Ok(signing::sr25519(&account.0, &bare).to_vec()));
        let unknown = Signatory { account: None, ..known };
        assert_eq!(taken(&unknown, &data, &bare), Err(WalletError::NoPublicKey { signer: known.address }));
        // With the public key in front nothing else has to be known.
        let whole = alice.sign_digest(&data.digest());
        assert_eq!(taken(&unknown, &data, &whole), Ok(whole));
    }

    #[test]
    fn somebody_elses_signature_is_refused() {
        let (bob, data) = (Signer::bob(), data());
        let alice = Signer::alice().account();
        let signatory = Signatory { address: alice.to_address(), account: Some(alice) };
        for given in [bob.sign_digest(&data.digest()), bob.sign(&sr25519_message(&data.digest())).to_vec(), vec![1; 65]]
        {
            let error = taken(&signatory, &data, &given).expect_err("not alice's");
            assert_eq!(error.code(), "INVALID_SIGNATURE", "{error}");
        }
    }

    #[test]
    fn bytes_are_hexadecimal_text() {
        assert_eq!(bytes("0x0102"), Ok(Bytes(vec![1, 2])));
        assert!(bytes("0102").is_err() && bytes("0x1").is_err() && bytes("0xgg").is_err());
    }
}
