//! Accounts, their 20-byte addresses and their textual forms.

use blake2::{digest::consts::U64, Blake2b, Digest};
use sha3::Keccak256;

use crate::chain::Address;

/// A 32-byte account.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub [u8; 32]);

impl core::fmt::Debug for AccountId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

/// Where the runtimes of Polkadot Hub and of the development chain put the assets pallet's precompile.
const ASSET_PRECOMPILE_PREFIX: u16 = 0x0120;

/// The filler byte of accounts that stand for a 20-byte address.
const ADDRESS_FILLER: u8 = 0xEE;

impl AccountId {
    /// The address by which contracts know this account: the last 20 bytes of the Keccak-256 hash of the account, or the first
    /// 20 bytes where the account itself only stands for an address. (pallet-revive, `AccountId32Mapper`)
    pub fn to_address(&self) -> Address {
        if self.is_address_account() {
            return Address::from_slice(&self.0[..20]);
        }
        let hash = Keccak256::digest(self.0);
        Address::from_slice(&hash[12..])
    }

    /// The account that holds the funds of an address which no account is mapped to.
    pub fn from_address(address: &Address) -> Self {
        let mut bytes = [ADDRESS_FILLER; 32];
        bytes[..20].copy_from_slice(address.as_bytes());
        Self(bytes)
    }

    /// Whether this account only stands for a 20-byte address (and so needs no mapping).
    pub fn is_address_account(&self) -> bool {
        self.0[20..].iter().all(|byte| *byte == ADDRESS_FILLER)
    }

    /// SS58 text with a network prefix below 16,384.
    pub fn to_ss58(&self, prefix: u16) -> String {
        let mut bytes = ss58_prefix_bytes(prefix);
        bytes.extend_from_slice(&self.0);
        let checksum = ss58_checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        bs58::encode(bytes).into_string()
    }

    /// Read SS58 text, whatever its network prefix.
    ///
    /// # Errors
    /// [`ParseAccountError`] says which part does not fit.
    pub fn from_ss58(text: &str) -> Result<Self, ParseAccountError> {
        let bytes = bs58::decode(text).into_vec().map_err(|_| ParseAccountError::NotBase58)?;
        let prefix_length = match bytes.first() {
            Some(byte) if *byte < 64 => 1,
            Some(byte) if *byte < 128 => 2,
            _ => return Err(ParseAccountError::UnknownPrefix),
        };
        if bytes.len() != prefix_length + 32 + 2 {
            return Err(ParseAccountError::Length { actual: bytes.len() });
        }
        let (body, checksum) = bytes.split_at(prefix_length + 32);
        if ss58_checksum(body) != checksum {
            return Err(ParseAccountError::Checksum);
        }
        let mut account = [0u8; 32];
        account.copy_from_slice(&body[prefix_length..]);
        Ok(Self(account))
    }
}

/// The address at which the ERC-20 precompile of a fungible asset answers: the asset's id in the first four bytes, big-endian,
/// and the precompile's prefix in bytes 16 and 17.
pub fn asset_address(id: u32) -> Address {
    let mut bytes = [0u8; 20];
    bytes[..4].copy_from_slice(&id.to_be_bytes());
    bytes[16..18].copy_from_slice(&ASSET_PRECOMPILE_PREFIX.to_be_bytes());
    Address::from(bytes)
}

/// Text that is no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAccountError {
    /// A character that base 58 does not have.
    #[error("not base 58; an SS58 address has no 0, O, I or l")]
    NotBase58,
    /// The first byte names no address format.
    #[error("unknown address format")]
    UnknownPrefix,
    /// Too short or too long.
    #[error("{actual} bytes; an SS58 address of an account has 35 or 36")]
    Length {
        /// Bytes found.
        actual: usize,
    },
    /// The checksum does not fit: a mistyped character.
    #[error("the checksum does not fit; is a character mistyped?")]
    Checksum,
}

fn ss58_prefix_bytes(prefix: u16) -> Vec<u8> {
    if prefix < 64 {
        vec![prefix.to_le_bytes()[0]]
    } else {
        // Fourteen bits, spread as the SS58 registry's two-byte form asks.
        let first = (prefix & 0b1111_1100) >> 2;
        let second = (prefix >> 8) | ((prefix & 0b11) << 6);
        vec![first.to_le_bytes()[0] | 0b0100_0000, second.to_le_bytes()[0]]
    }
}

fn ss58_checksum(body: &[u8]) -> [u8; 2] {
    let mut hasher = Blake2b::<U64>::new();
    hasher.update(b"SS58PRE");
    hasher.update(body);
    let hash = hasher.finalize();
    [hash[0], hash[1]]
}
