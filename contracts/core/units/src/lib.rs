//! Fixed-point quantities of the coin and the only arithmetic that is legal between them.
//!
//! | type | one unit is | scale |
//! | --- | --- | --- |
//! | [`Wad`] | an amount of coin, or a value in dollars | 10^18 |
//! | [`Ray`] | a factor, such as the accumulated rate of a collateral type | 10^27 |
//! | [`Rad`] | an exact product of the two, 256 bits wide | 10^45 |
//! | [`Art`] | normalised debt: debt divided by the accumulated rate | 10^18 |
//! | [`Bps`] | a share or ratio | 10^4 |
//! | [`Price`] | dollars for one whole token | 10^18 |
//! | [`Amount`] | raw units of a collateral asset, scaled by the asset's decimals | 10^decimals |
//! | [`Timestamp`], [`Seconds`] | a moment since 1970, a span of time | 1 s |
//!
//! A product or quotient that has no meaning has no method, so it does not compile. Every division has its direction in
//! its name (`_down`, `_up`); every step is checked and answers with [`MathError`] instead of wrapping or panicking.
#![cfg_attr(not(feature = "std"), no_std)]

mod codes;
#[cfg(feature = "std")]
pub mod human;
mod math;
mod quantity;

pub use math::{compound_down, mul_div_down, mul_div_up, pow_ray_down, MathError};
pub use primitive_types::U256;
pub use quantity::{
    token_scale, Amount, Art, Bps, Price, Rad, Ray, Seconds, Timestamp, Wad, BPS_ONE, MAXIMUM_DECIMALS, RAY_ONE,
    WAD_ONE,
};
