//! The parameters of a collateral type one by one: their values as plain numbers, and which of them the defensive track may
//! move, and where to.
//!
//! The defensive track is for emergencies: the guardian acts at once, without a vote. So it may only do what takes nothing from
//! anybody and lets no more risk in. What would sell somebody's collateral (a higher liquidation ratio), charge more, or stop
//! liquidations stays with the vote and its delay.
//!
//! A vote may move each of them one step a day, so that one wrong decision, or one that was bought, does little before the next can
//! answer. What a defence has tightened can be taken back at once: steps are measured from what the last vote set.

use crate::collateral::{CollateralParams, Curve};
use crate::error::VaultError;
use florin_governance::step::{Step, Voted};
use florin_units::{Timestamp, WAD_ONE};
use parity_scale_codec::{Decode, Encode};

/// Names a number among [`CollateralParams`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Parameter {
    /// Number of the price feed.
    #[codec(index = 0)]
    Feed,
    /// In basis points.
    #[codec(index = 1)]
    SafetyRatio,
    /// In basis points.
    #[codec(index = 2)]
    LiquidationRatio,
    /// In basis points.
    #[codec(index = 3)]
    TargetRatio,
    /// In wad.
    #[codec(index = 4)]
    DebtCeiling,
    /// In wad.
    #[codec(index = 5)]
    Gap,
    /// In seconds.
    #[codec(index = 6)]
    LineInterval,
    /// In wad.
    #[codec(index = 7)]
    DebtFloor,
    /// In ray, a factor a second.
    #[codec(index = 8)]
    StabilityFee,
    /// In basis points.
    #[codec(index = 9)]
    Penalty,
    /// In basis points.
    #[codec(index = 10)]
    Seizure,
    /// In basis points of the market price.
    #[codec(index = 11)]
    AuctionTop,
    /// In basis points of the market price.
    #[codec(index = 12)]
    AuctionFloor,
    /// Zero linear, one exponential.
    #[codec(index = 13)]
    AuctionCurve,
    /// Of a linear curve, or of one step of an exponential one, in seconds.
    #[codec(index = 14)]
    CurveTime,
    /// Of an exponential curve, in ray; zero for a linear one.
    #[codec(index = 15)]
    CurveCut,
    /// In seconds.
    #[codec(index = 16)]
    AuctionDuration,
    /// In wad.
    #[codec(index = 17)]
    Tip,
    /// In basis points.
    #[codec(index = 18)]
    KeeperShare,
    /// In wad.
    #[codec(index = 19)]
    AuctionCap,
    /// In seconds.
    #[codec(index = 20)]
    MaxPriceAge,
    /// In seconds.
    #[codec(index = 21)]
    Grace,
    /// In wad dollars for a whole token.
    #[codec(index = 22)]
    MinimumPrice,
    /// In wad dollars for a whole token.
    #[codec(index = 23)]
    MaximumPrice,
}

/// Where the defensive track may move a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// Nowhere.
    Fixed,
    /// Down.
    Lower,
    /// Up.
    Raise,
}

impl Parameter {
    /// All parameters.
    pub const ALL: [Self; 24] = [
        Self::Feed,
        Self::SafetyRatio,
        Self::LiquidationRatio,
        Self::TargetRatio,
        Self::DebtCeiling,
        Self::Gap,
        Self::LineInterval,
        Self::DebtFloor,
        Self::StabilityFee,
        Self::Penalty,
        Self::Seizure,
        Self::AuctionTop,
        Self::AuctionFloor,
        Self::AuctionCurve,
        Self::CurveTime,
        Self::CurveCut,
        Self::AuctionDuration,
        Self::Tip,
        Self::KeeperShare,
        Self::AuctionCap,
        Self::MaxPriceAge,
        Self::Grace,
        Self::MinimumPrice,
        Self::MaximumPrice,
    ];

    /// Where the defensive track may move it: less new debt, later, and against more collateral.
    pub const fn defence(self) -> Defence {
        match self {
            Self::DebtCeiling | Self::Gap => Defence::Lower,
            Self::SafetyRatio | Self::LineInterval => Defence::Raise,
            Self::Feed
            | Self::LiquidationRatio
            | Self::TargetRatio
            | Self::DebtFloor
            | Self::StabilityFee
            | Self::Penalty
            | Self::Seizure
            | Self::AuctionTop
            | Self::AuctionFloor
            | Self::AuctionCurve
            | Self::CurveTime
            | Self::CurveCut
            | Self::AuctionDuration
            | Self::Tip
            | Self::KeeperShare
            | Self::AuctionCap
            | Self::MaxPriceAge
            | Self::Grace
            | Self::MinimumPrice
            | Self::MaximumPrice => Defence::Fixed,
        }
    }
}

const HOUR: u128 = 3_600;
const DAY: u128 = 24 * HOUR;
/// Ten per cent a year as a difference of two factors a second, in ray: `1.1^(1/31,536,000) - 1`.
const TEN_PERCENT_A_YEAR: u128 = 3_022_265_980_097_387_650;

impl Parameter {
    /// How far one vote may move it.
    pub const fn step(self) -> Step {
        match self {
            // Another source of prices goes through the oracle's shadow feeds, under the same number.
            Self::Feed => Step::Fixed,
            Self::SafetyRatio | Self::LiquidationRatio | Self::TargetRatio => Step::By(2_000),
            Self::Penalty | Self::Seizure | Self::AuctionTop | Self::AuctionFloor => Step::By(1_000),
            Self::KeeperShare => Step::By(500),
            Self::DebtCeiling | Self::Gap => Step::Up { factor: 2, floor: 1_000_000 * WAD_ONE },
            Self::AuctionCap => Step::Times { factor: 2, floor: 1_000_000 * WAD_ONE },
            Self::DebtFloor => Step::Times { factor: 2, floor: 200 * WAD_ONE },
            Self::Tip => Step::Times { factor: 2, floor: 10 * WAD_ONE },
            Self::StabilityFee => Step::By(TEN_PERCENT_A_YEAR),
            // The curve's kind and cut decide nothing that the auction's floor does not bound.
            Self::AuctionCurve | Self::CurveCut => Step::Free,
            Self::LineInterval => Step::Times { factor: 4, floor: DAY },
            Self::CurveTime | Self::AuctionDuration | Self::Grace => Step::Times { factor: 2, floor: 2 * HOUR },
            Self::MaxPriceAge => Step::Times { factor: 2, floor: 6 * HOUR },
            Self::MinimumPrice | Self::MaximumPrice => Step::Times { factor: 10, floor: 0 },
        }
    }
}

impl CollateralParams {
    /// Checks that a vote moves each parameter at most one step from what the last vote set, or leaves it where it is now, and that
    /// the last vote's change is a day old.
    ///
    /// Errors: [`VaultError::StepTooLarge`], [`VaultError::ChangedTooSoon`].
    pub fn check_step(&self, voted: &Voted<Self>, proposed: &Self, now: Timestamp) -> Result<(), VaultError> {
        for parameter in Parameter::ALL {
            let proposed = proposed.value(parameter);
            let (lowest, highest) = parameter.step().range_from(voted.value.value(parameter), self.value(parameter));
            if proposed < lowest || proposed > highest {
                return Err(VaultError::StepTooLarge { parameter, proposed, lowest, highest });
            }
        }
        let next_at = voted.next_at();
        if now < next_at {
            return Err(VaultError::ChangedTooSoon { next_at, now });
        }
        Ok(())
    }

    /// What a vote that sets these leaves behind, where steps are measured from. While a defence stands, what a defence can move is
    /// still measured from what was set before it: it can be taken back in one step when the defence ends, whatever else was changed.
    #[must_use]
    pub fn anchor(&self, voted: &Voted<Self>, now: Timestamp, defended: bool) -> Voted<Self> {
        let mut value = *self;
        if defended {
            let before = &voted.value;
            // Those whose defence is not `Fixed`.
            value.debt_ceiling = before.debt_ceiling;
            value.gap = before.gap;
            value.safety_ratio = before.safety_ratio;
            value.line_interval = before.line_interval;
        }
        Voted { at: now, value }
    }

    /// A parameter as a plain number, in the unit that [`Parameter`] names.
    pub fn value(&self, parameter: Parameter) -> u128 {
        let (curve, time, cut) = match self.auction.curve {
            Curve::Linear { duration } => (0, duration, 0),
            Curve::Exponential { cut, step } => (1, step, cut.raw()),
        };
        match parameter {
            Parameter::Feed => self.feed.into(),
            Parameter::SafetyRatio => self.safety_ratio.raw().into(),
            Parameter::LiquidationRatio => self.liquidation_ratio.raw().into(),
            Parameter::TargetRatio => self.target_ratio.raw().into(),
            Parameter::DebtCeiling => self.debt_ceiling.raw(),
            Parameter::Gap => self.gap.raw(),
            Parameter::LineInterval => self.line_interval.raw().into(),
            Parameter::DebtFloor => self.debt_floor.raw(),
            Parameter::StabilityFee => self.stability_fee.raw(),
            Parameter::Penalty => self.penalty.raw().into(),
            Parameter::Seizure => self.seizure.raw().into(),
            Parameter::AuctionTop => self.auction.top.raw().into(),
            Parameter::AuctionFloor => self.auction.floor.raw().into(),
            Parameter::AuctionCurve => curve,
            Parameter::CurveTime => time.raw().into(),
            Parameter::CurveCut => cut,
            Parameter::AuctionDuration => self.auction.duration.raw().into(),
            Parameter::Tip => self.tip.raw(),
            Parameter::KeeperShare => self.keeper_share.raw().into(),
            Parameter::AuctionCap => self.auction_cap.raw(),
            Parameter::MaxPriceAge => self.max_price_age.raw().into(),
            Parameter::Grace => self.grace.raw().into(),
            Parameter::MinimumPrice => self.minimum_price.raw(),
            Parameter::MaximumPrice => self.maximum_price.raw(),
        }
    }

    /// Checks that other parameters loosen nothing that the defensive track can tighten. While a defence stands, changes must pass this,
    /// so that a proposal that was written before cannot undo it by repeating the old values.
    ///
    /// Errors: [`VaultError::NotDefensive`].
    pub fn check_not_looser(&self, proposed: &Self) -> Result<(), VaultError> {
        for parameter in Parameter::ALL {
            let (current, proposed) = (self.value(parameter), proposed.value(parameter));
            let looser = match parameter.defence() {
                Defence::Fixed => false,
                Defence::Lower => proposed > current,
                Defence::Raise => proposed < current,
            };
            if looser {
                return Err(VaultError::NotDefensive { parameter, current, proposed });
            }
        }
        Ok(())
    }

    /// Checks that other parameters differ from these only in what the defensive track may do.
    ///
    /// Errors: [`VaultError::NotDefensive`], [`VaultError::AssetChanged`].
    pub fn check_defence(&self, proposed: &Self) -> Result<(), VaultError> {
        if proposed.asset != self.asset || proposed.decimals != self.decimals {
            return Err(VaultError::AssetChanged);
        }
        for parameter in Parameter::ALL {
            let (current, proposed) = (self.value(parameter), proposed.value(parameter));
            let allowed = match parameter.defence() {
                Defence::Fixed => current == proposed,
                Defence::Lower => proposed <= current,
                Defence::Raise => proposed >= current,
            };
            if !allowed {
                return Err(VaultError::NotDefensive { parameter, current, proposed });
            }
        }
        Ok(())
    }
}
