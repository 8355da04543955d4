//! Signatures as the contract checks them: of Ethereum's keys over a digest (65 bytes), and of Polkadot's (sr25519)
//! over the digest between `<Bytes>` and `</Bytes>` (96 bytes, with the public key in front). Nothing here has a
//! secret: who signs gets a digest and gives back bytes.

use florin_governance::signing::{self, Domain, Signature, SignatureError, SR25519_LENGTH};
use florin_trade::{Address, Hash, SIGNING_NAME};
use florin_units::Timestamp;
use k256::ecdsa::{RecoveryId, Signature as EcdsaSignature, VerifyingKey};

use crate::{hash, keccak, moment};

/// What the chain puts in front of everything that an sr25519 key signs.
const CONTEXT: &[u8] = b"substrate";

/// Where signatures count: on one chain, at one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Venue {
    /// The chain's number (EIP-155), big-endian.
    pub chain_id: [u8; 32],
    /// The escrow contract.
    pub contract: Address,
}

impl Venue {
    /// The domain of what is signed there.
    pub const fn domain(&self) -> Domain {
        Domain { name: SIGNING_NAME, chain_id: self.chain_id, contract: self.contract }
    }

    /// The digest of a struct hash, as it is signed.
    pub fn digest(&self, struct_hash: &Hash) -> Hash {
        self.domain().typed(struct_hash, keccak)
    }
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureProblem {
    /// It is neither of the two kinds.
    #[error(
        "these {length} bytes are no signature; give the 65 bytes of an Ethereum wallet, or the public key and the \
         signature of a Polkadot wallet, 96 bytes"
    )]
    Malformed {
        /// Bytes given.
        length: usize,
    },
    /// It is the other one of two forms, which the contract refuses.
    #[error("the signature is not in its one canonical form, and the contract would refuse it; sign again")]
    Malleable,
    /// Somebody else signed, or something else was signed.
    #[error(
        "this is not {}'s signature of this; sign the digest {} with that account's key",
        hash::format(expected),
        hash::format(digest)
    )]
    WrongSigner {
        /// Who should have signed.
        expected: Address,
        /// What should have been signed.
        digest: Hash,
    },
    /// It is too late.
    #[error(
        "the signatures count until {}, and that is over; gather new ones with a later deadline",
        moment::format(*deadline)
    )]
    Expired {
        /// The last moment.
        deadline: Timestamp,
    },
}

/// Who signed a digest, and the signature in its canonical form.
///
/// # Errors
/// [`SignatureProblem::Malformed`], [`SignatureProblem::Malleable`]. Signatures of nobody have no signer.
pub fn signer_of(digest: &Hash, bytes: &[u8]) -> Result<(Option<Address>, Vec<u8>), SignatureProblem> {
    let parsed = Signature::parse(bytes).map_err(|error| match error {
        SignatureError::Malleable => SignatureProblem::Malleable,
        _ => SignatureProblem::Malformed { length: bytes.len() },
    })?;
    Ok(match parsed {
        Signature::Ecdsa(parts) => (recover(digest, &parts), parts.to_vec()),
        Signature::Sr25519 { public_key, signature } => {
            let signed = verify(&public_key, &signing::wrapped(digest), &signature);
            (signed.then(|| signing::address_of(&public_key, keccak)), bytes.to_vec())
        }
    })
}

/// Checks that an account signed a digest; returns the signature in its canonical form.
///
/// # Errors
/// [`SignatureProblem`].
pub fn check(account: &Address, digest: &Hash, bytes: &[u8]) -> Result<Vec<u8>, SignatureProblem> {
    let (signer, canonical) = signer_of(digest, bytes)?;
    // The zero address is what a failed recovery looks like on some chains; it signs nothing.
    if signer == Some(*account) && *account != [0; 20] {
        Ok(canonical)
    } else {
        Err(SignatureProblem::WrongSigner { expected: *account, digest: *digest })
    }
}

fn recover(digest: &Hash, parts: &[u8; 65]) -> Option<Address> {
    let signature = EcdsaSignature::from_slice(&parts[..64]).ok()?;
    let recovery = RecoveryId::from_byte(parts[64])?;
    let key = VerifyingKey::recover_from_prehash(digest, &signature, recovery).ok()?;
    Some(address_of_ecdsa(&key))
}

/// The address of an Ethereum key: the last 20 bytes of the hash of its point.
fn address_of_ecdsa(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    let mut address = Address::default();
    address.copy_from_slice(&keccak(&point.as_bytes()[1..])[12..]);
    address
}

fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = schnorrkel::PublicKey::from_bytes(public_key);
    let signature = schnorrkel::Signature::from_bytes(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_simple(CONTEXT, message, &signature).is_ok())
}

/// What an sr25519 key signs for a digest. The signature goes with [`sr25519`].
pub fn sr25519_message(digest: &Hash) -> Vec<u8> {
    signing::wrapped(digest)
}

/// A signature as the contract takes it, from an sr25519 key and what it has signed.
pub fn sr25519(public_key: &[u8; 32], signature: &[u8; 64]) -> [u8; SR25519_LENGTH] {
    let mut bytes = [0; SR25519_LENGTH];
    bytes[..32].copy_from_slice(public_key);
    bytes[32..].copy_from_slice(signature);
    bytes
}
