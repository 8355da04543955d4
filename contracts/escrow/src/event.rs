//! Events: each carries the new state of what it changed, so that an indexer needs no history.

use florin_trade::dispute::Dispute;
use florin_trade::drawing::Acceptance;
use florin_trade::examination::Presentation;
use florin_trade::fee::Settings;
use florin_trade::ledger::{AssetLedger, Purpose};
use florin_trade::right::Receivable;
use florin_trade::state::{Escrow, Message};
use florin_trade::swap::{Leg, Quote};
use florin_trade::terms::Agreement;
use florin_trade::Hash;
use florin_units::Amount;
use ink::Address;

use crate::record::PlacedOrder;

/// An agreement was drafted, or amended. The event holds it as a whole.
#[ink::event]
pub struct AgreementWritten {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// The buyer.
    #[ink(topic)]
    pub applicant: Address,
    /// The seller.
    #[ink(topic)]
    pub beneficiary: Address,
    /// Hash of the agreement.
    pub hash: Hash,
    /// The agreement.
    pub agreement: Agreement,
}

/// A message about an escrow was carried out.
#[ink::event]
pub struct EscrowMoved {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// Who sent the message, or signed it.
    #[ink(topic)]
    pub by: Address,
    /// Which message.
    pub message: Message,
    /// The escrow now.
    pub record: Escrow,
}

/// Documents were presented or refused, or their presentation is over.
#[ink::event]
pub struct PresentationChanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// The presentation now; none where it is over.
    pub presentation: Option<Presentation>,
}

/// A dispute was raised, has moved, or is over.
#[ink::event]
pub struct DisputeChanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// The dispute now; none where it is over.
    pub dispute: Option<Dispute>,
}

/// A drawing was accepted, or an acceptance was paid.
#[ink::event]
pub struct AcceptanceChanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// Number of the acceptance.
    pub number: u8,
    /// The acceptance now.
    pub acceptance: Acceptance,
}

/// Parts of the receivable were assigned or passed on.
#[ink::event]
pub struct ReceivableChanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// The receivable now.
    pub receivable: Receivable,
}

/// Money has come in.
#[ink::event]
pub struct Received {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// From whom.
    #[ink(topic)]
    pub from: Address,
    /// How much, in raw units.
    pub amount: Amount,
}

/// Money has left, or waits to be claimed.
#[ink::event]
pub struct Paid {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// Whose it is.
    #[ink(topic)]
    pub account: Address,
    /// The escrow; none where it is about a claim, a quote or a leg.
    pub escrow: Option<u64>,
    /// How much, in raw units.
    pub amount: Amount,
    /// What for.
    pub purpose: Purpose,
    /// Whether it was delivered; else it waits to be claimed.
    pub delivered: bool,
}

/// What came by mistake was paid out by the governor.
#[ink::event]
pub struct Recovered {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// To whom.
    #[ink(topic)]
    pub to: Address,
    /// How much, in raw units.
    pub amount: Amount,
}

/// A title went into custody or out of it.
#[ink::event]
pub struct TitleMoved {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// Who issued the title.
    #[ink(topic)]
    pub issuer: Address,
    /// Hash of the document.
    #[ink(topic)]
    pub document: Hash,
    /// Whom it is for; none where it went into custody.
    pub to: Option<Address>,
    /// Whether the registry has done it; else it can be tried again.
    pub done: bool,
}

/// An asset was admitted, or its ledger's seed or minimum has changed.
#[ink::event]
pub struct AssetChanged {
    /// The asset.
    #[ink(topic)]
    pub asset: Address,
    /// Its ledger now.
    pub ledger: AssetLedger,
    /// Payouts below this many raw units wait to be claimed, in credits that are funded from now on.
    pub minimum: Amount,
}

/// The protocol's settings changed.
#[ink::event]
pub struct SettingsChanged {
    /// The settings now.
    pub settings: Settings,
}

/// The holders of the roles changed.
#[ink::event]
pub struct RolesChanged {
    /// Who governs.
    #[ink(topic)]
    pub governor: Address,
    /// Who may take over; zero for nobody.
    pub pending_governor: Address,
    /// Who may stop new credits; zero for nobody.
    pub guardian: Address,
    /// End of the guardian's term, in seconds since 1970.
    pub guardian_until: u64,
}

/// A dealer quotes, was taken up, or has withdrawn.
#[ink::event]
pub struct QuoteChanged {
    /// Number of the quote.
    #[ink(topic)]
    pub quote: u64,
    /// The quote now.
    pub record: Quote,
}

/// Somebody wants its proceeds exchanged, or does not any more.
#[ink::event]
pub struct OrderChanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// Whose proceeds.
    #[ink(topic)]
    pub owner: Address,
    /// The order now; none where there is none any more.
    pub order: Option<PlacedOrder>,
}

/// Proceeds were exchanged.
#[ink::event]
pub struct Exchanged {
    /// The escrow.
    #[ink(topic)]
    pub escrow: u64,
    /// Number of the quote.
    #[ink(topic)]
    pub quote: u64,
    /// Whose proceeds.
    #[ink(topic)]
    pub owner: Address,
    /// What they were, in raw units of the credit's asset.
    pub sold: Amount,
    /// What the owner got for them, in raw units of the other asset.
    pub bought: Amount,
}

/// A hash-time-locked leg was agreed or has moved.
#[ink::event]
pub struct LegChanged {
    /// Number of the leg.
    #[ink(topic)]
    pub leg: u64,
    /// The leg now.
    pub record: Leg,
    /// The secret, once it was brought.
    pub preimage: Option<Hash>,
}
