//! The replay itself: the hour's reports, the keepers' rounds while there is something to do, the books at the end.

use std::time::Instant;

use florin_bindings::{oracle, token, vaults};
use florin_client::{chain::DevChain, signer::Signer};
use florin_keeper::{FeederConfig, HealKeeper, LiquidationReport, Market, OracleFeeder, TakeReport};
use florin_stable::{
    collateral::{Asset, CollateralType},
    ledger::{Recount, SolvencyReport},
    oracle::FeedConfig,
    position::Position,
};
use florin_units::{Amount, Bps, Price, Seconds, Wad, U256};

use super::{
    people::{endow, open, Exchange, Keeper, COLLATERAL, DECIMALS, FIRST_BORROWER, KEEPERS},
    population::{borrowers, Borrower},
    prices::{human_time, Hour, HOUR},
    progress::Progress,
    statistics::{Liquidation, Sale, Sample, Statistics},
    summary::{Ending, KeeperResult},
    DemoError, Settings, MAXIMUM_VAULTS,
};
use crate::harness::{collateral_params, feed_config, World, NATIVE_FEED};

/// What each feeder sees of the market: none sees quite the same.
const FEEDER_VIEWS: [Bps; 3] = [Bps::from_raw(9_995), Bps::from_raw(10_000), Bps::from_raw(10_005)];
/// Feeders report when the price has moved by this share,
const DEVIATION: Bps = Bps::from_raw(50);
/// or after this time.
const HEARTBEAT: Seconds = Seconds::from_raw(2 * HOUR);
/// The most that one step moves the oracle's price; the fall of 12 March takes several.
const LARGEST_STEP: Bps = Bps::from_raw(1_000);
/// Renewals of the oracle's price in one hour, at most.
const RENEWALS: u32 = 20;
/// Time between two rounds of the keepers.
const ROUND: u64 = 300;
/// Fees are booked and all positions read again after so many hours even if none can have become unsafe.
const RECOUNT_EVERY: usize = 24;
/// A page of positions.
const PAGE: u8 = 100;
/// Positions whose liquidation price is so near above the market are watched as if they were there: fees accrue meanwhile.
const WATCH: Bps = Bps::from_raw(10_020);
/// A keeper nets surplus against deficit from this amount on.
const HEAL_FROM: Wad = Wad::from_whole(1_000);

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Sums over all hours.
    pub statistics: Statistics,
    /// The books at the end.
    pub ending: Ending,
}

/// Sets everything up on a fresh chain and replays.
///
/// # Errors
/// [`DemoError`].
pub async fn replay<C: DevChain>(chain: C, settings: &Settings) -> Result<Replay, DemoError> {
    let given = settings.vaults;
    if given == 0 || given > MAXIMUM_VAULTS {
        return Err(DemoError::Vaults { given, maximum: MAXIMUM_VAULTS });
    }
    let (Some(first), Some(last)) = (settings.hours.first(), settings.hours.last()) else {
        return Err(DemoError::Hours { available: settings.hours.len() });
    };
    let started = Instant::now();
    let progress = Progress::new(settings.hours.len().try_into().unwrap_or(u64::MAX));
    progress.say(&format!("deploying on {} and opening {} vaults at $ {}", settings.chain, given, first.price));
    let mut stage = Stage::set(chain, settings, first, progress).await?;
    stage.progress.say(&format!("ready after {} s", started.elapsed().as_secs()));
    for (index, hour) in settings.hours.iter().enumerate() {
        stage.hour(index, hour).await?;
    }
    stage.accrue().await?;
    stage.recount().await?;
    stage.progress.finish();
    let ending = stage.ending(settings, last.price, started).await?;
    Ok(Replay { statistics: stage.statistics, ending })
}

/// Everybody and everything during a replay.
struct Stage<C> {
    world: World<C>,
    feeders: Vec<(OracleFeeder<C>, Bps)>,
    exchange: Exchange,
    keepers: Vec<Keeper<C>>,
    healer: HealKeeper<C>,
    borrowers: Vec<Signer>,
    statistics: Statistics,
    progress: Progress,
    transactions: u64,
    /// The contracts' units of the smallest native amount.
    granularity: u128,
    /// Decimals of the native token as accounts hold it.
    native_decimals: u8,
    /// The highest price at which a position is unsafe, as last read; none where none has debt.
    watched: Option<Price>,
    /// The exchange's vault, which never changes.
    reserve: Position,
}

impl<C: DevChain> Stage<C> {
    async fn set(chain: C, settings: &Settings, first: &Hour, progress: Progress) -> Result<Self, DemoError> {
        chain.set_time_ms(first.time.raw().saturating_mul(1_000)).await?;
        let info = chain.info().await?;
        let granularity = info.native_to_contract_ratio;
        let world = World::deploy_bare(chain).await?;
        let rules = FeedConfig { max_step: LARGEST_STEP, ..feed_config() };
        world.govern_oracle(&oracle::set_feed_config(NATIVE_FEED, rules)).await?;
        let params = collateral_params(Asset::Native, DECIMALS, NATIVE_FEED);
        world.govern_vaults(&vaults::add_collateral(COLLATERAL, params)).await?;
        world.report(NATIVE_FEED, first.price).await?;

        let mut owners = Vec::new();
        let mut borrowed = Wad::ZERO;
        for borrower in borrowers(settings.vaults, FIRST_BORROWER) {
            owners.push(open_vault(&world, &borrower, first.price, granularity).await?);
            borrowed = borrowed.checked_add(borrower.debt)?;
        }
        let exchange = Exchange::open(&world, borrowed, first.price, granularity).await?;
        let mut keepers = Vec::new();
        for (index, keeper) in (0..).zip(KEEPERS) {
            keepers.push(Keeper::equip(&world, &exchange, index, keeper, borrowed, info.native_decimals).await?);
        }
        let config = FeederConfig { feed: NATIVE_FEED, heartbeat: HEARTBEAT, deviation: DEVIATION };
        let feeders = world.feeders.iter().zip(FEEDER_VIEWS);
        let feeders = feeders
            .map(|(feeder, view)| (OracleFeeder::new(world.suite.clone(), feeder.clone(), config), view))
            .collect();
        let vault =
            world.suite.position(exchange.position).await?.ok_or(DemoError::Missing { what: "exchange's vault" })?;
        let mut stage = Self {
            healer: HealKeeper::new(world.suite.clone(), world.governor.clone(), HEAL_FROM),
            world,
            feeders,
            exchange,
            keepers,
            borrowers: owners,
            statistics: Statistics::default(),
            progress,
            transactions: 0,
            granularity,
            native_decimals: info.native_decimals,
            watched: None,
            reserve: vault,
        };
        stage.recount().await?;
        Ok(stage)
    }

    /// One hour from its first second on.
    async fn hour(&mut self, index: usize, hour: &Hour) -> Result<(), DemoError> {
        self.world.suite.client.chain().set_time_ms(hour.time.raw().saturating_mul(1_000)).await?;
        self.report(hour).await?;
        if index.is_multiple_of(RECOUNT_EVERY) {
            self.accrue().await?;
            self.recount().await?;
        }
        let before = self.statistics.liquidations;
        let end = hour.time.after(Seconds::from_raw(HOUR));
        let mut round = 0usize;
        let kind = loop {
            let kind = self.round(index.wrapping_add(round), hour.price).await?;
            if kind.state.auction_debt.is_zero() {
                break kind;
            }
            let now = self.world.suite.now().await?;
            if now.after(Seconds::from_raw(ROUND)) >= end {
                break kind;
            }
            self.world.advance(ROUND).await?;
            round = round.wrapping_add(1);
        };
        if round > 0 {
            let healed = self.healer.step().await?;
            self.count(u64::from(healed.netted.is_some()));
        }
        let liquidations = self.statistics.liquidations.saturating_sub(before).try_into().unwrap_or(u32::MAX);
        self.close_hour(hour, &kind, liquidations).await?;
        self.tell(index, hour);
        Ok(())
    }

    fn count(&mut self, transactions: u64) {
        self.transactions = self.transactions.saturating_add(transactions);
    }

    async fn kind(&self) -> Result<CollateralType, DemoError> {
        Ok(self.world.suite.collateral_type(COLLATERAL).await?)
    }

    /// The feeders report what they see, then renew the oracle's price until it stands where their reports put it: the clamp
    /// lets it go one step an interval.
    async fn report(&mut self, hour: &Hour) -> Result<(), DemoError> {
        let (mut sent, mut seen) = (0u64, Price::ZERO);
        for (feeder, view) in &self.feeders {
            let done = feeder.step(hour.price.times_bps_down(*view)?).await?;
            sent = sent.saturating_add(u64::from(done.reported || done.poked));
            seen = done.price.unwrap_or(seen);
        }
        let mut renewals = 0;
        while sent > 0 && renewals < RENEWALS && self.is_off(seen, hour.price)? {
            self.world.advance(feed_config().update_interval.raw()).await?;
            for (feeder, view) in &self.feeders {
                let done = feeder.step(hour.price.times_bps_down(*view)?).await?;
                seen = done.price.unwrap_or(seen);
                if done.reported || done.poked {
                    sent = sent.saturating_add(1);
                    // One renewal an interval is all that the oracle takes.
                    break;
                }
            }
            renewals = renewals.saturating_add(1);
        }
        self.count(sent);
        if self.is_off(seen, hour.price)? {
            return Err(DemoError::PriceLags { time: hour.time, oracle: seen, market: hour.price });
        }
        Ok(())
    }

    /// Whether the oracle's price is farther from the market's than feeders tolerate.
    fn is_off(&self, oracle: Price, market: Price) -> Result<bool, DemoError> {
        let distance = oracle.saturating_sub(market).max(market.saturating_sub(oracle));
        Ok(distance > oracle.times_bps_up(DEVIATION)?)
    }

    /// Each keeper once, in turn another first.
    /// Returns the collateral type as it stands afterwards.
    async fn round(&mut self, turn: usize, market: Price) -> Result<CollateralType, DemoError> {
        let count = self.keepers.len();
        let kind = self.kind().await?;
        let mut is_any_unsafe = match self.watched {
            Some(price) => kind.state.price <= price.times_bps_up(WATCH).unwrap_or(Price::MAX),
            None => false,
        };
        let mut is_any_open = !kind.state.auction_debt.is_zero();
        if !is_any_unsafe && !is_any_open {
            return Ok(kind);
        }
        let mut has_changed = false;
        for place in 0..count {
            let index = turn.wrapping_add(place).checked_rem(count).unwrap_or(0);
            if is_any_unsafe {
                let Some(keeper) = self.keepers.get(index) else { continue };
                let done = keeper.liquidation.step(market).await?;
                has_changed |= !done.liquidated.is_empty();
                is_any_open |= !done.liquidated.is_empty();
                is_any_unsafe = !done.is_complete || !done.unprofitable.is_empty();
                self.note_liquidations(&done)?;
            }
            if is_any_open {
                self.buy_and_sell(index, market).await?;
            }
        }
        if has_changed || is_any_unsafe {
            self.recount().await?;
        }
        self.kind().await
    }

    /// A keeper buys what its coin pays for and sells it to the exchange: it can buy again in the next round only.
    async fn buy_and_sell(&mut self, index: usize, market: Price) -> Result<(), DemoError> {
        let Some(keeper) = self.keepers.get(index) else { return Ok(()) };
        let done = keeper.take.step(&Market { native: market, collateral: market }).await?;
        let mut bought = Amount::ZERO;
        for take in &done.taken {
            bought = bought.checked_add(take.sold)?;
        }
        let sent = keeper.sell(&self.world, &self.exchange, bought, market, self.granularity).await?;
        self.count(sent);
        self.note_sales(&done, market)
    }

    fn note_liquidations(&mut self, report: &LiquidationReport) -> Result<(), DemoError> {
        for done in &report.liquidated {
            self.statistics.add_liquidation(&Liquidation {
                position: done.position,
                closed: done.closed,
                is_whole: done.is_whole,
            })?;
            self.statistics.add_reward(done.reward)?;
            self.count(1);
        }
        self.count(u64::from(!report.claimed.is_zero()));
        Ok(())
    }

    fn note_sales(&mut self, report: &TakeReport, market: Price) -> Result<(), DemoError> {
        for done in &report.taken {
            let sale = Sale { sold: done.sold, paid: done.paid, shortfall: done.shortfall, market };
            self.statistics.add_sale(&sale, DECIMALS)?;
            self.count(1);
        }
        for done in &report.redone {
            self.statistics.redos = self.statistics.redos.saturating_add(1);
            self.statistics.add_reward(done.reward)?;
            self.count(1);
        }
        Ok(())
    }

    /// Books the fees up to now; each act on a vault does the same.
    async fn accrue(&mut self) -> Result<(), DemoError> {
        self.world.govern_vaults(&vaults::accrue(COLLATERAL)).await?;
        self.count(1);
        Ok(())
    }

    /// Reads all positions: their debts must add up to the books' total, and the first to become unsafe is remembered.
    async fn recount(&mut self) -> Result<(), DemoError> {
        let suite = &self.world.suite;
        let (kind, (count, _)) = (self.kind().await?, suite.counts().await?);
        let mut recount = Recount::default();
        let mut watched = None;
        let mut from = 0;
        while from < count {
            for (_, position) in suite.positions(from, PAGE).await? {
                recount.add(position.art, kind.state.rate)?;
                // A debt without any collateral is unsafe at each price.
                let price = match position.collateral.is_zero() && !position.art.is_zero() {
                    true => Some(Price::MAX),
                    false => position.liquidation_price(&kind)?,
                };
                watched = watched.max(price);
            }
            from = from.saturating_add(u64::from(PAGE));
        }
        let total = suite.ledger().await?.total_debt;
        if recount.debt != total {
            return Err(DemoError::Recount { time: suite.now().await?, counted: recount.debt, total });
        }
        self.watched = watched;
        Ok(())
    }

    async fn close_hour(&mut self, hour: &Hour, kind: &CollateralType, liquidations: u32) -> Result<(), DemoError> {
        let suite = &self.world.suite;
        let report: SolvencyReport = suite.client.read(suite.vaults, &vaults::solvency()).await?;
        self.statistics.solvency_checks = self.statistics.solvency_checks.saturating_add(1);
        self.statistics.solvency_exact = self.statistics.solvency_exact.saturating_add(u64::from(report.is_exact()));
        let reserve = self.reserve.debt(kind.state.rate);
        let collateral = kind.state.total_collateral.checked_sub(self.reserve.collateral)?;
        self.statistics.samples.push(Sample {
            time: hour.time,
            price: hour.price,
            debt: report.debt.checked_sub(reserve)?.to_wad_down()?,
            collateral: collateral.value_down(hour.price, DECIMALS)?,
            liquidations,
        });
        Ok(())
    }

    fn tell(&self, index: usize, hour: &Hour) {
        let statistics = &self.statistics;
        self.progress.hour(index.saturating_add(1).try_into().unwrap_or(u64::MAX), || {
            format!(
                "{}  $ {}  liquidated {}, sales {}, solvency exact {}/{}",
                human_time(hour.time),
                hour.price,
                statistics.vaults_liquidated(),
                statistics.sales,
                statistics.solvency_exact,
                statistics.solvency_checks
            )
        });
    }

    async fn ending(&self, settings: &Settings, price: Price, started: Instant) -> Result<Ending, DemoError> {
        let suite = &self.world.suite;
        let (kind, ledger) = (self.kind().await?, suite.ledger().await?);
        let (_, auctions) = suite.counts().await?;
        let mut open_auctions = 0u64;
        if !kind.state.auction_debt.is_zero() {
            for id in 0..auctions {
                open_auctions = open_auctions.saturating_add(u64::from(suite.auction(id).await?.is_some()));
            }
        }
        let mut keepers = Vec::new();
        for keeper in &self.keepers {
            let profit = keeper.profit(suite, price, self.native_decimals).await?;
            keepers.push(KeeperResult { name: keeper.name.to_owned(), profit });
        }
        Ok(Ending {
            chain: settings.chain.clone(),
            vaults: settings.vaults,
            decimals: DECIMALS,
            surplus: ledger.surplus,
            deficit: ledger.deficit,
            supply: self.check_coin(ledger.minted.checked_sub(ledger.burned)?).await?,
            open_auctions,
            open_tab: kind.state.auction_debt,
            keepers,
            transactions: self.transactions,
            seconds: started.elapsed().as_secs(),
        })
    }

    /// Every coin lies in somebody's account, and the vaults have issued it. Returns how many there are.
    async fn check_coin(&self, issued: Wad) -> Result<Wad, DemoError> {
        let suite = &self.world.suite;
        let supply: U256 = suite.client.read(suite.token, &token::total_supply()).await?;
        let supply = u128::try_from(supply).map_or(Wad::MAX, Wad::from_raw);
        let everybody = self
            .borrowers
            .iter()
            .chain(self.keepers.iter().map(|keeper| &keeper.signer))
            .chain([&self.exchange.signer, &self.world.governor]);
        let mut held = Wad::ZERO;
        for somebody in everybody {
            held = held.checked_add(suite.coin_of(somebody.account().to_address()).await?)?;
        }
        if held != supply || issued != supply {
            return Err(DemoError::Coin { supply, issued, held });
        }
        Ok(supply)
    }
}

/// Opens a borrower's vault; the borrower keeps the coin.
async fn open_vault<C: DevChain>(
    world: &World<C>,
    borrower: &Borrower,
    price: Price,
    granularity: u128,
) -> Result<Signer, DemoError> {
    let collateral = borrower.collateral(price, DECIMALS, granularity)?;
    let planck = collateral.raw().checked_div(granularity).unwrap_or(0);
    let owner = endow(&world.suite, borrower.account, planck).await?;
    open(world, &owner, collateral, borrower.debt, granularity).await?;
    Ok(owner)
}
