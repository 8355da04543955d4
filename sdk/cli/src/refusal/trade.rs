//! Why credits, titles, panels and exchanges refuse, in the words of the trade.

use florin_bindings::{arbitration, escrow};
use florin_panels::ArbitrationError;
use florin_trade::{
    condition::ConditionError,
    examination::{Discrepancies, PresentationId},
    right::RightError,
    state::{Message, Status},
    swap::{Bound, SwapError},
    validation::TermsError,
    EscrowError,
};
use florin_trader::timeline::{message_word, status_word};
use florin_units::Amount;
use serde_json::{json, Value};

use super::{sentence, Explain, Refusal, Units, Values, ONE_A_DAY, STEP_BY_STEP};
use crate::{moment, words};

/// What to do where a credit does not stand where somebody thought.
const LOOK: &str = "florin escrow show ESCROW tells where it stands, and who may do what now";
/// What to do where a file of signatures is out of date.
const SIGN_AGAIN: &str = "propose it again, and have everybody sign the new file: florin escrow sign FILE";
/// What to do where a panel does not stand where somebody thought.
const WHO_SITS: &str = "florin arbitration show ESCROW tells who sits, and how far it is";
/// Where else something may be owed.
const OTHER_CLAIMS: &str = "what comes of credits that name a compliance contract is a claim of its own: florin escrow \
                            claim ASSET --compliance CONTRACT; payments that could be delivered have come by themselves";
/// What to do where a mistake of this suite has come out.
const REPORT: &str = "nothing has changed; this should not happen, so report it with the numbers named here";

impl Values<'_> {
    /// An amount of the asset of a credit.
    fn asset(self, name: &str, amount: Amount) -> Self {
        self.collateral(name, amount)
    }

    fn discrepancies(self, bits: u16) -> Self {
        let named = words::trade::discrepancies(Discrepancies(bits), |place| format!("document {place}"));
        self.put("discrepancies", json!(named))
    }

    fn presentation(self, name: &str, id: &PresentationId) -> Self {
        let value = json!({ "number": id.number, "amount": self.shown(id.amount) });
        self.put(name, value)
    }

    fn shown(&self, amount: Amount) -> Value {
        match &self.units.collateral {
            Some(unit) => unit.json(amount.raw()),
            None => json!({ "raw": amount.raw().to_string(), "human": format!("{} raw units", amount.raw()) }),
        }
    }

    fn optional_asset(self, name: &str, amount: Option<Amount>) -> Self {
        match amount {
            Some(amount) => self.asset(name, amount),
            None => self.put(name, Value::Null),
        }
    }

    fn bound(self, name: &str, bound: &Bound) -> Self {
        let seconds = bound.time.raw();
        self.put(name, json!({ "seconds": seconds, "block": bound.block, "human": shown_bound(bound) }))
    }
}

fn shown_bound(bound: &Bound) -> String {
    format!("{} and block {}", moment::format(bound.time.raw()), bound.block)
}

impl Explain for escrow::Error {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        match self {
            Self::Escrow(error) => error.explain(units),
            Self::Swap(error) => error.explain(units),
            Self::Role(error) => error.explain(units),
            Self::Signature(error) => {
                let mut refusal = error.explain(units);
                refusal.next = Some("ask whoever signed for a new signature of just this".to_owned());
                refusal
            }
            Self::UnknownEscrow { escrow } => {
                values.put("escrow", json!(escrow)).refusal(self, "there is no such credit", Some("florin escrow list"))
            }
            Self::UnknownAsset { asset } => values.address("asset", asset.0).refusal(
                self,
                "no credit can be in this asset yet",
                Some("anybody may admit it, once: florin call escrow admit_asset ASSET"),
            ),
            Self::AssetExists { asset } => values.address("asset", asset.0).refusal(
                self,
                "the asset was admitted already",
                Some("nothing has to be done"),
            ),
            Self::TransferRefused { asset, from, amount } => {
                values.address("asset", asset.0).address("from", from.0).asset("amount", *amount).refusal(
                    self,
                    "the asset's contract did not pay in; is there enough of it, and is it allowed?",
                    Some("look at the balance, and run the command again: it allows what is needed"),
                )
            }
            Self::PayoutRefused { asset, to, amount } => {
                values.address("asset", asset.0).address("to", to.0).asset("amount", *amount).refusal(
                    self,
                    "the asset's contract does not pay this account; the claim stays what it was",
                    Some("name another account with --to"),
                )
            }
            Self::NoAnswer { contract } => values.address("contract", contract.0).refusal(
                self,
                "a contract that the credit names did not answer as it should",
                Some("florin account show CONTRACT tells whether it is there"),
            ),
            Self::TitleRefused { registry, document, reason } => {
                let values = values.address("registry", registry.0).hash("document", *document);
                let why = reason.map(|reason| reason.explain(units).reason);
                let values = values.put("reason", json!(why));
                let told = why.map(|why| format!(": {why}")).unwrap_or_default();
                values.refusal(
                    self,
                    &format!("the title to the goods cannot go into custody{told}"),
                    Some("its owner and holder has to entrust this contract with it: florin title entrust DOCUMENT --escrow ESCROW"),
                )
            }
            Self::NothingToDeliver { escrow, document } => {
                values.put("escrow", json!(escrow)).hash("document", *document).refusal(
                    self,
                    "no title to this document waits to be delivered",
                    Some("florin title show DOCUMENT --issuer CARRIER --escrow ESCROW tells where it is"),
                )
            }
            Self::UnknownQuote { quote } => values.put("quote", json!(quote)).refusal(
                self,
                "there is no such quote",
                Some("ask the dealer for its number"),
            ),
            Self::UnknownLeg { leg } => values.put("leg", json!(leg)).refusal(
                self,
                "there is no such leg",
                Some("ask the other side for its number"),
            ),
            Self::TooMany { given, maximum } => values
                .put("given", json!(given))
                .put("maximum", json!(maximum))
                .refusal(self, "more is brought at once than counts", Some("leave out what the terms do not ask for")),
            Self::NotPayee { caller } => values.address("caller", caller.0).refusal(
                self,
                "only whoever gets proceeds of the credit may do this",
                Some("give the beneficiary, or who has a part of the proceeds, with --account"),
            ),
            Self::NoFee { escrow, caller } => values.put("escrow", json!(escrow)).address("caller", caller.0).refusal(
                self,
                "no fee of this credit's disputes is owed to the account",
                Some("only the fallback that has ruled collects so; panels do with florin arbitration collect"),
            ),
            Self::PoolTooSmall { pool, members, required } => {
                values.put("pool", json!(pool)).put("members", json!(members)).put("required", json!(required)).refusal(
                    self,
                    "the pool of the terms is too small for a panel and an appeal panel without anybody who is barred",
                    Some("agree terms with a larger pool: florin arbitration pool make ACCOUNT… makes one"),
                )
            }
        }
    }
}

impl Explain for EscrowError {
    fn explain(&self, units: &Units) -> Refusal {
        use EscrowError as E;
        let (values, next) = match self {
            E::Terms(error) => return error.explain(units),
            E::Condition(error) => return error.explain(units),
            E::Right(error) => return error.explain(units),
            E::NotAllowed { message, status } => return misplaced(self, *message, *status, units),
            error => escrow_values(error, units),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

/// Why a credit does not move from where it is, and what to do about it.
fn misplaced(error: &EscrowError, message: Message, status: Status, units: &Units) -> Refusal {
    let next = match (message, status) {
        (Message::Fund, Status::Draft) => "both sides have to sign first: florin escrow sign ESCROW",
        (Message::Settle, _) => "nothing is due yet; florin escrow show ESCROW tells when",
        (Message::Waive, Status::Examining) => "approve the documents instead: florin escrow accept ESCROW",
        (Message::Approve, Status::Discrepant) => {
            "they were refused; take them all the same with florin escrow waive ESCROW"
        }
        (Message::RuleFallback, Status::Hearing) => {
            "the panel has its time first; florin escrow show ESCROW tells how long"
        }
        (Message::Raise, Status::Examining) => {
            "the documents are examined first: florin escrow examine ESCROW tells until when; silence honours them"
        }
        (_, Status::Closed) => "the credit is over",
        _ => LOOK,
    };
    let reason =
        format!("the credit's status is {}, in which nobody can {}", status_word(status), message_word(message));
    let values =
        Values::new(units).put("message", json!(message_word(message))).put("status", json!(status_word(status)));
    values.refusal(error, &reason, Some(next))
}

/// The values of a rule that is broken, and what to do next.
fn escrow_values<'a>(error: &EscrowError, units: &'a Units) -> (Values<'a>, &'static str) {
    use EscrowError as E;
    let values = Values::new(units);
    match error {
        // These explain themselves.
        E::Terms(_) | E::Condition(_) | E::Right(_) | E::NotAllowed { .. } => (values, LOOK),
        E::Math(_) => (values, "give an amount that is not so large"),
        E::WrongCaller { expected, caller } => (
            values.address("expected", *expected).address("caller", *caller),
            "give the account that may do this with --account",
        ),
        E::NotParty { caller } => {
            (values.address("caller", *caller), "give the applicant or the beneficiary with --account")
        }
        E::OtherTerms { expected, actual } => (
            values.hash("expected", *expected).hash("actual", *actual),
            "read the agreement that counts, and sign that: florin escrow show ESCROW",
        ),
        E::AlreadySigned => (values, "nothing has to be done; florin escrow show ESCROW tells who has not signed yet"),
        E::AlreadyFunded => (values, LOOK),
        E::CreditExpired { expiry, now } => (
            values.moment("expiry", *expiry).moment("now", *now),
            "what was not drawn goes back: florin escrow settle ESCROW",
        ),
        E::WrongPayment { required, received } => (
            values.asset("required", *required).asset("received", *received),
            "the asset moves another amount than it is told, so no credit can be in it",
        ),
        E::FeeAboveMaximum { fee, maximum } => (
            values.ratio("fee", *fee).ratio("maximum", *maximum),
            "agree terms with a higher credit.maximum_fee, or wait until a vote has lowered the fee",
        ),
        E::DecimalsChanged { expected, actual } => (
            values.put("expected", json!(expected)).put("actual", json!(actual)),
            "write asset.decimals as the asset says, and sign the new terms",
        ),
        E::Denied { account } => {
            (values.address("account", *account), "ask whoever runs the compliance contract that the terms name")
        }
        E::ZeroAmount => (values, "give an amount above zero"),
        E::Overdrawn { amount, available } => {
            (values.asset("amount", *amount).asset("available", *available), "give what can be drawn, or less")
        }
        E::PartialDrawing { amount, minimum } => (
            values.asset("amount", *amount).asset("minimum", *minimum),
            "draw the whole credit at once; the tolerance of the terms says how much less is enough",
        ),
        E::MilestoneRequired => (values, "name one with --milestone; florin escrow show ESCROW lists them"),
        E::UnknownMilestone { milestone } | E::MilestonePaid { milestone } => {
            (values.put("milestone", json!(milestone)), "florin escrow show ESCROW lists those that are left")
        }
        E::MilestoneAmount { expected, actual } => (
            values.asset("expected", *expected).asset("actual", *actual),
            "leave out --amount: a milestone pays just its amount",
        ),
        E::PresentationOpen => (values, "wait until it is decided: florin escrow examine ESCROW"),
        E::TooManyPresentations { maximum } => {
            (values.put("maximum", json!(maximum)), "agree to a division, or go to dispute: florin escrow dispute")
        }
        E::MissingDocument { document } => (
            values.put("document", json!(document)),
            "add it with --paper PLACE=FILE, or present on approval with --on-approval",
        ),
        E::WrongIssuer { document, expected, actual } => (
            values.put("document", json!(document)).address("expected", *expected).address("actual", *actual),
            "have the issuer of the terms sign it: florin document sign ESCROW PLACE DOCUMENT",
        ),
        E::DatedInFuture { document, dated, now } => (
            values.put("document", json!(document)).moment("dated", *dated).moment("now", *now),
            "present it once that day has come, or have it dated rightly",
        ),
        E::LateShipment { shipped_at, latest } => (
            values.moment("shipped_at", *shipped_at).moment("latest", *latest),
            "present on approval with --on-approval: the applicant can waive it",
        ),
        E::LatePresentation { latest, now } => (
            values.moment("latest", *latest).moment("now", *now),
            "present on approval with --on-approval: the applicant can waive it",
        ),
        E::EmptyNotice => (values, "name what is wrong with --discrepancy; without anything wrong, accept"),
        E::UnknownDiscrepancy { bits } => {
            (values.discrepancies(*bits), "name documents that this drawing needs: florin escrow examine ESCROW")
        }
        E::RefutedDiscrepancy { bits } => {
            (values.discrepancies(*bits), "leave it out: it was checked when the documents were presented")
        }
        E::SecondNotice => (values, "one notice names everything; waive, wait, or go to dispute"),
        E::ExaminationOver { ended_at, now } => (
            values.moment("ended_at", *ended_at).moment("now", *now),
            "the documents are paid: florin escrow settle ESCROW",
        ),
        E::UnknownAcceptance { number } | E::AlreadyPaid { number } => {
            (values.put("number", json!(number)), "florin escrow show ESCROW lists the acceptances")
        }
        E::NotMature { maturity, now } => {
            (values.moment("maturity", *maturity).moment("now", *now), "wait until then, and send it again")
        }
        E::ConditionsNotMet => (
            values,
            "bring what is missing (--signature, --preimage-file); florin escrow show ESCROW lists the conditions",
        ),
        E::AlreadyDisputed => (values, LOOK),
        E::AlreadyAppealed => {
            (values, "the appeal panel has the last word; where it is silent the first ruling stands")
        }
        E::TooManyOffers { maximum } => (
            values.put("maximum", json!(maximum)),
            "take the other side's offer with florin escrow take-offer, or wait for the panel",
        ),
        E::AboveStake { amount, stake } => {
            (values.asset("amount", *amount).asset("stake", *stake), "give at most the stake")
        }
        E::NoSuchOffer { standing, named } => (
            values.optional_asset("standing", *standing).asset("named", *named),
            "name the offer that stands; florin escrow show ESCROW tells it",
        ),
        E::WrongPanelSize { expected, actual } => {
            (values.put("expected", json!(expected)).put("actual", json!(actual)), "florin arbitration show ESCROW")
        }
        E::SeatTwice { member } | E::SeatedBefore { member } => {
            (values.address("member", *member), "florin arbitration show ESCROW tells who sits")
        }
        E::PanelSilent { revealed, required } => (
            values.put("revealed", json!(revealed)).put("required", json!(required)),
            "the fallback rules next: florin escrow rule ESCROW AMOUNT",
        ),
        E::MissingConsent { signer } => {
            (values.address("signer", *signer), "have this account sign the file: florin escrow sign FILE")
        }
        E::PartialAcceptance { signer, expected, actual } => (
            values.address("signer", *signer).hash("expected", *expected).hash("actual", *actual),
            "all have to sign the same; have this account sign the file: florin escrow sign FILE",
        ),
        E::WrongNonce { expected, given } => {
            (values.put("expected", json!(expected)).put("given", json!(given)), SIGN_AGAIN)
        }
        E::ConsentExpired { deadline, now } => (values.moment("deadline", *deadline).moment("now", *now), SIGN_AGAIN),
        E::BelowDrawn { limit, drawn } => {
            (values.asset("limit", *limit).asset("drawn", *drawn), "write an amount that covers what was drawn")
        }
        E::MilestonesDiffer { expected, actual } => (
            values.asset("expected", *expected).asset("actual", *actual),
            "have the milestones that are left come to what is left of the credit",
        ),
        E::TitleNotInCustody => (values, "present the transport document first: its title goes into custody with it"),
        E::PrecludedDiscrepancy { bits } => (
            values.discrepancies(*bits),
            "leave it out: a document that stays the same and was not named then complies",
        ),
        E::RecordMissing { record } => (values.put("record", json!(words::name(record))), LOOK),
        E::Unbalanced { in_flight } => (values.asset("in_flight", *in_flight), REPORT),
        E::TooManyPayouts => (values, REPORT),
        E::Insolvent { required, balance } => (
            values.asset("required", *required).asset("balance", *balance),
            "where the asset removes accounts below a minimum somebody has to give a seed first, for good: florin call \
             escrow seed_asset ASSET AMOUNT; else its contract has taken something away, so ask whoever runs it",
        ),
        E::SeedTooSmall { seed, minimum } => (
            values.asset("seed", *seed).asset("minimum", *minimum),
            "anybody may give what is missing: florin call escrow seed_asset",
        ),
        E::AboveSurplus { amount, surplus } => {
            (values.asset("amount", *amount).asset("surplus", *surplus), "give at most what is beyond all that is owed")
        }
        E::NothingToClaim { account } => {
            (values.address("account", *account), OTHER_CLAIMS)
        }
        E::NotDocumentary => (values, "it is paid once its conditions hold: florin escrow execute ESCROW"),
        E::OtherPresentation { expected, actual } => (
            values.presentation("expected", expected).presentation("actual", actual),
            "look at what was presented meanwhile: florin escrow examine ESCROW",
        ),
        E::OtherStake { expected, actual } => {
            (values.asset("expected", *expected).asset("actual", *actual), SIGN_AGAIN)
        }
        E::TooManyNotices { maximum } => (
            values.put("maximum", json!(maximum)),
            "what is left are a waiver and a dispute: florin escrow dispute ESCROW",
        ),
        E::StepTooLarge { proposed, lowest, highest } => (
            values
                .put("proposed", json!(words::ratio(*proposed)))
                .put("lowest", json!(words::ratio(*lowest)))
                .put("highest", json!(words::ratio(*highest))),
            STEP_BY_STEP,
        ),
        E::ChangedTooSoon { next_at, now } => (values.moment("next_at", *next_at).moment("now", *now), ONE_A_DAY),
        E::AttestorHoldsPart { account } => (
            values.address("account", *account),
            "who ships, inspects or clears the goods would be paid for what it attests; name somebody else",
        ),
        E::Paused => (values, "credits that are paid in go on; a vote lets new ones begin: florin gov propose FILE"),
    }
}

impl Explain for TermsError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        match self {
            Self::OutOfBounds { term, actual, minimum, maximum } => {
                let values = values
                    .put("term", json!(words::name(term)))
                    .put("actual", json!(actual.to_string()))
                    .put("minimum", json!(minimum.to_string()))
                    .put("maximum", json!(maximum.to_string()));
                let reason = format!("the terms are out of their bounds: {}", words::name(term));
                values.refusal(self, &reason, Some("florin escrow draft TERMS says what to write instead"))
            }
            Self::Fixed { term } => values.put("term", json!(words::name(term))).refusal(
                self,
                &format!("this cannot be amended: {}", words::name(term)),
                Some("leave it as it was, or agree another credit"),
            ),
        }
    }
}

impl Explain for ConditionError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let values = match self {
            Self::Empty => values,
            Self::Gap { node } | Self::EmptyGroup { node } => values.put("node", json!(node)),
            Self::MissingOperands { node, needed, available } => {
                values.put("node", json!(node)).put("needed", json!(needed)).put("available", json!(available))
            }
            Self::ThresholdOutOfBounds { node, threshold, of } => {
                values.put("node", json!(node)).put("threshold", json!(threshold)).put("of", json!(of))
            }
            Self::Leftover { results } => values.put("results", json!(results)),
            Self::UnknownFact { fact } | Self::UnknownDocument { fact } | Self::Nobody { fact } => {
                values.put("fact", json!(fact))
            }
            Self::AttestorsOutOfBounds { fact, threshold, attestors } => {
                values.put("fact", json!(fact)).put("threshold", json!(threshold)).put("attestors", json!(attestors))
            }
            Self::TooManyProofs { proof, needed, maximum } => values
                .put("proof", json!(words::name(proof)))
                .put("needed", json!(needed))
                .put("maximum", json!(maximum)),
        };
        values.refusal(self, &sentence(self), Some("florin escrow draft TERMS names the line to put right"))
    }
}

impl Explain for RightError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::Math(_) => (values, "give a smaller part"),
            Self::NotOwner { owner, caller } => {
                (values.address("owner", *owner).address("caller", *caller), "give the owner with --account")
            }
            Self::NotHolder { holder, caller } => {
                (values.address("holder", *holder).address("caller", *caller), "give the holder with --account")
            }
            Self::NotIssuer { issuer, caller } => {
                (values.address("issuer", *issuer).address("caller", *caller), "give the issuer with --account")
            }
            Self::NotNominated { nominee, to } => {
                let values = match nominee {
                    Some(nominee) => values.address("nominee", *nominee),
                    None => values.put("nominee", Value::Null),
                };
                (
                    values.address("to", *to),
                    "the owner has to name it first: florin title nominate DOCUMENT --to ACCOUNT",
                )
            }
            Self::WrongStanding { expected, actual } => (
                values
                    .put("expected", json!(words::trade::standing(expected)))
                    .put("actual", json!(words::trade::standing(actual))),
                "florin title show DOCUMENT tells where it is",
            ),
            Self::NothingToReject => (values, "hand it over instead: florin title hand-over DOCUMENT --to ACCOUNT"),
            Self::RejectBoth => (values, "florin title reject DOCUMENT --what both"),
            Self::WrongRecipient { to } => (values.address("to", *to), "name another account with --to"),
            Self::AboveUnassigned { part, unassigned } => {
                (values.ratio("part", *part).ratio("unassigned", *unassigned), "give at most what is left to assign")
            }
            Self::NoPart => (values, "give a share above zero"),
            Self::TooManyShares { maximum } => {
                (values.put("maximum", json!(maximum)), "assign to somebody who has a part already")
            }
            Self::UnknownShare { place } => {
                (values.put("place", json!(place)), "florin escrow show ESCROW numbers the parts")
            }
            Self::NotCustodian { custodian, caller } => {
                let values = match custodian {
                    Some(custodian) => values.address("custodian", *custodian),
                    None => values.put("custodian", Value::Null),
                };
                (values.address("caller", *caller), "florin title entrust DOCUMENT, as its owner and holder")
            }
            Self::TitleExists { document } => {
                (values.hash("document", *document), "florin title show DOCUMENT tells who has it")
            }
            Self::UnknownTitle { document } => (
                values.hash("document", *document),
                "name the carrier with --issuer; it issues one with florin title issue DOCUMENT --to OWNER",
            ),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

impl Explain for SwapError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::Math(_) => (values, "give an amount that is not so large"),
            Self::ZeroAmount => (values, "give an amount above zero; where nothing is left nothing has to be done"),
            Self::OrderExpired { expires, now } => {
                (values.moment("expires", *expires).moment("now", *now), "place a new one: florin escrow order ESCROW")
            }
            Self::QuoteExpired { expires, now } => (
                values.moment("expires", *expires).moment("now", *now),
                "give a --valid-for that ends later, or take another quote",
            ),
            Self::QuoteTooSmall { amount, available } => (
                values.asset("amount", *amount).asset("available", *available),
                "take another quote, or a smaller amount",
            ),
            Self::BelowMinimumOut { out, minimum } => (
                values.put("out", json!(out.raw().to_string())).put("minimum", json!(minimum.raw().to_string())),
                "give a lower --minimum, or take another quote",
            ),
            Self::QuoteHolds { expires, now } => {
                (values.moment("expires", *expires).moment("now", *now), "wait until then: a dealer keeps its word")
            }
            Self::WrongStage { expected, actual } => (
                values.put("expected", json!(words::name(expected))).put("actual", json!(words::name(actual))),
                "florin leg show LEG tells what comes next",
            ),
            Self::WrongCaller { expected, caller } => (
                values.address("expected", *expected).address("caller", *caller),
                "give the account that may do this with --account",
            ),
            Self::WrongPayment { required, received } => (
                values.asset("required", *required).asset("received", *received),
                "the asset moves another amount than it is told, so it cannot be used here",
            ),
            Self::TooLate { until, now } => {
                (values.bound("until", until).bound("now", now), "it goes back once that is due: florin leg refund LEG")
            }
            Self::TooEarly { from, now } => {
                (values.bound("from", from).bound("now", now), "wait until both the time and the block have come")
            }
            Self::WrongPreimage { expected, actual } => (
                values.hash("expected", *expected).hash("actual", *actual),
                "give the file with the secret whose hash was agreed",
            ),
            Self::GapTooSmall { claim_until, refund_from } => (
                values.bound("claim_until", claim_until).bound("refund_from", refund_from),
                "leave an hour and 100 blocks between --lock-within, --claim-within and --refund-after",
            ),
            Self::TooFarAhead { refund_from, latest } => (
                values.bound("refund_from", refund_from).bound("latest", latest),
                "give a --refund-after of 90 days at most",
            ),
            Self::OtherAssets { sell, buy } => (
                values.address("sell", *sell).address("buy", *buy),
                "take a quote for the credit's asset; florin escrow show-quote QUOTE tells its assets",
            ),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

impl Explain for arbitration::Error {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        match self {
            Self::Arbitration(error) => error.explain(units),
            Self::Role(error) => error.explain(units),
            Self::NoHearing { court, number } => values.address("court", court.0).put("number", json!(number)).refusal(
                self,
                "the court hears no such dispute now",
                Some("florin escrow show ESCROW tells when a panel sits"),
            ),
            Self::CourtRefused { court } => values.address("court", court.0).refusal(
                self,
                "the court takes no report now, or owes nothing",
                Some("too few may have revealed; florin escrow show ESCROW tells what comes next"),
            ),
            Self::TransferFailed { asset } => values.address("asset", asset.0).refusal(
                self,
                "the asset's contract did not move it; is there enough of it, and is it allowed?",
                Some("look at the balance, and run the command again: it allows what is needed"),
            ),
            Self::TransferMismatch { expected, received } => {
                values.asset("expected", *expected).asset("received", *received).refusal(
                    self,
                    "the asset moved another amount than it was told",
                    Some("nothing has changed; the asset cannot be used here"),
                )
            }
        }
    }
}

impl Explain for ArbitrationError {
    fn explain(&self, units: &Units) -> Refusal {
        let values = Values::new(units);
        let (values, next) = match self {
            Self::Math(_) => (values, "give an amount that is not so large"),
            Self::UnknownCase { case } => (
                values.address("court", case.court).put("number", json!(case.number)),
                "a panel has to be called first: florin arbitration call ESCROW",
            ),
            Self::NotAllowed { message, status } => {
                let (message, status) = (words::name(message), words::name(status));
                let reason = format!("the case is {status}, so nobody can {message} now");
                let values = values.put("message", json!(message)).put("status", json!(status));
                return values.refusal(self, &reason, Some(WHO_SITS));
            }
            Self::OtherHearing => (values, "wait until this call has lapsed, and call a panel again"),
            Self::WrongSeats { seats } => {
                (values.put("seats", json!(seats)), "the court asks for a panel that there cannot be")
            }
            Self::NotYetHeard { from, now } => {
                (values.moment("from", *from).moment("now", *now), "wait until then, and send it again")
            }
            Self::TooLittleTime { left, required } => (
                values.span("left", *left).span("required", *required),
                "no panel can sit any more; the fallback rules next: florin escrow rule ESCROW AMOUNT",
            ),
            Self::TooMuchTime { left, maximum } => {
                (values.span("left", *left).span("maximum", *maximum), "wait until less is left, and send it again")
            }
            Self::UnknownPool { pool } => {
                (values.put("pool", json!(pool)), "make one: florin arbitration pool make ACCOUNT…")
            }
            Self::EmptyPool => (values, "name at least one member"),
            Self::PoolTooLarge { members } => (values.put("members", json!(members)), "name 64 members at most"),
            Self::MemberTwice { member } => (values.address("member", *member), "name each member once"),
            Self::ZeroAddress => (values, "name accounts that somebody has the keys of"),
            Self::PoolSettling { until, block } => (
                values.put("until", json!(until)).put("block", json!(block)),
                "wait until that block: a panel can still be drawn from the pool",
            ),
            Self::PoolTooSmall { pool, seats } => (
                values.put("pool", json!(pool)).put("seats", json!(seats)),
                "too few may sit; the fallback rules where no panel does",
            ),
            Self::HashUnknown { block } => (
                values.put("block", json!(block)),
                "the deciding block is not there yet, or forgotten; draw in time, or call a panel again",
            ),
            Self::NotAdmitted { account } => (
                values.address("account", *account),
                "a vote admits accounts and courts to the staked pool: florin gov propose FILE",
            ),
            Self::AlreadyMember => (values, "florin arbitration join adds to the stake of a member"),
            Self::NotMember => (values, "join first: florin arbitration join STAKE"),
            Self::StakeTooSmall { stake, required } => (
                values.asset("stake", *stake).asset("required", *required),
                "keep enough for a seat, or leave the pool first: florin arbitration leave",
            ),
            Self::AboveFreeStake { amount, available } => (
                values.asset("amount", *amount).asset("available", *available),
                "what is locked for seats gets free when their cases end",
            ),
            Self::NotSeated { account } => (values.address("account", *account), WHO_SITS),
            Self::AlreadyCommitted { place } => {
                (values.put("place", json!(place)), "reveal it when its time has come: florin arbitration reveal FILE")
            }
            Self::NotCommitted { place } | Self::AlreadyRevealed { place } => {
                (values.put("place", json!(place)), WHO_SITS)
            }
            Self::OtherCommitment { expected, actual } => (
                values.hash("expected", *expected).hash("actual", *actual),
                "give the file that florin arbitration commit has written for this case",
            ),
            Self::AboveStake { award, stake } => {
                (values.asset("award", *award).asset("stake", *stake), "award at most the stake")
            }
            Self::ZeroAmount => (values, "give an amount above zero"),
            Self::NothingReceived => (values, "nothing is owed any more, or the dispute is not divided yet"),
            Self::NothingToClaim => (values, "have the fees collected first: florin arbitration collect ESCROW"),
            Self::Insolvent { required, balance } => (
                values.asset("required", *required).asset("balance", *balance),
                "the asset's contract has taken something away; ask whoever runs it",
            ),
            Self::WrongAsset { expected, actual } => (
                values.address("expected", *expected).address("actual", *actual),
                "the staked pool hears credits in the asset of its stakes; the fallback rules where no panel does",
            ),
            Self::FeeTooSmall { fee, minimum } => (
                values.asset("fee", *fee).asset("minimum", *minimum),
                "the staked pool does not sit for so little; the fallback rules where no panel does",
            ),
            Self::TooManyCalls { maximum } => (
                values.put("maximum", json!(maximum)),
                "no panel can be called any more; the fallback rules next: florin escrow rule ESCROW AMOUNT",
            ),
        };
        values.refusal(self, &sentence(self), Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Unit;
    use florin_units::Timestamp;

    fn units() -> Units {
        Units { collateral: Some(Unit::new("USDT", 6)), ..Units::plain() }
    }

    #[test]
    fn a_credit_that_does_not_move_says_where_it_stands() {
        let error = EscrowError::NotAllowed { message: Message::Fund, status: Status::Draft };
        let refusal = escrow::Error::Escrow(error).explain(&units());
        assert_eq!((refusal.code.as_str(), &refusal.details["status"]), ("NOT_ALLOWED", &json!("draft")));
        assert_eq!(refusal.reason, "the credit's status is draft, in which nobody can pay in");
        assert!(refusal.next.is_some_and(|next| next.contains("florin escrow sign")));
    }

    #[test]
    fn amounts_are_those_of_the_asset() {
        let error =
            EscrowError::Overdrawn { amount: Amount::from_raw(3_000_000), available: Amount::from_raw(1_500_000) };
        assert_eq!(error.explain(&units()).details["available"]["human"], json!("1.5 USDT"));
        let none = EscrowError::NoSuchOffer { standing: None, named: Amount::from_raw(1) };
        assert_eq!(none.explain(&units()).details["standing"], json!(null));
        let id = |number| PresentationId { number, amount: Amount::from_raw(1_000_000) };
        let other = EscrowError::OtherPresentation { expected: id(2), actual: id(1) };
        assert_eq!(other.explain(&units()).details["expected"]["amount"]["human"], json!("1 USDT"));
    }

    #[test]
    fn discrepancies_are_named() {
        let error = EscrowError::PrecludedDiscrepancy { bits: (1 << 1) | Discrepancies::QUANTITY.0 };
        assert_eq!(error.explain(&units()).details["discrepancies"], json!(["document 1", "quantity"]));
    }

    #[test]
    fn the_reason_of_a_registry_is_told() {
        let document = [7; 32];
        let reason = Some(RightError::NotCustodian { custodian: None, caller: [1; 20] });
        let error = escrow::Error::TitleRefused { registry: [2; 20].into(), document, reason };
        let refusal = error.explain(&units());
        assert_eq!(refusal.code, "TITLE_REFUSED");
        assert!(refusal.reason.ends_with("only the custodian of the title may do this"), "{}", refusal.reason);
        let error = escrow::Error::TitleRefused { registry: [2; 20].into(), document, reason: None };
        assert_eq!(error.explain(&units()).reason, "the title to the goods cannot go into custody");
    }

    #[test]
    fn bounds_hold_in_both_clocks() {
        let bound = |seconds, block| Bound { time: Timestamp::from_raw(seconds), block };
        let refusal = SwapError::TooLate { until: bound(60, 7), now: bound(61, 5) }.explain(&units());
        assert_eq!(refusal.details["until"]["human"], json!("1970-01-01T00:01:00Z and block 7"));
        assert_eq!((refusal.code.as_str(), &refusal.details["now"]["block"]), ("TOO_LATE", &json!(5)));
    }

    #[test]
    fn panels_explain_themselves() {
        let error = arbitration::Error::Arbitration(ArbitrationError::NotCommitted { place: 2 });
        let refusal = error.explain(&units());
        assert_eq!((refusal.code.as_str(), refusal.reason.as_str()), ("NOT_COMMITTED", "the member has not committed"));
        let terms = TermsError::Fixed { term: florin_trade::validation::Term::Asset };
        assert_eq!(EscrowError::Terms(terms).explain(&units()).code, "FIXED");
    }
}
