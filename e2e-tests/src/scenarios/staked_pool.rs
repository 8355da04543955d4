//! Panels of the pool whose members put a stake behind their word: drawn, paid, silent, appealed, left. Every unit of
//! stakes, fees and what is lost has an owner at each step.

use std::collections::{BTreeMap, BTreeSet};

use florin_bindings::{arbitration, escrow, token};
use florin_client::{
    chain::{Address, DevChain},
    governance::keccak,
    signer::Signer,
};
use florin_panels::{case::DRAW_DELAY, pool::STAKED_POOL, ArbitrationError};
use florin_trade::{examination::Discrepancies, state::Status};
use florin_units::{Amount, Wad, U256};

use super::{asset_balance, refused, Outcome};
use crate::{
    assert_refused,
    harness::HarnessError,
    trade::{whole, Trade},
};

/// What a seat locks, by the constructor that [`Trade::deploy`] uses.
const SEAT_STAKE: Amount = whole(100);
/// Arbitrators in the pool. With both parties, who join and may not sit, they are the fewest of whom a credit with
/// panels of three can be funded; so an appeal panel of seven has eight to be drawn from.
const MEMBERS: usize = 11;

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

fn by_rule(error: ArbitrationError) -> arbitration::Error {
    arbitration::Error::Arbitration(error)
}

fn is_one_of(who: &Signer, members: &[&Signer]) -> bool {
    members.iter().any(|member| member.account() == who.account())
}

/// What somebody has at the arbitration contract, in raw units of the coin.
#[derive(Clone, Copy, Default)]
struct Holding {
    free: u128,
    seats: u32,
    claim: u128,
}

/// The staked pool, and what everybody should have there: a scenario says what has changed, and a check compares.
struct StakedPool<'a, C> {
    trade: &'a Trade<C>,
    holdings: BTreeMap<Address, Holding>,
}

impl<'a, C: DevChain> StakedPool<'a, C> {
    /// The pool sits for the escrow contract. Eleven arbitrators and both parties have joined, each with as much; one
    /// arbitrator more has as much and may join.
    async fn open(trade: &'a Trade<C>, stake: Amount) -> Result<Self, HarnessError> {
        let (world, governor) = (&trade.world, &trade.world.governor);
        let (arbitrators, parties) = (&trade.arbitrators[..=MEMBERS], [&trade.applicant, &trade.beneficiary]);
        trade.arbitrate(governor, &arbitration::admit_court(trade.escrow)).await?;
        for arbitrator in arbitrators {
            world.pay(&trade.applicant, address(arbitrator), Wad::from_raw(stake.raw())).await?;
        }
        for member in arbitrators.iter().chain(parties) {
            trade.arbitrate(governor, &arbitration::admit(address(member))).await?;
            let approve = token::approve(trade.arbitration, U256::MAX);
            world.suite.client.call(member, world.suite.token, 0, &approve).await?;
        }
        let holdings = BTreeMap::from([(address(&trade.collector), Holding::default())]);
        let mut pool = Self { trade, holdings };
        for member in arbitrators[..MEMBERS].iter().chain(parties) {
            pool.join(member, stake).await?;
        }
        pool.check().await?;
        Ok(pool)
    }

    async fn join(&mut self, member: &Signer, stake: Amount) -> Outcome {
        self.trade.arbitrate(member, &arbitration::join(stake.raw())).await?;
        self.holding(member).free += stake.raw();
        Ok(())
    }

    /// Somebody takes out free stake, and has it then.
    async fn withdraw(&mut self, member: &Signer, amount: Amount) -> Outcome {
        let before = self.trade.coin_of(member).await?;
        self.trade.arbitrate(member, &arbitration::withdraw(amount.raw())).await?;
        self.holding(member).free -= amount.raw();
        let now = self.trade.coin_of(member).await?;
        assert_eq!(now.raw() - before.raw(), amount.raw());
        Ok(())
    }

    /// Somebody has all that it can claim paid to itself, and has it then.
    async fn claim(&mut self, who: &Signer) -> Outcome {
        let before = self.trade.coin_of(who).await?;
        let claim = arbitration::claim(self.trade.world.suite.token, address(who));
        let paid = self.trade.arbitrate(who, &claim).await?.value;
        let owed = core::mem::take(&mut self.holding(who).claim);
        let now = self.trade.coin_of(who).await?;
        assert_eq!((paid.raw(), now.raw() - before.raw()), (owed, owed));
        Ok(())
    }

    /// Calls a panel, and waits until it can be drawn.
    async fn call(&self, id: u64, is_appeal: bool) -> Outcome {
        let trade = self.trade;
        trade.arbitrate(&trade.keeper, &arbitration::call_panel(trade.escrow, id, is_appeal)).await?;
        for _ in 0..=DRAW_DELAY {
            trade.world.advance(6).await?;
        }
        Ok(())
    }

    /// Draws a panel that was called; returns its members, by place. They are different, none of them is a party, and
    /// each has had free stake for its seat, which is locked now.
    async fn draw(&mut self, id: u64, is_appeal: bool) -> Result<Vec<&'a Signer>, HarnessError> {
        let trade = self.trade;
        trade.arbitrate(&trade.keeper, &arbitration::draw_panel(trade.escrow, id, is_appeal)).await?;
        let panel = arbitration::panel(trade.escrow, id, is_appeal);
        let panel = trade.world.suite.client.read(trade.arbitration, &panel).await?.expect("a panel");
        let members: Vec<&'a Signer> = panel.seated().map(|(_, member)| trade.signer_of(member)).collect();
        let different: BTreeSet<Address> = members.iter().map(|member| address(member)).collect();
        assert_eq!(different.len(), members.len(), "nobody sits twice");
        for party in [&trade.applicant, &trade.beneficiary] {
            assert!(!is_one_of(party, &members), "no party sits in its own case");
        }
        for member in &members {
            let holding = self.holding(member);
            holding.free = holding.free.checked_sub(SEAT_STAKE.raw()).expect("who sits has stake for a seat");
            holding.seats += 1;
        }
        self.check().await?;
        Ok(members)
    }

    /// Calls and draws a panel.
    async fn seat(&mut self, id: u64, is_appeal: bool) -> Result<Vec<&'a Signer>, HarnessError> {
        self.call(id, is_appeal).await?;
        self.draw(id, is_appeal).await
    }

    /// A member of a first panel commits to an award.
    async fn commit(&self, id: u64, member: &Signer, award: Amount) -> Outcome {
        let trade = self.trade;
        let word = trade.commitment(id, false, member, award, [7; 32]);
        trade.arbitrate(member, &arbitration::commit(trade.escrow, id, false, word)).await?;
        Ok(())
    }

    /// It reveals it.
    async fn reveal(&self, id: u64, member: &Signer, award: Amount) -> Outcome {
        let reveal = arbitration::reveal(self.trade.escrow, id, false, award.raw(), [7; 32]);
        self.trade.arbitrate(member, &reveal).await?;
        Ok(())
    }

    /// The court pays a fee, just so much.
    async fn collect(&self, id: u64, fee: Amount) -> Outcome {
        let collect = arbitration::collect(self.trade.escrow, id);
        let received = self.trade.arbitrate(&self.trade.keeper, &collect).await?.value;
        assert_eq!(received, fee);
        Ok(())
    }

    /// Blocks go by, and no time, until the pool stands still for no panel.
    async fn wait_until_settled(&self) -> Outcome {
        let client = &self.trade.world.suite.client;
        let until = client.read(self.trade.arbitration, &arbitration::settling_until()).await?;
        while client.chain().head().await?.number <= u64::from(until) {
            client.chain().seal().await?;
        }
        Ok(())
    }

    fn holding(&mut self, who: &Signer) -> &mut Holding {
        self.holdings.entry(address(who)).or_default()
    }

    /// Seats have ended, and their stakes are free again.
    fn release(&mut self, members: &[&Signer]) {
        for member in members {
            let holding = self.holding(member);
            holding.seats -= 1;
            holding.free += SEAT_STAKE.raw();
        }
    }

    /// Seats have ended, and their stakes are lost.
    fn forfeit(&mut self, members: &[&Signer]) {
        for member in members {
            self.holding(member).seats -= 1;
        }
    }

    /// Each of them can claim so much more.
    fn credit(&mut self, members: &[&Signer], amount: Amount) {
        for member in members {
            self.holding(member).claim += amount.raw();
        }
    }

    /// Everybody has what it should have, all of it is owed and nothing else, and just that is there. The same for the
    /// escrow contract.
    async fn check(&self) -> Outcome {
        let (trade, coin) = (self.trade, self.trade.world.suite.token);
        let (client, at) = (&trade.world.suite.client, trade.arbitration);
        let mut owed = 0;
        for (account, Holding { free, seats, claim }) in &self.holdings {
            let locked = SEAT_STAKE.raw() * u128::from(*seats);
            let held = client.read(at, &arbitration::membership(*account)).await?.unwrap_or_default();
            let claims = client.read(at, &arbitration::claim_of(coin, *account)).await?;
            let has = (held.stake.raw(), held.locked.raw(), held.seats, claims.raw());
            assert_eq!(has, (*free, locked, *seats, *claim), "free, locked, seats and claim of {account:?}");
            owed += free + locked + claim;
        }
        let liabilities = client.read(at, &arbitration::liabilities(coin)).await?;
        assert_eq!(liabilities.raw(), owed, "stakes and claims are what is owed");
        assert_eq!(asset_balance(&trade.world, coin, at).await?, U256::from(owed), "what is owed is there");
        trade.check_books(coin).await
    }

    /// So many are in the list, without a gap, and each knows its place.
    async fn check_places(&self, size: u32) -> Outcome {
        let (client, at) = (&self.trade.world.suite.client, self.trade.arbitration);
        assert_eq!(client.read(at, &arbitration::pool_size(STAKED_POOL)).await?, size);
        for place in 0..size {
            let member = client.read(at, &arbitration::pool_member(STAKED_POOL, place)).await?.expect("a member");
            let membership = client.read(at, &arbitration::membership(member)).await?.expect("a membership");
            assert_eq!(membership.position, Some(place));
        }
        Ok(())
    }
}

/// A credit over so many coin that names the staked pool, with a fee for its first panel. The buyer has refused the
/// documents, and the seller has gone to dispute.
async fn disputed<C: DevChain>(trade: &Trade<C>, amount: u64, fee: u64) -> Result<u64, HarnessError> {
    let mut agreement = trade.agreement().await?;
    agreement.terms.amount = whole(amount);
    agreement.dispute.pool = STAKED_POOL;
    agreement.dispute.fee = whole(fee);
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(amount), "disputed").await?;
    let notice = escrow::notice(id, named, Discrepancies::QUANTITY, keccak(b"short weight"));
    trade.call(&trade.applicant, &notice).await?;
    trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
    Ok(id)
}

/// What buyer and seller have, in raw units of the coin.
async fn parties<C: DevChain>(trade: &Trade<C>) -> Result<[u128; 2], HarnessError> {
    Ok([trade.coin_of(&trade.applicant).await?.raw(), trade.coin_of(&trade.beneficiary).await?.raw()])
}

/// The keeper settles what is decided, which closes each credit.
async fn settle<C: DevChain>(trade: &Trade<C>, ids: &[u64]) -> Outcome {
    for id in ids {
        assert_eq!(trade.status(*id).await?, Status::Decided, "escrow {id}");
        trade.call(&trade.keeper, &escrow::settle(*id)).await?;
        assert_eq!(trade.status(*id).await?, Status::Closed, "escrow {id}");
    }
    Ok(())
}

/// The buyer has so many coin less than before, and the seller so many more.
async fn expect_moved<C: DevChain>(trade: &Trade<C>, before: [u128; 2], spent: u64, earned: u64) -> Outcome {
    let now = parties(trade).await?;
    assert_eq!([before[0] - now[0], now[1] - before[1]], [spent, earned].map(|coins| whole(coins).raw()));
    Ok(())
}

/// A panel of the staked pool decides. Each seat has its stake locked until the report, the fee is divided among those
/// who sat, and what does not divide is the collector's.
pub async fn a_staked_panel_decides_and_is_paid<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let mut pool = Box::pin(StakedPool::open(&trade, whole(150))).await?;
    let before = parties(&trade).await?;
    let id = disputed(&trade, 10_000, 100).await?;
    trade.wait_days(3).await?;
    let panel = pool.seat(id, false).await?;
    assert_eq!(panel.len(), 3);
    trade.hear(id, false, &panel, &[whole(7_000), whole(5_000), whole(6_000)].map(Some)).await?;
    assert_eq!(trade.status(id).await?, Status::Ruled);
    pool.release(&panel);
    pool.check().await?;

    trade.wait_days(5).await?;
    settle(&trade, &[id]).await?;
    // The seller has its bond back, and 6,000 less 30 for the protocol and the tip of 5; the buyer, which was further,
    // pays the panel.
    expect_moved(&trade, before, 6_000 + 100, 6_000 - 30 - 5).await?;
    pool.collect(id, whole(100)).await?;
    pool.credit(&panel, Amount::from_raw(33_333_333_333_333_333_333));
    pool.credit(&[&trade.collector], Amount::from_raw(1));
    pool.check().await?;
    for who in panel.iter().copied().chain([&trade.collector]) {
        pool.claim(who).await?;
    }
    pool.check().await
}

/// Three panels of one pool at a time. Who has not revealed loses the stake of its seat, whether it had committed or
/// not: to those of its panel who have, or where nobody has to the collector. Where half or more are silent the court
/// takes no report, and what is locked is free or lost when its window is over.
pub async fn silence_on_a_staked_panel_costs_the_stake<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, court, keeper) = (trade.world.suite.token, trade.escrow, &trade.keeper);
    // Each has stake for a seat in every panel.
    let mut pool = Box::pin(StakedPool::open(&trade, whole(400))).await?;
    let before = parties(&trade).await?;
    let heard = disputed(&trade, 6_000, 100).await?;
    let torn = disputed(&trade, 6_000, 100).await?;
    let mute = disputed(&trade, 6_000, 100).await?;
    let t_max = trade.picture(mute).await?.t_max();
    trade.wait_days(3).await?;
    let first = pool.seat(heard, false).await?;
    let second = pool.seat(torn, false).await?;
    let third = pool.seat(mute, false).await?;

    // Of the first panel all commit and two reveal, of the second two commit and one reveals, of the third nobody does.
    for (member, award) in first.iter().zip([4_000, 4_400, 6_000]) {
        pool.commit(heard, member, whole(award)).await?;
    }
    for member in &second[..2] {
        pool.commit(torn, member, whole(6_000)).await?;
    }
    pool.reveal(heard, first[0], whole(4_000)).await?;
    pool.reveal(heard, first[1], whole(4_400)).await?;
    trade.wait_for_case(torn, false, true).await?;
    pool.reveal(torn, second[0], whole(6_000)).await?;
    for id in [heard, torn, mute] {
        trade.wait_for_case(id, false, false).await?;
    }

    trade.arbitrate(keeper, &arbitration::report(court, heard, false)).await?;
    pool.release(&first[..2]);
    pool.forfeit(&first[2..]);
    pool.credit(&first[..2], whole(50));
    pool.check().await?;
    for id in [torn, mute] {
        let report = arbitration::report(court, id, false);
        refused(trade.arbitrate(keeper, &report).await, &arbitration::Error::CourtRefused { court });
    }
    trade.wait_days(1).await?;
    for id in [torn, mute] {
        assert_eq!(trade.status(id).await?, Status::Fallback);
        trade.arbitrate(keeper, &arbitration::close(court, id, false)).await?;
    }
    pool.release(&second[..1]);
    pool.forfeit(&second[1..]);
    pool.credit(&second[..1], whole(200));
    pool.forfeit(&third);
    pool.credit(&[&trade.collector], whole(300));
    pool.check().await?;

    // The fallback rules where one has spoken. Where nobody has nobody does, and silence divides what was refused.
    trade.call(&trade.fallback, &escrow::rule_fallback(torn, whole(2_000))).await?;
    trade.wait_days(7).await?;
    settle(&trade, &[heard, torn, mute]).await?;
    assert!(trade.now().await? < t_max);
    // The seller gets 4,200, 2,000 and 3,000, less half of a hundredth each and three tips of 5. The buyer pays the
    // first panel; the seller, which was further in the second dispute, loses its bond there, the fallback's fee out of
    // it.
    let (spent, earned) = (4_200 + 100 + 2_000 - 900 + 3_000, 4_200 - 21 + 2_000 - 10 + 3_000 - 15 - 15 - 1_000);
    expect_moved(&trade, before, spent, earned).await?;
    assert_eq!(trade.claim_of(coin, &trade.collector).await?, whole(21 + 10 + 15));
    trade.call(&trade.fallback, &escrow::collect_fee(torn)).await?;
    assert_eq!(trade.coin_of(&trade.fallback).await?.raw(), whole(100).raw());

    // The court owes a fee to the panel that it has heard, and to no other.
    pool.collect(heard, whole(100)).await?;
    pool.credit(&first[..2], whole(50));
    for id in [torn, mute] {
        let collect = arbitration::collect(court, id);
        refused(trade.arbitrate(keeper, &collect).await, &arbitration::Error::CourtRefused { court });
    }
    pool.check().await?;
    for who in [first[0], &trade.collector] {
        pool.claim(who).await?;
    }
    pool.check().await
}

/// An appeal panel has twice as many members and one, and nobody of the first one. Who sits elsewhere with all of its
/// stake is passed over; where too few are left the panel is not drawn, and can be once they are free. Where it never
/// is, the first ruling stands and all money leaves in time.
pub async fn an_appeal_draws_others_from_the_staked_pool<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (court, keeper) = (trade.escrow, &trade.keeper);
    // Each has stake for one seat.
    let mut pool = Box::pin(StakedPool::open(&trade, SEAT_STAKE)).await?;
    let before = parties(&trade).await?;
    let (heard, forgotten) = (disputed(&trade, 10_000, 300).await?, disputed(&trade, 10_000, 300).await?);
    let t_max = trade.picture(forgotten).await?.t_max();
    trade.wait_days(3).await?;
    let first = pool.seat(heard, false).await?;
    let other = pool.seat(forgotten, false).await?;
    assert!(!first.iter().any(|member| is_one_of(member, &other)), "nobody has stake for two seats");
    trade.hear(heard, false, &first, &[Some(whole(6_000)); 3]).await?;
    pool.release(&first);

    // Eleven may sit at all. Three have sat, and three sit elsewhere.
    trade.call(&trade.applicant, &escrow::appeal(heard)).await?;
    pool.call(heard, true).await?;
    let small = by_rule(ArbitrationError::PoolTooSmall { pool: STAKED_POOL, seats: 7 });
    refused(trade.arbitrate(keeper, &arbitration::draw_panel(court, heard, true)).await, &small);
    pool.check().await?;
    trade.hear(forgotten, false, &other, &[Some(whole(6_000)); 3]).await?;
    pool.release(&other);
    let second = pool.draw(heard, true).await?;
    assert_eq!(second.len(), 7);
    assert!(!first.iter().any(|member| is_one_of(member, &second)), "nobody of the first panel hears the appeal");

    // While these seven sit there are never seven for the other appeal.
    trade.call(&trade.beneficiary, &escrow::appeal(forgotten)).await?;
    pool.call(forgotten, true).await?;
    refused(trade.arbitrate(keeper, &arbitration::draw_panel(court, forgotten, true)).await, &small);

    // One of the seven is silent.
    let mut awards = [Some(whole(4_000)); 7];
    awards[6] = None;
    trade.hear(heard, true, &second, &awards).await?;
    pool.release(&second[..6]);
    pool.forfeit(&second[6..]);
    pool.credit(&second[..6], Amount::from_raw(16_666_666_666_666_666_666));
    pool.credit(&[&trade.collector], Amount::from_raw(4));
    pool.check().await?;

    trade.wait_days(2).await?;
    settle(&trade, &[heard, forgotten]).await?;
    assert!(trade.now().await? < t_max);
    // The buyer's appeal has brought the award down to 4,000: the seller pays the first panel out of its bond, of which
    // the buyer gets the rest, and the second one out of its part. In the other dispute 6,000 stand, the buyer pays the
    // panel, and the bond of the appeal goes back. Of each the protocol has half of a hundredth, and the keeper 5.
    let (spent, earned) = (4_000 - 700 + 6_000 + 300, 4_000 - 20 - 700 - 5 - 1_000 + 6_000 - 30 - 5);
    expect_moved(&trade, before, spent, earned).await?;

    pool.collect(heard, whole(300 + 700)).await?;
    pool.credit(&first, whole(100));
    pool.credit(&second[..6], Amount::from_raw(116_666_666_666_666_666_666));
    pool.credit(&[&trade.collector], Amount::from_raw(4));
    // A panel that was called and not drawn has locked nothing. Its case ends before fees of the dispute are divided.
    trade.arbitrate(keeper, &arbitration::close(court, forgotten, true)).await?;
    pool.collect(forgotten, whole(300)).await?;
    pool.credit(&other, whole(100));
    pool.check().await
}

/// From the call until the panel can no longer be drawn nobody comes or goes. After that who sits may leave and take
/// its free stake along; what is locked is free when it has spoken, and lost where it has not. In the end all money is
/// out.
pub async fn a_stake_is_free_when_its_seat_has_ended<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let (coin, client) = (trade.world.suite.token, &trade.world.suite.client);
    let (late, governor) = (&trade.arbitrators[MEMBERS], &trade.world.governor);
    let mut pool = Box::pin(StakedPool::open(&trade, whole(150))).await?;
    let before = parties(&trade).await?;
    let id = disputed(&trade, 10_000, 300).await?;
    trade.wait_days(3).await?;
    pool.call(id, false).await?;
    let join = arbitration::join(whole(150).raw());
    assert_refused!(
        trade.arbitrate(late, &join).await,
        arbitration::Error::Arbitration(ArbitrationError::PoolSettling { .. })
    );
    let panel = pool.draw(id, false).await?;
    let [leaver, dismissed, silent] = panel[..] else { panic!("three members") };
    let (leave, dismiss) = (arbitration::leave(), arbitration::dismiss(address(dismissed)));
    for (who, message) in [(leaver, &leave), (governor, &dismiss)] {
        assert_refused!(
            trade.arbitrate(who, message).await,
            arbitration::Error::Arbitration(ArbitrationError::PoolSettling { .. })
        );
    }

    // Who joins then sits in later panels.
    pool.wait_until_settled().await?;
    pool.join(late, whole(150)).await?;
    let commit = arbitration::commit(trade.escrow, id, false, [1; 32]);
    let not_seated = ArbitrationError::NotSeated { account: address(late).0 };
    refused(trade.arbitrate(late, &commit).await, &by_rule(not_seated));

    // What is free can be taken out, what is locked cannot, in the list or not.
    let above = |amount, available| by_rule(ArbitrationError::AboveFreeStake { amount, available });
    let more = arbitration::withdraw(whole(51).raw());
    refused(trade.arbitrate(leaver, &more).await, &above(whole(51), whole(50)));
    pool.withdraw(leaver, whole(50)).await?;
    for member in [leaver, silent] {
        trade.arbitrate(member, &leave).await?;
    }
    trade.arbitrate(governor, &dismiss).await?;
    let unit = Amount::from_raw(1);
    refused(trade.arbitrate(leaver, &arbitration::withdraw(1)).await, &above(unit, Amount::ZERO));
    let not_admitted = ArbitrationError::NotAdmitted { account: address(dismissed).0 };
    refused(trade.arbitrate(dismissed, &join).await, &by_rule(not_admitted));
    pool.check_places(11).await?;
    pool.check().await?;

    // They sit all the same.
    trade.hear(id, false, &panel, &[Some(whole(6_000)), Some(whole(6_000)), None]).await?;
    assert_eq!(trade.status(id).await?, Status::Ruled);
    pool.release(&panel[..2]);
    pool.forfeit(&panel[2..]);
    pool.credit(&panel[..2], whole(50));
    pool.check().await?;
    for (member, stake) in [(leaver, 100), (dismissed, 150), (silent, 50)] {
        pool.withdraw(member, whole(stake)).await?;
        let membership = client.read(trade.arbitration, &arbitration::membership(address(member))).await?;
        assert_eq!(membership, None, "nothing is left to remember");
    }

    trade.wait_days(5).await?;
    settle(&trade, &[id]).await?;
    expect_moved(&trade, before, 6_000 + 300, 6_000 - 30 - 5).await?;
    pool.collect(id, whole(300)).await?;
    pool.credit(&panel[..2], whole(150));
    pool.check().await?;
    for who in [leaver, dismissed] {
        pool.claim(who).await?;
    }
    // Its stake of 150, half of the seat that was lost, and half of the fee.
    for (who, coins) in [(leaver, 150 + 50 + 150), (dismissed, 150 + 50 + 150), (silent, 50)] {
        assert_eq!(trade.coin_of(who).await?.raw(), whole(coins).raw());
    }

    // Everybody else goes, the parties too.
    let members = trade.arbitrators[..=MEMBERS].iter().chain([&trade.applicant, &trade.beneficiary]);
    for member in members.filter(|member| !is_one_of(member, &panel)) {
        trade.arbitrate(member, &leave).await?;
        pool.withdraw(member, whole(150)).await?;
    }
    pool.check_places(0).await?;
    assert_eq!(client.read(trade.arbitration, &arbitration::liabilities(coin)).await?, Amount::ZERO);
    pool.check().await
}
