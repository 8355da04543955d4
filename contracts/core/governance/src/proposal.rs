//! The life of a proposal. What is stored are votes and acts; the status follows from them and the time, by one function that
//! queries and messages share.
//!
//! ```text
//! propose ── delay ──► active ──► defeated
//!                        │
//!                        └──► succeeded ── queue ──► queued ── timelock ──► ready ── execute ──► executed
//!                                  └─ grace ─► expired                        └─ grace ─► expired
//! until it is executed or over:  cancel ──► cancelled
//! ```

use florin_units::{error_codes, mul_div_down, mul_div_up, Bps, MathError, Seconds, Timestamp, BPS_ONE};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

use crate::roles::{Guardian, Permit};
use crate::{rules::Rules, Address, Hash, ProposalId};

/// How often the end of the vote can be put off by a late turn.
pub const MAXIMUM_EXTENSIONS: u8 = 3;

/// What a voter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Support {
    /// Against.
    #[codec(index = 0)]
    Against,
    /// For.
    #[codec(index = 1)]
    For,
    /// Neither, but counted for the quorum.
    #[codec(index = 2)]
    Abstain,
    /// Against, and the proposer's deposit should be lost.
    #[codec(index = 3)]
    AgainstAndSlash,
}

impl Support {
    /// The number by which signatures name it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Against => 0,
            Self::For => 1,
            Self::Abstain => 2,
            Self::AgainstAndSlash => 3,
        }
    }
}

/// Votes so far, in raw units of the vote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Tally {
    /// Against, without slashing.
    pub against: u128,
    /// For.
    pub in_favour: u128,
    /// Abstentions.
    pub abstain: u128,
    /// Against, with slashing.
    pub slash: u128,
}

/// A proposal as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Proposal {
    /// Who made it, and gets the deposit back.
    pub proposer: Address,
    /// Native tokens that came with it.
    pub deposit: u128,
    /// Hash of the actions, of each target's code and of the predecessor.
    pub actions: Hash,
    /// Hash of the description.
    pub description: Hash,
    /// Must have been executed before.
    pub predecessor: Option<ProposalId>,
    /// Power counts as of the end of this block, which was over when the proposal was made.
    pub snapshot: u32,
    /// Votes for and abstentions needed.
    pub quorum: u128,
    /// Share of for among for and against that must be exceeded.
    pub threshold: Bps,
    /// First moment of the vote.
    pub starts_at: Timestamp,
    /// First moment after the vote.
    pub ends_at: Timestamp,
    /// How often the end was put off.
    pub extensions: u8,
    /// Length of an extension.
    pub late_extension: Seconds,
    /// Time between queueing and the earliest execution.
    pub timelock: Seconds,
    /// Time in which what may be queued or executed must be.
    pub grace: Seconds,
    /// Votes so far.
    pub tally: Tally,
    /// What was done with it.
    pub progress: Progress,
    /// Whether the deposit was returned or slashed.
    pub settled: bool,
}

/// What was done with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Progress {
    /// Nothing yet.
    #[codec(index = 0)]
    Made,
    /// Queued.
    #[codec(index = 1)]
    Queued {
        /// When.
        at: Timestamp,
    },
    /// Executed.
    #[codec(index = 2)]
    Executed {
        /// When.
        at: Timestamp,
    },
    /// Cancelled.
    #[codec(index = 3)]
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Status {
    /// Made, not voted on yet.
    #[codec(index = 0)]
    Pending,
    /// Votes are taken.
    #[codec(index = 1)]
    Active,
    /// Without quorum or majority.
    #[codec(index = 2)]
    Defeated,
    /// May be queued.
    #[codec(index = 3)]
    Succeeded,
    /// Waits for the timelock.
    #[codec(index = 4)]
    Queued,
    /// May be executed.
    #[codec(index = 5)]
    Ready,
    /// Was not queued or executed in time.
    #[codec(index = 6)]
    Expired,
    /// Done.
    #[codec(index = 7)]
    Executed,
    /// Taken back or stopped.
    #[codec(index = 8)]
    Cancelled,
}

/// Why a proposal does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ProposalError {
    /// There is no such proposal.
    #[codec(index = 0)]
    UnknownProposal {
        /// The number.
        id: ProposalId,
    },
    /// The proposer had too little power at the snapshot.
    #[codec(index = 1)]
    TooLittlePower {
        /// What it had.
        power: u128,
        /// What it needs.
        required: u128,
    },
    /// Another deposit must come with a proposal.
    #[codec(index = 2)]
    WrongDeposit {
        /// What came.
        given: u128,
        /// What must come.
        required: u128,
    },
    /// The proposal is not where it would have to be.
    #[codec(index = 3)]
    WrongStatus {
        /// Where it is.
        actual: Status,
        /// Where it would have to be.
        required: Status,
    },
    /// The voter had no power at the snapshot.
    #[codec(index = 4)]
    NoPower {
        /// The snapshot's block.
        snapshot: u32,
    },
    /// The voter has voted.
    #[codec(index = 5)]
    AlreadyVoted,
    /// The actions are not those that were voted on, or a target's code has changed since.
    #[codec(index = 6)]
    OtherActions {
        /// Hash of what was voted on.
        expected: Hash,
        /// Hash of what was given.
        actual: Hash,
    },
    /// The predecessor was not executed.
    #[codec(index = 7)]
    PredecessorOpen {
        /// Its number.
        predecessor: ProposalId,
    },
    /// Only the proposer and the guardian may cancel, and the proposer only before the vote.
    #[codec(index = 8)]
    MayNotCancel,
    /// The deposit was returned or slashed.
    #[codec(index = 9)]
    AlreadySettled,
    /// A number is too large.
    #[codec(index = 10)]
    Math(MathError),
    /// Only the proposer may say where the deposit goes.
    #[codec(index = 11)]
    NotProposer {
        /// The proposer.
        proposer: Address,
        /// Who called.
        caller: Address,
    },
    /// The predecessor does not exist.
    #[codec(index = 12)]
    UnknownPredecessor {
        /// Its number.
        predecessor: ProposalId,
    },
}

impl From<MathError> for ProposalError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

error_codes!(ProposalError {
    UnknownProposal = 0, "there is no such proposal";
    TooLittlePower = 1, "the proposer had too little power at the snapshot";
    WrongDeposit = 2, "another deposit must come with a proposal";
    WrongStatus = 3, "the proposal is not where it would have to be";
    NoPower = 4, "the voter had no power at the snapshot";
    AlreadyVoted = 5, "the voter has voted";
    OtherActions = 6, "these are not the actions that were voted on, or a target's code has changed";
    PredecessorOpen = 7, "the predecessor was not executed";
    MayNotCancel = 8, "only the guardian, or before the vote the proposer, may cancel";
    AlreadySettled = 9, "the deposit was returned or slashed";
    Math = 10, "arithmetic error";
    NotProposer = 11, "only the proposer may say where the deposit goes";
    UnknownPredecessor = 12, "the predecessor does not exist";
});

/// What comes with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motion {
    /// Number that the proposal gets.
    pub id: ProposalId,
    /// Who makes it.
    pub proposer: Address,
    /// Power of the proposer at the snapshot.
    pub power: u128,
    /// Native tokens that came with the call.
    pub deposit: u128,
    /// Hash of the actions, of each target's code and of the predecessor.
    pub actions: Hash,
    /// Hash of the description.
    pub description: Hash,
    /// Must be executed before.
    pub predecessor: Option<ProposalId>,
    /// The last block that is over.
    pub snapshot: u32,
    /// Supply of the vote token at the snapshot.
    pub supply: u128,
}

/// Makes a proposal under the rules of the moment.
///
/// # Errors
/// [`ProposalError::TooLittlePower`], [`ProposalError::WrongDeposit`], [`ProposalError::UnknownPredecessor`].
pub fn propose(motion: &Motion, rules: &Rules, now: Timestamp) -> Result<Proposal, ProposalError> {
    let share = |of: Bps| mul_div_up(motion.supply, u128::from(of.raw()), u128::from(BPS_ONE));
    let required = share(rules.proposer_share)?;
    if motion.power < required {
        return Err(ProposalError::TooLittlePower { power: motion.power, required });
    }
    if motion.deposit != rules.deposit {
        return Err(ProposalError::WrongDeposit { given: motion.deposit, required: rules.deposit });
    }
    if let Some(predecessor) = motion.predecessor.filter(|predecessor| *predecessor >= motion.id) {
        return Err(ProposalError::UnknownPredecessor { predecessor });
    }
    let starts_at = now.after(rules.voting_delay);
    Ok(Proposal {
        proposer: motion.proposer,
        deposit: motion.deposit,
        actions: motion.actions,
        description: motion.description,
        predecessor: motion.predecessor,
        snapshot: motion.snapshot,
        quorum: share(rules.quorum)?,
        threshold: rules.threshold,
        starts_at,
        ends_at: starts_at.after(rules.voting_period),
        extensions: 0,
        late_extension: rules.late_extension,
        timelock: rules.timelock,
        grace: rules.grace,
        tally: Tally::default(),
        progress: Progress::Made,
        settled: false,
    })
}

impl Tally {
    /// All votes against, with and without slashing. Errors: [`MathError::Overflow`].
    pub fn opposed(&self) -> Result<u128, MathError> {
        self.against.checked_add(self.slash).ok_or(MathError::Overflow)
    }

    /// Adds a vote. Errors: [`MathError::Overflow`].
    pub fn add(&mut self, support: Support, power: u128) -> Result<(), MathError> {
        let side = match support {
            Support::Against => &mut self.against,
            Support::For => &mut self.in_favour,
            Support::Abstain => &mut self.abstain,
            Support::AgainstAndSlash => &mut self.slash,
        };
        *side = side.checked_add(power).ok_or(MathError::Overflow)?;
        Ok(())
    }
}

impl Proposal {
    /// Where the proposal stands at a moment.
    pub fn status(&self, now: Timestamp) -> Status {
        match self.progress {
            Progress::Executed { .. } => Status::Executed,
            Progress::Cancelled { .. } => Status::Cancelled,
            Progress::Queued { at } => {
                let ready_at = at.after(self.timelock);
                if now < ready_at {
                    Status::Queued
                } else if now < ready_at.after(self.grace) {
                    Status::Ready
                } else {
                    Status::Expired
                }
            }
            Progress::Made if now < self.starts_at => Status::Pending,
            Progress::Made if now < self.ends_at => Status::Active,
            Progress::Made if !self.is_carried() => Status::Defeated,
            Progress::Made if now < self.ends_at.after(self.grace) => Status::Succeeded,
            Progress::Made => Status::Expired,
        }
    }

    /// When a queued proposal may be executed; none where it is not queued.
    pub fn ready_at(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Queued { at } => Some(at.after(self.timelock)),
            Progress::Made | Progress::Executed { .. } | Progress::Cancelled { .. } => None,
        }
    }

    /// Whether quorum and majority are there. Sums that do not fit carry nothing.
    pub fn is_carried(&self) -> bool {
        let Tally { in_favour, abstain, .. } = self.tally;
        let Some(present) = in_favour.checked_add(abstain) else { return false };
        let Ok(opposed) = self.tally.opposed() else { return false };
        let Some(decided) = in_favour.checked_add(opposed) else { return false };
        // A whole number exceeds a share exactly where it exceeds the share rounded down.
        let share = mul_div_down(decided, u128::from(self.threshold.raw()), u128::from(BPS_ONE));
        present >= self.quorum && share.is_ok_and(|share| in_favour > share)
    }

    fn require(&self, required: Status, now: Timestamp) -> Result<(), ProposalError> {
        match self.status(now) {
            actual if actual == required => Ok(()),
            actual => Err(ProposalError::WrongStatus { actual, required }),
        }
    }

    /// Counts a vote. Where it turns the result shortly before the end, voting goes on, so that nobody is surprised by a vote that
    /// cannot be answered; at most [`MAXIMUM_EXTENSIONS`] times.
    ///
    /// # Errors
    /// [`ProposalError::WrongStatus`], [`ProposalError::NoPower`], [`ProposalError::AlreadyVoted`].
    pub fn vote(&self, support: Support, power: u128, has_voted: bool, now: Timestamp) -> Result<Self, ProposalError> {
        self.require(Status::Active, now)?;
        if has_voted {
            return Err(ProposalError::AlreadyVoted);
        }
        if power == 0 {
            return Err(ProposalError::NoPower { snapshot: self.snapshot });
        }
        let mut next = *self;
        next.tally.add(support, power)?;
        let is_late = self.ends_at.since(now) < self.late_extension;
        let turns = self.is_carried() != next.is_carried();
        if is_late && turns && self.extensions < MAXIMUM_EXTENSIONS {
            // On top of the end, not of now: a second turn right after the first is not late any more.
            next.ends_at = self.ends_at.after(self.late_extension);
            next.extensions = self.extensions.saturating_add(1);
        }
        Ok(next)
    }

    /// Queues a proposal that has succeeded. Anyone may.
    ///
    /// # Errors
    /// [`ProposalError::WrongStatus`].
    pub fn queue(&self, now: Timestamp) -> Result<Self, ProposalError> {
        self.require(Status::Succeeded, now)?;
        Ok(Self { progress: Progress::Queued { at: now }, ..*self })
    }

    /// Marks a proposal as executed, before its actions are done. Anyone may.
    ///
    /// `actions` is the hash of what is about to be done, with the code that each target has now; `predecessor` is the
    /// predecessor's record where there is one.
    ///
    /// # Errors
    /// [`ProposalError::WrongStatus`], [`ProposalError::OtherActions`], [`ProposalError::PredecessorOpen`].
    pub fn execute(
        &self,
        actions: Hash,
        predecessor: Option<&Proposal>,
        now: Timestamp,
    ) -> Result<Self, ProposalError> {
        self.require(Status::Ready, now)?;
        if actions != self.actions {
            return Err(ProposalError::OtherActions { expected: self.actions, actual: actions });
        }
        if let Some(number) = self.predecessor {
            if !predecessor.is_some_and(|proposal| matches!(proposal.progress, Progress::Executed { .. })) {
                return Err(ProposalError::PredecessorOpen { predecessor: number });
            }
        }
        Ok(Self { progress: Progress::Executed { at: now }, ..*self })
    }

    /// Stops a proposal: the guardian until it is executed or over, the proposer before the vote.
    ///
    /// # Errors
    /// [`ProposalError::MayNotCancel`]; [`ProposalError::WrongStatus`] where it is over.
    pub fn cancel(
        &self,
        caller: &Address,
        guardian: Option<&Permit<Guardian>>,
        now: Timestamp,
    ) -> Result<Self, ProposalError> {
        let status = self.status(now);
        match status {
            Status::Executed | Status::Cancelled | Status::Defeated | Status::Expired => {
                return Err(ProposalError::WrongStatus { actual: status, required: Status::Queued });
            }
            Status::Pending if *caller == self.proposer => {}
            _ if guardian.is_some() => {}
            _ => return Err(ProposalError::MayNotCancel),
        }
        Ok(Self { progress: Progress::Cancelled { at: now }, ..*self })
    }

    /// Settles the deposit of a proposal that is decided: how much goes back to the proposer, who says where to. Nothing where voters
    /// slashed it, which takes the quorum and more than half of all votes; then anyone may settle it.
    ///
    /// # Errors
    /// [`ProposalError::NotProposer`]; [`ProposalError::AlreadySettled`]; [`ProposalError::WrongStatus`] before the vote has ended.
    pub fn settle(&self, caller: &Address, now: Timestamp) -> Result<(Self, u128), ProposalError> {
        let slashed = self.is_slashed()?;
        if *caller != self.proposer && !slashed {
            return Err(ProposalError::NotProposer { proposer: self.proposer, caller: *caller });
        }
        if self.settled {
            return Err(ProposalError::AlreadySettled);
        }
        let status = self.status(now);
        if matches!(status, Status::Pending | Status::Active) {
            return Err(ProposalError::WrongStatus { actual: status, required: Status::Defeated });
        }
        let returned = if slashed { 0 } else { self.deposit };
        Ok((Self { settled: true, ..*self }, returned))
    }

    /// Whether voters slashed the deposit. Errors: [`MathError::Overflow`].
    pub fn is_slashed(&self) -> Result<bool, MathError> {
        // A vote that was cut short has not heard everybody.
        if matches!(self.progress, Progress::Cancelled { .. }) {
            return Ok(false);
        }
        let others = self.tally.against.checked_add(self.tally.in_favour);
        let others = others.and_then(|sum| sum.checked_add(self.tally.abstain)).ok_or(MathError::Overflow)?;
        let all = others.checked_add(self.tally.slash).ok_or(MathError::Overflow)?;
        Ok(all >= self.quorum && self.tally.slash > others)
    }
}
