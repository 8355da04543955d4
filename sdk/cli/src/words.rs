//! What governance deals with, in words: states, votes, parameters in their units, accounts by name. [`trade`] has the words of
//! credits.

pub(crate) mod trade;

use core::fmt::Debug;

use florin_client::{
    address_book::AddressBook,
    chain::Address,
    signer::{Signer, DEVELOPMENT_NAMES},
};
use florin_governance::{
    proposal::{Status, Support},
    rules::Rule,
};
use florin_stable::{oracle::FeedRule, parameter::Parameter};
use florin_units::Ray;

use crate::{
    amount::{percent, Unit},
    commands::vault::yearly,
    moment,
    refusal::code_of,
};

/// Where a proposal stands.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Active => "active",
        Status::Defeated => "defeated",
        Status::Succeeded => "succeeded",
        Status::Queued => "queued",
        Status::Ready => "ready",
        Status::Expired => "expired",
        Status::Executed => "executed",
        Status::Cancelled => "cancelled",
    }
}

/// What a voter says, as the command line has it.
pub(crate) const fn support(support: Support) -> &'static str {
    match support {
        Support::Against => "against",
        Support::For => "for",
        Support::Abstain => "abstain",
        Support::AgainstAndSlash => "slash",
    }
}

/// The name of a parameter or rule: `DebtCeiling` is `debt ceiling`.
pub(crate) fn name(item: &dyn Debug) -> String {
    code_of(item).to_lowercase().replace('_', " ")
}

/// A parameter of a collateral type in its unit.
pub(crate) fn parameter(parameter: Parameter, value: u128) -> String {
    match parameter {
        Parameter::Feed => value.to_string(),
        Parameter::AuctionCurve if value == 0 => "linear".to_owned(),
        Parameter::AuctionCurve => "exponential".to_owned(),
        Parameter::SafetyRatio
        | Parameter::LiquidationRatio
        | Parameter::TargetRatio
        | Parameter::Penalty
        | Parameter::Seizure
        | Parameter::AuctionTop
        | Parameter::AuctionFloor
        | Parameter::KeeperShare => ratio(value),
        Parameter::DebtCeiling | Parameter::Gap | Parameter::DebtFloor | Parameter::Tip | Parameter::AuctionCap => {
            Unit::coin().exact(value)
        }
        Parameter::MinimumPrice | Parameter::MaximumPrice => Unit::dollar().exact(value),
        Parameter::LineInterval
        | Parameter::CurveTime
        | Parameter::AuctionDuration
        | Parameter::MaxPriceAge
        | Parameter::Grace => span(value),
        Parameter::StabilityFee => {
            let factor = Ray::from_raw(value);
            format!("{factor} a second ({} a year)", percent(yearly(factor)))
        }
        Parameter::CurveCut => Ray::from_raw(value).to_string(),
    }
}

/// A rule of the governor in its unit.
pub(crate) fn rule(rule: Rule, value: u128, native: &Unit) -> String {
    match rule {
        Rule::VotingDelay | Rule::VotingPeriod | Rule::LateExtension | Rule::Timelock | Rule::Grace => span(value),
        Rule::Quorum | Rule::Threshold | Rule::ProposerShare => ratio(value),
        Rule::Deposit => native.exact(value),
    }
}

/// What a rule of a feed is called.
pub(crate) const fn feed_rule_name(rule: FeedRule) -> &'static str {
    match rule {
        FeedRule::Quorum => "quorum",
        FeedRule::MaxAge => "age limit",
        FeedRule::MaxStep => "largest step",
        FeedRule::UpdateInterval => "interval",
        FeedRule::Minimum => "minimum price",
        FeedRule::Maximum => "maximum price",
    }
}

/// A rule of a feed in its unit.
pub(crate) fn feed_rule(rule: FeedRule, value: u128) -> String {
    match rule {
        FeedRule::Quorum => value.to_string(),
        FeedRule::MaxAge | FeedRule::UpdateInterval => span(value),
        FeedRule::MaxStep => ratio(value),
        FeedRule::Minimum | FeedRule::Maximum => Unit::dollar().exact(value),
    }
}

/// Basis points as per cent.
pub(crate) fn ratio(bps: u128) -> String {
    percent(u32::try_from(bps).unwrap_or(u32::MAX))
}

/// Seconds, exactly: two units where that is enough, else their number.
pub(crate) fn span(seconds: u128) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    let text = moment::format_span(seconds);
    match moment::parse_span(&text.replace(' ', "")) {
        Ok(same) if same == seconds => text,
        _ => format!("{seconds} s"),
    }
}

/// A text of somebody else's: it must neither move the cursor nor change the order of what stands around it.
pub(crate) fn harmless(text: &str) -> String {
    let is_harmful = |found: char| {
        (found.is_control() && found != '\n') || matches!(found, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|found| if is_harmful(found) { '\u{fffd}' } else { found }).collect()
}

/// The first line of a description, cut where it is long.
pub(crate) fn title(description: &str) -> String {
    const LONGEST: usize = 80;
    let line = harmless(description.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default());
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Names of addresses: contracts of the address book, and development accounts.
#[derive(Debug)]
pub(crate) struct Names(Vec<(Address, String)>);

impl Names {
    /// The names that a book gives.
    pub(crate) fn new(book: Option<&AddressBook>) -> Self {
        let mut names = Vec::new();
        if let Some(book) = book {
            names.extend(book.contracts.iter().map(|(name, deployed)| (deployed.address, name.clone())));
        }
        for name in DEVELOPMENT_NAMES {
            if let Ok(signer) = Signer::dev(name) {
                names.push((signer.account().to_address(), name.to_owned()));
            }
        }
        Self(names)
    }

    /// The name of an address, where it has one.
    pub(crate) fn get(&self, address: &Address) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == address).map(|(_, name)| name.as_str())
    }

    /// The name, or the address.
    pub(crate) fn short(&self, address: &Address) -> String {
        self.get(address).map_or_else(|| format!("{address:?}"), str::to_owned)
    }

    /// The name with the address.
    pub(crate) fn show(&self, address: &Address) -> String {
        match self.get(address) {
            Some(name) => format!("{name} ({address:?})"),
            None => format!("{address:?}"),
        }
    }

    /// A text with the name after each address that has one.
    pub(crate) fn annotate(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (address, name)| {
            let written = format!("{address:?}");
            text.replace(&written, &format!("{written} ({name})"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_shown_in_their_units() {
        assert_eq!(name(&Parameter::DebtCeiling), "debt ceiling");
        assert_eq!(parameter(Parameter::DebtCeiling, 2_000_000_000_000_000_000), "2 FLRN");
        assert_eq!(parameter(Parameter::SafetyRatio, 15_000), "150 %");
        assert_eq!(parameter(Parameter::Grace, 600), "10m");
        let fee = parameter(Parameter::StabilityFee, 1_000_000_001_547_125_957_863_212_449);
        assert_eq!(fee, "1.000000001547125957863212449 a second (5 % a year)");
        assert_eq!(rule(Rule::Deposit, 1_500_000_000_000_000_000, &Unit::new("UNIT", 18)), "1.5 UNIT");
        assert_eq!(feed_rule(FeedRule::MaxStep, 5_000), "50 %");
        assert_eq!(feed_rule(FeedRule::Minimum, 10_000_000_000_000_000), "0.01 USD");
    }

    #[test]
    fn spans_that_differ_look_different() {
        assert_eq!(span(172_800), "2d");
        assert_eq!(span(172_805), "172805 s");
        assert_eq!(span(0), "0s");
    }

    #[test]
    fn texts_of_others_do_no_harm() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd"), "a\u{fffd}[2Jb\u{fffd}c\nd");
        assert_eq!(title("\n  A title \n\nand more"), "A title");
        assert_eq!(title(&"x".repeat(100)).chars().count(), 81);
    }

    #[test]
    fn addresses_have_names() {
        let names = Names::new(None);
        let alice = Signer::alice().account().to_address();
        assert_eq!(names.get(&alice), Some("alice"));
        assert_eq!(names.annotate(&format!("[{alice:?}]")), format!("[{alice:?} (alice)]"));
        assert_eq!(names.short(&Address::zero()), format!("{:?}", Address::zero()));
    }
}
