//! The governor's own parameters and their bounds.

use crate::step::Step;
use florin_units::{Bps, Seconds};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

const HOUR: u128 = 3_600;
const DAY: u128 = 24 * HOUR;
/// A deposit that one vote may set from nothing: ten native tokens.
const SMALL_DEPOSIT: u128 = 10_000_000_000_000_000_000;
/// The chain holds native tokens in units of which contracts see this many: no finer deposit can ever be paid.
pub const DEPOSIT_GRAIN: u128 = 100_000_000;
/// The largest deposit: a million native tokens.
pub const MAXIMUM_DEPOSIT: u128 = 1_000_000_000_000_000_000_000_000;

/// How proposals are made, voted on and executed; they change by one step a vote and one vote a day. Each proposal keeps the rules of the moment it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Rules {
    /// Time between the proposal and the first vote.
    pub voting_delay: Seconds,
    /// Time in which votes are taken.
    pub voting_period: Seconds,
    /// Where the result turns within this time before the end, voting goes on for as long again.
    pub late_extension: Seconds,
    /// Time between queueing and the earliest execution.
    pub timelock: Seconds,
    /// Time in which what may be queued or executed must be.
    pub grace: Seconds,
    /// Share of the supply at the snapshot that must vote for or abstain.
    pub quorum: Bps,
    /// Share of for among for and against that must be exceeded.
    pub threshold: Bps,
    /// Share of the supply that a proposer must have had as power at the snapshot.
    pub proposer_share: Bps,
    /// Native tokens that come with a proposal, in the contracts' units, whole [`DEPOSIT_GRAIN`]s; returned unless voters slash
    /// them.
    pub deposit: u128,
}

/// Names one of the [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Rule {
    /// [`Rules::voting_delay`], in seconds.
    #[codec(index = 0)]
    VotingDelay,
    /// [`Rules::voting_period`], in seconds.
    #[codec(index = 1)]
    VotingPeriod,
    /// [`Rules::late_extension`], in seconds.
    #[codec(index = 2)]
    LateExtension,
    /// [`Rules::timelock`], in seconds.
    #[codec(index = 3)]
    Timelock,
    /// [`Rules::grace`], in seconds.
    #[codec(index = 4)]
    Grace,
    /// [`Rules::quorum`], in basis points.
    #[codec(index = 5)]
    Quorum,
    /// [`Rules::threshold`], in basis points.
    #[codec(index = 6)]
    Threshold,
    /// [`Rules::proposer_share`], in basis points.
    #[codec(index = 7)]
    ProposerShare,
    /// [`Rules::deposit`], in the contracts' units.
    #[codec(index = 8)]
    Deposit,
}

impl Rule {
    /// All rules, in their order.
    pub const ALL: [Self; 9] = [
        Self::VotingDelay,
        Self::VotingPeriod,
        Self::LateExtension,
        Self::Timelock,
        Self::Grace,
        Self::Quorum,
        Self::Threshold,
        Self::ProposerShare,
        Self::Deposit,
    ];

    /// How far one vote may move it: one decision, bought or wrong, does not change who decides the next.
    pub const fn step(self) -> Step {
        match self {
            Self::VotingDelay | Self::VotingPeriod | Self::LateExtension | Self::Timelock | Self::Grace => {
                Step::Times { factor: 2, floor: DAY }
            }
            Self::Quorum | Self::Threshold => Step::By(500),
            Self::ProposerShare => Step::By(50),
            Self::Deposit => Step::Times { factor: 10, floor: SMALL_DEPOSIT },
        }
    }
}

/// A rule out of its bounds, or further than one vote may move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RuleError {
    /// Which.
    pub rule: Rule,
    /// Given.
    pub actual: u128,
    /// At least.
    pub minimum: u128,
    /// At most.
    pub maximum: u128,
}

impl core::fmt::Display for RuleError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} must be between {} and {}, {} was given", self.rule, self.minimum, self.maximum, self.actual)
    }
}

impl core::error::Error for RuleError {}

impl Rules {
    /// Rules under which nothing can be proposed: no deposit is ever right, and no vote ever begins.
    pub const NONE: Self = Self {
        voting_delay: Seconds::MAX,
        voting_period: Seconds::MAX,
        late_extension: Seconds::MAX,
        timelock: Seconds::MAX,
        grace: Seconds::ZERO,
        quorum: Bps::ONE,
        threshold: Bps::ONE,
        proposer_share: Bps::ONE,
        deposit: u128::MAX,
    };

    /// A rule as a plain number, in the unit that [`Rule`] names.
    pub fn value(&self, rule: Rule) -> u128 {
        match rule {
            Rule::VotingDelay => self.voting_delay.raw().into(),
            Rule::VotingPeriod => self.voting_period.raw().into(),
            Rule::LateExtension => self.late_extension.raw().into(),
            Rule::Timelock => self.timelock.raw().into(),
            Rule::Grace => self.grace.raw().into(),
            Rule::Quorum => self.quorum.raw().into(),
            Rule::Threshold => self.threshold.raw().into(),
            Rule::ProposerShare => self.proposer_share.raw().into(),
            Rule::Deposit => self.deposit,
        }
    }

    /// Checks that a vote moves each rule at most one step.
    ///
    /// # Errors
    /// [`RuleError`] with what one vote may set, the first that goes too far.
    pub fn check_step(&self, proposed: &Self) -> Result<(), RuleError> {
        for rule in Rule::ALL {
            let (minimum, maximum) = rule.step().range(self.value(rule));
            let actual = proposed.value(rule);
            if actual < minimum || actual > maximum {
                return Err(RuleError { rule, actual, minimum, maximum });
            }
        }
        Ok(())
    }

    /// Checks each bound. None of them lets a vote pass unseen: delay, period and timelock have a floor that no vote can lower.
    ///
    /// # Errors
    /// [`RuleError`], the first bound that is broken.
    pub fn validate(&self) -> Result<(), RuleError> {
        let checks = [
            (Rule::VotingDelay, u128::from(self.voting_delay.raw()), HOUR, 30 * DAY),
            (Rule::VotingPeriod, u128::from(self.voting_period.raw()), DAY, 30 * DAY),
            (Rule::LateExtension, u128::from(self.late_extension.raw()), HOUR, 7 * DAY),
            (Rule::Timelock, u128::from(self.timelock.raw()), DAY, 30 * DAY),
            (Rule::Grace, u128::from(self.grace.raw()), DAY, 60 * DAY),
            // A quorum that turnout never reaches would end all governance, this rule's change included.
            (Rule::Quorum, u128::from(self.quorum.raw()), 100, 5_000),
            // Half is the least that can be exceeded by one side only.
            (Rule::Threshold, u128::from(self.threshold.raw()), 5_000, 9_000),
            (Rule::ProposerShare, u128::from(self.proposer_share.raw()), 0, 500),
            (Rule::Deposit, self.deposit, 0, MAXIMUM_DEPOSIT),
        ];
        for (rule, actual, minimum, maximum) in checks {
            if actual < minimum || actual > maximum {
                return Err(RuleError { rule, actual, minimum, maximum });
            }
        }
        // A deposit that nobody can pay exactly would end all governance.
        let payable = (self.deposit / DEPOSIT_GRAIN).saturating_mul(DEPOSIT_GRAIN);
        if payable != self.deposit {
            return Err(RuleError { rule: Rule::Deposit, actual: self.deposit, minimum: payable, maximum: payable });
        }
        Ok(())
    }
}
