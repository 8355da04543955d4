//! From reports to a price: distinct feeders report into slots, an update takes the median of the fresh reports, limits
//! the step, and a reader gets the price with its age or a typed refusal.

use crate::roles::RoleError;
use florin_governance::step::{Step, Voted};
use florin_units::{error_codes, Bps, MathError, Price, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most feeders of one feed; their reports share one storage cell.
pub const MAXIMUM_FEEDERS: usize = 13;

/// Why the oracle refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum OracleError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// The caller does not hold the role.
    #[codec(index = 1)]
    Role(RoleError),
    /// There is no feed of this number.
    #[codec(index = 2)]
    UnknownFeed {
        /// The number.
        feed: u32,
    },
    /// The feed has been created before.
    #[codec(index = 3)]
    FeedExists {
        /// The number.
        feed: u32,
    },
    /// The caller is no feeder of this feed.
    #[codec(index = 4)]
    NotFeeder {
        /// Who called.
        caller: crate::Address,
    },
    /// The slot is outside the table.
    #[codec(index = 5)]
    SlotOutOfRange {
        /// The slot.
        slot: u8,
        /// Number of slots.
        slots: u8,
    },
    /// A feeder or slot appears twice.
    #[codec(index = 6)]
    DuplicateSlot {
        /// The slot.
        slot: u8,
    },
    /// Zero, or outside the feed's bounds.
    #[codec(index = 7)]
    PriceOutOfBounds {
        /// The price reported.
        price: Price,
        /// The lowest credible price.
        minimum: Price,
        /// The highest credible price.
        maximum: Price,
    },
    /// Too few fresh reports of distinct feeders.
    #[codec(index = 8)]
    QuorumNotReached {
        /// Fresh reports.
        fresh: u8,
        /// Needed.
        quorum: u8,
    },
    /// The last step was too recent.
    #[codec(index = 9)]
    UpdateTooSoon {
        /// When the next step is possible.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// The feed has never had a price.
    #[codec(index = 10)]
    NoPrice,
    /// The price is too old.
    #[codec(index = 11)]
    Stale {
        /// When a quorum last stood behind it.
        updated_at: Timestamp,
        /// How old it may be.
        max_age: Seconds,
        /// The time of the call.
        now: Timestamp,
    },
    /// A quorum must be at least one and at most the number of slots.
    #[codec(index = 12)]
    QuorumOutOfBounds {
        /// Given.
        quorum: u8,
        /// At most.
        maximum: u8,
    },
    /// The age limit must be longer than the update interval.
    #[codec(index = 13)]
    MaxAgeTooShort {
        /// Given.
        max_age: Seconds,
        /// It must be above this.
        above: Seconds,
    },
    /// The largest step must be between zero and the whole.
    #[codec(index = 14)]
    MaxStepOutOfBounds {
        /// Given.
        max_step: Bps,
        /// At most.
        maximum: Bps,
    },
    /// The price bounds are empty or allow zero.
    #[codec(index = 15)]
    PriceBoundsInvalid {
        /// Lower bound.
        minimum: Price,
        /// Upper bound.
        maximum: Price,
    },
    /// All slots of the feed are taken.
    #[codec(index = 16)]
    NoFreeSlot {
        /// Number of slots.
        slots: u8,
    },
    /// The feed's price has been made unusable.
    #[codec(index = 17)]
    Frozen {
        /// The feed.
        feed: u32,
    },
    /// A batch names more feeds than one call may.
    #[codec(index = 18)]
    BatchTooLong {
        /// Given.
        length: u32,
        /// At most.
        maximum: u32,
    },
    /// A batch names a feed twice.
    #[codec(index = 19)]
    DuplicateFeed {
        /// The feed.
        feed: u32,
    },
    /// One vote may not move this rule so far.
    #[codec(index = 20)]
    StepTooLarge {
        /// Which.
        rule: FeedRule,
        /// What it was to become.
        proposed: u128,
        /// The lowest value that one vote may set now.
        lowest: u128,
        /// The highest.
        highest: u128,
    },
    /// A vote has changed the feed's rules less than a day ago.
    #[codec(index = 21)]
    ChangedTooSoon {
        /// When they may be changed again.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
    /// A feed with a price takes no new feeders: they run in the shadow first.
    #[codec(index = 22)]
    FeedIsLive {
        /// The feed.
        feed: u32,
    },
    /// The feed runs in the shadow of another and cannot change meanwhile.
    #[codec(index = 23)]
    InShadow {
        /// The feed.
        feed: u32,
        /// In whose shadow.
        live: u32,
    },
    /// No feed runs in the shadow of this one.
    #[codec(index = 24)]
    NoShadow {
        /// The feed.
        feed: u32,
    },
    /// A feed runs in the shadow of this one already.
    #[codec(index = 25)]
    ShadowExists {
        /// The feed.
        feed: u32,
        /// The one in its shadow.
        candidate: u32,
    },
    /// A ceremony's terms are out of their bounds.
    #[codec(index = 26)]
    ShadowTermsOutOfBounds {
        /// Updates asked for.
        updates: u16,
        /// At least.
        minimum_updates: u16,
        /// Difference asked for.
        max_difference: Bps,
        /// At most, and not zero.
        highest_difference: Bps,
    },
    /// The feed in the shadow has not agreed often enough in a row.
    #[codec(index = 27)]
    NotProven {
        /// Updates in a row that agreed.
        agreed: u16,
        /// Needed.
        updates: u16,
    },
    /// The feed in the shadow differs too much now.
    #[codec(index = 28)]
    Disagrees {
        /// Its price.
        candidate: Price,
        /// The live feed's.
        live: Price,
    },
}

error_codes!(OracleError {
    Math = 0, "arithmetic error";
    Role = 1, "the caller does not hold the role";
    UnknownFeed = 2, "there is no such feed";
    FeedExists = 3, "the feed exists already";
    NotFeeder = 4, "the caller is no feeder of this feed";
    SlotOutOfRange = 5, "there is no such slot";
    DuplicateSlot = 6, "a feeder appears twice";
    PriceOutOfBounds = 7, "the price is outside its bounds";
    QuorumNotReached = 8, "too few fresh reports";
    UpdateTooSoon = 9, "the last update was too recent";
    NoPrice = 10, "the feed has no price yet";
    Stale = 11, "the price is too old";
    QuorumOutOfBounds = 12, "the quorum is out of bounds";
    MaxAgeTooShort = 13, "the age limit must be longer than the update interval";
    MaxStepOutOfBounds = 14, "the largest step is out of bounds";
    PriceBoundsInvalid = 15, "the price bounds are empty or allow zero";
    NoFreeSlot = 16, "all slots of the feed are taken";
    Frozen = 17, "the feed is frozen";
    BatchTooLong = 18, "the batch is too long";
    DuplicateFeed = 19, "the batch names a feed twice";
    StepTooLarge = 20, "one vote may not move the rule so far";
    ChangedTooSoon = 21, "a vote has changed the feed's rules less than a day ago";
    FeedIsLive = 22, "a feed with a price takes no new feeders";
    InShadow = 23, "the feed runs in the shadow of another";
    NoShadow = 24, "no feed runs in the shadow of this one";
    ShadowExists = 25, "a feed runs in the shadow of this one already";
    ShadowTermsOutOfBounds = 26, "the ceremony's terms are out of their bounds";
    NotProven = 27, "the feed in the shadow has not agreed often enough";
    Disagrees = 28, "the feed in the shadow differs too much now";
});

impl From<MathError> for OracleError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<RoleError> for OracleError {
    fn from(error: RoleError) -> Self {
        Self::Role(error)
    }
}

/// How a feed makes its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct FeedConfig {
    /// Fresh reports of distinct feeders that an update needs.
    pub quorum: u8,
    /// Age at which reports no longer count and the price is stale.
    pub max_age: Seconds,
    /// The most that one update may move the price, as a share of the price before.
    pub max_step: Bps,
    /// The least time between two updates, else the step limit could be walked around in one block.
    pub update_interval: Seconds,
    /// The lowest credible price.
    pub minimum: Price,
    /// The highest credible price.
    pub maximum: Price,
}

/// What one feeder reported last; never a price of zero when it has reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Report {
    /// Dollars in wad for one whole token.
    pub price: Price,
    /// When it was reported; [`Timestamp::ZERO`] for never.
    pub reported_at: Timestamp,
}

/// The reports of one feed, one slot for each feeder: one storage cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Reports {
    /// By slot.
    pub slots: [Report; MAXIMUM_FEEDERS],
}

/// The price of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct FeedState {
    /// Dollars in wad for one whole token.
    pub price: Price,
    /// The moment since which a quorum of reports has stood behind the price: its age is the age of the data.
    pub updated_at: Timestamp,
    /// When the price was last moved.
    pub stepped_at: Timestamp,
    /// When the price last came back after being stale; [`Timestamp::ZERO`] for never.
    pub recovered_at: Timestamp,
}

/// A price that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Quote {
    /// Dollars in wad for one whole token.
    pub price: Price,
    /// How old the data is.
    pub updated_at: Timestamp,
    /// When the price last came back after being stale; users wait a grace period from here.
    pub recovered_at: Timestamp,
}

impl FeedConfig {
    /// Checks each bound. Errors: [`OracleError`], the first bound that is broken.
    pub fn validate(&self) -> Result<(), OracleError> {
        let maximum = MAXIMUM_FEEDERS as u8;
        if self.quorum == 0 || self.quorum > maximum {
            return Err(OracleError::QuorumOutOfBounds { quorum: self.quorum, maximum });
        }
        if self.max_age <= self.update_interval {
            return Err(OracleError::MaxAgeTooShort { max_age: self.max_age, above: self.update_interval });
        }
        if self.max_step.is_zero() || self.max_step > Bps::ONE {
            return Err(OracleError::MaxStepOutOfBounds { max_step: self.max_step, maximum: Bps::ONE });
        }
        if self.minimum.is_zero() || self.minimum > self.maximum {
            return Err(OracleError::PriceBoundsInvalid { minimum: self.minimum, maximum: self.maximum });
        }
        Ok(())
    }
}

/// Names one of the rules of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum FeedRule {
    /// [`FeedConfig::quorum`].
    #[codec(index = 0)]
    Quorum,
    /// [`FeedConfig::max_age`], in seconds.
    #[codec(index = 1)]
    MaxAge,
    /// [`FeedConfig::max_step`], in basis points.
    #[codec(index = 2)]
    MaxStep,
    /// [`FeedConfig::update_interval`], in seconds.
    #[codec(index = 3)]
    UpdateInterval,
    /// [`FeedConfig::minimum`], in wad dollars for a whole token.
    #[codec(index = 4)]
    Minimum,
    /// [`FeedConfig::maximum`], in wad dollars for a whole token.
    #[codec(index = 5)]
    Maximum,
}

impl FeedRule {
    /// All rules.
    pub const ALL: [Self; 6] =
        [Self::Quorum, Self::MaxAge, Self::MaxStep, Self::UpdateInterval, Self::Minimum, Self::Maximum];

    /// How far one vote may move it.
    pub const fn step(self) -> Step {
        match self {
            Self::Quorum => Step::By(1),
            Self::MaxAge => Step::Times { factor: 2, floor: 6 * 3_600 },
            Self::MaxStep => Step::Times { factor: 2, floor: 0 },
            Self::UpdateInterval => Step::Times { factor: 2, floor: 120 },
            Self::Minimum | Self::Maximum => Step::Times { factor: 10, floor: 0 },
        }
    }
}

impl FeedConfig {
    /// A rule as a plain number, in the unit that [`FeedRule`] names.
    pub fn value(&self, rule: FeedRule) -> u128 {
        match rule {
            FeedRule::Quorum => self.quorum.into(),
            FeedRule::MaxAge => self.max_age.raw().into(),
            FeedRule::MaxStep => self.max_step.raw().into(),
            FeedRule::UpdateInterval => self.update_interval.raw().into(),
            FeedRule::Minimum => self.minimum.raw(),
            FeedRule::Maximum => self.maximum.raw(),
        }
    }

    /// Checks that a vote moves each rule of a feed with a price at most one step, and that the last vote's change is a day old.
    ///
    /// Errors: [`OracleError::StepTooLarge`], [`OracleError::ChangedTooSoon`].
    pub fn check_step(&self, voted_at: Timestamp, proposed: &Self, now: Timestamp) -> Result<(), OracleError> {
        for rule in FeedRule::ALL {
            let (lowest, highest) = rule.step().range(self.value(rule));
            let proposed = proposed.value(rule);
            if proposed < lowest || proposed > highest {
                return Err(OracleError::StepTooLarge { rule, proposed, lowest, highest });
            }
        }
        let next_at = Voted { at: voted_at, value: () }.next_at();
        if now < next_at {
            return Err(OracleError::ChangedTooSoon { next_at, now });
        }
        Ok(())
    }
}

impl Reports {
    /// The reports with a feeder's newest one in its slot.
    ///
    /// Errors: [`OracleError::SlotOutOfRange`], [`OracleError::PriceOutOfBounds`] (zero is).
    pub fn report(&self, slot: u8, price: Price, now: Timestamp, config: &FeedConfig) -> Result<Self, OracleError> {
        if price.is_zero() || price < config.minimum || price > config.maximum {
            return Err(OracleError::PriceOutOfBounds { price, minimum: config.minimum, maximum: config.maximum });
        }
        self.with(slot, Report { price, reported_at: now })
    }

    /// The reports with a slot emptied, for a feeder that is removed: a successor in the slot inherits nothing.
    ///
    /// Errors: [`OracleError::SlotOutOfRange`].
    pub fn clear(&self, slot: u8) -> Result<Self, OracleError> {
        self.with(slot, Report::default())
    }

    fn with(&self, slot: u8, report: Report) -> Result<Self, OracleError> {
        let mut reports = *self;
        match reports.slots.get_mut(usize::from(slot)) {
            Some(cell) => *cell = report,
            None => return Err(OracleError::SlotOutOfRange { slot, slots: MAXIMUM_FEEDERS as u8 }),
        }
        Ok(reports)
    }
}

/// The most feeds in one batch of reports.
pub const MAXIMUM_BATCH: usize = 16;

/// Refuses a batch that is too long or names a feed twice.
///
/// Errors: [`OracleError::BatchTooLong`], [`OracleError::DuplicateFeed`].
pub fn check_batch(feeds: impl ExactSizeIterator<Item = u32>) -> Result<(), OracleError> {
    let (length, maximum) = (feeds.len(), MAXIMUM_BATCH as u32);
    if length > MAXIMUM_BATCH {
        return Err(OracleError::BatchTooLong { length: u32::try_from(length).unwrap_or(u32::MAX), maximum });
    }
    let mut seen = [None; MAXIMUM_BATCH];
    for (place, feed) in seen.iter_mut().zip(feeds) {
        *place = Some(feed);
    }
    for (index, feed) in seen.iter().enumerate() {
        if let (Some(feed), true) = (feed, seen[..index].contains(feed)) {
            return Err(OracleError::DuplicateFeed { feed: *feed });
        }
    }
    Ok(())
}

/// Who may report to a feed, one account a slot: a feeder counts once, however often it reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Feeders {
    /// By slot.
    pub slots: [Option<crate::Address>; MAXIMUM_FEEDERS],
}

impl Feeders {
    /// The slot of a feeder. Errors: [`OracleError::NotFeeder`].
    pub fn slot_of(&self, feeder: crate::Address) -> Result<u8, OracleError> {
        let place = self.slots.iter().position(|slot| *slot == Some(feeder));
        place.and_then(|place| u8::try_from(place).ok()).ok_or(OracleError::NotFeeder { caller: feeder })
    }

    /// The feeders with one more, and its slot.
    ///
    /// Errors: [`OracleError::DuplicateSlot`] where it is one already, [`OracleError::NoFreeSlot`].
    pub fn add(&self, feeder: crate::Address) -> Result<(Self, u8), OracleError> {
        if let Ok(slot) = self.slot_of(feeder) {
            return Err(OracleError::DuplicateSlot { slot });
        }
        let mut feeders = *self;
        let free = feeders.slots.iter_mut().zip(0u8..).find(|(slot, _)| slot.is_none());
        let (place, slot) = free.ok_or(OracleError::NoFreeSlot { slots: MAXIMUM_FEEDERS as u8 })?;
        *place = Some(feeder);
        Ok((feeders, slot))
    }

    /// The feeders without one of them, and the slot that it had; clear its report too.
    ///
    /// Errors: [`OracleError::NotFeeder`].
    pub fn remove(&self, feeder: crate::Address) -> Result<(Self, u8), OracleError> {
        let slot = self.slot_of(feeder)?;
        let mut feeders = *self;
        if let Some(place) = feeders.slots.get_mut(usize::from(slot)) {
            *place = None;
        }
        Ok((feeders, slot))
    }
}

/// Moves the price towards the median of the fresh reports. Anyone may do this.
///
/// With an even count the lower of the two middle reports counts: a lower collateral price is the safer one. The first
/// price is not limited in its step. When the price before had gone stale, `recovered_at` becomes now.
///
/// Errors: [`OracleError::QuorumNotReached`], [`OracleError::UpdateTooSoon`], [`OracleError::PriceOutOfBounds`],
/// arithmetic.
pub fn update(
    config: &FeedConfig,
    reports: &Reports,
    previous: Option<&FeedState>,
    now: Timestamp,
) -> Result<FeedState, OracleError> {
    if let Some(previous) = previous {
        let next_at = previous.stepped_at.after(config.update_interval);
        if now < next_at {
            return Err(OracleError::UpdateTooSoon { next_at, now });
        }
    }
    let (median, updated_at) = median(config, reports, now)?;
    let (price, recovered_at) = match previous {
        None => (median, Timestamp::ZERO),
        Some(previous) => {
            let stale = now.since(previous.updated_at) > config.max_age;
            let recovered_at = if stale { now } else { previous.recovered_at };
            (clamp_step(median, previous.price, config.max_step)?, recovered_at)
        }
    };
    if price.is_zero() || price < config.minimum || price > config.maximum {
        return Err(OracleError::PriceOutOfBounds { price, minimum: config.minimum, maximum: config.maximum });
    }
    Ok(FeedState { price, updated_at, stepped_at: now, recovered_at })
}

/// The price, if it is fresh.
///
/// Errors: [`OracleError::NoPrice`], [`OracleError::Stale`].
pub fn read(config: &FeedConfig, state: Option<&FeedState>, now: Timestamp) -> Result<Quote, OracleError> {
    let state = state.ok_or(OracleError::NoPrice)?;
    if now.since(state.updated_at) > config.max_age {
        return Err(OracleError::Stale { updated_at: state.updated_at, max_age: config.max_age, now });
    }
    Ok(Quote { price: state.price, updated_at: state.updated_at, recovered_at: state.recovered_at })
}

/// Lower median of the fresh reports, and the moment since which a quorum of reports exists.
fn median(config: &FeedConfig, reports: &Reports, now: Timestamp) -> Result<(Price, Timestamp), OracleError> {
    let mut prices = [0u128; MAXIMUM_FEEDERS];
    let mut times = [0u64; MAXIMUM_FEEDERS];
    let mut fresh = 0usize;
    for report in &reports.slots {
        let reported = report.reported_at != Timestamp::ZERO && !report.price.is_zero();
        // Bounds may have been narrowed since the report.
        let credible = report.price >= config.minimum && report.price <= config.maximum;
        if reported && credible && now.since(report.reported_at) <= config.max_age {
            prices[fresh] = report.price.raw();
            times[fresh] = report.reported_at.raw();
            fresh += 1;
        }
    }
    let quorum = usize::from(config.quorum);
    if quorum == 0 || fresh < quorum {
        return Err(OracleError::QuorumNotReached { fresh: fresh as u8, quorum: config.quorum });
    }
    let (prices, times) = (&mut prices[..fresh], &mut times[..fresh]);
    insertion_sort(prices);
    insertion_sort(times);
    Ok((Price::from_raw(prices[(fresh - 1) / 2]), Timestamp::from_raw(times[fresh - quorum])))
}

/// Sorts a handful of numbers upwards; smaller than the library's sort, which every call of the contract would carry.
fn insertion_sort<T: PartialOrd + Copy>(values: &mut [T]) {
    for end in 1..values.len() {
        let mut place = end;
        while place > 0 && values[place - 1] > values[place] {
            values.swap(place - 1, place);
            place -= 1;
        }
    }
}

/// The price nearest to `wanted` within one step of `previous`; both limits are rounded towards `previous`.
fn clamp_step(wanted: Price, previous: Price, max_step: Bps) -> Result<Price, MathError> {
    let step = previous.times_bps_down(max_step)?;
    let lowest = previous.saturating_sub(step);
    let highest = previous.checked_add(step)?;
    Ok(wanted.max(lowest).min(highest))
}
