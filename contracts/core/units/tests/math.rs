//! The arithmetic against unbounded integers.
#![allow(clippy::unwrap_used)]

use florin_units::{compound_down, mul_div_down, mul_div_up, pow_ray_down, MathError, Ray, RAY_ONE};
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive};
use proptest::prelude::*;

/// Numbers of all sizes, with a preference for those next to the limits of words and half words.
fn number() -> impl Strategy<Value = u128> {
    let edge = prop_oneof![
        Just(0u128),
        Just(1),
        Just(u64::MAX as u128),
        Just(u64::MAX as u128 + 1),
        Just(1 << 127),
        Just(u128::MAX),
        Just(u128::MAX - u64::MAX as u128),
        Just(RAY_ONE),
    ];
    prop_oneof![
        2 => (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
        1 => (edge, 0u128..4, any::<bool>()).prop_map(|(value, delta, up)| {
            if up { value.saturating_add(delta) } else { value.saturating_sub(delta) }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn mul_div_is_exact_and_rounds_as_named(a in number(), b in number(), c in number()) {
        let (down, up) = (mul_div_down(a, b, c), mul_div_up(a, b, c));
        if c == 0 {
            prop_assert_eq!(down, Err(MathError::DivisionByZero));
            prop_assert_eq!(up, Err(MathError::DivisionByZero));
        } else {
            let product = BigUint::from(a) * b;
            let floor = &product / c;
            let ceiling = (&product + (c - 1)) / c;
            prop_assert_eq!(down, floor.to_u128().ok_or(MathError::Overflow));
            prop_assert_eq!(up, ceiling.to_u128().ok_or(MathError::Overflow));
        }
    }

    /// Dividing a product by one of its factors gives the other one back: quotient digits at their limits.
    #[test]
    fn mul_div_inverts(a in number(), c in number()) {
        if c != 0 {
            prop_assert_eq!(mul_div_down(a, c, c), Ok(a));
            prop_assert_eq!(mul_div_up(a, c, c), Ok(a));
        }
    }
}

/// `floor(start * factor^exponent)` from integers of unbounded size.
fn exact(start: u128, factor: u128, exponent: u32) -> BigUint {
    BigUint::from(start) * BigUint::from(factor).pow(exponent) / BigUint::from(RAY_ONE).pow(exponent)
}

/// `start * factor^exponent` in rays, rounded down, with 600 binary digits behind the point on the way.
fn precise(start: u128, factor: u128, exponent: u64) -> BigUint {
    const DIGITS: u32 = 600;
    let mut square = (BigUint::from(factor) << DIGITS) / RAY_ONE;
    let mut power = BigUint::one() << DIGITS;
    let mut rest = exponent;
    while rest != 0 {
        if rest & 1 == 1 {
            power = (power * &square) >> DIGITS;
        }
        square = (&square * &square) >> DIGITS;
        rest >>= 1;
    }
    (power * start) >> DIGITS
}

/// Asserts that a result is the exact one rounded down, or one unit less.
fn assert_close(result: Ray, reference: &BigUint) {
    let result = BigUint::from(result.raw());
    assert!(result <= *reference && result.clone() + 1u32 >= *reference, "{result} is not {reference}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn power_is_exact_for_small_exponents(
        start in 1u128..1_000_000 * RAY_ONE,
        factor in 0u128..3 * RAY_ONE,
        exponent in 0u32..30,
    ) {
        let result = compound_down(Ray::from_raw(start), Ray::from_raw(factor), u64::from(exponent));
        let reference = exact(start, factor, exponent);
        match reference.to_u128() {
            Some(_) => assert_close(result.unwrap(), &reference),
            None => prop_assert_eq!(result, Err(MathError::Overflow)),
        }
    }

    #[test]
    fn power_of_fees_is_within_one_unit(
        start in RAY_ONE..20 * RAY_ONE,
        fee in 0u128..21_979_553_151_239_153_027,
        seconds in 0u64..315_360_000,
    ) {
        let factor = RAY_ONE + fee;
        let result = compound_down(Ray::from_raw(start), Ray::from_raw(factor), seconds).unwrap();
        assert_close(result, &precise(start, factor, seconds));
    }

    #[test]
    fn power_below_one_is_within_one_unit(cut in 1u128..RAY_ONE, steps in 0u64..100_000) {
        let result = pow_ray_down(Ray::from_raw(cut), steps).unwrap();
        assert_close(result, &precise(RAY_ONE, cut, steps));
    }

    /// Each cut of an interval takes away less than one unit, which then grows with the rest of the interval.
    #[test]
    fn splitting_an_interval_costs_one_unit_a_split(
        fee in 0u128..3_022_265_980_097_387_650,
        cuts in prop::collection::vec(0u64..31_536_000, 1..20),
    ) {
        let factor = Ray::from_raw(RAY_ONE + fee);
        let mut cuts = cuts;
        cuts.sort_unstable();
        let end = 31_536_000u64;
        let whole = compound_down(Ray::ONE, factor, end).unwrap().raw();
        let mut rate = Ray::ONE;
        let mut at = 0;
        for cut in cuts.iter().copied().chain([end]) {
            rate = compound_down(rate, factor, cut - at).unwrap();
            at = cut;
        }
        // Ten per cent a year at most: a lost unit grows to 1.1 units at most.
        let bound = (cuts.len() as u128 * 11).div_ceil(10) + 1;
        prop_assert!(rate.raw() <= whole + 1);
        prop_assert!(whole - rate.raw().min(whole) <= bound, "{} units lost in {} splits", whole - rate.raw(), cuts.len());
    }
}

#[test]
fn ten_years_of_seconds_in_one_step_are_exact_to_18_digits() {
    // 1, 5, 10 and 100 per cent a year.
    for fee in
        [315_522_921_573_372_069u128, 1_547_125_957_863_212_449, 3_022_265_980_097_387_650, 21_979_553_151_239_153_027]
    {
        let factor = RAY_ONE + fee;
        let result = BigUint::from(pow_ray_down(Ray::from_raw(factor), 315_360_000).unwrap().raw());
        let reference = precise(RAY_ONE, factor, 315_360_000);
        let error = (&reference - &result) * BigUint::from(10u32).pow(18);
        assert!(error < reference, "relative error at fee {fee}");
        assert!(&reference - &result <= BigUint::one());
    }
}

#[test]
fn ten_years_of_hourly_steps_stay_exact_to_18_digits() {
    let factor = Ray::from_raw(RAY_ONE + 1_547_125_957_863_212_449);
    let mut rate = Ray::ONE;
    for _ in 0..87_600u32 {
        rate = compound_down(rate, factor, 3_600).unwrap();
    }
    let reference = precise(RAY_ONE, factor.raw(), 315_360_000);
    let error = (&reference - BigUint::from(rate.raw())) * BigUint::from(10u32).pow(18);
    assert!(error < reference);
}

#[test]
fn known_powers() {
    assert_eq!(pow_ray_down(Ray::ZERO, 0), Ok(Ray::ONE));
    assert_eq!(pow_ray_down(Ray::ZERO, 1), Ok(Ray::ZERO));
    assert_eq!(pow_ray_down(Ray::ONE, u64::MAX), Ok(Ray::ONE));
    assert_eq!(pow_ray_down(Ray::from_raw(2 * RAY_ONE), 38), Ok(Ray::from_raw((1 << 38) * RAY_ONE)));
    assert_eq!(pow_ray_down(Ray::from_raw(2 * RAY_ONE), 39), Err(MathError::Overflow));
    assert_eq!(pow_ray_down(Ray::from_raw(2 * RAY_ONE), u64::MAX), Err(MathError::Overflow));
    // Not a finite binary fraction: one unit less is within the bound.
    assert_eq!(pow_ray_down(Ray::MAX, 1), Ok(Ray::from_raw(u128::MAX - 1)));
    assert_eq!(pow_ray_down(Ray::MAX, 2), Err(MathError::Overflow));
    // Half is a finite binary fraction: no digit is lost.
    assert_eq!(pow_ray_down(Ray::from_raw(RAY_ONE / 2), 3), Ok(Ray::from_raw(RAY_ONE / 8)));
}
