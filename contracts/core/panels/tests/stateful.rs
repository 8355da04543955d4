//! Many cases at once in random order, over one staked and one named pool and two assets, against a ghost that only
//! adds up what came in and what went out. After every step what is owed is what stakes and claims come to and what is
//! there, every lock belongs to a seat, and nobody has revealed what it has copied. Now and then a court hears another
//! dispute under the same number: no panel reports to a hearing that is not its own, and none sits before the former
//! one is paid. In the end everybody is paid out.
#![allow(clippy::unwrap_used)]
mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{account, amount, at, keccak, Dice, BLOCK, COLLECTOR, CONTRACT, COURT, DAY, OTHER, SEAT_STAKE, TOKEN};
use florin_panels::award::panel_award_down;
use florin_panels::case::{commitment, Case, CaseId, Message, SeatRecord, Stage, Status, DRAW_BLOCKS};
use florin_panels::draw::{draw, seed, Panel};
use florin_panels::hearing::{Hearing, MAXIMUM_EXCLUDED};
use florin_panels::ledger::{credit, AssetLedger};
use florin_panels::pool::{check_members, Membership, Pool, STAKED_POOL};
use florin_panels::{Address, ArbitrationError, Hash, Moment};
use florin_units::{Amount, Seconds};
use parity_scale_codec::Encode;

/// Operations in the ordinary run; `FLORIN_PANELS_OPERATIONS` asks for more.
const OPERATIONS: u32 = 20_000;
/// Cases that are open at a time, appeals not counted.
const SLOTS: usize = 6;
/// Accounts that may join.
const PEOPLE: u32 = 30;
const NAMED_POOL: u32 = 1;

const MESSAGES: [Message; 7] =
    [Message::Call, Message::Draw, Message::Commit, Message::Reveal, Message::Report, Message::Close, Message::Collect];

type Outcome<T = ()> = Result<T, ArbitrationError>;

/// What the contract keeps, and what the ghost does.
#[derive(Clone, Default)]
struct State {
    pools: BTreeMap<u32, Pool>,
    places: BTreeMap<(u32, u32), Address>,
    memberships: BTreeMap<Address, Membership>,
    cases: BTreeMap<CaseId, Case>,
    panels: BTreeMap<CaseId, Panel>,
    seats: BTreeMap<(CaseId, u8), SeatRecord>,
    claims: BTreeMap<(Address, Address), Amount>,
    ledgers: BTreeMap<Address, AssetLedger>,
    balances: BTreeMap<Address, u128>,
    /// All that ever came in, by asset.
    came: BTreeMap<Address, u128>,
    /// All that ever went out.
    went: BTreeMap<Address, u128>,
}

impl State {
    fn pool(&self, pool: u32) -> Outcome<Pool> {
        self.pools.get(&pool).copied().ok_or(ArbitrationError::UnknownPool { pool })
    }

    fn case(&self, case: CaseId) -> Outcome<Case> {
        self.cases.get(&case).copied().ok_or(ArbitrationError::UnknownCase { case })
    }

    fn panel(&self, id: CaseId) -> Panel {
        self.panels.get(&id).copied().unwrap_or_default()
    }

    fn membership(&self, member: &Address) -> Membership {
        self.memberships.get(member).copied().unwrap_or_default()
    }

    fn claim_of(&self, asset: Address, account: Address) -> Amount {
        self.claims.get(&(asset, account)).copied().unwrap_or_default()
    }

    fn receive(&mut self, asset: Address, amount: Amount) -> Outcome {
        let ledger = self.ledgers.entry(asset).or_default();
        *ledger = ledger.received(amount)?;
        *self.balances.entry(asset).or_default() += amount.raw();
        *self.came.entry(asset).or_default() += amount.raw();
        ledger.check(Amount::from_raw(self.balances[&asset]))
    }

    fn pay(&mut self, asset: Address, amount: Amount) -> Outcome {
        let ledger = self.ledgers.entry(asset).or_default();
        *ledger = ledger.paid(amount)?;
        *self.balances.entry(asset).or_default() -= amount.raw();
        *self.went.entry(asset).or_default() += amount.raw();
        ledger.check(Amount::from_raw(self.balances[&asset]))
    }

    fn credit(&mut self, asset: Address, account: Address, amount: Amount) -> Outcome {
        if let Some(claim) = credit(self.claim_of(asset, account), amount)? {
            self.claims.insert((asset, account), claim);
        }
        Ok(())
    }

    fn join(&mut self, account: Address, stake: Amount, now: Moment) -> Outcome {
        let (pool, position) = self.pool(STAKED_POOL)?.join(now.block)?;
        let membership = self.membership(&account).join(position, stake, amount(SEAT_STAKE))?;
        self.pools.insert(STAKED_POOL, pool);
        self.places.insert((STAKED_POOL, position), account);
        self.memberships.insert(account, membership);
        self.receive(TOKEN, stake)
    }

    fn add_stake(&mut self, account: Address, stake: Amount, now: Moment) -> Outcome {
        let membership = self.membership(&account).add(stake, &self.pool(STAKED_POOL)?, now.block)?;
        self.memberships.insert(account, membership);
        self.receive(TOKEN, stake)
    }

    fn withdraw(&mut self, account: Address, taken: Amount, now: Moment) -> Outcome {
        let pool = self.pool(STAKED_POOL)?;
        let membership = self.membership(&account).withdraw(taken, amount(SEAT_STAKE), &pool, now.block)?;
        self.memberships.insert(account, membership);
        self.pay(TOKEN, taken)
    }

    fn leave(&mut self, account: Address, now: Moment) -> Outcome {
        let position = self.membership(&account).place()?;
        let (pool, last) = self.pool(STAKED_POOL)?.leave(now.block)?;
        let moved = self.places[&(STAKED_POOL, last)];
        self.pools.insert(STAKED_POOL, pool);
        self.places.insert((STAKED_POOL, position), moved);
        self.places.remove(&(STAKED_POOL, last));
        self.memberships.insert(moved, self.membership(&moved).moved(Some(position)));
        self.memberships.insert(account, self.membership(&account).moved(None));
        Ok(())
    }

    fn claim(&mut self, asset: Address, account: Address) -> Outcome {
        let claim = self.claims.remove(&(asset, account)).ok_or(ArbitrationError::NothingToClaim)?;
        self.pay(asset, claim)
    }

    fn call(&mut self, id: CaseId, hearing: Hearing, now: Moment) -> Outcome {
        hearing.check_paid(&TOKEN, amount(SEAT_STAKE))?;
        let case = Case::call(self.cases.get(&id), hearing, now)?;
        let pool = self.pool(hearing.pool)?.called(now.block);
        self.cases.insert(id, case);
        self.pools.insert(hearing.pool, pool);
        self.panels.remove(&id);
        Ok(())
    }

    /// Who is at a place of a pool, where it may sit.
    fn candidate(&self, hearing: &Hearing, position: u32) -> Option<Address> {
        let member = *self.places.get(&(hearing.pool, position))?;
        let can_sit = !hearing.is_staked() || self.membership(&member).can_sit(amount(SEAT_STAKE));
        (can_sit && !hearing.excludes(&member)).then_some(member)
    }

    fn draw(&mut self, id: CaseId, hearing: &Hearing, now: Moment) -> Outcome {
        let (block, case) = self.case(id)?.draw(hearing, now)?;
        assert!(block < now.block, "nobody knows the hash of a block that is to come");
        let seed = seed(&CONTRACT, &id, &keccak(&block.to_be_bytes()), keccak);
        let pool = self.pool(hearing.pool)?;
        let members = draw(&seed, pool.members, hearing.seats, |position| self.candidate(hearing, position), keccak);
        let (pool, seats) = (hearing.pool, hearing.seats);
        let panel = Panel { members: members.ok_or(ArbitrationError::PoolTooSmall { pool, seats })? };
        let seated: BTreeSet<Address> = panel.seated().map(|(_, member)| member).collect();
        assert_eq!(seated.len(), usize::from(hearing.seats), "all seats are taken, by different members");
        for member in seated {
            assert!(!hearing.excludes(&member));
            if hearing.is_staked() {
                self.memberships.insert(member, self.membership(&member).lock(amount(SEAT_STAKE))?);
            }
        }
        self.cases.insert(id, case);
        self.panels.insert(id, panel);
        Ok(())
    }

    fn commit(&mut self, id: CaseId, member: Address, commitment: Hash, now: Moment) -> Outcome {
        let case = self.case(id)?;
        let place = self.panel(id).place_of(&member)?;
        let (case, record) = case.commit(place, commitment, now)?;
        self.cases.insert(id, case);
        self.seats.insert((id, place), record);
        Ok(())
    }

    fn reveal(&mut self, id: CaseId, member: Address, award: Amount, salt: &Hash, now: Moment) -> Outcome {
        let case = self.case(id)?;
        let place = self.panel(id).place_of(&member)?;
        let opened = commitment(&CONTRACT, &id, &member, award, salt, keccak);
        let (case, record) = case.reveal(place, self.seats.get(&(id, place)), &opened, award, now)?;
        self.cases.insert(id, case);
        self.seats.insert((id, place), record);
        Ok(())
    }

    /// Ends the seats of a case.
    fn settle(&mut self, id: CaseId, case: &Case) -> Outcome {
        let Some(division) = case.forfeits(amount(SEAT_STAKE))? else { return Ok(()) };
        for (place, member) in self.panel(id).seated() {
            let membership = self.membership(&member);
            if case.has_revealed(place) {
                self.memberships.insert(member, membership.release(amount(SEAT_STAKE))?);
                self.credit(TOKEN, member, division.share)?;
            } else {
                self.memberships.insert(member, membership.forfeit(amount(SEAT_STAKE))?);
            }
        }
        self.credit(TOKEN, COLLECTOR, division.rest)
    }

    /// Whether the court takes it, which it does where the panel has awarded something.
    fn report(&mut self, id: CaseId, hearing: &Hearing, now: Moment) -> Outcome<bool> {
        let case = self.case(id)?;
        let reported = case.report(hearing, now)?;
        assert_eq!(case.hearing, *hearing, "awards are for what the panel has heard");
        let seats = case.seats(&self.panel(id), |place| self.seats.get(&(id, place)).copied());
        self.settle(id, &case)?;
        self.cases.insert(id, reported);
        Ok(panel_award_down(&seats, case.hearing.seats, case.hearing.stake).is_ok())
    }

    fn close(&mut self, id: CaseId, now: Moment) -> Outcome {
        let case = self.case(id)?;
        let closed = case.close(now)?;
        self.settle(id, &case)?;
        self.cases.insert(id, closed);
        Ok(())
    }

    fn collect(&mut self, number: u64, received: Amount, now: Moment) -> Outcome {
        let [first, second] = both(number);
        let (case, appeal) = (self.case(first)?, self.cases.get(&second).copied());
        let collected = case.collect(appeal.as_ref(), received, now)?;
        let asset = case.hearing.asset;
        self.cases.insert(first, collected.case);
        self.receive(asset, received)?;
        for member in case.revealers(&self.panel(first)) {
            self.credit(asset, member, collected.share)?;
        }
        if let Some(appeal) = appeal {
            for member in appeal.revealers(&self.panel(second)) {
                self.credit(asset, member, collected.appeal_share)?;
            }
        }
        self.credit(asset, COLLECTOR, collected.rest)
    }

    /// What must hold at any time.
    fn check(&self) {
        let mut seats: BTreeMap<Address, u32> = BTreeMap::new();
        for (id, case) in &self.cases {
            if case.hearing.is_staked() && matches!(case.stage, Stage::Sitting { .. }) {
                for (_, member) in self.panel(*id).seated() {
                    *seats.entry(member).or_default() += 1;
                }
            }
        }
        let mut listed = 0;
        for (member, membership) in &self.memberships {
            let seats = seats.get(member).copied().unwrap_or_default();
            assert_eq!(membership.seats, seats, "a seat for each panel");
            assert_eq!(membership.locked.raw(), u128::from(seats) * SEAT_STAKE, "a lock for each seat");
            if let Some(position) = membership.position {
                assert_eq!(self.places[&(STAKED_POOL, position)], *member);
                listed += 1;
            }
        }
        assert_eq!(self.pools[&STAKED_POOL].members, listed);
        assert_eq!(self.places.range((STAKED_POOL, 0)..(STAKED_POOL + 1, 0)).count() as u32, listed, "no gaps");
        for asset in [TOKEN, OTHER] {
            let claims = self.claims.iter().filter(|((of, _), _)| *of == asset);
            let claimed: u128 = claims.map(|(_, claim)| claim.raw()).sum();
            let staked = self.memberships.values().map(|one| one.stake.raw() + one.locked.raw());
            let staked: u128 = if asset == TOKEN { staked.sum() } else { 0 };
            let of = |totals: &BTreeMap<Address, u128>| totals.get(&asset).copied().unwrap_or_default();
            let owed = self.ledgers.get(&asset).copied().unwrap_or_default().liabilities.raw();
            assert_eq!(owed, claimed + staked, "what is owed is what is staked and claimed");
            assert_eq!(owed, of(&self.balances), "and is there");
            assert_eq!(owed, of(&self.came) - of(&self.went), "and is what came and has not gone");
        }
    }
}

/// Whether nothing is to be done in a case but to collect its fee.
fn has_ended(case: &Case) -> bool {
    matches!(case.stage, Stage::Reported | Stage::Closed)
}

/// The case of a number and its appeal.
fn both(number: u64) -> [CaseId; 2] {
    [false, true].map(|is_appeal| CaseId { court: COURT, number, is_appeal })
}

/// What the court hears under a number.
#[derive(Clone, Copy)]
struct Slot {
    number: u64,
    hearing: Hearing,
    appeal: Option<Hearing>,
}

struct World {
    dice: Dice,
    seconds: u64,
    state: State,
    slots: Vec<Slot>,
    next_number: u64,
    /// What members have committed to.
    words: BTreeMap<(CaseId, Address), (Amount, Hash)>,
    /// Who has committed to what another member has.
    copies: BTreeSet<(CaseId, Address)>,
    /// How often a panel was called for what a court has said.
    calls: BTreeMap<(CaseId, Vec<u8>), u8>,
    done: BTreeMap<String, u32>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut state = State::default();
        state.pools.insert(STAKED_POOL, Pool::of(0));
        let named: Vec<Address> = (100..124).map(account).collect();
        state.pools.insert(NAMED_POOL, Pool::of(check_members(&named).unwrap()));
        for (place, member) in (0..).zip(named) {
            state.places.insert((NAMED_POOL, place), member);
        }
        for person in 0..PEOPLE {
            state.join(account(person), amount(3 * SEAT_STAKE), at(0)).unwrap();
        }
        let mut world = Self {
            dice: Dice(seed),
            seconds: 0,
            state,
            slots: Vec::new(),
            next_number: 1,
            words: BTreeMap::new(),
            copies: BTreeSet::new(),
            calls: BTreeMap::new(),
            done: BTreeMap::new(),
        };
        for _ in 0..SLOTS {
            let slot = world.new_slot();
            world.slots.push(slot);
        }
        world
    }

    fn now(&self) -> Moment {
        at(self.seconds)
    }

    fn new_slot(&mut self) -> Slot {
        let number = self.next_number;
        self.next_number += 1;
        let seats = [1, 3, 3, 5][self.dice.roll(4) as usize];
        Slot { number, hearing: self.new_hearing(seats), appeal: None }
    }

    fn new_hearing(&mut self, seats: u8) -> Hearing {
        let dice = &mut self.dice;
        let now = at(self.seconds).time;
        let from = now.after(Seconds::from_raw(dice.roll(600)));
        let mut excluded = [None; MAXIMUM_EXCLUDED];
        excluded[0] = Some(account(dice.roll(u64::from(PEOPLE)) as u32));
        excluded[1] = Some(account(100 + dice.roll(24) as u32));
        let pool = if dice.one_in(4) { NAMED_POOL } else { STAKED_POOL };
        // Who sits with a stake is paid in its asset, and enough, but for a court that has it wrong.
        let minimum = if pool == STAKED_POOL && !dice.one_in(15) { SEAT_STAKE * u128::from(seats) / 20 } else { 0 };
        let is_token = if pool == STAKED_POOL { !dice.one_in(30) } else { dice.one_in(2) };
        Hearing {
            pool,
            seats,
            is_appeal: false,
            from,
            until: from.after(Seconds::from_raw(DAY / 12 + dice.roll(6 * DAY))),
            stake: amount(u128::from(dice.roll(1_000_000))),
            asset: if is_token { TOKEN } else { OTHER },
            fee: amount(minimum + u128::from(dice.roll(1_000))),
            excluded,
        }
    }

    fn count(&mut self, what: &str) {
        *self.done.entry(what.to_owned()).or_default() += 1;
    }

    /// Tries something; what is refused, by the rules or by the court, changes nothing.
    fn attempt(&mut self, name: &str, act: impl FnOnce(&mut State, Moment) -> Outcome<bool>) {
        let (before, now) = (self.state.clone(), self.now());
        match act(&mut self.state, now) {
            Ok(true) => self.count(name),
            Ok(false) => {
                self.state = before;
                self.count("court refused");
            }
            Err(error) => {
                match error {
                    ArbitrationError::OtherHearing => self.count("other hearing"),
                    ArbitrationError::TooManyCalls { .. } => self.count("too many calls"),
                    ArbitrationError::WrongAsset { .. } => self.count("wrong asset"),
                    ArbitrationError::FeeTooSmall { .. } => self.count("fee too small"),
                    ArbitrationError::NotAllowed { message: Message::Call, status: Status::Reported } => {
                        self.count("not yet paid");
                    }
                    _ => {}
                }
                let is_mistake = matches!(error, ArbitrationError::Math(_) | ArbitrationError::Insolvent { .. });
                assert!(!is_mistake, "{name}: {error}");
                self.state = before;
                self.count("refused");
            }
        }
    }

    fn step(&mut self) {
        let person = account(self.dice.roll(u64::from(PEOPLE)) as u32);
        let raw = amount(u128::from(self.dice.roll(4 * SEAT_STAKE as u64)));
        match self.dice.roll(100) {
            0..=9 => self.seconds += BLOCK + self.dice.roll(40 * BLOCK),
            10 => self.seconds += self.dice.roll(DAY),
            11..=14 => self.attempt("join", |state, now| state.join(person, raw, now).map(|()| true)),
            15..=17 => self.attempt("add", |state, now| state.add_stake(person, raw, now).map(|()| true)),
            18..=19 => self.attempt("withdraw", |state, now| state.withdraw(person, raw, now).map(|()| true)),
            20 => self.attempt("leave", |state, now| state.leave(person, now).map(|()| true)),
            21..=24 => {
                let asset = if self.dice.one_in(2) { TOKEN } else { OTHER };
                let owner = [person, COLLECTOR, account(100)][self.dice.roll(3) as usize];
                self.attempt("claim", |state, _| state.claim(asset, owner).map(|()| true));
            }
            _ => self.hear(),
        }
    }

    /// Goes on with a case.
    fn hear(&mut self) {
        let slot = self.dice.roll(SLOTS as u64) as usize;
        let Slot { number, hearing, appeal } = self.slots[slot];
        let [first, second] = both(number);
        if self.is_over(first, &hearing) && appeal.is_none_or(|appeal| self.is_over(second, &appeal)) {
            return self.go_on(slot);
        }
        let (id, hearing) = match appeal {
            Some(appeal) if !self.is_over(second, &appeal) => (second, appeal),
            _ => (first, hearing),
        };
        let case = self.state.cases.get(&id).copied();
        // The parties have agreed, and are in dispute about something else.
        if appeal.is_none() && case.is_some_and(|case| !has_ended(&case)) && self.dice.one_in(60) {
            self.slots[slot].hearing = self.new_hearing(hearing.seats);
            return self.count("heard otherwise");
        }
        let is_other = case.is_some_and(|case| case.hearing != hearing);
        let status = case.map(|case| case.status(self.now()));
        let message = match status {
            _ if self.dice.one_in(10) => MESSAGES[self.dice.roll(7) as usize],
            None | Some(Status::Lapsed) => Message::Call,
            Some(Status::Called) => {
                self.seconds += BLOCK;
                return;
            }
            Some(Status::Drawable) if self.dice.one_in(6) => {
                self.seconds += u64::from(DRAW_BLOCKS) * BLOCK;
                return;
            }
            Some(Status::Drawable) => Message::Draw,
            Some(Status::Committing) => Message::Commit,
            Some(Status::Revealing) => Message::Reveal,
            Some(Status::Reportable) => Message::Report,
            Some(Status::Overdue) => Message::Close,
            Some(Status::Reported | Status::Closed) if is_other && self.dice.one_in(2) => Message::Call,
            Some(Status::Reported | Status::Closed) => Message::Collect,
        };
        self.send(id, hearing, message);
    }

    fn send(&mut self, id: CaseId, hearing: Hearing, message: Message) {
        let name = format!("{message:?}");
        let member = self.somebody(id);
        match message {
            Message::Call => self.call(id, hearing),
            Message::Draw => self.attempt(&name, |state, now| state.draw(id, &hearing, now).map(|()| true)),
            Message::Commit => self.commit(id, hearing, member),
            Message::Reveal => {
                let unknown = (Amount::ZERO, [0; 32]);
                let (award, salt) = self.words.get(&(id, member)).copied().unwrap_or(unknown);
                self.attempt(&name, |state, now| state.reveal(id, member, award, &salt, now).map(|()| true));
            }
            Message::Report => self.attempt(&name, |state, now| state.report(id, &hearing, now)),
            Message::Close => self.attempt(&name, |state, now| state.close(id, now).map(|()| true)),
            Message::Collect => {
                let received = amount(u128::from(self.dice.roll(700)));
                self.attempt(&name, |state, now| state.collect(id.number, received, now).map(|()| true));
            }
        }
    }

    /// A panel is called, for the first time or again.
    fn call(&mut self, id: CaseId, hearing: Hearing) {
        let before = self.state.cases.get(&id).copied();
        self.attempt("Call", |state, now| state.call(id, hearing, now).map(|()| true));
        let after = self.state.cases.get(&id).copied();
        if after == before {
            return;
        }
        if hearing.is_staked() {
            assert_eq!(hearing.asset, TOKEN);
            assert!(hearing.fee.raw() >= SEAT_STAKE * u128::from(hearing.seats) / 20, "nobody sits for nothing");
        }
        // Who has given its word in a former panel has not in this one.
        self.forget(id);
        let calls = self.calls.entry((id, hearing.encode())).or_default();
        *calls += 1;
        assert!(*calls <= 3);
        assert_eq!(after.unwrap().calls, *calls);
        match before.map(|case| (case.stage, case)) {
            Some((Stage::Reported, former)) => {
                let is_paid = former.hearing.is_appeal || former.hearing.fee.is_zero() || !former.collected.is_zero();
                assert!(former.hearing != hearing && is_paid, "the former panel was paid");
                self.count("another dispute");
            }
            Some((Stage::Called { .. }, _)) => self.count("called again"),
            _ => {}
        }
    }

    /// A member of the panel, mostly.
    fn somebody(&mut self, id: CaseId) -> Address {
        let seated: Vec<Address> = self.state.panel(id).seated().map(|(_, member)| member).collect();
        if seated.is_empty() || self.dice.one_in(12) {
            return account(self.dice.roll(u64::from(PEOPLE)) as u32);
        }
        seated[self.dice.roll(seated.len() as u64) as usize]
    }

    fn commit(&mut self, id: CaseId, hearing: Hearing, member: Address) {
        let (stake, salt) = (hearing.stake.raw(), keccak(&self.dice.roll(u64::MAX).to_be_bytes()));
        // Now and then more than there is to award.
        let award = if self.dice.one_in(15) { stake + 1 } else { u128::from(self.dice.roll(1 << 40)) % (stake + 1) };
        let other = self.somebody(id);
        let copied = self.words.get(&(id, other)).copied().filter(|_| other != member && self.dice.one_in(4));
        let word = copied.unwrap_or((amount(award), salt));
        let author = if copied.is_some() { other } else { member };
        let committed = commitment(&CONTRACT, &id, &author, word.0, &word.1, keccak);
        let before = self.state.cases.get(&id).map(|case| case.committed);
        self.attempt("Commit", |state, now| state.commit(id, member, committed, now).map(|()| true));
        if self.state.cases.get(&id).map(|case| case.committed) != before {
            self.words.insert((id, member), word);
            if copied.is_some() {
                self.copies.insert((id, member));
                self.count("copy");
            }
        }
    }

    /// Whether nothing more can happen about a hearing but its fee.
    fn is_over(&self, id: CaseId, hearing: &Hearing) -> bool {
        match self.state.cases.get(&id) {
            Some(case) if !has_ended(case) || case.hearing == *hearing => has_ended(case),
            // No panel was called for it.
            _ => self.now().time >= hearing.until,
        }
    }

    /// What comes after a hearing: the fee, an appeal, another hearing where the panel was silent, or nothing.
    fn go_on(&mut self, slot: usize) {
        let Slot { number, hearing, appeal } = self.slots[slot];
        let [first, second] = both(number);
        let stage = self.state.cases.get(&first).map(|case| case.stage);
        match self.dice.roll(5) {
            0 | 1 => self.send(first, hearing, Message::Collect),
            2 if stage == Some(Stage::Reported) && appeal.is_none() => {
                let mut appeal = self.new_hearing(2 * hearing.seats + 1);
                appeal.is_appeal = true;
                for (free, (_, member)) in appeal.excluded[2..].iter_mut().zip(self.state.panel(first).seated()) {
                    *free = Some(member);
                }
                self.slots[slot].appeal = Some(appeal);
            }
            3 if stage == Some(Stage::Reported) => {
                let hearing = self.new_hearing(hearing.seats);
                self.slots[slot] = Slot { number, hearing, appeal: None };
            }
            2 if stage == Some(Stage::Closed) => {
                let hearing = self.new_hearing(hearing.seats);
                self.slots[slot].hearing = hearing;
                self.seconds += 600;
                self.send(first, hearing, Message::Call);
                self.count("heard again");
            }
            _ => {
                for id in [first, second] {
                    self.forget(id);
                    self.state.cases.remove(&id);
                    self.state.panels.remove(&id);
                    self.state.seats.retain(|(of, _), _| *of != id);
                    self.calls.retain(|(of, _), _| *of != id);
                }
                self.slots[slot] = self.new_slot();
            }
        }
    }

    fn forget(&mut self, id: CaseId) {
        self.words.retain(|(of, _), _| *of != id);
        self.copies.retain(|(of, _)| *of != id);
    }

    fn check(&self) {
        self.state.check();
        for (id, case) in &self.state.cases {
            let panel = self.state.panel(*id);
            assert_eq!(case.revealed & !case.committed, 0, "nobody reveals what it has not committed to");
            for member in case.revealers(&panel) {
                assert!(!self.copies.contains(&(*id, member)), "a copy was revealed");
                let place = panel.place_of(&member).unwrap();
                let award = self.state.seats[&(*id, place)].award.unwrap();
                assert_eq!(award, self.words[&(*id, member)].0);
                assert!(award <= case.hearing.stake);
            }
        }
    }

    /// All are silent until every hearing is over; then all that is owed can be taken out, and nothing is left.
    fn pay_everybody_out(&mut self) {
        self.seconds += 200 * DAY;
        let now = self.now();
        let state = &mut self.state;
        let open: Vec<CaseId> = state.cases.keys().copied().collect();
        for id in open {
            if state.cases[&id].status(now) == Status::Overdue {
                state.close(id, now).unwrap();
            }
            assert!(matches!(state.cases[&id].status(now), Status::Reported | Status::Closed));
        }
        let members: Vec<(Address, Membership)> = state.memberships.clone().into_iter().collect();
        for (member, membership) in members {
            if membership.position.is_some() {
                state.leave(member, now).unwrap();
            }
            let free = state.membership(&member).stake;
            if !free.is_zero() {
                state.withdraw(member, free, now).unwrap();
            }
            assert!(state.membership(&member).is_empty());
        }
        let claims: Vec<(Address, Address)> = state.claims.keys().copied().collect();
        for (asset, account) in claims {
            state.claim(asset, account).unwrap();
        }
        state.check();
        assert!(state.balances.values().all(|balance| *balance == 0), "{:?}", state.balances);
    }
}

#[test]
fn random_cases_follow_the_ghost() {
    let asked = std::env::var("FLORIN_PANELS_OPERATIONS").ok().and_then(|text| text.parse().ok());
    let operations: u32 = asked.unwrap_or(OPERATIONS);
    let (runs, mut acts) = (4u32, BTreeMap::<String, u32>::new());
    for seed in 1..=runs {
        let mut world = World::new(0x9E37_79B9_7F4A_7C15u64.wrapping_mul(u64::from(seed)));
        for _ in 0..operations / runs {
            world.step();
            world.check();
        }
        world.pay_everybody_out();
        for (name, count) in world.done {
            *acts.entry(name).or_default() += count;
        }
    }
    println!("{acts:?}");
    // A run that never gets anywhere would prove nothing.
    let names = MESSAGES.iter().map(|message| format!("{message:?}"));
    let others = ["join", "add", "withdraw", "leave", "claim", "copy", "heard again", "court refused", "refused"];
    let new = ["heard otherwise", "another dispute", "called again", "other hearing", "too many calls", "not yet paid"];
    let unpaid = ["wrong asset", "fee too small"];
    let others = others.into_iter().chain(new).chain(unpaid);
    for name in names.chain(others.map(str::to_owned)) {
        let count = acts.get(&name).copied().unwrap_or(0);
        assert!(count >= 5 || operations < OPERATIONS, "{name} happened {count} times only");
    }
}
