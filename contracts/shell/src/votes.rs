//! Errors of the vote token, in a form that both ABIs can carry, and that the governor can read.

use florin_governance::power::{Moment, Past, PowerError};
use florin_governance::signing::SignatureError;
use ink::{Address, U256};

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::error]
pub enum VotesError {
    /// An amount is larger than any amount of vote tokens can be.
    AmountTooLarge {
        /// The amount.
        amount: U256,
    },
    /// The owner holds less.
    InsufficientBalance {
        /// Asked for.
        requested: U256,
        /// Held.
        available: U256,
    },
    /// The owner has allowed the caller less.
    InsufficientAllowance {
        /// Asked for.
        requested: U256,
        /// Allowed.
        available: U256,
    },
    /// The zero address can neither hold nor spend nor vote.
    ZeroAddress(),
    /// The block is not over: power may still change.
    BlockNotPast {
        /// What was asked for.
        block: U256,
        /// The present block.
        present: u32,
    },
    /// The moment is not over: power may still change.
    TimeNotPast {
        /// What was asked for, in seconds since 1970.
        time: u64,
        /// The present, in seconds since 1970.
        present: u64,
    },
    /// It is neither an ECDSA signature of 65 bytes nor a public key and an sr25519 signature of 96.
    MalformedSignature {
        /// Bytes given.
        length: u32,
    },
    /// The signature is not in its canonical form.
    MalleableSignature(),
    /// The signature is no longer valid.
    SignatureExpired {
        /// Last moment at which it is, in seconds since 1970.
        deadline: u64,
        /// The present, in seconds since 1970.
        present: u64,
    },
    /// Somebody else signed, or something else was signed.
    WrongSigner {
        /// Who should have signed.
        expected: Address,
    },
    /// The signature was used, or another one has to be used before.
    WrongNonce {
        /// The next nonce of the holder.
        expected: u64,
        /// The nonce given.
        given: u64,
    },
    /// An arithmetic step has no result.
    Arithmetic(),
}

impl From<PowerError> for VotesError {
    fn from(error: PowerError) -> Self {
        match error {
            PowerError::NotPast { asked: Past::Block(block), now: Moment { block: present, .. } } => {
                Self::BlockNotPast { block: block.into(), present }
            }
            PowerError::NotPast { asked: Past::Time(time), now: Moment { time: present, .. } } => {
                Self::TimeNotPast { time: time.raw(), present: present.raw() }
            }
            PowerError::OutOfRange { .. } => Self::Arithmetic(),
        }
    }
}

impl From<SignatureError> for VotesError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Malformed { length } => Self::MalformedSignature { length },
            SignatureError::Malleable => Self::MalleableSignature(),
            SignatureError::Expired { deadline, now } => {
                Self::SignatureExpired { deadline: deadline.raw(), present: now.raw() }
            }
            SignatureError::WrongSigner { expected } => Self::WrongSigner { expected: expected.into() },
            SignatureError::WrongNonce { expected, given } => Self::WrongNonce { expected, given },
        }
    }
}
