//! Collateral types: parameters with their bounds, and state.

use crate::auction::Auction;
use crate::error::VaultError;
use crate::ledger::Ledger;
use crate::oracle::Quote;
use crate::roles::{Governor, Guardian, Permit};
use crate::vault::accrue;
use crate::Address;
use florin_governance::step::Voted;
use florin_units::{
    error_codes, Amount, Art, Bps, MathError, Price, Ray, Seconds, Timestamp, Wad, BPS_ONE, MAXIMUM_DECIMALS, RAY_ONE,
};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The fewest decimals of an asset: with fewer, one raw unit is worth too much to round.
pub const MINIMUM_DECIMALS: u8 = 6;
/// The largest ratio, 100 times.
pub const MAXIMUM_RATIO: Bps = Bps::from_raw(1_000_000);
/// The largest debt ceiling, 10^15 coins: products with ratios stay far from overflow.
pub const MAXIMUM_DEBT: Wad = Wad::from_raw(1_000_000_000_000_000 * florin_units::WAD_ONE);
/// The largest stability fee: a factor a second that doubles a debt in 365 days.
pub const MAXIMUM_STABILITY_FEE: Ray = Ray::from_raw(1_000_000_021_979_553_151_239_153_027);

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Asset {
    /// The chain's own token.
    #[codec(index = 0)]
    Native,
    /// An ERC-20 at this address.
    #[codec(index = 1)]
    Erc20(Address),
}

/// How the price of an auction falls from its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Curve {
    /// In a straight line to zero.
    #[codec(index = 0)]
    Linear {
        /// Time until zero.
        duration: Seconds,
    },
    /// By a factor every step.
    #[codec(index = 1)]
    Exponential {
        /// The factor of one step, below one.
        cut: Ray,
        /// Length of a step.
        step: Seconds,
    },
}

/// How a seized lot is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct AuctionParams {
    /// First price as a share of the market price.
    pub top: Bps,
    /// Lowest price as a share of the market price at the start.
    pub floor: Bps,
    /// How the price falls between them.
    pub curve: Curve,
    /// After this time the auction is stale and must be restarted.
    pub duration: Seconds,
}

/// Parameters of a collateral type. [`CollateralParams::validate`] has all bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct CollateralParams {
    /// What is locked.
    pub asset: Asset,
    /// Decimals of the asset, taken once; they cannot change later.
    pub decimals: u8,
    /// Number of the price feed in the oracle.
    pub feed: u32,
    /// Lowest ratio of value to debt after a draw or a withdrawal.
    pub safety_ratio: Bps,
    /// Below this ratio a position is liquidated.
    pub liquidation_ratio: Bps,
    /// A partial liquidation restores this ratio.
    pub target_ratio: Bps,
    /// The most that the line can grow to.
    pub debt_ceiling: Wad,
    /// The line is raised to the debt plus this.
    pub gap: Wad,
    /// The line is raised at most once in this time.
    pub line_interval: Seconds,
    /// The smallest debt of a position that has any.
    pub debt_floor: Wad,
    /// Stability fee as a factor a second, at least one.
    pub stability_fee: Ray,
    /// Added to a liquidated debt as a share of it.
    pub penalty: Bps,
    /// Value handed to the auction for a unit of closed debt.
    pub seizure: Bps,
    /// How a lot is sold.
    pub auction: AuctionParams,
    /// Paid to the keeper for each liquidation.
    pub tip: Wad,
    /// Paid to the keeper as a share of the tab.
    pub keeper_share: Bps,
    /// The most that all open auctions together may have to raise.
    pub auction_cap: Wad,
    /// How old a price may be for draws, withdrawals with debt, and liquidations.
    pub max_price_age: Seconds,
    /// How long those stand still after the price has come back.
    pub grace: Seconds,
    /// The lowest credible price.
    pub minimum_price: Price,
    /// The highest credible price.
    pub maximum_price: Price,
}

/// What changes in a collateral type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct CollateralState {
    /// Normalised debt of all positions.
    pub total_art: Art,
    /// Accumulated rate: debt is `art * rate`.
    pub rate: Ray,
    /// When the rate was brought up to date.
    pub accrued_at: Timestamp,
    /// The most that all debt may be now.
    pub line: Wad,
    /// When the line was last raised.
    pub line_raised_at: Timestamp,
    /// Collateral of all positions and all lots on auction; a donation is not in it.
    pub total_collateral: Amount,
    /// What all open auctions together still have to raise.
    pub auction_debt: Wad,
    /// The stored price; only meaningful when `price_updated_at` is set.
    pub price: Price,
    /// When the price was observed; [`Timestamp::ZERO`] before the first.
    pub price_updated_at: Timestamp,
    /// When the price last came back after an outage; [`Timestamp::ZERO`] for never.
    pub price_recovered_at: Timestamp,
    /// When the contract last worked again after it had stood still for a successor; [`Timestamp::ZERO`] for never.
    pub resumed_at: Timestamp,
}

/// A collateral type: parameters and state, which are read together and so share one storage cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct CollateralType {
    /// Set by governance.
    pub params: CollateralParams,
    /// Changed by decisions.
    pub state: CollateralState,
}

/// Which bound a parameter breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ParameterError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// The asset has too few or too many decimals.
    #[codec(index = 1)]
    UnsupportedDecimals {
        /// Of the asset.
        actual: u8,
        /// At least.
        minimum: u8,
        /// At most.
        maximum: u8,
    },
    /// The liquidation ratio must be above 100 %.
    #[codec(index = 2)]
    LiquidationRatioTooLow {
        /// Given.
        actual: Bps,
        /// It must be above this.
        above: Bps,
    },
    /// The safety ratio must be at least the liquidation ratio.
    #[codec(index = 3)]
    SafetyBelowLiquidation {
        /// Given.
        actual: Bps,
        /// At least.
        minimum: Bps,
    },
    /// The target ratio must be at least the safety ratio.
    #[codec(index = 4)]
    TargetBelowSafety {
        /// Given.
        actual: Bps,
        /// At least.
        minimum: Bps,
    },
    /// The target ratio must be above the seizure, else no partial liquidation could reach it.
    #[codec(index = 5)]
    TargetNotAboveSeizure {
        /// Given.
        actual: Bps,
        /// It must be above this.
        above: Bps,
    },
    /// A ratio is too large.
    #[codec(index = 6)]
    RatioTooHigh {
        /// Given.
        actual: Bps,
        /// At most.
        maximum: Bps,
    },
    /// The seizure must cover debt and penalty.
    #[codec(index = 7)]
    SeizureTooLow {
        /// Given.
        actual: Bps,
        /// At least.
        minimum: Bps,
    },
    /// A sale at the auction's floor must cover debt and penalty.
    #[codec(index = 8)]
    FloorDoesNotCover {
        /// Floor times seizure, rounded down.
        actual: Bps,
        /// At least.
        minimum: Bps,
    },
    /// The auction's top must be at least the market price, and at most this.
    #[codec(index = 9)]
    TopOutOfBounds {
        /// Given.
        actual: Bps,
        /// At least.
        minimum: Bps,
        /// At most.
        maximum: Bps,
    },
    /// The auction's floor must not be above the market price.
    #[codec(index = 10)]
    FloorTooHigh {
        /// Given.
        actual: Bps,
        /// At most.
        maximum: Bps,
    },
    /// The stability fee is below one or above its bound.
    #[codec(index = 11)]
    StabilityFeeOutOfBounds {
        /// Given.
        actual: Ray,
        /// At least.
        minimum: Ray,
        /// At most.
        maximum: Ray,
    },
    /// The debt floor must not be zero.
    #[codec(index = 12)]
    DebtFloorZero,
    /// The debt ceiling or gap is too large.
    #[codec(index = 13)]
    DebtTooLarge {
        /// Given.
        actual: Wad,
        /// At most.
        maximum: Wad,
    },
    /// A linear curve needs a duration.
    #[codec(index = 14)]
    CurveDurationZero,
    /// An exponential curve needs a step.
    #[codec(index = 15)]
    CurveStepZero,
    /// The cut of an exponential curve must be between zero and one.
    #[codec(index = 16)]
    CurveCutOutOfBounds {
        /// Given.
        actual: Ray,
    },
    /// An auction needs time.
    #[codec(index = 17)]
    AuctionDurationZero,
    /// The auction cap must hold the smallest auction.
    #[codec(index = 18)]
    AuctionCapTooSmall {
        /// Given.
        actual: Wad,
        /// At least.
        minimum: Wad,
    },
    /// The keeper's share must not exceed the penalty.
    #[codec(index = 19)]
    KeeperShareTooHigh {
        /// Given.
        actual: Bps,
        /// At most.
        maximum: Bps,
    },
    /// A price must be allowed some age.
    #[codec(index = 20)]
    MaxPriceAgeZero,
    /// The price bounds are empty or allow zero.
    #[codec(index = 21)]
    PriceBoundsInvalid {
        /// Lower bound.
        minimum: Price,
        /// Upper bound.
        maximum: Price,
    },
    /// The tip must not exceed the penalty on the smallest debt.
    #[codec(index = 22)]
    TipTooHigh {
        /// Given.
        actual: Wad,
        /// At most.
        maximum: Wad,
    },
}

error_codes!(ParameterError {
    Math = 0, "arithmetic error";
    UnsupportedDecimals = 1, "the asset has too few or too many decimals";
    LiquidationRatioTooLow = 2, "the liquidation ratio must be above 100 %";
    SafetyBelowLiquidation = 3, "the safety ratio must be at least the liquidation ratio";
    TargetBelowSafety = 4, "the target ratio must be at least the safety ratio";
    TargetNotAboveSeizure = 5, "the target ratio must be above the seizure";
    RatioTooHigh = 6, "the ratio is too large";
    SeizureTooLow = 7, "the seizure must cover debt and penalty";
    FloorDoesNotCover = 8, "a sale at the floor must cover debt and penalty";
    TopOutOfBounds = 9, "the auction's top is out of bounds";
    FloorTooHigh = 10, "the auction's floor is above the market price";
    StabilityFeeOutOfBounds = 11, "the stability fee is out of bounds";
    DebtFloorZero = 12, "the debt floor must not be zero";
    DebtTooLarge = 13, "the debt ceiling or gap is too large";
    CurveDurationZero = 14, "a linear curve needs a duration";
    CurveStepZero = 15, "an exponential curve needs a step";
    CurveCutOutOfBounds = 16, "the cut must be between zero and one";
    AuctionDurationZero = 17, "an auction needs a duration";
    AuctionCapTooSmall = 18, "the auction cap must hold the smallest auction";
    KeeperShareTooHigh = 19, "the keeper's share exceeds the penalty";
    MaxPriceAgeZero = 20, "a price must be allowed some age";
    PriceBoundsInvalid = 21, "the price bounds are empty or allow zero";
    TipTooHigh = 22, "the tip exceeds the penalty on the smallest debt";
});

impl From<MathError> for ParameterError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// The highest top of an auction, twice the market price.
pub const MAXIMUM_TOP: Bps = Bps::from_raw(20_000);

impl CollateralParams {
    /// Debt and penalty for a unit of debt: `1 + penalty`. Errors: [`MathError::Overflow`].
    pub fn tab_factor(&self) -> Result<Bps, MathError> {
        Bps::ONE.checked_add(self.penalty)
    }

    /// The smallest tab that may be put up for auction or left in one. Errors: [`MathError::Overflow`].
    pub fn minimum_tab(&self) -> Result<Wad, MathError> {
        self.debt_floor.times_bps_up(self.tab_factor()?)
    }

    /// Checks each bound. Errors: [`ParameterError`], the first bound that is broken.
    pub fn validate(&self) -> Result<(), ParameterError> {
        use ParameterError as E;
        if self.decimals < MINIMUM_DECIMALS || self.decimals > MAXIMUM_DECIMALS {
            return Err(E::UnsupportedDecimals {
                actual: self.decimals,
                minimum: MINIMUM_DECIMALS,
                maximum: MAXIMUM_DECIMALS,
            });
        }
        self.validate_ratios()?;
        self.validate_auction()?;
        if self.stability_fee < Ray::ONE || self.stability_fee > MAXIMUM_STABILITY_FEE {
            return Err(E::StabilityFeeOutOfBounds {
                actual: self.stability_fee,
                minimum: Ray::ONE,
                maximum: MAXIMUM_STABILITY_FEE,
            });
        }
        if self.debt_floor.is_zero() {
            return Err(E::DebtFloorZero);
        }
        for actual in [self.debt_ceiling, self.gap, self.debt_floor] {
            if actual > MAXIMUM_DEBT {
                return Err(E::DebtTooLarge { actual, maximum: MAXIMUM_DEBT });
            }
        }
        let minimum = self.minimum_tab()?;
        if self.auction_cap < minimum {
            return Err(E::AuctionCapTooSmall { actual: self.auction_cap, minimum });
        }
        if self.keeper_share > self.penalty {
            return Err(E::KeeperShareTooHigh { actual: self.keeper_share, maximum: self.penalty });
        }
        let maximum = self.debt_floor.times_bps_down(self.penalty)?;
        if self.tip > maximum {
            return Err(E::TipTooHigh { actual: self.tip, maximum });
        }
        if self.max_price_age.is_zero() {
            return Err(E::MaxPriceAgeZero);
        }
        if self.minimum_price.is_zero() || self.minimum_price > self.maximum_price {
            return Err(E::PriceBoundsInvalid { minimum: self.minimum_price, maximum: self.maximum_price });
        }
        Ok(())
    }

    fn validate_ratios(&self) -> Result<(), ParameterError> {
        use ParameterError as E;
        for actual in [self.target_ratio, self.penalty, self.seizure] {
            if actual > MAXIMUM_RATIO {
                return Err(E::RatioTooHigh { actual, maximum: MAXIMUM_RATIO });
            }
        }
        if self.liquidation_ratio <= Bps::ONE {
            return Err(E::LiquidationRatioTooLow { actual: self.liquidation_ratio, above: Bps::ONE });
        }
        if self.safety_ratio < self.liquidation_ratio {
            return Err(E::SafetyBelowLiquidation { actual: self.safety_ratio, minimum: self.liquidation_ratio });
        }
        if self.target_ratio < self.safety_ratio {
            return Err(E::TargetBelowSafety { actual: self.target_ratio, minimum: self.safety_ratio });
        }
        if self.target_ratio <= self.seizure {
            return Err(E::TargetNotAboveSeizure { actual: self.target_ratio, above: self.seizure });
        }
        let minimum = self.tab_factor()?;
        if self.seizure < minimum {
            return Err(E::SeizureTooLow { actual: self.seizure, minimum });
        }
        Ok(())
    }

    fn validate_auction(&self) -> Result<(), ParameterError> {
        use ParameterError as E;
        let AuctionParams { top, floor, curve, duration } = self.auction;
        if top < Bps::ONE || top > MAXIMUM_TOP {
            return Err(E::TopOutOfBounds { actual: top, minimum: Bps::ONE, maximum: MAXIMUM_TOP });
        }
        if floor > Bps::ONE {
            return Err(E::FloorTooHigh { actual: floor, maximum: Bps::ONE });
        }
        // Both factors are at most 10^6, so the product fits.
        let actual =
            Bps::from_raw((u64::from(floor.raw()) * u64::from(self.seizure.raw()) / u64::from(BPS_ONE)) as u32);
        let minimum = self.tab_factor()?;
        if actual < minimum {
            return Err(E::FloorDoesNotCover { actual, minimum });
        }
        match curve {
            Curve::Linear { duration } if duration.is_zero() => return Err(E::CurveDurationZero),
            Curve::Exponential { step, .. } if step.is_zero() => return Err(E::CurveStepZero),
            Curve::Exponential { cut, .. } if cut.is_zero() || cut.raw() >= RAY_ONE => {
                return Err(E::CurveCutOutOfBounds { actual: cut });
            }
            Curve::Linear { .. } | Curve::Exponential { .. } => {}
        }
        if duration.is_zero() {
            return Err(E::AuctionDurationZero);
        }
        Ok(())
    }
}

impl CollateralType {
    /// A new collateral type. `existing` is the record found under its number: initialisation happens once, and the
    /// presence of the record is what says so, never the value of a field.
    ///
    /// The line starts at the gap, at most the ceiling. Errors: [`VaultError::AlreadyInitialised`],
    /// [`VaultError::Parameter`].
    pub fn initialise(
        existing: Option<&Self>,
        params: CollateralParams,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, VaultError> {
        if existing.is_some() {
            return Err(VaultError::AlreadyInitialised);
        }
        params.validate()?;
        let state = CollateralState {
            total_art: Art::ZERO,
            rate: Ray::ONE,
            accrued_at: now,
            line: params.gap.min(params.debt_ceiling),
            line_raised_at: now,
            total_collateral: Amount::ZERO,
            auction_debt: Wad::ZERO,
            price: Price::ZERO,
            price_updated_at: Timestamp::ZERO,
            price_recovered_at: Timestamp::ZERO,
            resumed_at: Timestamp::ZERO,
        };
        Ok(Self { params, state })
    }

    /// Replaces the parameters by a vote, at most one step from what the last one set (see [`crate::parameter`]). Fees up to now
    /// accrue at the old rate first, so a new fee is never retroactive; a lower ceiling lowers the line at once.
    ///
    /// Errors: [`VaultError::AssetChanged`], [`VaultError::Parameter`], [`VaultError::StepTooLarge`],
    /// [`VaultError::ChangedTooSoon`], arithmetic.
    pub fn set_params(
        &self,
        ledger: &Ledger,
        voted: &Voted<CollateralParams>,
        params: CollateralParams,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<(Self, Ledger), VaultError> {
        let changed = self.replace_params(ledger, params, now)?;
        self.params.check_step(voted, &params, now)?;
        Ok(changed)
    }

    /// Replaces the parameters at once, by the guardian, by ones that can only lower risk (see [`crate::parameter`]).
    ///
    /// Errors: [`VaultError::NotDefensive`], and those of [`CollateralType::set_params`].
    pub fn tighten(
        &self,
        ledger: &Ledger,
        params: CollateralParams,
        now: Timestamp,
        _permit: &Permit<Guardian>,
    ) -> Result<(Self, Ledger), VaultError> {
        self.params.check_defence(&params)?;
        self.replace_params(ledger, params, now)
    }

    fn replace_params(
        &self,
        ledger: &Ledger,
        params: CollateralParams,
        now: Timestamp,
    ) -> Result<(Self, Ledger), VaultError> {
        if params.asset != self.params.asset || params.decimals != self.params.decimals {
            return Err(VaultError::AssetChanged);
        }
        params.validate()?;
        let (mut kind, mut ledger) = (*self, *ledger);
        accrue(&mut kind, &mut ledger, now)?;
        kind.state.line = kind.state.line.min(params.debt_ceiling);
        kind.params = params;
        Ok((kind, ledger))
    }

    /// The collateral type as it goes on at a moment, after the contract has stood still for a successor. Owners get the grace period,
    /// as after an outage, because they could not act; auctions have to be restarted, because nobody could buy.
    #[must_use]
    pub fn resume(&self, moment: Timestamp) -> Self {
        let mut kind = *self;
        kind.state.resumed_at = moment;
        if kind.state.price_updated_at != Timestamp::ZERO {
            kind.state.price_recovered_at = moment;
        }
        kind
    }

    /// True for an auction that began before the contract last stood still: its price fell while nobody could buy.
    pub fn was_interrupted(&self, auction: &Auction) -> bool {
        auction.started_at < self.state.resumed_at
    }

    /// True when an auction sells nothing before it is restarted.
    pub fn is_auction_over(&self, auction: &Auction, now: Timestamp) -> bool {
        self.was_interrupted(auction) || auction.is_stale(&self.params.auction, now)
    }

    /// Takes over a price from the oracle. Anyone may bring it; it comes from the oracle contract, never from a caller.
    ///
    /// Errors: [`VaultError::PriceOutOfBounds`] (zero is), [`VaultError::StalePrice`], [`VaultError::PriceNotNewer`].
    pub fn set_price(&self, quote: &Quote, now: Timestamp) -> Result<Self, VaultError> {
        let params = &self.params;
        if quote.price < params.minimum_price || quote.price > params.maximum_price || quote.price.is_zero() {
            return Err(VaultError::PriceOutOfBounds {
                price: quote.price,
                minimum: params.minimum_price,
                maximum: params.maximum_price,
            });
        }
        if now.since(quote.updated_at) > params.max_price_age {
            return Err(VaultError::StalePrice { updated_at: quote.updated_at, max_age: params.max_price_age, now });
        }
        if quote.updated_at < self.state.price_updated_at {
            return Err(VaultError::PriceNotNewer { stored: self.state.price_updated_at, offered: quote.updated_at });
        }
        let mut kind = *self;
        kind.state.price = quote.price;
        kind.state.price_updated_at = quote.updated_at;
        // The oracle knows nothing of a grace period that began with a replacement of the vaults.
        kind.state.price_recovered_at = quote.recovered_at.max(self.state.price_recovered_at);
        Ok(kind)
    }

    /// The price, if decisions that need one may rely on it now.
    ///
    /// Errors: [`VaultError::NoPrice`], [`VaultError::StalePrice`], [`VaultError::PriceInGrace`],
    /// [`VaultError::PriceOutOfBounds`] when the bounds have moved since.
    pub fn usable_price(&self, now: Timestamp) -> Result<Price, VaultError> {
        let (params, state) = (&self.params, &self.state);
        if state.price_updated_at == Timestamp::ZERO {
            return Err(VaultError::NoPrice);
        }
        if now.since(state.price_updated_at) > params.max_price_age {
            return Err(VaultError::StalePrice {
                updated_at: state.price_updated_at,
                max_age: params.max_price_age,
                now,
            });
        }
        if state.price_recovered_at != Timestamp::ZERO {
            let until = state.price_recovered_at.after(params.grace);
            if now < until {
                return Err(VaultError::PriceInGrace { until, now });
            }
        }
        if state.price < params.minimum_price || state.price > params.maximum_price {
            return Err(VaultError::PriceOutOfBounds {
                price: state.price,
                minimum: params.minimum_price,
                maximum: params.maximum_price,
            });
        }
        Ok(state.price)
    }

    /// Brings the line up to date: `debt + gap`, at most the ceiling; upwards only once an interval, downwards at once.
    ///
    /// Errors: arithmetic.
    pub fn refresh_line(&self, now: Timestamp) -> Result<Self, VaultError> {
        let mut kind = *self;
        let (params, state) = (&self.params, &mut kind.state);
        let debt = state.total_art.times_rate(state.rate).to_wad_up()?;
        let wanted = debt.checked_add(params.gap)?.min(params.debt_ceiling);
        if wanted < state.line {
            state.line = wanted;
        } else if wanted > state.line && now.since(state.line_raised_at) >= params.line_interval {
            state.line = wanted;
            state.line_raised_at = now;
        }
        Ok(kind)
    }
}
