//! Who borrows: vaults spread evenly over their ratios, of mixed sizes, the same in every run.

use florin_units::{Amount, Bps, MathError, Price, Wad};

/// Ratio of the most daring borrower.
pub const LOWEST_RATIO: Bps = Bps::from_raw(15_000);
/// Ratio of the most careful borrower.
pub const HIGHEST_RATIO: Bps = Bps::from_raw(40_000);

/// Debts in whole dollars, handed out in turn: many small borrowers, few large ones.
const DEBTS: [u64; 11] = [1_000, 2_500, 1_500, 8_000, 2_000, 5_000, 1_200, 30_000, 3_000, 12_000, 4_000];

/// What a borrower wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Borrower {
    /// Number of the development account that owns the vault.
    pub account: u32,
    /// Ratio of value to debt at the beginning.
    pub ratio: Bps,
    /// Coin to draw.
    pub debt: Wad,
}

impl Borrower {
    /// Collateral, in the contracts' units of the native token, that gives at least the wanted ratio at a price: rounded up
    /// to a multiple of `granularity`, the contracts' units of the smallest native amount.
    ///
    /// # Errors
    /// [`MathError`] where the amount does not fit.
    pub fn collateral(&self, price: Price, decimals: u8, granularity: u128) -> Result<Amount, MathError> {
        let exact = self.debt.times_bps_up(self.ratio)?.to_amount_up(price, decimals)?;
        exact.raw().checked_next_multiple_of(granularity).map(Amount::from_raw).ok_or(MathError::Overflow)
    }
}

/// So many borrowers, owned by the development accounts from `first_account` on. Ratios are spread evenly from
/// [`LOWEST_RATIO`] to [`HIGHEST_RATIO`] and shuffled, so that neighbours by number differ in ratio and in size.
pub fn borrowers(count: u32, first_account: u32) -> Vec<Borrower> {
    let stride = coprime_stride(count);
    (0..count)
        .zip(DEBTS.into_iter().cycle())
        .map(|(index, dollars)| Borrower {
            account: first_account.saturating_add(index),
            ratio: ratio_of_rank(rank(index, stride, count), count),
            debt: Wad::from_whole(dollars),
        })
        .collect()
}

fn rank(index: u32, stride: u32, count: u32) -> u32 {
    let product = u64::from(index).saturating_mul(u64::from(stride));
    let rank = product.checked_rem(u64::from(count)).unwrap_or(0);
    u32::try_from(rank).unwrap_or(0)
}

/// The ratio of the vault with so many more daring ones below it, rounded down to a basis point.
fn ratio_of_rank(rank: u32, count: u32) -> Bps {
    let span = u64::from(HIGHEST_RATIO.raw().saturating_sub(LOWEST_RATIO.raw()));
    let above = span.saturating_mul(u64::from(rank)).checked_div(u64::from(count.saturating_sub(1))).unwrap_or(0);
    Bps::from_raw(u32::try_from(above).unwrap_or(0).saturating_add(LOWEST_RATIO.raw()))
}

/// The smallest number from five eighths of the count on that shares no divisor with it: multiplied by it, the numbers below
/// the count come in another order and each once.
fn coprime_stride(count: u32) -> u32 {
    let start = u32::try_from(u64::from(count).saturating_mul(5) / 8).unwrap_or(1).max(1);
    (start..=count.max(1)).find(|stride| greatest_common_divisor(*stride, count) == 1).unwrap_or(1)
}

const fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_spread_evenly_and_each_once() {
        for count in [2, 3, 10, 200, 250, 251, 1_000] {
            let mut ratios: Vec<u32> = borrowers(count, 0).iter().map(|borrower| borrower.ratio.raw()).collect();
            ratios.sort_unstable();
            assert_eq!(ratios.len(), count as usize);
            assert_eq!((ratios[0], ratios[ratios.len() - 1]), (15_000, 40_000), "{count}");
            let step = 25_000 / (count - 1);
            for pair in ratios.windows(2) {
                assert!((step..=step + 1).contains(&(pair[1] - pair[0])), "{count}: {pair:?}");
            }
        }
    }

    #[test]
    fn one_borrower_or_none_is_possible() {
        assert_eq!(borrowers(0, 7), []);
        assert_eq!(borrowers(1, 7), [Borrower { account: 7, ratio: LOWEST_RATIO, debt: Wad::from_whole(1_000) }]);
    }

    #[test]
    fn collateral_is_rounded_up_to_what_the_chain_can_hold() {
        let borrower = Borrower { account: 0, ratio: Bps::from_raw(15_000), debt: Wad::from_whole(1_000) };
        let price = Price::from_raw(218_360_000_000_000_000_000);
        // 1,500 / 218.36 = 6.869389998168...; a granularity of 10^8 leaves ten digits after the point.
        let amount = borrower.collateral(price, 18, 100_000_000).unwrap();
        assert_eq!(amount.raw(), 6_869_389_998_200_000_000);
        assert!(amount.value_down(price, 18).unwrap() >= Wad::from_whole(1_500));
        assert_eq!(borrower.collateral(price, 18, 1).unwrap().raw(), 6_869_389_998_168_162_668);
    }
}
