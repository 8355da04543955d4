//! A contract's refusal in human units: what was asked, what there is, what to do next.

mod trade;

use florin_bindings::{
    governor,
    shared::{CoinError, VotesError},
    vaults, NoError,
};
use florin_governance::{
    action::ActionError,
    migration::MigrationError,
    proposal::{ProposalError, Status},
    roles::RoleError,
    rules::RuleError,
    signing::SignatureError,
};
use florin_stable::{error::VaultError, oracle::OracleError, parameter::Parameter, pause::Operation};
use florin_units::{Amount, Bps, Price, Seconds, Timestamp, Wad, U256};
use serde_json::{json, Map, Value};

use crate::{
    amount::{percent, Unit},
    moment, words,
};

/// What to do where a vote would move a value further than one vote may.
const STEP_BY_STEP: &str = "go there step by step, each by a proposal of its own, a day apart: florin gov propose FILE";
/// What to do where a vote comes too early after the last one.
const ONE_A_DAY: &str = "wait until then; a proposal that is ready can be executed until its grace is over";

/// Why a contract refuses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// Name of the error, in capitals.
    pub(crate) code: String,
    /// The reason as a sentence.
    pub(crate) reason: String,
    /// The values.
    pub(crate) details: Map<String, Value>,
    /// What to do next.
    pub(crate) next: Option<String>,
}

/// What amounts in a refusal are counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    /// The coin.
    pub(crate) coin: Unit,
    /// The collateral, or the asset of a credit, where one is at stake.
    pub(crate) collateral: Option<Unit>,
    /// The native token as contracts see it.
    pub(crate) native: Unit,
}

impl Units {
    /// No collateral is at stake.
    pub(crate) fn plain() -> Self {
        Self { coin: Unit::coin(), collateral: None, native: Unit::new("native tokens", 18) }
    }
}

/// A contract's error that can explain itself.
pub(crate) trait Explain {
    /// In human units.
    fn explain(&self, units: &Units) -> Refusal;
}

/// Collects values.
struct Values<'a> {
    units: &'a Units,
    map: Map<String, Value>,
}

impl<'a> Values<'a> {
    fn new(units: &'a Units) -> Self {
        Self { units, map: Map::new() }
    }

    fn put(mut self, name: &str, value: Value) -> Self {
        self.map.insert(name.to_owned(), value);
        self
    }

    fn coin(self, name: &str, amount: Wad) -> Self {
        let value = self.units.coin.json(amount.raw());
        self.put(name, value)
    }

    fn wide_coin(self, name: &str, amount: U256) -> Self {
        let value = self.units.coin.wide_json(amount);
        self.put(name, value)
    }

    fn votes(self, name: &str, amount: u128) -> Self {
        self.put(name, Unit::votes().json(amount))
    }

    fn wide_votes(self, name: &str, amount: U256) -> Self {
        self.put(name, Unit::votes().wide_json(amount))
    }

    fn native(self, name: &str, amount: u128) -> Self {
        let value = self.units.native.json(amount);
        self.put(name, value)
    }

    fn wide_native(self, name: &str, amount: U256) -> Self {
        let value = self.units.native.wide_json(amount);
        self.put(name, value)
    }

    fn dollars(self, name: &str, amount: u128) -> Self {
        self.put(name, Unit::dollar().json(amount))
    }

    fn price(self, name: &str, price: Price) -> Self {
        self.dollars(name, price.raw())
    }

    fn collateral(self, name: &str, amount: Amount) -> Self {
        let value = match &self.units.collateral {
            Some(unit) => unit.json(amount.raw()),
            None => json!({ "raw": amount.raw().to_string(), "human": format!("{} raw units", amount.raw()) }),
        };
        self.put(name, value)
    }

    fn ratio(self, name: &str, ratio: Bps) -> Self {
        self.put(name, json!({ "bps": ratio.raw(), "human": percent(ratio.raw()) }))
    }

    fn moment(self, name: &str, moment: Timestamp) -> Self {
        let seconds = moment.raw();
        self.put(name, json!({ "seconds": seconds, "human": moment::format(seconds) }))
    }

    fn span(self, name: &str, span: Seconds) -> Self {
        let seconds = span.raw();
        self.put(name, json!({ "seconds": seconds, "human": moment::format_span(seconds) }))
    }

    fn address(self, name: &str, address: [u8; 20]) -> Self {
        self.put(name, json!(format!("0x{}", hex::encode(address))))
    }

    fn hash(self, name: &str, hash: [u8; 32]) -> Self {
        self.put(name, json!(format!("0x{}", hex::encode(hash))))
    }

    fn refusal(self, error: &dyn core::fmt::Debug, reason: &str, next: Option<&str>) -> Refusal {
        Refusal { code: code_of(error), reason: reason.to_owned(), details: self.map, next: next.map(str::to_owned) }
    }
}

/// The variant's name in capitals: `BelowSafetyRatio { .. }` is `BELOW_SAFETY_RATIO`.
pub(crate) fn code_of(error: &dyn core::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let name: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    let mut code = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

/// The reason without the values that `Display` of the core's errors appends.
fn sentence(error: &impl core::fmt::Display) -> String {
    let text = error.to_string();
    text.split(" (").next().unwrap_or_default().to_owned()
}

impl Explain for NoError {
    fn explain(&self, _: &Units) -> Refusal {
        match *self {}
    }
}

impl Explain for vaults::Error {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        match self {
            Self::Vault(error) => error.explain(units),
            Self::Coin(error) => error.explain(units),
            Self::Oracle(error) => error.explain(units),
            Self::NoAnswer { contract } => values.address("contract", contract.0).refusal(
                self,
                "a contract that the vaults rely on did not answer",
                Some("florin doctor"),
            ),
            Self::ValueMismatch { expected, received } => {
                let unit = &units.native;
                let values = values.put("expected", unit.wide_json(*expected));
                values.put("received", unit.wide_json(*received)).refusal(
                    self,
                    "the native tokens that came with the call are not those that it needs",
                    None,
                )
            }
            Self::CollateralTransferFailed { asset } => values.address("asset", asset.0).refusal(
                self,
                "the collateral token refused the transfer; is there enough of it, and is it allowed?",
                None,
            ),
            Self::CollateralTransferMismatch { expected, received } => values
                .collateral("expected", *expected)
                .collateral("received", *received)
                .refusal(self, "the collateral token moved another amount than it was told", None),
            Self::DecimalsMismatch { expected, actual } => values
                .put("expected", json!(expected))
                .put("actual", json!(actual))
                .refusal(self, "the collateral token has other decimals than the parameters say", None),
            Self::NotCovered { asset, owed, held } => values
                .address("asset", asset.0)
                .collateral("owed", *owed)
                .put("held", json!(held.to_string()))
                .refusal(self, "the vaults would hold less than they owe", None),
            Self::NothingToClaim => values.refusal(self, "nothing is owed to the caller", None),
            Self::NotOracle { caller } => {
                values.address("caller", caller.0).refusal(self, "only the oracle may say this", None)
            }
            Self::TooManyTypesOfFeed { maximum } => values.put("maximum", json!(maximum)).refusal(
                self,
                "the feed serves as many collateral types as it can",
                None,
            ),
        }
    }
}

impl Explain for VaultError {
    fn explain(&self, units: &Units) -> Refusal {
        let (values, next) = vault_values(self, units);
        let mut refusal = values.refusal(self, &sentence(self), next);
        match self {
            Self::Role(error) => return error.explain(units),
            Self::Migration(error) => return error.explain(units),
            Self::Parameter(error) => {
                refusal.code = code_of(error);
                refusal.reason = sentence(error);
                refusal.details.insert("parameter".to_owned(), json!(format!("{error:?}")));
            }
            Self::Paused { operation } => refusal.next = Some(resumable(*operation).to_owned()),
            _ => {}
        }
        refusal
    }
}

fn resumable(operation: Operation) -> &'static str {
    match operation {
        Operation::Draws | Operation::Withdrawals => "repaying and depositing still work; florin read vaults pauses",
        Operation::Liquidations | Operation::Auctions => "florin read vaults pauses",
    }
}

fn vault_values<'a>(error: &VaultError, units: &'a Units) -> (Values<'a>, Option<&'static str>) {
    use VaultError as E;
    let values = Values::new(units);
    match error {
        E::Math(_)
        | E::Role(_)
        | E::Parameter(_)
        | E::Migration(_)
        | E::ZeroAmount
        | E::AlreadyInitialised
        | E::AssetChanged
        | E::NothingToHeal => (values, None),
        E::NoDebt => (values, Some("florin vault show POSITION")),
        E::NoPrice => (values, Some("florin oracle feeds")),
        E::Paused { operation } => (values.put("operation", json!(format!("{operation:?}"))), None),
        E::NotOwner { owner, caller } => {
            (values.address("owner", *owner).address("caller", *caller), Some("give the owner with --account"))
        }
        E::UnknownCollateralType { id } => (values.put("collateral_type", json!(id)), Some("florin vault types")),
        E::UnknownPosition { id } => (values.put("position", json!(id)), Some("florin vault list")),
        E::UnknownAuction { id } => (values.put("auction", json!(id)), Some("florin vault auctions")),
        E::StalePrice { updated_at, max_age, now } => (
            values.moment("updated_at", *updated_at).span("max_age", *max_age).moment("now", *now),
            Some("florin oracle poke, once feeders have reported"),
        ),
        E::PriceInGrace { until, now } => (values.moment("until", *until).moment("now", *now), None),
        E::PriceOutOfBounds { price, minimum, maximum } => {
            (values.price("price", *price).price("minimum", *minimum).price("maximum", *maximum), None)
        }
        E::PriceNotNewer { stored, offered } => (values.moment("stored", *stored).moment("offered", *offered), None),
        E::InsufficientCollateral { requested, available } => (
            values.collateral("requested", *requested).collateral("available", *available),
            Some("florin vault withdraw POSITION max"),
        ),
        E::BelowDebtFloor { debt, minimum } => (
            values.coin("debt", *debt).coin("minimum", *minimum),
            Some("draw more, or repay all with florin vault repay POSITION all"),
        ),
        E::DebtCeilingExceeded { debt, line } => {
            (values.coin("debt", *debt).coin("line", *line), Some("florin vault types"))
        }
        E::BelowSafetyRatio { value, required } => (
            values.dollars("value", value.raw()).dollars("required", required.raw()).share(*value, *required),
            Some("deposit more, or draw less: florin vault draw POSITION max"),
        ),
        E::NotLiquidatable { value, required } => {
            (values.dollars("value", value.raw()).dollars("required", required.raw()).share(*value, *required), None)
        }
        E::AuctionCapReached { tab, room } => {
            (values.coin("tab", *tab).coin("room", *room), Some("wait for auctions to end: florin vault auctions"))
        }
        E::AuctionStale { stale_at, now } => {
            (values.moment("stale_at", *stale_at).moment("now", *now), Some("florin vault redo AUCTION"))
        }
        E::AuctionNotStale { stale_at, now } => {
            (values.moment("stale_at", *stale_at).moment("now", *now), Some("buy from it: florin vault take AUCTION"))
        }
        E::PriceAboveMaximum { price, maximum } => (values.price("price", *price).price("maximum", *maximum), None),
        E::TabRemainderTooSmall { remainder, minimum } => {
            (values.coin("remainder", *remainder).coin("minimum", *minimum), Some("take more, or the whole lot"))
        }
        E::LotRemainderTooSmall { remainder, minimum } => {
            let values = values.dollars("remainder", remainder.raw()).dollars("minimum", minimum.raw());
            (values, Some("take less, or the whole lot"))
        }
        E::RewardUnavailable { requested, available } => {
            (values.coin("requested", *requested).coin("available", *available), None)
        }
        E::RatioOutOfRange { maximum } => (values.ratio("maximum", *maximum), None),
        E::NotDefensive { parameter, current, proposed } => (
            values
                .put("parameter", json!(words::name(parameter)))
                .put("current", json!(words::parameter(*parameter, *current)))
                .put("proposed", json!(words::parameter(*parameter, *proposed))),
            Some("what raises risk takes a vote: florin gov propose FILE"),
        ),
        E::StepTooLarge { parameter, proposed, lowest, highest } => (
            values
                .put("parameter", json!(words::name(parameter)))
                .put("proposed", json!(words::parameter(*parameter, *proposed)))
                .put("lowest", json!(words::parameter(*parameter, *lowest)))
                .put("highest", json!(words::parameter(*parameter, *highest))),
            Some(match parameter {
                Parameter::Feed => {
                    "another source of prices runs in the feed's shadow first: florin oracle shadow FEED"
                }
                _ => STEP_BY_STEP,
            }),
        ),
        E::ChangedTooSoon { next_at, now } => (values.moment("next_at", *next_at).moment("now", *now), Some(ONE_A_DAY)),
    }
}

impl Values<'_> {
    /// What there is as a share of what is needed.
    fn share(self, value: Wad, required: Wad) -> Self {
        match value.ratio_to_down(required) {
            Ok(share) => self.ratio("share_of_required", share),
            Err(_) => self,
        }
    }
}

impl Explain for RoleError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::NotGovernor { caller } => (
                values.address("caller", *caller),
                "the governor acts by proposals: florin gov propose FILE; florin audit roles tells who it is",
            ),
            Self::NotGuardian { caller } => (
                values.address("caller", *caller),
                "give the guardian with --account, or propose it: florin gov propose FILE",
            ),
            Self::NotPendingGovernor { caller } => {
                (values.address("caller", *caller), "the governor has to name this account first: florin audit roles")
            }
            Self::GuardianExpired { caller, until } => (
                values.address("caller", *caller).moment("until", *until),
                "a vote can give a new term: florin gov propose FILE",
            ),
            Self::TermOutOfBounds { until, latest } => (
                values.moment("until", *until).moment("latest", *latest),
                "give an end in seconds since 1970 that is in the future and not after the latest",
            ),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

impl Explain for MigrationError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::Leaving { successor, until } => (
                values.address("successor", *successor).moment("until", *until),
                "wait until then: it works again, or its successor does; florin upgrade execute vaults carries it out",
            ),
            Self::Gone { successor } => (
                values.address("successor", *successor),
                "go there: florin upgrade execute vaults puts the address book right, or give a newer one with --addresses",
            ),
            Self::Arriving => (values, "florin upgrade queue vaults tells how far the replacement is"),
            Self::NotArriving => (values, "nothing is left to be copied here"),
            Self::NotLeaving => (values, "a vote begins one: florin upgrade queue vaults"),
            Self::NotSuccessor { caller } => {
                (values.address("caller", *caller), "florin read vaults standing tells which one the vote has named")
            }
            Self::WindowOutOfBounds { window, minimum, maximum } => (
                values.span("window", *window).span("minimum", *minimum).span("maximum", *maximum),
                "give a --window between the two",
            ),
            Self::WindowChanged { began, now } => {
                (values.put("began", json!(began)).put("now", json!(now)), "florin upgrade plan vaults --again")
            }
            Self::Incomplete => (values, "florin upgrade execute vaults goes on copying"),
            Self::NotGone => (values, "florin upgrade execute vaults, once a vote has begun the replacement"),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

impl Explain for OracleError {
    fn explain(&self, units: &Units) -> Refusal {
        use OracleError as E;
        let values = Values::new(units);
        let (values, next) = match self {
            E::Role(error) => return error.explain(units),
            E::Math(_) | E::NoPrice => (values, None),
            E::UnknownFeed { feed } | E::FeedExists { feed } | E::DuplicateFeed { feed } | E::Frozen { feed } => {
                (values.put("feed", json!(feed)), Some("florin oracle feeds"))
            }
            E::NotFeeder { caller } => {
                (values.address("caller", *caller), Some("give a feeder with --account; florin oracle feeds"))
            }
            E::SlotOutOfRange { slot, slots } => (values.put("slot", json!(slot)).put("slots", json!(slots)), None),
            E::DuplicateSlot { slot } => (values.put("slot", json!(slot)), None),
            E::PriceOutOfBounds { price, minimum, maximum } => {
                (values.price("price", *price).price("minimum", *minimum).price("maximum", *maximum), None)
            }
            E::QuorumNotReached { fresh, quorum } => {
                (values.put("fresh", json!(fresh)).put("quorum", json!(quorum)), Some("more feeders have to report"))
            }
            E::UpdateTooSoon { next_at, now } => (values.moment("next_at", *next_at).moment("now", *now), None),
            E::Stale { updated_at, max_age, now } => (
                values.moment("updated_at", *updated_at).span("max_age", *max_age).moment("now", *now),
                Some("feeders have to report: florin oracle report FEED PRICE"),
            ),
            E::QuorumOutOfBounds { quorum, maximum } => {
                (values.put("quorum", json!(quorum)).put("maximum", json!(maximum)), None)
            }
            E::MaxAgeTooShort { max_age, above } => (values.span("max_age", *max_age).span("above", *above), None),
            E::MaxStepOutOfBounds { max_step, maximum } => {
                (values.ratio("max_step", *max_step).ratio("maximum", *maximum), None)
            }
            E::PriceBoundsInvalid { minimum, maximum } => {
                (values.price("minimum", *minimum).price("maximum", *maximum), None)
            }
            E::NoFreeSlot { slots } => (values.put("slots", json!(slots)), None),
            E::BatchTooLong { length, maximum } => {
                (values.put("length", json!(length)).put("maximum", json!(maximum)), None)
            }
            E::StepTooLarge { rule, proposed, lowest, highest } => (
                values
                    .put("rule", json!(words::feed_rule_name(*rule)))
                    .put("proposed", json!(words::feed_rule(*rule, *proposed)))
                    .put("lowest", json!(words::feed_rule(*rule, *lowest)))
                    .put("highest", json!(words::feed_rule(*rule, *highest))),
                Some(STEP_BY_STEP),
            ),
            E::ChangedTooSoon { next_at, now } => {
                (values.moment("next_at", *next_at).moment("now", *now), Some(ONE_A_DAY))
            }
            E::FeedIsLive { feed } => (
                values.put("feed", json!(feed)),
                Some("add a feed with the new feeders and have it run in the shadow: florin oracle shadow FEED"),
            ),
            E::InShadow { feed, live } => (
                values.put("feed", json!(feed)).put("live", json!(live)),
                Some("it can change once its ceremony has ended: florin oracle shadow LIVE"),
            ),
            E::NoShadow { feed } => (
                values.put("feed", json!(feed)),
                Some("a vote begins a ceremony with begin_shadow: florin gov propose FILE"),
            ),
            E::ShadowExists { feed, candidate } => (
                values.put("feed", json!(feed)).put("candidate", json!(candidate)),
                Some("one ceremony at a time: florin oracle shadow FEED"),
            ),
            E::ShadowTermsOutOfBounds { updates, minimum_updates, max_difference, highest_difference } => (
                values
                    .put("updates", json!(updates))
                    .put("minimum_updates", json!(minimum_updates))
                    .ratio("max_difference", *max_difference)
                    .ratio("highest_difference", *highest_difference),
                Some("ask for no fewer updates, and for a difference above zero and up to the highest"),
            ),
            E::NotProven { agreed, updates } => (
                values.put("agreed", json!(agreed)).put("updates", json!(updates)),
                Some("wait for further updates: florin oracle shadow FEED"),
            ),
            E::Disagrees { candidate, live } => (
                values.price("candidate", *candidate).price("live", *live),
                Some("wait until both agree again: florin oracle shadow FEED"),
            ),
        };
        values.refusal(self, &sentence(self), next)
    }
}

impl Explain for CoinError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, reason, next) = match self {
            Self::AmountTooLarge { amount } => {
                (values.wide_coin("amount", *amount), "there is never so much coin", None)
            }
            Self::InsufficientBalance { requested, available } => (
                values.wide_coin("requested", *requested).wide_coin("available", *available),
                "the owner holds less coin",
                Some("florin token balance"),
            ),
            Self::InsufficientAllowance { requested, available } => (
                values.wide_coin("requested", *requested).wide_coin("available", *available),
                "the owner has allowed less",
                Some("florin token approve SPENDER AMOUNT"),
            ),
            Self::ZeroAmount => (values, "the amount is zero", None),
            Self::ZeroAddress => (values, "the zero address can neither hold nor spend", None),
            Self::NotAuthorised { caller } => (
                values.address("caller", caller.0),
                "the caller does not hold the role",
                Some("the governor acts by proposals: florin gov propose FILE; florin audit roles tells who it is"),
            ),
            Self::MintingPaused => (values, "minting stands still", Some("repaying still works")),
            Self::NotMinter { account } => {
                (values.address("account", account.0), "the account is no minter", Some("florin token minters"))
            }
            Self::CeilingExceeded { requested, available } => (
                values.coin("requested", Wad::from_raw(*requested)).coin("available", Wad::from_raw(*available)),
                "the minter's ceiling is reached",
                Some("florin token minters"),
            ),
            Self::BucketExceeded { requested, available, available_at } => {
                let values =
                    values.coin("requested", Wad::from_raw(*requested)).coin("available", Wad::from_raw(*available));
                let values = match available_at {
                    0 => values.put("available_at", Value::Null),
                    time => values.moment("available_at", Timestamp::from_raw(*time)),
                };
                (values, "the minter's 24-hour bucket does not hold so much", Some("draw less, or wait"))
            }
            Self::UnknownProvenance { number } => (
                values.put("number", json!(number)),
                "there is no such provenance; 0 vaults, 1 peg, 2 reserve, 3 bridge",
                None,
            ),
            Self::ProvenanceChanged => (values, "a minter's provenance cannot change", None),
            Self::Arithmetic => (values, "an arithmetic step has no result", None),
            Self::GuardianExpired { caller, until } => (
                values.address("caller", caller.0).moment("until", Timestamp::from_raw(*until)),
                "the guardian's term is over",
                Some("a vote can give a new term: florin gov propose FILE"),
            ),
            Self::NotDefensive { ceiling, proposed_ceiling, limit_per_day, proposed_limit_per_day } => (
                values
                    .coin("ceiling", Wad::from_raw(*ceiling))
                    .coin("proposed_ceiling", Wad::from_raw(*proposed_ceiling))
                    .coin("limit_per_day", Wad::from_raw(*limit_per_day))
                    .coin("proposed_limit_per_day", Wad::from_raw(*proposed_limit_per_day)),
                "the defensive track may only lower a minter's limits",
                Some("what raises risk takes a vote: florin gov propose FILE"),
            ),
            Self::TermOutOfBounds { until, latest } => (
                values.moment("until", Timestamp::from_raw(*until)).moment("latest", Timestamp::from_raw(*latest)),
                "a guardian's term must end in the future and within two years",
                Some("give an end in seconds since 1970 that is in the future and not after the latest"),
            ),
            Self::LimitTooLarge { actual, maximum } => (
                values.coin("actual", Wad::from_raw(*actual)).coin("maximum", Wad::from_raw(*maximum)),
                "a minter's limit is above its bound",
                Some("give a limit up to the maximum"),
            ),
            Self::StepTooLarge { proposed, highest } => (
                values.coin("proposed", Wad::from_raw(*proposed)).coin("highest", Wad::from_raw(*highest)),
                "one vote may not raise a minter's limit so far",
                Some(STEP_BY_STEP),
            ),
            Self::ChangedTooSoon { next_at, now } => (
                values.moment("next_at", Timestamp::from_raw(*next_at)).moment("now", Timestamp::from_raw(*now)),
                "a vote has changed the minter's limits less than a day ago",
                Some(ONE_A_DAY),
            ),
            Self::NotSuccessor { caller } => (
                values.address("caller", caller.0),
                "the governor has not named the caller as the minter's successor",
                Some("a vote names one with nameSuccessor: florin gov propose FILE"),
            ),
            Self::MinterExists { account } => (
                values.address("account", account.0),
                "a successor must not have a place in the gate of its own",
                Some("name one that is no minter: florin token minters"),
            ),
        };
        values.refusal(self, reason, next)
    }
}

impl Explain for governor::Error {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        match self {
            Self::Proposal(error) => error.explain(units),
            Self::Action(error) => error.explain(units),
            Self::Rule(error) => error.explain(units),
            Self::Role(error) => error.explain(units),
            Self::Signature(error) => error.explain(units),
            Self::OnlyProposal { caller } => values.address("caller", caller.0).refusal(
                self,
                "only a proposal that was voted on may do this",
                Some("florin gov propose FILE"),
            ),
            Self::NoAnswer { contract } => values.address("contract", contract.0).refusal(
                self,
                "the vote token did not answer",
                Some("florin doctor"),
            ),
            Self::CallFailed { place, target } => {
                let reason = format!(
                    "call {} of the proposal was refused, so nothing of the proposal was done",
                    place.saturating_add(1)
                );
                values.put("place", json!(place)).address("target", target.0).refusal(
                    self,
                    &reason,
                    Some("florin gov show PROPOSAL tries each call and says why"),
                )
            }
            Self::TextTooLong { given, maximum } => {
                values.put("given", json!(given)).put("maximum", json!(maximum)).refusal(
                    self,
                    "the text has more bytes than there may be",
                    Some("shorten it; a longer text can stand elsewhere, with its address here"),
                )
            }
            Self::NotCovered { owed, held } => values.native("owed", *owed).wide_native("held", *held).refusal(
                self,
                "the governor would hold less than the deposits that it keeps for proposers",
                None,
            ),
            Self::PayoutFailed { to } => values.address("to", to.0).refusal(
                self,
                "the deposit could not be delivered; nothing has changed",
                Some("name another account with --to"),
            ),
            Self::AmountTooLarge { amount } => {
                values.wide_native("amount", *amount).refusal(self, "the amount is larger than any can be", None)
            }
            Self::RoleNotAccepted { contract } => values.address("contract", contract.0).refusal(
                self,
                "the contract did not hand its role over",
                Some("its governor has to name this one first: florin call CONTRACT name_governor @governor"),
            ),
            Self::ChangedTooSoon { next_at, now } => values.moment("next_at", *next_at).moment("now", *now).refusal(
                self,
                "a vote has changed the governor's rules less than a day ago",
                Some("wait until then; the proposal can be executed again before its grace is over"),
            ),
        }
    }
}

impl Explain for ProposalError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::UnknownProposal { id } => (values.put("proposal", json!(id)), Some("florin gov list")),
            Self::TooLittlePower { power, required } => (
                values.votes("power", *power).votes("required", *required),
                Some("florin gov power; holders can give you theirs with florin gov delegate"),
            ),
            Self::WrongDeposit { given, required } => (
                values.native("given", *given).native("required", *required),
                Some("the rules have changed; run the command again"),
            ),
            Self::WrongStatus { actual, required } => {
                let values = values
                    .put("actual", json!(words::status(*actual)))
                    .put("required", json!(words::status(*required)));
                let (reason, next) = misplaced(*actual, *required);
                return values.refusal(self, &reason, next);
            }
            Self::NoPower { snapshot } => (
                values.put("snapshot", json!(snapshot)),
                Some("power counts as of the end of that block; what came later counts for later proposals"),
            ),
            Self::AlreadyVoted => (values, Some("florin gov show PROPOSAL")),
            Self::OtherActions { expected, actual } => (
                values.hash("expected", *expected).hash("actual", *actual),
                Some("it cannot be executed any more; make it again: florin gov propose FILE"),
            ),
            Self::PredecessorOpen { predecessor } => (
                values.put("predecessor", json!(predecessor)),
                Some("execute the predecessor first: florin gov execute PREDECESSOR"),
            ),
            Self::NotProposer { proposer, caller } => (
                values.address("proposer", *proposer).address("caller", *caller),
                Some("give the proposer with --account"),
            ),
            Self::UnknownPredecessor { predecessor } => {
                (values.put("predecessor", json!(predecessor)), Some("florin gov list"))
            }
            Self::MayNotCancel | Self::AlreadySettled | Self::Math(_) => (values, None),
        };
        values.refusal(self, &sentence(self), next)
    }
}

/// Why a proposal does not move from where it is, and what to do about it.
fn misplaced(actual: Status, required: Status) -> (String, Option<&'static str>) {
    const WHEN: Option<&str> = Some("florin gov show PROPOSAL tells when");
    let (reason, next) = match (actual, required) {
        (Status::Pending, _) => ("the vote has not begun", WHEN),
        (Status::Active, _) => ("the vote has not ended", WHEN),
        (Status::Succeeded, Status::Ready) => {
            ("the proposal has to be queued first", Some("florin gov queue PROPOSAL"))
        }
        (Status::Queued, Status::Ready) => ("the timelock has not ended", WHEN),
        (Status::Expired, _) => (
            "the proposal has expired: it was not queued or executed in time",
            Some("make it again: florin gov propose FILE"),
        ),
        (_, Status::Active) => {
            return (format!("votes are not taken any more, the proposal is {}", words::status(actual)), None)
        }
        (_, _) => return (format!("the proposal is {} already", words::status(actual)), None),
    };
    (reason.to_owned(), next)
}

impl Explain for ActionError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::NoCalls => (values, Some("add a [[call]] to the file")),
            Self::TooManyCalls { given, maximum } | Self::TooMuchData { given, maximum } => (
                values.put("given", json!(given)).put("maximum", json!(maximum)),
                Some("split it into proposals, the later ones with the earlier as predecessor"),
            ),
            Self::BuiltIn { target } => {
                (values.address("target", *target), Some("call a contract of the suite, or pay without data"))
            }
            Self::NoContract { target } => {
                (values.address("target", *target), Some("look at the address: florin contract list"))
            }
        };
        values.refusal(self, &sentence(self), next)
    }
}

impl Explain for RuleError {
    fn explain(&self, units: &Units) -> Refusal {
        let Self { rule, actual, minimum, maximum } = *self;
        let shown = |value| words::rule(rule, value, &units.native);
        let reason = format!("the {} must be between {} and {}", words::name(&rule), shown(minimum), shown(maximum));
        let values = Values::new(units)
            .put("rule", json!(words::name(&rule)))
            .put("actual", json!(shown(actual)))
            .put("minimum", json!(shown(minimum)))
            .put("maximum", json!(shown(maximum)));
        Refusal { code: "RULE_OUT_OF_BOUNDS".to_owned(), ..values.refusal(self, &reason, None) }
    }
}

impl Explain for SignatureError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::Malformed { length } => (values.put("length", json!(length)), None),
            Self::Malleable => (values, None),
            Self::Expired { deadline, now } => (
                values.moment("deadline", *deadline).moment("now", *now),
                Some("sign again: florin gov vote PROPOSAL SUPPORT --sign --valid-for SPAN"),
            ),
            Self::WrongSigner { expected } => (values.address("expected", *expected), None),
            Self::WrongNonce { expected, given } => {
                (values.put("expected", json!(expected)).put("given", json!(given)), None)
            }
        };
        values.refusal(self, &sentence(self), next)
    }
}

impl Explain for VotesError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, reason, next) = match self {
            Self::AmountTooLarge { amount } => {
                (values.wide_votes("amount", *amount), "there are never so many vote tokens", None)
            }
            Self::InsufficientBalance { requested, available } => (
                values.wide_votes("requested", *requested).wide_votes("available", *available),
                "the owner holds fewer vote tokens",
                Some("florin gov power"),
            ),
            Self::InsufficientAllowance { requested, available } => (
                values.wide_votes("requested", *requested).wide_votes("available", *available),
                "the owner has allowed less",
                None,
            ),
            Self::ZeroAddress => (values, "the zero address can neither hold nor spend nor vote", None),
            Self::BlockNotPast { block, present } => (
                values.put("block", json!(block.to_string())).put("present", json!(present)),
                "the block is not over: power may still change",
                Some("ask for an earlier block, or wait for the next one"),
            ),
            Self::TimeNotPast { time, present } => (
                values.moment("time", Timestamp::from_raw(*time)).moment("present", Timestamp::from_raw(*present)),
                "the moment is not over: power may still change",
                Some("ask for an earlier moment, or wait for the next block"),
            ),
            Self::MalformedSignature { length } => (values.put("length", json!(length)), "this is no signature", None),
            Self::MalleableSignature => (values, "the signature is not in its canonical form", None),
            Self::SignatureExpired { deadline, present } => (
                values
                    .moment("deadline", Timestamp::from_raw(*deadline))
                    .moment("present", Timestamp::from_raw(*present)),
                "the signature is no longer valid",
                Some("the holder has to sign again"),
            ),
            Self::WrongSigner { expected } => {
                (values.address("expected", expected.0), "the signature is somebody else's, or of something else", None)
            }
            Self::WrongNonce { expected, given } => (
                values.put("expected", json!(expected)).put("given", json!(given)),
                "the signature was used, or another one has to be used before",
                Some("the holder has to sign again, with the next nonce"),
            ),
            Self::Arithmetic => (values, "an arithmetic step has no result", None),
        };
        values.refusal(self, reason, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_code_reason_values_and_what_to_do() {
        let error = vaults::Error::Vault(VaultError::BelowSafetyRatio {
            value: Wad::from_whole(1_400),
            required: Wad::from_whole(1_500),
        });
        let refusal = error.explain(&Units::plain());
        assert_eq!(refusal.code, "BELOW_SAFETY_RATIO");
        assert_eq!(refusal.reason, "the position would fall below the safety ratio");
        assert_eq!(refusal.details["value"]["human"], json!("1400 USD"));
        assert_eq!(refusal.details["required"]["raw"], json!("1500000000000000000000"));
        assert_eq!(refusal.details["share_of_required"]["human"], json!("93.33 %"));
        assert!(refusal.next.is_some_and(|next| next.contains("florin vault draw")));
    }

    #[test]
    fn nested_errors_name_the_innermost() {
        let role = RoleError::NotGovernor { caller: [1; 20] };
        for error in [vaults::Error::Vault(VaultError::Role(role)), vaults::Error::Oracle(OracleError::Role(role))] {
            assert_eq!(error.explain(&Units::plain()).code, "NOT_GOVERNOR");
        }
        let coin = vaults::Error::Coin(CoinError::InsufficientAllowance {
            requested: U256::from(2u8),
            available: U256::zero(),
        });
        assert_eq!(coin.explain(&Units::plain()).code, "INSUFFICIENT_ALLOWANCE");
        assert_eq!(code_of(&CoinError::MintingPaused), "MINTING_PAUSED");
    }

    #[test]
    fn a_proposal_that_does_not_move_says_why() {
        let error = |actual, required| governor::Error::Proposal(ProposalError::WrongStatus { actual, required });
        let early = error(Status::Pending, Status::Active).explain(&Units::plain());
        assert_eq!((early.code.as_str(), early.reason.as_str()), ("WRONG_STATUS", "the vote has not begun"));
        let late = error(Status::Executed, Status::Active).explain(&Units::plain());
        assert_eq!(late.reason, "votes are not taken any more, the proposal is executed");
        let open = error(Status::Succeeded, Status::Ready).explain(&Units::plain());
        assert_eq!(open.next.as_deref(), Some("florin gov queue PROPOSAL"));
        assert_eq!(open.details["required"], json!("ready"));
    }

    #[test]
    fn rules_and_power_are_shown_in_their_units() {
        let rule = florin_governance::rules::Rule::Quorum;
        let error = governor::Error::Rule(RuleError { rule, actual: 99, minimum: 100, maximum: 5_000 });
        let refusal = error.explain(&Units::plain());
        assert_eq!(refusal.code, "RULE_OUT_OF_BOUNDS");
        assert_eq!(refusal.reason, "the quorum must be between 1 % and 50 %");
        let power = ProposalError::TooLittlePower { power: 0, required: 1_500_000_000_000_000_000 };
        assert_eq!(power.explain(&Units::plain()).details["required"]["human"], json!("1.5 FLRV"));
        let track = VaultError::NotDefensive {
            parameter: florin_stable::parameter::Parameter::SafetyRatio,
            current: 15_000,
            proposed: 14_500,
        };
        assert_eq!(track.explain(&Units::plain()).details["proposed"], json!("145 %"));
    }

    #[test]
    fn a_step_that_is_too_large_says_how_far_it_may_go() {
        let error = VaultError::StepTooLarge {
            parameter: Parameter::SafetyRatio,
            proposed: 20_000,
            lowest: 13_000,
            highest: 17_000,
        };
        let refusal = error.explain(&Units::plain());
        assert_eq!((refusal.code.as_str(), &refusal.details["highest"]), ("STEP_TOO_LARGE", &json!("170 %")));
        assert_eq!(refusal.next.as_deref(), Some(STEP_BY_STEP));
        let feed = VaultError::StepTooLarge { parameter: Parameter::Feed, proposed: 1, lowest: 0, highest: 0 };
        assert!(feed.explain(&Units::plain()).next.is_some_and(|next| next.contains("florin oracle shadow")));
        let rule = florin_stable::oracle::FeedRule::MaxAge;
        let error = OracleError::StepTooLarge { rule, proposed: 86_400, lowest: 0, highest: 21_600 };
        let refusal = error.explain(&Units::plain());
        assert_eq!((&refusal.details["rule"], &refusal.details["highest"]), (&json!("age limit"), &json!("6h")));
        let coin = CoinError::ChangedTooSoon { next_at: 86_400, now: 60 };
        assert_eq!(coin.explain(&Units::plain()).details["next_at"]["human"], json!("1970-01-02T00:00:00Z"));
    }

    #[test]
    fn a_contract_that_is_being_replaced_says_so() {
        let leaving = MigrationError::Leaving { successor: [2; 20], until: Timestamp::from_raw(60) };
        let refusal = vaults::Error::Vault(VaultError::Migration(leaving)).explain(&Units::plain());
        assert_eq!(refusal.code, "LEAVING");
        assert_eq!(refusal.reason, "the contract stands still while its successor copies it");
        assert_eq!(refusal.details["until"]["human"], json!("1970-01-01T00:01:00Z"));
        let changed = MigrationError::WindowChanged { began: 1, now: 2 };
        assert_eq!(changed.explain(&Units::plain()).next.as_deref(), Some("florin upgrade plan vaults --again"));
    }

    #[test]
    fn collateral_is_shown_in_its_own_unit() {
        let error = VaultError::InsufficientCollateral {
            requested: Amount::from_raw(3_000_000),
            available: Amount::from_raw(1_500_000),
        };
        let units = Units { collateral: Some(Unit::new("USDT", 6)), ..Units::plain() };
        assert_eq!(error.explain(&units).details["available"]["human"], json!("1.5 USDT"));
        assert_eq!(error.explain(&Units::plain()).details["available"]["human"], json!("1500000 raw units"));
    }
}
