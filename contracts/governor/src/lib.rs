//! The governor: proposals, votes, timelock. It holds the governor's role of every contract of the suite, so that nothing there
//! changes without a vote and a delay.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod error;
mod record;

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod governor {
    use crate::error::Error;
    use crate::record::{Ballot, BallotRecord, GuardianRecord, Index, ProposalRecord, RulesRecord, RulesSince};
    use florin_governance::action::{self, Call};
    use florin_governance::history;
    use florin_governance::proposal::{propose, Motion, Proposal, ProposalError, Status, Support};
    use florin_governance::roles::{check, Guardian, Guardianship, Permit, Roles};
    use florin_governance::rules::Rules;
    use florin_governance::signing::{self, GOVERNOR};
    use florin_governance::step::Voted;
    use florin_governance::Hash as Hash32;
    use florin_shell::votes::VotesError;
    use florin_shell::{guardian_or_zero, host};
    use florin_units::{Seconds, Timestamp as Time};
    use ink::env::call::{build_call_ink, ExecutionInput, Selector};
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use ink::U256;

    /// The longest description of a proposal, in bytes.
    pub const MAXIMUM_DESCRIPTION: u32 = 4_096;
    /// The longest reason of a vote, in bytes.
    pub const MAXIMUM_REASON: u32 = 256;

    /// A proposal was made. The event holds what the contract keeps only hashes of.
    #[ink(event)]
    pub struct Proposed {
        /// Its number.
        #[ink(topic)]
        pub proposal: u32,
        /// Who made it.
        #[ink(topic)]
        pub proposer: Address,
        /// The record.
        pub record: Proposal,
        /// What it would do.
        pub calls: Vec<Call>,
        /// What it is for.
        pub description: String,
    }

    /// A vote was counted.
    #[ink(event)]
    pub struct VoteCast {
        /// The proposal.
        #[ink(topic)]
        pub proposal: u32,
        /// The voter.
        #[ink(topic)]
        pub voter: Address,
        /// How.
        pub support: Support,
        /// With how much power, in raw units.
        pub power: u128,
        /// Why.
        pub reason: String,
        /// The record now: votes, and the end of the vote.
        pub record: Proposal,
    }

    /// A proposal was queued, executed or cancelled.
    #[ink(event)]
    pub struct ProposalMoved {
        /// The proposal.
        #[ink(topic)]
        pub proposal: u32,
        /// Where it stands now.
        pub status: Status,
        /// When it may be executed, in seconds since 1970; zero where it never may any more.
        pub ready_at: u64,
    }

    /// A deposit was returned, or kept because voters slashed it.
    #[ink(event)]
    pub struct DepositSettled {
        /// The proposal.
        #[ink(topic)]
        pub proposal: u32,
        /// Who got it.
        #[ink(topic)]
        pub to: Address,
        /// How much came back, in the contracts' units.
        pub returned: u128,
        /// How much was slashed.
        pub slashed: u128,
    }

    /// The rules changed.
    #[ink(event)]
    pub struct RulesChanged {
        /// The rules now, for proposals to come.
        pub rules: Rules,
    }

    /// The guardian changed.
    #[ink(event)]
    pub struct GuardianChanged {
        /// Who may cancel; zero for nobody.
        #[ink(topic)]
        pub guardian: Address,
        /// End of its term, in seconds since 1970.
        pub until: u64,
    }

    /// The governor took over the role of a contract.
    #[ink(event)]
    pub struct RoleAccepted {
        /// The contract.
        #[ink(topic)]
        pub contract: Address,
    }

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Governor {
        index: Lazy<Index, ManualKey<0x474F_0001>>,
        guardian: Lazy<GuardianRecord, ManualKey<0x474F_0002>>,
        rules: Mapping<u32, RulesRecord, ManualKey<0x474F_0003>>,
        proposals: Mapping<u32, ProposalRecord, ManualKey<0x474F_0004>>,
        ballots: Mapping<(u32, Address), BallotRecord, ManualKey<0x474F_0005>>,
    }

    impl Governor {
        /// A governor by the votes of a token, with its first rules and a guardian (zero for nobody) for a term in seconds. From then
        /// on only proposals change either.
        ///
        /// Errors: `Rule`, `Role` where the term is out of bounds.
        #[ink(constructor)]
        pub fn new(votes: Address, rules: Rules, guardian: Address, term: u64) -> Result<Self, Error> {
            rules.validate()?;
            let mut governor = Self {
                index: Lazy::new(),
                guardian: Lazy::new(),
                rules: Mapping::new(),
                proposals: Mapping::new(),
                ballots: Mapping::new(),
            };
            governor.index.set(&Index { votes, rules: 1, ..Index::default() });
            governor
                .rules
                .insert(0, &RulesRecord(RulesSince { since: governor.env().block_number(), at: Time::ZERO, rules }));
            let until = governor.now().after(Seconds::from_raw(term)).raw();
            let guardian = florin_shell::guardian(guardian, until, governor.now())?;
            governor.guardian.set(&GuardianRecord(guardian));
            Ok(governor)
        }

        /// Makes a proposal of calls, which are known by one hash until they are made; the hash names the code that each target has
        /// now. A deposit comes with it. Power counts as of the end of the last block. Returns the proposal's number.
        ///
        /// Errors: `Action`, `TextTooLong`, `TooLittlePower`, `WrongDeposit`, `UnknownPredecessor`, `NoAnswer`.
        /// Event: `Proposed`.
        #[ink(message, payable)]
        pub fn propose(
            &mut self,
            calls: Vec<Call>,
            description: String,
            predecessor: Option<u32>,
        ) -> Result<u32, Error> {
            action::check(&calls, code)?;
            check_length(&description, MAXIMUM_DESCRIPTION)?;
            let mut index = self.index();
            let (id, proposer) = (index.proposals, self.env().caller());
            let snapshot = self.env().block_number().saturating_sub(1);
            let motion = Motion {
                id,
                proposer: proposer.0,
                power: self.power(proposer, snapshot)?,
                deposit: amount(self.env().transferred_value())?,
                actions: actions(&calls, predecessor),
                description: host::keccak(description.as_bytes()),
                predecessor,
                snapshot,
                supply: self.supply()?,
            };
            let record = propose(&motion, &self.rules(), self.now())?;
            index.proposals = id.checked_add(1).ok_or(florin_units::MathError::Overflow)?;
            index.deposits = index.deposits.checked_add(record.deposit).ok_or(florin_units::MathError::Overflow)?;
            self.index.set(&index);
            self.proposals.insert(id, &ProposalRecord(record));
            self.env().emit_event(Proposed { proposal: id, proposer, record, calls, description });
            Ok(id)
        }

        /// Counts the caller's vote, with the power that it had at the snapshot.
        ///
        /// Errors: `UnknownProposal`, `WrongStatus`, `NoPower`, `AlreadyVoted`, `TextTooLong`, `NoAnswer`. Event: `VoteCast`.
        #[ink(message)]
        pub fn vote(&mut self, proposal: u32, support: Support, reason: String) -> Result<(), Error> {
            self.count(proposal, self.env().caller(), support, reason)
        }

        /// Counts the vote of an account that has signed it (EIP-712 `Ballot`): 65 bytes of ECDSA, or 96 of an sr25519 key and its
        /// signature. Anyone may bring it, until the deadline (seconds since 1970, inclusive).
        ///
        /// Errors: those of `vote`, `Signature`. Event: `VoteCast`.
        #[ink(message)]
        pub fn vote_by_signature(
            &mut self,
            proposal: u32,
            support: Support,
            voter: Address,
            deadline: u64,
            reason: String,
            signature: Vec<u8>,
        ) -> Result<(), Error> {
            let deadline = Time::from_raw(deadline);
            signing::check_deadline(deadline, self.now())?;
            let domain = host::domain(GOVERNOR);
            let digest = domain.ballot(proposal, support.number(), &voter.0, deadline, &reason, host::keccak);
            host::check_signature(voter, &digest, &signature)?;
            self.count(proposal, voter, support, reason)
        }

        /// Queues a proposal that has succeeded: its timelock begins. Anyone may.
        ///
        /// Errors: `UnknownProposal`, `WrongStatus`. Event: `ProposalMoved`.
        #[ink(message)]
        pub fn queue(&mut self, proposal: u32) -> Result<(), Error> {
            let record = self.record(proposal)?.queue(self.now())?;
            self.write(proposal, &record);
            Ok(())
        }

        /// Makes the calls of a proposal whose timelock is over: all, or none where one fails. Anyone may, with the calls as they were
        /// proposed.
        ///
        /// Errors: `UnknownProposal`, `WrongStatus`, `OtherActions`, `PredecessorOpen`, `CallFailed`, `NotCovered`.
        /// Event: `ProposalMoved`.
        #[ink(message)]
        pub fn execute(&mut self, proposal: u32, calls: Vec<Call>) -> Result<(), Error> {
            let record = self.record(proposal)?;
            let before = record.predecessor.and_then(|number| self.proposals.get(number)).map(|record| record.0);
            let hash = actions(&calls, record.predecessor);
            let record = record.execute(hash, before.as_ref(), self.now())?;
            self.write(proposal, &record);
            let own = self.env().address();
            let codes: Vec<_> = calls.iter().map(|call| code(&call.target)).collect();
            for ((place, call), voted) in (0u32..).zip(calls).zip(codes) {
                let target = Address::from(call.target);
                // A call before this one may have changed the code. Only its own rules may be changed from within: nobody else may
                // call back.
                let is_same = code(&call.target) == voted;
                if !is_same || !host::call(target, call.value, &call.data, target == own) {
                    return Err(Error::CallFailed { place, target });
                }
            }
            self.check_covered()
        }

        /// Stops a proposal: the guardian until it is executed, the proposer before the vote.
        ///
        /// Errors: `UnknownProposal`, `WrongStatus`, `MayNotCancel`, `Role` for a guardian whose term is over.
        /// Event: `ProposalMoved`.
        #[ink(message)]
        pub fn cancel(&mut self, proposal: u32) -> Result<(), Error> {
            let caller = self.env().caller();
            let (record, now) = (self.record(proposal)?, self.now());
            // A proposer needs no other role.
            let record = match record.cancel(&caller.0, None, now) {
                Err(ProposalError::MayNotCancel) => {
                    record.cancel(&caller.0, self.guardian_permit(caller)?.as_ref(), now)?
                }
                other => other?,
            };
            self.write(proposal, &record);
            Ok(())
        }

        /// Pays the deposit of a decided proposal out to an account that the proposer names; nothing where voters slashed it. Returns
        /// what was paid, in the contracts' units.
        ///
        /// Errors: `UnknownProposal`, `NotProposer`, `WrongStatus`, `AlreadySettled`, `PayoutFailed`. Event: `DepositSettled`.
        #[ink(message)]
        pub fn settle(&mut self, proposal: u32, to: Address) -> Result<u128, Error> {
            let (record, returned) = self.record(proposal)?.settle(&self.env().caller().0, self.now())?;
            let mut index = self.index();
            index.deposits = index.deposits.saturating_sub(record.deposit);
            self.index.set(&index);
            self.proposals.insert(proposal, &ProposalRecord(record));
            let slashed = record.deposit.saturating_sub(returned);
            self.env().emit_event(DepositSettled { proposal, to, returned, slashed });
            if returned > 0 && self.env().transfer(to, returned.into()).is_err() {
                return Err(Error::PayoutFailed { to });
            }
            self.check_covered()?;
            Ok(returned)
        }

        /// Takes over the governor's role of a contract that has named this one as successor. Anyone may: it only adds to what is
        /// governed by votes. Does nothing where the role is held already.
        ///
        /// Errors: `RoleNotAccepted`. Event: `RoleAccepted`.
        #[ink(message)]
        pub fn accept_role(&mut self, contract: Address) -> Result<(), Error> {
            if self.governs(contract) {
                return Ok(());
            }
            let selector: [u8; 4] = ink::selector_bytes!("accept_governor");
            if !host::call(contract, 0, &selector, false) || !self.governs(contract) {
                return Err(Error::RoleNotAccepted { contract });
            }
            self.env().emit_event(RoleAccepted { contract });
            Ok(())
        }

        /// Sets the rules of proposals to come, each at most one step from what it was and once a day. Only a proposal.
        ///
        /// Errors: `OnlyProposal`, `Rule`, `ChangedTooSoon`. Event: `RulesChanged`.
        #[ink(message)]
        pub fn set_rules(&mut self, rules: Rules) -> Result<(), Error> {
            self.check_own()?;
            rules.validate()?;
            let mut index = self.index();
            let block = self.env().block_number();
            let last = index.rules.checked_sub(1).and_then(|place| self.rules.get(place)).map(|last| last.0);
            let now = self.now();
            if let Some(RulesSince { at, rules: current, .. }) = last {
                current.check_step(&rules)?;
                let next_at = Voted { at, value: () }.next_at();
                if now < next_at {
                    return Err(Error::ChangedTooSoon { next_at, now });
                }
            }
            let since = last.map(|last| last.since);
            let (place, length) = history::place(index.rules, since, block).ok_or(florin_units::MathError::Overflow)?;
            index.rules = length;
            self.index.set(&index);
            self.rules.insert(place, &RulesRecord(RulesSince { since: block, at: now, rules }));
            self.env().emit_event(RulesChanged { rules });
            Ok(())
        }

        /// Sets who may cancel, and until when (seconds since 1970); the zero address for nobody. Only a proposal.
        ///
        /// Errors: `OnlyProposal`, `Role` where the term is out of bounds. Event: `GuardianChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            self.check_own()?;
            let guardianship = florin_shell::guardian(guardian, until, self.now())?;
            self.guardian.set(&GuardianRecord(guardianship));
            self.env().emit_event(GuardianChanged { guardian, until });
            Ok(())
        }

        /// Where a proposal stands now. Errors: `UnknownProposal`.
        #[ink(message)]
        pub fn status(&self, proposal: u32) -> Result<Status, Error> {
            Ok(self.record(proposal)?.status(self.now()))
        }

        /// A proposal as it is stored.
        #[ink(message)]
        pub fn proposal(&self, proposal: u32) -> Option<Proposal> {
            self.proposals.get(proposal).map(|record| record.0)
        }

        /// The hash by which calls would be known, with the code that their targets have now.
        #[ink(message)]
        pub fn actions_hash(&self, calls: Vec<Call>, predecessor: Option<u32>) -> Hash32 {
            actions(&calls, predecessor)
        }

        /// What an account voted; none where it did not.
        #[ink(message)]
        pub fn ballot(&self, proposal: u32, voter: Address) -> Option<Ballot> {
            self.ballots.get((proposal, voter)).map(|record| record.0)
        }

        /// The vote token, the number of proposals ever made, how often the rules were set, and the deposits that are held.
        #[ink(message)]
        pub fn summary(&self) -> Index {
            self.index()
        }

        /// The rules of proposals made now.
        #[ink(message)]
        pub fn current_rules(&self) -> Rules {
            self.rules()
        }

        /// The rules at the end of a block of the past, or now; none before the first.
        #[ink(message)]
        pub fn rules_at(&self, block: u32) -> Option<Rules> {
            let load = |place| self.rules.get(place).map(|record| record.0);
            history::latest(self.index().rules, load, |record| record.since > block).map(|record| record.rules)
        }

        /// Governor (the contract itself), named successor (none ever), guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let (guardian, until) = guardian_or_zero(self.guardianship());
            (self.env().address(), Address::zero(), guardian, until)
        }

        /// The number of the chain that signatures must name, big-endian.
        #[ink(message)]
        pub fn chain_id(&self) -> [u8; 32] {
            host::domain(GOVERNOR).chain_id
        }

        fn count(&mut self, proposal: u32, voter: Address, support: Support, reason: String) -> Result<(), Error> {
            check_length(&reason, MAXIMUM_REASON)?;
            let record = self.record(proposal)?;
            let power = self.power(voter, record.snapshot)?;
            let has_voted = self.ballots.contains((proposal, voter));
            let record = record.vote(support, power, has_voted, self.now())?;
            self.ballots.insert((proposal, voter), &BallotRecord(Ballot { support, power }));
            self.proposals.insert(proposal, &ProposalRecord(record));
            self.env().emit_event(VoteCast { proposal, voter, support, power, reason, record });
            Ok(())
        }

        fn write(&mut self, proposal: u32, record: &Proposal) {
            self.proposals.insert(proposal, &ProposalRecord(*record));
            let status = record.status(self.now());
            let ready_at = record.ready_at().map_or(0, |time| time.raw());
            self.env().emit_event(ProposalMoved { proposal, status, ready_at });
        }

        fn record(&self, proposal: u32) -> Result<Proposal, Error> {
            let record = self.proposals.get(proposal);
            Ok(record.map(|record| record.0).ok_or(ProposalError::UnknownProposal { id: proposal })?)
        }

        fn index(&self) -> Index {
            self.index.get_or_default()
        }

        fn rules(&self) -> Rules {
            // The constructor writes the first rules; without any nothing can be proposed.
            let last = self.index().rules.checked_sub(1).and_then(|place| self.rules.get(place));
            last.map_or(Rules::NONE, |record| record.0.rules)
        }

        fn guardianship(&self) -> Option<Guardianship> {
            self.guardian.get().and_then(|record| record.0)
        }

        /// The permit of the guardian; none for anybody else. Errors: the guardian's whose term is over.
        fn guardian_permit(&self, caller: Address) -> Result<Option<Permit<Guardian>>, Error> {
            let guardian = self.guardianship();
            if guardian.is_none_or(|guardian| guardian.account != caller.0) {
                return Ok(None);
            }
            let roles = Roles { guardian, ..Roles::new(self.env().address().0) };
            Ok(Some(check(&roles, &caller.0, self.now())?))
        }

        fn check_own(&self) -> Result<(), Error> {
            let caller = self.env().caller();
            if caller == self.env().address() {
                Ok(())
            } else {
                Err(Error::OnlyProposal { caller })
            }
        }

        /// Whether a contract says that this one governs it.
        fn governs(&self, contract: Address) -> bool {
            let holders = build_call_ink::<Environment>()
                .call(contract)
                .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("role_holders"))))
                .returns::<(Address, Address, Address, u64)>()
                .try_invoke();
            matches!(holders, Ok(Ok((holder, ..))) if holder == self.env().address())
        }

        /// Nothing may end with less in hand than the deposits.
        fn check_covered(&self) -> Result<(), Error> {
            let (owed, held) = (self.index().deposits, self.env().balance());
            if held < U256::from(owed) {
                return Err(Error::NotCovered { owed, held });
            }
            Ok(())
        }

        fn power(&self, account: Address, block: u32) -> Result<u128, Error> {
            let contract = self.index().votes;
            let power = build_call_ink::<Environment>()
                .call(contract)
                .exec_input(
                    ExecutionInput::new(Selector::new(ink::selector_bytes!("getPastVotes")))
                        .push_arg(account)
                        .push_arg(U256::from(block)),
                )
                .returns::<Result<U256, VotesError>>()
                .try_invoke();
            match power {
                Ok(Ok(Ok(power))) => amount(power),
                _ => Err(Error::NoAnswer { contract }),
            }
        }

        fn supply(&self) -> Result<u128, Error> {
            let contract = self.index().votes;
            let supply = build_call_ink::<Environment>()
                .call(contract)
                .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("totalSupply"))))
                .returns::<U256>()
                .try_invoke();
            match supply {
                Ok(Ok(supply)) => amount(supply),
                _ => Err(Error::NoAnswer { contract }),
            }
        }

        fn now(&self) -> Time {
            Time::from_raw(self.env().block_timestamp())
        }
    }

    /// The hash of calls with the code that their targets have now.
    fn actions(calls: &[Call], predecessor: Option<u32>) -> Hash32 {
        action::hash(calls, predecessor, code, host::keccak)
    }

    /// The code of an address; none where there is no contract.
    fn code(target: &[u8; 20]) -> Option<Hash32> {
        ink::env::code_hash(&Address::from(*target)).ok().map(|hash| hash.0)
    }

    fn amount(value: U256) -> Result<u128, Error> {
        u128::try_from(value).map_err(|_| Error::AmountTooLarge { amount: value })
    }

    fn check_length(text: &str, maximum: u32) -> Result<(), Error> {
        let given = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if given > maximum {
            return Err(Error::TextTooLong { given, maximum });
        }
        Ok(())
    }
}
