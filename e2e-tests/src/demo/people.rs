//! Who takes part besides the borrowers: an exchange that buys what the keepers bought, and the keepers.

use florin_bindings::{token, vaults};
use florin_client::{
    chain::{Action, DevChain, Limits, Wait, Weight},
    signer::Signer,
};
use florin_keeper::{Economics, LiquidationConfig, LiquidationKeeper, Suite, TakeConfig, TakeKeeper};
use florin_units::{Amount, Bps, MathError, Price, Wad};

use super::DemoError;
use crate::harness::{World, UNIT};

/// The collateral type of the demo.
pub(super) const COLLATERAL: u32 = 0;
/// Decimals of the collateral, as the contracts count it.
pub(super) const DECIMALS: u8 = 18;
/// Planck that everybody holds for fees and deposits.
const POCKET: u128 = 1_000 * UNIT;
/// Numbers of the development accounts.
const EXCHANGE: u32 = 1;
const FIRST_KEEPER: u32 = 10;
/// Number of the first borrower's account.
pub(super) const FIRST_BORROWER: u32 = 1_000;
/// Value to debt of the exchange's vault: it outlasts the month untouched.
const EXCHANGE_RATIO: Bps = Bps::from_raw(60_000);
/// Coin of the exchange as a share of all that the borrowers drew.
const EXCHANGE_COIN: Bps = Bps::from_raw(15_000);

/// A keeper: what it is called, its coin as a share of all that the borrowers drew, and by how much below the market it buys.
pub const KEEPERS: [(&str, Bps, Bps); 3] = [
    ("keeper A", Bps::from_raw(100), Bps::from_raw(200)),
    ("keeper B", Bps::from_raw(200), Bps::from_raw(400)),
    ("keeper C", Bps::from_raw(400), Bps::from_raw(600)),
];

/// Gives accounts their native tokens.
pub(super) async fn endow<C: DevChain>(suite: &Suite<C>, number: u32, planck: u128) -> Result<Signer, DemoError> {
    let signer = Signer::numbered(number)?;
    suite.client.chain().fund(&signer.account(), planck.saturating_add(POCKET)).await?;
    Ok(signer)
}

/// Opens a vault and draws from it.
pub(super) async fn open<C: DevChain>(
    world: &World<C>,
    owner: &Signer,
    collateral: Amount,
    debt: Wad,
    granularity: u128,
) -> Result<u64, DemoError> {
    let planck = collateral.raw().checked_div(granularity).unwrap_or(0);
    let message = vaults::open(COLLATERAL, collateral, debt);
    Ok(world.call_vaults(owner, planck, &message).await?.value)
}

/// Buys ether for coin at the market's price. Its coin is drawn from a vault of its own.
pub(super) struct Exchange {
    pub(super) signer: Signer,
    /// Its vault.
    pub(super) position: u64,
}

impl Exchange {
    /// Opens the vault, with coin enough for all that the borrowers owe and for the keepers' beginnings.
    pub(super) async fn open<C: DevChain>(
        world: &World<C>,
        borrowed: Wad,
        price: Price,
        granularity: u128,
    ) -> Result<Self, DemoError> {
        let mut coin = borrowed.times_bps_up(EXCHANGE_COIN)?;
        for (_, share, _) in KEEPERS {
            coin = coin.checked_add(borrowed.times_bps_up(share)?)?;
        }
        let exact = coin.times_bps_up(EXCHANGE_RATIO)?.to_amount_up(price, DECIMALS)?;
        let whole = exact.raw().checked_next_multiple_of(granularity).ok_or(MathError::Overflow)?;
        let signer = endow(&world.suite, EXCHANGE, whole.checked_div(granularity).unwrap_or(0)).await?;
        let position = open(world, &signer, Amount::from_raw(whole), coin, granularity).await?;
        Ok(Self { signer, position })
    }
}

/// A keeper with its bots and its books.
pub(super) struct Keeper<C> {
    pub(super) name: &'static str,
    pub(super) signer: Signer,
    pub(super) liquidation: LiquidationKeeper<C>,
    pub(super) take: TakeKeeper<C>,
    /// Coin at the beginning.
    coin: Wad,
    /// Planck at the beginning.
    planck: u128,
}

impl<C: DevChain> Keeper<C> {
    /// Gives the keeper its coin and lets it buy with it.
    pub(super) async fn equip(
        world: &World<C>,
        exchange: &Exchange,
        index: u32,
        (name, share, discount): (&'static str, Bps, Bps),
        borrowed: Wad,
        native_decimals: u8,
    ) -> Result<Self, DemoError> {
        let suite = &world.suite;
        let signer = endow(suite, FIRST_KEEPER.saturating_add(index), 0).await?;
        let coin = borrowed.times_bps_up(share)?;
        world.pay(&exchange.signer, signer.account().to_address(), coin).await?;
        suite.allow_burning(&signer).await?;
        let economics = Economics { expected_fee: UNIT / 100, native_decimals, minimum_profit: Wad::from_whole(1) };
        let liquidation = LiquidationConfig { economics, page: 100, pages_per_step: 100, acts_per_step: 8 };
        let take = TakeConfig {
            economics,
            collateral_type: COLLATERAL,
            discount,
            reserve: Wad::ZERO,
            acts_per_step: 8,
            reads_per_step: 10_000,
        };
        Ok(Self {
            name,
            planck: suite.client.chain().balance(&signer.account()).await?,
            liquidation: LiquidationKeeper::new(suite.clone(), signer.clone(), liquidation),
            take: TakeKeeper::new(suite.clone(), signer.clone(), take),
            signer,
            coin,
        })
    }

    /// Sells ether to the exchange at a price; what is less than a planck stays. Returns the number of transactions.
    pub(super) async fn sell(
        &self,
        world: &World<C>,
        exchange: &Exchange,
        bought: Amount,
        price: Price,
        granularity: u128,
    ) -> Result<u64, DemoError> {
        let planck = bought.raw().checked_div(granularity).unwrap_or(0);
        let sold = Amount::from_raw(planck.saturating_mul(granularity));
        let coin = sold.value_down(price, DECIMALS)?;
        if coin.is_zero() {
            return Ok(0);
        }
        let client = &world.suite.client;
        let transfer = Action::Transfer { to: exchange.signer.account(), value: planck };
        let limits = Limits { weight: Weight::default(), storage_deposit: 0 };
        client.chain().submit(&self.signer, &[transfer], &limits, Wait::Finalized).await?;
        let pay = token::transfer(self.signer.account().to_address(), coin.raw().into());
        client.call(&exchange.signer, world.suite.token, 0, &pay).await?;
        Ok(2)
    }

    /// Profit in units of 10^-18 dollars: change of coin at par and of ether at a price.
    pub(super) async fn profit(&self, suite: &Suite<C>, price: Price, native_decimals: u8) -> Result<i128, DemoError> {
        let coin = suite.coin_of(self.signer.account().to_address()).await?;
        let planck = suite.client.chain().balance(&self.signer.account()).await?;
        let value = |planck: u128| Amount::from_raw(planck).value_down(price, native_decimals);
        let coin = difference(coin, self.coin)?;
        let ether = if planck >= self.planck {
            difference(value(planck.saturating_sub(self.planck))?, Wad::ZERO)?
        } else {
            difference(Wad::ZERO, value(self.planck.saturating_sub(planck))?)?
        };
        coin.checked_add(ether).ok_or(DemoError::Math(MathError::Overflow))
    }
}

fn difference(now: Wad, before: Wad) -> Result<i128, MathError> {
    let signed = |wad: Wad| i128::try_from(wad.raw()).map_err(|_| MathError::Overflow);
    signed(now)?.checked_sub(signed(before)?).ok_or(MathError::Overflow)
}
