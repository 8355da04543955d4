//! Prices: the median of distinct feeders with quorum, age limit and a clamp on every step.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod record;

/// Stack for decoding and deciding, in bytes.
#[cfg(target_arch = "riscv64")]
#[allow(unsafe_code)]
mod stack {
    florin_shell::min_stack_size!(64 * 1024);
}

/// The contract.
#[ink::contract]
pub mod oracle {
    use crate::record::{
        ConfigRecord, FeedersRecord, ListenersRecord, ReportsRecord, RolesRecord, ShadowRecord, StateRecord, LISTENERS,
    };
    use florin_shell::history::{self, PastValues};
    use florin_shell::{guardian_or_zero, optional, or_zero};
    use florin_stable::oracle::{self as rules, FeedConfig, FeedState, Feeders, OracleError as Error, Quote, Reports};
    use florin_stable::roles::{self, Governor, Guardian, Permit, Role, Roles};
    use florin_stable::shadow::{Shadow, ShadowTerms};
    use florin_units::{Price, Timestamp as Time};
    use ink::env::call::{build_call_ink, ExecutionInput, Selector};
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// A feed was created or its rules were changed.
    #[ink(event)]
    pub struct FeedConfigured {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// Its rules.
        pub config: FeedConfig,
    }

    /// A feeder joined or left a feed.
    #[ink(event)]
    pub struct FeederChanged {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// The feeder.
        #[ink(topic)]
        pub feeder: Address,
        /// Whether it may report now.
        pub active: bool,
    }

    /// A feeder reported.
    #[ink(event)]
    pub struct Reported {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// The feeder.
        #[ink(topic)]
        pub feeder: Address,
        /// Dollars in wad for one whole token.
        pub price: Price,
    }

    /// The price of a feed was renewed.
    #[ink(event)]
    pub struct PriceUpdated {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// The new state.
        pub state: FeedState,
    }

    /// A contract that is told of prices did not take one; it can be told again by `poke`, or fetch the price itself.
    #[ink(event)]
    pub struct ListenerFailed {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// The contract.
        #[ink(topic)]
        pub listener: Address,
    }

    /// The price of a feed became unusable, or usable again.
    #[ink(event)]
    pub struct FeedFrozen {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// Whether it is unusable.
        pub frozen: bool,
    }

    /// A feed runs in the shadow of another, got nearer to its place or further away, or does not run there any more.
    #[ink(event)]
    pub struct ShadowChanged {
        /// The live feed.
        #[ink(topic)]
        pub feed: u32,
        /// The one in its shadow; none any more.
        pub shadow: Option<Shadow>,
    }

    /// A feed got the source of the one in its shadow.
    #[ink(event)]
    pub struct FeedReplaced {
        /// The live feed; its number stays.
        #[ink(topic)]
        pub feed: u32,
        /// The feed whose rules, feeders and reports it has now.
        #[ink(topic)]
        pub candidate: u32,
    }

    /// The contracts that are told of a feed's prices changed.
    #[ink(event)]
    pub struct ListenerChanged {
        /// The feed.
        #[ink(topic)]
        pub feed: u32,
        /// Which place in the list.
        pub place: u8,
        /// The contract; zero for none.
        pub listener: Address,
    }

    /// The holders of the roles changed.
    #[ink(event)]
    pub struct RolesChanged {
        /// Who governs.
        #[ink(topic)]
        pub governor: Address,
        /// Who may take over; zero for nobody.
        pub pending_governor: Address,
        /// Who may freeze; zero for nobody.
        pub guardian: Address,
        /// End of the guardian's term, in seconds since 1970.
        pub guardian_until: u64,
    }

    /// The storage. Keys are fixed by hand, so that a field may move without moving its cell.
    #[ink(storage)]
    pub struct Oracle {
        roles: Lazy<RolesRecord, ManualKey<0x4F52_0001>>,
        configs: Mapping<u32, ConfigRecord, ManualKey<0x4F52_0002>>,
        feeders: Mapping<u32, FeedersRecord, ManualKey<0x4F52_0003>>,
        reports: Mapping<u32, ReportsRecord, ManualKey<0x4F52_0004>>,
        states: Mapping<u32, StateRecord, ManualKey<0x4F52_0005>>,
        listeners: Mapping<u32, ListenersRecord, ManualKey<0x4F52_0006>>,
        frozen_since: Mapping<u32, u64, ManualKey<0x4F52_0007>>,
        past_lengths: Mapping<u32, u32, ManualKey<0x4F52_0008>>,
        past_configs: PastValues<u32, FeedConfig, ManualKey<0x4F52_0009>>,
        voted_at: Mapping<u32, u64, ManualKey<0x4F52_000A>>,
        shadows: Mapping<u32, ShadowRecord, ManualKey<0x4F52_000B>>,
        in_shadow_of: Mapping<u32, u32, ManualKey<0x4F52_000C>>,
    }

    impl Oracle {
        /// An oracle without feeds. The caller governs it until it hands the role on.
        #[ink(constructor)]
        pub fn new() -> Self {
            let mut oracle = Self {
                roles: Lazy::new(),
                configs: Mapping::new(),
                feeders: Mapping::new(),
                reports: Mapping::new(),
                states: Mapping::new(),
                listeners: Mapping::new(),
                frozen_since: Mapping::new(),
                past_lengths: Mapping::new(),
                past_configs: Mapping::new(),
                voted_at: Mapping::new(),
                shadows: Mapping::new(),
                in_shadow_of: Mapping::new(),
            };
            oracle.roles.set(&RolesRecord(Roles::new(oracle.env().caller().0)));
            oracle
        }

        /// Creates a feed. Only the governor, and once for each number.
        ///
        /// Errors: `Role`, `FeedExists`, those of `FeedConfig::validate`. Event: `FeedConfigured`.
        #[ink(message)]
        pub fn add_feed(&mut self, feed: u32, config: FeedConfig) -> Result<(), Error> {
            self.permit::<Governor>()?;
            if self.configs.contains(feed) {
                return Err(Error::FeedExists { feed });
            }
            self.write_config(feed, config)
        }

        /// Changes the rules of a feed; where it has a price, at most one step and once a day. Only the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`, `InShadow`, those of `FeedConfig::validate`, `StepTooLarge`, `ChangedTooSoon`. Event:
        /// `FeedConfigured`.
        #[ink(message)]
        pub fn set_feed_config(&mut self, feed: u32, config: FeedConfig) -> Result<(), Error> {
            self.permit::<Governor>()?;
            let current = self.config_of(feed)?;
            self.check_not_in_shadow(feed)?;
            config.validate()?;
            if self.states.contains(feed) {
                let voted_at = Time::from_raw(self.voted_at.get(feed).unwrap_or_default());
                current.check_step(voted_at, &config, self.now())?;
                self.voted_at.insert(feed, &self.now().raw());
            }
            self.write_config(feed, config)
        }

        /// Lets an account report to a feed that has no price yet: new sources of a live feed run in its shadow first. Only the
        /// governor.
        ///
        /// Errors: `Role`, `UnknownFeed`, `FeedIsLive`, `DuplicateSlot` where it may already, `NoFreeSlot`. Event: `FeederChanged`.
        #[ink(message)]
        pub fn add_feeder(&mut self, feed: u32, feeder: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.config_of(feed)?;
            if self.states.contains(feed) {
                return Err(Error::FeedIsLive { feed });
            }
            let (feeders, _) = self.feeders_of(feed).add(feeder.0)?;
            self.feeders.insert(feed, &FeedersRecord(feeders));
            self.env().emit_event(FeederChanged { feed, feeder, active: true });
            Ok(())
        }

        /// Ends an account's right to report to a feed; its last report no longer counts. Only the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`, `InShadow`, `NotFeeder`. Event: `FeederChanged`.
        #[ink(message)]
        pub fn remove_feeder(&mut self, feed: u32, feeder: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.config_of(feed)?;
            self.check_not_in_shadow(feed)?;
            let (feeders, slot) = self.feeders_of(feed).remove(feeder.0)?;
            let reports = self.reports_of(feed).clear(slot)?;
            self.feeders.insert(feed, &FeedersRecord(feeders));
            self.reports.insert(feed, &ReportsRecord(reports));
            self.env().emit_event(FeederChanged { feed, feeder, active: false });
            Ok(())
        }

        /// Has a feed run in the shadow of another that it is to replace: each of its updates is compared with the live price. Only
        /// the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`, `DuplicateFeed` where both are one, `InShadow`, `ShadowExists`, `ShadowTermsOutOfBounds`,
        /// `StepTooLarge` where its rules differ too much. Event: `ShadowChanged`.
        #[ink(message)]
        pub fn begin_shadow(&mut self, feed: u32, candidate: u32, terms: ShadowTerms) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let (live, proposed) = (self.config_of(feed)?, self.config_of(candidate)?);
            if feed == candidate {
                return Err(Error::DuplicateFeed { feed });
            }
            self.check_not_in_shadow(feed)?;
            self.check_not_in_shadow(candidate)?;
            for place in [feed, candidate] {
                if let Some(ShadowRecord(shadow)) = self.shadows.get(place) {
                    return Err(Error::ShadowExists { feed: place, candidate: shadow.candidate });
                }
            }
            let shadow = Shadow::begin(candidate, terms, &live, &proposed, self.now(), &permit)?;
            self.in_shadow_of.insert(candidate, &feed);
            self.write_shadow(feed, shadow);
            Ok(())
        }

        /// Ends a ceremony without a change of the live feed. Only the guardian or the governor.
        ///
        /// Errors: `Role`, `NoShadow`. Event: `ShadowChanged`.
        #[ink(message)]
        pub fn end_shadow(&mut self, feed: u32) -> Result<(), Error> {
            self.permit::<Guardian>()?;
            let shadow = self.shadow_of(feed)?;
            self.drop_shadow(feed, &shadow);
            Ok(())
        }

        /// Gives a live feed the rules, feeders and reports of the feed in its shadow. Anyone may, once that has proven itself and
        /// agrees at this moment; the governor also where the live feed has had no usable price for a day. The feed in the shadow
        /// stays as it is; its feeders report to the live number from now on.
        ///
        /// Errors: `UnknownFeed`, `NoShadow`, `NotProven`, `Disagrees`, `NoPrice` or `Stale` of the candidate, `StepTooLarge`.
        /// Events: `FeedReplaced`, `FeedConfigured`, `ShadowChanged`, `PriceUpdated`, `ListenerFailed`.
        #[ink(message)]
        pub fn go_live(&mut self, feed: u32) -> Result<(), Error> {
            let (shadow, live) = (self.shadow_of(feed)?, self.config_of(feed)?);
            let (candidate, now) = (shadow.candidate, self.now());
            let config = self.config_of(candidate)?;
            let proposed = self.state_of(candidate);
            rules::read(&config, proposed.as_ref(), now)?;
            let proposed = proposed.ok_or(Error::NoPrice)?;
            // The same rules with other feeders are no step.
            if config != live {
                let voted_at = Time::from_raw(self.voted_at.get(feed).unwrap_or_default());
                live.check_step(voted_at, &config, now)?;
            }
            let permit = self.permit::<Governor>().ok();
            let state = self.state_of(feed);
            let usable = match (&state, self.frozen_since.get(feed)) {
                (None, _) => Err(Time::ZERO),
                (Some(state), None) if rules::read(&live, Some(state), now).is_ok() => Ok(state),
                (Some(state), frozen) => {
                    let stale = state.updated_at.after(live.max_age);
                    Err(frozen.map_or(stale, |since| stale.min(Time::from_raw(since))))
                }
            };
            let state = shadow.go_live(&proposed, usable, now, permit.as_ref())?;
            self.drop_shadow(feed, &shadow);
            self.feeders.insert(feed, &FeedersRecord(self.feeders_of(candidate)));
            self.reports.insert(feed, &ReportsRecord(self.reports_of(candidate)));
            self.voted_at.insert(feed, &now.raw());
            self.write_config(feed, config)?;
            self.env().emit_event(FeedReplaced { feed, candidate });
            self.write_state(feed, state);
            Ok(())
        }

        /// Has a contract told of each new price of a feed; zero clears the place (0 to 3). Only the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`, `SlotOutOfRange`. Event: `ListenerChanged`.
        #[ink(message)]
        pub fn set_listener(&mut self, feed: u32, place: u8, listener: Address) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.config_of(feed)?;
            let mut listeners = self.listeners(feed);
            let slots = u8::try_from(LISTENERS).unwrap_or(u8::MAX);
            *listeners.get_mut(usize::from(place)).ok_or(Error::SlotOutOfRange { slot: place, slots })? =
                (listener != Address::zero()).then_some(listener);
            self.listeners.insert(feed, &ListenersRecord(listeners));
            self.env().emit_event(ListenerChanged { feed, place, listener });
            Ok(())
        }

        /// Reports a price, in wad dollars for one whole token, and renews the feed's price if that is possible now. Only a
        /// feeder of the feed.
        ///
        /// Errors: `UnknownFeed`, `NotFeeder`, `PriceOutOfBounds`. Events: `Reported`, `PriceUpdated`, `ListenerFailed`.
        #[ink(message)]
        pub fn report(&mut self, feed: u32, price: Price) -> Result<(), Error> {
            self.take_report(feed, price)
        }

        /// Reports to several feeds, at most 16, each at most once. Nothing is taken where one of them is refused.
        ///
        /// Errors: those of `report`, `BatchTooLong`, `DuplicateFeed`. Events: those of `report`.
        #[ink(message)]
        pub fn report_batch(&mut self, prices: Vec<(u32, Price)>) -> Result<(), Error> {
            rules::check_batch(prices.iter().map(|(feed, _)| *feed))?;
            prices.into_iter().try_for_each(|(feed, price)| self.take_report(feed, price))
        }

        /// Renews the feed's price from the reports there are. Anyone may do this.
        ///
        /// Errors: `UnknownFeed`, `QuorumNotReached`, `UpdateTooSoon`, `PriceOutOfBounds`. Events: `PriceUpdated`,
        /// `ListenerFailed`.
        #[ink(message)]
        pub fn poke(&mut self, feed: u32) -> Result<(), Error> {
            let config = self.config_of(feed)?;
            let reports = self.reports_of(feed);
            self.renew(feed, &config, &reports)
        }

        /// Makes the feed's price unusable. Only the guardian or the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`. Event: `FeedFrozen`.
        #[ink(message)]
        pub fn freeze(&mut self, feed: u32) -> Result<(), Error> {
            self.permit::<Guardian>()?;
            self.config_of(feed)?;
            // Freezing again does not begin anew: the time without a price counts from the first.
            if !self.frozen_since.contains(feed) {
                self.frozen_since.insert(feed, &self.now().raw());
            }
            self.env().emit_event(FeedFrozen { feed, frozen: true });
            Ok(())
        }

        /// Makes the feed's price usable again. Only the governor.
        ///
        /// Errors: `Role`, `UnknownFeed`. Event: `FeedFrozen`.
        #[ink(message)]
        pub fn unfreeze(&mut self, feed: u32) -> Result<(), Error> {
            self.permit::<Governor>()?;
            self.config_of(feed)?;
            // Nobody could use the price: it comes back as after an outage.
            if let (Some(_), Some(state)) = (self.frozen_since.take(feed), self.state_of(feed)) {
                self.states.insert(feed, &StateRecord(FeedState { recovered_at: self.now(), ..state }));
            }
            self.env().emit_event(FeedFrozen { feed, frozen: false });
            Ok(())
        }

        /// The feed's price, if it may be used.
        ///
        /// Errors: `UnknownFeed`, `Frozen`, `NoPrice`, `Stale`.
        #[ink(message)]
        pub fn price(&self, feed: u32) -> Result<Quote, Error> {
            let config = self.config_of(feed)?;
            if self.frozen_since.contains(feed) {
                return Err(Error::Frozen { feed });
            }
            rules::read(&config, self.state_of(feed).as_ref(), self.now())
        }

        /// The rules of a feed.
        #[ink(message)]
        pub fn feed_config(&self, feed: u32) -> Option<FeedConfig> {
            self.configs.get(feed).map(|record| record.0)
        }

        /// The rules of a feed at the end of a block of the past, or now; none before it was added.
        #[ink(message)]
        pub fn feed_config_at(&self, feed: u32, block: u32) -> Option<FeedConfig> {
            history::at(&self.past_lengths, &self.past_configs, feed, block)
        }

        /// The feed that runs in the shadow of this one.
        #[ink(message)]
        pub fn shadow(&self, feed: u32) -> Option<Shadow> {
            self.shadows.get(feed).map(|record| record.0)
        }

        /// The price of a feed with its times, usable or not.
        #[ink(message)]
        pub fn feed_state(&self, feed: u32) -> Option<FeedState> {
            self.state_of(feed)
        }

        /// The last reports to a feed, by slot.
        #[ink(message)]
        pub fn feed_reports(&self, feed: u32) -> Reports {
            self.reports_of(feed)
        }

        /// The feeders of a feed, by slot.
        #[ink(message)]
        pub fn feed_feeders(&self, feed: u32) -> Feeders {
            self.feeders_of(feed)
        }

        /// The contracts that are told of a feed's prices; zero for none.
        #[ink(message)]
        pub fn feed_listeners(&self, feed: u32) -> Vec<Address> {
            self.listeners(feed).iter().map(|listener| listener.unwrap_or_default()).collect()
        }

        /// Whether the feed's price is frozen.
        #[ink(message)]
        pub fn is_frozen(&self, feed: u32) -> bool {
            self.frozen_since.contains(feed)
        }

        /// Names who may take over as governor; zero for nobody. Only the governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn name_governor(&mut self, successor: Address) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let roles = self.roles().name_governor(optional(successor), &permit);
            self.write_roles(roles);
            Ok(())
        }

        /// Takes over as governor. Only the account that was named.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn accept_governor(&mut self) -> Result<(), Error> {
            let roles = self.roles().accept_governor(&self.env().caller().0)?;
            self.write_roles(roles);
            Ok(())
        }

        /// Sets the guardian and the end of its term, in seconds since 1970; the zero address for nobody. Only the governor.
        ///
        /// Errors: `Role`. Event: `RolesChanged`.
        #[ink(message)]
        pub fn set_guardian(&mut self, guardian: Address, until: u64) -> Result<(), Error> {
            let permit = self.permit::<Governor>()?;
            let guardian = florin_shell::guardian(guardian, until, self.now())?;
            let roles = self.roles().set_guardian(guardian, &permit);
            self.write_roles(roles);
            Ok(())
        }

        /// Governor, named successor, guardian and the end of its term; zero for nobody.
        #[ink(message)]
        pub fn role_holders(&self) -> (Address, Address, Address, u64) {
            let roles = self.roles();
            let (guardian, until) = guardian_or_zero(roles.guardian);
            (Address::from(roles.governor), or_zero(roles.pending_governor), guardian, until)
        }

        fn take_report(&mut self, feed: u32, price: Price) -> Result<(), Error> {
            let config = self.config_of(feed)?;
            let feeder = self.env().caller();
            let slot = self.feeders_of(feed).slot_of(feeder.0)?;
            let reports = self.reports_of(feed).report(slot, price, self.now(), &config)?;
            self.reports.insert(feed, &ReportsRecord(reports));
            self.env().emit_event(Reported { feed, feeder, price });
            // The report stands whether or not the price can be renewed already.
            match self.renew(feed, &config, &reports) {
                Ok(()) | Err(Error::QuorumNotReached { .. } | Error::UpdateTooSoon { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        }

        fn renew(&mut self, feed: u32, config: &FeedConfig, reports: &Reports) -> Result<(), Error> {
            let state = rules::update(config, reports, self.state_of(feed).as_ref(), self.now())?;
            if let Some(live) = self.in_shadow_of.get(feed) {
                let price = self.price(live).ok().map(|quote| quote.price);
                let shadow = self.shadow_of(live)?.compare(&state, price)?;
                self.write_shadow(live, shadow);
            }
            self.write_state(feed, state);
            Ok(())
        }

        /// Writes a price and tells the contracts that want to know it.
        fn write_state(&mut self, feed: u32, state: FeedState) {
            self.states.insert(feed, &StateRecord(state));
            self.env().emit_event(PriceUpdated { feed, state });
            if !self.frozen_since.contains(feed) {
                let quote =
                    Quote { price: state.price, updated_at: state.updated_at, recovered_at: state.recovered_at };
                for listener in self.listeners(feed).into_iter().flatten() {
                    self.tell(feed, listener, quote);
                }
            }
        }

        fn shadow_of(&self, feed: u32) -> Result<Shadow, Error> {
            self.shadow(feed).ok_or(Error::NoShadow { feed })
        }

        fn write_shadow(&mut self, feed: u32, shadow: Shadow) {
            self.shadows.insert(feed, &ShadowRecord(shadow));
            self.env().emit_event(ShadowChanged { feed, shadow: Some(shadow) });
        }

        fn drop_shadow(&mut self, feed: u32, shadow: &Shadow) {
            self.shadows.remove(feed);
            self.in_shadow_of.remove(shadow.candidate);
            self.env().emit_event(ShadowChanged { feed, shadow: None });
        }

        fn check_not_in_shadow(&self, feed: u32) -> Result<(), Error> {
            self.in_shadow_of.get(feed).map_or(Ok(()), |live| Err(Error::InShadow { feed, live }))
        }

        /// Tells a contract of a price; one that fails does not hold up the others.
        fn tell(&self, feed: u32, listener: Address, quote: Quote) {
            let told = build_call_ink::<Environment>()
                .call(listener)
                .exec_input(
                    ExecutionInput::new(Selector::new(ink::selector_bytes!("on_price"))).push_arg(feed).push_arg(quote),
                )
                .returns::<Result<(), ()>>()
                .try_invoke();
            if !matches!(told, Ok(Ok(Ok(())))) {
                self.env().emit_event(ListenerFailed { feed, listener });
            }
        }

        fn write_config(&mut self, feed: u32, config: FeedConfig) -> Result<(), Error> {
            config.validate()?;
            self.configs.insert(feed, &ConfigRecord(config));
            let block = self.env().block_number();
            history::keep(&mut self.past_lengths, &mut self.past_configs, feed, block, config)?;
            self.env().emit_event(FeedConfigured { feed, config });
            Ok(())
        }

        fn config_of(&self, feed: u32) -> Result<FeedConfig, Error> {
            self.configs.get(feed).map(|record| record.0).ok_or(Error::UnknownFeed { feed })
        }

        fn feeders_of(&self, feed: u32) -> Feeders {
            self.feeders.get(feed).map_or_else(Feeders::default, |record| record.0)
        }

        fn reports_of(&self, feed: u32) -> Reports {
            self.reports.get(feed).map_or_else(Reports::default, |record| record.0)
        }

        fn state_of(&self, feed: u32) -> Option<FeedState> {
            self.states.get(feed).map(|record| record.0)
        }

        fn listeners(&self, feed: u32) -> [Option<Address>; LISTENERS] {
            self.listeners.get(feed).map_or([None; LISTENERS], |record| record.0)
        }

        fn roles(&self) -> Roles {
            // The constructor writes the record; a contract without it has nobody who could do anything.
            self.roles.get().map_or(Roles::new([0; 20]), |record| record.0)
        }

        fn write_roles(&mut self, roles: Roles) {
            self.roles.set(&RolesRecord(roles));
            let (guardian, guardian_until) = guardian_or_zero(roles.guardian);
            self.env().emit_event(RolesChanged {
                governor: Address::from(roles.governor),
                pending_governor: or_zero(roles.pending_governor),
                guardian,
                guardian_until,
            });
        }

        fn permit<R: Role>(&self) -> Result<Permit<R>, Error> {
            Ok(roles::check(&self.roles(), &self.env().caller().0, self.now())?)
        }

        fn now(&self) -> Time {
            Time::from_raw(self.env().block_timestamp())
        }
    }

    impl Default for Oracle {
        fn default() -> Self {
            Self::new()
        }
    }
}
