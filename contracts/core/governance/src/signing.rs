//! Votes and delegations by signature: what is signed (typed data of EIP-712, so that a wallet shows it), and which signatures
//! count.
//!
//! Two kinds of keys can sign. An ECDSA key signs the digest itself, as Ethereum wallets do. An sr25519 key signs the digest
//! between `<Bytes>` and `</Bytes>`, as Polkadot wallets do, so that it can never be taken for a transaction.

use crate::{Address, Hash, ProposalId};
use alloc::vec::Vec;
use florin_units::{error_codes, Timestamp};
use parity_scale_codec::{Decode, Encode};

/// Bytes of an ECDSA signature: r, s, v.
pub const ECDSA_LENGTH: usize = 65;
/// Bytes of an sr25519 signature: the public key and the signature.
pub const SR25519_LENGTH: usize = 96;
/// Half of secp256k1's order. Of the two signatures that a message has, only the one with the lower s counts.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum SignatureError {
    /// It is neither an ECDSA signature of 65 bytes nor a public key and an sr25519 signature of 96.
    #[codec(index = 0)]
    Malformed {
        /// Bytes given.
        length: u32,
    },
    /// It is the other one of the two signatures that the message has, which anybody can make from the one.
    #[codec(index = 1)]
    Malleable,
    /// It is no longer valid.
    #[codec(index = 2)]
    Expired {
        /// Last moment at which it is.
        deadline: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// Somebody else signed, or something else was signed.
    #[codec(index = 3)]
    WrongSigner {
        /// Who should have signed.
        expected: Address,
    },
    /// It was used, or another one has to be used before.
    #[codec(index = 4)]
    WrongNonce {
        /// The next nonce of the signer.
        expected: u64,
        /// The nonce given.
        given: u64,
    },
}

error_codes!(SignatureError {
    Malformed = 0, "this is no signature";
    Malleable = 1, "the signature is not in its canonical form";
    Expired = 2, "the signature is no longer valid";
    WrongSigner = 3, "the signature is somebody else's, or of something else";
    WrongNonce = 4, "the signature was used, or another one has to be used before";
});

/// A signature in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// r, s and v as 0 or 1.
    Ecdsa([u8; ECDSA_LENGTH]),
    /// By an sr25519 key.
    Sr25519 {
        /// The key.
        public_key: [u8; 32],
        /// Its signature.
        signature: [u8; 64],
    },
}

impl Signature {
    /// Tells the kind by the length and refuses what is not in the one canonical form.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`], [`SignatureError::Malleable`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let malformed = SignatureError::Malformed { length: u32::try_from(bytes.len()).unwrap_or(u32::MAX) };
        if let Ok(mut ecdsa) = <[u8; ECDSA_LENGTH]>::try_from(bytes) {
            let recovery = &mut ecdsa[ECDSA_LENGTH - 1];
            *recovery = match *recovery {
                0 | 27 => 0,
                1 | 28 => 1,
                _ => return Err(malformed),
            };
            if ecdsa[32..64] > HALF_ORDER[..] {
                return Err(SignatureError::Malleable);
            }
            return Ok(Self::Ecdsa(ecdsa));
        }
        let both = <[u8; SR25519_LENGTH]>::try_from(bytes).map_err(|_| malformed)?;
        let (mut public_key, mut signature) = ([0; 32], [0; 64]);
        public_key.copy_from_slice(&both[..32]);
        signature.copy_from_slice(&both[32..]);
        Ok(Self::Sr25519 { public_key, signature })
    }
}

/// What an sr25519 key signs for a digest.
pub fn wrapped(digest: &Hash) -> Vec<u8> {
    [b"<Bytes>", digest.as_slice(), b"</Bytes>"].concat()
}

/// The address of an sr25519 key: the last 20 bytes of its hash, as the chain maps accounts.
pub fn address_of(public_key: &[u8; 32], keccak: impl Fn(&[u8]) -> Hash) -> Address {
    let mut address = [0; 20];
    address.copy_from_slice(&keccak(public_key)[12..]);
    address
}

/// Where a signature counts: on one chain, at one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Name of the contract as wallets show it.
    pub name: &'static str,
    /// The chain's number (EIP-155), big-endian.
    pub chain_id: [u8; 32],
    /// The contract.
    pub contract: Address,
}

/// Name of the governor in what is signed.
pub const GOVERNOR: &str = "Florin Governor";
/// Name of the vote token in what is signed.
pub const VOTES: &str = "Florin Votes";

impl Domain {
    fn separator(&self, keccak: &impl Fn(&[u8]) -> Hash) -> Hash {
        keccak(
            &[
                keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak(self.name.as_bytes()),
                keccak(b"1"),
                self.chain_id,
                address_word(&self.contract),
            ]
            .concat(),
        )
    }

    fn digest(&self, fields: &[Hash], keccak: impl Fn(&[u8]) -> Hash) -> Hash {
        self.typed(&keccak(&fields.concat()), keccak)
    }

    /// What is signed for a struct hash of EIP-712: the hash of a type and its fields.
    pub fn typed(&self, struct_hash: &Hash, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
        let mut bytes = [0x19, 0x01].to_vec();
        bytes.extend(self.separator(&keccak));
        bytes.extend(struct_hash);
        keccak(&bytes)
    }

    /// What a voter signs: `Ballot(uint256 proposal,uint8 support,address voter,uint256 deadline,string reason)`.
    pub fn ballot(
        &self,
        proposal: ProposalId,
        support: u8,
        voter: &Address,
        deadline: Timestamp,
        reason: &str,
        keccak: impl Fn(&[u8]) -> Hash,
    ) -> Hash {
        let kind = keccak(b"Ballot(uint256 proposal,uint8 support,address voter,uint256 deadline,string reason)");
        let fields = [
            kind,
            number_word(u64::from(proposal)),
            number_word(u64::from(support)),
            address_word(voter),
            number_word(deadline.raw()),
            keccak(reason.as_bytes()),
        ];
        self.digest(&fields, keccak)
    }

    /// What a holder signs: `Delegation(address holder,address delegate,uint256 nonce,uint256 deadline)`.
    pub fn delegation(
        &self,
        holder: &Address,
        delegate: &Address,
        nonce: u64,
        deadline: Timestamp,
        keccak: impl Fn(&[u8]) -> Hash,
    ) -> Hash {
        let kind = keccak(b"Delegation(address holder,address delegate,uint256 nonce,uint256 deadline)");
        let fields =
            [kind, address_word(holder), address_word(delegate), number_word(nonce), number_word(deadline.raw())];
        self.digest(&fields, keccak)
    }
}

/// Checks that a signature is still valid. Errors: [`SignatureError::Expired`].
pub fn check_deadline(deadline: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
    if now > deadline {
        return Err(SignatureError::Expired { deadline, now });
    }
    Ok(())
}

fn number_word(number: u64) -> Hash {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn address_word(address: &Address) -> Hash {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address);
    word
}
