//! What a proposal does: calls, known on the chain by one hash until they are made.

use crate::{Address, Hash, ProposalId};
use alloc::vec::Vec;
use florin_units::error_codes;
use parity_scale_codec::{Decode, Encode};

/// The most calls of one proposal.
pub const MAXIMUM_CALLS: u32 = 16;
/// The most bytes of data of all calls of a proposal: they have to pass through a contract's buffer.
pub const MAXIMUM_DATA: u32 = 8 * 1024;

/// A call that a proposal makes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Call {
    /// The contract, or for a payment any account.
    pub target: Address,
    /// Native tokens to send along, in the contracts' units (18 decimals).
    pub value: u128,
    /// Selector and arguments; empty for a payment.
    pub data: Vec<u8>,
}

/// Calls that cannot be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ActionError {
    /// A proposal must do something.
    #[codec(index = 0)]
    NoCalls,
    /// More calls than one proposal can make.
    #[codec(index = 1)]
    TooManyCalls {
        /// Given.
        given: u32,
        /// At most.
        maximum: u32,
    },
    /// More data than one proposal can carry.
    #[codec(index = 2)]
    TooMuchData {
        /// Bytes given.
        given: u32,
        /// Bytes at most.
        maximum: u32,
    },
    /// The chain's built-in contracts act on their caller; through one of them a proposal could end the governor itself.
    #[codec(index = 3)]
    BuiltIn {
        /// The target.
        target: Address,
    },
    /// There is no contract that could understand the data; the call would do nothing and seem to succeed.
    #[codec(index = 4)]
    NoContract {
        /// The target.
        target: Address,
    },
}

error_codes!(ActionError {
    NoCalls = 0, "a proposal must do something";
    TooManyCalls = 1, "these are more calls than one proposal can make";
    TooMuchData = 2, "this is more data than one proposal can carry";
    BuiltIn = 3, "a proposal cannot call the chain's built-in contracts";
    NoContract = 4, "there is no contract at the target that could understand the data";
});

/// Whether an address is one of the chain's built-in contracts. (Assets' ERC-20 contracts are not: their addresses end in the number of
/// their kind and zeros.)
pub fn is_built_in(target: &Address) -> bool {
    target[..18] == [0; 18]
}

/// Checks that the calls can be proposed. `code_hash` tells the code of an address, none where there is no contract.
///
/// # Errors
/// [`ActionError`].
pub fn check(calls: &[Call], code_hash: impl Fn(&Address) -> Option<Hash>) -> Result<(), ActionError> {
    let given = u32::try_from(calls.len()).unwrap_or(u32::MAX);
    if given == 0 {
        return Err(ActionError::NoCalls);
    }
    if given > MAXIMUM_CALLS {
        return Err(ActionError::TooManyCalls { given, maximum: MAXIMUM_CALLS });
    }
    let bytes = calls.iter().fold(0usize, |sum, call| sum.saturating_add(call.data.len()));
    let given = u32::try_from(bytes).unwrap_or(u32::MAX);
    if given > MAXIMUM_DATA {
        return Err(ActionError::TooMuchData { given, maximum: MAXIMUM_DATA });
    }
    for Call { target, data, .. } in calls {
        if is_built_in(target) {
            return Err(ActionError::BuiltIn { target: *target });
        }
        if !data.is_empty() && code_hash(target).is_none() {
            return Err(ActionError::NoContract { target: *target });
        }
    }
    Ok(())
}

/// The one hash by which calls are known: of each call with the code that its target has, and of the predecessor. A call whose
/// target has another code later has another hash then.
///
/// `code_hash` tells the code of an address, none where there is no contract; `keccak` is Keccak-256.
pub fn hash(
    calls: &[Call],
    predecessor: Option<ProposalId>,
    code_hash: impl Fn(&Address) -> Option<Hash>,
    keccak: impl Fn(&[u8]) -> Hash,
) -> Hash {
    let mut bytes = b"florin proposal".to_vec();
    predecessor.encode_to(&mut bytes);
    for call in calls {
        code_hash(&call.target).encode_to(&mut bytes);
        call.encode_to(&mut bytes);
    }
    keccak(&bytes)
}
