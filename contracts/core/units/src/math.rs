//! 256-bit arithmetic under the quantities: one multiplication, one division, one power.
//!
//! The functions are kept out of line on purpose: in a contract each copy of a 256-bit division is paid for by every
//! call that loads the code.

use crate::quantity::{Ray, RAY_ONE};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// Why an arithmetic step has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum MathError {
    /// The result does not fit its type, or a difference is negative.
    #[codec(index = 0)]
    Overflow,
    /// The divisor is zero.
    #[codec(index = 1)]
    DivisionByZero,
}

#[cfg(feature = "std")]
impl core::fmt::Display for MathError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Overflow => "the result does not fit its type",
            Self::DivisionByZero => "division by zero",
        })
    }
}

#[cfg(feature = "std")]
impl std::error::Error for MathError {}

const HALF: u32 = 64;
const LOW_HALF: u128 = u64::MAX as u128;

/// Exact product as (high, low) words of 128 bits.
#[inline(never)]
pub(crate) fn multiply_wide(a: u128, b: u128) -> (u128, u128) {
    let (a_high, a_low) = (a >> HALF, a & LOW_HALF);
    let (b_high, b_low) = (b >> HALF, b & LOW_HALF);
    let low = a_low * b_low;
    // Neither sum can wrap: (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
    let middle = a_high * b_low + (low >> HALF);
    let other = a_low * b_high + (middle & LOW_HALF);
    let high = a_high * b_high + (middle >> HALF) + (other >> HALF);
    (high, (other << HALF) | (low & LOW_HALF))
}

/// One 64-bit digit of a long division: divides `remainder * 2^64 + digit` by a divisor whose top bit is set.
/// Needs `remainder < divisor`; returns the quotient digit and the new remainder.
fn divide_digit(remainder: u128, digit: u128, divisor: u128) -> (u128, u128) {
    let (divisor_high, divisor_low) = (divisor >> HALF, divisor & LOW_HALF);
    let mut quotient = remainder / divisor_high;
    let mut rest = remainder % divisor_high;
    // The estimate from the divisor's upper half is too large by two at most.
    while quotient > LOW_HALF || quotient * divisor_low > ((rest << HALF) | digit) {
        quotient -= 1;
        rest += divisor_high;
        if rest > LOW_HALF {
            break;
        }
    }
    // The true difference is below the divisor, so the wrapped one is the true one.
    let next = ((remainder << HALF) | digit).wrapping_sub(quotient.wrapping_mul(divisor));
    (quotient, next)
}

/// Quotient and remainder of `high * 2^128 + low` by `divisor`.
///
/// Errors: [`MathError::DivisionByZero`]; [`MathError::Overflow`] when the quotient needs more than 128 bits.
#[inline(never)]
pub(crate) fn divide_wide(high: u128, low: u128, divisor: u128) -> Result<(u128, u128), MathError> {
    if divisor == 0 {
        return Err(MathError::DivisionByZero);
    }
    if high >= divisor {
        return Err(MathError::Overflow);
    }
    if high == 0 {
        return Ok((low / divisor, low % divisor));
    }
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let high = if shift == 0 { high } else { (high << shift) | (low >> (128 - shift)) };
    let low = low << shift;
    let (first, remainder) = divide_digit(high, low >> HALF, divisor);
    let (second, remainder) = divide_digit(remainder, low & LOW_HALF, divisor);
    Ok(((first << HALF) | second, remainder >> shift))
}

/// `a * b / c`, rounded down, through an exact 256-bit product.
///
/// Errors: [`MathError::DivisionByZero`]; [`MathError::Overflow`] when the quotient does not fit.
#[inline(never)]
pub fn mul_div_down(a: u128, b: u128, c: u128) -> Result<u128, MathError> {
    let (high, low) = multiply_wide(a, b);
    Ok(divide_wide(high, low, c)?.0)
}

/// `a * b / c`, rounded up, through an exact 256-bit product.
///
/// Errors: [`MathError::DivisionByZero`]; [`MathError::Overflow`] when the quotient does not fit.
#[inline(never)]
pub fn mul_div_up(a: u128, b: u128, c: u128) -> Result<u128, MathError> {
    let (high, low) = multiply_wide(a, b);
    round_up(divide_wide(high, low, c)?)
}

/// The quotient of a division, one more if anything is left.
pub(crate) fn round_up((quotient, remainder): (u128, u128)) -> Result<u128, MathError> {
    if remainder == 0 {
        Ok(quotient)
    } else {
        quotient.checked_add(1).ok_or(MathError::Overflow)
    }
}

/// A number below 2^64 with 192 binary digits after the point, least significant limb first.
type Binary = [u64; 4];

/// Product of two binary fractions, rounded down by less than 2^-192.
#[inline(never)]
fn multiply_binary(a: &Binary, b: &Binary) -> Result<Binary, MathError> {
    let mut product = [0u64; 8];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0u128;
        for (j, y) in b.iter().enumerate() {
            // (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1: cannot wrap.
            let sum = u128::from(*x) * u128::from(*y) + u128::from(product[i + j]) + carry;
            product[i + j] = sum as u64;
            carry = sum >> HALF;
        }
        product[i + 4] = carry as u64;
    }
    if product[7] != 0 {
        return Err(MathError::Overflow);
    }
    Ok([product[3], product[4], product[5], product[6]])
}

/// A ray as binary fraction, rounded down by less than 2^-192.
fn ray_to_binary(value: u128) -> Result<Binary, MathError> {
    // A ray is below 2^128 / 10^27 < 2^39, so the whole part fits its limb.
    let (whole, rest) = (value / RAY_ONE, value % RAY_ONE);
    let (upper, rest) = divide_wide(rest, 0, RAY_ONE)?;
    let (lower, _) = divide_wide(rest >> HALF, rest << HALF, RAY_ONE)?;
    Ok([lower as u64, upper as u64, (upper >> HALF) as u64, whole as u64])
}

/// `start * factor^exponent`, rounded down once at the end.
///
/// The power is taken by squaring with 192 binary digits after the point. For exponents below 2^40 the result is
/// therefore either the exact one rounded down, or one unit less where the exact one is within 10^-30 of an integer:
/// cutting an interval in two costs at most the one unit that the additional rounding takes away.
///
/// Errors: [`MathError::Overflow`] when the power reaches 2^64 or the result does not fit.
#[inline(never)]
pub fn compound_down(start: Ray, factor: Ray, exponent: u64) -> Result<Ray, MathError> {
    let start = start.raw();
    let mut result: Binary = [start as u64, (start >> HALF) as u64, 0, 0];
    let mut power: Binary = [0, 0, 0, 1];
    let mut square = ray_to_binary(factor.raw())?;
    let mut remaining = exponent;
    while remaining != 0 {
        if remaining & 1 == 1 {
            power = multiply_binary(&power, &square)?;
        }
        remaining >>= 1;
        if remaining != 0 {
            square = multiply_binary(&square, &square)?;
        }
    }
    // `result` holds an integer here, so its product with the power is an integer number of rays.
    result = multiply_binary(&result, &power)?;
    if result[2] != 0 || result[3] != 0 {
        return Err(MathError::Overflow);
    }
    Ok(Ray::from_raw((u128::from(result[1]) << HALF) | u128::from(result[0])))
}

/// `base^exponent`, rounded down; see [`compound_down`] for the error bound.
///
/// Errors: [`MathError::Overflow`] when the result does not fit.
pub fn pow_ray_down(base: Ray, exponent: u64) -> Result<Ray, MathError> {
    compound_down(Ray::ONE, base, exponent)
}
