//! Quantities: products, rounding, text and encoding.
#![allow(clippy::unwrap_used)]

use florin_units::human::{format_units, parse_units, ParseAmountError};
use florin_units::{
    token_scale, Amount, Art, Bps, MathError, Price, Rad, Ray, Seconds, Timestamp, Wad, RAY_ONE, WAD_ONE,
};
use num_bigint::BigUint;
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use proptest::prelude::*;

fn big(rad: Rad) -> BigUint {
    BigUint::from_bytes_le(&rad.encode())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn rad_is_the_exact_product(a in any::<u128>(), b in any::<u128>(), c in any::<u128>()) {
        let product = Wad::from_raw(a).times_ray(Ray::from_raw(b));
        prop_assert_eq!(big(product), BigUint::from(a) * b);
        prop_assert_eq!(product, Art::from_raw(a).times_rate(Ray::from_raw(b)));
        let other = Wad::from_raw(c).to_rad();
        match product.checked_add(other) {
            Ok(sum) => {
                prop_assert_eq!(big(sum), big(product) + big(other));
                prop_assert_eq!(sum.checked_sub(other), Ok(product));
            }
            Err(error) => prop_assert_eq!(error, MathError::Overflow),
        }
        prop_assert_eq!(other.to_wad_down(), Ok(Wad::from_raw(c)));
        prop_assert_eq!(other.to_wad_up(), Ok(Wad::from_raw(c)));
        prop_assert_eq!(Rad::decode(&mut &product.encode()[..]).unwrap(), product);
    }

    #[test]
    fn rounding_goes_where_the_name_says(a in 0u128..1 << 100, b in 1u128..1 << 90) {
        let rad = Wad::from_raw(a).times_ray(Ray::from_raw(b));
        if let (Ok(down), Ok(up)) = (rad.to_wad_down(), rad.to_wad_up()) {
            prop_assert!(big(down.to_rad()) <= big(rad) && big(up.to_rad()) >= big(rad));
            prop_assert!(up.raw() - down.raw() <= 1);
        }
        let (price, decimals) = (Price::from_raw(b), 10);
        let amount = Amount::from_raw(a);
        if let Ok(value) = amount.value_down(price, decimals) {
            // A value buys at most the amount that it is the value of.
            prop_assert!(value.to_amount_down(price, decimals).unwrap() <= amount);
        }
        if let Ok(value) = amount.value_up(price, decimals) {
            prop_assert!(value.to_amount_up(price, decimals).map_or(true, |back| back >= amount));
        }
    }

    #[test]
    fn text_round_trips(raw in any::<u128>(), decimals in 0u8..30) {
        prop_assert_eq!(parse_units(&format_units(raw, decimals), decimals), Ok(raw));
    }

    #[test]
    fn parsing_never_panics(text in "\\PC*", decimals in any::<u8>()) {
        let _ = parse_units(&text, decimals);
    }
}

#[test]
fn text() {
    assert_eq!(parse_units("1.5", 18), Ok(1_500_000_000_000_000_000));
    assert_eq!(parse_units(" .5 ", 1), Ok(5));
    assert_eq!(parse_units("2.", 0), Ok(2));
    assert_eq!(parse_units("1_000.25", 2), Ok(100_025));
    assert_eq!(parse_units("0.000", 255), Ok(0));
    assert_eq!(parse_units("", 18), Err(ParseAmountError::Empty));
    assert_eq!(parse_units(".", 18), Err(ParseAmountError::Empty));
    assert_eq!(parse_units("-1", 18), Err(ParseAmountError::InvalidCharacter { found: '-', position: 0 }));
    assert_eq!(parse_units("1.2.3", 18), Err(ParseAmountError::InvalidCharacter { found: '.', position: 3 }));
    assert_eq!(parse_units("1e18", 18), Err(ParseAmountError::InvalidCharacter { found: 'e', position: 1 }));
    assert_eq!(parse_units("0.123", 2), Err(ParseAmountError::TooManyDecimals { found: 3, maximum: 2 }));
    assert_eq!(parse_units("340282366920938463463.374607431768211456", 18), Err(ParseAmountError::TooLarge));
    assert_eq!(parse_units("1", 39), Err(ParseAmountError::TooLarge));
    assert_eq!(parse_units("1", 255), Err(ParseAmountError::TooLarge));
    assert_eq!(format_units(0, 18), "0");
    assert_eq!(format_units(u128::MAX, 18), "340282366920938463463.374607431768211455");
    assert_eq!(Wad::from_raw(WAD_ONE / 4).to_string(), "0.25");
    assert_eq!(format!("{:>8}", Bps::from_raw(15_050)), "   1.505");
    assert_eq!(Ray::ONE.to_string(), "1");
    assert_eq!(Wad::ONE.to_rad().to_string(), "1");
    assert_eq!(Timestamp::from_raw(7).to_string(), "7");
    assert_eq!(
        ParseAmountError::TooManyDecimals { found: 3, maximum: 2 }.to_string(),
        "3 digits after the point, the asset has 2"
    );
}

#[test]
fn limits_are_errors() {
    assert_eq!(Wad::MAX.checked_add(Wad::from_raw(1)), Err(MathError::Overflow));
    assert_eq!(Wad::ZERO.checked_sub(Wad::from_raw(1)), Err(MathError::Overflow));
    assert_eq!(Wad::ONE.to_amount_up(Price::ZERO, 18), Err(MathError::DivisionByZero));
    assert_eq!(Wad::ONE.ratio_to_down(Wad::ZERO), Err(MathError::DivisionByZero));
    assert_eq!(Wad::ONE.ratio_to_down(Wad::from_raw(1)), Err(MathError::Overflow));
    assert_eq!(Wad::MAX.times_bps_up(Bps::from_raw(10_001)), Err(MathError::Overflow));
    assert_eq!(Amount::MAX.value_down(Price::MAX, 18), Err(MathError::Overflow));
    assert_eq!(Rad::ZERO.checked_sub(Wad::ONE.to_rad()), Err(MathError::Overflow));
    assert_eq!(Wad::MAX.times_ray(Ray::MAX).to_wad_down(), Err(MathError::Overflow));
    assert_eq!(token_scale(25), Err(MathError::Overflow));
    assert_eq!(token_scale(24), Ok(1_000_000 * WAD_ONE));
    assert_eq!(Timestamp::from_raw(5).since(Timestamp::from_raw(9)), Seconds::ZERO);
    assert_eq!(Timestamp::from_raw(u64::MAX).after(Seconds::from_raw(9)), Timestamp::from_raw(u64::MAX));
}

#[test]
fn known_products() {
    let price = Price::from_raw(2_000 * WAD_ONE);
    let bitcoin = Amount::from_raw(150_000_000);
    assert_eq!(bitcoin.value_down(price, 8), Ok(Wad::from_whole(3_000)));
    assert_eq!(Wad::from_whole(3_000).to_amount_down(price, 8), Ok(bitcoin));
    assert_eq!(Wad::from_whole(3_000).price_of_up(bitcoin, 8), Ok(price));
    assert_eq!(Wad::from_whole(200).times_bps_up(Bps::from_raw(15_000)), Ok(Wad::from_whole(300)));
    assert_eq!(Wad::from_whole(300).divide_by_bps_down(Bps::from_raw(15_000)), Ok(Wad::from_whole(200)));
    assert_eq!(Wad::from_whole(300).ratio_to_down(Wad::from_whole(200)), Ok(Bps::from_raw(15_000)));
    assert_eq!(price.times_bps_down(Bps::from_raw(5_000)), Ok(Price::from_raw(1_000 * WAD_ONE)));
    assert_eq!(
        price.times_span_up(Seconds::from_raw(1), Seconds::from_raw(3)).unwrap().raw(),
        666_666_666_666_666_666_667
    );
    assert_eq!(price.times_ray_up(Ray::from_raw(RAY_ONE / 2)), Ok(Price::from_raw(1_000 * WAD_ONE)));
    assert_eq!(Wad::ONE.to_art_up(Ray::from_raw(3 * RAY_ONE)).unwrap().raw(), 333_333_333_333_333_334);
    assert_eq!(Wad::ONE.to_art_down(Ray::from_raw(3 * RAY_ONE)).unwrap().raw(), 333_333_333_333_333_333);
    assert_eq!(Amount::from_raw(10).share_up(Art::from_raw(1), Art::from_raw(3)), Ok(Amount::from_raw(4)));
    assert_eq!(Timestamp::from_milliseconds(1_999), Timestamp::from_raw(1));
}

#[test]
fn encodings_are_those_of_the_raw_numbers() {
    assert_eq!(Wad::from_raw(7).encode(), 7u128.encode());
    assert_eq!(Bps::from_raw(7).encode(), 7u32.encode());
    assert_eq!(Rad::max_encoded_len(), 32);
    assert_eq!(MathError::DivisionByZero.encode(), [1]);
}
