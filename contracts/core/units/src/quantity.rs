//! The quantities and their legal products.

use crate::math::{divide_wide, mul_div_down, mul_div_up, multiply_wide, round_up, MathError};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use primitive_types::U256;

/// Raw units of one coin or one dollar.
pub const WAD_ONE: u128 = 1_000_000_000_000_000_000;
/// Raw units of the factor one.
pub const RAY_ONE: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Basis points of the whole.
pub const BPS_ONE: u32 = 10_000;
/// The most decimals that a collateral asset may have.
pub const MAXIMUM_DECIMALS: u8 = 24;

/// Raw units of one whole token with so many decimals.
///
/// Errors: [`MathError::Overflow`] above [`MAXIMUM_DECIMALS`].
pub fn token_scale(decimals: u8) -> Result<u128, MathError> {
    if decimals > MAXIMUM_DECIMALS {
        return Err(MathError::Overflow);
    }
    Ok(10u128.pow(u32::from(decimals)))
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident($raw:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen)]
        #[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
        pub struct $name($raw);

        impl $name {
            /// The quantity with so many raw units.
            #[inline(always)]
            pub const fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// The number of raw units.
            #[inline(always)]
            pub const fn raw(self) -> $raw {
                self.0
            }
        }
    };
}

macro_rules! integer_quantity {
    ($($name:ident($raw:ty)),*) => {$(
        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest value.
            pub const MAX: Self = Self(<$raw>::MAX);

            /// True when there are no units.
            #[inline(always)]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Exact sum. Errors: [`MathError::Overflow`].
            #[inline]
            pub const fn checked_add(self, other: Self) -> Result<Self, MathError> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Ok(Self(sum)),
                    None => Err(MathError::Overflow),
                }
            }

            /// Exact difference. Errors: [`MathError::Overflow`] when it would be negative.
            #[inline]
            pub const fn checked_sub(self, other: Self) -> Result<Self, MathError> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Ok(Self(difference)),
                    None => Err(MathError::Overflow),
                }
            }

            /// The difference, or nothing where it would be negative.
            #[inline]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }
    )*};
}

quantity! {
    /// An amount of coin or a value in dollars, in units of 10^-18.
    Wad(u128)
}
quantity! {
    /// A factor in units of 10^-27.
    Ray(u128)
}
quantity! {
    /// An exact product of a [`Wad`] or [`Art`] with a [`Ray`], in units of 10^-45.
    Rad(U256)
}
quantity! {
    /// Normalised debt: what a debt would be had no fee ever accrued. Debt is `art * rate`.
    Art(u128)
}
quantity! {
    /// A share or ratio in basis points; 10,000 is the whole.
    Bps(u32)
}
quantity! {
    /// Dollars in wad for one whole token of an asset.
    Price(u128)
}
quantity! {
    /// Raw units of a collateral asset.
    Amount(u128)
}
quantity! {
    /// A span of time in seconds.
    Seconds(u64)
}
quantity! {
    /// A moment, in seconds since 1970.
    Timestamp(u64)
}

integer_quantity!(Wad(u128), Ray(u128), Art(u128), Bps(u32), Price(u128), Amount(u128), Seconds(u64));

impl Wad {
    /// One coin or dollar.
    pub const ONE: Self = Self(WAD_ONE);

    /// So many whole coins or dollars; for constants and tests.
    pub const fn from_whole(whole: u64) -> Self {
        // 2^64 * 10^18 < 2^124
        Self(whole as u128 * WAD_ONE)
    }

    /// The same amount at 45 digits, exactly.
    #[inline]
    pub fn to_rad(self) -> Rad {
        self.times_ray(Ray::ONE)
    }

    /// Exact product with a factor.
    #[inline]
    pub fn times_ray(self, factor: Ray) -> Rad {
        Rad::product(self.0, factor.0)
    }

    /// Share of the amount, rounded down. Errors: [`MathError::Overflow`].
    pub fn times_bps_down(self, share: Bps) -> Result<Self, MathError> {
        mul_div_down(self.0, u128::from(share.0), u128::from(BPS_ONE)).map(Self)
    }

    /// Share of the amount, rounded up. Errors: [`MathError::Overflow`].
    pub fn times_bps_up(self, share: Bps) -> Result<Self, MathError> {
        mul_div_up(self.0, u128::from(share.0), u128::from(BPS_ONE)).map(Self)
    }

    /// The amount of which this is the given share, rounded down. Errors: [`MathError`].
    pub fn divide_by_bps_down(self, share: Bps) -> Result<Self, MathError> {
        mul_div_down(self.0, u128::from(BPS_ONE), u128::from(share.0)).map(Self)
    }

    /// The amount of which this is the given share, rounded up. Errors: [`MathError`].
    pub fn divide_by_bps_up(self, share: Bps) -> Result<Self, MathError> {
        mul_div_up(self.0, u128::from(BPS_ONE), u128::from(share.0)).map(Self)
    }

    /// This value as a ratio of another, rounded down. Errors: [`MathError`]; a ratio above `u32::MAX` overflows.
    pub fn ratio_to_down(self, other: Self) -> Result<Bps, MathError> {
        let ratio = mul_div_down(self.0, u128::from(BPS_ONE), other.0)?;
        u32::try_from(ratio).map(Bps).map_err(|_| MathError::Overflow)
    }

    /// Raw units of a token worth this value at a price, rounded down. Errors: [`MathError`].
    pub fn to_amount_down(self, price: Price, decimals: u8) -> Result<Amount, MathError> {
        mul_div_down(self.0, token_scale(decimals)?, price.0).map(Amount)
    }

    /// Raw units of a token worth this value at a price, rounded up. Errors: [`MathError`].
    pub fn to_amount_up(self, price: Price, decimals: u8) -> Result<Amount, MathError> {
        mul_div_up(self.0, token_scale(decimals)?, price.0).map(Amount)
    }

    /// The price of one whole token at which `amount` raw units are worth this value, rounded up.
    /// Errors: [`MathError`].
    pub fn price_of_up(self, amount: Amount, decimals: u8) -> Result<Price, MathError> {
        mul_div_up(self.0, token_scale(decimals)?, amount.0).map(Price)
    }

    /// Normalised debt that this debt amounts to at a rate, rounded down. Errors: [`MathError`].
    pub fn to_art_down(self, rate: Ray) -> Result<Art, MathError> {
        mul_div_down(self.0, RAY_ONE, rate.0).map(Art)
    }

    /// Normalised debt that this debt amounts to at a rate, rounded up. Errors: [`MathError`].
    pub fn to_art_up(self, rate: Ray) -> Result<Art, MathError> {
        mul_div_up(self.0, RAY_ONE, rate.0).map(Art)
    }
}

impl Ray {
    /// The factor one.
    pub const ONE: Self = Self(RAY_ONE);
}

impl Art {
    /// Exact debt at a rate.
    #[inline]
    pub fn times_rate(self, rate: Ray) -> Rad {
        Rad::product(self.0, rate.0)
    }
}

impl Rad {
    /// Nothing.
    pub const ZERO: Self = Self(U256::zero());

    #[inline]
    fn product(a: u128, b: u128) -> Self {
        let (high, low) = multiply_wide(a, b);
        Self(U256([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]))
    }

    /// True when there are no units.
    pub fn is_zero(self) -> bool {
        self.0 == U256::zero()
    }

    /// Exact sum. Errors: [`MathError::Overflow`].
    #[inline(never)]
    pub fn checked_add(self, other: Self) -> Result<Self, MathError> {
        self.0.checked_add(other.0).map(Self).ok_or(MathError::Overflow)
    }

    /// Exact difference. Errors: [`MathError::Overflow`] when it would be negative.
    #[inline(never)]
    pub fn checked_sub(self, other: Self) -> Result<Self, MathError> {
        self.0.checked_sub(other.0).map(Self).ok_or(MathError::Overflow)
    }

    fn divide_by_ray(self) -> Result<(u128, u128), MathError> {
        let [a, b, c, d] = self.0 .0;
        divide_wide((u128::from(d) << 64) | u128::from(c), (u128::from(b) << 64) | u128::from(a), RAY_ONE)
    }

    /// Whole wad units, rounded down. Errors: [`MathError::Overflow`].
    pub fn to_wad_down(self) -> Result<Wad, MathError> {
        Ok(Wad(self.divide_by_ray()?.0))
    }

    /// Whole wad units, rounded up. Errors: [`MathError::Overflow`].
    pub fn to_wad_up(self) -> Result<Wad, MathError> {
        round_up(self.divide_by_ray()?).map(Wad)
    }
}

impl Bps {
    /// The whole, 100 %.
    pub const ONE: Self = Self(BPS_ONE);
}

impl Price {
    /// Share of the price, rounded down. Errors: [`MathError::Overflow`].
    pub fn times_bps_down(self, share: Bps) -> Result<Self, MathError> {
        mul_div_down(self.0, u128::from(share.0), u128::from(BPS_ONE)).map(Self)
    }

    /// Share of the price, rounded up. Errors: [`MathError::Overflow`].
    pub fn times_bps_up(self, share: Bps) -> Result<Self, MathError> {
        mul_div_up(self.0, u128::from(share.0), u128::from(BPS_ONE)).map(Self)
    }

    /// The price times a factor, rounded up. Errors: [`MathError::Overflow`].
    pub fn times_ray_up(self, factor: Ray) -> Result<Self, MathError> {
        mul_div_up(self.0, factor.0, RAY_ONE).map(Self)
    }

    /// The price times the share `part / whole` of a span of time, rounded up. Errors: [`MathError`].
    pub fn times_span_up(self, part: Seconds, whole: Seconds) -> Result<Self, MathError> {
        mul_div_up(self.0, u128::from(part.0), u128::from(whole.0)).map(Self)
    }
}

impl Amount {
    /// Value of so many raw units at a price, rounded down. Errors: [`MathError::Overflow`].
    pub fn value_down(self, price: Price, decimals: u8) -> Result<Wad, MathError> {
        mul_div_down(self.0, price.0, token_scale(decimals)?).map(Wad)
    }

    /// Value of so many raw units at a price, rounded up. Errors: [`MathError::Overflow`].
    pub fn value_up(self, price: Price, decimals: u8) -> Result<Wad, MathError> {
        mul_div_up(self.0, price.0, token_scale(decimals)?).map(Wad)
    }

    /// The share `part / whole` of the units, rounded up. Errors: [`MathError`].
    pub fn share_up(self, part: Art, whole: Art) -> Result<Self, MathError> {
        mul_div_up(self.0, part.0, whole.0).map(Self)
    }
}

impl Timestamp {
    /// The beginning of 1970; earlier than any block.
    pub const ZERO: Self = Self(0);

    /// The moment of a clock that counts milliseconds, rounded down.
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds / 1000)
    }

    /// The time since another moment; nothing when that is not in the past.
    #[inline]
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }

    /// The moment so much later; the end of time when there is none.
    #[inline]
    pub const fn after(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

#[cfg(feature = "std")]
mod display {
    use super::*;
    use crate::human::format_units;
    use core::fmt::{Display, Formatter, Result};

    macro_rules! display_scaled {
        ($($name:ident: $decimals:literal),*) => {$(
            impl Display for $name {
                fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
                    formatter.pad(&format_units(self.0.into(), $decimals))
                }
            }
        )*};
    }

    macro_rules! display_integer {
        ($($name:ident),*) => {$(
            impl Display for $name {
                fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
                    Display::fmt(&self.0, formatter)
                }
            }
        )*};
    }

    display_scaled!(Wad: 18, Ray: 27, Art: 18, Price: 18, Bps: 4);
    display_integer!(Amount, Seconds, Timestamp);

    impl Display for Rad {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
            formatter.pad(&crate::human::point(&self.0.to_string(), 45))
        }
    }
}
