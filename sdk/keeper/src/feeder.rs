//! Reports a price to the oracle, and renews the oracle's price where its step was limited.

use std::sync::{Mutex, MutexGuard, PoisonError};

use florin_bindings::oracle;
use florin_bindings::Message;
use florin_client::{
    chain::Chain,
    contract::{CallError, Preview},
    signer::Signer,
};
use florin_stable::oracle::{update, FeedConfig, FeedState, OracleError};
use florin_units::{Bps, MathError, Price, Seconds, Timestamp};

use crate::{error::KeeperError, suite::Suite};

/// How an [`OracleFeeder`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeederConfig {
    /// The feed that it reports to.
    pub feed: u32,
    /// It reports again after this time at the latest.
    pub heartbeat: Seconds,
    /// It reports at once when the price has moved by this share.
    pub deviation: Bps,
}

/// Reports a price.
pub struct OracleFeeder<C> {
    suite: Suite<C>,
    signer: Signer,
    config: FeederConfig,
    /// What it reported last and when; after a start it reports anyway.
    last: Mutex<Option<(Price, Timestamp)>>,
}

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeederReport {
    /// Whether the price was reported.
    pub reported: bool,
    /// Whether the oracle's price was renewed without a report.
    pub poked: bool,
    /// What the oracle refused.
    pub refused: Option<OracleError>,
    /// The oracle's price after the round; none before its first.
    pub price: Option<Price>,
    /// Fees, in planck.
    pub fees: u128,
}

impl<C: Chain> OracleFeeder<C> {
    /// A feeder that reports for `signer`.
    pub fn new(suite: Suite<C>, signer: Signer, config: FeederConfig) -> Self {
        Self { suite, signer, config, last: Mutex::new(None) }
    }

    /// One round: report the price where it is due, else renew the oracle's price where that is possible and moves it.
    ///
    /// # Errors
    /// [`KeeperError`]; that the oracle refuses is part of the report.
    pub async fn step(&self, price: Price) -> Result<FeederReport, KeeperError> {
        let mut report = FeederReport::default();
        let now = self.suite.now().await?;
        let last = *self.last();
        if is_due(&self.config, last, price, now)? {
            let message = oracle::report(self.config.feed, price);
            report.reported = self.act(&message, &mut report).await?;
            if report.reported {
                *self.last() = Some((price, now));
            }
        } else {
            let state = self.feed_state().await?;
            if !self.can_move(state.as_ref(), last, now).await? {
                report.price = state.map(|state| state.price);
                return Ok(report);
            }
            let message = oracle::poke(self.config.feed);
            report.poked = self.act(&message, &mut report).await?;
        }
        report.price = self.feed_state().await?.map(|state| state.price);
        Ok(report)
    }

    fn last(&self) -> MutexGuard<'_, Option<(Price, Timestamp)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn feed_state(&self) -> Result<Option<FeedState>, KeeperError> {
        Ok(self.suite.client.read(self.suite.oracle, &oracle::feed_state(self.config.feed)).await?)
    }

    async fn feed_config(&self) -> Result<FeedConfig, KeeperError> {
        let feed = self.config.feed;
        let found = self.suite.client.read(self.suite.oracle, &oracle::feed_config(feed)).await?;
        found.ok_or(KeeperError::UnknownFeed { feed })
    }

    /// Whether a renewal would move the oracle's price now, by the oracle's own rules on its own records.
    async fn can_move(
        &self,
        state: Option<&FeedState>,
        last: Option<(Price, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool, KeeperError> {
        // Where the price is the one last reported here there is nothing to wish for.
        if state.map(|state| state.price) == last.map(|(price, _)| price) {
            return Ok(false);
        }
        let config = self.feed_config().await?;
        if state.is_some_and(|state| now < state.stepped_at.after(config.update_interval)) {
            return Ok(false);
        }
        let reports = self.suite.client.read(self.suite.oracle, &oracle::feed_reports(self.config.feed)).await?;
        let next = update(&config, &reports, state, now);
        Ok(next.is_ok_and(|next| state.is_none_or(|state| state.price != next.price)))
    }

    async fn act(&self, message: &Message<(), OracleError>, report: &mut FeederReport) -> Result<bool, KeeperError> {
        let contract = self.suite.oracle;
        let preview: Preview<()> = match self.suite.client.dry_run(&self.signer.account(), contract, 0, message).await {
            Ok(preview) => preview,
            Err(CallError::Refused { error, .. }) => {
                report.refused = Some(error);
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let sent = self.suite.send(&self.signer, contract, message, &preview).await?;
        report.fees = report.fees.saturating_add(sent.as_ref().map_or(0, |receipt| receipt.fee));
        Ok(sent.is_some())
    }
}

/// Whether a price is to be reported: none was, the last one is old, or the price has moved far enough.
fn is_due(
    config: &FeederConfig,
    last: Option<(Price, Timestamp)>,
    price: Price,
    now: Timestamp,
) -> Result<bool, MathError> {
    let Some((reported, at)) = last else { return Ok(true) };
    let moved = price.saturating_sub(reported).max(reported.saturating_sub(price));
    let enough = reported.times_bps_up(config.deviation)?;
    Ok(now.since(at) >= config.heartbeat || (!moved.is_zero() && moved >= enough))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_units::WAD_ONE;

    #[test]
    fn a_report_is_due_after_the_heartbeat_or_a_move() {
        let config = FeederConfig { feed: 0, heartbeat: Seconds::from_raw(3_600), deviation: Bps::from_raw(50) };
        let price = |cents: u128| Price::from_raw(cents * WAD_ONE / 100);
        let at = Timestamp::from_raw;
        let due =
            |cents: u128, now: u64| is_due(&config, Some((price(20_000), at(1_000))), price(cents), at(now)).unwrap();
        assert!(is_due(&config, None, price(1), at(0)).unwrap());
        assert!(!due(20_000, 1_000));
        assert!(!due(20_099, 1_000));
        assert!(due(20_100, 1_000));
        assert!(due(19_900, 1_000));
        assert!(!due(19_901, 4_599));
        assert!(due(20_000, 4_600));
    }

    #[test]
    fn without_a_deviation_every_move_counts_but_no_move_does_not() {
        let config = FeederConfig { feed: 0, heartbeat: Seconds::from_raw(3_600), deviation: Bps::ZERO };
        let last = Some((Price::from_raw(5), Timestamp::from_raw(0)));
        assert_eq!(is_due(&config, last, Price::from_raw(5), Timestamp::from_raw(1)), Ok(false));
        assert_eq!(is_due(&config, last, Price::from_raw(6), Timestamp::from_raw(1)), Ok(true));
    }
}
