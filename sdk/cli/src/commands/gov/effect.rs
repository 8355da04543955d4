//! What a call changes, read from the chain, and what of it voters should look at.

use florin_bindings::{governor, oracle, shared::CoinError, token, vaults, Message};
use florin_client::{chain::Address, contract::CallError};
use florin_governance::{
    action::Call,
    rules::{Rule, Rules},
};
use florin_stable::{
    collateral::CollateralParams,
    oracle::{FeedConfig, FeedRule, Feeders},
    parameter::Parameter,
    shadow::ShadowTerms,
};
use florin_units::Seconds;
use parity_scale_codec::{Decode, DecodeAll};
use serde_json::{json, Value};

use crate::{
    amount::{percent, Unit},
    moment,
    session::Session,
    words::{self, Names},
};

/// Which way of a value lets more risk in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Risk {
    Rise,
    Fall,
    Neither,
}

/// A value that a call changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    name: String,
    /// None where it cannot be read.
    old: Option<String>,
    new: String,
}

impl Change {
    /// For people.
    pub(super) fn to_text(&self) -> String {
        format!("{}: {} → {}", self.name, self.old.as_deref().unwrap_or("not known"), self.new)
    }

    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        json!({ "name": self.name, "old": self.old, "new": self.new })
    }
}

/// What a call changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effect {
    /// None where nothing is known beyond the call itself.
    pub(super) changes: Option<Vec<Change>>,
    /// Sentences.
    pub(super) warnings: Vec<String>,
}

/// Reads what the call would change. What the chain does not tell is left open; no call is in the way of the others.
pub(super) async fn effect(session: &Session, call: &Call, names: &Names) -> Effect {
    let (client, target) = (&session.client, Address::from(call.target));
    let mut effect = Effect::default();
    let set = |(id, params): (u32, CollateralParams)| vaults::set_collateral_params(id, params);
    let tighten = |(id, params): (u32, CollateralParams)| vaults::tighten(id, params);
    let add = |(id, params): (u32, CollateralParams)| vaults::add_collateral(id, params);
    let feed = |(feed, config): (u32, FeedConfig)| oracle::set_feed_config(feed, config);
    let rules = |(rules,): (Rules,)| governor::set_rules(rules);
    let minter = |(minter, ceiling, limit, provenance): (Address, u128, u128, u8)| {
        token::set_minter(minter, ceiling, limit, provenance)
    };
    let end_type = |(id,): (u32,)| vaults::end_defence(id);
    let end_minter = |(minter,): (Address,)| token::end_defence(minter);
    let begin = |(successor, window): (Address, Seconds)| vaults::begin_migration(successor, window);
    let heir = |(minter, successor): (Address, Address)| token::name_successor(minter, successor);
    let listener = |(feed, place, listener): (u32, u8, Address)| oracle::set_listener(feed, place, listener);
    let shadow = |(feed, candidate, terms): (u32, u32, ShadowTerms)| oracle::begin_shadow(feed, candidate, terms);
    let live = |(feed,): (u32,)| oracle::go_live(feed);
    if let Some((id, params)) = arguments(call, set).or_else(|| arguments(call, tighten)) {
        let kind = client.read(target, &vaults::collateral(id)).await.ok().flatten();
        effect.parameters(kind.map(|kind| kind.params).as_ref(), &params);
    } else if let Some((id, params)) = arguments(call, add) {
        let ceiling = Unit::coin().exact(params.debt_ceiling.raw());
        effect.warnings.push(format!("adds collateral type {id} with a debt ceiling of {ceiling}"));
    } else if let Some((feed, config)) = arguments(call, feed) {
        let old = client.read(target, &oracle::feed_config(feed)).await.ok().flatten();
        effect.feed(old.as_ref(), &config);
    } else if let Some((rules,)) = arguments(call, rules) {
        let old = client.read(target, &governor::current_rules()).await.ok();
        effect.rules(old.as_ref(), &rules, &session.native_in_contracts());
    } else if let Some((minter, ceiling, limit, _)) = arguments(call, minter) {
        let old = match client.read(target, &token::minter(minter)).await {
            Ok((ceiling, limit, ..)) => Some((ceiling, limit)),
            Err(CallError::Refused { error: CoinError::NotMinter { .. }, .. }) => {
                effect.warnings.push(format!("adds {} as a minter", names.show(&minter)));
                Some((0, 0))
            }
            Err(_) => None,
        };
        effect.limits(old, (ceiling, limit));
    } else if let Some((id,)) = arguments(call, end_type) {
        effect.warnings.push(format!("ends the defence of collateral type {id}: its parameters may be loosened again"));
    } else if let Some((minter,)) = arguments(call, end_minter) {
        let minter = names.show(&minter);
        effect.warnings.push(format!("ends the defence of {minter} as a minter: its limits may be raised again"));
    } else if let Some((successor, window)) = arguments(call, begin) {
        effect.replacement(&names.show(&target), &names.show(&successor), window);
    } else if let Some((minter, successor)) = arguments(call, heir) {
        let old = client.read(target, &token::successor_of(minter)).await.ok();
        effect.heir(names, &minter, old.as_ref(), &successor);
    } else if let Some((feed, place, listener)) = arguments(call, listener) {
        let old = client.read(target, &oracle::feed_listeners(feed)).await.ok();
        let old = old.and_then(|all| all.get(usize::from(place)).copied());
        effect.listener(names, (feed, place), old.as_ref(), &listener);
    } else if let Some((feed, candidate, terms)) = arguments(call, shadow) {
        effect.ceremony(feed, candidate, &terms);
        effect.source(session, names, target, (feed, candidate)).await;
    } else if let Some((feed,)) = arguments(call, live) {
        match client.read(target, &oracle::shadow(feed)).await {
            Ok(Some(shadow)) => {
                effect.proof(feed, shadow.candidate, shadow.agreed, shadow.terms.updates);
                effect.source(session, names, target, (feed, shadow.candidate)).await;
            }
            Ok(None) => effect.warnings.push(format!("no feed runs in the shadow of feed {feed} now")),
            Err(_) => effect.warnings.push(format!("the feed in the shadow of feed {feed} cannot be read")),
        }
    } else {
        effect.warnings.extend(role(call, names));
    }
    effect
}

/// The arguments of a call, where it is this message and nothing else.
pub(crate) fn arguments<A, T, E>(call: &Call, message: impl FnOnce(A) -> Message<T, E>) -> Option<A>
where
    A: Decode + Clone,
    T: Decode,
    E: Decode,
{
    let mut data = call.data.get(4..)?;
    let arguments = A::decode_all(&mut data).ok()?;
    (message(arguments.clone()).data() == call.data.as_slice()).then_some(arguments)
}

impl Effect {
    fn parameters(&mut self, old: Option<&CollateralParams>, new: &CollateralParams) {
        for parameter in Parameter::ALL {
            let risk = match parameter {
                Parameter::DebtCeiling | Parameter::Gap | Parameter::MinimumPrice | Parameter::MaximumPrice => {
                    Risk::Rise
                }
                Parameter::SafetyRatio | Parameter::LiquidationRatio | Parameter::TargetRatio => Risk::Fall,
                _ => Risk::Neither,
            };
            let old = old.map(|old| old.value(parameter));
            self.compare(&words::name(&parameter), old, new.value(parameter), risk, |value| {
                words::parameter(parameter, value)
            });
        }
        self.complete(old.is_some());
    }

    fn rules(&mut self, old: Option<&Rules>, new: &Rules, native: &Unit) {
        for rule in Rule::ALL {
            let risk = match rule {
                Rule::VotingDelay | Rule::VotingPeriod | Rule::Timelock | Rule::Quorum | Rule::Threshold => Risk::Fall,
                Rule::LateExtension | Rule::Grace | Rule::ProposerShare | Rule::Deposit => Risk::Neither,
            };
            let old = old.map(|old| old.value(rule));
            self.compare(&words::name(&rule), old, new.value(rule), risk, |value| words::rule(rule, value, native));
        }
        self.complete(old.is_some());
    }

    fn feed(&mut self, old: Option<&FeedConfig>, new: &FeedConfig) {
        for rule in FeedRule::ALL {
            let risk = match rule {
                FeedRule::Quorum => Risk::Fall,
                FeedRule::Minimum | FeedRule::Maximum => Risk::Rise,
                FeedRule::MaxAge | FeedRule::MaxStep | FeedRule::UpdateInterval => Risk::Neither,
            };
            let old = old.map(|old| old.value(rule));
            self.compare(words::feed_rule_name(rule), old, new.value(rule), risk, |value| {
                words::feed_rule(rule, value)
            });
        }
        self.complete(old.is_some());
    }

    /// Vaults that are to be replaced.
    fn replacement(&mut self, target: &str, successor: &str, window: Seconds) {
        let window = words::span(window.raw().into());
        self.warnings.extend([
            format!(
                "{target} stands still for up to {window}: nothing can be deposited, repaid, drawn or withdrawn, and \
                 nothing is liquidated"
            ),
            format!(
                "meanwhile {successor} may copy it and take its place for good, with all collateral; florin upgrade check \
                 vaults tells whether it is sound"
            ),
        ]);
    }

    /// Who may take a minter's place.
    fn heir(&mut self, names: &Names, minter: &Address, old: Option<&Address>, new: &Address) {
        let minter = names.show(minter);
        if *new != Address::zero() {
            let new = names.show(new);
            self.warnings.push(format!("lets {new} take over the place of {minter} as a minter, with all its limits"));
        }
        let old = old.map(|old| somebody(names, old));
        self.replace(format!("who may succeed {minter} as a minter"), old, somebody(names, new));
    }

    /// Who hears of a feed's prices.
    fn listener(&mut self, names: &Names, (feed, place): (u32, u8), old: Option<&Address>, new: &Address) {
        if let Some(old) = old.filter(|old| **old != Address::zero() && *old != new) {
            self.warnings.push(format!("{} does not hear of prices of feed {feed} any more", names.show(old)));
        }
        let old = old.map(|old| somebody(names, old));
        self.replace(format!("listener {place} of feed {feed}"), old, somebody(names, new));
    }

    /// A feed that is to prove itself in the shadow of another.
    fn ceremony(&mut self, feed: u32, candidate: u32, terms: &ShadowTerms) {
        let (updates, most) = (terms.updates, percent(terms.max_difference.raw()));
        self.warnings.push(format!(
            "once {updates} updates of feed {candidate} in a row differ from feed {feed} by {most} at most, anybody may give \
             feed {feed} its rules, feeders and reports"
        ));
    }

    /// A feed that is to take the place of another.
    fn proof(&mut self, feed: u32, candidate: u32, agreed: u16, updates: u16) {
        self.warnings.push(format!("gives feed {feed} the rules, feeders and reports of feed {candidate}"));
        if agreed < updates {
            self.warnings.push(format!(
                "feed {candidate} has agreed {agreed} of {updates} times: a vote does without only where feed {feed} has had no \
                 usable price for a day"
            ));
        }
    }

    /// What a feed gets from the one in its shadow.
    async fn source(&mut self, session: &Session, names: &Names, contract: Address, (feed, candidate): (u32, u32)) {
        let client = &session.client;
        let old = client.read(contract, &oracle::feed_config(feed)).await.ok().flatten();
        match client.read(contract, &oracle::feed_config(candidate)).await.ok().flatten() {
            Some(new) => self.feed(old.as_ref(), &new),
            None => self.warnings.push(format!("the rules of feed {candidate} cannot be read")),
        }
        let old = client.read(contract, &oracle::feed_feeders(feed)).await.ok();
        match client.read(contract, &oracle::feed_feeders(candidate)).await {
            Ok(new) => {
                let old = old.map(|old| feeders(names, &old));
                self.replace("feeders".to_owned(), old, feeders(names, &new));
            }
            Err(_) => self.warnings.push(format!("the feeders of feed {candidate} cannot be read")),
        }
    }

    /// Ceiling and daily limit of a minter.
    fn limits(&mut self, old: Option<(u128, u128)>, new: (u128, u128)) {
        let coin = |value| Unit::coin().exact(value);
        self.compare("ceiling", old.map(|old| old.0), new.0, Risk::Rise, coin);
        self.compare("limit in 24 h", old.map(|old| old.1), new.1, Risk::Rise, coin);
        self.complete(old.is_some());
    }

    fn compare(&mut self, name: &str, old: Option<u128>, new: u128, risk: Risk, shown: impl Fn(u128) -> String) {
        if old == Some(new) {
            return;
        }
        let (before, after) = (old.map(&shown), shown(new));
        if let (Some(value), Some(before)) = (old, &before) {
            let verb = match risk {
                Risk::Rise if new > value => Some("rises"),
                Risk::Fall if new < value => Some("falls"),
                Risk::Rise | Risk::Fall | Risk::Neither => None,
            };
            self.warnings.extend(verb.map(|verb| format!("the {name} {verb} from {before} to {after}")));
        }
        let change = Change { name: name.to_owned(), old: before, new: after };
        self.changes.get_or_insert_with(Vec::new).push(change);
    }

    /// Something that is no number.
    fn replace(&mut self, name: String, old: Option<String>, new: String) {
        let changes = self.changes.get_or_insert_with(Vec::new);
        if old.as_ref() != Some(&new) {
            changes.push(Change { name, old, new });
        }
    }

    /// All values have been compared.
    fn complete(&mut self, is_known: bool) {
        self.changes.get_or_insert_with(Vec::new);
        if !is_known {
            self.warnings.push("what holds now cannot be read, so look at each value".to_owned());
        }
    }
}

/// Somebody by name and address; zero is nobody.
fn somebody(names: &Names, who: &Address) -> String {
    match *who == Address::zero() {
        true => "nobody".to_owned(),
        false => names.show(who),
    }
}

/// Who reports to a feed.
fn feeders(names: &Names, feeders: &Feeders) -> String {
    let shown: Vec<String> =
        feeders.slots.iter().flatten().map(|feeder| names.short(&Address::from(*feeder))).collect();
    match shown.is_empty() {
        true => "nobody".to_owned(),
        false => shown.join(", "),
    }
}

/// What a call does to the roles of a contract; these messages are the same in all contracts that have them.
fn role(call: &Call, names: &Names) -> Option<String> {
    let (target, nobody) = (names.show(&Address::from(call.target)), Address::zero());
    if let Some((who,)) = arguments(call, |(who,): (Address,)| vaults::name_governor(who)) {
        return Some(match who == nobody {
            true => format!("nobody is named as the next governor of {target} any more"),
            false => format!("names {} as the next governor of {target}", names.show(&who)),
        });
    }
    if let Some((who, until)) = arguments(call, |(who, until): (Address, u64)| vaults::set_guardian(who, until)) {
        return Some(match who == nobody {
            true => format!("leaves {target} without a guardian"),
            false => format!("makes {} the guardian of {target} until {}", names.show(&who), moment::format(until)),
        });
    }
    if let Some((contract,)) = arguments(call, |(contract,): (Address,)| governor::accept_role(contract)) {
        return Some(format!("takes over the governor's role of {}", names.show(&contract)));
    }
    arguments(call, |(): ()| vaults::accept_governor()).map(|()| format!("takes over the governor's role of {target}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_units::{Bps, Price};

    fn rules() -> Rules {
        Rules {
            voting_delay: Seconds::from_raw(86_400),
            voting_period: Seconds::from_raw(259_200),
            late_extension: Seconds::from_raw(86_400),
            timelock: Seconds::from_raw(172_800),
            grace: Seconds::from_raw(1_209_600),
            quorum: Bps::from_raw(400),
            threshold: Bps::from_raw(5_000),
            proposer_share: Bps::from_raw(10),
            deposit: 1_000_000_000_000_000_000,
        }
    }

    fn call<T: Decode, E: Decode>(message: &Message<T, E>) -> Call {
        Call { target: [7; 20], value: 0, data: message.data().to_vec() }
    }

    #[test]
    fn only_what_changes_is_told() {
        let (unit, mut effect) = (Unit::new("UNIT", 18), Effect::default());
        effect.rules(Some(&rules()), &rules(), &unit);
        assert_eq!(effect, Effect { changes: Some(Vec::new()), warnings: Vec::new() });
        let next = Rules { quorum: Bps::from_raw(300), deposit: 0, ..rules() };
        effect.rules(Some(&rules()), &next, &unit);
        let changes: Vec<String> = effect.changes.iter().flatten().map(Change::to_text).collect();
        assert_eq!(changes, ["quorum: 4 % → 3 %", "deposit: 1 UNIT → 0 UNIT"]);
        assert_eq!(effect.warnings, ["the quorum falls from 4 % to 3 %"]);
    }

    #[test]
    fn what_is_not_known_is_said() {
        let mut effect = Effect::default();
        effect.limits(None, (5, 5));
        assert_eq!(effect.changes.as_ref().map(Vec::len), Some(2));
        assert_eq!(effect.warnings.len(), 1);
    }

    #[test]
    fn a_call_is_its_message_and_nothing_else() {
        let message = governor::set_rules(rules());
        let read = |call: &Call| arguments(call, |(rules,): (Rules,)| governor::set_rules(rules)).map(|(rules,)| rules);
        assert_eq!(read(&call(&message)), Some(rules()));
        let mut longer = call(&message);
        longer.data.push(0);
        assert_eq!(read(&longer), None);
        assert_eq!(read(&call(&governor::current_rules())), None);
    }

    #[test]
    fn a_replacement_is_warned_of() {
        let successor = Address::repeat_byte(1);
        let begin = |(successor, window): (Address, Seconds)| vaults::begin_migration(successor, window);
        let window = Seconds::from_raw(7_200);
        assert_eq!(arguments(&call(&vaults::begin_migration(successor, window)), begin), Some((successor, window)));
        let (names, mut effect) = (Names::new(None), Effect::default());
        effect.replacement("vaults", "vaults_next", window);
        let told = effect.warnings.join("; ");
        for part in ["up to 2h", "vaults_next", "florin upgrade check vaults"] {
            assert!(told.contains(part), "{told}");
        }
        effect.heir(&names, &Address::repeat_byte(2), Some(&Address::zero()), &successor);
        assert_eq!(effect.warnings.len(), 3);
        assert!(effect.changes.iter().flatten().all(|change| change.old.as_deref() == Some("nobody")));
        // Who takes the place of nobody takes nothing away.
        effect.listener(&names, (0, 1), Some(&Address::zero()), &successor);
        assert_eq!(effect.warnings.len(), 3);
        effect.listener(&names, (0, 1), Some(&Address::repeat_byte(2)), &successor);
        assert_eq!((effect.warnings.len(), effect.changes.as_ref().map(Vec::len)), (4, Some(3)));
    }

    #[test]
    fn a_feed_that_has_not_proven_itself_is_warned_of() {
        let terms = ShadowTerms { max_difference: Bps::from_raw(100), updates: 10 };
        let mut effect = Effect::default();
        effect.ceremony(0, 1, &terms);
        assert!(effect.warnings.concat().contains("10 updates of feed 1 in a row differ from feed 0 by 1 %"));
        for (agreed, warnings) in [(10, 1), (9, 2)] {
            let mut effect = Effect::default();
            effect.proof(0, 1, agreed, 10);
            assert_eq!(effect.warnings.len(), warnings);
        }
        let config = FeedConfig {
            quorum: 2,
            max_age: Seconds::from_raw(3_600),
            max_step: Bps::from_raw(500),
            update_interval: Seconds::from_raw(60),
            minimum: Price::from_raw(1),
            maximum: Price::from_raw(2),
        };
        let next = FeedConfig { quorum: 1, max_age: Seconds::from_raw(7_200), ..config };
        let mut effect = Effect::default();
        effect.feed(Some(&config), &next);
        let changes: Vec<String> = effect.changes.iter().flatten().map(Change::to_text).collect();
        assert_eq!(changes, ["quorum: 2 → 1", "age limit: 1h → 2h"]);
        assert_eq!(effect.warnings, ["the quorum falls from 2 to 1"]);
    }

    #[test]
    fn roles_are_warned_of() {
        let names = Names::new(None);
        for (message, part) in [
            (call(&vaults::name_governor(Address::repeat_byte(1))), "next governor"),
            (call(&vaults::set_guardian(Address::repeat_byte(1), 86_400)), "1970-01-02"),
            (call(&vaults::set_guardian(Address::zero(), 0)), "without a guardian"),
            (call(&vaults::accept_governor()), "takes over"),
            (call(&governor::accept_role(Address::repeat_byte(1))), "takes over"),
        ] {
            assert!(role(&message, &names).is_some_and(|text| text.contains(part)), "{part}");
        }
        assert_eq!(role(&call(&vaults::heal()), &names), None);
    }
}
