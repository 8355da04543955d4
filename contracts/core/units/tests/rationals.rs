//! Every arithmetic function against rationals of unbounded size: the result is exactly the floor or the ceiling, as
//! the name says, or the documented error.

use florin_units::{
    compound_down, mul_div_down, mul_div_up, pow_ray_down, token_scale, Amount, Art, Bps, MathError, Price, Rad, Ray,
    Seconds, Timestamp, Wad, BPS_ONE, MAXIMUM_DECIMALS, RAY_ONE, U256, WAD_ONE,
};
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use parity_scale_codec::Encode;
use proptest::prelude::*;

/// The true result, before it is rounded and put into a type; or the error of a step that has none.
type Exact = Result<BigRational, MathError>;

const EXTREMES: [u128; 9] = [0, 1, u64::MAX as u128, 1 << 64, WAD_ONE, RAY_ONE, 1 << 127, u128::MAX - 1, u128::MAX];

/// Numbers of 128 bits: small, typical, extreme, and of any size.
fn number() -> impl Strategy<Value = u128> {
    let unit = prop::sample::select(vec![1u128, WAD_ONE, RAY_ONE]);
    prop_oneof![
        1 => 0u128..100,
        2 => (0u128..1_000_000, unit).prop_map(|(count, unit)| count * unit),
        2 => prop::sample::select(EXTREMES.to_vec()),
        3 => (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
    ]
}

/// Numbers of 64 bits, extreme ones among them.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => prop::sample::select(vec![0u64, 1, u64::MAX]),
        2 => 0u64..100_000,
        1 => any::<u64>(),
    ]
}

/// Shares in basis points, extreme ones among them.
fn basis_points() -> impl Strategy<Value = u32> {
    prop_oneof![
        1 => prop::sample::select(vec![0u32, 1, BPS_ONE, u32::MAX]),
        2 => 0u32..50_000,
        1 => any::<u32>(),
    ]
}

/// Decimals of a token, impossible ones among them.
fn decimals() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => 0u8..=MAXIMUM_DECIMALS,
        1 => any::<u8>(),
    ]
}

/// Products, numbers of 256 bits, and numbers around the largest that a wad can hold.
fn rad() -> impl Strategy<Value = Rad> {
    prop_oneof![
        2 => (number(), number()).prop_map(|(a, b)| Wad::from_raw(a).times_ray(Ray::from_raw(b))),
        1 => prop::array::uniform4(word()).prop_map(|limbs| Rad::from_raw(U256(limbs))),
        1 => (0u128..=2 * RAY_ONE).prop_map(|more| Rad::from_raw(Wad::MAX.to_rad().raw() + U256::from(more))),
    ]
}

fn int(value: u128) -> BigRational {
    BigRational::from_integer(BigInt::from(value))
}

/// A quotient of which the divisor is not zero.
fn fraction(dividend: u128, divisor: u128) -> BigRational {
    BigRational::new(BigInt::from(dividend), BigInt::from(divisor))
}

/// A quotient; dividing by zero is the documented error.
fn over(dividend: BigRational, divisor: BigRational) -> Exact {
    if divisor.is_zero() {
        return Err(MathError::DivisionByZero);
    }
    Ok(dividend / divisor)
}

/// Raw units of one whole token; too many decimals are the documented error.
fn scale(decimals: u8) -> Exact {
    if decimals > MAXIMUM_DECIMALS {
        return Err(MathError::Overflow);
    }
    Ok(BigRational::from_integer(BigInt::from(10u8).pow(u32::from(decimals))))
}

/// The floor, if 128 bits can hold it.
fn down(exact: &Exact) -> Result<u128, MathError> {
    exact.clone()?.floor().to_integer().to_u128().ok_or(MathError::Overflow)
}

/// The ceiling, if 128 bits can hold it.
fn up(exact: &Exact) -> Result<u128, MathError> {
    exact.clone()?.ceil().to_integer().to_u128().ok_or(MathError::Overflow)
}

/// Raw units of a rad.
fn units(rad: Rad) -> BigInt {
    BigInt::from_bytes_le(Sign::Plus, &rad.encode())
}

/// A sum or difference, if so many bits can hold it.
fn within(exact: BigInt, bits: u64) -> Result<BigInt, MathError> {
    if exact.sign() == Sign::Minus || exact.bits() > bits {
        return Err(MathError::Overflow);
    }
    Ok(exact)
}

/// Sum and differences of two quantities against those of their raw numbers.
macro_rules! check_sums {
    ($quantity:ident, $bits:literal, $a:expr, $b:expr) => {
        let (a, b) = ($quantity::from_raw($a), $quantity::from_raw($b));
        let sum = BigInt::from($a) + BigInt::from($b);
        let difference = BigInt::from($a) - BigInt::from($b);
        prop_assert_eq!(a.checked_add(b).map(|sum| BigInt::from(sum.raw())), within(sum, $bits));
        prop_assert_eq!(a.checked_sub(b).map(|rest| BigInt::from(rest.raw())), within(difference.clone(), $bits));
        prop_assert_eq!(BigInt::from(a.saturating_sub(b).raw()), difference.max(BigInt::from(0u8)));
    };
}

/// A power is the exact one rounded down, or one unit less, or an error where it is too large.
fn check_power(result: Result<Ray, MathError>, start: u128, factor: u128, exponent: u8) -> Result<(), TestCaseError> {
    let power = fraction(factor, RAY_ONE).pow(i32::from(exponent));
    let small = power < int(1 << 64);
    let floor = (int(start) * power).floor().to_integer();
    match result {
        Ok(ray) => {
            let below = &floor - BigInt::from(ray.raw());
            prop_assert!(small, "{ray} should be an error");
            prop_assert!(below == BigInt::from(0u8) || below == BigInt::from(1u8), "{} is not {}", ray.raw(), floor);
        }
        Err(error) => {
            prop_assert_eq!(error, MathError::Overflow);
            let too_large = !small || floor.to_u128().is_none();
            prop_assert!(too_large, "{floor} fits");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn mul_div_is_floor_and_ceiling(a in number(), b in number(), c in number()) {
        let exact = over(int(a) * int(b), int(c));
        prop_assert_eq!(mul_div_down(a, b, c), down(&exact));
        prop_assert_eq!(mul_div_up(a, b, c), up(&exact));
    }

    /// `(2^128 - 2) (c + 1) / c` is between the largest number and the next one, which no longer fits.
    #[test]
    fn above_the_largest_number_only_rounding_down_has_a_result(c in (1u128 << 127)..(u128::MAX - 1)) {
        let (a, b) = (u128::MAX - 1, c + 1);
        let exact = over(int(a) * int(b), int(c));
        prop_assert_eq!(down(&exact), Ok(u128::MAX));
        prop_assert_eq!(up(&exact), Err(MathError::Overflow));
        prop_assert_eq!(mul_div_down(a, b, c), down(&exact));
        prop_assert_eq!(mul_div_up(a, b, c), up(&exact));
    }

    #[test]
    fn shares_of_amounts_and_prices(raw in number(), share in basis_points()) {
        let exact = Ok(int(raw) * fraction(u128::from(share), u128::from(BPS_ONE)));
        let (wad, price, share) = (Wad::from_raw(raw), Price::from_raw(raw), Bps::from_raw(share));
        prop_assert_eq!(wad.times_bps_down(share).map(Wad::raw), down(&exact));
        prop_assert_eq!(wad.times_bps_up(share).map(Wad::raw), up(&exact));
        prop_assert_eq!(price.times_bps_down(share).map(Price::raw), down(&exact));
        prop_assert_eq!(price.times_bps_up(share).map(Price::raw), up(&exact));
    }

    #[test]
    fn amounts_of_which_something_is_a_share(raw in number(), share in basis_points()) {
        let exact = over(int(raw), fraction(u128::from(share), u128::from(BPS_ONE)));
        let (wad, share) = (Wad::from_raw(raw), Bps::from_raw(share));
        prop_assert_eq!(wad.divide_by_bps_down(share).map(Wad::raw), down(&exact));
        prop_assert_eq!(wad.divide_by_bps_up(share).map(Wad::raw), up(&exact));
    }

    #[test]
    fn ratios(value in number(), other in number()) {
        let exact = over(int(value), int(other)).map(|ratio| ratio * int(u128::from(BPS_ONE)));
        let expected = down(&exact).and_then(|ratio| u32::try_from(ratio).map_err(|_| MathError::Overflow));
        prop_assert_eq!(Wad::from_raw(value).ratio_to_down(Wad::from_raw(other)).map(Bps::raw), expected);
    }

    /// Ratios that fit are rare among numbers of any size.
    #[test]
    fn ratios_of_like_numbers(value in 0u128..1 << 100, share in 1u32..2_000_000) {
        let other = value / u128::from(share) + 1;
        let expected = down(&over(int(value) * int(u128::from(BPS_ONE)), int(other)));
        let ratio = Wad::from_raw(value).ratio_to_down(Wad::from_raw(other));
        prop_assert_eq!(ratio.map(|ratio| u128::from(ratio.raw())), expected.and_then(|ratio| {
            if ratio > u128::from(u32::MAX) { Err(MathError::Overflow) } else { Ok(ratio) }
        }));
    }

    #[test]
    fn amounts_for_a_value(value in number(), price in number(), decimals in decimals()) {
        let exact = scale(decimals).and_then(|scale| Ok(over(int(value), int(price))? * scale));
        let (value, price) = (Wad::from_raw(value), Price::from_raw(price));
        prop_assert_eq!(value.to_amount_down(price, decimals).map(Amount::raw), down(&exact));
        prop_assert_eq!(value.to_amount_up(price, decimals).map(Amount::raw), up(&exact));
    }

    #[test]
    fn values_of_an_amount(amount in number(), price in number(), decimals in decimals()) {
        let exact = scale(decimals).map(|scale| int(amount) / scale * int(price));
        let (amount, price) = (Amount::from_raw(amount), Price::from_raw(price));
        prop_assert_eq!(amount.value_down(price, decimals).map(Wad::raw), down(&exact));
        prop_assert_eq!(amount.value_up(price, decimals).map(Wad::raw), up(&exact));
    }

    #[test]
    fn prices_at_which_an_amount_has_a_value(value in number(), amount in number(), decimals in decimals()) {
        let exact = scale(decimals).and_then(|scale| over(int(value), int(amount) / scale));
        let price = Wad::from_raw(value).price_of_up(Amount::from_raw(amount), decimals);
        prop_assert_eq!(price.map(Price::raw), up(&exact));
    }

    #[test]
    fn normalised_debts(debt in number(), rate in number()) {
        let exact = over(int(debt), fraction(rate, RAY_ONE));
        let (debt, rate) = (Wad::from_raw(debt), Ray::from_raw(rate));
        prop_assert_eq!(debt.to_art_down(rate).map(Art::raw), down(&exact));
        prop_assert_eq!(debt.to_art_up(rate).map(Art::raw), up(&exact));
    }

    #[test]
    fn shares_of_an_amount(amount in number(), part in number(), whole in number()) {
        let exact = over(int(part), int(whole)).map(|share| int(amount) * share);
        let share = Amount::from_raw(amount).share_up(Art::from_raw(part), Art::from_raw(whole));
        prop_assert_eq!(share.map(Amount::raw), up(&exact));
    }

    #[test]
    fn prices_times_factors(price in number(), factor in number()) {
        let exact = Ok(int(price) * fraction(factor, RAY_ONE));
        prop_assert_eq!(Price::from_raw(price).times_ray_up(Ray::from_raw(factor)).map(Price::raw), up(&exact));
    }

    #[test]
    fn prices_times_spans(price in number(), part in word(), whole in word()) {
        let exact = over(int(u128::from(part)), int(u128::from(whole))).map(|share| int(price) * share);
        let scaled = Price::from_raw(price).times_span_up(Seconds::from_raw(part), Seconds::from_raw(whole));
        prop_assert_eq!(scaled.map(Price::raw), up(&exact));
    }

    /// In coins: a rad counts units of 10^-45, its factors count units of 10^-18 and 10^-27.
    #[test]
    fn products_are_exact(raw in number(), factor in number()) {
        let coins = |rad: Rad| BigRational::from_integer(units(rad)) / (int(WAD_ONE) * int(RAY_ONE));
        let exact = fraction(raw, WAD_ONE) * fraction(factor, RAY_ONE);
        prop_assert_eq!(coins(Wad::from_raw(raw).times_ray(Ray::from_raw(factor))), exact.clone());
        prop_assert_eq!(coins(Art::from_raw(raw).times_rate(Ray::from_raw(factor))), exact);
        prop_assert_eq!(coins(Wad::from_raw(raw).to_rad()), fraction(raw, WAD_ONE));
    }

    #[test]
    fn rads_to_wads(rad in rad()) {
        let exact = Ok(BigRational::new(units(rad), BigInt::from(RAY_ONE)));
        prop_assert_eq!(rad.to_wad_down().map(Wad::raw), down(&exact));
        prop_assert_eq!(rad.to_wad_up().map(Wad::raw), up(&exact));
    }

    #[test]
    fn sums_and_differences_of_rads(a in rad(), b in rad()) {
        prop_assert_eq!(a.checked_add(b).map(units), within(units(a) + units(b), 256));
        prop_assert_eq!(a.checked_sub(b).map(units), within(units(a) - units(b), 256));
    }

    #[test]
    fn sums_and_differences(
        a in number(), b in number(), c in basis_points(), d in basis_points(), e in word(), f in word(),
    ) {
        check_sums!(Wad, 128, a, b);
        check_sums!(Ray, 128, a, b);
        check_sums!(Art, 128, a, b);
        check_sums!(Price, 128, a, b);
        check_sums!(Amount, 128, a, b);
        check_sums!(Bps, 32, c, d);
        check_sums!(Seconds, 64, e, f);
    }

    #[test]
    fn moments(a in word(), b in word()) {
        let since = Timestamp::from_raw(a).since(Timestamp::from_raw(b));
        prop_assert_eq!(BigInt::from(since.raw()), (BigInt::from(a) - BigInt::from(b)).max(BigInt::from(0u8)));
        let after = Timestamp::from_raw(a).after(Seconds::from_raw(b));
        prop_assert_eq!(BigInt::from(after.raw()), (BigInt::from(a) + BigInt::from(b)).min(BigInt::from(u64::MAX)));
        let seconds = fraction(u128::from(a), 1_000).floor();
        prop_assert_eq!(int(u128::from(Timestamp::from_milliseconds(a).raw())), seconds);
    }

    #[test]
    fn whole_coins(whole in word()) {
        prop_assert_eq!(int(Wad::from_whole(whole).raw()), int(u128::from(whole)) * int(WAD_ONE));
    }

    #[test]
    fn powers(start in number(), factor in number(), exponent in 0u8..12) {
        let (first, base, steps) = (Ray::from_raw(start), Ray::from_raw(factor), u64::from(exponent));
        check_power(compound_down(first, base, steps), start, factor, exponent)?;
        check_power(pow_ray_down(base, steps), RAY_ONE, factor, exponent)?;
    }
}

#[test]
fn scales_are_powers_of_ten() {
    for decimals in 0..=u8::MAX {
        assert_eq!(token_scale(decimals).map(int), scale(decimals));
    }
}
