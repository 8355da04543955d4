//! Governance as a whole against a ghost that keeps everything: a vote token with delegation, and many proposals at once, in
//! random order. The ghost has no checkpoints and no lazy status: it remembers every holding of every block and every ballot, and
//! works out from them what must be so.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use florin_governance::power::{change, moved, power_at, Change, Checkpoint, Moment, Past};
use florin_governance::proposal::{propose, Motion, Proposal, ProposalError, Status, Support};
use florin_governance::roles::{check, Guardian, Guardianship, Permit, Roles};
use florin_governance::rules::Rules;
use florin_units::{Bps, Seconds, Timestamp};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const PEOPLE: u8 = 12;
const SUPPLY: u128 = 1_000_000;
const DEPOSIT: u128 = 50;
/// Operations in the ordinary run; `FLORIN_GOVERNANCE_OPERATIONS` asks for more.
const OPERATIONS: u32 = 100_000;

/// A generator that needs no dependency and is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides
    }

    fn person(&mut self) -> u8 {
        self.roll(u64::from(PEOPLE)) as u8
    }
}

fn rules() -> Rules {
    Rules {
        voting_delay: Seconds::from_raw(6 * HOUR),
        voting_period: Seconds::from_raw(2 * DAY),
        late_extension: Seconds::from_raw(6 * HOUR),
        timelock: Seconds::from_raw(DAY),
        grace: Seconds::from_raw(3 * DAY),
        quorum: Bps::from_raw(2_000),
        threshold: Bps::from_raw(5_000),
        proposer_share: Bps::from_raw(100),
        deposit: DEPOSIT,
    }
}

fn address(person: u8) -> [u8; 20] {
    [person; 20]
}

/// The world as contracts keep it.
#[derive(Default)]
struct World {
    checkpoints: BTreeMap<u8, Vec<Checkpoint>>,
    proposals: Vec<Proposal>,
    ballots: BTreeSet<(u32, u8)>,
    deposits: u128,
}

/// What the ghost remembers of a proposal.
struct Ghost {
    /// Power of everybody at the end of the snapshot's block.
    power: BTreeMap<u8, u128>,
    made_at: Timestamp,
    ballots: BTreeMap<u8, (Support, u128)>,
    last_vote: Option<Timestamp>,
    queued_at: Option<Timestamp>,
    over: bool,
    cancelled: bool,
    paid: bool,
}

impl Ghost {
    fn sum(&self, which: impl Fn(Support) -> bool) -> u128 {
        self.ballots.values().filter(|(support, _)| which(*support)).map(|(_, power)| power).sum()
    }

    fn carried(&self) -> bool {
        let present = self.sum(|support| matches!(support, Support::For | Support::Abstain));
        let against = self.sum(|support| matches!(support, Support::Against | Support::AgainstAndSlash));
        present >= SUPPLY / 5 && self.sum(|support| support == Support::For) > against
    }
}

struct Run {
    dice: Dice,
    now: Moment,
    world: World,
    balances: BTreeMap<u8, u128>,
    delegates: BTreeMap<u8, u8>,
    /// Power at the end of the block before this one, as the ghost reckons it.
    before: BTreeMap<u8, u128>,
    ghosts: Vec<Ghost>,
    held: u128,
    done: BTreeMap<&'static str, u32>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let now = Moment { block: 1, time: Timestamp::from_raw(1_700_000_000) };
        let mut run = Self {
            dice: Dice(seed),
            now,
            world: World::default(),
            balances: BTreeMap::from([(0, SUPPLY)]),
            delegates: BTreeMap::new(),
            before: BTreeMap::new(),
            ghosts: Vec::new(),
            held: 0,
            done: BTreeMap::new(),
        };
        run.move_power(None, Some(0), SUPPLY);
        run.next_block(6);
        run
    }

    fn delegate_of(&self, person: u8) -> u8 {
        *self.delegates.get(&person).unwrap_or(&person)
    }

    fn ghost_power(&self) -> BTreeMap<u8, u128> {
        let mut power = BTreeMap::new();
        for (holder, balance) in &self.balances {
            *power.entry(self.delegate_of(*holder)).or_insert(0) += balance;
        }
        power
    }

    fn next_block(&mut self, seconds: u64) {
        self.before = self.ghost_power();
        self.now = Moment { block: self.now.block + 1, time: self.now.time.after(Seconds::from_raw(seconds)) };
    }

    fn move_power(&mut self, from: Option<u8>, to: Option<u8>, units: u128) {
        for (account, by) in moved(from, to, units).into_iter().flatten() {
            self.change(account, by);
        }
    }

    fn change(&mut self, account: u8, by: Change) {
        let history = self.world.checkpoints.entry(account).or_default();
        let written = change(history.len() as u32, history.last().copied(), by, self.now).unwrap();
        history.truncate(written.place as usize);
        history.push(written.checkpoint);
    }

    fn power(&self, account: u8, block: u32) -> u128 {
        let empty = Vec::new();
        let history = self.world.checkpoints.get(&account).unwrap_or(&empty);
        let load = |place: u32| history.get(place as usize).copied();
        power_at(history.len() as u32, load, Past::Block(block), self.now).unwrap()
    }

    fn guardian(&self) -> Permit<Guardian> {
        let until = self.now.time.after(Seconds::from_raw(1));
        let guardian = Some(Guardianship { account: address(99), until });
        check(&Roles { guardian, ..Roles::new(address(98)) }, &address(99), self.now.time).unwrap()
    }

    fn step(&mut self) {
        let name = match self.dice.roll(100) {
            0..=14 => self.transfer(),
            15..=22 => self.delegate(),
            23..=27 => self.make(),
            28..=59 => self.vote(),
            60..=66 => self.queue(),
            67..=73 => self.execute(),
            74..=75 => self.cancel(),
            76..=81 => self.settle(),
            82..=95 => {
                let seconds = 6 + self.dice.roll(600);
                self.next_block(seconds);
                "block"
            }
            _ => {
                let seconds = self.dice.roll(30 * HOUR);
                self.next_block(seconds);
                "wait"
            }
        };
        *self.done.entry(name).or_default() += 1;
    }

    fn transfer(&mut self) -> &'static str {
        let (from, to) = (self.dice.person(), self.dice.person());
        let held = self.balances.get(&from).copied().unwrap_or(0);
        let amount = u128::from(self.dice.roll(1 + held as u64));
        *self.balances.entry(from).or_default() -= amount;
        *self.balances.entry(to).or_default() += amount;
        self.move_power(Some(self.delegate_of(from)), Some(self.delegate_of(to)), amount);
        "transfer"
    }

    fn delegate(&mut self) -> &'static str {
        let (holder, to) = (self.dice.person(), self.dice.person());
        let (old, held) = (self.delegate_of(holder), self.balances.get(&holder).copied().unwrap_or(0));
        self.delegates.insert(holder, to);
        self.move_power(Some(old), Some(to), held);
        "delegate"
    }

    fn make(&mut self) -> &'static str {
        let (id, proposer) = (self.world.proposals.len() as u32, self.dice.person());
        let snapshot = self.now.block - 1;
        let predecessor = (id > 0 && self.dice.roll(4) == 0).then(|| self.dice.roll(u64::from(id)) as u32);
        let motion = Motion {
            id,
            proposer: address(proposer),
            power: self.power(proposer, snapshot),
            deposit: DEPOSIT,
            actions: [id as u8; 32],
            description: [0; 32],
            predecessor,
            snapshot,
            supply: SUPPLY,
        };
        let expected = self.before.get(&proposer).copied().unwrap_or(0);
        assert_eq!(motion.power, expected, "power at the snapshot is what was held and delegated then");
        match propose(&motion, &rules(), self.now.time) {
            Ok(proposal) => {
                assert!(expected >= SUPPLY / 100);
                self.world.proposals.push(proposal);
                self.world.deposits += DEPOSIT;
                self.held += DEPOSIT;
                self.ghosts.push(Ghost {
                    power: self.before.clone(),
                    made_at: self.now.time,
                    ballots: BTreeMap::new(),
                    last_vote: None,
                    queued_at: None,
                    over: false,
                    cancelled: false,
                    paid: false,
                });
                "propose"
            }
            Err(error) => {
                assert_eq!(error, ProposalError::TooLittlePower { power: expected, required: SUPPLY / 100 });
                "propose refused"
            }
        }
    }

    /// One of the latest proposals: older ones are over.
    fn choose(&mut self) -> Option<usize> {
        let count = self.world.proposals.len();
        let recent = count.min(8) as u64;
        (recent > 0).then(|| count - 1 - self.dice.roll(recent) as usize)
    }

    fn vote(&mut self) -> &'static str {
        let Some(place) = self.choose() else { return "nothing" };
        let voter = self.dice.person();
        let support = [Support::For, Support::For, Support::Against, Support::Abstain, Support::AgainstAndSlash]
            [self.dice.roll(5) as usize];
        let proposal = self.world.proposals[place];
        let power = self.power(voter, proposal.snapshot);
        let ghost = &mut self.ghosts[place];
        assert_eq!(power, ghost.power.get(&voter).copied().unwrap_or(0), "nothing bought later counts");
        let has_voted = self.world.ballots.contains(&(place as u32, voter));
        let status = proposal.status(self.now.time);
        match proposal.vote(support, power, has_voted, self.now.time) {
            Ok(next) => {
                assert!(status == Status::Active && power > 0 && !ghost.ballots.contains_key(&voter));
                let (was, end) = (ghost.carried(), proposal.ends_at);
                ghost.ballots.insert(voter, (support, power));
                ghost.last_vote = Some(self.now.time);
                let turned = was != ghost.carried() && end.since(self.now.time) < rules().late_extension;
                let extended = next.ends_at != end;
                assert_eq!(extended, turned && proposal.extensions < 3, "a late turn, and only that, extends");
                assert!(!extended || next.ends_at == end.after(rules().late_extension));
                self.world.ballots.insert((place as u32, voter));
                self.world.proposals[place] = next;
                "vote"
            }
            Err(error) => {
                let expected = if status != Status::Active {
                    ProposalError::WrongStatus { actual: status, required: Status::Active }
                } else if has_voted {
                    ProposalError::AlreadyVoted
                } else {
                    ProposalError::NoPower { snapshot: proposal.snapshot }
                };
                assert_eq!(error, expected);
                "vote refused"
            }
        }
    }

    fn queue(&mut self) -> &'static str {
        let Some(place) = self.choose() else { return "nothing" };
        let proposal = self.world.proposals[place];
        let ghost = &mut self.ghosts[place];
        let Ok(next) = proposal.queue(self.now.time) else { return "queue refused" };
        assert!(ghost.carried() && !ghost.over && ghost.queued_at.is_none());
        assert!(self.now.time.since(ghost.made_at) >= Seconds::from_raw(6 * HOUR + 2 * DAY));
        assert!(ghost.last_vote.unwrap() < self.now.time);
        ghost.queued_at = Some(self.now.time);
        self.world.proposals[place] = next;
        "queue"
    }

    fn execute(&mut self) -> &'static str {
        let Some(place) = self.choose() else { return "nothing" };
        let proposal = self.world.proposals[place];
        let actions = if self.dice.roll(10) == 0 { [0xee; 32] } else { proposal.actions };
        let before = proposal.predecessor.map(|number| self.world.proposals[number as usize]);
        let Ok(next) = proposal.execute(actions, before.as_ref(), self.now.time) else { return "execute refused" };
        assert_eq!(actions, proposal.actions);
        let executed = before.is_none_or(|before| before.status(self.now.time) == Status::Executed);
        let ghost = &mut self.ghosts[place];
        assert!(executed && ghost.carried() && !ghost.over);
        let waited = self.now.time.since(ghost.queued_at.unwrap());
        assert!(waited >= Seconds::from_raw(DAY) && waited < Seconds::from_raw(4 * DAY));
        ghost.over = true;
        self.world.proposals[place] = next;
        "execute"
    }

    fn cancel(&mut self) -> &'static str {
        let Some(place) = self.choose() else { return "nothing" };
        let (proposal, guards) = (self.world.proposals[place], self.dice.roll(4) == 0);
        let caller = address(self.dice.person());
        let permit = guards.then(|| self.guardian());
        let Ok(next) = proposal.cancel(&caller, permit.as_ref(), self.now.time) else { return "cancel refused" };
        let ghost = &mut self.ghosts[place];
        assert!(!ghost.over);
        assert!(guards || (caller == proposal.proposer && ghost.ballots.is_empty()));
        ghost.over = true;
        ghost.cancelled = true;
        self.world.proposals[place] = next;
        "cancel"
    }

    fn settle(&mut self) -> &'static str {
        let Some(place) = self.choose() else { return "nothing" };
        let proposal = self.world.proposals[place];
        let caller = if self.dice.roll(2) == 0 { proposal.proposer } else { address(self.dice.person()) };
        let Ok((next, returned)) = proposal.settle(&caller, self.now.time) else { return "settle refused" };
        let ghost = &mut self.ghosts[place];
        let (all, slash) = (ghost.sum(|_| true), ghost.sum(|support| support == Support::AgainstAndSlash));
        let slashed = all >= SUPPLY / 5 && slash > all - slash && !ghost.cancelled;
        assert_eq!(returned, if slashed { 0 } else { DEPOSIT });
        assert!(!ghost.paid && (slashed || caller == proposal.proposer));
        ghost.paid = true;
        self.world.deposits -= DEPOSIT;
        self.held -= returned;
        self.world.proposals[place] = next;
        "settle"
    }

    /// What must hold after every step.
    fn check(&self) {
        let power: u128 =
            self.world.checkpoints.values().filter_map(|history| history.last()).map(|last| last.power).sum();
        assert_eq!(power, SUPPLY, "all power is the supply: nothing counts twice, nothing is lost");
        assert!(self.world.deposits <= self.held, "deposits are covered");
        let recent = self.world.proposals.len().saturating_sub(8);
        for (proposal, ghost) in self.world.proposals.iter().zip(&self.ghosts).skip(recent) {
            let tally = proposal.tally;
            assert_eq!(tally.in_favour, ghost.sum(|support| support == Support::For));
            assert_eq!(tally.abstain, ghost.sum(|support| support == Support::Abstain));
            assert_eq!(tally.against, ghost.sum(|support| support == Support::Against));
            assert_eq!(tally.slash, ghost.sum(|support| support == Support::AgainstAndSlash));
            assert_eq!(proposal.is_carried(), ghost.carried());
        }
    }
}

#[test]
fn random_governance_follows_the_ghost() {
    let asked = std::env::var("FLORIN_GOVERNANCE_OPERATIONS").ok().and_then(|text| text.parse().ok());
    let operations: u32 = asked.unwrap_or(OPERATIONS);
    let (runs, mut acts) = (4, BTreeMap::<&str, u32>::new());
    for seed in 1..=runs {
        let mut run = Run::new(0x9E37_79B9_7F4A_7C15u64.wrapping_mul(u64::from(seed)));
        for _ in 0..operations / runs {
            run.step();
            run.check();
        }
        for (name, count) in run.done {
            *acts.entry(name).or_default() += count;
        }
    }
    println!("{acts:?}");
    // A run that never gets anywhere would prove nothing.
    for (name, least) in
        [("propose", 1_000), ("vote", 2_000), ("queue", 50), ("execute", 20), ("cancel", 20), ("settle", 200)]
    {
        let count = acts.get(name).copied().unwrap_or(0);
        assert!(count >= least || operations < OPERATIONS, "{name} happened {count} times only");
    }
}
