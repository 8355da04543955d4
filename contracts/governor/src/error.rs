//! Why the governor refuses: the core's reasons, and what only a shell can see.

use florin_governance::action::ActionError;
use florin_governance::proposal::ProposalError;
use florin_governance::roles::RoleError;
use florin_governance::rules::RuleError;
use florin_governance::signing::SignatureError;
use florin_units::{MathError, Timestamp};
use ink::Address;

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// A rule of proposals.
    #[codec(index = 0)]
    Proposal(ProposalError),
    /// The calls cannot be proposed.
    #[codec(index = 1)]
    Action(ActionError),
    /// A rule would be out of its bounds.
    #[codec(index = 2)]
    Rule(RuleError),
    /// The guardian's term.
    #[codec(index = 3)]
    Role(RoleError),
    /// The signature does not count.
    #[codec(index = 4)]
    Signature(SignatureError),
    /// Only a proposal may do this.
    #[codec(index = 5)]
    OnlyProposal {
        /// Who called.
        caller: Address,
    },
    /// The vote token did not answer as it should.
    #[codec(index = 6)]
    NoAnswer {
        /// The contract that was asked.
        contract: Address,
    },
    /// A call of the proposal failed; nothing of the proposal was done.
    #[codec(index = 7)]
    CallFailed {
        /// Place of the call in the proposal, from zero.
        place: u32,
        /// The contract that was called.
        target: Address,
    },
    /// A text is too long.
    #[codec(index = 8)]
    TextTooLong {
        /// Bytes given.
        given: u32,
        /// Bytes at most.
        maximum: u32,
    },
    /// The contract would hold less than the deposits that it keeps for proposers.
    #[codec(index = 9)]
    NotCovered {
        /// Deposits, in the contracts' units.
        owed: u128,
        /// What it would hold.
        held: ink::U256,
    },
    /// The deposit could not be delivered; nothing has changed.
    #[codec(index = 10)]
    PayoutFailed {
        /// The receiver.
        to: Address,
    },
    /// A native amount is larger than any can be.
    #[codec(index = 11)]
    AmountTooLarge {
        /// The amount.
        amount: ink::U256,
    },
    /// The contract did not hand its role over; it must have named the governor before.
    #[codec(index = 12)]
    RoleNotAccepted {
        /// The contract.
        contract: Address,
    },
    /// A vote has changed the rules less than a day ago.
    #[codec(index = 13)]
    ChangedTooSoon {
        /// When they may be changed again.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
}

impl From<ProposalError> for Error {
    fn from(error: ProposalError) -> Self {
        Self::Proposal(error)
    }
}

impl From<ActionError> for Error {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

impl From<RuleError> for Error {
    fn from(error: RuleError) -> Self {
        Self::Rule(error)
    }
}

impl From<RoleError> for Error {
    fn from(error: RoleError) -> Self {
        Self::Role(error)
    }
}

impl From<SignatureError> for Error {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

impl From<MathError> for Error {
    fn from(error: MathError) -> Self {
        Self::Proposal(error.into())
    }
}
