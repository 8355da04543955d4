//! The month in one table, and the same as JSON with a schema that does not change.

use comfy_table::{presets::UTF8_FULL_CONDENSED, Cell, CellAlignment, Table};
use florin_units::{human::format_units, Amount, Bps, MathError, Price, Rad, Wad};
use serde::Serialize;

use super::{prices::human_time, statistics::Statistics};

/// Names the shape of the JSON. A field may be added under the same name, none may change or go.
pub const SCHEMA: &str = "florin-demo/1";

/// What a keeper ended up with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeeperResult {
    /// Its name.
    pub name: String,
    /// Profit, or loss where negative, in units of 10^-18 dollars: change of its coin at par and of its native tokens at the
    /// last price, all fees paid.
    pub profit: i128,
}

/// The books at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Name of the chain.
    pub chain: String,
    /// Vaults that borrowers opened.
    pub vaults: u32,
    /// Decimals of the collateral.
    pub decimals: u8,
    /// Unspent income of the protocol.
    pub surplus: Rad,
    /// Debt that nothing has covered.
    pub deficit: Rad,
    /// Coin in existence.
    pub supply: Wad,
    /// Auctions that are still open.
    pub open_auctions: u64,
    /// What they still have to raise.
    pub open_tab: Wad,
    /// The keepers.
    pub keepers: Vec<KeeperResult>,
    /// Transactions sent by the feeders, keepers and the exchange during the replay.
    pub transactions: u64,
    /// Seconds that the replay took.
    pub seconds: u64,
}

/// All that the demo reports. Amounts are decimal strings, shares are decimal strings where 1 is the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// Name of the chain.
    pub chain: String,
    /// Hours replayed.
    pub hours: usize,
    /// Market price of the first hour, in dollars.
    pub first_price: String,
    /// Lowest market price.
    pub lowest_price: String,
    /// When it was lowest, in seconds since 1970.
    pub lowest_at: u64,
    /// Market price of the last hour.
    pub last_price: String,
    /// Vaults that borrowers opened.
    pub vaults: u32,
    /// Vaults that were liquidated.
    pub vaults_liquidated: usize,
    /// Of these, vaults that lost all their debt in a liquidation.
    pub vaults_liquidated_whole: usize,
    /// Of these, vaults that kept a debt.
    pub vaults_liquidated_partial: usize,
    /// Liquidations.
    pub liquidations: u64,
    /// Debt that left vaults by liquidation, in coin, rounded down.
    pub debt_closed: String,
    /// Sales at auctions.
    pub sales: u64,
    /// Ether sold at auctions.
    pub collateral_sold: String,
    /// Coin paid for it.
    pub coin_paid: String,
    /// Coin paid as a share of the market value of what was sold; none without a sale.
    pub average_sale_share: Option<String>,
    /// The lowest such share of a single sale.
    pub worst_sale_share: Option<String>,
    /// What ended auctions failed to raise, in coin.
    pub shortfall: String,
    /// Unspent income of the protocol, in coin, rounded down.
    pub surplus: String,
    /// Debt that nothing has covered, in coin, rounded up.
    pub deficit: String,
    /// Auctions restarted.
    pub redos: u64,
    /// Auctions that are still open.
    pub open_auctions: u64,
    /// What they still have to raise, in coin.
    pub open_tab: String,
    /// Coin paid to keepers for liquidations and restarts.
    pub keeper_rewards: String,
    /// Profit of all keepers in dollars; negative for a loss.
    pub keeper_profit: String,
    /// Each keeper.
    pub keepers: Vec<KeeperSummary>,
    /// How often the solvency equation was asked for.
    pub solvency_checks: u64,
    /// How often it was exact to the last digit.
    pub solvency_exact: u64,
    /// Coin in existence.
    pub supply: String,
    /// Transactions sent by the feeders, keepers and the exchange during the replay.
    pub transactions: u64,
    /// Seconds that the replay took.
    pub seconds: u64,
}

/// A keeper's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeeperSummary {
    /// Its name.
    pub name: String,
    /// Its profit in dollars; negative for a loss.
    pub profit: String,
}

impl Summary {
    /// The summary of a replay.
    ///
    /// # Errors
    /// [`MathError`] where a sum does not fit.
    pub fn new(statistics: &Statistics, ending: &Ending) -> Result<Self, MathError> {
        let mut profit = 0i128;
        for keeper in &ending.keepers {
            profit = profit.checked_add(keeper.profit).ok_or(MathError::Overflow)?;
        }
        let samples = &statistics.samples;
        let price = |price: Option<Price>| price.unwrap_or(Price::ZERO).to_string();
        let lowest = samples.iter().min_by_key(|sample| sample.price);
        Ok(Self {
            schema: SCHEMA,
            chain: ending.chain.clone(),
            hours: samples.len(),
            first_price: price(samples.first().map(|sample| sample.price)),
            lowest_price: price(lowest.map(|sample| sample.price)),
            lowest_at: lowest.map_or(0, |sample| sample.time.raw()),
            last_price: price(samples.last().map(|sample| sample.price)),
            vaults: ending.vaults,
            vaults_liquidated: statistics.vaults_liquidated(),
            vaults_liquidated_whole: statistics.vaults_whole(),
            vaults_liquidated_partial: statistics.vaults_partial(),
            liquidations: statistics.liquidations,
            debt_closed: statistics.closed.to_wad_down()?.to_string(),
            sales: statistics.sales,
            collateral_sold: format_units(statistics.sold.raw(), ending.decimals),
            coin_paid: statistics.paid.to_string(),
            average_sale_share: statistics.average_sale()?.map(|share| share.to_string()),
            worst_sale_share: statistics.worst_sale.map(|share| share.to_string()),
            shortfall: statistics.shortfall.to_string(),
            surplus: ending.surplus.to_wad_down()?.to_string(),
            deficit: ending.deficit.to_wad_up()?.to_string(),
            redos: statistics.redos,
            open_auctions: ending.open_auctions,
            open_tab: ending.open_tab.to_string(),
            keeper_rewards: statistics.rewards.to_string(),
            keeper_profit: signed(profit),
            keepers: ending
                .keepers
                .iter()
                .map(|keeper| KeeperSummary { name: keeper.name.clone(), profit: signed(keeper.profit) })
                .collect(),
            solvency_checks: statistics.solvency_checks,
            solvency_exact: statistics.solvency_exact,
            supply: ending.supply.to_string(),
            transactions: ending.transactions,
            seconds: ending.seconds,
        })
    }
}

/// The table for people: amounts in whole cents, rounded towards zero.
///
/// # Errors
/// [`MathError`] where a sum does not fit.
pub fn table(statistics: &Statistics, ending: &Ending) -> Result<Table, MathError> {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    let mut row = |what: &str, value: String| {
        table.add_row([Cell::new(what), Cell::new(value).set_alignment(CellAlignment::Right)]);
    };
    if let (Some(first), Some(last)) = (statistics.samples.first(), statistics.samples.last()) {
        row("replayed", format!("{} hours from {}", statistics.samples.len(), human_time(first.time)));
        let lowest = statistics.samples.iter().min_by_key(|sample| sample.price).unwrap_or(first);
        row(
            "ether: first, lowest, last price",
            format!(
                "$ {}, {} ({}), {}",
                cents(first.price.raw()),
                cents(lowest.price.raw()),
                human_time(lowest.time),
                cents(last.price.raw())
            ),
        );
    }
    row(
        "vaults liquidated",
        format!(
            "{} of {} ({} whole, {} in part)",
            statistics.vaults_liquidated(),
            ending.vaults,
            statistics.vaults_whole(),
            statistics.vaults_partial()
        ),
    );
    row(
        "debt closed",
        format!("{} FLRN in {} liquidations", coin(statistics.closed.to_wad_down()?), statistics.liquidations),
    );
    row("collateral sold", format!("{} ether in {} sales", tokens(statistics.sold, ending.decimals), statistics.sales));
    row("paid for it", format!("{} FLRN", coin(statistics.paid)));
    row("average sale, share of market", statistics.average_sale()?.map_or_else(none, percent));
    row("worst sale, share of market", statistics.worst_sale.map_or_else(none, percent));
    row("auctions restarted", statistics.redos.to_string());
    row("auctions still open", format!("{} for {} FLRN", ending.open_auctions, coin(ending.open_tab)));
    row("shortfall of ended auctions", format!("{} FLRN", coin(statistics.shortfall)));
    row("surplus at the end", format!("{} FLRN", coin(ending.surplus.to_wad_down()?)));
    row("deficit at the end", format!("{} FLRN", coin(ending.deficit.to_wad_up()?)));
    row("rewards to keepers", format!("{} FLRN", coin(statistics.rewards)));
    for keeper in &ending.keepers {
        row(&format!("profit of {}", keeper.name), format!("$ {}", signed_cents(keeper.profit)));
    }
    row("coin in existence", format!("{} FLRN", coin(ending.supply)));
    row("solvency equation", format!("exact {} / {} times", statistics.solvency_exact, statistics.solvency_checks));
    row("transactions, time", format!("{}, {} s on {}", ending.transactions, ending.seconds, ending.chain));
    Ok(table)
}

fn none() -> String {
    "none".to_owned()
}

fn percent(share: Bps) -> String {
    format!("{}.{:02} %", share.raw() / 100, share.raw() % 100)
}

fn coin(amount: Wad) -> String {
    cents(amount.raw())
}

fn tokens(amount: Amount, decimals: u8) -> String {
    two_digits(&format_units(amount.raw(), decimals))
}

pub(super) fn cents(raw: u128) -> String {
    two_digits(&format_units(raw, 18))
}

/// A signed amount of 10^-18 as decimal number.
fn signed(raw: i128) -> String {
    let sign = if raw < 0 { "-" } else { "" };
    format!("{sign}{}", format_units(raw.unsigned_abs(), 18))
}

fn signed_cents(raw: i128) -> String {
    let sign = if raw < 0 { "-" } else { "" };
    format!("{sign}{}", cents(raw.unsigned_abs()))
}

/// A decimal number with two digits after the point and thousands apart; further digits are cut off.
fn two_digits(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut grouped = String::with_capacity(whole.len().saturating_mul(2));
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let digits: String = fraction.chars().chain("00".chars()).take(2).collect();
    format!("{grouped}.{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::statistics::{Liquidation, Sale, Sample};
    use florin_units::{Timestamp, WAD_ONE};

    #[test]
    fn numbers_for_people() {
        assert_eq!(cents(1_234_567 * WAD_ONE + WAD_ONE / 1_000 * 899), "1,234,567.89");
        assert_eq!(cents(0), "0.00");
        assert_eq!(cents(WAD_ONE * 999), "999.00");
        assert_eq!(cents(WAD_ONE * 1_000), "1,000.00");
        assert_eq!(signed_cents(-1_500_000_000_000_000_000), "-1.50");
        assert_eq!(signed(-1_500_000_000_000_000_000), "-1.5");
        assert_eq!(percent(Bps::from_raw(9_301)), "93.01 %");
    }

    #[test]
    fn the_json_says_amounts_as_text() {
        let mut statistics = Statistics::default();
        let closed = Wad::from_whole(700).to_rad();
        statistics.add_liquidation(&Liquidation { position: 1, closed, is_whole: false }).unwrap();
        let sold = Amount::from_raw(8 * WAD_ONE);
        let (paid, market) = (Wad::from_whole(756), Price::from_raw(100 * WAD_ONE));
        statistics.add_sale(&Sale { sold, paid, shortfall: Wad::ZERO, market }, 18).unwrap();
        statistics.samples.push(Sample {
            time: Timestamp::from_raw(1_583_020_800),
            price: market,
            debt: Wad::ZERO,
            collateral: Wad::ZERO,
            liquidations: 1,
        });
        let ending = Ending {
            chain: "test".into(),
            vaults: 2,
            decimals: 18,
            surplus: Rad::ZERO,
            deficit: Rad::ZERO,
            supply: Wad::from_whole(10),
            open_auctions: 0,
            open_tab: Wad::ZERO,
            keepers: vec![KeeperResult { name: "one".into(), profit: -250_000_000_000_000_000 }],
            transactions: 3,
            seconds: 1,
        };
        let json = serde_json::to_value(Summary::new(&statistics, &ending).unwrap()).unwrap();
        assert_eq!(json["schema"], "florin-demo/1");
        assert_eq!(json["debt_closed"], "700");
        assert_eq!(json["collateral_sold"], "8");
        assert_eq!(json["average_sale_share"], "0.945");
        assert_eq!(json["worst_sale_share"], "0.945");
        assert_eq!(json["keeper_profit"], "-0.25");
        assert_eq!(json["keepers"][0]["name"], "one");
        let text = table(&statistics, &ending).unwrap().to_string();
        for part in ["1 of 2 (0 whole, 1 in part)", "94.50 %", "700.00 FLRN", "$ -0.25", "exact 0 / 0 times"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
