//! Rules of escrow for cross-border trade, pure: no clock, no storage, no caller, no randomness. Everything comes in as
//! an argument and every payout goes out as a value.
//!
//! A credit is money that a seller (the beneficiary) draws against documents, and that goes back to the buyer (the
//! applicant) where it is not drawn. The words are those of documentary credits.
//!
//! - [`terms`], [`validation`], [`calendar`]: what the parties sign, known by one hash, and its bounds;
//! - [`state`]: the escrow, its status, and which message is legal when;
//! - [`decision`]: the one way in, `decide(view, command, context) -> Result<Outcome, EscrowError>`;
//! - [`examination`], [`drawing`], [`fee`], and the private `settlement`: from a presentation to money;
//! - [`condition`]: payment because something is so;
//! - [`dispute`]: offers, panel, appeal, fallback, silence; and [`dispute::t_max`], by when all money can be out;
//! - [`amendment`]: what takes everybody's consent;
//! - [`right`]: title and receivable; [`swap`]: the leg in another currency; [`disclosure`]: one field of a document;
//! - [`ledger`]: the book of an escrow, liabilities, claims.
//!
//! # States
//!
//! What is stored is the last act and the moment at which its time ends ([`state::Stage`]). The status follows from
//! that and the time, so silence needs no message to count: it has happened when its moment has come, and a message
//! only moves the money.
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | Draft | both have signed | Signed |
//! | Draft, Signed | `Decline` | Closed |
//! | Signed | `Fund` | Funded |
//! | Funded, Discrepant | `Present` without findings; before the expiry | Examining |
//! | Funded, Discrepant | `Present` on approval with findings; before the expiry | Discrepant |
//! | Funded | `Amend` | Funded |
//! | Funded | `Execute` | end |
//! | Funded | the expiry | Expired |
//! | Examining | `Approve` | Funded, or end where nothing can be drawn any more |
//! | Examining | `Notice` | Discrepant |
//! | Examining | end of the window: silence is honour | Complying |
//! | Complying | `Settle` | Funded (Expired after the expiry), or end |
//! | Discrepant | `Waive` | Funded (Expired after the expiry), or end |
//! | Discrepant | the expiry, and the time to respond: silence is refusal | Expired |
//! | Expired | `Settle` | end |
//! | Funded, Discrepant | `Raise` by the beneficiary | Negotiating |
//! | Retaining | `Raise` by the applicant | Negotiating |
//! | Negotiating | `AcceptOffer`, or an `Offer` that meets the other side's | end |
//! | Negotiating | end of its window | Hearing |
//! | Hearing | `Rule` | Ruled |
//! | Hearing | end of its window: the panel was silent | Fallback |
//! | Fallback | `RuleFallback`, or the end of its window: nobody has ruled | Decided |
//! | Ruled | `Appeal` | Appealed |
//! | Ruled | end of its window | Decided |
//! | Appealed | `Rule`, or the end of its window: the first ruling stands | Decided |
//! | Decided | `Settle` by a ruling; without one, by what the dispute was about | end |
//! | where it is legal | `Agree` | end |
//! | end | money is retained, and its time runs | Retaining |
//! | end, Retaining | money is retained, and its time is over | Releasing |
//! | Releasing | `Settle` | end, with nothing retained |
//! | end | only accepted drawings are left | Accepted |
//! | Accepted | the last `Mature` | Closed |
//! | end | nothing is held | Closed |
//!
//! Which message is legal (`x`) in which status, and the error of every other pair; `.` is [`EscrowError::NotAllowed`].
//!
//! ```text
//!  1 Draft      2 Signed      3 Funded   4 Examining  5 Complying   6 Discrepant
//!  7 Expired    8 Negotiating 9 Hearing 10 Fallback  11 Ruled      12 Appealed
//! 13 Decided   14 Retaining  15 Releasing 16 Accepted 17 Closed
//!
//!                 1   2   3   4   5   6   7   8   9  10  11  12  13  14  15  16  17
//! Sign            x   s   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
//! Decline         x   x   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
//! Fund            .   x   f   f   f   f   f   f   f   f   f   f   f   f   f   f   .
//! Present         .   .   x   p   p   x   e   .   .   .   .   .   .   .   .   .   .
//! Approve         .   .   .   x   o   .   .   .   .   .   .   .   .   .   .   .   .
//! Notice          .   .   .   x   o   n   .   .   .   .   .   .   .   .   .   .   .
//! Waive           .   .   .   .   .   x   .   .   .   .   .   .   .   .   .   .   .
//! Settle          .   .   .   .   x   .   x   .   .   .   .   .   x   .   x   .   .
//! Mature          .   .   x   x   x   x   x   x   x   x   x   x   x   x   x   x   .
//! Execute         .   .   x   .   .   .   .   .   .   .   .   .   .   .   .   .   .
//! Raise           .   .   x   .   .   x   .   d   d   d   d   d   d   x   .   .   .
//! Offer           .   .   .   .   .   .   .   x   .   .   .   .   .   .   .   .   .
//! AcceptOffer     .   .   .   .   .   .   .   x   .   .   .   .   .   .   .   .   .
//! Rule            .   .   .   .   .   .   .   .   x   .   .   x   .   .   .   .   .
//! Appeal          .   .   .   .   .   .   .   .   .   .   x   a   .   .   .   .   .
//! RuleFallback    .   .   .   .   .   .   .   .   .   x   .   .   .   .   .   .   .
//! Amend           .   .   x   .   .   .   .   .   .   .   .   .   .   .   .   .   .
//! Agree           .   .   x   x   .   x   x   x   x   x   .   .   .   x   .   .   .
//!
//! s AlreadySigned     f AlreadyFunded     p PresentationOpen     e CreditExpired
//! o ExaminationOver   n SecondNotice      d AlreadyDisputed      a AlreadyAppealed
//! ```
//!
//! `Approve`, `Notice` and `Waive` name the presentation that they speak about; where a cure has taken its place they
//! are refused with [`EscrowError::OtherPresentation`]. `Agree` names the stake that it divides; where that has changed
//! it is refused with [`EscrowError::OtherStake`].
//!
//! In every status that holds money either a time ends in it or somebody's message is a right and not a duty: without
//! any message the status moves on to one in which anybody may settle. `tests/state_table.rs` tries every pair,
//! `tests/stateful.rs` runs the time out from every state that random deals reach.
//!
//! # Money
//!
//! Of each escrow `funded = paid + claimable + fees + dust + held`, to the unit, after every message: what a decision
//! takes out of a pot it must put somewhere, or it fails. Divisions have their direction in their names, and shares are
//! taken of running totals, so that the number of drawings does not matter.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod amendment;
pub mod calendar;
pub mod condition;
mod cost;
pub mod decision;
mod digest;
pub mod disclosure;
pub mod dispute;
pub mod drawing;
pub mod error;
pub mod examination;
pub mod fee;
pub mod ledger;
pub mod right;
mod settlement;
pub mod state;
pub mod swap;
pub mod terms;
pub mod validation;

pub use decision::{decide, Command, Context, Outcome, View};
pub use error::EscrowError;
pub use florin_governance::{roles, Address, Hash};

/// Name of the escrow contract in what is signed (EIP-712).
pub const SIGNING_NAME: &str = "Florin Escrow";
/// Number of an escrow.
pub type EscrowId = u64;
/// The most bytes that one storage value may have on the chain.
pub const MAXIMUM_CELL: usize = 416;
/// The address behind which nobody is.
const NOBODY: Address = [0; 20];
/// Seconds of a day.
const DAY: u64 = 86_400;
