//! Random governance on the real contracts against a ghost that remembers every holding at the end of every block, every ballot
//! and every act, and works out from them what must be so.

use std::collections::BTreeMap;

use florin_bindings::{governor, vaults, votes};
use florin_client::{
    chain::{Address, Chain},
    contract::CallError,
    governance::call,
    signer::Signer,
};
use florin_e2e_tests::harness::{
    coins, collateral_params, HarnessError, Realm, NATIVE_FEED, TIMELOCK, UNIT, VOTING_DELAY, VOTING_PERIOD,
};
use florin_governance::{
    action::Call,
    proposal::{ProposalError, Status, Support},
};
use florin_sandbox::Sandbox;
use florin_stable::collateral::Asset;
use florin_units::{Ray, RAY_ONE, U256};

/// Acts in the ordinary run; `FLORIN_GOVERNANCE_ACTS` asks for more.
const ACTS: u32 = 3_000;
const PEOPLE: usize = 8;

/// A generator that needs no dependency and is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides.max(1)
    }

    fn person(&mut self) -> usize {
        self.roll(PEOPLE as u64) as usize
    }
}

struct Ghost {
    proposer: usize,
    /// Power of everybody at the snapshot.
    power: Vec<u128>,
    fee: Ray,
    calls: Vec<Call>,
    made_at: u64,
    ballots: BTreeMap<usize, (Support, u128)>,
    queued_at: Option<u64>,
    over: bool,
    settled: bool,
}

impl Ghost {
    fn sum(&self, which: Support) -> u128 {
        self.ballots.values().filter(|(support, _)| *support == which).map(|(_, power)| power).sum()
    }
}

struct Run {
    dice: Dice,
    realm: Realm<Sandbox>,
    people: Vec<Signer>,
    balances: Vec<u128>,
    delegates: Vec<usize>,
    /// Power of everybody at the end of each block in which it changed.
    ends: BTreeMap<u64, Vec<u128>>,
    ghosts: Vec<Ghost>,
    fee: Ray,
    /// When a proposal last changed it.
    changed_at: Option<u64>,
    done: BTreeMap<&'static str, u32>,
}

impl Run {
    async fn new(seed: u64) -> Result<Self, HarnessError> {
        let realm = Realm::deploy(Sandbox::new()).await?;
        realm.hand_over().await?;
        let mut people = realm.voters.to_vec();
        for number in 0..PEOPLE - people.len() {
            people.push(realm.world.person(200 + number as u32).await?);
        }
        let mut balances = vec![0; PEOPLE];
        for (balance, share) in balances.iter_mut().zip([300_000, 200_000, 100_000]) {
            *balance = coins(share).raw();
        }
        let fee = collateral_params(Asset::Native, 18, NATIVE_FEED).stability_fee;
        let mut run = Self {
            dice: Dice(seed),
            realm,
            people,
            balances,
            delegates: (0..PEOPLE).collect(),
            ends: BTreeMap::new(),
            ghosts: Vec::new(),
            fee,
            changed_at: None,
            done: BTreeMap::new(),
        };
        run.end_block().await?;
        Ok(run)
    }

    fn address(&self, person: usize) -> Address {
        self.people[person].account().to_address()
    }

    fn power(&self) -> Vec<u128> {
        let mut power = vec![0; PEOPLE];
        for (holder, balance) in self.balances.iter().enumerate() {
            power[self.delegates[holder]] += balance;
        }
        power
    }

    async fn end_block(&mut self) -> Result<(), HarnessError> {
        let head = self.realm.world.suite.client.chain().head().await?.number;
        self.ends.insert(head, self.power());
        Ok(())
    }

    fn at(&self, block: u64) -> Vec<u128> {
        self.ends.range(..=block).next_back().map_or(vec![0; PEOPLE], |(_, power)| power.clone())
    }

    async fn now(&self) -> Result<u64, HarnessError> {
        Ok(self.realm.world.suite.now().await?.raw())
    }

    async fn step(&mut self) -> Result<(), HarnessError> {
        let name = match self.dice.roll(100) {
            0..=13 => self.transfer().await?,
            14..=19 => self.delegate().await?,
            20..=22 => self.propose().await?,
            23..=64 => self.vote().await?,
            65..=72 => self.queue().await?,
            73..=80 => self.execute().await?,
            81 => self.cancel().await?,
            82..=87 => self.settle().await?,
            _ => {
                let seconds = 60 + self.dice.roll(VOTING_DELAY / 2);
                self.realm.world.advance(seconds).await?;
                "wait"
            }
        };
        *self.done.entry(name).or_default() += 1;
        self.end_block().await
    }

    async fn transfer(&mut self) -> Result<&'static str, HarnessError> {
        let (from, to) = (self.dice.person(), self.dice.person());
        let amount = self.balances[from] / 100 * u128::from(self.dice.roll(60));
        let transfer = votes::transfer(self.address(to), U256::from(amount));
        self.realm.world.suite.client.call(&self.people[from], self.realm.votes, 0, &transfer).await?;
        self.balances[from] -= amount;
        self.balances[to] += amount;
        Ok("transfer")
    }

    async fn delegate(&mut self) -> Result<&'static str, HarnessError> {
        let (holder, to) = (self.dice.person(), self.dice.person());
        let delegate = votes::delegate(self.address(to));
        self.realm.world.suite.client.call(&self.people[holder], self.realm.votes, 0, &delegate).await?;
        self.delegates[holder] = to;
        Ok("delegate")
    }

    async fn propose(&mut self) -> Result<&'static str, HarnessError> {
        let proposer = self.dice.person();
        let mut params = collateral_params(Asset::Native, 18, NATIVE_FEED);
        params.stability_fee = Ray::from_raw(RAY_ONE + u128::from(self.dice.roll(2_000_000_000)) * 1_000_000_000);
        let message = vaults::set_collateral_params(0, params);
        let calls = vec![call(self.realm.world.suite.vaults, &message)];
        let snapshot = self.realm.world.suite.client.chain().head().await?.number;
        let power = self.at(snapshot);
        let propose = governor::propose(calls.clone(), "A fee.".to_owned(), None);
        match self.realm.call(&self.people[proposer], 10 * UNIT, &propose).await {
            Ok(done) => {
                assert_eq!(done.value as usize, self.ghosts.len());
                assert!(power[proposer] >= coins(10_000).raw());
                self.ghosts.push(Ghost {
                    proposer,
                    power,
                    fee: params.stability_fee,
                    calls,
                    made_at: self.now().await?,
                    ballots: BTreeMap::new(),
                    queued_at: None,
                    over: false,
                    settled: false,
                });
                Ok("propose")
            }
            Err(CallError::Refused { error: governor::Error::Proposal(error), .. }) => {
                // The trial is made in the last block and so counts what was held in the one before; the transaction, where the
                // trial let it pass, counts what was held in the last.
                let ProposalError::TooLittlePower { power: found, .. } = error else { panic!("{error:?}") };
                assert!(found < coins(10_000).raw());
                assert!(found == self.at(snapshot - 1)[proposer] || found == power[proposer], "{found}");
                Ok("propose refused")
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One of the latest proposals.
    fn choose(&mut self) -> Option<usize> {
        let count = self.ghosts.len();
        (count > 0).then(|| count - 1 - self.dice.roll(count.min(6) as u64) as usize)
    }

    async fn vote(&mut self) -> Result<&'static str, HarnessError> {
        let Some(place) = self.choose() else { return Ok("nothing") };
        let voter = self.dice.person();
        let support =
            [Support::For, Support::For, Support::For, Support::Against, Support::Abstain][self.dice.roll(5) as usize];
        let status = self.realm.status(place as u32).await?;
        let vote = governor::vote(place as u32, support, "A reason.".to_owned());
        let tried = self.realm.call(&self.people[voter], 0, &vote).await;
        let ghost = &mut self.ghosts[place];
        let power = ghost.power[voter];
        let may = status == Status::Active && power > 0 && !ghost.ballots.contains_key(&voter);
        match tried {
            Ok(_) => {
                assert!(may, "{status:?} with {power}");
                ghost.ballots.insert(voter, (support, power));
                Ok("vote")
            }
            Err(CallError::Refused { .. }) => {
                assert!(!may, "{status:?} with {power}");
                Ok("vote refused")
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn queue(&mut self) -> Result<&'static str, HarnessError> {
        let Some(place) = self.choose() else { return Ok("nothing") };
        let anybody = self.dice.person();
        let tried = self.realm.call(&self.people[anybody], 0, &governor::queue(place as u32)).await;
        let now = self.now().await?;
        let ghost = &mut self.ghosts[place];
        match tried {
            Ok(_) => {
                let (pro, con) = (ghost.sum(Support::For), ghost.sum(Support::Against));
                assert!(pro > con && pro + ghost.sum(Support::Abstain) >= coins(200_000).raw());
                assert!(now >= ghost.made_at + VOTING_DELAY + VOTING_PERIOD && !ghost.over);
                assert!(ghost.queued_at.replace(now).is_none());
                Ok("queue")
            }
            Err(CallError::Refused { .. }) => Ok("queue refused"),
            Err(error) => Err(error.into()),
        }
    }

    async fn execute(&mut self) -> Result<&'static str, HarnessError> {
        let Some(place) = self.choose() else { return Ok("nothing") };
        let anybody = self.dice.person();
        let calls = self.ghosts[place].calls.clone();
        let tried = self.realm.call(&self.people[anybody], 0, &governor::execute(place as u32, calls)).await;
        let now = self.now().await?;
        let ghost = &mut self.ghosts[place];
        match tried {
            Ok(_) => {
                let queued = ghost.queued_at.expect("it was queued");
                assert!(now >= queued + TIMELOCK && !ghost.over);
                assert!(self.changed_at.is_none_or(|last| now >= last + 86_400), "two changes within a day");
                ghost.over = true;
                (self.fee, self.changed_at) = (ghost.fee, Some(now));
                Ok("execute")
            }
            Err(CallError::Refused { .. }) => Ok("execute refused"),
            Err(error) => Err(error.into()),
        }
    }

    async fn cancel(&mut self) -> Result<&'static str, HarnessError> {
        let Some(place) = self.choose() else { return Ok("nothing") };
        let guardian = self.realm.world.guardian.clone();
        let who = self.dice.person();
        let guards = self.dice.roll(3) == 0;
        let caller = if guards { &guardian } else { &self.people[who] };
        let tried = self.realm.call(caller, 0, &governor::cancel(place as u32)).await;
        let ghost = &mut self.ghosts[place];
        match tried {
            Ok(_) => {
                assert!(!ghost.over && (guards || (who == ghost.proposer && ghost.ballots.is_empty())));
                ghost.over = true;
                Ok("cancel")
            }
            // A term that has ended is refused too.
            Err(CallError::Refused { .. }) => Ok("cancel refused"),
            Err(error) => Err(error.into()),
        }
    }

    async fn settle(&mut self) -> Result<&'static str, HarnessError> {
        let Some(place) = self.choose() else { return Ok("nothing") };
        let who = if self.dice.roll(2) == 0 { self.ghosts[place].proposer } else { self.dice.person() };
        let settle = governor::settle(place as u32, self.address(who));
        let tried = self.realm.call(&self.people[who], 0, &settle).await;
        let ghost = &mut self.ghosts[place];
        match tried {
            Ok(done) => {
                assert!(!ghost.settled && who == ghost.proposer);
                assert_eq!(done.value, coins(10).raw());
                ghost.settled = true;
                Ok("settle")
            }
            Err(CallError::Refused { .. }) => Ok("settle refused"),
            Err(error) => Err(error.into()),
        }
    }

    /// What must hold after every act.
    async fn check(&mut self) -> Result<(), HarnessError> {
        let client = self.realm.world.suite.client.clone();
        let (votes, governor) = (self.realm.votes, self.realm.governor);
        let head = client.chain().head().await?.number;
        let (person, block) = (self.dice.person(), 1 + self.dice.roll(head - 1));
        let found = client.read(votes, &votes::get_past_votes(self.address(person), block.into())).await?;
        let first = *self.ends.keys().next().expect("the first");
        if block >= first {
            assert_eq!(found, U256::from(self.at(block)[person]), "power of {person} at {block}");
        }
        let present = client.read(votes, &votes::get_votes(self.address(person))).await?;
        assert_eq!(present, U256::from(self.power()[person]));
        let held = self.ghosts.iter().filter(|ghost| !ghost.settled).count() as u128;
        assert_eq!(client.read(governor, &governor::summary()).await?.deposits, held * coins(10).raw());
        let kind = self.realm.world.suite.collateral_type(0).await?;
        assert_eq!(kind.params.stability_fee, self.fee, "only what was executed holds");
        if let Some(place) = self.choose() {
            let record = client.read(governor, &governor::proposal(place as u32)).await?.expect("it was made");
            let ghost = &self.ghosts[place];
            let tally = record.tally;
            assert_eq!(
                (tally.in_favour, tally.against, tally.abstain, tally.slash),
                (ghost.sum(Support::For), ghost.sum(Support::Against), ghost.sum(Support::Abstain), 0)
            );
        }
        Ok(())
    }
}

#[tokio::test]
async fn random_governance_on_the_contracts_follows_the_ghost() {
    let asked = std::env::var("FLORIN_GOVERNANCE_ACTS").ok().and_then(|text| text.parse().ok());
    let acts: u32 = asked.unwrap_or(ACTS);
    let mut run = Run::new(0x9E37_79B9_7F4A_7C15).await.expect("deployed");
    for act in 0..acts {
        run.step().await.unwrap_or_else(|error| panic!("act {act}: {error}"));
        run.check().await.unwrap_or_else(|error| panic!("after act {act}: {error}"));
    }
    println!("{:?}", run.done);
    for (name, least) in [("propose", 20), ("vote", 100), ("queue", 10), ("execute", 5), ("settle", 10)] {
        let count = run.done.get(name).copied().unwrap_or(0);
        assert!(count >= least || acts < ACTS, "{name} happened {count} times only");
    }
}
