//! Core records as storage cells.

use florin_governance::rules::Rules;

florin_shell::storage_cell! {
    /// A proposal.
    ProposalRecord(florin_governance::proposal::Proposal);
    /// What an account voted.
    BallotRecord(Ballot);
    /// The rules from a block on.
    RulesRecord(RulesSince);
    /// Who may cancel, and until when.
    GuardianRecord(Option<florin_governance::roles::Guardianship>);
}

/// What an account voted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Ballot {
    /// How.
    pub support: florin_governance::proposal::Support,
    /// With how much power, in raw units.
    pub power: u128,
}

/// The rules from a block on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct RulesSince {
    /// The block.
    pub since: u32,
    /// When a vote set them; [`florin_units::Timestamp::ZERO`] for those of the beginning.
    pub at: florin_units::Timestamp,
    /// The rules.
    pub rules: Rules,
}

/// What the constructor fixes and the counters share a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Index {
    /// The vote token.
    pub votes: ink::Address,
    /// Number of proposals ever made; the next one's number.
    pub proposals: u32,
    /// Number of times that the rules were set.
    pub rules: u32,
    /// Deposits that are held for proposers, in the contracts' units.
    pub deposits: u128,
}
